package main

import (
	"path/filepath"
	"strings"
	"testing"

	"assay/harness/journal"
	"assay/harness/verify"
)

// The runs that are published in this repository are sound, and their reports are what this
// assay makes of their records.
func TestPublishedRunsAreSound(t *testing.T) {
	top := filepath.Join("..", "..", "..", "results")
	manifests, err := filepath.Glob(filepath.Join(top, "*", journal.ManifestFile))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("published runs: %v, %v", manifests, err)
	}
	for _, path := range manifests {
		dir := filepath.Dir(path)
		r, err := verify.Dir(dir, takes)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, f := range r.Faults {
			t.Error(strings.TrimPrefix(f.String(), top+"/"))
		}
		if !r.Sound {
			t.Errorf("where the report itself was bettered: go run ./harness/cmd/assay report results/%s, and look at what changed", filepath.Base(dir))
		}
	}
}
