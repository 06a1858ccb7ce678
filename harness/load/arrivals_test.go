package load

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A schedule kept but for some slip, and the ways of known generators to miss one.
func TestArrivals(t *testing.T) {
	const ms = int64(time.Millisecond)
	for name, c := range map[string]struct {
		arrivals string
		sent     func(i int, intended int64, rng *rand.Rand) int64
		bad      bool
	}{
		"kept":             {Poisson, func(_ int, at int64, rng *rand.Rand) int64 { return at + rng.Int64N(60_000) }, false},
		"constant":         {Constant, func(_ int, at int64, rng *rand.Rand) int64 { return at + rng.Int64N(60_000) }, false},
		"whole ms":         {Poisson, func(_ int, at int64, _ *rand.Rand) int64 { return (at/ms + 1) * ms }, true},
		"constant instead": {Poisson, func(i int, _ int64, _ *rand.Rand) int64 { return int64(i+1) * ms / 2 }, true},
		"in bursts of ten": {Poisson, func(i int, _ int64, _ *rand.Rand) int64 { return int64(i/10+1) * 5 * ms }, true},
		"waited":           {Poisson, func(int, int64, *rand.Rand) int64 { return waited }, false},
		"never":            {Poisson, func(int, int64, *rand.Rand) int64 { return 0 }, false},
	} {
		s, err := NewSchedule(c.arrivals, 2000, time.Second, 3, 0)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 1))
		sent := make([]int64, len(s.Times))
		for i, at := range s.Times {
			sent[i] = c.sent(i, at+1, rng)
		}
		f := arrivals(s.Times, sent)
		if (f.P < .01) != c.bad {
			t.Errorf("%s: p %g at distance %g of %d gaps", name, f.P, f.Distance, f.Compared)
		}
	}
}

// The table of Kolmogorov's distribution: Q(1.36) = 5 %, Q(1.63) = 1 %.
func TestKolmogorov(t *testing.T) {
	const n = 2_000_000
	for lambda, want := range map[float64]float64{1.3581: .05, 1.6276: .01, .1: 1, 5: 0} {
		if got := kolmogorov(lambda/math.Sqrt(n/2), n); math.Abs(got-want) > .0005 {
			t.Errorf("Q(%g) = %g, want %g", lambda, got, want)
		}
	}
}

func TestCourse(t *testing.T) {
	k := newCourse(1000, 1000+parts*100)
	for i := range int64(parts) {
		at := 1000 + i*100
		k.due[k.at(at)]++
		k.answer(&Times{Intended: at, Sent: at + 10, Done: at + 50 + i}, 7)
	}
	k.answer(&Times{Intended: 1000, Sent: 1000, Done: 1000 + parts*1000}, 7) // behind the end
	o := []outcome{{course: k}}
	f := newFigures()
	k.addTo(f)
	f.Series.Mean = means(o)
	if f.AnswerBytes != 7*(parts+1) || len(f.Slowest) != slowest || f.Series.Due[3] != 1 || f.Series.Done[parts-1] != 2 || f.Series.Mean[3] != 43 {
		t.Errorf("%+v, series %+v", f, f.Series)
	}
	least, most := int64(math.MaxInt64), int64(0)
	for _, s := range f.Slowest {
		least, most = min(least, s.Response), max(most, s.Response)
	}
	if most != parts*1000 || least != 50+parts-slowest+1 {
		t.Errorf("slowest %+v: want the %d greatest", f.Slowest, slowest)
	}
}
