package stat

import (
	"strings"
	"testing"
)

// Ezekiel's stopping distances of 1930, the example of every textbook: slope 3.932,
// 95 % interval 3.097 to 4.768.
func TestLineSlopeAgainstTheTextbook(t *testing.T) {
	speed := []float64{
		4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15,
		15, 16, 16, 17, 17, 17, 18, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24, 25,
	}
	distance := []float64{
		2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26,
		54, 32, 40, 32, 40, 50, 42, 56, 76, 84, 36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120, 85,
	}
	i, err := LineSlope(speed, distance, .95)
	if err != nil {
		t.Fatal(err)
	}
	if !near(i.Center, 3.932409, 1e-6) || !near(i.Lo, 3.096964, 1e-5) || !near(i.Hi, 4.767853, 1e-5) {
		t.Errorf("got %+v, want 3.932 [3.097 4.768]", i)
	}
}

func TestSlopeOverBlocks(t *testing.T) {
	x := []float64{0, 10, 20}
	blocks := []Rungs{{x, []float64{5, 25, 45}}, {x, []float64{900, 930, 960}}, {x, []float64{1, 41, 81}}}
	// Slopes 2, 3 and 4 on very different floors: 3 ± 4.303/√3.
	i, err := SlopeOverBlocks(blocks, .95)
	if err != nil || !near(i.Center, 3, 1e-9) || !near(i.Half(), 2.4841, 1e-4) {
		t.Errorf("got %+v, %v, want 3 ± 2.4841", i, err)
	}
	blocks[1].Y = blocks[1].Y[:2]
	if _, err := SlopeOverBlocks(blocks, .95); err == nil || !strings.Contains(err.Error(), "block 2") {
		t.Errorf("a rung without a value: got %v, want block 2 named", err)
	}
	if _, err := LineSlope([]float64{1, 2}, []float64{1, 2}, .95); err == nil {
		t.Error("a line through two rungs: want an error")
	}
	if _, err := Slope([]float64{5, 5}, []float64{1, 2}); err == nil {
		t.Error("one rung twice: want an error")
	}
}
