package stat

import (
	"fmt"
	"math"
	"slices"
	"time"

	"assay/harness/trial"
)

// Figures are one arm in one cell in one block: one replicate.
type Figures struct {
	Cell, Arm, Model, Twin string
	Block                  int
	Start                  time.Time // of the load trial

	Requests, Answers uint64
	Errors            map[string]uint64 // by kind
	Seconds           float64           // of load
	Least             uint64            // answers of the least served connection

	// Values by Metric.Name; Absent says why one is missing that was asked for.
	Values map[string]float64
	Absent map[string]string

	Ladder  []trial.MemoryStep
	Runtime *trial.Runtime

	slices []trial.Slice
	merged map[Which]packed // kept encoded: decoded histograms of a long run would fill the memory
	pooled []*Figures       // the blocks of a pool
}

func newFigures(t *trial.Trial) *Figures {
	return &Figures{
		Cell: t.Cell, Arm: t.Arm, Model: t.Model, Twin: t.Twin, Block: t.Block,
		Errors: map[string]uint64{}, Values: map[string]float64{}, Absent: map[string]string{},
	}
}

// add takes in one finished trial. Load and memory trials of one arm, cell and
// block meet in the same Figures.
func (f *Figures) add(t *trial.Trial) error {
	if t.Kind == trial.Memory {
		return f.addMemory(t.MemoryOf)
	}
	f.slices, f.Start = t.Slices, t.Start
	f.Least, f.Runtime = t.Least, t.Runtime
	for i := range t.Slices {
		f.count(&t.Slices[i])
	}
	f.setRatios()
	if recorded(t) {
		if err := f.pack(t); err != nil {
			return err
		}
		if err := f.setQuantiles(); err != nil {
			return err
		}
	}
	if t.Jain > 0 {
		f.set(Jain, t.Jain)
	}
	f.setRuntime()
	return f.finite()
}

// recorded is whether the trial holds histograms.
func recorded(t *trial.Trial) bool {
	for range t.Classes() {
		return true
	}
	return false
}

func (f *Figures) count(s *trial.Slice) {
	f.Requests += s.Load.Requests
	f.Answers += s.Load.Answers
	f.Seconds += float64(s.Length) / 1e9
	for kind, n := range s.Load.Errors {
		f.Errors[kind] += n
	}
}

func (f *Figures) setRatios() {
	for _, m := range Metrics {
		if m.ratio == nil {
			continue
		}
		if v, err := sum(m, f.slices); err != nil {
			f.Absent[m.Name] = err.Error()
		} else {
			f.set(m, v)
		}
	}
}

// sum is a ratio metric over all slices that know it.
func sum(m Metric, slices []trial.Slice) (float64, error) {
	var num, den float64
	for i := range slices {
		a, b, ok := m.ratio(&slices[i])
		if !ok {
			return 0, fmt.Errorf("%s was not to be had on this machine", m.Label)
		}
		num, den = num+a, den+b
	}
	if den <= 0 {
		return 0, fmt.Errorf("no right answer in any slice")
	}
	return num / den, nil
}

// quantiles are the metrics that are read off a merged histogram.
var quantiles = []struct {
	m     Metric
	which Which
	q     float64
}{
	{P50, Response, .5},
	{P99, Response, .99},
	{P999, Response, .999},
	{ServiceP50, Service, .5},
	{ServiceP99, Service, .99},
	{SlipP99, Slip, .99},
	{DisturberP50, Disturbers, .5},
	{DisturberP99, Disturbers, .99},
}

func (f *Figures) setQuantiles() error {
	var l *Latency
	for i, row := range quantiles {
		if i == 0 || quantiles[i-1].which != row.which {
			var err error
			if l, err = f.Latency(row.which); err != nil {
				return err
			}
		}
		if l.Count() == 0 {
			continue
		}
		if v, err := l.Quantile(row.q); err != nil {
			f.Absent[row.m.Name] = err.Error()
		} else {
			f.set(row.m, v)
		}
	}
	return nil
}

func (f *Figures) setRuntime() {
	if r := f.Runtime; r != nil && r.Requests > 0 {
		f.set(Allocs, float64(r.Mallocs)/float64(r.Requests))
		f.set(AllocBytes, float64(r.Bytes)/float64(r.Requests))
	}
}

func (f *Figures) set(m Metric, v float64) {
	f.Values[m.Name] = v
	delete(f.Absent, m.Name)
}

// finite refuses what later arithmetic would spread: a NaN makes the rank test of
// x/perf use all memory, and an infinity poisons every mean.
func (f *Figures) finite() error {
	names := make([]string, 0, len(f.Values))
	for name := range f.Values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if v := f.Values[name]; math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s is %v: the record is damaged, leave this trial out", name, v)
		}
	}
	return nil
}
