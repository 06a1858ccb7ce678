// Package goroutine gives each connection a goroutine that waits on the runtime's
// own poller: code that reads like threads, scheduled by Go.
package goroutine

import (
	"sync"
	"time"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// Model is this way to wait.
var Model = model.Model{
	Name:  "goroutine",
	Doc:   "a goroutine per connection on the runtime's poller",
	Style: "direct",
	Options: []model.Option{
		{Name: "callall", Default: "scatter", Doc: "several calls at once: scatter (the goroutine writes all, then reads all) or spawn (a goroutine each)", Check: model.OneOf("scatter", "spawn")},
	},
	Limits: model.Limits{Isolation: true},
	Run:    run,
}

func run(env *model.Env) error {
	var clients sock.Clients
	up := &conn.Upstreams{Service: env.Service, Dial: dial}
	spawn := env.Options.Text("callall") == "spawn"
	var serving sync.WaitGroup
	err := accept(env, func(fd int) {
		c := newStream(fd)
		clients.Add(&c.Client)
		serving.Go(func() { serve(env.Service, c, up, spawn) })
	})
	clients.Drain()
	serving.Wait()
	return err
}

// serve serves one connection until it is closed. Its buffer is apart from the
// rest, because 4 KiB is a size that the allocator has and 4 KiB and a half is not.
func serve(s *conn.Service, c *stream, up *conn.Upstreams, spawn bool) {
	session := &conn.Session{Stream: c}
	session.Conn.Service = s
	session.Conn.Take(conn.NewTurn(s))
	session.Serve(&waiter{conn.Caller{Up: up}, spawn}, make([]byte, conn.ReadBuffer))
}

// waiter waits for a handler that has its goroutine to itself.
type waiter struct {
	conn.Caller
	spawn bool
}

var _ style.Waiter = (*waiter)(nil)

// CallAll is style.Waiter's.
func (w *waiter) CallAll(cs []style.Call) error {
	if !w.spawn {
		return w.Caller.CallAll(cs)
	}
	var over sync.WaitGroup
	for i := range cs {
		over.Go(func() {
			r := conn.Caller{Up: w.Up}
			_ = r.Call(&cs[i]) // the error is in the call
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
func (w *waiter) Block(d time.Duration) { sock.Block(d) }

// Offload is style.Waiter's. A goroutine disturbs no other by blocking: f runs here.
func (w *waiter) Offload(f func()) { f() }
