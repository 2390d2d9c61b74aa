package predicates_test

import (
	"errors"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tapertoken/taper/predicates"
)

// This is a second, slow evaluator, written from the text of the specification
// over what claims and grants say of themselves.

// An atom is what a value is, told apart from how the package keeps it.
type atom struct {
	kind   string // text, int, bool, decimal, opaque, bad
	text   string
	number *big.Rat
}

type zooValue struct {
	value predicates.Value
	list  bool
	atoms []atom // one, or the elements of a list
}

// zoo holds values by how they print; no two print alike.
var zoo = func() map[string]zooValue {
	text := func(s string) atom { return atom{kind: "text", text: s} }
	number := func(kind, s string) atom {
		n, _ := new(big.Rat).SetString(s)
		return atom{kind: kind, text: s, number: n}
	}
	zoo := map[string]zooValue{}
	add := func(list bool, v predicates.Value, atoms ...atom) {
		zoo[v.String()] = zooValue{v, list, atoms}
	}
	for _, s := range []string{"a", "b", "a/b", "/a/b", "1", "", "a/../b", "a/*"} {
		add(false, predicates.Text(s), text(s))
	}
	add(false, predicates.Text("\xff"), atom{kind: "bad"})
	add(false, predicates.Int(-1), number("int", "-1"))
	add(false, predicates.Int(0), number("int", "0"))
	add(false, predicates.Int(1), number("int", "1"))
	add(false, predicates.Int(2), number("int", "2"))
	add(false, predicates.Int(1<<53), atom{kind: "bad"})
	add(false, predicates.Bool(true), atom{kind: "bool", text: "true"})
	add(false, predicates.Bool(false), atom{kind: "bool", text: "false"})
	for _, s := range []string{"-0.5", "0.5", "1.0", "1.5"} {
		add(false, predicates.Decimal(s), number("decimal", s))
	}
	add(false, predicates.Decimal("1e2"), atom{kind: "bad"})
	add(false, predicates.Opaque(), atom{kind: "opaque"})
	add(true, predicates.List())
	add(true, predicates.List(predicates.Int(1), predicates.Int(2)), number("int", "1"), number("int", "2"))
	add(true, predicates.List(predicates.Int(1), predicates.Text("a")), number("int", "1"), text("a"))
	add(true, predicates.List(predicates.Text("a"), predicates.Text("a/b")), text("a"), text("a/b"))
	add(true, predicates.List(predicates.Opaque()), atom{kind: "bad"})
	add(true, predicates.List(predicates.List()), atom{kind: "bad"})
	return zoo
}()

// atomHolds decides by the number of the condition (SPEC 4).
func atomHolds(c predicates.Condition, a atom) bool {
	switch c.Kind() {
	case 1:
		return slices.ContainsFunc(c.Values(), func(v predicates.Value) bool {
			b := zoo[v.String()].atoms[0]
			return a.kind == b.kind && a.text == b.text
		})
	case 2:
		return a.number != nil && a.number.Cmp(new(big.Rat).SetInt64(c.Bound())) >= 0
	case 3:
		return a.number != nil && a.number.Cmp(new(big.Rat).SetInt64(c.Bound())) <= 0
	case 4:
		return a.kind == "text" && slowValid(a.text, "/", false) &&
			slices.ContainsFunc(c.Texts(), func(p string) bool { return slowMatches(p, a.text, "/") })
	case 5:
		return a.kind == "text" && slices.ContainsFunc(c.Texts(), func(s string) bool { return strings.HasSuffix(a.text, s) })
	}
	return false
}

func slowGrantMatches(g predicates.Grant, a predicates.Access) bool {
	if !slices.ContainsFunc(g.Interfaces(), func(p string) bool { return slowMatches(p, a.Interface, ":") }) ||
		!slices.ContainsFunc(g.Resources(), func(p string) bool { return slowMatches(p, a.Resource, "/") }) {
		return false
	}
	if !g.Closed() {
		return true
	}
	for name := range a.Arguments {
		if !slices.Contains(g.Arguments(), name) {
			return false
		}
	}
	for _, name := range g.Arguments() {
		v, present := a.Arguments[name]
		for _, c := range g.Conditions(name) {
			if c.Kind() == 0 {
				continue
			}
			model := zoo[v.String()]
			if !present || len(model.atoms) == 0 {
				return false
			}
			for _, a := range model.atoms {
				if !atomHolds(c, a) {
					return false
				}
			}
		}
	}
	return true
}

func slowWellFormed(a predicates.Access) bool {
	for name, v := range a.Arguments {
		bad := func(a atom) bool { return a.kind == "bad" }
		if name == "" || strings.Contains(name, "\n") || slices.ContainsFunc(zoo[v.String()].atoms, bad) {
			return false
		}
	}
	return slowValid(a.Interface, ":", false) && slowValid(a.Resource, "/", false)
}

// slowDelegations counts the later blocks that name a key, but for approvers of
// lists at or above the limit.
func slowDelegations(blocks []predicates.Claims, block int, ceiling *predicates.Claims) int {
	var approvers []predicates.Key
	if ceiling != nil {
		_, keys, _ := ceiling.Cosigners()
		approvers = append(approvers, keys...)
	}
	n := 0
	for i, b := range blocks {
		if next, ok := b.Next(); ok && i > block && !slices.Contains(approvers, next) {
			n++
		}
		if _, keys, _ := b.Cosigners(); i <= block {
			approvers = append(approvers, keys...)
		}
	}
	return n
}

func slowEvaluate(blocks []predicates.Claims, request predicates.Request, x predicates.Context) predicates.Finding {
	if len(blocks) == 0 || !blocks[0].Has(predicates.ClaimAllow) {
		return predicates.Finding{Verdict: predicates.Unbounded, Claim: predicates.ClaimAllow}
	}
	for block := predicates.Ceiling; block < len(blocks); block++ {
		c := x.Ceiling
		if block >= 0 {
			c = &blocks[block]
		}
		if c == nil {
			continue
		}
		deny := func(v predicates.Verdict, claim, item int) predicates.Finding {
			return predicates.Finding{Verdict: v, Block: block, Claim: claim, Item: item}
		}
		if services, ok := c.Services(); ok && !slices.Contains(services, x.Service) {
			return deny(predicates.WrongService, 3, 0)
		}
		if expires, ok := c.Expires(); ok && x.Now >= expires {
			return deny(predicates.Expired, 4, 0)
		}
		if starts, ok := c.Starts(); ok && starts > x.Now+60 {
			return deny(predicates.NotYetValid, 5, 0)
		}
		if grants, ok := c.Allow(); ok {
			if len(request.Accesses) == 0 || len(request.Accesses) > 16 {
				return deny(predicates.NotAllowed, 6, 0)
			}
			for i, a := range request.Accesses {
				if !slowWellFormed(a) {
					return deny(predicates.NotAllowed, 6, i)
				}
			}
			if slowBound(*c) && slowSingle(*c) { // [D-29]
				for i, a := range request.Accesses {
					if i >= len(grants) || !slowGrantMatches(grants[i], a) || grants[i].Closed() && slowHasList(a) {
						return deny(predicates.NotAllowed, 6, i)
					}
				}
				if len(request.Accesses) < len(grants) {
					return deny(predicates.NotAllowed, 6, len(request.Accesses)-1)
				}
			}
			for i, a := range request.Accesses {
				if !slices.ContainsFunc(grants, func(g predicates.Grant) bool { return slowGrantMatches(g, a) }) {
					return deny(predicates.NotAllowed, 6, i)
				}
			}
		}
		if uses, ok := c.Uses(); ok && !slices.ContainsFunc(uses, func(u predicates.UseLimit) bool { return u.Service == x.Service }) {
			return deny(predicates.WrongService, 7, 0)
		}
		if n, ok := c.Delegations(); ok && slowDelegations(blocks, block, x.Ceiling) > n {
			return deny(predicates.TooManyDelegations, 8, 0)
		}
		if k, keys, ok := c.Cosigners(); ok && slowApprovals(blocks, x.Root, block, keys) < k {
			return deny(predicates.NotCosigned, 9, 0)
		}
		if d, ok := c.Digest(); ok && !slices.Equal(d[:], request.Digest) {
			return deny(predicates.WrongDigest, 10, 0)
		}
		if extensions, ok := c.Extensions(); ok {
			for i, e := range extensions {
				switch {
				case x.Extensions[e.Name] == nil:
					return deny(predicates.UnknownExtension, 12, i)
				case string(e.Value) != "yes":
					return deny(predicates.ExtensionDenied, 12, i)
				}
			}
		}
		if n, ok := c.Fresh(); ok {
			if seconds, ok := slowPresentation(blocks[len(blocks)-1]); !ok || seconds > uint64(n) {
				return deny(predicates.NotFresh, 13, 0)
			}
		}
	}
	return predicates.Finding{Verdict: predicates.Permitted}
}

func slowHasList(a predicates.Access) bool {
	for _, v := range a.Arguments {
		if strings.HasPrefix(v.String(), "[") {
			return true
		}
	}
	return false
}

// slowSingle is [D-27].
func slowSingle(c predicates.Claims) bool {
	uses, _ := c.Uses()
	return len(uses) == 1 && uses[0].Limit == 1
}

// slowBound is [D-26].
func slowBound(c predicates.Claims) bool {
	grants, _ := c.Allow()
	bound := len(grants) > 0
	for _, g := range grants {
		names := slices.Concat([]string(g.Interfaces()), []string(g.Resources()))
		bound = bound && len(names) == 2 && !strings.Contains(names[0]+names[1], "*")
		bound = bound && (g.Closed() || c.Has(predicates.ClaimDigest))
		for _, name := range g.Arguments() {
			conditions := g.Conditions(name)
			bound = bound && len(conditions) == 1 && conditions[0].Kind() == 1 && len(conditions[0].Values()) == 1
		}
	}
	return bound
}

// slowPresentation is [D-28] over what the claims say.
func slowPresentation(c predicates.Claims) (uint64, bool) {
	services, _ := c.Services()
	uses, _ := c.Uses()
	starts, hasStarts := c.Starts()
	expires, hasExpires := c.Expires()
	if c.Has(predicates.ClaimNext) || len(services) != 1 || !hasStarts || !hasExpires || expires <= starts ||
		len(uses) != 1 || uses[0] != (predicates.UseLimit{Limit: 1, Service: services[0]}) || !slowBound(c) {
		return 0, false
	}
	return expires - starts, true
}

func choose[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// oneIn is true once in n times.
func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

func randomNearGrant(t testing.TB, r *rand.Rand, values []zooValue) predicates.Grant {
	t.Helper()
	interfaces := predicates.Interfaces{choose(r, "a", "a", "**", "a:*", "a:b")}
	resources := predicates.Resources{choose(r, "x", "x", "**", "x/**", "*", "/x")}
	if oneIn(r, 3) {
		interfaces = append(interfaces, "*")
		resources = append(resources, "x/*/z")
	}
	var where []predicates.Where
	switch r.IntN(5) {
	case 0:
		where = append(where, predicates.WhereNone())
	case 1, 2:
		for _, name := range []string{"p", "q"}[:1+r.IntN(2)] {
			n := 1
			if oneIn(r, 3) {
				n = 2
			}
			any := oneIn(r, 3)
			for range n {
				c := predicates.Any()
				if !any {
					v := func() predicates.Value {
						for {
							if v := choose(r, values...); !v.list && slices.Contains([]string{"text", "int", "bool"}, v.atoms[0].kind) {
								return v.value
							}
						}
					}
					first, second := v(), v()
					switch oneOf := []predicates.Value{first, second}; r.IntN(6) {
					case 0:
						c = predicates.OneOf(first)
					case 1:
						if first.String() == second.String() {
							oneOf = oneOf[:1]
						}
						c = predicates.OneOf(oneOf...)
					case 2:
						c = predicates.AtLeast(int64(r.IntN(3) - 1))
					case 3:
						c = predicates.AtMost(int64(r.IntN(3) - 1))
					case 4:
						c = predicates.Matches(choose(r, "**", "a/*", "a", "/**"))
					case 5:
						c = predicates.EndsWith(choose(r, "", "a", "b"))
					}
				}
				where = append(where, c.On(name))
				if any {
					break
				}
			}
		}
	}
	g, err := predicates.NewGrant(interfaces, resources, where...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// randomClaims are those of a block that often permits.
func randomClaims(t testing.TB, r *rand.Rand, values []zooValue, block int, last bool) predicates.Claims {
	t.Helper()
	var s []predicates.Statement
	bind := predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"x"}, choose(r, []predicates.Where{predicates.WhereNone()}, nil, []predicates.Where{predicates.OneOf(predicates.Int(1)).On("p")})...)
	presents := last && oneIn(r, 2) || oneIn(r, 8)
	switch {
	case presents:
		s = append(s, bind, predicates.Uses(1, "s"), predicates.Services("s"), predicates.StartsUnix(uint64(1000+r.IntN(2))), predicates.ExpiresUnix(uint64(1030+r.IntN(2))))
		if oneIn(r, 4) {
			s = append(s, bind)
		}
	case block == 0 && !oneIn(r, 60) || oneIn(r, 2):
		s = append(s, everything)
		for range r.IntN(3) {
			s = append(s, predicates.AllowGrant(randomNearGrant(t, r, values)))
		}
		if oneIn(r, 3) {
			s = s[1:]
			s = append(s, predicates.AllowGrant(randomNearGrant(t, r, values), randomNearGrant(t, r, values)))
		}
	}
	if !presents {
		if oneIn(r, 8) {
			s = append(s, predicates.Services(choose(r, "s", "s", "s", "t"), "u"))
		}
		if oneIn(r, 6) {
			s = append(s, predicates.ExpiresUnix(choose[uint64](r, 1000, 1001, 1001, 2000)))
		}
		if oneIn(r, 6) {
			s = append(s, predicates.StartsUnix(choose[uint64](r, 0, 1000, 1060, 1061)))
		}
		if oneIn(r, 6) {
			s = append(s, predicates.UsesAt(predicates.UseLimit{Limit: uint64(1 + r.IntN(2)), Service: choose(r, "s", "s", "s", "t")}))
		}
	}
	if oneIn(r, 6) {
		s = append(s, predicates.Delegations(r.IntN(4)))
	}
	if oneIn(r, 5) {
		keys := r.Perm(6)[:1+r.IntN(3)]
		list := make([]predicates.Key, len(keys))
		for i, k := range keys {
			list[i] = key(k + 1)
		}
		s = append(s, predicates.CosignedBy(1+r.IntN(len(keys))*r.IntN(2), list...))
	}
	if oneIn(r, 8) {
		s = append(s, predicates.Digest([32]byte{byte(r.IntN(4) / 3)}))
	}
	if oneIn(r, 8) {
		x := func(name string) predicates.Extension {
			return predicates.Extension{Name: name, Value: []byte(choose(r, "yes", "yes", "yes", "no"))}
		}
		s = append(s, predicates.Extensions(x(choose(r, "x", "x", "x", "unknown")), x("longer")))
	}
	if oneIn(r, 6) {
		s = append(s, predicates.Fresh(choose(r, 29, 30, 31, 60)))
	}
	if !last || oneIn(r, 10) {
		s = append(s, predicates.Next(key(r.IntN(6)+1)))
	}
	return newClaims(t, s...)
}

func randomRequest(r *rand.Rand, values []zooValue) predicates.Request {
	request := predicates.Request{Digest: choose(r, nil, make([]byte, 32), make([]byte, 32))}
	n := 1
	if oneIn(r, 3) {
		n = choose(r, 0, 2, 3, 16, 17)
	}
	for range n {
		a := predicates.Access{Interface: "a", Resource: "x"}
		if oneIn(r, 6) {
			a.Interface = choose(r, "a", "b", "a:b", "a:*", "a::b")
		}
		if oneIn(r, 6) {
			a.Resource = choose(r, "x/y", "x/y/z", "/x", "y", "x/..", "")
		}
		if oneIn(r, 2) {
			a.Arguments = map[string]predicates.Value{}
			for _, name := range []string{choose(r, "p", "p", "p", "q", "z", "\n", ""), "q"}[:1+r.IntN(2)] {
				a.Arguments[name] = choose(r, values...).value
			}
		}
		request.Accesses = append(request.Accesses, a)
	}
	return request
}

// Evaluate and the slow evaluator find the same, claim by claim, for random
// tokens, ceilings and requests.
func TestEvaluateAgainstSlowEvaluator(t *testing.T) {
	r := newRand(t)
	var values []zooValue
	for _, name := range slices.Sorted(maps.Keys(zoo)) {
		values = append(values, zoo[name])
	}
	checker := func(value []byte, _ *predicates.Request, _ *predicates.Context) (bool, error) {
		if string(value) != "yes" {
			return true, errors.New("no")
		}
		return true, nil
	}
	extensions := map[string]predicates.Checker{"x": checker, "longer": checker}
	counts := map[predicates.Verdict]int{}
	for range 60000 {
		blocks := make([]predicates.Claims, 1+r.IntN(5))
		for i := range blocks {
			blocks[i] = randomClaims(t, r, values, i, i == len(blocks)-1)
		}
		context := predicates.Context{Service: "s", Now: 1000, Root: key(1 + r.IntN(6)), Extensions: extensions}
		if oneIn(r, 4) {
			ceiling := randomClaims(t, r, values, 1, true)
			context.Ceiling = &ceiling
		}
		request := randomRequest(r, values)
		got, want := predicates.Evaluate(blocks, &request, &context), slowEvaluate(blocks, request, context)
		if got.Cause != nil && got.Verdict != predicates.ExtensionDenied {
			t.Fatalf("%v has cause %v", got.Verdict, got.Cause)
		}
		got.Cause = nil
		if got != want {
			for i := range blocks {
				t.Logf("block %d: %s", i, dump(blocks[i]))
			}
			if context.Ceiling != nil {
				t.Logf("ceiling: %s", dump(*context.Ceiling))
			}
			t.Fatalf("request %v, root %v: got %+v, want %+v", request, context.Root, got, want)
		}
		counts[got.Verdict]++
	}
	for v := predicates.WrongService; v <= predicates.NotFresh; v++ {
		if counts[v] < 100 {
			t.Errorf("%v was found %d times: too few", v, counts[v])
		}
	}
	if counts[predicates.Permitted] < 2500 {
		t.Errorf("%d were permitted: too few", counts[predicates.Permitted])
	}
}

// What a token permits, each token permits that it was made from: a block can
// only take away. (But for what later blocks are to bring: approvals and
// presentations.)
func TestBlocksOnlyRestrict(t *testing.T) {
	r := newRand(t)
	var values []zooValue
	for _, name := range slices.Sorted(maps.Keys(zoo)) {
		values = append(values, zoo[name])
	}
	demands := func(c predicates.Claims) bool {
		return c.Has(predicates.ClaimCosigners) || c.Has(predicates.ClaimFresh)
	}
	permits, denials := 0, 0
	for permits < 3000 || denials < 3000 {
		blocks := make([]predicates.Claims, 1+r.IntN(5))
		for i := range blocks {
			for blocks[i] = randomClaims(t, r, values, i, false); demands(blocks[i]); {
				blocks[i] = randomClaims(t, r, values, i, false)
			}
		}
		context := predicates.Context{Service: "s", Now: 1000, Root: key(1)}
		request := randomRequest(r, values)
		permitted := true
		for n := 1; n <= len(blocks); n++ {
			now := predicates.Evaluate(blocks[:n], &request, &context).Verdict == predicates.Permitted
			if now && !permitted {
				for i := range n {
					t.Logf("block %d: %s", i, dump(blocks[i]))
				}
				t.Fatalf("request %v: block %d permits what the blocks before deny", request, n-1)
			}
			permitted = now
		}
		if permitted {
			permits++
		} else {
			denials++
		}
	}
}
