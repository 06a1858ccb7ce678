package blocking

import (
	"io"
	"os"
	"time"
	"unsafe"

	"assay/models/base/conn"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// Stream is a connected socket that blocks the calling thread. One thread reads
// and writes at a time.
type Stream struct {
	sock.Client
	armed time.Duration // SO_RCVTIMEO as the kernel has it; 0: for ever
	// Hasty makes Write fail with os.ErrDeadlineExceeded when the peer does not take
	// all at once: for a thread that must not wait for anybody.
	Hasty bool
}

var _ conn.Stream = (*Stream)(nil)

// NewStream makes a stream of a blocking socket, which it owns from now on.
func NewStream(fd int) *Stream { return &Stream{Client: sock.Client{FD: fd}} }

// Dial is conn.Dial by blocking the calling thread.
func Dial(addr string, within time.Duration) (conn.Stream, error) {
	to, err := sock.Parse(addr)
	if err != nil {
		return nil, err
	}
	fd, err := sock.Dial(to, within)
	if err != nil {
		return nil, err
	}
	return NewStream(fd), nil
}

// Read is conn.Stream's. The deadline is absolute, the socket's time-out is not:
// it is armed a little short of what is left, so that it still serves the next
// deadline of the same length, and what is left then is waited for exactly.
func (s *Stream) Read(b []byte, until time.Time) (int, error) {
	for {
		if !until.IsZero() {
			left := time.Until(until)
			if left <= 0 {
				return s.last(b)
			}
			if err := s.arm(left); err != nil {
				return 0, err
			}
		}
		n, err := unix.Read(s.FD, b)
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			return 0, io.EOF
		case err == unix.EINTR:
		case err != unix.EAGAIN:
			return 0, err
		case until.IsZero():
			// A time-out that an earlier deadline left behind: taken away only
			// now, because most requests come before it strikes.
			if err := s.receiveTimeout(0); err != nil {
				return 0, err
			}
		}
	}
}

// shortest is the time-out from which on no slack is left for later deadlines.
const shortest = 100 * time.Millisecond

// arm makes sure that a read returns within left.
func (s *Stream) arm(left time.Duration) error {
	if s.armed > 0 && s.armed <= left && s.armed >= left/2 {
		return nil
	}
	if left > shortest {
		left -= left / 8
	}
	return s.receiveTimeout(left)
}

func (s *Stream) receiveTimeout(d time.Duration) error {
	s.armed = d
	return timeout(s.FD, unix.SO_RCVTIMEO, d)
}

// last takes what has come by now, without waiting.
func (s *Stream) last(b []byte) (int, error) {
	n, _, err := unix.Recvfrom(s.FD, b, unix.MSG_DONTWAIT)
	switch {
	case n > 0:
		return n, nil
	case err == nil:
		return 0, io.EOF
	case err == unix.EAGAIN || err == unix.EINTR:
		return 0, os.ErrDeadlineExceeded
	}
	return 0, err
}

// Write is conn.Stream's. It tries without waiting first: nearly always the
// socket takes all, and no time-out need be armed.
func (s *Stream) Write(b []byte, within time.Duration) (int, error) {
	sent, err := send(s.FD, b, unix.MSG_DONTWAIT)
	if sent == len(b) {
		return sent, nil
	}
	if s.Hasty && (err == nil || err == unix.EAGAIN) {
		return sent, os.ErrDeadlineExceeded
	}
	until := time.Now().Add(within)
	for sent < len(b) && (err == nil || err == unix.EAGAIN || err == unix.EINTR) {
		left := time.Until(until)
		if left <= 0 {
			return sent, os.ErrDeadlineExceeded
		}
		if err = timeout(s.FD, unix.SO_SNDTIMEO, left); err == nil {
			var n int
			n, err = send(s.FD, b[sent:], 0)
			sent += n
		}
	}
	return sent, err
}

// send is send(2) without the panic of a negative count.
func send(fd int, b []byte, flags int) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))),
		uintptr(len(b)), uintptr(flags|unix.MSG_NOSIGNAL), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// timeout sets SO_RCVTIMEO or SO_SNDTIMEO; zero is for ever.
func timeout(fd, option int, d time.Duration) error {
	if d > 0 {
		d = max(d, time.Microsecond) // less would be read as zero
	}
	tv := unix.NsecToTimeval(int64(d))
	return unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, option, &tv)
}

// CloseWrite is conn.Stream's.
func (s *Stream) CloseWrite() error { return unix.Shutdown(s.FD, unix.SHUT_WR) }

// Close is conn.Stream's.
func (s *Stream) Close() error {
	s.Leave()
	return unix.Close(s.FD)
}
