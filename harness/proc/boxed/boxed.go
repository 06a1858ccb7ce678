// Package boxed runs a test's command in a real control group with a quota of processor
// time or a limit of memory, of version 1 or 2, where the machine lets the test make one.
package boxed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// period is over which the kernel counts a quota, µs.
const period = 100_000

// Command is a command that will run, with all its children, on a quota of so many
// processors. The group goes when the test ends. Skips where no group can be made, and says why.
func Command(t testing.TB, processors float64, argv ...string) *exec.Cmd {
	t.Helper()
	quota := int(processors * period)
	return command(t, "cpu", argv, []knob{
		{"/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", fmt.Sprint(quota)},
		{"/sys/fs/cgroup", "cpu.max", fmt.Sprint(quota, " ", period)},
	})
}

// Starved is a command that will run, with all its children, on so many bytes of memory.
// Otherwise it is as Command.
func Starved(t testing.TB, bytes int, argv ...string) *exec.Cmd {
	t.Helper()
	return command(t, "memory", argv, []knob{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", fmt.Sprint(bytes)},
		{"/sys/fs/cgroup", "memory.max", fmt.Sprint(bytes)},
	})
}

// knob is what a version of control groups calls a limit, and where.
type knob struct{ root, file, text string }

func command(t testing.TB, controller string, argv []string, knobs []knob) *exec.Cmd {
	t.Helper()
	dir, err := newGroup(knobs)
	if err != nil {
		t.Skipf("no control group can be made here (as root, with the controller %s, it can): %v", controller, err)
	}
	t.Cleanup(func() {
		var err error
		for range 100 { // the last of the children may still be on its way out
			if err = os.Remove(dir); err == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("the control group stays: %v", err)
	})
	enter := fmt.Sprintf("echo $$ > %s/cgroup.procs && exec \"$@\"", dir)
	return exec.Command("sh", append([]string{"-c", enter, "sh"}, argv...)...)
}

// newGroup makes a group with the first of the limits that this machine knows.
func newGroup(knobs []knob) (dir string, err error) {
	for _, version := range knobs {
		if dir, err = os.MkdirTemp(version.root, "assay-test-"); err != nil {
			continue
		}
		// Only a file that the kernel made is one of a control group's.
		var f *os.File
		if f, err = os.OpenFile(filepath.Join(dir, version.file), os.O_WRONLY, 0); err == nil {
			_, err = f.WriteString(version.text)
			f.Close()
		}
		if err == nil {
			return dir, nil
		}
		os.Remove(dir)
	}
	return "", err
}
