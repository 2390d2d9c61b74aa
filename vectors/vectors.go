// Package vectors holds the test vectors of Taper as Go values. They are data for
// implementations in any language: README.md says what the fields mean, and
// schema.json checks them. Most Go users don't need this package; it is for tests
// of other implementations, and of this one.
package vectors

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"
)

//go:generate go run ./gen

//go:embed data/*.json
var files embed.FS

// A File is one theme.
type File struct {
	Theme   string `json:"theme"`
	About   string `json:"about"`
	Version int    `json:"version"` // of the token format
	License string `json:"license"`
	Cases   []Case `json:"cases"`
}

// A Case is one test. Which of its parts are set depends on Op, as README.md says.
type Case struct {
	ID      string   `json:"id"`
	Op      string   `json:"op"`
	Spec    []string `json:"spec"`              // identifiers of SPEC.md that it exercises
	Attacks []string `json:"attacks,omitempty"` // the attacks that it stands for
	Flags   []string `json:"flags,omitempty"`
	Comment string   `json:"comment"`
	Base    string   `json:"base,omitempty"` // the id of the passing case that this is one change away from

	// Op "authorize".
	Tokens     []Token             `json:"tokens,omitempty"`
	Roots      []Root              `json:"roots,omitempty"`
	Extensions map[string][]string `json:"extensions,omitempty"` // checkers, and the values (hex) that each accepts
	Steps      []Step              `json:"steps,omitempty"`

	// Ops "accept" (an open token or handoff, by its holder) and "configure".
	Accept *Accept `json:"accept,omitempty"`

	// Op "parse".
	Text   *string `json:"text,omitempty"`
	Parsed *Parsed `json:"parsed,omitempty"` // absent: the text must be refused
	Line   int     `json:"line,omitempty"`   // of the fault, from 1; informative
	Column int     `json:"column,omitempty"` // of the fault, in code points from 1; informative

	// Op "narrow".
	Above    []string `json:"above,omitempty"` // the texts of the blocks above
	Child    *string  `json:"child,omitempty"` // the text of the block
	Relation string   `json:"relation,omitempty"`
	Claim    int      `json:"claim,omitempty"`

	// Op "make".
	Make *Make `json:"make,omitempty"`

	// Op "signature".
	Signature *Signature `json:"signature,omitempty"`

	// Op "well-formed"; and "parse", in place of Text where that is not UTF-8.
	Hex *string `json:"hex,omitempty"`

	// Ops "signature", "well-formed" and "accept".
	Valid *bool `json:"valid,omitempty"`
}

// A Token is the bytes of a token, and what is computed from them.
type Token struct {
	Hex        string  `json:"hex,omitempty"`
	Text       string  `json:"text,omitempty"`       // the text form to decide instead of the bytes
	Diagnostic string  `json:"diagnostic,omitempty"` // RFC 8949, section 8; where the bytes are CBOR
	Blocks     []Block `json:"blocks,omitempty"`     // where the bytes have blocks
}

// A Block is what SPEC 5 computes for a block. All are hex.
type Block struct {
	Hash   string `json:"h"`
	Signed string `json:"signed"` // the Sig_structure
	ID     string `json:"id"`
}

// A Root is a trusted root.
type Root struct {
	Key     string `json:"key"`               // 32 bytes, hex
	Ceiling string `json:"ceiling,omitempty"` // in the predicate language
}

// A Step is one request, decided by a verifier whose ledger remembers the steps
// before.
type Step struct {
	Token     int      `json:"token"` // which of Tokens
	Service   string   `json:"service"`
	Now       uint64   `json:"now"`                  // seconds since 1970
	LedgerNow uint64   `json:"ledger_now,omitempty"` // the ledger's clock; Now if absent
	NoLedger  bool     `json:"no_ledger,omitempty"`
	Request   Request  `json:"request"`
	Revoked   *Revoked `json:"revoked,omitempty"`

	Verdict string `json:"verdict"`
	Block   *int   `json:"block,omitempty"` // the block that decides; -1 for the ceiling
	Claim   int    `json:"claim,omitempty"` // the claim that decides
	Uses    []Used `json:"uses,omitempty"`  // what is charged, where permitted
}

// A Request is what is asked.
type Request struct {
	Accesses []Access `json:"accesses"`
	Digest   *string  `json:"digest,omitempty"` // hex
}

// An Access is one interface on one resource.
type Access struct {
	Interface string           `json:"interface"`
	Resource  string           `json:"resource"`
	Arguments map[string]Value `json:"arguments,omitempty"`
}

// A Value has exactly one field set.
type Value struct {
	Text    *string `json:"text,omitempty"`
	TextHex *string `json:"text_hex,omitempty"` // for texts that are not UTF-8
	Int     *int64  `json:"int,omitempty"`
	Bool    *bool   `json:"bool,omitempty"`
	Decimal *string `json:"decimal,omitempty"`
	List    []Value `json:"list,omitempty"`
	Empty   bool    `json:"empty_list,omitempty"`
	Opaque  bool    `json:"opaque,omitempty"`
}

// Revoked is a revocation snapshot.
type Revoked struct {
	IDs   []string `json:"ids,omitempty"`  // hex
	Keys  []string `json:"keys,omitempty"` // hex
	Stale bool     `json:"stale,omitempty"`
}

// Used is one charge.
type Used struct {
	Block  int    `json:"block"`
	Number uint64 `json:"number"`
	Limit  uint64 `json:"limit"`
}

// Accept is an open token or handoff that a holder is given.
type Accept struct {
	Text    string `json:"text"`
	Seed    string `json:"seed,omitempty"` // the holder's own key; absent for a handoff
	Root    string `json:"root"`           // the public key that the holder expects
	Verdict string `json:"verdict"`
}

// Parsed is what a text stands for.
type Parsed struct {
	Claims    string `json:"claims"`    // the claims map without nonce and next, hex
	Canonical string `json:"canonical"` // how it is printed
}

// Make says how a token is made, and which bytes come out.
type Make struct {
	RootSeed string      `json:"root_seed"`
	Blocks   []MakeBlock `json:"blocks"`
	Token    string      `json:"token"` // hex
	Text     string      `json:"text"`
}

// MakeBlock is one block to make.
type MakeBlock struct {
	Nonce    string `json:"nonce"`               // 8 bytes, hex
	NextSeed string `json:"next_seed,omitempty"` // absent: the block seals
	Text     string `json:"text"`                // claims 3 to 13
}

// Signature is one signature to verify under SPEC 5.
type Signature struct {
	Key       string `json:"key"`
	Message   string `json:"message"`
	Signature string `json:"signature"`
	Source    string `json:"source"` // where the case comes from
}

// Load returns all files, sorted by theme. It fails if there are none, if one has
// no cases, and if one has a field that this package does not know.
func Load() ([]File, error) {
	names, err := fs.Glob(files, "data/*.json")
	if err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("vectors: no files")
	}
	sort.Strings(names)
	var all []File
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("vectors: %w", err)
		}
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		var f File
		if err := d.Decode(&f); err != nil {
			return nil, fmt.Errorf("vectors: %s: %w", path.Base(name), err)
		}
		if len(f.Cases) == 0 {
			return nil, fmt.Errorf("vectors: %s: no cases", path.Base(name))
		}
		all = append(all, f)
	}
	return all, nil
}
