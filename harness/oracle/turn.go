package oracle

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is how many events one wait may bring.
const batch = 64

// wait says how many descriptors are ready. It sleeps only where that makes nothing late.
func (s *Server) wait() (int, error) {
	now, spin := clock(), int64(s.Spin)
	sleep := int64(-1)
	if len(s.due) > 0 {
		sleep = s.due[0].planned - now - spin
		if sleep <= 0 {
			return s.poll()
		}
	}
	if now-s.busyAt < spin {
		return s.poll()
	}
	return s.sleep(sleep)
}

// poll does not block, so the Go scheduler need not know.
func (s *Server) poll() (int, error) {
	n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(s.ep), uintptr(unsafe.Pointer(&s.events)), batch, 0, 0, 0)
	return ready(n, e)
}

// sleep waits at most ns; for ever if negative. Kernels before 5.11 wait whole milliseconds:
// departures are late there, and Stats says so.
func (s *Server) sleep(ns int64) (int, error) {
	if ns >= 0 {
		t := unix.NsecToTimespec(ns)
		n, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(s.ep), uintptr(unsafe.Pointer(&s.events)), batch, uintptr(unsafe.Pointer(&t)), 0, 0)
		if e != unix.ENOSYS && e != unix.EPERM {
			return ready(n, e)
		}
	}
	ms := -1
	if ns >= 0 {
		ms = int(ns / 1e6)
	}
	n, err := unix.EpollWait(s.ep, s.events[:], ms)
	if errors.Is(err, unix.EINTR) {
		return 0, nil
	}
	return n, err
}

func ready(n uintptr, e unix.Errno) (int, error) {
	switch e {
	case 0:
		return int(n), nil
	case unix.EINTR:
		return 0, nil
	}
	return 0, e
}

// take handles n events; true when the server is to stop. All that came in one batch is read
// before any of it is planned, so that a queue serves in the order of arrival.
func (s *Server) take(n int) (stop bool) {
	for i := range n {
		switch fd := int(s.events[i].Fd); fd {
		case s.wake:
			return true
		case s.ln:
			s.accept()
		default:
			if c := s.conns[fd]; c != nil {
				s.receive(c)
			}
		}
	}
	s.admit()
	return false
}

// accept takes what waits. A failure leaves the rest for the next turn.
func (s *Server) accept() {
	for range batch {
		fd, _, err := unix.Accept4(s.ln, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		prepare(fd)
		if s.watch(fd) != nil {
			unix.Close(fd)
			continue
		}
		s.conns[fd] = &conn{fd: fd}
	}
}

func (s *Server) receive(c *conn) {
	n, at, stamped, err := receive(c.fd, s.buf[:])
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return
	case err != nil || n == 0 || len(c.in)+n > len(s.buf):
		s.drop(c)
		return
	}
	c.in = append(c.in, s.buf[:n]...)
	c.last = stamps{arrival: at, read: clock(), kernel: stamped}
	s.understand(c)
}
