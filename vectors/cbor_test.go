package vectors_test

import (
	"errors"
	"testing"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

func TestWellFormed(t *testing.T) {
	valid := 0
	for _, c := range load(t, "well-formed") {
		t.Run(c.ID, func(t *testing.T) {
			if c.Hex == nil || c.Valid == nil {
				t.Fatal("the case lacks hex or valid")
			}
			err := format.WellFormed(unhex(t, *c.Hex))
			switch {
			case *c.Valid && err != nil:
				t.Errorf("%s: got %v, want no error", *c.Hex, err)
			case !*c.Valid && !errors.Is(err, predicates.Malformed):
				t.Errorf("%s: got %v, want malformed", *c.Hex, err)
			}
		})
		if c.Valid != nil && *c.Valid {
			valid++
		}
	}
	if valid == 0 {
		t.Error("no case is valid")
	}
}
