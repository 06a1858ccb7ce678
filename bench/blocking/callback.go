package blocking

import "assay/models/base/style"

// Callback answers GET /blocking.
func Callback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x.Request.Query)
	if err != nil {
		done(err)
		return
	}
	switch {
	case q.block == 0 && q.work == 0: // a victim waits for nothing
		x.Body = q.answer(x.Body, 0)
		done(nil)
	case q.via == offload && q.block == 0:
		computedThen(w, x, q, done)
	case q.via == offload:
		offloadedThen(w, x, q, done)
	case q.via == cooperative:
		calledThen(w, x, q, done)
	default:
		if q.block > 0 {
			w.Block(q.block)
		}
		x.Body = q.answer(x.Body, q.compute())
		done(nil)
	}
}

// The closures are apart from Callback so that only requests that wait pay for them.

func offloadedThen(w style.Loop, x *style.Exchange, q question, done func(error)) {
	var sum uint64
	w.Offload(func() {
		if q.block > 0 {
			w.Block(q.block)
		}
		sum = q.compute()
	}, func() {
		x.Body = q.answer(x.Body, sum)
		done(nil)
	})
}

func computedThen(w style.Loop, x *style.Exchange, q question, done func(error)) {
	style.Compute(w, &rounds, q.n%16, uint64(q.work), func(sum uint64) {
		x.Body = q.answer(x.Body, sum)
		done(nil)
	})
}

func calledThen(w style.Loop, x *style.Exchange, q question, done func(error)) {
	c := q.ask(x)
	w.Call(c, func(err error) {
		if err == nil {
			err = q.verify(c)
		}
		if err == nil {
			x.Body = q.answer(x.Body, q.compute())
		}
		done(err)
	})
}
