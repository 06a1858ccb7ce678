package sentinel

import (
	"fmt"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"assay/models/base/loop"
)

const (
	// perProcessor times the number of processors is how long a sentinel sleeps: a wake-up
	// costs 15 to 25 µs on a virtual machine, so all of them together stay below one per cent of one
	// processor. A pause is seen for certain if it is longer than the sleep, and a shorter one
	// with the probability of its share of it.
	perProcessor = 5 * time.Millisecond
	// Bound is how late it must run for a hiccup to be noted.
	Bound = time.Millisecond
	// most hiccups are kept between two questions; beyond it they are counted only.
	most = 1024
)

// The policies that sentinels run under.
const (
	FIFO = "fifo" // real-time: no ordinary thread goes before it
	Fair = "fair" // like any thread: it may wait for the load's own
)

// Hiccup is one late wake-up.
type Hiccup struct {
	CPU  int   `json:"cpu"`
	Due  int64 `json:"due"`  // CLOCK_MONOTONIC, ns
	Late int64 `json:"late"` // ns
}

// Report is what was noted since the last one.
type Report struct {
	Policy  string   `json:"policy"`
	Wakes   uint64   `json:"wakes"` // of all sentinels
	Count   uint64   `json:"count"` // of hiccups
	Hiccups []Hiccup `json:"hiccups"`
	CPU     int64    `json:"cpu"` // processor time of the sentinels' process so far, ns
	Error   string   `json:"error,omitempty"`
}

// notes are shared by the threads and who asks.
type notes struct {
	mu  sync.Mutex
	now Report
}

// watch starts a sentinel on each processor and returns when all run.
func watch(cpus []int) (*notes, error) {
	n := &notes{now: Report{Policy: FIFO}}
	started := make(chan error)
	for _, cpu := range cpus {
		go n.stand(cpu, time.Duration(len(cpus))*perProcessor, started)
	}
	var failed error
	for range cpus {
		if err := <-started; err != nil {
			failed = err
		}
	}
	return n, failed
}

// stand is one sentinel: it never returns once it has started well.
func (n *notes) stand(cpu int, period time.Duration, started chan<- error) {
	runtime.LockOSThread()
	var mask unix.CPUSet
	mask.Set(cpu)
	if err := unix.SchedSetaffinity(0, &mask); err != nil {
		started <- fmt.Errorf("sentinel on processor %d: %w", cpu, err)
		return
	}
	if !realtime() {
		n.mu.Lock()
		n.now.Policy = Fair
		n.mu.Unlock()
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // real-time threads have none anyway
	}
	started <- nil
	sleep := unix.NsecToTimespec(period.Nanoseconds())
	for {
		due := loop.Clock() + period.Nanoseconds()
		// A sleep that the Go scheduler is told of costs three times as much: it would
		// look for other work, of which there is none. There is a P to spare and no collector to wait.
		_, _, e := unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, 0, uintptr(unsafe.Pointer(&sleep)), 0, 0, 0)
		if e != 0 {
			continue // a signal: this sleep says nothing
		}
		n.woke(cpu, due, loop.Clock())
	}
}

func (n *notes) woke(cpu int, due, now int64) {
	late := now - due
	n.mu.Lock()
	n.now.Wakes++
	if late > Bound.Nanoseconds() {
		n.now.Count++
		if len(n.now.Hiccups) < most {
			n.now.Hiccups = append(n.now.Hiccups, Hiccup{cpu, due, late})
		}
	}
	n.mu.Unlock()
}

// take gives what was noted and starts anew.
func (n *notes) take() Report {
	n.mu.Lock()
	r := n.now
	n.now = Report{Policy: r.Policy}
	n.mu.Unlock()
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err == nil {
		r.CPU = ts.Nano()
	}
	return r
}

// realtime puts the calling thread under SCHED_FIFO, if that is allowed.
func realtime() bool {
	param := struct{ priority int32 }{1}
	_, _, e := unix.Syscall(unix.SYS_SCHED_SETSCHEDULER, 0, unix.SCHED_FIFO, uintptr(unsafe.Pointer(&param)))
	return e == 0
}
