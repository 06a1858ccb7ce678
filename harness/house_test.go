// Package house holds the rules of the map of this repository: what stands at the
// top, and who may import whom.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is what go list says of one package.
type pkg struct {
	ImportPath string
	Name       string
	Imports    []string // of its own files
	Deps       []string // all, transitively
}

// packages lists every package of the module.
func packages(t *testing.T) []pkg {
	t.Helper()
	goFiles(t)
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Name,Imports,Deps,Module", "./...")
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module) {
			all = append(all, p)
		}
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages of %s", len(all), module)
	}
	return all
}

const module = "assay/"

// rule says what packages under a path may import of this module, beside themselves.
type rule struct {
	of      string   // prefix of the importing package
	mayUse  []string // prefixes of what it may import
	because string
}

// rules are tried in order; the first whose prefix fits decides. Paths are without the module's name.
var rules = []rule{
	{"models/base/http1", nil, "the codec stands on nothing"},
	{"models/base/style", []string{"models/base/http1"}, "base: each knows only those before it"},
	{"models/base/sock", []string{"models/base/http1", "models/base/style"}, "base: each knows only those before it"},
	{"models/base/conn", []string{"models/base/http1", "models/base/style", "models/base/sock"}, "base: each knows only those before it"},
	{"models/base/loop", []string{"models/base/sock"}, "the harness uses the loop too, so it stands on sockets alone"},
	{"models/base/model", []string{"models/base/http1", "models/base/style", "models/base/sock", "models/base/conn"}, "the shell of a server knows no way to wait"},
	{"models/base/blocking", []string{"models/base/http1", "models/base/style", "models/base/sock", "models/base/conn", "models/base/model"}, "blocking sockets need no loop"},
	{"models/base/ring", []string{"models/base/http1", "models/base/style", "models/base/sock", "models/base/conn", "models/base/loop"}, "base: each knows only those before it"},
	{"models/base/nonblocking", []string{"models/base/http1", "models/base/style", "models/base/sock", "models/base/conn", "models/base/loop", "models/base/model"}, "a loop needs no blocking sockets"},
	{"models/base", []string{"models/base/"}, "base knows nothing above it"},
	{"models/catalog", []string{"models/"}, "the table of models"},
	{"models/cmd", []string{"models/", "bench/"}, "a binary of models links no harness: what is linked in is measured"},
	{"models", []string{"models/"}, "a model imports base, and another model only where it is built on it"},
	{"bench", []string{"bench/", "models/base/style", "models/base/http1"}, "what is asked knows neither how it is served nor how it is measured"},
	{"harness/cmd", []string{"harness/", "bench/", "models/base/http1", "models/base/sock", "models/base/loop"}, "the harness learns the models from their binaries"},
	{"harness", []string{"harness/", "bench/", "models/base/http1", "models/base/sock", "models/base/loop"}, "the harness learns the models from their binaries"},
}

// forbidden are exceptions that the rules above would allow.
var forbidden = []rule{
	{"models/", []string{"models/catalog", "models/cmd/"}, "only mains import catalogs"},
	{"harness/", []string{"bench/catalog", "harness/cmd/"}, "only mains import catalogs"},
	{"bench/", []string{"bench/catalog"}, "only mains import catalogs"},
	{"harness/oracle", []string{"harness/load", "models/"}, "the oracle shares no code with what it checks"},
}

func TestImportRules(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		first, _, _ := strings.Cut(path, "/")
		r := ruleFor(path)
		if r == nil && ignored(first) {
			continue
		}
		if r == nil {
			t.Errorf("%s stands where the map has no place for it", path)
			continue
		}
		for _, imported := range p.Imports {
			what, ours := strings.CutPrefix(imported, module)
			if !ours || under(what, path) || under(path, what) && under(what, r.of) {
				continue
			}
			if !anyUnder(what, r.mayUse) {
				t.Errorf("%s imports %s: %s", path, what, r.because)
			}
			for _, f := range forbidden {
				if p.Name != "main" && under(path, f.of) && anyUnder(what, f.mayUse) {
					t.Errorf("%s imports %s: %s", path, what, f.because)
				}
			}
		}
	}
}

// TestLeanBinaries holds the whole of what a model's binary links, not only its own imports.
func TestLeanBinaries(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"models/cmd/modeld" {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, module+"harness") || dep == "net/http" {
				t.Errorf("modeld links %s: what is linked in is measured", dep)
			}
		}
	}
}

func ruleFor(path string) *rule {
	for i := range rules {
		if under(path, rules[i].of) {
			return &rules[i]
		}
	}
	return nil
}

// under says whether path is prefix or lies below it.
func under(path, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

func anyUnder(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return under(path, p) })
}

// top is what may stand at the top of the repository; dotfiles beside it.
var top = []string{
	"bench", "models", "harness", "results", "scripts",
	"Makefile", "go.mod", "go.sum", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md",
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || slices.Contains(top, name) || ignored(name) {
			continue
		}
		t.Errorf("%s stands at the top of the repository, which has only %s", name, strings.Join(top, " "))
	}
}

// ignored asks git; where there is no git, only what make build leaves is ignored.
func ignored(name string) bool {
	cmd := exec.Command("git", "check-ignore", "-q", name)
	cmd.Dir = ".."
	return name == "bin" || cmd.Run() == nil
}

// No package registers itself in an init: tables are literal.
func TestNoInit(t *testing.T) {
	for _, file := range goFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("\nfunc init()")) {
			t.Errorf("%s has an init function: tables are literal, nothing registers itself", file)
		}
	}
}

// goFiles are all Go files below the top. Looking at each makes go test forget a
// cached verdict when one of them changes.
func goFiles(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(path, ".go") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
