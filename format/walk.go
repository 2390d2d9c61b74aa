package format

import (
	"unicode/utf8"

	"github.com/tapertoken/taper/predicates"
)

// maxDepth bounds how deep arrays and maps nest, so that recursion is bounded.
const maxDepth = 8

// WellFormed returns nil iff b is exactly one data item of the profile of CBOR
// that Taper uses (SPEC 4): RFC 8949, 4.2.1 core deterministic encoding without
// tags, floats and simple values other than true and false, with integers within
// +-(2^53-1), valid UTF-8, and arrays and maps nested at most 8 deep. What a byte
// string holds is not looked at. Any other bytes get an *[Error] with the verdict
// malformed.
//
// It reads b once, and does not allocate when b is well formed.
func WellFormed(b []byte) error {
	if f := walk(b); f != nil {
		return malformed(noBlock, 0, f)
	}
	return nil
}

// walk returns what keeps b from being one data item of the profile, or nil. It
// takes a string, too, so that a payload is walked where it lies.
func walk[B string | []byte](b B) *fault {
	w := walker[B]{b: b}
	reason := w.item(0)
	if reason == "" && w.pos < len(b) {
		reason = "more bytes follow the end"
	}
	if reason == "" {
		return nil
	}
	return wrong("byte %d: %s", w.pos, reason)
}

// A walker goes through bytes from front to back. Its methods return a reason, or
// "" and then leave pos behind the item; with a reason, pos is where it applies.
type walker[B string | []byte] struct {
	b   B
	pos int
}

func (w *walker[B]) item(depth int) (reason string) {
	major, n, size, reason := head(w.b[w.pos:])
	if reason != "" {
		return reason
	}
	left := uint64(len(w.b) - w.pos - size)
	switch major {
	case majorUint:
		if n > predicates.MaxInt {
			return "the integer is above 2^53-1"
		}
	case majorNegative: // -1-n
		if n > predicates.MaxInt-1 {
			return "the integer is below -(2^53-1)"
		}
	case majorBytes, majorText:
		if n > left {
			return "the string is longer than what is left"
		}
		start := w.pos + size
		if major == majorText && !validUTF8(w.b[start:start+int(n)]) {
			return "the text is not valid UTF-8"
		}
		size += int(n)
	case majorArray:
		// Each element takes a byte at least.
		if n > left {
			return "the array has more elements than bytes are left"
		}
		if depth == maxDepth {
			return "arrays and maps nest more than 8 deep"
		}
		w.pos += size
		return w.elements(int(n), depth+1)
	case majorMap:
		if n > left/2 {
			return "the map has more entries than bytes are left"
		}
		if depth == maxDepth {
			return "arrays and maps nest more than 8 deep"
		}
		w.pos += size
		return w.entries(int(n), depth+1)
	}
	w.pos += size
	return ""
}

func (w *walker[B]) elements(n, depth int) (reason string) {
	for range n {
		if reason := w.item(depth); reason != "" {
			return reason
		}
	}
	return ""
}

// entries compares each key with the one before it, so that each byte is compared
// twice at most on each level.
func (w *walker[B]) entries(n, depth int) (reason string) {
	var last B
	for range n {
		start := w.pos
		if reason := w.item(depth); reason != "" {
			return reason
		}
		// No key is empty, so the first is above nothing.
		key := w.b[start:w.pos]
		if order := compare(last, key); order >= 0 {
			w.pos = start
			if order == 0 {
				return "the key of the map stands twice"
			}
			return "the key of the map is out of order"
		}
		last = key
		if reason := w.item(depth); reason != "" {
			return reason
		}
	}
	return ""
}

// compare is bytes.Compare and strings.Compare.
func compare[B string | []byte](a, b B) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return len(a) - len(b)
}

// validUTF8 is utf8.Valid and utf8.ValidString.
func validUTF8[B string | []byte](b B) bool {
	for i := 0; i < len(b); {
		size := 1
		if b[i] >= utf8.RuneSelf {
			// Four bytes hold any code point, and are copied without an allocation.
			_, size = utf8.DecodeRuneInString(string(b[i:min(i+utf8.UTFMax, len(b))]))
			if size == 1 {
				return false
			}
		}
		i += size
	}
	return true
}

// The major types of CBOR. Tags are not among them.
const (
	majorUint = iota
	majorNegative
	majorBytes
	majorText
	majorArray
	majorMap
	majorTag
	majorSimple
)

// The simple values: the n that head returns for them.
const (
	simpleFalse = 20
	simpleTrue  = 21
)

// head reads the head of a data item: its major type, the number that goes with
// it, and the size of the head in bytes; or it returns why there is none that the
// profile permits. The number may be any of 64 bits.
func head[B string | []byte](b B) (major byte, n uint64, size int, reason string) {
	if len(b) == 0 {
		return 0, 0, 0, "cut off (expected a data item)"
	}
	major, n, size = b[0]>>5, uint64(b[0]&0x1f), 1
	switch {
	case major == majorTag:
		return 0, 0, 0, "tags are not allowed"
	case major == majorSimple && n != simpleFalse && n != simpleTrue:
		return 0, 0, 0, "null, undefined, floats and other simple values are not allowed"
	case n < 24:
		return major, n, size, ""
	case n == 31:
		return 0, 0, 0, "indefinite lengths are not allowed"
	case n > 27:
		return 0, 0, 0, "the head of the data item is reserved"
	}
	width := 1 << (n - 24) // bytes that follow: 1, 2, 4 or 8
	size += width
	if len(b) < size {
		return 0, 0, 0, "cut off in the head of a data item"
	}
	n = 0
	for i := 1; i < size; i++ {
		n = n<<8 | uint64(b[i])
	}
	// The number must not fit in half as many bytes, nor in the first byte.
	if width == 1 && n < 24 || width > 1 && n>>(4*width) == 0 {
		return 0, 0, 0, "the number in the head of the data item is not in its shortest form"
	}
	return major, n, size, ""
}
