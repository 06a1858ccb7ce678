package micro

import (
	"iter"
	"runtime"
	"testing"
)

// switches hand control from one to another and back: two switches an operation.
// Those between threads are in thread_test.go.
var switches = append([]mechanism{
	{name: "how=call", run: switchCall},
	{name: "how=callback", run: switchCallback},
	{name: "how=closure", run: switchClosure},
	{name: "how=coroutine", run: switchCoroutine},
	{name: "how=coroutine-locked", run: switchCoroutineLocked},
	{name: "how=coroutine-10-frames", run: switchCoroutineDeep},
	{name: "how=call-10-frames", run: switchCallDeep},
	{name: "how=coroutine-5-and-5-frames", run: switchCoroutineBothDeep},
	{name: "how=goroutine", run: switchGoroutine},
}, threadSwitches()...)

func BenchmarkSwitch(b *testing.B) { measure(b, switches) }
func TestSwitch(t *testing.T)      { verify(t, switches) }

//go:noinline
func callee(n int) int { return n + 1 }

func switchCall(c clock, n int) (int, error) {
	seen := 0
	c.ResetTimer()
	for range n {
		seen = callee(seen)
	}
	return seen, nil
}

// queue is a loop's list of what is ready. All that is in it when a turn begins runs in
// that turn; what these add waits for the next.
type queue struct{ ready, next []func() }

func (q *queue) add(f func()) { q.next = append(q.next, f) }

func (q *queue) turn() bool {
	q.ready, q.next = q.next, q.ready[:0]
	for _, f := range q.ready {
		f()
	}
	return len(q.ready) > 0
}

// inFlight is how many continuations a turn of the loop finds ready, as under some load; with
// one, what a turn itself costs (5 ns) would be most of it.
const inFlight = 64

// switchCallback leaves a continuation that exists already and has the loop run it.
func switchCallback(c clock, n int) (int, error) {
	var q queue
	seen, left := 0, n
	var f func()
	f = func() {
		seen++
		if left > 0 {
			left--
			q.add(f)
		}
	}
	for range min(n, inFlight) {
		left--
		q.add(f)
	}
	c.ResetTimer()
	for q.turn() {
	}
	return seen, nil
}

// switchClosure makes the continuation anew each time, as callback code does
// that carries its state along.
func switchClosure(c clock, n int) (int, error) {
	s := chain{length: n}
	c.ResetTimer()
	for i := range min(n, inFlight) {
		s.add(s.step(i))
	}
	for s.turn() {
	}
	return s.seen, nil
}

// chain is a number of continuations, each of which makes the one inFlight after it.
type chain struct {
	queue
	seen, length int
}

func (s *chain) step(i int) func() {
	return func() {
		s.seen++
		if i+inFlight < s.length {
			s.add(s.step(i + inFlight))
		}
	}
}

// switchCoroutine resumes a coroutine of the runtime, which yields at once.
func switchCoroutine(c clock, n int) (int, error) {
	seen := 0
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
			seen++
		}
	})
	next() // to its first yield
	c.ResetTimer()
	for range n {
		next()
	}
	c.StopTimer()
	stop()
	return seen, nil
}

// switchCoroutineLocked does so on a goroutine that is locked to its thread, as a
// loop's is: the switch takes the thread along.
func switchCoroutineLocked(c clock, n int) (int, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return switchCoroutine(c, n)
}

// switchCoroutineDeep resumes it ten frames below the loop, to which each time is
// returned, as in a server where a timer, a connection and a call lie between. What
// this costs more than the switch, and call-10-frames does not, is returns mispredicted:
// a switch leaves the processor's stack of return addresses out of step with both stacks.
func switchCoroutineDeep(c clock, n int) (int, error) {
	seen := 0
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
			seen++
		}
	})
	next()
	resume := func() { next() }
	c.ResetTimer()
	for range n {
		below(10, resume)
	}
	c.StopTimer()
	stop()
	return seen, nil
}

// switchCoroutineBothDeep has its frames on both sides, as a handler's wait has: five between
// the loop and the switch, five between the handler and its yield, and all return.
func switchCoroutineBothDeep(c clock, n int) (int, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	seen := 0
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		alive := true
		wait := func() { alive = yield(struct{}{}) }
		for below(5, wait); alive; below(5, wait) {
			seen++
		}
	})
	next()
	resume := func() { next() }
	c.ResetTimer()
	for range n {
		below(5, resume)
	}
	c.StopTimer()
	stop()
	return seen, nil
}

// switchCallDeep is the same with a call in place of the switch.
func switchCallDeep(c clock, n int) (int, error) {
	seen := 0
	f := func() { seen = callee(seen) }
	c.ResetTimer()
	for range n {
		below(10, f)
	}
	return seen, nil
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

// switchGoroutine goes through the scheduler.
func switchGoroutine(c clock, n int) (int, error) {
	there, back := make(chan int), make(chan int)
	seen := 0
	go pong(there, back, &seen)
	c.ResetTimer()
	ping(there, back, n)
	c.StopTimer()
	close(there)
	<-back
	return seen, nil
}

func ping(there, back chan int, n int) {
	for i := range n {
		there <- i
		<-back
	}
}

func pong(there, back chan int, seen *int) {
	for i := range there {
		*seen++
		back <- i
	}
	close(back)
}
