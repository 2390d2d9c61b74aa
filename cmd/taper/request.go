package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tapertoken/taper/predicates"
)

// requestFlags say what is asked of which service.
type requestFlags struct {
	service, interfaceName, resource string
	arguments                        []string
	digest, digestFile               string
}

func (f *requestFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.service, "service", "", "the `NAME` of the service, from your own configuration (required)")
	flags.StringVar(&f.interfaceName, "interface", "", "the `NAME` of the interface, such as database:read (required)")
	flags.StringVar(&f.resource, "resource", "", "the `NAME` of the resource, such as customers/42 (required)")
	flags.StringArrayVar(&f.arguments, "arg", nil, "an argument `NAME=VALUE`, may be repeated (taper help arguments)")
	flags.StringVar(&f.digest, "digest", "", "the digest of the body, `sha256:HEX`")
	flags.StringVar(&f.digestFile, "digest-file", "", "the body, a `FILE` of which the digest is taken")
}

// request returns the request of one access that the flags describe.
func (f *requestFlags) request(c *cobra.Command) (predicates.Request, error) {
	var none predicates.Request
	for _, name := range []string{"service", "interface", "resource"} {
		if !c.Flags().Changed(name) {
			return none, usage("%s: --%s is missing", c.Name(), name)
		}
	}
	if err := checkService(f.service); err != nil {
		return none, err
	}
	request := predicates.NewRequest(f.interfaceName, f.resource)
	arguments, err := parseArguments(f.arguments)
	if err != nil {
		return none, err
	}
	access := &request.Accesses[0]
	access.Arguments = arguments
	// The library denies a bad name; who types one wants to know.
	if problem := access.Problem(); problem != "" {
		return none, usage("%s on %s: %s", quoted(f.interfaceName), quoted(f.resource), problem)
	}
	switch {
	case f.digest != "" && f.digestFile != "":
		return none, usage("--digest and --digest-file are both given (expected one)")
	case f.digest != "":
		request.Digest, err = parseDigest(f.digest)
	case f.digestFile != "":
		request.Digest, err = digestFile(f.digestFile)
	}
	if err != nil {
		return none, err
	}
	return request, nil
}

// checkService refuses what is no name of a service.
func checkService(name string) error {
	if _, err := predicates.New(predicates.Services(name)); err != nil {
		return usage("--service: %s is no name of a service (expected 1 to 256 bytes of UTF-8 without control characters)", quoted(name))
	}
	return nil
}

// parseDigest reads sha256: and 64 hexadecimal digits.
func parseDigest(s string) ([]byte, error) {
	digits, found := strings.CutPrefix(s, "sha256:")
	digest, err := hex.DecodeString(digits)
	if !found || err != nil || len(digest) != sha256.Size || strings.ToLower(digits) != digits {
		return nil, usage("--digest: %s is no digest (expected sha256: and 64 digits 0-9 a-f)", quoted(s))
	}
	return digest, nil
}

// digestFile returns the SHA-256 of a file of any size.
func digestFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// parseArguments reads --arg flags, see parseArgument.
func parseArguments(list []string) (map[string]predicates.Value, error) {
	if len(list) == 0 {
		return nil, nil
	}
	arguments := make(map[string]predicates.Value, len(list))
	for _, s := range list {
		name, value, err := parseArgument(s)
		if err != nil {
			return nil, err
		}
		if _, twice := arguments[name]; twice {
			return nil, usage("--arg: %s is given twice", quoted(name))
		}
		arguments[name] = value
	}
	return arguments, nil
}

// What a value must look like to be no text. An integer or a decimal is written
// in one way only, so that 007 and 1e3 stay texts.
var (
	integerShape = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)
	decimalShape = regexp.MustCompile(`^-?(0|[1-9][0-9]*)\.[0-9]+$`)
)

// parseArgument reads NAME=VALUE or NAME:TYPE=VALUE. The name ends at the first
// "=", and holds none.
func parseArgument(s string) (name string, v predicates.Value, err error) {
	name, text, found := strings.Cut(s, "=")
	if !found {
		return "", v, usage("--arg: %s has no = (expected NAME=VALUE)", quoted(s))
	}
	kind := ""
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		switch name[i+1:] {
		case "text", "int", "bool", "decimal":
			name, kind = name[:i], name[i+1:]
		}
	}
	if name == "" {
		return "", v, usage("--arg: %s has no name (expected NAME=VALUE)", quoted(s))
	}
	wrong := func(expected string) (string, predicates.Value, error) {
		return "", predicates.Value{}, usage("--arg: %s is %s (expected %s; write %s for a text)",
			quoted(name), quoted(text), expected, quoted(name+":text="+text))
	}
	if kind == "" {
		switch {
		case integerShape.MatchString(text):
			kind = "int"
		case text == "true" || text == "false":
			kind = "bool"
		case decimalShape.MatchString(text):
			kind = "decimal"
		case strings.HasPrefix(text, `"`):
			// Somebody means a text, and means it without the quotes, or with them.
			return wrong("no quotes")
		default:
			kind = "text"
		}
	}
	switch kind {
	case "int":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || !integerShape.MatchString(text) || n > predicates.MaxInt || n < -predicates.MaxInt {
			return wrong("an integer between -(2^53-1) and 2^53-1")
		}
		v = predicates.Int(n)
	case "bool":
		if text != "true" && text != "false" {
			return wrong("true or false")
		}
		v = predicates.Bool(text == "true")
	case "decimal":
		if v = predicates.Decimal(text); v.String() == "invalid" {
			return wrong("a decimal of at most 15 digits, 1 to 9 of them after the point")
		}
	default:
		v = predicates.Text(text)
	}
	return name, v, nil
}
