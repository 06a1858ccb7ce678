package simulate

import (
	"fmt"
	"math/rand/v2"
)

// large is a family as full has it: one contrast a claim.
const large = 30

// families counts the families of nulls in which anything is found, before and after
// Holm's correction: the contrasts of one cell, and those of many.
func (s *sim) families(noise Noise, cells map[int][]sample) error {
	few := s.Shape.Arms - nulls
	for _, size := range []int{few, large} {
		together := (size + few - 1) / few // cells
		plain := Row{Section: Errors, Case: fmt.Sprintf("any of %d nulls, uncorrected", size), Noise: noise.Name}
		t := Row{Section: Errors, Case: fmt.Sprintf("any of %d nulls, t and Holm", size), Noise: noise.Name, Hi: .06}
		ranks := Row{Section: Errors, Case: fmt.Sprintf("any of %d nulls, signed ranks and Holm", size), Noise: noise.Name, Hi: .06}
		for _, blocks := range s.Blocks {
			draws := cells[blocks]
			n := len(draws) / together
			hits := [3][]bool{make([]bool, n), make([]bool, n), make([]bool, n)}
			err := s.each(n, func(i int, _ *rand.Rand) error {
				found, err := s.family(draws[i*together:(i+1)*together], size)
				for k := range hits {
					hits[k][i] = found[k]
				}
				return err
			})
			if err != nil {
				return err
			}
			plain.add(blocks, share(hits[0]))
			t.add(blocks, share(hits[1]))
			ranks.add(blocks, share(hits[2]))
		}
		s.table.add(plain, t, ranks)
	}
	return nil
}

// family is whether anything is found: uncorrected by t, corrected by t, corrected by ranks.
func (s *sim) family(draws []sample, size int) (found [3]bool, err error) {
	var ts, ranks []float64
	for _, d := range draws {
		for arm := nulls; arm < len(d.logs) && len(ts) < size; arm++ {
			p, err := s.Engine.T(d.logs[arm], 0)
			if err != nil {
				return found, err
			}
			q, err := s.Engine.Signed(d.logs[arm])
			if err != nil {
				return found, err
			}
			ts, ranks = append(ts, p), append(ranks, q)
		}
	}
	found[0] = anyBelow(ts)
	for k, ps := range [][]float64{ts, ranks} {
		adjusted, err := s.Engine.Holm(ps)
		if err != nil {
			return found, err
		}
		found[k+1] = anyBelow(adjusted)
	}
	return found, nil
}

func anyBelow(ps []float64) bool {
	for _, p := range ps {
		if p < level {
			return true
		}
	}
	return false
}
