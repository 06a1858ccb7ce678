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
	s := Start(t, b.model, Config{Options: b.options, Routes: Routes()})
	first := s.Dial() // whatever the model opens for itself it has open now
	first.Want("/hello", 200, "hello")
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
	withoutDescriptors(t, func() {
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
	if n := strings.Count(s.Log(), "\n"); n != 1 {
		t.Errorf("%d lines in the log, want one for the whole series:\n%s", n, s.Log())
	}
}

// withoutDescriptors runs f while the process can open none.
func withoutDescriptors(t *testing.T, f func()) {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	none := was
	none.Cur = 3 // stdin, stdout and stderr; poll refuses to wait for more descriptors than may exist
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &was)
	f()
}
