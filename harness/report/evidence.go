package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"assay/bench/claims"
	"assay/harness/journal"
	"assay/harness/shape"
	"assay/harness/stat"
	"assay/harness/validity"
	"assay/harness/verdict"
)

// evidence is a run as the judge of claims reads it.
type evidence struct{ *View }

// Claims are the verdicts on every question of the register, in its order. They are decided
// once; equal runs give equal verdicts.
func (v *View) Claims() []verdict.Verdict {
	if v.decided == nil {
		v.decided = verdict.Decide(claims.All, evidence{v}, v.Seed)
	}
	return v.decided
}

// Contrast is one of the run's, or why it has none.
func (e evidence) Contrast(metric string, arm, base claims.Place) (stat.Contrast, error) {
	m, err := metricOf(metric)
	if err != nil {
		return stat.Contrast{}, err
	}
	for _, p := range []claims.Place{arm, base} {
		if err := e.asked(p); err != nil {
			return stat.Contrast{}, err
		}
	}
	return e.Set.Across(m, stat.Place(arm), stat.Place(base))
}

// asked says why a place has no figure in this run, nil if it has one.
func (v *View) asked(p claims.Place) error {
	switch {
	case !slices.ContainsFunc(v.Cells, func(c Cell) bool { return c.Name == p.Cell }):
		return fmt.Errorf("the run has no cell %s", p.Cell)
	case !slices.ContainsFunc(v.Arms, func(a Arm) bool { return a.Name == p.Arm }):
		return fmt.Errorf("the run has no arm %s", p.Arm)
	case v.hopeless(p.Cell, p.Arm):
		return fmt.Errorf("%s in %s: %s", p.Arm, p.Cell, allInvalid)
	}
	return nil
}

func metricOf(name string) (stat.Metric, error) {
	for _, m := range stat.Metrics {
		if m.Name == name {
			return m, nil
		}
	}
	return stat.Metric{}, fmt.Errorf("there is no metric %s", name)
}

// Floor is a cell's noise floor as a fraction.
func (e evidence) Floor(metric, cell string) (float64, error) {
	m, err := metricOf(metric)
	if err != nil {
		return 0, err
	}
	f, err := e.Set.Floor(m, cell)
	return f.Fraction, err
}

// Doubts are the gates that made trials of a place SUSPECT, with how many blocks, and those
// that made others INVALID, so that blocks are missing.
func (e evidence) Doubts(p claims.Place) []string {
	var out []string
	for _, d := range e.doubts(p.Cell) {
		if d.arm != p.Arm || d.grade == "" {
			continue
		}
		words := string(d.grade)
		if d.grade == validity.Invalid {
			words += ", left out"
		}
		out = append(out, fmt.Sprintf("%s (%s, %s): %s", d.gate, words, count(len(d.blocks), "block"), d.worst.Says))
	}
	return out
}

// Finding is what a behaviour case found.
func (e evidence) Finding(name, model string) (string, error) {
	if len(e.Behaviour) == 0 {
		return "", e.lack(journal.BehaviourFile, "behaviour was")
	}
	for _, b := range e.Behaviour {
		if b.Case == name && b.Model == model {
			if b.Finding == "" {
				return "", errors.New(cmp.Or(b.Detail, "found nothing"))
			}
			return b.Finding, nil
		}
	}
	return "", errors.New(cmp.Or(e.Trouble[journal.BehaviourFile], "not run"))
}

// inRun is whether a run offers anything on the question of a verdict.
func inRun(v *verdict.Verdict) bool {
	switch {
	case v.Outcome.Decided():
		return true
	case v.Effect != nil:
		return v.Effect.Missing == ""
	}
	return len(v.Counts) > 0 || slices.ContainsFunc(v.Seen, func(o verdict.Observation) bool { return o.Found != "" })
}

// Count is a count over the sources that were recorded with the run.
func (e evidence) Count(what, style string, workloads []string) (int, error) {
	if len(e.Sources) == 0 {
		return 0, e.lack(journal.SourcesFile, "sources were")
	}
	var sum shape.Counts
	for _, w := range workloads {
		c, err := e.countsOf(w, style)
		if err != nil {
			return 0, err
		}
		sum.Add(c)
	}
	n, ok := sum.Of(what)
	if !ok {
		return 0, fmt.Errorf("there is no count %s", what)
	}
	return n, nil
}

// countsOf are those of one workload's handlers in a style.
func (v *View) countsOf(workload, style string) (shape.Counts, error) {
	for _, s := range v.Sources {
		if s.Workload == workload && s.Style == style {
			return shape.Measure(s.File, []byte(s.Text))
		}
	}
	return shape.Counts{}, fmt.Errorf("no handlers of %s in %s style were recorded with the run", workload, style)
}
