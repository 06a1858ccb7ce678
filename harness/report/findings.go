package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"assay/bench/claims"
	"assay/bench/plan"
	"assay/harness/stat"
	"assay/harness/verdict"
)

// Published is a run in the folder of published runs.
type Published struct {
	*View
	Folder string // where it is, as a link is to name it
}

// Best is the run that findings are told of: of the fullest profile, and of those the newest.
// False if no run is finished.
func Best(runs []Published) (Published, bool) {
	fullness := func(p Published) int {
		return slices.IndexFunc(plan.Profiles, func(f plan.Profile) bool { return f.Name == p.Profile }) // -1: of no profile
	}
	best, found := Published{}, false
	for _, p := range runs {
		switch {
		case !p.Finished:
		case !found, fullness(p) > fullness(best), fullness(p) == fullness(best) && p.Started.After(best.Started):
			best, found = p, true
		}
	}
	return best, found
}

// Index is a table of runs, the newest first.
func Index(runs []Published) string {
	t := mdTable{words: true, head: []string{"run", "profile", "machine", "built from", "trials"}}
	for _, o := range verdict.Outcomes {
		t.head = append(t.head, string(o))
	}
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b Published) int { return b.Started.Compare(a.Started) })
	for _, p := range runs {
		state := ""
		if !p.Finished {
			state = ", PARTIAL"
		}
		row := []string{
			fmt.Sprintf("[%s](%s/report.md), %s", p.Folder, p.Folder, p.Started.Format(time.DateOnly)),
			fmt.Sprintf("%s, %s%s", said(p.Profile), count(p.Blocks, "block"), state), p.machine(), p.commit(), p.Grades().String(),
		}
		counts := p.claimsRecord().Counts
		for _, o := range verdict.Outcomes {
			row = append(row, itoa(counts[o]))
		}
		t.rows = append(t.rows, row)
	}
	return t.String()
}

// machine is where the run was measured, in a few words.
func (r *Run) machine() string { return r.fact("processor") + "; " + r.fact("kernel") }

// commit is what was measured: compiler and commit, the latter shortened as git does.
func (r *Run) commit() string {
	words := strings.Fields(r.fact("built with"))
	for i, w := range words {
		if len(w) == 40 {
			words[i] = w[:7]
		}
	}
	return said(strings.Join(words, " "))
}

// Findings is what a README opens with: what the run settled, and the figures that people ask
// for first.
func Findings(p Published) string {
	var b strings.Builder
	r := p.claimsRecord()
	fmt.Fprintf(&b, "One run of profile `%s` on %s: %s, %s, built from %s; %s; %s ([report](%s/report.md), [page](%s/report.html)).\n\n",
		said(p.Profile), p.Started.Format(time.DateOnly), mdText(p.machine()), p.Placement, mdText(p.commit()), count(p.Blocks, "block"), p.Grades(), p.Folder, p.Folder)
	fmt.Fprintf(&b, "**%s**\n\n", r.Sentence())
	shown := dozen(r.Verdicts)
	if len(shown) > 0 {
		b.WriteString(settled(shown).String() + "\n")
	}
	if n := r.Settled - len(shown); n > 0 {
		fmt.Fprintf(&b, "Of each verdict the largest effects; the other %d, what decided each and where it holds: [all arguments](%s/report.md#the-arguments).\n\n", n, p.Folder)
	}
	c, told := p.mostTelling()
	if !told {
		return b.String()
	}
	if pic, ok := p.contrastPicture(c); ok {
		fmt.Fprintf(&b, "![%s](%s/%s)\n\n", mdText(pic.alt), p.Folder, pic.file)
	}
	fmt.Fprintf(&b, "Ratios to `%s`, 95 %% intervals. `~`: below the noise floor. `?`: rests on SUSPECT trials. `!`: without INVALID ones.\n\n%s\n", p.Baseline, p.tellingTable())
	for _, c := range p.tellingCells() {
		fmt.Fprintf(&b, "- *%s.* %s\n", mdText(c.Title), mdText(p.Advice(c).Sentence+p.caution(c.Name)))
	}
	return b.String()
}

// mostShown is how many verdicts a README opens with: what fits a screen. The report has all.
const mostShown = 12

// dozen are the decided verdicts to open with, in the order of outcomes. If there are more than
// mostShown, each outcome gives its strongest in turn, so that none crowds another out.
func dozen(all []verdict.Verdict) []verdict.Verdict {
	var queues [][]verdict.Verdict
	for _, o := range verdict.Outcomes {
		if o.Decided() {
			of := slices.DeleteFunc(slices.Clone(all), func(v verdict.Verdict) bool { return v.Outcome != o })
			slices.SortStableFunc(of, func(a, b verdict.Verdict) int { return cmp.Compare(strength(&b), strength(&a)) })
			queues = append(queues, of)
		}
	}
	take := make([]int, len(queues))
	for n, more := 0, true; more && n < mostShown; {
		more = false
		for i := range queues {
			if take[i] < len(queues[i]) && n < mostShown {
				take[i]++
				n++
				more = true
			}
		}
	}
	var shown []verdict.Verdict
	for i, n := range take {
		shown = append(shown, queues[i][:n]...)
	}
	return shown
}

// strength orders verdicts of one outcome: what was measured before what was observed, and that
// before what was counted in source; of what was measured, how far from 1 the ratio is, or of an
// equivalence how near.
func strength(v *verdict.Verdict) float64 {
	switch {
	case v.Effect != nil && v.Effect.Missing == "" && v.Effect.Ratio > 0:
		off := math.Abs(math.Log(v.Effect.Ratio))
		if v.Outcome == verdict.Equivalent {
			off = 1 / (1 + v.Effect.Off())
		}
		return 2 + off
	case len(v.Seen) > 0:
		return 1
	}
	return 0
}

// longestAdvice is how many characters of a verdict's advice fit a row.
const longestAdvice = 160

// settled is the table of decided questions.
func settled(decided []verdict.Verdict) mdTable {
	asserts := make(map[string]string)
	for _, c := range claims.All {
		asserts[c.Name] = c.Asserts
	}
	t := mdTable{words: true, head: []string{"argument", "verdict", "effect", "advice"}}
	for i := range decided {
		v := &decided[i]
		mark := ""
		if len(v.Suspect) > 0 {
			mark = " ?"
		}
		t.rows = append(t.rows, []string{asserts[v.Claim] + " (" + v.Claim + ", " + string(v.On) + ")", string(v.Outcome) + mark, told(v), clip(v.Advice, longestAdvice)})
	}
	return t
}

// telling are the figures that people ask for first, in cells that standard and full share.
var telling = []struct {
	head   string
	metric stat.Metric
	cell   string // "": wherever it was measured
}{
	{"server CPU/req, echo, 64 connections", stat.CPU, "echo,conns=64,closed"},
	{"server CPU/req, fan-out to 3 × 20 ms, 2000/s", stat.CPU, "fanout,delay=20ms,k=3,conns=128,rate=2000"},
	{"whole machine, fan-out", stat.MachineCPU, "fanout,delay=20ms,k=3,conns=128,rate=2000"},
	{"p99, fan-out", stat.P99, "fanout,delay=20ms,k=3,conns=128,rate=2000"},
	{"others' p99 when 1 % block 20 ms", stat.P99, "blocking,block=20ms,share=1%,via=inline,conns=128,rate=1000"},
	{"memory per idle connection", stat.Memory, ""},
}

// tellingCells are the loaded cells of telling that the run has; all of its own if it has none.
func (v *View) tellingCells() []Cell {
	cells := slices.DeleteFunc(v.loaded(), func(c Cell) bool { return !isTelling(c) })
	if len(cells) == 0 {
		return v.loaded()
	}
	return cells
}

func isTelling(c Cell) bool {
	for _, f := range telling {
		if f.cell == c.Name {
			return true
		}
	}
	return false
}

// mostTelling is the cell to show a picture of: one with a schedule of its own, if there is one.
func (v *View) mostTelling() (Cell, bool) {
	cells := v.tellingCells()
	if len(cells) == 0 {
		return Cell{}, false
	}
	if i := slices.IndexFunc(cells, func(c Cell) bool { return c.Open }); i >= 0 {
		return cells[i], true
	}
	return cells[0], true
}

// tellingTable has a row an arm and a column a telling figure, where the run has any of them. A run
// that has none has the table of its most telling cell.
func (v *View) tellingTable() mdTable {
	if c, _ := v.mostTelling(); !isTelling(c) {
		return v.ratioTable(c)
	}
	t := mdTable{head: []string{"against `" + v.Baseline + "`"}}
	for _, f := range telling {
		t.head = append(t.head, f.head)
	}
	for _, a := range v.Arms {
		if a.Name == v.Baseline {
			continue
		}
		name := "`" + a.Name + "`"
		if a.Twin != "" {
			name += ", a copy of `" + a.Twin + "`: the noise floor"
		}
		row := []string{name}
		for _, f := range telling {
			row = append(row, v.tellingField(f.metric, f.cell, a.Name))
		}
		if asked := func(figure string) bool { return figure != "–" }; slices.ContainsFunc(row[1:], asked) {
			t.rows = append(t.rows, row)
		}
	}
	return t.dropEmpty()
}

func (v *View) tellingField(m stat.Metric, cell, arm string) string {
	if cell == "" {
		cell = v.memoryCell(cell)
	}
	f := v.Field(m, cell, arm)
	if f.Value == nil || f.Contrast == nil {
		return "–"
	}
	return v.cardField(f, &footnotes{}) + v.mark(cell, arm)
}

// The lines between which a document is generated.
const (
	findingsBegin = "<!-- generated by make findings: do not edit from here -->\n"
	findingsEnd   = "<!-- generated by make findings: to here -->\n"
)

// Between puts generated text between the two lines that mark its place in a document. The error
// says what is to be there.
func Between(document, generated string) (string, error) {
	before, rest, begins := strings.Cut(document, findingsBegin)
	_, after, ends := strings.Cut(rest, findingsEnd)
	if !begins || !ends {
		return "", fmt.Errorf("no place for the findings: it needs the lines\n%s%s", findingsBegin, findingsEnd)
	}
	return before + findingsBegin + "\n" + strings.TrimRight(generated, "\n") + "\n\n" + findingsEnd + after, nil
}
