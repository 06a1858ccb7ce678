package style

import "time"

// Await is a handler in await style: the async function of one request. It runs at
// once, as far as its first wait, and its Poll is that wait or its end. One that does
// not wait allocates nothing; one that does goes on as an Async, which it makes to
// hold what lives across its waits.
//
//	async def hello(x):                 func Hello(t *Task, x *Exchange) Poll {
//	    c = question(x)                     h := &hello{x, question(x)}
//	    await call(c)                       return t.Await(t.Call(h.c), h, answered)
//	                                    }
//
//	                                    func (h *hello) Step(t *Task, err error) Poll {
//	                                        if err != nil { // what an await raises, if it is not
//	                                            return t.Return(err) // caught, ends the function
//	                                        }
//	                                        switch t.At() {
//	                                        case answered:
//	    x.body += c.body                        h.x.Body = append(h.x.Body, h.c.Body...)
//	                                        }
//	                                        return t.Return(nil)
//	                                    }
//
// The exchange is the handler's, and that of its tasks, until its task has ended.
type Await func(t *Task, x *Exchange) Poll

// Async is an async function that waits, in the form that compilers of async and
// await give it: no goroutine and no stack, but a value that holds what lives across
// its waits, and a Step that goes on behind the one it stopped at.
type Async interface {
	// Step runs to the next wait or to the end, and returns what t.Await or t.Return
	// gave it. Where it goes on, t.At says; err is the outcome of the wait it comes from,
	// nil at its start. A panic ends the task with a *Fault.
	Step(t *Task, err error) Poll
}

// Canceler is what an Async may implement that has something to give back: its finally.
type Canceler interface {
	// Cancelled is called instead of a further Step when the task is cancelled, even if it had
	// none, after the same was done to all that it had started. It cannot wait. A panic in it is
	// the request's.
	Cancelled()
}

// Poll is what a Step comes to: a wait, or the end. Only Task.Await and Task.Return
// make one; the zero value is a fault.
type Poll struct{ outcome outcome }

type outcome uint8

const (
	neither outcome = iota
	pending
	ready
)

// Future stands for the outcome of something already under way: a call, a sleep, a
// child task, or several of these together. It belongs to the task that made it, and
// is used up by the first that takes it: an Await, a Gather, TryGather, Race or
// Timeout, or a Cancel. To take it twice, or in another task, is a fault.
//
// A future that its task has not taken when it ends is cancelled, so nothing outlives
// the task that started it. If it was over and had failed, its error becomes the
// task's, unless that has one of its own: no failure is lost for not being looked at.
type Future struct {
	task *Task
	gen  uint32 // of task when the future was made: it is another's since, if they differ
}

// Host is what a model lends to the tasks of one request at a time. All of it is used on
// the loop's thread, but that an offloaded function may call Block from where it runs. After
// Done the scope calls nothing else of it until its next Start, and it no continuation.
type Host interface {
	// Call is Loop.Call: then is called later, never before Call returns.
	Call(c *Call, then func(error))
	// Abandon ends a call that is under way: its connection is not used again, its
	// continuation does not run.
	Abandon(c *Call)
	// Block is Loop.Block.
	Block(d time.Duration)
	// Offload runs f, on another thread if the model has one to run it on, and then
	// calls then, perhaps before it returns. False: no room, and neither runs.
	Offload(f, then func()) bool
	// Clock is the time now, in ns since any moment that does not change.
	Clock() int64
	// Alarm asks for one call of Scope.Ring when Clock reaches at, in place of what was
	// asked for before; 0 asks for none.
	Alarm(at int64)
	// Done ends the exchange with its handler's outcome.
	Done(err error)
}
