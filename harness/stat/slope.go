package stat

import (
	"fmt"
	"math"

	"github.com/montanaflynn/stats"
	"gonum.org/v1/gonum/stat"
)

// Slope is the least-squares slope of y over x: for a memory ladder, bytes per
// connection, from which what a process holds without any connection has dropped out.
func Slope(x, y []float64) (float64, error) {
	if err := ladder(x, y); err != nil {
		return 0, err
	}
	// Not stat.LinearRegression: it rounds what is exact here, bytes over counts.
	variance, err := stats.PopulationVariance(x)
	if err != nil {
		return 0, fmt.Errorf("slope: %w", err)
	}
	covariance, err := stats.CovariancePopulation(x, y)
	if err != nil {
		return 0, fmt.Errorf("slope: %w", err)
	}
	return covariance / variance, nil
}

// ladder refuses what no line can be laid through.
func ladder(x, y []float64) error {
	if len(x) != len(y) {
		return fmt.Errorf("a slope needs as many y (%d) as x (%d)", len(y), len(x))
	}
	for _, vs := range [][]float64{x, y} {
		if err := Finite(vs); err != nil {
			return err
		}
	}
	if len(x) < 2 || stat.Variance(x, nil) == 0 {
		return fmt.Errorf("a slope needs a ladder of two different numbers of connections, there are %d rungs", len(x))
	}
	return nil
}

// LineSlope is the slope of a single ladder with its interval from the rungs'
// distance to the line. Where there are blocks, SlopeOverBlocks is the one to
// publish: rungs of one process share its luck.
//
// Source: the textbook's regression, as in Draper and Smith, "Applied Regression
// Analysis", 3rd ed. (1998), 1.4: t with n − 2 degrees of freedom.
func LineSlope(x, y []float64, confidence float64) (Interval, error) {
	if err := ladder(x, y); err != nil {
		return Interval{}, err
	}
	if err := probability("the confidence", confidence); err != nil {
		return Interval{}, err
	}
	if len(x) < 3 {
		return Interval{}, fmt.Errorf("a line through %d rungs has no rest to tell its error by: measure 3 or more", len(x))
	}
	intercept, slope := stat.LinearRegression(x, y, nil, false)
	rest := 0.0
	for i := range x {
		d := y[i] - intercept - slope*x[i]
		rest += d * d
	}
	dof := len(x) - 2
	spread := stat.Variance(x, nil) * float64(len(x)-1)
	half := tQuantile((1+confidence)/2, dof) * math.Sqrt(rest/float64(dof)/spread)
	return Interval{slope, slope - half, slope + half, confidence}, nil
}

// Rungs is one block's ladder: Y[i] at X[i].
type Rungs struct{ X, Y []float64 }

// SlopeOverBlocks is the mean of the blocks' slopes with its t interval: one slope a
// block, because a block is the unit of inference and rungs are not.
//
// Source: the method of summary measures, Matthews et al., "Analysis of serial
// measurements in medical research", British Medical Journal 300 (1990).
func SlopeOverBlocks(blocks []Rungs, confidence float64) (Interval, error) {
	slopes := make([]float64, len(blocks))
	for i, b := range blocks {
		var err error
		if slopes[i], err = Slope(b.X, b.Y); err != nil {
			return Interval{}, fmt.Errorf("block %d: %w", i+1, err)
		}
	}
	return MeanT(slopes, confidence)
}
