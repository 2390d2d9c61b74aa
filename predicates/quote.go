package predicates

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quote returns s in quotes as the text notation writes it (SPEC 7): `"` and `\`
// behind a backslash, and everything outside printable ASCII as \u{hex}. The
// result is printable ASCII on one line. Bytes that are not UTF-8 become U+FFFD.
func Quote(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case ' ' <= r && r <= '~':
			b.WriteRune(r)
		default:
			b.WriteString(`\u{`)
			b.WriteString(strconv.FormatInt(int64(r), 16))
			b.WriteByte('}')
		}
	}
	b.WriteByte('"')
	return b.String()
}

// QuoteCut is Quote of a foreign string for a message: whole code points are
// cut off until what is quoted has at most limit bytes, and "..." then follows
// the closing quote.
func QuoteCut(s string, limit int) string {
	end := 0
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(s[i:])
		}
		if i+size > limit {
			return Quote(s[:end]) + "..."
		}
		end = i + size
	}
	return Quote(s)
}

// quoteShort quotes a foreign string for an error.
func quoteShort(s string) string { return QuoteCut(s, 64) }
