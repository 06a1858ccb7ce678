package http1

// RequestReader decodes the requests of one connection: the server's side. Init
// makes it ready. It may be used by one goroutine at a time.
type RequestReader struct{ reader }

// Reset forgets a message partly read and an error, for a new stream. The
// limits and the memory stay.
func (r *RequestReader) Reset() { r.restart() }

// Feed takes bytes of the stream and returns how many it took and what it has.
// At Done, m is the request; bytes not taken belong to the next one. At Continue
// m has the head, without a body, and may alias b. The error is an *Error; the stream cannot go on
// after it, and further Feeds return it again.
func (r *RequestReader) Feed(b []byte, m *Request) (n int, st State, err error) {
	if r.phase != idle || r.err != nil {
		return r.resume(b, m)
	}
	if len(b) >= 2 && b[0] == '\r' && b[1] == '\n' && !r.blank {
		r.blank = true // RFC 9112 2.2: ignore at least one empty line here
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
		some, at, bad := r.gather(b[n:])
		n += some
		if at == startLine {
			if len(r.store) == 2 && r.store[0] == '\r' && !r.blank {
				r.blank, r.phase = true, idle
				some, st, err = r.Feed(b[n:], m)
				return n + some, st, err
			}
			_, bad = requestLine(r.store, m)
		}
		switch {
		case bad != nil:
			return r.fail(bad)
		case at == headEnd:
			return r.headDone(n, b[n:], m)
		case at == nothing:
			return n, More, nil
		}
	}
	return r.rest(n, b[n:], m)
}

// headDone reads the head, now that it is whole in the store.
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
	// The store may have moved as it grew, so the head is read where it is now.
	_, _, _ = parseRequest(r.store[:r.head], m, &r.lim, &head{})
	m.Body = r.store[r.head:len(r.store):len(r.store)]
	r.phase, r.blank, r.fed = idle, false, false
	return n + some, Done, nil
}

// parseRequest reads the head at the start of b into m. When it is whole, end is
// where the body starts; else it is where the line starts that is not whole.
func parseRequest(b []byte, m *Request, lim *limits, h *head) (end int, whole bool, err *Error) {
	m.Fields, m.Body = m.Fields[:0], nil
	h.length = -1
	// What cannot become a request, such as a TLS handshake, is refused at its
	// first byte, without waiting for a line's end that may never come.
	if c := b[0]; class[c]&isToken == 0 && c != '\r' {
		return 0, false, errMethod
	}
	next, err := requestLine(b, m)
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
	m.KeepAlive = h.persists(m.Minor)
	return end, true, h.checkRequest(m.Minor, lim)
}

// checkRequest judges the head of a request once it is whole.
func (h *head) checkRequest(minor int, lim *limits) *Error {
	switch err := h.check(minor); {
	case err != nil:
		return err
	case !h.host && minor >= 1:
		return errHostMissing
	case h.length > lim.body:
		return errBodyLimit
	}
	return nil
}
