package coroutine

import (
	"iter"
	"runtime"
	"slices"
	"testing"

	"assay/models/base/nonblocking"
	"assay/models/base/style"
)

// BenchmarkParts is what a request without a wait, and a wait, cost more than a call in place, part
// by part, each part holding the one before it: so their differences are the table in doc.go. Parts take
// turns in short slices of processor time, because a machine changes its speed; an operation is a
// slice of each, and a part's metric the median of its slices, ns a request:
//
//	go test ./models/coroutine -run '^$' -bench Parts -benchtime 200x
func BenchmarkParts(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	all := []struct {
		name string
		run  func(n int)
	}{
		{"call", parts.call},
		{"switches", parts.switches()},
		{"switches+recover", parts.recover()},
		{"switches+recover+pool", parts.pool()},
		{"request", inFrames(parts.pool())},
		{"call-in-frames", inFrames(parts.call)},
		{"wait", inFrames(parts.wait())},
	}
	const each = 2000
	took := make([][]float64, len(all))
	for range b.N {
		for i, p := range all {
			before := threadTime()
			p.run(each)
			took[i] = append(took[i], float64(threadTime()-before)/each)
		}
	}
	b.ReportMetric(0, "ns/op") // of a slice of each: of no meaning
	for i, p := range all {
		slices.Sort(took[i])
		b.ReportMetric(took[i][len(took[i])/2], "ns-"+p.name)
	}
}

// parts are the ways to run a handler that does nothing.
var parts part

type part struct{}

func still(style.Waiter, *style.Exchange) error { return nil }

// call runs it in place, as a callback is.
func (part) call(n int) {
	h := style.Direct(still)
	var x style.Exchange
	for range n {
		_ = h(nil, &x)
	}
}

// switches runs it on another stack.
func (part) switches() func(n int) {
	var x style.Exchange
	next, _ := iter.Pull(func(yield func(struct{}) bool) {
		for h := style.Direct(still); yield(struct{}{}); {
			_ = h(nil, &x)
		}
	})
	return func(n int) {
		for range n {
			next()
		}
	}
}

// recover runs it as a coroutine does, which recovers a fault.
func (part) recover() func(n int) {
	c := (&scheduler{}).create()
	c.handler, c.exchange = still, &style.Exchange{}
	return func(n int) {
		for range n {
			c.next()
		}
	}
}

// pool takes the coroutine from those that are idle, and gives it back.
func (part) pool() func(n int) {
	s := &scheduler{keep: 1}
	j := new(nonblocking.Job) // of no client: to end it does nothing
	x := new(style.Exchange)
	return func(n int) {
		for range n {
			c := s.take()
			s.served++
			c.job, c.handler, c.exchange = j, still, x
			c.request, j.State = s.served, c
			c.next()
			c.settle()
		}
	}
}

// wait waits, over and over: the loop's side of a wait but for the call that is waited for.
func (part) wait() func(n int) {
	c := (&scheduler{}).create()
	c.exchange = &style.Exchange{}
	c.handler = func(w style.Waiter, _ *style.Exchange) error {
		for call := new(style.Call); ; {
			_ = w.Call(call)
		}
	}
	return func(n int) {
		for range n {
			c.next()
			c.asked = nil
		}
	}
}

// frames lie between the loop and a switch in a server: a turn, a connection, its bytes, a
// request; or a turn, a link, its answer, the end of a call.
const frames = 5

// inFrames runs each a few frames below, to which it returns.
func inFrames(run func(n int)) func(n int) {
	one := func() { run(1) }
	return func(n int) {
		for range n {
			below(frames, one)
		}
	}
}

// below calls f so many frames further down. What it returns keeps it from becoming a loop.
//
//go:noinline
func below(frames int, f func()) int {
	if frames == 0 {
		f()
		return 0
	}
	return below(frames-1, f) + 1
}
