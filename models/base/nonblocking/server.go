package nonblocking

import (
	"errors"
	"fmt"
	"io"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/style"
)

// Dispatch starts the handler of a whole request. It must see to it that j.Done is
// called once, on the loop's thread: before it returns, or later.
type Dispatch func(j *Job)

// keptJobs is how many unused jobs are kept for reuse: each holds buffers of some KiB.
const keptJobs = 1024

// Server serves client connections on one loop.
type Server struct {
	Service  *conn.Service
	Loop     *loop.Loop
	Dispatch Dispatch
	// Execute runs f on another thread, now or later, and does not wait for it. False: there
	// is no room, and the request is answered with 503. Nil: Offload runs in place.
	Execute func(f func()) bool
	// Compute begins p.Do(a, b) elsewhere and does not wait for it; then gets the result
	// on the loop's thread, later. False: there is no room, and then is never called. Nil: Execute
	// has it done.
	Compute func(p *style.Pure, a, b uint64, then func(result uint64, err error)) bool
	// Accepted gets the sockets that the listener gives, in place of Adopt.
	Accepted func(fd int) error
	// Closed is told of each client connection that is gone, Adopt's failures included.
	Closed func()
	// Carrier carries the bytes; it belongs to what the loop waits with. Nil: system calls.
	Carrier Carrier
	// Drained is called once, when a drain is over. Nil: it stops the loop.
	Drained func()
	// Log gets a line for a mishap that no client can be told of. Nil: nothing.
	Log io.Writer

	buf      [conn.ReadBuffer]byte
	jobs     []*Job // unused, last in first out
	links    links
	acceptor *acceptor
	open     int // client connections
	draining bool
	err      error // what ended the server
}

// New makes a server of s on l. The error names a backend address that cannot be read.
func New(l *loop.Loop, s *conn.Service, d Dispatch) (*Server, error) {
	srv := &Server{Service: s, Loop: l, Dispatch: d}
	if err := srv.links.init(srv); err != nil {
		return nil, err
	}
	return srv, nil
}

// Open is the number of client connections.
func (s *Server) Open() int { return s.open }

// Adopt serves an accepted socket, non-blocking unless the Carrier wants it else, which
// from here on is the server's.
func (s *Server) Adopt(fd int) error {
	if s.Carrier != nil {
		s.Carrier.Stream(fd)
	}
	c := &client{srv: s, conn: conn.Conn{Service: s.Service}, fd: int32(fd)}
	if err := s.Loop.Add(fd, c); err != nil {
		s.left()
		return errors.Join(err, s.Loop.CloseFD(fd))
	}
	s.open++
	return nil
}

func (s *Server) left() {
	if s.Closed != nil {
		s.Closed()
	}
}

// Drain accepts what is queued, closes the listener and the idle connections, and
// ends each other connection after the last answer it is owed. It takes as long as
// handlers and readers take: a bound is its caller's.
func (s *Server) Drain() {
	if s.draining {
		return
	}
	s.Service.Drain()
	s.settle()
	if s.acceptor != nil {
		s.acceptor.drain()
	}
	s.settle() // those who were in the queue have sent something too
	s.draining = true
	s.Loop.Each(func(_ int, src loop.Source) {
		if c, ok := src.(*client); ok && c.srv == s {
			c.unread = true // a whole request may have come that no event has told of yet
			c.advance()
		}
	})
	s.settled()
}

// DrainOn drains when fd becomes readable. The descriptor stays its owner's.
func (s *Server) DrainOn(fd int) error { return s.Loop.Add(fd, (*drainer)(s)) }

type drainer Server

// Ready implements loop.Source.
func (d *drainer) Ready(ev loop.Events) {
	if ev&loop.Readable != 0 {
		(*Server)(d).Drain()
	}
}

// settled ends a drain when the last connection is closed.
func (s *Server) settled() {
	if !s.draining || s.open > 0 {
		return
	}
	if s.Drained == nil {
		s.Loop.Stop()
	} else if f := s.Drained; f != nil {
		s.Drained = func() {}
		f()
	}
}

// fail stops the loop: the server cannot go on.
func (s *Server) fail(err error) {
	s.err = errors.Join(s.err, err)
	s.Loop.Stop()
}

// Run turns the loop until a drain is over. The error is the loop's or the listener's.
func (s *Server) Run() error {
	return errors.Join(s.Loop.Run(), s.err)
}

// Close closes every connection that is left; the loop must not be in Run. The
// loop itself stays its owner's.
func (s *Server) Close() error {
	var errs []error
	s.Loop.Each(func(fd int, src loop.Source) {
		switch src := src.(type) {
		case *client:
			if src.srv == s {
				src.close()
			}
		case *link:
			if src.links == &s.links {
				src.shut()
			}
		case *acceptor:
			if src.srv == s {
				errs = append(errs, s.Loop.CloseFD(fd))
			}
		}
	})
	if s.Carrier != nil {
		errs = append(errs, s.Carrier.Flush())
	}
	return errors.Join(errs...)
}

func (s *Server) logf(format string, args ...any) { fmt.Fprintf(s.log(), format+"\n", args...) }

// log is Log, or what forgets all.
func (s *Server) log() io.Writer {
	if s.Log == nil {
		return io.Discard
	}
	return s.Log
}
