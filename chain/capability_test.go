package chain_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// openClaims are those of block 0 of the tokens that the tests make.
func openClaims(more ...predicates.Statement) predicates.Claims {
	return must(predicates.New(append([]predicates.Statement{
		predicates.ExpiresUnix(forge.Now + 8*3600),
		predicates.Allow(predicates.Interfaces{"database:read", "database:list"}, predicates.Resources{"customers/**", "orders/*"}),
	}, more...)...))
}

// One capability makes many children at once, and none of them spoils another
// (G6). The race detector watches.
func TestSiblingsAtOnce(t *testing.T) {
	parent := must(chain.Mint(signer("root"), openClaims()))
	v := newVerifier("root")
	var wait sync.WaitGroup
	for i := range 32 {
		wait.Go(func() {
			child, err := parent.Attenuate(claimsOf(predicates.Label(fmt.Sprint("child ", i))))
			if err != nil {
				t.Error(err)
				return
			}
			token, err := child.Seal(sealedClaims())
			if err != nil {
				t.Error(err)
				return
			}
			if err := decideBytes(v, token.Bytes(), read()); err != nil {
				t.Error(err)
			}
			if label, _ := child.Claims()[1].Label(); label != fmt.Sprint("child ", i) {
				t.Errorf("child %d is labelled %q", i, label)
			}
		})
	}
	wait.Wait()
}

// accept makes the capability of a forged holder from an open token.
func accept(token *format.Token, holder string) *chain.Capability {
	return must(chain.Accept(token, signer(holder), publicKey("root")))
}

// isZero fails if a result stands beside an error (G7).
func isZero[T comparable](t *testing.T, result T) {
	t.Helper()
	var zero T
	if result != zero {
		t.Errorf("%v beside an error", result)
	}
}

// The ways to make a token, and what each makes: SPEC 3, 14.
func TestMaking(t *testing.T) {
	root := signer("root")
	v := newVerifier("root")
	first := must(chain.Mint(root, openClaims()))
	if first.Root() != root.Public() || first.Public().IsZero() || first.Public() == root.Public() || len(first.Claims()) != 1 {
		t.Errorf("got %v, root %v, key %v", first, first.Root(), first.Public())
	}
	if nextOf(first.Claims()[0]) != first.Public().Key() {
		t.Error("block 0 names another key")
	}
	toHolder := must(chain.MintTo(root, publicKey("a"), openClaims()))
	if toHolder.Kind() != format.Open || nextOf(toHolder.Block(0).Claims) != publicKey("a").Key() {
		t.Errorf("got %v", toHolder)
	}
	sealed := must(chain.MintSealed(root, sealedClaims()))
	if sealed.Kind() != format.Sealed {
		t.Errorf("got %v", sealed)
	}
	if o := outcomeOf(t, decideBytes(v, sealed.Bytes(), read())); o != permitted {
		t.Errorf("got %v", o)
	}

	second := must(first.Attenuate(claimsOf(predicates.Allow(predicates.Interfaces{"database:read"}, predicates.Resources{"customers/**"}))))
	if second.Public() == first.Public() || second.Root() != root.Public() || len(second.Claims()) != 2 || second.ID(0) != first.ID(0) {
		t.Errorf("got %v", second)
	}
	third := accept(must(second.Delegate(publicKey("b"), claimsOf(predicates.Delegations(0)))), "b")
	token := must(third.Seal(sealedClaims()))
	verified := must(v.VerifyBytes(token.Bytes()))
	for i := range 3 {
		if verified.ID(i) != third.ID(i) {
			t.Errorf("block %d: the holder and the verifier have different ids", i)
		}
	}
	if o := outcomeOf(t, decideBytes(v, token.Bytes(), read())); o != permitted {
		t.Errorf("got %v", o)
	}
	// The model reads what is made.
	m := newModel("root")
	m.slow = true
	if o := m.decide(token.Bytes(), read()); o != permitted {
		t.Errorf("the model says %v", o)
	}

	// A handoff carries the key, and an open token does not.
	open := must(second.Token())
	if open.Kind() != format.Open || open.Len() != 2 {
		t.Errorf("got %v", open)
	}
	text := must(second.Handoff())
	again := must(chain.AcceptHandoff(text, root.Public()))
	if again.Public() != second.Public() || must(again.Token()).Text() != open.Text() || must(again.Handoff()) != text {
		t.Errorf("got %v, want %v", again, second)
	}
	// Accept takes the token of a handoff, too, and keeps no secret of it.
	decoded := must(format.DecodeText(text))
	seed, _ := decoded.Secret()
	other := must(chain.Accept(decoded, must(chain.NewSignerFromSeed(seed[:])), root.Public()))
	if must(other.Token()).Kind() != format.Open {
		t.Error("the token of a capability holds its key")
	}
}

// Nothing changes a capability, and what it returns is a copy (G6).
func TestCapabilityIsImmutable(t *testing.T) {
	c := must(chain.Mint(signer("root"), openClaims()))
	before := must(c.Token()).Text() + must(c.Handoff()) + fmt.Sprint(c.Claims(), c.ID(0), c)
	must(c.Attenuate(claimsOf(predicates.Fresh(60))))
	must(c.Delegate(publicKey("a"), claimsOf()))
	must(c.Seal(sealedClaims()))
	must(c.Present(use()))
	must(c.Ask(publicKey("p"), use()))
	c.Attenuate(claimsOf(predicates.ExpiresUnix(predicates.MaxTime)))
	c.Claims()[0] = predicates.Claims{}
	b := must(c.Token()).Bytes()
	clear(b)
	if after := must(c.Token()).Text() + must(c.Handoff()) + fmt.Sprint(c.Claims(), c.ID(0), c); after != before {
		t.Errorf("got  %s\nwant %s", after, before)
	}
}

// A26: each block and each key is new, unless the maker gives the nonce; then equal
// blocks are one, with one counter (E12).
func TestNonces(t *testing.T) {
	parent := accept(must(chain.MintTo(signer("root"), publicKey("a"), openClaims(predicates.Nonce([8]byte{1, 2, 3})))), "a")
	if nonce, ok := parent.Claims()[0].Nonce(); !ok || nonce != [8]byte{1, 2, 3} {
		t.Errorf("the nonce is %x", nonce)
	}
	again := accept(must(chain.MintTo(signer("root"), publicKey("a"), openClaims(predicates.Nonce([8]byte{1, 2, 3})))), "a")
	if again.ID(0) != parent.ID(0) {
		t.Error("equal blocks have two ids")
	}
	seen := map[any]bool{}
	for range 20 {
		a, b := must(parent.Attenuate(claimsOf())), must(parent.Seal(sealedClaims()))
		nonceA, _ := a.Claims()[1].Nonce()
		nonceB, _ := b.Block(1).Claims.Nonce()
		for _, new := range []any{a.Public(), nonceA, nonceB, a.ID(1), b.Text()} {
			if seen[new] {
				t.Fatalf("%v came twice", new)
			}
			seen[new] = true
		}
	}
	v := newVerifier("root")
	twin := sealedClaims(predicates.Nonce([8]byte{9}), predicates.Uses(1, forge.Service))
	one, two := must(parent.Seal(twin)), must(parent.Seal(twin))
	if one.Text() != two.Text() {
		t.Error("equal blocks under equal parents are two")
	}
	if o := outcomeOf(t, decideBytes(v, one.Bytes(), read())); o != permitted {
		t.Errorf("got %v", o)
	}
	if o := outcomeOf(t, decideBytes(v, two.Bytes(), read())); o != (outcome{predicates.Replayed, 1, 7}) {
		t.Errorf("got %v", o)
	}
}

// What must not be written is refused before anything is signed: SPEC 14, L3,
// ATTACKS A12, A20, A21, A27, A28, C1, D3.
func TestMakersRefuse(t *testing.T) {
	root, x := signer("root"), publicKey("x")
	parent := accept(must(accept(must(chain.MintTo(root, publicKey("a"), openClaims(
		predicates.Services("db-gateway", "reports"), predicates.StartsUnix(forge.Now-100), predicates.Uses(10, "db-gateway"),
		predicates.Delegations(3), predicates.Fresh(60)))), "a").Delegate(publicKey("b"), claimsOf())), "b")
	key := func(name string) predicates.Key { return publicKey(name).Key() }
	zeroDate := predicates.Key{}
	const writesNothing = "chain: the zero Capability or Signer writes nothing"
	wide := "chain: the block asks for more than the chain above permits: "
	dead := "chain: the block can permit nothing: "
	manyPatterns := func(n int) (list predicates.Resources) {
		for i := range n {
			list = append(list, fmt.Sprintf("%0256d", i))
		}
		return list
	}
	for _, c := range []struct {
		name   string
		make   func() (any, error)
		want   string
		target error
	}{
		{"Mint by the zero signer", func() (any, error) { return nilCapability(chain.Mint(chain.Signer{}, openClaims())) }, writesNothing, nil},
		{"MintTo by the zero signer", func() (any, error) { return nilToken(chain.MintTo(chain.Signer{}, x, openClaims())) }, writesNothing, nil},
		{"MintTo the zero key", func() (any, error) { return nilToken(chain.MintTo(root, chain.PublicKey{}, openClaims())) }, "chain: no key to delegate to", nil},
		{"MintTo the root itself", func() (any, error) { return nilToken(chain.MintTo(root, root.Public(), openClaims())) },
			"chain: " + root.Public().String() + " is the root's: the key is in the chain already", chain.ErrKeyInChain},
		{"claims that name a key", func() (any, error) { return nilToken(chain.MintTo(root, x, openClaims(predicates.Next(key("a"))))) },
			"chain: the claims name a next key (expected none: it is given beside them)", nil},
		{"no expiry", func() (any, error) {
			return nilCapability(chain.Mint(root, claimsOf(predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"}))))
		}, "chain: block 0: invalid: unbounded: block 0 does not expire", chain.ErrUnbounded},
		{"no grant", func() (any, error) { return nilCapability(chain.Mint(root, claimsOf(predicates.ExpiresUnix(1)))) },
			"chain: block 0: invalid: unbounded: block 0 grants nothing", chain.ErrUnbounded},
		{"nothing allowed", func() (any, error) {
			return nilCapability(chain.Mint(root, claimsOf(predicates.ExpiresUnix(1), predicates.AllowNothing())))
		}, "chain: block 0: invalid: unbounded: block 0 grants nothing", chain.ErrUnbounded},
		{"MintSealed without services", func() (any, error) { return nilToken(chain.MintSealed(root, openClaims())) },
			"chain: block 0: invalid: unbounded: the sealing block names no services", chain.ErrUnbounded},
		{"Seal without services", func() (any, error) { return nilToken(parent.Seal(claimsOf())) },
			"chain: block 2: invalid: unbounded: the sealing block names no services", chain.ErrUnbounded},
		{"a start after the end", func() (any, error) {
			return nilCapability(chain.Mint(root, openClaims(predicates.StartsUnix(forge.Now+8*3600))))
		}, dead + "expires: 2026-11-22T18:00:00Z is not after the start, 2026-11-22T18:00:00Z", chain.ErrDead},
		{"a cosigner of small order", func() (any, error) {
			return nilCapability(chain.Mint(root, openClaims(predicates.CosignedBy(1, zeroDate))))
		},
			"chain: block 0: invalid: bad-key: cosigner key " + zeroDate.String() + " is of small order or not canonical", chain.ErrBadKey},
		{"the root as cosigner (A27)", func() (any, error) {
			return nilCapability(chain.Mint(root, openClaims(predicates.CosignedBy(1, key("root")))))
		},
			dead + "cosigners[0]: " + root.Public().String() + " is the root's key, which signs no later block", chain.ErrDead},
		{"its own next key as cosigner (A27)", func() (any, error) {
			return nilToken(chain.MintTo(root, x, openClaims(predicates.CosignedBy(1, x.Key()))))
		},
			dead + "cosigners[0]: " + x.String() + " is the block's own next key, which would approve itself", chain.ErrDead},
		{"an earlier key as cosigner (A27)", func() (any, error) { return nilToken(parent.Delegate(x, claimsOf(predicates.CosignedBy(1, key("a"))))) },
			dead + "cosigners[0]: " + publicKey("a").String() + " is named by block 0, and signs no later block", chain.ErrDead},
		{"cosigners in a seal (A28)", func() (any, error) { return nilToken(parent.Seal(sealedClaims(predicates.CosignedBy(1, x.Key())))) },
			dead + "cosigners: nobody signs after a block that names no next key", chain.ErrDead},
		{"the way back (A12)", func() (any, error) { return nilToken(parent.Delegate(publicKey("a"), claimsOf())) },
			"chain: " + publicKey("a").String() + " is named by block 0: the key is in the chain already", chain.ErrKeyInChain},
		{"to oneself", func() (any, error) { return nilToken(parent.Delegate(publicKey("b"), claimsOf())) },
			"chain: " + publicKey("b").String() + " is named by block 1: the key is in the chain already", chain.ErrKeyInChain},
		{"to the root", func() (any, error) { return nilToken(parent.Delegate(root.Public(), claimsOf())) },
			"chain: " + root.Public().String() + " is the root's: the key is in the chain already", chain.ErrKeyInChain},
		{"to nobody", func() (any, error) { return nilToken(parent.Delegate(chain.PublicKey{}, claimsOf())) }, "chain: no key to delegate to", nil},
		{"a wider allow (C1)", func() (any, error) {
			return nilCapability(parent.Attenuate(claimsOf(predicates.Allow(predicates.Interfaces{"database:write"}, predicates.Resources{"orders/1"}))))
		}, wide + `allow[0]: resource "orders/1" for interface "database:write" is not in what block 0 allows`, chain.ErrWider},
		{"a later end (C1)", func() (any, error) {
			return nilCapability(parent.Attenuate(claimsOf(predicates.ExpiresUnix(forge.Now + 8*3600 + 1))))
		},
			wide + "expires: 2026-11-22T18:00:01Z is later than 2026-11-22T18:00:00Z, the end of block 0", chain.ErrWider},
		{"an earlier start (C1)", func() (any, error) {
			return nilCapability(parent.Attenuate(claimsOf(predicates.StartsUnix(forge.Now - 101))))
		},
			wide + "starts: 2026-11-22T09:58:19Z is earlier than 2026-11-22T09:58:20Z, the start of block 0", chain.ErrWider},
		{"more uses (C1)", func() (any, error) {
			return nilCapability(parent.Attenuate(claimsOf(predicates.Uses(11, "db-gateway"))))
		},
			wide + `uses: 11 at "db-gateway" is more than the 10 of block 0`, chain.ErrWider},
		{"uses elsewhere (E11)", func() (any, error) { return nilCapability(parent.Attenuate(claimsOf(predicates.Uses(1, "reports")))) },
			dead + "uses: with block 0 no service is left", chain.ErrDead},
		{"more delegations (C1)", func() (any, error) { return nilToken(parent.Delegate(x, claimsOf(predicates.Delegations(2)))) },
			wide + "delegations: 2 is more than the 1 that block 0 leaves", chain.ErrWider},
		{"more services (C1)", func() (any, error) {
			return nilToken(parent.Delegate(x, claimsOf(predicates.Services("db-gateway", "mail"))))
		}, wide + `services: "mail" is not in the list of block 0`, chain.ErrWider},
		{"a longer fresh (C1)", func() (any, error) { return nilToken(parent.Delegate(x, claimsOf(predicates.Fresh(61)))) },
			wide + "fresh: 61s is more than the 60s of block 0", chain.ErrWider},
		{"a broad seal under fresh (C21)", func() (any, error) { return nilToken(parent.Seal(sealedClaims())) },
			dead + "fresh: block 0 demands a presentation: one service, both times, one use there, and one request", chain.ErrDead},
		{"too large", func() (any, error) {
			return nilCapability(chain.Mint(root, openClaims(predicates.Allow(predicates.Interfaces{"x"}, manyPatterns(64)))))
		}, "chain: invalid: too-large: the token is longer than 16384 bytes", chain.ErrTooLarge},
		{"Attenuate by nobody", func() (any, error) { return nilCapability((*chain.Capability)(nil).Attenuate(claimsOf())) }, writesNothing, nil},
		{"Attenuate by the zero capability", func() (any, error) { return nilCapability((&chain.Capability{}).Attenuate(claimsOf())) }, writesNothing, nil},
		{"Delegate by nobody", func() (any, error) { return nilToken((*chain.Capability)(nil).Delegate(x, openClaims())) }, writesNothing, nil},
		{"Seal by nobody", func() (any, error) { return nilToken((*chain.Capability)(nil).Seal(sealedClaims())) }, writesNothing, nil},
		{"Seal by the zero capability", func() (any, error) { return nilToken((&chain.Capability{}).Seal(sealedClaims())) }, writesNothing, nil},
		{"the zero capability's token", func() (any, error) { return nilToken((&chain.Capability{}).Token()) }, "chain: the zero Capability has no token", nil},
		{"nobody's token", func() (any, error) { return nilToken((*chain.Capability)(nil).Token()) }, "chain: the zero Capability has no token", nil},
		{"the zero capability's handoff", func() (any, error) {
			text, err := (&chain.Capability{}).Handoff()
			if text == "" {
				return nil, err
			}
			return text, err
		}, "chain: the zero Capability has no token", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, err := c.make()
			wantError(t, err, c.want, c.target)
			if result != nil {
				t.Errorf("%v beside an error", result)
			}
			var w *chain.WriteError
			if wantWrite := c.target == chain.ErrWider || c.target == chain.ErrDead; errors.As(err, &w) != wantWrite || wantWrite && w.Comparison.Reason == "" {
				t.Errorf("the error is a %T", err)
			}
		})
	}
}

func nilCapability(c *chain.Capability, err error) (any, error) {
	if c == nil {
		return nil, err
	}
	return c, err
}

func nilToken(t *format.Token, err error) (any, error) {
	if t == nil {
		return nil, err
	}
	return t, err
}

// Taking a token: from the root that is expected (A22), under one's own key, with
// room for a seal (A21). SPEC 14.
func TestAcceptRefuses(t *testing.T) {
	root := publicKey("root")
	good := forge.Chain("root", "a", "b").Truncate(2)
	decode := func(token forge.Token) *format.Token { return must(format.Decode(token.Encode())) }
	b := publicKey("b")
	malformed := func(reason string) string { return "chain: invalid: malformed: " + reason }
	for _, c := range []struct {
		name  string
		token *format.Token
		own   chain.Signer
		root  chain.PublicKey
		want  string
		is    predicates.Verdict
	}{
		{"no token", nil, signer("b"), root, malformed("there is no token"), predicates.Malformed},
		{"the zero token", &format.Token{}, signer("b"), root, malformed("there is no token"), predicates.Malformed},
		{"a sealed token", decode(forge.Chain("root", "a", "b")), signer("b"), root,
			malformed("the token is sealed: nothing can be appended to it (expected an open token)"), predicates.Malformed},
		{"another root", decode(good), signer("b"), publicKey("other"),
			"chain: invalid: unknown-root: the token is not rooted at " + publicKey("other").String(), predicates.UnknownRoot},
		{"no root", decode(good), signer("b"), chain.PublicKey{},
			"chain: invalid: unknown-root: the token is not rooted at " + chain.PublicKey{}.String(), predicates.UnknownRoot},
		{"another signer", decode(good), signer("a"), root,
			"chain: block 1: invalid: bad-key: the token names " + b.String() + ", and the signer is " + publicKey("a").String(), predicates.BadKey},
		{"no signer", decode(good), chain.Signer{}, root,
			"chain: block 1: invalid: bad-key: the token names " + b.String() + ", and the signer is " + chain.PublicKey{}.String(), predicates.BadKey},
		{"a bad signature", decode(good.Edit(1, func(b *forge.Block) { b.AAD = []byte{} })), signer("b"), root,
			"chain: block 1: invalid: bad-signature: the signature does not verify under " + publicKey("a").String(), predicates.BadSignature},
		{"no expiry", decode(good.Without(0, 4)), signer("b"), root, "chain: block 0: invalid: unbounded: block 0 does not expire", predicates.Unbounded},
		{"the root's key", decode(good.WithNext(0, forge.NewKey("root"))), signer("b"), root,
			"chain: block 0: invalid: bad-key: next key " + root.String() + " is the root's", predicates.BadKey},
		{"a key twice", decode(good.WithNext(1, forge.NewKey("a"))), signer("a"), root,
			"chain: block 1: invalid: bad-key: next key " + publicKey("a").String() + " is named by block 0 already", predicates.BadKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			capability, err := chain.Accept(c.token, c.own, c.root)
			wantError(t, err, c.want, c.is)
			isZero(t, capability)
		})
	}

	// An open seal-less token needs no services, nor a grant below block 0.
	if _, err := chain.Accept(decode(good), signer("b"), root); err != nil {
		t.Error(err)
	}

	handoff := good.HandedOff()
	for _, c := range []struct {
		name string
		text string
		root chain.PublicKey
		want string
		is   predicates.Verdict
	}{
		{"an open token", good.Text(forge.Open), root, malformed("the token is open and comes without its key (expected taper1k_...)"), predicates.Malformed},
		{"a sealed token", forge.Chain("root").Text(forge.Sealed), root, malformed("the token is sealed and comes without its key (expected taper1k_...)"), predicates.Malformed},
		{"another key's secret", good.WithNext(1, forge.NewKey("c")).Edit(1, func(b *forge.Block) { b.Next = forge.NewKey("b") }).HandedOff().Text(forge.Handoff), root,
			"chain: block 1: invalid: bad-key: the token names " + publicKey("c").String() + ", and the signer is " + b.String(), predicates.BadKey},
		{"another root", handoff.Text(forge.Handoff), publicKey("other"), "chain: invalid: unknown-root: the token is not rooted at " + publicKey("other").String(), predicates.UnknownRoot},
		{"a sealed handoff", good.Without(1, 2).HandedOff().Text(forge.Handoff), root,
			malformed("blocks[1].claims.next: is missing: in a handoff, the last block must name the key that comes with it"), predicates.Malformed},
		{"no text", "", root, malformed("the text does not begin with taper1s_, taper1o_ or taper1k_"), predicates.Malformed},
		{"another version", "taper2k_", root, `chain: invalid: unsupported-version: the token is of version "2" (expected 1)`, predicates.UnsupportedVersion},
	} {
		t.Run("handoff: "+c.name, func(t *testing.T) {
			capability, err := chain.AcceptHandoff(c.text, c.root)
			wantError(t, err, c.want, c.is)
			isZero(t, capability)
			seed := forge.NewKey("b").Seed()
			if form := leaks(fmt.Sprintf("%v %+v %#v", err, err, err), seed[:]); form != "" {
				t.Errorf("the error shows the seed as %s", form)
			}
		})
	}

	// A key that is not held here can't be handed over.
	outside := must(chain.NewSigner(&external{nil, forge.NewKey("b").Private()}))
	text, err := must(chain.Accept(decode(good), outside, root)).Handoff()
	wantError(t, err, "chain: the key of signer "+b.String()+" is not held here, so it can't be handed over", nil)
	isZero(t, text)
}

// filled returns an open token of one block under root for a, of exactly n bytes.
func filled(n int) forge.Token {
	token := forge.Chain("root", "a").Truncate(1).Without(0, 3)
	var patterns []string
	for i := 0; ; i++ {
		with := func(rest int) forge.Token {
			list := append(patterns[:i:i], strings.Repeat("y", rest))
			var grants []forge.Item
			for start := 0; start < len(list); start += 60 {
				grants = append(grants, forge.Grant([]string{"database:read"}, list[start:min(start+60, len(list))]))
			}
			return token.With(0, forge.Allow(grants...))
		}
		if n-len(with(1).Encode()) > 300 {
			patterns = append(patterns, fmt.Sprintf("%0250d", i))
			continue
		}
		for rest := 1; rest <= 256; rest++ {
			if size := len(with(rest).Encode()); size == n {
				return with(rest)
			}
		}
		patterns = append(patterns, fmt.Sprintf("%0250d", i))
	}
}

// A21, SPEC 10: an open token of 16 blocks, or of more than 16,296 bytes, leaves no
// room for a seal. One of 15 blocks, or of 16,296 bytes, does, and the smallest seal
// fills a token to the last byte.
func TestRoomForTheSeal(t *testing.T) {
	root := publicKey("root")
	smallest := claimsOf(predicates.Services("s"))
	for _, n := range []int{16296, 16297, 16384} {
		token := must(format.Decode(filled(n).Encode()))
		c, err := chain.Accept(token, signer("a"), root)
		if n > 16296 {
			wantError(t, err, fmt.Sprintf("chain: block 0: invalid: too-large: an open token of %d bytes leaves no room for its seal (at most 16296)", n), chain.ErrTooLarge)
			isZero(t, c)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := c.Seal(smallest)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(sealed.Bytes()); got != format.MaxTokenBytes || len(sealed.Text()) != format.MaxTextBytes {
			t.Errorf("the seal makes %d bytes, %d characters", got, len(sealed.Text()))
		}
		larger, err := c.Seal(claimsOf(predicates.Services("st")))
		wantError(t, err, "chain: invalid: too-large: the token is longer than 16384 bytes", chain.ErrTooLarge)
		isZero(t, larger)
		child, err := c.Attenuate(claimsOf())
		wantError(t, err, "chain: invalid: too-large: the token is longer than 16384 bytes", chain.ErrTooLarge)
		isZero(t, child)
		// It can be handed over: a handoff may be longer by its secret.
		if _, err := chain.AcceptHandoff(must(c.Handoff()), root); err != nil {
			t.Error(err)
		}
	}
	// Writers refuse what nobody could seal.
	var grants []predicates.Statement
	list, _ := must(format.Decode(filled(16340).Encode())).Block(0).Claims.Allow()
	for _, g := range list {
		grants = append(grants, predicates.AllowGrant(g))
	}
	_, err := chain.MintTo(signer("root"), publicKey("a"), claimsOf(append(grants, predicates.ExpiresUnix(forge.Now+600))...))
	if !errors.Is(err, chain.ErrTooLarge) || !strings.Contains(err.Error(), "leaves no room for its seal (at most 16296)") {
		t.Errorf("got %v", err)
	}

	c := must(chain.Mint(signer("root"), openClaims()))
	for n := 1; n < 15; n++ {
		c = must(c.Attenuate(claimsOf()))
	}
	none, err := c.Attenuate(claimsOf())
	wantError(t, err, "chain: block 15: invalid: too-large: an open token of 16 blocks leaves no block for its seal", chain.ErrTooLarge)
	isZero(t, none)
	sealed := must(c.Seal(sealedClaims()))
	if o := outcomeOf(t, decideBytes(newVerifier("root"), sealed.Bytes(), read())); o != permitted || sealed.Len() != 16 {
		t.Errorf("%d blocks: got %v", sealed.Len(), o)
	}
	var holders []string
	for i := range 16 {
		holders = append(holders, fmt.Sprint("holder ", i))
	}
	full := must(format.Decode(forge.Chain("root", holders...).Truncate(16).Encode()))
	_, err = chain.Accept(full, signer("holder 15"), root)
	wantError(t, err, "chain: block 15: invalid: too-large: an open token of 16 blocks leaves no block for its seal", chain.ErrTooLarge)
}

// One encoding: what is made is what the decoder reads, byte for byte ([E-20], L5).
func TestMadeTokensReencode(t *testing.T) {
	c := must(chain.Mint(signer("root"), openClaims(predicates.Label("ü"), predicates.Extensions(predicates.Extension{Name: "x", Value: []byte{1}}))))
	for _, token := range []*format.Token{must(c.Token()), must(c.Seal(sealedClaims())), must(c.Present(use())).Token} {
		again := must(format.DecodeText(token.Text()))
		if !bytes.Equal(again.Bytes(), token.Bytes()) {
			t.Errorf("got %x, want %x", again.Bytes(), token.Bytes())
		}
		for i := range token.Len() {
			if got := format.AppendClaims(nil, token.Block(i).Claims); string(got) != token.Block(i).Payload {
				t.Errorf("block %d: got %x, want %x", i, got, token.Block(i).Payload)
			}
		}
	}
}
