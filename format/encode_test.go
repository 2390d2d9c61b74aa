package format_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

func TestAppendClaims(t *testing.T) {
	for _, c := range []struct {
		name       string
		statements []predicates.Statement
		want       string
	}{
		{"nothing", nil, "a0"},
		{"expiry", []predicates.Statement{predicates.ExpiresUnix(23)}, "a10417"},
		{"order of numbers", []predicates.Statement{predicates.Fresh(60), predicates.Delegations(0), predicates.ExpiresUnix(24)}, "a3041818" + "0800" + "0d183c"},
		{"allow nothing", []predicates.Statement{predicates.AllowNothing()}, "a10680"},
		{"integers", []predicates.Statement{predicates.UsesAt(
			predicates.UseLimit{Limit: 255, Service: "a"}, predicates.UseLimit{Limit: 256, Service: "b"},
			predicates.UseLimit{Limit: 65535, Service: "c"}, predicates.UseLimit{Limit: 65536, Service: "d"},
			predicates.UseLimit{Limit: 1<<32 - 1, Service: "e"}, predicates.UseLimit{Limit: 1 << 32, Service: "f"},
		)}, "a10786" + "8218ff6161" + "821901006162" + "8219ffff6163" + "821a000100006164" + "821affffffff6165" + "821b00000001000000006166"},
		{"order of extensions", []predicates.Statement{predicates.Extensions(
			predicates.Extension{Name: "b"}, predicates.Extension{Name: "aa", Value: []byte{1}},
		)}, "a10ca2" + "616240" + "6261614101"},
	} {
		claims, err := predicates.New(c.statements...)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(format.AppendClaims(nil, claims)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAppendBlock(t *testing.T) {
	for _, n := range []int{0, 1, 23, 24, 255, 256, 65535, 65536} {
		payload := strings.Repeat("p", n)
		if got, want := string(format.AppendBlock(nil, []byte(payload), []byte(sig))), cose(payload); got != want {
			t.Errorf("payload of %d bytes: got %x, want %x", n, got[:40], want[:40])
		}
	}
	const want = "8443a10132a0" + "4101" + "5840"
	if got := hex.EncodeToString(format.AppendBlock(nil, []byte{1}, []byte(sig))); !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s...", got, want)
	}
}

// The bytes that a COSE library signs for a COSE_Sign1 with these headers.
func TestAppendToBeSigned(t *testing.T) {
	got := hex.EncodeToString(format.AppendToBeSigned(nil, []byte("aad"), []byte{0xa0}))
	const want = "84" + "6a5369676e617475726531" + "43a10132" + "43616164" + "41a0"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	long := strings.Repeat("x", 300)
	if got, want := string(format.AppendToBeSigned(nil, []byte(long), []byte(long))), arr(txt("Signature1"), bin(header), bin(long), bin(long)); got != want {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	claims := decode(t, sealedToken()).Block(0).Claims
	for name, f := range map[string]func([]byte) []byte{
		"AppendClaims":     func(b []byte) []byte { return format.AppendClaims(b, claims) },
		"AppendBlock":      func(b []byte) []byte { return format.AppendBlock(b, []byte("p"), []byte(sig)) },
		"AppendToBeSigned": func(b []byte) []byte { return format.AppendToBeSigned(b, []byte("a"), []byte("p")) },
	} {
		dst := append(make([]byte, 0, 4096), "before"...)
		got := string(f(dst))
		if want := "before" + string(f(nil)); got != want {
			t.Errorf("%s: got %x, want %x", name, got, want)
		}
	}
}

// randomClaims returns claims of any kind that package predicates makes.
func randomClaims(r *rand.Rand) (predicates.Claims, error) {
	letters := []rune("abcdefgh é√𝄞\u202e")
	n := 0
	// unique returns a plain name that did not occur yet.
	unique := func() string {
		n++
		s := fmt.Sprint(n)
		for range r.IntN(30) * r.IntN(2) {
			s += string(letters[r.IntN(len(letters))])
		}
		return s
	}
	uniques := func(most int) []string { return series(1+r.IntN(most), func(int) string { return unique() }) }
	key := func() (k predicates.Key) {
		for i := range k {
			k[i] = byte(r.Uint32())
		}
		return k
	}
	integer := func() int64 { return r.Int64N(1<<53) >> r.IntN(53) * (1 - 2*r.Int64N(2)) }
	condition := func() predicates.Condition {
		switch r.IntN(5) {
		case 0:
			var values []predicates.Value
			for _, s := range uniques(5) {
				values = append(values, predicates.Text(s))
			}
			return predicates.OneOf(append(values, predicates.Int(integer()), predicates.Bool(r.IntN(2) == 0))...)
		case 1:
			return predicates.AtLeast(integer())
		case 2:
			return predicates.AtMost(integer())
		case 3:
			return predicates.Matches(uniques(4)...)
		}
		return predicates.EndsWith(uniques(4)...)
	}
	all := []func() predicates.Statement{
		func() predicates.Statement { return predicates.Next(key()) },
		func() predicates.Statement { return predicates.Services(uniques(16)...) },
		func() predicates.Statement { return predicates.ExpiresUnix(r.Uint64N(predicates.MaxTime + 1)) },
		func() predicates.Statement { return predicates.StartsUnix(r.Uint64N(predicates.MaxTime + 1)) },
		func() predicates.Statement {
			if r.IntN(4) == 0 {
				return predicates.AllowNothing()
			}
			var grants []predicates.Grant
			for range 1 + r.IntN(3) {
				var wheres []predicates.Where
				for range r.IntN(4) {
					name := unique()
					if r.IntN(4) == 0 {
						wheres = append(wheres, predicates.Any().On(name))
						continue
					}
					for range 1 + r.IntN(3) {
						wheres = append(wheres, condition().On(name))
					}
				}
				if len(wheres) == 0 && r.IntN(2) == 0 {
					wheres = append(wheres, predicates.WhereNone())
				}
				g, err := predicates.NewGrant(append(uniques(4), "*"), append(uniques(4), "/a/**"), wheres...)
				if err != nil {
					return func(*predicates.Claims) error { return err }
				}
				grants = append(grants, g)
			}
			return predicates.AllowGrant(grants...)
		},
		func() predicates.Statement {
			var uses []predicates.UseLimit
			for _, s := range uniques(16) {
				uses = append(uses, predicates.UseLimit{Limit: 1 + r.Uint64N(1<<53-1), Service: s})
			}
			return predicates.UsesAt(uses...)
		},
		func() predicates.Statement { return predicates.Delegations(r.IntN(16)) },
		func() predicates.Statement {
			keys := []predicates.Key{key(), key(), key()}[:1+r.IntN(3)]
			return predicates.CosignedBy(1+r.IntN(len(keys)), keys...)
		},
		func() predicates.Statement { return predicates.Digest(key()) },
		func() predicates.Statement { return predicates.Label(strings.Repeat("\x00", r.IntN(100)) + unique()) },
		func() predicates.Statement {
			var extensions []predicates.Extension
			for _, s := range uniques(8) {
				extensions = append(extensions, predicates.Extension{Name: s, Value: make([]byte, r.IntN(1025))})
			}
			return predicates.Extensions(extensions...)
		},
		func() predicates.Statement { return predicates.Fresh(1 + r.IntN(3600)) },
	}
	statements := []predicates.Statement{predicates.Nonce([8]byte{byte(r.Uint32())})}
	for _, i := range r.Perm(len(all))[:r.IntN(len(all)+1)] {
		statements = append(statements, all[i]())
	}
	return predicates.New(statements...)
}

// Whatever claims there are, decoding their encoding gives them back (B6).
func TestClaimsRoundTrip(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 3000 {
		claims, err := randomClaims(r)
		if err != nil {
			t.Fatal(err)
		}
		payload := format.AppendClaims(nil, claims)
		if err := format.WellFormed(payload); err != nil {
			t.Fatalf("%x: %v", payload, err)
		}
		got, err := format.DecodeClaims(string(payload))
		if err != nil {
			t.Fatalf("%x: %v", payload, err)
		}
		if !reflect.DeepEqual(normal(got), normal(claims)) {
			t.Fatalf("got  %v\nwant %v", normal(got), normal(claims))
		}
		for claim := range 16 {
			if got.Has(claim) != claims.Has(claim) {
				t.Fatalf("%x: claim %d is present: got %v, want %v", payload, claim, got.Has(claim), claims.Has(claim))
			}
		}
		if again := format.AppendClaims(nil, got); string(again) != string(payload) {
			t.Fatalf("got %x, want %x", again, payload)
		}
	}
}
