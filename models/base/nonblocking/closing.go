package nonblocking

import (
	"golang.org/x/sys/unix"

	"assay/models/base/conn"
)

// flush sends what is owed. False: not all of it was taken, or the connection is gone.
func (c *client) flush() bool {
	if c.fd < 0 {
		return false
	}
	for {
		out := c.conn.Out()
		if len(out) == 0 {
			return true
		}
		n, errno := c.srv.write(c.fd, out)
		if errno != 0 && errno != unix.EAGAIN {
			c.close()
			return false
		}
		if n == len(out) {
			c.conn.Sent(n)
			c.srv.Loop.Cancel(&c.job.deadline)
			return true
		}
		if n < 0 {
			if !c.job.deadline.Set() { // absolute: taking a byte does not move it
				c.job.arm(c.srv.Service.WriteTimeout)
			}
			return false
		}
		c.conn.Sent(n)
	}
}

// finish ends a connection whose last answer is sent: at once, or, while the peer
// may still be sending, after what it sends was thrown away for a while. Closed
// with bytes unread, the kernel would send a reset, and that may overtake the answer.
func (c *client) finish() {
	if !c.conn.Lingers() || c.job == nil || c.srv.shutdown(c.fd) != nil {
		c.close()
		return
	}
	c.lingering, c.unread = true, true
	c.job.arm(conn.LingerTime)
	c.discard()
}

// discard throws away what a lingering peer has sent.
func (c *client) discard() {
	for c.unread {
		n, errno := c.srv.read(c.fd, c.srv.buf[:])
		if errno == unix.EAGAIN {
			c.unread = false
			return
		}
		c.job.discarded += n
		if n <= 0 || c.job.discarded > conn.LingerBytes {
			c.close()
		}
		if c.fd < 0 {
			return
		}
	}
}

// close ends the connection now. An exchange that a handler still has goes on without it,
// and its answer goes nowhere: as in models whose threads wait elsewhere meanwhile, and hear
// of no reset.
func (c *client) close() {
	if c.fd < 0 {
		return
	}
	if err := c.srv.Loop.CloseFD(int(c.fd)); err != nil {
		c.srv.logf("close: %v", err)
	}
	c.fd, c.unread = -1, false
	c.srv.open--
	c.srv.left()
	if c.job != nil {
		c.srv.Loop.Cancel(&c.job.deadline)
		c.srv.Loop.Cancel(&c.job.again)
		if !c.conn.InHand() {
			c.conn.Sent(len(c.conn.Out()))
			c.giveUpJob()
		}
	}
	c.srv.settled()
}
