package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"assay/harness/trial"
)

// Condensed says that a run's folder holds a smaller copy of what the run left, made to be published.
type Condensed struct {
	Kept   string `json:"kept"`   // of the records, in words
	Trials string `json:"trials"` // SHA-256 of the whole run's trials.jsonl
	Seal   string `json:"seal"`   // of the whole run's manifest
}

// Copy makes a copy of the finished run in from in the empty folder to, without its logs and derived
// files: every trial as condense leaves it, the last of each key, in a chain of their own; records and
// results of cases compressed. kept says in words what condense keeps. What from holds is not
// changed. The errors are Read's, condense's, and those of a run that is not finished or is such a copy
// itself, and of a folder that is missing or holds something.
func Copy(from, to, kept string, condense func(*trial.Trial) error) error {
	m, trials, err := Read(from)
	switch {
	case err != nil:
		return err
	case m.State == Running:
		return fmt.Errorf("%s holds a run that is not finished: assay run --resume goes on with it", from)
	case m.Condensed != nil:
		return fmt.Errorf("%s holds a copy that was made to be published: publish the run itself", from)
	}
	whole, err := SumInside(filepath.Join(from, TrialsFile))
	if err != nil {
		return err
	}
	m.Condensed = &Condensed{Kept: kept, Trials: whole, Seal: m.Seal}
	switch held, err := os.ReadDir(to); {
	case err != nil:
		return fmt.Errorf("a place for the copy: %w", err)
	case len(held) > 0:
		return fmt.Errorf("%s holds %s already: a copy needs a folder of its own", to, held[0].Name())
	}
	var records bytes.Buffer
	link := genesis(m.ID)
	for i := range trials {
		if err := condense(&trials[i]); err != nil {
			return fmt.Errorf("trial %s: %w", trials[i].Key, err)
		}
		var line []byte
		if line, link, err = encode(&trials[i], link); err != nil {
			return err
		}
		records.Write(line)
	}
	if err := pack(filepath.Join(to, TrialsFile), records.Bytes()); err != nil {
		return err
	}
	for _, name := range []string{BehaviourFile, ConformanceFile, SourcesFile} {
		if err := copyPacked(from, to, name); err != nil {
			return err
		}
	}
	if m.Files, err = Sums(to); err != nil {
		return err
	}
	m.Version, m.Reported = ManifestVersion, ""
	return (&Journal{Dir: to, Manifest: m}).SaveManifest()
}

// copyPacked copies a file, if there is one, into a compressed one.
func copyPacked(from, to, name string) error {
	p, err := OpenPacked(filepath.Join(from, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer p.Close()
	text, err := io.ReadAll(p)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Path, err)
	}
	return pack(filepath.Join(to, name), text)
}

// pack writes a compressed file. Equal texts give equal bytes.
func pack(path string, text []byte) error {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	defer w.Close()
	if err := os.WriteFile(path+Zstd, w.EncodeAll(text, nil), 0o644); err != nil {
		return fmt.Errorf("%w: free some room, and publish again", err)
	}
	return nil
}
