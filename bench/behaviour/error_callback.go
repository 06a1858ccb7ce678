package behaviour

import (
	"fmt"

	"assay/models/base/style"
)

var errorPathCallback = []string{"behaviour.errorCallback", "behaviour.errorFirstThen", "behaviour.errorSecondThen", "behaviour.errorThirdThen"}

// errorCallback is errorDirect in callbacks. Its handler is ready to catch as well;
// what is raised behind the wait does not come by it.
func errorCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, raises, err := parseError(x)
	if err != nil {
		done(err)
		return
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *raised:
			caught(x, errorPathCallback, r.err, r.frames)
			done(nil)
		default:
			panic(r)
		}
	}()
	errorFirstThen(w, x, &q, raises, func(err error) {
		if err == nil {
			done(style.Badf("the backend has not failed"))
			return
		}
		caught(x, errorPathCallback, err, nil)
		done(nil)
	})
}

//go:noinline
func errorFirstThen(w style.Loop, x *style.Exchange, q *question, raises bool, then func(error)) {
	errorSecondThen(w, x, q, raises, func(err error) {
		if err != nil {
			err = fmt.Errorf("first: %w", err)
		}
		then(err)
	})
}

//go:noinline
func errorSecondThen(w style.Loop, x *style.Exchange, q *question, raises bool, then func(error)) {
	errorThirdThen(w, x, q, raises, func(err error) {
		if err != nil {
			err = fmt.Errorf("second: %w", err)
		}
		then(err)
	})
}

//go:noinline
func errorThirdThen(w style.Loop, x *style.Exchange, q *question, raises bool, then func(error)) {
	w.Call(ask(x, q.n, q.wait, "fail"), func(err error) {
		if err != nil && raises {
			raise(err)
		}
		if err != nil {
			err = fmt.Errorf("third: %w", err)
		}
		then(err)
	})
}
