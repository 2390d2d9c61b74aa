package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// Limits on a roots file.
const (
	maxRootsFile    = 1 << 20
	maxRoots        = 1024
	maxRootNameSize = 64
)

// rootFlags say which roots a command trusts, or expects.
type rootFlags struct{ root, roots string }

func (f *rootFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.root, "root", "", "the root key, `PUB`, which is ed25519:BASE64URL or a file")
	flags.StringVar(&f.roots, "roots", "", "a `FILE` of roots with names and ceilings (taper help roots)")
}

// load returns the roots that the flags name, or else the environment; none if
// neither does.
func (f *rootFlags) load(e *environ) ([]chain.Root, error) {
	root, source := f.root, "--root"
	switch {
	case f.root != "" && f.roots != "":
		return nil, usage("--root and --roots are both given (expected one)")
	case f.roots != "":
		data, _, err := readFile(f.roots, maxRootsFile)
		if err != nil {
			return nil, err
		}
		roots, err := parseRoots(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", shown(f.roots), err)
		}
		return roots, nil
	case root == "":
		root, source = e.getenv("TAPER_ROOT"), "TAPER_ROOT"
	}
	if root == "" {
		return nil, nil
	}
	key, err := e.publicKey(root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, bare(err))
	}
	return []chain.Root{{Key: key}}, nil
}

// require is load for commands that do nothing without a root.
func (f *rootFlags) require(e *environ) ([]chain.Root, error) {
	roots, err := f.load(e)
	if err != nil {
		return nil, err
	}
	for _, r := range roots {
		if published(r.Key) {
			return nil, fmt.Errorf("the secret key of root %s is published: anybody can make such tokens", r.Key)
		}
	}
	if roots == nil {
		return nil, usage("no root: give --root PUB, --roots FILE or set TAPER_ROOT to the key from which you expect the token, or anybody could hand you a token of another")
	}
	return roots, nil
}

// rootOf returns the root that a token names, by its hint.
func rootOf(token *format.Token, roots []chain.Root) (chain.Root, error) {
	for _, r := range roots {
		if hint(r.Key) == token.RootHint() {
			return r, nil
		}
	}
	if len(roots) == 1 {
		return chain.Root{}, verdictError{chain.ErrUnknownRoot, fmt.Sprintf("the token is not rooted at %s", roots[0].Key)}
	}
	return chain.Root{}, verdictError{chain.ErrUnknownRoot, fmt.Sprintf("the token is rooted at none of the %d roots", len(roots))}
}

// hint returns the first 8 bytes of the SHA-256 of a root key (SPEC 4).
func hint(key chain.PublicKey) [8]byte {
	k := key.Key()
	sum := sha256.Sum256(k[:])
	return [8]byte(sum[:8])
}

// A verdictError is a verdict that this program gives in words of its own.
type verdictError struct {
	verdict predicates.Verdict
	text    string
}

func (e verdictError) Error() string {
	return e.verdict.Class() + ": " + e.verdict.String() + ": " + e.text
}
func (e verdictError) Unwrap() error { return e.verdict }

// parseRoots reads a roots file. A line that begins in the first column is
//
//	root NAME ed25519:BASE64URL
//
// and the indented lines below it are the predicates of that root's ceiling.
// Empty lines and comments from "#" on may stand anywhere. Times are absolute: a
// ceiling must mean the same tomorrow.
func parseRoots(data []byte) ([]chain.Root, error) {
	if holdsSecret(data) {
		return nil, errors.New("holds a private key or a secret token (expected roots)")
	}
	var (
		roots   []chain.Root
		lines   []int // of each root
		ceiling []string
		first   int // the line at which the ceiling begins
	)
	finish := func() error {
		text := ceiling
		ceiling = nil
		if len(text) == 0 || len(roots) == 0 {
			return nil
		}
		claims, err := predicates.Parse(strings.Join(text, "\n"))
		if err != nil {
			return atLine(first, err)
		}
		for _, claim := range []int{predicates.ClaimUses, predicates.ClaimLabel} {
			if claims.Has(claim) {
				return fmt.Errorf("line %d: a ceiling can't hold %s", first, predicates.ClaimName(claim))
			}
		}
		roots[len(roots)-1].Ceiling = claims
		return nil
	}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSuffix(line, "\r")
		blank := strings.TrimLeft(line, " \t") == "" || strings.HasPrefix(line, "#")
		switch {
		case blank && len(ceiling) > 0:
			ceiling = append(ceiling, "") // keep the count of lines
		case blank:
		case line[0] == ' ' || line[0] == '\t':
			if len(roots) == 0 {
				return nil, fmt.Errorf("line %d: an indented line before the first root (expected root NAME ed25519:...)", i+1)
			}
			if len(ceiling) == 0 {
				first = i + 1
			}
			ceiling = append(ceiling, line)
		default:
			if err := finish(); err != nil {
				return nil, err
			}
			root, err := parseRootLine(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			for j, r := range roots {
				if r.Name == root.Name || r.Key == root.Key {
					return nil, fmt.Errorf("line %d: the name or the key stands on line %d already", i+1, lines[j])
				}
			}
			if len(roots) == maxRoots {
				return nil, fmt.Errorf("line %d: more than %d roots", i+1, maxRoots)
			}
			roots, lines = append(roots, root), append(lines, i+1)
		}
	}
	if err := finish(); err != nil {
		return nil, err
	}
	if len(roots) == 0 {
		return nil, errors.New("holds no root (expected root NAME ed25519:...)")
	}
	return roots, nil
}

// parseRootLine reads: root NAME ed25519:BASE64URL.
func parseRootLine(line string) (chain.Root, error) {
	line, _, _ = strings.Cut(line, "#")
	fields := strings.Fields(line)
	if len(fields) != 3 || fields[0] != "root" {
		return chain.Root{}, fmt.Errorf("%s is no root (expected root NAME ed25519:...)", quoted(strings.TrimSpace(line)))
	}
	name := fields[1]
	if len(name) > maxRootNameSize || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" {
		return chain.Root{}, fmt.Errorf("%s is no name of a root (expected 1 to %d of A-Z a-z 0-9 . _ -)", quoted(name), maxRootNameSize)
	}
	key, err := chain.ParsePublicKey(fields[2])
	if err != nil {
		return chain.Root{}, bare(err)
	}
	return chain.Root{Name: name, Key: key}, nil
}

// atLine moves the position of a syntax error to where its text stands in a file.
func atLine(first int, err error) error {
	var e *predicates.SyntaxError
	if errors.As(err, &e) {
		return fmt.Errorf("line %d, column %d: %s", first+e.Line-1, e.Column, e.Message)
	}
	return err
}
