package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"assay/harness/stat"
	"assay/harness/trial"
)

// Card writes what the screen shows after a run: a table per cell, the noise floor,
// one sentence of advice with its scope, and what to do next. dir is the run's folder
// as the user would type it.
func Card(w io.Writer, v *View, dir string) error {
	var b strings.Builder
	for _, c := range v.loaded() {
		v.cardCell(&b, c)
	}
	v.cardState(&b, dir)
	for _, line := range v.next(dir) {
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// columns of a cell's table. The percentiles of a closed loop are not latency under
// load, so its table has the rate instead.
func columns(c Cell) []stat.Metric {
	third := stat.P99
	if !c.Open {
		third = stat.Rate
	}
	return []stat.Metric{stat.CPU, stat.MachineCPU, third, stat.Memory}
}

func (v *View) cardCell(b *strings.Builder, c Cell) {
	fmt.Fprintf(b, "\n%s (%s)\n", c.Title, v.Placement)
	t := table.NewWriter()
	t.SetStyle(plainStyle())
	head := table.Row{""}
	for _, m := range columns(c) {
		head = append(head, m.Label)
	}
	t.AppendHeader(head)
	notes := &footnotes{}
	for _, a := range v.Arms {
		row := table.Row{a.Name}
		for _, m := range columns(c) {
			row = append(row, v.cardField(v.fieldIn(m, c, a.Name), notes))
		}
		t.AppendRow(row)
	}
	for _, line := range strings.Split(t.Render(), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteString(notes.String())
	b.WriteString(v.floorLine(c) + "\n")
	b.WriteString(v.Advice(c).Sentence + "\n")
}

func (v *View) cardField(f Field, notes *footnotes) string {
	switch {
	case f.Value == nil:
		notes.add(f.Arm + ", " + f.Metric.Label + ": " + f.Why)
		return "–"
	case f.Contrast != nil && f.Contrast.Equal:
		return fmt.Sprintf("equal ±%.0f%%", 100*f.Contrast.Metric.Margin)
	case f.Contrast != nil:
		s := ratio(f.Contrast.Ratio) + " " + interval(f.Contrast.Lo, f.Contrast.Hi)
		if f.Quiet {
			s += " ~"
			notes.quiet = true
		}
		return s
	case f.Why == stat.ErrSingle.Error():
		notes.add(f.Why)
	case f.Why != "":
		notes.add(f.Arm + ", " + f.Metric.Label + ": " + f.Why)
	}
	return quantity(f.Metric, f.Value.Median)
}

// footnotes gathers why fields are missing, each reason once.
type footnotes struct {
	lines []string
	quiet bool
}

func (n *footnotes) add(line string) {
	if !slices.Contains(n.lines, line) {
		n.lines = append(n.lines, line)
	}
}

// String is the notes as lines, at most four: the report has all.
func (n *footnotes) String() string {
	var b strings.Builder
	for i, line := range n.lines {
		if i == 3 && len(n.lines) > 4 {
			fmt.Fprintf(&b, "– and %d more reasons, see report.md\n", len(n.lines)-3)
			break
		}
		b.WriteString("– " + line + "\n")
	}
	if n.quiet {
		b.WriteString("~ not above the noise floor\n")
	}
	return b.String()
}

// floorLine states the noise floor of a cell per metric, or why it has none.
func (v *View) floorLine(c Cell) string {
	var parts []string
	var twin stat.Contrast
	for _, m := range columns(c)[:3] {
		f, err := v.Set.Floor(m, c.Name)
		if err == nil {
			parts, twin = append(parts, "±"+percent(f.Fraction)+" "+m.Label), f.Twin
		} else if m.Name == stat.CPU.Name {
			return "noise floor: not known, " + whyNoFloor(err) + "."
		}
	}
	return fmt.Sprintf("noise floor %s (%s against its twin, %d blocks).", strings.Join(parts, ", "), twin.Base, twin.N)
}

// whyNoFloor words the two usual reasons shortly.
func whyNoFloor(err error) string {
	switch {
	case errors.Is(err, stat.ErrNoTwin):
		return "there is no A/A twin in this run"
	case errors.Is(err, stat.ErrSingle):
		return "there is one block only"
	}
	return strings.TrimPrefix(err.Error(), "noise floor: ")
}

// cardState says what is missing from the run.
func (v *View) cardState(b *strings.Builder, dir string) {
	var failed, skipped int
	var first string
	for _, t := range v.Trials {
		switch t.Status {
		case trial.Failed:
			if failed++; first == "" {
				first = fmt.Sprintf("%s in %s: %s", t.Arm, t.Cell, t.Reason)
			}
		case trial.NotRun, trial.NotApplicable:
			skipped++
		}
	}
	if failed > 0 {
		fmt.Fprintf(b, "\n%d of %d trials failed. The first: %s\n", failed, len(v.Trials), first)
	}
	if skipped > 0 {
		fmt.Fprintf(b, "%d trials were not run or do not apply; report.md has the reasons.\n", skipped)
	}
	if !v.Finished {
		fmt.Fprintf(b, "\nPARTIAL: %d of %d trials are in. Go on with: assay run --resume %s\n", len(v.Trials), v.Planned, dir)
	}
}

func (v *View) next(dir string) []string {
	var lines []string
	for _, c := range v.loaded() {
		if try := v.Advice(c).Try; try != "" {
			lines = append(lines, "Next: "+try)
			break
		}
	}
	return append(lines,
		"Your own server: assay run --server 'mine=./mysvc --port {port}' --url-path /",
		"Report: "+dir+"/report.md")
}

// plainStyle is a table of columns and nothing else.
func plainStyle() table.Style {
	s := table.Style{Name: "plain", Box: table.BoxStyle{PaddingRight: "  "}, Format: table.FormatOptionsDefault}
	s.Format.Header = text.FormatDefault
	s.Options = table.OptionsNoBordersAndSeparators
	return s
}
