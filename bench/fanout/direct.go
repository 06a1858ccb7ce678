package fanout

import "assay/models/base/style"

// Direct answers GET /fanout.
func Direct(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x.Request.Query)
	if err != nil {
		return err
	}
	calls := q.ask(x)
	if q.sequential {
		for i := range calls {
			if err := w.Call(&calls[i]); err != nil {
				return err
			}
		}
	} else if err := w.CallAll(calls); err != nil {
		return err
	}
	return q.combine(x, calls)
}
