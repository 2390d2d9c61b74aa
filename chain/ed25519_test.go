package chain_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// A vector is one public edge case of Ed25519, with the verdict that the pinned
// criteria give it ([K-2] to [K-4]).
type vector struct {
	name               string
	key, message, sign []byte
	valid              bool
}

func load(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "vectors", "gen", "source", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func loadWycheproof(t *testing.T) (all []vector) {
	var file struct {
		NumberOfTests int
		TestGroups    []struct {
			PublicKey struct{ PK string }
			Tests     []struct {
				TCID             int
				Msg, Sig, Result string
			}
		}
	}
	load(t, "wycheproof/ed25519_test.json", &file)
	for _, g := range file.TestGroups {
		for _, c := range g.Tests {
			if c.Result != "valid" && c.Result != "invalid" {
				t.Fatalf("case %d has result %q", c.TCID, c.Result)
			}
			all = append(all, vector{fmt.Sprint("wycheproof ", c.TCID),
				unhex(t, g.PublicKey.PK), unhex(t, c.Msg), unhex(t, c.Sig), c.Result == "valid"})
		}
	}
	if len(all) != file.NumberOfTests {
		t.Fatalf("found %d cases, and the file says %d", len(all), file.NumberOfTests)
	}
	return all
}

// expected is what the files of speccheck and CCTV leave open.
type expected struct {
	SpeccheckAccept []int `json:"speccheck_accept"`
	CCTVTotal       int   `json:"cctv_total"`
	CCTVAccept      []int `json:"cctv_accept_numbers"`
}

func loadSpeccheck(t *testing.T) (all []vector) {
	var want expected
	load(t, "ed25519-expected.json", &want)
	if !slices.Equal(want.SpeccheckAccept, []int{3}) {
		t.Fatalf("speccheck cases %v are to be accepted, want number 3 alone", want.SpeccheckAccept)
	}
	var file []struct {
		Message   string
		PubKey    string `json:"pub_key"`
		Signature string
	}
	load(t, "speccheck/cases.json", &file)
	for i, c := range file {
		all = append(all, vector{fmt.Sprint("speccheck ", i),
			unhex(t, c.PubKey), unhex(t, c.Message), unhex(t, c.Signature), slices.Contains(want.SpeccheckAccept, i)})
	}
	return all
}

func loadCCTV(t *testing.T) (all []vector) {
	var want expected
	load(t, "ed25519-expected.json", &want)
	var file []struct {
		Number        int
		Key, Sig, Msg string
		Flags         []string
	}
	load(t, "cctv/ed25519vectors.json", &file)
	if len(file) != want.CCTVTotal {
		t.Fatalf("found %d cases, want %d", len(file), want.CCTVTotal)
	}
	refused := []string{"low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R", "reencoded_k"}
	for _, c := range file {
		valid := slices.Contains(want.CCTVAccept, c.Number)
		// The flags say why a case is refused, so the list has a second witness.
		if byFlags := !slices.ContainsFunc(c.Flags, func(f string) bool { return slices.Contains(refused, f) }); byFlags != valid {
			t.Fatalf("case %d: the list says %t, the flags say %t", c.Number, valid, byFlags)
		}
		all = append(all, vector{fmt.Sprint("cctv ", c.Number), unhex(t, c.Key), []byte(c.Msg), unhex(t, c.Sig), valid})
	}
	return all
}

// 1,077 public vectors get the verdict that SPEC 5 gives them: [K-2], [K-3],
// [K-4]; ATTACKS A10, A14, A16.
func TestEd25519Vectors(t *testing.T) {
	for _, set := range []struct {
		name              string
		vectors           []vector
		count, acceptable int
	}{
		{"wycheproof", loadWycheproof(t), 151, 88},
		{"speccheck", loadSpeccheck(t), 12, 1},
		{"cctv", loadCCTV(t), 914, 43},
	} {
		if len(set.vectors) != set.count {
			t.Fatalf("%s has %d cases, want %d", set.name, len(set.vectors), set.count)
		}
		accepted := 0
		for _, v := range set.vectors {
			if len(v.key) != 32 {
				t.Fatalf("%s: a key of %d bytes", v.name, len(v.key))
			}
			got := chain.VerifySignature(predicates.Key(v.key), v.message, string(v.sign))
			if got != v.valid {
				t.Errorf("%s: got %t, want %t", v.name, got, v.valid)
			}
			if got {
				accepted++
			}
		}
		if accepted != set.acceptable {
			t.Errorf("%s: %d of %d accepted, want %d", set.name, accepted, set.count, set.acceptable)
		}
	}
}

// The byte rule refuses exactly the encodings of small order and those with
// y ≥ p, whatever their sign bit ([K-2]).
func TestGoodPoint(t *testing.T) {
	for _, b := range forge.SmallOrder() {
		if chain.GoodPoint(b) {
			t.Errorf("%x, of small order, is good", b)
		}
	}
	for _, b := range forge.NonCanonical() {
		if chain.GoodPoint(b) {
			t.Errorf("%x, not canonical, is good", b)
		}
	}
	// The neighbours of each are good, if nothing else is wrong.
	for _, b := range [][32]byte{{2}, {3}, {0xeb, 0xff}} {
		for i := 2; i < 31 && b[1] != 0; i++ {
			b[i] = 0xff
		}
		if b[1] != 0 {
			b[31] = 0x7f
		}
		for _, sign := range []byte{0, 0x80} {
			b[31] = b[31]&0x7f | sign
			if !chain.GoodPoint(b) {
				t.Errorf("%x is not good", b)
			}
		}
	}
}

// Both answers of onCurve are those of forge's arithmetic, on random bytes.
func TestOnCurve(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	counts := map[bool]int{}
	for range 300 {
		var b [32]byte
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		_, want := forge.ParsePoint(b)
		if got := chain.OnCurve(b); got != want {
			t.Errorf("%x: got %t, want %t", b, got, want)
		}
		counts[want]++
	}
	if counts[true] < 50 || counts[false] < 50 {
		t.Errorf("%d points and %d others: the test tries too few of one", counts[true], counts[false])
	}
	for _, b := range forge.SmallOrder() {
		if !chain.OnCurve(b) {
			t.Errorf("%x is a point", b)
		}
	}
}

// A signature of any other length is none, and nothing panics (ATTACKS B13, G3).
func TestSignatureLengths(t *testing.T) {
	key := forge.NewKey("key")
	message := []byte("message")
	good := string(key.Sign(message))
	if !chain.VerifySignature(key.Public(), message, good) {
		t.Fatal("a good signature does not verify")
	}
	for n := range 130 {
		s := (good + good + good)[:n]
		if got := chain.VerifySignature(key.Public(), message, s); got != (n == 64) {
			t.Errorf("%d bytes: got %t", n, got)
		}
	}
}
