package chain_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// A public key is canonical, on the curve and not of small order, or it is none:
// ATTACKS A10, SPEC 5 [K-2], [K-6].
func TestNewPublicKey(t *testing.T) {
	good := forge.NewKey("key").Public()
	key, err := chain.NewPublicKey(good[:])
	if err != nil || key.Key() != good || key.IsZero() {
		t.Fatalf("got %v, %v", key, err)
	}
	if again, err := chain.ParsePublicKey(key.String()); err != nil || again != key {
		t.Errorf("got %v, %v, want %v", again, err, key)
	}

	const smallOrder, offCurve = "is of small order or not canonical", "is not a point on the curve"
	refuse := func(b [32]byte, why string) {
		t.Helper()
		want := fmt.Sprintf("chain: bad-key: %s %s", predicates.Key(b), why)
		for _, f := range []func() (chain.PublicKey, error){
			func() (chain.PublicKey, error) { return chain.NewPublicKey(b[:]) },
			func() (chain.PublicKey, error) { return chain.ParsePublicKey(predicates.Key(b).String()) },
		} {
			key, err := f()
			wantError(t, err, want, chain.ErrBadKey)
			if !key.IsZero() {
				t.Errorf("%v beside an error", key)
			}
		}
	}
	for _, b := range forge.SmallOrder() {
		refuse(b, smallOrder)
	}
	for _, b := range forge.NonCanonical() {
		refuse(b, smallOrder)
	}
	refuse([32]byte{}, smallOrder)
	refuse([32]byte{2}, offCurve)

	// Mixed order passes the byte rule: signatures under such a key are decided by
	// the cofactorless equation.
	mixed := forge.NewKey("key").Mixed(1).Public()
	if _, err := chain.NewPublicKey(mixed[:]); err != nil {
		t.Errorf("mixed order: %v", err)
	}
	for _, n := range []int{0, 31, 33, 64} {
		_, err := chain.NewPublicKey(make([]byte, n))
		wantError(t, err, fmt.Sprintf("chain: bad-key: a public key of %d bytes (expected 32)", n), chain.ErrBadKey)
	}
	if _, err := chain.NewPublicKey(nil); err == nil {
		t.Error("nil is a key")
	}
	for _, s := range []string{"", "ed25519:", key.String() + "\n", key.String()[8:], strings.ToUpper(key.String())} {
		if got, err := chain.ParsePublicKey(s); err == nil || !got.IsZero() || strings.ContainsAny(err.Error(), "\n") {
			t.Errorf("%q: got %v, %v", s, got, err)
		}
	}
}

// stub is a crypto.Signer that does as it is told.
type stub struct {
	public crypto.PublicKey
	sign   func(message []byte) ([]byte, error)
}

func (s *stub) Public() crypto.PublicKey { return s.public }
func (s *stub) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != 0 {
		return nil, errors.New("Ed25519 signs messages, not hashes")
	}
	return s.sign(message)
}

// What is no Ed25519 key is refused before it signs: ATTACKS A23, A24, [M-2].
func TestNewSignerRefuses(t *testing.T) {
	private := forge.NewKey("key").Private()
	other := forge.NewKey("other").Private()
	mismatched := append(bytes.Clone(private[:32]), other[32:]...)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	zero := predicates.Key{}
	point := private.Public().(ed25519.PublicKey)
	for _, c := range []struct {
		name   string
		signer crypto.Signer
		want   string
		target error
	}{
		{"nil", nil, "chain: no signer (nil)", nil},
		{"nil pointer", (*ed25519.PrivateKey)(nil), "chain: no signer (nil)", nil},
		{"another algorithm", curve, "chain: a signer for a key of type *ecdsa.PublicKey (expected Ed25519)", nil},
		{"no public key", &stub{}, "chain: a signer for a key of type <nil> (expected Ed25519)", nil},
		{"a pointer to a key", &stub{public: &point}, "chain: a signer for a key of type *ed25519.PublicKey (expected Ed25519)", nil},
		{"a short public key", &stub{public: point[:31]}, "chain: bad-key: a public key of 31 bytes (expected 32)", chain.ErrBadKey},
		{"a key of small order", &stub{public: ed25519.PublicKey(zero[:])}, "chain: bad-key: " + zero.String() + " is of small order or not canonical", chain.ErrBadKey},
		{"an empty private key", ed25519.PrivateKey{}, "chain: an Ed25519 private key of 0 bytes (expected 64)", nil},
		{"a seed as private key", private[:32], "chain: an Ed25519 private key of 32 bytes (expected 64)", nil},
		{"halves of two keys", ed25519.PrivateKey(mismatched), "chain: bad-key: the halves of the private key don't belong together", chain.ErrBadKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := chain.NewSigner(c.signer)
			wantError(t, err, c.want, c.target)
			if s != (chain.Signer{}) {
				t.Errorf("%v beside an error", s)
			}
		})
	}
	for _, n := range []int{0, 31, 33, 64} {
		s, err := chain.NewSignerFromSeed(make([]byte, n))
		wantError(t, err, fmt.Sprintf("chain: a seed of %d bytes (expected 32)", n), nil)
		if s != (chain.Signer{}) {
			t.Errorf("%v beside an error", s)
		}
	}
}

// Whichever way a key is given, it is the same signer, and it keeps copies: G6.
func TestSigners(t *testing.T) {
	key := forge.NewKey("key")
	seed, private := key.Seed(), key.Private()
	handed := bytes.Clone(seed[:])
	privateCopy := bytes.Clone(private)
	for name, s := range map[string]chain.Signer{
		"seed":    must(chain.NewSignerFromSeed(handed)),
		"private": must(chain.NewSigner(ed25519.PrivateKey(privateCopy))),
		"pointer": must(chain.NewSigner((*ed25519.PrivateKey)(&privateCopy))),
	} {
		clear(handed)
		clear(privateCopy)
		if s.Public().Key() != key.Public() {
			t.Errorf("%s: the public key is %s", name, s.Public())
		}
		got, ok := s.Seed()
		if !ok || !bytes.Equal(got, seed[:]) {
			t.Errorf("%s: the seed is %x, %t", name, got, ok)
		}
		clear(got)
		if again, _ := s.Seed(); !bytes.Equal(again, seed[:]) {
			t.Errorf("%s: Seed returns what it keeps", name)
		}
		if _, err := chain.MintSealed(s, sealedClaims()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		copy(handed, seed[:])
		copy(privateCopy, private)
	}

	// A signer that keeps its key to itself, as an agent or a KMS does.
	var asked [][]byte
	agent := must(chain.NewSigner(&stub{private.Public(), func(message []byte) ([]byte, error) {
		asked = append(asked, bytes.Clone(message))
		return ed25519.Sign(private, message), nil
	}}))
	if got, ok := agent.Seed(); ok || got != nil {
		t.Errorf("an external signer has the seed %x", got)
	}
	token := must(chain.MintSealed(agent, sealedClaims()))
	r := predicates.NewRequest(forge.Interface, forge.Resource)
	if _, err := newVerifier("key").Authorize(context.Background(), token.Text(), &r); err != nil {
		t.Error(err)
	}
	// What an agent signs can't be taken for a message of another protocol (A25).
	if len(asked) != 1 || !bytes.HasPrefix(asked[0], []byte("\x84\x6aSignature1\x43\xa1\x01\x32\x58\x2etaper-v1 block")) {
		t.Errorf("the agent was asked to sign %q", asked)
	}

	first, second := must(chain.GenerateSigner()), must(chain.GenerateSigner())
	if first.Public() == second.Public() || first.Public().IsZero() {
		t.Error("two generated keys are equal")
	}
	var none chain.Signer
	if seed, ok := none.Seed(); ok || seed != nil || !none.Public().IsZero() {
		t.Error("the zero Signer has a key")
	}
}

func sealedClaims(more ...predicates.Statement) predicates.Claims {
	return must(predicates.New(append([]predicates.Statement{
		predicates.Services(forge.Service),
		predicates.ExpiresUnix(forge.Now + 60),
		predicates.Allow(predicates.Interfaces{forge.Interface}, predicates.Resources{"customers/**"}),
	}, more...)...))
}

// A signer that errs or lies is found out, and no token comes of it: ATTACKS A24,
// [M-3].
func TestLyingSigners(t *testing.T) {
	key, other := forge.NewKey("key"), forge.NewKey("other")
	public := key.Private().Public()
	name := "signer " + publicKey("key").String()
	lie := "chain: " + name + ": its signature does not verify"
	broken := errors.New("the device is gone")
	for _, c := range []struct {
		name   string
		sign   func([]byte) ([]byte, error)
		want   string
		target error
	}{
		{"another key", func(m []byte) ([]byte, error) { return other.Sign(m), nil }, lie, nil},
		{"another message", func(m []byte) ([]byte, error) { return key.Sign(append(m[:len(m):len(m)], 0)), nil }, lie, nil},
		{"nothing", func(m []byte) ([]byte, error) { return nil, nil }, lie, nil},
		{"half of it", func(m []byte) ([]byte, error) { return key.Sign(m)[:32], nil }, lie, nil},
		{"too much", func(m []byte) ([]byte, error) { return append(key.Sign(m), 0), nil }, lie, nil},
		{"zeros", func(m []byte) ([]byte, error) { return make([]byte, 64), nil }, lie, nil},
		{"the null signature", func(m []byte) ([]byte, error) { return forge.NullSignature(), nil }, lie, nil},
		{"S + L", func(m []byte) ([]byte, error) { return forge.Malleated(key.Sign(m)), nil }, lie, nil},
		{"a cofactored signature", func(m []byte) ([]byte, error) { return key.SignCofactored(m), nil }, lie, nil},
		{"a changed message", func(m []byte) ([]byte, error) { m[len(m)-1] ^= 1; return key.Sign(m), nil }, lie, nil},
		{"an error", func(m []byte) ([]byte, error) { return key.Sign(m), broken }, "chain: " + name + ": the device is gone", broken},
	} {
		t.Run(c.name, func(t *testing.T) {
			liar := must(chain.NewSigner(&stub{public, c.sign}))
			token, err := chain.MintSealed(liar, sealedClaims())
			wantError(t, err, c.want, c.target)
			if token != nil {
				t.Error("a token beside an error")
			}
			capability, err := chain.Mint(liar, sealedClaims())
			wantError(t, err, c.want, c.target)
			if capability != nil {
				t.Error("a capability beside an error")
			}
		})
	}

	// A panic is not swallowed.
	func() {
		defer func() {
			if got := recover(); got != "stop" {
				t.Errorf("recovered %v", got)
			}
		}()
		chain.MintSealed(must(chain.NewSigner(&stub{public, func([]byte) ([]byte, error) { panic("stop") }})), sealedClaims())
	}()

	// A signer may keep what it returned and change it later.
	kept := make([]byte, 0, 64)
	keeper := must(chain.NewSigner(&stub{public, func(m []byte) ([]byte, error) { kept = append(kept[:0], key.Sign(m)...); return kept, nil }}))
	token := must(chain.MintSealed(keeper, sealedClaims()))
	clear(kept)
	if _, err := newVerifier("key").Verify(token.Text()); err != nil {
		t.Error(err)
	}
}

// Keys and ids are text in JSON, also as keys of maps, and are read in one spelling.
func TestTextOfKeysAndIDs(t *testing.T) {
	type record struct {
		Key  chain.PublicKey
		IDs  []chain.BlockID
		ByID map[chain.BlockID]int
	}
	id := chain.BlockID{0xab}
	written := record{publicKey("key"), []chain.BlockID{id}, map[chain.BlockID]int{id: 1}}
	b := must(json.Marshal(written))
	want := `{"Key":"` + publicKey("key").String() + `","IDs":["` + id.String() + `"],"ByID":{"` + id.String() + `":1}}`
	if string(b) != want {
		t.Errorf("got %s, want %s", b, want)
	}
	var read record
	if err := json.Unmarshal(b, &read); err != nil || read.Key != written.Key || read.IDs[0] != id || read.ByID[id] != 1 {
		t.Errorf("got %v, %v", read, err)
	}
	for _, bad := range []string{
		`{"Key":""}`, `{"Key":"` + predicates.Key{1}.String() + `"}`, `{"IDs":["` + strings.ToUpper(id.String()) + `"]}`, `{"ByID":{"x":1}}`,
	} {
		read = record{}
		if err := json.Unmarshal([]byte(bad), &read); err == nil || !read.Key.IsZero() || len(read.IDs) > 0 && read.IDs[0] != (chain.BlockID{}) {
			t.Errorf("%s: got %v, %v", bad, read, err)
		}
	}
	_, err := chain.PublicKey{}.MarshalText()
	wantError(t, err, "chain: the zero PublicKey has no text", nil)
}

func TestParseBlockID(t *testing.T) {
	token := forge.Chain("root", "holder")
	id := chain.BlockID(token.Trace()[1].ID)
	got, err := chain.ParseBlockID(id.String())
	if err != nil || got != id || len(id.String()) != 64 {
		t.Fatalf("got %v, %v, want %v", got, err, id)
	}
	for _, s := range []string{"", id.String()[:63], id.String() + "0", strings.ToUpper(id.String()), "g" + id.String()[1:], " " + id.String()[1:], "\n" + id.String()[1:]} {
		got, err := chain.ParseBlockID(s)
		wantError(t, err, "chain: block id "+predicates.QuoteCut(s, 64)+": expected 64 lower-case hexadecimal digits", nil)
		if got != (chain.BlockID{}) {
			t.Errorf("%q: %v beside an error", s, got)
		}
	}
}
