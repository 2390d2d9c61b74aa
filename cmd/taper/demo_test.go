package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runDemo runs a command line of the demo without a terminal.
func runDemo(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	e := &environ{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, now: time.Now}
	code = run(append([]string{"demo"}, args...), e)
	return code, out.String(), errs.String()
}

func TestDemo(t *testing.T) {
	code, out, errs := runDemo()
	if code != exitDone || errs != "" {
		t.Fatalf("exit code %d, want %d\n%s%s", code, exitDone, out, errs)
	}
	if !strings.HasPrefix(out, "A documents service on http://") || !strings.HasSuffix(out, "only ever narrowed.\n") {
		t.Errorf("got\n%s", out)
	}
	if strings.Contains(out, "\x1b") {
		t.Errorf("color without a terminal:\n%s", out)
	}
	if _, verbose, _ := runDemo("--verbose"); strings.Count(verbose, "\n") <= strings.Count(out, "\n") {
		t.Error("--verbose prints no more")
	}
	code, out, errs = runDemo("--json")
	var report struct{ Differ *int }
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitDone || errs != "" || report.Differ == nil || *report.Differ != 0 {
		t.Errorf("--json: exit code %d, %v, %s\n%s", code, err, errs, out)
	}
}

func TestDemoErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	for _, c := range []struct {
		name string
		args []string
		code int
		errs string
	}{
		{"missing directory", []string{"--dir", missing}, exitUnavailable, "taper: demo: directory "},
		{"empty name", []string{"--dir="}, exitUsage, "taper: demo: --dir is empty (expected a directory)\n"},
		{"argument", []string{"now"}, exitUsage, "taper: demo: "},
		{"unknown flag", []string{"--quick"}, exitUsage, "taper: demo: unknown flag: --quick\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, errs := runDemo(c.args...)
			if code != c.code || !strings.HasPrefix(errs, c.errs) || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit code %d, %q; want %d, %q", code, errs, c.code, c.errs)
			}
			if out != "" {
				t.Errorf("a report came beside the error:\n%s", out)
			}
		})
	}
}
