// Package await serves all connections on one event loop, like reactor, but runs its
// handlers as async/await does: as tasks that are state machines, which wait for futures.
// It is reactor's server with another Dispatch, so what differs between the two is
// what the style costs.
//
// A request's scope and its tasks are pooled, as jobs and backend connections are in
// every model. What a handler makes to hold its state is not, as a callback's closures
// are not. An idle connection has none of it.
//
// Against callbacks a request without a wait costs 50 to 70 ns more (go test ./models/await -bench
// Overhead), with one some 100. Its parts, in ns, beside the same of a callback:
//
//	                               await   callback
//	scope: begin and end              20          –   BenchmarkScope
//	scope and one wait               126         27   BenchmarkWait: task, future, two steps; one allocation each
//	rest of a request              30–50              Overhead less Scope: the pool of requests, two timers
//	                                                  that are not set, a call through an interface
//
// A client that has gone changes nothing for its handler, here as in every model (CONTRACT.md,
// Serve): tasks are cancelled by their handler alone, or with its end.
package await

import (
	"errors"

	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/nonblocking"
)

// Model is this way to wait. procs is reactor's, for reactor's reason: with one, Go's
// monitor takes the only P away whenever the loop sleeps, which is four further context
// switches a request at low load; a second P, always idle (28 KB), keeps it asleep.
var Model = model.Model{
	Name:  "await",
	Doc:   "tasks as state machines on one epoll loop: async/await as compilers make it",
	Style: "await",
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
	s, err := newServer(l, env)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	err = errors.Join(s.Listen(env.Listener), s.DrainOn(env.Stop.FD()))
	if err == nil {
		err = s.Run()
	}
	return errors.Join(err, s.Close(), l.Close())
}

// newServer makes a server whose handlers are tasks.
func newServer(l *loop.Loop, env *model.Env) (*nonblocking.Server, error) {
	var p pool
	s, err := nonblocking.New(l, env.Service, p.dispatch)
	if err != nil {
		return nil, err
	}
	p.loop = l
	s.Log = env.Log
	return s, nil
}
