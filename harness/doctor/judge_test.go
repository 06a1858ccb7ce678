package doctor

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"assay/harness/stat"
	"assay/harness/stat/simulate"
	"assay/harness/trial"
)

// spins are rates of a processor that runs at the slow speed for a share of the time.
func spins(apart, slow, jitter float64) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	rates := make([]float64, 1000)
	for i := range rates {
		rates[i] = 5e8 * math.Exp(jitter*r.NormFloat64())
		if float64(i) < slow*float64(len(rates)) {
			rates[i] /= 1 + apart
		}
		if i%50 == 0 {
			rates[i] /= 3 // interrupted
		}
	}
	return rates
}

func TestTwoSpeedsAreToldFromOne(t *testing.T) {
	for _, row := range []struct {
		doc                 string
		apart, slow, jitter float64
		two                 bool
	}{
		{"one, quiet", 0, 0, .004, false},
		{"one, noisy: the halves of a bell are not two speeds", 0, 0, .08, false},
		{"two, a quarter apart", .25, .4, .01, true},
		{"two, seldom slow", .25, .12, .01, true},
		{"a moment's dip is no second speed", .25, .02, .01, false},
		{"too near to matter", .04, .5, .004, false},
	} {
		got := judge(spins(row.apart, row.slow, row.jitter))
		if (got.Apart > 0) != row.two {
			t.Errorf("%s: got %+v", row.doc, got)
		}
		if row.two && (math.Abs(got.Apart-row.apart) > .02 || math.Abs(got.Slow-row.slow) > .02) {
			t.Errorf("%s: got %+v, want %g apart, %g slow", row.doc, got, row.apart, row.slow)
		}
	}
	if got := judge([]float64{1, 2}); got.Apart != 0 || got.Range != 0 {
		t.Errorf("two spins: got %+v", got)
	}
}

// moving is a tree whose /proc/stat is another one at the second reading.
type moving struct {
	fstest.MapFS
	then []byte
	read int
}

func (m *moving) ReadFile(name string) ([]byte, error) {
	if m.read++; m.read > 1 {
		return m.then, nil
	}
	return m.MapFS.ReadFile(name)
}

func TestWhatOthersUseIsCounted(t *testing.T) {
	m := &moving{
		MapFS: fstest.MapFS{"proc/stat": {Data: []byte("cpu  1000 0 500 9000 10 0 0 50 0 0\n")}},
		then:  []byte("cpu  1020 0 510 9055 10 0 5 60 0 0\n"),
	}
	steal, busy := idle(context.Background(), m, 2, time.Millisecond)
	if steal != .1 || busy != .35 {
		t.Errorf("got %g stolen, %g busy, want 0.1 and 0.35", steal, busy)
	}
	if steal, busy := idle(context.Background(), fstest.MapFS{}, 2, 0); steal != 0 || busy != 0 {
		t.Errorf("without counters: got %g, %g", steal, busy)
	}
}

func TestFloors(t *testing.T) {
	shape := simulate.Shape{Arms: 2, Blocks: 10, Rotations: 4, Step: .3, Block: 5}
	trials := shape.Draw(rand.New(rand.NewPCG(3, 4)), simulate.Ordinary, nil)
	for i := range trials {
		if trials[i].Arm == trials[1].Arm {
			trials[i].Twin = trials[0].Arm
		}
	}
	all, err := Floors(trials)
	if err != nil {
		t.Fatal(err)
	}
	f := all[0]
	if len(all) != 1 || f.Metric != stat.CPU.Label || f.Blocks != 10 || f.Fraction < .01 || f.Fraction > .3 {
		t.Errorf("got %+v", all)
	}
	if f.Least[0].Blocks != 6 || f.Least[0].Effect <= f.Least[2].Effect || f.Advice.ToFind < 2 {
		t.Errorf("more blocks must see more: got %+v", f)
	}
	var b strings.Builder
	writeFloors(&b, all)
	for _, part := range []string{"planted, CPU/req: floor ", " over 10 blocks;", " in 16.", "5.0 % needs "} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("%q does not say %q", b.String(), part)
		}
	}

	if _, err := Floors(trials[:2]); !errors.Is(err, stat.ErrSingle) {
		t.Errorf("one block: got %v", err)
	}
	for i := range trials {
		trials[i].Status = trial.Failed
	}
	if _, err := Floors(trials); err == nil {
		t.Error("failed trials: want an error")
	}
}

func TestSizesOfEffects(t *testing.T) {
	for effect, want := range map[float64]string{.034: "3.4 %", .12: "12 %", 1e8: "more than tenfold"} {
		if got := size(effect); got != want {
			t.Errorf("%g: got %q, want %q", effect, got, want)
		}
	}
	if got := advice(stat.Advice{Effect: .05}); got != "No number of blocks finds 5.0 %." {
		t.Errorf("got %q", got)
	}
}
