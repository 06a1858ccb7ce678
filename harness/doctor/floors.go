package doctor

import (
	"errors"
	"fmt"
	"strings"

	"assay/harness/stat"
	"assay/harness/trial"
)

// Floor is what an A/A campaign says of one metric in one cell: how far two copies of
// one server lie apart, and what that leaves to be seen.
type Floor struct {
	Cell     string      `json:"cell"`
	Metric   string      `json:"metric"`
	Blocks   int         `json:"blocks"`
	Fraction float64     `json:"floor"`  // no effect below is one
	Pilot    stat.Pilot  `json:"spread"` // of the block log-ratios
	Least    []Least     `json:"least"`  // smallest effect by blocks
	Advice   stat.Advice `json:"advice"` // blocks for the effect that matters by default
}

// Least is the smallest effect that a number of blocks finds four times of five.
type Least struct {
	Blocks int     `json:"blocks"`
	Effect float64 `json:"effect"` // a fraction
}

// runs are the blocks of quick, standard and full.
var runs = []int{6, 10, 16}

// metrics are those that an A/A campaign is read for.
var metrics = []stat.Metric{stat.CPU, stat.P99}

// Floors reads a campaign of one model and its twin. The error says why it has no
// floor at all: failed trials, one block.
func Floors(trials []trial.Trial) ([]Floor, error) {
	set, err := stat.Compute(trials)
	if err != nil {
		return nil, err
	}
	var all []Floor
	var errs []error
	for _, cell := range set.Cells {
		for _, m := range metrics {
			f, err := floorOf(set, m, cell)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no noise floor: %w", errors.Join(errs...))
	}
	return all, nil
}

func floorOf(set *stat.Set, m stat.Metric, cell string) (Floor, error) {
	known, err := set.Floor(m, cell)
	if err != nil {
		return Floor{}, err
	}
	f := Floor{Cell: cell, Metric: m.Label, Blocks: known.Twin.N, Fraction: known.Fraction}
	if f.Pilot, err = stat.NewPilot(known.Twin.Logs); err != nil {
		return f, err
	}
	for _, blocks := range runs {
		least, err := f.Pilot.LeastEffect(blocks)
		if err != nil {
			return f, err
		}
		f.Least = append(f.Least, Least{blocks, least})
	}
	f.Advice, err = f.Pilot.Advise(m.Margin)
	return f, err
}

func writeFloors(b *strings.Builder, all []Floor) {
	if len(all) == 0 {
		return
	}
	b.WriteString("\nNoise floor, goroutine against its twin; the smallest effect that a run of so many blocks finds four times of five:\n")
	for _, f := range all {
		fmt.Fprintf(b, "%s, %s: floor %s over %d blocks;", f.Cell, f.Metric, size(f.Fraction), f.Blocks)
		for i, l := range f.Least {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(b, " %s in %d", size(l.Effect), l.Blocks)
		}
		b.WriteString(". " + advice(f.Advice) + "\n")
	}
	b.WriteString("More arms lie farther apart in time, and then the floor is higher: each run measures its own.\n")
}

// size is percent for effects, which few blocks may not bound.
func size(effect float64) string {
	if effect > 9 {
		return "more than tenfold"
	}
	return percent(effect)
}

func advice(a stat.Advice) string {
	effect := percent(a.Effect)
	switch {
	case a.ToFind == 0:
		return "No number of blocks finds " + effect + "."
	case a.ToShowEqual == 0:
		return fmt.Sprintf("%s needs %d blocks.", effect, a.ToFind)
	}
	return fmt.Sprintf("%s needs %d blocks, to show “equal” within it %d.", effect, a.ToFind, a.ToShowEqual)
}
