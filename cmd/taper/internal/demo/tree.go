package demo

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tapertoken/taper/format"
	"github.com/tapertoken/taper/predicates"
)

// A holder is a line of the tree: who holds a token, what the last block of it
// says, and what it can do less than the token it was made from.
type holder struct {
	Name    string   `json:"name"`
	Depth   int      `json:"depth"`
	How     string   `json:"how"`  // how it was handed over, or ""
	Says    []string `json:"says"` // the statements of the last block, with times from now on
	Dropped []string `json:"dropped,omitempty"`
	Blocks  int      `json:"blocks"`
	Bytes   int      `json:"bytes"`
}

// newHolder reads a holder from the blocks of its token, all of them, and from
// nothing else. Names are those of the documents that there are.
func newHolder(name, how string, token *format.Token, names []string, now time.Time) holder {
	blocks := claimsOf(token)
	h := holder{Name: name, Depth: len(blocks) - 1, How: how, Blocks: len(blocks), Bytes: len(token.Bytes())}
	h.Says = relative(blocks[len(blocks)-1], now)
	if len(blocks) == 1 {
		return h
	}
	after := reachOf(blocks, names)
	before := reachOf(blocks[:len(blocks)-1], names)
	if gone := without(before.interfaces, after.interfaces); len(gone) > 0 {
		h.Dropped = append(h.Dropped, strings.Join(gone, ", "))
	}
	if gone := foldersOf(before.resources, after.resources); gone != "" {
		h.Dropped = append(h.Dropped, gone)
	}
	for _, change := range [][2]string{
		{before.life(now), after.life(now)},
		{before.usesText(), after.usesText()},
		{before.hopsText(), after.hopsText()},
		{before.servicesText(), after.servicesText()},
	} {
		if change[0] != change[1] {
			h.Dropped = append(h.Dropped, change[0]+" -> "+change[1])
		}
	}
	return h
}

// relative returns the statements of claims, with times as they would be typed
// now: "until +8h".
func relative(c predicates.Claims, now time.Time) []string {
	statements := strings.Split(c.String(), "\n")
	for i, s := range statements {
		if expires, ok := c.Expires(); ok && strings.HasPrefix(s, "until ") {
			statements[i] = "until +" + duration(expires-uint64(now.Unix()))
		}
		if starts, ok := c.Starts(); ok && strings.HasPrefix(s, "from ") {
			statements[i] = "from +" + duration(starts-uint64(now.Unix()))
		}
	}
	return statements
}

func claimsOf(token *format.Token) []predicates.Claims {
	blocks := make([]predicates.Claims, token.Len())
	for i := range blocks {
		blocks[i] = token.Block(i).Claims
	}
	return blocks
}

// A reach is what a chain of blocks permits together, of what the service offers.
type reach struct {
	interfaces []string
	resources  []string // documents
	from       uint64   // 0: at once
	until      uint64
	uses       uint64 // 0: no limit
	hops       int    // how many later blocks may name a key; -1: no limit
	services   []string
}

func reachOf(blocks []predicates.Claims, names []string) reach {
	r := reach{until: predicates.MaxTime, hops: -1}
	for i := range blocks {
		if starts, ok := blocks[i].Starts(); ok {
			r.from = max(r.from, starts)
		}
		if expires, ok := blocks[i].Expires(); ok {
			r.until = min(r.until, expires)
		}
		if uses, ok := blocks[i].UsesLimit(serviceName); ok && (r.uses == 0 || uses < r.uses) {
			r.uses = uses
		}
		_, names := blocks[i].Next()
		if r.hops > 0 && names {
			r.hops--
		}
		if n, ok := blocks[i].Delegations(); ok && (r.hops < 0 || n < r.hops) {
			r.hops = n
		}
		if !names {
			r.hops = 0
		}
		if services, ok := blocks[i].Services(); ok {
			if r.services != nil {
				services = slices.DeleteFunc(services, func(name string) bool { return !slices.Contains(r.services, name) })
			}
			r.services = services
		}
	}
	for _, interfaceName := range []string{readAnalytics, readDocuments, writeDocuments, readMetadata} {
		found := false
		for _, name := range names {
			// Analytics have names of their own, in the folders of the documents.
			asked := name
			if interfaceName == readAnalytics {
				asked = summaryOf(name)
			}
			if !permits(blocks, interfaceName, asked) {
				continue
			}
			found = true
			if interfaceName != readAnalytics && !slices.Contains(r.resources, name) {
				r.resources = append(r.resources, name)
			}
		}
		if found {
			r.interfaces = append(r.interfaces, interfaceName)
		}
	}
	slices.Sort(r.resources)
	return r
}

// permits reports whether each block has a grant for an access. It describes; a
// verifier decides.
func permits(blocks []predicates.Claims, interfaceName, resource string) bool {
	for i := range blocks {
		grants, ok := blocks[i].Allow()
		if ok && !slices.ContainsFunc(grants, func(g predicates.Grant) bool {
			return g.MatchesInterface(interfaceName) && g.MatchesResource(resource)
		}) {
			return false
		}
	}
	return true
}

func (r reach) life(now time.Time) string {
	start := max(r.from, uint64(now.Unix()))
	if r.until <= start {
		return "0s"
	}
	return duration(r.until - start)
}

// duration writes seconds in the greatest unit that divides them; 60 seconds stay
// seconds, as in "fresh 60s".
func duration(seconds uint64) string {
	switch {
	case seconds >= 3600 && seconds%3600 == 0:
		return fmt.Sprintf("%dh", seconds/3600)
	case seconds > 60 && seconds%60 == 0:
		return fmt.Sprintf("%dm", seconds/60)
	}
	return fmt.Sprintf("%ds", seconds)
}

func (r reach) usesText() string {
	switch r.uses {
	case 0:
		return "unlimited"
	case 1:
		return "1 use"
	}
	return fmt.Sprintf("%d uses", r.uses)
}

func (r reach) hopsText() string {
	switch {
	case r.hops < 0:
		return "may delegate"
	case r.hops == 0:
		return "may not"
	}
	return fmt.Sprintf("may delegate %d deep", r.hops)
}

func (r reach) servicesText() string {
	if r.services == nil {
		return "any service"
	}
	return show(strings.Join(r.services, ", "))
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

// foldersOf says what is in before and no longer in after, in as few words as it
// can: a folder that is gone as a whole is "folder/**".
func foldersOf(before, after []string) string {
	gone := without(before, after)
	if len(gone) == 0 {
		return ""
	}
	if len(after) == 1 && len(gone) > 1 {
		return "all but " + showCut(after[0], 60)
	}
	var parts []string
	for _, name := range gone {
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if slices.ContainsFunc(after, func(kept string) bool { return strings.HasPrefix(kept, parent+"/") }) {
				break
			}
			name = parent + "/**"
		}
		if !slices.Contains(parts, name) {
			parts = append(parts, name)
		}
	}
	shown := make([]string, 0, 4)
	for i, part := range parts {
		if i == 3 && len(parts) > 4 {
			shown = append(shown, fmt.Sprintf("%d more", len(parts)-i))
			break
		}
		shown = append(shown, showCut(part, 40))
	}
	return strings.Join(shown, ", ")
}
