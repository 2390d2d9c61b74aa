package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tapertoken/taper/predicates"
)

// readFile reads a whole file of at most limit bytes, and says what file it was.
func readFile(path string, limit int) ([]byte, fs.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, nil, err
	}
	if len(data) > limit {
		return nil, nil, fmt.Errorf("%s: is larger than %d bytes", shown(path), limit)
	}
	return data, info, nil
}

// writeSecret writes a new file with mode 0600. It is there completely and on
// disk, or not at all; a file that exists is left alone.
func writeSecret(path string, data []byte) error {
	directory := filepath.Dir(path)
	f, err := os.CreateTemp(directory, ".taper-*") // mode 0600
	if err != nil {
		return nameOf(err, path)
	}
	defer os.Remove(f.Name())
	if err := writeAndClose(f, data); err != nil {
		return err
	}
	// A link never replaces a file, as a rename would.
	err = os.Link(f.Name(), path)
	switch {
	case errors.Is(err, fs.ErrExist):
		return unavailable("%s: exists already, and is left as it is", shown(path))
	case err != nil:
		// Some file systems have no links: write in place, and take it back if it
		// fails.
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if err := writeAndClose(f, data); err != nil {
			os.Remove(path)
			return err
		}
	}
	syncDirectory(directory)
	return nil
}

// nameOf lets an error name the file that was asked for, and not the one with a
// random name beside it.
func nameOf(err error, path string) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return &fs.PathError{Op: e.Op, Path: path, Err: e.Err}
	}
	return err
}

func writeAndClose(f *os.File, data []byte) error {
	_, err := f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDirectory makes a new name durable. Not every system can; the file itself
// is on disk already.
func syncDirectory(path string) {
	if d, err := os.Open(path); err == nil {
		d.Sync()
		d.Close()
	}
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		return false
	}
	// The null device is a character device too.
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// othersRead reports whether a stream is a file that others may read.
func othersRead(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && checkMode(f.Name(), info) != nil
}

// shown returns the name of a file for a message: as it is where it is plain,
// else quoted.
func shown(path string) string {
	for _, c := range []byte(path) {
		if c <= ' ' || c > '~' || strings.IndexByte(`"'\;`, c) >= 0 {
			return predicates.Quote(path)
		}
	}
	if path == "" {
		return `""`
	}
	return path
}
