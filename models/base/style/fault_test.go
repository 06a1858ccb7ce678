package style_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/models/base/style"
)

// A fault ends its task and is an error to whoever waits for it.
func TestPanicInAChild(t *testing.T) {
	faulty := steps{
		func(t *style.Task, _ error) style.Poll { return t.Await(call(t, "a 10"), steps{nil, boom}, 1) },
	}
	var h host
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		return last(t, t.TryGather(call(t, "b 99"), t.Spawn(faulty)))
	})
	var fault *style.Fault
	if !errors.As(err, &fault) || fault.Value != "boom" || style.StatusOf(err) != 500 {
		t.Fatalf("got %v, want the fault", err)
	}
	if !strings.Contains(string(fault.Stack), "fault_test.go") {
		t.Errorf("the fault's stack does not show where it was:\n%s", fault.Stack)
	}
	h.want(t, "0s call b", "0s call a", "10µs abandon b", "10µs done fault in handler: boom")

	h = host{}
	err = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		return t.Await(t.Spawn(faulty), steps{func(t *style.Task, err error) style.Poll {
			if !errors.As(err, &fault) {
				panic(err)
			}
			return last(t, call(t, "instead 5")) // caught
		}}, 0)
	})
	if err != nil {
		t.Error(err)
	}
	h.want(t, "0s call a", "10µs call instead", "15µs done <nil>")
}

func boom(*style.Task, error) style.Poll { panic("boom") }

// A fault among tasks that are ready in the same moment leaves the others theirs.
func TestPanicBesideOthers(t *testing.T) {
	var h host
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		fs := []style.Future{t.Spawn(steps{boom}), t.Spawn(calling("a 1")), t.Spawn(steps{boom}), t.Spawn(calling("b 2"))}
		return last(t, t.Gather(fs...))
	})
	if style.StatusOf(err) != 500 {
		t.Error(err)
	}
	h.want(t, "0s call a", "0s call b", "2µs done fault in handler: boom")
}

type badFinally struct{}

func (b badFinally) Step(t *style.Task, err error) style.Poll {
	if t.At() == 0 {
		return t.Await(call(t, "a 50"), b, 1)
	}
	return t.Return(err)
}

func (badFinally) Cancelled() { panic("in finally") }

func TestPanicWhileCancelled(t *testing.T) {
	var h host
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		a := t.Spawn(badFinally{})
		return last(t, t.Race(a, call(t, "b 90"), call(t, "c 10"), call(t, "d 60")))
	})
	if style.StatusOf(err) != 500 || !strings.Contains(err.Error(), "in finally") {
		t.Errorf("got %v, want the fault of the cancelled task", err)
	}
	h.want(t, "0s call b", "0s call c", "0s call d", "0s call a",
		"10µs abandon a", "10µs abandon b", "10µs abandon d", "10µs done fault in handler: in finally")
}

// Each mistake in the use of futures is a fault, and leaves nothing behind.
func TestMisuse(t *testing.T) {
	var kept style.Future
	for name, handler := range map[string]func(*style.Task) style.Poll{
		"taken twice": func(t *style.Task) style.Poll {
			f := call(t, "a 10")
			return last(t, t.Gather(f, f))
		},
		"awaited and gathered": func(t *style.Task) style.Poll {
			f := call(t, "a 10")
			t.Await(f, steps{returns}, 0)
			return last(t, t.Gather(f))
		},
		"awaited again": func(t *style.Task) style.Poll {
			f := call(t, "a 10")
			return t.Await(f, steps{func(t *style.Task, _ error) style.Poll { return last(t, f) }}, 0)
		},
		"never made": func(t *style.Task) style.Poll { return last(t, style.Future{}) },
		"another task's": func(t *style.Task) style.Poll {
			f := call(t, "a 10")
			return last(t, t.Spawn(steps{func(t *style.Task, _ error) style.Poll { return last(t, f) }}))
		},
		"of the request before": func(t *style.Task) style.Poll { return last(t, kept) },
		"a race of none":        func(t *style.Task) style.Poll { return last(t, t.Race()) },
		"no poll":               func(*style.Task) style.Poll { return style.Poll{} },
	} {
		t.Run(name, func(t *testing.T) {
			var h host
			_ = h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
				kept = call(t, "z 1")
				return last(t, call(t, "y 1"))
			})
			err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll { return handler(t) })
			if style.StatusOf(err) != 500 || !strings.Contains(err.Error(), "style: ") {
				t.Errorf("got %v, want a fault that says what is wrong", err)
			}
			if len(h.events) > 0 {
				t.Error("a call is still under way")
			}
		})
	}
}

func TestOffload(t *testing.T) {
	handler := func(f func()) style.Await {
		return func(t *style.Task, _ *style.Exchange) style.Poll { return last(t, t.Offload(f)) }
	}
	for _, remote := range []bool{false, true} {
		ran := 0
		h := host{remote: remote}
		if err := h.serve(t, handler(func() { ran++ })); err != nil || ran != 1 {
			t.Errorf("remote %v: %v, it ran %d times", remote, err, ran)
		}
		if err := h.serve(t, handler(func() { panic("away") })); style.StatusOf(err) != 500 || !strings.Contains(err.Error(), "away") {
			t.Errorf("remote %v: a fault came as %v", remote, err)
		}
	}
	h := host{refuse: true}
	if err := h.serve(t, handler(func() { t.Error("it ran") })); style.StatusOf(err) != 503 {
		t.Errorf("refused: %v", err)
	}
}

// An offloaded function that nobody waits for any more comes back to nobody, though its
// task might serve another wait by then.
func TestOffloadCancelled(t *testing.T) {
	h := host{remote: true}
	ran := false
	err := h.serve(t, func(t *style.Task, _ *style.Exchange) style.Poll {
		f := t.Timeout(t.Offload(func() { ran = true }), 10*time.Microsecond)
		return t.Await(f, steps{func(t *style.Task, err error) style.Poll {
			if !errors.Is(err, style.ErrTimeout) {
				return t.Return(err)
			}
			return last(t, call(t, "a 5000 fail"))
		}}, 0)
	})
	if !errors.Is(err, style.ErrBackend) || !ran {
		t.Errorf("got %v, want the failure of the call that followed", err)
	}
}

// Under the race detector: a request may end while another thread runs its function,
// and its scope serve the next.
func TestRequestEndsWhileOffloaded(t *testing.T) {
	var h threads
	gate := make(chan struct{})
	var away sync.WaitGroup
	h.scope.Init(&h)
	h.run = func(f func()) { away.Go(func() { <-gate; f() }) }
	for range 3 {
		h.begin(func(t *style.Task, _ *style.Exchange) style.Poll {
			t.Offload(func() {
				t.Block(time.Microsecond)
				panic("late")
			})
			return t.Return(nil)
		})
		if len(h.ended) != 1 || h.ended[0] != nil {
			t.Fatalf("done was told %v", h.ended)
		}
	}
	close(gate)
	for range 100 {
		h.begin(func(t *style.Task, _ *style.Exchange) style.Poll { return last(t, t.Spawn(steps{returns})) })
	}
	away.Wait()
}

// threads is a host that offloads to real threads and forgets them.
type threads struct {
	host
	run func(func())
}

func (h *threads) Block(d time.Duration) { time.Sleep(d) }

func (h *threads) Offload(f, _ func()) bool {
	h.run(f)
	return true
}

func (h *threads) begin(handler style.Await) {
	h.ended = nil
	h.scope.Start(handler, new(style.Exchange))
}
