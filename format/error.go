package format

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/predicates"
)

// An Error says why bytes or a text are not a token. Its verdict is
// [predicates.TooLarge], [predicates.UnsupportedVersion] or
// [predicates.Malformed] (SPEC 11).
//
// Where a token has several faults, size comes before version, version before
// encoding, the lowest block before others, and in it the lowest claim.
type Error struct {
	Verdict predicates.Verdict
	Block   int    // the block, from 0, or -1 where the fault is in none
	Claim   int    // the number of the claim, or 0 where the fault is in none
	Path    string // such as "blocks[2].claims.allow[0].resources[1]", or ""
	Reason  string // such as `pattern "a//b" has an empty segment`
}

// Error returns "format: VERDICT: PATH: REASON" on one line. Foreign bytes in it
// are cut and quoted, and none are of a secret.
func (e *Error) Error() string {
	if e.Path == "" {
		return "format: " + e.Verdict.String() + ": " + e.Reason
	}
	return "format: " + e.Verdict.String() + ": " + e.Path + ": " + e.Reason
}

// Unwrap returns the verdict, for errors.Is.
func (e *Error) Unwrap() error { return e.Verdict }

// noBlock is the Block of an Error whose fault is in no block.
const noBlock = -1

// invalid returns an Error about the whole token.
func invalid(v predicates.Verdict, reason string, arguments ...any) *Error {
	return &Error{Verdict: v, Block: noBlock, Reason: fmt.Sprintf(reason, arguments...)}
}

// malformed returns the Error of a fault.
func malformed(block, claim int, f *fault) *Error {
	return &Error{predicates.Malformed, block, claim, f.path, f.reason}
}

// A fault is what is wrong, and where in the thing that is being read. Its path
// grows on the way up, so that good input never pays for it.
type fault struct{ path, reason string }

func wrong(reason string, arguments ...any) *fault {
	return &fault{reason: fmt.Sprintf(reason, arguments...)}
}

// in puts a path in front of the fault's own.
func (f *fault) in(path string, arguments ...any) *fault {
	if len(arguments) > 0 {
		path = fmt.Sprintf(path, arguments...)
	}
	switch {
	case f.path == "":
		f.path = path
	case strings.HasPrefix(f.path, "["):
		f.path = path + f.path
	default:
		f.path = path + "." + f.path
	}
	return f
}

// fromPredicates turns an error of package predicates into a fault.
func fromPredicates(err error) *fault {
	if e, ok := err.(*predicates.Error); ok {
		return &fault{e.Path, e.Reason}
	}
	return &fault{reason: err.Error()}
}
