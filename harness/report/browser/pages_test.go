package browser

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
	"assay/harness/report"
	"assay/harness/report/reporttest"
	"assay/harness/trial"
	"assay/harness/verify"
)

// hostile is text that would be seen, or heard of, if it were not escaped.
const hostile = `</title></style></script></svg></table><script>console.error(1)</script><img src=https://example.org/x onerror="console.error(2)">"'`

// pages make the reports under test.
var pages = map[string]func(*testing.T) string{
	"published": published,
	"golden":    func(t *testing.T) string { return write(t, reporttest.Usual(), func(*report.Run) {}) },
	"hostile":   func(t *testing.T) string { return write(t, reporttest.Usual(), harm) },
	"one block": func(t *testing.T) string {
		one := reporttest.Usual()
		one.Blocks = 1
		return write(t, one, func(*report.Run) {})
	},
	"half": func(t *testing.T) string {
		return write(t, reporttest.Usual(), func(r *report.Run) { r.Trials, r.Finished = r.Trials[:20], false })
	},
	"empty": func(t *testing.T) string {
		return write(t, reporttest.Usual(), func(r *report.Run) { r.Trials, r.Finished = nil, false })
	},
}

// published is the newest page that the repository publishes.
func published(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("../../../results/20*/report.html")
	if err != nil || len(found) == 0 {
		t.Fatalf("no page is published: %v", err)
	}
	path, err := filepath.Abs(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// write renders a made-up run, after change, and gives the page's path.
func write(t *testing.T, m reporttest.Made, change func(*report.Run)) string {
	t.Helper()
	manifest, trials := m.Run()
	r := report.FromManifest(&manifest, trials, func(_, param string) bool { return param == "cpu" })
	change(r)
	v, err := report.Analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	files, err := report.Files(v)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	for _, f := range files {
		if f.Name == "report.html" {
			if err := os.WriteFile(path, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	t.Fatal("there is no report.html among a run's files")
	return ""
}

// edits are changes to the records of a finished run, and what the page must say of each.
var edits = map[string]struct {
	change func(t *testing.T, trials string)
	says   string
}{
	"a figure": {func(t *testing.T, trials string) {
		text := read(t, trials)
		changed := strings.Replace(text, `"server_cpu":`, `"server_cpu":1`, 1)
		if changed == text {
			t.Fatal("the records have no figure to edit")
		}
		keep(t, trials, changed)
	}, "trials.jsonl: line 1 is damaged"},
	"all of them, chained anew": {func(t *testing.T, trials string) {
		other := reporttest.Usual()
		other.CPU["reactor"] = 20
		dir, err := other.Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		keep(t, trials, read(t, filepath.Join(dir, journal.TrialsFile)))
	}, "trials.jsonl is not what it was when the run ended"},
}

// edited is the page of a run that was edited after it was reported, and that assay verify refuses.
func edited(t *testing.T, edit func(*testing.T, string)) string {
	t.Helper()
	takes := func(_, param string) bool { return param == "cpu" }
	dir, err := reporttest.Usual().Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.Open(dir, takes)
	if err != nil {
		t.Fatal(err)
	}
	v, err := report.Analyse(r)
	if err == nil {
		err = report.Write(v, dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, journal.TrialsFile))
	if found, err := verify.Dir(dir, takes); err != nil || found.Sound {
		t.Fatalf("assay verify finds nothing: %v", err)
	}
	_, err = report.Open(dir, takes)
	var wrong *report.EditedError
	if !errors.As(err, &wrong) {
		t.Fatalf("the edited run opens: %v", err)
	}
	if err := report.WriteEdited(dir, wrong); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "report.html")
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func keep(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// harm puts hostile text wherever a run takes text from outside.
func harm(r *report.Run) {
	r.ID, r.CPU, r.Command = hostile, hostile, hostile
	r.Facts = append(r.Facts, report.Fact{Name: hostile, Value: hostile})
	r.Settings = append(r.Settings, report.Setting{Arm: hostile, Cell: hostile, Value: hostile, Why: hostile})
	r.Behaviour = []conformance.Result{{Case: hostile, Model: hostile, Outcome: conformance.Pass, Finding: hostile}}
	r.Conformance = []conformance.Result{{Case: hostile, Model: hostile, Outcome: conformance.Fail, Detail: hostile}}
	r.Sources = []exhibit.Source{{Workload: hostile, Style: hostile, File: hostile, Text: hostile}}
	r.Cells[0].Title = hostile
	for i := range r.Arms {
		if r.Arms[i].Name == "thread" {
			r.Arms[i].Name, r.Arms[i].Start = hostile, hostile
		}
	}
	for i := range r.Trials {
		tr := &r.Trials[i]
		if tr.Arm == "thread" {
			tr.Arm = hostile
		}
		if tr.Block == 1 && tr.Kind == trial.Load {
			tr.Status, tr.Reason, tr.LogTail, tr.Slices = trial.Failed, hostile, hostile, nil
		}
	}
}

// crowded is a run of a thousand trials and ten thousand errors.
func crowded(t *testing.T) string {
	t.Helper()
	return write(t, reporttest.Usual(), func(r *report.Run) {
		few := r.Trials
		for r.Blocks = 0; len(r.Trials) < 1000+len(few); r.Blocks += 6 {
			for _, tr := range few { // drawn once: it is the page that is to be large
				tr.Block += r.Blocks
				tr.Key = fmt.Sprintf("%d/%s/%s", tr.Block, tr.Cell, tr.Arm)
				r.Trials = append(r.Trials, tr)
			}
		}
		r.Trials = r.Trials[len(few):]
		for n := range 10_000 {
			tr := r.Trials[n%len(r.Trials)]
			tr.Key, tr.Status, tr.Slices, tr.MemoryOf = fmt.Sprint("error", n), trial.Failed, nil, nil
			tr.Reason = fmt.Sprintf("error %d: %s", n, strings.Repeat("connection reset; ", 10))
			r.Trials = append(r.Trials, tr)
		}
	})
}
