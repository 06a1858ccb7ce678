package http1

import "bytes"

// requestLine reads the request line at the start of b into m and returns the
// index behind it: 0 with an error when the line is wrong or b ends before it
// does, which broken tells apart.
func requestLine(b []byte, m *Request) (next int, err *Error) {
	i := 0
	for i < len(b) && class[b[i]]&isToken != 0 {
		i++
	}
	if i == 0 || i == len(b) || b[i] != ' ' {
		return 0, errMethod
	}
	m.Method = b[:i]
	start := i + 1
	i, query := scanTarget(b, start)
	if i == start || i == len(b) || b[i] != ' ' {
		return 0, targetError(b[i:])
	}
	m.Target = b[start:i]
	// The version first: HTTP/2's preface, "PRI * HTTP/2.0", deserves its 505.
	if next, err = version(b, i+1, m); err != nil {
		return 0, err
	}
	if err = m.split(query); err != nil {
		return 0, err
	}
	return next, nil
}

// scanTarget returns where the target at b[start:] ends, and the place of its
// first '?' within it, -1 when there is none.
func scanTarget(b []byte, start int) (end, query int) {
	query = -1
	for i := start; ; {
		for i < len(b) && class[b[i]]&isTarget != 0 {
			i++
		}
		switch {
		case i < len(b) && b[i] == '?':
			if query < 0 {
				query = i - start
			}
			i++
		case i < len(b) && b[i] == '%' && escape(b[i:]):
			i += 3
		default:
			return i, query
		}
	}
}

// targetError is the refusal of a request line whose target ends at rest, and not
// with a space.
func targetError(rest []byte) *Error {
	if len(rest) > 0 && class[rest[0]]&isText != 0 && rest[0] != ' ' {
		return errTarget
	}
	return errRequestLine
}

// version reads "HTTP/1.1" and the line's end at b[i:].
func version(b []byte, i int, m *Request) (next int, err *Error) {
	const want = "HTTP/1.x\r\n"
	v := b[i:]
	if len(v) < len(want) {
		return 0, errRequestLine
	}
	if string(v[:len(want)]) == "HTTP/1.1\r\n" {
		m.Minor = 1
		return i + len(want), nil
	}
	if string(v[:5]) != "HTTP/" || v[6] != '.' || class[v[5]]&class[v[7]]&isDigit == 0 || v[8] != '\r' || v[9] != '\n' {
		return 0, errRequestLine
	}
	if v[5] != '1' {
		return 0, errVersion
	}
	m.Minor = int(v[7] - '0')
	return i + len(want), nil
}

// split sets Path and Query from Target, whose first '?' is at query (-1:
// none). The forms of a target: RFC 9112 3.2.
func (m *Request) split(query int) *Error {
	t := m.Target
	m.Path, m.Query = t, nil
	if query >= 0 {
		m.Path, m.Query = t[:query], t[query+1:]
	}
	switch {
	case t[0] == '/': // origin-form
		return nil
	case string(m.Method) == "CONNECT": // authority-form
		if colon := bytes.LastIndexByte(t, ':'); query >= 0 || colon < 1 || colon == len(t)-1 || !validHost(t) {
			return errTargetForm
		}
		return nil
	case string(m.Method) == "OPTIONS" && string(t) == "*":
		return nil
	}
	return m.absolute()
}

var slash = []byte("/")

// absolute takes scheme and authority off Path.
func (m *Request) absolute() *Error {
	p := m.Path
	switch {
	case len(p) > 7 && equalFold(p[:7], "http://"):
		p = p[7:]
	case len(p) > 8 && equalFold(p[:8], "https://"):
		p = p[8:]
	default:
		return errTargetForm
	}
	m.Path = slash
	if i := bytes.IndexByte(p, '/'); i >= 0 {
		p, m.Path = p[:i], p[i:]
	}
	// An http URI without a host is invalid (RFC 9110 4.2.1); so is one with a
	// user name, which validHost refuses (4.2.4).
	if len(p) == 0 || p[0] == ':' || !validHost(p) {
		return errTargetForm
	}
	return nil
}
