package format

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"

	"github.com/tapertoken/taper/predicates"
)

// A Kind says what can be done with a token (SPEC 8). The zero Kind is none.
type Kind uint8

const (
	// Sealed: the last block names no next key. The token can be used, and nothing
	// can be appended to it.
	Sealed Kind = iota + 1
	// Open: the last block names a next key, whose holder can append.
	Open
	// Handoff: an open token together with the secret key that its last block
	// names. It is a secret.
	Handoff
)

// String returns "sealed", "open" or "handoff", and "none" for other values.
func (k Kind) String() string {
	switch k {
	case Sealed:
		return "sealed"
	case Open:
		return "open"
	case Handoff:
		return "handoff"
	}
	return "none"
}

// Prefix returns what the text form of such a token begins with (SPEC 8):
// "taper1s_", "taper1o_" or "taper1k_", and "" for other values.
func (k Kind) Prefix() string {
	switch k {
	case Sealed:
		return "taper1s_"
	case Open:
		return "taper1o_"
	case Handoff:
		return "taper1k_"
	}
	return ""
}

// A Token is a decoded token: encoding, shape and limits are as SPEC 4 and 10
// have them. No key and no signature is checked, so nothing in it is to be
// believed; package chain does that.
//
// Tokens are made by [Decode], [DecodeText] and [New]. They are immutable and
// safe for concurrent use. The zero Token is of no kind and has no blocks.
//
// With any verb of fmt, in JSON and in logs, a token is printed as [Token.String]
// describes it, which shows neither its bytes nor its secret. The secret is hidden
// from every printer that uses reflection, too.
type Token struct {
	kind   Kind
	root   [8]byte
	blocks []Block
	raw    string // the exact bytes, but for the secretBytes of a handoff, which come last

	// secret returns the secret, or is nil. It is a function, because no printer looks
	// into one: where a Token is in an unexported field, fmt can't call Format, and for
	// some verbs it prints even what a pointer points to.
	secret func() [secretBytes]byte
}

// A Block is one block of a token (SPEC 4). The strings hold the exact bytes that
// were read; they are parts of one immutable copy of the token.
type Block struct {
	Claims    predicates.Claims
	Payload   string // the encoded claims
	Signature string // 64 bytes
	Raw       string // the whole COSE_Sign1
}

// New returns the token of 1 to 16 encoded blocks, each as [AppendBlock] writes
// it. Root is the hint, the first 8 bytes of the SHA-256 of the root key. A token
// with a secret, an Ed25519 seed of RFC 8032, is a handoff; the kind of others
// follows from their last block. New copies what it is given, and returns the
// errors of [Decode].
func New(root [8]byte, blocks []string, secret *[32]byte) (*Token, error) {
	size := 0
	for _, block := range blocks {
		if size += len(block); size > MaxTokenBytes {
			return nil, tooLarge()
		}
	}
	t, err := Decode(appendToken(make([]byte, 0, size+tokenOverhead), root, blocks, secret))
	if err != nil {
		return nil, err
	}
	for i := range t.blocks {
		// Two strings that are no blocks may still join into blocks.
		if t.blocks[i].Raw != blocks[i] {
			return nil, malformed(i, 0, wrong("is not exactly one block").in("blocks[%d]", i))
		}
	}
	return t, nil
}

// Kind returns whether the token is sealed, open, or a handoff.
func (t *Token) Kind() Kind { return t.kind }

// RootHint returns 8 bytes that say under which root key to look. They are never
// to be trusted (SPEC 4).
func (t *Token) RootHint() [8]byte { return t.root }

// Len returns the number of blocks, 1 to 16.
func (t *Token) Len() int { return len(t.blocks) }

// Block returns block i, from 0 to Len()-1. It panics for any other i.
func (t *Token) Block(i int) Block { return t.blocks[i] }

// Bytes returns a copy of the exact bytes of the token. Those of a handoff hold
// the secret.
func (t *Token) Bytes() []byte {
	b := make([]byte, 0, t.size())
	b = append(b, t.raw...)
	if seed, ok := t.Secret(); ok {
		b = append(b, seed[:]...)
	}
	return b
}

// Secret returns the seed of the key that extends a handoff, or false if the
// token is none.
func (t *Token) Secret() (seed [32]byte, ok bool) {
	if t.secret == nil {
		return seed, false
	}
	return t.secret(), true
}

func (t *Token) size() int {
	if t.secret != nil {
		return len(t.raw) + secretBytes
	}
	return len(t.raw)
}

// String describes the token in words: its kind, its number of blocks, its size,
// and the start of the SHA-256 of its bytes. Those of a handoff are hashed as the
// open token that it holds, without the secret.
func (t Token) String() string {
	if t.kind == 0 {
		return "no taper token"
	}
	h := sha256.New()
	switch t.kind {
	case Handoff:
		h.Write([]byte{arrayHead | 3})
		io.WriteString(h, t.raw[1:len(t.raw)-len(secretHead)])
	default:
		io.WriteString(h, t.raw)
	}
	plural := "s"
	if len(t.blocks) == 1 {
		plural = ""
	}
	return fmt.Sprintf("taper %s, %d block%s, %d bytes, sha256 %s...",
		t.kind, len(t.blocks), plural, t.size(), hex.EncodeToString(h.Sum(nil)[:4]))
}

// GoString returns the same as String.
func (t Token) GoString() string { return t.String() }

// Format prints the same as String, for every verb that fmt leaves to it: all but
// %T, %p and %w.
func (t Token) Format(f fmt.State, verb rune) { io.WriteString(f, t.String()) }

// MarshalJSON returns the same as String, as a JSON string. It can't be read
// back: a token is stored by [Token.Text] or [Token.Bytes], on purpose.
func (t Token) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// LogValue returns the same as String, for log/slog.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }
