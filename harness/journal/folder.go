package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay/harness/trial"
)

// Create makes the folder <UTC>-<label>-<plan hash> in out and writes m into it.
// m's ID, State and PlanHash are set here.
func Create(out string, m Manifest) (*Journal, error) {
	remedy := func(err error) error {
		return fmt.Errorf("cannot keep a run in %s: %w; choose a folder you may write to with --out", out, err)
	}
	m.PlanHash, m.State = m.Plan.Hash(), Running
	if m.Certificate.Says == "" {
		m.Certificate.Says = "not certified: nobody looked for a certificate of the generator"
	}
	base := m.Started.UTC().Format("20060102T150405Z") + "-" + safe(m.Label)
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, remedy(err)
	}
	for n := 1; ; n++ {
		m.ID = base + "-" + m.Plan.ShortHash()
		if n > 1 { // two runs began in the same second
			m.ID = fmt.Sprintf("%s.%d-%s", base, n, m.Plan.ShortHash())
		}
		err := os.Mkdir(filepath.Join(out, m.ID), 0o755)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, remedy(err)
		}
	}
	j := &Journal{Dir: filepath.Join(out, m.ID), Manifest: m}
	f, err := openTrials(j.Dir)
	if err != nil {
		return nil, remedy(err)
	}
	j.file, j.link, j.stolen = f, genesis(m.ID), stolen()
	if err := errors.Join(j.SaveManifest(), os.Mkdir(filepath.Join(j.Dir, LogDir), 0o755)); err != nil {
		f.Close()
		return nil, remedy(err)
	}
	return j, nil
}

// safe makes a label fit for a folder's name.
func safe(label string) string {
	label = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._+=", r) {
			return r
		}
		return '_'
	}, label)
	if label == "" {
		return "run"
	}
	return label
}

// Resume opens the run in dir for going on, and gives the trials that are finished.
// A torn last line is cut off.
func Resume(dir string) (*Journal, []trial.Trial, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range packings(TrialsFile)[1:] {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return nil, nil, fmt.Errorf("%s holds a run whose records are compressed: it is published, not to be gone on with", dir)
		}
	}
	f, err := openTrials(dir)
	if err != nil {
		return nil, nil, err
	}
	tidy(dir)
	trials, end, _, err := scan(dir, m.ID)
	if err == nil {
		err = f.Truncate(end.Size)
	}
	if err == nil {
		err = os.MkdirAll(filepath.Join(dir, LogDir), 0o755)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return &Journal{Dir: dir, Manifest: m, file: f, size: end.Size, link: end.link, stolen: stolen()}, last(trials), nil
}

// Find gives the latest run in out of the plan with that hash; "" if there is none.
func Find(out, planHash string) (dir string, err error) {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for a run to resume: %w", err)
	}
	for _, e := range slices.Backward(entries) { // the names begin with the time
		if !e.IsDir() || !strings.HasSuffix(e.Name(), "-"+planHash[:12]) {
			continue
		}
		dir := filepath.Join(out, e.Name())
		m, err := readManifest(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue // killed before it had a manifest: there is nothing to go on with
		}
		if err != nil {
			return "", err
		}
		if m.PlanHash == planHash {
			return dir, nil
		}
	}
	return "", nil
}

// Read gives a run's manifest and its trials, the last one of each key. Of a run that is not
// complete a torn last line is left out; any other damage, and a complete run that lacks trials,
// is an error that names file and line.
func Read(dir string) (Manifest, []trial.Trial, error) {
	m, err := readManifest(dir)
	if err != nil {
		return m, nil, err
	}
	trials, end, torn, err := scan(dir, m.ID)
	if err != nil {
		return m, nil, err
	}
	trials = last(trials)
	if loads, memories := m.Plan.Trials(); m.State == Complete && (torn || len(trials) < loads+memories) {
		return m, nil, &LineError{end.Path, end.n + 1, fmt.Errorf("the records end here with %d of the %d trials of a run that was complete", len(trials), loads+memories)}
	}
	return m, trials, nil
}

// Open gives a run's manifest and a reader of its records, for those who check every line. The
// error is that of a manifest or records that cannot be read at all.
func Open(dir string) (Manifest, *Lines, error) {
	m, err := readManifest(dir)
	if err != nil {
		return m, nil, err
	}
	l, err := openLines(dir, m.ID)
	return m, l, err
}
