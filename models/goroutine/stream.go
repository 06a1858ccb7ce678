package goroutine

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"assay/models/base/conn"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// stream is a connected socket on the runtime's poller. It is an os.File, which
// has the poller without package net, whose socket options are not ours.
type stream struct {
	sock.Client
	file  *os.File
	until time.Time // the read deadline as the poller has it
}

var _ conn.Stream = (*stream)(nil)

// openStream makes a stream of a non-blocking socket, which it owns from now on.
func openStream(fd int) stream {
	return stream{Client: sock.Client{FD: fd}, file: os.NewFile(uintptr(fd), "socket")}
}

// Read is conn.Stream's. The poller is told of a deadline only when it changes: for
// an idle connection and a request that comes whole, never.
func (s *stream) Read(b []byte, until time.Time) (int, error) {
	if !until.Equal(s.until) {
		if err := s.file.SetReadDeadline(until); err != nil {
			return 0, err
		}
		s.until = until
	}
	n, err := s.file.Read(b)
	if n > 0 {
		return n, nil
	}
	if err == nil {
		return 0, io.ErrNoProgress // b is empty
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return s.last(b, err)
	}
	return 0, err
}

// last takes what has come by now, without waiting. Behind a deadline the poller does not
// look; but of several calls with one deadline, those that are read after one that let it
// pass may have been answered long ago.
func (s *stream) last(b []byte, late error) (int, error) {
	n, err := unix.Read(s.FD, b)
	switch {
	case n > 0:
		return n, nil
	case err == nil: // the peer's end, which it told in time
		return 0, io.EOF
	case err == unix.EAGAIN || err == unix.EINTR:
		return 0, late
	}
	return 0, err
}

// Write is conn.Stream's. Nearly always the socket takes all at once, and the
// poller has no part in it.
func (s *stream) Write(b []byte, within time.Duration) (int, error) {
	sent, err := unix.Write(s.FD, b)
	if sent == len(b) {
		return sent, nil
	}
	if sent < 0 {
		sent = 0
	}
	if err != nil && err != unix.EAGAIN && err != unix.EINTR {
		return sent, err
	}
	if err := s.file.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return sent, err
	}
	n, err := s.file.Write(b[sent:])
	return sent + max(n, 0), err
}

// CloseWrite is conn.Stream's.
func (s *stream) CloseWrite() error { return unix.Shutdown(s.FD, unix.SHUT_WR) }

// Close is conn.Stream's.
func (s *stream) Close() error {
	s.Leave()
	return s.file.Close()
}

// dial is conn.Dial on the poller.
func dial(addr string, within time.Duration) (conn.Stream, error) {
	to, err := sock.Parse(addr)
	if err != nil {
		return nil, err
	}
	fd, done, err := sock.Begin(to, netip.Addr{})
	if err != nil {
		return nil, err
	}
	s := openStream(fd)
	if !done {
		if err := s.connected(to, within); err != nil {
			s.Close()
			return nil, err
		}
	}
	return &s, nil
}

// connected waits for the end of a connect.
func (s *stream) connected(to netip.AddrPort, within time.Duration) error {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return err
	}
	if err := s.file.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	var ended error
	err = raw.Write(func(fd uintptr) bool {
		var done bool
		done, ended = sock.Finish(int(fd), to)
		return done || ended != nil
	})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("dial %s: %w", to, err)
	}
	return errors.Join(ended, err)
}
