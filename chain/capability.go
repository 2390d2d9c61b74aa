package chain

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// The errors of writing a block that should not be written, for errors.Is.
// ErrWider and ErrDead come in a *[WriteError], which says what asks for more, and
// than what.
var (
	// ErrWider: the block asks for more than the chain above it permits, so it
	// could have no effect.
	ErrWider = errors.New("the block asks for more than the chain above permits")
	// ErrDead: the block, under the chain above it, can permit nothing, or demands
	// what can't be.
	ErrDead = errors.New("the block can permit nothing")
	// ErrKeyInChain: the block names a key that is in the chain already, or the
	// root's. Whoever holds it could cut the chain short.
	ErrKeyInChain = errors.New("the key is in the chain already")
)

// A WriteError says why a block was not written. Nothing was signed.
type WriteError struct {
	Err        error // ErrWider or ErrDead
	Comparison predicates.Comparison
}

// Error returns one line.
func (e *WriteError) Error() string { return "chain: " + e.Err.Error() + ": " + e.Comparison.Reason }

// Unwrap returns ErrWider or ErrDead.
func (e *WriteError) Unwrap() error { return e.Err }

// A Capability is what a holder has: an open token, verified from its root, and
// the signer that extends it (SPEC 3, 14). Nothing changes it; each method makes a
// new token. It is safe for concurrent use if its signer is. It may hold a secret,
// and prints none. The zero Capability, and nil, make nothing.
type Capability struct {
	links  links
	root   PublicKey
	signer Signer
}

// Mint makes a token under a root key, with a fresh key to extend it: authority
// that is handed over as one secret string. The claims must expire and must grant
// something (a *[Denial] with [ErrUnbounded] otherwise), and may not be dead
// ([ErrDead]).
//
// Claims get a random nonce here and in every function that writes a block. A
// nonce that the claims hold already is kept, for test vectors: two blocks with
// one nonce, equal in all else, are one block, with one counter.
func Mint(root Signer, claims predicates.Claims) (*Capability, error) {
	fresh := freshSigner()
	token, err := MintTo(root, fresh.Public(), claims)
	if err != nil {
		return nil, err
	}
	return Accept(token, fresh, root.Public())
}

// MintTo makes a token under a root key for the holder of another key. The token
// is worthless without that key.
func MintTo(root Signer, to PublicKey, claims predicates.Claims) (*format.Token, error) {
	return write(nil, root, &to, claims)
}

// MintSealed makes a token under a root key that is sealed at once: nothing can
// be appended, and whoever has it may use it. The claims must name services, too.
func MintSealed(root Signer, claims predicates.Claims) (*format.Token, error) {
	return write(nil, root, nil, claims)
}

// Accept takes an open token that names one's own key. It verifies the token from
// the root that the holder expects, so that nobody can slip in a token for
// another. The error is a *[Denial] of class invalid: not-sealed does not occur, a
// sealed token is malformed here, a signer that is not the one that the token
// names is bad-key, and a token that leaves no room for its seal is too-large.
func Accept(token *format.Token, own Signer, root PublicKey) (*Capability, error) {
	if token == nil || token.Len() == 0 {
		return nil, invalid(predicates.Malformed, NoBlock, 0, "there is no token")
	}
	if token.Kind() == format.Sealed {
		return nil, invalid(predicates.Malformed, NoBlock, 0, "the token is sealed: nothing can be appended to it (expected an open token)")
	}
	l := newLinks(token)
	if d := l.checkShape(false); d != nil {
		return nil, d
	}
	if root.IsZero() || token.RootHint() != rootHint(root.key) {
		return nil, invalid(predicates.UnknownRoot, NoBlock, 0, "the token is not rooted at %s", root)
	}
	if d := l.checkChain(root); d != nil {
		return nil, d
	}
	last := len(l.claims) - 1
	if next, _ := l.claims[last].Next(); next != own.Public().key {
		return nil, invalid(predicates.BadKey, last, predicates.ClaimNext, "the token names %s, and the signer is %s", next, own.Public())
	}
	// The token is kept without the secret that may have come with it.
	open, err := assemble(root, token, nil)
	if err != nil {
		return nil, err
	}
	if err := checkRoom(open); err != nil {
		return nil, err
	}
	l.token = open
	return &Capability{links: l, root: root, signer: own}, nil
}

// assemble returns the token of the blocks of another, which may be nil, and then
// of further ones; with a secret, it is a handoff.
func assemble(root PublicKey, token *format.Token, secret []byte, more ...string) (*format.Token, error) {
	var blocks []string
	for i := 0; token != nil && i < token.Len(); i++ {
		blocks = append(blocks, token.Block(i).Raw)
	}
	var seed *[32]byte
	if secret != nil {
		seed = (*[32]byte)(secret)
	}
	t, err := format.New(rootHint(root.key), append(blocks, more...), seed)
	if err != nil {
		return nil, fromFormat(err)
	}
	return t, nil
}

// AcceptHandoff takes a token together with its key: the secret text that begins
// with taper1k_. Errors are those of [Accept]; a text of another kind is
// malformed.
func AcceptHandoff(text string, root PublicKey) (*Capability, error) {
	token, err := format.DecodeText(text)
	if err != nil {
		return nil, fromFormat(err)
	}
	seed, ok := token.Secret()
	if !ok {
		return nil, invalid(predicates.Malformed, NoBlock, 0, "the token is %s and comes without its key (expected %s...)", token.Kind(), format.Handoff.Prefix())
	}
	return Accept(token, fromSeed(seed[:]), root)
}

// Attenuate appends a block and hands on to a fresh key: a weaker capability that
// is handed over as one secret string, see [Capability.Handoff]. The claims are
// further restrictions; a block that asks for more than the chain permits is
// refused ([ErrWider]), as is one that can permit nothing ([ErrDead]).
func (c *Capability) Attenuate(claims predicates.Claims) (*Capability, error) {
	fresh := freshSigner()
	token, err := c.Delegate(fresh.Public(), claims)
	if err != nil {
		return nil, err
	}
	return Accept(token, fresh, c.root)
}

// Delegate appends a block that names the delegate's own key. The token that it
// returns is worthless without that key. Errors are those of Attenuate, and
// [ErrKeyInChain].
func (c *Capability) Delegate(to PublicKey, claims predicates.Claims) (*format.Token, error) {
	return write(c, c.signerOrZero(), &to, claims)
}

// Seal appends a block that names no key: the token can be used, and not
// extended. Whoever has it may use it, so say for which services (required), how
// long and how often; [Capability.Present] says all that for one request.
func (c *Capability) Seal(claims predicates.Claims) (*format.Token, error) {
	return write(c, c.signerOrZero(), nil, claims)
}

func (c *Capability) signerOrZero() Signer {
	if c == nil {
		return Signer{}
	}
	return c.signer
}

// write appends a block to a capability, or makes the first one, and signs it.
func write(above *Capability, signer Signer, to *PublicKey, claims predicates.Claims) (*format.Token, error) {
	if signer.Public().IsZero() {
		return nil, errors.New("chain: the zero Capability or Signer writes nothing")
	}
	if claims.Has(predicates.ClaimNext) {
		return nil, errors.New("chain: the claims name a next key (expected none: it is given beside them)")
	}
	if !claims.Has(predicates.ClaimNonce) {
		var nonce [8]byte
		rand.Read(nonce[:]) // It never fails.
		claims, _ = claims.With(predicates.Nonce(nonce))
	}
	var l links
	var link linker
	root := signer.Public()
	if above != nil {
		l, root = above.links, above.root
		link.h = l.h
	} else {
		link.start(root.key)
	}
	if to != nil {
		if err := checkNext(&l, root, *to); err != nil {
			return nil, err
		}
		claims, _ = claims.With(predicates.Next(to.key))
	}

	// What a verifier will refuse whatever the request, with the same verdict.
	shape := links{claims: append(l.claims[:len(l.claims):len(l.claims)], claims)}
	if d := shape.checkShape(to == nil); d != nil {
		return nil, d
	}
	switch comparison := predicates.Narrow(l.claims, root.key, claims); comparison.Relation {
	case predicates.Wider:
		return nil, &WriteError{ErrWider, comparison}
	case predicates.Dead:
		return nil, &WriteError{ErrDead, comparison}
	}

	payload := format.AppendClaims(nil, claims)
	signature, err := signer.sign(link.toBeSigned(payload))
	if err != nil {
		return nil, err
	}
	token, err := assemble(root, l.token, nil, string(format.AppendBlock(nil, payload, signature)))
	if err != nil {
		return nil, err
	}
	if to != nil {
		if err := checkRoom(token); err != nil {
			return nil, err
		}
	}
	return token, nil
}

// checkNext refuses a key that is no key, the root's or in the chain already.
func checkNext(l *links, root, to PublicKey) error {
	if to.IsZero() {
		return errors.New("chain: no key to delegate to")
	}
	if to == root {
		return fmt.Errorf("chain: %s is the root's: %w", to, ErrKeyInChain)
	}
	for i := range l.claims {
		if next, _ := l.claims[i].Next(); next == to.key {
			return fmt.Errorf("chain: %s is named by block %d: %w", to, i, ErrKeyInChain)
		}
	}
	return nil
}

// smallestSeal is the size of the smallest sealing block: a nonce and one service
// of one byte.
const smallestSeal = 88

// checkRoom refuses an open token that nobody could seal.
func checkRoom(token *format.Token) error {
	if token.Len() >= format.MaxBlocks {
		return invalid(predicates.TooLarge, token.Len()-1, 0, "an open token of %d blocks leaves no block for its seal", token.Len())
	}
	if size := len(token.Bytes()); size+smallestSeal > format.MaxTokenBytes {
		return invalid(predicates.TooLarge, token.Len()-1, 0, "an open token of %d bytes leaves no room for its seal (at most %d)",
			size, format.MaxTokenBytes-smallestSeal)
	}
	return nil
}

// Root returns the root key that the capability leads back to.
func (c *Capability) Root() PublicKey { return c.root }

// Public returns the public key of the signer that extends the capability.
func (c *Capability) Public() PublicKey { return c.signer.Public() }

// Claims returns what each block says, block 0 first.
func (c *Capability) Claims() []predicates.Claims {
	return append([]predicates.Claims(nil), c.links.claims...)
}

// ID returns the id of block i, which a revocation list may name. It panics where
// there is no block i.
func (c *Capability) ID(i int) BlockID { return c.links.ids[i] }

// Token returns the open token without its key. It is no secret.
func (c *Capability) Token() (*format.Token, error) {
	if c == nil || c.links.token == nil {
		return nil, errors.New("chain: the zero Capability has no token")
	}
	return c.links.token, nil
}

// Handoff returns the token together with its key, as a secret text that begins
// with taper1k_: whoever has it has the capability. It fails if this process does
// not hold the key's seed.
func (c *Capability) Handoff() (string, error) {
	open, err := c.Token()
	if err != nil {
		return "", err
	}
	seed, ok := c.signer.Seed()
	if !ok {
		return "", fmt.Errorf("chain: the key of %s is not held here, so it can't be handed over", c.signer)
	}
	token, err := assemble(c.root, open, seed)
	if err != nil {
		return "", err
	}
	return token.Text(), nil
}

// String returns the number of blocks and the last id; never the secret.
func (c Capability) String() string {
	if len(c.links.ids) == 0 {
		return "capability without a token"
	}
	return fmt.Sprintf("capability of %d blocks, last block %s", len(c.links.ids), c.links.ids[len(c.links.ids)-1])
}

// GoString returns the same as String.
func (c Capability) GoString() string { return c.String() }

// Format writes the same as String for every verb.
func (c Capability) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// MarshalText returns the same as String, so that JSON holds no secret.
func (c Capability) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue returns the same as String.
func (c Capability) LogValue() slog.Value { return slog.StringValue(c.String()) }
