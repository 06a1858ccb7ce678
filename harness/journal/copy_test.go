package journal

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/harness/trial"
)

func same(*trial.Trial) error { return nil }

// inside is what a file of a run says, compressed or not.
func inside(t *testing.T, dir, name string) string {
	t.Helper()
	p, err := OpenPacked(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	text, err := io.ReadAll(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ended is a finished run with the results of its cases, a report and a log.
func ended(t *testing.T) string {
	t.Helper()
	j := create(t, 2)
	again := aTrial(0)
	again.Reason = "measured again"
	if err := j.Append(again); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{BehaviourFile, ConformanceFile, SourcesFile, LogDir + "/x.log"} {
		write(t, j.Dir, name, []byte("what "+name+" says\n"))
	}
	if err := j.Finish(Partial, began); err != nil {
		t.Fatal(err)
	}
	write(t, j.Dir, "report.md", []byte("report"))
	if err := Seal(j.Dir, []string{"report.md"}); err != nil {
		t.Fatal(err)
	}
	return j.Dir
}

// A copy has the last trial of each key and the results of cases, and says of what run it is.
func TestCopy(t *testing.T) {
	from, to := ended(t), t.TempDir()
	m, _, err := Read(from)
	if err != nil {
		t.Fatal(err)
	}
	m.Version, m.Reported = 3, "an older assay"
	if err := (&Journal{Dir: from, Manifest: m}).SaveManifest(); err != nil {
		t.Fatal(err)
	}
	if err := Copy(from, to, "little", same); err != nil {
		t.Fatal(err)
	}
	got, trials, err := Read(to)
	if err != nil || len(trials) != 2 || trials[0].Reason != "measured again" && trials[1].Reason != "measured again" {
		t.Errorf("%d trials, %v", len(trials), err)
	}
	if got.Version != ManifestVersion || got.Reported != "" || got.Condensed == nil || got.Condensed.Kept != "little" {
		t.Errorf("manifest %+v", got)
	}
	if whole, err := SumFile(filepath.Join(from, TrialsFile)); err != nil || got.Condensed.Trials != whole {
		t.Errorf("it is of the records %s, not %s (%v)", got.Condensed.Trials, whole, err)
	}
	for _, name := range []string{BehaviourFile, ConformanceFile, SourcesFile} {
		if said := inside(t, to, name); said != "what "+name+" says\n" || got.Files[name+Zstd] == "" {
			t.Errorf("%s: %q, hash %q", name, said, got.Files[name+Zstd])
		}
	}
	if len(got.Files) != 4 {
		t.Errorf("files %v", got.Files)
	}
	if _, _, err := Resume(to); err == nil || !strings.Contains(err.Error(), "compressed") {
		t.Errorf("Resume: %v", err)
	}
}

func TestCopyRefuses(t *testing.T) {
	running := create(t, 1)
	running.Close()
	from, full := ended(t), t.TempDir()
	write(t, full, "a file", nil)
	bad := errors.New("no such histogram")
	for name, c := range map[string]struct {
		from, to string
		condense func(*trial.Trial) error
		says     string
	}{
		"running":      {running.Dir, t.TempDir(), same, "not finished"},
		"no place":     {from, filepath.Join(full, "none"), same, "a place for the copy"},
		"a full place": {from, full, same, "holds a file already"},
		"condense":     {from, t.TempDir(), func(*trial.Trial) error { return bad }, "trial 1/cell/arm/load: no such histogram"},
	} {
		if err := Copy(c.from, c.to, "little", c.condense); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want %q, got %v", name, c.says, err)
		}
	}
}

// A file of a run is what it was, compressed since or not, or it is not believed.
func TestUnchanged(t *testing.T) {
	remove := func(t *testing.T, dir, name string) {
		t.Helper()
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	const other = "another text\n"
	for name, c := range map[string]struct {
		file   string
		change func(t *testing.T, dir string)
		says   string // "": it is what it was
	}{
		"as it was":      {TrialsFile, func(*testing.T, string) {}, ""},
		"never there":    {"notes.txt", func(*testing.T, string) {}, ""},
		"edited":         {TrialsFile, func(t *testing.T, dir string) { write(t, dir, TrialsFile, []byte(other)) }, TrialsFile + " is not"},
		"edited results": {BehaviourFile, func(t *testing.T, dir string) { write(t, dir, BehaviourFile, []byte(other)) }, BehaviourFile + " is not"},
		"missing":        {TrialsFile, func(t *testing.T, dir string) { remove(t, dir, TrialsFile) }, TrialsFile + " is not"},
		"compressed": {TrialsFile, func(t *testing.T, dir string) {
			write(t, dir, TrialsFile+Gzip, zip(t, []byte(inside(t, dir, TrialsFile))))
			remove(t, dir, TrialsFile)
		}, ""},
		"another, compressed": {TrialsFile, func(t *testing.T, dir string) {
			write(t, dir, TrialsFile+Gzip, zip(t, []byte(other)))
			remove(t, dir, TrialsFile)
		}, TrialsFile + " is not"},
		"results compressed": {BehaviourFile, func(t *testing.T, dir string) {
			write(t, dir, BehaviourFile+Gzip, zip(t, []byte(inside(t, dir, BehaviourFile))))
			remove(t, dir, BehaviourFile)
		}, BehaviourFile + " is not"},
	} {
		dir := ended(t)
		m, _, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		c.change(t, dir)
		if err := Unchanged(dir, &m, c.file); c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: want %q, got %v", name, c.says, err)
		}
	}
}

// In a copy, what stands beside a compressed file is read before it, and so it is not believed.
func TestUnchangedFindsWhatIsReadInstead(t *testing.T) {
	to := t.TempDir()
	if err := Copy(ended(t), to, "little", same); err != nil {
		t.Fatal(err)
	}
	m, _, err := Read(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{TrialsFile, BehaviourFile} {
		if err := Unchanged(to, &m, name); err != nil {
			t.Error(err)
		}
		write(t, to, name, []byte(inside(t, to, name)))
		if err := Unchanged(to, &m, name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s beside %s%s: %v", name, name, Zstd, err)
		}
	}
	for _, name := range []string{TrialsFile, ConformanceFile} {
		write(t, to, name+Zstd, []byte("another"))
		if err := Unchanged(to, &m, name); err == nil {
			t.Errorf("%s%s was edited", name, Zstd)
		}
	}
}

// Records that were compressed after they were sealed are sealed anew under their new name.
func TestSealTakesInCompressedRecords(t *testing.T) {
	dir := ended(t)
	write(t, dir, TrialsFile+Gzip, zip(t, []byte(inside(t, dir, TrialsFile))))
	if err := os.Remove(filepath.Join(dir, TrialsFile)); err != nil {
		t.Fatal(err)
	}
	if err := Seal(dir, []string{"report.md"}); err != nil {
		t.Fatal(err)
	}
	m, _, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := SumFile(filepath.Join(dir, TrialsFile+Gzip))
	if err != nil || m.Files[TrialsFile+Gzip] != sum || m.Files[TrialsFile] != "" {
		t.Errorf("files %v, %v", m.Files, err)
	}
}

// A compressed file that asks for more memory than any of ours needs does not get it.
func TestGreedyFileIsRefused(t *testing.T) {
	const window = 19 << 3 // 2²⁹ bytes (RFC 8878, 3.1.1.1.2)
	dir := t.TempDir()
	write(t, dir, TrialsFile+Zstd, []byte{0x28, 0xb5, 0x2f, 0xfd, 0, window, 1 | 1<<3, 0, 0, 'x'})
	if _, err := SumInside(filepath.Join(dir, TrialsFile)); err == nil || !strings.Contains(err.Error(), TrialsFile) {
		t.Errorf("got %v", err)
	}
	write(t, dir, TrialsFile+Zstd, []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1 | 1<<3, 0, 0, 'x'})
	if _, err := SumInside(filepath.Join(dir, TrialsFile)); err != nil {
		t.Error(err)
	}
}
