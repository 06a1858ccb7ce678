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
	Suites    []string      // held against all models before the trials
	Limit     time.Duration // what Plan.Estimate promises to stay below
	// Resolves is the smallest difference of CPU per request, a fraction, that a contrast
	// finds four times of five on a quiet machine like ours: assay simulate measures it,
	// and a test of that holds it.
	Resolves float64
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
		Doc:   "goroutine, its twin, a loop, a pool and threads: fanout in an open loop, and memory",
		Arms:  "goroutine,reactor,pool,thread",
		Cells: []Cell{fanoutCell(128, 2000), ladder(100*ms, 200*ms, 0, 250, 1000)},
		// Five rotations of five arms: every arm once in every place.
		Blocks: 6, Timing: Timing{Warmup: 300 * ms, Slice: 250 * ms, Rotations: 5, Drain: drain},
		Limit: 90 * time.Second, Resolves: .09,
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
		// Five rotations give the victims of blocking, 1000/s, the 1000 answers that a p99 needs.
		Blocks: 10, Timing: Timing{Warmup: 300 * ms, Slice: 250 * ms, Rotations: 5, Drain: drain},
		Suites: []string{Behaviour},
		Limit:  10 * time.Minute, Resolves: .062,
	},
	{
		Name:   "full",
		Doc:    "all models and workloads, for publication and for the claims: resumable",
		Arms:   "goroutine,reactor,pool,pool:size=48,thread,thread-c,coroutine,await,multireactor,hybrid,prefork,uring,serial,nethttp,fasthttp,gnet",
		Cells:  fullCells(),
		Blocks: 16, Timing: Timing{Warmup: 300 * ms, Slice: 250 * ms, Rotations: 6, Drain: drain},
		Suites: []string{Conformance, Behaviour},
		Limit:  110 * time.Minute, Resolves: .045,
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

// to names the arms that a cell is asked of.
func (c Cell) to(arms ...string) Cell {
	c.Arms = arms
	return c
}

func ladder(settle, span time.Duration, rungs ...int) Cell {
	return Cell{Workload: "idle", Ladder: rungs, Settle: settle, Span: span}
}

// The arms of a cell of full: each question goes to those it is about, so that a block stays
// short and neighbours in time stay neighbours. goroutine is among all of them: its twin is the
// noise floor.
var (
	everybody = strings.Fields("goroutine reactor pool thread thread-c coroutine await multireactor hybrid prefork uring nethttp fasthttp gnet")
	ours      = strings.Fields("goroutine reactor pool thread thread-c coroutine await multireactor hybrid prefork uring")
	corners   = strings.Fields("goroutine reactor pool thread-c")
	loops     = strings.Fields("goroutine reactor thread-c pool coroutine await multireactor")
	movers    = strings.Fields("goroutine reactor hybrid coroutine await")
	loaded    = strings.Fields("goroutine reactor pool pool:size=48 thread-c coroutine await")
)

// fullCells ask what the claims of bench/claims rest on.
func fullCells() []Cell {
	sequential := fanoutCell(256, 1000)
	sequential.Params["mode"] = "sequential"
	computing := fanoutCell(128, 1000)
	computing.Params["cpu"] = "200us"
	share := func(s float64) Cell {
		c := fanoutCell(512, 0)
		c.Share = s
		return c
	}
	dose := func(block, via string) Cell {
		c := blockingCell(via)
		c.Params["block"] = block
		return c
	}
	rested := ladder(time.Second, time.Second, 0, 1000, 4000)
	rested.Rest, rested.Blocks = 10*time.Second, 6 // memory as found after 10 s; it hardly scatters
	compute := Cell{Workload: "blocking", Params: map[string]string{"share": "5%", "block": "0s", "cpu": "2ms"}, Conns: 64, Rate: 1000}
	return []Cell{
		(Cell{Workload: "echo", Conns: 1}).to("goroutine", "serial", "thread-c", "reactor"),
		(Cell{Workload: "echo", Conns: 64}).to(everybody...),
		(Cell{Workload: "echo", Conns: 1000}).to("goroutine", "reactor", "thread", "thread-c", "coroutine", "pool"),
		(Cell{Workload: "echo", Conns: 64, Idle: 1000}).to(corners...),
		fanoutCell(128, 2000).to(ours...),
		sequential.to(corners...),
		computing.to(corners...),
		share(.1).to(loaded...),
		share(.5).to(loaded...),
		share(.8).to(loaded...),
		dose("1ms", "inline").to(corners...),
		dose("5ms", "inline").to(corners...),
		dose("20ms", "inline").to(loops...),
		dose("20ms", "offload").to(movers...),
		dose("20ms", "cooperative").to(movers...),
		compute.to("goroutine", "reactor", "thread-c", "pool", "hybrid"),
		rested.to(everybody...),
	}
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
