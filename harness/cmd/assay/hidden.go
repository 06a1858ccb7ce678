package main

import (
	"errors"

	"github.com/spf13/cobra"

	"assay/bench/catalog"
	"assay/harness/backend"
	"assay/harness/load"
	"assay/harness/sentinel"
)

// newGenerator is the child process that loads servers: the harness starts it.
func newGenerator(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "generator", Hidden: true, Args: exactly(),
		Short:   "obey load commands on stdin (started by run)",
		Example: "  assay generator < commands.jsonl",
		RunE: func(*cobra.Command, []string) error {
			return load.Serve(s.in, s.out, catalog.Find)
		},
	}
}

// newBackend is the child process that sub-services live in: the harness starts it.
func newBackend(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "backend", Hidden: true, DisableFlagParsing: true,
		Short:   "serve backends (started by run and serve)",
		Example: "  assay backend -count 3",
		RunE: func(_ *cobra.Command, args []string) error {
			if code := backend.Main(args, s.in, s.out, s.err); code != 0 {
				return &exitError{code, errors.Join(errQuiet, errors.New("backend"))}
			}
			return nil
		},
	}
}

// newSentinel is the child process that watches for pauses of the machine: the harness starts it.
func newSentinel(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "sentinel", Hidden: true, DisableFlagParsing: true,
		Short:   "watch processors for pauses (started by run)",
		Example: "  assay sentinel 0,1",
		RunE: func(_ *cobra.Command, args []string) error {
			if code := sentinel.Main(args, s.in, s.out, s.err); code != 0 {
				return &exitError{code, errors.Join(errQuiet, errors.New("sentinel"))}
			}
			return nil
		},
	}
}
