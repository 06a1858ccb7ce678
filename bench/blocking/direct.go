package blocking

import "assay/models/base/style"

// Direct answers GET /blocking.
func Direct(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x.Request.Query)
	if err != nil {
		return err
	}
	var sum uint64
	switch {
	case q.block == 0 && q.work == 0: // a victim waits for nothing
	case q.via == offload:
		sum = offloaded(w, q)
	case q.via == cooperative:
		c := q.ask(x)
		if err := w.Call(c); err != nil {
			return err
		}
		if err := q.verify(c); err != nil {
			return err
		}
		sum = q.compute()
	default:
		if q.block > 0 {
			w.Block(q.block)
		}
		sum = q.compute()
	}
	x.Body = q.answer(x.Body, sum)
	return nil
}

// offloaded is apart from Direct so that only requests that take it pay for its closure.
func offloaded(w style.Waiter, q question) (sum uint64) {
	w.Offload(func() {
		if q.block > 0 {
			w.Block(q.block)
		}
		sum = q.compute()
	})
	return sum
}
