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
	"assay/harness/sentinel"
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
	early   []string         // notes from before there was a journal
	watch   *sentinel.Client // nil: nobody watches
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
	if err := r.openJournal(); err != nil {
		return Outcome{}, err
	}
	err = r.keepSources()
	if err == nil {
		err = r.suites(ctx)
	}
	if err == nil {
		err = r.measure(ctx)
	}
	return r.finish(ctx, err)
}

// measure makes the trials, with the harness on the processors of the load.
func (r *run) measure(ctx context.Context) error {
	unpin, err := proc.PinSelf(r.place.Load)
	if err != nil {
		return err
	}
	defer unpin()
	r.startSentinels()
	if err := r.calibrate(ctx); err != nil {
		return err
	}
	return r.blocks(ctx)
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

// finish closes the run with its state and counts what it came to.
func (r *run) finish(ctx context.Context, err error) (Outcome, error) {
	r.out.Dir = r.journal.Dir
	if closed := r.watch.Close(); closed != nil && ctx.Err() == nil {
		r.note("%v", closed)
	}
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
