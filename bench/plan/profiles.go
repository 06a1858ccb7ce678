package plan

import (
	"fmt"
	"strings"
	"time"

	"assay/bench/workload"
)

// Profile is a named matrix.
type Profile struct {
	Name, Doc string
	Arms      string // as ParseArms reads it; the first gets a twin
	Cells     []Cell
	Blocks    int
	Timing    Timing
	Limit     time.Duration // what Plan.Estimate promises to stay below
}

const (
	ms = time.Millisecond
	// drain is longer than a server's backend deadline of 2 s, so that an answer 504 is still seen.
	drain = 3 * time.Second
)

// Profiles is every profile, shortest first.
var Profiles = []Profile{
	{
		Name:  "quick",
		Doc:   "the four models of the card and a twin: fanout in an open loop, and memory",
		Arms:  "goroutine,reactor,pool,thread",
		Cells: []Cell{fanoutCell(128, 2000), ladder(100*ms, 200*ms, 0, 250, 1000)},
		// Five rotations of five arms: every arm once in every place.
		Blocks: 6, Timing: Timing{Warmup: 300 * ms, Slice: 250 * ms, Rotations: 5, Drain: drain},
		Limit: 90 * time.Second,
	},
	{
		Name: "standard",
		Doc:  "echo, fanout, blocking and idle connections; with threads in C, and fasthttp as a yardstick",
		Arms: "goroutine,reactor,pool,thread,thread-c,fasthttp",
		Cells: []Cell{
			{Workload: "echo", Conns: 64},
			fanoutCell(128, 2000),
			blockingCell("inline"),
			ladder(300*ms, 500*ms, 0, 250, 1000),
		},
		// Four rotations: the whole took 11 minutes with five on a machine kept busy by others.
		Blocks: 10, Timing: Timing{Warmup: 300 * ms, Slice: 250 * ms, Rotations: 4, Drain: drain},
		Limit: 10 * time.Minute,
	},
	{
		Name:   "full",
		Doc:    "everything, for publication: hours, resumable",
		Arms:   "goroutine,reactor,pool,thread,thread:spawn=request,thread-c,serial,nethttp,fasthttp,gnet",
		Cells:  fullCells(),
		Blocks: 16, Timing: Timing{Warmup: 500 * ms, Slice: 300 * ms, Rotations: 11, Drain: drain},
		Limit: 10 * time.Hour,
	},
}

// fanoutCell is a service that asks three others. At 2000/s some 40 requests wait
// at once (Little's law: 2000/s × 20 ms), so 128 connections never run short.
func fanoutCell(conns int, rate float64) Cell {
	return Cell{Workload: "fanout", Params: map[string]string{"k": "3", "delay": "20ms"}, Conns: conns, Rate: rate}
}

// blockingCell blocks a fifth of the time in sum (1000/s × 1 % × 20 ms): enough to
// be felt behind one loop, too little to drown it.
func blockingCell(via string) Cell {
	return Cell{Workload: "blocking", Params: map[string]string{"share": "1%", "block": "20ms", "via": via}, Conns: 128, Rate: 1000}
}

func ladder(settle, span time.Duration, rungs ...int) Cell {
	return Cell{Workload: "idle", Ladder: rungs, Settle: settle, Span: span}
}

func fullCells() []Cell {
	cells := []Cell{
		{Workload: "echo", Conns: 1},
		{Workload: "echo", Conns: 64},
		{Workload: "echo", Conns: 1000},
		{Workload: "echo", Conns: 64, Idle: 1000},
	}
	sequential := fanoutCell(256, 1000)
	sequential.Params["mode"] = "sequential"
	cells = append(cells, fanoutCell(128, 2000), sequential)
	for _, share := range []float64{.1, .5, .8} {
		fanout := fanoutCell(512, 0)
		fanout.Share = share
		cells = append(cells, Cell{Workload: "echo", Conns: 64, Share: share}, fanout)
	}
	for _, via := range []string{"inline", "offload", "cooperative"} {
		cells = append(cells, blockingCell(via))
	}
	compute := Cell{Workload: "blocking", Params: map[string]string{"share": "5%", "block": "0s", "cpu": "2ms"}, Conns: 64, Rate: 1000}
	return append(cells, compute, ladder(10*time.Second, 5*time.Second, 0, 1000, 4000))
}

// FindProfile gives the profile of that name. The error for an unknown one names the nearest.
func FindProfile(name string) (Profile, error) {
	names := make([]string, len(Profiles))
	for i, p := range Profiles {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Profile{}, fmt.Errorf("unknown profile %q: did you mean %q? There are %s",
		name, workload.Nearest(name, names), strings.Join(names, ", "))
}
