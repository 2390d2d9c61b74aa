package main

import (
	"fmt"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// hops returns a token of n blocks, all but the last of which name a key. None of
// them expires early, and the last one is a presentation.
func hops(n int) forge.Token {
	var names []string
	for i := range n - 1 {
		names = append(names, fmt.Sprintf("holder %d", i))
	}
	return forge.Chain("root", names...)
}

// single returns the claims that bind a block to the standard request, once, and
// name no service and no time.
func single() []forge.Pair {
	return []forge.Pair{
		forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{forge.Resource})),
		forge.Uses(forge.Use(1, forge.Service)),
	}
}

// cosignedText is a ceiling that demands k approvals.
func cosignedText(k int, keys ...forge.Key) string {
	list := ""
	for i, key := range keys {
		if i > 0 {
			list += ", "
		}
		public := key.Public()
		list += text("ed25519:", public[:])
	}
	return fmt.Sprintf("cosigned by %d of {%s}", k, list)
}

// delegationCases: how many more holders there may be.
func delegationCases(s *suite) {
	d16, c21 := []string{"D-16"}, []string{"C21"}
	many := func(id, base, comment string, t forge.Token, block int, flags ...string) {
		s.authorize(authorize{id: "delegations-" + id, base: "delegations-" + base, spec: d16, attacks: c21, flags: flags,
			comment: comment, token: t, verdict: "too-many-delegations", block: block, claim: 8})
	}
	few := func(id, comment string, t forge.Token, flags ...string) {
		s.authorize(authorize{id: "delegations-" + id, spec: d16, attacks: c21, flags: flags, comment: comment, token: t})
	}
	with := func(blocks, i int, n uint64) forge.Token { return hops(blocks).With(i, forge.Delegations(n)) }

	few("0", "No delegations: block 0 names the holder, who presents. Neither its own key nor the seal counts, or nobody could use the token.", with(2, 0, 0), "counts-own-block", "counts-seal")
	many("0-of-1", "0", "The holder has delegated although it may not.", with(3, 0, 0), 0, "off-by-one")
	for n := 1; n <= 4; n++ {
		few(fmt.Sprint(n), fmt.Sprintf("%d later blocks name a key, as many as may.", n), with(n+2, 0, uint64(n)))
		many(fmt.Sprintf("%d-of-%d", n, n+1), fmt.Sprint(n), fmt.Sprintf("%d later blocks name a key, one more than may.", n+1), with(n+3, 0, uint64(n)), 0, "off-by-one")
	}
	few("14", "Sixteen blocks, the most there are: fourteen of them are later than block 0 and name a key.", with(16, 0, 14))
	many("13", "14", "Sixteen blocks, and a delegation too many.", with(16, 0, 13), 0, "off-by-one")
	few("15", "A limit that no token can reach.", with(16, 0, 15))

	few("middle", "The limit of a later block counts from there: one block below it names a key.", with(4, 1, 1))
	many("middle-0", "middle", "The limit stands in the second block, and the third names a key.", with(4, 1, 0), 1, "skips-a-block")
	few("last-delegate", "A limit of 0 in the last block that names a key: its own is not counted.", with(4, 2, 0), "counts-own-block")
	few("seal", "A limit in the sealing block limits nothing, as nothing follows.", with(4, 3, 0), "counts-seal")
	one := with(4, 0, 2).With(1, forge.Delegations(1)).With(2, forge.Delegations(0))
	few("each-less", "Each block permits one less than the block above, and that is just enough.", one)
	many("smaller-later", "each-less", "A smaller number in the second block counts, although block 0 would permit more.", one.With(1, forge.Delegations(0)), 1, "first-block-wins")
	larger := with(4, 0, 2).With(1, forge.Delegations(15))
	few("larger-later", "A larger number in a later block has no effect, here because block 0 permits it anyway.", larger)
	many("larger-later-too-many", "larger-later", "A larger number in a later block does not lift the limit above it: where the last one wins, each holder writes its own.", larger.With(0, forge.Delegations(1)), 0, "last-block-wins")

	// The hop to an approver is not counted where the list stands at or above the limit.
	approver, other := forge.NewKey("approver"), forge.NewKey("other approver")
	// approved: root -> worker -> (bound) approver -> seal.
	approved := forge.Chain("root", "worker", "approver").With(1, single()...)
	demand := forge.Cosigners(1, approver.Public())
	exempt := approved.With(0, demand, forge.Delegations(0))
	few("approver", "The hop to an approver is no delegation where the limiting block itself demands it: otherwise no delegate could ask for approval.", exempt, "counts-approver")
	many("approver-other", "approver", "The list names another key beside the approver, and the hop is to a third: only listed keys are exempt.",
		exempt.With(0, forge.Cosigners(1, approver.Public(), other.Public())).Splice(1,
			forge.NewBlock("hop 1", forge.NewKey("friend"), forge.Expires(forge.Now+600)),
			forge.NewBlock("hop 2", approver, single()...),
			forge.NewBlock("hop 3", forge.Key{}, forge.Presentation()...)), 0, "exempts-all")
	few("approver-above", "The list stands above the block that limits.", approved.With(0, demand).Splice(1,
		forge.NewBlock("above 1", forge.NewKey("leaf"), forge.Delegations(0)),
		forge.NewBlock("above 2", approver, single()...),
		forge.NewBlock("above 3", forge.Key{}, forge.Presentation()...)), "counts-approver")
	own := func(n uint64) forge.Token {
		t := forge.Chain("root", "worker", "friend").With(0, forge.Delegations(n))
		return t.With(1, forge.Cosigners(1, forge.NewKey("friend").Public()))
	}
	few("own-list-1", "A holder that may delegate once names a friend, and demands its signature besides.", own(1))
	many("own-list", "own-list-1", "A holder that may not delegate lists its friend as cosigner and names it: a list below the limit exempts nobody, or the limit is void.", own(0), 0, "exempts-lower-list")
	below := func(n uint64) forge.Token {
		return forge.Chain("root", "worker", "leaf", "friend").With(0, forge.Delegations(n)).With(2, forge.Cosigners(1, forge.NewKey("friend").Public()))
	}
	few("deep-list-2", "Two hops under a limit of two; the second block demands the third holder's signature.", below(2))
	many("deep-list", "deep-list-2", "Two hops under a limit of one: a list further down exempts nobody either.", below(1), 0, "exempts-lower-list")
	seal := forge.Chain("root", "worker", "friend").With(0, forge.Delegations(1))
	few("without-list", "A hop under a limit of one.", seal)
	many("without-demand", "approver", "The approver's hop is bound and good for one use, but nobody has listed the approver.", exempt.Without(0, 9), 0, "exempts-bound")

	// Ceilings.
	limit := func(id, base, comment, ceilingText string, t forge.Token, flags ...string) {
		a := authorize{id: "delegations-ceiling-" + id, spec: []string{"D-16", "D-22"}, attacks: []string{"C21", "A9"}, flags: flags, comment: comment,
			token: t, roots: []vectors.Root{root(trusted, ceilingText)}}
		if base != "" {
			a.base, a.verdict, a.block, a.claim = "delegations-ceiling-"+base, "too-many-delegations", ceiling, 8
		}
		s.authorize(a)
	}
	limit("root-alone", "", "Under a ceiling of 0 the root itself may present: its token names no key.", "delegations 0", hops(1))
	limit("0", "root-alone", "Under a ceiling of 0 block 0 may name nobody: for a ceiling, block 0 is a later block.", "delegations 0", hops(2), "skips-block-0")
	limit("1", "", "Under a ceiling of 1 block 0 may name a holder.", "delegations 1", hops(2))
	limit("1-of-2", "1", "Under a ceiling of 1 that holder may not delegate.", "delegations 1", hops(3), "skips-block-0")
	limit("larger-inside", "1", "Block 0 says 15, and the ceiling of 1 stands.", "delegations 1", hops(3).With(0, forge.Delegations(15)), "last-block-wins")
	limit("approver", "", "The ceiling itself demands the approver, whose hop it then does not count.", "delegations 1\n"+cosignedText(1, approver), approved, "counts-approver")
	limit("list-below", "approver", "Block 0 demands the approver, the ceiling does not: for the ceiling, that list is below the limit.", "delegations 1", approved.With(0, demand), "exempts-lower-list")
	s.authorize(authorize{id: "delegations-ceiling-list", spec: []string{"D-16", "D-22"}, attacks: c21, flags: []string{"counts-approver"},
		comment: "The list stands in the ceiling, the limit of 0 in block 0: the ceiling is above every block.",
		token:   approved.With(0, forge.Delegations(0)), roots: []vectors.Root{root(trusted, cosignedText(1, approver))}})
	s.authorize(authorize{id: "delegations-ceiling-list-none", base: "delegations-ceiling-list", spec: []string{"D-16"}, attacks: c21, flags: []string{"exempts-bound"},
		comment: "The same without the ceiling's list: the hop is counted.",
		token:   approved.With(0, forge.Delegations(0)), verdict: "too-many-delegations", claim: 8})
}
