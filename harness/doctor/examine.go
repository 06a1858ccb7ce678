package doctor

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

func processors(f Facts) Finding {
	n := len(f.Processors)
	if n < 2 {
		return Finding{
			"processors", Short, Every, fmt.Sprintf("%d: server and load share it, so every figure holds a part of both", n),
			"give the machine or container two processors (docker run --cpuset-cpus 0,1; taskset -c 0,1 assay …)",
		}
	}
	says := fmt.Sprintf("%d: server on %s, load on %s", n, list(f.Server), list(f.Load))
	if n < 12 { // six for the server alone
		return Finding{"processors", Note, Every, says + "; too few to fit a law of scaling to (12 or more)", ""}
	}
	return Finding{"processors", Good, Every, says, ""}
}

// list writes processors shortly: 1 or 4–7 or 0,2,4.
func list(ns []int) string {
	if n := len(ns); n > 2 && ns[n-1]-ns[0] == n-1 {
		return fmt.Sprintf("%d–%d", ns[0], ns[n-1])
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ns), " ", ","), "[]")
}

// A quota stops all threads for the rest of its period: a tail of its own making.
func quota(f Facts) Finding {
	if f.Quota == 0 || f.Quota >= float64(len(f.Processors)) {
		return Finding{"quota", Good, Every, "no quota of processor time below the processors", ""}
	}
	return Finding{
		"quota", Short, Every, fmt.Sprintf("the control group grants %.2g of %d processors and stops all threads when they are used up", f.Quota, len(f.Processors)),
		"run without a quota (docker: no --cpus, but --cpuset-cpus; cgroup: echo max > cpu.max)",
	}
}

// memory: standard's 1000 connections need some 40 MB, full's 4000 threads 120 MB for
// each of ten arms.
func memory(f Facts) Finding {
	mb := f.MemoryKB / 1024
	switch {
	case f.MemoryKB == 0:
		return Finding{"memory", Note, Large, "not told", ""}
	case mb < 1024:
		return Finding{"memory", Short, Large, fmt.Sprintf("%d MiB free: profile full wants 1 GiB and more", mb), "stop what uses it (ps -eo rss,comm --sort -rss | head), or raise the container's limit"}
	case f.SwapKB > 1024:
		return Finding{"memory", Short, Every, fmt.Sprintf("%d MiB of swap are in use: what is swapped in during a slice is a pause of nobody's doing", f.SwapKB/1024), "swapoff -a && swapon -a"}
	}
	return Finding{"memory", Good, Large, fmt.Sprintf("%.1f GiB free, no swap in use", float64(mb)/1024), ""}
}

// slowClock in ns: recording a request reads the clock a few times, at 30,000 a second.
const slowClock = 200

func clock(f Facts, p Probes) Finding {
	says := fmt.Sprintf("%s, %d ns a reading", orUnknown(f.Clock), p.ClockCost)
	quick := slices.ContainsFunc([]string{"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"}, func(s string) bool { return s == f.Clock })
	if p.ClockCost <= slowClock && (quick || f.Clock == "") {
		return Finding{"clock", Good, Every, says, ""}
	}
	const file = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
	for _, better := range []string{"tsc", "kvm-clock", "hyperv_clocksource_tsc_page"} {
		if better != f.Clock && slices.Contains(f.Clocks, better) {
			return Finding{"clock", Short, Every, says + ": each needs a system call", "echo " + better + " > " + file}
		}
	}
	if p.ClockCost <= slowClock {
		return Finding{"clock", Note, Every, says, ""}
	}
	return Finding{"clock", Short, Every, says + ": each needs a system call", "boot with clocksource=tsc tsc=reliable, where the processor's counter is steady"}
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func governor(f Facts) Finding {
	switch f.Governor {
	case "":
		return Finding{} // a virtual machine has none
	case "performance":
		return Finding{"governor", Good, Every, "performance: the processors keep their speed", ""}
	}
	return Finding{"governor", Short, Every, f.Governor + ": the processors change their speed with the load, so a cheap server looks dearer", "cpupower frequency-set -g performance"}
}

func speed(p Probes) Finding {
	s := p.Speeds
	if s.Spins == 0 {
		return Finding{}
	}
	watched := fmt.Sprintf("in %.1f s", s.Seconds)
	if s.Apart > 0 {
		return Finding{"speed", Note, Every, fmt.Sprintf("two speeds %s apart %s, the slower %s of the time: only rotating slices of live twins compare", percent(s.Apart), watched, percent(s.Slow)), ""}
	}
	says := fmt.Sprintf("one speed within %s %s", percent(s.Range), watched)
	if s.Range > .1 {
		return Finding{"speed", Note, Every, says + ": unsteady", ""}
	}
	return Finding{"speed", Good, Every, says, ""}
}

// others: a tenth of a processor that somebody else uses is the size of effects asked for.
func others(p Probes) Finding {
	says := percent(p.Busy) + " of the processors used by others while this waited"
	if p.Busy > .05 {
		return Finding{"other work", Short, Every, says, "stop it, or wait: ps -eo pcpu,comm --sort -pcpu | head"}
	}
	return Finding{"other work", Good, Every, says, ""}
}

func stolen(p Probes) Finding {
	says := percent(p.Steal) + " of the processors given to other guests"
	switch {
	case p.Steal > .05:
		return Finding{"steal", Short, Every, says, "run at another hour or on a host of your own; no command in the guest mends it"}
	case p.Steal > .005:
		return Finding{"steal", Note, Every, says, ""}
	}
	return Finding{"steal", Good, Every, says, ""}
}

// sleep: requests more than 1 ms late make an open-loop trial SUSPECT from 1 % on.
func sleep(p Probes) Finding {
	if p.SleepP50 == 0 {
		return Finding{}
	}
	says := fmt.Sprintf("100 µs last %s too long, p99 %s", micros(p.SleepP50), micros(p.SleepP99))
	switch {
	case p.SleepP99 > int64(time.Millisecond):
		return Finding{"sleep", Short, Open, says + ": requests will be sent late", "let the machine do nothing else; on hardware boot with nohz_full and without deep idle states (cpupower idle-set -D 10)"}
	case p.SleepP50 > int64(200*time.Microsecond):
		return Finding{"sleep", Note, Open, says + ": the generator has to spin the rest", ""}
	}
	return Finding{"sleep", Good, Open, says, ""}
}

func wake(p Probes) Finding {
	if p.WakeBusy == 0 {
		return Finding{}
	}
	says := fmt.Sprintf("%s to a processor that is awake, %s to one that halted (p99 %s)", micros(p.WakeBusy), micros(p.WakeHalt), micros(p.WakeP99))
	if p.WakeHalt > p.WakeBusy+20_000 {
		return Finding{"wake-up", Note, Every, says + ": at low rates every answer pays it, whichever way the server waits", ""}
	}
	return Finding{"wake-up", Good, Every, says, ""}
}

func hugePages(f Facts) Finding {
	switch f.HugePages {
	case "":
		return Finding{}
	case "always":
		return Finding{"huge pages", Note, Every, "always: servers are started without them, or memory would come in steps of 2 MiB", ""}
	}
	return Finding{"huge pages", Good, Every, f.HugePages, ""}
}

func mitigations(f Facts) Finding {
	if len(f.Mitigations) == 0 {
		return Finding{"mitigations", Good, Every, "none at work", ""}
	}
	names := slices.Sorted(maps.Keys(f.Mitigations))
	return Finding{"mitigations", Note, Every, strings.Join(names, ", ") + ": system calls and switches cost more than without", ""}
}

// counters: perf of one's own processes is allowed up to level 2.
func counters(f Facts) Finding {
	if f.PerfLevel <= 2 {
		return Finding{"perf counters", Good, Choice, fmt.Sprintf("allowed (perf_event_paranoid %d)", f.PerfLevel), ""}
	}
	return Finding{"perf counters", Note, Choice, fmt.Sprintf("not allowed to users (perf_event_paranoid %d): switches are counted per thread", f.PerfLevel), "sysctl -w kernel.perf_event_paranoid=2"}
}

func optional(p Part) Finding {
	if p.Found != "" {
		return Finding{p.Name, Good, Choice, p.Found, ""}
	}
	return Finding{p.Name, Note, Choice, "not here: " + p.Gives, p.Install}
}

// percent writes a share with what precision it has.
func percent(share float64) string {
	if share < .0995 && share > 0 {
		return fmt.Sprintf("%.1f %%", 100*share)
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

func micros(ns int64) string {
	if ns < 100_000 {
		return fmt.Sprintf("%.2g µs", math.Max(.1, float64(ns)/1000))
	}
	return fmt.Sprintf("%.0f µs", float64(ns)/1000)
}
