package chain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// A Root is a key whose tokens a verifier trusts.
type Root struct {
	Key  PublicKey
	Name string // for people and audit

	// Ceiling bounds all tokens under this root: it is evaluated like one more
	// block before block 0. It may hold any claim but nonce, next, label and
	// uses (SPEC 9, [D-22]). The zero Claims bounds nothing.
	Ceiling predicates.Claims
}

// Revocations is a snapshot of what has been revoked (SPEC 13). Its methods must
// be pure, and safe for concurrent use.
type Revocations interface {
	// BlockRevoked reports whether a block, and so all that was derived from it,
	// has been revoked.
	BlockRevoked(BlockID) bool
	// KeyRevoked reports whether a key has been revoked, and so every chain in
	// which it signs or is named as next key.
	KeyRevoked(predicates.Key) bool
	// Stale reports whether the snapshot is too old to rely on at a time given in
	// seconds since 1970.
	Stale(now uint64) bool
}

// A Config says whom a verifier trusts and what it serves. Service and Roots are
// required.
type Config struct {
	// Service is the name of the service that this verifier answers for: 1 to 256
	// bytes. All verifiers of one name must share one ledger.
	Service string

	// Roots are the trusted roots, each once.
	Roots []Root

	// Ledger counts uses. Without one, tokens that limit uses are denied, among
	// them every presentation.
	Ledger Ledger

	// Revocations returns the current snapshot, and is called once a decision. If
	// it is nil, nothing is revoked; if it returns nil, every decision is
	// revocation-stale.
	Revocations func() Revocations

	// Extensions are the checkers, by the name of their extension.
	Extensions map[string]predicates.Checker

	// Now is the clock, time.Now if nil. It is asked once a decision. A time at or
	// before 1970, or after 9999, decides nothing.
	Now func() time.Time
}

// A Verifier decides requests for one service. It is immutable and safe for
// concurrent use. The zero Verifier trusts no root, and so permits nothing.
type Verifier struct {
	service     string
	roots       map[[8]byte]*Root
	ledger      Ledger
	revocations func() Revocations
	extensions  map[string]predicates.Checker
	now         func() time.Time
}

// NewVerifier checks a configuration and returns a verifier for it. It refuses a
// service whose name is none, no roots, a root without a key, one that is given
// twice, two with the same hint ([K-6]), a ceiling with a claim that none may hold
// ([D-22]), and a checker that is nil or has no name. It keeps copies of the slices
// and maps.
func NewVerifier(c Config) (*Verifier, error) {
	// The service's name follows the grammar that the claim's names follow.
	if _, err := predicates.New(predicates.Services(c.Service)); err != nil {
		return nil, fmt.Errorf("chain: the verifier's service %s is no service name (expected 1 to 256 bytes of UTF-8 without control characters)",
			predicates.QuoteCut(c.Service, 64))
	}
	if len(c.Roots) == 0 {
		return nil, errors.New("chain: a verifier without a root would permit nothing")
	}
	v := &Verifier{
		service:     c.Service,
		roots:       make(map[[8]byte]*Root, len(c.Roots)),
		ledger:      c.Ledger,
		revocations: c.Revocations,
		extensions:  maps.Clone(c.Extensions),
		now:         c.Now,
	}
	if v.now == nil {
		v.now = time.Now
	}
	for i, r := range c.Roots {
		if r.Key.IsZero() {
			return nil, fmt.Errorf("chain: root %d has no key", i)
		}
		for _, claim := range []int{predicates.ClaimNonce, predicates.ClaimNext, predicates.ClaimUses, predicates.ClaimLabel} {
			if r.Ceiling.Has(claim) {
				return nil, fmt.Errorf("chain: the ceiling of root %s holds %s (expected any claim but nonce, next, uses and label)",
					r.Key, predicates.ClaimName(claim))
			}
		}
		_, cosigners, _ := r.Ceiling.Cosigners()
		for _, key := range cosigners {
			if !goodPoint(key) {
				return nil, fmt.Errorf("chain: %w: the ceiling of root %s names cosigner %s, which is of small order or not canonical",
					predicates.BadKey, r.Key, key)
			}
		}
		if err := v.trust(rootHint(r.Key.key), &r); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.extensions)) {
		if _, err := predicates.New(predicates.Extensions(predicates.Extension{Name: name})); err != nil {
			return nil, fmt.Errorf("chain: %s is no name of an extension", predicates.QuoteCut(name, 64))
		}
		if v.extensions[name] == nil {
			return nil, fmt.Errorf("chain: the checker of extension %s is nil", predicates.QuoteCut(name, 64))
		}
	}
	return v, nil
}

// trust adds a root under its hint, never "first wins": the second ceiling would
// be lost ([K-6]).
func (v *Verifier) trust(hint [8]byte, r *Root) error {
	if twin := v.roots[hint]; twin != nil {
		return fmt.Errorf("chain: roots %s and %s are the same or have the same hint", twin.Key, r.Key)
	}
	v.roots[hint] = r
	return nil
}

// Service returns the name of the verifier's service.
func (v *Verifier) Service() string { return v.service }

// A Verified is a sealed token whose signatures lead back to a trusted root. It
// has been verified for one Verifier, and says nothing about any request: ask it
// with Authorize, as often as needed. There is no way to get one but from a
// Verifier. It is immutable and safe for concurrent use; the zero Verified
// permits nothing.
type Verified struct {
	verifier *Verifier
	root     *Root
	token    *format.Token
	links    links
}

// Verify reads the text form of a token and verifies its shape, keys and
// signatures (SPEC 9, steps 1 to 6). The error is a *[Denial] of class invalid.
func (v *Verifier) Verify(text string) (*Verified, error) {
	token, err := format.DecodeText(text)
	if err != nil {
		return nil, fromFormat(err)
	}
	return v.verify(token)
}

// VerifyBytes is [Verifier.Verify] for the binary form. It copies the bytes.
func (v *Verifier) VerifyBytes(b []byte) (*Verified, error) {
	token, err := format.Decode(b)
	if err != nil {
		return nil, fromFormat(err)
	}
	return v.verify(token)
}

func (v *Verifier) verify(token *format.Token) (*Verified, error) {
	if token.Kind() != format.Sealed {
		return nil, invalid(predicates.NotSealed, token.Len()-1, predicates.ClaimNext,
			"the last block names a next key: the holder must present or seal the token (if this token traveled with its key, the key is spent)")
	}
	l := newLinks(token)
	if d := l.checkShape(true); d != nil {
		return nil, d
	}
	root := v.roots[token.RootHint()]
	if root == nil {
		return nil, invalid(predicates.UnknownRoot, NoBlock, 0, "the root hint %x names no root that this service trusts", token.RootHint())
	}
	if d := l.checkChain(root.Key); d != nil {
		return nil, d
	}
	return &Verified{verifier: v, root: root, token: token, links: l}, nil
}

// Authorize verifies the text form of a token, decides a request by it and
// charges one use. The error is a *[Denial], or another error if the verifier's
// clock is no use. Only a nil error permits.
func (v *Verifier) Authorize(ctx context.Context, text string, r *predicates.Request) (*Permit, error) {
	verified, err := v.Verify(text)
	if err != nil {
		return nil, err
	}
	return verified.Authorize(ctx, r)
}

// A Permit says that a request was permitted, once, at one instant. It holds no
// secret, and is no proof of anything to anybody else.
type Permit struct {
	Verified *Verified // the token
	Time     time.Time // of the decision
	Uses     []Used    // one for each block that limits uses, in block order
}

// Used is one use that was charged.
type Used struct {
	Charge
	Number uint64 // which use of the block at this service this was, from 1
}

// Authorize decides a request by the verifier's clock, and charges one use to
// every block that limits uses, or to none (SPEC 9, steps 7 to 9). It reads the
// request and does not keep it. The error is a *[Denial], or another error if
// the clock is no use; only a nil error permits.
//
// Act only after Authorize has returned: a charged use is spent even if the act
// then does not happen.
func (v *Verified) Authorize(ctx context.Context, r *predicates.Request) (*Permit, error) {
	if v == nil || v.verifier == nil {
		return nil, errNotVerified()
	}
	decision, err := v.Decide(r, v.verifier.now())
	if err != nil {
		return nil, err
	}
	return decision.permit(ctx)
}

// errNotVerified is the denial of whoever went on after an error: the zero values
// and nil permit nothing.
func errNotVerified() *Denial {
	return invalid(predicates.Malformed, NoBlock, 0, "there is no verified token")
}

// A Decision says that a request is permitted, at the time for which it was
// decided, if its charges are. It is what the pure part of deciding returns (law
// L9); alone it permits nothing, and the zero Decision never does. Commit it at
// once: it does not look at the clock again.
type Decision struct {
	verified *Verified
	time     time.Time
	charges  []Charge
}

// Charges returns a copy of the uses that must be charged, in block order. An
// empty list needs no ledger.
func (d *Decision) Charges() []Charge { return slices.Clone(d.charges) }

// Commit charges the decision's uses to the verifier's ledger, and permits the
// request if they could be charged (SPEC 9, step 9). A verdict is for one instant:
// what has expired or been revoked since by the verifier's clock and lists is denied.
// Each call charges once. Most users want [Verified.Authorize].
func (d *Decision) Commit(ctx context.Context) (*Permit, error) {
	if d == nil || d.verified == nil {
		return nil, errNotVerified()
	}
	v := d.verified
	c, err := v.context(v.verifier.now())
	if err != nil {
		return nil, err
	}
	for i := range v.links.claims {
		if expires, ok := v.links.claims[i].Expires(); ok && c.Now >= expires {
			return nil, v.explain(predicates.Finding{Verdict: predicates.Expired, Block: i, Claim: predicates.ClaimExpires}, nil, c.Now)
		}
	}
	if denial := v.checkRevoked(c.Now); denial != nil {
		return nil, denial
	}
	return d.permit(ctx)
}

// permit charges.
func (d *Decision) permit(ctx context.Context) (*Permit, error) {
	numbers, denial := d.commit(ctx)
	if denial != nil {
		return nil, denial
	}
	permit := &Permit{Verified: d.verified, Time: d.time}
	for i, c := range d.charges {
		permit.Uses = append(permit.Uses, Used{Charge: c, Number: numbers[i]})
	}
	return permit, nil
}

// Decide decides a request at a given time, as a pure function of the token, the
// verifier's configuration, the revocation snapshot, the request and the time
// (SPEC 9, steps 7 and 8). It charges nothing, reads the request and does not keep
// it; nil is a request without an access. The error is a *[Denial], or another
// error if the time is no use ([D-23]).
func (v *Verified) Decide(r *predicates.Request, now time.Time) (*Decision, error) {
	c, err := v.context(now)
	if err != nil {
		return nil, err
	}
	if r == nil {
		r = &predicates.Request{}
	}
	if f := predicates.Evaluate(v.links.claims, r, c); f.Verdict != predicates.Permitted {
		return nil, v.explain(f, r, c.Now)
	}
	if d := v.checkRevoked(c.Now); d != nil {
		return nil, d
	}
	return &Decision{verified: v, time: now, charges: v.charges()}, nil
}

// Explain returns every claim of every block that does not permit the request at
// the given time, in the order of deciding, and what the revocation snapshot says;
// nothing if the request would be permitted but for its charges. It charges
// nothing.
func (v *Verified) Explain(r *predicates.Request, now time.Time) ([]*Denial, error) {
	c, err := v.context(now)
	if err != nil {
		return nil, err
	}
	if r == nil {
		r = &predicates.Request{}
	}
	var all []*Denial
	for _, f := range predicates.EvaluateAll(v.links.claims, r, c) {
		d := v.explain(f, r, c.Now)
		if len(all) > 0 {
			// Who is further down can't grant what is denied above.
			d.CouldGrant = all[0].CouldGrant
		}
		all = append(all, d)
	}
	if d := v.checkRevoked(c.Now); d != nil {
		all = append(all, d)
	}
	return all, nil
}

// context returns what the claims are evaluated in. The zero Verified has none. A
// clock that is at or before 1970, or after 9999, is no clock.
func (v *Verified) context(now time.Time) (*predicates.Context, error) {
	if v == nil || v.verifier == nil {
		return nil, errNotVerified()
	}
	seconds := now.Unix()
	if seconds < 1 || seconds > predicates.MaxTime {
		return nil, fmt.Errorf("chain: the clock says %s (expected a time between 1970 and 9999)", now.UTC().Format(time.RFC3339))
	}
	return &predicates.Context{
		Service:    v.verifier.service,
		Now:        uint64(seconds),
		Root:       v.root.Key.key,
		Ceiling:    v.ceiling(),
		Extensions: v.verifier.extensions,
	}, nil
}

func (v *Verified) ceiling() *predicates.Claims { return &v.root.Ceiling }

// checkRevoked looks up every block, signer and next key (SPEC 9, step 8).
func (v *Verified) checkRevoked(now uint64) *Denial {
	if v.verifier.revocations == nil {
		return nil
	}
	list := v.verifier.revocations()
	if list == nil {
		return &Denial{Verdict: predicates.RevocationStale, Block: NoBlock}
	}
	for i, id := range v.links.ids {
		revoked := ""
		next, names := v.links.claims[i].Next()
		switch {
		case list.BlockRevoked(id):
			revoked = "block " + id.String()
		case list.KeyRevoked(v.links.signer(i)):
			revoked = "the signer's key " + v.links.signer(i).String()
		case names && list.KeyRevoked(next):
			revoked = "the next key " + next.String()
		default:
			continue
		}
		return &Denial{Verdict: predicates.Revoked, Block: i, Reason: revoked + " has been revoked"}
	}
	if list.Stale(now) {
		return &Denial{Verdict: predicates.RevocationStale, Block: NoBlock}
	}
	return nil
}

// charges lists the blocks with a limit at this service. A counter lives until
// the least expiry up to its block: a later block can't shorten it ([U-6]).
func (v *Verified) charges() []Charge {
	var list []Charge
	end := uint64(predicates.MaxTime)
	for i := range v.links.claims {
		c := &v.links.claims[i]
		if expires, ok := c.Expires(); ok && expires < end {
			end = expires
		}
		if limit, ok := c.UsesLimit(v.verifier.service); ok {
			list = append(list, Charge{Block: i, ID: v.links.ids[i], Limit: limit, End: end, Seal: i == len(v.links.claims)-1})
		}
	}
	return list
}

// Root returns the trusted root that the token leads back to.
func (v *Verified) Root() Root {
	if v.root == nil {
		return Root{}
	}
	return *v.root
}

// Token returns the token. It is sealed, and so holds no secret, but may be a
// bearer string.
func (v *Verified) Token() *format.Token { return v.token }

// Len returns the number of blocks, 1 to 16; 0 for the zero Verified.
func (v *Verified) Len() int { return len(v.links.ids) }

// ID returns the id of block i, from 0 to Len()-1. It panics for any other i, as do
// SignedBy and Claims.
func (v *Verified) ID(i int) BlockID { return v.links.ids[i] }

// SignedBy returns the key that signed block i.
func (v *Verified) SignedBy(i int) PublicKey { return PublicKey{v.links.signer(i)} }

// Claims returns what block i says.
func (v *Verified) Claims(i int) predicates.Claims { return v.links.claims[i] }
