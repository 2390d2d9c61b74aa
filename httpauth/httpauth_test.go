package httpauth_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/httpauth"
	"github.com/tapertoken/taper/predicates"
)

// H5, H6, B19, [T-5]: one credential, found or refused; what looks like a token is
// decided by Taper, and by nobody else.
func TestToken(t *testing.T) {
	none, ambiguous := httpauth.ErrNoToken, httpauth.ErrAmbiguous
	for _, c := range []struct {
		name    string
		headers []string
		want    string
		err     error
	}{
		{"no header", nil, "", none},
		{"an empty header", []string{""}, "", none},
		{"Bearer", []string{"Bearer taper1s_AAAA"}, "taper1s_AAAA", nil},
		{"Taper", []string{"Taper taper1s_AAAA"}, "taper1s_AAAA", nil},
		{"bearer", []string{"bearer taper1s_AAAA"}, "taper1s_AAAA", nil},
		{"BEARER", []string{"BEARER taper1s_AAAA"}, "taper1s_AAAA", nil},
		{"tApEr", []string{"tApEr taper1s_AAAA"}, "taper1s_AAAA", nil},
		{"blanks", []string{"Bearer   taper1s_AAAA  "}, "taper1s_AAAA", nil},
		{"an open token", []string{"Bearer taper1o_AAAA"}, "taper1o_AAAA", nil},
		{"a handoff", []string{"Bearer taper1k_AAAA"}, "taper1k_AAAA", nil},
		{"another version", []string{"Bearer taper2s_AAAA"}, "taper2s_AAAA", nil},
		{"a broken token", []string{"Bearer taper"}, "taper", nil},
		{"a broken token with signs", []string{"Bearer taper1s_=?/\\\""}, "taper1s_=?/\\\"", nil},
		{"another bearer token", []string{"Bearer eyJhbGciOiJFZERTQSJ9.e30.AA"}, "", none},
		{"a token in upper case", []string{"Bearer TAPER1S_AAAA"}, "", none},
		{"Bearer alone", []string{"Bearer"}, "", none},
		{"Bearer and a blank", []string{"Bearer "}, "", none},
		{"Basic", []string{"Basic dXNlcjpwYXNz"}, "", none},
		{"Digest, which has commas", []string{`Digest username="u", realm="r", nonce="n"`}, "", none},
		{"another scheme", []string{"Tapestry xyz"}, "", none},
		{"Taper with something else", []string{"Taper AAAA"}, "", ambiguous},
		{"Taper alone", []string{"Taper"}, "", ambiguous},
		{"Taper and a blank", []string{"Taper "}, "", ambiguous},
		{"two headers", []string{"Bearer taper1s_AAAA", "Bearer taper1s_BBBB"}, "", ambiguous},
		{"the same header twice", []string{"Bearer taper1s_AAAA", "Bearer taper1s_AAAA"}, "", ambiguous},
		{"a token and another scheme", []string{"Basic dXNlcjpwYXNz", "Bearer taper1s_AAAA"}, "", ambiguous},
		{"a token and an empty header", []string{"", "Bearer taper1s_AAAA"}, "", ambiguous},
		{"two foreign headers", []string{"Basic AA", "Bearer BB"}, "", ambiguous},
		{"a comma list", []string{"Bearer taper1s_AAAA, Bearer taper1s_BBBB"}, "", ambiguous},
		{"a comma list without blanks", []string{"Bearer taper1s_AAAA,Bearer taper1s_BBBB"}, "", ambiguous},
		{"a comma list, Basic first", []string{"Basic dXNlcjpwYXNz, Bearer taper1s_AAAA"}, "", ambiguous},
		{"a comma list, Taper second", []string{"Bearer AAAA, Taper taper1s_AAAA"}, "", ambiguous},
		{"a comma list of foreign credentials", []string{"Bearer AAAA, Bearer BBBB"}, "", ambiguous},
		{"two words behind Bearer", []string{"Bearer AAAA BBBB"}, "", ambiguous},
		{"a comma behind", []string{"Bearer taper1s_AAAA,"}, "", ambiguous},
		{"a tab behind", []string{"Bearer taper1s_AAAA\tx"}, "", ambiguous},
		{"a tab between", []string{"Bearer\ttaper1s_AAAA"}, "", ambiguous},
		{"no scheme", []string{"taper1s_AAAA"}, "", ambiguous},
		{"quotes", []string{`Bearer "taper1s_AAAA"`}, "", ambiguous},
		{"a name before it", []string{"Bearer token=taper1s_AAAA"}, "", ambiguous},
		{"as a parameter of another scheme", []string{"Basic token=taper1s_AAAA"}, "", ambiguous},
		{"of an unknown version under another scheme", []string{"Basic AA, taper7s_AAAA"}, "", ambiguous},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/?access_token=taper1s_ZZZZ&authorization=Bearer+taper1s_ZZZZ", strings.NewReader("access_token=taper1s_ZZZZ"))
			r.Header["Proxy-Authorization"] = []string{"Bearer taper1s_ZZZZ"}
			r.Header["Cookie"] = []string{"token=taper1s_ZZZZ"}
			if c.headers != nil {
				r.Header["Authorization"] = c.headers
			}
			got, err := httpauth.Token(r)
			if got != c.want || err != c.err {
				t.Errorf("got %q, %v, want %q, %v", got, err, c.want, c.err)
			}
		})
	}
	// As a server reads it, whatever the case of the header's name.
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET / HTTP/1.1\r\nHost: x\r\nauthorization:  Bearer taper1s_AAAA \r\n\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := httpauth.Token(r); got != "taper1s_AAAA" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := httpauth.Token(&http.Request{}); err != none {
		t.Errorf("no headers at all: got %v", err)
	}
}

// [V-1], SPEC 11: the status of every verdict.
func TestStatus(t *testing.T) {
	const invalid, scope = `Bearer error="invalid_token"`, `Bearer error="insufficient_scope"`
	want := map[predicates.Verdict]struct {
		status       int
		authenticate string
	}{
		chain.ErrTooLarge:           {401, invalid},
		chain.ErrUnsupportedVersion: {401, invalid},
		chain.ErrMalformed:          {401, invalid},
		chain.ErrNotSealed:          {401, invalid},
		chain.ErrBadKey:             {401, invalid},
		chain.ErrUnbounded:          {401, invalid},
		chain.ErrUnknownRoot:        {401, invalid},
		chain.ErrBadSignature:       {401, invalid},
		chain.ErrWrongService:       {401, invalid},
		chain.ErrExpired:            {401, invalid},
		chain.ErrNotYetValid:        {401, invalid},
		chain.ErrNotAllowed:         {403, scope},
		chain.ErrTooManyDelegations: {403, ""},
		chain.ErrNotCosigned:        {403, ""},
		chain.ErrWrongDigest:        {403, ""},
		chain.ErrUnknownExtension:   {403, ""},
		chain.ErrExtensionDenied:    {403, ""},
		chain.ErrNotFresh:           {401, invalid},
		chain.ErrRevoked:            {401, invalid},
		chain.ErrExhausted:          {403, ""},
		chain.ErrReplayed:           {401, invalid},
		chain.ErrRevocationStale:    {503, ""},
		chain.ErrNoLedger:           {500, ""},
		chain.ErrLedgerUnavailable:  {503, ""},
		chain.ErrNotRecorded:        {503, ""},
	}
	if len(want) != 25 {
		t.Fatalf("%d verdicts, want 25", len(want))
	}
	for _, v := range predicates.Verdicts() {
		if v == predicates.Permitted {
			continue
		}
		w, ok := want[v]
		if !ok {
			t.Errorf("no row for %s", v)
		}
		for _, err := range []error{v, &chain.Denial{Verdict: v}, fmt.Errorf("wrapped: %w", &chain.Denial{Verdict: v})} {
			if status, authenticate := httpauth.Status(err); status != w.status || authenticate != w.authenticate {
				t.Errorf("%v: got %d %s, want %d %s", err, status, authenticate, w.status, w.authenticate)
			}
		}
	}
	for _, c := range []struct {
		err          error
		status       int
		authenticate string
	}{
		{httpauth.ErrNoToken, 401, "Bearer"},
		{httpauth.ErrAmbiguous, 401, invalid},
		{fmt.Errorf("x: %w", httpauth.ErrNoToken), 401, "Bearer"},
		{errors.New("chain: the clock says 1970"), 500, ""},
		// Never 200, whatever is handed in by mistake.
		{nil, 500, ""},
		{predicates.Permitted, 500, ""},
		{predicates.Verdict(0), 500, ""},
		{predicates.Verdict(200), 500, ""},
	} {
		if status, authenticate := httpauth.Status(c.err); status != c.status || authenticate != c.authenticate {
			t.Errorf("%v: got %d %q, want %d %q", c.err, status, authenticate, c.status, c.authenticate)
		}
	}
}

// H3, H4: the body is the public text; what the denial knows beside it stays here.
func TestDeny(t *testing.T) {
	denial := &chain.Denial{
		Verdict: chain.ErrNotAllowed, Block: 1, Claim: predicates.ClaimAllow,
		Asked: `"database:write" on "orders"`, Allowed: `"allow database:read on customers"`,
		Label: "label", NarrowedBy: "narrower", Cause: errors.New("cause"),
	}
	const ambiguous = "more than one credential, or one that is not well formed (expected one Authorization: Bearer taper1s_...)"
	for _, c := range []struct {
		err          error
		status       int
		authenticate string
		body         string
	}{
		{denial, 403, `Bearer error="insufficient_scope"`, `denied: not-allowed: "database:write" on "orders" is not in "allow database:read on customers" (block 1)`},
		{fmt.Errorf("secret: %w", denial), 403, `Bearer error="insufficient_scope"`, denial.Public()},
		{&chain.Denial{Verdict: chain.ErrLedgerUnavailable, Block: chain.NoBlock, Cause: errors.New("secret")}, 503, "", "unavailable: ledger-unavailable"},
		{chain.ErrExpired, 401, `Bearer error="invalid_token"`, "Unauthorized"},
		{httpauth.ErrNoToken, 401, "Bearer", "no Taper token (expected Authorization: Bearer taper1s_...)"},
		{httpauth.ErrAmbiguous, 401, `Bearer error="invalid_token"`, ambiguous},
		{fmt.Errorf("secret: %w", httpauth.ErrAmbiguous), 401, `Bearer error="invalid_token"`, ambiguous},
		{errors.New("secret"), 500, "", "Internal Server Error"},
		{nil, 500, "", "Internal Server Error"},
	} {
		w := httptest.NewRecorder()
		w.Header().Set("WWW-Authenticate", "Basic")
		if c.authenticate == "" {
			w.Header().Del("WWW-Authenticate")
		}
		httpauth.Deny(w, c.err)
		r := w.Result()
		body, _ := io.ReadAll(r.Body)
		if r.StatusCode != c.status || r.Header.Get("WWW-Authenticate") != c.authenticate || string(body) != c.body+"\n" {
			t.Errorf("%v: got %d %q %s, want %d %q %s", c.err, r.StatusCode, r.Header.Get("WWW-Authenticate"), body, c.status, c.authenticate, c.body)
		}
		if strings.Contains(string(body), "secret") {
			t.Errorf("tells %s", body)
		}
		if got := r.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("content type %s", got)
		}
	}
}

// FuzzToken: at most one credential is ever found, and it is the one that the header
// holds; what mentions a token never goes to another authenticator. H5, H6.
func FuzzToken(f *testing.F) {
	for _, s := range []string{"", "Bearer taper1s_AAAA", "Taper taper1o_A, Bearer x", "Basic taper1s_", "bearer  taper9z_ ", "Bearer\ttaper1s_A"} {
		f.Add(s, "", false)
		f.Add(s, s, true)
	}
	f.Fuzz(func(t *testing.T, first, second string, both bool) {
		r := &http.Request{Header: http.Header{"Authorization": {first}}}
		if both {
			r.Header.Add("authorization", second)
		}
		token, err := httpauth.Token(r)
		switch {
		case err == nil:
			scheme, _, _ := strings.Cut(first, " ")
			if both || !strings.HasPrefix(token, "taper") || strings.ContainsAny(token, ", \t") || strings.Trim(first[len(scheme):], " ") != token {
				t.Errorf("%q, %t: got %q", first, both, token)
			}
		case token != "":
			t.Errorf("%q beside %v", token, err)
		case err == httpauth.ErrNoToken:
			if both || strings.Contains(first, "taper1") {
				t.Errorf("%q is left to others", first)
			}
		case err != httpauth.ErrAmbiguous:
			t.Errorf("got %v", err)
		}
	})
}

// A credential that hides a token in a list or behind another scheme is not passed on
// to the next authenticator.
func TestHiddenTokens(t *testing.T) {
	for _, header := range []string{"Basic abc,taper2s_x", "Bearer=taper2s_x", `Digest token="taper1s_x"`, "Basic abc\ttaper1s_x", "Negotiate a, Bearer taper1s_x", "Basic abctaper1s_x"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		if token, err := httpauth.Token(r); token != "" || !errors.Is(err, httpauth.ErrAmbiguous) {
			t.Errorf("%q: got %q, %v", header, token, err)
		}
	}
	for _, header := range []string{"Basic dGFwZXI=", "Basic abctaper"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		if token, err := httpauth.Token(r); token != "" || !errors.Is(err, httpauth.ErrNoToken) {
			t.Errorf("%q: got %q, %v", header, token, err)
		}
	}
}
