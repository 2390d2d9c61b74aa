package main

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// arranged returns the frozen blocks of a token in another arrangement: none is
// signed again, as where a third party moves them.
func arranged(t forge.Token, order []int) forge.Token {
	frozen := t.Freeze()
	var blocks []forge.Block
	for _, i := range order {
		blocks = append(blocks, frozen.Blocks[i])
	}
	return frozen.Splice(0, blocks...)
}

// arrangement writes an order like 0-2-1-3.
func arrangement(order []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(order), "[]"), " ", "-")
}

// firstMoved returns the first position that does not hold its own block.
func firstMoved(order []int) int {
	for i, block := range order {
		if i != block {
			return i
		}
	}
	return len(order)
}

// permutations returns all orders of the numbers below n, in lexical order.
func permutations(n int) (all [][]int) {
	var extend func(order []int, used int)
	extend = func(order []int, used int) {
		if len(order) == n {
			all = append(all, append([]int(nil), order...))
		}
		for i := range n {
			if used&(1<<i) == 0 {
				extend(append(order, i), used|1<<i)
			}
		}
	}
	extend(nil, 0)
	return all
}

// chainCases: blocks that were moved, left out, repeated or taken from elsewhere,
// and tokens that are not anchored.
func chainCases(s *suite) {
	s.authorize(authorize{
		id: "chain-four-blocks", spec: []string{"K-1", "D-4", "D-6", "D-9"},
		comment: "Four blocks, each with allow and expires, so that one which is moved lacks neither.",
		token:   fourBlocks(),
	})
	s.authorize(authorize{
		id: "chain-standard", spec: []string{"K-1", "D-4", "D-6", "D-9"},
		comment: "Root, orchestrator, worker: three blocks.",
		token:   standard(),
	})
	s.authorize(authorize{
		id: "chain-one-block", spec: []string{"K-1", "D-6"},
		comment: "The root presents by itself: a token of one block must grant, expire and name services.",
		token:   forge.Chain("root"),
	})
	arrangementCases(s)
	resealCases(s)
	spliceCases(s)
	hintCases(s)
	rootCases(s)
	openCases(s)
	unboundedCases(s)
}

// arrangementCases: A1, A4, A18.
func arrangementCases(s *suite) {
	base := fourBlocks()
	seen := map[string]bool{"0-1-2-3": true}
	add := func(kind string, order []int, verdict string, block, claim int, spec []string, attacks, flags []string, comment string) {
		name := arrangement(order)
		if seen[name] {
			return
		}
		seen[name] = true
		s.authorize(authorize{
			id: "chain-" + kind + "-" + name, base: "chain-four-blocks", spec: spec, attacks: attacks, flags: flags, comment: comment,
			token: arranged(base, order), verdict: verdict, block: block, claim: claim,
		})
	}
	for n := 1; n < 4; n++ {
		order := []int{0, 1, 2}[:n]
		add("prefix", order, "not-sealed", n-1, 2, []string{"D-4"}, []string{"A1"}, []string{"truncation"},
			fmt.Sprintf("Only the first blocks are left, up to %d: all signatures are good, and a verifier that accepts it gives a parent's authority to whoever saw the token.", n-1))
	}
	for _, order := range permutations(4) {
		if order[3] == 3 {
			at := firstMoved(order)
			add("permuted", order, "bad-signature", at, 0, []string{"K-1", "D-9"}, []string{"A4"}, []string{"reordered"},
				fmt.Sprintf("The blocks stand in the order %s: a verifier that collects blocks as a set, or signs each alone, does not notice.", arrangement(order)))
			continue
		}
		at := 0
		for order[at] != 3 {
			at++
		}
		add("permuted", order, "malformed", at, 2, []string{"E-11"}, []string{"A4", "A18"}, []string{"seal-not-last"},
			fmt.Sprintf("In the order %s the sealing block stands at %d, and others follow: what follows a seal was written by nobody whom it names.", arrangement(order), at))
	}
	for set := 1; set < 15; set++ {
		var order []int
		for i := range 4 {
			if set&(1<<i) != 0 {
				order = append(order, i)
			}
		}
		if order[len(order)-1] != 3 {
			add("dropped", order, "not-sealed", len(order)-1, 2, []string{"D-4"}, []string{"A1", "A4"}, []string{"truncation", "dropped-block"},
				fmt.Sprintf("Only the blocks %s are left, without the seal.", arrangement(order)))
			continue
		}
		add("dropped", order, "bad-signature", firstMoved(order), 0, []string{"K-1", "D-9"}, []string{"A4"}, []string{"dropped-block"},
			fmt.Sprintf("Only the blocks %s are left: who drops a block drops what it restricts.", arrangement(order)))
	}
	for i := range 4 {
		for at := range 5 {
			order := []int{0, 1, 2, 3}
			order = append(order[:at:at], append([]int{i}, order[at:]...)...)
			if i == 3 || order[4] != 3 {
				first := 0
				for order[first] != 3 {
					first++
				}
				add("repeated", order, "malformed", first, 2, []string{"E-11"}, []string{"A4", "A18"}, []string{"repeated-block", "seal-not-last"},
					fmt.Sprintf("Block %d stands twice, in %s, and a sealing block is not the last.", i, arrangement(order)))
				continue
			}
			later := i + 1
			if at > i {
				later = at
			}
			add("repeated", order, "bad-key", later, 2, []string{"K-5", "D-5"}, []string{"A4", "A12"}, []string{"repeated-block", "repeated-key"},
				fmt.Sprintf("Block %d stands twice, in %s: the key that it names does so, too, which comes before its signature.", i, arrangement(order)))
		}
	}
	for i := range 3 {
		s.authorize(authorize{
			id: fmt.Sprintf("chain-seal-inside-%d", i), base: "chain-four-blocks", spec: []string{"E-11"}, attacks: []string{"A18"}, flags: []string{"seal-not-last"},
			comment: fmt.Sprintf("Block %d names no key, and the next one is signed by the key that it would have named: a verifier that keeps the last key it saw accepts.", i),
			token:   base.Without(i, 2),
			verdict: "malformed", block: i, claim: 2,
		})
	}
}

// resealCases: A2 and A30, sealing what one may not.
func resealCases(s *suite) {
	base := fourBlocks()
	mallory := forge.NewKey("mallory")
	for n := 1; n <= 3; n++ {
		s.authorize(authorize{
			id: fmt.Sprintf("chain-resealed-%d", n), base: "chain-four-blocks", spec: []string{"D-9", "K-1"}, attacks: []string{"A2"}, flags: []string{"wrong-key"},
			comment: fmt.Sprintf("After %d blocks somebody who has seen the token seals it with a key of his own: only the key that the block before names may.", n),
			token: base.Truncate(n).Append(forge.NewBlock("resealed", forge.Key{}, forge.Presentation()...)).
				Edit(n, func(b *forge.Block) { b.Sign = mallory.Sign }),
			verdict: "bad-signature", block: n,
		})
	}
	holder := forge.NewKey("holder")
	good := cosignedChain(forge.NewKey("spare").Public())
	other := good.With(1, forge.Nonce([]byte("another!")), forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{"customers/43"}))).
		With(2, forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{"customers/43"})))
	s.authorize(authorize{
		id: "chain-approved", spec: []string{"D-17", "D-9"}, attacks: []string{"A30"},
		comment: "The approver has sealed a block of the holder that is bound to one request.",
		token:   good,
	})
	s.authorize(authorize{
		id: "chain-approval-moved", base: "chain-approved", spec: []string{"K-1", "D-9"}, attacks: []string{"A30"}, flags: []string{"unbound-prefix"},
		comment: "The approver's seal stands on another block of the same holder, for another record: an approval that is not bound to its prefix approves everything.",
		token:   other.Freeze().Splice(2, good.Freeze().Blocks[2]),
		request: addressOf(request(forge.Interface, "customers/43")),
		verdict: "bad-signature", block: 2,
	})
	s.authorize(authorize{
		id: "chain-approval-by-holder", base: "chain-approved", spec: []string{"D-9"}, attacks: []string{"A30"}, flags: []string{"wrong-key"},
		comment: "The holder seals in place of the approver whom it has named.",
		token:   good.Edit(2, func(b *forge.Block) { b.Sign = holder.Sign }),
		verdict: "bad-signature", block: 2,
	})
}

// spliceCases: A5, blocks of other tokens that were signed by the very key that
// may sign here.
func spliceCases(s *suite) {
	base := fourBlocks()
	sibling := base
	for i := range base.Blocks {
		sibling = sibling.With(i, forge.Nonce([]byte(fmt.Sprintf("sibling%d", i))))
	}
	s.authorize(authorize{
		id: "chain-sibling", spec: []string{"K-1", "D-9"},
		comment: "The same keys, the same claims, other nonces: another token, and a good one.",
		token:   sibling,
	})
	frozen, foreign := base.Freeze(), sibling.Freeze()
	for i := range 4 {
		at, why := i, "it was signed by the right key, over another prefix"
		if i == 0 {
			at, why = 1, "it is good itself, being the root's, and block 1 was not signed over it"
		}
		t := frozen.Clone()
		t.Blocks[i] = foreign.Blocks[i]
		s.authorize(authorize{
			id: fmt.Sprintf("chain-exchanged-%d", i), base: "chain-sibling", spec: []string{"K-1", "D-9"}, attacks: []string{"A5"}, flags: []string{"unbound-prefix"},
			comment: fmt.Sprintf("Block %d is that of a sibling token with the same keys: %s.", i, why),
			token:   t,
			verdict: "bad-signature", block: at,
		})
		if i == 0 {
			continue
		}
		s.authorize(authorize{
			id: fmt.Sprintf("chain-spliced-%d", i), base: "chain-sibling", spec: []string{"K-1", "D-9"}, attacks: []string{"A5"}, flags: []string{"unbound-prefix"},
			comment: fmt.Sprintf("From block %d on, the blocks are those of a sibling token: a verifier that binds only keys lets restrictions of one token be left for those of another.", i),
			token:   frozen.Splice(i, foreign.Blocks[i:]...),
			verdict: "bad-signature", block: i,
		})
	}
	// The production token and the staging token of one agent.
	agent := forge.NewKey("agent")
	parent := func(name, service string) forge.Token {
		return forge.Token{Root: forge.NewKey("root")}.Append(
			forge.NewBlock(name, agent, forge.Services(service, forge.Service), forge.Expires(forge.Now+3600),
				forge.Allow(forge.Grant([]string{"database:*"}, []string{"**"}))),
			forge.NewBlock("child of "+name, forge.Key{}, forge.Presentation()...))
	}
	production, staging := parent("production", "production"), parent("staging", "staging")
	s.authorize(authorize{
		id: "chain-production", spec: []string{"K-1", "D-9"}, attacks: []string{"A5"},
		comment: "A token of an agent that uses one key for production and staging.",
		token:   production,
	})
	s.authorize(authorize{
		id: "chain-reparented", base: "chain-production", spec: []string{"K-1", "D-9"}, attacks: []string{"A5"}, flags: []string{"unbound-prefix"},
		comment: "The seal that the agent made under its staging token stands under its production token: one key, another prefix.",
		token:   production.Freeze().Splice(1, staging.Freeze().Blocks[1]),
		verdict: "bad-signature", block: 1,
	})
	// The same names and keys under another root.
	abroad := base
	abroad.Root = forge.NewKey("another root")
	for i := range 4 {
		t := frozen.Clone()
		t.Blocks[i] = abroad.Freeze().Blocks[i]
		s.authorize(authorize{
			id: fmt.Sprintf("chain-foreign-%d", i), base: "chain-four-blocks", spec: []string{"K-1", "D-9"}, attacks: []string{"A5", "A9"}, flags: []string{"unbound-prefix", "foreign-block"},
			comment: fmt.Sprintf("Block %d is that of a token with the same content under another trusted root: h_0 holds the root, so every block does.", i),
			token:   t,
			roots:   []vectors.Root{root(trusted, ""), root(abroad.Root, "")},
			verdict: "bad-signature", block: i,
		})
	}
	for i := range 4 {
		edited := base.With(i, forge.Expires(forge.Now+9*3600))
		t := frozen.Clone()
		t.Blocks[i] = edited.Edit(i, func(b *forge.Block) { b.Signature = forge.Bytes(base.Trace()[i].Signature) }).Freeze().Blocks[i]
		s.authorize(authorize{
			id: fmt.Sprintf("chain-edited-%d", i), base: "chain-four-blocks", spec: []string{"K-1", "D-9"}, attacks: []string{"A17"}, flags: []string{"unchecked-signature"},
			comment: fmt.Sprintf("Block %d expires later than what was signed: the plainest forgery, and a verifier that skips this block misses it.", i),
			token:   t,
			verdict: "bad-signature", block: i,
		})
	}
}

// hintCases: A6, the eight bytes that nobody signs as such.
func hintCases(s *suite) {
	base := forge.Chain("root")
	public, other := base.Root.Public(), forge.NewKey("another root")
	hint := hintOf(public)
	for count := 1; count <= 2; count++ {
		name, words, roots := "one-root", "The only trusted root has not", []vectors.Root{root(trusted, "")}
		if count == 2 {
			name, words = "two-roots", "Neither of two trusted roots has"
			roots = append(roots, root(other, ""))
		}
		passing := "chain-hint-" + name
		s.authorize(authorize{
			id: passing, spec: []string{"D-7"}, attacks: []string{"A6"},
			comment: fmt.Sprintf("A token of one block at a verifier that trusts %d of the roots.", count),
			token:   base, roots: roots,
		})
		for bit := range 64 {
			t := base.Clone()
			t.Hint = forge.Bytes(flipped(hint, bit))
			s.authorize(authorize{
				id: fmt.Sprintf("chain-hint-%s-bit-%d", name, bit), base: passing, spec: []string{"D-7"}, attacks: []string{"A6"}, flags: []string{"hint-unchecked"},
				comment: fmt.Sprintf("%s this hint, with bit %d turned over: a verifier that does not compare it whole accepts many spellings of one token.", words, bit),
				// The text alone: a hint changes nothing of what blocks hold, and these are many.
				text: t.Text(forge.Sealed), roots: roots,
				verdict: "unknown-root", block: noBlock,
			})
		}
	}
	t := base.Clone()
	t.Hint = forge.Bytes(hintOf(other.Public()))
	both := []vectors.Root{root(trusted, ""), root(other, "")}
	s.authorize(authorize{
		id: "chain-hint-of-another-root", base: "chain-hint-two-roots", spec: []string{"D-7", "D-9"}, attacks: []string{"A6"}, flags: []string{"hint-trusted"},
		comment: "The hint is that of the other trusted root: a verifier that then tries all its roots applies the wrong ceiling.",
		token:   t, roots: both,
		verdict: "bad-signature", block: 0,
	})
	t = base.Clone()
	t.Hint = forge.Bytes(public[:8])
	s.authorize(authorize{
		id: "chain-hint-of-key-bytes", base: "chain-hint-one-root", spec: []string{"D-7"}, attacks: []string{"A6"}, flags: []string{"wrong-hash"},
		comment: "The hint is the start of the root's key and not of its SHA-256.",
		token:   t,
		verdict: "unknown-root", block: noBlock,
	})
}

// rootCases: A8 and A9.
func rootCases(s *suite) {
	mallory := forge.Chain("mallory", "orchestrator", "worker")
	s.authorize(authorize{
		id: "chain-own-root", base: "chain-standard", spec: []string{"D-7"}, attacks: []string{"A8"}, flags: []string{"self-rooted"},
		comment: "A whole token under a root that nobody trusts: roots come from configuration only.",
		token:   mallory,
		verdict: "unknown-root", block: noBlock,
	})
	under := mallory.Clone()
	under.Hint = forge.Bytes(hintOf(trusted.Public()))
	s.authorize(authorize{
		id: "chain-own-root-under-trusted-hint", base: "chain-standard", spec: []string{"D-7", "D-9"}, attacks: []string{"A8"}, flags: []string{"self-rooted", "hint-trusted"},
		comment: "The same with the hint of the trusted root: the hint is for look-up, and proves nothing.",
		token:   under,
		verdict: "bad-signature", block: 0,
	})

	tenant := forge.NewKey("tenant")
	ceilings := []vectors.Root{
		root(trusted, "allow database:* on customers/**; services db-gateway"),
		root(tenant, "allow database:* on orders/**; fresh 60s; until 2026-11-22T12:00:00Z"),
	}
	ofTenant := forge.Chain("tenant", "orchestrator", "worker").
		With(1, forge.Allow(forge.Grant([]string{"database:read"}, []string{"customers/**", "orders/*"})))
	orders := request(forge.Interface, "orders/7")
	ordered := ofTenant.With(2, forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{"orders/7"})))
	s.authorize(authorize{
		id: "chain-ceiling", spec: []string{"D-10"}, attacks: []string{"A9"},
		comment: "Two roots, each with its ceiling: customers under this one.",
		token:   standard(), roots: ceilings,
	})
	s.authorize(authorize{
		id: "chain-ceiling-of-tenant", spec: []string{"D-10"}, attacks: []string{"A9"},
		comment: "And orders under that one.",
		token:   ordered, roots: ceilings, request: &orders,
	})
	denied := func(id, comment, flag string, t forge.Token, r *vectors.Request, roots []vectors.Root, verdict string, claim int, spec ...string) {
		base := "chain-ceiling"
		if t.Root.Public() == tenant.Public() {
			base = "chain-ceiling-of-tenant"
		}
		s.authorize(authorize{
			id: "chain-ceiling-" + id, base: base, spec: append([]string{"D-10"}, spec...), attacks: []string{"A9"}, flags: []string{"ceiling-ignored", flag},
			comment: comment, token: t, roots: roots, request: r, verdict: verdict, block: ceiling, claim: claim,
		})
	}
	denied("other-tenant", "A token of the tenant for customers: its own blocks permit it, and the ceiling of its root does not; that of the other root must not help.",
		"union-of-ceilings", ofTenant, nil, ceilings, "not-allowed", 6, "D-14")
	denied("other-tenant-reversed", "The same with the roots listed in the other order: the ceiling goes with the root, not with the place.",
		"union-of-ceilings", ofTenant, nil, []vectors.Root{ceilings[1], ceilings[0]}, "not-allowed", 6, "D-14")
	denied("orders", "A token of the first root for orders, which its blocks permit.",
		"union-of-ceilings", standard().With(1, forge.Allow(forge.Grant([]string{"database:read"}, []string{"orders/*"}))).
			With(2, forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{"orders/7"}))), &orders, ceilings, "not-allowed", 6, "D-14")
	denied("fresh", "A plain seal under a ceiling that demands presentations.",
		"claim-skipped", ordered.Without(2, 5, 7), &orders, ceilings, "not-fresh", 13, "D-20")
	denied("fresh-in-token", "The token demands fresh itself, and less: who applies the ceiling only where the token lacks the claim lets the seal live too long.",
		"ceiling-as-default", ordered.With(0, forge.Fresh(3600)).With(2, forge.Expires(forge.Now+61)), &orders, ceilings, "not-fresh", 13, "D-20")
	// What lives longer than the ceiling, a second before the ceiling's end and at it.
	long := ordered.With(1, forge.Expires(forge.Now+8*3600)).With(2, forge.Expires(forge.Now+7260), forge.Starts(forge.Now+7200))
	s.authorize(authorize{
		id: "chain-ceiling-until-before", spec: []string{"D-10", "D-12"}, attacks: []string{"A9"},
		comment: "One second before the ceiling of the root expires.",
		token:   long, roots: ceilings, request: &orders, now: forge.Now + 7199,
	})
	s.authorize(authorize{
		id: "chain-ceiling-until", base: "chain-ceiling-until-before", spec: []string{"D-10", "D-12"}, attacks: []string{"A9"}, flags: []string{"ceiling-ignored", "ceiling-as-default"},
		comment: "The ceiling's expiry has come, and those of all blocks have not: the least holds, wherever it stands.",
		token:   long, roots: ceilings, request: &orders, now: forge.Now + 7200,
		verdict: "expired", block: ceiling, claim: 4,
	})
	reports := standard().With(2, forge.Services("reports"), forge.Uses(forge.Use(1, "reports")))
	s.authorize(authorize{
		id: "chain-ceiling-of-service", spec: []string{"D-10", "D-11"}, attacks: []string{"A9"},
		comment: "A presentation at reports, under a ceiling that names reports.",
		token:   reports, roots: []vectors.Root{root(trusted, "services db-gateway, reports")}, service: "reports",
	})
	s.authorize(authorize{
		id: "chain-ceiling-service", base: "chain-ceiling-of-service", spec: []string{"D-10", "D-11"}, attacks: []string{"A9"}, flags: []string{"ceiling-ignored"},
		comment: "The token is for reports, and so is the service, but the ceiling of the root is for db-gateway only.",
		token:   reports, roots: []vectors.Root{root(trusted, "services db-gateway")}, service: "reports",
		verdict: "wrong-service", block: ceiling, claim: 3,
	})
}

// openCases: A1 and A19, tokens that nobody has sealed.
func openCases(s *suite) {
	open := standard().Truncate(2)
	for _, form := range []struct {
		id, text string
		bytes    []byte
		comment  string
	}{
		{"open-bytes", "", open.Encode(), "An open token, in bytes: whoever has it may hold its key or may not, and a verifier must not care."},
		{"open-text", open.Text(forge.Open), nil, "An open token, as text."},
		{"handoff-bytes", "", open.HandedOff().Encode(), "A handoff, in bytes: the secret comes with it, so the verifier could even seal it, and must not."},
		{"handoff-text", open.HandedOff().Text(forge.Handoff), nil, "A handoff, as text: a holder has sent what it should never send, and the answer must not repeat it."},
	} {
		s.authorize(authorize{
			id: "chain-" + form.id, base: "chain-standard", spec: []string{"D-4"}, attacks: []string{"A19"}, flags: []string{"not-sealed"}, comment: form.comment,
			bytes: form.bytes, text: form.text,
			verdict: "not-sealed", block: 1, claim: 2,
		})
	}
	s.authorize(authorize{
		id: "chain-present-and-delegate", base: "chain-standard", spec: []string{"D-4"}, attacks: []string{"A19"}, flags: []string{"not-sealed"},
		comment: "The last block is a presentation in all but that it names a key: whoever holds that key could still append.",
		token:   standard().WithNext(2, forge.NewKey("tool")),
		verdict: "not-sealed", block: 2, claim: 2,
	})
}

// unboundedCases: A20, C9 and D3.
func unboundedCases(s *suite) {
	base, one := standard(), forge.Chain("root")
	unbounded := func(id, from string, t forge.Token, block, claim int, attacks []string, flag, comment string) {
		s.authorize(authorize{
			id: "chain-unbounded-" + id, base: from, spec: []string{"D-6"}, attacks: attacks, flags: []string{"unbounded", flag}, comment: comment,
			token: t, verdict: "unbounded", block: block, claim: claim,
		})
	}
	unbounded("no-expires", "chain-standard", base.Without(0, 4), 0, 4, []string{"D3"}, "missing-expires",
		"Block 0 never expires, though the later blocks do: what its holder can hand out has no end.")
	unbounded("no-allow", "chain-standard", base.Without(0, 6), 0, 6, []string{"C9"}, "missing-allow",
		"Block 0 has no allow, and later blocks have: absent does not restrict, so this root has granted everything.")
	unbounded("empty-allow", "chain-standard", base.With(0, forge.Allow()), 0, 6, []string{"C9"}, "empty-is-absent",
		"Block 0 has an empty allow: the token can permit nothing, and a verifier that takes empty for absent permits everything.")
	unbounded("no-services", "chain-standard", base.Without(2, 3), 2, 3, []string{"A20"}, "missing-services",
		"The seal names no service, and block 0 names two: whoever receives it at one could use it at the other.")
	unbounded("one-block-no-services", "chain-one-block", one.Without(0, 3), 0, 3, []string{"A20"}, "missing-services",
		"The root's own seal names no service: block 0 is the last block, too, and both rules hold.")
	unbounded("one-block-no-expires", "chain-one-block", one.Without(0, 4), 0, 4, []string{"D3"}, "missing-expires",
		"The root's own seal never expires.")
	unbounded("one-block-no-allow", "chain-one-block", one.Without(0, 6), 0, 6, []string{"C9"}, "missing-allow",
		"The root's own seal has no allow.")
	unbounded("one-block-empty-allow", "chain-one-block", one.With(0, forge.Allow()), 0, 6, []string{"C9"}, "empty-is-absent",
		"The root's own seal has an empty allow.")
	s.authorize(authorize{
		id: "chain-bounded-once", base: "chain-standard", spec: []string{"D-6"}, flags: []string{"too-strict"},
		comment: "Block 1 has neither expires nor allow nor services: only block 0 and the seal must, and absent does not restrict.",
		token:   base.Without(1, 4, 6),
	})
	s.authorize(authorize{
		id: "chain-seal-of-services-only", base: "chain-standard", spec: []string{"D-6"}, flags: []string{"too-strict"},
		comment: "The seal holds a service and nothing else: a bearer string, but a good one.",
		token:   base.Without(2, 4, 5, 6, 7),
	})
	for i := 1; i < 3; i++ {
		s.authorize(authorize{
			id: fmt.Sprintf("chain-empty-allow-%d", i), base: "chain-standard", spec: []string{"D-14"}, attacks: []string{"C9"}, flags: []string{"empty-is-absent"},
			comment: fmt.Sprintf("Block %d has an empty allow: present and empty permits nothing, and a test of the length takes it for absent.", i),
			token:   base.With(i, forge.Allow()),
			verdict: "not-allowed", block: i, claim: 6,
		})
	}
}
