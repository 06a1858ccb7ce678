package doctor

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"assay/bench/plan"
)

var update = flag.Bool("update", false, "rewrite golden files")

// healthy is a machine of sixteen processors that lacks nothing.
func healthy() map[string]string {
	return map[string]string{
		"proc/self/limits": "Limit                     Soft Limit           Hard Limit           Units\n" +
			"Max processes             500000               500000               processes\n" +
			"Max open files            1024                 1048576              files\n",
		"proc/self/status":                      "Name:\tassay\nUid:\t1000\t1000\t1000\t1000\n",
		"proc/self/cgroup":                      "0::/user\n",
		"proc/meminfo":                          "MemTotal:       33554432 kB\nMemAvailable:   16777216 kB\nSwapTotal:       4194304 kB\nSwapFree:        4194304 kB\n",
		"proc/stat":                             "cpu  100 0 100 10000 0 0 0 0 0 0\n",
		"proc/sys/kernel/threads-max":           "500000\n",
		"proc/sys/kernel/pid_max":               "4194304\n",
		"proc/sys/kernel/perf_event_paranoid":   "1\n",
		"proc/sys/net/core/somaxconn":           "4096\n",
		"proc/sys/net/ipv4/ip_local_port_range": "1024\t65535\n",
		"sys/fs/cgroup/user/cpu.max":            "max 100000\n",
		"sys/fs/cgroup/user/pids.max":           "max\n",
		"sys/devices/system/clocksource/clocksource0/current_clocksource":   "tsc\n",
		"sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm\n",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor":              "performance\n",
		"sys/kernel/mm/transparent_hugepage/enabled":                        "always [madvise] never\n",
		"sys/devices/system/cpu/vulnerabilities/meltdown":                   "Not affected\n",
	}
}

// host is a machine of a tree and a PATH of all commands but the missing.
func host(tree map[string]string, processors int, missing ...string) Host {
	root := fstest.MapFS{}
	for name, text := range tree {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	h := Host{Root: root, Find: func(name string) (string, error) {
		for _, m := range missing {
			if filepath.Base(name) == m {
				return "", errors.New("not found")
			}
		}
		if strings.HasPrefix(name, "bin/") {
			return "", errors.New("not found")
		}
		return "/usr/bin/" + name, nil
	}}
	for i := range processors {
		h.Processors = append(h.Processors, i)
	}
	return h
}

func look(t *testing.T, h Host) Facts {
	t.Helper()
	f, err := Look(h)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// steady are the probes of a machine that nobody else uses.
var steady = Probes{
	ClockCost: 25, SleepP50: 8_000, SleepP99: 40_000, WakeBusy: 3_000, WakeHalt: 9_000, WakeP99: 30_000,
	Speeds: Speeds{Seconds: 3, Spins: 3000, Range: .012},
}

func TestAHealthyMachineLacksNothing(t *testing.T) {
	for _, f := range Examine(look(t, host(healthy(), 16)), steady) {
		if f.Level != Good || f.Mend != "" {
			t.Errorf("%+v", f)
		}
	}
}

// Each shortfall is planted in a tree of its own, and exactly its topic speaks up.
func TestEachShortfallIsFound(t *testing.T) {
	for name, row := range map[string]struct {
		change     map[string]string
		processors int
		missing    string
		probe      func(*Probes)
		topic      string
		level      Level
		says, mend string
	}{
		"one processor":  {processors: 1, topic: "processors", level: Short, says: "1: server and load share it", mend: "cpuset"},
		"few processors": {processors: 4, topic: "processors", level: Note, says: "server on 2,3, load on 0,1; too few"},
		"quota": {
			change: map[string]string{"sys/fs/cgroup/user/cpu.max": "150000 100000"},
			topic:  "quota", level: Short, says: "1.5 of 16 processors", mend: "echo max > cpu.max",
		},
		"quota above": {
			change: map[string]string{"proc/self/cgroup": "0::/a/b/c\n", "sys/fs/cgroup/a/b/cpu.max": "200000 100000"},
			topic:  "quota", level: Short, says: "2 of 16",
		},
		"quota, version 1": {
			change: map[string]string{"proc/self/cgroup": "4:cpu,cpuacct:/box\n", "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "50000", "sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000"},
			topic:  "quota", level: Short, says: "0.5 of 16",
		},
		"descriptors": {
			change: map[string]string{"proc/self/limits": "Max processes 9 9 processes\nMax open files 256 512 files\n", "proc/self/status": "Uid:\t0\t0\t0\t0\n"},
			topic:  "largest cell", level: Short, says: "idle, one loop or goroutines: 448 connections; profile standard asks 1000; beyond, a server needs 513 descriptors", mend: "ulimit -Hn 1048576",
		},
		"threads": {
			change: map[string]string{"proc/sys/kernel/threads-max": "700\n"},
			topic:  "largest cell", level: Short, says: "idle, a thread for each: 636 connections", mend: "raise sysctl kernel.threads-max",
		},
		"pids": {
			change: map[string]string{"proc/sys/kernel/pid_max": "3000\n"},
			topic:  "largest cell", level: Note, says: "idle, a thread for each: 2936 connections; profile full asks 4000", mend: "raise sysctl kernel.pid_max",
		},
		"pids of the group": {
			change: map[string]string{"sys/fs/cgroup/user/pids.max": "512\n"},
			topic:  "largest cell", level: Short, says: "448 connections", mend: "pids.max of the cgroup",
		},
		"processes of the user": {
			change: map[string]string{"proc/self/limits": "Max processes 512 512 processes\nMax open files 1024 1048576 files\n"},
			topic:  "largest cell", level: Short, says: "448 connections", mend: "raise ulimit -u",
		},
		"ports": {
			change: map[string]string{"proc/sys/net/ipv4/ip_local_port_range": "60000 60500\n"},
			topic:  "largest cell", level: Short, says: "with 3 backends: 71 connections; profile standard asks 128", mend: "net.ipv4.ip_local_port_range",
		},
		"listen queue": {
			change: map[string]string{"proc/sys/net/core/somaxconn": "128\n"},
			topic:  "listen queue", level: Short, says: "128 connections may wait", mend: "net.core.somaxconn=4096",
		},
		"memory": {
			change: map[string]string{"proc/meminfo": "MemAvailable:   921600 kB\n"},
			topic:  "memory", level: Short, says: "900 MiB free",
		},
		"memory of the group": {
			change: map[string]string{"sys/fs/cgroup/user/memory.max": "1048576000", "sys/fs/cgroup/user/memory.current": "104857600"},
			topic:  "memory", level: Short, says: "900 MiB free",
		},
		"swap": {
			change: map[string]string{"proc/meminfo": "MemAvailable:   16777216 kB\nSwapTotal: 4194304 kB\nSwapFree: 4000000 kB\n"},
			topic:  "memory", level: Short, says: "189 MiB of swap", mend: "swapoff -a",
		},
		"clock": {
			change: map[string]string{"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n"},
			topic:  "clock", level: Short, says: "hpet", mend: "echo tsc > /sys/",
		},
		"clock without a better": {
			change: map[string]string{"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n", "sys/devices/system/clocksource/clocksource0/available_clocksource": "hpet\n"},
			probe:  func(p *Probes) { p.ClockCost = 900 },
			topic:  "clock", level: Short, says: "900 ns a reading", mend: "boot with clocksource=tsc",
		},
		"governor": {
			change: map[string]string{"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n"},
			topic:  "governor", level: Short, says: "powersave", mend: "cpupower frequency-set -g performance",
		},
		"huge pages": {
			change: map[string]string{"sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never\n"},
			topic:  "huge pages", level: Note, says: "without them",
		},
		"mitigations": {
			change: map[string]string{"sys/devices/system/cpu/vulnerabilities/meltdown": "Mitigation: PTI\n"},
			topic:  "mitigations", level: Note, says: "meltdown: system calls",
		},
		"perf": {
			change: map[string]string{"proc/sys/kernel/perf_event_paranoid": "3\n"},
			topic:  "perf counters", level: Note, says: "paranoid 3", mend: "perf_event_paranoid=2",
		},
		"two speeds": {
			probe: func(p *Probes) { p.Speeds.Apart, p.Speeds.Slow = .24, .4 },
			topic: "speed", level: Note, says: "two speeds 24 % apart in 3.0 s, the slower 40 %",
		},
		"unsteady":   {probe: func(p *Probes) { p.Speeds.Range = .3 }, topic: "speed", level: Note, says: "unsteady"},
		"other work": {probe: func(p *Probes) { p.Busy = .2 }, topic: "other work", level: Short, says: "20 %", mend: "ps -eo pcpu"},
		"steal":      {probe: func(p *Probes) { p.Steal = .08 }, topic: "steal", level: Short, says: "8.0 %", mend: "another hour"},
		"some steal": {probe: func(p *Probes) { p.Steal = .02 }, topic: "steal", level: Note, says: "2.0 %"},
		"late":       {probe: func(p *Probes) { p.SleepP99 = 3e6 }, topic: "sleep", level: Short, says: "p99 3000 µs", mend: "idle states"},
		"coarse":     {probe: func(p *Probes) { p.SleepP50 = 3e5 }, topic: "sleep", level: Note, says: "300 µs too long"},
		"halts":      {probe: func(p *Probes) { p.WakeHalt = 50e3 }, topic: "wake-up", level: Note, says: "50 µs to one that halted"},
		"no probe":   {probe: func(p *Probes) { p.Failed = []string{"sleep: no"} }, topic: "probe", level: Note, says: "sleep: no"},
		"no wrk":     {missing: "wrk", topic: "wrk", level: Note, says: "not here", mend: "scripts/yardsticks.sh"},
		"no perf":    {missing: "perf", topic: "perf", level: Note, says: "not here", mend: "apt-get install linux-perf"},
	} {
		t.Run(name, func(t *testing.T) {
			tree := healthy()
			for file, text := range row.change {
				tree[file] = text
			}
			if row.processors == 0 {
				row.processors = 16
			}
			p := steady
			if row.probe != nil {
				row.probe(&p)
			}
			found := false
			for _, f := range Examine(look(t, host(tree, row.processors, row.missing)), p) {
				if f.Level == Good {
					continue
				}
				if f.Topic != row.topic {
					t.Errorf("%s speaks up too: %s", f.Topic, f.Says)
				}
				if f.Level == row.level && strings.Contains(f.Says, row.says) && strings.Contains(f.Mend, row.mend) {
					found = true
				}
				if f.Level == Short && f.Mend == "" {
					t.Errorf("%s is short without a remedy", f.Topic)
				}
			}
			if !found {
				t.Errorf("no %s of %s that says %q and mends by %q; got %+v", row.level, row.topic, row.says, row.mend,
					Examine(look(t, host(tree, row.processors, row.missing)), p))
			}
		})
	}
}

func TestWithoutProcNothingIsSaid(t *testing.T) {
	if _, err := Look(host(map[string]string{}, 2)); err == nil || !strings.Contains(err.Error(), "/proc") {
		t.Errorf("got %v, want an error that names /proc", err)
	}
}

// The whole report of a machine with troubles, as it is shown.
func TestGoldenReport(t *testing.T) {
	tree := healthy()
	tree["proc/self/limits"] = "Max processes 90000 90000 processes\nMax open files 1024 4096 files\n"
	tree["sys/devices/system/cpu/vulnerabilities/spectre_v2"] = "Mitigation: Retpolines\n"
	delete(tree, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	f := look(t, host(tree, 2, "hey", "chromium", "chromium-browser", "google-chrome"))
	p := steady
	p.Speeds.Apart, p.Speeds.Slow, p.Busy = .23, .35, .31
	r := Report{Facts: f, Probes: p, Findings: Examine(f, p), Sizes: Sizes(f)}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "report.txt")
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%v; differs from %s (go test -update rewrites it); got:\n%s", err, golden, b.String())
	}
}

var closedPlan = &plan.Plan{Cells: []plan.Cell{{Workload: "echo", Conns: 64}}}

// Before a run only what its figures suffer from is said.
func TestPreflight(t *testing.T) {
	tree := healthy()
	tree["proc/self/limits"] = "Max processes 90000 90000 processes\nMax open files 256 256 files\n" // the campaign says it cell by cell
	p := steady
	p.SleepP99, p.Steal = 5e6, .1
	f := look(t, host(tree, 2, "wrk"))
	summary, warnings := Preflight(f, p, closedPlan)
	if !strings.HasPrefix(summary, "machine: clock 25 ns, sleep +8 µs (p99 5000 µs), wake-up 9 µs, one speed, ") || strings.Contains(summary, "\n") {
		t.Errorf("got %q", summary)
	}
	if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "warning: steal: 10 %") {
		t.Errorf("a closed loop does not sleep: got %q", warnings)
	}
	open := &plan.Plan{Cells: []plan.Cell{{Workload: "fanout", Conns: 64, Rate: 100}}}
	if _, warnings := Preflight(f, p, open); len(warnings) != 2 {
		t.Errorf("an open loop does: got %q", warnings)
	}
}

// On a real machine every probe gives a figure, within its time but for what others use.
func TestProbesOfThisMachine(t *testing.T) {
	h, err := Here()
	if err != nil {
		t.Fatal(err)
	}
	f, err := Look(h)
	if err != nil {
		t.Fatal(err)
	}
	p := Probe(context.Background(), h, f, 200*time.Millisecond)
	if len(p.Failed) > 0 {
		t.Errorf("failed: %v", p.Failed)
	}
	if p.ClockCost < 1 || p.SleepP50 <= 0 || p.SleepP99 < p.SleepP50 || p.Speeds.Spins < 20 {
		t.Errorf("got %+v", p)
	}
	if len(h.Processors) > 1 && (p.WakeBusy <= 0 || p.WakeHalt <= 0 || p.WakeP99 < p.WakeHalt) {
		t.Errorf("wake-ups: got %+v", p)
	}
}
