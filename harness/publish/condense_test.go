package publish

import (
	"math"
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

// loaded is a made-up load trial.
func loaded(t testing.TB) trial.Trial {
	t.Helper()
	_, trials := reporttest.Usual().Run()
	for _, tr := range trials {
		if tr.Kind == trial.Load {
			tr.Slices[0].Load.PerConn = []uint32{uint32(tr.Slices[0].Load.Answers), 0}
			tr.Slices[1].Load.PerConn = []uint32{1, uint32(tr.Slices[1].Load.Answers) - 1}
			tr.Slices[0].Load.Series = &trial.Series{Due: []uint32{1}, Done: []uint32{1}, Mean: []int64{20_400_000}}
			tr.Slices[0].Load.Slowest = []trial.Slow{{At: 1_234_567, Response: 2_345_678}}
			return tr
		}
	}
	t.Fatal("no load trial")
	return trial.Trial{}
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
			off := math.Abs(got.Values[name]/v - 1)
			rounds := name == stat.ServiceP50.Name || name == stat.ServiceP99.Name || name == stat.SlipP99.Name ||
				!open && (name == stat.P50.Name || name == stat.P99.Name || name == stat.P999.Name)
			most := Rounded
			if name == stat.SlipP99.Name {
				most = 1.0 / (1 << slipBits)
			}
			if off > 0 && !rounds || off > most+.001 { // a quantile is the upper end of a bucket of 0.1 %
				t.Errorf("open %v, %s: %g, before %g", open, name, got.Values[name], v)
			}
		}
		for which := stat.Response; which <= stat.Disturbers; which++ {
			a, err := whole.Latency(which)
			if err != nil {
				t.Fatal(err)
			}
			b, err := got.Latency(which)
			if err != nil {
				t.Fatal(err)
			}
			if a.Count() != b.Count() || a.Censored != b.Censored || a.Clipped != b.Clipped {
				t.Errorf("open %v, %s: %d requests of %d", open, which, b.Count(), a.Count())
			}
			if exact := open && which == stat.Response; exact != a.Recorded.Equals(b.Recorded) && a.Count() > 0 {
				t.Errorf("open %v, %s: kept exactly is %v", open, which, !exact)
			}
		}
	}
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
	if s := tr.Slices[0].Load.Slowest[0]; s.At != 1_200_000 || s.Response != 2_300_000 {
		t.Errorf("slowest %+v", s)
	}
	memory := trial.Trial{Kind: trial.Memory, MemoryOf: &trial.MemoryFigures{}}
	if err := Condense(&memory, true); err != nil || memory.Whole != nil {
		t.Errorf("a memory trial has %v, %v", memory.Whole, err)
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
	out, err := rounded(h, timeBits)
	if err != nil || out.TotalCount() != 5 {
		t.Errorf("%d of 5 values, %v", out.TotalCount(), err)
	}
}
