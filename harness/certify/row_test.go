package certify

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/harness/oracle"
)

// perfect is the outcome of a generator that saw what the law says.
func perfect(t *testing.T, c Cell) Outcome {
	t.Helper()
	f, err := FormOf(c.Law, c.Rate)
	if err != nil {
		t.Fatal(err)
	}
	s := simulated(c.Law, c.Rate, int(c.Rate*c.Duration.Seconds()), f.even)
	q := func(x float64) int64 { return int64(s.Quantiles[x]) }
	own := oracle.Quantiles{P50: q(0.5), P90: q(0.9), P99: q(0.99), P999: q(0.999)}
	return Outcome{
		Response: s, Service: Seen{Quantiles: maps.Clone(s.Quantiles)}, Achieved: c.Rate, SlipP99: 5000,
		Oracle: oracle.Stats{Requests: uint64(s.Count), Delay: own},
	}
}

// Each thing that can be wrong is found, and blamed on whom it belongs to.
func TestJudge(t *testing.T) {
	fixed, stall := cellOf(oracle.Fixed, 1000, 64, false), cellOf(oracle.Stall, 1000, 64, false)
	for _, c := range []struct {
		name string
		cell Cell
		harm func(*Outcome)
		want Verdict
		says string
	}{
		{"nothing", fixed, func(*Outcome) {}, Kept, ""},
		{"an error", fixed, func(o *Outcome) { o.Errors = 1 }, Broken, "no right answer"},
		{"too few", fixed, func(o *Outcome) { o.Achieved = 980 }, Broken, "980/s of 1000/s"},
		{"a slice that ends in a stall", stall, func(o *Outcome) { o.Achieved = 910 }, Kept, ""},
		{"too few over a stall", stall, func(o *Outcome) { o.Achieved = 890 }, Broken, "890/s of 1000/s"},
		{"late sends", fixed, func(o *Outcome) { o.SlipP99 = 2e6 }, Broken, "late"},
		{"sends that must wait", stall, func(o *Outcome) { o.SlipP99 = 9e8 }, Kept, ""},
		{"another service time", fixed, func(o *Outcome) { o.Service.Quantiles[0.9] += 4e5 }, Broken, "the oracle's own"},
		{"another response time", fixed, func(o *Outcome) { o.Response.Quantiles[0.99] += 4e5 }, Broken, "the law says"},
		{"a late oracle", fixed, func(o *Outcome) { o.Response.Quantiles[0.99], o.Oracle.Late.P99 = 11e6, 1e6 }, Undecided, "leave the machine"},
		{"a late oracle that did no harm", fixed, func(o *Outcome) { o.Oracle.Late.P99 = 1e6 }, Kept, ""},
		{"a stall that was longer", stall, func(o *Outcome) { o.Response.Quantiles[0.9] = 600e6 }, Broken, "the law says"},
		{"nothing seen", fixed, func(o *Outcome) { o.Response = Seen{} }, Broken, "no quantile"},
	} {
		o := perfect(t, c.cell)
		c.harm(&o)
		r := NewRow("assay", c.cell).Judge(c.cell, o, DefaultBound)
		if r.Verdict != c.want || !strings.Contains(strings.Join(r.Reasons, "; "), c.says) {
			t.Errorf("%s: got %s, %q; want %s, %q", c.name, r.Verdict, r.Reasons, c.want, c.says)
		}
	}
}

func TestPlanHasEveryCell(t *testing.T) {
	all := Plan{}.Cells()
	if len(all) != len(oracle.Kinds)*len(Rates)*len(Conns) {
		t.Fatalf("%d cells", len(all))
	}
	meant := map[oracle.Kind]int{}
	for _, c := range all {
		if c.NotMeant != "" {
			continue
		}
		meant[c.Law.Kind]++
		if _, err := oracle.Parse(c.Law.String()); err != nil {
			t.Errorf("%v", err)
		}
		f, err := FormOf(c.Law, c.Rate)
		if err != nil {
			t.Fatal(err)
		}
		if slow := f.Quantile(0.99); slow < 1.5*float64(DefaultBound.Time) {
			t.Errorf("%s at %g/s: p99 %g ms: a bound of %v tells nothing", c.Law, c.Rate, slow/1e6, DefaultBound.Time)
		}
		if n := c.Rate * c.Duration.Seconds(); !supported(0.999, int64(n)) {
			t.Errorf("%s at %g/s: %g requests do not support p99.9", c.Law, c.Rate, n)
		}
		if out := c.Rate * c.mean().Seconds(); c.Law.Kind != oracle.Stall && !c.Even && out > float64(c.Conns)/crowd {
			t.Errorf("%s at %g/s: %g of %d connections busy on average", c.Law, c.Rate, out, c.Conns)
		}
	}
	want := map[oracle.Kind]int{oracle.Fixed: 7, oracle.TwoPoint: 7, oracle.Exponential: 6, oracle.Stall: 2, oracle.MD1: 6, oracle.MM1: 6}
	if !maps.Equal(meant, want) {
		t.Errorf("cells that can be meant: %v, want %v", meant, want)
	}
	for _, c := range (Plan{Quick: true}).Cells() {
		if c.NotMeant != "" || c.Takes() > 12*time.Second {
			t.Errorf("quick: %s: %q, takes %v", c.Law, c.NotMeant, c.Takes())
		}
	}
	if only := (Plan{Laws: []oracle.Kind{oracle.Stall}}).Cells(); len(only) != 9 {
		t.Errorf("%d cells of one law", len(only))
	}
}

func TestAStallLastsWholePeriods(t *testing.T) {
	c := cellOf(oracle.Stall, 1000, 64, true)
	for in, want := range map[time.Duration]time.Duration{time.Second: 5 * time.Second, 5 * time.Second: 5 * time.Second, 6 * time.Second: 10 * time.Second} {
		if c.Lasts(in); c.Duration != want {
			t.Errorf("%v: got %v, want %v", in, c.Duration, want)
		}
	}
}

func TestOthersAreShownWhereTheyMeanSomething(t *testing.T) {
	var full, quick []string
	for _, c := range (Plan{}).Cells() {
		if c.Shows(false) {
			full = append(full, string(c.Law.Kind))
		}
		if c.Shows(true) {
			quick = append(quick, string(c.Law.Kind))
		}
	}
	if want := []string{"fixed", "two-point", "exponential", "stall"}; !slices.Equal(full, want) {
		t.Errorf("got %q, want %q", full, want)
	}
	if want := []string{"fixed", "stall"}; !slices.Equal(quick, want) {
		t.Errorf("quick: got %q, want %q", quick, want)
	}
}
