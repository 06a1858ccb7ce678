package loop

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Two descriptors are ready in one batch. Whichever comes first closes the other,
// whose number is at once added anew: the event left over must reach nobody.
func TestStaleEventMissesTheSuccessor(t *testing.T) {
	l := newLoop(t)
	a, a2 := pair(t)
	b, b2 := pair(t)
	var heirs []int
	late := func(ev Events) {
		if ev&Readable != 0 {
			t.Errorf("the successor got the event %#x of its predecessor", ev)
		}
	}
	kill := func(other int) {
		if len(heirs) > 0 {
			t.Error("the event of a closed descriptor was delivered")
			return
		}
		if err := l.CloseFD(other); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the lowest free number is the one just closed
			c, d := pair(t)
			heirs = append(heirs, c, d)
		}
		if heirs[0] != other {
			t.Fatalf("the number %d was not reused: %v", other, heirs)
		}
		if err := l.Add(heirs[0], sourceFunc(late)); err != nil {
			t.Fatal(err)
		}
	}
	for fd, other := range map[int]int{a: b, b: a} {
		if err := l.Add(fd, sourceFunc(func(ev Events) {
			if ev&Readable != 0 {
				kill(other)
			}
		})); err != nil {
			t.Fatal(err)
		}
	}
	write(t, a2, "x")
	write(t, b2, "x")
	var stop Timer
	stop.Init(l.Stop)
	l.At(&stop, l.Clock()+int64(10*time.Millisecond))
	run(t, l)
	if len(heirs) == 0 {
		t.Error("neither descriptor was ever ready")
	}
	for _, fd := range append(heirs, a2, b2) {
		unix.Close(fd)
	}
}

func TestDel(t *testing.T) {
	l := newLoop(t)
	a, b := pair(t)
	defer unix.Close(a)
	defer unix.Close(b)
	if err := l.Add(a, sourceFunc(func(Events) { t.Error("an event came after Del") })); err != nil {
		t.Fatal(err)
	}
	if err := l.Add(a, sourceFunc(func(Events) {})); !errors.Is(err, unix.EEXIST) {
		t.Errorf("Add of what is in: %v, want EEXIST", err)
	}
	seen := 0
	l.Each(func(fd int, s Source) {
		if fd == a {
			seen++
		}
	})
	if seen != 1 {
		t.Errorf("Each saw the descriptor %d times, want once", seen)
	}
	if err := l.Del(a); err != nil {
		t.Fatal(err)
	}
	if err := l.Del(a); !errors.Is(err, unix.ENOENT) {
		t.Errorf("second Del: %v, want ENOENT", err)
	}
	write(t, b, "x")
	var stop Timer
	stop.Init(l.Stop)
	l.At(&stop, l.Clock()+int64(5*time.Millisecond))
	run(t, l)
}

func TestFailedAddLeavesTheSourceInPlace(t *testing.T) {
	l := newLoop(t)
	a, b := pair(t)
	defer unix.Close(b)
	got := 0
	if err := l.Add(a, sourceFunc(func(Events) { got++; l.Stop() })); err != nil {
		t.Fatal(err)
	}
	_ = l.Add(a, sourceFunc(func(Events) { t.Error("the source that was refused got the event") }))
	run(t, l)
	if got != 1 {
		t.Errorf("%d events, want 1", got)
	}
	if err := l.CloseFD(a); err != nil {
		t.Error(err)
	}
	for fd, want := range map[int]error{-1: unix.EBADF, 1 << 20: unix.EBADF} {
		if err := l.Add(fd, sourceFunc(func(Events) {})); !errors.Is(err, want) {
			t.Errorf("Add(%d) = %v, want %v", fd, err, want)
		}
	}
}

func TestEdges(t *testing.T) {
	l := newLoop(t)
	a, b := pair(t)
	defer unix.Close(a)
	var seen []Events
	if err := l.Add(a, sourceFunc(func(ev Events) {
		seen = append(seen, ev)
		switch len(seen) {
		case 1: // writable from the start; not told again until something changes
			write(t, b, "x")
		case 2: // not read, and still not told again
			if err := unix.Shutdown(b, unix.SHUT_WR); err != nil {
				t.Fatal(err)
			}
		case 3:
			unix.Close(b)
		case 4:
			l.Stop()
		}
	})); err != nil {
		t.Fatal(err)
	}
	run(t, l)
	want := []Events{Writable, Readable | Writable, Readable | Writable | PeerShut, Readable | Writable | PeerShut | Hangup}
	for i := range want {
		if seen[i] != want[i] {
			t.Errorf("event %d is %#x, want %#x", i, seen[i], want[i])
		}
	}
}
