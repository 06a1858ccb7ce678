// Package thread gives each connection, or each request, an OS thread of its own
// that waits in blocking system calls.
package thread

import (
	"runtime"

	"assay/models/base/blocking"
	"assay/models/base/conn"
	"assay/models/base/model"
)

// Model is this way to wait.
var Model = model.Model{
	Name:  "thread",
	Doc:   "an OS thread per connection or per request, blocking sockets",
	Style: "direct",
	Options: []model.Option{
		{Name: "spawn", Default: "connection", Doc: "what gets a thread of its own: connection or request", Check: model.OneOf("connection", "request"), Try: []string{"request"}},
		{Name: "callall", Default: "scatter", Doc: "several calls at once: scatter (the thread writes all, then reads all), spawn (a thread each) or pool (calling threads that all share)", Check: model.OneOf("scatter", "spawn", "pool"), Try: []string{"spawn", "pool"}},
		{Name: "callers", Default: "64", Doc: "calling threads of callall=pool", Check: model.Whole(1, 4096)},
		{Name: "max-threads", Default: "8192", Doc: "threads at a time; who comes beyond is refused with 503", Check: model.Whole(1, 1<<20)},
		{Name: "procs", Default: "0", Doc: "GOMAXPROCS to begin with; doubled whenever threads would outnumber it, or they would wait for each other behind Go's scheduler", Check: model.Whole(0, 1<<15)},
	},
	Limits:     model.Limits{Isolation: true},
	OwnThreads: true,
	Run:        run,
}

// server is one run of the model.
type server struct {
	env     *model.Env
	threads *blocking.Threads
	up      *conn.Upstreams
	fan     blocking.Fan
}

func run(env *model.Env) error {
	blocking.Own()
	defer runtime.UnlockOSThread()
	s := &server{
		env:     env,
		threads: blocking.NewThreads(env.Options.Int("max-threads")),
		up:      &conn.Upstreams{Service: env.Service, Dial: blocking.Dial},
	}
	defer s.threads.Wait()
	switch env.Options.Text("callall") {
	case "spawn":
		s.fan = blocking.Spawning{Threads: s.threads}
	case "pool":
		callers, err := blocking.NewPooling(s.threads, env.Options.Int("callers"))
		if err != nil {
			return err
		}
		defer callers.Close()
		s.fan = callers
	}
	if env.Options.Text("spawn") == "request" {
		return s.perRequest()
	}
	return s.perConnection()
}

// desk is what a new thread starts with.
func (s *server) desk() *blocking.Desk {
	return blocking.NewDesk(s.env.Service, blocking.NewWaiter(s.up, s.fan))
}
