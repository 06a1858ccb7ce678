package chart

import (
	"math"
	"strconv"
)

// scale maps values to coordinates, linearly or by logarithm.
type scale struct {
	lo, hi   float64 // values; above zero when log
	from, to float64 // coordinates
	log      bool
}

func (s scale) at(v float64) float64 {
	lo, hi := s.lo, s.hi
	if s.log {
		v, lo, hi = math.Log(v), math.Log(lo), math.Log(hi)
	}
	if hi == lo {
		return (s.from + s.to) / 2
	}
	return s.from + (v-lo)/(hi-lo)*(s.to-s.from)
}

// Tick is a mark on an axis.
type Tick struct {
	At   float64
	Text string
}

// ticks are round values within the scale, about n of them; base is 10, or 1024 for
// sizes in binary units.
func (s scale) ticks(n int, base float64, text func(float64) string) []Tick {
	// Below a decade a log axis is read like a linear one.
	if !s.log || s.hi/s.lo < 10 {
		return s.linearTicks(n, base, text)
	}
	steps := []float64{1, 2, 5}
	if math.Log10(s.hi/s.lo) > float64(n)/2 {
		steps = []float64{1}
	}
	var out []Tick
	for e := math.Floor(math.Log10(s.lo)); e <= math.Ceil(math.Log10(s.hi)); e++ {
		for _, m := range steps {
			if v := decimal(m * math.Pow(10, e)); v >= s.lo*0.999 && v <= s.hi*1.001 {
				out = append(out, Tick{v, text(v)})
			}
		}
	}
	return out
}

func (s scale) linearTicks(n int, base float64, text func(float64) string) []Tick {
	unit := 1.0
	if base != 10 {
		unit = math.Pow(base, math.Floor(math.Log(s.hi)/math.Log(base)))
	}
	lo, hi := s.lo/unit, s.hi/unit
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(n))))
	for _, m := range []float64{1, 2, 5, 10} {
		if (hi-lo)/(step*m) <= float64(n) {
			step *= m
			break
		}
	}
	var out []Tick
	for i := math.Ceil(lo/step-1e-9) + 0; i*step <= hi*1.0001; i++ {
		v := decimal(i*step) * unit
		out = append(out, Tick{v, text(v)})
	}
	return out
}

// decimal drops the binary dust of a computed round value: 0.30000000000000004.
func decimal(v float64) float64 {
	d, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return v
	}
	return d
}
