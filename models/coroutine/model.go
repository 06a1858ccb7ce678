package coroutine

import (
	"errors"
	"runtime"

	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/nonblocking"
)

// Model is this way to wait. procs is what it is for reactor, and for the same reason: a
// second P, always idle (28 KB), keeps Go's monitor from waking up at each wait of the loop.
var Model = model.Model{
	Name:  "coroutine",
	Doc:   "stackful coroutines that yield to one epoll loop: direct handlers, async underneath",
	Style: "direct",
	Options: []model.Option{
		{
			Name: "keep", Default: "1024", Check: model.Whole(0, 1<<20), Try: []string{"0"},
			Doc: "idle coroutines kept for reuse, each with its stack of 2 to 8 KB; 0: a fresh one for each request",
		},
		{
			Name: "trace", Default: "off", Check: traceable,
			Doc: "record every switch: off, on (to the log) or a file's name",
		},
		{
			Name: "procs", Default: "2", Check: model.Whole(1, 1<<15), Try: []string{"1"},
			Doc: "GOMAXPROCS; with 1 the Go runtime's monitor wakes up for every wait of the loop",
		},
	},
	Limits:     model.Limits{Isolation: true},
	OwnThreads: true,
	Run:        run,
}

func run(env *model.Env) error {
	t, err := newTracer(env.Options.Text("trace"), env.Log)
	if err != nil {
		return err
	}
	l, err := loop.New()
	if err != nil {
		return errors.Join(err, t.close())
	}
	s, err := newScheduler(l, env, t)
	if err != nil {
		return errors.Join(err, l.Close(), t.close())
	}
	if t != nil {
		l.OnTurn = t.flush
	}
	// Coroutines belong to this thread, and the last of them end after the loop has.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err = errors.Join(s.srv.Listen(env.Listener), l.Add(env.Stop.FD(), drainer{s}))
	if err == nil {
		err = s.srv.Run()
	}
	err = errors.Join(err, s.srv.Close())
	s.stop()
	return errors.Join(err, l.Close(), t.close())
}

func newScheduler(l *loop.Loop, env *model.Env, t *tracer) (*scheduler, error) {
	s := &scheduler{keep: env.Options.Int("keep"), tracer: t}
	srv, err := nonblocking.New(l, env.Service, s.dispatch)
	if err != nil {
		return nil, err
	}
	srv.Log = env.Log
	s.srv = srv
	return s, nil
}

// drainer begins the drain.
type drainer struct{ s *scheduler }

// Ready implements loop.Source. A trace tells what the drain will have to wait for.
func (d drainer) Ready(ev loop.Events) {
	if ev&loop.Readable == 0 {
		return
	}
	if d.s.tracer != nil {
		d.s.tracer.waiting(d.s.stacks())
	}
	d.s.srv.Drain()
}
