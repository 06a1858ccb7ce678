package nonblocking

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// These calls are for non-blocking sockets only. They cannot block, so the Go
// scheduler need not be told of them, which spares some 40 ns each.

// read gives the number of bytes read; 0 with no error is the end.
func read(fd int32, b []byte) (int, unix.Errno) {
	for {
		n, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		if e == 0 {
			return int(n), 0
		}
		if e != unix.EINTR {
			return -1, e
		}
	}
}

func write(fd int32, b []byte) (int, unix.Errno) {
	for {
		n, _, e := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		if e == 0 {
			return int(n), 0
		}
		if e != unix.EINTR {
			return -1, e
		}
	}
}
