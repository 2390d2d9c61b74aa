package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tapertoken/taper/predicates"
)

func TestParseArgument(t *testing.T) {
	for _, tt := range []struct {
		argument, name string
		want           predicates.Value
	}{
		{"n=0", "n", predicates.Int(0)},
		{"n=-7", "n", predicates.Int(-7)},
		{"n=9007199254740991", "n", predicates.Int(predicates.MaxInt)},
		{"n=99.99", "n", predicates.Decimal("99.99")},
		{"n=-0.5", "n", predicates.Decimal("-0.5")},
		{"n=true", "n", predicates.Bool(true)},
		{"n=false", "n", predicates.Bool(false)},
		{"n=", "n", predicates.Text("")},
		{"n=EUR", "n", predicates.Text("EUR")},
		{"n=a=b", "n", predicates.Text("a=b")},
		{"n=007", "n", predicates.Text("007")},
		{"n=-0", "n", predicates.Text("-0")},
		{"n=+5", "n", predicates.Text("+5")},
		{"n=1e3", "n", predicates.Text("1e3")},
		{"n=.5", "n", predicates.Text(".5")},
		{"n=5.", "n", predicates.Text("5.")},
		{"n=1.2.3", "n", predicates.Text("1.2.3")},
		{"n= 5", "n", predicates.Text(" 5")},
		{"n=True", "n", predicates.Text("True")},
		{"n=null", "n", predicates.Text("null")},
		{"n:text=50", "n", predicates.Text("50")},
		{`n:text="50"`, "n", predicates.Text(`"50"`)},
		{"n:int=50", "n", predicates.Int(50)},
		{"n:bool=true", "n", predicates.Bool(true)},
		{"n:decimal=1.10", "n", predicates.Decimal("1.10")},
		{"n:text:text=5", "n:text", predicates.Text("5")},
		{"a:b=5", "a:b", predicates.Int(5)},
		{"/items/0/price=5", "/items/0/price", predicates.Int(5)},
	} {
		name, got, err := parseArgument(tt.argument)
		if err != nil || name != tt.name || got.String() != tt.want.String() {
			t.Errorf("%s: got %q %s %v, want %q %s", tt.argument, name, got, err, tt.name, tt.want)
		}
	}
	for _, tt := range []struct{ argument, want string }{
		{"", `--arg: "" has no = (expected NAME=VALUE)`},
		{"n", `--arg: "n" has no = (expected NAME=VALUE)`},
		{"=5", `--arg: "=5" has no name (expected NAME=VALUE)`},
		{":int=5", `--arg: ":int=5" has no name (expected NAME=VALUE)`},
		{"n=9007199254740992", `--arg: "n" is "9007199254740992" (expected an integer between -(2^53-1) and 2^53-1; write "n:text=9007199254740992" for a text)`},
		{"n=99999999999999999999999", `--arg: "n" is "99999999999999999999999" (expected an integer between -(2^53-1) and 2^53-1; write "n:text=99999999999999999999999" for a text)`},
		{"n=1234567890123.456", `--arg: "n" is "1234567890123.456" (expected a decimal of at most 15 digits, 1 to 9 of them after the point; write "n:text=1234567890123.456" for a text)`},
		{"n:int=x", `--arg: "n" is "x" (expected an integer between -(2^53-1) and 2^53-1; write "n:text=x" for a text)`},
		{"n:int=+5", `--arg: "n" is "+5" (expected an integer between -(2^53-1) and 2^53-1; write "n:text=+5" for a text)`},
		{"n:bool=1", `--arg: "n" is "1" (expected true or false; write "n:text=1" for a text)`},
		{"n:decimal=5", `--arg: "n" is "5" (expected a decimal of at most 15 digits, 1 to 9 of them after the point; write "n:text=5" for a text)`},
		{`n="50"`, `--arg: "n" is "\"50\"" (expected no quotes; write "n:text=\"50\"" for a text)`},
	} {
		if _, _, err := parseArgument(tt.argument); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got error %v, want %s", tt.argument, err, tt.want)
		}
	}
}

// FuzzParseArgument: a value is what was written, in its kind, or refused.
func FuzzParseArgument(f *testing.F) {
	for _, seed := range []string{"n=5", "n:text=5", "n=1.50", "n=-0.0", "n:bool=true", "a:b:int=7", "=", "n=\"x\"", "n=9007199254740993", "n:decimal=00.1", "é=\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, argument string) {
		name, v, err := parseArgument(argument)
		if err != nil {
			if name != "" || v.String() != (predicates.Value{}).String() {
				t.Fatal("there is a value beside the error")
			}
			checkLine(t, oneLine(err.Error()))
			return
		}
		left, text, _ := strings.Cut(argument, "=")
		if name == "" || !strings.HasPrefix(left, name) {
			t.Fatalf("name %q", name)
		}
		switch got := v.String(); {
		case strings.HasPrefix(got, `"`):
			if utf8.ValidString(text) && got != predicates.Quote(text) {
				t.Fatalf("got %s, want %s", got, predicates.Quote(text))
			}
		case got != text && text != "-"+got && !strings.HasPrefix(text, "-0."):
			// Only minus zero loses something: its sign.
			t.Fatalf("got %s of %q", got, text)
		}
	})
}
