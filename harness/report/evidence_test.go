package report

import (
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/bench/claims"
	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
	"assay/harness/report/reporttest"
	"assay/harness/stat"
	"assay/harness/verdict"
)

// asked is the usual run with its cell and arms renamed to those of a claim.
func asked(t *testing.T) (*Run, *claims.Measure) {
	t.Helper()
	for _, c := range claims.All {
		for _, q := range c.Questions {
			if m := q.Measure; m != nil && m.Metric == stat.CPU.Name && m.Arm.Cell == m.Base.Cell && m.Along == nil && m.Says != claims.Same {
				return rename(m), m
			}
		}
	}
	t.Fatal("the register has no plain contrast of CPU")
	return nil, nil
}

func rename(m *claims.Measure) *Run {
	from, to := "reactor", "thread" // the made-up run's cheap arm and its dear one
	if m.Says == claims.More {
		from, to = to, from
	}
	r := usual()
	names := map[string]string{from: m.Arm.Arm, to: m.Base.Arm}
	for i := range r.Arms {
		r.Arms[i].Name = renamed(names, r.Arms[i].Name)
	}
	for i := range r.Trials {
		tr := &r.Trials[i]
		tr.Arm = renamed(names, tr.Arm)
		if tr.Cell == fanoutCell {
			tr.Cell = m.Arm.Cell
			tr.Key = strings.ReplaceAll(tr.Key, fanoutCell, m.Arm.Cell)
		}
	}
	r.Cells[0].Name = m.Arm.Cell
	return r
}

func renamed(names map[string]string, name string) string {
	if to := names[name]; to != "" {
		return to
	}
	return name
}

// verdictOn is the first verdict that rests on a contrast.
func verdictOn(t *testing.T, v *View, m *claims.Measure) verdict.Verdict {
	t.Helper()
	for _, d := range v.Claims() {
		if e := d.Effect; e != nil && e.Metric == m.Metric && e.Arm == m.Arm && e.Base == m.Base {
			return d
		}
	}
	t.Fatal("no verdict rests on the contrast")
	return verdict.Verdict{}
}

func TestClaimIsDecidedFromARun(t *testing.T) {
	r, m := asked(t)
	v := view(t, r)
	d := verdictOn(t, v, m)
	if d.Outcome != verdict.Supported || d.Advice == "" {
		t.Fatalf("got %s (%s), want supported with advice", d.Outcome, d.Why)
	}
	var card strings.Builder
	if err := Card(&card, v, "dir", "assay"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(card.String(), "arguments settled: 1 supported") || !strings.Contains(card.String(), d.Advice) {
		t.Errorf("the card does not say the verdict:\n%s", card.String())
	}
}

func TestClaimWithoutItsCellSaysWhatIsMissing(t *testing.T) {
	r, m := asked(t)
	r.Cells[0].Name = "another"
	if d := verdictOn(t, view(t, r), m); d.Outcome != verdict.Inconclusive || !strings.Contains(d.Why, "no cell "+m.Arm.Cell) {
		t.Errorf("got %s: %s", d.Outcome, d.Why)
	}
}

func TestDoubtsReachTheVerdict(t *testing.T) {
	r, m := asked(t)
	for i := range r.Trials {
		if tr := &r.Trials[i]; tr.Arm == m.Arm.Arm && tr.Block == 0 && len(tr.Slices) > 0 {
			tr.Slices[0].Steal = 4e7
		}
	}
	if d := verdictOn(t, view(t, r), m); len(d.Suspect) == 0 {
		t.Error("a stolen processor leaves the verdict unmarked")
	}
}

func TestBehaviourIsReadFromTheRunsFolder(t *testing.T) {
	dir, err := reporttest.Usual().Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	seen := make(map[[2]string]bool)
	for _, c := range claims.All {
		for _, q := range c.Questions {
			if q.Observe == nil {
				continue
			}
			for _, f := range q.Observe.Cases {
				if seen[[2]string{f.Case, f.Model}] {
					continue
				}
				seen[[2]string{f.Case, f.Model}] = true
				b, err := json.Marshal(conformance.Result{Case: f.Case, Model: f.Model, Outcome: conformance.Pass, Finding: f.If[0]})
				if err != nil {
					t.Fatal(err)
				}
				lines.Write(append(b, '\n'))
			}
		}
	}
	write(t, filepath.Join(dir, journal.BehaviourFile), lines.String())
	r, err := Open(dir, func(string, string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	n := verdict.Tally(view(t, r).Claims())
	if n[verdict.Supported]+n[verdict.Depends] == 0 {
		t.Errorf("no claim about behaviour was decided: %v", n)
	}
}

// A case that was not run is no "no": the figure counts it apart, as the verdict does.
func TestCasesNotRunAreCountedApart(t *testing.T) {
	yes, no := verdict.Observation{Found: "x", Agrees: true}, verdict.Observation{Found: "y"}
	var notRun verdict.Observation
	for want, seen := range map[string][]verdict.Observation{
		"1 of 2 agree":            {yes, no},
		"0 of 1 agree, 1 not run": {notRun, no},
		"1 of 1 agree, 2 not run": {notRun, yes, notRun},
	} {
		v := verdict.Verdict{Outcome: verdict.Depends, Seen: seen}
		if got := shownEffect(&v); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// What is wrong with a file stands where its contents would, and nothing is decided by it.
func TestDamagedExhibitsAreSaid(t *testing.T) {
	const good = `{"model":"reactor","case":"behaviour/drain","outcome":"pass","detail":"","took":1,"finding":"none-lost"}` + "\n"
	for name, c := range map[string]struct{ file, text, says string }{
		"half a line": {journal.BehaviourFile, good + good[:40], "behaviour.jsonl, line 2: it breaks off"},
		"foreign":     {journal.BehaviourFile, good + `{"a":"<script>"}` + "\n", "behaviour.jsonl, line 2: it is no result of a case"},
		"twice":       {journal.BehaviourFile, good + good, "line 2: case \"behaviour/drain\" on model \"reactor\" for the second time"},
		"outcome":     {journal.ConformanceFile, strings.Replace(good, `"pass"`, `"fine"`, 1), `conformance.jsonl, line 1: there is no outcome "fine"`},
		"counts":      {journal.SourcesFile, `[{"workload":"w","style":"direct","file":"f.go","counts":{"lines":7},"text":"package w\n"}]`, "w in direct style: it says 7 lines, its text has 0"},
		"no Go":       {journal.SourcesFile, `[{"workload":"w","style":"direct","file":"f.go","text":"<script>"}]`, "shape.json: count the code of f.go"},
	} {
		dir, err := reporttest.Usual().Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, c.file), c.text)
		r, err := Open(dir, func(string, string) bool { return false })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v := view(t, r)
		files, err := Files(v)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for _, f := range files {
			text := strings.ReplaceAll(html.UnescapeString(string(f.Data)), `\"`, `"`)
			said[f.Name] = strings.Contains(text, c.says)
			if f.Name == "report.md" && c.file != journal.SourcesFile && !said[f.Name] || f.Name == "report.html" && !said[f.Name] {
				t.Errorf("%s: %s does not say %s", name, f.Name, c.says)
			}
		}
		for _, d := range v.Claims() {
			if d.Outcome.Decided() && d.Effect == nil {
				t.Errorf("%s: %s is decided", name, d.Claim)
			}
		}
	}
}

// A run whose manifest says that more was found than its file has says so.
func TestHalfASuiteIsSaid(t *testing.T) {
	m, trials := reporttest.Usual().Run()
	m.Suites = []journal.Suite{{Name: plan.Behaviour, Models: []string{"reactor", "thread"}, Cases: 17}}
	r := FromManifest(&m, trials, func(string, string) bool { return false })
	if err := r.Enrich(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if _, err := (evidence{view(t, r)}).Finding("behaviour/drain", "reactor"); err == nil || !strings.Contains(err.Error(), "has 0 of the 34 results") {
		t.Errorf("got %v", err)
	}
}

func TestConformanceIsAMatrix(t *testing.T) {
	r := usual()
	r.Conformance = []conformance.Result{
		{Model: "reactor", Case: "drain/one", Outcome: conformance.Pass},
		{Model: "reactor", Case: "drain/two", Outcome: conformance.Fail, Detail: "a wrong answer"},
		{Model: "thread", Case: "drain/one", Outcome: conformance.Pass},
		{Model: "thread", Case: "drain/two", Outcome: conformance.NotRun, Detail: "it lacks it"},
	}
	md, _, err := page(view(t, r))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| reactor | 1 | 1 | 0 | 0 |", "| drain/two | FAIL | – |"} {
		if !strings.Contains(string(md), want) {
			t.Errorf("report.md lacks %s", want)
		}
	}
	if strings.Contains(string(md), "| drain/one |") {
		t.Error("a case that passed everywhere has a row")
	}
	if b := sheetOf(t, r); !strings.Contains(b, "a wrong answer") {
		t.Error("the page does not say why a case failed")
	}
}

func TestAnotherRegisterIsSaid(t *testing.T) {
	for register, says := range map[string]string{claims.Hash(): "", "": "names no register", "0123456789abcdef<b>": "Another register of claims (0123456789ab)"} {
		r := usual()
		r.Register = register
		files, err := Files(view(t, r))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if slices.Contains([]string{"claims.json", "report.md", "report.html"}, f.Name) {
				if said := strings.Contains(string(f.Data), "register of claims"); said != (says != "") || !strings.Contains(string(f.Data), says) {
					t.Errorf("%s of register %q does not say %q", f.Name, register, says)
				}
			}
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCodeIsCountedFromTheSourcesOfTheRun(t *testing.T) {
	r := usual()
	for _, w := range []string{"fanout", "blocking"} {
		r.Sources = append(r.Sources,
			exhibit.Source{Workload: w, Style: "direct", File: w + "/direct.go", Text: "package w\n\nfunc a() { b() }\n"},
			exhibit.Source{Workload: w, Style: "callback", File: w + "/callback.go", Text: "package w\n\nfunc a() {\n\tb(func() {\n\t\tc(func() {\n\t\t\td()\n\t\t})\n\t})\n}\n"})
	}
	for _, d := range view(t, r).Claims() {
		if d.Claim == "contagion" && d.On == claims.Go {
			if d.Outcome != verdict.Supported || len(d.Counts) == 0 || d.Counts[0].Style != 6 || d.Counts[0].Base != 2 {
				t.Errorf("got %s %v: %s, want 6 functions against 2", d.Outcome, d.Counts, d.Why)
			}
			if b := sheetOf(t, r); !strings.Contains(b, "fanout, callback") || !strings.Contains(b, "b(func() {") {
				t.Error("the page does not show the code and its counts")
			}
			return
		}
	}
	t.Error("no verdict on contagion")
}
