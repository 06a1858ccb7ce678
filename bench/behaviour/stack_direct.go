package behaviour

import "assay/models/base/style"

// stackDirect waits three calls deep and answers the stack that somebody else saw
// meanwhile, or that of a fault behind the wait.
func stackDirect(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x)
	if err != nil {
		return err
	}
	at, err := q.word("at", "wait", "fault")
	if err != nil {
		return err
	}
	path := []string{"behaviour.stackDirect", "behaviour.stackFirst", "behaviour.stackSecond", "behaviour.stackThird"}
	s := snapshotIn(q.wait / 3)
	frames, err := stackFirst(w, x, &q)
	if err != nil {
		return err
	}
	if at == "wait" {
		frames = s.stack(path)
	}
	tell(x, path, frames)
	return nil
}

//go:noinline
func stackFirst(w style.Waiter, x *style.Exchange, q *question) ([]string, error) {
	return stackSecond(w, x, q)
}

//go:noinline
func stackSecond(w style.Waiter, x *style.Exchange, q *question) ([]string, error) {
	return stackThird(w, x, q)
}

//go:noinline
func stackThird(w style.Waiter, x *style.Exchange, q *question) ([]string, error) {
	if err := rest(w, x, q.n, q.wait); err != nil {
		return nil, err
	}
	return stackHere(), nil // what a fault here would show
}
