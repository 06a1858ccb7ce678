package journal

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/harness/trial"
)

// lines are the lines of a journal, newlines included.
func lines(t *testing.T, dir string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, TrialsFile))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(bytes.Lines(text))
}

func write(t *testing.T, dir, name string, parts ...[]byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), bytes.Join(parts, nil), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Lines that are whole each for itself are refused where they do not follow one another.
func TestChainBindsLines(t *testing.T) {
	j := create(t, 4)
	all := lines(t, j.Dir)
	other := create(t, 4)
	other.Manifest.ID = "another"
	foreign, _, err := encode(aTrial(0), genesis("another"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		lines [][]byte
		line  string
	}{
		"dropped":   {[][]byte{all[0], all[2], all[3]}, "line 2 "},
		"first":     {all[1:], "line 1 "},
		"doubled":   {[][]byte{all[0], all[1], all[1], all[2]}, "line 3 "},
		"swapped":   {[][]byte{all[0], all[2], all[1], all[3]}, "line 2 "},
		"of others": {[][]byte{foreign, all[1]}, "line 1 "},
	} {
		write(t, j.Dir, TrialsFile, c.lines...)
		if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), TrialsFile+": "+c.line) {
			t.Errorf("%s: %v, want an error at %s", name, err, c.line)
		}
	}
	write(t, j.Dir, TrialsFile, all...)
	if _, trials, err := Read(j.Dir); err != nil || len(trials) != 4 {
		t.Errorf("%d trials, %v", len(trials), err)
	}
}

// A journal of an older assay, whose lines carry a checksum each, is read, and can be gone on with.
func TestLinesOfAnOlderAssay(t *testing.T) {
	j := create(t, 0)
	j.Close()
	var old [][]byte
	for n := range 2 {
		b, err := json.Marshal(aTrial(n))
		if err != nil {
			t.Fatal(err)
		}
		b = bytes.TrimSuffix(b, []byte("}"))
		old = append(old, fmt.Appendf(b, `,"sum":"%08x"}`+"\n", crc32.Checksum(b, castagnoli)))
	}
	write(t, j.Dir, TrialsFile, old...)
	again, trials, err := Resume(j.Dir)
	if err != nil || len(trials) != 2 {
		t.Fatalf("%d trials, %v", len(trials), err)
	}
	if err := errors.Join(again.Append(aTrial(2)), again.Close()); err != nil {
		t.Fatal(err)
	}
	if _, trials, err := Read(j.Dir); err != nil || len(trials) != 3 {
		t.Errorf("gone on: %d trials, %v", len(trials), err)
	}
	all := lines(t, j.Dir)
	write(t, j.Dir, TrialsFile, all[1:]...)
	if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), "line 2 ") {
		t.Errorf("the first old line dropped: %v", err)
	}
	old[0][30] ^= 1
	write(t, j.Dir, TrialsFile, old...)
	if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("an old line changed: %v", err)
	}
}

func zip(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCompressedRecords(t *testing.T) {
	j := create(t, 3)
	j.Close()
	text := bytes.Join(lines(t, j.Dir), nil)
	if err := os.Remove(filepath.Join(j.Dir, TrialsFile)); err != nil {
		t.Fatal(err)
	}
	packed := zip(t, text)
	write(t, j.Dir, TrialsFile+Gzip, packed)
	if _, trials, err := Read(j.Dir); err != nil || len(trials) != 3 {
		t.Errorf("%d trials, %v", len(trials), err)
	}
	if _, _, err := Resume(j.Dir); err == nil || !strings.Contains(err.Error(), "compressed") {
		t.Errorf("Resume: %v", err)
	}
	for name, bad := range map[string][]byte{"cut": packed[:len(packed)-5], "foreign": []byte("PK and so on"), "empty": nil} {
		write(t, j.Dir, TrialsFile+Gzip, bad)
		if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), TrialsFile+Gzip) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Any change to a manifest's text is noticed, and so is one with its hashes made anew where they
// must agree with something else.
func TestManifestIsSealed(t *testing.T) {
	j := create(t, 1)
	if err := j.Finish(Partial, began); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(j.Dir, ManifestFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		changed := bytes.Clone(whole)
		changed[at] ^= 1
		write(t, j.Dir, ManifestFile, changed)
		if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	}
	for name, c := range map[string]struct{ is, becomes, says string }{
		"plan":       {`"seed": 7`, `"seed": 8`, "its plan has the hash"},
		"no seal":    {`,` + "\n" + `  "seal"`, `,` + "\n" + `  "other"`, "seal"},
		"version":    {`"version": 4,`, `"version": 5,`, "version 5"},
		"wrong type": {`"argv": null`, `"argv": 7`, "line "},
	} {
		changed := bytes.Replace(whole, []byte(c.is), []byte(c.becomes), 1)
		if name == "plan" {
			changed = fmt.Appendf(nil, "%s%s%s%s", changed[:len(changed)-sealSize], sealHead, digest("", changed[:len(changed)-sealSize]), sealTail)
		}
		write(t, j.Dir, ManifestFile, changed)
		if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A run that says it is complete and lacks trials gives none.
func TestCompleteRunsLackNothing(t *testing.T) {
	j := create(t, 2)
	if err := j.Finish(Complete, began); err != nil {
		t.Fatal(err)
	}
	all := lines(t, j.Dir)
	write(t, j.Dir, TrialsFile, all[0], all[1][:40])
	if _, trials, err := Read(j.Dir); err == nil || trials != nil || !strings.Contains(err.Error(), "line 2 ") {
		t.Errorf("%d trials, %v", len(trials), err)
	}
}

// Sealing anew takes in what can be made again, and nothing else.
func TestSealKeepsWatchOverRecords(t *testing.T) {
	j := create(t, 2)
	write(t, j.Dir, LogDir+"/x.log", []byte("hello"))
	if err := j.Finish(Complete, began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	write(t, j.Dir, "report.md", []byte("first"))
	write(t, j.Dir, "notes.txt", []byte("somebody's"))
	if err := Seal(j.Dir, []string{"report.md"}); err != nil {
		t.Fatal(err)
	}
	m, _, err := Read(j.Dir)
	if err != nil || len(m.Files) != 3 || m.Files["report.md"] == "" {
		t.Errorf("files %v, %v", m.Files, err)
	}
	write(t, j.Dir, "report.md", []byte("second"))
	if err := Seal(j.Dir, []string{"report.md"}); err != nil {
		t.Error(err)
	}
	write(t, j.Dir, LogDir+"/x.log", []byte("hellO"))
	if err := Seal(j.Dir, []string{"report.md"}); err == nil || !strings.Contains(err.Error(), "x.log") {
		t.Errorf("a changed log: %v", err)
	}
}

// What would be waited for for ever, or read without end, is refused.
func TestForeignFiles(t *testing.T) {
	j := create(t, 1)
	j.Close()
	path := filepath.Join(j.Dir, TrialsFile)
	for name, put := range map[string]func() error{
		"pipe":   func() error { return unix.Mkfifo(path, 0o600) },
		"folder": func() error { return os.Mkdir(path, 0o700) },
		"device": func() error { return os.Symlink("/dev/zero", path) },
		"binary": func() error { return os.WriteFile(path, []byte("\x7fELF\x00\x01\n\n"), 0o600) },
		"nobody": func() error { return nil },
	} {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := put(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := filepath.Join(t.TempDir(), ManifestFile)
	if err := unix.Mkfifo(m, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(filepath.Dir(m)); err == nil || !strings.Contains(err.Error(), m) {
		t.Errorf("a pipe for a manifest: %v", err)
	}
}

func TestBuiltWith(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if got := BuiltWith(self); !strings.HasPrefix(got, "go") {
		t.Errorf("this binary was built with %q", got)
	}
	if got := BuiltWith("/nonexistent"); got != "" {
		t.Errorf("got %q", got)
	}
}

// What is no number is refused where it stands, though its link fits.
func TestNoNumbers(t *testing.T) {
	j := create(t, 1)
	for _, value := range []string{"NaN", "1e999", "-Infinity", "\"0.5\""} {
		b, err := json.Marshal(aTrial(1))
		if err != nil {
			t.Fatal(err)
		}
		b = bytes.Replace(bytes.TrimSuffix(b, []byte("}")), []byte(`"jain":0.5`), []byte(`"jain":`+value), 1)
		line := fmt.Appendf(nil, "%s%s%s%s\n", b, chainHead, digest(j.link, b), chainTail)
		write(t, j.Dir, TrialsFile, lines(t, j.Dir)[0], line)
		if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), TrialsFile+": line 2 is damaged: it is no trial") {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// Trials of which no figure can be made are refused by every reader, and failed ones are not: they
// may have ended anywhere.
func TestImpossibleTrials(t *testing.T) {
	for says, harm := range map[string]func(*trial.Slice){
		"lasted 0 ns":            func(s *trial.Slice) { s.Length = 0 },
		"less than no processor": func(s *trial.Slice) { s.ServerCPU = -1 },
		"10 answers to 9":        func(s *trial.Slice) { s.Load.Answers = 10 },
	} {
		j := create(t, 1)
		bad := aTrial(1)
		harm(&bad.Slices[0])
		if err := j.Append(bad); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Read(j.Dir); err == nil || !strings.Contains(err.Error(), "line 2 ") || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
		j = create(t, 1)
		bad.Status = trial.Failed
		if err := j.Append(bad); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Read(j.Dir); err != nil {
			t.Errorf("%s, failed: %v", says, err)
		}
	}
}
