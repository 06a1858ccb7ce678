package style

import (
	"fmt"
	"time"
)

// ErrTimeout is the outcome of a Timeout that was the first to be over. It wraps
// ErrDeadline: answered with 504.
var ErrTimeout = fmt.Errorf("%w: handler waited long enough", ErrDeadline)

// Gather is over when all of fs are, whether well or not. The outcome is the error of
// the first of them, by index, that has one. (asyncio.gather with return_exceptions,
// Promise.allSettled, join_all.)
func (t *Task) Gather(fs ...Future) Future { return t.combine(kindGather, fs) }

// TryGather is over when all of fs are, or at once when one has failed, whose error is
// the outcome; the others are then cancelled. (asyncio.TaskGroup, try_join_all; also
// Promise.all and asyncio.gather, but that those two leave the others running.)
func (t *Task) TryGather(fs ...Future) Future { return t.combine(kindTryGather, fs) }

// Race is over when the first of fs is, whether well or not, and its outcome is that
// one's; the others are cancelled. (select!, Promise.race.) Which one it was, Winner says.
// A race of none is a fault: it would never be over.
func (t *Task) Race(fs ...Future) Future {
	if len(fs) == 0 {
		panic("style: a race of no futures")
	}
	return t.combine(kindRace, fs)
}

// Timeout is over when f is, with its outcome, or after d, with ErrTimeout; f is then
// cancelled. (asyncio.wait_for.)
func (t *Task) Timeout(f Future, d time.Duration) Future {
	return t.combine(kindTimeout, []Future{f, t.Sleep(d)})
}

// combine moves futures into a task that is over when they are.
func (t *Task) combine(k kind, fs []Future) Future {
	g := t.start(k)
	for i, f := range fs {
		n := t.take(f)
		n.leave()
		g.adopt(n)
		n.index = i
		if !n.over {
			g.left++
		}
	}
	for n := g.head; n != nil; n = n.next {
		if n.over && g.decidedBy(n) {
			g.decide(n)
			return g.future()
		}
	}
	if g.left == 0 {
		g.settle()
	}
	return g.future()
}

// decidedBy reports whether the combination is over because n is.
func (t *Task) decidedBy(n *Task) bool {
	switch t.kind {
	case kindTryGather:
		return n.err != nil
	case kindRace, kindTimeout:
		return true
	default:
		return false
	}
}

// decide ends the combination with the outcome of n, which is one of its own.
func (t *Task) decide(n *Task) {
	err := n.err
	t.won = n.index
	if t.kind == kindTimeout {
		t.won = n.won
		if n.index == 1 {
			err = ErrTimeout
		}
	}
	t.cancelOwned()
	t.finish(err)
}

// settle ends a gathering of which all are over.
func (t *Task) settle() {
	for n := t.head; n != nil; n = n.next {
		if n.err != nil {
			t.decide(n)
			return
		}
	}
	t.cancelOwned()
	t.finish(nil)
}

// onOver is told that n, which the task owns, is over.
func (t *Task) onOver(n *Task) {
	if t.kind == kindAsync {
		if t.waits == n {
			t.scope.wake(t)
		}
		return
	}
	t.left--
	switch {
	case t.decidedBy(n):
		t.decide(n)
	case t.left == 0:
		t.settle()
	}
}
