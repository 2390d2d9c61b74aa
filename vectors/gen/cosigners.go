package main

import (
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// cosignerCases: whose approval counts, and for what.
func cosignerCases(s *suite) {
	d17 := []string{"D-17"}
	a, b, c := forge.NewKey("approver"), forge.NewKey("approver b"), forge.NewKey("approver c")
	worker := forge.NewKey("worker")
	yes := func(id, comment string, t forge.Token, attacks ...string) {
		s.authorize(authorize{id: "cosigners-" + id, spec: d17, attacks: attacks, comment: comment, token: t})
	}
	no := func(id, base, comment string, t forge.Token, block int, flag string, attacks ...string) {
		s.authorize(authorize{id: "cosigners-" + id, base: "cosigners-" + base, spec: d17, attacks: attacks, flags: []string{flag},
			comment: comment, token: t, verdict: "not-cosigned", block: block, claim: 9})
	}
	plainHop := []forge.Pair{forge.Expires(forge.Now + 600)}
	plain := []forge.Pair{forge.Services(forge.Service), forge.Expires(forge.Now + 60)}
	// chain: block 0 with a demand, then hops that name keys, then a seal.
	type hop struct {
		key    forge.Key
		claims []forge.Pair
	}
	chain := func(k uint64, keys []forge.Key, hops []hop, seal []forge.Pair) forge.Token {
		var list [][32]byte
		for _, key := range keys {
			list = append(list, key.Public())
		}
		t := forge.Chain("root", "worker").With(0, forge.Cosigners(k, list...)).Truncate(1)
		for i, h := range hops {
			t = t.Append(forge.NewBlock("cosigned "+string(rune('a'+i)), h.key, h.claims...))
		}
		return t.Append(forge.NewBlock("cosigned seal", forge.Key{}, seal...))
	}
	present := forge.Presentation()
	listA := []forge.Key{a}

	// Which block is bound.
	yes("both", "The worker's block is bound and good for one use, and the approver presents under it.", chain(1, listA, []hop{{a, single()}}, present), "A29")
	yes("before", "The block before the approver's is bound and single: what the approver seals below it is for that one request, whatever the seal says.",
		chain(1, listA, []hop{{a, single()}}, plain), "A29")
	yes("itself", "The approver's own block is bound and single: the approver has written what it approves.",
		chain(1, listA, []hop{{a, plainHop}}, present), "A29")
	yes("earlier", "A bound block further up, below the demand, binds all that follow.",
		chain(1, listA, []hop{{b, single()}, {a, plainHop}}, plain), "A29")
	no("unbound", "before", "Neither block is bound: one signature would be good for every request until it expires.",
		chain(1, listA, []hop{{a, plainHop}}, plain), 0, "unbound-approval", "A29")
	no("after", "itself", "The approver only passes the token on, and the worker that it names binds itself: what the approver signed restricts nothing.",
		chain(1, listA, []hop{{a, plainHop}, {b, plainHop}}, present), 0, "unbound-approval", "A29")
	no("unsigned", "both", "The worker presents without going to the approver.",
		chain(1, listA, nil, present), 0, "demand-ignored", "A28")
	no("other", "both", "Another key signs the bound block, one that nobody listed.",
		chain(1, listA, []hop{{b, single()}}, present), 0, "any-signer", "A28")

	// Single.
	change := func(id, comment, flag string, claims ...forge.Pair) {
		t := chain(1, listA, []hop{{a, single()}}, plain)
		no("single-"+id, "before", comment, t.With(1, claims...), 0, flag, "A29")
	}
	change("2", "The bound block is good for two uses, so one approval is spent twice.", "multiple-uses", forge.Uses(forge.Use(2, forge.Service)))
	change("none", "The bound block has no limit: one approval repeats the request for ever.", "multiple-uses", forge.Claim(7, forge.Item{}))
	change("two-services", "Once at each of two services is twice.", "multiple-uses", forge.Uses(forge.Use(1, forge.Service), forge.Use(1, "reports")))
	change("two-services-other", "Once here, and many times elsewhere.", "multiple-uses", forge.Uses(forge.Use(1, forge.Service), forge.Use(100, "reports")))
	change("free", "One use of anything: the block is single and not bound.", "unbound-approval", forge.Allow(forge.Grant([]string{"database:read"}, []string{"customers/**"})))
	change("no-allow", "One use, and no allow at all.", "unbound-approval", forge.Claim(6, forge.Item{}))
	change("arguments-free", "One resource, but arguments are left free.", "unbound-approval", forge.Allow(forge.Grant([]string{forge.Interface}, []string{forge.Resource})))
	change("star", "A star in the resource: the approver has seen no name.", "unbound-approval", forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{"customers/*"})))
	change("two-interfaces", "Two interfaces leave a choice to whoever presents.", "unbound-approval", forge.Allow(forge.GrantWhere([]string{forge.Interface, "database:list"}, []string{forge.Resource})))
	no("single-apart", "before", "One block is bound, another one single: only a block that is both ties one use to one request.",
		chain(1, listA, []hop{{b, single()[:1]}, {a, single()[1:]}}, plain), 0, "unbound-approval", "A29")
	digested := chain(1, listA, []hop{{a, single()}}, plain).
		With(1, forge.Allow(forge.Grant([]string{forge.Interface}, []string{forge.Resource})), forge.Digest(bodyDigest()))
	s.authorize(authorize{id: "cosigners-single-digest", spec: []string{"D-17", "D-26"}, attacks: []string{"A29"},
		comment: "Arguments may be left free where the block binds the body by a digest.", token: digested, request: withDigest(bodyDigest())})
	s.authorize(authorize{id: "cosigners-single-digest-elsewhere", base: "cosigners-single-digest", spec: []string{"D-17", "D-26"}, attacks: []string{"A29"}, flags: []string{"unbound-approval"},
		comment: "The digest stands in another block than the grant that leaves arguments free: each block is bound by itself, or not.",
		token:   digested.Without(1, 10).With(2, forge.Digest(bodyDigest())), request: withDigest(bodyDigest()), verdict: "not-cosigned", claim: 9})

	// k of n.
	abc := []forge.Key{a, b, c}
	for _, key := range []struct {
		name string
		key  forge.Key
	}{{"first", a}, {"second", b}, {"third", c}} {
		yes("1-of-3-"+key.name, "One of three keys is enough, here the "+key.name+".", chain(1, abc, []hop{{key.key, single()}}, present), "A28")
	}
	no("1-of-3-none", "1-of-3-first", "None of three keys has signed.", chain(1, abc, []hop{{worker2(), single()}}, present), 0, "any-signer", "A28")
	yes("2-of-3", "Two of three keys: the first names the second, who seals.", chain(2, abc, []hop{{a, single()}, {b, plainHop}}, plain), "A28")
	yes("2-of-3-reversed", "The order of the list is not the order of signing.", chain(2, abc, []hop{{c, single()}, {a, plainHop}}, plain), "A28")
	no("2-of-3-one", "2-of-3", "One of the two is missing: k is a number, not a switch.", chain(2, abc, []hop{{a, single()}}, present), 0, "any-for-all", "A28")
	no("2-of-3-one-other", "2-of-3", "Two keys have signed, and one of them is not listed.", chain(2, abc, []hop{{a, single()}, {worker2(), plainHop}}, plain), 0, "any-signer", "A28")
	yes("3-of-3", "Three of three keys.", chain(3, abc, []hop{{a, single()}, {b, plainHop}, {c, plainHop}}, plain), "A28")
	no("3-of-3-two", "3-of-3", "Two of three: one less than k.", chain(3, abc, []hop{{a, single()}, {b, plainHop}}, plain), 0, "off-by-one", "A28")
	no("2-of-3-before-bound", "2-of-3", "The first approver signs before anything is bound: only the second signature counts.",
		chain(2, abc, []hop{{a, plainHop}, {b, plainHop}}, present), 0, "unbound-approval", "A29")

	// Who can't approve.
	yes("own-next", "The next key of the demanding block stands in the list, and its holder presents: by design, the block's author asked for it.",
		chain(1, []forge.Key{worker}, nil, present), "A27")
	no("own-signer", "own-next", "The key that signed the demanding block stands in the list: the root can't approve what it demands.",
		chain(1, []forge.Key{trusted}, nil, present), 0, "counts-own-block", "A27", "A28")
	low := func(list forge.Key) forge.Token {
		return forge.Chain("root", "orchestrator", "worker").With(1, forge.Cosigners(1, list.Public()))
	}
	yes("low-next", "The second block demands the signature of the key that it names.", low(worker), "A27")
	no("low-signer", "low-next", "The second block demands the signature of its own signer.", low(forge.NewKey("orchestrator")), 1, "counts-own-block", "A27", "A28")
	no("low-root", "low-next", "The second block demands the root's signature, which is an earlier one.", low(trusted), 1, "counts-earlier-block", "A27", "A28")
	bound := forge.Chain("root", "orchestrator", "worker").With(1, append(single(), forge.Cosigners(1, worker.Public()))...)
	yes("bound-demand", "The demanding block is bound, and so is the seal below it.", bound, "A29")
	no("bound-in-demand", "bound-demand", "Only the demanding block itself is bound, which came before anyone had to look at it.",
		bound.Splice(2, forge.NewBlock("bound plain", forge.Key{}, plain...)), 1, "counts-own-block", "A29")
	demandLow := func(seal []forge.Pair) forge.Token {
		return forge.Chain("root", "orchestrator").Truncate(1).Append(
			forge.NewBlock("demand 1", worker, single()...),
			forge.NewBlock("demand 2", a, forge.Cosigners(1, a.Public())),
			forge.NewBlock("demand 3", forge.Key{}, seal...))
	}
	yes("demand-below-bound", "A bound block, then the demand, then a presentation by the approver.", demandLow(present), "A29")
	no("bound-before-demand", "demand-below-bound", "The only bound block stands above the demand: what an earlier holder narrowed is not what the approver was shown under this demand.",
		demandLow(plain), 2, "unbound-approval", "A29")
	sealDemand := forge.Chain("root", "worker")
	yes("seal-none", "The seal demands nothing.", sealDemand, "A28")
	for _, q := range []struct {
		id, comment string
		key         forge.Key
	}{
		{"signer", "A demand in the sealing block for its own signature: no block comes after it.", worker},
		{"root", "A demand in the sealing block for the root's signature, an earlier one.", trusted},
		{"absent", "A demand in the sealing block for a key that has signed nothing.", a},
	} {
		no("seal-"+q.id, "seal-none", q.comment, sealDemand.With(1, forge.Cosigners(1, q.key.Public())), 1, "counts-own-block", "A28")
	}

	// A cosigner that is a holder as well.
	holder := func(hopClaims, seal []forge.Pair) forge.Token {
		t := forge.Chain("root", "worker").With(0, forge.Cosigners(1, a.Public())).Truncate(1)
		return t.Append(forge.NewBlock("holder 1", a, plainHop...), forge.NewBlock("holder 2", b, hopClaims...), forge.NewBlock("holder 3", forge.Key{}, seal...))
	}
	yes("holder", "The approver's key is also a holder's: it delegates with a bound block, and that is an approval.", holder(single(), plain), "A29")
	no("holder-delegates", "holder", "The same key delegates without narrowing, as holders do: an agent's every hand-over would be an approval.",
		holder(plainHop, present), 0, "unbound-approval", "A29")

	// Two demands.
	two := func(hops []hop, seal []forge.Pair) forge.Token {
		return chain(1, listA, hops, seal)
	}
	demandA := forge.Cosigners(1, a.Public())
	yes("two-demands", "Two blocks demand the same key, and one signature below both serves both.",
		two([]hop{{b, []forge.Pair{demandA}}, {a, single()}}, plain), "A28")
	no("two-demands-late", "two-demands", "The second demand stands in the approver's own block: the approval came too early for it.",
		two([]hop{{a, single()}, {b, []forge.Pair{demandA}}}, plain), 2, "counts-own-block", "A28")
	demandB := forge.Cosigners(1, b.Public())
	yes("two-keys", "Two blocks demand one key each, and both have signed.",
		two([]hop{{a, append(single(), demandB)}, {b, single()}}, plain), "A28")
	no("two-keys-weaker", "two-keys", "The child demands an easier approver and gets it; the root's demand still stands.",
		two([]hop{{b, append(single(), demandB)}}, present), 0, "last-block-wins", "A28", "C1")

	// Ceilings.
	under := func(id, base, comment, ceilingText string, t forge.Token, flag string, attacks ...string) {
		q := authorize{id: "cosigners-ceiling-" + id, spec: []string{"D-17", "D-22"}, attacks: attacks, comment: comment, token: t,
			roots: []vectors.Root{root(trusted, ceilingText)}}
		if base != "" {
			q.base, q.verdict, q.block, q.claim, q.flags = "cosigners-ceiling-"+base, "not-cosigned", ceiling, 9, []string{flag}
		}
		s.authorize(q)
	}
	approved := forge.Chain("root", "worker", "approver").With(1, single()...)
	under("approver", "", "The ceiling demands an approver, who has sealed.", cosignedText(1, a), approved, "", "A9")
	under("none", "approver", "The ceiling demands another approver than the one who has sealed.", cosignedText(1, b), approved, "demand-ignored", "A9")
	byRoot := forge.Token{Root: trusted}.Append(forge.NewBlock("root presents", forge.Key{}, forge.Presentation()...))
	under("root", "", "The ceiling demands the root, which presents for itself: below a ceiling any block counts, block 0 too.", cosignedText(1, trusted), byRoot, "", "A9", "A28")
	under("root-unbound", "root", "The root has signed block 0, as it signs every token, but that block is not bound.", cosignedText(1, trusted), forge.Chain("root", "worker"), "unbound-approval", "A9", "A29")
	boundRoot := forge.Chain("root", "worker").With(0, single()...).Without(1, 7)
	under("root-bound", "", "Block 0 is bound and single, so the root's signature is an approval.", cosignedText(1, trusted), boundRoot, "", "A9")
	under("root-and-worker", "", "The root's signature and the worker's both count below a bound block 0.", cosignedText(2, trusted, worker), boundRoot, "", "A9")
	under("root-and-other", "root-and-worker", "One of two is missing.", cosignedText(2, trusted, a), boundRoot, "any-for-all", "A9", "A28")

	// One approval, several requests.
	once := chain(1, listA, []hop{{a, single()}}, present)
	again := once.Splice(2, forge.NewBlock("sealed again", forge.Key{}, forge.Presentation()...))
	s.sequence(sequence{id: "cosigners-once", spec: []string{"D-17", "U-2"}, attacks: []string{"A29"}, tokens: []forge.Token{once},
		comment: "One approval is used once.", steps: []play{{uses: used(1, 1, 1, 2, 1, 1)}}})
	s.sequence(sequence{id: "cosigners-once-replayed", base: "cosigners-once", spec: []string{"D-17", "U-4"}, attacks: []string{"A29", "E20"}, flags: []string{"replay"}, tokens: []forge.Token{once},
		comment: "The approved request comes twice: the bound block above the seal is spent, and block order decides.",
		steps:   []play{{uses: used(1, 1, 1, 2, 1, 1)}, {verdict: "exhausted", block: 1, claim: 7}}})
	s.sequence(sequence{id: "cosigners-sealed-twice", base: "cosigners-once", spec: []string{"D-17", "U-4"}, attacks: []string{"A29", "A3"}, flags: []string{"replay"}, tokens: []forge.Token{once, again},
		comment: "The approver seals the same request a second time: the use that was asked of it is spent.",
		steps:   []play{{uses: used(1, 1, 1, 2, 1, 1)}, {token: 1, verdict: "exhausted", block: 1, claim: 7}}})
}

// worker2 is a key in no list.
func worker2() forge.Key { return forge.NewKey("bystander") }
