package proc

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Limits are what the machine lets this process's children have.
type Limits struct {
	Descriptors int    `json:"descriptors"` // in one process: RLIMIT_NOFILE, hard
	Threads     int    `json:"threads"`     // in all processes together
	ThreadsBy   string `json:"threads_by"`  // what sets that limit
	Ports       int    `json:"ports"`       // local ports for connections to one address
}

// ReadLimits reads them. What a machine does not tell does not limit.
func ReadLimits() (Limits, error) {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return Limits{}, fmt.Errorf("read the limit of descriptors: %w", err)
	}
	l := Limits{Descriptors: int(min(lim.Max, math.MaxInt32)), Threads: math.MaxInt32, ThreadsBy: "nothing"}
	for _, row := range []struct{ path, raise string }{
		{"/proc/sys/kernel/threads-max", "sysctl kernel.threads-max"},
		{"/proc/sys/kernel/pid_max", "sysctl kernel.pid_max"},
		{"/sys/fs/cgroup/pids.max", "pids.max of the cgroup"},
		{"/sys/fs/cgroup/pids/pids.max", "pids.max of the cgroup"},
	} {
		if n, ok := numbers(row.path); ok && n[0] < l.Threads {
			l.Threads, l.ThreadsBy = n[0], row.raise
		}
	}
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &lim); err == nil && os.Geteuid() != 0 && lim.Cur < uint64(l.Threads) {
		l.Threads, l.ThreadsBy = int(lim.Cur), "ulimit -u"
	}
	if r, ok := numbers("/proc/sys/net/ipv4/ip_local_port_range"); ok && len(r) == 2 {
		l.Ports = r[1] - r[0] + 1
	}
	return l, nil
}

// numbers reads a file of decimal numbers.
func numbers(path string) ([]int, bool) {
	text, err := os.ReadFile(path)
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
