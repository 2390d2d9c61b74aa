package predicates

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits on a grant (SPEC 4, CDDL).
const (
	maxPatterns   = 64 // in one list of interfaces, resources, values or suffixes
	maxArguments  = 32
	maxConditions = 8
)

// Interfaces and Resources are the two lists of patterns of a grant. They have
// types of their own so that they can't be given the wrong way round. In an
// interface, segments are separated by ":", in a resource by "/".
type (
	Interfaces []string
	Resources  []string
)

// A Grant pairs interfaces with resources and, optionally, with conditions on
// the arguments of a request (SPEC 6). A request matches it as a whole. The
// zero Grant matches nothing. Grants are immutable.
type Grant struct {
	interfaces []string
	resources  []string
	arguments  []argument // in encoded order
	closed     bool       // arguments are given, so that all others are denied
}

type argument struct {
	name       string
	conditions []Condition
}

// A Where is one part of the "where" of a grant: conditions on one argument, or
// the statement that a request may have no arguments. It is made by
// [Condition.On] and [WhereNone].
type Where struct {
	name      string
	condition Condition
	none      bool
}

// WhereNone says that a request with any argument does not match the grant. It
// stands alone.
func WhereNone() Where { return Where{none: true} }

// NewGrant returns a grant of 1 to 64 interface patterns and 1 to 64 resource
// patterns. Without a where, arguments are unrestricted. With one, the grant is
// closed: it matches a request only if each of the request's arguments is named,
// and each condition on each named argument holds; an argument that is
// missing meets only [Any]. Several conditions on one argument must all hold.
//
// The error is an *[Error] whose path starts at the grant, such as
// "resources[2]".
func NewGrant(interfaces Interfaces, resources Resources, where ...Where) (Grant, error) {
	g := Grant{
		interfaces: slices.Clone([]string(interfaces)),
		resources:  slices.Clone([]string(resources)),
		closed:     len(where) > 0,
	}
	if err := checkPatterns("interfaces", g.interfaces, interfaceSeparator); err != nil {
		return Grant{}, err
	}
	if err := checkPatterns("resources", g.resources, resourceSeparator); err != nil {
		return Grant{}, err
	}
	for _, w := range where {
		if w.none {
			if len(where) > 1 {
				return Grant{}, wrong("arguments", "none stands beside other arguments")
			}
			break
		}
		if err := g.addCondition(w.name, w.condition); err != nil {
			return Grant{}, err
		}
	}
	return g, nil
}

// addCondition adds a condition in the encoded order of the arguments' names,
// and within one argument in the order given.
func (g *Grant) addCondition(name string, c Condition) error {
	// The path is made for an error only: a token has room for 3,000 conditions.
	path := func() string { return "arguments[" + quoteShort(name) + "]" }
	if reason := checkPlain(name); reason != "" {
		return wrong(path(), "the name of the argument "+reason)
	}
	if c.check("") != nil {
		return c.check(path())
	}
	i, found := slices.BinarySearchFunc(g.arguments, name, func(a argument, name string) int {
		return compareEncoded(a.name, name)
	})
	if !found {
		if len(g.arguments) == maxArguments {
			return wrong("arguments", "more than 32 arguments")
		}
		g.arguments = slices.Insert(g.arguments, i, argument{name: name})
	}
	a := &g.arguments[i]
	switch {
	case len(a.conditions) == maxConditions:
		return wrong(path(), "more than 8 conditions")
	case len(a.conditions) > 0 && (c.kind == anyCondition || a.conditions[0].kind == anyCondition):
		return wrong(path(), `"any" stands beside another condition`)
	}
	a.conditions = append(a.conditions, c)
	return nil
}

func checkPatterns(path string, patterns []string, separator byte) error {
	if len(patterns) < 1 || len(patterns) > maxPatterns {
		return wrong(path, "holds %d patterns (expected 1 to 64)", len(patterns))
	}
	seen := newSieve()
	for i, p := range patterns {
		if reason := checkSegments(p, separator, true); reason != "" {
			return wrong(fmt.Sprintf("%s[%d]", path, i), "pattern %s %s", quoteShort(p), reason)
		}
		if seen.text(p) && slices.Contains(patterns[:i], p) {
			return wrong(fmt.Sprintf("%s[%d]", path, i), "pattern %s stands twice", quoteShort(p))
		}
	}
	return nil
}

// A sieve lets most elements of a list pass as new without a look at those
// before them. A token has room for 190 lists of 64 values, and to compare all
// pairs would cost as much as 14 signatures. Its seed is random, so that nobody
// can choose elements that it holds back; what it decides does not depend on it.
type sieve struct {
	seed maphash.Seed
	bits [16]uint64
}

func newSieve() sieve { return sieve{seed: maphash.MakeSeed()} }

// text reports whether s may have been here before.
func (f *sieve) text(s string) bool { return f.add(maphash.String(f.seed, s)) }

// value reports whether a text, integer or boolean may have been here before.
func (f *sieve) value(v *Value) bool {
	if v.kind == textValue {
		return f.text(v.text)
	}
	return f.add(maphash.Comparable(f.seed, v.num))
}

func (f *sieve) add(hash uint64) bool {
	word, bit := &f.bits[hash>>6%uint64(len(f.bits))], uint64(1)<<(hash%64)
	held := *word&bit != 0
	*word |= bit
	return held
}

// compareEncoded orders names as deterministic CBOR orders map keys: the
// encoded length comes first, so shorter names do ([E-5]).
func compareEncoded(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// Interfaces returns a copy of the interface patterns.
func (g Grant) Interfaces() Interfaces { return slices.Clone(g.interfaces) }

// Resources returns a copy of the resource patterns.
func (g Grant) Resources() Resources { return slices.Clone(g.resources) }

// Closed reports whether the grant restricts arguments: with no argument named,
// a request that matches it has none.
func (g Grant) Closed() bool { return g.closed }

// Arguments returns the names of the restricted arguments in encoded order.
func (g Grant) Arguments() []string {
	names := make([]string, len(g.arguments))
	for i, a := range g.arguments {
		names[i] = a.name
	}
	return names
}

// Conditions returns a copy of the conditions on one argument, all of which
// must hold, or nil if the grant does not name it.
func (g Grant) Conditions(name string) []Condition {
	return slices.Clone(g.find(name))
}

// find returns the conditions on an argument, or nil if the grant does not name
// it.
func (g *Grant) find(name string) []Condition {
	for i := range g.arguments {
		if g.arguments[i].name == name {
			return g.arguments[i].conditions
		}
	}
	return nil
}

// matches reports whether a well-formed access matches the grant ([N-10]).
func (g *Grant) matches(a *Access) bool {
	return matchesAny(g.interfaces, a.Interface, interfaceSeparator) &&
		matchesAny(g.resources, a.Resource, resourceSeparator) &&
		g.permits(a.Arguments)
}

// MatchesInterface reports whether one of the grant's interface patterns matches
// the name of an interface. It explains a denial, and permits nothing.
func (g Grant) MatchesInterface(name string) bool {
	return checkSegments(name, interfaceSeparator, false) == "" && matchesAny(g.interfaces, name, interfaceSeparator)
}

// MatchesResource is MatchesInterface for resources.
func (g Grant) MatchesResource(name string) bool {
	return checkSegments(name, resourceSeparator, false) == "" && matchesAny(g.resources, name, resourceSeparator)
}

func matchesAny(patterns []string, name string, separator byte) bool {
	for _, p := range patterns {
		if matches(p, name, separator) {
			return true
		}
	}
	return false
}

// permits reports whether the conditions hold. It loops over the grant's
// arguments, not over the request's: an argument that is left out is denied.
func (g *Grant) permits(arguments map[string]Value) bool {
	if !g.closed {
		return true
	}
	named := 0
	for i := range g.arguments {
		a := &g.arguments[i]
		v, present := arguments[a.name]
		if present {
			named++
		}
		for j := range a.conditions {
			if !a.conditions[j].holds(&v, present) {
				return false
			}
		}
	}
	return named == len(arguments)
}

// bound reports whether the grant names exactly one interface and one resource
// without stars and, unless a digest binds the arguments, exactly one value for
// each argument ([D-26]).
func (g *Grant) bound(digest bool) bool {
	if len(g.interfaces) != 1 || len(g.resources) != 1 ||
		strings.Contains(g.interfaces[0], star) || strings.Contains(g.resources[0], star) {
		return false
	}
	if !g.closed {
		return digest
	}
	for i := range g.arguments {
		c := g.arguments[i].conditions
		if len(c) != 1 || c[0].kind != oneOfCondition || len(c[0].values) != 1 {
			return false
		}
	}
	return true
}

// A Condition is what a grant demands of one argument (SPEC 6). The zero
// Condition is [Any]. Conditions are immutable.
type Condition struct {
	kind   conditionKind
	values []Value  // one of
	bound  int64    // at least, at most
	texts  []string // patterns or suffixes
}

// conditionKind is the number that encodes the condition (SPEC 4, CDDL).
type conditionKind uint8

const (
	anyCondition conditionKind = iota
	oneOfCondition
	atLeastCondition
	atMostCondition
	matchesCondition
	endsWithCondition
)

// Any permits every value, and none. It names an argument without restricting
// it, and stands alone.
func Any() Condition { return Condition{} }

// OneOf demands one of 1 to 64 different values, each a text (at most 1,024
// bytes), an integer or a boolean: the same value of the same kind.
func OneOf(values ...Value) Condition {
	return Condition{kind: oneOfCondition, values: slices.Clone(values)}
}

// AtLeast demands an integer or decimal that is n or more.
func AtLeast(n int64) Condition { return Condition{kind: atLeastCondition, bound: n} }

// AtMost demands an integer or decimal that is n or less.
func AtMost(n int64) Condition { return Condition{kind: atMostCondition, bound: n} }

// Matches demands a text that is a resource name and that one of 1 to 64
// resource patterns matches.
func Matches(patterns ...string) Condition {
	return Condition{kind: matchesCondition, texts: slices.Clone(patterns)}
}

// EndsWith demands a text that ends with one of 1 to 64 texts, byte for byte
// (at most 1,024 bytes each).
func EndsWith(suffixes ...string) Condition {
	return Condition{kind: endsWithCondition, texts: slices.Clone(suffixes)}
}

// On makes the condition one on the argument of that name, for [NewGrant] and
// [Allow].
func (c Condition) On(argument string) Where { return Where{name: argument, condition: c} }

// Kind returns the number that encodes the condition: 0 any, 1 one of, 2 at
// least, 3 at most, 4 matches, 5 ends with (SPEC 4).
func (c Condition) Kind() int { return int(c.kind) }

// Values returns a copy of the values of a "one of", else nil.
func (c Condition) Values() []Value { return slices.Clone(c.values) }

// Bound returns the integer of an "at least" or "at most", else 0.
func (c Condition) Bound() int64 { return c.bound }

// Texts returns a copy of the patterns of a "matches" or the suffixes of an
// "ends with", else nil.
func (c Condition) Texts() []string { return slices.Clone(c.texts) }

// check returns what is wrong with the condition, or nil.
func (c *Condition) check(path string) error {
	switch c.kind {
	case oneOfCondition:
		if len(c.values) < 1 || len(c.values) > maxPatterns {
			return wrong(path, `"one of" holds %d values (expected 1 to 64)`, len(c.values))
		}
		seen := newSieve()
		for i := range c.values {
			v := &c.values[i]
			switch {
			case v.kind != textValue && v.kind != intValue && v.kind != boolValue:
				return wrong(path, "value %s is no text, integer or boolean", v.short())
			case v.kind == intValue && !v.valid():
				return wrong(path, "integer %d is outside +-(2^53-1)", v.num)
			case v.kind == textValue && !v.valid():
				return wrong(path, "text %s is not valid UTF-8", v.short())
			case v.kind == textValue && len(v.text) > maxTextBytes:
				return wrong(path, "text is %d bytes long (expected at most 1024)", len(v.text))
			}
			if seen.value(v) && slices.ContainsFunc(c.values[:i], func(w Value) bool { return w.equal(v) }) {
				return wrong(path, "value %s stands twice", v.short())
			}
		}
	case atLeastCondition, atMostCondition:
		if c.bound < -MaxInt || c.bound > MaxInt {
			return wrong(path, "integer %d is outside +-(2^53-1)", c.bound)
		}
	case matchesCondition:
		return checkPatterns(path, c.texts, resourceSeparator)
	case endsWithCondition:
		if len(c.texts) < 1 || len(c.texts) > maxPatterns {
			return wrong(path, `"ends with" holds %d texts (expected 1 to 64)`, len(c.texts))
		}
		seen := newSieve()
		for i, s := range c.texts {
			switch {
			case !utf8.ValidString(s):
				return wrong(path, "text %s is not valid UTF-8", quoteShort(s))
			case len(s) > maxTextBytes:
				return wrong(path, "text is %d bytes long (expected at most 1024)", len(s))
			case seen.text(s) && slices.Contains(c.texts[:i], s):
				return wrong(path, "text %s stands twice", quoteShort(s))
			}
		}
	}
	return nil
}

// holds reports whether a valid value meets the condition ([N-13]).
func (c *Condition) holds(v *Value, present bool) bool {
	if c.kind == anyCondition {
		return true
	}
	if !present {
		return false
	}
	if v.kind != listValue {
		return c.holdsElement(v)
	}
	for i := range v.list {
		if !c.holdsElement(&v.list[i]) {
			return false
		}
	}
	return len(v.list) > 0
}

func (c *Condition) holdsElement(v *Value) bool {
	switch c.kind {
	case oneOfCondition:
		for i := range c.values {
			if c.values[i].equal(v) {
				return true
			}
		}
	case atLeastCondition:
		return v.atLeast(c.bound)
	case atMostCondition:
		return v.atMost(c.bound)
	case matchesCondition:
		return v.kind == textValue && v.name &&
			matchesAny(c.texts, v.text, resourceSeparator)
	case endsWithCondition:
		if v.kind == textValue {
			for _, suffix := range c.texts {
				if strings.HasSuffix(v.text, suffix) {
					return true
				}
			}
		}
	}
	return false
}
