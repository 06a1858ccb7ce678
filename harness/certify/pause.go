package certify

import (
	"fmt"
	"slices"

	"assay/harness/oracle"
)

// Pause is a time in which a processor ran nothing, not even a real-time thread: the hypervisor
// had it, or the kernel. Times are ns of one clock.
type Pause struct {
	From, To int64
	Sends    bool // the generator's processor, else the oracle's only
}

// Pauses are those of a cell. The zero value is a machine that did not pause, as far as is known.
type Pauses struct {
	RealTime bool    `json:"real_time"`            // watched by real-time threads, which no load of ours keeps waiting; else they excuse nothing
	Count    int     `json:"count"`                // pauses that overlap are one
	Total    int64   `json:"total_ns"`             // of all
	Longest  []int64 `json:"longest_ns,omitempty"` // the longest, longest first
	Span     int64   `json:"span_ns"`              // how long was watched

	all []Pause
}

// longest pauses are kept one by one.
const longest = 8

// PausesOf merges what was seen from one time to another. A pause of both processors makes a request
// late once, so those that overlap are one.
func PausesOf(seen []Pause, realTime bool, from, to int64) Pauses {
	p := Pauses{RealTime: realTime, Span: to - from}
	seen = slices.Clone(seen)
	slices.SortFunc(seen, func(a, b Pause) int { return int(a.From - b.From) })
	for _, x := range seen {
		x.From, x.To = max(x.From, from), min(x.To, to)
		if x.From >= x.To {
			continue
		}
		if n := len(p.all); n > 0 && x.From <= p.all[n-1].To {
			last := &p.all[n-1]
			last.To, last.Sends = max(last.To, x.To), last.Sends || x.Sends
			continue
		}
		p.all = append(p.all, x)
	}
	p.Count = len(p.all)
	for _, x := range p.all {
		p.Total += x.To - x.From
		p.Longest = append(p.Longest, x.To-x.From)
	}
	slices.Sort(p.Longest)
	slices.Reverse(p.Longest)
	p.Longest = p.Longest[:min(len(p.Longest), longest)]
	return p
}

// excuse says whether the pauses may excuse anything at all.
func (p Pauses) excuse() bool { return p.RealTime && p.Count > 0 && p.Span > 0 }

func (p Pauses) String() string {
	if p.Count == 0 {
		return "the processors did not pause"
	}
	return fmt.Sprintf("the processor paused %s (%d pauses, %s in all)", millis(float64(p.Longest[0])), p.Count, millis(float64(p.Total)))
}

// beyond is the share of requests that pauses make late by more than x ns, where requests are out
// for out ns on average: what comes in a pause waits for its end. In a pause of the generator's
// processor that is what is due to be sent, and the answers to what is out; in one of the
// oracle's, the answers.
func (p Pauses) beyond(x, out float64) float64 {
	sum := 0.0
	for _, y := range p.all {
		late := max(0, float64(y.To-y.From)-x)
		sum += late
		if y.Sends {
			sum += min(late, out)
		}
	}
	return min(1, sum/float64(p.Span))
}

// steps is how finely the lateness that pauses cause is told: the longest in so many parts.
const steps = 128

// Paused is the latest that response times can be by the form on a machine with these pauses. It
// is what a quantile may rise to, not what it must: each lateness counts as the upper end of its step.
//
// Not told of is that those who waited take time to leave, so an error at a high rate may be called
// one that the pauses do not explain although they do.
func (f Form) Paused(p Pauses) Form {
	if !p.excuse() {
		return f
	}
	out, step := f.out(), float64(p.Longest[0])/steps
	var share [steps]float64 // of requests late by up to (i + 1) steps
	none := 1 - p.beyond(0, out)
	for i := range share {
		share[i] = p.beyond(float64(i)*step, out) - p.beyond(float64(i+1)*step, out)
	}
	cdf := f.cdf
	f.cdf = func(t float64) float64 {
		sum := none * cdf(t)
		for i, s := range share {
			if s > 0 {
				sum += s * cdf(t-float64(i+1)*step)
			}
		}
		return sum
	}
	return f
}

// out is how long a request is out on average, ns.
func (f Form) out() float64 {
	a := float64(f.Law.A)
	load := f.Rate * a / 1e9
	switch f.Law.Kind {
	case oracle.Stall:
		return a * a / float64(f.Law.B) / 2
	case oracle.MM1:
		return a / (1 - load)
	case oracle.MD1:
		return a * (1 + load/(1-load)/2)
	}
	return a + f.Law.Share*(float64(f.Law.B)-a)
}

// lateness is what quantile q of a sample of n may be late by for the pauses' sake alone, ns.
func (p Pauses) lateness(q float64, n int64) float64 {
	if !p.excuse() {
		return 0
	}
	f := Form{worth: 1, cdf: func(t float64) float64 { return step(t, 0) }}.Paused(p)
	_, hi := f.band(q, n)
	return f.Quantile(hi)
}
