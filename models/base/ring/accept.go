package ring

import (
	"fmt"

	"golang.org/x/sys/unix"

	"assay/models/base/sock"
)

// Listener says that fd is a listener: from Add on its connections are accepted.
func (e *Engine) Listener(fd int) error {
	if err := unix.SetNonblock(fd, false); err != nil {
		return fmt.Errorf("io_uring: listener: %w", err)
	}
	e.lines.open(int32(fd), listener)
	return nil
}

// Accept is sock.Accept for connections that the ring has accepted.
func (e *Engine) Accept(ln int) (int, error) {
	l := e.lines.at(int32(ln))
	if l == nil {
		return -1, unix.EBADF
	}
	if k := l.kept; k != nil {
		fd := k.accepted[k.off]
		if k.off++; k.off == len(k.accepted) {
			e.forget(l)
		}
		return int(fd), nil
	}
	if l.errno != 0 {
		errno := l.errno
		l.errno = 0
		return -1, errno
	}
	if e.settled {
		return e.acceptNow(ln)
	}
	e.arm(int32(ln), l)
	return -1, unix.EAGAIN
}

// acceptNow asks the listener itself, which a drain does last.
func (e *Engine) acceptNow(ln int) (int, error) {
	if err := unix.SetNonblock(ln, true); err != nil {
		return -1, err
	}
	return sock.Accept(ln, false)
}
