package predicates

import (
	"strconv"
)

// Quote returns s in quotes as the text notation writes it (SPEC 7): `"` and `\`
// behind a backslash, and everything outside printable ASCII as \u{hex}. The
// result is printable ASCII on one line. Bytes that are not UTF-8 become U+FFFD.
func Quote(s string) string {
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for _, r := range s {
		b = appendEscaped(b, r)
	}
	return string(append(b, '"'))
}

// QuoteCut is Quote for a foreign string in a message: the result has at most
// limit bytes, or 5 if that is more. Where s is too long for that, whole code points are cut
// off, and "..." follows the closing quote.
func QuoteCut(s string, limit int) string {
	const end = `"...`
	limit = max(limit, len(`"`+end))
	b := make([]byte, 0, limit)
	b = append(b, '"')
	cut := len(b) // where the quotation still leaves room for its end
	for _, r := range s {
		b = appendEscaped(b, r)
		if len(b)+len(`"`) > limit {
			return string(b[:cut]) + end
		}
		if len(b)+len(end) <= limit {
			cut = len(b)
		}
	}
	return string(append(b, '"'))
}

// quoteShort quotes a foreign string for an error.
func quoteShort(s string) string { return QuoteCut(s, 64) }

func appendEscaped(b []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case ' ' <= r && r <= '~':
		return append(b, byte(r))
	}
	b = append(b, `\u{`...)
	b = strconv.AppendInt(b, int64(r), 16)
	return append(b, '}')
}
