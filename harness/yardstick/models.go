package yardstick

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"assay/bench/echo"
	"assay/harness/load"
	"assay/harness/proc"
	"assay/harness/trace/live"
	"assay/harness/trial"
)

// Models holds our models against their own kind, or against themselves: one loop in two
// guises, completions against readiness, idle connections, and a loop with an executor
// against itself without anything that blocks.
const Models = "models"

// The models.
var (
	await     = Arm{"await", []string{"modeld", "await"}, ""}
	coroutine = Arm{"coroutine", []string{"modeld", "coroutine"}, ""}
	uring     = Arm{"uring", []string{"modeld", "uring"}, ""}
	oneLoop   = Arm{"multireactor:loops=1", []string{"modeld", "multireactor"}, "loops=1"}
	hybrid    = Arm{"hybrid:size=16", []string{"modeld", "hybrid"}, "size=16"}
)

// modelPairs share a loop's work: their CPU per request is compared, and their system calls.
var modelPairs = []Pair{{Arm: oneLoop, Base: reactor, Conns: 64}, {Arm: uring, Base: reactor, Conns: 64}}

// sameLow and sameHigh are where the ratio of one loop to another that does the same must lie.
const sameLow, sameHigh = 0.97, 1.03

// modelHolders are asked for memory of an idle connection: what asyncio and gevent take, and less.
var modelHolders = []Holder{{await, 1200}, {coroutine, 5000}}

// Of hybrid's requests 5 % block for 50 ms, so 16 threads can take 16 ÷ 50 ms ÷ 5 % = 6400
// requests a second; half of that is offered.
const (
	offloadRate  = 3200.0
	offloadConns = 64
	offloadMost  = 1.5 // victims' p99, with ÷ without
	offloadGroup = "victims of offloaded blocking"
	callsGroup   = "system calls"
	with         = "with blocking"
	without      = "without"
	calls        = "calls" // system calls a request
)

var blocking = map[string]map[string]string{
	with:    {"share": "5%", "block": "50ms", "via": "offload"},
	without: {"share": "0%", "via": "offload"},
}

// models measures all of it, a block each in turn.
func (b *Bench) models(ctx context.Context) error {
	mine := *b
	mine.Keep = func(s Sample) error { s.Part = Models; return b.Keep(s) }
	for block := range b.Blocks {
		for _, p := range modelPairs {
			b.say("block %d/%d  %s", block+1, b.Blocks, p.name())
			if err := errors.Join(mine.pair(ctx, p, block), ctx.Err()); err != nil {
				return err
			}
		}
		for _, h := range modelHolders {
			if block >= b.climbs() {
				break
			}
			b.say("block %d/%d  memory of %s", block+1, b.Blocks, h.Arm.Name)
			if err := mine.climb(ctx, h.Arm, Sample{Group: h.Arm.Name, Arm: h.Arm.Name, Block: block}, true); err != nil {
				return err
			}
		}
		b.say("block %d/%d  %s", block+1, b.Blocks, offloadGroup)
		if err := mine.offloading(ctx, block); err != nil {
			return err
		}
	}
	return mine.countCalls(ctx)
}

// offloading is one block of hybrid beside itself: fresh processes, slices in turn.
func (b *Bench) offloading(ctx context.Context, block int) error {
	g, err := b.generator()
	if err != nil {
		return err
	}
	defer g.Close()
	arms := []string{with, without}
	for _, name := range arms {
		a := hybrid
		srv, err := b.startWith(ctx, a, "blocking")
		if err != nil {
			return b.Keep(Sample{Group: offloadGroup, Arm: name, Block: block}.fault(err))
		}
		defer srv.Stop(proc.Grace)
		if _, err := g.Do(ctx, load.Command{Op: load.OpOpen, Arm: name, Addr: srv.addr, Conns: offloadConns, Workload: "blocking", Params: blocking[name]}); err != nil {
			return err
		}
		if _, err := g.Do(ctx, load.Command{Op: load.OpSlice, Arm: name, Rate: offloadRate, Duration: int64(500 * time.Millisecond), Discard: true}); err != nil {
			return err
		}
	}
	next := uint64(1 << 20)
	for index := range b.Trials {
		for _, i := range b.order(len(arms)) {
			s := Sample{Group: offloadGroup, Arm: arms[i], Block: block, Index: index}
			// A p99 needs some thousand requests: slices are longer than those of a mean.
			r, err := g.Do(ctx, load.Command{Op: load.OpSlice, Arm: arms[i], Rate: offloadRate, Duration: int64(2 * b.Slice), First: next, Seed: b.Seed})
			if err != nil {
				return err
			}
			next += r.Load.Requests
			if err := b.Keep(victims(s, r.Load)); err != nil {
				return err
			}
		}
	}
	return nil
}

// victims are the times of the requests that do not block.
func victims(s Sample, f *trial.LoadFigures) Sample {
	ordinary := *f
	ordinary.Classes = slices.DeleteFunc(slices.Clone(f.Classes), func(c trial.ClassFigures) bool { return c.Class != "ordinary" })
	sum, err := load.Summarize(&ordinary)
	if err == nil && len(f.Errors) > 0 {
		err = fmt.Errorf("errors %v %s", f.Errors, f.FirstBad)
	}
	if err != nil {
		return s.fault(err)
	}
	s.Values = map[string]float64{rate: f.Achieved, p99: float64(sum.Response.P99), p50: float64(sum.Response.P50)}
	return s
}

// countCalls records what system calls reactor and its like make; where nothing can
// record, the samples say so.
func (b *Bench) countCalls(ctx context.Context) error {
	source, err := echo.Workload.Prepare(nil)
	if err != nil {
		return err
	}
	recorder, err := live.Open("auto")
	if err != nil {
		return b.Keep(Sample{Group: callsGroup, Arm: reactor.Name}.fault(err))
	}
	for block := range min(b.Blocks, 3) { // a count, not a time
		for _, a := range []Arm{reactor, oneLoop, uring} {
			s := Sample{Group: callsGroup, Arm: a.Name, Block: block}
			srv, err := b.start(ctx, a)
			if err != nil {
				return errors.Join(b.Keep(s.fault(err)), recorder.Close())
			}
			t, err := live.Count(ctx, recorder, &live.Served{Server: srv.Proc, Addr: srv.addr, Model: a.Name, Workload: "echo", Source: source, Seed: 1}, 64, 5000)
			srv.Stop(proc.Grace)
			if err != nil {
				s = s.fault(err)
			} else {
				s.Values = map[string]float64{calls: t.Calls}
			}
			if err := b.Keep(s); err != nil {
				return errors.Join(err, recorder.Close())
			}
		}
	}
	return recorder.Close()
}
