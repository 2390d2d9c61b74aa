package main

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/tapertoken/taper/chain"
)

// agentPrefix marks a KEY that an ssh-agent holds.
const agentPrefix = "agent:"

// An agentKey signs with a key that an ssh-agent holds. It connects anew for
// each signature, so that nothing stays open.
type agentKey struct {
	socket string
	blob   ssh.PublicKey
	public ed25519.PublicKey
}

// Public returns the public key.
func (a *agentKey) Public() crypto.PublicKey { return a.public }

// Sign asks the agent, which may ask a person. The message is signed as it is.
// Whether the signature is good is checked by package chain.
func (a *agentKey) Sign(_ io.Reader, message []byte, o crypto.SignerOpts) ([]byte, error) {
	if o.HashFunc() != 0 {
		return nil, errors.New("ssh-agent: expected an unhashed message")
	}
	conn, err := net.Dial("unix", a.socket)
	if err != nil {
		return nil, unavailable("ssh-agent: %w", err)
	}
	defer conn.Close()
	signature, err := agent.NewClient(conn).Sign(a.blob, message)
	if err != nil {
		return nil, unavailable("ssh-agent: it did not sign (%w)", err)
	}
	if signature.Format != ssh.KeyAlgoED25519 {
		return nil, unavailable("ssh-agent: a signature of type %s (expected %s)", quoted(signature.Format), ssh.KeyAlgoED25519)
	}
	return signature.Blob, nil
}

// agentSigner returns the one Ed25519 key of the ssh-agent that has the given
// comment, or the given fingerprint, SHA256:….
func (e *environ) agentSigner(selector string) (chain.Signer, error) {
	if selector == "" {
		return chain.Signer{}, usage("agent: names no key (expected agent:COMMENT or agent:SHA256:FINGERPRINT)")
	}
	socket := e.getenv("SSH_AUTH_SOCK")
	if socket == "" {
		return chain.Signer{}, unavailable("ssh-agent: SSH_AUTH_SOCK is not set")
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return chain.Signer{}, unavailable("ssh-agent: %w", err)
	}
	defer conn.Close()
	all, err := agent.NewClient(conn).List()
	if err != nil {
		return chain.Signer{}, unavailable("ssh-agent: %w", err)
	}
	k, err := selectKey(all, selector)
	if err != nil {
		return chain.Signer{}, err
	}
	algorithm, half, err := parseSSHPublic(k.Blob)
	switch {
	case err != nil || algorithm != k.Format:
		return chain.Signer{}, unavailable("ssh-agent: the key %s can't be read", quoted(selector))
	case algorithm != ssh.KeyAlgoED25519:
		return chain.Signer{}, fmt.Errorf("ssh-agent: %w", wrongSSHAlgorithm(algorithm))
	}
	return chain.NewSigner(&agentKey{socket: socket, blob: k, public: half})
}

// selectKey returns the key that the selector names. Anybody who may add keys
// chooses comments, so one that fits two keys names none.
func selectKey(all []*agent.Key, selector string) (*agent.Key, error) {
	var ed25519, others []*agent.Key
	for _, k := range all {
		switch {
		case k.Comment != selector && ssh.FingerprintSHA256(k) != selector:
		case k.Format == ssh.KeyAlgoED25519:
			ed25519 = append(ed25519, k)
		default:
			others = append(others, k)
		}
	}
	switch {
	case len(ed25519) == 1:
		return ed25519[0], nil
	case len(ed25519) > 1:
		prints := make([]string, len(ed25519))
		for i, k := range ed25519 {
			prints[i] = agentPrefix + ssh.FingerprintSHA256(k)
		}
		return nil, fmt.Errorf("ssh-agent: %s fits %d keys (expected one of %s)", quoted(selector), len(prints), strings.Join(prints, ", "))
	case len(others) > 0:
		return others[0], nil
	case len(all) == 0:
		return nil, fmt.Errorf("ssh-agent: no key %s: the agent holds none", quoted(selector))
	}
	names := make([]string, 0, 8)
	for _, k := range all {
		if len(names) == cap(names) {
			break
		}
		names = append(names, quoted(k.Comment))
	}
	return nil, fmt.Errorf("ssh-agent: no key %s (it holds %s)", quoted(selector), strings.Join(names, ", "))
}
