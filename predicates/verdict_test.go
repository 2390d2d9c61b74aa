package predicates_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tapertoken/taper/predicates"
)

// The verdicts in the order of SPEC 11, written out once more.
var verdicts = []struct {
	verdict     predicates.Verdict
	name, class string
}{
	{predicates.Permitted, "permitted", "permitted"},
	{predicates.TooLarge, "too-large", "invalid"},
	{predicates.UnsupportedVersion, "unsupported-version", "invalid"},
	{predicates.Malformed, "malformed", "invalid"},
	{predicates.NotSealed, "not-sealed", "invalid"},
	{predicates.BadKey, "bad-key", "invalid"},
	{predicates.Unbounded, "unbounded", "invalid"},
	{predicates.UnknownRoot, "unknown-root", "invalid"},
	{predicates.BadSignature, "bad-signature", "invalid"},
	{predicates.WrongService, "wrong-service", "denied"},
	{predicates.Expired, "expired", "denied"},
	{predicates.NotYetValid, "not-yet-valid", "denied"},
	{predicates.NotAllowed, "not-allowed", "denied"},
	{predicates.TooManyDelegations, "too-many-delegations", "denied"},
	{predicates.NotCosigned, "not-cosigned", "denied"},
	{predicates.WrongDigest, "wrong-digest", "denied"},
	{predicates.UnknownExtension, "unknown-extension", "denied"},
	{predicates.ExtensionDenied, "extension-denied", "denied"},
	{predicates.NotFresh, "not-fresh", "denied"},
	{predicates.Revoked, "revoked", "denied"},
	{predicates.Exhausted, "exhausted", "denied"},
	{predicates.Replayed, "replayed", "denied"},
	{predicates.RevocationStale, "revocation-stale", "unavailable"},
	{predicates.NoLedger, "no-ledger", "unavailable"},
	{predicates.LedgerUnavailable, "ledger-unavailable", "unavailable"},
	{predicates.NotRecorded, "not-recorded", "unavailable"},
}

func TestVerdicts(t *testing.T) {
	all := predicates.Verdicts()
	if len(all) != len(verdicts) {
		t.Fatalf("%d verdicts, want %d", len(all), len(verdicts))
	}
	names := map[string]bool{}
	for i, want := range verdicts {
		v := all[i]
		if v != want.verdict || v.String() != want.name || v.Error() != want.name || v.Class() != want.class {
			t.Errorf("verdict %d is %d, %q, %q of class %q, want %d, %q of class %q",
				i, v, v.String(), v.Error(), v.Class(), want.verdict, want.name, want.class)
		}
		if names[v.String()] {
			t.Errorf("two verdicts are named %q", v)
		}
		names[v.String()] = true
	}
	all[0] = predicates.Permitted + 1
	if predicates.Verdicts()[0] != predicates.Permitted {
		t.Error("Verdicts gives away its own array")
	}
}

// A number that is no verdict has no name and a class that denies.
func TestNoVerdict(t *testing.T) {
	known := map[predicates.Verdict]bool{}
	for _, v := range verdicts {
		known[v.verdict] = true
	}
	for n := range 256 {
		v := predicates.Verdict(n)
		if known[v] {
			continue
		}
		if v.String() != "no-verdict" || v.Error() != "no-verdict" || v.Class() != "unavailable" {
			t.Errorf("%d is %q, %q of class %q, want no-verdict of class unavailable", n, v.String(), v.Error(), v.Class())
		}
	}
	var zero predicates.Finding
	if zero.Verdict == predicates.Permitted || zero.Verdict.Class() == "permitted" {
		t.Error("the zero Finding permits")
	}
}

func TestVerdictIsASentinel(t *testing.T) {
	for _, v := range verdicts {
		err := fmt.Errorf("block 1: %w: more", v.verdict)
		for _, w := range verdicts {
			if got := errors.Is(err, w.verdict); got != (v == w) {
				t.Errorf("errors.Is(%q, %v) = %v", err, w.verdict, got)
			}
		}
		var as predicates.Verdict
		if !errors.As(err, &as) || as != v.verdict {
			t.Errorf("errors.As(%q) finds %v", err, as)
		}
	}
}
