package chain

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// The tags that keep the uses of SHA-256 and of signatures apart (SPEC 5).
const (
	rootTag  = "taper-v1 root"
	blockTag = "taper-v1 block"
	linkTag  = "taper-v1 link"
	idTag    = "taper-v1 id"
)

// A BlockID names a block in counters, revocation lists and audit: id_i of SPEC
// 5. It leaves the block's own signature out, because a signer can make many
// valid signatures of one block.
type BlockID [32]byte

// String returns the id in 64 lower-case hexadecimal digits.
func (id BlockID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns the same as String.
func (id BlockID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what String returns, and nothing else.
func (id *BlockID) UnmarshalText(text []byte) error {
	parsed, err := ParseBlockID(string(text))
	if err == nil {
		*id = parsed
	}
	return err
}

// ParseBlockID reads what String returns, and nothing else.
func ParseBlockID(s string) (BlockID, error) {
	var id BlockID
	if len(s) == hex.EncodedLen(len(id)) {
		// Package hex takes upper case, too.
		if _, err := hex.Decode(id[:], []byte(s)); err == nil && id.String() == s {
			return id, nil
		}
	}
	return BlockID{}, errBlockID(s)
}

// linker computes the hashes along a chain. It reuses one buffer.
type linker struct {
	h   [32]byte // h_i of the next block
	buf []byte
}

// start sets h_0.
func (l *linker) start(root predicates.Key) {
	l.buf = append(append(l.buf[:0], rootTag...), root[:]...)
	l.h = sha256.Sum256(l.buf)
}

// toBeSigned returns what block i's signature signs; it is good until the next
// call.
func (l *linker) toBeSigned(payload []byte) []byte {
	var aad [len(blockTag) + 32]byte
	copy(aad[:], blockTag)
	copy(aad[len(blockTag):], l.h[:])
	l.buf = format.AppendToBeSigned(l.buf[:0], aad[:], payload)
	return l.buf
}

// id returns id_i.
func (l *linker) id(payload string) BlockID {
	l.buf = append(append(append(l.buf[:0], idTag...), l.h[:]...), payload...)
	return sha256.Sum256(l.buf)
}

// next goes on from h_i to h_{i+1}.
func (l *linker) next(block string) {
	l.buf = append(append(append(l.buf[:0], linkTag...), l.h[:]...), block...)
	l.h = sha256.Sum256(l.buf)
}

// rootHint returns the first 8 bytes of the SHA-256 of a root key.
func rootHint(root predicates.Key) [8]byte {
	sum := sha256.Sum256(root[:])
	return [8]byte(sum[:8])
}
