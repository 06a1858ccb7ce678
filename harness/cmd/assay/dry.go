package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"assay/bench/plan"
)

// planned is a plan as a machine reads it.
type planned struct {
	Hash   string   `json:"hash"`
	Arms   []string `json:"arms"`
	Cells  []string `json:"cells"`
	Blocks int      `json:"blocks"`
	Trials int      `json:"trials"`

	Suites   []plannedSuite `json:"suites,omitempty"`
	Estimate float64        `json:"estimate_seconds"`
}

// plannedSuite is a suite that is held against all models before the trials; its time is
// part of the plan's.
type plannedSuite struct {
	Name     string  `json:"name"`
	Estimate float64 `json:"estimate_seconds"`
}

// writePlan says what a run would measure.
func writePlan(w io.Writer, p *plan.Plan, asJSON bool) error {
	load, memory := p.Trials()
	out := planned{Hash: p.ShortHash(), Blocks: p.Blocks, Trials: load + memory, Estimate: p.Estimate().Seconds()}
	for i := range p.Arms {
		out.Arms = append(out.Arms, p.Arms[i].Name)
	}
	for i := range p.Cells {
		out.Cells = append(out.Cells, p.Cells[i].Name())
	}
	for _, name := range p.Suites {
		out.Suites = append(out.Suites, plannedSuite{name, plan.SuiteEstimate(name).Seconds()})
	}
	if asJSON {
		return writeJSON(w, out)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, name := range out.Arms {
		fmt.Fprintf(t, "arm\t%s\n", name)
	}
	for _, name := range out.Cells {
		fmt.Fprintf(t, "cell\t%s\n", name)
	}
	for _, s := range out.Suites {
		fmt.Fprintf(t, "suite\t%s of all models, about %.0f s\n", s.Name, s.Estimate)
	}
	fmt.Fprintf(t, "total\t%d trials in %d blocks, about %v\n", out.Trials, out.Blocks, p.Estimate().Round(time.Second))
	return t.Flush()
}
