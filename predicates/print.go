package predicates

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timeLayout is the only form of a time in the text notation (SPEC 7).
const timeLayout = "2006-01-02T15:04:05Z"

// statements are the words that begin a statement, in canonical order, and
// keywords the others that the notation itself uses. A name that equals one of
// either is quoted.
var (
	statements = [...]string{
		"allow", "until", "from", "uses", "services", "delegations", "fresh",
		"cosigned", "digest", "extension", "label",
	}
	keywords = [...]string{
		"nothing", "on", "where", "none", "any", "in", "matches", "ends",
		"at", "by", "of", "true", "false",
	}
)

func isKeyword(s string) bool {
	return slices.Contains(statements[:], s) || slices.Contains(keywords[:], s)
}

// isWordByte reports whether c may stand in a bare word.
func isWordByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("_.:/@%+*~-", c) >= 0
}

// String returns the claims in the text notation, in its one canonical form
// (SPEC 7): one statement on each line, without a last line end, and "" for no
// claims. It is printable ASCII but for the line ends. [Parse] reads it back to
// the same claims, if they are few enough to fit into a token.
//
// The order is allow, until, from, uses, services, delegations, fresh,
// cosigned, digest, extension, label. The label comes last because nobody
// checks it. The nonce and the next key have no text.
func (c Claims) String() string {
	var b strings.Builder
	statement := func(keyword string) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(keyword)
		b.WriteByte(' ')
	}
	for _, g := range c.allow {
		statement("allow")
		g.print(&b)
	}
	if c.Has(ClaimAllow) && len(c.allow) == 0 {
		statement("allow")
		b.WriteString("nothing")
	}
	if c.Has(ClaimExpires) {
		statement("until")
		b.WriteString(printTime(c.expires))
	}
	if c.Has(ClaimStarts) {
		statement("from")
		b.WriteString(printTime(c.starts))
	}
	if c.Has(ClaimUses) {
		statement("uses")
		printList(&b, c.uses, func(u UseLimit) string {
			return strconv.FormatUint(u.Limit, 10) + " at " + printName(u.Service)
		})
	}
	if c.Has(ClaimServices) {
		statement("services")
		printList(&b, c.services, printName)
	}
	if c.Has(ClaimDelegations) {
		statement("delegations")
		fmt.Fprint(&b, c.delegations)
	}
	if c.Has(ClaimFresh) {
		statement("fresh")
		fmt.Fprintf(&b, "%ds", c.fresh)
	}
	if c.Has(ClaimCosigners) {
		statement("cosigned")
		fmt.Fprintf(&b, "by %d of {", c.threshold)
		printList(&b, c.cosigners, Key.String)
		b.WriteByte('}')
	}
	if c.Has(ClaimDigest) {
		statement("digest")
		b.WriteString(digestPrefix)
		b.WriteString(hex.EncodeToString(c.digest[:]))
	}
	if c.Has(ClaimExtensions) {
		statement("extension")
		printList(&b, c.extensions, func(x Extension) string {
			return printName(x.Name) + " h'" + hex.EncodeToString(x.Value) + "'"
		})
	}
	if c.Has(ClaimLabel) {
		statement("label")
		b.WriteString(Quote(c.label))
	}
	return b.String()
}

const digestPrefix = "sha256:"

// String returns the grant as it stands behind "allow" in the text notation
// (SPEC 7), such as "database:read on customers/**". The zero Grant is
// "nothing", which is what it matches.
func (g Grant) String() string {
	var b strings.Builder
	g.print(&b)
	return b.String()
}

func (g *Grant) print(b *strings.Builder) {
	if len(g.interfaces) == 0 {
		b.WriteString("nothing")
		return
	}
	printList(b, g.interfaces, printName)
	b.WriteString(" on ")
	printList(b, g.resources, printName)
	if !g.closed {
		return
	}
	b.WriteString(" where ")
	if len(g.arguments) == 0 {
		b.WriteString("none")
	}
	for i, a := range g.arguments {
		for j, c := range a.conditions {
			if i > 0 || j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(printName(a.name))
			b.WriteByte(' ')
			b.WriteString(c.String())
		}
	}
}

// String returns the condition as it stands behind the name of an argument in
// the text notation (SPEC 7), such as `<= 100` or `in {"EUR", 5}`. A condition
// that [NewGrant] refuses has a String too, but not one that [Parse] reads.
func (c Condition) String() string {
	var b strings.Builder
	switch c.kind {
	case anyCondition:
		return "any"
	case atLeastCondition:
		return ">= " + strconv.FormatInt(c.bound, 10)
	case atMostCondition:
		return "<= " + strconv.FormatInt(c.bound, 10)
	case oneOfCondition:
		b.WriteString("in {")
		printList(&b, c.values, Value.String)
	case matchesCondition:
		b.WriteString("matches {")
		printList(&b, c.texts, printName)
	case endsWithCondition:
		b.WriteString("ends {")
		printList(&b, c.texts, Quote)
	}
	b.WriteByte('}')
	return b.String()
}

// printName returns a name or pattern as a bare word where it is one and no
// keyword, and quoted whole otherwise.
func printName(s string) string {
	if s == "" || isKeyword(s) {
		return Quote(s)
	}
	for i := 0; i < len(s); i++ {
		if !isWordByte(s[i]) {
			return Quote(s)
		}
	}
	return s
}

func printList[T any](b *strings.Builder, items []T, print func(T) string) {
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(print(item))
	}
}

// printNames returns names or patterns as a list.
func printNames(names []string) string {
	var b strings.Builder
	printList(&b, names, printName)
	return b.String()
}

// printTime returns a time in seconds since 1970.
func printTime(seconds uint64) string {
	return time.Unix(int64(seconds), 0).UTC().Format(timeLayout)
}
