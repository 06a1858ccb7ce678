package campaign

import (
	"context"
	"fmt"
	"time"

	"assay/bench/plan"
	"assay/harness/trial"
)

// blocks measures what is not in the journal yet.
func (r *run) blocks(ctx context.Context) error {
	for b := range r.plan.Blocks {
		order := 0
		for _, step := range r.plan.Block(b) {
			c := &r.cells[step.Cell]
			var err error
			if c.Memory() {
				err = r.memoryStep(ctx, b, order, &step, c)
			} else {
				err = r.loadStep(ctx, b, order, &step, c)
			}
			if err != nil {
				return err
			}
			order += len(step.Arms)
		}
	}
	return nil
}

// loadStep measures a load cell in one block, unless all of it is in the journal: its
// arms are compared slice by slice, so they are measured all together or not at all.
func (r *run) loadStep(ctx context.Context, b, order int, step *plan.Step, c *cell) error {
	trials := make([]*trial.Trial, len(step.Arms))
	missing, possible := false, false
	for i, arm := range step.Arms {
		t := r.newTrial(trial.Load, b, order+i, c, &r.plan.Arms[arm])
		_, there := r.done[t.Key]
		missing = missing || !there
		possible = possible || t.Status == trial.OK
		trials[i] = t
	}
	if !missing {
		return nil
	}
	r.clock.begin(r.plan.StepEstimate(step.Cell))
	if possible {
		r.loadTrials(ctx, c, b, step, trials)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.clock.end()
	for _, t := range trials {
		if err := r.keep(t); err != nil {
			return err
		}
	}
	return nil
}

// memoryStep measures a memory cell in one block, arm by arm.
func (r *run) memoryStep(ctx context.Context, b, order int, step *plan.Step, c *cell) error {
	each := r.plan.StepEstimate(step.Cell) / time.Duration(len(step.Arms))
	for i, arm := range step.Arms {
		a := &r.plan.Arms[arm]
		t := r.newTrial(trial.Memory, b, order+i, c, a)
		if _, there := r.done[t.Key]; there {
			continue
		}
		r.clock.begin(each)
		if t.Status == trial.OK {
			r.memoryTrial(ctx, c, &server{arm: a, model: r.models[a.Name], cell: c, trial: t})
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.clock.end()
		if err := r.keep(t); err != nil {
			return err
		}
	}
	return nil
}

// newTrial is a trial about to be made: OK until something fails, unless it cannot be.
func (r *run) newTrial(kind trial.Kind, block, order int, c *cell, a *plan.Arm) *trial.Trial {
	t := &trial.Trial{
		Version: trial.Version, Key: fmt.Sprintf("%d/%s/%s/%s", block, c.name, a.Name, kind), Kind: kind,
		Block: block, Order: order, Cell: c.name, Arm: a.Name, Model: a.Model, Twin: a.TwinOf,
		Status: trial.OK, Start: time.Now().UTC(),
	}
	if why := plan.NotApplicable(a, r.models[a.Name], &c.Cell); why != "" {
		t.Status, t.Reason = trial.NotApplicable, why
	} else if why := r.lack[[2]int{c.index, r.armIndex(a)}]; why != "" {
		t.Status, t.Reason = trial.NotRun, why
	}
	return t
}

func (r *run) armIndex(a *plan.Arm) int {
	for i := range r.plan.Arms {
		if r.plan.Arms[i].Name == a.Name {
			return i
		}
	}
	return -1
}

// keep puts a finished trial into the journal.
func (r *run) keep(t *trial.Trial) error {
	if err := r.journal.Append(t); err != nil {
		return err
	}
	r.done[t.Key] = t.Status
	r.event(Event{Kind: Trial, Trial: t, Block: t.Block, Arm: t.Arm, Left: r.clock.left()})
	return nil
}
