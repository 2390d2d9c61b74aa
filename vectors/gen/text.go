package main

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
)

// textCases: the other texts of a token.
func textCases(s *suite) {
	t := standard()
	open := t.Truncate(2)
	handoff := open.HandedOff()
	sealed := t.Text(forge.Sealed)
	body := strings.TrimPrefix(sealed, forge.Sealed)
	const base = "text-sealed"
	s.authorize(authorize{id: base, spec: []string{"T-1", "T-2"}, comment: "The standard token in its one text form.", text: sealed})

	deny := func(id, text, verdict string, block, claim int, spec, attack, flag, comment string) {
		a := authorize{
			id: "text-" + id, base: base, spec: strings.Fields(spec), attacks: []string{attack}, flags: []string{flag}, comment: comment,
			text: text, verdict: verdict, block: block, claim: claim,
		}
		s.authorize(a)
	}
	bad := func(id, text, spec, attack, flag, comment string) {
		deny(id, text, "malformed", noBlock, 0, spec, attack, flag, comment)
	}

	// Characters that do not belong there.
	half := len(body) / 2
	for _, c := range []struct{ id, what, why string }{
		{"space", " ", "a decoder that skips blanks has as many texts of one token as there are places for them"},
		{"tab", "\t", "headers may be folded with it, and decoders of mail skip it"},
		{"lf", "\n", "Go's strict base64 skips line ends, and so do most others"},
		{"cr", "\r", "Go's strict base64 skips it, and a header with it can be split"},
		{"crlf", "\r\n", "MIME breaks lines with it"},
		{"plus", "+", "it belongs to the other alphabet of base64; lenient decoders take both"},
		{"slash", "/", "it belongs to the other alphabet of base64; lenient decoders take both"},
		{"equals", "=", "padding ends the text for some decoders, which then ignore what follows"},
		{"dot", ".", "it separates the parts of a JWT, and decoders of those stop at it"},
		{"comma", ",", "it separates credentials in a header"},
		{"tilde", "~", "it is unreserved in URLs, and in no alphabet of base64"},
		{"percent", "%41", "whoever decodes it as a URL has a second text"},
		{"nul", "\x00", "it ends texts in C"},
		{"non-ascii", "é", "it is two bytes, of which a table with 128 entries knows none"},
		{"fullwidth-a", "Ａ", "normalization turns it into the letter A"},
		{"zero-width", "\u200b", "nobody sees it"},
	} {
		for _, at := range []struct {
			id, where string
			n         int
		}{{"start", "behind the prefix", 0}, {"middle", "in the middle", half}, {"end", "at the end", len(body)}} {
			if at.id == "end" && c.id == "equals" {
				continue // a case of its own, below
			}
			switch c.id {
			case "space", "lf", "crlf", "equals", "tab", "cr":
			default:
				if at.id != "middle" {
					continue
				}
			}
			bad(fmt.Sprintf("character-%s-%s", c.id, at.id), forge.Sealed+body[:at.n]+c.what+body[at.n:], "T-1", "B18", "alphabet",
				fmt.Sprintf("A character outside of the alphabet (%s) stands %s: %s.", c.id, at.where, c.why))
		}
	}
	for _, c := range []struct{ id, text, comment string }{
		{"leading-space", " " + sealed, "A blank before the prefix, as a header parser that splits only once leaves it."},
		{"leading-lf", "\n" + sealed, "A line end before the prefix."},
		{"leading-bom", "\ufeff" + sealed, "A byte order mark before the prefix, as some editors write it."},
		{"quotes", `"` + sealed + `"`, "The text in quotes, as in JSON."},
		{"bearer", "Bearer " + sealed, "The scheme of the header is still there; whoever takes it off decides on another text than who logged it."},
		{"two-tokens", sealed + "," + sealed, "Two tokens with a comma: a splitter takes the first, and another the last."},
	} {
		spec := "T-4"
		if c.id == "two-tokens" {
			spec = "T-1"
		}
		bad(c.id, c.text, spec, "B18", "alphabet", c.comment)
	}

	// Padding and the last character, for each length that there is modulo three.
	bad("padding-1", sealed+"=", "T-1", "B18", "padding", "One padding character: RFC 4648 permits it, this form does not.")
	bad("padding-2", sealed+"==", "T-1", "B18", "padding", "Two padding characters.")
	for n := 1; n <= 3; n++ {
		padded := forge.Chain("root", "orchestrator", "worker").With(0, forge.Label(strings.Repeat("x", n)))
		raw := padded.Encode()
		if strings.HasSuffix(base64.URLEncoding.EncodeToString(raw), "=") {
			id := fmt.Sprintf("remainder-%d", len(raw)%3)
			s.authorize(authorize{
				id: "text-" + id, spec: []string{"T-1"}, comment: fmt.Sprintf("A token whose length leaves %d when divided by three, without padding.", len(raw)%3),
				text: padded.Text(forge.Sealed),
			})
			a := authorize{
				id: "text-padded-" + id, base: "text-" + id, spec: []string{"T-1"}, attacks: []string{"B18"}, flags: []string{"padding"},
				comment: fmt.Sprintf("The same with the padding that base64url has by default in most libraries, here of %d: right for them, and a second text here.", 3-len(raw)%3),
				text:    forge.Sealed + base64.URLEncoding.EncodeToString(raw), verdict: "malformed", block: noBlock,
			}
			s.authorize(a)
			// Each of the bits that belong to no byte.
			text := padded.Text(forge.Sealed)
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			last := strings.IndexByte(alphabet, text[len(text)-1])
			spare := 4
			if len(raw)%3 == 2 {
				spare = 2
			}
			for bit := range spare {
				a.id = fmt.Sprintf("text-trailing-bit-%d-of-%d", bit, spare)
				a.text = text[:len(text)-1] + string(alphabet[last|1<<bit])
				a.flags = []string{"trailing-bits"}
				a.comment = fmt.Sprintf("Bit %d of the last character belongs to no byte and is set: a decoder that drops it has %d texts for this token.", bit, 1<<spare)
				s.authorize(a)
			}
		} else {
			s.authorize(authorize{
				id: "text-remainder-0", spec: []string{"T-1"}, comment: "A token whose length is divisible by three: no character is left over.",
				text: padded.Text(forge.Sealed),
			})
			s.authorize(authorize{
				id: "text-length-1-more", base: "text-remainder-0", spec: []string{"T-1"}, attacks: []string{"B18"}, flags: []string{"impossible-length"},
				comment: "One character more than a multiple of four: six bits are no byte, and decoders that drop them have 64 texts for one token.",
				text:    padded.Text(forge.Sealed) + "A", verdict: "malformed", block: noBlock,
			})
			s.authorize(authorize{
				id: "text-length-2-more", base: "text-remainder-0", spec: []string{"E-1"}, attacks: []string{"B9"}, flags: []string{"trailing-bytes"},
				comment: "Two characters more stand for a zero byte behind the token.",
				text:    padded.Text(forge.Sealed) + "AA", verdict: "malformed", block: noBlock,
			})
			standardAlphabet := base64.RawStdEncoding.EncodeToString(raw)
			if !strings.ContainsAny(standardAlphabet, "+/") {
				fail("text: the token has neither + nor /")
			}
			s.authorize(authorize{
				id: "text-standard-alphabet", base: "text-remainder-0", spec: []string{"T-1"}, attacks: []string{"B18"}, flags: []string{"alphabet"},
				comment: "The token in the standard alphabet, with + and /: what a decoder of \"base64\" without a closer look expects.",
				text:    forge.Sealed + standardAlphabet, verdict: "malformed", block: noBlock,
			})
			s.authorize(authorize{
				id: "text-hex", base: "text-remainder-0", spec: []string{"T-1", "E-1"}, attacks: []string{"B18"}, flags: []string{"alphabet"},
				comment: "The bytes in hexadecimal: all characters are in the alphabet, and what they stand for is no token.",
				text:    forge.Sealed + fmt.Sprintf("%x", raw), verdict: "malformed", block: noBlock,
			})
		}
	}
	bad("prefix-only", forge.Sealed, "T-1 E-1", "B19", "truncated", "The prefix and nothing behind it: an empty token restricts nothing.")
	bad("cut-1", sealed[:len(sealed)-1], "T-1", "B18", "truncated", "The last character is missing.")
	bad("cut-4", sealed[:len(sealed)-4], "E-1", "B9", "truncated", "The last four characters are missing: strict base64 of a token that is cut.")

	// Prefixes and what they promise.
	kinds := []struct {
		name, prefix string
		token        forge.Token
	}{{"sealed", forge.Sealed, t}, {"open", forge.Open, open}, {"handoff", forge.Handoff, handoff}}
	for _, holds := range kinds {
		for _, says := range kinds {
			switch {
			case holds.name != says.name:
				bad(fmt.Sprintf("%s-says-%s", holds.name, says.name), holds.token.Text(says.prefix), "T-2", "B19", "prefix",
					fmt.Sprintf("The prefix says %s, the content is %s: tools that go by the prefix show, log or pass on what they must not.", says.name, holds.name))
			case holds.name != "sealed":
				deny("true-"+holds.name, holds.token.Text(holds.prefix), "not-sealed", 1, 2, "D-4 T-2", "A19", "not-sealed",
					fmt.Sprintf("A true %s token at a verifier: its prefix is right, and still nobody has presented it.", holds.name))
			}
		}
	}
	deny("sealed-says-open-of-version-2", "taper2o_"+body, "unsupported-version", noBlock, 0, "T-4", "B19", "version",
		"A sealed token under the open prefix of version 2: the version is looked at first.")
	for _, v := range []struct{ id, prefix, comment string }{
		{"taper2s", "taper2s_", "A prefix of version 2."},
		{"taper0s", "taper0s_", "A prefix of version 0: a zero alone is no leading zero."},
		{"taper10s", "taper10s_", "A prefix of version 10, whose first digit is 1."},
		{"taper11s", "taper11s_", "A prefix of version 11."},
		{"taper2x", "taper2x_", "A prefix of version 2 with a letter that version 1 does not have."},
		{"taper2-upper", "taper2S_", "A prefix of version 2 with a capital letter."},
		{"taper-long-version", "taper18446744073709551617s_", "A prefix of version 2^64 + 1, which is 1 in 64 bits."},
		{"taper-huge-version", "taper" + strings.Repeat("9", 40) + "k_", "A prefix of a version of 40 digits, which no integer holds."},
	} {
		deny("version-"+v.id, v.prefix+body, "unsupported-version", noBlock, 0, "T-4", "B19", "version", v.comment)
	}
	deny("version-garbage", "taper2s_ \x00=!", "unsupported-version", noBlock, 0, "T-4", "B19", "version", "A prefix of version 2 and then garbage: nothing behind the prefix is looked at.")
	deny("version-nothing", "taper2s_", "unsupported-version", noBlock, 0, "T-4", "B19", "version", "A prefix of version 2 and nothing else.")
	deny("version-in-bytes", text(forge.Sealed, append([]byte{0x83, 2}, t.Encode()[2:]...)), "unsupported-version", noBlock, 0, "D-3 T-4", "B17", "version",
		"The prefix says version 1, the bytes say version 2.")
	for _, v := range []struct{ id, text, comment string }{
		{"taper01s", "taper01s_" + body, "Version 01: a leading zero makes it no version at all, or else 1 would have many spellings."},
		{"taper00s", "taper00s_" + body, "Version 00."},
		{"taper02s", "taper02s_" + body, "Version 02: malformed, where a reader of numbers says unsupported-version."},
		{"taper1x", "taper1x_" + body, "Version 1 has no kind x."},
		{"taper1-no-kind", "taper1_" + body, "No letter between version and underscore."},
		{"taper2-no-kind", "taper2_" + body, "Another version, and no letter."},
		{"taper2ss", "taper2ss_" + body, "Two letters: no prefix of any version."},
		{"taper2-digit-kind", "taper2s2_" + body, "A digit behind the letter."},
		{"taper2-no-underscore", "taper2s-" + body, "A hyphen in place of the underscore."},
		{"taper2-cut", "taper2s", "The prefix of another version without its underscore."},
		{"taper2-umlaut", "taper2ä_" + body, "A letter that is not ASCII."},
		{"taper-arabic-digit", "taper١s_" + body, "An Arabic-Indic digit one: digits are ASCII."},
		{"taper-plus", "taper+2s_" + body, "A sign before the version, which many parsers of numbers take."},
		{"taper-minus", "taper-1s_" + body, "A negative version."},
		{"taper-no-version", "tapers_" + body, "No version."},
		{"upper-prefix", "TAPER1S_" + body, "The prefix in capitals: a comparison that folds case makes 256 texts of one token."},
		{"upper-kind", "taper1S_" + body, "The kind in capitals."},
		{"title-prefix", "Taper1s_" + body, "One capital letter."},
		{"upper-version-2", "TAPER2S_" + body, "Capitals and version 2: it is not even another version."},
		{"no-prefix", body, "No prefix: whoever adds one for the sender has two texts."},
		{"prefix-twice", forge.Sealed + sealed, "The prefix twice: whoever removes prefixes in a loop does not notice, and all of its characters are in the alphabet."},
		{"prefix-cut", "taper1s" + body, "The underscore is missing."},
		{"prefix-short", "taper1", "A part of the prefix."},
		{"jwt", "eyJhbGciOiJub25lIn0.e30.", "A JWT without a signature."},
	} {
		spec := "T-4"
		if v.id == "prefix-twice" {
			spec = "T-1 E-9"
		}
		bad(v.id, v.text, spec, "B19", "prefix", v.comment)
	}

	// Length.
	full := sized(maxToken)
	s.authorize(authorize{
		id: "text-21854", spec: []string{"T-3"}, comment: "The longest text: 16,384 bytes in 21,854 characters.", text: full.Text(forge.Sealed),
	})
	long := func(id, text, verdict, comment string) {
		s.authorize(authorize{
			id: "text-" + id, base: "text-21854", spec: []string{"T-3"}, attacks: []string{"B8"}, flags: []string{"length"}, comment: comment, text: text, verdict: verdict, block: noBlock,
		})
	}
	long("21855", sized(maxToken+1).Text(forge.Sealed), "too-large", "One byte more is one character more: 21,855.")
	long("21855-garbage", forge.Sealed+strings.Repeat(" ", maxText+1-len(forge.Sealed)), "too-large",
		"21,855 characters of which none belongs there: the length comes before the alphabet.")
	long("21855-version-2", "taper2s_"+strings.Repeat("A", maxText+1-len(forge.Sealed)), "too-large", "21,855 characters with a prefix of version 2: the length comes before the version.")
	long("21855-no-prefix", strings.Repeat("x", maxText+1), "too-large", "21,855 characters without a prefix.")
	long("21854-no-prefix", strings.Repeat("x", maxText), "malformed", "21,854 characters without a prefix: short enough to be looked at.")
	long("21854-version-2", "taper2s_"+strings.Repeat("A", maxText-len(forge.Sealed)), "unsupported-version", "21,854 characters with a prefix of version 2.")
}
