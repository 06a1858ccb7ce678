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
	judged := func(c Cell, o Outcome) Take { return Take{Row: NewRow("assay", c).Judge(c, o, DefaultBound), Ours: o} }
	for _, x := range []struct {
		name       string
		ours, spin Outcome
		want       Verdict
		says       string
	}{
		{"both keep it", unwatched(nil, none), unwatched(nil, none), Kept, ""},
		{"spin alone is late", unwatched(nil, none), unwatched(every(500e6, 3e6), none), Kept, ""},
		{"both late", unwatched(every(500e6, 3e6), none), unwatched(every(600e6, 3e6), none), Level, "as far from the law, this time p50 10.000 ms"},
		{"both late, ours a little more", unwatched(every(500e6, 3200e3), none), unwatched(every(600e6, 3e6), none), Level, ""},
		{"ours alone", unwatched(every(500e6, 3e6), none), unwatched(nil, none), Broken, "always nearer the law: p99"},
		{"ours much later", unwatched(every(500e6, 6e6), none), unwatched(every(600e6, 3e6), none), Broken, "always nearer"},
		{"ours late far oftener", unwatched(every(100e6, 3e6), none), unwatched(every(1e9, 3e6), none), Broken, "always nearer"},
		{"all of ours late", unwatched(every(500e6, 3e6), func(int) float64 { return 1e6 }), unwatched(every(500e6, 3e6), none), Broken, "p50"},
		{"ours early", unwatched(every(500e6, 3e6), each(20, -2e6)), unwatched(every(500e6, 3e6), none), Broken, "always nearer"},
		{"early both", unwatched(nil, each(20, -2e6)), unwatched(nil, each(20, -2e6)), Broken, "distribution"},
	} {
		take := judged(fixed, x.ours)
		take.Spin = &x.spin
		got := take.against(fixed, []Outcome{x.spin}, DefaultBound)
		if got.Verdict != x.want || !strings.Contains(strings.Join(got.Reasons, "; "), x.says) {
			t.Errorf("%s: got %s, %q; want %s, %q", x.name, got.Verdict, got.Reasons, x.want, x.says)
		}
		if (got.Yard == nil) != (x.want == Kept) {
			t.Errorf("%s: the spinning client's row is %+v", x.name, got.Yard)
		}
	}
	for name, harm := range map[string]func(ours *Outcome){
		"an error of ours":   func(ours *Outcome) { ours.Errors = 1 },
		"too few of ours":    func(ours *Outcome) { ours.Achieved = 900 },
		"sends of ours late": func(ours *Outcome) { ours.SlipP99 = 5e6 },
		"our service longer": func(ours *Outcome) { ours.Service.Quantiles[0.5] += 1e6 },
	} {
		ours, spin := unwatched(every(500e6, 3e6), none), unwatched(every(500e6, 3e6), none)
		if got := judged(fixed, ours).against(fixed, []Outcome{spin}, DefaultBound); got.Verdict != Level {
			t.Fatalf("before %s: %s, %q", name, got.Verdict, got.Reasons)
		}
		if harm(&ours); judged(fixed, ours).against(fixed, []Outcome{spin}, DefaultBound).Verdict != Broken {
			t.Errorf("%s is level", name)
		}
	}
	late, spin := unwatched(every(500e6, 3e6), none), unwatched(every(500e6, 3e6), none)
	if late.SlipP99, spin.SlipP99 = 5e6, 4.5e6; judged(fixed, late).against(fixed, []Outcome{spin}, DefaultBound).Verdict != Level {
		t.Error("sends as late as those of the spinning client are broken")
	}
	if got := judged(fixed, late).against(fixed, []Outcome{unwatched(nil, none), spin}, DefaultBound); got.Verdict != Level {
		t.Errorf("as late as the later of two spinning clients: %s", got.Verdict)
	}
	slow := perfect(t, queue)
	slow.Response.Quantiles[0.99] *= 3
	if got := judged(queue, slow).against(queue, []Outcome{perfect(t, queue)}, DefaultBound); got.Verdict != Broken {
		t.Errorf("a queue of another law: %s", got.Verdict)
	}
}

// A spinning client that lost requests itself, or does not tell its times whole, proves nothing.
func TestWhatTheClientThatSpinsProves(t *testing.T) {
	c := cellOf(oracle.Fixed, 1000, 64, false)
	for name, x := range map[string]struct {
		harm func(*Outcome)
		want bool
	}{
		"nothing wrong":          {func(*Outcome) {}, true},
		"late":                   {func(o *Outcome) { o.Response.Quantiles[0.99] *= 2 }, true},
		"lost one":               {func(o *Outcome) { o.Errors = 1 }, false},
		"did not keep up":        {func(o *Outcome) { o.Achieved = 900 }, false},
		"no more than quantiles": {func(o *Outcome) { o.Response.Bars = nil }, false},
	} {
		o := perfect(t, c)
		x.harm(&o)
		if got := o.proves(c, DefaultBound); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (*Outcome)(nil).proves(c, DefaultBound) {
		t.Error("one that was not asked proves something")
	}
}

// Takes settle a cell: kept, where none was broken; else two that are fine, or enough that are broken, more of
// them beside a client that spins.
func TestSettle(t *testing.T) {
	c := cellOf(oracle.Fixed, 1000, 64, false)
	none := func(int) float64 { return 0 }
	late := func(ns float64) func(int) float64 {
		return func(i int) float64 { return float64(i%100/99) * ns }
	}
	outcome := func(plant func(int) float64) Outcome {
		o := stopped(t, c, nil, plant)
		o.Pauses = nil
		return o
	}
	good, bad := outcome(none), outcome(late(3e6))
	take := func(o Outcome, spin *Outcome) Take {
		return Take{Row: NewRow("assay", c).Judge(c, o, DefaultBound), Ours: o, Spin: spin}
	}
	kept, broken := take(good, nil), take(bad, nil)
	undecided := broken
	undecided.Row.Verdict = Undecided
	level, beside := take(bad, &bad), take(bad, &good)
	for name, x := range map[string]struct {
		takes []Take
		want  Verdict
		used  int
	}{
		"kept":                      {[]Take{kept}, Kept, 1},
		"kept after a pause":        {[]Take{undecided, undecided, kept}, Kept, 3},
		"broken":                    {[]Take{broken, broken}, Broken, 2},
		"broken once":               {[]Take{broken, kept, kept}, Kept, 3},
		"broken at last":            {[]Take{undecided, undecided, broken, broken}, Broken, 4},
		"once of each":              {[]Take{undecided, broken, kept, undecided}, Undecided, 4},
		"kept once of three":        {[]Take{broken, kept, broken, broken}, Undecided, 4},
		"last of all broken":        {[]Take{undecided, undecided, undecided, broken}, Undecided, 4},
		"last of all kept":          {[]Take{undecided, undecided, broken, kept}, Undecided, 4},
		"never decided":             {[]Take{undecided, undecided, undecided, undecided}, Undecided, 4},
		"level":                     {[]Take{level, level}, Level, 2},
		"level once, then kept":     {[]Take{level, kept}, Kept, 2},
		"broken beside":             {[]Take{beside, beside, beside}, Broken, 3},
		"beside one that was later": {[]Take{beside, level}, Level, 2},
	} {
		for used := 1; used <= len(x.takes); used++ {
			r, settled := Settle(c, x.takes[:used], DefaultBound)
			if settled != (used == x.used) {
				t.Errorf("%s: after %d takes settled: %v, %s", name, used, settled, r.Verdict)
			}
			if len(r.Others) != used-1 {
				t.Errorf("%s: of %d other takes is told %q", name, used-1, r.Others)
			}
			if settled && r.Verdict != x.want || r.Verdict != Kept && len(r.Reasons) == 0 {
				t.Errorf("%s: %s, %q; want %s", name, r.Verdict, r.Reasons, x.want)
			}
		}
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
