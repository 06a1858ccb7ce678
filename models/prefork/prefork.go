// Package prefork serves requests in worker processes, one thread each, that all
// accept from one listener. What a worker does wrong is its own: when it dies, its
// requests are lost and no others, and the parent starts another in its place.
//
// A worker serves one request at a time, from its first byte to its answer; between
// requests its connections wait in a readiness set, so that silent clients hold no worker.
// But they stay with the worker that accepted them: while that one waits for a backend, its
// other connections wait too, even if another worker has nothing to do. That is the
// price of sharing nothing.
package prefork

import (
	"assay/models/base/model"
)

// Model is this way to wait. Eight workers are what such servers are deployed with on a
// few processors: each costs a process's memory, and bounds by one what can wait at a time.
var Model = model.Model{
	Name:  "prefork",
	Doc:   "worker processes of one thread on one listener; one that dies is replaced",
	Style: "direct",
	Options: []model.Option{
		{Name: "workers", Default: "8", Doc: "processes: as many requests can be waited for at a time", Check: model.Whole(1, 1024), Try: []string{"2", "64"}},
		{Name: "procs", Default: "2", Doc: "GOMAXPROCS of each process: one for its thread, one that is always free for the one that listens to the parent", Check: model.Whole(1, 1<<15)},
	},
	Limits:     model.Limits{Isolation: true},
	OwnThreads: true,
	Run:        func(env *model.Env) error { return supervise(env, startProcess) },
	Child:      child,
}
