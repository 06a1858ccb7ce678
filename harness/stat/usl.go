package stat

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// leastProcessors is how many different processor counts the fit needs: three
// parameters from fewer points follow any noise.
const leastProcessors = 6

// ErrFewProcessors is the refusal to fit a scaling law to a small machine.
var ErrFewProcessors = errors.New("the Universal Scalability Law is fitted from six processor counts up")

// USL is a fitted Universal Scalability Law: the rate with n processors is
//
//	Rate · n / (1 + Contention·(n − 1) + Coherence·n·(n − 1))
type USL struct {
	Rate       float64 `json:"rate"`       // of one processor
	Contention float64 `json:"contention"` // share that is serial; 0 is linear scaling
	Coherence  float64 `json:"coherence"`  // cost of each pair's agreement
	// Peak is the processor count of the greatest rate; 0 where the law has none.
	Peak float64 `json:"peak"`
	// Misfit is the root of the mean squared relative error of the fit.
	Misfit float64 `json:"misfit"`
}

// At is the rate with n processors, by the law.
func (u USL) At(n float64) float64 {
	return u.Rate * n / (1 + u.Contention*(n-1) + u.Coherence*n*(n-1))
}

// FitUSL fits the law to rates (above zero) at processor counts (1 or more), by least
// squares of the relative error of n/rate, in which the law is linear; contention and
// coherence are held at 0 or above. Fewer than six different counts are refused with
// ErrFewProcessors.
//
// Source: Gunther, "Guerrilla Capacity Planning" (2007), chapters 4 to 6, who asks
// for six points or more.
func FitUSL(processors, rates []float64) (USL, error) {
	if len(processors) != len(rates) {
		return USL{}, fmt.Errorf("%d processor counts and %d rates: want as many of both", len(processors), len(rates))
	}
	for i, n := range processors {
		if x := rates[i]; !(n >= 1) || !(x > 0) || math.IsInf(n, 0) || math.IsInf(x, 0) {
			return USL{}, fmt.Errorf("point %d is a rate of %v with %v processors: want finite numbers, a rate above 0 and 1 processor or more", i+1, x, n)
		}
	}
	counts := slices.Clone(processors)
	slices.Sort(counts)
	if k := len(slices.Compact(counts)); k < leastProcessors {
		return USL{}, fmt.Errorf("there are %d: %w; publish the rates as they are", k, ErrFewProcessors)
	}
	best, found := USL{Misfit: math.Inf(1)}, false
	for _, free := range [][]int{{0, 1, 2}, {0, 1}, {0, 2}, {0}} {
		u, ok := fitUSL(processors, rates, free)
		if ok && u.Misfit < best.Misfit {
			best, found = u, true
		}
	}
	if !found {
		return USL{}, errors.New("no Universal Scalability Law with a positive rate fits these points")
	}
	return best, nil
}

// fitUSL fits with some of the terms free and the others 0; not ok where one comes
// out below 0. With each in or out, the best of them is the constrained optimum.
func fitUSL(processors, rates []float64, free []int) (u USL, ok bool) {
	a := mat.NewDense(len(rates), len(free), nil)
	ones := mat.NewVecDense(len(rates), nil)
	for i, n := range processors {
		terms := [...]float64{1, n - 1, n * (n - 1)}
		weight := rates[i] / n // makes errors relative
		for k, term := range free {
			a.Set(i, k, terms[term]*weight)
		}
		ones.SetVec(i, 1)
	}
	var solved mat.VecDense
	if solved.SolveVec(a, ones) != nil {
		return u, false
	}
	var c [3]float64
	for k, term := range free {
		c[term] = solved.AtVec(k)
	}
	if !(c[0] > 0) || c[1] < 0 || c[2] < 0 {
		return u, false
	}
	u = USL{Rate: 1 / c[0], Contention: c[1] / c[0], Coherence: c[2] / c[0]}
	if u.Coherence > 0 && u.Contention < 1 {
		u.Peak = math.Sqrt((1 - u.Contention) / u.Coherence)
	}
	sum := 0.0
	for i, n := range processors {
		e := rates[i]/u.At(n) - 1
		sum += e * e
	}
	u.Misfit = math.Sqrt(sum / float64(len(rates)))
	return u, true
}
