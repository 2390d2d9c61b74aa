package format

import (
	"encoding/binary"

	"github.com/tapertoken/taper/predicates"
)

// The first bytes of data items, to which a number is added.
const (
	uintHead     = majorUint << 5
	negativeHead = majorNegative << 5
	bytesHead    = majorBytes << 5
	textHead     = majorText << 5
	arrayHead    = majorArray << 5
	mapHead      = majorMap << 5
	simpleHead   = majorSimple << 5
)

const (
	version = 1

	// protectedHeader is {1: -19}: the algorithm is Ed25519 (RFC 9864). It is a
	// constant, and the algorithm is never read from a token.
	protectedHeader = "\xa1\x01\x32"
	protectedItem   = "\x43" + protectedHeader // as a byte string

	// A handoff ends with its secret: a byte string of secretBytes.
	secretHead  = "\x58\x20"
	secretBytes = 32

	// tokenOverhead is by how much a token is longer than its blocks, at most.
	tokenOverhead = 1 + 1 + 9 + 1 + len(secretHead) + secretBytes
)

// AppendClaims appends the encoded claims of a block to dst: the payload of
// [AppendBlock] (SPEC 4). Claims that are empty, which no block's are, are the
// empty map.
func AppendClaims(dst []byte, c predicates.Claims) []byte {
	n := 0
	for claim := predicates.ClaimNonce; claim <= predicates.ClaimFresh; claim++ {
		if c.Has(claim) {
			n++
		}
	}
	dst = appendHead(dst, mapHead, n)
	for claim := predicates.ClaimNonce; claim <= predicates.ClaimFresh; claim++ {
		if c.Has(claim) {
			dst = appendHead(dst, uintHead, claim)
			dst = appendClaim(dst, c, claim)
		}
	}
	return dst
}

// appendClaim appends the value of a claim that is present.
func appendClaim(dst []byte, c predicates.Claims, claim int) []byte {
	switch claim {
	case predicates.ClaimNonce:
		nonce, _ := c.Nonce()
		return appendBytes(dst, nonce[:])
	case predicates.ClaimNext:
		key, _ := c.Next()
		return appendBytes(dst, key[:])
	case predicates.ClaimServices:
		names, _ := c.Services()
		return appendTexts(dst, names)
	case predicates.ClaimExpires:
		seconds, _ := c.Expires()
		return appendHead(dst, uintHead, seconds)
	case predicates.ClaimStarts:
		seconds, _ := c.Starts()
		return appendHead(dst, uintHead, seconds)
	case predicates.ClaimAllow:
		grants, _ := c.Allow()
		dst = appendHead(dst, arrayHead, len(grants))
		for _, g := range grants {
			dst = appendGrant(dst, g)
		}
	case predicates.ClaimUses:
		uses, _ := c.Uses()
		dst = appendHead(dst, arrayHead, len(uses))
		for _, u := range uses {
			dst = append(dst, arrayHead|2)
			dst = appendHead(dst, uintHead, u.Limit)
			dst = appendText(dst, u.Service)
		}
	case predicates.ClaimDelegations:
		n, _ := c.Delegations()
		return appendHead(dst, uintHead, n)
	case predicates.ClaimCosigners:
		threshold, keys, _ := c.Cosigners()
		dst = append(dst, arrayHead|2)
		dst = appendHead(dst, uintHead, threshold)
		dst = appendHead(dst, arrayHead, len(keys))
		for _, key := range keys {
			dst = appendBytes(dst, key[:])
		}
	case predicates.ClaimDigest:
		digest, _ := c.Digest()
		return appendBytes(dst, digest[:])
	case predicates.ClaimLabel:
		label, _ := c.Label()
		return appendText(dst, label)
	case predicates.ClaimExtensions:
		extensions, _ := c.Extensions()
		dst = appendHead(dst, mapHead, len(extensions))
		for _, x := range extensions {
			dst = appendText(dst, x.Name)
			dst = appendBytes(dst, x.Value)
		}
	case predicates.ClaimFresh:
		seconds, _ := c.Fresh()
		return appendHead(dst, uintHead, seconds)
	}
	return dst
}

func appendGrant(dst []byte, g predicates.Grant) []byte {
	dst = append(dst, arrayHead|2)
	if g.Closed() {
		dst[len(dst)-1] = arrayHead | 3
	}
	dst = appendTexts(dst, g.Interfaces())
	dst = appendTexts(dst, g.Resources())
	if !g.Closed() {
		return dst
	}
	names := g.Arguments()
	dst = appendHead(dst, mapHead, len(names))
	for _, name := range names {
		dst = appendText(dst, name)
		conditions := g.Conditions(name)
		dst = appendHead(dst, arrayHead, len(conditions))
		for _, c := range conditions {
			dst = appendCondition(dst, c)
		}
	}
	return dst
}

// The numbers of the conditions, as predicates.Condition.Kind returns them.
const (
	conditionAny = iota
	conditionOneOf
	conditionAtLeast
	conditionAtMost
	conditionMatches
	conditionEndsWith
)

func appendCondition(dst []byte, c predicates.Condition) []byte {
	if c.Kind() == conditionAny {
		return append(dst, arrayHead|1, conditionAny)
	}
	dst = append(dst, arrayHead|2)
	dst = appendHead(dst, uintHead, c.Kind())
	switch c.Kind() {
	case conditionOneOf:
		values := c.Values()
		dst = appendHead(dst, arrayHead, len(values))
		for _, v := range values {
			dst = appendValue(dst, v)
		}
	case conditionAtLeast, conditionAtMost:
		dst = appendInt(dst, c.Bound())
	case conditionMatches, conditionEndsWith:
		dst = appendTexts(dst, c.Texts())
	}
	return dst
}

// appendValue appends a value that a "one of" may hold: a text, an integer or a
// boolean.
func appendValue(dst []byte, v predicates.Value) []byte {
	if s, ok := v.Text(); ok {
		return appendText(dst, s)
	}
	if n, ok := v.Int(); ok {
		return appendInt(dst, n)
	}
	if b, _ := v.Bool(); b {
		return append(dst, simpleHead|simpleTrue)
	}
	return append(dst, simpleHead|simpleFalse)
}

// AppendBlock appends a block to dst: the COSE_Sign1 of a payload and its
// signature of 64 bytes, over what [AppendToBeSigned] appends (SPEC 5).
func AppendBlock(dst, payload, signature []byte) []byte {
	dst = append(dst, arrayHead|4)
	dst = append(dst, protectedItem...)
	dst = append(dst, mapHead)
	dst = appendBytes(dst, payload)
	return appendBytes(dst, signature)
}

// AppendToBeSigned appends the bytes that a block's signature signs to dst: the
// Sig_structure of RFC 9052, 4.4, with aad as the external data (SPEC 5).
func AppendToBeSigned(dst, aad, payload []byte) []byte {
	dst = append(dst, arrayHead|4)
	dst = appendText(dst, "Signature1")
	dst = append(dst, protectedItem...)
	dst = appendBytes(dst, aad)
	return appendBytes(dst, payload)
}

// appendToken appends a token, and a handoff if there is a secret.
func appendToken(dst []byte, root [8]byte, blocks []string, secret *[32]byte) []byte {
	elements := 3
	if secret != nil {
		elements = 4
	}
	dst = appendHead(dst, arrayHead, elements)
	dst = appendHead(dst, uintHead, version)
	dst = appendBytes(dst, root[:])
	dst = appendHead(dst, arrayHead, len(blocks))
	for _, block := range blocks {
		dst = append(dst, block...)
	}
	if secret != nil {
		dst = appendBytes(dst, secret[:])
	}
	return dst
}

func appendBytes(dst, b []byte) []byte {
	return append(appendHead(dst, bytesHead, len(b)), b...)
}

func appendText(dst []byte, s string) []byte {
	return append(appendHead(dst, textHead, len(s)), s...)
}

func appendTexts(dst []byte, texts []string) []byte {
	dst = appendHead(dst, arrayHead, len(texts))
	for _, s := range texts {
		dst = appendText(dst, s)
	}
	return dst
}

func appendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return appendHead(dst, negativeHead, -1-n)
	}
	return appendHead(dst, uintHead, n)
}

// appendHead appends the head of a data item, in its shortest form. The number is
// not negative.
func appendHead[N int | int64 | uint64](dst []byte, first byte, number N) []byte {
	switch n := uint64(number); {
	case n < 24:
		return append(dst, first|byte(n))
	case n < 1<<8:
		return append(dst, first|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, first|25), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(dst, first|26), uint32(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, first|27), n)
	}
}
