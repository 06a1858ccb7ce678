package campaign

import (
	"context"
	"io"
	"time"

	"assay/bench/plan"
	"assay/bench/workload"
	"assay/harness/exhibit"
	"assay/harness/journal"
	"assay/harness/load"
	"assay/harness/trial"
)

// Config is what a campaign needs to know.
type Config struct {
	Plan      *plan.Plan
	Models    []plan.Model                                  // as modeld and refd describe them
	Find      func(name string) (*workload.Workload, error) // a workload by name
	Bin       string                                        // folder of the models' binaries
	Out       string                                        // folder in which the run's folder is made
	Label     string                                        // part of its name; "" is the profile's name
	Resume    bool                                          // go on with the latest run of this plan in Out, if there is one
	Argv      []string                                      // for the manifest
	Ready     time.Duration                                 // a server must be ready within; 0: 10 s
	Grace     time.Duration                                 // from SIGTERM to SIGKILL; 0: proc.Grace
	Notify    func(Event)                                   // told of progress, on the goroutine that calls Run; may be nil
	Backend   []string                                      // command line of the backends; -count N is added
	Generator []string                                      // command line of the generator
	Sentinel  []string                                      // command line of the sentinels, to which processors are added; none: nobody watches
	Start     func(log io.Writer) (Generator, error)        // instead of Generator: starts one

	Certificate journal.Certificate // of the generator, for the manifest
	Suites      map[string]Suite    // those that the plan may name
	Sources     []exhibit.Source    // the code that is compared, kept with the run
}

// Generator obeys load commands. load.Client is one.
type Generator interface {
	Do(ctx context.Context, c load.Command) (load.Reply, error)
	Close() error
}

// Kind says what an Event is about.
type Kind string

// The kinds of events.
const (
	Began   Kind = "began"   // the run's folder is there: Dir, Placement, Left
	Noted   Kind = "noted"   // something a person should know: Text
	Working Kind = "working" // Block, Cell, Arm, Text, Left
	Trial   Kind = "trial"   // a trial is in the journal: Trial, Left
	Holding Kind = "holding" // a suite is held against the models: Suite, Text, Left
	Held    Kind = "held"    // it is over: Suite, Text counts its outcomes, Left
)

// Event is progress.
type Event struct {
	Kind      Kind
	Dir       string
	Placement journal.Placement
	Block     int    // from 0
	Blocks    int    // of the plan
	Cell      string // plan.Cell.Label
	Suite     string // of plan.Suites
	Arm       string
	Text      string        // Working: "starting", "warm-up", "slice 3/5", "250 connections" …
	Left      time.Duration // expected until the end
	Trial     *trial.Trial
}

// Outcome is what a run came to. Counts are of all trials in the journal, those of
// earlier sittings included.
type Outcome struct {
	Dir                               string // the run's folder; "" if it was never made
	OK, Failed, NotRun, NotApplicable int
	Interrupted                       bool
	Complete                          bool // every planned trial is in the journal
}

// ExitCode is the exit code that the outcome means: 0 done, 1 some trials failed, 3
// nothing could be run, 130 interrupted.
func (o Outcome) ExitCode() int {
	switch {
	case o.Interrupted:
		return 130
	case o.Failed > 0 || !o.Complete:
		return 1
	case o.OK == 0:
		return 3
	}
	return 0
}

func (o *Outcome) count(s trial.Status) {
	switch s {
	case trial.OK:
		o.OK++
	case trial.Failed:
		o.Failed++
	case trial.NotRun:
		o.NotRun++
	case trial.NotApplicable:
		o.NotApplicable++
	}
}
