package journal

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"
)

// What stands after a file's name where a published run has it compressed.
const (
	Gzip = ".gz"
	Zstd = ".zst"
)

// packings are the names under which a file of a run may stand: its own first.
func packings(name string) []string { return []string{name, name + Gzip, name + Zstd} }

// Packed is a file of a run, decompressed as it is read.
type Packed struct {
	io.Reader
	Path string // of the file that is there

	close func() error
}

// Close ends the reading.
func (p *Packed) Close() error { return p.close() }

// OpenPacked opens a file of a run, or the same compressed where only that is there. The error is
// an fs.ErrNotExist if neither is, and otherwise says what is wrong with the file.
func OpenPacked(path string) (*Packed, error) {
	var missing error
	for _, name := range packings(path) {
		f, err := openRegular(name)
		if errors.Is(err, fs.ErrNotExist) {
			if missing == nil {
				missing = err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		r, err := unpacking(name, f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s is not what its name says: %w", name, err)
		}
		return &Packed{r, name, f.Close}, nil
	}
	return nil, missing
}

// unpacking reads what is inside a file, by its name.
func unpacking(name string, f io.Reader) (io.Reader, error) {
	switch filepath.Ext(name) {
	case Gzip:
		return gzip.NewReader(bufio.NewReader(f))
	case Zstd:
		// With one goroutine nothing is left behind that a Close would have to end.
		return zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostUnpacked))
	}
	return f, nil
}

// mostUnpacked bounds the window that a compressed file may ask for, bytes.
const mostUnpacked = 256 << 20

// openRegular opens a file that has an end: a pipe would be waited for.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file but %s", path, info.Mode().Type())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// SumInside is the SHA-256 of what a file holds once it is decompressed, in hex.
func SumInside(path string) (string, error) {
	p, err := OpenPacked(path)
	if err != nil {
		return "", err
	}
	defer p.Close()
	h := sha256.New()
	if _, err := io.Copy(h, p); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
