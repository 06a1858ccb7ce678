package behaviour

import (
	"fmt"
	"os"
	"time"

	"assay/bench/workload"
	"assay/models/base/style"
)

// behind is an async function that has nothing but what follows its one wait.
type behind func(t *style.Task, err error) style.Poll

// Step implements style.Async.
func (f behind) Step(t *style.Task, err error) style.Poll { return f(t, err) }

// resting is over when d is.
func resting(t *style.Task, x *style.Exchange, n uint64, d time.Duration) style.Future {
	return t.Call(ask(x, n, d, ""))
}

// done is what follows a wait that ends a handler: it answers ok, or fails with it.
func done(x *style.Exchange) behind {
	return func(t *style.Task, err error) style.Poll {
		if err == nil {
			x.Body = append(x.Body, "ok"...)
		}
		return t.Return(err)
	}
}

func whoAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x)
	x.Body = fmt.Appendf(x.Body, "await %s %d", function(0), os.Getpid())
	if err != nil || !q.waits {
		return t.Return(err)
	}
	return t.Await(resting(t, x, q.n, q.wait), behind((*style.Task).Return), 0)
}

func countAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x)
	if err != nil {
		return t.Return(err)
	}
	before := counter.Load()
	write := behind(func(t *style.Task, err error) style.Poll {
		if err == nil {
			spent(workload.Work(q.n, q.work))
			counter.Store(before + 1)
			counted(x, before)
		}
		return t.Return(err)
	})
	if !q.waits {
		return write(t, nil)
	}
	return t.Await(resting(t, x, q.n, q.wait), write, 0)
}

func mutexAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, err := parse(x)
	if err != nil {
		return t.Return(err)
	}
	if holder, ok := mutex.lock(q.n, q.within); !ok {
		mutexHang(x, holder)
		return t.Return(nil)
	}
	return t.Await(resting(t, x, q.n, q.wait), unlocking{done(x)}, 0)
}

// unlocking gives the mutex back behind the wait, or when it is cancelled.
type unlocking struct{ then behind }

// Step implements style.Async.
func (u unlocking) Step(t *style.Task, err error) style.Poll {
	mutex.unlock()
	return u.then(t, err)
}

// Cancelled implements style.Canceler.
func (u unlocking) Cancelled() { mutex.unlock() }

func nestedAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, via, err := parseVia(x)
	if err != nil {
		return t.Return(err)
	}
	if via == "call" {
		c := &x.Calls(1)[0]
		c.Target = append(c.Target, "/behaviour/leaf"...)
		return t.Await(t.Call(c), done(x), 0)
	}
	return t.Await(t.Offload(func() { err = askOneself(q.within) }), behind(func(t *style.Task, refused error) style.Poll {
		if refused != nil {
			return t.Return(refused)
		}
		return done(x)(t, err)
	}), 0)
}

func leafAwait(t *style.Task, x *style.Exchange) style.Poll {
	_, via, err := parseVia(x)
	if err != nil {
		return t.Return(err)
	}
	answer := behind(func(t *style.Task, err error) style.Poll {
		if err == nil {
			x.Body = append(x.Body, "leaf"...)
		}
		return t.Return(err)
	})
	if via == "offload" {
		return t.Await(t.Offload(func() { t.Block(leafBlocks) }), answer, 0)
	}
	return answer(t, nil)
}

func faultAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, after, err := parseFault(x)
	if err != nil {
		return t.Return(err)
	}
	if !after {
		panic(faultText(q.n))
	}
	return t.Await(resting(t, x, q.n, q.wait), behind(func(t *style.Task, err error) style.Poll {
		if err != nil {
			return t.Return(err)
		}
		panic(faultText(q.n))
	}), 0)
}

// profileAwait is profileDirect as an async function.
func profileAwait(t *style.Task, x *style.Exchange) style.Poll {
	q, do, err := parseProfile(x)
	switch {
	case err != nil:
		return t.Return(err)
	case do == "start":
		return t.Return(sampling.start(x))
	case do == "stop":
		return t.Return(sampling.stop(x, "behaviour.profileAwait"))
	}
	return t.Await(resting(t, x, q.n, q.wait), behind(func(t *style.Task, err error) style.Poll {
		if err == nil {
			burn(&q)
		}
		return done(x)(t, err)
	}), 0)
}
