package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"assay/bench/plan"
	"assay/harness/journal"
)

// adoptSeed gives the plan the seed of the latest unfinished run in out that has the
// same plan but for it: a seed that was drawn need not be typed to go on.
func adoptSeed(p *plan.Plan, out string) {
	dirs, err := filepath.Glob(filepath.Join(out, "*", journal.ManifestFile))
	if err != nil {
		return // out itself looks like a pattern: then the seed must be given
	}
	for _, path := range slices.Backward(dirs) { // the names begin with the time
		var m journal.Manifest
		b, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(b, &m) != nil || m.State == journal.Complete {
			continue
		}
		same := *p
		same.Seed = m.Plan.Seed
		if same.Hash() == m.PlanHash {
			p.Seed = same.Seed
			return
		}
	}
}
