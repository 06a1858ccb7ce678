package plan

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Timing is how the load of a cell is spread over a block.
type Timing struct {
	Warmup    time.Duration `json:"warmup"`    // load on every arm that is thrown away, once a block
	Slice     time.Duration `json:"slice"`     // load on one arm at a stretch
	Rotations int           `json:"rotations"` // slices of each arm in a block
	Drain     time.Duration `json:"drain"`     // longest wait for a slice's last answers; it is over when they are in
}

// A closed loop of many connections gives each few answers a slice, and then Jain's index
// says more of where the slices were cut than of the server: from so many connections on,
// an arm has so much load in a block, in longer slices.
const (
	crowd     = 600
	crowdLoad = 2500 * time.Millisecond
)

// SliceOf is how long a slice of the cell is.
func (t *Timing) SliceOf(c *Cell) time.Duration {
	if !c.Open() && !c.Memory() && c.Conns >= crowd {
		return max(t.Slice, crowdLoad/time.Duration(t.Rotations))
	}
	return t.Slice
}

// What a run spends beside load, from quick runs on two processors at 3 GHz.
const (
	perGroup = 150 * time.Millisecond // generator and backends: start, stop
	perArm   = 110 * time.Millisecond // a server: start, identity, stop, sync of its record
	perConn  = 120 * time.Microsecond // a connection: open, warm, close
	perEdge  = 30 * time.Millisecond  // the drain of one slice, and sampling at both its ends
	nullTime = time.Second            // what the generator gets of a server that does nothing: once
	perRung  = 25 * time.Millisecond  // a memory sample
)

// Estimate is how long the plan takes: its loads and silences exactly, and what its suites,
// starting, connecting and draining usually cost.
func (p *Plan) Estimate() time.Duration {
	var blocks, before time.Duration
	if slices.ContainsFunc(p.Cells, func(c Cell) bool { return c.Open() }) {
		before = nullTime
	}
	for i := range p.Cells {
		c := &p.Cells[i]
		blocks += time.Duration(p.BlocksOf(i)) * p.StepEstimate(i)
		if c.Share > 0 {
			before += c.capacityTime(p.Timing, len(p.Asked(i)))
		}
	}
	for _, name := range p.Suites {
		before += SuiteEstimate(name)
	}
	return before + blocks
}

// blockTime is what the cell takes of one block.
//
//	load:   group + arms × (start + connect + warm-up + rotations × (slice + edge))
//	memory: arms × (group + start + connect + rungs × (silence + sample) + sample after a collection + span)
func (c *Cell) blockTime(t Timing, arms int) time.Duration {
	connect := time.Duration(c.Most()) * perConn
	if c.Memory() {
		rungs := time.Duration(len(c.Ladder)) * perRung
		for i := range c.Ladder {
			rungs += c.Silence(i)
		}
		return time.Duration(arms) * (perGroup + perArm + connect + rungs + perRung + c.Span)
	}
	slices := time.Duration(t.Rotations) * (t.SliceOf(c) + perEdge)
	return perGroup + time.Duration(arms)*(perArm+connect+t.Warmup+perEdge+slices)
}

// CapacitySlice is how long each arm is driven in a closed loop to learn its capacity.
const CapacitySlice = time.Second

func (c *Cell) capacityTime(t Timing, arms int) time.Duration {
	return perGroup + time.Duration(arms)*(perArm+time.Duration(c.Most())*perConn+t.Warmup+CapacitySlice+2*perEdge)
}

// About is a duration as one says it: "about 85 s", "about 9 min", "about 4.5 h".
func About(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 120:
		return fmt.Sprintf("about %.0f s", math.Max(5, math.Round(s/5)*5))
	case s < 7200:
		return fmt.Sprintf("about %.0f min", s/60)
	default:
		return fmt.Sprintf("about %.1f h", s/3600)
	}
}

func (t *Timing) check() error {
	switch {
	case t.Slice <= 0 || t.Rotations < 1:
		return fmt.Errorf("timing: want slices longer than nothing and at least one rotation")
	case t.Warmup < 0 || t.Drain <= 0:
		return fmt.Errorf("timing: want a warm-up of 0 or more and time to drain")
	}
	return nil
}

// StepEstimate is what cell i takes of one block.
func (p *Plan) StepEstimate(i int) time.Duration {
	return p.Cells[i].blockTime(p.Timing, len(p.Asked(i)))
}
