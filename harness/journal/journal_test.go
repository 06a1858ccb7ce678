package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/bench/plan"
	"assay/harness/trial"
)

var (
	began   = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	someRun = Manifest{
		Version: ManifestVersion, Label: "a label/with\\signs", Started: began,
		Plan: plan.Plan{Version: plan.Version, Profile: "quick", Blocks: 2, Seed: 7},
	}
)

func aTrial(n int) *trial.Trial {
	return &trial.Trial{
		Version: trial.Version, Key: fmt.Sprintf("%d/cell/arm/load", n), Kind: trial.Load, Block: n, Status: trial.OK,
		Start: began, Jain: .5, Reason: "with \"quotes\", }\nnewlines and <html>",
		Slices: []trial.Slice{{Index: 1, Length: 5, ServerCPU: int64(n), Load: trial.LoadFigures{Requests: 9}}},
	}
}

func create(t *testing.T, trials int) *Journal {
	t.Helper()
	j, err := Create(t.TempDir(), someRun)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	for n := range trials {
		if err := j.Append(aTrial(n)); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

func TestCreateAppendRead(t *testing.T) {
	j := create(t, 3)
	m, trials, err := Read(j.Dir)
	if err != nil || len(trials) != 3 {
		t.Fatalf("%d trials, %v", len(trials), err)
	}
	for n := range trials {
		if !reflect.DeepEqual(&trials[n], aTrial(n)) {
			t.Errorf("trial %d came back as %+v", n, trials[n])
		}
	}
	want := "20260304T050607Z-a_label_with_signs-" + someRun.Plan.ShortHash()
	if m.ID != want || filepath.Base(j.Dir) != want || m.State != Running || m.PlanHash != someRun.Plan.Hash() {
		t.Errorf("manifest %+v, want id %s", m, want)
	}
	text, err := os.ReadFile(filepath.Join(j.Dir, TrialsFile))
	if err != nil || bytes.Count(text, []byte("\n")) != 3 || !strings.HasPrefix(string(text), `{"version":1,`) {
		t.Errorf("the file is not a JSON object a line: %s, %v", text, err)
	}
}

// A kill at any byte of the last line loses that line only, and the journal goes on.
func TestTornAtEveryByte(t *testing.T) {
	j := create(t, 2)
	long := aTrial(2)
	if os.Getenv("ASSAY_TORTURE") != "" { // as long as a real one
		long.Slices[0].Load.Classes = []trial.ClassFigures{{Class: "ordinary", Response: strings.Repeat("HISTFAAA", 500)}}
	}
	if err := j.Append(long); err != nil {
		t.Fatal(err)
	}
	j.Close()
	path := filepath.Join(j.Dir, TrialsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	start := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for cut := start; cut < len(whole); cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, trials, err := Read(j.Dir); err != nil || len(trials) != 2 {
			t.Fatalf("cut at byte %d: Read gives %d trials, %v", cut, len(trials), err)
		}
		again, trials, err := Resume(j.Dir)
		if err != nil || len(trials) != 2 {
			t.Fatalf("cut at byte %d: Resume gives %d trials, %v", cut, len(trials), err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != int64(start) {
			t.Fatalf("cut at byte %d: %d bytes are left of %d, %v", cut, info.Size(), start, err)
		}
		if err := again.Append(long); err != nil {
			t.Fatal(err)
		}
		again.Close()
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, whole) {
			t.Fatalf("cut at byte %d: after going on the journal differs: %v", cut, err)
		}
	}
	t.Logf("torture: a last line torn at each of its %d bytes: no finished trial lost, the journal gone on with", len(whole)-start)
}

// Any change to a whole line is noticed, and the error says where.
func TestDamagedLineIsNamed(t *testing.T) {
	j := create(t, 3)
	j.Close()
	path := filepath.Join(j.Dir, TrialsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.IndexByte(whole, '\n') + 1
	second := bytes.IndexByte(whole[first:], '\n') + first
	for at := first; at < second; at++ {
		changed := bytes.Clone(whole)
		changed[at] ^= 1
		if changed[at] == '\n' {
			continue // it makes two lines; the first of them is damaged all the same
		}
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := Read(j.Dir)
		if err == nil || !strings.Contains(err.Error(), path+": line 2 ") {
			t.Fatalf("byte %d changed: %v", at, err)
		}
		if _, _, err := Resume(j.Dir); err == nil {
			t.Fatalf("byte %d changed: Resume takes it", at)
		}
	}
	if now, _ := os.ReadFile(path); len(now) != len(whole) {
		t.Error("a damaged journal was cut")
	}
}

func TestOtherVersionIsRefused(t *testing.T) {
	tr := aTrial(1)
	tr.Version = 99
	line, _, err := encode(tr, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode(line[:len(line)-1], ""); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("decode: %v", err)
	}
	j := create(t, 0)
	j.Manifest.Version = 99
	if err := j.SaveManifest(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Errorf("Read: %v", err)
	}
}

// Of trials measured twice the later counts.
func TestLastOfAKeyCounts(t *testing.T) {
	j := create(t, 2)
	again := aTrial(0)
	again.Reason = "again"
	if err := j.Append(again); err != nil {
		t.Fatal(err)
	}
	_, trials, err := Read(j.Dir)
	if err != nil || len(trials) != 2 || trials[1].Reason != "again" || trials[0].Block != 1 {
		t.Errorf("%+v, %v", trials, err)
	}
}

func TestFullDisk(t *testing.T) {
	j := create(t, 1)
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	// A limit of the file's size stands for the disk's: the write is cut short.
	lim := unix.Rlimit{Cur: uint64(j.size) + 50, Max: old.Max}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &lim); err != nil {
		t.Fatal(err)
	}
	err := j.Append(aTrial(1))
	if back := unix.Setrlimit(unix.RLIMIT_FSIZE, &old); back != nil {
		t.Fatal(back)
	}
	if !errors.Is(err, unix.EFBIG) || !strings.Contains(err.Error(), "1/cell/arm/load is not saved") || !strings.Contains(err.Error(), "--resume") {
		t.Errorf("error %v", err)
	}
	if info, err := os.Stat(filepath.Join(j.Dir, TrialsFile)); err != nil || info.Size() != j.size {
		t.Errorf("half a line was left: %v", err)
	}
	if err := j.Append(aTrial(1)); err != nil {
		t.Error("with room again:", err)
	}
	if _, trials, err := Read(j.Dir); err != nil || len(trials) != 2 {
		t.Errorf("%d trials, %v", len(trials), err)
	}
}

func TestFolderErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(file, "results"), someRun); err == nil || !strings.Contains(err.Error(), "--out") || !strings.Contains(err.Error(), file) {
		t.Errorf("a folder that cannot be: %v", err)
	}
	j := create(t, 0)
	if _, _, err := Resume(j.Dir); err == nil || !strings.Contains(err.Error(), "another assay") {
		t.Errorf("two writers: %v", err)
	}
	if _, _, err := Read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is no run") {
		t.Errorf("no run: %v", err)
	}
	if err := os.WriteFile(filepath.Join(j.Dir, ManifestFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), ManifestFile+" is damaged") {
		t.Errorf("half a manifest: %v", err)
	}
}

func TestTwoRunsInASecond(t *testing.T) {
	out := t.TempDir()
	seen := make(map[string]bool)
	var lastDir string
	for range 3 {
		j, err := Create(out, someRun)
		if err != nil {
			t.Fatal(err)
		}
		j.Close()
		seen[j.Dir], lastDir = true, j.Dir
	}
	if len(seen) != 3 {
		t.Errorf("folders %v", seen)
	}
	if dir, err := Find(out, someRun.Plan.Hash()); err != nil || dir != lastDir {
		t.Errorf("Find() = %s, %v; want the latest, %s", dir, err, lastDir)
	}
}

func TestFind(t *testing.T) {
	out := t.TempDir()
	if dir, err := Find(filepath.Join(out, "nothing"), someRun.Plan.Hash()); dir != "" || err != nil {
		t.Errorf("in no folder: %q, %v", dir, err)
	}
	j, err := Create(out, someRun)
	if err != nil {
		t.Fatal(err)
	}
	j.Close()
	other := someRun
	other.Plan.Seed++
	if dir, err := Find(out, other.Plan.Hash()); dir != "" || err != nil {
		t.Errorf("another plan: %q, %v", dir, err)
	}
	if dir, err := Find(out, someRun.Plan.Hash()); dir != j.Dir || err != nil {
		t.Errorf("%q, %v; want %q", dir, err, j.Dir)
	}
	if err := os.Remove(filepath.Join(j.Dir, ManifestFile)); err != nil {
		t.Fatal(err)
	}
	if dir, err := Find(out, someRun.Plan.Hash()); dir != "" || err != nil {
		t.Errorf("without a manifest: %q, %v", dir, err)
	}
}

func TestFinish(t *testing.T) {
	j := create(t, 2)
	if err := os.WriteFile(filepath.Join(j.Dir, LogDir, "x.log"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := j.Finish(Complete, began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	m, _, err := Read(j.Dir)
	if err != nil || m.State != Complete || !m.Finished.Equal(began.Add(time.Minute)) || len(m.Files) != 2 ||
		m.Files["log/x.log"] != "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" {
		t.Errorf("manifest %+v, %v", m, err)
	}
	if err := os.WriteFile(filepath.Join(j.Dir, "report.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Seal(j.Dir, []string{"report.md"}); err != nil {
		t.Fatal(err)
	}
	if m, _, err = Read(j.Dir); err != nil || len(m.Files) != 3 || m.State != Complete {
		t.Errorf("after Seal: %+v, %v", m, err)
	}
	left, err := filepath.Glob(filepath.Join(j.Dir, ".*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// missingGit says that these are sources without their history.
func missingGit() bool {
	_, err := os.Stat("../../.git")
	return err != nil
}

func TestLookAround(t *testing.T) {
	e, err := LookAround()
	if err != nil || e.OS != "linux" || e.Kernel == "" || e.Processor == "" || len(e.Processors) == 0 || e.MemoryKB < 1000 ||
		e.ClockSource == "" || e.Limits.Descriptors == 0 || !strings.HasPrefix(e.GoVersion, "go") {
		t.Errorf("%+v, %v", e, err)
	}
	if commit, _ := checkout("."); len(commit) != 40 && !missingGit() {
		t.Errorf("commit of the checkout: %q", commit)
	}
	if commit, dirty := checkout(t.TempDir()); commit != "" || dirty {
		t.Errorf("commit outside of a checkout: %q", commit)
	}
	if got := bracketed("always [madvise] never"); got != "madvise" {
		t.Errorf("bracketed: %q", got)
	}
}
