package report

import (
	"strings"
	"time"

	"assay/harness/trial"
)

// Run is everything a report is made from.
type Run struct {
	ID       string    // name of the run's folder
	Started  time.Time // UTC
	Finished bool      // all planned trials are in
	Edited   string    // why none of its records is believed; "" if they are
	Planned  int       // trials
	Blocks   int
	Profile  string
	Command  string // that measures the same again

	Baseline string // the arm that the others are compared with
	Arms     []Arm  // in the order of the tables
	Cells    []Cell

	Placement Placement
	Facts     []Fact    // the machine and the build, in the order to print
	Settings  []Setting // that differ between arms
	GOOS      string
	GOARCH    string
	CPU       string // model name of the processor

	Seed uint64 // of the plan

	NullRate float64 // what the generator gets of a server that does nothing, per second; 0: not known

	Trials []trial.Trial

	Condensed string // what a copy made to be published keeps of the records; "": they are the run's own

	Register string // SHA-256 of the register of claims that was on record when the run began
	Exhibits
}

// Arm is one row of the tables.
type Arm struct {
	Name  string
	Twin  string // the arm it is a second copy of
	Kind  string // "model", "reference", "external" or "own"
	Style string
	Start string // how it was started: command line and options
}

// Cell is one question that all arms were asked.
type Cell struct {
	Name     string
	Title    string // one line: "fanout k=3 delay=20ms 2000/s"
	Workload string
	Dims     []Fact        // what tells it from other cells: parameters, conns, rate, in this order
	Driven   float64       // requests a second, where the rate is a share of the capacity measured; else 0
	Open     bool          // arrivals keep a schedule of their own; else a closed loop
	Conns    int           // that carry requests
	NewConns bool          // a connection per request
	Slice    time.Duration // load on one arm at a stretch; 0: not known
	Memory   bool          // a ladder of idle connections instead of load
	Computes bool          // the workload takes cpu=, so its handler can be made to compute
	Arms     []string      // that are asked; nil: all
}

// Placement is which processors did what.
type Placement struct {
	Server, Load []int // processor numbers
	Shared       bool  // both on the same: one processor only
}

// Setting is an option that must differ between arms or follow the cell.
type Setting struct{ Arm, Cell, Value, Why string }

// Fact is one line about the machine or the settings.
type Fact struct{ Name, Value string }

// String is the sentence that every report carries.
func (p Placement) String() string {
	if p.Shared {
		return "co-located, loopback, server and load share a processor: every figure is SUSPECT"
	}
	return "co-located, loopback, " + itoa(len(p.Server)) + "+" + itoa(len(p.Load)) + " processors"
}

// fileSafe makes text fit for a benchmark name, a tag or a file name.
func fileSafe(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '/', ',', '"', '\'':
			return '_'
		}
		return r
	}, s)
}
