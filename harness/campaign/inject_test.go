package campaign

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/proc"
	"assay/harness/validity"
)

var (
	times = flag.Int("times", 1, "how often each fault is injected")
	quiet = flag.Bool("quiet", false, "the machine is quiet: gates that others' work may fire are not forgiven")
	found = flag.String("found", "", "a file to which a line is appended for each fault: how often it was seen")
)

// machines are the gates that others' work on this machine may fire. Dropped connections
// are counted for the whole machine, and who was dropped tries again a second later,
// when it may be another arm's turn.
var machines = []string{
	"on time", "arrivals", "generator busy", "stranger", "load stranger", "steal", "hiccups", "retransmits", "memory", "throttled", "settled", "idle arm", "backend parity",
	"backend utilisation", "headroom", "listen drops",
}

// fault is one way to spoil a trial: that of the arm "server:mode=MODE", while the arm
// "server" beside it is left alone.
type fault struct {
	mode     string
	model    string // of both arms; "": server
	cell     plan.Cell
	gate     string         // that must fire
	grade    validity.Grade // at least
	allowed  []string       // innocent consequences
	bystands bool           // the arm beside it must not show the gate: it is nobody else's
	config   func(c *Config)
	during   func(t *testing.T) (end func()) // injected in the faulty arm's slices
	third    bool                            // a third arm, for what is compared with a median
}

var (
	openEcho = plan.Cell{Workload: "echo", Conns: 4, Rate: 500}
	fanCell  = plan.Cell{Workload: "fanout", Params: map[string]string{"delay": "20ms", "k": "2"}, Conns: 32, Rate: 60}
)

// inject runs the fault as often as asked for, and its gate must fire as often; that no
// other fires must be seen at least once. A machine that others keep busy gets some more tries.
func inject(t *testing.T, f fault) {
	t.Helper()
	seen, alone, ofAll := 0, 0, 0
	others := make(map[string]int)
	for try := 0; try < *times || (seen < *times || alone == 0) && try < *times+4; try++ {
		ofAll++
		verdict, beside := injectOnce(t, f)
		hit := slices.ContainsFunc(verdict.Reasons, func(r validity.Reason) bool {
			return r.Gate == f.gate && (r.Grade == f.grade || r.Grade == validity.Invalid)
		})
		if !hit {
			t.Logf("the gate %q did not fire: %s", f.gate, verdict)
			continue
		}
		seen++
		extra := unexpected(f, verdict, others)
		if f.bystands && (*quiet || !slices.Contains(machines, f.gate)) && slices.ContainsFunc(beside.Reasons, func(r validity.Reason) bool { return r.Gate == f.gate }) {
			extra = append(extra, "beside it: "+beside.String())
		}
		if len(extra) == 0 {
			alone++
		} else {
			t.Logf("not alone: %s; %v", verdict, extra)
		}
	}
	if seen < *times || *quiet && seen < ofAll {
		t.Errorf("the gate %q saw %d of %d faults", f.gate, seen, ofAll)
	}
	if alone == 0 {
		t.Errorf("the gate %q was never seen to fire alone", f.gate)
	}
	if *found != "" {
		keep(t, validity.Detection{Fault: t.Name(), Gate: f.gate, Seen: seen, Of: ofAll, Others: others})
	}
}

// unexpected are the gates that fired and have no excuse. All others but its own are counted.
func unexpected(f fault, v validity.Verdict, others map[string]int) (extra []string) {
	for _, r := range v.Reasons {
		if r.Gate == f.gate {
			continue
		}
		others[r.Gate]++
		forgiven := slices.Contains(f.allowed, r.Gate) || !*quiet && slices.Contains(machines, r.Gate)
		if !forgiven {
			extra = append(extra, r.Gate)
		}
	}
	return extra
}

// keep appends a detection to the file that was asked for, as a line.
func keep(t *testing.T, d validity.Detection) {
	t.Helper()
	line, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(*found, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
}

// injectOnce gives the verdicts on the spoilt arm and on the one beside it.
func injectOnce(t *testing.T, f fault) (spoilt, beside validity.Verdict) {
	t.Helper()
	model := cmp.Or(f.model, "server")
	arm := model + ":mode=" + f.mode
	arms := model + "," + arm
	if f.third {
		arms += "," + model + ":mode=bystander"
	}
	p := aPlan(t, arms, 1, f.cell)
	p.Timing = plan.Timing{Warmup: 50 * time.Millisecond, Slice: 200 * time.Millisecond, Rotations: 3, Drain: 2 * time.Second}
	c := config(t.TempDir(), p)
	if f.config != nil {
		f.config(&c)
	}
	end := func() {}
	c.Notify = func(e Event) {
		end()
		end = func() {}
		if f.during != nil && e.Kind == Working && e.Arm == arm && strings.HasPrefix(e.Text, "slice") {
			end = f.during(t)
		}
	}
	out, err := Run(context.Background(), c)
	end()
	if err != nil {
		t.Fatal(err)
	}
	m, trials, err := journal.Read(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	cpus, err := proc.Processors()
	if err != nil {
		t.Fatal(err)
	}
	load, server := proc.Split(cpus)
	verdicts := validity.All(trials, func(string) validity.Context {
		return validity.Context{
			Open: f.cell.Open(), Conns: f.cell.Conns, NewConns: f.cell.NewConns,
			Server: len(server), Load: len(load), Shared: len(cpus) < 2,
			NullRate: m.NullRate, Slice: p.Timing.SliceOf(&f.cell),
		}
	})
	for i := range trials {
		switch trials[i].Arm {
		case arm:
			spoilt = verdicts[trials[i].Key]
		case model:
			beside = verdicts[trials[i].Key]
		}
	}
	return spoilt, beside
}

// pidOf is the pid of a child of this process that plays a role, with a mode if it is not "".
func pidOf(t *testing.T, role, mode string) int {
	t.Helper()
	for _, pid := range childrenOf(t, os.Getpid()) {
		argv, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		words := strings.Split(string(argv), "\x00")
		if len(words) < 2 || words[1] != role {
			continue
		}
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		if mode == "" || strings.Contains(string(environ), "ASSAY_OPTIONS=mode="+mode+"\x00") {
			return pid
		}
	}
	t.Fatalf("no child plays %s %s", role, mode)
	return 0
}

// backendOf is where the first backend of a server listens.
func backendOf(t *testing.T, server int) string {
	t.Helper()
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", server))
	if err != nil {
		t.Fatal(err)
	}
	for entry := range strings.SplitSeq(string(environ), "\x00") {
		if list, ok := strings.CutPrefix(entry, "ASSAY_BACKENDS="); ok {
			first, _, _ := strings.Cut(list, ",")
			return first
		}
	}
	t.Fatalf("server %d was told of no backends", server)
	return ""
}
