package ring

import (
	"unsafe"

	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// address is for memory that was mapped, and so does not move.
func address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// Stream says that fd, which must be a blocking socket, is a connection: from Add on
// its bytes are received. (A socket that does not block would make the kernel give
// up operations instead of keeping them until they can be done.)
func (e *Engine) Stream(fd int) { e.lines.open(int32(fd), stream) }

// Read gives bytes that have come, as read(2) does on a socket that does not block:
// fewer than b takes are all there are, 0 is the end.
func (e *Engine) Read(fd int32, b []byte) (n int, errno unix.Errno) {
	l := e.lines.at(fd)
	if l == nil {
		return -1, unix.EBADF
	}
	if k := l.kept; k != nil {
		n = copy(b, k.in[k.off:])
		if k.off += n; k.off == len(k.in) {
			e.forget(l)
		}
	}
	if e.viewOf == fd && n < len(b) {
		m := copy(b[n:], e.view)
		e.view = e.view[m:]
		n += m
	}
	if n < len(b) { // that was all: more may come
		l.unset(paused)
		e.arm(fd, l)
	}
	switch {
	case n > 0:
		return n, 0
	case l.errno != 0:
		return -1, l.errno
	case l.is(ended):
		return 0, 0
	}
	return -1, unix.EAGAIN
}

// Unread is how many bytes have come that Read has not given, those included that the
// kernel has and was not asked for.
func (e *Engine) Unread(fd int32) int {
	l := e.lines.at(fd)
	if l == nil {
		return 0
	}
	n := sock.Unread(int(fd))
	if e.has(l) {
		n += len(l.kept.in) - l.kept.off
	}
	if e.viewOf == fd {
		n += len(e.view)
	}
	return n
}

// Write takes bytes to be sent, as write(2) does on a socket that does not block,
// with a buffer of one slot in front of it: while that is on its way it takes no more, and
// Writable is told when it does.
func (e *Engine) Write(fd int32, b []byte) (int, unix.Errno) {
	l := e.lines.at(fd)
	switch {
	case l == nil:
		return -1, unix.EBADF
	case l.errno != 0:
		return -1, l.errno
	case l.out != 0:
		l.set(blocked)
		return -1, unix.EAGAIN
	}
	i, err := e.slots.take(len(b))
	if err != nil {
		return -1, unix.ENOMEM
	}
	s := &e.slots.all[i]
	n := copy(s.b, b)
	s.from, s.to, l.out = 0, n, i
	e.send(fd, l)
	return n, 0
}

func (e *Engine) send(fd int32, l *line) {
	sl := &e.slots.all[l.out]
	s := e.next(opSend, fd, l)
	s.opcode, s.addr, s.len, s.op = doSend, address(sl.b[sl.from:]), uint32(sl.to-sl.from), unix.MSG_NOSIGNAL|unix.MSG_WAITALL
}

// Shutdown ends the sending side once all that Write took is sent.
func (e *Engine) Shutdown(fd int32) error {
	l := e.lines.at(fd)
	switch {
	case l == nil:
		return unix.EBADF
	case l.errno != 0:
		return l.errno
	case l.out != 0:
		l.set(shutting)
		return nil
	}
	return shut(fd)
}

// shut is a call of its own: as an operation the kernel would give it to a thread
// of its own, which looks the number up when it gets to it. By then it may be another's.
func shut(fd int32) error {
	if _, _, errno := unix.RawSyscall(unix.SYS_SHUTDOWN, uintptr(fd), unix.SHUT_WR, 0); errno != 0 {
		return errno
	}
	return nil
}
