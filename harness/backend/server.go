package backend

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/http1"
	"assay/models/base/loop"
	"assay/models/base/sock"
)

// Options says what to serve.
type Options struct {
	Listen []string      // host:port of each backend; port 0 for any
	Spin   time.Duration // how long before a call is due the loop polls instead of sleeping
	Nonce  string        // what /-/id answers
}

// Server is the backends of one process.
type Server struct {
	loop      *loop.Loop
	listeners []*listener
	addrs     []string
	identity  []byte
	stats     *recorder
	open      []*conn // in no order; each knows its place
	idle      []*conn // closed ones, to be used again

	// Of the call in hand; shared, because there is one at a time.
	request http1.Request
	in, out []byte
	digits  []byte
	sent    []times
}

// times is when a request was whole and when its answer was due, ns of CLOCK_MONOTONIC.
type times struct{ whole, due int64 }

// New opens the listeners. The error names the address that cannot be had.
func New(o Options) (*Server, error) {
	l, err := loop.New()
	if err != nil {
		return nil, fmt.Errorf("backend: %w", err)
	}
	l.Spin = o.Spin
	s := &Server{
		loop: l, stats: newRecorder(len(o.Listen)), in: make([]byte, 64<<10),
		identity: fmt.Appendf(nil, `{"nonce":%q,"pid":%d}`, o.Nonce, os.Getpid()),
	}
	for i, addr := range o.Listen {
		if err := s.listen(i, addr); err != nil {
			return nil, errors.Join(fmt.Errorf("backend %d: %w", i, err), s.Close())
		}
	}
	return s, nil
}

// Addrs is where each backend listens, host:port.
func (s *Server) Addrs() []string { return s.addrs }

// Run serves until Stop, on the calling goroutine.
func (s *Server) Run() error { return s.loop.Run() }

// Stop makes Run return. Safe from every goroutine.
func (s *Server) Stop() { s.loop.Stop() }

// Take is what /-/stats answers, for who has the server in its own process; with
// reset the figures start anew. It waits for the loop, which must be in Run.
func (s *Server) Take(reset bool) Stats {
	taken := make(chan Stats, 1)
	s.loop.Post(func() {
		taken <- s.stats.now(false)
		if reset {
			s.stats.restart()
		}
	})
	return <-taken
}

// HangUp closes all connections, as a restart would, and keeps the listeners. It
// waits for the loop, which must be in Run.
func (s *Server) HangUp() {
	done := make(chan struct{})
	s.loop.Post(func() {
		s.closeAll()
		close(done)
	})
	<-done
}

func (s *Server) closeAll() {
	for len(s.open) > 0 {
		s.open[0].close()
	}
}

// Close gives the listeners and the connections back; Run must have returned, or
// never begun.
func (s *Server) Close() error {
	s.closeAll()
	var errs []error
	for _, l := range s.listeners {
		errs = append(errs, unix.Close(l.fd))
	}
	return errors.Join(append(errs, s.loop.Close())...)
}

func (s *Server) listen(i int, addr string) error {
	fd, err := sock.Listen(addr, 0, false)
	if err != nil {
		return err
	}
	l := &listener{srv: s, fd: fd, backend: i}
	l.timer.Init(l.accept)
	s.listeners = append(s.listeners, l)
	bound, err := sock.Addr(fd)
	if err != nil {
		return err
	}
	s.addrs = append(s.addrs, bound.String())
	return s.loop.Add(fd, l)
}

// listener accepts for one backend.
type listener struct {
	srv     *Server
	fd      int
	backend int
	backoff sock.Backoff
	timer   loop.Timer // to accept again after a failure
}

// Ready implements loop.Source.
func (l *listener) Ready(loop.Events) { l.accept() }

func (l *listener) accept() {
	for {
		fd, err := sock.Accept(l.fd, true)
		if err == unix.EAGAIN {
			return
		}
		if err == nil {
			l.backoff.Reset()
			l.srv.serve(fd, l.backend)
			continue
		}
		rest, again := l.backoff.After(err)
		if !again {
			return
		}
		if rest > 0 {
			l.srv.loop.At(&l.timer, l.srv.loop.Now()+int64(rest))
			return
		}
	}
}

func (s *Server) serve(fd, backend int) {
	c := s.take()
	c.fd, c.backend = fd, backend
	if err := s.loop.Add(fd, c); err != nil {
		_ = unix.Close(fd) // the client sees the connection end, which is all there is to tell it
		c.fd = -1
		s.idle = append(s.idle, c)
		return
	}
	c.place = len(s.open)
	s.open = append(s.open, c)
	s.stats.Connections++
	s.stats.Accepted++
}

func (s *Server) take() *conn {
	if n := len(s.idle); n > 0 {
		c := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return c
	}
	c := &conn{srv: s, fd: -1}
	c.timer.Init(c.tick)
	c.reader.Init(http1.Limits{})
	return c
}

func (s *Server) giveBack(c *conn) {
	last := s.open[len(s.open)-1]
	s.open[c.place], last.place = last, c.place
	s.open = s.open[:len(s.open)-1]
	c.reader.Reset()
	c.out, c.unread, c.mode, c.eof, c.last = c.out[:0], nil, serving, false, false
	s.idle = append(s.idle, c)
}
