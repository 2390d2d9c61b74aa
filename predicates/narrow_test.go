package predicates_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/predicates"
)

// narrowRand returns a random source, and logs the seed that makes it again.
func narrowRand(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// allows reports whether the grants of one block match a request, as a verifier
// decides it.
func allows(c predicates.Claims, r *predicates.Request) bool {
	allow, _ := c.Allow()
	statements := []predicates.Statement{predicates.AllowNothing()}
	for i, g := range allow {
		if i == 0 {
			statements = nil
		}
		statements = append(statements, predicates.AllowGrant(g))
	}
	only, err := predicates.New(statements...)
	if err != nil {
		panic(err)
	}
	return predicates.Evaluate([]predicates.Claims{only}, r, &predicates.Context{}).Verdict == predicates.Permitted
}

// confirm fails the test unless the witness shows what a Wider in allow says.
func confirm(t *testing.T, got predicates.Comparison, above []predicates.Claims, child predicates.Claims) {
	t.Helper()
	switch {
	case got.Relation != predicates.Wider || got.Claim != predicates.ClaimAllow:
	case got.Witness == nil:
		t.Fatalf("wider without a witness: %s", got.Reason)
	case !allows(child, got.Witness):
		t.Fatalf("the child does not permit the witness %v: %s", got.Witness, got.Reason)
	case allows(above[got.Block], got.Witness):
		t.Fatalf("block %d permits the witness %v: %s", got.Block, got.Witness, got.Reason)
	}
	if got.Relation == predicates.Narrower && (got.Block != 0 || got.Claim != 0 || got.Reason != "" || got.Witness != nil) {
		t.Fatalf("narrower with more: %+v", got)
	}
	if got.Relation != predicates.Narrower && got.Reason == "" {
		t.Fatalf("no reason: %+v", got)
	}
	for _, c := range []byte(got.Reason) {
		if c < ' ' || c > '~' {
			t.Fatalf("reason %q is not one line of printable ASCII", got.Reason)
		}
	}
}

// sequences returns all sequences of 1 to most of the segments, joined.
func sequences(segments []string, most int, separator string) []string {
	all, last := []string(nil), []string{""}
	for n := range most {
		var next []string
		for _, s := range last {
			for _, segment := range segments {
				if n > 0 {
					segment = s + separator + segment
				}
				next = append(next, segment)
			}
		}
		all, last = append(all, next...), next
	}
	return all
}

// patternsOf returns all patterns of up to most segments and, behind them, **.
func patternsOf(most int, separator string) []string {
	stems := sequences([]string{"a", "b", "*"}, most, separator)
	all := append([]string{"**"}, stems...)
	for _, s := range stems {
		all = append(all, s+separator+"**")
	}
	return all
}

func absolute(names []string) []string {
	for _, s := range slices.Clone(names) {
		names = append(names, "/"+s)
	}
	return names
}

// A universe holds all names of up to three segments a, b and f, which is in no
// pattern, and all patterns of up to two segments a, b and *, and a ** behind
// them. That is one fresh segment and one length more than any pattern has, so
// it holds a counterexample wherever there is one.
type universe struct {
	interfaces, resources               []string // names
	interfacePatterns, resourcePatterns []string
	interfaceMatches                    map[string]uint64    // by pattern, a bit for each name
	resourceMatches                     map[string][2]uint64 // likewise
}

func newUniverse(t *testing.T) *universe {
	u := &universe{
		interfaces:        sequences([]string{"a", "b", "f"}, 3, ":"),
		resources:         absolute(sequences([]string{"a", "b", "f"}, 3, "/")),
		interfacePatterns: patternsOf(2, ":"),
		resourcePatterns:  absolute(patternsOf(2, "/")),
		interfaceMatches:  make(map[string]uint64),
		resourceMatches:   make(map[string][2]uint64),
	}
	if len(u.interfaces) != 39 || len(u.resources) != 78 || len(u.interfacePatterns) != 25 || len(u.resourcePatterns) != 50 {
		t.Fatal("the universe has another size than thought", len(u.interfaces), len(u.resources), len(u.interfacePatterns), len(u.resourcePatterns))
	}
	for _, p := range u.interfacePatterns {
		c := newClaims(t, predicates.Allow(predicates.Interfaces{p}, predicates.Resources{"r"}))
		for i, name := range u.interfaces {
			if r := predicates.NewRequest(name, "r"); allows(c, &r) {
				u.interfaceMatches[p] |= 1 << i
			}
		}
	}
	for _, p := range u.resourcePatterns {
		c := newClaims(t, predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{p}))
		m := u.resourceMatches[p]
		for i, name := range u.resources {
			if r := predicates.NewRequest("i", name); allows(c, &r) {
				m[i/64] |= 1 << (i % 64)
			}
		}
		u.resourceMatches[p] = m
	}
	return u
}

// table returns for each interface which resources the claims permit.
func (u *universe) table(c predicates.Claims) (rows [39][2]uint64) {
	allow, _ := c.Allow()
	for _, g := range allow {
		var interfaces uint64
		var resources [2]uint64
		for _, p := range g.Interfaces() {
			interfaces |= u.interfaceMatches[p]
		}
		for _, p := range g.Resources() {
			resources[0] |= u.resourceMatches[p][0]
			resources[1] |= u.resourceMatches[p][1]
		}
		for i := range rows {
			if interfaces>>i&1 == 1 {
				rows[i][0] |= resources[0]
				rows[i][1] |= resources[1]
			}
		}
	}
	return rows
}

// within reports whether the one permits only what the other permits.
func (u *universe) within(child, parent predicates.Claims) bool {
	c, p := u.table(child), u.table(parent)
	for i := range c {
		if c[i][0]&^p[i][0]|c[i][1]&^p[i][1] != 0 {
			return false
		}
	}
	return true
}

func pick(r *rand.Rand, from []string, most int) []string {
	var picked []string
	for range 1 + r.IntN(most) {
		if s := from[r.IntN(len(from))]; !slices.Contains(picked, s) {
			picked = append(picked, s)
		}
	}
	return picked
}

func (u *universe) claims(t *testing.T, r *rand.Rand, grants, patterns int) predicates.Claims {
	var statements []predicates.Statement
	for range 1 + r.IntN(grants) {
		statements = append(statements, predicates.Allow(
			predicates.Interfaces(pick(r, u.interfacePatterns, patterns)),
			predicates.Resources(pick(r, u.resourcePatterns, patterns))))
	}
	return newClaims(t, statements...)
}

func describeClaims(c predicates.Claims) string {
	var b strings.Builder
	allow, _ := c.Allow()
	for _, g := range allow {
		fmt.Fprintf(&b, "\n    %q on %q", g.Interfaces(), g.Resources())
		for _, name := range g.Arguments() {
			for _, x := range g.Conditions(name) {
				fmt.Fprintf(&b, " %s:%d%v%v%q", name, x.Kind(), x.Bound(), x.Values(), x.Texts())
			}
		}
		if g.Closed() {
			b.WriteString(" closed")
		}
	}
	return b.String()
}

func checkExact(t *testing.T, u *universe, parent, child predicates.Claims) predicates.Relation {
	t.Helper()
	want := predicates.Wider
	if u.within(child, parent) {
		want = predicates.Narrower
	}
	above := []predicates.Claims{parent}
	got := predicates.Narrow(above, predicates.Key{}, child)
	if got.Relation != want {
		t.Fatalf("got %s (%s), want %s\nparent %s\nchild %s", got.Relation, got.Reason, want, describeClaims(parent), describeClaims(child))
	}
	confirm(t, got, above, child)
	return want
}

// Without arguments Narrow is exact: it says narrower iff no request tells the
// two apart, for all pairs of one pattern of each kind, and for random grants.
func TestNarrowIsExactWithoutArguments(t *testing.T) {
	u := newUniverse(t)
	r := narrowRand(t)
	var counts [4]int
	t.Run("all pairs", func(t *testing.T) {
		var all []predicates.Claims
		for _, i := range []string{"a", "*", "**", "a:**"} {
			for _, p := range u.resourcePatterns {
				all = append(all, newClaims(t, predicates.Allow(predicates.Interfaces{i}, predicates.Resources{p})))
			}
		}
		for _, parent := range all {
			for _, child := range all {
				counts[checkExact(t, u, parent, child)]++
			}
		}
	})
	t.Run("several patterns", func(t *testing.T) {
		for range 40000 {
			counts[checkExact(t, u, u.claims(t, r, 3, 3), u.claims(t, r, 3, 3))]++
		}
	})
	t.Run("one by several", func(t *testing.T) {
		// A grant that only several together cover is rare among random ones.
		for range 40000 {
			counts[checkExact(t, u, u.claims(t, r, 12, 4), u.claims(t, r, 1, 2))]++
		}
	})
	t.Logf("narrower %d, wider %d", counts[predicates.Narrower], counts[predicates.Wider])
	if counts[predicates.Narrower] < 10000 || counts[predicates.Wider] < 10000 {
		t.Error("too few of one kind to mean anything")
	}
}

// Whatever the first block that permits less is, it is named.
func TestNarrowComparesWithEachBlock(t *testing.T) {
	u := newUniverse(t)
	r := narrowRand(t)
	for range 10000 {
		above := []predicates.Claims{u.claims(t, r, 3, 3), {}, u.claims(t, r, 3, 3)}
		child := u.claims(t, r, 2, 2)
		got := predicates.Narrow(above, predicates.Key{}, child)
		confirm(t, got, above, child)
		want, block := predicates.Narrower, 0
		switch {
		case !u.within(child, above[0]):
			want, block = predicates.Wider, 0
		case !u.within(child, above[2]):
			want, block = predicates.Wider, 2
		}
		if got.Relation != want || got.Block != block {
			t.Fatalf("got %s of block %d, want %s of block %d\nabove %s\nand %s\nchild %s",
				got.Relation, got.Block, want, block, describeClaims(above[0]), describeClaims(above[2]), describeClaims(child))
		}
	}
}

// The arguments of the random grants, and the values that tell conditions on
// them apart.
var (
	narrowBounds   = []int64{-1, 0, 1, 2, 100}
	narrowPatterns = []string{"a", "a/b", "*", "a/*", "a/**", "**", "/a/**", "/a/b", "*/r.csv", "a/*/b"}
	narrowEndings  = []string{"", "b", "/b", ".csv", "r.csv", "@a.b", "x@a.b", "a/b"}
	narrowTexts    = []string{
		"", "a", "b", "f", "a/b", "a/f", "a/f/b", "a/f/f", "f/f", "/a", "/a/b", "/a/f", "/f", "a/r.csv", "f/r.csv", "r.csv",
		"a//b", "a/..", "f//", "@a.b", "x@a.b", "f@a.b", "xx@a.b", "f//@a.b", "a/fb", "a/f.csv", "f.csv", "a/f@a.b", "f//.csv",
	}
)

func narrowValues() []predicates.Value {
	values := []predicates.Value{predicates.Opaque(), predicates.Bool(true), predicates.Bool(false), predicates.List()}
	for _, n := range []int64{-2, -1, 0, 1, 2, 3, 99, 100, 101, predicates.MaxInt, -predicates.MaxInt} {
		values = append(values, predicates.Int(n))
	}
	for _, s := range []string{"-1.5", "-0.5", "0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "100.0", "100.5"} {
		values = append(values, predicates.Decimal(s))
	}
	for _, s := range narrowTexts {
		values = append(values, predicates.Text(s))
	}
	return values
}

func randomCondition(r *rand.Rand) predicates.Condition {
	switch r.IntN(6) {
	case 0:
		return predicates.AtLeast(narrowBounds[r.IntN(len(narrowBounds))])
	case 1:
		return predicates.AtMost(narrowBounds[r.IntN(len(narrowBounds))])
	case 2:
		return predicates.Matches(pick(r, narrowPatterns, 3)...)
	case 3:
		return predicates.EndsWith(pick(r, narrowEndings, 3)...)
	}
	var values []predicates.Value
	seen := make(map[string]bool)
	for range 1 + r.IntN(4) {
		var v predicates.Value
		switch r.IntN(3) {
		case 0:
			v = predicates.Int(int64(r.IntN(4)))
		case 1:
			v = predicates.Text(narrowTexts[r.IntN(len(narrowTexts))])
		case 2:
			v = predicates.Bool(r.IntN(2) == 0)
		}
		if !seen[v.String()] {
			seen[v.String()] = true
			values = append(values, v)
		}
	}
	return predicates.OneOf(values...)
}

// randomGrant returns a grant that has only few names but many conditions. With
// near, its conditions are those of that grant where they can be, with others
// beside them, so that one implies the other often.
func randomGrant(t *testing.T, r *rand.Rand, near *predicates.Grant) predicates.Grant {
	interfaces := predicates.Interfaces(pick(r, []string{"i", "*", "**", "j"}, 2))
	resources := predicates.Resources(pick(r, []string{"a", "a/*", "a/**", "**"}, 2))
	if near != nil && r.IntN(4) > 0 {
		interfaces, resources = near.Interfaces(), near.Resources()
	}
	if r.IntN(8) == 0 {
		return mustGrant(t, interfaces, resources)
	}
	if r.IntN(12) == 0 {
		return mustGrant(t, interfaces, resources, predicates.WhereNone())
	}
	var where []predicates.Where
	for _, name := range []string{"m", "n", "f"} {
		if near != nil && r.IntN(3) > 0 {
			kept := near.Conditions(name)
			for _, c := range kept {
				where = append(where, c.On(name))
			}
			if len(kept) > 0 && kept[0].Kind() != 0 && r.IntN(2) == 0 {
				where = append(where, randomCondition(r).On(name))
			}
			continue
		}
		switch r.IntN(5) {
		case 0:
		case 1:
			where = append(where, predicates.Any().On(name))
		case 2:
			where = append(where, randomCondition(r).On(name), randomCondition(r).On(name))
		default:
			where = append(where, randomCondition(r).On(name))
		}
	}
	return mustGrant(t, interfaces, resources, where...)
}

func mustGrant(t *testing.T, interfaces predicates.Interfaces, resources predicates.Resources, where ...predicates.Where) predicates.Grant {
	t.Helper()
	g, err := predicates.NewGrant(interfaces, resources, where...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// With arguments Narrow is sound: where it says narrower, no request permitted by
// the child is refused by the parent, and where it says wider, its witness shows
// it. Unknown is rare, and only where one argument has several conditions.
func TestNarrowIsSoundWithArguments(t *testing.T) {
	r := narrowRand(t)
	values := narrowValues()
	var counts [4]int
	for range 15000 {
		var grants, childGrants []predicates.Grant
		for range 1 + r.IntN(3) {
			grants = append(grants, randomGrant(t, r, nil))
		}
		for range 1 + r.IntN(2) {
			childGrants = append(childGrants, randomGrant(t, r, &grants[r.IntN(len(grants))]))
		}
		parent, child := allowAll(t, grants), allowAll(t, childGrants)
		above := []predicates.Claims{parent}
		got := predicates.Narrow(above, predicates.Key{}, child)
		confirm(t, got, above, child)
		counts[got.Relation]++
		if got.Relation == predicates.Wider {
			continue
		}
		if got.Relation == predicates.Unknown && !severalOnOne(childGrants) {
			t.Fatalf("unknown (%s)\nparent %s\nchild %s", got.Reason, describeClaims(parent), describeClaims(child))
		}
		for range 150 {
			a := predicates.Access{
				Interface: []string{"i", "j", "f", "i:f"}[r.IntN(4)],
				Resource:  []string{"a", "a/f", "f", "a/f/f"}[r.IntN(4)],
				Arguments: make(map[string]predicates.Value),
			}
			for _, name := range []string{"m", "n", "f", "other"} {
				switch v := values[r.IntN(len(values))]; {
				case r.IntN(4) == 0 || name == "other" && r.IntN(8) > 0:
				case r.IntN(8) == 0:
					a.Arguments[name] = predicates.List(v, values[r.IntN(len(values))])
				default:
					// A value of the child's own is permitted more often than any other.
					if c := childGrants[0].Conditions(name); len(c) > 0 && len(c[0].Values()) > 0 && r.IntN(2) == 0 {
						own := c[0].Values()
						v = own[r.IntN(len(own))]
					}
					a.Arguments[name] = v
				}
			}
			request := predicates.Request{Accesses: []predicates.Access{a}}
			if allows(child, &request) && (got.Relation == predicates.Dead || got.Relation == predicates.Narrower && !allows(parent, &request)) {
				t.Fatalf("%s, but %v tells them apart\nparent %s\nchild %s", got.Relation, a, describeClaims(parent), describeClaims(child))
			}
		}
	}
	t.Logf("unknown %d, narrower %d, wider %d, dead %d", counts[0], counts[1], counts[2], counts[3])
	if counts[predicates.Unknown] > 75 {
		t.Error("unknown is not rare")
	}
	if counts[predicates.Narrower] < 1500 || counts[predicates.Wider] < 1500 {
		t.Error("too few of one kind to mean anything")
	}
}

// severalOnOne reports whether one argument of a grant has several conditions.
func severalOnOne(grants []predicates.Grant) bool {
	for _, g := range grants {
		for _, name := range g.Arguments() {
			if len(g.Conditions(name)) > 1 {
				return true
			}
		}
	}
	return false
}

func allowAll(t *testing.T, grants []predicates.Grant) predicates.Claims {
	var statements []predicates.Statement
	for _, g := range grants {
		statements = append(statements, predicates.AllowGrant(g))
	}
	return newClaims(t, statements...)
}

func narrowKey(n byte) predicates.Key { return predicates.Key{n} }

const (
	narrowRootByte = 0xff
	day            = 24 * 3600
)

// Each claim but allow, and what each finding says to the letter.
func TestNarrowClaims(t *testing.T) {
	type s = []predicates.Statement
	var (
		next       = func(n byte) predicates.Statement { return predicates.Next(narrowKey(n)) }
		expires    = predicates.ExpiresUnix
		starts     = predicates.StartsUnix
		services   = predicates.Services
		uses       = predicates.Uses
		cosigned   = predicates.CosignedBy
		digest     = func(n byte) predicates.Statement { return predicates.Digest([32]byte{n}) }
		one        = predicates.Allow(predicates.Interfaces{"db:read"}, predicates.Resources{"t/1"}, predicates.WhereNone())
		key1, key2 = narrowKey(1), narrowKey(2)
		key8, key9 = narrowKey(8), narrowKey(9)
		root       = narrowKey(narrowRootByte)
		seal       = s{services("db"), starts(60), expires(120), uses(1, "db"), one}
		with       = func(a s, b ...predicates.Statement) s { return append(slices.Clone(a), b...) }
	)
	tests := []struct {
		name  string
		above []s
		child s
		want  string
	}{
		{"nothing above", nil, s{next(9)}, "narrower"},
		{"the same again", []s{{next(1), services("db"), expires(9), starts(3), uses(5, "db"), digest(1), predicates.Fresh(60)}},
			s{next(2), services("db"), expires(9), starts(3), uses(5, "db"), digest(1), predicates.Fresh(60)}, "narrower"},
		{"nothing asked for", []s{{next(1), services("db"), expires(9), uses(5, "db"), predicates.Delegations(1)}}, s{next(2)}, "narrower"},
		{"label and extensions", []s{{next(1), predicates.Label("a"), predicates.Extensions(predicates.Extension{Name: "x", Value: []byte{1}})}},
			s{next(2), predicates.Label("b"), predicates.Extensions(predicates.Extension{Name: "x", Value: []byte{2}})}, "narrower"},

		{"one of two services", []s{{services("db", "mail")}}, s{next(9), services("mail")}, "narrower"},
		{"a new service", []s{{services("db", "mail")}}, s{next(9), services("mail", "web")},
			`wider: block 0, services: services: "web" is not in the list of block 0`},
		{"a service of one block only", []s{{services("db", "mail", "web")}, {services("mail", "db")}}, s{next(9), services("db", "web")},
			`wider: block 1, services: services: "web" is not in the list of block 1`},
		{"a service that must be quoted", []s{{services("db")}}, s{next(9), services("db", "a\u202e\"b")},
			`wider: block 0, services: services: "a\u{202e}\"b" is not in the list of block 0`},
		{"no service in common", []s{{}, {services("db", "mail")}}, s{next(9), services("web")},
			`dead: block 1, services: services: with block 1 no service is left`},
		{"no service in common with two", []s{{services("db", "mail")}, {services("mail", "web")}}, s{next(9), services("db", "web")},
			`dead: block 1, services: services: with block 1 no service is left`},
		{"no service above", []s{{services("db")}, {services("mail")}}, s{next(9)},
			`dead: block 1, services: services: with block 1 no service is left`},
		{"services without uses above", []s{{uses(5, "db")}}, s{next(9), services("web")},
			`dead: block 0, services: services: with block 0 no service is left`},
		{"own services without own uses", nil, s{next(9), services("web"), uses(5, "db")},
			`dead: block -1, uses: uses: no service stands both in services and in uses`},
		{"uses without services above", []s{{services("web")}}, s{next(9), uses(5, "db")},
			`dead: block 0, uses: uses: with block 0 no service is left`},
		{"uses lists that share no service (E11)", []s{{uses(5, "db")}}, s{next(9), uses(5, "web")},
			`dead: block 0, uses: uses: with block 0 no service is left`},
		{"uses lists above that share no service", []s{{uses(5, "db")}, {uses(5, "web")}}, s{next(9)},
			`dead: block 1, uses: uses: with block 1 no service is left`},

		{"ends sooner", []s{{expires(2 * day)}}, s{next(9), expires(2*day - 1)}, "narrower"},
		{"ends later", []s{{expires(3 * day)}, {expires(2 * day)}, {expires(2 * day)}}, s{next(9), expires(2*day + 1)},
			`wider: block 1, expires: expires: 1970-01-03T00:00:01Z is later than 1970-01-03T00:00:00Z, the end of block 1`},
		{"ends as it starts", nil, s{next(9), expires(day), starts(day)},
			`dead: block -1, expires: expires: 1970-01-02T00:00:00Z is not after the start, 1970-01-02T00:00:00Z`},
		{"lasts a second", nil, s{next(9), expires(day + 1), starts(day)}, "narrower"},
		{"ends before a block above starts", []s{{}, {starts(day)}}, s{next(9), expires(day)},
			`dead: block 1, expires: expires: 1970-01-02T00:00:00Z is not after 1970-01-02T00:00:00Z, the start of block 1`},
		{"starts later", []s{{starts(day)}}, s{next(9), starts(day + 1)}, "narrower"},
		{"starts sooner", []s{{starts(day)}, {starts(2 * day)}}, s{next(9), starts(2*day - 1)},
			`wider: block 1, starts: starts: 1970-01-02T23:59:59Z is earlier than 1970-01-03T00:00:00Z, the start of block 1`},
		{"starts sooner than two blocks", []s{{starts(day)}, {starts(day)}}, s{next(9), starts(1)},
			`wider: block 0, starts: starts: 1970-01-01T00:00:01Z is earlier than 1970-01-02T00:00:00Z, the start of block 0`},
		{"starts as a block above ends", []s{{expires(2 * day)}, {expires(day)}}, s{next(9), starts(day)},
			`dead: block 1, starts: starts: 1970-01-02T00:00:00Z is not before 1970-01-02T00:00:00Z, the end of block 1`},
		{"starts within the leeway after the end", []s{{expires(day)}}, s{next(9), starts(day + 59)},
			`dead: block 0, starts: starts: 1970-01-02T00:00:59Z is not before 1970-01-02T00:00:00Z, the end of block 0`},
		{"no time is left above", []s{{expires(day)}, {starts(day)}}, s{next(9)},
			`dead: block 0, starts: starts: block 1 starts at 1970-01-02T00:00:00Z, not before 1970-01-02T00:00:00Z, the end of block 0`},

		{"fewer uses", []s{{predicates.UsesAt(predicates.UseLimit{Limit: 5, Service: "db"}, predicates.UseLimit{Limit: 2, Service: "web"})}},
			s{next(9), uses(5, "db")}, "narrower"},
		{"more uses", []s{{uses(9, "db")}, {uses(5, "db")}}, s{next(9), uses(6, "db")},
			`wider: block 1, uses: uses: 6 at "db" is more than the 5 of block 1`},
		{"uses at a new service", []s{{uses(5, "db")}}, s{next(9), predicates.UsesAt(predicates.UseLimit{Limit: 1, Service: "db"}, predicates.UseLimit{Limit: 1, Service: "web"})},
			`wider: block 0, uses: uses: block 0 permits none at "web"`},

		{"delegations left", []s{{next(1), predicates.Delegations(3)}, {next(2)}}, s{next(9), predicates.Delegations(1)}, "narrower"},
		{"more delegations than are left", []s{{next(1), predicates.Delegations(3)}, {next(2)}}, s{next(9), predicates.Delegations(2)},
			`wider: block 0, delegations: delegations: 2 is more than the 1 that block 0 leaves`},
		{"more delegations than a later block leaves", []s{{next(1), predicates.Delegations(9)}, {next(2), predicates.Delegations(2)}},
			s{next(9), predicates.Delegations(2)},
			`wider: block 1, delegations: delegations: 2 is more than the 1 that block 1 leaves`},
		{"the last delegation", []s{{next(1), predicates.Delegations(2)}, {next(2)}}, s{next(9)}, "narrower"},
		{"one delegation too many", []s{{next(1), predicates.Delegations(1)}, {next(2)}}, s{next(9)},
			`dead: block 0, delegations: delegations: block 0 permits 1, and with this block there are 2`},
		{"too many is dead before it is wider", []s{{next(1), predicates.Delegations(2)}, {next(2), predicates.Delegations(0)}},
			s{next(9), predicates.Delegations(5)},
			`dead: block 1, delegations: delegations: block 1 permits 0, and with this block there are 1`},
		{"a seal is no delegation", []s{{next(1), predicates.Delegations(0)}}, s{services("db")}, "narrower"},
		{"an approver is not counted", []s{{next(1), predicates.Delegations(0), cosigned(1, key9)}}, s{next(9)}, "narrower"},
		{"an approver named above is not counted", []s{{next(1), cosigned(1, key9)}, {next(2), predicates.Delegations(0)}}, s{next(9)}, "narrower"},
		{"an approver named below is counted", []s{{next(1), predicates.Delegations(1)}, {next(2), cosigned(1, key9)}}, s{next(9)},
			`dead: block 0, delegations: delegations: block 0 permits 1, and with this block there are 2`},

		{"cosigners", []s{{next(1)}}, s{next(9), cosigned(1, key8)}, "narrower"},
		{"a key that only stands where none is named", []s{{}}, s{next(9), cosigned(1, predicates.Key{})}, "narrower"},
		{"cosigners of a seal (A28)", []s{{next(1)}}, s{services("db"), cosigned(1, key8)},
			`dead: block -1, cosigners: cosigners: nobody signs after a block that names no next key`},
		{"the root approves (A27)", []s{{next(1)}}, s{next(9), cosigned(1, key8, root)},
			`dead: block -1, cosigners: cosigners[1]: ` + root.String() + ` is the root's key, which signs no later block`},
		{"an earlier key approves (A27)", []s{{next(1)}, {next(2)}}, s{next(9), cosigned(1, key8, key1)},
			`dead: block 0, cosigners: cosigners[1]: ` + key1.String() + ` is named by block 0, and signs no later block`},
		{"the block's author approves (A27)", []s{{next(1)}, {next(2)}}, s{next(9), cosigned(1, key2)},
			`dead: block 1, cosigners: cosigners[0]: ` + key2.String() + ` is named by block 1, and signs no later block`},
		{"the next key approves itself (A27)", []s{{next(1)}}, s{next(9), cosigned(1, key8, key9)},
			`dead: block -1, cosigners: cosigners[1]: ` + key9.String() + ` is the block's own next key, which would approve itself`},
		{"the root approves in block 0", nil, s{next(9), cosigned(1, root)},
			`dead: block -1, cosigners: cosigners[0]: ` + root.String() + ` is the root's key, which signs no later block`},
		{"a seal without approval", []s{{next(1), cosigned(1, key8, key9)}}, seal,
			`dead: block 0, cosigners: cosigners: block 0 demands approval by 1 of 2 keys before the seal, and has 0`},
		{"a block that may be approved later", []s{{next(1), cosigned(1, key8)}}, with(seal, next(8)), "narrower"},
		{"a seal that approves", []s{{next(1), cosigned(1, key8)}, with(seal, next(8))}, seal, "narrower"},
		{"a seal that is the bound block that it approves", []s{{next(1), cosigned(1, key8)}, {next(8)}}, seal, "narrower"},
		{"an approval of nothing in particular", []s{{next(1), cosigned(1, key8)}, {next(8)}}, s{services("db")},
			`dead: block 0, cosigners: cosigners: block 0 demands approval by 1 of 1 keys before the seal, and has 0`},
		{"one approval of two", []s{{next(1)}, {next(2), cosigned(2, key8, key9)}, with(seal, next(8))}, seal,
			`dead: block 1, cosigners: cosigners: block 1 demands approval by 2 of 2 keys before the seal, and has 1`},

		{"the same digest", []s{{digest(1)}}, s{next(9), digest(1)}, "narrower"},
		{"another digest", []s{{}, {digest(1)}}, s{next(9), digest(2)},
			`dead: block 1, digest: digest: differs from that of block 1`},
		{"two digests above", []s{{digest(1)}, {digest(2)}}, s{next(9)},
			`dead: block 1, digest: digest: those of blocks 0 and 1 differ`},

		{"fresher", []s{{predicates.Fresh(60)}}, s{next(9), predicates.Fresh(59)}, "narrower"},
		{"less fresh", []s{{predicates.Fresh(90)}, {predicates.Fresh(60)}}, s{next(9), predicates.Fresh(61)},
			`wider: block 1, fresh: fresh: 61s is more than the 60s of block 1`},
		{"a presentation", []s{{next(1), predicates.Fresh(60)}}, seal, "narrower"},
		{"a seal that is no presentation", []s{{next(1), predicates.Fresh(60)}}, s{services("db")},
			`dead: block 0, fresh: fresh: block 0 demands a presentation: one service, both times, one use there, and one request`},
		{"a presentation that lasts too long", []s{{next(1), predicates.Fresh(90)}, {next(2), predicates.Fresh(59)}}, seal,
			`dead: block 1, fresh: fresh: the presentation lasts 60s, and block 1 permits 59s`},
		{"a presentation that demands less of itself", []s{{next(1)}}, with(seal, predicates.Fresh(59)),
			`dead: block -1, fresh: fresh: the presentation lasts 60s, and the block itself permits 59s`},
		{"a seal that demands that it were a presentation", []s{{next(1)}}, s{services("db"), predicates.Fresh(60)},
			`dead: block -1, fresh: fresh: the block itself demands a presentation: one service, both times, one use there, and one request`},
		{"a block that may be presented later", []s{{next(1), predicates.Fresh(60)}}, s{next(9), services("db")}, "narrower"},

		{"the lowest claim is reported", []s{{expires(day), predicates.Fresh(1)}}, s{next(9), expires(2 * day), predicates.AllowNothing()},
			`wider: block 0, expires: expires: 1970-01-03T00:00:00Z is later than 1970-01-02T00:00:00Z, the end of block 0`},
		{"allow before uses", []s{{uses(1, "db")}}, s{next(9), uses(2, "db"), predicates.AllowNothing()},
			`dead: block -1, allow: allow: the block permits nothing`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var above []predicates.Claims
			for _, statements := range test.above {
				above = append(above, newClaims(t, statements...))
			}
			child := newClaims(t, test.child...)
			got := predicates.Narrow(above, root, child)
			confirm(t, got, above, child)
			if s := compared(got); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
		})
	}
}

// compared writes a comparison on one line.
func compared(c predicates.Comparison) string {
	if c.Reason == "" {
		return c.Relation.String()
	}
	return fmt.Sprintf("%s: block %d, %s: %s", c.Relation, c.Block, predicates.ClaimName(c.Claim), c.Reason)
}

// What is said about grants, to the letter, and the request that shows it.
func TestNarrowAllow(t *testing.T) {
	type (
		i = predicates.Interfaces
		r = predicates.Resources
		s = []predicates.Statement
	)
	var (
		allow   = predicates.Allow
		none    = predicates.WhereNone()
		atLeast = func(n int64, name string) predicates.Where { return predicates.AtLeast(n).On(name) }
		atMost  = func(n int64, name string) predicates.Where { return predicates.AtMost(n).On(name) }
		any     = func(name string) predicates.Where { return predicates.Any().On(name) }
		text    = predicates.Text
		oneOf   = predicates.OneOf
		matches = func(name string, patterns ...string) predicates.Where {
			return predicates.Matches(patterns...).On(name)
		}
		ends   = func(name string, texts ...string) predicates.Where { return predicates.EndsWith(texts...).On(name) }
		deep   = func(n int, last string) string { return strings.Repeat("*/", n) + last }
		long   = strings.Repeat("a", 256)
		refund = func(where ...predicates.Where) predicates.Statement {
			return allow(i{"pay:refund"}, r{"orders/*"}, where...)
		}
	)
	tests := []struct {
		name    string
		above   []s
		child   s
		want    string
		witness string
	}{
		{"no allow above", []s{{}}, s{allow(i{"**"}, r{"**", "/**"})}, "narrower", ""},
		{"no allow of its own", []s{{allow(i{"db:read"}, r{"orders"})}}, s{}, "narrower", ""},
		{"the same", []s{{refund(atMost(5, "n"))}}, s{refund(atMost(5, "n"))}, "narrower", ""},
		{"several together", []s{{allow(i{"db:read", "db:list"}, r{"**"}), allow(i{"db:*"}, r{"t"}), allow(i{"db:**"}, r{"t/*/**"})}},
			s{allow(i{"db:read", "db:*"}, r{"t", "t/**"})}, "narrower", ""},
		{"all but one of several", []s{{allow(i{"db:read", "db:list"}, r{"**"}), allow(i{"db:*"}, r{"t"}), allow(i{"db:**"}, r{"t/*/*/**"})}},
			s{allow(i{"db:read", "db:*"}, r{"t", "t/**"})},
			`wider: block 0, allow: allow[0]: resource "t/**" for interface "db:*" is not in what block 0 allows, such as "t/x" for "db:x"`, "db:x on t/x"},

		{"another resource", []s{{}, {allow(i{"database:read"}, r{"customers/**"})}}, s{allow(i{"database:read"}, r{"orders"})},
			`wider: block 1, allow: allow[0]: resource "orders" for interface "database:read" is not in what block 1 allows`, "database:read on orders"},
		{"another interface", []s{{allow(i{"database:read"}, r{"**"})}}, s{allow(i{"database:read"}, r{"orders"}), allow(i{"database:read", "database:write"}, r{"orders"})},
			`wider: block 0, allow: allow[1]: resource "orders" for interface "database:write" is not in what block 0 allows`, "database:write on orders"},
		{"the interface of one, the resource of another", []s{{allow(i{"a"}, r{"b"}), allow(i{"c"}, r{"d"})}}, s{allow(i{"a"}, r{"d"})},
			`wider: block 0, allow: allow[0]: resource "d" for interface "a" is not in what block 0 allows`, "a on d"},
		{"all below, for one below", []s{{allow(i{"a"}, r{"t/*"})}}, s{allow(i{"a"}, r{"t/**"})},
			`wider: block 0, allow: allow[0]: resource "t/**" for interface "a" is not in what block 0 allows, such as "t" for "a"`, "a on t"},
		{"a star for a segment", []s{{allow(i{"a"}, r{"x", "y"})}}, s{allow(i{"a"}, r{"*"})},
			`wider: block 0, allow: allow[0]: resource "*" for interface "a" is not in what block 0 allows, such as "z" for "a"`, "a on z"},
		{"absolute and relative", []s{{allow(i{"a"}, r{"**"})}}, s{allow(i{"a"}, r{"/**"})},
			`wider: block 0, allow: allow[0]: resource "/**" for interface "a" is not in what block 0 allows, such as "/x" for "a"`, "a on /x"},
		{"relative and absolute", []s{{allow(i{"a"}, r{"/**"})}}, s{allow(i{"a"}, r{"**"})},
			`wider: block 0, allow: allow[0]: resource "**" for interface "a" is not in what block 0 allows, such as "x" for "a"`, "a on x"},
		{"a slash in an interface is no root", []s{{allow(i{"**"}, r{"a"})}}, s{allow(i{"/a"}, r{"a"})}, "narrower", ""},
		{"a star that is meant for everything", []s{{allow(i{"**"}, r{"*"})}}, s{allow(i{"db:read"}, r{"t/1"})},
			`wider: block 0, allow: allow[0]: resource "t/1" for interface "db:read" is not in what block 0 allows ("*" is one segment; everything is "**")`, "db:read on t/1"},
		{"a star that is meant for every interface", []s{{allow(i{"*"}, r{"**"})}}, s{allow(i{"db:read"}, r{"t"})},
			`wider: block 0, allow: allow[0]: resource "t" for interface "db:read" is not in what block 0 allows ("*" is one segment; everything is "**")`, "db:read on t"},
		{"foreign bytes are quoted and cut", []s{{allow(i{"a"}, r{"b"})}}, s{allow(i{"a"}, r{"\u202e\"" + long[:200]})},
			`wider: block 0, allow: allow[0]: resource ` + predicates.QuoteCut("\u202e\""+long[:200], 64) + ` for interface "a" is not in what block 0 allows`,
			"a on \u202e\"" + long[:200]},

		{"names of all lengths", []s{{allow(i{"a"}, r{deep(31, "*"), "*", "*/*", deep(2, "*"), deep(3, "*/**")})}}, s{allow(i{"a"}, r{"**"})}, "narrower", ""},
		{"a name of 33 segments", []s{{allow(i{"a"}, allLengths())}}, s{allow(i{"a"}, r{"**"})},
			`unknown: block 0, allow: allow[0]: resource "**" for interface "a" may not all be in what block 0 allows`, ""},
		{"a name of 1,025 bytes", []s{{allow(i{"a"}, r{long + "/" + long + "/" + long + "/" + long[:251] + "/x"}), allow(i{"b"}, append(r{}, oneLetter()...))}},
			s{allow(i{"a"}, r{long + "/" + long + "/" + long + "/" + long[:251] + "/*"})},
			`unknown: block 0, allow: allow[0]: resource ` + predicates.QuoteCut(long+"/"+long, 64) + ` for interface "a" may not all be in what block 0 allows`, ""},
		{"a name of 1,025 bytes, and a shorter one", []s{{allow(i{"b"}, append(r{}, oneLetter()...))}},
			s{allow(i{"a"}, r{long + "/" + long + "/" + long + "/" + long[:251] + "/*", "t/*"})},
			`wider: block 0, allow: allow[0]: resource "t/*" for interface "a" is not in what block 0 allows, such as "t/xx" for "a"`, "a on t/xx"},
		{"wider elsewhere beats unknown", []s{{allow(i{"a"}, allLengths())}, {allow(i{"a"}, r{"t"})}}, s{allow(i{"a"}, r{"**"})},
			`wider: block 1, allow: allow[0]: resource "**" for interface "a" is not in what block 1 allows, such as "x" for "a"`, "a on x"},

		{"arguments added", []s{{refund()}}, s{refund(atMost(100, "amount"), any("memo"))}, "narrower", ""},
		{"arguments left out", []s{{refund(atMost(100, "amount"))}}, s{refund()},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with any arguments is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x x=opaque`},
		{"one argument left out", []s{{refund(atMost(100, "amount"), any("memo"))}}, s{refund(atMost(100, "amount"))}, "narrower", ""},
		{"the argument that is demanded left out (C12)", []s{{refund(atMost(100, "amount"), any("memo"))}}, s{refund(any("memo"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" without arguments is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x`},
		{"any for a demand", []s{{refund(atMost(100, "amount"))}}, s{refund(any("amount"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" without arguments is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x`},
		{"no arguments at all", []s{{refund(any("memo"))}}, s{refund(none)}, "narrower", ""},
		{"an argument where none may be", []s{{refund(none)}}, s{refund(any("memo"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "memo" = opaque is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x memo=opaque`},
		{"a new argument (C15)", []s{{refund(atMost(100, "amount"))}}, s{refund(atMost(100, "amount"), oneOf(predicates.Bool(true)).On("override"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "amount" = 100, "override" = true is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x amount=100 override=true`},
		{"a greater amount", []s{{refund(atMost(100, "amount"))}}, s{refund(atMost(1000, "amount"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "amount" = 101 is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x amount=101`},
		{"a smaller amount", []s{{refund(atLeast(0, "amount"), atMost(100, "amount"))}}, s{refund(atLeast(-1, "amount"), atMost(99, "amount"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "amount" = -1 is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x amount=-1`},
		{"an amount between", []s{{refund(atLeast(0, "amount"), atMost(100, "amount"))}}, s{refund(atLeast(1, "amount"), atMost(100, "amount"), atMost(50, "amount"))}, "narrower", ""},
		{"an amount that is at least two numbers", []s{{refund(atLeast(5, "n"))}}, s{refund(atLeast(5, "n"), atLeast(1, "n"))}, "narrower", ""},
		{"no least amount", []s{{refund(atLeast(0, "n"), atMost(100, "n"))}}, s{refund(atMost(100, "n"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "n" = -1 is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x n=-1`},
		{"decimals are no integers", []s{{refund(oneOf(predicates.Int(1), predicates.Int(2)).On("n"))}}, s{refund(atLeast(1, "n"), atMost(2, "n"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "n" = 1.0 is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x n=1.0`},
		{"integers of a list", []s{{refund(atLeast(1, "n"), atMost(2, "n"))}}, s{refund(oneOf(predicates.Int(1), predicates.Int(2)).On("n"))}, "narrower", ""},
		{"values that the other conditions leave", []s{{refund(oneOf(predicates.Int(2)).On("n"))}}, s{refund(oneOf(predicates.Int(1), predicates.Int(2)).On("n"), atLeast(2, "n"))}, "narrower", ""},
		{"great integers of a list", []s{{refund(oneOf(predicates.Int(1e15), predicates.Int(predicates.MaxInt)).On("n"))}}, s{refund(atLeast(1e15, "n"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "n" = 1000000000000001 is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x n=1000000000000001`},
		{"small integers of a list", []s{{refund(oneOf(predicates.Int(-1e15)).On("n"))}}, s{refund(atMost(-1e15, "n"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "n" = -9007199254740991 is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x n=-9007199254740991`},
		{"every number is no text", []s{{refund(atLeast(-predicates.MaxInt, "n"))}, {refund(atMost(predicates.MaxInt, "n"))}}, s{refund(ends("n", "1"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "n" = "x1" is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x n="x1"`},
		{"every number", []s{{refund(atLeast(-predicates.MaxInt, "n"), atMost(predicates.MaxInt, "n"))}}, s{refund(atLeast(3, "n"))}, "narrower", ""},
		{"a text of a list", []s{{refund(oneOf(text("EUR"), text("USD")).On("c"))}}, s{refund(oneOf(text("USD"), text("GBP")).On("c"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "c" = "GBP" is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x c="GBP"`},
		{"a list that two grants share", []s{{refund(oneOf(text("EUR")).On("c")), refund(oneOf(text("USD")).On("c"))}}, s{refund(oneOf(text("USD"), text("EUR")).On("c"))},
			`wider: block 0, allow: allow[0]: resource "orders/*" for interface "pay:refund" with "c" = ["USD", ...] is not in what block 0 allows, such as "orders/x" for "pay:refund"`,
			`pay:refund on orders/x c=["USD", "EUR"]`},
		{"paths below", []s{{allow(i{"f"}, r{"t"}, matches("p", "/data/**"))}}, s{allow(i{"f"}, r{"t"}, matches("p", "/data/a", "/data/*/b/**"))}, "narrower", ""},
		{"paths above", []s{{allow(i{"f"}, r{"t"}, matches("p", "/data/*/**"))}}, s{allow(i{"f"}, r{"t"}, matches("p", "/data/**"))},
			`wider: block 0, allow: allow[0]: resource "t" for interface "f" with "p" = "/data" is not in what block 0 allows`, `f on t p="/data"`},
		{"paths in other words", []s{{allow(i{"f"}, r{"t"}, matches("p", "*/**"))}}, s{allow(i{"f"}, r{"t"}, matches("p", "**"))}, "narrower", ""},
		{"paths with a suffix", []s{{allow(i{"f"}, r{"t"}, matches("p", "/data/*"))}}, s{allow(i{"f"}, r{"t"}, matches("p", "/data/**"), ends("p", ".csv"))},
			`wider: block 0, allow: allow[0]: resource "t" for interface "f" with "p" = "/data/x/x.csv" is not in what block 0 allows`, `f on t p="/data/x/x.csv"`},
		{"a suffix of a path", []s{{allow(i{"f"}, r{"t"}, ends("p", ".csv"))}}, s{allow(i{"f"}, r{"t"}, matches("p", "*/report.csv"))}, "narrower", ""},
		{"a longer suffix", []s{{allow(i{"f"}, r{"t"}, ends("to", "@example.com"))}}, s{allow(i{"f"}, r{"t"}, ends("to", ".a@example.com", "b@example.com"))}, "narrower", ""},
		{"a shorter suffix", []s{{allow(i{"f"}, r{"t"}, ends("to", "@example.com"))}}, s{allow(i{"f"}, r{"t"}, ends("to", "example.com"))},
			`wider: block 0, allow: allow[0]: resource "t" for interface "f" with "to" = "xexample.com" is not in what block 0 allows`, `f on t to="xexample.com"`},
		{"a suffix is no path", []s{{allow(i{"f"}, r{"t"}, matches("p", "**"))}}, s{allow(i{"f"}, r{"t"}, ends("p", "b"))},
			`wider: block 0, allow: allow[0]: resource "t" for interface "f" with "p" = "x//b" is not in what block 0 allows`, `f on t p="x//b"`},
		{"more than three arguments", []s{{allow(i{"f"}, r{"t"}, none)}},
			s{allow(i{"f"}, r{"t"}, atMost(1, "b"), atMost(1, "a"), atMost(1, "dd"), oneOf(text(long)).On("c"))},
			`wider: block 0, allow: allow[0]: resource "t" for interface "f" with "a" = 1, "b" = 1, "c" = ` + predicates.QuoteCut(long, 64) + `, ... is not in what block 0 allows`,
			`f on t a=1 b=1 c="` + long + `" dd=1`},
		{"conditions that only together leave nothing out", []s{{allow(i{"f"}, r{"t"}, matches("p", "a/b")), allow(i{"f"}, r{"u"}, matches("p", "a/b"))}},
			s{allow(i{"f"}, r{"t", "u"}, matches("p", "a/*"), matches("p", "*/b")), allow(i{"f"}, r{"u"}, matches("p", "*/b"), matches("p", "a/*"))},
			`unknown: block 0, allow: allow[0]: resource "t" for interface "f" may not all be in what block 0 allows`, ""},

		{"nothing", nil, s{predicates.AllowNothing()}, `dead: block -1, allow: allow: the block permits nothing`, ""},
		{"nothing above", []s{{}, {predicates.AllowNothing()}}, s{allow(i{"a"}, r{"b"})}, `dead: block 1, allow: allow: block 1 permits nothing`, ""},
		{"nothing above, and no allow", []s{{predicates.AllowNothing()}}, s{}, `dead: block 0, allow: allow: block 0 permits nothing`, ""},
		{"no number is 2 or more and 1 or less", nil, s{refund(atLeast(2, "amount"), atMost(1, "amount"))},
			`dead: block -1, allow: allow[0]: no value of argument "amount" meets all its conditions`, ""},
		{"two lists without a common value", nil, s{refund(oneOf(text("1")).On("n"), oneOf(predicates.Int(1)).On("n"))},
			`dead: block -1, allow: allow[0]: no value of argument "n" meets all its conditions`, ""},
		{"no number is a text", nil, s{refund(atLeast(2, "n"), ends("n", ""))},
			`dead: block -1, allow: allow[0]: no value of argument "n" meets all its conditions`, ""},
		{"no two suffixes", nil, s{refund(ends("n", "a", "b"), ends("n", "c"))},
			`dead: block -1, allow: allow[0]: no value of argument "n" meets all its conditions`, ""},
		{"no two paths", nil, s{refund(matches("n", "a/**", "/b", "/c/**"), matches("n", "b/*", "/b/*", "c/*"))},
			`dead: block -1, allow: allow[0]: no value of argument "n" meets all its conditions`, ""},
		{"no path with that suffix", nil, s{refund(matches("n", "*/a"), ends("n", "b"))},
			`dead: block -1, allow: allow[0]: no value of argument "n" meets all its conditions`, ""},
		{"two grants that match nothing", nil, s{refund(any("m"), oneOf(predicates.Int(1)).On("n"), atLeast(2, "n")), refund(atLeast(2, "n"), atMost(1, "n"))},
			`dead: block -1, allow: allow[0]: no value of argument "n" meets all its conditions, and no other grant can match either`, ""},
		{"one grant of two that matches nothing", []s{{refund(atMost(1, "n"))}}, s{refund(atLeast(2, "n"), atMost(1, "n")), refund(atMost(1, "n"))}, "narrower", ""},
		{"paths that meet", nil, s{refund(matches("n", "a/**", "/b"), matches("n", "b", "*/c/*"), ends("n", "d"))}, "narrower", ""},
		{"numbers that meet", nil, s{refund(atLeast(2, "n"), atMost(2, "n"))}, "narrower", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var above []predicates.Claims
			for _, statements := range test.above {
				above = append(above, newClaims(t, statements...))
			}
			child := newClaims(t, append(test.child, predicates.Next(narrowKey(9)))...)
			got := predicates.Narrow(above, narrowKey(narrowRootByte), child)
			confirm(t, got, above, child)
			if s := compared(got); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
			if s := requested(got.Witness); s != test.witness {
				t.Errorf("got  witness %s\nwant %s", s, test.witness)
			}
			if again := predicates.Narrow(above, narrowKey(narrowRootByte), child); compared(again) != compared(got) || requested(again.Witness) != requested(got.Witness) {
				t.Errorf("another answer the second time: %s", compared(again))
			}
		})
	}
}

// requested writes a witness on one line.
func requested(r *predicates.Request) string {
	if r == nil {
		return ""
	}
	a := r.Accesses[0]
	s := a.Interface + " on " + a.Resource
	var names []string
	for name := range a.Arguments {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s += " " + name + "=" + a.Arguments[name].String()
	}
	return s
}

// allLengths returns patterns that match all relative names of 1 to 32 segments.
func allLengths() predicates.Resources {
	var all predicates.Resources
	for n := range 32 {
		all = append(all, strings.Repeat("*/", n)+"*")
	}
	return all
}

// oneLetter returns resources of one letter, all that a fresh segment could be.
func oneLetter() []string {
	return strings.Split("abcdefghijklmnopqrstuvwxyz", "")
}

// Whatever a child permits, its parent permits, for the claims that it states
// again (C1); and what is dead permits nothing.
func TestNarrowHoldsForWholeChains(t *testing.T) {
	r := narrowRand(t)
	names := []string{"db", "web", "mail"}
	random := func(block, next int) predicates.Claims {
		var statements []predicates.Statement
		add := func(s predicates.Statement) {
			if r.IntN(3) > 0 {
				statements = append(statements, s)
			}
		}
		if block == 0 {
			// The first block must allow something.
			statements = append(statements, predicates.Allow(predicates.Interfaces{"i"}, pick(r, []string{"a", "b", "*"}, 2)))
		} else {
			add(predicates.Allow(predicates.Interfaces{"i"}, pick(r, []string{"a", "b", "*"}, 2)))
		}
		// Deeper blocks mostly ask for less, or nothing would ever be narrower.
		add(predicates.Services(pick(r, names[min(block, r.IntN(3)):], 5)...))
		add(predicates.ExpiresUnix(uint64(1300 - 100*block + r.IntN(150))))
		add(predicates.StartsUnix(uint64(800 + 100*block + r.IntN(150))))
		var uses []predicates.UseLimit
		for _, service := range pick(r, names, 5) {
			uses = append(uses, predicates.UseLimit{Limit: uint64(4 - block - r.IntN(2)), Service: service})
		}
		add(predicates.UsesAt(uses...))
		if r.IntN(3) == 0 {
			add(predicates.Delegations(r.IntN(4)))
			add(predicates.Digest([32]byte{byte(r.IntN(2))}))
			add(predicates.CosignedBy(1, narrowKey(byte(1+r.IntN(4))), narrowKey(byte(5+r.IntN(4)))))
			add(predicates.Fresh(1 + r.IntN(400)))
		}
		if next > 0 {
			statements = append(statements, predicates.Next(narrowKey(byte(next))))
		}
		return newClaims(t, statements...)
	}
	var counts [4]int
	permitted := 0
	for range 20000 {
		depth := 1 + r.IntN(2)
		var above []predicates.Claims
		for i := range depth {
			above = append(above, random(i, i+1))
		}
		next := 0
		if r.IntN(2) == 0 {
			next = depth + 1
		}
		child := random(depth, next)
		root := narrowKey(narrowRootByte)
		got := predicates.Narrow(above, root, child)
		confirm(t, got, above, child)
		counts[got.Relation]++
		if got.Relation == predicates.Unknown && got.Claim == predicates.ClaimAllow && !strings.Contains(got.Reason, "spells one request") ||
			got.Relation == predicates.Unknown && got.Claim == predicates.ClaimDelegations && !strings.Contains(got.Reason, "if no ceiling demands this approver") {
			t.Fatalf("unknown without arguments: %s", got.Reason)
		}
		if got.Relation != predicates.Narrower && got.Relation != predicates.Dead {
			continue
		}
		chain := append(slices.Clone(above), child)
		starts, expires := uint64(0), uint64(predicates.MaxTime)
		for _, c := range chain {
			if seconds, ok := c.Starts(); ok {
				starts = max(starts, seconds)
			}
			if seconds, ok := c.Expires(); ok {
				expires = min(expires, seconds)
			}
		}
		for range 30 {
			request := predicates.NewRequest("i", []string{"a", "b", "c"}[r.IntN(3)])
			if r.IntN(3) == 0 {
				request.Digest = make([]byte, 32)
				request.Digest[0] = byte(r.IntN(2))
			}
			c := predicates.Context{Service: names[r.IntN(3)], Now: uint64(700 + r.IntN(800)), Root: root}
			whole := predicates.Evaluate(chain, &request, &c)
			if whole.Verdict == predicates.Permitted {
				permitted++
			}
			// A verifier's leeway may let through what starts as it ends, or little later.
			if got.Relation == predicates.Dead && whole.Verdict == predicates.Permitted && !(starts >= expires && starts < expires+predicates.StartsLeeway) {
				t.Fatalf("dead (%s), but %v is permitted at %s, %d", got.Reason, request, c.Service, c.Now)
			}
			if got.Relation != predicates.Narrower {
				continue
			}
			// Delegations, cosigners and fresh speak about the chain, not the request.
			own := predicates.Evaluate([]predicates.Claims{only(t, child)}, &request, &c)
			if own.Verdict != predicates.Permitted {
				continue
			}
			for i := range above {
				if f := predicates.Evaluate([]predicates.Claims{only(t, above[i])}, &request, &c); f.Verdict != predicates.Permitted && child.Has(f.Claim) {
					t.Fatalf("narrower, but block %d says %s for claim %d of %v at %s, %d", i, f.Verdict, f.Claim, request, c.Service, c.Now)
				}
			}
			for _, service := range names {
				own, stated := child.UsesLimit(service)
				for i := range above {
					if limit, ok := above[i].UsesLimit(service); stated && ok && own > limit {
						t.Fatalf("narrower, but uses %d at %s under %d of block %d", own, service, limit, i)
					}
				}
			}
		}
	}
	t.Logf("unknown %d, narrower %d, wider %d, dead %d, permitted %d", counts[0], counts[1], counts[2], counts[3], permitted)
	if counts[predicates.Narrower] < 1000 || counts[predicates.Dead] < 1000 || permitted < 3000 {
		t.Error("too few of one kind to mean anything")
	}
}

// only returns the claims that speak about the request and its context, as a block
// that may stand first.
func only(t *testing.T, c predicates.Claims) predicates.Claims {
	var statements []predicates.Statement
	if names, ok := c.Services(); ok {
		statements = append(statements, predicates.Services(names...))
	}
	if seconds, ok := c.Expires(); ok {
		statements = append(statements, predicates.ExpiresUnix(seconds))
	}
	if seconds, ok := c.Starts(); ok {
		statements = append(statements, predicates.StartsUnix(seconds))
	}
	grants, ok := c.Allow()
	for _, g := range grants {
		statements = append(statements, predicates.AllowGrant(g))
	}
	if !ok {
		statements = append(statements, predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"}))
	}
	if uses, ok := c.Uses(); ok {
		statements = append(statements, predicates.UsesAt(uses...))
	}
	if digest, ok := c.Digest(); ok {
		statements = append(statements, predicates.Digest(digest))
	}
	return newClaims(t, statements...)
}

func TestRelationString(t *testing.T) {
	var zero predicates.Comparison
	for relation, want := range map[predicates.Relation]string{
		zero.Relation: "unknown", predicates.Unknown: "unknown", predicates.Narrower: "narrower",
		predicates.Wider: "wider", predicates.Dead: "dead", 4: "relation 4",
	} {
		if got := relation.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// word2 returns the number in two letters.
func word2(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return string(letters[n/len(letters)%len(letters)]) + string(letters[n%len(letters)])
}

// More patterns, lengths and conditions than fit into a token are compared too.
// The lists are in an order in which each is read to its end.
func TestNarrowHostile(t *testing.T) {
	words := func(from int, tail string) []string {
		var all []string
		for n := range 64 {
			all = append(all, word2(from+n)+tail)
		}
		return all
	}
	grants := func(n int, where ...predicates.Where) (all []predicates.Statement) {
		for i := range n {
			all = append(all, predicates.Allow(words(64*i, ":**"), words(64*i, "/**"), where...))
		}
		return all
	}
	lengths := func() (all []predicates.Statement) {
		for n := range 32 {
			all = append(all, predicates.Allow(
				predicates.Interfaces{strings.Repeat("*:", n) + "*"}, predicates.Resources{strings.Repeat("*/", n) + "*"}))
		}
		return all
	}
	all := predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"})
	var matches, longer []predicates.Where
	for n := range 8 {
		matches = append(matches, predicates.Matches(append(words(64*n, "/**")[1:], "zz/**")...).On("p"))
		longer = append(longer, predicates.Matches(append(words(64*n, "/*/*/*/*/*")[1:], "zz/"+strings.Repeat("*/", 30)+"*")...).On("p"))
	}
	endings := predicates.EndsWith(words(0, "")...).On("p")
	tests := []struct {
		name          string
		parent, child []predicates.Statement
		want          predicates.Relation
	}{
		{"each pattern by another grant", grants(12), grants(12), predicates.Narrower},
		{"each length by another grant", append(lengths(), all), grants(12), predicates.Narrower},
		{"each length by another grant, and no longer one", lengths(), grants(12), predicates.Wider},
		{"many conditions", grants(3, longer...), grants(3, matches...), predicates.Wider},
		{"many conditions, the same", grants(3, matches...), grants(3, matches...), predicates.Narrower},
		{"many names and endings", grants(8, longer[0], endings), grants(8, matches[0], endings), predicates.Wider},
		{"the last of many names", grants(3, longer[0]), grants(3, matches[1:]...), predicates.Wider},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			parent, child := newClaims(t, test.parent...), newClaims(t, test.child...)
			above := []predicates.Claims{parent, {}, parent, parent}
			got := predicates.Narrow(above, predicates.Key{}, child)
			confirm(t, got, above, child)
			if got.Relation != test.want {
				t.Errorf("got %s, want %s", compared(got), test.want)
			}
			child.Swallowed()
		})
	}
}

// A block that spells one request permits neither a part of it nor another order, so a
// block below it that spells it otherwise is not known to be narrower: [D-29].
func TestNarrowUnderOneRequest(t *testing.T) {
	first := predicates.Interfaces{"i"}
	allow := func(resource string) predicates.Statement {
		return predicates.Allow(first, predicates.Resources{resource}, predicates.WhereNone())
	}
	key := narrowKey(9)
	parent := newClaims(t, predicates.Next(narrowKey(8)), allow("a"), allow("b"), predicates.Uses(1, "s"))
	for _, c := range []struct {
		name   string
		grants []predicates.Statement
		want   predicates.Relation
	}{
		{"the same", []predicates.Statement{allow("a"), allow("b")}, predicates.Narrower},
		{"no allow", nil, predicates.Narrower},
		{"a part", []predicates.Statement{allow("a")}, predicates.Unknown},
		{"another order", []predicates.Statement{allow("b"), allow("a")}, predicates.Unknown},
		{"more", []predicates.Statement{allow("a"), allow("b"), predicates.Allow(first, predicates.Resources{"c"})}, predicates.Wider},
	} {
		child := newClaims(t, append(c.grants, predicates.Next(key))...)
		if got := predicates.Narrow([]predicates.Claims{parent}, narrowKey(narrowRootByte), child); got.Relation != c.want {
			t.Errorf("%s: got %s (%s), want %s", c.name, got.Relation, got.Reason, c.want)
		}
	}
}

// A hop too many is dead, but not where it asks an approver whom a ceiling may list.
func TestNarrowAsksAnApprover(t *testing.T) {
	parent := newClaims(t, predicates.Next(narrowKey(8)), predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"**"}), predicates.Delegations(0))
	bound := predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"a"}, predicates.WhereNone())
	for _, c := range []struct {
		name  string
		child predicates.Claims
		want  predicates.Relation
	}{
		{"a delegate", newClaims(t, predicates.Next(narrowKey(9)), bound), predicates.Dead},
		{"an approver", newClaims(t, predicates.Next(narrowKey(9)), bound, predicates.Uses(1, "s")), predicates.Unknown},
		{"a seal", newClaims(t, bound, predicates.Uses(1, "s")), predicates.Narrower},
	} {
		if got := predicates.Narrow([]predicates.Claims{parent}, narrowKey(narrowRootByte), c.child); got.Relation != c.want {
			t.Errorf("%s: got %s (%s), want %s", c.name, got.Relation, got.Reason, c.want)
		}
	}
}
