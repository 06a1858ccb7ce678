// Package goroutine gives each connection a goroutine that waits on the runtime's
// own poller: code that reads like threads, scheduled by Go.
package goroutine

import (
	"sync"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/sock"
)

// Model is this way to wait.
var Model = model.Model{
	Name:  "goroutine",
	Doc:   "a goroutine per connection on the runtime's poller",
	Style: "direct",
	Options: []model.Option{
		{Name: "callall", Default: "scatter", Doc: "several calls at once: scatter (the goroutine writes all, then reads all) or spawn (a goroutine each)", Check: model.OneOf("scatter", "spawn"), Try: []string{"spawn"}},
		// What the watchdog costs is a part of this way to wait: it is what hands the processor
		// on when a goroutine blocks in a system call. Slow, it shows what that service costs
		// a server that never blocks, and what others pay who do.
		{Name: model.WatchdogOption, Default: "prompt", Doc: "Go's watchdog thread: prompt (looks every 20 µs while the server is not idle) or slow (every 10 ms, as for models of own threads)", Check: model.OneOf("prompt", model.Slow), Try: []string{model.Slow}},
	},
	Limits: model.Limits{Isolation: true},
	Run:    run,
}

func run(env *model.Env) error {
	s := &server{
		service: env.Service,
		up:      &conn.Upstreams{Service: env.Service, Dial: dial},
		spawn:   env.Options.Text("callall") == "spawn",
	}
	s.turns.New = func() any { return conn.NewTurn(s.service) }
	var clients sock.Clients
	var serving sync.WaitGroup
	err := accept(env, func(fd int) {
		c := s.client(fd)
		clients.Add(&c.Client)
		serving.Go(c.serve)
	})
	clients.Drain()
	serving.Wait()
	return err
}
