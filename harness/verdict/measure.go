package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/bench/claims"
	"assay/harness/stat"
)

// rule is how one effect is held against what an assertion says of it.
type rule struct {
	says          claims.Direction
	least, margin float64
	lowerBetter   bool
}

// sign turns the log-ratio so that what the assertion names is up; for Same, so that what is
// worse for the arm is up.
func (r rule) sign() float64 {
	if r.says == claims.Less || r.says == claims.Same && !r.lowerBetter {
		return -1
	}
	return 1
}

// of is what one effect says. The p-values must be below alpha, corrected or not as the caller
// has left them.
func (r rule) of(e *Effect) Outcome {
	floor := math.Log1p(max(e.Floor, 0))
	at, lo, hi := r.sign()*math.Log(e.Ratio), r.sign()*math.Log(e.Lo), r.sign()*math.Log(e.Hi)
	if lo > hi {
		lo, hi = hi, lo
	}
	differs := e.P < alpha
	// Equality within less than the noise cannot be told from noise: of two copies of one
	// model, too, more has been seen.
	equal := e.EqualP < alpha && e.Floor <= r.margin
	up := differs && lo > floor
	down := differs && hi < -floor
	if r.says == claims.Same {
		switch {
		case equal, down:
			return Supported
		case up && at >= math.Log1p(r.least):
			return Refuted
		}
		return Inconclusive
	}
	switch {
	case up && at >= math.Log1p(r.least):
		return Supported
	case equal:
		return Equivalent
	case down:
		return Refuted
	}
	return Inconclusive
}

func (d *docket) rule() rule {
	m := d.question.Measure
	r := rule{says: m.Says, least: m.Least, margin: m.Margin, lowerBetter: true}
	if e := d.verdict.Effect; e.Missing == "" {
		r.lowerBetter = e.contrast.Metric.Better == stat.Lower
	}
	return r
}

// measure decides by the primary contrast, and along a dimension if there is one.
func (d *docket) measure(j *judge) {
	v := &d.verdict
	e := v.Effect
	if e.Missing != "" {
		v.Outcome, v.Why = Inconclusive, "not in this run: "+e.Missing
		return
	}
	if e.Floor < 0 {
		v.Outcome, v.Why = Inconclusive, "the noise floor of its cells is not known: the run has no A/A twin there"
		return
	}
	r := d.rule()
	v.Outcome = r.of(e)
	v.Why = words(e)
	if v.Outcome == Inconclusive {
		d.undecided(r)
	}
	if len(v.Along) > 0 {
		d.along(j, r)
	}
}

// words is an effect as a sentence.
func words(e *Effect) string {
	where := e.Arm.Cell
	base := e.Base.Arm + "'s"
	if e.Arm.Cell != e.Base.Cell {
		base = "that of " + e.Base.Arm + " in " + e.Base.Cell
	}
	return fmt.Sprintf("%s of %s is %s %s (%s, %d blocks, %s)",
		e.contrast.Metric.Label, e.Arm.Arm, share(e), base, where, e.Blocks, floorText(e.Floor))
}

// Of is what was compared, to stand behind the ratio: "memory/conn, thread ÷ coroutine". Where the
// cells differ, each arm has with it what its own cell alone is asked.
func (e *Effect) Of() string {
	label := e.contrast.Metric.Label
	if label == "" {
		label = e.Metric
	}
	return label + ", " + e.Arm.Arm + only(e.Arm.Cell, e.Base.Cell) + " ÷ " + e.Base.Arm + only(e.Base.Cell, e.Arm.Cell)
}

// only are the dimensions of a cell that another has not, each after a blank.
func only(cell, other string) (dims string) {
	others := strings.Split(other, ",")
	for _, d := range strings.Split(cell, ",") {
		if !slices.Contains(others, d) {
			dims += " " + d
		}
	}
	return dims
}

// share is an effect with its interval, to stand before what it is a share of. Below a hundredth
// three digits of a ratio are all ones, so the farther end of the interval is said instead.
func share(e *Effect) string {
	if off := e.Off(); off < 0.01 {
		return fmt.Sprintf("within ±%.2g %% of", 100*off)
	}
	return fmt.Sprintf("%s [%s, %s] of", times(e.Ratio), times(e.Lo), times(e.Hi))
}

// Off is how far from 1 the farther end of the interval lies, as a fraction.
func (e *Effect) Off() float64 { return max(math.Abs(e.Lo-1), math.Abs(e.Hi-1)) }

func floorText(floor float64) string {
	switch {
	case floor < 0:
		return "noise floor not known"
	case floor >= 1:
		return fmt.Sprintf("noise floor ±%.0f %%", 100*floor)
	}
	return fmt.Sprintf("noise floor ±%.2g %%", 100*floor)
}

func times(r float64) string { return fmt.Sprintf("%.3g×", r) }

// undecided says what would decide: more blocks, or less noise.
func (d *docket) undecided(r rule) {
	v := &d.verdict
	e := v.Effect
	switch pilot, err := stat.NewPilot(e.contrast.Logs); {
	case e.P < alpha && !beyond(e) && e.Floor > r.least:
		v.Why += fmt.Sprintf("; the noise floor is above the least effect that matters, %.0f %%: a quieter machine decides", 100*r.least)
	case err != nil:
		v.Why += "; " + err.Error()
	default:
		a, err := pilot.Advise(r.least)
		need := max(a.ToFind, a.ToShowEqual)
		switch {
		case err != nil:
			v.Why += "; " + err.Error()
		case a.ToFind == 0 || a.ToShowEqual == 0:
			v.Why += fmt.Sprintf("; blocks scatter too much for any number of them to settle %.0f %%: a quieter machine or longer slices", 100*r.least)
		case need > e.Blocks:
			v.Blocks = need
			v.Why += fmt.Sprintf("; some %d blocks would settle an effect of %.0f %%", need, 100*r.least)
		default:
			v.Why += fmt.Sprintf("; the effect is neither shown to reach %.0f %% nor to stay within it", 100*r.least)
		}
	}
}

// beyond is whether the interval leaves the floor behind on either side.
func beyond(e *Effect) bool {
	floor := 1 + max(e.Floor, 0)
	return e.Lo > floor || e.Hi < 1/floor
}

// along compares the points of a dimension. Where some say one thing and some another, each for
// certain, it depends, and the point where the answer flips is looked for.
func (d *docket) along(j *judge, r rule) {
	v := &d.verdict
	seen := make(map[Outcome]int)
	points := r.points(v.Along)
	for _, o := range points {
		seen[o]++
	}
	holds := seen[Supported]
	fails := seen[Refuted] + seen[Equivalent]
	var texts []string
	for i := range v.Along {
		e := &v.Along[i]
		if e.Missing != "" {
			texts = append(texts, fmt.Sprintf("at %g: missing", e.X))
			continue
		}
		texts = append(texts, fmt.Sprintf("at %g: %s", e.X, strings.TrimSuffix(share(e), " of")))
	}
	a := d.question.Measure.Along
	v.Why += "; over the " + a.Dimension + " in " + a.Unit + ": " + strings.Join(texts, ", ")
	if holds == 0 || fails == 0 {
		return
	}
	v.Outcome, v.Blocks = Depends, 0
	v.Flips = d.flip(j.seed, r)
	if v.Flips != nil {
		v.Why += "; the answer flips at " + v.Flips.String()
	}
}

// points are the outcomes along a dimension, Holm-corrected within it.
func (r rule) points(along []Effect) []Outcome {
	out := make([]Outcome, len(along))
	var at []int
	var differ, equal []float64
	for i := range along {
		out[i] = Inconclusive
		if along[i].Missing == "" && along[i].Floor >= 0 {
			at = append(at, i)
			differ, equal = append(differ, along[i].P), append(equal, along[i].EqualP)
		}
	}
	ps, err := stat.Holm(differ)
	es, err2 := stat.Holm(equal)
	if err != nil || err2 != nil {
		return out
	}
	for k, i := range at {
		along[i].P, along[i].EqualP = ps[k], es[k]
		out[i] = r.of(&along[i])
	}
	return out
}

// flip is where the ratio crosses the least effect that matters; nil if it cannot be told.
func (d *docket) flip(seed uint64, r rule) *Flip {
	var l stat.Ladder
	edge := r.sign() * math.Log1p(r.least)
	for _, e := range d.verdict.Along {
		if e.Missing != "" {
			return nil
		}
		logs := make([]float64, len(e.contrast.Logs))
		for i, log := range e.contrast.Logs {
			logs[i] = log - edge
		}
		l.X, l.Logs = append(l.X, e.X), append(l.Logs, logs)
	}
	c, ok, err := l.Crossing(seed)
	if err != nil || !ok {
		return nil
	}
	a := d.question.Measure.Along
	f := &Flip{Dimension: a.Dimension, Unit: a.Unit, At: c.At, Lo: c.Lo, Hi: c.Hi}
	if math.IsInf(f.Hi, 1) {
		f.Hi = -1 // JSON has no infinity
	}
	return f
}

// fill puts the crossing point into a sentence of advice.
func fill(text string, at float64, unit string) string {
	return strings.ReplaceAll(text, "{x}", fmt.Sprintf("%.2g %s", at, unit))
}
