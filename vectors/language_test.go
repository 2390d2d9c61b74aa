package vectors_test

import (
	"encoding/hex"
	"errors"
	"testing"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

// parseText returns the text of a case of op parse, which may be no UTF-8.
func parseText(t *testing.T, c vectors.Case) string {
	t.Helper()
	switch {
	case c.Text != nil && c.Hex == nil:
		return *c.Text
	case c.Text == nil && c.Hex != nil:
		return string(unhex(t, *c.Hex))
	}
	t.Fatal("neither text nor hex, or both")
	return ""
}

func TestParse(t *testing.T) {
	accepted, refused := 0, 0
	for _, c := range load(t, "parse") {
		t.Run(c.ID, func(t *testing.T) {
			claims, err := predicates.Parse(parseText(t, c))
			if c.Parsed == nil {
				refused++
				var syntax *predicates.SyntaxError
				if !errors.As(err, &syntax) {
					t.Fatalf("got %v (%v), want a syntax error", claims, err)
				}
				if c.Line != 0 && (syntax.Line != c.Line || syntax.Column != c.Column) {
					t.Errorf("%v: got line %d, column %d, want %d, %d", err, syntax.Line, syntax.Column, c.Line, c.Column)
				}
				if claims.String() != "" {
					t.Errorf("claims beside an error: %v", claims)
				}
				return
			}
			accepted++
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(format.AppendClaims(nil, claims)); got != c.Parsed.Claims {
				t.Errorf("claims\n%s, want\n%s", got, c.Parsed.Claims)
			}
			if got := claims.String(); got != c.Parsed.Canonical {
				t.Errorf("printed\n%s\nwant\n%s", got, c.Parsed.Canonical)
			}
			again, err := predicates.Parse(c.Parsed.Canonical)
			if err != nil {
				t.Fatalf("the canonical text: %v", err)
			}
			if got := hex.EncodeToString(format.AppendClaims(nil, again)); got != c.Parsed.Claims {
				t.Errorf("claims of the canonical text\n%s, want\n%s", got, c.Parsed.Claims)
			}
		})
	}
	if accepted+refused < 120 || refused < 60 {
		t.Errorf("%d accepted and %d refused", accepted, refused)
	}
}
