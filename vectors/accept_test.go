package vectors_test

import (
	"errors"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/vectors"
)

// TestAccept takes each token as its holder would: a handoff by its text, and an
// open token with the holder's own key.
func TestAccept(t *testing.T) {
	for _, c := range load(t, "accept") {
		t.Run(c.ID, func(t *testing.T) {
			if c.Accept == nil {
				t.Fatal("nothing to accept")
			}
			capability, err := accept(t, *c.Accept)
			got := "accepted"
			if err != nil {
				if capability != nil {
					t.Error("a capability beside an error")
				}
				got = verdictOf(t, err)
			}
			if got != c.Accept.Verdict {
				t.Fatalf("got %s, want %s (%v)", got, c.Accept.Verdict, err)
			}
			if err != nil {
				return
			}
			// What was accepted is what was given, and its key is the one that extends it.
			token, err := capability.Token()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := chain.Accept(token, signerOf(t, c), capability.Root()); err != nil || again.Public() != capability.Public() {
				t.Errorf("taken again: %v, %v", again, err)
			}
		})
	}
}

// signerOf returns the holder's own key, or the one that comes with a handoff.
func signerOf(t *testing.T, c vectors.Case) chain.Signer {
	t.Helper()
	seed := unhex(t, c.Accept.Seed)
	if c.Accept.Seed == "" {
		token, err := format.DecodeText(c.Accept.Text)
		if err != nil {
			t.Fatal(err)
		}
		secret, ok := token.Secret()
		if !ok {
			t.Fatal("neither an own key nor a secret")
		}
		seed = secret[:]
	}
	signer, err := chain.NewSignerFromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func accept(t *testing.T, a vectors.Accept) (*chain.Capability, error) {
	t.Helper()
	root, err := chain.NewPublicKey(unhex(t, a.Root))
	if err != nil {
		t.Fatal(err)
	}
	if a.Seed == "" {
		return chain.AcceptHandoff(a.Text, root)
	}
	own, err := chain.NewSignerFromSeed(unhex(t, a.Seed))
	if err != nil {
		t.Fatal(err)
	}
	token, err := format.DecodeText(a.Text)
	if err != nil {
		return nil, err
	}
	return chain.Accept(token, own, root)
}

// verdictOf returns the verdict of a denial, or of text that is no token.
func verdictOf(t *testing.T, err error) string {
	t.Helper()
	var denial *chain.Denial
	var noToken *format.Error
	switch {
	case errors.As(err, &denial):
		return denial.Verdict.String()
	case errors.As(err, &noToken):
		return noToken.Verdict.String()
	}
	t.Fatalf("an error without a verdict: %v", err)
	return ""
}
