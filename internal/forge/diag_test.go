package forge_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/tapertoken/taper/internal/forge"
)

// wellFormed is RFC 8949, Appendix A, and then what the table leaves out.
var wellFormed = []struct{ hex, want string }{
	{"00", "0"},
	{"01", "1"},
	{"0a", "10"},
	{"17", "23"},
	{"1818", "24"},
	{"1819", "25"},
	{"1864", "100"},
	{"1903e8", "1000"},
	{"1a000f4240", "1000000"},
	{"1b000000e8d4a51000", "1000000000000"},
	{"1bffffffffffffffff", "18446744073709551615"},
	// The RFC's table shows the values of the bignums, 18446744073709551616 and
	// −18446744073709551617. We show what is there.
	{"c249010000000000000000", "2(h'010000000000000000')"},
	{"3bffffffffffffffff", "-18446744073709551616"},
	{"c349010000000000000000", "3(h'010000000000000000')"},
	{"20", "-1"},
	{"29", "-10"},
	{"3863", "-100"},
	{"3903e7", "-1000"},
	{"f90000", "0.0"},
	{"f98000", "-0.0"},
	{"f93c00", "1.0"},
	{"fb3ff199999999999a", "1.1"},
	{"f93e00", "1.5"},
	{"f97bff", "65504.0"},
	{"fa47c35000", "100000.0"},
	{"fa7f7fffff", "3.4028234663852886e+38"},
	{"fb7e37e43c8800759c", "1.0e+300"},
	{"f90001", "5.960464477539063e-8"},
	{"f90400", "0.00006103515625"},
	{"f9c400", "-4.0"},
	{"fbc010666666666666", "-4.1"},
	{"f97c00", "Infinity"},
	{"f97e00", "NaN"},
	{"f9fc00", "-Infinity"},
	{"fa7f800000", "Infinity"},
	{"fa7fc00000", "NaN"},
	{"faff800000", "-Infinity"},
	{"fb7ff0000000000000", "Infinity"},
	{"fb7ff8000000000000", "NaN"},
	{"fbfff0000000000000", "-Infinity"},
	{"f4", "false"},
	{"f5", "true"},
	{"f6", "null"},
	{"f7", "undefined"},
	{"f0", "simple(16)"},
	{"f8ff", "simple(255)"},
	{"c074323031332d30332d32315432303a30343a30305a", `0("2013-03-21T20:04:00Z")`},
	{"c11a514b67b0", "1(1363896240)"},
	{"c1fb41d452d9ec200000", "1(1363896240.5)"},
	{"d74401020304", "23(h'01020304')"},
	{"d818456449455446", "24(h'6449455446')"},
	{"d82076687474703a2f2f7777772e6578616d706c652e636f6d", `32("http://www.example.com")`},
	{"40", "h''"},
	{"4401020304", "h'01020304'"},
	{"60", `""`},
	{"6161", `"a"`},
	{"6449455446", `"IETF"`},
	{"62225c", `"\"\\"`},
	{"62c3bc", `"\u00fc"`},
	{"63e6b0b4", `"\u6c34"`},
	{"64f0908591", `"\ud800\udd51"`},
	{"80", "[]"},
	{"83010203", "[1, 2, 3]"},
	{"8301820203820405", "[1, [2, 3], [4, 5]]"},
	{"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
		"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]"},
	{"a0", "{}"},
	{"a201020304", "{1: 2, 3: 4}"},
	{"a26161016162820203", `{"a": 1, "b": [2, 3]}`},
	{"826161a161626163", `["a", {"b": "c"}]`},
	{"a56161614161626142616361436164614461656145", `{"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}`},
	{"5f42010243030405ff", "(_ h'0102', h'030405')"},
	{"7f657374726561646d696e67ff", `(_ "strea", "ming")`},
	{"9fff", "[_ ]"},
	{"9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]"},
	{"9f01820203820405ff", "[_ 1, [2, 3], [4, 5]]"},
	{"83018202039f0405ff", "[1, [2, 3], [_ 4, 5]]"},
	{"83019f0203ff820405", "[1, [_ 2, 3], [4, 5]]"},
	{"9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
		"[_ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]"},
	{"bf61610161629f0203ffff", `{_ "a": 1, "b": [_ 2, 3]}`},
	{"826161bf61626163ff", `["a", {_ "b": "c"}]`},
	{"bf6346756ef563416d7421ff", `{_ "Fun": true, "Amt": -2}`},

	{"18ff", "255"},
	{"1900ff", "255_1"},
	{"19ffff", "65535"},
	{"1a0000ffff", "65535_2"},
	{"1affffffff", "4294967295"},
	{"1b00000000ffffffff", "4294967295_3"},
	{"1b0000000100000000", "4294967296"},
	{"1801", "1_0"},
	{"190001", "1_1"},
	{"1a00000001", "1_2"},
	{"1b0000000000000001", "1_3"},
	{"3800", "-1_0"},
	{"580101", "h'01'_0"},
	{"79000161", `"a"_1`},
	{"980101", "[_0 1]"},
	{"9800", "[_0 ]"},
	{"b900010102", "{_1 1: 2}"},
	{"d80201", "2_0(1)"},
	{"5fff", "''_"},
	{"7fff", `""_`},
	{"5f40ff", "(_ h'')"},
	{"5f580101ff", "(_ h'01'_0)"},
	{"62ff0a", `"\xff\u000a"`},
	{"63e2808b", `"\u200b"`},
	{"617f", `"\u007f"`},
	{"a201020103", "{1: 2, 1: 3}"},
	{"a1a1010280", "{{1: 2}: []}"},
	{"c1c2c300", "1(2(3(0)))"},
	{"f820", "simple(32)"},
	{"f90200", "0.000030517578125"},
	{"f98001", "-5.960464477539063e-8"},
	{"f97e01", "NaN"},
	{"fb3eb0c6f7a0b5ed8d", "0.000001"},
	{"fb444b1ae4d6e2ef50", "1.0e+21"},
}

func TestDiag(t *testing.T) {
	for _, c := range wellFormed {
		got, err := forge.Diag(unhex(t, c.hex))
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.hex, got, err, c.want)
		}
	}
}

func TestDecodeKeepsTheForm(t *testing.T) {
	for _, c := range wellFormed {
		item, err := forge.Decode(unhex(t, c.hex))
		if got := hex.EncodeToString(forge.Encode(item)); err != nil || got != c.hex {
			t.Errorf("got %s, %v, want %s", got, err, c.hex)
		}
	}
}

func TestDecodeIllFormed(t *testing.T) {
	const (
		early    = "the input ends early"
		reserved = "a reserved first byte"
		noBreak  = "a break outside of an indefinite length"
		noChunk  = "a chunk that is no string of the same kind and a definite length"
	)
	cases := []struct{ hex, want string }{
		{"", "byte 0: " + early},
		{"0000", "byte 1: the item has ended"},
		{"18", "byte 0: " + early},
		{"1900", "byte 0: " + early},
		{"1b00000000000000", "byte 0: " + early},
		{"41", "byte 1: " + early},
		{"5bffffffffffffffff01", "byte 9: " + early},
		{"7b8000000000000000", "byte 9: " + early},
		{"81", "byte 1: " + early},
		{"820001" + "00", "byte 3: the item has ended"},
		{"9b100000000000000000", "byte 9: " + early},
		{"bb800000000000000000", "byte 9: " + early},
		{"a101", "byte 2: " + early},
		{"c1", "byte 1: " + early},
		{"9f01", "byte 2: " + early},
		{"5f4101", "byte 3: " + early},
		{"1c", "byte 0: " + reserved},
		{"3d", "byte 0: " + reserved},
		{"81fe", "byte 1: " + reserved},
		{"ff", "byte 0: " + noBreak},
		{"81ff", "byte 1: " + noBreak},
		{"a101ff", "byte 2: " + noBreak},
		{"c1ff", "byte 1: " + noBreak},
		{"1f", "byte 0: an indefinite length where none can be"},
		{"3f", "byte 0: an indefinite length where none can be"},
		{"df", "byte 0: an indefinite length where none can be"},
		{"bf01ff", "byte 2: a break between a key and its value"},
		{"5f00ff", "byte 1: " + noChunk},
		{"5f6161ff", "byte 1: " + noChunk},
		{"7f61614101ff", "byte 3: " + noChunk},
		{"5f5f4101ffff", "byte 1: " + noChunk},
		{"f800", "byte 0: a simple value below 32 in two bytes"},
		{"f81f", "byte 0: a simple value below 32 in two bytes"},
	}
	for _, c := range cases {
		b := unhex(t, c.hex)
		for name, f := range map[string]func([]byte) (string, error){
			"Diag":       func(b []byte) (string, error) { return forge.Diag(b) },
			"DiagIndent": func(b []byte) (string, error) { return forge.DiagIndent(b) },
			"Decode": func(b []byte) (string, error) {
				it, err := forge.Decode(b)
				return string(forge.Encode(it)), err
			},
		} {
			got, err := f(b)
			if err == nil || err.Error() != "forge: "+c.want || got != "" {
				t.Errorf("%s %s: got %q, %v, want forge: %s", name, c.hex, got, err, c.want)
			}
		}
	}
}

func TestDiagEmbedded(t *testing.T) {
	inner := forge.Map(forge.Pair{forge.Uint(1), forge.Bytes([]byte{2})}, forge.Pair{forge.Uint(3), forge.Array(forge.Bytes(forge.Encode(forge.Text("in"))))})
	b := forge.Encode(forge.Array(forge.Bytes(forge.Encode(inner)), forge.Bytes([]byte{0x1c}), forge.Wide(forge.Bytes([]byte{1, 2}), 1), forge.Bytes(nil)))
	cases := []struct {
		name  string
		notes []forge.Note
		want  string
	}{
		{"not asked", nil, "[h'a201410203814362696e', h'1c', h'0102'_0, h'']"},
		{"one", []forge.Note{{Path: "0", Embedded: true}}, "[<<{1: h'02', 3: [h'62696e']}>>, h'1c', h'0102'_0, h'']"},
		{"only well-formed content", []forge.Note{{Path: "*", Embedded: true}},
			"[<<{1: h'02', 3: [h'62696e']}>>, h'1c', <<1, 2>>_0, h'']"},
		{"within", []forge.Note{{Path: "0", Embedded: true}, {Path: "0/3/0", Embedded: true}, {Path: "0/1", Embedded: true, Name: "x"}},
			`[<<{1: <<2>>, 3: [<<"in">>]}>>, h'1c', h'0102'_0, h'']`},
	}
	for _, c := range cases {
		got, err := forge.Diag(b, c.notes...)
		if err != nil || got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}

func TestDiagIndent(t *testing.T) {
	long := bytes.Repeat([]byte{0xab}, 70)
	item := forge.Map(
		forge.Pair{forge.Uint(1), forge.Array(forge.Text(strings.Repeat("a", 40)), forge.Text(strings.Repeat("b", 40)))},
		forge.Pair{forge.Uint(2), forge.Bytes(forge.Encode(forge.Map(forge.Pair{forge.Uint(5), forge.Bytes(long)})))},
		forge.Pair{forge.Uint(3), forge.Indefinite(forge.Array(forge.Tag(9, forge.Bytes(long)), forge.Uint(7)))},
		forge.Pair{forge.Uint(4), forge.Bool(true)})
	want := `{
  1: [
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  ],
  / two / 2: <<{
    / five / 5: h'abababababababababababababababababababababababababababababababab
      abababababababababababababababababababababababababababababababab
      abababababab'
  }>>,
  3: [_
    9(h'abababababababababababababababababababababababababababababababab
      abababababababababababababababababababababababababababababababab
      abababababab'),
    7
  ],
  / four / 4: true
}`
	got, err := forge.DiagIndent(forge.Encode(item),
		forge.Note{Path: "2", Name: "two", Embedded: true}, forge.Note{Path: "2/5", Name: "five"}, forge.Note{Path: "4", Name: "four"})
	if err != nil || got != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
}

// TestDiagDeep shows that nesting as deep as a token is long can be shown.
func TestDiagDeep(t *testing.T) {
	const depth = 10000
	b := append(bytes.Repeat([]byte{0x81}, depth), 0x80)
	want := strings.Repeat("[", depth+1) + strings.Repeat("]", depth+1)
	if got, err := forge.Diag(b); err != nil || got != want {
		t.Errorf("got %d bytes, %v, want %d", len(got), err, len(want))
	}
	got, err := forge.DiagIndent(b)
	if err != nil || strings.Join(strings.Fields(got), "") != want || strings.Count(got, "\n") > 100 {
		t.Errorf("indented: got %d bytes in %d lines, %v", len(got), strings.Count(got, "\n"), err)
	}
}

// TestDiagDeepKeys takes a second or forever.
func TestDiagDeepKeys(t *testing.T) {
	const depth = 200
	b := slices.Concat(bytes.Repeat([]byte{0xa1}, depth), []byte{0xa0}, bytes.Repeat([]byte{1}, depth))
	want := strings.Repeat("{", depth+1) + "}" + strings.Repeat(": 1}", depth)
	if got, err := forge.Diag(b, forge.TokenNotes()...); err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range wellFormed {
		b, _ := hex.DecodeString(c.hex)
		f.Add(b)
	}
	f.Add(forge.Chain("root", "holder").Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		item, err := forge.Decode(b)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		if got := forge.Encode(item); !bytes.Equal(got, b) {
			t.Errorf("got %x back, want %x", got, b)
		}
		line, err := forge.Diag(b, forge.TokenNotes()...)
		if err != nil {
			t.Error(err)
		}
		for _, c := range []byte(line) {
			if c < ' ' || c > '~' {
				t.Fatalf("byte %#x in %q", c, line)
			}
		}
		// The lines say the same as the one line.
		lines, err := forge.DiagIndent(b)
		if err != nil {
			t.Error(err)
		}
		plain, err := forge.Diag(b)
		if strip := strings.NewReplacer(" ", "", "\n", ""); err != nil || strip.Replace(lines) != strip.Replace(plain) {
			t.Errorf("got %s, %v, want %s", lines, err, plain)
		}
	})
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
