package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The shell commands of the README are run as they stand there, and permit.
func TestReadmeShell(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "<!-- run: shell -->\n```sh\n")
	commands, _, ended := strings.Cut(rest, "```\n")
	if !found || !ended || !strings.Contains(commands, "taper verify") {
		t.Fatal("README.md has no shell commands to run")
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "taper"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := exec.Command(shell, "-e", "-c", commands)
	c.Dir = t.TempDir()
	c.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = "permitted: \"database:read\" on \"customers\"\n  block 1: use 1 of 100\n  block 2: use 1 of 1\n"
	if !strings.HasPrefix(string(out), want) {
		t.Errorf("got\n%s\nwant it to begin with\n%s", out, want)
	}
}
