package proc

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Usage is what a tree has used so far.
type Usage struct {
	CPU      int64 // as Proc.CPU
	Switches int64 // as Proc.Switches; -1 if they cannot be read
}

// Usage reads CPU and switches with one look at the processes.
func (p *Proc) Usage() (u Usage, err error) {
	tree, err := p.members()
	if err != nil {
		return u, err
	}
	if u.CPU, err = p.cpuOf(tree); err != nil {
		return u, err
	}
	if u.Switches, err = p.switchesOf(tree); err != nil {
		u.Switches = -1
	}
	return u, nil
}

// OwnCPU is CPU of the child alone, without a look at other processes.
func (p *Proc) OwnCPU() (int64, error) { return p.cpuOf([]member{{pid: p.PID}}) }

// CPU is the processor time of the tree so far, user and system, ns. A living
// process is read from its own clock, which counts ns and its ended threads too; of
// a descendant that has ended, what its parent was told is added, in steps of
// 10 ms. (Perf and cgroup accounting would be finer for those, but perf costs each
// context switch some 450 ns, and cgroups need privilege.)
func (p *Proc) CPU() (int64, error) {
	tree, err := p.members()
	if err != nil {
		return 0, err
	}
	return p.cpuOf(tree)
}

func (p *Proc) cpuOf(tree []member) (sum int64, err error) {
	for _, m := range tree {
		ns, err := clock(m.pid)
		if err != nil {
			continue // ended since: its parent tells next time
		}
		sum += ns + m.ended
	}
	if sum == 0 {
		return 0, fmt.Errorf("%s: its CPU time cannot be read: it has ended: %s", p.Name, p.Exit())
	}
	return sum, nil
}

// clock reads a process's CPU clock (clock_getcpuclockid(3)).
func clock(pid int) (int64, error) {
	const scheduler = 2 // CPUCLOCK_SCHED
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduler), &ts); err != nil {
		return 0, err
	}
	return ts.Nano(), nil
}

// Switches counts the context switches, voluntary and not, of the living threads
// of the tree so far. It costs the server nothing, where a perf counter costs each
// switch some 450 ns: a fifth of a switch's own price, laid on whoever switches most.
// But threads that end between two readings take their count along: Machine.Forks says
// whether any were born, and LifetimeSwitches knows all of them in the end.
func (p *Proc) Switches() (int64, error) {
	tree, err := p.members()
	if err != nil {
		return 0, err
	}
	return p.switchesOf(tree)
}

func (p *Proc) switchesOf(tree []member) (sum int64, err error) {
	for _, m := range tree {
		if m.state == "Z" {
			continue
		}
		n, err := switchesOf(m.pid)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("%s: context switches: %w", p.Name, err)
		}
		sum += n
	}
	return sum, nil
}

// LifetimeSwitches counts the context switches of the child and the descendants it
// has waited for, over their whole life and all their threads: wait4 tells. It is
// false while the child lives.
func (p *Proc) LifetimeSwitches() (int64, bool) {
	if p.Alive() {
		return 0, false
	}
	usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok || usage == nil {
		return 0, false
	}
	return usage.Nvcsw + usage.Nivcsw, true
}

// Processors are those that this process may use, in order.
func Processors() ([]int, error) {
	var mask unix.CPUSet
	if err := unix.SchedGetaffinity(0, &mask); err != nil {
		return nil, fmt.Errorf("read the affinity mask: %w", err)
	}
	cpus := make([]int, 0, mask.Count())
	for cpu := 0; len(cpus) < mask.Count(); cpu++ {
		if mask.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}

// Split divides processors: the upper half is the server's, the lower half the
// load's. One processor is shared by both, which separates nothing.
func Split(cpus []int) (load, server []int) {
	if len(cpus) < 2 {
		return slices.Clone(cpus), slices.Clone(cpus)
	}
	half := len(cpus) / 2
	return slices.Clone(cpus[:half]), slices.Clone(cpus[half:])
}

// PinSelf binds all threads of this process to cpus; children that are started
// on others are not bound by it. undo gives them back what the first had.
func PinSelf(cpus []int) (undo func(), err error) {
	var old, mask unix.CPUSet
	if err := unix.SchedGetaffinity(0, &old); err != nil {
		return nil, fmt.Errorf("read the affinity mask: %w", err)
	}
	for _, cpu := range cpus {
		mask.Set(cpu)
	}
	if err := pinThreads(&mask); err != nil {
		return nil, fmt.Errorf("move the harness to processors %v: %w", cpus, err)
	}
	return func() { pinThreads(&old) }, nil
}

// pinThreads goes over the threads until it meets no new one: one that is born
// meanwhile has the mask of the thread that bore it, old or new.
func pinThreads(mask *unix.CPUSet) error {
	done := make(map[string]bool)
	for grown := true; grown; {
		grown = false
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, task := range tasks {
			tid, err := strconv.Atoi(task.Name())
			if err != nil || done[task.Name()] {
				continue
			}
			done[task.Name()], grown = true, true
			if err := unix.SchedSetaffinity(tid, mask); err != nil && !errors.Is(err, unix.ESRCH) {
				return err
			}
		}
	}
	return nil
}
