package nonblocking

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/conn"
	"assay/models/base/loop"
)

// wire is a client whose server is turned by the test itself, on one thread.
type wire struct {
	t   testing.TB
	srv *Server
	fd  int
	in  []byte
}

func newWire(t testing.TB) *wire {
	l, err := loop.New()
	if err != nil {
		t.Fatal(err)
	}
	srv, err := New(l, service(handlers()), Callback)
	if err != nil {
		t.Fatal(err)
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Adopt(fds[0]); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.Close(fds[1])
		srv.Close()
		l.Close()
	})
	return &wire{t, srv, fds[1], make([]byte, 4096)}
}

// client is the one client.
func (w *wire) client() *client {
	var found *client
	w.srv.Loop.Each(func(_ int, src loop.Source) {
		if c, ok := src.(*client); ok {
			found = c
		}
	})
	return found
}

// A connection that always has more to say gives way to the others.
func TestBusyConnectionGivesWay(t *testing.T) {
	w := newWire(t)
	body := strings.Repeat("b", 2*conn.ReadBuffer*readsATurn)
	if _, err := unix.Write(w.fd, fmt.Appendf(nil, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(body), body)); err != nil {
		t.Fatal(err) // the socket's buffer takes it all
	}
	c := w.client()
	c.Ready(loop.Readable | loop.Writable)
	if c.job == nil || !c.job.again.Set() {
		t.Fatal("a connection was read from without an end")
	}
	done := time.AfterFunc(patience, w.srv.Loop.Stop)
	defer done.Stop()
	w.srv.Loop.OnTurn = func() { // it comes back by itself
		if c.job == nil {
			w.srv.Loop.Stop()
		}
	}
	if err := w.srv.Run(); err != nil {
		t.Fatal(err)
	}
	n, _ := unix.Read(w.fd, w.in)
	if got := string(w.in[:max(n, 0)]); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Errorf("answered %q", clip(got))
	}
}

func TestLingeringDiscardsOnlySoMuch(t *testing.T) {
	w := newWire(t)
	c := w.client()
	if _, err := unix.Write(w.fd, []byte("nonsense\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	c.Ready(loop.Readable | loop.Writable)
	sent, junk := 0, make([]byte, 1<<15)
	for ; c.fd >= 0 && sent < 2*conn.LingerBytes; sent += len(junk) {
		if _, err := unix.Write(w.fd, junk); err != nil {
			t.Fatal(err)
		}
		c.Ready(loop.Readable | loop.Writable)
	}
	if sent < conn.LingerBytes || sent > conn.LingerBytes+2*len(junk) {
		t.Errorf("closed after %d bytes were discarded, want just over %d", sent, conn.LingerBytes)
	}
}

// A peer that goes away while its pipelined requests are being answered leaves no
// bytes behind in the job, which serves another connection next.
func TestJobIsCleanAfterABrokenConnection(t *testing.T) {
	w := newWire(t)
	c := w.client()
	if _, err := unix.Write(w.fd, []byte(strings.Repeat(get("/big"), 8))); err != nil {
		t.Fatal(err)
	}
	if err := unix.Shutdown(w.fd, unix.SHUT_RD); err != nil {
		t.Fatal(err)
	}
	c.Ready(loop.Readable | loop.Writable)
	if c.fd >= 0 || len(w.srv.jobs) != 1 {
		t.Fatalf("descriptor %d, %d unused jobs; want it closed and one", c.fd, len(w.srv.jobs))
	}
	if j := w.srv.jobs[0]; j.kept() != 0 || j.client != nil || j.deadline.Set() || j.again.Set() {
		t.Errorf("the job holds %d bytes of another's", j.kept())
	}
}
