package goroutine

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Of several calls with one deadline, those that were answered in time are so although
// another let it pass before they are read.
func TestReadBehindTheDeadline(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[1])
	s := openStream(fds[0])
	defer s.Close()
	if _, err := unix.Write(fds[1], []byte("in time")); err != nil {
		t.Fatal(err)
	}
	var b [16]byte
	past := time.Now().Add(-time.Second)
	if n, err := s.Read(b[:], past); err != nil || string(b[:n]) != "in time" {
		t.Errorf("read %q, %v, want what has come", b[:max(n, 0)], err)
	}
	if _, err := s.Read(b[:], past); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("with nothing to read: %v, want the deadline", err)
	}
	if err := unix.Shutdown(fds[1], unix.SHUT_WR); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(b[:], past); err != io.EOF {
		t.Errorf("behind the peer's end: %v, want the end, as a blocking read has it", err)
	}
}
