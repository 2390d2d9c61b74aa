package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// acceptCases: what a holder must find out before it relies on an open token or a
// handoff.
func acceptCases(s *suite) {
	root := forge.NewKey("root")
	open := fourBlocks().Truncate(3)
	tool := open.Blocks[2].Next
	accept := func(id, base, text string, own *forge.Key, expected forge.Key, verdict string, spec, attacks, flags []string, comment string) {
		public := expected.Public()
		valid := verdict == "accepted"
		a := &vectors.Accept{Text: text, Root: hex.EncodeToString(public[:]), Verdict: verdict}
		if own != nil {
			seed := own.Seed()
			a.Seed = hex.EncodeToString(seed[:])
		}
		c := vectors.Case{ID: "accept-" + id, Op: "accept", Spec: append([]string{"M-5"}, spec...), Attacks: attacks, Flags: flags, Comment: comment, Accept: a, Valid: &valid}
		if base != "" {
			c.Base = "accept-" + base
		}
		s.add(c)
	}
	// Section 14 has no identifier of its own for reading; these are the steps that
	// it refers to.
	k5, d5, d9 := []string{"K-5"}, []string{"D-5"}, []string{"D-9"}

	accept("handoff", "", open.HandedOff().Text(forge.Handoff), nil, root, "accepted", []string{"D-9", "T-2"}, nil, nil,
		"Three blocks with the seed of the key that the last one names.")
	accept("open", "", open.Text(forge.Open), &tool, root, "accepted", []string{"D-9", "T-2"}, nil, nil,
		"Three blocks, and the holder's own key is the one that the last one names.")
	first := open.Truncate(1)
	accept("handoff-one-block", "", first.HandedOff().Text(forge.Handoff), nil, root, "accepted", d9, nil, nil,
		"What a root hands to its first holder: block 0 and a seed.")
	accept("open-one-block", "", first.Text(forge.Open), &first.Blocks[0].Next, root, "accepted", d9, nil, nil,
		"What a root writes for a holder's own key.")
	accept("open-without-services", "", open.Without(0, 3).Text(forge.Open), &tool, root, "accepted", []string{"D-6"}, nil, []string{"too-strict"},
		"No block names services: only a seal must, and this token has none yet.")
	accept("open-expired", "", open.With(0, forge.Expires(1)).Text(forge.Open), &tool, root, "accepted", []string{"D-12"}, nil, []string{"too-strict"},
		"Block 0 expired in 1970: accepting verifies encoding, shape, root and signatures, and knows no time.")

	for _, kind := range []struct {
		name  string
		token forge.Token
		write func(forge.Token) string
		own   *forge.Key
	}{
		{"handoff", open.HandedOff(), func(t forge.Token) string { return t.Text(forge.Handoff) }, nil},
		{"open", open, func(t forge.Token) string { return t.Text(forge.Open) }, &tool},
	} {
		other := forge.NewKey("another root")
		refuse := func(id string, t forge.Token, verdict string, spec, attacks, flags []string, comment string) {
			accept(kind.name+"-"+id, kind.name, kind.write(t), kind.own, root, verdict, spec, attacks, flags, comment)
		}
		accept(kind.name+"-for-another-root", kind.name, kind.write(kind.token), kind.own, other, "unknown-root", []string{"D-7"}, []string{"A22"}, []string{"root-not-expected"},
			"The holder expects another root: a token for an attacker's tenant would make the holder's work land there.")
		abroad := kind.token
		abroad.Root = forge.NewKey("mallory")
		refuse("under-mallory", abroad, "unknown-root", []string{"D-7"}, []string{"A8", "A22"}, []string{"root-not-expected"},
			"The same token under an attacker's root: the holder states the root that it expects, and takes none from the token.")
		lying := abroad
		lying.Hint = forge.Bytes(hintOf(root.Public()))
		refuse("under-mallory-with-hint", lying, "bad-signature", d9, []string{"A8", "A22"}, []string{"hint-trusted"},
			"An attacker's token under the expected root's hint: comparing hints is not verifying.")
		for i := range 3 {
			refuse(fmt.Sprintf("bad-signature-%d", i), resigned(kind.token, i, func(_ forge.Key, _, signature []byte) []byte { return flipped(signature, 300) }),
				"bad-signature", d9, []string{"A17"}, []string{"unchecked-signature"},
				fmt.Sprintf("The signature of block %d is bad: a holder who does not check builds on it, and only learns from a service.", i))
			if i == 2 {
				continue // its key is the holder's own
			}
			refuse(fmt.Sprintf("bad-key-%d", i), kind.token.WithNext(i, forge.PublicKey(forge.SmallOrder()[1])), "bad-key", d5, []string{"A10"}, []string{"small-order"},
				fmt.Sprintf("Block %d names a key of small order, for which anyone can sign.", i))
			refuse(fmt.Sprintf("next-is-root-%d", i), kind.token.WithNext(i, root), "bad-key", []string{"D-8", "K-5"}, []string{"A12"}, []string{"repeated-key"},
				fmt.Sprintf("Block %d names the root's key.", i))
			refuse(fmt.Sprintf("repeated-key-%d", i), kind.token.WithNext(i, tool), "bad-key", k5, []string{"A12"}, []string{"repeated-key"},
				fmt.Sprintf("Block %d names the key that the last block names: its holder could leave out what stands between.", i))
		}
		refuse("no-expires", kind.token.Without(0, 4), "unbounded", []string{"D-6"}, []string{"D3"}, []string{"unbounded"},
			"Block 0 never expires: no service will take what is derived from this.")
		refuse("no-allow", kind.token.Without(0, 6), "unbounded", []string{"D-6"}, []string{"C9"}, []string{"unbounded"},
			"Block 0 grants nothing and restricts nothing.")
		refuse("seal-inside", kind.token.Without(1, 2), "malformed", []string{"E-11"}, []string{"A18"}, []string{"seal-not-last"},
			"Block 1 names no key, and a block follows.")
		good := kind.write(kind.token)
		accept(kind.name+"-another-version", kind.name, strings.Replace(good, "taper1", "taper2", 1), kind.own, root, "unsupported-version", []string{"T-4"}, nil, []string{"version"},
			"The prefix is that of version 2.")
		accept(kind.name+"-cut", kind.name, good[:len(good)-4], kind.own, root, "malformed", []string{"E-1"}, nil, []string{"truncation"},
			"The last three bytes are missing, as after copying by hand.")
		accept(kind.name+"-line-end", kind.name, good+"\n", kind.own, root, "malformed", []string{"T-1"}, nil, []string{"lenient-base64"},
			"A line end behind the text, as in a file: whoever reads the file takes it away, or two texts stand for one token.")
		accept(kind.name+"-too-long", kind.name, good+strings.Repeat("A", 21855-len(good)), kind.own, root, "too-large", []string{"T-3"}, nil, []string{"limit"},
			"A text of 21,855 characters, one too many: its length is looked at before anything else.")
		accept(kind.name+"-version-in-bytes", kind.name, kind.write(func() forge.Token { t := kind.token; t.Version = forge.Uint(2); return t }()), kind.own, root,
			"unsupported-version", []string{"D-3"}, nil, []string{"version"}, "The first field says version 2 under a prefix of version 1.")
	}

	sealed := fourBlocks()
	accept("sealed", "open", sealed.Text(forge.Sealed), &tool, root, "malformed", []string{"E-11", "T-2"}, []string{"A21"}, []string{"sealed"},
		"A sealed token: nothing can be appended, so it is no token for a holder.")
	accept("sealed-as-handoff", "handoff", sealed.Text(forge.Sealed), nil, root, "malformed", []string{"E-11", "T-2"}, []string{"A21"}, []string{"sealed"},
		"A sealed token where a handoff is expected.")
	accept("sealed-under-open-prefix", "open", sealed.Text(forge.Open), &tool, root, "malformed", []string{"T-2"}, []string{"B19"}, []string{"prefix"},
		"A sealed token under the prefix of an open one: prefix and content must agree.")
	withSeed := sealed.Clone()
	seed := tool.Seed()
	withSeed.Secret = forge.Bytes(seed[:])
	accept("handoff-of-sealed", "handoff", withSeed.Text(forge.Handoff), nil, root, "malformed", []string{"E-11"}, []string{"A21"}, []string{"sealed"},
		"A handoff whose last block names no key: the secret that comes with it opens nothing.")
	accept("open-as-handoff", "handoff", open.Text(forge.Open), nil, root, "malformed", []string{"T-2"}, []string{"A21"}, []string{"kind"},
		"An open token where a handoff is expected: there is no secret in it.")
	accept("handoff-under-open-prefix", "handoff", open.HandedOff().Text(forge.Open), nil, root, "malformed", []string{"T-2"}, []string{"B19"}, []string{"prefix"},
		"A handoff under the prefix of an open token: a scanner for secrets would let it through.")
	accept("open-under-handoff-prefix", "handoff", open.Text(forge.Handoff), nil, root, "malformed", []string{"T-2"}, []string{"B19"}, []string{"prefix"},
		"An open token under the prefix of a handoff.")

	for _, wrong := range []struct{ name, what string }{
		{"orchestrator", "block 0 names, and not the last"},
		{"worker", "block 1 names, and signs the last block"},
		{"root", "signs block 0"},
		{"mallory", "nobody names"},
	} {
		key := forge.NewKey(wrong.name)
		with, own := open.Clone(), key.Seed()
		with.Secret = forge.Bytes(own[:])
		accept("handoff-secret-of-"+wrong.name, "handoff", with.Text(forge.Handoff), nil, root, "bad-key", []string{"M-2"}, []string{"A21"}, []string{"wrong-key"},
			fmt.Sprintf("The secret is that of a key that %s: every seal made with it would be refused later, far from the fault.", wrong.what))
		accept("open-key-of-"+wrong.name, "open", open.Text(forge.Open), &key, root, "bad-key", []string{"M-2"}, []string{"A21"}, []string{"wrong-key"},
			fmt.Sprintf("The holder's own key is one that %s.", wrong.what))
	}
	for _, secret := range []struct {
		name    string
		bytes   []byte
		comment string
	}{
		{"31-bytes", seed[:31], "The secret has 31 bytes."},
		{"33-bytes", append(seed[:32:32], 0), "The secret has 33 bytes."},
		{"64-bytes", tool.Private(), "The secret is a seed followed by its public key, as many libraries keep it: two halves that need not belong together."},
		{"empty", nil, "The secret is empty."},
	} {
		with := open.Clone()
		with.Secret = forge.Bytes(secret.bytes)
		accept("handoff-secret-"+secret.name, "handoff", with.Text(forge.Handoff), nil, root, "malformed", []string{"E-9"}, []string{"A21"}, []string{"wrong-size"}, secret.comment)
	}
	zero := open.Clone()
	zero.Secret = forge.Bytes(make([]byte, 32))
	accept("handoff-secret-zero", "handoff", zero.Text(forge.Handoff), nil, root, "bad-key", []string{"M-2"}, []string{"A21"}, []string{"wrong-key"},
		"The secret is all zeros: a seed like any other, of another key.")
	public := tool.Public()
	publicAsSecret := open.Clone()
	publicAsSecret.Secret = forge.Bytes(public[:])
	accept("handoff-secret-is-public", "handoff", publicAsSecret.Text(forge.Handoff), nil, root, "bad-key", []string{"M-2"}, []string{"A21"}, []string{"wrong-key"},
		"The public key stands in place of the seed: who compares the secret with the next key byte by byte accepts it, and has nothing to sign with.")
}
