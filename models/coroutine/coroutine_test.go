package coroutine

import (
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

func TestSuite(t *testing.T) {
	for _, options := range []string{"", "keep=0", "keep=2"} {
		t.Run(options, func(t *testing.T) { modeltest.Suite(t, Model, options) })
	}
}

func TestFrugal(t *testing.T) { modeltest.Frugal(t, Model, "") }

func get(path string, h style.Direct) style.Route {
	return style.Route{Method: "GET", Path: path, Direct: h}
}

// ask makes one call, of the query's name, and is some frames away from its handler.
func ask(w style.Waiter, x *style.Exchange) error {
	c := &x.Calls(1)[0]
	c.Target = append(append(c.Target, '/'), x.Request.Query...)
	if err := w.Call(c); err != nil {
		return err
	}
	x.Body = append(x.Body, c.Body...)
	return nil
}

// Everything runs on one thread, before and after a wait, Offload included.
func TestOneThread(t *testing.T) {
	back := modeltest.NewBackend(t)
	s := modeltest.Start(t, Model, modeltest.Config{Backends: []string{back.Addr}, Routes: []style.Route{
		get("/", func(w style.Waiter, x *style.Exchange) error {
			x.Body = strconv.AppendInt(x.Body, int64(unix.Gettid()), 10)
			c := &x.Calls(1)[0]
			c.Target = append(c.Target, "/wait-a"...)
			err := w.Call(c)
			x.Body = strconv.AppendInt(append(x.Body, ' '), int64(unix.Gettid()), 10)
			w.Offload(func() { x.Body = strconv.AppendInt(append(x.Body, ' '), int64(unix.Gettid()), 10) })
			return err
		}),
	}})
	threads := map[string]bool{}
	for range 3 {
		for _, id := range strings.Fields(s.Dial().Get("/").Body) {
			threads[id] = true
		}
	}
	if len(threads) != 1 {
		t.Errorf("handlers and what they offload ran on threads %v, want one", threads)
	}
}

// While a handler blocks, nobody else is served: that is the price of the model.
func TestBlockHoldsEverybodyUp(t *testing.T) {
	var blocking, during atomic.Int32
	s := modeltest.Start(t, Model, modeltest.Config{Routes: []style.Route{
		get("/block", func(w style.Waiter, _ *style.Exchange) error {
			blocking.Store(1)
			begun := time.Now()
			w.Block(50 * time.Millisecond)
			blocking.Store(2)
			if d := time.Since(begun); d < 50*time.Millisecond {
				return style.Badf("blocked for %v", d)
			}
			return nil
		}),
		get("/victim", func(style.Waiter, *style.Exchange) error {
			if blocking.Load() == 1 {
				during.Add(1)
			}
			return nil
		}),
	}})
	a, b := s.Dial(), s.Dial()
	b.Want("/victim", 200, "")
	a.Send(modeltest.Request("/block"))
	for blocking.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	b.Want("/victim", 200, "")
	if blocking.Load() != 2 || during.Load() != 0 {
		t.Error("a victim was served while the loop was blocked")
	}
	if a := a.Read(); a.Status != 200 {
		t.Errorf("got %d %q", a.Status, a.Body)
	}
}

// While handlers wait, everybody else is served, and the handlers go on in the order
// in which they are answered, not in the one in which they began.
func TestWaitHoldsNobodyUp(t *testing.T) {
	back := modeltest.NewBackend(t)
	s := modeltest.Start(t, Model, modeltest.Config{Backends: []string{back.Addr}, Routes: []style.Route{get("/", ask)}})
	held := s.Dial()
	held.Send(modeltest.Request("/?hold-a"))
	modeltest.Until(t, "the call to be held", func() bool { return back.Held.Load() == 1 })
	s.Dial().Want("/?b", 200, "b")
	s.Dial().Want("/?wait-c", 200, "wait-c")
	back.Release()
	if a := held.Read(); a.Status != 200 || a.Body != "hold-a" {
		t.Errorf("got %+v, want hold-a", a)
	}
}
