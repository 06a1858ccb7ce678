package campaign

import (
	"context"
	"fmt"
	"strings"

	"assay/bench/plan"
	"assay/bench/workload"
	"assay/harness/journal"
	"assay/harness/trial"
)

// calibrate learns what the plan leaves to the machine, once a run: how many rounds
// of work a microsecond is, what the generator can do at all, and the capacity that rates are
// shares of. A run that is gone on with keeps what it learnt.
func (r *run) calibrate(ctx context.Context) error {
	m := &r.journal.Manifest
	for i := range r.cells {
		c := &r.cells[i]
		if c.Params["cpu"] == "" || c.Params["rounds-per-us"] != "" {
			continue
		}
		if m.Rounds == 0 {
			m.Rounds = workload.Calibrate()
		}
		c.params["rounds-per-us"] = fmt.Sprintf("%.1f", m.Rounds)
	}
	if err := r.measureNull(ctx); err != nil {
		return err
	}
	for i := range r.cells {
		c := &r.cells[i]
		if c.Share == 0 {
			continue
		}
		found, err := r.capacity(ctx, c)
		if err != nil {
			return err
		}
		c.rate = found.Rate
	}
	return r.journal.SaveManifest()
}

// capacity is the capacity of a cell, from the manifest or measured now. Cells that
// differ in their share only have it in common.
func (r *run) capacity(ctx context.Context, c *cell) (journal.Capacity, error) {
	m := &r.journal.Manifest
	base := c.Cell
	base.Share = 0
	var rates map[string]float64
	for _, known := range m.Capacity {
		if known.Cell == c.name {
			return known, nil
		}
		if known.Of == base.Name() {
			rates = known.Rates
		}
	}
	if rates == nil {
		var err error
		if rates, err = r.measureCapacity(ctx, c); err != nil {
			return journal.Capacity{}, err
		}
	}
	found := journal.Capacity{Cell: c.name, Of: base.Name(), Rates: rates}
	for arm, rate := range rates {
		if found.Slowest == "" || rate < rates[found.Slowest] || rate == rates[found.Slowest] && arm < found.Slowest {
			found.Slowest = arm
		}
	}
	found.Rate = c.Share * rates[found.Slowest]
	m.Capacity = append(m.Capacity, found)
	r.note("%s: the slowest arm, %s, does %.0f/s; all are asked %.0f/s", c.label, found.Slowest, rates[found.Slowest], found.Rate)
	return found, nil
}

// measureCapacity drives each arm in a closed loop for a second.
func (r *run) measureCapacity(ctx context.Context, c *cell) (map[string]float64, error) {
	closed := *c
	closed.Share, closed.rate = 0, 0
	once := *r
	timing := r.plan.Timing
	timing.Slice, timing.Rotations = plan.CapacitySlice, 1
	p := *r.plan
	p.Timing = timing
	once.plan = &p
	step := plan.Step{Rotations: [][]int{nil}, Seeds: []uint64{p.Seed}, Warmup: p.Seed + 1}
	var trials []*trial.Trial
	for place, arm := range p.Asked(c.index) {
		step.Arms = append(step.Arms, arm)
		step.Rotations[0] = append(step.Rotations[0], arm)
		trials = append(trials, once.newTrial(trial.Load, 0, place, &closed, &p.Arms[arm]))
	}
	once.loadTrials(ctx, &closed, 0, &step, trials)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	rates := make(map[string]float64)
	var failures []string
	for _, t := range trials {
		switch {
		case t.Status == trial.OK && len(t.Slices) == 1:
			rates[t.Arm] = t.Slices[0].Load.Achieved
		case t.Status == trial.Failed:
			failures = append(failures, t.Arm+": "+t.Reason)
		}
	}
	if len(rates) == 0 {
		return nil, fmt.Errorf("the capacity of %s cannot be learnt: no arm could be driven: %s", c.label, strings.Join(failures, "; "))
	}
	return rates, nil
}
