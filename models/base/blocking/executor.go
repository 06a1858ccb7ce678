package blocking

import (
	"fmt"
	"sync/atomic"

	"assay/models/base/style"
)

// Executor runs functions on a fixed number of OS threads, which take them from a
// bounded queue. Any thread may hand it some, its own included.
type Executor struct {
	queue  *Queue[func()]
	closed atomic.Bool
}

// NewExecutor starts size of threads, before which up to queue functions may wait. The
// error is that there may not be that many threads.
func NewExecutor(threads *Threads, size, queue int) (*Executor, error) {
	e := &Executor{queue: NewQueue[func()](queue)}
	if err := threads.Fill(size, e.work); err != nil {
		e.Close()
		return nil, fmt.Errorf("executor of %w", err)
	}
	return e, nil
}

func (e *Executor) work() {
	for {
		f, ok := e.queue.Pop()
		if !ok {
			return
		}
		if !e.closed.Load() {
			f()
		}
	}
}

// Execute has f run, now or later, and never waits. False: the queue is full, or the
// executor closed, and f is not run. A panic in f is the process's end.
func (e *Executor) Execute(f func()) bool { return e.queue.Push(f) }

// Close ends the threads once what they have begun is over; what nobody has begun is
// never run. It does not wait: Threads.Wait does.
func (e *Executor) Close() {
	e.closed.Store(true)
	e.queue.Close()
}

// Task is a function in an executor that somebody may wait for.
type Task struct {
	f     func()
	begun atomic.Bool
	over  Latch
	fault *style.Fault
}

// Submit is Execute for a function that will be waited for. With the queue full the
// task waits in no queue: nobody but Wait will run it, which is what keeps whoever hands
// in more than there is room for from going on.
func (e *Executor) Submit(f func()) *Task {
	t := &Task{f: f}
	t.over.Add(1)
	e.Execute(t.run)
	return t
}

// run runs the task unless somebody else does.
func (t *Task) run() {
	if t.begun.Swap(true) {
		return
	}
	defer t.over.Done()
	defer func() {
		if v := recover(); v != nil {
			t.fault = style.FaultOf(v)
		}
	}()
	t.f()
}

// Wait returns when the task is over. One that nobody has begun is taken back and run
// by the waiter. So a thread waits only for what another thread is running, which
// itself waits only for tasks it has submitted: however deep tasks submit tasks to
// the same few threads, the last of them waits for nobody, and all come to an end.
// A panic in the task is one in Wait, with the task's stack: a *style.Fault.
func (t *Task) Wait() {
	t.run()
	t.over.Wait()
	if t.fault != nil {
		panic(t.fault)
	}
}
