package publish

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/report/reporttest"
	"assay/harness/trial"
)

func takes(_, param string) bool { return param == "cpu" }

// decided is the folder of a made-up run that supports bridge-cost: the dear arm is a coroutine, the
// cheap one an await.
func decided(t *testing.T) string {
	t.Helper()
	m, trials := reporttest.Usual().Run()
	cell := plan.Cell{Workload: "fanout", Params: map[string]string{"delay": "20ms", "k": "3"}, Conns: 128, Rate: 2000}
	names := strings.NewReplacer("reactor", "await", "thread", "coroutine", reporttest.FanoutCell, cell.Name())
	m.Plan.Cells[0] = cell
	for i := range m.Plan.Arms {
		a := &m.Plan.Arms[i]
		a.Name, a.Model = names.Replace(a.Name), names.Replace(a.Model)
	}
	j, err := journal.Create(t.TempDir(), m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range trials {
		tr := &trials[i]
		tr.Key, tr.Cell, tr.Arm, tr.Model = names.Replace(tr.Key), names.Replace(tr.Cell), names.Replace(tr.Arm), names.Replace(tr.Model)
		if err := j.Append(tr); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Finish(journal.Complete, reporttest.Began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return j.Dir
}

// A copy that would answer a question otherwise than the run is not made.
func TestCopyThatSaysOtherwiseIsRefused(t *testing.T) {
	from := decided(t)
	for name, c := range map[string]struct {
		cost int64 // of the coroutine in the copy, by that in the run
		says string
	}{
		"the same": {1, ""},
		"free":     {0, "the copy says "},
	} {
		condense := func(tr *trial.Trial, open bool) error {
			if tr.Kind == trial.Load && !open {
				t.Errorf("%s: its arrivals are taken for a closed loop's", tr.Key)
			}
			for i := range tr.Slices {
				if tr.Arm == "coroutine" {
					tr.Slices[i].ServerCPU *= c.cost
				}
			}
			return Condense(tr, open)
		}
		to := filepath.Join(t.TempDir(), "to")
		_, err := run(from, to, 8<<20, takes, condense)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: want %q, got %v", name, c.says, err)
		}
		if _, missing := os.Lstat(to); (missing == nil) != (err == nil) {
			t.Errorf("%s: the copy: %v", name, missing)
		}
	}
}
