package stat

import (
	"errors"
	"fmt"
	"math"
	"slices"

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

	// Rank is the Hodges–Lehmann ratio with its signed-rank interval; all zero below
	// six blocks, which cannot have one. RankP is its test of ratio 1.
	Rank  Interval
	RankP float64

	// Equal: two one-sided tests place the ratio within the metric's margin; EqualP is
	// their p-value.
	Equal  bool
	EqualP float64

	// Unpaired are the blocks (from 0) that only one of the two has a value of: they
	// are left out, which flatters an arm that fails when it is slow.
	Unpaired []int
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
	return s.Across(m, Place{arm, cell}, Place{base, cell})
}

// Place is an arm in a cell.
type Place struct{ Arm, Cell string }

// against is a pair of places in words.
func (p Place) against(base Place) string {
	if p.Cell == base.Cell {
		return p.Arm + " against " + base.Arm + " in " + p.Cell
	}
	return p.Arm + " in " + p.Cell + " against " + base.Arm + " in " + base.Cell
}

// Across is Contrast for two places that need not share the cell: one model on two
// questions. Cells of a block are minutes apart and not neighbours, so that whole blocks are
// compared, and the machine's drift is in the interval.
func (s *Set) Across(m Metric, arm, base Place) (Contrast, error) {
	c := Contrast{Metric: m, Cell: arm.Cell, Arm: arm.Arm, Base: base.Arm}
	if arm == base {
		return c, fmt.Errorf("%s cannot be contrasted with itself: use a twin", arm)
	}
	if arm.Cell != base.Cell {
		m.neighbours = false
	}
	bases := make(map[int]*Figures)
	for _, f := range s.Replicates(base.Cell, base.Arm) {
		bases[f.Block] = f
	}
	seen := make(map[int]bool)
	for _, f := range s.Replicates(arm.Cell, arm.Arm) {
		b := bases[f.Block]
		seen[f.Block] = true
		if b == nil {
			c.unpaired(f, m)
			continue
		}
		log, ok, err := blockLog(m, f, b)
		if err != nil {
			return c, fmt.Errorf("%s, block %d: %w", arm.against(base), f.Block+1, err)
		}
		if ok {
			c.Logs = append(c.Logs, log)
		} else {
			c.unpaired(f, m)
			c.unpaired(b, m)
		}
	}
	for block, b := range bases {
		if !seen[block] {
			c.unpaired(b, m)
		}
	}
	slices.Sort(c.Unpaired)
	if err := c.infer(); err != nil {
		return c, fmt.Errorf("%s of %s: %w", m.Label, arm.against(base), err)
	}
	return c, nil
}

// unpaired notes the block of a value that has no partner.
func (c *Contrast) unpaired(f *Figures, m Metric) {
	if _, has := f.Values[m.Name]; has {
		c.Unpaired = append(c.Unpaired, f.Block)
	}
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

// infer fills the intervals and the tests from the block log-ratios.
func (c *Contrast) infer() error {
	c.N = len(c.Logs)
	if err := Finite(c.Logs); err != nil {
		return err
	}
	if c.N == 0 {
		return fmt.Errorf("no block has a value of both")
	}
	mean, err := MeanT(c.Logs, confidence)
	if err != nil {
		return err
	}
	ratio := mean.Exp()
	c.Ratio, c.Lo, c.Hi = ratio.Center, ratio.Lo, ratio.Hi
	if c.P, err = PairedT(c.Logs, 0); err != nil {
		return fmt.Errorf("paired t: %w", err)
	}
	if c.EqualP, err = Equivalence(c.Logs, c.Metric.Margin); err != nil {
		return err
	}
	c.Equal = c.EqualP < alpha
	if c.RankP, err = SignedRank(c.Logs); err != nil {
		return fmt.Errorf("signed ranks: %w", err)
	}
	rank, err := HodgesLehmann(c.Logs, confidence)
	if errors.As(err, new(ErrFewRanks)) {
		return nil
	}
	c.Rank = rank.Exp()
	return err
}
