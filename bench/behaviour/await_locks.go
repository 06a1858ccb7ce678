package behaviour

import (
	"time"

	"assay/models/base/style"
)

func locksAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x)
	if err != nil {
		return t.Return(err)
	}
	l := &locking{x: x, q: q}
	if l.names[0], l.names[1], err = q.locks(); err != nil {
		return t.Return(err)
	}
	l.until = time.Now().Add(q.within)
	return l.Step(t, nil)
}

// locking is what lives across the waits of locksAwait.
type locking struct {
	x     *style.Exchange
	q     question
	names [2]string
	taken int
	until time.Time // for the lock that it waits for
}

// Where locking goes on.
const (
	looking = iota // for the next lock
	held           // the first for long enough
)

// Step implements style.Async.
func (l *locking) Step(t *style.Task, err error) style.Poll {
	if err != nil {
		l.Cancelled()
		return t.Return(err)
	}
	if t.At() == held {
		l.until = time.Now().Add(l.q.within)
	}
	if !locks.take(l.names[l.taken], l.q.n) {
		if time.Now().After(l.until) {
			locks.hang(l.x, l.q.n)
			l.Cancelled()
			return t.Return(nil)
		}
		return t.Await(resting(t, l.x, l.q.n, poll), l, looking)
	}
	if l.taken++; l.taken == 1 { // meanwhile another takes its own first
		return t.Await(resting(t, l.x, l.q.n, l.q.wait), l, held)
	}
	l.x.Body = append(l.x.Body, "ok"...)
	l.Cancelled()
	return t.Return(nil)
}

// Cancelled implements style.Canceler: what is held is given back.
func (l *locking) Cancelled() { locks.release(l.q.n) }

func queueAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x)
	if err != nil {
		return t.Return(err)
	}
	k, err := newConsumer(&q)
	if err != nil {
		return t.Return(err)
	}
	c := &consuming{x: x, n: q.n, consumer: k, more: k.next()}
	return c.Step(t, nil)
}

// consuming is what lives across the waits of queueAwait.
type consuming struct {
	*consumer
	x    *style.Exchange
	n    uint64
	more bool
}

// Step implements style.Async.
func (c *consuming) Step(t *style.Task, err error) style.Poll {
	for err == nil && c.more && c.put() {
		c.more = c.next()
	}
	switch {
	case err != nil:
	case !c.more:
		c.x.Body = append(c.x.Body, "ok"...)
	case c.late():
		c.hang(c.x)
	default:
		return t.Await(resting(t, c.x, c.n, poll), c, 0)
	}
	return t.Return(err)
}
