package format_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

type profileCase struct {
	Hex     string
	Valid   bool
	Class   string
	Comment string
}

func profileCases(t testing.TB) []profileCase {
	t.Helper()
	data, err := os.ReadFile("../vectors/gen/source/cbor-profile-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []profileCase }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestProfileCases(t *testing.T) {
	valid, invalid := 0, 0
	for _, c := range profileCases(t) {
		b := unhex(t, c.Hex)
		err := format.WellFormed(b)
		if c.Valid {
			valid++
		} else {
			invalid++
		}
		if (err == nil) != c.Valid {
			t.Errorf("%s (%s: %s): got %v, want valid %v", c.Hex, c.Class, c.Comment, err, c.Valid)
		}
		if err != nil {
			if e := errorOf(t, err); e.Verdict != predicates.Malformed || e.Block != -1 || e.Claim != 0 {
				t.Errorf("%s: got %+v, want malformed, in no block and no claim", c.Hex, e)
			}
		}
		if _, slow := slowItem(string(b)); slow != c.Valid {
			t.Errorf("%s: the slow decoder says %v, want %v", c.Hex, slow, c.Valid)
		}
	}
	if valid != 26 || invalid != 82 {
		t.Errorf("got %d valid and %d invalid cases, want 26 and 82", valid, invalid)
	}
}

func TestWellFormedSaysWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ name, bytes, want string }{
		{"nothing", "", "byte 0: cut off (expected a data item)"},
		{"cut head", arr(num(1), "\x19\x01"), "byte 2: cut off in the head of a data item"},
		{"long integer", arr(num(1), "\x18\x17"), "byte 2: the number in the head of the data item is not in its shortest form"},
		{"long length", "\x59\x00\xff" + strings.Repeat("x", 255), "byte 0: the number in the head of the data item is not in its shortest form"},
		{"reserved", "\x1c", "byte 0: the head of the data item is reserved"},
		{"indefinite", "\x9f\x01\xff", "byte 0: indefinite lengths are not allowed"},
		{"break", "\x82\x01\xff", "byte 2: null, undefined, floats and other simple values are not allowed"},
		{"null", arr(nul), "byte 1: null, undefined, floats and other simple values are not allowed"},
		{"tag", arr(no, "\xc1\x00"), "byte 2: tags are not allowed"},
		{"great integer", arr(num(1<<53-1), num(1<<53)), "byte 10: the integer is above 2^53-1"},
		{"small integer", arr(neg(1<<53-1), neg(1<<53)), "byte 10: the integer is below -(2^53-1)"},
		{"long string", arr("\x42a"), "byte 1: the string is longer than what is left"},
		{"bad text", arr(txt("a\xffb")), "byte 1: the text is not valid UTF-8"},
		{"long array", "\x82\x9b\x10\x00\x00\x00\x00\x00\x00\x00\x01", "byte 1: the array has more elements than bytes are left"},
		{"long map", "\xa2\x01\x01\x02", "byte 0: the map has more entries than bytes are left"},
		{"deep array", strings.Repeat("\x81", 9) + "\x00", "byte 8: arrays and maps nest more than 8 deep"},
		{"deep map", strings.Repeat("\xa1\x00", 8) + "\xa0", "byte 16: arrays and maps nest more than 8 deep"},
		{"key twice", obj(num(1), num(1), num(1), num(2)), "byte 3: the key of the map stands twice"},
		{"key too late", obj(txt("b"), num(1), txt("a"), num(2)), "byte 4: the key of the map is out of order"},
		{"key of another length", obj(txt("aa"), num(1), txt("b"), num(2)), "byte 5: the key of the map is out of order"},
		{"fault in a key", obj("\xf6", num(1)), "byte 1: null, undefined, floats and other simple values are not allowed"},
		{"fault in a value", obj(num(1), "\xf6"), "byte 2: null, undefined, floats and other simple values are not allowed"},
		{"trailing", num(1) + num(1), "byte 1: more bytes follow the end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := format.WellFormed([]byte(c.bytes))
			if err == nil {
				t.Fatalf("%x is accepted", c.bytes)
			}
			if got, want := err.Error(), "format: malformed: "+c.want; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestWellFormedKeysOfAnyKind(t *testing.T) {
	b := obj(num(0), num(1), neg(1), num(1), bin(""), num(1), txt(""), num(1), arr(), num(1), arr(obj()), num(1), obj(), num(1), no, num(1), yes, num(1))
	if err := format.WellFormed([]byte(b)); err != nil {
		t.Error(err)
	}
}

func TestWellFormedDoesNotAllocate(t *testing.T) {
	inputs := map[string][]byte{
		"token":  []byte(sealedToken()),
		"claims": []byte(rich.encode()),
		"text":   []byte(txt(strings.Repeat("é", 8000))),
		"deep":   []byte(strings.Repeat("\x81", 8) + "\x00"),
	}
	for name, b := range inputs {
		if n := testing.AllocsPerRun(100, func() {
			if err := format.WellFormed(b); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: got %v allocations, want 0", name, n)
		}
	}
}

// allocated returns how many bytes one call allocates.
func allocated(f func()) uint64 {
	const runs = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}

// A gigabyte that is announced and not there must not be allocated, nor an input
// copied that is too long.
func TestRejectingAllocatesLittle(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes string
	}{
		{"bytes of 1 GB", "\x5a\x40\x00\x00\x00"},
		{"text of 2^63-1", "\x7b\x7f\xff\xff\xff\xff\xff\xff\xff"},
		{"array of 2^32-1", "\x9a\xff\xff\xff\xff"},
		{"map of 2^60", "\xbb\x10\x00\x00\x00\x00\x00\x00\x00"},
		{"blocks of 1 GB", "\x83" + num(1) + bin(hint) + "\x9a\x40\x00\x00\x00"},
		{"secret of 1 GB", "\x84" + num(1) + bin(hint) + arr(cose(bare.encode())) + "\x5a\x40\x00\x00\x00"},
		{"payload that announces 1 GB", tokenOf(cose("\xa1\x03\x9a\x40\x00\x00\x00"))},
		{"one byte too long", strings.Repeat("\x00", format.MaxTokenBytes+1)},
		{"64 MB", strings.Repeat("\x00", 1<<26)},
	} {
		b := []byte(c.bytes)
		if got := allocated(func() {
			if _, err := format.Decode(b); err == nil {
				t.Fatalf("%s is accepted", c.name)
			}
		}); got > 2048 {
			t.Errorf("%s: Decode allocates %d bytes, want at most 2048", c.name, got)
		}
	}
	text := "taper1s_" + strings.Repeat("A", 1<<26)
	if got := allocated(func() {
		if _, err := format.DecodeText(text); err == nil {
			t.Fatal("64 MB of text are accepted")
		}
	}); got > 2048 {
		t.Errorf("64 MB of text: DecodeText allocates %d bytes, want at most 2048", got)
	}
	blocks := series(1<<16, func(int) string { return strings.Repeat("x", 1024) })
	if got := allocated(func() {
		if _, err := format.New([8]byte{}, blocks, nil); err == nil {
			t.Fatal("64 MB of blocks are accepted")
		}
	}); got > 2048 {
		t.Errorf("64 MB of blocks: New allocates %d bytes, want at most 2048", got)
	}
}
