package sock

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Begin starts to connect a new non-blocking socket to to, from the local
// address from (the zero Addr lets the kernel choose). Unless done, wait until
// the socket is writable, then call Finish. The caller closes fd in any case but an error.
func Begin(to netip.AddrPort, from netip.Addr) (fd int, done bool, err error) {
	sa, family := sockaddr(to)
	fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, false, dialError(to, err)
	}
	err = NoDelay(fd)
	if err == nil && from.IsValid() {
		err = bindFrom(fd, from)
	}
	if err == nil {
		err = unix.Connect(fd, sa)
	}
	switch err {
	case nil:
		return fd, true, nil
	case unix.EINPROGRESS, unix.EINTR: // an interrupted connect goes on by itself
		return fd, false, nil
	}
	unix.Close(fd)
	return -1, false, dialError(to, err)
}

// bindFrom leaves the choice of a port to connect, which then may use one port
// for many peers: 28,000 ports are for each pair of addresses, not for each source.
func bindFrom(fd int, from netip.Addr) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return err
	}
	sa, _ := sockaddr(netip.AddrPortFrom(from, 0))
	return unix.Bind(fd, sa)
}

// Finish says how the connect that Begin started has ended. It is false with a
// nil error when it has not ended yet, as a spurious readiness would have it.
func Finish(fd int, to netip.AddrPort) (done bool, err error) {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return false, dialError(to, err)
	}
	if code != 0 {
		return false, dialError(to, unix.Errno(code))
	}
	if _, err := unix.Getpeername(fd); err == unix.ENOTCONN {
		return false, nil
	}
	return true, nil
}

// Dial connects a new blocking socket to to, and blocks the calling thread up
// to within (zero: as long as the kernel tries). The error wraps
// os.ErrDeadlineExceeded when the time is over.
func Dial(to netip.AddrPort, within time.Duration) (int, error) {
	fd, done, err := Begin(to, netip.Addr{})
	if err != nil {
		return -1, err
	}
	until := time.Now().Add(within)
	for !done && err == nil {
		left := time.Until(until)
		if within > 0 && left <= 0 {
			err = dialError(to, os.ErrDeadlineExceeded)
			break
		}
		if within == 0 {
			left = -1
		}
		if err = Wait(fd, unix.POLLOUT, left); err == nil {
			done, err = Finish(fd, to)
		}
	}
	if err == nil {
		err = unix.SetNonblock(fd, false)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func dialError(to netip.AddrPort, err error) error { return fmt.Errorf("dial %s: %w", to, err) }
