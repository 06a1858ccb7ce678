package journal

import (
	"debug/buildinfo"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"assay/harness/proc"
)

// Environment is the machine and the build, as far as they bear on the figures. What
// cannot be read is empty.
type Environment struct {
	OS          string            `json:"os"`
	Arch        string            `json:"arch"`
	Kernel      string            `json:"kernel"`
	Boot        string            `json:"boot,omitempty"` // the kernel's id of this boot
	Processor   string            `json:"processor"`      // model name
	Processors  []int             `json:"processors"`     // that this process may use
	Hypervisor  bool              `json:"hypervisor"`     // the processor says that it is a virtual one
	MemoryKB    int               `json:"memory_kb"`
	Mitigations map[string]string `json:"mitigations,omitempty"`
	ClockSource string            `json:"clock_source"`
	Governor    string            `json:"governor,omitempty"`
	THP         string            `json:"thp"`       // huge pages: the machine's setting
	THPFixed    string            `json:"thp_fixed"` // what the servers got: "off", or why not
	Cgroup      map[string]string `json:"cgroup,omitempty"`
	Limits      proc.Limits       `json:"limits"`
	SwapKB      int               `json:"swap_kb"` // in use when the run began
	GoVersion   string            `json:"go_version"`
	Commit      string            `json:"commit,omitempty"`
	Dirty       bool              `json:"dirty"`               // built from a tree with changes
	Variables   map[string]string `json:"variables,omitempty"` // that steer the Go runtime of the servers
}

// RuntimeVariables are the environment variables that steer a Go server's runtime.
var RuntimeVariables = []string{"GOGC", "GOMEMLIMIT", "GODEBUG", "GOMAXPROCS", "GOTRACEBACK"}

// LookAround reads the environment.
func LookAround() (Environment, error) {
	limits, err := proc.ReadLimits()
	if err != nil {
		return Environment{}, err
	}
	processors, err := proc.Processors()
	if err != nil {
		return Environment{}, err
	}
	e := Environment{
		OS: runtime.GOOS, Arch: runtime.GOARCH, GoVersion: runtime.Version(),
		Boot:        word("/proc/sys/kernel/random/boot_id"),
		ClockSource: word("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
		Governor:    word("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
		THP:         bracketed(word("/sys/kernel/mm/transparent_hugepage/enabled")),
		Processors:  processors, Limits: limits,
		Mitigations: map[string]string{}, Cgroup: map[string]string{}, Variables: map[string]string{},
	}
	var uts unix.Utsname
	if unix.Uname(&uts) == nil {
		e.Kernel = unix.ByteSliceToString(uts.Release[:])
	}
	e.readCPU(word("/proc/cpuinfo"))
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		e.MemoryKB = int(info.Totalram * uint64(info.Unit) / 1024)
		e.SwapKB = int((info.Totalswap - info.Freeswap) * uint64(info.Unit) / 1024)
	}
	files, _ := filepath.Glob("/sys/devices/system/cpu/vulnerabilities/*")
	for _, file := range files {
		if state := word(file); !strings.HasPrefix(state, "Not affected") {
			e.Mitigations[filepath.Base(file)] = state
		}
	}
	for _, name := range []string{"cpu.max", "memory.max", "pids.max", "cpu/cpu.cfs_quota_us", "memory/memory.limit_in_bytes", "pids/pids.max"} {
		for _, dir := range []string{"/sys/fs/cgroup", ownCgroup("/proc/self/cgroup")} {
			if value := word(filepath.Join(dir, name)); dir != "" && value != "" {
				e.Cgroup[name] = value
			}
		}
	}
	for _, name := range RuntimeVariables {
		if value, ok := os.LookupEnv(name); ok {
			e.Variables[name] = value
		}
	}
	e.readBuild()
	return e, nil
}

// word is a small file without the space around it; "" if it cannot be read.
func word(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// ownCgroup is the folder of this process's control group in the unified hierarchy, "" if
// there is none.
func ownCgroup(path string) string {
	for line := range strings.Lines(word(path)) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return filepath.Join("/sys/fs/cgroup", group)
		}
	}
	return ""
}

// bracketed is the chosen one of "always [madvise] never".
func bracketed(s string) string {
	if _, after, ok := strings.Cut(s, "["); ok {
		s, _, _ = strings.Cut(after, "]")
	}
	return s
}

func (e *Environment) readCPU(info string) {
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(name) {
		case "model name":
			e.Processor = strings.TrimSpace(value)
		case "flags":
			e.Hypervisor = slices.Contains(strings.Fields(value), "hypervisor")
			return
		}
	}
}

// Build names this assay's build: its commit, and whether it was changed; "" if nobody knows.
func Build() string {
	var e Environment
	e.readBuild()
	if e.Dirty {
		e.Commit += " with changes"
	}
	return e.Commit
}

// readBuild says what was built: as the binary itself knows, else as the checkout
// says that the binary lies in.
func (e *Environment) readBuild() {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, s := range build.Settings {
			switch s.Key {
			case "vcs.revision":
				e.Commit = s.Value
			case "vcs.modified":
				e.Dirty = s.Value == "true"
			}
		}
	}
	if self, err := os.Executable(); err == nil && e.Commit == "" {
		e.Commit, e.Dirty = checkout(filepath.Dir(self))
	}
}

// stolen is the time that the hypervisor has given to others since boot, ns; 0 if the kernel
// does not say.
func stolen() int64 {
	m, err := proc.Look()
	if err != nil {
		return 0
	}
	return m.Steal
}

// BuiltWith says what compiled an executable, as it says itself: a version of Go, or the
// compilers that an ELF file names. "" if it says nothing.
func BuiltWith(path string) string {
	if info, err := buildinfo.ReadFile(path); err == nil {
		return info.GoVersion
	}
	f, err := elf.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	comment := f.Section(".comment")
	if comment == nil || comment.Size > 1<<16 {
		return ""
	}
	text, err := comment.Data()
	if err != nil {
		return ""
	}
	var names []string
	for part := range strings.SplitSeq(string(text), "\x00") {
		if part != "" && !slices.Contains(names, part) {
			names = append(names, part)
		}
	}
	return strings.Join(names, ", ")
}

// checkout is the commit of assay's own checkout around dir; "" if there is none.
func checkout(dir string) (commit string, dirty bool) {
	git := func(args ...string) (string, bool) {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
		return strings.TrimSpace(string(out)), err == nil
	}
	top, ok := git("rev-parse", "--show-toplevel")
	if mod := word(filepath.Join(top, "go.mod")); !ok || !strings.HasPrefix(mod, "module assay\n") {
		return "", false
	}
	commit, _ = git("rev-parse", "HEAD")
	changes, ok := git("status", "--porcelain")
	return commit, ok && changes != ""
}
