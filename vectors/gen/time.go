package main

import (
	"fmt"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// lastSecond is the greatest time that a token can hold.
const lastSecond = 253402300799

// timeCases: what a verifier that compares seconds wrongly lets through.
func timeCases(s *suite) {
	s.authorize(authorize{
		id: "time-standard", spec: []string{"D-12", "D-13"},
		comment: "The standard token, at the second at which its presentation starts.",
		token:   standard(),
	})
	s.authorize(authorize{
		id: "time-last-second", spec: []string{"D-12"},
		comment: "One second before the presentation expires.",
		token:   standard(), now: forge.Now + 59,
	})
	s.authorize(authorize{
		id: "time-expires-now", base: "time-last-second", spec: []string{"D-12"}, attacks: []string{"D2"}, flags: []string{"off-by-one"},
		comment: "Expires is the first second at which a token is no longer valid: a verifier that compares with <= lives a second too long.",
		token:   standard(), now: forge.Now + 60,
		verdict: "expired", block: 2, claim: 4,
	})
	s.authorize(authorize{
		id: "time-leeway-last", spec: []string{"D-13"}, attacks: []string{"D2"},
		comment: "Sixty seconds before its start the presentation is already good, since the holder's clock may be ahead.",
		token:   standard(), now: forge.Now - 60,
	})
	s.authorize(authorize{
		id: "time-leeway-over", base: "time-leeway-last", spec: []string{"D-13"}, attacks: []string{"D2"}, flags: []string{"off-by-one"},
		comment: "Sixty-one seconds are more than the leeway.",
		token:   standard(), now: forge.Now - 61,
		verdict: "not-yet-valid", block: 2, claim: 5,
	})

	// In each block, with no other time near.
	whose := []string{"block 0, whose time a verifier forgets that looks at the last one only", "the middle block, which neither the first nor the last covers", "the sealing block, which a verifier of delegations forgets"}
	open := standard().With(0, forge.Expires(forge.Now+100000)).Without(1, 4).Without(2, 4, 5, 7)
	for i := range open.Blocks {
		until := open.With(i, forge.Expires(forge.Now+1000))
		from := open.With(i, forge.Starts(forge.Now+1000))
		at := func(id, base, comment string, t forge.Token, now uint64, claim int, verdict string, flags ...string) {
			a := authorize{id: fmt.Sprintf("time-block-%d-%s", i, id), comment: comment, spec: []string{"D-10", map[bool]string{true: "D-12", false: "D-13"}[claim == 4]},
				attacks: []string{"D2"}, flags: flags, token: t, now: now, verdict: verdict, block: i, claim: claim}
			if base == "" {
				a.claim = 0
			} else {
				a.base = fmt.Sprintf("time-block-%d-%s", i, base)
			}
			s.authorize(a)
		}
		at("before-expiry", "", "The last second before the one expiry that is near, in "+whose[i]+".", until, forge.Now+999, 4, "")
		at("expiry", "before-expiry", "The very second of expiry, in "+whose[i]+".", until, forge.Now+1000, 4, "expired", "off-by-one", "skips-a-block")
		at("after-expiry", "before-expiry", "A minute after expiry: leeway is on starts only, in "+whose[i]+".", until, forge.Now+1060, 4, "expired", "leeway-on-expires")
		at("start", "", "The very second of the start, in "+whose[i]+".", from, forge.Now+1000, 5, "")
		at("60-early", "", "Sixty seconds before the start, the whole of the leeway, in "+whose[i]+".", from, forge.Now+940, 5, "")
		at("61-early", "60-early", "Sixty-one seconds before the start, in "+whose[i]+".", from, forge.Now+939, 5, "not-yet-valid", "off-by-one", "skips-a-block")
	}

	// A child that states more than its parent.
	later := standard().With(0, forge.Expires(forge.Now+10)).With(1, forge.Expires(forge.Now+100000)).Without(2, 4, 5, 7)
	s.authorize(authorize{id: "time-child-expires-later", spec: []string{"D-10", "D-12"}, attacks: []string{"C1"}, token: later, now: forge.Now + 9,
		comment: "A child that expires after its parent, while both are good."})
	s.authorize(authorize{id: "time-child-expires-later-over", base: "time-child-expires-later", spec: []string{"D-10", "D-12"}, attacks: []string{"C1"}, flags: []string{"last-block-wins"},
		comment: "The parent has expired: where the last expiry wins, every hop adds an hour.",
		token:   later, now: forge.Now + 10, verdict: "expired", block: 0, claim: 4})
	earlier := standard().With(0, forge.Starts(forge.Now+500)).With(1, forge.Starts(forge.Now-500)).Without(2, 4, 5, 7)
	s.authorize(authorize{id: "time-child-starts-earlier", spec: []string{"D-10", "D-13"}, attacks: []string{"C1"}, token: earlier, now: forge.Now + 500,
		comment: "A child that starts before its parent, when both have started."})
	s.authorize(authorize{id: "time-child-starts-earlier-under", base: "time-child-starts-earlier", spec: []string{"D-10", "D-13"}, attacks: []string{"C1"}, flags: []string{"last-block-wins"},
		comment: "The parent has not started, whatever the child says.",
		token:   earlier, now: forge.Now + 439, verdict: "not-yet-valid", block: 0, claim: 5})

	// The ends of the range.
	plain := plainSeal(forge.Grant([]string{forge.Interface}, []string{"customers/**"}))
	d1 := []string{"D1"}
	greatest := plain.With(0, forge.Expires(lastSecond))
	s.authorize(authorize{id: "time-expires-9999", spec: []string{"D-12", "E-9"}, attacks: d1, token: greatest,
		comment: "The greatest expiry: as a duration in nanoseconds it turns negative, and the token would look expired."})
	s.authorize(authorize{id: "time-expires-9999-last", spec: []string{"D-12", "D-23"}, attacks: d1, token: greatest, now: lastSecond - 1,
		comment: "The last second at which any token is valid."})
	s.authorize(authorize{id: "time-expires-9999-over", base: "time-expires-9999-last", spec: []string{"D-12", "D-23"}, attacks: d1, flags: []string{"no-expiry"},
		comment: "The greatest expiry is an expiry too, and does not mean never.",
		token:   greatest, now: lastSecond, verdict: "expired", block: 0, claim: 4})
	s.authorize(authorize{id: "time-expires-0", base: "time-expires-9999", spec: []string{"D-12"}, attacks: []string{"D1", "D4"}, flags: []string{"zero-means-absent"},
		comment: "An expiry of 0 has passed: where zero stands for absent it never does.",
		token:   plain.With(0, forge.Expires(0)), verdict: "expired", block: 0, claim: 4})
	s.authorize(authorize{id: "time-clock-1", spec: []string{"D-12", "D-23"}, attacks: []string{"D4"}, token: plain.With(0, forge.Expires(2)), now: 1,
		comment: "The first second at which a clock decides anything."})
	s.authorize(authorize{id: "time-clock-1-over", base: "time-clock-1", spec: []string{"D-12"}, attacks: []string{"D4"}, flags: []string{"off-by-one"},
		comment: "The same clock, and a token that expires at that second.",
		token:   plain.With(0, forge.Expires(1)), now: 1, verdict: "expired", block: 0, claim: 4})
	s.authorize(authorize{id: "time-starts-0", spec: []string{"D-13"}, attacks: d1, token: plain.With(1, forge.Starts(0)),
		comment: "A start of 0 has passed: the leeway that is subtracted from it wraps an unsigned integer."})
	s.authorize(authorize{id: "time-starts-59", spec: []string{"D-13"}, attacks: d1, token: plain.With(0, forge.Expires(100)).With(1, forge.Starts(59)), now: 1,
		comment: "A start within a minute of 1970: start minus 60 wraps an unsigned integer."})
	s.authorize(authorize{id: "time-starts-62", base: "time-starts-59", spec: []string{"D-13"}, attacks: d1, flags: []string{"off-by-one"},
		comment: "Sixty-one seconds early, next to the start of time.",
		token:   plain.With(0, forge.Expires(100)).With(1, forge.Starts(62)), now: 1, verdict: "not-yet-valid", block: 1, claim: 5})
	last := greatest.With(1, forge.Starts(lastSecond))
	s.authorize(authorize{id: "time-starts-9999-leeway", spec: []string{"D-13"}, attacks: []string{"D1", "D2"}, token: last, now: lastSecond - 60,
		comment: "The greatest start, with its leeway."})
	s.authorize(authorize{id: "time-starts-9999-under", base: "time-starts-9999-leeway", spec: []string{"D-13"}, attacks: []string{"D1", "D2"}, flags: []string{"off-by-one"},
		comment: "The greatest start, a second before its leeway.",
		token:   last, now: lastSecond - 61, verdict: "not-yet-valid", block: 1, claim: 5})
	s.authorize(authorize{id: "time-starts-9999-now", base: "time-starts-9999-leeway", spec: []string{"D-13"}, attacks: []string{"D1", "D2"}, flags: []string{"integer-overflow"},
		comment: "The greatest start, today: in 32 bits, or as a duration in nanoseconds, it lies in the past.",
		token:   last, verdict: "not-yet-valid", block: 1, claim: 5})
	for _, c := range []struct {
		id, comment string
		at          uint64
	}{
		{"2038", "2^31 seconds: a signed 32-bit time turns negative.", 1 << 31},
		{"2106", "2^32 seconds: an unsigned 32-bit time starts again.", 1 << 32},
	} {
		t := plain.With(0, forge.Expires(c.at))
		s.authorize(authorize{id: "time-" + c.id, spec: []string{"D-12"}, attacks: d1, token: t, now: c.at - 1, comment: "The last second before the wrap of " + c.comment})
		s.authorize(authorize{id: "time-" + c.id + "-expired", base: "time-" + c.id, spec: []string{"D-12"}, attacks: d1, flags: []string{"integer-overflow"},
			comment: "Expired at " + c.comment, token: t, now: c.at, verdict: "expired", block: 0, claim: 4})
		s.authorize(authorize{id: "time-" + c.id + "-future", spec: []string{"D-12"}, attacks: d1, flags: []string{"integer-overflow"},
			comment: "An expiry beyond " + c.comment, token: plain.With(0, forge.Expires(c.at+forge.Now%1000)), now: forge.Now})
	}

	// Starts and expires against each other, where nothing demands a presentation.
	s.authorize(authorize{id: "time-starts-at-expiry", spec: []string{"D-12", "D-13"}, attacks: []string{"D2"},
		comment: "A block that starts when it expires lives for its leeway: each claim is decided on its own.",
		token:   plain.With(1, forge.Starts(forge.Now+1), forge.Expires(forge.Now+1))})
	s.authorize(authorize{id: "time-starts-at-expiry-over", base: "time-starts-at-expiry", spec: []string{"D-12", "D-13"}, attacks: []string{"D2"}, flags: []string{"order-of-claims"},
		comment: "A second later it has expired, in the very second in which it starts.",
		token:   plain.With(1, forge.Starts(forge.Now+1), forge.Expires(forge.Now+1)), now: forge.Now + 1, verdict: "expired", block: 1, claim: 4})

	timeAhead(s)
}

// timeAhead: presentations that a holder signs ahead of time.
func timeAhead(s *suite) {
	ahead := func(n int) forge.Token {
		start := uint64(forge.Now + 60*n)
		return standard().Edit(2, func(b *forge.Block) {
			p := append(forge.Presentation(), forge.Starts(start), forge.Expires(start+60))
			// The later pair of starts and expires replaces the standard one.
			*b = forge.NewBlock(fmt.Sprintf("ahead %d", n), forge.Key{}, append(p[:1:1], p[3], p[4], p[5], p[6])...)
		})
	}
	s.sequence(sequence{
		id: "time-ahead", spec: []string{"D-12", "D-13", "U-3"}, attacks: []string{"D7"},
		comment: "Three presentations that were signed ahead, each in its minute: by design each is good once, as the holder could have signed it then.",
		tokens:  []forge.Token{ahead(0), ahead(1), ahead(2)},
		steps: []play{
			{token: 0, uses: used(2, 1, 1)},
			{token: 1, at: 60, uses: used(2, 1, 1)},
			{token: 2, at: 120, uses: used(2, 1, 1)},
		}})
	s.sequence(sequence{
		id: "time-ahead-twice", base: "time-ahead", spec: []string{"D-12", "D-13", "U-5"}, attacks: []string{"D7"}, flags: []string{"replay"},
		comment: "A presentation that was signed ahead is used in its leeway, and again in its minute: the leeway is no second life.",
		tokens:  []forge.Token{ahead(0), ahead(1), ahead(2)},
		steps: []play{
			{token: 1, uses: used(2, 1, 1)},
			{token: 1, at: 60, verdict: "replayed", block: 2, claim: 7},
		}})
	s.sequence(sequence{
		id: "time-ahead-too-early", base: "time-ahead", spec: []string{"D-13"}, attacks: []string{"D7"}, flags: []string{"leeway-adds-up"},
		comment: "The third presentation is two minutes ahead, more than the leeway, and denied without being spent.",
		tokens:  []forge.Token{ahead(0), ahead(1), ahead(2)},
		steps: []play{
			{token: 2, at: 59, verdict: "not-yet-valid", block: 2, claim: 5},
			{token: 2, at: 60, uses: used(2, 1, 1)},
			{token: 2, at: 180, verdict: "expired", block: 2, claim: 4},
		}})
}

// A sequence is a case of several requests, decided one after the other by
// verifiers whose ledgers remember.
type sequence struct {
	id, base, comment    string
	spec, attacks, flags []string
	tokens               []forge.Token
	roots                []vectors.Root
	steps                []play
}

// A play is one request of a sequence: the standard one, at a number of seconds
// after forge.Now.
type play struct {
	token    int
	at       int
	ledgerAt int // if ledger is set
	ledger   bool
	noLedger bool
	service  string
	request  *vectors.Request
	revoked  *vectors.Revoked
	verdict  string // "permitted" if empty
	block    int
	claim    int
	uses     []vectors.Used
}

// sequence adds a case of several requests.
func (s *suite) sequence(q sequence) {
	c := vectors.Case{ID: q.id, Op: "authorize", Spec: q.spec, Attacks: q.attacks, Flags: q.flags, Comment: q.comment, Base: q.base, Roots: q.roots}
	if c.Roots == nil {
		c.Roots = []vectors.Root{root(trusted, "")}
	}
	for _, t := range q.tokens {
		c.Tokens = append(c.Tokens, token(t))
	}
	for _, p := range q.steps {
		a := authorize{service: p.service, now: uint64(forge.Now + p.at), noLedger: p.noLedger, request: p.request, revoked: p.revoked,
			verdict: p.verdict, block: p.block, claim: p.claim, uses: p.uses}
		if p.ledger {
			a.ledgerNow = uint64(forge.Now + p.ledgerAt)
		}
		c.Steps = append(c.Steps, a.step(p.token))
	}
	s.add(c)
}

// used returns what is charged, given as block, number, limit.
func used(triples ...uint64) []vectors.Used {
	uses := []vectors.Used{}
	for i := 0; i < len(triples); i += 3 {
		uses = append(uses, vectors.Used{Block: int(triples[i]), Number: triples[i+1], Limit: triples[i+2]})
	}
	return uses
}
