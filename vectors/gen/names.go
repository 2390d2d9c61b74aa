package main

import (
	"strings"

	"github.com/tapertoken/taper/internal/forge"
)

// plainSeal returns a token of two blocks: the root delegates these grants to a
// worker, and the worker seals for the service without any restriction of its own.
// So block 0 alone decides what is permitted.
func plainSeal(grants ...forge.Item) forge.Token {
	return forge.Chain("root", "worker").With(0, forge.Allow(grants...)).Without(1, 4, 5, 6, 7)
}

// rootSeal returns a token of one block, by which the root itself seals these
// grants for the service: where only matching matters.
func rootSeal(grants ...forge.Item) forge.Token {
	return forge.Chain("root").With(0, forge.Allow(grants...)).Without(0, 5, 7)
}

// A named is a request for a name, and what is expected of it.
type named struct {
	id, resource, comment string
	spec, attacks, flags  []string
	ok                    bool
	iface                 string // forge.Interface if empty
	noInterface           bool   // the empty text as interface
}

// names adds requests against one token. Each that is denied has the last that was
// permitted before it as its base.
func (s *suite) names(t forge.Token, list ...named) {
	base := ""
	for _, n := range list {
		if n.iface == "" && !n.noInterface {
			n.iface = forge.Interface
		}
		r := request(n.iface, n.resource)
		a := authorize{
			id: "names-" + n.id, comment: n.comment, spec: n.spec, attacks: n.attacks, flags: n.flags, token: t, request: &r,
		}
		if n.ok {
			base = a.id
		} else {
			a.base, a.verdict, a.claim = base, "not-allowed", 6
		}
		s.authorize(a)
	}
}

// nameCases: which names exist, and which pattern matches which.
func nameCases(s *suite) {
	on := func(patterns ...string) forge.Token {
		return rootSeal(forge.Grant([]string{forge.Interface}, patterns))
	}
	of := func(patterns ...string) forge.Token {
		return rootSeal(forge.Grant(patterns, []string{"**"}))
	}
	n8 := []string{"N-8"}
	c2, c7, c8 := []string{"C2"}, []string{"C7"}, []string{"C8"}

	// The table of section 6.
	s.names(on("customers/**"),
		named{id: "rest-none", resource: "customers", ok: true, spec: n8, attacks: c7, flags: []string{"star-needs-segment"},
			comment: "The last ** stands for no segment too: one who demands a segment locks holders out of the directory itself."},
		named{id: "rest-deep", resource: "customers/1/notes", ok: true, spec: n8, flags: []string{"star-one-level"},
			comment: "The last ** stands for any number of segments, here two: one who takes a single segment denies what was granted."},
		named{id: "rest-one", resource: "customers/1", ok: true, spec: n8,
			comment: "The last ** stands for one segment."},
		named{id: "rest-string-prefix", resource: "customers2", spec: n8, attacks: c2, flags: []string{"string-prefix"},
			comment: "A match by string prefix, without a boundary of segments, opens the neighbour whose name begins alike."},
		named{id: "rest-string-prefix-below", resource: "customers2/1", spec: n8, attacks: c2, flags: []string{"string-prefix"},
			comment: "The same below the neighbour: a boundary that is checked at the end of the name only does not help."},
		named{id: "rest-shorter", resource: "customer", spec: n8, attacks: c2, flags: []string{"string-prefix"},
			comment: "Only the pattern may go on: one who takes the prefix the other way round grants a shorter name."},
		named{id: "rest-absolute", resource: "/customers/1", spec: []string{"N-9"}, flags: []string{"absolute-path"},
			comment: "A leading slash that is trimmed before the match turns a relative right into one on the file system's root."},
		named{id: "rest-not-first", resource: "x/customers/1", spec: n8, flags: []string{"unanchored"},
			comment: "A match anywhere in the name instead of from its start grants every directory that holds the same word."},
	)
	s.names(on("customers/*"),
		named{id: "one", resource: "customers/1", ok: true, spec: n8, attacks: c7,
			comment: "A * stands for exactly one segment."},
		named{id: "one-none", resource: "customers", spec: n8, attacks: c7, flags: []string{"star-matches-none"},
			comment: "A * that also stands for nothing grants the list of all customers to who may read one."},
		named{id: "one-two", resource: "customers/1/notes", spec: n8, attacks: c7, flags: []string{"star-crosses-separator"},
			comment: "A * that runs across a separator, as in many glob libraries, grants all that lies below."},
		named{id: "one-empty", resource: "customers/", spec: []string{"N-4", "D-14"}, attacks: c7, flags: []string{"empty-segment"},
			comment: "A * matches no empty segment, since there is none: backends read customers/ as the whole directory."},
		named{id: "one-dotdot", resource: "customers/..", spec: []string{"N-2", "D-14"}, attacks: c7, flags: []string{"path-traversal"},
			comment: "A glob library says that customers/* matches customers/.., which a backend then resolves to the level above."},
		named{id: "one-absolute", resource: "/customers/1", spec: []string{"N-9"}, flags: []string{"absolute-path"},
			comment: "The slash before the first segment is no segment, and only patterns that begin with it match."},
	)
	s.names(on("**"),
		named{id: "all-relative", resource: "data/reports/7", ok: true, spec: n8,
			comment: "Two stars alone are every relative resource."},
		named{id: "all-relative-one", resource: "data", ok: true, spec: n8,
			comment: "Two stars alone match a name of one segment."},
		named{id: "all-relative-absolute", resource: "/data", spec: []string{"N-9"}, flags: []string{"absolute-path"},
			comment: "One who reads ** as everything hands a token for relative names the whole file system."},
	)
	s.names(on("/**"),
		named{id: "all-absolute", resource: "/data/reports", ok: true, spec: []string{"N-8", "N-9"},
			comment: "The pattern /** is every absolute resource."},
		named{id: "all-absolute-relative", resource: "data/reports", spec: []string{"N-9"}, flags: []string{"absolute-path"},
			comment: "An absolute pattern matches no relative name: the two name different things in most backends."},
		named{id: "all-absolute-slash", resource: "/", spec: []string{"N-4", "D-14"}, flags: []string{"empty-segment"},
			comment: "The slash alone is no name, although /** could stand for no segment: it would be the root directory."},
	)
	s.names(on("*"),
		named{id: "single", resource: "customers", ok: true, spec: n8,
			comment: "One star alone is every name of one segment."},
		named{id: "single-two", resource: "customers/1", spec: n8, flags: []string{"star-means-all"},
			comment: "Elsewhere one star means everything; here it is one segment, and a port that keeps the habit grants it all."},
		named{id: "single-absolute", resource: "/customers", spec: []string{"N-9"}, flags: []string{"absolute-path"},
			comment: "A star does not stand for the slash of an absolute path."},
	)
	s.names(on("orders/*/items"),
		named{id: "inner", resource: "orders/7/items", ok: true, spec: n8,
			comment: "A star between two segments."},
		named{id: "inner-none", resource: "orders/items", spec: n8, attacks: c7, flags: []string{"star-matches-none"},
			comment: "An inner star that matches nothing makes two directories one."},
		named{id: "inner-two", resource: "orders/7/8/items", spec: n8, attacks: c7, flags: []string{"star-crosses-separator"},
			comment: "An inner star that is compiled to .* in a regular expression swallows separators."},
		named{id: "inner-longer", resource: "orders/7/items/1", spec: n8, flags: []string{"prefix-match"},
			comment: "A pattern without a last ** ends where it ends: a loop over the pattern's segments must look for names that go on."},
		named{id: "inner-shorter", resource: "orders/7", spec: n8, flags: []string{"prefix-match"},
			comment: "A loop over the segments of the name must look for patterns that go on."},
		named{id: "inner-other", resource: "orders/7/notes", spec: n8, flags: []string{"prefix-match"},
			comment: "The segment behind the star counts: one who stops at the star grants every sibling."},
	)
	s.names(on("customers/1"),
		named{id: "exact", resource: "customers/1", ok: true, spec: n8,
			comment: "A pattern without stars matches the name that it spells."},
		named{id: "exact-longer-segment", resource: "customers/12", spec: n8, attacks: c2, flags: []string{"string-prefix"},
			comment: "Customer 12 begins as customer 1 does: a string prefix reads somebody else's record."},
		named{id: "exact-below", resource: "customers/1/notes", spec: n8, flags: []string{"prefix-match"},
			comment: "A right to a name is no right to what lies below it."},
		named{id: "exact-above", resource: "customers", spec: n8, flags: []string{"prefix-match"},
			comment: "A right to a name is no right to what lies above it."},
	)
	s.names(on("a/*/**"),
		named{id: "star-then-rest", resource: "a/b", ok: true, spec: n8,
			comment: "The star takes one segment, and the two stars behind it none."},
		named{id: "star-then-rest-deep", resource: "a/b/c/d", ok: true, spec: n8,
			comment: "The star takes one segment, and the two stars behind it two."},
		named{id: "star-then-rest-short", resource: "a", spec: n8, attacks: c7, flags: []string{"star-matches-none"},
			comment: "The star still wants its segment: one who lets ** stand for both grants the level above."},
	)
	s.names(on("/data/**"),
		named{id: "absolute-below", resource: "/data/2026", ok: true, spec: []string{"N-8", "N-9"},
			comment: "An absolute directory and what lies below."},
		named{id: "absolute-prefix", resource: "/database", spec: n8, attacks: c2, flags: []string{"string-prefix"},
			comment: "String prefixes are as wrong for absolute paths."},
		named{id: "absolute-relative", resource: "data/2026", spec: []string{"N-9"}, flags: []string{"absolute-path"},
			comment: "One who splits at slashes and drops empty parts can't tell the relative name from the absolute one."},
	)
	s.names(on("customers/1", "orders/*"),
		named{id: "several-first", resource: "customers/1", ok: true, spec: []string{"N-10"},
			comment: "One of several resource patterns is enough: here the first."},
		named{id: "several-last", resource: "orders/5", ok: true, spec: []string{"N-10"},
			comment: "One of several resource patterns is enough: here the last."},
		named{id: "several-mixed", resource: "customers/5", spec: n8, flags: []string{"mixed-patterns"},
			comment: "The first segment of one pattern with the second of another matches nothing: a set of segments for each level does."},
	)

	// Interfaces.
	s.names(of("database:*"),
		named{id: "interface-one", iface: "database:read", resource: "customers", ok: true, spec: n8,
			comment: "Interfaces are split at colons, and * is one segment there too."},
		named{id: "interface-one-none", iface: "database", resource: "customers", spec: n8, attacks: c7, flags: []string{"star-matches-none"},
			comment: "The star of an interface stands for one segment, not for none."},
		named{id: "interface-one-two", iface: "database:read:all", resource: "customers", spec: n8, attacks: c7, flags: []string{"star-crosses-separator"},
			comment: "The star of an interface runs over no colon: the deeper call may be the dangerous one."},
		named{id: "interface-slash", iface: "database/read", resource: "customers", spec: []string{"N-1"}, attacks: c8, flags: []string{"wrong-separator"},
			comment: "A slash separates nothing in an interface: one who splits at both grants a name that is another."},
		named{id: "interface-prefix", iface: "databases:read", resource: "customers", spec: n8, attacks: c2, flags: []string{"string-prefix"},
			comment: "A string prefix takes another interface that begins alike."},
	)
	s.names(of("database:**"),
		named{id: "interface-rest", iface: "database:read:all", resource: "customers", ok: true, spec: n8,
			comment: "Two stars at the end of an interface are any number of segments."},
		named{id: "interface-rest-none", iface: "database", resource: "customers", ok: true, spec: n8,
			comment: "Two stars at the end of an interface are no segment too."},
		named{id: "interface-rest-prefix", iface: "database2", resource: "customers", spec: n8, attacks: c2, flags: []string{"string-prefix"},
			comment: "The boundary of segments holds for interfaces too."},
	)
	s.names(of("files/read"),
		named{id: "interface-slash-ordinary", iface: "files/read", resource: "customers", ok: true, spec: []string{"N-1"}, attacks: c8,
			comment: "A slash inside of an interface is an ordinary byte of its one segment."},
		named{id: "interface-slash-colon", iface: "files:read", resource: "customers", spec: []string{"N-1", "N-5"}, attacks: c8, flags: []string{"wrong-separator"},
			comment: "One who maps slashes to colons first makes two interfaces one."},
	)
	s.names(of("*"),
		named{id: "interface-slash-segment", iface: "files/../read", resource: "customers", ok: true, spec: []string{"N-1", "N-2"}, attacks: c8,
			comment: "It is one segment that holds slashes and dots: one who splits it at slashes denies it as a path."},
		named{id: "interface-two-segments", iface: "files:read", resource: "customers", spec: n8, attacks: c7, flags: []string{"star-means-all"},
			comment: "One star as an interface is one segment, not every interface."},
	)
	s.names(on("urn:isbn:5"),
		named{id: "resource-colon-ordinary", resource: "urn:isbn:5", ok: true, spec: []string{"N-1"}, attacks: c8,
			comment: "A colon inside of a resource is an ordinary byte."},
		named{id: "resource-colon-slash", resource: "urn/isbn/5", spec: []string{"N-1", "N-5"}, attacks: c8, flags: []string{"wrong-separator"},
			comment: "One matcher for both grammars that splits at either separator takes these for one name."},
	)
	s.names(on("*"),
		named{id: "resource-colon-segment", resource: "urn:..:5", ok: true, spec: []string{"N-1", "N-2"}, attacks: c8,
			comment: "It is one segment, since colons separate nothing here: one who splits at colons finds a dot-dot that is none."},
		named{id: "resource-colon-two-segments", resource: "urn:isbn/5", spec: n8, attacks: c8, flags: []string{"wrong-separator"},
			comment: "The slash separates beside colons too: a splitter that chooses the separator by the first one it sees counts one segment."},
	)

	nameBytes(s, on)
	nameGrammar(s)
}

// nameBytes: pairs that a backend, or a helpful library, takes for equal.
func nameBytes(s *suite, on func(...string) forge.Token) {
	pairs := []struct{ id, granted, asked, comment string }{
		{"case", "Customers", "customers", "Case is not folded: on a backend that folds, two rights are one, and the caller must pass the folded name."},
		{"case-up", "reports", "REPORTS", "Nor is the name that is asked for folded."},
		{"nfc-nfd", "caf\u00e9", "cafe\u0301", "The decomposed spelling is another name: a runtime that normalizes strings on comparison grants it."},
		{"nfd-nfc", "re\u0301sume\u0301", "r\u00e9sum\u00e9", "The composed spelling is another name where the token holds the decomposed one."},
		{"kelvin", "kelvin", "\u212aelvin", "KELVIN SIGN folds to k in Unicode: a case-insensitive comparison hands one account the other's data."},
		{"long-s", "sales", "\u017fales", "LATIN SMALL LETTER LONG S folds to s: simple folding merges the two."},
		{"sharp-s", "stra\u00dfe", "strasse", "Full case folding turns a sharp s into two letters."},
		{"dotless-i", "info", "\u0131nfo", "The Turkish dotless i becomes I in upper case, as i does: comparing upper case merges them."},
		{"full-width", "accounts", "\uff41ccounts", "Compatibility normalization (NFKC) turns full-width letters into ASCII."},
		{"cyrillic", "payroll", "p\u0430yroll", "A Cyrillic letter that looks the same is another byte, whatever a reader sees."},
		{"trailing-blank", "invoices", "invoices ", "Some databases ignore blanks at the end of a string; Taper does not, and so must not be asked with the other one."},
		{"leading-blank", "tickets", " tickets", "Trimming what is asked makes two names one."},
		{"percent", "secrets", "%73ecrets", "Nothing is percent-decoded: one who decodes before the match, and a backend that decodes again, disagree about the name."},
		{"plus", "a b", "a+b", "A plus is a plus: form decoding turns it into a blank."},
		{"zero-width", "admin", "ad\u200bmin", "A zero-width space is a character that nobody sees: stripping it grants the name without it."},
		{"byte-order-mark", "export", "\ufeffexport", "A byte order mark before the name is part of it: decoders that swallow it change the name."},
		{"backslash", "team/x", "team\\x", "A backslash is an ordinary byte, and no separator on any system."},
	}
	for _, p := range pairs {
		s.names(on(p.granted),
			named{id: "bytes-" + p.id + "-same", resource: p.granted, ok: true, spec: []string{"N-5"}, attacks: []string{"C5"},
				comment: "The very bytes of the pattern match; the case that names this one as its base asks for a name that only looks equal."},
			named{id: "bytes-" + p.id, resource: p.asked, spec: []string{"N-5"}, attacks: []string{"C5"}, flags: []string{"name-folding"},
				comment: p.comment})
	}
	s.names(rootSeal(forge.Grant([]string{"database:read"}, []string{"**"})),
		named{id: "bytes-interface-same", iface: "database:read", resource: "customers", ok: true, spec: []string{"N-5"}, attacks: []string{"C5"},
			comment: "The interface as it is granted."},
		named{id: "bytes-interface-case", iface: "database:Read", resource: "customers", spec: []string{"N-5"}, attacks: []string{"C5"}, flags: []string{"name-folding"},
			comment: "Interfaces are bytes too: method names that fold, as in some RPC systems, are the caller's to fold."},
		named{id: "bytes-interface-blank", iface: "database:read ", resource: "customers", spec: []string{"N-5"}, attacks: []string{"C5"}, flags: []string{"name-folding"},
			comment: "A blank behind the interface makes another interface."})
}

// nameGrammar: what is no name, each asked of a token that permits all names.
func nameGrammar(s *suite) {
	everything := rootSeal(forge.Grant([]string{"**"}, []string{"**", "/**"}))
	segments := func(n int, separator string) string {
		return strings.TrimSuffix(strings.Repeat("s"+separator, n), separator)
	}
	long := func(separator string, lengths ...int) string {
		var parts []string
		for _, n := range lengths {
			parts = append(parts, strings.Repeat("a", n))
		}
		return strings.Join(parts, separator)
	}
	n1, n2, n3, n4 := []string{"N-1", "D-14"}, []string{"N-2", "D-14"}, []string{"N-3", "D-14"}, []string{"N-4", "D-14"}
	c3, c6, c7 := []string{"C3"}, []string{"C6"}, []string{"C7"}
	grammar := func(list ...named) { s.names(everything, list...) }

	grammar(
		named{id: "segment-256", resource: long("/", 256), ok: true, spec: n1, attacks: c3, comment: "A segment of 256 bytes is the longest."},
		named{id: "segment-257", resource: long("/", 257), spec: n1, attacks: c3, flags: []string{"off-by-one"},
			comment: "One byte more is no segment: no pattern can name it either, so only stars would match what nobody can forbid."})
	grammar(
		named{id: "segment-256-bytes", resource: strings.Repeat("\u00e9", 128), ok: true, spec: n1, attacks: c3, comment: "128 characters of two bytes fill a segment."},
		named{id: "segment-258-bytes", resource: strings.Repeat("\u00e9", 129), spec: n1, attacks: c3, flags: []string{"counts-characters"},
			comment: "The limit counts bytes: one who counts characters accepts names that others deny."})
	grammar(
		named{id: "segment-later-256", resource: "a/" + long("/", 256) + "/b", ok: true, spec: n1, attacks: c3, comment: "The limit on a segment holds for each one."},
		named{id: "segment-later-257", resource: "a/" + long("/", 257) + "/b", spec: n1, attacks: c3, flags: []string{"off-by-one"},
			comment: "Segments behind the first are checked too."})
	grammar(
		named{id: "segments-32", resource: segments(32, "/"), ok: true, spec: n3, attacks: c3, comment: "A name has up to 32 segments."},
		named{id: "segments-33", resource: segments(33, "/"), spec: n3, attacks: c3, flags: []string{"off-by-one"},
			comment: "One who counts separators instead of segments takes one more."})
	grammar(
		named{id: "segments-absolute-32", resource: "/" + segments(32, "/"), ok: true, spec: []string{"N-3", "N-4"}, attacks: c3, flags: []string{"slash-counted"},
			comment: "The slash of an absolute path is no segment: one who splits and counts denies this name of 32."},
		named{id: "segments-absolute-33", resource: "/" + segments(33, "/"), spec: []string{"N-3", "N-4", "D-14"}, attacks: c3, flags: []string{"off-by-one"},
			comment: "An absolute path has no segment more than a relative one."})
	grammar(
		named{id: "bytes-1024", resource: long("/", 256, 255, 255, 255), ok: true, spec: n3, attacks: c3, comment: "A name has up to 1,024 bytes, separators included."},
		named{id: "bytes-1025", resource: long("/", 256, 256, 255, 255), spec: n3, attacks: c3, flags: []string{"off-by-one"},
			comment: "One byte more: whoever adds up the segments without the separators does not see it."})
	grammar(
		named{id: "bytes-absolute-1024", resource: "/" + long("/", 255, 255, 255, 255), ok: true, spec: n3, attacks: c3, comment: "The slash of an absolute path counts among its 1,024 bytes."},
		named{id: "bytes-absolute-1025", resource: "/" + long("/", 256, 255, 255, 255), spec: n3, attacks: c3, flags: []string{"off-by-one"},
			comment: "Cutting the slash off before the length is checked lets a byte more in."})

	grammar(named{id: "dots", resource: "a/.../b", ok: true, spec: n2, attacks: c3, comment: "Three dots are an ordinary segment: one who bars whatever begins with two dots denies it."})
	for _, d := range []struct{ id, name, comment string }{
		{"dot", ".", "A dot alone names where a backend happens to be."},
		{"dotdot", "..", "Two dots alone name the level above."},
		{"dot-inner", "a/./b", "A dot between segments vanishes in a backend: two names for one thing."},
		{"dotdot-inner", "a/../b", "Two dots between segments: a/** would grant b."},
		{"dotdot-first", "../a", "Two dots at the start leave the root of relative names."},
		{"dotdot-last", "a/..", "Two dots at the end: the check must look at the last segment too."},
		{"dotdot-absolute", "/../etc", "Two dots behind the slash of an absolute path."},
		{"dot-absolute", "/.", "A dot behind the slash of an absolute path is another spelling of the root directory."},
	} {
		grammar(named{id: "dots-base-" + d.id, resource: strings.ReplaceAll(d.name, ".", "x"), ok: true, spec: n2, comment: "The same name with letters in place of its dots."},
			named{id: d.id, resource: d.name, spec: n2, attacks: c3, flags: []string{"path-traversal"}, comment: d.comment})
	}
	for _, d := range []struct{ id, name, comment string }{
		{"hidden", ".hidden/x", "A segment that begins with a dot is an ordinary one."},
		{"dots-within", "a..b/c..", "Two dots within a longer segment are ordinary: a search for the substring denies file names that exist."},
		{"percent-dots", "customers/%2e%2e/x", "To Taper it is an ordinary segment: the caller passes the name that it will use, decoded once, before."},
		{"backslash-dots", "customers/..\\x", "To Taper it is an ordinary segment of four bytes: a backend for which a backslash separates must be asked with the resolved name."},
	} {
		grammar(named{id: d.id, resource: d.name, ok: true, spec: []string{"N-2", "N-5"}, attacks: []string{"C4"}, comment: d.comment})
	}

	for _, e := range []struct{ id, good, bad, comment string }{
		{"empty", "a", "", "The empty text is no name: under ** it would be everything and nothing."},
		{"empty-slashes", "/a", "//", "Two slashes are no name."},
		{"empty-inner", "a/b", "a//b", "An empty segment in between: many backends drop it, so the name would have two spellings."},
		{"empty-last", "a/b", "a/b/", "A separator at the end leaves an empty segment, which backends take for the directory."},
		{"empty-double-absolute", "/a/b", "//a/b", "A second slash at the start is an empty segment; as a URL without scheme it names a host."},
		{"empty-absolute-last", "/a/b", "/a/b/", "An absolute path with a separator at the end."},
	} {
		grammar(named{id: e.id + "-base", resource: e.good, ok: true, spec: n4, comment: "The name on the good side of the rule, without an empty segment."},
			named{id: e.id, resource: e.bad, spec: n4, attacks: c3, flags: []string{"empty-segment"}, comment: e.comment})
	}

	controls := []named{{id: "control-none", resource: "a\u00a0b/c", ok: true, spec: n1, attacks: c6,
		comment: "U+00A0, the first character behind the control characters, may stand in a name."}}
	for _, c := range []struct{ id, char, comment string }{
		{"nul", "\x00", "A backend written in C ends the name at U+0000, so Taper and it would see two names."},
		{"tab", "\t", "A tab splits fields of a log line."},
		{"line-feed", "\n", "A line feed in a name forges a line of a log."},
		{"carriage-return", "\r", "A carriage return overwrites what a terminal has shown."},
		{"escape", "\x1b", "An escape character begins commands to a terminal."},
		{"unit-separator", "\x1f", "U+001F is the last of the first range of control characters."},
		{"delete", "\x7f", "U+007F is a control character too: a check for less than a blank misses it."},
		{"c1-first", "\u0080", "U+0080 is the first of the second range: a check of single bytes misses it, as it has two."},
		{"c1-csi", "\u009b", "U+009B begins commands to some terminals in a single character."},
		{"c1-last", "\u009f", "U+009F is the last of the second range."},
	} {
		controls = append(controls, named{id: "control-" + c.id, resource: "a" + c.char + "b/c", spec: n1, attacks: c6, flags: []string{"control-character"}, comment: c.comment})
	}
	grammar(controls...)
	for _, c := range []struct{ id, char, comment string }{
		{"blank", " ", "A blank is the first character behind the first range, and may stand in a name."},
		{"tilde", "~", "U+007E is the last before the second range."},
		{"bidi", "\u202e", "A character that turns the direction of text deceives readers, but names are bytes: it is legal, and shown escaped."},
		{"line-separator", "\u2028", "LINE SEPARATOR is no control character here, though some languages end a line at it."},
		{"replacement", "\ufffd", "U+FFFD is a character like any other: one who takes it for the mark of a decoding fault denies the name."},
		{"last", "\U0010ffff", "The last code point there is takes four bytes, or two units where strings are UTF-16."},
	} {
		grammar(named{id: "char-" + c.id, resource: "a" + c.char + "b/c", ok: true, spec: []string{"N-1"}, attacks: c6, comment: c.comment})
	}

	grammar(named{id: "star-base", resource: "a/b", ok: true, spec: n1, comment: "A name without stars, under a pattern that permits all names."})
	for _, c := range []struct{ id, name, comment string }{
		{"star", "*", "A name is no pattern: a star that is asked for would reach a backend that expands it."},
		{"star-star", "**", "Two stars as a name: compared with the pattern ** they are even equal as bytes."},
		{"star-last", "a/*", "A star as a later segment of a name."},
		{"star-within", "a*b/c", "A star within a segment: no pattern could spell this name."},
	} {
		grammar(named{id: "name-" + c.id + "-base", resource: strings.ReplaceAll(c.name, "*", "x"), ok: true, spec: n1, comment: "The same name with a letter in place of each star."},
			named{id: "name-" + c.id, resource: c.name, spec: n1, attacks: c7, flags: []string{"star-in-name"}, comment: c.comment})
	}

	// The same grammar for interfaces.
	for _, c := range []struct {
		id, good, bad, comment string
		spec, flags            []string
	}{
		{"segment-257", long(":", 256), long(":", 257), "Segments of interfaces have the same limit of 256 bytes.", n1, []string{"off-by-one"}},
		{"segments-33", segments(32, ":"), segments(33, ":"), "Interfaces have the same limit of 32 segments.", n3, []string{"off-by-one"}},
		{"bytes-1025", long(":", 256, 255, 255, 255), long(":", 256, 256, 255, 255), "Interfaces have the same limit of 1,024 bytes.", n3, []string{"off-by-one"}},
		{"empty", "a", "", "A request that names no interface asks for none that could be granted.", n4, []string{"empty-segment"}},
		{"empty-inner", "a:b", "a::b", "An empty segment of an interface: two spellings of one method where a framework drops it.", n4, []string{"empty-segment"}},
		{"empty-last", "a:b", "a:b:", "A colon at the end of an interface leaves an empty segment.", n4, []string{"empty-segment"}},
		{"leading-colon", "/a", ":a", "Only resources may begin with their separator: an interface has no absolute form, and a slash is an ordinary byte of it.", n4, []string{"empty-segment"}},
		{"dotdot", "a:x:b", "a:..:b", "Dots are barred in interfaces too, since some services map them to paths.", n2, []string{"path-traversal"}},
		{"star", "a:b", "a:*", "A star in the interface that is asked for is no wildcard.", n1, []string{"star-in-name"}},
		{"control", "a:b", "a:b\n", "A line feed behind an interface: a regular expression that ends in $ permits one.", n1, []string{"control-character"}},
	} {
		grammar(named{id: "interface-grammar-" + c.id + "-base", iface: c.good, resource: "x", ok: true, spec: c.spec, attacks: c3, comment: "The interface at its best, on the good side of the rule."},
			named{id: "interface-grammar-" + c.id, iface: c.bad, noInterface: c.bad == "", resource: "x", spec: c.spec, attacks: c3, flags: c.flags, comment: c.comment})
	}
}
