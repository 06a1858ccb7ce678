package campaign

import (
	"context"
	"fmt"
	"time"

	"assay/harness/load"
)

// The null server is a backend that is asked for no delay, on the servers' processors:
// about the least that a server can do.
const (
	nullPath   = "/value?n=1&i=0&d=0"
	nullConns  = 64
	nullSlices = 3
	nullSlice  = 200 * time.Millisecond
)

// measureNull learns, once a run, what the generator gets of a server that does nothing: rates
// near it say more of the generator than of the server. A run that is gone on with keeps
// what it learnt, and one without open loops needs no such thing.
func (r *run) measureNull(ctx context.Context) error {
	m := &r.journal.Manifest
	open := false
	for i := range r.cells {
		open = open || r.cells[i].Open()
	}
	if !open || m.NullRate > 0 {
		return nil
	}
	rate, err := r.nullRate(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		r.note("how far the rates are from what the generator can do is not known: %v", err)
		return nil
	}
	m.NullRate = rate
	return nil
}

// nullRate is the best of some slices in a closed loop, per second: what disturbs one makes
// it slower, never faster.
func (r *run) nullRate(ctx context.Context) (best float64, err error) {
	g, err := r.newGroup(ctx, &cell{}, 0)
	defer func() { g.close(ctx) }()
	if err != nil {
		return 0, err
	}
	if err := g.startBackends(ctx, 1, r.place.Server); err != nil {
		return 0, err
	}
	open := load.Command{Op: load.OpOpen, Arm: "null", Addr: g.addrs[0], Conns: nullConns, URLPath: nullPath}
	if _, err := g.generator.Do(ctx, open); err != nil {
		return 0, fmt.Errorf("the null server: %w", err)
	}
	for i := range nullSlices {
		reply, err := g.generator.Do(ctx, load.Command{
			Op: load.OpSlice, Arm: "null", Duration: nullSlice.Nanoseconds(), Drain: r.plan.Timing.Drain.Nanoseconds(), Seed: uint64(i),
		})
		if err != nil {
			return 0, fmt.Errorf("the null server: %w", err)
		}
		if reply.Load == nil || reply.Load.Answers == 0 {
			return 0, fmt.Errorf("the null server did not answer")
		}
		best = max(best, reply.Load.Achieved)
	}
	return best, nil
}
