package campaign

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"assay/bench/plan"
	"assay/harness/again"
	"assay/harness/proc"
	"assay/harness/validity"
)

func TestThrottledGenerator(t *testing.T) {
	inject(t, fault{
		mode: "x", cell: openEcho, gate: "on time", grade: validity.Invalid,
		allowed: []string{"arrivals", "settled", "generator busy"},
		during: func(t *testing.T) func() {
			return pulses(pidOf(t, "generator", ""), 25*time.Millisecond, 10*time.Millisecond)
		},
	})
}

func TestSaturatedGenerator(t *testing.T) {
	inject(t, fault{
		mode: "x", cell: plan.Cell{Workload: "echo", Conns: 64, Rate: 2000}, gate: "generator busy", grade: validity.Invalid,
		allowed: []string{"on time", "arrivals", "settled"},
		config:  func(c *Config) { c.Generator = self("generator-slow") },
	})
}

// No generator sends this much: that it may hide behind the server's own saturation, which
// the other gates excuse, is why this one looks at the generator alone.
func TestRateBeyondTheGenerator(t *testing.T) {
	inject(t, fault{
		mode: "x", cell: plan.Cell{Workload: "echo", Conns: 64, Rate: 1e6}, gate: "headroom", grade: validity.Invalid,
		allowed: []string{"on time", "arrivals", "settled", "generator busy", "achieved", "answers"},
		config:  func(c *Config) { c.Plan.Timing.Slice, c.Plan.Timing.Drain = 5*time.Millisecond, 200*time.Millisecond },
	})
}

func TestStolenProcessor(t *testing.T) {
	cpus, err := proc.Processors()
	if err != nil {
		t.Fatal(err)
	}
	if len(cpus) < 2 {
		t.Skip("one processor is shared by all: nothing can be stolen from anybody")
	}
	load, server := proc.Split(cpus)
	t.Run("server", func(t *testing.T) {
		inject(t, fault{
			mode: "x", cell: openEcho, gate: "stranger", grade: validity.Invalid, allowed: []string{"settled"}, during: spinOn(server),
		})
	})
	t.Run("load", func(t *testing.T) {
		inject(t, fault{
			mode: "x", cell: openEcho, gate: "load stranger", grade: validity.Invalid,
			allowed: []string{"on time", "arrivals", "generator busy", "settled"}, during: spinOn(load),
		})
	})
}

func TestWrongAnswers(t *testing.T) {
	inject(t, fault{mode: "wrong", cell: openEcho, gate: "answers", grade: validity.Invalid, allowed: []string{"achieved"}, bystands: true})
}

func TestDuplicatedAnswers(t *testing.T) {
	inject(t, fault{mode: "twice", cell: openEcho, gate: "answers", grade: validity.Invalid, bystands: true})
}

func TestDroppedAnswers(t *testing.T) {
	inject(t, fault{mode: "drop", cell: openEcho, gate: "answers", grade: validity.Invalid, allowed: []string{"achieved"}, bystands: true})
}

// Bytes behind an answer are answers to nothing: no server gets past that gate to the one of bytes.
func TestPaddedAnswers(t *testing.T) {
	inject(t, fault{mode: "pads", cell: openEcho, gate: "answers", grade: validity.Invalid, bystands: true})
}

// The generator counts bytes twice, as they come and by answer.
func TestMiscountingGenerator(t *testing.T) {
	inject(t, fault{
		mode: "x", cell: openEcho, gate: "bytes", grade: validity.Invalid,
		config: func(c *Config) { c.Generator = self("generator-miscounts") },
	})
}

func TestRefusedRequests(t *testing.T) {
	inject(t, fault{mode: "refuses", cell: openEcho, gate: "achieved", grade: validity.Invalid, bystands: true})
}

func TestImpostor(t *testing.T) {
	addr, stop, err := impostor()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	inject(t, fault{mode: "at-" + addr, cell: openEcho, gate: "identity", grade: validity.Invalid, bystands: true})
	inject(t, fault{mode: "wrong-nonce", cell: openEcho, gate: "identity", grade: validity.Invalid, bystands: true})
}

func TestServerKilled(t *testing.T) {
	inject(t, fault{
		mode: "victim", cell: openEcho, gate: "identity", grade: validity.Invalid, bystands: true,
		allowed: []string{"answers", "achieved"},
		during: func(t *testing.T) func() {
			pid := pidOf(t, "server", "victim")
			kill := time.AfterFunc(50*time.Millisecond, func() { unix.Kill(pid, unix.SIGKILL) })
			return func() { kill.Stop() }
		},
	})
}

// Whoever is dropped there knocks again: that is TCP, and a retransmit.
func TestFullListenQueue(t *testing.T) {
	inject(t, fault{
		mode: "slow-accept", cell: plan.Cell{Workload: "echo", Conns: 32, Rate: 500, NewConns: true}, gate: "listen drops", grade: validity.Invalid,
		allowed: []string{"answers", "achieved", "count", "bytes", "retransmits"}, bystands: true,
	})
}

func TestSlowBackend(t *testing.T) {
	inject(t, fault{
		mode: "x", cell: fanCell, gate: "backend parity", grade: validity.Invalid, third: true,
		allowed: []string{"settled"}, bystands: true,
		during: func(t *testing.T) func() {
			return pulses(pidOf(t, "backend", ""), 60*time.Millisecond, 20*time.Millisecond)
		},
	})
}

// The backends answer somebody else too, as slowly as they answer the arm. Who that is takes the
// generator's processor as well.
func TestBusyBackend(t *testing.T) {
	inject(t, fault{
		mode: "x", cell: fanCell, gate: "backend utilisation", grade: validity.Suspect, third: true,
		allowed: []string{"backend parity", "load stranger", "generator busy", "on time", "arrivals"}, bystands: true,
		during: func(t *testing.T) func() { return flood(backendOf(t, pidOf(t, "server", "x"))) },
	})
}

// A server that is left alone on this machine shows none of the gates that the machine
// cannot fire.
func TestNoFault(t *testing.T) {
	for range *times {
		for _, cell := range []plan.Cell{openEcho, fanCell, echo} {
			wrong := func() string { return falseAlarms(t, cell) }
			again.Until(t, filepath.Base(cell.Name()), wrong(), wrong)
		}
	}
}

// falseAlarms runs a cell without a fault and returns the reasons that are not the machine's.
func falseAlarms(t *testing.T, cell plan.Cell) (wrong string) {
	t.Helper()
	spoilt, beside := injectOnce(t, fault{mode: "x", cell: cell, third: true})
	for _, v := range []validity.Verdict{spoilt, beside} {
		if v.Grade == "" {
			wrong += "no verdict; "
		}
		for _, r := range v.Reasons {
			if !slices.Contains(append(machines, "Little's law", "fairness"), r.Gate) {
				wrong += fmt.Sprintf("%+v; ", r)
			}
		}
	}
	return wrong
}
