package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"assay/harness/report"
	"assay/harness/validity"
)

func newValidity(s streams) *cobra.Command {
	var survey, asJSON bool
	var faults string
	c := &cobra.Command{
		Use:     "validity DIR...",
		GroupID: read,
		Short:   "judge the trials of runs: VALID, SUSPECT or INVALID, with reasons",
		Long: `Validity judges every trial of the runs in the folders named and lists those that are not
VALID, with what was seen, what is allowed and what can be done. With --aa it takes the trials for clean
ones, such as those of A/A runs on a quiet machine, and prints how each gate's statistic is distributed
over them and how often it raised a false alarm.`,
		Example: `  assay validity results/local/20260102T030405Z-quick-0123456789ab
  assay validity --aa results/local/*-aa-*`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badInput(errors.New("validity wants the folder of a run, or several; see assay validity --help"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if survey {
				return surveyRuns(s, args, faults)
			}
			return judgeRuns(s, args, asJSON)
		},
	}
	c.Flags().BoolVar(&survey, "aa", false, "print each gate's distribution and false alarms over the trials")
	c.Flags().StringVar(&faults, "faults", "", "with --aa: a file of detections, as the fault tests leave it (make gates), for a second table")
	c.Flags().BoolVar(&asJSON, "json", false, "an array of verdicts for each run: key, grade, reasons, labels")
	return c
}

func surveyRuns(s streams, dirs []string, faults string) error {
	var detected []validity.Detection
	if faults != "" {
		file, err := os.Open(faults)
		if err != nil {
			return badInput(err)
		}
		defer file.Close()
		if detected, err = validity.ReadDetections(file); err != nil {
			return badInput(fmt.Errorf("%s: %w", faults, err))
		}
	}
	var all validity.Surveyor
	for _, dir := range dirs {
		v, err := openRun(dir)
		if err != nil {
			return err
		}
		all.Add(v.Trials, v.Context)
	}
	fmt.Fprintf(s.out, "`assay %s`\n\n%s", strings.Join(s.args, " "), all.Survey().Markdown())
	if len(detected) > 0 {
		fmt.Fprintf(s.out, "\nFaults injected into real processes, and how often the gate that is theirs saw them:\n\n%s", validity.DetectionTable(detected))
	}
	return nil
}

// judgeRuns lists what is not VALID; INVALID trials are a failure.
func judgeRuns(s streams, dirs []string, asJSON bool) error {
	invalid := 0
	for _, dir := range dirs {
		v, err := openRun(dir)
		if err != nil {
			return err
		}
		invalid += v.Grades().Invalid
		if asJSON {
			err = writeJSON(s.out, v.TrialVerdicts())
		} else {
			err = listVerdicts(s.out, v)
		}
		if err != nil {
			return err
		}
	}
	if invalid > 0 {
		return &exitError{exitFailed, fmt.Errorf("%d trials are INVALID", invalid)}
	}
	return nil
}

// listVerdicts lists the trials that are not VALID, with reasons and advice.
func listVerdicts(w io.Writer, v *report.View) error {
	fmt.Fprintf(w, "%s: %s\n", v.ID, v.Grades())
	for _, t := range v.TrialVerdicts() {
		if t.Grade == validity.Valid {
			continue
		}
		fmt.Fprintf(w, "%-7s %s\n", t.Grade, t.Key)
		for _, r := range t.Reasons {
			fmt.Fprintf(w, "        %s: %s. %s.\n", r.Gate, r.Says, r.Advice)
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}
