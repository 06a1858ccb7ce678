package verdict

import (
	"fmt"
	"slices"

	"assay/bench/claims"
	"assay/harness/stat"
)

// alpha is the family's level: the chance of one false certainty or more among all claims.
const alpha = 0.05

// judge holds the questions while their evidence is gathered.
type judge struct {
	evidence Evidence
	seed     uint64
	cases    []*docket
}

// docket is one question with its evidence.
type docket struct {
	verdict  Verdict
	question *claims.Question
}

// open gathers a question's evidence.
func (j *judge) open(c claims.Claim, q *claims.Question) {
	d := &docket{Verdict{Claim: c.Name, On: q.On, Scope: q.Scope}, q}
	j.cases = append(j.cases, d)
	if m := q.Measure; m != nil {
		primary := j.effect(m.Metric, m.Arm, m.Base)
		d.verdict.Effect = &primary
		for _, s := range m.Shown {
			d.verdict.Shown = append(d.verdict.Shown, j.effect(s.Metric, s.Arm, s.Base))
		}
		if m.Along != nil {
			for _, p := range m.Along.Points {
				e := j.effect(m.Metric, p.Arm, p.Base)
				e.X = p.X
				d.verdict.Along = append(d.verdict.Along, e)
			}
		}
		d.verdict.Suspect = j.doubts(m)
	}
}

// effect is a contrast with its floor, or why there is none.
func (j *judge) effect(metric string, arm, base claims.Place) Effect {
	e := Effect{Metric: metric, Arm: arm, Base: base, Floor: -1}
	c, err := j.evidence.Contrast(metric, arm, base)
	if err != nil {
		e.Missing = err.Error()
		return e
	}
	e.contrast = c
	e.Ratio, e.Lo, e.Hi, e.Blocks, e.P, e.EqualP = c.Ratio, c.Lo, c.Hi, c.N, c.P, c.EqualP
	for _, cell := range slices.Compact([]string{arm.Cell, base.Cell}) {
		f, err := j.evidence.Floor(metric, cell)
		if err != nil {
			e.Floor = -1
			break
		}
		e.Floor = max(e.Floor, f)
	}
	return e
}

// doubts are those about the primary contrast's places, each once.
func (j *judge) doubts(m *claims.Measure) []string {
	places := []claims.Place{m.Arm, m.Base}
	if m.Along != nil {
		for _, p := range m.Along.Points {
			places = append(places, p.Arm, p.Base)
		}
	}
	var all []string
	seen := make(map[claims.Place]bool)
	for _, p := range places {
		if seen[p] {
			continue
		}
		seen[p] = true
		for _, why := range j.evidence.Doubts(p) {
			all = append(all, p.Arm+" in "+p.Cell+": "+why)
		}
	}
	return all
}

// correct replaces the primary p-values by those corrected over the family: difference and
// equality are families of their own, since of each claim at most one of the two can be a
// false certainty beyond the margin.
func (j *judge) correct() {
	var family []*Effect
	for _, d := range j.cases {
		if e := d.verdict.Effect; e != nil && e.Missing == "" {
			family = append(family, e)
		}
	}
	differ, equal := make([]float64, len(family)), make([]float64, len(family))
	for i, e := range family {
		differ[i], equal[i] = e.P, e.EqualP
	}
	for _, ps := range [][]float64{differ, equal} {
		adjusted, err := stat.Holm(ps)
		if err != nil { // a contrast gives no such p-value: never corrected is never decided
			for i := range ps {
				ps[i] = 1
			}
			continue
		}
		copy(ps, adjusted)
	}
	for i, e := range family {
		e.P, e.EqualP = differ[i], equal[i]
	}
}

// close decides.
func (d *docket) close(j *judge) {
	q, v := d.question, &d.verdict
	switch {
	case q.Needs != "":
		v.Outcome, v.Why = NotMeasured, "needs "+q.Needs
	case q.Measure != nil:
		d.measure(j)
	case q.Observe != nil:
		d.observe(j)
	case q.Count != nil:
		d.count(j)
	}
	v.Advice = advice(q.Advice, v)
}

// advice is the sentence for an outcome.
func advice(a claims.Advice, v *Verdict) string {
	switch v.Outcome {
	case Supported:
		return a.Supported
	case Equivalent:
		if a.Equivalent != "" {
			return a.Equivalent
		}
		return a.Refuted
	case Refuted:
		return a.Refuted
	case Depends:
		return dependsAdvice(a, v)
	default:
		return ""
	}
}

func dependsAdvice(a claims.Advice, v *Verdict) string {
	text := a.Depends
	if text == "" {
		text = "It depends: " + v.Why
	}
	if v.Flips != nil {
		text = fill(text, v.Flips.At, v.Flips.Unit)
	}
	return text
}

func (f *Flip) String() string {
	lo, hi := fmt.Sprintf("%.3g", f.Lo), fmt.Sprintf("%.3g", f.Hi)
	if f.Lo <= 0 {
		lo = "below the least measured"
	}
	if f.Hi < 0 {
		hi = "beyond the greatest measured"
	}
	return fmt.Sprintf("%.3g %s [%s, %s]", f.At, f.Unit, lo, hi)
}
