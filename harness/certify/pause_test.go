package certify

import (
	"math"
	"slices"
	"strings"
	"testing"

	"assay/harness/oracle"
)

// every is a pause of the generator's processor of length ns each gap ns, for 10 s.
func every(gap, length int64) (all []Pause) {
	for at := gap / 3; at < 10e9; at += gap {
		all = append(all, Pause{From: at, To: at + length, Sends: true})
	}
	return all
}

// stopped is the outcome of a cell on a machine that pauses: who is due in a pause of the
// generator is sent at its end, and an answer in a pause is seen at its end. plant is added to each
// response time, ns, by its number.
func stopped(t *testing.T, c Cell, pauses []Pause, plant func(i int) float64) Outcome {
	t.Helper()
	end := func(at int64, sends bool) int64 {
		for _, p := range pauses {
			if at >= p.From && at < p.To && (p.Sends || !sends) {
				return p.To
			}
		}
		return at
	}
	p := oracle.NewPlanner(c.Law, 3, 0)
	n := int(c.Rate * c.Duration.Seconds())
	response, service, own := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		due := int64(float64(i) * 1e9 / c.Rate)
		sent := end(due, true)
		left := p.Depart(sent)
		done := float64(end(left, false)) + plant(i)
		response[i], service[i], own[i] = done-float64(due), done-float64(sent), float64(left-sent)
	}
	o := Outcome{Response: exact(response), Service: exact(service), Achieved: c.Rate, SlipP99: 5000}
	law := exact(own).Quantiles
	o.Oracle = oracle.Stats{Requests: uint64(n), Delay: oracle.Quantiles{P50: int64(law[0.5]), P90: int64(law[0.9]), P99: int64(law[0.99]), P999: int64(law[0.999])}}
	seen := PausesOf(pauses, true, 0, int64(c.Duration))
	o.Pauses = &seen
	return o
}

// Pauses make a cell undecided where they can have caused all that is wrong, and nothing else does.
func TestPausesExcuseWhatTheyCause(t *testing.T) {
	fixed, busy := cellOf(oracle.Fixed, 1000, 64, false), cellOf(oracle.Fixed, 10000, 64, false)
	two, sojourn := cellOf(oracle.TwoPoint, 1000, 64, false), cellOf(oracle.Exponential, 10000, 64, false)
	none := func(int) float64 { return 0 }
	rare := func(ns float64) func(int) float64 { // of three requests in a thousand
		return func(i int) float64 {
			if i%333 == 0 {
				return ns
			}
			return 0
		}
	}
	oracles := every(500e6, 3e6)
	for i := range oracles {
		oracles[i].Sends = false
	}
	for _, x := range []struct {
		name   string
		cell   Cell
		pauses []Pause
		plant  func(int) float64
		harm   func(*Outcome)
		want   Verdict
	}{
		{"no pause", fixed, nil, none, nil, Kept},
		{"no pause, an error", fixed, nil, rare(3e6), nil, Broken},
		{"pauses", fixed, every(500e6, 3e6), none, nil, Undecided},
		{"pauses of the oracle's processor", fixed, oracles, none, nil, Undecided},
		{"pauses at a higher rate", busy, every(300e6, 2500e3), none, nil, Undecided},
		{"pauses and two values", two, every(250e6, 4e6), none, nil, Undecided},
		{"pauses so few and short that they show nowhere", sojourn, every(2e9, 1e6), none, nil, Kept},
		{"pauses that nobody noted", fixed, every(500e6, 3e6), none, func(o *Outcome) { o.Pauses = nil }, Broken},
		{"pauses, but the sentinel may have waited for us", fixed, every(500e6, 3e6), none, func(o *Outcome) { o.Pauses.RealTime = false }, Broken},
		{"one pause for an error of many", fixed, every(5e9, 3e6)[:1], rare(3e6), nil, Broken},
		{"pauses, and an error much longer", fixed, every(500e6, 3e6), rare(20e6), nil, Broken},
		{"pauses, and all of them a millisecond late", fixed, every(500e6, 3e6), func(int) float64 { return 1e6 }, nil, Broken},
		{"pauses, and one in twenty late", fixed, every(500e6, 3e6), func(i int) float64 { return float64(i%20/19) * 2e6 }, nil, Broken},
		{"pauses, and answers before their time", fixed, every(500e6, 3e6), func(i int) float64 { return float64(i%20/19) * -2e6 }, nil, Broken},
		{"pauses, and an answer that is wrong", fixed, every(500e6, 3e6), none, func(o *Outcome) { o.Errors = 1 }, Broken},
		{"pauses, and too few answers", fixed, every(500e6, 3e6), none, func(o *Outcome) { o.Achieved = 900 }, Broken},
		{"pauses, and sends all late", fixed, every(500e6, 3e6), none, func(o *Outcome) { o.SlipP99 = 5e6 }, Broken},
		{"pauses that meet one in thirty", fixed, every(100e6, 3e6), none, nil, Undecided},
		{"pauses, and sends as late as they are", fixed, every(100e6, 3e6), none, func(o *Outcome) { o.SlipP99 = 2e6 }, Undecided},
		{"pauses, and sends much later", fixed, every(100e6, 3e6), none, func(o *Outcome) { o.SlipP99 = 20e6 }, Broken},
		{"pauses, and the service alone longer", fixed, every(500e6, 3e6), none, func(o *Outcome) { o.Service.Quantiles[0.9] += 1e6 }, Broken},
	} {
		o := stopped(t, x.cell, x.pauses, x.plant)
		if x.harm != nil {
			x.harm(&o)
		}
		r := NewRow("assay", x.cell).Judge(x.cell, o, DefaultBound)
		if r.Verdict != x.want {
			t.Errorf("%s: got %s, %q; want %s", x.name, r.Verdict, r.Reasons, x.want)
		}
		if says := strings.Join(r.Reasons, "; "); x.want == Undecided && !strings.HasPrefix(says, "the processor paused ") {
			t.Errorf("%s: %q", x.name, says)
		}
	}
}

// Pauses of two processors that overlap are one; what lies outside the slice is no part of it.
func TestPausesMerge(t *testing.T) {
	p := PausesOf([]Pause{{From: 50, To: 80}, {From: -10, To: 10, Sends: true}, {From: 70, To: 90, Sends: true}, {From: 99, To: 120}, {From: 130, To: 140}}, true, 0, 110)
	if p.Count != 3 || p.Total != 10+40+11 || !slices.Equal(p.Longest, []int64{40, 11, 10}) || p.Span != 110 {
		t.Errorf("%+v", p)
	}
	if got := p.beyond(5, 0); got != float64(5+35+6)/110 {
		t.Errorf("%g of all are late by more than 5 ns", got)
	}
	if got := p.beyond(0, 5); got != float64(10+40+11+5+5)/110 {
		t.Errorf("%g of all are late where the generator's pauses count twice", got)
	}
	if (Pauses{RealTime: true}).excuse() || PausesOf(nil, true, 0, 1).excuse() {
		t.Error("no pause excuses something")
	}
}

// Of pauses that lie in one another the longer counts; only the longest are told one by one, and no more
// requests are late than there are.
func TestPausesAreBounded(t *testing.T) {
	p := PausesOf([]Pause{{From: 0, To: 100, Sends: true}, {From: 10, To: 20}}, true, 0, 110)
	if p.Count != 1 || p.Total != 100 {
		t.Errorf("one in another: %+v", p)
	}
	if got := p.beyond(0, 1000); got != 1 {
		t.Errorf("%g of all are late", got)
	}
	if p := PausesOf(every(1e9, 1e6), true, 0, 10e9); p.Count != 10 || len(p.Longest) != longest {
		t.Errorf("%d pauses, %d told", p.Count, len(p.Longest))
	}
}

// A tenth of the time paused makes a tenth of the requests late, evenly up to the pause's length;
// steps make it no shorter, and a step longer at most.
func TestPausedFormIsAsLateAsThePauses(t *testing.T) {
	f := mustForm(t, "fixed:1ms", 1000)
	p := PausesOf([]Pause{{From: 0, To: 100e6}}, true, 0, 1e9)
	slow := f.Paused(p)
	for q, late := range map[float64]float64{0.89: 0, 0.95: 50e6, 0.99: 90e6, 1: 100e6} {
		if got := slow.Quantile(q) - 1e6; got < late-1 || late > 0 && got > late+100e6/steps+1 || late == 0 && got != 0 {
			t.Errorf("p%g is %.0f ns late, want %.0f", 100*q, got, late)
		}
	}
	s := simulated(f.Law, 1000, 10_000, f.even)
	if d := between(f, slow, s, DefaultBound); len(d.Faults) > 0 {
		t.Errorf("who was not met by the pauses is blamed: %q", d.Faults)
	}
}

// The mean response times of the laws, by hand.
func TestOutIsTheMean(t *testing.T) {
	for law, ms := range map[string]float64{
		"fixed:10ms":              10,
		"two-point:2ms,20ms,0.05": 2.9,
		"exponential:5ms":         5,
		"stall:1s,5s":             100,  // a fifth of all wait half a second
		"mm1:500µs":               1,    // 1/(μ−λ)
		"md1:500µs":               0.75, // and half the wait of that (Pollaczek, Khinchine)
	} {
		if got := mustForm(t, law, 1000).out() / 1e6; math.Abs(got-ms) > 1e-9 {
			t.Errorf("%s: %g ms, want %g", law, got, ms)
		}
	}
}
