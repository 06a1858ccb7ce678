package campaign

import (
	"path/filepath"
	"testing"
	"time"

	"assay/bench/plan"
	"assay/harness/proc"
	"assay/harness/sentinel"
	"assay/harness/validity"
)

// What a server does to its own figures.

func TestMiscountingServer(t *testing.T) {
	inject(t, fault{mode: "miscounts", cell: openEcho, gate: "count", grade: validity.Suspect, bystands: true})
}

func TestUnfairServer(t *testing.T) {
	inject(t, fault{mode: "unfair", cell: plan.Cell{Workload: "echo", Conns: 8}, gate: "fairness", grade: validity.Suspect, allowed: []string{"Little's law"}})
}

// Connections that are opened again carry no request meanwhile, here for a second: the queue is full.
func TestHangingUpServer(t *testing.T) {
	inject(t, fault{
		mode: "hangs-up", cell: plan.Cell{Workload: "echo", Conns: 8}, gate: "Little's law", grade: validity.Invalid,
		allowed: []string{"fairness", "listen drops", "retransmits"},
	})
}

func TestColdServer(t *testing.T) {
	inject(t, fault{
		mode: "warms", cell: plan.Cell{Workload: "echo", Conns: 64, Rate: 200}, gate: "settled", grade: validity.Suspect,
		config: func(c *Config) { c.Plan.Timing.Slice = 600 * time.Millisecond },
	})
}

func TestRestlessServer(t *testing.T) {
	inject(t, fault{mode: "restless", cell: openEcho, gate: "idle arm", grade: validity.Suspect})
}

func TestCollectingThreads(t *testing.T) {
	inject(t, fault{model: "thread", mode: "collects", cell: openEcho, gate: "collections", grade: validity.Suspect, bystands: true})
}

// A queue that is full drops the client's first segment, which the kernel sends again.
func TestLostSegments(t *testing.T) {
	inject(t, fault{
		mode: "slow-accept", cell: plan.Cell{Workload: "echo", Conns: 32, Rate: 500, NewConns: true}, gate: "retransmits", grade: validity.Invalid,
		allowed: []string{"listen drops", "answers", "achieved", "count", "bytes"},
	})
}

// To a sentinel it is one whether the machine pauses or it alone.
func TestPausedSentinels(t *testing.T) {
	cpus, err := proc.Processors()
	if err != nil {
		t.Fatal(err)
	}
	watch, err := sentinel.Start(self("sentinel"), cpus, filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := watch.Take()
	watch.Close()
	if err != nil || report.Policy != sentinel.FIFO {
		t.Skipf("sentinels may not run in real time here (%s, %v): what they miss is not taken for a pause", report.Policy, err)
	}
	inject(t, fault{
		mode: "x", cell: openEcho, gate: "hiccups", grade: validity.Invalid,
		during: func(t *testing.T) func() {
			return pulses(pidOf(t, "sentinel", ""), 30*time.Millisecond, 20*time.Millisecond)
		},
	})
}
