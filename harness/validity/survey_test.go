package validity

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"assay/harness/trial"
)

func TestSurveyCountsFalseAlarms(t *testing.T) {
	var trials []trial.Trial
	for block := range 100 {
		for _, arm := range []string{"one", "two"} {
			one := clean(arm, open)
			one.Block = block
			one.Slices[0].Steal = int64(block) * 1e5
			if block == 99 {
				one.Slices[0].Steal = 2 * length / 5 // over four slices on two processors: 5 % exactly
			}
			if block == 98 {
				one.Identity.SocketOwned = false
			}
			trials = append(trials, *one)
		}
	}
	trials = append(trials, trial.Trial{Status: trial.Failed}, trial.Trial{Status: trial.NotRun})
	var s Surveyor
	s.Add(trials[:100], func(string) Context { return open })
	s.Add(trials[100:], func(string) Context { return open })
	got := s.Survey()
	if got.Trials != 200 || got.Suspect != 2 || got.Invalid != 2 || len(got.Rows) != len(Gates) {
		t.Errorf("%+v", got)
	}
	for _, r := range got.Rows {
		switch r.Gate.Name {
		case "steal":
			if r.N != 200 || r.Suspect != 2 || r.Invalid != 0 || r.Worst != .05 || r.Edge >= .01 || r.Typical >= r.Edge {
				t.Errorf("%+v", r)
			}
		case "identity":
			if r.Invalid != 2 || r.Worst != 1 || r.Typical != 0 {
				t.Errorf("%+v", r)
			}
		case "on time": // below its bounds is bad
			if r.Worst != 1 || r.Suspect != 0 {
				t.Errorf("%+v", r)
			}
		case "fairness":
			if r.N != 0 || !math.IsNaN(r.Worst) {
				t.Errorf("it does not apply to an open loop: %+v", r)
			}
		}
	}
	text := got.Markdown()
	for _, want := range []string{"200 clean trials: 2 SUSPECT, 2 INVALID.", "| steal |", "| 2 of 200 |", "2 of 200 (2 INVALID)", "| < 99 % | < 95 % |", "0 of 0"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Pettitt's test finds where a series changes, and in noise alarms no more often than it says.
func TestPettitt(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	series := func(shift float64) []float64 {
		xs := make([]float64, 48)
		for i := range xs {
			if xs[i] = rng.NormFloat64(); i >= 20 {
				xs[i] += shift
			}
		}
		return xs
	}
	alarms := 0
	for range 2000 {
		if _, p := pettitt(series(0)); p < .05 {
			alarms++
		}
	}
	if alarms > 2000*7/100 {
		t.Errorf("%d alarms in 2000 series of noise at 5 %%", alarms)
	}
	if at, p := pettitt(series(3)); at < 18 || at > 22 || p > 1e-4 {
		t.Errorf("a change at 20 is found at %d, p %g", at, p)
	}
	if _, p := pettitt([]float64{1, 1, 1, 1, 1, 1}); p != 1 {
		t.Errorf("a constant changes with p %g", p)
	}
}

// The machine's own change of speed hits all arms and is no arm's fault.
func TestSettledIsRelative(t *testing.T) {
	block := blockOf(clean("one", closed), closed)
	for _, one := range block {
		for i := 2; i < 4; i++ {
			for k := range one.Slices[i].Load.Series.Mean {
				one.Slices[i].Load.Series.Mean[k] = one.Slices[i].Load.Series.Mean[k] * 16 / 10
			}
		}
	}
	if v := Judge(block[0], block, closed); v.Grade != Valid {
		t.Errorf("with the others: %s", v)
	}
	if v := Judge(block[0], nil, closed); v.Grade != Suspect || v.Reasons[0].Gate != "settled" {
		t.Errorf("alone: %s", v)
	}
}

// So does one rare request that takes long: a rotation has the same requests for all arms.
func TestSettledKnowsTheRequests(t *testing.T) {
	block := blockOf(clean("one", closed), closed)
	for _, one := range block {
		for i := range 2 {
			one.Slices[i].Load.Series.Mean[11] *= 20
		}
	}
	if v := Judge(block[0], block, closed); v.Grade != Valid {
		t.Errorf("got %s", v)
	}
}

// The level of a part is that of the other arms that answered in it.
func TestLevel(t *testing.T) {
	of := func(arm string, mean ...int64) *trial.Trial {
		return &trial.Trial{Arm: arm, Slices: []trial.Slice{{Index: 2, Load: trial.LoadFigures{Series: &trial.Series{Mean: mean}}}}}
	}
	b := newBlock([]*trial.Trial{of("mine", 7, 7, 7), of("one", 100, 0, 0), of("other", 300, 200)})
	for part, want := range []float64{200, 200, 0} {
		if got := b.level(2, part, "mine"); got != want {
			t.Errorf("part %d: %g, want %g", part, got, want)
		}
	}
	if got := b.level(3, 0, "mine"); got != 1 {
		t.Errorf("a rotation of no other arm: %g", got)
	}
}

// A few odd parts at the end of a course are no change for good, however odd.
func TestSettledForgivesOddParts(t *testing.T) {
	block := blockOf(clean("one", closed), closed)
	mean := block[0].Slices[3].Load.Series.Mean
	for k := len(mean) - 5; k < len(mean); k++ {
		mean[k] *= 3
	}
	if v := Judge(block[0], block, closed); v.Grade != Valid {
		t.Errorf("got %s", v)
	}
}

// A change is as great forwards as backwards, and one that the machine makes now and then is no alarm.
func TestSettledIsSymmetric(t *testing.T) {
	for _, row := range []struct {
		from, to int // slices that are slower than the rest
		tenths   int64
		fires    bool
	}{
		{0, 2, 16, true},
		{2, 4, 16, true},
		{0, 1, 16, true},
		{3, 4, 16, true},
		{0, 2, 14, false},
		{2, 4, 14, false},
		{0, 1, 14, false},
		{3, 4, 14, false},
	} {
		block := blockOf(clean("one", closed), closed)
		for i := row.from; i < row.to; i++ {
			mean := block[0].Slices[i].Load.Series.Mean
			for k := range mean {
				mean[k] = mean[k] * row.tenths / 10
			}
		}
		v := Judge(block[0], block, closed)
		if fired := v.Grade == Suspect && v.Reasons[0].Gate == "settled"; fired != row.fires || !fired && v.Grade != Valid {
			t.Errorf("%+v: got %s", row, v)
		}
	}
}

func TestAllJudgesWithinBlocks(t *testing.T) {
	slow := clean("slow", open)
	for i := range slow.Slices {
		slow.Slices[i].Backend.ServiceMean *= 2
	}
	trials := []trial.Trial{*slow, *clean("one", open), *clean("two", open)}
	elsewhere := *clean("one", open)
	elsewhere.Block, elsewhere.Key = 1, "1/cell/one/load"
	trials = append(trials, elsewhere)
	v := All(trials, func(string) Context { return open })
	if v[slow.Key].Grade != Invalid || v[trials[1].Key].Grade != Valid || v[elsewhere.Key].Grade != Valid || len(v) != 4 {
		t.Errorf("%+v", v)
	}
}
