package certify

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Spinner is the name of the yardstick in rows: the client in C that spins. What it sees is what the
// machine allows.
const Spinner = "spin"

// Against completes the row of a take in which the law was not kept, by what the spinning client made
// of the same cell right after it. The row is Level where response times are no later than the later of
// the law's and that client's, requests were sent no later than its, and nothing else is wrong: what
// comes before its time, is lost or is answered wrongly is nobody's fault but the generator's.
//
// A client that lost requests itself, or that does not tell its times whole, proves nothing.
func (r Row) Against(c Cell, ours, spin Outcome, b Bound) Row {
	if r.Verdict != Broken && r.Verdict != Undecided || len(r.Points) == 0 {
		return r
	}
	yard := NewRow(Spinner, c).Show(c, spin, b)
	r.Yard = &yard
	if spin.Response.Bars == nil || spin.Errors > 0 || spin.Achieved < b.Rate*c.least() {
		return r
	}
	f, err := c.form(ours)
	if err != nil {
		return r.Failed(err)
	}
	if rest := r.faults(c, ours, b, f, f.AsLateAs(spin.Response), spin.SlipP99); len(rest) > 0 {
		r.Reasons = append(r.Reasons, "right after, the client that spins was nearer the law: "+rest[0])
		return r
	}
	r.Verdict = Level
	r.Reasons = slices.Insert(r.Reasons, 0, "right after, the client that spins was as far from the law: "+yard.says())
	return r
}

// says are the quantiles of a row and how late it sent.
func (r *Row) says() string {
	var parts []string
	for _, p := range r.Points {
		parts = append(parts, fmt.Sprintf("p%g %s", 100*p.Q, millis(p.Got)))
	}
	return strings.Join(append(parts, "slip p99 "+millis(r.SlipP99)), ", ")
}

// AsLateAs is the form where times may also be as late as seen, which must be told in Bars.
func (f Form) AsLateAs(s Seen) Form {
	below := make([]float64, len(s.Bars)+1) // the share of requests in the bars before each
	for i, bar := range s.Bars {
		below[i+1] = below[i] + float64(bar.Count)/float64(s.Count)
	}
	below[len(s.Bars)] = 1 // and not what rounding makes of it
	cdf := f.cdf
	f.cdf = func(t float64) float64 {
		done := sort.Search(len(s.Bars), func(i int) bool { return s.Bars[i].To > t })
		return min(cdf(t), below[done])
	}
	return f
}
