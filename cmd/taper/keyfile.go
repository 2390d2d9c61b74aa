package main

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ssh"

	encodingasn1 "encoding/asn1"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
)

// maxKeyFile bounds a key file. An Ed25519 key of any form is below 1 kB, the
// rest is room for a comment.
const maxKeyFile = 16 << 10

// A key is what a key file holds: a public key and, unless the file holds
// no more than that, its signer.
type key struct {
	public  chain.PublicKey
	signer  chain.Signer
	private bool
}

// signer returns the signer that a KEY argument names: a file with a private
// key, or agent:COMMENT-OR-FINGERPRINT.
func (e *environ) signer(ref string) (chain.Signer, error) {
	if selector, ok := strings.CutPrefix(ref, agentPrefix); ok {
		return e.agentSigner(selector)
	}
	k, err := readKeyFile(ref)
	if err != nil {
		return chain.Signer{}, err
	}
	if !k.private {
		return chain.Signer{}, fmt.Errorf("%s: holds a public key (expected a private key)", shown(ref))
	}
	if published(k.public) {
		return chain.Signer{}, fmt.Errorf("%s: this secret key is published: anybody has it", shown(ref))
	}
	return k.signer, nil
}

// publicKey returns the key that a PUB argument names: ed25519:BASE64URL, a file
// with a public or a private key, or agent:COMMENT-OR-FINGERPRINT.
func (e *environ) publicKey(ref string) (chain.PublicKey, error) {
	if strings.HasPrefix(ref, "ed25519:") {
		return chain.ParsePublicKey(ref)
	}
	if strings.HasPrefix(ref, agentPrefix) {
		s, err := e.signer(ref)
		return s.Public(), err
	}
	k, err := readKeyFile(ref)
	return k.public, err
}

// readKeyFile reads a file that holds one key. A private key in a file that
// others may read is refused: it has to be taken as known to them.
func readKeyFile(path string) (key, error) {
	data, info, err := readFile(path, maxKeyFile)
	if err != nil {
		return key{}, err
	}
	k, err := parseKey(data)
	if err != nil {
		return key{}, fmt.Errorf("%s: %w", shown(path), bare(err))
	}
	if k.private {
		if err := checkMode(path, info); err != nil {
			return key{}, err
		}
	}
	return k, nil
}

// checkMode refuses a file with a secret that its group or everybody may touch.
// Windows has no such modes, and a pipe is gone once it is read.
func checkMode(path string, info fs.FileInfo) error {
	if runtime.GOOS == "windows" || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return fmt.Errorf("%s: holds a secret, and its mode %04o lets others at it (chmod 600 %s)",
		shown(path), info.Mode().Perm(), shown(path))
}

// parseKey reads a key in one of these forms: a private key in PKCS#8 or of
// OpenSSH, a public key in PKIX or as a line of OpenSSH, or ed25519:BASE64URL.
func parseKey(data []byte) (key, error) {
	data = bytes.TrimSpace(data)
	text := string(data)
	switch {
	case text == "":
		return key{}, errors.New("is empty (expected a key)")
	case tokenLike.MatchString(text):
		return key{}, errors.New("holds a token (expected a key)")
	case strings.HasPrefix(text, "-----BEGIN "):
		return parsePEM(data)
	case strings.ContainsAny(text, "\r\n"):
		return key{}, errors.New("holds several lines, and is not PEM (expected one key)")
	case strings.HasPrefix(text, "ed25519:"):
		public, err := chain.ParsePublicKey(text)
		return key{public: public}, err
	}
	return parsePublicLine(text)
}

// parsePEM reads one block of PEM and nothing else.
func parsePEM(data []byte) (key, error) {
	block, rest := pem.Decode(data)
	// pem.Decode skips what it can't read; then the block is not the first.
	if block == nil || !bytes.HasPrefix(data, []byte("-----BEGIN "+block.Type+"-----")) {
		return key{}, errors.New("is damaged PEM")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return key{}, errors.New("holds something behind its first key (expected one key)")
	}
	if len(block.Headers) > 0 && block.Headers["DEK-Info"] != "" {
		return key{}, errEncrypted
	}
	var (
		s   chain.Signer
		err error
	)
	switch block.Type {
	case "PRIVATE KEY":
		s, err = parsePKCS8(block.Bytes)
	case "OPENSSH PRIVATE KEY":
		s, err = parseOpenSSH(block.Bytes)
	case "PUBLIC KEY":
		public, err := parsePKIX(block.Bytes)
		return key{public: public}, err
	case "ENCRYPTED PRIVATE KEY":
		return key{}, errEncrypted
	default:
		return key{}, fmt.Errorf("holds PEM of type %s (expected an Ed25519 key)", quoted(block.Type))
	}
	if err != nil {
		return key{}, err
	}
	return key{public: s.Public(), signer: s, private: true}, nil
}

var (
	errEncrypted = errors.New("the key is encrypted (expected an unencrypted key, or add it to an ssh-agent and give agent:COMMENT)")
	errHalves    = errors.New("the halves of the private key don't belong together: signing with it would give it away")
)

// algorithms names the object identifiers that a key may carry.
var algorithms = map[string]string{
	"1.2.840.113549.1.1.1": "RSA",
	"1.2.840.10040.4.1":    "DSA",
	"1.2.840.10045.2.1":    "ECDSA",
	"1.3.101.110":          "X25519",
	"1.3.101.111":          "X448",
	"1.3.101.113":          "Ed448",
}

const ed25519OID = "1.3.101.112"

// checkAlgorithm reads an AlgorithmIdentifier, which for Ed25519 has no
// parameters (RFC 8410, 3).
func checkAlgorithm(der *cryptobyte.String) error {
	var (
		algorithm cryptobyte.String
		oid       encodingasn1.ObjectIdentifier
	)
	if !der.ReadASN1(&algorithm, asn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) {
		return errors.New("is no key: its algorithm can't be read")
	}
	if id := oid.String(); id != ed25519OID {
		name := algorithms[id]
		if name == "" {
			name = "of an unknown kind"
		}
		return fmt.Errorf("the key is %s (expected Ed25519)", name)
	}
	if !algorithm.Empty() {
		return errors.New("is no Ed25519 key: its algorithm has parameters")
	}
	return nil
}

// parsePKCS8 reads a OneAsymmetricKey (RFC 5958). It is read here because
// crypto/x509 passes over the public half that version 2 may carry.
func parsePKCS8(der []byte) (chain.Signer, error) {
	var (
		input              = cryptobyte.String(der)
		inner, octets      cryptobyte.String
		seed, half         cryptobyte.String
		version            int64
		hasHalf            bool
		attributes, public = asn1.Tag(0).Constructed().ContextSpecific(), asn1.Tag(1).ContextSpecific()
	)
	if !input.ReadASN1(&inner, asn1.SEQUENCE) || !input.Empty() || !inner.ReadASN1Integer(&version) || version < 0 || version > 1 {
		return chain.Signer{}, errors.New("is no PKCS#8 key")
	}
	if err := checkAlgorithm(&inner); err != nil {
		return chain.Signer{}, err
	}
	if !inner.ReadASN1(&octets, asn1.OCTET_STRING) || !octets.ReadASN1(&seed, asn1.OCTET_STRING) || !octets.Empty() ||
		!inner.SkipOptionalASN1(attributes) || !inner.ReadOptionalASN1(&half, &hasHalf, public) || !inner.Empty() ||
		hasHalf && version == 0 {
		return chain.Signer{}, errors.New("is no PKCS#8 key of Ed25519")
	}
	s, err := chain.NewSignerFromSeed(seed)
	if err != nil {
		return chain.Signer{}, err
	}
	if hasHalf {
		// A bit string: the number of unused bits comes first.
		if public := s.Public().Key(); !bytes.Equal(half, append([]byte{0}, public[:]...)) {
			return chain.Signer{}, errHalves
		}
	}
	return s, nil
}

// parsePKIX reads a SubjectPublicKeyInfo (RFC 8410, 4).
func parsePKIX(der []byte) (chain.PublicKey, error) {
	var (
		input = cryptobyte.String(der)
		inner cryptobyte.String
		half  []byte
	)
	if !input.ReadASN1(&inner, asn1.SEQUENCE) || !input.Empty() {
		return chain.PublicKey{}, errors.New("is no PKIX public key")
	}
	if err := checkAlgorithm(&inner); err != nil {
		return chain.PublicKey{}, err
	}
	if !inner.ReadASN1BitStringAsBytes(&half) || !inner.Empty() {
		return chain.PublicKey{}, errors.New("is no PKIX public key of Ed25519")
	}
	return chain.NewPublicKey(half)
}

// parseOpenSSH reads the file format of OpenSSH (PROTOCOL.key). It is read here
// because package ssh does not compare the three copies of the public half.
func parseOpenSSH(data []byte) (chain.Signer, error) {
	damaged := errors.New("is a damaged OpenSSH key")
	var outer struct {
		Cipher, KDF, KDFOptions string
		Count                   uint32
		Public, Private         []byte
		Rest                    []byte `ssh:"rest"`
	}
	data, found := bytes.CutPrefix(data, []byte("openssh-key-v1\x00"))
	if !found || ssh.Unmarshal(data, &outer) != nil || outer.Count != 1 {
		return chain.Signer{}, damaged
	}
	algorithm, half, err := parseSSHPublic(outer.Public)
	switch {
	case err != nil:
		return chain.Signer{}, damaged
	case algorithm != ssh.KeyAlgoED25519:
		return chain.Signer{}, wrongSSHAlgorithm(algorithm)
	case outer.Cipher != "none" || outer.KDF != "none":
		return chain.Signer{}, errEncrypted
	}
	var inner struct {
		Check1, Check2  uint32
		Algorithm       string
		Public, Private []byte
		Comment         string
		Padding         []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(outer.Private, &inner) != nil || len(outer.Rest) > 0 || inner.Check1 != inner.Check2 ||
		inner.Algorithm != ssh.KeyAlgoED25519 || len(inner.Private) != 64 {
		return chain.Signer{}, damaged
	}
	for i, b := range inner.Padding {
		if int(b) != i+1 || i >= 8 {
			return chain.Signer{}, damaged
		}
	}
	s, err := chain.NewSignerFromSeed(inner.Private[:32])
	if err != nil {
		return chain.Signer{}, err
	}
	public := s.Public().Key()
	for _, copy := range [][]byte{inner.Private[32:], inner.Public, half} {
		if !bytes.Equal(copy, public[:]) {
			return chain.Signer{}, errHalves
		}
	}
	return s, nil
}

// parsePublicLine reads a public key as OpenSSH writes it: the algorithm, base64
// and a comment.
func parsePublicLine(line string) (key, error) {
	notKey := errors.New("holds no key (expected PEM, a public key of OpenSSH, or ed25519: and 43 characters)")
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return key{}, notKey
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(fields[1])
	if err != nil {
		return key{}, notKey
	}
	algorithm, half, err := parseSSHPublic(blob)
	switch {
	case err != nil || algorithm != fields[0]:
		return key{}, notKey
	case algorithm != ssh.KeyAlgoED25519:
		return key{}, wrongSSHAlgorithm(algorithm)
	}
	public, err := chain.NewPublicKey(half)
	return key{public: public}, err
}

// parseSSHPublic reads the binary form of a public key of OpenSSH. The half is
// set for ssh-ed25519 only.
func parseSSHPublic(blob []byte) (algorithm string, half []byte, err error) {
	var any struct {
		Algorithm string
		Rest      []byte `ssh:"rest"`
	}
	if err := ssh.Unmarshal(blob, &any); err != nil {
		return "", nil, err
	}
	if any.Algorithm != ssh.KeyAlgoED25519 {
		return any.Algorithm, nil, nil
	}
	var ed25519 struct{ Half []byte }
	if err := ssh.Unmarshal(any.Rest, &ed25519); err != nil {
		return "", nil, err
	}
	return any.Algorithm, ed25519.Half, nil
}

// wrongSSHAlgorithm says why a key of OpenSSH can't be used.
func wrongSSHAlgorithm(algorithm string) error {
	reason := ""
	switch {
	case strings.Contains(algorithm, "-cert-"):
		reason = ": a certificate"
	case strings.HasPrefix(algorithm, "sk-"):
		reason = ": a security key does not sign what it is given"
	}
	return fmt.Errorf("the key is %s%s (expected %s)", quoted(algorithm), reason, ssh.KeyAlgoED25519)
}

// marshalKey returns the seed of a key in PKCS#8, as PEM. Version 1 holds the
// seed and nothing else, so that no halves can differ (SPEC 14, [M-2]).
func marshalKey(seed []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(encodingasn1.ObjectIdentifier{1, 3, 101, 112})
		})
		b.AddASN1(asn1.OCTET_STRING, func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(seed)
		})
	})
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b.BytesOrPanic()})
}

// holdsSecret reports whether a text that should be predicates or roots is a
// private key or a token: its first words must not appear in a message.
func holdsSecret(data []byte) bool {
	return bytes.Contains(data, []byte("PRIVATE KEY-----")) || bytes.Contains(data, []byte(format.Handoff.Prefix()))
}
