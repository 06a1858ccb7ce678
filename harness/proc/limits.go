package proc

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Limits are what the machine lets this process's children have.
type Limits struct {
	Descriptors int    `json:"descriptors"` // in one process: RLIMIT_NOFILE, hard
	Threads     int    `json:"threads"`     // in all processes together
	ThreadsBy   string `json:"threads_by"`  // what sets that limit
	Ports       int    `json:"ports"`       // local ports for connections to one address
}

// ReadLimits reads them. What a machine does not tell does not limit.
func ReadLimits() (Limits, error) { return LimitsIn(os.DirFS("/")) }

// LimitsIn reads them from a tree that holds proc and sys.
func LimitsIn(root fs.FS) (Limits, error) {
	descriptors, err := rlimit(root, "Max open files", true)
	if err != nil {
		return Limits{}, fmt.Errorf("read the limit of descriptors: %w", err)
	}
	l := Limits{Descriptors: descriptors, Threads: math.MaxInt32, ThreadsBy: "nothing"}
	for _, row := range []struct{ path, raise string }{
		{"proc/sys/kernel/threads-max", "sysctl kernel.threads-max"},
		{"proc/sys/kernel/pid_max", "sysctl kernel.pid_max"},
		{"sys/fs/cgroup/pids.max", "pids.max of the cgroup"},
		{path.Join("sys/fs/cgroup", ownGroup(root), "pids.max"), "pids.max of the cgroup"},
		{"sys/fs/cgroup/pids/pids.max", "pids.max of the cgroup"},
	} {
		if n, ok := numbers(root, row.path); ok && n[0] < l.Threads {
			l.Threads, l.ThreadsBy = n[0], row.raise
		}
	}
	if n, err := rlimit(root, "Max processes", false); err == nil && !superuser(root) && n < l.Threads {
		l.Threads, l.ThreadsBy = n, "ulimit -u"
	}
	if r, ok := numbers(root, "proc/sys/net/ipv4/ip_local_port_range"); ok && len(r) == 2 {
		l.Ports = r[1] - r[0] + 1
	}
	return l, nil
}

// rlimit reads a line of /proc/self/limits, its hard or its soft value.
func rlimit(root fs.FS, name string, hard bool) (int, error) {
	const file = "proc/self/limits"
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		values, ok := strings.CutPrefix(line, name)
		if !ok {
			continue
		}
		fields := strings.Fields(values)
		if len(fields) < 2 {
			break
		}
		value := fields[0]
		if hard {
			value = fields[1]
		}
		if value == "unlimited" {
			return math.MaxInt32, nil
		}
		n, err := strconv.ParseUint(value, 10, 64)
		return int(min(n, math.MaxInt32)), err
	}
	return 0, fmt.Errorf("/%s has no line %q", file, name)
}

// superuser is whether the limit of processes does not bind this one.
func superuser(root fs.FS) bool {
	text, _ := fs.ReadFile(root, "proc/self/status")
	for line := range strings.Lines(string(text)) {
		if ids, ok := strings.CutPrefix(line, "Uid:"); ok {
			fields := strings.Fields(ids)
			return len(fields) > 1 && fields[1] == "0"
		}
	}
	return false
}

// ownGroup is this process's control group in the unified hierarchy.
func ownGroup(root fs.FS) string {
	text, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(text)) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return group
		}
	}
	return ""
}

// numbers reads a file of decimal numbers.
func numbers(root fs.FS, path string) ([]int, bool) {
	text, err := fs.ReadFile(root, path)
	if err != nil {
		return nil, false
	}
	var all []int
	for _, field := range bytes.Fields(text) {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return nil, false // "max"
		}
		all = append(all, n)
	}
	return all, len(all) > 0
}

// raiseDescriptors sets this process's soft limit to its hard one, explicitly: until a
// program does that itself, Go gives its children the soft limit it was born with.
var raiseDescriptors = sync.OnceValues(func() (uint64, error) {
	var lim syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim)
	if err == nil {
		lim.Cur = lim.Max
		err = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim)
	}
	if err != nil {
		return 0, fmt.Errorf("raise the limit of descriptors to its hard limit: %w", err)
	}
	return lim.Max, nil
})
