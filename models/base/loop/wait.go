package loop

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is how many events one wait may bring. Timers are looked at between
// batches, so a larger one would make them late under load.
const batch = 128

// poller is the epoll instance and the events it last reported.
type poller struct {
	fd     int
	events [batch]unix.EpollEvent
	coarse bool // the kernel has no epoll_pwait2: time-outs are whole milliseconds
}

// poll takes what is ready without waiting. It cannot block, so it need not tell
// the Go scheduler that it enters the kernel.
func (p *poller) poll() (int, error) {
	n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events)), batch, 0, 0, 0)
	return counted(n, e)
}

// wait waits for at most d (for ever if negative) and says how many events came.
func (p *poller) wait(d time.Duration) (int, error) {
	if d < 0 || p.coarse {
		return p.waitCoarse(d)
	}
	ts := unix.NsecToTimespec(int64(d))
	n, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events)), batch,
		uintptr(unsafe.Pointer(&ts)), 0, 0)
	if e == unix.ENOSYS || e == unix.EPERM { // an old kernel, or a sandbox that does not know the call
		p.coarse = true
		return p.waitCoarse(d)
	}
	return counted(n, e)
}

// waitCoarse rounds up, so that a timer is never woken for too early.
func (p *poller) waitCoarse(d time.Duration) (int, error) {
	ms := -1
	if d >= 0 {
		ms = int(min((d+time.Millisecond-1)/time.Millisecond, 1<<30))
	}
	n, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events)), batch, uintptr(ms), 0, 0)
	return counted(n, e)
}

func counted(n uintptr, e unix.Errno) (int, error) {
	switch e {
	case 0:
		return int(n), nil
	case unix.EINTR: // a signal, of the Go runtime's own as a rule: an empty turn
		return 0, nil
	}
	return 0, e
}
