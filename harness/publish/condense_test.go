package publish

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/harness/report/reporttest"
	"assay/harness/stat"
	"assay/harness/trial"
)

func TestMiddleIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(0, 60_000_000_000).Draw(t, "ns")
		keep := rapid.SampledFrom([]int{slipBits, timeBits, courseBits}).Draw(t, "bits")
		m := middle(v, keep)
		if off := math.Abs(float64(m - v)); off > float64(v)/float64(int(1)<<keep) {
			t.Errorf("%d became %d: %.4f of it off", v, m, off/float64(v))
		}
		if again := middle(m, keep); again != m {
			t.Errorf("%d became %d, and then %d", v, m, again)
		}
	})
}

// loaded is a made-up load trial. Its second slice has requests of another class too.
func loaded(t testing.TB) trial.Trial {
	t.Helper()
	_, trials := reporttest.Usual().Run()
	at := slices.IndexFunc(trials, func(tr trial.Trial) bool { return tr.Kind == trial.Load })
	if at < 0 {
		t.Fatal("no load trial")
	}
	first, second := &trials[at].Slices[0].Load, &trials[at].Slices[1].Load
	disturber := first.Classes[0]
	disturber.Class, disturber.Censored, disturber.Clipped = "disturber", 4, 3
	first.Classes[0].Censored, first.Classes[0].Clipped = 2, 1
	second.Classes[0].Censored, second.Classes[0].Clipped = 1, 2
	second.Classes = append(second.Classes, disturber)
	first.PerConn = []uint32{uint32(first.Answers), 0}
	second.PerConn = []uint32{1, uint32(second.Answers) - 1}
	first.Series = &trial.Series{Due: []uint32{1}, Done: []uint32{1}, Mean: []int64{20_400_000}}
	first.Slowest = []trial.Slow{{At: 1_250_000, Response: 2_345_678}}
	return trials[at]
}

// figures computes those of one trial.
func figures(t *testing.T, tr trial.Trial) *stat.Figures {
	t.Helper()
	s, err := stat.Compute([]trial.Trial{tr})
	if err != nil {
		t.Fatal(err)
	}
	return s.Replicates(tr.Cell, tr.Arm)[0]
}

// mostOff is by what share of itself a condensed figure may differ from the whole one; 0: not at all.
func mostOff(figure string, open bool) float64 {
	const bucket = .001 // a quantile is the upper end of a bucket of 0.1 %
	switch figure {
	case stat.SlipP99.Name:
		return 1.0/(1<<slipBits) + bucket
	case stat.ServiceP50.Name, stat.ServiceP99.Name:
		return Rounded + bucket
	case stat.P50.Name, stat.P99.Name, stat.P999.Name, stat.DisturberP50.Name, stat.DisturberP99.Name:
		if !open {
			return Rounded + bucket
		}
	}
	return 0
}

func TestCondensedFiguresAreNear(t *testing.T) {
	for _, open := range []bool{true, false} {
		whole, copied := figures(t, loaded(t)), loaded(t)
		if err := Condense(&copied, open); err != nil {
			t.Fatal(err)
		}
		got := figures(t, copied)
		if len(got.Values) != len(whole.Values) || len(got.Values) < 8 {
			t.Errorf("%d figures, before %d", len(got.Values), len(whole.Values))
		}
		for name, v := range whole.Values {
			if off := math.Abs(got.Values[name]/v - 1); off > mostOff(name, open) {
				t.Errorf("open %v, %s: %g, before %g", open, name, got.Values[name], v)
			}
		}
		for which := stat.Response; which <= stat.Disturbers; which++ {
			a, b := latency(t, whole, which), latency(t, got, which)
			if a.Count() == 0 || a.Count() != b.Count() || a.Censored != b.Censored || a.Clipped != b.Clipped {
				t.Errorf("open %v, %s: %d requests (%d censored, %d clipped), before %d (%d, %d)",
					open, which, b.Count(), b.Censored, b.Clipped, a.Count(), a.Censored, a.Clipped)
			}
			exact := open && (which == stat.Response || which == stat.Disturbers)
			if exact != a.Recorded.Equals(b.Recorded) {
				t.Errorf("open %v, %s: kept exactly is %v", open, which, !exact)
			}
		}
	}
}

func latency(t *testing.T, f *stat.Figures, which stat.Which) *stat.Latency {
	t.Helper()
	l, err := f.Latency(which)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCondensedPlace(t *testing.T) {
	tr := loaded(t)
	answers := tr.PerConn()
	if err := Condense(&tr, true); err != nil {
		t.Fatal(err)
	}
	if mean := tr.Slices[0].Load.Series.Mean[0]; mean != 20_381_696 {
		t.Errorf("the course's mean is %d", mean)
	}
	for _, s := range tr.Slices {
		if s.Load.Classes != nil || s.Load.PerConn != nil {
			t.Errorf("slice %d still has its histograms, or answers per connection", s.Index)
		}
	}
	if got := tr.PerConn(); len(got) != 2 || got[0] != answers[0] || got[1] != answers[1] {
		t.Errorf("answers per connection %v, before %v", got, answers)
	}
	if s := tr.Slices[0].Load.Slowest[0]; s.At != 1_300_000 || s.Response != 2_300_000 {
		t.Errorf("slowest %+v", s)
	}
}

// What has no load to condense stays as it is.
func TestOtherTrialsAreNotCondensed(t *testing.T) {
	for _, tr := range []trial.Trial{
		{Kind: trial.Memory, MemoryOf: &trial.MemoryFigures{}},
		{Kind: trial.Load, Status: trial.Failed, Reason: "it did not start"},
	} {
		if err := Condense(&tr, true); err != nil || tr.Whole != nil {
			t.Errorf("%s: %v, %v", tr.Kind, tr.Whole, err)
		}
	}
}

func TestCondenseRefusesWhatCannotBeRead(t *testing.T) {
	tr := loaded(t)
	tr.Slices[1].Load.Classes[0].Service = "HISTFAAA"
	if err := Condense(&tr, true); err == nil {
		t.Error("a histogram that is none is condensed")
	}
	if tr.Slices[0].Load.Classes == nil {
		t.Error("what was there is lost")
	}
}

// The range's upper end is kept.
func TestRoundedStaysInRange(t *testing.T) {
	h := stat.NewLatency().Recorded
	for _, v := range []int64{1, 255, 256, 59_990_000_000, 60_000_000_000} {
		if err := h.RecordValue(v); err != nil {
			t.Fatal(err)
		}
	}
	for _, keep := range []int{slipBits, timeBits} {
		out, err := rounded(h, keep)
		if err != nil {
			t.Errorf("to %d bits: %v", keep, err)
		} else if out.TotalCount() != 5 {
			t.Errorf("to %d bits: %d of 5 values", keep, out.TotalCount())
		}
	}
}
