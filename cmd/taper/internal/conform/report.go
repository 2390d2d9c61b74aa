package conform

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/predicates"
)

// shownFailures bounds the failures that are printed without verbose.
const shownFailures = 10

// Text returns the report for people: printable ASCII and line ends. With verbose
// every failure is shown, else the first of each identifier, up to ten.
func (r *Report) Text(verbose bool) string {
	var b strings.Builder
	if r.Name != "" {
		fmt.Fprintf(&b, "%s\n\n", predicates.QuoteCut(r.Name, 128))
	}
	if r.Problem != "" {
		fmt.Fprintf(&b, "%s\n\n", oneLine(r.Problem))
	}
	fmt.Fprintf(&b, "%-20s %7s %7s %12s\n", "level", "asked", "passed", "unsupported")
	for _, n := range r.Levels {
		state := "not reached"
		switch {
		case n.Reached:
			state = "reached"
		case n.Asked == 0:
			state = "not asked"
		case r.Theme != "":
			state = "one theme only"
		}
		fmt.Fprintf(&b, "%-20s %7d %7d %12d  %s\n", fmt.Sprintf("%d %s", n.Level, n.Name), n.Asked, n.Passed, n.Unsupported, state)
	}
	fmt.Fprintf(&b, "\n%-20s %7s %7s %12s\n", "theme", "asked", "passed", "unsupported")
	for _, n := range r.Themes {
		fmt.Fprintf(&b, "%-20s %7d %7d %12d\n", n.Name, n.Asked, n.Passed, n.Unsupported)
	}
	if r.Restarts > 0 {
		fmt.Fprintf(&b, "\nrestarts: %d\n", r.Restarts)
	}
	if len(r.Failing) > 0 {
		b.WriteString("\nfailing identifiers of SPEC.md, each with its first case:\n")
		for _, m := range r.Failing {
			fmt.Fprintf(&b, "  %-5s %4d  %s\n", m.ID, m.Cases, m.First)
		}
	}
	shown := 0
	first := map[string]bool{}
	for _, m := range r.Failing {
		first[m.First] = true
	}
	for _, f := range r.Failures {
		if !verbose && (!first[f.Case] || shown == shownFailures) {
			continue
		}
		shown++
		first[f.Case] = false
		fmt.Fprintf(&b, "\n%s (%s; %s)\n  %s\n", f.Case, f.Op, strings.Join(f.Spec, ", "), oneLine(f.Comment))
		if f.Base != "" {
			fmt.Fprintf(&b, "  one change away from %s\n", f.Base)
		}
		for _, d := range f.Differences {
			if !verbose {
				d = shorten(d)
			}
			fmt.Fprintf(&b, "  %s\n", oneLine(d))
		}
	}
	if rest := len(r.Failures) - shown; rest > 0 {
		fmt.Fprintf(&b, "\nand %d more failures (--verbose shows them, --json too)\n", rest)
	}
	reached := 0
	for _, n := range r.Levels {
		if n.Reached {
			reached = n.Level
		}
	}
	switch {
	case r.Passed:
		fmt.Fprintf(&b, "\npassed: %d answers", r.passed())
	default:
		fmt.Fprintf(&b, "\nfailed: %d of %d answers", len(r.Failures), r.passed()+len(r.Failures))
	}
	if r.Theme == "" {
		fmt.Fprintf(&b, "; levels reached: %s", r.reached(reached))
	}
	b.WriteString("\n")
	return b.String()
}

func (r *Report) passed() int {
	n := 0
	for _, c := range r.Levels {
		n += c.Passed
	}
	return n
}

func (r *Report) reached(last int) string {
	var all []string
	for _, n := range r.Levels[:last] {
		if n.Reached {
			all = append(all, fmt.Sprint(n.Level))
		}
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

// shorten cuts the long values of a difference around the first place where they
// differ.
func shorten(d string) string {
	const most = 100
	what, rest, ok := strings.Cut(d, ": got ")
	got, want, ok2 := strings.Cut(rest, ", want ")
	if !ok || !ok2 || len(got) <= most && len(want) <= most {
		return d
	}
	same := 0
	for same < len(got) && same < len(want) && got[same] == want[same] {
		same++
	}
	from := max(0, same-most/3)
	cut := func(s string) string {
		start, end := "", ""
		to := min(len(s), from+most)
		if from > 0 {
			start = "..."
		}
		if to < len(s) {
			end = "..."
		}
		return start + s[min(from, len(s)):to] + end
	}
	return fmt.Sprintf("%s: they differ at character %d: got %s, want %s", what, same, cut(got), cut(want))
}

// oneLine escapes what is not printable ASCII.
func oneLine(s string) string {
	var b strings.Builder
	for _, r := range s {
		if ' ' <= r && r <= '~' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	return b.String()
}
