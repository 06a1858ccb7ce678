package http1

// RequestReader decodes the requests of one connection: the server's side. Init
// makes it ready. It may be used by one goroutine at a time.
type RequestReader struct{ reader }

// Reset forgets a message partly read and an error, for a new stream. The
// limits and the memory stay.
func (r *RequestReader) Reset() { r.restart() }

// Feed takes bytes of the stream and returns how many it took and what it has.
// At Done, m is the request; bytes not taken belong to the next one. At Continue
// m has the head, valid until the next Feed. The error is an *Error; the stream
// cannot go on after it, and further Feeds return it again.
func (r *RequestReader) Feed(b []byte, m *Request) (n int, st State, err error) {
	if r.phase != idle || r.err != nil {
		return r.resume(b, m)
	}
	if len(b) >= 2 && b[0] == '\r' && b[1] == '\n' && !r.blank {
		r.blank = true
		n, b = 2, b[2:]
	}
	if len(b) == 0 {
		return n, More, nil
	}
	var h head
	end, whole, bad := parseRequest(b, m, &r.lim, &h)
	if bad != nil {
		return r.fail(bad)
	}
	if !whole {
		r.begin(b, end, len(m.Fields))
		return n + len(b), More, nil
	}
	if total := end + int(max(h.length, 0)); !h.chunked && total <= len(b) {
		m.Body = b[end:total:total]
		r.blank, r.fed = false, true
		return n + total, Done, nil
	}
	r.store = append(r.store[:0], b[:end]...)
	return r.payload(n+end, b[end:], m, &h)
}

// resume goes on with a request of which a part is in the store.
func (r *RequestReader) resume(b []byte, m *Request) (n int, st State, err error) {
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
				bad = badStart(r.store)
			case len(line) == 2 && line[0] == '\r' && !first:
				return r.headDone(n, b[n:], m)
			case len(line) == 2 && line[0] == '\r' && !r.blank:
				r.blank, r.phase = true, idle
				some, st, err := r.Feed(b[n:], m)
				return n + some, st, err
			case first:
				_, bad = requestLine(line, m)
			default:
				bad = r.checkField(line)
			}
		}
		if bad != nil {
			return r.fail(bad)
		}
	}
	return r.rest(n, b[n:], m)
}

// headDone reads the head again, now that it is whole in the store.
func (r *RequestReader) headDone(n int, b []byte, m *Request) (int, State, error) {
	var h head
	if _, _, bad := parseRequest(r.store, m, &r.lim, &h); bad != nil {
		return r.fail(bad)
	}
	return r.payload(n, b, m, &h)
}

// payload begins the body of the request whose head is in the store and, parsed, in m.
func (r *RequestReader) payload(n int, b []byte, m *Request, h *head) (int, State, error) {
	r.enter(h)
	if len(b) == 0 && h.expect && m.Minor >= 1 && (h.chunked || r.left > 0) {
		parseRequest(r.store, m, &r.lim, &head{})
		return n, Continue, nil
	}
	return r.rest(n, b, m)
}

// rest takes what b has of the body.
func (r *RequestReader) rest(n int, b []byte, m *Request) (int, State, error) {
	some, done, bad := r.body(b)
	if bad != nil {
		return r.fail(bad)
	}
	if !done {
		return n + some, More, nil
	}
	parseRequest(r.store[:r.head], m, &r.lim, &head{})
	m.Body = r.store[r.head:]
	r.phase, r.blank, r.fed = idle, false, false
	return n + some, Done, nil
}

// Detach copies what of m, the request of the last Done, aliases the fed bytes
// into the reader's memory. It is valid until the next Feed, Reset or Release.
func (r *RequestReader) Detach(m *Request) {
	if !r.fed {
		return
	}
	r.fed = false
	r.makeRoom(len(m.Method) + len(m.Target) + size(m.Fields) + len(m.Body))
	query := -1
	if m.Query != nil {
		query = len(m.Target) - len(m.Query) - 1
	}
	m.Method, m.Target = r.adopt(m.Method), r.adopt(m.Target)
	_ = m.split(query)
	r.adoptFields(m.Fields)
	m.Body = r.adopt(m.Body)
}

// parseRequest reads the head at the start of b into m. When it is whole, the
// index is that of the body; else that of the line not whole.
func parseRequest(b []byte, m *Request, lim *limits, h *head) (end int, whole bool, err *Error) {
	m.Fields, m.Body = m.Fields[:0], nil
	h.length = -1
	next, err := requestLine(b, m)
	if next == 0 {
		if err := badStart(b); err != nil {
			return 0, false, err
		}
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
	if !h.host && m.Minor >= 1 {
		return 0, false, errHostMissing
	}
	m.KeepAlive = h.persists(m.Minor)
	return end, true, nil
}

// badStart refuses at its first byte what cannot become a request, such as a
// TLS handshake, without waiting for a line's end that may never come.
func badStart(b []byte) *Error {
	if c := b[0]; class[c]&isToken == 0 && c != '\r' {
		return errMethod
	}
	return nil
}
