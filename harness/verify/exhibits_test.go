package verify

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
	"assay/harness/report/reporttest"
)

// exhibited is a sealed run that looked for behaviour on two models, after harm was
// done to what it kept.
func exhibited(t *testing.T, harm func(m *journal.Manifest, files map[string]string)) string {
	t.Helper()
	made := reporttest.Usual()
	made.Blocks = 2
	m, trials := made.Run()
	m.Plan.Suites = []string{plan.Behaviour}
	m.Suites = []journal.Suite{{Name: plan.Behaviour, Models: []string{"reactor", "thread"}, Cases: 2, Took: 1}}
	results := []conformance.Result{
		{Model: "reactor", Case: "behaviour/drain", Outcome: conformance.Pass, Finding: "none-lost"},
		{Model: "reactor", Case: "behaviour/error-raised", Outcome: conformance.Pass, Finding: "not-caught"},
		{Model: "thread", Case: "behaviour/drain", Outcome: conformance.Pass, Finding: "none-lost"},
		{Model: "thread", Case: "behaviour/error-raised", Outcome: conformance.NotRun, Detail: "it lacks it"},
	}
	lines, err := exhibit.Lines(results)
	if err != nil {
		t.Fatal(err)
	}
	source, err := exhibit.Count("fanout", "direct", "package fanout\n\nfunc a() { b() }\n")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := exhibit.SourcesText([]exhibit.Source{source})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{journal.BehaviourFile: string(lines), journal.SourcesFile: string(sources)}
	harm(&m, files)
	j, err := journal.Create(t.TempDir(), m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range trials {
		if err := j.Append(&trials[i]); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		if err := j.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Finish(journal.Complete, reporttest.Began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return j.Dir
}

// What was edited and sealed as if the run had left it so is found where it contradicts the rest.
func TestExhibitsThatCannotBe(t *testing.T) {
	swap := func(file, is, becomes string) func(*journal.Manifest, map[string]string) {
		return func(_ *journal.Manifest, files map[string]string) {
			files[file] = strings.Replace(files[file], is, becomes, 1)
		}
	}
	for name, c := range map[string]struct {
		harm func(*journal.Manifest, map[string]string)
		says string // "": it is sound
	}{
		"nothing":     {func(*journal.Manifest, map[string]string) {}, ""},
		"finding":     {swap(journal.BehaviourFile, "not-caught", "caught"), `behaviour.jsonl:2: behaviour/error-raised cannot find "caught"`},
		"case":        {swap(journal.BehaviourFile, "behaviour/drain", "behaviour/<b>"), `behaviour.jsonl:1: there is no behaviour case "behaviour/<b>"`},
		"model":       {swap(journal.BehaviourFile, `"thread"`, `"foreign"`), `behaviour.jsonl:3: model "foreign" is none`},
		"outcome":     {swap(journal.BehaviourFile, `"not-run"`, `"well"`), `behaviour.jsonl:4: there is no outcome "well"`},
		"half a line": {swap(journal.BehaviourFile, "\n", " "), "behaviour.jsonl:1: it goes on behind"},
		"count":       {swap(journal.SourcesFile, `"lines": 1`, `"lines": 2`), "shape.json: fanout in direct style: it says 2 lines, its text has 1"},
		"code":        {swap(journal.SourcesFile, "b() }", "b(); if c {} }"), "shape.json: fanout in direct style: it says 0 branches, its text has 1"},
		"no file":     {func(_ *journal.Manifest, f map[string]string) { delete(f, journal.BehaviourFile) }, "behaviour.jsonl: it has 0 results, the manifest says 2 cases on 2 models"},
		"a line less": {func(_ *journal.Manifest, f map[string]string) {
			f[journal.BehaviourFile] = f[journal.BehaviourFile][:strings.Index(f[journal.BehaviourFile], "\n")+1]
		}, "it has 1 results"},
		"not held":      {func(m *journal.Manifest, _ map[string]string) { m.Suites = nil }, "the plan asks for behaviour"},
		"not asked":     {func(m *journal.Manifest, _ map[string]string) { m.Suites, m.Plan.Suites = nil, nil }, "behaviour.jsonl:1: the manifest does not say that behaviour was looked for"},
		"no register":   {func(m *journal.Manifest, _ map[string]string) { m.Register = "" }, "manifest.json: it does not say register"},
		"half register": {func(m *journal.Manifest, _ map[string]string) { m.Register = "abc" }, `SHA-256 of the register of claims is none: "abc"`},
	} {
		dir := exhibited(t, c.harm)
		if c.says == "" {
			make1(t, dir)
		}
		found := mustVerify(t, dir)
		if c.says == "" {
			if !found.Sound {
				t.Errorf("%s: %v", name, found.Faults)
			}
			continue
		}
		if all := fmt.Sprint(found.Faults); found.Sound || !strings.Contains(all, c.says) {
			t.Errorf("%s: want %q in %s", name, c.says, all)
		}
	}
}

// Another register is no fault of the run: its verdicts say it, and a note.
func TestAnotherRegisterIsNoted(t *testing.T) {
	dir := exhibited(t, func(m *journal.Manifest, _ map[string]string) { m.Register = strings.Repeat("ab", 32) })
	make1(t, dir)
	found := mustVerify(t, dir)
	if all := fmt.Sprint(found.Notes); !found.Sound || !strings.Contains(all, "the register of claims was abababababab") {
		t.Errorf("%v, notes %s", found.Faults, all)
	}
}

// Edited after the run was sealed.
func TestEditedExhibitIsFound(t *testing.T) {
	for _, name := range []string{journal.BehaviourFile, journal.SourcesFile} {
		dir := exhibited(t, func(*journal.Manifest, map[string]string) {})
		path := filepath.Join(dir, name)
		write(t, path, []byte(strings.Replace(string(read(t, path)), "direct", "await", 1)+" "))
		if found := mustVerify(t, dir); found.Sound || !strings.Contains(fmt.Sprint(found.Faults), name+": its SHA-256 is") {
			t.Errorf("%s: %v", name, found.Faults)
		}
	}
}
