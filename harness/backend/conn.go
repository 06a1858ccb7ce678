package backend

import (
	"golang.org/x/sys/unix"

	"assay/models/base/http1"
	"assay/models/base/loop"
)

// mostQueued is how many calls of one connection may wait; further requests
// stay unread until some are answered.
const mostQueued = 1024

// mode is what a connection is doing.
type mode uint8

const (
	serving  mode = iota
	dripping      // sends out a byte at a time
	stalled       // never answers again; waits for the client to go
	ending        // its write side is shut; waits a little for the client to go
)

// conn is one connection. It is its own loop.Source.
type conn struct {
	srv     *Server
	fd      int
	backend int
	place   int // in Server.open
	reader  http1.RequestReader
	timer   loop.Timer // serving: the first call's time; dripping: the next byte's; ending: patience
	calls   queue
	out     []byte // what the socket would not take, or drips
	unread  []byte // requests beyond mostQueued
	mode    mode
	eof     bool // the client will send no more
	last    bool // what is in out is the last: end behind it
}

// Ready implements loop.Source.
func (c *conn) Ready(ev loop.Events) {
	if ev&^loop.Writable != 0 {
		c.receive(ev&(loop.PeerShut|loop.Hangup|loop.Failed) != 0)
	}
	if c.fd >= 0 && ev&loop.Writable != 0 && len(c.out) > 0 && c.mode == serving {
		c.flush()
	}
}

// receive reads what there is. Short of an end, a read that does not fill the
// buffer has emptied the socket: a later byte is a new edge.
func (c *conn) receive(shut bool) {
	for c.fd >= 0 && !c.eof && len(c.unread) == 0 {
		n, err := unix.Read(c.fd, c.srv.in)
		switch {
		case err == unix.EAGAIN:
			return
		case err == unix.EINTR:
			continue
		case err != nil:
			c.close()
			return
		case n == 0:
			c.ended()
			return
		}
		if c.mode == serving || c.mode == dripping {
			c.feed(c.srv.in[:n])
			c.advance()
		}
		if n < len(c.srv.in) && !shut {
			return
		}
	}
}

// ended is told that the client sends no more; it may still read.
func (c *conn) ended() {
	c.eof = true
	if c.mode == stalled || c.mode == ending || c.calls.n == 0 && len(c.out) == 0 {
		c.close()
	}
}

// feed makes calls of bytes.
func (c *conn) feed(b []byte) {
	for len(b) > 0 && !c.last {
		if c.calls.n >= mostQueued {
			c.unread = append(c.unread[:0], b...)
			return
		}
		m := &c.srv.request
		n, state, err := c.reader.Feed(b, m)
		if err != nil {
			c.push(call{last: true}.refuse(400, err.Error()))
			return
		}
		b = b[n:]
		switch state {
		case http1.More:
			return
		case http1.Continue:
			c.push(call{last: true}.refuse(400, "no body is wanted"))
			return
		case http1.Done:
			c.push(read(m, c.srv.loop.Now()))
		}
	}
}

func (c *conn) push(r call) {
	c.last = r.last
	c.calls.push(r)
	c.srv.stats.begun()
}

// advance answers the calls that are due, with one write, and sets the timer for the next.
func (c *conn) advance() {
	s := c.srv
	s.out, s.sent = s.out[:0], s.sent[:0]
	now := s.loop.Now()
	for c.mode == serving && len(c.out) == 0 && c.calls.n > 0 {
		if due := c.calls.at(0).due; due > now {
			s.loop.At(&c.timer, due)
			break
		}
		c.answer(c.calls.pop())
	}
	if c.fd >= 0 && len(s.out) > 0 {
		c.send(s.out)
		s.stats.answered(s.sent, s.loop.Clock())
	}
	c.settle()
}

// settle does what is left to do when the calls that were due are answered.
func (c *conn) settle() {
	if c.fd < 0 || c.mode != serving || len(c.out) > 0 {
		return
	}
	if len(c.unread) > 0 && c.calls.n < mostQueued/2 {
		b := c.unread
		c.unread = nil // rare, and feed may keep what is again too much
		c.feed(b)
		c.advance()
		if c.fd >= 0 {
			c.receive(false)
		}
		return
	}
	if c.calls.n == 0 && (c.last || c.eof) && len(c.unread) == 0 {
		c.end()
	}
}

// send writes b and keeps what the socket does not take.
func (c *conn) send(b []byte) {
	for len(b) > 0 {
		n, err := unix.Write(c.fd, b)
		switch {
		case err == unix.EAGAIN:
			c.out = append(c.out[:0], b...)
			return
		case err == unix.EINTR:
			continue
		case err != nil:
			c.close()
			return
		}
		b = b[n:]
	}
}

// flush goes on with what the socket did not take before.
func (c *conn) flush() {
	n, err := unix.Write(c.fd, c.out)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case err != nil:
		c.close()
		return
	}
	if c.out = c.out[n:]; len(c.out) == 0 {
		c.advance()
	}
}
