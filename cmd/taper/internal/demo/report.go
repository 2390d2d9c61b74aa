package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tapertoken/taper/predicates"
)

// width is how wide the report is, in columns.
const width = 100

// A report is all that a run has found. Every text in it is printable ASCII.
type report struct {
	Service    string   `json:"service"` // where it listened
	RootKey    string   `json:"root_key"`
	Documents  int      `json:"documents"`
	Dir        string   `json:"dir,omitempty"` // the user's own, quoted
	LeftOut    string   `json:"left_out,omitempty"`
	Holders    []holder `json:"holders"`
	Work       []row    `json:"work"`
	Attacks    []row    `json:"attacks"`
	Checks     []row    `json:"checks"`
	Requests   int64    `json:"requests"`
	Signatures int64    `json:"signatures"`
	Millis     int64    `json:"milliseconds"`
	Differ     int      `json:"differ"`

	expect func(who, what, want string) string // for tests; nil otherwise
}

// A row is one thing that was tried: what was expected and what came of it.
// A verdict that a block decided is followed by the block: "not-allowed/2".
type row struct {
	Group  string `json:"group,omitempty"`
	Who    string `json:"who"`
	What   string `json:"what"`
	Want   string `json:"want"`
	Got    string `json:"got"`
	Uses   string `json:"uses,omitempty"`
	Answer string `json:"answer,omitempty"`
}

// check completes a row, and counts it if it differs.
func (r *report) check(x row) row {
	if r.expect != nil {
		x.Want = r.expect(x.Who, x.What, x.Want)
	}
	if x.Want != x.Got {
		r.Differ++
	}
	return x
}

// rows returns how many things were expected.
func (r *report) rows() int { return len(r.Work) + len(r.Attacks) + len(r.Checks) }

// A style writes text in colors, or does not.
type style bool

func (s style) wrap(code, text string) string {
	if !s {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) head(text string) string { return s.wrap("1", text) }
func (s style) dim(text string) string  { return s.wrap("2", text) }
func (s style) bad(text string) string  { return s.wrap("1;31", text) }

// verdict colors what came of a row: green as expected, red not.
func (s style) verdict(x row, text string) string {
	switch {
	case x.Want != x.Got:
		return s.bad(text)
	case x.Got == "permitted":
		return s.wrap("32", text)
	}
	return s.wrap("33", text)
}

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// writeText writes the report for a person: at most 100 columns, ASCII.
func (r *report) writeText(w io.Writer, s style, verbose bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.head("A documents service on "+r.Service))
	source := count(r.Documents, "document")
	if r.Dir != "" {
		source += " of " + r.Dir
	}
	paragraph(&b, fmt.Sprintf("It serves %s from memory, trusts one public key, and counts uses. It has no list of users: "+
		"what a request may do is in the token that comes with it.", source))
	if r.LeftOut != "" {
		paragraph(&b, "Left out: "+r.LeftOut+".")
	}
	r.writeTree(&b, s)
	r.writeWork(&b, s)
	r.writeAttacks(&b, s, verbose)
	r.writeEnd(&b, s)
	_, err := io.WriteString(w, b.String())
	return err
}

// nameColumn is where the text right of the names in the tree begins.
const nameColumn = 26

func (r *report) writeTree(b *strings.Builder, s style) {
	fmt.Fprintf(b, "\n%s\n", s.head("Who may do what, as the tokens say (each was handed on without asking anybody)"))
	fmt.Fprintf(b, "  %-*s%s\n", nameColumn-2, "operator", "root key "+r.RootKey)
	for i, h := range r.Holders {
		indent := "  "
		for d := range h.Depth {
			if r.goesOn(i, d) {
				indent += "|  "
			} else {
				indent += "   "
			}
		}
		branch, below := "`- ", "   "
		if r.goesOn(i, h.Depth) {
			branch, below = "|- ", "|  "
		}
		if i+1 < len(r.Holders) && r.Holders[i+1].Depth > h.Depth {
			below += "|"
		}
		first := true
		line := func(text string) {
			left := indent + below
			if first {
				left = indent + branch + h.Name
			}
			first = false
			fmt.Fprintf(b, "%-*s%s\n", nameColumn, left, text)
		}
		says := slices.Clone(h.Says)
		how := ""
		if h.How != "" {
			how = h.How + "; "
		}
		says[len(says)-1] += fmt.Sprintf(" (%s%d bytes)", how, h.Bytes)
		for _, text := range foldItems(says, width-nameColumn) {
			line(text)
		}
		if len(h.Dropped) > 0 {
			for i, text := range foldItems(h.Dropped, width-nameColumn-9) {
				line([]string{"dropped: ", "         "}[min(i, 1)] + text)
			}
		}
	}
	fmt.Fprintf(b, "  %s\n", s.dim("Blocks count from 0: the operator's, the orchestrator's, the analyzer's, and the seal as the last."))
}

// foldItems joins items with semicolons and breaks between them where it can.
func foldItems(items []string, n int) []string {
	var lines []string
	line := ""
	for i, item := range items {
		if i+1 < len(items) {
			item += ";"
		}
		switch {
		case line == "":
			line = item
		case len(line)+1+len(item) <= n:
			line += " " + item
		default:
			lines, line = append(lines, fold(line, n)...), item
		}
	}
	return append(lines, fold(line, n)...)
}

// goesOn reports whether a holder after number i hangs on the same branch of the
// tree at a depth.
func (r *report) goesOn(i, depth int) bool {
	for _, h := range r.Holders[i+1:] {
		if h.Depth < depth {
			return false
		}
		if h.Depth == depth {
			return true
		}
	}
	return false
}

func (r *report) writeWork(b *strings.Builder, s style) {
	fmt.Fprintf(b, "\n%s\n", s.head("They work: each request carries a token sealed to that request, for a minute, once"))
	fmt.Fprintf(b, "%s\n", s.dim(fmt.Sprintf("  %-14s  %-38s %-13s  %-14s  %s", "who", "request", "verdict/block", "use own, above", "answer")))
	for _, x := range r.Work {
		fmt.Fprintf(b, "  %-14s  %-38s %s", x.Who, cut(x.What, 38), s.verdict(x, x.Got))
		if x.Got == "permitted" {
			fmt.Fprintf(b, "%6s%-14s  %s%s\n", "", x.Uses, x.Answer, differs(x, s))
			continue
		}
		fmt.Fprintf(b, "%s\n", differs(x, s))
		for _, text := range fold(x.Answer, width-18) {
			fmt.Fprintf(b, "%18s%s\n", "", s.dim(text))
		}
	}
}

func (r *report) writeAttacks(b *strings.Builder, s style, verbose bool) {
	what, want := 0, len("expected")
	for _, x := range r.Attacks {
		what, want = max(what, len(x.What)), max(want, len(x.Want))
	}
	group := ""
	for _, x := range r.Attacks {
		if x.Group != group {
			group = x.Group
			fmt.Fprintf(b, "\n%s\n", s.head(group))
			if x.Group == r.Attacks[0].Group {
				fmt.Fprintf(b, "%s\n", s.dim(fmt.Sprintf("  %-14s  %-*s  %-*s  %s", "who", what, "tries", want, "expected", "got/block")))
			}
		}
		fmt.Fprintf(b, "  %-14s  %-*s  %-*s  %s%s\n", x.Who, what, x.What, want, x.Want, s.verdict(x, x.Got), differs(x, s))
		if verbose && x.Answer != "" {
			for _, text := range fold(x.Answer, width-18) {
				fmt.Fprintf(b, "%18s%s\n", "", s.dim(text))
			}
		}
	}
}

func differs(x row, s style) string {
	if x.Want == x.Got {
		return ""
	}
	return s.bad("  DIFFERS, expected " + x.Want)
}

func (r *report) writeEnd(b *strings.Builder, s style) {
	fmt.Fprintf(b, "\n%s\n", s.head("And then"))
	for _, x := range r.Checks {
		fmt.Fprintf(b, "  %-68s  %s%s\n", x.What, s.verdict(x, x.Got), differs(x, s))
	}
	fmt.Fprintf(b, "  %d requests, %d signatures checked by the service, %d ms\n", r.Requests, r.Signatures, r.Millis)
	if r.Differ > 0 {
		fmt.Fprintf(b, "%s\n", s.bad(fmt.Sprintf("%d of %d results DIFFER from what is expected.", r.Differ, r.rows())))
		return
	}
	fmt.Fprintf(b, "%s\n", s.head(fmt.Sprintf("All %d results are as expected: authority was handed on offline, and only ever narrowed.", r.rows())))
}

// show writes a name that came from elsewhere: as it is if it is a plain word,
// else in quotes and escaped, so that a line end or a terminal's escape stays text.
func show(name string) string {
	if bare(name) {
		return name
	}
	return predicates.Quote(name)
}

// showCut is show, cut to about limit bytes.
func showCut(name string, limit int) string {
	if bare(name) && len(name) <= limit {
		return name
	}
	return predicates.QuoteCut(name, limit)
}

// bare reports whether a name needs no quotes.
func bare(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("_.:/@%+~*-", c)
	})
}

// plain returns a text that is one line of printable ASCII already, or else
// quotes it.
func plain(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		return predicates.QuoteCut(text, 256)
	}
	return text
}

// cut shortens a text of ASCII to n columns, in the middle: the end of a name
// says most.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	head := n / 2
	return text[:head] + "..." + text[len(text)-(n-head-3):]
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// paragraph writes folded text.
func paragraph(b *strings.Builder, text string) {
	for _, line := range fold(text, width) {
		b.WriteString(line + "\n")
	}
}

// fold breaks a text of ASCII into lines of at most n columns, at blanks where it
// can. There is at least one line.
func fold(text string, n int) []string {
	var lines []string
	for len(text) > n {
		at := strings.LastIndexByte(text[:n+1], ' ')
		if at <= 0 {
			lines, text = append(lines, text[:n]), text[n:]
			continue
		}
		lines, text = append(lines, text[:at]), text[at+1:]
	}
	return slices.Clip(append(lines, text))
}
