package yardstick

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Sample is one trial. Values are by name: rates per second, times in ns, memory
// in bytes; the name says which.
type Sample struct {
	Part   string             `json:"part"`  // one of the Parts
	Group  string             `json:"group"` // arms of one group were measured side by side
	Arm    string             `json:"arm"`
	Block  int                `json:"block"` // fresh processes, from 0
	Index  int                `json:"index"` // trials of equal index of a block are neighbours in time
	Values map[string]float64 `json:"values,omitempty"`
	Error  string             `json:"error,omitempty"` // why there are no values
}

// The parts of a run, in order.
const (
	Servers = "servers"
	Memory  = "memory"
	Closing = "closed-loop"
	Opening = "open-loop"
	Slips   = "slip"
)

// Parts are those of a run of which nothing else is asked.
var Parts = []string{Servers, Memory, Closing, Opening, Slips}

// Every is all parts: those, and models, which need no other's server or generator.
var Every = append(slices.Clone(Parts), Models)

// Names of values.
const (
	rate     = "rate"     // answers per second
	cpu      = "cpu"      // of the server, ns a request
	answers  = "answers"  // of the trial
	jain     = "jain"     // Jain's index over connections, of a whole block
	conns    = "conns"    // held, memory
	userPart = "user"     // PSS, bytes
	kernel   = "kernel"   // kernel stacks and page tables, bytes
	p50      = "p50"      // ns
	p90      = "p90"      // ns, where it is told: for certificates
	p99      = "p99"      // ns
	slip99   = "slip-p99" // ns
	offered  = "offered"  // per second
	failures = "failures" // requests without a right answer
)

// Read reads a run: a line with the header, and a sample a line. The error names the line.
func Read(r io.Reader) (h Header, all []Sample, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var line struct {
			Header *Header `json:"header"`
			Sample
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return h, nil, fmt.Errorf("line %d is no sample: %w; take the file from the run again", n, err)
		}
		if line.Header != nil {
			h = *line.Header
			continue
		}
		all = append(all, line.Sample)
	}
	return h, all, lines.Err()
}

// group is the samples of one group.
type group struct {
	name    string
	samples []Sample
}

// groups are those of one part, in the order in which they were measured.
func groups(all []Sample, part string) []group {
	var gs []group
	for _, s := range all {
		if s.Part != part {
			continue
		}
		i := slices.IndexFunc(gs, func(g group) bool { return g.name == s.Group })
		if i < 0 {
			i, gs = len(gs), append(gs, group{name: s.Group})
		}
		gs[i].samples = append(gs[i].samples, s)
	}
	return gs
}

// of are the values of one arm by block and index; what failed is left out.
func (g *group) of(arm, value string) map[[2]int]float64 {
	m := make(map[[2]int]float64)
	for _, s := range g.samples {
		if v, ok := s.Values[value]; ok && s.Arm == arm {
			m[[2]int{s.Block, s.Index}] = v
		}
	}
	return m
}

// failed says why an arm has no values at all; "" if it has some.
func (g *group) failed(arm string) string {
	why := ""
	for _, s := range g.samples {
		if s.Arm == arm && len(s.Values) > 0 {
			return ""
		}
		if s.Arm == arm && why == "" {
			why = s.Error
		}
	}
	return why
}

// lost is how many trials of some arms came to nothing, in words; "" for none.
func (g *group) lost(arms ...string) string {
	n := 0
	for _, s := range g.samples {
		if s.Error != "" && slices.Contains(arms, s.Arm) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d trials lost)", n)
}
