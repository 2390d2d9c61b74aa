package chain_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// What a verifier can't mean is refused when it is configured: ATTACKS A7, A9, A10,
// C19, C20; [K-6], [D-22].
func TestNewVerifierRefuses(t *testing.T) {
	root := chain.Root{Key: publicKey("root")}
	check := func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return true, nil }
	ceiling := func(name string, statements ...predicates.Statement) (string, func(*chain.Config), string) {
		return "a ceiling with " + name, func(c *chain.Config) { c.Roots[0].Ceiling = claimsOf(statements...) },
			"chain: the ceiling of root " + root.Key.String() + " holds " + name + " (expected any claim but nonce, next, uses and label)"
	}
	type refusal struct {
		name   string
		change func(*chain.Config)
		want   string
	}
	row := func(name string, change func(*chain.Config), want string) refusal { return refusal{name, change, want} }
	const service = " is no service name (expected 1 to 256 bytes of UTF-8 without control characters)"
	for _, c := range []refusal{
		{"no service", func(c *chain.Config) { c.Service = "" }, `chain: the verifier's service ""` + service},
		{"a long service", func(c *chain.Config) { c.Service = strings.Repeat("s", 257) }, `chain: the verifier's service "` + strings.Repeat("s", 59) + `"...` + service},
		{"a service of two lines", func(c *chain.Config) { c.Service = "a\nb" }, `chain: the verifier's service "a\u{a}b"` + service},
		{"no roots", func(c *chain.Config) { c.Roots = nil }, "chain: a verifier without a root would permit nothing"},
		{"a root without a key", func(c *chain.Config) { c.Roots = append(c.Roots, chain.Root{Name: "x"}) }, "chain: root 1 has no key"},
		{"a root twice", func(c *chain.Config) {
			c.Roots = append(c.Roots, chain.Root{Key: root.Key, Ceiling: claimsOf(predicates.AllowNothing())})
		}, fmt.Sprintf("chain: roots %s and %s are the same or have the same hint", root.Key, root.Key)},
		row(ceiling("nonce", predicates.Nonce([8]byte{}))),
		row(ceiling("next", predicates.Next(predicates.Key{2}))),
		row(ceiling("uses", predicates.Uses(1, "x"))),
		row(ceiling("label", predicates.Label("x"))),
		{"an extension without a name", func(c *chain.Config) { c.Extensions = map[string]predicates.Checker{"": check} }, `chain: "" is no name of an extension`},
		{"a nil checker", func(c *chain.Config) { c.Extensions = map[string]predicates.Checker{"a": check, "x": nil, "z": nil} }, `chain: the checker of extension "x" is nil`},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := config("root")
			c.change(&conf)
			v, err := chain.NewVerifier(conf)
			wantError(t, err, c.want, nil)
			if v != nil {
				t.Error("a verifier beside an error")
			}
		})
	}

	// Two keys with one hint (A7).
	a, b := chain.Root{Key: publicKey("a")}, chain.Root{Key: publicKey("b")}
	wantError(t, chain.TrustBoth([8]byte{1}, a, b), fmt.Sprintf("chain: roots %s and %s are the same or have the same hint", a.Key, b.Key), nil)

	// The longest names, and every other claim in a ceiling.
	conf := config("root")
	conf.Service = strings.Repeat("s", 256)
	conf.Extensions = map[string]predicates.Checker{"example.com/x": check}
	conf.Roots[0].Ceiling = claimsOf(predicates.Services("a"), predicates.ExpiresUnix(1), predicates.StartsUnix(1), predicates.AllowNothing(), predicates.Delegations(0),
		predicates.CosignedBy(1, predicates.Key{2}), predicates.Digest([32]byte{}), predicates.Extensions(predicates.Extension{Name: "e"}), predicates.Fresh(1))
	v, err := chain.NewVerifier(conf)
	if err != nil {
		t.Fatal(err)
	}
	if v.Service() != conf.Service {
		t.Errorf("got service %q", v.Service())
	}
}

// A verifier keeps copies: what happens to the configuration afterwards, or to the
// bytes and the request after a call, changes nothing (G6).
func TestVerifierCopies(t *testing.T) {
	conf := config("root")
	conf.Extensions = map[string]predicates.Checker{}
	v := must(chain.NewVerifier(conf))
	conf.Roots[0] = chain.Root{Key: publicKey("other")}
	conf.Extensions["x"] = func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return true, nil }
	extended := forge.Chain("root", "a").With(0, forge.Extensions(forge.Extension("x", nil)))
	expect(t, v, extended, read(), outcome{predicates.UnknownExtension, 0, 12})

	b := forge.Chain("root", "a").Encode()
	verified := must(v.VerifyBytes(b))
	clear(b)
	r := read()
	permit, err := verified.Authorize(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	r.Accesses[0].Resource = "orders/1"
	if permit.Verified != verified || !permit.Time.Equal(clock()) || len(permit.Uses) != 1 || permit.Uses[0].Number != 1 {
		t.Errorf("got %+v", permit)
	}
	want := chain.Charge{Block: 1, ID: verified.ID(1), Limit: 1, End: forge.Now + 60, Seal: true}
	if permit.Uses[0].Charge != want {
		t.Errorf("got %+v, want %+v", permit.Uses[0].Charge, want)
	}
	decision := must(verified.Decide(read(), clock()))
	decision.Charges()[0].Limit = 99
	if decision.Charges()[0] != want {
		t.Error("Charges returns what it keeps")
	}
}

// C19: a token for another service, for several, and by a name in another case.
func TestServices(t *testing.T) {
	at := func(service string, token forge.Token) outcome {
		conf := config("root")
		conf.Service = service
		conf.Ledger = memory(service)
		return outcomeOf(t, decide(must(chain.NewVerifier(conf)), token, read()))
	}
	both := forge.Chain("root").With(0, forge.Services("db-gateway", "reports"), forge.Uses(forge.Use(1, "db-gateway"), forge.Use(1, "reports")))
	for service, want := range map[string]outcome{
		"db-gateway":  permitted,
		"reports":     permitted,
		"mail":        {predicates.WrongService, 0, 3},
		"DB-gateway":  {predicates.WrongService, 0, 3},
		"db-gateway ": {predicates.WrongService, 0, 3},
		"db-gatewa":   {predicates.WrongService, 0, 3},
	} {
		if got := at(service, both); got != want {
			t.Errorf("%q: got %v, want %v", service, got, want)
		}
	}
	// E11: services and uses each say where.
	counted := both.With(0, forge.Uses(forge.Use(1, "db-gateway")))
	if got := at("reports", counted); got != (outcome{predicates.WrongService, 0, 7}) {
		t.Errorf("got %v", got)
	}
}

// D1, D2, D4: each second on both sides. [D-12], [D-13], [D-23].
func TestTimes(t *testing.T) {
	plain := forge.Chain("root").Without(0, 5, 7).With(0, forge.Expires(forge.Now+60))
	at := func(now time.Time, token forge.Token) outcome {
		conf := config("root")
		conf.Now = func() time.Time { return now }
		return outcomeOf(t, decide(must(chain.NewVerifier(conf)), token, read()))
	}
	second := func(s int64) time.Time { return time.Unix(s, 0) }
	const greatest = predicates.MaxTime
	early, late := outcome{predicates.NotYetValid, 0, 5}, outcome{predicates.Expired, 0, 4}
	for _, c := range []struct {
		name  string
		now   time.Time
		token forge.Token
		want  outcome
	}{
		{"the last second", second(forge.Now + 59), plain, permitted},
		{"its last nanosecond", time.Unix(forge.Now+59, 999999999), plain, permitted},
		{"the end", second(forge.Now + 60), plain, late},
		{"another zone", second(forge.Now + 59).In(time.FixedZone("", 14*3600)), plain, permitted},
		{"the start", second(forge.Now), plain.With(0, forge.Starts(forge.Now)), permitted},
		{"60 s early", second(forge.Now - 60), plain.With(0, forge.Starts(forge.Now)), permitted},
		{"61 s early", second(forge.Now - 61), plain.With(0, forge.Starts(forge.Now)), early},
		{"a start after the end", second(forge.Now + 59), plain.With(0, forge.Starts(forge.Now+119)), permitted},
		{"the greatest start", second(forge.Now), plain.With(0, forge.Starts(greatest)), early},
		{"the greatest start, 60 s early", second(greatest - 60), plain.With(0, forge.Starts(greatest), forge.Expires(greatest)), permitted},
		{"the last second of all", second(greatest - 1), plain.With(0, forge.Expires(greatest)), permitted},
		{"the greatest end", second(greatest), plain.With(0, forge.Expires(greatest)), late},
		{"an end at 0", second(1), plain.With(0, forge.Expires(0)), late},
		{"an end at 1", second(1), plain.With(0, forge.Expires(1)), late},
		{"an end at 2", second(1), plain.With(0, forge.Expires(2)), permitted},
		{"a start at 0", second(1), plain.With(0, forge.Starts(0)), permitted},
		{"both: expires comes first", second(forge.Now + 60), plain.With(0, forge.Starts(greatest)), late},
		{"milliseconds (D1)", second(forge.Now), plain.With(0, forge.Expires(forge.Now*1000)), outcome{predicates.Malformed, 0, 4}},
		{"a second too great", second(forge.Now), plain.With(0, forge.Expires(greatest+1)), outcome{predicates.Malformed, 0, 4}},
		{"starts, too great", second(forge.Now), plain.With(0, forge.Starts(greatest+1)), outcome{predicates.Malformed, 0, 5}},
		{"a negative end", second(forge.Now), plain.With(0, forge.Claim(4, forge.Int(-1))), outcome{predicates.Malformed, 0, 4}},
	} {
		if got := at(c.now, c.token); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}

	// A clock that can't be right decides nothing, and is no verdict.
	for now, says := range map[time.Time]string{
		{}:                       "0001-01-01T00:00:00Z",
		time.Unix(0, 0):          "1970-01-01T00:00:00Z",
		time.Unix(0, 999999999):  "1970-01-01T00:00:00Z",
		time.Unix(-1, 0):         "1969-12-31T23:59:59Z",
		time.Unix(greatest+1, 0): "10000-01-01T00:00:00Z",
	} {
		conf := config("root")
		conf.Now = func() time.Time { return now }
		v := must(chain.NewVerifier(conf))
		err := decide(v, plain, read())
		wantError(t, err, "chain: the clock says "+says+" (expected a time between 1970 and 9999)", nil)
		var d *chain.Denial
		if errors.As(err, &d) {
			t.Errorf("%v is a denial", err)
		}
		if decision, err := must(v.Verify(plain.Text(forge.Sealed))).Decide(read(), now); err == nil || decision != nil {
			t.Errorf("got %v, %v", decision, err)
		}
	}

	// One reading of the clock for a decision.
	readings := 0
	conf := config("root")
	conf.Now = func() time.Time { readings++; return clock() }
	v := must(chain.NewVerifier(conf))
	expect(t, v, forge.Chain("root", "a", "b"), read(), permitted)
	if readings != 1 {
		t.Errorf("the clock was read %d times", readings)
	}
	// Without a clock of its own, the verifier asks the system's: the token is of 2026.
	conf = config("root")
	conf.Now = nil
	forever := forge.Chain("root").Without(0, 5, 7).With(0, forge.Expires(greatest))
	expect(t, must(chain.NewVerifier(conf)), forever, read(), permitted)
	expect(t, must(chain.NewVerifier(conf)), forever.With(0, forge.Expires(1)), read(), late)
}

// D6: what is a presentation, and what is not. [D-20], [D-28].
func TestFresh(t *testing.T) {
	base := forge.Chain("root", "a").With(0, forge.Fresh(60))
	notFresh := outcome{predicates.NotFresh, 0, 13}
	value := forge.OneOf(forge.Int(1))
	grant := func(arguments ...forge.Pair) forge.Item {
		return forge.GrantWhere([]string{forge.Interface}, []string{forge.Resource}, arguments...)
	}
	digest := make([]byte, 32)
	bound := read()
	bound.Digest = digest
	for _, c := range []struct {
		name    string
		token   forge.Token
		request *predicates.Request
		want    outcome
	}{
		{"a presentation", base, read(), permitted},
		{"two services", base.With(1, forge.Services(forge.Service, "reports")), read(), notFresh},
		{"no starts", base.Without(1, 5), read(), notFresh},
		{"no expires", base.Without(1, 4), read(), notFresh},
		{"no uses", base.Without(1, 7), read(), notFresh},
		{"uses 2", base.With(1, forge.Uses(forge.Use(2, forge.Service))), read(), notFresh},
		{"uses elsewhere, too", base.With(1, forge.Uses(forge.Use(1, forge.Service), forge.Use(1, "reports"))), read(), notFresh},
		{"a second too long", base.With(1, forge.Expires(forge.Now+61)), read(), notFresh},
		{"expires at starts", base.With(1, forge.Starts(forge.Now+60)), read(), notFresh},
		{"expires before starts", base.With(1, forge.Starts(forge.Now+61), forge.Expires(forge.Now+5)), read(), notFresh},
		{"no allow", base.Without(1, 6), read(), notFresh},
		{"two interfaces", base.With(1, forge.Allow(forge.GrantWhere([]string{forge.Interface, "database:list"}, []string{forge.Resource}))), read(), notFresh},
		{"a star", base.With(1, forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{"customers/*"}))), read(), notFresh},
		{"arguments left free", base.With(1, forge.Allow(forge.Grant([]string{forge.Interface}, []string{forge.Resource}))), read(), notFresh},
		{"arguments left free, with a digest", base.With(1, forge.Allow(forge.Grant([]string{forge.Interface}, []string{forge.Resource})), forge.Digest(digest)), bound, permitted},
		{"an argument with two values", base.With(1, forge.Allow(grant(forge.Argument("n", forge.OneOf(forge.Int(1), forge.Int(2)))))), read(), outcome{predicates.NotFresh, 0, 13}},
		{"an argument with any value", base.With(1, forge.Allow(grant(forge.Argument("n", forge.Any())))), read(), notFresh},
		{"an argument with two conditions", base.With(1, forge.Allow(grant(forge.Argument("n", value, forge.AtMost(9))))), read(), notFresh},
		{"one loose grant of two", base.With(1, forge.Allow(grant(), forge.Grant([]string{forge.Interface}, []string{forge.Resource}))), read(), notFresh},
		{"two bound grants", base.With(1, forge.Allow(grant(), grant(forge.Argument("n", value)))), read(), outcome{predicates.NotAllowed, 1, 6}}, // [D-29]
		{"more in a later block", forge.Chain("root", "a", "b").With(0, forge.Fresh(59)).With(1, forge.Fresh(3600)), read(), notFresh},
		{"less in a later block", forge.Chain("root", "a", "b").With(0, forge.Fresh(3600)).With(1, forge.Fresh(59)), read(), outcome{predicates.NotFresh, 1, 13}},
		{"in the seal itself", forge.Chain("root", "a").With(1, forge.Fresh(59)), read(), outcome{predicates.NotFresh, 1, 13}},
		{"0 seconds", base.With(0, forge.Fresh(0)), read(), outcome{predicates.Malformed, 0, 13}},
		{"3,601 seconds", base.With(0, forge.Fresh(3601)), read(), outcome{predicates.Malformed, 0, 13}},
		{"3,600 seconds", base.With(0, forge.Fresh(3600)).With(1, forge.Expires(forge.Now+3600)), read(), permitted},
	} {
		if got := outcomeOf(t, decide(newVerifier("root"), c.token, c.request)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}

	// E13: a plain seal is a bearer string, good for all that it permits until it
	// ends, where nothing demands a presentation.
	plain := forge.Chain("root", "a").With(1, forge.Services(forge.Service)).Without(1, 4, 5, 6, 7)
	v := newVerifier("root")
	for range 3 {
		expect(t, v, plain, read(), permitted)
	}
	list := predicates.NewRequest("database:list", "orders/1")
	expect(t, v, plain, &list, permitted)
	expect(t, v, plain.With(0, forge.Fresh(60)), &list, notFresh)

	// H11: a presentation is good for what it names only.
	other := predicates.NewRequest(forge.Interface, "customers/43")
	expect(t, v, base, &other, outcome{predicates.NotAllowed, 1, 6})
	argument := read()
	argument.Accesses[0].Arguments = map[string]predicates.Value{"limit": predicates.Int(1)}
	expect(t, v, base, argument, outcome{predicates.NotAllowed, 1, 6})

	// D7: presentations that are signed ahead are good once each.
	for i := range uint64(3) {
		ahead := base.With(1, forge.Starts(forge.Now+i*60), forge.Expires(forge.Now+i*60+60))
		conf := config("root")
		conf.Now = func() time.Time { return time.Unix(int64(forge.Now+i*60), 0) }
		v := must(chain.NewVerifier(conf))
		expect(t, v, ahead, read(), permitted)
		expect(t, v, ahead, read(), outcome{predicates.Replayed, 1, 7})
	}
}

// C16: absent, empty, zero and other digests. [D-18].
func TestDigest(t *testing.T) {
	want := bytes.Repeat([]byte{7}, 32)
	token := forge.Chain("root", "a").With(0, forge.Digest(want))
	zero := forge.Chain("root", "a").With(0, forge.Digest(make([]byte, 32)))
	wrong := outcome{predicates.WrongDigest, 0, 10}
	for _, c := range []struct {
		digest []byte
		want   outcome
		zero   outcome
	}{
		{want, permitted, wrong},
		{nil, wrong, wrong},
		{[]byte{}, wrong, wrong},
		{make([]byte, 32), wrong, permitted},
		{want[:31], wrong, wrong},
		{append(bytes.Clone(want), 0), wrong, wrong},
		{make([]byte, 31), wrong, wrong},
	} {
		r := read()
		r.Digest = c.digest
		if got := outcomeOf(t, decide(newVerifier("root"), token, r)); got != c.want {
			t.Errorf("%x: got %v, want %v", c.digest, got, c.want)
		}
		if got := outcomeOf(t, decide(newVerifier("root"), zero, r)); got != c.zero {
			t.Errorf("%x, zero demanded: got %v, want %v", c.digest, got, c.zero)
		}
	}
	// A digest that nobody demands decides nothing.
	r := read()
	r.Digest = want
	expect(t, newVerifier("root"), forge.Chain("root", "a"), r, permitted)
}

// C20: checkers, and what they get. [D-19], [X-1].
func TestExtensions(t *testing.T) {
	token := forge.Chain("root", "a").With(1, forge.Extensions(forge.Extension("b", []byte("2")), forge.Extension("aa", []byte("3")), forge.Extension("a", []byte("1"))))
	var asked []string
	checker := func(name string, ok bool, err error) predicates.Checker {
		return func(value []byte, r *predicates.Request, c *predicates.Context) (bool, error) {
			asked = append(asked, name+string(value))
			if r.Accesses[0].Resource != forge.Resource || c.Service != forge.Service || c.Now != forge.Now || c.Root != forge.NewKey("root").Public() {
				t.Errorf("the checker gets %v, %v", r, c)
			}
			return ok, err
		}
	}
	broken := errors.New("broken")
	for _, c := range []struct {
		name     string
		checkers map[string]predicates.Checker
		want     outcome
		asked    string
		cause    error
	}{
		{"none", nil, outcome{predicates.UnknownExtension, 1, 12}, "", nil},
		{"all", map[string]predicates.Checker{"a": checker("a", true, nil), "b": checker("b", true, nil), "aa": checker("aa", true, nil)}, permitted, "a1 b2 aa3", nil},
		{"one too few", map[string]predicates.Checker{"a": checker("a", true, nil), "aa": checker("aa", true, nil)}, outcome{predicates.UnknownExtension, 1, 12}, "a1", nil},
		{"another case", map[string]predicates.Checker{"A": checker("A", true, nil)}, outcome{predicates.UnknownExtension, 1, 12}, "", nil},
		{"false", map[string]predicates.Checker{"a": checker("a", true, nil), "b": checker("b", false, nil)}, outcome{predicates.ExtensionDenied, 1, 12}, "a1 b2", nil},
		{"an error", map[string]predicates.Checker{"a": checker("a", true, broken)}, outcome{predicates.ExtensionDenied, 1, 12}, "a1", broken},
	} {
		asked = nil
		conf := config("root")
		conf.Extensions = c.checkers
		err := decide(must(chain.NewVerifier(conf)), token, read())
		if got := outcomeOf(t, err); got != c.want || strings.Join(asked, " ") != c.asked {
			t.Errorf("%s: got %v after %v, want %v after %s", c.name, got, asked, c.want, c.asked)
		}
		if d, ok := err.(*chain.Denial); ok && d.Cause != c.cause {
			t.Errorf("%s: the cause is %v, want %v", c.name, d.Cause, c.cause)
		}
	}
	// A checker that panics is not covered up (G3: no recover).
	conf := config("root")
	conf.Extensions = map[string]predicates.Checker{"a": func([]byte, *predicates.Request, *predicates.Context) (bool, error) { panic("stop") }}
	defer func() {
		if got := recover(); got != "stop" {
			t.Errorf("recovered %v", got)
		}
	}()
	decide(must(chain.NewVerifier(conf)), token, read())
}

// C21: later blocks that name a key, all of them. [D-16].
func TestDelegations(t *testing.T) {
	holders := []string{"a", "b", "c", "d"}
	for n := range 5 {
		token := forge.Chain("root", holders[:n]...)
		for block := range n {
			below := n - 1 - block // later blocks that name a key
			for limit := range 6 {
				want := permitted
				if below > limit {
					want = outcome{predicates.TooManyDelegations, block, 8}
				}
				if got := outcomeOf(t, decide(newVerifier("root"), token.With(block, forge.Delegations(uint64(limit))), read())); got != want {
					t.Errorf("%d holders, delegations %d in block %d: got %v, want %v", n, limit, block, got, want)
				}
			}
		}
		// In a ceiling block 0 counts, too.
		for limit := range 6 {
			conf := config("root")
			conf.Roots[0].Ceiling = claimsOf(predicates.Delegations(limit))
			want := permitted
			if n > limit {
				want = outcome{predicates.TooManyDelegations, predicates.Ceiling, 8}
			}
			if got := outcomeOf(t, decide(must(chain.NewVerifier(conf)), token, read())); got != want {
				t.Errorf("%d holders, delegations %d in the ceiling: got %v, want %v", n, limit, got, want)
			}
		}
	}
	// A larger number later gives nothing back.
	token := forge.Chain("root", "a", "b", "c").With(0, forge.Delegations(1)).With(1, forge.Delegations(15))
	expect(t, newVerifier("root"), token, read(), outcome{predicates.TooManyDelegations, 0, 8})

	// The way through an approver is no delegation, if the list stands at or above
	// the limit; a list below would be the limited one's own.
	approver := forge.NewKey("c").Public()
	listed := forge.Cosigners(1, approver, forge.NewKey("x").Public())
	base := forge.Chain("root", "a", "b", "c").With(2, forge.Presentation()...)
	base = base.With(2, forge.Next(approver))
	expect(t, newVerifier("root"), base.With(0, listed, forge.Delegations(1)), read(), permitted)
	expect(t, newVerifier("root"), base.With(0, listed).With(1, forge.Delegations(0)), read(), permitted)
	expect(t, newVerifier("root"), base.With(0, forge.Delegations(1)).With(1, listed), read(), outcome{predicates.TooManyDelegations, 0, 8})
	conf := config("root")
	conf.Roots[0].Ceiling = claimsOf(predicates.CosignedBy(1, approver), predicates.Delegations(2))
	expect(t, must(chain.NewVerifier(conf)), base, read(), permitted)
	// A ceiling's limit does not look at lists in blocks.
	conf.Roots[0].Ceiling = claimsOf(predicates.Delegations(2))
	expect(t, must(chain.NewVerifier(conf)), base.With(0, listed), read(), outcome{predicates.TooManyDelegations, predicates.Ceiling, 8})
}

// A27, A28, A29, A30: who has approved what. [D-17], [D-26], [D-27].
func TestCosigners(t *testing.T) {
	key := func(name string) [32]byte { return forge.NewKey(name).Public() }
	// The holder a asks, p approves and passes on to q, q seals.
	asked := func() forge.Token {
		token := forge.Chain("root", "a", "p", "q")
		return token.With(1, forge.Presentation()...).With(2, forge.Presentation()...)
	}
	notCosigned := func(block int) outcome { return outcome{predicates.NotCosigned, block, 9} }
	loose := forge.Allow(forge.Grant([]string{forge.Interface}, []string{"customers/**"}))
	for _, c := range []struct {
		name  string
		token forge.Token
		want  outcome
	}{
		{"1 of 1", asked().With(0, forge.Cosigners(1, key("p"))), permitted},
		{"1 of 2", asked().With(0, forge.Cosigners(1, key("q"), key("x"))), permitted},
		{"2 of 3", asked().With(0, forge.Cosigners(2, key("p"), key("x"), key("q"))), permitted},
		{"3 of 3", asked().With(0, forge.Cosigners(3, key("p"), key("x"), key("q"))), notCosigned(0)},
		{"nobody", forge.Chain("root", "a").With(0, forge.Cosigners(1, key("p"))), notCosigned(0)},
		{"one twice", asked().With(0, forge.Cosigners(2, key("p"), key("p"))), outcome{predicates.Malformed, 0, 9}},
		{"more than there are", asked().With(0, forge.Cosigners(2, key("p"))), outcome{predicates.Malformed, 0, 9}},
		{"none needed", asked().With(0, forge.Cosigners(0, key("p"))), outcome{predicates.Malformed, 0, 9}},
		{"the root's key (A27)", asked().With(0, forge.Cosigners(1, key("root"))), notCosigned(0)},
		{"an earlier key (A27)", asked().With(2, forge.Cosigners(1, key("a"))), notCosigned(2)},
		{"the block's own signer", asked().With(1, forge.Cosigners(1, key("a"))), notCosigned(1)},
		{"its own next key, by design (A27)", asked().With(1, forge.Cosigners(1, key("p"))), permitted},
		{"in the seal (A28)", asked().With(3, forge.Cosigners(1, key("q"))), notCosigned(3)},
		{"unbound (A29)", asked().With(0, forge.Cosigners(1, key("p"))).With(1, loose).With(2, loose), notCosigned(0)},
		{"unbound above, bound in the approver's block", asked().With(0, forge.Cosigners(1, key("p"))).With(1, loose), permitted},
		{"bound only behind the approver", asked().With(0, forge.Cosigners(1, key("p"))).With(1, loose).With(2, loose).With(3, forge.Presentation()...), notCosigned(0)},
		{"bound before the demand (A29)", asked().With(1, forge.Cosigners(1, key("p"))).With(2, loose), notCosigned(1)},
		{"bound, and no limit", asked().With(0, forge.Cosigners(1, key("p"))).Without(1, 7).Without(2, 7), notCosigned(0)},
		{"bound, and uses 2", asked().With(0, forge.Cosigners(1, key("p"))).With(1, forge.Uses(forge.Use(2, forge.Service))).Without(2, 7), notCosigned(0)},
		{"bound, and uses 1 at two services", asked().With(0, forge.Cosigners(1, key("p"))).With(1, forge.Uses(forge.Use(1, forge.Service), forge.Use(1, "x"))).Without(2, 7), notCosigned(0)},
	} {
		if got := outcomeOf(t, decide(newVerifier("root"), c.token, read())); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}

	// In a ceiling the root's signature may count ([D-17]), and block 0 with it.
	conf := config("root")
	conf.Roots[0].Ceiling = claimsOf(predicates.CosignedBy(1, key("root")))
	v := must(chain.NewVerifier(conf))
	expect(t, v, forge.Chain("root", "a"), read(), outcome{predicates.NotCosigned, predicates.Ceiling, 9})
	expect(t, v, forge.Chain("root"), read(), permitted)

	// One approval is good for one request (A29), and in its own token only (A30).
	v = newVerifier("root")
	approved := asked().With(0, forge.Cosigners(1, key("p")))
	expect(t, v, approved, read(), permitted)
	expect(t, v, approved, read(), outcome{predicates.Exhausted, 1, 7})
	other := predicates.NewRequest(forge.Interface, "customers/43")
	expect(t, v, approved, &other, outcome{predicates.NotAllowed, 1, 6})
	frozen, elsewhere := approved.Freeze(), approved.With(0, forge.Nonce([]byte("another!"))).Freeze()
	expect(t, v, elsewhere.Splice(2, frozen.Blocks[2:]...), read(), outcome{predicates.BadSignature, 2, 0})
}

// G9: whole ids and keys, any block, any signer or next key, the root included.
//
func TestRevocations(t *testing.T) {
	token := forge.Chain("root", "a", "b")
	names := []string{"root", "a", "b"}
	try := func(list chain.Revocations) outcome {
		conf := config("root")
		calls := 0
		conf.Revocations = func() chain.Revocations { calls++; return list }
		defer func() {
			if calls != 1 {
				t.Errorf("the snapshot was fetched %d times", calls)
			}
		}()
		return outcomeOf(t, decide(must(chain.NewVerifier(conf)), token, read()))
	}
	revoked := func(block int) outcome { return outcome{predicates.Revoked, block, 0} }
	if got := try(&revocations{}); got != permitted {
		t.Errorf("an empty list: got %v", got)
	}
	for i, step := range token.Trace() {
		if got := try(&revocations{blocks: []chain.BlockID{step.ID}}); got != revoked(i) {
			t.Errorf("block %d: got %v", i, got)
		}
		near := step.ID
		near[31] ^= 1
		if got := try(&revocations{blocks: []chain.BlockID{near}}); got != permitted {
			t.Errorf("all but the last bit of block %d: got %v", i, got)
		}
		// A key is reported where it is named, which is above where it signs.
		if got := try(&revocations{keys: []predicates.Key{forge.NewKey(names[i]).Public()}}); got != revoked(max(i-1, 0)) {
			t.Errorf("key %s: got %v", names[i], got)
		}
	}
	last := token.Trace()[2].ID
	if got := try(&revocations{blocks: []chain.BlockID{last}, keys: []predicates.Key{forge.NewKey("a").Public()}}); got != revoked(0) {
		t.Errorf("the lowest block is reported: got %v", got)
	}
	// Cosigners are not named in this sense.
	token = token.With(0, forge.Cosigners(1, forge.NewKey("x").Public(), forge.NewKey("b").Public())).With(1, forge.Presentation()...)
	if got := try(&revocations{keys: []predicates.Key{forge.NewKey("x").Public()}}); got != permitted {
		t.Errorf("a cosigner: got %v", got)
	}
	token = forge.Chain("root", "a", "b")
	// Staleness comes after what the list holds.
	stale := outcome{predicates.RevocationStale, chain.NoBlock, 0}
	if got := try(&revocations{goodUntil: forge.Now}); got != permitted {
		t.Errorf("good until now: got %v", got)
	}
	if got := try(&revocations{goodUntil: forge.Now - 1}); got != stale {
		t.Errorf("a stale list: got %v", got)
	}
	if got := try(&revocations{goodUntil: forge.Now - 1, blocks: []chain.BlockID{last}}); got != revoked(2) {
		t.Errorf("a stale list that holds the block: got %v", got)
	}
	if got := try(nil); got != stale {
		t.Errorf("no list: got %v", got)
	}
}

// A9: a ceiling is evaluated like one more block before block 0, whatever the token
// says, and each root has its own.
func TestCeilings(t *testing.T) {
	conf := config("first")
	conf.Roots[0].Ceiling = claimsOf(predicates.Allow(predicates.Interfaces{"database:**"}, predicates.Resources{"customers/**"}), predicates.Fresh(60))
	conf.Roots = append(conf.Roots, chain.Root{Key: publicKey("second"), Name: "tenant 2", Ceiling: claimsOf(predicates.Allow(predicates.Interfaces{"database:**"}, predicates.Resources{"orders/**"}))})
	v := must(chain.NewVerifier(conf))
	orders := func(token forge.Token) forge.Token {
		return token.With(1, forge.Allow(forge.GrantWhere([]string{"database:read"}, []string{"orders/1"})))
	}
	order := predicates.NewRequest("database:read", "orders/1")
	above := func(v predicates.Verdict, claim int) outcome { return outcome{v, predicates.Ceiling, claim} }
	expect(t, v, forge.Chain("first", "a"), read(), permitted)
	expect(t, v, forge.Chain("second", "a"), read(), above(predicates.NotAllowed, 6))
	expect(t, v, orders(forge.Chain("first", "a")), &order, above(predicates.NotAllowed, 6))
	expect(t, v, orders(forge.Chain("second", "a")), &order, permitted)
	// Where the token lacks the claim, and where it has a wider one.
	expect(t, v, forge.Chain("first", "a").Without(1, 5), read(), above(predicates.NotFresh, 13))
	expect(t, v, forge.Chain("first", "a").With(0, forge.Fresh(3600)).With(1, forge.Expires(forge.Now+61)), read(), above(predicates.NotFresh, 13))
	if got := must(v.Verify(forge.Chain("second", "a").Text(forge.Sealed))).Root(); got.Name != "tenant 2" || got.Key != publicKey("second") {
		t.Errorf("got root %v", got)
	}
}

// G1, G2: sizes are looked at before anything is allocated or verified.
func TestSizes(t *testing.T) {
	v := newVerifier("root")
	tooLarge, malformed := outcome{predicates.TooLarge, chain.NoBlock, 0}, outcome{predicates.Malformed, chain.NoBlock, 0}
	big := make([]byte, 1<<26)
	text := strings.Repeat("A", 1<<26)
	for _, n := range []int{16385, 1 << 26} {
		if got := outcomeOf(t, decideBytes(v, big[:n], read())); got != tooLarge {
			t.Errorf("%d bytes: got %v", n, got)
		}
		_, err := v.Verify("taper1s_" + text[:21847])
		if got := outcomeOf(t, err); got != tooLarge {
			t.Errorf("got %v", got)
		}
	}
	_, err := v.Verify("taper1s_" + text[:21846])
	if got := outcomeOf(t, err); got != malformed {
		t.Errorf("the longest text: got %v", got)
	}
	if got := outcomeOf(t, decideBytes(v, big[:16384], read())); got != malformed {
		t.Errorf("16384 bytes: got %v", got)
	}
	// 16 blocks are good, 17 are none.
	var holders []string
	for i := range 15 {
		holders = append(holders, fmt.Sprint("holder ", i))
	}
	expect(t, v, forge.Chain("root", holders...), read(), permitted)
	expect(t, v, forge.Chain("root", append(holders, "one more")...), read(), malformed)

	if raceEnabled {
		return // The race detector allocates.
	}
	least := func(what string, most uint64, f func()) {
		t.Helper()
		if got := allocatedBytes(f); got > most {
			t.Errorf("%s: %d bytes allocated, want at most %d", what, got, most)
		}
	}
	least("64 MiB of bytes", 4096, func() { v.VerifyBytes(big) })
	least("64 MiB of text", 4096, func() { v.Verify(text) })
	least("a length of 2^60", 8*16384, func() {
		v.VerifyBytes([]byte("\x83\x01\x48\x00\x00\x00\x00\x00\x00\x00\x00\x9b\x10\x00\x00\x00\x00\x00\x00\x00"))
	})
	whole := forge.Chain("root", holders...).Encode()
	least("16 blocks", 8*uint64(len(whole)), func() { v.VerifyBytes(whole) })
}

// Decide is pure, and does not charge: law L9.
func TestDecideIsPure(t *testing.T) {
	conf := config("root")
	charged := 0
	conf.Ledger = ledgerFunc(func(c []chain.Charge) ([]uint64, error) { charged++; return []uint64{1}, nil })
	asked := 0
	conf.Now = func() time.Time { asked++; return clock() }
	verified := must(must(chain.NewVerifier(conf)).Verify(forge.Chain("root", "a").Text(forge.Sealed)))
	for range 3 {
		decision := must(verified.Decide(read(), clock()))
		if len(decision.Charges()) != 1 {
			t.Errorf("got %v", decision.Charges())
		}
	}
	if charged != 0 {
		t.Errorf("Decide charged %d times", charged)
	}
	if asked != 0 {
		t.Errorf("Decide read the clock %d times", asked)
	}
	decision := must(verified.Decide(read(), clock()))
	for n := 1; n <= 2; n++ {
		permit := must(decision.Commit(context.Background()))
		if charged != n || !permit.Time.Equal(clock()) {
			t.Errorf("charged %d times, at %s", charged, permit.Time)
		}
	}
}

// One verifier and one verified token serve many goroutines: permits are exact, and
// nothing races (G6, E12).
func TestConcurrentUse(t *testing.T) {
	v := newVerifier("root")
	token := forge.Chain("root", "a").With(0, forge.Uses(forge.Use(10, forge.Service))).Without(1, 7)
	verified := must(v.VerifyBytes(token.Encode()))
	texts := make([]string, 8)
	for i := range texts {
		texts[i] = token.With(1, forge.Nonce(fmt.Appendf(nil, "seal %3d", i))).Text(forge.Sealed)
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	numbers := map[uint64]int{}
	for i := range 64 {
		wait.Go(func() {
			var permit *chain.Permit
			var err error
			if i%2 == 0 {
				permit, err = verified.Authorize(context.Background(), read())
			} else {
				permit, err = v.Authorize(context.Background(), texts[i%8], read())
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				numbers[permit.Uses[0].Number]++
			} else if !errors.Is(err, chain.ErrExhausted) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for n := uint64(1); n <= 10; n++ {
		if numbers[n] != 1 {
			t.Errorf("use %d was permitted %d times", n, numbers[n])
		}
	}
	if len(numbers) != 10 {
		t.Errorf("permitted %v", numbers)
	}
}

// An order puts outcomes in the order of SPEC 9.
type order struct{ step, block, claim int }

func (a order) before(b order) bool {
	if a.step != b.step {
		return a.step < b.step
	}
	if a.block != b.block {
		return a.block < b.block
	}
	return a.claim < b.claim
}

// A fault breaks a token, a configuration or a ledger in one way.
type fault struct {
	name  string
	order order
	want  outcome
	kind  string // faults of one kind exclude each other
	token func(forge.Token) forge.Token
	bytes func([]byte) []byte
	conf  func(*chain.Config)
}

// faults returns one fault, or one for each of blocks 1 and 2, of each kind, in the
// order of SPEC 9.
func faults() (all []fault) {
	const decision = 9 // the step of the claims
	add := func(f fault) { all = append(all, f) }
	claim := func(name string, v predicates.Verdict, pair func(block int) forge.Pair, number int) {
		for block := 1; block <= 2; block++ {
			add(fault{name: fmt.Sprintf("%s in block %d", name, block), order: order{decision, block, number}, want: outcome{v, block, number},
				kind:  fmt.Sprint("claim ", number, " of block ", block),
				token: func(t forge.Token) forge.Token { return t.With(block, pair(block)) }})
		}
	}
	always := func(p forge.Pair) func(int) forge.Pair { return func(int) forge.Pair { return p } }
	x := forge.NewKey("x").Public()

	add(fault{name: "too-large", order: order{step: 1}, want: outcome{predicates.TooLarge, chain.NoBlock, 0},
		bytes: func(b []byte) []byte { return append(b, make([]byte, 16385)...) }})
	add(fault{name: "unsupported-version", order: order{step: 2}, want: outcome{predicates.UnsupportedVersion, chain.NoBlock, 0},
		token: func(t forge.Token) forge.Token { t.Version = forge.Uint(2); return t }})
	for block := 1; block <= 2; block++ {
		add(fault{name: fmt.Sprintf("malformed in block %d", block), order: order{3, block, 14}, want: outcome{predicates.Malformed, block, 14},
			token: func(t forge.Token) forge.Token { return t.With(block, forge.Claim(14, forge.Uint(0))) }})
	}
	add(fault{name: "not-sealed", order: order{step: 4}, want: outcome{predicates.NotSealed, 4, 2},
		token: func(t forge.Token) forge.Token { return t.WithNext(4, forge.NewKey("e")) }})
	for block := 1; block <= 2; block++ {
		add(fault{name: fmt.Sprintf("bad-key in block %d", block), order: order{5, block, 9}, want: outcome{predicates.BadKey, block, 9},
			kind:  fmt.Sprint("claim 9 of block ", block),
			token: func(t forge.Token) forge.Token { return t.With(block, forge.Cosigners(1, [32]byte{1})) }})
	}
	add(fault{name: "no expires", order: order{6, 0, 4}, want: outcome{predicates.Unbounded, 0, 4},
		token: func(t forge.Token) forge.Token { return t.Without(0, 4) }})
	add(fault{name: "no allow", order: order{6, 0, 6}, want: outcome{predicates.Unbounded, 0, 6},
		token: func(t forge.Token) forge.Token { return t.Without(0, 6) }})
	add(fault{name: "no services", order: order{6, 4, 3}, want: outcome{predicates.Unbounded, 4, 3},
		token: func(t forge.Token) forge.Token { return t.Without(4, 3) }})
	add(fault{name: "unknown-root", order: order{step: 7}, want: outcome{predicates.UnknownRoot, chain.NoBlock, 0},
		conf: func(c *chain.Config) { c.Roots[0].Key = publicKey("another") }})
	for block := 1; block <= 2; block++ {
		add(fault{name: fmt.Sprintf("the root's key in block %d", block), order: order{7, block + 1, 2}, want: outcome{predicates.BadKey, block, 2}, kind: "the root's key",
			token: func(t forge.Token) forge.Token { return t.WithNext(block, forge.NewKey("root")) }})
	}
	for block := range 5 {
		add(fault{name: fmt.Sprintf("bad-signature of block %d", block), order: order{8, block, 0}, want: outcome{predicates.BadSignature, block, 0},
			token: func(t forge.Token) forge.Token {
				return t.Edit(block, func(b *forge.Block) { b.AAD = []byte{} })
			}})
	}
	add(fault{name: "a ceiling", order: order{decision, -1, 13}, want: outcome{predicates.NotFresh, predicates.Ceiling, 13},
		conf: func(c *chain.Config) { c.Roots[0].Ceiling = claimsOf(predicates.Fresh(1)) }})
	claim("services", predicates.WrongService, always(forge.Services("elsewhere")), 3)
	claim("expires", predicates.Expired, always(forge.Expires(forge.Now)), 4)
	claim("starts", predicates.NotYetValid, always(forge.Starts(forge.Now+61)), 5)
	claim("allow", predicates.NotAllowed, always(forge.Allow()), 6)
	claim("uses", predicates.WrongService, always(forge.Uses(forge.Use(1, "elsewhere"))), 7)
	claim("delegations", predicates.TooManyDelegations, always(forge.Delegations(0)), 8)
	claim("cosigners", predicates.NotCosigned, always(forge.Cosigners(1, x)), 9)
	claim("digest", predicates.WrongDigest, always(forge.Digest(x[:])), 10)
	claim("an unknown extension", predicates.UnknownExtension, always(forge.Extensions(forge.Extension("unknown", nil))), 12)
	claim("a refused extension", predicates.ExtensionDenied, always(forge.Extensions(forge.Extension("refused", nil))), 12)
	claim("fresh", predicates.NotFresh, always(forge.Fresh(1)), 13)
	add(fault{name: "revoked", order: order{step: 10}, want: outcome{predicates.Revoked, 2, 0}, kind: "list",
		conf: func(c *chain.Config) {
			c.Revocations = func() chain.Revocations { return &revocations{keys: []predicates.Key{forge.NewKey("c").Public()}} }
		}})
	add(fault{name: "revocation-stale", order: order{step: 11}, want: outcome{predicates.RevocationStale, chain.NoBlock, 0}, kind: "list",
		conf: func(c *chain.Config) {
			c.Revocations = func() chain.Revocations { return &revocations{goodUntil: 1} }
		}})
	answer := func(name string, step int, want outcome, err error) {
		add(fault{name: name, order: order{step: step}, want: want, kind: "ledger",
			conf: func(c *chain.Config) {
				c.Ledger = ledgerFunc(func([]chain.Charge) ([]uint64, error) { return nil, err })
			}})
	}
	add(fault{name: "no-ledger", order: order{step: 12}, want: outcome{predicates.NoLedger, 4, 7}, kind: "ledger",
		conf: func(c *chain.Config) { c.Ledger = nil }})
	answer("expired by the ledger", 13, outcome{predicates.Expired, 4, 7}, &chain.Refusal{Verdict: predicates.Expired})
	answer("replayed", 13, outcome{predicates.Replayed, 4, 7}, &chain.Refusal{Verdict: predicates.Exhausted})
	answer("ledger-unavailable", 13, outcome{predicates.LedgerUnavailable, chain.NoBlock, 0}, errors.New("gone"))
	return all
}

// G10: of two faults, the one that SPEC 9 puts first is the verdict, whichever of
// them stands in which block: [D-1] to [D-20], [R-3]. All pairs, neighbours included.
func TestTwoFaults(t *testing.T) {
	all := faults()
	for i := 1; i < len(all); i++ {
		if all[i].order.step < all[i-1].order.step {
			t.Fatalf("%s stands after %s", all[i].name, all[i-1].name)
		}
	}
	got := func(faults ...fault) outcome {
		token := forge.Chain("root", "a", "b", "c", "d")
		conf := config("root")
		conf.Extensions = map[string]predicates.Checker{"refused": func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return false, nil }}
		for _, f := range faults {
			if f.token != nil {
				token = f.token(token)
			}
			if f.conf != nil {
				f.conf(&conf)
			}
		}
		b := token.Encode()
		for _, f := range faults {
			if f.bytes != nil {
				b = f.bytes(b)
			}
		}
		charged := false
		if inner := conf.Ledger; inner != nil {
			conf.Ledger = ledgerFunc(func(c []chain.Charge) ([]uint64, error) {
				charged = true
				return inner.Charge(context.Background(), forge.Service, c)
			})
		}
		o := outcomeOf(t, decideBytes(must(chain.NewVerifier(conf)), b, read()))
		// L8, E5, E16: what is denied before the last step never reaches the ledger.
		last := faults[0].order.step
		for _, f := range faults {
			last = min(last, f.order.step)
		}
		if charged != (last >= 13) {
			t.Errorf("%s: charged %t, at step %d", faults[0].name, charged, last)
		}
		return o
	}
	pairs := 0
	for i, a := range all {
		if o := got(a); o != a.want {
			t.Errorf("%s: got %v, want %v", a.name, o, a.want)
		}
		for _, b := range all[i+1:] {
			if a.kind != "" && a.kind == b.kind {
				continue
			}
			first := a
			if b.order.before(a.order) {
				first = b
			}
			if o := got(a, b); o != first.want {
				t.Errorf("%s and %s: got %v, want %v", a.name, b.name, o, first.want)
			}
			pairs++
		}
	}
	t.Logf("%d faults, %d pairs", len(all), pairs)
	if pairs < 900 {
		t.Errorf("tried %d pairs only", pairs)
	}
}

// randomToken makes a chain whose blocks say anything, with the tokens that permit
// something not too rare.
func randomToken(random *rand.Rand) (forge.Token, []byte) {
	one := func(n int) bool { return random.IntN(n) == 0 }
	pick := func(list ...uint64) uint64 { return list[random.IntN(len(list))] }
	holders := []string{"a", "b", "c", "d"}[:random.IntN(5)]
	token := forge.Chain("root", holders...)
	keys := [][32]byte{forge.NewKey("root").Public(), forge.NewKey("a").Public(), forge.NewKey("b").Public(), forge.NewKey("c").Public(), forge.NewKey("x").Public()}
	services := []string{forge.Service, "reports", "mail"}
	digest := bytes.Repeat([]byte{7}, 32)
	patterns := func(pool []string) []string {
		list := slices.Clone(pool)
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list[:1+random.IntN(2)]
	}
	grant := func() forge.Item {
		interfaces := patterns([]string{"database:read", "database:*", "**", "*:read", "mail:send"})
		resources := patterns([]string{"customers/42", "customers/*", "customers/**", "**", "orders/**", "/data/**"})
		if !one(3) {
			return forge.Grant(interfaces, resources)
		}
		var arguments []forge.Pair
		for _, name := range []string{"amount", "to"} {
			if !one(3) {
				arguments = append(arguments, forge.Argument(name, []forge.Item{forge.Any(), forge.OneOf(forge.Int(5), forge.Text("x@a"), forge.Bool(true)),
					forge.AtLeast(5), forge.AtMost(5), forge.Matches("x@a", "**"), forge.EndsWith("@a")}[random.IntN(6)]))
			}
		}
		return forge.GrantWhere(interfaces, resources, arguments...)
	}
	for i := range token.Blocks {
		last := i == len(token.Blocks)-1
		var claims []forge.Pair
		if one(8) {
			claims = append(claims, forge.Services(services[random.IntN(2):]...))
		}
		if one(8) {
			claims = append(claims, forge.Expires(forge.Now+pick(0, 1, 600, 600)))
		}
		if one(8) {
			claims = append(claims, forge.Starts(forge.Now+pick(0, 60, 61, 30)))
		}
		if one(2) && !last || one(8) {
			grants := []forge.Item{grant(), grant(), grant(), grant()}
			claims = append(claims, forge.Allow(grants[:pick(0, 1, 2, 3, 4, 4, 4)]...))
		}
		if one(5) {
			claims = append(claims, forge.Uses(forge.Use(pick(1, 1, 9), services[random.IntN(8)/7]), forge.Use(1, "mail")))
		}
		if one(5) {
			claims = append(claims, forge.Delegations(pick(0, 1, 2, 3, 4)))
		}
		if one(5) {
			random.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
			claims = append(claims, forge.Cosigners(pick(1, 1, 1, 2), keys[:2+random.IntN(3)]...))
		}
		if one(5) && !last {
			claims = append(claims, forge.Presentation()...)
		}
		if one(10) {
			claims = append(claims, forge.Digest(digest))
		}
		if one(10) {
			claims = append(claims, forge.Extensions(forge.Extension([]string{"yes", "yes", "no", "unknown"}[random.IntN(4)], nil), forge.Extension("ja", nil)))
		}
		if one(5) {
			claims = append(claims, forge.Fresh(pick(59, 60, 3600)))
		}
		if one(10) {
			claims = append(claims, forge.Label("a label"))
		}
		token = token.With(i, claims...)
		if last && one(4) {
			token = token.Without(i, []uint64{4, 5, 6, 7}[random.IntN(4)])
		}
	}
	return token, digest
}

func randomRequest(random *rand.Rand, digest []byte) *predicates.Request {
	r := read()
	if random.IntN(4) == 0 {
		r.Accesses[0].Interface = []string{"database:list", "database:read:all", "mail:send", "a*"}[random.IntN(4)]
	}
	if random.IntN(4) == 0 {
		r.Accesses[0].Resource = []string{"customers", "orders/7", "/data/x", "customers/42/notes", "customers//42"}[random.IntN(5)]
	}
	if random.IntN(3) == 0 {
		values := []predicates.Value{predicates.Int(5), predicates.Int(6), predicates.Text("x@a"), predicates.Bool(true)}
		r.Accesses[0].Arguments = map[string]predicates.Value{"amount": values[random.IntN(4)]}
		if random.IntN(2) == 0 {
			r.Accesses[0].Arguments["to"] = values[random.IntN(4)]
		}
	}
	if random.IntN(2) == 0 {
		r.Digest = digest
	}
	if random.IntN(8) == 0 {
		r.Accesses = append(r.Accesses, predicates.Access{Interface: "database:read", Resource: "customers/7"})
	}
	return r
}

// decideOnly decides without a charge.
func decideOnly(v *chain.Verifier, token []byte, r *predicates.Request) error {
	verified, err := v.VerifyBytes(token)
	if err == nil {
		_, err = verified.Decide(r, clock())
	}
	return err
}

// The library and the model decide alike, block and claim included, whatever the
// blocks say; and a ceiling does what the same claims in a block would (A9).
func TestModelDecidesAlike(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	checkers := map[string]predicates.Checker{}
	m := newModel("root")
	m.known = map[string]bool{"yes": true, "ja": true, "no": false}
	for name, says := range m.known {
		checkers[name] = func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return says, nil }
	}
	ceilings := []predicates.Claims{
		{},
		claimsOf(predicates.Allow(predicates.Interfaces{"database:**"}, predicates.Resources{"customers/**"}), predicates.Delegations(3)),
		claimsOf(predicates.Fresh(60), predicates.CosignedBy(1, forge.NewKey("x").Public(), forge.NewKey("a").Public(), forge.NewKey("root").Public())),
		claimsOf(predicates.Services(forge.Service), predicates.ExpiresUnix(forge.Now+1), predicates.StartsUnix(forge.Now+60), predicates.Extensions(predicates.Extension{Name: "yes"})),
	}
	runs, counts := 4000, map[predicates.Verdict]int{}
	for range runs {
		token, digest := randomToken(random)
		r := randomRequest(random, digest)
		ceiling := ceilings[random.IntN(len(ceilings))]
		m.ceiling = parseClaims(format.AppendClaims(nil, ceiling))
		conf := config("root")
		conf.Roots[0].Ceiling = ceiling
		conf.Extensions = checkers
		v := must(chain.NewVerifier(conf))
		b := token.Encode()
		want := m.decide(b, r)
		got := outcomeOf(t, decideOnly(v, b, r))
		if got != want {
			t.Fatalf("got %v, want %v\ntoken %s\nceiling %s\nrequest %+v", got, want, must(forge.DiagIndent(b, forge.TokenNotes()...)), ceiling, r)
		}
		counts[got.verdict]++

		// C1, L2: a claim only takes away. What is permitted stays so without it. (Allow,
		// uses, cosigners and digest also count for what others demand: [D-16], [D-17].)
		for i := 0; got == permitted && i < len(token.Blocks)-1; i++ {
			for _, claim := range []uint64{3, 4, 5, 8, 11, 12, 13} {
				if i == 0 && claim == 4 {
					continue
				}
				if o := outcomeOf(t, decideOnly(v, token.Without(i, claim).Encode(), r)); o != permitted {
					t.Fatalf("permitted, and without claim %d of block %d: %v", claim, i, o)
				}
			}
		}
	}
	t.Logf("%d runs: %v", runs, counts)
	for _, v := range []predicates.Verdict{predicates.Permitted, predicates.WrongService, predicates.Expired, predicates.NotYetValid, predicates.NotAllowed,
		predicates.TooManyDelegations, predicates.NotCosigned, predicates.WrongDigest, predicates.UnknownExtension, predicates.ExtensionDenied, predicates.NotFresh} {
		if counts[v] < 10 {
			t.Errorf("%s came up %d times in %d: the test shows little", v, counts[v], runs)
		}
	}
}

// A ceiling's cosigners are keys like all others: [D-22].
func TestCeilingCosigners(t *testing.T) {
	claims, err := predicates.New(predicates.CosignedBy(1, publicKey("a").Key(), predicates.Key{1}))
	if err != nil {
		t.Fatal(err)
	}
	v, err := chain.NewVerifier(chain.Config{Service: "s", Roots: []chain.Root{{Key: publicKey("root"), Ceiling: claims}}})
	want := "chain: bad-key: the ceiling of root " + publicKey("root").String() +
		" names cosigner ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, which is of small order or not canonical"
	if v != nil || err == nil || err.Error() != want || !errors.Is(err, chain.ErrBadKey) {
		t.Errorf("got %v, %v, want %s", v, err, want)
	}
}

// E12: one presentation, sent by 64 at once, is permitted once.
func TestOnePresentationAtOnce(t *testing.T) {
	v := newVerifier("root")
	text := forge.Chain("root", "a", "b").Text(forge.Sealed)
	var wait sync.WaitGroup
	outcomes := make(chan error, 64)
	for range 64 {
		wait.Go(func() {
			_, err := v.Authorize(context.Background(), text, read())
			outcomes <- err
		})
	}
	wait.Wait()
	close(outcomes)
	counts := map[outcome]int{}
	for err := range outcomes {
		counts[outcomeOf(t, err)]++
	}
	if counts[permitted] != 1 || counts[outcome{predicates.Replayed, 2, 7}] != 63 {
		t.Errorf("got %v", counts)
	}
	// Without a ledger, no presentation is permitted at all.
	conf := config("root")
	conf.Ledger = nil
	expect(t, must(chain.NewVerifier(conf)), forge.Chain("root", "a", "b"), read(), outcome{predicates.NoLedger, 2, 7})
}

// D5: a decision that is kept is no verdict for later.
func TestCommitLater(t *testing.T) {
	now := clock()
	conf := config("root")
	conf.Now = func() time.Time { return now }
	list := &revocations{}
	conf.Revocations = func() chain.Revocations { return list }
	verified := must(must(chain.NewVerifier(conf)).VerifyBytes(forge.Chain("root", "a").Encode()))
	decision := must(verified.Decide(read(), now))
	now = time.Unix(forge.Now+60, 0)
	permit, err := decision.Commit(t.Context())
	if permit != nil || !errors.Is(err, chain.ErrExpired) {
		t.Errorf("a minute later: got %v, %v", permit, err)
	}
	now = clock()
	list.blocks = []chain.BlockID{verified.ID(0)}
	permit, err = decision.Commit(t.Context())
	if permit != nil || !errors.Is(err, chain.ErrRevoked) {
		t.Errorf("revoked since: got %v, %v", permit, err)
	}
	list.blocks = nil
	if _, err := decision.Commit(t.Context()); err != nil {
		t.Errorf("at once: got %v", err)
	}
	now = time.Unix(0, 0)
	if permit, err := decision.Commit(t.Context()); permit != nil || err == nil {
		t.Errorf("at a clock of no use: got %v, %v", permit, err)
	}
}
