// Package httpauth carries Taper tokens over HTTP: it takes the one token out of
// a request, and answers a denial (SPEC 8 and 11). It makes no decision: give what
// Token returns to a chain.Verifier, with a request that you build from what your
// handler will really use.
package httpauth

import (
	"errors"
	"net/http"
	"strings"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/predicates"
)

// ErrNoToken: the request has no Taper token. Another authenticator may try it.
var ErrNoToken = errors.New("httpauth: no Taper token (expected Authorization: Bearer taper1s_...)")

// ErrAmbiguous: the request has more than one credential, or one that is not well
// formed. None of them has been tried, and no other authenticator may.
var ErrAmbiguous = errors.New("httpauth: more than one credential, or one that is not well formed (expected one Authorization: Bearer taper1s_...)")

// Token returns the text of the one token in the Authorization header, with the
// scheme Bearer or Taper in any case ([T-5]). Tokens elsewhere, in a URL or a
// form, are not looked for. A credential that begins with "taper" is a token,
// good or not: decide it, and let nobody else try it.
func Token(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", ErrNoToken
	}
	if len(values) > 1 {
		return "", ErrAmbiguous
	}
	scheme, credential, found := strings.Cut(values[0], " ")
	taper := strings.EqualFold(scheme, "Taper")
	if !taper && !strings.EqualFold(scheme, "Bearer") {
		if mentionsToken(values[0]) {
			return "", ErrAmbiguous
		}
		return "", ErrNoToken
	}
	credential = strings.Trim(credential, " ")
	switch {
	case strings.ContainsAny(credential, ", \t"):
		// A list. No bearer token has any of these (RFC 6750, section 2.1).
		return "", ErrAmbiguous
	case found && strings.HasPrefix(credential, "taper"):
		return credential, nil
	case taper || mentionsToken(credential):
		return "", ErrAmbiguous
	}
	return "", ErrNoToken
}

// mentionsToken reports whether a header that is not one token names one, as a
// list of credentials may.
func mentionsToken(header string) bool {
	for _, part := range strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune(" \t,=\"", r) }) {
		if strings.HasPrefix(part, "taper") {
			return true
		}
	}
	return strings.Contains(header, "taper1")
}

// Status returns the HTTP status for the error of a decision, and what comes in
// WWW-Authenticate beside it, or "" ([V-1]). An error that is no verdict, such as
// that of a broken clock, is 500.
func Status(err error) (status int, authenticate string) {
	const invalidToken = `Bearer error="invalid_token"`
	var verdict predicates.Verdict
	switch {
	case errors.Is(err, ErrNoToken):
		return http.StatusUnauthorized, "Bearer"
	case errors.Is(err, ErrAmbiguous):
		return http.StatusUnauthorized, invalidToken
	case !errors.As(err, &verdict):
		return http.StatusInternalServerError, ""
	}
	switch verdict {
	case chain.ErrExpired, chain.ErrNotYetValid, chain.ErrRevoked, chain.ErrReplayed, chain.ErrNotFresh, chain.ErrWrongService:
		return http.StatusUnauthorized, invalidToken
	case chain.ErrNotAllowed:
		return http.StatusForbidden, `Bearer error="insufficient_scope"`
	case chain.ErrRevocationStale, chain.ErrLedgerUnavailable, chain.ErrNotRecorded:
		return http.StatusServiceUnavailable, ""
	}
	switch verdict.Class() {
	case "invalid":
		return http.StatusUnauthorized, invalidToken
	case "denied":
		return http.StatusForbidden, ""
	}
	return http.StatusInternalServerError, "" // no-ledger, and what is no verdict of a denial.
}

// Deny answers a request with the status of an error and its public text, one
// line of printable ASCII ([V-2]). Log the error itself elsewhere.
func Deny(w http.ResponseWriter, err error) {
	status, authenticate := Status(err)
	if authenticate != "" {
		w.Header().Set("WWW-Authenticate", authenticate)
	}
	text := http.StatusText(status)
	var denial *chain.Denial
	switch {
	case errors.As(err, &denial):
		text = denial.Public()
	case errors.Is(err, ErrNoToken):
		text = public(ErrNoToken)
	case errors.Is(err, ErrAmbiguous):
		text = public(ErrAmbiguous)
	}
	http.Error(w, text, status)
}

// public returns one of our own errors as it is told, without what wraps it.
func public(err error) string { return strings.TrimPrefix(err.Error(), "httpauth: ") }
