package format_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// textOf writes a text by hand.
func textOf(prefix, token string) string {
	return prefix + base64.RawURLEncoding.EncodeToString([]byte(token))
}

func TestTextRoundTrip(t *testing.T) {
	prefixes := map[format.Kind]string{format.Sealed: "taper1s_", format.Open: "taper1o_", format.Handoff: "taper1k_"}
	for kind, b := range kinds() {
		want := textOf(prefixes[kind], b)
		if got := decode(t, b).Text(); got != want {
			t.Errorf("%v: got text %s, want %s", kind, got, want)
		}
		token, err := format.DecodeText(want)
		if err != nil {
			t.Errorf("%v: %v", kind, err)
			continue
		}
		if string(token.Bytes()) != b || token.Kind() != kind || token.Text() != want {
			t.Errorf("%v: got %v, %x", kind, token.Kind(), token.Bytes())
		}
	}
}

func TestDecodeTextRejects(t *testing.T) {
	const (
		tooLarge    = predicates.TooLarge
		unsupported = predicates.UnsupportedVersion
		malformed   = predicates.Malformed
	)
	sealed, open, hand := textOf("taper1s_", sealedToken()), textOf("taper1o_", openToken()), textOf("taper1k_", handoff())
	// A token whose length leaves unused bits in the last character.
	odd := sealed
	for n := 0; len(odd)%4 == 0; n++ {
		odd = textOf("taper1s_", tokenOf(cose(sealing.with(11, txt(strings.Repeat("x", n))).encode())))
	}
	if _, err := format.DecodeText(odd); err != nil {
		t.Fatal(err)
	}
	last := strings.IndexByte(alphabet, odd[len(odd)-1])
	const noPrefix = "the text does not begin with taper1s_, taper1o_ or taper1k_"
	const badBits = "the text ends with bits that belong to no byte"
	badChar := func(i int) string {
		return fmt.Sprintf("character %d of the text is not one of A-Z, a-z, 0-9, - and _", i)
	}
	mismatch := func(prefix, kind, want string) string {
		return fmt.Sprintf("the text begins with %s and holds a token of kind %s (expected %s)", prefix, kind, want)
	}
	version := func(v string) string { return fmt.Sprintf("the token is of version %q (expected 1)", v) }

	for _, c := range []struct {
		name    string
		text    string
		verdict predicates.Verdict
		reason  string
	}{
		{"21855 characters", "taper1s_" + strings.Repeat("A", 21847), tooLarge, "the text has 21855 characters (expected at most 21854)"},
		{"21855 characters of another version", "taper2s_" + strings.Repeat("A", 21847), tooLarge, "the text has 21855 characters (expected at most 21854)"},
		{"21855 blanks", strings.Repeat(" ", 21855), tooLarge, "the text has 21855 characters (expected at most 21854)"},
		{"version 2", "taper2s_" + sealed[8:], unsupported, version("2")},
		{"version 0", "taper0s_" + sealed[8:], unsupported, version("0")},
		{"version 10, another kind, garbage", "taper10x_\x00 =", unsupported, version("10")},
		{"version 2 in capitals", "taper2S_", unsupported, version("2")},
		{"version of 30 digits", "taper" + strings.Repeat("9", 30) + "s_", unsupported, `the token is of version "` + strings.Repeat("9", 20) + `"... (expected 1)`},
		{"version 2 inside", textOf("taper1s_", arr(num(2))), unsupported, version("2")},
		{"version 02", "taper02s_" + sealed[8:], malformed, noPrefix},
		{"version 01", "taper01s_" + sealed[8:], malformed, noPrefix},
		{"version 00", "taper00s_" + sealed[8:], malformed, noPrefix},
		{"version 2 and two letters", "taper2ss_" + sealed[8:], malformed, noPrefix},
		{"version 2 and no letter", "taper2_" + sealed[8:], malformed, noPrefix},
		{"version 2 and a sign", "taper2-_" + sealed[8:], malformed, noPrefix},
		{"version 2 and two underscores", "taper2__" + sealed[8:], malformed, noPrefix},
		{"version 2 and a digit of Arabic", "taper2٣_", malformed, noPrefix},
		{"version 2 and no underscore", "taper2s", malformed, noPrefix},
		{"no version", "tapers_" + sealed[8:], malformed, noPrefix},
		{"version -1", "taper-1s_" + sealed[8:], malformed, noPrefix},
		{"capital version 2", "TAPER2s_" + sealed[8:], malformed, noPrefix},
		{"nothing", "", malformed, noPrefix},
		{"no prefix", sealed[8:], malformed, noPrefix},
		{"another kind", "taper1x_" + sealed[8:], malformed, noPrefix},
		{"capitals", "TAPER1S_" + sealed[8:], malformed, noPrefix},
		{"a capital", "taper1S_" + sealed[8:], malformed, noPrefix},
		{"a blank in front", " " + sealed, malformed, noPrefix},
		{"prefix cut", "taper1s", malformed, noPrefix},
		{"prefix alone", "taper1s_", malformed, "byte 0: cut off (expected a data item)"},
		{"prefix twice", "taper1s_" + sealed, malformed, ""},
		{"open as sealed", "taper1s_" + open[8:], malformed, mismatch("taper1s_", "open", "taper1o_")},
		{"open as handoff", "taper1k_" + open[8:], malformed, mismatch("taper1k_", "open", "taper1o_")},
		{"handoff as sealed", "taper1s_" + hand[8:], malformed, mismatch("taper1s_", "handoff", "taper1k_")},
		{"handoff as open", "taper1o_" + hand[8:], malformed, mismatch("taper1o_", "handoff", "taper1k_")},
		{"sealed as open", "taper1o_" + sealed[8:], malformed, mismatch("taper1o_", "sealed", "taper1s_")},
		{"sealed as handoff", "taper1k_" + sealed[8:], malformed, mismatch("taper1k_", "sealed", "taper1s_")},
		{"padding", odd + "=", malformed, badChar(len(odd))},
		{"two paddings", odd + "==", malformed, badChar(len(odd))},
		{"line end behind", sealed + "\n", malformed, badChar(len(sealed))},
		{"line end inside", sealed[:20] + "\n" + sealed[20:], malformed, badChar(20)},
		{"CR LF inside", sealed[:20] + "\r\n" + sealed[20:], malformed, badChar(20)},
		{"blank inside", sealed[:20] + " " + sealed[20:], malformed, badChar(20)},
		{"plus", sealed[:20] + "+" + sealed[21:], malformed, badChar(20)},
		{"slash", sealed[:20] + "/" + sealed[21:], malformed, badChar(20)},
		{"umlaut", sealed[:20] + "ä" + sealed[22:], malformed, badChar(20)},
		{"NUL behind", sealed + "\x00", malformed, badChar(len(sealed))},
		{"trailing bits", odd[:len(odd)-1] + string(alphabet[last|1]), malformed, badBits},
		{"one character too many", sealed[:8+4] + "A", malformed, badBits},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := format.DecodeText(c.text)
			if err == nil {
				t.Fatalf("%q is accepted", c.text)
			}
			if token != nil {
				t.Error("got a token beside an error")
			}
			e := errorOf(t, err)
			if e.Verdict != c.verdict || e.Block != -1 || e.Claim != 0 || e.Path != "" || c.reason != "" && e.Reason != c.reason {
				t.Errorf("got  %+v\nwant %v: %s", e, c.verdict, c.reason)
			}
		})
	}
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// A token has one text: whatever one character is replaced by, inserted or left
// out, the result is no text of the same token.
func TestOneTextPerToken(t *testing.T) {
	for kind, b := range kinds() {
		text := decode(t, b).Text()
		check := func(mutated string) {
			t.Helper()
			if mutated == text {
				return
			}
			token, err := format.DecodeText(mutated)
			if err != nil {
				errorOf(t, err)
				return
			}
			if string(token.Bytes()) == b {
				t.Fatalf("%v: %q and %q are texts of one token", kind, mutated, text)
			}
			if token.Text() != mutated {
				t.Fatalf("%v: %q is read, and written as %q", kind, mutated, token.Text())
			}
		}
		others := alphabet + "=+/ \r\n\t.~\x00\x7f\x80\xff"
		for i := range len(text) {
			check(text[:i] + text[i+1:])
			check(text[:i])
			// All characters near the ends, and a few elsewhere.
			step := 11
			if i < 12 || i > len(text)-6 {
				step = 1
			}
			for j := i % step; j < len(others); j += step {
				check(text[:i] + others[j:j+1] + text[i+1:])
				check(text[:i] + others[j:j+1] + text[i:])
			}
		}
		for j := range len(others) {
			check(text + others[j:j+1])
			check(text + others[j:j+1] + "=")
		}
	}
}
