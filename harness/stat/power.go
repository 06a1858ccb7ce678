package stat

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

// mostBlocks bounds advice: more would never be run.
const mostBlocks = 10_000

// Design is a planned paired contrast.
type Design struct {
	SD     float64 // of block log-ratios
	Blocks int
	Level  float64 // two-sided, of the t test; 0.05 if 0
	Power  float64 // that is asked for; 0.8 if 0
}

func (d Design) withDefaults() Design {
	if d.Level == 0 {
		d.Level = alpha
	}
	if d.Power == 0 {
		d.Power = 0.8
	}
	return d
}

func (d Design) check() error {
	if !(d.SD >= 0) || math.IsInf(d.SD, 0) {
		return fmt.Errorf("the spread of the block log-ratios is %v: want 0 or more", d.SD)
	}
	if err := probability("the level of a test", d.Level); err != nil {
		return err
	}
	return probability("the power", d.Power)
}

// PowerAt is the chance that the contrast's t test finds a true effect: a fraction,
// 0.05 for a ratio of 1.05.
//
// Source: the noncentral t distribution, as in Cohen, "Statistical Power Analysis for
// the Behavioral Sciences", 2nd ed. (1988), 2.3; integrated over the spread's chi-squared.
func (d Design) PowerAt(effect float64) (float64, error) {
	d = d.withDefaults()
	if err := d.check(); err != nil {
		return 0, err
	}
	if err := d.enough(); err != nil {
		return 0, err
	}
	shift := math.Abs(math.Log1p(effect))
	if !(effect > -1) || math.IsInf(effect, 0) {
		return 0, fmt.Errorf("the effect is %v: want a fraction above -1, like 0.05", effect)
	}
	return d.power(shift), nil
}

func (d Design) enough() error {
	if d.Blocks < 2 {
		return ErrSingle
	}
	return nil
}

// power of a shift of the mean log-ratio.
func (d Design) power(shift float64) float64 {
	if d.SD == 0 {
		return step(shift == 0, false)
	}
	cut := tQuantile(1-d.Level/2, d.Blocks-1)
	noncentral := shift / d.SD * math.Sqrt(float64(d.Blocks))
	return overSpread(d.Blocks-1, func(s float64) float64 {
		return distuv.UnitNormal.CDF(noncentral-cut*s) + distuv.UnitNormal.CDF(-noncentral-cut*s)
	})
}

// overSpread is the mean of f over the sample's standard deviation, in units of the
// true one: a midpoint rule over the quantiles of its distribution.
func overSpread(dof int, f func(s float64) float64) float64 {
	sum := 0.0
	spreads := spreadsOf(dof)
	for _, s := range spreads {
		sum += f(s)
	}
	return sum / float64(len(spreads))
}

// spreadsOf are quantiles of the sample's standard deviation, kept like tQuantile's.
func spreadsOf(dof int) []float64 {
	if kept, ok := spreads.Load(dof); ok {
		return kept.([]float64)
	}
	qs := make([]float64, 400)
	dist := distuv.ChiSquared{K: float64(dof)}
	for i := range qs {
		qs[i] = math.Sqrt(dist.Quantile((float64(i)+.5)/float64(len(qs))) / float64(dof))
	}
	spreads.Store(dof, qs)
	return qs
}

var spreads sync.Map

// LeastEffect is the smallest effect that the contrast finds with the power asked
// for: a fraction, 0.05 for a ratio of 1.05.
func (d Design) LeastEffect() (float64, error) {
	d = d.withDefaults()
	if err := d.check(); err != nil {
		return 0, err
	}
	if err := d.enough(); err != nil {
		return 0, err
	}
	if d.SD == 0 {
		return 0, nil
	}
	lo, hi := 0.0, d.SD
	for d.power(hi) < d.Power {
		lo, hi = hi, 2*hi
	}
	for range 40 {
		if mid := (lo + hi) / 2; d.power(mid) < d.Power {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Expm1(hi), nil
}

// BlocksFor is how many blocks find an effect (a fraction) with the power asked
// for; Blocks is not read. The error says so if no reasonable number does.
func (d Design) BlocksFor(effect float64) (int, error) {
	d = d.withDefaults()
	if err := d.check(); err != nil {
		return 0, err
	}
	if !(effect > -1) || effect == 0 || math.IsInf(effect, 0) {
		return 0, fmt.Errorf("the effect is %v: want a fraction above -1 other than 0, like 0.05", effect)
	}
	shift := math.Abs(math.Log1p(effect))
	return d.search(func(n int) bool { d.Blocks = n; return d.power(shift) >= d.Power })
}

// BlocksForEqual is how many blocks show by two one-sided tests that arms without
// any difference are equal within the margin, with the power asked for.
//
// Source: Julious, "Sample sizes for clinical trials with normal data", Statistics in
// Medicine 23 (2004), for a true difference of nothing.
func (d Design) BlocksForEqual(margin float64) (int, error) {
	d = d.withDefaults()
	if err := d.check(); err != nil {
		return 0, err
	}
	if !(margin > 0) || math.IsInf(margin, 0) {
		return 0, fmt.Errorf("the margin of equality is %v: want a fraction above 0, like 0.05", margin)
	}
	edge := math.Log1p(margin)
	return d.search(func(n int) bool { return d.equalPower(n, edge) >= d.Power })
}

func (d Design) equalPower(n int, edge float64) float64 {
	if d.SD == 0 {
		return 1
	}
	cut := tQuantile(1-d.Level, n-1)
	room := edge / d.SD * math.Sqrt(float64(n))
	return overSpread(n-1, func(s float64) float64 {
		return math.Max(0, 2*distuv.UnitNormal.CDF(room-cut*s)-1)
	})
}

// search is the least number of blocks that suffices, which more blocks do too.
func (d Design) search(suffices func(n int) bool) (int, error) {
	lo, hi := 1, 2
	for !suffices(hi) {
		if hi >= mostBlocks {
			return 0, fmt.Errorf("more than %d blocks would be needed at a spread of %.3g: measure longer slices or a quieter machine", mostBlocks, d.SD)
		}
		lo, hi = hi, min(2*hi, mostBlocks)
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; suffices(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi, nil
}
