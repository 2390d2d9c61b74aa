package chain_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

// limitedToken has limits in blocks 0 and 2 and in the seal, block 3.
func limitedToken() forge.Token {
	return forge.Chain("root", "a", "b", "c").
		With(0, forge.Uses(forge.Use(5, "reports"), forge.Use(4, forge.Service))).
		With(2, forge.Uses(forge.Use(2, forge.Service)))
}

// What a verifier charges: [U-2], [U-6]. The end of a counter is the least expiry up
// to its own block (E7), and a later block doesn't shorten it.
func TestCharges(t *testing.T) {
	token := limitedToken().With(1, forge.Expires(forge.Now+900)).With(2, forge.Expires(forge.Now+1000))
	verified := must(newVerifier("root").VerifyBytes(token.Encode()))
	got := must(verified.Decide(read(), clock())).Charges()
	want := []chain.Charge{
		{Block: 0, ID: verified.ID(0), Limit: 4, End: forge.Now + 8*3600},
		{Block: 2, ID: verified.ID(2), Limit: 2, End: forge.Now + 900},
		{Block: 3, ID: verified.ID(3), Limit: 1, End: forge.Now + 60, Seal: true},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	none := forge.Chain("root", "a").Without(1, 7)
	if got := must(must(newVerifier("root").VerifyBytes(none.Encode())).Decide(read(), clock())).Charges(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	// [U-1]: who charges nothing needs no ledger.
	conf := config("root")
	conf.Ledger = nil
	expect(t, must(chain.NewVerifier(conf)), none, read(), permitted)
	expect(t, must(chain.NewVerifier(conf)), token, read(), outcome{predicates.NoLedger, 0, 7})
	// Limits elsewhere are not counted here, and don't permit here (E11).
	expect(t, newVerifier("root"), none.With(0, forge.Uses(forge.Use(1, "reports"))), read(), outcome{predicates.WrongService, 0, 7})
	// A root that seals for itself: its one limit is the replay guard ([U-5]).
	single := forge.Chain("root")
	v := newVerifier("root")
	expect(t, v, single, read(), permitted)
	expect(t, v, single, read(), outcome{predicates.Replayed, 0, 7})
}

// E14, [U-7]: a ledger that answers what the interface does not allow is not
// believed. [U-4], [U-5]: what is refused is reported at its block.
func TestLedgerAnswers(t *testing.T) {
	verified := func(l chain.Ledger) *chain.Verified {
		conf := config("root")
		conf.Ledger = l
		return must(must(chain.NewVerifier(conf)).VerifyBytes(limitedToken().Encode()))
	}
	unavailable := outcome{predicates.LedgerUnavailable, chain.NoBlock, 0}
	broken := errors.New("broken")
	refuse := func(index int, v predicates.Verdict) error { return &chain.Refusal{Index: index, Verdict: v} }
	for _, c := range []struct {
		name    string
		numbers []uint64
		err     error
		want    outcome
		cause   string
	}{
		{"plausible", []uint64{4, 2, 1}, nil, permitted, ""},
		{"plausible, at the least", []uint64{1, 1, 1}, nil, permitted, ""},
		{"nothing", nil, nil, unavailable, "ledger answered 0 of 3 charges"},
		{"too few", []uint64{1, 1}, nil, unavailable, "ledger answered 2 of 3 charges"},
		{"too many", []uint64{1, 1, 1, 1}, nil, unavailable, "ledger answered 4 of 3 charges"},
		{"use 0", []uint64{1, 0, 1}, nil, unavailable, "ledger answered use 0 of 2"},
		{"above the limit", []uint64{1, 1, 2}, nil, unavailable, "ledger answered use 2 of 1"},
		{"-1 as unsigned", []uint64{math.MaxUint64, 1, 1}, nil, unavailable, "ledger answered use 18446744073709551615 of 4"},
		{"an error", nil, broken, unavailable, "broken"},
		{"an error beside numbers", []uint64{1, 1, 1}, broken, unavailable, "broken"},
		{"a bare verdict", nil, chain.ErrExhausted, unavailable, "exhausted"},
		{"exhausted, first", nil, refuse(0, predicates.Exhausted), outcome{predicates.Exhausted, 0, 7}, ""},
		{"exhausted, second", nil, refuse(1, predicates.Exhausted), outcome{predicates.Exhausted, 2, 7}, ""},
		{"exhausted, the seal", nil, refuse(2, predicates.Exhausted), outcome{predicates.Replayed, 3, 7}, ""},
		{"expired, first", nil, refuse(0, predicates.Expired), outcome{predicates.Expired, 0, 7}, ""},
		{"expired, the seal", nil, refuse(2, predicates.Expired), outcome{predicates.Expired, 3, 7}, ""},
		{"wrapped", nil, fmt.Errorf("store: %w", refuse(1, predicates.Exhausted)), outcome{predicates.Exhausted, 2, 7}, ""},
		{"a refusal beside numbers", []uint64{1, 1, 1}, refuse(1, predicates.Exhausted), outcome{predicates.Exhausted, 2, 7}, ""},
		{"no such charge", nil, refuse(3, predicates.Exhausted), unavailable, "ledger refused charge 3 of 3"},
		{"charge -1", nil, refuse(-1, predicates.Exhausted), unavailable, "ledger refused charge -1 of 3"},
		{"replayed", nil, refuse(2, predicates.Replayed), unavailable, "ledger refused with replayed"},
		{"permitted", nil, refuse(0, predicates.Permitted), unavailable, "ledger refused with permitted"},
		{"no verdict", nil, refuse(0, 0), unavailable, "ledger refused with no-verdict"},
		{"not-allowed", nil, refuse(0, predicates.NotAllowed), unavailable, "ledger refused with not-allowed"},
		{"a nil refusal", nil, (*chain.Refusal)(nil), unavailable, "<nil>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			permit, err := verified(ledgerFunc(func(charges []chain.Charge) ([]uint64, error) {
				for i := range charges {
					charges[i] = chain.Charge{Limit: math.MaxUint64} // It has a copy.
				}
				return c.numbers, c.err
			})).Authorize(context.Background(), read())
			if got := outcomeOf(t, err); got != c.want {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			if c.want == permitted {
				for i, u := range permit.Uses {
					if u.Number != c.numbers[i] || u.Limit != []uint64{4, 2, 1}[i] {
						t.Errorf("got %v", permit.Uses)
					}
				}
				return
			}
			isZero(t, permit)
			if cause := err.(*chain.Denial).Cause; c.want == unavailable && (cause == nil || fmt.Sprint(cause) != c.cause) {
				t.Errorf("the cause is %v, want %s", cause, c.cause)
			}
		})
	}
	r := &chain.Refusal{Index: 1, Verdict: predicates.Exhausted}
	if r.Error() != "charge 1: exhausted" || !errors.Is(r, chain.ErrExhausted) {
		t.Errorf("got %v", r)
	}

	// A typed nil is a ledger that refuses.
	_, err := verified((*ledger.Memory)(nil)).Authorize(context.Background(), read())
	if got := outcomeOf(t, err); got != unavailable {
		t.Errorf("got %v", got)
	}
	// An answer that comes after the caller has given up is late.
	ctx, cancel := context.WithCancel(context.Background())
	_, err = verified(ledgerFunc(func([]chain.Charge) ([]uint64, error) { cancel(); return []uint64{1, 1, 1}, nil })).Authorize(ctx, read())
	if got := outcomeOf(t, err); got != unavailable || !errors.Is(err.(*chain.Denial).Cause, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// A panic is not swallowed (G3).
	defer func() {
		if got := recover(); got != "stop" {
			t.Errorf("recovered %v", got)
		}
	}()
	verified(ledgerFunc(func([]chain.Charge) ([]uint64, error) { panic("stop") })).Authorize(context.Background(), read())
}

// L8, E5: no denial of class invalid or denied charges anything, by a real ledger's
// own count.
func TestDenialsAreFree(t *testing.T) {
	tried := 0
	for _, c := range denialCases() {
		if c.want.verdict.Class() == "unavailable" {
			continue
		}
		conf := config("root")
		if c.change != nil {
			c.change(&conf)
		}
		m, ok := conf.Ledger.(*ledger.Memory)
		if !ok {
			continue // A stub that refuses.
		}
		if o := outcomeOf(t, decide(must(chain.NewVerifier(conf)), c.token, c.request)); o != c.want {
			t.Errorf("%s: got %v", c.name, o)
		}
		if m.Len() != 0 {
			t.Errorf("%s: charged %d counters", c.name, m.Len())
		}
		tried++
	}
	if tried < 35 {
		t.Errorf("tried %d denials only", tried)
	}
}

// E3, E4, E5, E20: siblings share what their ancestors have, a refusal moves nothing,
// and of two limits that are spent the lower block is named.
func TestSiblingsShare(t *testing.T) {
	conf := config("root")
	m := memory(forge.Service)
	conf.Ledger = m
	v := must(chain.NewVerifier(conf))
	parent := forge.Chain("root", "a", "b").With(0, forge.Uses(forge.Use(3, forge.Service)))
	child := func(name string) forge.Token {
		return parent.With(1, forge.Nonce([]byte("child "+name)), forge.Uses(forge.Use(2, forge.Service)))
	}
	seal := func(token forge.Token, n int) forge.Token {
		return token.With(2, forge.Nonce(fmt.Appendf(nil, "seal %3d", n)))
	}
	one, two := child("01"), child("02")
	counts := func(want ...uint64) {
		t.Helper()
		steps, other := one.Trace(), two.Trace()
		got := []uint64{m.Used(steps[0].ID), m.Used(steps[1].ID), m.Used(other[1].ID)}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the counters are at %v, want %v", got, want)
		}
	}
	expect(t, v, seal(one, 1), read(), permitted)
	counts(1, 1, 0)
	expect(t, v, seal(one, 1), read(), outcome{predicates.Replayed, 2, 7})
	counts(1, 1, 0)
	orders := predicates.NewRequest(forge.Interface, "orders/1")
	expect(t, v, seal(one, 2), &orders, outcome{predicates.NotAllowed, 1, 6})
	counts(1, 1, 0)
	expect(t, v, seal(one, 2), read(), permitted)
	counts(2, 2, 0)
	expect(t, v, seal(one, 3), read(), outcome{predicates.Exhausted, 1, 7})
	counts(2, 2, 0)
	expect(t, v, seal(two, 1), read(), permitted)
	counts(3, 2, 1)
	// The parent's and the child's are spent, and so is the seal's.
	expect(t, v, seal(one, 1), read(), outcome{predicates.Exhausted, 0, 7})
	expect(t, v, seal(two, 2), read(), outcome{predicates.Exhausted, 0, 7})
	counts(3, 2, 1)

	// E10: a second ledger under the same name counts for itself. By design.
	expect(t, newVerifier("root"), seal(two, 2), read(), permitted)
}

// E7, E14, E16: a charged use stays spent, whatever becomes of the answer, and a
// short-lived child does not make the ledger forget its parent.
func TestChargedUsesStaySpent(t *testing.T) {
	now := int64(forge.Now)
	tick := func() time.Time { return time.Unix(now, 0) }
	m := must(ledger.NewMemory(ledger.Config{Service: forge.Service, Now: tick}))
	lost := errors.New("the answer was lost")
	conf := config("root")
	conf.Now = tick
	loses := true
	conf.Ledger = ledgerFunc(func(charges []chain.Charge) ([]uint64, error) {
		numbers, err := m.Charge(context.Background(), forge.Service, charges)
		if loses && err == nil {
			return nil, lost
		}
		return numbers, err
	})
	v := must(chain.NewVerifier(conf))
	token := forge.Chain("root", "a").With(0, forge.Uses(forge.Use(2, forge.Service)))
	seal := func(n int, seconds uint64) forge.Token {
		return token.With(1, forge.Nonce(fmt.Appendf(nil, "seal %3d", n)), forge.Starts(uint64(now)), forge.Expires(uint64(now)+seconds))
	}
	first := seal(1, 60)
	err := decide(v, first, read())
	if got := outcomeOf(t, err); got != (outcome{predicates.LedgerUnavailable, chain.NoBlock, 0}) || err.(*chain.Denial).Cause != lost {
		t.Errorf("got %v", err)
	}
	loses = false
	expect(t, v, first, read(), outcome{predicates.Replayed, 1, 7})
	expect(t, v, seal(2, 1), read(), permitted)
	// The one-second seal is forgotten, and its parent's count is not.
	now += 3600
	expect(t, v, seal(3, 1), read(), outcome{predicates.Exhausted, 0, 7})
	if id := chain.BlockID(token.Trace()[0].ID); m.Used(id) != 2 {
		t.Errorf("the parent's counter is at %d", m.Used(id))
	}
	// What the ledger may have forgotten it refuses, even if the verifier's clock were
	// behind: [U-8].
	now -= 3599
	expect(t, v, first, read(), outcome{predicates.Exhausted, 0, 7})
	other := forge.Chain("root", "b")
	stale := other.With(1, forge.Starts(uint64(now)), forge.Expires(uint64(now)+2))
	expect(t, v, stale, read(), outcome{predicates.Expired, 1, 7})
}
