package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// shifts is a ladder of planted effects: the null's block log-ratios are moved by
// them, which is the same as planting them in the arm's costs.
type shifts struct {
	s     *sim
	draws []sample
	level float64
	test  func([]float64) (float64, error)
}

// power is the share of draws in which a log-ratio of delta is found.
func (x shifts) power(delta float64) (float64, error) {
	hits := make([]bool, len(x.draws))
	err := x.s.each(len(hits), func(i int, _ *rand.Rand) error {
		moved := make([]float64, len(x.draws[i].logs[nulls]))
		for k, l := range x.draws[i].logs[nulls] {
			moved[k] = l + delta
		}
		p, err := x.test(moved)
		hits[i] = p < x.level
		return err
	})
	return share(hits).Value, err
}

// least is the smallest effect found in four of five draws, a fraction; absent where
// not even a fivefold cost is.
func (x shifts) least() (Figure, error) {
	lo, hi := 0.0, math.Log(5)
	if p, err := x.power(hi); err != nil || p < .8 {
		return Figure{Absent: true}, err
	}
	for hi-lo > 2e-4 {
		mid := (lo + hi) / 2
		p, err := x.power(mid)
		if err != nil {
			return Figure{}, err
		}
		if p < .8 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return Figure{Value: math.Expm1(hi)}, nil
}

// t is the engine's test of a null.
func (s *sim) t(logs []float64) (float64, error) { return s.Engine.T(logs, 0) }

// powers says what is found: of effects that matter, and the smallest there is.
func (s *sim) powers(noise Noise, cells map[int][]sample) error {
	equal := func(logs []float64) (float64, error) { return s.Engine.Equal(logs, margin) }
	found := []struct {
		name  string
		delta float64
		test  func([]float64) (float64, error)
	}{
		{"an effect of 5 % found, t", .05, s.t},
		{"an effect of 10 % found, t", .10, s.t},
		{"an effect of 10 % found, signed ranks", .10, s.Engine.Signed},
		{"“equal ±5 %” said of a null", 0, equal},
	}
	for _, f := range found {
		row := Row{Section: Power, Case: f.name, Noise: noise.Name}
		for _, blocks := range s.Blocks {
			p, err := shifts{s, cells[blocks], level, f.test}.power(math.Log1p(f.delta))
			if err != nil {
				return err
			}
			row.add(blocks, figure(p, s.Draws))
		}
		s.table.add(row)
	}
	return s.leastEffects(noise, cells)
}

func (s *sim) leastEffects(noise Noise, cells map[int][]sample) error {
	for _, family := range []struct {
		of   int
		name string
		test func([]float64) (float64, error)
	}{
		{1, "smallest effect found, one contrast, t", s.t},
		{1, "smallest effect found, one contrast, signed ranks", s.Engine.Signed},
		{5, "smallest effect found, the first of 5 (Holm), t", s.t},
		{large, fmt.Sprintf("smallest effect found, the first of %d (Holm), t", large), s.t},
		{large, fmt.Sprintf("smallest effect found, the first of %d (Holm), signed ranks", large), s.Engine.Signed},
	} {
		row := Row{Section: Least, Case: family.name, Noise: noise.Name, Fraction: true}
		for _, blocks := range s.Blocks {
			f, err := shifts{s, cells[blocks], level / float64(family.of), family.test}.least()
			if err != nil {
				return err
			}
			row.add(blocks, f)
		}
		s.table.add(row)
	}
	return nil
}
