package report

import (
	"slices"

	"assay/harness/stat"
)

// ContrastRecord is one contrast as a machine reads it.
type ContrastRecord struct {
	Cell   string  `json:"cell"`
	Arm    string  `json:"arm"`
	Base   string  `json:"base"`
	Metric string  `json:"metric"`
	Unit   string  `json:"unit"`
	Ratio  float64 `json:"ratio"` // arm ÷ base
	Lo     float64 `json:"lo"`    // of the 95 % interval
	Hi     float64 `json:"hi"`
	Blocks int     `json:"blocks"`
	P      float64 `json:"p"`
	Equal  bool    `json:"equal"`           // within the metric's margin, by two one-sided tests
	Above  bool    `json:"above_floor"`     // beyond the noise floor of the A/A twin
	Floor  float64 `json:"floor,omitempty"` // as a fraction; absent where it is not known

	Suspect int      `json:"suspect"`         // trials of the arm and the base in the cell that are SUSPECT
	Invalid int      `json:"invalid"`         // and INVALID: they are left out
	Gates   []string `json:"gates,omitempty"` // that fired for them
}

// Contrasts are all contrasts of a run against its baseline, cell by cell.
func (v *View) Contrasts() []ContrastRecord {
	out := []ContrastRecord{} // an empty array, not null
	for _, c := range v.Cells {
		for _, a := range v.Arms {
			for _, m := range stat.Metrics {
				f := v.Field(m, c.Name, a.Name)
				if f.Contrast == nil {
					continue
				}
				k := f.Contrast
				r := ContrastRecord{
					Cell: c.Name, Arm: a.Name, Base: k.Base, Metric: m.Name, Unit: m.Unit,
					Ratio: k.Ratio, Lo: k.Lo, Hi: k.Hi, Blocks: k.N, P: k.P, Equal: k.Equal, Above: !f.Quiet,
				}
				r.Suspect, r.Invalid, r.Gates = v.doubted(c.Name, a.Name, k.Base)
				if floor, err := v.Set.Floor(m, c.Name); err == nil {
					r.Floor = floor.Fraction
				}
				out = append(out, r)
			}
		}
	}
	return out
}

// doubted counts the trials of two arms in a cell that are not VALID, with the gates that fired.
func (v *View) doubted(cell, arm, base string) (suspect, invalid int, gates []string) {
	for _, name := range []string{arm, base} {
		g := v.grades(cell, name)
		suspect, invalid = suspect+g.Suspect, invalid+g.Invalid
	}
	for _, d := range v.doubts(cell) {
		if (d.arm == arm || d.arm == base) && d.grade != "" && !slices.Contains(gates, d.gate) {
			gates = append(gates, d.gate)
		}
	}
	return suspect, invalid, gates
}
