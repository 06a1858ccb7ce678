package model

import (
	"fmt"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Stop tells a model to drain: stop accepting, finish what was accepted, return
// from Run. It is a descriptor because that is what acceptor threads, loops and
// the runtime's poller can all wait for beside their sockets.
type Stop struct {
	fd    int
	begun atomic.Bool
}

// NewStop makes one that has not begun.
func NewStop() (*Stop, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("stop: eventfd: %w", err)
	}
	return &Stop{fd: fd}, nil
}

// FD is readable from Begin on, for ever: poll it, do not read it.
func (s *Stop) FD() int { return s.fd }

// Begin starts the drain. Whoever calls it has called Service.Drain before. A
// second call does nothing.
func (s *Stop) Begin() {
	if !s.begun.Swap(true) {
		unix.Write(s.fd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// Begun reports whether Begin was called.
func (s *Stop) Begun() bool { return s.begun.Load() }

// Close frees the descriptor, for a process that goes on after the drain.
func (s *Stop) Close() { unix.Close(s.fd) }
