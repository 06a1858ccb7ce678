package stat

import (
	"fmt"
	"math"
	"slices"
)

// Point is a contrast at one value of a parameter: X > 0, Log the log-ratio.
type Point struct{ X, Log float64 }

// Span is where an answer flips: between two measured points.
type Span struct {
	From, To float64 // the measured neighbours
	At       float64 // interpolated, X on a log axis
}

// Crossing finds the sole change of sign of the log-ratio over X. None is (Span{}, nil
// with ok false); several are an error, since then there is no crossing point to advise by.
func Crossing(points []Point) (span Span, ok bool, err error) {
	ps := slices.Clone(points)
	slices.SortFunc(ps, func(a, b Point) int {
		switch {
		case a.X < b.X:
			return -1
		case a.X > b.X:
			return 1
		}
		return 0
	})
	for i, p := range ps {
		if err := Finite([]float64{p.X, p.Log}); err != nil {
			return Span{}, false, err
		}
		if p.X <= 0 {
			return Span{}, false, fmt.Errorf("a crossing on a log axis needs values above zero, one is %g", p.X)
		}
		if i == 0 || ps[i-1].X == p.X || (ps[i-1].Log < 0) == (p.Log < 0) {
			continue
		}
		if ok {
			return Span{}, false, fmt.Errorf("the answer flips more than once between %g and %g", ps[0].X, ps[len(ps)-1].X)
		}
		a, b := math.Log(ps[i-1].X), math.Log(p.X)
		share := ps[i-1].Log / (ps[i-1].Log - p.Log)
		span, ok = Span{ps[i-1].X, p.X, math.Exp(a + share*(b-a))}, true
	}
	return span, ok, nil
}

// Dilution is how much work of its own, in the unit of the two costs, a handler may
// add to both before the cheaper one's lead falls to the fraction least of the dearer.
// It is arithmetic, not measurement: it holds if that work simply adds. Zero or less
// says that the lead is already no greater.
func Dilution(cheap, dear, least float64) float64 { return (dear-cheap)/least - dear }
