// Package serial serves one connection at a time on one thread. It is the floor:
// what a request costs when nothing is scheduled, to be subtracted from the others.
package serial

import (
	"runtime"

	"assay/models/base/blocking"
	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/sock"
)

// Model is this way to wait.
var Model = model.Model{
	Name:       "serial",
	Doc:        "one thread, one connection at a time: the floor to subtract",
	Style:      "direct",
	Limits:     model.Limits{Connections: 1, Isolation: true},
	OwnThreads: true,
	Run:        run,
}

func run(env *model.Env) error {
	blocking.Own()
	defer runtime.UnlockOSThread()
	var clients sock.Clients
	// The one thread is blocked in a read when the drain begins: another wakes it.
	go func() {
		blocking.Await(env.Stop)
		clients.Drain()
	}()

	up := &conn.Upstreams{Service: env.Service, Dial: blocking.Dial}
	desk := blocking.NewDesk(env.Service, blocking.NewWaiter(up, nil))
	return blocking.Accept(env, func(fd int) {
		c := blocking.NewStream(fd)
		clients.Add(&c.Client)
		desk.Stay(c)
	})
}
