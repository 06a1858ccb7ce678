package proc

import (
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"
)

func limitsOf(t *testing.T, tree map[string]string) (Limits, error) {
	t.Helper()
	root := fstest.MapFS{}
	for name, text := range tree {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return LimitsIn(root)
}

func TestTheNarrowestLimitBinds(t *testing.T) {
	const open = "Max processes             700                  900                  processes\nMax open files            1024                 524288               files\n"
	for name, row := range map[string]struct {
		change      map[string]string
		descriptors int
		threads     int
		by          string
	}{
		"user":      {nil, 524288, 700, "ulimit -u"},
		"superuser": {map[string]string{"proc/self/status": "Uid:\t0\t0\t0\t0\n"}, 524288, 60000, "sysctl kernel.threads-max"},
		"pid_max":   {map[string]string{"proc/sys/kernel/pid_max": "600"}, 524288, 600, "sysctl kernel.pid_max"},
		"own group": {map[string]string{"sys/fs/cgroup/a/b/pids.max": "500"}, 524288, 500, "pids.max of the cgroup"},
		"root":      {map[string]string{"sys/fs/cgroup/pids.max": "400"}, 524288, 400, "pids.max of the cgroup"},
		"unlimited": {map[string]string{"proc/self/limits": "Max processes unlimited unlimited processes\nMax open files 9 unlimited files\n"}, math.MaxInt32, 60000, "sysctl kernel.threads-max"},
	} {
		tree := map[string]string{
			"proc/self/limits": open, "proc/self/status": "Uid:\t1\t1\t1\t1\n", "proc/self/cgroup": "0::/a/b\n",
			"proc/sys/kernel/threads-max": "60000", "sys/fs/cgroup/a/b/pids.max": "max", "proc/sys/net/ipv4/ip_local_port_range": "10\t19\n",
		}
		for file, text := range row.change {
			tree[file] = text
		}
		l, err := limitsOf(t, tree)
		if err != nil || l.Descriptors != row.descriptors || l.Threads != row.threads || l.ThreadsBy != row.by || l.Ports != 10 {
			t.Errorf("%s: got %+v, %v", name, l, err)
		}
	}
	if _, err := limitsOf(t, nil); err == nil || !strings.Contains(err.Error(), "descriptors") {
		t.Errorf("without /proc: got %v", err)
	}
}

// The files say what the system call says.
func TestLimitsOfThisMachine(t *testing.T) {
	l, err := ReadLimits()
	if err != nil {
		t.Fatal(err)
	}
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		t.Fatal(err)
	}
	if want := int(min(lim.Max, math.MaxInt32)); l.Descriptors != want || l.Threads < 1 || l.Ports < 1 {
		t.Errorf("got %+v, want %d descriptors", l, want)
	}
}
