package behaviour

import (
	"fmt"
	"os"
	"time"

	"assay/bench/workload"
	"assay/models/base/style"
)

// restThen goes on with then when d is over.
func restThen(w style.Loop, x *style.Exchange, n uint64, d time.Duration, then func(error)) {
	w.Call(ask(x, n, d, ""), then)
}

func whoCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x)
	x.Body = fmt.Appendf(x.Body, "callback %s %d", function(0), os.Getpid())
	if err != nil || !q.waits {
		done(err)
		return
	}
	restThen(w, x, q.n, q.wait, done)
}

func countCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x)
	if err != nil {
		done(err)
		return
	}
	before := counter.Load()
	write := func(err error) {
		if err == nil {
			spent(workload.Work(q.n, q.work))
			counter.Store(before + 1)
			counted(x, before)
		}
		done(err)
	}
	if !q.waits {
		write(nil)
		return
	}
	restThen(w, x, q.n, q.wait, write)
}

func locksCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x)
	if err != nil {
		done(err)
		return
	}
	first, second, err := q.locks()
	if err != nil {
		done(err)
		return
	}
	finish := func(err error) {
		locks.release(q.n)
		done(err)
	}
	takeThen(w, x, &q, first, finish, func() {
		restThen(w, x, q.n, q.wait, func(err error) { // meanwhile another takes its own first
			if err != nil {
				finish(err)
				return
			}
			takeThen(w, x, &q, second, finish, func() {
				x.Body = append(x.Body, "ok"...)
				finish(nil)
			})
		})
	})
}

// takeThen looks for the lock until it is free, and goes on with then; or finishes.
func takeThen(w style.Loop, x *style.Exchange, q *question, name string, finish func(error), then func()) {
	until := time.Now().Add(q.within)
	var look func(error)
	look = func(err error) {
		switch {
		case err != nil:
			finish(err)
		case locks.take(name, q.n):
			then()
		case time.Now().After(until):
			locks.hang(x, q.n)
			finish(nil)
		default:
			restThen(w, x, q.n, poll, look)
		}
	}
	look(nil)
}

func queueCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x)
	if err != nil {
		done(err)
		return
	}
	k, err := newConsumer(&q)
	if err != nil {
		done(err)
		return
	}
	more := k.next()
	var step func(error)
	step = func(err error) {
		for err == nil && more && k.put() {
			more = k.next()
		}
		switch {
		case err != nil:
			done(err)
		case !more:
			x.Body = append(x.Body, "ok"...)
			done(nil)
		case k.late():
			k.hang(x)
			done(nil)
		default:
			restThen(w, x, q.n, poll, step)
		}
	}
	step(nil)
}

func mutexCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, err := parse(x)
	if err != nil {
		done(err)
		return
	}
	if holder, ok := mutex.lock(q.n, q.within); !ok {
		mutexHang(x, holder)
		done(nil)
		return
	}
	restThen(w, x, q.n, q.wait, func(err error) {
		mutex.unlock()
		if err == nil {
			x.Body = append(x.Body, "ok"...)
		}
		done(err)
	})
}

func nestedCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, via, err := parseVia(x)
	if err != nil {
		done(err)
		return
	}
	finish := func(err error) {
		if err == nil {
			x.Body = append(x.Body, "ok"...)
		}
		done(err)
	}
	if via == "call" {
		c := &x.Calls(1)[0]
		c.Target = append(c.Target, "/behaviour/leaf"...)
		w.Call(c, finish)
		return
	}
	w.Offload(func() { err = askOneself(q.within) }, func() { finish(err) })
}

func leafCallback(w style.Loop, x *style.Exchange, done func(error)) {
	_, via, err := parseVia(x)
	if err != nil {
		done(err)
		return
	}
	answer := func() {
		x.Body = append(x.Body, "leaf"...)
		done(nil)
	}
	if via == "offload" {
		w.Offload(func() { w.Block(leafBlocks) }, answer)
		return
	}
	answer()
}

func faultCallback(w style.Loop, x *style.Exchange, done func(error)) {
	q, after, err := parseFault(x)
	if err != nil {
		done(err)
		return
	}
	if !after {
		panic(faultText(q.n))
	}
	restThen(w, x, q.n, q.wait, func(err error) {
		if err != nil {
			done(err)
			return
		}
		panic(faultText(q.n))
	})
}
