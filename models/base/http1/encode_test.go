package http1

import (
	"bytes"
	"net/http"
	"testing"

	"pgregory.net/rapid"
)

func TestEncodedBytes(t *testing.T) {
	body := []byte("hello")
	for _, c := range []struct{ got, want string }{
		{string(AppendResponse(nil, 200, "text/plain", body, true)), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"},
		{string(AppendResponse(nil, 404, "text/plain", nil, false)), "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
		{string(AppendResponseHead(nil, 200, "text/plain", 5, true)), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n"},
		{string(AppendResponseHead(nil, 200, "text/plain", Chunked, true)), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{string(AppendAnswerHead(nil, 200, "text/plain", 5, KeepAloud)), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n"},
		{string(AppendAnswerHead(nil, 204, "text/plain", 0, Keep)), "HTTP/1.1 204 No Content\r\n\r\n"},
		{string(AppendAnswerHead(nil, 299, "text/plain", 0, Keep)), "HTTP/1.1 299 \r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"},
		{string(AppendContinue([]byte("x"))), "xHTTP/1.1 100 Continue\r\n\r\n"},
		{string(AppendRequest(nil, "GET", []byte("/a?b"), "h:1", nil)), "GET /a?b HTTP/1.1\r\nHost: h:1\r\n\r\n"},
		{string(AppendRequest(nil, "POST", []byte("/"), "h", nil)), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
		{string(AppendRequest(nil, "PUT", []byte("/"), "h", nil)), "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
		{string(AppendRequest(nil, "PATCH", []byte("/"), "h", nil)), "PATCH / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"},
		{string(AppendRequest(nil, "GET", []byte("/"), "h", body)), "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"},
		{string(AppendRequestHead(nil, "GET", []byte("/"), "h", Chunked)), "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{string(AppendLastChunk(AppendChunk(AppendChunk(nil, nil), make([]byte, 17)))), "11\r\n" + string(make([]byte, 17)) + "\r\n0\r\n\r\n"},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}

// The phrases are those of the standard library, which takes them from the registry.
func TestReasons(t *testing.T) {
	other := map[int]string{413: "Content Too Large", 414: "URI Too Long"} // RFC 9110 renamed them
	for status := 100; status < 600; status++ {
		got, want := Reason(status), http.StatusText(status)
		if w, ok := other[status]; ok {
			want = w
		}
		if got != "" && got != want {
			t.Errorf("Reason(%d) = %q, want %q", status, got, want)
		}
	}
	for _, e := range []*Error{errMethod, errBodyLimit, errLineLimit, errHeadLimit, errTECoding, errVersion, errInterim} {
		if Reason(e.Status) == "" {
			t.Errorf("no phrase for %d, which this package asks for", e.Status)
		}
	}
}

func TestPersistence(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Persistence
	}{
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Keep},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", Close},
		{"GET / HTTP/1.0\r\n\r\n", Close},
		{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", KeepAloud},
	} {
		var r RequestReader
		var m Request
		r.Init(Limits{})
		if _, st, err := r.Feed([]byte(c.in), &m); st != Done || err != nil {
			t.Fatal(st, err)
		}
		if got := m.Persistence(); got != c.want {
			t.Errorf("%q: got %v, want %v", c.in, got, c.want)
		}
	}
}

// drawPieces cuts data anywhere.
func drawPieces(t *rapid.T, data string) []string {
	cuts := rapid.SliceOfN(rapid.IntRange(0, len(data)), 0, 12).Draw(t, "cuts")
	out, from := []string{}, 0
	for _, c := range cuts {
		if c > from {
			out = append(out, data[from:c])
			from = c
		}
	}
	return append(out, data[from:])
}

// drawBody appends head and body, framed by length or in chunks.
func drawBody(t *rapid.T, dst []byte, body []byte, head func(dst []byte, length int) []byte) []byte {
	if !rapid.Bool().Draw(t, "chunked") {
		return append(head(dst, len(body)), body...)
	}
	dst = head(dst, Chunked)
	for rest := body; len(rest) > 0; {
		n := rapid.IntRange(1, len(rest)).Draw(t, "chunk")
		dst, rest = AppendChunk(dst, rest[:n]), rest[n:]
	}
	return AppendLastChunk(dst)
}

type drawn struct {
	method, target, host string
	status               int
	keep                 bool
	body                 []byte
}

func draw(t *rapid.T) drawn {
	return drawn{
		method: rapid.StringMatching(`[A-Z!#$%&'*+.^_|~-]{1,7}`).Draw(t, "method"),
		target: rapid.StringMatching(`/([a-zA-Z0-9_.~!$&'()*+,;=:@/-]|%[0-9a-fA-F]{2}){0,20}(\?[a-z0-9=&?/]{0,20})?`).Draw(t, "target"),
		host:   rapid.StringMatching(`[a-z0-9.-]{0,12}(:[0-9]{0,5})?`).Draw(t, "host"),
		status: rapid.IntRange(200, 999).Filter(func(s int) bool { return s != 204 && s != 304 }).Draw(t, "status"),
		keep:   rapid.Bool().Draw(t, "keep"),
		body:   rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "body"),
	}
}

// Requests encoded one behind the other and decoded from any pieces are what they were.
func TestRequestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var wire []byte
		var want []drawn
		for range rapid.IntRange(1, 4).Draw(t, "messages") {
			d := draw(t)
			wire = drawBody(t, wire, d.body, func(dst []byte, length int) []byte {
				return AppendRequestHead(dst, d.method, []byte(d.target), d.host, length)
			})
			want = append(want, d)
		}
		var r RequestReader
		var m Request
		r.Init(Limits{})
		decoded(t, drawPieces(t, string(wire)), len(want), func(b []byte) (int, State, error) { return r.Feed(b, &m) }, func(i int) {
			d := want[i]
			if string(m.Method) != d.method || string(m.Target) != d.target || string(m.Header("host")) != d.host || !bytes.Equal(m.Body, d.body) || !m.KeepAlive {
				t.Fatalf("%d is %s want %+v", i, showRequest(&m), d)
			}
		})
	})
}

// The same for responses.
func TestResponseRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var wire []byte
		var want []drawn
		for range rapid.IntRange(1, 4).Draw(t, "messages") {
			d := draw(t)
			wire = drawBody(t, wire, d.body, func(dst []byte, length int) []byte {
				return AppendResponseHead(dst, d.status, "text/plain", length, d.keep)
			})
			want = append(want, d)
		}
		var r ResponseReader
		var m Response
		r.Init(Limits{})
		decoded(t, drawPieces(t, string(wire)), len(want), func(b []byte) (int, State, error) { return r.Feed(b, &m) }, func(i int) {
			d := want[i]
			if m.Status != d.status || !bytes.Equal(m.Body, d.body) || m.KeepAlive != d.keep {
				t.Fatalf("%d is %s want %+v", i, showResponse(&m), d)
			}
		})
	})
}

// decoded feeds pieces and demands count messages, each judged by check.
func decoded(t *rapid.T, in []string, count int, feed func([]byte) (int, State, error), check func(i int)) {
	i := 0
	for _, piece := range in {
		for b := []byte(piece); len(b) > 0; {
			n, st, err := feed(b)
			if err != nil {
				t.Fatalf("message %d refused: %v", i, err)
			}
			if b = b[n:]; st == Done {
				check(i)
				i++
			}
		}
	}
	if i != count {
		t.Fatalf("got %d messages, want %d", i, count)
	}
}
