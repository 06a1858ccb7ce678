package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"

	gonum "gonum.org/v1/gonum/stat"

	"assay/bench/plan"
	"assay/harness/stat"
)

// few is a fraction of the draws, for cases that cost more each.
func (s *sim) few(by int) int { return max(s.Draws/by, leastDraws) }

// likeness sets what the noises look like beside what a real run does.
func (s *sim) likeness() error {
	for _, noise := range []Noise{Ordinary, Rough} {
		draws := make([]Likeness, min(200, s.Draws))
		err := s.each(len(draws), func(i int, r *rand.Rand) error {
			ls, err := Measure(s.Shape.Draw(r, noise, nil))
			if err == nil {
				draws[i] = ls[0]
			}
			return err
		})
		if err != nil {
			return err
		}
		mean := Likeness{Cell: "simulated, " + noise.Name}
		for _, d := range draws {
			n := float64(len(draws))
			mean.All += d.All / n
			mean.Pair += d.Pair / n
			mean.Block += d.Block / n
			mean.Memory += d.Memory / n
			mean.Extreme += d.Extreme / n
		}
		s.table.Likeness = append(s.table.Likeness, mean)
	}
	return nil
}

// percentiles are compared block by block, not slice by slice.
func (s *sim) percentiles() error {
	t := Row{Section: Coverage, Case: "Student's t, p99", Noise: Tail.Name, Lo: .93, Hi: .97}
	ranks := Row{Section: Coverage, Case: "Hodges–Lehmann, p99", Noise: Tail.Name, Lo: .93, Hi: .97}
	least := Row{Section: Least, Case: "smallest effect found in p99, one contrast, t", Noise: Tail.Name, Fraction: true}
	for _, blocks := range s.Blocks {
		shape := s.Shape.Of(blocks)
		draws := make([]sample, s.Draws)
		hits := [2][]bool{make([]bool, s.Draws), make([]bool, s.Draws)}
		err := s.each(s.Draws, func(i int, r *rand.Rand) error {
			set, err := stat.Compute(shape.Draw(r, Tail, []float64{0, math.Log(effect)}))
			if err != nil {
				return err
			}
			logs, err := stat.PairedLogs(set.Values(stat.CPU, cellName, armName(planted)), set.Values(stat.CPU, cellName, armName(0)))
			if err != nil {
				return err
			}
			for k, interval := range []func([]float64, float64) (stat.Interval, error){s.Engine.Mean, s.Engine.Rank} {
				in, err := interval(logs, confidence)
				if err != nil {
					return err
				}
				hits[k][i] = in.Contains(math.Log(effect))
			}
			draws[i] = asNull(logs)
			return nil
		})
		if err != nil {
			return err
		}
		t.add(blocks, share(hits[0]))
		ranks.add(blocks, share(hits[1]))
		f, err := shifts{s, draws, level, s.t}.least()
		if err != nil {
			return err
		}
		least.add(blocks, f)
	}
	s.table.add(t, ranks, least)
	return nil
}

// asNull is the sample of one arm with the planted effect taken out again.
func asNull(logs []float64) sample {
	d := sample{logs: make([][]float64, nulls+1)}
	for _, l := range logs {
		d.logs[nulls] = append(d.logs[nulls], l-math.Log(effect))
	}
	return d
}

// profiles says what each profile's own shape resolves.
func (s *sim) profiles() error {
	for _, p := range plan.Profiles {
		shape, err := ShapeOf(p)
		if err != nil {
			return err
		}
		r := Resolved{Shape: shape}
		for _, row := range []struct {
			noise Noise
			into  *Figure
		}{{Ordinary, &r.Ordinary}, {Rough, &r.Rough}} {
			draws := make([]sample, s.few(4))
			err := s.each(len(draws), func(i int, random *rand.Rand) error {
				set, err := stat.Compute(shape.Draw(random, row.noise, nil))
				if err != nil {
					return err
				}
				c, err := set.Contrast(stat.CPU, cellName, armName(1), armName(0))
				d := sample{logs: make([][]float64, nulls+1)}
				d.logs[nulls], draws[i] = c.Logs, d
				return err
			})
			if err != nil {
				return err
			}
			if *row.into, err = (shifts{s, draws, level, s.t}).least(); err != nil {
				return err
			}
		}
		s.table.Profiles = append(s.table.Profiles, r)
	}
	return nil
}

// precision lets the width of the interval end the run.
func (s *sim) precision() error {
	rule := stat.Precision{Least: 10, Most: 64}
	for _, noise := range []Noise{Ordinary, Rough} {
		for _, half := range []float64{.03, .05} {
			rule.Half = half
			n := s.few(2)
			hits, ended, lengths := make([]bool, n), make([]bool, n), make([]float64, n)
			shape := s.Shape.Of(rule.Most)
			err := s.each(n, func(i int, r *rand.Rand) error {
				set, err := stat.Compute(shape.Draw(r, noise, []float64{0, math.Log(effect)}))
				if err != nil {
					return err
				}
				c, err := set.Contrast(stat.CPU, cellName, armName(planted), armName(0))
				if err != nil {
					return err
				}
				for blocks := 2; blocks <= len(c.Logs); blocks++ {
					why, err := s.Engine.Enough(rule, c.Logs[:blocks])
					if err != nil {
						return err
					}
					if why == "" {
						continue
					}
					in, err := s.Engine.AtStop(rule, c.Logs[:blocks])
					hits[i], ended[i], lengths[i] = in.Contains(math.Log(effect)), why == "precise", float64(blocks)
					return err
				}
				return fmt.Errorf("the rule never ended")
			})
			if err != nil {
				return err
			}
			s.table.Stops = append(s.table.Stops, Stop{noise.Name, half, share(hits), share(ended), gonum.Mean(lengths, nil)})
		}
	}
	return nil
}

// crossings plants a ratio that crosses 1 between two rungs of a ladder.
func (s *sim) crossings() error {
	xs := []float64{1, 4, 16, 64, 256}
	const at = 20.0
	for _, steep := range []float64{.1, .04} {
		name := fmt.Sprintf("crossing, ×%.2f a factor of 4", math.Exp(steep*math.Log(4)))
		row := Row{Section: Coverage, Case: name, Noise: Ordinary.Name, Lo: .93, Hi: .97}
		open := Row{Section: Coverage, Case: "no crossing told, or with an open end", Noise: Ordinary.Name}
		for _, blocks := range s.Blocks {
			n := s.few(2)
			hits, none := make([][]bool, n), make([]bool, n)
			shape := s.Shape.Of(blocks)
			err := s.each(n, func(i int, r *rand.Rand) error {
				l := stat.Ladder{X: xs}
				for _, x := range xs {
					set, err := stat.Compute(shape.Draw(r, Ordinary, []float64{0, steep * math.Log(x/at)}))
					if err != nil {
						return err
					}
					c, err := set.Contrast(stat.CPU, cellName, armName(planted), armName(0))
					if err != nil {
						return err
					}
					l.Logs = append(l.Logs, c.Logs)
				}
				c, ok, err := s.Engine.Flip(l, uint64(i))
				none[i] = err != nil || !ok || c.Lo == stat.BelowAll || c.Hi == stat.BeyondAll
				if err == nil && ok { // an error here is a refusal to tell, which is no wrong figure
					hits[i] = []bool{c.Lo <= at && at <= c.Hi}
				}
				return nil
			})
			if err != nil {
				return err
			}
			row.add(blocks, shareOf(hits))
			open.add(blocks, share(none))
		}
		s.table.add(row, open)
	}
	return nil
}

// slopes are memory per connection, over the ladder of standard.
func (s *sim) slopes() error {
	row := Row{Section: Coverage, Case: "slope of memory over blocks", Noise: "ladder", Lo: .93, Hi: .97}
	const slope = 7800.0
	for _, blocks := range s.Blocks {
		hits := make([]bool, s.Draws)
		err := s.each(s.Draws, func(i int, r *rand.Rand) error {
			rungs := make([]stat.Rungs, blocks)
			for b := range rungs {
				base, own := 4e6*math.Exp(.01*r.NormFloat64()), slope*(1+.002*r.NormFloat64())
				for _, x := range []float64{0, 250, 1000} {
					rungs[b].X = append(rungs[b].X, x)
					rungs[b].Y = append(rungs[b].Y, base+own*x+20e3*r.NormFloat64())
				}
			}
			in, err := stat.SlopeOverBlocks(rungs, confidence)
			hits[i] = in.Contains(slope)
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

// pilots size a run for an effect of 5 % and are asked what power it then has.
func (s *sim) pilots() error {
	row := Row{Section: Power, Case: "a pilot's advice for 5 % reaches a power of 0.8", Noise: Ordinary.Name, Lo: .75, Hi: 1}
	long, err := s.draw(Ordinary, 16)
	if err != nil {
		return err
	}
	variance := 0.0
	for _, d := range long {
		variance += gonum.Variance(d.logs[nulls], nil) / float64(len(long))
	}
	truly := stat.Design{SD: math.Sqrt(variance)}
	need, err := truly.BlocksFor(margin)
	if err != nil {
		return err
	}
	for _, blocks := range s.Blocks {
		hits := make([]bool, len(long))
		if blocks > 16 {
			continue
		}
		err := s.each(len(hits), func(i int, _ *rand.Rand) error {
			p, err := stat.NewPilot(long[i].logs[nulls][:blocks])
			if err != nil {
				return err
			}
			a, err := p.Advise(margin)
			hits[i] = a.ToFind >= need
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
