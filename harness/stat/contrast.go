package stat

import (
	"fmt"
	"math"

	moremath "github.com/aclements/go-moremath/stats"

	"assay/harness/trial"
)

// confidence of every interval, and alpha of each one-sided test of equality.
const (
	confidence = 0.95
	alpha      = 0.05
)

// Contrast is one arm against another in one cell, on one metric.
type Contrast struct {
	Metric          Metric
	Cell, Arm, Base string

	Ratio, Lo, Hi float64   // arm ÷ base and its 95 % interval, over blocks
	P             float64   // paired t test of ratio 1
	N             int       // blocks
	Logs          []float64 // a log-ratio per block, in block order

	// Equal: two one-sided tests place the ratio within the metric's margin.
	Equal bool
}

// Significant is whether the interval leaves 1 out.
func (c Contrast) Significant() bool { return c.Lo > 1 || c.Hi < 1 }

// Better is whether the arm is better than the base, as far as the interval tells.
func (c Contrast) Better() bool {
	return c.Significant() && (c.Ratio < 1) == (c.Metric.Better == Lower)
}

// Contrast compares arm with base, block by block. Blocks in which either has no
// value are left out; fewer than two is an error, as is a value that has no logarithm.
func (s *Set) Contrast(m Metric, cell, arm, base string) (Contrast, error) {
	c := Contrast{Metric: m, Cell: cell, Arm: arm, Base: base}
	if arm == base {
		return c, fmt.Errorf("%s cannot be contrasted with itself: use a twin", arm)
	}
	bases := make(map[int]*Figures)
	for _, f := range s.Replicates(cell, base) {
		bases[f.Block] = f
	}
	for _, f := range s.Replicates(cell, arm) {
		b := bases[f.Block]
		if b == nil {
			continue
		}
		log, ok, err := blockLog(m, f, b)
		if err != nil {
			return c, fmt.Errorf("%s against %s in %s, block %d: %w", arm, base, cell, f.Block+1, err)
		}
		if ok {
			c.Logs = append(c.Logs, log)
		}
	}
	if err := c.infer(); err != nil {
		return c, fmt.Errorf("%s of %s against %s in %s: %w", m.Label, arm, base, cell, err)
	}
	return c, nil
}

// blockLog is the log-ratio of one block; ok is false where either value is absent.
func blockLog(m Metric, a, b *Figures) (log float64, ok bool, err error) {
	x, okX := a.Values[m.Name]
	y, okY := b.Values[m.Name]
	if !okX || !okY {
		return 0, false, nil
	}
	if m.neighbours {
		if log, ok := neighbourLog(m, a.slices, b.slices); ok {
			return log, true, nil
		}
	}
	if x <= 0 || y <= 0 {
		return 0, false, fmt.Errorf("%s is %g and %g: a ratio needs both above zero", m.Label, x, y)
	}
	return math.Log(x / y), true, nil
}

// neighbourLog is the mean of the log-ratios of slices of the same rotation: the
// machine has one speed for both, and a drift of seconds cancels. Not ok where no
// rotation has both or a slice saw nothing; the block's sums decide then.
func neighbourLog(m Metric, as, bs []trial.Slice) (float64, bool) {
	byIndex := make(map[int]*trial.Slice, len(bs))
	for i := range bs {
		byIndex[bs[i].Index] = &bs[i]
	}
	var total float64
	var n int
	for i := range as {
		b := byIndex[as[i].Index]
		if b == nil {
			continue
		}
		num, den, okA := m.ratio(&as[i])
		num2, den2, okB := m.ratio(b)
		if !okA || !okB || num <= 0 || den <= 0 || num2 <= 0 || den2 <= 0 {
			return 0, false
		}
		total += math.Log(num / den / (num2 / den2))
		n++
	}
	if n == 0 {
		return 0, false
	}
	return total / float64(n), true
}

// infer fills the interval and the tests from the block log-ratios.
func (c *Contrast) infer() error {
	c.N = len(c.Logs)
	if err := Finite(c.Logs); err != nil {
		return err
	}
	if c.N > 0 {
		c.Ratio = math.Exp(moremath.Mean(c.Logs))
		c.Lo, c.Hi = c.Ratio, c.Ratio
	}
	switch {
	case c.N == 0:
		return fmt.Errorf("no block has a value of both")
	case c.N == 1:
		return ErrSingle
	}
	mean, lo, hi := moremath.MeanCI(c.Logs, confidence)
	c.Lo, c.Hi = math.Exp(lo), math.Exp(hi)
	if lo == hi { // every block says the same: there is no spread to test against
		c.P = 1
		if mean != 0 {
			c.P = 0
		}
	} else if t, err := moremath.OneSampleTTest(moremath.Sample{Xs: c.Logs}, 0, moremath.LocationDiffers); err == nil {
		c.P = t.P
	} else {
		return fmt.Errorf("paired t: %w", err)
	}
	// Two one-sided tests at alpha hold exactly when the 1 − 2 alpha interval lies inside.
	_, lo, hi = moremath.MeanCI(c.Logs, 1-2*alpha)
	margin := math.Log1p(c.Metric.Margin)
	c.Equal = -margin < lo && hi < margin
	return nil
}
