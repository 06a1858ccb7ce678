package validity

import (
	"fmt"
	"math"
	"strconv"
)

// Gate is one row of the table: a statistic of a trial and what it may be.
type Gate struct {
	Name   string
	Looks  string // at what, in words
	Below  bool   // it fires below its bounds; else above
	Unit   Unit
	Advice string // what a person can do
	Proof  string // the test that injects its fault and sees it fire

	// Suspect and Invalid are the bounds; None where there is no such grade.
	Suspect, Invalid float64

	// of makes the statistic and words it; false where it does not apply.
	of func(f *facts) (value float64, says string, ok bool)
}

// None is the bound that nothing is beyond.
var None = math.NaN()

// Unit is how a statistic is written.
type Unit int

// The units.
const (
	Share Unit = iota // of one, written in per cent
	Count
	Plain
)

// Write writes a statistic or a bound.
func (u Unit) Write(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case u == Share:
		return percent(v)
	case u == Count:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// percent has two digits at least.
func percent(v float64) string {
	digits := 1
	switch p := math.Abs(100 * v); {
	case p == 0 || p >= 10 && p == math.Trunc(p):
		digits = 0
	case p > 0 && p < .1:
		digits = 3
	case p < 1 || p >= 99 && p < 100:
		digits = 2
	}
	return strconv.FormatFloat(100*v, 'f', digits, 64) + " %"
}

// look judges by this gate alone.
func (g *Gate) look(f *facts) (Reason, bool) {
	value, says, ok := g.of(f)
	if !ok {
		return Reason{}, false
	}
	grade, bound := g.grade(value)
	return Reason{Gate: g.Name, Grade: grade, Value: value, Bound: bound, Says: says, Advice: g.Advice}, grade != Valid
}

// grade is what a value means, with the bound that it is beyond. A value that is no
// number is beyond every bound: nothing follows from it.
func (g *Gate) grade(value float64) (Grade, float64) {
	beyond := func(bound float64) bool {
		if math.IsNaN(bound) {
			return false
		}
		if g.Below {
			return !(value >= bound)
		}
		return !(value <= bound)
	}
	switch {
	case beyond(g.Invalid):
		return Invalid, g.Invalid
	case beyond(g.Suspect):
		return Suspect, g.Suspect
	}
	return Valid, None
}

// ms writes ns as milliseconds.
func ms(ns float64) string { return fmt.Sprintf("%.3g ms", ns/1e6) }
