package predicates

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxNotationBytes bounds a text before it is looked at. Claims that fit into a
// token of 16,384 bytes print as less: at worst the name of an argument is
// written for each of its eight conditions, and three characters for each byte.
const maxNotationBytes = 1 << 19

// A SyntaxError says where a text departs from the notation, and what was
// expected there. Where the text is well written but the claims are not valid,
// it holds the *[Error] that says why, for [errors.As], and points at the item
// or the statement that is at fault.
type SyntaxError struct {
	Line    int    // from 1
	Column  int    // from 1, in code points
	Message string // such as `expected "on" or ",", found "where"`
	err     error
}

// Error returns "predicates: line L, column C: MESSAGE" on one line. Foreign
// text in it is quoted and cut.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("predicates: line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Unwrap returns the *[Error] of claims that are not valid, or nil.
func (e *SyntaxError) Unwrap() error { return e.err }

// Parse returns the claims that a text in the notation of SPEC 7 says. It reads
// any spelling, [Claims.String] writes the canonical one. Times are absolute.
// Statements that are not there are claims that are absent; the empty text is
// the zero Claims, which restrict nothing.
//
// The error is a *[SyntaxError]. A text above 524,288 bytes, more than the
// claims of any token print as, is refused. Never build a text from parts that
// somebody else wrote: make claims of values with [New].
func Parse(text string) (Claims, error) {
	return parse(&parser{text: text})
}

// ParseAt is [Parse] for people at a prompt: it also reads "until +1h30m" and
// "from +5m", and counts from now. Units are d, h, m and s, each at most once and
// in this order. A fraction of a second in now counts as Until and From count
// it, which narrows. The clock must lie in the years 1970 to 9999.
func ParseAt(text string, now time.Time) (Claims, error) {
	return parse(&parser{text: text, now: now, clock: true})
}

func parse(p *parser) (Claims, error) {
	p.check()
	p.next()
	p.statement()
	for p.tok.kind == separatorToken {
		p.next()
		p.statement()
	}
	if p.err != nil {
		return Claims{}, p.err
	}
	return p.claims, nil
}

// A parser reads a text once, with one token of look-ahead. The first fault
// stays: from then on the current token is the end of the text, so that every
// rule and every list ends.
type parser struct {
	text   string
	pos    int   // where the next token is looked for
	tok    token // the current token
	now    time.Time
	clock  bool // now is given
	claims Claims
	err    error // a *SyntaxError, or nil
}

type token struct {
	kind tokenKind
	at   int    // its offset in the text
	text string // what it says: without quotes and escapes, bytes decoded
}

type tokenKind uint8

const (
	startToken     tokenKind = iota // before the first
	endToken                        // the end of the text
	separatorToken                  // a line feed or ";"
	symbolToken                     // one of , { } <= >=
	strayToken                      // a character that begins no token
	wordToken                       // the last three are set apart by blanks
	quotedToken
	bytesToken
)

// String describes a token that was found where another was expected.
func (t token) String() string {
	switch t.kind {
	case wordToken:
		if isKeyword(t.text) {
			return "the keyword " + Quote(t.text)
		}
		return quoteShort(t.text)
	case quotedToken:
		return "the quoted text " + quoteShort(t.text)
	case bytesToken:
		return "bytes"
	case separatorToken:
		if t.text == "\n" {
			return "the end of the line"
		}
	case strayToken:
		if t.text[0] >= utf8.RuneSelf {
			return Quote(t.text) + " outside quotes"
		}
	case endToken:
		return "the end of the text"
	}
	return Quote(t.text)
}

// fail notes the first fault, and ends the text.
func (p *parser) fail(at int, message string, err error) {
	if p.err != nil {
		return
	}
	before := p.text[:at]
	p.err = &SyntaxError{
		Line:    1 + strings.Count(before, "\n"),
		Column:  1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]),
		Message: message,
		err:     err,
	}
	p.tok = token{kind: endToken, at: at}
}

// unexpected fails at a token.
func (p *parser) unexpected(t token, expected string) {
	p.fail(t.at, "expected "+expected+", found "+t.String(), nil)
}

// invalid fails with what is wrong with the claims, at the item whose index ends
// the path of the error, or else at the statement.
func (p *parser) invalid(err error, statement int, items []int) {
	at := statement
	var e *Error
	if errors.As(err, &e) && strings.HasSuffix(e.Path, "]") {
		// The index of a map, such as arguments["5"], is quoted and no number.
		index := e.Path[strings.LastIndexByte(e.Path, '[')+1 : len(e.Path)-1]
		if n, err := strconv.Atoi(index); err == nil && n < len(items) {
			at = items[n]
		}
	}
	p.fail(at, strings.TrimPrefix(err.Error(), "predicates: "), err)
}

// check looks for what may stand nowhere in a text, not even in a comment.
func (p *parser) check() {
	if len(p.text) > maxNotationBytes {
		p.fail(0, fmt.Sprintf("the text is %d bytes long (expected at most %d)", len(p.text), maxNotationBytes), nil)
		return
	}
	for i, r := range p.text {
		switch {
		case r == '\n' || r == '\t':
		case r == '\r':
			p.fail(i, "control character U+000D (expected lines that end in U+000A alone)", nil)
			return
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			p.fail(i, fmt.Sprintf("control character U+%04X (expected none but line feed and tab)", r), nil)
			return
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(p.text[i:]); size == 1 {
				p.fail(i, fmt.Sprintf("byte 0x%02x (expected UTF-8)", p.text[i]), nil)
				return
			}
		}
	}
}

// next reads the next token.
func (p *parser) next() {
	if p.err != nil {
		return
	}
	previous, end := p.tok.kind, p.pos
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\t') {
		p.pos++
	}
	if p.pos < len(p.text) && p.text[p.pos] == '#' {
		for p.pos < len(p.text) && p.text[p.pos] != '\n' {
			p.pos++
		}
	}
	start := p.pos
	p.tok = token{kind: endToken, at: start}
	if start == len(p.text) {
		return
	}
	switch c := p.text[start]; {
	case c == '\n' || c == ';':
		p.take(separatorToken, 1)
	case c == ',' || c == '{' || c == '}':
		p.take(symbolToken, 1)
	case strings.HasPrefix(p.text[start:], "<=") || strings.HasPrefix(p.text[start:], ">="):
		p.take(symbolToken, 2)
	case c == '"':
		p.quoted()
	case strings.HasPrefix(p.text[start:], "h'"):
		p.bytes()
	case isWordByte(c):
		n := 1
		for start+n < len(p.text) && isWordByte(p.text[start+n]) {
			n++
		}
		p.take(wordToken, n)
	default:
		_, n := utf8.DecodeRuneInString(p.text[start:])
		p.take(strayToken, n)
	}
	if start == end && previous >= wordToken && p.tok.kind >= wordToken {
		p.unexpected(p.tok, "a blank")
	}
}

// take makes the next n bytes the current token.
func (p *parser) take(kind tokenKind, n int) {
	p.tok = token{kind, p.pos, p.text[p.pos : p.pos+n]}
	p.pos += n
}

// quoted reads a quoted text.
func (p *parser) quoted() {
	start := p.pos
	var b strings.Builder
	for i := start + 1; i < len(p.text); {
		switch c := p.text[i]; c {
		case '"':
			p.tok = token{quotedToken, start, b.String()}
			p.pos = i + 1
			return
		case '\\':
			r, size := unescape(p.text[i:])
			if size == 0 {
				p.fail(i, `expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`, nil)
				return
			}
			b.WriteRune(r)
			i += size
		case '\t':
			p.fail(i, `control character U+0009 in quotes (expected \u{9})`, nil)
			return
		case '\n':
			p.fail(start, "expected a closing quote on the same line", nil)
			return
		default:
			b.WriteByte(c)
			i++
		}
	}
	p.fail(start, "expected a closing quote on the same line", nil)
}

// unescape returns the code point that an escape at the start of s stands for,
// and the length of the escape, or 0 if it is none.
func unescape(s string) (r rune, size int) {
	if strings.HasPrefix(s, `\"`) || strings.HasPrefix(s, `\\`) {
		return rune(s[1]), 2
	}
	s, found := strings.CutPrefix(s, `\u{`)
	end := strings.IndexByte(s[:min(len(s), 7)], '}')
	if !found || end < 0 {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[:end], 16, 24)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return 0, 0
	}
	return rune(n), len(`\u{}`) + end
}

// bytes reads an h and, between single quotes, lower case digits in pairs.
func (p *parser) bytes() {
	start := p.pos + len("h'")
	end := start
	for end < len(p.text) && isLowerHex(p.text[end]) {
		end++
	}
	if end == len(p.text) || p.text[end] != '\'' || (end-start)%2 != 0 {
		p.fail(end, "expected pairs of lower case hexadecimal digits and then '", nil)
		return
	}
	decoded, _ := hex.DecodeString(p.text[start:end])
	p.tok = token{bytesToken, p.pos, string(decoded)}
	p.pos = end + 1
}

func isLowerHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }

// What may follow a statement, for messages.
const (
	endExpected   = "the end of the statement"
	commaExpected = `"," or the end of the statement`
)

// statement reads one statement, or none, up to the separator.
func (p *parser) statement() {
	first := p.tok
	if first.kind == separatorToken || first.kind == endToken {
		return
	}
	if first.kind != wordToken || !slices.Contains(statements[:], first.text) {
		p.unexpected(first, "a statement ("+strings.Join(statements[:], ", ")+")")
		return
	}
	p.next()
	var (
		s     Statement
		items []int // where the items of its list stand
		then  = endExpected
	)
	switch first.text {
	case "allow":
		s, then = p.allow()
	case "until":
		s = ExpiresUnix(p.time(false))
	case "from":
		s = StartsUnix(p.time(true))
	case "uses":
		s, items = p.uses()
		then = commaExpected
	case "services":
		var names []string
		names, items = p.names("the name of a service")
		s, then = Services(names...), commaExpected
	case "delegations":
		s = Delegations(int(p.count("delegations", 0, maxDelegations)))
	case "fresh":
		s = Fresh(p.seconds())
	case "cosigned":
		s, items = p.cosigned()
	case "digest":
		s = Digest(p.digest())
	case "extension":
		s = p.extension()
		then = commaExpected
	case "label":
		s = Label(p.quotedText())
	}
	if p.tok.kind != separatorToken && p.tok.kind != endToken {
		p.unexpected(p.tok, then)
	}
	if p.err != nil {
		return
	}
	if err := s(&p.claims); err != nil {
		p.invalid(err, first.at, items)
	}
}

// allow reads what follows "allow", and says what may follow that.
func (p *parser) allow() (s Statement, then string) {
	if p.word("nothing") {
		return AllowNothing(), endExpected
	}
	interfaces, at := p.names("an interface")
	p.keyword("on", `"," or "on"`)
	resources, resourcesAt := p.names("a resource")
	if p.err != nil {
		return nil, ""
	}
	path := fmt.Sprintf("allow[%d]", len(p.claims.allow))
	g, err := NewGrant(interfaces, resources)
	if err != nil {
		if e, ok := err.(*Error); ok && strings.HasPrefix(e.Path, "resources") {
			at = resourcesAt
		}
		p.invalid(within(path, err), at[0], at)
		return nil, ""
	}
	if !p.word("where") {
		return AllowGrant(g), `",", "where" or the end of the statement`
	}
	g.closed = true
	if p.word("none") {
		return AllowGrant(g), endExpected
	}
	// The conditions are added one by one, so that a fault in one has its place.
	for {
		nameAt := p.tok.at
		name := p.name("the name of an argument")
		c, items := p.condition()
		if p.err != nil {
			return nil, ""
		}
		if err := g.addCondition(name, c); err != nil {
			p.invalid(within(path, err), nameAt, items)
			return nil, ""
		}
		if !p.symbol(",") {
			return AllowGrant(g), commaExpected
		}
	}
}

// condition reads a condition, and says where the items of its set stand.
func (p *parser) condition() (c Condition, items []int) {
	switch {
	case p.symbol("<="):
		return AtMost(p.integer("an integer")), nil
	case p.symbol(">="):
		return AtLeast(p.integer("an integer")), nil
	case p.word("any"):
		return Any(), nil
	case p.word("in"):
		values, items := parseSet(p, p.value)
		return OneOf(values...), items
	case p.word("matches"):
		patterns, items := parseSet(p, func() string { return p.name("a pattern") })
		return Matches(patterns...), items
	case p.word("ends"):
		texts, items := parseSet(p, p.quotedText)
		return EndsWith(texts...), items
	}
	p.unexpected(p.tok, `"<=", ">=", "any", "in", "matches" or "ends"`)
	return Condition{}, nil
}

// value reads a value of a set.
func (p *parser) value() Value {
	switch {
	case p.tok.kind == quotedToken:
		return Text(p.quotedText())
	case p.word("true"):
		return Bool(true)
	case p.word("false"):
		return Bool(false)
	}
	return Int(p.integer("a quoted text, an integer, true or false"))
}

// uses reads what follows "uses".
func (p *parser) uses() (s Statement, items []int) {
	uses, items := parseList(p, func() UseLimit {
		limit := p.count("uses", 1, MaxInt)
		p.keyword("at", `"at"`)
		return UseLimit{limit, p.name("the name of a service")}
	})
	return UsesAt(uses...), items
}

// cosigned reads what follows "cosigned".
func (p *parser) cosigned() (s Statement, items []int) {
	p.keyword("by", `"by"`)
	threshold := p.count("keys", 1, maxCosigners)
	p.keyword("of", `"of"`)
	keys, items := parseSet(p, func() Key {
		t := p.tok
		key, err := ParseKey(t.text)
		if t.kind != wordToken || err != nil {
			p.unexpected(t, "a key, ed25519: and 43 characters of base64url")
		}
		p.next()
		return key
	})
	return CosignedBy(int(threshold), keys...), items
}

// digest reads what follows "digest".
func (p *parser) digest() (digest [32]byte) {
	t := p.tok
	digits, found := strings.CutPrefix(t.text, digestPrefix)
	ok := t.kind == wordToken && found && len(digits) == hex.EncodedLen(len(digest))
	if ok {
		_, err := hex.Decode(digest[:], []byte(digits))
		ok = err == nil && strings.ToLower(digits) == digits // The decoder takes both cases.
	}
	if !ok {
		p.unexpected(t, "sha256: and 64 lower case hexadecimal digits")
	}
	p.next()
	return digest
}

// extension reads what follows "extension".
func (p *parser) extension() Statement {
	extensions, items := parseList(p, func() Extension {
		name := p.name("the name of an extension")
		value := p.tok
		if value.kind != bytesToken {
			p.unexpected(value, "bytes such as h'0a'")
		}
		p.next()
		return Extension{name, []byte(value.text)}
	})
	// The claim holds them in another order, so a fault has no index. It is found
	// at the ninth at the latest.
	for i := 0; i < len(extensions) && p.err == nil; i++ {
		if err := Extensions(extensions[:i+1]...)(new(Claims)); err != nil {
			p.invalid(err, items[i], nil)
		}
	}
	return Extensions(extensions...)
}

// time reads a time, in seconds since 1970. Where it counts from now, a fraction
// of a second is cut off, or rounded up.
func (p *parser) time(roundUp bool) uint64 {
	const expected = "YYYY-MM-DDThh:mm:ssZ"
	t := p.tok
	duration, relative := strings.CutPrefix(t.text, "+")
	switch {
	case t.kind != wordToken || !relative:
		seconds, ok := parseTime(t.text)
		if t.kind != wordToken || !ok {
			p.unexpected(t, expected+" in the years 1970 to 9999")
		}
		p.next()
		return seconds
	case !p.clock:
		p.fail(t.at, "a relative time needs a clock: expected "+expected, nil)
		return 0
	}
	now := p.now.Unix()
	if now < 0 || now > MaxTime {
		p.fail(t.at, "the clock is outside the years 1970 to 9999", nil)
		return 0
	}
	if roundUp && p.now.Nanosecond() > 0 {
		now++
	}
	seconds, ok := parseDuration(duration)
	if !ok {
		p.unexpected(t, "a time such as +2d, +1h30m or +90s, or "+expected)
	}
	p.next()
	return uint64(now) + seconds
}

// parseTime returns the seconds since 1970 of an absolute time.
func parseTime(s string) (seconds uint64, ok bool) {
	t, err := time.Parse(timeLayout, s)
	// Go reads some other forms too, such as fractions and one-digit hours.
	if err != nil || t.Format(timeLayout) != s || t.Unix() < 0 {
		return 0, false
	}
	return uint64(t.Unix()), true
}

// parseDuration returns the seconds of what follows the "+" of a relative time:
// numbers of days, hours, minutes and seconds, of at most nine digits each so
// that no sum overflows.
func parseDuration(s string) (seconds uint64, ok bool) {
	units := []struct {
		letter  byte
		seconds uint64
	}{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}
	for _, unit := range units {
		i := strings.IndexByte(s, unit.letter)
		if i < 0 {
			continue
		}
		n, err := strconv.ParseUint(s[:i], 10, 32)
		if err != nil || i > 9 || s[0] == '0' {
			return 0, false
		}
		seconds += n * unit.seconds
		s = s[i+1:]
	}
	return seconds, s == "" && seconds > 0
}

// seconds reads a number of seconds such as 60s.
func (p *parser) seconds() int {
	t := p.tok
	digits, found := strings.CutSuffix(t.text, "s")
	n, ok := parseInteger(digits)
	if t.kind != wordToken || !found || !ok || n < 1 || n > maxFresh {
		p.unexpected(t, "seconds from 1s to 3600s")
	}
	p.next()
	return int(n)
}

// count reads a number of things.
func (p *parser) count(things string, least, most int64) uint64 {
	t := p.tok
	n, ok := parseInteger(t.text)
	if t.kind != wordToken || !ok || n < least || n > most {
		p.unexpected(t, fmt.Sprintf("a number of %s from %d to %d", things, least, most))
	}
	p.next()
	return uint64(n)
}

// integer reads an integer where one, or something else too, is expected.
func (p *parser) integer(expected string) int64 {
	t := p.tok
	n, ok := parseInteger(t.text)
	if t.kind != wordToken || !ok {
		if t.kind == wordToken && strings.Trim(t.text, "-0123456789") == "" {
			expected = fmt.Sprintf("an integer from %d to %d without leading zeros", int64(-MaxInt), int64(MaxInt))
		}
		p.unexpected(t, expected)
	}
	p.next()
	return n
}

// parseInteger returns the integer that s writes in the one way there is, if
// it is within +-(2^53-1).
func parseInteger(s string) (n int64, ok bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < -MaxInt || n > MaxInt || strconv.FormatInt(n, 10) != s {
		return 0, false
	}
	return n, true
}

// names reads a list of names or patterns.
func (p *parser) names(expected string) (names []string, items []int) {
	return parseList(p, func() string { return p.name(expected) })
}

// name reads a name or a pattern: a bare word that is no keyword, or quoted.
func (p *parser) name(expected string) string {
	t := p.tok
	switch {
	case t.kind == wordToken && isKeyword(t.text):
		p.fail(t.at, fmt.Sprintf("expected %s, found %s (quote it if it is a name)", expected, t), nil)
	case t.kind != wordToken && t.kind != quotedToken:
		p.unexpected(t, expected)
	}
	p.next()
	// Clone, so that claims don't keep the whole text alive.
	return strings.Clone(t.text)
}

// quotedText reads a text, which is always quoted.
func (p *parser) quotedText() string {
	t := p.tok
	if t.kind != quotedToken {
		p.unexpected(t, "a quoted text")
	}
	p.next()
	return t.text
}

// keyword reads a word of the notation itself.
func (p *parser) keyword(word, expected string) {
	if !p.word(word) {
		p.unexpected(p.tok, expected)
	}
}

// word reports whether the current token is this bare word, and reads it.
func (p *parser) word(word string) bool { return p.accept(wordToken, word) }

// symbol reports whether the current token is this symbol, and reads it.
func (p *parser) symbol(symbol string) bool { return p.accept(symbolToken, symbol) }

func (p *parser) accept(kind tokenKind, text string) bool {
	if p.tok.kind != kind || p.tok.text != text {
		return false
	}
	p.next()
	return true
}

// parseList reads items with commas between them, and notes where each stands. It
// ends at the greatest length of any list, so that a text costs no more memory
// than the claims that it could make.
func parseList[T any](p *parser, read func() T) (items []T, at []int) {
	for {
		if len(items) == maxPatterns {
			p.fail(p.tok.at, fmt.Sprintf("more than %d items in a list", maxPatterns), nil)
			return nil, nil
		}
		at = append(at, p.tok.at)
		items = append(items, read())
		if !p.symbol(",") {
			return items, at
		}
	}
}

// parseSet reads a list in braces.
func parseSet[T any](p *parser, read func() T) (items []T, at []int) {
	if !p.symbol("{") {
		p.unexpected(p.tok, `"{"`)
	}
	items, at = parseList(p, read)
	if !p.symbol("}") {
		p.unexpected(p.tok, `"," or "}"`)
	}
	return items, at
}
