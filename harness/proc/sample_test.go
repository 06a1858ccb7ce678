package proc

import (
	"os"
	"testing"
	"time"
)

// The CPU of a tree counts a living process to the ns and an ended child to the tick.
func TestCPU(t *testing.T) {
	for _, spec := range []Spec{helper(t, "spin", "and stay"), helper(t, "spinchild")} {
		p, _ := listening(t, spec)
		cpu, err := p.CPU()
		if err != nil || cpu < 230e6 || cpu > 5e9 {
			t.Errorf("%s: CPU %d ns, %v; want 250 ms and the start", spec.Name, cpu, err)
		}
		again, err := p.CPU()
		if err != nil || again < cpu {
			t.Errorf("%s: CPU fell from %d to %d, %v", spec.Name, cpu, again, err)
		}
		if n, err := p.Switches(); err != nil || n < 1 {
			t.Errorf("%s: %d switches, %v", spec.Name, n, err)
		}
		if u, err := p.Usage(); err != nil || u.CPU < again || u.CPU > again+1e9 || u.Switches < 1 {
			t.Errorf("%s: usage %+v, %v; CPU was %d before", spec.Name, u, err, again)
		}
		own, err := p.OwnCPU()
		if whole := len(spec.Argv) > 1; err != nil || (own > 230e6) != whole {
			t.Errorf("%s: CPU of the child alone %d, %v", spec.Name, own, err)
		}
		p.Stop(time.Second)
		if _, err := p.CPU(); err == nil {
			t.Errorf("%s: CPU of an ended process", spec.Name)
		}
	}
}

// Threads that came and went are in the lifetime's count, all of them.
func TestLifetimeSwitchesCountsShortThreads(t *testing.T) {
	const n = 5_000
	p, _ := listening(t, helper(t, "threads", "5000"))
	if _, ok := p.LifetimeSwitches(); ok {
		t.Error("a lifetime's count of a living process")
	}
	living, err := p.Switches()
	if err != nil {
		t.Fatal(err)
	}
	p.Stop(10 * time.Second)
	all, ok := p.LifetimeSwitches()
	if !ok || all < n {
		t.Errorf("%d switches, %v; want at least one of each of %d threads", all, ok, n)
	}
	if living > all {
		t.Errorf("living threads' %d switches are more than all %d", living, all)
	}
	t.Logf("%d switches, of living threads %d", all, living)
}

// The two ways to count agree.
func TestTaskstatsAgreesWithSweep(t *testing.T) {
	p, _ := listening(t, helper(t, "server"))
	swept, err := sweep(p.PID)
	if err != nil || swept.all < 1 || swept.involuntary > swept.all {
		t.Fatalf("sweep: %+v, %v", swept, err)
	}
	c := taskstats()
	if c == nil {
		t.Log("no taskstats here: it needs CAP_NET_ADMIN and CONFIG_TASKSTATS; the sweep is used")
		return
	}
	asked, err := c.switches(p.PID)
	near := func(asked, swept int64) bool { return swept <= asked && asked <= swept+100 }
	if err != nil || !near(asked.all, swept.all) || !near(asked.involuntary, swept.involuntary) {
		t.Errorf("taskstats: %+v, %v; the sweep before says %+v", asked, err, swept)
	}
	if _, err := c.switches(1 << 30); err == nil {
		t.Error("taskstats of a process that cannot be")
	}
	if _, err := c.switches(p.PID); err != nil {
		t.Error("after an error:", err)
	}
}

func TestMemory(t *testing.T) {
	p, _ := listening(t, helper(t, "touch"))
	m, err := p.Memory()
	if err != nil {
		t.Fatal(err)
	}
	if m.PSS < 64<<20 || m.PSS > 256<<20 || m.PrivateDirty < 64<<20 || m.Threads < 1 ||
		m.KernelStacks != int64(m.Threads)*16384 || m.PageTables < 64<<20/512 {
		t.Errorf("%+v of a process that holds 64 MB", m)
	}
	small, _ := listening(t, helper(t, "server"))
	if s, err := small.Memory(); err != nil || m.PSS-s.PSS < 60<<20 || m.PSS-s.PSS > 68<<20 {
		t.Errorf("64 MB make a difference of %d bytes, %v", m.PSS-s.PSS, err)
	}
	tree, _ := listening(t, helper(t, "shell"))
	waitForTree(t, tree, 2)
	if s, err := tree.Memory(); err != nil || s.Threads < 2 {
		t.Errorf("a tree of two: %+v, %v", s, err)
	}
	p.Stop(time.Second)
	if _, err := p.Memory(); err == nil {
		t.Error("memory of an ended process")
	}
}

func TestLook(t *testing.T) {
	before, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	p, _ := listening(t, helper(t, "spin", "and stay"))
	after, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	cpu, err := p.CPU()
	if err != nil {
		t.Fatal(err)
	}
	// Two readings of two processors in ticks of 10 ms: 40 ms of rounding at most, per pair.
	if busy := after.Busy - before.Busy; busy < cpu*8/10-100e6 {
		t.Errorf("the machine was busy for %d ns, one process alone used %d", busy, cpu)
	}
	if after.Forks <= before.Forks {
		t.Errorf("no fork was counted: %+v, %+v", before, after)
	}
	if after.Steal < before.Steal || after.Retransmits < before.Retransmits {
		t.Errorf("counters fell: %+v, %+v", before, after)
	}
	if n, err := TCPMemory(); err != nil || n < 0 || n%int64(os.Getpagesize()) != 0 {
		t.Errorf("TCP memory %d, %v", n, err)
	}
	if l, err := ReadLimits(); err != nil || l.Descriptors < 64 || l.Threads < 64 || l.ThreadsBy == "" {
		t.Errorf("limits %+v, %v", l, err)
	}
}
