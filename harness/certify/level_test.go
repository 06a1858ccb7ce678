package certify

import (
	"strings"
	"testing"

	"assay/harness/oracle"
)

// What makes the client that spins as late is the machine's; what does not is the generator's.
func TestTheClientThatSpinsExcusesWhatItSeesItself(t *testing.T) {
	fixed, queue := cellOf(oracle.Fixed, 1000, 64, false), cellOf(oracle.MM1, 10000, 64, false)
	none := func(int) float64 { return 0 }
	each := func(of int, ns float64) func(int) float64 {
		return func(i int) float64 {
			if i%of == of-1 {
				return ns
			}
			return 0
		}
	}
	unwatched := func(pauses []Pause, plant func(int) float64) Outcome {
		o := stopped(t, fixed, pauses, plant)
		o.Pauses = nil
		return o
	}
	for _, x := range []struct {
		name       string
		ours, spin Outcome
		want       Verdict
		says       string
	}{
		{"both keep it", unwatched(nil, none), unwatched(nil, none), Kept, ""},
		{"spin alone is late", unwatched(nil, none), unwatched(every(500e6, 3e6), none), Kept, ""},
		{"both late", unwatched(every(500e6, 3e6), none), unwatched(every(600e6, 3e6), none), Level, "as far from the law: p50 10.000 ms"},
		{"both late, ours a little more", unwatched(every(500e6, 3200e3), none), unwatched(every(600e6, 3e6), none), Level, ""},
		{"ours alone", unwatched(every(500e6, 3e6), none), unwatched(nil, none), Broken, "was nearer the law: p99"},
		{"ours much later", unwatched(every(500e6, 6e6), none), unwatched(every(600e6, 3e6), none), Broken, "was nearer"},
		{"ours late far oftener", unwatched(every(100e6, 3e6), none), unwatched(every(1e9, 3e6), none), Broken, "was nearer"},
		{"all of ours late", unwatched(every(500e6, 3e6), func(int) float64 { return 1e6 }), unwatched(every(500e6, 3e6), none), Broken, "p50"},
		{"ours early", unwatched(every(500e6, 3e6), each(20, -2e6)), unwatched(every(500e6, 3e6), none), Broken, "was nearer"},
		{"early both", unwatched(nil, each(20, -2e6)), unwatched(nil, each(20, -2e6)), Broken, "distribution"},
	} {
		got := NewRow("assay", fixed).Judge(fixed, x.ours, DefaultBound).Against(fixed, x.ours, x.spin, DefaultBound)
		if got.Verdict != x.want || !strings.Contains(strings.Join(got.Reasons, "; "), x.says) {
			t.Errorf("%s: got %s, %q; want %s, %q", x.name, got.Verdict, got.Reasons, x.want, x.says)
		}
		if (got.Yard == nil) != (x.want == Kept) {
			t.Errorf("%s: the spinning client's row is %+v", x.name, got.Yard)
		}
	}
	for name, harm := range map[string]func(ours, spin *Outcome){
		"an error of ours":                func(ours, _ *Outcome) { ours.Errors = 1 },
		"too few of ours":                 func(ours, _ *Outcome) { ours.Achieved = 900 },
		"sends of ours late":              func(ours, _ *Outcome) { ours.SlipP99 = 5e6 },
		"our service longer":              func(ours, _ *Outcome) { ours.Service.Quantiles[0.5] += 1e6 },
		"spin lost one":                   func(_, spin *Outcome) { spin.Errors = 1 },
		"spin did not keep up":            func(_, spin *Outcome) { spin.Achieved = 900 },
		"spin tells no more than figures": func(_, spin *Outcome) { spin.Response.Bars = nil },
	} {
		ours, spin := unwatched(every(500e6, 3e6), none), unwatched(every(500e6, 3e6), none)
		row := func() Row {
			return NewRow("assay", fixed).Judge(fixed, ours, DefaultBound).Against(fixed, ours, spin, DefaultBound)
		}
		if got := row(); got.Verdict != Level {
			t.Fatalf("before %s: %s, %q", name, got.Verdict, got.Reasons)
		}
		if harm(&ours, &spin); row().Verdict != Broken {
			t.Errorf("%s: %s", name, row().Verdict)
		}
	}
	late, spin := unwatched(every(500e6, 3e6), none), unwatched(every(500e6, 3e6), none)
	if late.SlipP99, spin.SlipP99 = 5e6, 4.5e6; NewRow("assay", fixed).Judge(fixed, late, DefaultBound).Against(fixed, late, spin, DefaultBound).Verdict != Level {
		t.Error("sends as late as those of the spinning client are broken")
	}
	slow := perfect(t, queue)
	slow.Response.Quantiles[0.99] *= 3
	if got := NewRow("assay", queue).Judge(queue, slow, DefaultBound).Against(queue, slow, perfect(t, queue), DefaultBound); got.Verdict != Broken {
		t.Errorf("a queue of another law: %s", got.Verdict)
	}
}

// A form that may be as late as what was seen is the later of the two everywhere.
func TestAsLateAs(t *testing.T) {
	f, err := FormOf(oracle.Law{Kind: oracle.Exponential, A: 1e6}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	s := Seen{Count: 4, Bars: []Bar{{0, 1e6, 1}, {1e6, 2e6, 1}, {2e6, 9e6, 2}}}
	late := f.AsLateAs(s)
	for _, x := range []struct{ at, want float64 }{{0.1e6, 0}, {1e6, 0.25}, {1.5e6, 0.25}, {2e6, 0.5}, {8.9e6, 0.5}, {9e6, f.CDF(9e6)}} {
		if got := late.CDF(x.at); got != x.want {
			t.Errorf("at %g: %g, want %g", x.at, got, x.want)
		}
	}
	if got := late.Quantile(0.4); got != 2e6 {
		t.Errorf("p40 is %g", got)
	}
	if got := late.Quantile(0.9999); got < 9.2e6 {
		t.Errorf("p99.99 is %g, before the law's", got)
	}
}
