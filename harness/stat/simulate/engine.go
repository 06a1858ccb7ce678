package simulate

import (
	"assay/harness/stat"
)

// Engine is what is put to the test: the functions that decide. A test breaks one
// of them to see the table notice.
type Engine struct {
	Mean   func(logs []float64, confidence float64) (stat.Interval, error)
	Rank   func(logs []float64, confidence float64) (stat.Interval, error)
	T      func(logs []float64, mu float64) (p float64, err error)
	Signed func(logs []float64) (p float64, err error)
	Equal  func(logs []float64, margin float64) (p float64, err error)
	Holm   func(ps []float64) ([]float64, error)
	Enough func(p stat.Precision, logs []float64) (why string, err error)
	AtStop func(p stat.Precision, logs []float64) (stat.Interval, error)
	Flip   func(l stat.Ladder, seed uint64) (stat.CrossingSpan, bool, error)
}

// Stat is package stat's own engine.
func Stat() Engine {
	return Engine{
		Mean: stat.MeanT, Rank: stat.HodgesLehmann, T: stat.PairedT, Signed: stat.SignedRank,
		Equal: stat.Equivalence, Holm: stat.Holm,
		Enough: stat.Precision.Enough, AtStop: stat.Precision.Interval, Flip: stat.Ladder.Crossing,
	}
}

// The level and confidence that everything is asked at, and the effect that matters.
const (
	level      = 0.05
	confidence = 0.95
)

var margin = stat.CPU.Margin
