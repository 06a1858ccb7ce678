package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"

	"golang.org/x/sys/unix"

	"assay/harness/trace"
)

// format is where the fields of a tracepoint's records are, by name.
type format struct {
	id     uint16
	fields map[string]field
}

type field struct{ offset, size int }

var (
	formatID    = regexp.MustCompile(`(?m)^ID: (\d+)$`)
	formatField = regexp.MustCompile(`(?m)^\tfield:[^;]*?(\w+)(?:\[\w+\])?;\toffset:(\d+);\tsize:(\d+);`)
)

// parseFormat reads a tracepoint's format file.
func parseFormat(text string) (format, error) {
	f := format{fields: make(map[string]field)}
	id := formatID.FindStringSubmatch(text)
	if id == nil {
		return f, errors.New("its format has no ID")
	}
	n, err := strconv.ParseUint(id[1], 10, 16)
	if err != nil {
		return f, fmt.Errorf("ID %s: %w", id[1], err)
	}
	f.id = uint16(n)
	for _, m := range formatField.FindAllStringSubmatch(text, -1) {
		offset, _ := strconv.Atoi(m[2]) // digits
		size, _ := strconv.Atoi(m[3])
		f.fields[m[1]] = field{offset, size}
	}
	return f, nil
}

// number is the field of a record as a signed number of 4 or 8 bytes; 0 if it has none.
func (f *format) number(record []byte, name string) int64 {
	at, ok := f.fields[name]
	switch {
	case !ok, at.offset+at.size > len(record):
		return 0
	case at.size == 4:
		return int64(int32(binary.NativeEndian.Uint32(record[at.offset:])))
	case at.size == 8:
		return int64(binary.NativeEndian.Uint64(record[at.offset:]))
	}
	return 0
}

// readPages reads the pages of one processor's buffer, and takes each record with its time in ns.
func readPages(path string, take func(at int64, record []byte) error) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	page := make([]byte, os.Getpagesize())
	for {
		n, err := unix.Read(fd, page)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN, err == nil && n == 0:
			return nil
		case err != nil:
			return &os.PathError{Op: "read", Path: path, Err: err}
		}
		if err := records(page[:n], take); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
}

// The heads of what is in a page: five bits of type, or of length in words; 27 of time since
// the one before. See the kernel's events/header_event.
const (
	pageHead   = 16 // bytes: time of the first record, and how many bytes follow
	typePad    = 29
	typeExtend = 30
	typeStamp  = 31
)

var errCut = errors.New("a record is cut")

// records splits a page.
func records(page []byte, take func(at int64, record []byte) error) error {
	if len(page) < pageHead {
		return errCut
	}
	at := binary.NativeEndian.Uint64(page)
	length := int(binary.NativeEndian.Uint64(page[8:]) & 0xfffff) // above it are flags
	if pageHead+length > len(page) {
		return errCut
	}
	for b := page[pageHead : pageHead+length]; len(b) > 0; {
		if len(b) < 4 {
			return errCut
		}
		head := binary.NativeEndian.Uint32(b)
		kind, delta := head&31, uint64(head>>5)
		b = b[4:]
		size, skip := int(kind)*4, 0
		if kind == 0 || kind >= typePad {
			if kind == typePad && delta == 0 {
				return nil // the rest of the page is empty
			}
			if len(b) < 4 {
				return errCut
			}
			word := binary.NativeEndian.Uint32(b)
			switch kind {
			case typeExtend:
				delta += uint64(word) << 27
				size = 4
			case typeStamp:
				at, delta = at&(0xf8<<56)|uint64(word)<<27+delta, 0
				size = 4
			default:
				size, skip = int(word), 4
			}
		}
		at += delta
		if size < skip || size > len(b) {
			return errCut
		}
		if kind < typePad {
			if err := take(int64(at), b[skip:size]); err != nil {
				return err
			}
		}
		b = b[size:]
	}
	return nil
}

// decoder makes events of records.
type decoder struct {
	formats map[string]format
	names   *names
	events  []trace.Event
}

func (d *decoder) take(at int64, record []byte) error {
	if len(record) < 8 {
		return errCut
	}
	id, thread := binary.NativeEndian.Uint16(record), int(int32(binary.NativeEndian.Uint32(record[4:])))
	for point, f := range d.formats {
		if f.id != id {
			continue
		}
		switch point {
		case sysEnter:
			e := trace.Event{At: at, Thread: thread, Kind: trace.Enter, Call: callName(f.number(record, "id"))}
			if args := f.fields["args"]; args.offset+args.size <= len(record) {
				for i := 0; i < min(args.size, 24); i += 8 { // three tell what a call is about
					e.Args = append(e.Args, binary.NativeEndian.Uint64(record[args.offset+i:]))
				}
			}
			d.events = append(d.events, e)
		case sysExit:
			d.events = append(d.events, trace.Event{At: at, Thread: thread, Kind: trace.Exit, Call: callName(f.number(record, "id")), Ret: f.number(record, "ret")})
		case switched:
			// The state is a mask whose low byte says what the thread waits for; 0 is ready to run.
			waits := f.number(record, "prev_state")&0xff != 0
			d.events = append(d.events,
				trace.Event{At: at, Thread: int(f.number(record, "prev_pid")), Kind: trace.Off, Waits: waits},
				trace.Event{At: at, Thread: int(f.number(record, "next_pid")), Kind: trace.On})
		case waking:
			d.events = append(d.events, trace.Event{At: at, Thread: int(f.number(record, "pid")), Kind: trace.Wake, By: d.names.of(thread)})
		}
	}
	return nil
}
