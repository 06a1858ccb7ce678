package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay/harness/report/reporttest"
	"assay/harness/stat"
	"assay/harness/trial"
)

func TestAdviceNamesTheCheapestAndItsScope(t *testing.T) {
	v := view(t, usual())
	a := v.Advice(v.Cells[0])
	for _, want := range []string{"Here reactor needs 18.1 % [", "than goroutine", "p99 equal ±10 %", "memory per connection", "falls below 5 %", "not measured"} {
		if !strings.Contains(a.Sentence, want) {
			t.Errorf("advice lacks %q: %s", want, a.Sentence)
		}
	}
	if !strings.Contains(a.Try, "--models goroutine,reactor --set cpu=") {
		t.Errorf("got %q, want the command that tests the scope", a.Try)
	}
}

// A saving of 6 % in noise of as much must not be claimed, whatever its mean says.
func TestAdviceClaimsNothingBelowTheFloor(t *testing.T) {
	m := reporttest.Usual()
	m.Noise = 0.08
	m.CPU["reactor"] = 29
	v := view(t, made(m))
	if f, err := v.Set.Floor(stat.CPU, fanoutCell); err != nil || f.Fraction < .03 {
		t.Fatalf("the run is too quiet to test this: floor %g, %v", f.Fraction, err)
	}
	if s := v.Advice(v.Cells[0]).Sentence; !strings.Contains(s, "no model is shown to need less") {
		t.Errorf("got %q", s)
	}
}

// Undecided, equal and dearer are three different things.
func TestAdviceTellsUndecidedFromEqual(t *testing.T) {
	m := reporttest.Usual()
	m.CPU["reactor"] = 31.1
	s := adviceOf(t, m)
	for _, want := range []string{"more is needed by thread 1.42×", "equal within 5 %: reactor and pool:size=64. Keep"} {
		if !strings.Contains(s, want) {
			t.Errorf("advice lacks %q: %s", want, s)
		}
	}
	m.Noise = 0.1
	if s := adviceOf(t, m); !strings.Contains(s, "not decided by this run: reactor") || strings.Contains(s, "equal") {
		t.Errorf("in noise: got %s", s)
	}
}

func adviceOf(t *testing.T, m reporttest.Made) string {
	v := view(t, made(m))
	return v.Advice(v.Cells[0]).Sentence
}

func TestAdviceNeedsATwinAndBlocks(t *testing.T) {
	m := reporttest.Usual()
	m.NoTwin = true
	v := view(t, made(m))
	if s := v.Advice(v.Cells[0]).Sentence; !strings.Contains(s, "name a model twice") {
		t.Errorf("without a twin: got %q", s)
	}
	m = reporttest.Usual()
	m.Blocks = 1
	v = view(t, made(m))
	if s := v.Advice(v.Cells[0]).Sentence; !strings.Contains(s, "--blocks 6") {
		t.Errorf("with one block: got %q", s)
	}
}

func TestCrossingIsReportedBetweenMeasuredCells(t *testing.T) {
	r := usual()
	dear := reporttest.Usual()
	dear.CPU["reactor"] = 38
	cell := r.Cells[0]
	cell.Name, cell.Dims = "fanout,k=3,conns=1000,rate=2000", []Fact{{"k", "3"}, {"conns", "1000"}, {"rate", "2000"}}
	for _, tr := range made(dear).Trials {
		if tr.Cell == fanoutCell {
			tr.Cell, tr.Key = cell.Name, "crowded/"+tr.Key
			r.Trials = append(r.Trials, tr)
		}
	}
	r.Cells = append(r.Cells, cell)
	v := view(t, r)
	told := regexp.MustCompile(`flips between conns=64 and 1000, at about 2\d\d(\.\d+)? \[2\d\d(\.\d+)? [23]\d\d(\.\d+)?\]\.`)
	if s := v.Advice(r.Cells[0]).Sentence; !told.MatchString(s) {
		t.Errorf("got %q", s)
	}
	r.Trials = slices.DeleteFunc(r.Trials, func(tr trial.Trial) bool { return tr.Cell == cell.Name && tr.Block == 2 })
	if s := view(t, r).Advice(r.Cells[0]).Sentence; !strings.Contains(s, "at about 2") || told.MatchString(s) {
		t.Errorf("a block short, so without an interval: got %q", s)
	}
}

func TestFormats(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{duration(31.24e-6), "31.2 µs"},
		{duration(0.0205), "20.5 ms"},
		{duration(999.7e-6), "1 ms"},
		{spreadOf(stat.CPU, 31.2e-6, 30.9e-6, 31.84e-6, "%s [%s %s]"), "31.2 [30.9 31.8] µs"},
		{quantity(stat.Rate, 2000), "2000/s"},
		{brief(190e-6), "190 µs"},
		{brief(1.2e-3), "1.2 ms"},
		{duration(320e-9), "320 ns"},
		{size(7800), "7.62 KiB"},
		{size(700), "700 B"},
		{ratio(0.823), "0.82×"},
		{ratio(0.0911), "0.091×"},
		{ratio(12.34), "12.3×"},
		{interval(0.789, 0.852), "[.79 .85]"},
		{interval(0.97, 1.04), "[.97 1.04]"},
		{interval(0.0002, 22883), "[<.001 >1000]"},
		{plusMinus(2116), "over ±1000 %"},
		{percent(0.031), "3.1 %"},
		{percent(0.18), "18 %"},
		{significant(2000), "2000"},
		{significant(0.25), "0.25"},
		{list([]string{"a", "b", "c"}), "a, b and c"},
		{slug("fanout,k=3,conns=64,rate=50%"), "fanout-k-3-conns-64-rate-50"},
		{mdCell("a|b_c"), `a\|b\_c`},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}

// Percentiles of a closed loop are not latency under load: the card shows the rate.
func TestClosedLoopShowsNoLatency(t *testing.T) {
	r := usual()
	r.Cells[0].Open = false
	v := view(t, r)
	var b bytes.Buffer
	if err := Card(&b, v, "dir", "assay"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "p99") || !strings.Contains(b.String(), " rate ") {
		t.Errorf("got\n%s", b.String())
	}
}
