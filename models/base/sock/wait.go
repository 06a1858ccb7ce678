package sock

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Wait blocks the calling thread until the descriptor is ready for events
// (POLLIN, POLLOUT), or until within is over (less than zero: for ever), or
// until a signal: the caller looks again in any case. An error or a hang-up is readiness.
func Wait(fd int, events int16, within time.Duration) error {
	p := [1]unix.PollFd{{Fd: int32(fd), Events: events}}
	var ts *unix.Timespec
	if within >= 0 {
		t := unix.NsecToTimespec(int64(within))
		ts = &t
	}
	if _, err := unix.Ppoll(p[:], ts, nil); err != nil && err != unix.EINTR {
		return fmt.Errorf("poll descriptor %d: %w", fd, err)
	}
	return nil
}

// slack is how late the kernel may wake a thread that sleeps, in ns: its own default.
const slack = 50_000

// EvenSlack lets the calling thread sleep as exactly as any other program's, whatever the
// thread that started it had asked for. Where the kernel has no such slack, nothing is wrong.
func EvenSlack() {
	// It cannot block, so Go's scheduler is not told, which might move the goroutine to another thread.
	_, _, _ = unix.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_TIMERSLACK, slack, 0, 0, 0, 0)
}

// Block blocks the calling thread in a system call for d: what a driver does that
// knows nothing of loops. It is the Block of every model, and takes as long in each: a loop has
// asked for exacter timers than a thread, and a slow watchdog leaves coarser ones to the
// runtime's threads.
func Block(d time.Duration) {
	EvenSlack()
	left := unix.NsecToTimespec(int64(d))
	for unix.Nanosleep(&left, &left) == unix.EINTR { // the runtime's own signals interrupt it
	}
}

// Unread is how many bytes a connected socket has received that nobody has read; 0
// where that cannot be known.
func Unread(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.TIOCINQ)
	if err != nil {
		return 0
	}
	return n
}
