package nonblocking

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/conn"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// patience only stops a test from hanging.
const patience = 20 * time.Second

// never is for deadlines that a test is not about.
const never = 100 * patience

// host is a server on a loop of its own, on a free port.
type host struct {
	*Server
	t    testing.TB
	addr string
	log  safeBuffer
	done chan error // gets what Run returned
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func service(routes map[string]style.Callback) *conn.Service {
	s := &conn.Service{
		Nonce: "n0", RequestTimeout: never, BackendTimeout: never, WriteTimeout: never,
	}
	for path, h := range routes {
		s.Routes = append(s.Routes, style.Route{Method: "GET", Path: path, Callback: h})
		s.Routes = append(s.Routes, style.Route{Method: "POST", Path: path, Callback: h})
	}
	return s
}

// handlers are what most tests need.
func handlers() map[string]style.Callback {
	return map[string]style.Callback{
		"/echo": func(_ style.Loop, x *style.Exchange, done func(error)) {
			x.Body = append(append(x.Body, x.Request.Query...), x.Request.Body...)
			done(nil)
		},
		"/big": func(_ style.Loop, x *style.Exchange, done func(error)) {
			x.Body = append(x.Body, bytes.Repeat([]byte("x"), 1<<20)...)
			done(nil)
		},
		"/panic": func(style.Loop, *style.Exchange, func(error)) { panic("at once") },
		"/ask":   ask,
	}
}

// ask answers with what backend 0 answers to the query.
func ask(w style.Loop, x *style.Exchange, done func(error)) {
	c := &x.Calls(1)[0]
	c.Target = append(append(c.Target, "/"...), x.Request.Query...)
	w.Call(c, func(err error) {
		x.Body = append(x.Body, c.Body...)
		done(err)
	})
}

// start serves s until the test ends. The changes are made before it serves.
func start(t testing.TB, s *conn.Service, change ...func(*Server)) *host {
	t.Helper()
	l, carrier := waiting(t)
	srv, err := New(l, s, Callback)
	if err != nil {
		t.Fatal(err)
	}
	srv.Carrier = carrier
	h := &host{Server: srv, t: t, done: make(chan error, 1)}
	srv.Log = &h.log
	for _, f := range change {
		f(srv)
	}
	fd, err := sock.Listen("127.0.0.1:0", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	at, err := sock.Addr(fd)
	if err == nil {
		err = srv.Listen(fd)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.addr = at.String()
	go func() { h.done <- srv.Run() }()
	t.Cleanup(func() {
		l.Stop()
		if err := h.ended(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := errors.Join(srv.Close(), l.Close()); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return h
}

// ended waits until Run has returned.
func (h *host) ended() error {
	h.t.Helper()
	select {
	case err := <-h.done:
		h.done <- err
		return err
	case <-time.After(patience):
		h.t.Fatal("the loop does not end")
		return nil
	}
}

// on runs f on the loop's thread and waits for it.
func (h *host) on(f func()) {
	h.t.Helper()
	ran := make(chan struct{})
	h.Loop.Post(func() { f(); close(ran) })
	select {
	case <-ran:
	case <-time.After(patience):
		h.t.Fatal("the loop does not take posted work")
	}
}

// until waits for a condition that is looked at on the loop's thread.
func (h *host) until(what string, ok func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		met := false
		h.on(func() { met = ok() })
		if met {
			return
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("never: %s", what)
		}
	}
}

// peer is the client's end of a connection to a host.
type peer struct {
	*net.TCPConn
	t testing.TB
	r *bufio.Reader
}

func (h *host) dial() *peer {
	h.t.Helper()
	c, err := net.Dial("tcp", h.addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		h.t.Fatal(err)
	}
	return &peer{c.(*net.TCPConn), h.t, bufio.NewReader(c)}
}

func (p *peer) send(s string) *peer {
	p.t.Helper()
	if _, err := io.WriteString(p, s); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// want reads answers and compares each with "STATUS body".
func (p *peer) want(answers ...string) *peer {
	p.t.Helper()
	for _, want := range answers {
		resp, err := http.ReadResponse(p.r, nil)
		if err != nil {
			p.t.Fatalf("no answer, want %q: %v", want, err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			p.t.Fatalf("answer cut short, want %q: %v", want, err)
		}
		if got := fmt.Sprintf("%d %s", resp.StatusCode, body); got != want && !strings.HasPrefix(got, want+": ") {
			p.t.Fatalf("answered %q, want %q", clip(got), clip(want))
		}
	}
	return p
}

func clip(s string) string { return s[:min(len(s), 120)] }

// wantEnd expects the server to have closed the connection in order.
func (p *peer) wantEnd() {
	p.t.Helper()
	if b, err := p.r.ReadByte(); err != io.EOF {
		p.t.Fatalf("read %q, %v; want the end", b, err)
	}
}

func get(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n" }

func rst(c *net.TCPConn) {
	_ = c.SetLinger(0)
	c.Close()
}

func openFDs(t testing.TB) int {
	t.Helper()
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		t.Fatal(err)
	}
	n := 0
	for fd := range int(min(lim.Cur, 1024)) {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			n++
		}
	}
	return n
}
