package forge

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Decode returns the item that b encodes, in its very form: Encode returns b
// again. It takes all well-formed CBOR, that which a profile rejects included.
// The error says at which byte b is ill-formed (RFC 8949, 5.3.1).
func Decode(b []byte) (Item, error) {
	d := decoder{b: b}
	it, err := d.item()
	if err == nil && d.at < len(b) {
		err = d.fault("the item has ended")
	}
	if err != nil {
		return Item{}, err
	}
	return it, nil
}

// decodeSequence returns the items that b encodes one after the other, or none
// if some of it is ill-formed.
func decodeSequence(b []byte) []Item {
	d := decoder{b: b}
	var items []Item
	for d.at < len(b) {
		it, err := d.item()
		if err != nil {
			return nil
		}
		items = append(items, it)
	}
	return items
}

type decoder struct {
	b  []byte
	at int
}

func (d *decoder) fault(what string) error {
	return fmt.Errorf("forge: byte %d: %s", d.at, what)
}

func (d *decoder) item() (Item, error) {
	it, err := d.head()
	if err != nil {
		return Item{}, err
	}
	children := uint64(0)
	switch it.kind {
	case bytesKind, textKind:
		it.data = slices.Clone(d.b[d.at : d.at+int(it.n)])
		d.at += int(it.n)
		it.n = 0 // a length, which the content says again
	case arrayKind:
		children, it.n = it.n, 0
	case mapKind:
		children, it.n = 2*it.n, 0
	case tagKind:
		children = 1
	}
	for it.width == indefinite || uint64(len(it.items)) < children {
		if it.width == indefinite && d.at < len(d.b) && d.b[d.at] == 0xff {
			if it.kind == mapKind && len(it.items)%2 == 1 {
				return Item{}, d.fault("a break between a key and its value")
			}
			d.at++
			break
		}
		start := d.at
		child, err := d.item()
		if err != nil {
			return Item{}, err
		}
		if it.kind <= textKind && (child.kind != it.kind || child.width == indefinite) {
			d.at = start
			return Item{}, d.fault("a chunk that is no string of the same kind and a definite length")
		}
		it.items = append(it.items, child)
	}
	return it, nil
}

// head reads the first byte and the argument of an item. A length is at most
// what is left.
func (d *decoder) head() (Item, error) {
	if d.at == len(d.b) {
		return Item{}, d.fault("the input ends early")
	}
	first := d.b[d.at]
	it := Item{kind: kind(first>>5) + 1, n: uint64(first & 31)}
	switch {
	case it.n < 24:
		d.at++
		return it, d.checkLength(it)
	case it.n < 28:
		it.width = 1 << (it.n - 24)
	case it.n < 31:
		return Item{}, d.fault("a reserved first byte")
	case first == 0xff:
		return Item{}, d.fault("a break outside of an indefinite length")
	case it.kind < bytesKind || it.kind > mapKind:
		return Item{}, d.fault("an indefinite length where none can be")
	default:
		d.at++
		return Item{kind: it.kind, width: indefinite}, nil
	}
	argument := d.b[d.at+1:]
	if len(argument) < it.width {
		return Item{}, d.fault("the input ends early")
	}
	it.n = 0
	for _, c := range argument[:it.width] {
		it.n = it.n<<8 | uint64(c)
	}
	if it.kind == simpleKind && it.width == 1 && it.n < 32 {
		return Item{}, d.fault("a simple value below 32 in two bytes")
	}
	d.at += 1 + it.width
	// The width is kept where it says something: of floats, and where it is too wide.
	if it.width == shortest(it.n) && (it.kind != simpleKind || it.width == 1) {
		it.width = 0
	}
	return it, d.checkLength(it)
}

// checkLength reports a length that is more than what is left: each byte, each
// element and each entry takes one byte or more.
func (d *decoder) checkLength(it Item) error {
	if bytesKind <= it.kind && it.kind <= mapKind && it.n > uint64(len(d.b)-d.at) {
		return d.fault("the input ends early")
	}
	return nil
}

// A Note says how diagnostic notation shows the items at a path. Paths are those
// of [Item.Get]; "*" stands for any one child, and the path of an item inside an
// embedded byte string goes on from the path of the string.
type Note struct {
	Path     string
	Name     string // a comment before the item, in DiagIndent only
	Embedded bool   // a byte string that is shown as the CBOR within, if it is some
}

// Diag returns the diagnostic notation (RFC 8949, 8) of one well-formed item on
// one line of printable ASCII. Heads that are not in their shortest form carry an
// encoding indicator, and bignums are shown as the tags that they are, so that
// nothing is lost but the width of floats and the payload of a NaN. Bytes of a
// text that are not UTF-8 are shown as \xff, which the RFC does not have.
func Diag(b []byte, notes ...Note) (string, error) {
	it, err := Decode(b)
	if err != nil {
		return "", err
	}
	p := printer{notes: notes}
	return p.lines(it, nil, 0)[0], nil
}

// DiagIndent is Diag over several lines for people to read: what fits into a
// line stands in one line, and long byte strings are broken after 32 bytes.
func DiagIndent(b []byte, notes ...Note) (string, error) {
	it, err := Decode(b)
	if err != nil {
		return "", err
	}
	p := printer{notes: notes, width: 80}
	return strings.Join(p.lines(it, nil, 0), "\n"), nil
}

func (it Item) diag() string {
	var p printer
	return p.lines(it, nil, 0)[0]
}

type printer struct {
	notes []Note
	width int // of a line; 0: everything on one line
}

// maxIndent is the depth from which on no more lines are broken: nesting of
// thousands would otherwise be mostly spaces.
const maxIndent = 16

// note returns the first note on a path, or the zero Note.
func (p *printer) note(path []string) Note {
	for _, n := range p.notes {
		want := strings.Split(n.Path, "/")
		if slices.EqualFunc(want, path, func(w, g string) bool { return w == g || w == "*" }) {
			return n
		}
	}
	return Note{}
}

// lines returns the notation of the item at a path that is depth levels deep,
// indented as from the item itself.
func (p *printer) lines(it Item, path []string, depth int) []string {
	mark := it.indicator()
	switch it.kind {
	case bytesKind, textKind:
		if len(it.items) > 0 {
			return p.wrap("(_ ", p.children(it, path, depth), ")", depth)
		}
		if it.kind == textKind {
			return []string{quote(it.data) + mark}
		}
		var embedded [][]string
		if p.note(path).Embedded {
			for _, child := range decodeSequence(it.data) {
				embedded = append(embedded, p.lines(child, path, depth))
			}
		}
		if len(embedded) == 0 {
			return p.byteString(it, mark)
		}
		return p.wrap("<<", embedded, ">>"+mark, depth)
	case arrayKind, mapKind:
		bracket := "[]"
		if it.kind == mapKind {
			bracket = "{}"
		}
		if mark != "" {
			mark += " "
		}
		return p.wrap(bracket[:1]+mark, p.children(it, path, depth), bracket[1:], depth)
	case tagKind:
		return p.wrap(strconv.FormatUint(it.n, 10)+mark+"(", p.children(it, path, depth), ")", depth)
	case uintKind:
		return []string{strconv.FormatUint(it.n, 10) + mark}
	case nintKind:
		n := new(big.Int).SetUint64(it.n)
		return []string{n.Not(n).String() + mark}
	case simpleKind:
		return []string{it.simple() + mark}
	}
	return []string{"raw " + hex.EncodeToString(it.data)} // in a path only; Decode returns none
}

// children returns the lines of each child, those of a key and its value joined.
func (p *printer) children(it Item, path []string, depth int) [][]string {
	var all [][]string
	for i, child := range it.items {
		childPath := path
		if len(p.notes) > 0 {
			// Else maps as keys of maps would take time that doubles with each level.
			// The array may be shared, as no path outlives its child.
			childPath = append(path, it.name(i))
		}
		lines := p.lines(child, childPath, depth+1)
		if it.kind == mapKind && i%2 == 0 {
			all = append(all, lines)
			continue
		}
		if it.kind == mapKind {
			key := all[len(all)-1]
			all = all[:len(all)-1]
			key[len(key)-1] += ": " + lines[0]
			lines = append(key, lines[1:]...)
		}
		if n := p.note(childPath); n.Name != "" && p.width > 0 {
			lines[0] = "/ " + n.Name + " / " + lines[0]
		}
		all = append(all, lines)
	}
	return all
}

// wrap puts children between brackets: on one line if they fit, else each on
// lines of its own. What embeds or tags a single item hugs it.
func (p *printer) wrap(open string, children [][]string, end string, depth int) []string {
	oneLine, length := true, len(open)+len(end)
	for _, c := range children {
		oneLine = oneLine && len(c) == 1
		length += len(c[0]) + len(", ")
	}
	if p.width == 0 || depth >= maxIndent || oneLine && 2*depth+length <= p.width {
		flat := make([]string, len(children))
		for i, c := range children {
			flat[i] = strings.Join(c, " ")
		}
		return []string{open + strings.Join(flat, ", ") + end}
	}
	if len(children) == 1 && (open == "<<" || strings.HasSuffix(open, "(")) {
		lines := children[0]
		lines[0] = open + lines[0]
		lines[len(lines)-1] += end
		return lines
	}
	lines := []string{strings.TrimRight(open, " ")}
	for i, c := range children {
		for _, line := range c {
			lines = append(lines, "  "+line)
		}
		if i < len(children)-1 {
			lines[len(lines)-1] += ","
		}
	}
	return append(lines, end)
}

// byteString returns a byte string in lines of 32 bytes; white space inside
// of h” means nothing (RFC 8610, G.1).
func (p *printer) byteString(it Item, mark string) []string {
	if it.width == indefinite {
		return []string{"''_"}
	}
	text := "h'" + hex.EncodeToString(it.data) + "'" + mark
	if p.width == 0 || len(it.data) <= 40 {
		return []string{text}
	}
	lines := []string{text[:2+64]}
	for text = text[2+64:]; len(text) > 64+2; text = text[64:] {
		lines = append(lines, "  "+text[:64])
	}
	return append(lines, "  "+text)
}

// indicator returns the encoding indicator of a head that is not in its shortest
// form.
func (it Item) indicator() string {
	switch {
	case it.width == indefinite:
		return "_"
	case it.width == 0 || it.kind == simpleKind:
		return ""
	}
	return "_" + strconv.Itoa(bits.TrailingZeros(uint(it.width)))
}

func (it Item) simple() string {
	n := uint32(it.n)
	switch {
	case it.width == 2 && n&0x7c00 == 0x7c00:
		return formatFloat(float64(math.Float32frombits(n<<16&(1<<31) | 0xff<<23 | n<<13&(1<<23-1))))
	case it.width == 2:
		return formatFloat(float64(math.Float32frombits(n<<16&(1<<31)|n<<13&(1<<28-1))) * 0x1p112)
	case it.width == 4:
		return formatFloat(float64(math.Float32frombits(n)))
	case it.width == 8:
		return formatFloat(math.Float64frombits(it.n))
	case 20 <= n && n <= 23:
		return [...]string{"false", "true", "null", "undefined"}[n-20]
	}
	return fmt.Sprintf("simple(%d)", n)
}

// formatFloat writes a float as the examples of RFC 8949 do.
func formatFloat(f float64) string {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	switch {
	case f != f:
		return s
	case math.IsInf(f, 0):
		return strings.TrimPrefix(s, "+") + "inity"
	case f == 0 || 1e-6 <= math.Abs(f) && math.Abs(f) < 1e21:
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	return mantissa + "e" + exponent[:1] + strings.TrimPrefix(exponent[1:], "0")
}

func quote(b []byte) string {
	s := []byte{'"'}
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			s = fmt.Appendf(s, `\x%02x`, b[0])
		case r == '"' || r == '\\':
			s = append(s, '\\', byte(r))
		case ' ' <= r && r <= '~':
			s = append(s, byte(r))
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				s = fmt.Appendf(s, `\u%04x`, unit)
			}
		}
		b = b[size:]
	}
	return string(append(s, '"'))
}
