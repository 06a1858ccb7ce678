package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"assay/harness/stat"
)

// The arms of a simulated cell beside the baseline: one with a planted effect, one
// at the margin of equality, and nulls, the first of which is the baseline's twin.
const (
	planted = 1
	atEdge  = 2
	nulls   = 3
)

// effect is the planted ratio of arm 1.
const effect = 0.82

// sample is what one draw came to.
type sample struct {
	logs  [][]float64 // by arm; nil for the baseline
	above []bool      // of each null but the twin: claimed to lie above the floor
}

// contrasts plants an effect, a ratio at the margin of equality, and nulls, in cells
// of CPU per request.
func (s *sim) contrasts() error {
	if s.Shape.Arms < nulls+2 {
		return fmt.Errorf("a shape of %d arms: want %d or more", s.Shape.Arms, nulls+2)
	}
	for _, noise := range []Noise{Ordinary, Rough} {
		cells := make(map[int][]sample)
		for _, blocks := range s.Blocks {
			draws, err := s.draw(noise, blocks)
			if err != nil {
				return err
			}
			cells[blocks] = draws
		}
		for _, judge := range []func(Noise, map[int][]sample) error{s.coverage, s.falsePositives, s.families, s.powers} {
			if err := judge(noise, cells); err != nil {
				return err
			}
		}
	}
	return nil
}

// draw makes cells and contrasts each of their arms through stat's own path from trials.
func (s *sim) draw(noise Noise, blocks int) ([]sample, error) {
	logs := []float64{0, math.Log(effect), math.Log1p(margin)}
	shape := s.Shape.Of(blocks)
	draws := make([]sample, s.Draws)
	err := s.each(s.Draws, func(i int, r *rand.Rand) error {
		trials := shape.Draw(r, noise, logs)
		for k := range trials {
			if trials[k].Arm == armName(nulls) {
				trials[k].Twin = armName(0)
			}
		}
		set, err := stat.Compute(trials)
		if err != nil {
			return err
		}
		floor, err := set.Floor(stat.CPU, cellName)
		if err != nil {
			return err
		}
		d := sample{logs: make([][]float64, shape.Arms)}
		for arm := 1; arm < shape.Arms; arm++ {
			c, err := set.Contrast(stat.CPU, cellName, armName(arm), armName(0))
			if err != nil {
				return err
			}
			d.logs[arm] = c.Logs
			if arm > nulls {
				d.above = append(d.above, c.Significant() && floor.Above(c))
			}
		}
		draws[i] = d
		return nil
	})
	return draws, err
}

// truth of each arm's log-ratio.
func truth(arm int) float64 {
	switch arm {
	case planted:
		return math.Log(effect)
	case atEdge:
		return math.Log1p(margin)
	}
	return 0
}

// coverage counts how often the truth lies in the intervals.
func (s *sim) coverage(noise Noise, cells map[int][]sample) error {
	for _, how := range []struct {
		name     string
		interval func([]float64, float64) (stat.Interval, error)
	}{{"Student's t", s.Engine.Mean}, {"Hodges–Lehmann", s.Engine.Rank}} {
		row := Row{Section: Coverage, Case: how.name + ", CPU per request", Noise: noise.Name, Lo: .93, Hi: .97}
		width := Row{Section: Coverage, Case: "half its width", Noise: noise.Name, Fraction: true}
		for _, blocks := range s.Blocks {
			draws := cells[blocks]
			hits := make([][]bool, len(draws))
			halves := make([]float64, len(draws))
			err := s.each(len(draws), func(i int, _ *rand.Rand) error {
				for arm := 1; arm < len(draws[i].logs); arm++ {
					in, err := how.interval(draws[i].logs[arm], confidence)
					if err != nil {
						return err
					}
					hits[i] = append(hits[i], in.Contains(truth(arm)))
					halves[i] = in.Half()
				}
				return nil
			})
			if err != nil {
				return err
			}
			row.add(blocks, shareOf(hits))
			width.add(blocks, fractionOf(halves))
		}
		s.table.add(row, width)
	}
	return nil
}

// falsePositives counts what is found where there is nothing.
func (s *sim) falsePositives(noise Noise, cells map[int][]sample) error {
	rows := []struct {
		name  string
		wrong func(d sample) (bool, error)
	}{
		{"t test of a null", func(d sample) (bool, error) { p, err := s.Engine.T(d.logs[nulls], 0); return p < level, err }},
		{"signed-rank test of a null", func(d sample) (bool, error) {
			p, err := s.Engine.Signed(d.logs[nulls])
			return p < level, err
		}},
		{"“equal” said at the margin's edge", func(d sample) (bool, error) {
			p, err := s.Engine.Equal(d.logs[atEdge], margin)
			return p < level, err
		}},
		{"a null called above the noise floor", func(d sample) (bool, error) { return d.above[0], nil }},
	}
	for _, what := range rows {
		row := Row{Section: Errors, Case: what.name, Noise: noise.Name, Hi: .06}
		for _, blocks := range s.Blocks {
			draws := cells[blocks]
			hits := make([]bool, len(draws))
			err := s.each(len(draws), func(i int, _ *rand.Rand) (err error) {
				hits[i], err = what.wrong(draws[i])
				return err
			})
			if err != nil {
				return err
			}
			row.add(blocks, share(hits))
		}
		s.table.add(row)
	}
	return s.twoRuns(noise, cells)
}

// twoRuns compares a null ratio in one run with the same ratio in another, as compare does.
func (s *sim) twoRuns(noise Noise, cells map[int][]sample) error {
	row := Row{Section: Errors, Case: "Mann–Whitney, the same ratio in two runs", Noise: noise.Name, Hi: .06}
	for _, blocks := range s.Blocks {
		draws := cells[blocks]
		hits := make([]bool, len(draws)/2)
		err := s.each(len(hits), func(i int, _ *rand.Rand) error {
			c, err := stat.MannWhitney(draws[2*i].logs[nulls], draws[2*i+1].logs[nulls])
			hits[i] = c.P < level
			return err
		})
		if err != nil {
			return err
		}
		row.add(blocks, share(hits))
	}
	s.table.add(row)
	return nil
}
