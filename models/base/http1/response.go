package http1

import "io"

// ResponseReader decodes the responses of one connection: the client's side. Init
// makes it ready. It may be used by one goroutine at a time.
type ResponseReader struct {
	reader
	headOnly bool  // the request was HEAD
	tunnel   bool  // the request was CONNECT
	interim  uint8 // 1xx responses passed over
}

const maxInterim = 32

// Init makes the reader ready for a stream, with these limits, and for the
// answer to a request whose method is neither HEAD nor CONNECT.
func (r *ResponseReader) Init(lim Limits) {
	r.reader.Init(lim)
	r.Reset("")
}

// Reset forgets a message partly read and an error, and expects the answer to a
// request of this method. Between responses on one connection it is needed only
// where the method changes to or from HEAD or CONNECT. The limits and the memory stay.
func (r *ResponseReader) Reset(method string) {
	r.restart()
	r.headOnly, r.tunnel, r.interim = method == "HEAD", method == "CONNECT", 0
}

// Partial says whether some but not all of a response has been fed.
func (r *ResponseReader) Partial() bool { return r.phase != idle || r.interim > 0 }

// Feed takes bytes of the stream and returns how many it took and what it has.
// At Done, m is the final response; bytes not taken belong to the next one.
// Responses 1xx before it are passed over, but for 101, which is final. The
// error is an *Error; the stream cannot go on after it, and further Feeds return it again.
func (r *ResponseReader) Feed(b []byte, m *Response) (n int, st State, err error) {
	for {
		some, st, err := r.feed(b[n:], m)
		n += some
		if st != Continue {
			return n, st, err
		}
		if r.interim++; r.interim > maxInterim {
			return r.fail(errInterim)
		}
		if n == len(b) {
			return n, Continue, nil
		}
	}
}

// EOF tells the reader that the stream has ended. It returns Done when that ends
// the message in hand, io.EOF when there was none and io.ErrUnexpectedEOF when it
// is cut short; after an error of Feed, that error.
func (r *ResponseReader) EOF(m *Response) (State, error) {
	switch {
	case r.err != nil:
		return More, r.err
	case r.phase == untilClose:
		r.finish(m)
		return Done, nil
	case r.Partial():
		return More, io.ErrUnexpectedEOF
	}
	return More, io.EOF
}

// feed is Feed for one response. Continue stands for an interim one.
func (r *ResponseReader) feed(b []byte, m *Response) (n int, st State, err error) {
	if r.phase != idle || r.err != nil {
		return r.resume(b, m)
	}
	if len(b) == 0 {
		return 0, More, nil
	}
	var h head
	end, whole, bad := r.parse(b, m, &h)
	if bad != nil {
		return r.fail(bad.asResponse())
	}
	if !whole {
		r.begin(b, end, len(m.Fields))
		return len(b), More, nil
	}
	if total := end + int(h.length); h.length >= 0 && total <= len(b) {
		m.Body = b[end:total:total]
		r.fed = true
		return total, r.verdict(m), nil
	}
	r.store = append(r.store[:0], b[:end]...)
	return r.payload(end, b[end:], m, &h)
}

// resume goes on with a response of which a part is in the store.
func (r *ResponseReader) resume(b []byte, m *Response) (n int, st State, err error) {
	if r.err != nil {
		return 0, More, r.err
	}
	for r.phase == inHead {
		some, at, bad := r.gather(b[n:])
		n += some
		if at == startLine {
			_, bad = statusLine(r.store, m)
		}
		switch {
		case bad != nil:
			return r.fail(bad.asResponse())
		case at == headEnd:
			return r.headDone(n, b[n:], m)
		case at == nothing:
			return n, More, nil
		}
	}
	return r.rest(n, b[n:], m)
}

// headDone reads the head, now that it is whole in the store.
func (r *ResponseReader) headDone(n int, b []byte, m *Response) (int, State, error) {
	var h head
	if _, _, bad := r.parse(r.store, m, &h); bad != nil {
		return r.fail(bad.asResponse())
	}
	return r.payload(n, b, m, &h)
}

// payload begins the body of the response whose head is in the store.
func (r *ResponseReader) payload(n int, b []byte, m *Response, h *head) (int, State, error) {
	r.enter(h)
	if !h.chunked && h.length < 0 {
		r.phase = untilClose
	}
	return r.rest(n, b, m)
}

// rest takes what b has of the body.
func (r *ResponseReader) rest(n int, b []byte, m *Response) (int, State, error) {
	some, done, bad := r.body(b)
	if bad != nil {
		return r.fail(bad.asResponse())
	}
	if !done {
		return n + some, More, nil
	}
	r.finish(m)
	return n + some, r.verdict(m), nil
}

// verdict is Continue for an interim response and else Done.
func (r *ResponseReader) verdict(m *Response) State {
	if m.Status < 200 && m.Status != 101 {
		return Continue
	}
	r.interim = 0
	return Done
}

// finish hands out the response in the store.
func (r *ResponseReader) finish(m *Response) {
	// The store may have moved as it grew, so the head is read where it is now.
	_, _, _ = r.parse(r.store[:r.head], m, &head{})
	m.Body = r.store[r.head:len(r.store):len(r.store)]
	r.phase, r.fed = idle, false
}

// parse reads the head at the start of b into m. When it is whole, end is where
// the body starts; else it is where the line starts that is not whole.
func (r *ResponseReader) parse(b []byte, m *Response, h *head) (end int, whole bool, err *Error) {
	m.Fields, m.Body = m.Fields[:0], nil
	h.length, h.response = -1, true
	if b[0] != 'H' { // refused at once, without waiting for a line's end
		return 0, false, errStatusLine
	}
	next, err := statusLine(b, m)
	if next == 0 {
		return 0, false, broken(b, 0, &r.lim, err)
	}
	if err := r.lim.room(0, next); err != nil {
		return 0, false, err
	}
	m.Fields, end, whole, err = parseFields(b, next, &r.lim, m.Fields, h)
	if err != nil || !whole {
		return end, false, err
	}
	if err := h.check(m.Minor); err != nil {
		return 0, false, err
	}
	m.KeepAlive = h.persists(m.Minor)
	switch {
	case r.empty(m.Status):
		h.length, h.chunked = 0, false
	case h.length > r.lim.body:
		return 0, false, errBodyLimit
	case h.length < 0 && !h.chunked:
		m.KeepAlive = false // the connection's end is the body's
	}
	return end, true, nil
}

// empty says whether a response has no body whatever its fields say: RFC 9112 6.3.
func (r *ResponseReader) empty(status int) bool {
	return status < 200 || status == 204 || status == 304 || r.headOnly || r.tunnel && status < 300
}
