package stat

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/montanaflynn/stats"
	"golang.org/x/perf/benchmath"
)

// ErrSingle is the refusal to infer anything from one replicate.
var ErrSingle = errors.New("one replicate says nothing about spread: run with --blocks 6 or more")

// Finite refuses NaN and infinities, naming the first. Libraries below answer them
// with NaN and no error, or use all memory.
func Finite(vs []float64) error {
	for i, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value %d of %d is %v: refused, as nothing computed from it could be believed", i+1, len(vs), v)
		}
	}
	return nil
}

// Description is a sample of replicates in a few figures.
type Description struct {
	N        int     `json:"n"`
	Median   float64 `json:"median"`
	Mean     float64 `json:"mean"`
	SD       float64 `json:"sd"` // of the sample, 0 for one value
	Least    float64 `json:"least"`
	Greatest float64 `json:"greatest"`
	// MedianLo and MedianHi are the interval of the median at confidence Conf; all are
	// 0 below six values, which cannot have one at 95 %.
	MedianLo float64 `json:"median_lo"`
	MedianHi float64 `json:"median_hi"`
	Conf     float64 `json:"confidence"`
}

// Describe refuses an empty sample and non-finite values.
func Describe(vs []float64) (Description, error) {
	if len(vs) == 0 {
		return Description{}, errors.New("no value to describe")
	}
	if err := Finite(vs); err != nil {
		return Description{}, err
	}
	d := Description{N: len(vs), Least: slices.Min(vs), Greatest: slices.Max(vs)}
	var err error
	if d.Median, err = stats.Median(vs); err != nil {
		return d, fmt.Errorf("median: %w", err)
	}
	if d.Mean, err = stats.Mean(vs); err != nil {
		return d, fmt.Errorf("mean: %w", err)
	}
	if d.N > 1 {
		// The plain StandardDeviation of this library is the population's.
		if d.SD, err = stats.StandardDeviationSample(vs); err != nil {
			return d, fmt.Errorf("standard deviation: %w", err)
		}
	}
	s := benchmath.AssumeNothing.Summary(sample(vs), confidence)
	if !math.IsInf(s.Lo, 0) && !math.IsInf(s.Hi, 0) {
		d.MedianLo, d.MedianHi, d.Conf = s.Lo, s.Hi, s.Confidence
	}
	return d, nil
}

// sample copies, because benchmath sorts what it is given.
func sample(vs []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(vs), &benchmath.DefaultThresholds)
}

// Comparison is the rank test of two independent samples.
type Comparison struct {
	P        float64  `json:"p"`                  // two-sided, Mann–Whitney
	Ratio    float64  `json:"ratio"`              // of the medians, new ÷ old; 0 where the old one is 0
	Warnings []string `json:"warnings,omitempty"` // for the reader, such as too few replicates
}

// MannWhitney compares two samples as benchstat does.
func MannWhitney(old, new []float64) (Comparison, error) {
	for _, vs := range [][]float64{old, new} {
		if err := Finite(vs); err != nil {
			return Comparison{}, err
		}
		if len(vs) < 2 {
			return Comparison{}, ErrSingle
		}
	}
	c := benchmath.AssumeNothing.Compare(sample(old), sample(new))
	out := Comparison{P: c.P}
	for _, w := range c.Warnings {
		out.Warnings = append(out.Warnings, w.Error())
	}
	a, b := benchmath.AssumeNothing.Summary(sample(old), confidence), benchmath.AssumeNothing.Summary(sample(new), confidence)
	if a.Center != 0 {
		out.Ratio = b.Center / a.Center
	}
	return out, nil
}
