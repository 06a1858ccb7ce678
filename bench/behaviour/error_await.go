package behaviour

import (
	"errors"
	"fmt"

	"assay/models/base/style"
)

var errorPathAwait = []string{"behaviour.errorAwait", "behaviour.(*errorFirstTask).Step", "behaviour.(*errorSecondTask).Step", "behaviour.(*errorThirdTask).Step"}

// errorAwait is errorDirect as an async function that awaits another, and that another.
func errorAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, raises, err := parseError(x)
	if err != nil {
		return t.Return(err)
	}
	a := errorAsk{x, &q, raises}
	return t.Await(t.Spawn(&errorFirstTask{a}), behind(func(t *style.Task, err error) style.Poll {
		if err == nil {
			return t.Return(style.Badf("the backend has not failed"))
		}
		var fault *style.Fault // what an async function raises comes to who awaits it
		if errors.As(err, &fault) {
			r, ours := fault.Value.(*raised)
			if !ours {
				return t.Return(err)
			}
			caught(x, errorPathAwait, r.err, r.frames)
			return t.Return(nil)
		}
		caught(x, errorPathAwait, err, nil)
		return t.Return(nil)
	}), 0)
}

// errorAsk is what the three async functions below hand on.
type errorAsk struct {
	x      *style.Exchange
	q      *question
	raises bool
}

// awaited is where an async function goes on behind the wait for another.
const awaited = 1

type errorFirstTask struct{ errorAsk }

// Step implements style.Async.
func (e *errorFirstTask) Step(t *style.Task, err error) style.Poll {
	if t.At() != awaited {
		return t.Await(t.Spawn(&errorSecondTask{e.errorAsk}), e, awaited)
	}
	if err != nil {
		err = fmt.Errorf("first: %w", err)
	}
	return t.Return(err)
}

type errorSecondTask struct{ errorAsk }

// Step implements style.Async.
func (e *errorSecondTask) Step(t *style.Task, err error) style.Poll {
	if t.At() != awaited {
		return t.Await(t.Spawn(&errorThirdTask{e.errorAsk}), e, awaited)
	}
	if err != nil {
		err = fmt.Errorf("second: %w", err)
	}
	return t.Return(err)
}

type errorThirdTask struct{ errorAsk }

// Step implements style.Async.
func (e *errorThirdTask) Step(t *style.Task, err error) style.Poll {
	if t.At() != awaited {
		return t.Await(t.Call(ask(e.x, e.q.n, e.q.wait, "fail")), e, awaited)
	}
	if err != nil && e.raises {
		raise(err)
	}
	if err != nil {
		err = fmt.Errorf("third: %w", err)
	}
	return t.Return(err)
}
