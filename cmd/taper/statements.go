package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/tapertoken/taper/predicates"
)

// maxPredicates bounds a file of predicates (SPEC 10).
const maxPredicates = 131072

// predicateFlags say where predicates come from, beside the arguments.
type predicateFlags struct{ file string }

func (f *predicateFlags) add(flags *pflag.FlagSet) {
	flags.StringVarP(&f.file, "file", "f", "", "read predicates from this `FILE` too")
}

// A written is what somebody wrote for a block, and which of its times counted
// from now.
type written struct {
	claims                    predicates.Claims
	movesExpires, movesStarts bool // until +…, from +…
}

// read returns the claims that the file and the arguments say together. Each is
// read alone first, so that none can change what another means and a fault has
// its place.
func (f *predicateFlags) read(e *environ, arguments []string) (written, error) {
	now := e.now()
	var texts []string
	if f.file != "" {
		data, _, err := readFile(f.file, maxPredicates)
		if err != nil {
			return written{}, err
		}
		if holdsSecret(data) {
			return written{}, fmt.Errorf("%s: holds a private key or a secret token (expected predicates)", shown(f.file))
		}
		texts = append(texts, string(data))
	}
	texts = append(texts, arguments...)
	for i, text := range texts {
		source := shown(f.file)
		if f.file == "" || i > 0 {
			source = fmt.Sprintf("predicate %s", quoted(text))
		}
		if _, err := predicates.ParseAt(text, now); err != nil {
			return written{}, fmt.Errorf("%s: %w", source, bare(err))
		}
	}
	all := strings.Join(texts, "\n")
	claims, err := predicates.ParseAt(all, now)
	if err != nil {
		return written{}, fmt.Errorf("all predicates together: %w", bare(err))
	}
	w := written{claims: claims}
	// A time that moves with the clock counts from it.
	if earlier, err := predicates.ParseAt(all, now.Add(-time.Second)); err == nil {
		before, _ := earlier.Expires()
		after, _ := claims.Expires()
		w.movesExpires = before != after
		before, _ = earlier.Starts()
		after, _ = claims.Starts()
		w.movesStarts = before != after
	}
	e.noteHabits(claims)
	return w, nil
}

// noteHabits points out what is well written and seldom meant.
func (e *environ) noteHabits(claims predicates.Claims) {
	grants, _ := claims.Allow()
	if slices.ContainsFunc(grants, func(g predicates.Grant) bool {
		return slices.Contains(g.Interfaces(), "*") || slices.Contains(g.Resources(), "*")
	}) {
		e.say("note: * is one segment; everything is **, or /** for absolute paths")
	}
	for i, by := range claims.Swallowed() {
		if by >= 0 {
			e.say("note: allow %s adds nothing to allow %s", grants[i], grants[by])
		}
	}
}

// within cuts the times that counted from now to what the chain above leaves
// (SPEC 14), and says what every such time has become: to its least end and
// greatest start and, for a block that seals, to its least fresh. A time that was
// written out is not changed: where it asks for more, it is refused. A token that
// will be of no use to anybody comes with a warning.
func (w *written) within(e *environ, above []predicates.Claims, seals bool) error {
	expires, hasExpires := w.claims.Expires()
	starts, hasStarts := w.claims.Starts()
	end, begin := uint64(math.MaxInt64), uint64(0)
	endBlock, beginBlock := 0, 0
	for i, c := range above {
		if t, ok := c.Expires(); ok && t < end {
			end, endBlock = t, i
		}
		if t, ok := c.Starts(); ok && t > begin {
			begin, beginBlock = t, i
		}
	}
	if w.movesStarts && hasStarts {
		why := ""
		if starts < begin {
			starts, why = begin, fmt.Sprintf(", the start of block %d", beginBlock)
		}
		e.say("counted from now: from %s%s", utc(starts), why)
	}
	if w.movesExpires && hasExpires {
		why := ""
		if expires > end {
			expires, why = end, fmt.Sprintf(", the expiry of block %d", endBlock)
		}
		for i, c := range above {
			if fresh, ok := c.Fresh(); ok && seals && hasStarts && expires > starts+uint64(fresh) {
				expires, why = starts+uint64(fresh), fmt.Sprintf(", by fresh %ds in block %d", fresh, i)
			}
		}
		e.say("counted from now: until %s%s", utc(expires), why)
	}
	if hasExpires {
		end = min(end, expires)
	}
	if int64(end) <= e.now().Unix() {
		e.say("warning: the token has expired already, at %s", utc(end))
	}
	var err error
	w.claims, err = withTimes(w.claims, expires, starts)
	return err
}

// withTimes returns claims in which the times that they hold are others.
func withTimes(c predicates.Claims, expires, starts uint64) (predicates.Claims, error) {
	// Claims can be added to, not changed. The canonical text has one statement on
	// each line.
	lines := slices.DeleteFunc(strings.Split(c.String(), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "until ") || strings.HasPrefix(line, "from ")
	})
	changed, err := predicates.Parse(strings.Join(lines, "\n"))
	if err == nil && c.Has(predicates.ClaimExpires) {
		changed, err = changed.With(predicates.ExpiresUnix(expires))
	}
	if err == nil && c.Has(predicates.ClaimStarts) {
		changed, err = changed.With(predicates.StartsUnix(starts))
	}
	return changed, err
}

// utc returns a time as the text notation writes it.
func utc(seconds uint64) string {
	return time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
}

// parseTime reads the argument of --at: a time, or one that counts from now. The
// error is one of usage.
func parseTime(s string, now time.Time) (time.Time, error) {
	c, err := predicates.ParseAt("until "+s, now)
	expires, ok := c.Expires()
	if other, _ := predicates.New(predicates.ExpiresUnix(expires)); err != nil || !ok || c.String() != other.String() {
		return time.Time{}, usage("--at: %s is no time (expected %s or, from now on, +1h30m)", quoted(s), now.UTC().Format("2006-01-02T15:04:05Z"))
	}
	return time.Unix(int64(expires), 0), nil
}
