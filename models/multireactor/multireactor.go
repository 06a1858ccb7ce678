// Package multireactor serves connections on several event loops, each a reactor on
// a thread of its own: a connection belongs to one loop for its whole life.
//
//  1. layout=acceptor: one thread accepts, and gives each connection to the loop that
//     has the fewest, in turn where several have. That thread sleeps once clients are
//     connected. A single loop accepts for itself, and is a reactor to the last system call.
//  2. layout=reuseport: every loop has its own listener on the one port, and the
//     kernel spreads connections by a hash of their addresses. Nothing is handed over,
//     and nothing keeps the loops even.
//  3. workers=KIND:SIZE+…: behind the loops stand pools of threads by kind of work, as
//     behind Kafka's selectors. A loop hands a whole request of such a kind to its pool's
//     bounded queue, and sends the answer that comes back; requests of other kinds it
//     handles itself. A full queue is 503.
//
// How even the loops are is measured: /-/stats has "loops", the requests of each.
package multireactor

import (
	"errors"
	"runtime"

	"assay/models/base/loop"
	"assay/models/base/model"
	"assay/models/base/nonblocking"
)

// Model is this way to wait.
var Model = model.Model{
	Name:  "multireactor",
	Doc:   "an acceptor and N epoll loops, callbacks; option: pools of workers by kind of work behind them",
	Style: "callback",
	Options: []model.Option{
		{Name: "loops", Default: "2", Doc: "event loops, a thread each", Check: model.Whole(1, 256), Try: []string{"1", "4"}},
		{Name: "layout", Default: "acceptor", Doc: "acceptor (one thread accepts, for the loop with the fewest connections) or reuseport (each loop has a listener on the port)", Check: model.OneOf("acceptor", "reuseport"), Try: []string{"reuseport"}},
		{Name: "workers", Default: "none", Doc: "pools for whole requests by kind of work, like blocking:16+computing:2 (kinds: network, blocking, computing); none: loops handle all", Check: checkWorkers, Try: []string{"network:64"}},
		{Name: "queue", Default: "1024", Doc: "requests that may wait for each pool; who comes beyond is refused with 503", Check: model.Whole(1, 1<<20)},
		{Name: "procs", Default: "0", Doc: "GOMAXPROCS; 0: one for each thread and one that stays free, without which the Go runtime's monitor wakes up for every wait of a loop", Check: model.Whole(0, 1<<15)},
	},
	Limits:     model.Limits{Isolation: true},
	SharesPort: func(v model.Values) bool { return v.Text("layout") == "reuseport" },
	OwnThreads: true,
	Run:        run,
}

func run(env *model.Env) error {
	pools, err := parseWorkers(env.Options.Text("workers"))
	if err != nil {
		return err
	}
	n := env.Options.Int("loops")
	if env.Options.Int("procs") == 0 {
		runtime.GOMAXPROCS(threads(env, n) + pools.threads() + 1)
	}
	g := &group{env: env}
	if err := pools.start(env.Options.Int("queue")); err != nil {
		return err
	}
	for range n {
		err = errors.Join(err, g.add(pools))
	}
	if err == nil {
		err = g.serve()
	}
	pools.close() // before the loops: a worker posts to them
	return errors.Join(err, g.close())
}

// threads is how many serve besides the workers.
func threads(env *model.Env, loops int) int {
	if loops > 1 && env.Options.Text("layout") == "acceptor" {
		return loops + 1
	}
	return loops
}

// group is the loops of one server.
type group struct {
	env     *model.Env
	members []*member
	next    int // whose turn it is among those with equally few connections
}

// add makes another loop.
func (g *group) add(pools *pools) error {
	l, err := loop.New()
	if err != nil {
		return err
	}
	m := &member{}
	m.adopt = m.adoptAll
	s, err := nonblocking.New(l, g.env.Service, nonblocking.Callback)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.Log = g.env.Log
	m.Server = s
	g.members = append(g.members, m)
	pools.behind(s)
	return nil
}

// close frees the loops, which have all ended.
func (g *group) close() error {
	var errs []error
	for _, m := range g.members {
		errs = append(errs, m.Close(), m.Loop.Close())
	}
	return errors.Join(errs...)
}
