package main

import (
	"path/filepath"
	"testing"
)

// The README opens with what the published runs say, and results/README.md lists them all; who
// changes how a report words something makes both anew.
func TestReadmeAgreesWithResults(t *testing.T) {
	docs, err := findings(filepath.Join("..", "..", "..", "results"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		if d.stale() {
			t.Errorf("%s is not what results/ say: make findings, and look at what changed", d.path)
		}
	}
}
