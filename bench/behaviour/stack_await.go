package behaviour

import "assay/models/base/style"

// stackAwait is stackDirect as an async function that awaits another, and that another.
func stackAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x)
	if err != nil {
		return t.Return(err)
	}
	at, err := q.word("at", "wait", "fault")
	if err != nil {
		return t.Return(err)
	}
	path := []string{"behaviour.stackAwait", "behaviour.(*stackFirstTask).Step", "behaviour.(*stackSecondTask).Step", "behaviour.(*stackThirdTask).Step"}
	a := &stackAsk{x: x, q: &q}
	s := snapshotIn(q.wait / 3)
	return t.Await(t.Spawn(&stackFirstTask{a}), behind(func(t *style.Task, err error) style.Poll {
		if err != nil {
			return t.Return(err)
		}
		if at == "wait" {
			a.frames = s.stack(path)
		}
		tell(x, path, a.frames)
		return t.Return(nil)
	}), 0)
}

// stackAsk is what the three async functions below hand on, and the stack that they find.
type stackAsk struct {
	x      *style.Exchange
	q      *question
	frames []string
}

type stackFirstTask struct{ *stackAsk }

// Step implements style.Async.
func (s *stackFirstTask) Step(t *style.Task, err error) style.Poll {
	if t.At() != awaited {
		return t.Await(t.Spawn(&stackSecondTask{s.stackAsk}), s, awaited)
	}
	return t.Return(err)
}

type stackSecondTask struct{ *stackAsk }

// Step implements style.Async.
func (s *stackSecondTask) Step(t *style.Task, err error) style.Poll {
	if t.At() != awaited {
		return t.Await(t.Spawn(&stackThirdTask{s.stackAsk}), s, awaited)
	}
	return t.Return(err)
}

type stackThirdTask struct{ *stackAsk }

// Step implements style.Async.
func (s *stackThirdTask) Step(t *style.Task, err error) style.Poll {
	if t.At() != awaited {
		return t.Await(resting(t, s.x, s.q.n, s.q.wait), s, awaited)
	}
	s.frames = stackHere() // what a fault here would show
	return t.Return(err)
}
