package main

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// A view is a token as people and programs are shown it. Everything in it comes
// from the bytes of the token.
type view struct {
	token   *format.Token
	claims  []predicates.Claims
	root    *chain.Root     // where the token is verified
	ids     []chain.BlockID // likewise
	problem error           // where it is not
}

var errNoRoot = errors.New("no root was given (--root PUB or --roots FILE)")

// newView verifies a token from one of the roots, and keeps what it found.
func newView(token *format.Token, roots []chain.Root) *view {
	v := &view{token: token}
	for i := range token.Len() {
		v.claims = append(v.claims, token.Block(i).Claims)
	}
	if len(roots) == 0 {
		v.problem = errNoRoot
		return v
	}
	root, ids, err := verifyChain(token, roots)
	if err != nil {
		v.problem = err
		return v
	}
	v.root, v.ids = &root, ids
	return v
}

// verifyChain verifies a token of any kind, for people who look at it.
func verifyChain(token *format.Token, roots []chain.Root) (chain.Root, []chain.BlockID, error) {
	if token.Kind() == format.Sealed {
		// The service plays no part in verifying signatures.
		verifier, err := chain.NewVerifier(chain.Config{Service: "inspect", Roots: roots})
		if err != nil {
			return chain.Root{}, nil, err
		}
		verified, err := verifier.Verify(token.Text())
		if err != nil {
			return chain.Root{}, nil, err
		}
		ids := make([]chain.BlockID, verified.Len())
		for i := range ids {
			ids[i] = verified.ID(i)
		}
		return verified.Root(), ids, nil
	}
	root, err := rootOf(token, roots)
	if err != nil {
		return chain.Root{}, nil, err
	}
	capability, err := accept(token, root.Key)
	if err != nil {
		return chain.Root{}, nil, err
	}
	ids := make([]chain.BlockID, token.Len())
	for i := range ids {
		ids[i] = capability.ID(i)
	}
	return root, ids, nil
}

// accept takes an open token, with its own key or with none.
func accept(token *format.Token, root chain.PublicKey) (*chain.Capability, error) {
	if token.Kind() == format.Handoff {
		return chain.AcceptHandoff(token.Text(), root)
	}
	next, _ := token.Block(token.Len() - 1).Claims.Next()
	public, err := chain.NewPublicKey(next[:])
	if err != nil {
		return nil, err
	}
	s, err := chain.NewSigner(onlooker{public})
	if err != nil {
		return nil, err
	}
	return chain.Accept(token, s, root)
}

// An onlooker stands in for the key that an open token names: whoever looks at
// the token does not have it.
type onlooker struct{ public chain.PublicKey }

func (o onlooker) Public() crypto.PublicKey {
	k := o.public.Key()
	return ed25519.PublicKey(k[:])
}

func (onlooker) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("no key")
}

// status returns whether the token is verified, in one line. Every view of a
// token begins with it.
func (v *view) status(p palette) string {
	if v.root == nil {
		return p.bad("UNVERIFIED") + ": anybody can have written what follows: " + oneLine(message(v.problem))
	}
	return p.good("VERIFIED") + " from the root " + v.rootName()
}

func (v *view) rootName() string {
	if v.root.Name != "" {
		return v.root.Name + ", " + v.root.Key.String()
	}
	return v.root.Key.String()
}

// size returns the kind of the token and its sizes, in one line.
func (v *view) size() string {
	blocks := "1 block"
	if n := v.token.Len(); n > 1 {
		blocks = fmt.Sprintf("%d blocks", n)
	}
	kind := map[format.Kind]string{
		format.Sealed:  "a sealed token",
		format.Open:    "an open token",
		format.Handoff: "an open token with its key, a secret",
	}[v.token.Kind()]
	return fmt.Sprintf("%s: %s, %d bytes, %d characters as text", kind, blocks, len(v.token.Bytes()), len(v.token.Text()))
}

// tree returns the chain from the root down: what signs, what it says, whom it
// names. What others wrote is escaped, and labels come last.
func (v *view) tree(p palette) string {
	var b strings.Builder
	if v.root == nil {
		fmt.Fprintf(&b, "root with the hint %x, not looked up\n", v.token.RootHint())
	} else {
		fmt.Fprintf(&b, "root %s\n", v.rootName())
	}
	for i, c := range v.claims {
		fmt.Fprintf(&b, " |\n |  %s", p.bold(fmt.Sprintf("block %d", i)))
		if v.ids != nil {
			fmt.Fprintf(&b, "  %s", p.dim("id "+v.ids[i].String()))
		}
		b.WriteByte('\n')
		statements, label := statementsOf(c)
		if len(statements) == 0 {
			statements = []string{p.dim("restricts nothing")}
		}
		for _, s := range statements {
			fmt.Fprintf(&b, " |    %s\n", s)
		}
		if label != "" {
			fmt.Fprintf(&b, " |    %s\n", p.dim(label+"   (unchecked)"))
		}
		b.WriteString(" v\n")
		next, ok := c.Next()
		switch {
		case !ok:
			b.WriteString("sealed\n")
		case i < len(v.claims)-1:
			fmt.Fprintf(&b, "key %s\n", next)
		case v.token.Kind() == format.Handoff:
			fmt.Fprintf(&b, "open, with the secret key of %s\n", next)
		default:
			fmt.Fprintf(&b, "open, for the key %s\n", next)
		}
	}
	return b.String()
}

// statementsOf returns the canonical statements of a block, and its label apart.
func statementsOf(c predicates.Claims) (statements []string, label string) {
	text := c.String()
	if text == "" {
		return nil, ""
	}
	statements = strings.Split(text, "\n")
	if last := len(statements) - 1; c.Has(predicates.ClaimLabel) {
		statements, label = statements[:last], statements[last]
	}
	return statements, label
}

// together returns what all blocks say together.
func (v *view) together(p palette) string {
	title := "together"
	if v.root == nil {
		title = "together, UNVERIFIED"
	}
	return p.bold(title) + ": " + predicates.EffectiveOf(v.claims).String() + "\n"
}
