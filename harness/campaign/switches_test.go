package campaign

import (
	"context"
	"testing"
	"time"

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
// slices say how often. The group is driven by hand: whether a run believes the counts in
// the end depends on how many threads others on this machine make.
func TestInvoluntarySwitchesAreRecorded(t *testing.T) {
	p := aPlan(t, "server:mode=computes", 1, echo)
	p.Timing.Slice = 200 * time.Millisecond
	r, err := prepare(config(t.TempDir(), p))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.openJournal(); err != nil {
		t.Fatal(err)
	}
	defer spinOn(r.place.Server)(t)()
	g, err := r.newGroup(t.Context(), &r.cells[0], 0)
	defer g.close(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	one := r.newTrial(trial.Load, 0, 0, &r.cells[0], &p.Arms[0])
	g.servers = []*server{{arm: &p.Arms[0], model: r.models[p.Arms[0].Name], cell: &r.cells[0], trial: one}}
	if err := g.measure(t.Context(), &p.Block(0)[0]); err != nil || one.Status != trial.OK {
		t.Fatalf("%v, %s: %s\n%s", err, one.Status, one.Reason, one.LogTail)
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
}
