package sock

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Listen opens a listener on addr (see Parse) that queues up to backlog
// connections; zero or less means the kernel's greatest. With reuseport several
// listeners may share the address, and the kernel spreads connections over them.
//
// The listener does not block, so that a drain can accept until the queue is
// empty. Linux hands its TCP_NODELAY on to every connection it accepts: that is
// one system call less a connection, and the same for all models.
func Listen(addr string, backlog int, reuseport bool) (int, error) {
	to, err := Parse(addr)
	if err != nil {
		return -1, fmt.Errorf("listen: %w", err)
	}
	sa, family := sockaddr(to)
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("listen on %s: socket: %w", to, err)
	}
	if err := ready(fd, sa, backlog, reuseport); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("listen on %s: %w%s", to, err, remedy(err))
	}
	return fd, nil
}

func ready(fd int, sa unix.Sockaddr, backlog int, reuseport bool) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if reuseport {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return err
		}
	}
	if err := NoDelay(fd); err != nil {
		return err
	}
	if err := unix.Bind(fd, sa); err != nil {
		return err
	}
	if backlog <= 0 {
		backlog = 1<<16 - 1 // the kernel cuts it to net.core.somaxconn
	}
	return unix.Listen(fd, backlog)
}

// NoDelay makes the socket send small segments at once.
func NoDelay(fd int) error {
	return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
}

func remedy(err error) string {
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		return ": another process has this port; choose another, or 0 for any free one"
	case errors.Is(err, unix.EACCES):
		return ": ports below 1024 need privilege; choose a higher one"
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return ": this machine does not have that address"
	}
	return ""
}
