package chain_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/predicates"
)

// joinPayloads and splitPayloads carry up to 5 payloads in one byte string.
func joinPayloads(payloads [][]byte) []byte {
	var b []byte
	for _, p := range payloads {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(p))), p...)
	}
	return b
}

func splitPayloads(b []byte) (payloads [][]byte) {
	for len(b) >= 2 && len(payloads) < 5 {
		n := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
		payloads = append(payloads, b[2:2+n])
		b = b[2+n:]
	}
	return payloads
}

// The ways in which FuzzVerify reads its input.
const (
	asBytes    = iota // of a token
	asText            // of a token
	asPayloads        // which are signed: every holder is an issuer
	readings
)

// FuzzVerify: nothing panics, and the library's verdict, block and claim are those of
// the model, whatever the bytes, the text, or the correctly signed blocks say. What is
// accepted has one encoding, and its signatures hold by arithmetic of forge's own
// (L1, L5; ATTACKS G3, B20).
func FuzzVerify(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	tokens := chains()
	for range 20 {
		token, _ := randomToken(random)
		tokens = append(tokens, token)
	}
	tokens = append(tokens, forge.Chain("root", "a").Truncate(1), forge.Chain("root", "a").Truncate(1).HandedOff(), forge.Chain("other"))
	for _, c := range denialCases() {
		tokens = append(tokens, c.token)
	}
	for i, token := range tokens {
		f.Add(token.Encode(), uint8(asBytes), uint8(i))
		f.Add([]byte(token.Text(forge.Sealed)), uint8(asText), uint8(i))
		var payloads [][]byte
		for _, step := range token.Trace() {
			payloads = append(payloads, step.Payload)
		}
		f.Add(joinPayloads(payloads), uint8(asPayloads), uint8(i))
	}
	f.Add([]byte{}, uint8(asBytes), uint8(0))
	f.Add([]byte{0xff, 0xff, 0xa0}, uint8(asPayloads), uint8(0))

	known := map[string]bool{"yes": true, "ja": true, "no": false}
	conf := config("root")
	conf.Ledger = nil
	conf.Extensions = map[string]predicates.Checker{}
	for name, says := range known {
		conf.Extensions[name] = func([]byte, *predicates.Request, *predicates.Context) (bool, error) { return says, nil }
	}
	v := must(chain.NewVerifier(conf))
	requests := []*predicates.Request{read(), {}}
	for range 30 {
		requests = append(requests, randomRequest(random, bytes.Repeat([]byte{7}, 32)))
	}
	f.Fuzz(func(t *testing.T, input []byte, reading, which uint8) {
		m := newModel("root")
		m.known = known
		token := input
		switch reading % readings {
		case asBytes:
			m.slow = true
		case asText:
			decoded, err := format.DecodeText(string(input))
			_, verifyErr := v.Verify(string(input))
			if err != nil {
				if outcomeOf(t, verifyErr).verdict != err.(*format.Error).Verdict {
					t.Fatalf("got %v, want %v", verifyErr, err)
				}
				return
			}
			if decoded.Text() != string(input) {
				t.Fatalf("%q is read as %q", input, decoded.Text())
			}
			token = decoded.Bytes()
			_, err = v.VerifyBytes(token)
			if got, want := outcomeOf(t, verifyErr), outcomeOf(t, err); got != want {
				t.Fatalf("as text %v, as bytes %v", got, want)
			}
		case asPayloads:
			forged := forge.Token{Root: forge.NewKey("root")}
			for i, payload := range splitPayloads(input) {
				forged.Blocks = append(forged.Blocks, forge.Block{Payload: forge.Bytes(payload), Next: forge.NewKey([]string{"a", "b", "c", "d", "e"}[i])})
			}
			token = forged.Encode()
		}
		r := requests[int(which)%len(requests)]
		want := m.decide(token, r)
		if got := outcomeOf(t, decideOnly(v, token, r)); got != want {
			t.Fatalf("got %v, want %v, of %x", got, want, token)
		}
		verified, err := v.VerifyBytes(token)
		if err != nil {
			return
		}
		if got := verified.Token().Bytes(); !bytes.Equal(got, token) {
			t.Fatalf("%x is read as %x", token, got)
		}
		for i := range verified.Len() {
			b := verified.Token().Block(i)
			if got := format.AppendClaims(nil, verified.Claims(i)); string(got) != b.Payload {
				t.Fatalf("block %d: %x is encoded anew as %x", i, b.Payload, got)
			}
			if got := format.AppendBlock(nil, []byte(b.Payload), []byte(b.Signature)); string(got) != b.Raw {
				t.Fatalf("block %d: %x is encoded anew as %x", i, b.Raw, got)
			}
		}
		all, err := verified.Explain(r, clock())
		if err != nil || (len(all) == 0) != (want == permitted) || len(all) > 0 && outcomeOf(t, all[0]) != want {
			t.Fatalf("explained as %v, %v, and it is %v", all, err, want)
		}
	})
}
