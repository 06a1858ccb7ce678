package coroutine

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// start serves handlers of one backend until the test ends.
func start(t *testing.T, options string, routes ...style.Route) (*modeltest.Server, *modeltest.Backend) {
	back := modeltest.NewBackend(t)
	return modeltest.Start(t, Model, modeltest.Config{
		Options: options, Routes: append(routes, get("/ask", ask)), Backends: []string{back.Addr},
	}), back
}

// A thousand handlers wait at once, each on a stack of its own, and each gets its own answer.
func TestThousandWaits(t *testing.T) {
	t.Cleanup(leakless(t))
	s, back := start(t, "keep=100")
	const n = 1000
	clients := make([]*modeltest.Client, n)
	for i := range clients {
		clients[i] = s.Dial()
		clients[i].Send(modeltest.Request(fmt.Sprintf("/ask?hold-%d", i)))
	}
	modeltest.Until(t, "all to wait", func() bool { return back.Held.Load() == n })
	back.Release()
	for i, c := range clients {
		if a := c.Read(); a.Status != 200 || a.Body != fmt.Sprintf("hold-%d", i) {
			t.Fatalf("request %d got %d %q", i, a.Status, a.Body)
		}
		c.Close()
	}
	s.Drain()
}

// leakless gives a check, to be run when all else is over, that no coroutine is left.
func leakless(t *testing.T) func() {
	before := goleak.IgnoreCurrent()
	return func() { goleak.VerifyNone(t, before) }
}

func reset(c *net.TCPConn) {
	_ = c.SetLinger(0)
	c.Close()
}

// A client that only shuts its write side is owed its answer: nothing is cancelled.
func TestHalfCloseIsNotGone(t *testing.T) {
	s, back := start(t, "")
	c := s.Dial()
	c.Send(modeltest.Request("/ask?hold-a"))
	modeltest.Until(t, "the call to be held", func() bool { return back.Held.Load() == 1 })
	c.CloseWrite()
	time.Sleep(10 * time.Millisecond)
	back.Release()
	if a := c.Read(); a.Status != 200 || a.Body != "hold-a" {
		t.Errorf("got %d %q, want the answer", a.Status, a.Body)
	}
}

// An error in a wait comes up through the frames that called it, and is still itself.
func TestErrorWithItsCause(t *testing.T) {
	var caught error
	s := modeltest.Start(t, Model, modeltest.Config{
		Backends: []string{"127.0.0.1:1"}, // nobody listens there
		Routes: []style.Route{get("/", func(w style.Waiter, x *style.Exchange) error {
			caught = deep(w, x, 3)
			x.Body = append(x.Body, "caught"...)
			return nil
		})},
	})
	s.Dial().Want("/", 200, "caught")
	s.Drain()
	if !errors.Is(caught, style.ErrBackend) || !errors.Is(caught, syscall.ECONNREFUSED) {
		t.Errorf("caught %v, want a backend's failure because of a refused connection", caught)
	}
	if got := strings.Count(fmt.Sprint(caught), "frame"); got != 3 {
		t.Errorf("the error passed %d frames, want 3: %v", got, caught)
	}
}

// deep waits n frames below its caller.
func deep(w style.Waiter, x *style.Exchange, n int) error {
	if n == 0 {
		return ask(w, x)
	}
	if err := deep(w, x, n-1); err != nil {
		return fmt.Errorf("frame %d: %w", n, err)
	}
	return nil
}

// A fault three frames deep, after a wait, is its own request's alone.
func TestFaultBesideAWait(t *testing.T) {
	s, back := start(t, "", get("/fault", func(w style.Waiter, x *style.Exchange) error {
		if err := ask(w, x); err != nil {
			return err
		}
		return fall(3)
	}))
	waits, falls := s.Dial(), s.Dial()
	waits.Send(modeltest.Request("/ask?hold-a"))
	modeltest.Until(t, "the call to be held", func() bool { return back.Held.Load() == 1 })
	for range 3 { // on the same coroutine
		falls.Want("/fault?b", 500, "fault in handler: fell\n")
	}
	back.Release()
	if a := waits.Read(); a.Status != 200 || a.Body != "hold-a" {
		t.Errorf("the request beside it got %d %q", a.Status, a.Body)
	}
}

//go:noinline
func fall(n int) error {
	if n == 0 {
		panic("fell")
	}
	return fall(n - 1)
}

// The stack of a fault is captured where it happened.
func TestStackOfAFault(t *testing.T) {
	s := &scheduler{}
	c := s.create()
	c.handler = func(style.Waiter, *style.Exchange) error { return fall(3) }
	c.next()
	defer c.end()
	fault := (*style.Fault)(nil)
	if !errors.As(c.result, &fault) || fault.Value != "fell" {
		t.Fatalf("got %v, want the fault", c.result)
	}
	if n := strings.Count(string(fault.Stack), "coroutine.fall("); n != 4 {
		t.Errorf("the stack shows %d of the 4 frames that fell:\n%s", n, fault.Stack)
	}
}

// CallAll of nothing is no wait, and of several returns the first error by index.
func TestCallAll(t *testing.T) {
	s, _ := start(t, "", get("/", func(w style.Waiter, x *style.Exchange) error {
		if err := w.CallAll(nil); err != nil {
			return err
		}
		cs := x.Calls(3)
		for i, name := range []string{"/wait-a", "/cut-b", "/fail-c"} {
			cs[i].Target = append(cs[i].Target, name...)
		}
		err := w.CallAll(cs)
		if cs[0].Err != nil || string(cs[0].Body) != "wait-a" || cs[2].Status != 500 || cs[2].Err == nil || err != cs[1].Err {
			return style.Badf("%+v %v", cs, err)
		}
		x.Body = append(x.Body, "as it should"...)
		return nil
	}))
	s.Dial().Want("/", 200, "as it should")
}

// A call that is made again and then cancelled does not pass for answered because it once was.
func TestCancelledSecondTime(t *testing.T) {
	s := &scheduler{}
	c := s.create()
	call := style.Call{Status: 200, Body: []byte("of the first time")}
	c.handler = func(w style.Waiter, _ *style.Exchange) error { return w.Call(&call) }
	c.next()
	c.asked, c.cancelled = nil, true // as when the call was started, and nothing came of it
	c.next()
	defer c.end()
	if !errors.Is(c.result, style.ErrCancelled) || call.Err != c.result {
		t.Errorf("the wait returned %v, the call has %v, want a cancellation", c.result, call.Err)
	}
}
