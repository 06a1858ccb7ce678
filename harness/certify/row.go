package certify

import (
	"fmt"
	"slices"
	"time"

	"assay/harness/oracle"
)

// Verdict on one cell.
type Verdict string

// The verdicts.
const (
	Kept      Verdict = "kept"      // the generator saw the law
	Level     Verdict = "level"     // it did not, and nor did the client that spins
	Broken    Verdict = "broken"    // it saw something else
	Undecided Verdict = "undecided" // the oracle did not keep the law, the processor paused, or nothing could be measured
	NotMeant  Verdict = "not meant" // the closed form cannot be expected here
	Shown     Verdict = "shown"     // of another generator: not judged
)

// Row is one generator in one cell. Times are in ns.
type Row struct {
	Generator string  `json:"generator"`
	Law       string  `json:"law"`
	Rate      float64 `json:"rate"` // asked, per second; 0: a closed loop
	Conns     int     `json:"conns"`
	Arrivals  string  `json:"arrivals,omitempty"` // "poisson", "constant", or "closed"

	Verdict Verdict  `json:"verdict"`
	Reasons []string `json:"reasons,omitempty"`

	Requests int64         `json:"requests,omitempty"`
	Achieved float64       `json:"achieved_rps,omitempty"`
	Errors   uint64        `json:"errors,omitempty"`
	Points   []Point       `json:"points,omitempty"`
	Distance *float64      `json:"distance,omitempty"` // see Deviation
	SlipP50  float64       `json:"slip_p50_ns,omitempty"`
	SlipP99  float64       `json:"slip_p99_ns,omitempty"`
	Oracle   *oracle.Stats `json:"oracle,omitempty"`
	Pauses   *Pauses       `json:"pauses,omitempty"` // of the processors meanwhile; nil: nobody watched
	Others   []string      `json:"others,omitempty"` // of each other take the verdict, and why
	Yard     *Row          `json:"spin,omitempty"`   // the client that spins, right after; nil: not asked

	odd []string // what else was found while it was made
}

// Arrivals names how requests come in a cell.
func (c Cell) Arrivals() string {
	if c.Even {
		return "constant"
	}
	return "poisson"
}

// NewRow begins the row of a generator in a cell.
func NewRow(generator string, c Cell) Row {
	r := Row{Generator: generator, Law: c.Law.String(), Rate: c.Rate, Conns: c.Conns, Arrivals: c.Arrivals()}
	if c.NotMeant != "" {
		r.Verdict, r.Reasons = NotMeant, []string{c.NotMeant}
	}
	return r
}

// Failed is the row of a trial that came to nothing.
func (r Row) Failed(err error) Row {
	r.Verdict, r.Reasons = Undecided, []string{err.Error()}
	return r
}

// Outcome is what a generator said of one cell, and what the oracle said.
type Outcome struct {
	Response Seen // done − intended
	Service  Seen // done − sent; without quantiles where it is not told
	SlipP50  float64
	SlipP99  float64
	Achieved float64 // right answers per second
	Errors   uint64  // requests without a right answer
	Oracle   oracle.Stats
	Pauses   *Pauses // nil: nobody watched
}

// Judge completes the row of an open-loop generator that is to be certified.
//
// It is broken where response times are not the law's, service times are not the oracle's own,
// requests were sent late, or some were not answered. It is undecided if the oracle was late itself:
// then nothing of that can be laid at the generator's door; or if pauses of the processors can have
// caused all of it, in how late they made requests and how many.
func (r Row) Judge(c Cell, o Outcome, b Bound) Row {
	r, f := r.show(c, o, b)
	if r.Verdict != Shown { // the law has no closed form
		return r
	}
	r.Verdict, r.Pauses = Kept, o.Pauses
	r.Reasons = r.faults(c, o, b, f, f, 0)
	late, left := float64(o.Oracle.Late.P99), float64(o.Oracle.Left.P99)
	switch {
	case len(r.Reasons) == 0:
	case left > float64(b.Time):
		r.Verdict = Undecided
		r.Reasons = slices.Insert(r.Reasons, 0, fmt.Sprintf("by the kernel's stamps 1 %% of answers left more than %s after the oracle says: its record proves nothing", millis(left)))
	case late > float64(b.Time):
		r.Verdict = Undecided
		r.Reasons = slices.Insert(r.Reasons, 0, fmt.Sprintf("the oracle itself answered 1 %% of requests more than %s late: leave the machine to the measurement", millis(late)))
	case o.Pauses != nil && o.Pauses.excuse():
		rest := r.faults(c, o, b, f, f.Paused(*o.Pauses), o.Pauses.lateness(0.99, o.Response.Count))
		if len(rest) == 0 {
			r.Verdict = Undecided
			r.Reasons = slices.Insert(r.Reasons, 0, fmt.Sprintf("%v, which can have caused all of this", o.Pauses))
			break
		}
		r.Verdict = Broken
		r.Reasons = append(r.Reasons, fmt.Sprintf("%v, which does not explain this: %s", o.Pauses, rest[0]))
	default:
		r.Verdict = Broken
	}
	return r
}

// faults are what speaks against the generator where times may be as late as slow has them, and
// requests be sent slip ns later than the bound.
func (r *Row) faults(c Cell, o Outcome, b Bound, f, slow Form, slip float64) []string {
	d := between(f, slow, o.Response, b)
	faults := append(d.Faults, r.odd...)
	if o.Errors > 0 {
		faults = append(faults, fmt.Sprintf("%d requests got no right answer", o.Errors))
	}
	if o.Achieved < b.Rate*c.least() {
		faults = append(faults, fmt.Sprintf("%.0f/s of %.0f/s were achieved", o.Achieved, c.Rate))
	}
	if !c.Waits() && o.SlipP99 > float64(b.Slip)+slip {
		faults = append(faults, fmt.Sprintf("1 %% of requests were sent more than %s late", millis(o.SlipP99)))
	}
	for i, x := range r.Points {
		later := d.Points[i].Hi - x.Hi // what slow gives the response, it gives this part of it
		if x.From > 0 && x.Own > 0 && (x.From < x.Own-b.slack(x.Own) || x.From > x.Own+b.slack(x.Own)+later) {
			faults = append(faults, fmt.Sprintf("service p%g is %s, the oracle's own %s", 100*x.Q, millis(x.From), millis(x.Own)))
		}
	}
	return faults
}

// least is the rate that must be achieved: where the law's last answers may come a whole stall after
// they were due, over so much longer.
func (c Cell) least() float64 {
	if c.Law.Kind != oracle.Stall {
		return c.Rate
	}
	return c.Rate * c.Duration.Seconds() / (c.Duration + c.Law.A).Seconds()
}

// form is what an outcome is held against.
func (c Cell) form(o Outcome) (Form, error) {
	f, err := FormOf(c.Law, c.Rate)
	if err != nil {
		return f, err
	}
	return f.Released(float64(o.Oracle.Release)), nil
}

// Show completes the row of a generator that is shown beside ours.
func (r Row) Show(c Cell, o Outcome, b Bound) Row {
	r, _ = r.show(c, o, b)
	return r
}

// show gives the form too that the row is held against.
func (r Row) show(c Cell, o Outcome, b Bound) (Row, Form) {
	r.Requests, r.Achieved, r.Errors = o.Response.Count, o.Achieved, o.Errors
	r.SlipP50, r.SlipP99, r.Oracle = o.SlipP50, o.SlipP99, &o.Oracle
	f, err := c.form(o)
	if err != nil {
		return r.Failed(err), f
	}
	d := Compare(f, o.Response, b)
	release := float64(o.Oracle.Release)
	if most := f.mostRelease(); f.Law.Kind == oracle.Stall && release > most {
		r.odd = append(r.odd, fmt.Sprintf("what had waited for a stall took %s to leave, more than %s", millis(release), millis(most)))
	}
	if d.Distance >= 0 {
		r.Distance = &d.Distance
	}
	own := map[float64]int64{0.5: o.Oracle.Delay.P50, 0.9: o.Oracle.Delay.P90, 0.99: o.Oracle.Delay.P99, 0.999: o.Oracle.Delay.P999}
	for i := range d.Points {
		p := &d.Points[i]
		p.Own, p.From = float64(own[p.Q]), o.Service.Quantiles[p.Q]
	}
	r.Points, r.Verdict = d.Points, Shown
	return r, f
}

// pace is how long a cell takes, start and end included: for estimates of the time left.
const pace = 1500 * time.Millisecond

// Takes is about how long the cell takes to measure.
func (c Cell) Takes() time.Duration {
	if c.NotMeant != "" {
		return 0
	}
	return c.Duration + pace
}
