package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assay/harness/report"
	"assay/harness/stat/simulate"
)

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	seed   uint64
	draws  int
	like   string
	asJSON bool
}

func newSimulate(s streams) *cobra.Command {
	var o simulateOptions
	c := &cobra.Command{
		Use:     "simulate",
		GroupID: know,
		Short:   "measure how often the statistics are right",
		Long: `Simulate plants effects and nulls of known size in data shaped like those of profile standard (two
machine speeds 22 % apart that last 15 to 60 s, short moods, drift, processes that differ, lognormal
slices, outliers), has the suite's own statistics judge them, and counts: how often an interval holds
the truth, how often something is found where there is nothing (of one contrast, and of a family
after Holm's correction), how often an effect is found and which is the smallest that is, at 6, 10
and 16 blocks; the coverage of runs that stop by precision, and of crossing points.

The table is Markdown, and the same for the same seed and draws on any machine. 4000 draws take two
minutes of two processors. Exit code 1: a figure lies outside what is asked of it by more than the
draws leave open.`,
		Example: `  assay simulate
  assay simulate --draws 400 --seed 7
  assay simulate --like results/local/20261121T033109Z-standard-6407dd055a40
  assay simulate --json | jq '.rows[] | select(.section == "Power")'`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return runSimulate(c.Context(), s, o) },
	}
	f := c.Flags()
	f.Uint64Var(&o.seed, "seed", 1, "of all draws")
	f.IntVar(&o.draws, "draws", 4000, "simulated cells of each case: the figures' error falls with their root")
	f.StringVar(&o.like, "like", "", "a run's folder, whose noise is shown beside the simulated")
	f.BoolVar(&o.asJSON, "json", false, "the table as one object; shares from 0 to 1")
	return c
}

func runSimulate(ctx context.Context, s streams, o simulateOptions) error {
	config, err := simulate.Standard(o.seed, o.draws)
	if err != nil {
		return err
	}
	var real []simulate.Likeness
	if o.like != "" {
		if real, err = likenessOf(o.like); err != nil {
			return badInput(err)
		}
	}
	screen := newProgress(s.err)
	config.Notify = func(part string) { screen.show("simulating " + part) }
	table, err := simulate.Run(ctx, config)
	screen.done()
	switch {
	case ctx.Err() != nil:
		return context.Canceled
	case err != nil:
		return badInput(err)
	}
	table.Likeness = append(table.Likeness, real...)
	if o.asJSON {
		err = writeJSON(s.out, table)
	} else {
		fmt.Fprintf(s.out, "# How often the statistics are right\n\n`%s`\n\n", strings.Join(append([]string{"assay"}, s.args...), " "))
		err = table.Write(s.out)
	}
	if err != nil {
		return err
	}
	if outside := table.Outside(); len(outside) > 0 {
		return fmt.Errorf("outside what is asked:\n  %s", strings.Join(outside, "\n  "))
	}
	return nil
}

// likenessOf measures the noise of a run, each cell named by it.
func likenessOf(dir string) ([]simulate.Likeness, error) {
	run, err := report.Open(dir, takes)
	if err != nil {
		return nil, err
	}
	all, err := simulate.Measure(run.Trials)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	for i := range all {
		name, _, _ := strings.Cut(all[i].Cell, ",")
		all[i].Cell = "measured, " + name
	}
	return all, nil
}
