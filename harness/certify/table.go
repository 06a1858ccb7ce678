package certify

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"assay/harness/oracle"
)

// Table writes the certificate for a person: a table of all rows, what was wrong, and what it means.
func (c *Certificate) Table(w io.Writer) error {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	t.AppendHeader(table.Row{"law", "rate", "conns", "generator", "p50", "p90", "p99", "p99.9", "distance", "slip p99", "oracle late", "paused", "verdict"})
	right := make([]table.ColumnConfig, 0, 11)
	for i := 2; i <= 12; i++ {
		if i != 4 {
			right = append(right, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.SetColumnConfigs(right)
	for i := range c.Rows {
		t.AppendRow(c.Rows[i].cells())
	}
	lines := append([]string{}, c.Machine...)
	lines = append(lines, "", t.Render(), "",
		"Quantiles of response time, ms, and how far they are from the law's. distance: the greatest between the two distributions.",
		"oracle late: p99 of what the oracle itself was behind the law, by the kernel's time stamps.",
		"paused: the longest time that a processor ran nothing meanwhile, ms; a cell is undecided where such pauses can have caused all that is wrong.",
		"level: times are not the law's, and no later than those of the client that spins, which had the same cell right after each take.")
	lines = append(lines, c.witness())
	if notes := c.notes(); len(notes) > 0 {
		lines = append(append(lines, ""), notes...)
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	text := strings.Join(lines, "\n") + "\n"
	for strings.Contains(text, " \n") { // the table fills its last column
		text = strings.ReplaceAll(text, " \n", "\n")
	}
	_, err := io.WriteString(w, text)
	return err
}

// witness is what the kernel's stamps say of the oracle's own departures.
func (c *Certificate) witness() string {
	var stamps, median, p99 int64
	for _, r := range c.Rows {
		if r.Oracle != nil && r.Verdict != Shown {
			stamps += r.Oracle.Left.Count
			median, p99 = max(median, r.Oracle.Left.P50), max(p99, r.Oracle.Left.P99)
		}
	}
	if stamps == 0 {
		return "The kernel stamped no answer as it left: when the oracle answered is its own word alone."
	}
	return fmt.Sprintf("The kernel stamped %d answers as they left: in no cell half of them more than %.1f µs after the oracle says that they did, or 1 %% more than %.1f µs.",
		stamps, float64(median)/1e3, float64(p99)/1e3)
}

// cells are a row of the table.
func (r *Row) cells() table.Row {
	rate := fmt.Sprintf("%.0f/s", r.Rate)
	switch r.Arrivals {
	case "closed":
		rate = fmt.Sprintf("closed, %.0f/s", r.Achieved)
	case "constant":
		rate += " even"
	}
	row := table.Row{r.Law, rate, r.Conns, r.Generator}
	for _, q := range Quantiles {
		row = append(row, r.at(q))
	}
	distance, slip, late, paused := "", "", "", ""
	if r.Distance != nil {
		distance = fmt.Sprintf("%.4f", *r.Distance)
	}
	if r.SlipP99 > 0 {
		slip = bare(r.SlipP99)
	}
	if r.Oracle != nil && r.Oracle.Requests > 0 {
		late = bare(float64(r.Oracle.Late.P99))
	}
	if r.Pauses != nil && r.Pauses.Count > 0 {
		paused = bare(float64(r.Pauses.Longest[0]))
	}
	return append(row, distance, slip, late, paused, string(r.Verdict))
}

// at is a quantile and its error.
func (r *Row) at(q float64) string {
	for _, p := range r.Points {
		if p.Q == q {
			return fmt.Sprintf("%s (%+.2f)", bare(p.Got), p.Error()/1e6)
		}
	}
	return ""
}

// bare writes ns as a number of milliseconds.
func bare(ns float64) string { return strings.TrimSuffix(millis(ns), " ms") }

// notes say why, once for each reason.
func (c *Certificate) notes() (notes []string) {
	known := map[string]bool{}
	for _, r := range c.Rows {
		if r.Oracle != nil && r.Oracle.Release > 0 && r.Verdict != Shown {
			kind, _, _ := strings.Cut(r.Law, ":")
			release := float64(r.Oracle.Release)
			notes = append(notes, fmt.Sprintf("– %s, %s at %.0f/s over %d: what had waited took %s to leave by the oracle's record, %.1f µs each; who comes meanwhile waits too, so it is held against %s",
				r.Generator, kind, r.Rate, r.Conns, millis(release), release/1e3/(r.Rate*r.stall()), r.due()))
		}
		for _, why := range r.Others {
			kind, _, _ := strings.Cut(r.Law, ":")
			notes = append(notes, fmt.Sprintf("– %s, %s at %.0f/s over %d: another take was %s", r.Generator, kind, r.Rate, r.Conns, why))
		}
		for _, why := range r.Reasons {
			kind, _, _ := strings.Cut(r.Law, ":")
			note := fmt.Sprintf("– %s, %s at %.0f/s over %d: %s: %s", r.Generator, kind, r.Rate, r.Conns, r.Verdict, why)
			if !known[note] {
				known[note] = true
				notes = append(notes, note)
			}
		}
	}
	return notes
}

// stall is how long the law's stall is, seconds; 1 of another law.
func (r *Row) stall() float64 {
	if law, err := oracle.Parse(r.Law); err == nil && law.Kind == oracle.Stall {
		return law.A.Seconds()
	}
	return 1
}

// due lists the quantiles that a row with a release is held against.
func (r *Row) due() string {
	var parts []string
	for _, p := range r.Points {
		if p.Due > 0 {
			parts = append(parts, fmt.Sprintf("p%g %s", 100*p.Q, millis(p.Due)))
		}
	}
	return strings.Join(parts, ", ")
}
