package await

import (
	"fmt"
	"testing"
	"time"

	"assay/models/base/style"
)

// host answers the one call that is under way when it is asked to: what is measured
// over it is the style alone.
type host struct {
	scope style.Scope
	then  func(error)
}

func newHost() *host {
	h := &host{}
	h.scope.Init(h)
	return h
}

func (h *host) Call(_ *style.Call, then func(error)) { h.then = then }
func (h *host) Abandon(*style.Call)                  { h.then = nil }
func (h *host) Block(time.Duration)                  {}
func (h *host) Offload(f, then func()) bool          { f(); then(); return true }
func (h *host) Clock() int64                         { return 0 }
func (h *host) Alarm(int64)                          {}
func (h *host) Done(error)                           {}

// answer ends the call that is under way; false: there is none.
func (h *host) answer() bool {
	then := h.then
	if h.then = nil; then == nil {
		return false
	}
	then(nil)
	return true
}

// chain is async functions that await each other, the last of them n calls.
type chain struct {
	levels []level
	call   style.Call
	n      int
}

type level struct {
	chain *chain
	depth int // below the handler's own task
}

func newChain(depth int) *chain {
	c := &chain{levels: make([]level, depth)}
	for i := range c.levels {
		c.levels[i] = level{c, i}
	}
	return c
}

func (c *chain) handle(t *style.Task, _ *style.Exchange) style.Poll { return c.levels[0].Step(t, nil) }

// Step implements style.Async.
func (l *level) Step(t *style.Task, err error) style.Poll {
	c := l.chain
	switch {
	case l.depth == len(c.levels)-1:
		if c.n--; c.n < 0 {
			return t.Return(nil)
		}
		return t.Await(t.Call(&c.call), l, 1)
	case t.At() == 0:
		return t.Await(t.Spawn(&c.levels[l.depth+1]), l, 1)
	default:
		return t.Return(err)
	}
}

// BenchmarkAwait is one await, of a call that is answered at once, in the innermost of
// so many async functions that await each other. (A chain of Python's generators is
// walked at every wait; ours is entered where it stopped.)
func BenchmarkAwait(b *testing.B) {
	for _, depth := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("depth=%d", depth), func(b *testing.B) {
			h, c := newHost(), newChain(depth)
			c.n = 1 << 62
			h.scope.Start(c.handle, nil)
			b.ReportAllocs()
			for b.Loop() {
				h.answer()
			}
		})
	}
}

// BenchmarkScope is a request that does not wait: what its scope costs to begin and end.
func BenchmarkScope(b *testing.B) {
	h := newHost()
	handler := func(t *style.Task, _ *style.Exchange) style.Poll { return t.Return(nil) }
	b.ReportAllocs()
	for b.Loop() {
		h.scope.Start(handler, nil)
	}
}

// BenchmarkChain is a request of so many async functions that await each other, the
// innermost one call: it starts them all and unwinds them all.
func BenchmarkChain(b *testing.B) {
	for _, depth := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("depth=%d", depth), func(b *testing.B) {
			h, c := newHost(), newChain(depth)
			handler := c.handle
			b.ReportAllocs()
			for b.Loop() {
				c.n = 1
				h.scope.Start(handler, nil)
				for h.answer() {
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(depth), "ns/task")
		})
	}
}

// BenchmarkWait is one handler with one wait, in callback and in await style, over the
// same host: the price of the style, closures or task, and of nothing else.
func BenchmarkWait(b *testing.B) {
	b.Run("style=callback", func(b *testing.B) {
		h := newHost()
		var x style.Exchange
		ended := 0
		done := func(error) { ended++ }
		b.ReportAllocs()
		for b.Loop() {
			callbackOnce(h, &x, done)
			h.answer()
		}
		if ended != b.N {
			b.Errorf("%d requests ended, want %d", ended, b.N)
		}
	})
	b.Run("style=await", func(b *testing.B) {
		h := newHost()
		var x style.Exchange
		b.ReportAllocs()
		for b.Loop() {
			h.scope.Start(awaitOnce, &x)
			h.answer()
		}
	})
}

func callbackOnce(h *host, x *style.Exchange, done func(error)) {
	c := &x.Calls(1)[0]
	h.Call(c, func(err error) {
		x.Body = append(x.Body[:0], c.Body...)
		done(err)
	})
}

func awaitOnce(t *style.Task, x *style.Exchange) style.Poll {
	o := &once{x, &x.Calls(1)[0]}
	return t.Await(t.Call(o.c), o, 0)
}

type once struct {
	x *style.Exchange
	c *style.Call
}

// Step implements style.Async.
func (o *once) Step(t *style.Task, err error) style.Poll {
	o.x.Body = append(o.x.Body[:0], o.c.Body...)
	return t.Return(err)
}
