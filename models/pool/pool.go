// Package pool serves requests on a fixed number of OS threads, which take them
// from a bounded queue. Idle connections hold no thread; with the queue full,
// requests are refused. A client that is slow to take its answer does hold one, up
// to write-timeout: that is the price of answering by a call that returns.
package pool

import (
	"runtime"

	"assay/models/base/blocking"
	"assay/models/base/conn"
	"assay/models/base/model"
)

// Model is this way to wait.
var Model = model.Model{
	Name:  "pool",
	Doc:   "a fixed pool of OS threads takes ready requests from a bounded queue; 503 when it is full",
	Style: "direct",
	Options: []model.Option{
		{Name: "size", Default: "64", Doc: "threads", Check: model.Whole(1, 8192), Try: []string{"48", "128", "256"}},
		{Name: "queue", Default: "1024", Doc: "ready requests that may wait for a thread", Check: model.Whole(1, 1<<20)},
		{Name: "procs", Default: "0", Doc: "GOMAXPROCS to begin with; doubled whenever threads would outnumber it, or they would wait for each other behind Go's scheduler", Check: model.Whole(0, 1<<15)},
	},
	Limits:     model.Limits{Isolation: true},
	OwnThreads: true,
	Run:        run,
}

func run(env *model.Env) error {
	blocking.Own()
	defer runtime.UnlockOSThread()
	size := env.Options.Int("size")
	threads := blocking.NewThreads(size)
	up := &conn.Upstreams{Service: env.Service, Dial: blocking.Dial}
	queue := blocking.NewQueue[*blocking.Member](env.Options.Int("queue"))

	// The dispatcher is this thread. It refuses, but never waits.
	refusing := blocking.NewDesk(env.Service, nil)
	var front *blocking.Front
	front, err := blocking.NewFront(env, func(m *blocking.Member) {
		if !queue.Push(m) {
			front.Set.Arm(m, refusing.Refuse(m))
		}
	})
	if err != nil {
		return err
	}
	err = threads.Fill(size, func() {
		desk := blocking.NewDesk(env.Service, blocking.NewWaiter(up, nil))
		for {
			m, ok := queue.Pop()
			if !ok {
				return
			}
			front.Set.Arm(m, desk.Serve(m))
		}
	})
	if err == nil {
		err = front.Run()
	}
	queue.Close()
	threads.Wait()
	return err
}
