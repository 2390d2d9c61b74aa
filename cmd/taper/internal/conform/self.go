package conform

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

// Serve answers the protocol with this implementation, until its input ends. The
// error says which line is no question, or is that of reading or writing.
func Serve(in io.Reader, out io.Writer) error {
	return serve(in, out, func(q *question) (*answer, error) { return respond(q) })
}

func serve(in io.Reader, out io.Writer, respond func(*question) (*answer, error)) error {
	b := bufio.NewReader(in)
	for n := 1; ; n++ {
		line, err := readLine(b, 16<<20)
		if err == io.EOF {
			return nil
		}
		var q question
		if err == nil {
			d := json.NewDecoder(bytes.NewReader(line))
			d.DisallowUnknownFields()
			err = d.Decode(&q)
		}
		var a *answer
		if err == nil {
			a, err = respond(&q)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if q.Seq != 0 {
			a.Seq = &q.Seq
		}
		line, err = json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
}

// respond answers one question. An error means that it is no question; what the
// library refuses is an answer.
func respond(q *question) (*answer, error) {
	switch q.Op {
	case "hello":
		if q.Protocol != protocol {
			return nil, fmt.Errorf("protocol %d (expected %d)", q.Protocol, protocol)
		}
		return &answer{Name: "taper (Go)", Levels: []int{1, 2, 3, 4, 5, 6}}, nil
	case "well-formed":
		b, err := unhexOf(q.Hex)
		return valid(err == nil && format.WellFormed(b) == nil), err
	case "signature":
		return respondSignature(q)
	case "decode":
		return respondDecode(q)
	case "configure":
		_, err := newVerifier("conform", q.Roots, chain.Config{})
		return valid(err == nil), nil
	case "authorize":
		return respondAuthorize(q)
	case "parse":
		return respondParse(q)
	case "narrow":
		return respondNarrow(q)
	case "make":
		return respondMake(q)
	case "accept":
		return respondAccept(q)
	}
	return &answer{Unsupported: true}, nil
}

func valid(v bool) *answer { return &answer{Valid: &v} }

func unhexOf(s *string) ([]byte, error) {
	if s == nil {
		return nil, errors.New("a field is missing")
	}
	return hex.DecodeString(*s)
}

// respondSignature applies SPEC 5. R must pass what a key must: an R that is no
// point equals none that is computed.
func respondSignature(q *question) (*answer, error) {
	key, err := unhexOf(q.Key)
	if err != nil {
		return nil, err
	}
	message, err := unhexOf(q.Message)
	if err != nil {
		return nil, err
	}
	signature, err := unhexOf(q.Signature)
	if err != nil {
		return nil, err
	}
	if len(signature) != ed25519.SignatureSize {
		return valid(false), nil
	}
	_, keyErr := chain.NewPublicKey(key)
	_, rErr := chain.NewPublicKey(signature[:32])
	return valid(keyErr == nil && rErr == nil && ed25519.Verify(key, message, signature)), nil
}

func respondDecode(q *question) (*answer, error) {
	var token *format.Token
	var err error
	if q.Text != nil {
		token, err = format.DecodeText(*q.Text)
	} else {
		b, badHex := unhexOf(q.Hex)
		if badHex != nil {
			return nil, badHex
		}
		token, err = format.Decode(b)
	}
	if err != nil {
		var e *format.Error
		if !errors.As(err, &e) {
			return nil, err
		}
		verdict := e.Verdict.String()
		a := &answer{Verdict: &verdict, Claim: e.Claim}
		if e.Block >= 0 {
			a.Block = &e.Block
		}
		return a, nil
	}
	ok := "ok"
	return &answer{Verdict: &ok, Kind: token.Kind().String()}, nil
}

// newVerifier returns a verifier for roots as a question has them.
func newVerifier(service string, roots []vectors.Root, config chain.Config) (*chain.Verifier, error) {
	config.Service = service
	for _, r := range roots {
		b, err := hex.DecodeString(r.Key)
		if err != nil {
			return nil, err
		}
		key, err := chain.NewPublicKey(b)
		if err != nil {
			return nil, err
		}
		ceiling, err := predicates.Parse(r.Ceiling)
		if err != nil {
			return nil, err
		}
		config.Roots = append(config.Roots, chain.Root{Key: key, Ceiling: ceiling})
	}
	return chain.NewVerifier(config)
}

// respondAuthorize decides the steps, with one ledger for each service.
func respondAuthorize(q *question) (*answer, error) {
	var now, ledgerNow time.Time
	var revoked *vectors.Revoked
	ledgers := map[string]chain.Ledger{}
	a := &answer{}
	for _, step := range q.Steps {
		now = time.Unix(int64(step.Now), 0)
		ledgerNow = now
		if step.LedgerNow != 0 {
			ledgerNow = time.Unix(int64(step.LedgerNow), 0)
		}
		revoked = step.Revoked
		config := chain.Config{
			Now:         func() time.Time { return now },
			Revocations: func() chain.Revocations { return snapshot{revoked} },
			Extensions:  map[string]predicates.Checker{},
		}
		for name, accepted := range q.Extensions {
			config.Extensions[name] = func(value []byte, _ *predicates.Request, _ *predicates.Context) (bool, error) {
				return slices.Contains(accepted, hex.EncodeToString(value)), nil
			}
		}
		if !step.NoLedger {
			if ledgers[step.Service] == nil {
				memory, err := ledger.NewMemory(ledger.Config{Service: step.Service, Now: func() time.Time { return ledgerNow }})
				if err != nil {
					return nil, err
				}
				ledgers[step.Service] = memory
			}
			config.Ledger = ledgers[step.Service]
		}
		verifier, err := newVerifier(step.Service, q.Roots, config)
		if err != nil {
			return nil, err
		}
		if step.Token < 0 || step.Token >= len(q.Tokens) {
			return nil, fmt.Errorf("step of token %d of %d", step.Token, len(q.Tokens))
		}
		s, err := respondStep(verifier, &q.Tokens[step.Token], step.Request)
		if err != nil {
			return nil, err
		}
		a.Steps = append(a.Steps, *s)
	}
	return a, nil
}

func respondStep(verifier *chain.Verifier, token *tokenQuestion, r vectors.Request) (*stepAnswer, error) {
	request, err := requestOf(r)
	if err != nil {
		return nil, err
	}
	var verified *chain.Verified
	if token.Text != "" {
		verified, err = verifier.Verify(token.Text)
	} else {
		b, badHex := unhexOf(token.Hex)
		if badHex != nil {
			return nil, badHex
		}
		verified, err = verifier.VerifyBytes(b)
	}
	var permit *chain.Permit
	if err == nil {
		permit, err = verified.Authorize(context.Background(), request)
	}
	if err != nil {
		var d *chain.Denial
		if !errors.As(err, &d) {
			return nil, err
		}
		s := &stepAnswer{Verdict: d.Verdict.String(), Claim: d.Claim}
		if d.Block != chain.NoBlock {
			s.Block = &d.Block
		}
		return s, nil
	}
	s := &stepAnswer{Verdict: predicates.Permitted.String()}
	for _, u := range permit.Uses {
		s.Uses = append(s.Uses, vectors.Used{Block: u.Block, Number: u.Number, Limit: u.Limit})
	}
	return s, nil
}

// A snapshot answers from what a step says is revoked.
type snapshot struct{ r *vectors.Revoked }

func (s snapshot) BlockRevoked(id chain.BlockID) bool {
	return s.r != nil && slices.Contains(s.r.IDs, id.String())
}

func (s snapshot) KeyRevoked(key predicates.Key) bool {
	return s.r != nil && slices.Contains(s.r.Keys, hex.EncodeToString(key[:]))
}

func (s snapshot) Stale(uint64) bool { return s.r != nil && s.r.Stale }

func requestOf(r vectors.Request) (*predicates.Request, error) {
	out := &predicates.Request{}
	for _, a := range r.Accesses {
		access := predicates.Access{Interface: a.Interface, Resource: a.Resource}
		for name, v := range a.Arguments {
			if access.Arguments == nil {
				access.Arguments = map[string]predicates.Value{}
			}
			value, err := valueOf(v)
			if err != nil {
				return nil, err
			}
			access.Arguments[name] = value
		}
		out.Accesses = append(out.Accesses, access)
	}
	if r.Digest != nil {
		digest, err := hex.DecodeString(*r.Digest)
		if err != nil {
			return nil, err
		}
		out.Digest = digest
	}
	return out, nil
}

func valueOf(v vectors.Value) (predicates.Value, error) {
	switch {
	case v.Text != nil:
		return predicates.Text(*v.Text), nil
	case v.TextHex != nil:
		b, err := hex.DecodeString(*v.TextHex)
		return predicates.Text(string(b)), err
	case v.Int != nil:
		return predicates.Int(*v.Int), nil
	case v.Bool != nil:
		return predicates.Bool(*v.Bool), nil
	case v.Decimal != nil:
		return predicates.Decimal(*v.Decimal), nil
	case v.List != nil || v.Empty:
		var list []predicates.Value
		for _, e := range v.List {
			element, err := valueOf(e)
			if err != nil {
				return predicates.Value{}, err
			}
			list = append(list, element)
		}
		return predicates.List(list...), nil
	case v.Opaque:
		return predicates.Opaque(), nil
	}
	return predicates.Value{}, errors.New("a value has no field set")
}

func respondParse(q *question) (*answer, error) {
	var text string
	if q.Text != nil {
		text = *q.Text
	} else {
		b, err := unhexOf(q.Hex)
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	claims, err := predicates.Parse(text)
	if err != nil {
		said := err.Error()
		return &answer{Error: &said}, nil
	}
	encoded, canonical := hex.EncodeToString(format.AppendClaims(nil, claims)), claims.String()
	return &answer{Claims: &encoded, Canonical: &canonical}, nil
}

func respondNarrow(q *question) (*answer, error) {
	if q.Child == nil {
		return nil, errors.New("a field is missing")
	}
	var blocks []predicates.Claims
	for i, text := range append(slices.Clone(q.Above), *q.Child) {
		claims, err := predicates.Parse(text)
		if err == nil {
			// A key of its own for each: README.md. Nothing verifies it.
			claims, err = claims.With(predicates.Next(predicates.Key{1, byte(i)}))
		}
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, claims)
	}
	last := len(blocks) - 1
	relation := predicates.Narrow(blocks[:last], predicates.Key{2}, blocks[last]).Relation.String()
	return &answer{Relation: &relation}, nil
}

func signerOf(seed string) (chain.Signer, error) {
	b, err := hex.DecodeString(seed)
	if err != nil {
		return chain.Signer{}, err
	}
	return chain.NewSignerFromSeed(b)
}

// respondMake makes a token as its holders would, each from what the one before
// gives.
func respondMake(q *question) (*answer, error) {
	root, err := signerOf(q.RootSeed)
	if err != nil {
		return nil, err
	}
	own := root
	var token *format.Token
	for i, b := range q.Blocks {
		nonce, err := hex.DecodeString(b.Nonce)
		if err != nil || len(nonce) != 8 {
			return nil, fmt.Errorf("nonce %s (expected 16 hexadecimal digits)", predicates.QuoteCut(b.Nonce, 64))
		}
		claims, err := predicates.Parse(b.Text)
		if err == nil {
			claims, err = claims.With(predicates.Nonce([8]byte(nonce)))
		}
		if err != nil {
			return nil, err
		}
		next, seals := chain.Signer{}, b.NextSeed == ""
		if !seals {
			if next, err = signerOf(b.NextSeed); err != nil {
				return nil, err
			}
		}
		var holder *chain.Capability
		if i > 0 {
			if holder, err = chain.Accept(token, own, root.Public()); err != nil {
				return nil, err
			}
		}
		switch {
		case i == 0 && seals:
			token, err = chain.MintSealed(root, claims)
		case i == 0:
			token, err = chain.MintTo(root, next.Public(), claims)
		case seals:
			token, err = holder.Seal(claims)
		default:
			token, err = holder.Delegate(next.Public(), claims)
		}
		if err != nil {
			return nil, err
		}
		own = next
	}
	if token == nil {
		return nil, errors.New("no blocks")
	}
	encoded, text := hex.EncodeToString(token.Bytes()), token.Text()
	return &answer{Token: &encoded, Text: &text}, nil
}

func respondAccept(q *question) (*answer, error) {
	if q.Text == nil {
		return nil, errors.New("a field is missing")
	}
	b, err := hex.DecodeString(q.Root)
	if err != nil {
		return nil, err
	}
	root, err := chain.NewPublicKey(b)
	if err != nil {
		return nil, err
	}
	if q.Seed == "" {
		_, err = chain.AcceptHandoff(*q.Text, root)
	} else {
		own, badSeed := signerOf(q.Seed)
		if badSeed != nil {
			return nil, badSeed
		}
		var token *format.Token
		if token, err = format.DecodeText(*q.Text); err == nil {
			_, err = chain.Accept(token, own, root)
		}
	}
	verdict := "accepted"
	if err != nil {
		var v predicates.Verdict
		if !errors.As(err, &v) {
			return nil, err
		}
		verdict = v.String()
	}
	return &answer{Verdict: &verdict}, nil
}
