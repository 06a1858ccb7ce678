// Package reactor serves all connections on one event loop, with callbacks and no
// other thread. A handler never waits: it leaves a continuation and returns. What
// does block, blocks everybody: Offload runs in place, and Block stops the loop.
package reactor

import (
	"errors"

	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/nonblocking"
)

// Model is this way to wait. It has nothing to size; procs differs from the other
// models' default for a reason that has nothing to do with handlers. While the loop
// sleeps in the kernel, Go's monitor takes its only P away and has to be woken when
// the loop returns: four further context switches a request at low load, which no loop
// in another language pays. A second P, always idle (28 KB), keeps the monitor asleep.
var Model = model.Model{
	Name:  "reactor",
	Doc:   "one epoll loop, callbacks, no other thread",
	Style: "callback",
	Options: []model.Option{{
		Name: "procs", Default: "2", Check: model.Whole(1, 1<<15), Try: []string{"1"},
		Doc: "GOMAXPROCS; with 1 the Go runtime's monitor wakes up for every wait of the loop",
	}},
	Limits:     model.Limits{Isolation: true},
	OwnThreads: true,
	Run:        run,
}

func run(env *model.Env) error {
	l, err := loop.New()
	if err != nil {
		return err
	}
	s, err := nonblocking.New(l, env.Service, nonblocking.Callback)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.Log = env.Log
	err = errors.Join(s.Listen(env.Listener), s.DrainOn(env.Stop.FD()))
	if err == nil {
		err = s.Run()
	}
	return errors.Join(err, s.Close(), l.Close())
}
