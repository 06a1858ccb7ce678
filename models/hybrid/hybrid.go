// Package hybrid serves all connections on one event loop, as reactor does, and hands
// what would hold the loop up to an executor: what asyncio calls run_in_executor and
// Twisted deferToThread.
//
//  1. Offload goes to a fixed number of OS threads, which take functions from a bounded queue.
//  2. With executor=processes, a computation that has a name (style.Compute) goes to worker
//     processes, each fed over a socket of its own by the loop itself. A closure cannot leave
//     its process, so calls that block stay with the threads.
//  3. Results come back to the loop, and the handler goes on there.
//
// A connection whose request is with the executor is not read from, so that a client
// which sends faster than it is served is held back by its own socket. Requests of
// more connections than the queue has room for are refused with 503. A worker process that
// dies costs the request that it had, and is replaced.
package hybrid

import (
	"errors"
	"runtime"

	"assay/models/base/blocking"
	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/nonblocking"
)

// Model is this way to wait.
var Model = model.Model{
	Name:  "hybrid",
	Doc:   "one epoll loop, callbacks; what blocks or computes is handed to an executor; 503 when its queue is full",
	Style: "callback",
	Options: []model.Option{
		{Name: "executor", Default: "threads", Doc: "threads, or processes: computations that have a name go to worker processes, all else to threads", Check: model.OneOf("threads", "processes")},
		{Name: "size", Default: "64", Doc: "threads of the executor", Check: model.Whole(1, 8192), Try: []string{"16", "256"}},
		{Name: "processes", Default: "0", Doc: "worker processes of executor=processes; 0: as many as there are processors", Check: model.Whole(0, 256)},
		{Name: "queue", Default: "1024", Doc: "what may wait for a thread, and as much for a process", Check: model.Whole(1, 1<<20)},
		{Name: "procs", Default: "0", Doc: "GOMAXPROCS; 0: one for each thread, as pool has it, and one that stays free, as reactor has it", Check: model.Whole(0, 1<<15)},
	},
	Limits:     model.Limits{Isolation: true},
	OwnThreads: true,
	Run:        run,
	Child:      compute,
}

func run(env *model.Env) error {
	size, queue := env.Options.Int("size"), env.Options.Int("queue")
	if env.Options.Int("procs") == 0 {
		runtime.GOMAXPROCS(size + loops + 1)
	}
	l, err := loop.New()
	if err != nil {
		return err
	}
	s, err := nonblocking.New(l, env.Service, nonblocking.Callback)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.Log = env.Log
	threads := blocking.NewThreads(size)
	executor, err := blocking.NewExecutor(threads, size, queue)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.Execute = executor.Execute
	crew := newCrew(env, l, queue)
	if env.Options.Text("executor") == "processes" {
		err = crew.start(processes(env))
		s.Compute = crew.compute
	}
	if err == nil {
		err = errors.Join(s.Listen(env.Listener), s.DrainOn(env.Stop.FD()))
	}
	if err == nil {
		err = s.Run()
	}
	executor.Close() // and wait, before the loop: a thread posts to it
	threads.Wait()
	return errors.Join(err, crew.close(), s.Close(), l.Close())
}

const loops = 1

func processes(env *model.Env) int {
	if n := env.Options.Int("processes"); n > 0 {
		return n
	}
	return runtime.NumCPU()
}
