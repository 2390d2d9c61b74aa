package main

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// fourBlocks returns a token of four blocks, each with allow and expires, so that
// a block that is moved lacks neither.
func fourBlocks() forge.Token { return forge.Chain("root", "orchestrator", "worker", "tool") }

// signerOf returns the key that signs block i of a token.
func signerOf(t forge.Token, i int) forge.Key {
	if i == 0 {
		return t.Root
	}
	return t.Blocks[i-1].Next
}

// cosignedChain returns a token whose block 0 demands the signature of the approver or
// of a spare key. The holder's block 1 is bound and names the approver, who seals
// in block 2.
func cosignedChain(spare [32]byte) forge.Token {
	approver := forge.NewKey("approver")
	t := forge.Token{Root: forge.NewKey("root")}
	return t.Append(
		forge.NewBlock("approved 0", forge.NewKey("holder"),
			forge.Expires(forge.Now+8*3600),
			forge.Allow(forge.Grant([]string{"database:read"}, []string{"customers/**"})),
			forge.Cosigners(1, approver.Public(), spare)),
		forge.NewBlock("approved 1", approver, forge.Presentation()...),
		forge.NewBlock("approved 2", forge.Key{}, forge.Presentation()...),
	)
}

// littleEndianKey returns the 32 bytes of a y coordinate, with the sign bit or
// without.
func littleEndianKey(y *big.Int, sign bool) [32]byte {
	var b [32]byte
	for i, digit := range y.FillBytes(make([]byte, 32)) {
		b[31-i] = digit
	}
	if sign {
		b[31] |= 0x80
	}
	return b
}

// fieldOrder is p = 2^255 − 19.
func fieldOrder() *big.Int {
	return new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
}

// offCurve returns the small y coordinates that belong to no point.
func offCurve(n int) (all [][32]byte) {
	for y := int64(2); len(all) < n; y++ {
		key := littleEndianKey(big.NewInt(y), false)
		if _, ok := forge.ParsePoint(key); !ok {
			all = append(all, key)
		}
	}
	return all
}

// weakKeys are the encodings of small order, with words for each.
var weakKeys = []string{
	"the identity", "a point of order 8", "a point of order 4", "another point of order 8",
	"the point of order 2", "a third point of order 8", "the other point of order 4", "the last point of order 8",
	"the identity, with x written as -0", "the point of order 2, with x written as -0",
	"a point of order 4, with y written as p", "the other point of order 4, with y written as p",
	"the identity, with y written as p + 1", "the identity, with x written as -0 and y as p + 1",
}

// keyCases: keys that nobody, or anybody, can sign with, and keys that occur
// twice.
func keyCases(s *suite) {
	spare := forge.NewKey("spare").Public()
	s.authorize(authorize{
		id: "keys-three-blocks", spec: []string{"K-1", "K-2", "D-9"},
		comment: "The standard token: if this one is denied, hashes, aad or encoding differ somewhere.",
		token:   standard(),
	})
	s.authorize(authorize{
		id: "keys-four-blocks", spec: []string{"K-1", "K-5", "D-9"},
		comment: "Root and three next keys, all distinct.",
		token:   fourBlocks(),
	})
	s.authorize(authorize{
		id: "keys-cosigners", spec: []string{"K-2", "D-17"},
		comment: "Approver or spare must sign, and the approver does.",
		token:   cosignedChain(spare),
	})

	small := forge.SmallOrder()
	for i, key := range small {
		flags := []string{"small-order"}
		if i >= 8 {
			flags = append(flags, "non-canonical")
		}
		s.authorize(authorize{
			id: fmt.Sprintf("keys-next-small-order-%d", i), base: "keys-three-blocks", spec: []string{"K-2", "D-5"}, attacks: []string{"A10"}, flags: flags,
			comment: fmt.Sprintf("Block 1 names %s: anyone can sign block 2 for such a key, and here somebody did.", weakKeys[i]),
			token:   standard().WithNext(1, forge.PublicKey(key)),
			verdict: "bad-key", block: 1, claim: 2,
		})
		s.authorize(authorize{
			id: fmt.Sprintf("keys-cosigner-small-order-%d", i), base: "keys-cosigners", spec: []string{"K-2", "D-5"}, attacks: []string{"A10"},
			flags:   append(flags, "cosigner-unchecked"),
			comment: fmt.Sprintf("The spare cosigner is %s: anyone could approve in its name, also where the approver did.", weakKeys[i]),
			token:   cosignedChain(key),
			verdict: "bad-key", block: 0, claim: 9,
		})
	}
	for _, i := range []int{0, 1, 4} {
		s.authorize(authorize{
			id: fmt.Sprintf("keys-first-next-small-order-%d", i), base: "keys-three-blocks", spec: []string{"K-2", "D-5"}, attacks: []string{"A10"}, flags: []string{"small-order"},
			comment: fmt.Sprintf("Block 0 names %s: a verifier that checks points in delegated blocks only lets everyone extend this token.", weakKeys[i]),
			token:   standard().WithNext(0, forge.PublicKey(small[i])),
			verdict: "bad-key", block: 0, claim: 2,
		})
	}
	for i, resource := range []string{"customers/42", "customers/43"} {
		s.authorize(authorize{
			id: fmt.Sprintf("keys-one-signature-two-payloads-%d", i), base: "keys-three-blocks", spec: []string{"K-2", "D-5"}, attacks: []string{"A10", "A11"}, flags: []string{"small-order"},
			comment: "One signature, R the identity and S zero, that a plain library accepts for every payload under this key: the same bytes seal another request in the sibling case.",
			token: standard().WithNext(1, forge.PublicKey(small[0])).
				With(2, forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{resource}))).
				Edit(2, func(b *forge.Block) { b.Sign = func([]byte) []byte { return forge.NullSignature() } }),
			request: addressOf(request(forge.Interface, resource)),
			verdict: "bad-key", block: 1, claim: 2,
		})
	}

	p := fieldOrder()
	plus := func(n int64) *big.Int { return new(big.Int).Add(p, big.NewInt(n)) }
	for _, n := range []int64{2, 3, 4, 9, 17, 18} {
		for _, sign := range []bool{false, true} {
			key, name, with := littleEndianKey(plus(n), sign), fmt.Sprintf("p-plus-%d", n), "without"
			if sign {
				name, with = name+"-sign", "with"
			}
			where := "a point in a second spelling"
			if _, ok := forge.ParsePoint(key); !ok {
				where = "no point at all"
			}
			s.authorize(authorize{
				id: "keys-next-" + name, base: "keys-three-blocks", spec: []string{"K-2", "D-5"}, attacks: []string{"A10"}, flags: []string{"non-canonical"},
				comment: fmt.Sprintf("Block 1 names y = p + %d, %s sign bit, %s: a library that reduces it sees another key than one that does not.", n, with, where),
				token:   standard().WithNext(1, forge.PublicKey(key)),
				verdict: "bad-key", block: 1, claim: 2,
			})
			if n == 3 || n == 18 {
				s.authorize(authorize{
					id: "keys-cosigner-" + name, base: "keys-cosigners", spec: []string{"K-2", "D-5"}, attacks: []string{"A10"}, flags: []string{"non-canonical", "cosigner-unchecked"},
					comment: fmt.Sprintf("The spare cosigner is y = p + %d, %s sign bit, %s: two spellings of one key would count as two.", n, with, where),
					token:   cosignedChain(key),
					verdict: "bad-key", block: 0, claim: 9,
				})
			}
		}
	}
	for _, good := range []struct {
		name string
		key  [32]byte
		what string
	}{
		{"y-2", littleEndianKey(big.NewInt(2), false), "y = 2, next to the identity"},
		{"y-2-sign", littleEndianKey(big.NewInt(2), true), "y = 2 with the sign bit"},
		{"y-p-minus-2", littleEndianKey(plus(-2), false), "y = p - 2, the greatest y that no rule excludes"},
		{"y-p-minus-2-sign", littleEndianKey(plus(-2), true), "y = p - 2 with the sign bit"},
		{"off-curve", offCurve(1)[0], "on no curve"},
		{"holder", forge.NewKey("holder").Public(), "the next key of block 0"},
		{"approver-negated", forge.NewKey("approver").Negated().Public(), "the approver's with the other sign"},
		{"root", forge.NewKey("root").Public(), "the root's, which can never sign again"},
	} {
		s.authorize(authorize{
			id: "keys-cosigner-" + good.name, base: "keys-cosigners", spec: []string{"K-2", "K-5"}, attacks: []string{"A10"}, flags: []string{"too-strict"},
			comment: fmt.Sprintf("The spare cosigner is %s: [K-2] is a rule on bytes, and a verifier that refuses more than it says denies good tokens.", good.what),
			token:   cosignedChain(good.key),
		})
	}
	for i, key := range offCurve(3) {
		s.authorize(authorize{
			id: fmt.Sprintf("keys-next-off-curve-%d", i), base: "keys-three-blocks", spec: []string{"K-2", "K-4", "D-9"}, attacks: []string{"A10"}, flags: []string{"off-curve"},
			comment: "Block 1 names 32 bytes that pass the byte rule and are no point: nothing verifies under them, and a verifier that reports bad-key, or panics in decoding, differs.",
			token:   standard().WithNext(1, forge.PublicKey(key)),
			verdict: "bad-signature", block: 2,
		})
	}

	names := []string{"the root key", "the next key of block 0", "the next key of block 1", "the next key of block 2"}
	for i := range 4 {
		for j := i + 1; j < 4; j++ {
			t := fourBlocks()
			a := authorize{
				id: fmt.Sprintf("keys-equal-%d-%d", i, j), base: "keys-four-blocks", spec: []string{"K-5", "D-5"}, attacks: []string{"A12"}, flags: []string{"repeated-key"},
				comment: fmt.Sprintf("The next key of block %d is %s again: its holder could leave out what stands between, and still sign.", j-1, names[i]),
				token:   t.WithNext(j-1, signerOf(t, i)),
				verdict: "bad-key", block: j - 1, claim: 2,
			}
			if i == 0 {
				a.spec = []string{"K-5", "D-8"}
			}
			s.authorize(a)
		}
	}
	for i := range 3 {
		t := fourBlocks()
		s.authorize(authorize{
			id: fmt.Sprintf("keys-next-is-unknown-root-%d", i), base: "keys-four-blocks", spec: []string{"D-7", "D-8"}, attacks: []string{"A12"}, flags: []string{"order"},
			comment: fmt.Sprintf("Block %d names its root's own key, but that root is not trusted: the verifier can't know the root's key, so it can't say bad-key.", i),
			token:   t.WithNext(i, t.Root),
			roots:   []vectors.Root{root(forge.NewKey("another root"), "")},
			verdict: "unknown-root", block: noBlock,
		})
	}

	t := fourBlocks()
	for i := range 3 {
		for j := i + 1; j < 4; j++ {
			s.authorize(authorize{
				id: fmt.Sprintf("keys-negated-%d-%d", i, j), base: "keys-four-blocks", spec: []string{"K-5"}, attacks: []string{"A13"}, flags: []string{"too-strict"},
				comment: fmt.Sprintf("The next key of block %d is -A, where A is %s: one secret, but two keys to [K-5], which compares bytes.", j-1, names[i]),
				token:   t.WithNext(j-1, signerOf(t, i).Negated()),
			})
		}
	}
	for i := 1; i < 8; i++ {
		s.authorize(authorize{
			id: fmt.Sprintf("keys-mixed-order-%d", i), base: "keys-three-blocks", spec: []string{"K-2", "K-4", "K-5"}, attacks: []string{"A13", "A16"}, flags: []string{"mixed-order", "too-strict"},
			comment: fmt.Sprintf("The next key of block 1 is that of block 0 plus %s, and the signature fits the cofactorless equation: a verifier that demands prime order denies it.", weakKeys[i]),
			token:   standard().WithNext(1, forge.NewKey("orchestrator").Mixed(i)),
		})
	}
	configureCases(s, small)
}

// configureCases: what a verifier must refuse to trust.
func configureCases(s *suite, small [][32]byte) {
	configure := func(id string, valid bool, spec, attacks []string, comment string, roots ...vectors.Root) {
		c := vectors.Case{ID: "keys-configure-" + id, Op: "configure", Spec: spec, Attacks: attacks, Comment: comment, Roots: roots, Valid: &valid}
		if !valid {
			c.Base, c.Flags = "keys-configure-two-roots", []string{"configuration"}
		}
		s.add(c)
	}
	good, other := root(trusted, ""), forge.NewKey("another root")
	k6, a10 := []string{"K-6"}, []string{"A10"}
	configure("two-roots", true, k6, nil, "Two good roots.", good, root(other, ""))
	configure("negated", true, k6, []string{"A13"}, "A root and its negative are two keys with two hints.", good, root(trusted.Negated(), ""))
	for i, key := range small {
		configure(fmt.Sprintf("small-order-%d", i), false, k6, a10,
			fmt.Sprintf("The second root is %s: whoever trusts it trusts everyone.", weakKeys[i]), good, root(forge.PublicKey(key), ""))
	}
	for _, n := range []int64{3, 18} {
		key := littleEndianKey(new(big.Int).Add(fieldOrder(), big.NewInt(n)), false)
		configure(fmt.Sprintf("p-plus-%d", n), false, k6, a10,
			fmt.Sprintf("The second root is y = p + %d: a second spelling has a second hint, and escapes the first one's ceiling.", n), good, root(forge.PublicKey(key), ""))
	}
	configure("off-curve", false, k6, a10, "The second root is no point: better refused when it is configured than with every token.",
		good, root(forge.PublicKey(offCurve(1)[0]), ""))
	configure("root-twice", false, k6, []string{"A9"}, "One root twice: one of two entries would be ignored, and with it what it says.", good, good)
	configure("root-twice-two-ceilings", false, k6, []string{"A7", "A9"}, "One root with two ceilings: where the first wins, the second does not hold, and the reverse.",
		root(trusted, "services db-gateway"), root(trusted, "fresh 60s"))
	configure("ceiling", true, []string{"D-22"}, nil, "A ceiling may hold every claim but nonce, next, uses and label.",
		good, root(other, ceilingText(other)))
	configure("ceiling-uses", false, []string{"D-22"}, []string{"A9"},
		"A ceiling with uses: no block has an id to count them under, so whoever wrote it relies on what nobody counts.", good, root(other, "uses 5 at db-gateway"))
	configure("ceiling-label", false, []string{"D-22"}, []string{"A9"},
		"A ceiling with a label: nothing would act on it, so whoever wrote it is mistaken about what holds.", good, root(other, `label "tenant"`))
}

// ceilingText is a ceiling of all claims that one may hold.
func ceilingText(k forge.Key) string {
	return strings.Join([]string{
		"allow database:* on **", "until 2026-11-22T18:00:00Z", "from 2026-11-22T10:00:00Z", "services db-gateway", "delegations 2",
		"fresh 60s", "cosigned by 1 of {ed25519:" + keyText(k) + "}", "digest sha256:" + strings.Repeat("00", 32), "extension example.com/x h''",
	}, "\n")
}

func keyText(k forge.Key) string {
	public := k.Public()
	return text("", public[:])
}

func addressOf[T any](v T) *T { return &v }

// hintOf returns the hint of a root key.
func hintOf(public [32]byte) []byte {
	sum := sha256.Sum256(public[:])
	return sum[:8]
}
