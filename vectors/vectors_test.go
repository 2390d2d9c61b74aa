package vectors_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

// load returns all cases of an operation, and fails if there are none.
func load(t *testing.T, op string) []vectors.Case {
	t.Helper()
	files, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	var cases []vectors.Case
	for _, f := range files {
		for _, c := range f.Cases {
			if c.Op == op {
				cases = append(cases, c)
			}
		}
	}
	if len(cases) == 0 {
		t.Fatalf("no cases of op %s", op)
	}
	return cases
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The four ways in which a token reaches a decision.
var ways = []struct {
	name   string
	verify func(t *testing.T, v *chain.Verifier, token vectors.Token) (*chain.Verified, error)
	keep   bool // ask one Verified for all steps
}{
	{"bytes", verifyBytes, false},
	{"text", verifyText, false},
	{"decoded and encoded again", verifyAgain, false},
	{"kept", verifyBytes, true},
}

func verifyBytes(t *testing.T, v *chain.Verifier, token vectors.Token) (*chain.Verified, error) {
	if token.Text != "" {
		return v.Verify(token.Text)
	}
	return v.VerifyBytes(unhex(t, token.Hex))
}

// verifyText decides by the text form. Bytes that are no token get the prefix of
// a sealed one; then the fault of the bytes is the fault of the text.
func verifyText(t *testing.T, v *chain.Verifier, token vectors.Token) (*chain.Verified, error) {
	if token.Text != "" {
		return v.Verify(token.Text)
	}
	b := unhex(t, token.Hex)
	decoded, err := format.Decode(b)
	if err != nil {
		// Through the text, bytes that are too large are a text that is too long, or
		// nearly so.
		return v.VerifyBytes(b)
	}
	return v.Verify(decoded.Text())
}

// verifyAgain encodes what was decoded, from the values, and decides that.
func verifyAgain(t *testing.T, v *chain.Verifier, token vectors.Token) (*chain.Verified, error) {
	var decoded *format.Token
	var err error
	if token.Text != "" {
		decoded, err = format.DecodeText(token.Text)
	} else {
		decoded, err = format.Decode(unhex(t, token.Hex))
	}
	if err != nil {
		return verifyBytes(t, v, token)
	}
	var blocks []string
	for i := range decoded.Len() {
		b := decoded.Block(i)
		blocks = append(blocks, string(format.AppendBlock(nil, format.AppendClaims(nil, b.Claims), []byte(b.Signature))))
	}
	var secret *[32]byte
	if seed, ok := decoded.Secret(); ok {
		secret = &seed
	}
	again, err := format.New(decoded.RootHint(), blocks, secret)
	if err != nil {
		t.Fatalf("encoded again: %v", err)
	}
	if token.Hex != "" && hex.EncodeToString(again.Bytes()) != token.Hex {
		t.Fatalf("encoded again, the bytes are\n%x, want\n%s", again.Bytes(), token.Hex)
	}
	return v.VerifyBytes(again.Bytes())
}

func TestAuthorize(t *testing.T) {
	for _, c := range load(t, "authorize") {
		for _, way := range ways {
			t.Run(c.ID+"/"+way.name, func(t *testing.T) {
				bench := newBench(t, c)
				kept := map[string]*chain.Verified{}
				for i, step := range c.Steps {
					verifier := bench.verifier(step)
					key := fmt.Sprint(step.Token, step.Service, step.NoLedger)
					verified, err := kept[key], error(nil)
					if verified == nil {
						verified, err = way.verify(t, verifier, c.Tokens[step.Token])
					}
					if err == nil && way.keep {
						kept[key] = verified
					}
					var permit *chain.Permit
					if err == nil {
						r := request(t, step.Request)
						permit, err = verified.Authorize(context.Background(), &r)
					}
					if diff := compare(step, permit, err); diff != "" {
						t.Errorf("step %d: %s", i, diff)
					}
				}
			})
		}
	}
}

// compare says how a decision differs from what a step wants, or returns "".
func compare(step vectors.Step, permit *chain.Permit, err error) string {
	got := outcome{verdict: "permitted", block: chain.NoBlock}
	if err != nil {
		var d *chain.Denial
		if !errors.As(err, &d) {
			return err.Error()
		}
		got = outcome{d.Verdict.String(), d.Block, d.Claim}
		for _, text := range []string{d.Public(), d.Error()} {
			if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
				return fmt.Sprintf("a message that is not printable ASCII on one line: %q", text)
			}
		}
		if n := len(d.Public()); n > 512 {
			return fmt.Sprintf("a public message of %d bytes: %s", n, d.Public())
		}
	}
	want := outcome{step.Verdict, chain.NoBlock, step.Claim}
	if step.Block != nil {
		want.block = *step.Block
	}
	if want.claim == 0 {
		got.claim = 0 // Not every verdict has a claim that vectors state.
	}
	if got != want {
		return fmt.Sprintf("got %v, want %v (%v)", got, want, err)
	}
	if permit == nil {
		return ""
	}
	var uses []vectors.Used
	for _, u := range permit.Uses {
		uses = append(uses, vectors.Used{Block: u.Block, Number: u.Number, Limit: u.Limit})
	}
	if step.Uses != nil && !slices.Equal(uses, step.Uses) {
		return fmt.Sprintf("charged %v, want %v", uses, step.Uses)
	}
	return ""
}

type outcome struct {
	verdict string
	block   int
	claim   int
}

// A bench is a world for one case: the verifiers of its services, each with its
// ledger, and a clock that each step sets.
type bench struct {
	t           *testing.T
	c           vectors.Case
	now, ledger time.Time
	revoked     *vectors.Revoked
	verifiers   map[string]*chain.Verifier
}

func newBench(t *testing.T, c vectors.Case) *bench {
	return &bench{t: t, c: c, verifiers: map[string]*chain.Verifier{}}
}

// verifier returns the one for a step, and sets the clock.
func (b *bench) verifier(step vectors.Step) *chain.Verifier {
	b.now = time.Unix(int64(step.Now), 0)
	b.ledger = b.now
	if step.LedgerNow != 0 {
		b.ledger = time.Unix(int64(step.LedgerNow), 0)
	}
	b.revoked = step.Revoked
	key := fmt.Sprint(step.Service, step.NoLedger)
	if v := b.verifiers[key]; v != nil {
		return v
	}
	config := chain.Config{
		Service:     step.Service,
		Roots:       roots(b.t, b.c.Roots),
		Extensions:  map[string]predicates.Checker{},
		Now:         func() time.Time { return b.now },
		Revocations: func() chain.Revocations { return snapshot{b.t, b.revoked} },
	}
	for name, accepted := range b.c.Extensions {
		config.Extensions[name] = func(value []byte, _ *predicates.Request, _ *predicates.Context) (bool, error) {
			return slices.Contains(accepted, hex.EncodeToString(value)), nil
		}
	}
	if !step.NoLedger {
		memory, err := ledger.NewMemory(ledger.Config{Service: step.Service, Now: func() time.Time { return b.ledger }})
		if err != nil {
			b.t.Fatal(err)
		}
		config.Ledger = memory
	}
	v, err := chain.NewVerifier(config)
	if err != nil {
		b.t.Fatal(err)
	}
	b.verifiers[key] = v
	return v
}

func roots(t *testing.T, list []vectors.Root) []chain.Root {
	t.Helper()
	var all []chain.Root
	for _, r := range list {
		key, err := chain.NewPublicKey(unhex(t, r.Key))
		if err != nil {
			t.Fatal(err)
		}
		claims, err := predicates.Parse(r.Ceiling)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, chain.Root{Key: key, Ceiling: claims})
	}
	return all
}

// A snapshot answers from what a step says is revoked.
type snapshot struct {
	t *testing.T
	r *vectors.Revoked
}

func (s snapshot) BlockRevoked(id chain.BlockID) bool {
	return s.r != nil && slices.Contains(s.r.IDs, id.String())
}

func (s snapshot) KeyRevoked(key predicates.Key) bool {
	return s.r != nil && slices.Contains(s.r.Keys, hex.EncodeToString(key[:]))
}

func (s snapshot) Stale(uint64) bool { return s.r != nil && s.r.Stale }

func request(t *testing.T, r vectors.Request) predicates.Request {
	t.Helper()
	var out predicates.Request
	for _, a := range r.Accesses {
		access := predicates.Access{Interface: a.Interface, Resource: a.Resource}
		for name, v := range a.Arguments {
			if access.Arguments == nil {
				access.Arguments = map[string]predicates.Value{}
			}
			access.Arguments[name] = value(t, v)
		}
		out.Accesses = append(out.Accesses, access)
	}
	if r.Digest != nil {
		out.Digest = unhex(t, *r.Digest)
	}
	return out
}

func value(t *testing.T, v vectors.Value) predicates.Value {
	t.Helper()
	switch {
	case v.Text != nil:
		return predicates.Text(*v.Text)
	case v.TextHex != nil:
		return predicates.Text(string(unhex(t, *v.TextHex)))
	case v.Int != nil:
		return predicates.Int(*v.Int)
	case v.Bool != nil:
		return predicates.Bool(*v.Bool)
	case v.Decimal != nil:
		return predicates.Decimal(*v.Decimal)
	case v.List != nil || v.Empty:
		var list []predicates.Value
		for _, e := range v.List {
			list = append(list, value(t, e))
		}
		return predicates.List(list...)
	}
	return predicates.Opaque()
}
