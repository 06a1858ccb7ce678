package certify

import (
	"fmt"
	"math"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// Seen is what a generator says of response times. Quantiles are shares to ns; Bars may be
// nil where it tells no more than quantiles.
type Seen struct {
	Count     int64
	Quantiles map[float64]float64
	Bars      []Bar
}

// Bar is how many took From to To ns, both included.
type Bar struct {
	From, To float64
	Count    int64
}

// Quantiles are the shares that are compared.
var Quantiles = []float64{0.5, 0.9, 0.99, 0.999}

// FromHistogram reads a histogram of ns.
func FromHistogram(h *hdr.Histogram) Seen {
	s := Seen{Count: h.TotalCount(), Quantiles: map[float64]float64{}}
	for _, q := range Quantiles {
		if supported(q, s.Count) {
			s.Quantiles[q] = float64(h.ValueAtQuantile(100 * q))
		}
	}
	for _, b := range h.Distribution() {
		if b.Count > 0 {
			s.Bars = append(s.Bars, Bar{float64(b.From), float64(b.To), b.Count})
		}
	}
	return s
}

// supported wants ten requests beyond a quantile.
func supported(q float64, n int64) bool { return float64(n)*(1-q) >= 10-1e-6 }

// Bound is what a generator may be off by, beyond what chance may do to a sample.
type Bound struct {
	Time     time.Duration `json:"time_ns"`  // of a quantile, or
	Share    float64       `json:"share"`    // of its value, whichever is more
	Distance float64       `json:"distance"` // between the distributions
	Slip     time.Duration `json:"slip_ns"`  // p99 of how late requests are sent
	Rate     float64       `json:"rate"`     // achieved ÷ asked, at least
}

// DefaultBound is what assay asks of itself.
var DefaultBound = Bound{Time: 300 * time.Microsecond, Share: 0.01, Distance: 0.005, Slip: time.Millisecond, Rate: 0.99}

// slack is what a time of ns may be off by.
func (b Bound) slack(ns float64) float64 { return max(float64(b.Time), b.Share*ns) }

// Point is one quantile compared. Times are in ns.
type Point struct {
	Q      float64 `json:"q"`
	Want   float64 `json:"want_ns"`                        // of the law's closed form
	Due    float64 `json:"want_with_release_ns,omitempty"` // the same where what had waited for a stall took its time to leave: this is what it is judged by
	Got    float64 `json:"got_ns"`
	Lo, Hi float64 `json:"-"` // between which chance and the bound let it lie
	Own    float64 `json:"oracle_ns,omitempty"`
	From   float64 `json:"service_ns,omitempty"` // done − sent, which Own is held against
}

// Error is Got − Want, ns.
func (p Point) Error() float64 { return p.Got - p.Want }

// Deviation is how far what was seen lies from the law.
type Deviation struct {
	Points   []Point
	Distance float64 // greatest, between the distributions, once times within the bound count as equal; -1: not told
	Faults   []string
}

// Compare holds what was seen against a closed form.
func Compare(f Form, s Seen, b Bound) Deviation { return between(f, f, s, b) }

// between is Compare where times may be as late as slow has them, and no earlier than f.
func between(f, slow Form, s Seen, b Bound) Deviation {
	d := Deviation{Distance: -1}
	for _, q := range Quantiles {
		got, ok := s.Quantiles[q]
		if !ok {
			continue
		}
		lo, hi := f.band(q, s.Count)
		lo, hi = f.Quantile(lo), slow.Quantile(hi)
		p := Point{Q: q, Want: f.law().Quantile(q), Got: got, Lo: lo - b.slack(lo), Hi: hi + b.slack(hi)}
		if f.ideal != nil {
			p.Due = f.Quantile(q)
		}
		d.Points = append(d.Points, p)
		if !(p.Got >= p.Lo && p.Got <= p.Hi) { // a NaN is a fault too
			d.Faults = append(d.Faults, fmt.Sprintf("p%g is %s, the law says %s (%s to %s)", 100*q, millis(got), millis(max(p.Want, p.Due)), millis(p.Lo), millis(p.Hi)))
		}
	}
	if len(d.Points) == 0 {
		d.Faults = append(d.Faults, fmt.Sprintf("%d requests support no quantile", s.Count))
	}
	if s.Bars != nil {
		d.Distance = distance(f, slow, s, b)
		if most := f.chance(s.Count) + b.Distance; d.Distance > most {
			d.Faults = append(d.Faults, fmt.Sprintf("the distribution is %.3f from the law's, more than %.3f", d.Distance, most))
		}
	}
	return d
}

// distance is the greatest difference of the shares below a time. Two times within the
// bound count as equal: a law that has but one value would otherwise be 1 away from the
// same plus a microsecond. Within a bar nothing is known, so its ends are compared.
func distance(f, slow Form, s Seen, b Bound) float64 {
	below, most := int64(0), 0.0
	n := float64(s.Count)
	for _, bar := range s.Bars {
		before := float64(below) / n
		below += bar.Count
		after := float64(below) / n
		early := after - f.CDF(bar.To+b.slack(bar.To))
		late := slow.CDF(bar.From-1-b.slack(bar.From)) - before
		most = max(most, early, late)
	}
	return most
}

// millis writes ns as milliseconds.
func millis(ns float64) string {
	if math.Abs(ns) >= 99.95e6 {
		return fmt.Sprintf("%.1f ms", ns/1e6)
	}
	return fmt.Sprintf("%.3f ms", ns/1e6)
}
