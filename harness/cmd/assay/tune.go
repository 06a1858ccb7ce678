package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assay/bench/plan"
	"assay/harness/campaign"
	"assay/harness/report"
)

// tuneOptions are the flags of tune.
type tuneOptions struct {
	blocks      int
	seed        uint64
	out, folder string
	table       bool
}

func newTune(s streams) *cobra.Command {
	var o tuneOptions
	c := &cobra.Command{
		Use:     "tune [MODEL…]",
		GroupID: measure,
		Short:   "measure the models' settings against their defaults",
		Long: `Tune runs a campaign for each model (all of ours, if none is named) in which every setting that its
author holds worth trying meets the defaults, one option at a time, on echo and fan-out and holding
connections. It writes a table with the setting to prefer, if any, into --out. The runs themselves stay
in --runs, and with --table the table is made anew from those: name their folders instead of models.`,
		Example: `  assay tune
  assay tune pool thread --blocks 10
  assay tune --table results/local/20260102T030405Z-tune-pool-0123456789ab`,
		RunE: func(c *cobra.Command, names []string) error {
			if o.table {
				models, err := describeModels(c.Context())
				return errors.Join(err, writeTuning(s, o.out, names, nil, models))
			}
			return runTune(c.Context(), s, o, names)
		},
	}
	f := c.Flags()
	f.IntVar(&o.blocks, "blocks", 6, "replicates of every setting and cell; six at least for an interval by ranks")
	f.Uint64Var(&o.seed, "seed", 1, "of all random orders and schedules")
	f.StringVar(&o.out, "out", "results/tuning", "folder of the table, README.md")
	f.StringVar(&o.folder, "runs", "results/local", "folder in which each campaign's folder is made")
	f.BoolVar(&o.table, "table", false, "measure nothing: make the table from the folders of finished sweeps")
	return c
}

// runTune sweeps each model in turn, then writes the table. A sweep in which arms failed
// is shown as far as it went, and the exit code says so.
func runTune(ctx context.Context, s streams, o tuneOptions, names []string) error {
	models, err := describeModels(ctx)
	if err != nil {
		return err
	}
	chosen, fixed, err := tunable(models, names)
	if err != nil {
		return badInput(err)
	}
	sweeps := make([]*plan.Plan, len(chosen))
	var left time.Duration // of all that is to come
	for i, m := range chosen {
		if sweeps[i], err = plan.Sweep(m, o.blocks, o.seed); err != nil {
			return badInput(err)
		}
		left += sweeps[i].Estimate()
	}
	var dirs []string
	var failed error
	for i, m := range chosen {
		p := sweeps[i]
		fmt.Fprintf(s.err, "sweep %d/%d: %s; %s left of all\n", i+1, len(chosen), m.Name, plan.About(left))
		left -= p.Estimate()
		outcome, err := carryOut(ctx, s, p, models, campaign.Config{Out: o.folder, Label: "tune-" + m.Name}, false)
		if err == nil {
			err = verdict(outcome, report.Grades{}) // its INVALID trials are counted when the table is made
		}
		if ctx.Err() != nil || outcome.Dir == "" {
			return errors.Join(failed, err)
		}
		failed = errors.Join(failed, err)
		dirs = append(dirs, outcome.Dir)
	}
	return errors.Join(failed, writeTuning(s, o.out, dirs, fixed, models))
}

// tunable are the models that were named, or all of ours and those in other languages, apart
// from those without a setting to try. A named one without any is an error.
func tunable(models []plan.Model, names []string) (chosen []plan.Model, fixed []string, err error) {
	for _, name := range names {
		m, err := plan.FindModel(name, models)
		if err != nil {
			return nil, nil, err
		}
		if _, err := plan.Sweep(m, 1, 1); err != nil {
			return nil, nil, err
		}
		chosen = append(chosen, m)
	}
	if len(names) > 0 {
		return chosen, nil, nil
	}
	for _, m := range models {
		switch _, err := plan.Sweep(m, 1, 1); {
		case m.Kind == "reference":
		case err != nil:
			fixed = append(fixed, m.Name)
		default:
			chosen = append(chosen, m)
		}
	}
	return chosen, fixed, nil
}

// writeTuning makes the table from the folders of finished sweeps.
func writeTuning(s streams, out string, dirs, fixed []string, models []plan.Model) error {
	if len(dirs) == 0 {
		return badInput(errors.New("no finished sweep is named: give the folders that assay tune left in its --runs"))
	}
	var views []*report.View
	for _, dir := range dirs {
		v, err := openRun(dir)
		if err != nil {
			return err
		}
		if err := report.Write(v, dir); err != nil {
			return err
		}
		views = append(views, v)
	}
	defaults := make(map[string]string)
	for _, m := range models {
		defaults[m.Name] = strings.Join(optionNames(m.Options, func(o plan.Option) bool { return !shared[o.Name] }), " ")
	}
	var b bytes.Buffer
	if err := report.WriteTuning(&b, views, slices.Sorted(slices.Values(fixed)), defaults); err != nil {
		return err
	}
	path := filepath.Join(out, "README.md")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("folder of the table: %w", err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	for _, v := range views {
		t := report.Tune(v)
		fmt.Fprintf(s.out, "%-14s %s: %s\n", t.Model, t.Choice, t.Why)
	}
	fmt.Fprintln(s.out, path)
	invalid := 0
	for _, v := range views {
		invalid += v.Grades().Invalid
	}
	if invalid > 0 {
		return &exitError{exitFailed, fmt.Errorf("%d trials of the sweeps are INVALID and left out: assay validity says why", invalid)}
	}
	return nil
}
