package nonblocking

import (
	"golang.org/x/sys/unix"

	"assay/models/base/conn"
	"assay/models/base/loop"
)

// client is one client connection. While it is idle this is all there is of it.
type client struct {
	conn      conn.Conn
	srv       *Server
	job       *Job  // from the first byte of a request until all is settled
	fd        int32 // -1: closed
	unread    bool  // the socket may hold what no further edge will tell of
	ended     bool  // the peer's end was told: read until it is met, not just until a short read
	lingering bool
}

// readsATurn bounds how often one connection is read before others get their
// turn; a peer that pipelines faster than it is served could hold the loop for ever.
const readsATurn = 16

// Ready implements loop.Source.
func (c *client) Ready(ev loop.Events) {
	if ev&loop.Failed != 0 { // reset: nothing can be sent any more
		c.close()
		return
	}
	if ev&^loop.Writable != 0 {
		c.unread = true
		c.ended = c.ended || ev&(loop.PeerShut|loop.Hangup) != 0
	}
	c.advance()
}

// advance does all that can be done without waiting. It sends what is owed; only
// when all of that is taken does it look at what else has come, so that a peer
// that does not read is not read from. It is called whenever something may have become possible.
func (c *client) advance() {
	if c.lingering {
		c.discard()
		return
	}
	for reads := 0; c.flush(); {
		j := c.job
		switch {
		case c.conn.InHand():
			return
		case c.conn.Closing():
			c.finish()
			return
		case j != nil && j.kept() > 0:
			c.take(j.rest[j.off:], true)
		case !c.unread:
			c.settle()
			return
		case reads == readsATurn:
			c.srv.Loop.At(&j.again, 0)
			return
		default:
			c.receive()
			reads++
		}
	}
}

// receive reads once.
func (c *client) receive() {
	buf := c.srv.buf[:]
	switch n, errno := c.srv.read(c.fd, buf); {
	case n > 0:
		c.unread = n == len(buf) || c.ended
		c.conn.Took(n)
		c.take(buf[:n], false)
	case n == 0:
		c.conn.EOF()
	case errno == unix.EAGAIN:
		c.unread = false
	default:
		c.close()
	}
}

// take hands the whole requests of in to their handlers, in order and one at a
// time. What follows a request whose handler waits, or an answer that the peer
// does not take, is kept for later; kept says that it is what was kept before.
func (c *client) take(in []byte, kept bool) {
	j := c.job
	if j == nil {
		j = c.srv.newJob(c)
	}
	for len(in) > 0 && !c.conn.Closing() {
		c.conn.Look(c)
		n, x := c.conn.Feed(in)
		in = in[n:]
		waits := false
		if x != nil {
			c.conn.Detach() // the buffer is another connection's as soon as the handler waits
			waits = j.dispatch(x)
		}
		if x != nil || len(c.conn.Out()) > 0 { // one request is over: the next has its own deadline
			c.srv.Loop.Cancel(&j.deadline)
		}
		if waits {
			j.keep(in, kept)
			return
		}
		if len(c.conn.Out()) >= conn.OutBound && !c.flush() {
			if c.fd >= 0 { // else the job is another's by now
				j.keep(in, kept)
			}
			return
		}
	}
	j.keep(nil, false)
}

// Unread implements conn.Unreader. No event need have told of what there is.
func (c *client) Unread() int {
	if c.fd < 0 {
		return 0
	}
	n := c.srv.unread(c.fd)
	c.unread = c.unread || n > 0
	return n
}

// settle puts a connection that nothing more can be done for to rest.
func (c *client) settle() {
	j := c.job
	switch {
	case c.srv.draining:
		c.close()
	case j == nil:
	case c.conn.Partial():
		if !j.deadline.Set() { // absolute: a further byte does not move it
			j.arm(c.srv.Service.RequestTimeout)
		}
	default:
		c.giveUpJob()
	}
}

// giveUpJob lets another connection have the job, if it is in order.
func (c *client) giveUpJob() {
	j := c.job
	c.job = nil
	c.srv.Loop.Cancel(&j.deadline)
	c.srv.Loop.Cancel(&j.again)
	j.client = nil
	if turn := c.conn.Idle(); turn != nil && len(c.srv.jobs) < keptJobs {
		j.keep(nil, false)
		c.srv.jobs = append(c.srv.jobs, j)
	}
}

// expired ends what took too long: a request is refused; an answer that is not
// taken, or a lingering peer, is cut off.
func (c *client) expired() {
	if !c.conn.Partial() || len(c.conn.Out()) > 0 || c.lingering {
		c.close()
		return
	}
	c.conn.Expire()
	c.advance()
}
