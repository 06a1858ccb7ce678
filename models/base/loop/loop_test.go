package loop

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

type sourceFunc func(Events)

func (f sourceFunc) Ready(ev Events) { f(ev) }

// newLoop makes a loop that is closed after the test, and stopped if it hangs.
func newLoop(t testing.TB) *Loop {
	t.Helper()
	l, err := New()
	if err != nil {
		t.Fatal(err)
	}
	hang := time.AfterFunc(30*time.Second, func() { l.Stop() })
	t.Cleanup(func() {
		if !hang.Stop() {
			t.Error("the loop hung until the test's time-out stopped it")
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// pair makes a connected pair of non-blocking stream sockets.
func pair(t testing.TB) (a, b int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return fds[0], fds[1]
}

func write(t testing.TB, fd int, s string) {
	t.Helper()
	if _, err := unix.Write(fd, []byte(s)); err != nil {
		t.Fatal(err)
	}
}

func run(t testing.TB, l *Loop) {
	t.Helper()
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
}

func TestReadable(t *testing.T) {
	l := newLoop(t)
	a, b := pair(t)
	defer unix.Close(a)
	defer unix.Close(b)
	var got string
	err := l.Add(a, sourceFunc(func(ev Events) {
		if ev&Readable == 0 {
			return // the first edge: writable
		}
		buf := make([]byte, 16)
		n, _ := unix.Read(a, buf)
		got += string(buf[:n])
		l.Stop()
	}))
	if err != nil {
		t.Fatal(err)
	}
	write(t, b, "hello")
	run(t, l)
	if got != "hello" {
		t.Errorf("read %q, want hello", got)
	}
}

func TestTimerAndPost(t *testing.T) {
	l := newLoop(t)
	var order []string
	var first, second Timer
	first.Init(func() { order = append(order, "first") })
	second.Init(func() {
		order = append(order, "second")
		go l.Post(func() { order = append(order, "posted"); l.Stop() })
	})
	start := l.Clock()
	l.At(&second, start+int64(2*time.Millisecond))
	l.At(&first, start+int64(time.Millisecond))
	run(t, l)
	if len(order) != 3 || order[0] != "first" || order[1] != "second" || order[2] != "posted" {
		t.Errorf("order %v", order)
	}
	if l.Now()-start < int64(2*time.Millisecond) {
		t.Errorf("a timer fired %d ns early", int64(2*time.Millisecond)-(l.Now()-start))
	}
}

// Polling for a timer is told apart from sleeping and from work.
func TestPolled(t *testing.T) {
	l := newLoop(t)
	var timer Timer
	left := 20
	timer.Init(func() {
		if left--; left == 0 {
			l.Stop()
			return
		}
		l.At(&timer, l.Clock()+int64(2*time.Millisecond))
	})
	l.At(&timer, l.Clock())
	run(t, l)
	if l.Polled != 0 {
		t.Errorf("polled for %d ns without being told to", l.Polled)
	}
}

func TestPolledWhileSpinning(t *testing.T) {
	l := newLoop(t)
	l.Spin = time.Second
	var timer Timer
	timer.Init(l.Stop)
	start := l.Clock()
	l.At(&timer, start+int64(20*time.Millisecond))
	run(t, l)
	if all := l.Clock() - start; l.Polled < int64(2*time.Millisecond) || l.Polled > all {
		t.Errorf("polled for %d ns of %d", l.Polled, all)
	}
}
