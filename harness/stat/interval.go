package stat

import (
	"fmt"
	"math"
)

// Interval is an estimate with a two-sided interval, in the unit of the values.
type Interval struct {
	Center float64 `json:"center"`
	Lo     float64 `json:"lo"`
	Hi     float64 `json:"hi"`
	// Confidence is what the method reaches: at least what was asked for, and more
	// where ranks of a few values are discrete.
	Confidence float64 `json:"confidence"`
}

// Exp turns an interval of log-ratios into one of ratios.
func (i Interval) Exp() Interval {
	return Interval{math.Exp(i.Center), math.Exp(i.Lo), math.Exp(i.Hi), i.Confidence}
}

// Half is half the interval's width.
func (i Interval) Half() float64 { return (i.Hi - i.Lo) / 2 }

// Contains is whether v lies in the interval, its ends included.
func (i Interval) Contains(v float64) bool { return i.Lo <= v && v <= i.Hi }

// PairedLogs are the log-ratios of a's values to b's, pair by pair: the form in
// which blocks are compared. Values that have no logarithm and samples of unequal
// length are refused: a pair that lacks a partner would have to be invented.
func PairedLogs(a, b []float64) ([]float64, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("%d replicates against %d: pairs need as many of both; leave out the blocks that one of them lacks", len(a), len(b))
	}
	logs := make([]float64, len(a))
	for i := range a {
		for _, v := range []float64{a[i], b[i]} {
			if !(v > 0) || math.IsInf(v, 0) { // a NaN is not above zero either
				return nil, fmt.Errorf("pair %d is %v and %v: a ratio needs two finite values above zero", i+1, a[i], b[i])
			}
		}
		logs[i] = math.Log(a[i] / b[i])
	}
	return logs, nil
}

// several refuses what no spread can be taken of.
func several(xs []float64) error {
	if err := Finite(xs); err != nil {
		return err
	}
	if len(xs) == 0 {
		return fmt.Errorf("there is no value to infer from")
	}
	if len(xs) == 1 {
		return ErrSingle
	}
	return nil
}

// probability refuses what lies outside (0, 1), its ends and NaN included.
func probability(what string, p float64) error {
	if !(p > 0 && p < 1) {
		return fmt.Errorf("%s is %v: want a number between 0 and 1, like 0.95", what, p)
	}
	return nil
}
