package predicates_test

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tapertoken/taper/predicates"
)

var coreSeed = flag.Uint64("core.seed", 0, "the seed of the tests of names, values, claims and their evaluation, or 0 for a random one")

// newRand returns a generator whose seed a failing test prints.
func newRand(t testing.TB) *rand.Rand {
	seed := *coreSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("repeat with -core.seed=%d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, seed))
}

func key(n int) predicates.Key { return predicates.Key{byte(n), byte(n >> 8)} }

// slowApprovals counts as SPEC 9 says it, key by key.
func slowApprovals(blocks []predicates.Claims, root predicates.Key, block int, keys []predicates.Key) int {
	n := 0
	for _, k := range keys {
		approved := false
		for i := block + 1; i < len(blocks); i++ {
			signer := root
			if i > 0 {
				signer, _ = blocks[i-1].Next()
			}
			for j := block + 1; j <= i && signer == k; j++ {
				uses, _ := blocks[j].Uses()
				approved = approved || blocks[j].Bound() && len(uses) == 1 && uses[0].Limit == 1
			}
		}
		if approved {
			n++
		}
	}
	return n
}

// Evaluate demands as many approvals as a count key by key finds, and no more.
func TestApprovalsAgainstSlowCount(t *testing.T) {
	r := newRand(t)
	root := key(1)
	request := predicates.NewRequest("db:read", "customers/1")
	context := &predicates.Context{Service: "db", Root: root}
	bound := predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{"customers/1"}, predicates.WhereNone())
	wide := predicates.Allow(predicates.Interfaces{"db:*"}, predicates.Resources{"customers/1"})
	var met, unmet int
	for range 20000 {
		length := 1 + r.IntN(6)
		block := r.IntN(length+1) - 1
		keys := make([]predicates.Key, 1+r.IntN(4))
		for i, n := range r.Perm(6)[:len(keys)] {
			keys[i] = key(1 + n)
		}
		threshold := 1 + r.IntN(len(keys))
		demand := predicates.CosignedBy(threshold, keys...)
		names := r.Perm(6) // key 1 is the root's, and may be named again by mistake
		blocks := make([]predicates.Claims, length)
		for i := range blocks {
			statements := []predicates.Statement{[]predicates.Statement{bound, wide}[r.IntN(2)]}
			switch r.IntN(3) {
			case 0:
				statements = append(statements, predicates.Uses(1, "db"))
			case 1:
				statements = append(statements, predicates.Uses(2, "db"))
			}
			if i < length-1 || r.IntN(2) == 0 {
				statements = append(statements, predicates.Next(key(1+names[i])))
			}
			if i == block {
				statements = append(statements, demand)
			}
			blocks[i] = newClaims(t, statements...)
		}
		c := *context
		if block == predicates.Ceiling {
			ceiling := newClaims(t, demand)
			c.Ceiling = &ceiling
		}
		want := predicates.Permitted
		if slowApprovals(blocks, root, block, keys) < threshold {
			want = predicates.NotCosigned
			unmet++
		} else {
			met++
		}
		if got := predicates.Evaluate(blocks, &request, &c).Verdict; got != want {
			t.Fatalf("%d of %v at block %d of %s: got %v, want %v", threshold, keys, block, describeChain(blocks), got, want)
		}
	}
	if met < 1000 || unmet < 1000 {
		t.Errorf("%d met and %d unmet: too few of one", met, unmet)
	}
}

// describeChain prints what decides about cosigners and delegations.
func describeChain(blocks []predicates.Claims) string {
	s := ""
	for i := range blocks {
		next, _ := blocks[i].Next()
		uses, _ := blocks[i].Uses()
		s += fmt.Sprintf("\n  block %d: bound %v, uses %v, next %v", i, blocks[i].Bound(), uses, next)
	}
	return s
}

// Fourteen blocks that each demand approvals make one large block be asked
// again and again whether it is bound.
func BenchmarkApprovals(b *testing.B) {
	keys := make([]predicates.Key, 8)
	for i := range keys {
		keys[i] = key(i + 1)
	}
	var where []predicates.Where
	for i := range 20 {
		where = append(where, predicates.OneOf(predicates.Int(1)).On(string(rune('a'+i))))
	}
	grants := slices.Repeat([]predicates.Statement{
		predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}, where...),
	}, 63)
	large := newClaims(b, append(grants, predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"}), predicates.Uses(1, "s"))...)
	demand := newClaims(b, predicates.AllowNothing(), predicates.CosignedBy(1, keys...))
	// Evaluate stops at a denial, so each demand is evaluated as a ceiling.
	blocks := append(slices.Repeat([]predicates.Claims{demand}, 14), large)
	ceiling := newClaims(b, predicates.CosignedBy(1, keys...))
	request := predicates.NewRequest("a", "b")
	context := &predicates.Context{Service: "s", Ceiling: &ceiling}
	for b.Loop() {
		for range blocks {
			if v := predicates.Evaluate(blocks, &request, context).Verdict; v != predicates.NotCosigned {
				b.Fatal(v)
			}
		}
	}
}

// What no grant names is denied, also where nobody has checked the shape of
// block 0.
func TestEvaluateDemandsAnAllowInBlock0(t *testing.T) {
	allow := newClaims(t, predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"}))
	request := predicates.NewRequest("a", "b")
	var zero predicates.Claims
	want := predicates.Finding{Verdict: predicates.Unbounded, Claim: predicates.ClaimAllow}
	for name, blocks := range map[string][]predicates.Claims{
		"no blocks":            nil,
		"zero claims":          {zero},
		"allow later":          {zero, allow},
		"all but allow":        {newClaims(t, predicates.ExpiresUnix(9), predicates.Services("s"), predicates.Uses(1, "s"))},
		"next and nonce alone": {newClaims(t, predicates.Nonce([8]byte{1}), predicates.Next(key(2))), allow},
	} {
		for _, ceiling := range []*predicates.Claims{nil, &zero, &allow} {
			context := predicates.Context{Service: "s", Ceiling: ceiling}
			if got := predicates.Evaluate(blocks, &request, &context); got != want {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
		}
	}
	if got := predicates.Evaluate([]predicates.Claims{allow, zero}, &request, &predicates.Context{}).Verdict; got != predicates.Permitted {
		t.Errorf("zero claims after an allow: got %v, want permitted", got)
	}
}

// A checker that appends to the value must not write into memory that another
// decision appends to.
func TestCheckerGetsNoSpareCapacity(t *testing.T) {
	for n := range 100 {
		c := newClaims(t, predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}),
			predicates.Extensions(predicates.Extension{Name: "x", Value: make([]byte, n)}))
		request := predicates.NewRequest("a", "b")
		checker := func(value []byte, _ *predicates.Request, _ *predicates.Context) (bool, error) {
			if len(value) != n || cap(value) != n {
				t.Errorf("the checker got %d bytes with capacity %d, want %d and %d", len(value), cap(value), n, n)
			}
			return true, nil
		}
		predicates.Evaluate([]predicates.Claims{c}, &request,
			&predicates.Context{Extensions: map[string]predicates.Checker{"x": checker}})
	}
}

var (
	everything = predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**", "/**"})
	permitted  = predicates.Finding{Verdict: predicates.Permitted}
)

// evaluate decides a read of customers/1 at service db, at second 1000, under a
// root with key 100, unless the caller changes that.
func evaluate(blocks []predicates.Claims, change ...func(*predicates.Request, *predicates.Context)) predicates.Finding {
	request := predicates.NewRequest("db:read", "customers/1")
	context := predicates.Context{Service: "db", Now: 1000, Root: key(100)}
	for _, c := range change {
		c(&request, &context)
	}
	return predicates.Evaluate(blocks, &request, &context)
}

func at(now uint64) func(*predicates.Request, *predicates.Context) {
	return func(_ *predicates.Request, c *predicates.Context) { c.Now = now }
}

func service(name string) func(*predicates.Request, *predicates.Context) {
	return func(_ *predicates.Request, c *predicates.Context) { c.Service = name }
}

func digest(b []byte) func(*predicates.Request, *predicates.Context) {
	return func(r *predicates.Request, _ *predicates.Context) { r.Digest = b }
}

func under(ceiling predicates.Claims) func(*predicates.Request, *predicates.Context) {
	return func(_ *predicates.Request, c *predicates.Context) { c.Ceiling = &ceiling }
}

// Each claim that depends on the request and the verifier alone, on both sides
// of its bound, in the ceiling, in block 0 and in later blocks.
func TestClaimBounds(t *testing.T) {
	const max = predicates.MaxTime
	body := [32]byte{1, 2, 3}
	type change = func(*predicates.Request, *predicates.Context)
	for _, c := range []struct {
		name      string
		statement predicates.Statement
		change    change
		verdict   predicates.Verdict
		claim     int
	}{
		{"service", predicates.Services("db"), service("db"), predicates.Permitted, 0},
		{"second service", predicates.Services("reports", "db"), service("db"), predicates.Permitted, 0},
		{"other service", predicates.Services("db"), service("reports"), predicates.WrongService, predicates.ClaimServices},
		{"other case", predicates.Services("db"), service("DB"), predicates.WrongService, predicates.ClaimServices},
		{"trailing blank", predicates.Services("db"), service("db "), predicates.WrongService, predicates.ClaimServices},
		{"longer service", predicates.Services("db"), service("db2"), predicates.WrongService, predicates.ClaimServices},
		{"nameless service", predicates.Services("db"), service(""), predicates.WrongService, predicates.ClaimServices},
		{"star is no pattern here", predicates.Services("*"), service("db"), predicates.WrongService, predicates.ClaimServices},

		{"a second before expiry", predicates.ExpiresUnix(1000), at(999), predicates.Permitted, 0},
		{"at expiry", predicates.ExpiresUnix(1000), at(1000), predicates.Expired, predicates.ClaimExpires},
		{"after expiry", predicates.ExpiresUnix(1000), at(1001), predicates.Expired, predicates.ClaimExpires},
		{"expires 0 at 0", predicates.ExpiresUnix(0), at(0), predicates.Expired, predicates.ClaimExpires},
		{"expires 1 at 0", predicates.ExpiresUnix(1), at(0), predicates.Permitted, 0},
		{"last second of time", predicates.ExpiresUnix(max), at(max - 1), predicates.Permitted, 0},
		{"end of time", predicates.ExpiresUnix(max), at(max), predicates.Expired, predicates.ClaimExpires},
		{"greatest now", predicates.ExpiresUnix(max), at(math.MaxUint64), predicates.Expired, predicates.ClaimExpires},

		{"at the start", predicates.StartsUnix(1000), at(1000), predicates.Permitted, 0},
		{"after the start", predicates.StartsUnix(1000), at(1001), predicates.Permitted, 0},
		{"1 s early", predicates.StartsUnix(1000), at(999), predicates.Permitted, 0},
		{"60 s early", predicates.StartsUnix(1000), at(940), predicates.Permitted, 0},
		{"61 s early", predicates.StartsUnix(1000), at(939), predicates.NotYetValid, predicates.ClaimStarts},
		{"at 1970", predicates.StartsUnix(1000), at(0), predicates.NotYetValid, predicates.ClaimStarts},
		{"starts 60 at 0", predicates.StartsUnix(60), at(0), predicates.Permitted, 0},
		{"starts 61 at 0", predicates.StartsUnix(61), at(0), predicates.NotYetValid, predicates.ClaimStarts},
		{"starts 0", predicates.StartsUnix(0), at(0), predicates.Permitted, 0},
		{"starts at the end of time, 60 s early", predicates.StartsUnix(max), at(max - 60), predicates.Permitted, 0},
		{"starts at the end of time, 61 s early", predicates.StartsUnix(max), at(max - 61), predicates.NotYetValid, predicates.ClaimStarts},
		{"starts at the end of time, now", predicates.StartsUnix(max), at(1000), predicates.NotYetValid, predicates.ClaimStarts},
		{"greatest now after a start", predicates.StartsUnix(1000), at(math.MaxUint64), predicates.Permitted, 0},

		{"allowed", predicates.Allow(predicates.Interfaces{"db:*"}, predicates.Resources{"customers/**"}), nil, predicates.Permitted, 0},
		{"other interface", predicates.Allow(predicates.Interfaces{"db:write"}, predicates.Resources{"customers/**"}), nil, predicates.NotAllowed, predicates.ClaimAllow},
		{"other resource", predicates.Allow(predicates.Interfaces{"db:*"}, predicates.Resources{"orders/**"}), nil, predicates.NotAllowed, predicates.ClaimAllow},
		{"nothing", predicates.AllowNothing(), nil, predicates.NotAllowed, predicates.ClaimAllow},

		{"uses", predicates.Uses(1, "db"), service("db"), predicates.Permitted, 0},
		{"uses at another service", predicates.Uses(1, "db"), service("reports"), predicates.WrongService, predicates.ClaimUses},
		{"uses in other case", predicates.Uses(1, "db"), service("DB"), predicates.WrongService, predicates.ClaimUses},
		{"uses at a nameless service", predicates.Uses(1, "db"), service(""), predicates.WrongService, predicates.ClaimUses},
		{"uses at the second service", predicates.UsesAt(predicates.UseLimit{Limit: 1, Service: "reports"}, predicates.UseLimit{Limit: 1, Service: "db"}), service("db"), predicates.Permitted, 0},

		{"digest", predicates.Digest(body), digest(body[:]), predicates.Permitted, 0},
		{"no digest", predicates.Digest(body), digest(nil), predicates.WrongDigest, predicates.ClaimDigest},
		{"empty digest", predicates.Digest(body), digest([]byte{}), predicates.WrongDigest, predicates.ClaimDigest},
		{"zero digest", predicates.Digest(body), digest(make([]byte, 32)), predicates.WrongDigest, predicates.ClaimDigest},
		{"31 bytes of it", predicates.Digest(body), digest(body[:31]), predicates.WrongDigest, predicates.ClaimDigest},
		{"a byte more", predicates.Digest(body), digest(append(body[:], 0)), predicates.WrongDigest, predicates.ClaimDigest},
		{"one bit off", predicates.Digest(body), digest(append(slices.Clone(body[:31]), 1)), predicates.WrongDigest, predicates.ClaimDigest},
		{"zero demanded, none given", predicates.Digest([32]byte{}), digest(nil), predicates.WrongDigest, predicates.ClaimDigest},
		{"zero demanded, zero given", predicates.Digest([32]byte{}), digest(make([]byte, 32)), predicates.Permitted, 0},

		{"label", predicates.Label("nonsense"), nil, predicates.Permitted, 0},
		{"nonce", predicates.Nonce([8]byte{1}), nil, predicates.Permitted, 0},
	} {
		if c.change == nil {
			c.change = func(*predicates.Request, *predicates.Context) {}
		}
		base, faulty := newClaims(t, everything), newClaims(t, c.statement)
		block0 := faulty
		if !faulty.Has(predicates.ClaimAllow) {
			block0 = newClaims(t, everything, c.statement)
		}
		want := predicates.Finding{Verdict: c.verdict, Claim: c.claim}
		for block, blocks := range [][]predicates.Claims{{block0}, {base, faulty}, {base, {}, faulty, {}}} {
			if c.verdict != predicates.Permitted {
				want.Block = block
			}
			if got := evaluate(blocks, c.change); got != want {
				t.Errorf("%s in block %d: got %+v, want %+v", c.name, block, got, want)
			}
		}
		if c.verdict != predicates.Permitted {
			want.Block = predicates.Ceiling
		}
		if got := evaluate([]predicates.Claims{base}, c.change, under(faulty)); got != want {
			t.Errorf("%s in the ceiling: got %+v, want %+v", c.name, got, want)
		}
	}
}

// Faults of each claim that can deny, for tests of order: one statement each,
// and the finding that it makes.
func faults() []struct {
	name      string
	statement predicates.Statement
	verdict   predicates.Verdict
	claim     int
	item      int
} {
	return []struct {
		name      string
		statement predicates.Statement
		verdict   predicates.Verdict
		claim     int
		item      int
	}{
		{"services", predicates.Services("reports"), predicates.WrongService, predicates.ClaimServices, 0},
		{"expires", predicates.ExpiresUnix(1000), predicates.Expired, predicates.ClaimExpires, 0},
		{"starts", predicates.StartsUnix(1061), predicates.NotYetValid, predicates.ClaimStarts, 0},
		{"allow", predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{"customers/1"}), predicates.NotAllowed, predicates.ClaimAllow, 1},
		{"uses", predicates.Uses(9, "reports"), predicates.WrongService, predicates.ClaimUses, 0},
		{"delegations", predicates.Delegations(0), predicates.TooManyDelegations, predicates.ClaimDelegations, 0},
		{"cosigners", predicates.CosignedBy(1, key(99)), predicates.NotCosigned, predicates.ClaimCosigners, 0},
		{"digest", predicates.Digest([32]byte{7}), predicates.WrongDigest, predicates.ClaimDigest, 0},
		{"unknown extension", predicates.Extensions(predicates.Extension{Name: "ok"}, predicates.Extension{Name: "unknown"}),
			predicates.UnknownExtension, predicates.ClaimExtensions, 1},
		{"extension", predicates.Extensions(predicates.Extension{Name: "a/ok"}, predicates.Extension{Name: "ok"}, predicates.Extension{Name: "z/denied"}),
			predicates.ExtensionDenied, predicates.ClaimExtensions, 2},
		{"fresh", predicates.Fresh(60), predicates.NotFresh, predicates.ClaimFresh, 0},
	}
}

// With two faults, the ceiling comes before block 0, a block before later ones,
// and within a block the claim with the lesser number.
func TestOrderOfFaults(t *testing.T) {
	ok := func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return true, nil }
	denied := func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return false, nil }
	request := predicates.NewRequest("db:read", "customers/1")
	request.Accesses = append(request.Accesses, predicates.Access{Interface: "db:read", Resource: "customers/2"})
	chain := func(at map[int][]predicates.Statement) predicates.Finding {
		context := predicates.Context{Service: "db", Now: 1000, Root: key(100),
			Extensions: map[string]predicates.Checker{"ok": ok, "a/ok": ok, "z/denied": denied}}
		if s := at[predicates.Ceiling]; s != nil {
			ceiling := newClaims(t, s...)
			context.Ceiling = &ceiling
		}
		// Blocks 0 to 2 name a next key, block 3 seals, and is no presentation.
		var blocks []predicates.Claims
		for i := range 4 {
			statements := slices.Clone(at[i])
			if i < 3 {
				statements = append(statements, predicates.Next(key(i+1)))
			}
			c := newClaims(t, statements...)
			if i == 0 && !c.Has(predicates.ClaimAllow) {
				c = newClaims(t, append(statements, everything)...)
			}
			blocks = append(blocks, c)
		}
		return predicates.Evaluate(blocks, &request, &context)
	}
	if got := chain(nil); got != permitted {
		t.Fatalf("without a fault: got %+v", got)
	}
	for i, x := range faults() {
		find := func(block int) predicates.Finding {
			return predicates.Finding{Verdict: x.verdict, Block: block, Claim: x.claim, Item: x.item}
		}
		for _, block := range []int{predicates.Ceiling, 0, 1} {
			if got := chain(map[int][]predicates.Statement{block: {x.statement}}); got != find(block) {
				t.Errorf("%s in block %d: got %+v, want %+v", x.name, block, got, find(block))
			}
		}
		for j, y := range faults() {
			if i != j && x.claim != y.claim {
				// Both in one block, in both orders of writing.
				for _, block := range []int{predicates.Ceiling, 0, 1} {
					want := find(block)
					if y.claim < x.claim {
						want = predicates.Finding{Verdict: y.verdict, Block: block, Claim: y.claim, Item: y.item}
					}
					if got := chain(map[int][]predicates.Statement{block: {x.statement, y.statement}}); got != want {
						t.Errorf("%s and %s in block %d: got %+v, want %+v", x.name, y.name, block, got, want)
					}
				}
			}
			for _, order := range [][2]int{{predicates.Ceiling, 0}, {predicates.Ceiling, 1}, {0, 1}, {0, 2}, {1, 2}} {
				first, second := order[0], order[1]
				got := chain(map[int][]predicates.Statement{first: {x.statement}, second: {y.statement}})
				if got != find(first) {
					t.Errorf("%s in block %d and %s in block %d: got %+v, want %+v", x.name, first, y.name, second, got, find(first))
				}
			}
		}
	}
}

// A ceiling is one more block: it restricts what it says, and grants nothing.
func TestCeiling(t *testing.T) {
	customers := predicates.Allow(predicates.Interfaces{"db:*"}, predicates.Resources{"customers/**"})
	orders := predicates.Allow(predicates.Interfaces{"db:*"}, predicates.Resources{"orders/**"})
	denied := func(block int) predicates.Finding {
		return predicates.Finding{Verdict: predicates.NotAllowed, Block: block, Claim: predicates.ClaimAllow}
	}
	for _, c := range []struct {
		name           string
		ceiling, token predicates.Claims
		want           predicates.Finding
	}{
		{"both permit", newClaims(t, customers), newClaims(t, everything), permitted},
		{"the ceiling denies", newClaims(t, orders), newClaims(t, everything), denied(predicates.Ceiling)},
		{"the token denies", newClaims(t, everything), newClaims(t, orders), denied(0)},
		{"both deny", newClaims(t, orders), newClaims(t, orders), denied(predicates.Ceiling)},
		{"neither for both", newClaims(t, customers), newClaims(t, orders), denied(0)},
		{"a ceiling that permits nothing", newClaims(t, predicates.AllowNothing()), newClaims(t, everything), denied(predicates.Ceiling)},
		{"a ceiling that says nothing", predicates.Claims{}, newClaims(t, customers), permitted},
		{"a ceiling does not grant", newClaims(t, everything), predicates.Claims{},
			predicates.Finding{Verdict: predicates.Unbounded, Claim: predicates.ClaimAllow}},
	} {
		if got := evaluate([]predicates.Claims{c.token}, under(c.ceiling)); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// chainOf returns blocks, each of everything and the statements given; all but
// the last name key(1), key(2) and so on.
func chainOf(t testing.TB, blocks ...[]predicates.Statement) []predicates.Claims {
	t.Helper()
	claims := make([]predicates.Claims, len(blocks))
	for i, statements := range blocks {
		statements = append([]predicates.Statement{everything}, statements...)
		if i < len(blocks)-1 {
			statements = append(statements, predicates.Next(key(i+1)))
		}
		claims[i] = newClaims(t, statements...)
	}
	return claims
}

// A limit counts the later blocks that name a key: not its own, not the seal.
func TestDelegations(t *testing.T) {
	for length := 1; length <= 16; length++ {
		for block := predicates.Ceiling; block < length; block++ {
			for limit := 0; limit <= 15; limit++ {
				blocks := make([][]predicates.Statement, length)
				if block >= 0 {
					blocks[block] = []predicates.Statement{predicates.Delegations(limit)}
				}
				change := func(*predicates.Request, *predicates.Context) {}
				if block == predicates.Ceiling {
					change = under(newClaims(t, predicates.Delegations(limit)))
				}
				// Blocks 0 to length-2 name a key.
				want := permitted
				if later := max(length-1-(block+1), 0); later > limit {
					want = predicates.Finding{Verdict: predicates.TooManyDelegations, Block: block, Claim: predicates.ClaimDelegations}
				}
				if got := evaluate(chainOf(t, blocks...), change); got != want {
					t.Errorf("delegations %d in block %d of %d: got %+v, want %+v", limit, block, length, got, want)
				}
			}
		}
	}
	// A larger number later, or in between, takes nothing back.
	blocks := chainOf(t, []predicates.Statement{predicates.Delegations(1)}, []predicates.Statement{predicates.Delegations(15)},
		[]predicates.Statement{predicates.Delegations(15)}, nil)
	if got, want := evaluate(blocks), (predicates.Finding{Verdict: predicates.TooManyDelegations, Claim: predicates.ClaimDelegations}); got != want {
		t.Errorf("larger limits later: got %+v, want %+v", got, want)
	}
	// An open token's last block counts too.
	open := append(chainOf(t, []predicates.Statement{predicates.Delegations(0)}, nil)[:1], newClaims(t, predicates.Next(key(9))))
	if got, want := evaluate(open), (predicates.Finding{Verdict: predicates.TooManyDelegations, Claim: predicates.ClaimDelegations}); got != want {
		t.Errorf("open token: got %+v, want %+v", got, want)
	}
}

// Naming an approver of a list at or above the limit is not counted. A list
// below it is the limited holder's own, and exempts nobody.
func TestDelegationsExemptApprovers(t *testing.T) {
	limit := func(n int) predicates.Statement { return predicates.Delegations(n) }
	// Each list is met by a bound block and its signer, so that only the count
	// of delegations can deny.
	bound := []predicates.Statement{
		predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{"customers/1"}, predicates.WhereNone()), predicates.Uses(1, "db")}
	block := func(next int, statements ...predicates.Statement) predicates.Claims {
		if next > 0 {
			statements = append(statements, predicates.Next(key(next)))
		}
		return newClaims(t, statements...)
	}
	with := func(s []predicates.Statement, more ...predicates.Statement) []predicates.Statement {
		return append(slices.Clone(s), more...)
	}
	list := func(n int, keys ...int) predicates.Statement {
		var l []predicates.Key
		for _, k := range keys {
			l = append(l, key(k))
		}
		return predicates.CosignedBy(n, l...)
	}
	tooMany := func(block int) predicates.Finding {
		return predicates.Finding{Verdict: predicates.TooManyDelegations, Block: block, Claim: predicates.ClaimDelegations}
	}
	for _, c := range []struct {
		name    string
		ceiling *predicates.Claims
		blocks  []predicates.Claims
		want    predicates.Finding
	}{
		{"no list", nil, []predicates.Claims{
			block(1, everything, limit(0)), block(7, bound...), block(0)}, tooMany(0)},
		{"list in the limited block", nil, []predicates.Claims{
			block(1, everything, limit(0), list(1, 7)), block(7, bound...), block(0)}, permitted},
		{"list above the limited block", nil, []predicates.Claims{
			block(1, everything, list(1, 7)), block(2, limit(0)), block(7, bound...), block(0)}, permitted},
		{"list two blocks above", nil, []predicates.Claims{
			block(1, everything, list(1, 7)), block(2), block(3, limit(0)), block(7, bound...), block(0)}, permitted},
		{"list in the ceiling, limit in the token", new(block(0, list(1, 7))), []predicates.Claims{
			block(1, everything, limit(0)), block(7, bound...), block(0)}, permitted},
		{"list and limit in the ceiling", new(block(0, list(1, 7), limit(1))), []predicates.Claims{
			block(1, everything), block(7, bound...), block(0)}, permitted},
		{"limit in the ceiling, list in block 0", new(block(0, limit(1))), []predicates.Claims{
			block(1, everything, list(1, 7)), block(7, bound...), block(0)}, tooMany(predicates.Ceiling)},
		{"another key than the list's", nil, []predicates.Claims{
			block(1, everything, limit(0), list(1, 1)), block(7, bound...), block(0)}, tooMany(0)},
		{"two approvers", nil, []predicates.Claims{
			block(1, everything, limit(0), list(2, 7, 8)), block(7, bound...), block(8), block(0)}, permitted},
		{"an approver that delegates on", nil, []predicates.Claims{
			block(1, everything, limit(0), list(1, 7)), block(7, bound...), block(3), block(0)}, tooMany(0)},
		{"an approver beside a delegate", nil, []predicates.Claims{
			block(1, everything, limit(1), list(1, 7)), block(2), block(7, bound...), block(0)}, permitted},
		{"an approver beside two delegates", nil, []predicates.Claims{
			block(1, everything, limit(1), list(1, 7)), block(2), block(3), block(7, bound...), block(0)}, tooMany(0)},

		// The attack: the holder under the limit writes its own list, with its own next key.
		{"own list, delegations 0", nil, []predicates.Claims{
			block(1, everything, limit(0)), block(7, with(bound, list(1, 7))...), block(0, bound...)}, tooMany(0)},
		{"own list, delegations 0, one block earlier", nil, []predicates.Claims{
			block(1, everything, limit(0)), block(2, list(1, 7, 2)), block(7, bound...), block(0)}, tooMany(0)},
		{"own list, delegations 1", nil, []predicates.Claims{
			block(1, everything, limit(1)), block(2, list(1, 7)), block(7, bound...), block(0)}, tooMany(0)},
		{"own list, delegations 1, both keys in it", nil, []predicates.Claims{
			block(1, everything, limit(1)), block(2, with(bound, list(1, 2, 7))...), block(7, bound...), block(0)}, tooMany(0)},
		{"own list under a second limit", nil, []predicates.Claims{
			block(1, everything, limit(5)), block(2, limit(1)), block(3, list(1, 7)), block(7, bound...), block(0)}, tooMany(1)},
		{"own list, limit in the ceiling", new(block(0, limit(1))), []predicates.Claims{
			block(1, everything), block(7, with(bound, list(1, 7))...), block(0, bound...)}, tooMany(predicates.Ceiling)},
		{"list in the sealing block", nil, []predicates.Claims{
			block(1, everything, limit(0)), block(7, bound...), block(0, list(1, 7))}, tooMany(0)},
	} {
		got := evaluate(c.blocks, func(_ *predicates.Request, x *predicates.Context) { x.Ceiling = c.ceiling })
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// An approval is a signature below the demand, at or after a block that is
// bound and good for one use.
func TestCosigners(t *testing.T) {
	bind := predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{"customers/1"}, predicates.WhereNone())
	once := predicates.Uses(1, "db")
	block := func(next int, statements ...predicates.Statement) predicates.Claims {
		if next > 0 {
			statements = append(statements, predicates.Next(key(next)))
		}
		return newClaims(t, statements...)
	}
	demand := func(n int, keys ...int) predicates.Statement {
		var l []predicates.Key
		for _, k := range keys {
			l = append(l, key(k))
		}
		return predicates.CosignedBy(n, l...)
	}
	missing := func(block int) predicates.Finding {
		return predicates.Finding{Verdict: predicates.NotCosigned, Block: block, Claim: predicates.ClaimCosigners}
	}
	const root = 100
	for _, c := range []struct {
		name   string
		blocks []predicates.Claims // key 100 signs block 0; the next of each signs the one after it
		want   predicates.Finding
	}{
		{"holder binds, approver seals", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7, bind, once), block(0)}, permitted},
		{"approver binds and seals", []predicates.Claims{
			block(7, everything, demand(1, 7)), block(0, bind, once)}, permitted},
		{"approver binds, another seals", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7), block(2, bind, once), block(0)}, permitted},
		{"bound after the approver", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7), block(2), block(0, bind, once)}, missing(0)},
		{"bound in the demanding block", []predicates.Claims{
			block(7, bind, once, demand(1, 7)), block(0)}, missing(0)},
		{"bound before the demand", []predicates.Claims{
			block(1, bind, once), block(7, demand(1, 7)), block(0)}, missing(1)},
		{"bound before and after the demand", []predicates.Claims{
			block(1, bind, once), block(7, demand(1, 7)), block(0, bind, once)}, permitted},
		{"not bound", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7), block(0)}, missing(0)},
		{"once, not bound", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7, everything, once), block(0)}, missing(0)},
		{"bound, not once", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7, bind), block(0)}, missing(0)},
		{"bound, twice", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7, bind, predicates.Uses(2, "db")), block(0)}, missing(0)},
		{"bound, once at each of two services", []predicates.Claims{
			block(1, everything, demand(1, 7)),
			block(7, bind, predicates.UsesAt(predicates.UseLimit{Limit: 1, Service: "db"}, predicates.UseLimit{Limit: 1, Service: "reports"})), block(0)}, missing(0)},
		{"bound in one block, once in the next", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(2, bind), block(7, once), block(0)}, missing(0)},
		{"free arguments", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7, predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{"customers/1"}), once), block(0)}, missing(0)},

		{"the holder alone", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(0, bind, once)}, missing(0)},
		{"the approver is only named", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7, bind, once)}, missing(0)},
		{"the signer of the demand", []predicates.Claims{
			block(7, everything), block(1, demand(1, 7)), block(0, bind, once)}, missing(1)},
		{"the root for block 0", []predicates.Claims{
			block(1, everything, demand(1, root)), block(0, bind, once)}, missing(0)},
		{"a signer before the demand", []predicates.Claims{
			block(7, everything), block(1), block(2, demand(1, 7)), block(0, bind, once)}, missing(2)},
		{"its own next key", []predicates.Claims{
			block(1, everything, demand(1, 1)), block(0, bind, once)}, permitted},
		{"in the sealing block", []predicates.Claims{
			block(1, everything), block(0, bind, once, demand(1, 1))}, missing(1)},
		{"in a token of one block", []predicates.Claims{
			block(0, bind, once, demand(1, root))}, missing(0)},

		{"1 of 2, the second", []predicates.Claims{
			block(1, everything, demand(1, 8, 7)), block(7, bind, once), block(0)}, permitted},
		{"2 of 2, one missing", []predicates.Claims{
			block(1, everything, demand(2, 7, 8)), block(7, bind, once), block(0)}, missing(0)},
		{"2 of 2", []predicates.Claims{
			block(1, everything, demand(2, 7, 8)), block(7, bind, once), block(8), block(0)}, permitted},
		{"2 of 2, the other way round", []predicates.Claims{
			block(1, everything, demand(2, 7, 8)), block(8, bind, once), block(7), block(0)}, permitted},
		{"2 of 3", []predicates.Claims{
			block(1, everything, demand(2, 6, 7, 8)), block(8, bind, once), block(6), block(0)}, permitted},
		{"3 of 3, two", []predicates.Claims{
			block(1, everything, demand(3, 6, 7, 8)), block(8, bind, once), block(6), block(0)}, missing(0)},
		{"one key signs twice", []predicates.Claims{ // which package chain refuses before
			block(1, everything, demand(2, 7, 8)), block(7, bind, once), block(7), block(0)}, missing(0)},
		{"one of two signs before the binding", []predicates.Claims{
			block(7, everything, demand(2, 7, 8)), block(1), block(8, bind, once), block(0)}, missing(0)},
		{"two demands, one approver", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(2, demand(1, 7)), block(7, bind, once), block(0)}, permitted},
		{"two demands, the second in the approver's block", []predicates.Claims{
			block(1, everything, demand(1, 7)), block(7, bind, once), block(0, demand(1, 7))}, missing(2)},
	} {
		if got := evaluate(c.blocks); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}

	// A ceiling stands before block 0, so the root's signature counts.
	for _, c := range []struct {
		name    string
		ceiling predicates.Statement
		blocks  []predicates.Claims
		want    predicates.Finding
	}{
		{"the root binds", demand(1, root), []predicates.Claims{block(1, bind, once), block(0)}, permitted},
		{"the root binds nothing", demand(1, root), []predicates.Claims{block(1, everything), block(0, bind, once)}, missing(predicates.Ceiling)},
		{"the root seals", demand(1, root), []predicates.Claims{block(0, bind, once)}, permitted},
		{"a holder signs", demand(1, 7), []predicates.Claims{block(7, everything), block(0, bind, once)}, permitted},
		{"the root and a holder", demand(2, root, 7), []predicates.Claims{block(7, bind, once), block(0)}, permitted},
		{"the root and nobody", demand(2, root, 7), []predicates.Claims{block(1, bind, once), block(0)}, missing(predicates.Ceiling)},
		{"another root", demand(1, 101), []predicates.Claims{block(1, bind, once), block(0)}, missing(predicates.Ceiling)},
	} {
		if got := evaluate(c.blocks, under(newClaims(t, c.ceiling))); got != c.want {
			t.Errorf("ceiling, %s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Whatever evades a presentation is not fresh, wherever the claim stands.
func TestFresh(t *testing.T) {
	change := func(r *predicates.Request, c *predicates.Context) {
		*r = predicates.NewRequest("i", "r")
		r.Digest = make([]byte, 32)
		c.Service = "s"
		c.Now = 1000
		c.Extensions = map[string]predicates.Checker{"x": func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return true, nil }}
	}
	base := newClaims(t, everything, predicates.Next(key(1)))
	for _, p := range presentations {
		seal := spoil(t, p.changes)
		for _, n := range []int{1, 59, 60, 61, 3600} {
			fresh := newClaims(t, predicates.Fresh(n))
			ok := p.seconds > 0 && p.seconds <= uint64(n)
			check := func(where string, block int, blocks []predicates.Claims, more ...func(*predicates.Request, *predicates.Context)) {
				t.Helper()
				got := evaluate(blocks, append([]func(*predicates.Request, *predicates.Context){change}, more...)...)
				want := predicates.Finding{Verdict: predicates.NotFresh, Block: block, Claim: predicates.ClaimFresh}
				switch {
				// What else is wrong with the seal comes later, but for the ceiling and block 0.
				case ok && got.Verdict == predicates.NotFresh:
					t.Errorf("%s, fresh %d in %s: got %+v", p.name, n, where, got)
				case !ok && got != want:
					t.Errorf("%s, fresh %d in %s: got %+v, want %+v", p.name, n, where, got, want)
				}
			}
			check("the ceiling", predicates.Ceiling, []predicates.Claims{base, seal}, under(fresh))
			check("block 0", 0, []predicates.Claims{newClaims(t, everything, predicates.Next(key(1)), predicates.Fresh(n)), seal})
			check("block 1", 1, []predicates.Claims{base, fresh, seal})
		}
	}
	seal := spoil(t, nil) // 60 s
	found := func(block int) predicates.Finding {
		return predicates.Finding{Verdict: predicates.NotFresh, Block: block, Claim: predicates.ClaimFresh}
	}
	fresh := func(n int) predicates.Claims { return newClaims(t, predicates.Fresh(n)) }
	for _, c := range []struct {
		name   string
		blocks []predicates.Claims
		change func(*predicates.Request, *predicates.Context)
		want   predicates.Finding
	}{
		{"exactly so long", []predicates.Claims{base, fresh(60), seal}, change, permitted},
		{"a second too long", []predicates.Claims{base, fresh(59), seal}, change, found(1)},
		{"a larger n later", []predicates.Claims{base, fresh(59), fresh(3600), seal}, change, found(1)},
		{"a smaller n later", []predicates.Claims{base, fresh(3600), fresh(59), seal}, change, found(2)},
		{"in the seal itself", []predicates.Claims{base, spoil(t, map[string]predicates.Statement{"fresh": predicates.Fresh(60)})}, change, permitted},
		{"in the seal itself, too long", []predicates.Claims{base, spoil(t, map[string]predicates.Statement{"fresh": predicates.Fresh(59)})}, change, found(1)},
		{"the presentation is not the last block", []predicates.Claims{base, fresh(60), seal, newClaims(t, everything)}, change, found(1)},
		{"an open token", []predicates.Claims{newClaims(t, everything, predicates.Fresh(60), predicates.Next(key(1)))}, change, found(0)},
		{"a root that presents", []predicates.Claims{spoil(t, map[string]predicates.Statement{"fresh": predicates.Fresh(60)})}, change, permitted},
	} {
		if got := evaluate(c.blocks, c.change); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// Checkers are asked one at a time in encoded order, with the value, the request
// and the context themselves, until one does not permit.
func TestExtensions(t *testing.T) {
	var asked []string
	failure := errors.New("region server is down")
	var request predicates.Request
	var context predicates.Context
	checker := func(name string, ok bool, err error) predicates.Checker {
		return func(value []byte, r *predicates.Request, c *predicates.Context) (bool, error) {
			asked = append(asked, fmt.Sprintf("%s=%x", name, value))
			if r != &request || c != &context {
				t.Errorf("%s: the checker got another request or context", name)
			}
			return ok, err
		}
	}
	checkers := map[string]predicates.Checker{
		"yes":       checker("yes", true, nil),
		"yes2":      checker("yes2", true, nil),
		"no":        checker("no", false, nil),
		"error":     checker("error", true, failure),
		"both":      checker("both", false, failure),
		"nil":       nil,
		"EXTENSION": checker("EXTENSION", true, nil),
	}
	x := func(name string) predicates.Extension {
		return predicates.Extension{Name: name, Value: []byte(name[:1])}
	}
	for _, c := range []struct {
		name       string
		extensions []predicates.Extension
		want       predicates.Finding
		asked      string
	}{
		{"one", []predicates.Extension{x("yes")}, permitted, "[yes=79]"},
		{"without a value", []predicates.Extension{{Name: "yes"}}, permitted, "[yes=]"},
		{"two", []predicates.Extension{x("yes2"), x("yes")}, permitted, "[yes=79 yes2=79]"},
		{"denied", []predicates.Extension{x("no")}, predicates.Finding{Verdict: predicates.ExtensionDenied}, "[no=6e]"},
		{"denied before permitted", []predicates.Extension{x("yes"), x("no")}, predicates.Finding{Verdict: predicates.ExtensionDenied}, "[no=6e]"},
		{"permitted before an error", []predicates.Extension{x("error"), x("yes")},
			predicates.Finding{Verdict: predicates.ExtensionDenied, Item: 1, Cause: failure}, "[yes=79 error=65]"},
		{"true and an error", []predicates.Extension{x("error")}, predicates.Finding{Verdict: predicates.ExtensionDenied, Cause: failure}, "[error=65]"},
		{"false and an error", []predicates.Extension{x("both")}, predicates.Finding{Verdict: predicates.ExtensionDenied, Cause: failure}, "[both=62]"},
		{"unknown", []predicates.Extension{x("what")}, predicates.Finding{Verdict: predicates.UnknownExtension}, "[]"},
		{"unknown after permitted", []predicates.Extension{x("what"), x("yes")}, predicates.Finding{Verdict: predicates.UnknownExtension, Item: 1}, "[yes=79]"},
		{"unknown before denied", []predicates.Extension{x("error"), x("what")}, predicates.Finding{Verdict: predicates.UnknownExtension}, "[]"},
		{"a nil checker", []predicates.Extension{x("nil")}, predicates.Finding{Verdict: predicates.UnknownExtension}, "[]"},
		{"other case", []predicates.Extension{x("extension")}, predicates.Finding{Verdict: predicates.UnknownExtension}, "[]"},
	} {
		if c.want.Verdict != predicates.Permitted {
			c.want.Claim = predicates.ClaimExtensions
		}
		asked = []string{}
		request = predicates.NewRequest("a", "b")
		context = predicates.Context{Extensions: checkers}
		got := predicates.Evaluate([]predicates.Claims{newClaims(t, everything, predicates.Extensions(c.extensions...))}, &request, &context)
		if got != c.want || fmt.Sprint(asked) != c.asked {
			t.Errorf("%s: got %+v after asking %v, want %+v after %s", c.name, got, asked, c.want, c.asked)
		}
	}
	// In all blocks, the ceiling first, and only after the claims before it.
	asked = []string{}
	context = predicates.Context{Extensions: checkers, Ceiling: new(newClaims(t, predicates.Extensions(x("yes2"))))}
	predicates.Evaluate([]predicates.Claims{newClaims(t, everything, predicates.Extensions(x("EXTENSION"))),
		newClaims(t, predicates.Extensions(x("yes"))), newClaims(t, predicates.Delegations(0)), newClaims(t, predicates.AllowNothing(), predicates.Extensions(x("yes"))),
	}, &request, &context)
	if got, want := fmt.Sprint(asked), "[yes2=79 EXTENSION=45 yes=79]"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	// No checkers at all.
	blocks := []predicates.Claims{newClaims(t, everything, predicates.Extensions(x("yes")))}
	if got, want := evaluate(blocks), (predicates.Finding{Verdict: predicates.UnknownExtension, Claim: predicates.ClaimExtensions}); got != want {
		t.Errorf("without checkers: got %+v, want %+v", got, want)
	}
}

// A request is 1 to 16 accesses, each well formed and each permitted.
func TestRequests(t *testing.T) {
	good := predicates.Access{Interface: "db:read", Resource: "customers/1"}
	other := predicates.Access{Interface: "db:read", Resource: "orders/1"}
	bad := func(change func(*predicates.Access)) predicates.Access {
		a := good
		change(&a)
		return a
	}
	argument := func(name string, v predicates.Value) predicates.Access {
		return bad(func(a *predicates.Access) {
			a.Arguments = map[string]predicates.Value{"good": predicates.Int(1), name: v, "too": predicates.Int(1)}
		})
	}
	many := func(n int) []predicates.Access { return slices.Repeat([]predicates.Access{good}, n) }
	at := func(n, i int, a predicates.Access) []predicates.Access {
		l := many(n)
		l[i] = a
		return l
	}
	customers := newClaims(t, predicates.Allow(predicates.Interfaces{"db:*"}, predicates.Resources{"customers/**"}),
		predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{"invoices/**"}))
	for _, c := range []struct {
		name     string
		accesses []predicates.Access
		item     int // of the access that decides, or -1
	}{
		{"none", nil, 0},
		{"empty", []predicates.Access{}, 0},
		{"one", many(1), -1},
		{"sixteen", many(16), -1},
		{"seventeen", many(17), 0},
		{"a thousand", many(1000), 0},
		{"two of two grants", append(many(1), predicates.Access{Interface: "db:read", Resource: "invoices/1"}), -1},
		{"the zero access", []predicates.Access{{}}, 0},
		{"the first is not allowed", at(16, 0, other), 0},
		{"the sixth is not allowed", at(16, 5, other), 5},
		{"the last is not allowed", at(16, 15, other), 15},
		{"two are not allowed", append(at(16, 3, other)[:10], other), 3},
		{"malformed interface", at(5, 2, bad(func(a *predicates.Access) { a.Interface = "db::read" })), 2},
		{"empty interface", at(5, 3, bad(func(a *predicates.Access) { a.Interface = "" })), 3},
		{"malformed resource", at(5, 4, bad(func(a *predicates.Access) { a.Resource = "customers//1" })), 4},
		{"empty resource", at(5, 1, bad(func(a *predicates.Access) { a.Resource = "" })), 1},
		{"a star as a name", at(5, 1, bad(func(a *predicates.Access) { a.Resource = "customers/*" })), 1},
		{"climbing", at(5, 1, bad(func(a *predicates.Access) { a.Resource = "customers/../orders" })), 1},
		{"malformed after not allowed", append(at(5, 1, other), predicates.Access{}), 5},
		{"two malformed", append(at(5, 1, predicates.Access{}), predicates.Access{}), 1},
		{"good arguments", at(5, 4, argument("x", predicates.Opaque())), -1},
		{"empty argument name", at(5, 4, argument("", predicates.Int(1))), 4},
		{"long argument name", at(5, 4, argument(strings.Repeat("x", 257), predicates.Int(1))), 4},
		{"argument name with a control", at(5, 4, argument("x\n", predicates.Int(1))), 4},
		{"argument name that is no UTF-8", at(5, 4, argument("\xc2", predicates.Int(1))), 4},
		{"wide integer", at(5, 4, argument("x", predicates.Int(1<<53))), 4},
		{"bad decimal", at(5, 4, argument("x", predicates.Decimal("1e2"))), 4},
		{"text that is no UTF-8", at(5, 4, argument("x", predicates.Text("\xff"))), 4},
		{"list of lists", at(5, 4, argument("x", predicates.List(predicates.List()))), 4},
		{"bad name and bad value", at(5, 4, argument("", predicates.Int(1<<53))), 4},
	} {
		change := func(r *predicates.Request, _ *predicates.Context) { r.Accesses = c.accesses }
		for block, blocks := range [][]predicates.Claims{{customers}, {customers, customers}, {customers, {}, customers}} {
			want := permitted
			if c.item >= 0 {
				want = predicates.Finding{Verdict: predicates.NotAllowed, Claim: predicates.ClaimAllow, Item: c.item}
			}
			if got := evaluate(blocks, change); got != want {
				t.Errorf("%s, %d blocks: got %+v, want %+v", c.name, block+1, got, want)
			}
		}
		// Under grants of everything the malformed stays denied: names are not
		// repaired, and a list of accesses that is too long is not cut.
		if got := evaluate([]predicates.Claims{newClaims(t, everything)}, change); c.item < 0 && got != permitted {
			t.Errorf("%s under everything: got %+v", c.name, got)
		}
	}
	// Earlier claims still come first: the request is judged where a grant is asked for.
	late := newClaims(t, everything, predicates.ExpiresUnix(1))
	if got, want := evaluate([]predicates.Claims{late}, func(r *predicates.Request, _ *predicates.Context) { r.Accesses = nil }),
		(predicates.Finding{Verdict: predicates.Expired, Claim: predicates.ClaimExpires}); got != want {
		t.Errorf("expired and malformed: got %+v, want %+v", got, want)
	}
	if got := predicates.NewRequest("i", "r"); len(got.Accesses) != 1 || got.Accesses[0].Interface != "i" || got.Accesses[0].Resource != "r" ||
		got.Accesses[0].Arguments != nil || got.Digest != nil {
		t.Errorf("NewRequest returns %+v", got)
	}
}

// A zero value of any type permits nothing.
func TestZeroValuesDeny(t *testing.T) {
	any := newClaims(t, everything)
	var request predicates.Request
	var context predicates.Context
	good := predicates.NewRequest("a", "b")
	for name, f := range map[string]predicates.Finding{
		"zero claims":   predicates.Evaluate([]predicates.Claims{{}}, &good, &context),
		"no claims":     predicates.Evaluate(nil, &good, &context),
		"zero request":  predicates.Evaluate([]predicates.Claims{any}, &request, &context),
		"zero access":   predicates.Evaluate([]predicates.Claims{any}, &predicates.Request{Accesses: make([]predicates.Access, 1)}, &context),
		"zero finding":  {},
		"zero services": predicates.Evaluate([]predicates.Claims{newClaims(t, everything, predicates.Services("s"))}, &good, &context),
	} {
		if f.Verdict == predicates.Permitted || f.Verdict.Class() == "permitted" {
			t.Errorf("%s: permitted", name)
		}
	}
}

// Deciding allocates nothing on the way to a permit, and leaves its input alone.
func TestEvaluateDoesNotAllocate(t *testing.T) {
	request := predicates.Request{Digest: make([]byte, 32)}
	for i := range 16 {
		request.Accesses = append(request.Accesses, predicates.Access{
			Interface: "db:read", Resource: fmt.Sprintf("customers/%d", i),
			Arguments: map[string]predicates.Value{
				"amount": predicates.Decimal("99.99"), "currency": predicates.Text("EUR"), "memo": predicates.Opaque(),
				"path": predicates.Text("/data/reports/1"), "to": predicates.List(predicates.Text("a@example.com"), predicates.Text("b@example.com")),
			}})
	}
	where := []predicates.Where{predicates.AtLeast(1).On("amount"), predicates.AtMost(100).On("amount"), predicates.Any().On("memo"),
		predicates.OneOf(predicates.Text("USD"), predicates.Text("EUR")).On("currency"), predicates.Matches("x", "/data/**").On("path"),
		predicates.EndsWith("@example.org", "@example.com").On("to")}
	narrow := predicates.Allow(predicates.Interfaces{"db:write", "db:*"}, predicates.Resources{"orders/**", "customers/*"}, where...)
	var bind []predicates.Statement
	for i := range 16 {
		bind = append(bind, predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{fmt.Sprintf("customers/%d", i)}))
	}
	seal := append([]predicates.Statement{predicates.Services("db"), predicates.StartsUnix(990), predicates.ExpiresUnix(1020),
		predicates.Uses(1, "db"), predicates.Digest([32]byte{})}, bind...)
	blocks := []predicates.Claims{
		newClaims(t, everything, predicates.ExpiresUnix(2000), predicates.CosignedBy(2, key(7), key(8)), predicates.Delegations(2), predicates.Next(key(1))),
		newClaims(t, narrow, predicates.Delegations(1), predicates.Fresh(60), predicates.Next(key(2)), predicates.UsesAt(predicates.UseLimit{Limit: 9, Service: "db"})),
		newClaims(t, append(slices.Clone(seal), predicates.Next(key(7)))...),
		newClaims(t, predicates.Next(key(8))),
		newClaims(t, append(slices.Clone(seal), predicates.Label("l"), predicates.Extensions(predicates.Extension{Name: "x", Value: make([]byte, 9)}))...),
	}
	context := predicates.Context{Service: "db", Now: 1000, Root: key(100), Ceiling: new(newClaims(t, narrow, predicates.Delegations(4), predicates.Fresh(60))),
		Extensions: map[string]predicates.Checker{"x": func(value []byte, _ *predicates.Request, _ *predicates.Context) (bool, error) {
			return len(value) == 9, nil
		}}}
	state := func() string { return fmt.Sprint(request, blocks, *context.Ceiling, context) }
	before := state()
	if got := predicates.Evaluate(blocks, &request, &context); got != permitted {
		t.Fatalf("got %+v, want permitted", got)
	}
	if n := testing.AllocsPerRun(100, func() { predicates.Evaluate(blocks, &request, &context) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	// Claims decide many requests at once; the race detector looks on.
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if got := predicates.Evaluate(blocks, &request, &context); got != permitted {
					t.Errorf("got %+v, want permitted", got)
				}
			}
		})
	}
	all.Wait()
	if after := state(); after != before {
		t.Errorf("deciding changes its input:\n got %s\nwant %s", after, before)
	}
}

// EvaluateAll finds every claim that does not permit, in the order in which
// Evaluate would meet them, and nothing iff Evaluate permits.
func TestEvaluateAll(t *testing.T) {
	first := newClaims(t, predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"r/**"}), predicates.ExpiresUnix(100), predicates.Services("other"))
	second := newClaims(t, predicates.Allow(predicates.Interfaces{"b"}, predicates.Resources{"**"}), predicates.Fresh(10))
	ceiling := newClaims(t, predicates.StartsUnix(1000))
	request := predicates.NewRequest("a", "r/x")
	c := predicates.Context{Service: "s", Now: 100, Ceiling: &ceiling}
	got := predicates.EvaluateAll([]predicates.Claims{first, second}, &request, &c)
	want := []predicates.Finding{
		{Verdict: predicates.NotYetValid, Block: predicates.Ceiling, Claim: predicates.ClaimStarts},
		{Verdict: predicates.WrongService, Block: 0, Claim: predicates.ClaimServices},
		{Verdict: predicates.Expired, Block: 0, Claim: predicates.ClaimExpires},
		{Verdict: predicates.NotAllowed, Block: 1, Claim: predicates.ClaimAllow},
		{Verdict: predicates.NotFresh, Block: 1, Claim: predicates.ClaimFresh},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if f := predicates.Evaluate([]predicates.Claims{first, second}, &request, &c); f != want[0] {
		t.Errorf("Evaluate found %v, want %v", f, want[0])
	}
	good := newClaims(t, predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"r/**"}))
	if got := predicates.EvaluateAll([]predicates.Claims{good}, &request, &predicates.Context{Service: "s", Now: 1}); len(got) != 0 {
		t.Errorf("a permitted request has findings %v", got)
	}
	if got := predicates.EvaluateAll(nil, &request, &c); len(got) != 1 || got[0].Verdict != predicates.Unbounded {
		t.Errorf("no blocks: got %v, want unbounded", got)
	}
}
