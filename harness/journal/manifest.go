package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"assay/bench/plan"
)

// ManifestVersion is the version of the manifest's form.
const ManifestVersion = 1

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
	Binaries map[string]string `json:"binaries"`           // SHA-256 by path of what was started, in the run's folder's terms
	Capacity []Capacity        `json:"capacity,omitempty"` // measured before the blocks, for cells whose rate is a share of it
	Rounds   float64           `json:"rounds_per_us,omitempty"`

	Placement   Placement   `json:"placement"`
	Environment Environment `json:"environment"`
	Notes       []string    `json:"notes,omitempty"` // what a reader must know of this run

	Files map[string]string `json:"files,omitempty"` // SHA-256 by name, once finished
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

// Placement is which processors did what.
type Placement struct {
	Server []int `json:"server"`
	Load   []int `json:"load"`   // generator, backends and harness
	Shared bool  `json:"shared"` // both on the same: one processor only
}

// SaveManifest writes the manifest whole and then gives it its name, so that a
// reader finds the old or the new one.
func (j *Journal) SaveManifest() error {
	b, err := json.MarshalIndent(&j.Manifest, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	path := filepath.Join(j.Dir, ManifestFile)
	f, err := os.CreateTemp(j.Dir, ".manifest-*")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(append(b, '\n'))
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
		return fmt.Errorf("write the manifest: %w; free some room and go on with --resume", err)
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

func readManifest(dir string) (m Manifest, err error) {
	path := filepath.Join(dir, ManifestFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return m, fmt.Errorf("%s is no run: %w", dir, err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if m.Version != ManifestVersion {
		return m, fmt.Errorf("%s is of version %d, this assay reads version %d", path, m.Version, ManifestVersion)
	}
	return m, nil
}

// Finish closes the journal with a state, and the SHA-256 of every file of the
// run in the manifest.
func (j *Journal) Finish(state State, at time.Time) error {
	if err := j.file.Close(); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	j.Manifest.State, j.Manifest.Finished = state, at.UTC()
	files, err := Sums(j.Dir)
	if err != nil {
		return err
	}
	j.Manifest.Files = files
	return j.SaveManifest()
}

// Sums are the SHA-256 of every file of a run but the manifest, by name with slashes.
func Sums(dir string) (map[string]string, error) {
	sums := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || name == ManifestFile {
			return err
		}
		sums[filepath.ToSlash(name)], err = SumFile(path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("checksums of the run: %w", err)
	}
	return sums, nil
}

// SumFile is the SHA-256 of a file, in hex.
func SumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Seal brings the SHA-256 of every file of a finished run up to date, after derived
// files were made in its folder.
func Seal(dir string) error {
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	if m.Files, err = Sums(dir); err != nil {
		return err
	}
	return (&Journal{Dir: dir, Manifest: m}).SaveManifest()
}
