package yardstick

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"assay/harness/stat"
)

// estimate is a median over blocks with its interval. Below six blocks ranks give no
// interval at 95 %: Lo and Hi are then the least and the greatest.
type estimate struct {
	Median, Lo, Hi float64
	N              int // blocks
}

func estimated(blocks []float64) (estimate, error) {
	d, err := stat.Describe(blocks)
	if err != nil {
		return estimate{}, err
	}
	e := estimate{d.Median, d.Least, d.Greatest, d.N}
	if d.Conf > 0 {
		e.Lo, e.Hi = d.MedianLo, d.MedianHi
	}
	return e, nil
}

// level is the estimate of one arm's value: of each block the median of its trials.
func level(values map[[2]int]float64) (estimate, error) {
	return estimated(perBlock(values))
}

// ratio is the estimate of a ÷ b: of each block the median of the ratios of neighbouring
// trials, between which a slow drift of the machine cancels.
func ratio(a, b map[[2]int]float64) (estimate, error) {
	logs := make(map[[2]int]float64)
	for key, x := range a {
		y, ok := b[key]
		if !ok {
			continue
		}
		if x <= 0 || y <= 0 {
			return estimate{}, fmt.Errorf("block %d, trial %d: %g and %g have no ratio", key[0]+1, key[1]+1, x, y)
		}
		logs[key] = math.Log(x / y)
	}
	e, err := estimated(perBlock(logs))
	e.Median, e.Lo, e.Hi = math.Exp(e.Median), math.Exp(e.Lo), math.Exp(e.Hi)
	return e, err
}

// perBlock gives the median of each block's trials, in block order: a trial that the
// machine's own pauses hit does not move it.
func perBlock(values map[[2]int]float64) []float64 {
	blocks := make(map[int][]float64)
	for key, v := range values {
		blocks[key[0]] = append(blocks[key[0]], v)
	}
	var all []float64
	for _, b := range slices.Sorted(maps.Keys(blocks)) {
		d, err := stat.Describe(blocks[b])
		if err == nil {
			all = append(all, d.Median)
		}
	}
	return all
}

// slope is the estimate of bytes per connection over a ladder, a slope a block.
func (g *group) slope(arm, value string) (estimate, error) {
	var all []float64
	held, bytes := g.of(arm, conns), g.of(arm, value)
	xs, ys := make(map[int][]float64), make(map[int][]float64)
	for key, y := range bytes {
		xs[key[0]] = append(xs[key[0]], held[key])
		ys[key[0]] = append(ys[key[0]], y)
	}
	for _, b := range slices.Sorted(maps.Keys(xs)) {
		s, err := stat.Slope(xs[b], ys[b])
		if err != nil {
			return estimate{}, err
		}
		all = append(all, s)
	}
	return estimated(all)
}
