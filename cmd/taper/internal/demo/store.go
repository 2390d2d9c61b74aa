package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tapertoken/taper/predicates"
)

//go:embed data
var data embed.FS

// Limits on a directory of the user's own. What exceeds them is left out, and
// the demo says so.
const (
	maxDocuments = 256
	maxDocument  = 256 << 10 // bytes
	maxDocBytes  = 8 << 20   // bytes of all documents
	maxEntries   = 10_000    // of the directory tree, documents or not
	maxName      = 512       // bytes: a name stands in several blocks of a token
)

// A store is what the service serves: all of it in memory, so that a name that a
// request asks for never reaches a file system, and a write changes no file.
type store struct {
	mu        sync.Mutex
	documents map[string][]byte
	metadata  map[string][]byte // by the name of the document
	analytics map[string][]byte // by a name of their own: FOLDER/summary.csv
}

func (s *store) read(area, name string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch area {
	case "documents":
		b, ok := s.documents[name]
		return b, ok
	case "metadata":
		b, ok := s.metadata[name]
		return b, ok
	case "analytics":
		b, ok := s.analytics[name]
		return b, ok
	}
	return nil, false
}

// write reports false where the store is full.
func (s *store) write(name string, body []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.documents[name] == nil && len(s.documents) >= 2*maxDocuments {
		return false
	}
	s.documents[name] = body
	return true
}

// names returns the names of the documents, sorted.
func (s *store) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.documents))
}

// sum returns a hash of all documents, to tell whether one has changed.
func (s *store) sum() [32]byte {
	h := sha256.New()
	for _, name := range s.names() {
		body, _ := s.read("documents", name)
		fmt.Fprintf(h, "%d %s %d ", len(name), name, len(body))
		h.Write(body)
	}
	return [32]byte(h.Sum(nil))
}

// leftOut counts the files of a directory that the service does not serve, by
// the reason.
type leftOut struct {
	names, links, big, hidden, unread int
	full                              bool   // the tree has more than the demo reads
	example                           string // a name that is no resource name
}

// String returns the counts in words, or "" where nothing was left out.
func (l *leftOut) String() string {
	var parts []string
	add := func(n int, one, many string) {
		if n == 1 {
			parts = append(parts, "1 "+one)
		} else if n > 1 {
			parts = append(parts, strconv.Itoa(n)+" "+many)
		}
	}
	add(l.names, "name that is no resource name, "+predicates.QuoteCut(l.example, 40),
		"names that are no resource names, such as "+predicates.QuoteCut(l.example, 40))
	add(l.links, "link or device", "links or devices")
	add(l.big, "file above 256 KiB", "files above 256 KiB")
	add(l.hidden, "hidden name", "hidden names")
	add(l.unread, "that can't be read", "that can't be read")
	if l.full {
		parts = append(parts, "what exceeds 256 documents, 8 MiB or 10,000 entries")
	}
	return strings.Join(parts, "; ")
}

// embedded returns the store of the documents that come with the demo.
func embedded() (*store, error) {
	s := &store{}
	for area, into := range map[string]*map[string][]byte{"documents": &s.documents, "metadata": &s.metadata, "analytics": &s.analytics} {
		tree, err := fs.Sub(data, "data/"+area)
		if err != nil {
			return nil, err
		}
		var left leftOut
		if *into, err = load(tree, nil, &left); err != nil {
			return nil, err
		}
		if text := left.String(); text != "" {
			return nil, fmt.Errorf("embedded %s: left out: %s", area, text)
		}
	}
	metadata := make(map[string][]byte, len(s.metadata))
	for name, body := range s.metadata {
		metadata[strings.TrimSuffix(name, ".json")] = body
	}
	s.metadata = metadata
	return s, nil
}

// openDir returns the store of the documents in a directory of the user's own,
// with metadata and analytics that are computed from them. Nothing outside of
// the directory is read, links are not followed, and nothing is ever written to
// it.
func openDir(dir string) (*store, *leftOut, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, dirError(dir, err)
	}
	defer root.Close()
	left := &leftOut{}
	documents, err := load(root.FS(), os.SameFile, left)
	if err != nil {
		return nil, nil, dirError(dir, err)
	}
	if len(documents) == 0 {
		err := errors.New("it holds no document (expected at least one regular file)")
		if text := left.String(); text != "" {
			err = fmt.Errorf("%w; left out: %s", err, text)
		}
		return nil, nil, dirError(dir, err)
	}
	s := &store{documents: documents}
	s.metadata, s.analytics, err = describe(documents)
	return s, left, err
}

// dirError names the directory once, quoted: an error of package os has it too,
// as it is.
func dirError(dir string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("directory %s: %w", predicates.QuoteCut(dir, 64), err)
}

// load reads the regular files of a tree into memory. Same, if not nil, tells
// whether what was listed is what was opened.
func load(tree fs.FS, same func(listed, opened fs.FileInfo) bool, left *leftOut) (map[string][]byte, error) {
	documents := make(map[string][]byte)
	entries, total := 0, 0
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if name == "." {
			return err
		}
		if entries++; entries > maxEntries {
			left.full = true
			return fs.SkipAll
		}
		skip := func(count *int) error {
			*count++
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		access := predicates.Access{Interface: readDocuments, Resource: name}
		switch {
		case err != nil:
			left.unread++
			return nil
		case strings.HasPrefix(path.Base(name), "."):
			return skip(&left.hidden)
		case len(name) > maxName || access.Problem() != "":
			left.example = path.Base(name)
			return skip(&left.names)
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return skip(&left.links)
		}
		body, err := readFile(tree, name, same)
		switch {
		case err != nil:
			left.unread++
		case len(body) > maxDocument:
			left.big++
		case len(documents) == maxDocuments, total+len(body) > maxDocBytes:
			left.full = true
			return fs.SkipAll
		default:
			total += len(body)
			documents[name] = body
		}
		return nil
	})
	return documents, err
}

// readFile reads at most one byte more than a document may have.
func readFile(tree fs.FS, name string, same func(listed, opened fs.FileInfo) bool) ([]byte, error) {
	listed, err := fs.Lstat(tree, name)
	if err != nil {
		return nil, err
	}
	f, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	opened, err := f.Stat()
	if err != nil {
		return nil, err
	}
	// A link that has taken the file's place since it was listed would give one
	// document two names, and so two rights to it.
	if same != nil && !same(listed, opened) {
		return nil, errors.New("it changed while it was opened")
	}
	return io.ReadAll(io.LimitReader(f, maxDocument+1))
}

// describe computes metadata for each document, and analytics for each folder.
func describe(documents map[string][]byte) (metadata, analytics map[string][]byte, err error) {
	metadata, analytics = make(map[string][]byte), make(map[string][]byte)
	folders := make(map[string]*bytes.Buffer)
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		body := documents[name]
		sum := sha256.Sum256(body)
		lines, words := bytes.Count(body, []byte("\n")), len(bytes.Fields(body))
		metadata[name], err = json.MarshalIndent(map[string]any{
			"name": name, "bytes": len(body), "words": words, "sha256": hex.EncodeToString(sum[:]),
		}, "", "  ")
		if err != nil {
			return nil, nil, err
		}
		summary := summaryOf(name)
		b := folders[summary]
		if b == nil {
			b = bytes.NewBufferString("document,bytes,lines,words\n")
			folders[summary] = b
		}
		w := csv.NewWriter(b)
		w.Write([]string{path.Base(name), strconv.Itoa(len(body)), strconv.Itoa(lines), strconv.Itoa(words)})
		w.Flush()
	}
	for name, b := range folders {
		analytics[name] = b.Bytes()
	}
	return metadata, analytics, nil
}

// summaryOf returns the name of the analytics of a document's folder.
func summaryOf(document string) string {
	return path.Join(path.Dir(document), "summary.csv")
}
