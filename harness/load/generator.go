package load

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"assay/bench/workload"
)

// Finder finds a workload by name; its error for an unknown one names the nearest.
type Finder func(name string) (*workload.Workload, error)

// memoryLimit is where the collector sets in although it is off, bytes.
const memoryLimit = 2 << 30

// Generator holds arms' connections on event loops and runs slices on them, one
// at a time. Its methods are for one goroutine.
type Generator struct {
	find     Finder
	workers  []*worker
	arms     map[string]*arm
	ports    int // local ones, for one local address and one server
	gcBefore int
	memory   int64
}

// arm is one open target, spread over the workers.
type arm struct {
	targets []*target // of worker 0, 1, …
}

// NewGenerator starts loops event loops, each on a thread of its own. It turns the
// collector off, except between slices, until Close. With no find only URLPath
// can be asked.
func NewGenerator(find Finder, loops int) (*Generator, error) {
	if loops < 1 {
		return nil, fmt.Errorf("%d event loops: want 1 or more", loops)
	}
	// One P more than loops: with none to spare, the runtime takes a loop's P away
	// whenever it sleeps in the kernel.
	if p := loops + 1; runtime.GOMAXPROCS(0) < p {
		runtime.GOMAXPROCS(p)
	}
	g := &Generator{find: find, arms: map[string]*arm{}, ports: localPorts()}
	g.gcBefore, g.memory = debug.SetGCPercent(-1), debug.SetMemoryLimit(memoryLimit)
	for range loops {
		w, err := newWorker()
		if err != nil {
			return nil, errors.Join(err, g.Close())
		}
		g.workers = append(g.workers, w)
	}
	return g, nil
}

// Close ends the loops and closes all connections.
func (g *Generator) Close() error {
	var errs []error
	for _, w := range g.workers {
		errs = append(errs, w.stop())
	}
	for _, a := range g.arms {
		for _, t := range a.targets {
			t.close() // the loops have ended: this thread may
		}
	}
	for _, w := range g.workers {
		errs = append(errs, w.loop.Close())
	}
	g.workers, g.arms = nil, nil
	debug.SetGCPercent(g.gcBefore)
	debug.SetMemoryLimit(g.memory)
	return errors.Join(errs...)
}

// Do obeys one command; its failure is the reply's Error. When ctx ends, a slice
// is cut short: what is out has a second to be answered, and the reply says what was done.
func (g *Generator) Do(ctx context.Context, c Command) Reply {
	r, err := g.do(ctx, c)
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

func (g *Generator) do(ctx context.Context, c Command) (Reply, error) {
	switch c.Op {
	case OpOpen:
		return g.open(ctx, c)
	case OpSlice:
		return g.slice(ctx, c)
	case OpClose:
		return g.close(ctx, c)
	case OpCPU:
		return Reply{CPU: processCPU()}, nil
	}
	ops := []string{OpOpen, OpSlice, OpClose, OpCPU}
	return Reply{}, fmt.Errorf("operation %q: want one of %q; did you mean %q?", c.Op, ops, workload.Nearest(c.Op, ops))
}

func (g *Generator) arm(name string) (*arm, error) {
	if a, ok := g.arms[name]; ok {
		return a, nil
	}
	known := make([]string, 0, len(g.arms))
	for n := range g.arms {
		known = append(known, n)
	}
	slices.Sort(known)
	return nil, fmt.Errorf("arm %q is not open; open are %q", name, known)
}

// each runs f for every target on its worker's thread, and waits until all have
// called done, most at most. The error is ctx's or errStuck.
func (a *arm) each(ctx context.Context, most time.Duration, f func(i int, t *target, done func())) error {
	done := make(chan struct{}, len(a.targets))
	for i, t := range a.targets {
		t.w.loop.Post(func() { f(i, t, func() { done <- struct{}{} }) })
	}
	limit := time.NewTimer(most)
	defer limit.Stop()
	for range a.targets {
		select {
		case <-done:
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return errStuck
		}
	}
	return nil
}
