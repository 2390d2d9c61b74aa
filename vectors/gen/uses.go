package main

import (
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// presents returns the open token with a presentation of this name appended:
// presentations of different names are different blocks.
func presents(open forge.Token, name string, changes ...forge.Pair) forge.Token {
	t := open.Append(forge.NewBlock("presents "+name, forge.Key{}, forge.Presentation()...))
	return t.With(len(t.Blocks)-1, changes...)
}

// seals returns the open token with a seal appended that restricts nothing but the
// service.
func seals(open forge.Token, name string, claims ...forge.Pair) forge.Token {
	return open.Append(forge.NewBlock("seals "+name, forge.Key{}, append([]forge.Pair{forge.Services(forge.Service, "reports")}, claims...)...))
}

// useCases: what is counted, where, and until when.
func useCases(s *suite) {
	limit := func(n uint64) forge.Pair { return forge.Uses(forge.Use(n, forge.Service)) }
	parent := func(n uint64) forge.Token { return forge.Chain("root", "worker").Truncate(1).With(0, limit(n)) }
	child := func(n uint64, name string, own uint64) forge.Token {
		return parent(n).Append(forge.NewBlock("child "+name, forge.NewKey("child "+name), limit(own)))
	}
	free := forge.Chain("root", "worker").Truncate(1)
	exhausted := func(token, block int) play {
		return play{token: token, verdict: "exhausted", block: block, claim: 7}
	}
	replayed := func(token, block int) play {
		return play{token: token, verdict: "replayed", block: block, claim: 7}
	}
	add := func(id, base, comment string, spec, attacks, flags []string, tokens []forge.Token, steps ...play) {
		q := sequence{id: "uses-" + id, comment: comment, spec: spec, attacks: attacks, flags: flags, tokens: tokens, steps: steps}
		if base != "" {
			q.base = "uses-" + base
		}
		s.sequence(q)
	}
	one := func(t forge.Token) []forge.Token { return []forge.Token{t} }

	// Replays.
	add("once", "", "A presentation is used, and charged once.", []string{"U-2", "U-3"}, []string{"E12"}, nil, one(presents(free, "a")),
		play{uses: used(1, 1, 1)})
	add("replay", "once", "The same presentation comes again, in the same second.", []string{"U-4", "U-5"}, []string{"E12"}, []string{"replay"}, one(presents(free, "a")),
		play{uses: used(1, 1, 1)}, replayed(0, 1), replayed(0, 1))
	add("replay-later", "once", "The same presentation comes again in its last second: a guard that remembers for half a minute has forgotten it.", []string{"U-5", "U-6"}, []string{"E12"}, []string{"replay", "forgets-early"}, one(presents(free, "a")),
		play{uses: used(1, 1, 1)}, play{at: 59, verdict: "replayed", block: 1, claim: 7})
	add("replay-other-request", "once", "A plain seal for one use is spent on one record, and then asked for another: the counter is the block's, not the request's.", []string{"U-2", "U-5"}, []string{"E12", "H11"}, []string{"counts-requests"},
		one(seals(free, "a", limit(1))), play{uses: used(1, 1, 1)}, play{request: ptr(request("database:list", "orders/1")), verdict: "replayed", block: 1, claim: 7})
	add("seal-of-three", "", "A seal that is good three times is used three times.", []string{"U-3"}, []string{"E13"}, nil, one(seals(free, "a", limit(3))),
		play{uses: used(1, 1, 3)}, play{uses: used(1, 2, 3)}, play{uses: used(1, 3, 3)})
	add("seal-of-three-fourth", "seal-of-three", "The fourth use of a seal for three is called replayed too: it is the sealing block's limit.", []string{"U-4", "U-5"}, []string{"E12"}, []string{"off-by-one"}, one(seals(free, "a", limit(3))),
		play{uses: used(1, 1, 3)}, play{uses: used(1, 2, 3)}, play{uses: used(1, 3, 3)}, replayed(0, 1))
	add("plain-seal", "", "A seal without limit under a chain without limits is good again and again, by design, and needs no ledger.", []string{"U-1", "D-28"}, []string{"E13"}, nil, one(seals(free, "a")),
		play{noLedger: true}, play{noLedger: true}, play{})
	rootSeals := func(n uint64) forge.Token {
		return forge.Chain("root").With(0, limit(n))
	}
	add("root-alone", "", "A token of one block is sealed by the root itself, for two uses.", []string{"U-3", "U-5"}, nil, nil, one(rootSeals(2)),
		play{uses: used(0, 1, 2)}, play{uses: used(0, 2, 2)})
	add("root-alone-replayed", "root-alone", "Its third use is replayed and not exhausted: block 0 is the sealing block.", []string{"U-5"}, []string{"E20"}, []string{"exhausted-or-replayed"}, one(rootSeals(2)),
		play{uses: used(0, 1, 2)}, play{uses: used(0, 2, 2)}, replayed(0, 0))

	// Ancestors and siblings.
	abc := []forge.Token{presents(parent(2), "a"), presents(parent(2), "b"), presents(parent(2), "c")}
	add("siblings", "", "Two presentations under a limit of two.", []string{"U-2", "U-3"}, []string{"A3", "E3"}, nil, abc,
		play{uses: used(0, 1, 2, 1, 1, 1)}, play{token: 1, uses: used(0, 2, 2, 1, 1, 1)})
	add("siblings-third", "siblings", "A third presentation has its own use, and the limit above it none left: siblings share their ancestor's budget.", []string{"U-2", "U-4"}, []string{"A3", "E3"}, []string{"counts-leaf-only"}, abc,
		play{uses: used(0, 1, 2, 1, 1, 1)}, play{token: 1, uses: used(0, 2, 2, 1, 1, 1)}, exhausted(2, 0), exhausted(2, 0))
	add("replay-costs-nothing", "siblings", "Somebody replays the first presentation over and over: the parent's second use is still there for the second one.", []string{"U-2", "U-4", "U-5"}, []string{"E5", "E12"}, []string{"half-charge"}, abc,
		play{uses: used(0, 1, 2, 1, 1, 1)}, replayed(0, 1), replayed(0, 1), replayed(0, 1), play{token: 1, uses: used(0, 2, 2, 1, 1, 1)})
	add("both-spent", "siblings", "The parent's limit and the seal's own are both spent: block order decides, so exhausted.", []string{"U-4", "U-5"}, []string{"E20"}, []string{"exhausted-or-replayed"}, one(presents(parent(1), "a")),
		play{uses: used(0, 1, 1, 1, 1, 1)}, exhausted(0, 0))
	add("both-spent-later", "siblings", "Replayed as long as the parent has uses left, exhausted once a sibling has spent them.", []string{"U-4", "U-5"}, []string{"E20"}, []string{"exhausted-or-replayed"}, abc,
		play{uses: used(0, 1, 2, 1, 1, 1)}, replayed(0, 1), play{token: 1, uses: used(0, 2, 2, 1, 1, 1)}, exhausted(0, 0), exhausted(1, 0))
	middle := forge.Chain("root", "orchestrator", "worker").Truncate(2).With(1, limit(1))
	add("middle", "", "A limit of one in the middle block, under a seal without any.", []string{"U-2", "U-3"}, nil, nil, one(seals(middle, "a")), play{uses: used(1, 1, 1)})
	add("middle-twice", "middle", "The limit of one is not the sealing block's: exhausted, and not replayed.", []string{"U-4", "U-5"}, []string{"E20"}, []string{"exhausted-or-replayed"}, one(seals(middle, "a")),
		play{uses: used(1, 1, 1)}, exhausted(0, 1))
	add("middle-sibling", "middle", "Another seal under the middle block of one use.", []string{"U-4"}, []string{"E3"}, []string{"counts-leaf-only"}, []forge.Token{seals(middle, "a"), seals(middle, "b")},
		play{uses: used(1, 1, 1)}, exhausted(1, 1))

	x, y := child(3, "x", 2), child(3, "y", 2)
	xy := []forge.Token{presents(x, "x1"), presents(x, "x2"), presents(x, "x3"), presents(y, "y1"), presents(y, "y2")}
	add("own-limit", "", "A child with a limit of two under a parent of three: each use is charged to all three blocks.", []string{"U-2", "U-3"}, []string{"E3"}, nil, xy,
		play{uses: used(0, 1, 3, 1, 1, 2, 2, 1, 1)}, play{token: 1, uses: used(0, 2, 3, 1, 2, 2, 2, 1, 1)})
	add("own-limit-third", "own-limit", "The child's limit is spent, the parent's is not.", []string{"U-4"}, []string{"E3"}, []string{"counts-root-only"}, xy,
		play{uses: used(0, 1, 3, 1, 1, 2, 2, 1, 1)}, play{token: 1, uses: used(0, 2, 3, 1, 2, 2, 2, 1, 1)}, exhausted(2, 1))
	add("half-charge", "own-limit", "The child that is spent keeps asking: nothing moves at the parent, whose third use is its other child's.", []string{"U-2", "U-4"}, []string{"E4"}, []string{"half-charge"}, xy,
		play{uses: used(0, 1, 3, 1, 1, 2, 2, 1, 1)}, play{token: 1, uses: used(0, 2, 3, 1, 2, 2, 2, 1, 1)}, exhausted(2, 1), exhausted(2, 1),
		play{token: 3, uses: used(0, 3, 3, 1, 1, 2, 2, 1, 1)})
	add("interleaved", "own-limit", "Two children of two under a parent of three, in turn: the fourth use is one too many for the parent, whoever asks.", []string{"U-2", "U-4"}, []string{"E3"}, []string{"sum-of-children"}, xy,
		play{uses: used(0, 1, 3, 1, 1, 2, 2, 1, 1)}, play{token: 3, uses: used(0, 2, 3, 1, 1, 2, 2, 1, 1)},
		play{token: 1, uses: used(0, 3, 3, 1, 2, 2, 2, 1, 1)}, exhausted(4, 0))
	greedy := child(2, "greedy", 100)
	add("starved", "siblings", "A child writes a limit of a hundred under a parent of two, and spends both: a larger number below has no effect, and its sibling starves.", []string{"U-2", "U-4"}, []string{"E3", "C1"}, []string{"last-block-wins"},
		[]forge.Token{presents(greedy, "g1"), presents(greedy, "g2"), presents(greedy, "g3"), presents(parent(2), "a")},
		play{uses: used(0, 1, 2, 1, 1, 100, 2, 1, 1)}, play{token: 1, uses: used(0, 2, 2, 1, 2, 100, 2, 1, 1)}, exhausted(2, 0), exhausted(3, 0))
	var split []forge.Token
	for i := range 4 {
		split = append(split, presents(child(3, fmt.Sprint(i), 3), fmt.Sprint(i)))
	}
	add("split", "own-limit", "A holder of three uses makes four children of three each: there are three uses in all.", []string{"U-2", "U-4"}, []string{"E3"}, []string{"sum-of-children"}, split,
		play{uses: used(0, 1, 3, 1, 1, 3, 2, 1, 1)}, play{token: 1, uses: used(0, 2, 3, 1, 1, 3, 2, 1, 1)}, play{token: 2, uses: used(0, 3, 3, 1, 1, 3, 2, 1, 1)}, exhausted(3, 0))

	// Whatever is denied is free.
	other := request(forge.Interface, "secrets/1")
	add("denied-free", "once", "Requests that some claim denies, before and after: none of them spends the use.", []string{"U-2", "D-14"}, []string{"E5"}, []string{"charge-before-claims"}, one(presents(parent(1), "a")),
		play{request: &other, verdict: "not-allowed", claim: 6}, play{service: "billing", verdict: "wrong-service", claim: 3},
		play{at: -61, verdict: "not-yet-valid", block: 1, claim: 5}, play{uses: used(0, 1, 1, 1, 1, 1)})
	add("denied-by-seal", "once", "The seal's own claim denies, after the parent's limit was passed: the parent must not be charged on the way.", []string{"U-2", "D-14"}, []string{"E5", "E4"}, []string{"charge-before-claims"}, one(presents(parent(1), "a")),
		play{request: ptr(request(forge.Interface, "customers/43")), verdict: "not-allowed", block: 1, claim: 6}, play{uses: used(0, 1, 1, 1, 1, 1)})
	blockID := func(t forge.Token, i int) []string {
		id := t.Trace()[i].ID
		return []string{hex.EncodeToString(id[:])}
	}
	add("revoked-between", "siblings", "The first presentation is revoked, replayed and denied for that; its sibling gets the next number.", []string{"R-1", "U-2"}, []string{"G9", "E5"}, []string{"charge-before-revocation"}, abc,
		play{uses: used(0, 1, 2, 1, 1, 1)}, play{revoked: &vectors.Revoked{IDs: blockID(abc[0], 1)}, verdict: "revoked", block: 1},
		play{token: 1, revoked: &vectors.Revoked{IDs: blockID(abc[0], 1)}, uses: used(0, 2, 2, 1, 1, 1)})
	add("revoked-parent", "siblings", "The parent is revoked in between: its second use is worth nothing any more.", []string{"R-1"}, []string{"G9"}, []string{"revocation-ignored"}, abc,
		play{uses: used(0, 1, 2, 1, 1, 1)}, play{token: 1, revoked: &vectors.Revoked{IDs: blockID(abc[0], 0)}, verdict: "revoked", block: 0})
	add("stale-between", "once", "The revocation list is out of date, so nothing is charged; with a good one the first use is number one.", []string{"R-3", "U-2"}, []string{"G9"}, []string{"charge-before-revocation"}, one(presents(free, "a")),
		play{revoked: &vectors.Revoked{Stale: true}, verdict: "revocation-stale", block: noBlock}, play{uses: used(1, 1, 1)})
	three := vectors.Request{Accesses: append(append(request("database:read", "customers/1").Accesses, request("database:read", "customers/2").Accesses...), request("database:list", "orders/1").Accesses...)}
	add("one-charge-per-request", "", "A request of three accesses is one use: a join would otherwise cost three.", []string{"U-2", "U-3", "D-14"}, nil, []string{"charge-per-access"}, one(seals(parent(2), "a")),
		play{request: &three, uses: used(0, 1, 2)}, play{request: &three, uses: used(0, 2, 2)})
	add("one-charge-per-request-third", "one-charge-per-request", "Two requests of three accesses have spent a limit of two.", []string{"U-2", "U-4"}, nil, []string{"charge-per-access"}, one(seals(parent(2), "a")),
		play{request: &three, uses: used(0, 1, 2)}, play{request: &three, uses: used(0, 2, 2)}, exhausted(0, 0))

	// Services.
	two := forge.Uses(forge.Use(2, forge.Service), forge.Use(1, "reports"))
	both := one(seals(free.With(0, two), "a"))
	reports := func(p play) play { p.service = "reports"; return p }
	add("two-services", "", "One block with limits at two services is counted at each by itself.", []string{"U-9", "U-3"}, []string{"E11"}, nil, both,
		play{uses: used(0, 1, 2)}, reports(play{uses: used(0, 1, 1)}), play{uses: used(0, 2, 2)})
	add("two-services-spent", "two-services", "Spent at one service, the block still has a use at the other one, and then none.", []string{"U-4", "U-9"}, []string{"E11", "E6"}, []string{"counter-without-service"}, both,
		play{uses: used(0, 1, 2)}, play{uses: used(0, 2, 2)}, exhausted(0, 0), reports(play{uses: used(0, 1, 1)}), reports(exhausted(0, 0)))
	guard := one(seals(free, "a", forge.Uses(forge.Use(1, forge.Service), forge.Use(1, "reports"))))
	add("guard-two-services", "", "A seal for one use at each of two services is used at both: that is what its holder signed.", []string{"U-9"}, []string{"H7"}, nil, guard,
		play{uses: used(1, 1, 1)}, reports(play{uses: used(1, 1, 1)}))
	add("guard-two-services-again", "guard-two-services", "Each service remembers its own use.", []string{"U-5", "U-9"}, []string{"H7", "E12"}, []string{"replay"}, guard,
		play{uses: used(1, 1, 1)}, reports(play{uses: used(1, 1, 1)}), replayed(0, 1), reports(replayed(0, 1)))
	add("elsewhere", "two-services", "The child limits uses here only, its parent at both services: there it is not this service's to count.", []string{"D-15"}, []string{"E11"}, []string{"uses-ignored"},
		one(seals(free.With(0, two), "a", limit(1))), play{uses: used(0, 1, 2, 1, 1, 1)}, reports(play{verdict: "wrong-service", block: 1, claim: 7}))

	// No ledger.
	add("no-ledger", "once", "The service has no ledger: it must not take the limit for kept.", []string{"U-1"}, []string{"E14", "E12"}, []string{"no-ledger-permits"}, one(presents(free, "a")),
		play{noLedger: true, verdict: "no-ledger", block: 1, claim: 7})
	add("no-ledger-parent", "middle", "Only a block in the middle has a limit, and the service no ledger.", []string{"U-1"}, []string{"E14"}, []string{"no-ledger-permits", "counts-leaf-only"}, one(seals(middle, "a")),
		play{noLedger: true, verdict: "no-ledger", block: 1, claim: 7})
	add("no-ledger-first", "siblings", "Two blocks have limits: the first one is named.", []string{"U-1", "D-1"}, []string{"E14"}, []string{"no-ledger-permits"}, abc,
		play{noLedger: true, verdict: "no-ledger", block: 0, claim: 7})
	add("no-ledger-then", "once", "Denied where there is no ledger, then permitted where there is one: nothing was charged in between.", []string{"U-1", "U-3"}, []string{"E14"}, []string{"no-ledger-permits"}, one(presents(free, "a")),
		play{noLedger: true, verdict: "no-ledger", block: 1, claim: 7}, play{uses: used(1, 1, 1)})

	// What names a counter.
	resigned := func(t forge.Token, i int, key forge.Key, r int64) forge.Token {
		return t.Edit(i, func(b *forge.Block) {
			b.Sign = func(m []byte) []byte { return key.SignWithNonce(m, big.NewInt(r)) }
		})
	}
	seal := presents(free, "a")
	worker := forge.NewKey("worker")
	add("signed-again", "once", "The holder signs the same sealing block again, with another random number: another signature and the same id.", []string{"K-1", "U-5"}, []string{"A15"}, []string{"id-over-signature"},
		[]forge.Token{seal, resigned(seal, 1, worker, 12345), resigned(seal, 1, worker, 67890)},
		play{uses: used(1, 1, 1)}, replayed(1, 1), replayed(2, 1))
	add("parent-signed-again", "siblings", "The root signs block 0 twice: what hangs below has other ids, but block 0 has one counter.", []string{"K-1", "U-4"}, []string{"A15"}, []string{"id-over-signature"},
		[]forge.Token{presents(parent(1), "a"), resigned(presents(parent(1), "b"), 0, trusted, 12345)},
		play{uses: used(0, 1, 1, 1, 1, 1)}, exhausted(1, 0))
	add("one-nonce", "once", "Two seals that happen to have one nonce and equal claims under one parent are one block: one use, never two.", []string{"K-1", "U-5"}, []string{"E12", "A26"}, []string{"id-over-signature"},
		[]forge.Token{presents(free, "a"), presents(free, "a")}, play{uses: used(1, 1, 1)}, replayed(1, 1))
	tenant := forge.Chain("tenant", "worker").Truncate(1)
	same := tenant.Edit(0, func(b *forge.Block) { *b = free.Blocks[0] })
	s.sequence(sequence{id: "uses-two-prefixes", spec: []string{"K-1", "U-3"}, attacks: []string{"E6"}, flags: []string{"id-without-prefix"},
		comment: "The same payloads under two roots are different blocks: an id over the payload alone lets one tenant spend the other's uses.",
		tokens:  []forge.Token{presents(free, "a"), presents(same, "a")},
		roots:   []vectors.Root{root(trusted, ""), root(forge.NewKey("tenant"), "")},
		steps:   []play{{uses: used(1, 1, 1)}, {token: 1, uses: used(1, 1, 1)}}})
	add("two-nonces", "", "Two delegations that differ in their nonce only have a counter each.", []string{"K-1", "U-3"}, []string{"E6"}, nil,
		[]forge.Token{presents(parent(1), "a"), presents(parent(1).With(0, forge.Nonce([]byte("another!"))), "a")},
		play{uses: used(0, 1, 1, 1, 1, 1)}, play{token: 1, uses: used(0, 1, 1, 1, 1, 1)})

	// Large limits.
	const maxInt = 1<<53 - 1
	add("greatest", "", "The greatest limit is a number like any other: in a double it is exact, in 32 bits it is not.", []string{"U-9", "U-3"}, []string{"E2", "B11"}, []string{"integer-overflow"}, one(seals(parent(maxInt), "a", limit(maxInt-1))),
		play{uses: used(0, 1, maxInt, 1, 1, maxInt-1)}, play{uses: used(0, 2, maxInt, 1, 2, maxInt-1)})
	add("greatest-seal", "greatest", "The greatest limit above a seal for one use.", []string{"U-4", "U-9"}, []string{"E2"}, []string{"integer-overflow"}, one(seals(parent(maxInt), "a", limit(1))),
		play{uses: used(0, 1, maxInt, 1, 1, 1)}, replayed(0, 1))
	add("2-to-32", "", "A limit of 2^32: cut to 32 bits it is 0, and nothing is permitted.", []string{"U-9", "U-3"}, []string{"E2"}, []string{"integer-overflow"}, one(seals(parent(1<<32), "a")),
		play{uses: used(0, 1, 1<<32)}, play{uses: used(0, 2, 1<<32)})

	useTimes(s, free, limit, add)
}

// useTimes: how long a counter is kept, and by whose clock.
func useTimes(s *suite, free forge.Token, limit func(uint64) forge.Pair,
	add func(id, base, comment string, spec, attacks, flags []string, tokens []forge.Token, steps ...play)) {
	// until returns a token whose block 0 expires after so many seconds and has a limit.
	until := func(seconds int, n uint64) forge.Token {
		return free.With(0, forge.Expires(uint64(forge.Now+seconds)), limit(n))
	}
	plain := func(seconds int, n uint64) forge.Token { return seals(until(seconds, n), fmt.Sprint(seconds)) }
	expired := func(token, at, ledgerAt, block int) play {
		return play{token: token, at: at, ledger: true, ledgerAt: ledgerAt, verdict: "expired", block: block, claim: 7}
	}
	list := func(t ...forge.Token) []forge.Token { return t }
	e7, e8 := []string{"E7"}, []string{"E8"}

	hour := free.With(0, limit(2))
	late := presents(hour, "late", forge.Starts(forge.Now+3600), forge.Expires(forge.Now+3660))
	add("kept", "", "The parent's counter is kept for as long as the parent lives, though the presentation that made it lived for a second.", []string{"U-6", "U-3"}, e7, []string{"lifetime-of-leaf"},
		list(presents(hour, "short", forge.Expires(forge.Now+1)), late),
		play{uses: used(0, 1, 2, 1, 1, 1)}, play{token: 1, at: 3600, uses: used(0, 2, 2, 1, 1, 1)})
	once := free.With(0, limit(1))
	add("kept-spent", "kept", "The holder attenuates to one second, waits an hour and presents again: where the counter lived as long as the leaf, the parent's use is there again.", []string{"U-6", "U-4"}, e7, []string{"lifetime-of-leaf"},
		list(presents(once, "short", forge.Expires(forge.Now+1)), presents(once, "late", forge.Starts(forge.Now+3600), forge.Expires(forge.Now+3660))),
		play{uses: used(0, 1, 1, 1, 1, 1)}, play{token: 1, at: 3600, verdict: "exhausted", claim: 7})
	add("never-shorter", "kept", "A long presentation comes first and a short one second: a later charge must not shorten the counter's life.", []string{"U-6", "U-4"}, e7, []string{"lifetime-of-leaf"},
		list(presents(hour, "long", forge.Expires(forge.Now+7200)), presents(hour, "short", forge.Expires(forge.Now+1)), late),
		play{uses: used(0, 1, 2, 1, 1, 1)}, play{token: 1, uses: used(0, 2, 2, 1, 1, 1)}, play{token: 2, at: 3600, verdict: "exhausted", claim: 7})
	add("claims-first", "once", "The presentation has expired by the verifier's clock too: that is its claim 4, found before any counter is looked at.", []string{"D-12", "U-6"}, e8, []string{"order-of-steps"},
		list(presents(free, "a")), play{uses: used(1, 1, 1)}, play{at: 60, verdict: "expired", block: 1, claim: 4})

	add("ledger-behind", "", "The ledger's clock is an hour behind: it forgets later, and counts as well.", []string{"U-8", "U-3"}, e8, nil, list(plain(100, 2)),
		play{ledger: true, ledgerAt: -3600, uses: used(0, 1, 2)}, play{ledger: true, ledgerAt: -3600, at: 50, uses: used(0, 2, 2)})
	add("ledger-behind-spent", "ledger-behind", "With its clock behind, the ledger still knows that the limit is spent.", []string{"U-4", "U-8"}, e8, []string{"forgets-early"}, list(plain(100, 1)),
		play{ledger: true, ledgerAt: -3600, uses: used(0, 1, 1)}, play{ledger: true, ledgerAt: -3600, at: 50, verdict: "exhausted", claim: 7})
	add("ledger-last-second", "", "By the ledger's clock the counter's last second has come: it is still kept.", []string{"U-6", "U-3"}, e8, []string{"off-by-one"}, list(plain(100, 2)),
		play{uses: used(0, 1, 2)}, play{at: 50, ledger: true, ledgerAt: 99, uses: used(0, 2, 2)})
	add("ledger-forgets", "ledger-last-second", "The ledger's clock is ahead, and has forgotten the counter while the verifier finds the token valid: to count from 1 again would permit it twice.", []string{"U-4", "U-8"}, e8, []string{"forgets-and-counts-again"}, list(plain(100, 2)),
		play{uses: used(0, 1, 2)}, expired(0, 50, 100, 0), expired(0, 51, 101, 0))
	add("ledger-goes-back", "ledger-last-second", "Having forgotten, the ledger's clock is set back: the floor stays, since what is forgotten is not known again.", []string{"U-8"}, e8, []string{"floor-falls"}, list(plain(100, 2)),
		play{uses: used(0, 1, 2)}, expired(0, 50, 100, 0), expired(0, 50, 0, 0), expired(0, 51, -3600, 0))
	add("ledger-ahead-first", "", "The ledger's clock is ahead of a counter that it has never had: it has forgotten nothing, and so must not refuse.", []string{"U-8", "U-3"}, e8, []string{"floor-is-clock"}, list(plain(100, 2)),
		play{ledger: true, ledgerAt: 200, uses: used(0, 1, 2)})
	add("ledger-ahead-second", "ledger-ahead-first", "Then it forgets that counter, and refuses to make it again.", []string{"U-4", "U-8"}, e8, []string{"forgets-and-counts-again"}, list(plain(100, 2)),
		play{ledger: true, ledgerAt: 200, uses: used(0, 1, 2)}, expired(0, 1, 200, 0))
	add("floor-is-greatest-forgotten", "", "The floor is the end of what was forgotten, 100, not the clock's 500: a counter that ends at 101 could not have been among it.", []string{"U-8", "U-3"}, e8, []string{"floor-is-clock", "off-by-one"}, list(plain(100, 2), plain(101, 2)),
		play{uses: used(0, 1, 2)}, play{token: 1, at: 50, ledger: true, ledgerAt: 500, uses: used(0, 1, 2)})
	same := seals(until(100, 2).With(0, forge.Nonce([]byte("another!"))), "same end")
	add("floor-equal", "floor-is-greatest-forgotten", "Another block's counter that ends at the floor itself might have been forgotten: refused, although it never was there.", []string{"U-4", "U-8"}, e8, []string{"off-by-one"}, list(plain(100, 2), same),
		play{uses: used(0, 1, 2)}, expired(1, 50, 100, 0))
	add("floor-below", "floor-is-greatest-forgotten", "So is a counter that ends before the floor.", []string{"U-4", "U-8"}, e8, []string{"floor-by-counter"}, list(plain(100, 2), plain(99, 2)),
		play{uses: used(0, 1, 2)}, expired(1, 50, 100, 0))
	add("floor-other-kept", "floor-is-greatest-forgotten", "A counter that exists is charged whatever the floor is, up to its limit.", []string{"U-4", "U-8"}, e8, []string{"floor-denies-known"}, list(plain(100, 2), plain(1000, 2)),
		play{uses: used(0, 1, 2)}, play{token: 1, uses: used(0, 1, 2)}, expired(0, 50, 100, 0), play{token: 1, at: 60, ledger: true, ledgerAt: 100, uses: used(0, 2, 2)})
	add("floor-by-service", "ledger-last-second", "Each service's ledger has its own clock and floor: what one has forgotten the other counts.", []string{"U-8", "U-9"}, e8, []string{"shared-floor"},
		list(seals(free.With(0, forge.Expires(forge.Now+100), forge.Uses(forge.Use(2, forge.Service), forge.Use(2, "reports"))), "both")),
		play{uses: used(0, 1, 2)}, expired(0, 50, 100, 0), play{service: "reports", at: 50, uses: used(0, 1, 2)})

	// Block order, with the floor and the limit in different blocks.
	add("order-exhausted-first", "once", "Block 0 is spent and the seal's counter forgotten: block order decides, so exhausted.", []string{"U-4", "D-1"}, []string{"E8", "E20"}, []string{"order-of-steps"},
		list(presents(once, "a")), play{uses: used(0, 1, 1, 1, 1, 1)}, play{at: 30, ledger: true, ledgerAt: 60, verdict: "exhausted", claim: 7})
	add("order-expired-second", "once", "Block 0 has uses left and the seal's counter is forgotten: expired at the seal, and block 0 is not charged, as its second use shows.", []string{"U-4", "U-2", "U-8"}, []string{"E8", "E4"}, []string{"half-charge", "forgets-and-counts-again"},
		list(presents(hour, "a"), late), play{uses: used(0, 1, 2, 1, 1, 1)}, expired(0, 30, 60, 1), play{token: 1, at: 3600, uses: used(0, 2, 2, 1, 1, 1)})
	order := seals(until(100, 2), "order", limit(1))
	add("order-expired-first", "ledger-last-second", "Both counters are forgotten with their parent's end: the lowest block is named.", []string{"U-4", "U-6", "U-8"}, e8, []string{"order-of-steps"}, list(order),
		play{uses: used(0, 1, 2, 1, 1, 1)}, expired(0, 50, 100, 0))

	// The end of a counter is the least expiry up to its block.
	later := seals(free.With(0, forge.Expires(forge.Now+100)).Append(forge.NewBlock("later", forge.NewKey("leaf"), forge.Expires(forge.Now+1000), limit(2))), "later")
	add("end-from-above", "", "A block says that it expires after its parent does; its counter is kept until the parent's end.", []string{"U-6", "U-3"}, []string{"E7", "C1"}, nil, list(later),
		play{uses: used(1, 1, 2)}, play{at: 50, ledger: true, ledgerAt: 99, uses: used(1, 2, 2)})
	add("end-from-above-forgotten", "end-from-above", "At the parent's end the counter may be forgotten, and is then refused at its own block.", []string{"U-4", "U-6", "U-8"}, []string{"E7", "E8"}, []string{"end-of-own-block"}, list(later),
		play{uses: used(1, 1, 2)}, expired(0, 50, 100, 1))
	below := seals(free.With(0, forge.Expires(forge.Now+1000), limit(2)), "below", forge.Expires(forge.Now+100))
	add("end-not-from-below", "", "The seal expires before block 0, whose counter does not end with it.", []string{"U-6", "U-3"}, e7, []string{"lifetime-of-leaf"}, list(below),
		play{uses: used(0, 1, 2)}, play{at: 50, ledger: true, ledgerAt: 500, uses: used(0, 2, 2)})
	add("end-not-from-below-spent", "end-not-from-below", "Long after the seal's end by the ledger's clock, block 0's count still stands.", []string{"U-6", "U-4"}, e7, []string{"lifetime-of-leaf"}, list(below),
		play{uses: used(0, 1, 2)}, play{at: 50, ledger: true, ledgerAt: 500, uses: used(0, 2, 2)}, play{at: 51, ledger: true, ledgerAt: 999, verdict: "exhausted", claim: 7})
}
