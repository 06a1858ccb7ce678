package campaign

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay/harness/load"
	"assay/harness/proc"
	"assay/harness/trial"
)

// memoryTrial measures one arm in one memory cell: a server alone on the machine,
// and a ladder of idle connections.
func (r *run) memoryTrial(ctx context.Context, c *cell, s *server) {
	g, err := r.newGroup(ctx, c, s.trial.Block)
	defer g.close(ctx)
	g.servers = []*server{s}
	if err == nil {
		g.working(s, "starting")
		r.start(ctx, s, g.addrs)
		err = g.climb(ctx, s)
	}
	if err != nil {
		s.fail("%v", err)
	}
	if s.ok() {
		s.proveAlive()
	}
}

// climb opens the rungs' connections one after the other and samples each rung. Its
// error is the generator's or ctx's.
func (g *group) climb(ctx context.Context, s *server) error {
	figures := &trial.MemoryFigures{}
	open := 0
	for i, rung := range g.cell.Ladder {
		if more := rung - open; more > 0 && s.ok() {
			name := fmt.Sprintf("%s/%d", s.arm.Name, i)
			if err := g.open(ctx, s, name, more, 0); err != nil {
				return err
			}
			if err := g.wake(ctx, s, name, more); err != nil {
				return err
			}
			open = rung
		}
		if !s.ok() {
			return nil
		}
		g.working(s, fmt.Sprintf("memory of %d connections", rung))
		step, err := g.rung(ctx, s, i)
		if err != nil {
			s.fail("at %d connections: %v", rung, err)
			return ctx.Err()
		}
		figures.Steps = append(figures.Steps, step)
	}
	s.trial.MemoryOf = figures
	return nil
}

// wake has each of a rung's new connections make a request, so that the server has
// given it all that a living connection has. A closed loop asks on all at once; the time
// is for the slowest to be asked, and a connection that was not is given another turn.
func (g *group) wake(ctx context.Context, s *server, name string, conns int) error {
	duration := 10*time.Millisecond + time.Duration(conns)*20*time.Microsecond
	var served []uint64
	for range 8 {
		if !s.ok() {
			return nil
		}
		reply, err := g.generator.Do(ctx, load.Command{
			Op: load.OpSlice, Arm: name, Duration: duration.Nanoseconds(),
			Drain: g.r.plan.Timing.Drain.Nanoseconds(), Seed: g.r.plan.Seed,
		})
		switch {
		case err != nil && reply.Error != "":
			s.fail("first requests: %v", err)
			return nil
		case err != nil || reply.Load == nil:
			return fmt.Errorf("%w: %w", errGenerator, err)
		}
		s.judge(reply.Load, "first requests")
		served = addServed(served, reply.Load.PerConn)
		if len(served) >= conns && slices.Min(served) > 0 {
			return nil
		}
		duration *= 2
	}
	unanswered := conns - len(served)
	for _, n := range served {
		if n == 0 {
			unanswered++
		}
	}
	s.fail("of %d new connections %d got no answer to their first request, however often asked", conns, unanswered)
	return nil
}

// rung samples the server after a silence, and at the last rung also what silence
// costs and what a collection leaves. A first collection comes before the first
// sample, so that what a collector keeps for itself does not count to the connections.
func (g *group) rung(ctx context.Context, s *server, i int) (step trial.MemoryStep, err error) {
	step = trial.MemoryStep{Conns: g.cell.Ladder[i], Settled: g.cell.Silence(i).Nanoseconds()}
	collects := false
	if i == 0 && !s.crowded() {
		collects = s.stats(ctx, true) != nil
	}
	if err = sleep(ctx, g.cell.Silence(i)); err != nil {
		return step, err
	}
	m, err := s.proc.Memory()
	if err != nil {
		return step, err
	}
	step.PSS, step.PrivateDirty, step.PageTables = m.PSS, m.PrivateDirty, m.PageTables
	step.Threads, step.KernelStacks = m.Threads, m.KernelStacks
	if step.Sockets, err = proc.TCPMemory(); err != nil {
		return step, err
	}
	if collects {
		step.AfterGC = m.PSS
	}
	if i < len(g.cell.Ladder)-1 {
		return step, nil
	}
	if err = g.watch(ctx, s, &step); err != nil || s.crowded() {
		return step, err
	}
	if s.stats(ctx, true) != nil {
		if m, err = s.proc.Memory(); err == nil {
			step.AfterGC = m.PSS
		}
	}
	return step, err
}

// watch counts what silent connections cost.
func (g *group) watch(ctx context.Context, s *server, step *trial.MemoryStep) error {
	before, err := g.readServer(s)
	if err != nil {
		return err
	}
	if err := sleep(ctx, g.cell.Span); err != nil {
		return err
	}
	after, err := g.readServer(s)
	if err != nil {
		return err
	}
	step.IdleCPU, step.IdleSpan = after.cpu-before.cpu, after.at-before.at
	step.IdleSwitches = difference(before.switches, after.switches)
	return nil
}

// sleep waits, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
