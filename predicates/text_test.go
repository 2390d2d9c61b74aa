package predicates_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tapertoken/taper/predicates"
)

// Two keys as text: 32 zero bytes, and 31 zero bytes and a one.
const (
	textKey0 = "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	textKey1 = "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"
)

const textDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func ExampleParse() {
	c, err := predicates.Parse(`
		# what the analyzer may do
		allow database:read on customers/**, "order book/*"; until 2026-11-22T18:00:00Z
		uses 100 at db-gateway
	`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c)
	// Output:
	// allow database:read on customers/**, "order book/*"
	// until 2026-11-22T18:00:00Z
	// uses 100 at db-gateway
}

func ExampleParse_error() {
	_, err := predicates.Parse("until 2026-11-22T18:00:00Z\nallow database:read customers/**")
	fmt.Println(err)
	// Output:
	// predicates: line 2, column 21: expected "," or "on", found "customers/**"
}

func ExampleParseAt() {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	c, err := predicates.ParseAt("from +5m; until +1h30m", now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c)
	// Output:
	// until 2026-11-22T11:30:00Z
	// from 2026-11-22T10:05:00Z
}

func ExampleGrant_String() {
	g, err := predicates.NewGrant(
		predicates.Interfaces{"payments:refund"}, predicates.Resources{"orders/*"},
		predicates.AtMost(100).On("amount"),
		predicates.OneOf(predicates.Text("EUR"), predicates.Text("USD")).On("currency"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g)
	// Output:
	// payments:refund on orders/* where amount <= 100, currency in {"EUR", "USD"}
}

// sameText says that a text is canonical.
const sameText = "same"

var textValid = []struct{ name, text, want string }{
	{"one interface on one resource", `allow database:read on customers`, sameText},
	{"lists", `allow database:read, database:list on customers/**, orders/*`, sameText},
	{"stars", `allow ** on **`, sameText},
	{"one star", `allow *:read, * on */x, *`, sameText},
	{"absolute paths", `allow a on /data/**, /*`, sameText},
	{"two grants keep their order", "allow b on b\nallow a on a", sameText},
	{"equal grants", "allow a on a\nallow a on a", sameText},
	{"no grant", `allow nothing`, sameText},
	{"no arguments", `allow a on b where none`, sameText},
	{"all conditions", `allow a on b where a <= 100, b >= -5, c any, d in {"x", 5, true, false}, e ends {"@x", ""}, f matches {/data/**, x}`, sameText},
	{"several conditions on one argument", `allow a on b where a >= 1, a <= 100, a in {1, 2}`, sameText},
	{"arguments in encoded order, conditions as given",
		`allow a on b where ccc <= 3, bb <= 2, a <= 1, bb >= 0, aa any`,
		`allow a on b where a <= 1, aa any, bb <= 2, bb >= 0, ccc <= 3`},
	{"greatest integers", `allow a on b where a <= 9007199254740991, b >= -9007199254740991, c <= 0`, sameText},
	{"a text, a number and a boolean differ", `allow a on b where a in {"5", 5, "true", true}`, sameText},

	{"the first and the last second", "until 9999-12-31T23:59:59Z\nfrom 1970-01-01T00:00:00Z", sameText},
	{"a leap day", `until 2028-02-29T00:00:00Z`, sameText},
	{"uses", `uses 100 at db, 9007199254740991 at mail`, sameText},
	{"services", `services b, a`, sameText},
	{"delegations", `delegations 0`, sameText},
	{"most delegations", `delegations 15`, sameText},
	{"fresh", `fresh 1s`, sameText},
	{"longest fresh", `fresh 3600s`, sameText},
	{"cosigners", "cosigned by 2 of {" + textKey1 + ", " + textKey0 + "}", sameText},
	{"digest", "digest " + textDigest, sameText},
	{"label", `label "analyzer"`, sameText},
	{"empty label", `label ""`, sameText},
	{"extensions in encoded order", `extension example.com/region h'00ff', b h'', a h'0a'`,
		`extension a h'0a', b h'', example.com/region h'00ff'`},

	{"nothing at all", "", sameText},
	{"only blanks", " \t ", ""},
	{"only separators", ";;\n\n ; \t\n", ""},
	{"only comments", "# a\n \t# b; allow ** on **", ""},
	{"all statements, last first",
		`label "l"; extension x h''; digest ` + textDigest + `; cosigned by 1 of {` + textKey0 + `}; fresh 60s; delegations 2; ` +
			`services s; uses 1 at s; from 1970-01-01T00:00:00Z; until 1970-01-01T00:00:01Z; allow a on b`,
		"allow a on b\nuntil 1970-01-01T00:00:01Z\nfrom 1970-01-01T00:00:00Z\nuses 1 at s\nservices s\ndelegations 2\nfresh 60s\n" +
			"cosigned by 1 of {" + textKey0 + "}\ndigest " + textDigest + "\nextension x h''\nlabel \"l\""},
	{"grants apart", "allow a on b; fresh 1s\nallow c on d", "allow a on b\nallow c on d\nfresh 1s"},
	{"separators around", "\n;services a;\n", "services a"},
	{"a comment behind a statement", "services a, b# , c; allow ** on **\nfresh 1s #\u2028\u00e9", "services a, b\nfresh 1s"},
	{"blanks are optional", "allow a,b on c,d where a<=1,b>=-1,c in{1,true},d matches{x},e ends{\"y\"};cosigned by 1 of{" + textKey0 + "}",
		"allow a, b on c, d where a <= 1, b >= -1, c in {1, true}, d matches {x}, e ends {\"y\"}\ncosigned by 1 of {" + textKey0 + "}"},
	{"many blanks", "\tallow \t a ,\tb  on  c  where  x  <=  5 , y in { 1 , 2 }\t;", "allow a, b on c where x <= 5, y in {1, 2}"},

	{"a keyword as a name", `services "on", "allow", nowhere, On`, sameText},
	{"each keyword as a name",
		`allow "nothing" on "on" where "where" any, "none" any`, `allow "nothing" on "on" where "none" any, "where" any`},
	{"true and false as names", `services "true", "false"`, sameText},
	{"names that look like numbers and times", `services 5, 007, +1h, 2026-11-22T18:00:00Z, h, 60s, sha256:, -`, sameText},
	{"quotes that are not needed", `allow "database:read" on "customers/**" where "a" any`, `allow database:read on customers/** where a any`},
	{"a star in quotes is a star", `allow "*" on "**"`, `allow * on **`},
	{"a name with blanks", `services "a b", " "`, sameText},
	{"separators in names", `services "a;b", "a,b", "{a}", "a#b", "'", "h''", "<="`, sameText},
	{"escapes in names", `services "\"", "\\", "\\\""`, sameText},
	{"raw letters", `services "é", "😀"`, `services "\u{e9}", "\u{1f600}"`},
	{"escaped letters", `services "\u{0000E9}", "\u{41}\u{10ffff}"`, `services "\u{e9}", "A\u{10ffff}"`},
	{"a replacement character", `services "�"`, `services "\u{fffd}"`},
	{"a line separator in quotes", "services \"a\u2028b\"", `services "a\u{2028}b"`},
	{"a byte order mark in quotes", "services \"\ufeff\"", `services "\u{feff}"`},
	{"control characters in texts", `label "\u{0}\u{9}\u{a}\u{d}\u{7f}\u{9f}"`, sameText},
	{"control characters in values", `allow a on b where c in {"\u{a}"}, d ends {"\u{1b}"}`, sameText},
	{"a text that is a statement", `label "\u{a}allow ** on **; # \"x\" {}"`, sameText},
}

func TestParse(t *testing.T) {
	for _, test := range textValid {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			if want == sameText {
				want = test.text
			}
			c, err := predicates.Parse(test.text)
			if err != nil {
				t.Fatalf("%s\n%v", test.text, err)
			}
			if got := c.String(); got != want {
				t.Fatalf("%s\ngot  %s\nwant %s", test.text, got, want)
			}
			checkTextRoundTrip(t, c)
		})
	}
}

// checkTextRoundTrip asserts that claims without nonce and next key are what their
// text says, and that the text is printable ASCII and canonical.
func checkTextRoundTrip(t *testing.T, c predicates.Claims) {
	t.Helper()
	text := c.String()
	for _, b := range []byte(text) {
		if (b < ' ' || b > '~') && b != '\n' {
			t.Fatalf("byte 0x%02x in %q", b, text)
		}
	}
	if strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n") || strings.Contains(text, "\n\n") {
		t.Fatalf("an empty line in %q", text)
	}
	got, err := predicates.Parse(text)
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	if again := got.String(); again != text {
		t.Fatalf("printed again\n%s\nwant\n%s", again, text)
	}
	if !reflect.DeepEqual(got, c) {
		t.Fatalf("%s\ngot  %#v\nwant %#v", text, got, c)
	}
	if difference := differentClaim(got, c); difference != "" {
		t.Fatalf("%s\n%s differs", text, difference)
	}
}

// differentClaim names the first of claims 3 to 13 in which two claims differ, as
// their accessors show it, or returns "".
func differentClaim(a, b predicates.Claims) string {
	for claim := predicates.ClaimServices; claim <= predicates.ClaimFresh; claim++ {
		if a.Has(claim) != b.Has(claim) {
			return predicates.ClaimName(claim)
		}
	}
	read := func(c predicates.Claims) map[string]any {
		m := map[string]any{}
		m["services"], _ = c.Services()
		m["expires"], _ = c.Expires()
		m["starts"], _ = c.Starts()
		m["uses"], _ = c.Uses()
		m["delegations"], _ = c.Delegations()
		threshold, keys, _ := c.Cosigners()
		m["cosigners"] = []any{threshold, keys}
		m["digest"], _ = c.Digest()
		m["label"], _ = c.Label()
		m["extensions"], _ = c.Extensions()
		m["fresh"], _ = c.Fresh()
		grants, _ := c.Allow()
		var allow []any
		for _, g := range grants {
			grant := []any{g.Interfaces(), g.Resources(), g.Closed(), g.Arguments()}
			for _, name := range g.Arguments() {
				for _, c := range g.Conditions(name) {
					grant = append(grant, name, c.Kind(), c.Values(), c.Bound(), c.Texts())
				}
			}
			allow = append(allow, grant)
		}
		m["allow"] = allow
		return m
	}
	ma, mb := read(a), read(b)
	for claim := predicates.ClaimServices; claim <= predicates.ClaimFresh; claim++ {
		name := predicates.ClaimName(claim)
		if !reflect.DeepEqual(ma[name], mb[name]) {
			return name
		}
	}
	return ""
}

// KEY0, KEY1 and DIGEST stand for the constants above.
var textErrors = []struct{ name, text, want string }{
	// Statements and what stands between them.
	{"an unknown statement", `permit a on b`, `line 1, column 1: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found "permit"`},
	{"a statement in upper case", `Allow a on b`, `line 1, column 1: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found "Allow"`},
	{"a keyword that begins no statement", `where a any`, `line 1, column 1: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found the keyword "where"`},
	{"a quoted statement", `"allow" a on b`, `line 1, column 1: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found the quoted text "allow"`},
	{"a symbol for a statement", "fresh 1s\n\n  , services a", `line 3, column 3: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found ","`},
	{"two statements in one", `fresh 1s services a`, `line 1, column 10: expected the end of the statement, found the keyword "services"`},
	{"two statements on one line without separator", `allow a on b allow c on d`, `line 1, column 14: expected ",", "where" or the end of the statement, found the keyword "allow"`},
	{"a comma at the end", `services a,`, "line 1, column 12: expected the name of a service, found the end of the text"},
	{"a comma at the end of a line", "services a,\nb", "line 1, column 12: expected the name of a service, found the end of the line"},
	{"a comma at the start", `services , a`, `line 1, column 10: expected the name of a service, found ","`},
	{"a line end in a list", "allow a on b where c in {\n1}", "line 1, column 26: expected a quoted text, an integer, true or false, found the end of the line"},
	{"a line end in a statement", "allow a\non b", `line 1, column 8: expected "," or "on", found the end of the line`},
	{"a semicolon in a statement", "allow a on b where c in {1; 2}", `line 1, column 27: expected "," or "}", found ";"`},
	{"a comment in a statement", "allow a # on b\non b", `line 1, column 15: expected "," or "on", found the end of the line`},
	{"two untils", "until 2026-11-22T18:00:00Z\nuntil 2026-11-22T18:00:00Z", "line 2, column 1: expires: stands twice"},
	{"two froms", "from 2026-11-22T18:00:00Z;from 2026-11-22T18:00:01Z", "line 1, column 27: starts: stands twice"},
	{"two services", "services a; services b", "line 1, column 13: services: stands twice"},
	{"two uses", "uses 1 at a; uses 1 at b", "line 1, column 14: uses: stands twice"},
	{"two delegations", "delegations 1; delegations 1", "line 1, column 16: delegations: stands twice"},
	{"two freshes", "fresh 1s; fresh 1s", "line 1, column 11: fresh: stands twice"},
	{"two cosigneds", "cosigned by 1 of {KEY0}; cosigned by 1 of {KEY0}", "line 1, column 73: cosigners: stands twice"},
	{"two digests", "digest DIGEST; digest DIGEST", "line 1, column 81: digest: stands twice"},
	{"two labels", `label ""; label ""`, "line 1, column 11: label: stands twice"},
	{"two extensions", `extension a h''; extension b h''`, "line 1, column 18: extensions: stands twice"},
	{"two nothings", `allow nothing; allow nothing`, "line 1, column 16: allow: stands twice"},
	{"a grant beside nothing", "allow nothing\nallow a on b", `line 2, column 1: allow: "nothing" stands beside a grant`},
	{"nothing beside a grant", "allow a on b\nallow nothing", "line 2, column 1: allow: stands twice"},
	{"nothing on something", `allow nothing on b`, `line 1, column 15: expected the end of the statement, found the keyword "on"`},

	// Characters.
	{"CR LF", "fresh 1s\r\nservices a", "line 1, column 9: control character U+000D (expected lines that end in U+000A alone)"},
	{"CR alone", "services a\rallow ** on **", "line 1, column 11: control character U+000D (expected lines that end in U+000A alone)"},
	{"a null", "services a\x00", "line 1, column 11: control character U+0000 (expected none but line feed and tab)"},
	{"a control character in a comment", "services a # \x1b[2J", "line 1, column 14: control character U+001B (expected none but line feed and tab)"},
	{"a control character in quotes", "label \"\x07\"", "line 1, column 8: control character U+0007 (expected none but line feed and tab)"},
	{"a delete", "fresh 1s\n\x7f", "line 2, column 1: control character U+007F (expected none but line feed and tab)"},
	{"a C1 control character", "label \"\u0085\"", "line 1, column 8: control character U+0085 (expected none but line feed and tab)"},
	{"a tab in quotes", "label \"a\tb\"", `line 1, column 9: control character U+0009 in quotes (expected \u{9})`},
	{"a line end in quotes", "label \"a\nb\"", "line 1, column 7: expected a closing quote on the same line"},
	{"no UTF-8", "label \"a\xffb\"", "line 1, column 9: byte 0xff (expected UTF-8)"},
	{"overlong UTF-8", "label \"\xc0\xaf\"", "line 1, column 8: byte 0xc0 (expected UTF-8)"},
	{"a surrogate in UTF-8", "# \xed\xa0\x80", "line 1, column 3: byte 0xed (expected UTF-8)"},
	{"a byte order mark", "\ufeffservices a", `line 1, column 1: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found "\u{feff}" outside quotes`},
	{"a line separator between statements", "services a\u2028allow ** on **", `line 1, column 11: expected "," or the end of the statement, found "\u{2028}" outside quotes`},
	{"a no-break space", "services\u00a0a", `line 1, column 9: expected the name of a service, found "\u{a0}" outside quotes`},
	{"a letter outside quotes", "services café", `line 1, column 13: expected "," or the end of the statement, found "\u{e9}" outside quotes`},
	{"a letter in quotes counts as one column", `services "é" "b"`, `line 1, column 14: expected "," or the end of the statement, found the quoted text "b"`},
	{"full-width semicolon", "services a；services b", `line 1, column 11: expected "," or the end of the statement, found "\u{ff1b}" outside quotes`},
	{"single quotes", `services 'a'`, `line 1, column 10: expected the name of a service, found "'"`},
	{"a backslash", `services a\b`, `line 1, column 11: expected "," or the end of the statement, found "\\"`},
	{"brackets", `services [a]`, `line 1, column 10: expected the name of a service, found "["`},
	{"an ampersand", `services a & b`, `line 1, column 12: expected "," or the end of the statement, found "&"`},
	{"a slash comment", "services a // b", `line 1, column 12: expected "," or the end of the statement, found "//"`},

	// Quotes and escapes.
	{"an open quote", `fresh 1s; services "a`, "line 1, column 20: expected a closing quote on the same line"},
	{"an escaped closing quote", `services "a\"`, "line 1, column 10: expected a closing quote on the same line"},
	{"an unknown escape", `label "a\nb"`, `line 1, column 9: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an escape without braces", `label "\u0041"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an empty escape", `label "\u{}"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an escape of seven digits", `label "\u{0000041}"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an escape without end", `label "\u{41"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an escape with a sign", `label "\u{+41}"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an escape of a surrogate", `label "\u{d800}"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an escape beyond Unicode", `label "\u{110000}"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an escape cut off by the end", `label "\`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"an upper case escape", `label "\U{41}"`, `line 1, column 8: expected \", \\ or \u{1 to 6 hexadecimal digits of a code point}`},
	{"quotes against a word", `services "a"b`, `line 1, column 13: expected a blank, found "b"`},
	{"a word against quotes", `services a"b"`, `line 1, column 11: expected a blank, found the quoted text "b"`},
	{"quotes against quotes", `services "a""b"`, `line 1, column 13: expected a blank, found the quoted text "b"`},
	{"a keyword against quotes", `allow "a"on b`, `line 1, column 10: expected a blank, found the keyword "on"`},
	{"bytes against a name", `extension "a"h''`, "line 1, column 14: expected a blank, found bytes"},

	// Grants.
	{"nothing allowed", `allow`, "line 1, column 6: expected an interface, found the end of the text"},
	{"no resource", `allow a`, `line 1, column 8: expected "," or "on", found the end of the text`},
	{"no resource after on", `allow a on`, "line 1, column 11: expected a resource, found the end of the text"},
	{"a keyword for an interface", `allow any on b`, `line 1, column 7: expected an interface, found the keyword "any" (quote it if it is a name)`},
	{"a keyword for a resource", `allow a on none`, `line 1, column 12: expected a resource, found the keyword "none" (quote it if it is a name)`},
	{"no interface", `allow on b`, `line 1, column 7: expected an interface, found the keyword "on" (quote it if it is a name)`},
	{"an empty where", `allow a on b where`, "line 1, column 19: expected the name of an argument, found the end of the text"},
	{"a keyword for an argument", `allow a on b where in in {1}`, `line 1, column 20: expected the name of an argument, found the keyword "in" (quote it if it is a name)`},
	{"none beside an argument", `allow a on b where none, c any`, `line 1, column 24: expected the end of the statement, found ","`},
	{"an argument beside none", `allow a on b where c any, none`, `line 1, column 27: expected the name of an argument, found the keyword "none" (quote it if it is a name)`},
	{"and", `allow a on b where c <= 1 and c >= 0`, `line 1, column 27: expected "," or the end of the statement, found "and"`},
	{"less than", `allow a on b where c < 5`, `line 1, column 22: expected "<=", ">=", "any", "in", "matches" or "ends", found "<"`},
	{"greater than", `allow a on b where c > 5`, `line 1, column 22: expected "<=", ">=", "any", "in", "matches" or "ends", found ">"`},
	{"equals", `allow a on b where c = 5`, `line 1, column 22: expected "<=", ">=", "any", "in", "matches" or "ends", found "="`},
	{"a condition that is none", `allow a on b where c like {x}`, `line 1, column 22: expected "<=", ">=", "any", "in", "matches" or "ends", found "like"`},
	{"a condition that is missing", `allow a on b where c, d any`, `line 1, column 21: expected "<=", ">=", "any", "in", "matches" or "ends", found ","`},
	{"two wheres", `allow a on b where c any where d any`, `line 1, column 26: expected "," or the end of the statement, found the keyword "where"`},
	{"an empty set", `allow a on b where c in {}`, `line 1, column 26: expected a quoted text, an integer, true or false, found "}"`},
	{"a set without braces", `allow a on b where c in 5`, `line 1, column 25: expected "{", found "5"`},
	{"a set that does not end", `allow a on b where c in {5`, `line 1, column 27: expected "," or "}", found the end of the text`},
	{"a comma at the end of a set", `allow a on b where c in {5,}`, `line 1, column 28: expected a quoted text, an integer, true or false, found "}"`},
	{"a set in a set", `allow a on b where c in {{5}}`, `line 1, column 26: expected a quoted text, an integer, true or false, found "{"`},
	{"a bare text in a set", `allow a on b where c in {EUR}`, `line 1, column 26: expected a quoted text, an integer, true or false, found "EUR"`},
	{"a fraction", `allow a on b where c <= 99.99`, `line 1, column 25: expected an integer, found "99.99"`},
	{"a text as a bound", `allow a on b where c <= "5"`, `line 1, column 25: expected an integer, found the quoted text "5"`},
	{"an exponent", `allow a on b where c <= 1e2`, `line 1, column 25: expected an integer, found "1e2"`},
	{"minus zero", `allow a on b where c in {-0}`, `line 1, column 26: expected an integer from -9007199254740991 to 9007199254740991 without leading zeros, found "-0"`},
	{"a leading zero", `allow a on b where c in {05}`, `line 1, column 26: expected an integer from -9007199254740991 to 9007199254740991 without leading zeros, found "05"`},
	{"a plus sign", `allow a on b where c in {+5}`, `line 1, column 26: expected a quoted text, an integer, true or false, found "+5"`},
	{"an integer too great", `allow a on b where c in {9007199254740992}`, `line 1, column 26: expected an integer from -9007199254740991 to 9007199254740991 without leading zeros, found "9007199254740992"`},
	{"an integer too small", `allow a on b where c >= -9007199254740992`, `line 1, column 25: expected an integer from -9007199254740991 to 9007199254740991 without leading zeros, found "-9007199254740992"`},
	{"an integer beyond 64 bits", `allow a on b where c >= 18446744073709551617`, `line 1, column 25: expected an integer from -9007199254740991 to 9007199254740991 without leading zeros, found "18446744073709551617"`},
	{"True", `allow a on b where c in {True}`, `line 1, column 26: expected a quoted text, an integer, true or false, found "True"`},
	{"a bare suffix", `allow a on b where c ends {x}`, `line 1, column 28: expected a quoted text, found "x"`},
	{"a keyword for a pattern", `allow a on b where c matches {any}`, `line 1, column 31: expected a pattern, found the keyword "any" (quote it if it is a name)`},

	// Grants that are well written and not valid.
	{"an empty interface", `allow "" on b`, `line 1, column 7: allow[0].interfaces[0]: pattern "" is empty`},
	{"an empty segment", `allow a on b, c//d`, `line 1, column 15: allow[0].resources[1]: pattern "c//d" has an empty segment`},
	{"the root directory", `allow a on /`, `line 1, column 12: allow[0].resources[0]: pattern "/" has an empty segment`},
	{"dots", `allow a on "x y", "a/../b"`, `line 1, column 19: allow[0].resources[1]: pattern "a/../b" has a segment . or ..`},
	{"a star in a segment", `allow a on b, c*`, `line 1, column 15: allow[0].resources[1]: pattern "c*" has a * inside a segment (a * is a whole segment)`},
	{"two stars before the end", `allow a, b:**:c on b`, `line 1, column 10: allow[0].interfaces[1]: pattern "b:**:c" has ** before its last segment`},
	{"a pattern twice", `allow a on b, c, "b"`, `line 1, column 18: allow[0].resources[2]: pattern "b" stands twice`},
	{"a fault in the second grant", "allow a on b\nallow a, b, a on c", `line 2, column 13: allow[1].interfaces[2]: pattern "a" stands twice`},
	{"a control character in a name", `services a, "\u{1b}"`, `line 1, column 13: services[1]: service "\u{1b}" holds a control character`},
	{"a value twice", `allow a on b where c in {"x", 1, "\u{78}"}`, `line 1, column 20: allow[0].arguments["c"]: value "x" stands twice`},
	{"a suffix twice", `allow a on b where x any, c ends {"x", "x"}`, `line 1, column 27: allow[0].arguments["c"]: text "x" stands twice`},
	{"a bad pattern in a set", `allow a on b where c matches {x, y//z}`, `line 1, column 34: allow[0].arguments["c"][1]: pattern "y//z" has an empty segment`},
	{"a bad pattern for an argument named 0", `allow a on b where 0 matches {x, y/.}`, `line 1, column 34: allow[0].arguments["0"][1]: pattern "y/." has a segment . or ..`},
	{"any beside a condition", `allow a on b where c <= 1, c any`, `line 1, column 28: allow[0].arguments["c"]: "any" stands beside another condition`},
	{"an argument without name", `allow a on b where "" any`, `line 1, column 20: allow[0].arguments[""]: the name of the argument is empty`},

	// Times.
	{"no time", `until`, "line 1, column 6: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found the end of the text"},
	{"a date", `until 2026-11-22`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-11-22"`},
	{"a time zone", `until 2026-11-22T18:00:00+01:00`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-11-22T18:00:00+01:00"`},
	{"a fraction of a second", `until 2026-11-22T18:00:00.5Z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-11-22T18:00:00.5Z"`},
	{"a lower case time", `until 2026-11-22t18:00:00z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-11-22t18:00:00z"`},
	{"a blank in a time", `until 2026-11-22 18:00:00Z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-11-22"`},
	{"a time in quotes", `until "2026-11-22T18:00:00Z"`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found the quoted text "2026-11-22T18:00:00Z"`},
	{"seconds since 1970", `until 1795370400`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "1795370400"`},
	{"a day that is not in the calendar", `until 2026-02-29T00:00:00Z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-02-29T00:00:00Z"`},
	{"hour 24", `until 2026-11-22T24:00:00Z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-11-22T24:00:00Z"`},
	{"a leap second", `until 2016-12-31T23:59:60Z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2016-12-31T23:59:60Z"`},
	{"a one-digit hour", `until 2026-11-22T8:00:00Z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "2026-11-22T8:00:00Z"`},
	{"the year 1969", `from 1969-12-31T23:59:59Z`, `line 1, column 6: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "1969-12-31T23:59:59Z"`},
	{"the year 10000", `until 10000-01-01T00:00:00Z`, `line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "10000-01-01T00:00:00Z"`},
	{"a relative time without clock", "fresh 1s\nuntil +1h", "line 2, column 7: a relative time needs a clock: expected YYYY-MM-DDThh:mm:ssZ"},
	{"a relative start without clock", `from +5m`, "line 1, column 6: a relative time needs a clock: expected YYYY-MM-DDThh:mm:ssZ"},

	// Numbers.
	{"no uses", `uses 0 at a`, `line 1, column 6: expected a number of uses from 1 to 9007199254740991, found "0"`},
	{"uses without number", `uses at a`, `line 1, column 6: expected a number of uses from 1 to 9007199254740991, found the keyword "at"`},
	{"uses without service", `uses 5`, `line 1, column 7: expected "at", found the end of the text`},
	{"uses without at", `uses 5 db`, `line 1, column 8: expected "at", found "db"`},
	{"uses of a keyword", `uses 5 at at`, `line 1, column 11: expected the name of a service, found the keyword "at" (quote it if it is a name)`},
	{"uses too many", `uses 9007199254740992 at a`, `line 1, column 6: expected a number of uses from 1 to 9007199254740991, found "9007199254740992"`},
	{"uses with separators", `uses 1_000 at a`, `line 1, column 6: expected a number of uses from 1 to 9007199254740991, found "1_000"`},
	{"uses below zero", `uses -1 at a`, `line 1, column 6: expected a number of uses from 1 to 9007199254740991, found "-1"`},
	{"uses twice at one service", `uses 1 at a, 2 at b, 3 at "a"`, `line 1, column 22: uses[2]: service "a" stands twice`},
	{"a service twice", `services a, b, a`, `line 1, column 16: services[2]: service "a" stands twice`},
	{"17 services", `services a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q`, "line 1, column 1: services: holds 17 names (expected 1 to 16)"},
	{"16 delegations", `delegations 16`, `line 1, column 13: expected a number of delegations from 0 to 15, found "16"`},
	{"delegations below zero", `delegations -1`, `line 1, column 13: expected a number of delegations from 0 to 15, found "-1"`},
	{"delegations far out", `delegations 4294967297`, `line 1, column 13: expected a number of delegations from 0 to 15, found "4294967297"`},
	{"delegations in quotes", `delegations "2"`, `line 1, column 13: expected a number of delegations from 0 to 15, found the quoted text "2"`},
	{"fresh without unit", `fresh 60`, `line 1, column 7: expected seconds from 1s to 3600s, found "60"`},
	{"fresh in minutes", `fresh 1m`, `line 1, column 7: expected seconds from 1s to 3600s, found "1m"`},
	{"fresh of nothing", `fresh 0s`, `line 1, column 7: expected seconds from 1s to 3600s, found "0s"`},
	{"fresh too long", `fresh 3601s`, `line 1, column 7: expected seconds from 1s to 3600s, found "3601s"`},
	{"fresh in two words", `fresh 60 s`, `line 1, column 7: expected seconds from 1s to 3600s, found "60"`},

	// Keys, bytes and texts.
	{"cosigned without by", `cosigned 1 of {KEY0}`, `line 1, column 10: expected "by", found "1"`},
	{"cosigned by nobody", `cosigned by 1 of {}`, `line 1, column 19: expected a key, ed25519: and 43 characters of base64url, found "}"`},
	{"cosigned by none of one", `cosigned by 0 of {KEY0}`, `line 1, column 13: expected a number of keys from 1 to 8, found "0"`},
	{"cosigned by two of one", `cosigned by 2 of {KEY0}`, "line 1, column 1: cosigners: demands 2 of 1 keys"},
	{"cosigned by nine", `cosigned by 9 of {KEY0}`, `line 1, column 13: expected a number of keys from 1 to 8, found "9"`},
	{"a cosigner twice", `cosigned by 1 of {KEY0, KEY1, KEY0}`, "line 1, column 125: cosigners[2]: key ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA stands twice"},
	{"a key in quotes", `cosigned by 1 of {"KEY0"}`, `line 1, column 19: expected a key, ed25519: and 43 characters of base64url, found the quoted text "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`},
	{"a key without prefix", `cosigned by 1 of {AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}`, `line 1, column 19: expected a key, ed25519: and 43 characters of base64url, found "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`},
	{"a key that is too short", `cosigned by 1 of {ed25519:AAAA}`, `line 1, column 19: expected a key, ed25519: and 43 characters of base64url, found "ed25519:AAAA"`},
	{"a key with trailing bits", `cosigned by 1 of {ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB}`, `line 1, column 19: expected a key, ed25519: and 43 characters of base64url, found "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"`},
	{"a key in ordinary base64", `cosigned by 1 of {ed25519:/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}`, `line 1, column 19: expected a key, ed25519: and 43 characters of base64url, found "ed25519:/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`},
	{"a short digest", `digest sha256:e3b0`, `line 1, column 8: expected sha256: and 64 lower case hexadecimal digits, found "sha256:e3b0"`},
	{"a digest that is too long", `digest DIGEST00`, `line 1, column 8: expected sha256: and 64 lower case hexadecimal digits, found "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495"...`},
	{"a digest with a letter too many", `digest sha256:g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`, `line 1, column 8: expected sha256: and 64 lower case hexadecimal digits, found "sha256:g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495"...`},
	{"a digest without its hash", `digest e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`, `line 1, column 8: expected sha256: and 64 lower case hexadecimal digits, found "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b785"...`},
	{"a digest in upper case", `digest sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855`, `line 1, column 8: expected sha256: and 64 lower case hexadecimal digits, found "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495"...`},
	{"a digest of another hash", `digest sha512:e3b0`, `line 1, column 8: expected sha256: and 64 lower case hexadecimal digits, found "sha512:e3b0"`},
	{"a digest in quotes", `digest "DIGEST"`, `line 1, column 8: expected sha256: and 64 lower case hexadecimal digits, found the quoted text "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495"...`},
	{"a bare label", `label analyzer`, `line 1, column 7: expected a quoted text, found "analyzer"`},
	{"no label", `label # none`, "line 1, column 13: expected a quoted text, found the end of the text"},
	{"two labels in one", `label "a", "b"`, `line 1, column 10: expected the end of the statement, found ","`},
	{"an extension without value", `extension a`, "line 1, column 12: expected bytes such as h'0a', found the end of the text"},
	{"a text as an extension", `extension a "b"`, `line 1, column 13: expected bytes such as h'0a', found the quoted text "b"`},
	{"odd bytes", `extension a h'0'`, "line 1, column 16: expected pairs of lower case hexadecimal digits and then '"},
	{"bytes in upper case", `extension a h'0A'`, "line 1, column 16: expected pairs of lower case hexadecimal digits and then '"},
	{"bytes without end", `extension a h'00`, "line 1, column 17: expected pairs of lower case hexadecimal digits and then '"},
	{"bytes in double quotes", `extension a h"00"`, `line 1, column 13: expected bytes such as h'0a', found "h"`},
	{"bytes with a blank", `extension a h'00 00'`, "line 1, column 17: expected pairs of lower case hexadecimal digits and then '"},
	{"an extension twice", `extension bb h'', a h'00', bb h'01'`, `line 1, column 28: extensions["bb"]: stands twice`},
	{"an extension without name", `extension a h'', "" h''`, `line 1, column 18: extensions[""]: the name of the extension is empty`},
	{"nine extensions", `extension a h'', b h'', c h'', d h'', e h'', f h'', g h'', h h'', i h''`, "line 1, column 67: extensions: holds 9 extensions (expected 1 to 8)"},
	{"the nonce", `nonce h'0000000000000000'`, `line 1, column 1: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found "nonce"`},
	{"the next key", `next KEY0`, `line 1, column 1: expected a statement (allow, until, from, uses, services, delegations, fresh, cosigned, digest, extension, label), found "next"`},
}

var expandText = strings.NewReplacer("KEY0", textKey0, "KEY1", textKey1, "DIGEST", textDigest)

func TestParseErrors(t *testing.T) {
	for _, test := range textErrors {
		t.Run(test.name, func(t *testing.T) {
			text := expandText.Replace(test.text)
			c, err := predicates.Parse(text)
			if err == nil {
				t.Fatalf("%q: no error, read\n%s", text, c)
			}
			if got, want := err.Error(), "predicates: "+test.want; got != want {
				t.Errorf("%q\ngot  %s\nwant %s", text, got, want)
			}
			if !reflect.DeepEqual(c, predicates.Claims{}) {
				t.Errorf("%q: claims beside an error:\n%s", text, c)
			}
			checkSyntaxError(t, text, err)
		})
	}
}

// checkSyntaxError asserts that an error of a parser is one line of printable
// characters, and points into the text or right behind it.
func checkSyntaxError(t *testing.T, text string, err error) {
	t.Helper()
	var e *predicates.SyntaxError
	if !errors.As(err, &e) {
		t.Fatalf("%q: a %T, want a *SyntaxError: %v", text, err, err)
	}
	lines := strings.Split(text, "\n")
	if e.Line < 1 || e.Line > len(lines) || e.Column < 1 || e.Column > utf8.RuneCountInString(lines[e.Line-1])+1 {
		t.Errorf("%q: line %d, column %d is not in the text: %v", text, e.Line, e.Column, err)
	}
	for _, r := range err.Error() {
		if (r < ' ' || r > '~') && r != '±' && r != '−' {
			t.Errorf("%q: %U in %q", text, r, err)
		}
	}
	if len(err.Error()) > 1024 {
		t.Errorf("%q: a message of %d bytes", text, len(err.Error()))
	}
}

// Whoever asks for the claims' own error gets it, with the path that New gives.
func TestParseErrorUnwraps(t *testing.T) {
	tests := []struct{ text, path, reason string }{
		{"services a, b, a", "services[2]", `service "a" stands twice`},
		{"allow a on b; allow a on c//d", "allow[1].resources[0]", `pattern "c//d" has an empty segment`},
		{"allow a on b where c matches {x, x}", `allow[0].arguments["c"][1]`, `pattern "x" stands twice`},
		{"until 1970-01-01T00:00:00Z\nuntil 1970-01-01T00:00:00Z", "expires", "stands twice"},
		{"extension a h'', a h''", `extensions["a"]`, "stands twice"},
	}
	for _, test := range tests {
		_, err := predicates.Parse(test.text)
		var e *predicates.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v holds no *Error", test.text, err)
			continue
		}
		if e.Path != test.path || e.Reason != test.reason {
			t.Errorf("%q\ngot  %s: %s\nwant %s: %s", test.text, e.Path, e.Reason, test.path, test.reason)
		}
	}
	_, err := predicates.Parse("services")
	var e *predicates.Error
	if errors.As(err, &e) {
		t.Errorf("a fault of the text holds %v", e)
	}
}

func TestParseBounds(t *testing.T) {
	longest := "#" + strings.Repeat("x", 1<<19-1)
	if _, err := predicates.Parse(longest); err != nil {
		t.Errorf("%d bytes: %v", len(longest), err)
	}
	_, err := predicates.Parse(longest + "x")
	want := "predicates: line 1, column 1: the text is 524289 bytes long (expected at most 524288)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}

	repeat := func(format string, n int) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(items, ", ")
	}
	tests := []struct{ name, good, bad, want string }{
		{"services", "services " + repeat("s%d", 16), "services " + repeat("s%d", 17),
			"column 1: services: holds 17 names (expected 1 to 16)"},
		{"uses", "uses " + repeat("1 at s%d", 16), "uses " + repeat("1 at s%d", 17),
			"column 1: uses: holds 17 limits (expected 1 to 16)"},
		{"interfaces", "allow " + repeat("i%d", 64) + " on b", "fresh 1s; allow " + repeat("i%d", 65) + " on b",
			"column 327: more than 64 items in a list"},
		{"resources", "allow a on " + repeat("r%d", 64), "allow a on " + repeat("r%d", 65),
			"column 322: more than 64 items in a list"},
		{"grants", strings.Repeat("allow a on b;", 64), strings.Repeat("allow a on b;", 65),
			"column 833: allow: more than 64 grants"},
		{"arguments", "allow a on b where " + repeat("a%d any", 32), "allow a on b where " + repeat("a%d any", 33),
			"column 298: allow[0].arguments: more than 32 arguments"},
		{"conditions", "allow a on b where " + repeat("a >= %d", 8), "allow a on b where " + repeat("a >= %d", 9),
			"column 84: allow[0].arguments[\"a\"]: more than 8 conditions"},
		{"values", "allow a on b where a in {" + repeat("%d", 64) + "}", "allow a on b where a in {" + repeat("%d", 65) + "}",
			"column 272: more than 64 items in a list"},
		{"suffixes", "allow a on b where a ends {" + repeat("\"%d\"", 64) + "}", "allow a on b where a ends {" + repeat("\"%d\"", 65) + "}",
			"column 402: more than 64 items in a list"},
		{"patterns", "allow a on b where a matches {" + repeat("%d", 64) + "}", "allow a on b where a matches {" + repeat("%d", 65) + "}",
			"column 277: more than 64 items in a list"},
		{"extensions", "extension " + repeat("x%d h''", 8), "extension " + repeat("x%d h''", 9),
			"column 75: extensions: holds 9 extensions (expected 1 to 8)"},
		{"a service's name", "services " + strings.Repeat("a", 256), "services b, " + strings.Repeat("a", 257),
			"column 13: services[1]: service \"" + strings.Repeat("a", 59) + "\"... is longer than 256 bytes"},
		{"a label, counted in bytes", `label "` + strings.Repeat("é", 128) + `"`, `label "` + strings.Repeat("é", 128) + `x"`,
			"column 1: label: is 257 bytes long (expected at most 256)"},
		{"an extension's value", "extension a h'" + strings.Repeat("00", 1024) + "'", "extension a h'" + strings.Repeat("00", 1025) + "'",
			"column 11: extensions[\"a\"]: value is 1025 bytes long (expected at most 1024)"},
		{"a text", `allow a on b where c in {"` + strings.Repeat("x", 1024) + `"}`, `allow a on b where c in {"` + strings.Repeat("x", 1025) + `"}`,
			"column 20: allow[0].arguments[\"c\"]: text is 1025 bytes long (expected at most 1024)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := predicates.Parse(test.good)
			if err != nil {
				t.Errorf("within bounds: %v", err)
			}
			checkTextRoundTrip(t, c)
			_, err = predicates.Parse(test.bad)
			if want := "predicates: line 1, " + test.want; err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

// No token holds claims whose text is too long to read. The worst is the name of
// an argument with eight conditions: 284 bytes of a token are 6,216 of text.
func TestLongestText(t *testing.T) {
	var statements []predicates.Statement
	size := 0
	for size+284 <= 16384 {
		var where []predicates.Where
		for i := 0; i < 32 && size+284 <= 16384; i++ {
			name := strings.Repeat("\u00a0", 127) + string(rune(0xa1+i))
			for range 8 {
				where = append(where, predicates.AtLeast(0).On(name))
			}
			size += 284
		}
		statements = append(statements, predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}, where...))
	}
	c, err := predicates.New(statements...)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.String()); n < 350_000 {
		t.Errorf("the text has %d bytes, which is not the worst", n)
	}
	checkTextRoundTrip(t, c)
}

func TestParseAt(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	later := now.Add(time.Nanosecond)
	tests := []struct {
		name, text string
		now        time.Time
		want       string // the canonical text, or the error
	}{
		{"an hour", "until +1h", now, "until 2026-11-22T11:00:00Z"},
		{"a second", "until +1s", now, "until 2026-11-22T10:00:01Z"},
		{"all units", "until +1d2h3m4s", now, "until 2026-11-23T12:03:04Z"},
		{"some units", "until +2d30s", now, "until 2026-11-24T10:00:30Z"},
		{"more than the next unit", "until +90m", now, "until 2026-11-22T11:30:00Z"},
		{"over a leap day", "until +10d", time.Date(2028, 2, 20, 0, 0, 0, 0, time.UTC), "until 2028-03-01T00:00:00Z"},
		{"from", "from +5m", now, "from 2026-11-22T10:05:00Z"},
		{"absolute times too", "until 2026-11-22T18:00:00Z", now, "until 2026-11-22T18:00:00Z"},
		{"a fraction is cut off until", "until +1h", later, "until 2026-11-22T11:00:00Z"},
		{"a fraction is rounded up from", "from +1h", later, "from 2026-11-22T11:00:01Z"},
		{"another zone", "until +1h", now.In(time.FixedZone("", 3600)), "until 2026-11-22T11:00:00Z"},
		{"up to the last second", "until +1s", time.Unix(predicates.MaxTime-1, 0), "until 9999-12-31T23:59:59Z"},
		{"a clock at its first second", "until +1s", time.Unix(0, 0), "until 1970-01-01T00:00:01Z"},
		{"no relative time needs no clock", "fresh 1s", time.Time{}, "fresh 1s"},

		{"beyond the last second", "until +1s", time.Unix(predicates.MaxTime, 0),
			"line 1, column 1: expires: time is outside the years 1970 to 9999 (expected seconds)"},
		{"far beyond", "from +999999999d", now,
			"line 1, column 1: starts: time is outside the years 1970 to 9999 (expected seconds)"},
		{"no clock", "until +1h", time.Time{}, "line 1, column 7: the clock is outside the years 1970 to 9999"},
		{"a clock before 1970", "until +2h", time.Unix(-1, 0), "line 1, column 7: the clock is outside the years 1970 to 9999"},
		{"a clock after 9999", "until +1s", time.Unix(1<<62, 0), "line 1, column 7: the clock is outside the years 1970 to 9999"},
		{"nothing behind the plus", "until +", now, relativeTimeError("+")},
		{"no unit", "until +60", now, relativeTimeError("+60")},
		{"no number", "until +h", now, relativeTimeError("+h")},
		{"units in ascending order", "until +30m1h", now, relativeTimeError("+30m1h")},
		{"a unit twice", "until +1h1h", now, relativeTimeError("+1h1h")},
		{"an unknown unit", "until +1w", now, relativeTimeError("+1w")},
		{"an upper case unit", "until +1H", now, relativeTimeError("+1H")},
		{"zero", "until +0s", now, relativeTimeError("+0s")},
		{"a leading zero", "until +01h", now, relativeTimeError("+01h")},
		{"two signs", "until ++1h", now, relativeTimeError("++1h")},
		{"a fraction", "until +1.5h", now, relativeTimeError("+1.5h")},
		{"ten digits", "until +1000000000s", now, relativeTimeError("+1000000000s")},
		{"a number at the end", "until +1h30", now, relativeTimeError("+1h30")},
		{"milliseconds", "until +100ms", now, relativeTimeError("+100ms")},
		{"below zero", "until -1h", now,
			`line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found "-1h"`},
		{"in quotes", `until "+1h"`, now,
			`line 1, column 7: expected YYYY-MM-DDThh:mm:ssZ in the years 1970 to 9999, found the quoted text "+1h"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := predicates.ParseAt(test.text, test.now)
			got := c.String()
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "predicates: ")
				checkSyntaxError(t, test.text, err)
			}
			if got != test.want {
				t.Errorf("%s\ngot  %s\nwant %s", test.text, got, test.want)
			}
		})
	}
}

func relativeTimeError(found string) string {
	return `line 1, column 7: expected a time such as +2d, +1h30m or +90s, or YYYY-MM-DDThh:mm:ssZ, found "` + found + `"`
}

// Times are in UTC wherever they are printed.
func TestStringOfTimesIsUTC(t *testing.T) {
	local := time.Local
	defer func() { time.Local = local }()
	time.Local = time.FixedZone("", 3600)
	c, err := predicates.New(predicates.ExpiresUnix(60), predicates.StartsUnix(0))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.String(), "until 1970-01-01T00:01:00Z\nfrom 1970-01-01T00:00:00Z"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	checkTextRoundTrip(t, c)
}

// The nonce and the next key have no text, and leave none behind.
func TestStringLeavesOut(t *testing.T) {
	c, err := predicates.New(predicates.Nonce([8]byte{1}), predicates.Next(predicates.Key{2}))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.String(); got != "" {
		t.Errorf("got %q, want no text", got)
	}
	c, err = c.With(predicates.Fresh(1), predicates.Label(""))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.String(), "fresh 1s\nlabel \"\""; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStringOfParts(t *testing.T) {
	if got := (predicates.Grant{}).String(); got != "nothing" {
		t.Errorf("the zero grant prints as %q, want nothing", got)
	}
	tests := []struct {
		condition predicates.Condition
		want      string
	}{
		{predicates.Condition{}, "any"},
		{predicates.AtLeast(-1), ">= -1"},
		{predicates.AtMost(predicates.MaxInt), "<= 9007199254740991"},
		{predicates.OneOf(predicates.Text("a\n"), predicates.Int(0), predicates.Bool(true)), `in {"a\u{a}", 0, true}`},
		{predicates.Matches("/data/**", "any", "a b"), `matches {/data/**, "any", "a b"}`},
		{predicates.EndsWith("x", `"`), `ends {"x", "\""}`},
	}
	for _, test := range tests {
		if got := test.condition.String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// Names that try to be more than a name: to end the quotes, the statement or the
// line, to be a keyword, a number or a star, or to look like another name.
var hostileTextNames = []string{
	"on", "where", "any", "none", "nothing", "in", "matches", "ends", "at", "by", "of", "allow", "until", "from", "uses",
	"services", "delegations", "fresh", "cosigned", "digest", "label", "extension", "true", "false",
	`"`, `\`, `\"`, `""`, `"; allow ** on **; label "`, "a; allow ** on **", "a, **", "a # b", "#", ";", ",", "{", "}", "{}",
	" ", "  ", " a", "a ", "a b", "'", "h'00'", "<=", "a<=1", `\u{41}`, `\u{22}`, "-", "-0", "0", "007", "60s", "+1h",
	"2026-11-22T18:00:00Z", textKey0, textDigest, "h", "_", "~", "%2e%2e", "@", "a=b", "!", "$", "[a]", "(a)", "a|b", "a&b", "`",
	"é", "e\u0301", "\u212a", "😀", "\u00a0", "\u00ad", "\u200b", "\u200e", "\u202e", "\u2028", "\u2029", "\u2066",
	"\ufeff", "\ufffd", "\uffff", "\U0010ffff", "；", "＃", "\u037e", "\u3000",
}

// A name is printed so that it stays one name, wherever it stands.
func TestHostileNames(t *testing.T) {
	for _, name := range hostileTextNames {
		segment := strings.NewReplacer("*", "x", ":", "x", "/", "x").Replace(name)
		tests := []struct {
			where     string
			statement predicates.Statement
			get       func(predicates.Claims) string
		}{
			{"services", predicates.Services("x", name), func(c predicates.Claims) string {
				names, _ := c.Services()
				return names[1]
			}},
			{"uses", predicates.Uses(1, name), func(c predicates.Claims) string {
				uses, _ := c.Uses()
				return uses[0].Service
			}},
			{"extension", predicates.Extensions(predicates.Extension{Name: name, Value: []byte{}}), func(c predicates.Claims) string {
				extensions, _ := c.Extensions()
				return extensions[0].Name
			}},
			{"label", predicates.Label(name + "\n" + name), func(c predicates.Claims) string {
				label, _ := c.Label()
				return label[:len(name)]
			}},
			{"argument", predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}, predicates.Any().On(name)), func(c predicates.Claims) string {
				grants, _ := c.Allow()
				return grants[0].Arguments()[0]
			}},
			{"value", predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}, predicates.OneOf(predicates.Text(name)).On("c")), func(c predicates.Claims) string {
				grants, _ := c.Allow()
				return grants[0].Conditions("c")[0].Values()[0].String()
			}},
			{"suffix", predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}, predicates.EndsWith(name).On("c")), func(c predicates.Claims) string {
				grants, _ := c.Allow()
				return grants[0].Conditions("c")[0].Texts()[0]
			}},
			{"interface", predicates.Allow(predicates.Interfaces{segment, "b"}, predicates.Resources{"b"}), func(c predicates.Claims) string {
				grants, _ := c.Allow()
				return grants[0].Interfaces()[0]
			}},
			{"resource", predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{segment}), func(c predicates.Claims) string {
				grants, _ := c.Allow()
				return grants[0].Resources()[0]
			}},
			{"pattern", predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}, predicates.Matches(segment).On("c")), func(c predicates.Claims) string {
				grants, _ := c.Allow()
				return grants[0].Conditions("c")[0].Texts()[0]
			}},
		}
		for _, test := range tests {
			c, err := predicates.New(test.statement)
			if err != nil {
				t.Errorf("%s %q: %v", test.where, name, err)
				continue
			}
			text := c.String()
			if strings.Contains(text, "\n") {
				t.Errorf("%s %q: more than one line: %s", test.where, name, text)
			}
			checkTextRoundTrip(t, c)
			read, err := predicates.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			want := name
			switch test.where {
			case "value":
				want = predicates.Quote(name)
			case "interface", "resource", "pattern":
				want = segment
			}
			if got := test.get(read); got != want {
				t.Errorf("%s: got %q, want %q, from %s", test.where, got, want, text)
			}
		}
	}
}

// The text of any claims says these claims, and no others.
func TestRandomClaimsText(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	g := textGenerator{rand.New(rand.NewPCG(seed, 0))}
	seen := map[string]int{}
	for range 5000 {
		c := g.claims(t)
		for claim := predicates.ClaimServices; claim <= predicates.ClaimFresh; claim++ {
			if c.Has(claim) {
				seen[predicates.ClaimName(claim)]++
			}
		}
		if grants, ok := c.Allow(); ok && len(grants) == 0 {
			seen["nothing"]++
		} else {
			for _, grant := range grants {
				if grant.Closed() && len(grant.Arguments()) == 0 {
					seen["none"]++
				}
				for _, name := range grant.Arguments() {
					for _, c := range grant.Conditions(name) {
						seen[fmt.Sprint("condition ", c.Kind())]++
					}
				}
			}
		}
		checkTextRoundTrip(t, c)
		if t.Failed() {
			return
		}
	}
	// Of each of these, many were tried.
	for _, what := range []string{"services", "expires", "starts", "allow", "uses", "delegations", "cosigners", "digest", "label",
		"extensions", "fresh", "nothing", "none", "condition 0", "condition 1", "condition 2", "condition 3", "condition 4", "condition 5"} {
		if seen[what] < 100 {
			t.Errorf("only %d of %s", seen[what], what)
		}
	}
}

// A textGenerator makes valid claims that are hard to print.
type textGenerator struct{ *rand.Rand }

func (g textGenerator) claims(t *testing.T) predicates.Claims {
	var statements []predicates.Statement
	add := func(s predicates.Statement) {
		if g.IntN(2) == 0 {
			statements = append(statements, s)
		}
	}
	if g.IntN(8) == 0 {
		add(predicates.AllowNothing())
	} else {
		for range g.count(64) {
			grant, err := predicates.NewGrant(
				predicates.Interfaces(textDistinct(g.count(64), func() string { return g.pattern(":") })),
				predicates.Resources(textDistinct(g.count(64), func() string { return g.pattern("/") })),
				g.where()...)
			if err != nil {
				t.Fatal(err)
			}
			add(predicates.AllowGrant(grant))
		}
	}
	add(predicates.ExpiresUnix(g.time()))
	add(predicates.StartsUnix(g.time()))
	var uses []predicates.UseLimit
	for _, service := range textDistinct(g.count(16), g.name) {
		uses = append(uses, predicates.UseLimit{Limit: uint64(max(1, g.integer())), Service: service})
	}
	add(predicates.UsesAt(uses...))
	add(predicates.Services(textDistinct(g.count(16), g.name)...))
	add(predicates.Delegations(g.IntN(16)))
	add(predicates.Fresh(1 + g.IntN(3600)))
	keys := textDistinct(g.count(8), g.key)
	add(predicates.CosignedBy(1+g.IntN(len(keys)), keys...))
	add(predicates.Digest(g.key()))
	var extensions []predicates.Extension
	for _, name := range textDistinct(g.count(8), g.name) {
		value := []byte{} // not nil, for reflect.DeepEqual
		for range g.IntN(4) {
			value = append(value, byte(g.IntN(256)))
		}
		extensions = append(extensions, predicates.Extension{Name: name, Value: value})
	}
	add(predicates.Extensions(extensions...))
	add(predicates.Label(g.text(256)))
	g.Shuffle(len(statements), func(i, j int) { statements[i], statements[j] = statements[j], statements[i] })
	c, err := predicates.New(statements...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// count returns a number of items, mostly small, sometimes the greatest.
func (g textGenerator) count(most int) int {
	if g.IntN(100) == 0 {
		return most
	}
	return 1 + g.IntN(min(most, 3))
}

func (g textGenerator) where() []predicates.Where {
	switch g.IntN(6) {
	case 0:
		return []predicates.Where{predicates.WhereNone()}
	case 1, 2:
		return nil
	}
	var where []predicates.Where
	for _, name := range textDistinct(g.count(32), g.name) {
		if g.IntN(4) == 0 {
			where = append(where, predicates.Any().On(name))
			continue
		}
		for range g.count(8) {
			where = append(where, g.condition().On(name))
		}
	}
	// The names come in any order, also between one another.
	g.Shuffle(len(where), func(i, j int) { where[i], where[j] = where[j], where[i] })
	return where
}

func (g textGenerator) condition() predicates.Condition {
	switch g.IntN(5) {
	case 0:
		return predicates.AtLeast(g.integer())
	case 1:
		return predicates.AtMost(g.integer())
	case 2:
		return predicates.Matches(textDistinct(g.count(64), func() string { return g.pattern("/") })...)
	case 3:
		return predicates.EndsWith(textDistinct(g.count(64), func() string { return g.text(1024) })...)
	}
	values := []predicates.Value{predicates.Bool(true), predicates.Bool(false)}[:g.IntN(3)]
	for _, s := range textDistinct(g.count(60), func() string { return g.text(1024) }) {
		values = append(values, predicates.Text(s))
	}
	for _, n := range textDistinct(1+g.IntN(2), g.integer) {
		values = append(values, predicates.Int(n))
	}
	g.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	return predicates.OneOf(values...)
}

func (g textGenerator) integer() int64 {
	switch g.IntN(4) {
	case 0:
		return []int64{0, 1, -1, predicates.MaxInt, -predicates.MaxInt}[g.IntN(5)]
	case 1:
		return int64(g.IntN(200) - 100)
	}
	return g.Int64N(2*predicates.MaxInt+1) - predicates.MaxInt
}

func (g textGenerator) time() uint64 {
	if g.IntN(4) == 0 {
		return []uint64{0, 1, predicates.MaxTime}[g.IntN(3)]
	}
	return g.Uint64N(predicates.MaxTime + 1)
}

func (g textGenerator) key() (key predicates.Key) {
	for i := range key {
		key[i] = byte(g.IntN(256))
	}
	return key
}

// name returns a name of a service, argument or extension.
func (g textGenerator) name() string {
	switch g.IntN(4) {
	case 0:
		return hostileTextNames[g.IntN(len(hostileTextNames))]
	case 1:
		return "n" + fmt.Sprint(g.IntN(1000))
	}
	return g.runes(256, false)
}

// text returns a label, value or suffix: it may be empty and hold anything.
func (g textGenerator) text(most int) string {
	switch g.IntN(8) {
	case 0:
		return ""
	case 1:
		return hostileTextNames[g.IntN(len(hostileTextNames))]
	}
	return g.runes(most, true)
}

// runes returns 1 to most bytes, and more often few.
func (g textGenerator) runes(most int, controls bool) string {
	if g.IntN(50) > 0 {
		most = 1 + g.IntN(12)
	}
	var b strings.Builder
	for {
		var r rune
		switch g.IntN(8) {
		case 0, 1:
			r = rune(`"\;,#{}'<>= :/*!`[g.IntN(16)])
		case 2:
			r = []rune("\u00a0\u00e9\u07ff\u0800\u2028\u202e\ud7ff\ue000\ufeff\ufffd\U00010000\U0010ffff")[g.IntN(12)]
		case 3:
			r = rune(0xa0 + g.IntN(0x110000-0xa0))
			if 0xd800 <= r && r <= 0xdfff {
				r = 'x'
			}
		case 4:
			r = 'x'
			if controls {
				r = []rune("\x00\t\n\r\x1b\x1f\x7f\u0080\u0085\u009f")[g.IntN(10)]
			}
		default:
			r = rune("abchinotuwy0159._-+@%~"[g.IntN(22)])
		}
		if b.Len()+utf8.RuneLen(r) > most {
			if b.Len() == 0 {
				return "x"
			}
			return b.String()
		}
		b.WriteRune(r)
	}
}

// pattern returns a pattern of interfaces or resources.
func (g textGenerator) pattern(separator string) string {
	n := 1 + g.IntN(3)
	if g.IntN(50) == 0 {
		n = 32
	}
	segments := make([]string, n)
	for i := range segments {
		s := strings.NewReplacer("*", "", separator, "").Replace(g.name())
		switch {
		case g.IntN(5) == 0:
			s = "*"
		case s == "", s == ".", s == "..", n == 32:
			s = "s"
		}
		segments[i] = s
	}
	if g.IntN(4) == 0 {
		segments[n-1] = "**"
	}
	pattern := strings.Join(segments, separator)
	if separator == "/" && g.IntN(4) == 0 {
		pattern = "/" + pattern
	}
	if len(pattern) > 1024 {
		return segments[0]
	}
	return pattern
}

// textDistinct returns n different items.
func textDistinct[T comparable](n int, next func() T) []T {
	var items []T
	for len(items) < n {
		if item := next(); !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	return items
}

// Whatever is changed in a text, its reader answers with claims that print and
// read again, or with one clear line.
func TestChangedText(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	g := textGenerator{rand.New(rand.NewPCG(seed, 0))}
	tokens := []string{" ", ";", "\n", ",", "{", "}", "<=", ">=", `"`, "'", "#", "\\", "on", "where", "any", "in", "allow", "nothing",
		"until", "h'00'", "5", "\r", "\t", "\x00", "\xff", "é", "\u2028"}
	read := 0
	for i := range 30000 {
		text := textValid[i%len(textValid)].text
		at := g.IntN(len(text) + 1)
		end := min(len(text), at+g.IntN(3))
		text = text[:at] + tokens[g.IntN(len(tokens))] + text[end:]
		c, err := predicates.Parse(text)
		if err != nil {
			checkSyntaxError(t, text, err)
			continue
		}
		read++
		checkTextRoundTrip(t, c)
		if t.Failed() {
			return
		}
	}
	if read < 1000 {
		t.Errorf("only %d changed texts were read", read)
	}
}

func TestExtensionValuesAreCopied(t *testing.T) {
	c, err := predicates.Parse("extension a h'00ff'")
	if err != nil {
		t.Fatal(err)
	}
	extensions, _ := c.Extensions()
	extensions[0].Value[0] = 1
	if again, _ := c.Extensions(); !bytes.Equal(again[0].Value, []byte{0, 0xff}) {
		t.Errorf("got %x, want 00ff", again[0].Value)
	}
}
