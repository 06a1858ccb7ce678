package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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
)

// Journal is a run that is being written.
type Journal struct {
	Dir      string
	Manifest Manifest // change it and call SaveManifest

	file *os.File
	size int64 // of the whole lines
}

// Append writes a trial and returns when it is on the disk. If that fails the
// journal is as before, and the error says what to do.
func (j *Journal) Append(t *trial.Trial) error {
	line, err := encode(t)
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

// scan reads all whole lines. size is where they end; a last line without its
// newline was torn by a kill and is left out. The error for any other bad line names
// file and line.
func scan(path string) (trials []trial.Trial, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("read the journal: %w", err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return trials, size, nil
		}
		if err != nil {
			return nil, 0, fmt.Errorf("read the journal: %w", err)
		}
		t, err := decode(line[:len(line)-1])
		if err != nil {
			return nil, 0, fmt.Errorf("%s: line %d is damaged: %w; take it from a copy, or delete the line and measure its trial again with --resume", path, n, err)
		}
		trials = append(trials, t)
		size += int64(len(line))
	}
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
