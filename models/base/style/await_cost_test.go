package style_test

import (
	"testing"
	"time"
	"unsafe"

	"assay/models/base/style"
)

// plain is a host without any memory of its own: its one call is answered by answer.
type plain struct {
	host
	then func(error)
}

func (h *plain) Call(_ *style.Call, then func(error)) { h.then = then }
func (h *plain) Abandon(*style.Call)                  { h.then = nil }
func (h *plain) Done(error)                           {}

// repeat is an async function that makes the same call n times.
type repeat struct {
	call style.Call
	n    int
}

func (r *repeat) Step(t *style.Task, err error) style.Poll {
	if r.n--; r.n < 0 || err != nil {
		return t.Return(err)
	}
	return t.Await(t.Call(&r.call), r, 0)
}

// The style itself allocates nothing once its pools are filled: what is left is what
// handlers make.
func TestWaitsAllocateNothing(t *testing.T) {
	var x style.Exchange
	r := &repeat{}
	for name, handler := range map[string]style.Await{
		"no wait":  func(t *style.Task, _ *style.Exchange) style.Poll { return t.Return(nil) },
		"calls":    func(t *style.Task, _ *style.Exchange) style.Poll { return r.Step(t, nil) },
		"children": func(t *style.Task, _ *style.Exchange) style.Poll { return t.Await(t.Spawn(r), ended{}, 0) },
		"all": func(t *style.Task, _ *style.Exchange) style.Poll {
			g := t.Gather(t.Timeout(t.Spawn(r), time.Second), t.Race(t.Sleep(time.Second), t.Offload(nothing)))
			return t.Await(g, ended{}, 0)
		},
	} {
		var h plain
		h.scope.Init(&h)
		one := func() {
			r.n = 3
			h.scope.Start(handler, &x)
			for h.then != nil {
				then := h.then
				h.then = nil
				then(nil)
			}
		}
		one()
		if got := testing.AllocsPerRun(100, one); got != 0 {
			t.Errorf("%s: %v allocations a request, want 0", name, got)
		}
	}
}

func nothing() {}

type ended struct{}

func (ended) Step(t *style.Task, err error) style.Poll { return t.Return(err) }

func TestTaskIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(style.Task{}); size > 256 {
		t.Errorf("a task is %d bytes, want at most 256, of which %d would be kept", size, 128)
	}
}
