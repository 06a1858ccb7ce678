package goroutine

import (
	"sync"
	"time"

	"assay/models/base/conn"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// Read is stream's, and takes a turn when bytes have come.
func (c *client) Read(b []byte, until time.Time) (int, error) {
	n, err := c.stream.Read(b, until)
	if n > 0 && !c.session.Conn.HasTurn() {
		c.session.Conn.Take(c.server.turns.Get().(*conn.Turn))
	}
	return n, err
}

// Call is style.Waiter's.
func (c *client) Call(call *style.Call) error { return c.caller.Call(call) }

// CallAll is style.Waiter's.
func (c *client) CallAll(cs []style.Call) error {
	if !c.server.spawn {
		return c.caller.CallAll(cs)
	}
	var over sync.WaitGroup
	until := c.server.up.Until()
	for i := range cs {
		over.Go(func() {
			r := conn.Caller{Up: c.server.up}
			_ = r.CallBy(&cs[i], until) // the error is in the call
		})
	}
	over.Wait()
	for i := range cs {
		if cs[i].Err != nil {
			return cs[i].Err
		}
	}
	return nil
}

// Block is style.Waiter's: the runtime gives the processor to others.
func (c *client) Block(d time.Duration) { sock.Block(d) }

// Offload is style.Waiter's. A goroutine disturbs no other by blocking: f runs here.
func (c *client) Offload(f func()) { f() }
