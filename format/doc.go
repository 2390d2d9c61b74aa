// Package format is the wire format of Taper: it turns bytes into blocks and
// claims and back, in the one encoding that each token has (SPEC 4), and reads and
// writes the text forms (SPEC 8). It checks encoding, shape and limits.
//
// It knows no keys and checks no signature: a [Token] is what somebody wrote, and
// decides nothing. Most users want package chain instead.
package format

// Limits on a token (SPEC 10). They are checked before anything is allocated.
const (
	// MaxTokenBytes bounds the binary form, a handoff's secret included.
	MaxTokenBytes = 16384

	// MaxTextBytes bounds the text form: a prefix of 8 characters, and
	// MaxTokenBytes in base64url.
	MaxTextBytes = 21854

	// MaxBlocks bounds the blocks of a token, and with them the signatures that a
	// verifier checks.
	MaxBlocks = 16
)
