package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"assay/bench/claims"
	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
	"assay/harness/report/html"
	"assay/harness/report/reporttest"
	"assay/harness/trial"
	"assay/harness/verdict"
)

func sheetOf(t *testing.T, r *Run) string {
	t.Helper()
	b, err := sheet(view(t, r))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPageHasItsParts(t *testing.T) {
	r, m := asked(t)
	b := sheetOf(t, r)
	for _, want := range []string{
		"1 of 84", "1 supported", `<div class="first"><dl class="said"><dt>`, "</dl>\n<figure tabindex", "A Processor @ 3 GHz", "VALID", "of 1 cell", // first screen
		`data-key="supported"`, "what would change it", "assay run --workload", // the claim
		m.Arm.Arm, "service p99", "against goroutine", "memory/conn", "Settings that differ", "SHA-256 of assay",
		"(no behaviour.jsonl). assay check tells", "(no shape.json)", "no cells that differ in their rate alone",
	} {
		if !strings.Contains(b, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(b, -1) {
		if !strings.Contains(b, `id="`+link[1]+`"`) {
			t.Errorf("#%s is nowhere", link[1])
		}
	}
	for _, bad := range []string{"NaN", "+Inf", "ZgotmplZ", "%!"} {
		if strings.Contains(b, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

func TestPageOfARunThatIsNotWhole(t *testing.T) {
	partial := usual()
	partial.Trials, partial.Finished = partial.Trials[:20], false
	one := reporttest.Usual()
	one.Blocks = 1
	empty := usual()
	empty.Trials, empty.Finished = nil, false
	for want, r := range map[string]*Run{"not finished: 20 of": partial, "This run has one block": made(one), "not finished: 0 of": empty} {
		b := sheetOf(t, r)
		if !strings.Contains(b, want) {
			t.Errorf("the page does not say %q", want)
		}
		if strings.Contains(b, "<path d=\"\"") {
			t.Errorf("%s: a picture has no marks", want)
		}
	}
	if b := sheetOf(t, empty); strings.Contains(b, "<figure") {
		t.Error("a run without trials has a picture")
	}
}

func TestHostileNamesAreEscapedInThePage(t *testing.T) {
	const bad = `<script>alert(1)</script>`
	r := usual()
	r.ID, r.CPU, r.Command = bad, bad, bad
	r.Facts = append(r.Facts, Fact{bad, bad})
	r.Register = bad
	r.Behaviour = []conformance.Result{{Model: bad, Case: bad, Outcome: conformance.Pass, Detail: bad, Finding: bad}}
	r.Conformance = []conformance.Result{{Model: bad, Case: bad, Outcome: conformance.Fail, Detail: bad}}
	r.Trouble = map[string]string{journal.BehaviourFile: bad, journal.ConformanceFile: bad}
	r.Sources = []exhibit.Source{{Workload: bad, Style: bad, File: bad, Text: bad}}
	r.Cells[0].Title = bad
	for i := range r.Trials {
		if r.Trials[i].Block == 1 {
			r.Trials[i].Status, r.Trials[i].Reason = trial.Failed, bad
		}
	}
	if b := sheetOf(t, r); strings.Count(b, "<script>") != 1 {
		t.Error("hostile text is a script of the page")
	}
}

// A thousand trials and ten thousand errors, in many cells, give a page within its bounds.
func TestPageStaysSmall(t *testing.T) {
	r := usual()
	cell, few := r.Cells[0], r.Trials
	r.Trials, r.Cells = nil, r.Cells[1:]
	for n := range 20 {
		c := cell
		c.Name = fmt.Sprintf("fanout,k=3,conns=%d,rate=2000", n)
		r.Cells = append(r.Cells, c)
		for _, tr := range few {
			if tr.Cell == fanoutCell {
				tr.Cell, tr.Key = c.Name, strings.ReplaceAll(tr.Key, fanoutCell, c.Name)
				if n > 17 {
					tr.Status, tr.Reason = trial.Failed, strings.Repeat("an error of some length, ", 100)
				}
				r.Trials = append(r.Trials, tr)
			}
		}
	}
	for n := range 10_000 {
		tr := r.Trials[n%100]
		tr.Status, tr.Reason, tr.Key = trial.Failed, fmt.Sprintf("error %d %s", n, strings.Repeat("<", 500)), fmt.Sprint("error", n)
		r.Trials = append(r.Trials, tr)
	}
	if b := sheetOf(t, r); len(b) > html.Most || !strings.Contains(b, "more rows are left out here") {
		t.Errorf("the page has %d bytes", len(b))
	}
}

func TestCellAsksItsArmsOnly(t *testing.T) {
	r := usual()
	r.Cells[0].Arms = []string{"goroutine", "goroutine-twin", "reactor"}
	for i := range r.Trials {
		if tr := &r.Trials[i]; tr.Cell == fanoutCell && tr.Arm == "thread" {
			tr.Cell = "gone"
		}
	}
	v := view(t, r)
	if rows := v.ratioTable(r.Cells[0]).rows; len(rows) != 3 {
		t.Errorf("got %d rows, want one for each of the 3 arms that are asked: %v", len(rows), rows)
	}
	if pic, _ := v.contrastPicture(r.Cells[0]); strings.Contains(string(pic.svg), "thread") {
		t.Error("the picture names an arm that the cell does not ask")
	}
}

// The first screen says what a ratio is of, and where it rests on SUSPECT trials.
func TestFirstScreenSaysOfWhat(t *testing.T) {
	idle := "idle,ladder=0+1000"
	e := &verdict.Effect{
		Metric: "memory", Arm: claims.Place{Cell: idle, Arm: "thread"}, Base: claims.Place{Cell: idle, Arm: "coroutine"},
		Ratio: 275, Lo: 269, Hi: 280,
	}
	s := &sheetMaker{View: &View{Run: &Run{}}}
	s.claims.Verdicts = []verdict.Verdict{{Claim: "exhaustion", On: "Go", Outcome: verdict.Supported, Advice: "Take a loop.", Effect: e}}
	want := "275× [269 280] (memory, thread ÷ coroutine). Take a loop."
	if got := s.said()[0].Text; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end with %q", got, want)
	}
	s.claims.Verdicts[0].Suspect = []string{"settled"}
	want += " ?: rests on SUSPECT trials, or on fewer than were measured."
	if got := s.said()[0].Text; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end with %q", got, want)
	}
}
