// The tests stand in package conform because the wrong implementations among
// them are this one with its answers changed, which nothing else may do.
package conform

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

const modeVariable = "TAPER_CONFORM_TEST_MODE"

// TestMain is the other program where the variable is set.
func TestMain(m *testing.M) {
	if mode := os.Getenv(modeVariable); mode != "" {
		respond := programs[mode]
		if respond == nil {
			fmt.Fprintf(os.Stderr, "no mode %s\n", mode)
			os.Exit(2)
		}
		if err := serve(os.Stdin, os.Stdout, respond); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// programs are the implementations that the tests ask.
var programs = map[string]func(*question) (*answer, error){
	"self": respond,

	// Three that are wrong.
	"lives a second too long": func(q *question) (*answer, error) {
		return changed(q, func(s *stepAnswer, i int) {
			if s.Verdict != "expired" {
				return
			}
			earlier := *q
			earlier.Steps = []stepQuestion{q.Steps[i]}
			earlier.Steps[0].Now--
			if a, err := respond(&earlier); err == nil && a.Steps[0].Verdict != "expired" {
				*s = a.Steps[0]
			}
		})
	},
	"skips the last block": func(q *question) (*answer, error) {
		return changed(q, func(s *stepAnswer, i int) {
			token, err := decodeQuestion(&q.Tokens[q.Steps[i].Token])
			if err == nil && s.Claim > 0 && s.Verdict != "replayed" && s.Block != nil && *s.Block == token.Len()-1 {
				*s = stepAnswer{Verdict: "permitted"}
			}
		})
	},
	"accepts unsorted keys": func(q *question) (*answer, error) {
		if q.Op == "decode" && q.Hex != nil && unsorted(&tokenQuestion{Hex: q.Hex}) {
			ok := "ok"
			return &answer{Verdict: &ok, Kind: "sealed"}, nil
		}
		return changed(q, func(s *stepAnswer, i int) {
			if unsorted(&q.Tokens[q.Steps[i].Token]) {
				*s = stepAnswer{Verdict: "permitted"}
			}
		})
	},

	// Some that fail to answer. Each does so on the question of the second case.
	"crashes": func(q *question) (*answer, error) {
		if q.Seq == 2 {
			fmt.Fprintln(os.Stderr, "first line\npanic: \x1b[31mout of luck")
			os.Exit(3)
		}
		return respond(q)
	},
	"hangs": func(q *question) (*answer, error) {
		if q.Seq == 2 {
			time.Sleep(time.Minute)
		}
		return respond(q)
	},
	"talks garbage": func(q *question) (*answer, error) {
		if q.Seq == 2 {
			fmt.Println("Welcome to \u202e{")
		}
		return respond(q)
	},
	"answers another": func(q *question) (*answer, error) {
		if q.Seq == 2 {
			q.Seq = 7
		}
		return respond(q)
	},
	"stops within": func(q *question) (*answer, error) {
		if q.Seq == 2 {
			fmt.Print(`{"seq":2,"ver`)
			os.Exit(0)
		}
		return respond(q)
	},
	"talks without end": func(q *question) (*answer, error) {
		if q.Seq == 2 {
			chunk := bytes.Repeat([]byte("x"), 1<<16)
			for {
				if _, err := os.Stdout.Write(chunk); err != nil {
					os.Exit(0)
				}
			}
		}
		return respond(q)
	},
	"crashes always": func(q *question) (*answer, error) {
		if q.Seq > 0 {
			os.Exit(3)
		}
		return respond(q)
	},
	"does not read": func(q *question) (*answer, error) {
		if q.Seq == 1 {
			a, err := respond(q)
			a.Seq = &q.Seq
			line, _ := json.Marshal(a)
			fmt.Printf("%s\n", line)
			time.Sleep(time.Minute)
			return a, err
		}
		return respond(q)
	},
	"does not greet":      func(q *question) (*answer, error) { os.Exit(0); return nil, nil },
	"greets emptily":      func(q *question) (*answer, error) { return &answer{}, nil },
	"claims a level nine": func(q *question) (*answer, error) { return &answer{Name: "x", Levels: []int{9}}, nil },

	"verifies only": func(q *question) (*answer, error) {
		switch q.Op {
		case "hello":
			return &answer{Name: "small", Levels: []int{1, 2}}, nil
		case "well-formed", "signature", "decode", "configure", "authorize":
			return respond(q)
		}
		return &answer{Unsupported: true}, nil
	},
	"knows no language": func(q *question) (*answer, error) {
		if q.Op == "parse" {
			return &answer{Unsupported: true}, nil
		}
		return respond(q)
	},
	"is never sure": func(q *question) (*answer, error) {
		if q.Op == "narrow" {
			unknown := "unknown"
			return &answer{Relation: &unknown}, nil
		}
		return respond(q)
	},
}

// changed answers, and then changes the steps of an answer.
func changed(q *question, change func(s *stepAnswer, i int)) (*answer, error) {
	a, err := respond(q)
	if err == nil {
		for i := range a.Steps {
			change(&a.Steps[i], i)
		}
	}
	return a, err
}

func decodeQuestion(t *tokenQuestion) (*format.Token, error) {
	if t.Text != "" {
		return format.DecodeText(t.Text)
	}
	b, err := unhexOf(t.Hex)
	if err != nil {
		return nil, err
	}
	return format.Decode(b)
}

// unsorted reports whether a token is refused for the order of the keys of a map,
// or for one that occurs twice.
func unsorted(t *tokenQuestion) bool {
	_, err := decodeQuestion(t)
	var e *format.Error
	return errors.As(err, &e) && strings.Contains(e.Reason, "key") && (strings.Contains(e.Reason, "order") || strings.Contains(e.Reason, "ascend") || strings.Contains(e.Reason, "twice"))
}

// The cases of the tests: what passes, and one fault for each wrong program.
func testFiles() []vectors.File {
	standard := forge.Chain("root", "orchestrator", "worker")
	turned := standard.Edit(1, func(b *forge.Block) {
		b.Claims = forge.Map(
			forge.Pair{Key: forge.Uint(1), Value: b.Claims.Get("1")}, forge.Pair{Key: forge.Uint(4), Value: b.Claims.Get("4")},
			forge.Pair{Key: forge.Uint(2), Value: b.Claims.Get("2")}, forge.Pair{Key: forge.Uint(6), Value: b.Claims.Get("6")})
	})
	step := func(now uint64, resource, verdict string, block, claim int) vectors.Step {
		s := vectors.Step{Service: forge.Service, Now: now, Verdict: verdict, Claim: claim,
			Request: vectors.Request{Accesses: []vectors.Access{{Interface: forge.Interface, Resource: resource}}}}
		if verdict != "permitted" {
			s.Block = &block
		}
		return s
	}
	c := func(id, spec string, t forge.Token, steps ...vectors.Step) vectors.Case {
		root := forge.NewKey("root").Public()
		return vectors.Case{ID: id, Op: "authorize", Spec: []string{spec}, Comment: "A test.", Base: "standard",
			Tokens: []vectors.Token{{Hex: hex.EncodeToString(t.Encode())}}, Roots: []vectors.Root{{Key: hex.EncodeToString(root[:])}}, Steps: steps}
	}
	const now = forge.Now
	good := step(now, forge.Resource, "permitted", 0, 0)
	return []vectors.File{
		{Theme: "first", Cases: []vectors.Case{
			c("standard", "D-10", standard, good),
			c("last-second", "D-13", standard, step(now+59, forge.Resource, "permitted", 0, 0)),
			c("expires-now", "D-12", standard, step(now+60, forge.Resource, "expired", 2, 4)),
			c("expired-in-block-1", "D-1", standard, step(now+600, forge.Resource, "expired", 1, 4)),
			c("not-in-seal", "D-14", standard, step(now, "customers/43", "not-allowed", 2, 6)),
			c("turned", "E-5", turned, step(now, forge.Resource, "malformed", 1, 0)),
		}},
		{Theme: "second", Cases: []vectors.Case{
			c("replay", "U-5", standard, good, step(now, forge.Resource, "replayed", 2, 7)),
		}},
	}
}

// ask runs the vectors against one of the programs.
func ask(t *testing.T, mode string, o Options) *Report {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(modeVariable, mode)
	o.Command = []string{exe}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	r, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func failing(r *Report) string {
	var ids []string
	for _, m := range r.Failing {
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, " ")
}

func reached(r *Report) string { return r.reached(Levels) }

func load(t *testing.T) []vectors.File {
	t.Helper()
	files, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSelf(t *testing.T) {
	for _, files := range [][]vectors.File{testFiles(), load(t)} {
		r := ask(t, "self", Options{Files: files})
		if !r.Passed || r.Restarts != 0 || r.Problem != "" {
			t.Errorf("%s", r.Text(true))
		}
	}
}

func TestWrongImplementations(t *testing.T) {
	for _, w := range []struct{ mode, failing, levels, difference string }{
		{"lives a second too long", "D-12", "1, 4", `step 0: verdict: got "permitted", want "expired"`},
		{"skips the last block", "D-12 D-14", "1, 4", `step 0: verdict: got "permitted", want "expired"`},
		{"accepts unsorted keys", "E-5", "4", `verdict: got "ok", want "malformed"`},
	} {
		t.Run(w.mode, func(t *testing.T) {
			files := testFiles()
			text, canonical := "fresh 60s", "fresh 60s"
			files = append(files, vectors.File{Theme: "third", Cases: []vectors.Case{{ID: "fresh", Op: "parse", Spec: []string{"P-1"}, Comment: "A test.", Text: &text, Parsed: &vectors.Parsed{Claims: "a10d183c", Canonical: canonical}}}})
			r := ask(t, w.mode, Options{Files: files})
			if got := failing(r); got != w.failing || r.Passed || r.Restarts != 0 {
				t.Errorf("failing %s, want %s", got, w.failing)
			}
			if got := reached(r); got != w.levels {
				t.Errorf("levels %s, want %s", got, w.levels)
			}
			if text := r.Text(false); !strings.Contains(text, w.difference) {
				t.Errorf("no %q in\n%s", w.difference, text)
			}
		})
	}
	// On the published vectors too.
	for mode, id := range map[string]string{"lives a second too long": "D-12", "skips the last block": "D-12"} {
		if r := ask(t, mode, Options{Files: load(t)}); r.Passed || !strings.Contains(failing(r), id) {
			t.Errorf("%s: failing %s, want %s", mode, failing(r), id)
		}
	}
}

// A program that fails to answer costs one case and a restart.
func TestRestarts(t *testing.T) {
	for _, w := range []struct{ mode, difference string }{
		{"crashes", `it ended without an answer: exit status 3, after "panic: \u{1b}[31mout of luck"`},
		{"hangs", "no answer within 500ms"},
		{"talks garbage", `the answer is not what the protocol says: "Welcome to \u{202e}{"`},
		{"answers another", "the answer has seq 7, want 2"},
		{"stops within", "it ended within its answer: exit status 0"},
		{"talks without end", "a line of more than 4194304 bytes"},
	} {
		t.Run(w.mode, func(t *testing.T) {
			o := Options{Files: testFiles()}
			if w.mode == "hangs" {
				o.Timeout = 500 * time.Millisecond
			}
			r := ask(t, w.mode, o)
			if len(r.Failures) != 1 || r.Failures[0].Case != "standard" || r.Failures[0].Op != "authorize" || r.Restarts != 1 || r.Problem != "" || r.Passed {
				t.Fatalf("restarts %d, %s", r.Restarts, r.Text(true))
			}
			if got := r.Failures[0].Differences; !slices.Equal(got, []string{w.difference}) {
				t.Errorf("got %q, want %q", got, w.difference)
			}
			if got := reached(r); got != "1" {
				t.Errorf("levels %s, want 1", got)
			}
			for _, c := range r.Text(true) {
				if c != '\n' && (c < ' ' || c > '~') {
					t.Fatalf("%q in the report", c)
				}
			}
		})
	}
}

func TestRestartsEnd(t *testing.T) {
	var files []vectors.File
	for i := range 4 {
		f := testFiles()[0]
		f.Theme = fmt.Sprint("theme", i)
		files = append(files, f)
	}
	r := ask(t, "crashes always", Options{Files: files})
	if r.Restarts != maxRestarts || r.Problem != "asking ended: the program was started 21 times" || r.Passed {
		t.Errorf("restarts %d, problem %q", r.Restarts, r.Problem)
	}
	// Six cases, of which three ask a decoder too, and the fault of one.
	if want := 4 * 9; len(r.Failures) != want {
		t.Errorf("%d failures, want %d", len(r.Failures), want)
	}
	if last := r.Failures[len(r.Failures)-1]; !slices.Equal(last.Differences, []string{"not asked, since the program was lost before"}) {
		t.Errorf("got %q", last.Differences)
	}
}

// A program that stops reading fills the pipe, which must not stop the run.
func TestProgramThatDoesNotRead(t *testing.T) {
	long := "fresh 60s #" + strings.Repeat("x", 1<<18)
	parsed := &vectors.Parsed{Claims: "a10d183c", Canonical: "fresh 60s"}
	c := vectors.Case{ID: "long", Op: "parse", Spec: []string{"P-2"}, Comment: "A test.", Text: &long, Parsed: parsed}
	second := c
	second.ID = "second"
	r := ask(t, "does not read", Options{Files: []vectors.File{{Theme: "long", Cases: []vectors.Case{c, second}}}, Timeout: 500 * time.Millisecond})
	if len(r.Failures) != 1 || r.Failures[0].Case != "second" || r.Failures[0].Differences[0] != "no answer within 500ms" {
		t.Errorf("%+v", r.Failures)
	}
}

func TestGreeting(t *testing.T) {
	for mode, want := range map[string]string{
		"does not greet":      "no greeting: it ended without an answer: exit status 0",
		"greets emptily":      "no greeting: the answer to hello lacks name or levels",
		"claims a level nine": "no greeting: the greeting claims a level 9 (expected 1 to 6)",
	} {
		r := ask(t, mode, Options{Files: testFiles()})
		if r.Problem != want || r.Passed || r.Restarts != 2 {
			t.Errorf("%s: problem %q, restarts %d, passed %v", mode, r.Problem, r.Restarts, r.Passed)
		}
	}
	var command *CommandError
	if r, err := Run(Options{Command: []string{filepath.Join(t.TempDir(), "missing")}, Files: testFiles(), Timeout: time.Second}); !errors.As(err, &command) || r != nil {
		t.Errorf("got %v, %v", r, err)
	}
	if _, err := Run(Options{Theme: "no\nsuch", Files: testFiles()}); err == nil || err.Error() != `there is no theme "no\u{a}such"` {
		t.Errorf("got %v", err)
	}
}

func TestLevels(t *testing.T) {
	files := testFiles()
	r := ask(t, "verifies only", Options{Files: append(files, load(t)...)})
	if !r.Passed || reached(r) != "1, 2" || r.Levels[3].Asked != 0 {
		t.Errorf("%s", r.Text(true))
	}
	// What it does not claim is asked on demand, and fails the level alone.
	r = ask(t, "verifies only", Options{Files: append(files, load(t)...), Level: 5})
	if r.Passed || r.Restarts != 0 || reached(r) != "none" || r.Levels[4].Unsupported == 0 || r.Levels[4].Unsupported != r.Levels[4].Asked || r.Levels[0].Asked != 0 {
		t.Errorf("%s", r.Text(false))
	}
	// Level 5 rests on 4, which fails; 5 is not reached though all of it passes.
	r = ask(t, "knows no language", Options{Files: load(t)})
	if n := r.Levels[4]; n.Asked == 0 || n.Passed != n.Asked || n.Reached {
		t.Errorf("level 5: %+v", n)
	}
	if n := r.Levels[3]; n.Unsupported != n.Asked || n.Reached {
		t.Errorf("level 4: %+v", n)
	}
	// One theme says nothing about a level.
	r = ask(t, "self", Options{Files: files, Theme: "second"})
	if !r.Passed || reached(r) != "none" || len(r.Themes) != 1 || r.Themes[0].Name != "second" {
		t.Errorf("%s", r.Text(false))
	}
}

// Unknown is an answer only where a grant restricts arguments.
func TestUnknown(t *testing.T) {
	r := ask(t, "is never sure", Options{Files: load(t), Theme: "narrow"})
	arguments := 0
	for _, f := range load(t) {
		for i := range f.Cases {
			if f.Theme == "narrow" && mayBeUnknown(&f.Cases[i]) {
				arguments++
			}
		}
	}
	if got := r.Levels[4].Passed; got != arguments || arguments == 0 || arguments == r.Levels[4].Asked {
		t.Errorf("%d of %d passed, want %d", got, r.Levels[4].Asked, arguments)
	}
}

// What is asked holds no answer.
func TestQuestions(t *testing.T) {
	var list []inquiry
	for _, f := range append(testFiles(), load(t)...) {
		for i := range f.Cases {
			all, err := inquiries(f.Theme, &f.Cases[i])
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, all...)
		}
	}
	for _, q := range list {
		line, err := json.Marshal(q.question)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{`"verdict":`, `"relation":`, `"claims":`, `"canonical":`, `"valid":`, `"comment":`, `"uses":[`, `"signed":`, `"diagnostic":`, `"parsed":`} {
			if bytes.Contains(line, []byte(field)) {
				t.Fatalf("%s: %s in the question", q.c.ID, field)
			}
		}
	}
	if _, err := inquiries("x", &vectors.Case{ID: "new", Op: "dance"}); err == nil || err.Error() != `case new: op "dance", or what belongs to it, is not known` {
		t.Errorf("got %v", err)
	}
}

func TestShorten(t *testing.T) {
	same := strings.Repeat("a", 500)
	got := shorten(`claims: got "` + same + `b", want "` + same + `c"`)
	if want := "claims: they differ at character 501: got ..." + same[:33] + `b", want ...` + same[:33] + `c"`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := shorten("verdict: got a, want b"); got != "verdict: got a, want b" {
		t.Errorf("got %s", got)
	}
}

func TestServeRefusesWhatIsNoQuestion(t *testing.T) {
	for in, want := range map[string]string{
		"":                                    "",
		"{\"op\":\"hello\",\"protocol\":2}\n": "line 1: protocol 2 (expected 1)",
		"x\n":                                 "line 1: invalid character 'x' looking for beginning of value",
		"{\"op\":\"hello\",\"protocol\":1}\n{\"seq\":1,\"op\":\"well-formed\"}\n": "line 2: a field is missing",
		"{\"seq\":1,\"op\":\"dance\"}":                                            "line 1: unexpected EOF",
	} {
		var out bytes.Buffer
		got := ""
		if err := Serve(strings.NewReader(in), &out); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	var out bytes.Buffer
	if err := Serve(strings.NewReader("{\"seq\":1,\"op\":\"dance\"}\n"), &out); err != nil || out.String() != "{\"seq\":1,\"unsupported\":true}\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// TestExample runs the decoder in Python that stands beside the vectors.
func TestExample(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if _, statErr := os.Stat("/usr/bin/python3"); statErr == nil {
			python = "/usr/bin/python3"
		} else if os.Getenv("CI") != "" {
			t.Fatal(err)
		} else {
			t.Skip("there is no python3, so the example is not run")
		}
	}
	for _, files := range [][]vectors.File{testFiles(), load(t)} {
		r, err := Run(Options{Command: []string{python, "../../../../vectors/examples/decode.py"}, Files: files, Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Passed || r.Restarts != 0 || reached(r) != "1" || r.Levels[0].Asked == 0 {
			t.Errorf("%s", r.Text(false))
		}
	}
}
