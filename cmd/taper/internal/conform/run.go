package conform

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

// maxRestarts bounds how often the program is started again, so that one that
// hangs on everything ends the run in minutes.
const maxRestarts = 20

// Options say what is asked.
type Options struct {
	Command  []string       // the program and its arguments
	Files    []vectors.File // the vectors
	Timeout  time.Duration  // for each answer
	Level    int            // ask this level and those below it, whatever the greeting claims; 0: what it claims
	Theme    string         // ask this theme only; "": all
	Progress io.Writer      // a terminal, or nil
}

// A Report is the outcome of a run.
type Report struct {
	Name     string   `json:"name"`    // what the program calls itself
	Claims   []int    `json:"claims"`  // the levels that it says it has
	Level    int      `json:"level"`   // the level that was asked for, or 0
	Theme    string   `json:"theme"`   // the theme that was asked for, or ""
	Passed   bool     `json:"passed"`  // everything that was asked
	Problem  string   `json:"problem"` // why no greeting was had, or why asking ended, or ""
	Restarts int      `json:"restarts"`
	Levels   []Count  `json:"levels"`
	Themes   []Count  `json:"themes"`
	Failing  []Must   `json:"failing"` // in the order of SPEC.md
	Failures []Failed `json:"failures"`
}

// A Count is the outcome of a level or a theme.
type Count struct {
	Name        string `json:"name"`
	Level       int    `json:"level,omitempty"`
	Reached     bool   `json:"reached,omitempty"` // for levels
	Asked       int    `json:"asked"`
	Passed      int    `json:"passed"`
	Unsupported int    `json:"unsupported"`
}

// A Must is an identifier of SPEC.md that failing cases cite.
type Must struct {
	ID    string `json:"id"`
	Cases int    `json:"cases"`
	First string `json:"first"` // the id of the first failing case
}

// A Failed is a question that was answered wrongly, or not at all.
type Failed struct {
	Case        string   `json:"case"`
	Theme       string   `json:"theme"`
	Op          string   `json:"op"`
	Level       int      `json:"level"`
	Spec        []string `json:"spec"`
	Base        string   `json:"base"`
	Comment     string   `json:"comment"`
	Unsupported bool     `json:"unsupported"`
	Differences []string `json:"differences"`
}

// A CommandError says that the program could not be started at all.
type CommandError struct{ Err error }

func (e *CommandError) Error() string { return e.Err.Error() }
func (e *CommandError) Unwrap() error { return e.Err }

// Run asks a program the vectors. A program that errs, crashes, hangs or talks
// garbage is reported; the error is a *CommandError if it can't be started, and
// another one for options that ask nothing.
func Run(o Options) (*Report, error) {
	var all []inquiry
	known := false
	for _, f := range o.Files {
		if o.Theme != "" && f.Theme != o.Theme {
			continue
		}
		known = true
		for i := range f.Cases {
			list, err := inquiries(f.Theme, &f.Cases[i])
			if err != nil {
				return nil, err
			}
			all = append(all, list...)
		}
	}
	if !known {
		return nil, fmt.Errorf("there is no theme %s", predicates.QuoteCut(o.Theme, 64))
	}
	r := &run{o: o, report: &Report{Level: o.Level, Theme: o.Theme, Claims: []int{}, Failing: []Must{}, Failures: []Failed{}}}
	if err := r.greet(); err != nil {
		return nil, err
	}
	wanted := r.wanted()
	all = slices.DeleteFunc(all, func(q inquiry) bool { return !wanted[q.level] })
	if r.report.Problem == "" {
		for i := range all {
			r.progress(i, len(all))
			r.one(i+1, &all[i])
		}
		r.progress(-1, len(all))
	}
	if r.p != nil {
		r.p.close(2 * time.Second)
	}
	r.finish(all, wanted)
	return r.report, nil
}

type run struct {
	o        Options
	p        *program // nil: must be started
	report   *Report
	outcomes []outcome // one for each inquiry
}

type outcome struct {
	passed, unsupported bool
	differences         []string
}

// maxGreetings is how often the program is started for one greeting.
const maxGreetings = 3

// greet starts the program and greets it. The error is a *CommandError; that there
// is no greeting becomes the report's problem.
func (r *run) greet() error {
	for i := 1; ; i++ {
		p, err := start(r.o.Command)
		if err != nil {
			return &CommandError{err}
		}
		a, err := p.ask(question{Op: "hello", Protocol: protocol}, r.o.Timeout)
		if err == nil {
			err = greetingFault(a)
		}
		if err == nil {
			r.p, r.report.Name, r.report.Claims = p, a.Name, a.Levels
			return nil
		}
		p.close(0)
		if i == maxGreetings || r.report.Restarts == maxRestarts {
			r.report.Problem = "no greeting: " + err.Error()
			return nil
		}
		r.report.Restarts++
	}
}

func greetingFault(a *answer) error {
	if a.Name == "" || len(a.Levels) == 0 {
		return errors.New("the answer to hello lacks name or levels")
	}
	for _, level := range a.Levels {
		if level < 1 || level > Levels {
			return fmt.Errorf("the greeting claims a level %d (expected 1 to %d)", level, Levels)
		}
	}
	return nil
}

// wanted returns the levels that are asked.
func (r *run) wanted() (wanted [Levels + 1]bool) {
	levels := r.report.Claims
	if r.o.Level != 0 {
		levels = []int{r.o.Level}
	}
	for _, level := range levels {
		wanted[level] = true
		for _, below := range restsOn[level] {
			wanted[below] = true
		}
	}
	return wanted
}

// one asks one question, and notes the outcome.
func (r *run) one(seq int, q *inquiry) {
	if r.p == nil {
		if r.report.Problem == "" && r.report.Restarts == maxRestarts {
			r.report.Problem = fmt.Sprintf("asking ended: the program was started %d times", maxRestarts+1)
		}
		if r.report.Problem == "" {
			r.report.Restarts++
			claims := r.report.Claims
			if err := r.greet(); err != nil {
				r.report.Problem = fmt.Sprintf("asking ended: the program can't be started again: %s", err)
			}
			r.report.Claims = claims // Those of the first greeting are asked.
		}
		if r.report.Problem != "" {
			r.outcomes = append(r.outcomes, outcome{differences: []string{"not asked, since the program was lost before"}})
			return
		}
	}
	q.question.Seq = seq
	a, err := r.p.ask(q.question, r.o.Timeout)
	switch {
	case err != nil:
		r.p.close(0)
		r.p = nil
		r.outcomes = append(r.outcomes, outcome{differences: []string{err.Error()}})
	case a.Unsupported:
		r.outcomes = append(r.outcomes, outcome{unsupported: true, differences: []string{"unsupported"}})
	default:
		d := q.differences(a)
		r.outcomes = append(r.outcomes, outcome{passed: len(d) == 0, differences: d})
	}
}

// progress writes how far the run is; i < 0 wipes it.
func (r *run) progress(i, all int) {
	switch {
	case r.o.Progress == nil:
	case i < 0:
		fmt.Fprint(r.o.Progress, "\r\x1b[K")
	case i%20 == 0:
		fmt.Fprintf(r.o.Progress, "\r\x1b[K%d of %d", i, all)
	}
}

// finish counts.
func (r *run) finish(all []inquiry, wanted [Levels + 1]bool) {
	levels := [Levels + 1]Count{}
	themes := map[string]*Count{}
	musts := map[string]*Must{}
	for i := range all {
		q, o := &all[i], outcome{differences: []string{"not asked, since there was no greeting"}}
		if i < len(r.outcomes) {
			o = r.outcomes[i]
		}
		if themes[q.theme] == nil {
			themes[q.theme] = &Count{Name: q.theme}
		}
		for _, n := range []*Count{&levels[q.level], themes[q.theme]} {
			n.Asked++
			switch {
			case o.passed:
				n.Passed++
			case o.unsupported:
				n.Unsupported++
			}
		}
		if o.passed {
			continue
		}
		r.report.Failures = append(r.report.Failures, Failed{q.c.ID, q.theme, q.question.Op, q.level, q.c.Spec, q.c.Base, q.c.Comment, o.unsupported, o.differences})
		for _, id := range q.c.Spec {
			if musts[id] == nil {
				musts[id] = &Must{ID: id, First: q.c.ID}
			}
			musts[id].Cases++
		}
	}
	r.report.Passed = r.report.Problem == "" && len(r.report.Failures) == 0 && len(all) > 0
	for level := 1; level <= Levels; level++ {
		n := levels[level]
		n.Level, n.Name = level, levelNames[level]
		// A level is reached where all of its cases were asked, and passed.
		n.Reached = r.o.Theme == "" && n.Asked > 0 && n.Passed == n.Asked
		for _, below := range restsOn[level] {
			n.Reached = n.Reached && r.report.Levels[below-1].Reached
		}
		r.report.Levels = append(r.report.Levels, n)
	}
	for _, f := range r.o.Files {
		if n := themes[f.Theme]; n != nil {
			r.report.Themes = append(r.report.Themes, *n)
		}
	}
	for _, m := range musts {
		r.report.Failing = append(r.report.Failing, *m)
	}
	slices.SortFunc(r.report.Failing, func(a, b Must) int { return compareIDs(a.ID, b.ID) })
}

// compareIDs orders identifiers as SPEC.md has them.
func compareIDs(a, b string) int {
	rank := func(id string) int {
		letter, number, _ := strings.Cut(id, "-")
		n := 0
		fmt.Sscanf(number, "%d", &n)
		return strings.Index("EKNPTDVURMX", letter)*1000 + n
	}
	return rank(a) - rank(b)
}
