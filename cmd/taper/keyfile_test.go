package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/internal/forge"
)

// testSeed is that of every key in these tests.
var testSeed = bytes.Repeat([]byte{0x5a}, 32)

func testKey(t testing.TB) (ed25519.PrivateKey, chain.PublicKey) {
	private := ed25519.NewKeyFromSeed(testSeed)
	public, err := chain.NewPublicKey(private[32:])
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// openSSH returns the PEM of a private key as ssh-keygen writes it.
func openSSH(t testing.TB, key any, passphrase string) []byte {
	var (
		block *pem.Block
		err   error
	)
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(key, "a comment")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "a comment", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func publicLine(t testing.TB, key any) string {
	public, err := ssh.NewPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(public))
}

// version2 returns a OneAsymmetricKey with a public half.
func version2(seed, half []byte) []byte {
	der := append([]byte{0x30, 0x51, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20}, seed...)
	return append(append(der, 0x81, 0x21, 0), half...)
}

func TestParseKey(t *testing.T) {
	private, public := testKey(t)
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{0xa5}, 32))
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	pkix, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecPKCS8, err := x509.MarshalPKCS8PrivateKey(p256)
	if err != nil {
		t.Fatal(err)
	}
	x25519 := bytes.Replace(pkcs8, []byte{0x2b, 0x65, 0x70}, []byte{0x2b, 0x65, 0x6e}, 1)
	sshPrivate := openSSH(t, private, "")
	line := publicLine(t, private.Public())
	mismatched := func(replace int) []byte {
		// The public half stands three times in the file.
		block, _ := pem.Decode(sshPrivate)
		parts := bytes.Split(block.Bytes, private[32:])
		if len(parts) != 4 {
			t.Fatalf("the public half stands %d times, want 3", len(parts)-1)
		}
		var b []byte
		for i, part := range parts {
			b = append(b, part...)
			switch {
			case i == len(parts)-1:
			case i == replace:
				b = append(b, other[32:]...)
			default:
				b = append(b, private[32:]...)
			}
		}
		return pemOf("OPENSSH PRIVATE KEY", b)
	}

	for _, tt := range []struct {
		name    string
		file    []byte
		private bool
		want    string // the error, or ""
	}{
		{"PKCS#8 of crypto/x509", pemOf("PRIVATE KEY", pkcs8), true, ""},
		{"PKCS#8 as keygen writes it", marshalKey(testSeed), true, ""},
		{"PKCS#8 with a public half", pemOf("PRIVATE KEY", version2(testSeed, private[32:])), true, ""},
		{"OpenSSH", sshPrivate, true, ""},
		{"white space around it", []byte("\n\n" + string(sshPrivate) + "\n \n"), true, ""},
		{"PKIX", pemOf("PUBLIC KEY", pkix), false, ""},
		{"a line of OpenSSH", []byte(line), false, ""},
		{"our own text", []byte(public.String() + "\n"), false, ""},

		{"PKCS#8 with another public half", pemOf("PRIVATE KEY", version2(testSeed, other[32:])), false, errHalves.Error()},
		{"PKCS#8 of version 1 with a public half", pemOf("PRIVATE KEY", func() []byte {
			der := version2(testSeed, private[32:])
			der[4] = 0
			return der
		}()), false, "is no PKCS#8 key of Ed25519"},
		{"PKCS#8 with bytes behind it", pemOf("PRIVATE KEY", append(bytes.Clone(pkcs8), 0)), false, "is no PKCS#8 key"},
		{"PKCS#8, truncated", pemOf("PRIVATE KEY", pkcs8[:40]), false, "is no PKCS#8 key"},
		{"PKCS#8 with a short seed", pemOf("PRIVATE KEY", append([]byte{0x30, 0x2d, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x21, 4, 0x1f}, testSeed[:31]...)),
			false, "chain: a seed of 31 bytes (expected 32)"},
		{"PKCS#8 of ECDSA", pemOf("PRIVATE KEY", ecPKCS8), false, "the key is ECDSA (expected Ed25519)"},
		{"PKCS#8 of X25519", pemOf("PRIVATE KEY", x25519), false, "the key is X25519 (expected Ed25519)"},
		{"encrypted PKCS#8", pemOf("ENCRYPTED PRIVATE KEY", pkcs8), false, errEncrypted.Error()},
		{"an RSA key", pemOf("RSA PRIVATE KEY", pkcs8), false, `holds PEM of type "RSA PRIVATE KEY" (expected an Ed25519 key)`},
		{"a certificate", pemOf("CERTIFICATE", pkcs8), false, `holds PEM of type "CERTIFICATE" (expected an Ed25519 key)`},
		{"two keys", append(pemOf("PRIVATE KEY", pkcs8), pemOf("PRIVATE KEY", pkcs8)...), false, "holds something behind its first key (expected one key)"},
		{"a damaged block before a good one", append([]byte("-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n"), pemOf("PUBLIC KEY", pkix)...),
			false, "is damaged PEM"},
		{"encrypted OpenSSH", openSSH(t, private, "secret"), false, errEncrypted.Error()},
		{"OpenSSH of ECDSA", openSSH(t, p256, ""), false, `the key is "ecdsa-sha2-nistp256" (expected ssh-ed25519)`},
		{"OpenSSH, outer half", mismatched(0), false, errHalves.Error()},
		{"OpenSSH, inner half", mismatched(1), false, errHalves.Error()},
		{"OpenSSH, half behind the seed", mismatched(2), false, errHalves.Error()},
		{"OpenSSH, truncated", pemOf("OPENSSH PRIVATE KEY", []byte("openssh-key-v1\x00\x00")), false, "is a damaged OpenSSH key"},
		{"a line of another kind", []byte(publicLine(t, p256.Public())), false, `the key is "ecdsa-sha2-nistp256" (expected ssh-ed25519)`},
		{"a security key", []byte("sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t x"), false,
			`the key is "sk-ssh-ed25519@openssh.com": a security key does not sign what it is given (expected ssh-ed25519)`},
		{"a certificate of OpenSSH", []byte("ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t x"), false,
			`the key is "ssh-ed25519-cert-v01@openssh.com": a certificate (expected ssh-ed25519)`},
		{"a line that lies about its kind", []byte("ssh-rsa " + strings.Fields(line)[1]), false,
			"holds no key (expected PEM, a public key of OpenSSH, or ed25519: and 43 characters)"},
		{"options before the key", []byte("restrict " + line), false,
			"holds no key (expected PEM, a public key of OpenSSH, or ed25519: and 43 characters)"},
		{"two lines", []byte(line + line), false, "holds several lines, and is not PEM (expected one key)"},
		{"nothing", nil, false, "is empty (expected a key)"},
		{"a key of small order", []byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), false,
			"chain: bad-key: ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA is of small order or not canonical"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, err := parseKey(tt.file)
			if tt.want != "" {
				if err == nil || err.Error() != tt.want {
					t.Errorf("got error %v, want %s", err, tt.want)
				}
				if k != (key{}) {
					t.Error("there is a key beside the error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if k.public != public || k.private != tt.private || k.private != !k.signer.Public().IsZero() {
				t.Errorf("got %+v, want private = %v and %s", k, tt.private, public)
			}
		})
	}
}

// What keygen writes is what others read.
func TestMarshalKey(t *testing.T) {
	private, _ := testKey(t)
	want, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	if got := marshalKey(testSeed); !bytes.Equal(got, pemOf("PRIVATE KEY", want)) {
		t.Errorf("got %s, want %s", got, pemOf("PRIVATE KEY", want))
	}
}

// FuzzParseKey: a file holds the key that other parsers find in it, or none.
func FuzzParseKey(f *testing.F) {
	private, public := testKey(f)
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(private)
	pkix, _ := x509.MarshalPKIXPublicKey(private.Public())
	for _, seed := range []struct {
		kind string
		data []byte
	}{
		{"PRIVATE KEY", pkcs8},
		{"PRIVATE KEY", version2(testSeed, private[32:])},
		{"PUBLIC KEY", pkix},
		{"OPENSSH PRIVATE KEY", func() []byte { b, _ := pem.Decode(openSSH(f, private, "")); return b.Bytes }()},
		{"ENCRYPTED PRIVATE KEY", nil},
		{"", openSSH(f, private, "x")},
		{"", []byte(publicLine(f, private.Public()))},
		{"", []byte(public.String())},
		{"", []byte("-----BEGIN PRIVATE KEY-----")},
	} {
		f.Add(seed.kind, seed.data)
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		file := data
		if kind != "" {
			// Wrapped here, so that the fuzzer need not know base64.
			file = pemOf(kind, data)
		}
		k, err := parseKey(file)
		if err != nil {
			if k != (key{}) {
				t.Fatal("there is a key beside the error")
			}
			checkLine(t, oneLine(err.Error()))
			return
		}
		if k.public.IsZero() {
			t.Fatal("no key and no error")
		}
		block, _ := pem.Decode(bytes.TrimSpace(file))
		switch {
		case !k.private && block != nil:
			compare(t, k, func() (any, error) { return x509.ParsePKIXPublicKey(block.Bytes) })
		case !k.private && bytes.HasPrefix(bytes.TrimSpace(file), []byte("ssh-")):
			compare(t, k, func() (any, error) {
				public, _, _, _, err := ssh.ParseAuthorizedKey(file)
				if err != nil {
					return nil, err
				}
				return public.(ssh.CryptoPublicKey).CryptoPublicKey(), nil
			})
		case k.private && block.Type == "PRIVATE KEY":
			compare(t, k, func() (any, error) { return x509.ParsePKCS8PrivateKey(block.Bytes) })
		case k.private:
			compare(t, k, func() (any, error) { return ssh.ParseRawPrivateKey(pem.EncodeToMemory(block)) })
		}
	})
}

func compare(t *testing.T, k key, parse func() (any, error)) {
	t.Helper()
	found, err := parse()
	if err != nil {
		t.Fatalf("another parser refuses the key %s: %v", k.public, err)
	}
	want := k.public.Key()
	var got []byte
	switch found := found.(type) {
	case ed25519.PrivateKey:
		got = found[32:]
	case *ed25519.PrivateKey:
		got = (*found)[32:]
	case ed25519.PublicKey:
		got = found
	}
	if !bytes.Equal(got, want[:]) {
		t.Fatalf("another parser finds %x, want %x", got, want)
	}
}

// checkLine fails unless s is one line of printable ASCII.
func checkLine(t *testing.T, s string) {
	t.Helper()
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			t.Fatalf("the message holds byte %02x: %q", s[i], s)
		}
	}
	if s == "" {
		t.Fatal("the message is empty")
	}
}

func TestPublished(t *testing.T) {
	for _, name := range publishedNames {
		public := forge.NewKey(name).Public()
		if k, err := chain.NewPublicKey(public[:]); err != nil || !published(k) {
			t.Errorf("the key %q of the tests is not known as published (%v)", name, err)
		}
	}
	if _, public := testKey(t); published(public) {
		t.Errorf("%s is not published", public)
	}
}

// Whatever is done with a secret, it shows in no message and no view.
func TestNoSecretIsPrinted(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	runHere := func(input string, args ...string) string {
		var out, errs bytes.Buffer
		e := system()
		e.stdin, e.stdout, e.stderr = strings.NewReader(input), &out, &errs
		e.getenv = func(string) string { return "" }
		run(args, e)
		return out.String() + errs.String()
	}
	if err := os.WriteFile(path("root.pem"), marshalKey(testSeed), 0o600); err != nil {
		t.Fatal(err)
	}
	_, public := testKey(t)
	root := public.String()
	runHere("", "mint", "--key", path("root.pem"), "allow a on b; until +1h", "-o", path("token"))
	data, err := os.ReadFile(path("token"))
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(data))
	keyLine := strings.Split(string(marshalKey(testSeed)), "\n")[1]
	// The secret is what stands last in both texts.
	secrets := []string{token[len(token)-40:], keyLine[len(keyLine)-40:]}

	question := []string{"--root", root, "--service", "s", "--interface", "a", "--resource", "b"}
	for _, line := range [][]string{
		{"inspect"},
		{"inspect", "--json"},
		{"inspect", "--root", root},
		{"inspect", "--json", "--root", root},
		{"inspect", token},
		{"inspect", "--root", token},
		{"inspect", "--token-file", token},
		{"inspect", "--nonsense=" + token},
		{token},
		append([]string{"verify"}, question...),
		append([]string{"verify", "--json"}, question...),
		append([]string{"explain"}, question...),
		append([]string{"explain", "--json"}, question...),
		{"approve", "--key", path("root.pem"), "--root", root},
		{"attenuate", "--root", root, "--key", path("root.pem"), "uses 1 at s"},
		{"attenuate", "--root", root, "-f", path("token")},
		{"attenuate", "--root", root, "-f", path("root.pem")},
		{"attenuate", "--roots", path("token"), "uses 1 at s"},
		{"attenuate", "--roots", path("root.pem"), "uses 1 at s"},
		{"mint", "--key", path("token"), "allow a on b; until +1h"},
		{"mint", "--key", path("root.pem"), "--to", path("token"), "allow a on b; until +1h"},
		{"pub", path("token")},
		{"pub", path("root.pem")},
	} {
		for _, input := range []string{token, string(marshalKey(testSeed)), token + " x", keyLine} {
			output := runHere(input, line...)
			for _, secret := range secrets {
				if strings.Contains(output, secret) {
					t.Errorf("taper %s: the output holds a secret: %s", strings.Join(line, " "), output)
				}
			}
		}
	}
}
