package vectors_test

import (
	"cmp"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tapertoken/taper/predicates"
	"github.com/tapertoken/taper/vectors"
)

// What no case can show, and why. README.md says the same.
var (
	verdictExceptions = map[string]string{
		"not-recorded":       "the record is written by the service, after all that a case states",
		"ledger-unavailable": "a ledger that fails is no data",
	}
	identifierExceptions = map[string]string{
		"D-21": "the record is written by the service, after all that a case states",
		"D-25": "clocks that bound work are not seen in an answer",
		"M-1":  "one token does not show that its nonce is random",
		"M-3":  "a signer that errs is no data",
		"M-4":  "what else a key signs is not in a token",
		"T-5":  "headers are not part of a case; package httpauth tests them",
		"U-7":  "a ledger that fails is no data",
		"V-1":  "headers are not part of a case; package httpauth tests them",
		"V-2":  "messages have no one right wording; packages chain and httpauth test their bounds",
	}
)

func allCases(t *testing.T) []vectors.Case {
	t.Helper()
	files, err := vectors.Load()
	if err != nil {
		t.Fatal(err)
	}
	var all []vectors.Case
	for _, f := range files {
		all = append(all, f.Cases...)
	}
	return all
}

// negative reports whether something in a case is refused.
func negative(c vectors.Case) bool {
	switch c.Op {
	case "authorize":
		return slices.ContainsFunc(c.Steps, func(s vectors.Step) bool { return s.Verdict != "permitted" })
	case "accept":
		return c.Accept.Verdict != "accepted"
	case "parse":
		return c.Parsed == nil
	case "narrow":
		return c.Relation == "wider" || c.Relation == "dead"
	}
	return c.Valid != nil && !*c.Valid
}

func TestCounts(t *testing.T) {
	type count struct{ all, negative int }
	ops := map[string]count{}
	all, refused := 0, 0
	for _, c := range allCases(t) {
		n := ops[c.Op]
		n.all++
		all++
		if negative(c) {
			n.negative++
			refused++
		}
		ops[c.Op] = n
	}
	for op, n := range ops {
		t.Logf("%-12s %5d, negative %5d", op, n.all, n.negative)
	}
	if all < 600 || refused < 400 {
		t.Errorf("%d cases, %d of them negative, want 600 and 400", all, refused)
	}
}

func TestVerdictsOccur(t *testing.T) {
	occur := map[string]int{}
	for _, c := range allCases(t) {
		for _, s := range c.Steps {
			occur[s.Verdict]++
		}
		if c.Accept != nil {
			occur[c.Accept.Verdict]++
		}
	}
	occurs := maps.Clone(occur)
	delete(occurs, "accepted")
	for _, v := range predicates.Verdicts() {
		name := v.String()
		t.Logf("%-22s %5d", name, occur[name])
		_, excepted := verdictExceptions[name]
		if (occur[name] > 0) == excepted {
			t.Errorf("%s occurs %d times, and is an exception: %v", name, occur[name], excepted)
		}
		delete(occurs, name)
	}
	for name := range occurs {
		t.Errorf("%s is no verdict", name)
	}
}

var identifier = regexp.MustCompile(`\[([A-Z]-[0-9]+)\]`)

// identifiers returns those of SPEC.md.
func identifiers(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range identifier.FindAllStringSubmatch(string(b), -1) {
		if !slices.Contains(ids, m[1]) {
			ids = append(ids, m[1])
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		m, _ := strconv.Atoi(a[2:])
		n, _ := strconv.Atoi(b[2:])
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(m, n))
	})
	if len(ids) < 80 {
		t.Fatalf("only %d identifiers in SPEC.md", len(ids))
	}
	return ids
}

func TestIdentifiersOccur(t *testing.T) {
	known := identifiers(t)
	cited, negatives := map[string]int{}, map[string]int{}
	for _, c := range allCases(t) {
		for i, id := range c.Spec {
			switch {
			case !slices.Contains(known, id):
				t.Errorf("%s cites %s, which SPEC.md does not have", c.ID, id)
			case slices.Contains(c.Spec[:i], id):
				t.Errorf("%s cites %s twice", c.ID, id)
			}
			cited[id]++
			if negative(c) {
				negatives[id]++
			}
		}
	}
	for _, id := range known {
		reason, excepted := identifierExceptions[id]
		t.Logf("%-5s %5d, negative %5d  %s", id, cited[id], negatives[id], reason)
		if cited[id] == 0 && !excepted {
			t.Errorf("%s occurs in no case", id)
		}
	}
	for id := range identifierExceptions {
		if !slices.Contains(known, id) {
			t.Errorf("%s is an exception, and SPEC.md does not have it", id)
		}
	}
}

// A base is a case of the same op that passes, so that no case fails for the
// wrong reason.
func TestBases(t *testing.T) {
	all := map[string]vectors.Case{}
	for _, c := range allCases(t) {
		if _, ok := all[c.ID]; ok {
			t.Errorf("%s stands twice", c.ID)
		}
		all[c.ID] = c
	}
	without := map[string]int{}
	for _, c := range all {
		base, ok := all[c.Base]
		switch {
		case c.Base == "" && negative(c):
			without[c.Op]++
		case c.Base == "":
		case !ok:
			t.Errorf("%s: there is no base %s", c.ID, c.Base)
		case base.Op != c.Op:
			t.Errorf("%s: the base %s is of op %s, want %s", c.ID, c.Base, base.Op, c.Op)
		case passes(base) != "":
			t.Errorf("%s: the base %s does not pass: %s", c.ID, c.Base, passes(base))
		}
	}
	t.Logf("negative cases without a base: %v", without)
	for _, op := range []string{"parse", "narrow", "configure"} {
		if without[op] > 0 {
			t.Errorf("op %s: %d negative cases have no base", op, without[op])
		}
	}
}

// passes returns "" for a case whose last answer is yes, or what it is.
func passes(c vectors.Case) string {
	if len(c.Steps) > 0 {
		if v := c.Steps[len(c.Steps)-1].Verdict; v != "permitted" {
			return v
		}
		return ""
	}
	if negative(c) {
		return "it is refused"
	}
	return ""
}

// README.md names each exception.
func TestExceptionsAreDocumented(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(b), "## What no vector shows")
	if !found {
		t.Fatal("no section")
	}
	for name := range verdictExceptions {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("%s is missing", name)
		}
	}
	for id := range identifierExceptions {
		if !strings.Contains(section, "["+id+"]") {
			t.Errorf("%s is missing", id)
		}
	}
	for _, m := range identifier.FindAllStringSubmatch(section, -1) {
		if _, ok := identifierExceptions[m[1]]; !ok {
			t.Errorf("%s is no exception", m[1])
		}
	}
}
