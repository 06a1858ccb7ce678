package proc

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// kernelStack is what the kernel keeps for each thread, on x86-64 and arm64, bytes.
const kernelStack = 16 << 10

// Memory is what a tree holds, bytes.
type Memory struct {
	PSS          int64 // user memory: proportional set size
	PrivateDirty int64
	PageTables   int64
	KernelStacks int64 // 16 KiB a thread
	Threads      int
}

// Memory sums the tree. It sweeps over the mappings of each process, which stops
// them for milliseconds: never inside a timed slice.
func (p *Proc) Memory() (Memory, error) {
	pids, err := p.Tree()
	if err != nil {
		return Memory{}, err
	}
	var sum Memory
	for _, pid := range pids {
		switch err := sum.add(pid); {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ESRCH):
		case err != nil:
			return Memory{}, fmt.Errorf("%s: memory of process %d: %w", p.Name, pid, err)
		}
	}
	if sum.Threads == 0 {
		return Memory{}, fmt.Errorf("%s: its memory cannot be read: it has ended: %s", p.Name, p.Exit())
	}
	return sum, nil
}

func (m *Memory) add(pid int) error {
	one, err := procfs.NewProc(pid)
	if err != nil {
		return err
	}
	maps, err := one.ProcSMapsRollup()
	if err != nil {
		return err
	}
	status, err := one.NewStatus()
	if err != nil {
		return err
	}
	stat, err := one.Stat()
	if err != nil {
		return err
	}
	m.PSS += int64(maps.Pss)
	m.PrivateDirty += int64(maps.PrivateDirty)
	m.PageTables += int64(status.VmPTE)
	m.Threads += stat.NumThreads
	m.KernelStacks += int64(stat.NumThreads) * kernelStack
	return nil
}

// FixTHP switches transparent huge pages off for this process and all it starts
// from now on, so that memory does not depend on when the kernel found a page to merge.
func FixTHP() error {
	if err := unix.Prctl(unix.PR_SET_THP_DISABLE, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("switch transparent huge pages off for the servers: %w", err)
	}
	return nil
}
