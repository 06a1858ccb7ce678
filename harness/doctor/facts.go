package doctor

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"

	"assay/harness/proc"
)

// Host is where facts come from.
type Host struct {
	Root       fs.FS                             // holds proc and sys
	Processors []int                             // that this process may use
	Find       func(name string) (string, error) // a command in PATH, as exec.LookPath
}

// Here is this machine. The error says why its processors cannot be told.
func Here() (Host, error) {
	cpus, err := proc.Processors()
	return Host{os.DirFS("/"), cpus, exec.LookPath}, err
}

// Facts are what files say. What a machine does not tell is empty or 0.
type Facts struct {
	Processors []int `json:"processors"`
	Server     []int `json:"server"` // the split of a run
	Load       []int `json:"load"`
	// Quota is how many processors the control group grants at a time, 0: all.
	Quota float64 `json:"quota,omitempty"`

	Limits   proc.Limits `json:"limits"`
	Backlog  int         `json:"somaxconn"`
	MemoryKB int         `json:"memory_kb"` // available, the control group's limit included
	SwapKB   int         `json:"swap_kb"`   // in use

	Clock       string            `json:"clock_source"`
	Clocks      []string          `json:"clock_sources"` // to choose from
	Governor    string            `json:"governor,omitempty"`
	HugePages   string            `json:"huge_pages"`
	Mitigations map[string]string `json:"mitigations,omitempty"` // those that are at work
	PerfLevel   int               `json:"perf_event_paranoid"`

	Parts []Part `json:"parts"`
}

// Look reads the facts. The error says that the tree is none of Linux.
func Look(h Host) (Facts, error) {
	f := Facts{Processors: h.Processors, Mitigations: map[string]string{}}
	f.Load, f.Server = proc.Split(h.Processors)
	var err error
	if f.Limits, err = proc.LimitsIn(h.Root); err != nil {
		return f, fmt.Errorf("this machine does not tell what is needed to judge it (is /proc mounted?): %w", err)
	}
	t := tree{h.Root}
	f.Quota = t.quota()
	f.Backlog = int(t.number("proc/sys/net/core/somaxconn"))
	f.PerfLevel = int(t.number("proc/sys/kernel/perf_event_paranoid"))
	f.MemoryKB, f.SwapKB = t.memory()
	f.Clock = t.word("sys/devices/system/clocksource/clocksource0/current_clocksource")
	f.Clocks = strings.Fields(t.word("sys/devices/system/clocksource/clocksource0/available_clocksource"))
	f.Governor = t.word("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	if _, chosen, ok := strings.Cut(t.word("sys/kernel/mm/transparent_hugepage/enabled"), "["); ok {
		f.HugePages, _, _ = strings.Cut(chosen, "]")
	}
	const holes = "sys/devices/system/cpu/vulnerabilities"
	entries, _ := fs.ReadDir(h.Root, holes)
	for _, e := range entries {
		if state := t.word(path.Join(holes, e.Name())); strings.HasPrefix(state, "Mitigation:") {
			f.Mitigations[e.Name()] = strings.TrimSpace(strings.TrimPrefix(state, "Mitigation:"))
		}
	}
	f.Parts = findParts(h)
	return f, nil
}

// tree reads small files; what cannot be read is empty.
type tree struct{ fs.FS }

func (t tree) word(name string) string {
	text, _ := fs.ReadFile(t.FS, name)
	return strings.TrimSpace(string(text))
}

func (t tree) number(name string) float64 {
	n, _ := strconv.ParseFloat(t.word(name), 64)
	return n
}

// quota is the narrowest of the control groups above this process, by either version
// of them; 0 if there is none.
func (t tree) quota() float64 {
	least := math.Inf(1)
	for group := t.group(""); ; group = path.Dir(group) {
		if fields := strings.Fields(t.word(path.Join("sys/fs/cgroup", group, "cpu.max"))); len(fields) == 2 {
			least = math.Min(least, share(fields[0], fields[1]))
		}
		if group == "/" || group == "." {
			break
		}
	}
	for group := t.group("cpu"); ; group = path.Dir(group) {
		base := path.Join("sys/fs/cgroup/cpu", group)
		least = math.Min(least, share(t.word(base+"/cpu.cfs_quota_us"), t.word(base+"/cpu.cfs_period_us")))
		if group == "/" || group == "." {
			break
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// share is quota over period; infinite where there is no quota.
func share(quota, period string) float64 {
	q, errQ := strconv.ParseFloat(quota, 64)
	p, errP := strconv.ParseFloat(period, 64)
	if errQ != nil || errP != nil || q <= 0 || p <= 0 {
		return math.Inf(1) // "max", "-1", or no such file
	}
	return q / p
}

// group is this process's control group of a controller, "" for the unified one; "/"
// where it is not told.
func (t tree) group(controller string) string {
	for line := range strings.Lines(t.word("proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for name := range strings.SplitSeq(parts[1], ",") {
			if name == controller {
				return parts[2]
			}
		}
	}
	return "/"
}

// memory is what may still be used, and the swap that is in use, KiB.
func (t tree) memory() (available, swap int) {
	kb := make(map[string]int)
	for line := range strings.Lines(t.word("proc/meminfo")) {
		name, value, _ := strings.Cut(line, ":")
		kb[name], _ = strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
	}
	available = kb["MemAvailable"]
	for _, pair := range [][2]string{
		{path.Join("sys/fs/cgroup", t.group(""), "memory.max"), path.Join("sys/fs/cgroup", t.group(""), "memory.current")},
		{path.Join("sys/fs/cgroup/memory", t.group("memory"), "memory.limit_in_bytes"), path.Join("sys/fs/cgroup/memory", t.group("memory"), "memory.usage_in_bytes")},
	} {
		if limit := t.number(pair[0]); limit > 0 {
			available = min(available, int((limit-t.number(pair[1]))/1024))
		}
	}
	return available, kb["SwapTotal"] - kb["SwapFree"]
}
