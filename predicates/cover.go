package predicates

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// A pattern is one that is taken apart.
type pattern struct {
	stem     []string // its segments, without a last **
	rest     bool     // it ends with **
	absolute bool     // it begins with a slash that is no segment
}

func splitPattern(s string, separator byte) pattern {
	var p pattern
	if separator == resourceSeparator && s[0] == resourceSeparator {
		p.absolute, s = true, s[1:]
	}
	p.stem = strings.Split(s, string(separator))
	if last := len(p.stem) - 1; p.stem[last] == starStar {
		p.stem, p.rest = p.stem[:last], true
	}
	return p
}

// instance returns the name that is the pattern with the word for each star and,
// for a last **, the word so many times. It may be no name: it is empty where
// there is nothing but a ** for none, and may be too long.
func (p *pattern) instance(word string, rest int, separator byte) string {
	segments := slices.Clone(p.stem)
	for i := range segments {
		if segments[i] == star {
			segments[i] = word
		}
	}
	for range rest {
		segments = append(segments, word)
	}
	name := strings.Join(segments, string(separator))
	if p.absolute {
		name = string(separator) + name
	}
	return name
}

// meets reports whether some name matches both patterns.
func (p *pattern) meets(q *pattern) bool {
	if p.absolute != q.absolute {
		return false
	}
	for i := 0; i < len(p.stem) && i < len(q.stem); i++ {
		if p.stem[i] != q.stem[i] && p.stem[i] != star && q.stem[i] != star {
			return false
		}
	}
	switch {
	case len(p.stem) < len(q.stem):
		return p.rest
	case len(q.stem) < len(p.stem):
		return q.rest
	}
	return true
}

// A patternSet is the different patterns of up to 64 owners.
type patternSet struct {
	separator byte
	patterns  []pattern
	owners    []uint64 // by pattern, a bit for each owner
	index     map[string]int
	longest   int // the most segments of a stem
}

func newPatternSet(separator byte) *patternSet {
	return &patternSet{separator: separator, index: make(map[string]int)}
}

func (s *patternSet) add(patterns []string, owner int) {
	for _, text := range patterns {
		i, found := s.index[text]
		if !found {
			i = len(s.patterns)
			s.index[text] = i
			p := splitPattern(text, s.separator)
			s.patterns = append(s.patterns, p)
			s.owners = append(s.owners, 0)
			s.longest = max(s.longest, len(p.stem))
		}
		s.owners[i] |= 1 << owner
	}
}

// matching returns, for n = 0, 1, …, which owners have a pattern that matches the
// instance of p with n fresh segments for its **, a fresh segment being one that
// stands in no pattern of the set. The numbers go on until the name is longer
// than each stem: from there on, each further one is matched by the same.
// Without a ** there is only n = 0.
//
// Each pattern of the set is looked at once, whatever the numbers.
func (s *patternSet) matching(p *pattern) []uint64 {
	most := 0
	if p.rest {
		most = max(0, s.longest+1-len(p.stem))
	}
	exactly, from := make([]uint64, most+1), make([]uint64, most+1)
	for i := range s.patterns {
		q := &s.patterns[i]
		n := len(q.stem) - len(p.stem)
		switch {
		case q.absolute != p.absolute || !q.agrees(p):
		case q.rest && n <= most:
			from[max(n, 0)] |= s.owners[i]
		case !q.rest && 0 <= n && n <= most:
			exactly[n] |= s.owners[i]
		}
	}
	for n := range from {
		if n > 0 {
			from[n] |= from[n-1]
		}
		exactly[n] |= from[n]
	}
	return exactly
}

// agrees reports whether the stem of q matches the first segments of an instance
// of p that has fresh segments for its stars and behind its stem.
func (q *pattern) agrees(p *pattern) bool {
	for i, segment := range q.stem {
		// A star of p stands for a fresh segment: only a star agrees with it.
		if segment != star && (i >= len(p.stem) || segment != p.stem[i]) {
			return false
		}
	}
	return true
}

// An instance is a name that stands for all names that the same grants match.
type instance struct {
	grants  uint64 // those that match it
	pattern string // the child's, of which it is an instance
	name    string
	fits    bool // it is within the limits on names
}

// instances returns the instances of the patterns, one for each different set of
// grants that match it, the first that fits if one does.
func (s *patternSet) instances(patterns []string, word string) []instance {
	var all []instance
	index := make(map[uint64]int)
	for _, text := range patterns {
		p := splitPattern(text, s.separator)
		for n, grants := range s.matching(&p) {
			if n == 0 && len(p.stem) == 0 {
				continue // No segment at all is no name.
			}
			i, found := index[grants]
			if found && all[i].fits {
				continue
			}
			name := p.instance(word, n, s.separator)
			x := instance{grants, text, name, checkSegments(name, s.separator, false) == ""}
			if !found {
				index[grants] = len(all)
				all = append(all, x)
			} else if x.fits {
				all[i] = x
			}
		}
	}
	return all
}

// A cover is the grants of a block, prepared to be compared with others.
//
// Two facts make the comparison cheap. Whichever grant matches the instance of a
// pattern with fresh segments matches all its instances of the same length. And
// no grants share the arguments that a child's grant permits, so that each
// permits a part and only together they permit all: if each refuses something,
// then all refuse the arguments that hold, for each restricted argument, the list
// of the values that are refused, and are opaque where they are free. A list
// meets the child's conditions if its elements do. So one grant must permit all
// arguments, for each instance.
type cover struct {
	grants     []Grant
	interfaces *patternSet
	resources  *patternSet
	word       string // begins no segment and no text of the grants
}

func newCover(grants []Grant) *cover {
	c := &cover{
		grants:     grants,
		interfaces: newPatternSet(interfaceSeparator),
		resources:  newPatternSet(resourceSeparator),
	}
	for i := range grants {
		c.interfaces.add(grants[i].interfaces, i)
		c.resources.add(grants[i].resources, i)
	}
	c.word = freshWord(grants)
	return c
}

// maxFreshBytes is how much of each segment is kept to find a word that begins
// none: there are more words of that many letters than segments in any token.
const maxFreshBytes = 4

// freshWord returns a word, as short as can be, that begins no segment of a
// pattern and no text or argument of the grants.
func freshWord(grants []Grant) string {
	used := make(map[string]bool)
	add := func(s string) {
		for segment := range strings.FieldsFuncSeq(s, func(r rune) bool {
			return r == interfaceSeparator || r == resourceSeparator
		}) {
			for n := 1; n <= min(len(segment), maxFreshBytes); n++ {
				used[segment[:n]] = true
			}
		}
	}
	for i := range grants {
		for _, s := range slices.Concat(grants[i].interfaces, grants[i].resources) {
			add(s)
		}
		for _, a := range grants[i].arguments {
			add(a.name)
			for _, c := range a.conditions {
				for _, v := range c.values {
					add(v.text)
				}
				for _, s := range c.texts {
					add(s)
				}
			}
		}
	}
	const letters = "xyzabcdefghijklmnopqrstuvw"
	for i := 0; ; i++ {
		word := ""
		for n := i; n >= 0; n = n/len(letters) - 1 {
			word = string(letters[n%len(letters)]) + word
		}
		if !used[word] {
			return word
		}
	}
}

// compare compares a grant of the child with those of the cover, which a block
// above has. It returns nil if they permit all that the grant permits.
//
// There are at most (64·34)² pairs of instances, and more than a few only where
// the patterns above differ as much.
func (c *cover) compare(g *Grant, block int) *Comparison {
	var unknown *Comparison
	var s *samples
	implied := c.implied(g)
	interfaces := c.interfaces.instances(g.interfaces, c.word)
	resources := c.resources.instances(g.resources, c.word)
	for i := range interfaces {
		for j := range resources {
			x, y := &interfaces[i], &resources[j]
			both := x.grants & y.grants
			if both&implied != 0 {
				continue
			}
			if s == nil {
				s = c.samples(g)
			}
			// What can't be a witness is not made into one: that takes longer.
			if x.fits && y.fits && s.complete && both&^s.refused == 0 {
				if a, ok := c.witness(g, Access{Interface: x.name, Resource: y.name}, s, both); ok {
					arguments := ""
					if both != 0 {
						arguments = describeArguments(g, &a)
					}
					return &Comparison{
						Relation: Wider,
						Block:    block,
						Claim:    ClaimAllow,
						Reason: fmt.Sprintf("resource %s for interface %s%s is not in what block %d allows%s%s",
							quoteShort(y.pattern), quoteShort(x.pattern), arguments, block, suchAs(x, y), c.starHint(&a)),
						Witness: &Request{Accesses: []Access{a}},
					}
				}
			}
			if unknown == nil {
				unknown = &Comparison{
					Relation: Unknown,
					Block:    block,
					Claim:    ClaimAllow,
					Reason: fmt.Sprintf("resource %s for interface %s may not all be in what block %d allows",
						quoteShort(y.pattern), quoteShort(x.pattern), block),
				}
			}
		}
	}
	return unknown
}

// describeArguments says with which arguments an access is refused, for where
// some grant of the cover matches its names.
func describeArguments(child *Grant, a *Access) string {
	switch {
	case !child.closed:
		return " with any arguments"
	case len(a.Arguments) == 0:
		return " without arguments"
	}
	names := make([]string, 0, len(a.Arguments))
	for name := range a.Arguments {
		names = append(names, name)
	}
	slices.SortFunc(names, compareEncoded)
	const most = 3 // A line that a person reads.
	var b strings.Builder
	for i, name := range names {
		switch {
		case i == most:
			b.WriteString(", ...")
			return b.String()
		case i == 0:
			b.WriteString(" with ")
		default:
			b.WriteString(", ")
		}
		v := a.Arguments[name]
		b.WriteString(quoteShort(name) + " = " + describeValue(&v))
	}
	return b.String()
}

func describeValue(v *Value) string {
	switch {
	case v.kind == textValue:
		return quoteShort(v.text)
	case v.kind == listValue && len(v.list) > 0:
		return "[" + describeValue(&v.list[0]) + ", ...]"
	}
	return v.String()
}

// suchAs names the instance where it differs from the patterns.
func suchAs(x, y *instance) string {
	if x.name == x.pattern && y.name == y.pattern {
		return ""
	}
	return fmt.Sprintf(", such as %s for %s", quoteShort(y.name), quoteShort(x.name))
}

// starHint explains the usual mistake, a single star that is meant for
// everything, where a grant has one.
func (c *cover) starHint(a *Access) string {
	for i := range c.grants {
		g := &c.grants[i]
		if slices.Contains(g.interfaces, star) && strings.IndexByte(a.Interface, interfaceSeparator) >= 0 ||
			slices.Contains(g.resources, star) && strings.IndexByte(a.Resource, resourceSeparator) >= 0 {
			return ` ("*" is one segment; everything is "**")`
		}
	}
	return ""
}

// swallowing returns which grants permit all that g permits.
func (c *cover) swallowing(g *Grant) uint64 {
	grants := c.implied(g)
	for _, x := range c.interfaces.instances(g.interfaces, c.word) {
		grants &= x.grants
	}
	for _, y := range c.resources.instances(g.resources, c.word) {
		grants &= y.grants
	}
	return grants
}

// implied returns which grants permit all arguments that g permits. A grant that
// is left out may permit them too.
func (c *cover) implied(g *Grant) uint64 {
	var grants uint64
	for i := range c.grants {
		if c.grants[i].impliedBy(g) {
			grants |= 1 << i
		}
	}
	return grants
}

// free reports whether conditions permit every value, and none.
func free(conditions []Condition) bool {
	return len(conditions) > 0 && conditions[0].kind == anyCondition
}

// impliedBy reports whether g certainly permits all arguments that child permits.
func (g *Grant) impliedBy(child *Grant) bool {
	if !g.closed || !child.closed {
		// Who leaves arguments free permits one that a closed grant does not name.
		return !g.closed
	}
	for i := range child.arguments {
		if g.find(child.arguments[i].name) == nil {
			return false
		}
	}
	for i := range g.arguments {
		a := &g.arguments[i]
		given := child.find(a.name)
		for j := range a.conditions {
			if a.conditions[j].kind != anyCondition && !implies(given, &a.conditions[j]) {
				return false
			}
		}
	}
	return true
}

// implies reports whether all values that meet the conditions given certainly
// meet d, which is not "any". Nothing is implied by "any", or by no conditions:
// the argument may be missing. Lists need no care: each of their elements meets
// what they meet.
func implies(given []Condition, d *Condition) bool {
	if values, ok := finite(given); ok {
		return !slices.ContainsFunc(values, func(v Value) bool { return !d.holdsElement(&v) })
	}
	switch d.kind {
	case atLeastCondition, atMostCondition:
		least, most, numeric := numbers(given)
		return numeric && (d.kind == atLeastCondition && least >= d.bound || d.kind == atMostCondition && most <= d.bound)
	case matchesCondition:
		for i := range given {
			if given[i].kind == matchesCondition && matchesOnly(given[i].texts, d.texts) {
				return true
			}
		}
	case endsWithCondition:
		for i := range given {
			if g := &given[i]; (g.kind == endsWithCondition || g.kind == matchesCondition) && endsOnly(g, d.texts) {
				return true
			}
		}
	}
	// "One of" a few is not implied by conditions that permit many: between two
	// integers there is a decimal.
	return false
}

// finite returns the values that meet the conditions, except lists, if these are
// certainly so few that they can be counted.
func finite(conditions []Condition) (values []Value, ok bool) {
	for i := range conditions {
		c := &conditions[i]
		switch {
		case c.kind == oneOfCondition:
			values = slices.Clone(c.values)
		case c.kind == matchesCondition && !slices.ContainsFunc(c.texts, func(s string) bool { return strings.Contains(s, star) }):
			for _, s := range c.texts {
				values = append(values, Text(s))
			}
		default:
			continue
		}
		return slices.DeleteFunc(values, func(v Value) bool { return !meets(conditions, &v) }), true
	}
	return nil, false
}

// meets reports whether a value that is no list meets all conditions.
func meets(conditions []Condition, v *Value) bool {
	for i := range conditions {
		if !conditions[i].holdsElement(v) {
			return false
		}
	}
	return true
}

// numbers returns the integers between which the conditions hold all values, if
// they demand numbers.
func numbers(conditions []Condition) (least, most int64, numeric bool) {
	least, most = -MaxInt, MaxInt
	for i := range conditions {
		switch c := &conditions[i]; c.kind {
		case atLeastCondition:
			least, numeric = max(least, c.bound), true
		case atMostCondition:
			most, numeric = min(most, c.bound), true
		}
	}
	return least, most, numeric
}

// matchesOnly reports whether each name that one of the patterns matches is
// matched by one of the others.
func matchesOnly(patterns, others []string) bool {
	s := newPatternSet(resourceSeparator)
	s.add(others, 0)
	for _, text := range patterns {
		p := splitPattern(text, resourceSeparator)
		for n, owners := range s.matching(&p) {
			if owners == 0 && (n > 0 || len(p.stem) > 0) {
				return false
			}
		}
	}
	return true
}

// endsOnly reports whether each text that meets c, a "matches" or an "ends with",
// ends with one of the suffixes because of how c says it ends.
func endsOnly(c *Condition, suffixes []string) bool {
	for _, s := range c.texts {
		end := ending(c, s)
		if !slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(end, suffix) }) {
			return false
		}
	}
	return true
}

// ending returns how each text ends that a "matches" or an "ends with" permits
// because of one of its texts: of a pattern, what stands behind the last star.
func ending(c *Condition, text string) string {
	if c.kind == matchesCondition {
		return text[strings.LastIndex(text, star)+1:]
	}
	return text
}

// contradiction returns an argument whose conditions certainly no value meets.
func (g *Grant) contradiction() (name string, found bool) {
	for i := range g.arguments {
		if contradictory(g.arguments[i].conditions) {
			return g.arguments[i].name, true
		}
	}
	return "", false
}

func contradictory(conditions []Condition) bool {
	if values, ok := finite(conditions); ok {
		return len(values) == 0
	}
	least, most, numeric := numbers(conditions)
	for i := range conditions {
		c := &conditions[i]
		if c.kind != matchesCondition && c.kind != endsWithCondition {
			continue
		}
		if numeric {
			return true // Numbers are no texts.
		}
		for j := range conditions[:i] {
			if apart(c, &conditions[j]) {
				return true
			}
		}
	}
	return least > most
}

// apart reports whether certainly no text meets both conditions, each of them a
// "matches" or an "ends with".
func apart(c, d *Condition) bool {
	both := c.kind == matchesCondition && d.kind == matchesCondition
	var patterns []pattern
	for _, t := range d.texts {
		if both {
			patterns = append(patterns, splitPattern(t, resourceSeparator))
		}
	}
	for _, s := range c.texts {
		if both {
			p := splitPattern(s, resourceSeparator)
			if slices.ContainsFunc(patterns, func(q pattern) bool { return p.meets(&q) }) {
				return false
			}
			continue
		}
		end := ending(c, s)
		for _, t := range d.texts {
			other := ending(d, t)
			if strings.HasSuffix(end, other) || strings.HasSuffix(other, end) {
				return false
			}
		}
	}
	return true
}

// samples are arguments that a child's grant permits, chosen so that grants of a
// cover refuse them.
type samples struct {
	complete bool               // there is a value for each argument that must be there
	values   [][]Value          // by argument of the child
	refused  uint64             // the grants for which there is a refusal
	refusals [maxGrants]refusal // by grant
}

// A refusal is a value of an argument that a grant refuses.
type refusal struct {
	argument int // of the child's, or -1 where the grant refuses all that the child permits
	value    Value
}

// samples looks for values that g permits and the grants of the cover refuse.
func (c *cover) samples(g *Grant) *samples {
	s := &samples{complete: true, values: make([][]Value, len(g.arguments))}
	for i := range g.arguments {
		if a := &g.arguments[i]; !free(a.conditions) {
			s.values[i] = c.sampleValues(a)
			s.complete = s.complete && len(s.values[i]) > 0
		}
	}
	for i := range c.grants {
		if r, ok := s.refusal(g, &c.grants[i]); ok {
			s.refused |= 1 << i
			s.refusals[i] = r
		}
	}
	return s
}

func (s *samples) refusal(child, g *Grant) (r refusal, ok bool) {
	if !g.closed || !child.closed {
		return refusal{argument: -1}, g.closed
	}
	for i := range g.arguments {
		a := &g.arguments[i]
		given := child.find(a.name)
		if !free(a.conditions) && (given == nil || free(given)) {
			return refusal{argument: -1}, true // It is left out, or opaque.
		}
	}
	opaque := -1
	for i := range child.arguments {
		a := &child.arguments[i]
		conditions := g.find(a.name)
		switch {
		case conditions == nil && !free(a.conditions):
			return refusal{argument: -1}, true // It is never left out.
		case conditions == nil && opaque < 0:
			opaque = i
		}
	}
	if opaque >= 0 {
		return refusal{opaque, Opaque()}, true
	}
	for i := range child.arguments {
		conditions := g.find(child.arguments[i].name)
		if free(conditions) {
			continue
		}
		for _, v := range s.values[i] {
			if !meets(conditions, &v) {
				return refusal{i, v}, true
			}
		}
	}
	return refusal{}, false
}

// maxSamples bounds the values that are tried for one argument. More are only
// needed where many patterns, endings and lengths are combined.
const maxSamples = 1024

// sampleValues returns values that meet the conditions on an argument, on both
// sides of what the grants of the cover demand of it. The first are the ones
// that a person would choose.
func (c *cover) sampleValues(a *argument) []Value {
	var values []Value
	tried := 0
	try := func(v Value) {
		if tried++; tried <= maxSamples && v.valid() && meets(a.conditions, &v) {
			values = append(values, v)
		}
	}
	var demands []Condition // those of the cover
	for i := range c.grants {
		demands = append(demands, c.grants[i].find(a.name)...)
	}

	for i := range a.conditions {
		for _, v := range a.conditions[i].values {
			try(v)
		}
	}
	if least, _, numeric := numbers(a.conditions); numeric {
		for i := range demands {
			d := &demands[i]
			switch d.kind {
			case atLeastCondition:
				try(Int(d.bound - 1))
			case atMostCondition:
				try(Int(d.bound + 1))
			}
		}
		for i := range a.conditions {
			try(Int(a.conditions[i].bound))
		}
		// From the least one on, a list of integers ends before the bounds do, or a
		// decimal is between them: it equals no integer.
		try(Int(least))
		for i := range demands {
			for _, v := range demands[i].values {
				try(Int(v.num + 1))
			}
		}
		try(Decimal(strconv.FormatInt(least, 10) + ".0"))
	}

	longest := 0 // the most segments that a demand speaks of
	for i := range demands {
		if demands[i].kind == matchesCondition {
			for _, text := range demands[i].texts {
				longest = max(longest, strings.Count(text, string(resourceSeparator))+1)
			}
		}
	}
	var ends []string
	var patterns []pattern
	for i := range a.conditions {
		switch x := &a.conditions[i]; x.kind {
		case endsWithCondition:
			ends = append(ends, x.texts...)
		case matchesCondition:
			for _, text := range x.texts {
				patterns = append(patterns, splitPattern(text, resourceSeparator))
			}
		}
	}
	for n := 0; n <= longest+1; n++ {
		for i := 0; i < len(patterns) && tried < maxSamples; i++ {
			p := &patterns[i]
			if n > 0 && (!p.rest || n > max(1, longest+1-len(p.stem))) {
				continue
			}
			name := p.instance(c.word, n, resourceSeparator)
			try(Text(name))
			for _, end := range ends {
				try(Text(name + end))
			}
		}
	}
	for _, end := range ends {
		try(Text(c.word + end))
		try(Text(c.word + "//" + end)) // Which is no name.
	}
	return values
}

// witness returns the access with arguments that g permits and the given grants,
// those that match its names, refuse, and whether it shows that: the code that
// decides has the last word.
func (c *cover) witness(g *Grant, a Access, s *samples, grants uint64) (Access, bool) {
	if !g.closed && grants != 0 {
		a.Arguments = map[string]Value{c.word: Opaque()}
	}
	if len(g.arguments) > 0 {
		a.Arguments = make(map[string]Value)
	}
	lists := make([][]Value, len(g.arguments))
	for rest := grants; g.closed && rest != 0; rest &= rest - 1 {
		switch r := &s.refusals[bits.TrailingZeros64(rest)]; {
		case r.argument < 0:
		case free(g.arguments[r.argument].conditions):
			a.Arguments[g.arguments[r.argument].name] = r.value
		default:
			lists[r.argument] = append(lists[r.argument], r.value)
		}
	}
	for i := range lists {
		if lists[i] == nil && len(s.values[i]) > 0 {
			lists[i] = s.values[i][:1] // Any will do, but one must be there.
		}
		if lists[i] != nil {
			a.Arguments[g.arguments[i].name] = List(lists[i]...)
		}
	}
	// A single value is easier to read, where it is refused as the list is.
	for i := range lists {
		name := g.arguments[i].name
		list := a.Arguments[name]
		for _, v := range lists[i] {
			a.Arguments[name] = v
			if c.shows(g, &a) {
				break
			}
			a.Arguments[name] = list
		}
	}
	return a, c.shows(g, &a)
}

// shows reports whether g matches an access and no grant of the cover does. The
// access is well formed: its names fit, and its values are those that were tried.
func (c *cover) shows(g *Grant, a *Access) bool {
	return g.matches(a) && !slices.ContainsFunc(c.grants, func(other Grant) bool { return other.matches(a) })
}
