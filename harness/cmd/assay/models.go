package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"assay/bench/plan"
)

// describers are the binaries that know models, beside this one.
var describers = []string{"modeld", "refd"}

// binaries is the folder of the models' binaries: that of this executable, or
// ASSAY_BIN.
func binaries() (string, error) {
	if dir := os.Getenv("ASSAY_BIN"); dir != "" {
		return dir, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("cannot tell where this executable is: %w", err)
	}
	return filepath.Dir(self), nil
}

// describeModels asks the binaries what they can run. One that is missing is left
// out, as long as there is another.
func describeModels(ctx context.Context) ([]plan.Model, error) {
	dir, err := binaries()
	if err != nil {
		return nil, err
	}
	var all []plan.Model
	for _, name := range describers {
		models, err := describe(ctx, filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, models...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no model is built: %s has neither modeld nor refd; run make build, or set ASSAY_BIN to their folder", dir)
	}
	return all, nil
}

func describe(ctx context.Context, path string) ([]plan.Model, error) {
	out, err := exec.CommandContext(ctx, path, "--describe").Output()
	if err != nil {
		return nil, fmt.Errorf("ask %s for its models: %w", path, err)
	}
	var models []plan.Model
	if err := json.Unmarshal(out, &models); err != nil {
		return nil, fmt.Errorf("what %s --describe says is no list of models: %w; run make build", path, err)
	}
	return models, nil
}
