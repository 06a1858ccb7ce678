package stat

import (
	"math"
	"strings"
	"testing"
)

// blocksOf spreads eight blocks evenly round each mean.
func blocksOf(spread float64, means ...float64) [][]float64 {
	all := make([][]float64, len(means))
	for i, m := range means {
		for b := range 8 {
			// Another order at each X, or the blocks would move as one.
			all[i] = append(all[i], m+spread*(float64((b*(2*i+3))%8)-3.5)/3.5)
		}
	}
	return all
}

func TestCrossingInterval(t *testing.T) {
	l := Ladder{X: []float64{1000, 1, 100, 10}, Logs: blocksOf(.05, .4, -.4, .2, -.2)}
	c, ok, err := l.Crossing(7)
	if err != nil || !ok {
		t.Fatalf("got %t, %v", ok, err)
	}
	want := math.Sqrt(10 * 100)
	if !near(c.At, want, 1e-6) || c.From != 10 || c.To != 100 {
		t.Errorf("got %+v, want %g between 10 and 100", c, want)
	}
	if !(10 < c.Lo && c.Lo < want && want < c.Hi && c.Hi < 100) {
		t.Errorf("interval [%g %g] round %g", c.Lo, c.Hi, want)
	}
	if again, _, _ := l.Crossing(7); again != c {
		t.Errorf("the same seed gave %+v and %+v", c, again)
	}
	l.Logs = blocksOf(.05, -.4, .4, -.2, .2) // the other way round
	if down, ok, err := l.Crossing(7); err != nil || !ok || !near(down.At, want, 1e-6) || !(down.Lo < want && want < down.Hi) {
		t.Errorf("falling: got %+v, %t, %v", down, ok, err)
	}
}

func TestCrossingBeyondTheLadderHasOpenEnds(t *testing.T) {
	l := Ladder{X: []float64{1, 10, 100}, Logs: blocksOf(.3, -.4, -.2, .02)}
	c, ok, err := l.Crossing(7)
	if err != nil || !ok || !math.IsInf(c.Hi, 1) || c.Lo < 1 {
		t.Errorf("the flip may lie beyond 100: got %+v, %t, %v", c, ok, err)
	}
	l.Logs = blocksOf(.01, -.4, -.3, -.2)
	if _, ok, err := l.Crossing(7); ok || err != nil {
		t.Errorf("no flip: got %t, %v", ok, err)
	}
	l.Logs = blocksOf(.01, .2, .3, .4)
	if _, ok, err := l.Crossing(7); ok || err != nil {
		t.Errorf("flipped before the least: got %t, %v", ok, err)
	}
}

func TestCrossingRefusals(t *testing.T) {
	for want, l := range map[string]Ladder{
		"flips more than once":  {X: []float64{1, 2, 3}, Logs: blocksOf(.01, -.3, .5, -.2)},
		"each value of the":     {X: []float64{1, 1}, Logs: blocksOf(.01, -.3, .5)},
		"finite values above 0": {X: []float64{0, 1}, Logs: blocksOf(.01, -.3, .5)},
		"same blocks":           {X: []float64{1, 2}, Logs: [][]float64{{-1, -2}, {1, 2, 3}}},
		"two values":            {X: []float64{1}, Logs: blocksOf(.01, -.3)},
	} {
		want = strings.ReplaceAll(want, "above 0", "above zero")
		if _, _, err := l.Crossing(1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestMonotonePoolsNeighbours(t *testing.T) {
	got := monotone([]float64{1, 3, 2, 2, 5}, true)
	for i, want := range []float64{1, 7. / 3, 7. / 3, 7. / 3, 5} {
		if !near(got[i], want, 1e-9) {
			t.Fatalf("got %v", got)
		}
	}
	if got := monotone([]float64{1, 3}, false); got[0] != 2 || got[1] != 2 {
		t.Errorf("falling: got %v, want 2 2", got)
	}
}

// Few values need their percentiles farther out than many.
func TestWidenedTail(t *testing.T) {
	if got := widenedTail(1e6, .95); !near(got, .025, 1e-3) {
		t.Errorf("of many: got %g, want 0.025", got)
	}
	if got := widenedTail(10, .95); got < .008 || got > .009 {
		t.Errorf("of ten: got %g, want Φ(−√(10/9)·2.262) = 0.00855", got)
	}
}
