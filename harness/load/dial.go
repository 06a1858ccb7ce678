package load

import (
	"errors"

	"golang.org/x/sys/unix"

	"assay/models/base/sock"
)

// begin starts a connect; it has failed when the error is not nil. Where no port
// is left it goes on from a further local address.
func (c *conn) begin() error {
	t := c.t
	for {
		fd, done, err := sock.Begin(t.to, t.from.next())
		if err == nil {
			c.fd, c.opening = fd, !done
			c.reader.Reset("")
			if err = t.w.loop.Add(fd, c); err != nil {
				c.shut()
			}
			return err
		}
		if !errors.Is(err, unix.EADDRNOTAVAIL) || !t.from.grow() {
			return err
		}
	}
}

// dial connects c for the requests to come.
func (c *conn) dial() {
	err := c.begin()
	switch {
	case err != nil:
		c.t.dialer.failed(c, err)
	case c.opening:
		c.state = dialing
	default:
		c.t.dialer.connected(c)
	}
}

// dialAndWrite connects c for the one request that it already carries.
func (c *conn) dialAndWrite() {
	c.t.slice.stamp(c)
	err := c.begin()
	c.t.slice.note(c)
	switch {
	case err != nil:
		c.unreached(err)
	case !c.opening:
		c.write()
	}
}

// opened looks how the connect has ended, and is false if c is not connected.
func (c *conn) opened() bool {
	done, err := sock.Finish(c.fd, c.t.to)
	switch {
	case err != nil:
		c.shut()
		if c.state == busy {
			c.unreached(err)
		} else {
			c.t.dialer.failed(c, err)
		}
		return false
	case !done:
		return false
	}
	c.opening = false
	if c.state == busy {
		c.write()
	} else {
		c.t.dialer.connected(c)
	}
	return true
}

// unreached gives up the request for which c was to be connected.
func (c *conn) unreached(err error) {
	t := c.t
	now := t.w.loop.Clock()
	t.slice.fail(c, connectFailed, now)
	c.state, c.due = down, 0
	t.dialer.backOff(now, err)
	t.dialer.push(c)
	t.slice.maybeFinish(now)
}

// lost closes c and has it opened anew.
func (c *conn) lost() {
	t := c.t
	if c.state == free {
		t.free.drop(c.index)
	}
	c.shut()
	c.state = down
	if !t.fresh {
		t.tally().reopened++
	}
	t.dialer.push(c)
}

// shut closes c's descriptor.
func (c *conn) shut() {
	if c.fd >= 0 {
		_ = c.t.w.loop.CloseFD(c.fd) // the descriptor is gone in any case
		c.fd = -1
	}
	c.opening, c.rest = false, c.rest[:0]
}
