package demo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/httpauth"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

// serviceName is the name that tokens for the service must say.
const serviceName = "documents"

// The interfaces of the service.
const (
	readDocuments  = "documents:read"
	writeDocuments = "documents:write"
	readMetadata   = "metadata:read"
	readAnalytics  = "analytics:read"
)

// Limits of the server. A token has at most 21,854 characters.
const (
	maxHeader = 32 << 10
	maxBody   = 64 << 10
)

// A service serves documents, and guards them with a verifier. It knows one root
// key, and no users.
type service struct {
	store    *store
	verifier *chain.Verifier
	ledger   *ledger.Memory
	revoked  atomic.Pointer[revocations]

	requests, signatures atomic.Int64
}

func newService(store *store, root chain.PublicKey, now func() time.Time) (*service, error) {
	s := &service{store: store}
	s.revoked.Store(&revocations{})
	var err error
	if s.ledger, err = ledger.NewMemory(ledger.Config{Service: serviceName, Now: now}); err != nil {
		return nil, err
	}
	s.verifier, err = chain.NewVerifier(chain.Config{
		Service:     serviceName,
		Roots:       []chain.Root{{Key: root, Name: "operator"}},
		Ledger:      s.ledger,
		Revocations: func() chain.Revocations { return *s.revoked.Load() },
		Now:         now,
	})
	return s, err
}

// route returns what the handler will use: the access, in names that have been
// decoded once, by net/http, and are not cleaned or decoded again; or the status
// with which the request ends.
func route(r *http.Request) (access predicates.Access, status int) {
	area, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	access.Interface, status = interfaceOf(r.Method, area)
	access.Resource = name
	switch {
	case status != 0:
		return access, status
	case r.URL.RawQuery != "" || r.Method == http.MethodGet && r.ContentLength != 0:
		// Nothing here reads them, so nothing would decide them.
		return access, http.StatusBadRequest
	}
	return access, 0
}

func interfaceOf(method, area string) (name string, status int) {
	switch area {
	case "documents", "metadata", "analytics":
	default:
		return "", http.StatusNotFound
	}
	switch {
	case method == http.MethodGet:
		return area + ":read", 0
	case method == http.MethodPut && area == "documents":
		return writeDocuments, 0
	}
	return "", http.StatusMethodNotAllowed
}

// ServeHTTP decides a request by its token, and then does exactly what has been
// decided.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	access, status := route(r)
	if status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	text, err := httpauth.Token(r)
	if err != nil {
		httpauth.Deny(w, err)
		return
	}
	// Verify first: nobody without a token makes the service read a body.
	verified, err := s.verifier.Verify(text)
	s.countSignatures(verified, err)
	if err != nil {
		httpauth.Deny(w, err)
		return
	}
	request := predicates.Request{Accesses: []predicates.Access{access}}
	var body []byte
	if r.Method == http.MethodPut {
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
			status := http.StatusBadRequest
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, http.StatusText(status), status)
			return
		}
		digest := sha256.Sum256(body)
		request.Digest = digest[:]
	}
	permit, err := verified.Authorize(r.Context(), &request)
	if err != nil {
		httpauth.Deny(w, err)
		return
	}
	w.Header().Set(permittedHeader, usesOf(permit))
	s.act(w, access, body)
}

// permittedHeader says that a request was permitted, whatever became of it then,
// and which use it was of each block that limits uses: "7/40, 3/20, 1/1".
const permittedHeader = "Documents-Permitted"

func usesOf(p *chain.Permit) string {
	var uses []string
	for _, u := range p.Uses {
		uses = append(uses, fmt.Sprintf("%d/%d", u.Number, u.Limit))
	}
	return strings.Join(uses, ", ")
}

// act does what has been permitted.
func (s *service) act(w http.ResponseWriter, access predicates.Access, body []byte) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if access.Interface == writeDocuments {
		if !s.store.write(access.Resource, body) {
			http.Error(w, "the store is full", http.StatusInsufficientStorage)
			return
		}
		w.WriteHeader(http.StatusCreated)
		return
	}
	area, _, _ := strings.Cut(access.Interface, ":")
	found, ok := s.store.read(area, access.Resource)
	if !ok {
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	}
	w.Write(found)
}

// countSignatures counts the signatures that Verify has checked: all of a good
// token, else up to the first bad one.
func (s *service) countSignatures(v *chain.Verified, err error) {
	var denial *chain.Denial
	switch {
	case err == nil:
		s.signatures.Add(int64(v.Len()))
	case errors.Is(err, chain.ErrBadSignature) && errors.As(err, &denial):
		s.signatures.Add(int64(denial.Block) + 1)
	}
}

// newServer returns the server with all its limits.
func newServer(ctx context.Context, s *service) *http.Server {
	return &http.Server{
		Handler:           s,
		MaxHeaderBytes:    maxHeader,
		ReadHeaderTimeout: 2 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      5 * time.Second,
		IdleTimeout:       5 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
}

// listen starts the service on a free port of the loopback interface. Stop ends
// it, and returns once nothing of it runs any more.
func (s *service) listen(ctx context.Context) (address string, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		var err6 error
		if listener, err6 = net.Listen("tcp", "[::1]:0"); err6 != nil {
			return "", nil, err
		}
	}
	server := newServer(ctx, s)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	stop = func() error {
		grace, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		err := server.Shutdown(grace)
		if err != nil {
			server.Close()
		}
		if serveErr := <-done; err == nil && !errors.Is(serveErr, http.ErrServerClosed) {
			err = serveErr
		}
		return err
	}
	return listener.Addr().String(), stop, nil
}

// revocations is a list of block ids that is always current.
type revocations struct{ blocks map[chain.BlockID]bool }

func (r revocations) BlockRevoked(id chain.BlockID) bool { return r.blocks[id] }
func (r revocations) KeyRevoked(predicates.Key) bool     { return false }
func (r revocations) Stale(uint64) bool                  { return false }

// revoke ends a block, and all that is derived from it.
func (s *service) revoke(id chain.BlockID) {
	s.revoked.Store(&revocations{blocks: map[chain.BlockID]bool{id: true}})
}
