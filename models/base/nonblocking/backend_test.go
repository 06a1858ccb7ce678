package nonblocking

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/models/base/conn"
	"assay/models/base/style"
)

// backend answers GET /NAME with NAME, unless NAME is a behaviour.
type backend struct {
	t        testing.TB
	ln       net.Listener
	release  chan struct{} // lets one held answer go
	mu       sync.Mutex
	seen     []string
	accepted int
}

func newBackend(t testing.TB) *backend {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{t: t, ln: ln, release: make(chan struct{})}
	var conns sync.WaitGroup
	stop := make(chan struct{})
	conns.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.accepted++
			b.mu.Unlock()
			conns.Go(func() { <-stop; c.Close() })
			conns.Go(func() { b.serve(c.(*net.TCPConn), stop) })
		}
	})
	t.Cleanup(func() { ln.Close(); close(stop); conns.Wait() })
	return b
}

func withBackend(s *conn.Service, bs ...*backend) *conn.Service {
	for _, b := range bs {
		s.Backends = append(s.Backends, b.ln.Addr().String())
	}
	return s
}

func (b *backend) serve(c *net.TCPConn, stop chan struct{}) {
	r := bufio.NewReader(c)
	for {
		rq, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		name := strings.TrimPrefix(rq.URL.Path, "/")
		b.mu.Lock()
		b.seen = append(b.seen, name)
		b.mu.Unlock()
		switch name {
		case "fail":
			fmt.Fprintf(c, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
			continue
		case "stall":
			<-stop
			return
		case "reset":
			rst(c)
			return
		case "garbage":
			io.WriteString(c, "garbage\r\n\r\n")
			return
		case "truncate":
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
			c.Close()
			return
		case "leave": // answer, then close the idle connection
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nleave")
			c.Close()
			return
		case "unframed":
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nunframed")
			c.Close()
			return
		case "large":
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", 10000, strings.Repeat("l", 10000))
			continue
		case "slow":
			for _, s := range []string{"HTTP/1.1 200 OK\r\nConte", "nt-Length: 4\r\n\r\nsl", "ow"} {
				io.WriteString(c, s)
				time.Sleep(5 * time.Millisecond)
			}
			continue
		case "late": // later than the request deadline of a test
			time.Sleep(200 * time.Millisecond)
		case "held":
			select {
			case <-b.release:
			case <-stop:
				return
			}
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(name), name)
	}
}

// got waits until the backend was asked for name.
func (b *backend) got(name string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		b.mu.Lock()
		has := slices.Contains(b.seen, name)
		b.mu.Unlock()
		if has {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("the backend was never asked for %s", name)
		}
	}
}

func (b *backend) connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accepted
}

func TestBackendOutcomes(t *testing.T) {
	b := newBackend(t)
	s := withBackend(service(handlers()), b)
	s.BackendTimeout = 150 * time.Millisecond
	h := start(t, s)
	const failed, late = "502 backend failed", "504 backend deadline exceeded\n"
	cases := []struct{ name, want string }{
		{"value", "200 value"},
		{"slow", "200 slow"},
		{"large", "200 " + strings.Repeat("l", 10000)},
		{"unframed", "200 unframed"},
		{"fail", failed},
		{"stall", late},
		{"reset", failed},
		{"garbage", failed},
		{"truncate", failed},
		{"value", "200 value"},
	}
	p := h.dial()
	for _, tc := range cases {
		p.send(get("/ask?" + tc.name)).want(tc.want)
	}
	all := ""
	var want []string
	for _, tc := range cases {
		all += get("/ask?" + tc.name)
		want = append(want, tc.want)
	}
	h.dial().send(all).want(want...)
}

func TestBackendConnectionsAreReused(t *testing.T) {
	b := newBackend(t)
	h := start(t, withBackend(service(handlers()), b))
	p := h.dial()
	for range 20 {
		p.send(get("/ask?v")).want("200 v")
	}
	if n := b.connections(); n != 1 {
		t.Errorf("%d backend connections for one call at a time, want 1", n)
	}
}

func TestIdleLinksAreTakenLastInFirstOut(t *testing.T) {
	a, b := &link{}, &link{}
	ls := links{idle: [][]*link{{a, b}}}
	for i, want := range []*link{b, a} {
		if got := ls.take(0); got != want || !got.reused {
			t.Errorf("take %d gave %p, want %p of %p %p", i, got, want, a, b)
		}
	}
	if l := ls.take(0); l == a || l == b || l.reused {
		t.Error("a link that is in use was taken")
	}
}

func TestStaleBackendConnection(t *testing.T) {
	b := newBackend(t)
	h := start(t, withBackend(service(handlers()), b))
	p := h.dial()
	// Noticed while idle, or only when the next call uses it: both are one more connection.
	for range 10 {
		p.send(get("/ask?leave")).want("200 leave").send(get("/ask?v")).want("200 v")
	}
	p.send(get("/ask?leave")).want("200 leave")
	h.until("the closed connection is dropped", func() bool { return len(h.links.idle[0]) == 0 })
	// A connection that is reset when reused is replaced once, and the fresh one not again.
	p.send(get("/ask?v")+get("/ask?reset")).want("200 v", "502 backend failed")
	n := 0
	b.mu.Lock()
	for _, name := range b.seen {
		if name == "reset" {
			n++
		}
	}
	b.mu.Unlock()
	if n != 2 {
		t.Errorf("the call was tried %d times, want 2", n)
	}
}

func TestNoBackend(t *testing.T) {
	h := start(t, service(handlers()))
	p := h.dial()
	p.send(get("/ask?v")+get("/echo?x")).want("502 backend failed: no backends: ASSAY_BACKENDS is empty\n", "200 x")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := service(handlers())
	s.Backends = []string{ln.Addr().String()}
	ln.Close()
	start(t, s).dial().send(get("/ask?v")).want("502 backend failed")
	s.Backends = []string{"nonsense"}
	if _, err := New(h.Loop, s, Callback); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("New with a bad backend address: %v, want an error that names it", err)
	}
}

// Calls of one handler overlap, and answer in any order.
func TestScatter(t *testing.T) {
	b := newBackend(t)
	s := service(handlers())
	s.Routes = append(s.Routes, style.Route{Method: "GET", Path: "/all", Callback: func(w style.Loop, x *style.Exchange, done func(error)) {
		cs := x.Calls(3)
		left := len(cs)
		for i, name := range []string{"held", "a", "b"} {
			cs[i].Backend, cs[i].Target = i, append(append(cs[i].Target, "/"...), name...)
			w.Call(&cs[i], func(err error) {
				if err != nil {
					t.Error(err)
				}
				x.Body = append(append(x.Body, cs[i].Body...), ' ')
				if left--; left == 0 {
					done(nil)
				}
			})
			if left < 3-i {
				t.Error("a continuation ran inside Call")
			}
		}
	}})
	h := start(t, withBackend(s, b, b, b))
	p := h.dial()
	p.send(get("/all"))
	b.got("held")
	b.got("a")
	b.got("b")
	b.release <- struct{}{}
	resp, err := http.ReadResponse(p.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	got := strings.Fields(string(body))
	slices.Sort(got)
	if err != nil || !slices.Equal(got, []string{"a", "b", "held"}) {
		t.Errorf("answered %q, %v", body, err)
	}
}
