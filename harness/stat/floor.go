package stat

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Floor is what two copies of one model differ by in a cell: the noise that no
// verdict may lie below.
type Floor struct {
	Twin Contrast // the copy against its original
	// Fraction is the farthest end of the twin's interval from 1, on the log scale:
	// 0.03 says that a ratio between 1/1.03 and 1.03 is not an effect.
	Fraction float64
}

// ErrNoTwin says that a run has no A/A pair, so it has no noise floor.
var ErrNoTwin = errors.New("no A/A twin in this run, so its noise floor is not known and no effect may be claimed")

// Floor is the largest floor of the A/A pairs of a cell. The error wraps ErrNoTwin,
// or says why the pair has no interval.
func (s *Set) Floor(m Metric, cell string) (Floor, error) {
	var worst Floor
	found := false
	twins := s.Twins()
	for _, twin := range slices.Sorted(maps.Keys(twins)) {
		if len(s.Replicates(cell, twin)) == 0 {
			continue
		}
		c, err := s.Contrast(m, cell, twin, twins[twin])
		if err != nil {
			return Floor{}, fmt.Errorf("noise floor: %w", err)
		}
		f := Floor{Twin: c, Fraction: math.Expm1(max(math.Abs(math.Log(c.Lo)), math.Abs(math.Log(c.Hi))))}
		if !found || f.Fraction > worst.Fraction {
			worst, found = f, true
		}
	}
	if !found {
		return Floor{}, fmt.Errorf("%s: %w", cell, ErrNoTwin)
	}
	return worst, nil
}

// Above is whether a contrast's interval lies wholly beyond the floor on one side.
func (f Floor) Above(c Contrast) bool {
	edge := math.Log1p(f.Fraction)
	return math.Log(c.Lo) > edge || math.Log(c.Hi) < -edge
}
