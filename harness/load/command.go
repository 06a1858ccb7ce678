package load

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"assay/models/base/loop"
)

const (
	defaultDrain = 2 * time.Second
	lead         = 1 * time.Millisecond   // from the command to the slice's start
	cutGrace     = 1 * time.Second        // for what is out when a slice is cut short
	settleFor    = 250 * time.Millisecond // at most, for broken connections to be opened again
	stuckAfter   = 5 * time.Second        // beyond a slice's deadline: the generator itself hangs
)

// said is the command's name for messages, with its arm if that has a name.
func (c *Command) said(verb string) string {
	if c.Arm == "" {
		return verb
	}
	return fmt.Sprintf("%s arm %q", verb, c.Arm)
}

// slice runs one slice and waits until it is drained.
func (g *Generator) slice(ctx context.Context, c Command) (Reply, error) {
	a, err := g.arm(c.Arm)
	if err != nil {
		return Reply{}, fmt.Errorf("slice: %w", err)
	}
	spec, schedule, err := sliceOf(c)
	if err != nil {
		return Reply{}, fmt.Errorf("%s: %w", c.said("slice"), err)
	}
	// The collector is off while slices run, so what it owes is done now.
	runtime.GC()
	cpu := processCPU()
	spec.start = loop.Clock() + int64(lead)
	spec.end = spec.start + c.Duration
	spec.deadline = spec.end + c.drain()
	if !c.Discard && spec.times != nil {
		spec.sent = make([]int64, len(spec.times))
	}
	outcomes := make([]outcome, len(a.targets))
	done := make(chan struct{}, len(a.targets))
	for i, t := range a.targets {
		mine := spec
		mine.index, mine.stride = i, len(a.targets)
		t.w.loop.Post(func() {
			t.slice.begin(mine, func(o outcome) {
				outcomes[i] = o
				done <- struct{}{}
			})
		})
	}
	if err := a.drained(ctx, done, time.Duration(spec.deadline-spec.start)+stuckAfter); err != nil {
		return Reply{}, fmt.Errorf("%s: %w", c.said("slice"), err)
	}
	r := Reply{Start: spec.start, Schedule: schedule, CPU: processCPU() - cpu}
	if r, err = g.figures(c, r, a, outcomes); err == nil && spec.sent != nil {
		r.Load.Arrivals = arrivals(spec.times, spec.sent)
		for i := range outcomes {
			r.Load.Arrivals.LateOwn += outcomes[i].course.lateOwn
		}
	}
	return r, err
}

// sliceOf checks a slice command and fixes its schedule; the hash is empty in a closed loop.
func sliceOf(c Command) (spec sliceSpec, hash string, err error) {
	if c.Duration <= 0 || c.Drain < 0 || c.Timeout < 0 {
		return spec, "", fmt.Errorf("duration %v, drain %v, timeout %v: want a duration above 0 and no other below",
			time.Duration(c.Duration), time.Duration(c.Drain), time.Duration(c.Timeout))
	}
	spec = sliceSpec{
		seed: c.Seed, first: c.First, timeout: c.Timeout, spin: time.Duration(max(c.Spin, 0)), settling: settleFor,
	}
	if c.Spin == 0 {
		spec.spin = DefaultSpin
	}
	if c.Rate == 0 {
		return spec, "", nil
	}
	s, err := NewSchedule(c.Arrivals, c.Rate, time.Duration(c.Duration), c.Seed, c.Burst)
	if err != nil {
		return spec, "", err
	}
	spec.times = s.Times
	return spec, s.Hash, nil
}

func (c *Command) drain() int64 {
	if c.Drain == 0 {
		return int64(defaultDrain)
	}
	return c.Drain
}

var errStuck = errors.New("the generator does not come to an end: its event loop is stuck")

// drained waits until all workers are done, most at most. When ctx ends it cuts
// the slice short and waits for what is left of it.
func (a *arm) drained(ctx context.Context, done <-chan struct{}, most time.Duration) error {
	limit := time.NewTimer(most)
	defer limit.Stop()
	cancelled := ctx.Done()
	for n := 0; n < len(a.targets); {
		select {
		case <-done:
			n++
		case <-cancelled:
			cancelled = nil
			for _, t := range a.targets {
				t.w.loop.Post(func() { t.slice.cut(int64(cutGrace)) })
			}
			limit.Reset(cutGrace + stuckAfter)
		case <-limit.C:
			return errStuck
		}
	}
	return nil
}
