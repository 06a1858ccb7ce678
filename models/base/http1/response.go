package http1

import "io"

// ResponseReader decodes the responses of one connection: the client's side. Init
// makes it ready. It may be used by one goroutine at a time.
type ResponseReader struct {
	reader
	bodiless bool // the request was HEAD
	tunnel   bool // the request was CONNECT
	interim  uint8
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
	r.bodiless, r.tunnel, r.interim = method == "HEAD", method == "CONNECT", 0
}

// Feed takes bytes of the stream and returns how many it took and what it has.
// At Done, m is the final response; bytes not taken belong to the next one.
// Responses 1xx before it are passed over, but for 101, which is final. The
// error is an *Error; the stream cannot go on after it, and further Feeds return it again.
func (r *ResponseReader) Feed(b []byte, m *Response) (n int, st State, err error) {
	for {
		some, st, err := r.feed(b[n:], m)
		n += some
		if st != Continue || err != nil {
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
// is cut short.
func (r *ResponseReader) EOF(m *Response) (State, error) {
	switch {
	case r.err != nil:
		return More, r.err
	case r.phase == idle && r.interim == 0:
		return More, io.EOF
	case r.phase == untilClose:
		r.finish(m)
		return Done, nil
	}
	return More, io.ErrUnexpectedEOF
}

// feed is Feed for one response: Continue stands for an interim one.
func (r *ResponseReader) feed(b []byte, m *Response) (n int, st State, err error) {
	if r.phase != idle || r.err != nil {
		return r.resume(b, m)
	}
	if len(b) == 0 {
		return 0, More, nil
	}
	var h head
	end, whole, bad := parseResponse(b, m, &r.lim, &h)
	if bad != nil {
		return r.fail(bad.asResponse())
	}
	if !whole {
		r.begin(b, end, len(m.Fields))
		return len(b), More, nil
	}
	if r.empty(m.Status) {
		h = head{length: 0}
	}
	if total := end + int(h.length); h.length >= 0 && total <= len(b) {
		if m.Status < 200 && m.Status != 101 {
			return total, Continue, nil
		}
		m.Body = b[end:total:total]
		r.fed, r.interim = true, 0
		return total, Done, nil
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
		if n == len(b) {
			return n, More, nil
		}
		first := r.line == 0
		some, line, bad := r.headLine(b[n:])
		if bad == nil {
			n += some
			switch {
			case line == nil:
			case first:
				_, bad = statusLine(line, m)
			case len(line) == 2 && line[0] == '\r':
				return r.headDone(n, b[n:], m)
			default:
				bad = r.checkField(line)
			}
		}
		if bad != nil {
			return r.fail(bad.asResponse())
		}
	}
	return r.rest(n, b[n:], m)
}

// headDone reads the head again, now that it is whole in the store.
func (r *ResponseReader) headDone(n int, b []byte, m *Response) (int, State, error) {
	var h head
	if _, _, bad := parseResponse(r.store, m, &r.lim, &h); bad != nil {
		return r.fail(bad.asResponse())
	}
	if r.empty(m.Status) {
		h = head{length: 0}
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
	if m.Status < 200 && m.Status != 101 {
		return n + some, Continue, nil
	}
	r.interim = 0
	return n + some, Done, nil
}

// finish hands out the response in the store.
func (r *ResponseReader) finish(m *Response) {
	closed := r.phase == untilClose
	parseResponse(r.store[:r.head], m, &r.lim, &head{})
	m.Body = r.store[r.head:]
	m.KeepAlive = m.KeepAlive && !closed
	r.phase, r.fed = idle, false
}

// empty says whether a response has no body whatever its fields say: RFC 9112 6.3.
func (r *ResponseReader) empty(status int) bool {
	return status < 200 || status == 204 || status == 304 || r.bodiless || r.tunnel && status < 300
}

// Detach copies what of m, the response of the last Done, aliases the fed bytes
// into the reader's memory. It is valid until the next Feed, Reset or Release.
func (r *ResponseReader) Detach(m *Response) {
	if !r.fed {
		return
	}
	r.fed = false
	r.makeRoom(size(m.Fields) + len(m.Body))
	r.adoptFields(m.Fields)
	m.Body = r.adopt(m.Body)
}

// parseResponse reads the head at the start of b into m. When it is whole, the
// index is that of the body; else that of the line not whole.
func parseResponse(b []byte, m *Response, lim *limits, h *head) (end int, whole bool, err *Error) {
	m.Fields, m.Body = m.Fields[:0], nil
	h.length = -1
	next, err := statusLine(b, m)
	if next == 0 {
		return 0, false, broken(b, 0, lim, err)
	}
	if err := lim.room(0, next); err != nil {
		return 0, false, err
	}
	m.Fields, end, whole, err = parseFields(b, next, lim, m.Fields, h)
	if err != nil || !whole {
		return end, false, err
	}
	if err := h.check(m.Minor, lim); err != nil {
		return 0, false, err
	}
	m.KeepAlive = h.persists(m.Minor)
	return end, true, nil
}

// statusLine reads the status line at the start of b into m and returns the
// index behind it: 0 with an error when it is wrong or b ends before it does.
func statusLine(b []byte, m *Response) (next int, err *Error) {
	const want = "HTTP/1.x 200"
	if len(b) < len(want)+2 || string(b[:7]) != "HTTP/1." || class[b[7]]&isDigit == 0 || b[8] != ' ' {
		return 0, errStatusLine
	}
	if b[9] == '0' || class[b[9]]&class[b[10]]&class[b[11]]&isDigit == 0 {
		return 0, errStatusLine
	}
	// RFC 9112 wants a space before an empty reason; many servers leave it out,
	// and section 4 allows to pass over that.
	if b[12] != ' ' && b[12] != '\r' {
		return 0, errStatusLine
	}
	end := control(b, 12)
	if end+1 >= len(b) || b[end] != '\r' || b[end+1] != '\n' {
		return 0, errStatusLine
	}
	m.Minor = int(b[7] - '0')
	m.Status = int(b[9]-'0')*100 + int(b[10]-'0')*10 + int(b[11]-'0')
	return end + 2, nil
}
