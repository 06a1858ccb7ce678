package verify

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"assay/harness/journal"
	"assay/harness/report"
	"assay/harness/trial"
)

// files compares the folder with the manifest's list.
func (c *checker) files() {
	there := make(map[string]bool)
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(c.dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if !d.Type().IsRegular() {
			c.fault(name, 0, "it is no regular file but %s", d.Type())
			return nil
		}
		there[name] = true
		return nil
	})
	if err != nil {
		c.fault("", 0, "%v", err)
	}
	delete(there, journal.ManifestFile)
	const packed = journal.TrialsFile + journal.Gzip
	for _, name := range slices.Sorted(maps.Keys(c.m.Files)) {
		if name == journal.TrialsFile && !there[name] && there[packed] && c.m.Files[packed] == "" {
			c.compressedSince(packed, c.m.Files[name])
			delete(there, packed)
			continue
		}
		if !there[name] {
			c.fault(name, 0, "it is missing, and the manifest lists it")
			continue
		}
		delete(there, name)
		c.sum(name, c.m.Files[name], journal.SumFile)
	}
	for _, name := range slices.Sorted(maps.Keys(there)) {
		why := "the manifest does not list it: it is no part of the run"
		if journal.Derived(name) {
			why += "; assay report makes and lists what derives from the records"
		}
		c.fault(name, 0, "%s", why)
	}
}

// sum compares a file's hash.
func (c *checker) sum(name, want string, of func(path string) (string, error)) {
	got, err := of(filepath.Join(c.dir, filepath.FromSlash(name)))
	switch {
	case err != nil:
		c.fault(name, 0, "%v", err)
	case got != want:
		c.fault(name, 0, "its SHA-256 is %.12s…, the manifest says %.12s…: it was changed", got, want)
	default:
		c.found.Files++
	}
}

// compressedSince checks records that were compressed after they were sealed.
func (c *checker) compressedSince(name, want string) {
	c.note("the records were compressed after the run was sealed: their hash is that of what is inside")
	c.sum(name, want, journal.SumInside)
}

// derived makes the derived files again and compares them.
func (c *checker) derived(trials []trial.Trial, takes func(workload, param string) bool) {
	var made []report.File
	c.guarded(journal.TrialsFile, 0, func() {
		run := report.FromManifest(&c.m, trials, takes)
		if err := run.Enrich(c.dir); err != nil {
			c.fault("", 0, "%v", err)
			return
		}
		view, err := report.Analyse(run)
		if err == nil {
			made, err = report.Files(view)
		}
		if err != nil {
			c.fault(journal.TrialsFile, 0, "its figures cannot be computed: %v", err)
			return
		}
		for _, cell := range view.Set.Cells {
			for _, arm := range view.Set.Arms {
				for _, f := range view.Set.Replicates(cell, arm) {
					c.found.Figs += len(f.Values)
				}
			}
		}
	})
	listed := maps.Clone(c.m.Files)
	for _, f := range made {
		delete(listed, f.Name)
		have, err := os.ReadFile(filepath.Join(c.dir, f.Name))
		switch {
		case err != nil && c.m.Files[f.Name] == "":
			c.fault(f.Name, 0, "it is missing: assay report makes it")
		case err != nil: // missing and listed: said already
		case !bytes.Equal(have, f.Data):
			line, what := difference(have, f.Data)
			c.fault(f.Name, line, "%s: %s", what, c.why())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if made != nil && journal.Derived(name) {
			c.fault(name, 0, "it does not derive from the records: no report makes it")
		}
	}
}

// why says what a derived file that differs may come from.
func (c *checker) why() string {
	if by, here := c.m.Reported, journal.Build(); by != "" && by != here {
		return fmt.Sprintf("edited, or computed otherwise by the assay of commit %.12s than by this one of commit %.12s (verify with that one, or let assay report make it again)", by, here)
	}
	return "edited, or made by another assay than this one (assay report makes it again)"
}

// difference is the first line in which two texts differ, and how.
func difference(have, want []byte) (line int, what string) {
	a, b := bytes.Split(have, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return i + 1, fmt.Sprintf("it ends here, the records go on with %s", excerpt(b[i], nil))
		case i >= len(b):
			return i + 1, fmt.Sprintf("it goes on with %s, the records end here", excerpt(a[i], nil))
		case !bytes.Equal(a[i], b[i]):
			return i + 1, fmt.Sprintf("it says %s, the records give %s", excerpt(a[i], b[i]), excerpt(b[i], a[i]))
		}
	}
	return 0, "equal"
}

// excerpt quotes a line from a little before the place where it differs from another.
func excerpt(line, other []byte) string {
	at := 0
	for at < len(line) && at < len(other) && line[at] == other[at] {
		at++
	}
	from := max(0, at-20)
	return fmt.Sprintf("%.60q", line[from:])
}
