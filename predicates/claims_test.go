package predicates_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tapertoken/taper/predicates"
)

func TestHasIsTotal(t *testing.T) {
	c := newClaims(t, predicates.AllowNothing())
	for _, claim := range []int{math.MinInt, -65, -64, -1, 0, 1, 5, 7, 13, 14, 15, 16, 17, 63, 64, 65, math.MaxInt} {
		if c.Has(claim) {
			t.Errorf("claims with allow alone have claim %d", claim)
		}
	}
	if !c.Has(predicates.ClaimAllow) {
		t.Error("claims with allow don't have it")
	}
}

func newClaims(t testing.TB, statements ...predicates.Statement) predicates.Claims {
	t.Helper()
	c, err := predicates.New(statements...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Adding grants to claims copies each once: a token has room for 1,024 grants.
func TestAllowGrantTakesMany(t *testing.T) {
	var grants []predicates.Grant
	for i := range 64 {
		g, err := predicates.NewGrant(predicates.Interfaces{fmt.Sprintf("i%d", i)}, predicates.Resources{"r"})
		if err != nil {
			t.Fatal(err)
		}
		grants = append(grants, g)
	}
	want := fmt.Sprint(grants)
	all := newClaims(t, predicates.AllowGrant(grants...))
	one := predicates.Claims{}
	for _, g := range grants {
		var err error
		if one, err = one.With(predicates.AllowGrant(g)); err != nil {
			t.Fatal(err)
		}
	}
	grants[0] = predicates.Grant{} // The statement keeps a copy.
	for name, c := range map[string]predicates.Claims{"all at once": all, "one by one": one} {
		got, ok := c.Allow()
		if !ok || fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, %v, want %s", name, got, ok, want)
		}
	}
	statement := predicates.AllowGrant(grants[1:]...)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := predicates.New(statement); err != nil {
			t.Fatal(err)
		}
	}); n > 4 { // the claims, the list of statements, the list of grants, and one for the race detector
		t.Errorf("63 grants at once take %v allocations, want at most 4", n)
	}
}

// A message is made for an error only.
func TestStatementsMakeNoPaths(t *testing.T) {
	var uses []predicates.UseLimit
	for i := range 16 {
		uses = append(uses, predicates.UseLimit{Limit: 1, Service: string(rune('A' + i))})
	}
	var extensions []predicates.Extension
	for i := range 8 {
		extensions = append(extensions, predicates.Extension{Name: string(rune('A' + i))})
	}
	u, x := predicates.UsesAt(uses...), predicates.Extensions(extensions...)
	n := testing.AllocsPerRun(100, func() {
		if _, err := predicates.New(u, x); err != nil {
			t.Fatal(err)
		}
	})
	if n > 2 { // the claims and the list of statements
		t.Errorf("uses at 16 services and 8 extensions take %v allocations, want at most 2", n)
	}
}

// Whatever is absent comes back as a zero value beside false.
func TestZeroClaims(t *testing.T) {
	var c predicates.Claims
	for claim := range 100 {
		if c.Has(claim) {
			t.Errorf("the zero Claims has claim %d", claim)
		}
	}
	nonce, hasNonce := c.Nonce()
	next, hasNext := c.Next()
	services, hasServices := c.Services()
	expires, hasExpires := c.Expires()
	starts, hasStarts := c.Starts()
	allow, hasAllow := c.Allow()
	uses, hasUses := c.Uses()
	limit, hasLimit := c.UsesLimit("")
	delegations, hasDelegations := c.Delegations()
	threshold, keys, hasCosigners := c.Cosigners()
	digest, hasDigest := c.Digest()
	label, hasLabel := c.Label()
	extensions, hasExtensions := c.Extensions()
	fresh, hasFresh := c.Fresh()
	seconds, presents := c.Presentation()
	if hasNonce || hasNext || hasServices || hasExpires || hasStarts || hasAllow || hasUses || hasLimit || hasDelegations ||
		hasCosigners || hasDigest || hasLabel || hasExtensions || hasFresh || presents || c.Bound() {
		t.Error("the zero Claims says something")
	}
	if nonce != [8]byte{} || next != (predicates.Key{}) || services != nil || expires != 0 || starts != 0 || allow != nil ||
		uses != nil || limit != 0 || delegations != 0 || threshold != 0 || keys != nil || digest != [32]byte{} || label != "" ||
		extensions != nil || fresh != 0 || seconds != 0 {
		t.Error("the zero Claims holds something")
	}
}

func TestClaimName(t *testing.T) {
	for claim, want := range map[int]string{
		1: "nonce", 2: "next", 3: "services", 4: "expires", 5: "starts", 6: "allow", 7: "uses", 8: "delegations",
		9: "cosigners", 10: "digest", 11: "label", 12: "extensions", 13: "fresh",
		0: "claim 0", 14: "claim 14", -1: "claim -1",
	} {
		if got := predicates.ClaimName(claim); got != want {
			t.Errorf("claim %d: got %q, want %q", claim, got, want)
		}
	}
	for i, claim := range []int{predicates.ClaimNonce, predicates.ClaimNext, predicates.ClaimServices, predicates.ClaimExpires,
		predicates.ClaimStarts, predicates.ClaimAllow, predicates.ClaimUses, predicates.ClaimDelegations, predicates.ClaimCosigners,
		predicates.ClaimDigest, predicates.ClaimLabel, predicates.ClaimExtensions, predicates.ClaimFresh} {
		if claim != i+1 {
			t.Errorf("claim %s has number %d, want %d", predicates.ClaimName(claim), claim, i+1)
		}
	}
}

// claimsError is what New says of claims that are not valid; they come with the
// zero Claims, and With says and does the same.
func claimsError(t *testing.T, statements ...predicates.Statement) string {
	t.Helper()
	c, err := predicates.New(statements...)
	w, withErr := predicates.Claims{}.With(statements...)
	if fmt.Sprint(err) != fmt.Sprint(withErr) {
		t.Errorf("New says %v, With says %v", err, withErr)
	}
	if err == nil {
		if dump(c) != dump(w) {
			t.Errorf("New makes %s, With makes %s", dump(c), dump(w))
		}
		return ""
	}
	var e *predicates.Error
	if !errors.As(err, &e) || err.Error() != "predicates: "+e.Path+": "+e.Reason {
		t.Errorf("the error is a %T: %v", err, err)
	}
	if dump(c) != dump(predicates.Claims{}) || dump(w) != dump(predicates.Claims{}) {
		t.Errorf("with an error come claims %s and %s", dump(c), dump(w))
	}
	return err.Error()
}

// dump prints all that claims say.
func dump(c predicates.Claims) string {
	var b strings.Builder
	for claim := range 15 {
		fmt.Fprint(&b, c.Has(claim), " ")
	}
	nonce, _ := c.Nonce()
	next, _ := c.Next()
	services, _ := c.Services()
	expires, _ := c.Expires()
	starts, _ := c.Starts()
	allow, _ := c.Allow()
	uses, _ := c.Uses()
	delegations, _ := c.Delegations()
	threshold, keys, _ := c.Cosigners()
	digest, _ := c.Digest()
	label, _ := c.Label()
	extensions, _ := c.Extensions()
	fresh, _ := c.Fresh()
	fmt.Fprintln(&b, nonce, next, services, expires, starts, allow, uses, delegations, threshold, keys, digest, label, extensions, fresh)
	return b.String()
}

func TestStatementErrors(t *testing.T) {
	grant := predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"})
	var g predicates.Grant
	if grants, _ := newClaims(t, grant).Allow(); len(grants) == 1 {
		g = grants[0]
	}
	badGrant := predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"a", "b//c"})
	uses := func(n int) (list []predicates.UseLimit) {
		for _, s := range numbered(n) {
			list = append(list, predicates.UseLimit{Limit: 1, Service: s})
		}
		return list
	}
	keys := func(n int) (list []predicates.Key) {
		for i := range n {
			list = append(list, key(i+1))
		}
		return list
	}
	extensions := func(n int) (list []predicates.Extension) {
		for _, s := range numbered(n) {
			list = append(list, predicates.Extension{Name: s})
		}
		return list
	}
	x := func(name string, size int) predicates.Extension {
		return predicates.Extension{Name: name, Value: make([]byte, size)}
	}
	repeat := func(s predicates.Statement, n int) []predicates.Statement {
		return slices.Repeat([]predicates.Statement{s}, n)
	}
	for _, c := range []struct {
		name string
		got  string
		want string
	}{
		{"nothing", claimsError(t), ""},

		{"no services", claimsError(t, predicates.Services()), "predicates: services: holds 0 names (expected 1 to 16)"},
		{"16 services", claimsError(t, predicates.Services(numbered(16)...)), ""},
		{"17 services", claimsError(t, predicates.Services(numbered(17)...)), "predicates: services: holds 17 names (expected 1 to 16)"},
		{"bad service", claimsError(t, predicates.Services("a", "")), `predicates: services[1]: service "" is empty`},
		{"long service", claimsError(t, predicates.Services(strings.Repeat("s", 257))),
			`predicates: services[0]: service "` + strings.Repeat("s", 59) + `"... is longer than 256 bytes`},
		{"service twice", claimsError(t, predicates.Services("a", "b", "a")), `predicates: services[2]: service "a" stands twice`},
		{"service in two cases", claimsError(t, predicates.Services("a", "A")), ""},

		{"expires 0", claimsError(t, predicates.ExpiresUnix(0)), ""},
		{"expires in 9999", claimsError(t, predicates.ExpiresUnix(253402300799)), ""},
		{"expires in 10000", claimsError(t, predicates.ExpiresUnix(253402300800)),
			"predicates: expires: time is outside the years 1970 to 9999 (expected seconds)"},
		{"expires in milliseconds", claimsError(t, predicates.ExpiresUnix(1795348800000)),
			"predicates: expires: time is outside the years 1970 to 9999 (expected seconds)"},
		{"greatest expires", claimsError(t, predicates.ExpiresUnix(math.MaxUint64)),
			"predicates: expires: time is outside the years 1970 to 9999 (expected seconds)"},
		{"starts 0", claimsError(t, predicates.StartsUnix(0)), ""},
		{"starts in 9999", claimsError(t, predicates.StartsUnix(predicates.MaxTime)), ""},
		{"starts in 10000", claimsError(t, predicates.StartsUnix(predicates.MaxTime+1)),
			"predicates: starts: time is outside the years 1970 to 9999 (expected seconds)"},
		{"starts after expires", claimsError(t, predicates.StartsUnix(2), predicates.ExpiresUnix(1)), ""},

		{"64 grants", claimsError(t, repeat(grant, 64)...), ""},
		{"65 grants", claimsError(t, repeat(grant, 65)...), "predicates: allow: more than 64 grants"},
		{"64 grants at once", claimsError(t, predicates.AllowGrant(slices.Repeat([]predicates.Grant{g}, 64)...)), ""},
		{"65 grants at once", claimsError(t, predicates.AllowGrant(slices.Repeat([]predicates.Grant{g}, 65)...)),
			"predicates: allow: more than 64 grants"},
		{"63 grants and two", claimsError(t, append(repeat(grant, 63), predicates.AllowGrant(g, g))...), "predicates: allow: more than 64 grants"},
		{"no grants at once", claimsError(t, predicates.AllowGrant()), "predicates: allow: holds no grant (expected 1 to 64, or nothing)"},
		{"an empty grant among grants", claimsError(t, grant, predicates.AllowGrant(g, predicates.Grant{})), "predicates: allow[2]: the grant is empty"},
		{"bad grant", claimsError(t, badGrant), `predicates: allow[0].resources[1]: pattern "b//c" has an empty segment`},
		{"bad third grant", claimsError(t, grant, grant, badGrant), `predicates: allow[2].resources[1]: pattern "b//c" has an empty segment`},
		{"allow nothing", claimsError(t, predicates.AllowNothing()), ""},
		{"allow nothing twice", claimsError(t, predicates.AllowNothing(), predicates.AllowNothing()), "predicates: allow: stands twice"},
		{"nothing, then a grant", claimsError(t, predicates.AllowNothing(), grant), `predicates: allow: "nothing" stands beside a grant`},
		{"a grant, then nothing", claimsError(t, grant, predicates.AllowNothing()), "predicates: allow: stands twice"},

		{"no uses", claimsError(t, predicates.UsesAt()), "predicates: uses: holds 0 limits (expected 1 to 16)"},
		{"16 uses", claimsError(t, predicates.UsesAt(uses(16)...)), ""},
		{"17 uses", claimsError(t, predicates.UsesAt(uses(17)...)), "predicates: uses: holds 17 limits (expected 1 to 16)"},
		{"uses 0", claimsError(t, predicates.Uses(0, "s")), "predicates: uses[0]: limit 0 is outside 1 to 2^53-1"},
		{"uses 1", claimsError(t, predicates.Uses(1, "s")), ""},
		{"uses 2^53-1", claimsError(t, predicates.Uses(1<<53-1, "s")), ""},
		{"uses 2^53", claimsError(t, predicates.Uses(1<<53, "s")), "predicates: uses[0]: limit 9007199254740992 is outside 1 to 2^53-1"},
		{"greatest uses", claimsError(t, predicates.Uses(math.MaxUint64, "s")), "predicates: uses[0]: limit 18446744073709551615 is outside 1 to 2^53-1"},
		{"bad second use", claimsError(t, predicates.UsesAt(predicates.UseLimit{Limit: 1, Service: "s"}, predicates.UseLimit{Service: "t"})),
			"predicates: uses[1]: limit 0 is outside 1 to 2^53-1"},
		{"uses at a bad service", claimsError(t, predicates.Uses(1, "s\x00")), `predicates: uses[0]: service "s\u{0}" holds a control character`},
		{"uses at one service twice", claimsError(t, predicates.UsesAt(predicates.UseLimit{Limit: 1, Service: "s"}, predicates.UseLimit{Limit: 2, Service: "s"})),
			`predicates: uses[1]: service "s" stands twice`},

		{"delegations -1", claimsError(t, predicates.Delegations(-1)), "predicates: delegations: -1 is outside 0 to 15"},
		{"delegations 0", claimsError(t, predicates.Delegations(0)), ""},
		{"delegations 15", claimsError(t, predicates.Delegations(15)), ""},
		{"delegations 16", claimsError(t, predicates.Delegations(16)), "predicates: delegations: 16 is outside 0 to 15"},
		{"delegations 256", claimsError(t, predicates.Delegations(256)), "predicates: delegations: 256 is outside 0 to 15"},

		{"0 of no keys", claimsError(t, predicates.CosignedBy(0)), "predicates: cosigners: holds 0 keys (expected 1 to 8)"},
		{"1 of no keys", claimsError(t, predicates.CosignedBy(1)), "predicates: cosigners: holds 0 keys (expected 1 to 8)"},
		{"8 of 8 keys", claimsError(t, predicates.CosignedBy(8, keys(8)...)), ""},
		{"1 of 9 keys", claimsError(t, predicates.CosignedBy(1, keys(9)...)), "predicates: cosigners: holds 9 keys (expected 1 to 8)"},
		{"0 of 2 keys", claimsError(t, predicates.CosignedBy(0, keys(2)...)), "predicates: cosigners: demands 0 of 2 keys"},
		{"3 of 2 keys", claimsError(t, predicates.CosignedBy(3, keys(2)...)), "predicates: cosigners: demands 3 of 2 keys"},
		{"-1 of 2 keys", claimsError(t, predicates.CosignedBy(-1, keys(2)...)), "predicates: cosigners: demands -1 of 2 keys"},
		{"a key twice", claimsError(t, predicates.CosignedBy(2, key(0), key(1), key(0))),
			"predicates: cosigners[2]: key ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA stands twice"},

		{"empty label", claimsError(t, predicates.Label("")), ""},
		{"label of 256 bytes", claimsError(t, predicates.Label(strings.Repeat("é", 128))), ""},
		{"label of 257 bytes", claimsError(t, predicates.Label(strings.Repeat("é", 128)+"a")),
			"predicates: label: is 257 bytes long (expected at most 256)"},
		{"label with controls", claimsError(t, predicates.Label("\x00\n\x1b[31m\u202e")), ""},
		{"label that is no UTF-8", claimsError(t, predicates.Label("\xff")), "predicates: label: is not valid UTF-8"},

		{"no extensions", claimsError(t, predicates.Extensions()), "predicates: extensions: holds 0 extensions (expected 1 to 8)"},
		{"8 extensions", claimsError(t, predicates.Extensions(extensions(8)...)), ""},
		{"9 extensions", claimsError(t, predicates.Extensions(extensions(9)...)), "predicates: extensions: holds 9 extensions (expected 1 to 8)"},
		{"bad extension", claimsError(t, predicates.Extensions(x("", 1))), `predicates: extensions[""]: the name of the extension is empty`},
		{"extension of 1,024 bytes", claimsError(t, predicates.Extensions(x("x", 1024))), ""},
		{"extension of 1,025 bytes", claimsError(t, predicates.Extensions(x("x", 1025))),
			`predicates: extensions["x"]: value is 1025 bytes long (expected at most 1024)`},
		{"extension twice", claimsError(t, predicates.Extensions(x("y", 1), x("x", 1), x("y", 2))), `predicates: extensions["y"]: stands twice`},
		{"extension in two cases", claimsError(t, predicates.Extensions(x("x", 1), x("X", 1))), ""},

		{"fresh 0", claimsError(t, predicates.Fresh(0)), "predicates: fresh: 0 seconds is outside 1 to 3600"},
		{"fresh 1", claimsError(t, predicates.Fresh(1)), ""},
		{"fresh 3600", claimsError(t, predicates.Fresh(3600)), ""},
		{"fresh 3601", claimsError(t, predicates.Fresh(3601)), "predicates: fresh: 3601 seconds is outside 1 to 3600"},
		{"fresh -1", claimsError(t, predicates.Fresh(-1)), "predicates: fresh: -1 seconds is outside 1 to 3600"},
		{"fresh 65537", claimsError(t, predicates.Fresh(65537)), "predicates: fresh: 65537 seconds is outside 1 to 3600"},

		{"the first fault", claimsError(t, predicates.Label("a"), predicates.Fresh(0), predicates.Delegations(16)),
			"predicates: fresh: 0 seconds is outside 1 to 3600"},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, c.got, c.want)
		}
	}
}

// eachStatement is one statement of each kind but allow, in the order of their numbers.
var eachStatement = []predicates.Statement{
	predicates.Nonce([8]byte{1, 2, 3, 4, 5, 6, 7, 8}),
	predicates.Next(key(1)),
	predicates.Services("s", "r"),
	predicates.ExpiresUnix(2000),
	predicates.StartsUnix(1000),
	predicates.UsesAt(predicates.UseLimit{Limit: 5, Service: "s"}, predicates.UseLimit{Limit: 6, Service: "r"}),
	predicates.Delegations(3),
	predicates.CosignedBy(1, key(2), key(3)),
	predicates.Digest([32]byte{9}),
	predicates.Label("l"),
	predicates.Extensions(predicates.Extension{Name: "bb", Value: []byte{1}}, predicates.Extension{Name: "c"}, predicates.Extension{Name: "a", Value: []byte{2}}),
	predicates.Fresh(60),
}

func TestStatementsStandOnce(t *testing.T) {
	names := []string{"nonce", "next", "services", "expires", "starts", "uses", "delegations", "cosigners", "digest", "label", "extensions", "fresh"}
	for i, s := range eachStatement {
		if got, want := claimsError(t, s, s), "predicates: "+names[i]+": stands twice"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		once := newClaims(t, s)
		if _, err := once.With(s); err == nil || err.Error() != "predicates: "+names[i]+": stands twice" {
			t.Errorf("With a second %s: %v", names[i], err)
		}
		// Its own claim is present, and no other.
		for claim := 1; claim <= 13; claim++ {
			if got, want := once.Has(claim), predicates.ClaimName(claim) == names[i]; got != want {
				t.Errorf("%s: has %s %v", names[i], predicates.ClaimName(claim), got)
			}
		}
	}
}

func TestClaimsReadBack(t *testing.T) {
	c := newClaims(t, append(slices.Clone(eachStatement), predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"}),
		predicates.Allow(predicates.Interfaces{"j"}, predicates.Resources{"r"}))...)
	if got, ok := c.Nonce(); !ok || got != [8]byte{1, 2, 3, 4, 5, 6, 7, 8} {
		t.Errorf("nonce %v, %v", got, ok)
	}
	if got, ok := c.Next(); !ok || got != key(1) {
		t.Errorf("next %v, %v", got, ok)
	}
	if got, ok := c.Services(); !ok || fmt.Sprint(got) != "[s r]" {
		t.Errorf("services %v, %v", got, ok)
	}
	if got, ok := c.Expires(); !ok || got != 2000 {
		t.Errorf("expires %v, %v", got, ok)
	}
	if got, ok := c.Starts(); !ok || got != 1000 {
		t.Errorf("starts %v, %v", got, ok)
	}
	if got, ok := c.Allow(); !ok || len(got) != 2 || got[0].Interfaces()[0] != "i" || got[1].Interfaces()[0] != "j" {
		t.Errorf("allow %v, %v", got, ok)
	}
	if got, ok := c.Uses(); !ok || fmt.Sprint(got) != "[{5 s} {6 r}]" {
		t.Errorf("uses %v, %v", got, ok)
	}
	for service, want := range map[string]uint64{"s": 5, "r": 6, "S": 0, "": 0} {
		if got, ok := c.UsesLimit(service); got != want || ok != (want > 0) {
			t.Errorf("uses at %q: %v, %v", service, got, ok)
		}
	}
	if got, ok := c.Delegations(); !ok || got != 3 {
		t.Errorf("delegations %v, %v", got, ok)
	}
	if k, got, ok := c.Cosigners(); !ok || k != 1 || !slices.Equal(got, []predicates.Key{key(2), key(3)}) {
		t.Errorf("cosigners %v, %v, %v", k, got, ok)
	}
	if got, ok := c.Digest(); !ok || got != [32]byte{9} {
		t.Errorf("digest %v, %v", got, ok)
	}
	if got, ok := c.Label(); !ok || got != "l" {
		t.Errorf("label %v, %v", got, ok)
	}
	if got, ok := c.Extensions(); !ok || fmt.Sprint(got) != "[{a [2]} {c []} {bb [1]}]" { // shorter names first
		t.Errorf("extensions %v, %v", got, ok)
	}
	if got, ok := c.Fresh(); !ok || got != 60 {
		t.Errorf("fresh %v, %v", got, ok)
	}
	// Present with a zero value is not absent.
	zero := newClaims(t, predicates.Nonce([8]byte{}), predicates.Next(predicates.Key{}), predicates.ExpiresUnix(0), predicates.StartsUnix(0),
		predicates.AllowNothing(), predicates.Delegations(0), predicates.Digest([32]byte{}), predicates.Label(""))
	for _, claim := range []int{1, 2, 4, 5, 6, 8, 10, 11} {
		if !zero.Has(claim) {
			t.Errorf("a zero %s is absent", predicates.ClaimName(claim))
		}
	}
	if got, ok := zero.Allow(); !ok || len(got) != 0 {
		t.Errorf("allow nothing reads back as %v, %v", got, ok)
	}
}

// A time is cut to the second in the direction that narrows.
func TestTimes(t *testing.T) {
	const outside = "time is outside the years 1970 to 9999 (expected seconds)"
	day := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC) // 1795370400
	for _, c := range []struct {
		name        string
		t           time.Time
		expires     uint64
		starts      uint64
		until, from bool // is accepted
	}{
		{"whole second", day, 1795370400, 1795370400, true, true},
		{"a nanosecond later", day.Add(1), 1795370400, 1795370401, true, true},
		{"a nanosecond less than a second later", day.Add(999999999), 1795370400, 1795370401, true, true},
		{"in another zone", day.In(time.FixedZone("", 3600*5+1800)), 1795370400, 1795370400, true, true},
		{"1970", time.Unix(0, 0), 0, 0, true, true},
		{"the second before 1970", time.Unix(-1, 0), 0, 0, false, false},
		{"the last second of 9999", time.Unix(253402300799, 0), 253402300799, 253402300799, true, true},
		{"within it", time.Unix(253402300799, 1), 253402300799, 0, true, false},
		{"10000", time.Unix(253402300800, 0), 0, 0, false, false},
		{"zero time", time.Time{}, 0, 0, false, false},
		{"milliseconds for seconds", time.Unix(day.UnixMilli(), 0), 0, 0, false, false},
		{"greatest", time.Unix(math.MaxInt64, 999999999), 0, 0, false, false},
		{"least", time.Unix(math.MinInt64, 0), 0, 0, false, false},
		{"least and a fraction", time.Unix(math.MinInt64, 1), 0, 0, false, false},
	} {
		until, err := predicates.New(predicates.Until(c.t))
		if got, ok := until.Expires(); got != c.expires || ok != c.until || (err == nil) != c.until {
			t.Errorf("until %s: got %d, %v and error %v", c.name, got, ok, err)
		}
		if err != nil && err.Error() != "predicates: expires: "+outside {
			t.Errorf("until %s: %v", c.name, err)
		}
		from, err := predicates.New(predicates.From(c.t))
		if got, ok := from.Starts(); got != c.starts || ok != c.from || (err == nil) != c.from {
			t.Errorf("from %s: got %d, %v and error %v", c.name, got, ok, err)
		}
		if err != nil && err.Error() != "predicates: starts: "+outside {
			t.Errorf("from %s: %v", c.name, err)
		}
	}
}

func TestKeys(t *testing.T) {
	r := newRand(t)
	for range 2000 {
		var k predicates.Key
		for i := range k {
			k[i] = byte(r.IntN(256))
		}
		s := k.String()
		if got, err := predicates.ParseKey(s); err != nil || got != k || len(s) != 51 || !strings.HasPrefix(s, "ed25519:") {
			t.Fatalf("key %x prints as %s and reads as %x, %v", k[:], s, got, err)
		}
		// One key has one text: whatever else is read prints as it was.
		b := []byte(s)
		b[r.IntN(len(b))] = byte(r.IntN(128))
		if got, err := predicates.ParseKey(string(b)); err == nil && got.String() != string(b) {
			t.Fatalf("%q is read as %s", b, got)
		}
	}
	good := key(1).String()
	zeros := "ed25519:" + strings.Repeat("A", 43)
	if got := (predicates.Key{}).String(); got != zeros {
		t.Errorf("the zero key prints as %s", got)
	}
	for name, s := range map[string]string{
		"empty":              "",
		"prefix alone":       "ed25519:",
		"no prefix":          good[8:],
		"other prefix":       "ED25519:" + good[8:],
		"blank before":       " " + good,
		"blank after":        good + " ",
		"line end after":     good + "\n",
		"42 characters":      good[:50],
		"44 characters":      good + "A",
		"padding":            good + "=",
		"padding inside":     good[:50] + "=",
		"line end inside":    good[:20] + "\n" + good[21:],
		"return inside":      good[:20] + "\r" + good[21:],
		"line end at last":   good[:50] + "\n",
		"standard alphabet":  zeros[:50-2] + "+/A",
		"trailing bits":      zeros[:50] + "B",
		"more trailing bits": zeros[:50] + "_",
		"not ASCII":          zeros[:49] + "é",
		"NUL":                zeros[:50] + "\x00",
		"hexadecimal":        "ed25519:" + strings.Repeat("00", 32),
		"two keys":           good + good,
		"gigantic":           strings.Repeat("A", 1<<20),
	} {
		got, err := predicates.ParseKey(s)
		want := "predicates: key " + predicates.QuoteCut(s, 64) + ": expected ed25519: and 43 characters of base64url"
		if err == nil || err.Error() != want || got != (predicates.Key{}) {
			t.Errorf("%s: got %v and error %v, want error %s", name, got, err, want)
		}
	}
}

// With never changes what it is called on, two claims made from one share
// nothing, and an error leaves no trace.
func TestWithIsImmutable(t *testing.T) {
	grant := func(n int) predicates.Statement {
		return predicates.Allow(predicates.Interfaces{fmt.Sprintf("i%d", n)}, predicates.Resources{"r"})
	}
	names := func(c predicates.Claims) string {
		grants, _ := c.Allow()
		s := ""
		for _, g := range grants {
			s += g.Interfaces()[0] + " "
		}
		return s
	}
	with := func(c predicates.Claims, s ...predicates.Statement) predicates.Claims {
		c, err := c.With(s...)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	parent, want := predicates.Claims{}, ""
	for n := range 20 {
		before := dump(parent)
		a, b := with(parent, grant(100)), with(parent, grant(200))
		aa, ab := with(a, grant(300)), with(a, grant(400), grant(500))
		for _, c := range []struct {
			what, got, want string
		}{
			{"first child", names(a), want + "i100 "},
			{"second child", names(b), want + "i200 "},
			{"first grandchild", names(aa), want + "i100 i300 "},
			{"second grandchild", names(ab), want + "i100 i400 i500 "},
			{"parent", dump(parent), before},
		} {
			if c.got != c.want {
				t.Fatalf("%d grants, %s: got %s, want %s", n, c.what, c.got, c.want)
			}
		}
		parent, want = with(parent, grant(n)), want+fmt.Sprintf("i%d ", n)
	}
	// Each kind of statement.
	for _, s := range eachStatement {
		before := dump(parent)
		child := with(parent, s)
		if dump(child) == before {
			t.Error("a statement says nothing")
		}
		if _, err := parent.With(s, s); err == nil {
			t.Error("a statement stands twice")
		}
		if dump(parent) != before {
			t.Errorf("With changes its receiver from %s to %s", before, dump(parent))
		}
	}
	// Grants that a statement adds to two claims.
	a, b := with(predicates.Claims{}, grant(1)), with(predicates.Claims{}, grant(2), grant(3))
	shared := grant(4)
	a2, b2 := with(a, shared), with(b, shared)
	if names(with(a2, grant(5))) != "i1 i4 i5 " || names(with(b2, grant(6))) != "i2 i3 i4 i6 " || names(a2) != "i1 i4 " || names(b2) != "i2 i3 i4 " {
		t.Errorf("one statement in two claims: %s and %s", names(a2), names(b2))
	}
}

// Slices that are given may be overwritten before and after the statement is
// used, and slices that are returned at any time.
func TestClaimsShareNoSlices(t *testing.T) {
	services := []string{"s", "r"}
	uses := []predicates.UseLimit{{Limit: 1, Service: "s"}, {Limit: 2, Service: "r"}}
	keys := []predicates.Key{key(1), key(2)}
	value := []byte{1, 2, 3}
	extensions := []predicates.Extension{{Name: "b", Value: value}, {Name: "a", Value: value}}
	g, err := predicates.NewGrant(predicates.Interfaces{"i"}, predicates.Resources{"r"})
	if err != nil {
		t.Fatal(err)
	}
	grants := []predicates.Grant{g, g}
	fresh := func() []predicates.Statement {
		return []predicates.Statement{predicates.Services(services...), predicates.UsesAt(uses...), predicates.CosignedBy(1, keys...),
			predicates.Extensions(extensions...), predicates.AllowGrant(grants...)}
	}
	statements := fresh()
	want := dump(newClaims(t, statements...))
	c := newClaims(t, statements...)
	services[0], uses[0].Limit, keys[0], value[0], extensions[0].Name, grants[0] = "x", 9, key(9), 9, "x", predicates.Grant{}
	if got := dump(newClaims(t, statements...)); got != want {
		t.Errorf("statements share what they were given:\n got %s\nwant %s", got, want)
	}
	for range 2 {
		services, _ := c.Services()
		services[0] = "x"
		uses, _ := c.Uses()
		uses[0].Limit = 9
		_, keys, _ := c.Cosigners()
		keys[0] = key(9)
		extensions, _ := c.Extensions()
		extensions[0].Value[0] = 9
		extensions[1].Name = "x"
		allow, _ := c.Allow()
		allow[0] = predicates.Grant{}
		_ = append(allow[:1], predicates.Grant{})
	}
	if got := dump(c); got != want {
		t.Errorf("claims share what they returned:\n got %s\nwant %s", got, want)
	}
}

// Claims made by a statement of the caller's own still share nothing.
func TestClaimsCopiedMidway(t *testing.T) {
	grant := func(name string) predicates.Statement {
		return predicates.Allow(predicates.Interfaces{name}, predicates.Resources{"r"})
	}
	var midway predicates.Claims
	c := newClaims(t, grant("a"), grant("b"), grant("c"),
		func(c *predicates.Claims) error { midway = *c; return nil },
		grant("d"))
	before := dump(c)
	if _, err := midway.With(grant("e"), grant("f")); err != nil {
		t.Fatal(err)
	}
	if got := dump(c); got != before {
		t.Errorf("got %s, want %s", got, before)
	}
}

func TestErrorOfAnotherStatement(t *testing.T) {
	want := errors.New("of my own")
	if c, err := predicates.New(predicates.Fresh(1), func(*predicates.Claims) error { return want }); err != want || c.Has(predicates.ClaimFresh) {
		t.Errorf("got %v and error %v", c, err)
	}
}

// presentation returns the statements of a presentation, which a test then spoils.
func presentation() map[string]predicates.Statement {
	return map[string]predicates.Statement{
		"services": predicates.Services("s"),
		"starts":   predicates.StartsUnix(1000),
		"expires":  predicates.ExpiresUnix(1060),
		"uses":     predicates.Uses(1, "s"),
		"allow":    predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"}, predicates.WhereNone()),
	}
}

// spoil replaces statements of a presentation, or leaves them out where they are nil.
func spoil(t testing.TB, changes map[string]predicates.Statement) predicates.Claims {
	t.Helper()
	statements := presentation()
	maps.Copy(statements, changes)
	var list []predicates.Statement
	for _, name := range slices.Sorted(maps.Keys(statements)) {
		if statements[name] != nil {
			list = append(list, statements[name])
		}
	}
	return newClaims(t, list...)
}

// What evades "fresh" is no presentation.
var presentations = []struct {
	name    string
	changes map[string]predicates.Statement
	seconds uint64 // 0 where it is none
}{
	{"as it should be", nil, 60},
	{"with label, nonce, delegations, cosigners, extensions and fresh", map[string]predicates.Statement{
		"label": predicates.Label("l"), "nonce": predicates.Nonce([8]byte{}), "delegations": predicates.Delegations(0),
		"cosigners": predicates.CosignedBy(1, key(1)), "extensions": predicates.Extensions(predicates.Extension{Name: "x"}), "fresh": predicates.Fresh(1)}, 60},
	{"a second", map[string]predicates.Statement{"expires": predicates.ExpiresUnix(1001)}, 1},
	{"all of time", map[string]predicates.Statement{"starts": predicates.StartsUnix(0), "expires": predicates.ExpiresUnix(predicates.MaxTime)}, predicates.MaxTime},
	{"names a next key", map[string]predicates.Statement{"next": predicates.Next(key(1))}, 0},
	{"no services", map[string]predicates.Statement{"services": nil}, 0},
	{"two services", map[string]predicates.Statement{"services": predicates.Services("s", "t")}, 0},
	{"no starts", map[string]predicates.Statement{"starts": nil}, 0},
	{"no expires", map[string]predicates.Statement{"expires": nil}, 0},
	{"starts at expires", map[string]predicates.Statement{"starts": predicates.StartsUnix(1060)}, 0},
	{"starts after expires", map[string]predicates.Statement{"starts": predicates.StartsUnix(1061)}, 0},
	{"starts at the end of time", map[string]predicates.Statement{"starts": predicates.StartsUnix(predicates.MaxTime)}, 0},
	{"no uses", map[string]predicates.Statement{"uses": nil}, 0},
	{"uses 2", map[string]predicates.Statement{"uses": predicates.Uses(2, "s")}, 0},
	{"uses at another service", map[string]predicates.Statement{"uses": predicates.Uses(1, "t")}, 0},
	{"uses in another case", map[string]predicates.Statement{"uses": predicates.Uses(1, "S")}, 0},
	{"uses at two services", map[string]predicates.Statement{"uses": predicates.UsesAt(predicates.UseLimit{Limit: 1, Service: "s"}, predicates.UseLimit{Limit: 1, Service: "t"})}, 0},
	{"no allow", map[string]predicates.Statement{"allow": nil}, 0},
	{"no allow beside a digest", map[string]predicates.Statement{"allow": nil, "digest": predicates.Digest([32]byte{})}, 0},
	{"allow nothing", map[string]predicates.Statement{"allow": predicates.AllowNothing()}, 0},
	{"free arguments", map[string]predicates.Statement{"allow": predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"})}, 0},
	{"free arguments beside a digest", map[string]predicates.Statement{
		"allow": predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r"}), "digest": predicates.Digest([32]byte{})}, 60},
	{"a star", map[string]predicates.Statement{"allow": predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"r/*"}, predicates.WhereNone())}, 0},
	{"a star beside a digest", map[string]predicates.Statement{
		"allow": predicates.Allow(predicates.Interfaces{"*"}, predicates.Resources{"r"}), "digest": predicates.Digest([32]byte{})}, 0},
	{"one grant more, not bound", map[string]predicates.Statement{
		"also": predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"**"}, predicates.WhereNone())}, 0},
	{"one bound grant more", map[string]predicates.Statement{
		"also": predicates.Allow(predicates.Interfaces{"i"}, predicates.Resources{"q"}, predicates.WhereNone())}, 60},
}

func TestPresentation(t *testing.T) {
	for _, c := range presentations {
		if seconds, ok := spoil(t, c.changes).Presentation(); seconds != c.seconds || ok != (c.seconds > 0) {
			t.Errorf("%s: got %d, %v, want %d", c.name, seconds, ok, c.seconds)
		}
	}
}
