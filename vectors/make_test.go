package vectors_test

import (
	"encoding/hex"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

func TestMake(t *testing.T) {
	cases := load(t, "make")
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			token, err := makeToken(t, c.Make)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(token.Bytes()); got != c.Make.Token {
				t.Errorf("got\n%s, want\n%s", got, c.Make.Token)
			}
			if got := token.Text(); got != c.Make.Text {
				t.Errorf("got\n%s, want\n%s", got, c.Make.Text)
			}
		})
	}
	if len(cases) < 12 {
		t.Errorf("%d cases", len(cases))
	}
}

func signer(t *testing.T, seed string) chain.Signer {
	t.Helper()
	s, err := chain.NewSignerFromSeed(unhex(t, seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// makeToken makes a token as its holders would, each from what the one before
// gives.
func makeToken(t *testing.T, m *vectors.Make) (*format.Token, error) {
	t.Helper()
	root := signer(t, m.RootSeed)
	own := root
	var token *format.Token
	for i, b := range m.Blocks {
		claims, err := predicates.Parse(b.Text)
		if err == nil {
			claims, err = claims.With(predicates.Nonce([8]byte(unhex(t, b.Nonce))))
		}
		if err != nil {
			return nil, err
		}
		var c *chain.Capability
		if i > 0 {
			if c, err = chain.Accept(token, own, root.Public()); err != nil {
				return nil, err
			}
		}
		switch {
		case b.NextSeed == "" && i == 0:
			token, err = chain.MintSealed(root, claims)
		case b.NextSeed == "":
			token, err = c.Seal(claims)
		case i == 0:
			own = signer(t, b.NextSeed)
			token, err = chain.MintTo(root, own.Public(), claims)
		default:
			own = signer(t, b.NextSeed)
			token, err = c.Delegate(own.Public(), claims)
		}
		if err != nil {
			return nil, err
		}
	}
	return token, nil
}
