package http1

import (
	"strings"
	"testing"
)

const ok = "HTTP/1.1 200 OK\r\n"

// Streams that are right, the method of the request they answer, and what they hold.
var goodResponses = []struct{ name, method, in, want string }{
	{"nothing", "GET", "", "idle"},
	{"content length", "GET", ok + "Content-Length: 2\r\n\r\nhi", "200 1.1 keep Content-Length:\"2\" body=\"hi\"\nidle"},
	{"reason of several words", "GET", "HTTP/1.1 404 Not \t\x80 Found\r\nContent-Length: 0\r\n\r\n", "404 1.1 keep Content-Length:\"0\"\nidle"},
	{"no reason", "GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200 1.1 keep Content-Length:\"0\"\nidle"},
	{"no reason and no space", "GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200 1.1 keep Content-Length:\"0\"\nidle"},
	{"status not known", "GET", "HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n", "999 1.1 keep Content-Length:\"0\"\nidle"},
	{"no Host is asked for", "GET", ok + "Host: a\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "200 1.1 keep Host:\"a\" Host:\"a\" Content-Length:\"0\"\nidle"},
	{"close", "GET", ok + "Connection: close\r\nContent-Length: 0\r\n\r\n", "200 1.1 close Connection:\"close\" Content-Length:\"0\"\nidle"},
	{"HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200 1.0 close Content-Length:\"1\" body=\"a\"\nidle"},
	{"HTTP/1.0 kept", "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", "200 1.0 keep Connection:\"keep-alive\" Content-Length:\"0\"\nidle"},
	{"chunked", "GET", ok + "Transfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n0\r\nA: b\r\n\r\n", "200 1.1 keep Transfer-Encoding:\"chunked\" body=\"hi\"\nidle"},
	{"two", "GET", ok + "Content-Length: 1\r\n\r\na" + ok + "Content-Length: 1\r\n\r\nb", "200 1.1 keep Content-Length:\"1\" body=\"a\"\n200 1.1 keep Content-Length:\"1\" body=\"b\"\nidle"},

	{"until close", "GET", ok + "\r\nabc", "200 1.1 close body=\"abc\"\nidle"},
	{"until close, nothing", "GET", ok + "\r\n", "200 1.1 close\nidle"},
	{"until close, another response inside", "GET", ok + "\r\n" + ok + "\r\n", "200 1.1 close body=\"HTTP/1.1 200 OK\\r\\n\\r\\n\"\nidle"},

	{"HEAD", "HEAD", ok + "Content-Length: 5\r\n\r\n" + ok + "\r\n", "200 1.1 keep Content-Length:\"5\"\n200 1.1 keep\nidle"},
	{"HEAD, chunked", "HEAD", ok + "Transfer-Encoding: chunked\r\n\r\n", "200 1.1 keep Transfer-Encoding:\"chunked\"\nidle"},
	{"HEAD of what is beyond the limit", "HEAD", ok + "Content-Length: 99999999999\r\n\r\n", "200 1.1 keep Content-Length:\"99999999999\"\nidle"},
	{"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n", "204 1.1 keep\n200 1.1 keep Content-Length:\"0\"\nidle"},
	{"204 with a length", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "204 1.1 keep Content-Length:\"5\"\nidle"},
	{"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 1.1 keep Content-Length:\"5\"\nidle"},
	{"CONNECT accepted", "CONNECT", ok + "\r\n", "200 1.1 keep\nidle"},
	{"CONNECT refused", "CONNECT", "HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\nx", "403 1.1 keep Content-Length:\"1\" body=\"x\"\nidle"},

	{"interim", "GET", "HTTP/1.1 100 Continue\r\n\r\n" + "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n", "200 1.1 keep Content-Length:\"0\"\nidle"},
	{"interim with a length has no body", "GET", "HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n", "200 1.1 keep Content-Length:\"0\"\nidle"},
	{"interim and no more", "GET", "HTTP/1.1 100 Continue\r\n\r\n", "partial"},
	{"interim of HEAD", "HEAD", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 5\r\n\r\n", "200 1.1 keep Content-Length:\"5\"\nidle"},
	{"switching protocols is final", "GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "101 1.1 keep Upgrade:\"x\"\nidle"},
	{"32 interim ones each time", "GET", strings.Repeat(strings.Repeat("HTTP/1.1 100 C\r\n\r\n", 32)+ok+"Content-Length: 0\r\n\r\n", 2), strings.Repeat("200 1.1 keep Content-Length:\"0\"\n", 2) + "idle"},

	{"body that 204 must not have is the next response", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nHello", "204 1.1 keep Content-Length:\"5\"\npartial"},
	{"cut in the head", "GET", ok + "Content-Le", "partial"},
	{"cut in the body", "GET", ok + "Content-Length: 3\r\n\r\nab", "partial"},
	{"cut in a chunk", "GET", ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nab", "partial"},
	{"cut before the last chunk", "GET", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "partial"},
}

func TestGoodResponses(t *testing.T) {
	for _, c := range goodResponses {
		t.Run(c.name, func(t *testing.T) {
			everyCut(t, func() stream { return responses(c.method, Limits{}) }, c.in, c.want)
		})
	}
}

// Responses to refuse, with the refusal.
var badResponses = []struct {
	name, in string
	err      *Error
}{
	{"not HTTP, refused at its first byte", "SSH-2.0-x", errStatusLine},
	{"empty line first", "\r\n" + ok + "Content-Length: 0\r\n\r\n", errStatusLine},
	{"garbage that starts well", "Hello world, this is no response\r\n", errStatusLine},
	{"short", "HTTP\r\n", errStatusLine},
	{"version in lower case", "http/1.1 200 OK\r\n\r\n", errStatusLine},
	{"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", errStatusLine},
	{"minor of two digits", "HTTP/1.10 200 OK\r\n\r\n", errStatusLine},
	{"minor not a digit", "HTTP/1.x 200 OK\r\n\r\n", errStatusLine},
	{"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", errStatusLine},
	{"status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", errStatusLine},
	{"status below 100", "HTTP/1.1 099 OK\r\n\r\n", errStatusLine},
	{"status not a number", "HTTP/1.1 2x0 OK\r\n\r\n", errStatusLine},
	{"two spaces", "HTTP/1.1  200 OK\r\n\r\n", errStatusLine},
	{"control in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n", errStatusLine},
	{"LF ends the status line", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", errStatusLine},
	{"CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", errStatusLine},

	{"folded", ok + "X: b\r\n c\r\n\r\n", errFold},
	{"space before the colon", ok + "X : b\r\n\r\n", errFieldName},
	{"NUL in a value", ok + "X: \x00\r\n\r\n", errFieldValue},
	{"LF ends a field", ok + "X: b\n\r\n", errLF},

	{"length and coding", ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", errLengthTE},
	{"differing lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", errLengthTwice},
	{"list of lengths", ok + "Content-Length: 1, 1\r\n\r\na", errLength},
	{"minus", ok + "Content-Length: -1\r\n\r\n", errLength},
	{"beyond 64 bits", ok + "Content-Length: 18446744073709551617\r\n\r\na", errBodyLimit},
	{"unknown coding", ok + "Transfer-Encoding: gzip\r\n\r\nabc", errTECoding},
	{"chunked not last", ok + "Transfer-Encoding: chunked, gzip\r\n\r\nabc", errTEOrder},
	{"coding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", errTEVersion},
	{"bad chunk", ok + "Transfer-Encoding: chunked\r\n\r\nx\r\n", errChunkSize},
	{"33 interim ones", strings.Repeat("HTTP/1.1 100 C\r\n\r\n", 33), errInterim},
}

func TestBadResponses(t *testing.T) {
	for _, c := range badResponses {
		t.Run(c.name, func(t *testing.T) {
			want := "502 " + c.err.Reason
			everyCut(t, func() stream { return responses("GET", Limits{}) }, c.in, want)
		})
	}
}

// The state between Feeds says when a client that asked may send its body.
func TestInterimIsReported(t *testing.T) {
	var r ResponseReader
	var m Response
	r.Init(Limits{})
	feed := func(in string, want State) {
		t.Helper()
		if n, st, err := r.Feed([]byte(in), &m); n != len(in) || st != want || err != nil {
			t.Fatalf("Feed(%q) = %d %v %v, want %v", in, n, st, err, want)
		}
	}
	feed("HTTP/1.1 100 Con", More)
	feed("tinue\r\n\r\n", Continue)
	if !r.Partial() {
		t.Error("a response whose interim one has come is not partial")
	}
	feed("HTTP/1.1 103 x\r\n\r\n", Continue)
	feed(ok+"Content-Length: 0\r\n\r\n", Done)
	if r.Partial() {
		t.Error("partial after Done")
	}
}

// Init leaves nothing of the stream before, whatever that was.
func TestInitOfAUsedReader(t *testing.T) {
	var r ResponseReader
	var m Response
	r.Init(Limits{Body: 1})
	r.Reset("HEAD")
	_, _, _ = r.Feed([]byte("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 2"), &m)
	r.Init(Limits{})
	if r.Partial() {
		t.Error("partial after Init")
	}
	if _, st, err := r.Feed(smallResponse, &m); st != Done || err != nil || string(m.Body) != "abcdefghijklm" {
		t.Errorf("after Init: %v %v body %q", st, err, m.Body)
	}
}
