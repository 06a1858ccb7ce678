package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"assay/harness/verify"
)

func newVerify(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "verify DIR",
		GroupID: read,
		Short:   "check that a run's files are what was measured and what follows from it",
		Long: `Verify checks the hashes of every file, the chain through the records, that each planned trial
is there once and none else, that what each trial says agrees with itself, and that the manifest discloses
what it must; then it computes every figure again and compares the published files byte for byte. It
prints a line per fault, FILE:LINE: what.

It finds what was changed by accident, or by hand without making all hashes anew. It cannot tell
whether records were made up: compare the seal that it prints with the one that was published.
Exit code 1: something is wrong; 2: there is no run of a version that this assay reads.`,
		Example: `  assay verify results/local/20260102T030405Z-quick-0123456789ab
  assay verify results/2026-11-21-standard --json | jq '.faults[]'`,
		Args: exactly("DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := verify.Dir(args[0], takes)
			if err != nil {
				return badInput(err)
			}
			if asJSON {
				err = writeJSON(s.out, r)
			} else {
				err = writeFound(s.out, r)
			}
			if err == nil && !r.Sound {
				err = fmt.Errorf("%s: %d faults", r.Dir, len(r.Faults))
				if asJSON {
					err = errors.Join(errQuiet, err)
				}
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one object: sound, seal, trials, files, figures, faults, notes")
	return c
}

// writeFound writes a line per fault, or what is sound.
func writeFound(w io.Writer, r *verify.Result) error {
	for _, f := range r.Faults {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	for _, n := range r.Notes {
		if _, err := fmt.Fprintln(w, "note:", n); err != nil {
			return err
		}
	}
	if !r.Sound {
		return nil
	}
	_, err := fmt.Fprintf(w, "sound: %d trials, %d figures computed again, %d files as they were sealed\nseal %s\n", r.Trials, r.Figs, r.Files, r.Seal)
	return err
}
