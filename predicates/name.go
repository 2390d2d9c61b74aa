package predicates

import (
	"strings"
	"unicode/utf8"
)

// Limits on names and patterns (SPEC 6). A name is matched against every
// pattern of a token, so its length bounds the work of a decision.
const (
	maxNameBytes    = 1024
	maxSegments     = 32
	maxSegmentBytes = 256
	maxPlainBytes   = 256
)

// The separators of segment names.
const (
	interfaceSeparator = ':'
	resourceSeparator  = '/'
)

// star matches one segment, starStar any number of last segments (SPEC 6).
const (
	star     = "*"
	starStar = "**"
)

// checkSegments says what is wrong with a segment name or, with pattern set,
// a pattern, or returns "" (SPEC 6, [N-1] to [N-6]).
func checkSegments(s string, separator byte, pattern bool) string {
	switch {
	case s == "":
		return "is empty"
	case len(s) > maxNameBytes:
		return "is longer than 1024 bytes"
	case !utf8.ValidString(s):
		return "is not valid UTF-8"
	case hasControl(s):
		return "holds a control character"
	}
	if separator == resourceSeparator && s[0] == resourceSeparator {
		s = s[1:] // An absolute path: its first segment follows the slash.
	}
	for n := 1; ; n++ {
		segment, rest, more := cutSegment(s, separator)
		switch {
		case n > maxSegments:
			return "has more than 32 segments"
		case segment == "":
			return "has an empty segment"
		case segment == "." || segment == "..":
			return "has a segment . or .."
		case len(segment) > maxSegmentBytes:
			return "has a segment longer than 256 bytes"
		case strings.IndexByte(segment, '*') < 0:
		case !pattern:
			return "holds a * (only patterns may)"
		case segment == starStar && more:
			return "has ** before its last segment"
		case segment != star && segment != starStar:
			return "has a * inside a segment (a * is a whole segment)"
		}
		if !more {
			return ""
		}
		s = rest
	}
}

// checkPlain says what is wrong with the name of a service, argument or
// extension, or returns "" (SPEC 6, [N-7]).
func checkPlain(s string) string {
	switch {
	case s == "":
		return "is empty"
	case len(s) > maxPlainBytes:
		return "is longer than 256 bytes"
	case !utf8.ValidString(s):
		return "is not valid UTF-8"
	case hasControl(s):
		return "holds a control character"
	}
	return ""
}

// hasControl reports whether s, which is valid UTF-8, holds one of U+0000 to
// U+001F or U+007F to U+009F.
func hasControl(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c == 0x7f || c == 0xc2 && s[i+1] < 0xa0 {
			return true
		}
	}
	return false
}

// cutSegment returns what stands before the first separator, what stands
// after it, and whether there is one.
func cutSegment(s string, separator byte) (segment, rest string, more bool) {
	if i := strings.IndexByte(s, separator); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// matches reports whether a valid pattern matches a valid name (SPEC 6,
// [N-8]). It reads each byte of both once.
func matches(pattern, name string, separator byte) bool {
	if separator == resourceSeparator {
		// Only patterns that begin with / match absolute names.
		absolute := pattern[0] == resourceSeparator
		if absolute != (name[0] == resourceSeparator) {
			return false
		}
		if absolute {
			pattern, name = pattern[1:], name[1:]
		}
	}
	for {
		p, patternRest, patternMore := cutSegment(pattern, separator)
		if p == starStar {
			return true
		}
		n, nameRest, nameMore := cutSegment(name, separator)
		switch {
		case p != star && p != n:
			return false
		case !patternMore:
			return !nameMore
		case !nameMore:
			return patternRest == starStar
		}
		pattern, name = patternRest, nameRest
	}
}
