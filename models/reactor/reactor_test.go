package reactor

import (
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

func get(path string, h style.Callback) style.Route {
	return style.Route{Method: "GET", Path: path, Callback: h}
}

// Everything runs on one thread, Offload included.
func TestOneThread(t *testing.T) {
	var threads [3]int
	s := modeltest.Start(t, Model, modeltest.Config{Routes: []style.Route{
		get("/", func(w style.Loop, x *style.Exchange, done func(error)) {
			threads[0] = unix.Gettid()
			w.Offload(func() { threads[1] = unix.Gettid() }, func() {
				threads[2] = unix.Gettid()
				x.Body = append(x.Body, "done"...)
				done(nil)
			})
		}),
	}})
	s.Dial().Want("/", 200, "done")
	s.Dial().Want("/", 200, "done")
	s.Drain()
	if threads[0] != threads[1] || threads[0] != threads[2] {
		t.Errorf("handler, offloaded function and continuation ran on threads %v, want one", threads)
	}
}

// While a handler blocks, nobody else is served: that is the price of the model,
// and a model of this name that did not pay it would measure something else.
func TestBlockHoldsEverybodyUp(t *testing.T) {
	var blocking, during atomic.Int32
	s := modeltest.Start(t, Model, modeltest.Config{Routes: []style.Route{
		get("/block", func(w style.Loop, _ *style.Exchange, done func(error)) {
			blocking.Store(1)
			w.Block(50 * time.Millisecond)
			blocking.Store(2)
			done(nil)
		}),
		get("/victim", func(_ style.Loop, _ *style.Exchange, done func(error)) {
			if blocking.Load() == 1 {
				during.Add(1)
			}
			done(nil)
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
	a.Read()
}
