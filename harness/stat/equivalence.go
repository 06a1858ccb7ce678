package stat

import (
	"fmt"
	"math"
)

// Equivalence is the p-value of two one-sided t tests that the mean log-ratio lies
// within a margin: a fraction, 0.05 for a ratio between 1/1.05 and 1.05. Below
// 0.05 "equal" is shown; above it nothing is, least of all a difference.
//
// Source: Schuirmann, "A comparison of the two one-sided tests procedure and the
// power approach for assessing the equivalence of average bioavailability", Journal
// of Pharmacokinetics and Biopharmaceutics 15 (1987).
func Equivalence(logs []float64, margin float64) (float64, error) {
	if err := several(logs); err != nil {
		return 0, err
	}
	if !(margin > 0) || math.IsInf(margin, 0) {
		return 0, fmt.Errorf("the margin of equality is %v: want a fraction above 0, like 0.05", margin)
	}
	edge := math.Log1p(margin)
	below, _ := oneSidedT(logs, edge)
	_, above := oneSidedT(logs, -edge)
	return math.Max(below, above), nil
}
