package report

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/harness/conformance"
	"assay/harness/exhibit"
	"assay/harness/journal"
	"assay/harness/report/reporttest"
)

func computes(_, param string) bool { return param == "cpu" }

// kept is the folder of a made-up run in a state, with results of cases.
func kept(t *testing.T, state journal.State) string {
	t.Helper()
	made := reporttest.Usual()
	made.Blocks = 1
	m, trials := made.Run()
	j, err := journal.Create(t.TempDir(), m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range trials {
		if err := j.Append(&trials[i]); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]string{journal.BehaviourFile: "behaviour/drain", journal.ConformanceFile: "http/get"} {
		text, err := exhibit.Lines([]conformance.Result{{Model: "reactor", Case: c, Outcome: conformance.Pass, Finding: "none-lost"}})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(j.Dir, name), string(text))
	}
	source, err := exhibit.Count("echo", "direct", "package echo\n")
	if err != nil {
		t.Fatal(err)
	}
	text, err := exhibit.SourcesText([]exhibit.Source{source})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(j.Dir, journal.SourcesFile), string(text))
	if err := j.Finish(journal.Complete, reporttest.Began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	j.Manifest.State = state // what goes on again has the hashes of when it ended
	if err := j.SaveManifest(); err != nil {
		t.Fatal(err)
	}
	return j.Dir
}

// edit changes a file without breaking its form.
func edit(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), from, to, 1)
	if changed == string(text) {
		t.Fatalf("%s has no %s", path, from)
	}
	write(t, path, changed)
}

// No figure is drawn from records that were edited, and the page says so.
func TestEditedRecordsAreNotBelieved(t *testing.T) {
	const says = "line 1 is damaged"
	for _, state := range []journal.State{journal.Complete, journal.Running} {
		dir := kept(t, state)
		edit(t, filepath.Join(dir, journal.TrialsFile), `"server_cpu":`, `"server_cpu":1`)
		_, err := Open(dir, computes)
		var wrong *EditedError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), says) {
			t.Fatalf("%s: got %v", state, err)
		}
		if err := WriteEdited(dir, wrong); err != nil {
			t.Fatal(err)
		}
		page, err := os.ReadFile(filepath.Join(dir, "report.html"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{says, "were changed or damaged", "No picture and no table", "nothing of behaviour.jsonl is believed"} {
			if !strings.Contains(string(page), want) {
				t.Errorf("%s: the page does not say %q", state, want)
			}
		}
		if n := strings.Count(string(page), wasEdited); n < 2 { // in place of the noise floor, and of the pictures
			t.Errorf("%s: the page says %d times why there is no figure", state, n)
		}
		if strings.Contains(string(page), "CPU/req") {
			t.Errorf("%s: the page has figures", state)
		}
	}
}

// Records that follow one another are still not those of the run if another run left them.
func TestOtherRecordsAreNotBelieved(t *testing.T) {
	dir, running := kept(t, journal.Complete), kept(t, journal.Running)
	other := reporttest.Usual()
	other.Blocks, other.Draw = 1, 1
	from, err := other.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(from, journal.TrialsFile))
	if err != nil {
		t.Fatal(err)
	}
	for dir, edited := range map[string]bool{dir: true, running: false} {
		write(t, filepath.Join(dir, journal.TrialsFile), string(text))
		_, err := Open(dir, computes)
		var wrong *EditedError
		if errors.As(err, &wrong) != edited || !edited && err != nil {
			t.Errorf("sealed %v: %v", edited, err)
		}
	}
}

// Of a file beside the records nothing is believed once it was edited, unless the run goes on.
func TestEditedExhibitsAreNotBelieved(t *testing.T) {
	files := map[string]struct {
		from, to string
		there    func(r *Run) bool // whether anything of it is believed
	}{
		journal.BehaviourFile:   {"none-lost", "some-lost", func(r *Run) bool { return r.Behaviour != nil }},
		journal.ConformanceFile: {"none-lost", "some-lost", func(r *Run) bool { return r.Conformance != nil }},
		journal.SourcesFile:     {`"workload": "echo"`, `"workload": "idle"`, func(r *Run) bool { return r.Sources != nil }},
	}
	for _, state := range []journal.State{journal.Complete, journal.Running} {
		for _, edited := range slices.Sorted(maps.Keys(files)) {
			dir := kept(t, state)
			edit(t, filepath.Join(dir, edited), files[edited].from, files[edited].to)
			r, err := Open(dir, computes)
			if err != nil {
				t.Fatal(err)
			}
			for name, f := range files {
				doubted := name == edited && state == journal.Complete
				if f.there(r) == doubted || strings.Contains(r.Trouble[name], "edited") != doubted {
					t.Errorf("%s, %s edited: of %s something is believed: %v, %q", state, edited, name, f.there(r), r.Trouble[name])
				}
			}
		}
	}
}
