package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
)

func newApprove(e *environ) *cobra.Command {
	var (
		x   extender
		to  string
		yes bool
	)
	c := &cobra.Command{
		Use:     "approve --key KEY --root PUB [--to PUB] [--yes] <TOKEN",
		Short:   "Read a request, approve it and seal it",
		GroupID: "make",
		Long: `approve reads a token that "taper present --approver" made. It shows what every
block says, taken from the bytes that will be signed, and asks on the terminal.
On "yes" it seals the token, restating the use, and prints a taper1s_ token for
whoever asked. With --to it passes the token on to a further approver.

Read the statements, not the label: nobody checks a label.` + rootHelp,
		Example: `  taper approve --key alice.pem --root root.pub --token-file request -o approved`,
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if x.key == "" {
				return usage("approve: --key is missing")
			}
			roots, err := x.roots.require(e)
			if err != nil {
				return err
			}
			token, err := x.token.read(e)
			if err != nil {
				return err
			}
			if token.Kind() == format.Handoff {
				return usage("approve: a %s token is nobody's to approve (expected %s..., made with present --approver)",
					format.Handoff.Prefix(), format.Open.Prefix())
			}
			capability, err := e.capability(token, x.key, roots)
			if err != nil {
				return err
			}
			if !token.Block(token.Len() - 1).Claims.Bound() {
				return errors.New("approve: the last block is not bound to one request (expected a token made with present --approver)")
			}
			e.showRequest(token, roots, capability)
			if !yes {
				if err := e.confirm(); err != nil {
					return err
				}
			}
			result, err := e.approve(capability, to)
			if err != nil {
				return err
			}
			return x.out.write(e, result)
		},
	}
	x.add(c)
	c.Flags().StringVar(&to, "to", "", "pass it to a further approver, the holder of this `PUB`")
	c.Flags().BoolVar(&yes, "yes", false, "don't ask; for those who have read it otherwise")
	return c
}

// showRequest shows the approver every block of the token whose continuation is
// to be signed.
func (e *environ) showRequest(token *format.Token, roots []chain.Root, c *chain.Capability) {
	v := newView(token, roots)
	p := e.palette(e.stderr)
	fmt.Fprintf(e.stderr, "%s\n\n%s\n", v.status(p), v.tree(p))
	statements, _ := statementsOf(v.claims[len(v.claims)-1])
	fmt.Fprintf(e.stderr, "%s with %s, once:\n", p.bold("to approve"), c.Public())
	for _, s := range statements {
		fmt.Fprintf(e.stderr, "  %s\n", s)
	}
	fmt.Fprintln(e.stderr)
}

func (e *environ) approve(c *chain.Capability, to string) (string, error) {
	if to == "" {
		return text(c.Approve(e.now()))
	}
	public, err := e.publicKey(to)
	if err != nil {
		return "", fmt.Errorf("--to: %w", bare(err))
	}
	return text(c.ApproveAndPass(public))
}

// confirm asks on the terminal of the process: standard input may be the token.
func (e *environ) confirm() error {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return unavailable("approve: no terminal to ask on (expected one, or --yes)")
	}
	defer terminal.Close()
	fmt.Fprint(terminal, "Approve? Type yes: ")
	answer, err := bufio.NewReader(io.LimitReader(terminal, 1024)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return unavailable("approve: %w", err)
	}
	if strings.TrimSpace(answer) != "yes" {
		e.say("not approved: nothing was signed")
		return toldError(exitDenied)
	}
	return nil
}
