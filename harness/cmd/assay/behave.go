package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"assay/bench/plan"
	"assay/harness/conformance"
)

// describeBehaving is describeModels, with the models' twins of the binary that serves
// the behaviour cases. A model without a twin serves them itself, or lacks them.
func describeBehaving(ctx context.Context) ([]plan.Model, error) {
	models, err := describeModels(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := binaries()
	if err != nil {
		return nil, err
	}
	twins, err := describe(ctx, filepath.Join(dir, "behaved"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the servers of the behaviour cases are not built: %s has no behaved; run make build", dir)
	}
	if err != nil {
		return nil, err
	}
	for i := range models {
		if twin, err := plan.FindModel(models[i].Name, twins); err == nil {
			models[i] = twin
		}
	}
	return models, nil
}

// writeBehaved prints what was found, a line a case. A finding that differs from the
// recorded one is marked: somebody should look.
func writeBehaved(w io.Writer, target conformance.Target, results []conformance.Result) {
	fmt.Fprintln(w, target.Label())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range results {
		finding, detail := r.Finding, r.Detail
		if finding == "" {
			finding = "(" + string(r.Outcome) + ")"
		}
		if known := conformance.Recorded(target, r.Case); r.Finding != "" && known != nil && !slices.Contains(known, r.Finding) {
			detail = fmt.Sprintf("differs from the recorded %s: %s", strings.Join(known, " or "), detail)
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", strings.TrimPrefix(r.Case, "behaviour/"), finding, detail)
	}
	_ = t.Flush() // w has kept its own error
}
