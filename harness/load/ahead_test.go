package load

import (
	"testing"
	"time"

	"assay/models/base/loop"
)

// A request that is ready before its time is not sent before it, and the wait counts as polling.
func TestStampWaitsForTheIntendedTime(t *testing.T) {
	var s slice
	c := &conn{times: Times{Intended: loop.Clock() + int64(time.Millisecond)}}
	s.stamp(c)
	if c.times.Sent < c.times.Intended {
		t.Errorf("sent %d ns early", c.times.Intended-c.times.Sent)
	}
	if s.polled <= 0 {
		t.Errorf("polled %d ns, want more than 0", s.polled)
	}
	polled, before := s.polled, loop.Clock()
	c.times.Intended = before - 1
	if s.stamp(c); c.times.Sent < before || s.polled != polled {
		t.Errorf("late: sent %d ns before it was asked for, polled %d ns more; want neither", before-c.times.Sent, s.polled-polled)
	}
}

// Of the arrivals to come one is taken in hand, and only if it is near.
func TestPacerAdmitsOneThatIsNear(t *testing.T) {
	p := newPacer([]int64{10, 12, 50}, 100, 0, 1)
	for _, c := range []struct {
		by     int64
		queued int
	}{{109, 0}, {113, 1}, {113, 2}, {149, 2}, {150, 3}, {999, 3}} {
		if p.admit(c.by); p.queued() != c.queued {
			t.Errorf("by %d: %d queued, want %d", c.by, p.queued(), c.queued)
		}
	}
	p = newPacer([]int64{10, 20}, 0, 0, 1)
	p.cut()
	if p.admit(100); p.queued() != 0 {
		t.Error("an arrival comes after the end")
	}
}

// An arrival is taken in hand while a connection is free, and waits for its time to be counted as
// waiting when none is.
func TestNoneIsInHandWithoutAConnection(t *testing.T) {
	w, err := newWorker()
	if err != nil {
		t.Fatal(err)
	}
	defer w.loop.Close()
	defer w.stop()
	const soon = int64(time.Hour) // so long before it is due that none becomes due here
	s := &slice{t: &target{w: w, free: newPicker(1, 1)}, ahead: 2 * soon}
	s.pacer = newPacer([]int64{soon}, loop.Clock(), 0, 1)
	if s.arrive(); s.pacer.queued() != 0 || s.pacer.peak != 0 {
		t.Errorf("%d in the queue, %d at the most; want none before it is due", s.pacer.queued(), s.pacer.peak)
	}
}

// Early sends would be clipped: a slip below 0 is out of the histogram's range.
func TestNothingIsSentEarly(t *testing.T) {
	g := newTestGenerator(t, 1)
	do(t, g, Command{Op: OpOpen, Arm: "a", Addr: newNullServer(t), Conns: 8, URLPath: "/"})
	for _, arrivals := range []string{Constant, Poisson, Burst} {
		r := do(t, g, Command{
			Op: OpSlice, Arm: "a", Rate: 10_000, Arrivals: arrivals, Burst: 4, Duration: int64(100 * time.Millisecond), Spin: int64(AloneSpin),
			Drain: int64(20 * time.Second),
		})
		for _, f := range r.Load.Classes {
			if f.Clipped > 0 {
				t.Errorf("%s: %d times are out of range", arrivals, f.Clipped)
			}
		}
	}
}
