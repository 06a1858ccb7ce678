package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay/bench/plan"
	"assay/harness/proc"
)

// refusedOptions starts every model that is asked for with options of its own once, and gives
// what the first says that does not take them: better now than in each of its trials. A model
// that fails in another way is left to the trials or cases, which record it.
func refusedOptions(ctx context.Context, arms []plan.Arm, models []plan.Model) error {
	for _, arm := range arms {
		if arm.External() || len(arm.Options) == 0 || arm.TwinOf != "" {
			continue
		}
		m, err := plan.FindModel(arm.Model, models)
		if err != nil {
			return badInput(err)
		}
		if m.Lacks != "" || !slices.Contains(m.Workloads, "echo") {
			continue
		}
		if err := refuses(ctx, arm, m); err != nil {
			return err
		}
	}
	return nil
}

// refuses starts the model on workload echo and stops it. The error is bad input in the
// model's own words.
func refuses(ctx context.Context, arm plan.Arm, m plan.Model) error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "assay-options-")
	if err != nil {
		return nil // without a place for its words nothing can be told; the trials say what is wrong
	}
	defer os.RemoveAll(dir)
	server, err := proc.Start(proc.Spec{
		Name: arm.Name,
		Argv: append([]string{filepath.Join(bin, m.Argv[0])}, m.Argv[1:]...),
		Env: append(os.Environ(), "ASSAY_LISTEN=127.0.0.1:0", "ASSAY_WORKLOAD=echo",
			"ASSAY_OPTIONS="+plan.OptionList(arm.Options), "ASSAY_NONCE=options"),
		Log: filepath.Join(dir, "log"),
	})
	if err != nil {
		return nil // the trials say so
	}
	ready, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	_, startErr := server.Listening(ready)
	refused := startErr != nil && !server.Alive() && server.ExitCode() == exitBadInput
	if _, err := server.Stop(proc.Grace); err != nil {
		return err
	}
	if refused {
		return badInput(fmt.Errorf("%s: %s", arm.Name, strings.TrimSpace(server.LogTail())))
	}
	return ctx.Err()
}
