package format

import (
	"encoding/base64"
	"strings"

	"github.com/tapertoken/taper/predicates"
)

// Text returns the text form of the token (SPEC 8): the prefix of its kind, and
// its bytes in base64url without padding. That of a handoff holds the secret.
func (t *Token) Text() string {
	b := t.Bytes()
	text := make([]byte, 0, len(t.kind.Prefix())+base64.RawURLEncoding.EncodedLen(len(b)))
	text = append(text, t.kind.Prefix()...)
	return string(base64.RawURLEncoding.AppendEncode(text, b))
}

// DecodeText reads the text form of a token (SPEC 8), and only what [Token.Text]
// writes. The error is an *[Error]: too-large above [MaxTextBytes],
// unsupported-version if the prefix is that of another version, malformed if it
// is no prefix or not that of the token's kind, or if base64url is not strict;
// after that, those of [Decode].
func DecodeText(s string) (*Token, error) {
	if len(s) > MaxTextBytes {
		return nil, invalid(predicates.TooLarge, "the text has %d characters (expected at most %d)", len(s), MaxTextBytes)
	}
	if version, ok := textVersion(s); ok && version != "1" {
		return nil, unsupportedVersion(version)
	}
	var kind Kind
	for k := Sealed; k <= Handoff; k++ {
		if strings.HasPrefix(s, k.Prefix()) {
			kind = k
		}
	}
	// Errors from here on don't quote the text: it may hold a secret.
	if kind == 0 {
		return nil, invalid(predicates.Malformed, "the text does not begin with taper1s_, taper1o_ or taper1k_")
	}
	encoded := s[len(kind.Prefix()):]
	// The alphabet comes first: Go's strict base64 skips line ends.
	for i := range len(encoded) {
		if !isBase64URL(encoded[i]) {
			return nil, invalid(predicates.Malformed, "character %d of the text is not one of A-Z, a-z, 0-9, - and _", len(kind.Prefix())+i)
		}
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, invalid(predicates.Malformed, "the text ends with bits that belong to no byte")
	}
	t, err := decode(string(b))
	if err != nil {
		return nil, err
	}
	if t.kind != kind {
		return nil, invalid(predicates.Malformed, "the text begins with %s and holds a token of kind %s (expected %s)", kind.Prefix(), t.kind, t.kind.Prefix())
	}
	return t, nil
}

// textVersion returns the version that a text names: it begins with "taper", a
// decimal number without leading zeros, an ASCII letter and "_".
func textVersion(s string) (version string, ok bool) {
	rest, ok := strings.CutPrefix(s, "taper")
	if !ok {
		return "", false
	}
	tail := strings.TrimLeft(rest, "0123456789")
	version = rest[:len(rest)-len(tail)]
	if version == "" || len(version) > 1 && version[0] == '0' {
		return "", false
	}
	return version, len(tail) >= 2 && isLetter(tail[0]) && tail[1] == '_'
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isBase64URL(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || c == '-' || c == '_'
}
