package behaviour

import (
	"fmt"

	"assay/models/base/style"
)

var errorPathDirect = []string{"behaviour.errorDirect", "behaviour.errorFirst", "behaviour.errorSecond", "behaviour.errorThird"}

// errorDirect asks a backend that fails, three calls deep, and catches what comes up:
// an error that was returned, or one that was raised.
func errorDirect(w style.Waiter, x *style.Exchange) (err error) {
	q, raises, err := parseError(x)
	if err != nil {
		return err
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *raised:
			caught(x, errorPathDirect, r.err, r.frames)
			err = nil
		default:
			panic(r)
		}
	}()
	if err := errorFirst(w, x, &q, raises); err != nil {
		caught(x, errorPathDirect, err, nil)
		return nil
	}
	return style.Badf("the backend has not failed")
}

//go:noinline
func errorFirst(w style.Waiter, x *style.Exchange, q *question, raises bool) error {
	if err := errorSecond(w, x, q, raises); err != nil {
		return fmt.Errorf("first: %w", err)
	}
	return nil
}

//go:noinline
func errorSecond(w style.Waiter, x *style.Exchange, q *question, raises bool) error {
	if err := errorThird(w, x, q, raises); err != nil {
		return fmt.Errorf("second: %w", err)
	}
	return nil
}

//go:noinline
func errorThird(w style.Waiter, x *style.Exchange, q *question, raises bool) error {
	err := w.Call(ask(x, q.n, q.wait, "fail"))
	if err != nil && raises {
		raise(err)
	}
	if err != nil {
		return fmt.Errorf("third: %w", err)
	}
	return nil
}
