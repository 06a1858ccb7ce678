package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"assay/harness/publish"
	"assay/harness/verify"
)

func newPublish(s streams) *cobra.Command {
	most := 7812
	c := &cobra.Command{
		Use:     "publish DIR NEW",
		GroupID: read,
		Short:   "copy a finished run into a folder that is small enough to be published",
		Long: `Publish makes a copy of a finished run in the new folder NEW: without logs, the records condensed and
compressed, with a report of its own that follows from the copy alone. Of the records,
` + publish.Kept + `.

The run must be sound (assay verify), the copy must come to the same verdict on every claim, and
must be no larger than --most; if not, nothing is left behind. The run in DIR stays as it is.`,
		Example: `  assay publish results/local/20260102T030405Z-full-0123456789ab results/2026-01-02-full
  assay publish results/local/20260102T030405Z-full-0123456789ab copy --most 16384`,
		Args: exactly("DIR", "NEW"),
		RunE: func(_ *cobra.Command, args []string) error {
			if most < 1 {
				return badInput(fmt.Errorf("--most %d: want a number of KiB", most))
			}
			if err := s.sound(args[0]); err != nil {
				return err
			}
			size, err := publish.Run(args[0], args[1], int64(most)<<10, takes)
			if err != nil {
				return err
			}
			if err := s.sound(args[1]); err != nil {
				return errors.Join(err, os.RemoveAll(args[1]))
			}
			_, err = fmt.Fprintf(s.out, "%s: %d KiB in %d files\n", filepath.Clean(args[1]), size.Bytes>>10, len(size.Files))
			return err
		},
	}
	c.Flags().IntVar(&most, "most", most, "size that the copy may have, KiB")
	return c
}

// sound verifies a run, and tells what it found.
func (s streams) sound(dir string) error {
	r, err := verify.Dir(dir, takes)
	if err != nil {
		return badInput(err)
	}
	if err := writeFound(s.out, r); err != nil {
		return err
	}
	if !r.Sound {
		return badInput(fmt.Errorf("%s has %d faults: such a run is not published", r.Dir, len(r.Faults)))
	}
	return nil
}
