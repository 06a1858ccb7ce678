package validity

import (
	"math"
	"slices"

	"assay/harness/trial"
)

// block is the trials of one cell and block that ended well, which were loaded in turn.
type block struct{ trials []*trial.Trial }

func newBlock(trials []*trial.Trial) *block {
	if len(trials) < 2 {
		return nil
	}
	return &block{trials}
}

// apart is how far a figure of a trial is from its median over the arms: 0.1 is a tenth more,
// or a tenth less. Of two arms each is held against the other. False where it cannot be known:
// of gives 0 where a trial has no such figure.
func (b *block) apart(f *facts, of func(t *trial.Trial) float64) (apart, mine, others float64, ok bool) {
	if b == nil {
		return 0, 0, 0, false
	}
	var values []float64
	for _, t := range b.trials {
		if t.Arm == f.Arm && len(b.trials) == 2 {
			continue
		}
		if v := of(t); v > 0 {
			values = append(values, v)
		}
	}
	mine, others = of(f.Trial), median(values)
	if others == 0 || mine == 0 {
		return 0, 0, 0, false
	}
	return math.Max(mine/others, others/mine) - 1, mine, others, true
}

// callTime is the mean service time of the backends' calls, ns; 0 without any.
func callTime(t *trial.Trial) float64 {
	var calls, sum float64
	for i := range t.Slices {
		if s := t.Slices[i].Backend; s != nil {
			calls += float64(s.Calls)
			sum += float64(s.Calls) * float64(s.ServiceMean)
		}
	}
	return share(sum, calls)
}

// backendWork is the backends' processor time for a request of the arm's, ns; 0 without
// calls. Of arms at one rate it is their utilisation; of others it is fit to be compared too.
func backendWork(t *trial.Trial) float64 {
	var work, requests, calls float64
	for i := range t.Slices {
		s := &t.Slices[i]
		work += float64(s.BackendCPU)
		requests += float64(s.Load.Requests)
		if s.Backend != nil {
			calls += float64(s.Backend.Calls)
		}
	}
	if calls == 0 {
		return 0
	}
	return share(work, requests)
}

// shift looks for the point at which a trial's course changes for good: its parts' mean
// service times against the other arms' in the same part of the same rotation, so that a change of
// the machine's speed drops out, and so does what the requests asked for: a rotation has the same
// requests for all. size is the change, 0.1 for a tenth more or a tenth less, as apart has it.
// p is Pettitt's, who takes parts for independent. Those of one slice are not: of clean trials
// 15 in 100 have p < 0.001. So p tells a change from a few odd parts, and size decides.
func (b *block) shift(f *facts) (size, p float64, ok bool) {
	var course []float64
	for i := range f.Slices {
		s := &f.Slices[i]
		if s.Load.Series == nil {
			return 0, 1, false
		}
		for part, mean := range s.Load.Series.Mean {
			if level := b.level(s.Index, part, f.Arm); mean > 0 && level > 0 {
				course = append(course, math.Log(float64(mean)/level))
			}
		}
	}
	if len(course) < 16 {
		return 0, 1, false
	}
	at, p := pettitt(course)
	size = math.Expm1(math.Abs(median(course[at:]) - median(course[:at])))
	return size, p, true
}

// level is the median over the other arms of their mean service time in a part of a
// rotation, ns; 1 where there is no other arm, 0 where none answered then.
func (b *block) level(index, part int, arm string) float64 {
	if b == nil {
		return 1
	}
	var levels []float64
	others := false
	for _, t := range b.trials {
		for i := range t.Slices {
			s := &t.Slices[i]
			if t.Arm == arm || s.Index != index || s.Load.Series == nil {
				continue
			}
			others = true
			if part < len(s.Load.Series.Mean) && s.Load.Series.Mean[part] > 0 {
				levels = append(levels, float64(s.Load.Series.Mean[part]))
			}
		}
	}
	if !others {
		return 1
	}
	return median(levels)
}

// pettitt is the most likely point of change of a series, as the length of its first part,
// and the probability of so strong a one without any (Pettitt 1979, approximate).
func pettitt(xs []float64) (at int, p float64) {
	n := len(xs)
	ranks := midRanks(xs)
	u, most := 0.0, -1.0
	for t := range n - 1 {
		u += 2*ranks[t] - float64(n+1)
		if math.Abs(u) > most {
			most, at = math.Abs(u), t+1
		}
	}
	m := float64(n)
	return at, math.Min(1, 2*math.Exp(-6*most*most/(m*m*m+m*m)))
}

// midRanks are the ranks from 1; equal values share their mean rank.
func midRanks(xs []float64) []float64 {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case xs[a] < xs[b]:
			return -1
		case xs[a] > xs[b]:
			return 1
		}
		return 0
	})
	ranks := make([]float64, len(xs))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && xs[order[j]] == xs[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return ranks
}

// median is 0 of none.
func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(xs))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
