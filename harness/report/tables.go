package report

import (
	"fmt"
	"maps"
	"slices"

	"assay/harness/stat"
)

// ratioTable is the card's table in Markdown.
func (v *View) ratioTable(c Cell) mdTable {
	t := mdTable{head: []string{"arm"}}
	for _, m := range columns(c) {
		t.head = append(t.head, m.Label)
	}
	for _, a := range v.armsOf(c) {
		row := []string{a.Name + v.mark(c.Name, a.Name)}
		for _, m := range columns(c) {
			row = append(row, v.cardField(v.fieldIn(m, c, a.Name), &footnotes{}))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// absoluteTable is everything that was measured under load, arm by arm.
func (v *View) absoluteTable(c Cell) mdTable {
	metrics := []stat.Metric{
		stat.CPU, stat.MachineCPU, stat.Rate, stat.P50, stat.P99, stat.P999, stat.ServiceP50, stat.ServiceP99, stat.SlipP99,
		stat.DisturberP50, stat.DisturberP99, stat.Switches, stat.Involuntary, stat.Allocs, stat.AllocBytes, stat.Jain,
	}
	t := mdTable{head: []string{"arm"}}
	for _, m := range metrics {
		t.head = append(t.head, m.Label)
	}
	t.head = append(t.head, "least served", "answers", "errors")
	for _, a := range v.armsOf(c) {
		row := []string{a.Name + v.mark(c.Name, a.Name)}
		pool, err := v.Set.Pool(c.Name, a.Name)
		for _, m := range metrics {
			text := absolute(v.Field(m, c.Name, a.Name))
			if text == "–" && err == nil {
				if value, ok := pool.Values[m.Name]; ok {
					text = quantity(m, value) + " (blocks merged)"
				}
			}
			row = append(row, text)
		}
		if err != nil {
			t.rows = append(t.rows, append(row, "–", "–", "–"))
			continue
		}
		t.rows = append(t.rows, append(row, v.least(c, a.Name), fmt.Sprint(pool.Answers), errorText(pool.Errors)))
	}
	return t
}

// least is the fewest answers any connection got in any block.
func (v *View) least(c Cell, arm string) string {
	least, known := uint64(0), false
	for _, f := range v.Set.Replicates(c.Name, arm) {
		if !known || f.Least < least {
			least, known = f.Least, true
		}
	}
	return fmt.Sprint(least)
}

func errorText(errors map[string]uint64) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(errors)) {
		parts = append(parts, fmt.Sprintf("%d %s", errors[kind], kind))
	}
	if len(parts) == 0 {
		return "0"
	}
	return list(parts)
}

// absolute words a field's median and spread.
func absolute(f Field) string {
	if f.Value == nil {
		return "–"
	}
	d := f.Value
	switch {
	case d.Conf > 0:
		return spreadOf(f.Metric, d.Median, d.MedianLo, d.MedianHi, "%s [%s %s]")
	case d.N > 1:
		return spreadOf(f.Metric, d.Median, d.Least, d.Greatest, "%s (%s–%s)")
	default:
		return quantity(f.Metric, d.Median)
	}
}
