package conn

import (
	"errors"
	"os"
	"time"

	"assay/models/base/style"
)

// Session is a client connection served in direct style: whoever runs Step may
// wait in it. A model with a thread or goroutine of its own for the connection
// calls Serve; one that lends a thread to whoever is ready calls Step.
type Session struct {
	Conn   Conn
	Stream Stream
	// until is when what is under way must be over: a request that has begun, or
	// lingering; zero while neither is.
	until     time.Time
	lingering bool
	discarded int // bytes, while lingering
}

// After says what a connection waits for after a Step.
type After uint8

const (
	Idle       After = iota // for the first byte of a request
	Incomplete              // for the rest of a request, until Deadline
	Lingering               // for the peer to close, until Deadline; what it sends is discarded
	Closed                  // for nothing: the stream is closed
)

// Deadline is when the wait that Step named must be over; the zero time for Idle.
func (s *Session) Deadline() time.Time { return s.until }

// Serve steps until the connection is closed. buf is ReadBuffer bytes of the
// caller's own; the session has a turn.
func (s *Session) Serve(w style.Waiter, buf []byte) {
	for s.Step(w, buf) != Closed {
	}
}

// Step reads once, answers every whole request that has come, writes once, and
// says what the connection waits for next.
func (s *Session) Step(w style.Waiter, buf []byte) After {
	if s.lingering {
		return s.discard(buf)
	}
	n, err := s.Stream.Read(buf, s.until)
	switch {
	case err == nil:
		s.Conn.Took(n)
		s.answer(w, buf[:n])
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.Conn.Expire()
	default: // the peer will send no more, or the connection is broken
		s.Conn.EOF()
	}
	return s.settle()
}

// Refuse is a Step for a model that has no room: whole requests are answered
// with 503 and the connection is kept.
func (s *Session) Refuse(buf []byte) After { return s.Step(nil, buf) }

// Expire is what follows for a connection whose Deadline passed while no Step
// ran.
func (s *Session) Expire() After {
	if s.lingering {
		return s.close()
	}
	s.Conn.Expire()
	return s.settle()
}

// answer hands the whole requests of in to their handlers, in order. A nil
// Waiter refuses them.
func (s *Session) answer(w style.Waiter, in []byte) {
	for len(in) > 0 && !s.Conn.Closing() {
		s.Conn.Look(s.Stream)
		n, x := s.Conn.Feed(in)
		in = in[n:]
		if x != nil || len(s.Conn.Out()) > 0 { // one request is over: the next has its own deadline
			s.until = time.Time{}
		}
		switch {
		case x == nil:
		case w == nil:
			s.Conn.Refuse()
		default:
			err := Run(s.Conn.Route.Direct, w, x)
			s.Conn.Look(s.Stream) // the drain may have begun meanwhile
			s.Conn.Answer(err)
		}
		if len(s.Conn.Out()) >= OutBound && s.flush() != nil {
			s.Conn.EOF()
		}
	}
}

// Run runs a direct handler; its panic comes back as a *style.Fault.
func Run(h style.Direct, w style.Waiter, x *style.Exchange) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = style.FaultOf(v)
		}
	}()
	return h(w, x)
}

func (s *Session) flush() error {
	out := s.Conn.Out()
	if len(out) == 0 {
		return nil
	}
	n, err := s.Stream.Write(out, s.Conn.Service.WriteTimeout)
	s.Conn.Sent(n)
	return err
}

// settle sends what there is to send and says what to wait for. A request's
// deadline is armed on its first byte only: it is absolute, or a client could live
// for ever at a byte a second.
func (s *Session) settle() After {
	switch {
	case s.flush() != nil:
		return s.close()
	case s.Conn.Closing() && s.Conn.Lingers() && s.Stream.CloseWrite() == nil:
		s.lingering, s.until = true, time.Now().Add(LingerTime)
		return Lingering
	case s.Conn.Closing():
		return s.close()
	case !s.Conn.Partial():
		s.until = time.Time{}
		return Idle
	case s.until.IsZero():
		s.until = time.Now().Add(s.Conn.Service.RequestTimeout)
	}
	return Incomplete
}

func (s *Session) discard(buf []byte) After {
	n, err := s.Stream.Read(buf, s.until)
	if s.discarded += n; err != nil || s.discarded > LingerBytes {
		return s.close()
	}
	return Lingering
}

func (s *Session) close() After {
	s.Stream.Close()
	return Closed
}
