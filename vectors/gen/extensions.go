package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
)

// extensionCases: restrictions that a verifier must know, or deny.
func extensionCases(s *suite) {
	d19, c20 := []string{"D-19", "X-1"}, []string{"C20"}
	const region = "example.com/region"
	eu := []byte("eu")
	knows := func(pairs ...string) map[string][]string {
		m := map[string][]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = append(m[pairs[i]], hex.EncodeToString([]byte(pairs[i+1])))
		}
		return m
	}
	t := standard().With(1, forge.Extensions(forge.Extension(region, eu)))
	s.authorize(authorize{id: "extensions-accepted", spec: d19, attacks: c20, token: t, extensions: knows(region, "eu"),
		comment: "The verifier has a checker for the name, and it accepts the value."})
	s.authorize(authorize{id: "extensions-none-known", base: "extensions-accepted", spec: d19, attacks: c20, flags: []string{"unknown-skipped"},
		comment: "The verifier has no checkers: what it does not know it must not skip, or every new restriction is void at old services.",
		token:   t, verdict: "unknown-extension", block: 1, claim: 12})
	for _, c := range []struct{ id, known, comment, flag string }{
		{"other", "example.com/zone", "The verifier has a checker for another name.", "unknown-skipped"},
		{"case", "Example.com/region", "Names of extensions are bytes, although they begin with a domain name.", "name-folding"},
		{"blank", region + " ", "A blank behind the name makes another one.", "name-folding"},
		{"prefix", "example.com", "The domain alone is another name: there is no checker for all of a vendor.", "string-prefix"},
		{"deeper", region + "/eu", "A longer name is another one.", "string-prefix"},
		{"star", "example.com/*", "A star in the name of a checker stands for itself only.", "star-in-name"},
		{"vendor", "example.org/region", "Two vendors use one word: the domain keeps them apart.", "name-collision"},
	} {
		s.authorize(authorize{id: "extensions-" + c.id, base: "extensions-accepted", spec: append([]string{"N-7"}, d19...), attacks: c20, flags: []string{c.flag},
			comment: c.comment, token: t, extensions: knows(c.known, "eu"), verdict: "unknown-extension", block: 1, claim: 12})
	}
	s.authorize(authorize{id: "extensions-refused", base: "extensions-accepted", spec: d19, attacks: c20, flags: []string{"result-ignored"},
		comment: "The checker refuses the value: to have a checker is not enough.",
		token:   t, extensions: knows(region, "us"), verdict: "extension-denied", block: 1, claim: 12})
	for _, c := range []struct {
		id, comment string
		value       []byte
	}{
		{"longer", "The value is longer than the one that the checker accepts: values are passed whole.", []byte("eu ")},
		{"shorter", "The value is shorter than the one that the checker accepts.", []byte("e")},
		{"nul", "A zero byte behind the value: it must not end it.", []byte("eu\x00")},
		{"empty", "An empty value is passed as it is, and refused here.", nil},
	} {
		s.authorize(authorize{id: "extensions-value-" + c.id, base: "extensions-accepted", spec: d19, attacks: c20, flags: []string{"value-changed"}, comment: c.comment,
			token: standard().With(1, forge.Extensions(forge.Extension(region, c.value))), extensions: knows(region, "eu"), verdict: "extension-denied", block: 1, claim: 12})
	}
	s.authorize(authorize{id: "extensions-empty-accepted", spec: d19, token: standard().With(1, forge.Extensions(forge.Extension(region, nil))), extensions: knows(region, ""),
		comment: "An empty value is a value, and a checker may accept it."})
	s.authorize(authorize{id: "extensions-empty-unknown", base: "extensions-empty-accepted", spec: d19, attacks: c20, flags: []string{"unknown-skipped"},
		comment: "An extension with an empty value is unknown as any other: it is no flag that may be skipped.",
		token:   standard().With(1, forge.Extensions(forge.Extension(region, nil))), verdict: "unknown-extension", block: 1, claim: 12})
	long := bytes.Repeat([]byte{0xff}, 1024)
	s.authorize(authorize{id: "extensions-1024", spec: []string{"D-19", "E-15"}, token: standard().With(1, forge.Extensions(forge.Extension(region, long))), extensions: knows(region, string(long)),
		comment: "A value of 1,024 bytes, the longest, and none of it text."})
	s.authorize(authorize{id: "extensions-1024-refused", base: "extensions-1024", spec: []string{"D-19", "E-15"}, attacks: c20, flags: []string{"value-changed"},
		comment: "The last of 1,024 bytes differs from what the checker accepts.",
		token:   standard().With(1, forge.Extensions(forge.Extension(region, append(long[:1023:1023], 0)))), extensions: knows(region, string(long)), verdict: "extension-denied", block: 1, claim: 12})

	// In each block, and in several.
	for i, name := range []string{"the root's block", "the middle block", "the sealing block"} {
		u := standard().With(i, forge.Extensions(forge.Extension(region, eu)))
		good := fmt.Sprintf("extensions-block-%d", i)
		s.authorize(authorize{id: good, spec: []string{"D-10", "D-19"}, token: u, extensions: knows(region, "eu"), comment: "Any block may carry an extension, here " + name + "."})
		s.authorize(authorize{id: good + "-unknown", base: good, spec: append([]string{"D-10"}, d19...), attacks: c20, flags: []string{"skips-a-block", "unknown-skipped"},
			comment: "Nobody knows the extension that stands in " + name + ".", token: u, verdict: "unknown-extension", block: i, claim: 12})
		s.authorize(authorize{id: good + "-refused", base: good, spec: []string{"D-10", "D-19"}, attacks: c20, flags: []string{"skips-a-block"},
			comment: "The checker refuses the value that stands in " + name + ".", token: u, extensions: knows(region, "us"), verdict: "extension-denied", block: i, claim: 12})
	}
	both := t.With(2, forge.Extensions(forge.Extension(region, []byte("eu-1"))))
	s.authorize(authorize{id: "extensions-twice", spec: []string{"D-10", "D-19"}, token: both, extensions: knows(region, "eu", region, "eu-1"),
		comment: "One extension in two blocks is asked twice, each time with the value of its block."})
	s.authorize(authorize{id: "extensions-twice-first", base: "extensions-twice", spec: []string{"D-10", "D-19"}, attacks: c20, flags: []string{"last-block-wins"},
		comment: "The value of the upper block is refused: merged into one map, the lower block's would hide it.",
		token:   both, extensions: knows(region, "eu-1"), verdict: "extension-denied", block: 1, claim: 12})
	s.authorize(authorize{id: "extensions-twice-second", base: "extensions-twice", spec: []string{"D-10", "D-19"}, attacks: c20, flags: []string{"first-block-wins"},
		comment: "The value of the lower block is refused: an answer that is kept by name hides it.",
		token:   both, extensions: knows(region, "eu"), verdict: "extension-denied", block: 2, claim: 12})

	// Two in one block: the encoded order decides which is asked first.
	order := func(names ...string) forge.Token {
		var list []forge.Pair
		for _, name := range names {
			list = append(list, forge.Extension(name, []byte("x")))
		}
		return standard().With(1, forge.Extensions(list...))
	}
	s.authorize(authorize{id: "extensions-two", spec: d19, token: order("z", "aa"), extensions: knows("z", "x", "aa", "x"),
		comment: "Two extensions, which both are accepted."})
	s.authorize(authorize{id: "extensions-two-one-unknown", base: "extensions-two", spec: d19, attacks: c20, flags: []string{"any-for-all"},
		comment: "One of two is unknown, and the accepted one does not make up for it.",
		token:   order("z", "aa"), extensions: knows("z", "x"), verdict: "unknown-extension", block: 1, claim: 12})
	s.authorize(authorize{id: "extensions-two-one-refused", base: "extensions-two", spec: d19, attacks: c20, flags: []string{"any-for-all"},
		comment: "One of two is refused, and the accepted one does not make up for it.",
		token:   order("z", "aa"), extensions: knows("z", "x", "aa", "y"), verdict: "extension-denied", block: 1, claim: 12})
	s.authorize(authorize{id: "extensions-order-refused", base: "extensions-two", spec: d19, attacks: []string{"C20", "G10"}, flags: []string{"order-of-extensions"},
		comment: "The shorter name comes first in the encoding, and is refused; sorted as text, the unknown one would be met first.",
		token:   order("z", "aa"), extensions: knows("z", "y"), verdict: "extension-denied", block: 1, claim: 12})
	s.authorize(authorize{id: "extensions-order-unknown", base: "extensions-two", spec: d19, attacks: []string{"C20", "G10"}, flags: []string{"order-of-extensions"},
		comment: "The first in encoded order is unknown, the second refused: extensions are decided one at a time, not first all names and then all values.",
		token:   order("z", "aa"), extensions: knows("aa", "y"), verdict: "unknown-extension", block: 1, claim: 12})
	s.authorize(authorize{id: "extensions-order-equal-length", base: "extensions-two", spec: d19, attacks: []string{"C20", "G10"}, flags: []string{"order-of-extensions"},
		comment: "Names of one length come in the order of their bytes, so capitals first: b is unknown, but B is refused before it.",
		token:   order("b", "B"), extensions: knows("B", "y"), verdict: "extension-denied", block: 1, claim: 12})
	eight := []string{"a", "b", "c", "d", "e", "f", "g"}
	pairs := strings.Split(strings.Join(eight, " x ")+" x h x", " ")
	s.authorize(authorize{id: "extensions-eight", spec: d19, token: order(append(eight, "h")...), extensions: knows(pairs...),
		comment: "Eight extensions, the most there may be, all accepted."})
	s.authorize(authorize{id: "extensions-eight-last", base: "extensions-eight", spec: d19, attacks: c20, flags: []string{"any-for-all"},
		comment: "The last of eight is unknown.",
		token:   order(append(eight, "h")...), extensions: knows(pairs[:14]...), verdict: "unknown-extension", block: 1, claim: 12})
	s.authorize(authorize{id: "extensions-unasked", spec: d19, token: standard(), extensions: knows(region, "us"),
		comment: "A checker is asked only about tokens that carry its extension."})
}
