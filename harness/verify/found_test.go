package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/harness/journal"
	"assay/harness/trial"
)

// Records that were made up, and sealed as if they had been measured: what does not agree with
// the rest is found all the same.
func TestRecordsThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(m *journal.Manifest, trials []trial.Trial) []trial.Trial
		says string
	}{
		"answers":       {inSlice(func(s *trial.Slice) { s.Load.Answers -= 10 }), "requests, but"},
		"errors":        {inSlice(func(s *trial.Slice) { s.Load.Errors = map[string]uint64{"timeout": 4} }), "4 errors"},
		"requests":      {inSlice(func(s *trial.Slice) { s.Load.Requests++; s.Load.Answers++ }), "histograms hold"},
		"rate":          {inSlice(func(s *trial.Slice) { s.Load.Achieved *= 1.01 }), "/s, it says"},
		"length":        {inSlice(func(s *trial.Slice) { s.Length = 0 }), "lasted 0"},
		"order":         {inSlice(func(s *trial.Slice) { s.Index = 9 }), "before slice 9 was over"},
		"overlap":       {inSlice(func(s *trial.Slice) { s.Start += 2e9 }), "before slice"},
		"short slice":   {inSlice(func(s *trial.Slice) { s.Length, s.Load.Achieved = 1e6, 1e6 }), "a request took"},
		"histogram":     {inSlice(func(s *trial.Slice) { s.Load.Classes[0].Response = "HISTFAAA" }), "histogram"},
		"no histogram":  {inSlice(func(s *trial.Slice) { s.Load.Classes = nil }), "histograms hold 0"},
		"swapped times": {inSlice(func(s *trial.Slice) { k := &s.Load.Classes[0]; k.Response, k.Slip = k.Slip, k.Response }), "more than done − intended"},
		"censored":      {inSlice(func(s *trial.Slice) { s.Load.Classes[0].Censored = 5 }), "5 requests are censored"},
		"connections":   {inSlice(func(s *trial.Slice) { s.Load.PerConn = []uint32{3, 4} }), "connections have 7 answers"},
		"negative":      {inSlice(func(s *trial.Slice) { s.BackendCPU, s.IdleSpan = 0, -1 }), "idle span is -1"},
		"late":          {inSlice(func(s *trial.Slice) { s.Load.Late = 5000 }), "were late"},
		"slices": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
			ts[0].Slices = ts[0].Slices[:2]
			return ts
		}, "2 slices, the plan 3"},
		"jain": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial { ts[0].Jain = 1.5; return ts }, "Jain"},
		"rungs": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
			ts[1].MemoryOf.Steps = ts[1].MemoryOf.Steps[:2]
			return ts
		}, "its ladder"},
		"memory": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
			ts[1].MemoryOf.Steps[1].PSS = 0
			return ts
		}, "no process can"},
		"missing": {func(m *journal.Manifest, ts []trial.Trial) []trial.Trial {
			m.State = journal.Partial
			return ts[:len(ts)-1]
		}, "1 of 20 planned trials are missing: 1/idle"},
		"unfinished":  {func(m *journal.Manifest, ts []trial.Trial) []trial.Trial { m.State = journal.Running; return ts }, "not finished"},
		"foreign arm": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial { ts[0].Arm = "other"; return ts }, `arm "other" is not in the plan`},
		"foreign key": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial { ts[0].Key = "0/a/b/load"; return ts }, "its key is"},
		"block": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
			ts[0].Block, ts[0].Key = 7, strings.Replace(ts[0].Key, "0/", "7/", 1)
			return ts
		}, "block 7 is not in the plan"},
		"model": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial { ts[0].Model = "pool"; return ts }, "the plan has model"},
		"twice": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial { return append(ts, ts[3]) }, "stands here and in line 4"},
		"no reason": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
			ts[0].Status, ts[0].Slices = trial.Failed, nil
			return ts
		}, "without a reason"},
		"not run": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
			ts[0].Status, ts[0].Reason = trial.NotRun, "no room"
			return ts
		}, "was not run and has figures"},
		"merged": {func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
			ts[0].Whole = &trial.Whole{}
			return ts
		}, "does not say that the records are condensed"},
		"not merged": {func(m *journal.Manifest, ts []trial.Trial) []trial.Trial {
			m.Condensed = &journal.Condensed{Kept: "little"}
			return ts
		}, "its histograms are not merged"},
		"merged besides": {func(m *journal.Manifest, ts []trial.Trial) []trial.Trial {
			m.Condensed = &journal.Condensed{Kept: "little"}
			ts[0].Whole = &trial.Whole{Classes: ts[0].Slices[0].Load.Classes}
			return ts
		}, "which the trial has merged"},
		"too few merged": {func(m *journal.Manifest, ts []trial.Trial) []trial.Trial {
			m.Condensed = &journal.Condensed{Kept: "little"}
			ts[0].Whole = &trial.Whole{Classes: ts[0].Slices[0].Load.Classes}
			for i := range ts[0].Slices {
				ts[0].Slices[i].Load.Classes = nil
			}
			return ts
		}, "its histograms hold 1000 responses"},
		"hash": {func(m *journal.Manifest, ts []trial.Trial) []trial.Trial { m.Binaries["assay"] = "many"; return ts }, "SHA-256 of assay is none"},
	} {
		m, trials := small().Run()
		trials = c.harm(&m, trials)
		r := mustVerify(t, putAnyhow(t, m, trials))
		if r.Sound || !strings.Contains(said(r), c.says) {
			t.Errorf("%s: want %q, found %s", name, c.says, said(r))
		}
	}
}

// inSlice harms one slice of the third load trial.
func inSlice(harm func(*trial.Slice)) func(*journal.Manifest, []trial.Trial) []trial.Trial {
	return func(_ *journal.Manifest, ts []trial.Trial) []trial.Trial {
		harm(&ts[4].Slices[1])
		return ts
	}
}

// putAnyhow is put for records that no report can be made of.
func putAnyhow(t *testing.T, m journal.Manifest, trials []trial.Trial) string {
	t.Helper()
	j, err := journal.Create(t.TempDir(), m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range trials {
		if err := j.Append(&trials[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Finish(m.State, m.Started); err != nil {
		t.Fatal(err)
	}
	return j.Dir
}

func said(r *Result) string {
	var b strings.Builder
	for _, f := range r.Faults {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

// Every member that must be disclosed is missed when it is taken out, the seal made anew.
func TestDisclosure(t *testing.T) {
	m, trials := small().Run()
	dir := put(t, m, trials)
	whole := read(t, filepath.Join(dir, journal.ManifestFile))
	for _, d := range disclosure {
		if d.path == "seal" || d.path == "id" || strings.HasPrefix(d.path, "plan") {
			continue // the seal has a test of its own; the others break the chain and the plan's hash first
		}
		var all map[string]any
		if err := json.Unmarshal(whole, &all); err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(d.path, ".")
		object := all
		for _, p := range parts[:len(parts)-1] {
			object = object[p].(map[string]any)
		}
		if _, ok := object[parts[len(parts)-1]]; !ok {
			t.Errorf("a manifest has no %s", d.path)
		}
		delete(object, parts[len(parts)-1])
		write(t, filepath.Join(dir, journal.ManifestFile), sealed(t, all, whole))
		r := mustVerify(t, dir)
		if r.Sound || !strings.Contains(said(r), "it does not say "+d.path) {
			t.Errorf("without %s: %s", d.path, said(r))
		}
	}
	write(t, filepath.Join(dir, journal.ManifestFile), whole)
	if r := mustVerify(t, dir); !r.Sound {
		t.Errorf("put back: %s", said(r))
	}
}

// sealed writes a manifest with a seal that fits it. Its plan keeps the text that it has in whole,
// because its hash is of that.
func sealed(t *testing.T, all map[string]any, whole []byte) []byte {
	t.Helper()
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(whole, &raw); err != nil {
		t.Fatal(err)
	}
	all["plan"] = raw["plan"]
	delete(all, "seal")
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.TrimSuffix(string(text), "\n}"))
	sum := sha256.Sum256(text)
	return fmt.Appendf(text, ",\n  \"seal\": \"%s\"\n}\n", hex.EncodeToString(sum[:]))
}

// A published figure that was edited, with the file's hash in the manifest and the seal made
// anew: the records still give another one.
func TestEditedFiguresAreRecomputed(t *testing.T) {
	m, trials := small().Run()
	dir := put(t, m, trials)
	for name, c := range map[string]struct{ file, is, becomes string }{
		"report": {"report.md", "0.82×", "0.72×"},
		"bench":  {"bench.txt", "0.998 jain", "0.997 jain"},
	} {
		path := filepath.Join(dir, c.file)
		whole, manifest := read(t, path), read(t, filepath.Join(dir, journal.ManifestFile))
		text := strings.Replace(string(whole), c.is, c.becomes, 1)
		if text == string(whole) {
			t.Fatalf("%s: there is no %q", name, c.is)
		}
		write(t, path, []byte(text))
		var all map[string]any
		if err := json.Unmarshal(manifest, &all); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(text))
		all["files"].(map[string]any)[c.file] = hex.EncodeToString(sum[:])
		write(t, filepath.Join(dir, journal.ManifestFile), sealed(t, all, manifest))
		r := mustVerify(t, dir)
		line := 1 + strings.Count(string(whole[:strings.Index(string(whole), c.is)]), "\n")
		if len(r.Faults) != 1 || r.Faults[0].Line != line || !strings.Contains(said(r), "the records give") {
			t.Errorf("%s: want line %d, found %s", name, line, said(r))
		}
		write(t, path, whole)
		write(t, filepath.Join(dir, journal.ManifestFile), manifest)
	}
}

// What is no run at all is bad input, and so is a run of another version.
func TestNoRun(t *testing.T) {
	if _, err := Dir(t.TempDir(), takes); err == nil || !strings.Contains(err.Error(), "is no run") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Dir(filepath.Join(t.TempDir(), "nowhere"), takes); err == nil {
		t.Error("no folder: no error")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, journal.ManifestFile), []byte(`{"version": 9}`))
	if _, err := Dir(dir, takes); err == nil || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("another version: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, journal.ManifestFile), []byte("PNG"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := Dir(dir, takes); err != nil || r.Sound || !strings.Contains(said(r), "manifest.json") {
		t.Errorf("a foreign file: %v, %v", r, err)
	}
}
