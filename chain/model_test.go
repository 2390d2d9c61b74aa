package chain_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// A model is a second reading of SPEC 5 and 9, plain and slow. It shares with the
// code under test only format.Decode, which says what is malformed.
type model struct {
	roots   [][32]byte
	ceiling map[uint64]any // of every root
	service string
	now     uint64
	known   map[string]bool // extensions, and what their checkers say
	slow    bool            // verify signatures by forge's arithmetic
}

func newModel(root string) *model {
	return &model{roots: [][32]byte{forge.NewKey(root).Public()}, service: forge.Service, now: forge.Now}
}

// A pair is an entry of a map.
type pair struct {
	key   any
	value any
}

// parseItem reads one canonical item: uint64, int64 (below 0), bool, []byte,
// string, []any or []pair.
func parseItem(b []byte) (v any, rest []byte) {
	major, n := b[0]>>5, uint64(b[0]&31)
	b = b[1:]
	if major == 7 {
		return n == 21, b
	}
	if n >= 24 {
		width := 1 << (n - 24)
		var wide [8]byte
		copy(wide[8-width:], b)
		n, b = binary.BigEndian.Uint64(wide[:]), b[width:]
	}
	switch major {
	case 0:
		return n, b
	case 1:
		return -1 - int64(n), b
	case 2:
		return b[:n:n], b[n:]
	case 3:
		return string(b[:n]), b[n:]
	case 4:
		list := []any{}
		for range n {
			v, b = parseItem(b)
			list = append(list, v)
		}
		return list, b
	case 5:
		pairs := []pair{}
		for range n {
			var p pair
			p.key, b = parseItem(b)
			p.value, b = parseItem(b)
			pairs = append(pairs, p)
		}
		return pairs, b
	}
	panic(fmt.Sprintf("major type %d", major))
}

// parseClaims reads a payload.
func parseClaims(payload []byte) map[uint64]any {
	item, rest := parseItem(payload)
	if len(rest) > 0 {
		panic("bytes after the claims")
	}
	claims := map[uint64]any{}
	for _, p := range item.([]pair) {
		claims[p.key.(uint64)] = p.value
	}
	return claims
}

type modelBlock struct {
	claims             map[uint64]any
	payload, signature []byte
	raw                []byte
	next               []byte
	signer             []byte
}

// blocksOf splits the bytes of a token that format accepts.
func blocksOf(token []byte) (hint []byte, blocks []modelBlock, secret bool) {
	elements := token[0] & 31
	_, rest := parseItem(token[1:]) // version
	h, rest := parseItem(rest)
	n := rest[0] & 31
	rest = rest[1:]
	for range n {
		item, after := parseItem(rest)
		parts := item.([]any)
		b := modelBlock{payload: parts[2].([]byte), signature: parts[3].([]byte), raw: rest[:len(rest)-len(after)]}
		b.claims = parseClaims(b.payload)
		b.next, _ = b.claims[2].([]byte)
		blocks = append(blocks, b)
		rest = after
	}
	return h.([]byte), blocks, elements == 4
}

// The 2^255-19 and L of SPEC 5.
var (
	modelP, _ = new(big.Int).SetString("57896044618658097711785492504343953926634992332820282019728792003956564819949", 10)
	modelL, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

	smallOrder = forge.SmallOrder()
)

func littleEndian(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// modelPoint is [K-2].
func modelPoint(b []byte) bool {
	b = slices.Clone(b)
	b[31] &= 127
	if littleEndian(b).Cmp(modelP) >= 0 {
		return false
	}
	for _, small := range smallOrder {
		small[31] &= 127
		if bytes.Equal(small[:], b) {
			return false
		}
	}
	return true
}

// modelVerify is [K-2] to [K-4]: by forge's own arithmetic if slow is set, else
// by the standard library.
func modelVerify(key, message, signature []byte, slow bool) bool {
	if !modelPoint(key) || !modelPoint(signature[:32]) || littleEndian(signature[32:]).Cmp(modelL) >= 0 {
		return false
	}
	if !slow {
		return ed25519.Verify(key, message, signature)
	}
	a, ok := forge.ParsePoint([32]byte(key))
	if !ok {
		return false
	}
	digest := sha512.Sum512(slices.Concat(signature[:32], key, message))
	k := littleEndian(digest[:])
	k.Mod(k, modelL)
	// [S]B − [k]A: subtracted by adding [8L−k]A, which is the same for any A.
	k.Sub(new(big.Int).Mul(modelL, big.NewInt(8)), k)
	r := forge.Base().Mul(littleEndian(signature[32:])).Add(a.Mul(k)).Bytes()
	return bytes.Equal(r[:], signature[:32])
}

func tagged(tag string, parts ...[]byte) []byte {
	h := sha256.Sum256(append([]byte(tag), slices.Concat(parts...)...))
	return h[:]
}

func byteString(b []byte) []byte { return forge.Encode(forge.Bytes(b)) }

// verify returns what steps 1 to 6 of SPEC 9 give, and the blocks.
func (m *model) verify(token []byte) (outcome, []modelBlock) {
	decoded, err := format.Decode(token)
	if err != nil {
		e := err.(*format.Error)
		o := outcome{e.Verdict, e.Block, e.Claim}
		if e.Block < 0 {
			o.block = chain.NoBlock
		}
		return o, nil
	}
	hint, blocks, secret := blocksOf(token)
	if len(blocks) != decoded.Len() {
		panic("the model reads other blocks")
	}
	last := len(blocks) - 1
	if secret || blocks[last].next != nil {
		return outcome{predicates.NotSealed, last, 2}, nil
	}
	for i, b := range blocks {
		if b.next != nil {
			bad := !modelPoint(b.next)
			for _, earlier := range blocks[:i] {
				bad = bad || bytes.Equal(earlier.next, b.next)
			}
			if bad {
				return outcome{predicates.BadKey, i, 2}, nil
			}
		}
		if cosigners, ok := b.claims[9].([]any); ok {
			for _, key := range cosigners[1].([]any) {
				if !modelPoint(key.([]byte)) {
					return outcome{predicates.BadKey, i, 9}, nil
				}
			}
		}
	}
	for i, b := range blocks {
		for claim := uint64(3); claim <= 6; claim++ {
			missing := false
			switch claim {
			case 3:
				missing = i == last && b.claims[3] == nil
			case 4:
				missing = i == 0 && b.claims[4] == nil
			case 6:
				grants, _ := b.claims[6].([]any)
				missing = i == 0 && len(grants) == 0
			}
			if missing {
				return outcome{predicates.Unbounded, i, int(claim)}, nil
			}
		}
	}
	var root []byte
	for _, key := range m.roots {
		if sum := sha256.Sum256(key[:]); bytes.Equal(sum[:8], hint) {
			root = key[:]
		}
	}
	if root == nil {
		return outcome{predicates.UnknownRoot, chain.NoBlock, 0}, nil
	}
	for i, b := range blocks {
		if bytes.Equal(b.next, root) {
			return outcome{predicates.BadKey, i, 2}, nil
		}
	}
	h, key := tagged("taper-v1 root", root), root
	for i := range blocks {
		b := &blocks[i]
		aad := append([]byte("taper-v1 block"), h...)
		signed := slices.Concat([]byte("\x84\x6aSignature1\x43\xa1\x01\x32"), byteString(aad), byteString(b.payload))
		if !modelVerify(key, signed, b.signature, m.slow) {
			return outcome{predicates.BadSignature, i, 0}, nil
		}
		b.signer = key
		h, key = tagged("taper-v1 link", h, b.raw), b.next
	}
	return permitted, blocks
}

// decide returns what steps 1 to 7 of SPEC 9 give.
func (m *model) decide(token []byte, r *predicates.Request) outcome {
	o, blocks := m.verify(token)
	if o != permitted {
		return o
	}
	for i := -1; i < len(blocks); i++ {
		claims := m.ceiling
		if i >= 0 {
			claims = blocks[i].claims
		}
		for claim := uint64(3); claim <= 13; claim++ {
			if v := claims[claim]; v != nil {
				if verdict := m.claim(blocks, i, claim, v, r); verdict != predicates.Permitted {
					return outcome{verdict, i, int(claim)}
				}
			}
		}
	}
	return permitted
}

// claim decides by one claim of block i.
func (m *model) claim(blocks []modelBlock, i int, claim uint64, v any, r *predicates.Request) predicates.Verdict {
	holds, otherwise := false, predicates.Verdict(0)
	switch claim {
	case 3:
		holds, otherwise = slices.Contains(v.([]any), any(m.service)), predicates.WrongService
	case 4:
		holds, otherwise = m.now < v.(uint64), predicates.Expired
	case 5:
		holds, otherwise = m.now+60 >= v.(uint64), predicates.NotYetValid
	case 6:
		var b modelBlock
		if i >= 0 {
			b = blocks[i]
		}
		holds, otherwise = modelAllows(b, v.([]any), r), predicates.NotAllowed
	case 7:
		holds = slices.ContainsFunc(v.([]any), func(use any) bool { return use.([]any)[1] == any(m.service) })
		otherwise = predicates.WrongService
	case 8:
		count := uint64(0)
		for _, b := range blocks[i+1:] {
			if b.next != nil && !m.approver(blocks[:i+1], b.next) {
				count++
			}
		}
		holds, otherwise = count <= v.(uint64), predicates.TooManyDelegations
	case 9:
		approvals := uint64(0)
		for _, key := range v.([]any)[1].([]any) {
			if modelApproved(blocks, i, key.([]byte)) {
				approvals++
			}
		}
		holds, otherwise = approvals >= v.([]any)[0].(uint64), predicates.NotCosigned
	case 10:
		holds, otherwise = bytes.Equal(v.([]byte), r.Digest), predicates.WrongDigest
	case 12:
		for _, p := range v.([]pair) {
			says, known := m.known[p.key.(string)]
			if !known {
				return predicates.UnknownExtension
			}
			if !says {
				return predicates.ExtensionDenied
			}
		}
		holds = true
	case 13:
		seconds, ok := modelPresentation(blocks[len(blocks)-1])
		holds, otherwise = ok && seconds <= v.(uint64), predicates.NotFresh
	default: // 11, the label, decides nothing.
		holds = true
	}
	if holds {
		return predicates.Permitted
	}
	return otherwise
}

// approver reports whether the ceiling or one of the blocks lists a key.
func (m *model) approver(blocks []modelBlock, key []byte) bool {
	lists := []any{m.ceiling[9]}
	for _, b := range blocks {
		lists = append(lists, b.claims[9])
	}
	for _, list := range lists {
		if list == nil {
			continue
		}
		for _, k := range list.([]any)[1].([]any) {
			if bytes.Equal(k.([]byte), key) {
				return true
			}
		}
	}
	return false
}

// modelApproved is [D-17], for a key that block i lists.
func modelApproved(blocks []modelBlock, i int, key []byte) bool {
	for j := i + 1; j < len(blocks); j++ {
		if !bytes.Equal(blocks[j].signer, key) {
			continue
		}
		for _, b := range blocks[i+1 : j+1] {
			if modelBound(b) && modelSingle(b) {
				return true
			}
		}
	}
	return false
}

// modelBound is [D-26].
func modelBound(b modelBlock) bool {
	grants, _ := b.claims[6].([]any)
	for _, g := range grants {
		grant := g.([]any)
		for _, list := range grant[:2] {
			patterns := list.([]any)
			if len(patterns) != 1 || strings.Contains(patterns[0].(string), "*") {
				return false
			}
		}
		if len(grant) == 2 {
			if b.claims[10] == nil {
				return false
			}
			continue
		}
		for _, argument := range grant[2].([]pair) {
			conditions := argument.value.([]any)
			if len(conditions) != 1 {
				return false
			}
			condition := conditions[0].([]any)
			if condition[0].(uint64) != 1 || len(condition[1].([]any)) != 1 {
				return false
			}
		}
	}
	return len(grants) > 0
}

// modelSingle is [D-27].
func modelSingle(b modelBlock) bool {
	uses, _ := b.claims[7].([]any)
	return len(uses) == 1 && uses[0].([]any)[0].(uint64) == 1
}

// modelPresentation is [D-28].
func modelPresentation(b modelBlock) (seconds uint64, ok bool) {
	services, _ := b.claims[3].([]any)
	expires, ends := b.claims[4].(uint64)
	starts, begins := b.claims[5].(uint64)
	if b.next != nil || len(services) != 1 || !ends || !begins || starts >= expires || !modelSingle(b) || !modelBound(b) {
		return 0, false
	}
	return expires - starts, b.claims[7].([]any)[0].([]any)[1] == services[0]
}

// modelAllows is [D-14] and [D-29].
func modelAllows(b modelBlock, grants []any, r *predicates.Request) bool {
	if len(r.Accesses) < 1 || len(r.Accesses) > 16 {
		return false
	}
	for _, a := range r.Accesses {
		if !modelName(a.Interface, ":") || !modelName(a.Resource, "/") {
			return false
		}
		for name, v := range a.Arguments {
			if text, ok := v.Text(); !modelPlain(name) || ok && !utf8.ValidString(text) {
				return false
			}
		}
	}
	if modelBound(b) && modelSingle(b) {
		if len(r.Accesses) != len(grants) {
			return false
		}
		for i, a := range r.Accesses {
			if !modelGrant(grants[i].([]any), a) {
				return false
			}
		}
		return true
	}
	for _, a := range r.Accesses {
		if !slices.ContainsFunc(grants, func(g any) bool { return modelGrant(g.([]any), a) }) {
			return false
		}
	}
	return true
}

func modelControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || 0x7f <= r && r <= 0x9f })
}

func modelPlain(s string) bool {
	return len(s) >= 1 && len(s) <= 256 && utf8.ValidString(s) && !modelControl(s)
}

// modelName is [N-1] to [N-4].
func modelName(s, separator string) bool {
	if len(s) > 1024 || !utf8.ValidString(s) || modelControl(s) || strings.Contains(s, "*") {
		return false
	}
	if separator == "/" {
		s = strings.TrimPrefix(s, "/")
	}
	segments := strings.Split(s, separator)
	for _, segment := range segments {
		if segment == "" || segment == "." || segment == ".." || len(segment) > 256 {
			return false
		}
	}
	return len(segments) <= 32
}

// modelMatches is [N-8] and [N-9].
func modelMatches(pattern, name, separator string) bool {
	if separator == "/" && strings.HasPrefix(pattern, "/") != strings.HasPrefix(name, "/") {
		return false
	}
	p, n := strings.Split(pattern, separator), strings.Split(name, separator)
	if separator == "/" && pattern[0] == '/' {
		p, n = p[1:], n[1:]
	}
	rest := p[len(p)-1] == "**"
	if rest {
		p = p[:len(p)-1]
	}
	if len(n) < len(p) || len(n) > len(p) && !rest {
		return false
	}
	for i := range p {
		if p[i] != "*" && p[i] != n[i] {
			return false
		}
	}
	return true
}

// modelGrant is [N-10] to [N-13], for arguments that are texts, integers and
// booleans.
func modelGrant(g []any, a predicates.Access) bool {
	any2 := func(list any, name, separator string) bool {
		return slices.ContainsFunc(list.([]any), func(p any) bool { return modelMatches(p.(string), name, separator) })
	}
	if !any2(g[0], a.Interface, ":") || !any2(g[1], a.Resource, "/") {
		return false
	}
	if len(g) == 2 {
		return true
	}
	named := map[string]bool{}
	for _, argument := range g[2].([]pair) {
		name := argument.key.(string)
		named[name] = true
		v, present := a.Arguments[name]
		for _, c := range argument.value.([]any) {
			condition := c.([]any)
			if condition[0].(uint64) != 0 && (!present || !modelCondition(condition, v)) {
				return false
			}
		}
	}
	for name := range a.Arguments {
		if !named[name] {
			return false
		}
	}
	return true
}

// integer returns a number of a token.
func integer(v any) int64 {
	if n, ok := v.(uint64); ok {
		return int64(n)
	}
	return v.(int64)
}

func modelCondition(condition []any, v predicates.Value) bool {
	text, isText := v.Text()
	number, isInt := v.Int()
	truth, isBool := v.Bool()
	switch condition[0].(uint64) {
	case 1:
		return slices.ContainsFunc(condition[1].([]any), func(w any) bool {
			switch w := w.(type) {
			case string:
				return isText && w == text
			case bool:
				return isBool && w == truth
			}
			return isInt && integer(w) == number
		})
	case 2:
		return isInt && number >= integer(condition[1])
	case 3:
		return isInt && number <= integer(condition[1])
	case 4:
		return isText && modelName(text, "/") && slices.ContainsFunc(condition[1].([]any), func(p any) bool { return modelMatches(p.(string), text, "/") })
	case 5:
		return isText && slices.ContainsFunc(condition[1].([]any), func(s any) bool { return strings.HasSuffix(text, s.(string)) })
	}
	panic("no such condition")
}
