package predicates

import (
	"errors"
	"slices"
)

// Ceiling is the number of the block that stands for the ceiling of a root in a
// [Finding].
const Ceiling = -1

// StartsLeeway is by how many seconds a verifier's clock may be behind the clock
// that set a start. There is none on expiry.
const StartsLeeway = 60

// A Checker decides an extension. It gets the extension's value and what is
// decided, and permits with true and nil; false or an error deny. It must be a
// pure function of its arguments that neither keeps nor changes them, safe for
// concurrent use.
type Checker func(value []byte, request *Request, c *Context) (bool, error)

// A Context is what a decision depends on beside the claims and the request.
type Context struct {
	Service    string             // the name of the verifier's service
	Now        uint64             // seconds since 1970
	Root       Key                // the key that signed block 0
	Ceiling    *Claims            // evaluated before block 0, or nil
	Extensions map[string]Checker // by the name of the extension
}

// A Finding is the outcome of [Evaluate]. The zero Finding permits nothing.
type Finding struct {
	Verdict Verdict
	Block   int   // the block that decided, or Ceiling
	Claim   int   // the claim that decided
	Item    int   // the access that no grant matches, or the extension, in its order
	Cause   error // what a Checker answered, for a local log
}

// Evaluate decides whether the claims of a token permit a request: the ceiling
// first, then the blocks in order, the claims of each in the order of their
// numbers (SPEC 9, step 7). The first claim that does not permit decides;
// further faults don't show. It is total, reads each claim once, and does not
// allocate when it permits.
//
// Evaluate knows neither signatures nor use counters: most users want package
// chain instead.
func Evaluate(blocks []Claims, request *Request, c *Context) Finding {
	e := evaluation{blocks: blocks, request: request, context: c}
	e.wellFormed = len(request.Accesses) >= 1 && len(request.Accesses) <= maxAccesses
	for i := 0; e.wellFormed && i < len(request.Accesses); i++ {
		if request.Accesses[i].check() != "" {
			e.wellFormed, e.badAccess = false, i
		}
	}
	if len(blocks) == 0 {
		return Finding{Verdict: Unbounded, Cause: errors.New("predicates: no blocks")}
	}
	if c.Ceiling != nil {
		if f := e.evaluate(Ceiling, c.Ceiling); f.Verdict != Permitted {
			return f
		}
	}
	for i := range blocks {
		if f := e.evaluate(i, &blocks[i]); f.Verdict != Permitted {
			return f
		}
	}
	return Finding{Verdict: Permitted}
}

type evaluation struct {
	blocks     []Claims
	request    *Request
	context    *Context
	wellFormed bool
	badAccess  int
}

// evaluate decides by the claims of one block in the order of their numbers.
func (e *evaluation) evaluate(block int, c *Claims) Finding {
	deny := func(v Verdict, claim int) Finding {
		return Finding{Verdict: v, Block: block, Claim: claim}
	}
	now := e.context.Now
	if c.Has(ClaimServices) && !slices.Contains(c.services, e.context.Service) {
		return deny(WrongService, ClaimServices)
	}
	if c.Has(ClaimExpires) && now >= c.expires {
		return deny(Expired, ClaimExpires)
	}
	if c.Has(ClaimStarts) && c.starts > now && c.starts-now > StartsLeeway {
		return deny(NotYetValid, ClaimStarts)
	}
	if c.Has(ClaimAllow) {
		if access, ok := e.allowed(c); !ok {
			f := deny(NotAllowed, ClaimAllow)
			f.Item = access
			return f
		}
	}
	if c.Has(ClaimUses) {
		if _, ok := c.UsesLimit(e.context.Service); !ok {
			return deny(WrongService, ClaimUses)
		}
	}
	if c.Has(ClaimDelegations) && e.delegations(block) > int(c.delegations) {
		return deny(TooManyDelegations, ClaimDelegations)
	}
	if c.Has(ClaimCosigners) && e.approvals(block, c) < c.threshold {
		return deny(NotCosigned, ClaimCosigners)
	}
	if c.Has(ClaimDigest) && string(e.request.Digest) != string(c.digest[:]) {
		return deny(WrongDigest, ClaimDigest)
	}
	for i := range c.extensions {
		x := &c.extensions[i]
		f := Finding{Block: block, Claim: ClaimExtensions, Item: i}
		check := e.context.Extensions[x.Name]
		if check == nil {
			f.Verdict = UnknownExtension
			return f
		}
		if ok, err := check(x.Value, e.request, e.context); !ok || err != nil {
			f.Verdict, f.Cause = ExtensionDenied, err
			return f
		}
	}
	if c.Has(ClaimFresh) {
		seal := &e.blocks[len(e.blocks)-1]
		if seconds, ok := seal.presentation(); !ok || seconds > uint64(c.fresh) {
			return deny(NotFresh, ClaimFresh)
		}
	}
	return Finding{Verdict: Permitted}
}

// allowed reports whether each access matches a grant, or the first that does
// not.
func (e *evaluation) allowed(c *Claims) (access int, ok bool) {
	if !e.wellFormed {
		return e.badAccess, false
	}
	for i := range e.request.Accesses {
		a := &e.request.Accesses[i]
		matched := false
		for j := 0; j < len(c.allow) && !matched; j++ {
			matched = c.allow[j].matches(a)
		}
		if !matched {
			return i, false
		}
	}
	return 0, true
}

// delegations counts the later blocks that name a next key. A key that a
// cosigner list in the same block or above it names is an approver's, and its
// naming is not counted ([D-16]). Lists below don't count: whoever is limited
// could write one.
func (e *evaluation) delegations(block int) int {
	n := 0
	for i := block + 1; i < len(e.blocks); i++ {
		if e.blocks[i].Has(ClaimNext) && !e.approver(block, e.blocks[i].next) {
			n++
		}
	}
	return n
}

// approver reports whether the ceiling or one of the blocks up to the given one
// names the key in its list of cosigners.
func (e *evaluation) approver(block int, key Key) bool {
	if c := e.context.Ceiling; c != nil && slices.Contains(c.cosigners, key) {
		return true
	}
	for i := 0; i <= block; i++ {
		if slices.Contains(e.blocks[i].cosigners, key) {
			return true
		}
	}
	return false
}

// approvals counts the keys in a list of cosigners whose signatures count: each
// signs a later block, and between the demand and that block, itself included,
// a block is bound to one request and good for one use ([D-18]).
func (e *evaluation) approvals(block int, c *Claims) int {
	n := 0
	for _, key := range c.cosigners {
		single := false
		for i := block + 1; i < len(e.blocks); i++ {
			b := &e.blocks[i]
			single = single || b.once() && b.bound()
			if single && e.signer(i) == key {
				n++
				break
			}
		}
	}
	return n
}

// signer returns the key that signed a block.
func (e *evaluation) signer(block int) Key {
	if block == 0 {
		return e.context.Root
	}
	return e.blocks[block-1].next
}
