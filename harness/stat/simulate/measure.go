package simulate

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"assay/harness/trial"
)

// Likeness is what noise looks like in the CPU costs of one cell's slices; spreads
// are of logs. It is how a simulated run is held against a real one.
type Likeness struct {
	Cell    string  `json:"cell"`
	All     float64 `json:"all"`     // of slices of one arm over the whole run
	Pair    float64 `json:"pair"`    // of the ratio of two arms' slices in a rotation, within a block
	Block   float64 `json:"block"`   // of block log-ratios of two arms, the mean over pairs of arms
	Memory  float64 `json:"memory"`  // correlation of a slice with the one before it, arms' means taken out
	Extreme float64 `json:"extreme"` // 99th percentile of a slice's distance from its arm's median
}

// Measure reads the likeness of each cell's load trials, in order of appearance.
func Measure(trials []trial.Trial) ([]Likeness, error) {
	var cells []string
	for i := range trials {
		if t := &trials[i]; t.Kind == trial.Load && t.Status == trial.OK && !slices.Contains(cells, t.Cell) {
			cells = append(cells, t.Cell)
		}
	}
	if len(cells) == 0 {
		return nil, errors.New("no finished load trial to measure the noise of")
	}
	var all []Likeness
	for _, cell := range cells {
		if l, ok := measureCell(cell, trials); ok {
			all = append(all, l)
		}
	}
	return all, nil
}

// courses are the logs of one arm's slices, by arm, block and rotation.
type courses map[string]map[int]map[int]float64

type moment struct {
	at, log float64
	arm     string
}

func measureCell(cell string, trials []trial.Trial) (Likeness, bool) {
	l := Likeness{Cell: cell}
	byArm := make(courses)
	var moments []moment
	for i := range trials {
		t := &trials[i]
		if t.Cell != cell || t.Kind != trial.Load || t.Status != trial.OK {
			continue
		}
		if byArm[t.Arm] == nil {
			byArm[t.Arm] = make(map[int]map[int]float64)
		}
		byArm[t.Arm][t.Block] = make(map[int]float64)
		for _, s := range t.Slices {
			if s.ServerCPU <= 0 || s.Load.Answers == 0 {
				continue
			}
			log := math.Log(float64(s.ServerCPU) / float64(s.Load.Answers))
			byArm[t.Arm][t.Block][s.Index] = log
			moments = append(moments, moment{float64(s.Start), log, t.Arm})
		}
	}
	if len(byArm) < 2 {
		return l, false
	}
	l.Pair, l.Block = byArm.pairs()
	l.All, l.Memory, l.Extreme = course(moments)
	return l, true
}

// pairs are the spreads of ratios, root mean square over pairs of arms.
func (c courses) pairs() (pair, block float64) {
	var arms []string
	for arm := range c {
		arms = append(arms, arm)
	}
	slices.Sort(arms)
	var within, between, freedom, n float64
	for i, a := range arms {
		for _, b := range arms[:i] {
			var means []float64
			for k := range c[a] {
				var ds []float64
				for rotation, log := range c[a][k] {
					if other, ok := c[b][k][rotation]; ok {
						ds = append(ds, log-other)
					}
				}
				slices.Sort(ds) // maps have no order, and sums depend on theirs
				if len(ds) > 1 {
					means = append(means, stat.Mean(ds, nil))
					within += stat.Variance(ds, nil) * float64(len(ds)-1)
					freedom += float64(len(ds) - 1)
				}
			}
			if slices.Sort(means); len(means) > 1 {
				between += stat.Variance(means, nil)
				n++
			}
		}
	}
	if freedom > 0 {
		pair = math.Sqrt(within / freedom)
	}
	if n > 0 {
		block = math.Sqrt(between / n)
	}
	return pair, block
}

// course is what the slices of all arms say of the machine over time.
func course(moments []moment) (all, memory, extreme float64) {
	byArm := make(map[string][]float64)
	for _, m := range moments {
		byArm[m.arm] = append(byArm[m.arm], m.log)
	}
	for _, logs := range byArm {
		slices.Sort(logs)
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	rests, far := make([]float64, len(moments)), make([]float64, len(moments))
	for i, m := range moments {
		rests[i] = m.log - stat.Mean(byArm[m.arm], nil)
		far[i] = math.Abs(m.log - stat.Quantile(.5, stat.Empirical, byArm[m.arm], nil))
	}
	slices.Sort(far)
	return stat.StdDev(rests, nil), stat.Correlation(rests[1:], rests[:len(rests)-1], nil), stat.Quantile(.99, stat.Empirical, far, nil)
}
