package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// A call is one HTTP request, as its maker means it.
type call struct {
	method string
	area   string // documents, metadata or analytics
	name   string // of the resource
	body   []byte // of a PUT

	// rawPath is the path as it is sent, if it is not to be encoded from area and
	// name.
	rawPath string
}

func get(area, name string) call { return call{method: http.MethodGet, area: area, name: name} }

func put(name string, body []byte) call {
	return call{method: http.MethodPut, area: "documents", name: name, body: body}
}

// request returns what the service will decide for the call.
func (c call) request() predicates.Request {
	name, _ := interfaceOf(c.method, c.area)
	r := predicates.NewRequest(name, c.name)
	if c.method == http.MethodPut {
		digest := sha256.Sum256(c.body)
		r.Digest = digest[:]
	}
	return r
}

// String returns the call for a person: "GET documents/reports/2026/q3.txt".
func (c call) String() string { return c.method + " " + c.area + "/" + show(c.name) }

// A wire sends requests to the service, and knows no token.
type wire struct {
	address string
	client  *http.Client
	counted atomic.Int64 // answers of permitted requests that were counted above their seal
}

func newWire(address string) *wire {
	return &wire{address: address, client: &http.Client{
		// No proxy: the address is on loopback. No kept connections: net/http may send
		// a request again when a kept one breaks, and a token is good for one request.
		Transport: &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10},
		Timeout:   5 * time.Second,
		// A token is for the service that it names: it does not follow to another.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// An answer is what the service says.
type answer struct {
	status  int
	verdict string // "permitted", "VERDICT/BLOCK", "VERDICT" where no block decided, or "http-STATUS"
	uses    string // where it is permitted: which use of which limit, block by block
	text    string // where it is not: the public text, one line of ASCII
	body    []byte
}

// send sends a call with the given tokens, one Authorization header for each.
func (w *wire) send(ctx context.Context, c call, tokens ...string) (answer, error) {
	u := url.URL{Scheme: "http", Host: w.address, Path: "/" + c.area + "/" + c.name, RawPath: c.rawPath}
	var body io.Reader
	if c.body != nil {
		body = bytes.NewReader(c.body)
	}
	r, err := http.NewRequestWithContext(ctx, c.method, u.String(), body)
	if err != nil {
		return answer{}, err
	}
	for _, token := range tokens {
		r.Header.Add("Authorization", "Bearer "+token)
	}
	response, err := w.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 2*maxDocument))
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode, body: content}
	if uses, ok := response.Header[permittedHeader]; ok {
		a.verdict, a.uses = "permitted", strings.Join(uses, ", ")
		if strings.Contains(a.uses, ",") {
			w.counted.Add(1)
		}
		return a, nil
	}
	a.text = plain(strings.TrimSuffix(string(content), "\n"))
	a.verdict = verdictOf(a.status, a.text)
	return a, nil
}

// verdictOf reads the verdict and the block out of a public text such as
// `denied: expired: it is ... (block 2); the root could still grant it`.
func verdictOf(status int, text string) string {
	class, rest, _ := strings.Cut(text, ": ")
	for _, v := range predicates.Verdicts() {
		after, found := strings.CutPrefix(rest, v.String())
		if v.Class() != class || !found || after != "" && after[0] != ':' && after[0] != ' ' {
			continue
		}
		// The last one is the library's: foreign text comes before it.
		if i := strings.LastIndex(after, "(block "); i >= 0 {
			number, _, _ := strings.Cut(after[i+len("(block "):], ")")
			if _, err := strconv.Atoi(number); err == nil {
				return v.String() + "/" + number
			}
		}
		return v.String()
	}
	return "http-" + strconv.Itoa(status)
}

// verdictOfError returns the verdict of a request that its maker's own library
// has refused, in the same form.
func verdictOfError(err error) (verdict, text string, ok bool) {
	var denial *chain.Denial
	if !errors.As(err, &denial) {
		return "", "", false
	}
	return verdictOf(0, denial.Public()), denial.Public(), true
}

// An agent holds its own key and what it was handed. It knows the service's name
// and the root's public key from its own configuration.
type agent struct {
	name  string
	key   chain.Signer
	root  chain.PublicKey
	wire  *wire
	now   func() time.Time
	holds *chain.Capability
}

// accept takes an open token that names the agent's key.
func (a *agent) accept(text string) error {
	token, err := format.DecodeText(text)
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	if a.holds, err = chain.Accept(token, a.key, a.root); err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	return nil
}

// acceptHandoff takes a token together with its key, as one secret string.
func (a *agent) acceptHandoff(text string) (err error) {
	if a.holds, err = chain.AcceptHandoff(text, a.root); err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	return nil
}

// present seals the agent's token to one call: at this service, for the next
// minute, once.
func (a *agent) present(c call) (*format.Token, error) {
	p, err := a.holds.Present(chain.Use{Service: serviceName, Request: c.request(), Now: a.now()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	return p.Token, nil
}

// do presents the agent's token to one call, and sends both.
func (a *agent) do(ctx context.Context, c call) (answer, error) {
	token, err := a.present(c)
	if err != nil {
		if verdict, text, ok := verdictOfError(err); ok {
			return answer{verdict: verdict, text: "its own library: " + text}, nil
		}
		return answer{}, err
	}
	return a.wire.send(ctx, c, token.Text())
}
