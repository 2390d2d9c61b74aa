package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// A parse is a case of reading a text. In a text that is refused, "‸" stands
// before the fault, and is taken out.
type parse struct {
	id, base, comment string
	spec, flags       string // with blanks between
	attacks           string
	text              string
	hex               []byte       // in place of text, where it is not UTF-8
	claims            []forge.Pair // what it stands for, in any order
	canonical         string       // text if empty
	empty             bool         // it stands for no claims
}

const fault = "‸"

func (s *suite) parse(p parse) {
	c := vectors.Case{
		ID: "language-" + p.id, Op: "parse", Comment: p.comment,
		Spec: strings.Fields(p.spec), Flags: strings.Fields(p.flags), Attacks: strings.Fields(p.attacks),
	}
	if p.base != "" {
		c.Base = "language-" + p.base
	}
	text := p.text
	if before, after, found := strings.Cut(text, fault); found {
		text = before + after
		c.Line = 1 + strings.Count(before, "\n")
		c.Column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	}
	c.Text = &text
	if p.hex != nil {
		h := hex.EncodeToString(p.hex)
		c.Text, c.Hex = nil, &h
	}
	if p.claims != nil || p.empty {
		if c.Line > 0 {
			fail("%s: a fault in a text that is accepted", c.ID)
		}
		canonical := p.canonical
		if canonical == "" && !p.empty {
			canonical = text
		}
		c.Parsed = &vectors.Parsed{Claims: hex.EncodeToString(forge.Encode(forge.SortedMap(p.claims...))), Canonical: canonical}
	} else if c.Base == "" {
		fail("%s is refused, and has no base", c.ID)
	}
	s.add(c)
}

// claimList is a list of claims, shorter to write than a slice.
func claimList(list ...forge.Pair) []forge.Pair { return list }

// grantClaim is the claim allow of one grant.
func grantClaim(interfaces, resources string, arguments ...forge.Pair) []forge.Pair {
	i, r := strings.Split(interfaces, " "), strings.Split(resources, " ")
	if arguments == nil {
		return claimList(forge.Allow(forge.Grant(i, r)))
	}
	return claimList(forge.Allow(forge.GrantWhere(i, r, arguments...)))
}

// whereClaim is the claim of a grant "a on c" with these conditions on x.
func whereClaim(conditions ...forge.Item) []forge.Pair {
	return grantClaim("a", "c", forge.Argument("x", conditions...))
}

// joined returns n items with commas between.
func joined(n int, item func(int) string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = item(i)
	}
	return strings.Join(items, ", ")
}

func name(i int) string { return fmt.Sprintf("n%d", i) }

// numberedNames returns n names.
func numberedNames(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = name(i)
	}
	return all
}

// spelledKey returns a key as the language writes it.
func spelledKey(k forge.Key) string {
	public := k.Public()
	return text("ed25519:", public[:])
}

const (
	evening     = 1795370400 // 2026-11-22T18:00:00Z
	eveningText = "until 2026-11-22T18:00:00Z"
)

func languageCases(s *suite) {
	s.languageStatements()
	s.languageBlanks()
	s.languageNames()
	s.languageQuotes()
	s.languageTimes()
	s.languageNumbers()
	s.languageBounds()
	s.languageOrder()
	s.languageHostile()
}

// languageStatements: each statement, and each broken in one place.
func (s *suite) languageStatements() {
	k1, k2 := forge.NewKey("language 1"), forge.NewKey("language 2")
	key1, key2 := spelledKey(k1), spelledKey(k2)
	digest := strings.Repeat("0a", 32)
	digestBytes, _ := hex.DecodeString(digest)
	padded := key1 + "="
	for _, p := range []parse{
		{id: "empty", spec: "P-1 P-9 P-10", text: "", empty: true,
			comment: "No text is no claims; a reader that wants at least one statement refuses the ceiling that bounds nothing."},
		{id: "allow", spec: "P-1 P-9", text: "allow database:read on customers/**", claims: grantClaim("database:read", "customers/**"),
			comment: "One grant; arguments are free, so the grant has two elements and not three."},
		{id: "allow-lists", spec: "P-1 P-9", text: "allow a, b on c, d/e", claims: grantClaim("a b", "c d/e"), flags: "list-order",
			comment: "Lists keep the order of the text; a writer that sorts them makes other bytes, and another block."},
		{id: "allow-two", spec: "P-6 P-9", text: "allow a on b\nallow c on d", comment: "Two statements are two grants of one claim; joining their lists would let a act on d.", attacks: "C10",
			claims: claimList(forge.Allow(forge.Grant([]string{"a"}, []string{"b"}), forge.Grant([]string{"c"}, []string{"d"})))},
		{id: "allow-same-twice", spec: "P-6 P-7 P-9", text: "allow a on b\nallow a on b", flags: "duplicate", comment: "Equal grants are no duplicates: E-12 lists where an entry may not stand twice, and grants are not there.",
			claims: claimList(forge.Allow(forge.Grant([]string{"a"}, []string{"b"}), forge.Grant([]string{"a"}, []string{"b"})))},
		{id: "allow-nothing", spec: "P-6 P-9", text: "allow nothing", claims: claimList(forge.Allow()), attacks: "C9", flags: "empty-is-absent",
			comment: "Nothing is a claim with an empty list; leaving the claim out would permit everything."},
		{id: "allow-none", spec: "P-9 N-11", text: "allow a on c where none", claims: claimList(forge.Allow(forge.GrantWhere([]string{"a"}, []string{"c"}))), flags: "empty-is-absent",
			comment: "None is an empty map, which permits no argument; leaving it out would permit every argument."},
		{id: "where", spec: "P-9 P-10", text: "allow a on c where x >= 1, x <= 9, y any", comment: "Conditions on one argument are a list in a map of arguments.",
			claims: grantClaim("a", "c", forge.Argument("x", forge.AtLeast(1), forge.AtMost(9)), forge.Argument("y", forge.Any()))},
		{id: "where-any", spec: "P-9", text: "allow a on c where x any", claims: whereClaim(forge.Any()), comment: "Any is a condition of one element; the argument is named, and so permitted."},
		{id: "where-in", spec: "P-9", text: `allow a on c where x in {"EUR", 5, true, false, -7}`, claims: whereClaim(forge.OneOf(forge.Text("EUR"), forge.Int(5), forge.Bool(true), forge.Bool(false), forge.Int(-7))),
			comment: "A set mixes kinds, which stay apart: a reader that turns all into text lets \"5\" pass for 5.", flags: "type-confusion", attacks: "C13"},
		{id: "where-matches", spec: "P-9", text: "allow a on c where x matches {/data/**, b/*}", claims: whereClaim(forge.Matches("/data/**", "b/*")), comment: "Patterns behind matches are patterns of resources, absolute ones included."},
		{id: "where-ends", spec: "P-9", text: `allow a on c where x ends {"@example.com", ".org"}`, claims: whereClaim(forge.EndsWith("@example.com", ".org")), comment: "Endings are texts, and always quoted."},
		{id: "until", spec: "P-5 P-9", text: "until 1970-01-01T00:01:00Z", claims: claimList(forge.Expires(60)), comment: "Times are seconds since 1970 in UTC; a reader that uses local time is hours off."},
		{id: "from", spec: "P-5 P-9", text: "from 1970-01-01T00:00:00Z", claims: claimList(forge.Starts(0)), comment: "Zero is a time, and the claim is there; a reader that takes 0 for absent loses it.", flags: "empty-is-absent"},
		{id: "uses", spec: "P-9", text: "uses 100 at db, 20 at mail", claims: claimList(forge.Uses(forge.Use(100, "db"), forge.Use(20, "mail"))), comment: "The limit comes first, then the service."},
		{id: "services", spec: "P-9", text: "services b, a", claims: claimList(forge.Services("b", "a")), flags: "list-order", comment: "Services keep the order of the text, since lists do."},
		{id: "delegations", spec: "P-9", text: "delegations 2", claims: claimList(forge.Delegations(2)), comment: "The claim is the bare number."},
		{id: "delegations-zero", spec: "P-9", text: "delegations 0", claims: claimList(forge.Delegations(0)), flags: "empty-is-absent", attacks: "C21", comment: "Zero forbids delegation; a writer that leaves zero values out permits all of it."},
		{id: "fresh", spec: "P-9", text: "fresh 60s", claims: claimList(forge.Fresh(60)), comment: "The number of seconds, with its unit joined to it."},
		{id: "cosigned", spec: "P-5 P-9", text: "cosigned by 1 of {" + key1 + "}", claims: claimList(forge.Cosigners(1, k1.Public())), comment: "A key is 32 bytes, not its text."},
		{id: "cosigned-two", spec: "P-5 P-9", text: "cosigned by 2 of {" + key2 + ", " + key1 + "}", claims: claimList(forge.Cosigners(2, k2.Public(), k1.Public())), flags: "list-order", comment: "Keys keep the order of the text."},
		{id: "digest", spec: "P-9", text: "digest sha256:" + digest, claims: claimList(forge.Digest(digestBytes)), comment: "The digest is 32 bytes, not its text."},
		{id: "extension", spec: "P-9 P-10", text: "extension a h'', b h'0a'", claims: claimList(forge.Extensions(forge.Extension("a", nil), forge.Extension("b", []byte{10}))), comment: "An empty value is a value; the name alone is enough to demand a checker."},
		{id: "label", spec: "P-9", text: `label "analyzer"`, claims: claimList(forge.Label("analyzer")), comment: "The label is a text."},
		{id: "label-empty", spec: "P-9", text: `label ""`, claims: claimList(forge.Label("")), flags: "empty-is-absent", comment: "An empty label is a claim that is there: without it the bytes differ."},

		{id: "unknown-statement", base: "delegations", spec: "P-1 P-8", attacks: "C18", flags: "unknown-skipped", text: "‸audience 2", comment: "A reader that skips a statement that it does not know drops a restriction."},
		{id: "statement-upper-case", base: "delegations", spec: "P-1 P-8", flags: "case", text: "‸Delegations 2", comment: "Keywords are lower case; a reader that folds case accepts texts that others refuse."},
		{id: "statement-alone", base: "delegations", spec: "P-1 P-8", flags: "missing-argument", text: "delegations‸", comment: "A statement without what it states is no statement, and not a default."},
		{id: "two-without-separator", base: "delegations", spec: "P-1 P-8", text: "delegations 2 ‸fresh 60s", comment: "Statements are set apart by a line end or a semicolon; guessing where one ends makes readers differ."},
		{id: "allow-without-on", base: "allow", spec: "P-1 P-8", flags: "missing-argument", text: "allow database:read‸", comment: "A grant without resources is none; taking it for all resources widens."},
		{id: "allow-without-resource", base: "allow", spec: "P-1 P-8", flags: "missing-argument", text: "allow database:read on‸", comment: "An empty list of resources is no grant; taking it for all resources widens."},
		{id: "allow-without-interface", base: "allow", spec: "P-1 P-3 P-8", flags: "missing-argument", text: "allow ‸on customers/**", comment: "The keyword on is not the name of an interface unless it is quoted."},
		{id: "allow-where-nothing", base: "allow-none", spec: "P-1 P-8", flags: "missing-argument", text: "allow a on c where‸", comment: "A where that says nothing could mean no argument or any; it means neither."},
		{id: "allow-none-and-more", base: "allow-none", spec: "P-1 P-8", text: "allow a on c where none‸, x any", comment: "None stands alone: beside a condition, one of both would be ignored."},
		{id: "where-trailing-comma", base: "where", spec: "P-1 P-8", flags: "trailing-comma", text: "allow a on c where x >= 1, x <= 9, y any,‸", comment: "A comma promises one more; a reader that forgives it hides a condition that was cut off."},
		{id: "list-trailing-comma", base: "services", spec: "P-1 P-8", flags: "trailing-comma", text: "services b, a,‸", comment: "A comma promises one more name."},
		{id: "list-double-comma", base: "services", spec: "P-1 P-8", flags: "trailing-comma", text: "services b, ‸, a", comment: "There is no empty name between two commas."},
		{id: "set-empty", base: "where-in", spec: "P-1 P-8", flags: "empty-list", text: "allow a on c where x in {‸}", comment: "A set of nothing is not in the grammar; a reader that makes an empty list writes CBOR that is malformed."},
		{id: "set-not-closed", base: "where-in", spec: "P-1 P-8", text: `allow a on c where x in {"EUR", 5‸`, comment: "A set that the end of the text cuts off may have been longer."},
		{id: "where-less", base: "where-any", spec: "P-1 P-8", flags: "operator", text: "allow a on c where x ‸< 9", comment: "There is no strict comparison; a reader that takes < for <= is off by one."},
		{id: "where-equal", base: "where-any", spec: "P-1 P-8", flags: "operator", text: "allow a on c where x ‸= 9", comment: "There is no equal sign; equality is a set of one."},
		{id: "where-not", base: "where-any", spec: "P-1 P-8", flags: "operator", text: "allow a on c where x ‸not in {1}", comment: "There is no negation: what is not named is denied already."},
		{id: "where-any-and-more", base: "where", spec: "P-7 P-8 E-13", text: "allow a on c where x >= 1, x <= 9, x any", comment: "Any beside a bound means nothing; readers that take either differ in what they permit."},
		{id: "in-decimal", base: "where-in", spec: "P-1 P-8", flags: "float", text: "allow a on c where x in {‸1.5}", comment: "There are no decimals in claims; rounding one changes the bound."},
		{id: "in-word", base: "where-in", spec: "P-1 P-8", text: "allow a on c where x in {‸EUR}", comment: "Texts are quoted; a bare word could be a keyword in the next version."},
		{id: "ends-word", base: "where-ends", spec: "P-1 P-8", text: "allow a on c where x ends {‸.org}", comment: "Endings are quoted texts, not names."},
		{id: "matches-text", base: "where-matches", spec: "P-7 P-8 E-16", text: "allow a on c where x matches {‸b//c}", flags: "empty-segment", comment: "A pattern with an empty segment matches nothing, and is refused rather than repaired."},
		{id: "uses-without-service", base: "uses", spec: "P-1 P-8", flags: "missing-argument", text: "uses 100‸", comment: "Uses are counted at a service; without one nobody counts them."},
		{id: "uses-turned", base: "uses", spec: "P-1 P-8", text: "uses ‸db at 100", comment: "The limit comes first; db is no number."},
		{id: "uses-same-service", base: "uses", spec: "P-7 P-8 E-12", flags: "duplicate", text: "uses 100 at db, ‸20 at db", comment: "Two limits at one service: readers that keep the first and the last differ."},
		{id: "services-same", base: "services", spec: "P-7 P-8 E-12", flags: "duplicate", text: "services b, ‸b", comment: "A service that stands twice is malformed in a token, so no text stands for it."},
		{id: "cosigned-without-of", base: "cosigned", spec: "P-1 P-8", text: "cosigned by 1 ‸{" + key1 + "}", comment: "The keyword of is part of the statement."},
		{id: "cosigned-too-many", base: "cosigned", spec: "P-7 P-8 E-14", flags: "off-by-one", text: "cosigned by 2 of {" + key1 + "}", comment: "Two of one can never approve; refuse it before it is signed."},
		{id: "cosigned-same", base: "cosigned-two", spec: "P-7 P-8 E-12", flags: "duplicate", text: "cosigned by 2 of {" + key1 + ", ‸" + key1 + "}", attacks: "A28", comment: "One key that stands twice would approve twice."},
		{id: "key-padded", base: "cosigned", spec: "P-5 P-8", flags: "base64", text: "cosigned by 1 of {" + padded[:len(padded)-1] + "‸=}", comment: "Base64url without padding: a key has one text.", attacks: "B18"},
		{id: "key-trailing-bits", base: "cosigned", spec: "P-5 P-8", flags: "base64", text: "cosigned by 1 of {‸" + looseKey(key1) + "}", comment: "Bits behind the 32 bytes must be zero, or one key has four texts.", attacks: "B18"},
		{id: "key-short", base: "cosigned", spec: "P-1 P-8", flags: "length", text: "cosigned by 1 of {‸" + key1[:len(key1)-1] + "}", comment: "42 characters are no 32 bytes."},
		{id: "key-quoted", base: "cosigned", spec: "P-1 P-8", text: `cosigned by 1 of {‸"` + key1 + `"}`, comment: "Only names and texts stand in quotes."},
		{id: "key-upper-case", base: "cosigned", spec: "P-1 P-8", flags: "case", text: "cosigned by 1 of {‸ED" + key1[2:] + "}", comment: "The name of the algorithm is lower case."},
		{id: "digest-upper-case", base: "digest", spec: "P-1 P-8", flags: "case", text: "digest ‸sha256:" + strings.ToUpper(digest), comment: "Hexadecimal is lower case; most decoders of hexadecimal take both."},
		{id: "digest-short", base: "digest", spec: "P-1 P-8", flags: "length", text: "digest ‸sha256:" + digest[1:], comment: "A digest is 64 digits; a short one compares with nothing."},
		{id: "digest-other", base: "digest", spec: "P-1 P-8", text: "digest ‸sha512:" + digest, comment: "There is one hash; the name of another must not be ignored."},
		{id: "extension-odd", base: "extension", spec: "P-1 P-8", flags: "hex", text: "extension a h'0‸'", comment: "Half a byte is none."},
		{id: "extension-upper-case", base: "extension", spec: "P-1 P-8", flags: "hex case", text: "extension a h'0‸A'", comment: "Hexadecimal is lower case."},
		{id: "extension-without-value", base: "extension", spec: "P-1 P-8", flags: "missing-argument", text: "extension a‸", comment: "A name without a value is not the empty value."},
		{id: "extension-same", base: "extension", spec: "P-7 P-8 E-5", flags: "duplicate", text: "extension a h'', ‸a h'0a'", comment: "A name that stands twice would be two keys of a map, of which readers keep either.", attacks: "C20"},
		{id: "label-word", base: "label", spec: "P-1 P-8", text: "label ‸analyzer", comment: "A label is quoted, always."},
		{id: "label-two", base: "label", spec: "P-1 P-8", text: `label "analyzer" ‸"b"`, comment: "One label is one text."},
		{id: "nonce", base: "empty", spec: "P-1 P-8", text: "‸nonce h'0000000000000001'", comment: "Claims 1 and 2 have no text: whoever writes the block chooses them."},
		{id: "next", base: "empty", spec: "P-1 P-8", text: "‸next " + key1, comment: "A text that could name the next key could hand the token to somebody else.", attacks: "C18"},
	} {
		s.parse(p)
	}
	for _, statement := range []struct{ base, first, second string }{
		{"until", "until 1970-01-01T00:01:00Z", "until 1970-01-01T00:02:00Z"},
		{"from", "from 1970-01-01T00:00:00Z", "from 1970-01-01T00:00:01Z"},
		{"uses", "uses 100 at db, 20 at mail", "uses 1 at web"},
		{"services", "services b, a", "services c"},
		{"delegations", "delegations 2", "delegations 2"},
		{"fresh", "fresh 60s", "fresh 30s"},
		{"cosigned", "cosigned by 1 of {" + key1 + "}", "cosigned by 1 of {" + key2 + "}"},
		{"digest", "digest sha256:" + digest, "digest sha256:" + strings.Repeat("0b", 32)},
		{"extension", "extension a h'', b h'0a'", "extension c h''"},
		{"label", `label "analyzer"`, `label "b"`},
	} {
		word, _, _ := strings.Cut(statement.first, " ")
		s.parse(parse{id: statement.base + "-twice", base: statement.base, spec: "P-6 P-8", flags: "duplicate", attacks: "C18",
			text:    statement.first + "\n" + fault + statement.second,
			comment: "Two statements of " + word + ": a reader that keeps the first and one that keeps the last see two different tokens."})
	}
	s.parse(parse{id: "nothing-and-allow", base: "allow-nothing", spec: "P-6 P-8", attacks: "C9 C18", text: "allow nothing\n‸allow a on b",
		comment: "Nothing beside a grant: a reader that adds grants to an empty list permits what the first line forbids."})
	s.parse(parse{id: "allow-and-nothing", base: "allow", spec: "P-6 P-8", attacks: "C9 C18", text: "allow database:read on customers/**\n‸allow nothing",
		comment: "A grant and then nothing: whoever lets the last one win and whoever adds them differ."})
	s.parse(parse{id: "nothing-twice", base: "allow-nothing", spec: "P-6 P-8", flags: "duplicate", text: "allow nothing\n‸allow nothing",
		comment: "Nothing stands beside no other allow, itself included."})
}

// looseKey returns the text of a key with a bit set behind its 32 bytes.
func looseKey(key string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, key[len(key)-1])
	return key[:len(key)-1] + alphabet[last+1:last+2]
}

// languageBlanks: blanks, line ends and comments.
func (s *suite) languageBlanks() {
	two := claimList(forge.Services("a"), forge.Fresh(60))
	const canonical = "services a\nfresh 60s"
	for _, p := range []parse{
		{id: "lines", spec: "P-1 P-10", text: canonical, claims: two, comment: "Two statements on two lines, without a line end behind the last."},
		{id: "semicolons", spec: "P-1 P-10", text: "services a; fresh 60s", claims: two, canonical: canonical, comment: "A semicolon ends a statement as a line end does."},
		{id: "empty-statements", spec: "P-1 P-10", text: "\n;;services a;\n\n ;fresh 60s\n", claims: two, canonical: canonical, comment: "Between separators there may be nothing."},
		{id: "tabs", spec: "P-1 P-10", text: "\tservices\ta \t\n  fresh \t 60s\t", claims: two, canonical: canonical, comment: "Tabs and blanks separate alike, in any number, at both ends."},
		{id: "comments", spec: "P-1 P-10", text: "# one\nservices a# two ; services b\n#\nfresh 60s #\tthree \"", claims: two, canonical: canonical, attacks: "C18",
			comment: "A comment lasts to the end of the line: a semicolon or a quote in it means nothing."},
		{id: "comment-unicode", spec: "P-1 P-8", text: "services a # \u00a0é\u2028\U0001f600\nfresh 60s", claims: two, canonical: canonical, attacks: "C18",
			comment: "U+2028 ends no line: a reader that splits lines as Unicode does sees a statement in a comment."},
		{id: "no-blanks", spec: "P-1 P-10", text: `allow a,b on c where x<=9,y in{1,"z"},z matches{d},v ends{"e"}`,
			canonical: `allow a, b on c where v ends {"e"}, x <= 9, y in {1, "z"}, z matches {d}`,
			claims: claimList(forge.Allow(forge.GrantWhere([]string{"a", "b"}, []string{"c"}, forge.Argument("x", forge.AtMost(9)),
				forge.Argument("y", forge.OneOf(forge.Int(1), forge.Text("z"))), forge.Argument("z", forge.Matches("d")), forge.Argument("v", forge.EndsWith("e"))))),
			comment: "No blank is needed around commas, bounds and braces, and the printed text has exactly one."},
		{id: "quotes-as-blanks", base: "label", spec: "P-1 P-8", text: `label‸"analyzer"`, flags: "missing-blank", comment: "A gap is one blank at least, also before a quote."},
		{id: "names-joined", base: "allow", spec: "P-1 P-8", text: `allow "database:read"‸on customers/**`, flags: "missing-blank", comment: "A quote that ends does not stand for the blank that the grammar wants."},
		{id: "line-end-in-statement", base: "allow", spec: "P-1 P-8", text: "allow database:read‸\non customers/**", comment: "A line end ends the statement; there are no continued lines."},
		{id: "crlf", base: "lines", spec: "P-8", text: "services a‸\r\nfresh 60s", flags: "line-end", attacks: "C18", comment: "CR has no place; readers that strip it and readers that keep it in the name differ."},
		{id: "cr", base: "lines", spec: "P-8", text: "services a‸\rfresh 60s", flags: "line-end", attacks: "C18", comment: "CR alone ends no line."},
		{id: "cr-in-comment", base: "comments", spec: "P-8", text: "services a # x‸\rfresh 60s", flags: "line-end", attacks: "C18", comment: "CR in a comment hides what follows from whoever reads it on a terminal."},
		{id: "nul", base: "lines", spec: "P-8", text: "services a‸\u0000\nfresh 60s", flags: "control-character", comment: "A reader in C ends here, and loses the second statement."},
		{id: "vertical-tab", base: "lines", spec: "P-8", text: "services a‸\vfresh 60s", flags: "control-character", comment: "A library's notion of white space is wider than that of the grammar."},
		{id: "form-feed", base: "lines", spec: "P-8", text: "services a\nfresh‸\f60s", flags: "control-character", comment: "Form feed is white space to many libraries, and not here."},
		{id: "delete-in-comment", base: "comments", spec: "P-8", text: "services a # ‸\u007f", flags: "control-character", comment: "U+007F is a control character, in comments too."},
		{id: "next-line-in-comment", base: "comment-unicode", spec: "P-8", text: "services a # ‸\u0085fresh 60s", flags: "control-character line-end", attacks: "C18", comment: "U+0085 ends a line for some readers: they would see a statement in this comment."},
		{id: "escape-in-comment", base: "comments", spec: "P-8", text: "services a # ‸\x1b[2K", flags: "control-character", attacks: "H3", comment: "An escape sequence in a comment wipes the line above on a terminal."},
		{id: "no-break-space", base: "lines", spec: "P-1 P-8", text: "services‸\u00a0a", flags: "white-space", comment: "U+00A0 looks like a blank and is none."},
		{id: "line-separator", base: "lines", spec: "P-1 P-8", text: "services a‸\u2028fresh 60s", flags: "line-end", attacks: "C18", comment: "U+2028 ends no line and no statement."},
		{id: "byte-order-mark", base: "lines", spec: "P-1 P-8", text: "‸\ufeffservices a", flags: "bom", comment: "A byte order mark at the start is a character like others, and has no place."},
		{id: "noncharacter-in-comment", spec: "P-1", text: "services a # \uffff\nfresh 60s", claims: two, canonical: canonical, comment: "U+FFFF is valid UTF-8 and no control character; a reader whose decoder drops it is stricter than the grammar."},
		{id: "invalid-utf-8", base: "comments", spec: "P-2 P-8", hex: []byte("services a # \xc0\xaf"), flags: "utf-8", comment: "Bytes that are no UTF-8 are refused in comments too: a reader that replaces them reads another text than was sent."},
		{id: "surrogate-utf-8", base: "comments", spec: "P-2 P-8", hex: []byte("services a # \xed\xa0\x80"), flags: "utf-8", comment: "An encoded surrogate is no UTF-8, though some libraries take it."},
		{id: "cut-utf-8", base: "quoted-e-acute", spec: "P-2 P-8", hex: []byte("services \"\xc3\""), flags: "utf-8", comment: "Half a character in quotes must not swallow the quote."},
	} {
		s.parse(p)
	}
}

// languageNames: words, keywords as names, and patterns.
func (s *suite) languageNames() {
	for _, p := range []parse{
		{id: "word-characters", spec: "P-1 P-10", text: "services aZ09_.:/@%+*~-", claims: claimList(forge.Services("aZ09_.:/@%+*~-")), comment: "All characters that a word may have; plain names give none of them a meaning."},
		{id: "word-digits", spec: "P-1 P-10", text: "services 42, -7", claims: claimList(forge.Services("42", "-7")), comment: "Where a name is expected, digits are a name."},
		{id: "word-h", spec: "P-1", text: "extension h h'00'", claims: claimList(forge.Extensions(forge.Extension("h", []byte{0}))), comment: "The name h is a word, and h' begins bytes: a lexer must look at both characters."},
		{id: "keyword-upper-case", spec: "P-3 P-10", text: "services ALLOW, On", claims: claimList(forge.Services("ALLOW", "On")), flags: "case", comment: "Keywords are lower case, so these are names, and are printed without quotes."},
		{id: "keyword-prefix", spec: "P-3 P-10", text: "services only, allowed, i", claims: claimList(forge.Services("only", "allowed", "i")), comment: "A word that begins with a keyword is a name: a lexer that takes the longest keyword first splits it."},
		{id: "quoted-word", spec: "P-3 P-10", text: `services "db"`, claims: claimList(forge.Services("db")), canonical: "services db", flags: "canonical", comment: "Quotes change nothing, and are not printed where a word will do."},
		{id: "quoted-star", spec: "P-3 P-10", text: `allow "**" on "customers/*"`, claims: grantClaim("**", "customers/*"), canonical: "allow ** on customers/*", attacks: "C7", comment: "A star in quotes is a star: quotes are no escape."},
		{id: "quoted-blank", spec: "P-10", text: `services "a b"`, claims: claimList(forge.Services("a b")), comment: "A name with a blank is quoted."},
		{id: "pattern-absolute", spec: "P-9 N-4", text: "allow a on /**", claims: grantClaim("a", "/**"), comment: "A resource may begin with a slash."},
		{id: "pattern-other-separator", spec: "P-9 N-1", text: "allow a/b on c:d", claims: grantClaim("a/b", "c:d"), attacks: "C8", comment: "The other separator is an ordinary byte, in both."},
		{id: "pattern-empty-segment", base: "allow", spec: "P-7 P-8 N-1", flags: "empty-segment", attacks: "C3", text: "allow database:read on ‸customers//a", comment: "An empty segment is refused, and not folded into one slash."},
		{id: "pattern-trailing-slash", base: "allow", spec: "P-7 P-8 N-4", flags: "empty-segment", attacks: "C3", text: "allow database:read on ‸customers/", comment: "A slash at the end makes an empty segment."},
		{id: "pattern-slash", base: "pattern-absolute", spec: "P-7 P-8 N-4", attacks: "C3", text: "allow a on ‸/", comment: "A slash alone is no name."},
		{id: "pattern-dots", base: "allow", spec: "P-7 P-8 N-2", attacks: "C3", flags: "dot-segment", text: "allow database:read on ‸customers/..", comment: "A pattern with .. means something else to whoever resolves it."},
		{id: "pattern-dot-interface", base: "allow", spec: "P-7 P-8 N-2", attacks: "C3", flags: "dot-segment", text: "allow ‸database:. on customers/**", comment: "Dots are barred in interfaces as in resources."},
		{id: "pattern-part-star", base: "allow", spec: "P-7 P-8 N-6", attacks: "C7", flags: "glob", text: "allow database:read on ‸customers*", comment: "A star is a whole segment; a reader with a glob library permits customers2."},
		{id: "pattern-stars-inside", base: "allow", spec: "P-7 P-8 N-6", attacks: "C7", flags: "glob", text: "allow database:read on ‸**/notes", comment: "Two stars stand last only."},
		{id: "pattern-three-stars", base: "allow", spec: "P-7 P-8 N-6", attacks: "C7", flags: "glob", text: "allow database:read on ‸***", comment: "Three stars are nothing."},
		{id: "pattern-quoted-part-star", base: "quoted-star", spec: "P-3 P-7 P-8 N-6", attacks: "C7", text: `allow "**" on ‸"customers*"`, comment: "Quotes don't turn a star into a letter."},
		{id: "pattern-leading-colon", base: "allow", spec: "P-7 P-8 N-4", flags: "empty-segment", text: "allow ‸:database:read on customers/**", comment: "Only resources may begin with their separator."},
		{id: "pattern-same", base: "allow-lists", spec: "P-7 P-8 E-12", flags: "duplicate", text: "allow a, b on c, ‸c", comment: "A pattern that stands twice in a list is malformed in a token."},
		{id: "name-empty", base: "services", spec: "P-7 P-8 N-7", flags: "empty-name", attacks: "C19", text: `services b, ‸""`, comment: "An empty name would stand for a verifier that was not told its own."},
		{id: "name-control", base: "quoted-blank", spec: "P-7 P-8 N-7", flags: "control-character", attacks: "C6", text: `services ‸"a\u{9}b"`, comment: "An escape writes the control character, and the name still may not hold it."},
		{id: "name-not-ascii", base: "quoted-e-acute", spec: "P-1 P-8", text: "services ‸é", comment: "A name beyond ASCII is quoted, or two names that look alike stand bare."},
		{id: "name-stray", base: "word-characters", spec: "P-1 P-8", text: "services a‸=b", comment: "A character that no word has ends the word, and nothing may follow it here."},
	} {
		s.parse(p)
	}
	for _, keyword := range strings.Fields("allow until from uses services delegations fresh cosigned digest extension label nothing on where none any in matches ends at by of true false") {
		s.parse(parse{id: "keyword-quoted-" + keyword, spec: "P-3 P-10", text: `services a, "` + keyword + `"`, claims: claimList(forge.Services("a", keyword)), flags: "keyword",
			comment: "A name that is the keyword " + keyword + " is read in quotes, and must be printed in quotes, or the text does not read back."})
		s.parse(parse{id: "keyword-bare-" + keyword, base: "keyword-quoted-" + keyword, spec: "P-3 P-8", text: "services a, " + fault + keyword, flags: "keyword",
			comment: "A bare " + keyword + " where a name is expected: a reader that goes by position takes it, and refuses or misreads it elsewhere."})
	}
}

// languageQuotes: escapes, and how quoted texts are printed.
func (s *suite) languageQuotes() {
	for _, p := range []parse{
		{id: "quoted-e-acute", spec: "P-4 P-10", text: `services "é"`, claims: claimList(forge.Services("é")), canonical: `services "\u{e9}"`, comment: "What is not ASCII is printed as an escape, in lower case and without leading zeros."},
		{id: "quoted-decomposed", spec: "P-10 N-5", text: "services \"e\u0301\"", claims: claimList(forge.Services("e\u0301")), canonical: `services "e\u{301}"`, attacks: "C5", flags: "normalization", comment: "Nothing is normalized: a reader that composes makes another name."},
		{id: "escapes", spec: "P-4", text: `label "\"\\\u{41}\u{00e9}\u{1F600}"`, claims: claimList(forge.Label("\"\\Aé\U0001f600")), canonical: `label "\"\\A\u{e9}\u{1f600}"`, comment: "Each escape there is; digits may be upper case and have leading zeros, and are printed without."},
		{id: "escape-greatest", spec: "P-4", text: `label "\u{10FFFF}"`, claims: claimList(forge.Label("\U0010ffff")), canonical: `label "\u{10ffff}"`, comment: "The last scalar value."},
		{id: "escape-six-digits", spec: "P-4", text: `label "\u{000041}"`, claims: claimList(forge.Label("A")), canonical: `label "A"`, comment: "Six digits at most, zeros counted."},
		{id: "escape-below-surrogates", spec: "P-4", text: `label "\u{d7ff}\u{e000}"`, claims: claimList(forge.Label("\ud7ff\ue000")), comment: "The scalar values on both sides of the surrogates."},
		{id: "label-control", spec: "P-4 P-10", text: `label "\u{0}\u{9}\u{a}\u{d}\u{1b}\u{7f}\u{85}"`, claims: claimList(forge.Label("\x00\t\n\r\x1b\x7f\u0085")), attacks: "C6 H3", comment: "A label may hold control characters, and must be printed so that none of them reaches a terminal."},
		{id: "label-bidi", spec: "P-10", text: `label "\u{202e}\u{200b}\u{2028}"`, claims: claimList(forge.Label("\u202e\u200b\u2028")), attacks: "C6", comment: "What is invisible or turns the line around is printed as an escape."},
		{id: "label-range-ends", spec: "P-10", text: `label " !#[]~\u{a0}"`, claims: claimList(forge.Label(" !#[]~\u00a0")), comment: "U+0020 to U+007E stand as they are, but for quote and backslash."},
		{id: "escape-solidus", base: "escapes", spec: "P-1 P-8", text: `label "‸\/"`, flags: "json-escapes", comment: "The escapes are not those of JSON."},
		{id: "escape-n", base: "escapes", spec: "P-1 P-8", text: `label "‸\n"`, flags: "json-escapes", comment: "There is no escape for a line end but its number."},
		{id: "escape-json", base: "escapes", spec: "P-1 P-8", text: `label "‸\u0041"`, flags: "json-escapes", comment: "An escape has braces; without them its end is a guess."},
		{id: "escape-upper-u", base: "escapes", spec: "P-1 P-8", text: `label "‸\U{41}"`, flags: "case", comment: "The letter u is lower case."},
		{id: "escape-empty", base: "escapes", spec: "P-1 P-8", text: `label "‸\u{}"`, comment: "No digits are no number, not zero."},
		{id: "escape-seven-digits", base: "escape-six-digits", spec: "P-1 P-8", text: `label "‸\u{0000041}"`, flags: "off-by-one", comment: "Seven digits are too many, zeros counted."},
		{id: "escape-no-digit", base: "escapes", spec: "P-1 P-8", text: `label "‸\u{4g}"`, comment: "A parser of numbers that stops at the first stranger reads 4."},
		{id: "escape-sign", base: "escapes", spec: "P-1 P-8", text: `label "‸\u{+41}"`, comment: "A parser of numbers that takes a sign reads 41."},
		{id: "escape-not-closed", base: "escapes", spec: "P-1 P-8", text: `label "‸\u{41"`, comment: "The brace must close before the quote."},
		{id: "escape-surrogate", base: "escape-below-surrogates", spec: "P-4 P-8", text: `label "‸\u{d800}"`, flags: "surrogate", comment: "A surrogate is no scalar value; a writer would make text that is no UTF-8."},
		{id: "escape-surrogate-pair", base: "escapes", spec: "P-4 P-8", text: `label "‸\u{d83d}\u{de00}"`, flags: "surrogate", comment: "Two surrogates are not one character here."},
		{id: "escape-too-great", base: "escape-greatest", spec: "P-4 P-8", text: `label "‸\u{110000}"`, flags: "off-by-one", comment: "Beyond U+10FFFF there is nothing."},
		{id: "escape-at-end", base: "label", spec: "P-1 P-8", text: `label "analyzer‸\`, comment: "A backslash at the end of the text must not read beyond it."},
		{id: "quote-not-closed", base: "label", spec: "P-1 P-8", text: `label ‸"analyzer`, comment: "A quote that nothing closes would swallow what somebody appends."},
		{id: "quote-over-lines", base: "label", spec: "P-1 P-8", attacks: "C18", text: "label ‸\"ana\nlyzer\"", comment: "A line end in quotes is written as an escape; readers that go line by line see two statements."},
		{id: "quote-tab", base: "label", spec: "P-1 P-8", text: "label \"ana‸\tlyzer\"", flags: "control-character", comment: "A tab is a blank outside quotes, and has no place inside."},
		{id: "quote-single", base: "label", spec: "P-1 P-8", text: "label ‸'analyzer'", comment: "Only double quotes quote."},
		{id: "quote-curly", base: "label", spec: "P-1 P-8", text: "label ‸“analyzer”", comment: "Quotes that a text processor has bent are no quotes."},
	} {
		s.parse(p)
	}
}

// languageTimes: seconds of the calendar, and nothing like them.
func (s *suite) languageTimes() {
	for _, p := range []parse{
		{id: "time-last", spec: "P-5", text: "until 9999-12-31T23:59:59Z", claims: claimList(forge.Expires(253402300799)), comment: "The last second there is, which does not fit into 32 bits."},
		{id: "time-2038", spec: "P-5", text: "until 2038-01-19T03:14:08Z", claims: claimList(forge.Expires(2147483648)), flags: "overflow", comment: "The first second that a signed 32-bit time can't hold."},
		{id: "time-leap-day", spec: "P-5", text: "until 2024-02-29T00:00:00Z", claims: claimList(forge.Expires(1709164800)), comment: "2024 has a 29th of February."},
		{id: "time-leap-day-2000", spec: "P-5", text: "until 2000-02-29T12:00:00Z", claims: claimList(forge.Expires(951825600)), comment: "2000 is a leap year, since 400 divides it."},
		{id: "time-no-leap-day", base: "time-leap-day", spec: "P-5 P-8", text: "until ‸2023-02-29T00:00:00Z", flags: "calendar", comment: "A library that rolls over reads the 1st of March, and the token lives a day longer."},
		{id: "time-no-leap-day-2100", base: "time-leap-day-2000", spec: "P-5 P-8", text: "until ‸2100-02-29T12:00:00Z", flags: "calendar", comment: "2100 is no leap year."},
		{id: "time-month-13", base: "until", spec: "P-5 P-8", text: "until ‸1970-13-01T00:01:00Z", flags: "calendar", comment: "There is no month 13 to roll over from."},
		{id: "time-month-0", base: "until", spec: "P-5 P-8", text: "until ‸1970-00-01T00:01:00Z", flags: "calendar", comment: "Months begin at 1."},
		{id: "time-day-31", base: "until", spec: "P-5 P-8", text: "until ‸1970-04-31T00:01:00Z", flags: "calendar", comment: "April has 30 days."},
		{id: "time-day-0", base: "until", spec: "P-5 P-8", text: "until ‸1970-01-00T00:01:00Z", flags: "calendar", comment: "Days begin at 1."},
		{id: "time-hour-24", base: "until", spec: "P-5 P-8", text: "until ‸1970-01-01T24:00:00Z", flags: "calendar", comment: "Midnight is hour 0 of the next day; ISO 8601 has an hour 24, this has not."},
		{id: "time-minute-60", base: "until", spec: "P-5 P-8", text: "until ‸1970-01-01T00:60:00Z", flags: "calendar", comment: "Minutes end at 59."},
		{id: "time-second-60", base: "until", spec: "P-5 P-8", text: "until ‸2016-12-31T23:59:60Z", flags: "calendar leap-second", comment: "This leap second existed, and has no number in seconds since 1970."},
		{id: "time-1969", base: "from", spec: "P-5 P-8", text: "from ‸1969-12-31T23:59:59Z", flags: "off-by-one", comment: "The second before the first: −1, which an unsigned number makes huge.", attacks: "D1"},
		{id: "time-10000", base: "time-last", spec: "P-1 P-8", text: "until ‸10000-01-01T00:00:00Z", flags: "off-by-one", attacks: "D1", comment: "Years have four digits."},
		{id: "time-offset", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-01T00:01:00+00:00", comment: "Times are in UTC and end in Z; another offset would be another text for the same second."},
		{id: "time-fraction", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-01T00:01:00.5Z", comment: "There are whole seconds only; rounding up would widen."},
		{id: "time-comma-fraction", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-01T00:01:00,5Z", flags: "calendar", comment: "Some libraries read a comma as a fraction."},
		{id: "time-lower-t", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-01t00:01:00Z", flags: "case", comment: "RFC 3339 permits a small t, this does not."},
		{id: "time-lower-z", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-01T00:01:00z", flags: "case", comment: "RFC 3339 permits a small z, this does not."},
		{id: "time-short-hour", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-01T0:01:00Z", comment: "Two digits each; Go's own parser takes one for the hour."},
		{id: "time-blank", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-01 00:01:00Z", comment: "A T stands between date and time."},
		{id: "time-date", base: "until", spec: "P-1 P-8", text: "until ‸1970-01-02", comment: "A date is no second: the start and the end of the day are a day apart."},
		{id: "time-number", base: "until", spec: "P-1 P-8", text: "until ‸60", comment: "The number that goes into the claim is no text for it."},
		{id: "time-quoted", base: "until", spec: "P-1 P-8", text: `until ‸"1970-01-01T00:01:00Z"`, comment: "Only names and texts stand in quotes."},
		{id: "time-word", base: "until", spec: "P-1 P-8", text: "until ‸tomorrow", comment: "Tomorrow depends on who reads it, and when."},
		{id: "time-relative", base: "until", spec: "P-1 P-8", text: "until ‸+1h30m", flags: "relative-time", comment: "Relative times are for tools with a clock; exchanged, one text means another second to each reader."},
		{id: "time-relative-from", base: "from", spec: "P-1 P-8", text: "from ‸+5m", flags: "relative-time", comment: "Relative times are no notation of claims, behind from as behind until."},
	} {
		s.parse(p)
	}
}

// languageNumbers: integers and counts have one spelling.
func (s *suite) languageNumbers() {
	const most = 1<<53 - 1
	for _, p := range []parse{
		{id: "integer-greatest", spec: "P-7 E-6", text: "allow a on c where x <= 9007199254740991", claims: whereClaim(forge.AtMost(most)), comment: "The greatest integer that every JSON library holds exactly."},
		{id: "integer-least", spec: "P-7 E-6", text: "allow a on c where x >= -9007199254740991", claims: whereClaim(forge.AtLeast(-most)), comment: "The least integer; its CBOR argument is one less."},
		{id: "integer-zero", spec: "P-1", text: "allow a on c where x >= 0", claims: whereClaim(forge.AtLeast(0)), comment: "Zero is one digit."},
		{id: "integer-too-great", base: "integer-greatest", spec: "P-7 P-8 E-6", attacks: "C13", flags: "off-by-one float", text: "allow a on c where x <= ‸9007199254740992", comment: "2^53 equals 2^53 + 1 in a float: the bound would be off."},
		{id: "integer-too-small", base: "integer-least", spec: "P-7 P-8 E-6", attacks: "C13", flags: "off-by-one float", text: "allow a on c where x >= ‸-9007199254740992", comment: "−2^53 is out of range as 2^53 is."},
		{id: "integer-64-bits", base: "integer-greatest", spec: "P-7 P-8 E-6", flags: "overflow", text: "allow a on c where x <= ‸18446744073709551617", comment: "A number that wraps around 64 bits reads as 1."},
		{id: "integer-leading-zero", base: "where-any", spec: "P-1 P-8", flags: "leading-zero", text: "allow a on c where x <= ‸010", comment: "A leading zero is octal to some: 8 or 10."},
		{id: "integer-plus", base: "where-any", spec: "P-1 P-8", text: "allow a on c where x <= ‸+5", comment: "There is no plus sign."},
		{id: "integer-minus-zero", base: "integer-zero", spec: "P-1 P-8", text: "allow a on c where x >= ‸-0", comment: "Zero has no sign."},
		{id: "integer-hex", base: "where-any", spec: "P-1 P-8", text: "allow a on c where x <= ‸0x10", comment: "Integers are decimal."},
		{id: "integer-underscore", base: "where-any", spec: "P-1 P-8", text: "allow a on c where x <= ‸1_000", comment: "Digits are not grouped."},
		{id: "integer-exponent", base: "where-any", spec: "P-1 P-8", attacks: "C13", flags: "float", text: "allow a on c where x <= ‸1e2", comment: "A parser of floats reads 100, one of integers 1."},
		{id: "integer-quoted", base: "where-any", spec: "P-1 P-8", attacks: "C13", flags: "type-confusion", text: `allow a on c where x <= ‸"5"`, comment: "A quoted number is a text, and a bound is none."},
		{id: "uses-one", spec: "P-7", text: "uses 1 at db", claims: claimList(forge.Uses(forge.Use(1, "db"))), comment: "The least limit."},
		{id: "uses-greatest", spec: "P-7", text: "uses 9007199254740991 at db", claims: claimList(forge.Uses(forge.Use(most, "db"))), comment: "The greatest limit."},
		{id: "uses-zero", base: "uses-one", spec: "P-7 P-8 E-9", flags: "off-by-one", attacks: "E2", text: "uses ‸0 at db", comment: "Zero uses are no limit that a ledger counts to; a block that permits nothing says allow nothing."},
		{id: "uses-too-many", base: "uses-greatest", spec: "P-7 P-8 E-6", flags: "off-by-one", text: "uses ‸9007199254740992 at db", comment: "Limits are compared exactly, so they end where floats do."},
		{id: "uses-negative", base: "uses-one", spec: "P-1 P-8", text: "uses ‸-1 at db", comment: "Counts have no sign; −1 as an unsigned number is no limit at all."},
		{id: "uses-leading-zero", base: "uses-one", spec: "P-1 P-8", flags: "leading-zero", text: "uses ‸01 at db", comment: "Counts have no leading zeros."},
		{id: "delegations-greatest", spec: "P-7", text: "delegations 15", claims: claimList(forge.Delegations(15)), comment: "As many as a token of 16 blocks can have behind its first."},
		{id: "delegations-too-many", base: "delegations-greatest", spec: "P-7 P-8 E-9", flags: "off-by-one", text: "delegations ‸16", comment: "One more than a token can have is malformed in one."},
		{id: "fresh-least", spec: "P-7", text: "fresh 1s", claims: claimList(forge.Fresh(1)), comment: "One second, the least."},
		{id: "fresh-greatest", spec: "P-7", text: "fresh 3600s", claims: claimList(forge.Fresh(3600)), comment: "An hour, the most."},
		{id: "fresh-zero", base: "fresh-least", spec: "P-7 P-8 E-9", flags: "off-by-one", text: "fresh ‸0s", comment: "A presentation of zero seconds can't be."},
		{id: "fresh-too-long", base: "fresh-greatest", spec: "P-7 P-8 E-9", flags: "off-by-one", text: "fresh ‸3601s", comment: "Beyond an hour nothing is fresh."},
		{id: "fresh-no-unit", base: "fresh", spec: "P-1 P-8", text: "fresh ‸60", comment: "The unit belongs to it, so that nobody takes minutes for seconds."},
		{id: "fresh-minutes", base: "fresh", spec: "P-1 P-8", text: "fresh ‸1m", comment: "There is one unit, and so one text for a minute."},
		{id: "fresh-gap", base: "fresh", spec: "P-1 P-8", text: "fresh ‸60 s", comment: "No blank stands before the unit."},
		{id: "cosigned-none", base: "cosigned", spec: "P-7 P-8 E-9", flags: "off-by-one", attacks: "A28", text: "cosigned by ‸0 of {" + spelledKey(forge.NewKey("language 1")) + "}", comment: "A demand that nobody approve is met always, and reads like one that is not."},
	} {
		s.parse(p)
	}
}

// languageBounds: the last length that fits, and the first that does not.
func (s *suite) languageBounds() {
	segment := strings.Repeat("s", 256)
	kilobyte := strings.Repeat("b", 1024)
	segments := func(n int) string { return strings.TrimSuffix(strings.Repeat("x/", n), "/") }
	// 3 segments of 256 bytes, separators, and one that fills up.
	long := func(n int) string { return strings.Repeat(segment+"/", 3) + strings.Repeat("t", n-3*257) }
	keys := func(n int) (string, [][32]byte) {
		var all [][32]byte
		words := joined(n, func(i int) string {
			k := forge.NewKey(fmt.Sprintf("language key %d", i))
			all = append(all, k.Public())
			return spelledKey(k)
		})
		return words, all
	}
	values := func(n int) (string, []forge.Item) {
		var all []forge.Item
		words := joined(n, func(i int) string { all = append(all, forge.Int(int64(i))); return fmt.Sprint(i) })
		return words, all
	}
	bounds := func(n int) (string, []forge.Item) {
		var all []forge.Item
		words := joined(n, func(i int) string { all = append(all, forge.AtLeast(int64(i))); return fmt.Sprintf("x >= %d", i) })
		return words, all
	}
	arguments := func(n int) (string, []forge.Pair) {
		var all []forge.Pair
		words := joined(n, func(i int) string {
			name := fmt.Sprintf("n%02d", i)
			all = append(all, forge.Argument(name, forge.Any()))
			return name + " any"
		})
		return words, all
	}
	grants := func(n int) (string, []forge.Item) {
		var all []forge.Item
		var lines []string
		for i := range n {
			all = append(all, forge.Grant([]string{"a"}, []string{name(i)}))
			lines = append(lines, "allow a on "+name(i))
		}
		return strings.Join(lines, "\n"), all
	}
	uses := func(n int) (string, []forge.Item) {
		var all []forge.Item
		words := joined(n, func(i int) string { all = append(all, forge.Use(5, name(i))); return "5 at " + name(i) })
		return words, all
	}
	extensions := func(n int) (string, []forge.Pair) {
		var all []forge.Pair
		words := joined(n, func(i int) string { all = append(all, forge.Extension(name(i), nil)); return name(i) + " h''" })
		return words, all
	}
	keys8, keys8Bytes := keys(8)
	keys9, _ := keys(9)
	values64, values64Items := values(64)
	values65, _ := values(65)
	bounds8, bounds8Items := bounds(8)
	bounds9, _ := bounds(9)
	arguments32, arguments32Pairs := arguments(32)
	arguments33, _ := arguments(33)
	grants64, grants64Items := grants(64)
	grants65, _ := grants(65)
	uses16, uses16Items := uses(16)
	uses17, _ := uses(17)
	extensions8, extensions8Pairs := extensions(8)
	extensions9, _ := extensions(9)
	for _, b := range []struct {
		id, spec, what string
		good, bad      string
		claims         []forge.Pair
	}{
		{"services-count", "E-9", "a 17th service", "services " + joined(16, name), "services " + joined(17, name), claimList(forge.Services(numberedNames(16)...))},
		{"uses-count", "E-9", "uses at a 17th service", "uses " + uses16, "uses " + uses17, claimList(forge.Uses(uses16Items...))},
		{"patterns-count", "E-9", "a 65th pattern", "allow a on " + joined(64, name), "allow a on " + joined(65, name), grantClaim("a", strings.Join(numberedNames(64), " "))},
		{"interfaces-count", "E-9", "a 65th interface", "allow " + joined(64, name) + " on c", "allow " + joined(65, name) + " on c", grantClaim(strings.Join(numberedNames(64), " "), "c")},
		{"grants-count", "E-9", "a 65th grant", grants64, grants65, claimList(forge.Allow(grants64Items...))},
		{"arguments-count", "E-9", "a 33rd argument", "allow a on c where " + arguments32, "allow a on c where " + arguments33, grantClaim("a", "c", arguments32Pairs...)},
		{"conditions-count", "E-9", "a ninth condition on one argument", "allow a on c where " + bounds8, "allow a on c where " + bounds9, whereClaim(bounds8Items...)},
		{"values-count", "E-9", "a 65th value", "allow a on c where x in {" + values64 + "}", "allow a on c where x in {" + values65 + "}", whereClaim(forge.OneOf(values64Items...))},
		{"keys-count", "E-9", "a ninth key", "cosigned by 1 of {" + keys8 + "}", "cosigned by 1 of {" + keys9 + "}", claimList(forge.Cosigners(1, keys8Bytes...))},
		{"extensions-count", "E-9", "a ninth extension", "extension " + extensions8, "extension " + extensions9, claimList(forge.Extensions(extensions8Pairs...))},
		{"plain-length", "N-7", "a plain name of 257 bytes", "services " + segment, "services " + segment + "s", claimList(forge.Services(segment))},
		{"plain-bytes", "N-7", "a plain name of 129 characters and 258 bytes", `services "` + strings.Repeat(`\u{e9}`, 128) + `"`, `services "` + strings.Repeat(`\u{e9}`, 129) + `"`, claimList(forge.Services(strings.Repeat("é", 128)))},
		{"segment-length", "N-1", "a segment of 257 bytes", "allow a on " + segment + "/x", "allow a on " + segment + "s/x", grantClaim("a", segment+"/x")},
		{"segments-count", "N-3", "a 33rd segment", "allow a on " + segments(32), "allow a on " + segments(33), grantClaim("a", segments(32))},
		{"segments-absolute", "N-3 N-4", "a 33rd segment of an absolute path", "allow a on /" + segments(32), "allow a on /" + segments(33), grantClaim("a", "/"+segments(32))},
		{"pattern-length", "N-3", "a pattern of 1,025 bytes", "allow a on " + long(1024), "allow a on " + long(1025), grantClaim("a", long(1024))},
		{"label-length", "E-15", "a label of 257 bytes", `label "` + segment + `"`, `label "` + segment + `s"`, claimList(forge.Label(segment))},
		{"value-length", "E-15", "a text value of 1,025 bytes", `allow a on c where x in {"` + kilobyte + `"}`, `allow a on c where x in {"` + kilobyte + `b"}`, whereClaim(forge.OneOf(forge.Text(kilobyte)))},
		{"ending-length", "E-15", "an ending of 1,025 bytes", `allow a on c where x ends {"` + kilobyte + `"}`, `allow a on c where x ends {"` + kilobyte + `b"}`, whereClaim(forge.EndsWith(kilobyte))},
		{"extension-length", "E-15", "an extension's value of 1,025 bytes", "extension a h'" + strings.Repeat("00", 1024) + "'", "extension a h'" + strings.Repeat("00", 1025) + "'", claimList(forge.Extensions(forge.Extension("a", make([]byte, 1024))))},
	} {
		s.parse(parse{id: b.id, spec: "P-7 P-10 " + b.spec, flags: "off-by-one", text: b.good, claims: b.claims,
			comment: "As many as there may be: a reader that stops one short refuses a good text."})
		s.parse(parse{id: b.id + "-too-many", base: b.id, spec: "P-7 P-8 " + b.spec, flags: "off-by-one", text: b.bad,
			comment: "With " + b.what + " the claims are malformed: whoever signs them has a token that every verifier refuses."})
	}
	const most = 524288
	comment := func(n int) string { return "fresh 60s\n#" + strings.Repeat("x", n-len("fresh 60s\n#")) }
	s.parse(parse{id: "text-length", spec: "P-2", flags: "off-by-one", text: comment(most), claims: claimList(forge.Fresh(60)), canonical: "fresh 60s",
		comment: "The longest text there is, most of it a comment."})
	s.parse(parse{id: "text-length-too-many", base: "text-length", spec: "P-2 P-8", flags: "off-by-one", text: comment(most + 1),
		comment: "One byte more: the bound is on the text as it came, comments included."})
}

// languageOrder: what is printed in an order of its own.
func (s *suite) languageOrder() {
	key := forge.NewKey("language 1")
	digest := strings.Repeat("0a", 32)
	digestBytes, _ := hex.DecodeString(digest)
	all := claimList(
		forge.Services("db"), forge.Expires(evening), forge.Starts(0), forge.Allow(forge.Grant([]string{"b"}, []string{"c"}), forge.Grant([]string{"a"}, []string{"c"})),
		forge.Uses(forge.Use(5, "db")), forge.Delegations(1), forge.Cosigners(1, key.Public()), forge.Digest(digestBytes),
		forge.Label("l"), forge.Extensions(forge.Extension("x", nil)), forge.Fresh(60))
	lines := []string{"allow b on c", "allow a on c", eveningText, "from 1970-01-01T00:00:00Z", "uses 5 at db", "services db", "delegations 1", "fresh 60s",
		"cosigned by 1 of {" + spelledKey(key) + "}", "digest sha256:" + digest, "extension x h''", `label "l"`}
	canonical := strings.Join(lines, "\n")
	s.parse(parse{id: "all", spec: "P-9 P-10", text: canonical, claims: all, comment: "Every statement, in canonical order."})
	turned := slices.Concat(lines[:2], lines[2:])
	slices.Reverse(turned[2:])
	turned = slices.Concat(turned[2:7], turned[:2], turned[7:])
	s.parse(parse{id: "all-turned", spec: "P-9 P-10", flags: "canonical", text: strings.Join(turned, "; "), claims: all, canonical: canonical,
		comment: "Every statement, in another order: claims take the order of their numbers, the text that of the keywords, and grants their own."})
	s.parse(parse{id: "arguments-order", spec: "P-9 P-10", flags: "canonical unsorted-map", text: "allow a on c where bb any, a <= 1, B any, c any",
		canonical: "allow a on c where B any, a <= 1, c any, bb any", comment: "Shorter names come first, then bytes decide; a sort of strings alone puts bb before c.",
		claims: grantClaim("a", "c", forge.Argument("bb", forge.Any()), forge.Argument("a", forge.AtMost(1)), forge.Argument("B", forge.Any()), forge.Argument("c", forge.Any()))})
	s.parse(parse{id: "arguments-order-bytes", spec: "P-9 P-10", flags: "canonical unsorted-map utf-16", text: "allow a on c where \"\U0001f600\" any, zzzz any, \"\ufffda\" any",
		canonical: `allow a on c where zzzz any, "\u{fffd}a" any, "\u{1f600}" any`, comment: "The order is that of the UTF-8 bytes; a sort by UTF-16 units puts U+1F600 before U+FFFD.",
		claims: grantClaim("a", "c", forge.Argument("zzzz", forge.Any()), forge.Argument("\ufffda", forge.Any()), forge.Argument("\U0001f600", forge.Any()))})
	s.parse(parse{id: "arguments-apart", spec: "P-9 P-10", flags: "canonical list-order", text: "allow a on c where x >= 1, y any, x <= 9",
		canonical: "allow a on c where x >= 1, x <= 9, y any", comment: "Conditions on one argument are one list, wherever they stand.",
		claims: grantClaim("a", "c", forge.Argument("x", forge.AtLeast(1), forge.AtMost(9)), forge.Argument("y", forge.Any()))})
	s.parse(parse{id: "conditions-order", spec: "P-9 P-10", flags: "list-order", text: "allow a on c where x <= 9, x >= 1, x <= 9", claims: whereClaim(forge.AtMost(9), forge.AtLeast(1), forge.AtMost(9)),
		comment: "Conditions keep their order, and equal ones are no duplicates."})
	s.parse(parse{id: "extensions-order", spec: "P-9 P-10", flags: "canonical unsorted-map", text: "extension bb h'01', b h'0a', a h''",
		canonical: "extension a h'', b h'0a', bb h'01'", comment: "Extensions are a map, so they take its order.",
		claims: claimList(forge.Extensions(forge.Extension("bb", []byte{1}), forge.Extension("b", []byte{10}), forge.Extension("a", nil)))})
	s.parse(parse{id: "extensions-twenty-four", spec: "P-9 P-10", flags: "canonical unsorted-map", text: "extension " + strings.Repeat("a", 24) + " h'', " + strings.Repeat("z", 23) + " h''",
		canonical: "extension " + strings.Repeat("z", 23) + " h'', " + strings.Repeat("a", 24) + " h''", comment: "At 24 bytes the head of a name grows; the shorter name still comes first.",
		claims: claimList(forge.Extensions(forge.Extension(strings.Repeat("a", 24), nil), forge.Extension(strings.Repeat("z", 23), nil)))})
}

// languageHostile: what breaks out of its quotes where a printer forgets one.
func (s *suite) languageHostile() {
	for _, h := range []struct{ id, content, printed, what string }{
		{"quote", `x" allow ** on **`, `x\" allow ** on **`, "A quote that is not escaped ends the label"},
		{"line-end", "x\nallow ** on **", `x\u{a}allow ** on **`, "A line end that is not escaped begins a statement"},
		{"quote-line-end", "x\"\nallow ** on **\nlabel \"", `x\"\u{a}allow ** on **\u{a}label \"`, "A quote and a line end make a grant of their own"},
		{"semicolon", `x"; allow ** on **; #`, `x\"; allow ** on **; #`, "A semicolon outside quotes ends the statement"},
		{"hash", "x # until", "x # until", "In quotes a hash begins no comment"},
		{"brace", `x"}, y any`, `x\"}, y any`, "A brace outside quotes ends the set"},
		{"backslash", `x\`, `x\\`, "A backslash at the end escapes the quote that follows"},
		{"escape", `x\u{22}`, `x\\u{22}`, "An escape that is printed as it is becomes a quote when it is read"},
		{"carriage-return", "x\rallow ** on **", `x\u{d}allow ** on **`, "A carriage return wipes what stands before it on a terminal"},
		{"line-separator", "x\u2028allow ** on **", `x\u{2028}allow ** on **`, "U+2028 ends a line for some readers"},
		{"next-line", "x\u0085allow ** on **", `x\u{85}allow ** on **`, "U+0085 ends a line for some readers"},
		{"nul", "x\x00\" allow", `x\u{0}\" allow`, "NUL ends a string in C"},
	} {
		s.parse(parse{id: "hostile-label-" + h.id, spec: "P-4 P-10", attacks: "C18", flags: "injection", text: `label "` + h.printed + `"`, claims: claimList(forge.Label(h.content)),
			comment: h.what + ", and whoever wrote the label has written a statement."})
		s.parse(parse{id: "hostile-value-" + h.id, spec: "P-4 P-10", attacks: "C18", flags: "injection", text: `allow a on c where x in {"` + h.printed + `"}`, claims: whereClaim(forge.OneOf(forge.Text(h.content))),
			comment: h.what + ", and whoever chose the value has widened the grant."})
		if strings.IndexFunc(h.content, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) < 0 {
			s.parse(parse{id: "hostile-name-" + h.id, spec: "P-4 P-10", attacks: "C18", flags: "injection", text: `services "` + h.printed + `"`, claims: claimList(forge.Services(h.content)),
				comment: h.what + ", and whoever chose the name of the service has added another."})
		}
	}
}
