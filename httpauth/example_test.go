package httpauth_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/httpauth"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

// A handler that guards what it serves. The request that is decided is made of what
// the handler will really use.
func Example() {
	root, err := chain.GenerateSigner()
	if err != nil {
		fmt.Println(err)
		return
	}
	counters, err := ledger.NewMemory(ledger.Config{Service: "documents"})
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := chain.NewVerifier(chain.Config{Service: "documents", Roots: []chain.Root{{Key: root.Public()}}, Ledger: counters})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := httpauth.Token(r)
		if err != nil {
			httpauth.Deny(w, err)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/") // Decoded once, and used below.
		request := predicates.NewRequest("documents:read", name)
		if _, err := verifier.Authorize(r.Context(), token, &request); err != nil {
			httpauth.Deny(w, err)
			return
		}
		fmt.Fprintln(w, "the content of", name)
	})

	capability, err := chain.Mint(root, mustParse(`allow documents:read on reports/**; until +1h`))
	if err != nil {
		fmt.Println(err)
		return
	}
	get := func(path, authorization string) {
		r := httptest.NewRequest("GET", path, nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		said, _, _ := strings.Cut(strings.TrimSpace(w.Body.String()), "; ")
		fmt.Println(w.Code, said)
	}
	presentation, err := capability.Present(chain.Use{Service: "documents", Request: predicates.NewRequest("documents:read", "reports/q3.txt")})
	if err != nil {
		fmt.Println(err)
		return
	}
	bearer := "Bearer " + presentation.Token.Text()
	get("/reports/q3.txt", bearer)
	get("/reports/q3.txt", "")
	get("/reports/q4.txt", bearer)
	// Output:
	// 200 the content of reports/q3.txt
	// 401 no Taper token (expected Authorization: Bearer taper1s_...)
	// 403 denied: not-allowed: "documents:read" on "reports/q4.txt" is not in "allow documents:read on reports/q3.txt where none" (block 1)
}

func mustParse(text string) predicates.Claims {
	claims, err := predicates.ParseAt(text, time.Now())
	if err != nil {
		panic(err)
	}
	return claims
}

func ExampleStatus() {
	for _, err := range []error{chain.ErrExpired, chain.ErrNotAllowed, chain.ErrLedgerUnavailable, errors.New("the disk is full")} {
		status, authenticate := httpauth.Status(err)
		fmt.Printf("%d %q\n", status, authenticate)
	}
	// Output:
	// 401 "Bearer error=\"invalid_token\""
	// 403 "Bearer error=\"insufficient_scope\""
	// 503 ""
	// 500 ""
}
