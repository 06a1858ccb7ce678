// Package style is what a workload's handlers are written against: an
// exchange to answer, calls to backends, and the ways to wait for them.
//
// A handler sees waiting, never sockets. Each style states the same four waits
// in its own idiom:
//
//   - direct: the wait is a function that returns when the wait is over.
//   - callback: the wait is started and a continuation is run when it is over.
//   - await: the wait is a future, and the handler a state machine that is stepped
//     on when it is over.
//
// # Await
//
// The await style is what compilers of async/await make of an async function, written
// by hand because Go has no such compiler. An async function is a value that holds what
// lives across its waits (Async), and a Step that runs from one wait to the next. Every
// "await f" is a "return t.Await(f, …)", and behind it a case of Step. A handler is itself
// the first step, so that one which need not wait costs nothing; what it spawns has its
// first step in turn, when the one that spawns has stopped.
//
//	call(c)                       t.Call(c)              is under way from here on
//	create_task(f())              t.Spawn(&f{})
//	to_thread(g)                  t.Offload(g)
//	sleep(d)                      t.Sleep(d)
//	gather(…, all outcomes)       t.Gather(fs...)        the first error by index, when all are over
//	task group                    t.TryGather(fs...)     the first error in time, the others cancelled
//	select, first completed       t.Race(fs...)          the others cancelled
//	wait_for(f, d)                t.Timeout(f, d)        f cancelled, ErrTimeout
//	f.cancel()                    t.Cancel(f)
//	finally, Drop                 Canceler
//
// Waits are structured: a future belongs to the task that made it, and what a task has
// not waited for when it ends is cancelled, down to the backend calls, whose connections
// are not used again. So nothing outlives its request. Cancellation is a drop, as
// in Rust: a cancelled task is not stepped again, so it cannot refuse. A fault ends its
// task, and goes as an error to whoever waits for that; nobody catching it, it is a
// 500 of its request alone.
//
// Scope runs the tasks of one request, over what a model lends it as Host.
package style

import (
	"time"

	"assay/models/base/http1"
)

// Exchange is one request and the answer being made for it. It belongs to the
// handler from the moment it is handed over until the handler returns (direct),
// calls done (callback) or its task ends (await).
type Exchange struct {
	Request http1.Request
	Status  int    // of the answer; 200 unless the handler sets another
	Body    []byte // of the answer; append to it, its capacity is reused
	calls   []Call
}

// Calls returns n zeroed calls that live as long as the exchange. Their memory is
// reused from one exchange to the next, in every style alike.
func (x *Exchange) Calls(n int) []Call {
	for cap(x.calls) < n {
		x.calls = append(x.calls[:cap(x.calls)], Call{})
	}
	x.calls = x.calls[:n]
	for i := range x.calls {
		c := &x.calls[i]
		*c = Call{Target: c.Target[:0], Body: c.Body[:0]}
	}
	return x.calls
}

// Reset makes the exchange ready for its next request.
func (x *Exchange) Reset() {
	x.Request = http1.Request{Fields: x.Request.Fields[:0]} // their memory is reused
	x.Status, x.Body, x.calls = 200, x.Body[:0], x.calls[:0]
}

// Call is one question to a backend: GET Target, and its answer.
type Call struct {
	Backend int    // index into the server's list of backends, taken modulo its length
	Target  []byte // request-target; append to it
	Status  int    // of the answer
	Body    []byte // of the answer, copied; valid as long as the exchange
	Err     error  // nil, or wraps ErrBackend or ErrDeadline
}

// Direct is a handler in direct style. A returned error becomes the answer's
// status by StatusOf; a panic becomes 500 for this request alone.
type Direct func(w Waiter, x *Exchange) error

// Waiter waits for a direct handler. It is used by one handler at a time.
type Waiter interface {
	// Call asks one backend and returns when its answer is whole. The error is
	// also c.Err. An answer that is not 200 is an error wrapping ErrBackend.
	Call(c *Call) error
	// CallAll asks all and returns when all are over: the first error by index.
	CallAll(cs []Call) error
	// Block makes a system call that blocks the calling thread for d, as a
	// driver does that knows nothing of loops. Never a runtime timer.
	Block(d time.Duration)
	// Offload runs f where it disturbs others least, and returns when it is over.
	Offload(f func())
}

// Callback is a handler in callback style. It must call done exactly once, from
// the loop's own thread, now or later. A fault inside the handler or a
// continuation becomes 500 for its request alone.
type Callback func(w Loop, x *Exchange, done func(error))

// Loop waits for callback handlers: each wait is started, and then is called on
// the loop's thread when it is over.
type Loop interface {
	// Call asks one backend; then gets c.Err.
	Call(c *Call, then func(error))
	// Block blocks the calling thread, and with it the loop, for d.
	Block(d time.Duration)
	// Offload runs f off the loop where the model has somewhere to run it, else
	// on the loop itself.
	Offload(f func(), then func())
}

// Route binds a method and a path to a handler in each style.
type Route struct {
	Method, Path string
	Direct       Direct
	Callback     Callback
	Await        Await
	// Kind says beforehand what a request will make its handler do, from the request
	// alone; it may be asked from any thread. Nil: Network.
	Kind func(*http1.Request) Kind
	// Pure are the computations that its handlers name.
	Pure []*Pure
}
