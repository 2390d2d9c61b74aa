package predicates_test

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/tapertoken/taper/predicates"
)

// meets reports whether a request whose argument x has the value matches a
// grant with the condition on x.
func meets(t testing.TB, c predicates.Condition, v predicates.Value) bool {
	t.Helper()
	return grantPermits(t, map[string]predicates.Value{"x": v}, c.On("x"))
}

// grantPermits reports whether a request with the arguments matches a grant.
func grantPermits(t testing.TB, arguments map[string]predicates.Value, where ...predicates.Where) bool {
	t.Helper()
	claims := newClaims(t, predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"}, where...))
	request := predicates.NewRequest("i", "r")
	request.Accesses[0].Arguments = arguments
	f := predicates.Evaluate([]predicates.Claims{claims}, &request, &predicates.Context{})
	switch {
	case f == predicates.Finding{Verdict: predicates.Permitted}:
		return true
	case f == predicates.Finding{Verdict: predicates.NotAllowed, Claim: predicates.ClaimAllow}:
		return false
	}
	t.Fatalf("arguments %v: got %+v, want permitted or not-allowed", arguments, f)
	return false
}

// isValid reports whether a request may hold the value. One that may not
// matches no grant, not even one that names no arguments and not even "any".
func isValid(t testing.TB, v predicates.Value) bool {
	t.Helper()
	free := grantPermits(t, map[string]predicates.Value{"x": v})
	if named := meets(t, predicates.Any(), v); named != free {
		t.Fatalf("%v: permitted %v where arguments are free, %v where any is", v, free, named)
	}
	beside := grantPermits(t, map[string]predicates.Value{"w": predicates.Int(1), "x": v, "y": predicates.Text("a")})
	if beside != free {
		t.Fatalf("%v: permitted %v alone, %v beside others", v, free, beside)
	}
	return free
}

func TestValidValues(t *testing.T) {
	text, number := predicates.Text, predicates.Int
	for _, c := range []struct {
		name  string
		value predicates.Value
		want  bool
		print string
	}{
		{"zero", predicates.Value{}, true, "opaque"},
		{"opaque", predicates.Opaque(), true, "opaque"},
		{"true", predicates.Bool(true), true, "true"},
		{"false", predicates.Bool(false), true, "false"},
		{"empty text", text(""), true, `""`},
		{"text", text("a\nb\"é"), true, `"a\u{a}b\"\u{e9}"`},
		{"text with NUL", text("\x00"), true, `"\u{0}"`},
		{"long text", text(strings.Repeat("x", 1<<16)), true, `"` + strings.Repeat("x", 1<<16) + `"`},
		{"text that is no UTF-8", text("a\xff"), false, `"a\u{fffd}"`},
		{"surrogate", text("\xed\xa0\x80"), false, `"\u{fffd}\u{fffd}\u{fffd}"`},
		{"0", number(0), true, "0"},
		{"2^53-1", number(1<<53 - 1), true, "9007199254740991"},
		{"2^53", number(1 << 53), false, "9007199254740992"},
		{"-(2^53-1)", number(-(1<<53 - 1)), true, "-9007199254740991"},
		{"-2^53", number(-(1 << 53)), false, "-9007199254740992"},
		{"greatest", number(math.MaxInt64), false, "9223372036854775807"},
		{"least", number(math.MinInt64), false, "-9223372036854775808"},
		{"decimal", predicates.Decimal("-99.90"), true, "-99.90"},
		{"bad decimal", predicates.Decimal("1e2"), false, "invalid"},
		{"empty list", predicates.List(), true, "[]"},
		{"list", predicates.List(text("a"), number(1), predicates.Bool(true), predicates.Decimal("0.5")), true, `["a", 1, true, 0.5]`},
		{"list with a bad text", predicates.List(number(1), text("\xff")), false, `[1, "\u{fffd}"]`},
		{"list with a wide integer", predicates.List(number(1), number(1<<53)), false, "[1, 9007199254740992]"},
		{"list with a bad decimal", predicates.List(predicates.Decimal("x")), false, "[invalid]"},
		{"list with an opaque value", predicates.List(number(1), predicates.Opaque()), false, "[1, opaque]"},
		{"list in a list", predicates.List(predicates.List(number(1))), false, "[[1]]"},
		{"empty list in a list", predicates.List(predicates.List()), false, "[[]]"},
	} {
		if got := isValid(t, c.value); got != c.want {
			t.Errorf("%s: valid %v, want %v", c.name, got, c.want)
		}
		if got := c.value.String(); got != c.print {
			t.Errorf("%s: prints as %.100s, want %.100s", c.name, got, c.print)
		}
	}
}

func TestDecimal(t *testing.T) {
	for s, want := range map[string]string{ // "invalid" where it is none
		"0.0":                 "0.0",
		"-0.0":                "0.0",
		"0.5":                 "0.5",
		"-0.5":                "-0.5",
		"99.99":               "99.99",
		"100.00":              "100.00",
		"0.000000001":         "0.000000001",
		"-0.000000001":        "-0.000000001",
		"0.0000000001":        "invalid", // 10 digits after the point
		"1.0000000000":        "invalid",
		"999999999999999.0":   "invalid", // 16 digits
		"99999999999999.9":    "99999999999999.9",
		"-99999999999999.9":   "-99999999999999.9",
		"999999.999999999":    "999999.999999999",
		"1000000.000000000":   "invalid",
		"9999999.999999999":   "invalid",
		"0.100000000":         "0.100000000",
		"123456789012345.6":   "invalid",
		"12345678901234567.8": "invalid",

		// Leading zeros: one before the point is how a fraction is written, two are not.
		"00.5":                            "invalid",
		"01.5":                            "invalid",
		"-00.5":                           "invalid",
		"0001.5":                          "invalid",
		strings.Repeat("0", 30) + "1.5":   "invalid",
		"0." + strings.Repeat("0", 9):     "0.000000000",
		strings.Repeat("9", 1<<20):        "invalid",
		strings.Repeat("9", 100) + ".5":   "invalid",
		"0." + strings.Repeat("0", 1<<20): "invalid",

		"":        "invalid",
		"-":       "invalid",
		".":       "invalid",
		"-.":      "invalid",
		"5":       "invalid", // an integer
		"-5":      "invalid",
		"5.":      "invalid",
		".5":      "invalid",
		"-.5":     "invalid",
		"+0.5":    "invalid",
		"--0.5":   "invalid",
		"0.-5":    "invalid",
		"0.5-":    "invalid",
		"1.2.3":   "invalid",
		"1..2":    "invalid",
		"1e2":     "invalid",
		"1.0e2":   "invalid",
		"0x1.8":   "invalid",
		"1_0.5":   "invalid",
		"1,000.5": "invalid",
		" 1.5":    "invalid",
		"1.5 ":    "invalid",
		"1.5\n":   "invalid",
		"1.5\x00": "invalid",
		"NaN":     "invalid",
		"Inf":     "invalid",
		"-Inf":    "invalid",
		"1.٥":     "invalid", // a digit, but none of ours
		"１.5":     "invalid",
		"1.\xff":  "invalid",
	} {
		v := predicates.Decimal(s)
		if got := v.String(); got != want {
			t.Errorf("Decimal(%.40q): got %s, want %s", s, got, want)
		}
		if got := isValid(t, v); got != (want != "invalid") {
			t.Errorf("Decimal(%.40q): valid %v", s, got)
		}
	}
}

// "At least" and "at most" compare decimals with integers exactly.
func TestDecimalBounds(t *testing.T) {
	for _, c := range []struct {
		decimal         string
		bound           int64
		atLeast, atMost bool
	}{
		{"99.99", 100, false, true},
		{"100.00", 100, true, true},
		{"100.01", 100, true, false},
		{"99.999999999", 100, false, true},
		{"100.000000001", 100, true, false},
		{"-0.5", 0, false, true},
		{"-0.5", -1, true, false},
		{"0.5", 0, true, false},
		{"0.5", 1, false, true},
		{"0.0", 0, true, true},
		{"-0.0", 0, true, true},
		{"-1.0", -1, true, true},
		{"-1.5", -1, false, true},
		{"-1.5", -2, true, false},
		{"-99.99", -100, true, false},
		{"-100.01", -100, false, true},
		{"0.000000001", 0, true, false},
		{"-0.000000001", 0, false, true},
		{"99999999999999.9", 99999999999999, true, false},
		{"99999999999999.9", 100000000000000, false, true},
		{"-99999999999999.9", -99999999999999, false, true},
		{"-99999999999999.9", -100000000000000, true, false},
		{"99999999999999.9", predicates.MaxInt, false, true},
		{"99999999999999.9", -predicates.MaxInt, true, false},
		{"-99999999999999.9", predicates.MaxInt, false, true},
		{"-99999999999999.9", -predicates.MaxInt, true, false},
	} {
		v := predicates.Decimal(c.decimal)
		if got := meets(t, predicates.AtLeast(c.bound), v); got != c.atLeast {
			t.Errorf("%s at least %d: got %v", c.decimal, c.bound, got)
		}
		if got := meets(t, predicates.AtMost(c.bound), v); got != c.atMost {
			t.Errorf("%s at most %d: got %v", c.decimal, c.bound, got)
		}
	}
}

// Decimals against rational numbers.
func TestDecimalBoundsAgainstRationals(t *testing.T) {
	r := newRand(t)
	for range 30000 {
		fraction := 1 + r.IntN(9)
		digits := 1 + r.IntN(15)
		n := r.Int64N(int64(math.Pow10(digits)))
		unit := int64(math.Pow10(fraction))
		s := fmt.Sprintf("%d.%0*d", n/unit, fraction, n%unit)
		if r.IntN(2) == 0 {
			s = "-" + s
		}
		value, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q is no number", s)
		}
		// A bound next to the value, or anywhere.
		bound := n/unit - 2 + r.Int64N(5)
		if s[0] == '-' {
			bound = -bound
		}
		if r.IntN(4) == 0 {
			bound = r.Int64N(2*predicates.MaxInt) - predicates.MaxInt
		}
		v := predicates.Decimal(s)
		cmp := value.Cmp(new(big.Rat).SetInt64(bound))
		if got := meets(t, predicates.AtLeast(bound), v); got != (cmp >= 0) {
			t.Fatalf("%s at least %d: got %v", s, bound, got)
		}
		if got := meets(t, predicates.AtMost(bound), v); got != (cmp <= 0) {
			t.Fatalf("%s at most %d: got %v", s, bound, got)
		}
		if got, want := v.String(), strings.TrimPrefix(s, "-"); got != s && (got != want || n != 0) {
			t.Fatalf("Decimal(%q) prints as %s", s, got)
		}
	}
}

// Values of one kind are never taken for another's: each condition is met by
// the values listed and by no other of the zoo.
func TestNoCoercion(t *testing.T) {
	zoo := map[string]predicates.Value{
		"text 50":      predicates.Text("50"),
		"text 50.0":    predicates.Text("50.0"),
		"text 1":       predicates.Text("1"),
		"text true":    predicates.Text("true"),
		"text empty":   predicates.Text(""),
		"text a/b":     predicates.Text("a/b"),
		"text [50]":    predicates.Text("[50]"),
		"text opaque":  predicates.Text("opaque"),
		"int 50":       predicates.Int(50),
		"int 1":        predicates.Int(1),
		"int 0":        predicates.Int(0),
		"true":         predicates.Bool(true),
		"false":        predicates.Bool(false),
		"decimal 50.0": predicates.Decimal("50.0"),
		"decimal 1.0":  predicates.Decimal("1.0"),
		"decimal 0.0":  predicates.Decimal("0.0"),
		"opaque":       predicates.Opaque(),
		"empty list":   predicates.List(),
	}
	for _, c := range []struct {
		name      string
		condition predicates.Condition
		met       string // the names, in any order
	}{
		{"one of 50", predicates.OneOf(predicates.Int(50)), "int 50"},
		{"one of text 50", predicates.OneOf(predicates.Text("50")), "text 50"},
		{"one of 1", predicates.OneOf(predicates.Int(1)), "int 1"},
		{"one of 0", predicates.OneOf(predicates.Int(0)), "int 0"},
		{"one of true", predicates.OneOf(predicates.Bool(true)), "true"},
		{"one of false", predicates.OneOf(predicates.Bool(false)), "false"},
		{"one of text true", predicates.OneOf(predicates.Text("true")), "text true"},
		{"one of empty text", predicates.OneOf(predicates.Text("")), "text empty"},
		{"one of text opaque", predicates.OneOf(predicates.Text("opaque")), "text opaque"},
		{"one of several", predicates.OneOf(predicates.Int(50), predicates.Bool(true), predicates.Text("1")), "int 50,true,text 1"},
		{"at least 50", predicates.AtLeast(50), "int 50,decimal 50.0"},
		{"at least 1", predicates.AtLeast(1), "int 50,decimal 50.0,int 1,decimal 1.0"},
		{"at most 1", predicates.AtMost(1), "int 1,int 0,decimal 1.0,decimal 0.0"},
		{"at most 0", predicates.AtMost(0), "int 0,decimal 0.0"},
		{"matches **", predicates.Matches("**"), "text 50,text 50.0,text 1,text true,text a/b,text [50],text opaque"},
		{"matches a/*", predicates.Matches("a/*"), "text a/b"},
		{"ends with 0", predicates.EndsWith("0"), "text 50,text 50.0"},
		{"ends with nothing", predicates.EndsWith(""), "text 50,text 50.0,text 1,text true,text empty,text a/b,text [50],text opaque"},
	} {
		met := map[string]bool{}
		for _, name := range strings.Split(c.met, ",") {
			if _, ok := zoo[name]; !ok {
				t.Fatalf("no %q in the zoo", name)
			}
			met[name] = true
		}
		for name, v := range zoo {
			if got := meets(t, c.condition, v); got != met[name] {
				t.Errorf("%s, given %s: got %v, want %v", c.name, name, got, met[name])
			}
			// In a list alone it is as outside, but for what no list holds.
			if name == "opaque" || name == "empty list" {
				continue
			}
			if got := meets(t, c.condition, predicates.List(v)); got != met[name] {
				t.Errorf("%s, given a list of %s: got %v, want %v", c.name, name, got, met[name])
			}
		}
		if grantPermits(t, nil, c.condition.On("x")) {
			t.Errorf("%s is met by a missing argument", c.name)
		}
	}
	for name, v := range zoo {
		if !meets(t, predicates.Any(), v) {
			t.Errorf("any is not met by %s", name)
		}
	}
}

// A list meets a condition iff each element does, and an empty one meets none.
func TestLists(t *testing.T) {
	r := newRand(t)
	elements := []predicates.Value{predicates.Int(1), predicates.Int(2), predicates.Text("a"), predicates.Text("b/c"),
		predicates.Bool(true), predicates.Decimal("1.5")}
	conditions := []predicates.Condition{
		predicates.OneOf(predicates.Int(1), predicates.Text("a"), predicates.Bool(true)),
		predicates.AtLeast(1), predicates.AtLeast(2), predicates.AtMost(1), predicates.AtMost(2),
		predicates.Matches("*"), predicates.Matches("b/**", "a"), predicates.EndsWith("c", "a"),
	}
	met := 0
	for range 5000 {
		c := conditions[r.IntN(len(conditions))]
		list := make([]predicates.Value, r.IntN(4))
		want := len(list) > 0
		for i := range list {
			list[i] = elements[r.IntN(len(elements))]
			want = want && meets(t, c, list[i])
		}
		if got := meets(t, c, predicates.List(list...)); got != want {
			t.Fatalf("%v %v %v %d, given %v: got %v, want %v", c.Kind(), c.Values(), c.Texts(), c.Bound(), predicates.List(list...), got, want)
		}
		if want {
			met++
		}
	}
	if met < 200 {
		t.Errorf("%d lists met a condition: too few", met)
	}
	if !meets(t, predicates.Any(), predicates.List()) {
		t.Error("an empty list does not meet any")
	}
}

func TestListKeepsACopy(t *testing.T) {
	elements := []predicates.Value{predicates.Text("a"), predicates.Text("b")}
	list := predicates.List(elements...)
	elements[0] = predicates.Opaque()
	if got, want := list.String(), `["a", "b"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A list has at most 64 elements, an access at most 64 arguments: each element is
// held against each condition, so the request would bound the work, and not the
// token.
func TestRequestSizes(t *testing.T) {
	list := func(n int) predicates.Value {
		elements := make([]predicates.Value, n)
		for i := range elements {
			elements[i] = predicates.Int(1)
		}
		return predicates.List(elements...)
	}
	arguments := func(n int) map[string]predicates.Value {
		m := map[string]predicates.Value{}
		for i := range n {
			m[strconv.Itoa(i)] = predicates.Int(1)
		}
		return m
	}
	for _, c := range []struct {
		name      string
		arguments map[string]predicates.Value
		want      string
	}{
		{"64 elements", map[string]predicates.Value{"a": list(64)}, ""},
		{"65 elements", map[string]predicates.Value{"a": list(65)}, "the value of an argument is out of range or not well formed"},
		{"64 arguments", arguments(64), ""},
		{"65 arguments", arguments(65), "there are more than 64 arguments"},
	} {
		a := predicates.Access{Interface: "i", Resource: "r", Arguments: c.arguments}
		if got := a.Problem(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Bind names each argument that a token can hold, and leaves all to a digest
// where one can't be.
func TestBind(t *testing.T) {
	many := map[string]predicates.Value{}
	for i := range 33 {
		many[strconv.Itoa(i)] = predicates.Int(1)
	}
	for _, c := range []struct {
		name      string
		arguments map[string]predicates.Value
		digest    bool
		want      string
	}{
		{"none", nil, false, "i on r where none"},
		{"none beside a digest", nil, true, "i on r where none"},
		{"some", map[string]predicates.Value{"b": predicates.Int(5), "a": predicates.Text("x")}, false, `i on r where a in {"x"}, b in {5}`},
		{"a decimal", map[string]predicates.Value{"a": predicates.Decimal("1.5")}, false,
			`predicates: arguments["a"]: value 1.5 is no text, integer or boolean`},
		{"a decimal beside a digest", map[string]predicates.Value{"a": predicates.Decimal("1.5")}, true, "i on r"},
		{"33", many, false, "predicates: arguments: more than 32 arguments"},
		{"33 beside a digest", many, true, "i on r"},
	} {
		a := predicates.Access{Interface: "i", Resource: "r", Arguments: c.arguments}
		g, err := a.Bind(c.digest)
		got := g.String()
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	if _, err := (&predicates.Access{Interface: "i", Resource: "a//b"}).Bind(false); err == nil {
		t.Error("a malformed access is bound")
	}
}

// Each accessor answers for its own kind and no other.
func TestValueAccessors(t *testing.T) {
	for _, c := range []struct {
		value            predicates.Value
		text, int, bool_ bool
	}{
		{predicates.Text("1"), true, false, false},
		{predicates.Int(1), false, true, false},
		{predicates.Bool(true), false, false, true},
		{predicates.Decimal("1.0"), false, false, false},
		{predicates.List(predicates.Int(1)), false, false, false},
		{predicates.Opaque(), false, false, false},
	} {
		text, isText := c.value.Text()
		n, isInt := c.value.Int()
		b, isBool := c.value.Bool()
		if isText != c.text || isInt != c.int || isBool != c.bool_ {
			t.Errorf("%s: is text %v, integer %v, boolean %v", c.value, isText, isInt, isBool)
		}
		if isText != (text == "1") || isInt != (n == 1) || isBool != b {
			t.Errorf("%s: got %q, %d, %v", c.value, text, n, b)
		}
	}
}
