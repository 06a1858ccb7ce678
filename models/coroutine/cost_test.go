package coroutine

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"testing"

	"assay/models/base/style"
)

// BenchmarkRequest is a whole request on one thread, system calls included. keep=0
// makes each coroutine anew.
func BenchmarkRequest(b *testing.B) {
	for _, c := range requests {
		for _, m := range []struct {
			name, options string
			callback      bool
		}{{"callback", "", true}, {"coroutine", "", false}, {"coroutine-keep0", "keep=0,", false}} {
			b.Run(c.name+"/style="+m.name, func(b *testing.B) {
				r := newRig(b, m.callback, m.options+c.options, refused)
				b.ReportAllocs()
				b.ResetTimer()
				if err := r.serve(b.N, c.target); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

var requests = []struct {
	name, target  string
	piece, pieces int
	options       string
}{
	{"waits=none", "/hello", 32, 300, ""},
	{"waits=one-call", "/ask?hello", 1, 1500, ""},
	{"waits=three-calls", "/ask?hello&hello&hello", 1, 800, ""},
	{"waits=hundred", "/refused", 1, 60, alone},
}

// refused waits a hundred times for a call that ends in the loop's next turn, because there
// is nobody to ask: a wait without the system calls of a backend, which would hide it.
var refused = style.Route{
	Method: "GET", Path: "/refused",
	Direct: func(w style.Waiter, x *style.Exchange) error {
		c := &x.Calls(1)[0]
		for range 100 {
			_ = w.Call(c)
		}
		return nil
	},
	Callback: func(w style.Loop, x *style.Exchange, done func(error)) {
		c := &x.Calls(1)[0]
		left := 100
		var then func(error)
		then = func(error) {
			if left--; left < 0 {
				done(nil)
				return
			}
			w.Call(c, then)
		}
		then(nil)
	},
}

// BenchmarkOverhead is what a request costs more over coroutines than over callbacks,
// through the same server, in processor time. The two take turns in short slices, because a
// machine changes its speed; an operation is a slice of each, ns-more/req the median of
// their differences, and ns/req what callbacks take:
//
//	go test ./models/coroutine -run '^$' -bench Overhead -benchtime 40x
//
// Requests without a wait come 32 in one piece, so that the system calls, of which both
// make the same, are shared and do not hide the difference; of waits=hundred a hundredth
// is what one wait costs more.
func BenchmarkOverhead(b *testing.B) {
	for _, c := range requests {
		b.Run(c.name, func(b *testing.B) {
			var base, more []float64
			for i := range b.N {
				var ns [2]float64
				for k := range ns {
					k = (k + i) % 2 // each is first in turn
					r := newRig(b, k == 0, c.options, refused)
					if err := r.servePieces(c.pieces, c.piece, c.target); err != nil {
						b.Fatal(err)
					}
					ns[k] = float64(r.cpu) / float64(c.piece*(c.pieces-1)+1)
				}
				base, more = append(base, ns[0]), append(more, ns[1]-ns[0])
			}
			slices.Sort(base)
			slices.Sort(more)
			b.ReportMetric(0, "ns/op") // of two slices: of no meaning
			b.ReportMetric(base[len(base)/2], "ns/req")
			b.ReportMetric(more[len(more)/2], "ns-more/req")
		})
	}
}

// BenchmarkHandOver is a handler's way to its coroutine and back, with and without a
// wait in between, against a call in place. trace=bare is an iter.Pull that knows of no
// tracer: its distance from trace=off is what the tracer costs who does not use it.
func BenchmarkHandOver(b *testing.B) {
	still := func(style.Waiter, *style.Exchange) error { return nil }
	waits := func(w style.Waiter, _ *style.Exchange) error {
		w.(*coroutine).yield(struct{}{})
		return nil
	}
	var x style.Exchange
	b.Run("waits=0/how=call", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := still(nil, &x); err != nil {
				b.Fatal(err)
			}
		}
	})
	for n, h := range []style.Direct{still, waits} {
		for _, trace := range []string{"bare", "off", "on"} {
			b.Run(fmt.Sprintf("waits=%d/how=coroutine/trace=%s", n, trace), func(b *testing.B) {
				handOver(b, h, n+1, trace)
			})
		}
	}
}

func handOver(b *testing.B, h style.Direct, switches int, trace string) {
	runtime.LockOSThread() // as the loop does: a switch then takes the thread along
	defer runtime.UnlockOSThread()
	s := &scheduler{}
	if trace == "on" {
		s.tracer = &tracer{w: bufio.NewWriter(io.Discard)}
	}
	c := s.create()
	c.handler, c.exchange = h, &style.Exchange{}
	if trace == "bare" {
		c.next, c.end = iter.Pull(func(yield func(struct{}) bool) {
			c.yield = yield
			for alive := true; alive; alive = yield(struct{}{}) {
				c.handle()
			}
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		c.request++
		for range switches {
			c.next()
		}
	}
	c.end()
}

// BenchmarkCreate makes a coroutine, runs a handler on it and ends it: what the pool spares.
func BenchmarkCreate(b *testing.B) {
	still := func(style.Waiter, *style.Exchange) error { return nil }
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s := &scheduler{}
	b.ReportAllocs()
	for b.Loop() {
		c := s.create()
		c.handler = still
		c.next()
		s.discard(c)
	}
}
