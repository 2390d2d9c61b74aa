package predicates_test

import (
	"testing"
	"time"

	"github.com/tapertoken/taper/predicates"
)

// Any text gives claims that print and read again as themselves, or one clear
// line that points into it.
func FuzzParse(f *testing.F) {
	for _, test := range textValid {
		f.Add(test.text)
	}
	for _, test := range textErrors {
		f.Add(expandText.Replace(test.text))
	}
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return // Claims above those of any token may print as more than is read.
		}
		c, err := predicates.Parse(text)
		if err == nil {
			checkTextRoundTrip(t, c)
		} else {
			checkSyntaxError(t, text, err)
		}
		// A clock adds texts, and changes none.
		at, atErr := predicates.ParseAt(text, now)
		switch {
		case err == nil && (atErr != nil || at.String() != c.String()):
			t.Errorf("%q: with a clock %v %q, without %q", text, atErr, at, c)
		case atErr == nil:
			checkTextRoundTrip(t, at)
		default:
			checkSyntaxError(t, text, atErr)
		}
	})
}

// Whatever stands in names, texts and values that New accepts, their text says
// them and nothing else.
func FuzzString(f *testing.F) {
	for i, name := range hostileTextNames {
		f.Add(name, hostileTextNames[len(hostileTextNames)-1-i], "a\n"+name, int64(i-5), []byte(name))
	}
	f.Fuzz(func(t *testing.T, name, other, text string, n int64, value []byte) {
		var digest [32]byte
		var key predicates.Key
		copy(digest[:], value)
		copy(key[:], name)
		if value == nil {
			value = []byte{} // for reflect.DeepEqual
		}
		statements := []predicates.Statement{
			predicates.Allow(predicates.Interfaces{name}, predicates.Resources{other}),
			predicates.Allow(predicates.Interfaces{"a", name, other}, predicates.Resources{name, "b/*"},
				predicates.Any().On(other),
				predicates.OneOf(predicates.Text(text), predicates.Int(n), predicates.Bool(n > 0)).On(name),
				predicates.AtLeast(n).On(name),
				predicates.AtMost(n).On(name),
				predicates.Matches(name, other).On(name),
				predicates.EndsWith(text, name).On("a")),
			predicates.Allow(predicates.Interfaces{"a"}, predicates.Resources{"b"}, predicates.Matches(name).On(name)),
			predicates.AllowNothing(),
			predicates.ExpiresUnix(uint64(n)),
			predicates.StartsUnix(uint64(n)),
			predicates.UsesAt(predicates.UseLimit{Limit: uint64(n), Service: name}, predicates.UseLimit{Limit: 1, Service: other}),
			predicates.Services(name, other),
			predicates.Delegations(int(n)),
			predicates.Fresh(int(n)),
			predicates.CosignedBy(int(n), key, digest),
			predicates.Digest(digest),
			predicates.Extensions(predicates.Extension{Name: name, Value: value}, predicates.Extension{Name: other, Value: value}),
			predicates.Label(text),
		}
		// Each that is valid alone, and then all of them together.
		var all predicates.Claims
		for _, s := range statements {
			c, err := predicates.New(s)
			if err != nil {
				continue
			}
			checkTextRoundTrip(t, c)
			if c, err := all.With(s); err == nil {
				all = c
			}
		}
		checkTextRoundTrip(t, all)
	})
}
