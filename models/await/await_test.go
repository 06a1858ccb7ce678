package await

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSuite(t *testing.T) { modeltest.Suite(t, Model, "") }

func TestCombinations(t *testing.T) {
	b := newBackend(t)
	c := start(t, "", b).Dial()
	c.Want("/all?a&late-b&c", 200, "a late-b c ")
	c.Want("/all?late-a&fail-b&late-c", 502, "backend failed: it answered 500\n")
	c.Want("/try?a&late-b", 200, "a late-b ")
	c.Want("/within?a&late-b", 200, "a late-b ")
	if n := b.calls(); n != 10 {
		t.Errorf("%d calls were made, want 10", n)
	}
}

// What is cancelled is let go of: its connection is closed, and not used again.
func TestCancellationReachesTheBackend(t *testing.T) {
	b := newBackend(t)
	c := start(t, "backend-timeout=1h", b).Dial()
	c.Want("/race?stall-1&a&stall-2", 200, "a ")
	b.wantLeft(t, 2)
	c.Want("/try?stall-3&fail", 502, "backend failed: it answered 500\n")
	b.wantLeft(t, 3)
	c.Want("/within?stall-4&a&stall-5", 504, style.ErrTimeout.Error()+"\n")
	b.wantLeft(t, 5)
	c.Want("/child", 500, "fault in handler: boom\n")
	b.wantLeft(t, 6)
	c.Want("/all?a&b", 200, "a b ")
}

// The answer to a call that lost its race is nobody's, least of all the next call's.
func TestLoserIsNotReused(t *testing.T) {
	b := newBackend(t)
	c := start(t, "", b).Dial()
	for range 20 {
		c.Want("/race?late-x&a&late-y", 200, "a ")
		c.Want("/all?b&c&d", 200, "b c d ") // as many connections as were there to be mistaken
	}
}

// A fault, or a failure, is that of its request alone, whoever waits beside it.
func TestIsolation(t *testing.T) {
	b := newBackend(t)
	s := start(t, "", b)
	other := s.Dial()
	other.Send(strings.Repeat(modeltest.Request("/all?late-a&late-b"), 5))
	c := s.Dial()
	for range 10 {
		c.Want("/child", 500, "fault in handler: boom\n")
	}
	for range 5 {
		if a := other.Read(); a.Body != "late-a late-b " {
			t.Errorf("the neighbour got %d %q", a.Status, a.Body)
		}
	}
}

// Everything runs on one thread, offloaded functions included.
func TestOneThread(t *testing.T) {
	var threads [4]int
	s := start(t, "", newBackend(t), get("/", func(t *style.Task, x *style.Exchange) style.Poll {
		threads[0] = unix.Gettid()
		f := t.Offload(func() { threads[1] = unix.Gettid() })
		child := t.Spawn(steps{func(t *style.Task, _ error) style.Poll {
			threads[2] = unix.Gettid()
			return t.Return(nil)
		}})
		return t.Await(t.Gather(f, child, t.Sleep(time.Millisecond)), steps{func(t *style.Task, err error) style.Poll {
			threads[3] = unix.Gettid()
			return t.Return(err)
		}}, 0)
	}))
	s.Dial().Want("/", 200, "")
	s.Drain()
	for _, id := range threads {
		if id != threads[0] {
			t.Errorf("handler, offloaded function, child and the rest ran on threads %v, want one", threads)
		}
	}
}

// Block is the mistake that the style cannot prevent: everybody waits.
func TestBlockHoldsEverybodyUp(t *testing.T) {
	var blocking, during atomic.Int32
	s := start(t, "", newBackend(t),
		get("/block", func(t *style.Task, _ *style.Exchange) style.Poll {
			blocking.Store(1)
			t.Block(50 * time.Millisecond)
			blocking.Store(2)
			return t.Return(nil)
		}),
		get("/victim", func(t *style.Task, _ *style.Exchange) style.Poll {
			if blocking.Load() == 1 {
				during.Add(1)
			}
			return t.Return(nil)
		}))
	a, c := s.Dial(), s.Dial()
	c.Want("/victim", 200, "")
	a.Send(modeltest.Request("/block"))
	for blocking.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	c.Want("/victim", 200, "")
	if blocking.Load() != 2 || during.Load() != 0 {
		t.Error("a victim was served while the loop was blocked")
	}
	a.Read()
}

// A fault in an offloaded function comes to whoever waits for it.
func TestOffloadFaults(t *testing.T) {
	s := start(t, "", newBackend(t), get("/", func(t *style.Task, x *style.Exchange) style.Poll {
		return t.Await(t.Offload(func() { panic("away") }), steps{func(t *style.Task, err error) style.Poll {
			var fault *style.Fault
			if !errors.As(err, &fault) {
				return t.Return(err)
			}
			x.Body = append(x.Body, "caught"...)
			return t.Return(nil)
		}}, 0)
	}))
	s.Dial().Want("/", 200, "caught")
}
