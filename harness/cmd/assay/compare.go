package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"assay/harness/report"
	"assay/harness/stat"
)

func newCompare(s streams) *cobra.Command {
	o := compareOptions{streams: s}
	c := &cobra.Command{
		Use:     "compare OLD NEW",
		GroupID: read,
		Short:   "set two runs side by side, or fail on a regression",
		Long: `Compare prints, as benchstat does, the medians of two runs and whether they differ by the
Mann–Whitney test, row by row. Absolute figures of two runs differ with the machine's state, so each
arm is compared by its ratio to its own run's baseline, block by block.

--fail-on regression makes it a gate. Every arm, cell and metric (CPU and machine CPU; rate of a
closed loop; p50 and p99 of an open one; memory) is one comparison: Welch's test of the ratio to
the baseline having got worse by more than counts, corrected by Holm over all of them. What counts is
the largest of --least and of what either run's twins differ by. It ends with one line:
  no regression (exit code 0), with the least that would have shown;
  regression (1);
  cannot be decided (3): runs of different machines, kernels, profiles or settings, an unfinished
  run, no twin, a comparison that lost blocks, or noise that would hide a doubling.
INVALID trials never count. The baseline cannot be judged, as everything is held against it.`,
		Example: `  assay compare results/local/20260102T030405Z-quick-0123456789ab results/local/20260103T030405Z-quick-0123456789ab
  assay compare --fail-on regression --least 8% results/2026-11-21-standard results/local/20260103T030405Z-standard-0123456789ab
  go tool benchstat old/bench.txt new/bench.txt`,
		Args: exactly("OLD", "NEW"),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(args[0], args[1]) },
	}
	c.Flags().BoolVar(&o.asJSON, "json", false, "one object")
	c.Flags().StringVar(&o.failOn, "fail-on", "", `"regression": exit 1 if NEW is worse than OLD, 3 if that cannot be decided`)
	c.Flags().StringVar(&o.least, "least", "", "with --fail-on: least effect that counts, of every metric (default 5% of CPU and rate, 10% of the rest)")
	return c
}

type compareOptions struct {
	streams
	asJSON        bool
	failOn, least string
}

func (o *compareOptions) run(oldDir, newDir string) error {
	least, err := o.leastEffect()
	if err != nil {
		return badInput(err)
	}
	old, err := openRun(oldDir)
	if err != nil {
		return err
	}
	fresh, err := openRun(newDir)
	if err != nil {
		return err
	}
	if o.failOn == "" {
		return o.show(old, fresh)
	}
	if same(oldDir, newDir) || old.ID == fresh.ID { // a copy of a run is no second run, and would pass always
		return badInput(fmt.Errorf("%s and %s are the same run, %s: a gate needs two", oldDir, newDir, old.ID))
	}
	return o.judge(old, fresh, least)
}

// leastEffect reads --least, 0 if it was not given, and refuses what --fail-on does not know.
func (o *compareOptions) leastEffect() (float64, error) {
	switch {
	case o.failOn != "" && o.failOn != "regression":
		return 0, fmt.Errorf("--fail-on %q: there is only --fail-on regression", o.failOn)
	case o.least == "":
		return 0, nil
	case o.failOn == "":
		return 0, errors.New("--least belongs to --fail-on regression")
	}
	number, percent := strings.CutSuffix(o.least, "%")
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !percent || !(v > 0 && v <= 1000) {
		return 0, fmt.Errorf("--least %q: write a share above 0%%, like 8%%", o.least)
	}
	return v / 100, nil
}

// same says whether two paths lead to one folder.
func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// show is benchstat's view.
func (o *compareOptions) show(old, fresh *report.View) error {
	cmp, err := report.Compare(old, fresh)
	if errors.Is(err, report.ErrNothingCommon) || errors.Is(err, stat.ErrSingle) {
		return undecided(err)
	}
	if err != nil {
		return err
	}
	if o.asJSON {
		return writeJSON(o.out, cmp)
	}
	return cmp.Write(o.out)
}

// judge is the gate: its reason has been printed when the error comes.
func (o *compareOptions) judge(old, fresh *report.View, least float64) error {
	g := report.Judge(old, fresh, least)
	write := g.Write
	if o.asJSON {
		write = func(w io.Writer) error { return writeJSON(w, g) }
	}
	if err := write(o.out); err != nil {
		return err
	}
	said := errors.Join(errQuiet, errors.New(g.Reason))
	switch g.Decision {
	case report.NoRegression:
		return nil
	case report.Regression:
		return said
	default:
		return undecided(said)
	}
}
