package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The end of a manifest: its last member is the SHA-256 of all before it.
const (
	sealHead = ",\n  \"seal\": \""
	sealTail = "\"\n}\n"
	sealSize = len(sealHead) + 2*sha256.Size + len(sealTail)
)

// text is the manifest as it is written, sealed.
func (m Manifest) text() ([]byte, error) {
	m.Seal = ""
	b, err := json.MarshalIndent(&m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	b = bytes.TrimSuffix(b, []byte("\n}"))
	return fmt.Appendf(b, "%s%s%s", sealHead, digest("", b), sealTail), nil
}

// ErrVersion is the version of a run that this assay does not read.
var ErrVersion = errors.New("a run of version")

// mostManifest is more than any manifest is long, bytes.
const mostManifest = 64 << 20

// readManifest refuses what is damaged, edited, of another version, or of a plan that is not
// the one it names. Only version 1 may lack a seal.
func readManifest(dir string) (m Manifest, err error) {
	path := filepath.Join(dir, ManifestFile)
	f, err := openRegular(path)
	if err != nil {
		return m, fmt.Errorf("%s is no run: %w", dir, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostManifest))
	if err != nil {
		return m, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	bad := func(format string, args ...any) (Manifest, error) {
		return Manifest{}, fmt.Errorf("%s is damaged: %w; take it from a copy", path, fmt.Errorf(format, args...))
	}
	var probe struct{ Version int } // what follows may have another form there
	if json.Unmarshal(b, &probe) == nil && (probe.Version < 1 || probe.Version > ManifestVersion) {
		return m, fmt.Errorf("%s: %w %d, this assay reads versions 1 to %d", path, ErrVersion, probe.Version, ManifestVersion)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return bad("line %d: %w", lineOf(b, err), err)
	}
	if m.Seal != "" || m.Version > 1 {
		if why := broken(b); why != "" {
			return bad("%s", why)
		}
	}
	if hash, err := planHash(b); err != nil || hash != m.PlanHash {
		return bad("its plan has the hash %.12s, it says %.12s", hash, m.PlanHash)
	}
	return m, nil
}

// lineOf is the line of a manifest's text at which its JSON goes wrong.
func lineOf(b []byte, err error) int {
	at := int64(len(b))
	switch e := err.(type) {
	case *json.SyntaxError:
		at = e.Offset
	case *json.UnmarshalTypeError:
		at = e.Offset
	}
	return 1 + bytes.Count(b[:min(at, int64(len(b)))], []byte("\n"))
}

// broken says what is wrong with the seal of a manifest's text, "" if nothing.
func broken(b []byte) string {
	at := len(b) - sealSize
	if at < 0 || !bytes.HasPrefix(b[at:], []byte(sealHead)) || !bytes.HasSuffix(b, []byte(sealTail)) {
		return "it does not end in its seal"
	}
	if seal := b[at+len(sealHead) : len(b)-len(sealTail)]; digest("", b[:at]) != string(seal) {
		return fmt.Sprintf("its text is not what its seal %.12s… was made of: it was changed by hand", seal)
	}
	return ""
}

// planHash is the hash of the plan as it stands in a manifest's text: fields that a
// later assay adds to plans do not change it.
func planHash(manifest []byte) (string, error) {
	var raw struct {
		Plan json.RawMessage `json:"plan"`
	}
	var compact bytes.Buffer
	if err := json.Unmarshal(manifest, &raw); err != nil {
		return "", err
	}
	if err := json.Compact(&compact, raw.Plan); err != nil {
		return "", err
	}
	return digest("", compact.Bytes()), nil
}

// Finish closes the journal with a state, and the SHA-256 of every file of the
// run in the manifest.
func (j *Journal) Finish(state State, at time.Time) error {
	if err := j.file.Close(); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	j.Manifest.State, j.Manifest.Finished = state, at.UTC()
	j.Manifest.Stolen += max(0, stolen()-j.stolen)
	files, err := Sums(j.Dir)
	if err != nil {
		return err
	}
	j.Manifest.Files = files
	return j.SaveManifest()
}

// Sums are the SHA-256 of every file of a run but the manifest, by name with slashes.
func Sums(dir string) (map[string]string, error) {
	sums := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || name == ManifestFile {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file but %s: it has no place in a run", path, d.Type())
		}
		sums[filepath.ToSlash(name)], err = SumFile(path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("checksums of the run: %w", err)
	}
	return sums, nil
}

// SumFile is the SHA-256 of a file, in hex.
func SumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Seal brings the hashes in the manifest of a finished run up to date after the derived files
// were made in its folder. All other files that were sealed must be as they were: the
// error names one that is not. A run that is not finished is left alone.
func Seal(dir string, derived []string) error {
	m, err := readManifest(dir)
	if err != nil || m.State == Running {
		return err
	}
	tidy(dir)
	files := make(map[string]string)
	for name, want := range m.Files {
		if Derived(name) {
			continue
		}
		as, sum, err := kept(dir, name, want)
		if err != nil {
			return fmt.Errorf("%w, so the run is not sealed anew; assay verify %s says more", err, dir)
		}
		name = as
		files[name] = sum
	}
	for _, name := range derived {
		if files[name], err = SumFile(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("checksums of the run: %w", err)
		}
	}
	m.Files, m.Reported = files, Build()
	return (&Journal{Dir: dir, Manifest: m}).SaveManifest()
}

// kept gives the name and hash of a file that is what it was when it had the hash want. The error
// names one that is not.
func kept(dir, name, want string) (as, sum string, err error) {
	sum, err = SumFile(filepath.Join(dir, filepath.FromSlash(name)))
	if packed := TrialsFile + Gzip; name == TrialsFile && errors.Is(err, fs.ErrNotExist) {
		// Compressed since: what is inside must be what it was.
		if inside, zerr := SumInside(filepath.Join(dir, packed)); zerr == nil && inside == want {
			name = packed
			sum, err = SumFile(filepath.Join(dir, packed))
			want = sum
		}
	}
	if err != nil || sum != want {
		return "", "", fmt.Errorf("%s is not what it was when the run ended", filepath.Join(dir, name))
	}
	return name, sum, nil
}

// Unchanged holds a file of a finished run, compressed or not, against the hash in the run's manifest. The
// error names a file that is not what it was, or that stands before the one that the manifest lists and so is read
// in its place; there is none for one that the manifest does not list at all.
func Unchanged(dir string, m *Manifest, name string) error {
	instead := "" // is there, and not listed
	for _, packed := range packings(name) {
		path := filepath.Join(dir, packed)
		want, listed := m.Files[packed]
		if !listed {
			if _, err := os.Lstat(path); err == nil && instead == "" {
				instead = path
			}
			continue
		}
		if instead != "" {
			return fmt.Errorf("%s is no file of the run, which has %s", instead, packed)
		}
		if _, _, err := kept(dir, packed, want); err != nil {
			return err
		}
	}
	return nil
}

// Files that are being written have such names, and get their own when they are whole.
const (
	halfManifest = ".manifest-*"
	HalfReport   = ".assay-*"
)

// tidy removes what a kill left half written.
func tidy(dir string) {
	for _, pattern := range []string{halfManifest, HalfReport} {
		left, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			continue // the folder's own name is a pattern: verify will name what is left
		}
		for _, path := range left {
			os.Remove(path)
		}
	}
}

// Derived says whether a file's name is one that a report gives: it can be made again.
func Derived(name string) bool {
	switch name {
	case "bench.txt", "latency.hlog", "claims.json", "report.md", "report.html":
		return true
	}
	return filepath.Ext(name) == ".svg" && filepath.Base(name) == name
}
