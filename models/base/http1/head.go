package http1

import "bytes"

// head is what the fields of one head say about framing and the connection.
type head struct {
	length    int64  // Content-Length; -1 without
	err       *Error // the first refusal that is not a matter of one line's syntax
	response  bool   // a response's: Host means nothing in it
	host      bool   // Host is there
	codings   bool   // Transfer-Encoding is there
	chunked   bool   // and its last coding is chunked
	close     bool   // Connection: close
	keepAlive bool   // Connection: keep-alive
	expect    bool   // Expect: 100-continue
}

// A refusal for the meaning of fields waits for the end of the head: so the
// answer is the same however the head was cut, with lines judged one by one.
func (h *head) refuse(e *Error) {
	if h.err == nil {
		h.err = e
	}
}

// note takes from a field what it says about framing and the connection.
func (h *head) note(f *Field) {
	switch len(f.Name) {
	case len("Host"):
		if !h.response && equalFold(f.Name, "host") {
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
func (h *head) check(minor int) *Error {
	switch {
	case h.codings && h.length >= 0:
		return errLengthTE
	case h.codings && minor == 0:
		return errTEVersion
	}
	return h.err
}

func (h *head) persists(minor int) bool {
	return !h.close && (minor >= 1 || h.keepAlive)
}

// element cuts the first element off a comma-separated list, without the white
// space around it.
func element(list []byte) (first, rest []byte) {
	first = list
	if i := bytes.IndexByte(list, ','); i >= 0 {
		first, rest = list[:i], list[i+1:]
	}
	for len(first) > 0 && isSpace(first[0]) {
		first = first[1:]
	}
	for len(first) > 0 && isSpace(first[len(first)-1]) {
		first = first[:len(first)-1]
	}
	return first, rest
}
