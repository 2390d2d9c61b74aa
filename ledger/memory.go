// Package ledger has the memory ledger: use counters that live as long as the
// process does. Ledgers that survive it are packages of their own below this one.
package ledger

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/predicates"
)

// DefaultMaxCounters is how many counters a Memory holds if its maker does not
// say: roughly 200 MB.
const DefaultMaxCounters = 1_000_000

// A Config says what a Memory counts for.
type Config struct {
	// Service is the one service whose uses are counted; others are refused.
	Service string

	// MaxCounters bounds the memory; DefaultMaxCounters if 0. A ledger that is
	// full of counters that have not expired refuses new ones: it never forgets
	// early to make room.
	MaxCounters int

	// Now is the clock by which counters are forgotten, time.Now if nil.
	Now func() time.Time
}

// A Memory is a chain.Ledger in memory (SPEC 12). It is exact under concurrency
// and forgets counters that have expired. It keeps nothing over a restart: then
// every count starts again, and presentations that have not expired can be
// replayed. It is for tests, demos, and services that accept that.
//
// It is safe for concurrent use. The zero Memory refuses every charge.
type Memory struct {
	service string
	max     int
	now     func() time.Time

	mu       sync.Mutex
	counters map[chain.BlockID]*counter
	ends     byEnd
	floor    uint64 // the greatest end of a counter that was forgotten
}

type counter struct {
	id   chain.BlockID
	used uint64
	end  uint64
}

// NewMemory returns an empty ledger.
func NewMemory(c Config) (*Memory, error) {
	if _, err := predicates.New(predicates.Services(c.Service)); err != nil {
		return nil, fmt.Errorf("ledger: %s is no service name (expected 1 to 256 bytes of UTF-8 without control characters)",
			predicates.QuoteCut(c.Service, 64))
	}
	if c.MaxCounters < 0 {
		return nil, fmt.Errorf("ledger: room for %d counters (expected 0 or more)", c.MaxCounters)
	}
	if c.MaxCounters == 0 {
		c.MaxCounters = DefaultMaxCounters
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Memory{
		service:  c.Service,
		max:      c.MaxCounters,
		now:      c.Now,
		counters: make(map[chain.BlockID]*counter),
	}, nil
}

// Charge implements chain.Ledger. Errors other than *chain.Refusal: the service
// is another, the context is done, the charges are not valid, the ledger is full.
// In each case nothing has been charged.
func (m *Memory) Charge(ctx context.Context, service string, charges []chain.Charge) ([]uint64, error) {
	if m == nil || m.counters == nil {
		return nil, errors.New("ledger: the zero Memory counts nothing")
	}
	if service != m.service {
		return nil, fmt.Errorf("ledger: this ledger counts for service %s, not %s",
			predicates.QuoteCut(m.service, 64), predicates.QuoteCut(service, 64))
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	for i, c := range charges {
		if c.Limit < 1 || c.Limit > predicates.MaxInt {
			return nil, fmt.Errorf("ledger: charge %d has limit %d (expected 1 to 2^53-1)", i, c.Limit)
		}
		for _, earlier := range charges[:i] {
			if earlier.ID == c.ID {
				return nil, fmt.Errorf("ledger: block %s stands twice in one charge", c.ID)
			}
		}
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()

	// Check all, then charge all: a refusal changes nothing ([U-2], [U-4]).
	missing := 0
	for i, c := range charges {
		known := m.counters[c.ID]
		switch {
		case known == nil && c.End <= m.floor:
			return nil, &chain.Refusal{Index: i, Verdict: chain.ErrExpired}
		case known == nil:
			missing++
		case known.used >= c.Limit:
			return nil, &chain.Refusal{Index: i, Verdict: chain.ErrExhausted}
		}
	}
	if len(m.counters)+missing > m.max {
		return nil, fmt.Errorf("ledger: full: %d counters, none of them expired", len(m.counters))
	}
	numbers := make([]uint64, len(charges))
	for i, c := range charges {
		known := m.counters[c.ID]
		if known == nil {
			known = &counter{id: c.ID, end: c.End}
			m.counters[c.ID] = known
			heap.Push(&m.ends, known)
		}
		known.used++
		numbers[i] = known.used
	}
	return numbers, nil
}

// forget drops the counters whose end has passed by the ledger's clock, and
// raises the floor to the greatest such end ([U-8]).
func (m *Memory) forget() {
	now := m.now().Unix()
	for len(m.ends) > 0 && now > 0 && m.ends[0].end <= uint64(now) {
		c := heap.Pop(&m.ends).(*counter)
		delete(m.counters, c.id)
		m.floor = max(m.floor, c.end)
	}
}

// Used returns how many uses of a block have been charged: 0 too if the block is
// not known, or forgotten.
func (m *Memory) Used(id chain.BlockID) uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.counters[id]; c != nil {
		return c.used
	}
	return 0
}

// Len returns the number of counters that are held.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.counters)
}

// byEnd is a heap of counters, the one that expires first on top.
type byEnd []*counter

func (h byEnd) Len() int           { return len(h) }
func (h byEnd) Less(i, j int) bool { return h[i].end < h[j].end }
func (h byEnd) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byEnd) Push(c any)        { *h = append(*h, c.(*counter)) }
func (h *byEnd) Pop() any {
	old := *h
	last := len(old) - 1
	c := old[last]
	old[last] = nil
	*h = old[:last]
	return c
}
