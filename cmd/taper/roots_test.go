package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tapertoken/taper/chain"
)

const (
	prodKey    = "ed25519:l4tCakI0TNJYaNZB5xZA91tYhUsiAecwrMQLLhVk_is"
	stagingKey = "ed25519:Ui0MtdPe1MG_Aa85prfQ0c5Klfbby0TjMzy_BstoVXo"
)

func TestParseRoots(t *testing.T) {
	key := func(fill byte) string {
		s, err := chain.NewSignerFromSeed([]byte(strings.Repeat(string(rune(fill)), 32)))
		if err != nil {
			t.Fatal(err)
		}
		return s.Public().String()
	}
	a, b := key('a'), key('b')
	good := "# roots\r\n\nroot prod " + a + " # the real one\n\tservices db\n\n  # no more than\n\tallow x on y\nroot staging\t" + b + "\n"
	roots, err := parseRoots([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := print(roots), "root prod "+a+"\n\tallow x on y\n\tservices db\nroot staging "+b+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	for _, tt := range []struct{ name, file, want string }{
		{"empty", "", "holds no root (expected root NAME ed25519:...)"},
		{"only comments", "# x\n  # y\n", "line 2: an indented line before the first root (expected root NAME ed25519:...)"},
		{"no name", "root " + a, `line 1: "root ` + a + `" is no root (expected root NAME ed25519:...)`},
		{"another word", "\ntrust prod " + a, `line 2: "trust prod ` + a + `"`},
		{"a name with a quote", `root "x" ` + a, `line 1: "\"x\"" is no name of a root (expected 1 to 64 of A-Z a-z 0-9 . _ -)`},
		{"a long name", "root " + strings.Repeat("x", 65) + " " + a, `line 1: "xxxxxxxx`},
		{"a key that is none", "root x ed25519:zz", `line 1: key "ed25519:zz": expected ed25519: and 43 characters of base64url`},
		{"a key of small order", "root x ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "line 1: bad-key: ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA is of small order or not canonical"},
		{"a key twice", "root x " + a + "\n\nroot y " + a, "line 3: the name or the key stands on line 1 already"},
		{"a name twice", "root x " + a + "\nroot x " + b, "line 2: the name or the key stands on line 1 already"},
		{"a ceiling without a root", "  services db\nroot x " + a, "line 1: an indented line before the first root (expected root NAME ed25519:...)"},
		{"a fault in a ceiling", "root x " + a + "\n\n  services db\n\n  allow x no y\n", `line 5, column 11: expected "," or "on", found "no"`},
		{"a fault in the ceiling of the last but one", "root x " + a + "\n  services\nroot y " + b, "line 2, column 11: expected the name of a service, found the end of the text"},
		{"a relative time", "root x " + a + "\n until +1h", "line 2, column 8: a relative time needs a clock: expected YYYY-MM-DDThh:mm:ssZ"},
		{"uses in a ceiling", "root x " + a + "\n uses 5 at db", "line 2: a ceiling can't hold uses"},
		{"a label in a ceiling", "root x " + a + "\n label \"y\"", "line 2: a ceiling can't hold label"},
		{"a private key", string(marshalKey(testSeed)), "holds a private key or a secret token (expected roots)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			roots, err := parseRoots([]byte(tt.file))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got error %v, want %s", err, tt.want)
			}
			if roots != nil {
				t.Error("there are roots beside the error")
			}
		})
	}
}

// print writes roots as parseRoots reads them.
func print(roots []chain.Root) string {
	var b strings.Builder
	for _, r := range roots {
		fmt.Fprintf(&b, "root %s %s\n", r.Name, r.Key)
		if text := r.Ceiling.String(); text != "" {
			b.WriteString("\t" + strings.ReplaceAll(text, "\n", "\n\t") + "\n")
		}
	}
	return b.String()
}

// FuzzParseRoots: what is read is what is meant, or an error says in which line it
// is not.
func FuzzParseRoots(f *testing.F) {
	for _, seed := range []string{
		"root prod " + prodKey + "\n    services db-gateway, reports\n    fresh 60s\nroot staging " + stagingKey + "\n    allow database:* on staging/**\n",
		"# x\r\nroot a " + prodKey + "\n\tallow a on b where x in {1, \"two\"}\n\n\tuntil 2026-11-22T18:00:00Z",
		"root a " + prodKey + "\n allow nothing\n allow",
		" x", "root", "root a b", "\n\n\t\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		roots, err := parseRoots(data)
		if err != nil {
			if roots != nil {
				t.Fatal("there are roots beside the error")
			}
			if !strings.HasPrefix(err.Error(), "line ") && !strings.HasPrefix(err.Error(), "holds ") {
				t.Fatalf("the error names no line: %v", err)
			}
			checkLine(t, oneLine(err.Error()))
			return
		}
		text := print(roots)
		again, err := parseRoots([]byte(text))
		if err != nil {
			t.Fatalf("%v in what was printed: %s", err, text)
		}
		if print(again) != text {
			t.Fatalf("got %s, want %s", print(again), text)
		}
		// A verifier takes them, but for two roots with one hint.
		if _, err := chain.NewVerifier(chain.Config{Service: "s", Roots: roots}); err != nil {
			t.Fatal(err)
		}
	})
}
