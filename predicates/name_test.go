package predicates_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tapertoken/taper/predicates"
)

// A nameKind is a kind of segment names: interfaces or resources.
type nameKind struct {
	name      string
	separator string
	other     string // the separator of the other kind, here an ordinary byte
	grant     func(pattern string) (predicates.Grant, error)
	request   func(name string) predicates.Request
}

var nameKinds = []nameKind{
	{
		"interface", ":", "/",
		func(p string) (predicates.Grant, error) {
			return predicates.NewGrant(predicates.Interfaces{p}, predicates.Resources{"r"})
		},
		func(n string) predicates.Request { return predicates.NewRequest(n, "r") },
	},
	{
		"resource", "/", ":",
		func(p string) (predicates.Grant, error) {
			return predicates.NewGrant(predicates.Interfaces{"i"}, predicates.Resources{p})
		},
		func(n string) predicates.Request { return predicates.NewRequest("i", n) },
	},
}

// matches asks Evaluate whether a pattern, already a grant, matches a name.
func (k nameKind) matches(t testing.TB, g predicates.Grant, name string) bool {
	t.Helper()
	request := k.request(name)
	f := predicates.Evaluate([]predicates.Claims{newClaims(t, predicates.AllowGrant(g))}, &request, &predicates.Context{})
	switch {
	case f == predicates.Finding{Verdict: predicates.Permitted}:
		return true
	case f == predicates.Finding{Verdict: predicates.NotAllowed, Claim: predicates.ClaimAllow}:
		return false
	}
	t.Fatalf("%s %q: got %+v, want permitted or not-allowed", k.name, name, f)
	return false
}

// isName reports whether a request may use the name: all that is well formed is permitted.
func (k nameKind) isName(t testing.TB, name string) bool {
	t.Helper()
	g, err := predicates.NewGrant(predicates.Interfaces{"**"}, predicates.Resources{"**", "/**"})
	if err != nil {
		t.Fatal(err)
	}
	return k.matches(t, g, name)
}

// reason returns what is wrong with a pattern, or "".
func (k nameKind) reason(t testing.TB, pattern string) string {
	t.Helper()
	g, err := k.grant(pattern)
	if err == nil {
		return ""
	}
	var e *predicates.Error
	if !errors.As(err, &e) || e.Path != k.name+"s[0]" || g.Interfaces() != nil || g.Resources() != nil {
		t.Fatalf("pattern %q: got grant %v and error %v", pattern, g, err)
	}
	reason, found := strings.CutPrefix(e.Reason, "pattern "+predicates.QuoteCut(pattern, 64)+" ")
	if !found {
		t.Fatalf("pattern %q: the error does not begin with the pattern: %v", pattern, err)
	}
	return reason
}

const (
	reasonEmpty        = "is empty"
	reasonTooLong      = "is longer than 1024 bytes"
	reasonNotUTF8      = "is not valid UTF-8"
	reasonControl      = "holds a control character"
	reasonEmptySegment = "has an empty segment"
	reasonDots         = "has a segment . or .."
	reasonLongSegment  = "has a segment longer than 256 bytes"
	reasonManySegments = "has more than 32 segments"
	reasonStarsFirst   = "has ** before its last segment"
	reasonStarWithin   = "has a * inside a segment (a * is a whole segment)"
	reasonPlainTooLong = "is longer than 256 bytes"
)

// segments returns n segments of the given size, each of its own letter.
func segments(n, size int, separator string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.Repeat(string(rune('a'+i%26)), size)
	}
	return strings.Join(parts, separator)
}

// In the cases, S stands for the separator of the kind and O for that of the other.
var nameCases = []struct {
	name   string
	reason string // of the pattern; "" where it is one
	isName bool
}{
	{"a", "", true},
	{"customers", "", true},
	{"customersS1SordersS7", "", true},
	{"", reasonEmpty, false},
	{"aS", reasonEmptySegment, false},
	{"aSSb", reasonEmptySegment, false},
	{"SSa", reasonEmptySegment, false},
	{"S", reasonEmptySegment, false},
	{"SS", reasonEmptySegment, false},
	{".", reasonDots, false},
	{"..", reasonDots, false},
	{"aS.", reasonDots, false},
	{"aS..", reasonDots, false},
	{".Sa", reasonDots, false},
	{"..Sa", reasonDots, false},
	{"aS..Sb", reasonDots, false},
	{"...", "", true},
	{"aS...Sb", "", true},
	{".a", "", true},
	{"a.", "", true},
	{"..a", "", true},
	{"a..b", "", true},
	{"aO.", "", true}, // one segment
	{"..Ob", "", true},
	{"O", "", true},
	{"OO", "", true},
	{"aOb", "", true},
	{"aO..ObSc", "", true},
	{" ", "", true},
	{"a b", "", true},
	{" aSb ", "", true},
	{"%2e%2e", "", true},
	{"aS%2e%2eSb", "", true}, // whoever decodes later is on his own
	{"a%2Fb", "", true},
	{`a\..\b`, "", true},
	{`"quoted"`, "", true},
	{"a;b,c{d}#e", "", true},
	{"é", "", true},
	{"\u00a0", "", true},
	{"\u2028", "", true},
	{"\u202eevil", "", true},
	{"\U0010ffff", "", true},

	{"*", "", false},
	{"**", "", false},
	{"aS*", "", false},
	{"aS**", "", false},
	{"*Sa", "", false},
	{"*S*", "", false},
	{"*S**", "", false},
	{"aS*Sb", "", false},
	{"***", reasonStarWithin, false},
	{"a*", reasonStarWithin, false},
	{"*a", reasonStarWithin, false},
	{"a*b", reasonStarWithin, false},
	{"aSb*", reasonStarWithin, false},
	{"aSb**", reasonStarWithin, false},
	{"**a", reasonStarWithin, false},
	{"a**", reasonStarWithin, false},
	{"*O*", reasonStarWithin, false},
	{"*Oa", reasonStarWithin, false},
	{"**O**", reasonStarWithin, false},
	{"**Sa", reasonStarsFirst, false},
	{"**S*", reasonStarsFirst, false},
	{"**S**", reasonStarsFirst, false},
	{"aS**Sb", reasonStarsFirst, false},
	{"****", reasonStarWithin, false},

	{"\x00", reasonControl, false},
	{"a\nb", reasonControl, false},
	{"aSb\r", reasonControl, false},
	{"\x1f", reasonControl, false},
	{"a\x7f", reasonControl, false},
	{"\u0080", reasonControl, false},
	{"\u009f", reasonControl, false},
	{"a\u0085b", reasonControl, false},

	{"\xff", reasonNotUTF8, false},
	{"a\xc2", reasonNotUTF8, false},            // what hasControl would read beyond
	{"\xc2\x41", reasonNotUTF8, false},         //
	{"\x80", reasonNotUTF8, false},             // a continuation alone
	{"\xc0\xaf", reasonNotUTF8, false},         // an overlong slash
	{"\xe0\x80\xaf", reasonNotUTF8, false},     //
	{"\xed\xa0\x80", reasonNotUTF8, false},     // a surrogate
	{"\xf4\x90\x80\x80", reasonNotUTF8, false}, // above U+10FFFF
	{"\xf0\x9f\x95", reasonNotUTF8, false},     // cut
}

func TestNames(t *testing.T) {
	for _, k := range nameKinds {
		for _, c := range nameCases {
			name := strings.NewReplacer("S", k.separator, "O", k.other).Replace(c.name)
			if got := k.reason(t, name); got != c.reason {
				t.Errorf("%s pattern %q: got %q, want %q", k.name, name, got, c.reason)
			}
			if got := k.isName(t, name); got != c.isName {
				t.Errorf("%s name %q: got %v, want %v", k.name, name, got, c.isName)
			}
			if c.reason == "" && c.isName {
				g, err := k.grant(name)
				if err != nil || !k.matches(t, g, name) {
					t.Errorf("%s %q does not match itself", k.name, name)
				}
			}
		}
	}
}

// Bytes are counted, not runes.
func TestNameLimits(t *testing.T) {
	for _, k := range nameKinds {
		s := k.separator
		for _, c := range []struct{ what, name, reason string }{
			{"segment of 256 bytes", strings.Repeat("a", 256), ""},
			{"segment of 257 bytes", strings.Repeat("a", 257), reasonLongSegment},
			{"segment of 256 bytes in 128 runes", strings.Repeat("é", 128), ""},
			{"segment of 257 bytes in 129 runes", strings.Repeat("é", 128) + "a", reasonLongSegment},
			{"segment of 256 bytes in 64 runes", strings.Repeat("\U0001f56f", 64), ""},
			{"segment of 260 bytes in 65 runes", strings.Repeat("\U0001f56f", 65), reasonLongSegment},
			{"last segment of 256 bytes", "a" + s + strings.Repeat("b", 256), ""},
			{"last segment of 257 bytes", "a" + s + strings.Repeat("b", 257), reasonLongSegment},
			{"first segment of 257 bytes", strings.Repeat("b", 257) + s + "a", reasonLongSegment},
			{"32 segments", segments(32, 1, s), ""},
			{"33 segments", segments(33, 1, s), reasonManySegments},
			{"32 segments of 31 bytes", segments(32, 31, s), ""},                             // 1,023 bytes
			{"1,024 bytes in 32 segments", segments(32, 31, s) + "x", ""},                    //
			{"1,025 bytes in 32 segments", segments(32, 31, s) + "xx", reasonTooLong},        //
			{"1,024 bytes in 4 segments", segments(3, 256, s) + s + segments(1, 253, s), ""}, //
			{"1,025 bytes in 4 segments", segments(3, 256, s) + s + segments(1, 254, s), reasonTooLong},
			{"1,026 bytes in 513 runes", segments(3, 256, s) + s + strings.Repeat("é", 127) + "a", reasonTooLong},
			{"33 segments, the last empty", segments(32, 1, s) + s, reasonManySegments},
			{"a gigantic segment", strings.Repeat("a", 1<<20), reasonTooLong},
			{"a gigantic number of segments", strings.Repeat("a"+s, 1<<20), reasonTooLong},
		} {
			if got := k.reason(t, c.name); got != c.reason {
				t.Errorf("%s pattern, %s: got %q, want %q", k.name, c.what, got, c.reason)
			}
			if got := k.isName(t, c.name); got != (c.reason == "") {
				t.Errorf("%s name, %s: got %v", k.name, c.what, got)
			}
		}
	}
}

// A resource may begin with a slash: it counts as a byte, not as a segment.
// An interface may not begin with a colon.
func TestAbsoluteNames(t *testing.T) {
	interfaces, resources := nameKinds[0], nameKinds[1]
	for _, name := range []string{":a", ":", ":a:b", ":**"} {
		if got := interfaces.reason(t, name); got != reasonEmptySegment {
			t.Errorf("interface pattern %q: got %q, want %q", name, got, reasonEmptySegment)
		}
		if interfaces.isName(t, name) {
			t.Errorf("interface name %q is accepted", name)
		}
	}
	for _, c := range []struct {
		name, reason string
		isName       bool
	}{
		{"/a", "", true},
		{"/a/b", "", true},
		{"/...", "", true},
		{"/*", "", false},
		{"/**", "", false},
		{"/", reasonEmptySegment, false},
		{"//", reasonEmptySegment, false},
		{"//a", reasonEmptySegment, false},
		{"/a/", reasonEmptySegment, false},
		{"/a//b", reasonEmptySegment, false},
		{"/.", reasonDots, false},
		{"/..", reasonDots, false},
		{"/../a", reasonDots, false},
		{"/a/..", reasonDots, false},
		{"/**/a", reasonStarsFirst, false},
		{"/a*", reasonStarWithin, false},
		{"/" + segments(32, 1, "/"), "", true},
		{"/" + segments(33, 1, "/"), reasonManySegments, false},
		{"/" + strings.Repeat("a", 256), "", true},
		{"/" + strings.Repeat("a", 257), reasonLongSegment, false},
		{"/" + segments(32, 31, "/"), "", true},                   // 1,024 bytes
		{"/" + segments(32, 31, "/") + "x", reasonTooLong, false}, // 1,025 bytes
	} {
		if got := resources.reason(t, c.name); got != c.reason {
			t.Errorf("resource pattern %q: got %q, want %q", c.name, got, c.reason)
		}
		if got := resources.isName(t, c.name); got != c.isName {
			t.Errorf("resource name %q: got %v, want %v", c.name, got, c.isName)
		}
	}
}

// Every code point up to U+30FF is a control character, a separator, a
// star, or an ordinary part of a segment, wherever it stands.
func TestControlCharacters(t *testing.T) {
	runes := []rune{0xd7ff, 0xe000, 0xfdd0, 0xfeff, 0xfffd, 0xfffe, 0xffff, 0x1f56f, 0x10ffff}
	for r := rune(0); r <= 0x30ff; r++ {
		runes = append(runes, r)
	}
	for _, k := range nameKinds {
		for _, r := range runes {
			if r == '*' || string(r) == k.separator {
				continue
			}
			want := ""
			if r < 0x20 || 0x7f <= r && r <= 0x9f {
				want = reasonControl
			}
			for _, name := range []string{string(r) + "a", "a" + string(r) + "a", "a" + string(r), "a" + k.separator + string(r) + "a"} {
				if got := k.reason(t, name); got != want {
					t.Fatalf("%s pattern %q: got %q, want %q", k.name, name, got, want)
				}
				if got := k.isName(t, name); got != (want == "") {
					t.Fatalf("%s name %q: got %v", k.name, name, got)
				}
			}
		}
	}
}

// plainNames says of each place where a plain name stands what is wrong with
// one, or "".
var plainNames = map[string]func(string) error{
	"service": func(name string) error {
		_, err := predicates.New(predicates.Services(name))
		return err
	},
	"service of a use": func(name string) error {
		_, err := predicates.New(predicates.Uses(1, name))
		return err
	},
	"argument": func(name string) error {
		_, err := predicates.New(predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"}, predicates.Any().On(name)))
		return err
	},
	"extension": func(name string) error {
		_, err := predicates.New(predicates.Extensions(predicates.Extension{Name: name}))
		return err
	},
}

func TestPlainNames(t *testing.T) {
	for _, c := range []struct{ name, reason string }{
		{"a", ""},
		{"db-gateway", ""},
		{"example.com/region", ""},
		{"/", ""},
		{":", ""},
		{"*", ""},
		{"**", ""},
		{"a*", ""},
		{".", ""},
		{"..", ""},
		{"//a//", ""},
		{" ", ""},
		{"\u2028", ""},
		{"/pointer/0/~1", ""},
		{strings.Repeat("a", 256), ""},
		{strings.Repeat("é", 128), ""},
		{strings.Repeat("a", 257), reasonPlainTooLong},
		{strings.Repeat("é", 128) + "a", reasonPlainTooLong},
		{"", reasonEmpty},
		{"\x00", reasonControl},
		{"a\n", reasonControl},
		{"\x1f", reasonControl},
		{"\x7f", reasonControl},
		{"\u0080", reasonControl},
		{"\u009f", reasonControl},
		{"a\xc2", reasonNotUTF8},
		{"\xff", reasonNotUTF8},
		{"\xed\xa0\x80", reasonNotUTF8},
	} {
		for place, accept := range plainNames {
			err := accept(c.name)
			switch {
			case c.reason == "" && err != nil:
				t.Errorf("%s %q: %v", place, c.name, err)
			case c.reason != "" && (err == nil || !strings.HasSuffix(err.Error(), " "+c.reason)):
				t.Errorf("%s %q: got error %v, want one that ends in %q", place, c.name, err, c.reason)
			}
		}
		// And in a request, where it is denied even though the grant leaves arguments free.
		request := predicates.NewRequest("i", "r")
		request.Accesses[0].Arguments = map[string]predicates.Value{c.name: predicates.Int(1)}
		want := predicates.Permitted
		if c.reason != "" {
			want = predicates.NotAllowed
		}
		free := newClaims(t, predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"}))
		if got := predicates.Evaluate([]predicates.Claims{free}, &request, &predicates.Context{}).Verdict; got != want {
			t.Errorf("argument %q in a request: got %v, want %v", c.name, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"customers", "customers", true},
		{"customers", "customer", false},
		{"customers", "customersS1", false},
		{"customersS1", "customers", false},
		{"customersS1", "customersS12", false},
		{"customersS12", "customersS1", false},
		{"customersS*", "customersS12", true},
		{"customersS*", "customers", false},
		{"customersS*", "customersS1S2", false},
		{"customersS*", "customers2S1", false},
		{"customersS**", "customers", true},
		{"customersS**", "customersS1", true},
		{"customersS**", "customersS1S2S3S4", true},
		{"customersS**", "customers2", false},
		{"customersS**", "customers2S1", false},
		{"customersS**", "customer", false},
		{"customersS**", "Scustomers", false},
		{"*", "a", true},
		{"*", "aSb", false},
		{"**", "a", true},
		{"**", "aSbSc", true},
		{"*S*", "a", false},
		{"*S*", "aSb", true},
		{"*S*", "aSbSc", false},
		{"*S**", "a", true},
		{"*S**", "aSb", true},
		{"aS*S**", "a", false},
		{"aS*S**", "aSb", true},
		{"aS*S**", "aSbScSd", true},
		{"*Sb", "aSb", true},
		{"*Sb", "b", false},
		{"*SbS*", "aSbSc", true},
		{"*SbS*", "aScSb", false},
		{"aS*Sc", "aSbSc", true},
		{"aS*Sc", "aSbSd", false},
		{"aS*Sc", "aSc", false},
		{"aS*Sc", "aSbSbSc", false},
		{"*", "aOb", true}, // The other separator is an ordinary byte.
		{"aObS*", "aObSc", true},
		{"aObS*", "aSbSc", false},
		{"A", "a", false},       // Nothing is folded,
		{"\u212a", "k", false},  // KELVIN SIGN
		{"\u212a", "K", false},  //
		{"ß", "ss", false},      //
		{"é", "e\u0301", false}, // nothing is normalized,
		{"e\u0301", "é", false}, //
		{"a", "a ", false},      // nothing is trimmed,
		{"a", " a", false},      //
		{"a", "%61", false},     // nothing is decoded.
		{"a.b", "aSb", false},
		{"a.b", "axb", false}, // A dot is a dot,
		{"[a]", "a", false},   // there are no classes,
		{"?", "a", false},     // no question marks,
		{"{a,b}", "a", false}, // no alternatives.
		{"1", "01", false},
	} {
		for _, k := range nameKinds {
			r := strings.NewReplacer("S", k.separator, "O", k.other)
			pattern, name := r.Replace(c.pattern), r.Replace(c.name)
			g, err := k.grant(pattern)
			if err != nil {
				t.Errorf("%s pattern %q: %v", k.name, pattern, err)
				continue
			}
			if got := k.matches(t, g, name); got != c.want {
				t.Errorf("%s: pattern %q, name %q: got %v, want %v", k.name, pattern, name, got, c.want)
			}
		}
	}
	resources := nameKinds[1]
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"/a", "/a", true},
		{"/a", "a", false},
		{"a", "/a", false},
		{"**", "/a", false},
		{"*", "/a", false},
		{"*/a", "/a", false},
		{"/**", "a", false},
		{"/**", "/a", true},
		{"/**", "/a/b/c", true},
		{"/*", "/a", true},
		{"/*", "/a/b", false},
		{"/*", "a", false},
		{"/a/**", "/a", true},
		{"/a/**", "/a/b", true},
		{"/a/**", "/ab", false},
		{"/a/**", "a/b", false},
		{"/data/*/x", "/data/1/x", true},
	} {
		g, err := resources.grant(c.pattern)
		if err != nil {
			t.Errorf("resource pattern %q: %v", c.pattern, err)
			continue
		}
		if got := resources.matches(t, g, c.name); got != c.want {
			t.Errorf("resource pattern %q, name %q: got %v, want %v", c.pattern, c.name, got, c.want)
		}
	}
}

// slowValid is SPEC 6 again, by splitting: is s a name, or a pattern?
func slowValid(s, separator string, pattern bool) bool {
	if len(s) > 1024 || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r <= 0x9f {
			return false
		}
	}
	if separator == "/" {
		s = strings.TrimPrefix(s, "/")
	}
	parts := strings.Split(s, separator)
	for i, part := range parts {
		switch {
		case pattern && (part == "*" || part == "**" && i == len(parts)-1):
		case part == "", part == ".", part == "..", strings.Contains(part, "*"), len(part) > 256:
			return false
		}
	}
	return len(parts) <= 32
}

// slowMatches is SPEC 6 again, by trying all that ** can stand for.
func slowMatches(pattern, name, separator string) bool {
	if separator == "/" {
		if strings.HasPrefix(pattern, "/") != strings.HasPrefix(name, "/") {
			return false
		}
		pattern, name = strings.TrimPrefix(pattern, "/"), strings.TrimPrefix(name, "/")
	}
	var match func(p, n []string) bool
	match = func(p, n []string) bool {
		switch {
		case len(p) == 0:
			return len(n) == 0
		case p[0] == "**":
			for i := 0; i <= len(n); i++ {
				if match(p[1:], n[i:]) {
					return true
				}
			}
			return false
		}
		return len(n) > 0 && (p[0] == "*" || p[0] == n[0]) && match(p[1:], n[1:])
	}
	return match(strings.Split(pattern, separator), strings.Split(name, separator))
}

// wordsUpTo returns all strings of at most n letters.
func wordsUpTo(letters string, n int) []string {
	all, from := []string{""}, 0
	for range n {
		end := len(all)
		for _, w := range all[from:end] {
			for _, c := range letters {
				all = append(all, w+string(c))
			}
		}
		from = end
	}
	return all
}

// All short patterns against all short names, both sorted out by the slow rule.
func TestAllShortPatterns(t *testing.T) {
	for _, k := range nameKinds {
		var grants []predicates.Grant
		var patterns, names []string
		for _, w := range wordsUpTo("ab.*"+k.separator+k.other, 4) {
			reason := k.reason(t, w)
			if valid := slowValid(w, k.separator, true); (reason == "") != valid {
				t.Fatalf("%s pattern %q: got %q, want valid %v", k.name, w, reason, valid)
			} else if valid {
				g, _ := k.grant(w)
				grants, patterns = append(grants, g), append(patterns, w)
			}
		}
		for _, w := range wordsUpTo("ab.*"+k.separator+k.other, 4) {
			valid := slowValid(w, k.separator, false)
			if got := k.isName(t, w); got != valid {
				t.Fatalf("%s name %q: got %v, want %v", k.name, w, got, valid)
			}
			if valid {
				names = append(names, w)
			}
		}
		// Longer ones, of whole segments.
		for _, w := range wordsUpTo("ab*", 5) {
			parts := strings.Split(w, "")
			for _, tail := range []string{"", "**"} {
				if p := strings.Join(append(slices.Clone(parts), strings.Fields(tail)...), k.separator); slowValid(p, k.separator, true) {
					g, _ := k.grant(p)
					grants, patterns = append(grants, g), append(patterns, p)
				}
			}
			if !strings.Contains(w, "*") && w != "" {
				names = append(names, strings.Join(parts, k.separator))
			}
		}
		matched := 0
		for i, g := range grants {
			claims := []predicates.Claims{newClaims(t, predicates.AllowGrant(g))}
			for _, name := range names {
				request := k.request(name)
				got := predicates.Evaluate(claims, &request, &predicates.Context{}).Verdict == predicates.Permitted
				if want := slowMatches(patterns[i], name, k.separator); got != want {
					t.Fatalf("%s: pattern %q, name %q: got %v, want %v", k.name, patterns[i], name, got, want)
				}
				if got {
					matched++
				}
			}
		}
		if pairs := len(patterns) * len(names); pairs < 100000 || matched < 5000 {
			t.Errorf("%s: %d pairs of which %d match: too few", k.name, pairs, matched)
		}
	}
}

// randomPattern returns a pattern of up to 32 segments, not always a valid one.
func randomPattern(r *rand.Rand, separator string) string {
	segments := []string{"a", "b", "ab", "*", "*", "é", "a b", "%2e", "...", strings.Repeat("x", 31)}
	if r.IntN(8) == 0 {
		segments = append(segments, "..", "", "**", "a*", "\x7f", "\xff", strings.Repeat("x", 257))
	}
	parts := make([]string, 1+r.IntN([]int{3, 6, 33}[r.IntN(3)]))
	for i := range parts {
		parts[i] = segments[r.IntN(len(segments))]
	}
	if r.IntN(3) == 0 {
		parts[len(parts)-1] = "**"
	}
	p := strings.Join(parts, separator)
	if r.IntN(4) == 0 {
		p = separator + p
	}
	return p
}

// nameFor returns a name that the pattern matches or nearly matches.
func nameFor(r *rand.Rand, pattern, separator string) string {
	parts := strings.Split(pattern, separator)
	if last := len(parts) - 1; parts[last] == "**" {
		parts = parts[:last]
		for range r.IntN(4) {
			parts = append(parts, "*")
		}
	}
	for i, part := range parts {
		if part == "*" || r.IntN(40) == 0 {
			parts[i] = string("abcx"[r.IntN(4)])
		}
		if r.IntN(40) == 0 {
			parts[i] = []string{"*", "**", "..", "a" + separator + "b"}[r.IntN(4)]
		}
	}
	switch at := r.IntN(len(parts) + 1); r.IntN(12) {
	case 0:
		parts = slices.Insert(parts, at, "a")
	case 1:
		parts = slices.Delete(parts, max(at-1, 0), at)
	}
	return strings.Join(parts, separator)
}

// Random patterns against names made for them.
func TestRandomPatterns(t *testing.T) {
	r := newRand(t)
	for _, k := range nameKinds {
		valid, matched := 0, 0
		for range 20000 {
			pattern := randomPattern(r, k.separator)
			want := slowValid(pattern, k.separator, true)
			if got := k.reason(t, pattern); (got == "") != want {
				t.Fatalf("%s pattern %q: got %q, want valid %v", k.name, pattern, got, want)
			}
			if !want {
				continue
			}
			g, _ := k.grant(pattern)
			for range 6 {
				name := nameFor(r, pattern, k.separator)
				want := slowValid(name, k.separator, false) && slowMatches(pattern, name, k.separator)
				if got := k.matches(t, g, name); got != want {
					t.Fatalf("%s: pattern %q, name %q: got %v, want %v", k.name, pattern, name, got, want)
				}
				valid++
				if want {
					matched++
				}
			}
		}
		if valid < 60000 || matched < valid/4 || matched > valid*3/4 {
			t.Errorf("%s: %d pairs of which %d match: lopsided", k.name, valid, matched)
		}
	}
}

// A list of patterns matches what one of them matches.
func TestPatternLists(t *testing.T) {
	r := newRand(t)
	for range 3000 {
		var interfaces predicates.Interfaces
		var resources predicates.Resources
		for range 1 + r.IntN(4) {
			if p := randomPattern(r, ":"); slowValid(p, ":", true) && !slices.Contains(interfaces, p) {
				interfaces = append(interfaces, p)
			}
			if p := randomPattern(r, "/"); slowValid(p, "/", true) && !slices.Contains(resources, p) {
				resources = append(resources, p)
			}
		}
		if interfaces == nil || resources == nil {
			continue
		}
		claims := newClaims(t, predicates.Allow(interfaces, resources))
		for range 4 {
			i := nameFor(r, interfaces[r.IntN(len(interfaces))], ":")
			n := nameFor(r, resources[r.IntN(len(resources))], "/")
			request := predicates.NewRequest(i, n)
			want := slowValid(i, ":", false) && slowValid(n, "/", false) &&
				slices.ContainsFunc(interfaces, func(p string) bool { return slowMatches(p, i, ":") }) &&
				slices.ContainsFunc(resources, func(p string) bool { return slowMatches(p, n, "/") })
			got := predicates.Evaluate([]predicates.Claims{claims}, &request, &predicates.Context{}).Verdict == predicates.Permitted
			if got != want {
				t.Fatalf("%q on %q, asked %q on %q: got %v, want %v", interfaces, resources, i, n, got, want)
			}
		}
	}
}
