package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/harness/journal"
)

// rounds is how often to tamper: a sample, or all of it for make torture.
func rounds() int {
	if os.Getenv("ASSAY_TORTURE") != "" {
		return 500
	}
	return 40
}

// bundle is a run's files by name.
type bundle map[string][]byte

// tampering is one way to spoil a run. It changes what b holds, or says that it cannot here.
type tampering struct {
	name string
	do   func(rng *rand.Rand, b bundle, file string, other bundle) bool
}

var tamperings = []tampering{
	{"flipped bit", func(rng *rand.Rand, b bundle, file string, _ bundle) bool {
		b[file][rng.IntN(len(b[file]))] ^= 1 << rng.IntN(8)
		return true
	}},
	{"bytes overwritten", func(rng *rand.Rand, b bundle, file string, _ bundle) bool {
		at := rng.IntN(len(b[file]))
		for i := at; i < min(at+1+rng.IntN(200), len(b[file])); i++ {
			b[file][i] = byte(rng.Uint32())
		}
		return true
	}},
	{"dropped line", inLines(func(rng *rand.Rand, lines [][]byte) [][]byte {
		i := rng.IntN(len(lines))
		return slices.Delete(lines, i, i+1)
	})},
	{"duplicated line", inLines(func(rng *rand.Rand, lines [][]byte) [][]byte {
		i := rng.IntN(len(lines))
		return slices.Insert(lines, rng.IntN(len(lines)+1), lines[i])
	})},
	{"swapped lines", inLines(func(rng *rand.Rand, lines [][]byte) [][]byte {
		i, k := rng.IntN(len(lines)), rng.IntN(len(lines))
		lines[i], lines[k] = lines[k], lines[i]
		return lines
	})},
	{"edited figure", func(rng *rand.Rand, b bundle, file string, _ bundle) bool {
		var digits []int
		for i, c := range b[file] {
			if c >= '0' && c <= '9' {
				digits = append(digits, i)
			}
		}
		if len(digits) == 0 {
			return false
		}
		at := digits[rng.IntN(len(digits))]
		b[file][at] = '0' + (b[file][at]-'0'+1+byte(rng.IntN(9)))%10
		return true
	}},
	{"removed field", removeField},
	{"truncated file", func(rng *rand.Rand, b bundle, file string, _ bundle) bool {
		b[file] = b[file][:rng.IntN(len(b[file]))]
		return true
	}},
	{"appended bytes", func(rng *rand.Rand, b bundle, file string, _ bundle) bool {
		b[file] = append(b[file], bytes.Repeat([]byte{byte(rng.Uint32())}, 1+rng.IntN(20))...)
		return true
	}},
	{"deleted file", func(_ *rand.Rand, b bundle, file string, _ bundle) bool {
		delete(b, file)
		return true
	}},
	{"foreign file", func(rng *rand.Rand, b bundle, _ string, _ bundle) bool {
		b[[]string{"notes.txt", "log/other.log", "extra.svg", "claims.json", "trials.jsonl~"}[rng.IntN(5)]] = []byte("hello\n")
		return true
	}},
	{"file of another run", func(_ *rand.Rand, b bundle, file string, other bundle) bool {
		if other[file] == nil {
			return false
		}
		b[file] = bytes.Clone(other[file])
		return true
	}},
}

func inLines(do func(*rand.Rand, [][]byte) [][]byte) func(*rand.Rand, bundle, string, bundle) bool {
	return func(rng *rand.Rand, b bundle, file string, _ bundle) bool {
		lines := slices.Collect(bytes.Lines(b[file]))
		b[file] = bytes.Join(do(rng, lines), nil)
		return true
	}
}

// removeField takes a member out of the manifest, or out of a trial, which stays JSON.
func removeField(rng *rand.Rand, b bundle, file string, _ bundle) bool {
	lines := [][]byte{b[file]}
	if strings.HasSuffix(file, ".jsonl") {
		lines = slices.Collect(bytes.Lines(b[file]))
	} else if file != journal.ManifestFile {
		return false
	}
	i := rng.IntN(len(lines))
	var object any
	if json.Unmarshal(lines[i], &object) != nil {
		return false
	}
	for at := object; ; {
		members, ok := at.(map[string]any)
		if list, is := at.([]any); is && len(list) > 0 {
			at = list[rng.IntN(len(list))]
			continue
		}
		if !ok || len(members) == 0 {
			return false
		}
		names := slices.Sorted(maps.Keys(members))
		name := names[rng.IntN(len(names))]
		if rng.IntN(2) == 0 {
			at = members[name]
			continue
		}
		delete(members, name)
		break
	}
	text, err := json.Marshal(object)
	lines[i] = append(text, '\n')
	b[file] = bytes.Join(lines, nil)
	return err == nil
}

func load(t *testing.T, dir string) bundle {
	t.Helper()
	b := make(bundle)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		b[name] = read(t, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b bundle) store(t *testing.T, dir string) {
	t.Helper()
	for name, text := range b {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
	}
}

func (b bundle) clone() bundle {
	c := make(bundle)
	for name, text := range b {
		c[name] = bytes.Clone(text)
	}
	return c
}

// Random tampering with good runs, plain and compressed, is found every time, and the run
// as it was is accepted every time.
func TestTamperingIsFound(t *testing.T) {
	m, trials := small().Run()
	dir := put(t, m, trials)
	plain := load(t, dir)
	compress(t, dir)
	make1(t, dir)
	packed := load(t, dir)
	m.Plan.Seed++
	otherDir := put(t, m, trials[:])
	other := load(t, otherDir)
	rng := rand.New(rand.NewPCG(2026, 11))
	found, refused := map[string]int{}, 0
	for n := 0; n < rounds(); {
		good := plain
		if rng.IntN(4) == 0 {
			good = packed
		}
		b := good.clone()
		files := slices.Sorted(maps.Keys(b))
		how, file := tamperings[n%len(tamperings)], ""
		for {
			file = files[rng.IntN(len(files))]
			if how.do(rng, b, file, other) && !maps.EqualFunc(b, good, bytes.Equal) {
				break
			}
			b = good.clone()
		}
		n++
		at := t.TempDir()
		b.store(t, at)
		r, err := Dir(at, takes)
		if err == nil && r.Sound {
			t.Errorf("round %d: %s of %s was not found", n, how.name, file)
			continue
		}
		found[how.name]++
		if n%25 == 0 {
			at := t.TempDir()
			good.store(t, at)
			if r := mustVerify(t, at); !r.Sound {
				refused++
				t.Errorf("a good run was refused: %s", said(r))
			}
		}
	}
	total := 0
	var list []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		total += found[name]
		list = append(list, fmt.Sprintf("%s %d", name, found[name]))
	}
	t.Logf("torture: %d of %d tamperings found (%s); %d of %d good runs refused", total, rounds(), strings.Join(list, ", "), refused, rounds()/25)
}
