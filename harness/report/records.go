package report

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"assay/bench/claims"
	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
)

// Exhibits are what a run keeps beside its trials. Any of them may be missing: then the run says
// nothing on what it would decide.
type Exhibits struct {
	Behaviour   []conformance.Result // what behaviour cases found
	Conformance []conformance.Result
	Sources     []exhibit.Source // of the handlers
	Suites      []journal.Suite  // that the run held, as its manifest says
	// Trouble is what is wrong with a file, by its name; nothing of a damaged one is believed.
	Trouble map[string]string
}

// Enrich reads the files beside the trials of a run's folder into the run. The error is that of
// a folder that cannot be read; what is wrong with a file is Trouble, said where it would have been shown.
func (r *Run) Enrich(dir string) error {
	e := &r.Exhibits
	e.Trouble = make(map[string]string)
	var errs [3]error
	e.Behaviour, errs[0] = exhibit.Results(filepath.Join(dir, journal.BehaviourFile))
	e.Conformance, errs[1] = exhibit.Results(filepath.Join(dir, journal.ConformanceFile))
	e.Sources, errs[2] = exhibit.Sources(filepath.Join(dir, journal.SourcesFile))
	for i, name := range []string{journal.BehaviourFile, journal.ConformanceFile, journal.SourcesFile} {
		var damage *exhibit.DamageError
		switch err := errs[i]; {
		case err == nil:
		case !errors.As(err, &damage):
			return err
		case damage.Line > 0:
			e.Trouble[name] = fmt.Sprintf("%s, line %d: %v; nothing of the file is believed", name, damage.Line, damage.Err)
		default:
			e.Trouble[name] = fmt.Sprintf("%s: %v; nothing of the file is believed", name, damage.Err)
		}
	}
	for _, s := range e.Suites {
		name := exhibit.FileOf(s.Name)
		have, want := len(e.results(s.Name)), s.Cases*len(s.Models)
		if e.Trouble[name] == "" && have != want {
			e.Trouble[name] = fmt.Sprintf("%s has %d of the %d results that the manifest says: what is missing was not run, or taken away", name, have, want)
		}
	}
	return nil
}

// results are those of a suite.
func (e *Exhibits) results(suite string) []conformance.Result {
	if suite == plan.Conformance {
		return e.Conformance
	}
	return e.Behaviour
}

// lack is why a file decides nothing: it is damaged, or was not recorded.
func (e *Exhibits) lack(name, what string) error {
	if why := e.Trouble[name]; why != "" {
		return errors.New(why)
	}
	return errors.New("no " + what + " recorded with the run (no " + name + ")")
}

// otherRegister says that the run was planned with another register of claims than this assay
// asks, or with none; "" if with the same.
func (r *Run) otherRegister() string {
	switch asked := claims.Hash(); {
	case r.Register == asked:
		return ""
	case r.Register == "":
		return "The run's manifest names no register of claims: that these questions were asked before the answers were known is not on record."
	default:
		return fmt.Sprintf("Another register of claims (%.12s) was on record when the run began than the one that is asked here (%.12s): a question may have been written after its answer was known.", clean(r.Register), asked)
	}
}

// clean keeps what a hash is made of.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' {
			return c
		}
		return '?'
	}, s)
}
