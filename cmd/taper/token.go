package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// maxTokenInput bounds what is read where a token should be: the longest text,
// and some white space around it.
const maxTokenInput = format.MaxTextBytes + 1024

// tokenFlags say where a token comes from. It is never an argument: everybody on
// the machine can read those.
type tokenFlags struct{ file string }

func (f *tokenFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.file, "token-file", "", "read the token from this `FILE`, not from standard input")
}

// read returns the token, decoded and not verified.
func (f *tokenFlags) read(e *environ) (*format.Token, error) {
	data, source, err := f.input(e)
	if err != nil {
		return nil, err
	}
	text, err := tokenText(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, bare(err))
	}
	token, err := format.DecodeText(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, bare(err))
	}
	return token, nil
}

// input returns what stands where a token should be, and the name of that place.
func (f *tokenFlags) input(e *environ) (data []byte, source string, err error) {
	input, source := e.stdin, "standard input"
	var info fs.FileInfo
	if f.file != "" {
		file, err := os.Open(f.file)
		if err != nil {
			return nil, "", err
		}
		defer file.Close()
		if info, err = file.Stat(); err != nil {
			return nil, "", err
		}
		input, source = file, shown(f.file)
	} else if isTerminal(input) {
		e.say("reading a token from the terminal; end with Ctrl-D")
	}
	data, err = io.ReadAll(io.LimitReader(input, maxTokenInput+1))
	if err != nil {
		return nil, "", unavailable("%s: %w", source, err)
	}
	if info != nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte(format.Handoff.Prefix())) {
		if err := checkMode(f.file, info); err != nil {
			return nil, "", err
		}
	}
	return data, source, nil
}

// tokenText returns a token without the white space around it. The error is a
// [*chain.Denial], as that of a verifier would be.
func tokenText(data []byte) (string, error) {
	text := bytes.TrimSpace(data)
	none := func(verdict predicates.Verdict, reason string) (string, error) {
		return "", &chain.Denial{Verdict: verdict, Block: chain.NoBlock, Reason: reason}
	}
	switch {
	case len(data) > maxTokenInput:
		return none(chain.ErrTooLarge, fmt.Sprintf("more than %d characters", format.MaxTextBytes))
	case len(text) == 0:
		return none(chain.ErrMalformed, "empty (expected a token: taper1s_..., taper1o_... or taper1k_...)")
	case bytes.HasPrefix(text, []byte("-----BEGIN ")):
		return none(chain.ErrMalformed, "this is a key or a certificate (expected a token)")
	}
	return string(text), nil
}

// capability takes an open token: verified from one of the roots, with the key
// that it carries or the one that is given.
func (e *environ) capability(token *format.Token, keyRef string, roots []chain.Root) (*chain.Capability, error) {
	root, err := rootOf(token, roots)
	if err != nil && token.Kind() != format.Sealed {
		return nil, err
	}
	switch {
	case token.Kind() == format.Handoff && keyRef != "":
		return nil, usage("--key is given, and the token carries its own key (%s...)", format.Handoff.Prefix())
	case token.Kind() == format.Handoff:
		return chain.AcceptHandoff(token.Text(), root.Key)
	case token.Kind() == format.Open && keyRef == "":
		next, _ := token.Block(token.Len() - 1).Claims.Next()
		return nil, usage("--key is missing: this token is extended by the key of %s", next)
	case token.Kind() == format.Open:
		s, err := e.signer(keyRef)
		if err != nil {
			return nil, err
		}
		return chain.Accept(token, s, root.Key)
	}
	return nil, verdictError{chain.ErrMalformed, fmt.Sprintf("the token is sealed (%s...): nothing can be appended to it", format.Sealed.Prefix())}
}

// manyCharacters is where proxies and servers begin to refuse a header.
const manyCharacters = 6 << 10

// An outFlag says where a token goes.
type outFlag struct{ file string }

func (f *outFlag) add(flags *pflag.FlagSet) {
	flags.StringVarP(&f.file, "out", "o", "", "write the token to this new `FILE` with mode 0600, not to standard output")
}

// write writes the text of a token, and a line end.
func (f *outFlag) write(e *environ, text string) error {
	if len(text) > manyCharacters {
		e.say("warning: the token has %d characters, and some proxies refuse headers of that size", len(text))
	}
	if f.file != "" {
		return writeSecret(f.file, []byte(text+"\n"))
	}
	if strings.HasPrefix(text, format.Handoff.Prefix()) && othersRead(e.stdout) {
		e.say("warning: the token is a secret, and standard output is a file that others may read (better: -o FILE)")
	}
	return e.print(text + "\n")
}

// print writes to stdout. A result that was not written is no result.
func (e *environ) print(text string) error {
	if _, err := io.WriteString(e.stdout, text); err != nil {
		return unavailable("standard output: %w", err)
	}
	return nil
}
