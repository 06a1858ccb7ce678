package yardstick

import (
	"context"
	"fmt"
	"time"

	"assay/harness/load"
	"assay/harness/proc"
)

// pairs measures every pair, a block each in turn, so that a pair's blocks are
// spread over the whole time.
func (b *Bench) pairs(ctx context.Context) error {
	for block := range b.Blocks {
		for _, p := range Pairs {
			b.say("block %d/%d  %s", block+1, b.Blocks, p.name())
			for again := range p.often() {
				if err := b.pair(ctx, p, block*p.often()+again); err != nil {
					return fmt.Errorf("%s: %w", p.name(), err)
				}
			}
		}
	}
	return nil
}

func (p *Pair) name() string {
	return fmt.Sprintf("%s against %s, %d connections", p.Arm.Name, p.Base.Name, p.Conns)
}

func (p *Pair) often() int { return max(1, p.Often) }

// pair is one block of a pair: fresh processes, both alive, and short slices of a
// closed loop that alternate between them in random order.
func (b *Bench) pair(ctx context.Context, p Pair, block int) error {
	g, err := b.generator()
	if err != nil {
		return err
	}
	defer g.Close()
	arms := []Arm{p.Arm, p.Base}
	var runs []*run
	for _, a := range arms {
		r, err := b.open(ctx, g, a, p, block)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			return b.Keep(Sample{Part: Servers, Group: p.name(), Arm: a.Name, Block: block}.fault(err))
		}
		defer r.server.Stop(proc.Grace)
		runs = append(runs, r)
	}
	trials, lasts := b.slicing(p)
	for index := range trials {
		for _, i := range b.order(len(runs)) {
			s, err := runs[i].slice(ctx, b, index, lasts)
			if err != nil {
				return err
			}
			if err := b.Keep(s); err != nil {
				return err
			}
		}
	}
	for _, r := range runs {
		if err := b.Keep(r.fairness()); err != nil {
			return err
		}
	}
	return nil
}

// run is one arm in one block.
type run struct {
	sample  Sample // what all of its samples have in common
	server  *server
	gen     *load.Client
	next    uint64 // number of the next request
	perConn []uint64
}

// open starts an arm, opens its connections and warms it up.
func (b *Bench) open(ctx context.Context, g *load.Client, a Arm, p Pair, block int) (*run, error) {
	s, err := b.start(ctx, a)
	if err != nil {
		return nil, err
	}
	r := &run{server: s, gen: g, perConn: make([]uint64, p.Conns)}
	r.sample = Sample{Part: Servers, Group: p.name(), Arm: a.Name, Block: block}
	_, err = g.Do(ctx, load.Command{Op: load.OpOpen, Arm: a.Name, Addr: s.addr, Conns: p.Conns, Workload: "echo"})
	if err == nil {
		err = r.warm(ctx, b, p)
	}
	if err != nil {
		s.Stop(0)
		return nil, err
	}
	return r, nil
}

// warm loads the arm, discarding what it answers, until it has answered enough: on a busy machine
// that takes more than one slice.
func (r *run) warm(ctx context.Context, b *Bench, p Pair) error {
	lasts, enough := b.warming(p)
	for range mostWarming {
		reply, err := r.gen.Do(ctx, load.Command{Op: load.OpSlice, Arm: r.sample.Arm, Duration: int64(lasts), First: r.next, Discard: true})
		if err != nil {
			return err
		}
		r.next += reply.Load.Requests
		if enough -= int(reply.Load.Answers); enough <= 0 {
			break
		}
	}
	return nil
}

// slice is one trial, lasts long. A wrong answer is the arm's failure and not a value. Each index has
// a seed of its own, the same for both arms: who comes first must not be the same in every slice.
func (r *run) slice(ctx context.Context, b *Bench, index int, lasts time.Duration) (Sample, error) {
	s := r.sample
	s.Index = index
	before, err := r.server.CPU()
	if err != nil {
		return s.fault(err), nil
	}
	reply, err := r.gen.Do(ctx, load.Command{Op: load.OpSlice, Arm: s.Arm, Duration: int64(lasts), First: r.next, Seed: b.Seed + uint64(index)})
	if err != nil {
		return s, err
	}
	after, err := r.server.CPU()
	if err != nil {
		return s.fault(err), nil
	}
	f := reply.Load
	r.next += f.Requests
	for i, n := range f.PerConn {
		r.perConn[i] += uint64(n)
	}
	if f.Answers == 0 || len(f.Errors) > 0 {
		return s.fault(fmt.Errorf("%d right answers, errors %v %s", f.Answers, f.Errors, f.FirstBad)), nil
	}
	s.Values = map[string]float64{
		rate: f.Achieved, answers: float64(f.Answers), cpu: float64(after-before) / float64(f.Answers),
	}
	return s, nil
}

// fairness is Jain's index of the answers per connection over a block. Its index is
// -1: it has no neighbour in time.
func (r *run) fairness() Sample {
	s := r.sample
	s.Index = -1
	var sum, squares float64
	for _, n := range r.perConn {
		sum += float64(n)
		squares += float64(n) * float64(n)
	}
	if squares > 0 {
		s.Values = map[string]float64{jain: sum * sum / (float64(len(r.perConn)) * squares)}
	}
	return s
}
