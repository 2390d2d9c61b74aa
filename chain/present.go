package chain

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// DefaultLifetime is how long a presentation is valid if its maker does not say.
const DefaultLifetime = time.Minute

// A Use is one use of a capability: one request to one service, once, soon.
type Use struct {
	// Service is the name of the service that will decide. Take it from your own
	// configuration, never from an answer of a server.
	Service string

	// Request is what will be asked. Its arguments are bound to their values; a
	// request with arguments that a token can't hold (decimals, lists, opaque
	// values, texts above 1,024 bytes) needs a digest, which then binds them.
	Request predicates.Request

	// Lifetime is for how long the presentation is valid: 60 s if it is 0. A
	// fraction of a second is cut off. It is cut to what the chain allows.
	Lifetime time.Duration

	// Now is the time at which the presentation starts, time.Now() if it is zero. A
	// fraction of a second is cut off.
	Now time.Time

	// Label is a text for people and audit, or "".
	Label string
}

// A Presentation is a token that is sealed to one use.
type Presentation struct {
	Token   *format.Token
	Expires time.Time // the first second at which it is no longer valid
	Cut     string    // what moved or cut the times that were asked for, or ""
}

// Present seals the capability to one use: one service, the given request, from
// now for a minute, once (SPEC 9, [D-28]; SPEC 14). A verifier can't spend it on
// anything else. Where the chain does not permit the request, the error is a
// *[Denial], as far as the holder can tell: ceilings, revocations and counters show
// at the service only. Where the chain demands approval, it is [ErrDead]: [Capability.Ask]
// first. It copies what it keeps of the Use.
func (c *Capability) Present(use Use) (*Presentation, error) {
	claims, cut, err := c.bind(use, true)
	if err != nil {
		return nil, err
	}
	token, err := c.Seal(claims)
	if err != nil {
		return nil, err
	}
	return presentation(token, claims, cut), nil
}

// Ask makes what Present makes, but names an approver's key in place of sealing:
// an open token, bound to one use, that the approver reads and seals with
// [Capability.Approve]. It is for chains that demand cosigners (SPEC 9, [D-17];
// SPEC 14). Errors are those of Present and of [Capability.Delegate].
func (c *Capability) Ask(approver PublicKey, use Use) (*Presentation, error) {
	claims, cut, err := c.bind(use, false)
	if err != nil {
		return nil, err
	}
	token, err := c.Delegate(approver, claims)
	if err != nil {
		return nil, err
	}
	return presentation(token, claims, cut), nil
}

// Approve seals a token whose last block is bound to one use, restating that
// use: its services, its uses, its grants and its digest (SPEC 14). The seal is
// valid from now on (time.Now() if it is zero), within the times of the last block,
// and no longer than the least fresh of the chain. It
// is the approver's part of [Capability.Ask]; show the approver all blocks first,
// from the claims themselves, the labels last and marked as unchecked. A block that
// is not bound to one use of one service is refused.
func (c *Capability) Approve(now time.Time) (*format.Token, error) {
	if now.IsZero() {
		now = time.Now()
	}
	claims, err := c.restate(uint64(max(now.Unix(), 0)), true)
	if err != nil {
		return nil, err
	}
	return c.Seal(claims)
}

// ApproveAndPass does what Approve does, and names the next approver's key in
// place of sealing.
func (c *Capability) ApproveAndPass(next PublicKey) (*format.Token, error) {
	claims, err := c.restate(0, false)
	if err != nil {
		return nil, err
	}
	return c.Delegate(next, claims)
}

func presentation(token *format.Token, claims predicates.Claims, cut string) *Presentation {
	expires, _ := claims.Expires()
	return &Presentation{Token: token, Expires: time.Unix(int64(expires), 0).UTC(), Cut: cut}
}

// restate returns the use that the last block is bound to, without its key. For a
// seal, it starts now.
func (c *Capability) restate(now uint64, seal bool) (predicates.Claims, error) {
	if c == nil || len(c.links.claims) == 0 {
		return predicates.Claims{}, errors.New("chain: the zero Capability approves nothing")
	}
	last := c.links.claims[len(c.links.claims)-1]
	services, _ := last.Services()
	uses, _ := last.Uses()
	starts, begins := last.Starts()
	expires, ends := last.Expires()
	if !begins || !ends || starts >= expires || !last.Bound() || len(services) != 1 || len(uses) != 1 || uses[0].Limit != 1 || uses[0].Service != services[0] {
		return predicates.Claims{}, errors.New("chain: the last block is not bound to one use of one service, between two times: there is nothing to approve")
	}
	if seal {
		var until uint64
		starts, until, _ = c.window(max(now, starts), expires, true)
		if expires = min(expires, until); starts >= expires {
			return predicates.Claims{}, &Denial{Verdict: predicates.Expired, Block: len(c.links.claims) - 1, Claim: predicates.ClaimExpires,
				Asked: fmt.Sprintf("it is %s, and what is to be approved expired at %s", utc(now), utc(expires))}
		}
	}
	grants, _ := last.Allow()
	statements := []predicates.Statement{
		predicates.Services(services...),
		predicates.UsesAt(uses...),
		predicates.StartsUnix(starts),
		predicates.ExpiresUnix(expires),
	}
	for _, g := range grants {
		statements = append(statements, predicates.AllowGrant(g))
	}
	if digest, ok := last.Digest(); ok {
		statements = append(statements, predicates.Digest(digest))
	}
	return predicates.New(statements...)
}

// bind returns the claims of a presentation, or those of an Ask, which fresh does
// not cut: people take longer than presentations live, and the approver's seal is
// the presentation.
func (c *Capability) bind(use Use, seal bool) (claims predicates.Claims, cut string, err error) {
	if c == nil || len(c.links.claims) == 0 {
		return claims, "", errors.New("chain: the zero Capability presents nothing")
	}
	now, lifetime := use.Now, use.Lifetime
	if now.IsZero() {
		now = time.Now()
	}
	if lifetime == 0 {
		lifetime = DefaultLifetime
	}
	if now.Unix() < 1 || now.Unix() > predicates.MaxTime || lifetime < time.Second {
		return claims, "", fmt.Errorf("chain: a presentation at %s for %s (expected a time between 1970 and 9999, and at least 1s)",
			now.UTC().Format(time.RFC3339), lifetime)
	}
	starts, expires, cut := c.window(uint64(now.Unix()), uint64(lifetime/time.Second), seal)
	statements := []predicates.Statement{
		predicates.Services(use.Service),
		predicates.StartsUnix(starts),
		predicates.ExpiresUnix(expires),
		predicates.Uses(1, use.Service),
	}
	digest := use.Request.Digest
	if digest != nil {
		if len(digest) != 32 {
			return claims, "", fmt.Errorf("chain: a digest of %d bytes (expected 32, SHA-256)", len(digest))
		}
		statements = append(statements, predicates.Digest([32]byte(digest)))
	}
	for i := range use.Request.Accesses {
		grant, err := use.Request.Accesses[i].Bind(digest != nil)
		if err != nil {
			return claims, "", ours(fmt.Sprintf("access %d: ", i), err)
		}
		statements = append(statements, predicates.AllowGrant(grant))
	}
	if use.Label != "" {
		statements = append(statements, predicates.Label(use.Label))
	}
	claims, err = predicates.New(statements...)
	if err != nil {
		return predicates.Claims{}, "", ours("", err)
	}
	return claims, cut, c.permits(use, starts)
}

// ours puts our prefix in place of that of package predicates.
func ours(where string, err error) error {
	return fmt.Errorf("chain: %s%s", where, strings.TrimPrefix(err.Error(), "predicates: "))
}

// window returns when a presentation made now for so many seconds starts and
// expires, and what moved or cut it: the greatest start, the least expiry and, for
// a seal, the least fresh of the chain. A chain always has an expiry.
func (c *Capability) window(now, seconds uint64, seal bool) (starts, expires uint64, cut string) {
	starts = now
	for i := range c.links.claims {
		if s, ok := c.links.claims[i].Starts(); ok && s > starts {
			starts = s
			cut = fmt.Sprintf("moved to %s by the start of block %d", utc(s), i)
		}
	}
	expires = starts + seconds
	for i := range c.links.claims {
		if fresh, ok := c.links.claims[i].Fresh(); ok && seal && expires > starts+uint64(fresh) {
			expires = starts + uint64(fresh)
			cut = fmt.Sprintf("cut to %d seconds by fresh in block %d", fresh, i)
		}
		if e, ok := c.links.claims[i].Expires(); ok && expires > e {
			expires = e
			cut = fmt.Sprintf("cut to %s by the expiry of block %d", utc(e), i)
		}
	}
	return starts, expires, cut
}

// permits asks the chain whether it permits the request, so that a holder learns
// of a denial before a service does. Approvals, extensions and fresh are not
// known yet.
func (c *Capability) permits(use Use, now uint64) error {
	stand := &Verified{verifier: &Verifier{service: use.Service}, root: &Root{Key: c.root}, links: c.links}
	context := &predicates.Context{Service: use.Service, Now: now, Root: c.root.key}
	for _, f := range predicates.EvaluateAll(c.links.claims, &use.Request, context) {
		switch f.Claim {
		case predicates.ClaimCosigners, predicates.ClaimExtensions, predicates.ClaimFresh:
			continue
		}
		return stand.explain(f, &use.Request, now)
	}
	return nil
}
