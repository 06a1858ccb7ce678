package report

import (
	"errors"
	"slices"

	"assay/harness/stat"
	"assay/harness/trial"
	"assay/harness/validity"
	"assay/harness/verdict"
)

// View is a run with its figures computed.
type View struct {
	*Run
	Set      *stat.Set                   // of the trials that are not INVALID
	Verdicts map[string]validity.Verdict // by Trial.Key

	decided []verdict.Verdict // on the claims, once they were asked for
}

// Analyse judges the trials of a run and computes its figures. The error names the trial that cannot be read.
func Analyse(r *Run) (*View, error) {
	verdicts := validity.All(r.Trials, r.Context)
	s, err := stat.Compute(believed(r.Trials, verdicts))
	if err != nil {
		return nil, err
	}
	return &View{Run: r, Set: s, Verdicts: verdicts}, nil
}

// Field is one metric of one arm in one cell, against the baseline where that can
// be said.
type Field struct {
	Metric stat.Metric
	Arm    string
	Value  *stat.Description // of the blocks' values; nil if there are none
	// Contrast is nil for the baseline itself and where Why says so.
	Contrast *stat.Contrast
	// Quiet says that the contrast does not rise above the noise floor, or that no
	// floor is known.
	Quiet bool
	Why   string // why Value or Contrast is missing
}

// Field computes one field of a table.
func (v *View) Field(m stat.Metric, cell, arm string) Field {
	f := Field{Metric: m, Arm: arm}
	values := v.Set.Values(m, cell, arm)
	if len(values) == 0 {
		f.Why = v.missing(m, cell, arm)
		return f
	}
	d, err := stat.Describe(values)
	if err != nil {
		f.Why = err.Error()
		return f
	}
	f.Value = &d
	if arm == v.Baseline {
		return f
	}
	c, err := v.Set.Contrast(m, cell, arm, v.Baseline)
	if err != nil {
		f.Why = err.Error()
		if errors.Is(err, stat.ErrSingle) {
			f.Why = stat.ErrSingle.Error() // of every field alike
		}
		return f
	}
	f.Contrast = &c
	floor, err := v.Set.Floor(m, cell)
	f.Quiet = err != nil || !floor.Above(c)
	return f
}

// missing says why an arm has no value at all.
func (v *View) missing(m stat.Metric, cell, arm string) string {
	if why := v.Set.Why(m, cell, arm); why != "" {
		return m.Label + ": " + why
	}
	for _, t := range v.Trials {
		if t.Cell == cell && t.Arm == arm && t.Status != trial.OK {
			return string(t.Status) + ": " + t.Reason // of all its metrics alike
		}
	}
	if v.hopeless(cell, arm) {
		return allInvalid // of all its metrics alike
	}
	return m.Label + ": not measured"
}

// memoryCell is where the memory of a cell's connections was measured: in the cell
// itself, else in another one of the run, "" if nowhere.
func (v *View) memoryCell(cell string) string {
	for _, name := range append([]string{cell}, v.Set.Cells...) {
		for _, a := range v.Arms {
			if len(v.Set.Values(stat.Memory, name, a.Name)) > 0 {
				return name
			}
		}
	}
	return ""
}

// cellOf is the cell in which a metric of c was measured: memory has trials of its
// own, perhaps in a cell of its own.
func (v *View) cellOf(m stat.Metric, c Cell) string {
	if m.Name == stat.Memory.Name {
		if other := v.memoryCell(c.Name); other != "" {
			return other
		}
	}
	return c.Name
}

// fieldIn is Field where the metric was measured.
func (v *View) fieldIn(m stat.Metric, c Cell, arm string) Field {
	return v.Field(m, v.cellOf(m, c), arm)
}

// loaded are the cells in which requests are sent; the others are memory alone.
func (v *View) loaded() []Cell {
	return slices.DeleteFunc(slices.Clone(v.Cells), func(c Cell) bool { return c.Memory })
}

// armsOf are the arms that a cell asks: others have no row there.
func (v *View) armsOf(c Cell) []Arm {
	if c.Arms == nil {
		return v.Arms
	}
	return slices.DeleteFunc(slices.Clone(v.Arms), func(a Arm) bool { return !slices.Contains(c.Arms, a.Name) })
}

// colour is an arm's, the same in all pictures; a twin has its original's neighbour.
func (v *View) colour(arm string) int {
	return max(0, slices.IndexFunc(v.Arms, func(a Arm) bool { return a.Name == arm }))
}
