package campaign

import (
	"context"
	"slices"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/journal"
	"assay/harness/proc"
	"assay/harness/trial"
)

func TestForced(t *testing.T) {
	two, none := int64(2), int64(0)
	for _, row := range []struct {
		before, after int64
		want          *int64
	}{
		{5, 7, &two},
		{5, 5, &none}, // known to be none
		{-1, 7, nil},
		{5, -1, nil},
	} {
		got := forced(reading{forced: row.before}, reading{forced: row.after})
		if (got == nil) != (row.want == nil) || got != nil && *got != *row.want {
			t.Errorf("from %d to %d: %v", row.before, row.after, got)
		}
	}
}

// A server that computes beside a stranger on its processor has that taken away, and its
// slices say how often.
func TestInvoluntarySwitchesAreRecorded(t *testing.T) {
	p := aPlan(t, "server:mode=computes", 1, plan.Cell{Workload: "echo", Conns: 4})
	p.Timing = plan.Timing{Warmup: 20 * time.Millisecond, Slice: 200 * time.Millisecond, Rotations: 2, Drain: 5 * time.Second}
	cpus, err := proc.Processors()
	if err != nil {
		t.Fatal(err)
	}
	_, server := proc.Split(cpus)
	defer spinOn(server)(t)()
	out, err := Run(context.Background(), config(t.TempDir(), p))
	if err != nil || out.OK != 1 {
		explain(t, out.Dir)
		t.Fatalf("outcome %+v, %v", out, err)
	}
	_, trials, err := journal.Read(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	one := &trials[0]
	if one.SwitchesBy != "threads" {
		t.Skipf("the machine's other work made so many threads that switches are counted by %q: none are told apart", one.SwitchesBy)
	}
	var all int64
	for _, s := range one.Slices {
		if s.Involuntary == nil || *s.Involuntary > s.Switches {
			t.Fatalf("slice %d: %d switches, involuntary %v", s.Index, s.Switches, s.Involuntary)
		}
		all += *s.Involuntary
	}
	if all == 0 {
		t.Errorf("no switch was involuntary in %d slices", len(one.Slices))
	}
	if slices.ContainsFunc(one.Slices, func(s trial.Slice) bool { return s.Load.Answers == 0 }) {
		t.Error("a slice without answers")
	}
}
