package format_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tapertoken/taper/format"
)

// usual returns a token as agents hand them on: each block narrows, the last one
// is a presentation.
func usual(blocks int) string {
	var all []string
	for i := range blocks - 1 {
		all = append(all, cose(claimMap{
			1: bin("nonce 00"),
			2: bin(strings.Repeat(string(rune('a'+i)), 32)),
			4: num(1795420800),
			6: arr(arr(txts("database:read"), txts("customers/**"))),
		}.encode()))
	}
	return tokenOf(append(all, cose(claimMap{
		1: bin("nonce 00"),
		3: txts("db-gateway"),
		4: num(1795420800),
		5: num(1795420740),
		6: arr(arr(txts("database:read"), txts("customers/17"), obj())),
		7: arr(arr(num(1), txt("db-gateway"))),
	}.encode()))...)
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{1, 2, 4, 8, 16} {
		token := []byte(usual(n))
		b.Run(fmt.Sprintf("Blocks%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(token)))
			for b.Loop() {
				if _, err := format.Decode(token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWellFormed(b *testing.B) {
	for _, n := range []int{1, 2, 4, 8, 16} {
		var keys []string
		for i := range 100 * n {
			keys = append(keys, txt(fmt.Sprintf("%06d", i)), obj(num(1), txt("é")))
		}
		item := []byte(obj(keys...))
		b.Run(fmt.Sprintf("Entries%d", 100*n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(item)))
			for b.Loop() {
				if err := format.WellFormed(item); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// dearest are tokens that cost the most for their size.
func dearest() map[string]string {
	var blocks []string
	grant := arr(txts("a"), txts("a"))
	for i := range 16 {
		blocks = append(blocks, cose(claimMap{
			1: bin("nonce 00"),
			2: bin(strings.Repeat(string(rune('a'+i)), 32)),
			6: arr(series(64, func(int) string { return grant })...),
		}.encode()))
	}
	values := arr(num(1), arr(series(64, func(i int) string {
		if i < 24 {
			return neg(uint64(i + 1))
		}
		return num(uint64(i - 24))
	})...))
	var arguments []string
	for i := range 32 {
		arguments = append(arguments, txt(string(rune('A'+i))), arr(series(5, func(int) string { return values })...))
	}
	return map[string]string{
		"Grants": tokenOf(blocks...),
		"Values": tokenOf(cose(claimMap{1: bin("nonce 00"), 6: arr(grantOf(obj(arguments...)))}.encode())),
	}
}

func BenchmarkDearest(b *testing.B) {
	for name, token := range dearest() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(token)))
			in := []byte(token)
			for b.Loop() {
				if _, err := format.Decode(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What the dearest tokens make Decode allocate stays in proportion to their size.
func TestAllocationIsBounded(t *testing.T) {
	for name, token := range dearest() {
		in := []byte(token)
		got := allocated(func() {
			if _, err := format.Decode(in); err != nil {
				t.Fatal(err)
			}
		})
		if limit := uint64(100 * len(token)); got > limit {
			t.Errorf("%s: %d bytes for a token of %d, want at most %d", name, got, len(token), limit)
		}
	}
	if raceEnabled {
		return
	}
	// For tokens in use: about eight allocations for an open block, twice that for a
	// presentation.
	in := []byte(usual(4))
	if n := testing.AllocsPerRun(100, func() {
		if _, err := format.Decode(in); err != nil {
			t.Fatal(err)
		}
	}); n > 50 {
		t.Errorf("got %v allocations for 4 blocks, want at most 50", n)
	}
}
