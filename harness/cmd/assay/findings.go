package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"assay/harness/journal"
	"assay/harness/report"
)

// document is a file with a generated part.
type document struct {
	path string
	text []byte // as it is to be
	old  []byte // as it is
}

// findings makes the documents that tell of the published runs in a folder: its own README.md,
// which is their index, and the one beside the folder, which opens with what the fullest and
// newest of them found.
func findings(dir string) ([]document, error) {
	dir = filepath.Clean(dir)
	manifests, err := filepath.Glob(filepath.Join(dir, "*", journal.ManifestFile))
	if err != nil {
		return nil, badInput(err)
	}
	var runs []report.Published
	for _, m := range manifests {
		v, err := openRun(filepath.Dir(m))
		if err != nil {
			return nil, err
		}
		runs = append(runs, report.Published{View: v, Folder: filepath.Base(filepath.Dir(m))})
	}
	best, ok := report.Best(runs)
	if !ok {
		return nil, badInput(fmt.Errorf("%s has no folder of a finished run", dir))
	}
	best.Folder = filepath.Base(dir) + "/" + best.Folder // as seen from above
	docs := []document{
		{path: filepath.Join(dir, "README.md"), text: []byte(report.Index(runs))},
		{path: filepath.Join(dir, "..", "README.md"), text: []byte(report.Findings(best))},
	}
	for i := range docs {
		d := &docs[i]
		if d.old, err = os.ReadFile(d.path); err != nil {
			return nil, badInput(err)
		}
		whole, err := report.Between(string(d.old), string(d.text))
		if err != nil {
			return nil, badInput(fmt.Errorf("%s: %w", d.path, err))
		}
		d.text = []byte(whole)
	}
	return docs, nil
}

// stale says whether the document is not what the results say.
func (d *document) stale() bool { return !bytes.Equal(d.old, d.text) }

// writeFindings puts the documents of a folder of published runs to rights, and names those that changed.
func (s streams) writeFindings(dir string) error {
	docs, err := findings(dir)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if !d.stale() {
			continue
		}
		if err := os.WriteFile(d.path, d.text, 0o644); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(s.out, "written:", d.path); err != nil {
			return err
		}
	}
	return nil
}
