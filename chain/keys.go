package chain

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"

	"github.com/tapertoken/taper/predicates"
)

// The five y coordinates of small-order points, little-endian, without the sign
// bit: 0, 1, p-1 and the two of order 8 (SPEC 5, [K-2]).
var smallOrder = [5][32]byte{
	{},
	{1},
	{
		0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
	},
	{
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	},
	{
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
	},
}

// fieldPrime is p = 2^255-19 in little-endian, groupOrder is L, of S, likewise.
var (
	fieldPrime = [32]byte{
		0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
	}
	groupOrder = [32]byte{
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
	}
)

// goodPoint reports whether 32 bytes pass the byte rule for keys and for R:
// canonical, and not of small order ([K-2]). It does not say that they are a
// point on the curve.
func goodPoint(b [32]byte) bool {
	b[31] &= 0x7f
	if !lessThan(&b, &fieldPrime) {
		return false
	}
	for i := range smallOrder {
		if b == smallOrder[i] {
			return false
		}
	}
	return true
}

// lessThan compares little-endian numbers. They are public, so time may vary.
func lessThan(a, b *[32]byte) bool {
	for i := 31; i >= 0; i-- {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// verifySignature checks a signature of 64 bytes by the pinned criteria of SPEC
// 5: crypto/ed25519 compares R as bytes and is cofactorless, but accepts keys
// and R that are not canonical or of small order; hence the checks in front.
func verifySignature(key predicates.Key, message []byte, signature string) bool {
	if len(signature) != ed25519.SignatureSize {
		return false
	}
	r, s := [32]byte([]byte(signature[:32])), [32]byte([]byte(signature[32:]))
	if !goodPoint(key) || !goodPoint(r) || !lessThan(&s, &groupOrder) {
		return false
	}
	return ed25519.Verify(key[:], message, []byte(signature))
}

// onCurve reports whether the y coordinate belongs to a point: x² = (y²-1)/(dy²+1)
// must be a square. It is slow, and used where keys are configured only.
func onCurve(key [32]byte) bool {
	p := new(big.Int).SetBytes(reversed(fieldPrime))
	key[31] &= 0x7f
	y := new(big.Int).SetBytes(reversed(key))
	one := big.NewInt(1)
	d := new(big.Int).ModInverse(big.NewInt(121666), p)
	d.Mul(d, big.NewInt(-121665)).Mod(d, p)

	y2 := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(y2, one)
	v := new(big.Int).Mul(d, y2)
	v.Add(v, one).ModInverse(v, p) // dy²+1 is never 0: -1/d is no square.
	x2 := u.Mul(u, v)
	x2.Mod(x2, p)
	return x2.Sign() == 0 || big.Jacobi(x2, p) == 1
}

func reversed(b [32]byte) []byte {
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	return b[:]
}

// A PublicKey is an Ed25519 public key that is canonical, on the curve and not
// of small order (SPEC 5, [K-2], [K-6]); no other can be made. The zero PublicKey
// is none, and is refused wherever a key is expected. Values are comparable.
type PublicKey struct{ key predicates.Key }

// NewPublicKey returns the key with the given 32 bytes, which it copies. The error
// is [ErrBadKey] where they are no good key.
func NewPublicKey(b []byte) (PublicKey, error) {
	if len(b) != 32 {
		return PublicKey{}, fmt.Errorf("chain: %w: a public key of %d bytes (expected 32)", predicates.BadKey, len(b))
	}
	key := predicates.Key(b)
	switch {
	case !goodPoint(key):
		return PublicKey{}, fmt.Errorf("chain: %w: %s is of small order or not canonical", predicates.BadKey, key)
	case !onCurve(key):
		return PublicKey{}, fmt.Errorf("chain: %w: %s is not a point on the curve", predicates.BadKey, key)
	}
	return PublicKey{key}, nil
}

// ParsePublicKey reads a key as String returns it: "ed25519:" and 43 characters
// of base64url (SPEC 7). The error is a line that says what was expected, and
// [ErrBadKey] where the text is well formed and the key is not good.
func ParsePublicKey(s string) (PublicKey, error) {
	key, err := predicates.ParseKey(s)
	if err != nil {
		return PublicKey{}, err
	}
	return NewPublicKey(key[:])
}

// Key returns the 32 bytes of the key.
func (k PublicKey) Key() predicates.Key { return k.key }

// String returns the key as "ed25519:" and 43 characters of base64url.
func (k PublicKey) String() string { return k.key.String() }

// MarshalText returns the same as String, and an error for the zero PublicKey.
func (k PublicKey) MarshalText() ([]byte, error) {
	if k.IsZero() {
		return nil, errors.New("chain: the zero PublicKey has no text")
	}
	return []byte(k.String()), nil
}

// UnmarshalText is [ParsePublicKey].
func (k *PublicKey) UnmarshalText(text []byte) error {
	parsed, err := ParsePublicKey(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}

// IsZero reports whether k is the zero PublicKey, which is no key.
func (k PublicKey) IsZero() bool { return k == PublicKey{} }

// A Signer signs blocks with one Ed25519 key, which may live in a KMS, an HSM or
// an agent. Each signature is verified before it is used, so that a signer that
// errs or lies is found out before its signature leaves (SPEC 14, [M-3]). The zero
// Signer signs nothing. With any verb of fmt, in JSON and in logs, a Signer shows
// its public key only.
//
// Give Taper a key of its own. A Signer is safe for concurrent use if the
// crypto.Signer it is made from is.
type Signer struct{ key *signingKey }

// signingKey holds what is secret in functions, because no printer looks into
// one: where a Signer is in an unexported field, fmt can't call Format, and for
// some verbs it prints even what a pointer points to.
type signingKey struct {
	public PublicKey
	sign   func(message []byte) ([]byte, error)
	seed   func() []byte // 32 bytes, or nil if this process does not hold them
}

// NewSigner returns a Signer for a crypto.Signer whose public key is an
// ed25519.PublicKey; one of another type is refused, and a bad one is
// [ErrBadKey]. The crypto.Signer is asked to sign whole messages, not hashes. An
// ed25519.PrivateKey is copied and rebuilt from its seed, and is [ErrBadKey] if
// its halves don't belong together: signing with such a key gives the secret away
// ([M-2]).
func NewSigner(s crypto.Signer) (Signer, error) {
	switch k := s.(type) {
	case nil:
		return Signer{}, errors.New("chain: no signer (nil)")
	case ed25519.PrivateKey:
		return fromPrivateKey(k)
	case *ed25519.PrivateKey:
		if k == nil {
			return Signer{}, errors.New("chain: no signer (nil)")
		}
		return fromPrivateKey(*k)
	}
	public, ok := s.Public().(ed25519.PublicKey)
	if !ok {
		return Signer{}, fmt.Errorf("chain: a signer for a key of type %T (expected Ed25519)", s.Public())
	}
	key, err := NewPublicKey(public)
	if err != nil {
		return Signer{}, err
	}
	return Signer{newSigningKey(key, s)}, nil
}

func newSigningKey(public PublicKey, s crypto.Signer) *signingKey {
	return &signingKey{public: public, sign: func(message []byte) ([]byte, error) {
		return s.Sign(rand.Reader, message, crypto.Hash(0))
	}}
}

func fromPrivateKey(k ed25519.PrivateKey) (Signer, error) {
	if len(k) != ed25519.PrivateKeySize {
		return Signer{}, fmt.Errorf("chain: an Ed25519 private key of %d bytes (expected 64)", len(k))
	}
	s := fromSeed(k[:32])
	if public := s.Public().key; !bytes.Equal(public[:], k[32:]) {
		return Signer{}, fmt.Errorf("chain: %w: the halves of the private key don't belong together", predicates.BadKey)
	}
	return s, nil
}

// NewSignerFromSeed returns a Signer for the key that RFC 8032 derives from a
// seed of 32 bytes; other sizes are refused. It keeps a copy.
func NewSignerFromSeed(seed []byte) (Signer, error) {
	if len(seed) != ed25519.SeedSize {
		return Signer{}, fmt.Errorf("chain: a seed of %d bytes (expected 32)", len(seed))
	}
	return fromSeed(seed), nil
}

func fromSeed(seed []byte) Signer {
	private := ed25519.NewKeyFromSeed(seed)
	// Derived from a seed, the key is a multiple of the base point, and so good.
	key := newSigningKey(PublicKey{predicates.Key(private[32:])}, private)
	key.seed = private.Seed
	return Signer{key}
}

// GenerateSigner returns a Signer for a new random key. The error is always nil:
// Go's source of randomness does not fail.
func GenerateSigner() (Signer, error) { return freshSigner(), nil }

func freshSigner() Signer {
	var seed [32]byte
	rand.Read(seed[:])
	return fromSeed(seed[:])
}

// Public returns the signer's public key, which is zero for the zero Signer.
func (s Signer) Public() PublicKey {
	if s.key == nil {
		return PublicKey{}
	}
	return s.key.public
}

// Seed returns a copy of the 32-byte secret seed, or false if this process does
// not hold it.
func (s Signer) Seed() ([]byte, bool) {
	if s.key == nil || s.key.seed == nil {
		return nil, false
	}
	return s.key.seed(), true
}

// sign returns a signature of 64 bytes that verifies under the signer's key. The
// zero Signer has none.
func (s Signer) sign(message []byte) ([]byte, error) {
	// The signer gets a copy: what is verified is what was to be signed.
	signature, err := s.key.sign(bytes.Clone(message))
	if err != nil {
		return nil, fmt.Errorf("chain: %s: %w", s, err)
	}
	if !verifySignature(s.key.public.key, message, string(signature)) {
		return nil, fmt.Errorf("chain: %s: its signature does not verify", s)
	}
	return signature, nil
}

// String returns the public key; never the secret.
func (s Signer) String() string { return "signer " + s.Public().String() }

// GoString returns the same as String.
func (s Signer) GoString() string { return s.String() }

// Format writes the same as String for every verb.
func (s Signer) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText returns the same as String, so that JSON holds no secret.
func (s Signer) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns the same as String.
func (s Signer) LogValue() slog.Value { return slog.StringValue(s.String()) }
