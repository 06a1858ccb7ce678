package certify

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"assay/harness/oracle"
)

func mustForm(t *testing.T, law string, rate float64) Form {
	t.Helper()
	l, err := oracle.Parse(law)
	if err != nil {
		t.Fatal(err)
	}
	f, err := FormOf(l, rate)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What the textbooks say.
func TestFormsByHand(t *testing.T) {
	for _, c := range []struct {
		law  string
		rate float64
		q    float64
		ms   float64
	}{
		{"fixed:10ms", 1000, 0.5, 10},
		{"fixed:10ms", 1000, 0.999, 10},
		{"two-point:2ms,20ms,0.05", 1000, 0.94, 2},
		{"two-point:2ms,20ms,0.05", 1000, 0.96, 20},
		{"exponential:5ms", 1000, 0.5, 5 * math.Ln2},
		{"exponential:5ms", 1000, 0.99, 5 * math.Log(100)},
		{"stall:1s,5s", 1000, 0.5, 0},
		{"stall:1s,5s", 1000, 0.9, 500},
		{"stall:1s,5s", 1000, 0.99, 950},
		{"stall:1s,5s", 1000, 0.999, 995},
		{"mm1:500µs", 1000, 0.99, math.Log(100)}, // mean 1/(μ−λ) = 1 ms
		{"md1:500µs", 1000, 0.5, 0.5},            // half find nobody: P(W=0) = 1−ρ
		{"md1:500µs", 1000, 0.4, 0.5},
	} {
		if got := mustForm(t, c.law, c.rate).Quantile(c.q) / 1e6; math.Abs(got-c.ms) > 1e-5 {
			t.Errorf("%s: p%g = %g ms, want %g", c.law, 100*c.q, got, c.ms)
		}
	}
}

// Crommelin's sum, which is exact as long as few terms cancel.
func crommelin(load, x float64) float64 {
	sum := 0.0
	for k := 0; float64(k) <= x; k++ {
		u := load * (float64(k) - x)
		term := math.Exp(-u)
		for j := 1; j <= k; j++ {
			term *= u / float64(j)
		}
		sum += term
	}
	return (1 - load) * sum
}

func TestMD1IsCrommelins(t *testing.T) {
	for _, load := range []float64{0.1, 0.5, 0.9, 0.95} {
		w := newMD1(load)
		for x := 0.0; x < 8; x += 0.13 {
			if got, want := w.cdf(x), crommelin(load, x); math.Abs(got-want) > 1e-9 {
				t.Fatalf("load %g: P(W ≤ %g) = %g, want %g", load, x, got, want)
			}
		}
	}
}

// The mean wait is Pollaczek's and Khinchine's, ρ/2(1−ρ) services, also where the load is high.
func TestMD1Mean(t *testing.T) {
	for _, load := range []float64{0.3, 0.8, 0.95, 0.98} {
		w := newMD1(load)
		mean, before := 0.0, 0.0
		for x := 0.0; x < w.beyond; x += 0.02 {
			c := w.cdf(x)
			if c < before-1e-12 {
				t.Fatalf("load %g: the distribution falls at %g", load, x)
			}
			before = c
			mean += 0.02 * (1 - w.cdf(x+0.01))
		}
		if want := load / 2 / (1 - load); math.Abs(mean/want-1) > 0.002 {
			t.Errorf("load %g: mean wait %g services, want %g", load, mean, want)
		}
	}
}

// Every form against the oracle's planner, fed with simulated arrivals: two pieces of code that
// share nothing but the law.
func TestFormsAgainstSimulation(t *testing.T) {
	for _, c := range []struct {
		law  string
		even bool
	}{
		{"fixed:10ms", false},
		{"two-point:2ms,20ms,0.05", false},
		{"exponential:5ms", false},
		{"stall:1s,5s", true},
		{"md1:500µs", false},
		{"mm1:500µs", false},
		{"md1:900µs", false},
		{"mm1:900µs", false},
	} {
		f := mustForm(t, c.law, 1000)
		s := simulated(f.Law, 1000, 150_000, c.even)
		d := Compare(f, s, Bound{Share: 1e-4, Distance: 1e-4, Time: time.Microsecond})
		for _, fault := range d.Faults {
			t.Errorf("%s: %s", c.law, fault)
		}
		if len(d.Points) != 4 || d.Distance < 0 {
			t.Errorf("%s: %d points, distance %g", c.law, len(d.Points), d.Distance)
		}
		t.Logf("%s: distance %.4f, allowed %.4f", c.law, d.Distance, f.chance(s.Count))
	}
}

// simulated are the response times of n requests, exactly.
func simulated(law oracle.Law, rate float64, n int, even bool) Seen {
	p, rng := oracle.NewPlanner(law, 3, 0), rand.New(rand.NewPCG(5, 5))
	var times []float64
	at := 0.0
	for range n {
		if even {
			at += 1e9 / rate
		} else {
			at += rng.ExpFloat64() * 1e9 / rate
		}
		times = append(times, float64(p.Depart(int64(at))-int64(at)))
	}
	return exact(times)
}

func exact(times []float64) Seen {
	slices.Sort(times)
	s := Seen{Count: int64(len(times)), Quantiles: map[float64]float64{}}
	for _, q := range Quantiles {
		s.Quantiles[q] = times[int(math.Ceil(q*float64(len(times))))-1]
	}
	for _, t := range times {
		s.Bars = append(s.Bars, Bar{t, t, 1})
	}
	return s
}

// A law that is not the one that was simulated is found out.
func TestCompareFindsAnotherLaw(t *testing.T) {
	for _, c := range []struct{ is, said string }{
		{"fixed:10ms", "fixed:11ms"},
		{"exponential:5ms", "exponential:5.5ms"},
		{"two-point:2ms,20ms,0.05", "two-point:2ms,20ms,0.07"},
		{"stall:1s,5s", "stall:1s,4900ms"},
		{"mm1:500µs", "md1:500µs"},
		{"md1:500µs", "md1:600µs"},
	} {
		is := mustForm(t, c.is, 1000)
		s := simulated(is.Law, 1000, 100_000, is.even)
		if d := Compare(mustForm(t, c.said, 1000), s, DefaultBound); len(d.Faults) == 0 {
			t.Errorf("%s passes for %s: distance %g, %+v", c.is, c.said, d.Distance, d.Points)
		}
	}
}

func TestQueueWithoutEnd(t *testing.T) {
	l, _ := oracle.Parse("mm1:1ms")
	if _, err := FormOf(l, 1000); err == nil {
		t.Error("a server that must work all the time has a closed form")
	}
}

func TestCompareRefusesNonsense(t *testing.T) {
	f := mustForm(t, "fixed:10ms", 1000)
	for name, s := range map[string]Seen{
		"nothing": {},
		"NaN":     {Count: 10000, Quantiles: map[float64]float64{0.5: math.NaN()}},
		"Inf":     {Count: 10000, Quantiles: map[float64]float64{0.5: math.Inf(1)}},
	} {
		if d := Compare(f, s, DefaultBound); len(d.Faults) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}

// Where a generator tells quantiles only, chance is allowed for and no more: a quantile off by five
// standard deviations and the bound is a fault, one off by two is none.
func TestCompareAllowsForChance(t *testing.T) {
	f := mustForm(t, "exponential:5ms", 1000)
	const n = 10_000
	for _, q := range []float64{0.5, 0.9, 0.99} {
		// of a quantile of an exponential: sqrt(q(1−q)/n) over the density there
		deviation := math.Sqrt(q/(1-q)/n) * 5e6
		for times, faults := range map[float64]int{2: 0, -2: 0, 5: 1, -5: 1} {
			bound := Bound{Time: 1, Distance: 1}
			s := Seen{Count: n, Quantiles: map[float64]float64{q: f.Quantile(q) + times*deviation}}
			if d := Compare(f, s, bound); len(d.Faults) != faults {
				t.Errorf("p%g off by %g standard deviations: %q, want %d faults", 100*q, times, d.Faults, faults)
			}
		}
	}
}

// Mass that came too early and mass that came too late are both a distance.
func TestDistance(t *testing.T) {
	f := mustForm(t, "fixed:10ms", 1000)
	for name, c := range map[string]struct{ ms, want float64 }{
		"early": {5, 0.25}, "late": {15, 0.25}, "within the bound": {10.2, 0},
	} {
		s := Seen{Count: 100, Bars: []Bar{{10e6, 10e6, 75}, {c.ms * 1e6, c.ms * 1e6, 25}}}
		slices.SortFunc(s.Bars, func(a, b Bar) int { return int(a.From - b.From) })
		if got := distance(f, f, s, DefaultBound); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: got %g, want %g", name, got, c.want)
		}
	}
}
