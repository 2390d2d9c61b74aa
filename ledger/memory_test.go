package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

const (
	service = "db-gateway"
	start   = 1795341600 // 2026-11-22T10:00:00Z
	maxUses = 1<<53 - 1
)

var ctx = context.Background()

// A clock is moved by hand.
type clock struct{ seconds atomic.Int64 }

func newClock() *clock {
	var c clock
	c.seconds.Store(start)
	return &c
}

func (c *clock) now() time.Time { return time.Unix(c.seconds.Load(), 0) }

func newMemory(t testing.TB, c ledger.Config) *ledger.Memory {
	t.Helper()
	if c.Service == "" {
		c.Service = service
	}
	if c.Now == nil {
		c.Now = newClock().now
	}
	m, err := ledger.NewMemory(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func id(n int) chain.BlockID {
	var id chain.BlockID
	copy(id[:], fmt.Sprintf("block %d", n))
	return id
}

// charge returns a charge of block n that ends so many seconds after the start.
func charge(n int, limit uint64, end int) chain.Charge {
	return chain.Charge{ID: id(n), Limit: limit, End: uint64(start + end)}
}

// try charges, and returns the numbers, or the refusal, or the error in words.
func try(t testing.TB, m *ledger.Memory, charges ...chain.Charge) string {
	t.Helper()
	numbers, err := m.Charge(ctx, service, charges)
	if err != nil {
		if numbers != nil {
			t.Errorf("%v beside an error", numbers)
		}
		return err.Error()
	}
	return fmt.Sprint(numbers)
}

func want(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNewMemoryRefuses(t *testing.T) {
	for _, c := range []struct {
		config ledger.Config
		want   string
	}{
		{ledger.Config{}, `ledger: "" is no service name (expected 1 to 256 bytes of UTF-8 without control characters)`},
		{ledger.Config{Service: "a\nb"}, `ledger: "a\u{a}b" is no service name (expected 1 to 256 bytes of UTF-8 without control characters)`},
		{ledger.Config{Service: strings.Repeat("x", 257)}, `ledger: "` + strings.Repeat("x", 59) + `"... is no service name (expected 1 to 256 bytes of UTF-8 without control characters)`},
		{ledger.Config{Service: service, MaxCounters: -1}, "ledger: room for -1 counters (expected 0 or more)"},
	} {
		m, err := ledger.NewMemory(c.config)
		if err == nil || err.Error() != c.want || m != nil {
			t.Errorf("got %v, %v, want %s", m, err, c.want)
		}
	}
	// The clock is the system's where none is given.
	m, err := ledger.NewMemory(ledger.Config{Service: service})
	if err != nil {
		t.Fatal(err)
	}
	want(t, try(t, m, chain.Charge{ID: id(1), Limit: 1, End: predicates.MaxTime}), "[1]")
}

// [U-3], [U-4]: each number once, up to the limit, and then none.
func TestNumbers(t *testing.T) {
	m := newMemory(t, ledger.Config{})
	for n := 1; n <= 3; n++ {
		want(t, try(t, m, charge(1, 3, 60)), fmt.Sprintf("[%d]", n))
	}
	want(t, try(t, m, charge(1, 3, 60)), "charge 0: exhausted")
	// Which number it is and how much is left of others is each counter's own.
	want(t, try(t, m, charge(2, 1, 60)), "[1]")
	want(t, try(t, m, charge(2, 1, 60)), "charge 0: exhausted")
	// The greatest limit.
	want(t, try(t, m, charge(3, maxUses, 60)), "[1]")
	want(t, try(t, m, charge(3, maxUses, 60)), "[2]")
	if got := []uint64{m.Used(id(1)), m.Used(id(2)), m.Used(id(3)), m.Used(id(4))}; fmt.Sprint(got) != "[3 1 2 0]" {
		t.Errorf("got %v", got)
	}
	if m.Len() != 3 {
		t.Errorf("holds %d counters", m.Len())
	}
	want(t, try(t, m), "[]")
}

// [U-2], E4: all or none, and the first in the order given is named, expired before
// exhausted at each.
func TestAllOrNone(t *testing.T) {
	c := newClock()
	m := newMemory(t, ledger.Config{Now: c.now})
	want(t, try(t, m, charge(1, 9, 600), charge(2, 1, 600)), "[1 1]")
	for _, order := range [][]chain.Charge{
		{charge(1, 9, 600), charge(2, 1, 600)},
		{charge(2, 1, 600), charge(1, 9, 600)},
		{charge(3, 1, 600), charge(2, 1, 600), charge(1, 9, 600)},
	} {
		for i, c := range order {
			if c.ID == id(2) {
				want(t, try(t, m, order...), fmt.Sprintf("charge %d: exhausted", i))
			}
		}
	}
	if m.Used(id(1)) != 1 || m.Used(id(3)) != 0 || m.Len() != 2 {
		t.Errorf("a refusal charged: %d, %d, %d counters", m.Used(id(1)), m.Used(id(3)), m.Len())
	}
	// A counter above what another was forgotten at, one below, and a spent one.
	want(t, try(t, m, charge(4, 1, 10)), "[1]")
	c.seconds.Add(11)
	spent, old := charge(2, 1, 600), charge(5, 1, 10)
	want(t, try(t, m, charge(6, 1, 600), spent, old), "charge 1: exhausted")
	want(t, try(t, m, charge(6, 1, 600), old, spent), "charge 1: expired")
	if m.Len() != 2 {
		t.Errorf("holds %d counters, want 2", m.Len())
	}
	var refusal *chain.Refusal
	if _, err := m.Charge(ctx, service, []chain.Charge{old}); !errors.As(err, &refusal) || refusal.Index != 0 || refusal.Verdict != chain.ErrExpired || !errors.Is(err, chain.ErrExpired) {
		t.Errorf("got %v", err)
	}
}

// E1, [U-2], [U-3]: 64 goroutines, two limits on the path, exact.
func TestExactUnderConcurrency(t *testing.T) {
	const workers, tries, limit, parentLimit = 64, 50, 100, 250
	m := newMemory(t, ledger.Config{})
	var permitted [4]atomic.Int64
	var mu sync.Mutex
	seen := map[uint64]int{}
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			child := w % 4
			for i := range tries {
				charges := []chain.Charge{charge(0, parentLimit, 60), charge(1+child, limit, 60)}
				if i%2 == 1 {
					charges[0], charges[1] = charges[1], charges[0] // E17: in any order
				}
				numbers, err := m.Charge(ctx, service, charges)
				if err != nil {
					if !errors.Is(err, chain.ErrExhausted) {
						t.Error(err)
					}
					continue
				}
				permitted[child].Add(1)
				mu.Lock()
				seen[numbers[i%2]]++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	sum := int64(0)
	for child := range permitted {
		n := permitted[child].Load()
		if n > limit || m.Used(id(1+child)) != uint64(n) {
			t.Errorf("child %d: %d permitted, %d counted, limit %d", child, n, m.Used(id(1+child)), limit)
		}
		sum += n
	}
	if sum != parentLimit || m.Used(id(0)) != parentLimit {
		t.Errorf("%d permitted, %d counted, want %d", sum, m.Used(id(0)), parentLimit)
	}
	for n := uint64(1); n <= parentLimit; n++ {
		if seen[n] != 1 {
			t.Errorf("use %d of the parent was given %d times", n, seen[n])
		}
	}
}

// E3: over random trees of limits, no ancestor permits more than its limit, whoever
// asks in whatever order; and a plain model agrees on each answer.
func TestRandomTrees(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	refused := 0
	for range 200 {
		// Node n hangs below parent[n]; node 0 is the root.
		nodes := 2 + random.IntN(12)
		parent, limit := make([]int, nodes), make([]uint64, nodes)
		for n := range nodes {
			if n > 0 {
				parent[n] = random.IntN(n)
			}
			limit[n] = 1 + random.Uint64N(10)
		}
		path := func(n int) (list []int) {
			for ; n > 0; n = parent[n] {
				list = append([]int{n}, list...)
			}
			return append([]int{0}, list...)
		}
		m := newMemory(t, ledger.Config{})
		used := make([]uint64, nodes)
		for range 60 {
			nodesOnPath := path(random.IntN(nodes))
			var charges []chain.Charge
			wanted, numbers := "", []uint64{}
			for i, n := range nodesOnPath {
				charges = append(charges, charge(n, limit[n], 60))
				if used[n] >= limit[n] && wanted == "" {
					wanted = fmt.Sprintf("charge %d: exhausted", i)
					refused++
				}
				numbers = append(numbers, used[n]+1)
			}
			if wanted == "" {
				wanted = fmt.Sprint(numbers)
				for _, n := range nodesOnPath {
					used[n]++
				}
			}
			if got := try(t, m, charges...); got != wanted {
				t.Fatalf("got %s, want %s: parents %v, limits %v, used %v, path %v", got, wanted, parent, limit, used, nodesOnPath)
			}
		}
		for n := range nodes {
			if got := m.Used(id(n)); got != used[n] || got > limit[n] {
				t.Errorf("node %d: %d used, want %d of at most %d", n, got, used[n], limit[n])
			}
		}
	}
	if refused < 1000 {
		t.Errorf("%d refusals: the test shows little", refused)
	}
}

// [U-6], [U-8], E7, E8: a counter lives to its end by the ledger's clock; what may
// have been forgotten is refused, whichever way the clock goes.
func TestForgetting(t *testing.T) {
	c := newClock()
	m := newMemory(t, ledger.Config{Now: c.now})
	at := func(second int64) { c.seconds.Store(start + second) }
	want(t, try(t, m, charge(1, 2, 10), charge(2, 2, 20)), "[1 1]")
	at(9)
	want(t, try(t, m, charge(1, 2, 10)), "[2]")
	want(t, try(t, m, charge(1, 2, 10)), "charge 0: exhausted")
	at(10) // The end itself is the first second at which it is not valid.
	want(t, try(t, m, charge(1, 2, 10)), "charge 0: expired")
	if m.Len() != 1 || m.Used(id(1)) != 0 {
		t.Errorf("%d counters, %d used", m.Len(), m.Used(id(1)))
	}
	// Back: the floor does not fall, and what it forgot is not created anew.
	at(0)
	want(t, try(t, m, charge(1, 2, 10)), "charge 0: expired")
	want(t, try(t, m, charge(3, 1, 10)), "charge 0: expired")
	want(t, try(t, m, charge(4, 1, 9)), "charge 0: expired")
	want(t, try(t, m, charge(5, 1, 11)), "[1]")
	// A counter that is known is used, wherever the floor is.
	want(t, try(t, m, charge(2, 2, 20)), "[2]")
	want(t, try(t, m, charge(2, 2, 20)), "charge 0: exhausted")
	// A later charge with a shorter end does not shorten it, nor does one with a longer.
	at(15)
	want(t, try(t, m, charge(2, 2, 16)), "charge 0: exhausted")
	at(19)
	want(t, try(t, m, charge(2, 2, 100)), "charge 0: exhausted")
	at(20)
	want(t, try(t, m, charge(2, 2, 100)), "[1]") // Another end is another block in truth; the floor is 20.
	// A glitch far into the future forgets what is held, and denies only what ended by
	// then: SPEC 12.
	at(0)
	want(t, try(t, m, charge(6, 1, 500)), "[1]")
	c.seconds.Store(predicates.MaxTime)
	want(t, try(t, m, charge(7, 1, 900)), "[1]")
	at(30)
	want(t, try(t, m, charge(6, 1, 500)), "charge 0: expired")
	want(t, try(t, m, charge(8, 1, 500)), "charge 0: expired")
	want(t, try(t, m, charge(8, 1, 501)), "[1]")
	want(t, try(t, m, charge(7, 1, 900)), "charge 0: exhausted")
	// A clock before 1970 forgets nothing.
	c.seconds.Store(-5)
	want(t, try(t, m, charge(7, 1, 900)), "charge 0: exhausted")
	want(t, try(t, m, charge(9, 1, 900)), "[1]")
}

// The verifier's clock may be behind the ledger's: a counter is then created past its
// end, once, and no more than the limit is ever permitted.
func TestCreatedPastItsEnd(t *testing.T) {
	c := newClock()
	m := newMemory(t, ledger.Config{Now: c.now})
	want(t, try(t, m, charge(1, 5, 0)), "[1]")
	want(t, try(t, m, charge(1, 5, 0)), "charge 0: expired")
	want(t, try(t, m, charge(2, 5, -1)), "charge 0: expired")
	want(t, try(t, m, charge(3, 5, 1)), "[1]")
}

// E9, E18: a full ledger refuses new counters, and forgets none to make room.
func TestFull(t *testing.T) {
	c := newClock()
	m := newMemory(t, ledger.Config{MaxCounters: 2, Now: c.now})
	const full = "ledger: full: 2 counters, none of them expired"
	want(t, try(t, m, charge(1, 2, 10)), "[1]")
	want(t, try(t, m, charge(2, 2, 20), charge(3, 2, 20)), "ledger: full: 1 counters, none of them expired")
	want(t, try(t, m, charge(2, 1, 20)), "[1]")
	want(t, try(t, m, charge(3, 1, 20)), full)
	want(t, try(t, m, charge(1, 2, 10), charge(3, 1, 20)), full)
	want(t, try(t, m, charge(1, 2, 10)), "[2]") // Those that are held are counted on.
	want(t, try(t, m, charge(3, 1, 20), charge(2, 1, 20)), "charge 1: exhausted")
	c.seconds.Add(10)
	want(t, try(t, m, charge(3, 1, 20)), "[1]")
	if m.Len() != 2 {
		t.Errorf("holds %d counters", m.Len())
	}
	var refusal *chain.Refusal
	if _, err := m.Charge(ctx, service, []chain.Charge{charge(4, 1, 20)}); errors.As(err, &refusal) {
		t.Errorf("being full is not a refusal: %v", err)
	}
}

// What is not a charge of this service's is refused whole: E2, E6, E10, [U-9].
func TestChargesThatAreNone(t *testing.T) {
	m := newMemory(t, ledger.Config{})
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	good := charge(1, 1, 60)
	for _, c := range []struct {
		name    string
		memory  *ledger.Memory
		ctx     context.Context
		service string
		charges []chain.Charge
		want    string
		is      error
	}{
		{"another service", m, ctx, "reports", []chain.Charge{good}, `ledger: this ledger counts for service "db-gateway", not "reports"`, nil},
		{"no service", m, ctx, "", []chain.Charge{good}, `ledger: this ledger counts for service "db-gateway", not ""`, nil},
		{"a cancelled context", m, cancelled, service, []chain.Charge{good}, "ledger: context canceled", context.Canceled},
		{"limit 0", m, ctx, service, []chain.Charge{good, charge(2, 0, 60)}, "ledger: charge 1 has limit 0 (expected 1 to 2^53-1)", nil},
		{"limit 2^53", m, ctx, service, []chain.Charge{charge(2, 1<<53, 60)}, "ledger: charge 0 has limit 9007199254740992 (expected 1 to 2^53-1)", nil},
		{"one block twice", m, ctx, service, []chain.Charge{charge(2, 5, 60), good, charge(2, 5, 60)}, "ledger: block " + id(2).String() + " stands twice in one charge", nil},
		{"the zero Memory", &ledger.Memory{}, ctx, "", []chain.Charge{good}, "ledger: the zero Memory counts nothing", nil},
		{"nil", nil, ctx, service, []chain.Charge{good}, "ledger: the zero Memory counts nothing", nil},
	} {
		numbers, err := c.memory.Charge(c.ctx, c.service, c.charges)
		if err == nil || err.Error() != c.want || numbers != nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: got %v, %v, want %s", c.name, numbers, err, c.want)
		}
		var refusal *chain.Refusal
		if errors.As(err, &refusal) {
			t.Errorf("%s: %v is a refusal", c.name, err)
		}
	}
	if m.Len() != 0 {
		t.Errorf("%d counters were charged", m.Len())
	}
	var zero ledger.Memory
	if zero.Used(id(1)) != 0 || zero.Len() != 0 {
		t.Error("the zero Memory counts")
	}
}

// Forgetting keeps pace: what has ended is gone, in whatever order it came.
func TestForgetsInOrderOfEnd(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c := newClock()
	m := newMemory(t, ledger.Config{Now: c.now})
	ends := map[int]int{}
	for n := range 500 {
		ends[n] = 1 + random.IntN(300)
		want(t, try(t, m, charge(n, 1, ends[n])), "[1]")
	}
	for second := range 301 {
		c.seconds.Store(start + int64(second))
		want(t, try(t, m), "[]")
		left := 0
		for n, end := range ends {
			if end > second {
				left++
			}
			if held := m.Used(id(n)) == 1; held != (end > second) {
				t.Fatalf("at %d: counter %d, which ends at %d, is held: %t", second, n, end, held)
			}
		}
		if m.Len() != left {
			t.Fatalf("at %d: %d counters, want %d", second, m.Len(), left)
		}
	}
}

func BenchmarkCharge(b *testing.B) {
	m := newMemory(b, ledger.Config{})
	charges := []chain.Charge{charge(1, maxUses, 60), charge(2, maxUses, 60)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Charge(ctx, service, charges); err != nil {
			b.Fatal(err)
		}
	}
}

// A counter that exists is charged whatever end a later charge names, also one below
// the floor: [U-4], [U-6].
func TestKnownCounterIgnoresTheFloor(t *testing.T) {
	now := time.Unix(10, 0)
	m, err := ledger.NewMemory(ledger.Config{Service: "s", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	x, y := chain.BlockID{1}, chain.BlockID{2}
	charge := func(id chain.BlockID, end uint64) error {
		_, err := m.Charge(t.Context(), "s", []chain.Charge{{ID: id, Limit: 5, End: end}})
		return err
	}
	if err := charge(x, 100); err != nil {
		t.Fatal(err)
	}
	if err := charge(y, 50); err != nil {
		t.Fatal(err)
	}
	now = time.Unix(60, 0)
	if err := charge(x, 40); err != nil {
		t.Errorf("a known counter: got %v", err)
	}
	if err := charge(y, 50); !errors.Is(err, chain.ErrExpired) {
		t.Errorf("a forgotten counter: got %v, want expired", err)
	}
}
