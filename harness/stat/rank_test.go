package stat

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Two-sided 5 % points of the signed-rank test, as printed in any table: the
// greatest rank sum that is still significant.
func TestRankCutAgainstPrintedTables(t *testing.T) {
	for n, want := range map[int]int{6: 0, 7: 2, 8: 3, 9: 5, 10: 8, 11: 10, 12: 13, 13: 17, 14: 21, 15: 25, 16: 29, 17: 34, 20: 52, 25: 89} {
		if k, reached := rankCut(n, .95); k != want || reached < .95 {
			t.Errorf("%d values: got %d at %g, want %d", n, k, reached, want)
		}
	}
	for n := 2; n < 6; n++ {
		if k, _ := rankCut(n, .95); k >= 0 {
			t.Errorf("%d values cannot reach 95 %%: got %d", n, k)
		}
	}
}

// Depression scores of nine patients before and after a tranquilizer: Hollander and
// Wolfe, table 3.1; the printed answers are 0.460, [0.010, 0.786] and p = 0.039.
func TestHodgesLehmannAgainstTheBook(t *testing.T) {
	before := []float64{1.83, .50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	after := []float64{.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	d := make([]float64, len(before))
	for i := range d {
		d[i] = before[i] - after[i]
	}
	i, err := HodgesLehmann(d, .95)
	if err != nil {
		t.Fatal(err)
	}
	if !near(i.Center, .46, 1e-9) || !near(i.Lo, .010, 1e-6) || !near(i.Hi, .786, 1e-6) || !near(i.Confidence, .961, 1e-3) {
		t.Errorf("got %+v, want 0.46 [0.010 0.786] at 96.1 %%", i)
	}
	if p, err := SignedRank(d); err != nil || !near(p, .0390625, 1e-9) {
		t.Errorf("p: got %g, %v, want 0.0390625", p, err)
	}
}

func TestSignedRankWithTiesAndZeros(t *testing.T) {
	// All nine that moved moved up: 2/2^9.
	if p, err := SignedRank(sleep); err != nil || !near(p, 2./512, 1e-9) {
		t.Errorf("got %g, %v, want 2/512", p, err)
	}
	if p, err := SignedRank([]float64{0, 0, 0}); err != nil || p != 1 {
		t.Errorf("nothing moved: got %g, %v, want 1", p, err)
	}
	// Sizes 1 1 2 3: ranks 1.5 1.5 3 4; of 16 signs five have a sum ≤ 3.
	if p, err := SignedRank([]float64{1, 1, -2, 3}); err != nil || !near(p, 10./16, 1e-9) {
		t.Errorf("got %g, %v, want 10/16", p, err)
	}
}

func TestFewRanksNameTheRemedy(t *testing.T) {
	_, err := HodgesLehmann([]float64{1, 2, 3, 4, 5}, .95)
	if !errors.As(err, new(ErrFewRanks)) || !strings.Contains(err.Error(), "--blocks 6 or more") {
		t.Errorf("got %v", err)
	}
}

// Beyond the exact table the approximation must go on where the counting ends.
func TestApproximationMeetsTheExactRanks(t *testing.T) {
	xs := make([]float64, mostExact+1)
	for i := range xs {
		xs[i] = math.Sin(float64(3*i)) + .25
	}
	exact, err := HodgesLehmann(xs[:mostExact], .95)
	if err != nil {
		t.Fatal(err)
	}
	approximate, err := HodgesLehmann(xs, .95)
	if err != nil {
		t.Fatal(err)
	}
	if !near(exact.Half(), approximate.Half(), .05) {
		t.Errorf("half widths %g and %g", exact.Half(), approximate.Half())
	}
	p, _ := SignedRank(xs[:mostExact])
	q, _ := SignedRank(xs)
	if p/q > 2 || q/p > 2 {
		t.Errorf("p-values %g and %g", p, q)
	}
}

// The interval holds exactly the values that the test does not reject.
func TestRankIntervalInvertsTheTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Sines, because round numbers tie and ties have another distribution.
		ks := rapid.SliceOfNDistinct(rapid.IntRange(1, 10_000), 6, 20, rapid.ID).Draw(t, "ks")
		xs := make([]float64, len(ks))
		for i, k := range ks {
			xs[i] = math.Sin(float64(k))
		}
		i, err := HodgesLehmann(xs, .95)
		if err != nil {
			t.Fatal(err)
		}
		if i.Lo > i.Center || i.Center > i.Hi {
			t.Fatalf("%+v", i)
		}
		eps := 1e-9 * (1 + i.Hi - i.Lo)
		for at, rejected := range map[float64]bool{i.Lo - eps: true, i.Hi + eps: true, i.Lo + eps: false, i.Hi - eps: false} {
			shifted := make([]float64, len(xs))
			for k, x := range xs {
				shifted[k] = x - at
			}
			if p, _ := SignedRank(shifted); (p <= .05) != rejected {
				t.Fatalf("%v of %v [%v %v]: p = %g", at, xs, i.Lo, i.Hi, p)
			}
		}
	})
}
