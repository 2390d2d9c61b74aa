package demo

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/predicates"
)

// Expect makes a run compare with other expectations.
func (o *Options) Expect(f func(who, what, want string) string) { o.expect = f }

// MaxPresented is the size that the demo promises.
const MaxPresented = maxPresented

// VerdictOf reads a public text.
func VerdictOf(status int, text string) string { return verdictOf(status, text) }

// Show writes a foreign name.
func Show(name string) string { return show(name) }

// A Plan is what newPlan has chosen.
type Plan struct {
	Analyzer, Extractor, Texts, Described []string
	Analytics, Sibling, Outside           string
}

// NewPlan plans for sorted names.
func NewPlan(names []string) Plan {
	p := newPlan(names)
	return Plan{p.analyzer, p.extractor, p.texts, p.described, p.analytics, p.sibling, p.outside}
}

// A Bench is a service alone, and a holder of everything.
type Bench struct {
	Address string
	service *service
	holder  *agent
}

// NewBench starts the service with the embedded documents.
func NewBench(t *testing.T) *Bench {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	root, err := chain.GenerateSigner()
	must(err)
	documents, err := embedded()
	must(err)
	now := time.Now()
	clock := func() time.Time { return now }
	s, err := newService(documents, root.Public(), clock)
	must(err)
	address, stop, err := s.listen(context.Background())
	must(err)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	claims, err := predicates.New(predicates.Until(now.Add(time.Hour)), predicates.Uses(100, serviceName),
		predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"}))
	must(err)
	holds, err := chain.Mint(root, claims)
	must(err)
	return &Bench{address, s, &agent{root: root.Public(), now: clock, holds: holds}}
}

// Token presents to one request.
func (b *Bench) Token(t *testing.T, method, area, name string, body []byte) string {
	t.Helper()
	token, err := b.holder.present(call{method: method, area: area, name: name, body: body})
	if err != nil {
		t.Fatal(err)
	}
	return token.Text()
}

// Used returns how many uses have been charged.
func (b *Bench) Used() uint64 { return b.service.ledger.Used(b.holder.holds.ID(0)) }

// Document returns what the store holds.
func (b *Bench) Document(name string) string {
	body, _ := b.service.store.read("documents", name)
	return string(body)
}

// Server returns the server as it is configured.
func (b *Bench) Server() *http.Server { return newServer(context.Background(), b.service) }
