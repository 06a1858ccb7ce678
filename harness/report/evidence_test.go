package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/bench/claims"
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
	if err := Card(&card, v, "dir"); err != nil {
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
	for _, c := range claims.All {
		for _, q := range c.Questions {
			if q.Observe == nil {
				continue
			}
			for _, f := range q.Observe.Cases {
				b, err := json.Marshal(Behaviour{Case: f.Case, Model: f.Model, Finding: f.If[0]})
				if err != nil {
					t.Fatal(err)
				}
				lines.Write(append(b, '\n'))
			}
		}
	}
	write(t, filepath.Join(dir, BehaviourFile), lines.String())
	r, err := Open(dir, func(string, string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	n := verdict.Tally(view(t, r).Claims())
	if n[verdict.Supported]+n[verdict.Depends] == 0 {
		t.Errorf("no claim about behaviour was decided: %v", n)
	}
	write(t, filepath.Join(dir, BehaviourFile), "{\n")
	if _, err := Open(dir, func(string, string) bool { return false }); err == nil || !strings.Contains(err.Error(), BehaviourFile) {
		t.Errorf("got %v, want an error that names %s", err, BehaviourFile)
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
			Source{w, "direct", w + "/direct.go", "package w\n\nfunc a() { b() }\n"},
			Source{w, "callback", w + "/callback.go", "package w\n\nfunc a() {\n\tb(func() {\n\t\tc(func() {\n\t\t\td()\n\t\t})\n\t})\n}\n"})
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
