package http1

// enter goes from the head, which is in the store, to the body.
func (r *reader) enter(h *head) {
	r.head, r.extra = int32(len(r.store)), 0
	if h.chunked {
		r.phase = inChunk
		return
	}
	r.phase, r.left = inBody, max(h.length, 0)
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
		if r.decoded()+int64(len(b)) > r.lim.body {
			return 0, false, errBodyLimit
		}
		r.keep(b)
		return len(b), false, nil
	}
	return r.chunks(b)
}

// decoded is how much of the body is in the store.
func (r *reader) decoded() int64 { return int64(len(r.store) - int(r.head)) }
