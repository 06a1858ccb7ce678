package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"assay/harness/report"
	"assay/harness/stat"
)

func newCompare(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "compare OLD NEW",
		GroupID: read,
		Short:   "set two runs side by side",
		Long: `Compare prints, as benchstat does, the medians of two runs and whether they differ by the
Mann–Whitney test. Absolute figures of two runs differ with the machine's state, so each arm is
compared by its ratio to its own run's baseline, block by block. A regression is an arm that got
worse by more than the metric's margin (5 % of CPU and rate, 10 % of the rest) and not by chance;
then the exit code is 1. Runs that cannot be compared give 3.`,
		Example: `  assay compare results/local/20260102T030405Z-quick-0123456789ab results/local/20260103T030405Z-quick-0123456789ab
  go tool benchstat old/bench.txt new/bench.txt`,
		Args: exactly("OLD", "NEW"),
		RunE: func(_ *cobra.Command, args []string) error {
			old, err := openRun(args[0])
			if err != nil {
				return err
			}
			fresh, err := openRun(args[1])
			if err != nil {
				return err
			}
			cmp, err := report.Compare(old, fresh)
			if errors.Is(err, report.ErrNothingCommon) || errors.Is(err, stat.ErrSingle) {
				return undecided(err)
			}
			if err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(s.out, cmp)
			} else {
				err = cmp.Write(s.out)
			}
			if n := len(cmp.Regressions()); n > 0 && err == nil {
				err = fmt.Errorf("%d regressions", n)
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one object")
	return c
}
