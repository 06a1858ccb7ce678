package conformance

import "testing"

// The interval holds the share that was drawn from, and tells 3 : 1 from an even split and
// from none once there are samples enough, not before.
func TestShareWithin(t *testing.T) {
	for _, c := range []struct {
		k, n   int
		within bool // leastPart and mostPart
	}{{0, 0, false}, {3, 4, false}, {71, 95, false}, {225, 300, true}, {150, 300, false}, {300, 300, false}} {
		low, high := shareWithin(c.k, c.n)
		if got := low > leastPart && high < mostPart; got != c.within {
			t.Errorf("%d of %d: %.3f to %.3f, inside the bounds: %v, want %v", c.k, c.n, low, high, got, c.within)
		}
		if p := float64(c.k) / float64(max(1, c.n)); c.n > 0 && (p < low-1e-9 || p > high+1e-9) {
			t.Errorf("%d of %d: %.3f to %.3f", c.k, c.n, low, high)
		}
	}
	if low, high := shareWithin(250, 500); high > leastPart || low < 0.4 {
		t.Errorf("an even split of 500: %.3f to %.3f", low, high)
	}
	if low, _ := shareWithin(300, 300); low < mostPart {
		t.Errorf("nothing for light: from %.3f", low)
	}
}
