package report

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"assay/harness/stat"
)

// Comparison is two runs side by side.
type Comparison struct {
	Old     string             `json:"old"` // ID
	New     string             `json:"new"`
	Metrics []MetricComparison `json:"metrics"`
	Notes   []string           `json:"notes,omitempty"`
}

// MetricComparison is one metric over the cells and arms that both runs have.
type MetricComparison struct {
	Metric stat.Metric   `json:"metric"`
	Rows   []ComparedRow `json:"rows"`
}

// ComparedRow is one arm in one cell. Absolute figures of two campaigns differ with
// the machine's state, so where both runs have a baseline the row is about the ratio
// to it.
type ComparedRow struct {
	Cell     string           `json:"cell"`
	Arm      string           `json:"arm"`
	Relative bool             `json:"relative"` // Old and New are ratios to the run's own baseline
	Old      stat.Description `json:"old"`
	New      stat.Description `json:"new"`
	stat.Comparison
}

// compared are the metrics of a comparison, in order.
var compared = []stat.Metric{stat.CPU, stat.MachineCPU, stat.Rate, stat.P50, stat.P99, stat.Switches, stat.Memory}

// ErrNothingCommon says that two runs cannot be compared.
var ErrNothingCommon = errors.New("the runs have no cell and arm in common")

// Compare sets new beside old, as benchstat does: medians and Mann–Whitney over
// replicates, each row for itself. Judge is what decides over all of them. The error wraps ErrNothingCommon, or stat.ErrSingle where no row has
// two replicates on both sides.
func Compare(old, new *View) (*Comparison, error) {
	c := &Comparison{Old: old.ID, New: new.ID}
	if old.CPU != new.CPU || old.Placement.String() != new.Placement.String() {
		c.Notes = append(c.Notes, fmt.Sprintf("different machines or placements (%s, %s; %s, %s): only ratios to the baseline mean anything", old.CPU, old.Placement, new.CPU, new.Placement))
	}
	if old.Baseline != new.Baseline {
		c.Notes = append(c.Notes, fmt.Sprintf("different baselines (%s, %s): absolute figures are compared, which also differ with the machine's state", old.Baseline, new.Baseline))
	}
	for _, side := range []struct {
		name string
		view *View
	}{{"old", old}, {"new", new}} {
		if g := side.view.Grades(); g.Suspect+g.Invalid > 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("%s: %s; INVALID ones are left out", side.name, g))
		}
	}
	common, refused := 0, 0
	for _, m := range compared {
		mc := MetricComparison{Metric: m}
		for _, cell := range old.Cells {
			for _, arm := range old.Arms {
				if len(old.Set.Values(m, cell.Name, arm.Name)) == 0 || len(new.Set.Values(m, cell.Name, arm.Name)) == 0 {
					continue
				}
				common++
				row, err := compareRow(m, cell.Name, arm.Name, old, new)
				if err != nil {
					refused++
					continue
				}
				mc.Rows = append(mc.Rows, row)
			}
		}
		if len(mc.Rows) > 0 {
			c.Metrics = append(c.Metrics, mc)
		}
	}
	switch {
	case common == 0:
		return nil, fmt.Errorf("%s and %s: %w", old.ID, new.ID, ErrNothingCommon)
	case refused == common:
		return nil, fmt.Errorf("%s and %s: %w", old.ID, new.ID, stat.ErrSingle)
	case refused > 0:
		c.Notes = append(c.Notes, fmt.Sprintf("%d rows left out: fewer than two replicates", refused))
	}
	return c, nil
}

func compareRow(m stat.Metric, cell, arm string, old, new *View) (row ComparedRow, err error) {
	row = ComparedRow{Cell: cell, Arm: arm}
	a, b := old.Set.Values(m, cell, arm), new.Set.Values(m, cell, arm)
	if old.Baseline == new.Baseline && arm != old.Baseline {
		x, errOld := old.Set.Contrast(m, cell, arm, old.Baseline)
		y, errNew := new.Set.Contrast(m, cell, arm, new.Baseline)
		if errOld == nil && errNew == nil {
			row.Relative = true
			a, b = ratios(x), ratios(y)
		}
	}
	if row.Old, err = stat.Describe(a); err != nil {
		return row, err
	}
	if row.New, err = stat.Describe(b); err != nil {
		return row, err
	}
	if row.Comparison, err = stat.MannWhitney(a, b); err != nil {
		return row, err
	}
	return row, nil
}

// ratios are the blocks' own.
func ratios(c stat.Contrast) []float64 {
	out := make([]float64, len(c.Logs))
	for i, l := range c.Logs {
		out[i] = math.Exp(l)
	}
	return out
}

// Write prints the comparison: a table a metric.
func (c *Comparison) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "old: %s\nnew: %s\n", c.Old, c.New)
	for _, m := range c.Metrics {
		b.WriteString("\n")
		t := table.NewWriter()
		t.SetStyle(plainStyle())
		t.AppendHeader(table.Row{m.Metric.Label, "", "old", "new", "new ÷ old", ""})
		for _, r := range m.Rows {
			t.AppendRow(table.Row{r.Arm, r.Cell, r.side(m.Metric, r.Old), r.side(m.Metric, r.New), r.verdict()})
		}
		for line := range strings.SplitSeq(t.Render(), "\n") {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	b.WriteString("\n× is relative to the run's own baseline, block by block; other figures are absolute and differ with the machine's state.\n")
	for _, n := range c.Notes {
		b.WriteString("– " + n + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// side words one run's median and spread.
func (r ComparedRow) side(m stat.Metric, d stat.Description) string {
	spread := fmt.Sprintf(" ±%.0f%%", 100*math.Max(d.Greatest/d.Median-1, 1-d.Least/d.Median))
	if d.Median == 0 {
		spread = ""
	}
	if r.Relative {
		return ratio(d.Median) + spread
	}
	return quantity(m, d.Median) + spread
}

func (r ComparedRow) verdict() string {
	s := fmt.Sprintf("~ (p=%.3f)", r.P)
	if r.P < 0.05 && r.Ratio > 0 {
		s = fmt.Sprintf("%+.1f%% (p=%.3f)", 100*(r.Ratio-1), r.P)
	}
	return s
}
