package main

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// A narrow is a case of comparing a block with those above it.
type narrow struct {
	id, base, spec, relation string
	claim                    int
	child                    string
	above                    []string
	comment, attacks, flags  string
}

func (s *suite) narrow(n narrow) {
	c := vectors.Case{
		ID: "narrow-" + n.id, Op: "narrow", Spec: strings.Fields(n.spec), Attacks: strings.Fields(n.attacks), Flags: strings.Fields(n.flags), Comment: n.comment,
		Above: n.above, Child: &n.child, Relation: n.relation, Claim: n.claim,
	}
	if n.base != "" {
		c.Base = "narrow-" + n.base
	}
	if (n.relation == "narrower") == (n.claim != 0) || n.relation != "narrower" && n.base == "" {
		fail("%s: a claim and a base belong to what is not narrower", c.ID)
	}
	s.add(c)
}

func above(texts ...string) []string { return texts }

func narrowCases(s *suite) {
	s.narrowNames()
	s.narrowArguments()
	s.narrowClaims()
	s.narrowDead()
}

// narrowNames: grants without arguments, where there is one exact answer.
func (s *suite) narrowNames() {
	const spec = "N-8 N-10"
	for _, n := range []narrow{
		{id: "same", child: "allow a:b on c/d", above: above("allow a:b on c/d"), comment: "What is asked for is what there is."},
		{id: "no-allow-above", child: "allow ** on **, /**", above: above(eveningText), comment: "A block without allow does not restrict; one that denies by default finds everything wider."},
		{id: "no-allow-of-its-own", child: "fresh 60s", above: above("allow a on b"), comment: "A block without allow asks for nothing more."},
		{id: "below", child: "allow database:read on customers/1", above: above("allow database:* on customers/**"), comment: "A name below a pattern."},
		{id: "itself-below", child: "allow a on customers", above: above("allow a on customers/**"), comment: "Two stars stand for no segment too, so the directory itself is covered.", attacks: "C7"},
		{id: "two-blocks-above", child: "allow a on c/1", above: above("allow a on **", "allow a on c/*"), comment: "Each block above must permit it, and does."},
		{id: "absolute", spec: "N-8 N-9", child: "allow a on /data/x", above: above("allow a on /data/**"), comment: "Absolute paths are covered by absolute patterns."},
		{id: "interface-slash", spec: "N-1 N-8", child: "allow a/b on c", above: above("allow * on c"), comment: "A slash in an interface separates nothing, so one star covers it.", attacks: "C8"},
		{id: "one-of-several", child: "allow a on c", above: above("allow a on b\nallow a on c"), comment: "Any grant of a block will do."},
		{id: "several-names", child: "allow a on b, c", above: above("allow a on b\nallow a on c"), comment: "One grant of the child may be covered by several above, each a part; a check that wants one for all refuses it.", flags: "incomplete"},
		{id: "several-lengths", child: "allow a on c/**", above: above("allow a on c\nallow a on c/*\nallow a on c/*/**"), comment: "Zero, one, and two or more segments are covered by three grants together.", flags: "incomplete"},
		{id: "several-interfaces", child: "allow a:*, b on c", above: above("allow a:* on c\nallow b on *"), comment: "Interfaces may be covered by different grants, each with the resource."},
		{id: "star-and-stars", child: "allow a on *", above: above("allow a on **"), comment: "One segment is any number of them."},
		{id: "stars-and-one-more", child: "allow a on **", above: above("allow a on *, */**"), comment: "Every name has a first segment, so */** covers all of them.", flags: "incomplete"},
		{id: "one-and-rest", child: "allow a on c/*/d", above: above("allow a on c/**"), comment: "A star in the middle is covered by two at the end."},
		{id: "stars-both", child: "allow a on */x", above: above("allow a on */*"), comment: "A star covers any segment, a star included."},
		{id: "crossed-covered", child: "allow a, b on c, d", above: above("allow a on c, d\nallow b on d, c"), comment: "Each of four pairs is covered by one grant."},

		{id: "other-resource", base: "same", relation: "wider", child: "allow a:b on c/e", above: above("allow a:b on c/d"), comment: "Another name is more."},
		{id: "other-interface", base: "same", relation: "wider", child: "allow a:c on c/d", above: above("allow a:b on c/d"), comment: "Another interface is more."},
		{id: "prefix", base: "below", relation: "wider", child: "allow database:read on customers2", above: above("allow database:* on customers/**"), comment: "A comparison of string prefixes takes customers2 for a part of customers.", attacks: "C2", flags: "string-prefix"},
		{id: "above-it", base: "below", relation: "wider", child: "allow database:read on **", above: above("allow database:* on customers/**"), comment: "The pattern is above what there is."},
		{id: "star-is-one", base: "itself-below", relation: "wider", child: "allow a on customers", above: above("allow a on customers/*"), comment: "One star stands for one segment, so the directory itself is not covered.", attacks: "C7", flags: "off-by-one"},
		{id: "stars-zero", base: "several-lengths", relation: "wider", child: "allow a on c/**", above: above("allow a on c/*\nallow a on c/*/**"), comment: "The name c, for which two stars stand for no segment, is covered by none: a check that starts at one segment misses it.", flags: "off-by-one"},
		{id: "stars-one", base: "several-lengths", relation: "wider", child: "allow a on c/**", above: above("allow a on c\nallow a on c/*/*/**"), comment: "Exactly one segment more is covered by none of them.", flags: "off-by-one"},
		{id: "stars-many", base: "several-lengths", relation: "wider", child: "allow a on c/**", above: above("allow a on c\nallow a on c/*\nallow a on c/*/*"), comment: "Three segments more are covered by none: trying lengths must go one beyond the longest pattern.", flags: "off-by-one"},
		{id: "star-for-names", base: "star-and-stars", relation: "wider", child: "allow a on *", above: above("allow a on b, c"), comment: "A star stands for a segment that occurs nowhere; trying only those that do occur misses it.", flags: "incomplete"},
		{id: "star-in-the-middle", base: "one-and-rest", relation: "wider", child: "allow a on c/*/d", above: above("allow a on c/x/d"), comment: "A star in the middle asks for every segment there."},
		{id: "crossed", base: "crossed-covered", relation: "wider", child: "allow a, b on c, d", above: above("allow a on c\nallow b on d"), comment: "The interface of one grant with the resource of the other: union of both lists is not what is granted.", attacks: "C10", flags: "crossed-grants"},
		{id: "crossed-single", base: "one-of-several", relation: "wider", child: "allow a on d", above: above("allow a on c\nallow b on d"), comment: "Both halves are there, in different grants.", attacks: "C10", flags: "crossed-grants"},
		{id: "two-blocks-together", base: "two-blocks-above", relation: "wider", child: "allow a on b, c", above: above("allow a on b", "allow a on c"), comment: "Grants of two blocks don't add up: each block must permit all.", flags: "union"},
		{id: "second-block", base: "two-blocks-above", relation: "wider", child: "allow a on d", above: above("allow a on **", "allow a on c/*"), comment: "The first block permits it, and the second does not; a check of the first alone is blind."},
		{id: "first-block", base: "two-blocks-above", relation: "wider", child: "allow a on d", above: above("allow a on c/*", "allow a on **"), comment: "The block just above permits it, the first does not; a check of the parent alone is blind.", flags: "parent-only"},
		{id: "absolute-relative", base: "absolute", spec: "N-8 N-9", relation: "wider", child: "allow a on /data/x", above: above("allow a on **"), comment: "Two stars cover no absolute path.", flags: "absolute"},
		{id: "relative-absolute", base: "absolute", spec: "N-8 N-9", relation: "wider", child: "allow a on data/x", above: above("allow a on /**"), comment: "And no relative name is below the slash.", flags: "absolute"},
		{id: "one-of-two", base: "several-names", relation: "wider", child: "allow a on b, d", above: above("allow a on b\nallow a on c"), comment: "One of two names is covered; one that is not is enough."},
		{id: "second-grant", base: "same", relation: "wider", child: "allow a:b on c/d\nallow a:b on x", above: above("allow a:b on c/d"), comment: "Grants are alternatives: the second asks for more, whatever the first says."},
		{id: "case", base: "same", spec: "N-5 N-8", relation: "wider", child: "allow a:b on C/d", above: above("allow a:b on c/d"), comment: "Case counts.", attacks: "C5", flags: "case"},
		{id: "interface-stars", base: "several-interfaces", relation: "wider", child: "allow a:** on c", above: above("allow a:* on c"), comment: "Two stars in an interface reach deeper than one."},
	} {
		if n.spec == "" {
			n.spec = spec
		}
		n.allow()
		s.narrow(n)
	}
}

// allow completes a case about claim 6.
func (n *narrow) allow() {
	if n.relation == "" {
		n.relation = "narrower"
	} else {
		n.claim = 6
	}
}

// narrowArguments: grants with conditions, each of which has a certain answer.
func (s *suite) narrowArguments() {
	const spec = "N-11 N-13"
	for _, n := range []narrow{
		{id: "arguments-added", child: "allow a on b where x <= 5", above: above("allow a on b"), comment: "Conditions only add."},
		{id: "arguments-same", child: "allow a on b where x <= 5", above: above("allow a on b where x <= 5"), comment: "The same condition."},
		{id: "bound-lower", child: "allow a on b where x <= 5", above: above("allow a on b where x <= 9"), comment: "A lower bound at most is less."},
		{id: "bound-both", child: "allow a on b where x >= 2, x <= 5", above: above("allow a on b where x >= 1, x <= 5"), comment: "All conditions above are implied."},
		{id: "any-dropped", child: "allow a on b where x <= 5", above: above("allow a on b where x <= 5, y any"), comment: "What may be left out need not be named."},
		{id: "none", child: "allow a on b where none", above: above("allow a on b where x any"), comment: "No argument at all is less."},
		{id: "set-smaller", child: `allow a on b where x in {"EUR"}`, above: above(`allow a on b where x in {"EUR", "USD"}`), comment: "A part of the set."},
		{id: "set-in-bound", child: "allow a on b where x in {1, 2}", above: above("allow a on b where x <= 2"), comment: "All of the set are within the bound."},
		{id: "matches-below", child: "allow a on b where x matches {/data/a/**}", above: above("allow a on b where x matches {/data/**}"), comment: "A deeper pattern."},
		{id: "ends-longer", child: `allow a on b where x ends {".eu.example.com"}`, above: above(`allow a on b where x ends {".example.com"}`), comment: "A longer ending ends with the shorter."},
		{id: "any-any", child: "allow a on b where x any", above: above("allow a on b where x any"), comment: "Any is covered by any."},

		{id: "arguments-dropped", base: "arguments-same", relation: "wider", child: "allow a on b", above: above("allow a on b where x <= 5"), comment: "Without where, arguments are free again.", attacks: "C12", flags: "missing-argument"},
		{id: "bound-greater", base: "bound-lower", relation: "wider", child: "allow a on b where x <= 10", above: above("allow a on b where x <= 9"), comment: "One more than the bound.", flags: "off-by-one"},
		{id: "bound-smaller", base: "bound-both", relation: "wider", child: "allow a on b where x >= 0, x <= 5", above: above("allow a on b where x >= 1, x <= 5"), comment: "At least is a bound in the other direction.", flags: "off-by-one"},
		{id: "bound-dropped", base: "bound-both", relation: "wider", child: "allow a on b where x <= 5", above: above("allow a on b where x >= 1, x <= 5"), comment: "One of two bounds is gone."},
		{id: "bound-any", base: "bound-lower", relation: "wider", child: "allow a on b where x any", above: above("allow a on b where x <= 9"), comment: "Any permits what the bound does not."},
		{id: "argument-new", base: "arguments-same", relation: "wider", child: "allow a on b where x <= 5, override any", above: above("allow a on b where x <= 5"), comment: "A grant with arguments is closed: one that it does not name is denied, so naming it is more.", attacks: "C15", flags: "open-arguments"},
		{id: "argument-demanded-dropped", base: "bound-both", relation: "wider", child: "allow a on b where y any", above: above("allow a on b where x <= 5, y any"), comment: "A request without x meets the child, and not the bound above.", attacks: "C12", flags: "missing-argument"},
		{id: "none-any", base: "none", relation: "wider", child: "allow a on b where x any", above: above("allow a on b where none"), comment: "Where no argument may be, one is more."},
		{id: "set-greater", base: "set-smaller", relation: "wider", child: `allow a on b where x in {"EUR", "GBP"}`, above: above(`allow a on b where x in {"EUR", "USD"}`), comment: "One value of the set is not in the one above."},
		{id: "set-type", base: "set-in-bound", relation: "wider", spec: "N-12 N-13", child: `allow a on b where x in {"1", 2}`, above: above("allow a on b where x <= 2"), comment: "The text 1 is no number, and so not within the bound.", attacks: "C13", flags: "type-confusion"},
		{id: "bound-set", base: "set-in-bound", relation: "wider", spec: "N-12 N-13", child: "allow a on b where x >= 1, x <= 2", above: above("allow a on b where x in {1, 2}"), comment: "Between 1 and 2 there is 1.5, which is in no set.", flags: "decimal"},
		{id: "matches-above", base: "matches-below", relation: "wider", child: "allow a on b where x matches {/**}", above: above("allow a on b where x matches {/data/**}"), comment: "A pattern above the one that is permitted."},
		{id: "ends-shorter", base: "ends-longer", relation: "wider", child: `allow a on b where x ends {"example.com"}`, above: above(`allow a on b where x ends {".example.com"}`), comment: "Without the dot, evilexample.com ends so too.", flags: "suffix"},
		{id: "ends-empty", base: "ends-longer", relation: "wider", child: `allow a on b where x ends {""}`, above: above(`allow a on b where x ends {".example.com"}`), comment: "Every text ends with the empty one."},
	} {
		if n.spec == "" {
			n.spec = spec
		}
		n.allow()
		s.narrow(n)
	}
}

// narrowClaims: each other claim on both sides of what there is above.
func (s *suite) narrowClaims() {
	key := spelledKey(forge.NewKey("narrow cosigner"))
	for _, p := range []struct {
		id, spec  string
		claim     int
		good, bad string
		above     []string
		comment   string
	}{
		{"expires", "D-12", 4, "until 2026-11-22T18:00:00Z", "until 2026-11-22T18:00:01Z", above(eveningText), "the last second that is left"},
		{"expires-least", "D-12", 4, "until 2026-11-22T17:00:00Z", "until 2026-11-22T18:00:00Z", above(eveningText, "until 2026-11-22T17:00:00Z", "until 2026-11-22T18:00:00Z"), "the least of all ends, not that of the parent"},
		{"starts", "D-13", 5, "from 2026-11-22T10:00:00Z", "from 2026-11-22T09:59:59Z", above("from 2026-11-22T10:00:00Z"), "the first second that is left"},
		{"starts-greatest", "D-13", 5, "from 2026-11-22T10:00:00Z", "from 2026-11-22T09:00:00Z", above("from 2026-11-22T10:00:00Z", "from 2026-11-22T09:00:00Z"), "the latest of all starts, not that of the parent"},
		{"services", "D-11", 3, "services b", "services b, c", above("services a, b"), "the list that is permitted"},
		{"services-common", "D-11", 3, "services b", "services a, b", above("services a, b", "services b"), "what all lists above have in common"},
		{"uses", "U-2", 7, "uses 5 at db", "uses 6 at db", above("uses 5 at db"), "the limit above"},
		{"uses-least", "U-2", 7, "uses 5 at db", "uses 9 at db", above("uses 9 at db", "uses 5 at db", "uses 9 at db"), "the least limit of all blocks"},
		{"uses-service", "D-15", 7, "uses 5 at db", "uses 5 at db, 1 at web", above("uses 5 at db"), "the services at which there are uses"},
		{"delegations", "D-16", 8, "delegations 1", "delegations 2", above("delegations 3", `label "second"`), "what is left after the hops so far, this block's own included"},
		{"fresh", "D-20", 13, "fresh 60s", "fresh 61s", above("fresh 60s"), "the freshness that is demanded"},
		{"fresh-least", "D-20", 13, "fresh 60s", "fresh 90s", above("fresh 60s", "fresh 90s"), "the least of all, not that of the parent"},
	} {
		s.narrow(narrow{id: p.id, spec: p.spec, relation: "narrower", child: p.good, above: p.above, comment: fmt.Sprintf("Within %s: a maker that refuses it is off by one.", p.comment), flags: "off-by-one"})
		s.narrow(narrow{id: p.id + "-more", base: p.id, spec: p.spec, relation: "wider", claim: p.claim, child: p.bad, above: p.above, attacks: "C1", flags: "off-by-one",
			comment: fmt.Sprintf("Beyond %s: it has no effect, so that whoever wrote it believes in more than there is.", p.comment)})
	}
	for _, n := range []narrow{
		{id: "nothing-above", spec: "D-14", child: "allow a on b\n" + eveningText, above: above(), comment: "Block 0 has nothing above it."},
		{id: "label", spec: "D-10", child: `label "b"`, above: above(`label "a"`), comment: "A label decides nothing."},
		{id: "extension", spec: "D-19", child: "extension b h''", above: above("extension a h''"), comment: "Extensions only add."},
		{id: "cosigned", spec: "D-17", child: "cosigned by 1 of {" + key + "}", above: above("allow a on b"), comment: "A demand for approval only adds."},
		{id: "digest", spec: "D-18", child: "digest sha256:" + strings.Repeat("0a", 32), above: above("digest sha256:" + strings.Repeat("0a", 32)), comment: "The same digest again."},
		{id: "no-uses", spec: "U-2", child: eveningText, above: above("uses 5 at db"), comment: "A block without a limit of its own asks for no uses; those above are charged anyway."},
		{id: "later-start", spec: "D-13", child: "from 2026-11-22T11:00:00Z", above: above("from 2026-11-22T10:00:00Z\n" + eveningText), comment: "A later start is less."},
	} {
		n.relation = "narrower"
		s.narrow(n)
	}
}

// narrowDead: blocks under which nothing can be permitted any more.
func (s *suite) narrowDead() {
	for _, n := range []narrow{
		{id: "dead-nothing", base: "same", spec: "D-14", claim: 6, child: "allow nothing", above: above("allow a:b on c/d"), attacks: "C9", comment: "A block that permits nothing can only be a mistake."},
		{id: "dead-above", base: "same", spec: "D-14", claim: 6, child: "allow a:b on c/d", above: above("allow nothing"), attacks: "C9", comment: "Below a block that permits nothing, nothing is permitted."},
		{id: "dead-bounds", base: "bound-both", spec: "N-13", claim: 6, child: "allow a on b where x >= 6, x <= 5", above: above("allow a on b where x >= 1, x <= 5"), attacks: "C15", comment: "Both conditions must hold, and no number is at least 6 and at most 5."},
		{id: "dead-set", base: "set-smaller", spec: "N-13", claim: 6, child: `allow a on b where x in {"EUR"}, x in {"USD"}`, above: above(`allow a on b where x in {"EUR", "USD"}`), attacks: "C15", comment: "Two sets with nothing in common: a reader that joins them permits both."},
		{id: "dead-services", base: "services", spec: "D-11", claim: 3, child: "services c", above: above("services a, b"), comment: "No service is left that is in both lists."},
		{id: "dead-uses", base: "uses", spec: "D-15", claim: 7, child: "uses 5 at web", above: above("uses 5 at db"), attacks: "E11", comment: "No service is left at which both have uses."},
		{id: "dead-uses-services", base: "services", spec: "D-15", claim: 7, child: "services b\nuses 5 at c", above: above("services a, b, c"), comment: "The block's own lists have no service in common."},
		{id: "dead-time", base: "later-start", spec: "D-12 D-13", claim: 5, child: "from 2026-11-22T18:00:00Z", above: above("from 2026-11-22T10:00:00Z\n" + eveningText), flags: "off-by-one", comment: "It starts at the second at which the block above ends."},
		{id: "dead-time-itself", base: "expires", spec: "D-12 D-13", claim: 4, child: "until 2026-11-22T18:00:00Z\nfrom 2026-11-22T18:00:00Z", above: above(eveningText), flags: "off-by-one", comment: "It ends at the second at which it starts."},
		{id: "dead-delegations", base: "delegations", spec: "D-16", claim: 8, child: `label "third"`, above: above("delegations 1", `label "second"`), attacks: "C21", flags: "off-by-one", comment: "The one hop that is permitted has been made; this block, which is to be followed by others, is the second."},
		{id: "dead-delegations-none", base: "delegations", spec: "D-16", claim: 8, child: `label "second"`, above: above("delegations 0"), attacks: "C21", flags: "off-by-one", comment: "Zero means that the holder seals, and hands on to nobody."},
		{id: "dead-digest", base: "digest", spec: "D-18", claim: 10, child: "digest sha256:" + strings.Repeat("0b", 32), above: above("digest sha256:" + strings.Repeat("0a", 32)), comment: "No request has two digests."},
	} {
		n.relation = "dead"
		s.narrow(n)
	}
}
