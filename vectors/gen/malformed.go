package main

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// entry returns an entry of the claims of a block.
func entry(t forge.Token, i int, claim uint64) forge.Pair {
	return forge.Claim(claim, t.Blocks[i].Claims.Get(fmt.Sprint(claim)))
}

// entries returns all entries of the claims of a block, in order.
func entries(t forge.Token, i int) []forge.Pair {
	var all []forge.Pair
	for n := uint64(1); n <= 13; n++ {
		if e := entry(t, i, n); len(forge.Encode(e.Value)) > 0 {
			all = append(all, e)
		}
	}
	return all
}

// maps: the order of keys, and keys that occur twice.
func (s encoder) maps() {
	const spec = "E-5"
	t := rich()
	for _, first := range []int{0, 3, len(entries(t, 0)) - 2} {
		list := entries(t, 0)
		list[first], list[first+1] = list[first+1], list[first]
		s.bad(richBase, fmt.Sprintf("unsorted-claims-%d", first), claims(t, 0, forge.Map(list...)), 0, 0, spec, "B1", "unsorted-map",
			fmt.Sprintf("Entries %d and %d of the claims are in each other's place: a decoder into a struct does not see it, and one payload gets many spellings.", first, first+1))
	}
	list := entries(t, 2)
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	s.bad(richBase, "unsorted-claims-reversed", claims(t, 2, forge.Map(list...)), 2, 0, spec, "B1", "unsorted-map",
		"The claims of the sealing block descend: a map in memory has no order, so the order must be checked on the bytes.")
	for n := uint64(1); n <= 13; n++ {
		i := 0
		if n == 10 {
			i = 1
		}
		var twice []forge.Pair
		for _, e := range entries(t, i) {
			twice = append(twice, e)
			if string(forge.Encode(e.Key)) == string(forge.Encode(forge.Uint(n))) {
				twice = append(twice, e)
			}
		}
		s.bad(richBase, "twice-"+claimNames[n], claims(t, i, forge.Map(twice...)), i, 0, spec, "B2", "duplicate-key",
			fmt.Sprintf("The %s stands twice, here alike; with two different ones, one decoder takes the first and the next one the last.", claimNames[n]))
	}
	// A wider expiry behind the signed one.
	twice := func(second forge.Pair) []byte {
		list := entries(t, 0)
		return claims(t, 0, forge.Map(append(append(append([]forge.Pair{}, list[:4]...), second), list[4:]...)...))
	}
	s.bad(richBase, "twice-expires-later", twice(forge.Expires(forge.Now+9*3600)), 0, 0, spec, "B2", "duplicate-key last-wins",
		"A second expiry is an hour later: where the last wins, the token lives longer than its reader thinks.")
	respelled := forge.Pair{Key: forge.Wide(forge.Uint(4), 1), Value: forge.Uint(forge.Now + 9*3600)}
	s.bad(richBase, "twice-expires-respelled", claims(t, 0, forge.Map(append(entries(t, 0), respelled)...)), 0, 0,
		spec+" E-3", "B1 B2", "duplicate-key non-minimal",
		"A second expiry stands last under the key 1804: compared as bytes the keys ascend, as numbers two are one.")

	arguments := func(m forge.Item) []byte { return put(lone(), 0, "6/0/2", m) }
	any := forge.Array(forge.Any())
	text := forge.Text
	base := []forge.Pair{
		{Key: text("mail"), Value: any}, {Key: text("note"), Value: any}, {Key: text("path"), Value: any},
		{Key: text("amount"), Value: any}, {Key: text("currency"), Value: any},
	}
	order := func(indexes ...int) forge.Item {
		var list []forge.Pair
		for _, i := range indexes {
			list = append(list, base[i])
		}
		return forge.Map(list...)
	}
	s.good(singleBase, "arguments-in-encoded-order", withArguments(lone(), order(0, 1, 2, 3, 4)), spec, "B1", "",
		"Arguments ascend by their encodings: shorter names first, then bytewise.")
	argBase := "encoding-arguments-in-encoded-order"
	argBad := func(id string, m forge.Item, attack, flags, comment string) {
		s.bad(argBase, id, arguments(m), 0, 0, spec, attack, flags, comment)
	}
	argBad("unsorted-arguments-alphabetical", order(3, 4, 0, 1, 2), "B1", "unsorted-map alphabetical",
		"Arguments in alphabetical order, amount before mail, is what most languages sort; it is not the bytewise order of the encodings.")
	argBad("unsorted-arguments-same-length", order(1, 0, 2, 3, 4), "B1", "unsorted-map", "note stands before mail: names of one length ascend bytewise.")
	argBad("unsorted-arguments-last", order(0, 1, 2, 4, 3), "B1", "unsorted-map", "The longest name stands before a shorter one at the end of the map.")
	argBad("twice-argument", order(0, 1, 1, 2, 3, 4), "B2", "duplicate-key", "The argument note stands twice: one decoder checks the first conditions, the next one the last.")
	wideKey := forge.Pair{Key: forge.Wide(text("note"), 1), Value: any}
	argBad("twice-argument-respelled", forge.Map(base[0], base[1], base[2], base[3], base[4], wideKey), "B2", "duplicate-key non-minimal",
		"The argument note stands again with its length in a second byte: other bytes, the same name.")
	extension := func(name, value string) forge.Pair { return forge.Extension(name, []byte(value)) }
	ext := func(id, attacks, flags, comment string, list ...forge.Pair) {
		s.put(id, "12", forge.Map(list...), 0, spec, attacks, flags, comment)
	}
	ext("unsorted-extensions", "B1", "unsorted-map alphabetical", "example.com/region stands before x: in alphabetical order, where the shorter name comes first.",
		extension("example.com/region", "eu"), extension("x", ""))
	ext("twice-extension", "B2", "duplicate-key", "The extension x stands twice, with the value that the checker accepts first and another behind.",
		extension("x", ""), extension("x", "other"), extension("example.com/region", "eu"))
	ext("twice-extension-respelled", "B2", "duplicate-key non-minimal", "The extension x stands again as 780178: two keys for the bytes, one name for the checker.",
		extension("x", ""), extension("example.com/region", "eu"), forge.Pair{Key: forge.Wide(text("x"), 1), Value: forge.Bytes(nil)})
}

// withArguments returns the token with other arguments in its first grant.
func withArguments(t forge.Token, arguments forge.Item) forge.Token {
	return t.With(0, forge.Claim(6, t.Blocks[0].Claims.Get("6").Set("0/2", arguments)))
}

// unknown: what version 1 does not define.
func (s encoder) unknown() {
	const spec, attacks = "E-9", "B3"
	for _, u := range []struct {
		id, comment string
		key         forge.Item
		block       int
		claim       int
	}{
		{"0", "Claim 0 is none; in a decoder that counts fields from 0 it may be one.", forge.Uint(0), 0, 0},
		{"14", "Claim 14 is what the next version may call its first restriction: an old verifier that skips it permits what was forbidden.", forge.Uint(14), 0, 14},
		{"14-last-block", "Claim 14 in the sealing block: the holder has restricted this use in a way that this verifier can't check.", forge.Uint(14), 2, 14},
		{"23", "Claim 23, the last with a key of one byte.", forge.Uint(23), 0, 23},
		{"24", "Claim 24, the first with a key of two bytes.", forge.Uint(24), 0, 24},
		{"260", "Claim 260 is 4 in its low byte; a decoder that keeps a byte has found a second expiry.", forge.Uint(260), 0, 260},
		{"65540", "Claim 65540 is 4 in its low 16 bits.", forge.Uint(65540), 0, 65540},
		{"2-32-plus-4", "Claim 2^32 + 4 is 4 in 32 bits: a decoder that casts keys to int32 sets an expiry from it.", forge.Uint(1<<32 + 4), 0, 0},
		{"2-53-minus-1", "The greatest key that the profile has is still unknown.", forge.Uint(1<<53 - 1), 0, 0},
		{"minus-1", "Claim −1 is of the range that COSE and CWT leave to private use; Taper has no private use.", forge.Int(-1), 0, 0},
		{"minus-5", "Claim −5: the initial byte is 24 in hexadecimal, which a decoder that looks at its low bits takes for 4.", forge.Int(-5), 0, 0},
		{"text", "A claim with the key \"expires\": decoders into structs match fields by name.", forge.Text("expires"), 0, 0},
		{"text-4", "A claim with the key \"4\", which JavaScript keeps under the same property as 4.", forge.Text("4"), 0, 0},
		{"empty-text", "A claim with the empty text for a key.", forge.Text(""), 0, 0},
		{"bytes", "A claim whose key is a byte string, which many maps in memory can't hold.", forge.Bytes([]byte{4}), 0, 0},
		{"true", "A claim whose key is true, which is 1 in some languages, and so the nonce.", forge.Bool(true), 0, 0},
		{"array", "A claim whose key is an array.", forge.Array(forge.Uint(4)), 0, 0},
	} {
		t, base := lone(), singleBase
		if u.block > 0 {
			t, base = rich(), richBase
		}
		list := forge.SortedMap(append(entries(t, u.block), forge.Pair{Key: u.key, Value: forge.Uint(0)})...)
		s.bad(base, "unknown-claim-"+u.id, claims(t, u.block, list), u.block, u.claim, spec, attacks, "unknown-claim", u.comment)
	}
	condition := func(id, comment string, c forge.Item) {
		s.put("condition-"+id, `6/0/2/"amount"/1`, c, 6, spec, attacks, "unknown-condition", comment)
	}
	list := forge.Array(forge.Int(5))
	condition("6", "Condition 6 is unknown: a verifier that skips it lets every amount pass.", forge.Array(forge.Uint(6), forge.Uint(100)))
	condition("6-alone", "Condition 6 without an operand is as unknown as with one.", forge.Array(forge.Uint(6)))
	condition("minus-1", "The condition −1 indexes before a table of conditions.", forge.Array(forge.Int(-1), forge.Uint(100)))
	condition("259", "Condition 259 is 3 in its low byte.", forge.Array(forge.Uint(259), forge.Uint(100)))
	condition("2-32-plus-3", "Condition 2^32 + 3 is 3 in 32 bits.", forge.Array(forge.Uint(1<<32+3), forge.Uint(100)))
	condition("text", "Conditions have numbers; \"any\" is a word of the predicate language.", forge.Array(forge.Text("any")))
	condition("empty-array", "A condition without a number: read as zero, it is any.", forge.Array())
	condition("number-alone", "A condition that is the number 0 itself and not in an array.", forge.Uint(0))
	condition("any-with-operand", "Any has no operand: here it looks like a bound, and a decoder that stops at 0 ignores it.", forge.Array(forge.Uint(0), forge.Uint(100)))
	condition("at-most-alone", "At most has no bound; read as zero or as no bound at all, both are wrong.", forge.Array(forge.Uint(3)))
	condition("at-most-two-bounds", "At most has two bounds, of which one decoder takes the first and the next one the last.", forge.Array(forge.Uint(3), forge.Uint(100), forge.Uint(200)))
	condition("one-of-alone", "One of has no list.", forge.Array(forge.Uint(1)))
	condition("one-of-two-lists", "One of has two lists.", forge.Array(forge.Uint(1), list, list))
	condition("one-of-flat", "One of has its values beside the number and not in a list.", forge.Array(forge.Uint(1), forge.Int(5), forge.Int(6)))
	condition("map", "A condition is an array, not a map from its number to its operand.", forge.Map(forge.Pair{Key: forge.Uint(3), Value: forge.Uint(100)}))
}

// lengths: arrays with an element too many or too few, and lengths that are lies.
func (s encoder) lengths() {
	p := plain()
	whole := p.Item()
	zero := forge.Uint(0)
	s.bad(plainBase, "token-2-elements", forge.Encode(whole.Set("2", forge.Item{})), noBlock, 0, "E-9", "B3", "array-length",
		"A token without blocks restricts nothing: a loop over no blocks permits.")
	s.bad(plainBase, "token-5-elements", forge.Encode(forge.Array(whole.Get("0"), whole.Get("1"), whole.Get("2"), forge.Bytes(make([]byte, 32)), zero)),
		noBlock, 0, "E-9", "B3", "array-length", "A fifth element means something to the next version only.")
	s.bad(plainBase, "token-1-element", forge.Encode(forge.Array(forge.Uint(1))), noBlock, 0, "E-9", "B3", "array-length", "Nothing but the version.")
	s.bad(plainBase, "token-0-elements", []byte{0x80}, noBlock, 0, "E-9", "B3", "array-length", "An empty array has no version, so it can't be of another one.")
	s.bad(plainBase, "token-18-elements-version-1", forge.Encode(forge.Array(func() []forge.Item {
		all := []forge.Item{whole.Get("0"), whole.Get("1"), whole.Get("2")}
		for len(all) < 18 {
			all = append(all, zero)
		}
		return all
	}()...)), noBlock, 0, "E-9", "B3", "array-length", "Eighteen elements, of which the first three are right.")
	s.bad(plainBase, "token-map", forge.Encode(forge.Map(forge.Pair{Key: zero, Value: whole.Get("0")}, forge.Pair{Key: forge.Uint(1), Value: whole.Get("1")},
		forge.Pair{Key: forge.Uint(2), Value: whole.Get("2")})), noBlock, 0, "E-9", "B12", "wrong-type", "The token is a map of its three elements.")
	s.bad(plainBase, "token-byte-string", forge.Encode(forge.Bytes(p.Encode())), noBlock, 0, "E-9", "B12", "wrong-type",
		"The token is wrapped into a byte string; unwrapping it would be a second spelling.")
	s.bad(plainBase, "blocks-0", forge.Encode(whole.Set("2", forge.Array())), noBlock, 0, "E-9", "B14", "empty-list", "A list of no blocks: nothing restricts, so nothing may be permitted.")
	s.bad(plainBase, "blocks-map", forge.Encode(whole.Set("2", forge.Map(forge.Pair{Key: zero, Value: whole.Get("2/0")}))), noBlock, 0, "E-9", "B12", "wrong-type",
		"The blocks are in a map, whose order is not theirs.")
	block := func(id string, i int, f func(forge.Item) forge.Item, attacks, flags, comment string) {
		s.bad(plainBase, id, reshaped(p, i, f), i, 0, "E-9", attacks, flags, comment)
	}
	block("block-3-elements", 2, func(it forge.Item) forge.Item { return it.Set("3", forge.Item{}) }, "B3", "array-length", "The last block has no signature; what does not check that there is one checks none.")
	block("block-5-elements", 1, func(it forge.Item) forge.Item { return it.Set("4", zero) }, "B3 B16", "array-length cose", "A COSE_Sign1 with a fifth element: no signature covers it.")
	block("block-empty", 1, func(forge.Item) forge.Item { return forge.Array() }, "B3", "array-length", "An empty array in place of a block: a decoder that indexes it panics.")
	block("block-map", 0, func(it forge.Item) forge.Item {
		return forge.Map(forge.Pair{Key: zero, Value: it.Get("0")}, forge.Pair{Key: forge.Uint(1), Value: it.Get("2")})
	}, "B12", "wrong-type", "A block that is a map.")
	block("block-byte-string", 0, func(it forge.Item) forge.Item { return forge.Bytes(forge.Encode(it)) }, "B12", "wrong-type", "A block that is wrapped into a byte string: one implementation hashes its head too, the next one only what it holds.")

	t := rich()
	count := func(path, id string, v forge.Item, claim int, comment string) {
		s.put(id, path, v, claim, "E-9", "B3", "array-length", comment)
	}
	g := t.Blocks[0].Claims.Get("6/0")
	key := t.Blocks[0].Claims.Get("9/1/0")
	count("6/0", "grant-0-elements", forge.Array(), 6, "A grant of nothing, which a matcher over no restrictions takes for everything.")
	count("6/0", "grant-1-element", forge.Array(g.Get("0")), 6, "A grant without resources.")
	count("6/0", "grant-4-elements", forge.Array(g.Get("0"), g.Get("1"), g.Get("2"), forge.Map()), 6, "A fourth element of a grant may be a restriction of the next version.")
	count("7/0", "use-0-elements", forge.Array(), 7, "A limit of nothing at no service.")
	count("7/0", "use-1-element", forge.Array(forge.Uint(100)), 7, "A limit that names no service: one reader counts it everywhere, the next one nowhere.")
	count("7/0", "use-3-elements", forge.Array(forge.Uint(100), forge.Text(forge.Service), forge.Uint(60)), 7, "A third element, such as a window of time, that this version does not know.")
	count("9", "cosigners-0-elements", forge.Array(), 9, "Cosigners without k and without keys: none of none have approved.")
	count("9", "cosigners-1-element", forge.Array(forge.Uint(1)), 9, "A k without keys.")
	count("9", "cosigners-3-elements", forge.Array(forge.Uint(1), forge.Array(key), forge.Text("any")), 9, "A third element behind the keys.")
	count("9", "cosigners-flat", forge.Array(forge.Uint(1), key), 9, "The key stands beside k and not in a list.")

	huge := func(id string, b []byte, block int, comment string) {
		s.bad(plainBase, "huge-"+id, b, block, 0, "E-4", "B8", "huge-length", comment)
	}
	raw := func(b ...byte) forge.Item { return forge.Raw(b) }
	huge("blocks", forge.Encode(whole.Set("2", raw(0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0))), noBlock, "A list of 2^60 blocks: an allocation before a look at what is left is the end of the process.")
	huge("token-string", append(forge.Encode(raw(0x83, 0x01)), 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), noBlock,
		"A root hint of 2^63 − 1 bytes: position plus length overflows to a negative number, which is smaller than the end.")
	huge("root-one-more", forge.Encode(raw(0x83, 0x01, 0x45, 1, 2, 3, 4)), noBlock, "A root hint that is one byte longer than what is left.")
	huge("services", put(p, 0, "3", raw(0x9a, 0xff, 0xff, 0xff, 0xff)), 0, "A list of 2^32 − 1 services inside a payload: what is left counts inside the byte string, not in the token.")
	huge("services-2-64", put(p, 0, "3", raw(0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)), 0, "A list of 2^64 − 1 services, which is −1 as a signed number.")
	huge("claims", claims(p, 0, raw(0xbb, 0x80, 0, 0, 0, 0, 0, 0, 0)), 0, "A map of 2^63 entries: twice that, the number of items, is 0 in 64 bits.")
	huge("label", put(p, 0, "11", raw(0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0)), 0, "A label of 2^64 − 16 bytes: added to the position it lies before the position.")
	huge("payload-reaches-out", put(p, 0, "11", raw(0x62, 'x')), 0, "The last text of the payload reaches past the end of its byte string, into the signature.")

	deep := forge.Uint(0)
	for range 9 {
		deep = forge.Array(deep)
	}
	s.put("depth-9-claims", "3", deep, 0, "E-8 E-9", "B8", "depth", "Nine arrays in a claim, ten levels with the map.")
	for range 5000 {
		deep = forge.Array(deep)
	}
	s.bad(plainBase, "depth-5000", forge.Encode(whole.Set("2", deep)), noBlock, 0, "E-8", "B8", "depth", "5,000 arrays, one in the other, cost an attacker 5 kB and a recursive decoder its stack.")
	s.brief()
}

// ends: bytes that are too many or too few.
func (s encoder) ends() {
	const spec, attacks = "E-1", "B9"
	p := plain()
	b := p.Encode()
	behind := func(id string, tail []byte, comment string) {
		s.bad(plainBase, "behind-token-"+id, append(b[:len(b):len(b)], tail...), noBlock, 0, spec, attacks, "trailing-bytes", comment)
	}
	behind("zero", []byte{0}, "A zero byte behind the token, as buffers leave it: each number of them is another spelling.")
	behind("line-end", []byte{'\n'}, "A line end behind the bytes of the token, as editors leave it.")
	behind("null", []byte{0xf6}, "Null behind the token: a sequence of two items, of which decoders of streams return the first.")
	behind("token", b, "The token twice: one part of a program may verify the first and another read the second.")
	for _, v := range []struct {
		id, comment string
		tail        []byte
	}{
		{"zero", "A zero byte behind the claims, inside the payload and signed: the id is another one, and so is the counter.", []byte{0}},
		{"map", "A second map behind the claims, which a decoder of streams would take next.", []byte{0xa0}},
		{"break", "A break behind the claims.", []byte{0xff}},
	} {
		payload := append(forge.Encode(p.Blocks[2].Claims), v.tail...)
		s.bad(plainBase, "behind-claims-"+v.id, p.Edit(2, func(b *forge.Block) { b.Payload = forge.Bytes(payload) }).Encode(), 2, 0,
			spec, attacks, "trailing-bytes", v.comment)
	}
	payload := func(id string, content []byte, comment string) {
		s.bad(plainBase, "payload-"+id, p.Edit(1, func(b *forge.Block) { b.Payload = forge.Bytes(content) }).Encode(), 1, 0, "E-1 E-9", "B9 B12", "payload", comment)
	}
	whole := forge.Encode(p.Blocks[1].Claims)
	payload("cut-1", whole[:len(whole)-1], "The payload lacks its last byte, though its byte string has the length that it says.")
	payload("cut-half", whole[:len(whole)/2], "The payload ends in the middle of the claims, and is correctly signed.")
	payload("empty", nil, "The payload is empty: no item is not an empty map.")
	payload("array", forge.Encode(forge.Array()), "The payload holds an array.")
	payload("integer", []byte{0}, "The payload holds an integer.")
	payload("wrapped", forge.Encode(forge.Bytes(whole)), "The payload holds a byte string that holds the claims: one layer too many.")
	s.bad(plainBase, "payload-empty-map", p.Edit(1, func(b *forge.Block) { b.Payload = forge.Bytes([]byte{0xa0}) }).Encode(), 1, 1, "E-9", "B13", "missing-claim",
		"The claims are an empty map: no nonce, and no next key in a block that is not the last.")
	s.bad(plainBase, "empty", []byte{}, noBlock, 0, spec, attacks, "truncated", "No bytes at all: a missing token must not be read as one without restrictions.")
	for _, n := range []int{1, 2, 3, 10, 11, 12, 13, 16, 18, 60, len(b) / 2, len(b) - 66, len(b) - 64, len(b) - 33, len(b) - 1} {
		s.bad(plainBase, fmt.Sprintf("cut-at-%d", n), b[:n], noBlock, 0, spec, attacks, "truncated",
			fmt.Sprintf("Only the first %d of %d bytes: what is missing must not be filled with zeros, nor with what a buffer held before.", n, len(b)))
	}
}

// utf8: texts that are none.
func (s encoder) utf8() {
	for _, u := range []struct{ path, where, id, bytes, comment string }{
		{"3/1", "services", "ff", "report\xff", "The byte ff stands in no UTF-8; repaired to U+FFFD, two services get one name."},
		{"6/0/0/1", "interface", "continuation", "database:\x80", "A continuation byte without a start."},
		{"6/0/1/0", "resource", "overlong-slash", "customers\xc0\xaf**", "An overlong slash: a decoder that normalizes it makes a separator that the checker of names did not see."},
		{"6/0/1/0", "resource", "overlong-dot", "customers/\xc0\xae\xc0\xae/x", "Overlong dots become .. after the check for them."},
		{"6/0/1/0", "resource", "overlong-3", "customers/\xe0\x80\xaf", "A slash in three bytes is as overlong as one in two."},
		{"6/0/1/0", "resource", "surrogate", "customers/\xed\xa0\x80", "A lone surrogate, which languages with UTF-16 strings can write and others can't."},
		{"6/0/1/0", "resource", "surrogate-pair", "customers/\xed\xa0\xbd\xed\xb8\x80", "A surrogate pair of three bytes each (CESU-8): a second spelling of one code point."},
		{"6/0/1/0", "resource", "above-10ffff", "customers/\xf4\x90\x80\x80", "A code point above U+10FFFF."},
		{`6/0/2/"currency"/0/1/0`, "value", "cut", "EU\xc3", "A value that ends in the middle of a character."},
		{`6/0/2/"mail"/0/1/0`, "suffix", "continuation", "\xa9x.com", "A text to end with that begins in the middle of a character could match the second half of one."},
		{`6/0/2/"path"/0/1/0`, "matches", "ff", "reports/\xfe", "A pattern of a condition with a byte that stands in no UTF-8."},
		{`6/0/2/key "mail"`, "argument-name", "cut", "mai\xc3", "The name of an argument is cut: a map with repaired keys holds another name."},
		{"7/1/1", "uses-service", "ff", "report\xff", "The service of a limit is no text: the counter would be kept under a name that no service has."},
		{"11", "label", "overlong-nul", "orchestrator\xc0\x80", "An overlong NUL, which some languages write on purpose."},
		{`12/key "x"`, "extension-name", "continuation", "\xbf", "An extension's name of one continuation byte."},
	} {
		s.put("utf8-"+u.where+"-"+u.id, u.path, forge.Text(u.bytes), 0, "E-7", "B10", "utf-8", u.comment)
	}
}

// types: each claim with a value of another type.
func (s encoder) types() {
	t := rich()
	ints := func(n int) forge.Item {
		var list []forge.Item
		for range n {
			list = append(list, forge.Uint(7))
		}
		return forge.Array(list...)
	}
	text, number := forge.Text, forge.Uint
	one := func(key, value forge.Item) forge.Item { return forge.Map(forge.Pair{Key: key, Value: value}) }
	grant := t.Blocks[0].Claims.Get("6/0")
	key := t.Blocks[0].Claims.Get("9/1/0")
	for _, c := range []struct {
		claim    int
		id, path string
		v        forge.Item
		comment  string
	}{
		{1, "nonce-text", "1", text("12345678"), "The nonce is a text of 8 bytes; languages with one string type see no difference, the id does."},
		{1, "nonce-integer", "1", number(1), "The nonce is an integer."},
		{1, "nonce-array", "1", ints(8), "The nonce is an array of 8 small integers, as JSON libraries write bytes."},
		{2, "next-text", "2", text(strings.Repeat("k", 32)), "The next key is a text of 32 bytes."},
		{2, "next-array", "2", ints(32), "The next key is an array of 32 integers."},
		{2, "next-cose-key", "2", one(number(1), number(1)), "The next key is a map, as a COSE_Key is."},
		{2, "next-true", "2", forge.Bool(true), "The next key is true: a reader that asks only whether there is one goes on without a key."},
		{3, "services-text", "3", text(forge.Service), "The services are one text and not a list; a loop over its characters, or a test for a substring, finds much."},
		{3, "services-map", "3", one(text(forge.Service), forge.Bool(true)), "The services are a map to true."},
		{3, "services-bytes", "3/0", forge.Bytes([]byte(forge.Service)), "A service is a byte string with the right bytes."},
		{3, "services-integer", "3/0", number(7), "A service is a number, and not the seventh of a list."},
		{4, "expires-text", "4", text("1795370400"), "The expiry is a text of digits; where texts are compared with numbers, the result is not what anyone meant."},
		{4, "expires-true", "4", forge.Bool(true), "The expiry is true, which is 1 in some languages, and no limit in a reader that asks whether it is set."},
		{4, "expires-false", "4", forge.Bool(false), "The expiry is false: read as absent, the token does not expire."},
		{4, "expires-array", "4", forge.Array(number(forge.Now + 3600)), "The expiry is in an array, as some formats allow for audiences."},
		{4, "expires-bytes", "4", forge.Bytes([]byte{0x6b, 0x03, 0x2d, 0xa0}), "The expiry is four bytes big-endian."},
		{5, "starts-text", "5", text("2026-11-22T09:00:00Z"), "The start is a date in words."},
		{5, "starts-false", "5", forge.Bool(false), "The start is false, which is 0 in some languages: always begun."},
		{6, "allow-star", "6", text("*"), "Allow is a text with a star; nothing in Taper stands for everything."},
		{6, "allow-true", "6", forge.Bool(true), "Allow is true."},
		{6, "allow-false", "6", forge.Bool(false), "Allow is false: read as absent, block 1 and later would allow all that is above."},
		{6, "allow-empty-map", "6", forge.Map(), "Allow is an empty map, which is not the empty list that permits nothing."},
		{6, "allow-map", "6", one(text(forge.Interface), text(forge.Resource)), "Allow is a map of interface to resource."},
		{6, "allow-flat", "6", grant, "Allow is one grant and not a list of grants: one level of brackets is missing."},
		{6, "grant-map", "6/0", one(number(0), forge.Array(text(forge.Interface))), "A grant is a map, as it would be in JSON."},
		{6, "interfaces-text", "6/0/0", text(forge.Interface), "The interfaces are one text and not a list."},
		{6, "interface-bytes", "6/0/0/0", forge.Bytes([]byte(forge.Interface)), "An interface is a byte string."},
		{6, "resources-text", "6/0/1", text("customers/**"), "The resources are one text and not a list."},
		{6, "resource-array", "6/0/1/0", forge.Array(text("customers"), text("**")), "A resource is given as its segments."},
		{6, "arguments-array", "6/0/2", forge.Array(), "The arguments are an empty array, which PHP and others can't tell from an empty map."},
		{6, "arguments-true", "6/0/2", forge.Bool(true), "The arguments are true, which a reader may take for all arguments."},
		{6, "argument-name-integer", `6/0/2/key "mail"`, number(0), "The name of an argument is a number, its position."},
		{6, "argument-name-bytes", `6/0/2/key "mail"`, forge.Bytes([]byte("mail")), "The name of an argument is a byte string with the right bytes."},
		{6, "conditions-flat", `6/0/2/"amount"`, forge.AtMost(100), "The condition stands for itself and not in a list of conditions."},
		{6, "at-most-text", `6/0/2/"amount"/1/1`, text("100"), "The bound is a text: \"99\" is greater than \"100\"."},
		{6, "at-most-true", `6/0/2/"amount"/1/1`, forge.Bool(true), "The bound is true."},
		{6, "at-least-bytes", `6/0/2/"amount"/0/1`, forge.Bytes([]byte{1}), "The bound of at least is a byte string."},
		{6, "at-least-list", `6/0/2/"amount"/0/1`, forge.Array(forge.Int(-1)), "The bound of at least is a list."},
		{6, "one-of-text", `6/0/2/"currency"/0/1`, text("EUR"), "One of has a text in place of a list: a test for a substring would accept \"E\", and the empty text."},
		{6, "one-of-map", `6/0/2/"currency"/0/1`, one(text("EUR"), forge.Bool(true)), "One of has a map in place of a list."},
		{6, "one-of-bytes-value", `6/0/2/"currency"/0/1/0`, forge.Bytes([]byte("EUR")), "A value is a byte string; requests have none."},
		{6, "one-of-list-value", `6/0/2/"currency"/0/1/0`, forge.Array(text("EUR")), "A value is a list, which nothing equals."},
		{6, "one-of-map-value", `6/0/2/"currency"/0/1/0`, forge.Map(), "A value is a map."},
		{6, "matches-text", `6/0/2/"path"/0/1`, text("reports/*"), "Matches has a pattern in place of a list of patterns."},
		{6, "matches-integer", `6/0/2/"path"/0/1/0`, number(7), "A pattern of matches is a number."},
		{6, "ends-with-text", `6/0/2/"mail"/0/1`, text("@example.com"), "Ends with has a text in place of a list; iterated, every single letter of it is a suffix."},
		{6, "ends-with-bytes", `6/0/2/"mail"/0/1/0`, forge.Bytes([]byte("@example.com")), "A text to end with is a byte string."},
		{7, "uses-number", "7", number(100), "Uses is a number that names no service."},
		{7, "uses-map", "7", one(text(forge.Service), number(100)), "Uses is a map from service to limit."},
		{7, "uses-flat", "7", forge.Use(100, forge.Service), "Uses is one pair and not a list of pairs."},
		{7, "uses-swapped", "7/0", forge.Array(text(forge.Service), number(100)), "The service stands before the limit."},
		{7, "uses-limit-text", "7/0/0", text("100"), "The limit is a text."},
		{7, "uses-limit-true", "7/0/0", forge.Bool(true), "The limit is true, which is 1 in some languages and unlimited in a careless reader."},
		{7, "uses-service-integer", "7/0/1", number(1), "The service of a limit is a number."},
		{8, "delegations-text", "8", text("1"), "The delegations are a text."},
		{8, "delegations-true", "8", forge.Bool(true), "The delegations are true: read as permitted, they have no bound."},
		{8, "delegations-false", "8", forge.Bool(false), "The delegations are false: one reader takes it for forbidden, the next one for absent and so unbounded."},
		{8, "delegations-negative", "8", forge.Int(-1), "The delegations are −1, which stands for no limit in many places."},
		{9, "cosigners-keys-only", "9", forge.Array(key), "Cosigners are a list of keys without k."},
		{9, "cosigners-key-only", "9", key, "Cosigners are a single key."},
		{9, "cosigners-map", "9", one(number(1), forge.Array(key)), "Cosigners are a map from k to the keys."},
		{9, "cosigners-k-text", "9/0", text("1"), "k is a text."},
		{9, "cosigners-k-true", "9/0", forge.Bool(true), "k is true."},
		{9, "cosigners-key-text", "9/1/0", text("ed25519:gTl3Dqh9F19Wo1Rmw0x-zMuNipG07jeiXfYPW4_Js5Q"), "A cosigner is written as in the predicate language."},
		{10, "digest-text", "10", text(richHex), "The digest is written in hexadecimal."},
		{10, "digest-text-32", "10", text(richHex[:32]), "The digest is a text of 32 bytes."},
		{10, "digest-integer", "10", number(0), "The digest is 0; compared with a digest that is not there, it may be equal."},
		{10, "digest-algorithm", "10", forge.Array(forge.Int(-16), forge.Bytes(richDigest)), "The digest is preceded by its algorithm, which Taper never reads from a token."},
		{11, "label-bytes", "11", forge.Bytes([]byte("orchestrator")), "The label is a byte string."},
		{11, "label-integer", "11", number(7), "The label is a number."},
		{11, "label-array", "11", forge.Array(text("orchestrator")), "The label is in an array."},
		{12, "extensions-array", "12", forge.Array(forge.Array(text("x"), forge.Bytes(nil))), "The extensions are a list of pairs, in which a name can stand twice."},
		{12, "extensions-names", "12", forge.Array(text("x")), "The extensions are a list of names, as crit is in JWT."},
		{12, "extension-text", `12/"x"`, text(""), "The value of an extension is a text."},
		{12, "extension-map", `12/"x"`, forge.Map(), "The value of an extension is a map; an extension that needs one encodes it into its bytes."},
		{12, "extension-true", `12/"x"`, forge.Bool(true), "The value of an extension is true."},
		{12, "extension-name-integer", `12/key "x"`, number(1), "The name of an extension is a number."},
		{13, "fresh-text", "13", text("60s"), "Fresh is written as in the predicate language."},
		{13, "fresh-true", "13", forge.Bool(true), "Fresh is true: one second, or the default of somebody."},
		{13, "fresh-negative", "13", forge.Int(-60), "Fresh is negative; an unsigned conversion makes it very long."},
	} {
		s.put("type-"+c.id, c.path, c.v, c.claim, "E-9", "B12", "wrong-type", c.comment)
	}
	p := plain()
	for _, c := range []struct {
		id, path string
		v        forge.Item
		block    int
		comment  string
	}{
		{"root-text", "1", text("12345678"), noBlock, "The root hint is a text of 8 bytes."},
		{"root-integer", "1", number(0x34750f98bd59fc), noBlock, "The root hint is an integer."},
		{"block-text", "2/0", text("block"), 0, "A block is a text."},
		{"payload-map", "2/1/2", p.Blocks[1].Claims, 1, "The payload is the map of claims itself: what was signed is then a re-encoding."},
		{"payload-text", "2/1/2", text("payload"), 1, "The payload is a text."},
		{"signature-text", "2/2/3", text(strings.Repeat("s", 64)), 2, "The signature is a text of 64 bytes."},
		{"signature-integer", "2/2/3", number(0), 2, "The signature is the number 0."},
		{"signature-false", "2/2/3", forge.Bool(false), 2, "The signature is false: not there, and so not wrong."},
	} {
		s.bad(plainBase, "type-"+c.id, within(p, c.path, c.v), c.block, 0, "E-9", "B12", "wrong-type", c.comment)
	}
}

// sizes: byte strings that have one length only.
func (s encoder) sizes() {
	t, p := rich(), plain()
	size := func(n int) forge.Item { return forge.Bytes(make([]byte, n)) }
	for _, c := range []struct {
		claim, n int
		path     string
	}{
		{1, 0, "1"}, {1, 7, "1"}, {1, 9, "1"}, {2, 0, "2"}, {2, 31, "2"}, {2, 33, "2"}, {2, 64, "2"}, {9, 31, "9/1/0"}, {9, 33, "9/1/0"}, {9, 0, "9/1/0"},
		{10, 0, "10"}, {10, 20, "10"}, {10, 31, "10"}, {10, 33, "10"}, {10, 64, "10"},
	} {
		comment := map[int]string{
			1:  "A nonce of %d bytes: copied into eight it is filled up or cut, and two blocks get one id, or one block two.",
			2:  "A next key of %d bytes: some libraries panic when they are given it, others read past its end.",
			9:  "A cosigner key of %d bytes can't sign, and compared by prefix equals one that can.",
			10: "A digest of %d bytes: SHA-256 has 32, and a comparison up to the shorter of two equals too much.",
		}[c.claim]
		s.put(fmt.Sprintf("size-%s-%d", claimNames[c.claim], c.n), c.path, size(c.n), c.claim, "E-9", "B13", "wrong-size", fmt.Sprintf(comment, c.n))
	}
	for _, n := range []int{0, 7, 9, 32} {
		s.bad(plainBase, fmt.Sprintf("size-root-%d", n), within(p, "1", size(n)), noBlock, 0, "E-9", "B13", "wrong-size",
			fmt.Sprintf("A root hint of %d bytes: a look-up by prefix finds a root that was not meant.", n))
	}
	for _, n := range []int{0, 63, 65, 128} {
		s.bad(plainBase, fmt.Sprintf("size-signature-%d", n), within(p, "2/2/3", size(n)), 2, 0, "E-9", "B13", "wrong-size",
			fmt.Sprintf("A signature of %d bytes is malformed, not merely wrong; libraries panic at it, or look at its first 64.", n))
	}
	open := p.Truncate(2)
	s.denied(plainBase, "open", open.Encode(), "not-sealed", 1, 2, "D-4", "A19", "open",
		"The token without its seal, rightly encoded: a verifier never accepts it.")
	s.denied(plainBase, "handoff", open.HandedOff().Encode(), "not-sealed", 1, 2, "D-4", "A19", "handoff",
		"A handoff, rightly encoded: its key is spent once it has travelled here.")
	for _, n := range []int{0, 31, 33, 64} {
		s.bad(plainBase, fmt.Sprintf("size-secret-%d", n), within(open, "3", size(n)), noBlock, 0, "E-9", "B13", "wrong-size",
			fmt.Sprintf("A handoff whose secret has %d bytes; 64 are what some libraries call a private key, with the public half behind.", n))
	}
	s.bad(plainBase, "secret-text", within(open, "3", forge.Text(strings.Repeat("s", 32))), noBlock, 0, "E-9", "B12", "wrong-type", "A handoff whose secret is a text.")
	s.bad(richBase, "missing-nonce", claims(t, 0, t.Blocks[0].Claims.Set("1", forge.Item{})), 0, 1, "E-9", "B13", "missing-claim",
		"Block 0 has no nonce: two equal delegations would be one block, and share one counter.")
	s.bad(richBase, "missing-nonce-last-block", claims(t, 2, t.Blocks[2].Claims.Set("1", forge.Item{})), 2, 1, "E-9", "B13", "missing-claim",
		"The sealing block has no nonce: two uses of one kind would be one, and the second a replay.")
}

// empty: lists that must not be.
func (s encoder) empty() {
	none := forge.Array()
	for _, e := range []struct {
		claim          int
		id, path, what string
	}{
		{3, "services", "3", "The services are an empty list, which one reader takes for nowhere and the next one for everywhere."},
		{6, "interfaces", "6/0/0", "A grant names no interface; \"all of none\" is true in most languages."},
		{6, "resources", "6/0/1", "A grant names no resource; an empty path is the root of a tree."},
		{6, "conditions", `6/0/2/"amount"`, "An argument is named without a condition; \"any\" has to be written."},
		{6, "one-of", `6/0/2/"currency"/0/1`, "One of no values can never hold, unless the check for it is a loop that finds nothing wrong."},
		{6, "matches", `6/0/2/"path"/0/1`, "Matches without patterns."},
		{6, "ends-with", `6/0/2/"mail"/0/1`, "Ends with none of no texts."},
		{7, "uses", "7", "Uses without a limit: a minimum over no limits is infinite in some languages, and an error in others."},
	} {
		s.put("empty-"+e.id, e.path, none, e.claim, "E-9", "B14", "empty-list", e.what)
	}
	s.put("empty-cosigners", "9/1", none, 9, "E-9 E-14", "B14", "empty-list", "Cosigners without keys: the quorum of nobody is met.")
	s.put("empty-extensions", "12", forge.Map(), 12, "E-9", "B14", "empty-list", "Extensions that name none are a second spelling of no extensions.")
	s.denied(plainBase, "empty-allow-later", put(plain(), 1, "6", none), "not-allowed", 1, 6, "D-14", "B6 C9", "empty-list",
		"Allow is empty in block 1, which is well formed and permits nothing: read as absent, it would permit all that is above.")
	s.denied(plainBase, "empty-allow-first", put(plain(), 0, "6", none), "unbounded", 0, 6, "D-6", "B6 C9", "empty-list",
		"Allow is empty in block 0, which is well formed and grants nothing to narrow.")
}

// headers: the two headers of COSE, which are constants.
func (s encoder) headers() {
	p := plain()
	alg := func(n int64) []byte {
		return forge.Encode(forge.Map(forge.Pair{Key: forge.Uint(1), Value: forge.Int(n)}))
	}
	number, text := forge.Uint, forge.Text
	two := func(key uint64, v forge.Item) []byte {
		return forge.Encode(forge.SortedMap(forge.Pair{Key: number(1), Value: forge.Int(-19)}, forge.Pair{Key: number(key), Value: v}))
	}
	for i, h := range []struct {
		id, comment string
		content     []byte
	}{
		{"eddsa", "Algorithm −8, EdDSA: the same signature under another name, and a verifier that reads names can be told to use another curve.", alg(-8)},
		{"es256", "Algorithm −7, ES256: the algorithm is never read from the header, or the token chooses how it is checked.", alg(-7)},
		{"hmac", "Algorithm 5, HMAC: a verifier that reads it takes the public key for a shared secret.", alg(5)},
		{"none", "Algorithm 0 is reserved, and nothing.", alg(0)},
		{"text", "The algorithm is the text \"Ed25519\".", forge.Encode(forge.Map(forge.Pair{Key: number(1), Value: text("Ed25519")}))},
		{"empty-map", "An empty map as protected header: no algorithm, so the verifier's default.", []byte{0xa0}},
		{"empty", "An empty byte string, as COSE writes an empty protected header.", []byte{}},
		{"kid", "A key id beside the algorithm: keys come from the chain, never from a header.", two(4, forge.Bytes([]byte("k")))},
		{"crit", "A critical header that nobody here understands.", two(2, forge.Array(number(100)))},
		{"content-type", "A content type beside the algorithm.", two(3, number(60))},
		{"alg-twice", "The algorithm stands twice.", []byte{0xa2, 0x01, 0x32, 0x01, 0x32}},
		{"non-minimal-alg", "The algorithm is −19 in two bytes: the same map, other bytes.", []byte{0xa1, 0x01, 0x38, 0x12}},
		{"non-minimal-key", "The key 1 is in two bytes.", []byte{0xa1, 0x18, 0x01, 0x32}},
		{"indefinite", "The map of the protected header is of indefinite length; the walk over the token does not look into byte strings.", []byte{0xbf, 0x01, 0x32, 0xff}},
		{"trailing", "A zero byte behind the map, inside the byte string.", []byte{0xa1, 0x01, 0x32, 0x00}},
		{"garbage", "The protected header holds no CBOR.", []byte{0xff, 0xff, 0xff}},
	} {
		n := i % 3
		s.bad(plainBase, "header-"+h.id, p.Edit(n, func(b *forge.Block) { b.Protected = forge.Bytes(h.content) }).Encode(), n, 0, "E-10", "B15", "cose header", h.comment)
	}
	bare := forge.Map(forge.Pair{Key: number(1), Value: forge.Int(-19)})
	s.bad(plainBase, "header-bare-map", within(p, "2/1/0", bare), 1, 0, "E-10", "B15", "cose header", "The protected header is a map and not a byte string that holds one: what is signed is then a re-encoding.")
	s.bad(plainBase, "header-integer", within(p, "2/1/0", forge.Int(-19)), 1, 0, "E-10", "B15", "cose header", "The protected header is the algorithm alone.")
	s.bad(plainBase, "header-array", within(p, "2/1/0", forge.Array(number(1), forge.Int(-19))), 1, 0, "E-10", "B15", "cose header", "The protected header is an array.")
	for i, u := range []struct {
		id, comment string
		it          forge.Item
	}{
		{"kid", "A key id in the unprotected header: unsigned, so anyone can add it, and some libraries look keys up by it.", forge.Map(forge.Pair{Key: number(4), Value: forge.Bytes(nil)})},
		{"alg", "The algorithm again in the unprotected header, where nothing protects it.", bare},
		{"countersignature", "A countersignature in the unprotected header.", forge.Map(forge.Pair{Key: number(11), Value: forge.Bytes(make([]byte, 64))})},
		{"text-key", "A private note in the unprotected header: any number of spellings of one block.", forge.Map(forge.Pair{Key: text("x"), Value: number(0)})},
		{"array", "The unprotected header is an empty array.", forge.Array()},
		{"byte-string", "The unprotected header is a byte string that holds an empty map, as the protected one does.", forge.Bytes([]byte{0xa0})},
		{"false", "The unprotected header is false.", forge.Bool(false)},
		{"integer", "The unprotected header is 0.", number(0)},
	} {
		n := i % 3
		s.bad(plainBase, "unprotected-"+u.id, p.Edit(n, func(b *forge.Block) { b.Unprotected = u.it }).Encode(), n, 0, "E-10", "B15", "cose header", u.comment)
	}
	s.bad(plainBase, "cose-tag-18", within(p, "2/1", forge.Tag(18, decoded(p.Trace()[1].Block))), noBlock, 0, "E-2", "B16", "cose tag",
		"The block is tagged as a COSE_Sign1, as COSE libraries write it by default.")
	s.bad(plainBase, "cose-tag-98", within(p, "2/1", forge.Tag(98, decoded(p.Trace()[1].Block))), noBlock, 0, "E-2", "B16", "cose tag",
		"The block is tagged as a COSE_Sign, with several signers.")
	sign := decoded(p.Trace()[2].Block)
	s.bad(plainBase, "cose-sign", within(p, "2/2/3", forge.Array(forge.Array(sign.Get("0"), sign.Get("1"), sign.Get("3")))), 2, 0, "E-9", "B16", "cose",
		"A COSE_Sign with one signer in a list; with an empty list, all of no signatures are right.")
	s.bad(plainBase, "cose-sign-no-signers", within(p, "2/2/3", forge.Array()), 2, 0, "E-9", "B16", "cose", "A COSE_Sign without signers.")
	s.bad(plainBase, "cose-detached", within(p, "2/2/2", forge.Null()), noBlock, 0, "E-2", "B16", "cose null", "A detached payload: what was signed comes from elsewhere.")
	s.bad(plainBase, "cose-mac0", within(p, "2/2/3", forge.Bytes(make([]byte, 32))), 2, 0, "E-9", "B16", "cose", "A block with a MAC of 32 bytes in place of a signature, as COSE_Mac0 has it.")
}

// versions: tokens of other versions, and what only looks like one.
func (s encoder) versions() {
	p := plain()
	garbage := []byte{0xff, 0xf6, 0x1c, 0x00}
	other := func(id string, b []byte, comment string) {
		s.denied(plainBase, "version-"+id, b, "unsupported-version", noBlock, 0, "D-3", "B17", "version", comment)
	}
	version := func(v forge.Item) []byte { return within(p, "0", v) }
	for _, n := range []uint64{0, 2, 23, 24, 255, 256, 1 << 32, 1 << 53} {
		other(fmt.Sprint(n), version(forge.Uint(n)), fmt.Sprintf("A token of version %d, in all else like one of version 1: its author meant other rules.", n))
	}
	other("4294967297", version(forge.Uint(1<<32+1)), "Version 2^32 + 1 is 1 in 32 bits.")
	other("257", version(forge.Uint(257)), "Version 257 is 1 in its low byte.")
	other("2-64-minus-1", version(forge.Uint(1<<64-1)), "The greatest version: outside the range of integers, and still another version and not garbage.")
	other("2-garbage", append([]byte{0x83, 2}, garbage...), "Version 2 and then garbage: the encoding of later versions is not ours to judge.")
	other("2-nothing", []byte{0x83, 2}, "Version 2 and no more bytes.")
	other("2-trailing", append(version(forge.Uint(2)), 0), "A byte behind a token of version 2.")
	other("2-array-1", []byte{0x81, 2}, "A token of one element, its version.")
	other("2-array-17", append([]byte{0x91, 2}, make([]byte, 16)...), "A token of 17 elements, the most that count as a token of another version.")
	other("0-array-4", append([]byte{0x84, 0}, garbage...), "Version 0 in an array of four: a handoff of no version.")
	bad := func(id string, b []byte, spec, comment string) {
		s.bad(plainBase, "version-"+id, b, noBlock, 0, spec+" D-3", "B17", "version", comment)
	}
	bad("2-array-18", append([]byte{0x92, 2}, make([]byte, 17)...), "E-9", "An array of 18 elements is no token of any version.")
	bad("2-array-0", []byte{0x80, 2}, "E-1", "An empty array, and then a 2 that is not in it.")
	bad("2-array-wide", append([]byte{0x98, 3}, version(forge.Uint(2))[1:]...), "E-3", "The array has a head of two bytes: only the head in its one form makes a token of another version.")
	bad("2-array-indefinite", []byte{0x9f, 2, 0xff}, "E-2", "An array of indefinite length begins no token.")
	bad("2-bare", []byte{2}, "E-9", "The version alone, without an array.")
	bad("1-respelled", version(forge.Wide(forge.Uint(1), 1)), "E-3", "Version 1 as 1801: not shortest, so malformed, and not another version.")
	bad("1-respelled-8", version(forge.Wide(forge.Uint(1), 8)), "E-3", "Version 1 in nine bytes.")
	bad("2-respelled", version(forge.Wide(forge.Uint(2), 1)), "E-3", "Version 2 as 1802: whoever reads the number first says unsupported-version.")
	bad("256-respelled", version(forge.Wide(forge.Uint(256), 4)), "E-3", "Version 256 in five bytes.")
	bad("text", version(forge.Text("1")), "E-9", "The version is the text \"1\".")
	bad("minus-1", version(forge.Int(-1)), "E-9", "The version is −1.")
	bad("minus-2", version(forge.Int(-2)), "E-9", "The version is −2: the low bits of its head are those of 1.")
	bad("true", version(forge.Bool(true)), "E-9", "The version is true, which is 1 in some languages.")
	bad("bytes", version(forge.Bytes([]byte{1})), "E-9", "The version is a byte string.")
	bad("array", version(forge.Array(forge.Uint(1))), "E-9", "The version is in an array.")
	bad("float", version(forge.Float(2, 0x3c00)), "E-2", "The version is 1.0.")
	bad("bignum", version(forge.Tag(2, forge.Bytes([]byte{2}))), "E-2", "The version is the bignum 2.")
	bad("cut", []byte{0x83, 0x18}, "E-1", "The head of the version is cut off.")
	bad("cut-8", []byte{0x83, 0x1b, 0xff, 0xff, 0xff}, "E-1", "The version has three of its eight bytes.")
	bad("missing", []byte{0x83}, "E-1", "The head of an array, and nothing in it.")
}

// blocks: which block may name a next key, and how many there may be.
func (s encoder) blocks() {
	four := forge.Chain("root", "orchestrator", "worker", "helper")
	s.good(plainBase, "four-blocks", four, "E-11", "", "", "Four blocks, of which all but the last name a next key.")
	for i := range 3 {
		s.bad("encoding-four-blocks", fmt.Sprintf("sealed-at-%d", i), four.Without(i, 2).Encode(), i, 2, "E-11", "A18", "sealed-in-the-middle",
			fmt.Sprintf("Block %d names no next key, and is not the last: there is no key under which the next block could be checked.", i))
	}
	p := plain()
	sealed := p.Item().Set("3", forge.Bytes(make([]byte, 32)))
	s.bad(plainBase, "handoff-of-sealed", forge.Encode(sealed), 2, 2, "E-11", "A18 A21", "handoff",
		"A handoff whose last block names no key: the secret that comes along belongs to nothing.")
	names := make([]string, 16)
	for i := range names {
		names[i] = fmt.Sprint("hop ", i)
	}
	s.bad("encoding-four-blocks", "blocks-17", forge.Chain("root", names...).Encode(), noBlock, 0, "E-9", "B3", "too-many-blocks",
		"Seventeen blocks, each rightly signed: the work of a verifier is bounded by sixteen.")
}

// duplicates: lists that hold an entry twice, [0] beside others, and k.
func (s encoder) duplicates() {
	t := rich()
	text := forge.Text
	texts := func(list ...string) forge.Item {
		var all []forge.Item
		for _, e := range list {
			all = append(all, text(e))
		}
		return forge.Array(all...)
	}
	key := t.Blocks[0].Claims.Get("9/1/0")
	other := forge.NewKey("another approver").Public()
	for _, d := range []struct {
		claim    int
		id, path string
		v        forge.Item
		comment  string
	}{
		{3, "services", "3", texts(forge.Service, forge.Service), "A service twice in services: a second spelling of the same set."},
		{3, "services-apart", "3", texts(forge.Service, "reports", forge.Service), "A service twice with another one between: comparing neighbours does not find it."},
		{6, "interfaces", "6/0/0", texts(forge.Interface, forge.Interface), "An interface pattern twice in one grant."},
		{6, "resources", "6/0/1", texts("customers/**", "orders/*", "customers/**"), "A resource pattern twice in one grant, not side by side."},
		{6, "value-text", `6/0/2/"currency"/0/1`, forge.Array(text("EUR"), text("USD"), text("EUR")), "A text twice among values."},
		{6, "value-integer", `6/0/2/"currency"/0/1`, forge.Array(forge.Int(5), text("EUR"), forge.Int(5)), "An integer twice among values."},
		{6, "value-negative", `6/0/2/"currency"/0/1`, forge.Array(text("EUR"), forge.Int(-5), forge.Int(-5)), "A negative integer twice among values."},
		{6, "value-true", `6/0/2/"currency"/0/1`, forge.Array(forge.Bool(true), text("EUR"), forge.Bool(true)), "True twice among values."},
		{6, "matches", `6/0/2/"path"/0/1`, texts("reports/*", "reports/*"), "A pattern twice in a condition."},
		{6, "ends-with", `6/0/2/"mail"/0/1`, texts("@example.com", "@example.com"), "A text to end with twice."},
		{7, "uses", "7", forge.Array(forge.Use(100, forge.Service), forge.Use(20, forge.Service)), "A service twice in uses, with two limits: readers differ in whether the first counts, the last, or both."},
		{7, "uses-same", "7", forge.Array(forge.Use(100, forge.Service), forge.Use(100, forge.Service)), "The same limit twice: one use could be charged twice."},
		{9, "cosigners", "9", forge.Array(forge.Uint(2), forge.Array(key, key)), "A cosigner twice with k = 2: one approval would count as two."},
		{9, "cosigners-apart", "9", forge.Array(forge.Uint(2), forge.Array(key, forge.Bytes(other[:]), key)), "A cosigner twice with another one between."},
	} {
		s.put("duplicate-"+d.id, d.path, d.v, d.claim, "E-12", "A28", "duplicate", d.comment)
	}
	one := lone()
	good := func(id, path string, v forge.Item, spec, comment string) {
		s.good(singleBase, id, one.With(0, forge.Claim(6, one.Blocks[0].Claims.Get("6").Set(path, v))), spec, "", "", comment)
	}
	values := func(list ...forge.Item) forge.Item { return forge.OneOf(list...).Get("1") }
	good("distinct-kinds", `0/2/"currency"/0/1`, values(text("1"), forge.Int(1), forge.Bool(true), text("true"), text("EUR")), "E-12 N-12",
		"\"1\", 1, true and \"true\" are four values: a list that is made unique after conversion refuses this.")
	good("distinct-case", "0/0", texts(forge.Interface, "database:Read"), "E-12 N-5", "Two patterns that differ in case only are two.")
	good("distinct-normalization", `0/2/"currency"/0/1`, values(text("é"), text("e\u0301"), text("EUR")), "E-12 N-5",
		"é in one code point and in two are two values: names are never normalized.")
	grant := t.Blocks[0].Claims.Get("6/0")
	good("same-grant-twice", "", forge.Array(grant, grant), "E-12", "The same grant twice is no fault: grants are not among the lists that must be without duplicates.")
	good("same-condition-twice", `0/2/"amount"`, forge.Array(forge.AtMost(100), forge.AtMost(100)), "E-12", "The same condition twice is no fault.")
	for _, d := range []struct {
		id, comment string
		v           forge.Item
	}{
		{"first", "Any beside at most: a reader that stops at any ignores the bound.", forge.Array(forge.Any(), forge.AtMost(100))},
		{"last", "At most and then any: a reader for whom one of them is enough takes any.", forge.Array(forge.AtMost(100), forge.Any())},
		{"between", "Any between two bounds.", forge.Array(forge.AtLeast(1), forge.Any(), forge.AtMost(100))},
		{"twice", "Any beside any: it says nothing, in a second spelling.", forge.Array(forge.Any(), forge.Any())},
	} {
		s.put("any-beside-"+d.id, `6/0/2/"amount"`, d.v, 6, "E-13", "C15", "any", d.comment)
	}
	for _, k := range []struct {
		id, comment string
		v           forge.Item
	}{
		{"2-of-1", "k is 2 with one key: it can never be met, or is cut down to what there is.", forge.Array(forge.Uint(2), forge.Array(key))},
		{"3-of-2", "k is 3 with two keys.", forge.Array(forge.Uint(3), forge.Array(key, forge.Bytes(other[:])))},
		{"8-of-1", "k is 8, the most there may be, with one key.", forge.Array(forge.Uint(8), forge.Array(key))},
	} {
		s.put("k-"+k.id, "9", k.v, 9, "E-14", "A28 B11", "k", k.comment)
	}
}

// names: what section 6 does not permit in a token.
func (s encoder) names() {
	t := lone()
	for _, n := range []struct {
		id, path, name, spec, comment string
	}{
		{"empty-segment", "6/0/1/0", "customers//42", "N-4", "An empty segment: backends that merge slashes see another name."},
		{"trailing-slash", "6/0/1/0", "customers/", "N-4", "A trailing slash."},
		{"double-slash", "6/0/1/0", "//customers", "N-4", "Two slashes at the start; the first makes a path absolute, the second an empty segment."},
		{"slash", "6/0/1/0", "/", "N-4", "A slash alone is no name; a root that means everything is not what anybody should write by accident."},
		{"empty-resource", "6/0/1/0", "", "N-1", "An empty resource, which is a prefix of everything."},
		{"empty-interface", "6/0/0/0", "", "N-1", "An empty interface."},
		{"interface-empty-segment", "6/0/0/0", "database::read", "N-1", "An empty segment in an interface."},
		{"interface-leading", "6/0/0/0", ":read", "N-4", "An interface begins with its separator: only resources can be absolute."},
		{"interface-trailing", "6/0/0/0", "database:", "N-1", "An interface ends with its separator."},
		{"dot", "6/0/1/0", "customers/./42", "N-2", "A segment that is a dot, which every file system drops."},
		{"dot-dot", "6/0/1/0", "customers/../orders", "N-2", "A segment that is two dots, which every file system follows."},
		{"dot-dot-alone", "6/0/1/0", "..", "N-2", "Two dots alone."},
		{"dot-interface", "6/0/0/0", "database:.", "N-2", "A dot in an interface."},
		{"star-suffix", "6/0/1/0", "customers/4*", "N-6", "A star inside a segment: Taper has no globs, and a prefix match is not what it would be."},
		{"star-prefix", "6/0/1/0", "*42", "N-6", "A star at the start of a segment."},
		{"three-stars", "6/0/1/0", "customers/***", "N-6", "Three stars."},
		{"stars-not-last", "6/0/1/0", "**/42", "N-6", "Two stars that are not last: matching them needs backtracking, which Taper does not have."},
		{"stars-twice", "6/0/1/0", "**/**", "N-6", "Two stars twice."},
		{"star-absolute-double", "6/0/1/0", "//**", "N-6 N-4", "Two stars behind two slashes."},
		{"interface-star", "6/0/0/0", "database:re*", "N-6", "A star inside a segment of an interface."},
		{"control-nul", "6/0/1/0", "customers/\x00", "N-1", "A NUL ends names in C."},
		{"control-lf", "6/0/1/0", "customers/a\nb", "N-1", "A line end in a resource forges lines of a log."},
		{"control-1f", "6/0/1/0", "customers/\x1f", "N-1", "U+001F, the last of the first control characters."},
		{"control-del", "6/0/1/0", "customers/\x7f", "N-1", "DEL is a control character too."},
		{"control-80", "6/0/1/0", "customers/\u0080", "N-1", "U+0080, the first of the second control characters, two bytes in UTF-8."},
		{"control-9f", "6/0/1/0", "customers/\u009f", "N-1", "U+009F, the last of the second control characters."},
		{"control-interface", "6/0/0/0", "database:\x1b[2J", "N-1", "An escape sequence for a terminal in an interface."},
		{"matches-bad", `6/0/2/"path"/0/1/0`, "reports/../x", "N-2", "The pattern of a condition obeys the rules of resources."},
		{"matches-star", `6/0/2/"path"/0/1/0`, "reports/*.pdf", "N-6", "A glob in the pattern of a condition."},
		{"service-empty", "3/0", "", "N-7", "An empty service, which equals the name of a verifier that was not configured."},
		{"service-control", "3/0", "db\tgateway", "N-7", "A tab in the name of a service."},
		{"uses-service-empty", "7/0/1", "", "N-7", "A limit at a service without a name."},
		{"argument-empty", `6/0/2/key "mail"`, "", "N-7", "An argument without a name."},
		{"argument-control", `6/0/2/key "mail"`, "ma\x1b", "N-7", "An escape character in the name of an argument."},
		{"extension-empty", `12/key "x"`, "", "N-7", "An extension without a name."},
		{"extension-control", `12/key "x"`, "\u0085", "N-7", "U+0085 is a line end to some readers, and a control character."},
	} {
		claim := 6
		switch n.path[0] {
		case '3':
			claim = 3
		case '7':
			claim = 7
		case '1':
			claim = 12
		}
		attack := "C3"
		switch {
		case strings.HasPrefix(n.spec, "N-6"):
			attack = "C7"
		case n.spec == "N-7":
			attack = "C8"
		case strings.HasPrefix(n.id, "control"):
			attack = "C6"
		}
		s.put("name-"+n.id, n.path, forge.Text(n.name), claim, "E-16 "+n.spec, attack, "name", n.comment)
	}
	good := func(id, name, spec, comment string) {
		s.good(singleBase, "name-"+id, t.With(0, forge.Claim(6, t.Blocks[0].Claims.Get("6").Set("0/1/1", forge.Text(name)))), spec, "C3", "", comment)
	}
	good("absolute", "/orders/*", "E-16 N-4", "An absolute resource.")
	good("colon", "c:/orders", "E-16 N-1", "A colon is an ordinary byte in a resource.")
	good("dots", "orders/.../..a/.b", "E-16 N-2", "Three dots, and dots with letters, are ordinary segments.")
	good("percent", "orders/%2e%2e", "E-16 N-5", "Percent signs are ordinary bytes, and are never decoded.")
	good("space", " orders/ \u00a0\u2028", "E-16 N-1", "Blanks, U+00A0 and U+2028 are no control characters.")
	good("stars", "orders/*/*/**", "E-16 N-6", "Single stars in several segments, and two stars at the end.")
}

// order: which of several faults is reported, and that nothing is left over.
func (s encoder) order() {
	t := rich()
	zero := forge.Text("wrong")
	s.bad(richBase, "lowest-block", t.With(1, forge.Claim(4, zero)).With(2, forge.Claim(3, zero)).Encode(), 1, 4, "E-17 D-1", "", "two-faults",
		"Claim 4 of block 1 and claim 3 of block 2 are malformed: the lower block is reported, whatever the claim.")
	s.bad(richBase, "lowest-claim", t.With(0, forge.Claim(9, zero), forge.Claim(4, zero)).Encode(), 0, 4, "E-17 D-1", "", "two-faults",
		"Claims 4 and 9 of one block are malformed: the lower claim is reported.")
	s.bad(richBase, "lowest-claim-missing", t.With(0, forge.Claim(4, zero)).Without(0, 1).Encode(), 0, 1, "E-17 D-1", "", "two-faults",
		"The nonce is missing and claim 4 is malformed: what is missing counts at its place.")
	s.bad(richBase, "lowest-claim-unknown", t.With(0, forge.Claim(13, zero), forge.Claim(14, zero)).Encode(), 0, 13, "E-17 D-1", "", "two-faults",
		"Claim 13 is malformed and claim 14 unknown.")
	s.bad(plainBase, "malformed-before-not-sealed", plain().Truncate(2).With(1, forge.Claim(4, zero)).Encode(), 1, 4, "D-1 D-4", "", "two-faults",
		"An open token with a malformed expiry: encoding comes before shape.")
	s.bad(plainBase, "malformed-before-signature", plain().With(2, forge.Claim(4, zero)).Edit(0, func(b *forge.Block) { b.Signature = forge.Bytes(make([]byte, 64)) }).Encode(),
		2, 4, "D-1 D-9", "", "two-faults", "The signature of block 0 is wrong and block 2 is malformed: all blocks are decoded before the first signature is checked.")
	s.bad(plainBase, "malformed-before-root", within(plain().With(2, forge.Claim(4, zero)), "1", forge.Bytes(make([]byte, 8))), 2, 4, "D-1 D-7", "", "two-faults",
		"An unknown root and a malformed block: whoever looks the root up first gives away which roots there are.")

	with := token(t)
	asked := richRequest()
	without := *asked
	without.Digest = nil
	step := func(token int, r vectors.Request, verdict string, block, claim int) vectors.Step {
		return authorize{request: &r, verdict: verdict, block: block, claim: claim, now: forge.Now}.step(token)
	}
	// Without its digest, block 1 restates the arguments.
	lacks := token(t.With(1, forge.Claim(6, t.Blocks[2].Claims.Get("6"))).Without(1, 10))
	for _, c := range []struct {
		id, base, comment string
		steps             []vectors.Step
	}{
		{"fresh-values-less", "", "The first token has a digest in block 1, the second has none there: a decoder that fills one value again still finds it, and demands a digest.",
			[]vectors.Step{step(0, *asked, "permitted", 0, 0), step(1, without, "permitted", 0, 0)}},
		{"fresh-values-more", "encoding-fresh-values-less", "The first token has no digest, the second demands one: a decoder that skips what it has seen does not notice.",
			[]vectors.Step{step(1, without, "permitted", 0, 0), step(0, without, "wrong-digest", 1, 10)}},
	} {
		s.add(vectors.Case{
			ID: "encoding-" + c.id, Op: "authorize", Spec: []string{"E-18"}, Attacks: []string{"B7"}, Flags: []string{"reused-value"}, Comment: c.comment, Base: c.base,
			Tokens: []vectors.Token{with, lacks}, Roots: []vectors.Root{root(trusted, "")}, Extensions: checkers, Steps: c.steps,
		})
	}
}
