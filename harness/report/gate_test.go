package report

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/harness/journal"
	"assay/harness/report/reporttest"
	"assay/harness/trial"
)

// later is a run like usual() that differs from it by noise alone.
func later() reporttest.Made {
	m := reporttest.Usual()
	m.Draw = 1
	return m
}

// dearer is a later run in which one arm needs that many times the CPU.
func dearer(arm string, factor float64) reporttest.Made {
	m := later()
	m.CPU[arm] *= factor
	return m
}

func TestGateFindsAPlantedRegression(t *testing.T) {
	slow := dearer("reactor", 1.2)
	// The whole machine is 30 % slower, which is nobody's fault.
	for arm := range slow.CPU {
		slow.CPU[arm] *= 1.3
	}
	g := Judge(view(t, usual()), view(t, made(slow)), 0)
	if g.Decision != Regression {
		t.Fatalf("got %s: %s", g.Decision, g.Reason)
	}
	for _, r := range g.Regressions() {
		if r.Arm != "reactor" {
			t.Errorf("called a regression: %s", r)
		}
	}
	if first := g.Judged[0]; first.Metric.Name != "cpu" || first.Lo > 1.2 || first.Hi < 1.2 {
		t.Errorf("the surest is %s, want reactor's CPU, 1.2 times what it was", first)
	}
	if !strings.Contains(g.Reason, "CPU/req of reactor") || strings.Contains(g.Reason, "\n") {
		t.Errorf("the reason is %q, want a line that names reactor's CPU", g.Reason)
	}
}

func TestGatePassesNoiseAndGains(t *testing.T) {
	for name, fresh := range map[string]reporttest.Made{"noise": later(), "a gain": dearer("reactor", .7)} {
		g := Judge(view(t, usual()), view(t, made(fresh)), 0)
		if g.Decision != NoRegression || len(g.Judged) < 10 {
			t.Errorf("%s: got %s of %d comparisons: %s", name, g.Decision, len(g.Judged), g.Reason)
		}
	}
}

// What is below the least effect or below what a twin differs by is no regression.
func TestGateBounds(t *testing.T) {
	slow := dearer("reactor", 1.2)
	if g := Judge(view(t, usual()), view(t, made(slow)), 0.5); g.Decision != NoRegression {
		t.Errorf("20 %% with a least effect of 50 %%: got %s: %s", g.Decision, g.Reason)
	}
	// The same effect, but the copy of the baseline differs by more: in either run.
	for _, apart := range []float64{1.3, 1 / 1.3} {
		slow.CPU["goroutine-twin"] = slow.CPU["goroutine"] * apart
		before := later()
		before.CPU["goroutine-twin"] = before.CPU["goroutine"] * apart
		for name, pair := range map[string][2]*Run{
			"new": {usual(), made(slow)}, "old": {made(before), made(dearer("reactor", 1.2))},
		} {
			if g := Judge(view(t, pair[0]), view(t, pair[1]), 0); g.Decision != NoRegression {
				t.Errorf("twins of the %s run %.2f apart: got %s: %s", name, apart, g.Decision, g.Reason)
			}
		}
	}
}

func TestGateRefuses(t *testing.T) {
	change := func(name, value string) func(*Run) {
		return func(r *Run) {
			for i := range r.Facts {
				if r.Facts[i].Name == name {
					r.Facts[i].Value = value
				}
			}
		}
	}
	for want, harm := range map[string]func(*Run){
		"kernel (linux 6.1, clock source tsc, linux 7.0": change("kernel", "linux 7.0"),
		"processor (": change("processor", "another, 64 usable"),
		"placement (": change("placement", "server on processors [2]"),
		"load of a block (300ms warm-up, then 3 slices": change("load of a block", "longer"),
		"mitigations (not said, spectre)":               func(r *Run) { r.Facts = append(r.Facts, Fact{"mitigations", "spectre"}) },
		"profile (quick, full)":                         func(r *Run) { r.Profile = "full" },
		"baseline (goroutine, reactor)":                 func(r *Run) { r.Baseline = "reactor" },
		"settings of thread in":                         func(r *Run) { r.Settings[0].Value = "procs=9" },
		"is not finished":                               func(r *Run) { r.Finished = false },
		"nothing in common":                             func(r *Run) { r.Cells = nil },
		"was driven at 100/s in the old run and at 120/s in the new one; no regression in the other 3": func(r *Run) { r.Cells[0].Driven = 120 },
		"CPU/req of reactor in " + fanoutCell + ": the new run has none: ": func(r *Run) {
			fail(r, "reactor", 6)
		},
		"the new run lost 2 of 6 blocks": func(r *Run) { fail(r, "reactor", 2) },
	} {
		old, fresh := usual(), made(later())
		old.Cells[0].Driven = 100
		harm(fresh)
		g := Judge(view(t, old), view(t, fresh), 0)
		why := strings.ReplaceAll(g.Reason, ErrNothingCommon.Error(), "nothing in common")
		if g.Decision != Undecided || !strings.Contains(why, want) {
			t.Errorf("got %s: %s; want it undecided: %q", g.Decision, g.Reason, want)
		}
	}
	alone := later()
	alone.NoTwin = true
	if g := Judge(view(t, usual()), view(t, made(alone)), 0); g.Decision != Undecided || !strings.Contains(g.Reason, "no A/A twin") {
		t.Errorf("without a twin: got %s: %s", g.Decision, g.Reason)
	}
	noisy := later()
	noisy.Noise = 1
	if g := Judge(view(t, usual()), view(t, made(noisy)), 0); g.Decision == Regression {
		t.Errorf("noise is called a regression: %s", g.Reason)
	}
}

// fail lets the load trials of an arm fail in the first n blocks.
func fail(r *Run, arm string, n int) {
	for i := range r.Trials {
		if tr := &r.Trials[i]; tr.Arm == arm && tr.Kind == trial.Load && tr.Block < n {
			tr.Status, tr.Reason, tr.Slices = trial.Failed, "the server died", nil
		}
	}
}

// INVALID trials count neither for an arm nor against it.
func TestGateLeavesInvalidTrialsOut(t *testing.T) {
	fresh := made(later())
	spoil := func(blocks int) *View {
		for i := range fresh.Trials {
			if tr := &fresh.Trials[i]; tr.Arm == "reactor" && tr.Kind == trial.Load && tr.Block < blocks {
				tr.Identity.SocketOwned = false
				for k := range tr.Slices {
					tr.Slices[k].ServerCPU *= 3
				}
			}
		}
		return view(t, fresh)
	}
	if g := Judge(view(t, usual()), spoil(1), 0); g.Decision != NoRegression || !slices.ContainsFunc(g.Notes, func(n string) bool { return strings.Contains(n, "1 INVALID") }) {
		t.Errorf("one INVALID trial, three times as dear: got %s: %s %q", g.Decision, g.Reason, g.Notes)
	}
	if g := Judge(view(t, usual()), spoil(6), 0); g.Decision != Undecided {
		t.Errorf("all INVALID: got %s: %s", g.Decision, g.Reason)
	}
}

// On real records: the halves of a published run are alike, and a regression planted into one
// of them is found.
func TestGateOnAPublishedRun(t *testing.T) {
	found, err := filepath.Glob(filepath.Join("..", "..", "results", "*-standard", journal.ManifestFile))
	if err != nil || len(found) == 0 {
		t.Fatalf("published runs: %v, %v", found, err)
	}
	half := func(odd int, plant float64) *View {
		r, err := Open(filepath.Dir(found[0]), func(string, string) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		r.Trials = slices.DeleteFunc(r.Trials, func(tr trial.Trial) bool { return tr.Block%2 != odd })
		for i := range r.Trials {
			if tr := &r.Trials[i]; tr.Arm == "reactor" {
				for k := range tr.Slices {
					tr.Slices[k].ServerCPU = int64(plant * float64(tr.Slices[k].ServerCPU))
				}
			}
		}
		return view(t, r)
	}
	old := half(0, 1)
	if g := Judge(old, half(1, 1), 0); g.Decision == Regression {
		t.Errorf("halves of one run: %s", g.Reason)
	}
	g := Judge(old, half(1, 2), 0)
	if g.Decision != Regression || g.Judged[0].Arm != "reactor" || g.Judged[0].Metric.Name != "cpu" {
		t.Errorf("twice the CPU: got %s: %s", g.Decision, g.Reason)
	}
	if _, err := json.Marshal(g); err != nil {
		t.Error(err)
	}
}
