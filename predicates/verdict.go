package predicates

// A Verdict is the outcome of deciding a request, as SPEC 11 lists them. It is
// an error, so that a verdict can be looked for with errors.Is. The zero
// Verdict is none of them, and never permits.
type Verdict uint8

// The verdicts, class by class, each class in the order of SPEC 9.
const (
	Permitted Verdict = iota + 1

	// Class invalid: the token is none, or not one that this verifier trusts.
	TooLarge
	UnsupportedVersion
	Malformed
	NotSealed
	BadKey
	Unbounded
	UnknownRoot
	BadSignature

	// Class denied: the token is good, and does not permit this request here and now.
	WrongService
	Expired
	NotYetValid
	NotAllowed
	TooManyDelegations
	NotCosigned
	WrongDigest
	UnknownExtension
	ExtensionDenied
	NotFresh
	Revoked
	Exhausted
	Replayed

	// Class unavailable: the verifier lacks something that it needs to decide.
	RevocationStale
	NoLedger
	LedgerUnavailable
	NotRecorded
)

var verdictNames = [...]string{
	Permitted: "permitted",

	TooLarge:           "too-large",
	UnsupportedVersion: "unsupported-version",
	Malformed:          "malformed",
	NotSealed:          "not-sealed",
	BadKey:             "bad-key",
	Unbounded:          "unbounded",
	UnknownRoot:        "unknown-root",
	BadSignature:       "bad-signature",

	WrongService:       "wrong-service",
	Expired:            "expired",
	NotYetValid:        "not-yet-valid",
	NotAllowed:         "not-allowed",
	TooManyDelegations: "too-many-delegations",
	NotCosigned:        "not-cosigned",
	WrongDigest:        "wrong-digest",
	UnknownExtension:   "unknown-extension",
	ExtensionDenied:    "extension-denied",
	NotFresh:           "not-fresh",
	Revoked:            "revoked",
	Exhausted:          "exhausted",
	Replayed:           "replayed",

	RevocationStale:   "revocation-stale",
	NoLedger:          "no-ledger",
	LedgerUnavailable: "ledger-unavailable",
	NotRecorded:       "not-recorded",
}

// String returns the name that SPEC 11 gives to the verdict, such as
// "not-allowed", or "no-verdict" for a value that is none.
func (v Verdict) String() string {
	if v == 0 || int(v) >= len(verdictNames) {
		return "no-verdict"
	}
	return verdictNames[v]
}

// Error returns the same as String.
func (v Verdict) Error() string { return v.String() }

// Class returns "permitted", "invalid", "denied" or "unavailable", as SPEC 11
// groups the verdicts. A value that is no verdict is "unavailable".
func (v Verdict) Class() string {
	switch {
	case v == Permitted:
		return "permitted"
	case v >= TooLarge && v <= BadSignature:
		return "invalid"
	case v >= WrongService && v <= Replayed:
		return "denied"
	}
	return "unavailable"
}

// Verdicts returns all verdicts in the order of SPEC 11.
func Verdicts() []Verdict {
	all := make([]Verdict, 0, len(verdictNames)-1)
	for v := Permitted; int(v) < len(verdictNames); v++ {
		all = append(all, v)
	}
	return all
}
