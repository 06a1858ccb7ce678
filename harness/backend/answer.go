package backend

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"assay/bench/workload"
	"assay/models/base/http1"
)

const (
	drip     = 10 * time.Millisecond // between the bytes of a slow answer
	patience = time.Second           // with a client that does not close
	plain    = "text/plain"
)

// answer appends the answer to r to the server's out, or does what its fault asks.
func (c *conn) answer(r call) {
	s := c.srv
	s.stats.over(&r, c.backend)
	switch r.kind {
	case identity:
		s.out = http1.AppendResponse(s.out, 200, "application/json", s.identity, !r.last)
	case figures:
		s.out = http1.AppendResponse(s.out, 200, "application/json", s.stats.json(r.brief), !r.last)
		if r.reset {
			s.stats.restart()
		}
	case refusal:
		s.out = http1.AppendResponse(s.out, int(r.status), plain, []byte(r.text), !r.last)
	default:
		c.value(&r)
	}
}

func (c *conn) value(r *call) {
	s := c.srv
	s.digits = strconv.AppendUint(s.digits[:0], workload.Value(r.n, int(r.i)), 10)
	switch r.fault {
	case NoFault:
		s.out = http1.AppendResponse(s.out, 200, plain, s.digits, !r.last)
		s.sent = append(s.sent, times{r.whole, r.due})
	case Fail:
		s.out = http1.AppendResponse(s.out, 500, plain, []byte("asked to fail"), !r.last)
	case Garbage:
		s.out = append(s.out, "\x00\x01 this is not HTTP\r\n\r\n"...)
		c.lastCall()
	case Truncate:
		s.out = http1.AppendResponseHead(s.out, 200, plain, len(s.digits), false)
		s.out = append(s.out, s.digits[:len(s.digits)/2]...)
		c.lastCall()
	case Reset:
		if len(s.out) > 0 {
			c.send(s.out)
			s.out = s.out[:0]
		}
		c.reset()
	case Stall:
		c.mode = stalled
		c.drop()
		if c.eof {
			c.close()
		}
	case Slow:
		c.mode = dripping
		c.out = http1.AppendResponse(append(c.out, s.out...), 200, plain, s.digits, !r.last)
		s.out = s.out[:0]
		s.loop.At(&c.timer, s.loop.Now()+int64(drip))
	}
}

// lastCall forgets the calls behind the one that ends the connection.
func (c *conn) lastCall() {
	c.last = true
	c.drop()
}

func (c *conn) drop() {
	c.srv.stats.dropped(c.calls.n)
	c.calls.n, c.unread = 0, nil
}

// tick is the connection's timer.
func (c *conn) tick() {
	switch c.mode {
	case serving:
		c.advance()
	case ending:
		c.close()
	case dripping:
		n, err := unix.Write(c.fd, c.out[:1])
		if err != nil && err != unix.EAGAIN && err != unix.EINTR {
			c.close()
			return
		}
		if c.out = c.out[max(n, 0):]; len(c.out) > 0 {
			c.srv.loop.At(&c.timer, c.timer.When()+int64(drip))
			return
		}
		c.mode = serving
		c.advance()
	}
}

// end shuts the write side and waits for the client to close: closing with input
// unread would reset the connection under an answer still on its way.
func (c *conn) end() {
	if c.eof || unix.Shutdown(c.fd, unix.SHUT_WR) != nil {
		c.close()
		return
	}
	c.mode = ending
	c.srv.loop.At(&c.timer, c.srv.loop.Now()+int64(patience))
}

// reset closes with a RST.
func (c *conn) reset() {
	if c.fd < 0 {
		return
	}
	// If it fails the client sees an orderly close instead, which is a failure too.
	_ = unix.SetsockoptLinger(c.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	c.close()
}

func (c *conn) close() {
	if c.fd < 0 {
		return
	}
	c.drop()
	c.srv.loop.Cancel(&c.timer)
	_ = c.srv.loop.CloseFD(c.fd) // nothing can be done about a close that fails
	c.fd = -1
	c.srv.stats.Connections--
	c.srv.giveBack(c)
}
