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

// Take is one measurement of our generator in a cell.
type Take struct {
	Row  Row // as Judge left it
	Ours Outcome
	Spin *Outcome // of the client that spins, in the same cell right after; nil: not asked
}

// against completes the row of a take in which the law was not kept, by what the spinning client made
// of the same cell right after each take. The row is Level where response times are no later than the latest
// of the law's and that client's, requests were sent no later than its, and nothing else is wrong: what
// comes before its time, is lost or is answered wrongly is nobody's fault but the generator's.
func (t Take) against(c Cell, spins []Outcome, b Bound) Row {
	r := t.Row
	if r.Verdict != Broken && r.Verdict != Undecided || len(r.Points) == 0 {
		return r
	}
	if t.Spin != nil {
		yard := NewRow(Spinner, c).Show(c, *t.Spin, b)
		r.Yard = &yard
	}
	if len(spins) == 0 {
		return r
	}
	f, err := c.form(t.Ours)
	if err != nil {
		return r.Failed(err)
	}
	slow, slip := f, 0.0
	for _, s := range spins {
		slow, slip = slow.AsLateAs(s.Response), max(slip, s.SlipP99)
	}
	often := "once"
	if len(spins) > 1 {
		often = fmt.Sprintf("%d times", len(spins))
	}
	took := "the client that spins, which had the same cell " + often + " right after,"
	if rest := r.faults(c, t.Ours, b, f, slow, slip); len(rest) > 0 {
		r.Reasons = append(slices.Clone(r.Reasons), took+" was always nearer the law: "+rest[0])
		return r
	}
	r.Verdict = Level
	r.Reasons = append([]string{took + " was as far from the law" + r.Yard.says()}, r.Reasons...)
	return r
}

// proves says whether what the spinning client made of a cell tells what the machine allows: one that
// lost requests itself, or does not tell its times whole, proves nothing.
func (o *Outcome) proves(c Cell, b Bound) bool {
	return o != nil && o.Response.Bars != nil && o.Errors == 0 && o.Achieved >= b.Rate*c.least()
}

// says are the quantiles of a row and how late it sent; nothing of none.
func (r *Row) says() string {
	if r == nil {
		return ""
	}
	var parts []string
	for _, p := range r.Points {
		parts = append(parts, fmt.Sprintf("p%g %s", 100*p.Q, millis(p.Got)))
	}
	return ", this time " + strings.Join(append(parts, "slip p99 "+millis(r.SlipP99)), ", ")
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

// How many takes settle a cell.
const (
	MostTakes = 4
	fineTakes = 2 // that kept the law or were level
	// Beside the client that spins, as many times three: that by chance each of three takes is later than
	// each of its three happens once in twenty. Without it two.
	brokenBeside, brokenAlone = 3, 2
)

// Settle decides a cell by its takes, of which there is at least one, each held against all that the
// spinning client saw in the cell. It is kept with a take that kept the law where none broke it; level, or kept,
// where two were fine; broken where enough takes say so and none was fine; and undecided where MostTakes
// have not settled it. The row is the last take's that says so, and tells of the others.
func Settle(c Cell, takes []Take, b Bound) (r Row, settled bool) {
	var spins []Outcome
	for _, t := range takes {
		if t.Spin.proves(c, b) {
			spins = append(spins, *t.Spin)
		}
	}
	seen, rows := make(map[Verdict]int), make([]Row, len(takes))
	for i, t := range takes {
		rows[i] = t.against(c, spins, b)
		seen[rows[i].Verdict]++
	}
	enough := brokenAlone
	if len(spins) > 0 {
		enough = brokenBeside
	}
	fine, last := seen[Kept]+seen[Level], len(rows)-1
	is := func(wanted ...Verdict) (Row, bool) {
		for i, row := range slices.Backward(rows) {
			if slices.Contains(wanted, row.Verdict) {
				return row.beside(rows, i), true
			}
		}
		return Row{}, false
	}
	switch {
	case seen[Kept] > 0 && seen[Broken] == 0:
		return is(Kept)
	case fine >= fineTakes:
		return is(Kept, Level)
	case seen[Broken] >= enough && fine == 0:
		return is(Broken)
	}
	r = rows[last].beside(rows, last)
	if len(rows) < MostTakes {
		return r, false
	}
	return r.disagreed(seen), true
}

// beside has the row of take i tell of the other takes.
func (r Row) beside(rows []Row, i int) Row {
	r.Others = nil
	for j, other := range rows {
		if j != i {
			r.Others = append(r.Others, other.Brief())
		}
	}
	return r
}

// Brief is a row's verdict and its first reason, if it has one.
func (r *Row) Brief() string {
	if len(r.Reasons) == 0 {
		return string(r.Verdict)
	}
	return string(r.Verdict) + ": " + r.Reasons[0]
}

// disagreed is the row of a last take where no verdict stands, by how often each was seen.
func (r Row) disagreed(seen map[Verdict]int) Row {
	if r.Verdict == Undecided && seen[Broken] == 0 && seen[Level] == 0 {
		return r
	}
	why := fmt.Sprintf("of %d takes %d kept the law, %d were level with the client that spins, and %d broke it", MostTakes, seen[Kept], seen[Level], seen[Broken])
	r.Verdict, r.Reasons = Undecided, append([]string{why}, r.Reasons...)
	return r
}
