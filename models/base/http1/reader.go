package http1

import (
	"bytes"
	"slices"
)

type phase uint8

const (
	idle phase = iota // between messages: no byte of one in hand
	inHead
	inBody     // Content-Length: left bytes are owed
	untilClose // the body ends with the connection
	inChunks   // chunked: see body.go
	inChunkSize
	inChunkPad
	inChunkExtension
	inChunkLF
	inChunkData
	inChunkDataCR
	inChunkDataLF
	inTrailerStart
	inTrailerName
	inTrailerValue
	inTrailerLF
	inLastLF
)

// reader is what both readers share. An idle one is this struct and whatever
// store it was left; Release drops the store.
type reader struct {
	store  []byte // a message that straddles Feeds: its head as sent, then its body decoded
	err    *Error // what the stream was refused for
	lim    limits
	left   int64 // bytes the body or the chunk still owes
	line   int32 // in store, start of the line not yet whole
	head   int32 // length of the head in store, once it is whole
	extra  int32 // bytes of chunk lines and trailers beyond their payload
	fields uint16
	phase  phase
	blank  bool // the empty line that may precede a message has been skipped
	fed    bool // the message handed out aliases the fed bytes
}

// Init makes the reader ready for a stream, with these limits.
func (r *reader) Init(lim Limits) {
	*r = reader{lim: lim.pack(), store: r.store[:0]}
}

// Partial says whether some but not all of a message has been fed.
func (r *reader) Partial() bool { return r.phase != idle }

// Release drops the memory of the reader; messages that alias it stay valid.
// A message partly read is lost.
func (r *reader) Release() {
	r.store = nil
	r.restart()
}

func (r *reader) restart() {
	r.phase, r.err, r.blank, r.fed = idle, nil, false, false
}

func (r *reader) fail(err *Error) (int, State, error) {
	r.err = err
	return 0, More, err
}

// keep appends to the store, which grows by what came and not by what was promised.
func (r *reader) keep(b []byte) {
	r.store = append(r.store, b...)
}

// begin puts the first part of a head into the store; the line at pos is not whole.
func (r *reader) begin(b []byte, pos, fields int) {
	r.store = append(r.store[:0], b...)
	r.line, r.fields = int32(pos), uint16(fields)
	r.phase = inHead
}

// headLine moves bytes from b to the store up to the end of a line. It returns
// how many, and the line once it is whole.
func (r *reader) headLine(b []byte) (n int, line []byte, err *Error) {
	pos := int(r.line)
	have := len(r.store) - pos
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		if err := r.lim.room(pos, have+len(b)+1); err != nil {
			return 0, nil, err
		}
		r.keep(b)
		return len(b), nil, nil
	}
	if err := r.lim.room(pos, have+end+1); err != nil {
		return 0, nil, err
	}
	r.keep(b[:end+1])
	r.line = int32(len(r.store))
	return end + 1, r.store[pos:], nil
}

// checkField judges one whole field line of a head that straddles Feeds.
func (r *reader) checkField(line []byte) *Error {
	_, next, err := fieldLine(line, 0)
	if next == 0 {
		return err
	}
	if r.fields++; int32(r.fields) > r.lim.fields {
		return errFieldsLimit
	}
	return nil
}

// enter goes from the head, which is in store, to the body.
func (r *reader) enter(h *head) {
	r.head = int32(len(r.store))
	r.extra = 0
	switch {
	case h.chunked:
		r.phase = inChunks
	default:
		r.phase, r.left = inBody, max(h.length, 0)
	}
}

// body takes what b has of the body. When done, the body is the store behind the head.
func (r *reader) body(b []byte) (n int, done bool, err *Error) {
	switch r.phase {
	case inBody:
		n = int(min(r.left, int64(len(b))))
		r.keep(b[:n])
		r.left -= int64(n)
		return n, r.left == 0, nil
	case untilClose:
		if int64(len(r.store)-int(r.head)+len(b)) > r.lim.body {
			return 0, false, errBodyLimit
		}
		r.keep(b)
		return len(b), false, nil
	default:
		return r.chunks(b)
	}
}

// adopt moves v to the end of the store, which has room for it.
func (r *reader) adopt(v []byte) []byte {
	if v == nil {
		return nil
	}
	from := len(r.store)
	r.store = append(r.store, v...)
	return r.store[from:len(r.store):len(r.store)]
}

// makeRoom empties the store and gives it room for n bytes.
func (r *reader) makeRoom(n int) {
	r.store = slices.Grow(r.store[:0], n)
}

func (r *reader) adoptFields(fields []Field) {
	for i := range fields {
		f := &fields[i]
		f.Name, f.Value = r.adopt(f.Name), r.adopt(f.Value)
	}
}

func size(fields []Field) (n int) {
	for i := range fields {
		n += len(fields[i].Name) + len(fields[i].Value)
	}
	return n
}
