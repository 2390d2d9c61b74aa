package chain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// claimsOf returns claims as package predicates makes them, for a ceiling.
func claimsOf(statements ...predicates.Statement) predicates.Claims {
	return must(predicates.New(statements...))
}

// a denialCase is one request that is denied, and all that is said of it.
type denialCase struct {
	name    string
	token   forge.Token
	request *predicates.Request
	change  func(*chain.Config)
	want    outcome
	local   string // ROOT, A and B stand for the keys
	public  string
}

func denialCases() []denialCase {
	token := forge.Chain("root", "a", "b")
	b := forge.NewKey("b").Public()
	orders := predicates.NewRequest("database:read", "orders/7")
	var cases []denialCase
	add := func(name string, token forge.Token, r *predicates.Request, change func(*chain.Config), want outcome, local, public string) {
		cases = append(cases, denialCase{name, token, r, change, want, local, public})
	}
	denied := func(v predicates.Verdict, block, claim int) outcome { return outcome{v, block, claim} }
	at := func(seconds int64) func(*chain.Config) {
		return func(c *chain.Config) { c.Now = func() time.Time { return time.Unix(seconds, 0) } }
	}
	ceiling := func(statements ...predicates.Statement) func(*chain.Config) {
		return func(c *chain.Config) { c.Roots[0].Ceiling = claimsOf(statements...) }
	}

	// Class invalid.
	add("malformed", token.With(1, forge.Claim(14, forge.Uint(0))), read(), nil, denied(predicates.Malformed, 1, 14),
		`chain: invalid: malformed: blocks[1].claims: claim 14 is unknown: a newer writer may have made the token`,
		`invalid: malformed: blocks[1].claims: claim 14 is unknown: a newer writer may have made the token`)
	add("malformed, with signs", token.With(1, forge.Uses(forge.Use(0, "db"))), read(), nil, denied(predicates.Malformed, 1, 7),
		`chain: invalid: malformed: blocks[1].claims.uses[0]: limit 0 is outside 1 to 2^53-1`,
		`invalid: malformed: blocks[1].claims.uses[0]: limit 0 is outside 1 to 2^53-1`)
	add("not-sealed", token.Truncate(1), read(), nil, denied(predicates.NotSealed, 0, 2),
		`chain: block 0: invalid: not-sealed: the last block names a next key: the holder must present or seal the token (if this token traveled with its key, the key is spent)`,
		`invalid: not-sealed: the last block names a next key: the holder must present or seal the token (if this token traveled with its key, the key is spent) (block 0)`)
	add("bad-key", token.WithNext(1, forge.NewKey("a")), read(), nil, denied(predicates.BadKey, 1, 2),
		`chain: block 1: invalid: bad-key: next key A is named by block 0 already`,
		`invalid: bad-key: next key A is named by block 0 already (block 1)`)
	add("bad-key, the root's", token.WithNext(1, forge.NewKey("root")), read(), nil, denied(predicates.BadKey, 1, 2),
		`chain: block 1: invalid: bad-key: next key ROOT is the root's`,
		`invalid: bad-key: next key ROOT is the root's (block 1)`)
	add("bad-key, a cosigner's", token.With(1, forge.Cosigners(1, [32]byte{1})), read(), nil, denied(predicates.BadKey, 1, 9),
		`chain: block 1: invalid: bad-key: cosigner key `+predicates.Key{1}.String()+` is of small order or not canonical`,
		`invalid: bad-key: cosigner key `+predicates.Key{1}.String()+` is of small order or not canonical (block 1)`)
	add("unbounded", token.Without(0, 4), read(), nil, denied(predicates.Unbounded, 0, 4),
		`chain: block 0: invalid: unbounded: block 0 does not expire`,
		`invalid: unbounded: block 0 does not expire (block 0)`)
	add("unbounded, services", token.Without(2, 3), read(), nil, denied(predicates.Unbounded, 2, 3),
		`chain: block 2: invalid: unbounded: the sealing block names no services`,
		`invalid: unbounded: the sealing block names no services (block 2)`)
	add("unknown-root", forge.Chain("elsewhere", "a"), read(), nil, denied(predicates.UnknownRoot, chain.NoBlock, 0),
		`chain: invalid: unknown-root: the root hint HINT names no root that this service trusts`,
		`invalid: unknown-root: the root hint HINT names no root that this service trusts`)
	add("bad-signature", token.Edit(2, func(b *forge.Block) { b.AAD = []byte{} }), read(), nil, denied(predicates.BadSignature, 2, 0),
		`chain: block 2: invalid: bad-signature: the signature does not verify under B`,
		`invalid: bad-signature: the signature does not verify under B (block 2)`)
	add("bad-signature, the root's", token.Edit(0, func(b *forge.Block) { b.AAD = []byte{} }), read(), nil, denied(predicates.BadSignature, 0, 0),
		`chain: block 0: invalid: bad-signature: the signature does not verify under the root key`,
		`invalid: bad-signature: the signature does not verify under the root key (block 0)`)

	// Class denied.
	add("wrong-service", token, read(), func(c *chain.Config) { c.Service = "reports" }, denied(predicates.WrongService, 2, 3),
		`chain: block 2: denied: wrong-service: service "reports" is not in services "db-gateway"; narrowed by B; the holder of B could still grant it`,
		`denied: wrong-service: this service is not in services "db-gateway" (block 2); the holder of B could still grant it`)
	add("wrong-service, uses", token.With(0, forge.Uses(forge.Use(5, "mail"), forge.Use(6, "reports"))), read(), nil, denied(predicates.WrongService, 0, 7),
		`chain: block 0: denied: wrong-service: service "db-gateway" is not in uses at "mail, reports"; narrowed by ROOT; the root could still grant it`,
		`denied: wrong-service: this service is not in uses at "mail, reports" (block 0); the root could still grant it`)
	add("expired", token, read(), at(forge.Now+60), denied(predicates.Expired, 2, 4),
		`chain: block 2: denied: expired: it is 2026-11-22T10:01:00Z, and the block expired at 2026-11-22T10:01:00Z; narrowed by B; the holder of B could still grant it`,
		`denied: expired: the block expired at 2026-11-22T10:01:00Z (block 2); the holder of B could still grant it`)
	add("not-yet-valid", token, read(), at(forge.Now-61), denied(predicates.NotYetValid, 2, 5),
		`chain: block 2: denied: not-yet-valid: it is 2026-11-22T09:58:59Z, and the block starts at 2026-11-22T10:00:00Z; narrowed by B; the holder of B could still grant it`,
		`denied: not-yet-valid: the block starts at 2026-11-22T10:00:00Z (block 2); the holder of B could still grant it`)
	add("not-allowed", token.With(1, forge.Label(`hi "there`)), &orders, nil, denied(predicates.NotAllowed, 1, 6),
		`chain: block 1: denied: not-allowed: "database:read" on "orders/7" is not in "allow database:read on customers/**"; narrowed by A (labelled "hi \"there"); the holder of A could still grant it`,
		`denied: not-allowed: "database:read" on "orders/7" is not in "allow database:read on customers/**" (block 1); the holder of A could still grant it`)
	add("not-allowed, nothing", token.With(1, forge.Allow()), read(), nil, denied(predicates.NotAllowed, 1, 6),
		`chain: block 1: denied: not-allowed: "database:read" on "customers/42" is not in allow nothing; narrowed by A; the holder of A could still grant it`,
		`denied: not-allowed: "database:read" on "customers/42" is not in allow nothing (block 1); the holder of A could still grant it`)
	add("not-allowed, a star", token.With(1, forge.Allow(forge.Grant([]string{"mail:send"}, []string{"x"}), forge.Grant([]string{"*"}, []string{"customers/**"}))), read(), nil, denied(predicates.NotAllowed, 1, 6),
		`chain: block 1: denied: not-allowed: "database:read" on "customers/42" is not in "allow * on customers/**; allow mail:send on x" (* is one segment; everything is **, or /** for absolute paths); narrowed by A; the holder of A could still grant it`,
		`denied: not-allowed: "database:read" on "customers/42" is not in "allow * on customers/**; allow mail:send on x" (* is one segment; everything is **, or /** for absolute paths) (block 1); the holder of A could still grant it`)
	withArguments := read()
	withArguments.Accesses[0].Arguments = map[string]predicates.Value{"limit": predicates.Int(3)}
	add("not-allowed, arguments", token, withArguments, nil, denied(predicates.NotAllowed, 2, 6),
		`chain: block 2: denied: not-allowed: "database:read" on "customers/42" with these arguments is not in "allow database:read on customers/42 where none"; narrowed by B; the holder of B could still grant it`,
		`denied: not-allowed: "database:read" on "customers/42" with these arguments is not in "allow database:read on customers/42 where none" (block 2); the holder of B could still grant it`)
	dots := predicates.NewRequest("database:read", "customers/../orders")
	add("not-allowed, no name", token, &dots, nil, denied(predicates.NotAllowed, 0, 6),
		`chain: block 0: denied: not-allowed: "database:read" on "customers/../orders" is not in "allow database:read, database:list on customers/**, orders/*" (the resource's name has a segment . or ..); narrowed by ROOT`,
		`denied: not-allowed: "database:read" on "customers/../orders" is not in "allow database:read, database:list on customers/**, orders/*" (the resource's name has a segment . or ..) (block 0)`)
	add("not-allowed, no access", token, &predicates.Request{}, nil, denied(predicates.NotAllowed, 0, 6),
		`chain: block 0: denied: not-allowed: a request without an access; narrowed by ROOT`,
		`denied: not-allowed: a request without an access (block 0)`)
	add("not-allowed, no request", token, nil, nil, denied(predicates.NotAllowed, 0, 6),
		`chain: block 0: denied: not-allowed: a request without an access; narrowed by ROOT`,
		`denied: not-allowed: a request without an access (block 0)`)
	add("not-allowed, 17 accesses", token, &predicates.Request{Accesses: make([]predicates.Access, 17)}, nil, denied(predicates.NotAllowed, 0, 6),
		`chain: block 0: denied: not-allowed: a request of more than 16 accesses; narrowed by ROOT`,
		`denied: not-allowed: a request of more than 16 accesses (block 0)`)
	add("too-many-delegations", token.With(0, forge.Delegations(0)), read(), nil, denied(predicates.TooManyDelegations, 0, 8),
		`chain: block 0: denied: too-many-delegations: more than 0 later blocks name a next key; narrowed by ROOT`,
		`denied: too-many-delegations: more than 0 later blocks name a next key (block 0)`)
	x := func(n int) (keys [][32]byte) {
		for i := range n {
			keys = append(keys, forge.NewKey(fmt.Sprint("x", i)).Public())
		}
		return keys
	}
	name := func(i int) string { return predicates.Key(x(5)[i]).String() }
	add("not-cosigned", token.With(1, forge.Cosigners(2, x(5)...)), read(), nil, denied(predicates.NotCosigned, 1, 9),
		`chain: block 1: denied: not-cosigned: too few approvals of this one request: 2 of 5 keys must sign (pass the request through `+name(0)+`, `+name(1)+`, `+name(2)+` or 2 more); narrowed by A`,
		`denied: not-cosigned: too few approvals of this one request: 2 of 5 keys must sign (pass the request through `+name(0)+`, `+name(1)+`, `+name(2)+` or 2 more) (block 1)`)
	add("wrong-digest, none", token.With(1, forge.Digest(b[:])), read(), nil, denied(predicates.WrongDigest, 1, 10),
		fmt.Sprintf(`chain: block 1: denied: wrong-digest: the request has no digest (expected sha256:%x); narrowed by A; the holder of A could still grant it`, b),
		fmt.Sprintf(`denied: wrong-digest: the request has no digest (expected sha256:%x) (block 1); the holder of A could still grant it`, b))
	digest := read()
	digest.Digest = make([]byte, 32)
	add("wrong-digest", token.With(1, forge.Digest(b[:])), digest, nil, denied(predicates.WrongDigest, 1, 10),
		fmt.Sprintf(`chain: block 1: denied: wrong-digest: the request's digest is not sha256:%x; narrowed by A; the holder of A could still grant it`, b),
		fmt.Sprintf(`denied: wrong-digest: the request's digest is not sha256:%x (block 1); the holder of A could still grant it`, b))
	extended := token.With(1, forge.Extensions(forge.Extension("example.com/region", []byte("eu"))))
	add("unknown-extension", extended, read(), nil, denied(predicates.UnknownExtension, 1, 12),
		`chain: block 1: denied: unknown-extension: extension "example.com/region" (this service has no checker for it); narrowed by A; the holder of A could still grant it`,
		`denied: unknown-extension: extension "example.com/region" (this service has no checker for it) (block 1); the holder of A could still grant it`)
	says := func(ok bool, err error) func(*chain.Config) {
		return func(c *chain.Config) {
			c.Extensions = map[string]predicates.Checker{
				"example.com/region": func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return ok, err },
			}
		}
	}
	add("extension-denied", extended, read(), says(false, nil), denied(predicates.ExtensionDenied, 1, 12),
		`chain: block 1: denied: extension-denied: extension "example.com/region"; narrowed by A; the holder of A could still grant it`,
		`denied: extension-denied: extension "example.com/region" (block 1); the holder of A could still grant it`)
	add("extension-denied, failed", extended, read(), says(true, errors.New("region \"eu\nlevel=ok\"")), denied(predicates.ExtensionDenied, 1, 12),
		`chain: block 1: denied: extension-denied: extension "example.com/region"; narrowed by A; the holder of A could still grant it: "region \"eu\u{a}level=ok\""`,
		`denied: extension-denied: extension "example.com/region" (block 1); the holder of A could still grant it`)
	add("not-fresh", token.With(1, forge.Fresh(59)), read(), nil, denied(predicates.NotFresh, 1, 13),
		`chain: block 1: denied: not-fresh: the last block is no presentation valid for at most 59 seconds (present the token to one request, with both times and uses 1); narrowed by A`,
		`denied: not-fresh: the last block is no presentation valid for at most 59 seconds (present the token to one request, with both times and uses 1) (block 1)`)
	id := chain.BlockID(token.Trace()[1].ID)
	revoke := func(list *revocations) func(*chain.Config) {
		return func(c *chain.Config) { c.Revocations = func() chain.Revocations { return list } }
	}
	add("revoked, a block", token, read(), revoke(&revocations{blocks: []chain.BlockID{id}}), denied(predicates.Revoked, 1, 0),
		`chain: block 1: denied: revoked: block `+id.String()+` has been revoked`,
		`denied: revoked (block 1)`)
	add("revoked, the root", token, read(), revoke(&revocations{keys: []predicates.Key{forge.NewKey("root").Public()}}), denied(predicates.Revoked, 0, 0),
		`chain: block 0: denied: revoked: the signer's key ROOT has been revoked`,
		`denied: revoked (block 0)`)
	add("revoked, a next key", token, read(), revoke(&revocations{keys: []predicates.Key{b}}), denied(predicates.Revoked, 1, 0),
		`chain: block 1: denied: revoked: the next key B has been revoked`,
		`denied: revoked (block 1)`)
	counted := func(answer func([]chain.Charge) ([]uint64, error)) func(*chain.Config) {
		return func(c *chain.Config) { c.Ledger = ledgerFunc(answer) }
	}
	refuse := func(i int, v predicates.Verdict) func(*chain.Config) {
		return counted(func([]chain.Charge) ([]uint64, error) { return nil, &chain.Refusal{Index: i, Verdict: v} })
	}
	limited := token.With(0, forge.Uses(forge.Use(7, "reports"), forge.Use(5, forge.Service)))
	add("exhausted", limited, read(), refuse(0, predicates.Exhausted), denied(predicates.Exhausted, 0, 7),
		`chain: block 0: denied: exhausted: uses 5 at "db-gateway": all spent; narrowed by ROOT; the root could still grant it`,
		`denied: exhausted: uses 5 at "db-gateway": all spent (block 0); the root could still grant it`)
	add("replayed", limited, read(), refuse(1, predicates.Exhausted), denied(predicates.Replayed, 2, 7),
		`chain: block 2: denied: replayed: uses 1 at "db-gateway": all spent; narrowed by B; the holder of B could still grant it`,
		`denied: replayed: uses 1 at "db-gateway": all spent (block 2); the holder of B could still grant it`)
	add("expired, the ledger's", limited, read(), refuse(0, predicates.Expired), denied(predicates.Expired, 0, 7),
		`chain: block 0: denied: expired: the ledger counts no uses of this block any more; narrowed by ROOT; the root could still grant it`,
		`denied: expired: the ledger counts no uses of this block any more (block 0); the root could still grant it`)

	// Ceilings are not told ([V-2], ATTACKS H4).
	secret := "secret-of-the-ceiling"
	add("a ceiling", token, read(), ceiling(predicates.Allow(predicates.Interfaces{"mail:send"}, predicates.Resources{secret})), denied(predicates.NotAllowed, predicates.Ceiling, 6),
		`chain: ceiling: denied: not-allowed: "database:read" on "customers/42" is not in "allow mail:send on `+secret+`"`,
		`denied: not-allowed: this service does not permit it under this root`)
	add("a ceiling's services", token, read(), ceiling(predicates.Services(secret)), denied(predicates.WrongService, predicates.Ceiling, 3),
		`chain: ceiling: denied: wrong-service: service "db-gateway" is not in services "`+secret+`"`,
		`denied: wrong-service: this service does not permit it under this root`)
	add("a ceiling's end", token, read(), ceiling(predicates.ExpiresUnix(1)), denied(predicates.Expired, predicates.Ceiling, 4),
		`chain: ceiling: denied: expired: it is 2026-11-22T10:00:00Z, and the block expired at 1970-01-01T00:00:01Z`,
		`denied: expired: this service does not permit it under this root`)
	add("a ceiling's extension", token, read(), ceiling(predicates.Extensions(predicates.Extension{Name: secret})), denied(predicates.UnknownExtension, predicates.Ceiling, 12),
		`chain: ceiling: denied: unknown-extension: extension "`+secret+`" (this service has no checker for it)`,
		`denied: unknown-extension: this service does not permit it under this root`)

	// Class unavailable.
	add("revocation-stale", token, read(), revoke(&revocations{goodUntil: forge.Now - 1}), denied(predicates.RevocationStale, chain.NoBlock, 0),
		`chain: unavailable: revocation-stale`,
		`unavailable: revocation-stale`)
	add("revocation-stale, no list", token, read(), func(c *chain.Config) { c.Revocations = func() chain.Revocations { return nil } }, denied(predicates.RevocationStale, chain.NoBlock, 0),
		`chain: unavailable: revocation-stale`,
		`unavailable: revocation-stale`)
	add("no-ledger", token, read(), func(c *chain.Config) { c.Ledger = nil }, denied(predicates.NoLedger, 2, 7),
		`chain: block 2: unavailable: no-ledger: the token limits uses, and this service counts none`,
		`unavailable: no-ledger: the token limits uses, and this service counts none (block 2)`)
	add("ledger-unavailable", token, read(), counted(func([]chain.Charge) ([]uint64, error) { return nil, errors.New("dial " + secret) }), denied(predicates.LedgerUnavailable, chain.NoBlock, 0),
		`chain: unavailable: ledger-unavailable: "dial `+secret+`"`,
		`unavailable: ledger-unavailable`)
	return cases
}

type revocations struct {
	blocks    []chain.BlockID
	keys      []predicates.Key
	goodUntil uint64 // 0: for ever
}

func (r *revocations) BlockRevoked(id chain.BlockID) bool {
	for _, b := range r.blocks {
		if b == id {
			return true
		}
	}
	return false
}

func (r *revocations) KeyRevoked(key predicates.Key) bool {
	for _, k := range r.keys {
		if k == key {
			return true
		}
	}
	return false
}

func (r *revocations) Stale(now uint64) bool { return r.goodUntil > 0 && now > r.goodUntil }

// ledgerFunc is a ledger that answers as it is told.
type ledgerFunc func([]chain.Charge) ([]uint64, error)

func (f ledgerFunc) Charge(_ context.Context, _ string, charges []chain.Charge) ([]uint64, error) {
	return f(charges)
}

// Every verdict, and what is said of it here and to the asker: SPEC 11, [V-2],
// ATTACKS H3, H4.
func TestDenials(t *testing.T) {
	seen := map[predicates.Verdict]bool{}
	for _, c := range denialCases() {
		t.Run(c.name, func(t *testing.T) {
			conf := config("root")
			if c.change != nil {
				c.change(&conf)
			}
			err := decide(must(chain.NewVerifier(conf)), c.token, c.request)
			if got := outcomeOf(t, err); got != c.want {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			seen[c.want.verdict] = true
			hint := fmt.Sprintf("%x", rootHint(c.token.Root.Public()))
			spell := strings.NewReplacer("ROOT", publicKey("root").String(), " A ", " "+publicKey("a").String()+" ", " A;", " "+publicKey("a").String()+";",
				" B;", " "+publicKey("b").String()+";", " B ", " "+publicKey("b").String()+" ", "HINT", hint)
			wants := func(s string) string { return strings.TrimSuffix(spell.Replace(s+" "), " ") }
			d := err.(*chain.Denial)
			if got := d.Error(); got != wants(c.local) {
				t.Errorf("local:\ngot  %s\nwant %s", got, wants(c.local))
			}
			if got := d.Public(); got != wants(c.public) {
				t.Errorf("public:\ngot  %s\nwant %s", got, wants(c.public))
			}
		})
	}
	// too-large and unsupported-version are package format's words.
	for _, c := range []struct{ text, want string }{
		{strings.Repeat("A", 21855), "chain: invalid: too-large: the text has 21855 characters (expected at most 21854)"},
		{"taper2s_", `chain: invalid: unsupported-version: the token is of version "2" (expected 1)`},
	} {
		_, err := newVerifier("root").Verify(c.text)
		wantError(t, err, c.want, nil)
		seen[outcomeOf(t, err).verdict] = true
	}
	for _, v := range predicates.Verdicts() {
		if v != predicates.Permitted && v != predicates.NotRecorded && !seen[v] {
			t.Errorf("no case is %s", v)
		}
	}
}

// A Denial wraps its verdict and nothing else: what a ledger answered must not be
// taken for the verdict.
func TestDenialWrapsItsVerdictOnly(t *testing.T) {
	c := config("root")
	c.Ledger = ledgerFunc(func([]chain.Charge) ([]uint64, error) { return nil, fmt.Errorf("odd: %w", chain.ErrExhausted) })
	err := decide(must(chain.NewVerifier(c)), forge.Chain("root"), read())
	if !errors.Is(err, chain.ErrLedgerUnavailable) || errors.Is(err, chain.ErrExhausted) {
		t.Errorf("got %v", err)
	}
	if cause := err.(*chain.Denial).Cause; !errors.Is(cause, chain.ErrExhausted) {
		t.Errorf("the cause is %v", cause)
	}
}

// Explain gives all that is wrong, in the order of deciding, and the ancestor that
// could grant it is the one above the first.
func TestExplain(t *testing.T) {
	token := forge.Chain("root", "a", "b").
		With(0, forge.Delegations(0)).
		With(1, forge.Expires(forge.Now)).
		With(2, forge.Starts(forge.Now+61))
	list := &revocations{keys: []predicates.Key{forge.NewKey("b").Public()}, goodUntil: 1}
	conf := config("root")
	conf.Revocations = func() chain.Revocations { return list }
	conf.Roots[0].Ceiling = claimsOf(predicates.Fresh(59))
	orders := predicates.NewRequest("database:list", "orders/7")
	explain := func(conf chain.Config, token forge.Token, r *predicates.Request) []outcome {
		t.Helper()
		all, err := must(must(chain.NewVerifier(conf)).VerifyBytes(token.Encode())).Explain(r, clock())
		if err != nil {
			t.Fatal(err)
		}
		var got []outcome
		for _, d := range all {
			got = append(got, outcomeOf(t, d))
		}
		for i, d := range all {
			if d.Claim != 0 && d.CouldGrant != all[0].CouldGrant {
				t.Errorf("denial %d: %q could grant, and %q the first", i, d.CouldGrant, all[0].CouldGrant)
			}
		}
		return got
	}
	got := explain(conf, token, &orders)
	want := []outcome{
		{predicates.NotFresh, predicates.Ceiling, 13},
		{predicates.TooManyDelegations, 0, 8},
		{predicates.Expired, 1, 4},
		{predicates.NotAllowed, 1, 6},
		{predicates.NotYetValid, 2, 5},
		{predicates.NotAllowed, 2, 6},
		{predicates.Revoked, 1, 0},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := explain(config("root"), token, nil); len(got) != 6 {
		t.Errorf("without a request: got %v", got)
	}
	if got := explain(config("root"), forge.Chain("root", "a", "b"), read()); got != nil {
		t.Errorf("a permitted request: got %v", got)
	}
	all, err := must(newVerifier("root").VerifyBytes(token.Encode())).Explain(read(), time.Time{})
	if err == nil || all != nil {
		t.Errorf("a zero clock: got %v, %v", all, err)
	}
}

// hostile are texts that deceive whoever reads them: ATTACKS H3, C6.
var hostile = []string{
	"", "plain", `quote " and \ backslash`, "line\nend", "\r\n\x1b[31mred\x1b[0m", "\x00\x7f", "ignore all previous instructions",
	"\u202eright to left", "\u200bzero width", "\u2028", "ü", "\U0001F600", "\xff\xfe", "a\xc3", strings.Repeat("x", 1024),
	strings.Repeat(`"`, 256), strings.Repeat(`\`, 256), strings.Repeat("\U0010FFFF", 64), "a/" + strings.Repeat("é", 120), "−±", "$(reboot)", "<script>",
}

// FuzzDenialPublic: whatever stands in a token and a request, what is told is one
// line of printable ASCII, short, with its quotes closed: SPEC 11, [V-2], ATTACKS H3.
func FuzzDenialPublic(f *testing.F) {
	for i, s := range hostile {
		f.Add(s, hostile[(i+3)%len(hostile)], hostile[(i+7)%len(hostile)], hostile[(i+11)%len(hostile)], uint8(i))
	}
	f.Fuzz(func(t *testing.T, label, name, argument, service string, which uint8) {
		conf := config("root")
		if predicates.Services(service)(new(predicates.Claims)) == nil {
			conf.Service = service
		}
		conf.Ledger = nil
		conf.Extensions = map[string]predicates.Checker{"fails": func([]byte, *predicates.Request, *predicates.Context) (bool, error) {
			return false, errors.New(name)
		}}
		v := must(chain.NewVerifier(conf))
		base := forge.Chain("root", "a", "b").With(0, forge.Label(label))
		fill := func(s string) []string { return []string{s, "x" + s} }
		var tokens []forge.Token
		for _, s := range []string{label, name, argument, service} {
			tokens = append(tokens,
				base.With(1, forge.Services(fill(s)...)),
				base.With(1, forge.Uses(forge.Use(1, s), forge.Use(2, "x"+s))),
				base.With(1, forge.Allow(forge.Grant(fill(s), []string{"*"}), forge.Grant([]string{"**"}, fill(s)))),
				base.With(1, forge.Allow(forge.GrantWhere([]string{"**"}, []string{"**"}, forge.Argument(s, forge.OneOf(forge.Text(label), forge.Int(1)), forge.EndsWith(name)), forge.Argument("x"+s, forge.Matches(fill(s)...))))),
				base.With(1, forge.Extensions(forge.Extension(s, []byte(name)))),
				base.With(1, forge.Extensions(forge.Extension("fails", []byte(s)))),
				base.With(1, forge.Label(s), forge.Cosigners(1, forge.NewKey("x").Public())),
				base.With(1, forge.Claim(uint64(which), forge.Text(s))),
			)
		}
		request := &predicates.Request{Accesses: []predicates.Access{{Interface: name, Resource: argument, Arguments: map[string]predicates.Value{
			argument: predicates.Text(name), label: predicates.List(predicates.Text(argument)), "x": predicates.Decimal(name),
		}}}}
		token := tokens[int(which)%len(tokens)]
		check := func(err error) {
			t.Helper()
			var d *chain.Denial
			if !errors.As(err, &d) {
				t.Fatalf("got %v", err)
			}
			checkPublic(t, d)
			local := d.Error()
			for i := range len(local) {
				if local[i] < ' ' || local[i] > '~' {
					t.Fatalf("the local text holds byte %#x: %q", local[i], local)
				}
			}
			// Labels are the author's word, and not told.
			if len(label) > 24 && utf8.ValidString(label) && label != name && label != argument && label != service && strings.Contains(d.Public(), label) {
				t.Errorf("the label is told: %s", d.Public())
			}
		}
		verified, err := v.VerifyBytes(token.Encode())
		if err != nil {
			check(err)
			return
		}
		all, err := verified.Explain(request, clock())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			check(d)
		}
		if _, err := verified.Authorize(context.Background(), request); err == nil {
			t.Error("permitted")
		} else {
			check(err)
		}
		_, err = v.Verify(label)
		check(err)
	})
}

// The longest that each denial can be still fits, in the last of 16 blocks: [V-2].
func TestLongestDenials(t *testing.T) {
	long := func(b string) string { return strings.Repeat(b, 256) }
	keys := make([][32]byte, 8)
	var holders []string
	for i := range 15 {
		holders = append(holders, fmt.Sprint("holder ", i))
	}
	for i := range keys {
		keys[i] = forge.NewKey(holders[i]).Public()
	}
	longest := 0
	for _, char := range []string{"x", `"`, `\`, "é", "\U0010FFFF"[:4]} {
		name := long(char)[:256]
		name = strings.ToValidUTF8(name, "")
		many := []string{name, "a" + name[:len(name)-len(char)], "b" + name[:len(name)-len(char)], "*"}
		ask := func(resource string) *predicates.Request {
			return &predicates.Request{Digest: make([]byte, 32), Accesses: []predicates.Access{{Interface: name, Resource: resource,
				Arguments: map[string]predicates.Value{name: predicates.Text(name)}}}}
		}
		base := forge.Chain("root", holders...).Without(15, 6, 7)
		for _, claim := range []forge.Pair{
			forge.Services(many...), forge.Uses(forge.Use(predicates.MaxInt, name), forge.Use(1, "x")),
			forge.Allow(forge.Grant(many, many), forge.GrantWhere(many, many, forge.Argument(name, forge.OneOf(forge.Text(name))))),
			forge.Cosigners(8, keys...), forge.Digest(keys[0][:]), forge.Extensions(forge.Extension(name, nil)), forge.Fresh(1), forge.Delegations(0),
			forge.Starts(predicates.MaxTime), forge.Expires(0),
		} {
			for _, block := range []int{13, 15} {
				verified, err := newVerifier("root").VerifyBytes(base.With(block, claim).Encode())
				if err != nil {
					t.Fatal(err)
				}
				for _, resource := range []string{name + "/" + name, "/" + name + "//" + name} {
					for _, d := range must(verified.Explain(ask(resource), clock())) {
						d.CouldGrant = "the holder of " + d.NarrowedBy // As if nobody above denied it, too.
						checkPublic(t, d)
						longest = max(longest, len(d.Public()))
					}
				}
			}
		}
	}
	t.Logf("the longest has %d bytes", longest)
	if longest < 400 {
		t.Errorf("the longest has %d bytes: the test shows little", longest)
	}
}
