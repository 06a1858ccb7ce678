package coroutine

import (
	"errors"
	"testing"

	"assay/models/base/model/modeltest"
	"assay/models/base/style"
)

// Coroutines are reused, and beyond the cap they end with their requests.
func TestKeep(t *testing.T) {
	for _, c := range []struct {
		options, target string
		kept, made      int
	}{
		{"keep=0", "/ask?hello&hello", 0, 50},
		{"keep=1", "/ask?hello&hello", 1, 1},
		{"", "/hello", 1, 1},
	} {
		r := newRig(t, false, c.options)
		if err := r.serve(50, c.target); err != nil {
			t.Fatal(err)
		}
		if r.idle != c.kept || r.all != c.kept || r.sched.created != c.made {
			t.Errorf("%q: 50 requests one by one made %d coroutines and left %d, %d of them idle, want %d made and %d left idle",
				c.options, r.sched.created, r.all, r.idle, c.made, c.kept)
		}
	}
}

// The coroutine used last is used next, whose stack is in the cache.
func TestLastInFirstOut(t *testing.T) {
	s := &scheduler{}
	a, b := s.create(), s.create()
	s.idle = append(s.idle, a, b)
	if got := s.take(); got != b {
		t.Errorf("got coroutine %d, want %d", got.id, b.id)
	}
	for _, c := range []*coroutine{a, b} { // the first leaves its place to the last
		s.discard(c)
	}
	if len(s.all) != 0 {
		t.Errorf("%d coroutines are left", len(s.all))
	}
}

// An idle connection holds no coroutine, before its first request and after it.
func TestIdleHoldsNone(t *testing.T) {
	r := newRig(t, false, "keep=0")
	turns := 0
	r.request = []byte(modeltest.Request("/hello"))
	err := r.run(func() {
		if turns++; turns == 3 {
			r.loop.Stop()
		}
		r.loop.Post(func() {})
	})
	if err != nil || r.srv.Service.Requests() != 1 {
		t.Fatalf("%d requests served, %v, want 1", r.srv.Service.Requests(), err)
	}
	if r.all != 0 {
		t.Errorf("an idle connection holds %d coroutines", r.all)
	}
}

// never waits for a backend that does not answer, and says how that ended.
func never(direct style.Direct) style.Route {
	return style.Route{
		Method: "GET", Path: "/never", Direct: direct,
		Callback: func(style.Loop, *style.Exchange, func(error)) {}, // the backend
	}
}

func askNever(w style.Waiter, x *style.Exchange) error {
	c := &x.Calls(1)[0]
	c.Target = append(c.Target, "/never"...)
	return w.Call(c)
}

// What still waits when the loop has ended is cancelled: deferred code runs, and
// nothing is left.
func TestStop(t *testing.T) {
	for _, options := range []string{"", "keep=0"} {
		leak := leakless(t)
		var got error
		deferred := false
		r := newRig(t, false, options, never(func(w style.Waiter, x *style.Exchange) error {
			defer func() { deferred = true }()
			got = askNever(w, x)
			return got
		}))
		r.request = []byte(modeltest.Request("/never"))
		err := r.run(func() {
			if len(r.sched.all) == 1 && r.sched.all[0].left == 1 {
				r.loop.Stop()
			}
		})
		if err != nil || r.all != 1 {
			t.Fatalf("%d coroutines at the end of the loop, %v, want the one that waits", r.all, err)
		}
		if !errors.Is(got, style.ErrCancelled) || !deferred {
			t.Errorf("the handler's wait returned %v, deferred code ran: %v; want a cancellation and true", got, deferred)
		}
		leak()
	}
}
