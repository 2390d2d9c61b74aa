package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/chain"
)

func newKeygen(e *environ) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "keygen [-o FILE]",
		Short:   "Make a new key",
		GroupID: "keys",
		Long: `keygen makes a new Ed25519 key.

With -o it writes the private key to a new file with mode 0600, as PKCS#8 in
PEM, and prints the public key. A file that exists is not overwritten. Without
-o the private key goes to standard output, which must be a pipe or a file that
nobody else may read, and the public key to standard error.

Give Taper a key of its own: one that serves SSH or TLS too is not for this.`,
		Example: `  taper keygen -o root.pem >root.pub
  taper keygen | secret-store put taper-root`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if out == "" && (isTerminal(e.stdout) || othersRead(e.stdout)) {
				return usage("keygen: standard output can be read by others, or is a terminal (expected -o FILE)")
			}
			s, err := chain.GenerateSigner()
			if err != nil {
				return unavailable("%w", err)
			}
			seed, _ := s.Seed()
			if out == "" {
				if _, err := e.stdout.Write(marshalKey(seed)); err != nil {
					return err
				}
				fmt.Fprintln(e.stderr, s.Public())
				return nil
			}
			if err := writeSecret(out, marshalKey(seed)); err != nil {
				return err
			}
			return e.print(s.Public().String() + "\n")
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "write the private key to this new `FILE`")
	return c
}

func newPub(e *environ) *cobra.Command {
	return &cobra.Command{
		Use:     "pub KEY",
		Short:   "Print the public key of a key",
		GroupID: "keys",
		Long: `pub prints a public key as ed25519:BASE64URL, the form that predicates and
--root take. KEY is a file or a key of an ssh-agent; "taper help keys" lists
what files are read.`,
		Example: `  taper pub root.pem
  taper pub ~/.ssh/id_ed25519.pub
  taper pub agent:alice@example.com`,
		Args: oneArg("a key"),
		RunE: func(_ *cobra.Command, args []string) error {
			public, err := e.publicKey(args[0])
			if err != nil {
				return err
			}
			return e.print(public.String() + "\n")
		},
	}
}

// noArgs and oneArg check the number of arguments.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s: %s is one argument too many (expected none)", c.Name(), quoted(args[0]))
	}
	return nil
}

func oneArg(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("%s: %d arguments (expected %s)", c.Name(), len(args), what)
		}
		return nil
	}
}
