package report

import (
	"errors"
	"fmt"
	"path/filepath"

	"assay/harness/journal"
	"assay/harness/report/html"
)

// wasEdited stands in the page where a figure would.
const wasEdited = "the records of this run were edited or damaged: nothing is drawn from them"

// EditedError is that of a run whose records are damaged, or are not those that it left. No figure
// is made from any of its files.
type EditedError struct {
	Err error // what is wrong and where

	run *Run // what the manifest says; nothing of the records is in it
}

// Error says what is wrong.
func (e *EditedError) Error() string { return e.Err.Error() }

// Unwrap gives what is wrong.
func (e *EditedError) Unwrap() error { return e.Err }

// edited is the error of a run whose records are not believed, with the page that says so.
func edited(m *journal.Manifest, takes func(workload, param string) bool, err error) *EditedError {
	r := FromManifest(m, nil, takes)
	r.Edited = err.Error()
	r.Trouble = make(map[string]string)
	for _, name := range []string{journal.BehaviourFile, journal.ConformanceFile, journal.SourcesFile} {
		r.Trouble[name] = "the run was edited: nothing of " + name + " is believed"
	}
	return &EditedError{Err: err, run: r}
}

// broken is the error of records that do not follow one another, or are not what the manifest of the
// finished run sealed; nil if they are.
func broken(dir string, m *journal.Manifest, err error) error {
	var line *journal.LineError
	switch {
	case errors.As(err, &line):
		return err
	case err != nil || m.State == journal.Running:
		return nil
	}
	return journal.Unchanged(dir, m, journal.TrialsFile)
}

// doubted takes out what was read from files beside the trials that are not what they were.
func (r *Run) doubted(dir string, m *journal.Manifest) {
	if m.State == journal.Running {
		return
	}
	for name, drop := range map[string]func(){
		journal.BehaviourFile:   func() { r.Behaviour = nil },
		journal.ConformanceFile: func() { r.Conformance = nil },
		journal.SourcesFile:     func() { r.Sources = nil },
	} {
		if err := journal.Unchanged(dir, m, name); err != nil && r.Trouble[name] == "" {
			drop()
			r.Trouble[name] = name + " is not what it was when the run ended: it was edited, and nothing of it is believed"
		}
	}
}

// withheld stands where an edited run's figures would.
func (s *sheetMaker) withheld() error {
	s.section("models", "Models side by side", html.Block{Note: "No picture and no table: " + wasEdited + "."})
	return nil
}

// WriteEdited puts a report.html that says what is wrong into the folder of an edited run, in place of one
// whose figures no longer follow from the records. The other derived files stay as they are.
func WriteEdited(dir string, e *EditedError) error {
	v, err := Analyse(e.run)
	if err != nil {
		return err
	}
	b, err := sheet(v)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "report.html"), b); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
