package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/campaign"
	"assay/harness/journal"
	"assay/harness/trial"
)

// events are a run's first thirty seconds.
func events() []campaign.Event {
	working := func(block int, arm, text string, left time.Duration) campaign.Event {
		return campaign.Event{Kind: campaign.Working, Block: block, Blocks: 6, Cell: "fanout k=3 delay=20ms 2000/s", Arm: arm, Text: text, Left: left}
	}
	return []campaign.Event{
		{Kind: campaign.Began, Placement: journal.Placement{Server: []int{1}, Load: []int{0}}},
		{Kind: campaign.Noted, Text: "something to know"},
		working(0, "goroutine", "starting", 85*time.Second),
		working(0, "reactor", "slice 1/5", 80*time.Second),
		working(1, "reactor", "slice 2/5", 62*time.Second),
		{Kind: campaign.Trial, Trial: &trial.Trial{Status: trial.Failed, Arm: "pool", Cell: "fanout,k=3", Block: 1, Reason: "the server died"}},
		{Kind: campaign.Trial, Trial: &trial.Trial{Status: trial.OK}},
	}
}

func play(place int) (head, said string) {
	p := &plan.Plan{
		Arms: make([]plan.Arm, 5), Cells: []plan.Cell{{Workload: "fanout", Conns: 128, Rate: 2000}}, Blocks: 6,
		Timing: plan.Timing{Warmup: time.Second, Slice: 250 * time.Millisecond, Rotations: 5},
	}
	var out, err bytes.Buffer
	s := newScreen(streams{out: &out, err: &err}, p, false)
	s.progress.place = place
	for _, e := range events() {
		s.notify(e)
	}
	s.progress.done()
	return out.String(), err.String()
}

func TestFirstThirtySecondsInAPipe(t *testing.T) {
	head, said := play(0)
	if !strings.HasPrefix(head, "2 processors: server on 1, load on 0. 5 arms × 1 cell × 6 blocks = 30 trials, about ") || strings.Count(head, "\n") != 1 {
		t.Errorf("got header %q", head)
	}
	want := `something to know
block 1/6  fanout k=3 delay=20ms 2000/s  1:25 left
block 2/6  fanout k=3 delay=20ms 2000/s  1:02 left
failed: pool in fanout,k=3, block 2: the server died
`
	if said != want {
		t.Errorf("got:\n%s\nwant:\n%s", said, want)
	}
}

func TestFirstThirtySecondsOnATerminal(t *testing.T) {
	_, said := play(100)
	for _, want := range []string{
		"\rblock 1/6  goroutine      fanout k=3 delay=20ms 2000/s  starting  1:25 left\x1b[K",
		"\rblock 2/6  reactor        fanout k=3 delay=20ms 2000/s  slice 2/5  1:02 left\x1b[K",
		"\r\x1b[Kfailed: pool in fanout,k=3, block 2: the server died\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("got %q, want in it %q", said, want)
		}
	}
	if strings.Contains(said, "\nblock") {
		t.Errorf("the line in place was written as a line of its own: %q", said)
	}
}
