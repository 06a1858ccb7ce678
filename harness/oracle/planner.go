package oracle

import (
	"math"
	"math/rand/v2"
)

// Planner gives arrivals the departures that a law asks. It knows no clock: time is
// handed to it, ns on a clock that does not jump.
type Planner struct {
	law   Law
	rng   *rand.Rand
	epoch int64 // when a stall began
	free  int64 // when the one server of a queue is done with all before
}

// NewPlanner makes one whose draws repeat for equal seeds. The first stall begins at epoch.
func NewPlanner(law Law, seed uint64, epoch int64) *Planner {
	return &Planner{law: law, rng: rand.New(rand.NewPCG(seed, 0x04ac1e)), epoch: epoch, free: math.MinInt64}
}

// Depart is when the request that arrived at arrival is to be answered. Arrivals
// come in their order.
func (p *Planner) Depart(arrival int64) int64 {
	switch a := int64(p.law.A); p.law.Kind {
	case TwoPoint:
		if p.rng.Float64() < p.law.Share {
			return arrival + int64(p.law.B)
		}
		return arrival + a
	case Exponential:
		return arrival + p.exponential(a)
	case Stall:
		period := int64(p.law.B)
		phase := (arrival - p.epoch) % period
		if phase < 0 {
			phase += period
		}
		return arrival + max(0, a-phase)
	case MD1:
		return p.serve(arrival, a)
	case MM1:
		return p.serve(arrival, p.exponential(a))
	default: // Fixed: Parse lets nothing else pass
		return arrival + a
	}
}

// serve lets the one server take service ns for a request, after those before it.
func (p *Planner) serve(arrival, service int64) int64 {
	p.free = max(p.free, arrival) + service
	return p.free
}

func (p *Planner) exponential(mean int64) int64 { return int64(p.rng.ExpFloat64() * float64(mean)) }
