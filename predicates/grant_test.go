package predicates_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/tapertoken/taper/predicates"
)

// Foreign bytes in a message are cut, however long the value is.
func TestGrantErrorsAreShort(t *testing.T) {
	hostile := strings.Repeat("\U0001f56f", 256) // 1,024 bytes
	for name, c := range map[string]predicates.Condition{
		"text twice":            predicates.OneOf(predicates.Text(hostile), predicates.Text(hostile)),
		"invalid text":          predicates.OneOf(predicates.Text(strings.Repeat("\xff", 1<<16))),
		"long text":             predicates.OneOf(predicates.Text(strings.Repeat("x", 1<<16))),
		"list of texts":         predicates.OneOf(predicates.List(predicates.Text(hostile), predicates.Text(hostile))),
		"suffix twice":          predicates.EndsWith(hostile, hostile),
		"invalid suffix":        predicates.EndsWith(strings.Repeat("\xff", 1<<16)),
		"pattern twice":         predicates.Matches(hostile[:256], hostile[:256]),
		"pattern with controls": predicates.Matches(strings.Repeat("\x00", 1000)),
	} {
		_, err := predicates.NewGrant(predicates.Interfaces{"a"}, predicates.Resources{"b"}, c.On(hostile[:256]))
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		// Each of two quotes holds at most 64 bytes, and a byte takes at most 8 characters.
		if n := len(err.Error()); n > 2*64*8+200 {
			t.Errorf("%s: the message has %d bytes: %.200s...", name, n, fmt.Sprint(err))
		}
	}
}

// A message is made for an error only: a token has room for 3,000 conditions.
func TestNewGrantMakesNoPaths(t *testing.T) {
	var where []predicates.Where
	for i := range 32 {
		where = append(where, predicates.Any().On(string(rune('A'+i))))
	}
	n := testing.AllocsPerRun(100, func() {
		if _, err := predicates.NewGrant(predicates.Interfaces{"a"}, predicates.Resources{"b"}, where...); err != nil {
			t.Fatal(err)
		}
	})
	// A list of conditions for each argument, and the growing list of arguments.
	if n > 32+12 {
		t.Errorf("a grant of 32 arguments takes %v allocations, want at most 44", n)
	}
}

// fullLists returns lists of 64 elements that all differ: one list per kind of
// element, and what makes a condition or pattern list of each.
func fullLists() map[string]func(repeat, of int) error {
	grant := func(c predicates.Condition) error {
		_, err := predicates.NewGrant(predicates.Interfaces{"a"}, predicates.Resources{"b"}, c.On("x"))
		return err
	}
	texts := func(repeat, of int) []string {
		list := make([]string, 64)
		for i := range list {
			list[i] = fmt.Sprintf("%c%c", 'a'+i%8, '0'+i/8)
		}
		list[repeat] = list[of]
		return list
	}
	values := func(value func(int) predicates.Value) func(int, int) error {
		return func(repeat, of int) error {
			list := make([]predicates.Value, 64)
			for i := range list {
				list[i] = value(i)
			}
			list[repeat] = list[of]
			return grant(predicates.OneOf(list...))
		}
	}
	return map[string]func(int, int) error{
		"interfaces": func(repeat, of int) error {
			_, err := predicates.NewGrant(texts(repeat, of), predicates.Resources{"b"})
			return err
		},
		"resources": func(repeat, of int) error {
			_, err := predicates.NewGrant(predicates.Interfaces{"a"}, texts(repeat, of))
			return err
		},
		"matches":   func(repeat, of int) error { return grant(predicates.Matches(texts(repeat, of)...)) },
		"ends with": func(repeat, of int) error { return grant(predicates.EndsWith(texts(repeat, of)...)) },
		"texts":     values(func(i int) predicates.Value { return predicates.Text(strings.Repeat("x", i)) }),
		"integers":  values(func(i int) predicates.Value { return predicates.Int(int64(i) - 32) }),
		"far apart": values(func(i int) predicates.Value { return predicates.Int(int64(i) << 46) }),
		"mixed": values(func(i int) predicates.Value {
			switch {
			case i < 2:
				return predicates.Bool(i == 1)
			case i%2 == 0:
				return predicates.Int(int64(i/2 - 1)) // 0 and 1 are no booleans,
			}
			return predicates.Text(fmt.Sprint(i/2 - 1)) // and "0" and "1" no integers.
		}),
	}
}

func TestListsOf64HoldNoElementTwice(t *testing.T) {
	for name, list := range fullLists() {
		if err := list(0, 0); err != nil {
			t.Errorf("%s: 64 different elements: %v", name, err)
		}
		for i := range 64 {
			for j := range i {
				for _, pair := range [][2]int{{i, j}, {j, i}} {
					if err := list(pair[0], pair[1]); err == nil || !strings.HasSuffix(err.Error(), " stands twice") {
						t.Fatalf("%s: element %d repeats element %d: got error %v, want one that says so", name, pair[0], pair[1], err)
					}
				}
			}
		}
	}
}

// The price of a token's worth of full lists, to be held against one signature.
func BenchmarkNewGrantFullLists(b *testing.B) {
	var values []predicates.Value
	var texts []string
	for i := range 64 {
		values = append(values, predicates.Int(int64(i)-32))
		texts = append(texts, fmt.Sprintf("%c%c", 'a'+i%8, '0'+i/8))
	}
	for name, where := range map[string]predicates.Where{
		"OneOf":    predicates.OneOf(values...).On("x"),   // a token has room for 190 of these,
		"Matches":  predicates.Matches(texts...).On("x"),  // 85 of these,
		"EndsWith": predicates.EndsWith(texts...).On("x"), // and as many of these
	} {
		eight := slices.Repeat([]predicates.Where{where}, 8)
		b.Run(name+"8", func(b *testing.B) {
			for b.Loop() {
				if _, err := predicates.NewGrant(predicates.Interfaces{"i"}, predicates.Resources{"r"}, eight...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// grantError is what NewGrant says of a grant that is not valid; the grant
// that comes with it is the zero one.
func grantError(t *testing.T, interfaces predicates.Interfaces, resources predicates.Resources, where ...predicates.Where) string {
	t.Helper()
	g, err := predicates.NewGrant(interfaces, resources, where...)
	if err == nil {
		return ""
	}
	var e *predicates.Error
	if !errors.As(err, &e) || err.Error() != "predicates: "+e.Path+": "+e.Reason {
		t.Errorf("the error is a %T: %v", err, err)
	}
	if g.Interfaces() != nil || g.Resources() != nil || g.Closed() || len(g.Arguments()) > 0 {
		t.Errorf("with an error comes grant %v", g)
	}
	return err.Error()
}

// numbered returns n different texts.
func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("n%d", i)
	}
	return list
}

func TestNewGrantErrors(t *testing.T) {
	i, r := predicates.Interfaces{"i"}, predicates.Resources{"r"}
	values := func(n int) []predicates.Value {
		list := make([]predicates.Value, n)
		for i := range list {
			list[i] = predicates.Int(int64(i))
		}
		return list
	}
	onEach := func(c predicates.Condition, names []string) (where []predicates.Where) {
		for _, name := range names {
			where = append(where, c.On(name))
		}
		return where
	}
	text := func(n int) predicates.Value { return predicates.Text(strings.Repeat("x", n)) }
	for _, c := range []struct {
		name string
		got  string
		want string
	}{
		{"no interfaces", grantError(t, nil, r), "predicates: interfaces: holds 0 patterns (expected 1 to 64)"},
		{"empty interfaces", grantError(t, predicates.Interfaces{}, r), "predicates: interfaces: holds 0 patterns (expected 1 to 64)"},
		{"no resources", grantError(t, i, nil), "predicates: resources: holds 0 patterns (expected 1 to 64)"},
		{"64 interfaces", grantError(t, numbered(64), r), ""},
		{"65 interfaces", grantError(t, numbered(65), r), "predicates: interfaces: holds 65 patterns (expected 1 to 64)"},
		{"64 resources", grantError(t, i, numbered(64)), ""},
		{"65 resources", grantError(t, i, numbered(65)), "predicates: resources: holds 65 patterns (expected 1 to 64)"},
		{"bad interface", grantError(t, predicates.Interfaces{"a", "b::c"}, r),
			`predicates: interfaces[1]: pattern "b::c" has an empty segment`},
		{"bad resource", grantError(t, i, predicates.Resources{"a", "b", "c/../d"}),
			`predicates: resources[2]: pattern "c/../d" has a segment . or ..`},
		{"interface twice", grantError(t, predicates.Interfaces{"a", "b", "a"}, r),
			`predicates: interfaces[2]: pattern "a" stands twice`},
		{"resource twice", grantError(t, i, predicates.Resources{"/a", "a", "/a"}),
			`predicates: resources[2]: pattern "/a" stands twice`},
		{"long pattern", grantError(t, i, predicates.Resources{strings.Repeat("a", 2000)}),
			`predicates: resources[0]: pattern "` + strings.Repeat("a", 59) + `"... is longer than 1024 bytes`},
		{"interfaces first", grantError(t, nil, nil, predicates.WhereNone(), predicates.WhereNone()),
			"predicates: interfaces: holds 0 patterns (expected 1 to 64)"},

		{"none alone", grantError(t, i, r, predicates.WhereNone()), ""},
		{"none twice", grantError(t, i, r, predicates.WhereNone(), predicates.WhereNone()),
			"predicates: arguments: none stands beside other arguments"},
		{"none after an argument", grantError(t, i, r, predicates.Any().On("x"), predicates.WhereNone()),
			"predicates: arguments: none stands beside other arguments"},
		{"none before an argument", grantError(t, i, r, predicates.WhereNone(), predicates.Any().On("x")),
			"predicates: arguments: none stands beside other arguments"},
		{"zero where", grantError(t, i, r, predicates.Where{}), `predicates: arguments[""]: the name of the argument is empty`},
		{"argument with a control", grantError(t, i, r, predicates.Any().On("a\n")),
			`predicates: arguments["a\u{a}"]: the name of the argument holds a control character`},
		{"32 arguments", grantError(t, i, r, onEach(predicates.Any(), numbered(32))...), ""},
		{"33 arguments", grantError(t, i, r, onEach(predicates.Any(), numbered(33))...), "predicates: arguments: more than 32 arguments"},
		{"8 conditions", grantError(t, i, r, onEach(predicates.AtLeast(1), slices.Repeat([]string{"x"}, 8))...), ""},
		{"9 conditions", grantError(t, i, r, onEach(predicates.AtLeast(1), slices.Repeat([]string{"x"}, 9))...),
			`predicates: arguments["x"]: more than 8 conditions`},
		{"32 arguments of 8 conditions", grantError(t, i, r,
			onEach(predicates.AtLeast(1), slices.Repeat(numbered(32), 8))...), ""},
		{"any twice", grantError(t, i, r, predicates.Any().On("x"), predicates.Any().On("x")),
			`predicates: arguments["x"]: "any" stands beside another condition`},
		{"any first", grantError(t, i, r, predicates.Any().On("x"), predicates.AtLeast(1).On("x")),
			`predicates: arguments["x"]: "any" stands beside another condition`},
		{"any last", grantError(t, i, r, predicates.AtLeast(1).On("x"), predicates.Any().On("x")),
			`predicates: arguments["x"]: "any" stands beside another condition`},
		{"any on another", grantError(t, i, r, predicates.AtLeast(1).On("x"), predicates.Any().On("y")), ""},

		{"one of nothing", grantError(t, i, r, predicates.OneOf().On("x")),
			`predicates: arguments["x"]: "one of" holds 0 values (expected 1 to 64)`},
		{"one of 64", grantError(t, i, r, predicates.OneOf(values(64)...).On("x")), ""},
		{"one of 65", grantError(t, i, r, predicates.OneOf(values(65)...).On("x")),
			`predicates: arguments["x"]: "one of" holds 65 values (expected 1 to 64)`},
		{"one of opaque", grantError(t, i, r, predicates.OneOf(predicates.Opaque()).On("x")),
			`predicates: arguments["x"]: value opaque is no text, integer or boolean`},
		{"one of a decimal", grantError(t, i, r, predicates.OneOf(predicates.Decimal("1.0")).On("x")),
			`predicates: arguments["x"]: value 1.0 is no text, integer or boolean`},
		{"one of a bad decimal", grantError(t, i, r, predicates.OneOf(predicates.Decimal("1e2")).On("x")),
			`predicates: arguments["x"]: value invalid is no text, integer or boolean`},
		{"one of a list", grantError(t, i, r, predicates.OneOf(predicates.List(predicates.Int(1))).On("x")),
			`predicates: arguments["x"]: value list is no text, integer or boolean`},
		{"one of 2^53-1", grantError(t, i, r, predicates.OneOf(predicates.Int(predicates.MaxInt), predicates.Int(-predicates.MaxInt)).On("x")), ""},
		{"one of 2^53", grantError(t, i, r, predicates.OneOf(predicates.Int(predicates.MaxInt+1)).On("x")),
			`predicates: arguments["x"]: integer 9007199254740992 is outside +-(2^53-1)`},
		{"one of -2^53", grantError(t, i, r, predicates.OneOf(predicates.Int(-predicates.MaxInt-1)).On("x")),
			`predicates: arguments["x"]: integer -9007199254740992 is outside +-(2^53-1)`},
		{"one of a bad text", grantError(t, i, r, predicates.OneOf(predicates.Text("a\xff")).On("x")),
			`predicates: arguments["x"]: text "a\u{fffd}" is not valid UTF-8`},
		{"one of 1,024 bytes", grantError(t, i, r, predicates.OneOf(text(1024)).On("x")), ""},
		{"one of 1,025 bytes", grantError(t, i, r, predicates.OneOf(text(1025)).On("x")),
			`predicates: arguments["x"]: text is 1025 bytes long (expected at most 1024)`},
		{"one of 1,025 bytes in 513 runes", grantError(t, i, r, predicates.OneOf(predicates.Text(strings.Repeat("é", 512)+"a")).On("x")),
			`predicates: arguments["x"]: text is 1025 bytes long (expected at most 1024)`},
		{"one of a text twice", grantError(t, i, r, predicates.OneOf(predicates.Text("a"), predicates.Int(1), predicates.Text("a")).On("x")),
			`predicates: arguments["x"]: value "a" stands twice`},
		{"one of true twice", grantError(t, i, r, predicates.OneOf(predicates.Bool(true), predicates.Bool(false), predicates.Bool(true)).On("x")),
			`predicates: arguments["x"]: value true stands twice`},
		{"one of 1, true, \"1\" and \"true\"", grantError(t, i, r,
			predicates.OneOf(predicates.Int(1), predicates.Bool(true), predicates.Text("1"), predicates.Text("true")).On("x")), ""},

		{"at least 2^53-1", grantError(t, i, r, predicates.AtLeast(predicates.MaxInt).On("x"), predicates.AtLeast(-predicates.MaxInt).On("x")), ""},
		{"at least 2^53", grantError(t, i, r, predicates.AtLeast(predicates.MaxInt+1).On("x")),
			`predicates: arguments["x"]: integer 9007199254740992 is outside +-(2^53-1)`},
		{"at least -2^53", grantError(t, i, r, predicates.AtLeast(-predicates.MaxInt-1).On("x")),
			`predicates: arguments["x"]: integer -9007199254740992 is outside +-(2^53-1)`},
		{"at most 2^53", grantError(t, i, r, predicates.AtMost(predicates.MaxInt+1).On("x")),
			`predicates: arguments["x"]: integer 9007199254740992 is outside +-(2^53-1)`},
		{"at most the least", grantError(t, i, r, predicates.AtMost(math.MinInt64).On("x")),
			`predicates: arguments["x"]: integer -9223372036854775808 is outside +-(2^53-1)`},

		{"matches nothing", grantError(t, i, r, predicates.Matches().On("x")),
			`predicates: arguments["x"]: holds 0 patterns (expected 1 to 64)`},
		{"matches 64", grantError(t, i, r, predicates.Matches(numbered(64)...).On("x")), ""},
		{"matches 65", grantError(t, i, r, predicates.Matches(numbered(65)...).On("x")),
			`predicates: arguments["x"]: holds 65 patterns (expected 1 to 64)`},
		{"matches a bad pattern", grantError(t, i, r, predicates.Matches("a", "**/b").On("x")),
			`predicates: arguments["x"][1]: pattern "**/b" has ** before its last segment`},
		{"matches a pattern twice", grantError(t, i, r, predicates.Matches("a", "a").On("x")),
			`predicates: arguments["x"][1]: pattern "a" stands twice`},

		{"ends with nothing", grantError(t, i, r, predicates.EndsWith().On("x")),
			`predicates: arguments["x"]: "ends with" holds 0 texts (expected 1 to 64)`},
		{"ends with 64", grantError(t, i, r, predicates.EndsWith(numbered(64)...).On("x")), ""},
		{"ends with 65", grantError(t, i, r, predicates.EndsWith(numbered(65)...).On("x")),
			`predicates: arguments["x"]: "ends with" holds 65 texts (expected 1 to 64)`},
		{"ends with a bad text", grantError(t, i, r, predicates.EndsWith("\xff").On("x")),
			`predicates: arguments["x"]: text "\u{fffd}" is not valid UTF-8`},
		{"ends with 1,024 bytes", grantError(t, i, r, predicates.EndsWith(strings.Repeat("x", 1024)).On("x")), ""},
		{"ends with 1,025 bytes", grantError(t, i, r, predicates.EndsWith(strings.Repeat("x", 1025)).On("x")),
			`predicates: arguments["x"]: text is 1025 bytes long (expected at most 1024)`},
		{"ends with a text twice", grantError(t, i, r, predicates.EndsWith("a", "", "a").On("x")),
			`predicates: arguments["x"]: text "a" stands twice`},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, c.got, c.want)
		}
	}
}

// A request matches one grant as a whole: not the interface of one and the
// resource or the arguments of another.
func TestGrantMatchesAsAWhole(t *testing.T) {
	claims := []predicates.Claims{newClaims(t,
		predicates.Allow(predicates.Interfaces{"db:read", "db:list"}, predicates.Resources{"customers/**"}),
		predicates.Allow(predicates.Interfaces{"db:write"}, predicates.Resources{"scratch/*"}),
		predicates.Allow(predicates.Interfaces{"db:write"}, predicates.Resources{"orders/*"}, predicates.AtMost(5).On("x")),
		predicates.Allow(predicates.Interfaces{"db:drop"}, predicates.Resources{"orders/*"}, predicates.AtLeast(5).On("x")),
	)}
	for _, c := range []struct {
		interfaceName, resource string
		x                       int64
		want                    predicates.Verdict
	}{
		{"db:read", "customers/1", 0, predicates.Permitted},
		{"db:list", "customers", 0, predicates.Permitted},
		{"db:write", "scratch/1", 0, predicates.Permitted},
		{"db:write", "customers/1", 0, predicates.NotAllowed},
		{"db:read", "scratch/1", 0, predicates.NotAllowed},
		{"db:write", "orders/1", 4, predicates.Permitted},
		{"db:write", "orders/1", 6, predicates.NotAllowed},
		{"db:drop", "orders/1", 4, predicates.NotAllowed},
		{"db:drop", "orders/1", 6, predicates.Permitted},
	} {
		request := predicates.NewRequest(c.interfaceName, c.resource)
		request.Accesses[0].Arguments = map[string]predicates.Value{"x": predicates.Int(c.x)}
		if got := predicates.Evaluate(claims, &request, &predicates.Context{}).Verdict; got != c.want {
			t.Errorf("%s on %s with x = %d: got %v, want %v", c.interfaceName, c.resource, c.x, got, c.want)
		}
	}
}

// A grant with arguments is closed, and each of its conditions must hold,
// whatever the request leaves out.
func TestGrantArguments(t *testing.T) {
	text, number := predicates.Text, predicates.Int
	type arguments = map[string]predicates.Value
	amount, memo := predicates.AtMost(100).On("amount"), predicates.Any().On("memo")
	refund := []predicates.Where{amount, memo, predicates.OneOf(text("EUR"), text("USD")).On("currency")}
	good := arguments{"amount": number(100), "currency": text("EUR")}
	with := func(name string, v predicates.Value) arguments {
		m := maps.Clone(good)
		m[name] = v
		return m
	}
	without := func(name string) arguments {
		m := maps.Clone(good)
		delete(m, name)
		return m
	}
	for _, c := range []struct {
		name      string
		where     []predicates.Where
		arguments arguments
		want      bool
	}{
		{"open, no arguments", nil, nil, true},
		{"open, any arguments", nil, arguments{"a": number(1), "b": predicates.Opaque()}, true},
		{"none, no arguments", []predicates.Where{predicates.WhereNone()}, nil, true},
		{"none, empty arguments", []predicates.Where{predicates.WhereNone()}, arguments{}, true},
		{"none, one argument", []predicates.Where{predicates.WhereNone()}, arguments{"a": number(1)}, false},
		{"none, one opaque argument", []predicates.Where{predicates.WhereNone()}, arguments{"a": {}}, false},
		{"any, missing", []predicates.Where{memo}, nil, true},
		{"any, present", []predicates.Where{memo}, arguments{"memo": {}}, true},
		{"any, another", []predicates.Where{memo}, arguments{"override": predicates.Bool(true)}, false},
		{"any, present beside another", []predicates.Where{memo}, arguments{"memo": {}, "override": predicates.Bool(true)}, false},
		{"any, other case", []predicates.Where{memo}, arguments{"Memo": {}}, false},
		{"all good", refund, good, true},
		{"with the free one", refund, with("memo", text("thanks")), true},
		{"with one that is not named", refund, with("override", predicates.Bool(true)), false},
		{"without a constrained one", refund, without("amount"), false},
		{"without the other", refund, without("currency"), false},
		{"too much", refund, with("amount", number(101)), false},
		{"a fraction too much", refund, with("amount", predicates.Decimal("100.01")), false},
		{"a fraction less", refund, with("amount", predicates.Decimal("99.99")), true},
		{"a text that looks like a number", refund, with("amount", text("50")), false},
		{"a list of amounts", refund, with("amount", predicates.List(number(1), number(100))), true},
		{"a list with one too much", refund, with("amount", predicates.List(number(1), number(101))), false},
		{"an empty list", refund, with("amount", predicates.List()), false},
		{"an opaque value", refund, with("amount", predicates.Opaque()), false},
		{"other currency", refund, with("currency", text("CHF")), false},
		{"other case", refund, with("currency", text("eur")), false},
		{"nothing at all", refund, nil, false},

		{"both bounds", []predicates.Where{predicates.AtLeast(1).On("x"), predicates.AtMost(3).On("x")}, arguments{"x": number(2)}, true},
		{"below the lower", []predicates.Where{predicates.AtLeast(1).On("x"), predicates.AtMost(3).On("x")}, arguments{"x": number(0)}, false},
		{"above the upper", []predicates.Where{predicates.AtLeast(1).On("x"), predicates.AtMost(3).On("x")}, arguments{"x": number(4)}, false},
		{"bounds in the other order", []predicates.Where{predicates.AtMost(3).On("x"), predicates.AtLeast(1).On("x")}, arguments{"x": number(4)}, false},
		{"bounds that exclude each other", []predicates.Where{predicates.AtMost(1).On("x"), predicates.AtLeast(3).On("x")}, arguments{"x": number(2)}, false},
		{"the last of eight", append(slices.Repeat([]predicates.Where{predicates.AtMost(9).On("x")}, 7), predicates.AtMost(1).On("x")), arguments{"x": number(2)}, false},
		{"at least its bound", []predicates.Where{predicates.AtLeast(5).On("x")}, arguments{"x": number(5)}, true},
		{"below at least", []predicates.Where{predicates.AtLeast(5).On("x")}, arguments{"x": number(4)}, false},
		{"at most its bound", []predicates.Where{predicates.AtMost(5).On("x")}, arguments{"x": number(5)}, true},
		{"above at most", []predicates.Where{predicates.AtMost(5).On("x")}, arguments{"x": number(6)}, false},
		{"negative", []predicates.Where{predicates.AtLeast(-5).On("x")}, arguments{"x": number(-5)}, true},
		{"below a negative", []predicates.Where{predicates.AtLeast(-5).On("x")}, arguments{"x": number(-6)}, false},

		{"a path", []predicates.Where{predicates.Matches("/data/reports/**").On("p")}, arguments{"p": text("/data/reports/2026/1")}, true},
		{"a path elsewhere", []predicates.Where{predicates.Matches("/data/reports/**").On("p")}, arguments{"p": text("/data/reports2")}, false},
		{"a relative path", []predicates.Where{predicates.Matches("/data/reports/**").On("p")}, arguments{"p": text("data/reports/1")}, false},
		{"a path that climbs", []predicates.Where{predicates.Matches("/data/**").On("p")}, arguments{"p": text("/data/../etc")}, false},
		{"a pattern as a value", []predicates.Where{predicates.Matches("customers/**").On("p")}, arguments{"p": text("customers/*")}, false},
		{"two slashes", []predicates.Where{predicates.Matches("a/**").On("p")}, arguments{"p": text("a//b")}, false},
		{"a trailing slash", []predicates.Where{predicates.Matches("a/**").On("p")}, arguments{"p": text("a/")}, false},
		{"an empty text", []predicates.Where{predicates.Matches("**").On("p")}, arguments{"p": text("")}, false},
		{"a control character", []predicates.Where{predicates.Matches("**").On("p")}, arguments{"p": text("a\n")}, false},
		{"a text too long for a name", []predicates.Where{predicates.Matches("**").On("p")}, arguments{"p": text(strings.Repeat("a/", 600) + "a")}, false},
		{"a number as a path", []predicates.Where{predicates.Matches("**").On("p")}, arguments{"p": number(7)}, false},
		{"the second pattern", []predicates.Where{predicates.Matches("a", "b/*").On("p")}, arguments{"p": text("b/c")}, true},

		{"a suffix", []predicates.Where{predicates.EndsWith("@example.com").On("to")}, arguments{"to": text("a@example.com")}, true},
		{"the suffix alone", []predicates.Where{predicates.EndsWith("@example.com").On("to")}, arguments{"to": text("@example.com")}, true},
		{"a longer end", []predicates.Where{predicates.EndsWith("@example.com").On("to")}, arguments{"to": text("a@example.com.evil.org")}, false},
		{"other case of the suffix", []predicates.Where{predicates.EndsWith("@example.com").On("to")}, arguments{"to": text("a@EXAMPLE.COM")}, false},
		{"the second suffix", []predicates.Where{predicates.EndsWith("x", "y").On("to")}, arguments{"to": text("ay")}, true},
		{"half a rune", []predicates.Where{predicates.EndsWith("\u00e9").On("to")}, arguments{"to": text("e\u0301")}, false},
	} {
		if got := grantPermits(t, c.arguments, c.where...); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// The encoded order of arguments is by length first, whatever order they came in;
// conditions stay as they came.
func TestGrantReadsBack(t *testing.T) {
	g, err := predicates.NewGrant(predicates.Interfaces{"b", "a:**"}, predicates.Resources{"/x/*", "x"},
		predicates.AtMost(9).On("bb"), predicates.Any().On("z"), predicates.OneOf(predicates.Text("t"), predicates.Int(-1), predicates.Bool(true)).On("aaa"),
		predicates.AtLeast(-3).On("bb"), predicates.Matches("p/*", "q").On("é"), predicates.EndsWith("", "s").On("ab"), predicates.AtMost(9).On("bb"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%q %q", g.Interfaces(), g.Resources()), `["b" "a:**"] ["/x/*" "x"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := fmt.Sprintf("%q", g.Arguments()), `["z" "ab" "bb" "é" "aaa"]`; got != want {
		t.Errorf("arguments: got %s, want %s", got, want)
	}
	if !g.Closed() {
		t.Error("the grant is not closed")
	}
	read := func(name string) string {
		s := ""
		for _, c := range g.Conditions(name) {
			s += fmt.Sprintf("%d %v %d %q;", c.Kind(), c.Values(), c.Bound(), c.Texts())
		}
		return s
	}
	for name, want := range map[string]string{
		"z":   "0 [] 0 [];",
		"ab":  `5 [] 0 ["" "s"];`,
		"bb":  "3 [] 9 [];2 [] -3 [];3 [] 9 [];",
		"é":   `4 [] 0 ["p/*" "q"];`,
		"aaa": `1 ["t" -1 true] 0 [];`,
		"no":  "",
		"":    "",
	} {
		if got := read(name); got != want {
			t.Errorf("conditions on %q: got %s, want %s", name, got, want)
		}
	}
	if g.Conditions("no") != nil {
		t.Error("conditions on an argument that is not named are not nil")
	}
}

func TestGrantIsImmutable(t *testing.T) {
	interfaces, resources := predicates.Interfaces{"i", "j"}, predicates.Resources{"r", "s"}
	values := []predicates.Value{predicates.Int(1), predicates.Int(2)}
	patterns, suffixes := []string{"p", "q"}, []string{"x", "y"}
	oneOf, matches, endsWith := predicates.OneOf(values...), predicates.Matches(patterns...), predicates.EndsWith(suffixes...)
	where := []predicates.Where{oneOf.On("a"), matches.On("b"), endsWith.On("c"), predicates.AtLeast(1).On("d"), predicates.AtMost(2).On("d")}
	g, err := predicates.NewGrant(interfaces, resources, where...)
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(g, oneOf, matches, endsWith)

	// What was given,
	interfaces[0], resources[0], values[0], patterns[0], suffixes[0] = "**", "**", predicates.Int(9), "**", ""
	where[0] = predicates.Any().On("a")
	// what was returned,
	g.Interfaces()[1], g.Resources()[1], g.Arguments()[1] = "**", "**", "zzz"
	g.Conditions("a")[0].Values()[1] = predicates.Int(9)
	g.Conditions("d")[1] = predicates.Any()
	g.Conditions("b")[0].Texts()[1] = "**"
	g.Conditions("c")[0].Texts()[1] = ""
	_ = append(g.Interfaces(), "**")
	_ = append(g.Conditions("d"), predicates.Any())
	// and what other grants are made of.
	if _, err := predicates.NewGrant(predicates.Interfaces{"i"}, predicates.Resources{"r"}, append(where[1:], predicates.Any().On("A"))...); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprint(g, oneOf, matches, endsWith); after != before {
		t.Errorf("got %s, want %s", after, before)
	}
}

func TestZeroGrant(t *testing.T) {
	var zero predicates.Grant
	if zero.Interfaces() != nil || zero.Resources() != nil || zero.Closed() || len(zero.Arguments()) > 0 || zero.Conditions("") != nil {
		t.Errorf("the zero grant is %v", zero)
	}
	if _, err := predicates.New(predicates.AllowGrant(zero)); err == nil || err.Error() != "predicates: allow[0]: the grant is empty" {
		t.Errorf("AllowGrant of the zero grant: %v", err)
	}
	if got := predicates.Any(); fmt.Sprint(got) != fmt.Sprint(predicates.Condition{}) || got.Kind() != 0 || got.Values() != nil || got.Texts() != nil || got.Bound() != 0 {
		t.Errorf("the zero condition is %v", got)
	}
}

// A bound grant names one interface, one resource and one value for each
// argument; beside a digest it may leave arguments out.
func TestBound(t *testing.T) {
	i, r := predicates.Interfaces{"db:read"}, predicates.Resources{"customers/1"}
	one := predicates.OneOf(predicates.Int(1)).On("x")
	for _, c := range []struct {
		name            string
		interfaces      predicates.Interfaces
		resources       predicates.Resources
		where           []predicates.Where
		alone, digested bool
	}{
		{"no arguments", i, r, []predicates.Where{predicates.WhereNone()}, true, true},
		{"free arguments", i, r, nil, false, true},
		{"one value", i, r, []predicates.Where{one}, true, true},
		{"a value each", i, r, []predicates.Where{one, predicates.OneOf(predicates.Text("")).On("y")}, true, true},
		{"two values", i, r, []predicates.Where{predicates.OneOf(predicates.Int(1), predicates.Int(2)).On("x")}, false, false},
		{"one and two values", i, r, []predicates.Where{one, predicates.OneOf(predicates.Int(1), predicates.Int(2)).On("y")}, false, false},
		{"any", i, r, []predicates.Where{predicates.Any().On("x")}, false, false},
		{"one value and any", i, r, []predicates.Where{one, predicates.Any().On("y")}, false, false},
		{"at least and at most the same", i, r, []predicates.Where{predicates.AtLeast(1).On("x"), predicates.AtMost(1).On("x")}, false, false},
		{"one value, twice", i, r, []predicates.Where{one, one}, false, false},
		{"at least", i, r, []predicates.Where{predicates.AtLeast(predicates.MaxInt).On("x")}, false, false},
		{"at most", i, r, []predicates.Where{predicates.AtMost(1).On("x")}, false, false},
		{"matches one name", i, r, []predicates.Where{predicates.Matches("a").On("x")}, false, false},
		{"ends with", i, r, []predicates.Where{predicates.EndsWith("a").On("x")}, false, false},
		{"two interfaces", predicates.Interfaces{"a", "b"}, r, []predicates.Where{one}, false, false},
		{"two resources", i, predicates.Resources{"a", "b"}, []predicates.Where{one}, false, false},
		{"star interface", predicates.Interfaces{"db:*"}, r, []predicates.Where{one}, false, false},
		{"star resource", i, predicates.Resources{"*/1"}, []predicates.Where{one}, false, false},
		{"starstar interface", predicates.Interfaces{"**"}, r, []predicates.Where{one}, false, false},
		{"starstar resource", i, predicates.Resources{"customers/**"}, []predicates.Where{one}, false, false},
		{"absolute resource", i, predicates.Resources{"/a"}, []predicates.Where{one}, true, true},
	} {
		allow := predicates.Allow(c.interfaces, c.resources, c.where...)
		good := predicates.Allow(i, r, predicates.WhereNone())
		digest := predicates.Digest([32]byte{})
		for _, x := range []struct {
			what       string
			statements []predicates.Statement
			want       bool
		}{
			{"alone", []predicates.Statement{allow}, c.alone},
			{"after a bound grant", []predicates.Statement{good, allow}, c.alone},
			{"before a bound grant", []predicates.Statement{allow, good}, c.alone},
			{"beside a digest", []predicates.Statement{allow, digest}, c.digested},
			{"beside a digest and a bound grant", []predicates.Statement{digest, good, allow}, c.digested},
		} {
			if got := newClaims(t, x.statements...).Bound(); got != x.want {
				t.Errorf("%s, %s: got %v, want %v", c.name, x.what, got, x.want)
			}
		}
	}
	for name, c := range map[string]predicates.Claims{
		"zero claims":          {},
		"allow nothing":        newClaims(t, predicates.AllowNothing()),
		"a digest alone":       newClaims(t, predicates.Digest([32]byte{1})),
		"a digest and nothing": newClaims(t, predicates.AllowNothing(), predicates.Digest([32]byte{1})),
	} {
		if c.Bound() {
			t.Errorf("%s: bound", name)
		}
	}
}

// What explains a denial agrees with what decides, and takes no malformed name.
func TestGrantMatchesNames(t *testing.T) {
	g, err := predicates.NewGrant(predicates.Interfaces{"a:*"}, predicates.Resources{"r/**"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                    string
		isInterface, isResource bool
	}{
		{"a:b", true, false},
		{"a:b:c", false, false},
		{"a:", false, false},
		{"r", false, true},
		{"r/x/y", false, true},
		{"r/", false, false},
		{"", false, false},
	} {
		if got := g.MatchesInterface(c.name); got != c.isInterface {
			t.Errorf("MatchesInterface(%q): got %v", c.name, got)
		}
		if got := g.MatchesResource(c.name); got != c.isResource {
			t.Errorf("MatchesResource(%q): got %v", c.name, got)
		}
	}
}
