package format_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// oneFault is a token with one fault, and how it is to be reported.
type oneFault struct {
	name    string
	token   string
	verdict predicates.Verdict
	block   int
	claim   int
	path    string
	reason  string
}

func (c *oneFault) check(t *testing.T) {
	t.Helper()
	token, err := format.Decode([]byte(c.token))
	if err == nil {
		t.Fatalf("%x is accepted", c.token)
	}
	if token != nil {
		t.Error("got a token beside an error")
	}
	want := format.Error{Verdict: c.verdict, Block: c.block, Claim: c.claim, Path: c.path, Reason: c.reason}
	if got := *errorOf(t, err); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if slowToken(c.token) {
		t.Error("the slow decoder accepts it")
	}
}

// withClaim returns a token whose first block has another value of a claim.
func withClaim(claim uint64, value string) string {
	return tokenOf(cose(rich.with(claim, value).encode()), cose(bare.encode()), cose(sealing.encode()))
}

// withBlock returns a token whose block 1 is something else.
func withBlock(block string) string {
	return tokenOf(cose(rich.encode()), block, cose(sealing.encode()))
}

func withPayload(payload string) string { return withBlock(cose(payload)) }

func TestShape(t *testing.T) {
	const (
		tooLarge    = predicates.TooLarge
		unsupported = predicates.UnsupportedVersion
		malformed   = predicates.Malformed
	)
	open := cose(bare.encode())
	seal := cose(sealing.encode())
	protected := func(s string) string { return withBlock(arr(s, obj(), bin(bare.encode()), bin(sig))) }
	const badHeader = "is not h'a10132', the algorithm Ed25519 and nothing else"
	const badSimple = "null, undefined, floats and other simple values are not allowed"
	const notShortest = "the number in the head of the data item is not in its shortest form"
	const newer = "a newer writer may have made the token"
	at := func(n int, reason string) string { return fmt.Sprintf("byte %d: %s", n, reason) }
	// Where block 1 begins, and its payload.
	block1 := len(arr(num(1), bin(hint))) + 1 + len(cose(rich.encode()))
	payload1 := block1 + 1 + len(bin(header)) + 1

	for _, c := range []oneFault{
		// Size comes first, then the version, whatever else is wrong.
		{"too large", "\x83\x02" + strings.Repeat("\x00", 16383), tooLarge, -1, 0, "", "the token is longer than 16384 bytes"},
		{"as large as can be, of another version", "\x83\x02" + strings.Repeat("\x00", 16382), unsupported, -1, 0, "", `the token is of version "2" (expected 1)`},
		{"version 0", arr(num(0), bin(hint), arr(seal)), unsupported, -1, 0, "", `the token is of version "0" (expected 1)`},
		{"version 2", arr(num(2), bin(hint), arr(seal)), unsupported, -1, 0, "", `the token is of version "2" (expected 1)`},
		{"version 255", arr(num(255), bin(hint), arr(seal)), unsupported, -1, 0, "", `the token is of version "255" (expected 1)`},
		{"version 2^64-1", arr(num(1<<64 - 1)), unsupported, -1, 0, "", `the token is of version "18446744073709551615" (expected 1)`},
		{"version 2 and garbage", "\x81\x02\xff\xff\xff", unsupported, -1, 0, "", `the token is of version "2" (expected 1)`},
		{"version 2 and nothing", "\x91\x02", unsupported, -1, 0, "", `the token is of version "2" (expected 1)`},
		{"version 2 in an array of 18", "\x92\x02", malformed, -1, 0, "", at(0, "the array has more elements than bytes are left")},
		{"version 2 in an array of none", "\x80\x02", malformed, -1, 0, "", at(1, "more bytes follow the end")},
		{"version 2 in a long array head", "\x98\x03\x02", malformed, -1, 0, "", at(0, notShortest)},
		{"version 2 in a map", "\xa1\x02\x00", malformed, -1, 0, "token", "is a map (expected an array)"},
		{"version text 1", arr(txt("1"), bin(hint), arr(seal)), malformed, -1, 0, "version", "is a text (expected 1)"},
		{"version text 2", arr(txt("2"), bin(hint), arr(seal)), malformed, -1, 0, "version", "is a text (expected 1)"},
		{"version -2", arr(neg(2), bin(hint), arr(seal)), malformed, -1, 0, "version", "is a negative integer (expected 1)"},
		{"version true", arr(yes, bin(hint), arr(seal)), malformed, -1, 0, "version", "is a boolean (expected 1)"},
		{"version 1 in a long form", arr("\x18\x01", bin(hint), arr(seal)), malformed, -1, 0, "", at(1, notShortest)},
		{"version 2 in a long form", arr("\x19\x00\x02", bin(hint), arr(seal)), malformed, -1, 0, "", at(1, notShortest)},
		{"version cut off", "\x82\x19\x01", malformed, -1, 0, "", at(1, "cut off in the head of a data item")},
		{"version left out", "\x83", malformed, -1, 0, "", at(0, "the array has more elements than bytes are left")},

		// The token.
		{"nothing", "", malformed, -1, 0, "", at(0, "cut off (expected a data item)")},
		{"a number", num(1), malformed, -1, 0, "token", "is an unsigned integer (expected an array)"},
		{"2 elements", arr(num(1), bin(hint)), malformed, -1, 0, "token", "holds 2 elements (expected 3 to 4)"},
		{"5 elements", arr(num(1), bin(hint), arr(open), bin(keyA), num(0)), malformed, -1, 0, "token", "holds 5 elements (expected 3 to 4)"},
		{"tagged token", "\xd9\xd9\xf7" + sealedToken(), malformed, -1, 0, "", at(0, "tags are not allowed")},
		{"hint of 7", arr(num(1), bin(hint[1:]), arr(seal)), malformed, -1, 0, "root", "is 7 bytes long (expected 8)"},
		{"hint of 9", arr(num(1), bin(hint+"9"), arr(seal)), malformed, -1, 0, "root", "is 9 bytes long (expected 8)"},
		{"hint as text", arr(num(1), txt(hint), arr(seal)), malformed, -1, 0, "root", "is a text (expected a byte string)"},
		{"no hint", arr(num(1), nul, arr(seal)), malformed, -1, 0, "", at(2, badSimple)},
		{"no blocks", tokenOf(), malformed, -1, 0, "blocks", "holds 0 blocks (expected 1 to 16)"},
		{"17 blocks", tokenOf(append(series(16, func(int) string { return open }), seal)...), malformed, -1, 0, "blocks", "holds 17 blocks (expected 1 to 16)"},
		{"blocks as a map", arr(num(1), bin(hint), obj()), malformed, -1, 0, "blocks", "is a map (expected an array)"},
		{"a byte after the token", sealedToken() + "\x00", malformed, -1, 0, "", at(len(sealedToken()), "more bytes follow the end")},
		{"two tokens", sealedToken() + sealedToken(), malformed, -1, 0, "", at(len(sealedToken()), "more bytes follow the end")},
		{"secret of 31", arr(num(1), bin(hint), arr(open), bin(keyA[1:])), malformed, -1, 0, "secret", "is 31 bytes long (expected 32)"},
		{"secret of 33", arr(num(1), bin(hint), arr(open), bin(keyA+"A")), malformed, -1, 0, "secret", "is 33 bytes long (expected 32)"},
		{"secret as text", arr(num(1), bin(hint), arr(open), txt(keyA)), malformed, -1, 0, "secret", "is a text (expected a byte string)"},
		{"sealed handoff", handoffOf(open, seal), malformed, 1, 2, "blocks[1].claims.next", "is missing: in a handoff, the last block must name the key that comes with it"},
		{"a seal in the middle", tokenOf(open, seal, open), malformed, 1, 2, "blocks[1].claims.next", "is missing: only the last block may leave it out"},
		{"a seal at the start", tokenOf(seal, open), malformed, 0, 2, "blocks[0].claims.next", "is missing: only the last block may leave it out"},
		{"a seal in the middle of a handoff", handoffOf(seal, open), malformed, 0, 2, "blocks[0].claims.next", "is missing: only the last block may leave it out"},

		// The COSE_Sign1.
		{"block as a number", withBlock(num(7)), malformed, 1, 0, "blocks[1]", "is an unsigned integer (expected an array)"},
		{"tagged block", withBlock("\xd2" + open), malformed, -1, 0, "", at(block1, "tags are not allowed")},
		{"block of 3", withBlock(arr(bin(header), obj(), bin(bare.encode()))), malformed, 1, 0, "blocks[1]", "holds 3 elements (expected 4)"},
		{"block of 5", withBlock(arr(bin(header), obj(), bin(bare.encode()), bin(sig), num(0))), malformed, 1, 0, "blocks[1]", "holds 5 elements (expected 4)"},
		{"COSE_Sign", withBlock(arr(bin(header), obj(), bin(bare.encode()), arr(arr(bin(header), obj(), bin(sig))))), malformed, 1, 0, "blocks[1].signature", "is an array (expected a byte string)"},
		{"detached payload", withBlock(arr(bin(header), obj(), nul, bin(sig))), malformed, -1, 0, "", at(payload1, badSimple)},
		{"alg -8", protected(bin(obj(num(1), neg(8)))), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"alg -7", protected(bin(obj(num(1), neg(7)))), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"alg as text", protected(bin(obj(num(1), txt("EdDSA")))), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"alg in a long form", protected(bin(obj(num(1), "\x38\x12"))), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"header with a kid", protected(bin(obj(num(1), neg(19), num(4), bin("k")))), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"header with crit", protected(bin(obj(num(1), neg(19), num(2), arr(num(1))))), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"header with a byte behind", protected(bin(header + "\x00")), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"empty header", protected(bin("")), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"header of an empty map", protected(bin(obj())), malformed, 1, 0, "blocks[1].protected", badHeader},
		{"bare header", protected(header), malformed, 1, 0, "blocks[1].protected", "is a map (expected a byte string)"},
		{"header as text", protected(txt("abc")), malformed, 1, 0, "blocks[1].protected", "is a text (expected a byte string)"},
		{"long length of the header", protected("\x58\x03" + header), malformed, -1, 0, "", at(block1+1, notShortest)},
		{"unprotected kid", withBlock(arr(bin(header), obj(num(4), bin("k")), bin(bare.encode()), bin(sig))), malformed, 1, 0, "blocks[1].unprotected", "holds 1 parameter (expected 0)"},
		{"unprotected array", withBlock(arr(bin(header), arr(), bin(bare.encode()), bin(sig))), malformed, 1, 0, "blocks[1].unprotected", "is an array (expected a map)"},
		{"signature of 63", withBlock(arr(bin(header), obj(), bin(bare.encode()), bin(sig[1:]))), malformed, 1, 0, "blocks[1].signature", "is 63 bytes long (expected 64)"},
		{"signature of 65", withBlock(arr(bin(header), obj(), bin(bare.encode()), bin(sig+"5"))), malformed, 1, 0, "blocks[1].signature", "is 65 bytes long (expected 64)"},
		{"empty signature", withBlock(arr(bin(header), obj(), bin(bare.encode()), bin(""))), malformed, 1, 0, "blocks[1].signature", "is 0 bytes long (expected 64)"},
		{"payload as a map", withBlock(arr(bin(header), obj(), bare.encode(), bin(sig))), malformed, 1, 0, "blocks[1].payload", "is a map (expected a byte string)"},
		{"empty payload", withPayload(""), malformed, 1, 0, "blocks[1].payload", at(0, "cut off (expected a data item)")},
		{"payload with a byte behind", withPayload(bare.encode() + "\x00"), malformed, 1, 0, "blocks[1].payload", at(len(bare.encode()), "more bytes follow the end")},
		{"payload with a byte too few", withPayload(bare.encode()[:len(bare.encode())-1]), malformed, 1, 0, "blocks[1].payload", at(len(bare.encode())-1, "cut off (expected a data item)")},
		{"two payloads", withPayload(bare.encode() + bare.encode()), malformed, 1, 0, "blocks[1].payload", at(len(bare.encode()), "more bytes follow the end")},
		{"payload of payload", withPayload(bin(bare.encode())), malformed, 1, 0, "blocks[1].claims", "is a byte string (expected a map of claims)"},

		// The claims as a whole.
		{"claims as an array", withPayload(arr(num(1))), malformed, 1, 0, "blocks[1].claims", "is an array (expected a map of claims)"},
		{"no claims", withPayload(obj()), malformed, 1, 1, "blocks[1].claims.nonce", "is missing"},
		{"no nonce", withPayload(bare.without(1).encode()), malformed, 1, 1, "blocks[1].claims.nonce", "is missing"},
		{"no nonce in the seal", tokenOf(cose(sealing.without(1).encode())), malformed, 0, 1, "blocks[0].claims.nonce", "is missing"},
		{"claim 0", withPayload(bare.with(0, num(1)).encode()), malformed, 1, 0, "blocks[1].claims", "claim 0 is unknown: " + newer},
		{"claim 14", withPayload(bare.with(14, num(1)).encode()), malformed, 1, 14, "blocks[1].claims", "claim 14 is unknown: " + newer},
		{"claim 2^53-1", withPayload(bare.with(1<<53-1, num(1)).encode()), malformed, 1, 0, "blocks[1].claims", "claim 9007199254740991 is unknown: " + newer},
		{"claim 2^32+3", withPayload(bare.with(1<<32+3, txts("db")).encode()), malformed, 1, 0, "blocks[1].claims", "claim 4294967299 is unknown: " + newer},
		{"claim -1", withPayload(obj(num(1), bin("nonce 01"), num(2), bin(keyB), neg(1), num(1))), malformed, 1, 0, "blocks[1].claims", "a key is a negative integer (expected the number of a claim)"},
		{"claim iss", withPayload(obj(num(1), bin("nonce 01"), num(2), bin(keyB), txt("iss"), num(1))), malformed, 1, 0, "blocks[1].claims", "a key is a text (expected the number of a claim)"},
		{"claim twice", withPayload(obj(num(1), bin("nonce 01"), num(2), bin(keyB), num(6), arr(), num(6), arr())), malformed, 1, 0, "blocks[1].payload", at(48, "the key of the map stands twice")},
		{"claim twice in two spellings", withPayload(obj(num(1), bin("nonce 01"), "\x18\x01", bin("nonce 01"), num(2), bin(keyB))), malformed, 1, 0, "blocks[1].payload", at(11, notShortest)},
		{"claims out of order", withPayload(obj(num(2), bin(keyB), num(1), bin("nonce 01"))), malformed, 1, 0, "blocks[1].payload", at(36, "the key of the map is out of order")},
		{"claims 2^60", withPayload("\xbb\x10\x00\x00\x00\x00\x00\x00\x00"), malformed, 1, 0, "blocks[1].payload", at(0, "the map has more entries than bytes are left")},
	} {
		t.Run(c.name, c.check)
	}
	for kind, b := range kinds() {
		if got := decode(t, b).Kind(); got != kind {
			t.Errorf("got kind %v, want %v", got, kind)
		}
	}
}

// Of two faults, the one in the lowest block, and there in the lowest claim, is
// reported; but what keeps bytes from being CBOR comes before.
func TestOrderOfFaults(t *testing.T) {
	badNext, badExpires := bin(keyA[1:]), num(predicates.MaxTime+1)
	const (
		nextReason    = "is 31 bytes long (expected 32)"
		expiresReason = "time is outside the years 1970 to 9999 (expected seconds)"
		leftOut       = "is missing: only the last block may leave it out"
	)
	last := cose(sealing.encode())
	for _, c := range []oneFault{
		{"two blocks", tokenOf(cose(rich.with(13, num(0)).encode()), cose(bare.with(2, badNext).encode()), last), predicates.Malformed, 0, 13, "blocks[0].claims.fresh", "0 seconds is outside 1 to 3600"},
		{"two claims", tokenOf(cose(rich.with(4, badExpires).with(13, num(0)).encode()), last), predicates.Malformed, 0, 4, "blocks[0].claims.expires", expiresReason},
		{"missing before bad", tokenOf(cose(rich.without(2).with(4, badExpires).encode()), last), predicates.Malformed, 0, 2, "blocks[0].claims.next", leftOut},
		{"both missing", tokenOf(cose(rich.without(1).without(2).encode()), last), predicates.Malformed, 0, 1, "blocks[0].claims.nonce", "is missing"},
		{"missing before unknown", tokenOf(cose(claimMap{1: bin("nonce 00"), 14: num(0)}.encode()), last), predicates.Malformed, 0, 2, "blocks[0].claims.next", leftOut},
		{"missing before a text key", tokenOf(cose(obj(num(1), bin("nonce 00"), txt("k"), num(0))), last), predicates.Malformed, 0, 2, "blocks[0].claims.next", leftOut},
		{"unknown 0 before missing", tokenOf(cose(claimMap{0: num(0), 2: bin(keyA)}.encode()), last), predicates.Malformed, 0, 0, "blocks[0].claims", "claim 0 is unknown: a newer writer may have made the token"},
		{"bad before unknown", tokenOf(cose(rich.with(2, badNext).with(14, num(0)).encode()), last), predicates.Malformed, 0, 2, "blocks[0].claims.next", nextReason},
		{"missing in block 0, bad in block 1", tokenOf(cose(rich.without(2).encode()), cose(bare.with(2, badNext).encode()), last), predicates.Malformed, 0, 2, "blocks[0].claims.next", leftOut},
		{"payload of block 0, header of block 1", tokenOf(cose(obj()), arr(bin(""), obj(), bin(bare.encode()), bin(sig)), last), predicates.Malformed, 0, 1, "blocks[0].claims.nonce", "is missing"},
		{"blocks before the secret", arr(num(1), bin(hint), arr(cose(bare.with(2, badNext).encode())), bin(keyA[1:])), predicates.Malformed, 0, 2, "blocks[0].claims.next", nextReason},
		{"CBOR of the token before all", tokenOf(cose(rich.with(4, badExpires).encode()), "\xf6"), predicates.Malformed, -1, 0, "", fmt.Sprintf("byte %d: null, undefined, floats and other simple values are not allowed", 12+len(cose(rich.with(4, badExpires).encode())))},
		{"two items of a list", withClaim(3, arr(txt("a"), txt(""), txt("a"))), predicates.Malformed, 0, 3, "blocks[0].claims.services[1]", `service "" is empty`},
	} {
		t.Run(c.name, c.check)
	}
}

// A bound is a claim on both sides of one limit.
type bound struct {
	name   string
	claim  uint64
	good   string
	bad    string
	path   string // below claims
	reason string
}

func bounds() []bound {
	chars := func(n int) string { return strings.Repeat("x", n) }
	item := func(i int) string { return txt(fmt.Sprint("n", i)) }
	list := func(n int) string { return arr(series(n, item)...) }
	key := func(i int) string { return bin(strings.Repeat(string(rune('a'+i)), 32)) }
	grants := func(n int) string { return arr(series(n, func(int) string { return arr(txts("i"), txts("r")) })...) }
	interfaces := func(list string) string { return arr(arr(list, txts("r"))) }
	resources := func(list string) string { return arr(arr(txts("i"), list)) }
	resource := func(s string) string { return resources(txts("ok", s)) }
	iface := func(s string) string { return interfaces(txts("ok", s)) }
	arguments := func(n int, first byte) string {
		var items []string
		for i := range n {
			items = append(items, txt(string([]byte{first + byte(i)})), arr(arr(num(0))))
		}
		return arr(grantOf(obj(items...)))
	}
	atLeast := func(i int) string { return arr(num(2), num(uint64(i))) }
	oneOf := func(values ...string) string { return where(arr(num(1), arr(values...))) }
	matches := func(patterns ...string) string { return where(arr(num(4), txts(patterns...))) }
	endsWith := func(suffixes ...string) string { return where(arr(num(5), txts(suffixes...))) }
	condition := func(c string) string { return where(arr(num(2), num(1)), c) }
	uses := func(n int) string {
		return arr(series(n, func(i int) string { return arr(num(1), item(i)) })...)
	}
	use := func(limit string) string { return arr(arr(num(1), txt("a")), arr(limit, txt("b"))) }
	cosigners := func(k string, n int) string { return arr(k, arr(series(n, key)...)) }
	extensions := func(n int) string {
		var items []string
		for i := range n {
			items = append(items, txt(string(rune('a'+i))), bin(""))
		}
		return obj(items...)
	}
	segments := func(n int, separator string) string {
		return strings.Join(series(n, func(int) string { return "s" }), separator)
	}
	// 1,024 bytes in 5 segments, and one more.
	path1024 := strings.Repeat(chars(200)+"/", 5) + chars(19)
	const newer = ": a newer writer may have made the token"
	x := `allow[0].arguments["x"]`

	return []bound{
		{"nonce of 7", 1, bin("nonce 00"), bin("nonce 0"), "nonce", "is 7 bytes long (expected 8)"},
		{"nonce of 9", 1, bin("nonce 00"), bin("nonce 000"), "nonce", "is 9 bytes long (expected 8)"},
		{"nonce as text", 1, bin("nonce 00"), txt("nonce 00"), "nonce", "is a text (expected a byte string)"},
		{"next of 31", 2, bin(keyC), bin(keyC[1:]), "next", "is 31 bytes long (expected 32)"},
		{"next of 33", 2, bin(keyC), bin(keyC + "C"), "next", "is 33 bytes long (expected 32)"},
		{"next as text", 2, bin(keyC), txt(keyC), "next", "is a text (expected a byte string)"},

		{"no services", 3, list(1), arr(), "services", "holds 0 names (expected 1 to 16)"},
		{"17 services", 3, list(16), list(17), "services", "holds 17 names (expected 1 to 16)"},
		{"services as a map", 3, list(1), obj(), "services", "is a map (expected an array)"},
		{"services as a text", 3, list(1), txt("db"), "services", "is a text (expected an array)"},
		{"service as bytes", 3, list(2), arr(txt("db"), bin("db")), "services[1]", "is a byte string (expected a text)"},
		{"empty service", 3, txts("a"), txts(""), "services[0]", `service "" is empty`},
		{"service of 257", 3, txts(chars(256)), txts(chars(257)), "services[0]", `service "` + chars(59) + `"... is longer than 256 bytes`},
		{"service of 257 bytes, not runes", 3, txts(strings.Repeat("é", 128)), txts(strings.Repeat("é", 128) + "x"), "services[0]", `service "` + strings.Repeat(`\u{e9}`, 9) + `"... is longer than 256 bytes`},
		{"service with U+001F", 3, txts("a b"), txts("a\x1fb"), "services[0]", `service "a\u{1f}b" holds a control character`},
		{"service with U+007F", 3, txts("a~b"), txts("a\x7fb"), "services[0]", `service "a\u{7f}b" holds a control character`},
		{"service with U+009F", 3, txts("a\u00a0b"), txts("a\u009fb"), "services[0]", `service "a\u{9f}b" holds a control character`},
		{"service with slashes", 3, txts("a/../b"), txts("a/../b", "a/../b"), "services[1]", `service "a/../b" stands twice`},
		{"service twice", 3, txts("a", "b", "A"), txts("a", "b", "a"), "services[2]", `service "a" stands twice`},

		{"expires after 9999", 4, num(253402300799), num(253402300800), "expires", "time is outside the years 1970 to 9999 (expected seconds)"},
		{"expires in milliseconds", 4, num(1795420800), num(1795420800000), "expires", "time is outside the years 1970 to 9999 (expected seconds)"},
		{"expires at 2^53-1", 4, num(0), num(1<<53 - 1), "expires", "time is outside the years 1970 to 9999 (expected seconds)"},
		{"expires at -1", 4, num(0), neg(1), "expires", "is a negative integer (expected seconds since 1970)"},
		{"expires as text", 4, num(0), txt("0"), "expires", "is a text (expected seconds since 1970)"},
		{"expires true", 4, num(1), yes, "expires", "is a boolean (expected seconds since 1970)"},
		{"starts after 9999", 5, num(253402300799), num(253402300800), "starts", "time is outside the years 1970 to 9999 (expected seconds)"},
		{"starts at -1", 5, num(0), neg(1), "starts", "is a negative integer (expected seconds since 1970)"},

		{"allow as a map", 6, arr(), obj(), "allow", "is a map (expected an array)"},
		{"allow true", 6, arr(), yes, "allow", "is a boolean (expected an array)"},
		{"65 grants", 6, grants(64), grants(65), "allow", "holds 65 grants (expected 0 to 64)"},
		{"grant as a text", 6, grants(1), txts("i"), "allow[0]", "is a text (expected an array)"},
		{"grant of 1", 6, grants(1), arr(arr(txts("i"))), "allow[0]", "holds 1 element (expected 2 to 3)"},
		{"empty grant", 6, grants(1), arr(arr()), "allow[0]", "holds 0 elements (expected 2 to 3)"},
		{"grant of 4", 6, arr(arr(txts("i"), txts("r"), obj())), arr(arr(txts("i"), txts("r"), obj(), obj())), "allow[0]", "holds 4 elements (expected 2 to 3)"},
		{"second grant", 6, grants(2), arr(arr(txts("i"), txts("r")), arr(txts("i"), num(1))), "allow[1].resources", "is an unsigned integer (expected an array)"},
		{"no interfaces", 6, interfaces(txts("i")), interfaces(arr()), "allow[0].interfaces", "holds 0 patterns (expected 1 to 64)"},
		{"65 interfaces", 6, interfaces(list(64)), interfaces(list(65)), "allow[0].interfaces", "holds 65 patterns (expected 1 to 64)"},
		{"interface twice", 6, interfaces(txts("a", "b")), interfaces(txts("a", "a")), "allow[0].interfaces[1]", `pattern "a" stands twice`},
		{"interface as bytes", 6, interfaces(txts("a")), interfaces(arr(bin("a"))), "allow[0].interfaces[0]", "is a byte string (expected a text)"},
		{"no resources", 6, resources(txts("r")), resources(arr()), "allow[0].resources", "holds 0 patterns (expected 1 to 64)"},
		{"65 resources", 6, resources(list(64)), resources(list(65)), "allow[0].resources", "holds 65 patterns (expected 1 to 64)"},
		{"resource twice", 6, resource("b"), resource("ok"), "allow[0].resources[1]", `pattern "ok" stands twice`},
		{"empty pattern", 6, resource("*"), resource(""), "allow[0].resources[1]", `pattern "" is empty`},
		{"empty segment", 6, resource("a/b"), resource("a//b"), "allow[0].resources[1]", `pattern "a//b" has an empty segment`},
		{"trailing slash", 6, resource("/a"), resource("a/"), "allow[0].resources[1]", `pattern "a/" has an empty segment`},
		{"slash alone", 6, resource("/**"), resource("/"), "allow[0].resources[1]", `pattern "/" has an empty segment`},
		{"two slashes in front", 6, resource("/a"), resource("//a"), "allow[0].resources[1]", `pattern "//a" has an empty segment`},
		{"leading colon", 6, iface("a:b"), iface(":a"), "allow[0].interfaces[1]", `pattern ":a" has an empty segment`},
		{"segment .", 6, resource("a/...") /* a name */, resource("a/."), "allow[0].resources[1]", `pattern "a/." has a segment . or ..`},
		{"segment ..", 6, resource("a/..b"), resource("a/../b"), "allow[0].resources[1]", `pattern "a/../b" has a segment . or ..`},
		{"33 segments", 6, resource(segments(32, "/")), resource(segments(33, "/")), "allow[0].resources[1]", `pattern "` + segments(30, "/") + `"... has more than 32 segments`},
		{"33 segments of an interface", 6, iface(segments(32, ":")), iface(segments(33, ":")), "allow[0].interfaces[1]", `pattern "` + segments(30, ":") + `"... has more than 32 segments`},
		{"segment of 257", 6, resource(chars(256)), resource(chars(257)), "allow[0].resources[1]", `pattern "` + chars(59) + `"... has a segment longer than 256 bytes`},
		{"pattern of 1025", 6, resource(path1024), resource(path1024 + "x"), "allow[0].resources[1]", `pattern "` + chars(59) + `"... is longer than 1024 bytes`},
		{"control in a pattern", 6, resource("a b"), resource("a\nb"), "allow[0].resources[1]", `pattern "a\u{a}b" holds a control character`},
		{"star in a segment", 6, resource("a/*"), resource("a*"), "allow[0].resources[1]", `pattern "a*" has a * inside a segment (a * is a whole segment)`},
		{"** not last", 6, resource("a/**"), resource("**/a"), "allow[0].resources[1]", `pattern "**/a" has ** before its last segment`},
		{"***", 6, resource("**"), resource("***"), "allow[0].resources[1]", `pattern "***" has a * inside a segment (a * is a whole segment)`},
		{"other separators", 6, resource("a::b:"), iface("a::b"), "allow[0].interfaces[1]", `pattern "a::b" has an empty segment`},

		{"arguments as an array", 6, arr(grantOf(obj())), arr(grantOf(arr())), "allow[0].arguments", "is an array (expected a map)"},
		{"33 arguments", 6, arguments(32, '0'), arguments(33, '0'), "allow[0].arguments", "holds 33 arguments (expected 0 to 32)"},
		{"argument number", 6, arguments(1, 'a'), arr(grantOf(obj(num(1), arr(arr(num(0)))))), "allow[0].arguments", "a name is an unsigned integer (expected a text)"},
		{"empty argument", 6, arguments(1, 'a'), arr(grantOf(obj(txt(""), arr(arr(num(0)))))), `allow[0].arguments[""]`, "the name of the argument is empty"},
		{"argument of 257", 6, arr(grantOf(obj(txt(chars(256)), arr(arr(num(0)))))), arr(grantOf(obj(txt(chars(257)), arr(arr(num(0)))))), `allow[0].arguments["` + chars(59) + `"...]`, "the name of the argument is longer than 256 bytes"},
		{"argument with a control", 6, arguments(1, ' '), arguments(1, '\x1f'), `allow[0].arguments["\u{1f}"]`, "the name of the argument holds a control character"},
		{"no conditions", 6, where(atLeast(0)), where(), x, "holds 0 conditions (expected 1 to 8)"},
		{"9 conditions", 6, where(series(8, atLeast)...), where(series(9, atLeast)...), x, "holds 9 conditions (expected 1 to 8)"},
		{"conditions as a map", 6, where(atLeast(0)), arr(grantOf(obj(txt("x"), obj()))), x, "is a map (expected an array)"},
		{"condition as a number", 6, condition(atLeast(2)), condition(num(0)), x + ".conditions[1]", "is an unsigned integer (expected an array)"},
		{"empty condition", 6, condition(atLeast(2)), condition(arr()), x + ".conditions[1]", "holds 0 elements (expected 1 to 2)"},
		{"condition of 3", 6, condition(atLeast(2)), condition(arr(num(2), num(1), num(1))), x + ".conditions[1]", "holds 3 elements (expected 1 to 2)"},
		{"condition 6", 6, condition(arr(num(5), txts("a"))), condition(arr(num(6), txts("a"))), x + ".conditions[1]", "condition 6 is unknown" + newer},
		{"condition 2^53-1", 6, condition(atLeast(2)), condition(arr(num(1<<53 - 1))), x + ".conditions[1]", "condition 9007199254740991 is unknown" + newer},
		{"condition -1", 6, condition(atLeast(2)), condition(arr(neg(1), num(1))), x + ".conditions[1]", "is a negative integer (expected the number of a condition)"},
		{"any with a value", 6, where(arr(num(0))), where(arr(num(0), num(0))), x + ".conditions[0]", "holds 2 elements (expected 1)"},
		{"at least without a value", 6, where(atLeast(0)), where(arr(num(2))), x + ".conditions[0]", "holds 1 element (expected 2)"},
		{"any beside another", 6, where(atLeast(0), atLeast(1)), where(atLeast(0), arr(num(0))), x, `"any" stands beside another condition`},
		{"another beside any", 6, where(atLeast(0), atLeast(1)), where(arr(num(0)), atLeast(0)), x, `"any" stands beside another condition`},
		{"any twice", 6, where(arr(num(0))), where(arr(num(0)), arr(num(0))), x, `"any" stands beside another condition`},
		{"one of none", 6, oneOf(num(0)), oneOf(), x + ".conditions[0]", "holds 0 values (expected 1 to 64)"},
		{"one of 65", 6, oneOf(series(64, item)...), oneOf(series(65, item)...), x + ".conditions[0]", "holds 65 values (expected 1 to 64)"},
		{"one of bytes", 6, oneOf(num(0), txt("a")), oneOf(num(0), bin("a")), x + ".conditions[0][1]", "is a byte string (expected a text, an integer or a boolean)"},
		{"one of a list", 6, oneOf(yes), oneOf(arr()), x + ".conditions[0][0]", "is an array (expected a text, an integer or a boolean)"},
		{"one of a map", 6, oneOf(yes), oneOf(obj()), x + ".conditions[0][0]", "is a map (expected a text, an integer or a boolean)"},
		{"value twice", 6, oneOf(num(1), neg(1), txt("1"), yes), oneOf(num(1), neg(1), num(1)), x, "value 1 stands twice"},
		{"boolean twice", 6, oneOf(no, yes), oneOf(no, no), x, "value false stands twice"},
		{"text of 1025", 6, oneOf(txt(chars(1024))), oneOf(txt(chars(1025))), x, "text is 1025 bytes long (expected at most 1024)"},
		{"at least as text", 6, where(atLeast(0)), where(arr(num(2), txt("0"))), x + ".conditions[0]", "is a text (expected an integer)"},
		{"at most true", 6, where(arr(num(3), neg(1))), where(arr(num(3), yes)), x + ".conditions[0]", "is a boolean (expected an integer)"},
		{"matches none", 6, matches("a"), matches(), x + ".conditions[0]", "holds 0 patterns (expected 1 to 64)"},
		{"matches 65", 6, where(arr(num(4), list(64))), where(arr(num(4), list(65))), x + ".conditions[0]", "holds 65 patterns (expected 1 to 64)"},
		{"matches a number", 6, matches("a"), where(arr(num(4), arr(txt("a"), num(1)))), x + ".conditions[0][1]", "is an unsigned integer (expected a text)"},
		{"matches no pattern", 6, matches("a:b"), matches("a", "a*"), x + "[1]", `pattern "a*" has a * inside a segment (a * is a whole segment)`},
		{"matches twice", 6, matches("a", "b"), matches("a", "a"), x + "[1]", `pattern "a" stands twice`},
		{"ends with none", 6, endsWith(""), endsWith(), x + ".conditions[0]", "holds 0 texts (expected 1 to 64)"},
		{"ends with 65", 6, where(arr(num(5), list(64))), where(arr(num(5), list(65))), x + ".conditions[0]", "holds 65 texts (expected 1 to 64)"},
		{"ends with 1025", 6, endsWith(chars(1024)), endsWith(chars(1025)), x, "text is 1025 bytes long (expected at most 1024)"},
		{"ends with twice", 6, endsWith("a", "A"), endsWith("a", "a"), x, `text "a" stands twice`},

		{"no uses", 7, uses(1), arr(), "uses", "holds 0 limits (expected 1 to 16)"},
		{"17 uses", 7, uses(16), uses(17), "uses", "holds 17 limits (expected 1 to 16)"},
		{"uses as a number", 7, uses(1), num(100), "uses", "is an unsigned integer (expected an array)"},
		{"uses 0", 7, use(num(1)), use(num(0)), "uses[1]", "limit 0 is outside 1 to 2^53-1"},
		{"uses -1", 7, use(num(1<<53 - 1)), use(neg(1)), "uses[1]", "is a negative integer (expected a number of uses)"},
		{"use of 1", 7, uses(1), arr(arr(num(1))), "uses[0]", "holds 1 element (expected 2)"},
		{"use of 3", 7, uses(1), arr(arr(num(1), txt("a"), txt("b"))), "uses[0]", "holds 3 elements (expected 2)"},
		{"use at bytes", 7, uses(1), arr(arr(num(1), bin("a"))), "uses[0]", "is a byte string (expected a text)"},
		{"use at an empty service", 7, uses(1), arr(arr(num(1), txt(""))), "uses[0]", `service "" is empty`},
		{"use at one service twice", 7, use(num(2)), arr(arr(num(1), txt("a")), arr(num(2), txt("a"))), "uses[1]", `service "a" stands twice`},

		{"delegations 16", 8, num(15), num(16), "delegations", "16 is outside 0 to 15"},
		{"delegations -1", 8, num(0), neg(1), "delegations", "is a negative integer (expected a number of delegations)"},
		{"delegations 2^32", 8, num(0), num(1 << 32), "delegations", "2147483647 is outside 0 to 15"},
		{"cosigners 0 of 1", 9, cosigners(num(1), 1), cosigners(num(0), 1), "cosigners", "demands 0 of 1 keys"},
		{"cosigners 9 of 8", 9, cosigners(num(8), 8), cosigners(num(9), 8), "cosigners", "demands 9 of 8 keys"},
		{"cosigners 3 of 2", 9, cosigners(num(2), 2), cosigners(num(3), 2), "cosigners", "demands 3 of 2 keys"},
		{"cosigners 2^32+1", 9, cosigners(num(1), 2), cosigners(num(1<<32+1), 2), "cosigners", "demands 2147483647 of 2 keys"},
		{"9 cosigners", 9, cosigners(num(1), 8), cosigners(num(1), 9), "cosigners", "holds 9 keys (expected 1 to 8)"},
		{"no cosigners", 9, cosigners(num(1), 1), cosigners(num(1), 0), "cosigners", "holds 0 keys (expected 1 to 8)"},
		{"cosigners of 3", 9, cosigners(num(1), 1), arr(num(1), arr(bin(keyA)), num(1)), "cosigners", "holds 3 elements (expected 2)"},
		{"cosigners without k", 9, cosigners(num(1), 1), arr(txt("1"), arr(bin(keyA))), "cosigners", "is a text (expected a number of keys)"},
		{"cosigner of 31", 9, cosigners(num(1), 2), arr(num(1), arr(bin(keyA), bin(keyB[1:]))), "cosigners[1]", "is 31 bytes long (expected 32)"},
		{"cosigner twice", 9, arr(num(1), arr(bin(keyA), bin(keyB))), arr(num(1), arr(bin(keyA), bin(keyA))), "cosigners[1]", "key ed25519:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE stands twice"},
		{"cosigners as keys", 9, cosigners(num(1), 1), arr(bin(keyA)), "cosigners", "holds 1 element (expected 2)"},

		{"digest of 31", 10, bin(keyA), bin(keyA[1:]), "digest", "is 31 bytes long (expected 32)"},
		{"digest of 33", 10, bin(keyA), bin(keyA + "A"), "digest", "is 33 bytes long (expected 32)"},
		{"empty digest", 10, bin(keyA), bin(""), "digest", "is 0 bytes long (expected 32)"},
		{"digest as hex", 10, bin(keyA), txt(keyA), "digest", "is a text (expected a byte string)"},
		{"label of 257", 11, txt(chars(256)), txt(chars(257)), "label", "is 257 bytes long (expected at most 256)"},
		{"label with anything", 11, txt("a\x00\n\u202e"), bin("a"), "label", "is a byte string (expected a text)"},
		{"empty label", 11, txt(""), arr(), "label", "is an array (expected a text)"},

		{"no extensions", 12, extensions(1), obj(), "extensions", "holds 0 extensions (expected 1 to 8)"},
		{"9 extensions", 12, extensions(8), extensions(9), "extensions", "holds 9 extensions (expected 1 to 8)"},
		{"extensions as an array", 12, extensions(1), arr(txt("a")), "extensions", "is an array (expected a map)"},
		{"extension 1", 12, extensions(1), obj(num(1), bin("")), "extensions", "a name is an unsigned integer (expected a text)"},
		{"extension text", 12, extensions(1), obj(txt("a"), txt("")), `extensions["a"]`, "is a text (expected a byte string)"},
		{"extension without name", 12, extensions(1), obj(txt(""), bin("")), `extensions[""]`, "the name of the extension is empty"},
		{"extension name of 257", 12, obj(txt(chars(256)), bin("")), obj(txt(chars(257)), bin("")), `extensions["` + chars(59) + `"...]`, "the name of the extension is longer than 256 bytes"},
		{"extension of 1025", 12, obj(txt("a"), bin(chars(1024))), obj(txt("a"), bin(chars(1025))), `extensions["a"]`, "value is 1025 bytes long (expected at most 1024)"},

		{"fresh 0", 13, num(1), num(0), "fresh", "0 seconds is outside 1 to 3600"},
		{"fresh 3601", 13, num(3600), num(3601), "fresh", "3601 seconds is outside 1 to 3600"},
		{"fresh 2^32+60", 13, num(60), num(1<<32 + 60), "fresh", "2147483647 seconds is outside 1 to 3600"},
		{"fresh -60", 13, num(60), neg(60), "fresh", "is a negative integer (expected a number of seconds)"},
	}
}

func TestBounds(t *testing.T) {
	for _, c := range bounds() {
		t.Run(c.name, func(t *testing.T) {
			good := withClaim(c.claim, c.good)
			if got := reencode(t, decode(t, good)); got != good {
				t.Errorf("encoded again: got %x, want %x", got, good)
			}
			if !slowToken(good) {
				t.Errorf("the slow decoder rejects %x", good)
			}
			bad := oneFault{c.name, withClaim(c.claim, c.bad), predicates.Malformed, 0, int(c.claim), "blocks[0].claims." + c.path, c.reason}
			bad.check(t)
		})
	}
}

// What is wrong with a map inside a claim, or with an integer, is found by the
// walker.
func TestFaultsOfEncodingInClaims(t *testing.T) {
	anything := arr(arr(num(0)))
	for _, c := range []struct {
		name  string
		claim uint64
		value string
	}{
		{"arguments out of order", 6, arr(grantOf(obj(txt("b"), anything, txt("a"), anything)))},
		{"arguments longer first", 6, arr(grantOf(obj(txt("aa"), anything, txt("b"), anything)))},
		{"argument twice", 6, arr(grantOf(obj(txt("a"), anything, txt("a"), anything)))},
		{"extensions out of order", 12, obj(txt("b"), bin(""), txt("a"), bin(""))},
		{"extension twice", 12, obj(txt("a"), bin(""), txt("a"), bin(""))},
		{"uses 2^53", 7, arr(arr(num(1<<53), txt("a")))},
		{"expires 2^53", 4, num(1 << 53)},
		{"value 2^53", 6, where(arr(num(1), arr(num(1<<53))))},
		{"value -2^53", 6, where(arr(num(1), arr(neg(1<<53))))},
		{"at least -2^53", 6, where(arr(num(2), neg(1<<53)))},
		{"overlong /", 3, arr("\x62\xc0\xaf")},
		{"surrogate", 11, "\x63\xed\xa0\x80"},
		{"cut UTF-8", 11, "\x61\xc3"},
		{"above U+10FFFF", 11, "\x64\xf4\x90\x80\x80"},
		{"bignum", 4, "\xc2\x41\x01"},
		{"tagged time", 4, "\xc1\x00"},
		{"float time", 4, "\xf9\x3c\x00"},
		{"nested deeply", 6, strings.Repeat("\x81", 100) + "\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := withClaim(c.claim, c.value)
			_, err := format.Decode([]byte(token))
			if err == nil {
				t.Fatalf("%x is accepted", token)
			}
			e := errorOf(t, err)
			if e.Verdict != predicates.Malformed || e.Block != 0 || e.Claim != 0 || e.Path != "blocks[0].payload" {
				t.Errorf("got %+v, want malformed at blocks[0].payload", e)
			}
			if slowToken(token) {
				t.Error("the slow decoder accepts it")
			}
		})
	}
}

// A mutation replaces one item somewhere in a token.
type mutation struct {
	path string
	with string
}

// mutations calls f with each variant of a token in which one item, at any depth
// and also inside payloads, is replaced. Variants gives what an item, by its path,
// is replaced with.
func mutations(t *testing.T, token string, variants func(path string, x *node) []string, f func(m mutation, token string)) {
	t.Helper()
	root, rest, err := parse(token)
	if err != nil || rest != "" {
		t.Fatalf("can't parse %x", token)
	}
	var visit func(x *node, path string, rebuild func(string) string)
	visit = func(x *node, path string, rebuild func(string) string) {
		for _, v := range variants(path, x) {
			f(mutation{path, v}, rebuild(v))
		}
		for i, kid := range x.kids {
			visit(kid, fmt.Sprintf("%s/%d", path, i), func(s string) string {
				n := len(x.kids)
				if x.major == 5 {
					n /= 2
				}
				out := head(x.major, uint64(n))
				for j, k := range x.kids {
					if i == j {
						out += s
					} else {
						out += k.encode()
					}
				}
				return rebuild(out)
			})
		}
		// A payload: its path in the token is /2/i/2.
		if x.major == 2 && strings.HasPrefix(path, "/2/") && strings.HasSuffix(path, "/2") && strings.Count(path, "/") == 3 {
			inner, rest, err := parse(x.s)
			if err != nil || rest != "" {
				t.Fatalf("can't parse the payload %x", x.s)
			}
			visit(inner, path+"<", func(s string) string { return rebuild(bin(s)) })
		}
	}
	visit(root, "", func(s string) string { return s })
}

// rejected fails the test if b is a token.
func rejected(t *testing.T, what, b string) {
	t.Helper()
	token, err := format.Decode([]byte(b))
	if err == nil {
		t.Fatalf("%s: %x is accepted", what, b)
	}
	if token != nil {
		t.Fatalf("%s: got a token beside %v", what, err)
	}
	errorOf(t, err)
}

// rejectedOrExact fails the test if b is a token and not the one encoding of what
// it says.
func rejectedOrExact(t *testing.T, what, b string) (accepted bool) {
	t.Helper()
	token, err := format.Decode([]byte(b))
	if err != nil {
		errorOf(t, err)
		if slowToken(b) {
			t.Fatalf("%s: the slow decoder accepts %x, and Decode says %v", what, b, err)
		}
		return false
	}
	if got := reencode(t, token); got != b {
		t.Fatalf("%s: %x is accepted and means %x", what, b, got)
	}
	if string(token.Bytes()) != b {
		t.Fatalf("%s: Bytes returns %x, want %x", what, token.Bytes(), b)
	}
	if !slowToken(b) {
		t.Fatalf("%s: the slow decoder rejects %x", what, b)
	}
	return true
}

// No item of a token can be written in another way (B1, B4, B5, B16).
func TestNoOtherEncodingOfAnyItem(t *testing.T) {
	for kind, token := range kinds() {
		count := 0
		mutations(t, token, func(path string, x *node) []string {
			s := x.encode()
			variants := []string{
				"", nul, "\xf7", "\xe0", "\xf8\x14", "\xf9\x3c\x00", "\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00", "\xf9\x7e\x00", "\xff",
				"\xc0" + s, "\xc2\x41\x01", "\xd2" + s, "\xd8\x3d" + s, "\xd9\xd9\xf7" + s, s + s, s + "\x00",
				"\x1c", "\x1f", "\x3f", "\x5f\x41\x01\xff", "\x7f\x61\x61\xff", "\x9f\xff", "\xbf\xff",
			}
			if x.major == 7 {
				return variants
			}
			_, _, size := headOf(s)
			for width, info := 1, byte(24); width <= 8; width, info = width*2, info+1 {
				if 1+width > size {
					long := []byte{s[0]&0xe0 | info, 0, 0, 0, 0, 0, 0, 0, 0}[:1+width]
					for i, n := width, x.n; i > 0; i, n = i-1, n>>8 {
						long[i] = byte(n)
					}
					variants = append(variants, string(long)+s[size:])
				}
			}
			// Indefinite, with the same content.
			if x.major >= 2 {
				content := s[size:]
				if x.major <= 3 {
					content = s
				}
				variants = append(variants, string(s[0]|0x1f)+content+"\xff", string([]byte{s[0] | 0x1f})+content+"\xff")
			}
			return variants
		}, func(m mutation, b string) {
			count++
			rejected(t, fmt.Sprintf("%v token, %x at %s", kind, m.with, m.path), b)
		})
		if count < 2000 {
			t.Errorf("only %d mutations of the %v token", count, kind)
		}
	}
}

// headOf returns the parts of the head that an encoding starts with.
func headOf(s string) (major byte, info byte, size int) {
	info, size = s[0]&0x1f, 1
	if info >= 24 {
		size += 1 << (info - 24)
	}
	return s[0] >> 5, info, size
}

// The schema is closed: an item of another type, of another length, a list with an
// item more or less, a map with another key is no token, or it is another token,
// which has its own one encoding (B2, B3, B12, B13, B14).
func TestSchemaIsClosed(t *testing.T) {
	others := []string{num(0), num(1), num(2), num(9), num(14), num(1 << 20), neg(1), bin(""), bin("12345678"), bin(keyC), txt(""), txt("x"), txt("*"), arr(), arr(num(0)), arr(txt("x")), arr(arr()), obj(), obj(num(1), num(1)), obj(txt("x"), arr()), yes, no}
	for kind, token := range kinds() {
		accepted, count := 0, 0
		mutations(t, token, func(path string, x *node) []string {
			variants := append([]string(nil), others...)
			switch x.major {
			case 0, 1:
				variants = append(variants, head(x.major, x.n+1), head(x.major^1, x.n))
			case 2, 3:
				variants = append(variants, head(x.major, uint64(len(x.s)+1))+x.s+"x", head(x.major^1, uint64(len(x.s)))+x.s)
				if len(x.s) > 0 {
					variants = append(variants, head(x.major, uint64(len(x.s)-1))+x.s[1:])
				}
			case 4, 5:
				step := int(x.major) - 3
				for i := 0; i < len(x.kids); i += step {
					parts := make([]string, len(x.kids))
					for j, kid := range x.kids {
						parts[j] = kid.encode()
					}
					n := uint64(len(x.kids) / step)
					join := func(parts ...[]string) (s string) {
						for _, p := range parts {
							s += strings.Join(p, "")
						}
						return s
					}
					variants = append(variants,
						head(x.major, n-1)+join(parts[:i], parts[i+step:]),
						head(x.major, n+1)+join(parts[:i+step], parts[i:]),
					)
					if i > 0 {
						variants = append(variants, head(x.major, n)+join(parts[:i-step], parts[i:i+step], parts[i-step:i], parts[i+step:]))
					}
					if step == 2 {
						for _, key := range []string{num(0), num(14), num(99), neg(1), txt("zzzzzzzzzzzzzzzzzzzzzzzz"), bin("x"), arr(), no} {
							variants = append(variants, head(5, n+1)+join(parts[:i], []string{key, parts[i+1]}, parts[i:]))
						}
					}
				}
			}
			return variants
		}, func(m mutation, b string) {
			count++
			if rejectedOrExact(t, fmt.Sprintf("%v token, %x at %s", kind, m.with, m.path), b) {
				accepted++
			}
		})
		if accepted == 0 || accepted == count {
			t.Errorf("%v token: %d of %d mutations are accepted, want some", kind, accepted, count)
		}
	}
}

func TestEveryTruncationAndExtension(t *testing.T) {
	for kind, token := range kinds() {
		for n := range len(token) {
			rejected(t, fmt.Sprintf("%v token cut to %d bytes", kind, n), token[:n])
		}
		for c := range 256 {
			rejected(t, fmt.Sprintf("%v token and byte %02x", kind, c), token+string([]byte{byte(c)}))
			rejected(t, fmt.Sprintf("byte %02x and %v token", c, kind), string([]byte{byte(c)})+token)
		}
	}
}

func TestEveryBitFlip(t *testing.T) {
	for kind, token := range kinds() {
		accepted := 0
		for i := range len(token) {
			for bit := range 8 {
				b := []byte(token)
				b[i] ^= 1 << bit
				if rejectedOrExact(t, fmt.Sprintf("%v token, bit %d of byte %d", kind, bit, i), string(b)) {
					accepted++
				}
			}
		}
		// Nonces, keys, hints and signatures are free; much else is not.
		if accepted == 0 || accepted > 7*len(token) {
			t.Errorf("%v token: %d of %d flips are accepted", kind, accepted, 8*len(token))
		}
	}
}

// Random damage of all kinds, judged by the slow decoder.
func TestRandomMutations(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var tokens []string
	for _, b := range kinds() {
		tokens = append(tokens, b)
	}
	for range 20000 {
		b := []byte(tokens[r.IntN(len(tokens))])
		for range 1 + r.IntN(3) {
			i := r.IntN(len(b))
			switch r.IntN(4) {
			case 0:
				b[i] = byte(r.Uint32())
			case 1:
				b = append(b[:i], b[i+1:]...)
			case 2:
				b = append(b[:i], append([]byte{byte(r.Uint32())}, b[i:]...)...)
			case 3:
				j := r.IntN(len(b))
				b[i], b[j] = b[j], b[i]
			}
		}
		rejectedOrExact(t, fmt.Sprintf("seed %d", seed), string(b))
	}
}

// What one token says is not left over in the next (B7).
func TestDecodeTwice(t *testing.T) {
	first, second := decode(t, sealedToken()), decode(t, tokenOf(cose(sealing.encode())))
	c := second.Block(0).Claims
	for claim := predicates.ClaimNonce; claim <= predicates.ClaimFresh; claim++ {
		if _, want := sealing[uint64(claim)]; c.Has(claim) != want {
			t.Errorf("claim %s: got present %v, want %v", predicates.ClaimName(claim), c.Has(claim), want)
		}
	}
	if third := decode(t, sealedToken()); !reflect.DeepEqual(first, third) {
		t.Errorf("got %#v, want %#v", third, first)
	}
	// The lists of one block are not those of the next.
	list := func(names ...string) string {
		return claimMap{1: bin("nonce 00"), 2: bin(keyA), 3: txts(names...)}.encode()
	}
	grant := func(s string) string {
		return arr(arr(txts(s), txts(s), obj(txt(s), arr(arr(num(1), arr(txt(s))), arr(num(4), txts(s)), arr(num(5), txts(s))))))
	}
	for _, tokens := range [][]string{
		{list("a", "b", "c"), list("d")},
		{list("a"), list("b", "c", "d")},
		{bare.with(6, grant("a")).encode(), bare.with(6, grant("b")).encode()},
	} {
		b := tokenOf(cose(tokens[0]), cose(tokens[1]))
		if got := reencode(t, decode(t, b)); got != b {
			t.Errorf("got %x, want %x", got, b)
		}
	}
}

// Absent and empty are apart (B6).
func TestPresenceIsExplicit(t *testing.T) {
	base := claimMap{1: bin("nonce 00"), 2: bin(keyA)}
	c := decode(t, tokenOf(cose(base.encode()))).Block(0).Claims
	if _, ok := c.Allow(); ok {
		t.Error("allow is present without being there")
	}
	c = decode(t, tokenOf(cose(base.with(6, arr()).encode()))).Block(0).Claims
	if grants, ok := c.Allow(); !ok || len(grants) != 0 {
		t.Errorf("allow []: got %v, %v, want none and true", grants, ok)
	}
	c = decode(t, tokenOf(cose(base.with(11, txt("")).encode()))).Block(0).Claims
	if label, ok := c.Label(); !ok || label != "" {
		t.Errorf("label \"\": got %q, %v", label, ok)
	}
	c = decode(t, tokenOf(cose(base.with(6, arr(arr(txts("i"), txts("r")), grantOf(obj()))).encode()))).Block(0).Claims
	grants, _ := c.Allow()
	if grants[0].Closed() || !grants[1].Closed() {
		t.Errorf("got closed %v and %v, want false and true", grants[0].Closed(), grants[1].Closed())
	}
}

func TestDecodedClaims(t *testing.T) {
	token := decode(t, sealedToken())
	want, err := predicates.New(
		predicates.Nonce([8]byte([]byte("nonce 00"))),
		predicates.Next(predicates.Key([]byte(keyA))),
		predicates.Services("db", "mail"),
		predicates.ExpiresUnix(1<<31),
		predicates.StartsUnix(1<<30),
		predicates.Allow(predicates.Interfaces{"database:read", "database:list"}, predicates.Resources{"customers/**", "/data/*"}),
		predicates.Allow(predicates.Interfaces{"ping"}, predicates.Resources{"x"}, predicates.WhereNone()),
		predicates.Allow(predicates.Interfaces{"*"}, predicates.Resources{"**"},
			predicates.AtLeast(-(1<<53-1)).On("amount"), predicates.AtMost(100).On("amount"),
			predicates.Any().On("b"),
			predicates.OneOf(predicates.Text("EUR"), predicates.Int(7), predicates.Int(-7), predicates.Bool(true), predicates.Bool(false)).On("cur"),
			predicates.Matches("/data/reports/**").On("path"),
			predicates.EndsWith("@example.com", "").On("to")),
		predicates.UsesAt(predicates.UseLimit{Limit: 1<<53 - 1, Service: "db"}, predicates.UseLimit{Limit: 1, Service: "mail"}),
		predicates.Delegations(15),
		predicates.CosignedBy(2, predicates.Key([]byte(keyA)), predicates.Key([]byte(keyB))),
		predicates.Digest([32]byte([]byte(keyC))),
		predicates.Label("analyzer é"),
		predicates.Extensions(
			predicates.Extension{Name: "example.com/region", Value: []byte{0, 255}},
			predicates.Extension{Name: "a.example/x"}),
		predicates.Fresh(3600),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got := token.Block(0).Claims; !reflect.DeepEqual(normal(got), normal(want)) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := string(format.AppendClaims(nil, want)); got != rich.encode() {
		t.Errorf("got  %x\nwant %x", got, rich.encode())
	}
	claims, err := format.DecodeClaims(rich.encode())
	if err != nil {
		t.Fatal(err)
	}
	if !equalClaims(claims, want) {
		t.Errorf("DecodeClaims: got %+v, want %+v", claims, want)
	}
}

// normal is what claims say through their methods.
func normal(c predicates.Claims) []any {
	nonce, _ := c.Nonce()
	next, _ := c.Next()
	services, _ := c.Services()
	expires, _ := c.Expires()
	starts, _ := c.Starts()
	uses, _ := c.Uses()
	delegations, _ := c.Delegations()
	threshold, keys, _ := c.Cosigners()
	digest, _ := c.Digest()
	label, _ := c.Label()
	fresh, _ := c.Fresh()
	all := []any{nonce, next, services, expires, starts, uses, delegations, threshold, keys, digest, label, fresh}
	extensions, _ := c.Extensions()
	for _, x := range extensions {
		all = append(all, x.Name, string(x.Value))
	}
	grants, _ := c.Allow()
	for _, g := range grants {
		all = append(all, g.Interfaces(), g.Resources(), g.Closed())
		for _, argument := range g.Arguments() {
			all = append(all, argument)
			for _, condition := range g.Conditions(argument) {
				all = append(all, condition.Kind(), fmt.Sprint(condition.Values()), condition.Bound(), fmt.Sprint(condition.Texts()))
			}
		}
	}
	return all
}

func TestDecodeClaims(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		want          format.Error
	}{
		{"nothing", "", format.Error{Verdict: predicates.Malformed, Block: -1, Path: "payload", Reason: "byte 0: cut off (expected a data item)"}},
		{"no nonce", obj(), format.Error{Verdict: predicates.Malformed, Block: -1, Claim: 1, Path: "claims.nonce", Reason: "is missing"}},
		{"bad claim", sealing.with(13, num(0)).encode(), format.Error{Verdict: predicates.Malformed, Block: -1, Claim: 13, Path: "claims.fresh", Reason: "0 seconds is outside 1 to 3600"}},
		{"two", sealing.encode() + sealing.encode(), format.Error{Verdict: predicates.Malformed, Block: -1, Path: "payload", Reason: fmt.Sprintf("byte %d: more bytes follow the end", len(sealing.encode()))}},
		{"too large", strings.Repeat("\x00", 16385), format.Error{Verdict: predicates.TooLarge, Block: -1, Reason: "the token is longer than 16384 bytes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims, err := format.DecodeClaims(c.payload)
			if err == nil {
				t.Fatalf("%x is accepted", c.payload)
			}
			if got := *errorOf(t, err); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			if !equalClaims(claims, predicates.Claims{}) {
				t.Errorf("got claims %+v beside an error", claims)
			}
		})
	}
	for _, payload := range []string{rich.encode(), bare.encode(), sealing.encode()} {
		claims, err := format.DecodeClaims(payload)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(format.AppendClaims(nil, claims)); got != payload {
			t.Errorf("got %x, want %x", got, payload)
		}
	}
}

func TestErrorText(t *testing.T) {
	token := tokenOf(cose(rich.encode()), cose(bare.encode()), cose(bare.with(6, arr(arr(txts("r"), txts("a", "a//b")))).encode()))
	_, err := format.Decode([]byte(token))
	const want = `format: malformed: blocks[2].claims.allow[0].resources[1]: pattern "a//b" has an empty segment`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = format.Decode(make([]byte, 16385))
	if want := "format: too-large: the token is longer than 16384 bytes"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The largest token there can be is accepted, and one byte more is not.
func TestLargestToken(t *testing.T) {
	// Two blocks with 8 extensions each, of n bytes together.
	build := func(n int) string {
		block := func(c claimMap) string {
			var items []string
			for i := range 8 {
				size := min(n, 1024)
				n -= size
				items = append(items, txt(string(rune('a'+i))), bin(strings.Repeat("e", size)))
			}
			return cose(c.with(12, obj(items...)).encode())
		}
		return tokenOf(block(claimMap{1: bin("nonce 00"), 2: bin(keyA)}), block(claimMap{1: bin("nonce 01")}))
	}
	some := 15*1024 + 300
	overhead := len(build(some)) - some
	largest, larger := build(format.MaxTokenBytes-overhead), build(format.MaxTokenBytes+1-overhead)
	if len(largest) != format.MaxTokenBytes || len(larger) != format.MaxTokenBytes+1 {
		t.Fatalf("built %d and %d bytes", len(largest), len(larger))
	}
	token := decode(t, largest)
	if got := len(token.Text()); got != format.MaxTextBytes {
		t.Errorf("the text has %d characters, want %d", got, format.MaxTextBytes)
	}
	if _, err := format.DecodeText(token.Text()); err != nil {
		t.Error(err)
	}
	if _, err := format.Decode([]byte(larger)); err == nil || errorOf(t, err).Verdict != predicates.TooLarge {
		t.Errorf("got %v, want too-large", err)
	}
	blocks := []string{token.Block(0).Raw, token.Block(1).Raw}
	if _, err := format.New(token.RootHint(), blocks, nil); err != nil {
		t.Error(err)
	}
	blocks[1] = larger[len(larger)-len(blocks[1])-1:]
	if _, err := format.New(token.RootHint(), blocks, nil); err == nil || errorOf(t, err).Verdict != predicates.TooLarge {
		t.Errorf("got %v, want too-large", err)
	}
}
