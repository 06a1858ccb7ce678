package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"assay/bench/plan"
)

// ManifestVersion is the version of the manifest's form. Version 1 had no seal, and did not say
// what built the binaries, what was stolen, and whether the generator was certified; version 2
// did not name the register of claims; version 3 knew no condensed copies. All are read.
const ManifestVersion = 4

// State is how far a run is.
type State string

// The states of a run.
const (
	Running  State = "running"  // or killed while it was
	Partial  State = "partial"  // interrupted; --resume goes on
	Complete State = "complete" // every planned trial is in the journal
)

// Manifest is everything about a run that is not a trial. Set by campaign.
type Manifest struct {
	Version  int         `json:"version"`
	ID       string      `json:"id"` // name of the folder
	Label    string      `json:"label"`
	State    State       `json:"state"`
	Started  time.Time   `json:"started"`           // UTC
	Resumed  []time.Time `json:"resumed,omitempty"` // when a later process went on with it
	Finished time.Time   `json:"finished,omitzero"`
	Estimate int64       `json:"estimate"` // of the whole plan, ns
	Argv     []string    `json:"argv"`     // the command line

	PlanHash string    `json:"plan_hash"` // SHA-256
	Plan     plan.Plan `json:"plan"`

	Models   []plan.Model      `json:"models"`             // descriptions of the models in the plan
	Starts   []Start           `json:"starts"`             // how each arm is started in each cell
	Binaries map[string]string `json:"binaries"`           // SHA-256 of what was started, by base name
	Built    map[string]string `json:"built"`              // what compiled each of them, as it says itself
	Capacity []Capacity        `json:"capacity,omitempty"` // measured before the blocks, for cells whose rate is a share of it
	Rounds   float64           `json:"rounds_per_us,omitempty"`
	NullRate float64           `json:"null_rate,omitempty"` // what the generator gets of a server that does nothing, per second; measured before the blocks, for open loops

	Register string  `json:"register,omitempty"` // SHA-256 of the register of claims, from before the first trial
	Suites   []Suite `json:"suites,omitempty"`   // held against the models before the first trial

	Placement   Placement   `json:"placement"`
	Environment Environment `json:"environment"`
	Stolen      int64       `json:"stolen"`          // time that the hypervisor gave to others while the run went on, ns in steps of 10 ms
	Certificate Certificate `json:"certificate"`     // of the generator
	Notes       []string    `json:"notes,omitempty"` // what a reader must know of this run

	Condensed *Condensed `json:"condensed,omitempty"` // nil: the records are those that the run left

	Files    map[string]string `json:"files,omitempty"`    // SHA-256 by name, once finished
	Reported string            `json:"reported,omitempty"` // the commit of the assay that made the derived files

	// Seal is the SHA-256 of the manifest's text before it. Whoever has it from elsewhere can
	// tell that nothing was changed, as the manifest has the hashes of all other files.
	Seal string `json:"seal,omitempty"`
}

// Certificate is what is known of the generator's accuracy when a run begins.
type Certificate struct {
	Says string    `json:"says"` // "certified", or why not
	Made time.Time `json:"made,omitzero"`
	Sum  string    `json:"sum,omitempty"` // SHA-256 of the certificate's file
}

// Start is how an arm is started in a cell.
type Start struct {
	Arm      string         `json:"arm"`
	Cell     string         `json:"cell"`
	Argv     []string       `json:"argv"`
	Options  string         `json:"options,omitempty"`  // as ASSAY_OPTIONS has them
	Settings []plan.Setting `json:"settings,omitempty"` // those that follow from the cell, with their reasons
}

// Capacity is what the arms of a cell can do in a closed loop.
type Capacity struct {
	Cell    string             `json:"cell"`
	Of      string             `json:"of"`    // the cell in a closed loop, which was measured
	Rates   map[string]float64 `json:"rates"` // by arm, per second
	Slowest string             `json:"slowest"`
	Rate    float64            `json:"rate"` // that the cell is driven at, per second
}

// Suite is a set of cases that was held against models; a file of the run has the results.
type Suite struct {
	Name   string   `json:"name"` // of plan.Suites
	Models []string `json:"models"`
	Cases  int      `json:"cases"` // held against each
	Took   int64    `json:"took"`  // ns, over all sittings; 0: it is not over
}

// Placement is which processors did what.
type Placement struct {
	Server []int `json:"server"`
	Load   []int `json:"load"`   // generator, backends and harness
	Shared bool  `json:"shared"` // both on the same: one processor only
}

// SaveManifest writes the manifest, sealed.
func (j *Journal) SaveManifest() error {
	b, err := j.Manifest.text()
	if err != nil {
		return err
	}
	return j.WriteFile(ManifestFile, b)
}

// WriteFile writes a file of the run whole and then gives it its name, so that a kill leaves
// the old one or the new one.
func (j *Journal) WriteFile(name string, text []byte) error {
	path := filepath.Join(j.Dir, name)
	f, err := os.CreateTemp(j.Dir, halfManifest)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w; free some room and go on with --resume", path, err)
	}
	return syncDir(j.Dir)
}

// syncDir makes names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync the run's folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync the run's folder: %w", err)
	}
	return nil
}
