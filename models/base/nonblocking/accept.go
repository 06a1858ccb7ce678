package nonblocking

import (
	"golang.org/x/sys/unix"

	"assay/models/base/loop"
	"assay/models/base/sock"
)

// acceptor is the listener on the loop.
type acceptor struct {
	srv     *Server
	fd      int
	mishaps sock.Mishaps
	resting loop.Timer // set while there are no descriptors to accept with
}

// Listen accepts from a listening, non-blocking socket until Drain or Close closes it.
func (s *Server) Listen(fd int) error {
	a := &acceptor{srv: s, fd: fd}
	a.resting.Init(a.accept)
	if s.Carrier != nil {
		if err := s.Carrier.Listener(fd); err != nil {
			return err
		}
	}
	if err := s.Loop.Add(fd, a); err != nil {
		return err
	}
	s.acceptor = a
	return nil
}

// Ready implements loop.Source.
func (a *acceptor) Ready(loop.Events) {
	if !a.resting.Set() {
		a.accept()
	}
}

func (a *acceptor) give(fd int) error {
	if a.srv.Accepted != nil {
		return a.srv.Accepted(fd)
	}
	return a.srv.Adopt(fd)
}

// accept takes all that wait, because their edge will not be told again.
func (a *acceptor) accept() {
	for {
		fd, err := a.srv.accept(a.fd)
		if err == unix.EAGAIN {
			return
		}
		if err == nil {
			a.mishaps.Over()
			if err := a.give(fd); err != nil {
				a.srv.logf("accept: %v", err)
			}
			continue
		}
		rest, again := a.mishaps.After(err, a.srv.log())
		if !again {
			a.srv.fail(err)
			return
		}
		if rest > 0 {
			a.srv.Loop.At(&a.resting, a.srv.Loop.Clock()+int64(rest))
			return
		}
	}
}

// drain takes what is queued and closes the listener.
func (a *acceptor) drain() {
	a.accept()
	a.srv.Loop.Cancel(&a.resting)
	a.srv.acceptor = nil
	if err := a.srv.Loop.CloseFD(a.fd); err != nil {
		a.srv.logf("close listener: %v", err)
	}
}
