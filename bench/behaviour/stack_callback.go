package behaviour

import "assay/models/base/style"

// stackCallback is stackDirect in callbacks.
func stackCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x)
	if err != nil {
		done(err)
		return
	}
	at, err := q.word("at", "wait", "fault")
	if err != nil {
		done(err)
		return
	}
	path := []string{"behaviour.stackCallback", "behaviour.stackFirstThen", "behaviour.stackSecondThen", "behaviour.stackThirdThen"}
	s := snapshotIn(q.wait / 3)
	stackFirstThen(w, x, &q, func(frames []string, err error) {
		if err == nil {
			if at == "wait" {
				frames = s.stack(path)
			}
			tell(x, path, frames)
		}
		done(err)
	})
}

//go:noinline
func stackFirstThen(w style.Loop, x *style.Exchange, q *question, then func([]string, error)) {
	stackSecondThen(w, x, q, func(frames []string, err error) { then(frames, err) })
}

//go:noinline
func stackSecondThen(w style.Loop, x *style.Exchange, q *question, then func([]string, error)) {
	stackThirdThen(w, x, q, func(frames []string, err error) { then(frames, err) })
}

//go:noinline
func stackThirdThen(w style.Loop, x *style.Exchange, q *question, then func([]string, error)) {
	restThen(w, x, q.n, q.wait, func(err error) {
		then(stackHere(), err) // what a fault here would show
	})
}
