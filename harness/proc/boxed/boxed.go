// Package boxed runs a test's command in a real control group with a quota of processor
// time, of version 1 or 2, where the machine lets the test make one.
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
	dir, err := newGroup(int(processors * period))
	if err != nil {
		t.Skipf("no control group with a quota can be made here (as root, with the controller cpu, it can): %v", err)
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

func newGroup(quota int) (dir string, err error) {
	for _, version := range []struct{ root, file, text string }{
		{"/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", fmt.Sprint(quota)},
		{"/sys/fs/cgroup", "cpu.max", fmt.Sprint(quota, " ", period)},
	} {
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
