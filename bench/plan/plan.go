package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Version of the plan's form; it is part of the hash.
const Version = 1

// Plan is all that decides what a run does. It travels in the manifest.
type Plan struct {
	Version int    `json:"version"`
	Profile string `json:"profile"`
	Arms    []Arm  `json:"arms"`
	Cells   []Cell `json:"cells"`
	Blocks  int    `json:"blocks"`
	Seed    uint64 `json:"seed"`
	Timing  Timing `json:"timing"`
	// Suites are held against all models before the first trial, in this order.
	Suites []string `json:"suites,omitempty"`
}

// Hash is the SHA-256 of the plan's canonical JSON, in hex: struct fields in their
// order, map keys sorted, durations in ns.
func (p *Plan) Hash() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic("plan: " + err.Error()) // floats that are not finite: check refuses them
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ShortHash is what a run's folder is named with.
func (p *Plan) ShortHash() string { return p.Hash()[:12] }

// Trials counts the load trials and the memory trials of the plan.
func (p *Plan) Trials() (load, memory int) {
	for i := range p.Cells {
		if p.Cells[i].Memory() {
			memory += len(p.Asked(i)) * p.BlocksOf(i)
		} else {
			load += len(p.Asked(i)) * p.BlocksOf(i)
		}
	}
	return load, memory
}

// BlocksOf is in how many blocks cell i is measured.
func (p *Plan) BlocksOf(i int) int {
	if n := p.Cells[i].Blocks; n > 0 {
		return min(n, p.Blocks)
	}
	return p.Blocks
}

// Asked are the arms of cell i, as indexes into Arms, in their order.
func (p *Plan) Asked(i int) []int {
	var asked []int
	for arm := range p.Arms {
		if p.Cells[i].Asks(p.Arms[arm].Name) {
			asked = append(asked, arm)
		}
	}
	return asked
}

// Check says what is wrong with a plan that Make did not make.
func (p *Plan) Check() error {
	switch {
	case p.Version != Version:
		return fmt.Errorf("plan of version %d: this assay knows version %d", p.Version, Version)
	case len(p.Arms) == 0 || len(p.Cells) == 0 || p.Blocks < 1:
		return fmt.Errorf("a plan of %d arms, %d cells and %d blocks measures nothing: want at least one of each", len(p.Arms), len(p.Cells), p.Blocks)
	}
	if err := p.Timing.check(); err != nil {
		return err
	}
	if err := checkSuites(p.Suites); err != nil {
		return err
	}
	names := make(map[string]bool)
	for i := range p.Arms {
		if name := p.Arms[i].Name; names[name] || name == "" {
			return fmt.Errorf("two arms are named %q: give one of them another name", name)
		}
		names[p.Arms[i].Name] = true
	}
	cells := make(map[string]bool)
	for i := range p.Cells {
		if err := p.Cells[i].check(); err != nil {
			return err
		}
		if name := p.Cells[i].Name(); cells[name] {
			return fmt.Errorf("cell %s stands in the plan twice", name)
		}
		cells[p.Cells[i].Name()] = true
		for _, arm := range p.Cells[i].Arms {
			if !names[arm] {
				return fmt.Errorf("cell %s asks the arm %q, which is not in the plan", p.Cells[i].Name(), arm)
			}
		}
		if len(p.Asked(i)) == 0 {
			return fmt.Errorf("cell %s asks no arm", p.Cells[i].Name())
		}
	}
	return nil
}

// NotApplicable is why the arm cannot mean the cell, "" if it can. m is the arm's
// model; of a user's server, which nobody described, nil.
func NotApplicable(a *Arm, m *Model, c *Cell) string {
	switch {
	case m == nil || a.External():
		return ""
	case !m.serves(c.Workload):
		return fmt.Sprintf("%s does not serve the workload %s", m.Name, c.Workload)
	case m.Limits.Connections > 0 && c.Most() > m.Limits.Connections:
		return fmt.Sprintf("%s serves %d connections at a time, the cell has %d", m.Name, m.Limits.Connections, c.Most())
	}
	return ""
}
