package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/bench/claims"
)

// observe decides by findings: all agree with the assertion, none, or some. A case that was
// not run decides nothing, and is said; more of those than of the others is no verdict.
func (d *docket) observe(j *judge) {
	v := &d.verdict
	agree, run := 0, 0
	var against, missing []string
	for _, f := range d.question.Observe.Cases {
		o := Observation{Finding: f}
		found, err := j.evidence.Finding(f.Case, f.Model)
		if err != nil {
			missing = append(missing, fmt.Sprintf("%s on %s: %v", f.Case, f.Model, err))
			v.Seen = append(v.Seen, o)
			continue
		}
		run++
		o.Found, o.Agrees = found, slices.Contains(f.If, found)
		if o.Agrees {
			agree++
		} else {
			against = append(against, fmt.Sprintf("%s on %s: %s", f.Case, f.Model, found))
		}
		v.Seen = append(v.Seen, o)
	}
	switch {
	case run == 0 || len(missing) > run:
		v.Outcome, v.Why = Inconclusive, "its cases were not run: "+strings.Join(missing, "; ")
		return
	case agree == run:
		v.Outcome, v.Why = Supported, fmt.Sprintf("all %d observations agree", run)
	case agree == 0:
		v.Outcome, v.Why = Refuted, fmt.Sprintf("none of %d observations agrees: %s", run, strings.Join(against, "; "))
	default:
		v.Outcome, v.Why = Depends, fmt.Sprintf("%d of %d observations agree; against it: %s", agree, run, strings.Join(against, "; "))
	}
	if len(missing) > 0 {
		v.Why += "; not run: " + strings.Join(missing, "; ")
	}
}

// count decides by a ratio of counts, which have no noise: at least the least effect one way,
// the other way, or less than that.
func (d *docket) count(j *judge) {
	v, q := &d.verdict, d.question.Count
	for _, what := range append([]string{q.What}, q.Shown...) {
		style, err := j.evidence.Count(what, q.Style, q.Workloads)
		if err != nil {
			v.Outcome, v.Why = Inconclusive, err.Error()
			return
		}
		base, err := j.evidence.Count(what, q.Base, q.Workloads)
		if err != nil {
			v.Outcome, v.Why = Inconclusive, err.Error()
			return
		}
		v.Counts = append(v.Counts, Counted{what, style, base})
	}
	c := v.Counts[0]
	v.Why = fmt.Sprintf("%s in %s: %d in %s style, %d in %s style", c.What, strings.Join(q.Workloads, " and "), c.Style, q.Style, c.Base, q.Base)
	v.Outcome = counted(c, q)
}

// counted holds two counts against what is said of them; a count of 0 is taken as one half, so
// that something against nothing is a difference.
func counted(c Counted, q *claims.Count) Outcome {
	log := math.Log(max(float64(c.Style), .5) / max(float64(c.Base), .5))
	if q.Says == claims.Less {
		log = -log
	}
	edge := math.Log1p(q.Least)
	switch {
	case q.Says == claims.Same && math.Abs(log) < edge:
		return Supported
	case q.Says == claims.Same:
		return Refuted
	case log >= edge:
		return Supported
	case log <= -edge:
		return Refuted
	}
	return Equivalent
}
