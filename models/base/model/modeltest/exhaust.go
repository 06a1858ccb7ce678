package modeltest

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// exhaustion takes all descriptors away: the server rests, says so once, and
// serves the waiting client when there are descriptors again.
func exhaustion(t *testing.T, b *bench) {
	// Before the start: an accept that the kernel keeps goes by the limit of its time.
	restore := limitDescriptors(t, 256)
	s := Start(t, b.model, Config{Options: b.options, Routes: Routes()})
	first := s.Dial() // whatever the model opens for itself it has open now
	first.Want("/hello", 200, "hello")
	first.CloseWrite()
	first.WantClosed() // lest its descriptor become free later
	first.Close()
	// The client's descriptor must exist before; connecting it needs no other.
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	at, err := net.ResolveTCPAddr("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	to := &unix.SockaddrInet4{Port: at.Port, Addr: [4]byte(at.IP.To4())}
	withoutDescriptors(t, restore, func() {
		if err := unix.Connect(fd, to); err != nil {
			t.Error(err)
		}
		Until(t, "the model to log that it cannot accept", func() bool { return strings.Contains(s.Log(), "accept: too many open files") })
		time.Sleep(50 * time.Millisecond) // for some more rests
	})
	f := os.NewFile(uintptr(fd), "client")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	NewClient(t, c.(*net.TCPConn)).Want("/hello", 200, "hello")
	if n := strings.Count(s.Log(), "accept: "); n != 1 {
		t.Errorf("%d lines of it in the log, want one for the whole series:\n%s", n, s.Log())
	}
}

// limitDescriptors has the process open at most n, until restore or the test's end.
func limitDescriptors(t *testing.T, n uint64) (restore func()) {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	restore = func() { unix.Setrlimit(unix.RLIMIT_NOFILE, &was) }
	t.Cleanup(restore)
	return restore
}

// withoutDescriptors runs f while the process can open none, because all are open.
// At its end restore lets it open many at once: accept wants a free one even to say that nobody waits.
func withoutDescriptors(t *testing.T, restore, f func()) {
	t.Helper()
	var all []int
	defer func() {
		for _, fd := range all {
			unix.Close(fd)
		}
	}()
	for {
		fd, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 0)
		if err == unix.EMFILE {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fd)
	}
	f()
	restore()
}
