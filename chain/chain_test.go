package chain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The clock of the tests stands at forge.Now.
func clock() time.Time { return time.Unix(forge.Now, 0) }

// read returns the request that the tokens of forge.Chain permit.
func read() *predicates.Request {
	r := predicates.NewRequest(forge.Interface, forge.Resource)
	return &r
}

// publicKey returns the public key of a forged key.
func publicKey(name string) chain.PublicKey {
	key := forge.NewKey(name).Public()
	return must(chain.NewPublicKey(key[:]))
}

// signer returns the signer of a forged key.
func signer(name string) chain.Signer {
	seed := forge.NewKey(name).Seed()
	return must(chain.NewSignerFromSeed(seed[:]))
}

// nextOf returns the claims' next key.
func nextOf(c predicates.Claims) predicates.Key {
	key, _ := c.Next()
	return key
}

// config returns the configuration of a verifier of forge.Service that trusts the
// root of that name, has a memory ledger, and a clock at forge.Now.
func config(root string) chain.Config {
	return chain.Config{
		Service: forge.Service,
		Roots:   []chain.Root{{Key: publicKey(root)}},
		Ledger:  memory(forge.Service),
		Now:     clock,
	}
}

func memory(service string) *ledger.Memory {
	return must(ledger.NewMemory(ledger.Config{Service: service, Now: clock}))
}

func newVerifier(root string) *chain.Verifier { return must(chain.NewVerifier(config(root))) }

// An outcome is a verdict with the block and the claim that decided.
type outcome struct {
	verdict predicates.Verdict
	block   int
	claim   int
}

func (o outcome) String() string {
	return fmt.Sprintf("%s by block %d, claim %d", o.verdict, o.block, o.claim)
}

var permitted = outcome{predicates.Permitted, chain.NoBlock, 0}

func outcomeOf(t testing.TB, err error) outcome {
	t.Helper()
	if err == nil {
		return permitted
	}
	var d *chain.Denial
	if !errors.As(err, &d) {
		t.Fatalf("got %v, which is no denial", err)
	}
	if !errors.Is(err, d.Verdict) {
		t.Fatalf("%v is not its verdict %s", err, d.Verdict)
	}
	checkPublic(t, d)
	if s := d.Error(); strings.ContainsAny(s, "\r\n") {
		t.Fatalf("the error has several lines: %q", s)
	}
	return outcome{d.Verdict, d.Block, d.Claim}
}

// checkPublic fails unless the public text of a denial is as [V-2] has it: one
// line of printable ASCII, at most 512 bytes, with quotes that are closed.
func checkPublic(t testing.TB, d *chain.Denial) {
	t.Helper()
	s := d.Public()
	if len(s) > 512 {
		t.Errorf("the public text has %d bytes: %s", len(s), s)
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			t.Errorf("the public text holds byte %#x: %q", s[i], s)
			break
		}
	}
	quotes := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			quotes++
		}
	}
	if quotes%2 != 0 {
		t.Errorf("the public text has a quote that is not closed: %s", s)
	}
	if !strings.HasPrefix(s, d.Verdict.Class()+": "+d.Verdict.String()) {
		t.Errorf("the public text does not begin with %s: %s: %s", d.Verdict.Class(), d.Verdict, s)
	}
}

// decide has the verifier authorize a request by a forged token.
func decide(v *chain.Verifier, token forge.Token, r *predicates.Request) error {
	return decideBytes(v, token.Encode(), r)
}

func decideBytes(v *chain.Verifier, token []byte, r *predicates.Request) error {
	verified, err := v.VerifyBytes(token)
	if err != nil {
		if verified != nil {
			return errors.New("a token beside an error")
		}
		return err
	}
	permit, err := verified.Authorize(context.Background(), r)
	if (permit != nil) == (err != nil) {
		return errors.New("a permit beside an error, or neither")
	}
	return err
}

// expect fails unless the verifier gives a token exactly this outcome.
func expect(t *testing.T, v *chain.Verifier, token forge.Token, r *predicates.Request, want outcome) {
	t.Helper()
	if got := outcomeOf(t, decide(v, token, r)); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// wantError fails unless the error has this text and matches the target.
func wantError(t *testing.T, err error, text string, target error) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("no error, want %q", text)
	case err.Error() != text:
		t.Errorf("got error  %s\nwant error %s", err, text)
	case target != nil && !errors.Is(err, target):
		t.Errorf("%v is not %v", err, target)
	}
}
