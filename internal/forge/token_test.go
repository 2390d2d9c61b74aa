package forge_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/tapertoken/taper/internal/forge"
)

// verifyToken checks the signatures of a token that is written as SPEC 4 says,
// in the plainest way: from its bytes, with all lengths spelt out. It returns
// the block whose signature is the first that is wrong, or −1.
func verifyToken(t *testing.T, token []byte, root [32]byte) int {
	t.Helper()
	digest := func(parts ...[]byte) []byte {
		sum := sha256.Sum256(slices.Concat(parts...))
		return sum[:]
	}
	// next cuts an item off that starts with these bytes and has n more.
	next := func(head []byte, n int) []byte {
		if !bytes.HasPrefix(token, head) || len(token) < len(head)+n {
			t.Fatalf("got %x, want %x and %d bytes", token[:min(len(token), 16)], head, n)
		}
		content := token[len(head) : len(head)+n]
		token = token[len(head)+n:]
		return content
	}
	next([]byte{0x83, 1}, 0)
	if hint := next([]byte{0x48}, 8); !bytes.Equal(hint, digest(root[:])[:8]) {
		t.Fatalf("hint is %x", hint)
	}
	if len(token) == 0 || token[0] <= 0x80 || token[0] > 0x90 {
		t.Fatalf("no array of blocks: %x", token)
	}
	blocks := int(token[0] - 0x80)
	token = token[1:]

	key, h := root[:], digest([]byte("taper-v1 root"), root[:])
	for i := range blocks {
		start := token
		next([]byte{0x84, 0x43, 0xa1, 0x01, 0x32, 0xa0}, 0)
		if len(token) < 2 || token[0] != 0x58 {
			t.Fatalf("block %d: payload is not 24 to 255 bytes long: %x", i, token)
		}
		payload := next(token[:2], int(token[1]))
		signature := next([]byte{0x58, 64}, 64)
		aad := append([]byte("taper-v1 block"), h...)
		signed := slices.Concat(
			[]byte{0x84, 0x6a}, []byte("Signature1"), []byte{0x43, 0xa1, 0x01, 0x32},
			[]byte{0x58, byte(len(aad))}, aad, []byte{0x58, byte(len(payload))}, payload)
		if !ed25519.Verify(key, signed, signature) {
			return i
		}
		// All payloads here begin with a nonce; then comes the next key, if any.
		if payload[1] != 1 || payload[2] != 0x48 {
			t.Fatalf("block %d: no nonce: %x", i, payload)
		}
		if bytes.HasPrefix(payload[11:], []byte{2, 0x58, 32}) {
			key = payload[14 : 14+32]
		} else if i < blocks-1 {
			t.Fatalf("block %d names no key", i)
		}
		h = digest([]byte("taper-v1 link"), h, start[:len(start)-len(token)])
	}
	if len(token) > 0 {
		t.Fatalf("bytes after the blocks: %x", token)
	}
	return -1
}

func standard() forge.Token { return forge.Chain("root", "orchestrator", "worker") }

func TestChain(t *testing.T) {
	token := standard().Encode()
	// Around the blocks: 2 heads, the version, the hint.
	// Each block: 1 head, 4 header, 1 {}, 2 + payload, 66 signature.
	// Payloads, claim by claim: a head, then nonce 10, next 35.
	first := 1 + 10 + 35 + 21 + 6 + 55     // services, expires, allow
	second := 1 + 10 + 35 + 6 + 32         // expires, allow
	third := 1 + 10 + 13 + 6 + 6 + 33 + 15 // services, expires, starts, allow, uses
	if want := 2 + 1 + 9 + 3*(1+4+1+2+66) + first + second + third; len(token) != want {
		t.Errorf("got %d bytes, want %d", len(token), want)
	}
	// The vectors rest on these bytes.
	const want = "25c4d86fea7067f9132ef2b09df0e29e5bb371afc23fbbd2170a1d6a0953a493"
	if got := fmt.Sprintf("%x", sha256.Sum256(token)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for n := range 6 {
		holders := []string{"a", "b", "c", "d", "e", "f"}[:n]
		token := forge.Chain("root", holders...)
		if len(token.Blocks) != n+1 {
			t.Errorf("%d holders: got %d blocks", n, len(token.Blocks))
		}
		if bad := verifyToken(t, token.Encode(), token.Root.Public()); bad >= 0 {
			t.Errorf("%d holders: block %d has a wrong signature", n, bad)
		}
		if a, b := token.Encode(), forge.Chain("root", holders...).Encode(); !bytes.Equal(a, b) {
			t.Errorf("%d holders: %x and %x", n, a, b)
		}
		seen := map[string]bool{}
		for _, b := range token.Blocks {
			seen[string(forge.Encode(b.Claims.Get("1")))] = true
		}
		if len(seen) != n+1 {
			t.Errorf("%d holders: %d different nonces", n, len(seen))
		}
	}
}

func TestChainShown(t *testing.T) {
	token := forge.Chain("root")
	step := token.Trace()[0]
	key := token.Root.Public()
	hint := sha256.Sum256(key[:])
	want := fmt.Sprintf(`[
  / version / 1,
  / root / h'%x',
  / blocks / [
    [
      / protected / <<{/ alg / 1: -19}>>,
      / unprotected / {},
      / payload / <<{
        / nonce / 1: h'%x',
        / services / 3: ["db-gateway"],
        / expires / 4: 1795341660,
        / starts / 5: 1795341600,
        / allow / 6: [[["database:read"], ["customers/42"], {}]],
        / uses / 7: [[1, "db-gateway"]]
      }>>,
      / signature / h'%x
        %x'
    ]
  ]
]`, hint[:8], forge.Encode(token.Blocks[0].Claims.Get("1"))[1:], step.Signature[:32], step.Signature[32:])
	got, err := forge.DiagIndent(token.Encode(), forge.TokenNotes()...)
	if err != nil || got != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
}

func TestTrace(t *testing.T) {
	token := standard()
	blocks := token.Item().Get("2")
	root := token.Root.Public()
	h := sha256.Sum256(slices.Concat([]byte("taper-v1 root"), root[:]))
	for i, s := range token.Trace() {
		block := forge.Encode(blocks.Get(fmt.Sprint(i)))
		id := sha256.Sum256(slices.Concat([]byte("taper-v1 id"), h[:], s.Payload))
		switch {
		case s.Hash != h:
			t.Errorf("block %d: h is %x, want %x", i, s.Hash, h)
		case s.ID != id:
			t.Errorf("block %d: id is %x, want %x", i, s.ID, id)
		case !bytes.Equal(s.Block, block):
			t.Errorf("block %d: got %x, want %x", i, s.Block, block)
		case !bytes.Equal(s.AAD, append([]byte("taper-v1 block"), h[:]...)):
			t.Errorf("block %d: aad is %x", i, s.AAD)
		case !bytes.Equal(s.Payload, forge.Encode(token.Blocks[i].Claims)):
			t.Errorf("block %d: payload is %x", i, s.Payload)
		case !bytes.HasSuffix(s.Block, append([]byte{0x58, 64}, s.Signature...)):
			t.Errorf("block %d: signature is %x", i, s.Signature)
		}
		got, err := forge.Diag(s.Signed)
		want := fmt.Sprintf(`["Signature1", h'a10132', h'%x', h'%x']`, s.AAD, s.Payload)
		if err != nil || got != want {
			t.Errorf("block %d: signed %s, %v, want %s", i, got, err, want)
		}
		h = sha256.Sum256(slices.Concat([]byte("taper-v1 link"), h[:], block))
	}
}

// TestSignedAgain says that what is done to a token is signed by the keys whose
// turn it then is, and that what is done to a frozen one is not.
func TestSignedAgain(t *testing.T) {
	a := forge.Chain("root", "a", "b", "c")
	b := forge.Chain("other root", "a", "b", "c")
	cases := []struct {
		name string
		f    func(a, b forge.Token) forge.Token
		want int // the first wrong signature once frozen, or −1
	}{
		{"unchanged", func(a, b forge.Token) forge.Token { return a }, -1},
		{"clone", func(a, b forge.Token) forge.Token { return a.Clone() }, -1},
		{"first block dropped", func(a, b forge.Token) forge.Token { return a.Drop(0) }, 0},
		{"middle block dropped", func(a, b forge.Token) forge.Token { return a.Drop(1) }, 1},
		{"last block dropped", func(a, b forge.Token) forge.Token { return a.Drop(3) }, -1},
		{"swapped", func(a, b forge.Token) forge.Token { return a.Swap(1, 2) }, 1},
		{"first block repeated", func(a, b forge.Token) forge.Token { return a.Repeat(0) }, 1},
		{"middle block repeated", func(a, b forge.Token) forge.Token { return a.Repeat(1) }, 2},
		{"spliced", func(a, b forge.Token) forge.Token { return a.Splice(1, b.Blocks[1:]...) }, 1},
		{"truncated", func(a, b forge.Token) forge.Token { return a.Truncate(2) }, -1},
		{"appended", func(a, b forge.Token) forge.Token { return a.Truncate(3).Append(b.Blocks[3]) }, 3},
		{"other claims", func(a, b forge.Token) forge.Token { return a.With(1, forge.Expires(7)) }, -1},
		{"other key", func(a, b forge.Token) forge.Token { return a.WithNext(1, forge.NewKey("z")) }, -1},
	}
	before := a.Encode()
	for _, c := range cases {
		if got := verifyToken(t, c.f(a, b).Encode(), a.Root.Public()); got != -1 {
			t.Errorf("%s: block %d has a wrong signature", c.name, got)
		}
		if got := verifyToken(t, c.f(a.Freeze(), b.Freeze()).Encode(), a.Root.Public()); got != c.want {
			t.Errorf("%s, frozen: got %d, want %d", c.name, got, c.want)
		}
	}
	if !bytes.Equal(a.Encode(), before) {
		t.Error("the original changed")
	}
	// A frozen token keeps the payloads that its ids are made of, whatever its
	// claims say.
	for i, s := range a.Freeze().With(1, forge.Expires(7)).Trace() {
		if want := a.Trace()[i]; s.ID != want.ID || !bytes.Equal(s.Signed, want.Signed) || s.Signature != nil {
			t.Errorf("block %d, frozen: got %x, want %x", i, s.ID, want.ID)
		}
	}
}

func TestWithoutClaims(t *testing.T) {
	token := standard().Without(1, 1, 2, 4).With(1, forge.Claim(99, forge.Null()), forge.Fresh(5), forge.Claim(0, forge.Uint(0)))
	want := `{0: 0, 6: [[["database:read"], ["customers/**"]]], 13: 5, 99: null}`
	if got := diag(t, token.Blocks[1].Claims); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	other := standard().WithNext(1, forge.NewKey("z"))
	public := forge.NewKey("z").Public()
	if got := forge.Encode(other.Blocks[1].Claims.Get("2"))[2:]; !bytes.Equal(got, public[:]) {
		t.Errorf("next key: got %x, want %x", got, public)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	token := standard().Freeze().Edit(0, func(b *forge.Block) { b.AAD, b.Signed = []byte{1}, []byte{2} })
	before := token.Encode()
	other := token.Clone()
	other.Blocks[0].Raw[0]++
	other.Blocks[0].AAD[0]++
	other.Blocks[0].Signed[0]++
	other.Blocks[1] = forge.Block{}
	if b := token.Blocks[0]; !bytes.Equal(token.Encode(), before) || b.AAD[0] != 1 || b.Signed[0] != 2 {
		t.Error("the original changed")
	}
	grown := token.Truncate(1)
	a, b := grown.Append(forge.Block{Raw: []byte{0xa0}}), grown.Append(forge.Block{Raw: []byte{0xa1}})
	if bytes.Equal(a.Encode(), b.Encode()) {
		t.Error("two children share an array")
	}
}

func TestOverrides(t *testing.T) {
	worker := forge.NewKey("worker")
	last := func(f func(*forge.Block)) forge.Token { return standard().Edit(2, f) }
	payload := forge.Encode(standard().Blocks[2].Claims)
	normal := standard().Trace()[2]
	header := []byte{0x43, 0xa1, 0x01, 0x32}
	withHeader := func(header []byte) []byte {
		return slices.Concat(normal.Signed[:12], header, normal.Signed[16:])
	}
	cases := []struct {
		name   string
		token  forge.Token
		start  []byte // of the last block
		signed []byte // what its signature, if it still is one, is of
	}{
		{"nothing", standard(), slices.Concat([]byte{0x84}, header, []byte{0xa0, 0x58}), normal.Signed},
		{"protected", last(func(b *forge.Block) { b.Protected = forge.Bytes([]byte{0xa1, 0x01, 0x27}) }),
			[]byte{0x84, 0x43, 0xa1, 0x01, 0x27, 0xa0}, withHeader([]byte{0x43, 0xa1, 0x01, 0x27})},
		{"protected as a map", last(func(b *forge.Block) { b.Protected = forge.Map(forge.Pair{forge.Uint(1), forge.Int(-19)}) }),
			[]byte{0x84, 0xa1, 0x01, 0x32, 0xa0}, withHeader([]byte{0xa1, 0x01, 0x32})},
		{"unprotected", last(func(b *forge.Block) { b.Unprotected = forge.Map(forge.Pair{forge.Uint(4), forge.Uint(0)}) }),
			slices.Concat([]byte{0x84}, header, []byte{0xa1, 4, 0, 0x58}), normal.Signed},
		{"wide payload", last(func(b *forge.Block) { b.Payload = forge.Wide(forge.Bytes(payload), 2) }),
			slices.Concat([]byte{0x84}, header, []byte{0xa0, 0x59, 0}), normal.Signed},
		{"payload in chunks", last(func(b *forge.Block) { b.Payload = forge.Chunked(forge.Bytes(payload[:5]), forge.Bytes(payload[5:])) }),
			slices.Concat([]byte{0x84}, header, []byte{0xa0, 0x5f, 0x45}), normal.Signed},
		{"detached payload", last(func(b *forge.Block) { b.Payload = forge.Null() }),
			slices.Concat([]byte{0x84}, header, []byte{0xa0, 0xf6, 0x58}), normal.Signed},
		{"any payload", last(func(b *forge.Block) { b.Payload = forge.Bytes([]byte{9}) }),
			slices.Concat([]byte{0x84}, header, []byte{0xa0, 0x41, 9, 0x58}),
			slices.Concat(normal.Signed[:len(normal.Signed)-len(payload)-2], []byte{0x41, 9})},
		{"empty aad", last(func(b *forge.Block) { b.AAD = []byte{} }),
			slices.Concat([]byte{0x84}, header), slices.Concat(normal.Signed[:16], []byte{0x40, 0x58, byte(len(payload))}, payload)},
		{"other bytes signed", last(func(b *forge.Block) { b.Signed = []byte("SSH") }),
			slices.Concat([]byte{0x84}, header), []byte("SSH")},
		{"other r", last(func(b *forge.Block) {
			b.Sign = func(m []byte) []byte { return worker.SignWithNonce(m, big.NewInt(5)) }
		}), slices.Concat([]byte{0x84}, header), normal.Signed},
	}
	for _, c := range cases {
		s := c.token.Trace()[2]
		if !bytes.HasPrefix(s.Block, c.start) {
			t.Errorf("%s: got %x, want it to begin with %x", c.name, s.Block, c.start)
		}
		if !bytes.Equal(s.Signed, c.signed) {
			t.Errorf("%s: signed\n%x, want\n%x", c.name, s.Signed, c.signed)
		}
		if !verify(worker, c.signed, s.Signature) || !bytes.HasSuffix(c.token.Encode(), s.Signature) {
			t.Errorf("%s: the signature is not valid", c.name)
		}
	}

	s := last(func(b *forge.Block) { b.Signature = forge.Text("none") }).Trace()[2]
	if !bytes.HasSuffix(s.Block, []byte("\x64none")) || s.Signature != nil {
		t.Errorf("signature: got %x, %x", s.Block, s.Signature)
	}
	raw := last(func(b *forge.Block) { b.Raw = []byte{0xf6} }).Encode()
	if !bytes.HasSuffix(raw, []byte{0xf6}) || len(raw) != len(standard().Encode())-len(normal.Block)+1 {
		t.Errorf("raw: got %x", raw)
	}
	if a, b := last(func(b *forge.Block) { b.Sign = forge.NewKey("mallory").Sign }), standard(); verify(worker, normal.Signed, a.Trace()[2].Signature) ||
		a.Trace()[2].ID != b.Trace()[2].ID {
		t.Error("the id depends on who signs")
	}
	// An overridden block is what the next ones are linked to.
	inner := standard().Edit(1, func(b *forge.Block) { b.Unprotected = forge.Map(forge.Pair{forge.Uint(4), forge.Uint(0)}) }).Trace()
	if sum := sha256.Sum256(slices.Concat([]byte("taper-v1 link"), inner[1].Hash[:], inner[1].Block)); inner[2].Hash != sum {
		t.Errorf("h_2: got %x, want %x", inner[2].Hash, sum)
	}
}

func TestTokenOverrides(t *testing.T) {
	token := standard()
	token.Version, token.Hint, token.Blocks = forge.Uint(2), forge.Text("x"), nil
	if got, want := diag(t, token.Item()), `[2, "x", []]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// A key by which anyone signs makes a chain that a plain verifier accepts.
	hostile := standard()
	hostile.Root = forge.PublicKey(forge.SmallOrder()[5])
	hostile = hostile.WithNext(0, forge.NewKey("orchestrator").Mixed(3))
	if bad := verifyToken(t, hostile.Encode(), hostile.Root.Public()); bad >= 0 {
		t.Errorf("block %d has a wrong signature", bad)
	}
}

func TestHandedOff(t *testing.T) {
	open := standard().Truncate(2)
	seed := forge.NewKey("worker").Seed()
	want := append(open.Encode(), append([]byte{0x58, 32}, seed[:]...)...)
	want[0] = 0x84
	got := open.HandedOff().Encode()
	if !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
	if open.Encode()[0] != 0x83 {
		t.Error("the original changed")
	}
}

func TestText(t *testing.T) {
	for _, prefix := range []string{forge.Sealed, forge.Open, forge.Handoff, "taper9x_", ""} {
		text, found := strings.CutPrefix(standard().Text(prefix), prefix)
		b, err := base64.RawURLEncoding.Strict().DecodeString(text)
		if !found || err != nil || !bytes.Equal(b, standard().Encode()) {
			t.Errorf("%s: got %s, %v", prefix, text, err)
		}
	}
}

func TestNoSigner(t *testing.T) {
	defer func() {
		if got, want := recover(), "forge: block 1 has no signer"; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}()
	standard().Edit(0, func(b *forge.Block) { b.Next = forge.Key{} }).Encode()
}

func TestClaims(t *testing.T) {
	key := [32]byte{1}
	interfaces, resources := []string{"a:b"}, []string{"c/*", "d"}
	hexKey := "h'01" + strings.Repeat("00", 31) + "'"
	cases := []struct {
		claim forge.Pair
		want  string
	}{
		{forge.Nonce([]byte{1}), "{1: h'01'}"},
		{forge.Next(key), "{2: " + hexKey + "}"},
		{forge.Services("a", "b"), `{3: ["a", "b"]}`},
		{forge.Services(), `{3: []}`},
		{forge.Expires(1), "{4: 1}"},
		{forge.Starts(1), "{5: 1}"},
		{forge.Allow(), "{6: []}"},
		{forge.Allow(forge.Grant(interfaces, resources), forge.GrantWhere(interfaces, resources)),
			`{6: [[["a:b"], ["c/*", "d"]], [["a:b"], ["c/*", "d"], {}]]}`},
		{forge.Allow(forge.GrantWhere(interfaces, resources, forge.Argument("to", forge.Any()), forge.Argument("x", forge.AtLeast(-1), forge.AtMost(2)), forge.Argument("memo"))),
			`{6: [[["a:b"], ["c/*", "d"], {"x": [[2, -1], [3, 2]], "to": [[0]], "memo": []}]]}`},
		{forge.Allow(forge.OneOf(forge.Int(-1), forge.Text("a"), forge.Bool(true)), forge.Matches("a/*"), forge.EndsWith("b", "c")),
			`{6: [[1, [-1, "a", true]], [4, ["a/*"]], [5, ["b", "c"]]]}`},
		{forge.Uses(forge.Use(1, "a"), forge.Use(2, "b")), `{7: [[1, "a"], [2, "b"]]}`},
		{forge.Delegations(1), "{8: 1}"},
		{forge.Cosigners(3, key, key), "{9: [3, [" + hexKey + ", " + hexKey + "]]}"},
		{forge.Digest([]byte{1}), "{10: h'01'}"},
		{forge.Label("a"), `{11: "a"}`},
		{forge.Extensions(forge.Extension("bb", []byte{1}), forge.Extension("a", nil)), `{12: {"a": h'', "bb": h'01'}}`},
		{forge.Fresh(60), "{13: 60}"},
	}
	for _, c := range cases {
		if got := diag(t, forge.Map(c.claim)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
