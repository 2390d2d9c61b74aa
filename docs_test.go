package taper_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

//go:generate go test -run ^TestSpecExamples$|^TestReadmeQuickstart$ -update .

var update = flag.Bool("update", false, "write the generated parts of SPEC.md and README.md")

// replacePart puts text between a marker and the end of its code block, and
// returns the document.
func replacePart(t *testing.T, doc, marker, fence, text string) string {
	t.Helper()
	start := strings.Index(doc, marker)
	if start < 0 {
		t.Fatalf("no %s", marker)
	}
	start += len(marker)
	open := "\n" + fence + "\n"
	end := -1
	if rest, found := strings.CutPrefix(doc[start:], open); found {
		if i := strings.Index(rest, "```\n"); i >= 0 {
			end = start + len(open) + i + len("```\n")
		}
	} else {
		end = start + 1 // Nothing has been generated yet.
	}
	if end < 0 {
		t.Fatalf("%s: no code block that ends", marker)
	}
	return doc[:start] + open + text + "```\n" + doc[end:]
}

// compareOrUpdate fails if a document differs from what is generated.
func compareOrUpdate(t *testing.T, file, old, doc string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	oldLines, newLines := strings.Split(old, "\n"), strings.Split(doc, "\n")
	for i := range newLines {
		if i >= len(oldLines) || oldLines[i] != newLines[i] {
			got := "(end)"
			if i < len(oldLines) {
				got = oldLines[i]
			}
			t.Fatalf("%s, line %d, is not what is generated:\n got %s\nwant %s\n(go generate . writes it)", file, i+1, got, newLines[i])
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// exampleSeeds are the secret keys of the example in SPEC.md.
func exampleSigner(fill byte) chain.Signer {
	return must(chain.NewSignerFromSeed(bytes.Repeat([]byte{fill}, 32)))
}

// exampleToken makes the token of SPEC 1, with fixed keys and nonces.
func exampleToken(t *testing.T) (texts []string, token *format.Token, steps []forge.Step) {
	t.Helper()
	root, orchestrator, worker := exampleSigner(1), exampleSigner(2), exampleSigner(3)
	texts = []string{
		"allow database:* on **\nuntil 2026-11-22T18:00:00Z\nlabel \"orchestrator\"",
		"allow database:read on customers\nuntil 2026-11-22T11:00:00Z\nuses 100 at db-gateway",
		"allow database:read on customers where none\nuntil 2026-11-22T10:01:00Z\nfrom 2026-11-22T10:00:00Z\nuses 1 at db-gateway\nservices db-gateway",
	}
	claims := make([]predicates.Claims, len(texts))
	for i, text := range texts {
		claims[i] = must(must(predicates.Parse(text)).With(predicates.Nonce([8]byte{0, 0, 0, 0, 0, 0, 0, byte(i + 1)})))
		if got := claims[i].String(); got != text {
			t.Fatalf("block %d: canonical text is\n%s\nwant\n%s", i, got, text)
		}
	}
	first := must(chain.Accept(must(chain.MintTo(root, orchestrator.Public(), claims[0])), orchestrator, root.Public()))
	second := must(chain.Accept(must(first.Delegate(worker.Public(), claims[1])), worker, root.Public()))
	token = must(second.Seal(claims[2]))

	// What is signed and hashed is computed a second time, by code that shares none.
	traced := forge.Token{Root: forge.PublicKey(root.Public().Key())}
	for i := range token.Len() {
		b := token.Block(i)
		traced.Blocks = append(traced.Blocks, forge.Block{Raw: []byte(b.Raw), Payload: forge.Bytes([]byte(b.Payload))})
	}
	return texts, token, traced.Trace()
}

func TestSpecExamples(t *testing.T) {
	old := read(t, "SPEC.md")
	texts, token, steps := exampleToken(t)

	var text strings.Builder
	for i, who := range []string{"the operator's root key, for the orchestrator", "the orchestrator, for the worker", "the worker, for this one use"} {
		fmt.Fprintf(&text, "# block %d, signed by %s\n%s\n", i, who, texts[i])
	}
	doc := replacePart(t, old, "<!-- example: text -->", "```", text.String())
	doc = replacePart(t, doc, "<!-- example: token -->", "```", wrap(token.Text(), 100)+wrap(hex.EncodeToString(token.Bytes()), 100))
	diagnostic, err := forge.DiagIndent(token.Bytes(), forge.TokenNotes()...)
	if err != nil {
		t.Fatal(err)
	}
	doc = replacePart(t, doc, "<!-- example: diagnostic -->", "```cbor-diag", diagnostic+"\n")

	var signed strings.Builder
	for i, fill := range []byte{1, 2, 3} {
		key := exampleSigner(fill).Public()
		fmt.Fprintf(&signed, "key %d    = %s, from a seed of 32 times %02x\n", i, key, fill)
	}
	root := exampleSigner(1).Public().Key()
	sum := sha256.Sum256(root[:])
	fmt.Fprintf(&signed, "root     = %x\n", sum[:8])
	for i, b := range steps {
		fmt.Fprintf(&signed, "h_%d      = %x\n", i, b.Hash)
		fmt.Fprintf(&signed, "id_%d     = %x\n", i, b.ID)
		lines := strings.Split(strings.TrimSpace(wrap(hex.EncodeToString(b.Signed), 88)), "\n")
		fmt.Fprintf(&signed, "signed %d = %s\n", i, strings.Join(lines, "\n           "))
	}
	doc = replacePart(t, doc, "<!-- example: signed -->", "```", signed.String())
	compareOrUpdate(t, "SPEC.md", old, doc)
}

func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}

// The small-order values and rejected encodings of SPEC.md are those of the code.
func TestSpecOffendingBytes(t *testing.T) {
	spec := read(t, "SPEC.md")
	points := regexp.MustCompile(`(?m)^  ([0-9a-f]{64})$`).FindAllStringSubmatch(spec, -1)
	if len(points) != 5 {
		t.Fatalf("SPEC.md lists %d points of small order, want 5", len(points))
	}
	for _, m := range points {
		b, _ := hex.DecodeString(m[1])
		for _, sign := range []byte{0, 0x80} {
			b[31] = b[31]&0x7f | sign
			if _, err := chain.NewPublicKey(b); err == nil {
				t.Errorf("%x is accepted as a key", b)
			}
		}
	}
	rows := regexp.MustCompile("(?m)^\\| \\[(E-[0-8])\\] \\|.*\\| (`.*`)[^|]*\\|$").FindAllStringSubmatch(spec, -1)
	if len(rows) < 6 {
		t.Fatalf("SPEC.md has %d rows with offending bytes, want 6 or more", len(rows))
	}
	cases := 0
	for _, row := range rows {
		for _, m := range regexp.MustCompile("`([0-9a-f ]+)`").FindAllStringSubmatch(row[2], -1) {
			b, err := hex.DecodeString(strings.ReplaceAll(m[1], " ", ""))
			if err != nil {
				t.Errorf("%s: %v", m[1], err)
				continue
			}
			cases++
			if row[1] == "E-8" {
				b = append(bytes.Repeat(b, 9), 0)
			}
			if format.WellFormed(b) == nil {
				t.Errorf("%s: %x is accepted", row[1], b)
			}
		}
	}
	if cases < 10 {
		t.Errorf("SPEC.md has %d offending byte strings, want 10 or more", cases)
	}
}

// Every identifier stands once where it is defined, and the code cites none that
// SPEC.md does not define.
func TestSpecIdentifiers(t *testing.T) {
	spec := read(t, "SPEC.md")
	id := regexp.MustCompile(`\[([EKNPTDVURMX]-[0-9]+)\]`)
	defined := map[string]bool{}
	for _, m := range id.FindAllStringSubmatch(spec, -1) {
		defined[m[1]] = true
	}
	if len(defined) < 90 {
		t.Fatalf("SPEC.md has %d identifiers, want 90 or more", len(defined))
	}
	for _, letter := range "EKNPTDVURMX" {
		for n := 1; ; n++ {
			if !defined[fmt.Sprintf("%c-%d", letter, n)] {
				if defined[fmt.Sprintf("%c-%d", letter, n+1)] || n == 1 {
					t.Errorf("SPEC.md has no [%c-%d]", letter, n)
				}
				break
			}
		}
	}
	// A MUST has an identifier in its own paragraph, or in the heading of its list.
	prose := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(spec, "")
	for _, paragraph := range strings.Split(prose, "\n\n") {
		if strings.Contains(paragraph, "MUST") && !id.MatchString(paragraph) && !strings.HasPrefix(paragraph, "The key words") {
			t.Errorf("a MUST without an identifier:\n%s", paragraph)
		}
	}
	for _, dir := range []string{".", "predicates", "format", "chain", "ledger", "httpauth"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			file := dir + "/" + e.Name()
			for _, m := range id.FindAllStringSubmatch(read(t, file), -1) {
				if !defined[m[1]] {
					t.Errorf("%s cites [%s], which SPEC.md does not define", file, m[1])
				}
			}
		}
	}
	if words := len(strings.Fields(regexp.MustCompile("(?s)```.*?```").ReplaceAllString(spec, ""))); words >= 7000 {
		t.Errorf("SPEC.md has %d words, want less than 7,000", words)
	}
}

func TestReadmeQuickstart(t *testing.T) {
	source := read(t, "example_test.go")
	_, body, _ := strings.Cut(source, "func Example() {\n")
	body, _, found := strings.Cut(body, "\t// Output:")
	if !found {
		t.Fatal("example_test.go has no Example")
	}
	snippet := strings.ReplaceAll("\n"+body, "\n\t", "\n")[1:]
	if lines := strings.Count(snippet, "\n"); lines > 25 {
		t.Errorf("the quickstart has %d lines, want at most 25", lines)
	}
	old := read(t, "README.md")
	compareOrUpdate(t, "README.md", old, replacePart(t, old, "<!-- snippet: Example -->", "```go", snippet))
}

func TestReadmeStatements(t *testing.T) {
	_, rest, found := strings.Cut(read(t, "README.md"), "<!-- parse: statements -->\n```\n")
	if !found {
		t.Fatal("README.md has no statements")
	}
	text, _, _ := strings.Cut(rest, "```\n")
	claims, err := predicates.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := predicates.Parse(claims.String()); err != nil || again.String() != claims.String() {
		t.Errorf("%s\nis printed as\n%s\nand read back as\n%s (%v)", text, claims, again, err)
	}
}
