package stat

import "testing"

func TestCrossing(t *testing.T) {
	// Half way between the logs of 10 and 1000.
	span, ok, err := Crossing([]Point{{1000, .2}, {10, -.2}, {1, -.3}})
	if err != nil || !ok || !near(span.At, 100, 1e-9) || span.From != 10 || span.To != 1000 {
		t.Errorf("got %+v, %t, %v, want 100 between 10 and 1000", span, ok, err)
	}
	if _, ok, err := Crossing([]Point{{1, -.1}, {2, -.2}}); ok || err != nil {
		t.Errorf("no change of sign: got %t, %v", ok, err)
	}
	if _, _, err := Crossing([]Point{{1, -.1}, {2, .1}, {3, -.1}}); err == nil {
		t.Error("two flips: want an error")
	}
	if _, _, err := Crossing([]Point{{0, -.1}, {2, .1}}); err == nil {
		t.Error("zero has no logarithm: want an error")
	}
}

func TestDilution(t *testing.T) {
	// 8 against 10: the lead of 2 is 5 % of 40, so 30 may be added.
	if got := Dilution(8, 10, .05); !near(got, 30, 1e-9) {
		t.Errorf("got %g, want 30", got)
	}
	if got := Dilution(9.9, 10, .05); got > 0 {
		t.Errorf("a lead of 1 %% is already diluted: got %g", got)
	}
}

func TestDescribe(t *testing.T) {
	d, err := Describe([]float64{5, 1, 2, 3, 4, 6})
	if err != nil {
		t.Fatal(err)
	}
	// Sample standard deviation (√3.5), not the population's (√2.92).
	if d.Median != 3.5 || !near(d.SD, 1.8708, 1e-3) || d.MedianLo != 1 || d.MedianHi != 6 {
		t.Errorf("got %+v", d)
	}
	if d, _ := Describe([]float64{1, 2, 3, 4, 5}); d.Conf != 0 {
		t.Errorf("five values have no interval of the median: got %+v", d)
	}
}

func TestMannWhitneyLeavesItsInputsAlone(t *testing.T) {
	old, fresh := []float64{3, 1, 2, 4}, []float64{13, 11, 12, 14}
	c, err := MannWhitney(old, fresh)
	if err != nil {
		t.Fatal(err)
	}
	if c.P > .03 || !near(c.Ratio, 5, 1e-9) || old[0] != 3 {
		t.Errorf("got %+v, inputs now %v", c, old)
	}
}
