package blocking

import (
	"time"

	"assay/models/base/conn"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// Waiter waits for a handler that has its thread to itself.
type Waiter struct {
	conn.Caller
	fan  Fan
	over Latch // of the CallAll under way
}

var _ style.Waiter = (*Waiter)(nil)

// Fan makes several calls at once for a thread that waits for all of them.
type Fan interface {
	callAll(w *Waiter, cs []style.Call)
}

// NewWaiter makes a waiter that calls over up, and makes several calls at once
// by fan; nil is scatter: write to all, then read from all.
func NewWaiter(up *conn.Upstreams, fan Fan) *Waiter {
	return &Waiter{Caller: conn.Caller{Up: up}, fan: fan}
}

// CallAll is style.Waiter's.
func (w *Waiter) CallAll(cs []style.Call) error {
	if w.fan == nil {
		return w.Caller.CallAll(cs)
	}
	w.fan.callAll(w, cs)
	for i := range cs {
		if cs[i].Err != nil {
			return cs[i].Err
		}
	}
	return nil
}

// Block is style.Waiter's: one sleep in the kernel.
func (w *Waiter) Block(d time.Duration) { sock.Block(d) }

// Offload is style.Waiter's. A thread of its own disturbs nobody: f runs here.
func (w *Waiter) Offload(f func()) { f() }
