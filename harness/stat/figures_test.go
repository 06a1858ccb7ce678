package stat

import (
	"math"
	"slices"
	"strings"
	"testing"

	"assay/harness/trial"
)

func TestFiguresAreSumsOverSlices(t *testing.T) {
	tr := loadTrial(t, "a", 0, 1000, 3000)
	tr.Runtime = &trial.Runtime{Mallocs: 50, Bytes: 6400, Requests: 200}
	f := compute(t, tr).Replicates("c", "a")[0]
	for _, row := range []struct {
		m    Metric
		want float64
	}{
		{CPU, 2e-6},        // (100·1 µs + 100·3 µs) / 200
		{MachineCPU, 4e-6}, // twice that
		{Rate, 1000},       // 200 in two tenths of a second
		{Switches, 3},
		{Jain, 0.99},
		{Allocs, 0.25},
		{AllocBytes, 32},
		{P50, 2e-3},
		{ServiceP50, 1e-3},
	} {
		if got := f.Values[row.m.Name]; !near(got, row.want, 1e-3) {
			t.Errorf("%s: got %g, want %g", row.m.Name, got, row.want)
		}
	}
	if got := f.Absent[P99.Name]; !strings.Contains(got, "needs 1000 requests, there are 200") {
		t.Errorf("p99 of 200 requests: got %q", got)
	}
}

// What the generator polls is no work, and stands on nobody's account.
func TestMachineCPUIsWithoutPolling(t *testing.T) {
	tr := loadTrial(t, "a", 0, 1000, 3000)
	tr.Slices[0].Polled, tr.Slices[1].Polled = 50_000, 150_000 // a quarter of what the machine was busy
	f := compute(t, tr).Replicates("c", "a")[0]
	if got := f.Values[MachineCPU.Name]; !near(got, 3e-6, 1e-9) {
		t.Errorf("got %g s a request, want 3 µs", got)
	}
	if got := f.Values[CPU.Name]; !near(got, 2e-6, 1e-9) {
		t.Errorf("the server polls nothing: got %g s a request, want 2 µs", got)
	}
}

// Averaging the p99 of three slices of 1,000 requests gives 40 ms; the truth is 10 ms,
// since only 20 of the 3,000 are slow.
func TestPercentilesAreMergedNeverAveraged(t *testing.T) {
	tr := loadTrial(t, "a", 0, 1000, 1000)
	slow := append(repeat(980, 10e6), repeat(20, 100e6)...)
	for i, ns := range [][]int64{repeat(1000, 10e6), slow} {
		tr.Slices[i].Load.Classes = []trial.ClassFigures{{Class: "ordinary", Response: encode(t, ns...)}}
	}
	tr.Slices = append(tr.Slices, tr.Slices[0]) // 20 slow of 3,000: p99 is below them
	if got := compute(t, tr).Replicates("c", "a")[0].Values[P99.Name]; !near(got, 10e-3, 1e-2) {
		t.Errorf("got p99 %g s, want 10 ms", got)
	}
}

func TestVictimsAndDisturbersStayApart(t *testing.T) {
	tr := loadTrial(t, "a", 0, 1000)
	tr.Slices[0].Load.Classes = []trial.ClassFigures{
		{Class: "ordinary", Response: encode(t, repeat(50, 1e6)...)},
		{Class: "disturber", Response: encode(t, repeat(50, 80e6)...)},
	}
	f := compute(t, tr).Replicates("c", "a")[0]
	if p, d := f.Values[P50.Name], f.Values[DisturberP50.Name]; !near(p, 1e-3, 1e-2) || !near(d, 80e-3, 1e-2) {
		t.Errorf("got victims' p50 %g s and disturbers' %g s, want 1 ms and 80 ms", p, d)
	}
}

func TestUnknownSwitchesAreAbsentNotZero(t *testing.T) {
	tr := loadTrial(t, "a", 0, 1000, 1000)
	tr.Slices[1].Switches = -1
	f := compute(t, tr).Replicates("c", "a")[0]
	if v, ok := f.Values[Switches.Name]; ok || f.Absent[Switches.Name] == "" {
		t.Errorf("got %g present %t, want absent with a reason", v, ok)
	}
}

func TestQuantileSupportAndCensoring(t *testing.T) {
	for _, row := range []struct {
		doc      string
		n        int
		censored int64
		q        float64
		want     float64 // 0: refused
		refusal  string
	}{
		{"just enough for p99", 1000, 0, .99, 1e-3, ""},
		{"one too few", 999, 0, .99, 0, "needs 1000"},
		{"p99.9 from 10,000", 10_000, 0, .999, 1e-3, ""},
		{"p99.9 below it", 9_999, 0, .999, 0, "p99.9 needs 10000"},
		{"unanswered requests count", 995, 5, .99, 1e-3, ""},
		{"and stand in the tail", 985, 15, .99, 0, "without a right answer"},
		{"p50 does not mind them", 985, 15, .5, 1e-3, ""},
	} {
		l := NewLatency()
		// the generator records what it gave up where the wait would have ended
		if err := l.Add(encode(t, append(repeat(row.n, 1e6), repeat(int(row.censored), 3e9)...)...)); err != nil {
			t.Fatal(err)
		}
		l.Censored = row.censored
		got, err := l.Quantile(row.q)
		if row.refusal != "" {
			if err == nil || !strings.Contains(err.Error(), row.refusal) {
				t.Errorf("%s: got %g, %v, want refusal %q", row.doc, got, err, row.refusal)
			}
		} else if err != nil || !near(got, row.want, 1e-2) {
			t.Errorf("%s: got %g, %v, want %g", row.doc, got, err, row.want)
		}
	}
}

// The rank under censoring must be that of the whole sample: 900 fast, 90 slow, 10 lost.
func TestQuantileRankCountsTheLost(t *testing.T) {
	l := NewLatency()
	if err := l.Add(encode(t, slices.Concat(repeat(900, 1e6), repeat(90, 5e6), repeat(10, 3e9))...)); err != nil {
		t.Fatal(err)
	}
	l.Censored = 10
	if got, err := l.Quantile(.9); err != nil || !near(got, 1e-3, 1e-2) {
		t.Errorf("p90: got %g, %v, want the 900th of 1,000: 1 ms", got, err)
	}
	if got, err := l.Quantile(.905); err != nil || !near(got, 5e-3, 1e-2) {
		t.Errorf("p90.5: got %g, %v, want 5 ms", got, err)
	}
}

func TestMemoryIsASlopeByPart(t *testing.T) {
	tr := trial.Trial{Key: "m", Kind: trial.Memory, Status: trial.OK, Cell: "c", Arm: "a", MemoryOf: &trial.MemoryFigures{}}
	for _, n := range []int{0, 100, 1000} {
		c := int64(n)
		tr.MemoryOf.Steps = append(tr.MemoryOf.Steps, trial.MemoryStep{
			Conns: n, PSS: 5e6 + 700*c, AfterGC: (4e6 + 500*c) * int64(len(tr.MemoryOf.Steps)%2^1), KernelStacks: 16384 * (3 + c), PageTables: 40_000 + 100*c, Sockets: 4096 * c,
		})
	}
	f := compute(t, tr).Replicates("c", "a")[0]
	for _, row := range []struct {
		m    Metric
		want float64
	}{
		{UserMemory, 700},
		{CollectedMemory, 500}, // of the first and the last rung
		{KernelMemory, 16484},
		{Memory, 17184},
		{SocketMemory, 4096},
		{PeakPSS, 5.7e6},
	} {
		if got := f.Values[row.m.Name]; !near(got, row.want, 1e-9) {
			t.Errorf("%s: got %g, want %g", row.m.Name, got, row.want)
		}
	}
	tr.MemoryOf.Steps = tr.MemoryOf.Steps[:1]
	f = compute(t, tr).Replicates("c", "a")[0]
	if why := f.Absent[Memory.Name]; !strings.Contains(why, "two different numbers") {
		t.Errorf("a ladder of one rung: got %q", why)
	}
}

func TestOnlyTheLastOfAKeyAndOnlyFinishedTrialsCount(t *testing.T) {
	first, again, failed := loadTrial(t, "a", 0, 1000), loadTrial(t, "a", 0, 2000), loadTrial(t, "b", 0, 1000)
	failed.Status = trial.Failed
	s := compute(t, first, again, failed)
	if got := s.Values(CPU, "c", "a"); len(got) != 1 || !near(got[0], 2e-6, 1e-9) {
		t.Errorf("got %v, want the repeated trial's 2 µs alone", got)
	}
	if len(s.Arms) != 2 || len(s.Replicates("c", "b")) != 0 {
		t.Errorf("a failed arm keeps its row (%v) but has no figures", s.Arms)
	}
}

func TestPoolSupportsWhatABlockCannot(t *testing.T) {
	var trials []trial.Trial
	for b := range 10 {
		trials = append(trials, loadTrial(t, "a", b, 1000))
	}
	s := compute(t, trials...)
	if len(s.Values(P99, "c", "a")) != 0 {
		t.Error("a block of 100 requests gave a p99")
	}
	p, err := s.Pool("c", "a")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Values[P99.Name]; !near(got, 2e-3, 1e-2) || p.Answers != 1000 {
		t.Errorf("got p99 %g s of %d, want 2 ms of 1000", got, p.Answers)
	}
}

func TestDamagedRecordIsNamed(t *testing.T) {
	bad := loadTrial(t, "a", 0, 1000)
	bad.Slices[0].Load.Classes[0].Response = "not a histogram"
	if _, err := Compute([]trial.Trial{bad}); err == nil || !strings.Contains(err.Error(), bad.Key) {
		t.Errorf("got %v, want an error that names %s", err, bad.Key)
	}
	nan := loadTrial(t, "a", 0, 1000)
	nan.Jain = math.Inf(1)
	if _, err := Compute([]trial.Trial{nan}); err == nil || !strings.Contains(err.Error(), "jain") {
		t.Errorf("got %v, want an error that names jain", err)
	}
}
