package http1

import (
	"strings"
	"testing"
	"unsafe"
)

// An idle connection may embed a reader, so it must stay small.
func TestReadersAreSmall(t *testing.T) {
	const most = 104
	if n := unsafe.Sizeof(RequestReader{}); n > most {
		t.Errorf("a RequestReader takes %d bytes, want at most %d", n, most)
	}
	if n := unsafe.Sizeof(ResponseReader{}); n > most {
		t.Errorf("a ResponseReader takes %d bytes, want at most %d", n, most)
	}
}

// In the steady state no message allocates, whole or cut anywhere.
func TestParsingAllocatesNothing(t *testing.T) {
	for name, in := range map[string][]byte{"get": smallRequest, "post": smallPost, "chunked": chunkedPost, "browser": browserRequest} {
		var r RequestReader
		var m Request
		r.Init(Limits{})
		feed := func(b []byte) (int, State, error) { return r.Feed(b, &m) }
		allocatesNothing(t, "request "+name, in, feed, func() { r.Detach(&m) })
	}
	body := []byte(ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
	interim := append([]byte("HTTP/1.1 100 Continue\r\n\r\n"), smallResponse...)
	for name, in := range map[string][]byte{"small": smallResponse, "chunked": body, "interim": interim} {
		var r ResponseReader
		var m Response
		r.Init(Limits{})
		feed := func(b []byte) (int, State, error) { return r.Feed(b, &m) }
		allocatesNothing(t, "response "+name, in, feed, func() { r.Detach(&m) })
	}
}

func allocatesNothing(t *testing.T, name string, in []byte, feed func([]byte) (int, State, error), detach func()) {
	t.Helper()
	whole := func() {
		if _, st, err := feed(in); st != Done || err != nil {
			t.Fatal(name, st, err)
		}
		detach()
	}
	cut := func() {
		for i := range in {
			if _, _, err := feed(in[:i]); err != nil {
				t.Fatal(name, err)
			}
			if _, st, err := feed(in[i:]); st != Done || err != nil {
				t.Fatal(name, i, st, err)
			}
		}
	}
	for way, f := range map[string]func(){"whole": whole, "cut": cut} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s, %s: %v allocations a run", name, way, n)
		}
	}
}

func TestEncodingAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, 1024)
	body, target := []byte("abcdefghijklm"), []byte("/echo?bytes=13")
	n := testing.AllocsPerRun(100, func() {
		buf = AppendResponse(buf[:0], 200, "text/plain", body, true)
		buf = AppendResponse(buf[:0], 431, "text/plain", body, false)
		buf = AppendRequest(buf, "POST", target, "a", body)
		buf = AppendChunk(AppendRequestHead(buf, "PUT", target, "a", Chunked), body)
		buf = AppendContinue(AppendLastChunk(buf))
	})
	if n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

// A byte is searched for a line's end when it comes and not again: an end put
// into what is already in the store is not found.
func TestNoByteIsScannedTwice(t *testing.T) {
	var r RequestReader
	var m Request
	r.Init(Limits{})
	feed := func(in string) {
		t.Helper()
		if n, st, err := r.Feed([]byte(in), &m); n != len(in) || st != More || err != nil {
			t.Fatalf("Feed(%q) = %d %v %v", in, n, st, err)
		}
	}
	feed("GET /" + strings.Repeat("a", 100))
	r.store[50] = '\n'
	feed("a")
	feed("a HTTP/1.1\r")
	r.store[50] = 'a'
	feed("\nHost: a\r\nX: bbb")
	r.store[len(r.store)-1] = '\n'
	feed("bbb")
	r.store[len(r.store)-4] = 'b'
	if _, st, err := r.Feed([]byte("\r\n\r\n"), &m); st != Done || string(m.Header("x")) != "bbbbbb" {
		t.Fatal(st, err, showRequest(&m))
	}
}

// What lies whole in the fed bytes is not copied.
func TestWholeMessagesAreNotCopied(t *testing.T) {
	in := []byte(string(smallPost))
	var r RequestReader
	var m Request
	r.Init(Limits{})
	if _, st, err := r.Feed(in, &m); st != Done || err != nil {
		t.Fatal(st, err)
	}
	if cap(r.store) != 0 {
		t.Errorf("the store has %d bytes", cap(r.store))
	}
	in[len(in)-1] = 'X'
	if string(m.Body) != "abcdefghijklX" {
		t.Errorf("the body is a copy: %s", m.Body)
	}
}

func TestDetach(t *testing.T) {
	for _, target := range []string{"/a?b", "/a?", "/a", "http://h/a?b", "http://h?b", "http://h"} {
		in := []byte("GET " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nE:\r\n\r\nhi")
		var r RequestReader
		var m Request
		r.Init(Limits{})
		if _, st, err := r.Feed(in, &m); st != Done || err != nil {
			t.Fatal(target, st, err)
		}
		want := showRequest(&m)
		r.Detach(&m)
		scribble(in)
		if got := showRequest(&m); got != want {
			t.Errorf("got %s want %s", got, want)
		}
		if used := len(m.Method) + len(m.Target) + size(m.Fields) + len(m.Body); len(r.store) != used {
			t.Errorf("the store holds %d bytes, the request has %d", len(r.store), used)
		}
		r.Detach(&m) // nothing left to do
		if got := showRequest(&m); got != want {
			t.Errorf("after a second Detach: got %s want %s", got, want)
		}
	}
}

// Detach after Detach takes no more memory than the largest message needs.
func TestDetachStaysSmall(t *testing.T) {
	var q RequestReader
	var p ResponseReader
	var m Request
	var n Response
	q.Init(Limits{})
	p.Init(Limits{})
	for range 1000 {
		if _, st, err := q.Feed(smallPost, &m); st != Done || err != nil {
			t.Fatal(st, err)
		}
		q.Detach(&m)
		if _, st, err := p.Feed(smallResponse, &n); st != Done || err != nil {
			t.Fatal(st, err)
		}
		p.Detach(&n)
	}
	if cap(q.store) > 2*len(smallPost) || cap(p.store) > 2*len(smallResponse) {
		t.Errorf("the stores have %d and %d bytes", cap(q.store), cap(p.store))
	}
}

func TestRelease(t *testing.T) {
	var r RequestReader
	var m Request
	r.Init(Limits{})
	half := len(smallRequest) / 2
	if _, st, err := r.Feed(smallRequest[:half], &m); st != More || err != nil {
		t.Fatal(st, err)
	}
	r.Release()
	if cap(r.store) == 0 {
		t.Error("Release took the memory of a message partly read")
	}
	if _, st, err := r.Feed(smallRequest[half:], &m); st != Done || err != nil {
		t.Fatal(st, err)
	}
	r.Release()
	if cap(r.store) != 0 {
		t.Errorf("Release left %d bytes", cap(r.store))
	}
	if string(m.Path) != "/echo" {
		t.Errorf("Release spoilt the message: %s", m.Path)
	}
}

func TestReset(t *testing.T) {
	var r RequestReader
	var m Request
	r.Init(Limits{})
	for _, before := range []string{"GET /part", "\x00", "\r\n", post + "Content-Length: 9\r\n\r\nabc"} {
		_, _, _ = r.Feed([]byte(before), &m)
		r.Reset()
		if r.Partial() {
			t.Errorf("partial after %q and Reset", before)
		}
		if _, st, err := r.Feed([]byte("\r\n"+get), &m); st != Done || err != nil {
			t.Errorf("after %q and Reset: %v %v", before, st, err)
		}
	}
}

// Both messages keep the memory of their fields when they are emptied.
func TestMessageReset(t *testing.T) {
	f := append(make([]Field, 0, 5), Field{[]byte("A"), []byte("b")})
	q := Request{Method: []byte("GET"), Minor: 1, KeepAlive: true, Body: []byte("x"), Fields: f}
	s := Response{Status: 200, Minor: 1, KeepAlive: true, Body: []byte("x"), Fields: f}
	if got := s.Header("a"); string(got) != "b" {
		t.Errorf("Header(a) = %q", got)
	}
	q.Reset()
	s.Reset()
	if q.Method != nil || q.Minor != 0 || q.KeepAlive || q.Body != nil || len(q.Fields) != 0 || cap(q.Fields) != 5 {
		t.Errorf("a request emptied is %+v", q)
	}
	if s.Status != 0 || s.Minor != 0 || s.KeepAlive || s.Body != nil || len(s.Fields) != 0 || cap(s.Fields) != 5 {
		t.Errorf("a response emptied is %+v", s)
	}
}

func TestHeader(t *testing.T) {
	m := Request{Fields: []Field{{[]byte("X-A"), []byte("1")}, {[]byte("x-a"), []byte("2")}, {[]byte("X"), []byte{}}}}
	for name, want := range map[string]string{"x-a": "1", "X-A": "1", "X-a": "1", "x": ""} {
		if got := m.Header(name); got == nil || string(got) != want {
			t.Errorf("Header(%q) = %q", name, got)
		}
	}
	// '@' and '`' differ from each other as 'A' and 'a' do.
	m.Fields[2].Name = []byte("`")
	if got := m.Header("@"); got != nil {
		t.Errorf("Header(@) = %q", got)
	}
	if got := m.Header("y"); got != nil {
		t.Errorf("Header(y) = %q", got)
	}
}
