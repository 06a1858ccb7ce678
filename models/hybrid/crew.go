package hybrid

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/style"
)

// crew are the worker processes, and what waits for them. Only the loop's thread
// uses it, but for what is said to be another's.
type crew struct {
	env     *model.Env
	loop    *loop.Loop
	known   []*style.Pure
	workers []*worker
	idle    []*worker // last in first out: one that has just computed has its caches warm
	waiting []task    // from first, at most queue
	first   int
	queue   int
	buf     [mostResult]byte // where results are read
	aside   sync.WaitGroup   // what goes on in other goroutines: starting and reaping
}

// task is a computation that somebody waits for.
type task struct {
	which int // among known
	a, b  uint64
	then  func(result uint64, err error)
}

func newCrew(env *model.Env, l *loop.Loop, queue int) *crew {
	return &crew{env: env, loop: l, known: named(env.Service.Routes), queue: queue}
}

// start starts n worker processes and waits until they are there.
func (c *crew) start(n int) error {
	for range n {
		w := &worker{crew: c, fd: -1}
		w.again.Init(w.restart)
		c.workers = append(c.workers, w)
		err := w.launch()
		if err == nil {
			err = w.join()
		}
		if err != nil {
			return fmt.Errorf("executor=processes: %w", err)
		}
	}
	return nil
}

// compute is nonblocking.Server.Compute. What no route names, no process knows: that is
// a mistake in the workload, and told to whoever asks.
func (c *crew) compute(p *style.Pure, a, b uint64, then func(uint64, error)) bool {
	which := slices.Index(c.known, p)
	if which < 0 {
		c.loop.Post(func() { then(0, fmt.Errorf("computation %q: no route names it in Pure", p.Name)) })
		return true
	}
	if len(c.idle) == 0 && len(c.waiting)-c.first == c.queue {
		return false
	}
	if c.first > c.queue { // what was taken makes room for what comes
		c.waiting = slices.Delete(c.waiting, 0, c.first)
		c.first = 0
	}
	c.waiting = append(c.waiting, task{which, a, b, then})
	c.hand()
	return true
}

// hand gives what waits to whoever is idle.
func (c *crew) hand() {
	for len(c.idle) > 0 && c.first < len(c.waiting) {
		last := len(c.idle) - 1
		w := c.idle[last]
		c.idle = c.idle[:last]
		t := c.waiting[c.first]
		c.waiting[c.first] = task{}
		if c.first++; c.first == len(c.waiting) {
			c.waiting, c.first = c.waiting[:0], 0
		}
		w.give(t)
	}
}

// close ends the worker processes; the loop has ended. What they still compute has no effect
// but its result, which nobody waits for.
func (c *crew) close() error {
	c.aside.Wait()
	var errs []error
	for _, w := range c.workers {
		errs = append(errs, w.end())
	}
	return errors.Join(errs...)
}
