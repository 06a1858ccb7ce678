package verify

import (
	"fmt"
	"math"
	"slices"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/publish"
	"assay/harness/trial"
)

// inconsistent says what of a trial does not agree with the rest of it, in words.
func (c *checker) inconsistent(t *trial.Trial) (why []string) {
	says := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }
	if t.Status != trial.OK {
		if t.Reason == "" {
			says("its status is %q, without a reason", t.Status)
		}
		if !slices.Contains([]trial.Status{trial.Failed, trial.NotRun, trial.NotApplicable}, t.Status) {
			says("its status %q is none", t.Status)
		}
		if t.Status != trial.Failed && (len(t.Slices) > 0 || t.MemoryOf != nil) {
			says("it was not run and has figures")
		}
	}
	if t.Jain < 0 || t.Jain > 1+1e-9 || math.IsNaN(t.Jain) {
		says("Jain's index is %g", t.Jain)
	}
	switch {
	case t.Kind == trial.Memory && t.Status == trial.OK:
		c.ladder(t, says)
	case t.Kind == trial.Load && t.Status == trial.OK:
		if n := c.m.Plan.Timing.Rotations; len(t.Slices) != n {
			says("it has %d slices, the plan %d", len(t.Slices), n)
		}
		c.served(t, says)
	}
	for i := range t.Slices {
		in := fmt.Sprintf("slice %d: ", t.Slices[i].Index)
		if i > 0 {
			before := &t.Slices[i-1]
			// A slice is drained when its last answer is in, which may be before its time is up.
			drained := before.Start + max(1, before.Length-c.m.Plan.Timing.Slice.Nanoseconds())
			if t.Slices[i].Index <= before.Index || t.Slices[i].Start < drained {
				says("%sit begins before slice %d was over", in, before.Index)
			}
		}
		c.slice(&t.Slices[i], t.Whole != nil, func(format string, args ...any) { says(in+format, args...) })
	}
	if t.Whole != nil || c.m.Condensed != nil && t.Kind == trial.Load && t.Status == trial.OK {
		c.whole(t, says)
	}
	return why
}

// whole checks what a copy that was made to be published has in place of the slices' histograms.
func (c *checker) whole(t *trial.Trial, says func(string, ...any)) {
	switch {
	case c.m.Condensed == nil:
		says("its histograms are merged, and the manifest does not say that the records are condensed")
		return
	case t.Whole == nil:
		says("its histograms are not merged, and the manifest says that the records are condensed")
		return
	}
	var all held
	for i := range t.Slices {
		l := &t.Slices[i].Load
		all.requests, all.answers = all.requests+l.Requests, all.answers+l.Answers
		for _, n := range l.Errors {
			all.errors += n
		}
		all.longest = max(all.longest, t.Slices[i].Length)
	}
	all.rounded = publish.Rounded
	histograms(t.Whole.Classes, all, says)
	perConn(t.Whole.PerConn, all.answers, says)
}

// ladder checks a memory trial against the rungs of its cell.
func (c *checker) ladder(t *trial.Trial, says func(string, ...any)) {
	if t.MemoryOf == nil {
		says("it is a memory trial without a ladder")
		return
	}
	var rungs []int
	for i := range c.m.Plan.Cells {
		if cell := &c.m.Plan.Cells[i]; cell.Name() == t.Cell {
			rungs = cell.Ladder
		}
	}
	var got []int
	for _, s := range t.MemoryOf.Steps {
		got = append(got, s.Conns)
		if s.PSS <= 0 || s.Threads < 1 || s.KernelStacks < 0 || s.PageTables < 0 || s.Sockets < 0 || s.AfterGC < 0 || s.IdleCPU < 0 {
			says("at %d connections it holds what no process can: %+v", s.Conns, s)
		}
	}
	if !slices.Equal(got, rungs) {
		says("its ladder is %v, the plan's %v", got, rungs)
	}
}

// served recomputes fairness from the answers of each connection.
func (c *checker) served(t *trial.Trial, says func(string, ...any)) {
	each := t.PerConn()
	if len(each) == 0 {
		return
	}
	var sum, squares float64
	for _, n := range each {
		sum += float64(n)
		squares += float64(n) * float64(n)
	}
	if jain := sum * sum / (float64(len(each)) * squares); squares > 0 && math.Abs(jain-t.Jain) > 1e-9 {
		says("Jain's index of its connections is %.6f, it says %.6f", jain, t.Jain)
	}
	if least := slices.Min(each); least != t.Least {
		says("its least served connection has %d answers, it says %d", least, t.Least)
	}
}

// slice checks the figures of one slice; merged says that its histograms are in the trial's.
func (c *checker) slice(s *trial.Slice, merged bool, says func(string, ...any)) {
	l := &s.Load
	errors := uint64(0)
	for _, n := range l.Errors {
		errors += n
	}
	if l.Requests != l.Answers+errors {
		says("%d requests, but %d answers and %d errors", l.Requests, l.Answers, errors)
	}
	if s.Length <= 0 {
		says("it lasted %d ns", s.Length)
		return
	}
	if rate := float64(l.Answers) / (float64(s.Length) / 1e9); !(math.Abs(rate-l.Achieved) <= 1e-6*rate) {
		says("%d answers in %v are %.3f/s, it says %.3f/s", l.Answers, time.Duration(s.Length), rate, l.Achieved)
	}
	for name, n := range map[string]int64{
		"server CPU": s.ServerCPU, "generator CPU": s.GeneratorCPU, "backend CPU": s.BackendCPU, "idle span": s.IdleSpan, "first byte": l.FirstByte,
	} {
		if n < 0 {
			says("%s is %d", name, n)
		}
	}
	if l.Late > l.Requests {
		says("%d of %d requests were late", l.Late, l.Requests)
	}
	if merged {
		if l.Classes != nil || l.PerConn != nil {
			says("it has histograms or answers per connection, which the trial has merged")
		}
		return
	}
	perConn(l.PerConn, l.Answers, says)
	histograms(l.Classes, held{l.Requests, l.Answers, errors, s.Length, 0}, says)
}

// perConn checks that the connections have the answers that were counted, if they were recorded.
func perConn(each []uint32, answers uint64, says func(string, ...any)) {
	sum := uint64(0)
	for _, n := range each {
		sum += uint64(n)
	}
	if len(each) > 0 && sum != answers {
		says("its connections have %d answers together, it says %d", sum, answers)
	}
}

// held is what histograms must hold.
type held struct {
	requests, answers, errors uint64
	longest                   int64   // that a request can have taken, ns
	rounded                   float64 // to what share of themselves values were rounded beyond the histogram's own digits
}

// histograms checks that they decode, that they hold as many requests as were counted, and that
// what they hold can be.
func histograms(classes []trial.ClassFigures, want held, says func(string, ...any)) {
	var response, service, slip, censored uint64
	for i := range classes {
		k := &classes[i]
		var h [3]*hdr.Histogram
		for j, text := range []string{k.Response, k.Service, k.Slip} {
			var err error
			if h[j], err = hdr.Decode([]byte(text)); err != nil {
				says("a histogram of class %q cannot be decoded: %v", k.Class, err)
				return
			}
		}
		response += uint64(h[0].TotalCount())
		service += uint64(h[1].TotalCount())
		slip += uint64(h[2].TotalCount())
		censored += k.Censored
		if most := h[0].Max(); k.Clipped == 0 && k.Censored == 0 && !notAbove(most, want.longest, want.rounded) {
			says("a request took %v, the slice %v", time.Duration(most), time.Duration(want.longest))
		}
		for _, q := range []float64{50, 90, 99, 100} {
			if r, v := h[0].ValueAtQuantile(q), h[1].ValueAtQuantile(q); k.Censored == 0 && !notAbove(v, r, want.rounded) {
				says("class %q, p%g: done − sent is %v, more than done − intended, %v", k.Class, q, time.Duration(v), time.Duration(r))
			}
		}
	}
	if n := want.requests; response != n || slip != n || service > n || service < want.answers {
		says("its histograms hold %d responses, %d services and %d slips of %d requests", response, service, slip, n)
	}
	if censored != want.errors {
		says("%d requests are censored, %d had errors", censored, want.errors)
	}
}

// notAbove compares values of histograms, which are right to three digits, and rounded besides.
func notAbove(a, b int64, rounded float64) bool {
	return float64(a) <= float64(b)*(1.002+2*rounded)+1
}
