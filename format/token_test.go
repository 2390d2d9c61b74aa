package format_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

func TestKind(t *testing.T) {
	for _, c := range []struct {
		kind         format.Kind
		name, prefix string
	}{
		{0, "none", ""},
		{format.Sealed, "sealed", "taper1s_"},
		{format.Open, "open", "taper1o_"},
		{format.Handoff, "handoff", "taper1k_"},
		{4, "none", ""},
		{255, "none", ""},
	} {
		if got := c.kind.String(); got != c.name {
			t.Errorf("Kind(%d).String() is %q, want %q", uint8(c.kind), got, c.name)
		}
		if got := c.kind.Prefix(); got != c.prefix {
			t.Errorf("Kind(%d).Prefix() is %q, want %q", uint8(c.kind), got, c.prefix)
		}
	}
}

func TestToken(t *testing.T) {
	for kind, b := range kinds() {
		token := decode(t, b)
		if got := token.Kind(); got != kind {
			t.Errorf("got kind %v, want %v", got, kind)
		}
		if got := token.RootHint(); string(got[:]) != hint {
			t.Errorf("%v: got hint %x, want %x", kind, got, hint)
		}
		if got := string(token.Bytes()); got != b {
			t.Errorf("%v: got bytes %x, want %x", kind, got, b)
		}
		payloads := []string{rich.encode(), bare.encode(), sealing.encode()}
		if kind != format.Sealed {
			payloads = payloads[:2]
		}
		if token.Len() != len(payloads) {
			t.Fatalf("%v: got %d blocks, want %d", kind, token.Len(), len(payloads))
		}
		for i, payload := range payloads {
			block := token.Block(i)
			if block.Payload != payload || block.Signature != sig || block.Raw != cose(payload) {
				t.Errorf("%v: got block %d %+v", kind, i, block)
			}
		}
		seed, ok := token.Secret()
		if want := kind == format.Handoff; ok != want || ok && seed != secret || !ok && seed != [32]byte{} {
			t.Errorf("%v: got secret %x, %v", kind, seed, ok)
		}
	}
}

func TestZeroToken(t *testing.T) {
	var token format.Token
	if token.Kind() != 0 || token.Len() != 0 || len(token.Bytes()) != 0 || token.Text() != "" {
		t.Errorf("the zero token is not empty: %v, %d, %x, %q", token.Kind(), token.Len(), token.Bytes(), token.Text())
	}
	if _, ok := token.Secret(); ok {
		t.Error("the zero token has a secret")
	}
	if got := fmt.Sprint(token); got != "no taper token" {
		t.Errorf("got %q", got)
	}
	if got := fmt.Sprint((*format.Token)(nil)); got != "<nil>" {
		t.Errorf("a nil token prints %q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("Block(0) of the zero token does not panic")
		}
	}()
	token.Block(0)
}

// Nothing that the caller does to bytes that went in or came out changes a token.
func TestTokenIsImmutable(t *testing.T) {
	for kind, b := range kinds() {
		in := []byte(b)
		token, err := format.Decode(in)
		if err != nil {
			t.Fatal(err)
		}
		out := token.Bytes()
		clear(in)
		clear(out)
		if got := string(token.Bytes()); got != b {
			t.Errorf("%v: got %x, want %x", kind, got, b)
		}
		if got := reencode(t, token); got != b {
			t.Errorf("%v: got %x, want %x", kind, got, b)
		}
	}
	blocks := []string{cose(bare.encode())}
	seed := secret
	token, err := format.New([8]byte([]byte(hint)), blocks, &seed)
	if err != nil {
		t.Fatal(err)
	}
	clear(seed[:])
	blocks[0] = ""
	if got, want := string(token.Bytes()), handoffOf(cose(bare.encode())); got != want {
		t.Errorf("got %x, want %x", got, want)
	}
	if got, _ := token.Secret(); got != secret {
		t.Errorf("got secret %x, want %x", got, secret)
	}
}

func TestTokenInManyGoroutines(t *testing.T) {
	token := decode(t, handoff())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if got := reencode(t, token); got != handoff() {
					t.Errorf("got %x", got)
				}
				_ = fmt.Sprint(token, token.Text())
			}
		})
	}
	group.Wait()
}

func TestNew(t *testing.T) {
	root := [8]byte([]byte(hint))
	a, b, last := cose(rich.encode()), cose(bare.encode()), cose(sealing.encode())
	for _, c := range []struct {
		name   string
		blocks []string
		secret *[32]byte
		want   string
	}{
		{"sealed", []string{a, b, last}, nil, sealedToken()},
		{"open", []string{a, b}, nil, openToken()},
		{"handoff", []string{a, b}, &secret, handoff()},
		{"16 blocks", append(series(15, func(int) string { return b }), last), nil, tokenOf(append(series(15, func(int) string { return b }), last)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := format.New(root, c.blocks, c.secret)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(token.Bytes()); got != c.want {
				t.Errorf("got %x, want %x", got, c.want)
			}
		})
	}
	half := len(a) / 2
	for _, c := range []struct {
		name    string
		blocks  []string
		secret  *[32]byte
		verdict predicates.Verdict
		block   int
		path    string
	}{
		{"none", nil, nil, predicates.Malformed, -1, "blocks"},
		{"17", append(series(16, func(int) string { return b }), last), nil, predicates.Malformed, -1, "blocks"},
		{"a thousand", series(1000, func(int) string { return "\x00" }), nil, predicates.Malformed, -1, "blocks"},
		{"an empty one", []string{""}, nil, predicates.Malformed, -1, ""},
		{"a number", []string{num(1)}, nil, predicates.Malformed, 0, "blocks[0]"},
		{"a claims map", []string{sealing.encode()}, nil, predicates.Malformed, 0, "blocks[0]"},
		{"two in one", []string{b + last}, nil, predicates.Malformed, -1, ""},
		{"two cut elsewhere", []string{a[:half], a[half:] + last}, nil, predicates.Malformed, 0, "blocks[0]"},
		{"two joined wrongly", []string{b + last[:5], last[5:]}, nil, predicates.Malformed, 0, "blocks[0]"},
		{"sealed with a secret", []string{b, last}, &secret, predicates.Malformed, 1, "blocks[1].claims.next"},
		{"sealed in the middle", []string{last, b}, nil, predicates.Malformed, 0, "blocks[0].claims.next"},
		{"too large", []string{strings.Repeat("x", 16385)}, nil, predicates.TooLarge, -1, ""},
		{"too large together", []string{strings.Repeat("x", 16000), strings.Repeat("x", 385)}, nil, predicates.TooLarge, -1, ""},
		{"too large by one", []string{strings.Repeat("x", 16384-11)}, nil, predicates.TooLarge, -1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := format.New(root, c.blocks, c.secret)
			if err == nil || token != nil {
				t.Fatalf("got %v, %v", token, err)
			}
			if e := errorOf(t, err); e.Verdict != c.verdict || e.Block != c.block || e.Path != c.path {
				t.Errorf("got %+v, want %v in block %d at %q", e, c.verdict, c.block, c.path)
			}
		})
	}
}

func TestTokenInWords(t *testing.T) {
	digest := func(b string) string {
		sum := sha256.Sum256([]byte(b))
		return hex.EncodeToString(sum[:4])
	}
	one := tokenOf(cose(sealing.encode()))
	for _, c := range []struct{ token, want string }{
		{sealedToken(), fmt.Sprintf("taper sealed, 3 blocks, %d bytes, sha256 %s...", len(sealedToken()), digest(sealedToken()))},
		{openToken(), fmt.Sprintf("taper open, 2 blocks, %d bytes, sha256 %s...", len(openToken()), digest(openToken()))},
		// The open token that a handoff holds, so without the secret.
		{handoff(), fmt.Sprintf("taper handoff, 2 blocks, %d bytes, sha256 %s...", len(handoff()), digest(openToken()))},
		{one, fmt.Sprintf("taper sealed, 1 block, %d bytes, sha256 %s...", len(one), digest(one))},
	} {
		if got := decode(t, c.token).String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// spellings are the ways in which four bytes of the secret could be printed.
var spellings = func() (all []string) {
	for i := 0; i+4 <= len(secret); i++ {
		part := secret[i : i+4]
		list := func(verb, separator string) string {
			return strings.Join(series(4, func(i int) string { return fmt.Sprintf(verb, part[i]) }), separator)
		}
		all = append(all,
			string(part), hex.EncodeToString(part), strings.ToUpper(hex.EncodeToString(part)),
			list("%d", " "), list("%d", ", "), list("%d", ","), list("%x", " "), list("%02x", " "), list("%02X", " "),
			list("%#x", ", "), list("%#x", " "), list("%08b", " "), list("%b", " "), list("%o", " "),
			strings.Trim(fmt.Sprintf("%q", part), `"`), strings.Trim(fmt.Sprintf("%+q", part), `"`),
			strings.Trim(fmt.Sprintf("%q", []rune(string(part))), `[]`),
		)
	}
	// In base64 the bytes begin at any of three places.
	for offset := range 3 {
		b := append(make([]byte, offset), secret[:]...)
		for _, encoded := range []string{base64.RawStdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b)} {
			for i := 4; i+6 <= len(encoded); i++ {
				all = append(all, encoded[i:i+6])
			}
		}
	}
	return all
}()

// leaks returns the spellings of parts of the secret that are in s.
func leaks(s string) (found []string) {
	for _, spelling := range spellings {
		if strings.Contains(s, spelling) {
			found = append(found, spelling)
		}
	}
	return found
}

func TestLeaksFindsThem(t *testing.T) {
	token := decode(t, handoff())
	for _, s := range []string{
		token.Text(), string(token.Bytes()), fmt.Sprintf("%x", token.Bytes()), fmt.Sprintf("%X", token.Bytes()),
		fmt.Sprintf("% x", token.Bytes()), fmt.Sprint(token.Bytes()), fmt.Sprintf("%#v", token.Bytes()), fmt.Sprintf("%q", token.Bytes()),
		base64.StdEncoding.EncodeToString(token.Bytes()), fmt.Sprintf("%v", secret), fmt.Sprintf("%#v", secret), fmt.Sprintf("%08b", secret), fmt.Sprintf("%o", secret),
	} {
		if len(leaks(s)) == 0 {
			t.Errorf("leaks does not find the secret in %q", s)
		}
	}
	if found := leaks(openToken()); found != nil {
		t.Errorf("leaks finds %q in an open token", found)
	}
}

// No way of printing shows the secret (H1).
func TestSecretIsNotPrinted(t *testing.T) {
	token := decode(t, handoffOf(cose(bare.encode())))
	words := token.String()
	type hidden struct {
		t *format.Token
		v format.Token
		a any
	}
	type shown struct {
		T *format.Token
		V format.Token
		A any
	}
	verbs := strings.Split("vTtbcdoOqxXUeEfFgGspwz", "")
	for _, verb := range append(verbs, "!", "é") {
		for _, flags := range []string{"", "+", "#", " ", "+#", "020", "-20.3", ".100"} {
			f := "%" + flags + verb
			for _, x := range []any{
				token, *token, &token,
				[]*format.Token{token}, []format.Token{*token}, map[string]format.Token{"k": *token}, [1]any{*token},
				hidden{token, *token, *token}, &hidden{token, *token, *token},
				shown{token, *token, *token}, &shown{token, *token, *token},
			} {
				s := fmt.Sprintf(f, x)
				if found := leaks(s); found != nil {
					t.Errorf("Sprintf(%q, %T) shows the secret, %q: %s", f, x, found, s)
				}
			}
			if !strings.Contains("Tpw!", verb) {
				if got := fmt.Sprintf(f, *token); got != words {
					t.Errorf("Sprintf(%q, token): got %q, want %q", f, got, words)
				}
				if got := fmt.Sprintf(f, token); got != words {
					t.Errorf("Sprintf(%q, &token): got %q, want %q", f, got, words)
				}
			}
		}
	}
	for _, f := range []string{"", "%", "%!", "%d %d", "%[5]d", "%[2]d", "%*d", "%.*d", "%[x]d"} {
		for _, x := range []any{token, *token, hidden{token, *token, *token}} {
			if s := fmt.Sprintf(f, x); leaks(s) != nil {
				t.Errorf("Sprintf(%q, %T) shows the secret: %s", f, x, s)
			}
		}
	}
	for _, s := range []string{fmt.Sprint(token), fmt.Sprint(*token), fmt.Sprintln(token), token.GoString(), token.String()} {
		if strings.TrimSpace(s) != words {
			t.Errorf("got %q, want %q", s, words)
		}
	}

	for _, x := range []any{token, *token, shown{token, *token, *token}, []any{token}, map[string]any{"token": *token}} {
		b, err := json.Marshal(x)
		if err != nil {
			t.Errorf("json.Marshal(%T): %v", x, err)
		}
		if found := leaks(string(b)); found != nil {
			t.Errorf("json.Marshal(%T) shows the secret, %q: %s", x, found, b)
		}
		if !strings.Contains(string(b), words) {
			t.Errorf("json.Marshal(%T): got %s, want %s in it", x, b, words)
		}
	}
	//lint:ignore SA9005 that nothing is exported is what is tested
	if b, err := xml.Marshal(token); err == nil && leaks(string(b)) != nil {
		t.Errorf("xml.Marshal shows the secret: %s", b)
	}

	var log bytes.Buffer
	for _, handler := range []slog.Handler{
		slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil),
	} {
		log.Reset()
		logger := slog.New(handler).With("with", token)
		logger.Info("message", "pointer", token, "value", *token, slog.Group("group", "token", token), "slice", []*format.Token{token}, "hidden", hidden{token, *token, *token}, "shown", shown{token, *token, *token})
		if found := leaks(log.String()); found != nil {
			t.Errorf("%T shows the secret, %q: %s", handler, found, log.String())
		}
		if n := strings.Count(log.String(), words); n < 4 {
			t.Errorf("%T: got %s, want %s in it", handler, log.String(), words)
		}
	}
	if found := leaks(panicText(token)); found != nil {
		t.Errorf("a panic shows the secret, %q", found)
	}
}

func panicText(x any) (s string) {
	defer func() { s = fmt.Sprint(recover()) + fmt.Sprintf("%v %+v %#v", x, x, x) }()
	panic(x)
}

// No error shows the secret: not of a handoff with any one fault, nor of its text.
func TestErrorsHideTheSecret(t *testing.T) {
	check := func(err error) {
		t.Helper()
		if err == nil {
			return
		}
		s := fmt.Sprintf("%v %+v %#v", err, err, err)
		if found := leaks(s); found != nil {
			t.Fatalf("an error shows the secret, %q: %s", found, s)
		}
	}
	token := handoff()
	for i := range len(token) {
		b := []byte(token)
		for _, c := range []byte{0x00, 0x20, 0x60, 0x78, 0xf6, b[i] ^ 1, b[i] ^ 0x20, b[i] ^ 0x80} {
			b[i] = c
			_, err := format.Decode(b)
			check(err)
		}
		_, err := format.Decode([]byte(token[:i]))
		check(err)
		_, err = format.Decode([]byte(token[i:]))
		check(err)
	}
	// The secret where a name is expected, in a text.
	_, err := format.Decode([]byte(arr(num(1), bin(hint), arr(cose(bare.encode())), txt(string(secret[:])))))
	check(err)
	text := decode(t, token).Text()
	for i := range len(text) {
		for _, c := range []string{"=", " ", "\n", "A", "1", "_"} {
			_, err := format.DecodeText(text[:i] + c + text[i+1:])
			check(err)
		}
		_, err := format.DecodeText(text[i:])
		check(err)
		_, err = format.DecodeText("taper2k_" + text[i:])
		check(err)
	}
}

var _ interface {
	fmt.Stringer
	fmt.GoStringer
	fmt.Formatter
	json.Marshaler
	slog.LogValuer
} = format.Token{}

// A broken writer does not make Format fail.
func TestFormatToNowhere(t *testing.T) {
	if n, err := fmt.Fprintf(io.Discard, "%x", decode(t, handoff())); err != nil || n == 0 {
		t.Errorf("got %d, %v", n, err)
	}
}
