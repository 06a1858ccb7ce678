package await

import (
	"bytes"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/model/modeltest"
	"assay/models/base/nonblocking"
	"assay/models/base/sock"
)

// newTestServer makes a server of the test's routes that no listener belongs to.
func newTestServer(t testing.TB, dispatch string, backends ...string) *nonblocking.Server {
	l, err := loop.New()
	if err != nil {
		t.Fatal(err)
	}
	options, err := Model.Parse("")
	if err != nil {
		t.Fatal(err)
	}
	env := &model.Env{Service: model.NewService(options), Options: options, Log: io.Discard}
	env.Service.Routes, env.Service.Backends = modeltest.Routes(), backends
	s, err := newServer(l, env)
	if err != nil {
		t.Fatal(err)
	}
	if dispatch == "callback" {
		s.Dispatch = nonblocking.Callback
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// client asks from the server's own loop, so that nothing but the two is measured: it
// sends some requests in one piece and, when all are answered, the next.
type client struct {
	t        testing.TB
	loop     *loop.Loop
	fd       int
	requests []byte // a piece
	answers  int    // bytes, to a piece
	got      int    // of them
	warm     int    // pieces before begin is called
	begin    func()
	left     int // pieces
	buf      [16 << 10]byte
}

// load asks for target, in n pieces of so many requests, after some to warm up, behind
// which begin is called. The answer's length is 5 bytes of body and its head. The loop
// cannot run again.
func load(t testing.TB, s *nonblocking.Server, target string, piece, n int, begin func()) {
	t.Helper()
	const warm = 100
	const answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{
		t: t, loop: s.Loop, fd: fds[1], answers: piece * len(answer), warm: warm, begin: begin, left: n + warm,
		requests: bytes.Repeat([]byte(modeltest.Request(target)), piece),
	}
	if err := s.Adopt(fds[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Loop.Add(c.fd, c); err != nil {
		t.Fatal(err)
	}
	c.send()
	if err := s.Loop.Run(); err != nil {
		t.Fatal(err)
	}
	s.Loop.Each(func(fd int, src loop.Source) {
		switch src.(type) {
		case *client, listener, answering: // the rest is the server's
			if err := s.Loop.CloseFD(fd); err != nil {
				t.Error(err)
			}
		}
	})
}

func (c *client) send() {
	if _, err := unix.Write(c.fd, c.requests); err != nil {
		c.t.Error(err)
		c.loop.Stop()
	}
}

// Ready implements loop.Source.
func (c *client) Ready(loop.Events) {
	n, err := unix.Read(c.fd, c.buf[:])
	if err == unix.EAGAIN {
		return
	}
	if err != nil || c.got == 0 && !bytes.HasPrefix(c.buf[:n], []byte("HTTP/1.1 200")) {
		c.t.Errorf("%.40q, %v", c.buf[:max(n, 0)], err)
		c.loop.Stop()
		return
	}
	if c.got += n; c.got < c.answers {
		return
	}
	c.got = 0
	if c.warm--; c.warm == 0 {
		c.begin()
	}
	if c.left--; c.left > 0 {
		c.send()
		return
	}
	c.loop.Stop()
}

// newReplica gives the address of a backend that answers from the server's own loop.
func newReplica(t testing.TB) (addr string, serve func(*loop.Loop)) {
	ln, err := sock.Listen("127.0.0.1:0", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	at, err := sock.Addr(ln)
	if err != nil {
		t.Fatal(err)
	}
	return at.String(), func(l *loop.Loop) {
		if err := l.Add(ln, listener{t, l, ln}); err != nil {
			t.Fatal(err)
		}
	}
}

type listener struct {
	t    testing.TB
	loop *loop.Loop
	fd   int
}

// Ready implements loop.Source.
func (ln listener) Ready(loop.Events) {
	for {
		fd, err := sock.Accept(ln.fd, true)
		if err != nil {
			return // no more wait
		}
		if err := ln.loop.Add(fd, answering(fd)); err != nil {
			ln.t.Error(err)
		}
	}
}

// answering is a connection on which every call, which comes in one piece, is answered.
type answering int

var hello = []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

// Ready implements loop.Source.
func (fd answering) Ready(loop.Events) {
	var b [1 << 10]byte
	if n, _ := unix.Read(int(fd), b[:]); n > 0 {
		_, _ = unix.Write(int(fd), hello) // a failure shows as an answer that never comes
	}
}

// targets are requests whose answer is "hello": without a wait, and with one.
var targets = map[string]string{"none": "/hello", "one call": "/ask?hello"}

// TestAllocations: what the style costs, beside what a handler makes for itself, is
// nothing. The handler of /ask makes one state, and in callback style two closures and what they share.
func TestAllocations(t *testing.T) {
	for _, c := range []struct {
		waits           string
		await, callback float64
	}{{"none", 0, 0}, {"one call", 1, 3}} {
		for dispatch, most := range map[string]float64{"await": c.await, "callback": c.callback} {
			const n = 2000
			var before, after runtime.MemStats
			backend, serve := newReplica(t)
			s := newTestServer(t, dispatch, backend)
			serve(s.Loop)
			load(t, s, targets[c.waits], 1, n, func() { runtime.ReadMemStats(&before) })
			runtime.ReadMemStats(&after)
			if got := float64(after.Mallocs-before.Mallocs) / n; got > most+0.05 && !modeltest.RaceDetector {
				t.Errorf("waits %s, %s: %.2f allocations a request, want %v", c.waits, dispatch, got, most)
			}
		}
	}
}

// BenchmarkOverhead is what a request costs more in await style than in callback style,
// through the same server. The two take turns in short slices, because a machine
// changes its speed; an operation is a slice of each, ns-more/req the median of their
// differences, and ns/req what callback style takes:
//
//	go test ./models/await -run '^$' -bench Overhead -benchtime 40x
//
// Requests without a wait come 32 in one piece, so that the system calls, of which both
// make the same, are shared and do not hide the difference. It is accounted for by
// BenchmarkScope, and with a wait by BenchmarkWait, of which either is that style's whole.
func BenchmarkOverhead(b *testing.B) {
	for _, c := range []struct {
		waits         string
		piece, pieces int
	}{{"none", 32, 500}, {"one call", 1, 2000}} {
		b.Run("waits="+strings.ReplaceAll(c.waits, " ", "-"), func(b *testing.B) {
			var base, more []float64
			for i := range b.N {
				var ns [2]float64
				for k := range ns {
					k = (k + i) % 2 // each is first in turn
					ns[k] = slice(b, []string{"callback", "await"}[k], targets[c.waits], c.piece, c.pieces)
				}
				base, more = append(base, ns[0]), append(more, ns[1]-ns[0])
			}
			b.ReportMetric(0, "ns/op") // of two slices: of no meaning
			b.ReportMetric(median(base), "ns/req")
			b.ReportMetric(median(more), "ns-more/req")
		})
	}
}

// slice gives what a request takes, in ns of processor time: what the machine does
// beside is no part of it.
func slice(b *testing.B, dispatch, target string, piece, pieces int) float64 {
	backend, serve := newReplica(b)
	s := newTestServer(b, dispatch, backend)
	serve(s.Loop)
	var begun int64
	load(b, s, target, piece, pieces, func() { begun = processorTime(b) })
	return float64(processorTime(b)-begun) / float64(piece*pieces)
}

// processorTime is that of the process, in ns.
func processorTime(b *testing.B) int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		b.Fatal(err)
	}
	return ts.Nano()
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// An idle connection is reactor's: a client of the loop, and no task.
func TestIdleConnectionIsSmall(t *testing.T) {
	s := newTestServer(t, "await")
	const n = 512
	var ends [n]int
	before := heap()
	for i := range n {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		ends[i] = fds[1]
		if err := s.Adopt(fds[0]); err != nil {
			t.Fatal(err)
		}
	}
	per := int(heap()-before) / n
	t.Logf("an idle connection costs %d bytes of heap", per)
	if per > 200 {
		t.Errorf("an idle connection costs %d bytes of heap, want at most 200", per)
	}
	for _, fd := range ends {
		unix.Close(fd)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
