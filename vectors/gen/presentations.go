package main

import (
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// presentationCases: what is a presentation, and how holders evade having to
// write one.
func presentationCases(s *suite) {
	fresh := standard().With(0, forge.Fresh(60))
	d6 := []string{"D6", "H11"}
	yes := func(id, comment string, spec []string, t forge.Token, r ...vectors.Request) {
		a := authorize{id: "presentations-" + id, comment: comment, spec: spec, attacks: d6, token: t}
		if len(r) > 0 {
			a.request = &r[0]
		}
		s.authorize(a)
	}
	no := func(id, base, comment, flag string, spec []string, t forge.Token, r ...vectors.Request) {
		a := authorize{id: "presentations-" + id, base: "presentations-" + base, comment: comment, spec: spec, attacks: d6, flags: []string{flag},
			token: t, verdict: "not-fresh", claim: 13}
		if len(r) > 0 {
			a.request = &r[0]
		}
		s.authorize(a)
	}
	d20, d26, d27, d28 := []string{"D-20", "D-28"}, []string{"D-20", "D-26", "D-28"}, []string{"D-20", "D-27", "D-28"}, []string{"D-20", "D-28"}
	gone := func(n uint64) forge.Pair { return forge.Claim(n, forge.Item{}) }
	seal := func(claims ...forge.Pair) forge.Token { return fresh.With(2, claims...) }

	yes("standard", "A presentation of sixty seconds, under a block that demands no more.", d20, fresh)

	// Times.
	no("61", "standard", "It lasts a second longer than it may.", "off-by-one", d20, seal(forge.Expires(forge.Now+61)))
	no("hour", "standard", "It lasts an hour: a bearer string with the looks of a presentation.", "length-ignored", d20, seal(forge.Expires(forge.Now+3600)))
	no("early-start", "standard", "It starts a second earlier, and so is too long, although what is left of it is not.", "remaining-time", d20, seal(forge.Starts(forge.Now-1)))
	no("long-past-start", "standard", "It started an hour ago and expires in a minute: what is left does not count.", "remaining-time", d20, seal(forge.Starts(forge.Now-3540), forge.Expires(forge.Now+60)))
	no("no-starts", "standard", "Without starts its length is not bounded: whoever takes now for it never finds one too long.", "absent-time", d28, seal(gone(5)))
	no("no-expires", "standard", "Without expires of its own it lives as long as its parent.", "absent-time", d28, seal(gone(4)))
	no("no-times", "standard", "Without either time: as zeros their difference would be 0.", "absent-time", d28, seal(gone(4), gone(5)))
	no("equal-times", "standard", "It expires when it starts, and still lives for the leeway.", "zero-length", d28, seal(forge.Starts(forge.Now+1), forge.Expires(forge.Now+1)))
	no("backwards", "standard", "It expires before it starts: an unsigned difference wraps, a signed one is negative and so less than 60.", "integer-underflow", d28, seal(forge.Starts(forge.Now+20), forge.Expires(forge.Now+10)))
	yes("one-second", "A presentation of one second.", d28, seal(forge.Expires(forge.Now+1)))

	// Services and uses.
	no("two-services", "standard", "It names two services, and is good at both.", "several-services", d28, seal(forge.Services(forge.Service, "reports")))
	no("no-uses", "standard", "It has no limit: whoever catches it repeats the request for a minute.", "replay", d27, seal(gone(7)))
	no("two-uses", "standard", "It is good twice.", "replay", d27, seal(forge.Uses(forge.Use(2, forge.Service))))
	no("many-uses", "standard", "It is good 2^53-1 times: a limit that is no limit.", "replay", d27, seal(forge.Uses(forge.Use(1<<53-1, forge.Service))))
	no("uses-elsewhere", "standard", "Its use is counted at a service that it does not name.", "uses-service", d28, seal(forge.Uses(forge.Use(1, "reports"))))
	no("uses-twice", "standard", "Its uses name a second service.", "uses-service", d27, seal(forge.Uses(forge.Use(1, forge.Service), forge.Use(1, "reports"))))
	no("uses-case", "standard", "Its uses name the service in other case.", "name-folding", d28, seal(forge.Uses(forge.Use(1, "DB-Gateway"))))

	// Grants.
	grant := func(g ...forge.Item) forge.Token { return seal(forge.Allow(g...)) }
	i, r := []string{forge.Interface}, []string{forge.Resource}
	no("no-allow", "standard", "It has no allow, and so permits all that its parent does.", "unbound", d26, seal(gone(6)))
	no("empty-allow", "standard", "An empty allow is not bound: each of no grants is anything one likes.", "vacuous-truth", d26, grant())
	no("two-interfaces", "standard", "Two interfaces leave a choice.", "unbound", d26, grant(forge.GrantWhere([]string{forge.Interface, "database:list"}, r)))
	no("two-resources", "standard", "Two resources leave a choice.", "unbound", d26, grant(forge.GrantWhere(i, []string{forge.Resource, "customers/43"})))
	no("star-interface", "standard", "A star in the interface.", "unbound", d26, grant(forge.GrantWhere([]string{"database:*"}, r)))
	no("star-resource", "standard", "A star in the resource.", "unbound", d26, grant(forge.GrantWhere(i, []string{"customers/*"})))
	no("star-first", "standard", "A star in the first segment: a check of the last character misses it.", "unbound", d26, grant(forge.GrantWhere(i, []string{"*/42"})))
	no("stars-interface", "standard", "Two stars as interface.", "unbound", d26, grant(forge.GrantWhere([]string{"**"}, r)))
	no("stars-resource", "standard", "Two stars at the end of the resource, which could stand for no segment.", "unbound", d26, grant(forge.GrantWhere(i, []string{"customers/42/**"})))
	no("free-arguments", "standard", "Arguments are left free, and nothing binds the body.", "unbound", d26, grant(forge.Grant(i, r)))
	bound := forge.GrantWhere(i, r)
	access := func(resource string) vectors.Access {
		return vectors.Access{Interface: forge.Interface, Resource: resource}
	}
	accesses := func(list ...vectors.Access) vectors.Request { return vectors.Request{Accesses: list} }
	first, second := access(forge.Resource), access("customers/43")
	together := accesses(first, second)
	pair := grant(bound, forge.GrantWhere(i, []string{"customers/43"}))
	yes("two-grants", "Two grants that both are bound: one request of two accesses.", d26, pair, together)
	no("two-grants-one-free", "two-grants", "The second grant is not bound: a check of the first only misses it.", "any-for-all", d26, grant(bound, forge.GrantWhere(i, []string{"customers/*"})), together)
	no("two-grants-first-free", "two-grants", "The first grant is not bound.", "any-for-all", d26, grant(forge.GrantWhere([]string{"database:*"}, r), forge.GrantWhere(i, []string{"customers/43"})), together)

	// What is bound and single spells one request, and permits no other: [D-29].
	other := func(id, base, comment, flag string, t forge.Token, r vectors.Request) {
		s.authorize(authorize{id: "presentations-" + id, base: "presentations-" + base, comment: comment, spec: []string{"D-14", "D-29"},
			attacks: []string{"A29", "H11"}, flags: []string{flag}, token: t, request: &r, verdict: "not-allowed", block: 2, claim: 6})
	}
	other("subset", "two-grants", "One of the two accesses alone: who approved of both has not approved of one.", "part-of-request", pair, accesses(first))
	other("reordered", "two-grants", "The two accesses in the other order are another request.", "order-ignored", pair, accesses(second, first))
	other("one-too-many", "two-grants", "A third access, which repeats the second: the presentation becomes a batch.", "repeated-access", pair, accesses(first, second, second))
	other("repeated", "standard", "The one access sixteen times: whoever catches a presentation of one payment makes sixteen of it.", "repeated-access", fresh,
		accesses(first, first, first, first, first, first, first, first, first, first, first, first, first, first, first, first))
	amount := grant(forge.GrantWhere(i, r, forge.Argument("amount", forge.OneOf(forge.Int(50)))))
	yes("amount", "One amount, as it was presented.", []string{"D-26", "D-29"}, amount, request(forge.Interface, forge.Resource, "amount", 50))
	other("amount-list", "amount", "A list of amounts, each the one that was presented: a service that acts on each pays three times.", "list-for-value", amount,
		request(forge.Interface, forge.Resource, "amount", []any{50, 50, 50}))
	other("amount-list-of-one", "amount", "A list of one amount is not that amount.", "list-for-value", amount, request(forge.Interface, forge.Resource, "amount", []any{50}))

	// Arguments.
	const argument = "amount"
	where := func(conditions ...forge.Item) forge.Token {
		return grant(forge.GrantWhere(i, r, forge.Argument(argument, conditions...)))
	}
	five := request(forge.Interface, forge.Resource, argument, 5)
	ab := request(forge.Interface, forge.Resource, argument, "a/b")
	yes("argument", "The argument is bound to one value.", d26, where(forge.OneOf(forge.Int(5))), five)
	yes("argument-text", "A text is a value too.", d26, where(forge.OneOf(forge.Text("a/b"))), ab)
	yes("argument-false", "So is false, which is a value and not the lack of one.", d26, where(forge.OneOf(forge.Bool(false))), request(forge.Interface, forge.Resource, argument, false))
	yes("argument-star", "A star in a value is a star: only patterns have them.", d26, where(forge.OneOf(forge.Text("*"))), request(forge.Interface, forge.Resource, argument, "*"))
	no("argument-two", "argument", "Two values leave a choice.", "unbound", d26, where(forge.OneOf(forge.Int(5), forge.Int(5000))), five)
	no("argument-any", "argument", "Any binds nothing.", "unbound", d26, where(forge.Any()), five)
	no("argument-at-most", "argument", "A bound on one side is a range.", "unbound", d26, where(forge.AtMost(5)), five)
	no("argument-at-least", "argument", "So is one on the other side.", "unbound", d26, where(forge.AtLeast(5)), five)
	no("argument-range", "argument", "A range of one integer is a range: decimals can't lie in it, but bound means one of, and nothing else.", "unbound", d26, where(forge.AtLeast(5), forge.AtMost(5)), five)
	no("argument-and", "argument", "One of one value, and a second condition beside it: bound is exactly one condition.", "two-conditions", d26, where(forge.OneOf(forge.Int(5)), forge.AtMost(9)), five)
	no("argument-matches", "argument-text", "A pattern without stars is a pattern.", "unbound", d26, where(forge.Matches("a/b")), ab)
	no("argument-ends", "argument-text", "An ending binds no text.", "unbound", d26, where(forge.EndsWith("a/b")), ab)
	bothArguments := func(second forge.Item) forge.Token {
		return grant(forge.GrantWhere(i, r, forge.Argument(argument, forge.OneOf(forge.Int(5))), forge.Argument("memo", second)))
	}
	withMemo := request(forge.Interface, forge.Resource, argument, 5, "memo", "x")
	yes("arguments", "Two arguments, both bound.", d26, bothArguments(forge.OneOf(forge.Text("x"))), withMemo)
	no("arguments-one-any", "arguments", "One of two arguments is left to whoever presents.", "any-for-all", d26, bothArguments(forge.Any()), withMemo)

	// Digests.
	digest := bodyDigest()
	free := fresh.With(2, forge.Allow(forge.Grant(i, r)), forge.Digest(digest))
	yes("digest", "Arguments are left free, and the digest binds the body: the grant is bound.", d26, free, *withDigest(digest))
	no("digest-above", "digest", "The digest stands in the block above: bound is a property of one block.", "digest-elsewhere", d26,
		free.Without(2, 10).With(1, forge.Digest(digest)), *withDigest(digest))
	no("digest-star", "digest", "A digest binds arguments, not the resource.", "unbound", d26, free.With(2, forge.Allow(forge.Grant(i, []string{"customers/*"}))), *withDigest(digest))
	no("digest-any", "digest", "A digest stands in for arguments that are left out, not for conditions that bind nothing.", "unbound", d26,
		free.With(2, forge.Allow(forge.GrantWhere(i, r, forge.Argument(argument, forge.Any())))), *withDigest(digest))
	no("digest-no-allow", "digest", "A digest does not stand in for an allow.", "unbound", d26, free.Without(2, 6), *withDigest(digest))
	yes("digest-closed", "A digest beside a grant that permits no argument.", d26, fresh.With(2, forge.Digest(digest)), *withDigest(digest))

	// The least n.
	last := func(n uint64) forge.Token { return standard().With(2, forge.Expires(forge.Now+n)) }
	at := func(id, base, comment string, t forge.Token, block int, flags ...string) {
		a := authorize{id: "presentations-" + id, comment: comment, spec: []string{"D-10", "D-20"}, attacks: d6, flags: flags, token: t}
		if base != "" {
			a.base, a.verdict, a.block, a.claim = "presentations-"+base, "not-fresh", block, 13
		}
		s.authorize(a)
	}
	at("one", "", "One second under a limit of one second.", last(1).With(0, forge.Fresh(1)), 0)
	at("one-2", "one", "Two seconds under a limit of one.", last(2).With(0, forge.Fresh(1)), 0, "off-by-one")
	at("3600", "", "An hour under the greatest limit.", last(3600).With(0, forge.Fresh(3600)).Without(1, 4), 0)
	at("3600-3601", "3600", "A second more than the greatest limit.", last(3601).With(0, forge.Fresh(3600)).Without(1, 4), 0, "off-by-one")
	for block, name := range []string{"the root's block", "the middle block", "the sealing block itself"} {
		id := "block-" + string(rune('0'+block))
		at(id, "", "The demand stands in "+name+".", last(30).With(block, forge.Fresh(30)), block)
		at(id+"-long", id, "A second too long for the demand in "+name+".", last(31).With(block, forge.Fresh(30)), block, "skips-a-block")
	}
	both := last(60).With(0, forge.Fresh(60)).With(1, forge.Fresh(3600))
	at("larger-below", "", "A larger number further down has no effect.", both, 0)
	at("larger-below-long", "larger-below", "A holder writes a larger number below the demand: where the last one wins, it frees itself.", both.With(2, forge.Expires(forge.Now+61)), 0, "last-block-wins")
	smaller := last(30).With(0, forge.Fresh(60)).With(1, forge.Fresh(30))
	at("smaller-below", "", "A smaller number further down counts.", smaller, 1)
	at("smaller-below-long", "smaller-below", "Good for block 0, a second too long for the block below it.", smaller.With(2, forge.Expires(forge.Now+31)), 1, "first-block-wins")
	under := func(id, base, comment, ceilingText string, t forge.Token, flags ...string) {
		a := authorize{id: "presentations-ceiling" + id, comment: comment, spec: []string{"D-20", "D-22"}, attacks: []string{"D6", "A9"}, flags: flags, token: t,
			roots: []vectors.Root{root(trusted, ceilingText)}}
		if base != "" {
			a.base, a.verdict, a.block, a.claim = "presentations-"+base, "not-fresh", ceiling, 13
		}
		s.authorize(a)
	}
	under("", "", "The ceiling demands a presentation, and gets one.", "fresh 60s", standard())
	under("-long", "ceiling", "A second too long for the ceiling.", "fresh 60s", last(61), "ceiling-ignored")
	under("-larger-inside", "ceiling", "The token itself says 3600, and the ceiling 60.", "fresh 60s", last(61).With(0, forge.Fresh(3600)), "ceiling-ignored", "last-block-wins")

	// Plain seals, without and with the demand.
	plain := plainSeal(forge.Grant(i, []string{"customers/**"}))
	for _, p := range []struct {
		id, without, with string
		token             forge.Token
	}{
		{"plain", "A plain seal is a bearer string, good until its chain expires: by design, where nothing demands more.", "A plain seal under a demand: it is a string that anybody may use for eight hours.", plain},
		{"counted", "A plain seal that is good three times.", "A limit alone makes no presentation.", plain.With(1, forge.Uses(forge.Use(3, forge.Service)))},
		{"short", "A plain seal that lives for a minute.", "Short life alone makes no presentation: a log reader is fast enough.", plain.With(1, forge.Starts(forge.Now), forge.Expires(forge.Now+60))},
		{"once", "A seal for a minute and one use, of anything.", "One use of anything: who catches it spends it on another request.", plain.With(1, forge.Starts(forge.Now), forge.Expires(forge.Now+60), forge.Uses(forge.Use(1, forge.Service)))},
		{"bound", "A bound seal that may be repeated for as long as its chain lives.", "A bound seal without limit and times may be repeated.", plain.With(1, forge.Allow(bound))},
	} {
		s.authorize(authorize{id: "presentations-" + p.id, spec: []string{"D-28"}, attacks: []string{"E13", "H11", "C21"}, token: p.token, comment: p.without})
		s.authorize(authorize{id: "presentations-" + p.id + "-fresh", base: "presentations-" + p.id, spec: d20, attacks: []string{"E13", "H11", "C21"}, flags: []string{"demand-ignored"},
			token: p.token.With(0, forge.Fresh(60)), comment: p.with, verdict: "not-fresh", claim: 13})
	}
	alone := forge.Token{Root: trusted}.Append(forge.NewBlock("root alone", forge.Key{}, append(forge.Presentation(), forge.Fresh(60))...))
	at("root-alone", "", "A token of one block is a presentation by the root itself.", alone, 0)
	at("root-alone-long", "root-alone", "The root's own presentation is a second too long.", alone.With(0, forge.Expires(forge.Now+61)), 0, "skips-block-0")
	middle := fresh.With(1, forge.Services(forge.Service), forge.Starts(forge.Now), forge.Expires(forge.Now+60), forge.Allow(bound), forge.Uses(forge.Use(1, forge.Service)))
	at("middle", "", "A block above the seal that looks like a presentation, and a presentation below it.", middle, 0)
	at("middle-only", "middle", "Only the block above the seal looks like one: it is the last block that must be a presentation.", middle.Without(2, 4, 5, 6, 7), 0, "any-block")

	// What is bound is bound.
	caught := request(forge.Interface, "customers/43")
	s.authorize(authorize{id: "presentations-caught", base: "presentations-standard", spec: []string{"D-14", "D-28"}, attacks: []string{"H11"}, flags: []string{"skips-a-block"},
		comment: "A proxy catches the presentation and asks for another record, which the chain above would permit.",
		token:   fresh, request: &caught, verdict: "not-allowed", block: 2, claim: 6})
	list := request("database:list", forge.Resource)
	s.authorize(authorize{id: "presentations-caught-interface", base: "presentations-plain", spec: []string{"D-14", "D-28"}, attacks: []string{"H11"}, flags: []string{"skips-a-block"},
		comment: "The root permits to list, the presentation only to read.",
		token:   forge.Chain("root", "worker"), request: &list, verdict: "not-allowed", block: 1, claim: 6})
	extra := request(forge.Interface, forge.Resource, "limit", 1000)
	s.authorize(authorize{id: "presentations-caught-argument", base: "presentations-standard", spec: []string{"N-11", "D-14", "D-28"}, attacks: []string{"H11", "C15"}, flags: []string{"unnamed-argument"},
		comment: "The presentation names no argument, and the request that comes with it has one more.",
		token:   fresh, request: &extra, verdict: "not-allowed", block: 2, claim: 6})
	s.authorize(authorize{id: "presentations-caught-digest", base: "presentations-digest", spec: []string{"D-18", "D-28"}, attacks: []string{"H11", "C16"}, flags: []string{"digest-ignored"},
		comment: "The presentation is caught, and its body exchanged.",
		token:   free, request: withDigest(make([]byte, 32)), verdict: "wrong-digest", block: 2, claim: 10})
}
