package oracle

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, text := range []string{"fixed:10ms", "two-point:2ms,20ms,0.05", "exponential:5ms", "stall:1s,5s", "md1:500µs", "mm1:500µs"} {
		l, err := Parse(text)
		if err != nil || l.String() != text {
			t.Errorf("%q: got %q, %v", text, l, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "unknown kind",
		"fixd:1ms":               "unknown kind",
		"fixed":                  "duration",
		"fixed:1ms,2ms":          "2 durations",
		"fixed:0s":               "not above 0",
		"fixed:-1ms":             "not above 0",
		"fixed:1h":               "at most",
		"two-point:1ms,2ms":      "a share",
		"two-point:2ms,1ms,0.1":  "not above the first",
		"two-point:1ms,2ms,1":    "below 1",
		"two-point:1ms,2ms,NaN":  "below 1",
		"stall:5s,5s":            "not above the stall",
		"stall:1s":               "takes 2",
		"exponential:5":          "missing unit",
		"two-point:1ms,2ms,half": "a share",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "want one like") {
			t.Errorf("%q: got %v, want it to say %q", text, err, want)
		}
	}
}

func TestPlanner(t *testing.T) {
	const ms = int64(time.Millisecond)
	for _, c := range []struct {
		law                string
		arrivals, departed []int64 // ms after the epoch
	}{
		{"fixed:10ms", []int64{0, 1, 5}, []int64{10, 11, 15}},
		// in the stall until its end, later at once; before the epoch too
		{"stall:100ms,500ms", []int64{-450, -200, 0, 30, 99, 100, 250, 500, 501}, []int64{-400, -200, 100, 100, 100, 100, 250, 600, 600}},
		// back to back, then idle
		{"md1:10ms", []int64{0, 1, 2, 50}, []int64{10, 20, 30, 60}},
	} {
		law := mustParse(t, c.law)
		p := NewPlanner(law, 1, 0)
		for i, a := range c.arrivals {
			if got, want := p.Depart(a*ms), c.departed[i]*ms; got != want {
				t.Errorf("%s: arrival at %d ms: departs at %v, want %v", law, a, time.Duration(got), time.Duration(want))
			}
		}
	}
}

// Draws are those of the law, and the same for equal seeds.
func TestPlannerDraws(t *testing.T) {
	const n = 200_000
	two, again, other := NewPlanner(mustParse(t, "two-point:1ms,9ms,0.25"), 7, 0), NewPlanner(mustParse(t, "two-point:1ms,9ms,0.25"), 7, 0), NewPlanner(mustParse(t, "two-point:1ms,9ms,0.25"), 8, 0)
	slow, same := 0, 0
	for range n {
		d := two.Depart(0)
		if d == int64(9*time.Millisecond) {
			slow++
		}
		if again.Depart(0) != d {
			t.Fatal("equal seeds draw different delays")
		}
		if other.Depart(0) == d {
			same++
		}
	}
	if share := float64(slow) / n; share < 0.24 || share > 0.26 {
		t.Errorf("a share of %g took the second duration, want 0.25", share)
	}
	if same == n {
		t.Error("another seed draws the same")
	}
	sum, e := int64(0), NewPlanner(mustParse(t, "exponential:5ms"), 7, 0)
	for range n {
		sum += e.Depart(0)
	}
	if mean := time.Duration(sum / n); mean < 4950*time.Microsecond || mean > 5050*time.Microsecond {
		t.Errorf("mean %v, want 5ms", mean)
	}
}

func mustParse(t *testing.T, text string) Law {
	t.Helper()
	l, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestQuantilesAreExact(t *testing.T) {
	var times []int64
	for i := int64(1000); i > 0; i-- {
		times = append(times, i)
	}
	if got, want := quantiles(times), (Quantiles{1000, 500.5, 500, 900, 990, 999, 1000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := quantiles(nil); got != (Quantiles{}) {
		t.Errorf("of nothing: got %+v", got)
	}
}
