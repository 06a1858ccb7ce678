package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"assay/harness/trial"
)

// longestLine is more than any trial needs, bytes: a foreign file without line ends is not
// read into memory whole.
const longestLine = 256 << 20

// ErrTorn is the end of a journal whose last line was cut by a kill. All lines before it are whole.
var ErrTorn = errors.New("the last line is cut short")

// Lines reads a journal line by line.
type Lines struct {
	Path string // of the file that is read: TrialsFile, or the same compressed
	Size int64  // of the whole lines read so far, bytes as they are when not compressed

	n    int
	link string
	r    *bufio.Reader
	file *Packed
}

// openLines opens the records in dir, compressed or not. The error names the file.
func openLines(dir, id string) (*Lines, error) {
	p, err := OpenPacked(filepath.Join(dir, TrialsFile))
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return &Lines{Path: p.Path, link: genesis(id), file: p, r: bufio.NewReaderSize(p, 1<<20)}, nil
}

// Next reads a line. The error is io.EOF at the end, ErrTorn at an end without a
// newline, and otherwise names file and line.
func (l *Lines) Next() (Line, error) {
	text, err := l.whole()
	switch {
	case err == io.EOF && len(text) == 0:
		return Line{}, io.EOF
	case err == io.EOF:
		return Line{}, ErrTorn
	case err != nil:
		return Line{}, l.failed(err)
	}
	line, err := decode(text[:len(text)-1], l.link)
	if err != nil {
		return Line{}, l.damaged(err)
	}
	l.n++
	line.Number, l.link = l.n, line.link
	l.Size += int64(len(text))
	return line, nil
}

// whole reads up to a newline.
func (l *Lines) whole() ([]byte, error) {
	var text []byte
	for {
		part, err := l.r.ReadSlice('\n')
		if text = append(text, part...); err != bufio.ErrBufferFull {
			return text, err
		}
		if len(text) > longestLine {
			return nil, fmt.Errorf("it is longer than %d MiB, so this is no journal", longestLine>>20)
		}
	}
}

// LineError is what is wrong at a line of a journal.
type LineError struct {
	Path string
	Line int // from 1
	Err  error
}

// Error names file and line, and the remedy.
func (e *LineError) Error() string {
	return fmt.Sprintf("%s: line %d is damaged: %v; take it from a copy, or keep what is before it (head -n %d) and measure the rest again with --resume",
		e.Path, e.Line, e.Err, e.Line-1)
}

// Unwrap gives what is wrong.
func (e *LineError) Unwrap() error { return e.Err }

func (l *Lines) damaged(err error) error { return &LineError{l.Path, l.n + 1, err} }

// failed is a read that came to nothing.
func (l *Lines) failed(err error) error {
	if filepath.Base(l.Path) != TrialsFile {
		err = fmt.Errorf("the compressed file ends or changes here: %w", err)
	}
	return l.damaged(err)
}

// Close ends the reading.
func (l *Lines) Close() error { return l.file.Close() }

// scan reads all whole lines. A torn last line is left out, and torn says so.
func scan(dir, id string) (trials []trial.Trial, end *Lines, torn bool, err error) {
	l, err := openLines(dir, id)
	if err != nil {
		return nil, nil, false, err
	}
	defer l.Close()
	for {
		line, err := l.Next()
		switch {
		case err == io.EOF:
			return trials, l, false, nil
		case errors.Is(err, ErrTorn):
			return trials, l, true, nil
		case err != nil:
			return nil, nil, false, err
		}
		trials = append(trials, line.Trial)
	}
}
