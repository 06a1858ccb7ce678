package http1

import "strconv"

// Persistence is what an answer's Connection field tells the client.
type Persistence uint8

const (
	Keep      Persistence = iota // nothing: HTTP/1.1 keeps the connection by default
	Close                        // "close"
	KeepAloud                    // "keep-alive", which an HTTP/1.0 client needs to hear
)

// Persistence is what the answer to m should say when the server does not want
// to close.
func (m *Request) Persistence() Persistence {
	switch {
	case !m.KeepAlive:
		return Close
	case m.Minor == 0:
		return KeepAloud
	}
	return Keep
}

// Chunked, as the length of a body, says that it will come in chunks.
const Chunked = -1

// AppendResponse appends a whole response to an HTTP/1.1 client.
func AppendResponse(dst []byte, status int, contentType string, body []byte, keepAlive bool) []byte {
	return append(AppendResponseHead(dst, status, contentType, len(body), keepAlive), body...)
}

// AppendResponseHead appends the head of a response to an HTTP/1.1 client. The
// body's length is in bytes, or Chunked.
func AppendResponseHead(dst []byte, status int, contentType string, length int, keepAlive bool) []byte {
	p := Keep
	if !keepAlive {
		p = Close
	}
	return AppendAnswerHead(dst, status, contentType, length, p)
}

// AppendAnswerHead appends the head of a response, its Connection field as p
// says. A status that allows no body (1xx, 204, 304) is given no length.
func AppendAnswerHead(dst []byte, status int, contentType string, length int, p Persistence) []byte {
	dst = appendStatusLine(dst, status)
	if status >= 200 && status != 204 && status != 304 {
		dst = append(dst, "Content-Type: "...)
		dst = append(dst, contentType...)
		dst = appendLength(dst, length)
	}
	switch p {
	case Close:
		dst = append(dst, "Connection: close\r\n"...)
	case KeepAloud:
		dst = append(dst, "Connection: keep-alive\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// appendLength ends a line and appends the field that frames the body.
func appendLength(dst []byte, length int) []byte {
	if length < 0 {
		return append(dst, "\r\nTransfer-Encoding: chunked\r\n"...)
	}
	dst = append(dst, "\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(length), 10)
	return append(dst, "\r\n"...)
}

func appendStatusLine(dst []byte, status int) []byte {
	if status == 200 {
		return append(dst, "HTTP/1.1 200 OK\r\n"...)
	}
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, Reason(status)...)
	return append(dst, "\r\n"...)
}

// AppendContinue appends the answer that tells a client to send its body.
func AppendContinue(dst []byte) []byte { return append(dst, "HTTP/1.1 100 Continue\r\n\r\n"...) }

// AppendRequest appends a whole request. Target and host are sent as they are,
// so they must be valid.
func AppendRequest(dst []byte, method string, target []byte, host string, body []byte) []byte {
	return append(AppendRequestHead(dst, method, target, host, len(body)), body...)
}

// AppendRequestHead appends the head of a request. The body's length is in bytes,
// or Chunked; a length of 0 is said only where the method foresees a body (RFC 9110 8.6).
func AppendRequestHead(dst []byte, method string, target []byte, host string, length int) []byte {
	dst = append(dst, method...)
	dst = append(dst, ' ')
	dst = append(dst, target...)
	dst = append(dst, " HTTP/1.1\r\nHost: "...)
	dst = append(dst, host...)
	if length != 0 || method == "POST" || method == "PUT" || method == "PATCH" {
		dst = appendLength(dst, length)
	} else {
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...)
}

// AppendChunk appends data as one chunk; no data appends nothing, because an
// empty chunk would end the body.
func AppendChunk(dst, data []byte) []byte {
	if len(data) == 0 {
		return dst
	}
	dst = strconv.AppendInt(dst, int64(len(data)), 16)
	dst = append(dst, "\r\n"...)
	dst = append(dst, data...)
	return append(dst, "\r\n"...)
}

// AppendLastChunk appends what ends a chunked body.
func AppendLastChunk(dst []byte) []byte { return append(dst, "0\r\n\r\n"...) }

// Reason is the phrase for a status (RFC 9110 15), or "" for one not known here.
func Reason(status int) string {
	switch status {
	case 100:
		return "Continue"
	case 200:
		return "OK"
	case 201:
		return "Created"
	case 204:
		return "No Content"
	case 304:
		return "Not Modified"
	case 400:
		return "Bad Request"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 408:
		return "Request Timeout"
	case 413:
		return "Content Too Large"
	case 414:
		return "URI Too Long"
	case 417:
		return "Expectation Failed"
	case 431:
		return "Request Header Fields Too Large"
	case 500:
		return "Internal Server Error"
	case 501:
		return "Not Implemented"
	case 502:
		return "Bad Gateway"
	case 503:
		return "Service Unavailable"
	case 504:
		return "Gateway Timeout"
	case 505:
		return "HTTP Version Not Supported"
	}
	return ""
}
