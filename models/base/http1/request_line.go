package http1

import "bytes"

// requestLine reads the request line at the start of b into m and returns the
// index behind it: 0 with a nil error when b ends before the line does.
func requestLine(b []byte, m *Request) (next int, err *Error) {
	i := 0
	for i < len(b) && class[b[i]]&isToken != 0 {
		i++
	}
	if i == len(b) {
		return 0, nil
	}
	if i == 0 || b[i] != ' ' {
		return 0, errMethod
	}
	m.Method = b[:i]
	i++
	start, query := i, -1
	for i < len(b) {
		c := b[i]
		if class[c]&isTarget != 0 {
			i++
			continue
		}
		if c == '?' {
			if query < 0 {
				query = i
			}
			i++
		} else if c == '%' && i+2 < len(b) && escape(b[i:]) {
			i += 3
		} else {
			break
		}
	}
	if i == len(b) || b[i] == '%' && i+2 >= len(b) {
		return 0, nil
	}
	if b[i] != ' ' || i == start {
		return 0, targetError(b[i:])
	}
	m.Target = b[start:i]
	if query >= 0 {
		query -= start
	}
	if err := m.split(query); err != nil {
		return 0, err
	}
	return version(b, i+1, m)
}

// targetError is the refusal of a request line whose target ends at rest, with
// something other than a space.
func targetError(rest []byte) *Error {
	switch rest[0] {
	case '\n', '\r', ' ':
		return errRequestLine
	}
	return errTarget
}

// version reads "HTTP/1.1" and the line's end at b[i:].
func version(b []byte, i int, m *Request) (next int, err *Error) {
	const want = "HTTP/1.x\r\n"
	v := b[i:]
	if len(v) < len(want) {
		return 0, errRequestLine // or unfinished, which broken finds out
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
			return errTarget
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
		return errTarget
	}
	m.Path = slash
	if i := bytes.IndexByte(p, '/'); i >= 0 {
		p, m.Path = p[:i], p[i:]
	}
	// An http URI without a host is invalid (RFC 9110 4.2.1); so is one with a
	// user name, which validHost refuses (4.2.4).
	if len(p) == 0 || p[0] == ':' || !validHost(p) {
		return errTarget
	}
	return nil
}
