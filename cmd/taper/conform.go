package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/cmd/taper/internal/conform"
	"github.com/tapertoken/taper/vectors"
)

func newConform(e *environ) *cobra.Command {
	var (
		o               conform.Options
		asJSON, verbose bool
	)
	c := &cobra.Command{
		Use:     "conform [--level N] [--theme THEME] [--timeout D] [--json] -- COMMAND [ARGUMENT...]",
		Short:   "Ask another implementation the test vectors",
		GroupID: "look",
		Long: `conform starts a program once, asks it the test vectors over its standard input
and output, one line of JSON each, and says what it got wrong. The file README.md
beside the vectors describes the protocol, the cases and the levels:

  1  decode      encoding, text forms, signatures
  2  verify      one request (rests on 1); a port that only verifies stops here
  3  count       several requests that share a ledger (rests on 1 and 2)
  4  language    reading and printing predicates
  5  compare     a block with those above it (rests on 4)
  6  make        tokens from fixed seeds (rests on 1 and 4)

The program's greeting says which levels it has, and these are asked. A crash, an
answer that is no JSON or late is a failed case: the program is started again, at
most 20 times in a run. What it writes to standard error is not shown but for the
last line before a crash.

The exit code is 0 if all that was asked has passed, 1 if not, and 3 if the
program can't be started.`,
		Example: `  taper conform -- ./my-taper conform
  taper conform --level 1 --verbose -- python3 decode.py
  taper conform -- taper conform-self`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || c.ArgsLenAtDash() != 0 {
				return usage("conform: expected -- and the command of a program behind the flags")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case o.Timeout <= 0:
				return usage("conform: --timeout %v (expected a time above zero, such as 10s)", o.Timeout)
			case c.Flags().Changed("level") && (o.Level < 1 || o.Level > conform.Levels):
				return usage("conform: --level %d (expected 1 to %d)", o.Level, conform.Levels)
			case c.Flags().Changed("theme") && o.Theme == "":
				return usage("conform: --theme is empty (expected the name of a file of vectors)")
			}
			files, err := vectors.Load()
			if err != nil {
				return err
			}
			o.Command, o.Files = args, files
			if isTerminal(e.stderr) && e.getenv("TERM") != "dumb" {
				o.Progress = e.stderr
			}
			report, err := conform.Run(o)
			var command *conform.CommandError
			switch {
			case errors.As(err, &command):
				return unavailable("%w", err)
			case err != nil:
				return usage("conform: %v", err)
			case asJSON:
				err = e.printJSON(report)
			default:
				err = e.print(report.Text(verbose))
			}
			if err == nil && !report.Passed {
				return toldError(exitDenied) // The report has said what failed.
			}
			return err
		},
	}
	f := c.Flags()
	f.DurationVar(&o.Timeout, "timeout", 10*time.Second, "how long to wait for each answer")
	f.IntVar(&o.Level, "level", 0, "ask level `N` and those it rests on, whatever the greeting says")
	f.StringVar(&o.Theme, "theme", "", "ask only `THEME`, the name of a file of vectors")
	f.BoolVar(&asJSON, "json", false, "print JSON, with every failure")
	f.BoolVarP(&verbose, "verbose", "v", false, "print every failure, whole")
	return c
}

func newConformSelf(e *environ) *cobra.Command {
	return &cobra.Command{
		Use:     "conform-self",
		Short:   "Answer the questions of conform with this implementation",
		GroupID: "look",
		Long: `conform-self is the other side of "taper conform": it answers each line of its
standard input with one on standard output, until the input ends. It is a worked
example, and what this implementation is tested with.`,
		Example: `  taper conform -- taper conform-self`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			return conform.Serve(e.stdin, e.stdout)
		},
	}
}
