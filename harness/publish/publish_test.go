package publish_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/harness/journal"
	"assay/harness/publish"
	"assay/harness/report/reporttest"
	"assay/harness/verify"
)

func takes(_, param string) bool { return param == "cpu" }

// made is the folder of a made-up run.
func made(t *testing.T) string {
	t.Helper()
	dir, err := reporttest.Usual().Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPublishedCopyIsSound(t *testing.T) {
	from, to := made(t), filepath.Join(t.TempDir(), "copy")
	size, err := publish.Run(from, to, 8<<20, takes)
	if err != nil {
		t.Fatal(err)
	}
	r, err := verify.Dir(to, takes)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Sound || r.Trials != 60 || !strings.Contains(strings.Join(r.Notes, ";"), "a copy made to be published") {
		t.Errorf("%+v", r)
	}
	if size.Bytes == 0 || len(size.Files) < 6 || size.Files[0].Bytes < size.Files[1].Bytes {
		t.Errorf("size %+v", size)
	}
	for name, want := range map[string]string{
		"report.md":     "a copy made to be published",
		"latency.hlog":  "goroutine:response",
		"manifest.json": publish.Kept,
	} {
		text, err := os.ReadFile(filepath.Join(to, name))
		if err != nil || !bytes.Contains(text, []byte(want)) {
			t.Errorf("%s does not say %q (%v)", name, want, err)
		}
	}
	m, _, err := journal.Read(from)
	if err != nil || m.Condensed != nil {
		t.Errorf("the run itself: condensed %v, %v", m.Condensed, err)
	}
	whole, err := journal.SumFile(filepath.Join(from, journal.TrialsFile))
	if err != nil {
		t.Fatal(err)
	}
	copied, _, err := journal.Read(to)
	if err != nil || copied.Condensed.Trials != whole || copied.Condensed.Seal != m.Seal {
		t.Errorf("the copy names other records: %+v, %v", copied.Condensed, err)
	}
	if _, _, err := journal.Resume(to); err == nil {
		t.Error("a published copy is gone on with")
	}
}

// The same run gives the same bytes.
func TestPublishedTwiceIsTheSame(t *testing.T) {
	from, a, b := made(t), filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	for _, to := range []string{a, b} {
		if _, err := publish.Run(from, to, 8<<20, takes); err != nil {
			t.Fatal(err)
		}
	}
	one, err := journal.Sums(a)
	if err != nil {
		t.Fatal(err)
	}
	other, err := journal.Sums(b)
	if err != nil {
		t.Fatal(err)
	}
	for name, sum := range one {
		if other[name] != sum {
			t.Errorf("%s differs", name)
		}
	}
}

func TestWhatIsNotPublished(t *testing.T) {
	copied := filepath.Join(t.TempDir(), "copied")
	if _, err := publish.Run(made(t), copied, 8<<20, takes); err != nil {
		t.Fatal(err)
	}
	running := made(t)
	m, _, err := journal.Read(running)
	if err != nil {
		t.Fatal(err)
	}
	m.State = journal.Running
	if err := (&journal.Journal{Dir: running, Manifest: m}).SaveManifest(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from string
		most int64
		says string
	}{
		"too large":    {made(t), 10_000, "its largest files: report.html"},
		"a copy":       {copied, 8 << 20, "publish the run itself"},
		"not finished": {running, 8 << 20, "not finished"},
		"no run":       {t.TempDir(), 8 << 20, "is no run"},
	} {
		to := filepath.Join(t.TempDir(), "to")
		if _, err := publish.Run(c.from, to, c.most, takes); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want %q, got %v", name, c.says, err)
		}
		if _, err := os.Lstat(to); !os.IsNotExist(err) {
			t.Errorf("%s: something is left behind: %v", name, err)
		}
	}
	run := made(t)
	inside := filepath.Join(run, "copy")
	if _, err := publish.Run(run, inside, 8<<20, takes); err == nil || !strings.Contains(err.Error(), "in the run's own folder") {
		t.Errorf("into the run itself: %v", err)
	}
	if _, err := os.Lstat(inside); !os.IsNotExist(err) {
		t.Errorf("something is left in the run: %v", err)
	}
	there := t.TempDir()
	if _, err := publish.Run(made(t), there, 8<<20, takes); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("into a folder that is there: %v", err)
	}
	if _, err := os.Lstat(there); err != nil {
		t.Errorf("a folder that was there is gone: %v", err)
	}
}

// A change in what is inside the compressed records is found.
func TestPublishedRecordsAreChained(t *testing.T) {
	to := filepath.Join(t.TempDir(), "to")
	if _, err := publish.Run(made(t), to, 8<<20, takes); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(to, journal.TrialsFile+journal.Zstd)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range 40 {
		bad := bytes.Clone(text)
		bad[len(bad)*at/40] ^= 1
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if r, err := verify.Dir(to, takes); err == nil && r.Sound {
			t.Errorf("a bit flipped at %d/40 of the records is not found", at)
		}
	}
}
