package demo_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/cmd/taper/internal/demo"
)

const q3 = "reports/2026/q3.txt"

// exchange sends a request as it stands, and returns the status and the body.
func exchange(t *testing.T, address, request string) (int, string) {
	t.Helper()
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	go io.WriteString(c, request) // The service may answer before it has read all.
	answer, _ := io.ReadAll(io.LimitReader(c, 1<<20))
	var status int
	if _, err := fmt.Sscanf(string(answer), "HTTP/1.1 %d", &status); err != nil {
		t.Fatalf("%q: %v", answer, err)
	}
	_, body, _ := strings.Cut(string(answer), "\r\n\r\n")
	return status, strings.TrimSpace(body)
}

func TestService(t *testing.T) {
	b := demo.NewBench(t)
	head := func(method, path, token string, more ...string) string {
		r := method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
		if token != "" {
			r += "Authorization: Bearer " + token + "\r\n"
		}
		return r + strings.Join(more, "") + "\r\n"
	}
	read := func(name string) string { return b.Token(t, "GET", "documents", name, nil) }
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n", n) }
	body := strings.Repeat("b", 64<<10)
	used := b.Used()
	for _, c := range []struct {
		name, request string
		status        int
		body          string // the beginning
		charged       uint64
	}{
		{"good", head("GET", "/documents/"+q3, read(q3)), 200, "HARBOUR & PINE - QUARTERLY REPORT, Q3 2026", 1},
		{"encoded letters are decoded once", head("GET", "/documents/reports%2F2026/%713.txt", read(q3)), 200, "HARBOUR & PINE", 1},
		{"encoded twice is another name, that nobody has", head("GET", "/documents/reports/2026/q3%252etxt", read("reports/2026/q3%2etxt")), 404, "Not Found", 1},
		{"permitted and missing", head("GET", "/documents/none", read("none")), 404, "Not Found", 1},
		{"metadata by a token for the document", head("GET", "/metadata/"+q3, read(q3)), 403,
			`denied: not-allowed: "metadata:read" on "reports/2026/q3.txt" is not in "allow documents:read on reports/2026/q3.txt where none" (block 1); the holder of `, 0},
		{"dots", head("GET", "/documents/reports/../contracts/acme-hosting.txt", read(q3)), 403, `denied: not-allowed: "documents:read" on "reports/../contracts/acme-hosting.txt"`, 0},
		{"empty segment", head("GET", "/documents//"+q3, read(q3)), 403, `denied: not-allowed: "documents:read" on "/reports/2026/q3.txt"`, 0},
		{"no resource", head("GET", "/documents", read(q3)), 403, `denied: not-allowed: "documents:read" on ""`, 0},
		{"not UTF-8", head("GET", "/documents/%ff%00", read(q3)), 403, `denied: not-allowed: "documents:read" on "\u{fffd}\u{0}"`, 0},
		{"no token", head("GET", "/documents/"+q3, ""), 401, "no Taper token", 0},
		{"no token, and not there", head("GET", "/documents/none", ""), 401, "no Taper token", 0},
		{"garbage", head("GET", "/documents/"+q3, "taper1s_!"), 401, "invalid: malformed: ", 0},
		{"too large", head("GET", "/documents/"+q3, "taper1s_"+strings.Repeat("A", 22000)), 401, "invalid: too-large", 0},
		{"token in the query", head("GET", "/documents/"+q3+"?access_token="+read(q3), ""), 400, "Bad Request", 0},
		{"query", head("GET", "/documents/"+q3+"?x=1", read(q3)), 400, "Bad Request", 0},
		{"a body that nobody reads", head("GET", "/documents/"+q3, read(q3), length(1)) + "x", 400, "Bad Request", 0},
		{"another method", head("DELETE", "/documents/"+q3, read(q3)), 405, "Method Not Allowed", 0},
		{"method override", head("POST", "/documents/"+q3, read(q3), "X-HTTP-Method-Override: GET\r\n", length(0)), 405, "Method Not Allowed", 0},
		{"writing metadata", head("PUT", "/metadata/"+q3, read(q3), length(0)), 405, "Method Not Allowed", 0},
		{"another area", head("GET", "/accounts/"+q3, read(q3)), 404, "Not Found", 0},
		{"header above 32 KiB", head("GET", "/documents/"+q3, read(q3), "X: "+strings.Repeat("x", 64<<10)+"\r\n"), 431, "431 Request Header Fields Too Large", 0},
		{"write", head("PUT", "/documents/new.txt", b.Token(t, "PUT", "documents", "new.txt", []byte(body)), length(len(body))) + body, 201, "", 1},
		{"body above 64 KiB", head("PUT", "/documents/big.txt", b.Token(t, "PUT", "documents", "big.txt", []byte(body+"b")), length(len(body)+1)) + body + "b", 413, "Request Entity Too Large", 0},
		{"body above 64 KiB, in chunks", head("PUT", "/documents/big.txt", b.Token(t, "PUT", "documents", "big.txt", []byte(body+"b")), "Transfer-Encoding: chunked\r\n") +
			fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body)+1, body+"b"), 413, "Request Entity Too Large", 0},
		{"other body", head("PUT", "/documents/new.txt", b.Token(t, "PUT", "documents", "new.txt", []byte("this")), length(4)) + "that", 403, "denied: wrong-digest: ", 0},
		{"write without a token", head("PUT", "/documents/new.txt", "", length(1<<30)), 401, "no Taper token", 0},
		{"write by a token to read", head("PUT", "/documents/"+q3, read(q3), length(5)) + "pwned", 403, `denied: not-allowed: "documents:write"`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := exchange(t, b.Address, c.request)
			if status != c.status || !strings.HasPrefix(answer, c.body) {
				t.Errorf("got %d %.120q, want %d %q", status, answer, c.status, c.body)
			}
			if now := b.Used(); now-used != c.charged {
				t.Errorf("%d uses charged, want %d", now-used, c.charged)
			}
			used = b.Used()
		})
	}
	if got := b.Document("new.txt"); got != body {
		t.Errorf("new.txt holds %d bytes, want %d", len(got), len(body))
	}
	if got := b.Document(q3); !strings.HasPrefix(got, "HARBOUR & PINE") {
		t.Errorf("%s holds %.40q", q3, got)
	}
	if b.Document("big.txt") != "" {
		t.Error("a body above the limit was written")
	}
}

// A header that trickles in does not hold a connection for long.
func TestServerLimits(t *testing.T) {
	s := demo.NewBench(t).Server()
	for name, d := range map[string]time.Duration{
		"ReadHeaderTimeout": s.ReadHeaderTimeout, "ReadTimeout": s.ReadTimeout,
		"WriteTimeout": s.WriteTimeout, "IdleTimeout": s.IdleTimeout,
	} {
		if d < time.Second || d > 10*time.Second {
			t.Errorf("%s is %s, want 1 to 10 s", name, d)
		}
	}
	if s.MaxHeaderBytes < 21854 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("MaxHeaderBytes is %d", s.MaxHeaderBytes)
	}
}

func TestVerdictOf(t *testing.T) {
	for _, c := range []struct {
		status     int
		text, want string
	}{
		{403, `denied: not-allowed: "a" on "b" is not in "allow a on c" (block 2); the root could still grant it`, "not-allowed/2"},
		{403, `denied: not-allowed: "a" on "(block 9)" is not in "allow a on c" (block 12)`, "not-allowed/12"},
		{401, "invalid: not-sealed: the last block names a next key (block 0)", "not-sealed/0"},
		{401, "denied: revoked (block 1)", "revoked/1"},
		{401, "denied: revoked", "revoked"},
		{401, "invalid: unknown-root: the root hint 00 names no root", "unknown-root"},
		{403, "denied: extension-denied: x (block x)", "extension-denied"},
		{503, "unavailable: ledger-unavailable", "ledger-unavailable"},
		{403, "invalid: not-allowed: of another class", "http-403"},
		{403, "denied: not-allowedish: x", "http-403"},
		{404, "Not Found", "http-404"},
		{500, "", "http-500"},
	} {
		if got := demo.VerdictOf(c.status, c.text); got != c.want {
			t.Errorf("%d %q: got %s, want %s", c.status, c.text, got, c.want)
		}
	}
}

func TestShow(t *testing.T) {
	for _, c := range [][2]string{
		{"reports/2026/q3.txt", "reports/2026/q3.txt"},
		{"", `""`},
		{"a b", `"a b"`},
		{"a\nb\x1b[2J\u202e", `"a\u{a}b\u{1b}[2J\u{202e}"`},
		{`"`, `"\""`},
		{"\xff", `"\u{fffd}"`},
		{"\u212a", `"\u{212a}"`},
	} {
		if got := demo.Show(c[0]); got != c[1] {
			t.Errorf("%q: got %s, want %s", c[0], got, c[1])
		}
	}
}
