package blocking

import (
	"fmt"
	"time"

	"assay/models/base/conn"
	"assay/models/base/style"
)

// task is one call of several, made on a thread other than its handler's.
type task struct {
	up    *conn.Upstreams
	call  *style.Call
	over  *Latch
	until time.Time // from when the handler asked, however long a thread is waited for
}

func (t task) do() {
	r := conn.Caller{Up: t.up}
	_ = r.CallBy(t.call, t.until) // the error is in the call
	t.over.Done()
}

// Spawning starts an OS thread for each call.
type Spawning struct{ Threads *Threads }

// callAll is Fan's. Beyond the bound on threads the caller makes the calls itself.
func (f Spawning) callAll(w *Waiter, cs []style.Call) {
	w.over.Add(len(cs))
	until := w.Up.Until()
	for i := range cs {
		t := task{w.Up, &cs[i], &w.over, until}
		if !Start(f.Threads, task.do, t) {
			t.do()
		}
	}
	w.over.Wait()
}

// Pooling has the calls made by a fixed number of threads, shared by all handlers.
type Pooling struct{ tasks *Queue[task] }

// NewPooling starts size calling threads. The error is that there may not be that many.
func NewPooling(threads *Threads, size int) (*Pooling, error) {
	p := &Pooling{tasks: NewQueue[task](size)}
	if err := threads.Fill(size, p.work); err != nil {
		p.Close()
		return nil, fmt.Errorf("calling %w", err)
	}
	return p, nil
}

func (p *Pooling) work() {
	for {
		t, ok := p.tasks.Pop()
		if !ok {
			return
		}
		t.do()
	}
}

// Close ends the calling threads once no handler is left.
func (p *Pooling) Close() { p.tasks.Close() }

// callAll is Fan's. With the queue full the caller makes the call itself: it would
// have to wait in any case, and so nobody is refused in the midst of a request.
func (p *Pooling) callAll(w *Waiter, cs []style.Call) {
	w.over.Add(len(cs))
	until := w.Up.Until()
	for i := range cs {
		if t := (task{w.Up, &cs[i], &w.over, until}); !p.tasks.Push(t) {
			t.do()
		}
	}
	w.over.Wait()
}
