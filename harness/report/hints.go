package report

import (
	"fmt"
	"math"

	"assay/harness/stat"
	"assay/harness/trial"
)

// Hint is a reason to doubt a figure, with what to do about it.
type Hint struct{ Cell, Arm, Text string }

// Hints looks for signs that a trial was disturbed or that the load was not what it
// should have been. They are signs, not gates: a hint never hides a figure.
func (v *View) Hints() []Hint {
	var hints []Hint
	for _, c := range v.Cells {
		for _, a := range v.Arms {
			for _, text := range v.armHints(c, a.Name) {
				hints = append(hints, Hint{c.Name, a.Name, text})
			}
		}
	}
	return hints
}

func (v *View) armHints(c Cell, arm string) []string {
	var sum totals
	for i := range v.Trials {
		t := &v.Trials[i]
		if t.Cell == c.Name && t.Arm == arm && t.Status == trial.OK {
			sum.add(t)
		}
	}
	if sum.length == 0 {
		return sum.identity()
	}
	out := append(sum.identity(), sum.load(c)...)
	if share := sum.steal / sum.length; share > 0.01 {
		out = append(out, "the host took "+percent(share)+" of the time away (steal): repeat on a quieter machine")
	}
	if sum.idleSpan > 0 && sum.idleCPU/sum.idleSpan > 0.001 {
		out = append(out, "while others had the load it used "+percent(sum.idleCPU/sum.idleSpan)+" of a processor: it disturbed their slices")
	}
	if sum.retransmits > 0 || sum.drops > 0 {
		out = append(out, fmt.Sprintf("the machine sent %d TCP segments again and dropped %d connections at listeners meanwhile", sum.retransmits, sum.drops))
	}
	if sum.lifetime {
		out = append(out, "threads came and went: switches are the whole process's, shared out by requests")
	}
	if sum.collections > 0 && v.arm(arm).Style == "direct" && sum.threads() {
		out = append(out, fmt.Sprintf("%d collections ran inside its load; for threads compare with GOGC=off", sum.collections))
	}
	return out
}

// totals are sums over an arm's trials of a cell, times in ns.
type totals struct {
	length, generator, server, steal float64
	offered, due, late               float64 // offered: requests that the rate implies
	requests, answers, collections   uint64
	idleCPU, idleSpan                float64
	retransmits, drops               int64
	lifetime                         bool
	jain                             float64
	model                            string
	unowned, unanswered, unchecked   int
	firstBad                         string
}

func (s *totals) add(t *trial.Trial) {
	s.model = t.Model
	if !t.Identity.SocketOwned {
		s.unowned++
	}
	if t.Identity.Nonce != "answered" && t.Identity.Nonce != "not-offered" {
		s.unanswered++
	}
	if !t.Identity.Checked && t.Kind == trial.Load {
		s.unchecked++
	}
	if t.Jain > 0 && (s.jain == 0 || t.Jain < s.jain) {
		s.jain = t.Jain
	}
	if t.Runtime != nil {
		s.collections += t.Runtime.Collections
	}
	s.lifetime = s.lifetime || t.SwitchesBy == "lifetime"
	for i := range t.Slices {
		l := &t.Slices[i]
		s.idleCPU += float64(l.IdleCPU)
		s.idleSpan += float64(l.IdleSpan)
		s.retransmits += l.Retransmits
		s.drops += l.ListenDrops
		s.length += float64(l.Length)
		s.generator += float64(l.GeneratorCPU)
		s.server += float64(l.ServerCPU)
		s.steal += float64(l.Steal)
		s.offered += l.Load.Offered * float64(l.Length) / 1e9
		s.due += float64(l.Load.Requests)
		s.late += float64(l.Load.Late)
		s.requests += l.Load.Requests
		s.answers += l.Load.Answers
		if s.firstBad == "" {
			s.firstBad = l.Load.FirstBad
		}
	}
}

// identity is doubts about what was measured at all.
func (s *totals) identity() []string {
	var out []string
	if s.unowned > 0 {
		out = append(out, fmt.Sprintf("in %s the listening socket was not proven to be the server's", count(s.unowned, "trial")))
	}
	if s.unanswered > 0 {
		out = append(out, fmt.Sprintf("in %s the server did not answer with its nonce", count(s.unanswered, "trial")))
	}
	if s.unchecked > 0 {
		out = append(out, fmt.Sprintf("in %s the answers were not compared with the right ones: counts and times only", count(s.unchecked, "trial")))
	}
	return out
}

// load is doubts about the load and the generator.
func (s *totals) load(c Cell) []string {
	var out []string
	if wrong := s.requests - min(s.requests, s.answers); wrong > 0 {
		text := fmt.Sprintf("%d of %d requests got no right answer", wrong, s.requests)
		if s.firstBad != "" {
			text += "; the first: " + s.firstBad
		}
		out = append(out, text)
	}
	busy := s.generator / s.length
	if c.Open {
		if s.due > 0 && s.late/s.due > 0.01 {
			out = append(out, percent(s.late/s.due)+" of the requests left more than 1 ms late: lower the rate")
		}
		if busy > 0.8 {
			out = append(out, "the generator was busy "+percent(busy)+" of the time: lower the rate")
		}
		return out
	}
	if s.server/s.length < 0.95 && busy > 0.9 {
		out = append(out, "generator-bound: CPU per request stands, the rate is a lower bound")
	}
	if s.jain > 0 && s.jain < 0.95 {
		out = append(out, "connections were served unequally (Jain "+significant(s.jain)+"): percentiles hide the starved")
	}
	return out
}

// threads is whether the model is one thread per connection inside Go's runtime.
func (s *totals) threads() bool { return s.model == "thread" }

// backendParity compares what the backends spent per request across arms.
func (v *View) backendParity(c Cell) string {
	least, most := math.Inf(1), 0.0
	for _, a := range v.Arms {
		var cpu, answers float64
		for i := range v.Trials {
			t := &v.Trials[i]
			if t.Cell != c.Name || t.Arm != a.Name || t.Status != trial.OK {
				continue
			}
			for j := range t.Slices {
				cpu += float64(t.Slices[j].BackendCPU)
				answers += float64(t.Slices[j].Load.Answers)
			}
		}
		if cpu > 0 && answers > 0 {
			least, most = math.Min(least, cpu/answers), math.Max(most, cpu/answers)
		}
	}
	if most > 1.1*least {
		return fmt.Sprintf("the backends spent %s to %s of CPU per request: arms used them differently", quantity(stat.CPU, least/1e9), quantity(stat.CPU, most/1e9))
	}
	return ""
}
