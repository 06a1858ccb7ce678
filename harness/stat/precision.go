package stat

import (
	"fmt"
	"math"
)

// Precision is a rule that stops a run by the width of an interval, never by a
// p-value: what the ratio is has no part in it, so that stopping does not favour
// effects.
type Precision struct {
	Half  float64 // half the interval's width that suffices, a fraction: 0.03 for ±3 %
	Least int     // blocks before the first look; 10 if 0
	Most  int     // blocks at which it ends anyway; 64 if 0
}

// lookCost is what looking after each block costs of coverage: a spread that looks
// small by chance ends the run too early. The interval is taken this much surer;
// assay simulate publishes the coverage that comes of it.
const lookCost = 0.01

// Interval is the 95 % interval of the mean log-ratio of a run that the rule ended.
func (p Precision) Interval(logs []float64) (Interval, error) {
	i, err := MeanT(logs, confidence+lookCost)
	i.Confidence = confidence
	return i, err
}

// Enough is whether blocks may stop here, and why: "precise", "most", or "" to go on.
// It looks after each block from Least on.
//
// Source: Chow and Robbins, "On the asymptotic theory of fixed-width sequential
// confidence intervals", Annals of Mathematical Statistics 36 (1965); the correction
// for small samples is by simulation, as theirs holds for many.
func (p Precision) Enough(logs []float64) (why string, err error) {
	if p.Least == 0 {
		p.Least = 10
	}
	if p.Most == 0 {
		p.Most = 64
	}
	switch {
	case !(p.Half > 0) || math.IsInf(p.Half, 0):
		return "", fmt.Errorf("a precision of %v: want a fraction above 0, like 0.03", p.Half)
	case p.Least < 2 || p.Most < p.Least:
		return "", fmt.Errorf("a precision rule from %d to %d blocks: want 2 or more, and the first no more than the last", p.Least, p.Most)
	}
	if err := Finite(logs); err != nil {
		return "", err
	}
	if len(logs) < p.Least {
		return "", nil
	}
	i, err := p.Interval(logs)
	switch {
	case err != nil:
		return "", err
	case i.Half() <= math.Log1p(p.Half):
		return "precise", nil
	case len(logs) >= p.Most:
		return "most", nil
	}
	return "", nil
}
