package format_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// The tests build tokens by hand, item by item, so that they can build what
// package format would not write.

func head(major byte, n uint64) string {
	b := []byte{major << 5}
	switch {
	case n < 24:
		b[0] |= byte(n)
	case n < 1<<8:
		b[0] |= 24
		b = append(b, byte(n))
	case n < 1<<16:
		b[0] |= 25
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	case n < 1<<32:
		b[0] |= 26
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	default:
		b[0] |= 27
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return string(b)
}

func num(n uint64) string { return head(0, n) }
func neg(n uint64) string { return head(1, n-1) } // −n
func bin(s string) string { return head(2, uint64(len(s))) + s }
func txt(s string) string { return head(3, uint64(len(s))) + s }

func arr(items ...string) string {
	return head(4, uint64(len(items))) + strings.Join(items, "")
}

// obj is a map of keys and values in the order given.
func obj(items ...string) string {
	return head(5, uint64(len(items)/2)) + strings.Join(items, "")
}

func txts(names ...string) string {
	items := make([]string, len(names))
	for i, s := range names {
		items[i] = txt(s)
	}
	return arr(items...)
}

// series returns n different values of a function.
func series(n int, f func(i int) string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = f(i)
	}
	return all
}

const (
	no  = "\xf4"
	yes = "\xf5"
	nul = "\xf6"
)

// claimMap is the claims of a block by number, values encoded.
type claimMap map[uint64]string

func (m claimMap) with(claim uint64, value string) claimMap {
	c := claimMap{claim: value}
	for k, v := range m {
		if k != claim {
			c[k] = v
		}
	}
	return c
}

func (m claimMap) without(claim uint64) claimMap {
	c := m.with(claim, "")
	delete(c, claim)
	return c
}

func (m claimMap) encode() string {
	var keys []uint64
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var items []string
	for _, k := range keys {
		items = append(items, num(k), m[k])
	}
	return obj(items...)
}

const (
	hint   = "\x01\x02\x03\x04\x05\x06\x07\x08"
	header = "\xa1\x01\x32"
)

var (
	keyA   = strings.Repeat("A", 32)
	keyB   = strings.Repeat("B", 32)
	keyC   = strings.Repeat("C", 32)
	sig    = strings.Repeat("\x5a", 64)
	secret = [32]byte([]byte("\xd1\x0e\xb4\x97\x8c\xfe\x21\x33\xa5\x6b\xc8\xe2\x9f\x04\x77\xba\xed\x1f\x88\x92\x3c\x5d\xaa\xfb\x16\x49\xd0\xe7\xbc\x35\x9a\x81"))
)

func cose(payload string) string {
	return arr(bin(header), obj(), bin(payload), bin(sig))
}

func tokenOf(blocks ...string) string { return arr(num(1), bin(hint), arr(blocks...)) }

func handoffOf(blocks ...string) string {
	return arr(num(1), bin(hint), arr(blocks...), bin(string(secret[:])))
}

// grantOf is a grant for read on all, with arguments.
func grantOf(arguments string) string { return arr(txts("read"), txts("**"), arguments) }

// where is a claim allow with conditions on the argument x.
func where(conditions ...string) string {
	return arr(grantOf(obj(txt("x"), arr(conditions...))))
}

// The claims of a token that has everything: rich in all claims, one block that
// permits nothing, and a sealing block.
var (
	rich = claimMap{
		1: bin("nonce 00"),
		2: bin(keyA),
		3: txts("db", "mail"),
		4: num(1 << 31),
		5: num(1 << 30),
		6: arr(
			arr(txts("database:read", "database:list"), txts("customers/**", "/data/*")),
			arr(txts("ping"), txts("x"), obj()),
			arr(txts("*"), txts("**"), obj(
				txt("b"), arr(arr(num(0))),
				txt("to"), arr(arr(num(5), txts("@example.com", ""))),
				txt("cur"), arr(arr(num(1), arr(txt("EUR"), num(7), neg(7), yes, no))),
				txt("path"), arr(arr(num(4), txts("/data/reports/**"))),
				txt("amount"), arr(arr(num(2), neg(1<<53-1)), arr(num(3), num(100))),
			)),
		),
		7:  arr(arr(num(1<<53-1), txt("db")), arr(num(1), txt("mail"))),
		8:  num(15),
		9:  arr(num(2), arr(bin(keyA), bin(keyB))),
		10: bin(keyC),
		11: txt("analyzer é"),
		12: obj(txt("a.example/x"), bin(""), txt("example.com/region"), bin("\x00\xff")),
		13: num(3600),
	}
	bare    = claimMap{1: bin("nonce 01"), 2: bin(keyB), 6: arr()}
	sealing = claimMap{1: bin("nonce 02"), 3: txts("db")}
)

func sealedToken() string {
	return tokenOf(cose(rich.encode()), cose(bare.encode()), cose(sealing.encode()))
}

func openToken() string { return tokenOf(cose(rich.encode()), cose(bare.encode())) }

func handoff() string { return handoffOf(cose(rich.encode()), cose(bare.encode())) }

func kinds() map[format.Kind]string {
	return map[format.Kind]string{
		format.Sealed:  sealedToken(),
		format.Open:    openToken(),
		format.Handoff: handoff(),
	}
}

// decode fails the test if b is no token.
func decode(t testing.TB, b string) *format.Token {
	t.Helper()
	token, err := format.Decode([]byte(b))
	if err != nil {
		t.Fatalf("Decode(%x): %v", b, err)
	}
	return token
}

// errorOf returns what err is, and fails the test if it is not an *Error of a
// verdict that this package gives.
func errorOf(t testing.TB, err error) *format.Error {
	t.Helper()
	var e *format.Error
	if !errors.As(err, &e) {
		t.Fatalf("got error %v of type %T, want *format.Error", err, err)
	}
	switch e.Verdict {
	case predicates.TooLarge, predicates.UnsupportedVersion, predicates.Malformed:
	default:
		t.Fatalf("got verdict %v in %v", e.Verdict, err)
	}
	if !errors.Is(err, e.Verdict) {
		t.Fatalf("errors.Is(%v, %v) is false", err, e.Verdict)
	}
	if s := err.Error(); strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
		t.Fatalf("message is not one clean line: %q", s)
	}
	return e
}

// reencode builds the token anew from its decoded claims and signatures; it does
// not use the bytes that the token keeps.
func reencode(t testing.TB, token *format.Token) string {
	t.Helper()
	var blocks []string
	for i := range token.Len() {
		b := token.Block(i)
		payload := format.AppendClaims(nil, b.Claims)
		blocks = append(blocks, string(format.AppendBlock(nil, payload, []byte(b.Signature))))
	}
	root := token.RootHint()
	items := []string{num(1), bin(string(root[:])), arr(blocks...)}
	if seed, ok := token.Secret(); ok {
		items = append(items, bin(string(seed[:])))
	}
	return arr(items...)
}

// A node is a data item of any CBOR, for mutations and for the slow decoder. A
// payload has the item inside it as its only kid.
type node struct {
	major byte
	n     uint64 // number, length, or the argument of a tag or simple value
	s     string // content of a string
	kids  []*node
}

var errSlow = errors.New("not CBOR")

// parse reads one item of plain CBOR: definite lengths, any forms of heads, keys
// in any order.
func parse(b string) (item *node, rest string, err error) {
	if b == "" {
		return nil, "", errSlow
	}
	item = &node{major: b[0] >> 5, n: uint64(b[0] & 31)}
	info := b[0] & 31
	b = b[1:]
	if info >= 28 {
		return nil, "", errSlow
	}
	if info >= 24 {
		width := 1 << (info - 24)
		if len(b) < width {
			return nil, "", errSlow
		}
		var wide [8]byte
		copy(wide[8-width:], b)
		item.n, b = binary.BigEndian.Uint64(wide[:]), b[width:]
	}
	kids := uint64(0)
	switch item.major {
	case 2, 3:
		if uint64(len(b)) < item.n {
			return nil, "", errSlow
		}
		item.s, b = b[:item.n], b[item.n:]
	case 4:
		kids = item.n
	case 5:
		if item.n > uint64(len(b)) {
			return nil, "", errSlow
		}
		kids = 2 * item.n
	case 6:
		return nil, "", errSlow
	case 7:
		if item.n != 20 && item.n != 21 {
			return nil, "", errSlow
		}
	}
	for range kids {
		var kid *node
		if kid, b, err = parse(b); err != nil {
			return nil, "", err
		}
		item.kids = append(item.kids, kid)
	}
	return item, b, nil
}

// encode writes an item canonically: shortest heads, sorted keys.
func (x *node) encode() string {
	switch x.major {
	case 2, 3:
		return head(x.major, uint64(len(x.s))) + x.s
	case 4:
		out := head(4, uint64(len(x.kids)))
		for _, kid := range x.kids {
			out += kid.encode()
		}
		return out
	case 5:
		var pairs [][2]string
		for i := 0; i < len(x.kids); i += 2 {
			pairs = append(pairs, [2]string{x.kids[i].encode(), x.kids[i+1].encode()})
		}
		slices.SortFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
		pairs = slices.CompactFunc(pairs, func(a, b [2]string) bool { return a[0] == b[0] })
		out := head(5, uint64(len(pairs)))
		for _, p := range pairs {
			out += p[0] + p[1]
		}
		return out
	case 7:
		return string([]byte{0xe0 | byte(x.n)})
	}
	return head(x.major, x.n)
}

func (x *node) depth() int {
	deepest := 0
	for _, kid := range x.kids {
		deepest = max(deepest, kid.depth())
	}
	if x.major == 4 || x.major == 5 {
		deepest++
	}
	return deepest
}

// inProfile reports whether all integers and texts of an item are permitted.
func (x *node) inProfile() bool {
	switch {
	case x.major == 0 && x.n > 1<<53-1, x.major == 1 && x.n > 1<<53-2, x.major == 3 && !utf8.ValidString(x.s):
		return false
	}
	for _, kid := range x.kids {
		if !kid.inProfile() {
			return false
		}
	}
	return true
}

// slowItem decodes an item of the profile the other way round: read it
// leniently, write it canonically, compare.
func slowItem(b string) (*node, bool) {
	item, rest, err := parse(b)
	if err != nil || rest != "" || item.encode() != b || !item.inProfile() || item.depth() > 8 {
		return nil, false
	}
	return item, true
}

// slowToken reports whether b is a token: the CDDL of SPEC 4 and the rules on
// names, written down once more and without regard to speed.
func slowToken(b string) bool {
	item, ok := slowItem(b)
	if !ok || len(b) > 16384 || !item.list(3, 4) {
		return false
	}
	isHandoff := len(item.kids) == 4
	if item.kids[0].encode() != num(1) || !item.kids[1].bytes(8) || !item.kids[2].list(1, 16) ||
		isHandoff && !item.kids[3].bytes(32) {
		return false
	}
	blocks := item.kids[2].kids
	for i, block := range blocks {
		if !block.list(4, 4) || block.kids[0].encode() != bin(header) || block.kids[1].encode() != obj() ||
			block.kids[2].major != 2 || !block.kids[3].bytes(64) {
			return false
		}
		claims, ok := slowItem(block.kids[2].s)
		if !ok || !slowClaims(claims, i < len(blocks)-1 || isHandoff) {
			return false
		}
	}
	return true
}

func (x *node) list(least, most int) bool {
	return x.major == 4 && len(x.kids) >= least && len(x.kids) <= most
}
func (x *node) bytes(n int) bool { return x.major == 2 && len(x.s) == n }
func (x *node) number(least, most uint64) bool {
	return x.major == 0 && x.n >= least && x.n <= most
}
func (x *node) integer() bool { return x.major == 0 || x.major == 1 }

// set reports whether x is a list of different items, each as valid says.
func (x *node) set(most int, valid func(*node) bool) bool {
	if !x.list(1, most) {
		return false
	}
	seen := map[string]bool{}
	for _, kid := range x.kids {
		if seen[kid.encode()] || !valid(kid) {
			return false
		}
		seen[kid.encode()] = true
	}
	return true
}

func slowClaims(claims *node, mustName bool) bool {
	if claims.major != 5 {
		return false
	}
	has := map[uint64]bool{}
	for i := 0; i < len(claims.kids); i += 2 {
		key, value := claims.kids[i], claims.kids[i+1]
		if key.major != 0 || !slowClaim(key.n, value) {
			return false
		}
		has[key.n] = true
	}
	return has[1] && (has[2] || !mustName)
}

func slowClaim(claim uint64, x *node) bool {
	switch claim {
	case 1:
		return x.bytes(8)
	case 2, 10:
		return x.bytes(32)
	case 3:
		return x.set(16, slowPlain)
	case 4, 5:
		return x.number(0, 253402300799)
	case 6:
		return x.list(0, 64) && !slices.ContainsFunc(x.kids, func(g *node) bool { return !slowGrant(g) })
	case 7:
		services := map[string]bool{}
		return x.set(16, func(use *node) bool {
			if !use.list(2, 2) || !use.kids[0].number(1, 1<<53-1) || !slowPlain(use.kids[1]) || services[use.kids[1].s] {
				return false
			}
			services[use.kids[1].s] = true
			return true
		})
	case 8:
		return x.number(0, 15)
	case 9:
		return x.list(2, 2) && x.kids[1].set(8, func(k *node) bool { return k.bytes(32) }) &&
			x.kids[0].number(1, uint64(len(x.kids[1].kids)))
	case 11:
		return x.major == 3 && len(x.s) <= 256
	case 12:
		if x.major != 5 || len(x.kids) < 2 || len(x.kids) > 16 {
			return false
		}
		for i := 0; i < len(x.kids); i += 2 {
			if !slowPlain(x.kids[i]) || x.kids[i+1].major != 2 || len(x.kids[i+1].s) > 1024 {
				return false
			}
		}
		return true
	case 13:
		return x.number(1, 3600)
	}
	return false
}

func slowGrant(g *node) bool {
	if !g.list(2, 3) || !g.kids[0].set(64, slowPattern(":")) || !g.kids[1].set(64, slowPattern("/")) {
		return false
	}
	if len(g.kids) == 2 {
		return true
	}
	arguments := g.kids[2]
	if arguments.major != 5 || len(arguments.kids) > 64 {
		return false
	}
	for i := 0; i < len(arguments.kids); i += 2 {
		conditions := arguments.kids[i+1]
		if !slowPlain(arguments.kids[i]) || !conditions.list(1, 8) {
			return false
		}
		for _, c := range conditions.kids {
			if c.encode() == arr(num(0)) && len(conditions.kids) == 1 {
				continue
			}
			if !c.list(2, 2) || c.kids[0].major != 0 || !slowCondition(c.kids[0].n, c.kids[1]) {
				return false
			}
		}
	}
	return true
}

func slowCondition(kind uint64, x *node) bool {
	switch kind {
	case 1:
		return x.set(64, func(v *node) bool {
			return v.integer() || v.major == 7 || v.major == 3 && len(v.s) <= 1024
		})
	case 2, 3:
		return x.integer()
	case 4:
		return x.set(64, slowPattern("/"))
	case 5:
		return x.set(64, func(v *node) bool { return v.major == 3 && len(v.s) <= 1024 })
	}
	return false
}

func slowPlain(x *node) bool {
	return x.major == 3 && len(x.s) >= 1 && len(x.s) <= 256 && !strings.ContainsFunc(x.s, isControl)
}

func isControl(r rune) bool { return r <= 0x1f || r >= 0x7f && r <= 0x9f }

func slowPattern(separator string) func(*node) bool {
	return func(x *node) bool {
		if x.major != 3 || x.s == "" || len(x.s) > 1024 || strings.ContainsFunc(x.s, isControl) {
			return false
		}
		s := x.s
		if separator == "/" {
			s = strings.TrimPrefix(s, "/")
		}
		segments := strings.Split(s, separator)
		for i, segment := range segments {
			switch {
			case segment == "*", segment == "**" && i == len(segments)-1:
			case segment == "", segment == ".", segment == "..", strings.Contains(segment, "*"), len(segment) > 256:
				return false
			}
		}
		return len(segments) <= 32
	}
}

func TestSlowTokenAgreesOnTheSamples(t *testing.T) {
	for kind, b := range kinds() {
		if !slowToken(b) {
			t.Errorf("slowToken rejects the %v token", kind)
		}
	}
}

// equalClaims compares by encoding, which is exact.
func equalClaims(a, b predicates.Claims) bool {
	return bytes.Equal(format.AppendClaims(nil, a), format.AppendClaims(nil, b))
}
