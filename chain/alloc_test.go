package chain_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
)

// allocatedBytes returns how many bytes f allocates, at the least of some runs:
// other goroutines allocate, too.
func allocatedBytes(f func()) uint64 {
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// What a decision on a kept token allocates (ATTACKS G1, G2).
func TestDecisionAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	ctx := context.Background()
	for _, c := range []struct {
		name  string
		token forge.Token
		most  float64
	}{
		{"no charge", forge.Chain("root", "a", "b").Without(2, 7), 3},
		{"one charge", forge.Chain("root", "a", "b").With(2, forge.Uses(forge.Use(1<<50, forge.Service))), 8},
	} {
		verified := must(newVerifier("root").VerifyBytes(c.token.Encode()))
		request := read()
		got := testing.AllocsPerRun(200, func() {
			if _, err := verified.Authorize(ctx, request); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %v allocations", c.name, got)
		if got > c.most {
			t.Errorf("%s: %v allocations, want at most %v", c.name, got, c.most)
		}
	}
}

func BenchmarkAuthorize(b *testing.B) {
	v := newVerifier("root")
	ctx := context.Background()
	request := read()
	for i, holders := range [][]string{nil, {"a"}, {"a", "b", "c"}, {"a", "b", "c", "d", "e", "f", "g"}} {
		token := forge.Chain("root", holders...)
		token = token.Without(len(holders), 7)
		bytes := token.Encode()
		verified := must(v.VerifyBytes(bytes))
		name := []string{"Blocks1", "Blocks2", "Blocks4", "Blocks8"}[i]
		b.Run("Verify/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.VerifyBytes(bytes); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("Decide/"+name, func(b *testing.B) {
			b.ReportAllocs()
			var permit *chain.Permit
			for b.Loop() {
				permit = must(verified.Authorize(ctx, request))
			}
			_ = permit
		})
	}
}
