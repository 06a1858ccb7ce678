package publish

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay/harness/journal"
	"assay/harness/report"
	"assay/harness/trial"
)

// Size is what a published run takes.
type Size struct {
	Bytes int64
	Files []File // the largest first
}

// File is one of its files.
type File struct {
	Name  string // without its folder
	Bytes int64
}

// Run makes a copy of the finished run in from in the new folder to, with its report, and gives its
// size. most bounds that size, bytes. takes is as for report.Open. If it fails, to is removed again: the
// errors are those of a run that cannot be read or is not finished, of a folder that is there already or in
// the run's, of a copy that is too large, and of one whose verdicts are not the run's.
func Run(from, to string, most int64, takes func(workload, param string) bool) (Size, error) {
	return run(from, to, most, takes, Condense)
}

func run(from, to string, most int64, takes func(workload, param string) bool, condense func(t *trial.Trial, open bool) error) (size Size, err error) {
	from, to = filepath.Clean(from), filepath.Clean(to)
	if within(from, to) {
		return size, fmt.Errorf("%s is in the run's own folder, which stays as it is: choose another place", to)
	}
	before, err := analyse(from, takes)
	if err != nil {
		return size, err
	}
	open := make(map[string]bool)
	for i := range before.Cells {
		open[before.Cells[i].Name] = before.Cells[i].Open
	}
	switch err := os.Mkdir(to, 0o755); {
	case errors.Is(err, fs.ErrExist):
		return size, fmt.Errorf("%s is there already: choose a name that is not", to)
	case err != nil:
		return size, fmt.Errorf("a place for the copy: %w", err)
	}
	defer func() { // from here on the folder is this call's own
		if err != nil {
			os.RemoveAll(to)
		}
	}()
	if err := journal.Copy(from, to, Kept, func(t *trial.Trial) error { return condense(t, open[t.Cell]) }); err != nil {
		return size, err
	}
	after, err := analyse(to, takes)
	if err != nil {
		return size, err
	}
	if err := sameVerdicts(before, after); err != nil {
		return size, err
	}
	if err := report.Write(after, to); err != nil {
		return size, err
	}
	if size, err = measure(to); err == nil && size.Bytes > most {
		err = fmt.Errorf("%s would have %d bytes, more than %d; its largest files: %s", to, size.Bytes, most, size.largest())
	}
	return size, err
}

// within says whether a path lies in a folder, as far as their names tell.
func within(dir, path string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	if path, err = filepath.Abs(path); err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

func analyse(dir string, takes func(workload, param string) bool) (*report.View, error) {
	r, err := report.Open(dir, takes)
	if err != nil {
		return nil, err
	}
	return report.Analyse(r)
}

// sameVerdicts is the error of a copy that answers a question otherwise than the run.
func sameVerdicts(run, copied *report.View) error {
	a, b := outcomes(run), outcomes(copied)
	if slices.Equal(a, b) {
		return nil
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Errorf("the copy says %q, the run says %q: less must be left out for this run to be published", b[i], a[i])
		}
	}
	return fmt.Errorf("the copy has %d verdicts, the run %d", len(b), len(a))
}

// outcomes are the verdicts of a run, a line each.
func outcomes(v *report.View) []string {
	var out []string
	for _, c := range v.Claims() {
		out = append(out, fmt.Sprintf("%s (%s): %s", c.Claim, c.On, c.Outcome))
	}
	return out
}

// measure sums up the files of a folder.
func measure(dir string) (Size, error) {
	var s Size
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		s.Bytes += info.Size()
		s.Files = append(s.Files, File{d.Name(), info.Size()})
		return nil
	})
	slices.SortFunc(s.Files, func(a, b File) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return s, err
}

// largest names the largest files.
func (s *Size) largest() string {
	var out []string
	for _, f := range s.Files[:min(5, len(s.Files))] {
		out = append(out, fmt.Sprintf("%s %d", f.Name, f.Bytes))
	}
	return strings.Join(out, ", ")
}
