package predicates_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tapertoken/taper/predicates"
)

// unquote reads what Quote writes, and nothing else.
func unquote(quoted string) (s string, ok bool) {
	if len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
		return "", false
	}
	var b strings.Builder
	for in := quoted[1 : len(quoted)-1]; in != ""; {
		switch c := in[0]; {
		case c < ' ' || c > '~' || c == '"':
			return "", false
		case c != '\\':
			b.WriteByte(c)
			in = in[1:]
		case strings.HasPrefix(in, `\"`), strings.HasPrefix(in, `\\`):
			b.WriteByte(in[1])
			in = in[2:]
		case strings.HasPrefix(in, `\u{`):
			hex, rest, found := strings.Cut(in[3:], "}")
			r, err := strconv.ParseUint(hex, 16, 32)
			if !found || err != nil || !utf8.ValidRune(rune(r)) || strconv.FormatUint(r, 16) != hex || ' ' <= r && r <= '~' {
				return "", false
			}
			b.WriteRune(rune(r))
			in = rest
		default:
			return "", false
		}
	}
	return b.String(), true
}

func TestQuote(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", `""`},
		{"customers/1", `"customers/1"`},
		{` !#$%&'()*+,-./09:;<=>?@AZ[]^_az{|}~` + "`", `" !#$%&'()*+,-./09:;<=>?@AZ[]^_az{|}~` + "`\""},
		{`a"b\c`, `"a\"b\\c"`},
		{"\x00\t\n\r\x1b\x1f\x7f", `"\u{0}\u{9}\u{a}\u{d}\u{1b}\u{1f}\u{7f}"`},
		{"\u0080\u009f\u00a0é", `"\u{80}\u{9f}\u{a0}\u{e9}"`},
		{"\u2028\u202e\u200b\ufeff", `"\u{2028}\u{202e}\u{200b}\u{feff}"`},
		{"\U0001f56f\U0010ffff", `"\u{1f56f}\u{10ffff}"`},
		{"\ufffd", `"\u{fffd}"`},
		{"a\xffb", `"a\u{fffd}b"`},
		{"\xc2", `"\u{fffd}"`},
		{"\xed\xa0\x80", `"\u{fffd}\u{fffd}\u{fffd}"`}, // a surrogate
		{"\xf0\x9f\x95", `"\u{fffd}\u{fffd}\u{fffd}"`}, // a cut rune
		{`\u{41}`, `"\\u{41}"`},
	} {
		if got := predicates.Quote(c.in); got != c.want {
			t.Errorf("Quote(%q): got %s, want %s", c.in, got, c.want)
		}
	}
}

func TestQuoteCut(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", -1, `""`},
		{"", 5, `""`},
		{"a", -1, `"a"`},
		{"abc", 5, `"abc"`},
		{"abcd", 5, `""...`},
		{"abcd", 6, `"abcd"`},
		{"abcde", 6, `"a"...`},
		{"é", 8, `"\u{e9}"`},
		{"éé", 13, `"\u{e9}"...`},
		{"éé", 14, `"\u{e9}\u{e9}"`},
		{"\U0001f56f", 10, `""...`},
		{"\U0001f56f", 11, `"\u{1f56f}"`},
		{"\xff\xff\xff", 26, `"\u{fffd}\u{fffd}\u{fffd}"`},
		{"\xff\xff\xff", 25, `"\u{fffd}\u{fffd}"...`},
		{`""""`, 9, `"\"\""...`},
		{`\\\\`, 10, `"\\\\\\\\"`},
		{strings.Repeat("x", 62), 64, `"` + strings.Repeat("x", 62) + `"`},
		{strings.Repeat("x", 63), 64, `"` + strings.Repeat("x", 59) + `"...`},
	} {
		if got := predicates.QuoteCut(c.in, c.limit); got != c.want {
			t.Errorf("QuoteCut(%q, %d): got %s, want %s", c.in, c.limit, got, c.want)
		}
	}
}

// randomString returns text that is likely to break a quotation.
func randomString(r *rand.Rand) string {
	pieces := []string{"a", "/", `"`, `\`, "u{41}", "}", "\n", "\x00", "\x7f", "\u0085", "é", "\u2028", "\U0001f56f",
		"\ufffd", "\xff", "\xc2", "\xe2\x80", "\xf0\x9f\x95", "\xed\xa0\x80", "\xc0\xaf", "..."}
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// Whatever is quoted is printable ASCII, reads back as itself, and is cut
// between code points only where it has to be.
func TestQuoteReadsBack(t *testing.T) {
	r := newRand(t)
	for range 50000 {
		s := randomString(r)
		// Ranging over runes makes each bad byte one U+FFFD; ToValidUTF8 makes one of a run.
		valid := string([]rune(s))
		if got, ok := unquote(predicates.Quote(s)); !ok || got != valid {
			t.Fatalf("Quote(%q) = %s reads back as %q, %v", s, predicates.Quote(s), got, ok)
		}
		limit := r.IntN(40) - 1
		quoted := predicates.QuoteCut(s, limit)
		if len(quoted) > max(limit, 5) {
			t.Fatalf("QuoteCut(%q, %d) = %s has %d bytes", s, limit, quoted, len(quoted))
		}
		head, cut := strings.CutSuffix(quoted, `"...`)
		if !cut {
			if quoted != predicates.Quote(s) {
				t.Fatalf("QuoteCut(%q, %d) = %s is not cut, and not all", s, limit, quoted)
			}
			continue
		}
		got, ok := unquote(head + `"`)
		if !ok || !strings.HasPrefix(valid, got) {
			t.Fatalf("QuoteCut(%q, %d) = %s is no prefix", s, limit, quoted)
		}
		// One code point more would not have fitted, nor would all.
		more := string([]rune(valid)[:utf8.RuneCountInString(got)+1])
		if len(predicates.Quote(more))+len("...") <= max(limit, 5) || len(predicates.Quote(s)) <= max(limit, 5) {
			t.Fatalf("QuoteCut(%q, %d) = %s cuts too much", s, limit, quoted)
		}
	}
}
