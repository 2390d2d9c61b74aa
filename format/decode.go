package format

import (
	"fmt"
	"math"

	"github.com/tapertoken/taper/predicates"
)

// Limits on lists in claims (SPEC 4, CDDL). Package predicates has the same; they
// are checked here before a list is read.
const (
	maxServices   = 16
	maxGrants     = 64
	maxList       = 64 // patterns, values or suffixes
	maxArguments  = 32
	maxConditions = 8
	maxUses       = 16
	maxCosigners  = 8
	maxExtensions = 8
)

// Decode reads the binary form of a token of any kind (SPEC 4). It accepts an
// encoding only if this package would have written it, and keeps a copy of b.
//
// The error is an *[Error], the first that applies of: too-large above
// [MaxTokenBytes]; unsupported-version if b begins as a token of another version
// would, whatever follows; malformed.
func Decode(b []byte) (*Token, error) {
	if len(b) > MaxTokenBytes {
		return nil, tooLarge()
	}
	// The copy comes first, so that what is walked, decoded and kept is the same
	// whatever the caller does to b.
	return decode(string(b))
}

// DecodeClaims reads the claims of one block, as [AppendClaims] writes them: the
// payload by itself, before there is a block. The nonce must be among them. Errors
// are those of [Decode] but for unsupported-version; their Block is -1.
func DecodeClaims(payload string) (predicates.Claims, error) {
	if len(payload) > MaxTokenBytes {
		return predicates.Claims{}, tooLarge()
	}
	var c predicates.Claims
	d := decoder{}
	if claim, f := d.payload(&c, payload, ""); f != nil {
		return predicates.Claims{}, malformed(noBlock, claim, f)
	}
	return c, nil
}

func tooLarge() error {
	return invalid(predicates.TooLarge, "the token is longer than %d bytes", MaxTokenBytes)
}

func unsupportedVersion(version string) error {
	return invalid(predicates.UnsupportedVersion, "the token is of version %s (expected 1)", predicates.QuoteCut(version, 25))
}

// binaryVersion returns the number that stands where a token of any version has
// its version: first in an array of 1 to 17 elements. Later versions can add to
// the elements, and are told from garbage all the same.
func binaryVersion(s string) (n uint64, ok bool) {
	if s == "" || s[0] < arrayHead|1 || s[0] > arrayHead|17 {
		return 0, false
	}
	major, n, _, reason := head(s[1:])
	return n, reason == "" && major == majorUint
}

// decode reads a token of at most MaxTokenBytes. The result holds parts of s.
func decode(s string) (*Token, error) {
	if n, ok := binaryVersion(s); ok && n != version {
		return nil, unsupportedVersion(fmt.Sprint(n))
	}
	if f := walk(s); f != nil {
		return nil, malformed(noBlock, 0, f)
	}
	t := &Token{raw: s}
	r := reader{s: s}
	elements, blocks, f := r.tokenHead(t)
	if f != nil {
		return nil, malformed(noBlock, 0, f)
	}
	t.blocks = make([]Block, blocks)
	d := decoder{}
	for i := range t.blocks {
		mustName := ""
		switch {
		case i < blocks-1:
			mustName = "only the last block may leave it out"
		case elements == 4:
			mustName = "in a handoff, the last block must name the key that comes with it"
		}
		if claim, f := d.block(&t.blocks[i], &r, mustName); f != nil {
			return nil, malformed(i, claim, f.in("blocks[%d]", i))
		}
	}
	t.kind = Sealed
	if t.blocks[blocks-1].Claims.Has(predicates.ClaimNext) {
		t.kind = Open
	}
	if elements == 4 {
		var secret [secretBytes]byte
		if f := r.bytesInto(secret[:]); f != nil {
			return nil, malformed(noBlock, 0, f.in("secret"))
		}
		t.kind, t.raw = Handoff, s[:len(s)-secretBytes]
		t.secret = func() [secretBytes]byte { return secret }
	}
	return t, nil
}

// tokenHead reads what stands before the blocks.
func (r *reader) tokenHead(t *Token) (elements, blocks int, f *fault) {
	if elements, f = r.array(3, 4, "element"); f != nil {
		return 0, 0, f.in("token")
	}
	// The number, if it is one, is 1: others were another version's.
	if _, f = r.take(majorUint, "1"); f != nil {
		return 0, 0, f.in("version")
	}
	if f = r.bytesInto(t.root[:]); f != nil {
		return 0, 0, f.in("root")
	}
	if blocks, f = r.array(1, MaxBlocks, "block"); f != nil {
		return 0, 0, f.in("blocks")
	}
	return elements, blocks, nil
}

// A decoder decodes blocks one after the other. It holds buffers only: all that
// it returns is new, and a claim can't be left over from the block before.
type decoder struct {
	texts  []string
	values []predicates.Value
	wheres []predicates.Where
	grants []predicates.Grant
}

// block reads a block. Where it must name a next key, mustName says why.
func (d *decoder) block(b *Block, r *reader, mustName string) (claim int, f *fault) {
	start := r.pos
	if _, f = r.array(4, 4, "element"); f != nil {
		return 0, f
	}
	protected, f := r.bytes()
	if f == nil && protected != protectedHeader {
		f = wrong("is not h'a10132', the algorithm Ed25519 and nothing else")
	}
	if f != nil {
		return 0, f.in("protected")
	}
	if _, f = r.mapHead(0, 0, "parameter"); f != nil {
		return 0, f.in("unprotected")
	}
	if b.Payload, f = r.bytes(); f != nil {
		return 0, f.in("payload")
	}
	if b.Signature, f = r.bytes(); f == nil && len(b.Signature) != 64 {
		f = wrongLength(len(b.Signature), 64)
	}
	if f != nil {
		return 0, f.in("signature")
	}
	b.Raw = r.s[start:r.pos]
	return d.payload(&b.Claims, b.Payload, mustName)
}

// payload reads the content of a payload into claims that are empty. It returns
// the number of the claim that is at fault, or 0.
func (d *decoder) payload(c *predicates.Claims, payload, mustName string) (claim int, f *fault) {
	if f = walk(payload); f != nil {
		return 0, f.in("payload")
	}
	r := reader{s: payload}
	if claim, f = d.claims(c, &r, mustName); f != nil {
		return claim, f.in("claims")
	}
	return 0, nil
}

func (d *decoder) claims(c *predicates.Claims, r *reader, mustName string) (claim int, f *fault) {
	n, f := r.take(majorMap, "a map of claims")
	if f != nil {
		return 0, f
	}
	for range n {
		number, f := claimNumber(r)
		// The keys ascend, so what is missing below this one is missing.
		if claim, missing := checkPresent(c, number, mustName); missing != nil {
			return claim, missing
		}
		claim := clip(number)
		if f != nil {
			if claim == beyond {
				claim = 0 // No number that an int holds.
			}
			return claim, f
		}
		statement, f := d.claim(r, claim)
		if f != nil {
			return claim, f.in(predicates.ClaimName(claim))
		}
		if err := statement(c); err != nil {
			return claim, fromPredicates(err)
		}
	}
	return checkPresent(c, math.MaxUint64, mustName)
}

// checkPresent checks that the claims below the next one hold those that a block
// must have.
func checkPresent(c *predicates.Claims, next uint64, mustName string) (claim int, f *fault) {
	switch {
	case next > predicates.ClaimNonce && !c.Has(predicates.ClaimNonce):
		return predicates.ClaimNonce, wrong("is missing").in("nonce")
	case next > predicates.ClaimNext && !c.Has(predicates.ClaimNext) && mustName != "":
		return predicates.ClaimNext, wrong("is missing: %s", mustName).in("next")
	}
	return 0, nil
}

const newerWriter = "a newer writer may have made the token"

// claimNumber reads a key of the map of claims. If that is not even an unsigned
// integer, the number is greater than that of any claim, as is its place.
func claimNumber(r *reader) (n uint64, f *fault) {
	n, f = r.take(majorUint, "the number of a claim")
	switch {
	case f != nil:
		return math.MaxUint64, &fault{reason: "a key " + f.reason}
	case n < predicates.ClaimNonce || n > predicates.ClaimFresh:
		return n, wrong("claim %d is unknown: %s", n, newerWriter)
	}
	return n, nil
}

// clip returns n, or beyond if n is beyond all our bounds, so that no width of int
// brings a great number back into them.
func clip(n uint64) int { return int(min(n, beyond)) }

const beyond = math.MaxInt32

// claim reads the value of a claim. The statement that it returns checks the
// bounds that package predicates knows.
func (d *decoder) claim(r *reader, claim int) (predicates.Statement, *fault) {
	switch claim {
	case predicates.ClaimNonce:
		var nonce [8]byte
		f := r.bytesInto(nonce[:])
		return predicates.Nonce(nonce), f
	case predicates.ClaimNext:
		var key predicates.Key
		f := r.bytesInto(key[:])
		return predicates.Next(key), f
	case predicates.ClaimServices:
		d.texts = d.texts[:0]
		names, f := d.textList(r, maxServices, "name")
		return predicates.Services(names...), f
	case predicates.ClaimExpires:
		seconds, f := r.take(majorUint, "seconds since 1970")
		return predicates.ExpiresUnix(seconds), f
	case predicates.ClaimStarts:
		seconds, f := r.take(majorUint, "seconds since 1970")
		return predicates.StartsUnix(seconds), f
	case predicates.ClaimAllow:
		return d.allow(r)
	case predicates.ClaimUses:
		return usesAt(r)
	case predicates.ClaimDelegations:
		n, f := r.take(majorUint, "a number of delegations")
		return predicates.Delegations(clip(n)), f
	case predicates.ClaimCosigners:
		return cosignedBy(r)
	case predicates.ClaimDigest:
		var digest [32]byte
		f := r.bytesInto(digest[:])
		return predicates.Digest(digest), f
	case predicates.ClaimLabel:
		text, f := r.text()
		return predicates.Label(text), f
	case predicates.ClaimExtensions:
		return extensions(r)
	default: // ClaimFresh
		seconds, f := r.take(majorUint, "a number of seconds")
		return predicates.Fresh(clip(seconds)), f
	}
}

func (d *decoder) allow(r *reader) (predicates.Statement, *fault) {
	n, f := r.array(0, maxGrants, "grant")
	if f != nil {
		return nil, f
	}
	if n == 0 {
		return predicates.AllowNothing(), nil
	}
	d.grants = d.grants[:0]
	for i := range n {
		g, f := d.grant(r)
		if f != nil {
			return nil, f.in("[%d]", i)
		}
		d.grants = append(d.grants, g)
	}
	return predicates.AllowGrant(d.grants...), nil
}

func (d *decoder) grant(r *reader) (g predicates.Grant, f *fault) {
	elements, f := r.array(2, 3, "element")
	if f != nil {
		return g, f
	}
	d.texts, d.wheres = d.texts[:0], d.wheres[:0]
	interfaces, f := d.textList(r, maxList, "pattern")
	if f != nil {
		return g, f.in("interfaces")
	}
	resources, f := d.textList(r, maxList, "pattern")
	if f != nil {
		return g, f.in("resources")
	}
	if elements == 3 {
		if f := d.arguments(r); f != nil {
			return g, f.in("arguments")
		}
	}
	g, err := predicates.NewGrant(interfaces, resources, d.wheres...)
	if err != nil {
		return g, fromPredicates(err)
	}
	return g, nil
}

// arguments reads the conditions of a grant into d.wheres, which is then not
// empty: {} and no arguments at all are different things.
func (d *decoder) arguments(r *reader) *fault {
	n, f := r.mapHead(0, maxArguments, "argument")
	if f != nil {
		return f
	}
	if n == 0 {
		d.wheres = append(d.wheres, predicates.WhereNone())
	}
	for range n {
		name, f := r.text()
		if f != nil {
			return &fault{reason: "a name " + f.reason}
		}
		conditions, f := r.array(1, maxConditions, "condition")
		if f != nil {
			return f.in("[%s]", predicates.QuoteCut(name, 64))
		}
		for i := range conditions {
			c, f := d.condition(r)
			if f != nil {
				return f.in("[%s].conditions[%d]", predicates.QuoteCut(name, 64), i)
			}
			d.wheres = append(d.wheres, c.On(name))
		}
	}
	return nil
}

func (d *decoder) condition(r *reader) (c predicates.Condition, f *fault) {
	elements, f := r.array(1, 2, "element")
	if f != nil {
		return c, f
	}
	kind, f := r.take(majorUint, "the number of a condition")
	switch {
	case f != nil:
		return c, f
	case kind > conditionEndsWith:
		return c, wrong("condition %d is unknown: %s", kind, newerWriter)
	case kind == conditionAny && elements != 1:
		return c, wrong("holds 2 elements (expected 1)")
	case kind == conditionAny:
		return predicates.Any(), nil
	case elements != 2:
		return c, wrong("holds 1 element (expected 2)")
	}
	// Conditions copy the list, so its place is free again.
	defer func(n int) { d.texts = d.texts[:n] }(len(d.texts))
	switch kind {
	case conditionOneOf:
		values, f := d.valueList(r)
		return predicates.OneOf(values...), f
	case conditionAtLeast:
		n, f := r.int()
		return predicates.AtLeast(n), f
	case conditionAtMost:
		n, f := r.int()
		return predicates.AtMost(n), f
	case conditionMatches:
		patterns, f := d.textList(r, maxList, "pattern")
		return predicates.Matches(patterns...), f
	default: // conditionEndsWith
		suffixes, f := d.textList(r, maxList, "text")
		return predicates.EndsWith(suffixes...), f
	}
}

// valueList reads a list of values. It is good until the next call.
func (d *decoder) valueList(r *reader) ([]predicates.Value, *fault) {
	n, f := r.array(1, maxList, "value")
	if f != nil {
		return nil, f
	}
	d.values = d.values[:0]
	for i := range n {
		v, f := r.value()
		if f != nil {
			return nil, f.in("[%d]", i)
		}
		d.values = append(d.values, v)
	}
	return d.values, nil
}

// textList reads a list of texts. It is good until d.texts is cut.
func (d *decoder) textList(r *reader, most int, thing string) ([]string, *fault) {
	n, f := r.array(1, most, thing)
	if f != nil {
		return nil, f
	}
	start := len(d.texts)
	for i := range n {
		s, f := r.text()
		if f != nil {
			return nil, f.in("[%d]", i)
		}
		d.texts = append(d.texts, s)
	}
	return d.texts[start:], nil
}

func usesAt(r *reader) (predicates.Statement, *fault) {
	n, f := r.array(1, maxUses, "limit")
	if f != nil {
		return nil, f
	}
	uses := make([]predicates.UseLimit, n)
	for i := range uses {
		if _, f = r.array(2, 2, "element"); f == nil {
			if uses[i].Limit, f = r.take(majorUint, "a number of uses"); f == nil {
				uses[i].Service, f = r.text()
			}
		}
		if f != nil {
			return nil, f.in("[%d]", i)
		}
	}
	return predicates.UsesAt(uses...), nil
}

func cosignedBy(r *reader) (predicates.Statement, *fault) {
	if _, f := r.array(2, 2, "element"); f != nil {
		return nil, f
	}
	threshold, f := r.take(majorUint, "a number of keys")
	if f != nil {
		return nil, f
	}
	n, f := r.array(1, maxCosigners, "key")
	if f != nil {
		return nil, f
	}
	var keys [maxCosigners]predicates.Key
	for i := range n {
		if f := r.bytesInto(keys[i][:]); f != nil {
			return nil, f.in("[%d]", i)
		}
	}
	return predicates.CosignedBy(clip(threshold), keys[:n]...), nil
}

func extensions(r *reader) (predicates.Statement, *fault) {
	n, f := r.mapHead(1, maxExtensions, "extension")
	if f != nil {
		return nil, f
	}
	list := make([]predicates.Extension, n)
	for i := range list {
		name, f := r.text()
		if f != nil {
			return nil, &fault{reason: "a name " + f.reason}
		}
		value, f := r.bytes()
		if f != nil {
			return nil, f.in("[%s]", predicates.QuoteCut(name, 64))
		}
		list[i] = predicates.Extension{Name: name, Value: []byte(value)}
	}
	return predicates.Extensions(list...), nil
}

// A reader reads data items that walk has passed, so that heads are whole, lengths
// hold, and integers are in range. It checks that items are what is expected.
type reader struct {
	s   string
	pos int
}

// take reads the head of an item of a major type.
func (r *reader) take(want byte, expected string) (n uint64, f *fault) {
	major, n, size, _ := head(r.s[r.pos:])
	if major != want {
		return 0, wrong("is %s (expected %s)", majorNames[major], expected)
	}
	r.pos += size
	return n, nil
}

var majorNames = [...]string{
	majorUint:     "an unsigned integer",
	majorNegative: "a negative integer",
	majorBytes:    "a byte string",
	majorText:     "a text",
	majorArray:    "an array",
	majorMap:      "a map",
	majorSimple:   "a boolean",
}

func (r *reader) array(least, most int, thing string) (int, *fault) {
	n, f := r.take(majorArray, "an array")
	if f != nil {
		return 0, f
	}
	return count(n, least, most, thing)
}

func (r *reader) mapHead(least, most int, thing string) (int, *fault) {
	n, f := r.take(majorMap, "a map")
	if f != nil {
		return 0, f
	}
	return count(n, least, most, thing)
}

func count(n uint64, least, most int, thing string) (int, *fault) {
	switch {
	case n >= uint64(least) && n <= uint64(most):
		return int(n), nil
	case n != 1:
		thing += "s"
	}
	if least == most {
		return 0, wrong("holds %d %s (expected %d)", n, thing, most)
	}
	return 0, wrong("holds %d %s (expected %d to %d)", n, thing, least, most)
}

func (r *reader) text() (string, *fault) {
	n, f := r.take(majorText, "a text")
	if f != nil {
		return "", f
	}
	return r.content(n), nil
}

func (r *reader) bytes() (string, *fault) {
	n, f := r.take(majorBytes, "a byte string")
	if f != nil {
		return "", f
	}
	return r.content(n), nil
}

func (r *reader) content(n uint64) string {
	start := r.pos
	r.pos += int(n)
	return r.s[start:r.pos]
}

// bytesInto reads a byte string of exactly the length of dst.
func (r *reader) bytesInto(dst []byte) *fault {
	b, f := r.bytes()
	if f == nil && len(b) != len(dst) {
		f = wrongLength(len(b), len(dst))
	}
	copy(dst, b)
	return f
}

func wrongLength(got, want int) *fault {
	return wrong("is %d bytes long (expected %d)", got, want)
}

func (r *reader) int() (int64, *fault) {
	if major, _, _, _ := head(r.s[r.pos:]); major == majorNegative {
		n, _ := r.take(majorNegative, "")
		return -1 - int64(n), nil
	}
	n, f := r.take(majorUint, "an integer")
	return int64(n), f
}

func (r *reader) value() (predicates.Value, *fault) {
	switch major, n, size, _ := head(r.s[r.pos:]); major {
	case majorText:
		s, f := r.text()
		return predicates.Text(s), f
	case majorUint, majorNegative:
		n, f := r.int()
		return predicates.Int(n), f
	case majorSimple:
		r.pos += size
		return predicates.Bool(n == simpleTrue), nil
	default:
		return predicates.Value{}, wrong("is %s (expected a text, an integer or a boolean)", majorNames[major])
	}
}
