package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tapertoken/taper/vectors"
)

// ed25519Cases carries over three public collections of edge cases, with the
// verdict that SPEC 5 gives each. The collections and their licences are in
// source/; NOTICE.md names their origins.
func ed25519Cases(s *suite) {
	wycheproofCases(s)
	speccheckCases(s)
	cctvCases(s)
}

// signatureCase adds one signature.
func (s *suite) signatureCase(id, key string, message []byte, signature, source string, valid bool, spec, flags []string, comment string) {
	var attacks []string
	for _, id := range spec {
		attacks = append(attacks, map[string]string{"K-2": "A10", "K-3": "A14", "K-4": "A16"}[id])
	}
	s.add(vectors.Case{
		ID: id, Op: "signature", Spec: spec, Attacks: attacks, Flags: flags, Comment: comment,
		Signature: &vectors.Signature{Key: key, Message: hex.EncodeToString(message), Signature: signature, Source: source},
		Valid:     &valid,
	})
}

// readSource decodes a file of source/.
func readSource(name string, into any) {
	b, err := os.ReadFile("gen/source/" + name)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		fail("%s: %v", name, err)
	}
}

// wycheproofCases: the file's own results hold under SPEC 5, too.
func wycheproofCases(s *suite) {
	var file struct {
		Groups []struct {
			PublicKey struct{ PK string }
			Tests     []struct {
				ID       int `json:"tcId"`
				Comment  string
				Flags    []string
				Msg, Sig string
				Result   string
			}
		} `json:"testGroups"`
	}
	readSource("wycheproof/ed25519_test.json", &file)
	// What a system that gets the first flag of a case wrong does.
	wrong := map[string]string{
		"CompressedSignature":   "a verifier that packs or pads R and S differs here",
		"InvalidEncoding":       "a verifier that decodes R leniently takes it",
		"InvalidKtv":            "a verifier that takes it accepts what nobody signed",
		"InvalidSignature":      "a verifier that lets 0 or the order through in place of R or S takes it",
		"Ktv":                   "a verifier that refuses it refuses good tokens",
		"SignatureMalleability": "a verifier that does not check S < L lets third parties rewrite signatures",
		"SignatureWithGarbage":  "a verifier that reads only the first 64 bytes takes it",
		"TinkOverflow":          "a verifier whose field arithmetic overflows refuses it",
		"TruncatedSignature":    "a verifier that does not count the bytes panics or pads",
		"Valid":                 "a verifier that refuses it refuses good tokens",
	}
	for _, group := range file.Groups {
		for _, t := range group.Tests {
			message, err := hex.DecodeString(t.Msg)
			if err != nil {
				fail("wycheproof %d: %v", t.ID, err)
			}
			what, ok := wrong[t.Flags[0]]
			if !ok {
				fail("wycheproof %d: no words for the flag %s", t.ID, t.Flags[0])
			}
			spec := []string{"K-4"}
			switch t.Flags[0] {
			case "SignatureMalleability":
				spec = []string{"K-3"}
			case "InvalidEncoding":
				spec = []string{"K-2", "K-4"}
			case "InvalidSignature":
				spec = []string{"K-2", "K-3", "K-4"}
			}
			comment := fmt.Sprintf("%s: %s.", strings.TrimSpace(t.Comment), what)
			if t.Comment == "" {
				comment = strings.ToUpper(what[:1]) + what[1:] + "."
			}
			s.signatureCase(fmt.Sprintf("ed25519-wycheproof-%d", t.ID), group.PublicKey.PK, message, t.Sig,
				fmt.Sprintf("wycheproof ed25519_test.json tcId %d", t.ID), t.Result == "valid", spec, []string{kebab(t.Flags[0])}, comment)
		}
	}
}

// speccheckCases: the table of "Taming the many EdDSAs". Only number 3 passes,
// in which the mixed-order parts of A and R cancel.
func speccheckCases(s *suite) {
	var cases []struct {
		Message   string
		Key       string `json:"pub_key"`
		Signature string
	}
	readSource("speccheck/cases.json", &cases)
	about := []struct {
		spec          []string
		flag, comment string
	}{
		{[]string{"K-2"}, "small-order", "A and R of small order, S = 0: under such a key anyone can sign."},
		{[]string{"K-2"}, "small-order", "A of small order: under such a key anyone can sign."},
		{[]string{"K-2"}, "small-order", "R of small order: one S then fits several payloads under a related key."},
		{[]string{"K-4"}, "mixed-order", "A and R of mixed order, and even the cofactorless equation holds: a verifier that refuses it tests for more than SPEC 5 asks."},
		{[]string{"K-4"}, "cofactored", "Only the cofactored equation holds: who uses it accepts what others reject."},
		{[]string{"K-4"}, "cofactored", "Only the cofactored equation holds, and only if k is reduced late: two accepting libraries differ even here."},
		{[]string{"K-3"}, "malleable", "S is greater than L: a third party can rewrite such a signature."},
		{[]string{"K-3"}, "malleable", "S is far greater than L: a check of its top bits alone finds this one and not the one before."},
		{[]string{"K-2"}, "non-canonical", "R is small and not canonical, and only lenient decoding takes it: the bytes of one signature are then many."},
		{[]string{"K-2"}, "non-canonical", "R is small and not canonical, and is hashed after canonical encoding: libraries hash different bytes here."},
		{[]string{"K-2"}, "non-canonical", "A is small and not canonical: one key has two spellings."},
		{[]string{"K-2"}, "non-canonical", "A is small and not canonical, and is hashed after canonical encoding: libraries hash different bytes here."},
	}
	if len(cases) != len(about) {
		fail("speccheck: %d cases, want %d", len(cases), len(about))
	}
	for i, c := range cases {
		message, err := hex.DecodeString(c.Message)
		if err != nil {
			fail("speccheck %d: %v", i, err)
		}
		s.signatureCase(fmt.Sprintf("ed25519-speccheck-%d", i), c.Key, message, c.Signature,
			fmt.Sprintf("speccheck cases.json %d", i), i == 3, about[i].spec, []string{about[i].flag}, about[i].comment)
	}
}

// cctvCases: combinations of low-order and non-canonical parts. What is accepted
// has low-order components that cancel, and no other flag.
func cctvCases(s *suite) {
	var cases []struct {
		Number        int
		Key, Sig, Msg string
		Flags         []string
	}
	readSource("cctv/ed25519vectors.json", &cases)
	reasons := []struct {
		flag, spec, comment string
	}{
		{"non_canonical_A", "K-2", "A is not canonical: who takes it has two spellings of one key"},
		{"low_order_A", "K-2", "A has small order: who takes it lets anyone sign"},
		{"non_canonical_R", "K-2", "R is not canonical: who takes it has two spellings of one signature"},
		{"low_order_R", "K-2", "R has small order: who takes it lets one signature fit many payloads"},
		{"reencoded_k", "K-4", "k was hashed over encodings made anew: who takes it does not hash the received bytes"},
		{"low_order_residue", "K-4", "The equation holds only after multiplying by the cofactor: who takes it accepts what others reject"},
	}
	for _, c := range cases {
		valid, spec, comment := true, "K-4", "Parts of small order in A and R cancel, and the cofactorless equation holds: who refuses it tests for more than SPEC 5 asks"
		for _, r := range reasons {
			if slices.Contains(c.Flags, r.flag) {
				valid, spec, comment = false, r.spec, r.comment
				break
			}
		}
		var flags []string
		for _, f := range c.Flags {
			flags = append(flags, strings.ToLower(strings.ReplaceAll(f, "_", "-")))
		}
		s.signatureCase(fmt.Sprintf("ed25519-cctv-%d", c.Number), c.Key, []byte(c.Msg), c.Sig,
			fmt.Sprintf("cctv ed25519vectors.json %d", c.Number), valid, []string{spec}, flags, comment+".")
	}
}

// kebab turns a name like InvalidEncoding into invalid-encoding.
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
