// Command gen writes the test vectors of package vectors into data/. It makes
// tokens with internal/forge, which shares no code with the library, and states
// each expected verdict by hand: nothing here asks the library what is right.
//
// Run it with go generate in the directory vectors. The same bytes come out every
// time.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tapertoken/taper/vectors"
)

// themes are the files, in the order in which an implementer meets them.
var themes = []struct {
	name, about string
	write       func(*suite)
}{
	{"time", "When a token is valid: starts and expires, and the leeway that there is on starts only.", timeCases},
	{"names", "What is a name, and which pattern matches which: segments, stars, absolute paths, and bytes that only look equal.", nameCases},
	{"grants", "What a grant permits: pairs of interface and resource, conditions on arguments, and requests of several accesses.", grantCases},
	{"services", "Where a token is good: the services that it names, and those at which it is counted.", serviceCases},
	{"delegations", "How many later blocks may name a key, and which of them are not counted.", delegationCases},
	{"cosigners", "Approval: whose signature counts, and for what.", cosignerCases},
	{"presentations", "What is a presentation, and the evasions of who must make one.", presentationCases},
	{"ceilings", "What a verifier bounds all tokens of a root by.", ceilingCases},
	{"uses", "Sequences of requests against ledgers: what is charged, what is refused, and until when a count is kept.", useCases},
	{"digest", "Requests whose body is bound by its digest.", digestCases},
	{"extensions", "Extensions that the verifier knows, does not know, or refuses.", extensionCases},
	{"cbor", "The profile of CBOR that tokens are written in, one data item at a time.", cborCases},
	{"encoding", "The one encoding of a token: every other spelling, size, type and shape inside otherwise right tokens.", encodingCases},
	{"limits", "The last good value and the first bad one on each side of each limit.", limitCases},
	{"text", "The text form: its alphabet, its prefixes and its length.", textCases},
	{"ed25519", "Single signatures: public edge cases on which libraries disagree, with the verdict of SPEC 5. NOTICE.md names the sources.", ed25519Cases},
	{"keys", "Keys: of small order, in a second spelling, off the curve, occurring twice; and the roots that a verifier must refuse.", keyCases},
	{"signatures", "Signatures of blocks: malleable, cofactored, corrupted, by the wrong key, or over other bytes than SPEC 5 says.", signatureCases},
	{"chain", "Blocks that were moved, left out, repeated, edited or taken from elsewhere; roots and ceilings; open and unbounded tokens.", chainCases},
	{"revocation", "Revoked ids and keys, what only looks like them, and lists that are out of date.", revocationCases},
	{"accept", "What a holder takes: open tokens and handoffs, and how they are refused before anything is built on them.", acceptCases},
	{"order", "Tokens with two faults, of which everybody must report the same one.", orderCases},
	{"language", "The predicate language: texts, what they stand for and how that is printed, and texts that are refused.", languageCases},
	{"narrow", "How a block compares with those above it: narrower, wider, or dead.", narrowCases},
	{"make", "Tokens made from fixed seeds and nonces: Ed25519 is deterministic, so there is one right result.", makeCases},
}

func main() {
	seen := map[string]bool{}
	for _, theme := range themes {
		s := &suite{ids: map[string]*vectors.Case{}}
		theme.write(s)
		s.check()
		for _, c := range s.cases {
			if seen[c.ID] {
				fail("%s stands twice", c.ID)
			}
			seen[c.ID] = true
		}
		write(theme.name, vectors.File{Theme: theme.name, About: theme.about, Version: 1, License: "0BSD", Cases: s.cases})
	}
}

// write writes a file whole.
func write(name string, f vectors.File) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(f); err != nil {
		fail("%s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join("data", name+".json"), b.Bytes(), 0o644); err != nil {
		fail("%v", err)
	}
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "gen: "+format+"\n", arguments...)
	os.Exit(1)
}

// A suite collects the cases of one theme.
type suite struct {
	cases []vectors.Case
	ids   map[string]*vectors.Case
}

// add adds a case of any kind.
func (s *suite) add(c vectors.Case) {
	if s.ids[c.ID] != nil {
		fail("%s stands twice", c.ID)
	}
	s.cases = append(s.cases, c)
	s.ids[c.ID] = &c
}

// check demands of every case what README.md promises.
func (s *suite) check() {
	for _, c := range s.cases {
		switch {
		case c.ID == "" || c.Op == "" || len(c.Spec) == 0:
			fail("%q lacks an id, an op or a spec identifier", c.ID)
		case !strings.HasSuffix(c.Comment, "."):
			fail("%s: the comment is no sentence: %q", c.ID, c.Comment)
		case c.Base == "":
			continue
		}
		base := s.ids[c.Base]
		if base == nil {
			fail("%s: no base %s", c.ID, c.Base)
		}
		if len(base.Steps) > 0 && base.Steps[len(base.Steps)-1].Verdict != "permitted" {
			fail("%s: the base %s does not pass", c.ID, c.Base)
		}
	}
}
