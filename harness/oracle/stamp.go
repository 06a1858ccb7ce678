package oracle

import (
	"encoding/binary"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's own word for when an answer left: of every sampleEvery-th it is asked for the time
// at which the packet was handed to the device. So the oracle's departures, which are its own clock
// readings, are held against a clock that it does not read.
const sampleEvery = 16

// asksStamp is the control message that asks for the stamp of one send.
var asksStamp = func() (c [24]byte) {
	binary.NativeEndian.PutUint64(c[0:], 16+4)
	binary.NativeEndian.PutUint32(c[8:], unix.SOL_SOCKET)
	binary.NativeEndian.PutUint32(c[12:], unix.SO_TIMESTAMPING)
	binary.NativeEndian.PutUint32(c[16:], unix.SOF_TIMESTAMPING_TX_SOFTWARE)
	return c
}()

// offerStamps has the socket report stamps of sends that ask for one. Where the kernel cannot,
// there are none.
func offerStamps(fd int) {
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, unix.SOF_TIMESTAMPING_SOFTWARE|unix.SOF_TIMESTAMPING_OPT_TSONLY)
}

// sendStamped is send, and gives when the kernel handed b to the device, ns of the oracle's
// clock; 0 if it does not say. On loopback it has when the call returns.
func sendStamped(fd int, b []byte) (left int64, err error) {
	control := asksStamp
	vec := unix.Iovec{Base: unsafe.SliceData(b)}
	vec.SetLen(len(b))
	msg := unix.Msghdr{Iov: &vec, Control: &control[0]}
	msg.SetIovlen(1)
	msg.SetControllen(len(control))
	n, _, e := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	if e != 0 {
		return 0, e
	}
	if int(n) < len(b) {
		return 0, short(int(n), len(b))
	}
	return departed(fd), nil
}

// departed reads a stamp off the socket's queue of errors.
func departed(fd int) int64 {
	var control [256]byte
	msg := unix.Msghdr{Control: &control[0]}
	msg.SetControllen(len(control))
	if _, _, e := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT); e != 0 {
		return 0
	}
	now := time.Now()
	wall, ok := stampOf(control[:min(int(msg.Controllen), len(control))], unix.SO_TIMESTAMPING)
	if age := now.UnixNano() - wall; ok && age >= 0 && age < int64(time.Minute) {
		return int64(now.Sub(origin)) - age
	}
	return 0
}
