package forge_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tapertoken/taper/internal/forge"
)

var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

func verify(key forge.Key, message, signature []byte) bool {
	public := key.Public()
	return ed25519.Verify(public[:], message, signature)
}

// number reads a little-endian number.
func number(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func TestNewKey(t *testing.T) {
	k := forge.NewKey("root")
	seed, public := k.Seed(), k.Public()
	if want := sha256.Sum256([]byte("taper test key root")); seed != want {
		t.Errorf("seed: got %x, want %x", seed, want)
	}
	if want := ed25519.NewKeyFromSeed(seed[:]); !k.Private().Equal(want) || !bytes.Equal(public[:], want[32:]) {
		t.Errorf("got %x, want %x", public, want[32:])
	}
	// The vectors rest on these bytes.
	const want = "4bbcb3bf60b11b0cf74ee8122b90a4677c594f727e3e9202bfb7e234f0119d5f"
	if got := hex.EncodeToString(public[:]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// Mixed computes the point by our arithmetic.
	if got := k.Mixed(0).Public(); got != public {
		t.Errorf("aB: got %x, want %x", got, public)
	}
	if forge.NewKey("other").Public() == public {
		t.Error("two names have one key")
	}
}

func TestSignEqualsStandard(t *testing.T) {
	for i := range 20 {
		k := forge.NewKey(fmt.Sprint("signer ", i))
		seed, message := k.Seed(), bytes.Repeat([]byte{byte(i)}, i*7)
		want := ed25519.Sign(ed25519.NewKeyFromSeed(seed[:]), message)
		if got := k.Sign(message); !bytes.Equal(got, want) {
			t.Errorf("Sign: got %x, want %x", got, want)
		}
		// RFC 8032, 5.1.6, step 2: the r that everybody chooses.
		prefix := sha512.Sum512(seed[:])
		r := sha512.Sum512(append(prefix[32:], message...))
		if got := k.SignWithNonce(message, number(r[:])); !bytes.Equal(got, want) {
			t.Errorf("SignWithNonce: got %x, want %x", got, want)
		}
	}
}

func TestSignWithNonce(t *testing.T) {
	k, message := forge.NewKey("signer"), []byte("one message")
	seen := map[string]bool{string(k.Sign(message)): true}
	for r := range int64(10) {
		signature := k.SignWithNonce(message, big.NewInt(r))
		if !verify(k, message, signature) {
			t.Errorf("r = %d: %x is not valid", r, signature)
		}
		if verify(k, []byte("another message"), signature) {
			t.Errorf("r = %d: valid for another message", r)
		}
		seen[string(signature)] = true
	}
	if len(seen) != 11 {
		t.Errorf("got %d different signatures, want 11", len(seen))
	}
	if got := k.SignWithNonce(message, new(big.Int))[:32]; !bytes.Equal(got, forge.NullSignature()[:32]) {
		t.Errorf("r = 0: R is %x, want the identity", got)
	}
}

func TestSmallOrder(t *testing.T) {
	// The well-known set. Which of the points of order 8 is Torsion(1) is our choice.
	canonical := []string{
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	}
	aliases := []string{
		"0100000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	}
	all := forge.SmallOrder()
	if len(all) != 14 {
		t.Fatalf("got %d encodings, want 14", len(all))
	}
	var got []string
	for _, b := range all {
		got = append(got, hex.EncodeToString(b[:]))
	}
	if sorted := slices.Sorted(slices.Values(got[:8])); !slices.Equal(sorted, slices.Sorted(slices.Values(canonical))) {
		t.Errorf("canonical: got %v, want %v", sorted, canonical)
	}
	if !slices.Equal(got[8:], aliases) {
		t.Errorf("aliases: got %v, want %v", got[8:], aliases)
	}
	identity := [32]byte{1}
	for i, b := range all {
		p, ok := forge.ParsePoint(b)
		if !ok || p.Mul(big.NewInt(8)).Bytes() != identity {
			t.Errorf("%x: 8P is not the identity", b)
		}
		if isCanonical := p.Bytes() == b; isCanonical != (i < 8) {
			t.Errorf("%x: canonical: got %t, want %t", b, isCanonical, i < 8)
		}
	}
	if forge.Torsion(0).Bytes() != identity || forge.Torsion(4).Bytes() == identity || forge.Torsion(8).Bytes() != identity {
		t.Error("Torsion(1) does not have order 8")
	}
}

func TestNonCanonical(t *testing.T) {
	all := forge.NonCanonical()
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	seen := map[[32]byte]bool{}
	for _, b := range all {
		seen[b] = true
		b[31] &= 127
		if number(b[:]).Cmp(p) < 0 {
			t.Errorf("%x is below p", b)
		}
	}
	if len(seen) != 38 {
		t.Errorf("got %d encodings, want 38", len(seen))
	}
}

// TestForge shows what the checks on keys are for: under each of these keys the
// plain verifier accepts what anyone can sign.
func TestForge(t *testing.T) {
	message := []byte("anything")
	for _, b := range forge.SmallOrder() {
		k := forge.PublicKey(b)
		if k.Public() != b {
			t.Errorf("%x: the bytes of the key changed", b)
		}
		signature := k.Sign(message)
		if !verify(k, message, signature) {
			t.Errorf("%x: %x is not valid", b, signature)
		}
		if verify(k, message, append([]byte{2}, signature[1:]...)) {
			t.Errorf("%x: another R is valid too", b)
		}
	}
	if k := forge.PublicKey(forge.NewKey("victim").Public()); verify(k, message, k.Sign(message)) {
		t.Error("forged a signature of a good key")
	}
	notOnCurve := [32]byte{2}
	if _, ok := forge.ParsePoint(notOnCurve); ok {
		t.Fatal("y = 2 is on the curve")
	}
	if k := forge.PublicKey(notOnCurve); len(k.Sign(message)) != 64 || verify(k, message, k.Sign(message)) {
		t.Error("a key that is no point signs")
	}
	identity := forge.PublicKey([32]byte{1})
	for _, m := range []string{"one payload", "another payload"} {
		if !verify(identity, []byte(m), forge.NullSignature()) {
			t.Errorf("the null signature is not valid for %q", m)
		}
	}
}

func TestHostileKeys(t *testing.T) {
	k, message := forge.NewKey("signer"), []byte("message")
	if other := k.Negated(); other.Public() == k.Public() || other.Negated().Public() != k.Public() ||
		!verify(other, message, other.Sign(message)) || verify(k, message, other.Sign(message)) {
		t.Error("−A is not a second key of one secret")
	}
	seen := map[[32]byte]bool{k.Public(): true}
	for i := 1; i < 8; i++ {
		mixed := k.Mixed(i)
		p, ok := forge.ParsePoint(mixed.Public())
		q, _ := forge.ParsePoint(k.Public())
		if !ok || p.Mul(big.NewInt(8)).Bytes() != q.Mul(big.NewInt(8)).Bytes() {
			t.Errorf("Mixed(%d): differs by more than small order", i)
		}
		for n := range byte(10) {
			message := []byte{n}
			if !verify(mixed, message, mixed.Sign(message)) {
				t.Errorf("Mixed(%d): the signature of %d is not valid", i, n)
			}
		}
		if mixed.Seed() != k.Seed() {
			t.Errorf("Mixed(%d): another seed", i)
		}
		seen[mixed.Public()] = true
	}
	if len(seen) != 8 {
		t.Errorf("got %d keys, want 8", len(seen))
	}
}

// cofactored reports whether 8SB = 8R + 8kA.
func cofactored(public [32]byte, message, signature []byte) bool {
	a, _ := forge.ParsePoint(public)
	r, ok := forge.ParsePoint([32]byte(signature[:32]))
	k := sha512.Sum512(slices.Concat(signature[:32], public[:], message))
	eight := big.NewInt(8)
	left := forge.Base().Mul(number(signature[32:])).Mul(eight)
	return ok && left.Bytes() == r.Add(a.Mul(new(big.Int).Mod(number(k[:]), order))).Mul(eight).Bytes()
}

func TestSignCofactored(t *testing.T) {
	k, message := forge.NewKey("signer"), []byte("message")
	good, disputed := k.Sign(message), k.SignCofactored(message)
	if !cofactored(k.Public(), message, good) || cofactored(k.Public(), []byte("other"), good) {
		t.Fatal("the test's own equation is wrong")
	}
	if !cofactored(k.Public(), message, disputed) {
		t.Error("the cofactored equation does not hold")
	}
	if verify(k, message, disputed) {
		t.Error("the cofactorless equation holds")
	}
}

func TestMalleated(t *testing.T) {
	k, message := forge.NewKey("signer"), []byte("message")
	signature := k.Sign(message)
	before := slices.Clone(signature)
	got := forge.Malleated(signature)
	if !bytes.Equal(signature, before) || !bytes.Equal(got[:32], signature[:32]) {
		t.Error("R or the argument changed")
	}
	if d := new(big.Int).Sub(number(got[32:]), number(signature[32:])); d.Cmp(order) != 0 {
		t.Errorf("S grew by %d, want L", d)
	}
	if !cofactored(k.Public(), message, got) {
		t.Error("the equation does not hold any more")
	}
	if verify(k, message, got) {
		t.Error("crypto/ed25519 accepts S ≥ L")
	}
}

func TestPoints(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	scalar := func() *big.Int {
		b := make([]byte, 40)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return number(b)
	}
	for range 20 {
		m, n, torsion := scalar(), scalar(), forge.Torsion(random.IntN(8))
		p := forge.Base().Mul(m).Add(torsion)
		if q, ok := forge.ParsePoint(p.Bytes()); !ok || q.Bytes() != p.Bytes() {
			t.Errorf("seed %d: %x is read as %x", seed, p.Bytes(), q.Bytes())
		}
		sum := new(big.Int).Add(m, n)
		if got, want := p.Mul(m).Add(p.Mul(n)).Bytes(), p.Mul(sum).Bytes(); got != want {
			t.Errorf("seed %d: mP + nP: got %x, want %x", seed, got, want)
		}
		if got := p.Add(p.Mul(big.NewInt(-1))).Bytes(); got != [32]byte{1} {
			t.Errorf("seed %d: P − P: got %x, want the identity", seed, got)
		}
	}
	const base = "5866666666666666666666666666666666666666666666666666666666666666"
	if got := forge.Base().Bytes(); hex.EncodeToString(got[:]) != base {
		t.Errorf("base point: got %x, want %s", got, base)
	}
	if got := forge.Base().Mul(order).Bytes(); got != [32]byte{1} {
		t.Errorf("LB: got %x, want the identity", got)
	}
}
