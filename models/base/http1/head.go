package http1

import "bytes"

// head is what the fields of one head say about framing and the connection.
type head struct {
	length    int64  // Content-Length; -1 without
	err       *Error // the first refusal that is not a matter of one line's syntax
	host      bool
	codings   bool // Transfer-Encoding is there
	chunked   bool // and its last coding is chunked
	close     bool // Connection: close
	keepAlive bool // Connection: keep-alive
	expect    bool // Expect: 100-continue
}

// A refusal for the meaning of fields waits for the end of the head: so the
// answer is the same however the head was cut, with lines judged one by one.
func (h *head) refuse(e *Error) {
	if h.err == nil {
		h.err = e
	}
}

// fieldLine reads the field line at b[i:] up to and with its CRLF and returns the
// index behind it: 0 with a nil error when b ends before the line does.
func fieldLine(b []byte, i int) (f Field, next int, err *Error) {
	start := i
	for i < len(b) && class[b[i]]&isToken != 0 {
		i++
	}
	if i == len(b) {
		return f, 0, nil
	}
	if b[i] != ':' || i == start {
		if b[start] == ' ' || b[start] == '\t' {
			return f, 0, errFold
		}
		return f, 0, errFieldName
	}
	f.Name = b[start:i]
	i++
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	end := control(b, i)
	if end+1 >= len(b) && (end == len(b) || b[end] == '\r') {
		return f, 0, nil
	}
	if b[end] != '\r' || b[end+1] != '\n' {
		if b[end] == '\n' {
			return f, 0, errLF
		}
		return f, 0, errFieldValue
	}
	next = end + 2
	for end > i && (b[end-1] == ' ' || b[end-1] == '\t') {
		end--
	}
	f.Value = b[i:end]
	return f, next, nil
}

// parseFields reads field lines from b[pos:] to the empty line that ends the head
// and returns the index behind it. When b ends before, whole is false and the
// index is that of the line not whole.
func parseFields(b []byte, pos int, lim *limits, fields []Field, h *head) (_ []Field, _ int, whole bool, _ *Error) {
	for {
		if pos+2 <= len(b) && b[pos] == '\r' && b[pos+1] == '\n' {
			if err := lim.room(pos, 2); err != nil {
				return fields, pos, false, err
			}
			return fields, pos + 2, true, nil
		}
		if pos+1 >= len(b) && (pos == len(b) || b[pos] == '\r') {
			return fields, pos, false, unfinished(b, pos, lim)
		}
		f, next, err := fieldLine(b, pos)
		if next == 0 {
			return fields, pos, false, broken(b, pos, lim, err)
		}
		if err := lim.room(pos, next-pos); err != nil {
			return fields, pos, false, err
		}
		if len(fields) >= int(lim.fields) {
			return fields, pos, false, errFieldsLimit
		}
		fields = append(fields, f)
		h.note(f)
		pos = next
	}
}

// unfinished is the verdict on a line of which only b[pos:] is there: none as
// long as it can still be right.
func unfinished(b []byte, pos int, lim *limits) *Error {
	return lim.room(pos, len(b)-pos+1)
}

// broken is the verdict on the line at b[pos:], which is unfinished (err is nil)
// or wrong. The limit goes first and a wrong line is judged when it is whole,
// so that the answer does not hang on how it was cut.
func broken(b []byte, pos int, lim *limits, err *Error) *Error {
	end := bytes.IndexByte(b[pos:], '\n')
	if end < 0 {
		return unfinished(b, pos, lim)
	}
	if over := lim.room(pos, end+1); over != nil {
		return over
	}
	return err
}

// note takes from a field what it says about framing and the connection.
func (h *head) note(f Field) {
	switch len(f.Name) {
	case len("Host"):
		if equalFold(f.Name, "host") {
			h.noteHost(f.Value)
		}
	case len("Expect"):
		if equalFold(f.Name, "expect") {
			h.expect = h.expect || is(f.Value, "100-continue")
		}
	case len("Connection"):
		if equalFold(f.Name, "connection") {
			h.noteConnection(f.Value)
		}
	case len("Content-Length"):
		if equalFold(f.Name, "content-length") {
			h.noteLength(f.Value)
		}
	case len("Transfer-Encoding"):
		if equalFold(f.Name, "transfer-encoding") {
			h.noteCodings(f.Value)
		}
	}
}

func (h *head) noteHost(v []byte) {
	if h.host {
		h.refuse(errHostTwice)
	}
	h.host = true
	if !validHost(v) {
		h.refuse(errHost)
	}
}

func (h *head) noteConnection(v []byte) {
	for len(v) > 0 {
		var option []byte
		option, v = element(v)
		switch {
		case is(option, "close"):
			h.close = true
		case is(option, "keep-alive"):
			h.keepAlive = true
		}
	}
}

func (h *head) noteLength(v []byte) {
	if h.length >= 0 {
		h.refuse(errLengthTwice)
	}
	if len(v) == 0 {
		h.refuse(errLength)
	}
	n := int64(0)
	for _, c := range v {
		if class[c]&isDigit == 0 {
			h.refuse(errLength)
			break
		}
		n = min(n*10+int64(c-'0'), 1<<59) // beyond any limit: no overflow
	}
	h.length = n
}

func (h *head) noteCodings(v []byte) {
	h.codings = true
	some := false
	for len(v) > 0 {
		var coding []byte
		coding, v = element(v)
		if len(coding) == 0 {
			continue // an empty element is to be ignored: RFC 9110 5.6.1.2
		}
		some = true
		if h.chunked {
			h.refuse(errTEOrder)
		}
		if h.chunked = is(coding, "chunked"); !h.chunked {
			h.refuse(errTECoding)
		}
	}
	if !some {
		h.refuse(errTEOrder)
	}
}

// check judges the head once it is whole.
func (h *head) check(minor int, lim *limits) *Error {
	switch {
	case h.codings && h.length >= 0:
		return errLengthTE
	case h.codings && minor == 0:
		return errTEVersion
	case h.err != nil:
		return h.err
	case h.length > lim.body:
		return errBodyLimit
	}
	return nil
}

func (h *head) persists(minor int) bool {
	return !h.close && (minor >= 1 || h.keepAlive)
}

// element cuts the first element off a comma-separated list.
func element(list []byte) (first, rest []byte) {
	first = list
	if i := bytes.IndexByte(list, ','); i >= 0 {
		first, rest = list[:i], list[i+1:]
	}
	return bytes.Trim(first, " \t"), rest
}

// validHost says whether v is uri-host [ ":" port ], RFC 9110 7.2; empty is.
func validHost(v []byte) bool {
	i := 0
	if len(v) > 0 && v[0] == '[' {
		i = bytes.IndexByte(v, ']')
		if i < 2 {
			return false
		}
		for _, c := range v[1:i] {
			if c != ':' && class[c]&isHost == 0 {
				return false
			}
		}
		i++
	} else {
		for i < len(v) && v[i] != ':' {
			if v[i] == '%' && escape(v[i:]) {
				i += 2
			} else if class[v[i]]&isHost == 0 {
				return false
			}
			i++
		}
	}
	if i < len(v) && v[i] != ':' {
		return false
	}
	for i++; i < len(v); i++ {
		if class[v[i]]&isDigit == 0 {
			return false
		}
	}
	return true
}

// escape says whether b starts with a percent-encoded byte.
func escape(b []byte) bool {
	return len(b) >= 3 && class[b[1]]&class[b[2]]&isHex != 0
}
