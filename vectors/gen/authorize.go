package main

import (
	"encoding/base64"
	"encoding/hex"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// An authorize is a case of one token and one request. What is zero is as in the
// standard case: the token's own root is trusted, the service is forge.Service,
// the time is forge.Now, the request is forge.Interface on forge.Resource, and
// the service has a ledger.
type authorize struct {
	id, base, comment    string
	spec, attacks, flags []string

	token forge.Token // or
	bytes []byte      // in place of a token: any bytes, or
	text  string      // any text

	roots      []vectors.Root
	extensions map[string][]string
	service    string
	now        uint64
	ledgerNow  uint64
	noLedger   bool
	request    *vectors.Request
	revoked    *vectors.Revoked

	verdict string // "permitted" if empty
	block   int    // the block that decides; noBlock; or ceiling
	claim   int
	uses    []vectors.Used // nil for permitted: one use of each limited block, the first
}

const (
	ceiling = -1
	noBlock = -2
)

// trusted is the root of the standard tokens.
var trusted = forge.NewKey("root")

// authorize adds a case of one request.
func (s *suite) authorize(a authorize) {
	c := vectors.Case{
		ID: a.id, Op: "authorize", Spec: a.spec, Attacks: a.attacks, Flags: a.flags, Comment: a.comment, Base: a.base,
		Roots: a.roots, Extensions: a.extensions,
	}
	switch {
	case a.text != "":
		c.Tokens = []vectors.Token{{Text: a.text}}
	case a.bytes != nil:
		c.Tokens = []vectors.Token{rawToken(a.bytes)}
	default:
		c.Tokens = []vectors.Token{token(a.token)}
	}
	if c.Roots == nil {
		c.Roots = []vectors.Root{root(trusted, "")}
	}
	c.Steps = []vectors.Step{a.step(0)}
	s.add(c)
}

// step returns the request, decided on one of the case's tokens.
func (a authorize) step(token int) vectors.Step {
	step := vectors.Step{
		Token: token, Service: a.service, Now: a.now, LedgerNow: a.ledgerNow, NoLedger: a.noLedger, Revoked: a.revoked,
		Verdict: a.verdict, Claim: a.claim, Uses: a.uses,
	}
	if step.Service == "" {
		step.Service = forge.Service
	}
	if step.Now == 0 {
		step.Now = forge.Now
	}
	step.Request = request(forge.Interface, forge.Resource)
	if a.request != nil {
		step.Request = *a.request
	}
	if step.Verdict == "" {
		step.Verdict = "permitted"
	}
	if step.Verdict != "permitted" && a.block != noBlock {
		step.Block = &a.block
	}
	return step
}

// token shows a token that forge writes.
func token(t forge.Token) vectors.Token {
	shown := rawToken(t.Encode())
	for _, step := range t.Trace() {
		shown.Blocks = append(shown.Blocks, vectors.Block{
			Hash: hex.EncodeToString(step.Hash[:]), Signed: hex.EncodeToString(step.Signed), ID: hex.EncodeToString(step.ID[:]),
		})
	}
	return shown
}

// rawToken shows bytes that may be no token at all.
func rawToken(b []byte) vectors.Token {
	shown := vectors.Token{Hex: hex.EncodeToString(b)}
	if diagnostic, err := forge.Diag(b, forge.TokenNotes()...); err == nil {
		shown.Diagnostic = diagnostic
	}
	return shown
}

// root shows a trusted root, with a ceiling in the predicate language or "".
func root(k forge.Key, ceiling string) vectors.Root {
	public := k.Public()
	return vectors.Root{Key: hex.EncodeToString(public[:]), Ceiling: ceiling}
}

// request returns a request of one access, with arguments given as name, value.
func request(interfaceName, resource string, arguments ...any) vectors.Request {
	a := vectors.Access{Interface: interfaceName, Resource: resource}
	for i := 0; i < len(arguments); i += 2 {
		if a.Arguments == nil {
			a.Arguments = map[string]vectors.Value{}
		}
		a.Arguments[arguments[i].(string)] = value(arguments[i+1])
	}
	return vectors.Request{Accesses: []vectors.Access{a}}
}

// A decimal is a vectors.Value of that kind, opaque is the opaque one.
type decimal string

type opaque struct{}

// value turns a string, int, bool, decimal, []any or opaque into a value.
func value(v any) vectors.Value {
	switch v := v.(type) {
	case string:
		return vectors.Value{Text: &v}
	case int:
		n := int64(v)
		return vectors.Value{Int: &n}
	case bool:
		return vectors.Value{Bool: &v}
	case decimal:
		d := string(v)
		return vectors.Value{Decimal: &d}
	case []any:
		list := vectors.Value{Empty: len(v) == 0}
		for _, e := range v {
			list.List = append(list.List, value(e))
		}
		return list
	case opaque:
		return vectors.Value{Opaque: true}
	}
	fail("no value of type %T", v)
	return vectors.Value{}
}

// text returns the text form of any bytes under any prefix.
func text(prefix string, b []byte) string {
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// standard returns the token that most cases start from: root, orchestrator,
// worker, and a presentation by the worker. Its four blocks are 0 to 3... of
// which each test changes one thing.
func standard() forge.Token { return forge.Chain("root", "orchestrator", "worker") }
