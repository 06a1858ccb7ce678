package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/bench/plan"
	"assay/bench/workload"
	"assay/harness/trace"
	"assay/harness/trace/live"
)

// traceOptions are the flags of trace.
type traceOptions struct {
	workload string
	set      map[string]string
	with     string
	svg, out string
	asJSON   bool
	all      bool
	markdown bool
	count    int
	conns    int
}

func newTrace(s streams) *cobra.Command {
	var o traceOptions
	c := &cobra.Command{
		Use:     "trace MODEL…",
		GroupID: measure,
		Short:   "one request's life: system calls, switches and waits, in order",
		Long: `Trace starts a model, warms it up, and records what its threads do from the moment a request is
sent until it is answered: every system call and what it means, every switch, every wait and who
ended it. It prints a timeline, a table and counts; --svg draws a picture.

With --count it records many requests instead, and prints system calls, switches and allocations per
request, a column a model, or with --markdown a row a model; --all is every model of ours. A traced server is slower than itself: the order and the numbers count, not the times.

It records with the kernel's tracefs where it may (as root), which sees switches too, else with
strace, if that is installed. Where neither can be used it says so, exit code 3.`,
		Example: `  assay trace reactor
  assay trace thread --workload fanout --set k=3,delay=2ms --svg thread.svg
  assay trace goroutine coroutine await --workload fanout --out pictures
  assay trace reactor pool:size=8 thread --count 2000 --conns 64
  assay trace --all --count 5000 --conns 64 --workload echo --markdown
  assay trace goroutine --json`,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case o.all && (len(args) > 0 || o.count == 0):
				return badInput(errors.New("--all is for --count, and takes no MODEL beside"))
			case len(args) == 0 && !o.all:
				return badInput(errors.New("trace takes at least one MODEL; see assay trace --help"))
			case o.markdown && (o.count == 0 || o.asJSON):
				return badInput(errors.New("--markdown is a form of --count's table, as --json is"))
			}
			return traceModels(c.Context(), s, args, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.workload, "workload", "fanout", "what is asked; see assay list workloads")
	f.StringToStringVar(&o.set, "set", nil, "parameters of the workload: name=value,…")
	f.StringVar(&o.with, "with", "auto", "what records: auto, tracefs or strace")
	f.StringVar(&o.svg, "svg", "", "draw the picture into this file (one model)")
	f.StringVar(&o.out, "out", "", "a folder for MODEL.svg, MODEL.txt and MODEL.json of every model")
	f.BoolVar(&o.asJSON, "json", false, "the story, or the counts, as JSON: an object a line")
	f.BoolVar(&o.all, "all", false, "every model of ours that can run here and serve so many connections, for --count")
	f.BoolVar(&o.markdown, "markdown", false, "the counts as a Markdown table, a row a model")
	f.IntVar(&o.count, "count", 0, "count over so many requests instead of telling one")
	f.IntVar(&o.conns, "conns", 1, "connections that ask at the same time, for --count")
	return c
}

func traceModels(ctx context.Context, s streams, args []string, o traceOptions) error {
	w, source, err := traceAsks(o)
	if err != nil {
		return badInput(err)
	}
	models, err := describeModels(ctx)
	if err != nil {
		return err
	}
	cell := plan.Cell{Workload: w.Name, Conns: max(1, o.conns)}
	if o.all {
		if args, err = traceable(s, models, &cell); err != nil {
			return err
		}
	}
	arms, err := plan.ParseArms(strings.Join(args, ","), models)
	if err != nil {
		return badInput(err)
	}
	if o.svg != "" && (len(arms) != 1 || o.count > 0) {
		return badInput(errors.New("--svg is one request's picture of one model; --out takes a folder for several"))
	}
	for i := range arms {
		m, err := plan.FindModel(arms[i].Model, models)
		if err != nil {
			return badInput(err)
		}
		if why := plan.NotApplicable(&arms[i], &m, &cell); why != "" {
			return badInput(errors.New(why))
		}
	}
	recorder, err := live.Open(o.with)
	switch {
	case errors.Is(err, live.ErrNone):
		return undecided(err)
	case err != nil:
		return badInput(err)
	}
	err = traceEach(ctx, s, recorder, arms, models, source, o)
	return errors.Join(err, recorder.Close())
}

// multireactorAlone is the arm that must make reactor's system calls: the same loop, alone.
const multireactorAlone = "multireactor:loops=1"

// traceable are the models of ours that a cell can be asked of; of the others it says why not.
func traceable(s streams, models []plan.Model, cell *plan.Cell) (names []string, err error) {
	dir, err := binaries()
	if err != nil {
		return nil, err
	}
	for i := range models {
		m := &models[i]
		if m.Kind == "reference" {
			continue
		}
		why := m.Lacks
		if why == "" {
			why = plan.NotApplicable(&plan.Arm{Name: m.Name, Model: m.Name}, m, cell)
		}
		if _, err := os.Stat(filepath.Join(dir, m.Argv[0])); why == "" && err != nil {
			why = err.Error()
		}
		if why != "" {
			fmt.Fprintf(s.err, "%s: not traced: %s\n", m.Name, why)
			continue
		}
		if names = append(names, m.Name); m.Name == "multireactor" {
			names = append(names, multireactorAlone)
		}
	}
	return names, nil
}

// traceAsks is what the flags ask for.
func traceAsks(o traceOptions) (*workload.Workload, workload.Source, error) {
	if o.count < 0 || o.conns < 1 || o.conns > 10_000 || o.count > 1_000_000 {
		return nil, nil, fmt.Errorf("--count %d --conns %d: want up to 1000000 requests over 1 to 10000 connections", o.count, o.conns)
	}
	w, err := catalog.Find(o.workload)
	if err != nil {
		return nil, nil, err
	}
	source, err := w.Prepare(o.set)
	if err != nil {
		return nil, nil, err
	}
	var a workload.Ask
	if source.Draw(1, 0, &a); a.Silent {
		return nil, nil, fmt.Errorf("workload %s sends no requests that could be traced", w.Name)
	}
	return w, source, nil
}

// traceEach traces one model after another.
func traceEach(ctx context.Context, s streams, r live.Recorder, arms []plan.Arm, models []plan.Model, source workload.Source, o traceOptions) error {
	if o.out != "" {
		if err := os.MkdirAll(o.out, 0o777); err != nil {
			return badInput(err)
		}
	}
	var tallies []trace.Tally
	for i, arm := range arms {
		m, err := plan.FindModel(arm.Model, models)
		if err != nil {
			return badInput(err)
		}
		err = withServer(ctx, arm, m, o.workload, source.Backends(), func(served *live.Served) error {
			served.Source = source
			if o.count > 0 {
				t, err := live.Count(ctx, r, served, o.conns, o.count)
				if err == nil {
					tallies = append(tallies, *t)
				}
				return err
			}
			scene, err := live.One(r, served)
			if err != nil {
				return err
			}
			if i > 0 && !o.asJSON {
				fmt.Fprintln(s.out)
			}
			return tellStory(s, trace.Tell(scene), o)
		})
		if err != nil {
			err = fmt.Errorf("trace %s: %w", arm.Name, err)
			if errors.Is(err, live.ErrNone) {
				return undecided(err)
			}
			return err
		}
	}
	if o.count == 0 {
		return nil
	}
	return tellTallies(s, tallies, o)
}

// tellStory prints one model's story, and writes its files.
func tellStory(s streams, story *trace.Story, o traceOptions) error {
	if o.asJSON {
		if err := writeOne(s.out, story); err != nil {
			return err
		}
	} else if err := errors.Join(story.WriteTimeline(s.out), blank(s), story.WriteTable(s.out)); err != nil {
		return err
	}
	if o.svg != "" {
		if err := os.WriteFile(o.svg, story.SVG(), 0o666); err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	return writeStory(filepath.Join(o.out, fileName(story.Model)), story)
}
