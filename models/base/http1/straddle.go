package http1

import "bytes"

// A head that straddles Feeds is gathered in the store line by line. Each line is
// judged when it is whole, so that a wrong one is refused without waiting for the
// rest; the search for its end never looks at a byte twice. When the head is
// whole it is parsed at one go, from the start, into the message.

// landmark is what gather came to.
type landmark uint8

const (
	nothing   landmark = iota // all bytes were taken, no line is whole
	startLine                 // the store is one whole line
	headEnd                   // the store is a whole head
)

// begin puts the first part of a head into the store; the line at pos is not whole.
func (r *reader) begin(b []byte, pos, fields int) {
	r.store = append(r.store[:0], b...)
	r.line, r.fields = int32(pos), int32(fields)
	r.phase = inHead
}

// gather moves bytes of a head from b to the store and judges field lines. It
// stops behind the start line, which its caller judges, and behind the head.
func (r *reader) gather(b []byte) (n int, at landmark, err *Error) {
	for {
		some, line, err := r.gatherLine(b[n:])
		n += some
		first := len(line) == len(r.store)
		switch {
		case err != nil || line == nil:
			return n, nothing, err
		case first:
			return n, startLine, nil
		case len(line) == 2 && line[0] == '\r':
			return n, headEnd, nil
		}
		if err := r.judge(line); err != nil {
			return n, nothing, err
		}
	}
}

// gatherLine moves bytes from b to the store up to the end of a line, which it
// returns when it is whole.
func (r *reader) gatherLine(b []byte) (n int, line []byte, err *Error) {
	start := int(r.line)
	n = bytes.IndexByte(b, '\n') + 1
	if n == 0 {
		if err := r.lim.room(start, len(r.store)-start+len(b)+1); err != nil {
			return 0, nil, err
		}
		r.keep(b)
		return len(b), nil, nil
	}
	if err := r.lim.room(start, len(r.store)-start+n); err != nil {
		return 0, nil, err
	}
	r.keep(b[:n])
	r.line = int32(len(r.store))
	return n, r.store[start:], nil
}

// judge takes one whole field line.
func (r *reader) judge(line []byte) *Error {
	var f Field
	if next, err := fieldLine(line, 0, &f); next == 0 {
		return err
	}
	if r.fields++; r.fields > r.lim.fields {
		return errFieldsLimit
	}
	return nil
}
