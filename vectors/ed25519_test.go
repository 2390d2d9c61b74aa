package vectors_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// TestSignatures checks the public edge cases. No function of the library takes a
// bare signature: package chain runs the same cases inside its own tests. Here
// they are held against a second reading of SPEC 5, the function below, so that
// what the vectors say is not what the library happens to do.
func TestSignatures(t *testing.T) {
	counts := map[string][2]int{} // by source: cases, and how many of them are valid
	for _, c := range load(t, "signature") {
		t.Run(c.ID, func(t *testing.T) {
			if c.Signature == nil || c.Valid == nil {
				t.Fatal("no signature, or no expectation")
			}
			source, _, _ := strings.Cut(c.Signature.Source, " ")
			n := counts[source]
			n[0]++
			if *c.Valid {
				n[1]++
			}
			counts[source] = n
			got := verifiesBySpec(unhex(t, c.Signature.Key), unhex(t, c.Signature.Message), unhex(t, c.Signature.Signature))
			if got != *c.Valid {
				t.Errorf("got valid %v, want %v: %s", got, *c.Valid, c.Comment)
			}
		})
	}
	for source, want := range map[string][2]int{"wycheproof": {151, 88}, "speccheck": {12, 1}, "cctv": {914, 43}} {
		if counts[source] != want {
			t.Errorf("%s: got %d cases, of which %d are valid, want %v", source, counts[source][0], counts[source][1], want)
		}
	}
}

// verifiesBySpec applies [K-2] and [K-3] to the bytes, with big integers, and then
// crypto/ed25519, whose equation is that of [K-4].
func verifiesBySpec(key, message, signature []byte) bool {
	if len(key) != 32 || len(signature) != 64 {
		return false
	}
	order, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	order.Add(order, new(big.Int).Lsh(big.NewInt(1), 252))
	if !passesK2(key) || !passesK2(signature[:32]) || fromLittleEndian(signature[32:]).Cmp(order) >= 0 {
		return false
	}
	return ed25519.Verify(key, message, signature)
}

// passesK2 is [K-2], with the constants as SPEC.md prints them.
func passesK2(b []byte) bool {
	b = bytes.Clone(b)
	b[31] &= 0x7f
	prime := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	return fromLittleEndian(b).Cmp(prime) < 0 && !slices.Contains([]string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	}, hex.EncodeToString(b))
}

func fromLittleEndian(b []byte) *big.Int {
	b = bytes.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}
