package main

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
)

const (
	maxToken = 16384
	maxText  = 21854
	maxInt   = 1<<53 - 1
	maxTime  = 253402300799
)

// repeat returns n different texts that begin alike, the first of which may be
// given.
func repeat(n int, first ...string) []string {
	list := append([]string{}, first...)
	for i := len(list); i < n; i++ {
		list = append(list, fmt.Sprintf("n%d", i))
	}
	return list
}

// sized returns the standard token, filled to exactly n bytes.
func sized(n int) forge.Token {
	return filled(standard(), n, func(t forge.Token) int { return len(t.Encode()) })
}

// filled returns the token with so many resources in block 0 that its size is n.
func filled(t forge.Token, n int, size func(forge.Token) int) forge.Token {
	list := []string{"customers/**"}
	for i := range 64 {
		t = t.With(0, forge.Allow(forge.Grant([]string{forge.Interface}, list)))
		missing := n - size(t)
		// The last name is of 256 to 1,024 bytes, so that its head has three.
		switch {
		case missing == 0:
			return t
		case missing > 1600:
			list = append(list, long(1000, fmt.Sprint(i, "/")))
		case missing > 900:
			list = append(list, long(300, fmt.Sprint(i, "/")))
		default:
			list = append(list, long(missing-3, fmt.Sprint(i, "/")))
		}
	}
	fail("limits: no token of %d bytes", n)
	return t
}

// long returns a name of n bytes in segments of at most 256.
func long(n int, start string) string {
	var b strings.Builder
	b.WriteString(start)
	for i := 0; b.Len() < n; i++ {
		if i%200 == 199 && b.Len() < n-1 {
			b.WriteByte('/')
		} else {
			b.WriteByte('a' + byte(i%26))
		}
	}
	return b.String()
}

// segments returns a name of n segments.
func segments(n int, separator string) string {
	return strings.TrimSuffix(strings.Repeat("s"+separator, n), separator)
}

// brief leaves out the diagnostic notation of the last case, which is long and
// says nothing that the size does not.
func (s *suite) brief() { s.cases[len(s.cases)-1].Tokens[0].Diagnostic = "" }

// A limiter writes the cases of limits.json.
type limiter struct{ *suite }

// pair adds the last good value, permitted, and the first bad one.
func (s limiter) pair(id string, claim int, good, bad forge.Token, spec, attacks, what string, change ...func(*authorize)) {
	a := authorize{
		id: "limits-" + id + "-last", spec: strings.Fields(spec), attacks: strings.Fields(attacks), token: good,
		comment: "The last good value: " + what + ". Refusing it refuses tokens that others may issue.",
	}
	for _, f := range change {
		f(&a)
	}
	s.authorize(a)
	b := a
	b.id, b.base, b.flags = "limits-"+id+"-beyond", a.id, []string{"off-by-one"}
	b.comment = "One beyond " + what + ": where one implementation takes it and the next one does not, one token has two verdicts."
	b.token, b.bytes, b.uses = forge.Token{}, bad.Encode(), nil
	b.verdict, b.block, b.claim = "malformed", 0, claim
	s.authorize(b)
}

// verdict adds a case with any verdict of block 0.
func (s limiter) verdict(id, base string, t forge.Token, verdict string, claim int, spec, attacks, comment string) {
	a := authorize{id: "limits-" + id, base: base, spec: strings.Fields(spec), attacks: strings.Fields(attacks), comment: comment, verdict: verdict, claim: claim}
	switch verdict {
	case "malformed":
		a.bytes, a.flags = t.Encode(), []string{"range"}
	case "permitted":
		a.token, a.base = t, ""
	default:
		a.token, a.flags = t, []string{"zero-or-greatest"}
	}
	s.authorize(a)
}

// limitCases: both sides of each bound.
func limitCases(all *suite) {
	s := limiter{all}
	const base = "limits-standard"
	s.authorize(authorize{id: base, spec: []string{"E-9"}, comment: "The standard token, with nothing at its limit.", token: standard()})
	s.numbers(base)
	s.lists()
	s.texts()
	s.conditions()
	s.whole(base)
}

func (s limiter) numbers(base string) {
	t := standard()
	with := func(claims ...forge.Pair) forge.Token { return t.With(0, claims...) }
	bad := func(id string, claim int, spec, attacks, comment string, p forge.Pair) {
		s.verdict(id, base, with(p), "malformed", claim, spec, attacks, comment)
	}
	uses := func(n uint64) forge.Pair { return forge.Uses(forge.Use(n, forge.Service)) }
	s.verdict("uses-1", "", with(uses(1)), "permitted", 0, "E-9 U-9", "B11", "A limit of 1, the least.")
	bad("uses-0", 7, "E-9", "B11 E2", "A limit of 0 is no limit to some and no use to others: an issuer who means neither can't write it.", uses(0))
	s.pair("uses", 0, with(uses(maxInt)), with(uses(maxInt+1)), "E-6 U-9", "B11", "a limit of 2^53 − 1")
	bad("uses-minus-1", 7, "E-9", "B11", "A limit of −1, which is unlimited in many a library.", forge.Claim(7, forge.Array(forge.Array(forge.Int(-1), forge.Text(forge.Service)))))
	bad("uses-2-64-minus-1", 0, "E-6", "B11", "A limit of 2^64 − 1: as a signed number it is −1.", uses(1<<64-1))

	s.pair("expires", 4, with(forge.Expires(maxTime)), with(forge.Expires(maxTime+1)), "E-9", "D1 B11", "an expiry in the last second of the year 9999")
	s.verdict("expires-0", base, with(forge.Expires(0)), "expired", 4, "E-9 D-12", "D1", "An expiry of 0 is well formed and long past; read as absent, it is for ever.")
	bad("expires-minus-1", 4, "E-9", "B11 D1", "An expiry before 1970: an unsigned conversion puts it at the end of time.", forge.Claim(4, forge.Int(-1)))
	bad("expires-2-53", 0, "E-6", "B11 D1", "An expiry of 2^53, which a double can't tell from the next one.", forge.Expires(1<<53))
	bad("expires-2-53-minus-1", 4, "E-9", "B11 D1", "An expiry of 2^53 − 1 is an integer of the profile, and no time.", forge.Expires(maxInt))
	bad("expires-milliseconds", 4, "E-9", "D1", "An expiry in milliseconds: whoever slips by this factor must be told, or the token lives until the year 58863.", forge.Expires(forge.Now*1000))
	bad("expires-2-63", 0, "E-6", "D1", "An expiry of 2^63, negative as a signed number.", forge.Expires(1<<63))

	s.verdict("starts-0", "", with(forge.Starts(0)), "permitted", 0, "E-9 D-13", "D1", "A start of 0: since ever. A check for now − 60 underflows nowhere near it.")
	s.verdict("starts-last", base, with(forge.Starts(maxTime)), "not-yet-valid", 5, "E-9 D-13", "D1 D2", "A start in the year 9999 is well formed, and far away.")
	s.verdict("starts-beyond", base, with(forge.Starts(maxTime+1)), "malformed", 5, "E-9", "D1 B11", "A start one second after the year 9999.")
	bad("starts-minus-1", 5, "E-9", "B11 D1", "A start of −1: times are unsigned.", forge.Claim(5, forge.Int(-1)))
	bad("starts-milliseconds", 5, "E-9", "D1", "A start in milliseconds.", forge.Starts(forge.Now*1000))

	// Delegations 0 in the block before the last: no later block names a key.
	before := func(n forge.Item) forge.Token { return t.With(1, forge.Claim(8, n)) }
	s.verdict("delegations-0", "", before(forge.Uint(0)), "permitted", 0, "E-9 D-16", "B11", "Delegations of 0: the next block may only seal. Read as absent, anyone may go on.")
	s.pair("delegations", 8, with(forge.Delegations(15)), with(forge.Delegations(16)), "E-9", "B11", "15 delegations, as many as a token has room for")
	bad("delegations-256", 8, "E-9", "B11", "256 delegations, which are 0 in a byte.", forge.Delegations(256))
	bad("delegations-2-32", 8, "E-9", "B11", "2^32 delegations, which are 0 in 32 bits.", forge.Delegations(1<<32))

	s.pair("fresh", 13, with(forge.Fresh(3600)), with(forge.Fresh(3601)), "E-9 D-20", "D6 B11", "presentations of an hour")
	s.verdict("fresh-1", base, with(forge.Fresh(1)), "not-fresh", 0, "E-9 D-20", "D6", "A fresh of 1 second is well formed; the presentation is for 60.")
	one := t.With(0, forge.Fresh(1)).With(2, forge.Expires(forge.Now+1))
	s.verdict("fresh-1-met", "", one, "permitted", 0, "E-9 D-20", "D6", "A presentation for one second, which a fresh of 1 permits.")
	bad("fresh-0", 13, "E-9", "D6", "A fresh of 0: no presentation is that short, and a reader that takes 0 for unset asks for none.", forge.Fresh(0))
	bad("fresh-65537", 13, "E-9", "D6", "A fresh of 65,537, which is 1 in 16 bits.", forge.Fresh(65537))

	// Eight approvals of eight: the longest list, and the greatest k.
	approvers := make([]string, 8)
	keys := make([][32]byte, 8)
	for i := range approvers {
		approvers[i] = fmt.Sprint("approver ", i)
		keys[i] = forge.NewKey(approvers[i]).Public()
	}
	quorum := func(k uint64, keys ...[32]byte) forge.Token {
		chain := forge.Chain("root", append([]string{"orchestrator"}, approvers...)...).With(0, forge.Cosigners(k, keys...))
		one, on := []string{forge.Interface}, []string{forge.Resource}
		// The block for the first approver is bound and single, and so are all approvals.
		return chain.With(1, forge.Allow(forge.GrantWhere(one, on)), forge.Uses(forge.Use(1, forge.Service)))
	}
	s.pair("cosigners", 9, quorum(8, keys...), quorum(8, append(keys[:8:8], forge.NewKey("ninth").Public())...), "E-9 D-17", "B11 A28", "eight cosigners, of whom eight must approve")
	s.verdict("k-1", "", quorum(1, keys...), "permitted", 0, "E-9 D-17", "B11", "One approval of eight, the least k.")
	s.verdict("k-0", "limits-k-1", quorum(0, keys...), "malformed", 9, "E-9", "B11 A28", "k is 0: nobody needs to approve.")
	s.verdict("k-9", "limits-cosigners-last", quorum(9, keys...), "malformed", 9, "E-9 E-14", "B11 A28", "k is 9, with eight keys.")
	s.verdict("k-256", "limits-k-1", quorum(256, keys...), "malformed", 9, "E-9 E-14", "B11", "k is 256, which is 0 in a byte.")
	s.verdict("k-2-32", "limits-k-1", quorum(1<<32, keys...), "malformed", 9, "E-9 E-14", "B11", "k is 2^32, which is 0 in 32 bits.")
}

func (s limiter) lists() {
	t := forge.Chain("root")
	allow := func(grants ...forge.Item) forge.Token { return t.With(0, forge.Allow(grants...)) }
	interfaces, resources := []string{forge.Interface}, []string{"customers/**"}
	grants := func(n int) forge.Token {
		var list []forge.Item
		for _, name := range repeat(n - 1) {
			list = append(list, forge.Grant([]string{name}, []string{"x"}))
		}
		return allow(append(list, forge.Grant(interfaces, resources))...)
	}
	s.pair("grants", 6, grants(64), grants(65), "E-9", "C1", "64 grants")
	in := func(n int) forge.Token { return allow(forge.Grant(repeat(n, interfaces...), resources)) }
	s.pair("interfaces", 6, in(64), in(65), "E-9", "B11", "64 interface patterns")
	on := func(n int) forge.Token { return allow(forge.Grant(interfaces, repeat(n, resources...))) }
	s.pair("resources", 6, on(64), on(65), "E-9", "B11", "64 resource patterns")
	services := func(n int) forge.Token { return t.With(0, forge.Services(repeat(n, forge.Service)...)) }
	s.pair("services", 3, services(16), services(17), "E-9", "B11", "16 services")
	uses := func(n int) forge.Token {
		var list []forge.Item
		for _, name := range repeat(n, forge.Service) {
			list = append(list, forge.Use(5, name))
		}
		return t.With(0, forge.Uses(list...))
	}
	s.pair("uses-services", 7, uses(16), uses(17), "E-9", "B11", "16 services with a limit")
	extensions := func(n int) forge.Token {
		var list []forge.Pair
		for _, name := range repeat(n) {
			list = append(list, forge.Extension(name, []byte{1}))
		}
		return t.With(0, forge.Extensions(list...))
	}
	known := map[string][]string{}
	for _, name := range repeat(9) {
		known[name] = []string{"01"}
	}
	s.pair("extensions", 12, extensions(8), extensions(9), "E-9", "B11", "8 extensions", func(a *authorize) { a.extensions = known })
}

// asking returns a change that asks for one argument.
func asking(arguments ...any) func(*authorize) {
	r := request(forge.Interface, forge.Resource, arguments...)
	return func(a *authorize) { a.request = &r }
}

// arguing returns a token of one block, sealed by the root, whose grant has these
// arguments.
func arguing(arguments ...forge.Pair) forge.Token {
	return forge.Chain("root").With(0, forge.Allow(forge.GrantWhere([]string{forge.Interface}, []string{"customers/**"}, arguments...)))
}

func (s limiter) conditions() {
	arguments := func(n int) forge.Token {
		var list []forge.Pair
		for _, name := range repeat(n) {
			list = append(list, forge.Argument(name, forge.Any()))
		}
		return arguing(list...)
	}
	s.pair("arguments", 6, arguments(32), arguments(33), "E-9", "B11", "32 arguments")
	conditions := func(n int) forge.Token {
		var list []forge.Item
		for i := range n {
			list = append(list, forge.AtMost(int64(10+i)))
		}
		return arguing(forge.Argument("a", list...))
	}
	s.pair("conditions", 6, conditions(8), conditions(9), "E-9", "B11", "8 conditions on one argument", asking("a", 5))
	values := func(n int) forge.Token {
		list := []forge.Item{forge.Int(5)}
		for i := 1; i < n; i++ {
			list = append(list, forge.Int(int64(100+i)))
		}
		return arguing(forge.Argument("a", forge.OneOf(list...)))
	}
	s.pair("values", 6, values(64), values(65), "E-9", "B11", "64 values", asking("a", 5))
	matches := func(n int) forge.Token { return arguing(forge.Argument("a", forge.Matches(repeat(n, "x")...))) }
	s.pair("matches", 6, matches(64), matches(65), "E-9", "B11", "64 patterns in a condition", asking("a", "x"))
	suffixes := func(n int) forge.Token { return arguing(forge.Argument("a", forge.EndsWith(repeat(n, "x")...))) }
	s.pair("ends-with", 6, suffixes(64), suffixes(65), "E-9", "B11", "64 texts to end with", asking("a", "x"))

	// Integers: −2^53 is CBOR's −1 − (2^53 − 1).
	const least = -maxInt
	s.pair("at-most-greatest", 0, arguing(forge.Argument("a", forge.AtMost(maxInt))), arguing(forge.Argument("a", forge.AtMost(maxInt+1))),
		"E-6", "B11", "a bound of 2^53 − 1", asking("a", maxInt))
	s.pair("at-most-least", 0, arguing(forge.Argument("a", forge.AtMost(least))), arguing(forge.Argument("a", forge.AtMost(least-1))),
		"E-6", "B11", "a bound of −(2^53 − 1) for at most", asking("a", least))
	s.pair("at-least-greatest", 0, arguing(forge.Argument("a", forge.AtLeast(maxInt))), arguing(forge.Argument("a", forge.AtLeast(maxInt+1))),
		"E-6", "B11", "a bound of 2^53 − 1 for at least", asking("a", maxInt))
	s.pair("at-least-least", 0, arguing(forge.Argument("a", forge.AtLeast(least))), arguing(forge.Argument("a", forge.AtLeast(least-1))),
		"E-6", "B11", "a bound of −(2^53 − 1)", asking("a", least))
	s.pair("value-greatest", 0, arguing(forge.Argument("a", forge.OneOf(forge.Int(maxInt)))), arguing(forge.Argument("a", forge.OneOf(forge.Int(maxInt+1)))),
		"E-6", "B11", "a value of 2^53 − 1", asking("a", maxInt))
	s.pair("value-least", 0, arguing(forge.Argument("a", forge.OneOf(forge.Int(least)))), arguing(forge.Argument("a", forge.OneOf(forge.Int(least-1)))),
		"E-6", "B11", "a value of −(2^53 − 1)", asking("a", least))
	for _, n := range []struct {
		id, comment string
		it          forge.Item
	}{
		{"2-63", "A value of 2^63, which is the least number as a signed one.", forge.Uint(1 << 63)},
		{"2-64-minus-1", "A value of 2^64 − 1, which is −1 as a signed number.", forge.Uint(1<<64 - 1)},
		{"minus-2-64", "A value of −2^64, which no 64 bits hold: −1 − n overflows.", forge.Nint(1<<64 - 1)},
		{"minus-2-63-minus-1", "A value of −2^63 − 1, the first below the least signed number.", forge.Nint(1 << 63)},
	} {
		a := authorize{
			id: "limits-value-" + n.id, base: "limits-value-least-last", spec: []string{"E-6"}, attacks: []string{"B11"}, flags: []string{"range"}, comment: n.comment,
			bytes: arguing(forge.Argument("a", forge.OneOf(n.it))).Encode(), verdict: "malformed",
		}
		asking("a", -maxInt)(&a)
		s.authorize(a)
	}
}

func (s limiter) texts() {
	t := forge.Chain("root")
	x := func(n int) string { return strings.Repeat("x", n) }
	runes := func(n int) string { return strings.Repeat("é", n/2) + x(n%2) } // n bytes, half as many code points
	resource := func(name string) forge.Token {
		return t.With(0, forge.Allow(forge.Grant([]string{forge.Interface}, []string{"customers/**", name})))
	}
	iface := func(name string) forge.Token {
		return t.With(0, forge.Allow(forge.Grant([]string{forge.Interface, name}, []string{"customers/**"})))
	}
	const name = "E-16 N-3"
	s.pair("resource-bytes", 6, resource(long(1024, "r/")), resource(long(1025, "r/")), name, "C3", "a resource of 1,024 bytes")
	s.pair("interface-bytes", 6, iface(strings.ReplaceAll(long(1024, "i/"), "/", ":")), iface(strings.ReplaceAll(long(1025, "i/"), "/", ":")), name, "C3", "an interface of 1,024 bytes")
	s.pair("resource-absolute-bytes", 6, resource("/"+long(1023, "r/")), resource("/"+long(1024, "r/")), name+" N-4", "C3", "an absolute resource of 1,024 bytes, the slash counted")
	four := func(last int) string {
		return strings.Join([]string{runes(255), runes(255), runes(255), runes(last)}, "/")
	}
	s.pair("resource-runes", 6, resource(four(256)), resource(four(256)+"/"+x(0)+"é"), name, "C3", "a resource of 1,024 bytes with fewer code points: bytes are counted, not characters")
	s.pair("resource-segments", 6, resource(segments(32, "/")), resource(segments(33, "/")), name, "C3", "a resource of 32 segments")
	s.pair("resource-absolute-segments", 6, resource("/"+segments(32, "/")), resource("/"+segments(33, "/")), name+" N-4", "C3", "an absolute resource of 32 segments, of which the slash is none")
	s.pair("interface-segments", 6, iface(segments(32, ":")), iface(segments(33, ":")), name, "C3", "an interface of 32 segments")
	s.pair("resource-segments-stars", 6, resource(segments(31, "/")+"/**"), resource(segments(32, "/")+"/**"), name+" N-6", "C3", "a pattern of 32 segments, of which ** is one")
	const segment = "E-16 N-1"
	s.pair("segment", 6, resource("r/"+x(256)), resource("r/"+x(257)), segment, "C3", "a segment of 256 bytes")
	s.pair("segment-runes", 6, resource("r/"+runes(256)), resource("r/"+runes(257)), segment, "C3", "a segment of 256 bytes in 128 code points")
	s.pair("segment-interface", 6, iface("i:"+x(256)), iface("i:"+x(257)), segment, "C3", "a segment of an interface of 256 bytes")

	const plain = "E-16 N-7"
	service := func(name string) forge.Token { return t.With(0, forge.Services(forge.Service, name)) }
	s.pair("service", 3, service(x(256)), service(x(257)), plain, "C8", "a service with a name of 256 bytes")
	s.pair("service-runes", 3, service(runes(256)), service(runes(257)), plain, "C8", "a service with a name of 256 bytes in 128 code points")
	s.pair("service-one", 3, service("x"), service(""), plain, "C8", "a service with a name of one byte; the other side is the empty name")
	at := func(name string) forge.Token {
		return t.With(0, forge.Uses(forge.Use(5, forge.Service), forge.Use(5, name)))
	}
	s.pair("uses-service", 7, at(x(256)), at(x(257)), plain, "C8", "a limit at a service with a name of 256 bytes")
	argument := func(name string) forge.Token { return arguing(forge.Argument(name, forge.Any())) }
	s.pair("argument", 6, argument(x(256)), argument(x(257)), plain, "C8", "an argument with a name of 256 bytes")
	s.pair("argument-one", 6, argument("x"), argument(""), plain, "C8", "an argument with a name of one byte; the other side is the empty name")
	extension := func(name string, value []byte) forge.Token {
		return t.With(0, forge.Extensions(forge.Extension(name, value)))
	}
	known := func(name string, value []byte) func(*authorize) {
		return func(a *authorize) { a.extensions = map[string][]string{name: {fmt.Sprintf("%x", value)}} }
	}
	s.pair("extension", 12, extension(x(256), nil), extension(x(257), nil), plain, "C8", "an extension with a name of 256 bytes", known(x(256), nil))
	big := []byte(x(1025))
	s.pair("extension-value", 12, extension("x", big[:1024]), extension("x", big), "E-15", "B11", "an extension's value of 1,024 bytes", known("x", big[:1024]))
	s.authorize(authorize{
		id: "limits-extension-value-empty", spec: []string{"E-9", "E-15"}, comment: "An extension's value of no bytes is a value.",
		token: extension("x", nil), extensions: map[string][]string{"x": {""}},
	})

	label := func(text string) forge.Token { return t.With(0, forge.Label(text)) }
	s.pair("label", 11, label(x(256)), label(x(257)), "E-15", "B11", "a label of 256 bytes")
	s.pair("label-runes", 11, label(runes(256)), label(runes(257)), "E-15", "B11", "a label of 256 bytes in 128 code points")
	s.authorize(authorize{
		id: "limits-label-empty", spec: []string{"E-9", "E-15"}, comment: "An empty label is a label: unlike names, it may be empty.", token: label(""),
	})
	s.authorize(authorize{
		id: "limits-label-control", spec: []string{"E-9", "E-15"}, attacks: []string{"C6"},
		comment: "A label holds any UTF-8, control characters included: it decides nothing, and is escaped wherever it is shown.", token: label("\x00\x1b[2J\u009f"),
	})
	value := func(text string) forge.Token { return arguing(forge.Argument("a", forge.OneOf(forge.Text(text)))) }
	s.pair("value-text", 6, value(x(1024)), value(x(1025)), "E-15", "B11", "a text value of 1,024 bytes", asking("a", x(1024)))
	s.pair("value-runes", 6, value(runes(1024)), value(runes(1025)), "E-15", "B11", "a text value of 1,024 bytes in 512 code points", asking("a", runes(1024)))
	s.authorize(withRequest(authorize{
		id: "limits-value-empty", spec: []string{"E-9", "E-15"}, comment: "The empty text is a value, and equals itself.", token: value(""),
	}, "a", ""))
	ends := func(text string) forge.Token { return arguing(forge.Argument("a", forge.EndsWith(text))) }
	s.pair("suffix", 6, ends(x(1024)), ends(x(1025)), "E-15", "B11", "a text to end with of 1,024 bytes", asking("a", x(1024)))
	s.authorize(withRequest(authorize{
		id: "limits-suffix-empty", spec: []string{"E-9", "E-15"}, comment: "Every text ends with the empty text.", token: ends(""),
	}, "a", "anything"))
	pattern := func(name string) forge.Token { return arguing(forge.Argument("a", forge.Matches(name))) }
	s.pair("matches-bytes", 6, pattern(long(1024, "m/")), pattern(long(1025, "m/")), name, "C3", "the pattern of a condition of 1,024 bytes", asking("a", long(1024, "m/")))
}

func withRequest(a authorize, arguments ...any) authorize {
	asking(arguments...)(&a)
	return a
}

// whole: the size of a token, and its number of blocks.
func (s limiter) whole(base string) {
	names := make([]string, 15)
	for i := range names {
		names[i] = fmt.Sprint("hop ", i)
	}
	s.authorize(authorize{
		id: "limits-blocks-16", spec: []string{"E-9"}, attacks: []string{"A21"}, comment: "Sixteen blocks, the last of which seals.", token: forge.Chain("root", names...),
	})
	sixteen := forge.Chain("root", append(names, "hop 15")...)
	s.authorize(authorize{
		id: "limits-blocks-17", base: "limits-blocks-16", spec: []string{"E-9"}, attacks: []string{"B11"}, flags: []string{"too-many-blocks"},
		comment: "Seventeen blocks, the last of which seals: each costs a verification, so their number is bounded.",
		bytes:   sixteen.Encode(), verdict: "malformed", block: noBlock,
	})
	s.authorize(authorize{
		id: "limits-blocks-16-open", base: "limits-blocks-16", spec: []string{"D-4"}, attacks: []string{"A21"}, flags: []string{"open"},
		comment: "An open token of sixteen blocks is well formed, though no seal fits any more.",
		bytes:   sixteen.Truncate(16).Encode(), verdict: "not-sealed", block: 15, claim: 2,
	})
	s.authorize(authorize{
		id: "limits-blocks-1", spec: []string{"E-9"}, comment: "One block, sealed by the root itself.", token: forge.Chain("root"),
	})
	s.authorize(authorize{
		id: "limits-size-16384", spec: []string{"D-2"}, comment: "A token of exactly 16,384 bytes.", token: sized(maxToken),
	})
	s.brief()
	large := func(id string, b []byte, spec, comment string) {
		if len(b) != maxToken+1 {
			fail("limits: %s has %d bytes", id, len(b))
		}
		s.authorize(authorize{
			id: "limits-" + id, base: "limits-size-16384", spec: strings.Fields(spec), attacks: []string{"B8", "G1"}, flags: []string{"too-large"},
			comment: comment, bytes: b, verdict: "too-large", block: noBlock,
		})
		s.brief()
	}
	large("size-16385", sized(maxToken+1).Encode(), "D-2", "A token of 16,385 bytes, in all else right.")
	large("size-16385-zeros", make([]byte, maxToken+1), "D-2 D-1", "16,385 zero bytes: the size comes before the encoding, and needs no look at it.")
	large("size-16385-version-2", append([]byte{0x83, 2}, make([]byte, maxToken-1)...), "D-2 D-1", "16,385 bytes of version 2: the size comes before the version.")
	s.authorize(authorize{
		id: "limits-size-16384-version-2", base: "limits-size-16384", spec: []string{"D-2", "D-3"}, attacks: []string{"B17"}, flags: []string{"version"},
		comment: "16,384 bytes of version 2: not too large, so the version counts.",
		bytes:   append([]byte{0x83, 2}, make([]byte, maxToken-2)...), verdict: "unsupported-version", block: noBlock,
	})
	handoff := filled(standard().Truncate(2), maxToken+1, func(t forge.Token) int { return len(t.HandedOff().Encode()) }).HandedOff()
	large("size-16385-handoff", handoff.Encode(), "D-2", "A handoff of 16,385 bytes, of which 34 are its secret: without them it would fit, with them it does not.")
}
