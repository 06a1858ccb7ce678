package blocking

import (
	"errors"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// pair is a stream and the socket of its peer.
func pair(t *testing.T) (*Stream, int) {
	t.Helper()
	ln, err := sock.Listen("127.0.0.1:0", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ln)
	at, err := sock.Addr(ln)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Dial(at.String(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := sock.Accept(ln, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		unix.Close(peer)
	})
	return s.(*Stream), peer
}

// timeoutOf is the receive time-out that the kernel has.
func timeoutOf(t *testing.T, s *Stream) time.Duration {
	t.Helper()
	tv, err := unix.GetsockoptTimeval(s.FD, unix.SOL_SOCKET, unix.SO_RCVTIMEO)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(tv.Nano())
}

func TestReadWithoutDeadline(t *testing.T) {
	s, peer := pair(t)
	unix.Write(peer, []byte("abc"))
	b := make([]byte, 10)
	if n, err := s.Read(b, time.Time{}); n != 3 || err != nil {
		t.Errorf("Read = %d, %v, want 3", n, err)
	}
	if d := timeoutOf(t, s); d != 0 {
		t.Errorf("a time-out of %v was armed for nothing", d)
	}
	unix.Shutdown(peer, unix.SHUT_WR)
	if n, err := s.Read(b, time.Time{}); n != 0 || err != io.EOF {
		t.Errorf("Read at the end = %d, %v, want io.EOF", n, err)
	}
}

// A peer that sends a byte now and then does not move the deadline.
func TestReadDeadlineIsAbsolute(t *testing.T) {
	s, peer := pair(t)
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(10 * time.Millisecond):
				unix.Write(peer, []byte("x"))
			}
		}
	}()
	until := time.Now().Add(300 * time.Millisecond)
	b := make([]byte, 10)
	var err error
	for err == nil {
		_, err = s.Read(b, until)
		if time.Since(until) > 10*time.Second {
			t.Fatal("the deadline never came")
		}
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) || time.Now().Before(until) {
		t.Errorf("%v, %v before the deadline", err, time.Until(until))
	}
}

// What came before the deadline is read after it.
func TestReadAfterDeadline(t *testing.T) {
	s, peer := pair(t)
	past := time.Now().Add(-time.Second)
	b := make([]byte, 10)
	if _, err := s.Read(b, past); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing there: %v, want the deadline", err)
	}
	unix.Write(peer, []byte("abc"))
	sock.Wait(s.FD, unix.POLLIN, 5*time.Second)
	if n, err := s.Read(b, past); n != 3 || err != nil {
		t.Errorf("Read = %d, %v, want 3", n, err)
	}
	unix.Shutdown(peer, unix.SHUT_WR)
	sock.Wait(s.FD, unix.POLLIN, 5*time.Second)
	if _, err := s.Read(b, past); err != io.EOF {
		t.Errorf("at the end: %v, want io.EOF", err)
	}
}

// Calls that follow each other with deadlines of much the same length arm the socket once.
func TestReadArmsOnce(t *testing.T) {
	s, peer := pair(t)
	b := make([]byte, 10)
	var first time.Duration
	for i := range 20 {
		unix.Write(peer, []byte("x"))
		// A little shorter each time, as what is left of a deadline is; the kernel's
		// figure would follow if it were set again.
		if _, err := s.Read(b, time.Now().Add(2*time.Second-time.Duration(i)*10*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if d := timeoutOf(t, s); i == 0 {
			first = d
		} else if d != first {
			t.Fatalf("read %d armed %v after %v", i, d, first)
		}
	}
	if first <= 0 || first > 2*time.Second {
		t.Errorf("armed %v, want up to 2s", first)
	}
}

// A time-out left behind by a deadline does not end a read that has none.
func TestReadOutlivesOldTimeout(t *testing.T) {
	s, peer := pair(t)
	b := make([]byte, 10)
	unix.Write(peer, []byte("x"))
	if _, err := s.Read(b, time.Now().Add(50*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	go func() {
		time.Sleep(200 * time.Millisecond)
		unix.Write(peer, []byte("abc"))
	}()
	if n, err := s.Read(b, time.Time{}); n != 3 || err != nil {
		t.Errorf("Read = %d, %v, want 3", n, err)
	}
}

// A signal interrupts a call with a time-out: it is made again.
func TestReadInterrupted(t *testing.T) {
	s, peer := pair(t)
	tid := make(chan int)
	go func() {
		me := <-tid
		for range 20 {
			time.Sleep(5 * time.Millisecond)
			unix.Tgkill(unix.Getpid(), me, unix.SIGURG) // the runtime's own
		}
		unix.Write(peer, []byte("abc"))
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tid <- unix.Gettid()
	if n, err := s.Read(make([]byte, 10), time.Now().Add(10*time.Second)); n != 3 || err != nil {
		t.Errorf("Read = %d, %v, want 3", n, err)
	}
}

func TestWriteDeadline(t *testing.T) {
	for _, hasty := range []bool{false, true} {
		s, _ := pair(t)
		s.Hasty = hasty
		begun := time.Now()
		within := 200 * time.Millisecond
		if hasty {
			within = time.Hour // which is not waited for
		}
		n, err := s.Write(make([]byte, 64<<20), within)
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 {
			t.Errorf("hasty %v: Write = %d, %v, want a part and the deadline", hasty, n, err)
		}
		if took := time.Since(begun); !hasty && took < within {
			t.Errorf("it gave up after %v, want %v", took, within)
		}
	}
}

// A slow reader gets all, if it is fast enough for the deadline.
func TestWriteInParts(t *testing.T) {
	s, peer := pair(t)
	const size = 16 << 20
	got := make(chan int)
	go func() {
		b, sum := make([]byte, 1<<20), 0
		for sum < size {
			n, err := unix.Read(peer, b)
			if n <= 0 || err != nil {
				break
			}
			sum += n
		}
		got <- sum
	}()
	if n, err := s.Write(make([]byte, size), 10*time.Second); n != size || err != nil {
		t.Errorf("Write = %d, %v, want all", n, err)
	}
	if n := <-got; n != size {
		t.Errorf("the peer got %d of %d", n, size)
	}
}

func TestWriteToTheGone(t *testing.T) {
	s, peer := pair(t)
	unix.SetsockoptLinger(peer, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	p, _ := unix.Dup(peer)
	unix.Close(peer)
	unix.Shutdown(p, unix.SHUT_RDWR)
	unix.Close(p)
	var err error
	for range 100 { // the reset is on its way
		if _, err = s.Write([]byte("x"), time.Second); err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Write = %v, want the connection's error", err)
	}
}
