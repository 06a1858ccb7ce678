package campaign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/load"
	"assay/harness/proc"
	"assay/harness/trial"
)

// run is a campaign under way.
type run struct {
	cfg     Config
	plan    *plan.Plan
	models  map[string]*plan.Model // by arm; nil for a user's server
	cells   []cell
	machine journal.Environment
	lack    map[[2]int]string // why a cell is not run with an arm, by their indexes
	place   journal.Placement
	journal *journal.Journal
	done    map[string]trial.Status // by key
	began   int64                   // CLOCK_MONOTONIC when the run started, ns; of a run gone on with, when it would have
	clock   clock
	out     Outcome
	early   []string // notes from before there was a journal
}

// cell is a plan's cell with what follows from its workload.
type cell struct {
	plan.Cell
	index       int
	name, label string
	params      map[string]string
	backends    int     // that one request may ask
	rate        float64 // per second; 0: closed loop
}

// Run carries out a plan. The error is what kept it from measuring: bad input, a
// folder that cannot be written, the end of ctx; trials that failed are none. The
// outcome is valid with an error too, as far as it got.
func Run(ctx context.Context, c Config) (Outcome, error) {
	r, err := prepare(c)
	if err != nil {
		return Outcome{}, err
	}
	unpin, err := proc.PinSelf(r.place.Load)
	if err != nil {
		return Outcome{}, err
	}
	defer unpin()
	if err := r.openJournal(); err != nil {
		return Outcome{}, err
	}
	err = r.calibrate(ctx)
	if err == nil {
		err = r.blocks(ctx)
	}
	return r.finish(ctx, err)
}

// prepare checks the plan and looks at the machine. It starts and writes nothing.
func prepare(c Config) (*run, error) {
	if err := c.Plan.Check(); err != nil {
		return nil, err
	}
	if c.Ready == 0 {
		c.Ready = 10 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = proc.Grace
	}
	r := &run{cfg: c, plan: c.Plan, models: make(map[string]*plan.Model), done: make(map[string]trial.Status)}
	if c.Label == "" {
		r.cfg.Label = c.Plan.Profile
	}
	for i := range r.plan.Arms {
		a := &r.plan.Arms[i]
		if a.External() {
			continue
		}
		m, err := plan.FindModel(a.Model, c.Models)
		if err != nil {
			return nil, err
		}
		if len(m.Argv) == 0 {
			return nil, fmt.Errorf("model %s: its binary does not say how it is started; run make build", m.Name)
		}
		r.models[a.Name] = &m
	}
	if err := r.resolveCells(); err != nil {
		return nil, err
	}
	var err error
	if r.machine, err = journal.LookAround(); err != nil {
		return nil, err
	}
	r.place.Load, r.place.Server = proc.Split(r.machine.Processors)
	r.place.Shared = len(r.machine.Processors) < 2
	if r.place.Shared {
		r.note("one processor: server and load share it, so every figure holds a part of both")
	}
	if c.Start == nil {
		r.cfg.Start = r.startGenerator
	}
	r.notRun()
	return r, nil
}

func (r *run) startGenerator(log io.Writer) (Generator, error) {
	client, err := load.Start(r.cfg.Generator, r.place.Load, log)
	if err != nil {
		return nil, err // not client: a nil pointer in an interface is not nil
	}
	return client, nil
}

func (r *run) resolveCells() error {
	r.cells = make([]cell, len(r.plan.Cells))
	for i := range r.plan.Cells {
		c := cell{Cell: r.plan.Cells[i], index: i, rate: r.plan.Cells[i].Rate}
		c.name, c.label = c.Name(), c.Label()
		w, err := r.cfg.Find(c.Workload)
		if err != nil {
			return err
		}
		if c.params = maps.Clone(c.Params); c.params == nil {
			c.params = make(map[string]string)
		}
		source, err := w.Prepare(c.params)
		if err != nil {
			return fmt.Errorf("workload %s: %w", c.Workload, err)
		}
		c.backends = source.Backends()
		r.cells[i] = c
	}
	return nil
}

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

// finish closes the run with its state and counts what it came to.
func (r *run) finish(ctx context.Context, err error) (Outcome, error) {
	r.out.Dir = r.journal.Dir
	for _, status := range r.done {
		r.out.count(status)
	}
	loads, memories := r.plan.Trials()
	r.out.Complete = len(r.done) == loads+memories
	r.dropEmptyLogs()
	state := journal.Partial
	if r.out.Complete {
		state = journal.Complete
	}
	if ctx.Err() != nil && !r.out.Complete {
		r.out.Interrupted = true
		err = fmt.Errorf("interrupted; finished trials are kept in %s, --resume goes on: %w", r.out.Dir, ctx.Err())
	}
	return r.out, errors.Join(err, r.journal.Finish(state, time.Now()))
}

// dropEmptyLogs removes the logs that nobody wrote to.
func (r *run) dropEmptyLogs() {
	logs, err := os.ReadDir(r.logDir())
	if err != nil {
		return // they are no loss, and no gain to keep
	}
	for _, log := range logs {
		if info, err := log.Info(); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
			os.Remove(filepath.Join(r.logDir(), log.Name()))
		}
	}
}

func (r *run) logDir() string { return filepath.Join(r.journal.Dir, journal.LogDir) }

// note says something to the person and to the manifest.
func (r *run) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if r.journal == nil {
		r.early = append(r.early, text)
		return
	}
	r.journal.Manifest.Notes = append(r.journal.Manifest.Notes, text)
	r.event(Event{Kind: Noted, Text: text})
}

func (r *run) working(block int, c *cell, a *plan.Arm, what string) {
	r.event(Event{Kind: Working, Block: block, Cell: c.label, Arm: a.Name, Text: what, Left: r.clock.left()})
}

func (r *run) event(e Event) {
	if r.cfg.Notify == nil {
		return
	}
	e.Dir, e.Placement, e.Blocks = r.out.Dir, r.place, r.plan.Blocks
	if r.journal != nil {
		e.Dir = r.journal.Dir
	}
	r.cfg.Notify(e)
}
