package taper_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// The quickstart of the README: an orchestrator, a worker, a gateway.
func Example() {
	now := time.Now()
	// The orchestrator may read and write every table, for eight hours.
	root := must(chain.GenerateSigner())
	everything := must(predicates.New(
		predicates.Allow(predicates.Interfaces{"database:*"}, predicates.Resources{"**"}),
		predicates.Until(now.Add(8*time.Hour))))
	orchestrator := must(chain.Mint(root, everything))

	// It hands a worker less. No server is asked, and nobody can widen it again.
	customers := must(predicates.New(
		predicates.Allow(predicates.Interfaces{"database:read"}, predicates.Resources{"customers"}),
		predicates.Until(now.Add(time.Hour)), // expiry
		predicates.Uses(100, "db-gateway")))  // max uses
	worker := must(orchestrator.Attenuate(customers))

	// The worker presents its token to one request, for a minute, once.
	request := predicates.NewRequest("database:read", "customers")
	presented := must(worker.Present(chain.Use{Service: "db-gateway", Request: request}))

	// The gateway knows the root's public key, and counts.
	gateway := must(chain.NewVerifier(chain.Config{Service: "db-gateway",
		Roots:  []chain.Root{{Key: root.Public()}},
		Ledger: must(ledger.NewMemory(ledger.Config{Service: "db-gateway"}))}))
	permit := must(gateway.Authorize(context.Background(), presented.Token.Text(), &request))
	fmt.Println("use", permit.Uses[0].Number, "of", permit.Uses[0].Limit)
	// Output: use 1 of 100
}

// A denial says what was asked, what is allowed, who narrowed it and who could
// still grant it.
func Example_denial() {
	now := time.Now()
	root := must(chain.GenerateSigner())
	orchestrator := must(chain.Mint(root, must(predicates.ParseAt(`allow database:* on **; until +8h`, now))))
	worker := must(orchestrator.Attenuate(must(predicates.Parse(`allow database:read on customers`))))

	// A worker learns at once what it may not do.
	_, err := worker.Present(chain.Use{Service: "db-gateway", Request: predicates.NewRequest("database:write", "customers")})
	fmt.Println(errors.Is(err, chain.ErrNotAllowed))

	// A sealed token is a bearer string; the verifier decides each request.
	sealed := must(worker.Seal(must(predicates.ParseAt(`services db-gateway; until +10m`, now))))
	gateway := must(chain.NewVerifier(chain.Config{Service: "db-gateway", Roots: []chain.Root{{Key: root.Public()}}}))
	request := predicates.NewRequest("database:read", "orders")
	_, err = gateway.Authorize(context.Background(), sealed.Text(), &request)
	var denial *chain.Denial
	errors.As(err, &denial)
	fmt.Println(denial.Verdict, "by block", denial.Block)
	fmt.Println(denial.Asked, "is not in", denial.Allowed)
	// Output:
	// true
	// not-allowed by block 1
	// "database:read" on "orders" is not in "allow database:read on customers"
}
