package sentinel

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// perProcessor times the number of processors is how long a sentinel sleeps if it is not told: a
	// wake-up costs 15 to 40 µs on a virtual machine, so all of them together stay below one per cent of
	// one processor. A pause is seen for certain if it is longer than the sleep, and a shorter one
	// with the probability of its share of it.
	perProcessor = 5 * time.Millisecond
	// Bound is how late it must run for a hiccup to be noted, if it is not told.
	Bound = time.Millisecond
	// most hiccups are kept between two questions; beyond it they are counted only.
	most = 1024
	// unasked is how long a sentinel stays out of the Go scheduler's reach at most.
	unasked = time.Second
)

// Sharp is how closely to watch: the zero value costs least.
type Sharp struct {
	Period time.Duration // of sleep between two looks; 0: 5 ms by the number of processors
	Bound  time.Duration // how late a sentinel must run for a hiccup to be noted; 0: Bound
}

func (s Sharp) of(processors int) Sharp {
	if s.Period <= 0 {
		s.Period = time.Duration(processors) * perProcessor
	}
	if s.Bound <= 0 {
		s.Bound = Bound
	}
	return s
}

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
	wakes atomic.Uint64
	mu    sync.Mutex
	now   Report
}

// watch starts a sentinel on each processor and returns when all run.
func watch(cpus []int, sharp Sharp) (*notes, error) {
	n := &notes{now: Report{Policy: FIFO}}
	started := make(chan error)
	for _, cpu := range cpus {
		go n.stand(cpu, sharp.of(len(cpus)), started)
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
func (n *notes) stand(cpu int, sharp Sharp, started chan<- error) {
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
	for {
		due, late := n.doze(sharp.Period.Nanoseconds(), sharp.Bound.Nanoseconds())
		if late > 0 {
			n.note(Hiccup{cpu, due, late})
		}
	}
}

// doze sleeps period again and again until it woke more than bound late, and says when
// that was due and how late it was; late is 0 when it returns for unasked's sake. All in ns.
//
// The Go scheduler must not notice: it interrupts at a call what has run for 10 ms, a sleep of ours
// included, and looks for other work on other threads, which doubled the sentinels' cost. So
// nothing here is a call that it could interrupt.
//
//go:nosplit
func (n *notes) doze(period, bound int64) (due, late int64) {
	var now, until unix.Timespec
	unix.RawSyscall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&now)), 0)
	at := now.Sec*1e9 + now.Nsec
	for end := at + int64(unasked); at < end; {
		due = at + period
		until.Sec, until.Nsec = due/1e9, due%1e9
		_, _, e := unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, uintptr(unsafe.Pointer(&until)), 0, 0, 0)
		unix.RawSyscall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&now)), 0)
		at = now.Sec*1e9 + now.Nsec
		if e != 0 {
			continue // a signal: this sleep says nothing
		}
		n.wakes.Add(1)
		if at-due > bound {
			return due, at - due
		}
	}
	return 0, 0
}

func (n *notes) note(h Hiccup) {
	n.mu.Lock()
	n.now.Count++
	if len(n.now.Hiccups) < most {
		n.now.Hiccups = append(n.now.Hiccups, h)
	}
	n.mu.Unlock()
}

// take gives what was noted and starts anew.
func (n *notes) take() Report {
	n.mu.Lock()
	r := n.now
	n.now = Report{Policy: r.Policy}
	n.mu.Unlock()
	r.Wakes = n.wakes.Swap(0)
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
