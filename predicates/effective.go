package predicates

import (
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Effective is what the blocks of a chain say together, for a person to read and
// for tools that stay within it. The zero Effective is that of no blocks, and
// names no service. Its slices belong to the caller.
type Effective struct {
	// Expires is the least end of all blocks and Starts the greatest start, in
	// seconds since 1970. Fresh is the least time, in seconds, that a presentation
	// may last.
	Expires Setting
	Starts  Setting
	Fresh   Setting

	// Delegations is how many more blocks may name a next key, where that is
	// limited and the last block names one. It is 0 also where there are too many
	// already.
	Delegations Setting

	// AnyService is true where no block restricts services. Otherwise Services
	// holds those that all lists have in common, those of uses included: none
	// means that no request is permitted.
	AnyService bool
	Services   []string

	// Sealed is true where the last block names no next key.
	Sealed bool

	blocks []Claims
}

// A Setting is a number that one block of a chain sets for all. The zero Setting
// is one that no block sets.
type Setting struct {
	Value   uint64
	Block   int // the first that sets this value
	Present bool
}

// EffectiveOf returns what the blocks of a chain, from block 0 on, say together.
// It judges nothing: a chain whose blocks contradict one another has an Effective
// too, which shows it. It copies what it keeps.
func EffectiveOf(blocks []Claims) Effective {
	e := Effective{blocks: slices.Clone(blocks)}
	if len(blocks) == 0 {
		return e
	}
	if i, ok := leastExpires(blocks); ok {
		e.Expires = Setting{blocks[i].expires, i, true}
	}
	if i, ok := greatestStarts(blocks); ok {
		e.Starts = Setting{blocks[i].starts, i, true}
	}
	if i, ok := leastFresh(blocks); ok {
		e.Fresh = Setting{uint64(blocks[i].fresh), i, true}
	}
	var services serviceSet
	for i := range blocks {
		services.restrict(&blocks[i], true)
	}
	e.AnyService, e.Services = !services.restricted, services.names
	e.Sealed = !blocks[len(blocks)-1].Has(ClaimNext)
	evaluation := e.evaluation()
	for i := range blocks {
		if e.Sealed || !blocks[i].Has(ClaimDelegations) {
			continue
		}
		left := uint64(max(0, int(blocks[i].delegations)-evaluation.delegations(i)))
		if !e.Delegations.Present || left < e.Delegations.Value {
			e.Delegations = Setting{left, i, true}
		}
	}
	return e
}

func (e *Effective) evaluation() evaluation {
	return evaluation{blocks: e.blocks, context: &Context{}}
}

// String returns a table of what holds, and which block says it, in printable
// ASCII but for the line ends. What is written in grants, names and keys is that
// of the text notation (SPEC 7); the table as a whole is not. Grants of different
// blocks must each permit a request; of the grants of one block, one must.
// A grant that adds nothing to another of its block is marked. The labels come
// last, because nobody checks them.
func (e Effective) String() string {
	if len(e.blocks) == 0 {
		return "no blocks"
	}
	var t table
	t.b.WriteString("blocks 0 to " + strconv.Itoa(len(e.blocks)-1))
	if e.Sealed {
		t.b.WriteString(", sealed")
	} else {
		t.b.WriteString(", open for " + e.blocks[len(e.blocks)-1].next.String())
	}
	t.row("", "block", "")

	if e.Expires.Present {
		t.add("until", e.Expires.Block, printTime(e.Expires.Value))
	} else {
		t.row("until", "-", "forever")
	}
	if e.Starts.Present {
		note := ""
		if e.Expires.Present && e.Starts.Value >= e.Expires.Value {
			note = " (not before the end)"
		}
		t.add("from", e.Starts.Block, printTime(e.Starts.Value)+note)
	}
	services := "any"
	if !e.AnyService {
		services = "none in common"
		if len(e.Services) > 0 {
			services = printNames(e.Services)
		}
	}
	t.row("services", "-", services)
	for i := range e.blocks {
		for _, u := range e.blocks[i].uses {
			t.add("uses", i, fmt.Sprintf("%d at %s", u.Limit, printName(u.Service)))
		}
	}
	if e.Delegations.Present {
		t.add("delegations", e.Delegations.Block, fmt.Sprintf("%d more", e.Delegations.Value))
	}
	if e.Fresh.Present {
		t.add("fresh", e.Fresh.Block, fmt.Sprintf("%ds", e.Fresh.Value))
	}
	evaluation := e.evaluation()
	for i := range e.blocks {
		c := &e.blocks[i]
		if c.Has(ClaimCosigners) {
			keys := make([]string, len(c.cosigners))
			for j, key := range c.cosigners {
				keys[j] = key.String()
			}
			t.add("cosigned", i, fmt.Sprintf("by %d of {%s}, %d so far", c.threshold, strings.Join(keys, ", "), evaluation.approvals(i, c)))
		}
	}
	for i := range e.blocks {
		if c := &e.blocks[i]; c.Has(ClaimDigest) {
			t.add("digest", i, "sha256:"+hex.EncodeToString(c.digest[:]))
		}
	}
	for i := range e.blocks {
		for _, x := range e.blocks[i].extensions {
			t.add("extension", i, printName(x.Name)+" h'"+hex.EncodeToString(x.Value)+"'")
		}
	}
	restricted := false
	for i := range e.blocks {
		c := &e.blocks[i]
		if !c.Has(ClaimAllow) {
			continue
		}
		restricted = true
		if len(c.allow) == 0 {
			t.add("allow", i, "nothing")
		}
		by := c.Swallowed()
		for j, g := range c.allow {
			text := g.String()
			if len(c.allow) > 1 {
				text = fmt.Sprintf("[%d] %s", j, text)
			}
			if by[j] >= 0 {
				text += fmt.Sprintf("  (adds nothing to [%d])", by[j])
			}
			t.add("allow", i, text)
		}
	}
	if !restricted {
		t.row("allow", "-", "anything")
	}
	for i := range e.blocks {
		if c := &e.blocks[i]; c.Has(ClaimLabel) {
			t.add("label", i, Quote(c.label)+" (unchecked)")
		}
	}
	return t.b.String()
}

// A table has three columns: what, which block says it, and how. What repeats in
// the line above is left out.
type table struct {
	b           strings.Builder
	what, block string
}

func (t *table) add(what string, block int, how string) {
	t.row(what, strconv.Itoa(block), how)
}

func (t *table) row(what, block, how string) {
	showWhat, showBlock := what, block
	if what == t.what {
		showWhat = ""
		if block == t.block {
			showBlock = ""
		}
	}
	t.what, t.block = what, block
	t.b.WriteByte('\n')
	t.b.WriteString(strings.TrimRight(fmt.Sprintf("%-11s  %5s  %s", showWhat, showBlock, how), " "))
}

// Swallowed returns, for each grant, the index of another grant of the claims
// that permits all that it permits, or -1. The grants for which it returns -1
// permit together what all do: of equal ones, the first is left. They may still
// hold one that several others together make useless.
func (c Claims) Swallowed() []int {
	cover := newCover(c.allow)
	left := uint64(1)<<len(c.allow) - 1 // All, also where they are 64.
	by := make([]int, len(c.allow))
	for i := len(by) - 1; i >= 0; i-- {
		by[i] = -1
		left &^= 1 << i
		if others := cover.swallowing(&c.allow[i]) & left; others != 0 {
			by[i] = bits.TrailingZeros64(others)
		} else {
			left |= 1 << i
		}
	}
	for i, j := range by {
		// One that swallows may itself have been swallowed after.
		for ; j >= 0; j = by[j] {
			by[i] = j
		}
	}
	return by
}
