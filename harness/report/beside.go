package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/harness/stat"
)

// Difference is something in which runs differ, with the value of each.
type Difference struct {
	What   string   `json:"what"`
	Values []string `json:"values"` // by run; "" where it does not say
}

// Differences are the plan, the environment and the settings in which runs differ.
func Differences(runs []*View) []Difference {
	out := []Difference{} // an empty array, not null
	add := func(what string, value func(*Run) string) {
		d := Difference{What: what}
		for _, v := range runs {
			d.Values = append(d.Values, value(v.Run))
		}
		if len(slices.Compact(slices.Clone(d.Values))) > 1 {
			out = append(out, d)
		}
	}
	add("profile", func(r *Run) string { return r.Profile })
	add("blocks", func(r *Run) string { return itoa(r.Blocks) })
	add("baseline", func(r *Run) string { return r.Baseline })
	add("system", func(r *Run) string { return r.GOOS + "/" + r.GOARCH })
	for _, name := range union(runs, func(v *View) []Fact { return v.Facts }, func(f Fact) string { return f.Name }) {
		add(name.Name, func(r *Run) string { return r.fact(name.Name) })
	}
	for _, k := range commonPlaces(runs[0].Run, runs[len(runs)-1].Run) {
		add("settings of "+k.arm+" in "+k.cell, func(r *Run) string { return r.settingsOf(k) })
	}
	return out
}

// union are the items of all runs, each once by its name, in the order of the first run that has it.
func union[T any](runs []*View, of func(*View) []T, name func(T) string) []T {
	var all []T
	for _, v := range runs {
		for _, item := range of(v) {
			if !slices.ContainsFunc(all, func(t T) bool { return name(t) == name(item) }) {
				all = append(all, item)
			}
		}
	}
	return all
}

// Beside sets runs side by side, as Markdown: what they differ in first, then each cell with a
// row an arm and metric and a column a run.
func Beside(runs []*View) string {
	var b strings.Builder
	b.WriteString("# Runs side by side\n\n")
	t := mdTable{words: true, head: []string{"", "run", "profile", "started", "trials"}}
	for i, v := range runs {
		state := ""
		if !v.Finished {
			state = fmt.Sprintf(", PARTIAL: %d of %d", len(v.Trials), v.Planned)
		}
		t.rows = append(t.rows, []string{letter(i), v.ID, said(v.Profile), v.Started.Format(time.DateTime), v.Grades().String() + state})
	}
	fmt.Fprintf(&b, "%s\n## What they differ in\n\n%s\n", t, differenceTable(runs))
	b.WriteString("Ratios are to the run's own baseline, with their 95 % intervals. Figures without × are absolute, the baseline's or of a single block, and differ with the machine's state. `equal`: shown by two one-sided tests. `~`: not above the noise floor of that run. `?`: rests on SUSPECT trials. `!`: without INVALID ones. –: not measured there; that run's report says why.\n")
	for _, c := range union(runs, func(v *View) []Cell { return v.Cells }, func(c Cell) string { return c.Name }) {
		fmt.Fprintf(&b, "\n## %s\n\n%s", mdText(c.Title), besideTable(runs, c))
	}
	return b.String()
}

// letter names a run in the head of a column: A, B, … and then by number.
func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return itoa(i + 1)
}

func differenceTable(runs []*View) string {
	t := mdTable{words: true, head: []string{"what"}}
	for i := range runs {
		t.head = append(t.head, letter(i))
	}
	alike := true
	for _, d := range Differences(runs) {
		row := []string{d.What}
		for _, value := range d.Values {
			row = append(row, said(value))
		}
		t.rows = append(t.rows, row)
		alike = alike && !slices.Contains(machineFacts, d.What)
	}
	switch {
	case len(t.rows) == 0:
		return "In nothing that is recorded.\n"
	case !alike:
		return t.String() + "\n**Not the same machine, kernel or timing: hold ratios against each other, with care, and nothing else.**\n"
	}
	return t.String()
}

// besideTable has a row for each metric and arm of a cell.
func besideTable(runs []*View, c Cell) mdTable {
	t := mdTable{head: []string{"arm", "metric"}}
	for i := range runs {
		t.head = append(t.head, letter(i))
	}
	metrics := columns(c)[:3] // memory has a cell of its own
	if c.Memory {
		metrics = []stat.Metric{stat.Memory}
	}
	arms := union(runs, func(v *View) []Arm { return v.Arms }, func(a Arm) string { return a.Name })
	for _, m := range metrics {
		for _, a := range arms {
			row := []string{a.Name, m.Label}
			for _, v := range runs {
				row = append(row, v.besideField(m, c.Name, a.Name))
			}
			if slices.ContainsFunc(row[2:], func(s string) bool { return s != "–" }) {
				t.rows = append(t.rows, row)
			}
		}
		row := []string{"noise floor", m.Label}
		for _, v := range runs {
			if f, err := v.Set.Floor(m, c.Name); err == nil {
				row = append(row, plusMinus(f.Fraction))
			} else {
				row = append(row, "–")
			}
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (v *View) besideField(m stat.Metric, cell, arm string) string {
	f := v.Field(m, cell, arm)
	if f.Value == nil {
		return "–"
	}
	if f.Contrast == nil {
		return absolute(f) + v.mark(cell, arm)
	}
	s := times(*f.Contrast)
	switch {
	case f.Contrast.Equal:
		s += fmt.Sprintf(" equal ±%.0f%%", 100*m.Margin)
	case f.Quiet:
		s += " ~"
	}
	return s + v.mark(cell, arm)
}

// BesideRecord is several runs as a machine reads them.
type BesideRecord struct {
	Differences []Difference `json:"differences"`
	Runs        []RunRecord  `json:"runs"`
}

// RunRecord is one run's contrasts.
type RunRecord struct {
	ID        string           `json:"id"`
	Contrasts []ContrastRecord `json:"contrasts"`
}

// BesideJSON is Beside for a machine.
func BesideJSON(runs []*View) BesideRecord {
	r := BesideRecord{Differences: Differences(runs)}
	for _, v := range runs {
		r.Runs = append(r.Runs, RunRecord{v.ID, v.Contrasts()})
	}
	return r
}
