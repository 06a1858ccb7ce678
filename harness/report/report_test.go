package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/harness/report/reporttest"
	"assay/harness/trial"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from the golden file (go test -update rewrites it); got:\n%s", name, got)
	}
}

// troubled adds what goes wrong in life: a failed trial, one not run, wrong answers,
// a late generator, an unequal service.
func troubled(t *testing.T) *Run {
	r := usual()
	for i := range r.Trials {
		tr := &r.Trials[i]
		switch {
		case tr.Arm == "pool:size=64" && tr.Block == 2 && tr.Kind == trial.Load:
			tr.Status, tr.Reason, tr.LogTail, tr.Slices = trial.Failed, "the server died: signal: killed", "pool: queue | full\npool: <fatal>", nil
		case tr.Arm == "thread" && tr.Kind == trial.Memory:
			tr.Status, tr.Reason, tr.MemoryOf = trial.NotRun, "1000 threads, the limit is 500: ulimit -u 2000", nil
		case tr.Arm == "reactor" && tr.Kind == trial.Load && tr.Block == 0:
			tr.Slices[0].Load.Answers -= 3
			tr.Slices[0].Load.Errors = map[string]uint64{"timeout": 3}
			tr.Slices[0].Load.Late = 2000
			tr.Slices[0].GeneratorCPU, tr.Slices[0].Steal = 8e9, 1e9
			tr.Slices[0].IdleSpan, tr.Slices[0].IdleCPU = 1e9, 1e7
			tr.Slices[0].Retransmits = 4
			tr.Identity.Checked = false
		case tr.Arm == "thread" && tr.Kind == trial.Load && tr.Block < 2:
			tr.Slices[0].Steal = 4e7
		}
	}
	return r
}

func TestGoldenReport(t *testing.T) {
	for name, run := range map[string]*Run{"usual": usual(), "troubled": troubled(t)} {
		files, err := Files(view(t, run))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.Name == "report.md" {
				golden(t, name+".md", f.Data)
			}
		}
	}
}

func TestGoldenCard(t *testing.T) {
	partial := usual()
	partial.Trials, partial.Finished = partial.Trials[:20], false
	one := reporttest.Usual()
	one.Blocks = 1
	single := made(one)
	alone := reporttest.Usual()
	alone.NoTwin = true
	for name, run := range map[string]*Run{
		"usual": usual(), "troubled": troubled(t), "partial": partial, "single": single, "no-twin": made(alone),
	} {
		var b bytes.Buffer
		if err := Card(&b, view(t, run), "results/local/"+run.ID, "bin/assay"); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".card.txt", b.Bytes())
	}
}

// Who has just measured a server of his own needs no word on how to.
func TestCardOfAnOwnServer(t *testing.T) {
	r := usual()
	r.Arms[len(r.Arms)-1].Kind = "own"
	var b bytes.Buffer
	if err := Card(&b, view(t, r), "results/local/"+r.ID, "bin/assay"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "Your own server") || !strings.Contains(b.String(), "Report: ") {
		t.Error(b.String())
	}
}

func TestEqualRunsGiveEqualBytes(t *testing.T) {
	a, err := Files(view(t, troubled(t)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Files(view(t, troubled(t)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if a[i].Name != b[i].Name || !bytes.Equal(a[i].Data, b[i].Data) {
			t.Errorf("%s differs between two renderings of one run", a[i].Name)
		}
	}
}

func TestPicturesAreWholeAndShown(t *testing.T) {
	files, err := Files(view(t, troubled(t)))
	if err != nil {
		t.Fatal(err)
	}
	var md string
	for _, f := range files {
		if f.Name == "report.md" {
			md = string(f.Data)
		}
	}
	shown := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name, ".svg") {
			continue
		}
		shown++
		if !strings.Contains(md, "("+f.Name+")") {
			t.Errorf("report.md does not show %s", f.Name)
		}
		d := xml.NewDecoder(bytes.NewReader(f.Data))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", f.Name, err)
				break
			}
		}
		if bytes.Contains(f.Data, []byte("NaN")) || bytes.Contains(f.Data, []byte("Inf")) {
			t.Errorf("%s has a coordinate that is no number", f.Name)
		}
		for _, want := range []string{"prefers-color-scheme: dark", "reactor", "co-located, loopback, 1+1 processors"} {
			if !bytes.Contains(f.Data, []byte(want)) {
				t.Errorf("%s lacks %q", f.Name, want)
			}
		}
	}
	if shown != 3 { // contrasts, latencies, memory
		t.Errorf("got %d pictures, want 3", shown)
	}
}

func TestNonFiniteFiguresAreRefused(t *testing.T) {
	r := usual()
	r.Trials[0].Jain = math.Inf(1)
	if _, err := Analyse(r); err == nil || !strings.Contains(err.Error(), r.Trials[0].Key) {
		t.Errorf("got %v, want an error that names trial %s", err, r.Trials[0].Key)
	}
}

func TestWriteKeepsTheOldFileWhenItCannotWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	err := Write(view(t, usual()), dir)
	if err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v, want an error that names %s", err, dir)
	}
}
