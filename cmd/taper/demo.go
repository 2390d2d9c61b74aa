package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/cmd/taper/internal/demo"
)

func newDemo(e *environ) *cobra.Command {
	var o demo.Options
	c := &cobra.Command{
		Use:     "demo [--dir DIR] [--verbose] [--json]",
		Short:   "Watch agents hand on less and less, and attacks fail",
		GroupID: "look",
		Long: `demo starts a documents service on a free port of the loopback interface. An
operator mints a token for an orchestrator, which hands on less to an analyzer,
which hands on less to a text extractor and a metadata extractor. They do their
work with real HTTP requests. Then attacks are tried on the service, each with the
verdict that it must get.

It takes about a second, needs no network, and leaves nothing behind. With --dir,
the service serves the regular files of a directory of your own: they are read
into memory, at most 256 of at most 256 KiB; hidden files and links are left out;
nothing is written, and nothing of a document is printed but its name and size.

The exit code is 0 if everything came out as expected, and 1 if anything did not.`,
		Example: `  taper demo
  taper demo --verbose
  taper demo --dir ~/notes --json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Out, o.Color = e.stdout, e.palette(e.stdout).on
			if c.Flags().Changed("dir") && o.Dir == "" {
				return usage("demo: --dir is empty (expected a directory)")
			}
			err := demo.Run(c.Context(), o)
			switch {
			case errors.Is(err, demo.ErrDiffers):
				return toldError(exitDenied) // The report has said what differs.
			case err != nil:
				return unavailableError{err}
			}
			return nil
		},
	}
	c.Flags().StringVar(&o.Dir, "dir", "", "serve the documents in `DIR`")
	c.Flags().BoolVarP(&o.Verbose, "verbose", "v", false, "print the service's answer to each attack")
	c.Flags().BoolVar(&o.JSON, "json", false, "print JSON")
	return c
}
