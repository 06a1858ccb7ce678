package report

import (
	"fmt"
	"slices"

	"github.com/montanaflynn/stats"

	"assay/harness/report/chart"
	"assay/harness/stat"
	"assay/harness/trial"
)

// ladderParts are the ways a rung is drawn.
var ladderParts = []struct {
	title string
	of    func(trial.MemoryStep) float64
}{
	{"user memory (PSS)", func(s trial.MemoryStep) float64 { return float64(s.PSS) }},
	{"kernel memory", func(s trial.MemoryStep) float64 { return float64(s.KernelStacks + s.PageTables) }},
}

// rungs is one reading of an arm's ladder: the median over blocks at each number of connections.
func (v *View) rungs(cell, arm string, of func(trial.MemoryStep) float64) (conns []int, medians []float64) {
	byConns := make(map[int][]float64)
	for _, f := range v.Set.Replicates(cell, arm) {
		for _, s := range f.Ladder {
			if byConns[s.Conns] == nil {
				conns = append(conns, s.Conns)
			}
			byConns[s.Conns] = append(byConns[s.Conns], of(s))
		}
	}
	slices.Sort(conns)
	for _, n := range conns {
		median, _ := stats.Median(byConns[n]) // its only error is for an empty list
		medians = append(medians, median)
	}
	return conns, medians
}

func (v *View) ladderSeries(c Cell, arm string, of func(trial.MemoryStep) float64) chart.Series {
	s := chart.Series{Name: arm}
	conns, medians := v.rungs(c.Name, arm, of)
	for i, n := range conns {
		s.X, s.Y = append(s.X, float64(n)), append(s.Y, medians[i])
	}
	return s
}

// memoryTable is the slopes of a ladder by part, and what silence costs at its top.
func (v *View) memoryTable(c Cell) mdTable {
	t := mdTable{head: []string{"arm"}}
	metrics := []stat.Metric{stat.UserMemory, stat.CollectedMemory, stat.KernelMemory, stat.Memory, stat.SocketMemory, stat.PeakPSS}
	for _, m := range metrics {
		t.head = append(t.head, m.Label)
	}
	t.head = append(t.head, "threads", "idle CPU", "idle switches/s")
	for _, a := range v.armsOf(c) {
		row := []string{a.Name}
		for _, m := range metrics {
			row = append(row, absolute(v.Field(m, c.Name, a.Name)))
		}
		for _, top := range []struct {
			of    func(trial.MemoryStep) float64
			words func(float64) string
		}{
			{func(s trial.MemoryStep) float64 { return float64(s.Threads) }, significant},
			{func(s trial.MemoryStep) float64 { return perSecond(s.IdleCPU, s.IdleSpan) / 1e9 }, percent},
			{func(s trial.MemoryStep) float64 { return perSecond(s.IdleSwitches, s.IdleSpan) }, significant},
		} {
			conns, medians := v.rungs(c.Name, a.Name, top.of)
			if len(conns) == 0 {
				row = append(row, "–")
				continue
			}
			row = append(row, top.words(medians[len(medians)-1]))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// perSecond is a count over a span of nanoseconds, 0 where nothing was counted.
func perSecond(n, span int64) float64 {
	if span <= 0 || n < 0 {
		return 0
	}
	return float64(n) / (float64(span) / 1e9)
}

// topRung words how far a ladder went.
func (v *View) topRung(c Cell) string {
	most := 0
	for _, a := range v.armsOf(c) {
		if conns, _ := v.rungs(c.Name, a.Name, ladderParts[0].of); len(conns) > 0 {
			most = max(most, conns[len(conns)-1])
		}
	}
	return fmt.Sprintf("%d idle connections", most)
}
