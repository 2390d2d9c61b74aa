package chain

// The tests of the pinned criteria of SPEC 5 reach these directly: public vectors
// come with keys, messages and signatures, and not with tokens.
var (
	VerifySignature = verifySignature
	GoodPoint       = goodPoint
	OnCurve         = onCurve
)

// TrustBoth has a verifier trust two roots under one hint, which costs 2^32 work to
// make.
func TrustBoth(hint [8]byte, a, b Root) error {
	v := &Verifier{roots: make(map[[8]byte]*Root)}
	if err := v.trust(hint, &a); err != nil {
		return err
	}
	return v.trust(hint, &b)
}
