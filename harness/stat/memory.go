package stat

import (
	"fmt"
	"slices"

	"assay/harness/trial"
)

// part is one way to read a rung of the ladder, in bytes.
type part struct {
	m  Metric
	of func(*trial.MemoryStep) int64
}

var parts = []part{
	{Memory, func(s *trial.MemoryStep) int64 { return s.PSS + s.KernelStacks + s.PageTables }},
	{UserMemory, func(s *trial.MemoryStep) int64 { return s.PSS }},
	{KernelMemory, func(s *trial.MemoryStep) int64 { return s.KernelStacks + s.PageTables }},
	{SocketMemory, func(s *trial.MemoryStep) int64 { return s.Sockets }},
}

func (f *Figures) addMemory(m *trial.MemoryFigures) error {
	if m == nil || len(m.Steps) == 0 {
		return fmt.Errorf("a memory trial without a ladder")
	}
	f.Ladder = m.Steps
	var peak int64
	for i := range m.Steps {
		peak = max(peak, m.Steps[i].PSS)
	}
	f.set(PeakPSS, float64(peak))
	for _, p := range parts {
		slope, err := ladderSlope(m.Steps, p.of)
		if err != nil {
			f.Absent[p.m.Name] = err.Error()
			continue
		}
		f.set(p.m, slope)
	}
	// Only some rungs are collected, so that the others are as found.
	if collected := slices.DeleteFunc(slices.Clone(m.Steps), func(s trial.MemoryStep) bool { return s.AfterGC == 0 }); len(collected) > 1 {
		if slope, err := ladderSlope(collected, func(s *trial.MemoryStep) int64 { return s.AfterGC }); err == nil {
			f.set(CollectedMemory, slope)
		}
	}
	return f.finite()
}

func ladderSlope(steps []trial.MemoryStep, of func(*trial.MemoryStep) int64) (float64, error) {
	x, y := make([]float64, len(steps)), make([]float64, len(steps))
	for i := range steps {
		x[i], y[i] = float64(steps[i].Conns), float64(of(&steps[i]))
	}
	return Slope(x, y)
}
