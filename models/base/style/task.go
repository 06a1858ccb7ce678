package style

import (
	"fmt"
	"time"
)

// Task is an async function that runs, and to its Step the way to wait. What it waits
// for are tasks too, with steps of the runtime's own: a call, a sleep, a gather.
// Tasks form a tree under that of the handler. They are reused.
type Task struct {
	scope *Scope
	gen   uint32 // counts reuses: a Future of an earlier one is stale
	kind  kind
	over  bool
	err   error // once over
	won   int   // index of the winner of a race, once over
	index int   // among the futures its owner has gathered

	owner      *Task // who ends it by ending: an async function or a combination
	prev, next *Task // among the owner's
	head, tail *Task // what it owns, in the order it came

	async Async // kindAsync: where to go on
	at    int
	waits *Task // nil: it runs, or is about to
	left  int   // combinations: how many are not over

	call *Call  // kindCall
	when int64  // kindSleep: by Host.Clock
	work func() // kindOffload

	// What the host is given, bound once, so that a wait costs no closure.
	answered        func(error)
	offload, backed func()
}

type kind uint8

const (
	kindAsync kind = iota
	kindCall
	kindSleep
	kindOffload
	kindGather
	kindTryGather
	kindRace
	kindTimeout
)

// At is where Step goes on: what was given to the Await that is over; 0 at its start.
func (t *Task) At() int { return t.at }

// Winner is the index of the future that decided the Race, or the TryGather, that
// the task last waited for.
func (t *Task) Winner() int { return t.won }

// Await waits for f, and then goes on with then.Step at the given place:
//
//	return t.Await(f, then, at)
//
// If f is over, that is at once.
func (t *Task) Await(f Future, then Async, at int) Poll {
	t.waits, t.async, t.at = t.take(f), then, at
	return Poll{pending}
}

// Return ends the task with err, and cancels whatever it has started that is not over.
//
//	return t.Return(err)
func (t *Task) Return(err error) Poll {
	t.err = err
	return Poll{ready}
}

// Call asks a backend, at once. The outcome is c.Err.
func (t *Task) Call(c *Call) Future {
	n := t.start(kindCall)
	if n.answered == nil {
		n.answered = n.answer
	}
	n.call = c
	t.scope.host.Call(c, n.answered)
	return n.future()
}

// Spawn starts a as a task of its own, whose first step comes when those that are
// ready now have had theirs. The outcome is a's.
func (t *Task) Spawn(a Async) Future {
	n := t.start(kindAsync)
	n.async = a
	t.scope.wake(n)
	return n.future()
}

// Sleep is over after d: at the earliest when the loop has come round, however short d is.
func (t *Task) Sleep(d time.Duration) Future {
	n := t.start(kindSleep)
	t.scope.timers.add(n, t.scope.host.Clock()+int64(d))
	return n.future()
}

// Offload runs f where it disturbs others least. The outcome is nil, a *Fault if f
// panics, or ErrRefused. Cancelled, f is not stopped, but nobody waits for it; the
// request's answer does, because f may use what is the exchange's.
func (t *Task) Offload(f func()) Future {
	n := t.start(kindOffload)
	if n.offload == nil {
		n.offload, n.backed = n.runOffloaded, n.back
	}
	n.work = f
	if !t.scope.host.Offload(n.offload, n.backed) {
		n.work, n.over, n.err = nil, true, ErrRefused
	}
	return n.future()
}

// Block blocks the calling thread for d: in a Step that is the loop's, and everybody
// waits. An offloaded function may call it too.
func (t *Task) Block(d time.Duration) { t.scope.host.Block(d) }

// Cancel ends what f stands for, if it is not over, and drops its outcome: no further
// Step of it or of its children runs, and their backend calls are abandoned.
func (t *Task) Cancel(f Future) { t.take(f).cancel() }

// start makes a task that t owns.
func (t *Task) start(k kind) *Task {
	n := t.scope.fresh(k)
	t.adopt(n)
	return n
}

func (t *Task) future() Future { return Future{t, t.gen} }

// take gives the task of a future that t may use up.
func (t *Task) take(f Future) *Task {
	if n := f.task; n != nil && n.gen == f.gen && n.owner == t && n != t.waits {
		return n
	}
	panic("style: a future is taken twice, or by a task that did not make it")
}

// answer is over of a call: its host has the answer, or the failure.
func (t *Task) answer(err error) {
	t.finish(err)
	t.scope.run()
}

// runOffloaded runs on whatever thread the host has for it.
func (t *Task) runOffloaded() {
	defer func() {
		if v := recover(); v != nil {
			t.err = FaultOf(v)
		}
	}()
	t.work()
}

// back is the end of an offloaded function, on the loop's thread again.
func (t *Task) back() {
	if t.owner == nil { // it was cancelled meanwhile
		t.scope.free(t)
		return
	}
	t.finish(t.err)
	t.scope.run()
}

// advance steps the task until it has to wait, or ends.
func (t *Task) advance() {
	for {
		var err error
		if w := t.waits; w != nil {
			err, t.won, t.waits = w.err, w.won, nil
			w.drop()
		}
		switch p := t.async.Step(t, err); {
		case p.outcome == ready:
			t.end(t.err)
			return
		case p.outcome != pending || t.waits == nil:
			panic(fmt.Sprintf("style: %T.Step returned neither Await nor Return", t.async))
		case !t.waits.over:
			return
		}
	}
}
