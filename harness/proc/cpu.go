package proc

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Usage is what a tree has used so far.
type Usage struct {
	CPU      int64 // as Proc.CPU
	Switches int64 // as Proc.Switches; -1 if they cannot be read
	// Involuntary are those of the Switches at which the kernel took the processor away from
	// a thread that would have run on; -1 as Switches.
	Involuntary int64
}

// Usage reads CPU and switches with one look at the processes.
func (p *Proc) Usage() (u Usage, err error) {
	var tree []member
	if u.CPU, tree, err = p.census(); err != nil {
		return u, err
	}
	n, err := p.switchesOf(tree)
	if err != nil {
		n = switched{-1, -1}
	}
	u.Switches, u.Involuntary = n.all, n.involuntary
	return u, nil
}

// OwnCPU is CPU of the child alone, without a look at other processes.
func (p *Proc) OwnCPU() (int64, error) {
	sum, _ := cpuOf([]member{{pid: p.PID}})
	return sum, p.readable(sum)
}

// CPU is the processor time of the tree so far, user and system, ns; it never falls.
// A living process is read from its own clock, which counts ns and its ended threads too;
// of a descendant that has ended, what its parent was told is added, in steps of
// 10 ms. One whose parent had ended before it is nobody's any more. (Perf and cgroup
// accounting would be finer for those, but perf costs each context switch some 450 ns, and
// cgroups need privilege.)
func (p *Proc) CPU() (int64, error) {
	sum, _, err := p.census()
	return sum, err
}

// looks bounds how often a tree is looked at whose processes come and go meanwhile.
const looks = 8

// census adds up a tree of which no member ends while it does: one that did would be
// counted neither as living nor by its parent, which was asked before.
func (p *Proc) census() (sum int64, tree []member, err error) {
	for settled, n := false, 0; !settled && n < looks; n++ {
		if tree, err = p.members(); err != nil {
			return 0, nil, err
		}
		sum, settled = cpuOf(tree)
	}
	if err = p.readable(sum); err != nil {
		return 0, nil, err
	}
	p.seen.Lock()
	defer p.seen.Unlock()
	// The steps of 10 ms are rounded down: a process that ends seems to give back a little.
	p.seen.cpu = max(p.seen.cpu, sum)
	return p.seen.cpu, tree, nil
}

// cpuOf adds up clocks; settled says that the tree was still the same at the end.
func cpuOf(tree []member) (sum int64, settled bool) {
	settled = true
	for _, m := range tree {
		ns, err := clock(m.pid)
		if err != nil {
			settled = false // it has ended since
			continue
		}
		sum += ns + m.ended
	}
	for i := 0; i < len(tree) && settled; i++ {
		m := &tree[i]
		if m.start != 0 { // else nothing was read of it but its clock
			now, ok := lookAt(m.pid)
			settled = ok && now.start == m.start && now.ended == m.ended
		}
	}
	return sum, settled
}

func (p *Proc) readable(cpu int64) error {
	if cpu == 0 {
		return fmt.Errorf("%s: its CPU time cannot be read: it has ended: %s", p.Name, p.Exit())
	}
	return nil
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
// of the tree so far, and of processes that ended since what was last seen of them. It
// costs the server nothing, where a perf counter costs each switch some 450 ns: a fifth of a
// switch's own price, laid on whoever switches most. But threads that end between two readings
// take their count along: Machine.Forks says whether any were born, and LifetimeSwitches
// knows all of them in the end.
func (p *Proc) Switches() (int64, error) {
	tree, err := p.members()
	if err != nil {
		return 0, err
	}
	n, err := p.switchesOf(tree)
	return n.all, err
}

func (p *Proc) switchesOf(tree []member) (sum switched, err error) {
	p.seen.Lock()
	defer p.seen.Unlock()
	living := make(map[member]switched, len(tree))
	for _, m := range tree {
		if m.state == "Z" {
			continue
		}
		n, err := switchesOf(m.pid)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return switched{}, fmt.Errorf("%s: context switches: %w", p.Name, err)
		}
		living[member{pid: m.pid, start: m.start}] = n
		sum.add(n)
	}
	for who, n := range p.seen.switches {
		if _, lives := living[who]; !lives {
			p.seen.past.add(n)
		}
	}
	p.seen.switches = living
	sum.add(p.seen.past)
	return sum, nil
}

// seen is what earlier readings of a tree have found.
type seen struct {
	sync.Mutex
	cpu      int64               // the most, ns
	switches map[member]switched // of the processes that lived, by pid and start
	past     switched            // switches of those that are gone
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
