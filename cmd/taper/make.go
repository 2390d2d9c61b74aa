package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/chain"
	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// keyUsage follows what a key is for in the help of a flag.
const keyUsage = "a `KEY` is a file or agent:COMMENT-OR-FINGERPRINT (taper help keys)"

func newMint(e *environ) *cobra.Command {
	var (
		keyRef, to string
		sealed     bool
		from       predicateFlags
		out        outFlag
	)
	c := &cobra.Command{
		Use:     "mint --key KEY [--to PUB | --sealed] [-f FILE] [PREDICATE...]",
		Short:   "Make a token under a root key",
		GroupID: "make",
		Long: `mint makes a new token under a root key. Its predicates must say what is
allowed, and until when ("taper help predicates").

It prints a taper1k_ token, which carries its key: a secret. Whoever has it may
use and extend it. With --to it prints a taper1o_ token, which is worth nothing
without the key of PUB. With --sealed it prints a taper1s_ token, which nobody
can extend and whoever has it may use; it must name services.`,
		Example: `  taper mint --key root.pem 'allow database:* on **; until +8h' -o all.token
  taper mint --key agent:root --to worker.pub 'allow database:read on customers/**' 'until +1h'
  taper mint --key root.pem -f nightly.predicates -o nightly.token`,
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case keyRef == "":
				return usage("mint: --key is missing (taper keygen -o FILE makes one)")
			case to != "" && sealed:
				return usage("mint: --to and --sealed are both given (expected one)")
			}
			w, err := from.read(e, args)
			if err != nil {
				return err
			}
			if err := w.within(e, nil, sealed); err != nil {
				return err
			}
			root, err := e.signer(keyRef)
			if err != nil {
				return err
			}
			text, err := e.mint(root, to, sealed, w.claims)
			if err != nil {
				return mintError(err)
			}
			return out.write(e, text)
		},
	}
	c.Flags().StringVar(&keyRef, "key", "", "the root key; "+keyUsage)
	c.Flags().StringVar(&to, "to", "", "make it for the holder of this `PUB`, which is ed25519:BASE64URL or a file")
	c.Flags().BoolVar(&sealed, "sealed", false, "seal it at once")
	from.add(c.Flags())
	out.add(c.Flags())
	return c
}

func (e *environ) mint(root chain.Signer, to string, sealed bool, claims predicates.Claims) (string, error) {
	if sealed {
		return text(chain.MintSealed(root, claims))
	}
	if to != "" {
		public, err := e.publicKey(to)
		if err != nil {
			return "", fmt.Errorf("--to: %w", bare(err))
		}
		return text(chain.MintTo(root, public, claims))
	}
	c, err := chain.Mint(root, claims)
	if err != nil {
		return "", err
	}
	return c.Handoff()
}

// mintError says what to write, where a new token lacks what every token needs.
func mintError(err error) error {
	var d *chain.Denial
	if !errors.As(err, &d) || d.Verdict != chain.ErrUnbounded {
		return err
	}
	write := map[int]string{
		predicates.ClaimExpires:  "'until +8h'",
		predicates.ClaimAllow:    "'allow database:read on customers/**'",
		predicates.ClaimServices: "'services db-gateway'",
	}
	return verdictError{d.Verdict, fmt.Sprintf("%s (write something like %s)", d.Reason, write[d.Claim])}
}

// text returns the text of a token that was made.
func text(token *format.Token, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return token.Text(), nil
}

// An extender is what the commands that extend a token have in common.
type extender struct {
	key   string
	roots rootFlags
	token tokenFlags
	out   outFlag
}

func (x *extender) add(c *cobra.Command) {
	c.Flags().StringVar(&x.key, "key", "", "for a taper1o_ token, the key that it names; "+keyUsage)
	x.roots.add(c.Flags())
	x.token.add(c.Flags())
	x.out.add(c.Flags())
}

// capability reads the token and takes it.
func (x *extender) capability(e *environ) (*chain.Capability, error) {
	roots, err := x.roots.require(e)
	if err != nil {
		return nil, err
	}
	token, err := x.token.read(e)
	if err != nil {
		return nil, err
	}
	return e.capability(token, x.key, roots)
}

// restrict reads the predicates and the token, and fits the times of the one into
// the life of the other.
func (x *extender) restrict(e *environ, from *predicateFlags, args []string, seals bool) (*chain.Capability, written, error) {
	w, err := from.read(e, args)
	if err != nil {
		return nil, written{}, err
	}
	capability, err := x.capability(e)
	if err != nil {
		return nil, written{}, err
	}
	if err := w.within(e, capability.Claims(), seals); err != nil {
		return nil, written{}, err
	}
	return capability, w, nil
}

const rootHelp = `

The token is verified first, from the root that you expect: --root, --roots or
the environment variable TAPER_ROOT, which holds what --root takes.`

func newAttenuate(e *environ) *cobra.Command {
	var (
		x    extender
		to   string
		from predicateFlags
	)
	c := &cobra.Command{
		Use:     "attenuate --root PUB [--key KEY] [--to PUB] [-f FILE] [PREDICATE...] <TOKEN",
		Short:   "Hand on a weaker token",
		GroupID: "make",
		Long: `attenuate reads an open token and appends a block with further restrictions.
Nothing that they say can widen the token, and what asks for more than the
token permits is refused, since it would be a mistake.

It prints a taper1k_ token, which carries a fresh key: a secret. With --to it
prints a taper1o_ token for the holder of PUB.` + rootHelp,
		Example: `  taper attenuate --root root.pub 'allow database:read on customers/**' 'until +10m' -o some.token <all.token
  taper attenuate --root root.pub --key worker.pem --to helper.pub 'uses 10 at db-gateway' <worker.token`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && from.file == "" && to == "" {
				return usage("attenuate: nothing to restrict (expected predicates, -f or --to)")
			}
			capability, w, err := x.restrict(e, &from, args, false)
			if err != nil {
				return err
			}
			var result string
			if to == "" {
				result, err = handOn(capability, w.claims)
			} else {
				public, keyErr := e.publicKey(to)
				if keyErr != nil {
					return fmt.Errorf("--to: %w", bare(keyErr))
				}
				result, err = text(capability.Delegate(public, w.claims))
			}
			if err != nil {
				return err
			}
			return x.out.write(e, result)
		},
	}
	x.add(c)
	c.Flags().StringVar(&to, "to", "", "hand it to the holder of this `PUB`, which is ed25519:BASE64URL or a file")
	from.add(c.Flags())
	return c
}

func handOn(c *chain.Capability, claims predicates.Claims) (string, error) {
	weaker, err := c.Attenuate(claims)
	if err != nil {
		return "", err
	}
	return weaker.Handoff()
}

func newSeal(e *environ) *cobra.Command {
	var (
		x    extender
		from predicateFlags
	)
	c := &cobra.Command{
		Use:     "seal --root PUB [--key KEY] [-f FILE] [PREDICATE...] <TOKEN",
		Short:   "Make a token for use that nobody can extend",
		GroupID: "make",
		Long: `seal reads an open token and appends a block that names no key. It prints a
taper1s_ token, which nobody can extend and whoever has it may use: a bearer
string. The predicates must name services.

Most users want "taper present", which seals to one request, once, for a
minute.` + rootHelp,
		Example: `  taper seal --root root.pub 'services reports; uses 20 at reports; until +1h' <all.token`,
		RunE: func(_ *cobra.Command, args []string) error {
			capability, w, err := x.restrict(e, &from, args, true)
			if err != nil {
				return err
			}
			result, err := text(capability.Seal(w.claims))
			if err != nil {
				return mintError(err)
			}
			return x.out.write(e, result)
		},
	}
	x.add(c)
	from.add(c.Flags())
	return c
}

func newPresent(e *environ) *cobra.Command {
	var (
		x        extender
		asked    requestFlags
		lifetime time.Duration
		approver string
	)
	c := &cobra.Command{
		Use:     "present --root PUB [--key KEY] --service S --interface I --resource R [--arg NAME=VALUE] <TOKEN",
		Short:   "Seal a token to one request, once, for a minute",
		GroupID: "make",
		Long: `present reads an open token and seals it to one request: one service, one
interface, one resource, the values of the arguments or a digest, once, for a
minute. It prints a taper1s_ token. Whoever catches it can't spend it on
anything else.

With --approver it prints a taper1o_ token for an approver, who reads it and
seals it with "taper approve".` + rootHelp,
		Example: `  taper present --root root.pub --service db-gateway --interface database:read --resource customers/42 <worker.token
  taper present --root root.pub --service bank --interface payments:refund --resource orders/7 --arg amount=50 --arg currency=EUR <worker.token`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			request, err := asked.request(c)
			if err != nil {
				return err
			}
			if lifetime < time.Second || lifetime%time.Second != 0 {
				return usage("present: --for %s (expected whole seconds, such as 60s)", lifetime)
			}
			capability, err := x.capability(e)
			if err != nil {
				return err
			}
			use := chain.Use{Service: asked.service, Request: request, Lifetime: lifetime, Now: e.now()}
			presentation, err := present(e, capability, approver, use)
			var refused *chain.WriteError
			if errors.As(err, &refused) && refused.Comparison.Claim == predicates.ClaimCosigners {
				return fmt.Errorf("%w (ask an approver: --approver PUB)", bare(err))
			}
			if err != nil {
				return err
			}
			if presentation.Cut != "" {
				e.say("until %s: %s", utc(uint64(presentation.Expires.Unix())), presentation.Cut)
			}
			return x.out.write(e, presentation.Token.Text())
		},
	}
	x.add(c)
	asked.add(c.Flags())
	c.Flags().DurationVar(&lifetime, "for", chain.DefaultLifetime, "for `HOW-LONG` it is good, in whole seconds")
	c.Flags().StringVar(&approver, "approver", "", "ask the holder of this key to approve and seal it: `PUB` is ed25519:BASE64URL or a file")
	return c
}

func present(e *environ, c *chain.Capability, approver string, use chain.Use) (*chain.Presentation, error) {
	if approver == "" {
		return c.Present(use)
	}
	public, err := e.publicKey(approver)
	if err != nil {
		return nil, fmt.Errorf("--approver: %w", bare(err))
	}
	return c.Ask(public, use)
}
