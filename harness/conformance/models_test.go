package conformance

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"assay/bench/catalog"

	"assay/bench/plan"
)

// variants are the models' ways to be started that differ in how they serve.
var variants = []struct{ model, options string }{
	{"thread", "spawn=request"},
	{"thread", "callall=spawn"},
	{"thread", "callall=pool"},
	{"thread", "procs=1"},
	{"goroutine", "callall=scatter"},
	{"goroutine", "callall=spawn"},
	{"pool", "size=8"},
	{"multireactor", "loops=1"},
	{"multireactor", "layout=reuseport"},
	{"multireactor", "workers=network:4"},
	{"multireactor", "workers=blocking:4+computing:1"},
	{"hybrid", "executor=processes,processes=2"},
	{"coroutine", "keep=0"},
	{"uring", "shots=single"},
	{"uring", "taskrun=plain"},
}

// build makes the models' binaries and returns their folder and what they describe.
func build(t *testing.T) (dir string, models []plan.Model) {
	t.Helper()
	dir = t.TempDir()
	run(t, "../..", "go", "build", "-o", dir+"/", "./models/cmd/modeld", "./models/cmd/refd")
	for _, name := range []string{"modeld", "refd"} {
		out, err := exec.Command(filepath.Join(dir, name), "--describe").Output()
		if err != nil {
			t.Fatalf("%s --describe: %v", name, err)
		}
		var some []plan.Model
		if err := json.Unmarshal(out, &some); err != nil {
			t.Fatalf("%s --describe: %v", name, err)
		}
		models = append(models, some...)
	}
	if _, err := exec.LookPath("cc"); err == nil {
		run(t, "../../models/external/c", "make", "--silent", "BIN="+dir)
	}
	// Without a compiler the external servers are not there, which make build says too.
	return dir, slices.DeleteFunc(models, func(m plan.Model) bool {
		_, err := os.Stat(filepath.Join(dir, m.Argv[0]))
		return err != nil
	})
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// Every model, reference and external server passes every case, or is listed with
// the reason. With -short, one model stands for all: what the race detector looks at
// then is the suite itself.
func TestModels(t *testing.T) {
	t.Parallel()
	dir, models := build(t)
	var targets []Target
	for _, m := range models {
		targets = append(targets, Describe(m, dir))
	}
	for _, v := range variants {
		m, err := plan.FindModel(v.model, models)
		if err != nil {
			t.Fatal(err)
		}
		target := Describe(m, dir)
		target.Options = v.options
		targets = append(targets, target)
	}
	if testing.Short() {
		targets = slices.DeleteFunc(targets, func(t Target) bool { return t.Label() != "goroutine" })
	}
	var trials []trial
	for _, target := range targets {
		trials = append(trials, trial{target, nil, patience, func(r Result) string {
			d, known := difference(target.Name, r.Case)
			switch {
			case r.Outcome == Fail:
				return r.Detail
			case r.Outcome == Pass && known && !d.Sometimes && target.Options == "":
				return "it passes, but the table says it does not"
			}
			return ""
		}})
	}
	hold(t, 5, trials) // they mostly wait: more than processors is right
}

// Every line of the table names a case that there is.
func TestDifferencesAreOfCases(t *testing.T) {
	for _, d := range Differences {
		if !slices.ContainsFunc(Cases, func(c Case) bool { return c.Name == d.Case }) {
			t.Errorf("%s: there is no case %s", d.Model, d.Case)
		}
		if len(d.Why) < 20 {
			t.Errorf("%s %s: the reason is %q", d.Model, d.Case, d.Why)
		}
	}
}

// Every workload of the catalog has its examples run.
func TestDocuments(t *testing.T) {
	all := catalog.HTTP()
	for _, d := range documents {
		if d.http == "" || all[d.name] != d.http {
			t.Errorf("%s is not the catalog's", d.name)
		}
		delete(all, d.name)
	}
	for name := range all {
		t.Errorf("the examples of %s are not run", name)
	}
}

func TestCases(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases {
		if seen[c.Name] || c.Doc == "" || c.Run == nil {
			t.Errorf("%s: listed twice, or without doc or function", c.Name)
		}
		seen[c.Name] = true
	}
	if len(Cases) < 60 {
		t.Errorf("%d cases", len(Cases))
	}
}
