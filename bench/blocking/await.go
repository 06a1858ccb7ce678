package blocking

import "assay/models/base/style"

// Await answers GET /blocking:
//
//	q = parse(x.query)
//	if q.via == offload:
//	    sum = await to_thread(q.block_and_compute)
//	elif q.via == cooperative:
//	    c = q.ask()
//	    await call(c)
//	    q.verify(c)
//	    sum = q.compute()
//	else:
//	    sleep(q.block)  # the mistake that is measured: this blocks the loop
//	    sum = q.compute()
//	x.body = q.answer(sum)
func Await(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x.Request.Query)
	if err != nil {
		return t.Return(err)
	}
	switch {
	case q.block == 0 && q.work == 0: // a victim waits for nothing
		x.Body = q.answer(x.Body, 0)
		return t.Return(nil)
	case q.via == offload:
		d := &disturbing{x: x, q: q}
		return t.Await(d.offload(t), d, blocked)
	case q.via == cooperative:
		d := &disturbing{x: x, q: q, call: q.ask(x)}
		return t.Await(t.Call(d.call), d, called)
	default:
		if q.block > 0 {
			t.Block(q.block)
		}
		x.Body = q.answer(x.Body, q.compute())
		return t.Return(nil)
	}
}

// disturbing is what lives across the wait of Await; only requests that wait have one.
type disturbing struct {
	x    *style.Exchange
	q    question
	call *style.Call
	sum  uint64
}

// Where disturbing goes on.
const (
	blocked = iota // elsewhere: sum is known
	called
)

// Step implements style.Async.
func (d *disturbing) Step(t *style.Task, err error) style.Poll {
	if err != nil {
		return t.Return(err)
	}
	if t.At() == called {
		if err := d.q.verify(d.call); err != nil {
			return t.Return(err)
		}
		d.sum = d.q.compute()
	}
	d.x.Body = d.q.answer(d.x.Body, d.sum)
	return t.Return(nil)
}

// offload starts what blocks and computes where it disturbs others least.
func (d *disturbing) offload(t *style.Task) style.Future {
	return t.Offload(func() {
		if d.q.block > 0 {
			t.Block(d.q.block)
		}
		d.sum = d.q.compute()
	})
}
