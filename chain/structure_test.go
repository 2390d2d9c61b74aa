package chain_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// chains are the standard tokens of 1 to 4 blocks. Each block but the last has
// what block 0 must have, so that moving them breaks nothing else.
func chains() []forge.Token {
	return []forge.Token{
		forge.Chain("root"),
		forge.Chain("root", "a"),
		forge.Chain("root", "a", "b"),
		forge.Chain("root", "a", "b", "c"),
	}
}

// The standard tokens permit, and the model and forge agree with the library on
// ids and keys: SPEC 5, [K-1].
func TestStandardChains(t *testing.T) {
	m := newModel("root")
	m.slow = true
	for n, token := range chains() {
		v := newVerifier("root")
		expect(t, v, token, read(), permitted)
		if got := m.decide(token.Encode(), read()); got != permitted {
			t.Errorf("%d blocks: the model says %v", n+1, got)
		}
		verified := must(v.Verify(token.Text(forge.Sealed)))
		if verified.Len() != n+1 || verified.Root().Key != publicKey("root") || verified.Token().Text() != token.Text(forge.Sealed) {
			t.Errorf("%d blocks: got %d, root %v", n+1, verified.Len(), verified.Root().Key)
		}
		for i, step := range token.Trace() {
			if verified.ID(i) != step.ID {
				t.Errorf("block %d of %d: id %v, want %x", i, n+1, verified.ID(i), step.ID)
			}
			want := forge.NewKey("root")
			if i > 0 {
				want = token.Blocks[i-1].Next
			}
			if verified.SignedBy(i).Key() != want.Public() {
				t.Errorf("block %d of %d: signer %v", i, n+1, verified.SignedBy(i))
			}
			if got := verified.Claims(i); i < n && nextOf(got) != token.Blocks[i].Next.Public() {
				t.Errorf("block %d of %d: claims name %v", i, n+1, nextOf(got))
			}
		}
	}
}

// Every bit counts: each flip of one is refused, by the verdict that the model
// gives it (L1, L5; ATTACKS A6, A11, A14, A17, B9).
func TestBitFlips(t *testing.T) {
	m := newModel("root")
	counts := map[predicates.Verdict]int{}
	flips := 0
	for n, token := range chains() {
		v := newVerifier("root")
		good := token.Encode()
		for i := range good {
			for bit := range 8 {
				if raceEnabled && bit != i%8 {
					continue
				}
				b := bytes.Clone(good)
				b[i] ^= 1 << bit
				want := m.decide(b, read())
				if want.verdict.Class() != "invalid" {
					t.Fatalf("%d blocks, byte %d, bit %d: the model says %v", n+1, i, bit, want)
				}
				if got := outcomeOf(t, decideBytes(v, b, read())); got != want {
					t.Errorf("%d blocks, byte %d, bit %d: got %v, want %v", n+1, i, bit, got, want)
				}
				counts[want.verdict]++
				flips++
			}
		}
		// The hint is bytes 3 to 10, the version byte 1.
		for i := 3; i < 11; i++ {
			b := bytes.Clone(good)
			b[i] ^= 0x40
			if got := outcomeOf(t, decideBytes(v, b, read())); got != (outcome{predicates.UnknownRoot, chain.NoBlock, 0}) {
				t.Errorf("hint byte %d: got %v", i, got)
			}
		}
		// Each signature in turn: the lowest bad one is reported (A17).
		for i, step := range token.Trace() {
			at := bytes.Index(good, step.Signature)
			for _, offset := range []int{0, 31, 32, 63} {
				b := bytes.Clone(good)
				b[at+offset] ^= 1
				if got := outcomeOf(t, decideBytes(v, b, read())); got != (outcome{predicates.BadSignature, i, 0}) {
					t.Errorf("signature %d, byte %d: got %v", i, offset, got)
				}
			}
		}
	}
	t.Logf("%d flips: %v", flips, counts)
	for _, v := range []predicates.Verdict{predicates.Malformed, predicates.UnsupportedVersion, predicates.UnknownRoot, predicates.BadSignature} {
		if counts[v] == 0 {
			t.Errorf("no flip is %s", v)
		}
	}
}

// A proper prefix of the blocks is an open token (A1); of the bytes, none.
func TestPrefixes(t *testing.T) {
	v := newVerifier("root")
	for _, token := range chains() {
		for n := 1; n < len(token.Blocks); n++ {
			expect(t, v, token.Truncate(n), read(), outcome{predicates.NotSealed, n - 1, predicates.ClaimNext})
		}
		good := token.Encode()
		for n := range good {
			if got := outcomeOf(t, decideBytes(v, good[:n], read())); got.verdict != predicates.Malformed {
				t.Fatalf("%d of %d bytes: got %v", n, len(good), got)
			}
		}
		for _, tail := range []string{"\x00", "\xff", "\x40", string(good)} {
			if got := outcomeOf(t, decideBytes(v, append(bytes.Clone(good), tail...), read())); got != (outcome{predicates.Malformed, chain.NoBlock, 0}) {
				t.Errorf("%x behind: got %v", tail, got)
			}
		}
	}
}

// permutations yields the permutations of 0 to n−1.
func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

// Blocks in another order are refused: at the seal if it is not last (A18), else
// at the first block that is not in its place (A4).
func TestPermutations(t *testing.T) {
	v := newVerifier("root")
	tried := 0
	for _, token := range chains() {
		frozen := token.Freeze()
		n := len(token.Blocks)
		for _, p := range permutations(n) {
			moved := frozen.Clone()
			first, seal := n, 0
			for i, j := range p {
				moved.Blocks[i] = frozen.Blocks[j]
				if j != i && first == n {
					first = i
				}
				if j == n-1 {
					seal = i
				}
			}
			want := permitted
			switch {
			case seal != n-1:
				want = outcome{predicates.Malformed, seal, predicates.ClaimNext}
			case first < n:
				want = outcome{predicates.BadSignature, first, 0}
			}
			if got := outcomeOf(t, decide(v, moved, read())); got != want {
				t.Errorf("%v: got %v, want %v", p, got, want)
			}
			tried++
		}
	}
	if tried != 1+2+6+24 {
		t.Errorf("tried %d permutations", tried)
	}
}

// A block that is left out, and one that stands twice, wherever it is put (A4, A12).
func TestDropsAndRepeats(t *testing.T) {
	v := newVerifier("root")
	for _, token := range chains() {
		frozen := token.Freeze()
		n := len(token.Blocks)
		for i := range n - 1 {
			// The next block is not signed by the key whose turn it is now.
			expect(t, v, frozen.Drop(i), read(), outcome{predicates.BadSignature, i, 0})
		}
		for i := range n {
			for at := range n + 1 {
				repeated := frozen.Splice(at, append([]forge.Block{frozen.Blocks[i]}, frozen.Blocks[at:]...)...)
				second := max(at, i+1) // of the two
				want := outcome{predicates.BadKey, second, predicates.ClaimNext}
				if i == n-1 {
					want = outcome{predicates.Malformed, min(at, n-1), predicates.ClaimNext}
				} else if at == n {
					want = outcome{predicates.Malformed, n - 1, predicates.ClaimNext} // Behind the seal.
				}
				expect(t, v, repeated, read(), want)
			}
		}
	}
}

// A block of another token in place of one's own: of the same root, of another
// root, of the same keys under another parent (A2, A5, A30).
func TestForeignBlocks(t *testing.T) {
	v := newVerifier("root")
	for _, token := range chains() {
		n := len(token.Blocks)
		holders := []string{"a", "b", "c"}[:n-1]
		frozen := token.Freeze()
		otherRoot := forge.Chain("other root", holders...).Freeze()
		// The same keys, and another nonce in block 0: another task of the same agents.
		otherTask := token.With(0, forge.Nonce([]byte("staging!"))).Freeze()
		for i := range n {
			swap := func(from forge.Token) forge.Token {
				return frozen.Splice(i, append([]forge.Block{from.Blocks[i]}, frozen.Blocks[i+1:]...)...)
			}
			expect(t, v, swap(otherRoot), read(), outcome{predicates.BadSignature, i, 0})
			want := outcome{predicates.BadSignature, i, 0}
			if i == 0 && n > 1 {
				want.block = 1 // Block 0 is the root's own, and what follows is not signed over it.
			}
			if i > 0 || n > 1 {
				expect(t, v, swap(otherTask), read(), want)
			}
			// All that follows from here on is the other task's (A5: re-parenting).
			if i > 0 {
				expect(t, v, frozen.Splice(i, otherTask.Blocks[i:]...), read(), outcome{predicates.BadSignature, i, 0})
			}
		}
		expect(t, v, otherTask, read(), permitted)
		expect(t, v, otherRoot, read(), outcome{predicates.UnknownRoot, chain.NoBlock, 0})
	}
}

// A2: the seal of a long chain on a shorter one, and a seal by a key of one's own.
func TestOwnSeal(t *testing.T) {
	v := newVerifier("root")
	long := forge.Chain("root", "a", "b").Freeze()
	expect(t, v, long.Drop(1), read(), outcome{predicates.BadSignature, 1, 0})
	mine := forge.NewBlock("mine", forge.Key{}, forge.Presentation()...)
	mine.Sign = forge.NewKey("mallory").Sign
	for n := 1; n < 3; n++ {
		expect(t, v, forge.Chain("root", "a", "b").Truncate(n).Append(mine), read(), outcome{predicates.BadSignature, n, 0})
	}
}

// A3, E13: whoever holds the key may seal as often as it likes; a limit in an
// earlier block binds it. SPEC 12, [U-4].
func TestSealsAtWill(t *testing.T) {
	v := newVerifier("root")
	limited := forge.Chain("root", "a").With(0, forge.Uses(forge.Use(3, forge.Service)))
	for n := range 5 {
		sealed := limited.With(1, forge.Nonce(fmt.Appendf(nil, "seal   %d", n)))
		want := permitted
		if n >= 3 {
			want = outcome{predicates.Exhausted, 0, predicates.ClaimUses}
		}
		expect(t, v, sealed, read(), want)
	}
}

// A6, A8: the root comes from the configuration, and the hint is its hash.
func TestRootHint(t *testing.T) {
	c := config("root")
	c.Roots = append(c.Roots, chain.Root{Key: publicKey("second")})
	two := must(chain.NewVerifier(c))
	one := newVerifier("root")
	token := forge.Chain("root", "a")
	expect(t, two, token, read(), permitted)
	expect(t, two, forge.Chain("second", "a"), read(), permitted)

	second := forge.NewKey("second").Public()
	sum := sha256.Sum256(second[:])
	// Another trusted root's hint leads to that root's key.
	expect(t, two, token.Edit(0, func(*forge.Block) {}).Clone(), read(), outcome{predicates.Replayed, 1, predicates.ClaimUses})
	moved := token.Freeze()
	moved.Hint = forge.Bytes(sum[:8])
	expect(t, two, moved, read(), outcome{predicates.BadSignature, 0, 0})
	expect(t, one, moved, read(), outcome{predicates.UnknownRoot, chain.NoBlock, 0})
	// Rooted at itself, or at a key that it carries.
	expect(t, two, forge.Chain("mallory"), read(), outcome{predicates.UnknownRoot, chain.NoBlock, 0})
	carried := token.Freeze()
	carried.Hint = forge.Bytes(second[:])
	expect(t, two, carried, read(), outcome{predicates.Malformed, chain.NoBlock, 0})
}

// A10: keys for which anyone can sign, and second spellings, wherever a key stands.
// [K-2], [D-5].
func TestBadKeys(t *testing.T) {
	v := newVerifier("root")
	token := forge.Chain("root", "a", "b")
	// Whoever comes next signs as anyone can; it is never looked at.
	null := func(b *forge.Block) { b.Sign = func([]byte) []byte { return forge.NullSignature() } }
	for _, b := range slices.Concat(forge.SmallOrder(), forge.NonCanonical()) {
		hostile := forge.PublicKey(b)
		expect(t, v, token.WithNext(0, hostile).Edit(1, null), read(), outcome{predicates.BadKey, 0, predicates.ClaimNext})
		expect(t, v, token.WithNext(1, hostile).Edit(2, null), read(), outcome{predicates.BadKey, 1, predicates.ClaimNext})
		expect(t, v, token.With(1, forge.Cosigners(1, forge.NewKey("x").Public(), b)), read(), outcome{predicates.BadKey, 1, predicates.ClaimCosigners})
		expect(t, v, token.With(2, forge.Cosigners(1, b)), read(), outcome{predicates.BadKey, 2, predicates.ClaimCosigners})
	}
	// A key that is not on the curve passes the byte rule, and nothing verifies
	// under it.
	expect(t, v, token.WithNext(0, forge.PublicKey([32]byte{2})).Edit(1, null), read(), outcome{predicates.BadSignature, 1, 0})
	expect(t, v, token.With(0, forge.Cosigners(1, [32]byte{2})), read(), outcome{predicates.NotCosigned, 0, predicates.ClaimCosigners})
}

// A11: under R = the identity and S = 0 one signature fits every payload, where the
// key is the identity; under another key, R of small order is refused by itself.
func TestDegenerateSignatures(t *testing.T) {
	v := newVerifier("root")
	token := forge.Chain("root", "a")
	null := token.Edit(1, func(b *forge.Block) { b.Sign = func([]byte) []byte { return forge.NullSignature() } })
	expect(t, v, null, read(), outcome{predicates.BadSignature, 1, 0})
	// R = [0]B: a signature that a plain verifier accepts, made with the secret.
	key := forge.NewKey("a")
	zero := token.Edit(1, func(b *forge.Block) {
		b.Sign = func(m []byte) []byte { return key.SignWithNonce(m, new(big.Int)) }
	})
	expect(t, v, zero, read(), outcome{predicates.BadSignature, 1, 0})
	identity := token.WithNext(0, forge.PublicKey([32]byte{1}))
	expect(t, v, identity, read(), outcome{predicates.BadKey, 0, predicates.ClaimNext})
}

// A12: all keys of a chain are distinct, the root's included. [K-5], [D-5], [D-8].
func TestRepeatedKeys(t *testing.T) {
	v := newVerifier("root")
	for i := range 3 {
		for j := range i {
			token := forge.Chain("root", "a", "b", "c")
			again := token.WithNext(i, token.Blocks[j].Next)
			expect(t, v, again, read(), outcome{predicates.BadKey, i, predicates.ClaimNext})
		}
		rooted := forge.Chain("root", "a", "b", "c").WithNext(i, forge.NewKey("root"))
		expect(t, v, rooted, read(), outcome{predicates.BadKey, i, predicates.ClaimNext})
		// Under an unknown root, unknown-root comes first.
		expect(t, newVerifier("another"), rooted, read(), outcome{predicates.UnknownRoot, chain.NoBlock, 0})
		// Two equal keys come before the root is looked for.
		if i > 0 {
			both := rooted.WithNext(0, forge.NewKey("root")).WithNext(i, forge.NewKey("root"))
			expect(t, newVerifier("another"), both, read(), outcome{predicates.BadKey, i, predicates.ClaimNext})
		}
	}
	// Cosigner keys may equal next keys and the root's ([K-5]).
	own := forge.Chain("root", "a").With(0, forge.Cosigners(1, forge.NewKey("a").Public(), forge.NewKey("root").Public()))
	expect(t, v, own, read(), permitted)
}

// A13: A and −A, and A plus a point of small order, are different keys.
func TestRelatedKeys(t *testing.T) {
	a := forge.NewKey("a")
	for name, b := range map[string]forge.Key{"negated": a.Negated(), "mixed": a.Mixed(1), "mixed 4": a.Mixed(4)} {
		token := forge.Chain("root", "a", "b").WithNext(1, b)
		if got := outcomeOf(t, decide(newVerifier("root"), token, read())); got != permitted {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// A14, A16: S + L, and what only a cofactored verifier accepts.
func TestMalleatedSignatures(t *testing.T) {
	v := newVerifier("root")
	for _, token := range chains() {
		for i := range token.Blocks {
			key := forge.NewKey("root")
			if i > 0 {
				key = token.Blocks[i-1].Next
			}
			malleated := token.Edit(i, func(b *forge.Block) { b.Sign = func(m []byte) []byte { return forge.Malleated(key.Sign(m)) } })
			expect(t, v, malleated, read(), outcome{predicates.BadSignature, i, 0})
			cofactored := token.Edit(i, func(b *forge.Block) { b.Sign = key.SignCofactored })
			expect(t, v, cofactored, read(), outcome{predicates.BadSignature, i, 0})
		}
	}
}

// A15: whoever holds a key makes many signatures of one block, and they are one
// block: one counter, one entry in a revocation list. SPEC 5, id_i.
func TestManySignaturesOfOneBlock(t *testing.T) {
	token := forge.Chain("root", "a")
	key := forge.NewKey("a")
	v := newVerifier("root")
	seen := map[string]bool{}
	for n := range int64(5) {
		other := token.Edit(1, func(b *forge.Block) {
			b.Sign = func(m []byte) []byte { return key.SignWithNonce(m, big.NewInt(1000+n)) }
		})
		text := other.Text(forge.Sealed)
		if seen[text] {
			t.Fatal("two signatures are equal")
		}
		seen[text] = true
		want := permitted
		if n > 0 {
			want = outcome{predicates.Replayed, 1, predicates.ClaimUses}
		}
		expect(t, v, other, read(), want)
	}
	// A block signed anew is another beginning for those below it: h covers it.
	first := token.Edit(0, func(b *forge.Block) {
		b.Sign = func(m []byte) []byte { return forge.NewKey("root").SignWithNonce(m, big.NewInt(7)) }
	})
	if a, b := token.Trace(), first.Trace(); a[0].ID != b[0].ID || a[1].ID == b[1].ID {
		t.Error("block 0 must have one id, and block 1 two")
	}
	expect(t, v, first, read(), permitted)
}

// A18: a block that seals stands last. [E-11].
func TestSealInTheMiddle(t *testing.T) {
	v := newVerifier("root")
	for i := range 3 {
		token := forge.Chain("root", "a", "b", "c").Without(i, predicates.ClaimNext)
		expect(t, v, token, read(), outcome{predicates.Malformed, i, predicates.ClaimNext})
	}
}

// A19, B19: open tokens and handoffs, in bytes and in text, and prefixes that lie.
// [D-4], [T-2], [T-4].
func TestForms(t *testing.T) {
	v := newVerifier("root")
	sealed := forge.Chain("root", "a")
	open := sealed.Truncate(1)
	handoff := open.HandedOff()
	notSealed := outcome{predicates.NotSealed, 0, predicates.ClaimNext}
	malformed := outcome{predicates.Malformed, chain.NoBlock, 0}
	version := outcome{predicates.UnsupportedVersion, chain.NoBlock, 0}
	for name, token := range map[string]forge.Token{"open": open, "handoff": handoff} {
		_, err := v.VerifyBytes(token.Encode())
		if got := outcomeOf(t, err); got != notSealed {
			t.Errorf("%s bytes: got %v", name, got)
		}
	}
	body := sealed.Text("")
	for _, c := range []struct {
		text string
		want outcome
	}{
		{sealed.Text(forge.Sealed), permitted},
		{open.Text(forge.Open), notSealed},
		{handoff.Text(forge.Handoff), notSealed},
		{sealed.Text(forge.Open), malformed},
		{sealed.Text(forge.Handoff), malformed},
		{open.Text(forge.Sealed), malformed},
		{open.Text(forge.Handoff), malformed},
		{handoff.Text(forge.Sealed), malformed},
		{handoff.Text(forge.Open), malformed},
		{"TAPER1S_" + body, malformed},
		{"Taper1s_" + body, malformed},
		{"taper1S_" + body, malformed},
		{"taper1s" + body, malformed},
		{"taper2s_" + body, version},
		{"taper0s_" + body, version},
		{"taper10s_" + body, version},
		{"taper01s_" + body, malformed},
		{"taper2_" + body, malformed},
		{"taper1x_" + body, malformed},
		{body, malformed},
		{"", malformed},
		{"taper1s_taper1s_" + body, malformed},
		{"taper1s_" + body + "=", malformed},
		{"taper1s_" + body + "\n", malformed},
		{" taper1s_" + body, malformed},
	} {
		_, err := v.Verify(c.text)
		if got := outcomeOf(t, err); got != c.want {
			t.Errorf("%.12s...: got %v, want %v", c.text, got, c.want)
		}
	}
	// What is said of a handoff holds nothing of its secret.
	seed := handoff.Blocks[0].Next.Seed()
	for _, text := range []string{handoff.Text(forge.Handoff), handoff.Text(forge.Sealed), handoff.Text(forge.Handoff) + "!", handoff.Text("taper2k_")} {
		_, err := v.Verify(text)
		if form := leaks(fmt.Sprintf("%v %+v %#v", err, err, err), seed[:]); form != "" {
			t.Errorf("the error shows the seed as %s: %v", form, err)
		}
	}
}

// A20, C9, D3, L3: block 0 expires and grants, a sealing block names services.
// [D-6]: over all blocks, the lowest block and then the lowest claim.
func TestUnbounded(t *testing.T) {
	v := newVerifier("root")
	unbounded := func(block, claim int) outcome { return outcome{predicates.Unbounded, block, claim} }
	for _, token := range chains() {
		last := len(token.Blocks) - 1
		expect(t, v, token.Without(0, 4), read(), unbounded(0, predicates.ClaimExpires))
		expect(t, v, token.Without(0, 6), read(), unbounded(0, predicates.ClaimAllow))
		expect(t, v, token.With(0, forge.Allow()), read(), unbounded(0, predicates.ClaimAllow))
		expect(t, v, token.Without(0, 4, 6), read(), unbounded(0, predicates.ClaimExpires))
		expect(t, v, token.Without(last, 3), read(), unbounded(last, predicates.ClaimServices))
		first := unbounded(0, predicates.ClaimExpires)
		if last == 0 {
			first = unbounded(0, predicates.ClaimServices)
		}
		expect(t, v, token.Without(0, 4).Without(last, 3), read(), first)
		if last > 0 {
			// What ancestors say doesn't help.
			expect(t, v, token.With(0, forge.Services(forge.Service)).Without(last, 3), read(), unbounded(last, predicates.ClaimServices))
			// An empty allow below block 0 permits nothing (C9).
			expect(t, v, token.With(last, forge.Allow()), read(), outcome{predicates.NotAllowed, last, predicates.ClaimAllow})
		}
	}
	// A bad key in the last block comes before an unbounded block 0.
	late := forge.Chain("root", "a", "b").Without(0, 4).With(2, forge.Cosigners(1, [32]byte{1}))
	expect(t, v, late, read(), outcome{predicates.BadKey, 2, predicates.ClaimCosigners})
}

// A25: signatures made for something else, and blocks offered to it.
func TestOtherProtocols(t *testing.T) {
	v := newVerifier("root")
	token := forge.Chain("root", "a")
	h := token.Trace()[1].Hash
	payload := token.Trace()[1].Payload
	for name, change := range map[string]func(*forge.Block){
		"an empty aad":          func(b *forge.Block) { b.AAD = []byte{} },
		"the tag without h":     func(b *forge.Block) { b.AAD = []byte("taper-v1 block") },
		"h without the tag":     func(b *forge.Block) { b.AAD = h[:] },
		"the link tag":          func(b *forge.Block) { b.AAD = append([]byte("taper-v1 link"), h[:]...) },
		"the id tag":            func(b *forge.Block) { b.AAD = append([]byte("taper-v1 id"), h[:]...) },
		"version 2":             func(b *forge.Block) { b.AAD = append([]byte("taper-v2 block"), h[:]...) },
		"h of the block before": func(b *forge.Block) { first := token.Trace()[0]; b.AAD = first.AAD },
		"the payload alone":     func(b *forge.Block) { b.Signed = payload },
		"nothing":               func(b *forge.Block) { b.Signed = []byte{} },
		"an SSH signature":      func(b *forge.Block) { b.Signed = append([]byte("SSHSIG\x00\x00\x00\x05taper"), payload...) },
		"TLS 1.3": func(b *forge.Block) {
			b.Signed = append(bytes.Repeat([]byte(" "), 64), "TLS 1.3, client CertificateVerify\x00"...)
		},
		"a COSE Signature": func(b *forge.Block) {
			b.Signed = bytes.Replace(token.Trace()[1].Signed, []byte("\x6aSignature1"), []byte("\x69Signature"), 1)
		},
		"a COSE countersignture": func(b *forge.Block) {
			b.Signed = bytes.Replace(token.Trace()[1].Signed, []byte("\x6aSignature1"), []byte("\x70CounterSignature"), 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, v, token.Edit(1, change), read(), outcome{predicates.BadSignature, 1, 0})
			if name != "h of the block before" {
				expect(t, v, token.Edit(0, change), read(), outcome{predicates.BadSignature, 0, 0})
			}
		})
	}
}

// G8: there is no way to decide by a token that was not verified.
func TestZeroValues(t *testing.T) {
	ctx := context.Background()
	wantZero := outcome{predicates.Malformed, chain.NoBlock, 0}
	for name, verified := range map[string]*chain.Verified{"zero": {}, "nil": nil} {
		permit, err := verified.Authorize(ctx, read())
		if got := outcomeOf(t, err); got != wantZero || permit != nil {
			t.Errorf("%s Verified: got %v, %v", name, permit, err)
		}
		decision, err := verified.Decide(read(), clock())
		if got := outcomeOf(t, err); got != wantZero || decision != nil {
			t.Errorf("%s Verified: got %v, %v", name, decision, err)
		}
		all, err := verified.Explain(read(), clock())
		if got := outcomeOf(t, err); got != wantZero || all != nil {
			t.Errorf("%s Verified: got %v, %v", name, all, err)
		}
	}
	var verified chain.Verified
	if verified.Len() != 0 || verified.Token() != nil || !verified.Root().Key.IsZero() {
		t.Error("the zero Verified holds something")
	}
	for name, d := range map[string]*chain.Decision{"zero": {}, "nil": nil} {
		permit, err := d.Commit(ctx)
		if got := outcomeOf(t, err); got != wantZero || permit != nil {
			t.Errorf("%s Decision: got %v, %v", name, permit, err)
		}
		if name == "zero" && len(d.Charges()) != 0 {
			t.Error("the zero Decision charges")
		}
	}
	permit, err := (&chain.Verifier{}).Authorize(ctx, forge.Chain("root", "a").Text(forge.Sealed), read())
	if got := outcomeOf(t, err); got != (outcome{predicates.UnknownRoot, chain.NoBlock, 0}) || permit != nil {
		t.Errorf("zero Verifier: got %v, %v", permit, err)
	}
	// What one caller does to an error, another does not see.
	_, err = (&chain.Verified{}).Authorize(ctx, nil)
	err.(*chain.Denial).Verdict = predicates.Permitted
	if _, err := (&chain.Verified{}).Authorize(ctx, nil); outcomeOf(t, err) != wantZero {
		t.Errorf("got %v", err)
	}
}

// rootHint returns the first 8 bytes of the hash of a root key.
func rootHint(root [32]byte) []byte {
	sum := sha256.Sum256(root[:])
	return sum[:8]
}
