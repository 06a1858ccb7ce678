package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"assay/harness/journal"
	"assay/harness/trial"
)

// Fault is one thing that is wrong.
type Fault struct {
	File string `json:"file"`           // as it is reached from the working folder
	Line int    `json:"line,omitempty"` // from 1; 0: the file as a whole
	What string `json:"what"`
}

// String is the fault as a line: file:line: what.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.What
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.What)
}

// Result is what was looked at and what was found.
type Result struct {
	Dir    string   `json:"dir"`
	Sound  bool     `json:"sound"` // no fault
	Seal   string   `json:"seal"`  // of the manifest: it stands for every byte of the run
	Trials int      `json:"trials"`
	Files  int      `json:"files"`           // with their hashes right
	Figs   int      `json:"figures"`         // values of replicates that were recomputed
	Faults []Fault  `json:"faults"`          // in the order of the package's steps
	Notes  []string `json:"notes,omitempty"` // no faults, but worth knowing
}

// checker is a run that is being looked at.
type checker struct {
	dir   string
	m     journal.Manifest
	found Result
}

// Dir looks at the run in dir. takes says whether a workload has a parameter, as for
// report.Open. The error is that of a folder that holds no run of a version that is known; what is wrong
// with a run is a fault and no error.
func Dir(dir string, takes func(workload, param string) bool) (*Result, error) {
	dir = filepath.Clean(dir)
	c := &checker{dir: dir, found: Result{Dir: dir, Faults: []Fault{}}}
	m, lines, err := journal.Open(dir)
	c.m = m
	switch {
	case errors.Is(err, journal.ErrVersion):
		return nil, err
	case err != nil && c.absent(journal.ManifestFile):
		return nil, err
	case err != nil && m.ID == "":
		c.fault(journal.ManifestFile, 0, "%v", err)
		return c.result(), nil
	case err != nil:
		c.fault(journal.TrialsFile, 0, "%v", err)
	}
	c.manifest()
	c.files()
	c.exhibits()
	if err == nil {
		defer lines.Close()
		if trials, whole := c.records(lines); whole {
			c.derived(trials, takes)
		}
	}
	return c.result(), nil
}

func (c *checker) result() *Result {
	c.found.Sound, c.found.Seal = len(c.found.Faults) == 0, c.m.Seal
	return &c.found
}

// fault notes what is wrong with a file of the run.
func (c *checker) fault(name string, line int, format string, args ...any) {
	c.found.Faults = append(c.found.Faults, Fault{filepath.Join(c.dir, filepath.FromSlash(name)), line, fmt.Sprintf(format, args...)})
}

func (c *checker) note(format string, args ...any) {
	c.found.Notes = append(c.found.Notes, fmt.Sprintf(format, args...))
}

func (c *checker) absent(name string) bool {
	_, err := os.Lstat(filepath.Join(c.dir, name))
	return errors.Is(err, fs.ErrNotExist)
}

// guarded runs f, and makes a fault of its panic: records that were made up can hold what no
// reader of histograms expects.
func (c *checker) guarded(name string, line int, f func()) {
	defer func() {
		if p := recover(); p != nil {
			c.fault(name, line, "what it holds cannot be computed with: %v", p)
		}
	}()
	f()
}

// kindOf is the kind of trial that a cell asks.
func kindOf(memory bool) trial.Kind {
	if memory {
		return trial.Memory
	}
	return trial.Load
}
