package format_test

import (
	"testing"

	"github.com/tapertoken/taper/format"
)

// FuzzWellFormed: bytes are accepted iff reading them leniently and writing them
// canonically gives the same bytes.
func FuzzWellFormed(f *testing.F) {
	for _, c := range profileCases(f) {
		f.Add(unhex(f, c.Hex))
	}
	for _, b := range kinds() {
		f.Add([]byte(b))
	}
	f.Add([]byte(rich.encode()))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		err := format.WellFormed(b)
		if err != nil {
			errorOf(t, err)
		}
		if _, want := slowItem(string(b)); (err == nil) != want {
			t.Fatalf("%x: got %v, want well formed %v", b, err, want)
		}
	})
}

// FuzzDecode: bytes are accepted iff the slow decoder accepts them, and what is
// accepted is written as the same bytes.
func FuzzDecode(f *testing.F) {
	for _, b := range kinds() {
		f.Add([]byte(b))
	}
	for _, c := range bounds() {
		f.Add([]byte(withClaim(c.claim, c.good)))
		f.Add([]byte(withClaim(c.claim, c.bad)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 2*format.MaxTokenBytes {
			return
		}
		rejectedOrExact(t, "fuzz", string(b))
		// As a payload, most of what the fuzzer finds goes deeper.
		if claims, err := format.DecodeClaims(string(b)); err == nil {
			if got := format.AppendClaims(nil, claims); string(got) != string(b) {
				t.Fatalf("claims %x are accepted and mean %x", b, got)
			}
		} else {
			errorOf(t, err)
		}
		accepted := rejectedOrExact(t, "fuzz payload", tokenOf(cose(string(b))))
		if _, err := format.DecodeClaims(string(b)); accepted && err != nil {
			t.Fatalf("claims %x are accepted in a block, and alone: %v", b, err)
		}
	})
}

// FuzzDecodeText: a text is accepted iff it is the text of the token that is in
// it.
func FuzzDecodeText(f *testing.F) {
	for kind, b := range kinds() {
		f.Add(kind.Prefix() + decode(f, b).Text()[8:])
		f.Add(format.Sealed.Prefix() + decode(f, b).Text()[8:])
	}
	for _, s := range []string{"", "taper1s_", "taper2s_", "taper1s_AA==", "taper1s_A\nA", "TAPER1S_", "taper01s_", "taper1x_"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2*format.MaxTextBytes {
			return
		}
		token, err := format.DecodeText(s)
		if err != nil {
			if token != nil {
				t.Fatalf("%q: got a token beside %v", s, err)
			}
			errorOf(t, err)
			return
		}
		if got := token.Text(); got != s {
			t.Fatalf("%q is accepted and is the text %q", s, got)
		}
		if again := decode(t, string(token.Bytes())); again.Text() != s || !slowToken(string(token.Bytes())) {
			t.Fatalf("%q is accepted, and its bytes are not", s)
		}
	})
}
