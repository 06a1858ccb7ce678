package stat

import (
	"fmt"
	"maps"
	"slices"

	"assay/harness/trial"
)

// Set is the figures of a run.
type Set struct {
	Cells []string // in the order of their first trial
	Arms  []string // likewise
	byKey map[key]*Figures
}

type key struct {
	cell, arm string
	block     int
}

// Compute makes the figures of all trials that ended well; others are left to the
// report, which lists them. Of trials with the same key the last one counts. The
// error names the trial whose record cannot be read.
func Compute(trials []trial.Trial) (*Set, error) {
	last := make(map[string]int, len(trials))
	for i := range trials {
		if trials[i].Status == trial.OK {
			last[trials[i].Key] = i
		}
	}
	s := &Set{byKey: make(map[key]*Figures)}
	for i := range trials {
		t := &trials[i]
		// Order of appearance counts failed trials too: an arm keeps its row.
		s.Cells = appendNew(s.Cells, t.Cell)
		s.Arms = appendNew(s.Arms, t.Arm)
		if at, ok := last[t.Key]; !ok || at != i {
			continue
		}
		k := key{t.Cell, t.Arm, t.Block}
		f := s.byKey[k]
		if f == nil {
			f = newFigures(t)
			s.byKey[k] = f
		}
		if err := f.add(t); err != nil {
			return nil, fmt.Errorf("trial %s: %w", t.Key, err)
		}
	}
	return s, nil
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// Replicates are an arm's figures in a cell, by block; empty if there are none.
func (s *Set) Replicates(cell, arm string) []*Figures {
	var fs []*Figures
	for k, f := range s.byKey {
		if k.cell == cell && k.arm == arm {
			fs = append(fs, f)
		}
	}
	slices.SortFunc(fs, func(a, b *Figures) int { return a.Block - b.Block })
	return fs
}

// Values are a metric's values in a cell, by block; absent ones are left out.
func (s *Set) Values(m Metric, cell, arm string) []float64 {
	var vs []float64
	for _, f := range s.Replicates(cell, arm) {
		if v, ok := f.Values[m.Name]; ok {
			vs = append(vs, v)
		}
	}
	return vs
}

// Why is a reason for a metric being absent in a cell, "" if it is present or was
// never asked for.
func (s *Set) Why(m Metric, cell, arm string) string {
	for _, f := range s.Replicates(cell, arm) {
		if why, ok := f.Absent[m.Name]; ok {
			return fmt.Sprintf("block %d: %s", f.Block+1, why)
		}
	}
	return ""
}

// Pool merges an arm's blocks in a cell into one description. It is not a
// replicate: it serves percentiles that one block is too small for.
func (s *Set) Pool(cell, arm string) (*Figures, error) {
	fs := s.Replicates(cell, arm)
	if len(fs) == 0 {
		return nil, fmt.Errorf("no finished trial of %s in %s", arm, cell)
	}
	p := newFigures(&trial.Trial{Cell: cell, Arm: arm, Model: fs[0].Model, Twin: fs[0].Twin, Block: -1})
	for _, f := range fs {
		p.Requests += f.Requests
		p.Answers += f.Answers
		p.Seconds += f.Seconds
		for kind, n := range f.Errors {
			p.Errors[kind] += n
		}
	}
	p.pooled = fs
	if err := p.setQuantiles(); err != nil {
		return nil, fmt.Errorf("%s in %s: %w", arm, cell, err)
	}
	return p, nil
}

// Twins are the A/A pairs among the arms: copy to original.
func (s *Set) Twins() map[string]string {
	twins := make(map[string]string)
	for _, f := range s.byKey {
		if f.Twin != "" {
			twins[f.Arm] = f.Twin
		}
	}
	return maps.Clone(twins)
}
