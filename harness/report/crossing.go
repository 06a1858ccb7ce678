package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"assay/harness/stat"
)

// crossing looks for cells that differ from c in one number alone and says where
// along it the CPU contrast of arm changes sign; "" where it does not, or where the
// ends are not beyond the noise floor.
func (v *View) crossing(c Cell, arm string) string {
	for _, dim := range slices.Sorted(maps.Keys(dimensions(c))) {
		if s := v.crossingOver(c, arm, dim); s != "" {
			return s
		}
	}
	return ""
}

func (v *View) crossingOver(c Cell, arm, dim string) string {
	var ladder stat.Ladder
	var loud []float64 // logs beyond the floor
	for _, other := range v.Cells {
		x, ok := alongside(c, other, dim)
		if !ok {
			continue
		}
		f := v.Field(stat.CPU, other.Name, arm)
		if f.Contrast == nil {
			continue
		}
		ladder.X, ladder.Logs = append(ladder.X, x), append(ladder.Logs, f.Contrast.Logs)
		if !f.Quiet {
			loud = append(loud, math.Log(f.Contrast.Ratio))
		}
	}
	if len(loud) < 2 || slices.Min(loud) > 0 || slices.Max(loud) < 0 {
		return ""
	}
	span, interval, ok := flip(ladder)
	if !ok {
		return ""
	}
	text := significant
	if _, err := strconv.ParseFloat(dimensions(c)[dim], 64); err != nil {
		text = duration
	}
	return fmt.Sprintf("This flips between %s=%s and %s, at about %s.", dim, text(span.From), text(span.To), text(span.At)+interval(text))
}

// flip is the crossing point, and what writes its interval: nothing where the cells
// have not the same blocks, so that there is none.
func flip(l stat.Ladder) (span stat.Span, interval func(text func(float64) string) string, ok bool) {
	if c, ok, err := l.Crossing(bootstrapSeed); err == nil {
		return c.Span, func(text func(float64) string) string { return " " + ends(c, text) }, ok
	}
	points := make([]stat.Point, len(l.X))
	for i, logs := range l.Logs {
		middle, err := stat.MeanT(logs, 0.95)
		if err != nil {
			return span, nil, false
		}
		points[i] = stat.Point{X: l.X[i], Log: middle.Center}
	}
	span, ok, err := stat.Crossing(points)
	return span, func(func(float64) string) string { return "" }, ok && err == nil
}

// bootstrapSeed is fixed: a report is the same each time it is made.
const bootstrapSeed = 1

// ends is the interval of a crossing, open where the ladder is too short to end it.
func ends(span stat.CrossingSpan, text func(float64) string) string {
	lo, hi := "below", "beyond"
	if span.Lo != stat.BelowAll {
		lo = text(span.Lo)
	}
	if span.Hi != stat.BeyondAll {
		hi = text(span.Hi)
	}
	return "[" + lo + " " + hi + "]"
}

// dimensions are what a cell is made of, as text by name.
func dimensions(c Cell) map[string]string {
	d := make(map[string]string, len(c.Dims))
	for _, f := range c.Dims {
		d[f.Name] = f.Value
	}
	return d
}

// alongside is other's number in dim if it equals c in everything else.
func alongside(c, other Cell, dim string) (float64, bool) {
	a, b := dimensions(c), dimensions(other)
	x, ok := number(b[dim])
	delete(a, dim)
	delete(b, dim)
	return x, ok && c.Workload == other.Workload && maps.Equal(a, b)
}

// number reads a plain number or a duration in seconds, above zero.
func number(s string) (float64, bool) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f, f > 0
	}
	d, err := time.ParseDuration(s)
	return d.Seconds(), err == nil && d > 0
}
