// Package chain makes, verifies and authorizes capability tokens: chains of
// Ed25519-signed blocks that only narrow (SPEC 3, 5 and 9).
//
// A holder has a [Capability]: an open token and the key that extends it. It
// comes from [Mint], or from [Accept] and [AcceptHandoff], and is handed on with
// Delegate or Attenuate, or used with Present. A service has a [Verifier], whose
// Authorize decides a request.
//
// A signer, a ledger, revocation lists and a clock are what the caller gives; the
// package itself opens no file and no connection. Where a [Config] or a [Use]
// brings no time, the system's is taken. Nonces and fresh keys come from
// crypto/rand.
//
// A verdict is for one instant: nothing here keeps one.
package chain
