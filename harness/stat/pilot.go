package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Pilot is what a first few blocks say of how many are needed.
type Pilot struct {
	Blocks int     `json:"blocks"` // of the pilot
	SD     float64 `json:"sd"`     // of its block log-ratios
	// Careful is the upper 80 % bound of the true spread: a pilot's own is too small
	// half the time, and a study sized by it then misses its power.
	Careful float64 `json:"careful_sd"`
}

// NewPilot learns from block log-ratios.
//
// Source: Browne, "On the use of a pilot sample for sample size determination",
// Statistics in Medicine 14 (1995).
func NewPilot(logs []float64) (Pilot, error) {
	if err := several(logs); err != nil {
		return Pilot{}, fmt.Errorf("pilot: %w", err)
	}
	p := Pilot{Blocks: len(logs), SD: stat.StdDev(logs, nil)}
	dof := float64(len(logs) - 1)
	p.Careful = p.SD * math.Sqrt(dof/distuv.ChiSquared{K: dof}.Quantile(.2))
	return p, nil
}

// Advice is what a pilot's spread means for the blocks of a run to come.
type Advice struct {
	Effect      float64 `json:"effect"`        // that matters, a fraction
	ToFind      int     `json:"to_find"`       // blocks that find it with a power of 0.8; 0: too many
	ToShowEqual int     `json:"to_show_equal"` // blocks that show equality within it, if there is no difference; 0: too many
}

// Advise sizes a run for an effect (a fraction) at a power of 0.8.
func (p Pilot) Advise(effect float64) (Advice, error) {
	if !(effect > 0) || math.IsInf(effect, 0) {
		return Advice{}, fmt.Errorf("the effect is %v: want a fraction above 0, like 0.05", effect)
	}
	d := Design{SD: p.Careful}
	a := Advice{Effect: effect}
	var err error
	if a.ToFind, err = d.BlocksFor(effect); err != nil {
		a.ToFind = 0 // more than anybody would run, which the field says
	}
	if a.ToShowEqual, err = d.BlocksForEqual(effect); err != nil {
		a.ToShowEqual = 0
	}
	return a, nil
}

// LeastEffect is the smallest effect that so many blocks find with a power of 0.8.
func (p Pilot) LeastEffect(blocks int) (float64, error) {
	return Design{SD: p.Careful, Blocks: blocks}.LeastEffect()
}
