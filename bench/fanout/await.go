package fanout

import "assay/models/base/style"

// Await answers GET /fanout:
//
//	q = parse(x.query)
//	calls = q.ask()
//	if q.sequential:
//	    for c in calls:
//	        await call(c)
//	else:
//	    await gather(*[call(c) for c in calls])
//	x.body = q.combine(calls)
func Await(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x.Request.Query)
	if err != nil {
		return t.Return(err)
	}
	f := &asking{x: x, q: q, calls: q.ask(x)}
	if q.sequential {
		return f.Step(t, nil)
	}
	return t.Await(f.all(t), f, answered)
}

// asking is what lives across the waits of Await.
type asking struct {
	x     *style.Exchange
	q     question
	calls []style.Call
	next  int // call, in sequence
}

// Where asking goes on.
const (
	nextCall = iota
	answered
)

// Step implements style.Async.
func (f *asking) Step(t *style.Task, err error) style.Poll {
	if err != nil {
		return t.Return(err)
	}
	switch t.At() {
	case nextCall:
		if f.next < len(f.calls) {
			c := &f.calls[f.next]
			f.next++
			return t.Await(t.Call(c), f, nextCall)
		}
		fallthrough
	default: // answered
		return t.Return(f.q.combine(f.x, f.calls))
	}
}

// all starts all calls; it is over when the last of them is.
func (f *asking) all(t *style.Task) style.Future {
	fs := make([]style.Future, 0, 8)
	for i := range f.calls {
		fs = append(fs, t.Call(&f.calls[i]))
	}
	return t.Gather(fs...)
}
