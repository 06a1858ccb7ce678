// Package coroutine runs the handlers of direct style, unchanged, over one event loop:
// what gevent does with greenlets, and what is called hidden async. A handler is written
// as if it blocked. It runs on a stack of its own, and each of its waits yields to the
// loop, which resumes it when the wait is over.
//
//  1. The Dispatch takes an idle coroutine (an iter.Pull whose body runs one handler
//     after another), gives it the job, and switches to it.
//  2. The handler waits: Call and CallAll say what they want and yield. The loop starts the
//     calls on its own stack, so that a coroutine's stays small, and goes on to others.
//  3. The last answer switches back into the coroutine: its wait returns, with the call's
//     error and that error's cause.
//  4. The handler returns, or panics, which is recovered where its stack can be seen. The
//     coroutine yields for the last time, becomes idle, and the loop sends the answer.
//
// A request without a wait makes two switches, each wait or CallAll two more. An idle
// connection holds no coroutine, a waiting request one: some 5 KB, its stack above all.
//
// Against callbacks a request costs some 120 ns more, and each wait in it 170 to 200
// (go test ./models/coroutine -bench Overhead). Its parts, in ns, by -bench Parts:
//
//	                                              request   wait
//	two switches of stacks                             60     60   switches; bench/micro, Switch/how=coroutine
//	a place to recover a fault                          5      –   switches+recover
//	pool, list of calls and bookkeeping                10     10   switches+recover+pool
//	returns in five frames on the loop's side          45     50   request less that and call-in-frames; wait likewise
//	rest, not in a benchmark of its own              0–10  50–80   Overhead less the above
//
// The returns are dear after a switch because the processor mispredicts them, some 5 to 10 ns a frame
// (bench/micro, how=coroutine-5-and-5-frames and coroutine-10-frames against call-10-frames). A wait ends
// further below the loop than five frames (timer or link, end of the call, Resume and its guard), which is
// where its rest is looked for. Allocations are none of it.
//
// Nothing is allocated in a steady state, which callbacks do for their continuations. A
// coroutine made anew (keep=0) is 10 allocations and some 700 ns. With the tracer off
// there is no code of it on the way (-bench HandOver).
//
// Block is a system call on the only thread: it stops everybody, which is how a driver that
// does not know of the loop behaves under greenlets. Offload has nowhere else to run and is no better.
//
// A client that has gone changes nothing for its handler, here as in every model (CONTRACT.md, Serve).
// When the server ends, the wait of a handler returns style.ErrCancelled, as does every later
// one. So deferred code runs, and no handler is left behind.
//
// The runtime demands that a coroutine is created, resumed and ended on one thread, under the
// same number of locks to it; a mismatch kills the process. All of that happens on the loop's
// locked goroutine. A handler may not wait while it holds a lock that another handler takes
// (they share the thread, which then waits for itself), nor lock or unlock its thread over a wait.
package coroutine
