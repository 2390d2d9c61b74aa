package chain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// use is one use of what the tests permit, now.
func use() chain.Use { return chain.Use{Service: forge.Service, Request: *read(), Now: clock()} }

// textOf returns what claims say, without their nonce and key.
func textOf(c predicates.Claims) string { return strings.ReplaceAll(c.String(), "\n", "; ") }

// H8, H11, E13, SPEC 14: what Present writes, and nothing else.
func TestPresentWrites(t *testing.T) {
	parent := accept(must(chain.MintTo(signer("root"), publicKey("a"), openClaims())), "a")
	digest := [32]byte{1, 2, 3}
	with := func(change func(*chain.Use)) chain.Use {
		u := use()
		change(&u)
		return u
	}
	base := "until 2026-11-22T10:01:00Z; from 2026-11-22T10:00:00Z; uses 1 at db-gateway; services db-gateway"
	hexDigest := fmt.Sprintf("%x", digest)
	for _, c := range []struct {
		name string
		use  chain.Use
		want string
	}{
		{"plain", use(), "allow database:read on customers/42 where none; " + base},
		{"for an hour", with(func(u *chain.Use) { u.Lifetime = time.Hour }), "allow database:read on customers/42 where none; " + strings.Replace(base, "10:01:00", "11:00:00", 1)},
		{"a fraction of a second is cut", with(func(u *chain.Use) {
			u.Lifetime = 1999 * time.Millisecond
			u.Now = u.Now.Add(999 * time.Millisecond)
		}),
			"allow database:read on customers/42 where none; " + strings.Replace(base, "10:01:00", "10:00:01", 1)},
		{"a label", with(func(u *chain.Use) { u.Label = "why" }), "allow database:read on customers/42 where none; " + base + `; label "why"`},
		{"arguments", with(func(u *chain.Use) {
			u.Request.Accesses[0].Arguments = map[string]predicates.Value{"limit": predicates.Int(5), "all": predicates.Bool(false), "to": predicates.Text("é")}
		}), `allow database:read on customers/42 where to in {"\u{e9}"}, all in {false}, limit in {5}; ` + base},
		{"a digest", with(func(u *chain.Use) { u.Request.Digest = digest[:] }),
			"allow database:read on customers/42 where none; " + base + "; digest sha256:" + hexDigest},
		{"arguments and a digest", with(func(u *chain.Use) {
			u.Request.Digest = digest[:]
			u.Request.Accesses[0].Arguments = map[string]predicates.Value{"limit": predicates.Int(5)}
		}), "allow database:read on customers/42 where limit in {5}; " + base + "; digest sha256:" + hexDigest},
		{"arguments that only a digest binds", with(func(u *chain.Use) {
			u.Request.Digest = digest[:]
			u.Request.Accesses[0].Arguments = map[string]predicates.Value{"limit": predicates.Int(5), "rate": predicates.Decimal("1.5")}
		}), "allow database:read on customers/42; " + base + "; digest sha256:" + hexDigest},
		{"two accesses", with(func(u *chain.Use) {
			u.Request.Accesses = append(u.Request.Accesses, predicates.Access{Interface: "database:list", Resource: "orders/7"})
		}), "allow database:read on customers/42 where none; allow database:list on orders/7 where none; " + base},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := must(parent.Present(c.use))
			seal := p.Token.Block(1).Claims
			if got := textOf(seal); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if _, ok := seal.Presentation(); !ok || seal.Has(predicates.ClaimNext) || !seal.Has(predicates.ClaimNonce) {
				t.Error("it is no presentation")
			}
			expires, _ := seal.Expires()
			if p.Cut != "" || p.Expires.Unix() != int64(expires) || p.Expires.Location() != time.UTC {
				t.Errorf("got %v", p)
			}
			// It is good for its request, once, and for no other.
			v := newVerifier("root")
			expectToken(t, v, p, &c.use.Request, permitted)
			expectToken(t, v, p, &c.use.Request, outcome{predicates.Replayed, 1, 7})
			other := predicates.NewRequest("database:read", "customers/43")
			if o := outcomeOf(t, decideBytes(v, p.Token.Bytes(), &other)); o.verdict != predicates.NotAllowed || o.block != 1 {
				t.Errorf("another request: got %v", o)
			}
			if digest := c.use.Request.Digest; digest != nil {
				changed := c.use.Request
				changed.Digest = append([]byte{9}, digest[1:]...)
				expectToken(t, v, p, &changed, outcome{predicates.WrongDigest, 1, 10})
			}
		})
	}
}

func expectToken(t *testing.T, v *chain.Verifier, p *chain.Presentation, r *predicates.Request, want outcome) {
	t.Helper()
	if got := outcomeOf(t, decideBytes(v, p.Token.Bytes(), r)); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Near the end of a life, a presentation is cut and says so; nothing is written that
// is dead (SPEC 14).
func TestPresentIsCut(t *testing.T) {
	for _, c := range []struct {
		name     string
		first    []predicates.Statement
		second   []predicates.Statement
		lifetime time.Duration
		starts   int64
		expires  int64
		cut      string
	}{
		{"not cut", nil, nil, 0, 0, 60, ""},
		{"to the second", []predicates.Statement{predicates.Fresh(60)}, []predicates.Statement{predicates.ExpiresUnix(forge.Now + 60)}, 0, 0, 60, ""},
		{"by an expiry", nil, []predicates.Statement{predicates.ExpiresUnix(forge.Now + 10)}, 0, 0, 10, "cut to 2026-11-22T10:00:10Z by the expiry of block 1"},
		{"by fresh", []predicates.Statement{predicates.Fresh(30)}, nil, 0, 0, 30, "cut to 30 seconds by fresh in block 0"},
		{"by the least fresh", []predicates.Statement{predicates.Fresh(30)}, []predicates.Statement{predicates.Fresh(20)}, 0, 0, 20, "cut to 20 seconds by fresh in block 1"},
		{"by fresh, and then by an expiry", []predicates.Statement{predicates.Fresh(30)}, []predicates.Statement{predicates.ExpiresUnix(forge.Now + 10)}, time.Hour, 0, 10,
			"cut to 2026-11-22T10:00:10Z by the expiry of block 1"},
		{"by a start to come", nil, []predicates.Statement{predicates.StartsUnix(forge.Now + 30)}, 0, 30, 90, "moved to 2026-11-22T10:00:30Z by the start of block 1"},
		{"by a start to come and fresh", []predicates.Statement{predicates.Fresh(50)}, []predicates.Statement{predicates.StartsUnix(forge.Now + 30)}, 0, 30, 80, "cut to 50 seconds by fresh in block 0"},
		{"to the end of block 0", nil, nil, 100 * 24 * time.Hour, 0, 8 * 3600, "cut to 2026-11-22T18:00:00Z by the expiry of block 0"},
		{"of the longest lifetime", nil, nil, 1<<63 - 1, 0, 8 * 3600, "cut to 2026-11-22T18:00:00Z by the expiry of block 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent := must(must(chain.Mint(signer("root"), openClaims(c.first...))).Attenuate(claimsOf(c.second...)))
			u := use()
			u.Lifetime = c.lifetime
			p := must(parent.Present(u))
			seal := p.Token.Block(2).Claims
			starts, _ := seal.Starts()
			if int64(starts) != forge.Now+c.starts || p.Expires.Unix() != forge.Now+c.expires || p.Cut != c.cut {
				t.Errorf("got %d to %d, %q", int64(starts)-forge.Now, p.Expires.Unix()-forge.Now, p.Cut)
			}
			conf := config("root")
			conf.Now = func() time.Time { return time.Unix(forge.Now+c.starts, 0) }
			expectToken(t, must(chain.NewVerifier(conf)), p, &u.Request, permitted)
		})
	}
}

// What the chain does not permit, the holder learns at once: SPEC 14.
func TestPresentRefuses(t *testing.T) {
	parent := must(must(chain.Mint(signer("root"), openClaims(predicates.Services("db-gateway", "reports")))).Attenuate(
		claimsOf(predicates.Allow(predicates.Interfaces{"database:read"}, predicates.Resources{"customers/**"}), predicates.ExpiresUnix(forge.Now+600))))
	name := func(i int) string { return nextOf(parent.Claims()[i]).String() }
	const window = "(expected a time between 1970 and 9999, and at least 1s)"
	for _, c := range []struct {
		name   string
		from   *chain.Capability
		change func(*chain.Use)
		want   string
		is     error
	}{
		{"nobody", nil, func(u *chain.Use) {}, "chain: the zero Capability presents nothing", nil},
		{"the zero capability", &chain.Capability{}, func(u *chain.Use) {}, "chain: the zero Capability presents nothing", nil},
		{"another resource", parent, func(u *chain.Use) { u.Request.Accesses[0].Resource = "orders/1" },
			`chain: block 1: denied: not-allowed: "database:read" on "orders/1" is not in "allow database:read on customers/**"; narrowed by ` + name(0) + "; the holder of " + name(0) + " could still grant it", chain.ErrNotAllowed},
		{"one of two accesses", parent, func(u *chain.Use) {
			u.Request.Accesses = append(u.Request.Accesses, predicates.Access{Interface: "database:list", Resource: "orders/1"})
		}, `chain: block 1: denied: not-allowed: "database:list" on "orders/1" is not in "allow database:read on customers/**"; narrowed by ` + name(0) + "; the holder of " + name(0) + " could still grant it", chain.ErrNotAllowed},
		{"another service", parent, func(u *chain.Use) { u.Service = "mail" },
			`chain: block 0: denied: wrong-service: service "mail" is not in services "db-gateway, reports"; narrowed by ` + publicKey("root").String() + "; the root could still grant it", chain.ErrWrongService},
		{"no service", parent, func(u *chain.Use) { u.Service = "" }, `chain: services[0]: service "" is empty`, nil},
		{"after the end", parent, func(u *chain.Use) { u.Now = time.Unix(forge.Now+600, 0) },
			"chain: block 1: denied: expired: it is 2026-11-22T10:10:00Z, and the block expired at 2026-11-22T10:10:00Z; narrowed by " + name(0) + "; the holder of " + name(0) + " could still grant it", chain.ErrExpired},
		{"a name that is none", parent, func(u *chain.Use) { u.Request.Accesses[0].Resource = "customers/../x" },
			"chain: access 0: request: the resource's name has a segment . or ..", nil},
		{"a pattern", parent, func(u *chain.Use) { u.Request.Accesses[0].Resource = "customers/*" },
			"chain: access 0: request: the resource's name holds a * (only patterns may)", nil},
		{"an argument that only a digest binds", parent, func(u *chain.Use) {
			u.Request.Accesses[0].Arguments = map[string]predicates.Value{"rate": predicates.Decimal("1.5")}
		}, `chain: access 0: arguments["rate"]: value 1.5 is no text, integer or boolean`, nil},
		{"no access", parent, func(u *chain.Use) { u.Request.Accesses = nil },
			"chain: block 0: denied: not-allowed: a request without an access; narrowed by " + publicKey("root").String(), chain.ErrNotAllowed},
		{"17 accesses", parent, func(u *chain.Use) {
			for range 16 {
				u.Request.Accesses = append(u.Request.Accesses, u.Request.Accesses[0])
			}
		}, "chain: block 0: denied: not-allowed: a request of more than 16 accesses; narrowed by " + publicKey("root").String(), chain.ErrNotAllowed},
		{"a short digest", parent, func(u *chain.Use) { u.Request.Digest = make([]byte, 31) }, "chain: a digest of 31 bytes (expected 32, SHA-256)", nil},
		{"an empty digest", parent, func(u *chain.Use) { u.Request.Digest = []byte{} }, "chain: a digest of 0 bytes (expected 32, SHA-256)", nil},
		{"half a second", parent, func(u *chain.Use) { u.Lifetime = time.Second / 2 }, "chain: a presentation at 2026-11-22T10:00:00Z for 500ms " + window, nil},
		{"a negative lifetime", parent, func(u *chain.Use) { u.Lifetime = -time.Minute }, "chain: a presentation at 2026-11-22T10:00:00Z for -1m0s " + window, nil},
		{"before 1970", parent, func(u *chain.Use) { u.Now = time.Unix(0, 0) }, "chain: a presentation at 1970-01-01T00:00:00Z for 1m0s " + window, nil},
		{"after 9999", parent, func(u *chain.Use) { u.Now = time.Unix(predicates.MaxTime+1, 0) }, "chain: a presentation at 10000-01-01T00:00:00Z for 1m0s " + window, nil},
		{"a long label", parent, func(u *chain.Use) { u.Label = strings.Repeat("x", 257) }, "chain: label: is 257 bytes long (expected at most 256)", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := use()
			c.change(&u)
			p, err := c.from.Present(u)
			wantError(t, err, c.want, c.is)
			isZero(t, p)
			p, err = c.from.Ask(publicKey("p"), u)
			wantError(t, err, c.want, c.is)
			isZero(t, p)
		})
	}
	p, err := parent.Ask(chain.PublicKey{}, use())
	wantError(t, err, "chain: no key to delegate to", nil)
	isZero(t, p)
	// A chain that demands approval can't be presented past the approvers.
	demanding := must(chain.Mint(signer("root"), openClaims(predicates.CosignedBy(1, publicKey("p").Key()))))
	p, err = demanding.Present(use())
	wantError(t, err, "chain: the block can permit nothing: cosigners: block 0 demands approval by 1 of 1 keys before the seal, and has 0", chain.ErrDead)
	isZero(t, p)
	// An extension is the service's to know.
	extended := must(chain.Mint(signer("root"), openClaims(predicates.Extensions(predicates.Extension{Name: "x"}))))
	if _, err := extended.Present(use()); err != nil {
		t.Error(err)
	}
}

// Without a time of its own, a presentation starts by the system's clock.
func TestPresentNow(t *testing.T) {
	before := time.Now().Unix()
	c := must(chain.Mint(signer("root"), claimsOf(predicates.Until(time.Now().Add(time.Hour)),
		predicates.Allow(predicates.Interfaces{forge.Interface}, predicates.Resources{forge.Resource}))))
	u := use()
	u.Now = time.Time{}
	p := must(c.Present(u))
	starts, _ := p.Token.Block(1).Claims.Starts()
	if int64(starts) < before || int64(starts) > time.Now().Unix() || p.Expires.Sub(time.Unix(int64(starts), 0)) != chain.DefaultLifetime {
		t.Errorf("starts at %d, expires at %s, and it was %d", starts, p.Expires, before)
	}
}

// Approval end to end: the holder asks, k of n approve, the service decides. Under
// fresh, too. SPEC 14, [D-16], [D-17], [D-28]; ATTACKS A27 to A29.
func TestApproval(t *testing.T) {
	keys := []predicates.Key{publicKey("p").Key(), publicKey("q").Key(), publicKey("r").Key()}
	digest := [32]byte{7}
	for _, fresh := range []bool{false, true} {
		for _, withDigest := range []bool{false, true} {
			for k := 1; k <= 3; k++ {
				t.Run(fmt.Sprintf("%d of 3, fresh %t, digest %t", k, fresh, withDigest), func(t *testing.T) {
					statements := []predicates.Statement{predicates.CosignedBy(k, keys...), predicates.Delegations(1)}
					if fresh {
						statements = append(statements, predicates.Fresh(60))
					}
					holder := must(must(chain.Mint(signer("root"), openClaims(statements...))).Attenuate(claimsOf(predicates.Label("holder"))))
					u := use()
					if withDigest {
						u.Request.Digest = digest[:]
						u.Request.Accesses[0].Arguments = map[string]predicates.Value{"rate": predicates.Decimal("1.5")}
					}
					u.Label = "please"
					asked := must(holder.Ask(publicKey("p"), u))
					token := asked.Token
					if asked.Expires.Unix() != forge.Now+60 || asked.Cut != "" {
						t.Errorf("got %v", asked)
					}
					v := newVerifier("root")
					if o := outcomeOf(t, decideBytes(v, token.Bytes(), &u.Request)); o.verdict != predicates.NotSealed {
						t.Errorf("an open token: got %v", o)
					}
					for i, approver := range []string{"p", "q", "r"}[:k] {
						c := accept(token, approver)
						before := must(c.Token()).Text()
						if i == k-1 {
							token = must(c.Approve(clock()))
						} else {
							token = must(c.ApproveAndPass(publicKey([]string{"p", "q", "r"}[i+1])))
						}
						if must(c.Token()).Text() != before {
							t.Error("approving changed the capability")
						}
						// The use is restated, word for word but for the asker's label.
						said := textOf(c.Claims()[len(c.Claims())-1])
						said, _, _ = strings.Cut(said, "; label")
						if got := textOf(token.Block(token.Len() - 1).Claims); got != said {
							t.Errorf("got  %s\nwant %s", got, said)
						}
					}
					other := predicates.NewRequest("database:read", "customers/43")
					if o := outcomeOf(t, decideBytes(v, token.Bytes(), &other)); o.verdict != predicates.NotAllowed {
						t.Errorf("another request: got %v", o)
					}
					if o := outcomeOf(t, decideBytes(v, token.Bytes(), &u.Request)); o != permitted {
						t.Errorf("got %v", o)
					}
					if o := outcomeOf(t, decideBytes(v, token.Bytes(), &u.Request)); o != (outcome{predicates.Exhausted, 2, 7}) {
						t.Errorf("once more: got %v", o)
					}
				})
			}
		}
	}
}

// People take longer than presentations live: fresh does not cut what is asked, and
// the approver's seal starts when it is made.
func TestApproveLater(t *testing.T) {
	holder := must(chain.Mint(signer("root"), openClaims(predicates.CosignedBy(1, publicKey("p").Key()), predicates.Fresh(60))))
	u := use()
	u.Lifetime = 10 * time.Minute
	asked := must(holder.Ask(publicKey("p"), u))
	if asked.Expires.Unix() != forge.Now+600 || asked.Cut != "" {
		t.Fatalf("got %v", asked)
	}
	approver := accept(asked.Token, "p")
	for _, c := range []struct {
		after, starts, expires int64
	}{{0, 0, 60}, {300, 300, 360}, {570, 570, 600}, {599, 599, 600}} {
		at := time.Unix(forge.Now+c.after, 0)
		token := must(approver.Approve(at))
		seal := token.Block(2).Claims
		starts, _ := seal.Starts()
		expires, _ := seal.Expires()
		if int64(starts) != forge.Now+c.starts || int64(expires) != forge.Now+c.expires {
			t.Errorf("after %d s: got %d to %d", c.after, int64(starts)-forge.Now, int64(expires)-forge.Now)
		}
		conf := config("root")
		conf.Now = func() time.Time { return at }
		if o := outcomeOf(t, decideBytes(must(chain.NewVerifier(conf)), token.Bytes(), &u.Request)); o != permitted {
			t.Errorf("after %d s: got %v", c.after, o)
		}
	}
	token, err := approver.Approve(time.Unix(forge.Now+600, 0))
	wantError(t, err, "chain: block 1: denied: expired: it is 2026-11-22T10:10:00Z, and what is to be approved expired at 2026-11-22T10:10:00Z", chain.ErrExpired)
	isZero(t, token)
}

// An approver seals what is bound to one use, and nothing else.
func TestApproveRefuses(t *testing.T) {
	const nothing = "chain: the last block is not bound to one use of one service, between two times: there is nothing to approve"
	bound := []forge.Pair{forge.Services(forge.Service), forge.Expires(forge.Now + 60), forge.Starts(forge.Now), forge.Uses(forge.Use(1, forge.Service)), forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{forge.Resource}))}
	asked := func(claims ...forge.Pair) *chain.Capability {
		token := forge.Chain("root", "a", "p").Truncate(2).Without(1, 3, 4, 5, 6, 7).With(1, bound...).With(1, claims...)
		return must(chain.AcceptHandoff(token.HandedOff().Text(forge.Handoff), publicKey("root")))
	}
	for _, c := range []struct {
		name string
		from *chain.Capability
		want string
	}{
		{"nobody", nil, "chain: the zero Capability approves nothing"},
		{"the zero capability", &chain.Capability{}, "chain: the zero Capability approves nothing"},
		{"an unbound block", asked(forge.Allow(forge.Grant([]string{forge.Interface}, []string{forge.Resource}))), nothing},
		{"no allow", asked(forge.Claim(6, forge.Item{})), nothing},
		{"two services", asked(forge.Services(forge.Service, "x")), nothing},
		{"no services", asked(forge.Claim(3, forge.Item{})), nothing},
		{"no uses", asked(forge.Claim(7, forge.Item{})), nothing},
		{"uses 2", asked(forge.Uses(forge.Use(2, forge.Service))), nothing},
		{"uses at two services", asked(forge.Uses(forge.Use(1, forge.Service), forge.Use(1, "x"))), nothing},
		{"uses at another service", asked(forge.Uses(forge.Use(1, "x"))), nothing},
		{"no end", asked(forge.Claim(4, forge.Item{})), nothing},
		{"no start", asked(forge.Claim(5, forge.Item{})), nothing},
		{"an end before the start", asked(forge.Expires(forge.Now - 1)), nothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := c.from.Approve(clock())
			wantError(t, err, c.want, nil)
			isZero(t, token)
			token, err = c.from.ApproveAndPass(publicKey("q"))
			wantError(t, err, c.want, nil)
			isZero(t, token)
		})
	}
	token := must(asked().Approve(clock()))
	if _, err := asked().ApproveAndPass(chain.PublicKey{}); err == nil {
		t.Error("passed on to nobody")
	}
	if o := outcomeOf(t, decideBytes(newVerifier("root"), token.Bytes(), read())); o != permitted {
		t.Errorf("got %v", o)
	}
}

// A presented token of three blocks is small: the figure of the README.
func TestSizeOfAPresentedToken(t *testing.T) {
	root := must(chain.GenerateSigner())
	orchestrator := must(chain.Mint(root, must(predicates.ParseAt("allow database:* on **; until +8h", clock()))))
	worker := must(orchestrator.Attenuate(must(predicates.ParseAt("allow database:read on customers; until +1h; uses 100 at db-gateway", clock()))))
	r := predicates.NewRequest("database:read", "customers")
	p := must(worker.Present(chain.Use{Service: "db-gateway", Request: r, Now: clock()}))
	size := len(p.Token.Bytes())
	t.Logf("%d bytes, %d characters", size, len(p.Token.Text()))
	if size > 620 || p.Token.Len() != 3 {
		t.Errorf("%d blocks in %d bytes, want 3 in at most 620", p.Token.Len(), size)
	}
	v := must(chain.NewVerifier(chain.Config{Service: "db-gateway", Roots: []chain.Root{{Key: root.Public()}}, Ledger: memory("db-gateway"), Now: clock}))
	permit := must(v.Authorize(context.Background(), p.Token.Text(), &r))
	if len(permit.Uses) != 2 || permit.Uses[0].Limit != 100 || permit.Uses[0].Seal || permit.Uses[1].Limit != 1 || !permit.Uses[1].Seal {
		t.Errorf("got %v", permit.Uses)
	}
}

// A31: what an approver reads comes from the bytes that were signed, and a label can't
// pass for a statement: it is quoted, on one line, and last.
func TestApproverReadsWhatWasSigned(t *testing.T) {
	friendly := "a harmless read\nallow database:read on customers/1; # "
	holder := must(chain.Mint(signer("root"), openClaims(predicates.CosignedBy(1, publicKey("p").Key()))))
	u := use()
	u.Label = friendly
	received := accept(must(holder.Ask(publicKey("p"), u)).Token, "p")
	block := must(received.Token()).Block(1)
	text := received.Claims()[1].String()
	want := "allow database:read on customers/42 where none\nuntil 2026-11-22T10:01:00Z\nfrom 2026-11-22T10:00:00Z\nuses 1 at db-gateway\nservices db-gateway\n" +
		`label "a harmless read\u{a}allow database:read on customers/1; # "`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	// The text stands for the very payload: read back, it makes the same bytes.
	nonce, _ := block.Claims.Nonce()
	again := must(must(predicates.Parse(text)).With(predicates.Nonce(nonce), predicates.Next(publicKey("p").Key())))
	if got := format.AppendClaims(nil, again); string(got) != block.Payload {
		t.Errorf("got %x, want %x", got, block.Payload)
	}
	// The approver's own block does not repeat the label.
	if seal := must(received.Approve(clock())).Block(2).Claims; seal.Has(predicates.ClaimLabel) {
		t.Errorf("got %s", seal)
	}
}

// C11: grants are alternatives, so one without conditions beside one with them permits;
// who writes it can see which grant is swallowed.
func TestGrantsAreAlternatives(t *testing.T) {
	claims := openClaims(
		predicates.Allow(predicates.Interfaces{"payments:refund"}, predicates.Resources{"orders/*"}, predicates.AtMost(100).On("amount")),
		predicates.Allow(predicates.Interfaces{"payments:*"}, predicates.Resources{"orders/**"}))
	if got := claims.Swallowed(); fmt.Sprint(got) != "[-1 2 -1]" {
		t.Errorf("got %v: grant 1 is swallowed by grant 2", got)
	}
	r := predicates.NewRequest("payments:refund", "orders/7")
	r.Accesses[0].Arguments = map[string]predicates.Value{"amount": predicates.Int(1_000_000)}
	u := use()
	u.Request = r
	p := must(must(chain.Mint(signer("root"), claims)).Present(u))
	expectToken(t, newVerifier("root"), p, &r, permitted)
}

// Present asks the chain with its own words: a service where nothing is counted is
// wrong-service, and not a block that is wider.
func TestPresentAtAnUncountedService(t *testing.T) {
	holder := must(chain.Mint(signer("root"), openClaims(predicates.Uses(5, "db-gateway"))))
	u := use()
	u.Service = "mail"
	p, err := holder.Present(u)
	if p != nil || !errors.Is(err, chain.ErrWrongService) {
		t.Errorf("got %v, %v", p, err)
	}
}

// A lifetime one second above fresh is cut to fresh.
func TestPresentIsCutToFresh(t *testing.T) {
	holder := must(chain.Mint(signer("root"), openClaims(predicates.Fresh(60))))
	u := use()
	u.Lifetime = 61 * time.Second
	p := must(holder.Present(u))
	if p.Expires.Unix() != forge.Now+60 || p.Cut != "cut to 60 seconds by fresh in block 0" {
		t.Errorf("got %d, %q", p.Expires.Unix()-forge.Now, p.Cut)
	}
}
