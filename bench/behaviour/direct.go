package behaviour

import (
	"fmt"
	"os"
	"time"

	"assay/bench/workload"
	"assay/models/base/style"
)

// rest waits for d.
func rest(w style.Waiter, x *style.Exchange, n uint64, d time.Duration) error {
	return w.Call(ask(x, n, d, ""))
}

func whoDirect(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x)
	if err == nil && q.waits {
		err = rest(w, x, q.n, q.wait)
	}
	x.Body = fmt.Appendf(x.Body, "direct %s %d", function(0), os.Getpid())
	return err
}

func countDirect(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x)
	if err != nil {
		return err
	}
	before := counter.Load()
	if q.waits {
		if err := rest(w, x, q.n, q.wait); err != nil {
			return err
		}
	}
	spent(workload.Work(q.n, q.work))
	counter.Store(before + 1)
	counted(x, before)
	return nil
}

func locksDirect(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x)
	if err != nil {
		return err
	}
	first, second, err := q.locks()
	if err != nil {
		return err
	}
	defer locks.release(q.n)
	for _, name := range []string{first, second} {
		until := time.Now().Add(q.within)
		for !locks.take(name, q.n) {
			if time.Now().After(until) {
				locks.hang(x, q.n)
				return nil
			}
			if err := rest(w, x, q.n, poll); err != nil {
				return err
			}
		}
		if name == first { // meanwhile another takes its own first
			if err := rest(w, x, q.n, q.wait); err != nil {
				return err
			}
		}
	}
	x.Body = append(x.Body, "ok"...)
	return nil
}

func queueDirect(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x)
	if err != nil {
		return err
	}
	k, err := newConsumer(&q)
	if err != nil {
		return err
	}
	for k.next() {
		for !k.put() {
			if k.late() {
				k.hang(x)
				return nil
			}
			if err := rest(w, x, q.n, poll); err != nil {
				return err
			}
		}
	}
	x.Body = append(x.Body, "ok"...)
	return nil
}

func mutexDirect(w style.Waiter, x *style.Exchange) error {
	q, err := parse(x)
	if err != nil {
		return err
	}
	if holder, ok := mutex.lock(q.n, q.within); !ok {
		mutexHang(x, holder)
		return nil
	}
	defer mutex.unlock()
	if err := rest(w, x, q.n, q.wait); err != nil {
		return err
	}
	x.Body = append(x.Body, "ok"...)
	return nil
}

func nestedDirect(w style.Waiter, x *style.Exchange) error {
	q, via, err := parseVia(x)
	if err != nil {
		return err
	}
	if via == "call" {
		c := &x.Calls(1)[0]
		c.Target = append(c.Target, "/behaviour/leaf"...)
		if err := w.Call(c); err != nil {
			return err
		}
		x.Body = append(x.Body, "ok"...)
		return nil
	}
	w.Offload(func() { err = askOneself(q.within) })
	if err != nil {
		return err
	}
	x.Body = append(x.Body, "ok"...)
	return nil
}

func leafDirect(w style.Waiter, x *style.Exchange) error {
	_, via, err := parseVia(x)
	if err != nil {
		return err
	}
	if via == "offload" {
		w.Offload(func() { w.Block(leafBlocks) })
	}
	x.Body = append(x.Body, "leaf"...)
	return nil
}

func faultDirect(w style.Waiter, x *style.Exchange) error {
	q, after, err := parseFault(x)
	if err != nil {
		return err
	}
	if after {
		if err := rest(w, x, q.n, q.wait); err != nil {
			return err
		}
	}
	panic(faultText(q.n))
}
