package validity

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/harness/trial"
)

// Row is how one gate did on trials in which nothing was wrong.
type Row struct {
	Gate             *Gate
	N                int     // trials that it applied to
	Typical          float64 // median of its statistic
	Edge             float64 // 99 of 100 clean trials are on the good side of it
	Worst            float64
	Suspect, Invalid int // false alarms, each grade by itself
}

// Survey is the gates' statistics over clean trials.
type Survey struct {
	Trials           int // that were judged
	Suspect, Invalid int // that got this grade
	Rows             []Row
}

// sample is what a gate said of every trial.
type sample struct {
	values           []float64
	suspect, invalid int
}

// Surveyor gathers the statistics of the runs it is given.
type Surveyor struct {
	survey  Survey
	samples []sample
}

// Add takes in a run: its trials that ended well, judged as All does.
func (s *Surveyor) Add(trials []trial.Trial, of func(cell string) Context) {
	if s.samples == nil {
		s.samples = make([]sample, len(Gates))
	}
	blocks := make(map[string][]*trial.Trial)
	name := func(t *trial.Trial) string { return fmt.Sprint(t.Block, "/", t.Cell) }
	for i := range trials {
		if t := &trials[i]; t.Status == trial.OK && t.Kind == trial.Load {
			blocks[name(t)] = append(blocks[name(t)], t)
		}
	}
	for i := range trials {
		t := &trials[i]
		if t.Status != trial.OK {
			continue
		}
		s.survey.Trials++
		switch s.add(t, blocks[name(t)], of(t.Cell)) {
		case Suspect:
			s.survey.Suspect++
		case Invalid:
			s.survey.Invalid++
		}
	}
}

func (s *Surveyor) add(t *trial.Trial, of []*trial.Trial, c Context) Grade {
	f := gather(t, c)
	f.block = newBlock(of)
	worst := Valid
	for i := range Gates {
		value, _, ok := Gates[i].of(f)
		if !ok {
			continue
		}
		sample := &s.samples[i]
		sample.values = append(sample.values, value)
		grade, _ := Gates[i].grade(value)
		switch grade {
		case Suspect:
			sample.suspect++
		case Invalid:
			sample.invalid++
		}
		if grade.worse(worst) {
			worst = grade
		}
	}
	return worst
}

// Survey is what was gathered.
func (s *Surveyor) Survey() Survey {
	out := s.survey
	for i := range s.samples {
		sample := &s.samples[i]
		g := &Gates[i]
		r := Row{Gate: g, N: len(sample.values), Suspect: sample.suspect, Invalid: sample.invalid, Typical: None, Edge: None, Worst: None}
		if r.N > 0 {
			sorted := slices.Sorted(slices.Values(sample.values))
			if g.Below { // the bad side last
				slices.Reverse(sorted)
			}
			r.Typical, r.Worst = sorted[(r.N-1)/2], sorted[r.N-1]
			r.Edge = sorted[int(math.Ceil(.99*float64(r.N)))-1]
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// Markdown is the survey as a table.
func (s Survey) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d clean trials: %d SUSPECT, %d INVALID.\n\n", s.Trials, s.Suspect, s.Invalid)
	b.WriteString("| gate | looks at | SUSPECT | INVALID | trials | typical | 99 of 100 | worst | false alarms | proven by |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n")
	for i := range s.Rows {
		r := &s.Rows[i]
		side := "> "
		if r.Gate.Below {
			side = "< "
		}
		bound := func(v float64) string {
			if math.IsNaN(v) {
				return "–"
			}
			return side + r.Gate.Unit.Write(v)
		}
		alarms := fmt.Sprintf("%d of %d", r.Suspect+r.Invalid, r.N)
		if r.Invalid > 0 {
			alarms += fmt.Sprintf(" (%d INVALID)", r.Invalid)
		}
		write := r.Gate.Unit.Write
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %s | %s | %s | %s | %s |\n", r.Gate.Name, strings.ReplaceAll(r.Gate.Looks, "|", `\|`), bound(r.Gate.Suspect), bound(r.Gate.Invalid),
			r.N, write(r.Typical), write(r.Edge), write(r.Worst), alarms, r.Gate.Proof)
	}
	return b.String()
}
