package chain_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/ledger"
	"github.com/tapertoken/taper/predicates"
)

// The clock of the examples.
func ten() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }

// A gateway decides with the root's public key, and counts.
func gateway(root chain.PublicKey) *chain.Verifier {
	counters := must(ledger.NewMemory(ledger.Config{Service: "db-gateway", Now: ten}))
	return must(chain.NewVerifier(chain.Config{
		Service: "db-gateway",
		Roots:   []chain.Root{{Key: root}},
		Ledger:  counters,
		Now:     ten,
	}))
}

// The root mints wide authority. What it returns is handed over as one secret text.
func ExampleMint() {
	root := must(chain.GenerateSigner())
	claims := must(predicates.Parse(`allow database:* on **; until 2026-11-22T18:00:00Z`))
	capability, err := chain.Mint(root, claims)
	if err != nil {
		fmt.Println(err)
		return
	}
	secret := must(capability.Handoff())
	fmt.Println(secret[:8], len(capability.Claims()), "block")

	// A token that does not expire, or grants nothing, is not made.
	_, err = chain.Mint(root, must(predicates.Parse(`allow database:* on **`)))
	fmt.Println(err)
	// Output:
	// taper1k_ 1 block
	// chain: block 0: invalid: unbounded: block 0 does not expire
}

// A token for a key is worthless to anybody else, and so no secret.
func ExampleMintTo() {
	root, agent := must(chain.GenerateSigner()), must(chain.GenerateSigner())
	claims := must(predicates.Parse(`allow database:* on **; until 2026-11-22T18:00:00Z`))
	token := must(chain.MintTo(root, agent.Public(), claims))
	fmt.Println(token.Kind())

	capability := must(chain.Accept(token, agent, root.Public()))
	fmt.Println(capability.Public() == agent.Public())
	// Output:
	// open
	// true
}

// A root may seal at once: a bearer string for one service.
func ExampleMintSealed() {
	root := must(chain.GenerateSigner())
	token := must(chain.MintSealed(root, must(predicates.Parse(
		`allow database:read on customers/**; until 2026-11-22T10:05:00Z; services db-gateway`))))
	request := predicates.NewRequest("database:read", "customers/42")
	_, err := gateway(root.Public()).Authorize(context.Background(), token.Text(), &request)
	fmt.Println(token.Kind(), err)
	// Output: sealed <nil>
}

// Accept states the root that it expects, so that nobody can slip in a token of
// another's.
func ExampleAccept() {
	root, stranger, agent := must(chain.GenerateSigner()), must(chain.GenerateSigner()), must(chain.GenerateSigner())
	claims := must(predicates.Parse(`allow ** on **; until 2026-11-22T18:00:00Z`))
	token := must(chain.MintTo(stranger, agent.Public(), claims))
	_, err := chain.Accept(token, agent, root.Public())
	fmt.Println(errors.Is(err, chain.ErrUnknownRoot))
	// Output: true
}

func ExampleAcceptHandoff() {
	root := must(chain.GenerateSigner())
	capability := must(chain.Mint(root, must(predicates.Parse(`allow database:* on **; until 2026-11-22T18:00:00Z`))))
	secret := must(capability.Handoff())

	// On the other side:
	received, err := chain.AcceptHandoff(secret, root.Public())
	fmt.Println(err, received.ID(0) == capability.ID(0))
	// Output: <nil> true
}

// What a worker gets is weaker than what its parent has, or it is not made.
func ExampleCapability_Attenuate() {
	root := must(chain.GenerateSigner())
	orchestrator := must(chain.Mint(root, must(predicates.Parse(`allow database:read on **; until 2026-11-22T18:00:00Z`))))

	worker := must(orchestrator.Attenuate(must(predicates.Parse(`allow database:read on customers/**; uses 100 at db-gateway`))))
	fmt.Println(len(worker.Claims()), "blocks")

	_, err := worker.Attenuate(must(predicates.Parse(`allow database:write on customers/42`)))
	fmt.Println(errors.Is(err, chain.ErrWider))
	// Output:
	// 2 blocks
	// true
}

// A delegate with a key of its own can be held to what it did.
func ExampleCapability_Delegate() {
	root, agent := must(chain.GenerateSigner()), must(chain.GenerateSigner())
	orchestrator := must(chain.Mint(root, must(predicates.Parse(`allow database:read on **; until 2026-11-22T18:00:00Z`))))
	token := must(orchestrator.Delegate(agent.Public(), must(predicates.Parse(`allow database:read on customers/**`))))

	// The agent, with the text that it was sent:
	capability := must(chain.Accept(token, agent, root.Public()))
	fmt.Println(capability.Claims()[1].String() == "allow database:read on customers/**")

	_, err := capability.Delegate(agent.Public(), predicates.Claims{})
	fmt.Println(errors.Is(err, chain.ErrKeyInChain))
	// Output:
	// true
	// true
}

// A seal is a bearer string, good for all that it permits until it expires. Prefer
// Present.
func ExampleCapability_Seal() {
	root := must(chain.GenerateSigner())
	capability := must(chain.Mint(root, must(predicates.Parse(`allow database:read on **; until 2026-11-22T18:00:00Z`))))
	token := must(capability.Seal(must(predicates.Parse(`services db-gateway; until 2026-11-22T10:05:00Z`))))

	v := gateway(root.Public())
	for _, resource := range []string{"customers/42", "orders/7"} {
		request := predicates.NewRequest("database:read", resource)
		_, err := v.Authorize(context.Background(), token.Text(), &request)
		fmt.Println(resource, err)
	}
	// Output:
	// customers/42 <nil>
	// orders/7 <nil>
}

// A presentation is good for one request, once, for a minute.
func ExampleCapability_Present() {
	root := must(chain.GenerateSigner())
	capability := must(chain.Mint(root, must(predicates.Parse(`allow payments:refund on orders/* where amount <= 100; until 2026-11-22T18:00:00Z`))))

	request := predicates.NewRequest("payments:refund", "orders/7")
	request.Accesses[0].Arguments = map[string]predicates.Value{"amount": predicates.Int(30)}
	presentation := must(capability.Present(chain.Use{Service: "db-gateway", Request: request, Now: ten()}))
	fmt.Println(presentation.Token.Block(1).Claims)

	v := gateway(root.Public())
	for range 2 {
		_, err := v.Authorize(context.Background(), presentation.Token.Text(), &request)
		fmt.Println(err == nil, errors.Is(err, chain.ErrReplayed))
	}
	// Output:
	// allow payments:refund on orders/7 where amount in {30}
	// until 2026-11-22T10:01:00Z
	// from 2026-11-22T10:00:00Z
	// uses 1 at db-gateway
	// services db-gateway
	// true false
	// false true
}

// A digest binds the exact body that the service will act on.
func ExampleUse() {
	root := must(chain.GenerateSigner())
	capability := must(chain.Mint(root, must(predicates.Parse(`allow files:write on reports/**; until 2026-11-22T18:00:00Z`))))
	body := []byte("the report")
	digest := sha256.Sum256(body)

	request := predicates.NewRequest("files:write", "reports/2026.txt")
	request.Digest = digest[:]
	presentation := must(capability.Present(chain.Use{Service: "db-gateway", Request: request, Now: ten()}))

	changed := sha256.Sum256([]byte("another report"))
	request.Digest = changed[:]
	_, err := gateway(root.Public()).Authorize(context.Background(), presentation.Token.Text(), &request)
	fmt.Println(errors.Is(err, chain.ErrWrongDigest))
	// Output: true
}

// Some requests need a person: the holder asks, the approver reads and seals.
func ExampleCapability_Ask() {
	root, approver := must(chain.GenerateSigner()), must(chain.GenerateSigner())
	holder := must(chain.Mint(root, must(predicates.New(
		predicates.Allow(predicates.Interfaces{"payments:refund"}, predicates.Resources{"orders/*"}),
		predicates.Until(ten().Add(8*time.Hour)),
		predicates.CosignedBy(1, approver.Public().Key()),
	))))
	request := predicates.NewRequest("payments:refund", "orders/7")
	asked := must(holder.Ask(approver.Public(), chain.Use{Service: "db-gateway", Request: request, Lifetime: 10 * time.Minute, Now: ten()}))

	// The approver reads every block, and decides.
	received := must(chain.Accept(asked.Token, approver, root.Public()))
	fmt.Println(received.Claims()[1])
	approved := must(received.Approve(ten()))

	_, err := gateway(root.Public()).Authorize(context.Background(), approved.Text(), &request)
	fmt.Println(err)
	// Output:
	// allow payments:refund on orders/7 where none
	// until 2026-11-22T10:10:00Z
	// from 2026-11-22T10:00:00Z
	// uses 1 at db-gateway
	// services db-gateway
	// <nil>
}

// A ceiling bounds all that a root can grant at this service, whatever its tokens
// say.
func ExampleRoot() {
	root := must(chain.GenerateSigner())
	v := must(chain.NewVerifier(chain.Config{
		Service: "db-gateway",
		Roots: []chain.Root{{
			Key:     root.Public(),
			Ceiling: must(predicates.Parse(`allow database:read on tenants/7/**`)),
		}},
		Now: ten,
	}))
	token := must(chain.MintSealed(root, must(predicates.Parse(`allow ** on **; until 2026-11-22T18:00:00Z; services db-gateway`))))
	for _, resource := range []string{"tenants/7/customers", "tenants/8/customers"} {
		request := predicates.NewRequest("database:read", resource)
		_, err := v.Authorize(context.Background(), token.Text(), &request)
		fmt.Println(resource, err == nil)
	}
	// Output:
	// tenants/7/customers true
	// tenants/8/customers false
}

func ExampleVerifier_Authorize() {
	root := must(chain.GenerateSigner())
	worker := must(chain.Mint(root, must(predicates.Parse(`allow database:read on customers/**; until 2026-11-22T18:00:00Z; uses 100 at db-gateway`))))
	request := predicates.NewRequest("database:read", "customers/42")
	presentation := must(worker.Present(chain.Use{Service: "db-gateway", Request: request, Now: ten()}))

	permit, err := gateway(root.Public()).Authorize(context.Background(), presentation.Token.Text(), &request)
	if err != nil {
		fmt.Println(err) // Act only where the error is nil.
		return
	}
	for _, use := range permit.Uses {
		fmt.Printf("block %d: use %d of %d\n", use.Block, use.Number, use.Limit)
	}
	// Output:
	// block 0: use 1 of 100
	// block 1: use 1 of 1
}

// A denial is told in two ways: all of it to the log, and a little to the asker.
func ExampleDenial() {
	root := must(chain.GenerateSigner())
	token := must(chain.MintSealed(root, must(predicates.Parse(
		`allow database:read on customers/**; until 2026-11-22T18:00:00Z; services db-gateway; label "analyzer"`))))
	request := predicates.NewRequest("database:write", "customers/42")
	_, err := gateway(root.Public()).Authorize(context.Background(), token.Text(), &request)

	var denial *chain.Denial
	if errors.As(err, &denial) {
		fmt.Println(denial.Verdict, "in block", denial.Block, "labelled", denial.Label)
		fmt.Println(denial.Public())
	}
	// Output:
	// not-allowed in block 0 labelled analyzer
	// denied: not-allowed: "database:write" on "customers/42" is not in "allow database:read on customers/**" (block 0); the root could still grant it
}

// Explain says all that stands against a request, where Authorize stops at the first.
func ExampleVerified_Explain() {
	root := must(chain.GenerateSigner())
	worker := must(must(chain.Mint(root, must(predicates.Parse(`allow database:read on **; until 2026-11-22T18:00:00Z`)))).
		Attenuate(must(predicates.Parse(`allow database:read on customers/**; until 2026-11-22T11:00:00Z`))))
	token := must(worker.Seal(must(predicates.Parse(`services db-gateway`))))

	verified := must(gateway(root.Public()).Verify(token.Text()))
	request := predicates.NewRequest("database:write", "orders/7")
	for _, d := range must(verified.Explain(&request, ten().Add(2*time.Hour))) {
		fmt.Println("block", d.Block, d.Verdict)
	}
	// Output:
	// block 0 not-allowed
	// block 1 expired
	// block 1 not-allowed
}

// Deciding is pure; committing charges.
func ExampleVerified_Decide() {
	root := must(chain.GenerateSigner())
	capability := must(chain.Mint(root, must(predicates.Parse(`allow database:read on **; until 2026-11-22T18:00:00Z`))))
	request := predicates.NewRequest("database:read", "customers/42")
	presentation := must(capability.Present(chain.Use{Service: "db-gateway", Request: request, Now: ten()}))

	verified := must(gateway(root.Public()).Verify(presentation.Token.Text()))
	decision := must(verified.Decide(&request, ten()))
	fmt.Println(len(decision.Charges()), "charge")
	_, err := decision.Commit(context.Background())
	fmt.Println(err)
	_, err = decision.Commit(context.Background())
	fmt.Println(errors.Is(err, chain.ErrReplayed))
	// Output:
	// 1 charge
	// <nil>
	// true
}

// A key may live in an agent, a KMS or an HSM: all that is needed is a crypto.Signer.
func ExampleNewSigner() {
	private := ed25519.NewKeyFromSeed(make([]byte, 32)) // Such as an agent's.
	signer, err := chain.NewSigner(private)
	fmt.Println(signer, err)
	// Output: signer ed25519:O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik <nil>
}

func ExampleParsePublicKey() {
	key, err := chain.ParsePublicKey("ed25519:O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik")
	fmt.Println(key, err)
	_, err = chain.ParsePublicKey("ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	fmt.Println(errors.Is(err, chain.ErrBadKey))
	// Output:
	// ed25519:O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik <nil>
	// true
}
