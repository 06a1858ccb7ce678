package coroutine

import (
	"iter"
	"runtime/debug"

	"assay/models/base/nonblocking"
	"assay/models/base/style"
)

// coroutine is a stack on which one handler after another runs, and the waiter of the
// handler that runs there now.
type coroutine struct {
	sched *scheduler
	id    int // from 1, in order of creation
	place int // in scheduler.all
	next  func() (struct{}, bool)
	end   func()
	yield func(struct{}) bool
	over  func(error) // answered, bound once so that it costs no allocation a call

	// Of the request in hand.
	job       *nonblocking.Job // nil: idle
	handler   style.Direct
	exchange  *style.Exchange
	request   uint64       // number of the request, from 1
	asked     []style.Call // what the loop is to start now
	left      int          // calls under way
	result    error        // what the handler made of the request
	cancelled bool         // every wait fails from now on
	look      *[]byte      // resumed only to show its stack here
	site      string       // where in the handler it waits; set when tracing
}

func (s *scheduler) create() *coroutine {
	s.created++
	c := &coroutine{sched: s, id: s.created, place: len(s.all)}
	s.all = append(s.all, c)
	c.over = c.answered
	c.next, c.end = iter.Pull(c.run)
	if s.tracer != nil {
		c.next = s.tracer.enters(c, c.next)
	}
	return c
}

// run is the body: a handler each time it is resumed, until it is ended.
func (c *coroutine) run(yield func(struct{}) bool) {
	c.yield = yield
	if c.sched.tracer != nil {
		c.yield = c.sched.tracer.waits(c, yield)
	}
	for alive := true; alive; alive = yield(struct{}{}) {
		c.handle()
	}
}

// handle runs the handler. A fault is recovered here, where its stack still stands.
func (c *coroutine) handle() {
	defer func() {
		if v := recover(); v != nil {
			c.result = style.FaultOf(v)
		}
	}()
	c.result = c.handler(c, c.exchange)
}

// disturbed is a wait that did not end with an answer: the coroutine is being ended, or
// was only resumed to show its stack.
func (c *coroutine) disturbed(alive bool) {
	for ; alive && c.look != nil; alive = c.yield(struct{}{}) {
		*c.look = debug.Stack()
	}
	if !alive {
		c.cancelled = true
	}
}
