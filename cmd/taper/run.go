package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// The exit codes. "taper help exit-codes" documents them.
const (
	exitDone        = 0  // allowed, or done
	exitDenied      = 1  // a good token that does not permit this
	exitInvalid     = 2  // a token, key, predicate or roots file that is none
	exitUnavailable = 3  // a file, the ssh-agent, the disk
	exitUsage       = 64 // the command line makes no sense; EX_USAGE of sysexits.h
)

// An environ is what the commands touch of the world, so that a test can hold
// it.
type environ struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	getenv func(string) string
	now    func() time.Time
}

// system returns the environ of this process.
func system() *environ {
	return &environ{os.Stdin, os.Stdout, os.Stderr, os.Getenv, time.Now}
}

// run runs one command line, without the name of the program, and returns the
// exit code. What goes wrong is told in one line on stderr.
func run(args []string, e *environ) int {
	err := refuseTokens(args)
	if err == nil {
		root := newRoot(e)
		root.SetArgs(append([]string{}, args...)) // never nil: cobra would read os.Args
		root.SetIn(e.stdin)
		root.SetOut(e.stdout)
		root.SetErr(e.stderr)
		err = root.Execute()
	}
	if err == nil {
		return exitDone
	}
	var told toldError
	if !errors.As(err, &told) {
		e.say("%s", message(err))
	}
	return exitCode(err)
}

// tokenLike matches what might be a token, and no name of a file that anybody
// would choose.
var tokenLike = regexp.MustCompile(`taper[0-9]+[a-z]_[A-Za-z0-9_-]{24}`)

// refuseTokens refuses a command line that holds a token before anything else
// reads it, so that no message repeats it.
func refuseTokens(args []string) error {
	for i, a := range args {
		if tokenLike.MatchString(a) {
			return usage("argument %d holds a token, and everybody on this machine can read arguments (expected it on standard input or in --token-file; if it is a %s, or not a presentation, treat it as stolen)",
				i+1, format.Handoff.Prefix())
		}
	}
	return nil
}

// newRoot returns the command taper with all its commands.
func newRoot(e *environ) *cobra.Command {
	root := &cobra.Command{
		Use:   "taper",
		Short: "Capability tokens that only narrow",
		Long: `taper makes, narrows, presents, shows and decides capability tokens.

A token says what its holder may do. The holder can hand on a weaker token,
offline, and nobody can make it stronger. There are three kinds:

  taper1o_  open: extended by the key that its last block names
  taper1k_  open, together with that key: a secret
  taper1s_  sealed: for use, extended by nobody`,
		Example: `  taper keygen -o root.pem >root.pub
  taper mint --key root.pem 'allow database:* on **' 'until +8h' -o all.token
  taper attenuate --root root.pub 'allow database:read on customers/**' 'until +10m' -o some.token <all.token
  taper present --root root.pub --service db --interface database:read --resource customers/42 -o once.token <some.token
  taper verify --root root.pub --service db --interface database:read --resource customers/42 <once.token`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				return usage("unknown command %s: did you mean %s?", quoted(args[0]), strings.Join(near, " or "))
			}
			return usage("unknown command %s (taper help lists them)", quoted(args[0]))
		},
		RunE: func(c *cobra.Command, _ []string) error {
			c.SetOut(e.stderr)
			if err := c.Help(); err != nil {
				return err
			}
			return toldError(exitUsage)
		},
		Version:                    version(),
		DisableFlagsInUseLine:      true,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%s: %v", c.Name(), err)
	})
	root.AddGroup(
		&cobra.Group{ID: "keys", Title: "Keys:"},
		&cobra.Group{ID: "make", Title: "Making tokens:"},
		&cobra.Group{ID: "look", Title: "Looking and deciding:"},
	)
	root.AddCommand(
		newKeygen(e),
		newPub(e),
		newMint(e),
		newAttenuate(e),
		newPresent(e),
		newSeal(e),
		newApprove(e),
		newInspect(e),
		newVerify(e),
		newExplain(e),
		newDemo(e),
		newConform(e),
		newConformSelf(e),
		newMan(),
	)
	for _, c := range root.Commands() {
		c.DisableFlagsInUseLine = true // each says what it takes
	}
	root.AddCommand(newTopics()...)
	refuseTopics(root)
	return root
}

// refuseTopics makes the command help refuse what it has no page for; cobra would
// show the page of taper, and call that done.
func refuseTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() != "help" {
			continue
		}
		c.Args = func(_ *cobra.Command, args []string) error {
			if _, rest, err := root.Find(args); err != nil || len(rest) > 0 {
				return usage("unknown topic %s (taper help lists them)", quoted(strings.Join(args, " ")))
			}
			return nil
		}
	}
}

// version returns the version of the module that this program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// A usageError is a command line that makes no sense.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usage(text string, arguments ...any) error {
	return &usageError{fmt.Sprintf(text, arguments...)}
}

// A toldError is an exit code whose reason the user has seen already.
type toldError int

func (e toldError) Error() string { return "exit code " + strconv.Itoa(int(e)) }

// An unavailableError is something that the world outside did not do.
type unavailableError struct{ error }

func unavailable(text string, arguments ...any) error {
	return unavailableError{fmt.Errorf(text, arguments...)}
}

func (e unavailableError) Unwrap() error { return e.error }

// exitCode returns the exit code for an error. What is neither a verdict nor of
// the system's is invalid input.
func exitCode(err error) int {
	var (
		told        toldError
		usage       *usageError
		unavailable unavailableError
		path        *fs.PathError
		link        *os.LinkError
		verdict     predicates.Verdict
	)
	switch {
	case errors.As(err, &told):
		return int(told)
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &unavailable), errors.As(err, &path), errors.As(err, &link):
		return exitUnavailable
	case errors.As(err, &verdict):
		return classCode(verdict)
	}
	return exitInvalid
}

// classCode returns the exit code for the class of a verdict.
func classCode(v predicates.Verdict) int {
	switch v.Class() {
	case "permitted":
		return exitDone
	case "invalid":
		return exitInvalid
	case "denied":
		return exitDenied
	}
	return exitUnavailable
}

// message returns what is said about an error: without the name of the package
// that found it, which means nothing to whoever types a command.
func message(err error) string {
	text := err.Error()
	for _, prefix := range []string{"chain: ", "predicates: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if rest, found := strings.CutPrefix(text, "format: "); found {
		text = "invalid: " + rest
	}
	return text
}

// A bareError is an error whose message does not begin with the name of a
// package, so that other words can stand before it.
type bareError struct{ err error }

func bare(err error) error { return bareError{err} }

func (e bareError) Error() string { return message(e.err) }
func (e bareError) Unwrap() error { return e.err }

// say prints one line on stderr.
func (e *environ) say(text string, arguments ...any) {
	fmt.Fprintln(e.stderr, "taper: "+oneLine(fmt.Sprintf(text, arguments...)))
}

// oneLine escapes whatever is not printable ASCII, as the text notation does:
// the names of files, the errors of the system and of libraries hold what
// others chose.
func oneLine(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case ' ' <= r && r <= '~':
			b.WriteRune(r)
		case r == '\n':
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	return b.String()
}

// quoted returns a foreign string for a message.
func quoted(s string) string { return predicates.QuoteCut(s, 64) }
