// Package forge writes what the library refuses to write: any CBOR, any claims,
// any chain, any signature. Tests and the generator of the vectors build their
// inputs with it.
//
// It imports the standard library only. So it is a second encoder and a second
// reading of SPEC 4 and 5, and a fault of the library can't hide in it. It
// validates nothing; what a caller can't have meant panics.
package forge

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// An Item is one CBOR data item, well formed or not. Items are immutable values:
// copy them by assignment, compare them by what [Encode] returns. The zero Item
// stands for no item: it is encoded as nothing, and an array, map or token that
// is given it leaves the entry out.
type Item struct {
	kind  kind
	width int    // bytes of the argument after the first byte; 0: the shortest
	n     uint64 // the integer, tag number, simple value, or bits of a float
	data  []byte // of a string, or raw
	items []Item // elements; keys and values in turn; chunks; what is tagged
}

// kind is the major type plus one, so that the zero Item is none.
type kind byte

const (
	none kind = iota
	uintKind
	nintKind
	bytesKind
	textKind
	arrayKind
	mapKind
	tagKind
	simpleKind
	rawKind
)

// indefinite is the width of items of indefinite length.
const indefinite = -1

// A Pair is an entry of a map: a claim, an argument, an extension. A Pair with
// a zero Value is left out.
type Pair struct{ Key, Value Item }

// Uint returns an unsigned integer.
func Uint(n uint64) Item { return Item{kind: uintKind, n: n} }

// Nint returns the negative integer −1−n, which reaches below every int64.
func Nint(n uint64) Item { return Item{kind: nintKind, n: n} }

// Int returns an integer.
func Int(n int64) Item {
	if n < 0 {
		return Nint(uint64(-1 - n))
	}
	return Uint(uint64(n))
}

// Bytes returns a byte string.
func Bytes(b []byte) Item { return Item{kind: bytesKind, data: bytes.Clone(b)} }

// Text returns a text string. It need not be UTF-8.
func Text(s string) Item { return Item{kind: textKind, data: []byte(s)} }

// Simple returns a simple value. Those from 24 to 31 are ill-formed.
func Simple(n byte) Item { return Item{kind: simpleKind, n: uint64(n)} }

// Bool returns true or false.
func Bool(b bool) Item {
	if b {
		return Simple(21)
	}
	return Simple(20)
}

// Null returns null.
func Null() Item { return Simple(22) }

// Undefined returns undefined.
func Undefined() Item { return Simple(23) }

// Float returns a floating-point number of 2, 4 or 8 bytes, given by its bits.
func Float(width int, bits uint64) Item { return Wide(Item{kind: simpleKind, n: bits}, width) }

// Array returns an array of the items, without those that are zero.
func Array(items ...Item) Item {
	isNone := func(it Item) bool { return it.kind == none }
	return Item{kind: arrayKind, items: slices.DeleteFunc(slices.Clone(items), isNone)}
}

// Map returns a map of the pairs in the order given, without those whose value
// is zero. Keys may repeat.
func Map(pairs ...Pair) Item {
	it := Item{kind: mapKind}
	for _, p := range pairs {
		if p.Value.kind != none {
			it.items = append(it.items, p.Key, p.Value)
		}
	}
	return it
}

// SortedMap returns Map in the bytewise order of the encoded keys.
func SortedMap(pairs ...Pair) Item {
	pairs = slices.Clone(pairs)
	slices.SortStableFunc(pairs, func(a, b Pair) int { return bytes.Compare(Encode(a.Key), Encode(b.Key)) })
	return Map(pairs...)
}

// Tag returns a tagged item.
func Tag(n uint64, it Item) Item { return Item{kind: tagKind, n: n, items: []Item{it}} }

// Raw returns bytes that are written as they are in place of an item.
func Raw(b []byte) Item { return Item{kind: rawKind, data: bytes.Clone(b)} }

// Wide returns the item with an argument (integer, length or number) of 1, 2, 4
// or 8 bytes after the first byte, whether or not it needs them.
func Wide(it Item, width int) Item {
	if width != 1 && width != 2 && width != 4 && width != 8 {
		panic(fmt.Sprintf("forge: no argument has %d bytes", width))
	}
	it.width = width
	return it
}

// Indefinite returns the array, map or string with an indefinite length. A
// string that is not empty is its one chunk.
func Indefinite(it Item) Item {
	if (it.kind == bytesKind || it.kind == textKind) && len(it.data) > 0 {
		return Chunked(it)
	}
	it.width = indefinite
	return it
}

// Chunked returns the string of indefinite length of one or more chunks, of the
// first chunk's kind.
func Chunked(chunks ...Item) Item {
	return Item{kind: chunks[0].kind, width: indefinite, items: slices.Clone(chunks)}
}

// Encode returns the encoding of the items, one after the other.
func Encode(items ...Item) []byte {
	var b []byte
	for _, it := range items {
		b = it.append(b)
	}
	return b
}

func (it Item) append(b []byte) []byte {
	if it.kind == none || it.kind == rawKind {
		return append(b, it.data...)
	}
	b = it.appendHead(b)
	b = append(b, it.data...)
	for _, child := range it.items {
		b = child.append(b)
	}
	if it.width == indefinite {
		b = append(b, 0xff)
	}
	return b
}

func (it Item) appendHead(b []byte) []byte {
	major, n, width := byte(it.kind-1)<<5, it.argument(), it.width
	if width == 0 {
		width = shortest(n)
	}
	switch {
	case width == indefinite:
		return append(b, major|31)
	case width < shortest(n):
		panic(fmt.Sprintf("forge: %d does not fit into %d bytes", n, width))
	case width == 0:
		return append(b, major|byte(n))
	}
	b = append(b, major|byte(24+bits.TrailingZeros(uint(width))))
	for i := width - 1; i >= 0; i-- {
		b = append(b, byte(n>>(8*i)))
	}
	return b
}

// argument returns the number that the head of the item carries.
func (it Item) argument() uint64 {
	switch it.kind {
	case bytesKind, textKind:
		return uint64(len(it.data))
	case arrayKind:
		return uint64(len(it.items))
	case mapKind:
		return uint64(len(it.items) / 2)
	}
	return it.n
}

// shortest returns the least width that holds n.
func shortest(n uint64) int {
	switch {
	case n < 24:
		return 0
	case n <= math.MaxUint8:
		return 1
	case n <= math.MaxUint16:
		return 2
	case n <= math.MaxUint32:
		return 4
	}
	return 8
}

// Get returns the item at a path, or the zero Item if there is none. A path
// names one child after the other, with slashes between: an element by its
// index, a map's value by its key in diagnostic notation, a map's key the same
// with "key " before it. So "6/0/2/\"amount\"" is an argument of the first grant.
// The path "" is the item itself. Keys that hold a slash can't be named.
func (it Item) Get(path string) Item {
	for path != "" {
		var name string
		name, path, _ = strings.Cut(path, "/")
		i := it.index(name)
		if i < 0 {
			return Item{}
		}
		it = it.items[i]
	}
	return it
}

// Set returns a copy in which the item at a path is v. The zero Item removes an
// element or an entry. In an array the index after the last appends; in a map
// an unsigned integer that is no key yet adds an entry, in bytewise order.
// Other paths that lead nowhere panic.
func (it Item) Set(path string, v Item) Item {
	if path == "" {
		return v
	}
	name, rest, _ := strings.Cut(path, "/")
	if i := it.index(name); i >= 0 {
		return it.replace(i, it.items[i].Set(rest, v))
	}
	n, err := strconv.ParseUint(name, 10, 64)
	switch {
	case err != nil || rest != "" || it.kind == arrayKind && n != uint64(len(it.items)):
	case v.kind == none:
		return it
	case it.kind == arrayKind:
		it.items = append(slices.Clip(it.items), v)
		return it
	case it.kind == mapKind:
		key, at := Encode(Uint(n)), 0
		for at < len(it.items) && bytes.Compare(Encode(it.items[at]), key) < 0 {
			at += 2
		}
		it.items = slices.Insert(slices.Clone(it.items), at, Uint(n), v)
		return it
	}
	panic("forge: no item at " + strconv.Quote(path))
}

// name returns the element of a path that leads to a child.
func (it Item) name(i int) string {
	switch {
	case it.kind != mapKind:
		return strconv.Itoa(i)
	case i%2 == 0:
		return "key " + it.items[i].diag()
	}
	return it.items[i-1].diag()
}

func (it Item) index(name string) int {
	for i := range it.items {
		if it.name(i) == name {
			return i
		}
	}
	return -1
}

// replace returns a copy with another child, or without it (in a map without
// the entry) if v is zero.
func (it Item) replace(i int, v Item) Item {
	it.items = slices.Clone(it.items)
	switch {
	case v.kind != none:
		it.items[i] = v
	case it.kind == mapKind:
		it.items = slices.Delete(it.items, i&^1, i&^1+2)
	default:
		it.items = slices.Delete(it.items, i, i+1)
	}
	return it
}

// Variants yields, for each item at any depth for which f returns true, the path
// of that item and a copy of the whole in which it alone is replaced by what f
// returned. Strings are not looked into.
func Variants(it Item, f func(Item) (Item, bool)) iter.Seq2[string, Item] {
	return func(yield func(string, Item) bool) {
		variants(it, "", func(v Item) Item { return v }, f, yield)
	}
}

func variants(it Item, path string, rebuild func(Item) Item, f func(Item) (Item, bool), yield func(string, Item) bool) bool {
	if v, ok := f(it); ok && !yield(path, rebuild(v)) {
		return false
	}
	for i, child := range it.items {
		inner := func(v Item) Item { return rebuild(it.replace(i, v)) }
		if !variants(child, join(path, it.name(i)), inner, f, yield) {
			return false
		}
	}
	return true
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}
