package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// resigned returns a token whose block i carries what change makes of its own
// signature. Later blocks are signed over it, so that nothing else is wrong.
func resigned(t forge.Token, i int, change func(key forge.Key, message, signature []byte) []byte) forge.Token {
	key := signerOf(t, i)
	return t.Edit(i, func(b *forge.Block) {
		b.Sign = func(message []byte) []byte { return change(key, message, key.Sign(message)) }
	})
}

// overStructure returns a token whose block i is signed over something else than
// its Sig_structure.
func overStructure(t forge.Token, i int, signed []byte) forge.Token {
	return t.Edit(i, func(b *forge.Block) { b.Signed = signed })
}

// flipped returns a copy with one bit, counted from the lowest of the first byte,
// turned over.
func flipped(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}

// signatureCases: signatures that lenient verifiers take, and what they must have
// been made over.
func signatureCases(s *suite) {
	reductionCases(s)
	base := standard()
	s.authorize(authorize{
		id: "signatures-standard", spec: []string{"K-1", "K-4", "D-9", "E-19"},
		comment: "The standard token: three signatures by three keys.",
		token:   base,
	})
	// bad adds a token whose block i has a bad signature.
	bad := func(id string, i int, t forge.Token, spec, attacks, flags []string, comment string) {
		s.authorize(authorize{
			id: fmt.Sprintf("signatures-%s-%d", id, i), base: "signatures-standard", spec: append(spec, "D-9"), attacks: attacks, flags: flags,
			comment: comment, token: t, verdict: "bad-signature", block: i,
		})
	}

	// A17 and A14: other bytes in place of a good signature.
	for i := range 3 {
		later := ""
		if i < 2 {
			later = " Later blocks are signed over it."
		}
		for _, f := range []struct {
			bit  int
			what string
		}{
			{0, "the first bit of R is turned over"},
			{130, "a bit in the middle of R is turned over"},
			{255, "the sign bit of R is turned over: a comparison of y alone misses it"},
			{256, "the lowest bit of S is turned over"},
			{256 + 120, "a bit in the middle of S is turned over"},
			{511, "the top bit of S is turned over: a verifier that masks it misses it"},
		} {
			bad(fmt.Sprintf("bit-%d", f.bit), i, resigned(base, i, func(_ forge.Key, _, signature []byte) []byte { return flipped(signature, f.bit) }),
				[]string{"K-4"}, []string{"A17"}, []string{"unchecked-signature"},
				fmt.Sprintf("In block %d, %s.%s", i, f.what, later))
		}
		bad("zero", i, resigned(base, i, func(forge.Key, []byte, []byte) []byte { return make([]byte, 64) }),
			[]string{"K-2"}, []string{"A17"}, []string{"unchecked-signature"},
			fmt.Sprintf("The signature of block %d is all zeros: a verifier that takes it for absent, and absent for unchecked, lets anyone write the block.", i))
		bad("s-plus-order", i, resigned(base, i, func(_ forge.Key, _, signature []byte) []byte { return forge.Malleated(signature) }),
			[]string{"K-3"}, []string{"A14"}, []string{"malleable"},
			fmt.Sprintf("S + L in place of S in block %d: without the check of S anybody can rewrite a token past lists and counters that look at its bytes.", i))
		bad("r-identity", i, resigned(base, i, func(key forge.Key, message, _ []byte) []byte { return key.SignWithNonce(message, new(big.Int)) }),
			[]string{"K-2"}, []string{"A11"}, []string{"small-order"},
			fmt.Sprintf("R of block %d is the identity, and the equation holds: whoever sees it learns the key from one division.", i))
		bad("cofactored", i, resigned(base, i, func(key forge.Key, message, _ []byte) []byte { return key.SignCofactored(message) }),
			[]string{"K-4"}, []string{"A16"}, []string{"cofactored"},
			fmt.Sprintf("R of block %d has a part of order 8: only the cofactored equation holds, so a batch verifier permits what others deny.", i))
		bad("halves-swapped", i, resigned(base, i, func(_ forge.Key, _, signature []byte) []byte { return slices.Concat(signature[32:], signature[:32]) }),
			[]string{"K-3", "K-4"}, []string{"A17"}, []string{"unchecked-signature"},
			fmt.Sprintf("Block %d has S before R: its own producer may agree with its own verifier, and with no other.", i))
		bad("big-endian", i, resigned(base, i, func(_ forge.Key, _, signature []byte) []byte {
			turned := bytes.Clone(signature)
			slices.Reverse(turned[32:])
			return turned
		}), []string{"K-3", "K-4"}, []string{"A17"}, []string{"endianness"},
			fmt.Sprintf("S of block %d is written big-endian: SPEC 5 reads it little-endian.", i))

		// The signer: nobody but the key that the block before names.
		for _, wrong := range []struct{ name, what string }{
			{"root", "the root"}, {"orchestrator", "the orchestrator"}, {"worker", "the worker"}, {"mallory", "a key that the token does not name"},
		} {
			key := forge.NewKey(wrong.name)
			if key.Public() == signerOf(base, i).Public() {
				continue
			}
			bad("by-"+wrong.name, i, base.Edit(i, func(b *forge.Block) { b.Sign = key.Sign }),
				nil, []string{"A2", "A17"}, []string{"wrong-key"},
				fmt.Sprintf("Block %d is signed by %s: a verifier that takes any key of the chain, or one that it finds beside the block, lets holders write for others.", i, wrong.what))
		}
	}
	for _, n := range []int{2, 7, 14} {
		bad(fmt.Sprintf("s-plus-%d-orders", n), 2, resigned(base, 2, func(_ forge.Key, _, signature []byte) []byte {
			for range n {
				signature = forge.Malleated(signature)
			}
			return signature
		}), []string{"K-3"}, []string{"A14"}, []string{"malleable"},
			fmt.Sprintf("S + %d L: the same equation in yet other bytes; a check of the top three bits is not a check of S < L.", n))
	}
	for i, r := range forge.SmallOrder() {
		if i == 0 {
			continue // signatures-r-identity
		}
		bad(fmt.Sprintf("r-small-order-%d", i), 2, resigned(base, 2, func(key forge.Key, message, _ []byte) []byte { return key.SignRaw(message, r, new(big.Int)) }),
			[]string{"K-2"}, []string{"A11", "A16"}, []string{"small-order"},
			fmt.Sprintf("R is %s: a verifier that decodes R and multiplies by the cofactor takes it.", weakKeys[i]))
	}
	for _, n := range []int64{3, 4, 18} {
		r := littleEndianKey(new(big.Int).Add(fieldOrder(), big.NewInt(n)), false)
		bad(fmt.Sprintf("r-p-plus-%d", n), 2, resigned(base, 2, func(key forge.Key, message, _ []byte) []byte { return key.SignRaw(message, r, new(big.Int)) }),
			[]string{"K-2"}, []string{"A16"}, []string{"non-canonical"},
			fmt.Sprintf("R is y = p + %d: no verifier that compares bytes takes it, and one that decodes it must not either.", n))
	}
	mixed := standard().WithNext(1, forge.NewKey("orchestrator").Mixed(1))
	s.authorize(authorize{
		id: "signatures-mixed-order", spec: []string{"K-4"}, attacks: []string{"A16"}, flags: []string{"mixed-order", "too-strict"},
		comment: "A key of mixed order, and a signature that fits the cofactorless equation.",
		token:   mixed,
	})
	s.authorize(authorize{
		id: "signatures-mixed-order-cofactored", base: "signatures-mixed-order", spec: []string{"K-4", "D-9"}, attacks: []string{"A16"}, flags: []string{"cofactored", "mixed-order"},
		comment: "The same key, and a signature for which kA leaves a part of small order: R is good, and only a cofactored or batch verifier accepts.",
		token:   resigned(mixed, 2, cofactoredOnly),
		verdict: "bad-signature", block: 2,
	})

	structureCases(bad, base)
	anotherSignatureCases(s)
}

// cofactoredOnly signs under a key of mixed order so that kA has a part of small
// order, which R has not.
func cofactoredOnly(key forge.Key, message, _ []byte) []byte {
	public := key.Public()
	for n := int64(1); ; n++ {
		if signature := key.SignWithNonce(message, big.NewInt(n)); !ed25519.Verify(public[:], message, signature) {
			return signature
		}
	}
}

// structureCases: A25, signatures that were made over something else than SPEC 5
// says.
func structureCases(bad func(id string, i int, t forge.Token, spec, attacks, flags []string, comment string), base forge.Token) {
	steps := base.Trace()
	a25, k1 := []string{"A25"}, []string{"K-1"}
	withAAD := func(i int, aad []byte) forge.Token { return base.Edit(i, func(b *forge.Block) { b.AAD = aad }) }
	for i, step := range steps {
		h := step.Hash[:]
		bad("aad-empty", i, withAAD(i, []byte{}), k1, a25, []string{"missing-aad"},
			fmt.Sprintf("Block %d is signed with an empty external_aad, the default of COSE libraries: such a block fits onto every chain.", i))
		bad("aad-tag-alone", i, withAAD(i, []byte("taper-v1 block")), k1, []string{"A5", "A25"}, []string{"missing-aad", "unbound-prefix"},
			fmt.Sprintf("Block %d is signed with the tag and without h_%d: such a block can be moved to another token of the same key.", i, i))
		bad("aad-hash-alone", i, withAAD(i, h), k1, a25, []string{"missing-tag"},
			fmt.Sprintf("Block %d is signed with h_%d and without the tag: other protocols sign 32-byte hashes, too.", i, i))
		bad("aad-link-tag", i, withAAD(i, slices.Concat([]byte("taper-v1 link"), h)), k1, a25, []string{"wrong-tag"},
			fmt.Sprintf("Block %d is signed with the tag of links in place of that of blocks.", i))
		if i > 0 {
			bad("aad-first-hash", i, withAAD(i, slices.Concat([]byte("taper-v1 block"), steps[0].Hash[:])), k1, []string{"A5"}, []string{"unbound-prefix"},
				fmt.Sprintf("Block %d is signed with h_0: it is bound to the root, and to nothing between.", i))
			bad("aad-previous-hash", i, withAAD(i, slices.Concat([]byte("taper-v1 block"), steps[i-1].Hash[:])), k1, []string{"A5", "A11"}, []string{"off-by-one", "unbound-prefix"},
				fmt.Sprintf("Block %d is signed with h_%d: it is not bound to block %d, which can be exchanged.", i, i-1, i-1))
		}
	}
	// Other ways to compute h_2, each over the right prefix.
	link := func(h []byte, rest ...[]byte) []byte {
		sum := sha256.Sum256(slices.Concat([]byte("taper-v1 link"), h, slices.Concat(rest...)))
		return slices.Concat([]byte("taper-v1 block"), sum[:])
	}
	before := steps[1]
	bad("link-payload-only", 2, withAAD(2, link(before.Hash[:], before.Payload)), k1, []string{"A11"}, []string{"wrong-hash"},
		"h_2 is computed over the payload of block 1 and not the whole block: it leaves the signature out, and under a degenerate key the chain is not fixed.")
	bad("link-signature-only", 2, withAAD(2, link(before.Hash[:], before.Signature)), k1, []string{"A11"}, []string{"wrong-hash"},
		"h_2 is computed over the signature of block 1 alone: a signature that fits two payloads lets one be swapped.")
	bad("link-block-only", 2, withAAD(2, link(nil, before.Block)), k1, []string{"A5"}, []string{"wrong-hash"},
		"h_2 is computed without h_1: it is bound to block 1 and to nothing before it.")
	bad("link-id", 2, withAAD(2, slices.Concat([]byte("taper-v1 block"), before.ID[:])), k1, []string{"A11"}, []string{"wrong-hash"},
		"The id of block 1 stands in place of h_2: ids leave signatures out.")
	bad("link-untagged", 2, withAAD(2, func() []byte {
		sum := sha256.Sum256(slices.Concat(before.Hash[:], before.Block))
		return slices.Concat([]byte("taper-v1 block"), sum[:])
	}()), k1, nil, []string{"wrong-hash", "missing-tag"},
		"h_2 is computed without its tag: a hash that could mean something else.")
	rootKey := base.Root.Public()
	hint := sha256.Sum256(rootKey[:])
	bad("root-hash-untagged", 0, withAAD(0, slices.Concat([]byte("taper-v1 block"), hint[:])), k1, nil, []string{"wrong-hash", "missing-tag"},
		"h_0 is computed without its tag: it is then the hash of which the hint is a part.")
	bad("root-key-in-aad", 0, withAAD(0, slices.Concat([]byte("taper-v1 block"), rootKey[:])), k1, nil, []string{"wrong-hash"},
		"The root's key stands in place of h_0.")

	// Other things to be signed than the Sig_structure.
	last := steps[2]
	aad, payload := forge.Bytes(last.AAD), forge.Bytes(last.Payload)
	header := forge.Bytes([]byte{0xa1, 0x01, 0x32})
	prehash := sha512.Sum512(last.Signed)
	jwt := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA"}`)) + "." + base64.RawURLEncoding.EncodeToString(last.Payload)
	sshSum := sha512.Sum512(last.Signed)
	ssh := slices.Concat([]byte("SSHSIG\x00\x00\x00\x05taper\x00\x00\x00\x00\x00\x00\x00\x06sha512\x00\x00\x00\x40"), sshSum[:])
	tls := slices.Concat(bytes.Repeat([]byte{0x20}, 64), []byte("TLS 1.3, client CertificateVerify\x00"), hint[:])
	dom2 := []byte("SigEd25519 no Ed25519 collisions\x01\x00")
	for _, other := range []struct {
		id      string
		signed  []byte
		flag    string
		comment string
	}{
		{"context-signature", forge.Encode(forge.Array(forge.Text("Signature"), header, forge.Bytes(nil), aad, payload)), "wrong-context",
			"The context is that of COSE_Sign, with two headers: a multi-signer message could stand for a block."},
		{"context-mac", forge.Encode(forge.Array(forge.Text("MAC0"), header, aad, payload)), "wrong-context",
			"The context is that of COSE_Mac0."},
		{"context-lower-case", forge.Encode(forge.Array(forge.Text("signature1"), header, aad, payload)), "wrong-context",
			"The context is written in lower case."},
		{"without-aad-element", forge.Encode(forge.Array(forge.Text("Signature1"), header, payload)), "missing-aad",
			"The Sig_structure has three elements: external_aad must be there even where a library calls it optional."},
		{"aad-after-payload", forge.Encode(forge.Array(forge.Text("Signature1"), header, payload, aad)), "wrong-context",
			"Payload and external_aad stand in each other's place."},
		{"header-eddsa", forge.Encode(forge.Array(forge.Text("Signature1"), forge.Bytes([]byte{0xa1, 0x01, 0x27}), aad, payload)), "wrong-header",
			"What is signed names algorithm -8, and the block -19: the header that is signed is the constant."},
		{"header-empty", forge.Encode(forge.Array(forge.Text("Signature1"), forge.Bytes(nil), aad, payload)), "wrong-header",
			"What is signed has an empty protected header: then nothing binds the algorithm."},
		{"header-bare-map", forge.Encode(forge.Array(forge.Text("Signature1"), forge.Raw([]byte{0xa1, 0x01, 0x32}), aad, payload)), "wrong-header",
			"What is signed holds the header as a map and not as a byte string."},
		{"payload-bare-map", forge.Encode(forge.Array(forge.Text("Signature1"), header, aad, forge.Raw(last.Payload))), "wrong-context",
			"What is signed holds the payload as a map and not as a byte string."},
		{"long-length", forge.Encode(forge.Array(forge.Text("Signature1"), header, forge.Wide(aad, 2), payload)), "non-minimal",
			"The Sig_structure has a length that is longer than needed: it must be in the one encoding of section 4."},
		{"tagged", forge.Encode(forge.Tag(18, forge.Array(forge.Text("Signature1"), header, aad, payload))), "wrong-context",
			"The Sig_structure is tagged as COSE_Sign1."},
		{"payload-alone", last.Payload, "missing-context",
			"The payload alone is signed: whatever else this key signs could be a block."},
		{"hashed", prehash[:], "prehash",
			"The SHA-512 of the Sig_structure is signed: SPEC 5 hashes nothing before Ed25519."},
		{"ed25519ph", slices.Concat(dom2, prehash[:]), "prehash",
			"What Ed25519ph signs: another algorithm with the same key."},
		{"ssh", ssh, "foreign-protocol",
			"What ssh-keygen -Y sign signs: a forwarded agent must be no block signer."},
		{"jwt", []byte(jwt), "foreign-protocol",
			"What a JWT with EdDSA signs, over this very payload."},
		{"tls", tls, "foreign-protocol",
			"What a TLS 1.3 client signs."},
		{"cwt", forge.Encode(forge.Array(forge.Text("Signature1"), header, forge.Bytes(nil), payload)), "foreign-protocol",
			"What a CWT over these claims signs: claims 3, 4 and 5 mean the same there."},
		{"hash-hex", []byte(fmt.Sprintf("%x", last.Hash)), "missing-context",
			"The hexadecimal digits of h_2 are signed."},
	} {
		bad("over-"+other.id, 2, overStructure(base, 2, other.signed), k1, a25, []string{other.flag}, other.comment)
	}
}

// anotherSignatureCases: A15. A key's holder can sign one block in many ways. It
// stays the same block.
func anotherSignatureCases(s *suite) {
	withR := func(t forge.Token, i int, r int64) forge.Token {
		return resigned(t, i, func(key forge.Key, message, _ []byte) []byte { return key.SignWithNonce(message, big.NewInt(r)) })
	}
	base := standard()
	limited := base.With(1, forge.Uses(forge.Use(1, forge.Service)))
	for i := range 3 {
		s.authorize(authorize{
			id: fmt.Sprintf("signatures-another-r-%d", i), base: "signatures-standard", spec: []string{"K-1", "K-4"}, attacks: []string{"A15"}, flags: []string{"too-strict"},
			comment: fmt.Sprintf("Block %d is signed with another r than RFC 8032 derives: nobody can tell, and a verifier that signs again to compare denies it.", i),
			token:   withR(base, i, 12345),
			uses:    []vectors.Used{{Block: 2, Number: 1, Limit: 1}},
		})
		t := withR(base, i, 12345)
		id := t.Trace()[i].ID
		s.authorize(authorize{
			id: fmt.Sprintf("signatures-another-r-revoked-%d", i), base: fmt.Sprintf("signatures-another-r-%d", i), spec: []string{"K-1", "R-1"}, attacks: []string{"A15", "G9"}, flags: []string{"id-covers-signature"},
			comment: fmt.Sprintf("The list holds the id that block %d has under every signature: an id over signatures would let its holder slip out.", i),
			token:   t,
			revoked: &vectors.Revoked{IDs: []string{fmt.Sprintf("%x", base.Trace()[i].ID)}},
			verdict: "revoked", block: i,
		})
		if id != base.Trace()[i].ID {
			fail("another signature changes the id of block %d", i)
		}
	}
	used := func(block int, number, limit uint64) vectors.Used {
		return vectors.Used{Block: block, Number: number, Limit: limit}
	}
	s.add(vectors.Case{
		ID: "signatures-another-r-replayed", Op: "authorize", Spec: []string{"K-1", "U-5"}, Attacks: []string{"A15", "E12"}, Flags: []string{"id-covers-signature"},
		Comment: "One presentation under two signatures, then under the first again: a counter under an id that covers signatures permits all three.",
		Tokens:  []vectors.Token{token(base), token(withR(base, 2, 777))},
		Roots:   []vectors.Root{root(trusted, "")},
		Steps: []vectors.Step{
			authorize{uses: []vectors.Used{used(2, 1, 1)}}.step(0),
			authorize{verdict: "replayed", block: 2, claim: 7}.step(1),
			authorize{verdict: "replayed", block: 2, claim: 7}.step(0),
		},
	})
	s.add(vectors.Case{
		ID: "signatures-another-r-exhausted", Op: "authorize", Spec: []string{"K-1", "U-4"}, Attacks: []string{"A15", "E3"}, Flags: []string{"id-covers-signature"},
		Comment: "Block 1 permits one use, and its holder signs it again: h_2 differs, so the presentation is new, but the limit is that of the same block.",
		Tokens:  []vectors.Token{token(limited), token(withR(limited, 1, 777))},
		Roots:   []vectors.Root{root(trusted, "")},
		Steps: []vectors.Step{
			authorize{uses: []vectors.Used{used(1, 1, 1), used(2, 1, 1)}}.step(0),
			authorize{verdict: "exhausted", block: 1, claim: 7}.step(1),
		},
	})
}

// The signatures of the last blocks of these tokens are by a key with a part of
// order 8. One verifies only if k is reduced modulo L, the other only if it is not.
const (
	reducedOnly   = "83014834750f98bd59fcfc828443a10132a0583fa401480000000000000000025820fc409141c6cc9bb91f07fc184947c53a09b90b03cd0bee63bf639cb847f264a404190e10068182816464623a2a81622a2a58405e17306a4e8ef2f3b14ecb630a5f6a0e1c7e0101e82c3982d3ff694cec7827d23c7ded821a8ce22fa880fe6ebecf96ab39325a3c786842becfe9eed4983f8a058443a10132a050a20148010101010101010103816264625840da99e28ba529cdde35a25fba9059e78ecaee239f99755b9b1aa4f65df00803e2a25839f06ed6ac6a7797678389eef9896d7066304825cf08383b1404b6ae770d"
	unreducedOnly = "83014834750f98bd59fcfc828443a10132a0583fa401480000000000000000025820fc409141c6cc9bb91f07fc184947c53a09b90b03cd0bee63bf639cb847f264a404190e10068182816464623a2a81622a2a58405e17306a4e8ef2f3b14ecb630a5f6a0e1c7e0101e82c3982d3ff694cec7827d23c7ded821a8ce22fa880fe6ebecf96ab39325a3c786842becfe9eed4983f8a058443a10132a050a201480101010101010101038162646258405866666666666666666666666666666666666666666666666666666666666666777fcc92d4ae2294f6f5444fa72fa5214fb38af3d1855d9167e277b26d00f70d"
)

// reductionCases: for a key with a part of small order, [k]A and [k mod L]A differ.
func reductionCases(s *suite) {
	seed := [32]byte{}
	for i := range seed {
		seed[i] = 1
	}
	read := request("db:read", "t")
	one := authorize{
		spec: []string{"K-4", "D-9"}, attacks: []string{"A16"}, flags: []string{"unreduced-k"},
		roots: []vectors.Root{{Key: hex.EncodeToString(ed25519.NewKeyFromSeed(seed[:])[32:])}}, service: "db", now: 1000, request: &read, noLedger: true,
	}
	good, bad := one, one
	good.id, good.bytes = "signatures-k-is-reduced", unhex(reducedOnly)
	good.comment = "The next key has a part of order 8, and the signature holds with k reduced modulo L: a verifier that multiplies by all 512 bits of k denies a token that others permit."
	bad.id, bad.base, bad.bytes = "signatures-k-is-not-reduced", good.id, unhex(unreducedOnly)
	bad.comment = "The signature holds only with k not reduced modulo L: a verifier that follows RFC 8032 to the letter permits a token that others deny."
	bad.verdict, bad.block = "bad-signature", 1
	s.authorize(good)
	s.authorize(bad)
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		fail("%v", err)
	}
	return b
}
