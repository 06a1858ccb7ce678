package model

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Go's watchdog thread (sysmon) looks for goroutines that stay in a system call,
// and takes their processors away. With threads that wait in system calls by design
// it always finds some, so it never rests: it looks 14,000 times a second, and
// measured on echo took 13 % of the CPU of pool and 2 % of reactor, and some of each
// request's besides, for a service that such models have no use for. No option of
// the runtime slows it, but it sleeps in the kernel, which may be told how exact
// that must be.
const (
	watchdogSlack = 10_000_000 // ns: the longest the watchdog sleeps by itself
	slowed        = "ASSAY_SLOW_WATCHDOG"
)

// WatchdogOption is the name of the option by which a model lets its user choose, and
// Slow the value that makes the watchdog slow.
const (
	WatchdogOption = "watchdog"
	Slow           = "slow"
)

// slowWatchdog starts the process anew, under the same number, with a timer slack
// that the watchdog inherits: it exists before any code of ours. Threads that
// sleep for requests set their own (blocking.Own, loop.Run, sock.Block). Where the kernel has
// no such slack, the process goes on as it is.
func slowWatchdog() error {
	slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil || slack == watchdogSlack || os.Getenv(slowed) != "" {
		return nil
	}
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, watchdogSlack, 0, 0, 0); err != nil {
		runtime.UnlockOSThread()
		return nil
	}
	err = syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), slowed+"=1"))
	return fmt.Errorf("start anew with a slow watchdog: %w", err)
}
