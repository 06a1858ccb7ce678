package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"assay/harness/trial"
)

// The names in a run's folder.
const (
	TrialsFile   = "trials.jsonl"
	ManifestFile = "manifest.json"
	LogDir       = "log"

	// Beside the trials: what suites of cases found on the models, and the code that is compared.
	BehaviourFile   = "behaviour.jsonl"
	ConformanceFile = "conformance.jsonl"
	SourcesFile     = "shape.json"
)

// Journal is a run that is being written.
type Journal struct {
	Dir      string
	Manifest Manifest // change it and call SaveManifest

	file *os.File
	size int64  // of the whole lines
	link string // of the last of them

	stolen int64 // what the hypervisor had given to others when this sitting began, ns since boot
}

// Append writes a trial and returns when it is on the disk. If that fails the
// journal is as before, and the error says what to do.
func (j *Journal) Append(t *trial.Trial) error {
	line, link, err := encode(t, j.link)
	if err != nil {
		return err
	}
	if _, err = j.file.WriteAt(line, j.size); err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		// A torn line would be cut by Resume; cutting it now lets Read see a whole file.
		cut := j.file.Truncate(j.size)
		return fmt.Errorf("trial %s is not saved, all before it are: %w; free some room and go on with --resume", t.Key, errors.Join(err, cut))
	}
	j.size += int64(len(line))
	j.link = link
	return nil
}

// Close leaves the run as it is, without finishing it.
func (j *Journal) Close() error { return j.file.Close() }

// openTrials opens the list of trials for writing, for this process alone.
func openTrials(dir string) (*os.File, error) {
	path := filepath.Join(dir, TrialsFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is being written by another assay: wait for it, or choose another folder with --out: %w", path, err)
	}
	return f, nil
}

// last keeps the last trial of each key, in the order of the journal: a run that was
// killed between the trials of one block measures all of them again.
func last(trials []trial.Trial) []trial.Trial {
	at := make(map[string]int, len(trials))
	for i := range trials {
		at[trials[i].Key] = i
	}
	i := -1
	return slices.DeleteFunc(trials, func(t trial.Trial) bool { i++; return at[t.Key] != i })
}
