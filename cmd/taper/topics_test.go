package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/predicates"
)

// What the help shows, the parsers read.
func TestTopics(t *testing.T) {
	roots := indented(rootsTopic)
	if got, err := parseRoots([]byte(roots)); err != nil || len(got) != 2 {
		t.Errorf("roots: %v: %s", err, roots)
	}

	key := regexp.MustCompile(`ed25519:\.\.\.`)
	seen := 0
	for line := range strings.Lines(indented(predicatesTopic)) {
		statement, _, _ := strings.Cut(line, "    ") // a remark follows
		statement = key.ReplaceAllString(statement, prodKey)
		statement = strings.Replace(statement, "sha256:...", "sha256:"+strings.Repeat("0", 64), 1)
		if _, err := predicates.ParseAt(statement, time.Unix(1795341600, 0)); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
		seen++
	}
	if seen < 14 {
		t.Errorf("%d statements, want 14 or more", seen)
	}

	for _, tt := range strings.Fields("amount:int=50 zip:text=10115 version:text=1.10 flag:bool=true price:decimal=5.00") {
		if !strings.Contains(argumentsTopic, tt) {
			t.Errorf("the topic does not show %s", tt)
		}
		if _, _, err := parseArgument(tt); err != nil {
			t.Error(err)
		}
	}
}

// An example puts no secret on a terminal or into a file that others may read,
// and verifies from a public key.
func TestExamples(t *testing.T) {
	root, seen := newRoot(system()), 0
	for _, c := range append(root.Commands(), root) {
		for line := range strings.Lines(c.Example) {
			seen++
			fields := strings.Fields(line)
			makes := slices.Contains(fields, "mint") || slices.Contains(fields, "attenuate")
			if makes && !slices.Contains(fields, "-o") && !slices.Contains(fields, "--to") {
				t.Errorf("%s: a secret goes to standard output: %s", c.Name(), line)
			}
			if i := slices.Index(fields, "--root"); i >= 0 && fields[i+1] != "root.pub" {
				t.Errorf("%s: --root %s, want root.pub", c.Name(), fields[i+1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d lines, want 20 or more", seen)
	}
}

// indented returns the indented lines of a topic, without two blanks.
func indented(topic string) string {
	var b strings.Builder
	for line := range strings.Lines(topic) {
		if rest, ok := strings.CutPrefix(line, "  "); ok {
			b.WriteString(rest)
		}
	}
	return b.String()
}
