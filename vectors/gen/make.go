package main

import (
	"encoding/hex"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
	"github.com/tapertoken/taper/vectors"
)

// A made is one block of a case of making.
type made struct {
	nonce  string    // hex
	next   forge.Key // zero: the block seals
	text   string
	claims []forge.Pair // what text stands for
}

// make adds a case of making a token.
func (s *suite) make(id, comment, spec string, blocks ...made) {
	key := forge.NewKey("make root")
	t := forge.Token{Root: key}
	seed := key.Seed()
	m := vectors.Make{RootSeed: hex.EncodeToString(seed[:])}
	for i, b := range blocks {
		nonce, err := hex.DecodeString(b.nonce)
		if err != nil || len(nonce) != 8 {
			fail("%s: nonce %s", id, b.nonce)
		}
		shown := vectors.MakeBlock{Nonce: b.nonce, Text: b.text}
		all := append([]forge.Pair{forge.Nonce(nonce)}, b.claims...)
		if b.next.Public() != (forge.Key{}).Public() {
			seed := b.next.Seed()
			shown.NextSeed = hex.EncodeToString(seed[:])
			all = append(all, forge.Next(b.next.Public()))
		} else if i < len(blocks)-1 {
			fail("%s: block %d seals", id, i)
		}
		t.Blocks = append(t.Blocks, forge.Block{Claims: forge.SortedMap(all...), Next: b.next})
		m.Blocks = append(m.Blocks, shown)
	}
	prefix := forge.Sealed
	if m.Blocks[len(blocks)-1].NextSeed != "" {
		prefix = forge.Open
	}
	m.Token, m.Text = hex.EncodeToString(t.Encode()), t.Text(prefix)
	flags := makeFlags[id]
	if strings.HasPrefix(id, "head-") {
		flags = "non-minimal"
	}
	s.add(vectors.Case{ID: "make-" + id, Op: "make", Spec: strings.Fields(spec), Flags: strings.Fields(flags), Comment: comment, Make: &m})
}

// makeFlags are the flags of the cases that stand for one kind of bug.
var makeFlags = map[string]string{
	"open":              "prefix",
	"two-blocks":        "chain-hash",
	"presented":         "chain-hash",
	"sixteen-blocks":    "chain-hash",
	"nonce-greatest":    "signed-integer",
	"nonce-zero":        "length",
	"all-claims":        "unsorted-map",
	"all-claims-turned": "unsorted-map",
	"sorted-maps":       "unsorted-map",
	"lengths":           "non-minimal",
	"empty-values":      "empty-is-absent",
	"empty-block":       "empty-is-absent",
	"unicode":           "normalization",
}

func makeCases(s *suite) {
	holder, worker, third := forge.NewKey("make holder"), forge.NewKey("make worker"), forge.NewKey("make third")
	first := made{nonce: "0000000000000001", next: holder, text: "allow database:* on **\n" + eveningText,
		claims: append(grantClaim("database:*", "**"), forge.Expires(evening))}
	second := made{nonce: "0000000000000002", next: worker, text: "allow database:read on customers\nuntil 2026-11-22T11:00:00Z\nuses 100 at db-gateway",
		claims: append(grantClaim("database:read", "customers"), forge.Expires(evening-7*3600), forge.Uses(forge.Use(100, "db-gateway")))}
	sealing := made{nonce: "0000000000000003", text: "allow database:read on customers where none\nuntil 2026-11-22T10:01:00Z\nfrom 2026-11-22T10:00:00Z\nuses 1 at db-gateway\nservices db-gateway",
		claims: claimList(forge.Allow(forge.GrantWhere([]string{"database:read"}, []string{"customers"})), forge.Expires(forge.Now+60), forge.Starts(forge.Now),
			forge.Uses(forge.Use(1, "db-gateway")), forge.Services("db-gateway"))}

	s.make("open", "One block that names its holder: an open token, and so another prefix than a sealed one.", "E-20 K-1 T-2", first)
	s.make("two-blocks", "The second block is signed by the key that the first names, and over the hash of the first whole block.", "E-20 K-1", first, second)
	s.make("presented", "Three blocks, the last a presentation: root, holder, worker, as most tokens are.", "E-20 K-1 T-2", first, second, sealing)
	s.make("root-sealed", "The root itself seals: one block without a next key.", "E-20 K-1 T-2",
		made{nonce: "00000000000000ff", text: "allow a on b\n" + eveningText + "\nservices db", claims: append(grantClaim("a", "b"), forge.Expires(evening), forge.Services("db"))})
	s.make("sealed-again", "A plain seal that only names its service; all else follows from the blocks above.", "E-20 K-1", first,
		made{nonce: "0000000000000004", text: "services db", claims: claimList(forge.Services("db"))})
	greatest := first
	greatest.nonce = "ffffffffffffffff"
	s.make("nonce-greatest", "A nonce is eight bytes and no number: one that is read as signed is lost here.", "E-20", greatest)
	zero := first
	zero.nonce = "0000000000000000"
	s.make("nonce-zero", "A nonce of zeros is eight bytes too: a writer that drops leading zeros makes it shorter.", "E-20", zero)

	digest := strings.Repeat("ab", 32)
	digestBytes, _ := hex.DecodeString(digest)
	everything := first
	everything.text = strings.Join([]string{"allow a on b where x <= 5", eveningText, "from 2026-11-22T10:00:00Z", "uses 9 at db", "services db", "delegations 3", "fresh 60s",
		"cosigned by 1 of {" + spelledKey(third) + "}", "digest sha256:" + digest, "extension example.com/region h'6575'", `label "all"`}, "\n")
	everything.claims = claimList(forge.Allow(forge.GrantWhere([]string{"a"}, []string{"b"}, forge.Argument("x", forge.AtMost(5)))), forge.Expires(evening), forge.Starts(forge.Now),
		forge.Uses(forge.Use(9, "db")), forge.Services("db"), forge.Delegations(3), forge.Fresh(60), forge.Cosigners(1, third.Public()), forge.Digest(digestBytes),
		forge.Extensions(forge.Extension("example.com/region", []byte("eu"))), forge.Label("all"))
	s.make("all-claims", "All thirteen claims in one block: the map has the order of the numbers, whatever that of the text.", "E-5 E-20", everything)

	turned := everything
	lines := strings.Split(everything.text, "\n")
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	turned.text = strings.Join(lines, "\n")
	s.make("all-claims-turned", "The same claims from the text turned around give the same bytes.", "E-5 E-20 P-9", turned)

	sorted := first
	sorted.text = "allow a on b where bb any, a any, c any\n" + eveningText + "\nextension y h'01', x h''"
	sorted.claims = append(grantClaim("a", "b", forge.Argument("bb", forge.Any()), forge.Argument("a", forge.Any()), forge.Argument("c", forge.Any())),
		forge.Expires(evening), forge.Extensions(forge.Extension("y", []byte{1}), forge.Extension("x", nil)))
	s.make("sorted-maps", "Arguments and extensions take the order of their encodings, or the block is malformed.", "E-5 E-20", sorted)

	for _, n := range []struct{ id, number, comment string }{
		{"23", "23", "23 is the last number that fits into the head."},
		{"24", "24", "24 is the first number that needs a byte of its own."},
		{"255", "255", "255 is the last number of one byte."},
		{"256", "256", "256 is the first number of two bytes."},
		{"65536", "65536", "65536 is the first number of four bytes."},
		{"4294967296", "4294967296", "2^32 is the first number of eight bytes."},
		{"greatest", "9007199254740991", "2^53−1, the greatest number, must not pass through a float."},
	} {
		b := first
		b.text = "allow a on b\n" + eveningText + "\nuses " + n.number + " at db"
		var limit uint64
		for _, d := range n.number {
			limit = 10*limit + uint64(d-'0')
		}
		b.claims = append(grantClaim("a", "b"), forge.Expires(evening), forge.Uses(forge.Use(limit, "db")))
		s.make("head-"+n.id, "A limit at the edge of a head's size: "+n.comment, "E-3 E-20", b)
	}

	long := first
	name := strings.Repeat("n", 256)
	long.text = "allow a on b\n" + eveningText + "\nservices " + name[:23] + ", " + name[:24] + ", " + name[:255] + ", " + name
	long.claims = append(grantClaim("a", "b"), forge.Expires(evening), forge.Services(name[:23], name[:24], name[:255], name))
	s.make("lengths", "Names of 23, 24, 255 and 256 bytes: their heads have one, two, two and three bytes.", "E-3 E-20", long)

	none := first
	none.text = "allow a on b where none\n" + eveningText + "\nlabel \"\"\ndelegations 0\nextension e h''\nfrom 1970-01-01T00:00:00Z"
	none.claims = claimList(forge.Allow(forge.GrantWhere([]string{"a"}, []string{"b"})), forge.Expires(evening), forge.Label(""), forge.Delegations(0), forge.Extensions(forge.Extension("e", nil)), forge.Starts(0))
	s.make("empty-values", "What is empty or zero is there: an encoder that leaves such fields out signs another claim set.", "E-20", none)
	s.make("empty-block", "A block may say nothing but its nonce and its next key, and restricts nothing.", "E-20 K-1", first, made{nonce: "0000000000000005", next: worker})
	s.make("unicode", "Labels are UTF-8 without any normalization.", "E-20 N-5", made{nonce: first.nonce, next: holder, text: first.text + "\nlabel \"e\u0301 \u00e9 \\u{1f600}\"", claims: append(append([]forge.Pair{}, first.claims...), forge.Label("e\u0301 é \U0001f600"))})

	deep := []made{first}
	for i := 1; i < 15; i++ {
		deep = append(deep, made{nonce: "00000000000000" + hex.EncodeToString([]byte{byte(16 + i)}), next: forge.NewKey("make deep " + string(rune('a'+i))), text: "label \"" + string(rune('a'+i)) + "\"", claims: claimList(forge.Label(string(rune('a' + i))))})
	}
	deep = append(deep, made{nonce: "00000000000000ee", text: "services db", claims: claimList(forge.Services("db"))})
	s.make("sixteen-blocks", "As many blocks as there may be: the hash must go over each of those before.", "E-20 K-1", deep...)
}
