package main

import (
	"encoding/hex"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// ceilingCases: what a verifier bounds all tokens of a root by.
func ceilingCases(s *suite) {
	d22, a9 := []string{"D-22", "D-10"}, []string{"A9"}
	under := func(id, base, comment, text, verdict string, claim int, flag string, change func(*authorize)) {
		a := authorize{id: "ceilings-" + id, spec: d22, attacks: a9, comment: comment, token: standard(), roots: []vectors.Root{root(trusted, text)}}
		if verdict != "" {
			a.base, a.verdict, a.block, a.claim, a.flags = "ceilings-"+base, verdict, ceiling, claim, []string{flag}
		}
		if change != nil {
			change(&a)
		}
		s.authorize(a)
	}
	with := func(i int, claims ...forge.Pair) func(*authorize) {
		return func(a *authorize) { a.token = a.token.With(i, claims...) }
	}
	at := func(seconds int) func(*authorize) {
		return func(a *authorize) { a.now = uint64(forge.Now + seconds) }
	}
	s.authorize(authorize{id: "ceilings-none", spec: d22, token: standard(), comment: "A root without a ceiling bounds nothing."})

	// Each kind of claim.
	under("services", "", "The ceiling names the service.", "services db-gateway", "", 0, "", nil)
	under("services-other", "services", "The ceiling names another service than the one that asks, whatever the token names.", "services reports", "wrong-service", 3, "ceiling-ignored", nil)
	under("until", "", "The last second before the ceiling's end.", "until 2026-11-22T10:00:30Z", "", 0, "", at(29))
	under("until-over", "until", "The ceiling ends before the token does: tokens that live for years end with it.", "until 2026-11-22T10:00:30Z", "expired", 4, "ceiling-ignored", at(30))
	under("from", "", "Sixty seconds before the ceiling's start, with the same leeway as blocks have.", "from 2026-11-22T10:01:00Z", "", 0, "", nil)
	under("from-early", "from", "Sixty-one seconds before the ceiling's start.", "from 2026-11-22T10:01:01Z", "not-yet-valid", 5, "ceiling-ignored", nil)
	under("allow", "", "The ceiling permits the request, and more.", "allow database:** on customers/**, orders/**", "", 0, "", nil)
	under("allow-other", "allow", "The ceiling permits other resources: one tenant's root for another's data.", "allow database:** on orders/**", "not-allowed", 6, "ceiling-ignored", nil)
	under("allow-nothing", "allow", "A ceiling that permits nothing shuts a root off; read as absent, it opens it.", "allow nothing", "not-allowed", 6, "empty-means-all", nil)
	under("allow-second", "", "The second grant of a ceiling counts too.", "allow files:read on tool\nallow database:read on customers/42", "", 0, "", nil)
	under("allow-cross", "allow-second", "Interface and resource of two grants of a ceiling are not paired.", "allow database:read on orders/1\nallow files:read on customers/42", "not-allowed", 6, "cross-pairing", nil)
	under("where", "", "A ceiling may bound arguments.", "allow database:read on customers/* where none", "", 0, "", nil)
	under("where-missing", "where", "The ceiling demands an argument, and the request has none.", "allow database:read on customers/* where limit <= 10", "not-allowed", 6, "missing-argument", nil)
	under("delegations", "", "The standard token names two keys.", "delegations 2", "", 0, "", nil)
	under("delegations-1", "delegations", "The ceiling permits one key to be named, and that counts from block 0.", "delegations 1", "too-many-delegations", 8, "skips-block-0", nil)
	worker := forge.NewKey("worker")
	under("cosigned", "", "The ceiling demands the worker's signature, and the worker presents.", cosignedText(1, worker), "", 0, "", nil)
	under("cosigned-other", "cosigned", "The ceiling demands a signature that is not there.", cosignedText(1, forge.NewKey("approver")), "not-cosigned", 9, "ceiling-ignored", nil)
	digest := bodyDigest()
	digestText := "digest sha256:" + hex.EncodeToString(digest)
	under("digest", "", "The ceiling binds the body.", digestText, "", 0, "", func(a *authorize) { a.request = withDigest(digest) })
	under("digest-none", "digest", "The request has no digest, and the ceiling demands one.", digestText, "wrong-digest", 10, "missing-argument", nil)
	knows := func(value string) func(*authorize) {
		return func(a *authorize) { a.extensions = map[string][]string{"example.com/region": {value}} }
	}
	under("extension", "", "The ceiling carries an extension, whose checker accepts it.", "extension example.com/region h'6575'", "", 0, "", knows("6575"))
	under("extension-unknown", "extension", "The verifier has no checker for an extension of its own ceiling, and so denies.", "extension example.com/region h'6575'", "unknown-extension", 12, "unknown-skipped", nil)
	under("extension-denied", "extension", "The checker refuses the ceiling's value.", "extension example.com/region h'6575'", "extension-denied", 12, "ceiling-ignored", knows("7573"))
	under("fresh", "", "The ceiling demands presentations of at most a minute.", "fresh 60s", "", 0, "", nil)
	under("fresh-long", "fresh", "The presentation is a second too long for the ceiling.", "fresh 59s", "not-fresh", 13, "ceiling-ignored", nil)
	under("fresh-plain", "fresh", "A plain seal under a ceiling that demands presentations.", "fresh 60s", "not-fresh", 13, "ceiling-ignored",
		func(a *authorize) { a.token = a.token.Without(2, 5, 6, 7) })

	// What the token says otherwise.
	wide := forge.Allow(forge.Grant([]string{"**"}, []string{"**", "/**"}))
	under("wider-allow", "allow", "Block 0 permits everything, and the ceiling does not: a ceiling is no default for tokens that lack the claim.", "allow database:** on orders/**", "not-allowed", 6, "ceiling-as-default", with(0, wide))
	under("later-until", "until", "Block 0 expires in the year 9999.", "until 2026-11-22T10:00:30Z", "expired", 4, "ceiling-as-default",
		func(a *authorize) { a.token, a.now = a.token.With(0, forge.Expires(lastSecond)), forge.Now+30 })
	under("more-services", "services", "Every block names the service, and the ceiling does not.", "services reports", "wrong-service", 3, "ceiling-as-default", with(1, forge.Services(forge.Service)))
	under("larger-delegations", "delegations", "Block 0 permits fifteen delegations.", "delegations 1", "too-many-delegations", 8, "ceiling-as-default", with(0, forge.Delegations(15)))
	under("weaker-cosigners", "cosigned", "Block 0 demands a signature that is there, the ceiling one that is not.", cosignedText(1, forge.NewKey("approver")), "not-cosigned", 9, "ceiling-as-default",
		with(0, forge.Cosigners(1, worker.Public())))
	under("other-digest", "digest", "The presentation binds the body that is sent, the ceiling another one.", "digest sha256:"+hex.EncodeToString(make([]byte, 32)), "wrong-digest", 10, "ceiling-as-default",
		func(a *authorize) { a.token, a.request = a.token.With(2, forge.Digest(digest)), withDigest(digest) })
	under("larger-fresh", "fresh", "Block 0 permits presentations of an hour.", "fresh 59s", "not-fresh", 13, "ceiling-as-default", with(0, forge.Fresh(3600)))
	under("other-extension", "extension", "The token carries the extension with a value that is accepted, the ceiling with one that is not.", "extension example.com/region h'7573'", "extension-denied", 12, "ceiling-as-default",
		func(a *authorize) {
			knows("6575")(a)
			a.token = a.token.With(0, forge.Extensions(forge.Extension("example.com/region", []byte("eu"))))
		})
	under("narrower-token", "", "A token that is narrower than the ceiling stays so.", "allow ** on **", "", 0, "", nil)
	s.authorize(authorize{id: "ceilings-narrower-token-denied", base: "ceilings-narrower-token", spec: d22, attacks: a9, flags: []string{"ceiling-grants"},
		comment: "The ceiling permits everything, the token one record: a ceiling grants nothing.",
		token:   standard(), roots: []vectors.Root{root(trusted, "allow ** on **")}, request: ptr(request(forge.Interface, "secrets/1")), verdict: "not-allowed", claim: 6})
	under("wide-later", "", "A ceiling that ends after the token does.", "until 2030-01-01T00:00:00Z", "", 0, "", nil)
	s.authorize(authorize{id: "ceilings-wide-later-expired", base: "ceilings-wide-later", spec: []string{"D-12", "D-22"}, attacks: a9, flags: []string{"ceiling-replaces"},
		comment: "The presentation has expired although the ceiling has not: the ceiling comes beside the token's claims, not in place of them.",
		token:   standard(), roots: []vectors.Root{root(trusted, "until 2030-01-01T00:00:00Z")}, now: forge.Now + 60, verdict: "expired", block: 2, claim: 4})
	under("uses-kept", "", "Under a ceiling uses are counted as without one.", "services db-gateway", "", 0, "", func(a *authorize) { a.uses = used(2, 1, 1) })

	// The ceiling is decided first, and its claims in ascending order.
	order := func(id, base, comment, text, verdict string, block, claim int, change func(*authorize)) {
		a := authorize{id: "ceilings-order-" + id, base: "ceilings-" + base, spec: []string{"D-1", "D-10", "D-22"}, attacks: []string{"A9", "G10"}, flags: []string{"order-of-claims"},
			comment: comment, token: standard(), roots: []vectors.Root{root(trusted, text)}, verdict: verdict, block: block, claim: claim}
		change(&a)
		s.authorize(a)
	}
	elsewhere := func(a *authorize) { a.service = "billing" }
	order("before-block-0", "services", "No block and not the ceiling is good at this service: the ceiling is named, as it comes first.", "services db-gateway", "wrong-service", ceiling, 3, elsewhere)
	order("later-claim", "allow", "The ceiling's last claim denies and block 0's first one would too: all claims of the ceiling come before all of block 0.", "fresh 59s", "not-fresh", ceiling, 13, elsewhere)
	order("both-expired", "until", "Block 0 and the ceiling expire in the same second.", "until 2026-11-22T18:00:00Z", "expired", ceiling, 4, at(8*3600))
	order("claims", "services", "Two claims of the ceiling deny: the lower number decides.", "services db-gateway; until 2026-11-22T10:00:00Z", "wrong-service", ceiling, 3, elsewhere)
	order("text-order", "services", "The ceiling's text says allow before services, as the language prints it, but claims are decided by number.", "allow nothing; services reports", "wrong-service", ceiling, 3, func(*authorize) {})
	order("revoked", "services", "The ceiling denies, and block 0 is revoked: claims come before revocation.", "services reports", "wrong-service", ceiling, 3, func(a *authorize) {
		public := trusted.Public()
		a.revoked = &vectors.Revoked{Keys: []string{hex.EncodeToString(public[:])}}
	})
	order("no-ledger", "services", "The ceiling denies, and there is no ledger: claims come before uses.", "services reports", "wrong-service", ceiling, 3, func(a *authorize) { a.noLedger = true })

	// Two roots, each with its ceiling.
	tenant := forge.NewKey("tenant")
	theirs := forge.Chain("tenant", "orchestrator", "worker")
	const ours, other = "allow database:** on customers/**", "allow database:** on orders/**"
	roots := func(a, b string) []vectors.Root { return []vectors.Root{root(trusted, a), root(tenant, b)} }
	s.authorize(authorize{id: "ceilings-two-first", spec: []string{"D-7", "D-22"}, attacks: a9, token: standard(), roots: roots(ours, other),
		comment: "Two roots with a ceiling each: the first root's token is under the first ceiling."})
	s.authorize(authorize{id: "ceilings-two-second", spec: []string{"D-7", "D-22"}, attacks: a9, token: theirs, roots: roots(other, ours),
		comment: "The second root's token is under the second ceiling only."})
	s.authorize(authorize{id: "ceilings-two-first-other", base: "ceilings-two-first", spec: []string{"D-7", "D-22"}, attacks: a9, flags: []string{"wrong-ceiling"},
		comment: "The first root's ceiling does not permit what the second's would: whoever takes any ceiling that permits joins two tenants.",
		token:   standard(), roots: roots(other, ours), verdict: "not-allowed", block: ceiling, claim: 6})
	s.authorize(authorize{id: "ceilings-two-second-other", base: "ceilings-two-second", spec: []string{"D-7", "D-22"}, attacks: a9, flags: []string{"wrong-ceiling"},
		comment: "The second root's ceiling does not permit what the first's would: taking the first in the list is wrong.",
		token:   theirs, roots: roots(ours, other), verdict: "not-allowed", block: ceiling, claim: 6})
	s.authorize(authorize{id: "ceilings-two-one-free", spec: []string{"D-7", "D-22"}, attacks: a9, token: theirs, roots: roots("allow nothing", ""),
		comment: "Another root's ceiling shuts that root off, and not this one."})
	s.authorize(authorize{id: "ceilings-two-one-shut", base: "ceilings-two-one-free", spec: []string{"D-7", "D-22"}, attacks: a9, flags: []string{"wrong-ceiling"},
		comment: "The root that is shut off presents, beside one that has no ceiling.",
		token:   theirs, roots: roots("", "allow nothing"), verdict: "not-allowed", block: ceiling, claim: 6})
}

func ptr(r vectors.Request) *vectors.Request { return &r }
