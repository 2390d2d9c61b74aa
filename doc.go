// Package taper is the root of a library for capability tokens that only narrow.
// A token says what its holder may do; the holder can hand on a weaker token,
// offline, and nobody can make it stronger. SPEC.md defines the format.
//
// There is nothing in this package. The packages are:
//
//   - chain: keys; making, verifying and authorizing tokens
//   - predicates: the language of grants and other claims
//   - format: bytes and text to blocks, and back
//   - ledger: counters of uses
//   - httpauth: tokens over HTTP
package taper
