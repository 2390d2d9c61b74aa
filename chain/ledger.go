package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/tapertoken/taper/predicates"
)

// A Ledger counts uses (SPEC 12). All verifiers of one service share one ledger;
// what it keeps over a crash or a failover is what its documentation promises.
// It must be safe for concurrent use.
type Ledger interface {
	// Charge charges one use to each counter, or to none of them, in one atomic
	// step, and returns the number of this use at each: 1 for the first, at most
	// the limit. A counter is named by the service and the id of its block.
	//
	// If a counter may not be charged, the error is a *Refusal for the first such
	// counter in the order given, and nothing has been charged. For each counter,
	// in this order: one that does not exist and whose end lies at or below the
	// greatest end that the ledger has forgotten is refused as expired; one that
	// has reached its limit as exhausted. Any other error means that the ledger
	// does not know, or can't say; the use may be spent.
	Charge(ctx context.Context, service string, charges []Charge) ([]uint64, error)
}

// A Charge is one use of one block that limits uses.
type Charge struct {
	Block int     // the number of the block in its token, for reports
	ID    BlockID // names the counter, with the service
	Limit uint64  // 1 to 2^53-1
	End   uint64  // seconds since 1970: from then on the counter may be forgotten
	Seal  bool    // the block is the sealing block: its counter is the replay guard
}

// A Refusal is a ledger's answer that a counter may not be charged.
type Refusal struct {
	Index   int                // into the charges
	Verdict predicates.Verdict // Exhausted or Expired
}

// Error says which charge was refused.
func (r *Refusal) Error() string { return fmt.Sprintf("charge %d: %s", r.Index, r.Verdict) }

// Unwrap returns the verdict.
func (r *Refusal) Unwrap() error { return r.Verdict }

// commit charges a decision (SPEC 9, step 9). It believes no answer that the
// interface does not allow.
func (d *Decision) commit(ctx context.Context) ([]uint64, *Denial) {
	v := d.verified
	if len(d.charges) == 0 {
		return nil, nil
	}
	ledger := v.verifier.ledger
	if ledger == nil {
		return nil, &Denial{Verdict: predicates.NoLedger, Block: d.charges[0].Block, Claim: predicates.ClaimUses,
			Asked: "the token limits uses, and this service counts none"}
	}
	numbers, err := ledger.Charge(ctx, v.verifier.service, d.Charges())
	var refusal *Refusal
	switch {
	case err == nil:
		// An answer after the caller has given up is late ([U-7]).
		if err = ctx.Err(); err == nil {
			err = plausible(numbers, d.charges)
		}
		if err == nil {
			return numbers, nil
		}
	case errors.As(err, &refusal) && refusal != nil:
		if refusal.Index < 0 || refusal.Index >= len(d.charges) {
			err = fmt.Errorf("ledger refused charge %d of %d", refusal.Index, len(d.charges))
			break
		}
		c := d.charges[refusal.Index]
		f := predicates.Finding{Verdict: refusal.Verdict, Block: c.Block, Claim: predicates.ClaimUses}
		switch {
		case refusal.Verdict == predicates.Exhausted && c.Seal:
			f.Verdict = predicates.Replayed
			fallthrough
		case refusal.Verdict == predicates.Exhausted, refusal.Verdict == predicates.Expired:
			return nil, v.explain(f, nil, uint64(d.time.Unix()))
		}
		err = fmt.Errorf("ledger refused with %s", refusal.Verdict)
	}
	return nil, &Denial{Verdict: predicates.LedgerUnavailable, Block: NoBlock, Cause: err}
}

// plausible checks that a ledger has answered each charge with a number of use
// within its limit.
func plausible(numbers []uint64, charges []Charge) error {
	if len(numbers) != len(charges) {
		return fmt.Errorf("ledger answered %d of %d charges", len(numbers), len(charges))
	}
	for i, n := range numbers {
		if n < 1 || n > charges[i].Limit {
			return fmt.Errorf("ledger answered use %d of %d", n, charges[i].Limit)
		}
	}
	return nil
}
