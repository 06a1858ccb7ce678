package stat

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// Student's own example of 1908: hours of sleep gained by ten patients.
var sleep = []float64{1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, .8, 4.6, 1.4}

func TestMeanTAgainstStudentsOwnExample(t *testing.T) {
	i, err := MeanT(sleep, .95)
	if err != nil {
		t.Fatal(err)
	}
	if !near(i.Center, 1.58, 1e-9) || !near(i.Lo, .7001142, 1e-6) || !near(i.Hi, 2.4598858, 1e-6) {
		t.Errorf("got %+v, want 1.58 [0.7001142 2.4598858]", i)
	}
	p, err := PairedT(sleep, 0)
	if err != nil || !near(p, .002833, 1e-3) {
		t.Errorf("p: got %g, %v, want 0.002833", p, err)
	}
}

func TestValuesWithoutSpread(t *testing.T) {
	for mu, want := range map[float64]float64{2: 1, 1: 0, 3: 0} {
		if p, err := PairedT([]float64{2, 2, 2}, mu); err != nil || p != want {
			t.Errorf("three times 2 against %g: got %g, %v, want %g", mu, p, err, want)
		}
	}
}

// Every method refuses what would make it lie or hang, in words.
func TestEveryMethodRefusesBadInput(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	two := func(f func([]float64, float64) (Interval, error)) func([]float64) error {
		return func(xs []float64) error { _, err := f(xs, .95); return err }
	}
	methods := map[string]func([]float64) error{
		"MeanT":         two(MeanT),
		"HodgesLehmann": two(HodgesLehmann),
		"PairedT":       func(xs []float64) error { _, err := PairedT(xs, 0); return err },
		"SignedRank":    func(xs []float64) error { _, err := SignedRank(xs); return err },
		"Equivalence":   func(xs []float64) error { _, err := Equivalence(xs, .05); return err },
		"NewPilot":      func(xs []float64) error { _, err := NewPilot(xs); return err },
		"MannWhitney":   func(xs []float64) error { _, err := MannWhitney(xs, sleep); return err },
		"Precision":     func(xs []float64) error { _, err := Precision{Half: .03, Least: 2}.Enough(append(xs, nan)); return err },
		"Crossing": func(xs []float64) error {
			_, _, err := Ladder{X: []float64{1, 2}, Logs: [][]float64{xs, xs}}.Crossing(1)
			return err
		},
		"SlopeOverBlocks": func(xs []float64) error {
			_, err := SlopeOverBlocks([]Rungs{{X: []float64{1, 2}, Y: xs}}, .95)
			return err
		},
	}
	for name, method := range methods {
		for _, xs := range [][]float64{nil, {1}, {1, nan}, {1, inf}, {nan, nan, nan}} {
			if err := method(xs); err == nil {
				t.Errorf("%s of %v: want an error", name, xs)
			}
		}
	}
	if _, err := MeanT([]float64{1}, .95); !errors.Is(err, ErrSingle) {
		t.Errorf("one value: got %v, want ErrSingle", err)
	}
	for _, confidence := range []float64{0, 1, -1, nan, 95} {
		if _, err := MeanT(sleep, confidence); err == nil {
			t.Errorf("confidence %v: want an error", confidence)
		}
		if _, err := HodgesLehmann(sleep, confidence); err == nil {
			t.Errorf("ranks, confidence %v: want an error", confidence)
		}
	}
}

func TestPairedLogs(t *testing.T) {
	logs, err := PairedLogs([]float64{2, 1}, []float64{1, 2})
	if err != nil || !near(logs[0], math.Ln2, 1e-12) || !near(logs[1], -math.Ln2, 1e-12) {
		t.Errorf("got %v, %v", logs, err)
	}
	for want, pair := range map[string][2][]float64{
		"3 replicates against 2": {{1, 2, 3}, {1, 2}},
		"pair 1 is 0 and 1":      {{0}, {1}},
		"pair 2 is 1 and NaN":    {{1, 1}, {1, math.NaN()}},
		"pair 1 is +Inf and 1":   {{math.Inf(1)}, {1}},
	} {
		if _, err := PairedLogs(pair[0], pair[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", pair, err, want)
		}
	}
}
