package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// An argued is a request for a refund with arguments, and what is expected of it.
type argued struct {
	id, comment          string
	arguments            []any // name, value
	ok                   bool
	spec, attacks, flags []string
}

// refunds adds requests against one token that grants payments:refund on
// orders/* under conditions. Each that is denied has the last that was permitted
// before it as its base.
func (s *suite) refunds(prefix string, t forge.Token, list ...argued) {
	base := ""
	for _, g := range list {
		r := request("payments:refund", "orders/7")
		if len(g.arguments) > 0 {
			r.Accesses[0].Arguments = map[string]vectors.Value{}
		}
		for i := 0; i < len(g.arguments); i += 2 {
			v, ok := g.arguments[i+1].(vectors.Value)
			if !ok {
				v = value(g.arguments[i+1])
			}
			r.Accesses[0].Arguments[g.arguments[i].(string)] = v
		}
		a := authorize{
			id: "grants-" + prefix + "-" + g.id, comment: g.comment, spec: g.spec, attacks: g.attacks, flags: g.flags,
			token: t, request: &r,
		}
		if g.ok {
			base = a.id
		} else {
			a.base, a.verdict, a.claim = base, "not-allowed", 6
		}
		s.authorize(a)
	}
}

// refundWhere returns a token that grants refunds under these conditions.
func refundWhere(arguments ...forge.Pair) forge.Token {
	return rootSeal(forge.GrantWhere([]string{"payments:refund"}, []string{"orders/*"}, arguments...))
}

// integer is an integer that no int of a 32-bit port holds.
func integer(n int64) vectors.Value { return vectors.Value{Int: &n} }

// badText is a text that is not UTF-8.
func badText(b ...byte) vectors.Value {
	s := hex.EncodeToString(b)
	return vectors.Value{TextHex: &s}
}

// grantCases: what a grant permits, and which values meet which condition.
func grantCases(s *suite) {
	grantPairs(s)
	grantBlocks(s)
	grantAccesses(s)
	grantConditions(s)
	grantArguments(s)
	grantSizes(s)
}

// grantSizes: what a request may hold, even where arguments are free: each element
// is held against each condition, so the request would make the work large.
func grantSizes(s *suite) {
	free := rootSeal(forge.Grant([]string{forge.Interface}, []string{forge.Resource}))
	numbers := func(n int) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = i
		}
		return list
	}
	// with returns a request of so many accesses, each with so many arguments.
	with := func(accesses, arguments int, v func(access, argument int) any) *vectors.Request {
		var r vectors.Request
		for a := range accesses {
			var pairs []any
			for i := range arguments {
				pairs = append(pairs, fmt.Sprintf("a%02d", i), v(a, i))
			}
			r.Accesses = append(r.Accesses, request(forge.Interface, forge.Resource, pairs...).Accesses...)
		}
		return &r
	}
	one := func(int, int) any { return 1 }
	both := func(id, comment, past string, good, bad *vectors.Request) {
		spec := []string{"D-14", "N-15"}
		s.authorize(authorize{id: "grants-" + id, comment: comment, spec: spec, token: free, request: good})
		s.authorize(authorize{id: "grants-" + id + "-past", base: "grants-" + id, comment: past, spec: spec, attacks: []string{"G2"}, flags: []string{"unbounded-work"},
			token: free, request: bad, verdict: "not-allowed", block: 0, claim: 6})
	}
	both("64-arguments", "An access may have 64 arguments.", "65 arguments match no grant, not even one that leaves arguments free.", with(1, 64, one), with(1, 65, one))
	both("64-elements", "A list may have 64 elements.", "A list of 65 elements breaks the rule of values.",
		with(1, 1, func(int, int) any { return numbers(64) }), with(1, 1, func(int, int) any { return numbers(65) }))
	both("1024-elements", "All lists of a request may have 1,024 elements, here in sixteen accesses.", "1,025 elements in all are too many, though each list is short enough.",
		with(16, 2, func(_, argument int) any { return numbers(32) }),
		with(16, 3, func(access, argument int) any {
			if argument == 2 {
				return numbers(min(access/15, 1))
			}
			return numbers(32)
		}))
}

func grantPairs(s *suite) {
	n10 := []string{"N-10", "D-14"}
	two := rootSeal(
		forge.Grant([]string{"database:read"}, []string{"customers/**"}),
		forge.Grant([]string{"database:write"}, []string{"scratch/**"}))
	s.names2("pairs", two,
		named{id: "first", iface: "database:read", resource: "customers/1", ok: true, spec: n10, attacks: []string{"C10"},
			comment: "The first of two grants matches as a whole."},
		named{id: "cross-write", iface: "database:write", resource: "customers/1", spec: n10, attacks: []string{"C10"}, flags: []string{"cross-pairing"},
			comment: "The interface of one grant with the resource of the other: flattened into two lists, read and write scratch becomes write everything."},
		named{id: "second", iface: "database:write", resource: "scratch/1", ok: true, spec: n10, attacks: []string{"C10"},
			comment: "The second of two grants matches as a whole: one who looks at the first only denies it."},
		named{id: "cross-read", iface: "database:read", resource: "scratch/1", spec: n10, attacks: []string{"C10"}, flags: []string{"cross-pairing"},
			comment: "The same cross pairing the other way round."},
		named{id: "no-interface", iface: "database:list", resource: "scratch/1", spec: n10, flags: []string{"resource-only"},
			comment: "The resource matches, and no grant names the interface: what no grant names is denied."},
		named{id: "no-resource", iface: "database:write", resource: "orders/1", spec: n10, flags: []string{"interface-only"},
			comment: "The interface matches, and no grant names the resource."},
	)
	square := rootSeal(forge.Grant([]string{"database:read", "database:list"}, []string{"customers/*", "orders/*"}))
	for _, c := range [][3]string{
		{"read-customers", "database:read", "customers/1"}, {"read-orders", "database:read", "orders/1"},
		{"list-customers", "database:list", "customers/1"}, {"list-orders", "database:list", "orders/1"},
	} {
		s.names2("square", square, named{id: c[0], iface: c[1], resource: c[2], ok: true, spec: n10,
			comment: "Within one grant each interface goes with each resource: pairing them by position denies half of the four."})
	}
	s.names2("square", square,
		named{id: "base", iface: "database:list", resource: "orders/9", ok: true, spec: n10, comment: "The last interface on the last resource of one grant."},
		named{id: "swapped", iface: "orders/9", resource: "database:list", spec: n10, flags: []string{"swapped-fields"},
			comment: "Interface and resource in each other's place match nothing."})

	// Sixty-four grants, of which the last one matches.
	var many []forge.Item
	for i := range 64 {
		many = append(many, forge.Grant([]string{fmt.Sprintf("api:call%d", i)}, []string{"x"}))
	}
	s.names2("many", rootSeal(many...),
		named{id: "last", iface: "api:call63", resource: "x", ok: true, spec: n10, comment: "The last of 64 grants counts as the first does."},
		named{id: "beyond", iface: "api:call64", resource: "x", spec: n10, flags: []string{"off-by-one"}, comment: "What is behind the last grant is not granted, however near its name is."})

	// A grant without conditions beside one with them.
	both := rootSeal(
		forge.GrantWhere([]string{"payments:refund"}, []string{"orders/*"}, forge.Argument("amount", forge.AtMost(100))),
		forge.Grant([]string{"payments:refund"}, []string{"orders/7"}))
	s.refunds("alternatives", both,
		argued{id: "swallowed", arguments: []any{"amount", 101}, ok: true, spec: []string{"N-10", "N-11"}, attacks: []string{"C11"},
			comment: "Grants are alternatives: the one without conditions permits what the other one bounds, and whoever wrote it meant it."})
	eurusd := refundWhere().With(0, forge.Allow(
		forge.GrantWhere([]string{"payments:refund"}, []string{"orders/*"}, forge.Argument("amount", forge.AtMost(100)), forge.Argument("currency", forge.OneOf(forge.Text("EUR")))),
		forge.GrantWhere([]string{"payments:refund"}, []string{"orders/*"}, forge.Argument("amount", forge.AtMost(50)), forge.Argument("currency", forge.OneOf(forge.Text("USD"))))))
	s.refunds("alternatives", eurusd,
		argued{id: "second", arguments: []any{"amount", 50, "currency", "USD"}, ok: true, spec: n10, comment: "The second grant permits up to 50 USD."},
		argued{id: "mixed", arguments: []any{"amount", 80, "currency", "USD"}, spec: []string{"N-10", "N-13", "D-14"}, attacks: []string{"C10"}, flags: []string{"cross-pairing"},
			comment: "The amount of the first grant with the currency of the second: conditions belong to their grant too."})
}

// names2 adds requests with ids of this theme.
func (s *suite) names2(prefix string, t forge.Token, list ...named) {
	inner := &suite{ids: map[string]*vectors.Case{}}
	inner.names(t, list...)
	for _, c := range inner.cases {
		c.ID = "grants-" + prefix + "-" + strings.TrimPrefix(c.ID, "names-")
		if c.Base != "" {
			c.Base = "grants-" + prefix + "-" + strings.TrimPrefix(c.Base, "names-")
		}
		s.add(c)
	}
}

// grantBlocks: every block must permit, whatever another one says.
func grantBlocks(s *suite) {
	d14 := []string{"D-10", "D-14"}
	four := forge.Chain("root", "orchestrator", "worker", "leaf")
	for i := range four.Blocks {
		four = four.With(i, forge.Allow(forge.Grant([]string{forge.Interface}, []string{forge.Resource})))
	}
	four = four.Without(3, 7)
	s.authorize(authorize{id: "grants-blocks", spec: d14, token: four,
		comment: "Four blocks, each of which permits the request."})
	who := []string{"the root's own block, which a check of later blocks only misses", "the first holder's block", "the second holder's block, neither first nor last", "the sealing block, which a check of delegations only misses"}
	for i := range four.Blocks {
		s.authorize(authorize{id: fmt.Sprintf("grants-blocks-not-%d", i), base: "grants-blocks", spec: d14, attacks: []string{"C1", "C17"}, flags: []string{"skips-a-block"},
			comment: "One block of four grants something else: " + who[i] + ".",
			token:   four.With(i, forge.Allow(forge.Grant([]string{forge.Interface}, []string{"orders/1"}))),
			verdict: "not-allowed", block: i, claim: 6})
	}
	for i := range four.Blocks[1:] {
		i++
		s.authorize(authorize{id: fmt.Sprintf("grants-absent-%d", i), spec: d14, attacks: []string{"C9"},
			comment: "A later block without allow restricts nothing by it: to read absent as nothing breaks every token that only shortens a time.",
			token:   four.Without(i, 6)})
		s.authorize(authorize{id: fmt.Sprintf("grants-empty-%d", i), base: fmt.Sprintf("grants-absent-%d", i), spec: d14, attacks: []string{"C9", "B6"}, flags: []string{"empty-means-all"},
			comment: "An allow that is present and empty permits nothing: where empty and absent are one, a block that takes everything away gives everything back.",
			token:   four.With(i, forge.Allow()), verdict: "not-allowed", block: i, claim: 6})
	}

	wider := four.With(0, forge.Allow(forge.Grant([]string{"database:read"}, []string{"customers/42"}))).
		With(1, forge.Allow(forge.Grant([]string{"**"}, []string{"**", "/**"}))).Without(2, 6).Without(3, 6)
	s.names2("wider", wider,
		named{id: "inside", resource: "customers/42", ok: true, spec: d14, attacks: []string{"C1"},
			comment: "A child that states more than its parent has what its parent has: verifying never compares the two."},
		named{id: "resource", resource: "customers/43", spec: d14, attacks: []string{"C1", "C17"}, flags: []string{"last-block-wins"},
			comment: "The child grants every resource, its parent one: whoever lets the last allow win has no attenuation at all."},
		named{id: "interface", iface: "database:write", resource: "customers/42", spec: d14, attacks: []string{"C1", "C17"}, flags: []string{"last-block-wins"},
			comment: "The child grants every interface, its parent one."})

	parts := four.With(0, forge.Allow(forge.Grant([]string{"database:*"}, []string{"customers/*"}))).
		With(1, forge.Allow(forge.Grant([]string{"*:read"}, []string{"*/42"}))).Without(2, 6).Without(3, 6)
	s.names2("overlap", parts,
		named{id: "inside", resource: "customers/42", ok: true, spec: d14, attacks: []string{"C1"},
			comment: "Two patterns of which neither contains the other: what both match is permitted."},
		named{id: "second-only", resource: "orders/42", spec: d14, flags: []string{"last-block-wins"},
			comment: "Only block 1 matches this resource: a union of the two would permit it."})
	first := request(forge.Interface, "customers/43")
	s.authorize(authorize{id: "grants-overlap-first-only", base: "grants-overlap-inside", spec: d14, flags: []string{"skips-a-block"},
		comment: "Only block 0 matches this resource: the child may drop what its parent has.",
		token:   parts, request: &first, verdict: "not-allowed", block: 1, claim: 6})

	dropped := plainSeal(forge.GrantWhere([]string{"payments:refund"}, []string{"orders/*"}, forge.Argument("amount", forge.AtMost(100)))).With(1, forge.Allow(forge.Grant([]string{"payments:refund"}, []string{"orders/*"})))
	s.refunds("dropped", dropped,
		argued{id: "inside", arguments: []any{"amount", 100}, ok: true, spec: d14, attacks: []string{"C1"}, comment: "The child leaves the parent's condition out, and the parent still checks it."},
		argued{id: "condition", arguments: []any{"amount", 101}, spec: d14, attacks: []string{"C1", "C17"}, flags: []string{"last-block-wins"},
			comment: "A child that drops the condition on the amount is still under it: a subset check that forgets it must not be the boundary."})
}

// grantAccesses: a request of several accesses is permitted whole, or not at all.
func grantAccesses(s *suite) {
	many := func(resources ...string) *vectors.Request {
		r := vectors.Request{Accesses: []vectors.Access{}}
		for _, name := range resources {
			r.Accesses = append(r.Accesses, request(forge.Interface, name).Accesses...)
		}
		return &r
	}
	n := func(k int) *vectors.Request {
		var list []string
		for i := range k {
			list = append(list, fmt.Sprintf("customers/%d", i))
		}
		return many(list...)
	}
	d14 := []string{"D-14"}
	t := plainSeal(forge.Grant([]string{forge.Interface}, []string{"customers/*"}), forge.Grant([]string{forge.Interface}, []string{"orders/*"}))
	add := func(id, base, comment string, r *vectors.Request, flags ...string) {
		a := authorize{id: "grants-accesses-" + id, comment: comment, spec: d14, flags: flags, token: t, request: r}
		if base != "" {
			a.base, a.verdict, a.claim = "grants-accesses-"+base, "not-allowed", 6
		}
		s.authorize(a)
	}
	add("1", "", "A request of one access, the fewest there may be.", n(1))
	add("0", "1", "A request of no accesses asks for nothing that could be checked: a loop over them permits it.", &vectors.Request{Accesses: []vectors.Access{}}, "vacuous-truth")
	add("16", "", "A request of 16 accesses, the most there may be.", n(16))
	add("17", "16", "The seventeenth access makes the whole request match nothing; it is not cut to sixteen.", n(17), "off-by-one")
	add("2", "", "Two accesses, each under a grant of its own: a copy or a join is one request.", many("customers/1", "orders/1"))
	add("first-bad", "2", "The first of two accesses is not granted: one who keeps the last result permits it.", many("secrets/1", "orders/1"), "any-for-all")
	add("last-bad", "2", "The last of two accesses is not granted: one who stops at the first match permits it.", many("customers/1", "secrets/1"), "any-for-all")
	add("middle-bad", "16", "One access of three is not granted, and the whole request is denied.", many("customers/1", "secrets/1", "orders/1"), "any-for-all")
	add("malformed", "2", "The second access has no name at all: one malformed access spoils the request.", many("customers/1", "customers/../orders"), "any-for-all")
	add("repeated", "", "The same access twice is two accesses, both granted.", many("customers/1", "customers/1"))

	later := t.With(1, forge.Allow(forge.Grant([]string{forge.Interface}, []string{"customers/*"})))
	s.authorize(authorize{id: "grants-accesses-block", spec: d14, comment: "Two accesses that both blocks permit.", token: later, request: many("customers/1", "customers/2")})
	s.authorize(authorize{id: "grants-accesses-block-bad", base: "grants-accesses-block", spec: []string{"D-10", "D-14"}, flags: []string{"any-for-all"},
		comment: "Block 0 permits both accesses, the sealing block only the first: each access must pass each block.",
		token:   later, request: many("customers/1", "orders/2"), verdict: "not-allowed", block: 1, claim: 6})
	split := t.With(0, forge.Allow(forge.Grant([]string{forge.Interface}, []string{"customers/*", "orders/1"}))).
		With(1, forge.Allow(forge.Grant([]string{forge.Interface}, []string{"orders/*", "customers/1"})))
	s.authorize(authorize{id: "grants-accesses-split", spec: d14, comment: "Two accesses in the overlap of two blocks.", token: split, request: many("customers/1", "orders/1")})
	s.authorize(authorize{id: "grants-accesses-split-bad", base: "grants-accesses-split", spec: []string{"D-10", "D-14"}, flags: []string{"any-for-all"},
		comment: "The second access passes the sealing block but not block 0: the lowest block decides.",
		token:   split, request: many("customers/1", "orders/2"), verdict: "not-allowed", claim: 6})

	bound := rootSeal(forge.GrantWhere([]string{forge.Interface}, []string{"customers/*"}, forge.Argument("limit", forge.AtMost(10))))
	with := func(limits ...any) *vectors.Request {
		r := vectors.Request{}
		for _, l := range limits {
			if l == nil {
				r.Accesses = append(r.Accesses, request(forge.Interface, "customers/1").Accesses...)
				continue
			}
			r.Accesses = append(r.Accesses, request(forge.Interface, "customers/1", "limit", l).Accesses...)
		}
		return &r
	}
	s.authorize(authorize{id: "grants-accesses-arguments", spec: []string{"N-13", "D-14"}, comment: "Each access has its own arguments.", token: bound, request: with(10, 9)})
	s.authorize(authorize{id: "grants-accesses-arguments-missing", base: "grants-accesses-arguments", spec: []string{"N-13", "D-14"}, attacks: []string{"C12"}, flags: []string{"missing-argument"},
		comment: "The second access lacks the argument that the first one has: arguments are no property of the whole request.",
		token:   bound, request: with(10, nil), verdict: "not-allowed", claim: 6})
	s.authorize(authorize{id: "grants-accesses-arguments-bad", base: "grants-accesses-arguments", spec: []string{"N-13", "D-14"}, flags: []string{"any-for-all"},
		comment: "The arguments of the second access are checked as those of the first.",
		token:   bound, request: with(10, 11), verdict: "not-allowed", claim: 6})
}

// grantConditions: each condition on each kind of value, on both sides.
func grantConditions(s *suite) {
	n13, n14, n12 := []string{"N-13", "N-11"}, []string{"N-14", "N-13"}, []string{"N-12", "N-13"}
	c12, c13, c14, c15 := []string{"C12"}, []string{"C13"}, []string{"C14"}, []string{"C15"}
	coercion, missing, lists := []string{"type-coercion"}, []string{"missing-argument"}, []string{"list-any-for-all"}
	yes := func(id string, v any, comment string, spec ...string) argued {
		return argued{id: id, arguments: []any{"x", v}, ok: true, comment: comment, spec: append([]string{"N-13"}, spec...)}
	}
	no := func(id string, v any, comment string, spec, attacks, flags []string) argued {
		return argued{id: id, arguments: []any{"x", v}, comment: comment, spec: spec, attacks: attacks, flags: flags}
	}
	absent := func(comment string) argued {
		return argued{id: "missing", comment: comment, spec: n13, attacks: c12, flags: missing}
	}

	s.refunds("any", refundWhere(forge.Argument("x", forge.Any())),
		yes("text", "whatever", "Any permits a text."),
		yes("integer", 7, "Any permits an integer."),
		yes("decimal", decimal("7.5"), "Any permits a decimal.", "N-15"),
		yes("opaque", opaque{}, "Any is the one condition that permits what Taper can't look into.", "N-14"),
		yes("list", []any{"a", 1, true}, "Any permits a list of mixed kinds.", "N-14"),
		yes("empty-list", []any{}, "Any permits an empty list.", "N-14"),
		argued{id: "missing", ok: true, spec: n13, attacks: c12, flags: missing,
			comment: "Any permits that the argument is missing: it only names it, so that a closed grant lets it pass."},
		argued{id: "other", arguments: []any{"y", 1}, spec: []string{"N-11"}, attacks: c15, flags: []string{"unnamed-argument"},
			comment: "Any for one argument is no leave for another one."},
		no("bad-integer", integer(1<<53), "Even any permits no value that is none: 2^53 is beyond what every language holds exactly.", []string{"N-15", "D-14"}, c13, []string{"malformed-value"}),
		no("bad-text", badText(0xff), "A text that is not UTF-8 is no value, whatever the condition.", []string{"N-15", "D-14"}, c13, []string{"malformed-value"}))

	s.refunds("one-of", refundWhere(forge.Argument("x", forge.OneOf(forge.Text("EUR"), forge.Int(5), forge.Bool(true)))),
		yes("integer", 5, "An integer that is in the list.", "N-12"),
		no("integer-other", 6, "An integer that is not in the list.", n13, nil, []string{"condition-ignored"}),
		no("integer-text", "5", "The text of a number is no number: a comparison of printed values permits it.", n12, c13, coercion),
		no("integer-decimal", decimal("5.0"), "A decimal equals no integer, not even with a fraction of zero: JSON decoders that make both floats permit it.", n12, c13, coercion),
		yes("boolean", true, "A boolean that is in the list.", "N-12"),
		no("boolean-other", false, "The other boolean is not in the list.", n12, nil, []string{"condition-ignored"}),
		no("boolean-integer", 1, "True is not 1, as it is in some languages.", n12, c13, coercion),
		no("boolean-text", "true", "True is not the text of it, as in query strings.", n12, c13, coercion),
		yes("text", "EUR", "A text that is in the list.", "N-5"),
		no("text-case", "eur", "Texts are compared byte by byte, without folding.", n13, []string{"C5"}, []string{"name-folding"}),
		no("text-blank", "EUR ", "A blank at the end makes another text: databases that pad strings would not say so.", n13, []string{"C5"}, []string{"name-folding"}),
		no("text-prefix", "EURO", "One of is no prefix match.", n13, nil, []string{"string-prefix"}),
		no("text-empty", "", "The empty text is not in the list: a search for a substring finds it in all.", n13, nil, []string{"substring"}),
		absent("The argument is left out: a loop over the arguments that are present never sees the condition."),
		no("opaque", opaque{}, "An opaque value is in no list.", n14, c13, []string{"opaque-permitted"}),
		no("empty-list", []any{}, "An empty list meets no condition but any: all of nothing is true in most languages.", n14, c13, []string{"vacuous-truth"}),
		yes("list", []any{"EUR", 5}, "A list of which each element is in the list.", "N-14"),
		no("list-other", []any{"EUR", "USD"}, "One element is not in the list: where any match is enough, the rest rides along.", n14, c13, lists),
		no("list-other-first", []any{"USD", "EUR"}, "The first element is the wrong one: a loop that keeps the last result permits it.", n14, c13, lists),
		no("list-joined", []any{"E", "UR"}, "A list is not joined into one text.", n14, c13, coercion))
	s.refunds("falsy", refundWhere(forge.Argument("x", forge.OneOf(forge.Int(0), forge.Text("")))),
		yes("zero", 0, "Zero is an integer, present and in the list: a truth test takes it for missing.", "N-12"),
		no("false", false, "False is not zero.", n12, c13, coercion),
		yes("empty", "", "The empty text is present and in the list."),
		absent("A missing argument is neither zero nor the empty text: default values of a language must not stand in for it."),
		no("empty-list", []any{}, "An empty list is not the empty text.", n14, c13, coercion))
	s.refunds("false", refundWhere(forge.Argument("force", forge.OneOf(forge.Bool(false)))),
		argued{id: "present", arguments: []any{"force", false}, ok: true, spec: n13, comment: "The flag must be there and be false."},
		argued{id: "true", arguments: []any{"force", true}, spec: n13, attacks: c13, flags: coercion, comment: "The flag is true: a port that asks whether the value is set gets this wrong."},
		argued{id: "missing", spec: n13, attacks: c12, flags: missing, comment: "A missing flag is not a false one: the backend's default might be true."},
		argued{id: "zero", arguments: []any{"force", 0}, spec: n12, attacks: c13, flags: coercion, comment: "Zero is not false."},
		argued{id: "text", arguments: []any{"force", "false"}, spec: n12, attacks: c13, flags: coercion, comment: "The text false is true in most languages."})

	s.refunds("at-least", refundWhere(forge.Argument("x", forge.AtLeast(10))),
		yes("equal", 10, "At least includes the bound."),
		no("below", 9, "One below the bound.", n13, nil, []string{"off-by-one"}),
		no("negative", -10, "A negative number of the same digits: a comparison of magnitudes or of unsigned integers permits it.", n13, nil, []string{"sign-lost"}),
		yes("above", 11, "Above the bound."),
		no("digits", 9, "As texts, 9 would come after 10.", n13, c13, []string{"text-order"}),
		yes("decimal-equal", decimal("10.0"), "A decimal is compared exactly: 10.0 is at least 10.", "N-15"),
		no("decimal-below", decimal("9.999999999"), "A decimal a billionth below the bound: rounding permits it.", n13, c13, []string{"rounding"}),
		yes("decimal-above", decimal("10.000000001"), "A decimal a billionth above the bound.", "N-15"),
		no("text", "10", "The text of a number is no number.", n12, c13, coercion),
		no("boolean", true, "A boolean has no order.", n12, c13, coercion),
		absent("The argument is left out, and no bound holds for nothing."),
		no("opaque", opaque{}, "An opaque value is at least nothing.", n14, c13, []string{"opaque-permitted"}),
		no("empty-list", []any{}, "An empty list meets no bound.", n14, c13, []string{"vacuous-truth"}),
		yes("list", []any{10, decimal("10.5"), 12}, "Each element of the list is at least the bound.", "N-14"),
		no("list-below", []any{12, 9}, "One element is below the bound; their greatest is not.", n14, c13, lists))
	s.refunds("at-most", refundWhere(forge.Argument("x", forge.AtMost(100))),
		yes("negative", -100, "At most has no other side: who wants one writes it."),
		yes("equal", 100, "At most includes the bound."),
		no("above", 101, "One above the bound.", n13, nil, []string{"off-by-one"}),
		yes("decimal", decimal("99.99"), "99.99 is at most 100.", "N-15"),
		yes("decimal-equal", decimal("100.000"), "100.000 is at most 100.", "N-15"),
		no("decimal-above", decimal("100.000000001"), "A decimal a billionth above the bound: truncation to an integer permits it.", n13, c13, []string{"rounding"}),
		no("decimal-cent", decimal("100.01"), "A cent above the bound: a port that cuts the fraction off permits up to 100.99.", n13, c13, []string{"rounding"}),
		no("text", "50", "The text of a number is no number, however small it is.", n12, c13, coercion),
		no("boolean", false, "A boolean is not compared as 0 or 1.", n12, c13, coercion),
		absent("The argument is left out: where it defaults to 0, the backend may default to everything."),
		no("opaque", opaque{}, "An opaque value is at most nothing.", n14, c13, []string{"opaque-permitted"}),
		no("empty-list", []any{}, "An empty list has no greatest element.", n14, c13, []string{"vacuous-truth"}),
		yes("list", []any{1, 100}, "Each element of the list is at most the bound.", "N-14"),
		no("list-above", []any{1, 101}, "One element is above the bound.", n14, c13, lists),
		no("list-text", []any{1, "2"}, "One element is of another kind.", n14, c13, coercion))
	s.refunds("below-zero", refundWhere(forge.Argument("x", forge.AtLeast(0))),
		yes("zero", decimal("0.0"), "The decimal 0.0 is at least 0.", "N-15"),
		no("minus-half", decimal("-0.5"), "Cut to an integer -0.5 becomes 0, which would be permitted: integer division rounds towards zero.", n13, c13, []string{"rounding"}),
		no("minus-billionth", decimal("-0.000000001"), "A sign before a zero is lost where the two sides of the point are read apart.", n13, c13, []string{"sign-lost"}))
	s.refunds("minus-one", refundWhere(forge.Argument("x", forge.AtMost(-1))),
		yes("below", decimal("-1.5"), "-1.5 is at most -1.", "N-15"),
		no("above", decimal("-0.5"), "-0.5 is above -1: rounding away from zero permits it.", n13, c13, []string{"rounding"}))

	const maxInt = 1<<53 - 1
	s.refunds("bounds", refundWhere(forge.Argument("x", forge.AtMost(maxInt), forge.AtLeast(-maxInt))),
		yes("greatest", integer(maxInt), "2^53-1 is the greatest integer of a request.", "N-15"),
		no("too-great", integer(maxInt+1), "2^53 is no integer of a request: in a language with doubles it equals 2^53+1.", []string{"N-15", "D-14"}, []string{"C13", "B11"}, []string{"malformed-value"}),
		yes("least", integer(-maxInt), "-(2^53-1) is the least integer of a request.", "N-15"),
		no("too-small", integer(-maxInt-1), "-2^53 is no integer of a request.", []string{"N-15", "D-14"}, []string{"C13", "B11"}, []string{"malformed-value"}))
	s.refunds("decimals", refundWhere(forge.Argument("x", forge.AtMost(maxInt))),
		yes("fraction-9", decimal("1.123456789"), "A decimal has up to 9 digits after its point.", "N-15"),
		no("fraction-10", decimal("1.1234567891"), "Ten digits after the point are no decimal of a request.", []string{"N-15", "D-14"}, c13, []string{"malformed-value"}),
		yes("digits-15", decimal("123456.123456789"), "A decimal has up to 15 digits in all, which a double still keeps apart.", "N-15"),
		no("digits-16", decimal("1234567.123456789"), "Sixteen digits in all are no decimal of a request.", []string{"N-15", "D-14"}, c13, []string{"malformed-value"}),
		yes("digits-15-whole", decimal("99999999999999.9"), "Fourteen digits before the point, and one behind it.", "N-15"),
		no("digits-16-whole", decimal("999999999999999.9"), "Fifteen digits before the point leave none for the fraction.", []string{"N-15", "D-14"}, c13, []string{"malformed-value"}),
		yes("leading-zeros", decimal("0.000000001"), "Leading zeros are not counted among the 15 digits.", "N-15"))

	s.refunds("range", refundWhere(forge.Argument("x", forge.AtLeast(10), forge.AtMost(100))),
		yes("low", 10, "Both conditions hold at the lower bound."),
		no("below", 9, "Only the second condition holds: several conditions on one argument are joined by and.", n13, c15, []string{"or-for-and"}),
		yes("high", 100, "Both conditions hold at the upper bound."),
		no("above", 101, "Only the first condition holds.", n13, c15, []string{"or-for-and"}),
		no("list-around", []any{9, 101}, "No element lies in the range, though each meets one of the conditions.", n14, c15, lists))
	s.refunds("conjunction", refundWhere(forge.Argument("x", forge.Matches("team/*"), forge.EndsWith("-eu"))),
		yes("both", "team/sales-eu", "The text matches the pattern, and has the ending."),
		no("pattern-only", "team/sales-us", "Only the first of two conditions holds.", n13, c15, []string{"or-for-and"}),
		no("ending-only", "staff/sales-eu", "Only the second of two conditions holds.", n13, c15, []string{"or-for-and"}))

	s.refunds("matches", refundWhere(forge.Argument("x", forge.Matches("/data/**", "customers/*"))),
		yes("absolute", "/data/2026/q4", "A path that the first pattern matches.", "N-8"),
		no("neighbour", "/database", "A string prefix is no match of a pattern here either.", n13, []string{"C14", "C2"}, []string{"string-prefix"}),
		no("relative", "data/2026", "An absolute pattern matches no relative name.", []string{"N-13", "N-9"}, c14, []string{"absolute-path"}),
		no("dotdot", "/data/../etc/passwd", "The value is no resource name: a pattern over unresolved paths is how files leak.", []string{"N-13", "N-2"}, c14, []string{"path-traversal"}),
		no("empty-segment", "/data//x", "An empty segment: the value is no name.", []string{"N-13", "N-4"}, c14, []string{"empty-segment"}),
		no("trailing-slash", "/data/", "A slash at the end leaves an empty segment.", []string{"N-13", "N-4"}, c14, []string{"empty-segment"}),
		no("pattern", "/data/*", "A pattern as the value is no name: a tool that expands it reads more.", n13, c14, []string{"star-in-name"}),
		no("control", "/data/x\n", "A line feed at the end: the value is no name.", []string{"N-13", "N-1"}, c14, []string{"control-character"}),
		no("empty", "", "The empty text is no name, although some of the patterns could match nothing.", []string{"N-13", "N-4"}, c14, []string{"empty-segment"}),
		yes("relative-second", "customers/1", "A name that the second pattern matches.", "N-8"),
		no("relative-deeper", "customers/1/2", "A star in a condition is one segment.", []string{"N-13", "N-8"}, c14, []string{"star-crosses-separator"}),
		no("integer", 7, "An integer is no name, even if its digits would be.", n12, c14, coercion),
		no("boolean", true, "A boolean is no name.", n12, c14, coercion),
		absent("The path is left out, and the tool takes its default."),
		no("opaque", opaque{}, "An opaque value matches no pattern.", n14, c14, []string{"opaque-permitted"}),
		no("empty-list", []any{}, "An empty list matches no pattern.", n14, c14, []string{"vacuous-truth"}),
		yes("list", []any{"/data/a", "customers/1"}, "Each element matches one of the patterns, not all the same one.", "N-14"),
		no("list-other", []any{"/data/a", "/etc/passwd"}, "One element matches none of the patterns.", n14, c14, lists))

	s.refunds("ends-with", refundWhere(forge.Argument("x", forge.EndsWith("@example.com", ".test"))),
		yes("first", "a@example.com", "A text with the first ending."),
		no("after", "a@example.com.evil.org", "The ending stands in the middle: a search for it permits any domain.", n13, nil, []string{"substring"}),
		no("case", "a@EXAMPLE.COM", "Endings are compared byte by byte.", n13, []string{"C5"}, []string{"name-folding"}),
		no("shorter", "example.com", "The text is shorter than the ending: an index that turns negative must not read before it.", n13, nil, []string{"off-by-one"}),
		no("blank", "a@example.com ", "A blank behind the ending: mail software trims it, Taper does not.", n13, []string{"C5"}, []string{"name-folding"}),
		no("neighbour", "a@badexample.com", "The at sign is part of the ending: one who cuts the text at it first permits the neighbour.", n13, nil, []string{"substring"}),
		yes("itself", "@example.com", "A text that is the ending itself ends with it."),
		yes("second", "host.test", "A text with the second ending."),
		no("integer", 7, "An integer has no last bytes.", n12, c13, coercion),
		absent("The recipient is left out, and the mail goes to whoever is the default."),
		no("opaque", opaque{}, "An opaque value has no ending that Taper could see.", n14, c13, []string{"opaque-permitted"}),
		no("empty-list", []any{}, "An empty list of recipients meets no condition but any.", n14, c13, []string{"vacuous-truth"}),
		yes("list", []any{"a@example.com", "b@example.com"}, "All recipients have the ending.", "N-14"),
		no("list-other", []any{"a@example.com", "b@evil.org"}, "One recipient of two has another ending.", n14, c13, lists),
		yes("comma", "a@evil.org,b@example.com", "A list that is written as one text is one text, and has the ending: callers must pass lists as lists."))
	s.refunds("ends-with-nothing", refundWhere(forge.Argument("x", forge.EndsWith(""))),
		yes("text", "a", "Every text ends with the empty one, so it means: some text."),
		yes("empty", "", "The empty text ends with the empty text."),
		no("integer", 7, "The empty ending still wants a text.", n12, c13, coercion),
		absent("The empty ending still wants the argument to be there."))
}

// grantArguments: closed grants, and arguments that are malformed.
func grantArguments(s *suite) {
	n11, n15 := []string{"N-11"}, []string{"N-15", "D-14"}
	c12, c13, c15 := []string{"C12"}, []string{"C13"}, []string{"C15"}
	s.refunds("closed", refundWhere(forge.Argument("amount", forge.AtMost(100)), forge.Argument("currency", forge.OneOf(forge.Text("EUR"))), forge.Argument("memo", forge.Any())),
		argued{id: "full", arguments: []any{"amount", 100, "currency", "EUR", "memo", opaque{}}, ok: true, spec: n11, comment: "Each argument of the request is named, and meets its condition."},
		argued{id: "amount", arguments: []any{"amount", 101, "currency", "EUR", "memo", opaque{}}, spec: n11, attacks: c15, flags: []string{"or-for-and"}, comment: "One condition of two fails: conditions on different arguments are joined by and."},
		argued{id: "currency", arguments: []any{"amount", 100, "currency", "USD", "memo", opaque{}}, spec: n11, attacks: c15, flags: []string{"or-for-and"}, comment: "The other condition fails."},
		argued{id: "unnamed", arguments: []any{"amount", 100, "currency", "EUR", "override", true}, spec: n11, attacks: c15, flags: []string{"unnamed-argument"},
			comment: "An argument that the grant does not name: an unknown override would go through to the backend."},
		argued{id: "name-case", arguments: []any{"Amount", 100, "currency", "EUR"}, spec: []string{"N-11", "N-5"}, attacks: []string{"C5"}, flags: []string{"name-folding"}, comment: "Argument names are bytes: in other case it is another argument, and the named one is missing."},
		argued{id: "without-any", arguments: []any{"amount", 100, "currency", "EUR"}, ok: true, spec: []string{"N-11", "N-13"}, comment: "An argument under any may be left out."},
		argued{id: "missing", arguments: []any{"currency", "EUR"}, spec: []string{"N-11", "N-13"}, attacks: c12, flags: []string{"missing-argument"}, comment: "The amount is left out: a loop over what is present finds nothing wrong."},
		argued{id: "none", spec: []string{"N-11", "N-13"}, attacks: c12, flags: []string{"missing-argument"}, comment: "No arguments at all: a shortcut for requests without arguments skips every condition."})
	s.refunds("none", refundWhere(),
		argued{id: "none", ok: true, spec: n11, comment: "The grant {} permits a request without arguments."},
		argued{id: "one", arguments: []any{"limit", 5}, spec: n11, attacks: c15, flags: []string{"empty-means-all"}, comment: "The grant {} permits no argument: where empty is read as absent, everything passes."},
		argued{id: "opaque", arguments: []any{"filter", opaque{}}, spec: n11, attacks: c15, flags: []string{"empty-means-all"}, comment: "Nor does it permit an opaque one."},
		argued{id: "empty-list", arguments: []any{"filter", []any{}}, spec: n11, attacks: c15, flags: []string{"empty-means-all"}, comment: "An argument whose value is an empty list is present."})
	free := rootSeal(forge.Grant([]string{"payments:refund"}, []string{"orders/*"}))
	long := func(n int) string { return strings.Repeat("n", n) }
	s.refunds("free", free,
		argued{id: "none", ok: true, spec: n11, comment: "A grant without arguments permits a request without arguments."},
		argued{id: "any", arguments: []any{"amount", 1 << 40, "note", "x", "deep", opaque{}}, ok: true, spec: n11, comment: "A grant without arguments leaves them free, opaque ones too."},
		argued{id: "integer", arguments: []any{"amount", integer(1<<53 - 1)}, ok: true, spec: []string{"N-15"}, comment: "The greatest integer, under a grant that leaves arguments free."},
		argued{id: "integer-too-great", arguments: []any{"amount", integer(1 << 53)}, spec: n15, attacks: c13, flags: []string{"malformed-value"}, comment: "Malformed values are denied also where nothing looks at them: otherwise each block that does look decides another request."},
		argued{id: "decimal", arguments: []any{"amount", decimal("123456.123456789")}, ok: true, spec: []string{"N-15"}, comment: "A decimal of 15 digits, under a grant that leaves arguments free."},
		argued{id: "decimal-too-long", arguments: []any{"amount", decimal("1234567.123456789")}, spec: n15, attacks: c13, flags: []string{"malformed-value"}, comment: "A decimal of 16 digits is no value, also where nothing looks at it."},
		argued{id: "text", arguments: []any{"note", "\ufffd"}, ok: true, spec: []string{"N-15"}, comment: "The replacement character is a valid text."},
		argued{id: "text-bad", arguments: []any{"note", badText('a', 0xff)}, spec: n15, attacks: c13, flags: []string{"malformed-value"}, comment: "A text that is not UTF-8 is denied, not repaired: the replacement character would be another text."},
		argued{id: "text-surrogate", arguments: []any{"note", badText(0xed, 0xa0, 0x80)}, spec: n15, attacks: c13, flags: []string{"malformed-value"}, comment: "A surrogate that is encoded as UTF-8 is none."},
		argued{id: "text-overlong", arguments: []any{"note", badText(0xc0, 0xaf)}, spec: n15, attacks: c13, flags: []string{"malformed-value"}, comment: "An overlong slash is not UTF-8: lenient decoders read a separator."},
		argued{id: "text-control", arguments: []any{"note", "a\nb\x00"}, ok: true, spec: []string{"N-15"}, comment: "Texts are no names: control characters may stand in a value."},
		argued{id: "list", arguments: []any{"notes", []any{"a", 1, decimal("1.5"), false}}, ok: true, spec: []string{"N-15"}, comment: "A list of texts, integers, decimals and booleans."},
		argued{id: "list-bad-element", arguments: []any{"notes", []any{"a", 1, decimal("1.0123456789")}}, spec: n15, attacks: c13, flags: []string{"malformed-value"}, comment: "One element that is no value spoils the list."},
		argued{id: "name-256", arguments: []any{long(256), 1}, ok: true, spec: []string{"N-7"}, comment: "A name of 256 bytes is the longest of an argument."},
		argued{id: "name-257", arguments: []any{long(257), 1}, spec: []string{"N-7", "D-14"}, attacks: []string{"C3"}, flags: []string{"off-by-one"}, comment: "A name of 257 bytes is none; no grant could name it either."},
		argued{id: "name-bytes", arguments: []any{strings.Repeat("\u00e9", 129), 1}, spec: []string{"N-7", "D-14"}, attacks: []string{"C3"}, flags: []string{"counts-characters"}, comment: "The limit counts bytes, not characters: these are 129 of two bytes."},
		argued{id: "name-plain", arguments: []any{"a:/*b..//", 1}, ok: true, spec: []string{"N-7"}, attacks: []string{"C8"}, comment: "Stars, colons, slashes and dots mean nothing in the name of an argument."},
		argued{id: "name-empty", arguments: []any{"", 1}, spec: []string{"N-7", "D-14"}, attacks: []string{"C3"}, flags: []string{"malformed-name"}, comment: "An argument without a name."},
		argued{id: "name-control", arguments: []any{"a\x00:/*b", 1}, spec: []string{"N-7", "D-14"}, attacks: []string{"C6"}, flags: []string{"control-character"}, comment: "A control character in the name of an argument."},
		argued{id: "name-delete", arguments: []any{"a\x7f", 1}, spec: []string{"N-7", "D-14"}, attacks: []string{"C6"}, flags: []string{"control-character"}, comment: "U+007F in the name of an argument."})
	s.refunds("named", refundWhere(forge.Argument("a*b", forge.AtMost(5))),
		argued{id: "star", arguments: []any{"a*b", 5}, ok: true, spec: []string{"N-7", "N-11"}, attacks: []string{"C8"}, comment: "The name of an argument is plain: its star is a star."},
		argued{id: "star-expanded", arguments: []any{"axb", 5}, spec: []string{"N-7", "N-11"}, attacks: []string{"C8"}, flags: []string{"star-in-name"}, comment: "A star in the name of an argument stands for nothing else."})
}
