package verify

import (
	"errors"
	"path/filepath"
	"slices"

	"assay/bench/claims"
	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
)

// exhibits checks what the run keeps beside its trials: every line, that nothing is missing of
// what the plan asked, and the counts of the code.
func (c *checker) exhibits() {
	for _, name := range []string{plan.Conformance, plan.Behaviour} {
		c.suite(name)
	}
	if _, err := exhibit.Sources(filepath.Join(c.dir, journal.SourcesFile)); err != nil {
		c.damaged(journal.SourcesFile, err)
	}
	switch asked := claims.Hash(); {
	case c.m.Register == "" && c.m.Version < 3:
		c.note("a run of an older assay: its manifest names no register of claims, and no verdict shows that its question was on record before")
	case !hexSum.MatchString(c.m.Register):
		c.fault(journal.ManifestFile, 0, "what it gives as the SHA-256 of the register of claims is none: %.80q", c.m.Register)
	case c.m.Register != asked:
		c.note("the register of claims was %.12s when the run began, this assay asks %.12s: the verdicts say so", c.m.Register, asked)
	}
}

// suite checks the file of a suite against the plan and the manifest.
func (c *checker) suite(name string) {
	file := exhibit.FileOf(name)
	results, err := exhibit.Results(filepath.Join(c.dir, file))
	if err != nil {
		c.damaged(file, err)
		return
	}
	i := slices.IndexFunc(c.m.Suites, func(s journal.Suite) bool { return s.Name == name })
	switch planned := slices.Contains(c.m.Plan.Suites, name); {
	case i < 0 && planned:
		c.fault(journal.ManifestFile, 0, "the plan asks for %s, and it does not say that it was looked for", name)
		return
	case i < 0 && len(results) > 0:
		c.fault(file, 1, "the manifest does not say that %s was looked for", name)
		return
	case i < 0:
		return
	}
	held := c.m.Suites[i]
	if want := len(held.Models) * held.Cases; len(results) != want {
		c.fault(file, 0, "it has %d results, the manifest says %d cases on %d models", len(results), held.Cases, len(held.Models))
	}
	for n, r := range results {
		known, ok := conformance.FindBehaviour(r.Case)
		switch {
		case !slices.Contains(held.Models, r.Model):
			c.fault(file, n+1, "model %.80q is none of those that the manifest names", r.Model)
		case name == plan.Conformance:
		case !ok:
			c.fault(file, n+1, "there is no behaviour case %.80q", r.Case)
		case r.Finding != "" && !slices.Contains(known.Findings, r.Finding):
			c.fault(file, n+1, "%s cannot find %.80q", r.Case, r.Finding)
		}
	}
}

// damaged is a fault of a file that cannot be read.
func (c *checker) damaged(file string, err error) {
	var at *exhibit.DamageError
	if errors.As(err, &at) {
		c.fault(file, at.Line, "%v", at.Err)
		return
	}
	c.fault(file, 0, "%v", err)
}
