package certify

import (
	"fmt"
	"math"
	"time"

	"assay/harness/oracle"
)

// Cell is one law under one load.
type Cell struct {
	Law      oracle.Law
	Rate     float64 // per second
	Conns    int
	Even     bool // arrivals at equal gaps; else Poisson
	Duration time.Duration
	NotMeant string // why a closed form cannot be expected here; "": it can
}

// The ladder of a certificate.
var (
	Rates = []float64{1000, 10000, 30000}
	Conns = []int{1, 64, 1000}
)

// Plan says what a certificate measures.
type Plan struct {
	Laws  []oracle.Kind // none: all
	Quick bool          // 1,000/s over 64 connections only
}

// Cells are those of a plan, in the order that they are measured.
func (p Plan) Cells() []Cell {
	laws, rates, conns := p.Laws, Rates, Conns
	if len(laws) == 0 {
		laws = oracle.Kinds
	}
	if p.Quick {
		rates, conns = []float64{1000}, []int{64}
	}
	var all []Cell
	for _, k := range laws {
		for _, r := range rates {
			for _, c := range conns {
				all = append(all, cellOf(k, r, c, p.Quick))
			}
		}
	}
	return all
}

// cellOf chooses the law's times so that the closed form can be expected: none may wait
// for a connection, and times must be long beside what a bound can tell.
func cellOf(kind oracle.Kind, rate float64, conns int, quick bool) Cell {
	c := Cell{Law: oracle.Law{Kind: kind}, Rate: rate, Conns: conns, Duration: 10 * time.Second}
	if quick && kind != oracle.Stall {
		c.Duration = 4 * time.Second
	}
	switch kind {
	case oracle.Stall:
		c.stall()
	case oracle.MD1, oracle.MM1:
		c.queue()
	default:
		c.delay()
	}
	return c
}

// stall is 1 s in every 5 s. What has waited leaves at the speed of the machine, some 10 µs
// each: a share of the stall that grows with the rate.
func (c *Cell) stall() {
	c.Law.A, c.Law.B, c.Even = time.Second, 5*time.Second, true
	switch {
	case c.Rate > 1000:
		c.NotMeant = fmt.Sprintf("after a stall the %.0f that waited take the machine a tenth of it or more to answer, which is no part of the law", c.Rate)
	case c.Conns == 1:
		c.NotMeant = "after a stall the 1,000 that waited would go through one connection a round trip each, which is no part of the law"
	}
}

// queue is a server in use by half at 1,000/s. At higher rates the use is higher: a wait must stay
// long beside the bound.
func (c *Cell) queue() {
	use := map[float64]float64{1000: 0.5, 10000: 0.9}[c.Rate]
	if use == 0 {
		use = 0.95
	}
	c.Law.A = time.Duration(use / c.Rate * 1e9)
	if c.Conns == 1 {
		c.NotMeant = "over one connection the queue stands in the generator, and each service is longer by a round trip"
	}
}

// delays are tried from the longest; so many requests are out at once on average.
var delays = []time.Duration{10 * time.Millisecond, 5 * time.Millisecond, 2 * time.Millisecond, time.Millisecond, 500 * time.Microsecond}

// crowd is the largest part of the connections that may be in use on average: of 64, 16,
// which Poisson arrivals take to 64 in no run.
const crowd = 4

func (c *Cell) delay() {
	if c.Conns == 1 {
		c.alone()
		return
	}
	for _, d := range delays {
		c.set(d)
		if c.Rate*c.mean().Seconds() <= float64(c.Conns)/crowd {
			return
		}
	}
	c.NotMeant = fmt.Sprintf("%d connections carry %.0f/s without a wait only if answers take less than %v", c.Conns, c.Rate, delays[len(delays)-1])
}

// set makes the law's longest usual time d.
func (c *Cell) set(d time.Duration) {
	c.Law.A = d
	if c.Law.Kind == oracle.TwoPoint {
		c.Law.A, c.Law.B, c.Law.Share = d/5, 2*d, 0.05
	}
	if c.Law.Kind == oracle.Exponential {
		c.Law.A = d / 2
	}
}

// mean is that of the law's delay.
func (c *Cell) mean() time.Duration {
	a, b := float64(c.Law.A), float64(c.Law.B)
	return time.Duration(a + c.Law.Share*(b-a))
}

// alone is a single connection: with arrivals at equal gaps none waits if every answer comes well
// within a gap.
func (c *Cell) alone() {
	gap := time.Duration(1e9 / c.Rate)
	c.Even = true
	switch {
	case c.Law.Kind == oracle.Exponential:
		c.NotMeant = "over one connection a request waits for the one before it, however long that takes"
	case gap < time.Millisecond:
		c.NotMeant = fmt.Sprintf("a request every %v leaves one connection no time beside its round trip", gap)
	}
	c.set(gap / 2)
	if c.Law.Kind == oracle.TwoPoint {
		c.Law.A, c.Law.B = gap/10, gap/2
	}
}

// Lasts makes the cell last at least d: a stall, whole periods.
func (c *Cell) Lasts(d time.Duration) {
	if c.Law.Kind == oracle.Stall {
		d = (d + c.Law.B - 1) / c.Law.B * c.Law.B
	}
	c.Duration = d
}

// Shows says whether other generators are measured here too: once for each law that asks
// no Poisson arrivals, which most of them do not know; when it is to be quick, for two laws that
// say most.
func (c *Cell) Shows(quick bool) bool {
	if c.Rate != Rates[0] || c.Conns != 64 {
		return false
	}
	switch c.Law.Kind {
	case oracle.Fixed, oracle.Stall:
		return true
	case oracle.TwoPoint, oracle.Exponential:
		return !quick
	}
	return false
}

// Waits says whether the law makes requests wait for a free connection in the generator, so
// that they are sent late and no fault of it.
func (c *Cell) Waits() bool {
	switch c.Law.Kind {
	case oracle.Stall:
		return float64(c.Conns) < c.Rate*c.Law.A.Seconds()
	case oracle.MD1, oracle.MM1: // the share of requests that find all connections in the queue, at most
		return math.Pow(c.Rate*c.Law.A.Seconds(), float64(c.Conns)) > 1e-3
	}
	return false
}
