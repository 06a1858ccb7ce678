package oracle

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// origin is the zero of the oracle's clock.
var origin = time.Now()

func clock() int64 { return int64(time.Since(origin)) }

// backlog is more than any generator opens at once.
const backlog = 8192

// listen opens the listener and says where.
func listen(addr string) (fd int, at netip.AddrPort, err error) {
	want, err := netip.ParseAddrPort(addr)
	if err != nil || !want.Addr().Is4() {
		return -1, at, fmt.Errorf("listen on %q: want an IPv4 address and a port, like 127.0.0.1:0", addr)
	}
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, at, fmt.Errorf("listen on %s: %w", addr, err)
	}
	if at, err = bind(fd, want); err != nil {
		unix.Close(fd)
		return -1, at, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return fd, at, nil
}

func bind(fd int, want netip.AddrPort) (at netip.AddrPort, err error) {
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) // a port just left would be refused
	// The kernel begins to stamp some time after the first socket asks for it: ask before anybody comes.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: int(want.Port()), Addr: want.Addr().As4()}); err != nil {
		return at, err
	}
	if err := unix.Listen(fd, backlog); err != nil {
		return at, err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return at, err
	}
	v4 := name.(*unix.SockaddrInet4) // of a socket made AF_INET
	return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), uint16(v4.Port)), nil
}

// prepare has an accepted connection answer at once and stamp what it receives. Without
// stamps the oracle works, with the time of the read instead.
func prepare(fd int) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	offerStamps(fd)
}

// receive reads what is there, and when the last of it came in by the kernel's clock,
// ns of the oracle's clock; stamped is false where the kernel did not say. n is 0 at the end.
func receive(fd int, b []byte) (n int, at int64, stamped bool, err error) {
	var control [128]byte
	vec := unix.Iovec{Base: unsafe.SliceData(b)}
	vec.SetLen(len(b))
	msg := unix.Msghdr{Iov: &vec, Control: &control[0]}
	msg.SetIovlen(1)
	msg.SetControllen(len(control))
	got, _, e := unix.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&msg)), unix.MSG_DONTWAIT)
	now := time.Now() // reads both clocks at once, so one can be told from the other
	at = int64(now.Sub(origin))
	if e != 0 {
		return 0, at, false, e
	}
	wall, ok := stampOf(control[:min(int(msg.Controllen), len(control))], unix.SO_TIMESTAMPNS)
	if age := now.UnixNano() - wall; ok && age >= 0 && age < int64(time.Minute) {
		return int(got), at - age, true, nil
	}
	return int(got), at, false, nil
}

// stampOf finds the kernel's time stamp, ns of the wall clock, among control messages of a kind:
// SO_TIMESTAMPNS of what came in, SO_TIMESTAMPING of what went out, whose first of three is software's.
func stampOf(control []byte, wanted uint32) (int64, bool) {
	const header = 16 // a length of 8 bytes, level and type of 4
	for len(control) >= header {
		length := int(binary.NativeEndian.Uint64(control))
		if length < header || length > len(control) {
			return 0, false
		}
		level, kind := binary.NativeEndian.Uint32(control[8:]), binary.NativeEndian.Uint32(control[12:])
		if level == unix.SOL_SOCKET && kind == wanted && length >= header+16 {
			return int64(binary.NativeEndian.Uint64(control[16:]))*1e9 + int64(binary.NativeEndian.Uint64(control[24:])), true
		}
		control = control[min((length+7)&^7, len(control)):]
	}
	return 0, false
}

// send writes all of b, which is short and finds room, and raises no signal.
func send(fd int, b []byte) error {
	n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	switch {
	case e != 0:
		return e
	case int(n) < len(b):
		return short(int(n), len(b))
	}
	return nil
}

func short(n, of int) error { return fmt.Errorf("%d of %d bytes were taken", n, of) }
