package vectors_test

import (
	"encoding/hex"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

// TestConfigure builds a verifier for the roots of each case, or fails to.
func TestConfigure(t *testing.T) {
	for _, c := range load(t, "configure") {
		t.Run(c.ID, func(t *testing.T) {
			if c.Valid == nil || len(c.Roots) == 0 {
				t.Fatal("no roots, or no expectation")
			}
			err := configure(c.Roots)
			if got := err == nil; got != *c.Valid {
				t.Errorf("got %v, want valid %v: %s", err, *c.Valid, c.Comment)
			}
		})
	}
}

func configure(roots []vectors.Root) error {
	config := chain.Config{Service: "db-gateway"}
	for _, r := range roots {
		b, err := hex.DecodeString(r.Key)
		if err != nil {
			return err
		}
		key, err := chain.NewPublicKey(b)
		if err != nil {
			return err
		}
		ceiling, err := predicates.Parse(r.Ceiling)
		if err != nil {
			return err
		}
		config.Roots = append(config.Roots, chain.Root{Key: key, Ceiling: ceiling})
	}
	_, err := chain.NewVerifier(config)
	return err
}
