package nonblocking

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/style"
)

func TestDribble(t *testing.T) {
	h := start(t, service(handlers()))
	p := h.dial()
	for _, b := range "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" {
		p.send(string(b))
	}
	p.want("200 hello").send(get("/echo?2")).want("200 2")
}

func TestPipelining(t *testing.T) {
	h := start(t, service(handlers()))
	p := h.dial()
	p.send(get("/echo?1") + get("/nix") + get("/echo?3") + "GET /echo?4 HT")
	p.want("200 1", "404 no such path\n", "200 3")
	p.send("TP/1.1\r\nHost: h\r\n\r\n").want("200 4")
	// More than one buffer holds, so that requests straddle reads.
	var all strings.Builder
	var want []string
	for i := range 500 {
		all.WriteString(get(fmt.Sprintf("/echo?%d", i)))
		want = append(want, fmt.Sprintf("200 %d", i))
	}
	p.send(all.String()).want(want...)
	h.until("the job is given back", func() bool { return len(h.jobs) == 1 })
}

// A request behind one whose handler waits is served after it, in order, and what
// came of it is neither lost nor overwritten by what other connections send.
func TestPipeliningBehindAWait(t *testing.T) {
	var waiting []func()
	s := service(handlers())
	s.Routes = append(s.Routes, style.Route{Method: "GET", Path: "/wait", Callback: func(_ style.Loop, x *style.Exchange, done func(error)) {
		waiting = append(waiting, func() {
			x.Body = append(x.Body, x.Request.Query...)
			done(nil)
		})
	}})
	h := start(t, s)
	a, b := h.dial(), h.dial()
	a.send(get("/echo?a1") + get("/wait?a2") + get("/wait?a3") + get("/echo?a4")[:9]).want("200 a1")
	h.until("a2 waits", func() bool { return len(waiting) == 1 })
	b.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4000\r\n\r\n" + strings.Repeat("z", 4000)).want("200 " + strings.Repeat("z", 4000))
	a.send(get("/echo?a4")[9:])
	h.on(func() { waiting[0]() })
	a.want("200 a2")
	h.until("a3 waits", func() bool { return len(waiting) == 2 })
	h.on(func() { waiting[1]() })
	a.want("200 a3", "200 a4")
}

func TestSlowReaderIsNotReadFrom(t *testing.T) {
	h := start(t, service(handlers()))
	p := h.dial()
	sent := make(chan int)
	const requests = 64
	go func() { // far more answer than the sockets' buffers hold
		n := 0
		for range requests {
			if _, err := io.WriteString(p, get("/big")); err != nil {
				break
			}
			n++
		}
		sent <- n
	}()
	held := 0
	h.until("an answer is kept", func() bool {
		h.Loop.Each(func(_ int, src loop.Source) {
			if c, ok := src.(*client); ok {
				held = len(c.conn.Out())
			}
		})
		return held > 0
	})
	if held > 3<<20 {
		t.Errorf("%d bytes are held for a slow reader, want a bound near one answer", held)
	}
	q := h.dial() // nobody else suffers
	q.send(get("/echo?q")).want("200 q")
	want := "200 " + strings.Repeat("x", 1<<20)
	for range requests {
		p.want(want)
	}
	if n := <-sent; n != requests {
		t.Errorf("sent %d requests, want %d", n, requests)
	}
}

func TestHalfClose(t *testing.T) {
	backend := newBackend(t)
	h := start(t, withBackend(service(handlers()), backend))
	p := h.dial()
	p.send(get("/echo?1") + get("/ask?slow") + get("/echo?3"))
	if err := p.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	p.want("200 1", "200 slow", "200 3").wantEnd()
	q := h.dial()
	q.send("GET /ec")
	if err := q.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	q.wantEnd()
}

func TestResetWhileTheHandlerWaits(t *testing.T) {
	backend := newBackend(t)
	h := start(t, withBackend(service(handlers()), backend))
	p := h.dial()
	p.send(get("/ask?held"))
	backend.got("held")
	rst(p.TCPConn)
	h.until("the connection is closed", func() bool { return h.open == 0 })
	backend.release <- struct{}{}
	h.until("the job is given back", func() bool { return len(h.jobs) == 1 })
	h.dial().send(get("/ask?again")).want("200 again")
}

func TestRequestDeadlineIsAbsolute(t *testing.T) {
	s := service(handlers())
	s.RequestTimeout = 150 * time.Millisecond
	h := start(t, s)
	silent := h.dial() // may stay for ever
	p := h.dial()
	p.send("GET /echo")
	stop := make(chan struct{})
	go func() { // a byte now and then must not keep it alive
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				_, _ = io.WriteString(p, "x")
			}
		}
	}()
	p.want("408 request not received in time\n")
	close(stop)
	p.wantEnd()
	silent.send(get("/echo?still")).want("200 still")
}

func TestNextRequestHasItsOwnDeadline(t *testing.T) {
	s := service(handlers())
	s.RequestTimeout = 400 * time.Millisecond
	h := start(t, s)
	p := h.dial()
	for range 5 { // a request is always begun, none for as long as the deadline
		p.send("GET /echo?a HT")
		time.Sleep(150 * time.Millisecond)
		p.send("TP/1.1\r\nHost: h\r\n\r\n").want("200 a")
	}
	p.send("GET /echo?b")
	for range 5 {
		time.Sleep(150 * time.Millisecond)
		p.send(" HTTP/1.1\r\nHost: h\r\n\r\nGET /echo?b").want("200 b")
	}
}

// A request that dribbled in is whole: its deadline is over, however long its handler waits.
func TestDeadlineEndsWithTheRequest(t *testing.T) {
	s := withBackend(service(handlers()), newBackend(t))
	s.RequestTimeout = 50 * time.Millisecond
	h := start(t, s)
	p := h.dial()
	p.send("GET /ask?late HT")
	h.until("the deadline runs", func() bool { return h.armed() == 1 })
	p.send("TP/1.1\r\nHost: h\r\n\r\n").want("200 late")
}

// armed counts the connections on which a deadline runs.
func (s *Server) armed() int {
	n := 0
	s.Loop.Each(func(_ int, src loop.Source) {
		if c, ok := src.(*client); ok && c.job != nil && c.job.deadline.Set() {
			n++
		}
	})
	return n
}

func TestWriteDeadline(t *testing.T) {
	s := service(handlers())
	s.WriteTimeout = 100 * time.Millisecond
	h := start(t, s)
	p := h.dial()
	p.send(strings.Repeat(get("/big"), 32))
	h.until("the connection is cut off", func() bool { return h.open == 0 })
	if _, err := io.Copy(io.Discard, p.r); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
}

func TestRefusalSurvivesWhatThePeerStillSends(t *testing.T) {
	h := start(t, service(handlers()))
	p := h.dial()
	p.send("nonsense at all\r\n\r\n")
	for range 64 { // after its answer was sent
		p.send(strings.Repeat("y", 4096))
	}
	resp, err := io.ReadAll(p.r)
	if err != nil || !strings.HasPrefix(string(resp), "HTTP/1.1 400 ") {
		t.Errorf("read %q, %v; want the refusal and then the end", clip(string(resp)), err)
	}
	p.Close()
	h.until("the connection is closed", func() bool { return h.open == 0 })
}

func TestLingeringIsBounded(t *testing.T) {
	h := start(t, service(handlers()))
	p := h.dial()
	p.send("nonsense\r\n\r\n")
	h.until("the connection is closed although its peer stays", func() bool { return h.open == 0 })
	q := h.dial()
	q.send("nonsense\r\n\r\n")
	n := 0
	for ; n < 100*conn.LingerBytes; n += 1 << 16 {
		if _, err := q.Write(make([]byte, 1<<16)); err != nil {
			break
		}
	}
	if n >= 100*conn.LingerBytes {
		t.Errorf("a peer may send %d bytes after its refusal", n)
	}
}

func TestFaults(t *testing.T) {
	s := service(handlers())
	route := func(path string, cb style.Callback) {
		s.Routes = append(s.Routes, style.Route{Method: "GET", Path: path, Callback: cb})
	}
	route("/later", func(w style.Loop, x *style.Exchange, done func(error)) {
		cs := x.Calls(2)
		cs[0].Target, cs[1].Target = append(cs[0].Target, "/quick"...), append(cs[1].Target, "/held"...)
		w.Call(&cs[1], func(error) { t.Error("the continuation of an ended exchange ran") })
		w.Call(&cs[0], func(error) { panic("later") })
	})
	route("/after", func(w style.Loop, x *style.Exchange, done func(error)) {
		done(nil)
		done(nil)
		panic("too late")
	})
	h := start(t, withBackend(s, newBackend(t)))
	p := h.dial()
	p.send(get("/panic") + get("/later") + get("/after") + get("/echo?x"))
	p.want("500 fault in handler: at once\n", "500 fault in handler: later\n", "200 ", "200 x")
	h.on(func() {
		h.Loop.Each(func(_ int, src loop.Source) {
			if l, ok := src.(*link); ok && l.job != nil {
				t.Error("a call of an ended exchange is still under way")
			}
		})
	})
	if !strings.Contains(h.log.String(), "too late") {
		t.Errorf("log %q does not tell of the fault that no client can be told of", h.log.String())
	}
}

func TestConnectionIsReleased(t *testing.T) {
	h := start(t, service(handlers()))
	before := openFDs(t)
	for range 20 {
		p := h.dial()
		p.send("GET /echo?x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").want("200 x").wantEnd()
		p.Close()
	}
	h.until("all connections are closed", func() bool { return h.open == 0 })
	if after := openFDs(t); after > before {
		t.Errorf("%d descriptors are open, %d were before", after, before)
	}
	h.on(func() {
		if len(h.jobs) != 1 {
			t.Errorf("%d jobs were made for one connection at a time", len(h.jobs))
		}
	})
}
