package forge_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"

	"github.com/tapertoken/taper/internal/forge"
)

func TestEncodeRFC8949(t *testing.T) {
	numbers := func(n uint64) (items []forge.Item) {
		for i := range n {
			items = append(items, forge.Uint(i+1))
		}
		return items
	}
	single := func(f float32) forge.Item { return forge.Float(4, uint64(math.Float32bits(f))) }
	double := func(f float64) forge.Item { return forge.Float(8, math.Float64bits(f)) }
	cases := []struct {
		item forge.Item
		want string
	}{
		// RFC 8949, Appendix A.
		{forge.Uint(0), "00"},
		{forge.Uint(1), "01"},
		{forge.Uint(10), "0a"},
		{forge.Uint(23), "17"},
		{forge.Uint(24), "1818"},
		{forge.Uint(25), "1819"},
		{forge.Uint(100), "1864"},
		{forge.Uint(1000), "1903e8"},
		{forge.Uint(1000000), "1a000f4240"},
		{forge.Int(1000000000000), "1b000000e8d4a51000"},
		{forge.Uint(math.MaxUint64), "1bffffffffffffffff"},
		{forge.Tag(2, forge.Bytes([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0})), "c249010000000000000000"},
		{forge.Nint(math.MaxUint64), "3bffffffffffffffff"},
		{forge.Tag(3, forge.Bytes([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0})), "c349010000000000000000"},
		{forge.Int(-1), "20"},
		{forge.Int(-10), "29"},
		{forge.Int(-100), "3863"},
		{forge.Int(-1000), "3903e7"},
		{forge.Float(2, 0), "f90000"},
		{forge.Float(2, 0x8000), "f98000"},
		{forge.Float(2, 0x3c00), "f93c00"},
		{double(1.1), "fb3ff199999999999a"},
		{single(100000), "fa47c35000"},
		{single(math.MaxFloat32), "fa7f7fffff"},
		{double(1e300), "fb7e37e43c8800759c"},
		{forge.Float(2, 1), "f90001"},
		{double(-4.1), "fbc010666666666666"},
		{single(float32(math.Inf(-1))), "faff800000"},
		{double(math.Inf(1)), "fb7ff0000000000000"},
		{forge.Bool(false), "f4"},
		{forge.Bool(true), "f5"},
		{forge.Null(), "f6"},
		{forge.Undefined(), "f7"},
		{forge.Simple(16), "f0"},
		{forge.Simple(255), "f8ff"},
		{forge.Tag(0, forge.Text("2013-03-21T20:04:00Z")), "c074323031332d30332d32315432303a30343a30305a"},
		{forge.Tag(1, forge.Uint(1363896240)), "c11a514b67b0"},
		{forge.Tag(1, double(1363896240.5)), "c1fb41d452d9ec200000"},
		{forge.Tag(23, forge.Bytes([]byte{1, 2, 3, 4})), "d74401020304"},
		{forge.Tag(24, forge.Bytes(forge.Encode(forge.Text("IETF")))), "d818456449455446"},
		{forge.Tag(32, forge.Text("http://www.example.com")), "d82076687474703a2f2f7777772e6578616d706c652e636f6d"},
		{forge.Bytes(nil), "40"},
		{forge.Bytes([]byte{1, 2, 3, 4}), "4401020304"},
		{forge.Text(""), "60"},
		{forge.Text("a"), "6161"},
		{forge.Text("IETF"), "6449455446"},
		{forge.Text("\"\\"), "62225c"},
		{forge.Text("ü"), "62c3bc"},
		{forge.Text("水"), "63e6b0b4"},
		{forge.Text("𐅑"), "64f0908591"},
		{forge.Array(), "80"},
		{forge.Array(forge.Uint(1), forge.Uint(2), forge.Uint(3)), "83010203"},
		{forge.Array(forge.Uint(1), forge.Array(forge.Uint(2), forge.Uint(3)), forge.Array(forge.Uint(4), forge.Uint(5))), "8301820203820405"},
		{forge.Array(numbers(25)...), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"},
		{forge.Map(), "a0"},
		{forge.Map(forge.Pair{forge.Uint(1), forge.Uint(2)}, forge.Pair{forge.Uint(3), forge.Uint(4)}), "a201020304"},
		{forge.Map(forge.Pair{forge.Text("a"), forge.Uint(1)}, forge.Pair{forge.Text("b"), forge.Array(forge.Uint(2), forge.Uint(3))}), "a26161016162820203"},
		{forge.Array(forge.Text("a"), forge.Map(forge.Pair{forge.Text("b"), forge.Text("c")})), "826161a161626163"},
		{forge.Chunked(forge.Bytes([]byte{1, 2}), forge.Bytes([]byte{3, 4, 5})), "5f42010243030405ff"},
		{forge.Chunked(forge.Text("strea"), forge.Text("ming")), "7f657374726561646d696e67ff"},
		{forge.Indefinite(forge.Array()), "9fff"},
		{forge.Indefinite(forge.Array(forge.Uint(1), forge.Array(forge.Uint(2), forge.Uint(3)), forge.Indefinite(forge.Array(forge.Uint(4), forge.Uint(5))))), "9f018202039f0405ffff"},
		{forge.Array(forge.Uint(1), forge.Indefinite(forge.Array(forge.Uint(2), forge.Uint(3))), forge.Array(forge.Uint(4), forge.Uint(5))), "83019f0203ff820405"},
		{forge.Indefinite(forge.Array(numbers(25)...)), "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff"},
		{forge.Indefinite(forge.Map(forge.Pair{forge.Text("a"), forge.Uint(1)}, forge.Pair{forge.Text("b"), forge.Indefinite(forge.Array(forge.Uint(2), forge.Uint(3)))})), "bf61610161629f0203ffff"},
		{forge.Indefinite(forge.Map(forge.Pair{forge.Text("Fun"), forge.Bool(true)}, forge.Pair{forge.Text("Amt"), forge.Int(-2)})), "bf6346756ef563416d7421ff"},

		// Both sides of each width.
		{forge.Uint(255), "18ff"},
		{forge.Uint(256), "190100"},
		{forge.Uint(65535), "19ffff"},
		{forge.Uint(65536), "1a00010000"},
		{forge.Uint(1<<32 - 1), "1affffffff"},
		{forge.Uint(1 << 32), "1b0000000100000000"},
		{forge.Int(-24), "37"},
		{forge.Int(-25), "3818"},
		{forge.Int(math.MinInt64), "3b7fffffffffffffff"},

		// What no encoder should write.
		{forge.Wide(forge.Uint(1), 1), "1801"},
		{forge.Wide(forge.Int(-1), 8), "3b0000000000000000"},
		{forge.Wide(forge.Bytes([]byte{7}), 2), "59000107"},
		{forge.Wide(forge.Text("a"), 4), "7a0000000161"},
		{forge.Wide(forge.Array(forge.Uint(1)), 1), "980101"},
		{forge.Wide(forge.Map(forge.Pair{forge.Uint(1), forge.Uint(2)}), 2), "b900010102"},
		{forge.Wide(forge.Tag(2, forge.Uint(1)), 1), "d80201"},
		{forge.Wide(forge.Bool(true), 1), "f815"},
		{forge.Indefinite(forge.Bytes(nil)), "5fff"},
		{forge.Indefinite(forge.Text("a")), "7f6161ff"},
		{forge.Chunked(forge.Text("a"), forge.Bytes([]byte{1})), "7f61614101ff"},
		{forge.Array(forge.Raw([]byte{0x1c}), forge.Uint(1)), "821c01"},
		{forge.Map(forge.Pair{forge.Uint(1), forge.Uint(2)}, forge.Pair{forge.Uint(1), forge.Uint(3)}, forge.Pair{forge.Uint(0), forge.Uint(4)}), "a3010201030004"},
		{forge.SortedMap(forge.Pair{forge.Text("a"), forge.Uint(1)}, forge.Pair{forge.Uint(24), forge.Uint(2)}, forge.Pair{forge.Int(-1), forge.Uint(3)}, forge.Pair{forge.Uint(10), forge.Uint(4)}), "a40a041818022003616101"},

		// The zero Item.
		{forge.Item{}, ""},
		{forge.Array(forge.Uint(1), forge.Item{}, forge.Uint(2)), "820102"},
		{forge.Map(forge.Pair{forge.Uint(1), forge.Item{}}, forge.Pair{forge.Uint(2), forge.Uint(3)}), "a10203"},
	}
	for _, c := range cases {
		if got := hex.EncodeToString(forge.Encode(c.item)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if got := hex.EncodeToString(forge.Encode(forge.Uint(1), forge.Text("a"))); got != "016161" {
		t.Errorf("sequence: got %s, want 016161", got)
	}
}

func TestItemsKeepCopies(t *testing.T) {
	b, elements := []byte{1, 2}, []forge.Item{forge.Uint(1), forge.Uint(2)}
	items := []forge.Item{forge.Bytes(b), forge.Raw(b), forge.Array(elements...), forge.Chunked(elements...)}
	before := forge.Encode(items...)
	b[0], elements[0] = 9, forge.Uint(9)
	if got := forge.Encode(items...); !bytes.Equal(got, before) {
		t.Errorf("got %x, want %x", got, before)
	}
}

func TestEncodePanics(t *testing.T) {
	cases := []struct {
		name string
		f    func()
		want string
	}{
		{"argument too narrow", func() { forge.Encode(forge.Wide(forge.Uint(256), 1)) }, "forge: 256 does not fit into 1 bytes"},
		{"no such width", func() { forge.Wide(forge.Uint(1), 3) }, "forge: no argument has 3 bytes"},
		{"path to nowhere", func() { forge.Array().Set("1", forge.Null()) }, `forge: no item at "1"`},
		{"path through a number", func() { forge.Uint(1).Set("0", forge.Null()) }, `forge: no item at "0"`},
		{"path through nothing", func() { forge.Map().Set("1/2", forge.Null()) }, `forge: no item at "1/2"`},
	}
	for _, c := range cases {
		func() {
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("%s: got %v, want %v", c.name, got, c.want)
				}
			}()
			c.f()
		}()
	}
}

func TestGetAndSet(t *testing.T) {
	item := forge.Map(
		forge.Pair{forge.Uint(1), forge.Array(forge.Uint(5), forge.Map(forge.Pair{forge.Text("a"), forge.Uint(6)}))},
		forge.Pair{forge.Uint(300), forge.Tag(2, forge.Text("x"))})
	const original = `{1: [5, {"a": 6}], 300: 2("x")}`
	cases := []struct {
		path  string
		value forge.Item
		got   string // at the path, before
		want  string // the whole, after
	}{
		{"", forge.Null(), original, `null`},
		{"1/0", forge.Null(), `5`, `{1: [null, {"a": 6}], 300: 2("x")}`},
		{"1/0", forge.Item{}, `5`, `{1: [{"a": 6}], 300: 2("x")}`},
		{"1/2", forge.Null(), ``, `{1: [5, {"a": 6}, null], 300: 2("x")}`},
		{`1/1/"a"`, forge.Null(), `6`, `{1: [5, {"a": null}], 300: 2("x")}`},
		{`1/1/"a"`, forge.Item{}, `6`, `{1: [5, {}], 300: 2("x")}`},
		{`1/1/key "a"`, forge.Null(), `"a"`, `{1: [5, {null: 6}], 300: 2("x")}`},
		{"300/0", forge.Null(), `"x"`, `{1: [5, {"a": 6}], 300: 2(null)}`},
		{"0", forge.Null(), ``, `{0: null, 1: [5, {"a": 6}], 300: 2("x")}`},
		{"24", forge.Null(), ``, `{1: [5, {"a": 6}], 24: null, 300: 2("x")}`},
		{"400", forge.Null(), ``, `{1: [5, {"a": 6}], 300: 2("x"), 400: null}`},
		{"300", forge.Item{}, `2("x")`, `{1: [5, {"a": 6}]}`},
		{"7", forge.Item{}, ``, original},
	}
	for _, c := range cases {
		got := ""
		if it := item.Get(c.path); len(forge.Encode(it)) > 0 {
			got = diag(t, it)
		}
		if got != c.got {
			t.Errorf("Get(%q): got %s, want %s", c.path, got, c.got)
		}
		if got := diag(t, item.Set(c.path, c.value)); got != c.want {
			t.Errorf("Set(%q): got %s, want %s", c.path, got, c.want)
		}
		if got := diag(t, item); got != original {
			t.Fatalf("Set(%q) changed the original to %s", c.path, got)
		}
	}
}

func TestVariants(t *testing.T) {
	item := forge.Array(forge.Uint(1), forge.Map(forge.Pair{forge.Uint(2), forge.Tag(3, forge.Uint(4))}), forge.Bytes([]byte{5}))
	type variant struct{ path, diag string }
	var got []variant
	for path, v := range forge.Variants(item, func(it forge.Item) (forge.Item, bool) {
		s := diag(t, it)
		return forge.Null(), s >= "1" && s <= "5"
	}) {
		got = append(got, variant{path, diag(t, v)})
	}
	want := []variant{
		{"0", `[null, {2: 3(4)}, h'05']`},
		{"1/key 2", `[1, {null: 3(4)}, h'05']`},
		{"1/2", `[1, {2: null}, h'05']`},
		{"1/2/0", `[1, {2: 3(null)}, h'05']`},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
	// A loop may end early, at any depth.
	for _, last := range []string{"", "0", "1/2"} {
		ended := false
		for path := range forge.Variants(item, func(it forge.Item) (forge.Item, bool) { return it, true }) {
			if ended {
				t.Errorf("goes on at %q after %q", path, last)
			}
			if ended = path == last; ended {
				break
			}
		}
	}
	raw := forge.Map(forge.Pair{Key: forge.Raw([]byte{0x1c}), Value: forge.Uint(1)})
	if got := diag(t, raw.Get("raw 1c")); got != "1" {
		t.Errorf("behind a raw key: got %s, want 1", got)
	}
}

func diag(t *testing.T, it forge.Item) string {
	t.Helper()
	s, err := forge.Diag(forge.Encode(it))
	if err != nil {
		t.Fatalf("%x: %v", forge.Encode(it), err)
	}
	return s
}
