// Package demo is the command "taper demo": a documents service on loopback that
// is guarded by Taper, a chain of agents that use it, and attacks on both. Each
// request and each attack must get exactly the verdict that is expected.
//
// The service, its guard and the agents are written as one would write them for
// real. Only the clock is not: it stands still, and is set forward by hand.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// ErrDiffers is wrapped by the error of a run in which something was not as
// expected.
var ErrDiffers = errors.New("not as expected")

// maxPresented is how many bytes a presented token of three blocks may have.
const maxPresented = 620

// Options say what a run serves, and how it reports.
type Options struct {
	// Dir is a directory with documents of the user's own; "" for those that come
	// with the demo. Regular files are read into memory at the start, at most 256
	// of at most 256 KiB; links are not followed, and nothing is written.
	Dir string

	// Out gets the report, once, when everything has been tried. Required.
	Out io.Writer

	JSON    bool // report as one JSON object
	Color   bool // color the text; it is plain ASCII otherwise
	Verbose bool // add the service's answer to each attack

	expect func(who, what, want string) string // for tests
}

// Run runs the demo once, which takes about a second and some 150 requests, and
// writes the report. It listens on a free port of the loopback interface, and has
// stopped when it returns.
//
// The error wraps [ErrDiffers] if a result differs from what is expected; the
// report has been written then, too. Any other error, such as that of a
// directory that can't be read, comes without a report. Runs are independent of
// one another.
func Run(ctx context.Context, o Options) error {
	if o.Out == nil {
		return errors.New("demo: no writer for the report")
	}
	r, err := run(ctx, o)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if o.JSON {
		err = r.writeJSON(o.Out)
	} else {
		err = r.writeText(o.Out, style(o.Color), o.Verbose)
	}
	switch {
	case err != nil:
		return fmt.Errorf("demo: %w", err)
	case r.Differ > 0:
		return fmt.Errorf("demo: %d of %d results: %w", r.Differ, r.rows(), ErrDiffers)
	}
	return nil
}

// A clock stands still but for advance. All parties go by one clock, so that the
// outcome does not hang on how fast a machine is.
type clock struct {
	start time.Time
	ahead atomic.Int64
}

func (c *clock) now() time.Time          { return c.start.Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// A cast is everybody who takes part, and the service.
type cast struct {
	plan    plan
	clock   *clock
	service *service
	wire    *wire
	report  *report

	filed []byte            // the summary, once the orchestrator has written it
	names *strings.Replacer // keys to whose they are

	root         chain.PublicKey
	orchestrator *agent
	analyzer     *agent
	text         *agent // reads documents, by its own key
	meta         *agent // reads metadata, by a handed-over key
}

func run(ctx context.Context, o Options) (_ *report, err error) {
	began := time.Now()
	r := &report{expect: o.expect}
	var documents *store
	if o.Dir == "" {
		documents, err = embedded()
	} else {
		var left *leftOut
		if documents, left, err = openDir(o.Dir); err == nil {
			r.LeftOut = left.String()
		}
	}
	if err != nil {
		return nil, err
	}
	names := documents.names()
	r.Documents = len(names)
	if o.Dir != "" {
		r.Dir = predicates.QuoteCut(o.Dir, 48)
	}

	// The operator's root key leaves this function as a public key only.
	operator, err := chain.GenerateSigner()
	if err != nil {
		return nil, err
	}
	c := &cast{plan: newPlan(names), clock: &clock{start: began}, report: r, root: operator.Public()}
	r.RootKey = c.root.String()
	if c.service, err = newService(documents, c.root, c.clock.now); err != nil {
		return nil, err
	}
	address, stop, err := c.service.listen(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if stopErr := stop(); err == nil {
			err = stopErr
		}
	}()
	r.Service = "http://" + address
	c.wire = newWire(address)

	for _, act := range []func() error{
		func() error { return c.handOn(operator, names) },
		func() error { return c.work(ctx) },
		func() error { return c.attack(ctx) },
	} {
		if err := act(); err != nil {
			return nil, err
		}
	}
	r.Requests, r.Signatures = c.service.requests.Load(), c.service.signatures.Load()
	r.Millis = time.Since(began).Milliseconds()
	return r, nil
}

func (c *cast) newAgent(name string) (*agent, error) {
	key, err := chain.GenerateSigner()
	if err != nil {
		return nil, err
	}
	return &agent{name: name, key: key, root: c.root, wire: c.wire, now: c.clock.now}, nil
}

// handOn makes the chain of authority, as it is drawn in the report.
func (c *cast) handOn(operator chain.Signer, names []string) (err error) {
	now := c.clock.now()
	keys := []string{c.root.String(), "the operator's key"}
	for _, x := range []struct {
		name string
		a    **agent
	}{{"orchestrator", &c.orchestrator}, {"analyzer", &c.analyzer}, {"text-extractor", &c.text}, {"meta-extractor", &c.meta}} {
		if *x.a, err = c.newAgent(x.name); err != nil {
			return err
		}
		keys = append(keys, (*x.a).key.Public().String(), "the "+x.name+"'s key")
	}
	c.names = strings.NewReplacer(keys...)
	show := func(name, how string, token *format.Token) {
		c.report.Holders = append(c.report.Holders, newHolder(name, how, token, names, now))
	}

	// The operator knows the orchestrator's public key, and signs.
	everything, err := predicates.New(
		predicates.Allow(predicates.Interfaces{"*:read", "*:write"}, predicates.Resources{"**"}),
		predicates.Until(now.Add(8*time.Hour)),
		predicates.Fresh(60))
	if err != nil {
		return err
	}
	token, err := chain.MintTo(operator, c.orchestrator.key.Public(), everything)
	if err != nil {
		return err
	}
	if err := c.orchestrator.accept(token.Text()); err != nil {
		return err
	}
	show("orchestrator", "to its key", token)

	// From here on nobody asks the operator, or the service.
	less, err := predicates.New(
		predicates.Allow(predicates.Interfaces{readDocuments, readMetadata, readAnalytics}, c.plan.analyzer),
		predicates.Until(now.Add(time.Hour)),
		predicates.Uses(40, serviceName))
	if err != nil {
		return err
	}
	if token, err = c.orchestrator.holds.Delegate(c.analyzer.key.Public(), less); err != nil {
		return err
	}
	if err := c.analyzer.accept(token.Text()); err != nil {
		return err
	}
	show("analyzer", "to its key", token)

	if token, err = c.delegateText(now); err != nil {
		return err
	}
	if err := c.text.accept(token.Text()); err != nil {
		return err
	}
	show("text-extractor", "to its key", token)
	sealed, err := c.text.present(get("documents", c.plan.texts[0]))
	if err != nil {
		return err
	}
	show("one request", "", sealed)

	metadata, err := predicates.New(
		predicates.Allow(predicates.Interfaces{readMetadata}, c.plan.analyzer),
		predicates.Until(now.Add(10*time.Minute)),
		predicates.Uses(uint64(len(c.plan.described)), serviceName))
	if err != nil {
		return err
	}
	weaker, err := c.analyzer.holds.Attenuate(metadata)
	if err != nil {
		return err
	}
	handoff, err := weaker.Handoff()
	if err != nil {
		return err
	}
	if err := c.meta.acceptHandoff(handoff); err != nil {
		return err
	}
	if token, err = c.meta.holds.Token(); err != nil {
		return err
	}
	show("meta-extractor", "as "+handoff[:8]+"..., with its key", token)
	return nil
}

// named returns a text with the names of those whose keys are in it.
func (c *cast) named(text string) string { return c.names.Replace(text) }

// delegateText has the analyzer give the text extractor a task: 10 minutes, 20
// requests, to be handed on to nobody.
func (c *cast) delegateText(now time.Time) (*format.Token, error) {
	task, err := predicates.New(
		predicates.Allow(predicates.Interfaces{readDocuments}, c.plan.extractor),
		predicates.Until(now.Add(10*time.Minute)),
		predicates.Uses(20, serviceName),
		predicates.Delegations(0))
	if err != nil {
		return nil, err
	}
	return c.analyzer.holds.Delegate(c.text.key.Public(), task)
}

// work lets each agent do its part: the extractors report to the analyzer, the
// analyzer to the orchestrator, which files the summary.
func (c *cast) work(ctx context.Context) error {
	request := func(a *agent, x call, want string) (answer, error) {
		got, err := a.do(ctx, x)
		if err != nil {
			return got, err
		}
		text := got.text
		if text == "" {
			// Nothing of a document is printed.
			text = count(max(len(got.body), len(x.body)), "byte")
		}
		c.report.Work = append(c.report.Work, c.report.check(row{
			Who: a.name, What: x.String(), Want: want, Got: got.verdict, Uses: usesShown(got.uses), Answer: c.named(text),
		}))
		return got, nil
	}
	var summary strings.Builder
	for _, name := range c.plan.texts {
		got, err := request(c.text, get("documents", name), "permitted")
		if err != nil {
			return err
		}
		fmt.Fprintf(&summary, "%s: %d words\n", name, len(strings.Fields(string(got.body))))
	}
	for _, name := range c.plan.described {
		got, err := request(c.meta, get("metadata", name), "permitted")
		if err != nil {
			return err
		}
		fmt.Fprintf(&summary, "%s: metadata %s\n", name, strings.Join(strings.Fields(string(got.body)), " "))
	}
	if _, err := request(c.meta, get("metadata", c.plan.texts[0]), "exhausted/2"); err != nil {
		return err
	}
	got, err := request(c.analyzer, get("analytics", c.plan.analytics), "permitted")
	if err != nil {
		return err
	}
	summary.Write(got.body)
	if _, err := request(c.analyzer, put(c.plan.summary, []byte(summary.String())), "not-allowed/1"); err != nil {
		return err
	}
	c.filed = []byte(summary.String())
	if _, err := request(c.orchestrator, put(c.plan.summary, c.filed), "permitted"); err != nil {
		return err
	}
	return nil
}

// usesShown turns the service's list round, the nearest limit first, and leaves
// out the token's own single use.
func usesShown(uses string) string {
	list := strings.Split(uses, ", ")
	list = list[:len(list)-1]
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return strings.Join(list, " ")
}
