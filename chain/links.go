package chain

import (
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// links is a token's chain as it is verified: the claims, the keys and the ids of
// its blocks.
type links struct {
	token  *format.Token
	claims []predicates.Claims
	root   predicates.Key // once checkChain has passed
	ids    []BlockID      // likewise
	h      [32]byte       // of the block that would follow, likewise
}

func newLinks(token *format.Token) links {
	l := links{token: token, claims: make([]predicates.Claims, token.Len())}
	for i := range l.claims {
		l.claims[i] = token.Block(i).Claims
	}
	return l
}

// signer returns the key that signs block i, known after checkChain.
func (l *links) signer(i int) predicates.Key {
	if i == 0 {
		return l.root
	}
	key, _ := l.claims[i-1].Next()
	return key
}

// checkShape checks keys and bounds (SPEC 9, step 4): every bad-key of any block
// comes before every unbounded; the lowest block, then the lowest claim, is
// reported.
func (l *links) checkShape(sealed bool) *Denial {
	for i := range l.claims {
		c := &l.claims[i]
		if next, ok := c.Next(); ok {
			if !goodPoint(next) {
				return invalid(predicates.BadKey, i, predicates.ClaimNext, "next key %s is of small order or not canonical", next)
			}
			for j := range i {
				if earlier, _ := l.claims[j].Next(); earlier == next {
					return invalid(predicates.BadKey, i, predicates.ClaimNext, "next key %s is named by block %d already", next, j)
				}
			}
		}
		if c.Has(predicates.ClaimCosigners) {
			_, keys, _ := c.Cosigners()
			for _, key := range keys {
				if !goodPoint(key) {
					return invalid(predicates.BadKey, i, predicates.ClaimCosigners, "cosigner key %s is of small order or not canonical", key)
				}
			}
		}
	}
	first, last := &l.claims[0], len(l.claims)-1
	if sealed && last == 0 && !first.Has(predicates.ClaimServices) {
		return invalid(predicates.Unbounded, 0, predicates.ClaimServices, "the sealing block names no services")
	}
	if !first.Has(predicates.ClaimExpires) {
		return invalid(predicates.Unbounded, 0, predicates.ClaimExpires, "block 0 does not expire")
	}
	if grants, _ := first.Allow(); len(grants) == 0 {
		return invalid(predicates.Unbounded, 0, predicates.ClaimAllow, "block 0 grants nothing")
	}
	if sealed && !l.claims[last].Has(predicates.ClaimServices) {
		return invalid(predicates.Unbounded, last, predicates.ClaimServices, "the sealing block names no services")
	}
	return nil
}

// checkChain checks, for the root that the hint names, that no next key is the
// root's, and then every signature (SPEC 9, steps 5 and 6). It stops at the first
// that is bad.
func (l *links) checkChain(root PublicKey) *Denial {
	for i := range l.claims {
		if next, ok := l.claims[i].Next(); ok && next == root.key {
			return invalid(predicates.BadKey, i, predicates.ClaimNext, "next key %s is the root's", next)
		}
	}
	l.root = root.key
	var link linker
	link.start(root.key)
	ids := make([]BlockID, len(l.claims))
	for i := range l.claims {
		b := l.token.Block(i)
		key := l.signer(i)
		if !verifySignature(key, link.toBeSigned([]byte(b.Payload)), b.Signature) {
			if i == 0 {
				// The root's key is not in the token, so a denial doesn't tell it.
				return invalid(predicates.BadSignature, 0, 0, "the signature does not verify under the root key")
			}
			return invalid(predicates.BadSignature, i, 0, "the signature does not verify under %s", key)
		}
		ids[i] = link.id(b.Payload)
		link.next(b.Raw)
	}
	l.ids, l.h = ids, link.h
	return nil
}
