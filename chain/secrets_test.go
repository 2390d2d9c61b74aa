package chain_test

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
)

// leaks returns in which form the text holds the first bytes of a secret, or "".
func leaks(text string, secret []byte) string {
	forms := map[string]string{
		"raw":    string(secret[:8]),
		"quoted": strings.Trim(fmt.Sprintf("%q", secret), `"`),
		"hex":    fmt.Sprintf("%x", secret[:8]),
		"HEX":    fmt.Sprintf("%X", secret[:8]),
	}
	for _, separator := range []string{" ", ", ", ",", "\n"} {
		for _, verb := range []string{"%d", "%#x", "%x", "%X", "%#X", "%o", "%#o", "%O", "%b", "%c", "%q", "%U", "%02x"} {
			parts := make([]string, 6)
			for i := range parts {
				parts[i] = fmt.Sprintf(verb, secret[i])
			}
			forms[verb+separator] = strings.Join(parts, separator)
		}
	}
	for shift := range 3 {
		// Wherever the bytes stand, these characters are theirs alone.
		padded := append(make([]byte, shift), secret[:15]...)
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding} {
			forms[fmt.Sprint(name, shift)] = encoding.EncodeToString(padded)[shift*2 : 16]
		}
	}
	for name, form := range forms {
		if strings.Contains(text, form) {
			return name
		}
	}
	return ""
}

type external struct {
	secret  []byte
	private crypto.Signer
}

func (e *external) Public() crypto.PublicKey { return e.private.Public() }
func (e *external) Sign(r io.Reader, message []byte, o crypto.SignerOpts) ([]byte, error) {
	return e.private.Sign(r, message, o)
}

// No printer shows a seed, wherever the value that holds it stands: ATTACKS H1,
// A19, SPEC 8. An unexported field is the hard case, because there fmt can't call
// the methods that hide it.
func TestSecretsStayHidden(t *testing.T) {
	seed := forge.NewKey("holder").Seed()
	token := forge.Chain("root", "holder").Truncate(1).HandedOff()
	text := token.Text(forge.Handoff)
	own := signer("holder")
	outside := must(chain.NewSigner(&external{seed[:], forge.NewKey("holder").Private()}))
	capability := must(chain.AcceptHandoff(text, publicKey("root")))
	viaAgent := must(chain.Accept(must(format.Decode(token.Encode())), outside, publicKey("root")))
	_, failed := chain.AcceptHandoff(text, publicKey("another root"))
	_, notSealed := newVerifier("root").Verify(text)

	type inner struct {
		s chain.Signer
		c *chain.Capability
	}
	type hidden struct {
		signer     chain.Signer
		pointer    *chain.Signer
		outside    chain.Signer
		capability chain.Capability
		pointerTo  *chain.Capability
		agent      *chain.Capability
		list       []chain.Signer
		array      [1]chain.Capability
		table      map[string]chain.Signer
		keys       map[chain.Signer]int
		any        any
		inner      inner
		failed     error
	}
	h := hidden{own, &own, outside, *capability, capability, viaAgent, []chain.Signer{own}, [1]chain.Capability{*capability},
		map[string]chain.Signer{"key": own}, map[chain.Signer]int{own: 1}, own, inner{own, capability}, failed}
	values := map[string]any{
		"Signer":      own,
		"*Signer":     &own,
		"external":    outside,
		"Capability":  *capability,
		"*Capability": capability,
		"agent's":     viaAgent,
		"slice":       []any{own, capability, *capability, outside},
		"signers":     []chain.Signer{own, outside},
		"map":         map[string]any{"a": own, "b": capability},
		"keys":        map[chain.Signer]chain.Capability{own: *capability},
		"exported": struct {
			S chain.Signer
			C chain.Capability
			P *chain.Capability
			I inner
		}{own, *capability, capability, h.inner},
		"hidden":  h,
		"*hidden": &h,
		"hiddens": []hidden{h},
		"errors":  []error{failed, notSealed},
	}
	check := func(how, out string) {
		t.Helper()
		if form := leaks(out, seed[:]); form != "" {
			t.Errorf("%s shows the seed as %s: %.200q", how, form, out)
		}
		// The secret part of the text form, wherever it is cut.
		if strings.Contains(out, text[len(text)-24:]) || strings.Contains(out, "taper1k_") && !strings.Contains(out, "taper1k_...") {
			t.Errorf("%s shows the handoff: %.200q", how, out)
		}
	}
	for name, v := range values {
		for _, flags := range []string{"", "+", "#", " ", "0", "-", "+#", "# ", "60", ".3"} {
			for _, verb := range "vTtbcdoOqxXUeEfFgGspw!z" {
				format := "%" + flags + string(verb)
				check(name+" "+format, fmt.Sprintf(format, v))
			}
		}
		b, err := json.Marshal(v)
		check(name+" json", fmt.Sprint(string(b), err))
		b, err = json.MarshalIndent(map[string]any{"v": v}, "", " ")
		check(name+" json, indented", fmt.Sprint(string(b), err))
		for _, source := range []bool{false, true} {
			var out bytes.Buffer
			options := &slog.HandlerOptions{AddSource: source}
			slog.New(slog.NewTextHandler(&out, options)).Info("message", "v", v)
			slog.New(slog.NewJSONHandler(&out, options)).With("w", v).WithGroup("g").Error("message", slog.Any("v", v))
			check(name+" slog", out.String())
		}
		check(name+" print", fmt.Sprint(v)+fmt.Sprintln(v, v)+fmt.Errorf("%v %w", v, failed).Error())
	}

	// What they do show.
	if got, want := fmt.Sprintf("%v %s %x %d", own, &own, own, own), strings.Repeat(" signer "+own.Public().String(), 4)[1:]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := own.GoString()+" "+own.LogValue().String(), own.String()+" "+own.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	wantText := fmt.Sprintf("capability of 1 blocks, last block %s", capability.ID(0))
	if got := fmt.Sprintf("%v|%+v|%#v|%s|%x", capability, *capability, capability, capability.GoString(), capability.LogValue().String()); !strings.HasPrefix(got, strings.Repeat(wantText+"|", 4)) {
		t.Errorf("got %s", got)
	}
	if b := must(json.Marshal(values["exported"])); !strings.Contains(string(b), own.Public().String()) || !strings.Contains(string(b), wantText) {
		t.Errorf("got %s", b)
	}
	if got := fmt.Sprint(chain.Signer{}, chain.Capability{}); got != "signer "+(chain.PublicKey{}).String()+" capability without a token" {
		t.Errorf("got %s", got)
	}
}

// The search above finds what it looks for.
func TestLeaksFindsSecrets(t *testing.T) {
	seed := forge.NewKey("holder").Seed()
	type box struct{ secret []byte }
	for _, out := range []string{
		fmt.Sprintf("%v", box{seed[:]}), fmt.Sprintf("%+v", seed), fmt.Sprintf("%#v", box{seed[:]}), fmt.Sprintf("%x", seed), fmt.Sprintf("%q", seed),
		fmt.Sprintf("%d", box{seed[:]}), fmt.Sprintf("%o", seed), fmt.Sprintf("%U", seed), "xx" + string(seed[:]) + "xx",
		base64.StdEncoding.EncodeToString(seed[:]), base64.RawURLEncoding.EncodeToString(append([]byte{1}, seed[:]...)),
		base64.RawURLEncoding.EncodeToString(append([]byte{1, 2}, seed[:]...)), forge.Chain("root", "holder").Truncate(1).HandedOff().Text(forge.Handoff),
		string(must(json.Marshal(seed[:]))), string(must(json.Marshal(seed))),
	} {
		if leaks(out, seed[:]) == "" {
			t.Errorf("not found in %q", out)
		}
	}
}

// A panic prints its value without fmt (ATTACKS H1).
func TestPanicHidesSecrets(t *testing.T) {
	seed := forge.NewKey("holder").Seed()
	own := signer("holder")
	capability := must(chain.AcceptHandoff(forge.Chain("root", "holder").Truncate(1).HandedOff().Text(forge.Handoff), publicKey("root")))
	values := []any{own, &own, capability, *capability, []any{own}, struct{ s chain.Signer }{own}, fmt.Errorf("%v: %+v", own, capability)}
	if which := os.Getenv("TAPER_TEST_PANIC"); which != "" {
		panic(values[which[0]-'0'])
	}
	for i := range values {
		command := exec.Command(os.Args[0], "-test.run=^TestPanicHidesSecrets$")
		command.Env = append(os.Environ(), fmt.Sprint("TAPER_TEST_PANIC=", i), "GOTRACEBACK=all")
		out, err := command.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("panic:")) {
			t.Fatalf("value %d: did not panic: %s", i, out)
		}
		if form := leaks(string(out), seed[:]); form != "" {
			t.Errorf("value %d: the panic shows the seed as %s:\n%s", i, form, out)
		}
	}
}
