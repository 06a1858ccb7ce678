package campaign

import (
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/trial"
)

// The real models, through their binary's own description.
func TestRealModels(t *testing.T) {
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin, "assay/models/cmd/modeld").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := exec.Command(filepath.Join(bin, "modeld"), "--describe").Output()
	if err != nil {
		t.Fatal(err)
	}
	var described []plan.Model
	if err := json.Unmarshal(text, &described); err != nil {
		t.Fatal(err)
	}
	fanout := plan.Cell{Workload: "fanout", Params: map[string]string{"delay": "2ms"}, Conns: 8, Rate: 400}
	compute := plan.Cell{Workload: "blocking", Params: map[string]string{"share": "20%", "block": "0s", "cpu": "50us"}, Conns: 4, Rate: 200}
	idle := plan.Cell{Workload: "idle", Ladder: []int{0, 30}, Settle: 1e6, Span: 1e7}
	p := aPlan(t, "server", 1, fanout, compute, idle)
	if p.Arms, err = plan.ParseArms("reactor,thread,thread:spawn=request,pool,serial", described); err != nil {
		t.Fatal(err)
	}
	c := config(t.TempDir(), p)
	c.Models, c.Bin = described, bin
	out, err := Run(context.Background(), c)
	if err != nil || out.OK != 12 || out.NotApplicable != 3 {
		t.Errorf("outcome %+v, %v", out, err)
		explain(t, out.Dir)
	}
	m, trials, err := journal.Read(out.Dir)
	if err != nil || m.Rounds <= 0 {
		t.Errorf("rounds of work in a microsecond: %g, %v", m.Rounds, err)
	}
	for i := range trials {
		one := &trials[i]
		switch {
		case one.Status == trial.NotApplicable:
			continue
		case one.Status != trial.OK:
			t.Errorf("%s: %s: %s\n%s", one.Key, one.Status, one.Reason, one.LogTail)
		case one.Cell == p.Cells[0].Name() && one.Slices[0].BackendCPU <= 0:
			t.Errorf("%s: the backends used no CPU", one.Key)
		case one.Cell == p.Cells[0].Name() && (one.Slices[0].Backend == nil || one.Slices[0].Backend.Calls != 3*one.Slices[0].Load.Requests ||
			one.Slices[0].Backend.ServiceMean < 2e6 || one.Slices[0].Load.Arrivals == nil):
			t.Errorf("%s: %d requests, backends %+v, arrivals %+v", one.Key, one.Slices[0].Load.Requests, one.Slices[0].Backend, one.Slices[0].Load.Arrivals)
		case one.Kind == trial.Load && (one.Runtime == nil || one.Runtime.Requests == 0):
			t.Errorf("%s: the server's own figures: %+v", one.Key, one.Runtime)
		case one.Arm == "thread" && one.Kind == trial.Memory && one.MemoryOf.Steps[1].Threads < 30:
			t.Errorf("%s: %d threads for 30 connections", one.Key, one.MemoryOf.Steps[1].Threads)
		case one.Arm == "thread:spawn=request" && one.Kind == trial.Load && one.SwitchesBy != "lifetime":
			t.Errorf("%s: its threads come and go, and switches are counted by %q", one.Key, one.SwitchesBy)
		}
		for _, s := range one.Slices {
			if s.Switches < int64(s.Load.Requests)/10 {
				t.Errorf("%s: %d switches for %d requests", one.Key, s.Switches, s.Load.Requests)
			}
		}
	}
	wantNoChildren(t, trials)
}
