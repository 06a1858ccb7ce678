package ring

import (
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"

	"assay/models/base/sock"
)

// Begin is sock.Begin over the ring: the socket is told Writable when it is
// connected or has failed.
func (e *Engine) Begin(to netip.AddrPort) (fd int, err error) {
	family := unix.AF_INET6
	if to.Addr().Is4() {
		family = unix.AF_INET
	}
	if fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, fmt.Errorf("dial %s: %w", to, err)
	}
	if err = sock.NoDelay(fd); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("dial %s: %w", to, err)
	}
	l := e.lines.open(int32(fd), dialing)
	s := e.next(opConnect, int32(fd), l)
	a := e.q.addr(s)
	s.opcode, s.addr, s.off = doConnect, address(a), uint64(rawAddress(a, to))
	l.set(armed)
	return fd, nil
}

// rawAddress writes a struct sockaddr and gives its length.
func rawAddress(b []byte, to netip.AddrPort) int {
	clear(b)
	b[2], b[3] = byte(to.Port()>>8), byte(to.Port())
	if to.Addr().Is4() {
		*(*uint16)(unsafe.Pointer(&b[0])) = unix.AF_INET
		ip := to.Addr().As4()
		copy(b[4:], ip[:])
		return unix.SizeofSockaddrInet4
	}
	*(*uint16)(unsafe.Pointer(&b[0])) = unix.AF_INET6
	ip := to.Addr().As16()
	copy(b[8:], ip[:])
	return unix.SizeofSockaddrInet6
}

// Finish is sock.Finish of what Begin began.
func (e *Engine) Finish(fd int, to netip.AddrPort) (done bool, err error) {
	l := e.lines.at(int32(fd))
	switch {
	case l == nil:
		return false, fmt.Errorf("dial %s: %w", to, unix.EBADF)
	case l.errno != 0:
		return false, fmt.Errorf("dial %s: %w", to, l.errno)
	}
	return l.kind == stream, nil
}
