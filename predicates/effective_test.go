package predicates_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tapertoken/taper/predicates"
)

func TestEffective(t *testing.T) {
	type (
		i = predicates.Interfaces
		r = predicates.Resources
	)
	key1, key8, key9 := narrowKey(1), narrowKey(8), narrowKey(9)
	allow := predicates.Allow
	set := func(value uint64, block int) predicates.Setting {
		return predicates.Setting{Value: value, Block: block, Present: true}
	}
	tests := []struct {
		name   string
		blocks [][]predicates.Statement
		want   predicates.Effective // compared but for what only String shows
		text   string
	}{
		{"no blocks", nil, predicates.Effective{}, "no blocks"},
		{"one block that says nothing", [][]predicates.Statement{{}}, predicates.Effective{AnyService: true, Sealed: true}, `
blocks 0 to 0, sealed
             block
until            -  forever
services         -  any
allow            -  anything`},
		{"a worker's token", [][]predicates.Statement{
			{
				predicates.Next(key1), predicates.ExpiresUnix(1795370400), predicates.Fresh(60), predicates.Label("root \u202e\""),
				allow(i{"database:read", "database:list"}, r{"**"}), allow(i{"mail:send"}, r{"outbox"}, predicates.EndsWith("@example.com").On("to"), predicates.Any().On("body")),
				predicates.UsesAt(predicates.UseLimit{Limit: 100, Service: "db"}, predicates.UseLimit{Limit: 20, Service: "mail out"}),
				predicates.Delegations(3), predicates.CosignedBy(1, key8, key9),
			},
			{
				predicates.Next(key8), predicates.ExpiresUnix(1795366800), predicates.StartsUnix(1795366200), predicates.Services("db", "web"),
				allow(i{"database:read"}, r{"customers/**"}), allow(i{"database:read"}, r{"customers/1"}),
				predicates.Extensions(predicates.Extension{Name: "example.com/region", Value: []byte{10}}, predicates.Extension{Name: "b c", Value: nil}),
				predicates.Digest([32]byte{0xab}), predicates.Delegations(1),
			},
			{
				predicates.Next(key1), predicates.ExpiresUnix(1795366800), predicates.Uses(1, "db"), predicates.Fresh(90), predicates.Label("worker"),
				allow(i{"database:read"}, r{"customers/1"}, predicates.OneOf(predicates.Int(5), predicates.Text("é")).On("n")),
			},
		}, predicates.Effective{
			Expires:  set(1795366800, 1),
			Starts:   set(1795366200, 1),
			Fresh:    set(60, 0),
			Services: []string{"db"},
			// The naming of key 8 counts neither for block 0 nor for block 1, that of key 1 for both.
			Delegations: set(0, 1),
		}, `
blocks 0 to 2, open for ` + key1.String() + `
             block
until            1  2026-11-22T17:00:00Z
from             1  2026-11-22T16:50:00Z
services         -  db
uses             0  100 at db
                    20 at "mail out"
                 2  1 at db
delegations      1  0 more
fresh            0  60s
cosigned         0  by 1 of {` + key8.String() + `, ` + key9.String() + `}, 0 so far
digest           1  sha256:ab` + strings.Repeat("00", 31) + `
extension        1  "b c" h''
                    example.com/region h'0a'
allow            0  [0] database:read, database:list on **
                    [1] mail:send on outbox where to ends {"@example.com"}, body any
                 1  [0] database:read on customers/**
                    [1] database:read on customers/1  (adds nothing to [0])
                 2  database:read on customers/1 where n in {5, "\u{e9}"}
label            0  "root \u{202e}\"" (unchecked)
                 2  "worker" (unchecked)`},
		{"an approved seal", [][]predicates.Statement{
			{predicates.Next(key1), predicates.CosignedBy(1, key8), predicates.Delegations(0)},
			{predicates.Next(key8), predicates.Uses(1, "db"), allow(i{"a"}, r{"b"}, predicates.WhereNone())},
			{predicates.Services("db")},
		}, predicates.Effective{Services: []string{"db"}, Sealed: true}, `
blocks 0 to 2, sealed
             block
until            -  forever
services         -  db
uses             1  1 at db
cosigned         0  by 1 of {` + key8.String() + `}, 1 so far
allow            1  a on b where none`},
		{"a chain that contradicts itself", [][]predicates.Statement{
			{predicates.Next(key1), predicates.ExpiresUnix(60), predicates.Uses(1, "db"), predicates.Delegations(0)},
			{predicates.Next(key9), predicates.StartsUnix(60), predicates.Services("web"), predicates.AllowNothing()},
		}, predicates.Effective{Expires: set(60, 0), Starts: set(60, 1), Services: []string{}, Delegations: set(0, 0)}, `
blocks 0 to 1, open for ` + key9.String() + `
             block
until            0  1970-01-01T00:01:00Z
from             1  1970-01-01T00:01:00Z (not before the end)
services         -  none in common
uses             0  1 at db
delegations      0  0 more
allow            1  nothing`},
		{"what two blocks set alike", [][]predicates.Statement{
			{predicates.Next(key1), predicates.ExpiresUnix(9), predicates.StartsUnix(3), predicates.Fresh(2), predicates.Delegations(2)},
			{predicates.Next(key9), predicates.ExpiresUnix(9), predicates.StartsUnix(3), predicates.Fresh(2), predicates.Delegations(1)},
		}, predicates.Effective{AnyService: true, Expires: set(9, 0), Starts: set(3, 0), Fresh: set(2, 0), Delegations: set(1, 0)}, `
blocks 0 to 1, open for ` + key9.String() + `
             block
until            0  1970-01-01T00:00:09Z
from             0  1970-01-01T00:00:03Z
services         -  any
delegations      0  1 more
fresh            0  2s
allow            -  anything`},
		{"all conditions", [][]predicates.Statement{
			{predicates.Next(key9), allow(i{"a"}, r{"b", "c d"}, predicates.AtLeast(-1).On("n"), predicates.AtMost(5).On("n"),
				predicates.Matches("/data/**", "x y").On("path"))},
		}, predicates.Effective{AnyService: true}, `
blocks 0 to 0, open for ` + key9.String() + `
             block
until            -  forever
services         -  any
allow            0  a on b, "c d" where n >= -1, n <= 5, path matches {/data/**, "x y"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var blocks []predicates.Claims
			for _, statements := range test.blocks {
				blocks = append(blocks, newClaims(t, statements...))
			}
			got := predicates.EffectiveOf(blocks)
			if got.Expires != test.want.Expires || got.Starts != test.want.Starts || got.Fresh != test.want.Fresh ||
				got.Delegations != test.want.Delegations || got.AnyService != test.want.AnyService ||
				got.Sealed != test.want.Sealed || !slices.Equal(got.Services, test.want.Services) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			if text, want := got.String(), strings.TrimPrefix(test.text, "\n"); text != want {
				t.Errorf("got\n%s\nwant\n%s", text, want)
			}
			if len(got.Services) > 0 {
				got.Services[0] = "changed"
				if again := predicates.EffectiveOf(blocks); slices.Contains(again.Services, "changed") {
					t.Error("the services are shared with the claims")
				}
			}
			if len(blocks) > 0 {
				before := got.String()
				blocks[0] = newClaims(t, predicates.Label("changed"))
				if got.String() != before {
					t.Error("the blocks are shared with the caller")
				}
			}
		})
	}
}

// What the numbers say is what a verifier finds: the services and times at which
// something is permitted.
func TestEffectiveAgreesWithEvaluate(t *testing.T) {
	random := narrowRand(t)
	names := []string{"db", "web", "mail"}
	permitted := 0
	for range 5000 {
		var blocks []predicates.Claims
		for i := range 1 + random.IntN(3) {
			statements := []predicates.Statement{
				predicates.Next(narrowKey(byte(i + 1))),
				predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"}),
			}
			add := func(s predicates.Statement) {
				if random.IntN(2) == 0 {
					statements = append(statements, s)
				}
			}
			add(predicates.Services(pick(random, names, 5)...))
			add(predicates.Uses(1, names[random.IntN(3)]))
			add(predicates.ExpiresUnix(uint64(1000 + random.IntN(300))))
			add(predicates.StartsUnix(uint64(900 + random.IntN(300))))
			add(predicates.Delegations(random.IntN(4)))
			blocks = append(blocks, newClaims(t, statements...))
		}
		e := predicates.EffectiveOf(blocks)
		for range 20 {
			request := predicates.NewRequest("i", "r")
			c := predicates.Context{Service: names[random.IntN(3)], Now: uint64(800 + random.IntN(600))}
			want := (e.AnyService || slices.Contains(e.Services, c.Service)) &&
				(!e.Expires.Present || c.Now < e.Expires.Value) &&
				(!e.Starts.Present || c.Now+predicates.StartsLeeway >= e.Starts.Value)
			f := predicates.Evaluate(blocks, &request, &c)
			switch {
			case f.Verdict == predicates.TooManyDelegations:
				if e.Delegations.Value != 0 {
					t.Fatalf("%s, but %d delegations are left", f.Verdict, e.Delegations.Value)
				}
				continue
			case (f.Verdict == predicates.Permitted) != want:
				t.Fatalf("%s by claim %d at %s, %d by\n%s", f.Verdict, f.Claim, c.Service, c.Now, e)
			case !want:
				continue
			}
			permitted++
			// As many more blocks as are left may name a key, and not one more.
			longer := slices.Clone(blocks)
			for n := uint64(0); e.Delegations.Present && n <= e.Delegations.Value; n++ {
				longer = append(longer, newClaims(t, predicates.Next(narrowKey(byte(100+n)))))
				f, want := predicates.Evaluate(longer, &request, &c), predicates.Permitted
				if n == e.Delegations.Value {
					want = predicates.TooManyDelegations
				}
				if f.Verdict != want {
					t.Fatalf("%s for %d more delegations by\n%s", f.Verdict, n+1, e)
				}
			}
		}
	}
	if permitted < 3000 {
		t.Errorf("only %d permitted", permitted)
	}
}

func TestSwallowed(t *testing.T) {
	type (
		i = predicates.Interfaces
		r = predicates.Resources
		s = []predicates.Statement
	)
	var (
		allow  = predicates.Allow
		atMost = func(n int64) predicates.Where { return predicates.AtMost(n).On("n") }
	)
	tests := []struct {
		name       string
		statements s
		want       []int
	}{
		{"no allow", s{}, []int{}},
		{"nothing", s{predicates.AllowNothing()}, []int{}},
		{"one", s{allow(i{"a"}, r{"b"})}, []int{-1}},
		{"two that differ", s{allow(i{"a"}, r{"b"}), allow(i{"a"}, r{"c"})}, []int{-1, -1}},
		{"one without conditions beside one with them (C11)", s{allow(i{"a"}, r{"b"}, atMost(5)), allow(i{"a"}, r{"b"})}, []int{1, -1}},
		{"the smaller bound", s{allow(i{"a"}, r{"b"}, atMost(5)), allow(i{"a"}, r{"b"}, atMost(6))}, []int{1, -1}},
		{"the same twice", s{allow(i{"a"}, r{"b"}), allow(i{"a"}, r{"b"})}, []int{-1, 0}},
		{"the same in other words", s{allow(i{"a"}, r{"b/*", "b/**"}), allow(i{"c"}, r{"d"}), allow(i{"a"}, r{"b/**"})}, []int{-1, -1, 0}},
		{"in a row", s{allow(i{"a"}, r{"b/c"}), allow(i{"a"}, r{"b/*"}), allow(i{"a"}, r{"b/**"}), allow(i{"a"}, r{"**"})}, []int{3, 3, 3, -1}},
		{"by one that is swallowed then", s{allow(i{"a"}, r{"b/*"}), allow(i{"a"}, r{"b/**"}), allow(i{"a"}, r{"b/c"})}, []int{1, -1, 1}},
		{"by one that is swallowed too", s{allow(i{"a"}, r{"b"}), allow(i{"a"}, r{"c"}), allow(i{"a"}, r{"b", "c"}), allow(i{"a"}, r{"*", "d/*"})}, []int{3, 3, 3, -1}},
		{"two halves of one", s{allow(i{"a"}, r{"b/**"}), allow(i{"a"}, r{"b"}), allow(i{"a"}, r{"b/*/**"})}, []int{-1, 0, 0}},
		{"by two together, which is not looked for", s{allow(i{"a", "c"}, r{"b"}), allow(i{"a"}, r{"b"}), allow(i{"c"}, r{"b", "d"}), allow(i{"a"}, r{"b", "d"})}, []int{-1, 0, -1, -1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := newClaims(t, test.statements...).Swallowed(); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// The grants that are not swallowed permit what all do.
func TestSwallowedIsSound(t *testing.T) {
	random := narrowRand(t)
	u := newUniverse(t)
	swallowed := 0
	for range 20000 {
		c := u.claims(t, random, 6, 2)
		var left []predicates.Statement
		allow, _ := c.Allow()
		for i, j := range c.Swallowed() {
			switch {
			case j < 0:
				left = append(left, predicates.AllowGrant(allow[i]))
			default:
				swallowed++
				one, other := newClaims(t, predicates.AllowGrant(allow[i])), newClaims(t, predicates.AllowGrant(allow[j]))
				if !u.within(one, other) {
					t.Fatalf("grant %d does not swallow %d of%s", j, i, describeClaims(c))
				}
			}
		}
		if len(left) == 0 || !u.within(c, newClaims(t, left...)) {
			t.Fatalf("too many are swallowed of%s", describeClaims(c))
		}
		// And of those that are left, none permits all that another does.
		for i, s := range left {
			for j, other := range left {
				if i != j && u.within(newClaims(t, s), newClaims(t, other)) {
					t.Fatalf("one that is swallowed is left of%s", describeClaims(c))
				}
			}
		}
	}
	if swallowed < 1000 {
		t.Errorf("only %d swallowed", swallowed)
	}
	// 64 grants, all of which one swallows.
	var statements []predicates.Statement
	for n := range 63 {
		statements = append(statements, predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{fmt.Sprint("r/", n)}))
	}
	statements = append(statements, predicates.Allow(predicates.Interfaces{"*"}, predicates.Resources{"r/*"}))
	for i, j := range newClaims(t, statements...).Swallowed() {
		if want := 63; i < 63 && j != want || i == 63 && j != -1 {
			t.Errorf("grant %d is swallowed by %d", i, j)
		}
	}
}
