package stat

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Shift is how far the mean of one sample lies above that of another, independent one.
type Shift struct {
	Interval         // of the difference of the means, new − old, two-sided
	SE, Dof  float64 // standard error of the difference, and its degrees of freedom
}

// Welch is the difference of the means of two independent samples whose variances may differ. Of
// block log-ratios of two runs it is the log of new ÷ old.
//
// Source: Welch, "The generalization of 'Student's' problem when several different population
// variances are involved", Biometrika 34 (1947).
func Welch(old, new []float64, confidence float64) (Shift, error) {
	for _, xs := range [][]float64{old, new} {
		if err := several(xs); err != nil {
			return Shift{}, err
		}
	}
	if err := probability("the confidence", confidence); err != nil {
		return Shift{}, err
	}
	a, va := stat.MeanVariance(old, nil)
	b, vb := stat.MeanVariance(new, nil)
	va, vb = va/float64(len(old)), vb/float64(len(new))
	s := Shift{SE: math.Sqrt(va + vb)}
	half := 0.0
	if s.SE > 0 {
		s.Dof = (va + vb) * (va + vb) / (va*va/float64(len(old)-1) + vb*vb/float64(len(new)-1))
		half = s.quantile((1+confidence)/2) * s.SE
	}
	s.Interval = Interval{b - a, b - a - half, b - a + half, confidence}
	return s, nil
}

// Beyond is the one-sided p-value of the difference being bound or less. Samples without any
// spread leave no doubt.
func (s Shift) Beyond(bound float64) float64 {
	if s.SE == 0 {
		return step(s.Center > bound, false)
	}
	return distuv.StudentsT{Sigma: 1, Nu: s.Dof}.CDF(-(s.Center - bound) / s.SE)
}

// Visible is the least difference that would have passed Beyond(bound) at this level.
func (s Shift) Visible(bound, level float64) float64 {
	if s.SE == 0 {
		return bound
	}
	return bound + s.quantile(1-level)*s.SE
}

func (s Shift) quantile(p float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: s.Dof}.Quantile(p)
}
