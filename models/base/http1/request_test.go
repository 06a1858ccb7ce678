package http1

import (
	"fmt"
	"strings"
	"testing"
)

const (
	get  = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	post = "POST / HTTP/1.1\r\nHost: a\r\n" // fields and a body to follow
)

// Streams that are right, and what they hold.
var goodRequests = []struct{ name, in, want string }{
	{"nothing", "", "idle"},
	{"smallest", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 1.1 keep Host:\"\"\nidle"},
	{"query", "GET /a/b?c=d&e?f HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a/b?c=d&e?f path=/a/b query=c=d&e?f 1.1 keep Host:\"a\"\nidle"},
	{"empty query", "GET /? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? path=/ query= 1.1 keep Host:\"a\"\nidle"},
	{"escapes", "GET /%41%0d?%fF HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%41%0d?%fF path=/%41%0d query=%fF 1.1 keep Host:\"a\"\nidle"},
	{"all target characters", "GET /-._~!$&'()*+,;=:@// HTTP/1.1\r\nHost: a\r\n\r\n", "GET /-._~!$&'()*+,;=:@// 1.1 keep Host:\"a\"\nidle"},
	{"absolute form", "GET http://b:80/c?d HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://b:80/c?d path=/c query=d 1.1 keep Host:\"a\"\nidle"},
	{"absolute form, no path", "GET HTTPS://b?/d HTTP/1.1\r\nHost: b\r\n\r\n", "GET HTTPS://b?/d path=/ query=/d 1.1 keep Host:\"b\"\nidle"},
	{"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * 1.1 keep Host:\"a\"\nidle"},
	{"authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:443 1.1 keep Host:\"a\"\nidle"},
	{"method is any token", "!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\nHost: a\r\n\r\n", "!#$%&'*+-.^_`|~09azAZ / 1.1 keep Host:\"a\"\nidle"},
	{"later minor version", "GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET / 1.9 keep Host:\"a\"\nidle"},

	{"field name in any case, white space trimmed", "GET / HTTP/1.1\r\nhOsT: \t a\t \r\nX:\r\nY: b \tc\r\n\r\n", "GET / 1.1 keep hOsT:\"a\" X:\"\" Y:\"b \\tc\"\nidle"},
	{"octets beyond ASCII in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \x80\xff\r\n\r\n", "GET / 1.1 keep Host:\"a\" X:\"\\x80\\xff\"\nidle"},
	{"HTAB at each place of a word", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\t345678\t0123456\t8\r\n\r\n", "GET / 1.1 keep Host:\"a\" X:\"1\\t345678\\t0123456\\t8\"\nidle"},
	{"host with port", "GET / HTTP/1.1\r\nHost: a-b.c_d~%41!:0123\r\n\r\n", "GET / 1.1 keep Host:\"a-b.c_d~%41!:0123\"\nidle"},
	{"host with empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "GET / 1.1 keep Host:\"a:\"\nidle"},
	{"host is an IPv6 address", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / 1.1 keep Host:\"[::1]:80\"\nidle"},

	{"close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE ,y\r\n\r\n", "GET / 1.1 close Host:\"a\" Connection:\"x, CLOSE ,y\"\nidle"},
	{"close in a second field", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", "GET / 1.1 close Host:\"a\" Connection:\"keep-alive\" Connection:\"close\"\nidle"},
	{"not close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", "GET / 1.1 keep Host:\"a\" Connection:\"closed\"\nidle"},
	{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close\nidle"},
	{"HTTP/1.0 kept", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / 1.0 keep Connection:\"Keep-Alive\"\nidle"},
	{"HTTP/1.0 with both", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / 1.0 close Connection:\"keep-alive, close\"\nidle"},

	{"content length", post + "Content-Length: 3\r\n\r\nabc", "POST / 1.1 keep Host:\"a\" Content-Length:\"3\" body=\"abc\"\nidle"},
	{"content length 0", post + "Content-Length: 0\r\n\r\n", "POST / 1.1 keep Host:\"a\" Content-Length:\"0\"\nidle"},
	{"leading zeros", post + "Content-Length: 0000000000000000000000000001\r\n\r\na", "POST / 1.1 keep Host:\"a\" Content-Length:\"0000000000000000000000000001\" body=\"a\"\nidle"},
	{"body that looks like a request", post + "Content-Length: 27\r\n\r\n" + get, "POST / 1.1 keep Host:\"a\" Content-Length:\"27\" body=\"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\nidle"},
	{"no body without a length", post + "\r\n" + get, "POST / 1.1 keep Host:\"a\"\nGET / 1.1 keep Host:\"a\"\nidle"},
	{"HTTP/1.0 with a body", "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nb", "POST / 1.0 close Content-Length:\"1\" body=\"b\"\nidle"},

	{"chunked", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n", "POST / 1.1 keep Host:\"a\" Transfer-Encoding:\"chunked\" body=\"abc0123456789abcdef\"\nidle"},
	{"chunked, no data", post + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", "POST / 1.1 keep Host:\"a\" Transfer-Encoding:\"Chunked\"\nidle"},
	{"sizes in either case, leading zeros", post + "Transfer-Encoding: chunked\r\n\r\n00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n", "POST / 1.1 keep Host:\"a\" Transfer-Encoding:\"chunked\" body=\"01234567890123456789\"\nidle"},
	{"chunk extensions", post + "Transfer-Encoding: chunked\r\n\r\n1;a=b;c=\"d e\"\r\nx\r\n0 ; z\r\n\r\n", "POST / 1.1 keep Host:\"a\" Transfer-Encoding:\"chunked\" body=\"x\"\nidle"},
	{"trailers are dropped", post + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\nContent-Length: 7\r\n\r\n" + get, "POST / 1.1 keep Host:\"a\" Transfer-Encoding:\"chunked\" body=\"x\"\nGET / 1.1 keep Host:\"a\"\nidle"},
	{"data that looks like chunks", post + "Transfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n", "POST / 1.1 keep Host:\"a\" Transfer-Encoding:\"chunked\" body=\"0\\r\\n\\r\\n\"\nidle"},
	{"empty list elements", post + "Transfer-Encoding: , chunked,\r\n\r\n0\r\n\r\n", "POST / 1.1 keep Host:\"a\" Transfer-Encoding:\", chunked,\"\nidle"},

	{"pipeline", get + post + "Content-Length: 2\r\n\r\nhi" + get, "GET / 1.1 keep Host:\"a\"\nPOST / 1.1 keep Host:\"a\" Content-Length:\"2\" body=\"hi\"\nGET / 1.1 keep Host:\"a\"\nidle"},
	{"pipeline with a partial next", get + "GET / HT", "GET / 1.1 keep Host:\"a\"\npartial"},
	{"empty line before each request", "\r\n" + get + "\r\n" + get, "GET / 1.1 keep Host:\"a\"\nGET / 1.1 keep Host:\"a\"\nidle"},
	{"empty line alone is no part of a request", "\r\n", "idle"},
	{"half an empty line", "\r", "partial"},
	{"cut in the body", post + "Content-Length: 3\r\n\r\nab", "partial"},
	{"cut in a chunk", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nab", "partial"},
	{"cut before the last LF", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r", "partial"},
	{"cut in a wrong line, judged when whole", "GET / HTTP/1.1\r\nHost : a", "partial"},
}

func TestGoodRequests(t *testing.T) {
	for _, c := range goodRequests {
		t.Run(c.name, func(t *testing.T) {
			everyCut(t, func() stream { return requests(Limits{}) }, c.in, c.want)
		})
	}
}

// Requests to refuse, with the refusal. What follows must not be looked at.
var badRequests = []struct {
	name, in string
	err      *Error
}{
	{"two empty lines", "\r\n\r\n" + get, errMethod},
	{"LF before the request", "\n" + get, errMethod},
	{"TLS handshake, refused at its first byte", "\x16", errMethod},
	{"empty method", " / HTTP/1.1\r\nHost: a\r\n\r\n", errMethod},
	{"method not a token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", errMethod},
	{"HTAB behind the method", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", errMethod},
	{"HTTP/0.9", "GET /\r\n", errRequestLine},
	{"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", errRequestLine},
	{"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", errRequestLine},
	{"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", errRequestLine},
	{"space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", errRequestLine},
	{"HTAB before the version", "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", errRequestLine},
	{"version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", errRequestLine},
	{"version without minor", "GET / HTTP/1\r\nHost: a\r\n\r\n", errRequestLine},
	{"version not a number", "GET / HTTP/1.x\r\nHost: a\r\n\r\n", errRequestLine},
	{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", errVersion},
	{"later major version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", errVersion},
	{"earlier major version", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", errVersion},
	{"LF ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", errRequestLine},
	{"CR in the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", errRequestLine},
	{"CR twice", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", errRequestLine},
	{"NUL in the target", "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", errRequestLine},
	{"octet beyond ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"quote in the target", "GET /\"a HTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"backslash in the target", "GET /\\a HTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"braces in the query", "GET /?{} HTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"escape not hexadecimal", "GET /%4g HTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"escape cut short by a space", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", errTarget},
	{"escape cut short by the line's end", "GET /%\r\nHost: a\r\n\r\n", errTarget},
	{"escape cut short by LF", "GET /%\n", errTarget},
	{"target without a slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"scheme without authority", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"authority without a host", "GET http://:80/a HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"another scheme", "GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"user name", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"CONNECT with a path", "CONNECT http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},
	{"CONNECT with an empty port", "CONNECT a: HTTP/1.1\r\nHost: a\r\n\r\n", errTargetForm},

	{"space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", errFold},
	{"folded with a space", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", errFold},
	{"folded with HTAB", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc: d\r\n\r\n", errFold},
	{"space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", errFieldName},
	{"no colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", errFieldName},
	{"empty name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", errFieldName},
	{"name not a token", "GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n", errFieldName},
	{"octet beyond ASCII in a name", "GET / HTTP/1.1\r\nHost: a\r\n\xe9: b\r\n\r\n", errFieldName},
	{"NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\x00: b\r\n\r\n", errFieldName},
	{"NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\x00\r\n\r\n", errFieldValue},
	{"DEL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: bbbbbbbbb\x7f\r\n\r\n", errFieldValue},
	{"escape in a value behind HTAB", "GET / HTTP/1.1\r\nHost: a\r\nX: \tb\t\x1bbbbbbbbbb\r\n\r\n", errFieldValue},
	{"CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", errFieldValue},
	{"CR twice at a field's end", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\r\n\r\n", errFieldValue},
	{"LF ends a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", errLF},
	{"LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", errLF},
	{"CR alone for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n", errFieldName},

	{"no Host", "GET / HTTP/1.1\r\n\r\n", errHostMissing},
	{"no Host, absolute form", "GET http://a/ HTTP/1.1\r\n\r\n", errHostMissing},
	{"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", errHostTwice},
	{"two Hosts, HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", errHostTwice},
	{"list of hosts", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", errHost},
	{"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", errHost},
	{"host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", errHost},
	{"port not a number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", errHost},
	{"two ports", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", errHost},
	{"bracket not closed", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", errHost},
	{"empty brackets", "GET / HTTP/1.1\r\nHost: []\r\n\r\n", errHost},
	{"text behind the bracket", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", errHost},
	{"bracketed text", "GET / HTTP/1.1\r\nHost: [a@b]\r\n\r\n", errHost},
	{"host with a bad escape", "GET / HTTP/1.1\r\nHost: a%4\r\n\r\n", errHost},

	{"length and coding", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", errLengthTE},
	{"coding and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", errLengthTE},
	{"differing lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", errLengthTwice},
	{"equal lengths", post + "Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc", errLengthTwice},
	{"list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc", errLength},
	{"plus", post + "Content-Length: +3\r\n\r\nabc", errLength},
	{"minus", post + "Content-Length: -3\r\n\r\nabc", errLength},
	{"hexadecimal", post + "Content-Length: 0x3\r\n\r\nabc", errLength},
	{"fraction", post + "Content-Length: 3.0\r\n\r\nabc", errLength},
	{"space in a length", post + "Content-Length: 1 2\r\n\r\nabc", errLength},
	{"empty length", post + "Content-Length:\r\n\r\nabc", errLength},
	{"length beyond 64 bits, 3 beyond 2^64", post + "Content-Length: 18446744073709551619\r\n\r\nabc", errBodyLimit},
	{"length of a hundred digits", post + "Content-Length: 1" + strings.Repeat("0", 100) + "\r\n\r\nabc", errBodyLimit},

	{"unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n", errTECoding},
	{"unknown coding first", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", errTECoding},
	{"unknown coding in a field of its own", post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", errTECoding},
	{"identity", post + "Transfer-Encoding: identity\r\n\r\n", errTECoding},
	{"chunked with a parameter", post + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", errTECoding},
	{"almost chunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", errTECoding},
	{"quoted chunked", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", errTECoding},
	{"chunked not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", errTEOrder},
	{"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", errTEOrder},
	{"chunked in two fields", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", errTEOrder},
	{"empty coding", post + "Transfer-Encoding:\r\n\r\n0\r\n\r\n", errTEOrder},
	{"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", errTEVersion},
	{"vertical tab before the coding", post + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", errFieldValue},

	{"empty chunk size", post + "Transfer-Encoding: chunked\r\n\r\n\r\n", errChunkSize},
	{"chunk size with a sign", post + "Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n", errChunkSize},
	{"chunk size with 0x", post + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", errChunkSize},
	{"chunk size with an underscore", post + "Transfer-Encoding: chunked\r\n\r\n1_0\r\na\r\n0\r\n\r\n", errChunkSize},
	{"space before the chunk size", post + "Transfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n", errChunkSize},
	{"space behind the chunk size", post + "Transfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n", errChunkLine},
	{"chunk size beyond 64 bits, 1 beyond 2^64", post + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\na\r\n0\r\n\r\n", errBodyLimit},
	{"chunk size 2^64-1", post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\na\r\n0\r\n\r\n", errBodyLimit},
	{"LF ends the chunk size", post + "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", errChunkSize},
	{"LF in an extension", post + "Transfer-Encoding: chunked\r\n\r\n1;a\na\r\n0\r\n\r\n", errChunkLine},
	{"CR in an extension", post + "Transfer-Encoding: chunked\r\n\r\n1;a\rb\r\na\r\n0\r\n\r\n", errChunkLine},
	{"NUL in an extension", post + "Transfer-Encoding: chunked\r\n\r\n1;\x00\r\na\r\n0\r\n\r\n", errChunkLine},
	{"CR alone behind the size", post + "Transfer-Encoding: chunked\r\n\r\n1\ra\r\n0\r\n\r\n", errChunkLine},
	{"chunk longer than it says", post + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", errChunkEnd},
	{"LF behind the data", post + "Transfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n", errChunkEnd},
	{"CR alone behind the data", post + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r0\r\n\r\n", errChunkEnd},
	{"LF ends the trailers", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\n", errTrailer},
	{"CR alone at the end", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\rG", errTrailer},
	{"request instead of trailers", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + get, errTrailer},
	{"folded trailer", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n", errTrailer},
	{"trailer without a name", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n: b\r\n\r\n", errTrailer},
	{"trailer with space before the colon", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA : b\r\n\r\n", errTrailer},
	{"NUL in a trailer", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: \x00\r\n\r\n", errTrailer},
	{"LF ends a trailer", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n", errTrailer},
	{"CR in a trailer", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\rc\r\n\r\n", errTrailer},
}

func TestBadRequests(t *testing.T) {
	for _, c := range badRequests {
		t.Run(c.name, func(t *testing.T) {
			want := fmt.Sprintf("%d %s", c.err.Status, c.err.Reason)
			everyCut(t, func() stream { return requests(Limits{}) }, c.in, want)
			// behind a good request, the good one is still had
			everyCut(t, func() stream { return requests(Limits{}) }, get+c.in, "GET / 1.1 keep Host:\"a\"\n"+want)
		})
	}
}

func TestContinue(t *testing.T) {
	const head = post + "Expect: 100-Continue\r\n"
	cases := []struct {
		name  string
		in    []string
		asked bool
	}{
		{"body held back", []string{head + "Content-Length: 1\r\n\r\n", "x"}, true},
		{"head in pieces", []string{head, "Content-Length: 1\r\n", "\r\n", "x"}, true},
		{"chunked", []string{head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n0\r\n\r\n"}, true},
		{"body in pieces: asked once", []string{head + "Content-Length: 3\r\n\r\n", "x", "y", "z"}, true},
		{"body came with the head: RFC 9110 10.1.1 allows to leave it out", []string{head + "Content-Length: 2\r\n\r\nx", "y"}, false},
		{"no body", []string{head + "Content-Length: 0\r\n\r\n"}, false},
		{"no length", []string{head + "\r\n"}, false},
		{"HTTP/1.0: to be ignored", []string{"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", "x"}, false},
		{"another expectation", []string{post + "Expect: rain\r\nContent-Length: 1\r\n\r\n", "x"}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var r RequestReader
			var m Request
			r.Init(Limits{})
			asked, done := 0, 0
			for _, piece := range c.in {
				n, st, err := r.Feed([]byte(piece), &m)
				if err != nil || n != len(piece) {
					t.Fatal(n, err)
				}
				switch st {
				case Continue:
					asked++
					if string(m.Method) != "POST" || m.Header("expect") == nil || !r.Partial() {
						t.Errorf("at Continue the head is %s", showRequest(&m))
					}
				case Done:
					done++
				}
			}
			if done != 1 || (asked == 1) != c.asked || asked > 1 {
				t.Errorf("got %d Continue, %d Done", asked, done)
			}
		})
	}
}
