package stat

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestHolmAgainstTheAlgorithmByHand(t *testing.T) {
	// 0.01·4, 0.02·3, 0.03·2 and 0.04·1, none below the one before.
	got, err := Holm([]float64{.03, .01, .04, .02})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{.06, .04, .06, .06} {
		if !near(got[i], want, 1e-9) {
			t.Errorf("got %v, want [0.06 0.04 0.06 0.06]", got)
			break
		}
	}
	for _, p := range []float64{-.1, 1.1, math.NaN()} {
		if _, err := Holm([]float64{.5, p}); err == nil {
			t.Errorf("p = %v: want an error", p)
		}
	}
	if got, err := Holm(nil); err != nil || len(got) != 0 {
		t.Errorf("no tests: got %v, %v", got, err)
	}
}

// Corrected values lie between the plain ones and Bonferroni's, in the same order.
func TestHolmLiesBelowBonferroni(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 30).Draw(t, "ps")
		adjusted, err := Holm(ps)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range ps {
			if a := adjusted[i]; a < p || a > math.Min(1, p*float64(len(ps)))+1e-12 {
				t.Fatalf("%v became %v", ps, adjusted)
			}
			for k := range ps {
				if ps[k] < p && adjusted[k] > adjusted[i] {
					t.Fatalf("%v became %v: order lost", ps, adjusted)
				}
			}
		}
	})
}

// METHOD: at 10 blocks an exact signed-rank test cannot pass 30 corrected claims.
func TestRankFamily(t *testing.T) {
	for blocks, want := range map[int]int{5: 0, 6: 1, 10: 25, 11: 51, 16: 1638} {
		if got := RankFamily(blocks); got != want {
			t.Errorf("%d blocks: got %d, want %d", blocks, got, want)
		}
	}
}
