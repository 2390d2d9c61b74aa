package demo

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// A forgery is a token as an attacker builds it: block by block, from bytes, by
// SPEC 5. Package chain would refuse to write most of them. Nothing changes it.
type forgery struct {
	root   [32]byte
	hint   [8]byte
	blocks []string
}

// fake starts from nothing, under a root of one's own.
func fake(root [32]byte) forgery {
	sum := sha256.Sum256(root[:])
	return forgery{root: root, hint: [8]byte(sum[:8])}
}

// from starts from the first n blocks of a token that was handed over or seen.
func from(token *format.Token, root [32]byte, n int) forgery {
	f := forgery{root: root, hint: token.RootHint()}
	for i := range n {
		f.blocks = append(f.blocks, token.Block(i).Raw)
	}
	return f
}

// add appends a block as it is.
func (f forgery) add(raw string) forgery {
	f.blocks = append(f.blocks[:len(f.blocks):len(f.blocks)], raw)
	return f
}

// sign appends a block that is well signed with the given key, whatever it says.
func (f forgery) sign(key ed25519.PrivateKey, statements ...predicates.Statement) (forgery, error) {
	var nonce [8]byte
	rand.Read(nonce[:])
	claims, err := predicates.New(append(statements, predicates.Nonce(nonce))...)
	if err != nil {
		return forgery{}, err
	}
	h := sha256.Sum256(append([]byte("taper-v1 root"), f.root[:]...))
	for _, raw := range f.blocks {
		link := append([]byte("taper-v1 link"), h[:]...)
		h = sha256.Sum256(append(link, raw...))
	}
	payload := format.AppendClaims(nil, claims)
	aad := append([]byte("taper-v1 block"), h[:]...)
	signature := ed25519.Sign(key, format.AppendToBeSigned(nil, aad, payload))
	return f.add(string(format.AppendBlock(nil, payload, signature))), nil
}

// text returns the forgery as it is sent.
func (f forgery) text() (string, error) {
	token, err := format.New(f.hint, f.blocks, nil)
	if err != nil {
		return "", err
	}
	return token.Text(), nil
}

// edited returns a block with other claims and the old signature.
func edited(b format.Block, statements ...predicates.Statement) (string, error) {
	claims, err := predicates.New(statements...)
	if err != nil {
		return "", err
	}
	payload := format.AppendClaims(nil, claims)
	if string(payload) == b.Payload {
		return "", errors.New("the edit changes nothing")
	}
	return string(format.AppendBlock(nil, payload, []byte(b.Signature))), nil
}

// newKey returns a key that belongs to nobody.
func newKey() (ed25519.PrivateKey, predicates.Key) {
	public, private, _ := ed25519.GenerateKey(rand.Reader) // crypto/rand does not fail.
	return private, predicates.Key(public)
}
