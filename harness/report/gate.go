package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"assay/harness/stat"
)

// Decision is what a gate came to.
type Decision string

// The decisions.
const (
	NoRegression Decision = "no regression"
	Regression   Decision = "regression"
	Undecided    Decision = "cannot be decided"
)

// Gate says whether a run got worse than an older one. Its question is asked of every arm but
// the baseline and its copy, in every cell, on every metric of gated: how much worse is the
// ratio to the run's own baseline than it was? Blocks of two runs are no pairs, so Welch's test
// decides; of being worse by more than the bound, which is the largest of the least effect that
// counts and of what the twins of either run differ by; corrected by Holm over all comparisons.
type Gate struct {
	Old      string   `json:"old"` // ID
	New      string   `json:"new"`
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason"`             // one line
	Judged   []Judged `json:"judged"`             // worst first, by p
	Unjudged []string `json:"unjudged,omitempty"` // comparisons that should be and could not, with the reason
	Unlike   []string `json:"unlike,omitempty"`   // why the runs cannot be compared at all
	Notes    []string `json:"notes,omitempty"`    // what a reader must know beside it
}

// Judged is one comparison. Ratios are new ÷ old.
type Judged struct {
	Metric  stat.Metric `json:"metric"`
	Cell    string      `json:"cell"`
	Arm     string      `json:"arm"`
	Base    string      `json:"base"`
	Change  float64     `json:"change"` // of the ratio to the base
	Lo      float64     `json:"lo"`     // ends of its 95 % interval
	Hi      float64     `json:"hi"`
	Old     int         `json:"old_blocks"`
	New     int         `json:"new_blocks"`
	Bound   float64     `json:"bound"`   // a fraction: being worse by no more does not count
	Visible float64     `json:"visible"` // a fraction: being worse by as much would have been called a regression
	P       float64     `json:"p"`       // one-sided, of being worse by no more than Bound
	Holm    float64     `json:"holm"`    // the same, corrected over all comparisons
	Worse   bool        `json:"regression"`

	shift stat.Shift // on the scale of logarithms on which worse is more
}

const (
	gateLevel = 0.05 // chance of one false regression or more, in all comparisons together
	// lostBlocks is the share of blocks without a partner above which a comparison is not
	// judged: an arm that fails when it is slow looks better for it.
	lostBlocks = 0.25
	// blind is how much worse, a fraction, the middle comparison may have to be to be seen.
	// Runs too noisy for that cannot clear anybody.
	blind = 1.0
)

// gated are the metrics that a regression is one of. Percentiles of a closed loop are not
// latency under load and its rate says the same; switches are a cause and no cost.
func gated(c Cell) []stat.Metric {
	switch {
	case c.Memory:
		return []stat.Metric{stat.Memory}
	case c.Open:
		return []stat.Metric{stat.CPU, stat.MachineCPU, stat.P50, stat.P99}
	default:
		return []stat.Metric{stat.CPU, stat.MachineCPU, stat.Rate}
	}
}

// Judge holds new against old. least is the least effect that counts, a fraction; 0 stands for
// the margin of each metric: 5 % of processor time and rate, 10 % of the rest.
func Judge(old, new *View, least float64) *Gate {
	g := &Gate{Old: old.ID, New: new.ID, Judged: []Judged{}, Unlike: unlike(old.Run, new.Run)}
	if len(g.Unlike) == 0 {
		g.compare(old, new, least)
	}
	g.decide()
	return g
}

func (g *Gate) compare(old, new *View, least float64) {
	for _, c := range old.Cells {
		i := slices.IndexFunc(new.Cells, func(d Cell) bool { return d.Name == c.Name })
		if i < 0 {
			g.Notes = append(g.Notes, c.Name+" is in the old run only")
			continue
		}
		if err := sameLoad(c, new.Cells[i]); err != nil {
			g.Unjudged = append(g.Unjudged, err.Error())
			continue
		}
		asked := new.armsOf(new.Cells[i])
		for _, a := range old.armsOf(c) {
			if a.Name == old.Baseline || a.Twin != "" {
				continue
			}
			if !slices.ContainsFunc(asked, func(b Arm) bool { return a.Name == b.Name }) {
				g.Notes = append(g.Notes, fmt.Sprintf("%s in %s is in the old run only", a.Name, c.Name))
				continue
			}
			for _, m := range gated(c) {
				g.judge(old, new, m, c.Name, a.Name, least)
			}
		}
	}
	g.Notes = append(g.Notes, old.Baseline+", the baseline, is not judged: if it got dearer, every other arm seems cheaper")
	for _, side := range []struct {
		name string
		view *View
	}{{"old", old}, {"new", new}} {
		if n := side.view.Grades(); n.Suspect+n.Invalid > 0 {
			g.Notes = append(g.Notes, fmt.Sprintf("%s: %s; INVALID ones are left out", side.name, n))
		}
	}
}

// judge adds one comparison, or why it cannot be made. What the old run has no value of could
// not get worse.
func (g *Gate) judge(old, new *View, m stat.Metric, cell, arm string, least float64) {
	if len(old.Set.Values(m, cell, arm)) == 0 {
		return
	}
	j, err := compareRuns(old, new, m, cell, arm, least)
	if err != nil {
		g.Unjudged = append(g.Unjudged, fmt.Sprintf("%s of %s in %s: %v", m.Label, arm, cell, err))
		return
	}
	g.Judged = append(g.Judged, j)
}

func compareRuns(old, new *View, m stat.Metric, cell, arm string, least float64) (Judged, error) {
	j := Judged{Metric: m, Cell: cell, Arm: arm, Base: old.Baseline, Bound: least}
	if least == 0 {
		j.Bound = m.Margin
	}
	var logs [2][]float64
	for i, v := range []*View{old, new} {
		side := [2]string{"old", "new"}[i]
		if len(v.Set.Values(m, cell, arm)) == 0 {
			return j, fmt.Errorf("the %s run has none: %s", side, v.missing(m, cell, arm))
		}
		c, err := v.Set.Contrast(m, cell, arm, v.Baseline)
		if err != nil {
			return j, fmt.Errorf("%s run: %w", side, err)
		}
		if lost := len(c.Unpaired); float64(lost) > lostBlocks*float64(lost+c.N) {
			return j, fmt.Errorf("the %s run lost %d of %d blocks", side, lost, lost+c.N)
		}
		floor, err := v.Set.Floor(m, cell)
		if err != nil {
			return j, fmt.Errorf("%s run: %w", side, err)
		}
		logs[i], j.Bound = c.Logs, min(max(j.Bound, floor.Fraction), math.MaxFloat64)
	}
	j.Old, j.New = len(logs[0]), len(logs[1])
	shift, err := stat.Welch(logs[0], logs[1], 0.95)
	if err != nil {
		return j, err
	}
	ratio := shift.Exp()
	j.Change, j.Lo, j.Hi = ratio.Center, ratio.Lo, min(ratio.Hi, math.MaxFloat64) // two blocks may say anything at all
	if m.Better == stat.Higher {
		shift.Center = -shift.Center
	}
	j.shift, j.P = shift, shift.Beyond(math.Log1p(j.Bound))
	return j, nil
}

// decide corrects the p-values and words the outcome.
func (g *Gate) decide() {
	ps := make([]float64, len(g.Judged))
	for i := range g.Judged {
		ps[i] = g.Judged[i].P
	}
	adjusted, err := stat.Holm(ps)
	if err != nil {
		g.Unjudged = append(g.Unjudged, err.Error())
		adjusted = slices.Repeat([]float64{1}, len(ps))
	}
	for i := range g.Judged {
		j := &g.Judged[i]
		j.Holm, j.Worse = adjusted[i], adjusted[i] < gateLevel
		j.Visible = min(math.Expm1(j.shift.Visible(math.Log1p(j.Bound), gateLevel/float64(len(ps)))), math.MaxFloat64)
	}
	slices.SortStableFunc(g.Judged, func(a, b Judged) int {
		switch {
		case a.P < b.P:
			return -1
		case a.P > b.P:
			return 1
		}
		return 0
	})
	g.Decision, g.Reason = g.outcome()
}

func (g *Gate) outcome() (Decision, string) {
	n := len(g.Judged)
	worse := len(g.Regressions())
	switch {
	case len(g.Unlike) > 0:
		return Undecided, "the runs are not alike: " + clip(list(g.Unlike), 300)
	case worse > 0:
		more := ""
		if worse > 1 {
			more = fmt.Sprintf(", and %d more", worse-1)
		}
		return Regression, g.Judged[0].String() + more + fmt.Sprintf(" (of %s)", count(n, "comparison"))
	case len(g.Unjudged) > 0:
		more := ""
		if u := len(g.Unjudged); u > 1 {
			more = fmt.Sprintf(", and %d more", u-1)
		}
		return Undecided, clip(g.Unjudged[0], 300) + more + fmt.Sprintf("; no regression in the other %d", n)
	case n == 0:
		return Undecided, ErrNothingCommon.Error()
	}
	seen := make([]float64, n)
	for i, j := range g.Judged {
		seen[i] = j.Visible
	}
	slices.Sort(seen)
	sight := fmt.Sprintf("%s; least that would have shown: %s at best, %s in the middle, %s at worst",
		count(n, "comparison"), worseBy(seen[0]), worseBy(seen[n/2]), worseBy(seen[n-1]))
	if seen[n/2] > blind {
		return Undecided, "too noisy to clear anybody: " + sight
	}
	return NoRegression, sight
}

// Regressions are the comparisons that got worse, the surest first.
func (g *Gate) Regressions() []Judged {
	return slices.DeleteFunc(slices.Clone(g.Judged), func(j Judged) bool { return !j.Worse })
}

// String is the comparison in words.
func (j Judged) String() string {
	return fmt.Sprintf("%s of %s against %s in %s is %s %s of what it was, beyond the %s that count (%s)",
		j.Metric.Label, j.Arm, j.Base, j.Cell, ratio(j.Change), interval(j.Lo, j.Hi), worseBy(j.Bound), pvalue(j.Holm))
}

// worseBy writes a fraction that may be of any size.
func worseBy(f float64) string {
	if f > 10 {
		return "more than 1000 %"
	}
	return percent(f)
}

func pvalue(p float64) string {
	if p < 0.001 {
		return "p<.001"
	}
	return fmt.Sprintf("p=%.3f", p)
}

// Write prints every regression, what could not be judged and what to know, and at last the
// decision with its reason, on one line.
func (g *Gate) Write(w io.Writer) error {
	var b strings.Builder
	for _, j := range g.Regressions() {
		fmt.Fprintf(&b, "worse: %s\n", j)
	}
	for _, what := range g.Unjudged {
		fmt.Fprintf(&b, "not judged: %s\n", what)
	}
	for _, what := range g.Notes {
		fmt.Fprintf(&b, "– %s\n", what)
	}
	fmt.Fprintf(&b, "%s: %s\n", g.Decision, g.Reason)
	_, err := io.WriteString(w, b.String())
	return err
}
