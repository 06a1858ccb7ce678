package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assay/bench/workload"
	"assay/models/base/loop"
	"assay/models/base/sock"
)

// openWithin is how long connecting may take beyond the ramp.
const openWithin = 10 * time.Second

// open connects an arm. When not all connections open, none stays.
func (g *Generator) open(ctx context.Context, c Command) (Reply, error) {
	specs, err := g.plan(c)
	if err != nil {
		return Reply{}, fmt.Errorf("%s: %w", c.said("open"), err)
	}
	a := &arm{}
	for i, spec := range specs {
		a.targets = append(a.targets, newTarget(g.workers[i], spec))
	}
	within := time.Duration(c.RampNanos) + openWithin
	deadline := loop.Clock() + int64(within)
	errs := make([]error, len(specs))
	counts := make([]int, len(specs))
	err = a.each(ctx, within+stuckAfter, func(i int, t *target, done func()) {
		t.open(c.RampNanos, deadline, func(err error) {
			errs[i], counts[i] = err, t.connected()
			done()
		})
	})
	connected := 0
	for _, n := range counts {
		connected += n
	}
	if err = errors.Join(append(errs, err)...); err != nil {
		a.shut()
		return Reply{Connected: connected}, fmt.Errorf("%s: %d of %d connections: %w", c.said("open"), connected, c.Conns+c.Idle, err)
	}
	g.arms[c.Arm] = a
	return Reply{Connected: connected}, nil
}

// plan checks an open command and shares its connections out among the workers.
func (g *Generator) plan(c Command) ([]targetSpec, error) {
	to, err := sock.Parse(c.Addr)
	switch {
	case err != nil:
		return nil, err
	case g.arms[c.Arm] != nil:
		return nil, errors.New("it is open already")
	case c.Conns < 1:
		return nil, fmt.Errorf("%d connections: want 1 or more", c.Conns)
	case c.Idle < 0 || c.RampNanos < 0:
		return nil, fmt.Errorf("idle %d, ramp %d ns: want none below 0", c.Idle, c.RampNanos)
	}
	if err := g.enoughFiles(c.Conns + c.Idle); err != nil {
		return nil, err
	}
	host := c.Host
	if host == "" {
		host = c.Addr
	}
	n := min(len(g.workers), c.Conns)
	specs := make([]targetSpec, n)
	for i := range specs {
		source, err := g.source(c)
		if err != nil {
			return nil, err
		}
		from, err := newSources(to.Addr(), c.Conns+c.Idle, g.ports)
		if err != nil {
			return nil, err
		}
		specs[i] = targetSpec{
			to: to, host: host, from: from, source: source, fresh: c.NewConns,
			busy: share(c.Conns, i, n), idle: share(c.Idle, i, n),
		}
	}
	return specs, nil
}

// share is how many of all fall to worker i of n.
func share(all, i, n int) int { return (all - i + n - 1) / n }

// enoughFiles says before connecting what would fail in the middle of it.
func (g *Generator) enoughFiles(more int) error {
	const spare = 64 // the loops', the standard streams, what the runtime opens
	have := spare
	for _, a := range g.arms {
		for _, t := range a.targets {
			have += len(t.conns)
		}
	}
	if limit := openFiles(); have+more > limit {
		return fmt.Errorf("%d connections need %d descriptors and %d are allowed: raise the limit (ulimit -n %d)", more, have+more, limit, have+more)
	}
	return nil
}

// source makes what draws requests. Each worker has its own, because a Source is
// for one goroutine.
func (g *Generator) source(c Command) (workload.Source, error) {
	if c.Workload == "" {
		if c.URLPath == "" {
			return nil, errors.New("neither a workload nor a URL path: give one")
		}
		return newPlain(c.URLPath)
	}
	if g.find == nil {
		return nil, fmt.Errorf("workload %q: this generator knows none", c.Workload)
	}
	w, err := g.find(c.Workload)
	if err != nil {
		return nil, err
	}
	return w.Prepare(c.Params)
}

// close closes an arm. The reply has the faults seen since its last slice, if any.
func (g *Generator) close(ctx context.Context, c Command) (Reply, error) {
	a, err := g.arm(c.Arm)
	if err != nil {
		return Reply{}, fmt.Errorf("close: %w", err)
	}
	left := make([]tally, len(a.targets))
	err = a.each(ctx, stuckAfter, func(i int, t *target, done func()) {
		left[i] = t.between
		t.close()
		done()
	})
	delete(g.arms, c.Arm)
	for i := range left[1:] {
		left[0].merge(&left[i+1])
	}
	r := Reply{}
	if faults := left[0].errors(); len(faults) > 0 {
		r.Load = newFigures()
		r.Load.Errors, r.Load.Reopened = faults, left[0].reopened
	}
	return r, err
}

// shut closes the arm's connections without waiting.
func (a *arm) shut() {
	for _, t := range a.targets {
		t.w.loop.Post(t.close)
	}
}
