package verify

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/harness/journal"
	"assay/harness/report"
	"assay/harness/report/reporttest"
	"assay/harness/trial"
)

func takes(_, param string) bool { return param == "cpu" }

// put keeps a run as a campaign does, with its report, and gives its folder.
func put(t *testing.T, m journal.Manifest, trials []trial.Trial) string {
	t.Helper()
	state := m.State
	j, err := journal.Create(t.TempDir(), m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range trials {
		if err := j.Append(&trials[i]); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(j.Dir, journal.LogDir, "reactor.log"), []byte("listening\nbye\n"))
	if err := j.Finish(state, reporttest.Began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	make1(t, j.Dir)
	return j.Dir
}

// make1 writes the derived files of a run.
func make1(t *testing.T, dir string) {
	t.Helper()
	r, err := report.Open(dir, takes)
	if err != nil {
		t.Fatal(err)
	}
	v, err := report.Analyse(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Write(v, dir); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func mustVerify(t *testing.T, dir string) *Result {
	t.Helper()
	r, err := Dir(dir, takes)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// small is a made-up run of few trials.
func small() reporttest.Made {
	m := reporttest.Usual()
	m.Blocks = 2
	return m
}

// compress does to a run what publishing does.
func compress(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, journal.TrialsFile)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(read(t, path)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path+journal.Gzip, b.Bytes())
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// No good run is refused.
func TestGoodRunsAreSound(t *testing.T) {
	one := reporttest.Usual()
	one.Blocks = 1
	alone := small()
	alone.NoTwin = true
	for name, m := range map[string]reporttest.Made{"usual": reporttest.Usual(), "one block": one, "no twin": alone} {
		dir := put(t, first(m.Run()), second(m.Run()))
		r := mustVerify(t, dir)
		if !r.Sound || len(r.Notes) > 1 || r.Trials == 0 || r.Figs == 0 || r.Files < 5 || len(r.Seal) != 64 {
			t.Errorf("%s: %+v", name, r)
		}
		compress(t, dir)
		if r = mustVerify(t, dir); !r.Sound || !strings.Contains(strings.Join(r.Notes, ";"), "compressed") {
			t.Errorf("%s, compressed: %+v", name, r)
		}
		make1(t, dir)
		if r = mustVerify(t, dir); !r.Sound || strings.Contains(strings.Join(r.Notes, ";"), "compressed") {
			t.Errorf("%s, compressed and sealed anew: %+v", name, r)
		}
	}
}

func first(m journal.Manifest, _ []trial.Trial) journal.Manifest { return m }
func second(_ journal.Manifest, trials []trial.Trial) []trial.Trial {
	return trials
}

// A run that was killed between the trials of a group has some of them twice, and is sound.
func TestMeasuredAgainAfterAKill(t *testing.T) {
	m, trials := small().Run()
	again := trials[0]
	again.Start = again.Start.Add(time.Hour)
	m.Resumed = []time.Time{trials[0].Start.Add(time.Minute)}
	r := mustVerify(t, put(t, m, append(trials, again)))
	if !r.Sound {
		t.Errorf("%v", r.Faults)
	}
	m.Resumed = nil
	r = mustVerify(t, put(t, m, append(trials, again)))
	if r.Sound || !strings.Contains(said(r), "stands here and in line 1") {
		t.Errorf("not resumed: %v", r.Faults)
	}
}
