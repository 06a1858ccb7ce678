package campaign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
	"assay/harness/trial"
)

// asking is a campaign whose plan names a suite of made-up cases for made-up models, the first of
// which it measures. Each case tells run how often it ran before.
func asking(t *testing.T, suite string, run func(tt *conformance.T, name string, before int)) Config {
	t.Helper()
	p := aPlan(t, "server", 1, echo)
	p.Suites = []string{suite}
	c := config(t.TempDir(), p)
	s := Suite{}
	for _, name := range []string{"made/one", "made/two"} {
		times := new(atomic.Int64)
		s.Cases = append(s.Cases, conformance.Case{Name: name, Needs: conformance.Needs{None: true}, Run: func(tt *conformance.T) {
			run(tt, name, int(times.Add(1))-1)
		}})
	}
	for _, name := range []string{"server", "other", "third", "fourth", "fifth", "sixth"} {
		s.Targets = append(s.Targets, conformance.Target{Name: name, Argv: []string{os.Args[0]}, Described: true, Workloads: []string{"echo"}})
	}
	c.Suites = map[string]Suite{suite: s}
	c.Sources = []exhibit.Source{{Workload: "echo", Style: "direct", File: "echo/direct.go", Text: "package echo\n"}}
	return c
}

func findings(t *testing.T, dir, suite string) []conformance.Result {
	t.Helper()
	all, err := exhibit.Results(filepath.Join(dir, exhibit.FileOf(suite)))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSuitesAreKeptWithTheRun(t *testing.T) {
	c := asking(t, plan.Behaviour, func(tt *conformance.T, name string, _ int) { tt.Find("seen", "of %s", name) })
	var said []Event
	c.Notify = func(e Event) {
		if e.Kind == Held || e.Kind == Trial {
			said = append(said, e)
		}
	}
	out, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	all := findings(t, out.Dir, plan.Behaviour)
	if len(all) != 12 || all[0].Model != "server" || all[1].Case != "made/two" || all[11].Model != "sixth" || all[0].Finding != "seen" || all[0].Detail != "of made/one" {
		t.Errorf("%+v", all)
	}
	if len(said) < 2 || said[0].Kind != Held || !strings.Contains(said[0].Text, "2 cases on 6 models: 12 pass") {
		t.Errorf("want to be told of the suite before the first trial: %+v", said)
	}
	m, _, err := journal.Read(out.Dir)
	if err != nil || len(m.Suites) != 1 || m.Suites[0].Took == 0 || m.Suites[0].Cases != 2 || len(m.Suites[0].Models) != 6 || len(m.Register) != 64 {
		t.Errorf("manifest %+v, register %q, %v", m.Suites, m.Register, err)
	}
	for _, name := range []string{journal.BehaviourFile, journal.SourcesFile} {
		if m.Files[name] == "" {
			t.Errorf("%s is not sealed", name)
		}
	}
	if sources, err := exhibit.Sources(filepath.Join(out.Dir, journal.SourcesFile)); err != nil || len(sources) != 1 || sources[0].Text != "package echo\n" {
		t.Errorf("sources %+v, %v", sources, err)
	}
}

// What was found before an interruption is neither lost nor looked for again.
func TestSuitesAreGoneOnWith(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var runs atomic.Int64
	c := asking(t, plan.Behaviour, func(*conformance.T, string, int) { runs.Add(1) })
	c.Notify = func(e Event) {
		if e.Kind == Holding && strings.HasPrefix(e.Text, "11 of 12 cases") {
			cancel() // of four side by side eight may be lost, so two models are whole
		}
	}
	first, err := Run(ctx, c)
	if !errors.Is(err, context.Canceled) || !first.Interrupted || first.OK != 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	before := findings(t, first.Dir, plan.Behaviour)
	if len(before) < 4 || len(before) > 12 || len(before)%2 != 0 {
		t.Errorf("%d results are kept, want those of whole models, two at least", len(before))
	}
	if m, _, err := journal.Read(first.Dir); err != nil || m.State != journal.Partial || len(m.Suites) != 1 || m.Suites[0].Took != 0 {
		t.Errorf("%s, %+v, %v", m.State, m.Suites, err)
	}
	c.Resume, c.Notify = true, nil
	done := runs.Load()
	second, err := Run(context.Background(), c)
	if err != nil || second.Dir != first.Dir || !second.Complete {
		t.Fatalf("%+v, %v", second, err)
	}
	after := findings(t, first.Dir, plan.Behaviour)
	if n := int(runs.Load() - done); len(after) != 12 || n != 12-len(before) {
		t.Errorf("%d results, %d cases run in the second sitting; %d were there", len(after), n, len(before))
	}
	for i := range before {
		if before[i] != after[i] {
			t.Errorf("result %d changed from %+v to %+v", i, before[i], after[i])
		}
	}
	done = runs.Load()
	if _, err := Run(context.Background(), c); err != nil || runs.Load() != done {
		t.Errorf("a run that is complete asks again: %v", err)
	}
}

func TestResumeRefusesAnEditedSuite(t *testing.T) {
	c := asking(t, plan.Behaviour, func(tt *conformance.T, _ string, _ int) { tt.Find("one", "") })
	first, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(first.Dir, journal.BehaviourFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(`"one"`), []byte(`"two"`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	c.Resume = true
	if _, err := Run(context.Background(), c); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names %s", err, path)
	}
}

// A case that fails beside others and passes alone has passed, and its record says so.
func TestFailedCasesAreRunOnceMore(t *testing.T) {
	c := asking(t, plan.Conformance, func(tt *conformance.T, name string, before int) {
		if name == "made/two" && before < 6 {
			tt.Fatalf("too slow")
		}
	})
	out, err := Run(context.Background(), c)
	if err != nil || out.OK != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if r := findings(t, out.Dir, plan.Conformance)[1]; r.Outcome != conformance.Pass || !strings.Contains(r.Detail, "too slow") {
		t.Errorf("%+v", r)
	}
}

// A model that fails is not measured, and its trials say why.
func TestIncorrectModelsAreNotMeasured(t *testing.T) {
	c := asking(t, plan.Conformance, func(tt *conformance.T, name string, _ int) {
		if name == "made/two" {
			tt.Fatalf("a wrong answer")
		}
	})
	out, err := Run(context.Background(), c)
	if err != nil || out.NotRun != 1 || out.OK != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	_, trials, err := journal.Read(out.Dir)
	if err != nil || trials[0].Status != trial.NotRun || !strings.Contains(trials[0].Reason, "made/two") {
		t.Errorf("%+v, %v", trials, err)
	}
}

func TestSuiteWithoutCasesIsAnError(t *testing.T) {
	c := asking(t, plan.Behaviour, nil)
	c.Suites = nil
	if _, err := Run(context.Background(), c); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s: there are no cases", plan.Behaviour)) {
		t.Errorf("got %v", err)
	}
}
