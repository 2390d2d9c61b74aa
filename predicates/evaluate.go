package predicates

import "slices"

// Ceiling is the number of the block that stands for the ceiling of a root in a
// [Finding].
const Ceiling = -1

// StartsLeeway is by how many seconds a verifier's clock may be behind the clock
// that set a start. There is none on expiry.
const StartsLeeway = 60

// A Checker decides an extension. It gets the extension's value and what is
// decided, and permits with true and nil; false or an error deny. It must be a
// pure function of its arguments that neither keeps nor changes them, safe for
// concurrent use. A panic in it is not recovered: it ends the decision, and so
// permits nothing.
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
// further faults don't show. Without an allow in block 0 it finds Unbounded
// there, whatever the request; the other rules of shape (SPEC 9, step 4) are the
// caller's to check. It is total, and does not allocate when it permits. Its work
// is bounded by the size of the claims times that of the request.
//
// Evaluate knows neither signatures nor use counters: most users want package
// chain instead.
func Evaluate(blocks []Claims, request *Request, c *Context) Finding {
	first := Finding{Verdict: Permitted}
	evaluate(blocks, request, c, func(f Finding) bool {
		first = f
		return false
	})
	return first
}

// EvaluateAll returns the findings of all claims that do not permit the request,
// in the order in which [Evaluate] meets them, for whoever explains a denial. It
// returns none iff Evaluate permits.
func EvaluateAll(blocks []Claims, request *Request, c *Context) []Finding {
	var all []Finding
	evaluate(blocks, request, c, func(f Finding) bool {
		all = append(all, f)
		return true
	})
	return all
}

// evaluate gives what does not permit to deny, which says whether to go on.
func evaluate(blocks []Claims, request *Request, c *Context, deny func(Finding) bool) {
	if len(blocks) == 0 || !blocks[0].Has(ClaimAllow) {
		// What no grant names is denied ([D-6]): absent restricts nothing, and so
		// may not stand where the authority comes from.
		deny(Finding{Verdict: Unbounded, Claim: ClaimAllow})
		return
	}
	e := newEvaluation(blocks, request, c)
	for block := Ceiling; block < len(blocks); block++ {
		claims := c.Ceiling
		if block != Ceiling {
			claims = &blocks[block]
		}
		for claim := ClaimServices; claims != nil && claim <= ClaimFresh; claim++ {
			if !claims.Has(claim) {
				continue
			}
			if f := e.decide(block, claims, claim); f.Verdict != Permitted && !deny(f) {
				return
			}
		}
	}
}

type evaluation struct {
	blocks    []Claims
	request   *Request
	context   *Context
	malformed bool // the request matches no grant
	access    int  // the access that is malformed
}

func newEvaluation(blocks []Claims, request *Request, c *Context) evaluation {
	e := evaluation{blocks: blocks, request: request, context: c}
	e.malformed = len(request.Accesses) < 1 || len(request.Accesses) > maxAccesses
	elements := 0
	for i := 0; !e.malformed && i < len(request.Accesses); i++ {
		elements += request.Accesses[i].elements()
		if elements > maxRequestElements || request.Accesses[i].Problem() != "" {
			e.malformed, e.access = true, i
		}
	}
	return e
}

// decide decides by one claim that is present (SPEC 9, step 7).
func (e *evaluation) decide(block int, c *Claims, claim int) Finding {
	f := Finding{Verdict: Permitted, Block: block, Claim: claim}
	now := e.context.Now
	switch claim {
	case ClaimServices:
		if !slices.Contains(c.services, e.context.Service) {
			f.Verdict = WrongService
		}
	case ClaimExpires:
		if now >= c.expires {
			f.Verdict = Expired
		}
	case ClaimStarts:
		// A difference, since a sum might overflow.
		if c.starts > now && c.starts-now > StartsLeeway {
			f.Verdict = NotYetValid
		}
	case ClaimAllow:
		if access, ok := e.allowed(c); !ok {
			f.Verdict, f.Item = NotAllowed, access
		}
	case ClaimUses:
		if _, ok := c.UsesLimit(e.context.Service); !ok {
			f.Verdict = WrongService
		}
	case ClaimDelegations:
		if e.delegations(block) > int(c.delegations) {
			f.Verdict = TooManyDelegations
		}
	case ClaimCosigners:
		if e.approvals(block, c) < c.threshold {
			f.Verdict = NotCosigned
		}
	case ClaimDigest:
		if string(e.request.Digest) != string(c.digest[:]) {
			f.Verdict = WrongDigest
		}
	case ClaimExtensions:
		for i := range c.extensions {
			x := &c.extensions[i]
			check := e.context.Extensions[x.Name]
			if check == nil {
				f.Verdict, f.Item = UnknownExtension, i
				return f
			}
			// Clip, so that no two checkers ever append to one array.
			if ok, err := check(slices.Clip(x.Value), e.request, e.context); !ok || err != nil {
				f.Verdict, f.Item, f.Cause = ExtensionDenied, i, err
				return f
			}
		}
	case ClaimFresh:
		seal := &e.blocks[len(e.blocks)-1]
		if seconds, ok := seal.presentation(); !ok || seconds > uint64(c.fresh) {
			f.Verdict = NotFresh
		}
	}
	return f
}

// allowed reports whether each access matches a grant, or the first that does
// not.
func (e *evaluation) allowed(c *Claims) (access int, ok bool) {
	if e.malformed {
		return e.access, false
	}
	if c.exact() {
		return e.spelled(c)
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

// spelled reports whether the request is the very one that an exact block spells:
// access by access, and no list in place of a value ([D-29]). Otherwise whoever
// catches a presentation could spend it on a batch, and an approval of one refund
// would be one of many.
func (e *evaluation) spelled(c *Claims) (access int, ok bool) {
	accesses := e.request.Accesses
	for i := range accesses {
		if i >= len(c.allow) || !c.allow[i].matches(&accesses[i]) {
			return i, false
		}
		for name := range accesses[i].Arguments {
			if c.allow[i].closed && accesses[i].Arguments[name].kind == listValue {
				return i, false
			}
		}
	}
	return len(accesses) - 1, len(accesses) == len(c.allow)
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
// a block is bound to one request and good for one use ([D-17]).
func (e *evaluation) approvals(block int, c *Claims) int {
	n, single := 0, false
	var counted [maxCosigners]bool
	for i := block + 1; i < len(e.blocks); i++ {
		// Each block is asked once, not once for each key: a block can be large.
		b := &e.blocks[i]
		if single = single || b.once() && b.bound(); !single {
			continue
		}
		if j := slices.Index(c.cosigners, e.signer(i)); j >= 0 && !counted[j] {
			counted[j] = true
			n++
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
