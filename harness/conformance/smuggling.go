package conformance

import (
	"fmt"
	"strings"
)

// smuggled is the request that a smuggler hides in another's body: a server that
// answers it has let itself be told two lengths.
const smuggled = "GET /echo?bytes=7 HTTP/1.1\r\nHost: check\r\nX: 0123456789\r\n\r\n"

// smugglingCases are the shapes of request smuggling (RFC 9112 6.3, 11.2), each
// refused with 400 (or 501 for a coding that is not known) and the end of the connection.
var smugglingCases = []Case{
	smuggling("length-and-chunked", "Content-Length and Transfer-Encoding", "Content-Length: 4\r\nTransfer-Encoding: chunked"),
	smuggling("chunked-and-length", "Transfer-Encoding and Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 4"),
	smuggling("two-lengths", "two Content-Lengths that differ", "Content-Length: 5\r\nContent-Length: 6"),
	smuggling("length-list", "a list of Content-Lengths that differ", "Content-Length: 5, 6"),
	smuggling("length-plus", "a sign before the length", "Content-Length: +5"),
	smuggling("length-minus", "a negative length", "Content-Length: -5"),
	smuggling("length-hexadecimal", "a length in hexadecimal", "Content-Length: 0x5"),
	smuggling("length-blank", "a blank inside the length", "Content-Length: 1 0"),
	smuggling("length-empty", "an empty length", "Content-Length:"),
	smuggling("length-fraction", "a length with a point", "Content-Length: 5.0"),
	smuggling("length-overflow", "a length that overflows 64 bits", "Content-Length: 18446744073709551621", 413),
	smuggling("coding-unknown", "a coding that is not known", "Transfer-Encoding: gzip", 501),
	smuggling("coding-identity", "the coding that was abolished", "Transfer-Encoding: identity", 501),
	smuggling("coding-looks-like", "a coding that looks like chunked", "Transfer-Encoding: xchunked", 501),
	smuggling("coding-quoted", "chunked in quotes", "Transfer-Encoding: \"chunked\"", 501),
	smuggling("coding-control", "chunked behind a vertical tab", "Transfer-Encoding: \vchunked", 501),
	smuggling("coding-not-last", "chunked before another coding", "Transfer-Encoding: chunked, gzip", 501),
	smuggling("coding-twice", "chunked twice", "Transfer-Encoding: chunked, chunked", 501),
	smuggling("coding-two-fields", "chunked twice, in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 501),
	smuggling("coding-empty", "an empty coding", "Transfer-Encoding:", 501),
	smuggling("coding-blank-before-colon", "a blank before the colon", "Transfer-Encoding : chunked"),
	smuggling("coding-folded", "chunked on a folded line", "Transfer-Encoding:\r\n chunked"),
	{"smuggling/coding-http10", "Transfer-Encoding from an HTTP/1.0 client (RFC 9112 6.1)", Needs{}, codingHTTP10},
	chunk("size-empty", "a chunk without size", "\r\nhello\r\n0\r\n\r\n"),
	chunk("size-plus", "a sign before the size", "+5\r\nhello\r\n0\r\n\r\n"),
	chunk("size-minus", "a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
	chunk("size-0x", "a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
	chunk("size-blank-before", "a blank before the size", " 5\r\nhello\r\n0\r\n\r\n"),
	chunk("size-underscore", "an underscore inside the size", "0_5\r\nhello\r\n0\r\n\r\n"),
	chunk("size-overflow", "a size that overflows 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n", 413),
	chunk("size-lf", "a size whose line ends with LF alone", "5\nhello\r\n0\r\n\r\n"),
	chunk("extension-lf", "an extension with a bare LF inside", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
	chunk("extension-cr", "an extension with a bare CR inside", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
	chunk("data-no-end", "data longer than its size", "5\r\nhello!\r\n0\r\n\r\n"),
	chunk("data-lf", "data that ends with LF alone", "5\r\nhello\n0\r\n\r\n"),
	chunk("trailer-bad", "a trailer that is no field", "5\r\nhello\r\n0\r\nX : y\r\n\r\n"),
	chunk("trailer-no-colon", "a trailer without a colon", "5\r\nhello\r\n0\r\n"+smuggled),
}

// smuggling makes a case of a POST with those field lines.
func smuggling(name, doc, fields string, more ...int) Case {
	return Case{"smuggling/" + name, doc, Needs{}, func(t *T) {
		c := t.Dial()
		c.Send(fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: check\r\n%s\r\n\r\n0\r\n\r\n%s", fields, smuggled))
		wantNotSmuggled(c, append([]int{400}, more...))
	}}
}

// chunk makes a case of a POST with that chunked body.
func chunk(name, doc, body string, more ...int) Case {
	return Case{"smuggling/chunk-" + name, doc, Needs{}, func(t *T) {
		c := t.Dial()
		c.Send("POST /echo HTTP/1.1\r\nHost: check\r\nTransfer-Encoding: chunked\r\n\r\n" + body + smuggled)
		wantNotSmuggled(c, append([]int{400}, more...))
	}}
}

func wantNotSmuggled(c *Conn, statuses []int) {
	a := c.Read()
	for _, status := range statuses {
		if a.Status == status {
			c.WantEnd()
			return
		}
	}
	what := "taken as a request"
	if b, err := c.TryRead("GET", 200*tick); err == nil && b.Body == letters(7) {
		what = "and the smuggled request was answered"
	}
	c.t.Fatalf("answer %d %s, %s; want %s and the end", a.Status, brief(a.Body), what, words(statuses))
}

func codingHTTP10(t *T) {
	c := t.Dial()
	c.Send("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" +
		strings.Replace(smuggled, "1.1", "1.0", 1))
	a := c.Read()
	switch a.Status {
	case 400, 501:
	case 200: // "ought to be handled as faulty, even if it was framed right", and closed after
		if a.Body != "hello" {
			t.Fatalf("answer 200 %s, want 200 hello or 400", brief(a.Body))
		}
	default:
		t.Fatalf("answer %d %s, want 400", a.Status, brief(a.Body))
	}
	c.WantEnd()
}
