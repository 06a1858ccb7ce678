package oracle

import (
	"math/rand/v2"
	"testing"
	"time"
)

// stalled records n requests at 1,000/s that meet stalls of 1 s in every 5, and leave each
// ns after one another.
func stalled(n int, from, each int64) record {
	law := Law{Kind: Stall, A: time.Second, B: 5 * time.Second}
	p, r := NewPlanner(law, 1, 0), newRecord()
	rng := rand.New(rand.NewPCG(1, 1))
	free := int64(0)
	for i := range n {
		at := from + int64(i)*int64(time.Millisecond)
		planned := p.Depart(at)
		free = max(planned, free) + each + rng.Int64N(each/4+1)
		r.add(stamps{arrival: at, planned: planned, depart: free})
	}
	return r
}

func TestReleaseAfterAStall(t *testing.T) {
	law := Law{Kind: Stall, A: time.Second, B: 5 * time.Second}
	for _, each := range []int64{2_000, 8_000, 30_000} {
		r := stalled(20_000, 0, each)
		// each takes an eighth more on average; who comes meanwhile is let go as well
		per := float64(each) * 1.125
		want := 1000 * per / (1 - per/1e6)
		if got := float64(r.release(law, 0)); got < 0.97*want || got > 1.03*want {
			t.Errorf("%d ns each: released in %.0f ns, want about %.0f", each, got, want)
		}
	}
	// A record that ends with a stall's last answer, as one does that begins after a stall and
	// lasts whole periods.
	if r := stalled(5000, int64(1010*time.Millisecond), 8_000); r.release(law, 0) < 8_000_000 || r.release(law, 0) > 10_000_000 {
		t.Errorf("at the end of a record: released in %d ns", r.release(law, 0))
	}
	// Nothing is told of stalls that the record does not hold whole.
	for name, r := range map[string]record{
		"too few":       stalled(50, 0, 8_000),
		"no stall":      stalled(3000, int64(1500*time.Millisecond), 8_000),
		"begins inside": stalled(3000, int64(500*time.Millisecond), 8_000),
	} {
		if got := r.release(law, 0); got != 0 {
			t.Errorf("%s: released in %d ns", name, got)
		}
	}
}

// How late the oracle is, is told of requests that meet no stall and do not follow one.
func TestCalm(t *testing.T) {
	law := Law{Kind: Stall, A: time.Second, B: 5 * time.Second}
	for at, want := range map[time.Duration]bool{
		0: false, 500 * time.Millisecond: false, 1200 * time.Millisecond: false, 2 * time.Second: true, 4900 * time.Millisecond: true, 5100 * time.Millisecond: false,
	} {
		if got := law.calm(int64(at)); got != want {
			t.Errorf("%v: %t", at, got)
		}
	}
	if fixed := (Law{Kind: Fixed, A: time.Second}); !fixed.calm(0) {
		t.Error("a law without a stall is never calm")
	}
	r := stalled(20_000, 0, 8_000)
	if got := r.stats(law, 0); got.Late.P99 > 100_000 || got.Late.Count == 0 || got.Late.Count > 14_600 || got.Release == 0 {
		t.Errorf("late %+v, release %d", got.Late, got.Release)
	}
}
