package main

import (
	"encoding/hex"
	"fmt"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// revocationCases: what a revocation list holds, and where in a chain it is found.
func revocationCases(s *suite) {
	base := fourBlocks()
	steps := base.Trace()
	id := func(i int) string { return hex.EncodeToString(steps[i].ID[:]) }
	keyHex := func(k [32]byte) string { return hex.EncodeToString(k[:]) }
	names := []string{"the root's key", "the orchestrator's key", "the worker's key", "the tool's key"}

	s.authorize(authorize{
		id: "revocation-none", spec: []string{"R-1", "R-3"}, attacks: []string{"G9"},
		comment: "A list that holds nothing, and is good.",
		token:   base, revoked: &vectors.Revoked{},
	})
	s.authorize(authorize{
		id: "revocation-of-others", spec: []string{"R-1"}, attacks: []string{"G9"},
		comment: "A list that holds ids and keys of other chains.",
		token:   base,
		revoked: &vectors.Revoked{
			IDs:  []string{keyHex(forge.NewKey("x").Public()), keyHex(forge.Chain("root").Trace()[0].ID)},
			Keys: []string{keyHex(forge.NewKey("mallory").Public())},
		},
	})
	revoked := func(name string, list vectors.Revoked, block int, flag, comment string) {
		s.authorize(authorize{
			id: "revocation-" + name, base: "revocation-none", spec: []string{"R-1"}, attacks: []string{"G9"}, flags: []string{"revocation-missed", flag}, comment: comment,
			token: base, revoked: &list, verdict: "revoked", block: block,
		})
	}
	for i := range 4 {
		why := "all that was derived from it is revoked with it"
		if i == 3 {
			why = "this one presentation is, and no other of its holder"
		}
		revoked(fmt.Sprintf("id-%d", i), vectors.Revoked{IDs: []string{id(i)}}, i, "last-block-only",
			fmt.Sprintf("The list holds the id of block %d: %s.", i, why))
		at, who := i-1, fmt.Sprintf("block %d names it and block %d is signed by it: the lower one is reported", i-1, i)
		if i == 0 {
			at, who = 0, "it signs block 0, and no block names it"
		}
		revoked(fmt.Sprintf("key-%d", i), vectors.Revoked{Keys: []string{keyHex(signerOf(base, i).Public())}}, at, "last-block-only",
			fmt.Sprintf("The list holds %s; %s.", names[i], who))
		for j := i + 1; j < 4; j++ {
			revoked(fmt.Sprintf("ids-%d-%d", i, j), vectors.Revoked{IDs: []string{id(j), id(i)}}, i, "order",
				fmt.Sprintf("The list holds the ids of block %d and block %d, in this order: the lowest block decides, whatever the order of the list.", j, i))
		}
	}
	revoked("key-0-id-3", vectors.Revoked{IDs: []string{id(3)}, Keys: []string{keyHex(base.Root.Public())}}, 0, "order",
		"The root's key and the seal's id: a verifier that looks up all ids before all keys names the wrong block.")
	revoked("id-0-key-3", vectors.Revoked{IDs: []string{id(0)}, Keys: []string{keyHex(signerOf(base, 3).Public())}}, 0, "order",
		"Block 0's id and the last signer's key: a verifier that looks up all keys before all ids names the wrong block.")
	one := forge.Chain("root")
	s.authorize(authorize{
		id: "revocation-one-block", spec: []string{"R-1"}, attacks: []string{"G9"},
		comment: "A token that the root itself seals, and an empty list.",
		token:   one, revoked: &vectors.Revoked{},
	})
	s.authorize(authorize{
		id: "revocation-one-block-root", base: "revocation-one-block", spec: []string{"R-1"}, attacks: []string{"G9"}, flags: []string{"revocation-missed"},
		comment: "The root's key, for a token that names no key at all: the root is in no token, and is looked up all the same.",
		token:   one, revoked: &vectors.Revoked{Keys: []string{keyHex(one.Root.Public())}},
		verdict: "revoked", block: 0,
	})

	// What is near, and is not it.
	nearID, nearKey := flipped(steps[1].ID[:], 255), signerOf(base, 2).Public()
	nearKey[31] ^= 0x80
	notRevoked := func(name string, list vectors.Revoked, spec []string, comment string) {
		s.authorize(authorize{
			id: "revocation-" + name, spec: spec, attacks: []string{"G9"}, flags: []string{"too-strict"}, comment: comment, token: base, revoked: &list,
		})
	}
	notRevoked("id-but-last-bit", vectors.Revoked{IDs: []string{hex.EncodeToString(nearID)}}, []string{"R-2"},
		"An id that differs from block 1's in its very last bit: ids are compared whole, and one that is cut short revokes strangers.")
	notRevoked("id-but-first-bit", vectors.Revoked{IDs: []string{hex.EncodeToString(flipped(steps[1].ID[:], 7))}}, []string{"R-2"},
		"An id that differs from block 1's in its first bit.")
	notRevoked("key-negated", vectors.Revoked{Keys: []string{keyHex(nearKey)}}, []string{"R-2"},
		"The worker's key with the other sign: keys are compared whole.")
	notRevoked("hash", vectors.Revoked{IDs: []string{keyHex(steps[1].Hash), keyHex(steps[2].Hash)}}, []string{"R-1", "K-1"},
		"The list of ids holds h_1 and h_2: hashes of links are no ids.")
	notRevoked("id-among-keys", vectors.Revoked{IDs: []string{keyHex(signerOf(base, 1).Public())}, Keys: []string{id(1)}}, []string{"R-1"},
		"An id stands among the keys, and a key among the ids: they are two lists.")
	again := base.With(1, forge.Nonce([]byte("reissued")))
	s.authorize(authorize{
		id: "revocation-reissued", spec: []string{"R-1"}, attacks: []string{"G9"}, flags: []string{"too-strict"},
		comment: "Block 1 is revoked by id, and its parent has issued it again with another nonce: by design another block, whose chain is good. To stop its holder, revoke the key.",
		token:   again, revoked: &vectors.Revoked{IDs: []string{id(1), id(2), id(3)}},
	})
	s.authorize(authorize{
		id: "revocation-reissued-key", base: "revocation-reissued", spec: []string{"R-1"}, attacks: []string{"G9"}, flags: []string{"revocation-missed"},
		comment: "The same, and the list holds the worker's key: no new nonce helps against that.",
		token:   again, revoked: &vectors.Revoked{IDs: []string{id(1), id(2), id(3)}, Keys: []string{keyHex(signerOf(again, 2).Public())}},
		verdict: "revoked", block: 1,
	})

	// Cosigners are not named.
	spare, approver := forge.NewKey("spare").Public(), forge.NewKey("approver").Public()
	approved := cosignedChain(spare)
	s.authorize(authorize{
		id: "revocation-cosigner-listed", spec: []string{"R-1"}, attacks: []string{"G9"}, flags: []string{"too-strict"},
		comment: "The list holds the spare cosigner, who stands in a list of cosigners and signs nothing: that is not being named.",
		token:   approved, revoked: &vectors.Revoked{Keys: []string{keyHex(spare)}},
	})
	s.authorize(authorize{
		id: "revocation-cosigner-signed", base: "revocation-cosigner-listed", spec: []string{"R-1"}, attacks: []string{"G9"}, flags: []string{"revocation-missed"},
		comment: "The list holds the approver, whom block 1 names and who signs block 2.",
		token:   approved, revoked: &vectors.Revoked{Keys: []string{keyHex(approver)}},
		verdict: "revoked", block: 1,
	})

	// R-3, and the order of steps 7 to 9.
	s.authorize(authorize{
		id: "revocation-stale", base: "revocation-none", spec: []string{"R-3"}, attacks: []string{"G9"}, flags: []string{"freeze"},
		comment: "The list is out of date: whoever can withhold newer ones could keep a stolen key alive.",
		token:   base, revoked: &vectors.Revoked{Stale: true},
		verdict: "revocation-stale", block: noBlock,
	})
	s.authorize(authorize{
		id: "revocation-stale-one-block", base: "revocation-one-block", spec: []string{"R-3"}, attacks: []string{"G9"}, flags: []string{"freeze"},
		comment: "An out-of-date list, and a token of one block.",
		token:   one, revoked: &vectors.Revoked{Stale: true},
		verdict: "revocation-stale", block: noBlock,
	})
	for i := range 4 {
		s.authorize(authorize{
			id: fmt.Sprintf("revocation-stale-and-revoked-%d", i), base: "revocation-none", spec: []string{"R-1", "R-3", "D-1"}, attacks: []string{"G9", "G10"}, flags: []string{"order"},
			comment: fmt.Sprintf("The list is out of date, and holds the id of block %d: an old list still knows what was revoked, and says so first.", i),
			token:   base, revoked: &vectors.Revoked{IDs: []string{id(i)}, Stale: true},
			verdict: "revoked", block: i,
		})
	}
	s.authorize(authorize{
		id: "revocation-after-claims", base: "revocation-none", spec: []string{"D-1", "R-1"}, attacks: []string{"G10"}, flags: []string{"order"},
		comment: "Block 0 is revoked, and the seal has expired: claims come before lists, also where the claim stands in a later block.",
		token:   base, revoked: &vectors.Revoked{IDs: []string{id(0)}}, now: forge.Now + 60,
		verdict: "expired", block: 3, claim: 4,
	})
	s.authorize(authorize{
		id: "revocation-after-signatures", base: "revocation-none", spec: []string{"D-1", "D-9"}, attacks: []string{"G10"}, flags: []string{"order"},
		comment: "The root's key is revoked, and the last signature is bad: what is not signed says nothing about anybody.",
		token:   resigned(base, 3, func(_ forge.Key, _, signature []byte) []byte { return flipped(signature, 0) }),
		revoked: &vectors.Revoked{Keys: []string{keyHex(base.Root.Public())}},
		verdict: "bad-signature", block: 3,
	})
	s.authorize(authorize{
		id: "revocation-before-ledger", base: "revocation-none", spec: []string{"D-1", "R-1", "U-1"}, attacks: []string{"G10"}, flags: []string{"order"},
		comment: "A revoked seal at a service that can't count: lists come before ledgers.",
		token:   base, revoked: &vectors.Revoked{IDs: []string{id(3)}}, noLedger: true,
		verdict: "revoked", block: 3,
	})
	limited := base.With(1, forge.Uses(forge.Use(3, forge.Service)))
	second := limited.With(3, forge.Nonce([]byte("second..")))
	limitedID := fmt.Sprintf("%x", limited.Trace()[1].ID)
	s.add(vectors.Case{
		ID: "revocation-charges-nothing", Op: "authorize", Spec: []string{"R-1", "R-3", "D-1", "U-2"}, Attacks: []string{"E5", "G9"}, Flags: []string{"charged-too-early"},
		Comment: "Denied while revoked and while the list is stale, permitted when it no longer is: the numbers begin at 1, since what is denied charges nothing.",
		Tokens:  []vectors.Token{token(limited), token(second)}, Roots: []vectors.Root{root(trusted, "")},
		Steps: []vectors.Step{
			authorize{revoked: &vectors.Revoked{IDs: []string{limitedID}}, verdict: "revoked", block: 1}.step(0),
			authorize{revoked: &vectors.Revoked{Stale: true}, verdict: "revocation-stale", block: noBlock}.step(0),
			authorize{revoked: &vectors.Revoked{}, uses: []vectors.Used{{Block: 1, Number: 1, Limit: 3}, {Block: 3, Number: 1, Limit: 1}}}.step(0),
			authorize{revoked: &vectors.Revoked{IDs: []string{limitedID}}, verdict: "revoked", block: 1}.step(0),
			authorize{uses: []vectors.Used{{Block: 1, Number: 2, Limit: 3}, {Block: 3, Number: 1, Limit: 1}}}.step(1),
			authorize{revoked: &vectors.Revoked{Stale: true}, verdict: "revocation-stale", block: noBlock}.step(1),
			authorize{revoked: &vectors.Revoked{}, verdict: "replayed", block: 3, claim: 7}.step(1),
		},
	})
}
