package load

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// recv and send never block, so they spare telling the Go scheduler that the
// thread enters the kernel, which costs more than 50 ns each way.

func recv(fd int, b []byte) (int, unix.Errno) {
	n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
		unix.MSG_DONTWAIT, 0, 0)
	return int(n), e
}

// send reports a broken connection as EPIPE and raises no signal.
func send(fd int, b []byte) (int, unix.Errno) {
	n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	return int(n), e
}

// processCPU is the processor time of this process, user and system, ns.
func processCPU() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return 0 // cannot fail on Linux for this clock
	}
	return ts.Nano()
}

// openFiles is how many descriptors this process may have.
func openFiles() int {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return 1 << 20 // unknown: let the system say no
	}
	return int(min(lim.Cur, 1<<30))
}
