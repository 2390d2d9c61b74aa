package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

// deciderFlags say what a service would be asked, when, and whom it trusts.
type deciderFlags struct {
	roots rootFlags
	token tokenFlags
	asked requestFlags
	at    string
	json  bool
}

func (f *deciderFlags) add(c *cobra.Command) {
	f.roots.add(c.Flags())
	f.token.add(c.Flags())
	f.asked.add(c.Flags())
	c.Flags().StringVar(&f.at, "at", "", "decide as of this `TIME`, such as 2026-11-22T18:00:00Z or +1h (default: now)")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
}

// A question is what the flags of verify and explain ask.
type question struct {
	verifier *chain.Verifier
	request  predicates.Request
	time     time.Time
}

// question reads everything that deciding needs but the token.
func (f *deciderFlags) question(e *environ, c *cobra.Command) (*question, error) {
	q := &question{time: e.now()}
	var err error
	if q.request, err = f.asked.request(c); err != nil {
		return nil, err
	}
	if f.at != "" {
		if q.time, err = parseTime(f.at, q.time); err != nil {
			return nil, err
		}
	}
	roots, err := f.roots.require(e)
	if err != nil {
		return nil, err
	}
	clock := func() time.Time { return q.time }
	counts, err := ledger.NewMemory(ledger.Config{Service: f.asked.service, Now: clock})
	if err != nil {
		return nil, err
	}
	q.verifier, err = chain.NewVerifier(chain.Config{Service: f.asked.service, Roots: roots, Ledger: counts, Now: clock})
	if err != nil {
		return nil, err
	}
	return q, nil
}

// verify reads the token, and verifies it. The verifier decodes it too, so that
// every verdict comes as a [*chain.Denial], with what --json prints of it.
func (f *deciderFlags) verify(e *environ, q *question) (*chain.Verified, error) {
	data, _, err := f.token.input(e)
	if err != nil {
		return nil, err
	}
	text, err := tokenText(data)
	if err != nil {
		return nil, err
	}
	return q.verifier.Verify(text)
}

func newVerify(e *environ) *cobra.Command {
	var f deciderFlags
	c := &cobra.Command{
		Use:     "verify --root PUB --service S --interface I --resource R [--arg NAME=VALUE] [--at TIME] [--json] <TOKEN",
		Short:   "Decide a request as a service would",
		GroupID: "look",
		Long: `verify decides one request by a sealed token, as a service of that name would
that trusts these roots. It prints "permitted", or says in one line why not. The
exit code is 0, or 1 where the token is good and does not permit the
request, or 2 where it is no good token.

This command keeps no ledger: each run counts uses from zero. Extensions are
denied, since it has no checkers for them, and nothing is revoked.`,
		Example: `  taper verify --root root.pub --service db-gateway --interface database:read --resource customers/42 <once.token
  taper verify --roots roots --service bank --interface payments:refund --resource orders/7 --arg amount=50 --at +1h <once.token`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := f.question(e, c)
			if err != nil {
				return err
			}
			verified, err := f.verify(e, q)
			if err != nil {
				return f.refused(e, err, q.time)
			}
			permit, err := verified.Authorize(context.Background(), &q.request)
			if err != nil {
				return f.refused(e, err, q.time)
			}
			if f.json {
				return e.printJSON(permitJSON(permit))
			}
			return e.print(e.permitted(permit, &q.request))
		},
	}
	f.add(c)
	return c
}

// permitted says what was permitted, and what was counted.
func (e *environ) permitted(permit *chain.Permit, r *predicates.Request) string {
	p := e.palette(e.stdout)
	var b strings.Builder
	a := r.Accesses[0]
	fmt.Fprintf(&b, "%s: %s on %s\n", p.good("permitted"), predicates.Quote(a.Interface), predicates.Quote(a.Resource))
	for _, u := range permit.Uses {
		fmt.Fprintf(&b, "  block %d: use %d of %d\n", u.Block, u.Number, u.Limit)
	}
	if len(permit.Uses) > 0 {
		fmt.Fprintf(&b, "  %s\n", p.dim("(uses are counted from zero in each run)"))
	}
	return b.String()
}

// refused prints a verdict on the token as JSON where that is asked for, and
// returns the error to be told, or its exit code.
func (f *deciderFlags) refused(e *environ, err error, at time.Time) error {
	var verdict predicates.Verdict
	if !f.json || !errors.As(err, &verdict) {
		return err
	}
	if err := e.printJSON(refusalJSON(verdict, err, at)); err != nil {
		return err
	}
	return toldError(exitCode(err))
}

func newExplain(e *environ) *cobra.Command {
	var f deciderFlags
	c := &cobra.Command{
		Use:     "explain --root PUB --service S --interface I --resource R [--arg NAME=VALUE] [--at TIME] [--json] <TOKEN",
		Short:   "Decide a request and say everything that stands in its way",
		GroupID: "look",
		Long: `explain decides as "taper verify" does, and goes on after the first reason: it
shows for every block what denies the request, and who could still grant it.
Uses are not counted. The exit code is that of verify.`,
		Example: `  taper explain --root root.pub --service db-gateway --interface database:write --resource customers/42 <once.token`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := f.question(e, c)
			if err != nil {
				return err
			}
			verified, err := f.verify(e, q)
			if err != nil {
				return f.refused(e, err, q.time)
			}
			reasons, err := verified.Explain(&q.request, q.time)
			if err != nil {
				return err
			}
			if f.json {
				err = e.printJSON(explanationJSON(reasons, q.time))
			} else {
				err = e.print(e.explanation(verified, reasons))
			}
			if err == nil && len(reasons) > 0 {
				err = toldError(classCode(reasons[0].Verdict))
			}
			return err
		},
	}
	f.add(c)
	return c
}

// explanation shows for each block what stands in the way, or that nothing does,
// and whose turn it is.
func (e *environ) explanation(v *chain.Verified, reasons []*chain.Denial) string {
	p := e.palette(e.stdout)
	if len(reasons) == 0 {
		return p.good("permitted") + ", if the uses are not spent\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", p.bad(reasons[0].Verdict.Class()), reasons[0].Verdict)
	if here := reasonsOf(reasons, predicates.Ceiling); len(here) > 0 {
		fmt.Fprintf(&b, "%s of the root denies it\n", p.bold("ceiling"))
		writeReasons(&b, p, here)
	}
	for i := range v.Len() {
		block := p.bold(fmt.Sprintf("block %d", i))
		here := reasonsOf(reasons, i)
		if len(here) == 0 {
			fmt.Fprintf(&b, "%s permits it\n", block)
			continue
		}
		fmt.Fprintf(&b, "%s denies it\n", block)
		writeReasons(&b, p, here)
		fmt.Fprintf(&b, "  written by %s\n", v.SignedBy(i))
		claims := v.Claims(i)
		if label, ok := claims.Label(); ok {
			fmt.Fprintf(&b, "  %s\n", p.dim("label "+quoted(label)+"   (unchecked)"))
		}
	}
	if here := reasonsOf(reasons, chain.NoBlock); len(here) > 0 {
		fmt.Fprintf(&b, "%s denies it\n", p.bold("the service"))
		writeReasons(&b, p, here)
	}
	fmt.Fprintf(&b, "\nto pass: %s\n", passing(v, reasons[0].Block))
	return b.String()
}

func reasonsOf(all []*chain.Denial, block int) []*chain.Denial {
	var here []*chain.Denial
	for _, d := range all {
		if d.Block == block {
			here = append(here, d)
		}
	}
	return here
}

func writeReasons(b *strings.Builder, p palette, reasons []*chain.Denial) {
	for _, d := range reasons {
		fmt.Fprintf(b, "  %s\n", p.bad(d.Verdict.String()))
		for _, line := range []struct{ name, text string }{
			{"found", d.Reason},
			{"asked", d.Asked},
			{"allowed", d.Allowed},
			{"hint", d.Hint},
		} {
			if line.text != "" {
				fmt.Fprintf(b, "    %-8s %s\n", line.name, oneLine(line.text))
			}
		}
	}
}

// passing says what would make the request pass, where the given block is the
// first that denies it: nothing below that block can help.
func passing(v *chain.Verified, block int) string {
	switch {
	case block == predicates.Ceiling:
		return "the service would have to raise the ceiling of its root"
	case block < 0:
		return "see to the service"
	case block == v.Len()-1 && block > 0:
		return fmt.Sprintf("the holder of %s can present the token anew, to this request", v.SignedBy(block))
	case block == 0:
		return fmt.Sprintf("the holder of the root key %s would have to mint a token that permits it", v.SignedBy(0))
	}
	return fmt.Sprintf("block %d is the first that denies it; the holder of %s, who wrote it, can hand on a token that permits it",
		block, v.SignedBy(block))
}

// The JSON of verify and explain, as "taper help json" documents it.
type (
	jsonVerdict struct {
		Verdict string       `json:"verdict"`
		Class   string       `json:"class"`
		Message string       `json:"message"`
		Time    *string      `json:"time"`
		Uses    []jsonUse    `json:"uses"`
		Reasons []jsonReason `json:"reasons"`
	}
	jsonUse struct {
		Block  int    `json:"block"`
		ID     string `json:"id"`
		Number uint64 `json:"number"`
		Limit  uint64 `json:"limit"`
	}
	jsonReason struct {
		Verdict    string `json:"verdict"`
		Class      string `json:"class"`
		Where      string `json:"where"`
		Block      *int   `json:"block"`
		Claim      string `json:"claim"`
		Found      string `json:"found"`
		Asked      string `json:"asked"`
		Allowed    string `json:"allowed"`
		Hint       string `json:"hint"`
		NarrowedBy string `json:"narrowed_by"`
		CouldGrant string `json:"could_grant"`
		Label      string `json:"label"`
		Public     string `json:"public"`
	}
)

// newVerdict returns the JSON of a verdict, as of a time.
func newVerdict(verdict predicates.Verdict, at time.Time) jsonVerdict {
	return jsonVerdict{
		Verdict: verdict.String(), Class: verdict.Class(), Time: pointer(utc(uint64(at.Unix()))),
		Uses: []jsonUse{}, Reasons: []jsonReason{},
	}
}

func permitJSON(p *chain.Permit) jsonVerdict {
	v := newVerdict(predicates.Permitted, p.Time)
	for _, u := range p.Uses {
		v.Uses = append(v.Uses, jsonUse{u.Block, u.ID.String(), u.Number, u.Limit})
	}
	return v
}

// refusalJSON returns the JSON of an error that is a verdict.
func refusalJSON(verdict predicates.Verdict, err error, at time.Time) jsonVerdict {
	v := newVerdict(verdict, at)
	v.Message = oneLine(message(err))
	var d *chain.Denial
	if errors.As(err, &d) {
		v.Reasons = append(v.Reasons, reasonJSON(d))
	}
	return v
}

func explanationJSON(reasons []*chain.Denial, at time.Time) jsonVerdict {
	if len(reasons) == 0 {
		return newVerdict(predicates.Permitted, at)
	}
	v := refusalJSON(reasons[0].Verdict, reasons[0], at)
	for _, d := range reasons[1:] {
		v.Reasons = append(v.Reasons, reasonJSON(d))
	}
	return v
}

func reasonJSON(d *chain.Denial) jsonReason {
	r := jsonReason{
		Verdict: d.Verdict.String(), Class: d.Verdict.Class(),
		Where: d.Path, Found: d.Reason, Asked: d.Asked, Allowed: d.Allowed, Hint: d.Hint,
		NarrowedBy: d.NarrowedBy, CouldGrant: d.CouldGrant, Label: d.Label, Public: d.Public(),
	}
	if d.Claim != 0 {
		r.Claim = predicates.ClaimName(d.Claim)
	}
	switch {
	case d.Block >= 0:
		r.Block = &d.Block
	case d.Block == predicates.Ceiling:
		r.Where = "ceiling"
	}
	return r
}
