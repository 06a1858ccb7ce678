package http1

// statusLine reads the status line at the start of b into m and returns the
// index behind it: 0 with an error when the line is wrong or b ends before it
// does, which broken tells apart.
func statusLine(b []byte, m *Response) (next int, err *Error) {
	const least = "HTTP/1.x 200\r\n"
	if len(b) < len(least) || string(b[:7]) != "HTTP/1." || class[b[7]]&isDigit == 0 || b[8] != ' ' {
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
