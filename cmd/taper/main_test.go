package main

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tapertoken/taper/format"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

// The tests stand in package main, because nothing else can import it.

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"taper": func() { os.Exit(run(os.Args[1:], testEnviron())) },
		// exits CODE ARGS... runs taper, and fails if its exit code is another.
		"exits": func() {
			code := run(os.Args[2:], testEnviron())
			if strconv.Itoa(code) != os.Args[1] {
				fmt.Fprintf(os.Stderr, "exit code %d, want %s\n", code, os.Args[1])
				os.Exit(1)
			}
		},
	})
}

// testEnviron is system with a clock that a script can set: TEST_NOW.
func testEnviron() *environ {
	e := system()
	if s := os.Getenv("TEST_NOW"); s != "" {
		now, err := time.Parse(time.RFC3339, s)
		if err != nil {
			panic(err)
		}
		e.now = func() time.Time { return now }
	}
	return e
}

func TestScripts(t *testing.T) {
	testscript.Run(t, scripts("testdata/script"))
}

func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir:                dir,
		RequireUniqueNames: true,
		UpdateScripts:      *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TEST_NOW", "2026-11-22T10:00:00Z")
			// The race detector sleeps for a second at every exit otherwise.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			return nil
		},
		Condition: func(c string) (bool, error) {
			if c == "superuser" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("no condition %s", c)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"setenv":  scriptSetenv,
			"normal":  scriptNormal,
			"rewrite": scriptRewrite,
			"mode":    scriptMode,
			"repeat":  scriptRepeat,
		},
	}
}

// setenv NAME FILE sets a variable to the first line of a file.
func scriptSetenv(ts *testscript.TestScript, neg bool, args []string) {
	line, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	ts.Setenv(args[0], line)
}

var (
	keyPattern  = regexp.MustCompile(`ed25519:[A-Za-z0-9_-]{43}`)
	hashPattern = regexp.MustCompile(`((?:id|hint)(?:": "| ))(?:[0-9a-f]{64}|[0-9a-f]{16})\b`)
)

// normal FILE OUT copies a file, with KEY-1, KEY-2 in place of keys and # in place
// of ids and hints, which differ on every run.
func scriptNormal(ts *testscript.TestScript, neg bool, args []string) {
	names := make(map[string]string)
	text := keyPattern.ReplaceAllStringFunc(ts.ReadFile(args[0]), func(key string) string {
		if names[key] == "" {
			names[key] = fmt.Sprintf("KEY-%d", len(names)+1)
		}
		return names[key]
	})
	text = hashPattern.ReplaceAllString(text, "$1#")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// rewrite HOW FILE OUT writes another token: "drop N" without block N, "flip N" with
// one bit of the signature of block N changed, "root" with another hint, "upper" with
// another prefix, "name" with an empty segment in the name
// customers, "cut" without its last byte.
func scriptRewrite(ts *testscript.TestScript, neg bool, args []string) {
	how := args[0]
	in, out := ts.ReadFile(args[len(args)-2]), args[len(args)-1]
	token, err := format.DecodeText(strings.TrimSpace(in))
	ts.Check(err)
	root := token.RootHint()
	text := ""
	var blocks []string
	for i := range token.Len() {
		blocks = append(blocks, token.Block(i).Raw)
	}
	n := 0
	if len(args) == 4 {
		n, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	switch how {
	case "drop":
		blocks = append(blocks[:n:n], blocks[n+1:]...)
	case "flip":
		raw := []byte(blocks[n])
		raw[len(raw)-40] ^= 1
		blocks[n] = string(raw)
	case "root":
		root[0] ^= 1
	case "upper":
		text = "taper2s_" + strings.TrimPrefix(token.Text(), "taper1s_")
	case "name":
		raw := bytes.Replace(token.Bytes(), []byte("customers"), []byte("cust//ers"), 1)
		text = token.Kind().Prefix() + base64.RawURLEncoding.EncodeToString(raw)
	case "cut":
		text = token.Text()[:len(token.Text())-4]
	}
	if text == "" {
		changed, err := format.New(root, blocks, nil)
		ts.Check(err)
		text = changed.Text()
	}
	ts.Check(os.WriteFile(ts.MkAbs(out), []byte(text+"\n"), 0o600))
}

// mode 0600 FILE fails if the file has another mode.
func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(ts.MkAbs(args[1])), ".taper-*"))
	ts.Check(err)
	if len(left) > 0 {
		ts.Fatalf("left behind: %v", left)
	}
}

// repeat N TEXT OUT writes a file that holds a text N times.
func scriptRepeat(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), bytes.Repeat([]byte(args[1]), n), 0o600))
}
