package sock

import (
	"time"

	"golang.org/x/sys/unix"
)

// Accept takes one connection from the listener ln. The new socket is closed on
// exec, and blocks unless nonblock. With no connection waiting the error is
// unix.EAGAIN; give any other to a Backoff. Errors are bare unix.Errno values:
// this call is made for every connection, and they cost nothing to make.
func Accept(ln int, nonblock bool) (int, error) {
	flags := unix.SOCK_CLOEXEC
	if nonblock {
		flags |= unix.SOCK_NONBLOCK
	}
	for {
		// Straight to accept4, because nobody reads the peer's address that
		// unix.Accept4 would allocate. The listener does not block.
		fd, _, errno := unix.Syscall6(unix.SYS_ACCEPT4, uintptr(ln), 0, 0, uintptr(flags), 0, 0)
		switch errno {
		case 0:
			return int(fd), nil
		case unix.EINTR:
			continue
		}
		return -1, errno
	}
}

const (
	firstRest = 5 * time.Millisecond
	mostRest  = 160 * time.Millisecond // a server that has descriptors again should not stay deaf for long
)

// Backoff decides what an acceptor does after Accept failed. The zero value is
// ready. It has no clock: whoever waits differs from model to model.
type Backoff struct{ rest time.Duration }

// After returns how long to rest before the next Accept, zero for not at all.
// It is false when err can never mend, so that the acceptor must end.
func (b *Backoff) After(err error) (rest time.Duration, again bool) {
	switch err {
	case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
		// Somebody must give something back first. The connection stays in the
		// queue, so a readiness loop would spin, and an edge would be lost.
		b.rest = min(max(2*b.rest, firstRest), mostRest)
		return b.rest, true
	case unix.EBADF, unix.EINVAL, unix.ENOTSOCK, unix.EFAULT:
		return 0, false
	}
	// The rest are errors of one connection that died in the queue (ECONNABORTED,
	// EPROTO, ENETDOWN and its like: accept(2) says to treat them as a retry).
	return 0, true
}

// Reset is told of every success: the next failure rests briefly again.
func (b *Backoff) Reset() { b.rest = 0 }
