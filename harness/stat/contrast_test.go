package stat

import (
	"errors"
	"math"
	"strings"
	"testing"

	moremath "github.com/aclements/go-moremath/stats"
	"pgregory.net/rapid"

	"assay/harness/trial"
)

// logs makes a contrast straight from its block log-ratios.
func logs(m Metric, ls ...float64) (Contrast, error) {
	c := Contrast{Metric: m, Logs: ls}
	err := c.infer()
	return c, err
}

func TestIntervalAgainstPrintedTables(t *testing.T) {
	// Two-sided 95 % points of Student's t, as printed in any table.
	for dof, want := range map[int]float64{1: 12.706, 2: 4.303, 5: 2.571, 9: 2.262, 15: 2.131} {
		ls := make([]float64, dof+1)
		for i := range ls {
			ls[i] = math.Sin(float64(i))
		}
		c, err := logs(CPU, ls...)
		if err != nil {
			t.Fatal(err)
		}
		se := moremath.StdDev(ls) / math.Sqrt(float64(len(ls)))
		if got := math.Log(c.Hi/c.Ratio) / se; !near(got, want, 1e-3) {
			t.Errorf("%d blocks: half width is %g standard errors, want %g", dof+1, got, want)
		}
	}
}

func TestEqualNeedsProofNotAbsence(t *testing.T) {
	for _, row := range []struct {
		doc                string
		logs               []float64
		equal, significant bool
	}{
		{"tight around 1", []float64{.001, -.002, .001, 0, -.001, .002}, true, false},
		{"wide around 1: not known, not equal", []float64{.3, -.3, .25, -.2, .1, -.15}, false, false},
		{"a small certain effect inside the margin is both", []float64{.02, .021, .02, .019, .02, .02}, true, true},
		{"an effect beyond the margin", []float64{.2, .21, .19, .2, .2, .21}, false, true},
		{"at the margin's edge", []float64{.047, .049, .048, .05, .046, .049}, false, true},
	} {
		c, err := logs(CPU, row.logs...)
		if err != nil {
			t.Fatal(err)
		}
		if c.Equal != row.equal || c.Significant() != row.significant {
			t.Errorf("%s: got equal %t significant %t [%.3f %.3f]", row.doc, c.Equal, c.Significant(), c.Lo, c.Hi)
		}
		if (c.P < .05) != c.Significant() {
			t.Errorf("%s: p = %g disagrees with the interval", row.doc, c.P)
		}
	}
}

func TestRefusals(t *testing.T) {
	if _, err := logs(CPU, .1); !errors.Is(err, ErrSingle) {
		t.Errorf("one block: got %v, want ErrSingle", err)
	}
	if _, err := logs(CPU, .1, math.NaN(), .2); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("NaN: got %v", err)
	}
	if _, err := logs(CPU); err == nil {
		t.Error("no block: want an error")
	}
	if _, err := MannWhitney([]float64{1, 2}, []float64{1, math.Inf(1)}); err == nil {
		t.Error("an infinity in a rank test: want an error")
	}
	if _, err := Describe([]float64{1, math.NaN()}); err == nil {
		t.Error("a NaN described: want an error")
	}
	if _, err := MannWhitney([]float64{1}, []float64{1, 2}); !errors.Is(err, ErrSingle) {
		t.Errorf("one value in a rank test: got %v", err)
	}
	s := compute(t, loadTrial(t, "a", 0, 1000), loadTrial(t, "b", 0, 1000))
	if _, err := s.Contrast(CPU, "c", "a", "b"); !errors.Is(err, ErrSingle) || !strings.Contains(err.Error(), "a against b in c") {
		t.Errorf("one block of trials: got %v", err)
	}
	if _, err := s.Contrast(CPU, "c", "a", "a"); err == nil {
		t.Error("an arm against itself: want an error")
	}
}

// The machine runs three times slower in the second rotation, and arm b got more
// of its answers there: sums would call the equal arms 25 % apart.
func TestNeighbouringSlicesCancelDrift(t *testing.T) {
	var trials []trial.Trial
	for block := range 3 {
		a, b := loadTrial(t, "a", block, 1000, 3000), loadTrial(t, "b", block, 1000, 3000)
		slow := &b.Slices[1]
		slow.Load.Answers, slow.ServerCPU = 300, 3*slow.ServerCPU
		trials = append(trials, a, b)
	}
	c, err := compute(t, trials...).Contrast(CPU, "c", "b", "a")
	if err != nil {
		t.Fatal(err)
	}
	if !near(c.Ratio, 1, 1e-9) {
		t.Errorf("got ratio %g, want 1", c.Ratio)
	}
}

// Slices of two cells are no neighbours though they have the same index: their blocks' sums are
// compared. By slices the equal cells would be 15 % apart.
func TestAcrossCellsBlocksAreCompared(t *testing.T) {
	var trials []trial.Trial
	for block := range 3 {
		drifts, steady := loadTrial(t, "a", block, 1000, 3000), loadTrial(t, "a", block, 2000, 2000)
		steady.Cell, steady.Key = "d", steady.Key+" in d"
		trials = append(trials, drifts, steady)
	}
	c, err := compute(t, trials...).Across(CPU, Place{"a", "c"}, Place{"a", "d"})
	if err != nil {
		t.Fatal(err)
	}
	if !near(c.Ratio, 1, 1e-9) {
		t.Errorf("got ratio %g, want 1", c.Ratio)
	}
}

func TestContrastPairsBlocksAndSkipsTheIncomplete(t *testing.T) {
	s := compute(t,
		loadTrial(t, "a", 0, 1000), loadTrial(t, "b", 0, 900),
		loadTrial(t, "a", 1, 2000), loadTrial(t, "b", 1, 1800), // a slower block, the same ratio
		loadTrial(t, "a", 2, 1000)) // b failed here
	c, err := s.Contrast(CPU, "c", "b", "a")
	if err != nil {
		t.Fatal(err)
	}
	if c.N != 2 || !near(c.Ratio, .9, 1e-9) || !c.Better() || c.Hi-c.Lo > 1e-9 {
		t.Errorf("got %+v, want 0.9 over two blocks without spread", c)
	}
}

func TestFloorIsTheTwinsFarEnd(t *testing.T) {
	var trials []trial.Trial
	for block, cost := range []float64{1010, 995, 1000, 985} {
		a, twin := loadTrial(t, "a", block, 1000), loadTrial(t, "a#2", block, cost)
		twin.Twin = "a"
		trials = append(trials, a, twin, loadTrial(t, "b", block, 800), loadTrial(t, "d", block, cost*1.001))
	}
	s := compute(t, trials...)
	f, err := s.Floor(CPU, "c")
	if err != nil {
		t.Fatal(err)
	}
	far := max(f.Twin.Hi, 1/f.Twin.Lo) - 1
	if !near(f.Fraction, far, 1e-9) || f.Fraction < .005 || f.Fraction > .05 {
		t.Errorf("got floor %g of [%g %g]", f.Fraction, f.Twin.Lo, f.Twin.Hi)
	}
	for arm, above := range map[string]bool{"b": true, "d": false} {
		c, err := s.Contrast(CPU, "c", arm, "a")
		if err != nil {
			t.Fatal(err)
		}
		if f.Above(c) != above {
			t.Errorf("%s [%g %g] above floor %g: got %t", arm, c.Lo, c.Hi, f.Fraction, !above)
		}
	}
	if _, err := compute(t, trials[0]).Floor(CPU, "c"); !errors.Is(err, ErrNoTwin) {
		t.Errorf("without a twin: got %v, want ErrNoTwin", err)
	}
}

// Turning a contrast round turns its ratio and interval round, and its tests not at all.
func TestContrastIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ls := rapid.SliceOfN(rapid.Float64Range(-1, 1), 2, 16).Draw(t, "logs")
		back := make([]float64, len(ls))
		for i, l := range ls {
			back[i] = -l
		}
		a, errA := logs(P99, ls...)
		b, errB := logs(P99, back...)
		if errA != nil || errB != nil {
			t.Fatalf("%v, %v", errA, errB)
		}
		if !near(a.Ratio, 1/b.Ratio, 1e-9) || !near(a.Lo, 1/b.Hi, 1e-9) || a.Equal != b.Equal || !near(a.P+1, b.P+1, 1e-9) {
			t.Fatalf("%+v is not %+v turned round", a, b)
		}
		if a.Lo > a.Ratio || a.Ratio > a.Hi {
			t.Fatalf("ratio %g outside its interval [%g %g]", a.Ratio, a.Lo, a.Hi)
		}
	})
}

// One arm in two cells: whole blocks are compared, not slices that are no neighbours.
func TestAcrossCells(t *testing.T) {
	var trials []trial.Trial
	for block := range 6 {
		speed := 1 + 0.2*float64(block%2)
		for cell, cost := range map[string]float64{"c": 10, "d": 20} {
			tr := loadTrial(t, "a", block, cost*speed*1000)
			tr.Cell, tr.Key = cell, tr.Key+cell
			trials = append(trials, tr)
		}
	}
	s := compute(t, trials...)
	c, err := s.Across(CPU, Place{"a", "d"}, Place{"a", "c"})
	if err != nil || math.Abs(c.Ratio-2) > 1e-9 || c.N != 6 {
		t.Errorf("got %+v, %v, want a ratio of 2 over 6 blocks", c, err)
	}
	if _, err := s.Across(CPU, Place{"a", "d"}, Place{"a", "d"}); err == nil {
		t.Error("a place is contrasted with itself")
	}
	if _, err := s.Across(CPU, Place{"a", "d"}, Place{"a", "e"}); err == nil || !strings.Contains(err.Error(), "a in d against a in e") {
		t.Errorf("got %v, want an error that names both places", err)
	}
}

// The ranks' interval stands beside Student's from six blocks on, and is absent below.
func TestContrastHasBothIntervals(t *testing.T) {
	c, err := logs(CPU, .1, .12, .11, .13, .09, 2)
	if err != nil {
		t.Fatal(err)
	}
	if c.Rank.Center > 1.2 || c.Rank.Lo < 1.09 || !near(c.RankP, 2./64, 1e-9) {
		t.Errorf("one wild block of six must hardly move the ranks: got %+v", c)
	}
	if c.EqualP < .5 || c.Equal {
		t.Errorf("equal ±5 %%: p = %g", c.EqualP)
	}
	if c, err = logs(CPU, .1, .12, .11, .13, .09); err != nil || c.Rank != (Interval{}) || c.RankP == 0 {
		t.Errorf("five blocks: got %+v, %v, want no interval by ranks", c.Rank, err)
	}
}

// A block that only one of the two has is left out and named.
func TestUnequalReplicatesAreNamed(t *testing.T) {
	s := compute(t,
		loadTrial(t, "a", 0, 1000), loadTrial(t, "b", 0, 900),
		loadTrial(t, "a", 1, 1000),
		loadTrial(t, "a", 2, 1000), loadTrial(t, "b", 2, 900),
		loadTrial(t, "b", 3, 900))
	c, err := s.Contrast(CPU, "c", "b", "a")
	if err != nil || c.N != 2 || len(c.Unpaired) != 2 || c.Unpaired[0] != 1 || c.Unpaired[1] != 3 {
		t.Errorf("got %d blocks, unpaired %v, %v; want 2, and blocks 1 and 3", c.N, c.Unpaired, err)
	}
}

// A server that answered nothing has no cost per request: that is said, not divided by.
func TestZeroRequestsInventNoFigure(t *testing.T) {
	var trials []trial.Trial
	for block := range 3 {
		silent := loadTrial(t, "b", block, 900)
		silent.Slices[0].Load = trial.LoadFigures{}
		trials = append(trials, loadTrial(t, "a", block, 1000), silent)
	}
	s := compute(t, trials...)
	for _, f := range s.Replicates("c", "b") {
		if v, ok := f.Values[CPU.Name]; ok || f.Absent[CPU.Name] == "" {
			t.Errorf("block %d: CPU per request is %v, absent because %q", f.Block, v, f.Absent[CPU.Name])
		}
	}
	if _, err := s.Contrast(CPU, "c", "b", "a"); err == nil || !strings.Contains(err.Error(), "b against a") {
		t.Errorf("got %v, want an error that names both", err)
	}
}
