package oracle

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// running starts an oracle that sleeps rather than polls, because tests share their processors.
func running(t *testing.T, law string) *Server {
	t.Helper()
	s, err := New("127.0.0.1:0", mustParse(t, law), 1)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run() }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		s.Close()
	})
	return s
}

func dial(t *testing.T, s *Server) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return c, bufio.NewReader(c)
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, r *bufio.Reader) (status int, body string, closes bool) {
	t.Helper()
	a, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(b), a.Close
}

func statsOf(t *testing.T, s *Server, path string) (got Stats) {
	t.Helper()
	c, r := dial(t, s)
	say(t, c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
	_, body, _ := hear(t, r)
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	return got
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// Every answer takes what the law says, by a clock that is not the oracle's, and the
// arrivals are stamped by the kernel.
func TestServerKeepsTheLaw(t *testing.T) {
	s := running(t, "fixed:20ms")
	c, r := dial(t, s)
	const n = 5
	for range n {
		began := time.Now()
		say(t, c, get)
		status, body, closes := hear(t, r)
		if took := time.Since(began); took < 20*time.Millisecond {
			t.Errorf("answered after %v, want 20ms or more", took)
		}
		if status != 200 || body != "ok" || closes {
			t.Errorf("got %d %q, closing %v", status, body, closes)
		}
	}
	got := statsOf(t, s, "/-/reset")
	if got.Requests != n || got.Stamped < n-1 || got.Law != "fixed:20ms" { // the kernel may begin to stamp after the first
		t.Errorf("got %+v, want %d requests, stamped by the kernel", got, n)
	}
	if got.Delay.P50 < int64(20*time.Millisecond) || got.Late.P50 != got.Delay.P50-int64(20*time.Millisecond) || got.Read.P50 <= 0 {
		t.Errorf("delay %+v, late %+v, read %+v", got.Delay, got.Late, got.Read)
	}
	if after := statsOf(t, s, "/-/stats"); after.Requests != 0 {
		t.Errorf("%d requests after a reset", after.Requests)
	}
}

// What is sent before the answer waits, and all is answered in its order.
func TestServerPipelinedAndTorn(t *testing.T) {
	s := running(t, "fixed:1ms")
	c, r := dial(t, s)
	say(t, c, get+get+"GET /a HTTP/1.1\r\nHo")
	hear(t, r)
	hear(t, r)
	say(t, c, "st: x\r\nConnection: close\r\n\r\n")
	if _, _, closes := hear(t, r); !closes {
		t.Error("asked to close, it does not say so")
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("after Connection: close: %v, want the end", err)
	}
}

// HTTP/1.0 keeps a connection only if both sides say so (ab -k).
func TestServerOldClients(t *testing.T) {
	s := running(t, "fixed:1ms")
	c, r := dial(t, s)
	for range 2 {
		say(t, c, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
		a, err := http.ReadResponse(r, nil)
		if err != nil || a.Header.Get("Connection") != "keep-alive" {
			t.Fatalf("got %+v, %v, want Connection: keep-alive", a, err)
		}
		io.Copy(io.Discard, a.Body)
	}
	say(t, c, "GET / HTTP/1.0\r\n\r\n")
	if _, _, closes := hear(t, r); !closes {
		t.Error("HTTP/1.0 without keep-alive: the connection stays")
	}
}

func TestServerRefuses(t *testing.T) {
	s := running(t, "fixed:1ms")
	for _, text := range []string{
		"POST / HTTP/1.1\r\n\r\n", "GET / HTTP/3\r\n\r\n", "GET x HTTP/1.1\r\n\r\n", "\r\n\r\n",
		"GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "GET /" + strings.Repeat("x", 20<<10),
	} {
		c, r := dial(t, s)
		say(t, c, text)
		if status, _, closes := hear(t, r); status != 400 || !closes {
			t.Errorf("%.40q: got %d, closing %v; want 400 and the end", text, status, closes)
		}
	}
	if got := statsOf(t, s, "/-/stats").Requests; got != 0 {
		t.Errorf("%d refused requests were counted as answered", got)
	}
}

// A client that leaves before its answer harms nobody.
func TestServerClientLeaves(t *testing.T) {
	s := running(t, "fixed:30ms")
	gone, _ := dial(t, s)
	say(t, gone, get)
	gone.Close()
	c, r := dial(t, s)
	say(t, c, get)
	hear(t, r)
	if got := statsOf(t, s, "/-/stats").Requests; got != 1 {
		t.Errorf("%d requests answered, want the one whose client stayed", got)
	}
}

// A queue serves one after the other, whichever connections they come on.
func TestServerQueue(t *testing.T) {
	s := running(t, "md1:20ms")
	var readers []*bufio.Reader
	began := time.Now()
	for range 3 {
		c, r := dial(t, s)
		say(t, c, get)
		readers = append(readers, r)
	}
	for i, r := range readers {
		hear(t, r)
		if took, want := time.Since(began), time.Duration(i+1)*20*time.Millisecond; took < want {
			t.Errorf("request %d answered after %v, want %v or more", i, took, want)
		}
	}
}

func TestMainEndsWithItsInput(t *testing.T) {
	var out, log bytes.Buffer
	if code := Main([]string{"-law", "mm1:1ms", "-spin", "0s"}, strings.NewReader(""), &out, &log); code != 0 {
		t.Fatalf("code %d: %s", code, log.String())
	}
	first, rest, _ := strings.Cut(out.String(), "\n")
	if !strings.HasPrefix(first, "listening 127.0.0.1:") {
		t.Errorf("first line %q", first)
	}
	var s Stats
	if err := json.Unmarshal([]byte(rest), &s); err != nil || s.Law != "mm1:1ms" {
		t.Errorf("last line %q: %v", rest, err)
	}
}

func TestMainBadInput(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		say  string
	}{
		{[]string{"-law", "constant:1ms"}, 2, "unknown kind"},
		{[]string{"-nix"}, 2, "not defined"},
		{[]string{"-listen", "nowhere"}, 1, "want an IPv4 address"},
		{[]string{"rest"}, 2, "want none"},
	} {
		var log bytes.Buffer
		if code := Main(c.args, strings.NewReader(""), io.Discard, &log); code != c.code || !strings.Contains(log.String(), c.say) {
			t.Errorf("%q: code %d, %q; want %d, %q", c.args, code, log.String(), c.code, c.say)
		}
	}
}

// Once it has answered, the oracle takes no more memory: the record has its place, and what a request needs is
// used again.
func TestServerUsesMemoryAgain(t *testing.T) {
	s, err := New("127.0.0.1:0", mustParse(t, "fixed:100us"), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first := &s.record.all[:1][0]
	ended := make(chan error, 1)
	go func() { ended <- s.Run() }()
	c, r := dial(t, s)
	for range 100 {
		say(t, c, get)
		hear(t, r)
	}
	s.Stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if len(s.free) != 1 || len(s.due) != 0 {
		t.Errorf("one request at a time left %d to be used again and %d due", len(s.free), len(s.due))
	}
	if len(s.record.all) != 100 || &s.record.all[0] != first || cap(s.record.all) != recordMost {
		t.Errorf("the record was moved, or has %d of 100 requests and room for %d", len(s.record.all), cap(s.record.all))
	}
}
