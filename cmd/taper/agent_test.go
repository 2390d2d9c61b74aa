package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// TestSSHAgent runs its scripts with the ssh-agent of OpenSSH.
func TestSSHAgent(t *testing.T) {
	for _, program := range []string{"ssh-agent", "ssh-add", "ssh-keygen"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%v: CI needs OpenSSH", err)
			}
			t.Skipf("%v: install OpenSSH to run this test", err)
		}
	}
	// The path of a socket may have some hundred bytes, and that of t.TempDir has
	// more on some systems.
	dir, err := os.MkdirTemp("", "taper")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "agent")
	server := exec.Command("ssh-agent", "-D", "-a", socket)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	for tries := 0; ; tries++ {
		if conn, err := net.Dial("unix", socket); err == nil {
			conn.Close()
			break
		}
		if tries == 100 {
			t.Fatal("ssh-agent does not answer")
		}
		time.Sleep(50 * time.Millisecond)
	}
	p := scripts("testdata/agent")
	setup := p.Setup
	p.Setup = func(e *testscript.Env) error {
		e.Setenv("SSH_AUTH_SOCK", socket)
		return setup(e)
	}
	testscript.Run(t, p)
}

// A liar is an agent that signs what it should not, or otherwise.
type liar struct {
	agent.Agent
	sign func(ssh.PublicKey, []byte) (*ssh.Signature, error)
}

func (l *liar) Sign(key ssh.PublicKey, data []byte) (*ssh.Signature, error) { return l.sign(key, data) }

// serve answers at a socket of its own, and returns the path.
func serve(t *testing.T, a agent.Agent) string {
	dir, err := os.MkdirTemp("", "taper")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			agent.ServeAgent(a, conn)
			conn.Close()
		}
	}()
	return listener.Addr().String()
}

// runWith runs taper with the agent at a socket.
func runWith(socket string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	e := system()
	e.stdin, e.stdout, e.stderr = strings.NewReader(""), &out, &errs
	e.getenv = func(name string) string {
		if name == "SSH_AUTH_SOCK" {
			return socket
		}
		return ""
	}
	code = run(args, e)
	return code, out.String(), errs.String()
}

func TestAgentFaults(t *testing.T) {
	private, public := testKey(t)
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{0xa5}, 32))
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// Package agent logs what an agent answers.
	log.SetOutput(io.Discard)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	ring := agent.NewKeyring()
	for _, k := range []agent.AddedKey{
		{PrivateKey: private, Comment: "mine"},
		{PrivateKey: other, Comment: "twice"},
		{PrivateKey: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{0xa6}, 32)), Comment: "twice"},
		{PrivateKey: rsaKey, Comment: "old"},
		{PrivateKey: curve, Comment: "\x1b[31m"},
	} {
		if err := ring.Add(k); err != nil {
			t.Fatal(err)
		}
	}
	mint := func(key string) []string {
		return []string{"mint", "--key", key, "allow a on b; until 9999-01-01T00:00:00Z"}
	}
	by := func(sign func(ssh.PublicKey, []byte) (*ssh.Signature, error)) agent.Agent { return &liar{ring, sign} }

	for _, tt := range []struct {
		name  string
		agent agent.Agent
		args  []string
		code  int
		want  string // of stderr
	}{
		{"good", ring, mint("agent:mine"), 0, ""},
		{"unknown", ring, mint("agent:nobody"), 2, `taper: ssh-agent: no key "nobody" (it holds "mine", "twice", "twice", "old", "\u{1b}[31m")` + "\n"},
		{"ambiguous", ring, mint("agent:twice"), 2, `taper: ssh-agent: "twice" fits 2 keys (expected one of agent:SHA256:`},
		{"RSA", ring, mint("agent:old"), 2, `taper: ssh-agent: the key is "ssh-rsa" (expected ssh-ed25519)` + "\n"},
		{"no selector", ring, mint("agent:"), 64, "taper: agent: names no key (expected agent:COMMENT or agent:SHA256:FINGERPRINT)\n"},
		{"an empty agent", agent.NewKeyring(), mint("agent:mine"), 2, `taper: ssh-agent: no key "mine": the agent holds none` + "\n"},
		{"refuses", by(func(ssh.PublicKey, []byte) (*ssh.Signature, error) { return nil, errors.New("no") }),
			mint("agent:mine"), 3, "taper: signer " + public.String() + ": ssh-agent: it did not sign (agent: "},
		{"signs with another key", by(func(_ ssh.PublicKey, data []byte) (*ssh.Signature, error) {
			return &ssh.Signature{Format: ssh.KeyAlgoED25519, Blob: ed25519.Sign(other, data)}, nil
		}), mint("agent:mine"), 2, "taper: signer " + public.String() + ": its signature does not verify\n"},
		{"signs something else", by(func(_ ssh.PublicKey, data []byte) (*ssh.Signature, error) {
			return &ssh.Signature{Format: ssh.KeyAlgoED25519, Blob: ed25519.Sign(private, data[1:])}, nil
		}), mint("agent:mine"), 2, "taper: signer " + public.String() + ": its signature does not verify\n"},
		{"a short signature", by(func(ssh.PublicKey, []byte) (*ssh.Signature, error) {
			return &ssh.Signature{Format: ssh.KeyAlgoED25519, Blob: []byte("short")}, nil
		}), mint("agent:mine"), 2, "taper: signer " + public.String() + ": its signature does not verify\n"},
		{"a signature of another kind", by(func(ssh.PublicKey, []byte) (*ssh.Signature, error) {
			return &ssh.Signature{Format: "ssh-rsa", Blob: []byte("x")}, nil
		}), mint("agent:mine"), 3, "taper: signer " + public.String() + `: ssh-agent: a signature of type "ssh-rsa" (expected ssh-ed25519)` + "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := runWith(serve(t, tt.agent), tt.args...)
			if code != tt.code || !strings.HasPrefix(stderr, tt.want) || tt.want == "" && stderr != "" {
				t.Errorf("got exit code %d and %q, want %d and %q", code, stderr, tt.code, tt.want)
			}
			if (stdout == "") != (code != 0) {
				t.Errorf("exit code %d, and on stdout %q", code, stdout)
			}
			if stderr != "" {
				checkLine(t, strings.TrimSuffix(stderr, "\n"))
			}
		})
	}
	for _, tt := range []struct{ socket, want string }{
		{"", "taper: ssh-agent: SSH_AUTH_SOCK is not set\n"},
		{filepath.Join(t.TempDir(), "none"), "taper: ssh-agent: dial unix "},
	} {
		if code, _, stderr := runWith(tt.socket, "pub", "agent:mine"); code != exitUnavailable || !strings.HasPrefix(stderr, tt.want) {
			t.Errorf("socket %q: got exit code %d and %q, want %d and %q", tt.socket, code, stderr, exitUnavailable, tt.want)
		}
	}
}
