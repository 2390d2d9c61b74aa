package main

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// What the rich token is asked.
var (
	richDigest = bytes.Repeat([]byte{0x5a}, 32)
	richHex    = strings.Repeat("5a", 32)
	checkers   = map[string][]string{"example.com/region": {"6575"}, "x": {""}}
)

func richRequest() *vectors.Request {
	r := request(forge.Interface, forge.Resource,
		"mail", "a@example.com", "note", "hello", "path", "reports/2026", "amount", 5, "currency", "EUR")
	r.Digest = &richHex
	return &r
}

// rich returns a token that holds all thirteen claims and all six conditions, and
// permits richRequest. Block 0 holds all but digest; block 1 holds the digest and
// is bound, for the approver whom block 0 demands; block 2 presents.
func rich() forge.Token {
	approver := forge.NewKey("approver")
	asked := []forge.Pair{
		forge.Argument("mail", forge.OneOf(forge.Text("a@example.com"))),
		forge.Argument("note", forge.OneOf(forge.Text("hello"))),
		forge.Argument("path", forge.OneOf(forge.Text("reports/2026"))),
		forge.Argument("amount", forge.OneOf(forge.Int(5))),
		forge.Argument("currency", forge.OneOf(forge.Text("EUR"))),
	}
	one, on := []string{forge.Interface}, []string{forge.Resource}
	seal := forge.NewBlock("rich2", forge.Key{}, forge.Presentation()...)
	seal.Claims = seal.Claims.Set("6", forge.Array(forge.GrantWhere(one, on, asked...)))
	return forge.Token{Root: trusted}.Append(
		forge.NewBlock("rich0", forge.NewKey("holder"),
			forge.Services(forge.Service, "reports"),
			forge.Expires(forge.Now+8*3600),
			forge.Starts(forge.Now-3600),
			forge.Allow(forge.GrantWhere([]string{forge.Interface, "database:list"}, []string{"customers/**", "orders/*"},
				forge.Argument("mail", forge.EndsWith("@example.com")),
				forge.Argument("note", forge.Any()),
				forge.Argument("path", forge.Matches("reports/*")),
				forge.Argument("amount", forge.AtLeast(-1), forge.AtMost(100)),
				forge.Argument("currency", forge.OneOf(forge.Text("EUR"), forge.Int(978), forge.Bool(true))))),
			forge.Uses(forge.Use(100, forge.Service), forge.Use(20, "reports")),
			forge.Delegations(1),
			forge.Cosigners(1, approver.Public()),
			forge.Label("orchestrator"),
			forge.Extensions(forge.Extension("example.com/region", []byte("eu")), forge.Extension("x", nil)),
			forge.Fresh(60)),
		forge.NewBlock("rich1", approver,
			forge.Expires(forge.Now+600), forge.Allow(forge.Grant(one, on)), forge.Uses(forge.Use(1, forge.Service)), forge.Digest(richDigest)),
		seal)
}

// lone returns a token of one block, sealed by the root, with all claims of the
// rich one that a last block can have and that need no other block to be met.
func lone() forge.Token {
	first := rich().Blocks[0].Claims
	block := forge.NewBlock("single", forge.Key{}, forge.Digest(richDigest))
	for n := uint64(3); n <= 12; n++ {
		if n != 9 && n != 10 {
			block.Claims = block.Claims.Set(fmt.Sprint(n), first.Get(fmt.Sprint(n)))
		}
	}
	return forge.Token{Root: trusted}.Append(block)
}

// plain returns the token of three blocks that most faults of shape start from.
func plain() forge.Token {
	return forge.Token{Root: trusted}.Append(
		forge.NewBlock("plain0", forge.NewKey("orchestrator"), forge.Expires(forge.Now+8*3600),
			forge.Allow(forge.Grant([]string{forge.Interface}, []string{"customers/**"}))),
		forge.NewBlock("plain1", forge.NewKey("worker"), forge.Expires(forge.Now+600)),
		forge.NewBlock("plain2", forge.Key{}, forge.Services(forge.Service)))
}

// An encoder writes the cases of encoding.json.
type encoder struct{ *suite }

// The passing cases that the others are one change away from.
const (
	richBase   = "encoding-rich"
	singleBase = "encoding-single"
	plainBase  = "encoding-plain"
)

// bad adds a case that is malformed. Spec, attacks and flags are lists with
// blanks between.
func (s encoder) bad(base, id string, b []byte, block, claim int, spec, attacks, flags, comment string) {
	s.denied(base, id, b, "malformed", block, claim, spec, attacks, flags, comment)
}

func (s encoder) denied(base, id string, b []byte, verdict string, block, claim int, spec, attacks, flags, comment string) {
	a := authorize{
		id: "encoding-" + id, base: base, comment: comment,
		spec: strings.Fields(spec), attacks: strings.Fields(attacks), flags: strings.Fields(flags),
		bytes: b, verdict: verdict, block: block, claim: claim,
	}
	if base != plainBase && base != "encoding-four-blocks" {
		a.request, a.extensions = richRequest(), checkers
	}
	s.authorize(a)
}

// good adds a case that is permitted, with what SPEC 5 computes for it.
func (s encoder) good(base, id string, t forge.Token, spec, attacks, flags, comment string) {
	a := authorize{
		id: "encoding-" + id, comment: comment, token: t,
		spec: strings.Fields(spec), attacks: strings.Fields(attacks), flags: strings.Fields(flags),
	}
	if base != plainBase && base != "encoding-four-blocks" {
		a.request, a.extensions = richRequest(), checkers
	}
	s.authorize(a)
}

// claims returns the token with other claims in block i, signed again.
func claims(t forge.Token, i int, payload forge.Item) []byte {
	return t.Edit(i, func(b *forge.Block) { b.Claims = payload }).Encode()
}

// put returns the token with another item at a path in the claims of block i,
// signed again.
func put(t forge.Token, i int, path string, v forge.Item) []byte {
	return claims(t, i, t.Blocks[i].Claims.Set(path, v))
}

// reshaped returns the token with block i, already signed, written in another way;
// the blocks after it are signed over what is written.
func reshaped(t forge.Token, i int, f func(forge.Item) forge.Item) []byte {
	step := t.Trace()[i]
	return t.Edit(i, func(b *forge.Block) {
		b.Payload = forge.Bytes(step.Payload)
		b.Raw = forge.Encode(f(decoded(step.Block)))
	}).Encode()
}

// host returns the token in whose block 0 a claim is mutated, the smallest that
// permits with it, and the id of its case.
func host(claim string) (t forge.Token, base string) {
	switch claim {
	case "", "2", "9", "13":
		return rich(), richBase
	}
	return lone(), singleBase
}

// claimOf returns the number of the claim at a path, or "" for the whole map.
func claimOf(path string) string {
	number, _, _ := strings.Cut(strings.TrimPrefix(path, "key "), "/")
	return number
}

// put adds a case that is malformed by another item at a path in the claims.
func (s encoder) put(id, path string, v forge.Item, claim int, spec, attacks, flags, comment string) {
	t, base := host(claimOf(path))
	s.bad(base, id, put(t, 0, path, v), 0, claim, spec, attacks, flags, comment)
}

// within returns the token with another item at a path in it; where that is in a
// block, the blocks after it are signed over what is written.
func within(t forge.Token, path string, v forge.Item) []byte {
	rest, ok := strings.CutPrefix(path, "2/")
	if !ok {
		return forge.Encode(t.Item().Set(path, v))
	}
	number, inner, _ := strings.Cut(rest, "/")
	i, err := strconv.Atoi(number)
	if err != nil {
		fail("no block at %q", path)
	}
	return reshaped(t, i, func(it forge.Item) forge.Item { return it.Set(inner, v) })
}

func decoded(b []byte) forge.Item {
	it, err := forge.Decode(b)
	if err != nil {
		fail("%v", err)
	}
	return it
}

// major returns the major type of an item and the width of its head.
func major(it forge.Item) (major byte, width int) {
	b := forge.Encode(it)[0]
	if b&31 < 24 {
		return b >> 5, 0
	}
	return b >> 5, 1 << (b&31 - 24)
}

// widths returns the widths in which the head of an item is not the shortest.
func widths(it forge.Item) []int {
	m, width := major(it)
	if m > 5 {
		return nil
	}
	var wider []int
	for _, w := range []int{1, 2, 4, 8} {
		if w > width {
			wider = append(wider, w)
		}
	}
	return wider
}

var claimNames = []string{"", "nonce", "next", "services", "expires", "starts", "allow", "uses",
	"delegations", "cosigners", "digest", "label", "extensions", "fresh"}

var claimNumber = regexp.MustCompile(`^(key )?(\d+)`)

// place names a path in the claims of a block: "allow/0/1".
func place(path string) string {
	if path == "" {
		return "the claims"
	}
	return claimNumber.ReplaceAllStringFunc(path, func(s string) string {
		var n int
		if _, err := fmt.Sscanf(strings.TrimPrefix(s, "key "), "%d", &n); err != nil {
			fail("no claim in %q", path)
		}
		if strings.HasPrefix(s, "key ") {
			return "the key of " + claimNames[n]
		}
		return claimNames[n]
	})
}

var alike = []*regexp.Regexp{
	regexp.MustCompile(`^3/\d+`), regexp.MustCompile(`^6/0/0/\d+`), regexp.MustCompile(`^6/0/1/\d+`), regexp.MustCompile(`^7/\d+`),
	regexp.MustCompile(`^6/0/2/key .*`), regexp.MustCompile(`^12/key .*`), regexp.MustCompile(`^12/[^k].*`),
}

// places calls f once for each place of the claims of block 0 that is unlike those
// before (of a list, for its first element), with the token that hosts the claim.
func places(f func(t forge.Token, base, path string, it forge.Item)) {
	seen := map[string]bool{}
	for n := range 14 {
		claim := fmt.Sprint(n)
		if n == 0 {
			claim = ""
		}
		t, base := host(claim)
		eachItem(t.Blocks[0].Claims, func(path string, it forge.Item) {
			sort := path
			for i, r := range alike {
				sort = r.ReplaceAllString(sort, fmt.Sprint("alike ", i))
			}
			if claimOf(path) == claim && !seen[sort] {
				seen[sort] = true
				f(t, base, path, it)
			}
		})
	}
}

// eachItem calls f for each item of the claims, at any depth.
func eachItem(payload forge.Item, f func(path string, it forge.Item)) {
	var last forge.Item
	for path := range forge.Variants(payload, func(it forge.Item) (forge.Item, bool) { last = it; return it, true }) {
		f(path, last)
	}
}

// replaced returns the payload with another item at a path, whose keys may hold
// slashes.
func replaced(payload forge.Item, path string, v forge.Item) forge.Item {
	for p, whole := range forge.Variants(payload, func(forge.Item) (forge.Item, bool) { return v, true }) {
		if p == path {
			return whole
		}
	}
	fail("no item at %q", path)
	return forge.Item{}
}

// encodingCases: the other spellings of a token. All that a decoder takes beside
// the one is a token that is not on anybody's list.
func encodingCases(all *suite) {
	s := encoder{all}
	s.good(richBase, "rich", rich(), "E-19 E-20 E-8 T-1", "B1", "",
		"All thirteen claims and all six conditions, each in its one encoding; with its payload it nests ten deep, and is refused where depth is not counted anew inside the byte string.")
	s.good(singleBase, "single", lone(), "E-19 E-20", "", "",
		"One block with most claims, sealed by the root itself: the base of the faults that need no second block.")
	s.good(plainBase, "plain", plain(), "E-19 E-20", "", "",
		"Three blocks that hold what they need and no more: a reader that demands optional claims refuses them.")
	s.wideHeads()
	s.indefinite()
	s.unwanted()
	s.maps()
	s.unknown()
	s.lengths()
	s.ends()
	s.utf8()
	s.types()
	s.sizes()
	s.empty()
	s.headers()
	s.versions()
	s.blocks()
	s.duplicates()
	s.names()
	s.order()
}

// wideHeads: heads that are longer than they need to be.
func (s encoder) wideHeads() {
	const spec, attacks, flags = "E-3", "B1", "non-minimal"
	t := plain()
	parts := []struct{ path, name string }{
		{"", "token array"}, {"0", "version"}, {"1", "root hint"}, {"2", "blocks array"},
	}
	for _, p := range parts {
		whole := t.Item()
		for _, w := range widths(whole.Get(p.path)) {
			s.bad(plainBase, fmt.Sprintf("wide-%s-%d", slug(p.name), w), forge.Encode(whole.Set(p.path, forge.Wide(whole.Get(p.path), w))),
				noBlock, 0, spec, attacks, flags,
				fmt.Sprintf("The head of the %s takes %d more bytes than it needs; no signature covers it, so anyone can respell the token in transit.", p.name, w))
		}
	}
	parts = []struct{ path, name string }{
		{"", "block array"}, {"0", "protected header"}, {"1", "unprotected header"}, {"2", "payload"}, {"3", "signature"},
	}
	for i, p := range parts {
		for _, w := range widths(decoded(t.Trace()[0].Block).Get(p.path)) {
			// Now in the first block, now in the last.
			n := (i % 2) * 2
			more := w
			if p.path == "2" || p.path == "3" {
				more--
			}
			s.bad(plainBase, fmt.Sprintf("wide-%s-%d", slug(p.name), w),
				reshaped(t, n, func(it forge.Item) forge.Item { return it.Set(p.path, forge.Wide(it.Get(p.path), w)) }),
				noBlock, 0, spec, attacks, flags,
				fmt.Sprintf("The head of the %s takes %d more bytes than it needs: the signed content is the same, the hash of the block is not.", p.name, more))
		}
	}
	n := 0
	places(func(t forge.Token, base, path string, it forge.Item) {
		payload := t.Blocks[0].Claims
		wider := widths(it)
		if len(wider) == 0 {
			return
		}
		every := path == "" || path == "key 4" || path == "8" || path == `6/0/2/"mail"/0/1/0`
		for i, w := range wider {
			if !every && i != n%len(wider) {
				continue
			}
			s.bad(base, fmt.Sprintf("wide-claims-%s-%d", slug(place(path)), w), claims(t, 0, replaced(payload, path, forge.Wide(it, w))),
				0, 0, spec+" E-19", attacks, flags,
				fmt.Sprintf("The head of %s is %d bytes longer than the shortest, and correctly signed: the next hop that encodes it again breaks the signature.",
					place(path), w-headWidth(it)))
		}
		n++
	})
	t = rich()
	digest := t.Blocks[1].Claims
	s.bad(richBase, "wide-claims-block-1-digest-4", claims(t, 1, digest.Set("10", forge.Wide(digest.Get("10"), 4))),
		1, 0, spec, attacks, flags, "The length of the digest is written in 4 bytes; in block 1, where a verifier that only walks the first block does not look.")
	s.bad(richBase, "wide-claims-last-block-8", claims(t, 2, t.Blocks[2].Claims.Set("4", forge.Wide(t.Blocks[2].Claims.Get("4"), 8))),
		2, 0, spec, attacks, flags, "The expiry of the sealing block is written in 8 bytes: a holder could make as many spellings of a use as it likes.")
}

func headWidth(it forge.Item) int {
	_, width := major(it)
	return width
}

// indefinite: items without a length.
func (s encoder) indefinite() {
	const spec, attacks, flags = "E-2", "B4", "indefinite"
	t := plain()
	for _, p := range []struct{ path, name string }{{"", "token array"}, {"1", "root hint"}, {"2", "blocks array"}} {
		whole := t.Item()
		s.bad(plainBase, "indefinite-"+slug(p.name), forge.Encode(whole.Set(p.path, forge.Indefinite(whole.Get(p.path)))), noBlock, 0, spec, attacks, flags,
			fmt.Sprintf("The %s has no length but an end mark: outside of what is signed, it is a second spelling that anyone can make.", p.name))
	}
	for _, p := range []struct{ path, name string }{
		{"", "block array"}, {"0", "protected header"}, {"1", "unprotected header"}, {"2", "payload"}, {"3", "signature"},
	} {
		s.bad(plainBase, "indefinite-"+slug(p.name),
			reshaped(t, 1, func(it forge.Item) forge.Item { return it.Set(p.path, forge.Indefinite(it.Get(p.path))) }),
			noBlock, 0, spec, attacks, flags,
			fmt.Sprintf("The %s of block 1 is of indefinite length; COSE libraries join its chunks before they verify, and so accept another hash.", p.name))
	}
	places(func(t forge.Token, base, path string, it forge.Item) {
		payload := t.Blocks[0].Claims
		m, _ := major(it)
		if m < 2 || m > 5 || strings.HasPrefix(path, "key") {
			return
		}
		if m == 3 && strings.Contains(path, `"mail"`) { // one text of a condition is enough
			return
		}
		kind := []string{"byte string", "text", "array", "map"}[m-2]
		s.bad(base, "indefinite-claims-"+slug(place(path)), claims(t, 0, replaced(payload, path, forge.Indefinite(it))), 0, 0, spec, attacks, flags,
			fmt.Sprintf("The %s at %s ends with a break and says no length: one set of claims would have two payloads, two ids and two counters.", kind, place(path)))
	})
	s.put("indefinite-two-chunks", "11", forge.Chunked(forge.Text("orche"), forge.Text("strator")), 0, spec, attacks, flags,
		"The label comes in two chunks, which a decoder that takes them can be given in any number.")
}

// unwanted: null and whatever else is no item of the profile, field by field.
func (s encoder) unwanted() {
	const spec, attacks = "E-2", "B4 B5"
	t := plain()
	for _, p := range []struct{ path, name string }{{"0", "version"}, {"1", "root-hint"}, {"2", "blocks"}, {"2/1", "block"}, {"2/1/0", "protected"},
		{"2/1/1", "unprotected"}, {"2/1/2", "payload"}, {"2/1/3", "signature"}} {
		for _, v := range []struct {
			name string
			it   forge.Item
		}{{"null", forge.Null()}, {"undefined", forge.Undefined()}} {
			if v.name == "undefined" && p.path != "0" && p.path != "2/1/2" {
				continue
			}
			s.bad(plainBase, v.name+"-"+p.name, within(t, p.path, v.it), noBlock, 0, spec, attacks, v.name,
				fmt.Sprintf("Where the %s belongs stands %s: a decoder that leaves such a field as it was goes on with a zero value.", p.name, v.name))
		}
	}
	s.bad(plainBase, "null-secret", within(t, "3", forge.Null()), noBlock, 0, spec, attacks, "null",
		"A fourth element that is null is no handoff and no sealed token either, but a second spelling of one.")
	t = rich()
	for n := 1; n <= 13; n++ {
		path := fmt.Sprint(n)
		s.put("null-"+claimNames[n], path, forge.Null(), 0, spec, attacks, "null",
			fmt.Sprintf("The %s is null; a decoder that reads null as absent drops a restriction that was signed.", claimNames[n]))
		s.put("undefined-"+claimNames[n], path, forge.Undefined(), 0, spec, attacks, "undefined",
			fmt.Sprintf("The %s is undefined, which many decoders treat as null, and then as absent: the restriction is gone.", claimNames[n]))
	}
	for _, p := range []struct{ path, name string }{
		{"3/0", "a service"}, {"6/0", "a grant"}, {"6/0/0", "the interfaces of a grant"}, {"6/0/0/0", "an interface"}, {"6/0/1", "the resources of a grant"},
		{"6/0/1/0", "a resource"}, {"6/0/2", "the arguments of a grant"}, {`6/0/2/"amount"`, "the conditions on an argument"}, {`6/0/2/"amount"/1`, "a condition"},
		{`6/0/2/"amount"/1/0`, "the number of a condition"}, {`6/0/2/"amount"/1/1`, "the bound of at most"}, {`6/0/2/"currency"/0/1`, "the list of one of"},
		{`6/0/2/"currency"/0/1/1`, "a value"}, {`6/0/2/"path"/0/1/0`, "a pattern of matches"}, {`6/0/2/"mail"/0/1/0`, "a text of ends with"},
		{"7/0", "a pair of uses"}, {"7/0/0", "a limit"}, {"7/0/1", "the service of a limit"}, {"9/0", "the k of cosigners"}, {"9/1", "the keys of cosigners"},
		{"9/1/0", "a cosigner key"},
	} {
		s.put("null-in-"+slug(p.name), p.path, forge.Null(), 0, spec, attacks, "null",
			fmt.Sprintf("Null stands for %s; where it is read as zero, empty or absent, the block permits something that its author did not write.", p.name))
	}
	payload := t.Blocks[0].Claims
	s.put("null-in-extension", `12/"x"`, forge.Null(), 0, spec, attacks, "null",
		"Null stands for the value of an extension: a checker gets an empty value, or none.")
	s.put("null-argument-name", `6/0/2/key "mail"`, forge.Null(), 0, spec, attacks, "null",
		"Null stands for the name of an argument; read as the empty name, it constrains nothing that a request has.")

	tags := []struct {
		path, name string
		tag        uint64
		comment    string
	}{
		{"1", "nonce", 23, "A tag that says base16 before the nonce is skipped by most decoders, and makes a second id for one block."},
		{"3", "services", 258, "Tag 258 says that the services are a set; a decoder that honours it may merge or reorder them."},
		{"4", "expires", 1, "A time that is tagged as a time looks right, and is decoded into a date with its own range and rounding."},
		{"5", "starts", 1, "A tagged start is a second spelling of the start, and a date type that overflows to the past lets the token begin early."},
		{"6", "allow", 55799, "The self-described tag may stand before any item, a hundred times over, in a decoder that skips it."},
		{"7/0/0", "limit", 2, "Tag 2 before a small integer is no bignum either: what a decoder makes of it is its own idea of a limit."},
		{"8", "delegations", 1, "A number of hops is no time, but a decoder that strips tags does not notice."},
		{"11", "label", 36, "A label that claims to be a MIME message is handed to whoever handles tag 36."},
		{`12/"x"`, "extension", 24, "An extension that says that it holds CBOR invites decoders to look into it."},
		{"13", "fresh", 100, "Tag 100 counts days: a decoder that honours it reads minutes as months."},
	}
	for _, p := range tags {
		s.put("tag-"+p.name, p.path, forge.Tag(p.tag, payload.Get(p.path)), 0, spec, "B4", "tag", p.comment)
	}
	t = plain()
	s.put("bignum-limit", "7/0/0", forge.Tag(2, forge.Bytes([]byte{100})), 0, spec, "B4", "tag bignum",
		"The limit is the bignum 100: decoders that turn bignums into integers have a second spelling of each limit.")
	s.put("bignum-expires", "4", forge.Tag(3, forge.Bytes([]byte{0})), 0, spec, "B4", "tag bignum",
		"The expiry is a negative bignum, which an unsigned conversion turns into a time that never comes.")
	s.bad(plainBase, "tag-self-described", forge.Encode(forge.Tag(55799, t.Item())), noBlock, 0, spec, "B4", "tag",
		"The token begins with d9d9f7, which says that it is CBOR; nobody signs that, so anyone can add it.")
	s.bad(plainBase, "tag-cwt", forge.Encode(forge.Tag(61, t.Item())), noBlock, 0, spec, "B4", "tag",
		"The token is tagged as a CWT: libraries for CWT add and remove this tag without being asked.")
	s.bad(plainBase, "tag-version", forge.Encode(t.Item().Set("0", forge.Tag(1, forge.Uint(1)))), noBlock, 0, spec, "B4", "tag",
		"A tagged 1 is not the version 1, though a decoder that strips tags says so.")
	s.bad(plainBase, "tag-payload-encoded-cbor", within(t, "2/0/2", forge.Tag(24, t.Item().Get("2/0/2"))), noBlock, 0, spec, "B4", "tag",
		"Tag 24 before the payload is natural, and forbidden: the signature does not cover the tag.")
	many := t.Item()
	for range 500 {
		many = forge.Tag(55799, many)
	}
	s.bad(plainBase, "tags-nested-500", forge.Encode(many), noBlock, 0, spec, "B4 B8", "tag depth",
		"500 tags, one in the other: a decoder that skips tags by calling itself pays with its stack, and does not count them as depth.")

	for _, f := range []struct {
		path, id string
		it       forge.Item
		comment  string
	}{
		{"4", "expires-double", forge.Float(8, math.Float64bits(forge.Now+8*3600)), "The expiry is a double: it holds the same second, and every fraction of it that an integer can't."},
		{"4", "expires-nan", forge.Float(2, 0x7e00), "The expiry is NaN, which is neither before nor after now: now >= NaN is false, and the token never expires."},
		{"4", "expires-infinity", forge.Float(2, 0x7c00), "The expiry is infinity: no clock gets there."},
		{"5", "starts-minus-zero", forge.Float(2, 0x8000), "The start is −0.0, a second zero."},
		{"7/0/0", "limit-half", forge.Float(2, 0x5640), "The limit is 100.0 in half precision; a counter that adds 1 to doubles stops counting at 2^53."},
		{"7/0/0", "limit-infinity", forge.Float(4, 0x7f800000), "The limit is infinity: no count reaches it."},
		{"8", "delegations-half", forge.Float(2, 0x3c00), "The delegations are 1.0; a decoder that accepts 1.5 next has to round hops."},
		{"9/0", "k-half", forge.Float(2, 0x3800), "k is 0.5: rounded down, no approval is needed."},
		{"13", "fresh-single", forge.Float(4, 0x42700000), "Fresh is 60.0 in single precision, a second spelling of 60."},
		{`6/0/2/"amount"/1/1`, "at-most-double", forge.Float(8, 0x4059000000000000), "The bound of at most is 100.0; bounds are integers, and a decimal of a request is compared with them exactly."},
		{`6/0/2/"amount"/1/1`, "at-most-nan", forge.Float(8, 0x7ff8000000000000), "The bound is NaN: amount > NaN is false, so a check that refuses what is greater refuses nothing."},
		{`6/0/2/"currency"/0/1/1`, "value-single", forge.Float(4, 0x44748000), "A value is 978.0, which equals the integer in languages that have only one kind of number."},
	} {
		s.put("float-"+f.id, f.path, f.it, 0, spec, "B4", "float", f.comment)
	}
	for _, f := range []struct {
		path, id string
		it       forge.Item
		comment  string
	}{
		{`6/0/2/"currency"/0/1/2`, "true-two-bytes", forge.Raw([]byte{0xf8, 0x15}), "True in two bytes is ill-formed by RFC 8949, and taken by decoders that only look at the number."},
		{`6/0/2/"currency"/0/1/2`, "simple-16", forge.Simple(16), "The simple value 16 has no meaning yet; a decoder that keeps it as an opaque value compares it with something."},
		{`6/0/2/"currency"/0/1/2`, "simple-255", forge.Raw([]byte{0xf8, 0xff}), "The simple value 255 is well-formed CBOR, and no boolean."},
		{"8", "simple-0", forge.Simple(0), "The simple value 0 is not the integer 0; a decoder that mixes them up reads no delegations, or no limit on them."},
		{"11", "break", forge.Raw([]byte{0xff}), "A break where the label belongs: nothing of indefinite length is open, so there is nothing to end."},
		{"13", "reserved-1c", forge.Raw([]byte{0x1c}), "A head with additional information 28 is reserved; a decoder that reads 16 bytes, or none, invents a number."},
		{"12", "reserved-bc", forge.Raw([]byte{0xbc}), "A map head with additional information 28 is reserved; taken for an empty map it drops the extensions."},
		{"3", "reserved-9e", forge.Raw([]byte{0x9e}), "An array head with additional information 30 is reserved, and says no length."},
		{"4", "reserved-1f", forge.Raw([]byte{0x1f}), "An integer of indefinite length does not exist."},
	} {
		s.put("simple-"+f.id, f.path, f.it, 0, spec, "B4", "simple", f.comment)
	}
	s.bad(plainBase, "simple-unprotected", within(t, "2/0/1", forge.Simple(0)), noBlock, 0, spec, "B4", "simple",
		"The simple value 0 in place of the unprotected header, e0 for a0: one bit, and outside of what is signed.")
}
