package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/report/reporttest"
)

func manifest() *journal.Manifest {
	return &journal.Manifest{
		ID: "20260304T050607Z-quick-1a2b3c4d5e6f", State: journal.Partial, Started: reporttest.Began,
		Argv: []string{"bin/assay", "run", "--server", "mine=./mysvc --port {port}"},
		Plan: plan.Plan{
			Profile: "quick", Blocks: 6, Seed: 42,
			Arms: []plan.Arm{
				{Name: "pool:size=64", Model: "pool", Options: map[string]string{"size": "64"}},
				{Name: "pool:size=64-twin", Model: "pool", Options: map[string]string{"size": "64"}, TwinOf: "pool:size=64"},
				{Name: "mine", Model: "mine", Command: []string{"./mysvc", "--port", "{port}"}},
			},
			Cells: []plan.Cell{
				{Workload: "fanout", Params: map[string]string{"k": "3", "delay": "20ms"}, Conns: 128, Idle: 5, Share: .5, Arrivals: "constant"},
				{Workload: "idle", Ladder: []int{0, 250}, Span: time.Second},
			},
			Timing: plan.Timing{Slice: time.Second, Rotations: 5, Drain: time.Second},
		},
		Models:    []plan.Model{{Name: "pool", Kind: "model", Style: "direct", Argv: []string{"modeld", "pool"}}},
		Starts:    []journal.Start{{Arm: "pool:size=64", Cell: "c", Settings: []plan.Setting{{Name: "procs", Value: "72", Why: "threads"}}}},
		Placement: journal.Placement{Server: []int{2, 3}, Load: []int{0, 1}},
	}
}

func TestFromManifest(t *testing.T) {
	r := FromManifest(manifest(), nil, func(workload, param string) bool { return workload == "fanout" && param == "cpu" })
	if r.Baseline != "pool:size=64" || r.Arms[1].Twin != r.Baseline || r.Planned != 36 || r.Finished {
		t.Errorf("got baseline %s, twin of %s, %d planned, finished %t", r.Baseline, r.Arms[1].Twin, r.Planned, r.Finished)
	}
	if a := r.Arms[2]; a.Kind != "own" || a.Start != "./mysvc --port {port}" {
		t.Errorf("a user's server: got %+v", a)
	}
	if a := r.Arms[0]; a.Kind != "model" || a.Start != "modeld pool size=64" {
		t.Errorf("a model: got %+v", a)
	}
	c := r.Cells[0]
	if got, want := fmt.Sprint(c.Dims), "[{delay 20ms} {k 3} {conns 128} {idle 5} {rate 50%} {arrivals constant}]"; got != want || !c.Open || !c.Computes {
		t.Errorf("got dimensions %s, want %s; open %t, computes %t", got, want, c.Open, c.Computes)
	}
	if m := r.Cells[1]; !m.Memory || m.Computes || fmt.Sprint(m.Dims) != "[{ladder 0+250}]" {
		t.Errorf("a memory cell: got %+v", m)
	}
	if want := "assay run --server 'mine=./mysvc --port {port}' --seed 42"; r.Command != want {
		t.Errorf("got command %s, want %s", r.Command, want)
	}
	if len(r.Settings) != 1 || r.Settings[0].Value != "procs=72" {
		t.Errorf("got settings %+v", r.Settings)
	}
	if got := r.Placement.String(); got != "co-located, loopback, 2+2 processors" {
		t.Errorf("got placement %q", got)
	}
}

// What judges a trial knows how long the slices of its own cell are: a crowd's are longer.
func TestContextKnowsTheSlicesOfItsCell(t *testing.T) {
	m := manifest()
	m.Plan.Timing.Slice = 250 * time.Millisecond
	m.Plan.Cells = append(m.Plan.Cells, plan.Cell{Workload: "echo", Conns: 1000}, plan.Cell{Workload: "echo", Conns: 64})
	r := FromManifest(m, nil, func(string, string) bool { return false })
	for i, want := range map[int]time.Duration{0: 250 * time.Millisecond, 2: 500 * time.Millisecond, 3: 250 * time.Millisecond} {
		if got := r.Context(r.Cells[i].Name).Slice; got != want {
			t.Errorf("%s: slices of %v, want %v", r.Cells[i].Name, got, want)
		}
	}
}

// The first of the thirty seconds: its shape is a promise.
func TestHeader(t *testing.T) {
	m := manifest()
	m.Plan.Cells = m.Plan.Cells[:1]
	got := Header(&m.Plan, Placement{Server: []int{1}, Load: []int{0}})
	if want := "2 processors: server on 1, load on 0. 3 arms × 1 cell × 6 blocks = 18 trials, about "; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, ". Ctrl-C keeps finished trials.") {
		t.Errorf("got %q, want it to begin %q", got, want)
	}
	if got := Header(&m.Plan, Placement{Server: []int{4, 5, 6, 7}, Load: []int{0, 2}}); !strings.HasPrefix(got, "6 processors: server on 4–7, load on 0,2.") {
		t.Errorf("got %q", got)
	}
	if got := Header(&m.Plan, Placement{Server: []int{0}, Load: []int{0}, Shared: true}); !strings.Contains(got, "SUSPECT") {
		t.Errorf("one processor: got %q", got)
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"--models": "--models", "pool:size=64": "pool:size=64", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "{port}": "'{port}'",
	} {
		if got := quote(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// What is known of the generator stands among the facts.
func TestCertificateIsTold(t *testing.T) {
	m := manifest()
	for want, c := range map[string]journal.Certificate{
		"not certified: there is no accuracy certificate of this binary and boot": {},
		"not certified: why": {Says: "not certified: why"},
		"certified on 2026-03-04 05:06:07 by the certificate 0123456789ab": {Says: "certified", Made: reporttest.Began, Sum: "0123456789abcdef"},
	} {
		m.Certificate = c
		r := FromManifest(m, nil, func(string, string) bool { return false })
		if !strings.Contains(fmt.Sprint(r.Facts), "{generator "+want+"}") {
			t.Errorf("want %q in %v", want, r.Facts)
		}
	}
}
