package demo_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/tapertoken/taper/cmd/taper/internal/demo"
	"github.com/tapertoken/taper/predicates"
)

// write makes files below a directory; it skips a test whose names the file
// system does not take.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, body := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Skip(err)
		}
		if err := os.WriteFile(full, []byte(body), 0o600); err != nil {
			t.Skip(err)
		}
	}
}

// listing returns all that is in a directory, links as links.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%q %v", name, d.Type())
		if d.Type().IsRegular() {
			body, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(body))
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHostileDir(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the names are no file names there")
	}
	outside := t.TempDir()
	write(t, outside, map[string]string{"secret.txt": "TOP SECRET"})
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"with space/one file.txt":        "BODY ONE",
		"with space/quo\"te's.txt":       "two",
		"with space/semi;colon, on.txt":  "three",
		"with space/deep/%2e%2e":         "BODY FOUR",
		"with space/deep/back\\slash":    "five",
		"with space/deep/where none":     "six",
		"\u00fcn\u00ef/c\u00f8d\u00e9":   "seven",
		"\u00fcn\u00ef/\u202etxt.exe":    "eight",
		"plain.txt":                      "nine",
		"?query=1":                       "ten",
		"#fragment":                      "eleven",
		"(block 9)":                      "twelve",
		"new\nline.txt":                  "no name",
		"with space/\x1b[31mred\x1b[0m":  "no name",
		"new\nfolder/file.txt":           "no name",
		"star*star":                      "no name",
		"not\xffutf8":                    "no name",
		".hidden":                        "hidden",
		".git/config":                    "hidden",
		"..data":                         "hidden",
		"big.bin":                        strings.Repeat("x", 256<<10+1),
		"exact.bin":                      strings.Repeat("x", 256<<10),
		"with space/" + "empty.txt":      "",
		"with space/deep/latest.txt.csv": "thirteen",
	})
	for name, target := range map[string]string{
		"link out":                filepath.Join(outside, "secret.txt"),
		"with space/up":           "..",
		"with space/link out dir": outside,
		"with space/link in":      "../plain.txt",
		"dangling":                "nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Skip(err)
		}
	}

	before := listing(t, dir)
	r, asJSON := runJSON(t, demo.Options{Dir: dir})
	if after := listing(t, dir); after != before {
		t.Errorf("the run changed the directory, from\n%sto\n%s", before, after)
	}
	if want := 15; r.Documents != want {
		t.Errorf("%d documents, want %d", r.Documents, want)
	}
	if want := `5 names that are no resource names, such as "\u{1b}[31mred\u{1b}[0m"; 5 links or devices; 1 file above 256 KiB; 3 hidden names`; r.LeftOut != want {
		t.Errorf("left out: got\n%s, want\n%s", r.LeftOut, want)
	}
	if want := []string{
		`text-extractor: GET documents/"with space/deep/%2e%2e": permitted 1/20 1/40`,
		`text-extractor: GET documents/"with space/deep/back\\slash": permitted 2/20 2/40`,
		`text-extractor: GET documents/"with space/deep/latest.txt.csv": permitted 3/20 3/40`,
		`meta-extractor: GET metadata/"with space/deep/%2e%2e": permitted 1/2 4/40`,
	}; !slices.Equal(lines(r.Work)[:4], want) {
		t.Errorf("work: got\n%q, want\n%q", lines(r.Work)[:4], want)
	}
	compare(t, "attack", lines(r.Attacks), wantAttacks)
	checkPlain(t, asJSON, 1<<20)

	text := runText(t, demo.Options{Dir: dir, Verbose: true})
	checkPlain(t, text, 100)
	for _, report := range []string{text, asJSON} {
		for _, secret := range []string{"TOP SECRET", "no name", "BODY"} {
			if strings.Contains(report, secret) {
				t.Errorf("the report holds %q:\n%s", secret, report)
			}
		}
	}
}

// Whatever the shape of a directory, each attack has its verdict.
func TestDirShapes(t *testing.T) {
	many := make(map[string]string)
	for i := range 300 {
		many[fmt.Sprintf("d%d/f%d.txt", i%7, i)] = "x"
	}
	deep := strings.Repeat("d/", 31)
	for name, files := range map[string]map[string]string{
		"one file":                        {"a": "1"},
		"two files":                       {"a": "1", "b": "2"},
		"five files":                      {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"},
		"one file in a folder":            {"f/a": "1"},
		"two files in a folder":           {"f/a": "1", "f/b": "2"},
		"a folder and a file":             {"f/a": "1", "b": "2"},
		"files on each level":             {"f/a": "1", "f/g/b": "2", "f/g/c": "3", "d": "4"},
		"32 segments":                     {deep + "a": "1", deep + "b": "2"},
		"long names":                      {strings.Repeat("n", 200) + "/" + strings.Repeat("m", 200) + "/a": "1", strings.Repeat("o", 250): "2"},
		"names that the demo itself uses": {"summaries/latest.txt": "1", "summary.csv": "2", "no-such-folder/no-such-document": "3", "no-such-document": "4"},
		"more files than fit":             many,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, files)
			r, _ := runJSON(t, demo.Options{Dir: dir})
			if want := min(len(files), 256); r.Documents != want {
				t.Errorf("%d documents, want %d", r.Documents, want)
			}
			if full := strings.Contains(r.LeftOut, "what exceeds 256 documents"); full != (len(files) > 256) {
				t.Errorf("%d files, and left out: %q", len(files), r.LeftOut)
			}
			// Which use it is hangs on the number of documents, and nothing else does.
			for i, x := range r.Attacks {
				want := wantAttacks[i]
				if strings.Contains(want, "control: spends ") {
					continue
				}
				if got := x.Who + ": " + x.What + ": " + x.Got; !strings.HasPrefix(want+" ", got+" ") {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			if len(r.Attacks) != len(wantAttacks) {
				t.Errorf("%d attacks, want %d", len(r.Attacks), len(wantAttacks))
			}
			if name == "long names" || name == "32 segments" || name == "one file" {
				checkPlain(t, runText(t, demo.Options{Dir: dir}), 100)
			}
		})
	}
}

func TestDirErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"file": "1", "hidden/.a": "2", "hidden/.b": "3"})
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, dir, want string }{
		{"missing", "no such\nplace", `demo: directory "no such\u{a}place": no such file or directory`},
		{"a file", filepath.Join(dir, "file"), "not a directory"},
		{"empty", filepath.Join(dir, "empty"), "it holds no document (expected at least one regular file)"},
		{"only hidden files", filepath.Join(dir, "hidden"), "it holds no document (expected at least one regular file); left out: 2 hidden names"},
		{"a zero byte", "a\x00b", `demo: directory "a\u{0}b": invalid argument`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := demo.Run(context.Background(), demo.Options{Out: &out, Dir: c.dir})
			if err == nil || !strings.HasSuffix(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "demo: directory ") {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("not one line of ASCII: %q", err)
			}
			if out.Len() > 0 {
				t.Errorf("a report came beside the error:\n%s", &out)
			}
		})
	}
}

// A plan gives each what its name says, as the library sees it.
func TestPlan(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 5000 {
		set := make(map[string]bool)
		for range 1 + random.IntN(8) {
			segments := make([]string, 1+random.IntN(4))
			for i := range segments {
				segments[i] = string(rune('a' + random.IntN(3)))
			}
			set[strings.Join(segments, "/")+".txt"] = true
		}
		names := slices.Sorted(maps.Keys(set))
		p := demo.NewPlan(names)
		analyzer, extractor := grant(t, p.Analyzer), grant(t, p.Extractor)
		fail := func(what string) { t.Fatalf("%s\nnames %q\nplan %+v", what, names, p) }
		if len(p.Texts) < 1 || len(p.Texts) > 3 {
			fail("the extractor reads not 1 to 3 documents")
		}
		for _, name := range p.Texts {
			if !set[name] || !extractor.MatchesResource(name) || !analyzer.MatchesResource(name) {
				fail("the extractor may not read " + name)
			}
		}
		for _, name := range p.Described {
			if !set[name] || !analyzer.MatchesResource(name) {
				fail("the metadata of " + name + " are not the analyzer's")
			}
		}
		if !analyzer.MatchesResource(p.Analytics) {
			fail("the analyzer may not read its analytics")
		}
		if extractor.MatchesResource(p.Sibling) || analyzer.MatchesResource(p.Outside) {
			fail("an attack asks for what is permitted")
		}
		if !analyzer.MatchesResource(p.Sibling) {
			fail("the sibling is not the analyzer's")
		}
		for _, name := range names {
			if !analyzer.MatchesResource(name) && !set[p.Outside] {
				fail("a document is outside, and the plan invents one")
			}
		}
	}
}

func grant(t *testing.T, patterns []string) predicates.Grant {
	t.Helper()
	g, err := predicates.NewGrant(predicates.Interfaces{"documents:read"}, patterns)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
