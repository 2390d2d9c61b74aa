package forge

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
)

// A Block says how one block is written. What is zero is written as SPEC 4 and 5
// say.
type Block struct {
	Claims Item // the whole map; NewBlock writes nonce and next key into it
	Next   Key  // signs the next block, whatever Claims say

	// Sign returns the signature, in place of that of the root for block 0 and
	// of the Next of the block before for the others.
	Sign func(message []byte) []byte

	// These replace the four elements of the COSE_Sign1. Protected and the content
	// of a Payload that is a byte string are then also what is signed.
	Protected, Unprotected, Payload, Signature Item

	AAD    []byte // if not nil, signed in place of the external_aad
	Signed []byte // if not nil, signed in place of the whole Sig_structure
	Raw    []byte // if not nil, stands in place of the whole block
}

// A Token says how a token is written. What is zero is written as SPEC 4 says.
// Its methods return changed copies; assignments to its fields do not.
type Token struct {
	Root    Key
	Version Item
	Hint    Item
	Blocks  []Block
	Secret  Item // a fourth element, which makes a handoff
}

// A Step is what SPEC 5 computes for one block of a token.
type Step struct {
	Hash      [32]byte // h_i
	AAD       []byte   // aad_i
	Payload   []byte   // payload_i
	Signed    []byte   // the Sig_structure, or what was signed in its place
	Signature []byte   // nil if Block.Raw or Block.Signature stands in its place
	ID        [32]byte // id_i
	Block     []byte   // block_i

	item Item
}

// Trace returns the steps, one for each block. It panics if a block has no
// signer.
func (t Token) Trace() []Step {
	public := t.Root.Public()
	h := hash("taper-v1 root", public[:])
	steps := make([]Step, len(t.Blocks))
	for i, b := range t.Blocks {
		s := Step{Hash: h, AAD: append([]byte("taper-v1 block"), h[:]...), Payload: b.payload()}
		if b.AAD != nil {
			s.AAD = b.AAD
		}
		protected := or(b.Protected, Bytes(Encode(Map(Pair{Uint(1), Int(-19)}))))
		s.Signed = Encode(Array(Text("Signature1"), protected, Bytes(s.AAD), Bytes(s.Payload)))
		if b.Signed != nil {
			s.Signed = b.Signed
		}
		if b.Raw != nil {
			s.item = Raw(b.Raw)
		} else {
			signature := b.Signature
			if signature.kind == none {
				s.Signature = t.signer(i)(s.Signed)
				signature = Bytes(s.Signature)
			}
			s.item = Array(protected, or(b.Unprotected, Map()), or(b.Payload, Bytes(s.Payload)), signature)
		}
		s.ID = hash("taper-v1 id", h[:], s.Payload)
		s.Block = Encode(s.item)
		h = hash("taper-v1 link", h[:], s.Block)
		steps[i] = s
	}
	return steps
}

// signer returns what signs block i.
func (t Token) signer(i int) func([]byte) []byte {
	key := t.Root
	if i > 0 {
		key = t.Blocks[i-1].Next
	}
	switch {
	case t.Blocks[i].Sign != nil:
		return t.Blocks[i].Sign
	case key.scalar == nil:
		panic(fmt.Sprintf("forge: block %d has no signer", i))
	}
	return key.Sign
}

func (b Block) payload() []byte {
	it := b.Payload
	switch {
	case it.kind != bytesKind: // absent, or nothing that could be signed
		return Encode(b.Claims)
	case it.width == indefinite:
		var all []byte
		for _, chunk := range it.items {
			all = append(all, chunk.data...)
		}
		return all
	}
	return bytes.Clone(it.data)
}

// Item returns the whole token as an item, signed.
func (t Token) Item() Item {
	blocks := Array()
	for _, s := range t.Trace() {
		blocks.items = append(blocks.items, s.item)
	}
	public := t.Root.Public()
	hint := sha256.Sum256(public[:])
	return Array(or(t.Version, Uint(1)), or(t.Hint, Bytes(hint[:8])), blocks, t.Secret)
}

// Encode returns the bytes of the token, signed.
func (t Token) Encode() []byte { return Encode(t.Item()) }

// The prefixes of the text forms (SPEC 8).
const (
	Sealed  = "taper1s_"
	Open    = "taper1o_"
	Handoff = "taper1k_"
)

// Text returns the text form of the token under a prefix, which need not be the
// one that fits.
func (t Token) Text(prefix string) string {
	return prefix + base64.RawURLEncoding.EncodeToString(t.Encode())
}

// Clone returns a copy that shares nothing that can be changed.
func (t Token) Clone() Token {
	t.Blocks = slices.Clone(t.Blocks)
	for i := range t.Blocks {
		b := &t.Blocks[i]
		b.AAD, b.Signed, b.Raw = bytes.Clone(b.AAD), bytes.Clone(b.Signed), bytes.Clone(b.Raw)
	}
	return t
}

// Edit returns a copy in which f has changed block i.
func (t Token) Edit(i int, f func(*Block)) Token {
	t = t.Clone()
	f(&t.Blocks[i])
	return t
}

// With returns a copy in which block i has these claims, each in place of the
// claim of its number or else where the order puts it. A claim with a zero Value
// is taken away.
func (t Token) With(i int, claims ...Pair) Token {
	return t.Edit(i, func(b *Block) {
		for _, c := range claims {
			b.Claims = b.Claims.Set(c.Key.diag(), c.Value)
		}
	})
}

// Without returns a copy in which block i lacks the claims of these numbers.
func (t Token) Without(i int, numbers ...uint64) Token {
	for _, n := range numbers {
		t = t.With(i, Claim(n, Item{}))
	}
	return t
}

// WithNext returns a copy in which block i names another key, which then signs
// the next block.
func (t Token) WithNext(i int, next Key) Token {
	t = t.With(i, Next(next.Public()))
	t.Blocks[i].Next = next
	return t
}

// Append returns a copy with further blocks.
func (t Token) Append(blocks ...Block) Token { return t.Splice(len(t.Blocks), blocks...) }

// Freeze returns a copy whose blocks are the signed bytes: whatever is done to
// it, nothing is signed again. Without it, Drop and the like are followed by new
// signatures, by the keys whose turn it then is.
func (t Token) Freeze() Token {
	steps := t.Trace()
	t = t.Clone()
	for i, s := range steps {
		t.Blocks[i].Raw, t.Blocks[i].Payload = s.Block, Bytes(s.Payload)
	}
	return t
}

// Truncate returns a copy of the first n blocks: an open token, where the whole
// was a standard one.
func (t Token) Truncate(n int) Token {
	t = t.Clone()
	t.Blocks = t.Blocks[:n]
	return t
}

// Drop returns a copy without block i.
func (t Token) Drop(i int) Token { return t.Splice(i, t.Blocks[i+1:]...) }

// Swap returns a copy with blocks i and j in each other's place.
func (t Token) Swap(i, j int) Token {
	t = t.Clone()
	t.Blocks[i], t.Blocks[j] = t.Blocks[j], t.Blocks[i]
	return t
}

// Repeat returns a copy with block i twice.
func (t Token) Repeat(i int) Token { return t.Splice(i+1, t.Blocks[i:]...) }

// Splice returns a copy with other blocks, such as those of another token, in
// place of block i and all that follow.
func (t Token) Splice(i int, blocks ...Block) Token {
	t.Blocks = slices.Concat(t.Blocks[:i], blocks)
	return t.Clone()
}

// HandedOff returns a copy that carries the seed of the key that signs the next
// block.
func (t Token) HandedOff() Token {
	seed := t.Blocks[len(t.Blocks)-1].Next.Seed()
	t = t.Clone()
	t.Secret = Bytes(seed[:])
	return t
}

// What the tokens of [Chain] permit, and when.
const (
	Service   = "db-gateway"
	Interface = "database:read"
	Resource  = "customers/42"
	Now       = 1795341600 // 2026-11-22T10:00:00Z
)

// Chain returns the standard token, for tests to change in one place: the root
// delegates eight hours to the first holder, each holder ten minutes to the next,
// and the last seals a [Presentation]. Keys are made from the names. It has one
// block more than holders; without holders the root itself presents.
func Chain(root string, holders ...string) Token {
	t := Token{Root: NewKey(root)}
	claims := []Pair{
		Services(Service, "reports"),
		Expires(Now + 8*3600),
		Allow(Grant([]string{"database:read", "database:list"}, []string{"customers/**", "orders/*"})),
	}
	for i, name := range holders {
		t.Blocks = append(t.Blocks, NewBlock(root+strconv.Itoa(i), NewKey(name), claims...))
		claims = []Pair{Expires(Now + 600), Allow(Grant([]string{"database:read"}, []string{"customers/**"}))}
	}
	return t.Append(NewBlock(root+strconv.Itoa(len(holders)), Key{}, Presentation()...))
}

// NewBlock returns a block of these claims, a nonce made from a name, and next as
// its next key unless it is the zero Key, in bytewise order.
func NewBlock(name string, next Key, claims ...Pair) Block {
	nonce := sha256.Sum256([]byte("taper test nonce " + name))
	claims = append([]Pair{Nonce(nonce[:8])}, claims...)
	if next.scalar != nil {
		claims = append(claims, Next(next.Public()))
	}
	return Block{Claims: SortedMap(claims...), Next: next}
}

// Presentation returns the claims of a sealing block for one use of Interface on
// Resource at Service, in the minute from Now on.
func Presentation() []Pair {
	return []Pair{
		Services(Service),
		Expires(Now + 60),
		Starts(Now),
		Allow(GrantWhere([]string{Interface}, []string{Resource})),
		Uses(Use(1, Service)),
	}
}

// Claim returns a claim of any number and value. Those below have the numbers of
// SPEC 4 and check nothing.
func Claim(number uint64, value Item) Pair { return Pair{Uint(number), value} }

// Nonce returns claim 1.
func Nonce(nonce []byte) Pair { return Claim(1, Bytes(nonce)) }

// Next returns claim 2. Block.Next writes it too, and signs.
func Next(key [32]byte) Pair { return Claim(2, Bytes(key[:])) }

// Services returns claim 3.
func Services(names ...string) Pair { return Claim(3, texts(names)) }

// Expires returns claim 4.
func Expires(seconds uint64) Pair { return Claim(4, Uint(seconds)) }

// Starts returns claim 5.
func Starts(seconds uint64) Pair { return Claim(5, Uint(seconds)) }

// Allow returns claim 6 of what [Grant] and [GrantWhere] return; of nothing, [].
func Allow(grants ...Item) Pair { return Claim(6, Array(grants...)) }

// Uses returns claim 7 of what [Use] returns.
func Uses(uses ...Item) Pair { return Claim(7, Array(uses...)) }

// Delegations returns claim 8.
func Delegations(n uint64) Pair { return Claim(8, Uint(n)) }

// Cosigners returns claim 9.
func Cosigners(k uint64, keys ...[32]byte) Pair {
	list := Array()
	for _, key := range keys {
		list.items = append(list.items, Bytes(key[:]))
	}
	return Claim(9, Array(Uint(k), list))
}

// Digest returns claim 10.
func Digest(sha256 []byte) Pair { return Claim(10, Bytes(sha256)) }

// Label returns claim 11.
func Label(text string) Pair { return Claim(11, Text(text)) }

// Extensions returns claim 12 of what [Extension] returns, in bytewise order.
func Extensions(extensions ...Pair) Pair { return Claim(12, SortedMap(extensions...)) }

// Fresh returns claim 13.
func Fresh(seconds uint64) Pair { return Claim(13, Uint(seconds)) }

// Grant returns a grant that leaves arguments unrestricted.
func Grant(interfaces, resources []string) Item { return Array(texts(interfaces), texts(resources)) }

// GrantWhere returns a grant with what [Argument] returns, in bytewise order. Of
// nothing, it permits no argument.
func GrantWhere(interfaces, resources []string, arguments ...Pair) Item {
	return Array(texts(interfaces), texts(resources), SortedMap(arguments...))
}

// Argument returns the conditions on one argument of a grant.
func Argument(name string, conditions ...Item) Pair { return Pair{Text(name), Array(conditions...)} }

// Any returns condition 0.
func Any() Item { return Array(Uint(0)) }

// OneOf returns condition 1.
func OneOf(values ...Item) Item { return Array(Uint(1), Array(values...)) }

// AtLeast returns condition 2.
func AtLeast(n int64) Item { return Array(Uint(2), Int(n)) }

// AtMost returns condition 3.
func AtMost(n int64) Item { return Array(Uint(3), Int(n)) }

// Matches returns condition 4.
func Matches(patterns ...string) Item { return Array(Uint(4), texts(patterns)) }

// EndsWith returns condition 5.
func EndsWith(suffixes ...string) Item { return Array(Uint(5), texts(suffixes)) }

// Use returns a limit on the uses at a service.
func Use(limit uint64, service string) Item { return Array(Uint(limit), Text(service)) }

// Extension returns an extension.
func Extension(name string, value []byte) Pair { return Pair{Text(name), Bytes(value)} }

// TokenNotes names the parts of a token for [Diag] and [DiagIndent], and shows
// the protected headers and the payloads as the CBOR that they are.
func TokenNotes() []Note {
	notes := []Note{
		{Path: "0", Name: "version"},
		{Path: "1", Name: "root"},
		{Path: "2", Name: "blocks"},
		{Path: "3", Name: "secret"},
		{Path: "2/*/0", Name: "protected", Embedded: true},
		{Path: "2/*/0/1", Name: "alg"},
		{Path: "2/*/1", Name: "unprotected"},
		{Path: "2/*/2", Name: "payload", Embedded: true},
		{Path: "2/*/3", Name: "signature"},
	}
	for i, name := range []string{"nonce", "next", "services", "expires", "starts", "allow", "uses",
		"delegations", "cosigners", "digest", "label", "extensions", "fresh"} {
		notes = append(notes, Note{Path: "2/*/2/" + strconv.Itoa(i+1), Name: name})
	}
	return notes
}

func hash(tag string, parts ...[]byte) [32]byte {
	return sha256.Sum256(append([]byte(tag), slices.Concat(parts...)...))
}

// or returns the item, or another if it is zero.
func or(it, normal Item) Item {
	if it.kind == none {
		return normal
	}
	return it
}

func texts(list []string) Item {
	it := Array()
	for _, s := range list {
		it.items = append(it.items, Text(s))
	}
	return it
}
