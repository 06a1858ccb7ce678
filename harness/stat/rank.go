package stat

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

// mostExact is the largest sample whose signed-rank distribution is counted out; the
// normal approximation is good to three digits from there.
const mostExact = 50

// ErrFewRanks says that ranks of so few values cannot reach the confidence.
type ErrFewRanks struct {
	N          int
	Confidence float64
}

// Error names the remedy.
func (e ErrFewRanks) Error() string {
	return fmt.Sprintf("ranks of %d values cannot give an interval of %g %%: run with --blocks %d or more", e.N, 100*e.Confidence, max(2, leastRanks(e.Confidence)))
}

// leastRanks is the fewest values whose signed ranks reach the confidence: all n of
// one sign have probability 2/2^n.
func leastRanks(confidence float64) int { return int(math.Ceil(1 - math.Log2(1-confidence) - 1e-9)) }

// HodgesLehmann is the median of the Walsh averages (means of all pairs, each value
// with itself too), with the interval of the values that the signed-rank test would
// not reject: exact to 50 values, by the normal approximation above. It supposes
// symmetry, not normality, and one wild block moves it little.
//
// Source: Hodges and Lehmann, "Estimates of location based on rank tests", Annals of
// Mathematical Statistics 34 (1963); the interval is Tukey's, as in Hollander, Wolfe
// and Chicken, "Nonparametric Statistical Methods", 3rd ed. (2014), 3.2 and 3.3.
func HodgesLehmann(xs []float64, confidence float64) (Interval, error) {
	if err := several(xs); err != nil {
		return Interval{}, err
	}
	if err := probability("the confidence", confidence); err != nil {
		return Interval{}, err
	}
	walsh := walshAverages(xs)
	k, reached := rankCut(len(xs), confidence)
	if k < 0 {
		return Interval{}, ErrFewRanks{len(xs), confidence}
	}
	m := len(walsh)
	return Interval{(walsh[(m-1)/2] + walsh[m/2]) / 2, walsh[k], walsh[m-1-k], reached}, nil
}

// walshAverages are sorted.
func walshAverages(xs []float64) []float64 {
	walsh := make([]float64, 0, len(xs)*(len(xs)+1)/2)
	for i, x := range xs {
		for _, y := range xs[i:] {
			walsh = append(walsh, x/2+y/2) // halved first: their sum may leave the range
		}
	}
	slices.Sort(walsh)
	return walsh
}

// rankCut is the greatest k whose rank sum lies outside an interval of the
// confidence, and the confidence that it gives; −1 if there is none.
func rankCut(n int, confidence float64) (k int, reached float64) {
	if n > mostExact {
		mean := float64(n*(n+1)) / 4
		sd := math.Sqrt(float64(n*(n+1)*(2*n+1)) / 24)
		z := distuv.UnitNormal.Quantile((1 + confidence) / 2)
		return int(math.Floor(mean-z*sd-.5)) - 1, confidence
	}
	cdf := signedRankCDF(n)
	k = -1
	for k+1 < len(cdf) && cdf[k+1] <= (1-confidence)/2 {
		k++
	}
	if k < 0 {
		return k, 0
	}
	return k, 1 - 2*cdf[k]
}

// signedRankCDF is P(W ≤ w) of the sum of the positive ranks of n values without
// ties, for each w, counted out.
func signedRankCDF(n int) []float64 {
	if kept, ok := rankCDFs.Load(n); ok {
		return kept.([]float64)
	}
	ranks := make([]int, n)
	for i := range ranks {
		ranks[i] = i + 1
	}
	cdf := subsetSums(ranks)
	for w := 1; w < len(cdf); w++ {
		cdf[w] += cdf[w-1]
	}
	rankCDFs.Store(n, cdf)
	return cdf
}

var rankCDFs sync.Map

// subsetSums is the probability of each sum of a random subset.
func subsetSums(parts []int) []float64 {
	total := 0
	for _, p := range parts {
		total += p
	}
	ps := make([]float64, total+1)
	ps[0] = 1
	reach := 0
	for _, p := range parts {
		reach += p
		for s := reach; s >= 0; s-- {
			ps[s] /= 2
			if s >= p {
				ps[s] += ps[s-p] / 2
			}
		}
	}
	return ps
}

// SignedRank is the two-sided p-value of the signed-rank test that values lie
// symmetrically about 0: exact to 50 values, ties included, by the normal
// approximation above. Zeros are left out, as its author did; nothing but zeros
// gives 1.
//
// Source: Wilcoxon, "Individual comparisons by ranking methods", Biometrics
// Bulletin 1 (1945).
func SignedRank(xs []float64) (float64, error) {
	if err := several(xs); err != nil {
		return 0, err
	}
	ranks, positive := doubledRanks(xs)
	if len(ranks) == 0 {
		return 1, nil
	}
	total := 0
	for _, r := range ranks {
		total += r
	}
	least := min(positive, total-positive)
	if len(ranks) > mostExact {
		variance := 0.0
		for _, r := range ranks {
			variance += float64(r) * float64(r) / 4
		}
		z := (float64(least) + 1 - float64(total)/2) / math.Sqrt(variance) // half a rank of continuity
		return math.Min(1, 2*distuv.UnitNormal.CDF(z)), nil
	}
	p := 0.0
	for _, share := range subsetSums(ranks)[:least+1] {
		p += share
	}
	return math.Min(1, 2*p), nil
}

// doubledRanks are twice the ranks of the values other than zero by size, so that
// the mean ranks of ties are whole; and the sum of those of values above zero.
func doubledRanks(xs []float64) (ranks []int, positive int) {
	sorted := slices.DeleteFunc(slices.Clone(xs), func(x float64) bool { return x == 0 })
	slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	for from := 0; from < len(sorted); {
		to := from
		for to < len(sorted) && math.Abs(sorted[to]) == math.Abs(sorted[from]) {
			to++
		}
		for _, x := range sorted[from:to] {
			rank := from + 1 + to // twice the mean of from+1 … to
			ranks = append(ranks, rank)
			if x > 0 {
				positive += rank
			}
		}
		from = to
	}
	return ranks, positive
}
