package demo

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// The groups of attacks, with the reason why they fail.
const (
	asksMore  = "A holder asks for more: it signs whatever it likes, and every block must permit"
	tampers   = "Tokens are cut, joined, edited: each block signs all that came before it"
	steals    = "Tokens are caught or made up: only the key that a token names can use it, for one request"
	overspend = "Uses are counted at the service, for a block and all that is derived from it"
	outlives  = "Time and revocation (the clock is set forward, nothing sleeps)"
)

// An attacker holds what it took: here, all that the text extractor has. It
// works on bytes, and asks no library for permission.
type attacker struct {
	*cast
	key   ed25519.PrivateKey // the text extractor's
	held  *format.Token      // the text extractor's open token, blocks 0 to 2
	life  uint64             // seconds for which its seals claim to be good
	where string             // the service that they name
	spent string             // a token that it has seen on the wire, and that was permitted
}

// seal signs a last block that asks for one use of an interface on a resource.
func (a *attacker) seal(f forgery, key ed25519.PrivateKey, interfaceName, resource string, more ...predicates.Statement) (string, error) {
	now := uint64(a.clock.now().Unix())
	f, err := f.sign(key, append(more,
		predicates.Services(a.where),
		predicates.StartsUnix(now),
		predicates.ExpiresUnix(now+a.life),
		predicates.Uses(1, a.where),
		predicates.Allow(predicates.Interfaces{interfaceName}, predicates.Resources{resource}, predicates.WhereNone()))...)
	if err != nil {
		return "", err
	}
	return f.text()
}

// sealCall seals the extractor's own token to a call.
func (a *attacker) sealCall(x call) (string, error) {
	name, _ := interfaceOf(x.method, x.area)
	return a.seal(from(a.held, a.root.Key(), a.held.Len()), a.key, name, x.name)
}

// try sends a call and notes what came of it.
func (c *cast) try(ctx context.Context, group, who, what, want string, x call, tokens ...string) error {
	got, err := c.wire.send(ctx, x, tokens...)
	if err != nil {
		return err
	}
	c.report.Attacks = append(c.report.Attacks, c.report.check(row{
		Group: group, Who: who, What: what, Want: want, Got: got.verdict, Uses: usesShown(got.uses), Answer: c.named(got.text),
	}))
	return nil
}

// attack tries them all: first what charges nothing, then what spends the uses,
// and last what sets the clock forward. Beside the attacks stand controls: requests
// that differ from an attack in its fault alone, and are permitted.
func (c *cast) attack(ctx context.Context) error {
	seed, ok := c.text.key.Seed()
	if !ok {
		return errors.New("the text extractor does not hold its key")
	}
	held, err := c.text.holds.Token()
	if err != nil {
		return err
	}
	a := &attacker{cast: c, key: ed25519.NewKeyFromSeed(seed), held: held, life: 60, where: serviceName}
	before := c.service.store.sum()
	for _, act := range []func(context.Context) error{a.askMore, a.tamper, a.steal, a.overspend, a.outlive} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	changed := "none"
	if c.service.store.sum() != before {
		changed = "some"
	}
	c.checkThat("documents that the attacks changed", "none", changed)
	return c.checkSize()
}

// checkThat adds what must hold in the end.
func (c *cast) checkThat(what, want, got string) {
	c.report.Checks = append(c.report.Checks, c.report.check(row{Who: "check", What: what, Want: want, Got: got}))
}

// askMore: the text extractor, by the book but for what it asks.
func (a *attacker) askMore(ctx context.Context) error {
	const who = "text-extractor"
	mine := get("documents", a.plan.texts[0])
	for _, x := range []struct {
		what, want string
		call       call
	}{
		{"control: seals its own task", "permitted", mine},
		{"reads its sibling's document", "not-allowed/2", get("documents", a.plan.sibling)},
		{"overwrites what it may read", "not-allowed/1", put(a.plan.texts[0], []byte("not yours"))},
	} {
		token, err := a.sealCall(x.call)
		if err != nil {
			return err
		}
		if err := a.try(ctx, asksMore, who, x.what, x.want, x.call, token); err != nil {
			return err
		}
	}

	// The name is decoded once, and neither cleaned nor decoded again.
	token, err := a.sealCall(mine)
	if err != nil {
		return err
	}
	if err := a.try(ctx, asksMore, who, "climbs out by way of %2e%2e", "not-allowed/0", climb(mine, a.plan.outside), token); err != nil {
		return err
	}

	// A block that allows everything, to a key of its own, and a seal by that key.
	key, public := newKey()
	all := predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"})
	wider, err := from(a.held, a.root.Key(), a.held.Len()).sign(a.key, all, predicates.Next(public))
	if err != nil {
		return err
	}
	for _, x := range []struct {
		what, want, name string
	}{
		{"appends a block: allow ** on **", "not-allowed/1", a.plan.outside},
		{"hands on, although it may not", "too-many-delegations/2", a.plan.texts[0]},
	} {
		if token, err = a.seal(wider, key, readDocuments, x.name); err != nil {
			return err
		}
		if err := a.try(ctx, asksMore, who, x.what, x.want, get("documents", x.name), token); err != nil {
			return err
		}
	}

	// A string that is good for an hour is what fresh forbids.
	long := *a
	long.life = 3600
	if token, err = long.sealCall(mine); err != nil {
		return err
	}
	if err := a.try(ctx, asksMore, who, "seals for an hour, not 60 seconds", "not-fresh/0", mine, token); err != nil {
		return err
	}
	elsewhere := *a
	elsewhere.where = "archive"
	if token, err = elsewhere.sealCall(mine); err != nil {
		return err
	}
	return a.try(ctx, asksMore, who, "brings a token for another service", "wrong-service/3", mine, token)
}

// climb returns a call for another document that starts out like a given one.
func climb(start call, to string) call {
	segments := []string{"", start.area}
	folders := strings.Split(start.name, "/")
	folders[len(folders)-1] = "x"
	segments = append(segments, folders...)
	start.name = strings.Join(folders, "/") + strings.Repeat("/..", len(folders)) + "/" + to
	for range folders {
		segments = append(segments, "..")
	}
	segments = append(segments, strings.Split(to, "/")...)
	for i, segment := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(segment), "..", "%2e%2e")
	}
	start.rawPath = strings.Join(segments, "/")
	return start
}

// tamper: blocks are good one by one, and do not belong together.
func (a *attacker) tamper(ctx context.Context) error {
	mine := get("documents", a.plan.texts[0])
	root := a.root.Key()
	sealed, err := a.text.present(mine)
	if err != nil {
		return err
	}
	// The text extractor's token for another task: same key, same words.
	other, err := a.delegateText(a.clock.now())
	if err != nil {
		return err
	}
	// The block that narrows the extractor, with a greater limit.
	narrowing := a.held.Block(2)
	expires, _ := narrowing.Claims.Expires()
	grants, _ := narrowing.Claims.Allow()
	nonce, _ := narrowing.Claims.Nonce()
	edit, err := edited(narrowing, predicates.Nonce(nonce), predicates.Next(a.text.key.Public().Key()), predicates.AllowGrant(grants[0]),
		predicates.ExpiresUnix(expires), predicates.Uses(2_000_000, serviceName), predicates.Delegations(0))
	if err != nil {
		return err
	}

	unsealed, err := from(sealed, root, 3).text()
	if err != nil {
		return err
	}
	shorter, err := a.seal(from(a.held, root, 2), a.key, readDocuments, mine.name)
	if err != nil {
		return err
	}
	spliced, err := from(other, root, 3).add(sealed.Block(3).Raw).text()
	if err != nil {
		return err
	}
	greater, err := a.seal(from(a.held, root, 2).add(edit), a.key, readDocuments, mine.name)
	if err != nil {
		return err
	}
	for _, x := range []struct{ who, what, want, token string }{
		{"eavesdropper", "drops the seal of a token", "not-sealed/2", unsealed},
		{"text-extractor", "drops its own block, seals again", "bad-signature/2", shorter},
		{"eavesdropper", "splices a seal onto another chain", "bad-signature/3", spliced},
		{"text-extractor", "edits uses 20 into uses 2000000", "bad-signature/2", greater},
		{"text-extractor", "control: sends the uncut token", "permitted", sealed.Text()},
	} {
		if err := a.try(ctx, tampers, x.who, x.what, x.want, mine, x.token); err != nil {
			return err
		}
	}
	return nil
}

// steal: whoever catches a token can't use it for anything else.
func (a *attacker) steal(ctx context.Context) error {
	mine := get("documents", a.plan.texts[0])
	root := a.root.Key()
	file := put(a.plan.summary, a.filed)
	spent, err := a.text.present(mine)
	if err != nil {
		return err
	}
	analytics := get("analytics", a.plan.analytics)
	caught, err := a.analyzer.present(analytics)
	if err != nil {
		return err
	}
	caughtPut, err := a.orchestrator.present(file)
	if err != nil {
		return err
	}
	if _, err := a.wire.send(ctx, mine, spent.Text()); err != nil {
		return err
	}
	a.spent = spent.Text()

	key, public := newKey()
	stolen, err := a.seal(from(a.held, root, 3), key, readDocuments, mine.name)
	if err != nil {
		return err
	}
	selfMade := func(f forgery) (string, error) {
		f.root = public
		f, err := f.sign(key, predicates.Services(serviceName), predicates.ExpiresUnix(uint64(a.clock.now().Unix())+60),
			predicates.Allow(predicates.Interfaces{"**"}, predicates.Resources{"**"}))
		if err != nil {
			return "", err
		}
		return f.text()
	}
	ownRoot, err := selfMade(fake(public))
	if err != nil {
		return err
	}
	falseHint, err := selfMade(fake(root))
	if err != nil {
		return err
	}

	for _, x := range []struct {
		who, what, want string
		call            call
		tokens          []string
	}{
		{"eavesdropper", "replays a permitted request", "replayed/3", mine, []string{spent.Text()}},
		{"eavesdropper", "is first, with another request", "not-allowed/2", mine, []string{caught.Text()}},
		{"eavesdropper", "is first, with another body", "wrong-digest/1", put(file.name, []byte("not yours")), []string{caughtPut.Text()}},
		{"eavesdropper", "sends two tokens in one request", "http-401", analytics, []string{caught.Text(), ownRoot}},
		{"analyzer", "control: sends what was caught", "permitted", analytics, []string{caught.Text()}},
		{"orchestrator", "control: sends what was caught", "permitted", file, []string{caughtPut.Text()}},
		{"thief", "sends a stolen open token as it is", "not-sealed/2", mine, []string{a.held.Text()}},
		{"thief", "seals it with a key of its own", "bad-signature/3", mine, []string{stolen}},
		{"outsider", "mints allow ** on ** for itself", "unknown-root", mine, []string{ownRoot}},
		{"outsider", "claims that the operator minted it", "bad-signature/0", mine, []string{falseHint}},
	} {
		if err := a.try(ctx, steals, x.who, x.what, x.want, x.call, x.tokens...); err != nil {
			return err
		}
	}
	return nil
}

// overspend: 64 requests at once for the last 5 uses.
func (a *attacker) overspend(ctx context.Context) error {
	const limit, last, atOnce = 20, 5, 64
	mine := get("documents", a.plan.texts[0])
	block := a.text.holds.ID(2)
	left := limit - int(a.service.ledger.Used(block)) - last
	if left < 0 {
		return fmt.Errorf("%d uses of %d are spent too early", a.service.ledger.Used(block), limit)
	}
	spent := 0
	for range left {
		got, err := a.text.do(ctx, mine)
		if err != nil {
			return err
		}
		if got.verdict == "permitted" {
			spent++
		}
	}
	a.note(overspend, "text-extractor", fmt.Sprintf("control: spends %d more uses", left), fmt.Sprintf("%d permitted", left), fmt.Sprintf("%d permitted", spent))

	tokens := make([]string, atOnce)
	for i := range tokens {
		token, err := a.text.present(mine)
		if err != nil {
			return err
		}
		tokens[i] = token.Text()
	}
	verdicts, errs := make([]string, atOnce), make([]error, atOnce)
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range tokens {
		done.Go(func() {
			<-start
			got, err := a.wire.send(ctx, mine, tokens[i])
			verdicts[i], errs[i] = got.verdict, err
		})
	}
	close(start)
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	count := make(map[string]int)
	for _, v := range verdicts {
		count[v]++
	}
	got := fmt.Sprintf("%d of %d permitted", count["permitted"], atOnce)
	if others := atOnce - count["permitted"] - count["exhausted/2"]; others > 0 {
		got += fmt.Sprintf(", %d not exhausted", others)
	}
	a.note(overspend, "text-extractor", "sends 64 at once for the last 5", "5 of 64 permitted", got)

	if err := a.doAndNote(ctx, overspend, a.text, "sends one more", "exhausted/2", mine); err != nil {
		return err
	}
	// What was denied has charged nothing, and what was permitted is counted.
	a.checkThat("uses charged to the analyzer's block, and requests permitted below it",
		fmt.Sprint(a.wire.counted.Load()), fmt.Sprint(a.service.ledger.Used(a.analyzer.holds.ID(1))))
	return nil
}

// doAndNote has an agent present its token to a call, and notes what came of it.
func (c *cast) doAndNote(ctx context.Context, group string, who *agent, what, want string, x call) error {
	token, err := who.present(x)
	if err != nil {
		return err
	}
	return c.try(ctx, group, who.name, what, want, x, token.Text())
}

// note adds the outcome of several requests.
func (c *cast) note(group, who, what, want, got string) {
	c.report.Attacks = append(c.report.Attacks, c.report.check(row{Group: group, Who: who, What: what, Want: want, Got: got}))
}

// outlive: what has expired or been revoked stays so.
func (a *attacker) outlive(ctx context.Context) error {
	analytics := get("analytics", a.plan.analytics)
	kept, err := a.analyzer.present(analytics)
	if err != nil {
		return err
	}
	a.clock.advance(2 * time.Minute)
	if err := a.try(ctx, outlives, "analyzer", "+2m: sends what it sealed 2m ago", "expired/2", analytics, kept.Text()); err != nil {
		return err
	}
	a.clock.advance(9 * time.Minute)
	mine := get("documents", a.plan.texts[0])
	late, err := a.sealCall(mine)
	if err != nil {
		return err
	}
	if err := a.try(ctx, outlives, "text-extractor", "+11m: its 10m are over", "expired/2", mine, late); err != nil {
		return err
	}
	// The ledger may have forgotten the counters of this one: it has expired with them.
	if err := a.try(ctx, outlives, "eavesdropper", "+11m: replays a spent token", "expired/2", mine, a.spent); err != nil {
		return err
	}
	if err := a.doAndNote(ctx, outlives, a.analyzer, "control: +11m, its 1h is not over", "permitted", analytics); err != nil {
		return err
	}
	a.service.revoke(a.analyzer.holds.ID(1))
	if err := a.doAndNote(ctx, outlives, a.analyzer, "works on after it was revoked", "revoked/1", analytics); err != nil {
		return err
	}
	return a.doAndNote(ctx, outlives, a.orchestrator, "control: works on, above that", "permitted", get("documents", a.plan.summary))
}

// checkSize: a presented token of three blocks is small.
func (c *cast) checkSize() error {
	token, err := c.analyzer.present(get("analytics", c.plan.analytics))
	if err != nil {
		return err
	}
	size, want := len(token.Bytes()), fmt.Sprintf("3 blocks, at most %d bytes", maxPresented)
	got := want
	switch {
	case c.report.Dir != "":
		// Names of the user's own may be long.
		want, got = "3 blocks", fmt.Sprintf("%d blocks", token.Len())
	case token.Len() != 3 || size > maxPresented:
		got = fmt.Sprintf("%d blocks, %d bytes", token.Len(), size)
	}
	c.checkThat(fmt.Sprintf("the analyzer's presented token: %d bytes, %d as text", size, len(token.Text())), want, got)
	return nil
}
