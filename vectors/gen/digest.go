package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// withDigest returns the standard request with a digest.
func withDigest(digest []byte) *vectors.Request {
	r := request(forge.Interface, forge.Resource)
	shown := hex.EncodeToString(digest)
	r.Digest = &shown
	return &r
}

// bodyDigest is the digest of the body that the cases are about.
func bodyDigest() []byte {
	d := sha256.Sum256([]byte(`{"amount":50}`))
	return d[:]
}

// digestCases: a request whose body is bound.
func digestCases(s *suite) {
	d18, c16 := []string{"D-18", "D-24"}, []string{"C16"}
	good := bodyDigest()
	flipped, tail := bodyDigest(), bodyDigest()
	flipped[0] ^= 1
	tail[31] ^= 0x80
	swapped := bodyDigest()
	for i := range 16 {
		swapped[i], swapped[31-i] = swapped[31-i], swapped[i]
	}
	hexed := []byte(hex.EncodeToString(good))
	pretty := sha256.Sum256([]byte(`{ "amount": 50 }`))
	plain := request(forge.Interface, forge.Resource)

	bound := standard().With(2, forge.Digest(good))
	s.authorize(authorize{id: "digest-same", spec: d18, attacks: c16, token: bound, request: withDigest(good),
		comment: "The request has the digest that the presentation names."})
	for _, c := range []struct {
		id, comment, flag string
		request           *vectors.Request
	}{
		{"none", "The request has no digest: a check that runs only where there is one lets every other body through.", "missing-argument", &plain},
		{"empty", "A digest of no bytes is none: a comparison over the shorter length finds no difference.", "truncated-comparison", withDigest(nil)},
		{"first-byte", "A digest of one byte, the right one: a comparison over the shorter length permits it.", "truncated-comparison", withDigest(good[:1])},
		{"31", "A digest of 31 bytes, all of them right.", "truncated-comparison", withDigest(good[:31])},
		{"33", "A digest of 33 bytes, of which the first 32 are right.", "truncated-comparison", withDigest(append(bodyDigest(), 0))},
		{"zero", "A digest of 32 zero bytes, as a default value would be.", "default-value", withDigest(make([]byte, 32))},
		{"other", "The digest of another body, the same JSON with blanks: what is bound is bytes, not meaning.", "digest-ignored", withDigest(pretty[:])},
		{"bit-first", "One bit of the first byte differs.", "partial-comparison", withDigest(flipped)},
		{"bit-last", "One bit of the last byte differs: a comparison that ends early misses it.", "partial-comparison", withDigest(tail)},
		{"reversed", "The same bytes in reverse: one who reads a digest as a little-endian number compares another.", "byte-order", withDigest(swapped)},
		{"hex", "The hexadecimal text of the digest as its bytes: 64 bytes are no digest.", "double-encoding", withDigest(hexed)},
	} {
		s.authorize(authorize{id: "digest-" + c.id, base: "digest-same", spec: d18, attacks: c16, flags: []string{c.flag},
			comment: c.comment, token: bound, request: c.request, verdict: "wrong-digest", block: 2, claim: 10})
	}

	zero := standard().With(2, forge.Digest(make([]byte, 32)))
	s.authorize(authorize{id: "digest-zero-same", spec: d18, attacks: c16, token: zero, request: withDigest(make([]byte, 32)),
		comment: "Thirty-two zero bytes are a digest like any other."})
	s.authorize(authorize{id: "digest-zero-none", base: "digest-zero-same", spec: d18, attacks: c16, flags: []string{"default-value"},
		comment: "A request without digest does not have the digest of zeros: absent never equals.",
		token:   zero, request: &plain, verdict: "wrong-digest", block: 2, claim: 10})
	s.authorize(authorize{id: "digest-zero-empty", base: "digest-zero-same", spec: d18, attacks: c16, flags: []string{"default-value"},
		comment: "Nor is a digest of no bytes filled up with zeros.",
		token:   zero, request: withDigest(nil), verdict: "wrong-digest", block: 2, claim: 10})

	whose := []string{"the root's block", "the middle block", "the sealing block"}
	for i, name := range whose {
		t := standard().With(i, forge.Digest(good))
		same := fmt.Sprintf("digest-block-%d", i)
		s.authorize(authorize{id: same, spec: []string{"D-10", "D-18"}, attacks: c16, token: t, request: withDigest(good),
			comment: "Any block may bind the body, here " + name + "."})
		s.authorize(authorize{id: same + "-other", base: same, spec: []string{"D-10", "D-18"}, attacks: c16, flags: []string{"skips-a-block"},
			comment: "The digest that is asked for in " + name + " is another one: each block's is compared.",
			token:   t, request: withDigest(pretty[:]), verdict: "wrong-digest", block: i, claim: 10})
	}
	s.authorize(authorize{id: "digest-twice", spec: []string{"D-10", "D-18"}, token: bound.With(1, forge.Digest(good)), request: withDigest(good),
		comment: "Two blocks bind the same body."})
	s.authorize(authorize{id: "digest-two", base: "digest-twice", spec: []string{"D-10", "D-18"}, attacks: c16, flags: []string{"last-block-wins"},
		comment: "Two blocks bind different bodies: no request has both, and where the last one wins a child frees itself of its parent's.",
		token:   bound.With(1, forge.Digest(pretty[:])), request: withDigest(good), verdict: "wrong-digest", block: 1, claim: 10})

	s.authorize(authorize{id: "digest-unasked", spec: d18, token: standard(), request: withDigest(good),
		comment: "A request may have a digest that no block asks for."})
	s.authorize(authorize{id: "digest-unasked-short", spec: d18, token: standard(), request: withDigest(good[:31]),
		comment: "Where no block asks for a digest nothing looks at it, whatever its length."})
	elsewhere := withDigest(good)
	elsewhere.Accesses[0].Resource = "customers/43"
	s.authorize(authorize{id: "digest-other-resource", base: "digest-same", spec: []string{"D-14", "D-24"}, attacks: []string{"H11", "C16"}, flags: []string{"digest-for-all"},
		comment: "The right body on another resource: a digest never stands in for interface and resource.",
		token:   bound, request: elsewhere, verdict: "not-allowed", block: 2, claim: 6})
}
