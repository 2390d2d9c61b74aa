package predicates

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxInt is the greatest magnitude of an integer anywhere in Taper, 2^53-1,
// so that every language holds each exactly (SPEC 4, [E-6]).
const MaxInt = 1<<53 - 1

// maxElements bounds the lists of a request: each element is held against each
// condition.
const maxElements = 64

// maxTextBytes bounds text values, suffixes and extension values in a token.
const maxTextBytes = 1024

// A Value is an argument of a request, or a constant that a condition compares
// it with: a text, an integer, a boolean and, in requests only, an exact
// decimal, a list or an opaque value (SPEC 6). Values of different kinds are
// never converted into one another. The zero Value is opaque. Values are
// immutable.
type Value struct {
	kind valueKind
	text string
	num  int64 // integer, boolean as 0 or 1, or the digits of a decimal
	frac uint8 // digits of a decimal after its point
	list []Value
	name bool // the text is the name of a resource
}

type valueKind uint8

const (
	opaqueValue valueKind = iota
	textValue
	intValue
	boolValue
	decimalValue
	listValue
	badValue // matches nothing, not even "any"
)

// Text returns a text. In a request it must be valid UTF-8, or the request
// matches no grant.
func Text(s string) Value {
	// Found out once, since many conditions may ask.
	return Value{kind: textValue, text: s, name: checkSegments(s, resourceSeparator, false) == ""}
}

// Int returns an integer. Outside +-(2^53-1) it is not valid: a request that
// holds it matches no grant, and no condition can be made of it.
func Int(n int64) Value { return Value{kind: intValue, num: n} }

// Bool returns a boolean.
func Bool(b bool) Value {
	v := Value{kind: boolValue}
	if b {
		v.num = 1
	}
	return v
}

// Decimal returns the exact decimal that s writes, such as "99.99": at most 15
// digits, leading zeros not counted, 1 to 9 of them after the point, no
// exponent. Anything else is not valid: a request that holds it matches no
// grant. A decimal meets "at least", "at most" and "any" only; it equals no
// integer, not even when its fraction is zero (SPEC 6, [N-15]).
func Decimal(s string) Value {
	bad := Value{kind: badValue}
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 1 && whole[0] == '0' || fraction == "" || len(fraction) > 9 {
		return bad
	}
	for _, c := range []byte(whole + fraction) {
		if c < '0' || c > '9' {
			return bad
		}
	}
	significant := strings.TrimLeft(whole+fraction, "0")
	if len(significant) > 15 {
		return bad
	}
	n, _ := strconv.ParseInt("0"+significant, 10, 64)
	if negative {
		n = -n
	}
	return Value{kind: decimalValue, num: n, frac: uint8(len(fraction))}
}

// List returns a list of at most 64 texts, integers, booleans and decimals. A list that
// is not empty meets a condition iff each element does; an empty one meets
// only "any". A list that is longer or holds anything else is not valid: a request
// that holds it matches no grant. List keeps a copy.
func List(elements ...Value) Value {
	return Value{kind: listValue, list: append([]Value(nil), elements...)}
}

// Opaque returns a value that meets only the condition "any". It stands for
// everything that no other kind holds: objects, nested lists, bytes.
func Opaque() Value { return Value{} }

// Text returns the text, or false if v is none.
func (v Value) Text() (text string, ok bool) { return v.text, v.kind == textValue }

// Int returns the integer, or false if v is none.
func (v Value) Int() (n int64, ok bool) {
	if v.kind != intValue {
		return 0, false
	}
	return v.num, true
}

// Bool returns the boolean, or false if v is none.
func (v Value) Bool() (b, ok bool) { return v.kind == boolValue && v.num == 1, v.kind == boolValue }

// valid reports whether v may stand in a request ([N-15]).
func (v *Value) valid() bool {
	switch v.kind {
	case opaqueValue, boolValue, decimalValue:
		return true
	case textValue:
		return utf8.ValidString(v.text)
	case intValue:
		return -MaxInt <= v.num && v.num <= MaxInt
	case listValue:
		if len(v.list) > maxElements {
			return false
		}
		for i := range v.list {
			e := &v.list[i]
			if e.kind == opaqueValue || e.kind == listValue || !e.valid() {
				return false
			}
		}
		return true
	}
	return false
}

// equal reports whether two texts, integers or booleans are the same value of
// the same kind. Values of other kinds equal nothing.
func (v *Value) equal(w *Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case textValue:
		return v.text == w.text
	case intValue, boolValue:
		return v.num == w.num
	}
	return false
}

// atLeast reports whether v is an integer or a decimal that is n or more.
func (v *Value) atLeast(n int64) bool {
	switch v.kind {
	case intValue:
		return v.num >= n
	case decimalValue:
		floor, _ := v.bounds()
		return floor >= n
	}
	return false
}

// atMost reports whether v is an integer or a decimal that is n or less.
func (v *Value) atMost(n int64) bool {
	switch v.kind {
	case intValue:
		return v.num <= n
	case decimalValue:
		_, ceiling := v.bounds()
		return ceiling <= n
	}
	return false
}

// bounds returns the integers next to a decimal, so that it is compared
// exactly without a power of ten that overflows.
func (v *Value) bounds() (floor, ceiling int64) {
	unit := int64(1)
	for range v.frac {
		unit *= 10
	}
	floor, ceiling = v.num/unit, v.num/unit
	switch rest := v.num % unit; {
	case rest > 0:
		ceiling++
	case rest < 0:
		floor--
	}
	return floor, ceiling
}

// String returns the value in the text notation (SPEC 7), a decimal as it
// compares, a list in brackets, and "opaque" for an opaque value. It is
// printable ASCII on one line.
func (v Value) String() string {
	switch v.kind {
	case textValue:
		return Quote(v.text)
	case intValue:
		return strconv.FormatInt(v.num, 10)
	case boolValue:
		return strconv.FormatBool(v.num == 1)
	case decimalValue:
		sign, n := "", v.num
		if n < 0 {
			sign, n = "-", -n
		}
		digits := strconv.FormatInt(n, 10)
		for len(digits) <= int(v.frac) {
			digits = "0" + digits
		}
		point := len(digits) - int(v.frac)
		return sign + digits[:point] + "." + digits[point:]
	case listValue:
		parts := make([]string, len(v.list))
		for i, e := range v.list {
			parts[i] = e.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case opaqueValue:
		return "opaque"
	}
	return "invalid"
}

// short returns the value for an error: a text cut, a list unnamed.
func (v *Value) short() string {
	switch v.kind {
	case textValue:
		return quoteShort(v.text)
	case listValue:
		return "list"
	}
	return v.String()
}
