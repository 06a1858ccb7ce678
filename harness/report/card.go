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
// one sentence of advice with its scope, and what to do next. dir is the run's folder and
// program this command, as the user would type them.
func Card(w io.Writer, v *View, dir, program string) error {
	var b strings.Builder
	for _, c := range v.loaded() {
		v.cardCell(&b, c)
	}
	v.cardVerdicts(&b)
	v.cardState(&b, program)
	for _, line := range v.next(dir, program) {
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
	for _, a := range v.armsOf(c) {
		row := table.Row{a.Name + v.mark(c.Name, a.Name)}
		for _, m := range columns(c) {
			row = append(row, v.cardField(v.fieldIn(m, c, a.Name), notes))
		}
		t.AppendRow(row)
		if v.unchecked(c.Name, a.Name) {
			notes.add(a.Name, "asked its own URL, answers unchecked: not the work that the models do")
		}
	}
	for _, line := range strings.Split(t.Render(), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteString(notes.String())
	b.WriteString(v.validityLines(c.Name))
	b.WriteString(v.floorLine(c) + "\n")
	b.WriteString(v.Advice(c).Sentence + v.caution(c.Name) + "\n")
}

func (v *View) cardField(f Field, notes *footnotes) string {
	switch {
	case f.Value == nil:
		notes.add(f.Arm, f.Why)
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
		notes.add("", f.Why)
	case f.Why != "":
		notes.add(f.Arm, f.Why)
	}
	return quantity(f.Metric, f.Value.Median)
}

// unchecked says whether an arm was asked a URL of its own instead of the cell's workload.
func (v *View) unchecked(cell, arm string) bool {
	return slices.ContainsFunc(v.Trials, func(t trial.Trial) bool {
		return t.Cell == cell && t.Arm == arm && t.Kind == trial.Load && len(t.Slices) > 0 && !t.Identity.Checked
	})
}

// footnotes gathers why fields are missing: each reason once, with the arms it is of.
type footnotes struct {
	reasons []string
	arms    map[string][]string // by reason
	quiet   bool
}

// add notes a reason; arm is "" for one that is everybody's.
func (n *footnotes) add(arm, reason string) {
	if n.arms == nil {
		n.arms = make(map[string][]string)
	}
	if _, known := n.arms[reason]; !known {
		n.reasons = append(n.reasons, reason)
		n.arms[reason] = nil
	}
	if arm != "" && !slices.Contains(n.arms[reason], arm) {
		n.arms[reason] = append(n.arms[reason], arm)
	}
}

// String is the notes as lines, at most four: the report has all.
func (n *footnotes) String() string {
	var b strings.Builder
	for i, reason := range n.reasons {
		if i == 3 && len(n.reasons) > 4 {
			fmt.Fprintf(&b, "– and %d more reasons, see report.md\n", len(n.reasons)-3)
			break
		}
		who := ""
		if arms := n.arms[reason]; len(arms) > 0 {
			who = list(arms) + ": "
		}
		b.WriteString("– " + who + reason + "\n")
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
			parts, twin = append(parts, plusMinus(f.Fraction)+" "+m.Label), f.Twin
		} else if m.Name == stat.CPU.Name {
			if why := v.noFloor(c.Name); why != "" {
				return "noise floor: not known, " + why + "."
			}
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

// cardState says what is missing from the run, and how program goes on with it.
func (v *View) cardState(b *strings.Builder, program string) {
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
		fmt.Fprintf(b, "\nPARTIAL: %d of %d trials are in. Go on with: %s --resume\n", len(v.Trials), v.Planned, typed(program, v.Command))
	}
}

// typed is a command of ours as the user would type it.
func typed(program, command string) string {
	if rest, ours := strings.CutPrefix(command, "assay "); ours {
		return program + " " + rest
	}
	return command
}

func (v *View) next(dir, program string) []string {
	var lines []string
	for _, c := range v.loaded() {
		if try := v.Advice(c).Try; try != "" {
			lines = append(lines, "Next: "+typed(program, try))
			break
		}
	}
	if !slices.ContainsFunc(v.Arms, func(a Arm) bool { return a.Kind == "own" }) {
		lines = append(lines, "Your own server: "+typed(program, "assay run --server 'mine=./mysvc --port {port}' --url-path /"))
	}
	return append(lines,
		"Report: "+dir+"/report.md",
		"Page: "+dir+"/report.html")
}

// plainStyle is a table of columns and nothing else.
func plainStyle() table.Style {
	s := table.Style{Name: "plain", Box: table.BoxStyle{PaddingRight: "  "}, Format: table.FormatOptionsDefault}
	s.Format.Header = text.FormatDefault
	s.Options = table.OptionsNoBordersAndSeparators
	return s
}
