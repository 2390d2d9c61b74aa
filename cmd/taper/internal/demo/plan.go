package demo

import (
	"path"
	"slices"
	"strings"
)

// A plan says which documents the cast works on, and which of them who may see.
// It is made from whatever names a directory has, the embedded one too.
type plan struct {
	analyzer  []string // patterns of what the analyzer may see
	extractor []string // patterns of what the text extractor may read
	texts     []string // the documents that it reads, 1 to 3
	described []string // the documents whose metadata are read, 1 or 2
	analytics string   // the analytics that the analyzer reads
	sibling   string   // a document for the analyzer, but not for the text extractor
	outside   string   // a document that is not for the analyzer
	summary   string   // the document that the orchestrator writes
}

// newPlan picks from sorted names, of which there is at least one. Where there is
// no document for a part, a name is invented that no document has: who may not
// read it learns no more than that.
func newPlan(names []string) plan {
	p := plan{summary: "summaries/latest.txt"}
	folder := fullest(names, func(name string) string {
		top, _, below := strings.Cut(name, "/")
		if !below {
			return "."
		}
		return top
	})
	var inside []string
	if folder == "." {
		// No folder can be granted without all that it holds, so grant names.
		for _, name := range names {
			if !strings.Contains(name, "/") && len(inside) < 3 {
				inside = append(inside, name)
			}
		}
		p.analyzer = append(slices.Clone(inside), "summary.csv")
	} else {
		for _, name := range names {
			if strings.HasPrefix(name, folder+"/") {
				inside = append(inside, name)
			}
		}
		p.analyzer = []string{folder + "/**"}
	}

	below := fullest(inside, path.Dir)
	for _, name := range inside {
		if path.Dir(name) == below {
			p.texts = append(p.texts, name)
		}
	}
	if below != "." && len(p.texts) < len(inside) {
		p.extractor = []string{below + "/*"}
		p.texts = p.texts[:min(3, len(p.texts))]
	} else {
		p.texts = p.texts[:max(1, min(3, len(p.texts)-1))]
		p.extractor = p.texts
	}
	permitted := func(patterns []string, name string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			deep, all := strings.CutSuffix(pattern, "/**")
			flat, one := strings.CutSuffix(pattern, "/*")
			return all && strings.HasPrefix(name, deep+"/") || one && path.Dir(name) == flat || name == pattern
		})
	}
	for _, name := range inside {
		if p.sibling == "" && !permitted(p.extractor, name) {
			p.sibling = name
		}
	}
	for _, name := range names {
		if p.outside == "" && !permitted(p.analyzer, name) {
			p.outside = name
		}
	}
	p.described = p.texts[:1]
	if p.sibling == "" {
		p.sibling = invent(names, path.Join(path.Dir(inside[0]), "no-such-document"))
		if folder == "." {
			p.analyzer = append(p.analyzer, p.sibling)
		}
	} else {
		p.described = []string{p.texts[0], p.sibling}
	}
	if p.outside == "" {
		p.outside = invent(names, "no-such-folder/no-such-document")
	}
	p.analytics = summaryOf(p.texts[0])
	return p
}

// fullest returns the folder, as of says, that holds most names; "." only if no
// name is in another, and the first of equals.
func fullest(names []string, of func(string) string) string {
	count := make(map[string]int)
	best := "."
	for _, name := range names {
		count[of(name)]++
	}
	for _, name := range names {
		if folder := of(name); folder != "." && (best == "." || count[folder] > count[best]) {
			best = folder
		}
	}
	return best
}

func invent(names []string, name string) string {
	for slices.Contains(names, name) {
		name += "-either"
	}
	return name
}
