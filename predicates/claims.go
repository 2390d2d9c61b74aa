package predicates

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The numbers of the claims (SPEC 4, CDDL). They name the claim that decided in
// a [Finding].
const (
	ClaimNonce       = 1
	ClaimNext        = 2
	ClaimServices    = 3
	ClaimExpires     = 4
	ClaimStarts      = 5
	ClaimAllow       = 6
	ClaimUses        = 7
	ClaimDelegations = 8
	ClaimCosigners   = 9
	ClaimDigest      = 10
	ClaimLabel       = 11
	ClaimExtensions  = 12
	ClaimFresh       = 13
)

var claimNames = [...]string{
	ClaimNonce:       "nonce",
	ClaimNext:        "next",
	ClaimServices:    "services",
	ClaimExpires:     "expires",
	ClaimStarts:      "starts",
	ClaimAllow:       "allow",
	ClaimUses:        "uses",
	ClaimDelegations: "delegations",
	ClaimCosigners:   "cosigners",
	ClaimDigest:      "digest",
	ClaimLabel:       "label",
	ClaimExtensions:  "extensions",
	ClaimFresh:       "fresh",
}

// ClaimName returns the name of a claim, such as "allow", or "claim N" for a
// number that names none.
func ClaimName(claim int) string {
	if claim < ClaimNonce || claim > ClaimFresh {
		return fmt.Sprintf("claim %d", claim)
	}
	return claimNames[claim]
}

// Limits on claims (SPEC 4, CDDL).
const (
	// MaxTime is the last second of the year 9999. Greater times are mistakes,
	// such as milliseconds.
	MaxTime = 253402300799

	maxServices    = 16
	maxGrants      = 64
	maxUses        = 16
	maxDelegations = 15
	maxCosigners   = 8
	maxLabelBytes  = 256
	maxExtensions  = 8
	maxFresh       = 3600
)

// A Key is the 32 bytes of an Ed25519 public key. To this package it is a name;
// package chain says which keys are good.
type Key [32]byte

// String returns the key as "ed25519:" and 43 characters of base64url.
func (k Key) String() string {
	return keyPrefix + base64.RawURLEncoding.EncodeToString(k[:])
}

const keyPrefix = "ed25519:"

// ParseKey reads what [Key.String] returns, and only that. It does not check
// that the key is good.
func ParseKey(s string) (Key, error) {
	encoded, found := strings.CutPrefix(s, keyPrefix)
	var k Key
	// The length is checked first: Go's strict base64 skips line ends.
	if !found || len(encoded) != base64.RawURLEncoding.EncodedLen(len(k)) || strings.ContainsAny(encoded, "\r\n") {
		return Key{}, fmt.Errorf("predicates: key %s: expected ed25519: and 43 characters of base64url", quoteShort(s))
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(k[:], []byte(encoded)); err != nil {
		return Key{}, fmt.Errorf("predicates: key %s: expected ed25519: and 43 characters of base64url", quoteShort(s))
	}
	return k, nil
}

// A UseLimit is a limit on uses at one service.
type UseLimit struct {
	Limit   uint64 // 1 to 2^53-1
	Service string
}

// An Extension is a named value for which a verifier must have a [Checker].
type Extension struct {
	Name  string // SHOULD begin with a domain name of its author
	Value []byte // at most 1,024 bytes
}

// Claims is what one block says: up to thirteen claims, each present or absent
// (SPEC 4). A claim that is absent does not restrict; one that is present
// restricts, and an allow that is present without grants permits nothing. The
// zero Claims has no claim, and restricts nothing: a token that begins with it
// permits nothing.
//
// Claims are immutable values, safe for concurrent use. They are made by [New],
// by [Parse] and, from a token, by package format.
type Claims struct {
	has         uint16 // bit n is set iff claim n is present
	delegations uint8
	fresh       uint16
	nonce       [8]byte
	next        Key
	services    []string
	expires     uint64
	starts      uint64
	allow       []Grant
	uses        []UseLimit
	threshold   int
	cosigners   []Key
	digest      [32]byte
	label       string
	extensions  []Extension // in encoded order
}

// A Statement adds to Claims what one statement of the language says, or
// returns an *[Error]. The functions that return statements keep copies of
// what they are given.
type Statement func(*Claims) error

// New returns the claims that the statements make. Each statement but [Allow]
// may occur once. The error is an *[Error] that names the claim.
func New(statements ...Statement) (Claims, error) {
	var c Claims
	for _, s := range statements {
		if err := s(&c); err != nil {
			return Claims{}, err
		}
	}
	return c, nil
}

// With returns the claims with further statements added; c is unchanged.
func (c Claims) With(statements ...Statement) (Claims, error) {
	for _, s := range statements {
		if err := s(&c); err != nil {
			return Claims{}, err
		}
	}
	return c, nil
}

// add notes that a claim is present.
func (c *Claims) add(claim int) error {
	if c.Has(claim) {
		return wrong(claimNames[claim], "stands twice")
	}
	c.has |= 1 << claim
	return nil
}

// Nonce sets the 8 random bytes that make two equal blocks two. Package chain
// adds it; it has no text.
func Nonce(nonce [8]byte) Statement {
	return func(c *Claims) error {
		c.nonce = nonce
		return c.add(ClaimNonce)
	}
}

// Next names the key that signs the next block. Package chain adds it; it has no
// text.
func Next(key Key) Statement {
	return func(c *Claims) error {
		c.next = key
		return c.add(ClaimNext)
	}
}

// Services restricts use to 1 to 16 named services.
func Services(names ...string) Statement {
	names = slices.Clone(names)
	return func(c *Claims) error {
		if len(names) < 1 || len(names) > maxServices {
			return wrong("services", "holds %d names (expected 1 to 16)", len(names))
		}
		for i, name := range names {
			if reason := checkPlain(name); reason != "" {
				return wrong(fmt.Sprintf("services[%d]", i), "service %s %s", quoteShort(name), reason)
			}
			if slices.Contains(names[:i], name) {
				return wrong(fmt.Sprintf("services[%d]", i), "service %s stands twice", quoteShort(name))
			}
		}
		c.services = names
		return c.add(ClaimServices)
	}
}

// Until restricts use to the seconds before t; a fraction of a second is cut
// off, which narrows. The first second at which the claims no longer permit is
// t itself. It must lie in the years 1970 to 9999.
func Until(t time.Time) Statement { return ExpiresUnix(unixSeconds(t)) }

// From restricts use to the second t and later; a fraction of a second is
// rounded up, which narrows. It must lie in the years 1970 to 9999.
func From(t time.Time) Statement {
	if t.Nanosecond() > 0 {
		t = t.Add(time.Second)
	}
	return StartsUnix(unixSeconds(t))
}

// unixSeconds returns the time in seconds since 1970, or a number above MaxTime
// where it lies before.
func unixSeconds(t time.Time) uint64 {
	if s := t.Unix(); s >= 0 {
		return uint64(s)
	}
	return MaxTime + 1
}

// ExpiresUnix is [Until] in seconds since 1970, at most [MaxTime].
func ExpiresUnix(seconds uint64) Statement {
	return func(c *Claims) error {
		if seconds > MaxTime {
			return wrong("expires", "time is outside the years 1970 to 9999 (expected seconds)")
		}
		c.expires = seconds
		return c.add(ClaimExpires)
	}
}

// StartsUnix is [From] in seconds since 1970, at most [MaxTime].
func StartsUnix(seconds uint64) Statement {
	return func(c *Claims) error {
		if seconds > MaxTime {
			return wrong("starts", "time is outside the years 1970 to 9999 (expected seconds)")
		}
		c.starts = seconds
		return c.add(ClaimStarts)
	}
}

// Allow adds a grant, as [NewGrant] makes it. A request must match one of the
// grants, at most 64.
func Allow(interfaces Interfaces, resources Resources, where ...Where) Statement {
	g, err := NewGrant(interfaces, resources, where...)
	return func(c *Claims) error {
		if err != nil {
			return within(fmt.Sprintf("allow[%d]", len(c.allow)), err)
		}
		return AllowGrant(g)(c)
	}
}

// AllowGrant adds grants. Whoever has many gives them at once: claims are
// copied for each statement.
func AllowGrant(grants ...Grant) Statement {
	grants = slices.Clone(grants)
	return func(c *Claims) error {
		for i := range grants {
			if len(grants[i].interfaces) == 0 {
				return wrong(fmt.Sprintf("allow[%d]", len(c.allow)+i), "the grant is empty")
			}
		}
		switch {
		case len(grants) == 0:
			return wrong("allow", "holds no grant (expected 1 to 64, or nothing)")
		case c.Has(ClaimAllow) && len(c.allow) == 0:
			return wrong("allow", `"nothing" stands beside a grant`)
		case len(c.allow)+len(grants) > maxGrants:
			return wrong("allow", "more than 64 grants")
		}
		c.has |= 1 << ClaimAllow
		// Concat, so that two claims made from one never share a backing array.
		c.allow = slices.Concat(c.allow, grants)
		return nil
	}
}

// AllowNothing permits no request at all: the empty list of grants. It is not
// the same as saying nothing about grants, which restricts nothing.
func AllowNothing() Statement {
	return func(c *Claims) error { return c.add(ClaimAllow) }
}

// Uses limits the number of requests that are permitted, over all tokens that
// are derived from this block: limit uses (1 to 2^53-1) at one service, and none
// at others. Several, up to 16, name several services.
func Uses(limit uint64, service string) Statement { return UsesAt(UseLimit{limit, service}) }

// UsesAt is [Uses] for several services.
func UsesAt(uses ...UseLimit) Statement {
	uses = slices.Clone(uses)
	return func(c *Claims) error {
		if len(uses) < 1 || len(uses) > maxUses {
			return wrong("uses", "holds %d limits (expected 1 to 16)", len(uses))
		}
		for i, u := range uses {
			if u.Limit < 1 || u.Limit > MaxInt {
				return wrong(fmt.Sprintf("uses[%d]", i), "limit %d is outside 1 to 2^53-1", u.Limit)
			}
			if reason := checkPlain(u.Service); reason != "" {
				return wrong(fmt.Sprintf("uses[%d]", i), "service %s %s", quoteShort(u.Service), reason)
			}
			for _, v := range uses[:i] {
				if v.Service == u.Service {
					return wrong(fmt.Sprintf("uses[%d]", i), "service %s stands twice", quoteShort(u.Service))
				}
			}
		}
		c.uses = uses
		return c.add(ClaimUses)
	}
}

// Delegations limits how many later blocks may name a next key: 0 to 15.
func Delegations(n int) Statement {
	return func(c *Claims) error {
		if n < 0 || n > maxDelegations {
			return wrong("delegations", "%d is outside 0 to 15", n)
		}
		c.delegations = uint8(n)
		return c.add(ClaimDelegations)
	}
}

// CosignedBy demands that threshold of 1 to 8 different keys each sign a later
// block that approves of one request (SPEC 9, [D-17]).
func CosignedBy(threshold int, keys ...Key) Statement {
	keys = slices.Clone(keys)
	return func(c *Claims) error {
		if len(keys) < 1 || len(keys) > maxCosigners {
			return wrong("cosigners", "holds %d keys (expected 1 to 8)", len(keys))
		}
		if threshold < 1 || threshold > len(keys) {
			return wrong("cosigners", "demands %d of %d keys", threshold, len(keys))
		}
		for i, k := range keys {
			if slices.Contains(keys[:i], k) {
				return wrong(fmt.Sprintf("cosigners[%d]", i), "key %s stands twice", k)
			}
		}
		c.threshold, c.cosigners = threshold, keys
		return c.add(ClaimCosigners)
	}
}

// Digest demands that the request's digest is this: the SHA-256 of the exact
// body that the service acts on.
func Digest(sha256 [32]byte) Statement {
	return func(c *Claims) error {
		c.digest = sha256
		return c.add(ClaimDigest)
	}
}

// Label is a text for people and audit, at most 256 bytes of UTF-8. It decides
// nothing.
func Label(text string) Statement {
	return func(c *Claims) error {
		if len(text) > maxLabelBytes {
			return wrong("label", "is %d bytes long (expected at most 256)", len(text))
		}
		if !utf8.ValidString(text) {
			return wrong("label", "is not valid UTF-8")
		}
		c.label = text
		return c.add(ClaimLabel)
	}
}

// Extensions demands that the verifier's checkers accept 1 to 8 named values, in
// the order of encoding: shorter names first.
func Extensions(extensions ...Extension) Statement {
	sorted := make([]Extension, len(extensions))
	for i, x := range extensions {
		sorted[i] = Extension{x.Name, bytes.Clone(x.Value)}
	}
	slices.SortStableFunc(sorted, func(a, b Extension) int { return compareEncoded(a.Name, b.Name) })
	return func(c *Claims) error {
		if len(sorted) < 1 || len(sorted) > maxExtensions {
			return wrong("extensions", "holds %d extensions (expected 1 to 8)", len(sorted))
		}
		for i, x := range sorted {
			path := func() string { return "extensions[" + quoteShort(x.Name) + "]" }
			if reason := checkPlain(x.Name); reason != "" {
				return wrong(path(), "the name of the extension "+reason)
			}
			if len(x.Value) > maxTextBytes {
				return wrong(path(), "value is %d bytes long (expected at most 1024)", len(x.Value))
			}
			if i > 0 && sorted[i-1].Name == x.Name {
				return wrong(path(), "stands twice")
			}
		}
		c.extensions = sorted
		return c.add(ClaimExtensions)
	}
}

// Fresh demands that the token is used by a presentation that is valid for at
// most so many seconds: 1 to 3,600.
func Fresh(seconds int) Statement {
	return func(c *Claims) error {
		if seconds < 1 || seconds > maxFresh {
			return wrong("fresh", "%d seconds is outside 1 to 3600", seconds)
		}
		c.fresh = uint16(seconds)
		return c.add(ClaimFresh)
	}
}

// Has reports whether a claim, given by its number, is present. A number
// that names no claim is never present.
func (c Claims) Has(claim int) bool { return claim >= ClaimNonce && c.has>>claim&1 == 1 }

// Nonce returns the nonce, or false if there is none.
func (c Claims) Nonce() (nonce [8]byte, ok bool) { return c.nonce, c.Has(ClaimNonce) }

// Next returns the key that signs the next block, or false if the claims name
// none and so seal a token.
func (c Claims) Next() (Key, bool) { return c.next, c.Has(ClaimNext) }

// Services returns a copy of the names of the services, or false if the claims
// don't restrict them.
func (c Claims) Services() ([]string, bool) {
	return slices.Clone(c.services), c.Has(ClaimServices)
}

// Expires returns the first second since 1970 at which the claims no longer
// permit, or false if there is none.
func (c Claims) Expires() (uint64, bool) { return c.expires, c.Has(ClaimExpires) }

// Starts returns the first second since 1970 at which the claims permit, or
// false if there is none.
func (c Claims) Starts() (uint64, bool) { return c.starts, c.Has(ClaimStarts) }

// Allow returns a copy of the grants, or false if the claims don't restrict
// requests. No grants and true: nothing is permitted.
func (c Claims) Allow() ([]Grant, bool) { return slices.Clone(c.allow), c.Has(ClaimAllow) }

// Uses returns a copy of the limits on uses, or false if there are none.
func (c Claims) Uses() ([]UseLimit, bool) { return slices.Clone(c.uses), c.Has(ClaimUses) }

// UsesLimit returns the limit at one service, or false if the claims name none
// there.
func (c Claims) UsesLimit(service string) (uint64, bool) {
	for _, u := range c.uses {
		if u.Service == service {
			return u.Limit, true
		}
	}
	return 0, false
}

// Delegations returns how many later blocks may name a next key, or false if
// the claims don't limit them.
func (c Claims) Delegations() (int, bool) { return int(c.delegations), c.Has(ClaimDelegations) }

// Cosigners returns how many of which keys must sign a later block, or false if
// none must.
func (c Claims) Cosigners() (threshold int, keys []Key, ok bool) {
	return c.threshold, slices.Clone(c.cosigners), c.Has(ClaimCosigners)
}

// Digest returns the SHA-256 that the request's digest must be, or false if the
// claims demand none.
func (c Claims) Digest() (sha256 [32]byte, ok bool) { return c.digest, c.Has(ClaimDigest) }

// Label returns the label, or false if there is none.
func (c Claims) Label() (string, bool) { return c.label, c.Has(ClaimLabel) }

// Extensions returns a copy of the extensions in encoded order, or false if
// there are none.
func (c Claims) Extensions() ([]Extension, bool) {
	copied := slices.Clone(c.extensions)
	for i, x := range copied {
		copied[i].Value = bytes.Clone(x.Value)
	}
	return copied, c.Has(ClaimExtensions)
}

// Fresh returns for how many seconds at most a presentation may be valid, or
// false if the claims don't demand one.
func (c Claims) Fresh() (seconds int, ok bool) { return int(c.fresh), c.Has(ClaimFresh) }

// Bound reports whether the claims name one request, or several: there is a
// grant, and each grant has one interface and one resource without stars, and
// one value for each argument. Where the claims carry a digest, the grants may
// leave arguments out ([D-26]).
func (c Claims) Bound() bool { return c.bound() }

func (c *Claims) bound() bool {
	if len(c.allow) == 0 {
		return false
	}
	for i := range c.allow {
		if !c.allow[i].bound(c.Has(ClaimDigest)) {
			return false
		}
	}
	return true
}

// once reports whether the claims permit one use in all: one service, limit 1.
func (c *Claims) once() bool { return len(c.uses) == 1 && c.uses[0].Limit == 1 }

// exact reports whether the claims spell one request, to be made once: they permit
// it and no other ([D-29]).
func (c *Claims) exact() bool { return c.once() && c.bound() }

// Presentation returns how long, in seconds, the claims are valid if they are
// those of a presentation ([D-28]): they name no next key, exactly one service,
// both times (starts before expires), exactly one use, at that service, and
// they are bound.
func (c Claims) Presentation() (seconds uint64, ok bool) { return c.presentation() }

func (c *Claims) presentation() (seconds uint64, ok bool) {
	ok = !c.Has(ClaimNext) &&
		len(c.services) == 1 &&
		c.Has(ClaimStarts) && c.Has(ClaimExpires) && c.starts < c.expires &&
		c.once() && c.uses[0].Service == c.services[0] &&
		c.bound()
	if !ok {
		return 0, false
	}
	return c.expires - c.starts, true
}

// An Error says which part of claims, of a grant or of a condition is not
// valid, and why.
type Error struct {
	Path   string // such as "allow[0].resources[2]"
	Reason string // such as `pattern "a//b" has an empty segment`
}

// Error returns "predicates: PATH: REASON", printable ASCII on one line.
func (e *Error) Error() string { return "predicates: " + e.Path + ": " + e.Reason }

func wrong(path, reason string, arguments ...any) error {
	if len(arguments) > 0 {
		reason = fmt.Sprintf(reason, arguments...)
	}
	return &Error{Path: path, Reason: reason}
}

// within puts a path in front of that of an *Error.
func within(path string, err error) error {
	if e, ok := err.(*Error); ok {
		return &Error{Path: path + "." + e.Path, Reason: e.Reason}
	}
	return err
}
