// Package uring serves all connections on one loop, with callbacks and no other
// thread, as reactor does, but over io_uring: it asks for connections and bytes to be
// brought and sent, and is told of completions, all in one system call a turn.
package uring

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/nonblocking"
	"assay/models/base/ring"
)

// Model is this way to wait. For procs see reactor. The other two narrow what it uses of
// io_uring: to measure what each is worth, and to be what older kernels would make of it.
var Model = model.Model{
	Name:  "uring",
	Doc:   "one loop over io_uring: completions instead of readiness, callbacks, no other thread",
	Style: "callback",
	Options: []model.Option{
		{
			Name: "procs", Default: "2", Check: model.Whole(1, 1<<15),
			Doc: "GOMAXPROCS; with 1 the Go runtime's monitor wakes up for every wait of the loop",
		},
		{
			Name: "taskrun", Default: "auto", Check: model.OneOf("auto", "defer", "coop", "plain"), Try: []string{"coop"},
			Doc: "when the kernel works on completions: when the loop asks (defer), at its next system call (coop), at once (plain); auto: the first that the kernel has",
		},
		{
			Name: "shots", Default: "auto", Check: model.OneOf("auto", "multi", "single"), Try: []string{"single"},
			Doc: "one accept and one receive for many, into buffers that connections share (multi), or one for each, into buffers of their own (single); auto: the first that the kernel has",
		},
	},
	Limits:     model.Limits{Isolation: true},
	OwnThreads: true,
	Lacks:      lacks,
	Run:        run,
}

// lacks says why there is no io_uring to be had.
func lacks() string {
	if _, err := ring.Probe(ring.Wish{}); err != nil {
		return err.Error()
	}
	return ""
}

func run(env *model.Env) error {
	// One thread asks the ring from its first operation to its last.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	e, err := ring.New(ring.Wish{Taskrun: wish(env, "taskrun"), Shots: wish(env, "shots")}, conn.ReadBuffer)
	if err != nil {
		return err
	}
	e.LastSend = env.Service.WriteTimeout
	fmt.Fprintf(env.Log, "%s\n", e.Found)
	l, err := loop.NewOn(e)
	if err != nil {
		return err
	}
	tell(env.Service, e)
	s, err := nonblocking.New(l, env.Service, nonblocking.Callback)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.Log, s.Carrier = env.Log, e
	err = errors.Join(s.Listen(env.Listener), s.DrainOn(env.Stop.FD()))
	if err == nil {
		err = s.Run()
	}
	return errors.Join(err, s.Close(), l.Close())
}

// wish is an option's value, empty for auto.
func wish(env *model.Env, name string) string {
	if v := env.Options.Text(name); v != "auto" {
		return v
	}
	return ""
}

// tell adds to the server's own figures, which are all numbers, what it found (1 or
// 0), how often it entered the kernel, and how many completions that brought.
func tell(s *conn.Service, e *ring.Engine) {
	figures := s.Stats
	if figures == nil {
		return
	}
	s.Stats = func(dst []byte, requests uint64, collect bool) []byte {
		dst = bytes.TrimRight(figures(dst, requests, collect), "}\n")
		enters, completions := e.Counts()
		return fmt.Appendf(dst, ",\"enters\":%d,\"completions\":%d,\"deferred\":%d,\"multishot\":%d}\n",
			enters, completions, one(e.Taskrun == "defer"), one(e.Shots == "multi"))
	}
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
