package vectors_test

import (
	"testing"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

func TestNarrow(t *testing.T) {
	cases := load(t, "narrow")
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			got := compareBlocks(t, c)
			if got.Relation.String() != c.Relation || got.Claim != c.Claim {
				t.Errorf("got %v, claim %d (%s), want %s, claim %d", got.Relation, got.Claim, got.Reason, c.Relation, c.Claim)
			}
		})
	}
	if len(cases) < 60 {
		t.Errorf("%d cases", len(cases))
	}
}

// compareBlocks compares with a chain in which each block names a key of its own.
func compareBlocks(t *testing.T, c vectors.Case) predicates.Comparison {
	t.Helper()
	block := func(text, key string) predicates.Claims {
		claims, err := predicates.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if claims, err = claims.With(predicates.Next(forge.NewKey(key).Public())); err != nil {
			t.Fatal(err)
		}
		return claims
	}
	var above []predicates.Claims
	for i, text := range c.Above {
		above = append(above, block(text, "above "+string(rune('a'+i))))
	}
	return predicates.Narrow(above, forge.NewKey("root").Public(), block(*c.Child, "child"))
}
