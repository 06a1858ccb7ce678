package loop

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestPostFromManyThreads(t *testing.T) {
	l := newLoop(t)
	const posters, each = 8, 2000
	var got [posters]int // touched on the loop's thread only: -race sees it otherwise
	total := 0
	var all sync.WaitGroup
	for p := range posters {
		all.Go(func() {
			for i := range each {
				l.Post(func() {
					if got[p] != i {
						t.Errorf("poster %d: ran %d, want %d: out of order", p, i, got[p])
					}
					got[p] = i + 1
					if total++; total == posters*each {
						l.Stop()
					}
				})
				if i%100 == 0 {
					time.Sleep(time.Microsecond) // let the loop fall asleep now and then
				}
			}
		})
	}
	run(t, l)
	all.Wait()
	if total != posters*each {
		t.Errorf("%d of %d were run", total, posters*each)
	}
}

func TestPostFromPosted(t *testing.T) {
	l := newLoop(t)
	left := 100
	var next func()
	next = func() {
		if left--; left == 0 {
			l.Stop()
			return
		}
		l.Post(next)
	}
	l.Post(next)
	run(t, l)
	if left != 0 {
		t.Errorf("%d were left", left)
	}
}

func TestStop(t *testing.T) {
	l := newLoop(t)
	l.Stop()
	run(t, l) // stopped before it ran
	l = newLoop(t)
	time.AfterFunc(2*time.Millisecond, l.Stop)
	run(t, l) // stopped while it sleeps without any timer
}

func TestEpollErrorIsReturned(t *testing.T) {
	l := newLoop(t)
	l.sleep = func(time.Duration) (int, error) { return 0, unix.EBADF }
	if err := l.Run(); !errors.Is(err, unix.EBADF) || !strings.Contains(err.Error(), "epoll_wait") {
		t.Errorf("Run() = %v, want EBADF of epoll_wait", err)
	}
}

// Without epoll_pwait2 and with spinning, timers fire in order and never early.
func TestTimersFireInEveryWayOfWaiting(t *testing.T) {
	for name, prepare := range map[string]func(*Loop){
		"nanoseconds":  func(*Loop) {},
		"milliseconds": func(l *Loop) { l.poll.coarse = true },
		"spinning":     func(l *Loop) { l.Spin = time.Hour },
		"part spin":    func(l *Loop) { l.Spin = 200 * time.Microsecond },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(t)
			prepare(l)
			var ts [4]Timer
			fired := 0
			start := l.Clock()
			for i := range ts {
				at := start + int64(i)*int64(700*time.Microsecond)
				ts[i].Init(func() {
					if fired != i || l.Now() < at {
						t.Errorf("timer %d fired as number %d, %d ns early", i, fired, at-l.Now())
					}
					if fired++; fired == len(ts) {
						l.Stop()
					}
				})
			}
			for i := len(ts) - 1; i >= 0; i-- {
				l.At(&ts[i], start+int64(i)*int64(700*time.Microsecond))
			}
			run(t, l)
		})
	}
}

func TestClockIsMonotonic(t *testing.T) {
	for range 1000 {
		before := monotonic()
		now := Clock()
		after := monotonic()
		const slack = 10_000 // of the calibration
		if now < before-slack || now > after+slack {
			t.Fatalf("Clock() = %d, CLOCK_MONOTONIC was %d before and %d after", now, before, after)
		}
	}
}

// echoer writes back what it reads.
type echoer struct {
	fd  int
	buf [64]byte
}

func (e *echoer) Ready(ev Events) {
	if ev&Readable != 0 {
		n, _ := unix.Read(e.fd, e.buf[:])
		_, _ = unix.Write(e.fd, e.buf[:n])
	}
}

func TestTurnAllocatesNothing(t *testing.T) {
	l := newLoop(t)
	a, b := pair(t)
	defer unix.Close(b)
	if err := l.Add(a, &echoer{fd: a}); err != nil {
		t.Fatal(err)
	}
	x := []byte("x")
	posted := false
	post := func() { posted = true }
	turn := func() {
		_, _ = unix.Write(b, x)
		l.Post(post)
		if err := l.turn(); err != nil {
			t.Fatal(err)
		}
		if n, err := unix.Read(b, x); n != 1 || err != nil || !posted {
			t.Fatalf("read %d, %v, posted %t", n, err, posted)
		}
		posted = false
	}
	turn()
	if got := testing.AllocsPerRun(200, turn); got != 0 {
		t.Errorf("%v allocations a turn, want 0", got)
	}
	if err := l.CloseFD(a); err != nil {
		t.Error(err)
	}
}

// BenchmarkTurn is a wait that brings one ready descriptor, and its dispatch.
func BenchmarkTurn(b *testing.B) {
	l := newLoop(b)
	a, c := pair(b)
	defer unix.Close(a)
	defer unix.Close(c)
	x := []byte("x")
	if err := l.Add(a, sourceFunc(func(Events) {})); err != nil {
		b.Fatal(err)
	}
	b.Run("write-only", func(b *testing.B) {
		for b.Loop() {
			_, _ = unix.Write(c, x)
			_, _ = unix.Read(a, x)
		}
	})
	b.Run("write-and-turn", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = unix.Write(c, x)
			if err := l.turn(); err != nil {
				b.Fatal(err)
			}
			_, _ = unix.Read(a, x)
		}
	})
}

func BenchmarkPost(b *testing.B) {
	l := newLoop(b)
	f := func() {}
	b.Run("awake", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.Post(f)
			l.mail.run()
		}
	})
	b.Run("asleep", func(b *testing.B) { // with the wake-up that another thread pays
		b.ReportAllocs()
		for b.Loop() {
			l.mail.asleep.Store(true)
			l.Post(f)
			if err := l.turn(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
