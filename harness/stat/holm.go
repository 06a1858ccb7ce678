package stat

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Holm corrects the p-values of a family of tests, so that the chance of one false
// finding or more in the family stays below the level that the adjusted values are
// held to, however the tests depend on each other. They come in the order of ps.
//
// Source: Holm, "A simple sequentially rejective multiple test procedure",
// Scandinavian Journal of Statistics 6 (1979).
func Holm(ps []float64) ([]float64, error) {
	order := make([]int, len(ps))
	for i, p := range ps {
		if !(p >= 0 && p <= 1) {
			return nil, fmt.Errorf("p-value %d of %d is %v: want a number from 0 to 1", i+1, len(ps), p)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	adjusted := make([]float64, len(ps))
	worst := 0.0
	for rank, i := range order {
		worst = math.Max(worst, math.Min(1, ps[i]*float64(len(ps)-rank)))
		adjusted[i] = worst
	}
	return adjusted, nil
}

// RankFamily is how many primary contrasts a family may hold for an exact
// signed-rank test over so many blocks to be able to pass Holm's correction at all:
// its least p-value is 2/2^blocks.
func RankFamily(blocks int) int {
	return int(math.Min(math.MaxInt32, alpha*math.Exp2(float64(blocks-1))))
}
