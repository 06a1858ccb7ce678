package certify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// format is raised when a reader of older certificates would misread a newer one.
const format = 3

// Certificate is what one binary's generator was found to be on one boot of one machine.
type Certificate struct {
	Format    int       `json:"format"`
	Binary    string    `json:"binary"` // SHA-256 of the executable, hexadecimal
	Boot      string    `json:"boot"`   // the kernel's boot id
	Made      time.Time `json:"made"`
	Machine   []string  `json:"machine"`           // in words
	Partial   string    `json:"partial,omitempty"` // what was left out; "": nothing
	Bound     Bound     `json:"bound"`
	Certified bool      `json:"certified"` // every cell that can be meant was kept, or level, and some were kept
	Cells     Tally     `json:"cells"`
	UpTo      float64   `json:"up_to_rps"` // every cell at this rate and below that can be meant was kept, or level; 0: not even at the lowest
	Rows      []Row     `json:"rows"`

	// Sum is the SHA-256 of the file that Find read, hexadecimal: a run records it.
	Sum string `json:"-"`
}

// Tally is how many cells came to which verdict.
type Tally struct {
	Kept      int `json:"kept"`
	Level     int `json:"level"`
	Undecided int `json:"undecided"`
	Broken    int `json:"broken"`
	NotMeant  int `json:"not_meant"`
}

// meant is how many cells can be.
func (t Tally) meant() int { return t.Kept + t.Level + t.Undecided + t.Broken }

func (t Tally) String() string {
	return fmt.Sprintf("%d cells kept, %d level, %d undecided, %d broken; %d cannot be meant", t.Kept, t.Level, t.Undecided, t.Broken, t.NotMeant)
}

// Conclude sets Certified, Cells and UpTo by the rows of the generator name: all that could be meant
// were kept, or level with the client that spins, and some were kept.
func (c *Certificate) Conclude(name string) {
	failed := map[float64]int{}
	var rates []float64
	for _, r := range c.Rows {
		if r.Generator != name || r.Verdict == NotMeant {
			continue
		}
		rates = append(rates, r.Rate)
		if r.Verdict != Kept && r.Verdict != Level {
			failed[r.Rate]++
		}
	}
	c.UpTo = 0
	slices.Sort(rates)
	for _, rate := range rates {
		if failed[rate] > 0 {
			break
		}
		c.UpTo = rate
	}
	c.Cells = Tally{c.Count(name, Kept), c.Count(name, Level), c.Count(name, Undecided), c.Count(name, Broken), c.Count(name, NotMeant)}
	c.Certified = c.Cells.Kept > 0 && len(failed) == 0
}

// Count is how many rows of the generator name have a verdict.
func (c *Certificate) Count(name string, v Verdict) (n int) {
	for _, r := range c.Rows {
		if r.Generator == name && r.Verdict == v {
			n++
		}
	}
	return n
}

// Says is the certificate in a few words, for a report: "certified", "certified (1,000/s over 64
// connections only)", "certified; in 3 of 34 cells it was late, …", "certified except 2 undecided: …", or "not certified: …". A nil one
// says that there is none.
func (c *Certificate) Says() string {
	switch {
	case c == nil:
		return "not certified: there is no accuracy certificate of this binary and boot; make one with assay certify"
	case c.Certified:
		return "certified" + c.part() + c.level()
	case c.Cells.Broken == 0 && c.Cells.Kept > 0:
		return fmt.Sprintf("certified except %d undecided: of %d cells%s the generator saw another law in none%s", c.Cells.Undecided, c.Cells.meant(), c.part(), c.level())
	}
	kept := ""
	if c.UpTo > 0 {
		kept = fmt.Sprintf(", none of them up to %.0f/s", c.UpTo)
	}
	return fmt.Sprintf("not certified: assay certify found it wrong in %d cells%s and could not tell in %d, on %s", c.Cells.Broken, kept, c.Cells.Undecided, c.Made.UTC().Format(time.RFC3339))
}

// level says in how many cells the machine kept a better client from the law too.
func (c *Certificate) level() string {
	if c.Cells.Level == 0 {
		return ""
	}
	return fmt.Sprintf("; in %d of %d cells it was late, and no later than a client that spins", c.Cells.Level, c.Cells.meant())
}

// part says what was left out, in brackets.
func (c *Certificate) part() string {
	if c.Partial == "" {
		return ""
	}
	return " (" + c.Partial + ")"
}

// Folder is where certificates are kept: that of ASSAY_CERTIFICATES, or one in the user's cache.
func Folder() (string, error) {
	if dir := os.Getenv("ASSAY_CERTIFICATES"); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("where to keep certificates: %w; set ASSAY_CERTIFICATES to a folder", err)
	}
	return filepath.Join(cache, "assay", "certificates"), nil
}

// name of the file: that of a partial certificate is another, so that it does not
// replace a whole one.
func name(binary, boot string, partial bool) string {
	short := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '/' || r == '.' {
				return -1
			}
			return r
		}, s[:min(len(s), 64)])
	}
	suffix := ""
	if partial {
		suffix = "-partial"
	}
	return short(binary) + "-" + short(boot) + suffix + ".json"
}

// Save keeps the certificate where Find finds it, and says where that is.
func (c *Certificate) Save() (path string, err error) {
	dir, err := Folder()
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return "", fmt.Errorf("certificate: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("keep the certificate: %w", err)
	}
	path = filepath.Join(dir, name(c.Binary, c.Boot, c.Partial != ""))
	half := fmt.Sprintf("%s.%d", path, os.Getpid()) // a reader never sees part of it
	if err := os.WriteFile(half, append(text, '\n'), 0o644); err != nil {
		return "", fmt.Errorf("keep the certificate: %w", err)
	}
	if err := os.Rename(half, path); err != nil {
		return "", fmt.Errorf("keep the certificate: %w", errors.Join(err, os.Remove(half)))
	}
	return path, nil
}

// Find is the certificate of the binary with this SHA-256 (hexadecimal) on this boot; nil if
// there is none. A whole one is preferred to a partial one. The error is that of a file which is there
// and cannot be read.
func Find(binaryHash, bootID string) (*Certificate, error) {
	dir, err := Folder()
	if err != nil {
		return nil, err
	}
	for _, partial := range []bool{false, true} {
		path := filepath.Join(dir, name(binaryHash, bootID, partial))
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		c := new(Certificate)
		if err := json.Unmarshal(text, c); err != nil {
			return nil, fmt.Errorf("certificate %s: %w; remove it and run assay certify", path, err)
		}
		if c.Format != format || c.Binary != binaryHash || c.Boot != bootID {
			return nil, fmt.Errorf("certificate %s is of format %d (want %d), binary %.12s, boot %.12s: remove it and run assay certify", path, c.Format, format, c.Binary, c.Boot)
		}
		sum := sha256.Sum256(text)
		c.Sum = hex.EncodeToString(sum[:])
		return c, nil
	}
	return nil, nil
}

// New begins a certificate of the executable at path, on this boot.
func New(path string, made time.Time) (*Certificate, error) {
	hash, err := HashFile(path)
	if err != nil {
		return nil, err
	}
	boot, err := BootID()
	if err != nil {
		return nil, err
	}
	return &Certificate{Format: format, Binary: hash, Boot: boot, Made: made, Bound: DefaultBound, Rows: []Row{}}, nil
}

// HashFile is the SHA-256 of a file, hexadecimal.
func HashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("hash of the binary: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("hash of %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// BootID names this boot of this machine.
func BootID() (string, error) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("boot id: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
