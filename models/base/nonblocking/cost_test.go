package nonblocking

import (
	"net"
	"runtime"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"assay/models/base/loop"
	"assay/models/base/style"
)

func TestEchoAllocatesNothing(t *testing.T) {
	w := newWire(t)
	c := w.client()
	rq := []byte(get("/echo?x"))
	exchange := func() {
		if _, err := unix.Write(w.fd, rq); err != nil {
			t.Fatal(err)
		}
		c.Ready(loop.Readable | loop.Writable)
		if n, err := unix.Read(w.fd, w.in); err != nil || n == 0 {
			t.Fatal("no answer", err)
		}
	}
	exchange()
	if got := testing.AllocsPerRun(200, exchange); got != 0 {
		t.Errorf("%v allocations a request, want 0", got)
	}
}

// constant answers every read with "v", and allocates nothing after the first.
func constant(t testing.TB) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf, answer := make([]byte, 1024), []byte("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nv")
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
			if _, err := c.Write(answer); err != nil {
				return
			}
		}
	}()
	return ln.Addr().String()
}

// A call costs what its handler's closures cost, and nothing besides.
func TestCallAllocatesNothing(t *testing.T) {
	s := service(nil)
	s.Backends = []string{constant(t)}
	answered := make(chan struct{}, 1)
	var waiter style.Loop
	var call *style.Call
	s.Routes = []style.Route{{Method: "GET", Path: "/", Callback: func(w style.Loop, x *style.Exchange, _ func(error)) {
		waiter, call = w, &x.Calls(1)[0]
		call.Target = append(call.Target, "/v"...)
		answered <- struct{}{}
	}}}
	h := start(t, s)
	h.dial().send(get("/"))
	<-answered
	then := func(error) { answered <- struct{}{} }
	next := func() { waiter.Call(call, then) }
	one := func() {
		h.Loop.Post(next)
		<-answered
	}
	one()
	if got := testing.AllocsPerRun(200, one); got != 0 {
		t.Errorf("%v allocations a call, want 0", got)
	}
	if call.Err != nil || string(call.Body) != "v" {
		t.Errorf("the call gave %q, %v", call.Body, call.Err)
	}
}

func TestIdleConnectionIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(client{}); size > 64 {
		t.Errorf("a client is %d bytes, want at most 64: the next size class is 80", size)
	}
	l, err := loop.New()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	srv, err := New(l, service(handlers()), Callback)
	if err != nil {
		t.Fatal(err)
	}
	const n = 512
	var ends [n]int
	before := heap()
	for i := range n {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		ends[i] = fds[1]
		if err := srv.Adopt(fds[0]); err != nil {
			t.Fatal(err)
		}
	}
	if per := int(heap()-before) / n; per > 200 {
		t.Errorf("an idle connection costs %d bytes of heap, want at most 200", per)
	}
	for _, fd := range ends {
		unix.Close(fd)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkEcho(b *testing.B) {
	w := newWire(b)
	c := w.client()
	rq := []byte(get("/echo?x"))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = unix.Write(w.fd, rq)
		c.Ready(loop.Readable | loop.Writable)
		_, _ = unix.Read(w.fd, w.in)
	}
}
