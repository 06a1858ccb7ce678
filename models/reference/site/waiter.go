package site

import (
	"sync"
	"time"

	"assay/models/base/sock"
	"assay/models/base/style"
)

// Waiter waits by goroutines, as a service written for Go's runtime does. One
// serves all requests of a server.
type Waiter struct {
	// Ask makes one backend call and fills in c's Status and Body. Its error wraps
	// style.ErrBackend or style.ErrDeadline.
	Ask func(c *style.Call) error
}

var _ style.Waiter = (*Waiter)(nil)

// Call implements style.Waiter.
func (w *Waiter) Call(c *style.Call) error {
	c.Err = w.Ask(c)
	return c.Err
}

// CallAll implements style.Waiter: a goroutine for each call, as goroutine:callall=spawn has it.
func (w *Waiter) CallAll(cs []style.Call) error {
	var calls sync.WaitGroup
	for i := range cs {
		calls.Go(func() { w.Call(&cs[i]) })
	}
	calls.Wait()
	for i := range cs {
		if cs[i].Err != nil {
			return cs[i].Err
		}
	}
	return nil
}

// Block implements style.Waiter: one sleep in the kernel.
func (*Waiter) Block(d time.Duration) { sock.Block(d) }

// Offload implements style.Waiter: a goroutine of its own disturbs nobody.
func (*Waiter) Offload(f func()) { f() }
