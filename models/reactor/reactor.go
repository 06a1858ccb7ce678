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

// Model is this way to wait. It has no options of its own: there is nothing to size.
var Model = model.Model{
	Name:   "reactor",
	Doc:    "one epoll loop, callbacks, no other thread",
	Style:  "callback",
	Limits: model.Limits{Isolation: true},
	Run:    run,
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
