package certify

import (
	"math"
	"strings"
	"testing"

	"assay/harness/oracle"
)

// released are response times of n even arrivals at 1,000/s that meet a stall of 1 s in every 5, and
// leave each ns after one another.
func released(n int, each float64) Seen {
	law, _ := oracle.Parse("stall:1s,5s")
	p := oracle.NewPlanner(law, 1, 0)
	var times []float64
	free := 0.0
	for i := range n {
		at := int64(i) * 1e6
		free = max(float64(p.Depart(at)), free+each)
		times = append(times, free-float64(at))
	}
	return exact(times)
}

// What has waited leaves in its time, and the form says by how much that moves each quantile.
func TestReleasedFormIsASlowDoor(t *testing.T) {
	pure := mustForm(t, "stall:1s,5s", 1000)
	for _, each := range []float64{8e3, 12e3, 40e3} {
		s := released(20_000, each)
		f := pure.Released(1000 * each / (1 - each/1e6))
		d := Compare(f, s, Bound{Share: 0.001, Time: 1000, Distance: 0.002})
		for _, fault := range d.Faults {
			t.Errorf("%g ns each: %s", each, fault)
		}
		for _, p := range d.Points {
			if want := pure.Quantile(p.Q); p.Want != want {
				t.Errorf("p%g: the law's is told as %g, want %g", 100*p.Q, p.Want, want)
			}
		}
	}
	// 20 µs each are beyond a hundredth of the law's own p90.
	if d := Compare(pure, released(20_000, 20e3), DefaultBound); len(d.Faults) == 0 || !strings.Contains(d.Faults[0], "p90") {
		t.Errorf("against the law alone: %q", d.Faults)
	}
	if got := pure.Released(10e6).Quantile(0.9); math.Abs(got-505e6) > 1e5 {
		t.Errorf("p90 with a release of 10 ms: %g ms, want 505", got/1e6)
	}
	fixed := mustForm(t, "fixed:10ms", 1000)
	if fixed.Released(1e9).Quantile(0.5) != fixed.Quantile(0.5) {
		t.Error("a release changed a law without a stall")
	}
}

// A known release excuses what it explains and nothing else.
func TestReleaseExcusesNoError(t *testing.T) {
	cell := cellOf(oracle.Stall, 1000, 64, false)
	const each = 12e3
	release := 1000 * each / (1 - each/1e6)
	for _, c := range []struct {
		name string
		harm func(*Outcome)
		want Verdict
		says string
	}{
		{"the door alone", func(*Outcome) {}, Kept, ""},
		{"p90 two percent higher", func(o *Outcome) { o.Response.Quantiles[0.9] *= 1.02 }, Broken, "p90 is"},
		{"the law's p90, which nobody can have seen", func(o *Outcome) { o.Response.Quantiles[0.9] = 496e6 }, Broken, "p90 is"},
		{"stamped at send", func(o *Outcome) { o.Response = exact(make([]float64, 10_000)) }, Broken, "p90 is"},
		{"a door of an age", func(o *Outcome) { o.Oracle.Release = 80e6 }, Broken, "took 80.000 ms to leave"},
		{"an oracle that the kernel contradicts", func(o *Outcome) {
			o.Response.Quantiles[0.9] *= 1.02
			o.Oracle.Left.P99 = 5e6
		}, Undecided, "by the kernel's stamps"},
	} {
		o := perfect(t, cell)
		o.Response = released(10_000, each)
		o.Oracle.Release = int64(release)
		c.harm(&o)
		r := NewRow("assay", cell).Judge(cell, o, DefaultBound)
		if r.Verdict != c.want || !strings.Contains(strings.Join(r.Reasons, "; "), c.says) {
			t.Errorf("%s: got %s, %q; want %s, %q", c.name, r.Verdict, r.Reasons, c.want, c.says)
		}
	}
}
