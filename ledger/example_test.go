package ledger_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/ledger"
)

// One ledger per service, for all its verifiers. This one forgets at every restart.
func ExampleNewMemory() {
	counters, err := ledger.NewMemory(ledger.Config{Service: "db-gateway"})
	if err != nil {
		fmt.Println(err)
		return
	}
	root, err := chain.GenerateSigner()
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := chain.NewVerifier(chain.Config{
		Service: "db-gateway",
		Roots:   []chain.Root{{Key: root.Public()}},
		Ledger:  counters,
	})
	fmt.Println(v.Service(), err)
	// Output: db-gateway <nil>
}

// What a verifier asks of a ledger: a use of each counter, or of none.
func ExampleMemory_Charge() {
	counters, _ := ledger.NewMemory(ledger.Config{Service: "db-gateway"})
	charges := []chain.Charge{
		{ID: chain.BlockID{1}, Limit: 2, End: 4102444800},
		{ID: chain.BlockID{2}, Limit: 1, End: 4102444800},
	}
	fmt.Println(counters.Charge(context.Background(), "db-gateway", charges))
	_, err := counters.Charge(context.Background(), "db-gateway", charges)
	fmt.Println(err, errors.Is(err, chain.ErrExhausted), counters.Used(chain.BlockID{1}))
	// Output:
	// [1 1] <nil>
	// charge 1: exhausted true 1
}
