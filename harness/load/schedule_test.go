package load

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustSchedule(t testing.TB, arrivals string, rate float64, d time.Duration, seed uint64, burst int) *Schedule {
	t.Helper()
	s, err := NewSchedule(arrivals, rate, d, seed, burst)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// distance is the Kolmogorov–Smirnov statistic of sorted samples against a
// distribution function, times the root of their number.
func distance(sorted []float64, cdf func(float64) float64) float64 {
	n, worst := float64(len(sorted)), 0.0
	for i, x := range sorted {
		p := cdf(x)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	return worst * math.Sqrt(n)
}

func sortedGaps(times []int64) []float64 {
	gaps := make([]float64, 0, len(times))
	last := int64(0)
	for _, t := range times {
		gaps = append(gaps, float64(t-last))
		last = t
	}
	slices.Sort(gaps)
	return gaps
}

// critical is where the statistic lies once in a thousand; the seeds are fixed, so it
// lies there always or never.
const critical = 1.95

func TestPoissonGapsAreExponential(t *testing.T) {
	const rate = 5000
	for seed := range uint64(10) {
		s := mustSchedule(t, Poisson, rate, 10*time.Second, seed, 0)
		exponential := func(x float64) float64 { return -math.Expm1(-x * rate / 1e9) }
		if d := distance(sortedGaps(s.Times), exponential); d > critical {
			t.Errorf("seed %d: gaps are %.2f from exponential, want below %.2f", seed, d, critical)
		}
		uniform := func(x float64) float64 { return x / 10e9 }
		times := make([]float64, len(s.Times))
		for i, at := range s.Times {
			times[i] = float64(at)
		}
		if d := distance(times, uniform); d > critical {
			t.Errorf("seed %d: times are %.2f from uniform, want below %.2f", seed, d, critical)
		}
	}
}

// The counts in short windows of a Poisson process vary as much as they are large.
func TestPoissonCountsDisperse(t *testing.T) {
	s := mustSchedule(t, Poisson, 10000, 10*time.Second, 7, 0)
	counts := make([]float64, 10000)
	for _, at := range s.Times {
		counts[at/int64(time.Millisecond)]++
	}
	variance := 0.0
	for _, c := range counts {
		variance += (c - 10) * (c - 10)
	}
	if got := variance / float64(len(counts)) / 10; got < 0.95 || got > 1.05 {
		t.Errorf("variance over mean of counts = %.3f, want 1 ± 0.05", got)
	}
}

// The test itself must be able to tell: constant arrivals are far from exponential.
func TestConstantGapsAreNotExponential(t *testing.T) {
	s := mustSchedule(t, Constant, 5000, 10*time.Second, 1, 0)
	if d := distance(sortedGaps(s.Times), func(x float64) float64 { return -math.Expm1(-x * 5000 / 1e9) }); d < 10*critical {
		t.Errorf("distance %.2f of constant gaps from exponential, want it large", d)
	}
}

func TestConstantGaps(t *testing.T) {
	s := mustSchedule(t, Constant, 1000, time.Second, 3, 0)
	for i, at := range s.Times[1:] {
		if gap := at - s.Times[i]; gap < 999_999 || gap > 1_000_001 {
			t.Fatalf("gap %d is %d ns, want 1 ms", i, gap)
		}
	}
}

func TestBurstsShareAnInstant(t *testing.T) {
	s := mustSchedule(t, Burst, 1000, time.Second, 3, 10)
	if len(s.Times) != 1000 {
		t.Fatalf("%d arrivals, want 1000", len(s.Times))
	}
	for i, at := range s.Times {
		if at != s.Times[i/10*10] {
			t.Fatalf("arrival %d at %d, its burst at %d", i, at, s.Times[i/10*10])
		}
		if i >= 10 && i%10 == 0 && at <= s.Times[i-1] {
			t.Fatalf("burst at arrival %d does not come after the one before", i)
		}
	}
}

// A schedule is a function of what it is made from, and of all of it.
func TestScheduleIsFixed(t *testing.T) {
	// This hash stands in records: a change of it must be wanted.
	const want = "a2d34bbf61059143"
	s := mustSchedule(t, Poisson, 2000, 300*time.Millisecond, 42, 0)
	if s.Hash != want {
		t.Errorf("hash %s, want %s", s.Hash, want)
	}
	seen := map[string]string{s.Hash: "the first"}
	for name, other := range map[string]*Schedule{
		"another seed":     mustSchedule(t, Poisson, 2000, 300*time.Millisecond, 43, 0),
		"another rate":     mustSchedule(t, Poisson, 2010, 300*time.Millisecond, 42, 0),
		"another duration": mustSchedule(t, Poisson, 2000, 301*time.Millisecond, 42, 0),
		"constant":         mustSchedule(t, Constant, 2000, 300*time.Millisecond, 42, 0),
		"burst":            mustSchedule(t, Burst, 2000, 300*time.Millisecond, 42, 2),
	} {
		if before, ok := seen[other.Hash]; ok {
			t.Errorf("%s has the hash of %s", name, before)
		}
		seen[other.Hash] = name
	}
}

func TestScheduleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arrivals := rapid.SampledFrom([]string{"", Poisson, Constant, Burst}).Draw(t, "arrivals")
		rate := rapid.Float64Range(1, 20000).Draw(t, "rate")
		d := time.Duration(rapid.Int64Range(1e8, 2e9).Draw(t, "duration"))
		seed := rapid.Uint64().Draw(t, "seed")
		burst := rapid.IntRange(1, 50).Draw(t, "burst")
		expected := int(math.Round(rate * d.Seconds()))
		s, err := NewSchedule(arrivals, rate, d, seed, burst)
		if expected == 0 {
			if err == nil {
				t.Fatal("a schedule without arrivals was made")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Times) != expected {
			t.Fatalf("%d arrivals, want %d", len(s.Times), expected)
		}
		if !slices.IsSorted(s.Times) || s.Times[0] < 0 || s.Times[expected-1] >= int64(d) {
			t.Fatalf("times from %d to %d, sorted %v: want them ascending in [0, %d)",
				s.Times[0], s.Times[expected-1], slices.IsSorted(s.Times), d)
		}
		again, err := NewSchedule(arrivals, rate, d, seed, burst)
		if err != nil || again.Hash != s.Hash || !slices.Equal(again.Times, s.Times) {
			t.Fatalf("made again, the schedule differs (error %v)", err)
		}
	})
}

func TestScheduleRefuses(t *testing.T) {
	for _, c := range []struct {
		arrivals string
		rate     float64
		d        time.Duration
		burst    int
		want     string
	}{
		{Poisson, 0, time.Second, 0, "rate 0"},
		{Poisson, -1, time.Second, 0, "rate -1"},
		{Poisson, math.NaN(), time.Second, 0, "rate NaN"},
		{Poisson, math.Inf(1), time.Second, 0, "rate +Inf"},
		{Poisson, 100, 0, 0, "duration 0s"},
		{Poisson, 1e9, time.Minute, 0, "shorten the duration or lower the rate"},
		{Poisson, 1, time.Millisecond, 0, "less than one arrival"},
		{Burst, 100, time.Second, 0, "burst 0"},
		{"uniform", 100, time.Second, 0, `arrivals "uniform": want poisson, constant or burst`},
	} {
		_, err := NewSchedule(c.arrivals, c.rate, c.d, 1, c.burst)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("NewSchedule(%q, %g, %v, burst %d): error %v, want it to say %q", c.arrivals, c.rate, c.d, c.burst, err, c.want)
		}
	}
}
