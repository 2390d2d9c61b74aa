package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/cmd/taper/internal/demo"
)

// A report is what the JSON of a run says.
type report struct {
	Service   string `json:"service"`
	Documents int    `json:"documents"`
	Dir       string `json:"dir"`
	LeftOut   string `json:"left_out"`
	Holders   []struct {
		Name    string   `json:"name"`
		Says    []string `json:"says"`
		Dropped []string `json:"dropped"`
		How     string   `json:"how"`
		Blocks  int      `json:"blocks"`
		Bytes   int      `json:"bytes"`
	} `json:"holders"`
	Work    []row `json:"work"`
	Attacks []row `json:"attacks"`
	Checks  []row `json:"checks"`

	Requests   int `json:"requests"`
	Signatures int `json:"signatures"`
	Differ     int `json:"differ"`
}

type row struct{ Group, Who, What, Want, Got, Uses, Answer string }

// runJSON runs the demo, which must find everything as expected.
func runJSON(t *testing.T, o demo.Options) (*report, string) {
	t.Helper()
	var out bytes.Buffer
	o.Out, o.JSON = &out, true
	runError := demo.Run(context.Background(), o)
	r := new(report)
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range slices.Concat(r.Work, r.Attacks, r.Checks) {
		if x.Want != x.Got {
			t.Errorf("%s: %s: got %s, want %s: %s", x.Who, x.What, x.Got, x.Want, x.Answer)
		}
	}
	if runError != nil {
		t.Fatal(runError)
	}
	return r, out.String()
}

func runText(t *testing.T, o demo.Options) string {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	if err := demo.Run(context.Background(), o); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

// What a run must find. It is written down here once more, so that an expectation
// of the demo can't be changed together with what it finds.
var (
	wantWork = []string{
		"text-extractor: GET documents/reports/2026/q1.txt: permitted 1/20 1/40",
		"text-extractor: GET documents/reports/2026/q2.txt: permitted 2/20 2/40",
		"text-extractor: GET documents/reports/2026/q3.txt: permitted 3/20 3/40",
		"meta-extractor: GET metadata/reports/2026/q1.txt: permitted 1/2 4/40",
		"meta-extractor: GET metadata/reports/2025/q4.txt: permitted 2/2 5/40",
		"meta-extractor: GET metadata/reports/2026/q1.txt: exhausted/2",
		"analyzer: GET analytics/reports/2026/summary.csv: permitted 6/40",
		"analyzer: PUT documents/summaries/latest.txt: not-allowed/1",
		"orchestrator: PUT documents/summaries/latest.txt: permitted",
	}
	wantAttacks = []string{
		"text-extractor: control: seals its own task: permitted 4/20 7/40",
		"text-extractor: reads its sibling's document: not-allowed/2",
		"text-extractor: overwrites what it may read: not-allowed/1",
		"text-extractor: climbs out by way of %2e%2e: not-allowed/0",
		"text-extractor: appends a block: allow ** on **: not-allowed/1",
		"text-extractor: hands on, although it may not: too-many-delegations/2",
		"text-extractor: seals for an hour, not 60 seconds: not-fresh/0",
		"text-extractor: brings a token for another service: wrong-service/3",
		"eavesdropper: drops the seal of a token: not-sealed/2",
		"text-extractor: drops its own block, seals again: bad-signature/2",
		"eavesdropper: splices a seal onto another chain: bad-signature/3",
		"text-extractor: edits uses 20 into uses 2000000: bad-signature/2",
		"text-extractor: control: sends the uncut token: permitted 5/20 8/40",
		"eavesdropper: replays a permitted request: replayed/3",
		"eavesdropper: is first, with another request: not-allowed/2",
		"eavesdropper: is first, with another body: wrong-digest/1",
		"eavesdropper: sends two tokens in one request: http-401",
		"analyzer: control: sends what was caught: permitted 10/40",
		"orchestrator: control: sends what was caught: permitted",
		"thief: sends a stolen open token as it is: not-sealed/2",
		"thief: seals it with a key of its own: bad-signature/3",
		"outsider: mints allow ** on ** for itself: unknown-root",
		"outsider: claims that the operator minted it: bad-signature/0",
		"text-extractor: control: spends 9 more uses: 9 permitted",
		"text-extractor: sends 64 at once for the last 5: 5 of 64 permitted",
		"text-extractor: sends one more: exhausted/2",
		"analyzer: +2m: sends what it sealed 2m ago: expired/2",
		"text-extractor: +11m: its 10m are over: expired/2",
		"eavesdropper: +11m: replays a spent token: expired/2",
		"analyzer: control: +11m, its 1h is not over: permitted 25/40",
		"analyzer: works on after it was revoked: revoked/1",
		"orchestrator: control: works on, above that: permitted",
	}
	wantChecks = []string{
		"check: uses charged to the analyzer's block, and requests permitted below it: 24",
		"check: documents that the attacks changed: none",
	}
)

func lines(rows []row) []string {
	var list []string
	for _, x := range rows {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s: %s: %s %s", x.Who, x.What, x.Got, x.Uses)))
	}
	return list
}

func compare(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("%s %d: got %q, want %q", what, i, g, w)
		}
	}
}

func TestVerdicts(t *testing.T) {
	r, _ := runJSON(t, demo.Options{})
	compare(t, "work", lines(r.Work), wantWork)
	compare(t, "attack", lines(r.Attacks), wantAttacks)
	compare(t, "check", lines(r.Checks[:len(r.Checks)-1]), wantChecks)
	// The service has seen what the rows say, and no more: 8 calls of work (one of
	// the 9 is refused before it is sent), the attacks with 9 and 64 for one row
	// each, and one that is spent to be replayed.
	if want := 8 + len(wantAttacks) - 2 + 9 + 64 + 1; r.Requests != want {
		t.Errorf("%d requests, want %d", r.Requests, want)
	}
	if r.Signatures < 300 || r.Signatures > 16*r.Requests {
		t.Errorf("%d signatures checked for %d requests", r.Signatures, r.Requests)
	}
}

func TestTree(t *testing.T) {
	r, _ := runJSON(t, demo.Options{})
	want := []struct {
		name    string
		blocks  int
		how     string
		says    string
		dropped string
	}{
		{"orchestrator", 1, "to its key", "allow *:read, *:write on **; until +8h; fresh 60s", ""},
		{"analyzer", 2, "to its key", "allow documents:read, metadata:read, analytics:read on reports/**; until +1h; uses 40 at documents",
			"documents:write; contracts/**, minutes/**; 8h -> 1h; unlimited -> 40 uses"},
		{"text-extractor", 3, "to its key", "allow documents:read on reports/2026/*; until +10m; uses 20 at documents; delegations 0",
			"analytics:read, metadata:read; reports/2025/**; 1h -> 10m; 40 uses -> 20 uses; may delegate -> may not"},
		{"one request", 4, "", "allow documents:read on reports/2026/q1.txt where none; until +60s; from +0s; uses 1 at documents; services documents",
			"all but reports/2026/q1.txt; 10m -> 60s; 20 uses -> 1 use; any service -> documents"},
		{"meta-extractor", 3, "as taper1k_..., with its key", "allow metadata:read on reports/**; until +10m; uses 2 at documents",
			"analytics:read, documents:read; 1h -> 10m; 40 uses -> 2 uses"},
	}
	if len(r.Holders) != len(want) {
		t.Fatalf("%d holders, want %d", len(r.Holders), len(want))
	}
	for i, w := range want {
		h := r.Holders[i]
		if h.Name != w.name || h.Blocks != w.blocks {
			t.Errorf("holder %d: got %s with %d blocks, want %s with %d", i, h.Name, h.Blocks, w.name, w.blocks)
		}
		if h.How != w.how {
			t.Errorf("%s: handed over %q, want %q", h.Name, h.How, w.how)
		}
		if got := strings.Join(h.Says, "; "); got != w.says {
			t.Errorf("%s says\n%s, want\n%s", w.name, got, w.says)
		}
		if got := strings.Join(h.Dropped, "; "); got != w.dropped {
			t.Errorf("%s dropped\n%s, want\n%s", w.name, got, w.dropped)
		}
		if h.Bytes < 120*h.Blocks || h.Bytes > 200*h.Blocks {
			t.Errorf("%s: %d bytes for %d blocks", w.name, h.Bytes, h.Blocks)
		}
	}
}

// A presented token of three blocks has at most 620 bytes.
func TestSize(t *testing.T) {
	r, _ := runJSON(t, demo.Options{})
	x := r.Checks[len(r.Checks)-1]
	var size, text int
	if _, err := fmt.Sscanf(x.What, "the analyzer's presented token: %d bytes, %d as text", &size, &text); err != nil {
		t.Fatalf("%q: %v", x.What, err)
	}
	if demo.MaxPresented != 620 || size > 620 || size < 3*120 {
		t.Errorf("a presented token of 3 blocks has %d bytes (want at most 620; the demo allows %d)", size, demo.MaxPresented)
	}
	if want := len("taper1s_") + (size*4+2)/3; text != want {
		t.Errorf("%d bytes are %d characters of text, want %d", size, text, want)
	}
	if x.Got != "3 blocks, at most 620 bytes" {
		t.Errorf("got %q", x.Got)
	}
}

var (
	escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")
	token   = regexp.MustCompile(`taper1[a-z]_[A-Za-z0-9_-]{8}`)
)

// checkPlain checks that a report is printable ASCII, no wider than a page, and
// holds no token.
func checkPlain(t *testing.T, text string, columns int) {
	t.Helper()
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("line %d is not printable ASCII: %q", i+1, line)
		}
		if len(line) > columns {
			t.Errorf("line %d has %d columns, want at most %d: %q", i+1, len(line), columns, line)
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("line %d ends in a blank: %q", i+1, line)
		}
	}
	if found := token.FindString(text); found != "" {
		t.Errorf("the report holds a token: %s...", found)
	}
}

func TestText(t *testing.T) {
	text := runText(t, demo.Options{})
	checkPlain(t, text, 100)
	if n := strings.Count(text, "\n"); n > 90 {
		t.Errorf("%d lines, want at most 90", n)
	}
	all := len(wantWork) + len(wantAttacks) + len(wantChecks) + 1
	last := fmt.Sprintf("All %d results are as expected: authority was handed on offline, and only ever narrowed.\n", all)
	if !strings.HasSuffix(text, last) {
		t.Errorf("the last line is not %q:\n%s", last, text)
	}
	for _, want := range []string{
		"(the clock is set forward, nothing sleeps)",
		"\n                  denied: exhausted: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "DIFFER") {
		t.Errorf("the text says that something differs:\n%s", text)
	}

	verbose := runText(t, demo.Options{Verbose: true})
	checkPlain(t, verbose, 100)
	verbose = strings.Join(strings.Fields(verbose), " ")
	for _, want := range []string{
		"invalid: not-sealed: the last block names a next key",
		"invalid: bad-signature: the signature does not verify under the analyzer's key (block 2)",
		`denied: not-allowed: "documents:read" on "reports/2025/q4.txt" is not in "allow documents:read on reports/2026/*" (block 2)`,
	} {
		if !strings.Contains(verbose, want) {
			t.Errorf("the verbose text does not say %q:\n%s", want, verbose)
		}
	}
}

func TestColor(t *testing.T) {
	text := runText(t, demo.Options{Color: true})
	if n := len(escapes.FindAllString(text, -1)); n < 50 || n%2 != 0 {
		t.Errorf("%d escapes, want some, in pairs", n)
	}
	checkPlain(t, escapes.ReplaceAllString(text, ""), 100)
}

// A comparison that can't fail shows nothing: spoil one expectation at a time.
func TestDiffers(t *testing.T) {
	for i, spoil := range []struct{ name, who, what, want string }{
		{"a request of the work", "text-extractor", "GET documents/reports/2026/q2.txt", "not-allowed/2"},
		{"an attack", "eavesdropper", "replays a permitted request", "permitted"},
		{"the block alone", "text-extractor", "reads its sibling's document", "not-allowed/1"},
		{"the parallel requests", "text-extractor", "sends 64 at once for the last 5", "6 of 64 permitted"},
		{"a check", "check", "documents that the attacks changed", "some"},
	} {
		t.Run(spoil.name, func(t *testing.T) {
			for _, asJSON := range []bool{i%2 == 0} {
				var out bytes.Buffer
				o := demo.Options{Out: &out, JSON: asJSON}
				o.Expect(func(who, what, want string) string {
					if who == spoil.who && what == spoil.what {
						return spoil.want
					}
					return want
				})
				err := demo.Run(context.Background(), o)
				if !errors.Is(err, demo.ErrDiffers) {
					t.Fatalf("got error %v, want %v", err, demo.ErrDiffers)
				}
				if want := fmt.Sprintf("demo: 1 of %d results: not as expected", len(wantWork)+len(wantAttacks)+len(wantChecks)+1); err.Error() != want {
					t.Errorf("got %q, want %q", err, want)
				}
				if asJSON {
					if !strings.Contains(out.String(), `"differ": 1`) {
						t.Errorf("the JSON does not count one:\n%s", &out)
					}
					continue
				}
				if n := strings.Count(out.String(), "DIFFERS, expected "+spoil.want); n != 1 {
					t.Errorf("%d lines say so, want 1:\n%s", n, &out)
				}
				if strings.Contains(out.String(), "All ") {
					t.Errorf("the text ends well:\n%s", &out)
				}
			}
		})
	}
}

func TestNothingIsLeft(t *testing.T) {
	runJSON(t, demo.Options{}) // whatever starts once, starts now
	before := runtime.NumGoroutine()
	r, _ := runJSON(t, demo.Options{})
	address := strings.TrimPrefix(r.Service, "http://")
	if host, _, err := net.SplitHostPort(address); err != nil || !net.ParseIP(host).IsLoopback() {
		t.Errorf("the service listened on %q, which is not on loopback", address)
	}
	if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
		c.Close()
		t.Errorf("%s still answers", address)
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	err := demo.Run(ctx, demo.Options{Out: &out})
	if !errors.Is(err, context.Canceled) || errors.Is(err, demo.ErrDiffers) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if out.Len() > 0 {
		t.Errorf("a report came beside the error:\n%s", &out)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestOut(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		err := demo.Run(context.Background(), demo.Options{Out: failingWriter{}, JSON: asJSON})
		if err == nil || err.Error() != "demo: the disk is full" {
			t.Errorf("got %v", err)
		}
	}
	if err := demo.Run(context.Background(), demo.Options{}); err == nil || err.Error() != "demo: no writer for the report" {
		t.Errorf("got %v", err)
	}
}

// Runs share nothing.
func TestTwoAtOnce(t *testing.T) {
	done := make(chan error, 2)
	for range cap(done) {
		go func() { done <- demo.Run(context.Background(), demo.Options{Out: new(bytes.Buffer)}) }()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
