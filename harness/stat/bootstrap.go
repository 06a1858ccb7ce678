package stat

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// resamples of a bootstrap: the ends of a 95 % interval are then some 100 from the end.
const resamples = 4000

// Ladder is a contrast measured at several values of a parameter in the same blocks.
type Ladder struct {
	X    []float64   // values of the parameter, above zero, each once
	Logs [][]float64 // Logs[i][b]: the log-ratio at X[i] in block b
}

// CrossingSpan is where an answer flips, with an interval.
type CrossingSpan struct {
	Span
	// At's interval. An end of 0 or +Inf says that the answer may flip below the least
	// X or beyond the greatest.
	Lo, Hi float64
}

// BelowAll and BeyondAll are ends of a crossing's interval outside the measured ladder.
var (
	BelowAll  = 0.0
	BeyondAll = math.Inf(1)
)

// Crossing is the point at which the mean log-ratio changes its sign, on a log axis,
// with a bootstrap interval: blocks are drawn anew with replacement, each with all its
// X, and the percentiles are widened for the few that they are (a plain percentile
// interval of ten blocks covers 88 % of the time). Not ok where the answer does not
// flip within X; an error where it flips back for certain. The same seed gives the
// same interval.
//
// Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13;
// the widening is Hesterberg's, "What teachers should know about the bootstrap", The
// American Statistician 69 (2015), 3.3. Means that fall back by chance are made to
// rise or fall throughout by pooling neighbours: Barlow et al., "Statistical Inference
// under Order Restrictions" (1972).
func (l Ladder) Crossing(seed uint64) (c CrossingSpan, ok bool, err error) {
	if l, err = l.sorted(); err != nil {
		return c, false, err
	}
	means := l.means(nil)
	rising, err := l.direction(means)
	if err != nil {
		return c, false, err
	}
	fit := monotone(means, rising)
	if err := l.flipsOnce(fit); err != nil {
		return c, false, err
	}
	span, at := l.flip(fit, rising)
	if at != 0 {
		return c, false, nil
	}
	c.Span = span
	c.Lo, c.Hi = l.bootstrap(seed, rising)
	return c, true, nil
}

func (l Ladder) sorted() (Ladder, error) {
	if len(l.X) != len(l.Logs) || len(l.X) < 2 {
		return l, fmt.Errorf("a crossing needs two values of the parameter or more and the blocks of each, there are %d and %d", len(l.X), len(l.Logs))
	}
	order := make([]int, len(l.X))
	for i := range order {
		order[i] = i
		if x := l.X[i]; !(x > 0) || math.IsInf(x, 0) {
			return l, fmt.Errorf("a crossing on a log axis needs finite values above zero, one is %v", x)
		}
		if err := several(l.Logs[i]); err != nil {
			return l, fmt.Errorf("at %g: %w", l.X[i], err)
		}
		if n, want := len(l.Logs[i]), len(l.Logs[0]); n != want {
			return l, fmt.Errorf("at %g there are %d blocks, at %g %d: a bootstrap by block needs the same blocks everywhere", l.X[i], n, l.X[0], want)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(l.X[a], l.X[b]) })
	var s Ladder
	for i, at := range order {
		if i > 0 && l.X[at] == s.X[i-1] {
			return l, fmt.Errorf("a crossing needs each value of the parameter once, %g is there twice", l.X[at])
		}
		s.X, s.Logs = append(s.X, l.X[at]), append(s.Logs, l.Logs[at])
	}
	return s, nil
}

// means over the drawn blocks at each X; nil draws each once.
func (l Ladder) means(drawn []int) []float64 {
	means := make([]float64, len(l.X))
	for i, logs := range l.Logs {
		if drawn == nil {
			means[i] = stat.Mean(logs, nil)
			continue
		}
		for _, b := range drawn {
			means[i] += logs[b]
		}
		means[i] /= float64(len(drawn))
	}
	return means
}

// direction is whether the log-ratio rises over log X.
func (l Ladder) direction(means []float64) (rising bool, err error) {
	logs := make([]float64, len(l.X))
	for i, x := range l.X {
		logs[i] = math.Log(x)
	}
	slope, err := Slope(logs, means)
	return slope > 0, err
}

// monotone is the nearest rising or falling sequence: neighbours out of order are pooled.
func monotone(ys []float64, rising bool) []float64 {
	sign := 1.0
	if !rising {
		sign = -1
	}
	type pool struct {
		sum float64
		n   int
	}
	var pools []pool
	for _, y := range ys {
		pools = append(pools, pool{sign * y, 1})
		for k := len(pools) - 1; k > 0 && pools[k-1].sum/float64(pools[k-1].n) > pools[k].sum/float64(pools[k].n); k-- {
			pools[k-1].sum += pools[k].sum
			pools[k-1].n += pools[k].n
			pools = pools[:k]
		}
	}
	fit := make([]float64, 0, len(ys))
	for _, p := range pools {
		for range p.n {
			fit = append(fit, sign*p.sum/float64(p.n))
		}
	}
	return fit
}

// flipsOnce refuses a ladder whose answer at some X certainly is not what the
// monotone fit says there.
func (l Ladder) flipsOnce(fit []float64) error {
	for i, logs := range l.Logs {
		t, err := MeanT(logs, confidence)
		if err != nil {
			return err
		}
		if t.Lo > 0 && fit[i] < 0 || t.Hi < 0 && fit[i] > 0 {
			return fmt.Errorf("the answer flips more than once between %g and %g: at %g it turns back", l.X[0], l.X[len(l.X)-1], l.X[i])
		}
	}
	return nil
}

// flip is where a monotone sequence changes its sign; outside is −1 if it has done so
// before the least X, +1 if not by the greatest.
func (l Ladder) flip(fit []float64, rising bool) (s Span, outside int) {
	flipped := func(y float64) bool { return y > 0 == rising }
	at := slices.IndexFunc(fit, flipped)
	switch at {
	case 0:
		return s, -1
	case -1:
		return s, 1
	}
	a, b := math.Log(l.X[at-1]), math.Log(l.X[at])
	share := fit[at-1] / (fit[at-1] - fit[at])
	return Span{l.X[at-1], l.X[at], math.Exp(a + share*(b-a))}, 0
}

func (l Ladder) bootstrap(seed uint64, rising bool) (lo, hi float64) {
	r := rand.New(rand.NewPCG(seed, 0x6372_6f73_7369_6e67))
	blocks := len(l.Logs[0])
	drawn := make([]int, blocks)
	ats := make([]float64, resamples)
	for i := range ats {
		for k := range drawn {
			drawn[k] = r.IntN(blocks)
		}
		switch s, outside := l.flip(monotone(l.means(drawn), rising), rising); outside {
		case -1:
			ats[i] = BelowAll
		case 1:
			ats[i] = BeyondAll
		default:
			ats[i] = s.At
		}
	}
	slices.Sort(ats)
	tail := widenedTail(blocks, confidence)
	k := int(tail * resamples)
	return ats[k], ats[resamples-1-k]
}

// widenedTail is the share cut off at each end so that the interval of a mean of n
// values is as wide as Student's, not as the normal one of the spread with divisor n.
func widenedTail(n int, confidence float64) float64 {
	m := float64(n)
	return distuv.UnitNormal.CDF(-math.Sqrt(m/(m-1)) * tQuantile((1+confidence)/2, n-1))
}
