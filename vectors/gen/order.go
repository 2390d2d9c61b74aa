package main

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// A claimFault is a claim that denies the standard request at blocks 0 and 1 of a
// token of four.
type claimFault struct {
	claim   int
	name    string
	pair    forge.Pair
	ceiling string // the same in a ceiling
	verdict string
}

func claimFaults() []claimFault {
	stranger := forge.NewKey("stranger")
	zero := strings.Repeat("00", 32)
	return []claimFault{
		{3, "services", forge.Services("elsewhere"), "services elsewhere", "wrong-service"},
		{4, "expires", forge.Expires(forge.Now), "until 2026-11-22T10:00:00Z", "expired"},
		{5, "starts", forge.Starts(forge.Now + 61), "from 2026-11-22T10:01:01Z", "not-yet-valid"},
		{6, "allow", forge.Allow(forge.Grant([]string{"database:write"}, []string{"**"})), "allow database:write on **", "not-allowed"},
		{7, "uses", forge.Uses(forge.Use(5, "elsewhere")), "", "wrong-service"},
		{8, "delegations", forge.Delegations(0), "delegations 0", "too-many-delegations"},
		{9, "cosigners", forge.Cosigners(1, stranger.Public()), "cosigned by 1 of {ed25519:" + keyText(stranger) + "}", "not-cosigned"},
		{10, "digest", forge.Digest(make([]byte, 32)), "digest sha256:" + zero, "wrong-digest"},
		{12, "extensions", forge.Extensions(forge.Extension("example.com/x", nil)), "extension example.com/x h''", "unknown-extension"},
		{13, "fresh", forge.Fresh(59), "fresh 59s", "not-fresh"},
	}
}

// orderCases: tokens with two faults, of which one is reported, the same one by
// everybody. Their base has neither.
func orderCases(s *suite) {
	base := fourBlocks()
	s.authorize(authorize{
		id: "order-standard", spec: []string{"D-1"}, attacks: []string{"G10"},
		comment: "Four blocks without a fault: each case of this file adds two to it, or two to its request.",
		token:   base, revoked: &vectors.Revoked{},
	})
	two := func(a authorize) {
		a.id, a.attacks, a.flags = "order-"+a.id, []string{"G10"}, []string{"order", "two-faults"}
		if a.base == "" {
			a.base = "order-standard"
		}
		a.spec = append([]string{"D-1"}, a.spec...)
		if a.revoked == nil {
			a.revoked = &vectors.Revoked{}
		}
		s.authorize(a)
	}
	badSignature := func(t forge.Token, i int) forge.Token {
		return resigned(t, i, func(_ forge.Key, _, signature []byte) []byte { return flipped(signature, 0) })
	}
	weak := forge.PublicKey(forge.SmallOrder()[1])
	short := forge.Nonce([]byte("7 bytes"))
	strangers := []vectors.Root{root(forge.NewKey("another root"), "")}

	// The steps, each beside the next.
	two(authorize{
		id: "size-version", spec: []string{"D-2", "D-3"},
		comment: "16,385 bytes of which the first two say version 2: size comes first, so that nobody reads on.",
		bytes:   append([]byte{0x83, 0x02}, make([]byte, 16383)...),
		verdict: "too-large", block: noBlock,
	})
	two(authorize{
		id: "version-malformed", spec: []string{"D-3", "E-9"},
		comment: "Version 2, and a nonce of 7 bytes: version 2 may well have such nonces.",
		token:   func() forge.Token { t := base.With(1, short); t.Version = forge.Uint(2); return t }(),
		verdict: "unsupported-version", block: noBlock,
	})
	two(authorize{
		id: "malformed-not-sealed", spec: []string{"E-9", "D-4"},
		comment: "An open token with a nonce of 7 bytes in block 1: what is malformed is no token, open or not.",
		token:   base.Truncate(3).With(1, short),
		verdict: "malformed", block: 1, claim: 1,
	})
	two(authorize{
		id: "malformed-last-bad-key-first", spec: []string{"E-9", "D-5"},
		comment: "Block 0 names a key of small order, and the last block has a nonce of 7 bytes: encoding is checked in all blocks before keys in any.",
		token:   base.WithNext(0, weak).With(3, short),
		verdict: "malformed", block: 3, claim: 1,
	})
	two(authorize{
		id: "not-sealed-bad-key", spec: []string{"D-4", "D-5"},
		comment: "An open token of which block 0 names a key of small order.",
		token:   base.Truncate(3).WithNext(0, weak),
		verdict: "not-sealed", block: 2, claim: 2,
	})
	two(authorize{
		id: "bad-key-unbounded", spec: []string{"D-5", "D-6"},
		comment: "Block 0 never expires, and block 2 names a key of small order: keys are checked in all blocks before bounds in any.",
		token:   base.Without(0, 4).WithNext(2, weak),
		verdict: "bad-key", block: 2, claim: 2,
	})
	two(authorize{
		id: "unbounded-unknown-root", spec: []string{"D-6", "D-7"},
		comment: "The seal names no service, and nobody trusts the root: shape does not depend on whom one trusts.",
		token:   base.Without(3, 3), roots: strangers,
		verdict: "unbounded", block: 3, claim: 3,
	})
	two(authorize{
		id: "unknown-root-next-is-root", spec: []string{"D-7", "D-8"},
		comment: "Block 1 names its root's own key, and nobody trusts that root: its key is not known here.",
		token:   base.WithNext(1, base.Root), roots: strangers,
		verdict: "unknown-root", block: noBlock,
	})
	two(authorize{
		id: "unknown-root-bad-signature", spec: []string{"D-7", "D-9"},
		comment: "Nobody trusts the root, and block 0 is badly signed: there is no key to check it under.",
		token:   badSignature(base, 0), roots: strangers,
		verdict: "unknown-root", block: noBlock,
	})
	two(authorize{
		id: "next-is-root-bad-signature", spec: []string{"D-8", "D-9"},
		comment: "Block 0 is badly signed, and block 2 names the root's key: all keys come before all signatures.",
		token:   badSignature(base.WithNext(2, base.Root), 0),
		verdict: "bad-key", block: 2, claim: 2,
	})
	two(authorize{
		id: "bad-signature-claims", spec: []string{"D-9", "D-11"},
		comment: "Block 0 is for another service, and the last block is badly signed: claims that nobody signed are not read.",
		token:   badSignature(base.With(0, forge.Services("elsewhere")), 3),
		verdict: "bad-signature", block: 3,
	})
	two(authorize{
		id: "claims-revoked", spec: []string{"D-20", "R-1"},
		comment: "Block 0 is revoked, and the last claim of block 2 denies: claims come before lists.",
		token:   base.With(2, forge.Fresh(59)), revoked: &vectors.Revoked{Keys: []string{root(base.Root, "").Key}},
		verdict: "not-fresh", block: 2, claim: 13,
	})
	two(authorize{
		id: "claims-stale", spec: []string{"D-11", "R-3"},
		comment: "The list is out of date, and block 0 is for another service: a denial stands, whatever a newer list says.",
		token:   base.With(0, forge.Services("elsewhere")), revoked: &vectors.Revoked{Stale: true},
		verdict: "wrong-service", block: 0, claim: 3,
	})
	two(authorize{
		id: "claims-no-ledger", spec: []string{"D-14", "U-1"},
		comment: "The service can't count, and the request is not allowed: nothing would have been counted.",
		token:   base, request: addressOf(request("database:write", forge.Resource)), noLedger: true,
		verdict: "not-allowed", block: 0, claim: 6,
	})
	two(authorize{
		id: "revoked-stale", spec: []string{"R-1", "R-3"},
		comment: "The list is out of date, and holds the root's key.",
		token:   base, revoked: &vectors.Revoked{Keys: []string{root(base.Root, "").Key}, Stale: true},
		verdict: "revoked", block: 0,
	})
	two(authorize{
		id: "stale-no-ledger", spec: []string{"R-3", "U-1"},
		comment: "The list is out of date, and the service can't count.",
		token:   base, revoked: &vectors.Revoked{Stale: true}, noLedger: true,
		verdict: "revocation-stale", block: noBlock,
	})

	// Two faults of one step.
	two(authorize{
		id: "malformed-two-blocks", spec: []string{"E-9", "E-17"},
		comment: "Blocks 1 and 2 have nonces of 7 bytes: the lower one is reported.",
		token:   base.With(1, short).With(2, short),
		verdict: "malformed", block: 1, claim: 1,
	})
	two(authorize{
		id: "malformed-two-claims", spec: []string{"E-9", "E-17"},
		comment: "Block 1 expires after the year 9999 and has a nonce of 7 bytes: the lower claim is reported.",
		token:   base.With(1, short, forge.Expires(253402300800)),
		verdict: "malformed", block: 1, claim: 1,
	})
	two(authorize{
		id: "malformed-higher-claim-lower-block", spec: []string{"E-9", "E-17"},
		comment: "Block 0 expires after the year 9999, and block 1 has a nonce of 7 bytes: the block comes before the claim.",
		token:   base.With(0, forge.Expires(253402300800)).With(1, short),
		verdict: "malformed", block: 0, claim: 4,
	})
	// Cosigners that have approved, so that their claim is right but for the keys.
	cosigned := func(spare [32]byte) forge.Token {
		t := cosignedChain(spare)
		through := forge.NewBlock("through", forge.NewKey("worker"), forge.Expires(forge.Now+600))
		return t.Splice(1, through, t.Blocks[1], t.Blocks[2])
	}
	s.authorize(authorize{
		id: "order-cosigned", spec: []string{"D-1", "D-17"}, attacks: []string{"G10"},
		comment: "Block 0 demands the approver or a spare, and the approver has sealed.",
		token:   cosigned(forge.NewKey("spare").Public()),
	})
	two(authorize{
		id: "bad-key-two-claims", base: "order-cosigned", spec: []string{"D-5"},
		comment: "Block 0 names a key of small order as next key and another as cosigner: the next key has the lower number.",
		token:   cosigned(forge.SmallOrder()[3]).WithNext(0, weak),
		verdict: "bad-key", block: 0, claim: 2,
	})
	two(authorize{
		id: "bad-key-two-blocks", base: "order-cosigned", spec: []string{"D-5"},
		comment: "A cosigner of block 0 and the next key of block 1 are of small order: the lower block is reported; who checks all next keys first differs.",
		token:   cosigned(forge.SmallOrder()[3]).WithNext(1, weak),
		verdict: "bad-key", block: 0, claim: 9,
	})
	two(authorize{
		id: "bad-key-small-order-repeated", base: "order-cosigned", spec: []string{"D-5", "K-5"},
		comment: "Block 1 names the key of block 0 again, and a cosigner of block 0 is of small order: both are found in one pass over the blocks.",
		token:   cosigned(forge.SmallOrder()[3]).WithNext(1, forge.NewKey("holder")),
		verdict: "bad-key", block: 0, claim: 9,
	})
	two(authorize{
		id: "bad-key-root-twice", spec: []string{"D-5", "D-8"},
		comment: "Blocks 0 and 1 both name the root's key: that two are equal is found before the root is known, and at the later one.",
		token:   base.WithNext(0, base.Root).WithNext(1, base.Root),
		verdict: "bad-key", block: 1, claim: 2,
	})
	two(authorize{
		id: "unbounded-expires-allow", spec: []string{"D-6"},
		comment: "Block 0 has neither expires nor allow: the lower claim is reported.",
		token:   base.Without(0, 4, 6),
		verdict: "unbounded", block: 0, claim: 4,
	})
	two(authorize{
		id: "unbounded-allow-services", spec: []string{"D-6"},
		comment: "Block 0 has no allow, and the seal no services: the lower block is reported, though its claim is the higher.",
		token:   base.Without(0, 6).Without(3, 3),
		verdict: "unbounded", block: 0, claim: 6,
	})
	one := forge.Chain("root")
	s.authorize(authorize{
		id: "order-one-block", spec: []string{"D-1", "D-6"}, attacks: []string{"G10"},
		comment: "One block, which is block 0 and the seal at once.",
		token:   one,
	})
	s.authorize(authorize{
		id: "order-unbounded-one-block", base: "order-one-block", spec: []string{"D-1", "D-6"}, attacks: []string{"G10"}, flags: []string{"order", "two-faults"},
		comment: "It has neither services nor expires: in one block the lower claim is reported, whichever rule asks for it.",
		token:   one.Without(0, 3, 4),
		verdict: "unbounded", block: 0, claim: 3,
	})
	two(authorize{
		id: "bad-signature-two-blocks", spec: []string{"D-9"},
		comment: "Blocks 0 and 3 are badly signed: from the root on, the first is reported.",
		token:   badSignature(badSignature(base, 0), 3),
		verdict: "bad-signature", block: 0,
	})

	claimPairs(two, base)
	extensionPairs(s)
	usePairs(s)
}

// claimPairs: each claim beside the next, in one block, in two blocks both ways,
// and each in a ceiling above a block.
func claimPairs(two func(authorize), base forge.Token) {
	faults := claimFaults()
	spec := map[int]string{3: "D-11", 4: "D-12", 5: "D-13", 6: "D-14", 7: "D-15", 8: "D-16", 9: "D-17", 10: "D-18", 12: "D-19", 13: "D-20"}
	for i := range len(faults) - 1 {
		a, b := faults[i], faults[i+1]
		ids := []string{spec[a.claim], spec[b.claim]}
		two(authorize{
			id: a.name + "-" + b.name, spec: ids,
			comment: fmt.Sprintf("In block 1 both %s and %s deny: the lower claim is reported, as %s.", a.name, b.name, a.verdict),
			token:   base.With(1, a.pair, b.pair),
			verdict: a.verdict, block: 1, claim: a.claim,
		})
		two(authorize{
			id: a.name + "-above-" + b.name, spec: ids,
			comment: fmt.Sprintf("The %s of block 0 and the %s of block 1 deny: the lower block is reported.", a.name, b.name),
			token:   base.With(0, a.pair).With(1, b.pair),
			verdict: a.verdict, block: 0, claim: a.claim,
		})
		two(authorize{
			id: b.name + "-above-" + a.name, spec: ids,
			comment: fmt.Sprintf("The %s of block 0 and the %s of block 1 deny: the lower block is reported, though its claim is the higher; who goes claim by claim over all blocks differs.", b.name, a.name),
			token:   base.With(0, b.pair).With(1, a.pair),
			verdict: b.verdict, block: 0, claim: b.claim,
		})
	}
	for _, f := range faults {
		if f.ceiling == "" {
			continue
		}
		below := faults[0]
		if f.claim == 3 {
			below = faults[1]
		}
		two(authorize{
			id: "ceiling-" + f.name + "-above-" + below.name, spec: []string{"D-10", spec[f.claim], spec[below.claim]},
			comment: fmt.Sprintf("The %s of the ceiling and the %s of block 0 deny: the ceiling comes before block 0, whichever claim it is.", f.name, below.name),
			token:   base.With(0, below.pair), roots: []vectors.Root{root(base.Root, f.ceiling)},
			verdict: f.verdict, block: ceiling, claim: f.claim,
		})
	}
}

// extensionPairs: extensions are asked in encoded order, shorter names first.
func extensionPairs(s *suite) {
	base := fourBlocks()
	checkers := map[string][]string{"aa": {"01"}, "c": {"01"}}
	with := func(extensions ...forge.Pair) forge.Token { return base.With(1, forge.Extensions(extensions...)) }
	s.authorize(authorize{
		id: "order-extensions", spec: []string{"D-1", "D-19"}, attacks: []string{"G10"},
		comment: "Two extensions whose checkers accept.",
		token:   with(forge.Extension("aa", []byte{1}), forge.Extension("c", []byte{1})), extensions: checkers,
	})
	for _, c := range []struct {
		id, denied, unknown, verdict, comment string
	}{
		{"unknown-shorter", "aa", "b", "unknown-extension", "The checker of aa refuses, and b has none: b is shorter and so comes first, though a comes before b."},
		{"denied-shorter", "c", "dd", "extension-denied", "The checker of c refuses, and dd has none: c is shorter and so is asked first."},
		{"denied-lower", "aa", "ab", "extension-denied", "The checker of aa refuses, and ab has none: of equal length, aa comes first; who looks for unknown names before asking anybody differs."},
	} {
		s.authorize(authorize{
			id: "order-extensions-" + c.id, base: "order-extensions", spec: []string{"D-1", "D-19"}, attacks: []string{"G10"}, flags: []string{"order", "two-faults"},
			comment: c.comment, token: with(forge.Extension(c.denied, []byte{2}), forge.Extension(c.unknown, []byte{1})), extensions: checkers,
			verdict: c.verdict, block: 1, claim: 12,
		})
	}
}

// usePairs: what was spent comes last, and the lower block first.
func usePairs(s *suite) {
	limited := fourBlocks().With(0, forge.Uses(forge.Use(1, forge.Service))).With(2, forge.Uses(forge.Use(1, forge.Service)))
	revokedKey := &vectors.Revoked{Keys: []string{root(limited.Root, "").Key}}
	all := []vectors.Used{{Block: 0, Number: 1, Limit: 1}, {Block: 2, Number: 1, Limit: 1}, {Block: 3, Number: 1, Limit: 1}}
	s.add(vectors.Case{
		ID: "order-uses", Op: "authorize", Spec: []string{"D-1", "U-4", "U-5"}, Attacks: []string{"E20", "G10"}, Flags: []string{"order", "two-faults"},
		Comment: "The uses of blocks 0, 2 and 3 are all spent: the lowest block is reported, as exhausted, and whatever else denies comes before all of them.",
		Tokens:  []vectors.Token{token(limited)}, Roots: []vectors.Root{root(trusted, "")},
		Steps: []vectors.Step{
			authorize{uses: all}.step(0),
			authorize{verdict: "exhausted", block: 0, claim: 7}.step(0),
			authorize{verdict: "revoked", block: 0, revoked: revokedKey}.step(0),
			authorize{verdict: "revocation-stale", block: noBlock, revoked: &vectors.Revoked{Stale: true}}.step(0),
			authorize{verdict: "expired", block: 3, claim: 4, now: forge.Now + 60}.step(0),
			authorize{verdict: "not-allowed", block: 0, claim: 6, request: addressOf(request("database:write", forge.Resource))}.step(0),
			authorize{verdict: "wrong-service", block: 0, claim: 7, service: "reports"}.step(0),
		},
	})
	inner := fourBlocks().With(2, forge.Uses(forge.Use(1, forge.Service)))
	s.add(vectors.Case{
		ID: "order-uses-of-seal-and-parent", Op: "authorize", Spec: []string{"D-1", "U-4", "U-5"}, Attacks: []string{"E20", "G10"}, Flags: []string{"order", "two-faults"},
		Comment: "The uses of block 2 and of the seal are spent: exhausted, and not replayed, since block 2 comes first; who looks at the seal first differs.",
		Tokens:  []vectors.Token{token(inner)}, Roots: []vectors.Root{root(trusted, "")},
		Steps: []vectors.Step{
			authorize{uses: []vectors.Used{{Block: 2, Number: 1, Limit: 1}, {Block: 3, Number: 1, Limit: 1}}}.step(0),
			authorize{verdict: "exhausted", block: 2, claim: 7}.step(0),
		},
	})
	roomy := fourBlocks().With(2, forge.Uses(forge.Use(2, forge.Service)))
	s.add(vectors.Case{
		ID: "order-uses-of-seal-alone", Op: "authorize", Spec: []string{"D-1", "U-5"}, Attacks: []string{"E12", "G10"}, Flags: []string{"order"},
		Comment: "Block 2 has a use left, and the seal has none: replayed.",
		Tokens:  []vectors.Token{token(roomy)}, Roots: []vectors.Root{root(trusted, "")},
		Steps: []vectors.Step{
			authorize{uses: []vectors.Used{{Block: 2, Number: 1, Limit: 2}, {Block: 3, Number: 1, Limit: 1}}}.step(0),
			authorize{verdict: "replayed", block: 3, claim: 7}.step(0),
		},
	})
}
