package stat

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// MeanT is the mean of independent values with Student's interval. Of block
// log-ratios it is the paired interval of the log of their ratio.
//
// Source: Student, "The probable error of a mean", Biometrika 6 (1908).
func MeanT(xs []float64, confidence float64) (Interval, error) {
	if err := several(xs); err != nil {
		return Interval{}, err
	}
	if err := probability("the confidence", confidence); err != nil {
		return Interval{}, err
	}
	mean, sd := stat.MeanStdDev(xs, nil)
	half := tQuantile((1+confidence)/2, len(xs)-1) * sd / math.Sqrt(float64(len(xs)))
	return Interval{mean, mean - half, mean + half, confidence}, nil
}

// PairedT is the two-sided p-value of Student's test that the mean of paired
// differences is mu. Values without any spread give 1 where they all are mu, and
// else 0: no spread, no doubt.
func PairedT(xs []float64, mu float64) (float64, error) {
	if err := several(xs); err != nil {
		return 0, err
	}
	below, above := oneSidedT(xs, mu)
	return math.Min(1, 2*math.Min(below, above)), nil
}

// oneSidedT are the p-values against the mean lying not below and not above mu.
func oneSidedT(xs []float64, mu float64) (below, above float64) {
	mean, sd := stat.MeanStdDev(xs, nil)
	if sd == 0 {
		return step(mean < mu, mean == mu), step(mean > mu, mean == mu)
	}
	t := (mean - mu) / (sd / math.Sqrt(float64(len(xs))))
	dist := distuv.StudentsT{Sigma: 1, Nu: float64(len(xs) - 1)}
	return dist.CDF(t), dist.CDF(-t)
}

func step(certain, even bool) float64 {
	switch {
	case certain:
		return 0
	case even:
		return .5
	}
	return 1
}

// tQuantile is the quantile p of Student's t. They are kept: a report asks for a
// few of them over and over, and each is found by iteration.
func tQuantile(p float64, dof int) float64 {
	type key struct {
		p   float64
		dof int
	}
	if q, ok := tQuantiles.Load(key{p, dof}); ok {
		return q.(float64)
	}
	q := distuv.StudentsT{Sigma: 1, Nu: float64(dof)}.Quantile(p)
	tQuantiles.Store(key{p, dof}, q)
	return q
}

var tQuantiles sync.Map
