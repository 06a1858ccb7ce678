package coroutine

import (
	"runtime"

	"assay/models/base/nonblocking"
)

// scheduler is a loop's coroutines. All of it, but for the body of a coroutine, runs on
// the loop's goroutine.
type scheduler struct {
	srv     *nonblocking.Server
	keep    int     // at most so many idle ones
	tracer  *tracer // nil: off
	all     []*coroutine
	idle    []*coroutine // last in first out: its stack is still in the cache
	created int
	served  uint64
}

// dispatch is the nonblocking.Dispatch: the handler runs until its first wait.
func (s *scheduler) dispatch(j *nonblocking.Job) {
	c := s.take()
	s.served++
	c.job, c.handler, c.exchange = j, j.Route().Direct, j.Exchange()
	c.request, j.State = s.served, c
	c.next()
	c.settle()
}

func (s *scheduler) take() *coroutine {
	last := len(s.idle) - 1
	if last < 0 {
		return s.create()
	}
	c := s.idle[last]
	s.idle = s.idle[:last]
	return c
}

// settle does what c wanted when it switched back. It follows each c.next at once, and is
// not one function with it, because every frame between the loop and a switch makes
// the switch dearer: the processor mispredicts its return.
func (c *coroutine) settle() {
	if c.asked != nil {
		c.start()
	} else {
		c.sched.finish(c)
	}
}

// start starts the calls that c waits for.
func (c *coroutine) start() {
	calls := c.asked
	c.asked, c.left = nil, len(calls)
	for i := range calls {
		c.job.Call(&calls[i], c.over)
	}
}

// answered is told of the end of each call. The error is in the call.
func (c *coroutine) answered(error) {
	if c.left--; c.left == 0 {
		c.next()
		c.settle()
	}
}

// finish ends the exchange of a handler that has returned.
func (s *scheduler) finish(c *coroutine) {
	j, err := c.job, c.result
	c.job, c.exchange, c.result, c.left, j.State = nil, nil, nil, 0, nil
	if len(s.idle) < s.keep {
		s.idle = append(s.idle, c)
	} else {
		s.discard(c)
	}
	j.Done(err)
}

// discard ends an idle coroutine.
func (s *scheduler) discard(c *coroutine) {
	c.end()
	last := len(s.all) - 1
	s.all[c.place] = s.all[last]
	s.all[c.place].place = c.place
	s.all[last], s.all = nil, s.all[:last]
}

// stop ends all coroutines, after the loop: in one that still waits the wait returns
// style.ErrCancelled, and what its handler then makes of the request goes nowhere. It must run on
// the thread of the loop, which is locked once; Run locks it once more, and a coroutine
// can be switched to only under the locks that it was created under.
func (s *scheduler) stop() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, c := range s.all {
		c.end()
	}
	s.all, s.idle = nil, nil
}
