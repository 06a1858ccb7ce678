// Package goroutine gives each connection a goroutine that waits on the runtime's
// own poller: code that reads like threads, scheduled by Go.
//
// # Pauses cost
//
// A request costs less than with a thread per connection while the server always has something to do
// (echo in a closed loop), and more when it pauses between requests (fan-out at 2000/s). Most of that
// is Go's watchdog thread (sysmon):
//
//  1. It finds the server idle, and sleeps on a futex with a time-out.
//  2. The first system call of a goroutine after the pause wakes it.
//  3. It looks, sleeps 20 µs, looks again, until the server is idle: 1.
//
// With few requests nearly each comes after a pause. Counted a request by bin/assay trace goroutine
// goroutine:watchdog=slow --count 1000 --workload fanout --set delay=2ms, one connection:
//
//	                         futex  nanosleep  switches
//	goroutine                 3.00       1.78      7.09
//	goroutine:watchdog=slow   0.51       0.27      2.95
//
// What was changed to find it: server CPU per request against the model as it is, on the fan-out to
// 3 × 20 ms at 2000/s over 128 connections, Go 1.26. Medians and extremes of 4 to 10 alternating slices on a
// machine that did other work too, so only the large effects count:
//
//	a copy, in two of the runs                          0.94 [.83 1.22], 1.17 [.90 1.38]
//	watchdog=slow, in the same two                      0.65 [.52 .85],  0.84 [.69 1.00]
//	a runtime whose system calls do not wake it (2)     0.61 [.46 .71]
//	raw system calls, of which the runtime is not told  0.75 [.66 .96]
//	a runtime that takes no processor from a call       1.02 [.97 1.05]
//	procs=2, in two runs, which is no answer            0.79 [.74 .96],  1.06 [.88 1.15]
//
// So it is the sleeping and waking, not what the watchdog is for. Raw calls are not the default because packages
// os and net make none: other Go servers pay for the watchdog too. The deadline that each call sets is not it:
// 3 % of a profile's samples with watchdog=slow.
//
// The rest goes with the rate: against goroutine:watchdog=slow, thread-c cost 0.90 [.71 1.00] at 1000/s,
// 1.01 [.92 1.28] at 2000/s and 1.26 [.28 1.42] at 5000/s. Likely it is how many answers a look at the poller finds:
// 1.9 epoll_pwait a request at 2000/s, 0.05 in a closed loop with backends of 1 ms.
package goroutine

import (
	"sync"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/sock"
)

// Model is this way to wait.
var Model = model.Model{
	Name:  "goroutine",
	Doc:   "a goroutine per connection on the runtime's poller",
	Style: "direct",
	Options: []model.Option{
		{Name: "callall", Default: "scatter", Doc: "several calls at once: scatter (the goroutine writes all, then reads all) or spawn (a goroutine each)", Check: model.OneOf("scatter", "spawn"), Try: []string{"spawn"}},
		// What the watchdog costs is a part of this way to wait: it is what hands the processor
		// on when a goroutine blocks in a system call. Slow, it shows what that service costs
		// a server that never blocks, and what others pay who do.
		{Name: model.WatchdogOption, Default: "prompt", Doc: "Go's watchdog thread: prompt (looks every 20 µs while the server is not idle) or slow (every 10 ms, as for models of own threads)", Check: model.OneOf("prompt", model.Slow), Try: []string{model.Slow}},
	},
	Limits: model.Limits{Isolation: true},
	Run:    run,
}

func run(env *model.Env) error {
	s := &server{
		service: env.Service,
		up:      &conn.Upstreams{Service: env.Service, Dial: dial},
		spawn:   env.Options.Text("callall") == "spawn",
	}
	s.turns.New = func() any { return conn.NewTurn(s.service) }
	var clients sock.Clients
	var serving sync.WaitGroup
	err := accept(env, func(fd int) {
		c := s.client(fd)
		clients.Add(&c.Client)
		serving.Go(c.serve)
	})
	clients.Drain()
	serving.Wait()
	return err
}
