package forge

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
	"slices"
)

// A Key signs. Keys are made from a name, so that they are the same on every
// run; nothing about them is secret. [Key.Negated], [Key.Mixed] and [PublicKey]
// make the hostile ones. The zero Key is none.
type Key struct {
	seed   [32]byte
	scalar *big.Int // what the seed expands to; nil in the zero Key
	public [32]byte
	odd    bool // the public key is not the one that belongs to the seed
}

// NewKey returns the Ed25519 key whose seed is SHA-256("taper test key " + name).
func NewKey(name string) Key {
	k := Key{seed: sha256.Sum256([]byte("taper test key " + name))}
	copy(k.public[:], k.Private().Public().(ed25519.PublicKey))
	h := sha512.Sum512(k.seed[:])
	h[0] &= 248
	h[31] = h[31]&63 | 64
	k.scalar = number(h[:32])
	return k
}

// PublicKey returns a key of which only the 32 bytes are known. Its Sign does
// what anyone can do, and forges a valid signature if the point has small order.
func PublicKey(public [32]byte) Key {
	return Key{scalar: new(big.Int), public: public, odd: true}
}

// Negated returns the key −A of the key A: one secret, two public keys.
func (k Key) Negated() Key {
	k.scalar = new(big.Int).Neg(k.scalar)
	k.public, k.odd = Base().Mul(k.scalar).Bytes(), true
	return k
}

// Mixed returns the key with the point of small order Torsion(i) added to it: a
// mixed-order key, which has the same secret.
func (k Key) Mixed(i int) Key {
	k.public, k.odd = Base().Mul(k.scalar).Add(Torsion(i)).Bytes(), true
	return k
}

// Seed returns the 32-byte seed of RFC 8032 from which the key, or the key that
// it is a hostile form of, was made.
func (k Key) Seed() [32]byte { return k.seed }

// Public returns the 32 bytes of the public key.
func (k Key) Public() [32]byte { return k.public }

// Private returns the seed's key as a crypto.Signer.
func (k Key) Private() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(k.seed[:]) }

// Sign returns the signature that crypto/ed25519 makes. For a hostile key it
// tries one r after the other until the cofactorless equation holds, and returns
// one that is not valid where none can be.
func (k Key) Sign(message []byte) []byte {
	if !k.odd {
		return ed25519.Sign(k.Private(), message)
	}
	a, _ := ParsePoint(k.public)
	residue := a.Add(Base().Mul(new(big.Int).Neg(k.scalar)))
	hopeless := !residue.Mul(big.NewInt(8)).isZero()
	for n := byte(0); ; n++ {
		r := hashNumber([]byte("taper test r"), []byte{n}, k.seed[:], message)
		R := Base().Mul(r).Bytes()
		// SB = R + kA holds iff k times what A has beside aB is the identity.
		k8 := new(big.Int).Mod(k.challenge(R, message), big.NewInt(8))
		if n == 255 || hopeless || residue.Mul(k8).isZero() {
			return k.SignRaw(message, R, r)
		}
	}
}

// SignWithNonce signs with the secret r that the caller chose; each r gives
// another valid signature. With r = 0 the R of the signature is the identity.
func (k Key) SignWithNonce(message []byte, r *big.Int) []byte {
	return k.SignRaw(message, Base().Mul(r).Bytes(), r)
}

// SignCofactored returns a signature that verifiers with the cofactored equation
// accept and those with the cofactorless equation reject: its R has the small
// order point Torsion(1) added.
func (k Key) SignCofactored(message []byte) []byte {
	r := hashNumber([]byte("taper test r"), k.seed[:], message)
	return k.SignRaw(message, Base().Mul(r).Add(Torsion(1)).Bytes(), r)
}

// SignRaw returns R ‖ S for the given 32 bytes of R, whether or not they belong
// to r: S = r + SHA-512(R ‖ A ‖ message)·a mod L.
func (k Key) SignRaw(message []byte, R [32]byte, r *big.Int) []byte {
	s := new(big.Int).Mul(k.challenge(R, message), k.scalar)
	s.Mod(s.Add(s, r), order)
	return append(R[:], littleEndian(s)...)
}

func (k Key) challenge(R [32]byte, message []byte) *big.Int {
	return hashNumber(R[:], k.public[:], message)
}

// Malleated returns the signature with S + L in place of S: the same equation,
// other bytes.
func Malleated(signature []byte) []byte {
	s := number(signature[32:])
	return append(slices.Clone(signature[:32]), littleEndian(s.Add(s, order))...)
}

// NullSignature returns R = the identity and S = 0, which a plain verifier
// accepts for every message under the key that is the identity.
func NullSignature() []byte {
	return append([]byte{1}, make([]byte, 63)...)
}

// The field and the group of RFC 8032, 5.1.
var (
	prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	order = number([]byte("\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14" +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10"))
	// d = −121665/121666.
	curveD = modP(new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), prime)))
)

// A Point is a point of edwards25519 in projective coordinates. Points are
// immutable; the arithmetic is slow and leaks its operands.
type Point struct{ x, y, z *big.Int }

// Base returns the base point B.
func Base() Point {
	y := new(big.Int).ModInverse(big.NewInt(5), prime)
	p, _ := ParsePoint([32]byte(littleEndian(modP(y.Mul(y, big.NewInt(4))))))
	return p
}

// Torsion returns i times a point of order 8, for i from 0 (the identity) to 7.
// Torsion(4) is (0, −1).
func Torsion(i int) Point {
	for y := byte(2); ; y++ {
		p, ok := ParsePoint([32]byte{y})
		// L times a point leaves what it has of small order.
		if p = p.Mul(order); ok && !p.Mul(big.NewInt(4)).isZero() {
			return p.Mul(big.NewInt(int64(i)))
		}
	}
}

// ParsePoint decodes a point as lenient libraries do: y ≥ p and −0 are taken.
// It returns false, and the identity, for bytes that are not on the curve.
func ParsePoint(b [32]byte) (Point, bool) {
	sign := uint(b[31] >> 7)
	b[31] &= 127
	y := modP(number(b[:]))
	yy := new(big.Int).Mul(y, y)
	u := new(big.Int).Sub(yy, big.NewInt(1))
	v := yy.Add(yy.Mul(yy, curveD), big.NewInt(1))
	x := new(big.Int).ModSqrt(modP(u.Mul(u, v.ModInverse(modP(v), prime))), prime)
	if x == nil {
		return Point{new(big.Int), big.NewInt(1), big.NewInt(1)}, false
	}
	if x.Bit(0) != sign {
		x = modP(x.Neg(x))
	}
	return Point{x, y, big.NewInt(1)}, true
}

// Bytes returns the 32 bytes of the point in their one canonical form.
func (p Point) Bytes() [32]byte {
	inverse := new(big.Int).ModInverse(p.z, prime)
	x, y := modP(new(big.Int).Mul(p.x, inverse)), modP(new(big.Int).Mul(p.y, inverse))
	return [32]byte(littleEndian(y.SetBit(y, 255, x.Bit(0))))
}

// Add returns p + q, by the complete law of Bernstein and Lange for a = −1.
func (p Point) Add(q Point) Point {
	mul := func(a, b *big.Int) *big.Int { return modP(new(big.Int).Mul(a, b)) }
	z, xx, yy := mul(p.z, q.z), mul(p.x, q.x), mul(p.y, q.y)
	zz, e := mul(z, z), mul(curveD, mul(xx, yy))
	f, g := new(big.Int).Sub(zz, e), new(big.Int).Add(zz, e)
	cross := mul(new(big.Int).Add(p.x, p.y), new(big.Int).Add(q.x, q.y))
	cross.Sub(cross.Sub(cross, xx), yy)
	return Point{mul(mul(z, f), cross), mul(mul(z, g), new(big.Int).Add(yy, xx)), mul(f, g)}
}

// Mul returns n times p.
func (p Point) Mul(n *big.Int) Point {
	// The order of every point divides 8L, so this makes n positive.
	n = new(big.Int).Mod(n, new(big.Int).Lsh(order, 3))
	q := Point{new(big.Int), big.NewInt(1), big.NewInt(1)}
	for i := n.BitLen() - 1; i >= 0; i-- {
		q = q.Add(q)
		if n.Bit(i) == 1 {
			q = q.Add(p)
		}
	}
	return q
}

func (p Point) isZero() bool { return p.x.Sign() == 0 && p.y.Cmp(p.z) == 0 }

// SmallOrder returns the 14 encodings of points of small order that lenient
// libraries take: the 8 canonical ones first, Torsion(0) to Torsion(7), then the
// 6 aliases, which write 0 as −0 or y as y + p.
func SmallOrder() [][32]byte {
	var all [][32]byte
	for i := range 8 {
		all = append(all, Torsion(i).Bytes())
	}
	minusZero := func(b [32]byte) [32]byte { b[31] |= 128; return b }
	p, pPlus1 := NonCanonical()[0], NonCanonical()[2]
	return append(all, minusZero(all[0]), minusZero(all[4]), p, minusZero(p), pPlus1, minusZero(pPlus1))
}

// NonCanonical returns the 38 encodings whose y is p to 2^255−1, each with
// both signs. Not all of them are on the curve.
func NonCanonical() [][32]byte {
	var all [][32]byte
	for i := range int64(19) {
		b := [32]byte(littleEndian(new(big.Int).Add(prime, big.NewInt(i))))
		all = append(all, b)
		b[31] |= 128
		all = append(all, b)
	}
	return all
}

func modP(n *big.Int) *big.Int { return n.Mod(n, prime) }

func hashNumber(parts ...[]byte) *big.Int {
	h := sha512.Sum512(slices.Concat(parts...))
	n := number(h[:])
	return n.Mod(n, order)
}

// number reads a little-endian number.
func number(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// littleEndian writes 32 bytes.
func littleEndian(n *big.Int) []byte {
	b := n.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	return b
}
