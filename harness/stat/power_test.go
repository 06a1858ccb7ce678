package stat

import (
	"math"
	"testing"
)

// Printed values of the paired t test's power: R's power.t.test and Cohen's tables.
func TestPowerAgainstPrintedTables(t *testing.T) {
	for _, row := range []struct {
		blocks      int
		d, want     float64 // effect in standard deviations
		level, atol float64
	}{
		{34, .5, .8078, .05, 5e-4},
		{20, 1, .9886, .05, 5e-4},
		{15, .8, .8213, .05, 1e-3},
		{199, .2, .8017, .05, 1e-3},
		{10, 0, .05, .05, 1e-4},
		{10, 0, .01, .01, 1e-4},
	} {
		got, err := Design{SD: .01, Blocks: row.blocks, Level: row.level}.PowerAt(math.Expm1(.01 * row.d))
		if err != nil || math.Abs(got-row.want) > row.atol {
			t.Errorf("%d pairs, d = %g: got %g, %v, want %g", row.blocks, row.d, got, err, row.want)
		}
	}
}

func TestLeastEffectAndBlocksAreInverse(t *testing.T) {
	for _, blocks := range []int{6, 10, 16, 40} {
		d := Design{SD: .05, Blocks: blocks}
		effect, err := d.LeastEffect()
		if err != nil {
			t.Fatal(err)
		}
		if p, _ := d.PowerAt(effect); !near(p, .8, 1e-4) {
			t.Errorf("%d blocks: power at the least effect %g is %g, want 0.8", blocks, effect, p)
		}
		if n, err := d.BlocksFor(effect * 1.0001); err != nil || n != blocks {
			t.Errorf("an effect of %g: got %d blocks, %v, want %d", effect, n, err, blocks)
		}
	}
	// Cohen: an effect of half a standard deviation needs 34 pairs.
	if n, err := (Design{SD: .1}).BlocksFor(math.Expm1(.05)); err != nil || n != 34 {
		t.Errorf("got %d, %v, want 34", n, err)
	}
}

func TestBlocksForEqual(t *testing.T) {
	// Far from small samples the normal formula holds: (1.645 + 1.282)² (SD/edge)².
	n, err := Design{SD: .25}.BlocksForEqual(math.Expm1(.05))
	if err != nil || n < 214 || n > 217 {
		t.Errorf("got %d, %v, want 214 to 217", n, err)
	}
}

func TestPowerRefusals(t *testing.T) {
	if _, err := (Design{SD: .1, Blocks: 1}).PowerAt(.05); err == nil {
		t.Error("one block: want an error")
	}
	if _, err := (Design{SD: .1}).BlocksFor(1e-6); err == nil {
		t.Error("a millionth: want an error, not a hundred million blocks")
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), -1} {
		if _, err := (Design{SD: bad, Blocks: 10}).LeastEffect(); err == nil {
			t.Errorf("spread %v: want an error", bad)
		}
		if _, err := (Design{SD: .1}).BlocksFor(bad); err == nil {
			t.Errorf("effect %v: want an error", bad)
		}
		if _, err := (Design{SD: .1}).BlocksForEqual(bad); err == nil {
			t.Errorf("margin %v: want an error", bad)
		}
	}
	if e, err := (Design{Blocks: 6}).LeastEffect(); err != nil || e != 0 {
		t.Errorf("without spread: got %g, %v, want 0", e, err)
	}
}

// A pilot's careful spread is above its own by the printed chi-squared points, less
// so the longer it was.
func TestPilot(t *testing.T) {
	p, err := NewPilot(sleep)
	if err != nil {
		t.Fatal(err)
	}
	// The lower 20 % point of chi-squared with 9 degrees of freedom is 5.380.
	if want := p.SD * math.Sqrt(9/5.380); !near(p.Careful, want, 1e-3) {
		t.Errorf("careful spread %g, want %g", p.Careful, want)
	}
	quiet := Pilot{Blocks: 10, SD: .04, Careful: .05}
	a, err := quiet.Advise(.05)
	if err != nil {
		t.Fatal(err)
	}
	// d = ln 1.05 / 0.05 = 0.976: 11 pairs; equality: between 9 and 13.
	if a.ToFind != 11 || a.ToShowEqual < 9 || a.ToShowEqual > 13 {
		t.Errorf("got %+v", a)
	}
	if e, err := quiet.LeastEffect(11); err != nil || e > .05 || e < .045 {
		t.Errorf("11 blocks find %g, %v, want just below 5 %%", e, err)
	}
	if a, err := (Pilot{SD: 50, Careful: 50}).Advise(.01); err != nil || a.ToFind != 0 || a.ToShowEqual != 0 {
		t.Errorf("hopeless: got %+v, %v, want zeros", a, err)
	}
}
