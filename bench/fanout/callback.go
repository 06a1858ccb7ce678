package fanout

import "assay/models/base/style"

// Callback answers GET /fanout.
func Callback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x.Request.Query)
	if err != nil {
		done(err)
		return
	}
	calls := q.ask(x)
	finish := func(err error) {
		if err == nil {
			err = q.combine(x, calls)
		}
		done(err)
	}
	if q.sequential {
		inTurn(w, calls, finish)
	} else {
		atOnce(w, calls, finish)
	}
}

// atOnce starts all calls; the last one to be over counts down to zero.
func atOnce(w style.Loop, calls []style.Call, then func(error)) {
	left := len(calls)
	over := func(error) {
		if left--; left == 0 {
			then(firstError(calls))
		}
	}
	for i := range calls {
		w.Call(&calls[i], over)
	}
}

// inTurn starts each call when the one before it is over, up to the first error.
func inTurn(w style.Loop, calls []style.Call, then func(error)) {
	var next func(error)
	next = func(err error) {
		if err != nil || len(calls) == 0 {
			then(err)
			return
		}
		c := &calls[0]
		calls = calls[1:]
		w.Call(c, next)
	}
	next(nil)
}

func firstError(calls []style.Call) error {
	for i := range calls {
		if calls[i].Err != nil {
			return calls[i].Err
		}
	}
	return nil
}
