package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/bench/workload"
	"assay/harness/report"
)

func newReport(s streams) *cobra.Command {
	var asJSON, tell bool
	c := &cobra.Command{
		Use:     "report DIR…",
		GroupID: read,
		Short:   "make a run's tables and pictures again from its records",
		Long: `Report reads a run's manifest.json and trials.jsonl and writes the files that derive from
them into the same folder: bench.txt, latency.hlog, claims.json, report.md, its pictures and report.html. The same records
give the same bytes. With --json nothing is written: every contrast is printed instead.

With two runs or more nothing is written either: they are printed side by side as Markdown, what they
differ in first, then every cell with a row an arm and metric and a column a run.

--findings takes the folder of published runs: its README.md gets their index, and the README.md
beside the folder what the fullest and newest of them found, each between two marked lines.`,
		Example: `  assay report results/local/20260102T030405Z-quick-0123456789ab
  assay report results/local/20260102T030405Z-quick-0123456789ab --json | jq '.[] | select(.metric == "cpu")'
  assay report results/2026-11-21-standard results/local/20260102T030405Z-standard-0123456789ab > beside.md
  assay report --findings results`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 && !tell {
				return nil
			}
			return exactly("DIR")(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if tell {
				return s.writeFindings(args[0])
			}
			if len(args) > 1 {
				return s.beside(args, asJSON)
			}
			v, err := openRun(args[0])
			if err != nil {
				return tellEdited(args[0], err)
			}
			if asJSON {
				return writeJSON(s.out, v.Contrasts())
			}
			if err := report.Write(v, args[0]); err != nil {
				return err
			}
			return report.Card(s.out, v, args[0], program)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "an array of contrasts: cell, arm, base, metric, ratio, lo, hi; of several runs an object of differences and runs")
	c.Flags().BoolVar(&tell, "findings", false, "DIR holds published runs: make the README files that tell of them")
	c.MarkFlagsMutuallyExclusive("json", "findings")
	return c
}

// tellEdited makes the page of a run whose records were edited say so; the error is the one given, and
// what went wrong in saying so.
func tellEdited(dir string, err error) error {
	var edited *report.EditedError
	if errors.As(err, &edited) {
		return errors.Join(err, report.WriteEdited(dir, edited))
	}
	return err
}

// beside prints runs side by side.
func (s streams) beside(dirs []string, asJSON bool) error {
	var runs []*report.View
	for _, dir := range dirs {
		v, err := openRun(dir)
		if err != nil {
			return err
		}
		runs = append(runs, v)
	}
	if asJSON {
		return writeJSON(s.out, report.BesideJSON(runs))
	}
	_, err := io.WriteString(s.out, report.Beside(runs))
	return err
}

// openRun reads a run's folder and computes its figures.
func openRun(dir string) (*report.View, error) {
	r, err := report.Open(filepath.Clean(dir), takes)
	if err != nil {
		return nil, badInput(err)
	}
	v, err := report.Analyse(r)
	if err != nil {
		return nil, badInput(fmt.Errorf("%s: %w", dir, err))
	}
	return v, nil
}

// takes says whether a workload has a parameter.
func takes(name, param string) bool {
	w, err := catalog.Find(name)
	return err == nil && slices.ContainsFunc(w.Params, func(p workload.Param) bool { return p.Name == param })
}
