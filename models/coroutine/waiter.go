package coroutine

import (
	"time"
	"unsafe"

	"assay/models/base/sock"
	"assay/models/base/style"
)

var _ style.Waiter = (*coroutine)(nil)

// Call implements style.Waiter.
func (c *coroutine) Call(call *style.Call) error {
	return c.CallAll(unsafe.Slice(call, 1))
}

// CallAll implements style.Waiter: the requests are written in order of index, and the
// handler goes on when all calls are over.
func (c *coroutine) CallAll(cs []style.Call) error {
	if len(cs) == 0 {
		return nil
	}
	if c.cancelled {
		for i := range cs {
			cs[i].Err = style.ErrCancelled
		}
		return style.ErrCancelled
	}
	for i := range cs { // one that was used before must not look as if it were over
		cs[i].Status, cs[i].Err = 0, nil
	}
	c.asked = cs
	if alive := c.yield(struct{}{}); !alive || c.look != nil {
		c.disturbed(alive)
	}
	if c.cancelled {
		c.abandon(cs)
	}
	for i := range cs {
		if cs[i].Err != nil {
			return cs[i].Err
		}
	}
	return nil
}

// abandon marks the calls that were not over when the wait was cancelled. The loop ends
// them when it ends the exchange.
func (c *coroutine) abandon(cs []style.Call) {
	for i := range cs {
		if cs[i].Err == nil && cs[i].Status == 0 {
			cs[i].Err = style.ErrCancelled
		}
	}
}

// Block implements style.Waiter: the loop, and everybody with it, stands still.
func (c *coroutine) Block(d time.Duration) { sock.Block(d) }

// Offload implements style.Waiter. There is no other thread: f runs here.
func (c *coroutine) Offload(f func()) { f() }
