package main

import (
	"encoding/hex"

	"github.com/spf13/cobra"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

func newInspect(e *environ) *cobra.Command {
	var (
		roots  rootFlags
		token  tokenFlags
		asJSON bool
	)
	c := &cobra.Command{
		Use:     "inspect [--root PUB | --roots FILE] [--json] <TOKEN",
		Short:   "Show what a token says",
		GroupID: "look",
		Long: `inspect shows a token of any kind: what each block says, which key signed it,
and what remains of it all together. The secret of a taper1k_ token is never
shown.

Without a root nothing is verified, and what is shown is what somebody wrote.
With one, the signatures are checked from the root on; if they don't hold, the
token is shown as UNVERIFIED and the exit code is 2. Ids of blocks, which
revocation lists name, are shown where the token is verified: they depend on the
root.

inspect does not decide anything: see "taper verify" and "taper explain".
"taper help json" describes what --json prints.`,
		Example: `  taper inspect <some.token
  taper inspect --root root.pub --json --token-file some.token`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			trusted, err := roots.load(e)
			if err != nil {
				return err
			}
			t, err := token.read(e)
			if err != nil {
				return err
			}
			v := newView(t, trusted)
			if v.root != nil && published(v.root.Key) {
				e.say("warning: the secret key of this root is published: anybody can make such tokens")
			}
			if t.Kind() == format.Handoff {
				e.say("warning: this token carries its key: whoever has it may use it")
			}
			if n := len(t.Text()); n > manyCharacters {
				e.say("warning: the token has %d characters, and some proxies refuse headers of that size", n)
			}
			if asJSON {
				err = e.printJSON(v.json())
			} else {
				p := e.palette(e.stdout)
				err = e.print(v.status(p) + "\n" + v.size() + "\n\n" + v.tree(p) + "\n" + v.together(p))
			}
			if err == nil && v.root == nil && len(trusted) > 0 {
				if asJSON {
					return toldError(exitInvalid)
				}
				return v.problem
			}
			return err
		},
	}
	roots.add(c.Flags())
	token.add(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// The JSON of inspect. Fields are added, never renamed; "taper help json"
// documents them.
type (
	jsonToken struct {
		Verified   bool          `json:"verified"`
		Problem    string        `json:"problem"`
		Kind       string        `json:"kind"`
		Bytes      int           `json:"bytes"`
		Characters int           `json:"characters"`
		Root       jsonRoot      `json:"root"`
		Blocks     []jsonBlock   `json:"blocks"`
		Together   jsonEffective `json:"together"`
	}
	jsonRoot struct {
		Hint string  `json:"hint"`
		Name string  `json:"name"`
		Key  *string `json:"key"`
	}
	jsonBlock struct {
		Block        int      `json:"block"`
		ID           *string  `json:"id"`
		Signer       *string  `json:"signer"`
		Next         *string  `json:"next"`
		Statements   []string `json:"statements"`
		Label        *string  `json:"label"`
		Presentation bool     `json:"presentation"`
	}
	jsonEffective struct {
		Until       *string  `json:"until"`
		From        *string  `json:"from"`
		Services    []string `json:"services"`
		Fresh       *uint64  `json:"fresh"`
		Delegations *uint64  `json:"delegations"`
	}
)

// json returns what --json prints. A field that says nothing is null.
func (v *view) json() jsonToken {
	hint := v.token.RootHint()
	t := jsonToken{
		Verified:   v.root != nil,
		Kind:       v.token.Kind().String(),
		Bytes:      len(v.token.Bytes()),
		Characters: len(v.token.Text()),
		Root:       jsonRoot{Hint: hex.EncodeToString(hint[:])},
		Together:   v.jsonTogether(),
	}
	var signer *string
	if v.root != nil {
		signer = pointer(v.root.Key.String())
		t.Root.Name, t.Root.Key = v.root.Name, signer
	} else {
		t.Problem = oneLine(message(v.problem))
	}
	for i, c := range v.claims {
		b := jsonBlock{Block: i, Signer: signer, Statements: []string{}}
		if v.ids != nil {
			b.ID = pointer(v.ids[i].String())
		}
		if next, ok := c.Next(); ok {
			b.Next = pointer(next.String())
		}
		if statements, _ := statementsOf(c); statements != nil {
			b.Statements = statements
		}
		if label, ok := c.Label(); ok {
			b.Label = &label
		}
		_, b.Presentation = c.Presentation()
		t.Blocks = append(t.Blocks, b)
		signer = b.Next
	}
	return t
}

func (v *view) jsonTogether() jsonEffective {
	e := predicates.EffectiveOf(v.claims)
	var j jsonEffective
	if e.Expires.Present {
		j.Until = pointer(utc(e.Expires.Value))
	}
	if e.Starts.Present {
		j.From = pointer(utc(e.Starts.Value))
	}
	if !e.AnyService {
		j.Services = append([]string{}, e.Services...)
	}
	if e.Fresh.Present {
		j.Fresh = &e.Fresh.Value
	}
	if e.Delegations.Present {
		j.Delegations = &e.Delegations.Value
	}
	return j
}

func pointer[T any](v T) *T { return &v }
