// Package conform asks another implementation the test vectors, over the protocol
// of vectors/README.md, and answers that protocol with this one.
package conform

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/tapertoken/taper/vectors"
)

// protocol is the version of the protocol that the greeting names.
const protocol = 1

// A question is one line to the other program. The fields of an op are set, the
// others absent.
type question struct {
	Seq      int    `json:"seq,omitempty"` // from 1; the greeting has none
	Op       string `json:"op"`
	Protocol int    `json:"protocol,omitempty"`

	Hex  *string `json:"hex,omitempty"`
	Text *string `json:"text,omitempty"`

	Key       *string `json:"key,omitempty"`
	Message   *string `json:"message,omitempty"`
	Signature *string `json:"signature,omitempty"`

	Tokens     []tokenQuestion     `json:"tokens,omitempty"`
	Roots      []vectors.Root      `json:"roots,omitempty"`
	Extensions map[string][]string `json:"extensions,omitempty"`
	Steps      []stepQuestion      `json:"steps,omitempty"`

	Above []string `json:"above,omitempty"`
	Child *string  `json:"child,omitempty"`

	RootSeed string              `json:"root_seed,omitempty"`
	Blocks   []vectors.MakeBlock `json:"blocks,omitempty"`

	Seed string `json:"seed,omitempty"`
	Root string `json:"root,omitempty"`
}

// tokenQuestion is a vectors.Token without what is computed from it.
type tokenQuestion struct {
	Hex  *string `json:"hex,omitempty"` // of no bytes it is "", and there
	Text string  `json:"text,omitempty"`
}

// stepQuestion is a vectors.Step without its answer.
type stepQuestion struct {
	Token     int              `json:"token"`
	Service   string           `json:"service"`
	Now       uint64           `json:"now"`
	LedgerNow uint64           `json:"ledger_now,omitempty"`
	NoLedger  bool             `json:"no_ledger,omitempty"`
	Request   vectors.Request  `json:"request"`
	Revoked   *vectors.Revoked `json:"revoked,omitempty"`
}

// An answer is one line from the other program.
type answer struct {
	Seq         *int   `json:"seq,omitempty"`
	Unsupported bool   `json:"unsupported,omitempty"`
	Name        string `json:"name,omitempty"`   // of the greeting
	Levels      []int  `json:"levels,omitempty"` // of the greeting

	Valid   *bool   `json:"valid,omitempty"`
	Verdict *string `json:"verdict,omitempty"`
	Block   *int    `json:"block,omitempty"`
	Claim   int     `json:"claim,omitempty"`
	Kind    string  `json:"kind,omitempty"`

	Steps []stepAnswer `json:"steps,omitempty"`

	Claims    *string `json:"claims,omitempty"`
	Canonical *string `json:"canonical,omitempty"`
	Error     *string `json:"error,omitempty"`

	Relation *string `json:"relation,omitempty"`
	Token    *string `json:"token,omitempty"`
	Text     *string `json:"text,omitempty"`
}

type stepAnswer struct {
	Verdict string         `json:"verdict"`
	Block   *int           `json:"block,omitempty"`
	Claim   int            `json:"claim,omitempty"`
	Uses    []vectors.Used `json:"uses,omitempty"`
}

// Levels is the number of the last level.
const Levels = 6

// levelNames and restsOn are indexed by level.
var (
	levelNames = [Levels + 1]string{1: "decode", 2: "verify", 3: "count", 4: "language", 5: "compare", 6: "make"}
	restsOn    = [Levels + 1][]int{2: {1}, 3: {1, 2}, 5: {4}, 6: {1, 4}}
)

// An inquiry is a question with the case that it comes from.
type inquiry struct {
	theme    string
	level    int
	question question
	c        *vectors.Case
	// differences says how an answer differs from what is right, or nothing.
	differences func(a *answer) []string
}

// inquiries returns what is asked of a case.
func inquiries(theme string, c *vectors.Case) ([]inquiry, error) {
	one := func(level int, q question, differences func(*answer) []string) []inquiry {
		q.Op = c.Op
		return []inquiry{{theme, level, q, c, differences}}
	}
	switch {
	case c.Op == "well-formed" && c.Hex != nil && c.Valid != nil:
		return one(1, question{Hex: c.Hex}, validDifferences(c)), nil
	case c.Op == "signature" && c.Signature != nil && c.Valid != nil:
		s := c.Signature
		return one(1, question{Key: &s.Key, Message: &s.Message, Signature: &s.Signature}, validDifferences(c)), nil
	case c.Op == "configure" && c.Valid != nil:
		return one(2, question{Roots: c.Roots}, validDifferences(c)), nil
	case c.Op == "authorize" && len(c.Steps) > 0 && len(c.Tokens) > 0:
		q := question{Roots: c.Roots, Extensions: c.Extensions}
		for _, t := range c.Tokens {
			shown := tokenQuestion{Text: t.Text}
			if t.Text == "" {
				shown.Hex = &t.Hex
			}
			q.Tokens = append(q.Tokens, shown)
		}
		for _, s := range c.Steps {
			q.Steps = append(q.Steps, stepQuestion{s.Token, s.Service, s.Now, s.LedgerNow, s.NoLedger, s.Request, s.Revoked})
		}
		level := 2
		if len(c.Steps) > 1 {
			level = 3
		}
		return append(decode(theme, c), one(level, q, func(a *answer) []string { return stepDifferences(c.Steps, a.Steps) })...), nil
	case c.Op == "parse" && (c.Text == nil) != (c.Hex == nil):
		return one(4, question{Text: c.Text, Hex: c.Hex}, func(a *answer) []string { return parseDifferences(c.Parsed, a) }), nil
	case c.Op == "narrow" && c.Child != nil:
		return one(5, question{Above: c.Above, Child: c.Child}, func(a *answer) []string {
			if text(a.Relation) == `"unknown"` && mayBeUnknown(c) {
				return nil
			}
			return differ("relation", text(a.Relation), text(&c.Relation))
		}), nil
	case c.Op == "make" && c.Make != nil:
		m := c.Make
		return one(6, question{RootSeed: m.RootSeed, Blocks: m.Blocks}, func(a *answer) []string {
			return append(differ("token", text(a.Token), text(&m.Token)), differ("text", text(a.Text), text(&m.Text))...)
		}), nil
	case c.Op == "accept" && c.Accept != nil:
		x := c.Accept
		return one(6, question{Text: &x.Text, Seed: x.Seed, Root: x.Root}, func(a *answer) []string {
			return differ("verdict", text(a.Verdict), text(&x.Verdict))
		}), nil
	}
	return nil, fmt.Errorf("case %s: op %q, or what belongs to it, is not known", c.ID, c.Op)
}

func validDifferences(c *vectors.Case) func(*answer) []string {
	return func(a *answer) []string { return differ("valid", shown(a.Valid), shown(c.Valid)) }
}

// decode asks a decoder alone, where the first step says what a decoder says.
func decode(theme string, c *vectors.Case) []inquiry {
	step, token := &c.Steps[0], &c.Tokens[c.Steps[0].Token]
	q, kind := question{Op: "decode", Hex: &token.Hex}, "open"
	if token.Text != "" {
		q.Hex, q.Text = nil, &token.Text
	}
	verdict, block, claim := "ok", (*int)(nil), 0
	switch step.Verdict {
	case "too-large", "unsupported-version", "malformed":
		verdict, block, claim, kind = step.Verdict, step.Block, step.Claim, ""
	case "permitted":
		kind = "sealed"
	case "not-sealed":
		// A handoff is an array of four.
		if strings.HasPrefix(token.Hex, "84") || strings.HasPrefix(token.Text, "taper1k_") {
			kind = "handoff"
		}
	default:
		return nil
	}
	return []inquiry{{theme, 1, q, c, func(a *answer) []string {
		d := differ("verdict", text(a.Verdict), text(&verdict))
		d = append(d, differ("kind", text(&a.Kind), text(&kind))...)
		if verdict != "ok" {
			d = append(d, differ("block", shown(a.Block), shown(block))...)
		}
		if claim != 0 {
			d = append(d, differ("claim", fmt.Sprint(a.Claim), fmt.Sprint(claim))...)
		}
		return d
	}}}
}

func stepDifferences(want []vectors.Step, got []stepAnswer) []string {
	if len(got) != len(want) {
		return differ("steps", fmt.Sprint(len(got)), fmt.Sprint(len(want)))
	}
	var d []string
	for i := range want {
		w, g := &want[i], &got[i]
		at := fmt.Sprintf("step %d: ", i)
		d = append(d, differ(at+"verdict", text(&g.Verdict), text(&w.Verdict))...)
		d = append(d, differ(at+"block", shown(g.Block), shown(w.Block))...)
		if w.Claim != 0 {
			d = append(d, differ(at+"claim", fmt.Sprint(g.Claim), fmt.Sprint(w.Claim))...)
		}
		if w.Uses != nil && !reflect.DeepEqual(w.Uses, g.Uses) {
			d = append(d, differ(at+"uses", uses(g.Uses), uses(w.Uses))...)
		}
	}
	return d
}

func parseDifferences(want *vectors.Parsed, a *answer) []string {
	switch {
	case want == nil && (a.Error == nil || *a.Error == ""):
		return []string{fmt.Sprintf("got claims %s, want an error", text(a.Claims))}
	case want == nil:
		return nil
	case a.Error != nil:
		return []string{fmt.Sprintf("got error %s, want claims %s", text(a.Error), text(&want.Claims))}
	}
	return append(differ("claims", text(a.Claims), text(&want.Claims)), differ("canonical", text(a.Canonical), text(&want.Canonical))...)
}

// mayBeUnknown reports whether the question need not be decided: a grant
// restricts arguments.
func mayBeUnknown(c *vectors.Case) bool {
	restricts := false
	for _, t := range append([]string{*c.Child}, c.Above...) {
		restricts = restricts || strings.Contains(t, " where ")
	}
	return restricts && (c.Relation == "narrower" || c.Relation == "wider")
}

func differ(what, got, want string) []string {
	if got == want {
		return nil
	}
	return []string{fmt.Sprintf("%s: got %s, want %s", what, got, want)}
}

// shown and text say "none" for what is not there.
func shown[T any](v *T) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprint(*v)
}

// text quotes foreign text, whole: it is cut where it is printed, so that texts
// that differ late are told apart.
func text(s *string) string {
	if s == nil {
		return "none"
	}
	b, _ := json.Marshal(*s)
	return string(b)
}

func uses(list []vectors.Used) string {
	if len(list) == 0 {
		return "none"
	}
	var parts []string
	for _, u := range list {
		parts = append(parts, fmt.Sprintf("block %d: %d of %d", u.Block, u.Number, u.Limit))
	}
	return strings.Join(parts, ", ")
}
