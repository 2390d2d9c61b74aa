package predicates

import (
	"fmt"
	"slices"
	"strconv"
)

// A Relation says how a block compares with the chain above it. The zero
// Relation is [Unknown].
type Relation uint8

const (
	// Unknown: neither is certain, neither that the chain above permits all
	// that the block asks for, nor that it does not.
	Unknown Relation = iota

	// Narrower: the chain above permits all that the block asks for.
	Narrower

	// Wider: the block asks for something that a block above does not permit.
	Wider

	// Dead: no request can be permitted any more once the block is appended, or
	// the block makes a demand that can't have the intended effect.
	Dead
)

// String returns the name of the relation, such as "wider".
func (r Relation) String() string {
	switch r {
	case Unknown:
		return "unknown"
	case Narrower:
		return "narrower"
	case Wider:
		return "wider"
	case Dead:
		return "dead"
	}
	return "relation " + strconv.Itoa(int(r))
}

// A Comparison is the outcome of [Narrow]. The zero Comparison is Unknown. Where
// the relation is Narrower, the other fields are zero.
type Comparison struct {
	Relation Relation

	// Block is the block above that permits less, counted from 0, or -1 where
	// the fault lies in the block that is compared alone.
	Block int

	// Claim is the number of the claim in question.
	Claim int

	// Reason says in one line of printable ASCII what is in question, such as
	// `allow[0]: resource "orders" for interface "database:read" is not in what
	// block 1 allows`.
	Reason string

	// Witness is a request that the grants of the compared block match and those
	// of Block do not. It is set where the relation is Wider and the claim is
	// allow, and nil otherwise.
	Witness *Request
}

// Narrow compares the claims of a block with those of the chain above it, from
// block 0 on, that root signs: does the block ask for more than the chain
// permits? With nothing above it, only what is dead by itself is found. The
// child must name its next key already, if it is to name one: without one it is
// compared as the block that seals.
//
// Narrow is for those who write tokens, whom it keeps from mistakes (SPEC 14).
// Verification never relies on it: a block that asks for more has no more.
//
// Claims are compared in the order of their numbers. The first that is Wider or
// Dead is reported, Dead before Wider within a claim; Unknown only where no
// claim is either. Claims that the child lacks ask for nothing.
//
//   - services, uses: a service that a services list above leaves out, uses at a
//     service that a uses list above leaves out, or more uses, is Wider; no service
//     left in common by all lists of both kinds is Dead.
//   - expires, starts: a later end or an earlier start is Wider. A start that is
//     not before the end is Dead: what the leeway of a verifier's clock would
//     still let through is not meant.
//   - allow: Wider needs a witness. No grants, or none that any request can
//     match, is Dead.
//   - delegations: more than a block above leaves is Wider, a next key too many
//     is Dead; Unknown where the block asks an approver, whom a ceiling may list.
//   - cosigners: keys that can't sign later, or that the block itself names next,
//     and a seal without the approvals that are demanded above are Dead.
//   - digest: one that differs from another is Dead.
//   - fresh: more seconds are Wider; a seal that is no presentation, or one that
//     lasts too long, is Dead where any block demands one.
//   - next, label and extensions only add.
//
// For grants without arguments the answer is exact over names of any length, also
// where several grants above together permit what one grant asks for. It is
// Unknown only where all that is asked for too much is names beyond the limits
// (SPEC 10). Where arguments are restricted, Narrower and Wider are certain as
// well, and Unknown is left for rare conditions, mostly several on one text.
//
// The work is bounded by the sizes of the claims: each pattern of the child is
// compared with each different pattern above, once.
func Narrow(above []Claims, root Key, child Claims) Comparison {
	n := narrowing{
		chain: slices.Concat(above, []Claims{child}),
		above: above,
		child: &child,
		root:  root,
	}
	result := Comparison{Relation: Narrower}
	for _, compare := range [...]func() *Comparison{
		n.services, n.expires, n.starts, n.allow, n.uses, n.delegations, n.cosigners, n.digest, n.fresh,
	} {
		switch c := compare(); {
		case c == nil:
		case c.Relation == Unknown:
			result = *c
		default:
			return *c
		}
	}
	return result
}

// narrowing is one comparison. Its methods compare one claim each, and return
// nil where they find nothing.
type narrowing struct {
	chain []Claims // above and then child
	above []Claims
	child *Claims
	root  Key
}

// itself is the Block of a fault that lies in the child alone.
const itself = -1

func dead(block, claim int, reason string, arguments ...any) *Comparison {
	return &Comparison{Relation: Dead, Block: block, Claim: claim, Reason: fmt.Sprintf(reason, arguments...)}
}

func wider(block, claim int, reason string, arguments ...any) *Comparison {
	return &Comparison{Relation: Wider, Block: block, Claim: claim, Reason: fmt.Sprintf(reason, arguments...)}
}

// number returns the Block of a Comparison for a block of the chain.
func (n *narrowing) number(block int) int {
	if block == len(n.above) {
		return itself
	}
	return block
}

// serviceSet is the services that some lists have in common. The zero value is
// all services.
type serviceSet struct {
	restricted bool
	names      []string
}

func (s *serviceSet) keep(names []string) {
	if !s.restricted {
		s.restricted, s.names = true, slices.Clone(names)
		return
	}
	s.names = slices.DeleteFunc(s.names, func(name string) bool { return !slices.Contains(names, name) })
}

// restrict keeps the services of the claim services and, with uses set, those at
// which there are uses.
func (s *serviceSet) restrict(c *Claims, uses bool) {
	if c.Has(ClaimServices) {
		s.keep(c.services)
	}
	if uses && c.Has(ClaimUses) {
		names := make([]string, len(c.uses))
		for i, u := range c.uses {
			names[i] = u.Service
		}
		s.keep(names)
	}
}

func (s *serviceSet) empty() bool { return s.restricted && len(s.names) == 0 }

// noService looks for the first block above with which no service is left,
// starting from those of the child.
func (n *narrowing) noService(claim int, uses bool) *Comparison {
	var s serviceSet
	s.restrict(n.child, uses)
	if s.empty() {
		return dead(itself, claim, "%s: no service stands both in services and in uses", ClaimName(claim))
	}
	for i := range n.above {
		s.restrict(&n.above[i], uses)
		if s.empty() {
			return dead(i, claim, "%s: with block %d no service is left", ClaimName(claim), i)
		}
	}
	return nil
}

func (n *narrowing) services() *Comparison {
	if c := n.noService(ClaimServices, false); c != nil {
		return c
	}
	if !n.child.Has(ClaimServices) {
		return nil
	}
	if !n.child.Has(ClaimUses) {
		// What clashes with uses above is the services.
		if c := n.noService(ClaimServices, true); c != nil {
			return c
		}
	}
	for i := range n.above {
		a := &n.above[i]
		for _, name := range n.child.services {
			if a.Has(ClaimServices) && !slices.Contains(a.services, name) {
				return wider(i, ClaimServices, "services: %s is not in the list of block %d", quoteShort(name), i)
			}
		}
	}
	return nil
}

// leastExpires returns the first of the blocks that expire soonest.
func leastExpires(blocks []Claims) (block int, found bool) {
	for i := range blocks {
		if blocks[i].Has(ClaimExpires) && (!found || blocks[i].expires < blocks[block].expires) {
			block, found = i, true
		}
	}
	return block, found
}

// greatestStarts returns the first of the blocks that start latest.
func greatestStarts(blocks []Claims) (block int, found bool) {
	for i := range blocks {
		if blocks[i].Has(ClaimStarts) && (!found || blocks[i].starts > blocks[block].starts) {
			block, found = i, true
		}
	}
	return block, found
}

// leastFresh returns the first of the blocks that demand the freshest
// presentation.
func leastFresh(blocks []Claims) (block int, found bool) {
	for i := range blocks {
		if blocks[i].Has(ClaimFresh) && (!found || blocks[i].fresh < blocks[block].fresh) {
			block, found = i, true
		}
	}
	return block, found
}

func (n *narrowing) expires() *Comparison {
	if !n.child.Has(ClaimExpires) {
		return nil
	}
	end := n.child.expires
	if i, ok := greatestStarts(n.chain); ok && n.chain[i].starts >= end {
		if i == len(n.above) {
			return dead(itself, ClaimExpires, "expires: %s is not after the start, %s", printTime(end), printTime(n.child.starts))
		}
		return dead(i, ClaimExpires, "expires: %s is not after %s, the start of block %d", printTime(end), printTime(n.above[i].starts), i)
	}
	if i, ok := leastExpires(n.above); ok && end > n.above[i].expires {
		return wider(i, ClaimExpires, "expires: %s is later than %s, the end of block %d", printTime(end), printTime(n.above[i].expires), i)
	}
	return nil
}

func (n *narrowing) starts() *Comparison {
	// An end of the child's own is compared with all starts by expires.
	end, ends := leastExpires(n.above)
	start, ok := greatestStarts(n.chain)
	if ok && ends && n.chain[start].starts >= n.above[end].expires {
		if start == len(n.above) {
			return dead(end, ClaimStarts, "starts: %s is not before %s, the end of block %d",
				printTime(n.child.starts), printTime(n.above[end].expires), end)
		}
		return dead(end, ClaimStarts, "starts: block %d starts at %s, not before %s, the end of block %d",
			start, printTime(n.above[start].starts), printTime(n.above[end].expires), end)
	}
	if i, ok := greatestStarts(n.above); ok && n.child.Has(ClaimStarts) && n.child.starts < n.above[i].starts {
		return wider(i, ClaimStarts, "starts: %s is earlier than %s, the start of block %d",
			printTime(n.child.starts), printTime(n.above[i].starts), i)
	}
	return nil
}

func (n *narrowing) allow() *Comparison {
	grants := n.child.allow
	var live []int // the grants that some request can match, as far as is known
	first := ""    // what is wrong with the first of the others
	for i := range grants {
		switch name, found := grants[i].contradiction(); {
		case !found:
			live = append(live, i)
		case first == "":
			first = fmt.Sprintf("allow[%d]: no value of argument %s meets all its conditions", i, quoteShort(name))
		}
	}
	switch {
	case !n.child.Has(ClaimAllow) || len(live) > 0:
	case len(grants) == 0:
		return dead(itself, ClaimAllow, "allow: the block permits nothing")
	case len(grants) == 1:
		return dead(itself, ClaimAllow, "%s", first)
	default:
		return dead(itself, ClaimAllow, "%s, and no other grant can match either", first)
	}
	for i := range n.above {
		if n.above[i].Has(ClaimAllow) && len(n.above[i].allow) == 0 {
			return dead(i, ClaimAllow, "allow: block %d permits nothing", i)
		}
	}
	var unknown *Comparison
	for i := range n.above {
		if !n.above[i].Has(ClaimAllow) {
			continue
		}
		if n.above[i].exact() && n.child.Has(ClaimAllow) && len(live) > 0 && !sameGrants(n.above[i].allow, grants) && unknown == nil {
			// What spells one request permits no part of it, and not in another order.
			unknown = &Comparison{Relation: Unknown, Block: i, Claim: ClaimAllow,
				Reason: fmt.Sprintf("allow: block %d spells one request, and this block spells it otherwise", i)}
		}
		above := newCover(n.above[i].allow)
		for _, j := range live {
			c := above.compare(&grants[j], i)
			if c == nil {
				continue
			}
			c.Reason = fmt.Sprintf("allow[%d]: %s", j, c.Reason)
			if c.Relation == Wider {
				return c
			}
			if unknown == nil {
				unknown = c
			}
		}
	}
	return unknown
}

func (n *narrowing) uses() *Comparison {
	if c := n.noService(ClaimUses, true); c != nil {
		return c
	}
	for i := range n.above {
		a := &n.above[i]
		if !a.Has(ClaimUses) {
			continue
		}
		for _, u := range n.child.uses {
			switch limit, ok := a.UsesLimit(u.Service); {
			case !ok:
				return wider(i, ClaimUses, "uses: block %d permits none at %s", i, quoteShort(u.Service))
			case u.Limit > limit:
				return wider(i, ClaimUses, "uses: %d at %s is more than the %d of block %d", u.Limit, quoteShort(u.Service), limit, i)
			}
		}
	}
	return nil
}

// sameGrants reports whether two lists hold the same grants in the same order.
func sameGrants(a, b []Grant) bool {
	return slices.EqualFunc(a, b, func(g, h Grant) bool { return g.String() == h.String() })
}

func (n *narrowing) delegations() *Comparison {
	e := evaluation{blocks: n.chain, context: &Context{}}
	var tooMany *Comparison
	for i := range n.above {
		a := &n.above[i]
		if !a.Has(ClaimDelegations) {
			continue
		}
		count := e.delegations(i)
		left := int(a.delegations) - count
		switch {
		case left < 0 && n.child.Has(ClaimNext) && n.child.exact():
			// It may name an approver whom a ceiling lists, and the writer knows none.
			return &Comparison{Relation: Unknown, Block: i, Claim: ClaimDelegations, Reason: fmt.Sprintf(
				"delegations: block %d permits %d, and with this block there are %d, if no ceiling demands this approver", i, a.delegations, count)}
		case left < 0:
			return dead(i, ClaimDelegations, "delegations: block %d permits %d, and with this block there are %d", i, a.delegations, count)
		case tooMany == nil && n.child.Has(ClaimDelegations) && int(n.child.delegations) > left:
			tooMany = wider(i, ClaimDelegations, "delegations: %d is more than the %d that block %d leaves", n.child.delegations, left, i)
		}
	}
	return tooMany
}

func (n *narrowing) cosigners() *Comparison {
	seals := !n.child.Has(ClaimNext)
	if n.child.Has(ClaimCosigners) && seals {
		return dead(itself, ClaimCosigners, "cosigners: nobody signs after a block that names no next key")
	}
	// ATTACKS A27: a verifier would count these keys as it counts others, so the
	// demand could be less than it seems, or more than can be met.
	for i, key := range n.child.cosigners {
		if key == n.root {
			return dead(itself, ClaimCosigners, "cosigners[%d]: %s is the root's key, which signs no later block", i, key)
		}
		for j := range n.above {
			if n.above[j].Has(ClaimNext) && n.above[j].next == key {
				return dead(j, ClaimCosigners, "cosigners[%d]: %s is named by block %d, and signs no later block", i, key, j)
			}
		}
		if key == n.child.next {
			return dead(itself, ClaimCosigners, "cosigners[%d]: %s is the block's own next key, which would approve itself", i, key)
		}
	}
	if !seals {
		return nil
	}
	e := evaluation{blocks: n.chain, context: &Context{Root: n.root}}
	for i := range n.above {
		a := &n.above[i]
		if !a.Has(ClaimCosigners) {
			continue
		}
		if approvals := e.approvals(i, a); approvals < a.threshold {
			return dead(i, ClaimCosigners, "cosigners: block %d demands approval by %d of %d keys before the seal, and has %d",
				i, a.threshold, len(a.cosigners), approvals)
		}
	}
	return nil
}

func (n *narrowing) digest() *Comparison {
	first := -1
	for i := range n.chain {
		switch {
		case !n.chain[i].Has(ClaimDigest):
		case first < 0:
			first = i
		case n.chain[i].digest == n.chain[first].digest:
		case i == len(n.above):
			return dead(first, ClaimDigest, "digest: differs from that of block %d", first)
		default:
			return dead(i, ClaimDigest, "digest: those of blocks %d and %d differ", first, i)
		}
	}
	return nil
}

func (n *narrowing) fresh() *Comparison {
	if i, ok := leastFresh(n.chain); ok && !n.child.Has(ClaimNext) {
		demand := "the block itself"
		if i < len(n.above) {
			demand = fmt.Sprintf("block %d", i)
		}
		switch seconds, ok := n.child.presentation(); {
		case !ok:
			return dead(n.number(i), ClaimFresh,
				"fresh: %s demands a presentation: one service, both times, one use there, and one request", demand)
		case seconds > uint64(n.chain[i].fresh):
			return dead(n.number(i), ClaimFresh, "fresh: the presentation lasts %ds, and %s permits %ds", seconds, demand, n.chain[i].fresh)
		}
	}
	if i, ok := leastFresh(n.above); ok && n.child.fresh > n.above[i].fresh {
		return wider(i, ClaimFresh, "fresh: %ds is more than the %ds of block %d", n.child.fresh, n.above[i].fresh, i)
	}
	return nil
}
