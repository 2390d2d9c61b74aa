package chain

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// The verdicts other than permitted, one sentinel each, for errors.Is. They are
// the constants of package predicates, and correspond one to one to SPEC 11.
const (
	ErrTooLarge           = predicates.TooLarge
	ErrUnsupportedVersion = predicates.UnsupportedVersion
	ErrMalformed          = predicates.Malformed
	ErrNotSealed          = predicates.NotSealed
	ErrBadKey             = predicates.BadKey
	ErrUnbounded          = predicates.Unbounded
	ErrUnknownRoot        = predicates.UnknownRoot
	ErrBadSignature       = predicates.BadSignature
	ErrWrongService       = predicates.WrongService
	ErrExpired            = predicates.Expired
	ErrNotYetValid        = predicates.NotYetValid
	ErrNotAllowed         = predicates.NotAllowed
	ErrTooManyDelegations = predicates.TooManyDelegations
	ErrNotCosigned        = predicates.NotCosigned
	ErrWrongDigest        = predicates.WrongDigest
	ErrUnknownExtension   = predicates.UnknownExtension
	ErrExtensionDenied    = predicates.ExtensionDenied
	ErrNotFresh           = predicates.NotFresh
	ErrRevoked            = predicates.Revoked
	ErrExhausted          = predicates.Exhausted
	ErrReplayed           = predicates.Replayed
	ErrRevocationStale    = predicates.RevocationStale
	ErrNoLedger           = predicates.NoLedger
	ErrLedgerUnavailable  = predicates.LedgerUnavailable
	ErrNotRecorded        = predicates.NotRecorded // of services that keep a record; nothing here returns it
)

// NoBlock is the Block of a Denial that no block decided.
const NoBlock = -2

// A Denial is the error of every request that is not permitted: the verdict,
// and what a person needs to act on it. errors.Is finds the verdict, as in
// errors.Is(err, chain.ErrExpired). Each is made for one caller, and shared with
// nobody.
type Denial struct {
	Verdict predicates.Verdict
	Block   int // the block that decided; predicates.Ceiling; or NoBlock
	Claim   int // the claim that decided, or 0

	Path       string // for malformed, where: "blocks[2].claims.allow[0]"
	Reason     string // what was found and expected; told to the asker for class invalid only
	Asked      string // what was asked for, foreign parts quoted
	Allowed    string // what the claim allows, in the text notation, foreign parts quoted
	Hint       string // what may help, or ""
	NarrowedBy string // the key that signed the block that decided, or ""
	Label      string // the label of the block that decided: its author's words, unchecked
	CouldGrant string // who could still grant what was asked: the nearest ancestor, or ""
	Cause      error  // the error of a ledger or a checker, or nil; not for the asker

	public string // what Public says in place of Asked, or ""
}

// Unwrap returns the verdict, and nothing of Cause, which could hold another one:
// look at Cause itself.
func (d *Denial) Unwrap() error { return d.Verdict }

// Error returns all that is known, for a local log: one line of printable ASCII.
func (d *Denial) Error() string {
	var b strings.Builder
	b.WriteString("chain: ")
	switch {
	case d.Block == predicates.Ceiling:
		b.WriteString("ceiling: ")
	case d.Block >= 0 && d.Path == "":
		fmt.Fprintf(&b, "block %d: ", d.Block)
	}
	b.WriteString(d.text(true))
	if d.NarrowedBy != "" {
		fmt.Fprintf(&b, "; narrowed by %s", d.NarrowedBy)
		if d.Label != "" {
			fmt.Fprintf(&b, " (labelled %s)", predicates.QuoteCut(d.Label, 64))
		}
	}
	if d.CouldGrant != "" {
		fmt.Fprintf(&b, "; %s could still grant it", d.CouldGrant)
	}
	if d.Cause != nil {
		// It may quote what a token holds, so it is foreign.
		fmt.Fprintf(&b, ": %s", predicates.QuoteCut(fmt.Sprint(d.Cause), 256))
	}
	return b.String()
}

// Public returns what may be told to whoever asked: one line of printable ASCII,
// at most 512 bytes, foreign parts quoted and cut. It says nothing that is
// neither in the token nor in the request: no ceilings, no causes, no labels,
// and, where the service is the wrong one, not its name, lest an agent believe that
// it should ask for a token for that one (SPEC 11, [V-2]).
func (d *Denial) Public() string {
	if d.Block == predicates.Ceiling {
		return d.Verdict.Class() + ": " + d.Verdict.String() + ": this service does not permit it under this root"
	}
	text := d.text(false)
	if d.Block >= 0 && d.Path == "" {
		text = fmt.Sprintf("%s (block %d)", text, d.Block)
	}
	if d.CouldGrant != "" {
		text += "; " + d.CouldGrant + " could still grant it"
	}
	return text
}

// text returns the class, the verdict and what was asked and allowed.
func (d *Denial) text(local bool) string {
	parts := []string{d.Verdict.Class(), d.Verdict.String()}
	if d.Path != "" {
		parts = append(parts, d.Path)
	}
	if d.Reason != "" && (local || d.Verdict.Class() == "invalid") {
		parts = append(parts, d.Reason)
	}
	asked := d.Asked
	if d.public != "" && !local {
		asked = d.public
	}
	switch {
	case asked != "" && d.Allowed != "":
		parts = append(parts, asked+" is not in "+d.Allowed)
	case asked != "":
		parts = append(parts, asked)
	}
	text := strings.Join(parts, ": ")
	if d.Hint != "" {
		text += " (" + d.Hint + ")"
	}
	return text
}

// fromFormat turns an error of package format into a Denial.
func fromFormat(err error) *Denial {
	var e *format.Error
	if !errors.As(err, &e) {
		return &Denial{Verdict: predicates.Malformed, Block: NoBlock, Cause: err}
	}
	d := &Denial{Verdict: e.Verdict, Block: NoBlock, Claim: e.Claim, Path: e.Path, Reason: e.Reason}
	if e.Block >= 0 {
		d.Block = e.Block
	}
	return d
}

// invalid returns a Denial of class invalid.
func invalid(v predicates.Verdict, block, claim int, reason string, arguments ...any) *Denial {
	return &Denial{Verdict: v, Block: block, Claim: claim, Reason: fmt.Sprintf(reason, arguments...)}
}

// How many bytes of a foreign text are quoted in a denial, at most. The longest
// combination stays below 512 bytes, which a fuzz test holds.
const (
	askedBytes   = 56
	allowedBytes = 140
)

// explain turns a finding into a Denial.
func (v *Verified) explain(f predicates.Finding, r *predicates.Request, now uint64) *Denial {
	d := &Denial{Verdict: f.Verdict, Block: f.Block, Claim: f.Claim, Cause: f.Cause}
	var c *predicates.Claims
	if f.Block == predicates.Ceiling {
		c = v.ceiling()
	} else {
		c = &v.links.claims[f.Block]
		d.NarrowedBy = v.links.signer(f.Block).String()
		d.Label, _ = c.Label()
		if f.Block == 0 {
			d.CouldGrant = "the root"
		} else {
			d.CouldGrant = "the holder of " + d.NarrowedBy
		}
	}
	service := v.verifier.service
	switch f.Claim {
	case predicates.ClaimServices:
		names, _ := c.Services()
		d.Asked, d.public = "service "+predicates.QuoteCut(service, askedBytes), "this service"
		d.Allowed = "services " + predicates.QuoteCut(strings.Join(names, ", "), allowedBytes)
	case predicates.ClaimExpires:
		expires, _ := c.Expires()
		d.public = "the block expired at " + utc(expires)
		d.Asked = "it is " + utc(now) + ", and " + d.public
	case predicates.ClaimStarts:
		starts, _ := c.Starts()
		d.public = "the block starts at " + utc(starts)
		d.Asked = "it is " + utc(now) + ", and " + d.public
	case predicates.ClaimAllow:
		v.explainAllow(d, c, r, f.Item)
	case predicates.ClaimUses:
		uses, _ := c.Uses()
		names := make([]string, len(uses))
		for i, u := range uses {
			names[i] = u.Service
		}
		switch f.Verdict {
		case predicates.Exhausted, predicates.Replayed:
			limit, _ := c.UsesLimit(service)
			d.Asked = fmt.Sprintf("uses %d at %s: all spent", limit, predicates.QuoteCut(service, askedBytes))
		case predicates.Expired:
			d.Asked = "the ledger counts no uses of this block any more"
		default:
			d.Asked, d.public = "service "+predicates.QuoteCut(service, askedBytes), "this service"
			d.Allowed = "uses at " + predicates.QuoteCut(strings.Join(names, ", "), allowedBytes)
		}
	case predicates.ClaimDelegations:
		n, _ := c.Delegations()
		d.Asked = fmt.Sprintf("more than %d later blocks name a next key", n)
		d.CouldGrant = ""
	case predicates.ClaimCosigners:
		k, keys, _ := c.Cosigners()
		names := make([]string, len(keys))
		for i, key := range keys {
			names[i] = key.String()
		}
		d.Asked = fmt.Sprintf("too few approvals of this one request: %d of %d keys must sign", k, len(keys))
		d.Allowed = ""
		d.Hint, d.CouldGrant = "pass the request through "+shortList(names, 3), ""
	case predicates.ClaimDigest:
		want, _ := c.Digest()
		d.Asked = fmt.Sprintf("the request's digest is not sha256:%x", want)
		if r == nil || len(r.Digest) == 0 {
			d.Asked = fmt.Sprintf("the request has no digest (expected sha256:%x)", want)
		}
	case predicates.ClaimExtensions:
		extensions, _ := c.Extensions()
		d.Asked = "extension " + predicates.QuoteCut(extensions[f.Item].Name, askedBytes)
		if f.Verdict == predicates.UnknownExtension {
			d.Hint = "this service has no checker for it"
		}
	case predicates.ClaimFresh:
		n, _ := c.Fresh()
		d.Asked = fmt.Sprintf("the last block is no presentation valid for at most %d seconds", n)
		d.Hint, d.CouldGrant = "present the token to one request, with both times and uses 1", ""
	}
	return d
}

// explainAllow says which access matches no grant, and what the grants that come
// nearest to it are.
func (v *Verified) explainAllow(d *Denial, c *predicates.Claims, r *predicates.Request, item int) {
	if r == nil || item >= len(r.Accesses) {
		d.Asked, d.CouldGrant = "a request without an access", ""
		return
	}
	if len(r.Accesses) > 16 {
		d.Asked, d.CouldGrant = "a request of more than 16 accesses", ""
		return
	}
	a := &r.Accesses[item]
	d.Asked = predicates.QuoteCut(a.Interface, askedBytes) + " on " + predicates.QuoteCut(a.Resource, askedBytes)
	if len(a.Arguments) > 0 {
		d.Asked += " with these arguments"
	}
	if problem := a.Problem(); problem != "" {
		d.Hint, d.CouldGrant = problem, "" // Nobody can grant a malformed request.
	}
	grants, _ := c.Allow()
	if len(grants) == 0 {
		d.Allowed = "allow nothing"
		return
	}
	// Show the grants that come nearest first, the others after them.
	var near, far []string
	wild := false
	for _, g := range grants {
		text := "allow " + g.String()
		if g.MatchesInterface(a.Interface) || g.MatchesResource(a.Resource) {
			near = append(near, text)
		} else {
			far = append(far, text)
		}
		for _, p := range append(g.Interfaces(), g.Resources()...) {
			wild = wild || p == "*"
		}
	}
	d.Allowed = predicates.QuoteCut(strings.Join(append(near, far...), "; "), allowedBytes)
	if wild && d.Hint == "" {
		d.Hint = "* is one segment; everything is **, or /** for absolute paths"
	}
}

func shortList(names []string, n int) string {
	if len(names) > n {
		return strings.Join(names[:n], ", ") + fmt.Sprintf(" or %d more", len(names)-n)
	}
	return strings.Join(names, ", ")
}

// utc returns a time as the text notation writes it.
func utc(seconds uint64) string {
	return time.Unix(int64(seconds), 0).UTC().Format("2006-01-02T15:04:05Z")
}

func errBlockID(s string) error {
	return fmt.Errorf("chain: block id %s: expected 64 lower-case hexadecimal digits", predicates.QuoteCut(s, 64))
}
