package load

import (
	"golang.org/x/sys/unix"

	"assay/bench/workload"
	"assay/models/base/http1"
	"assay/models/base/loop"
)

// state is what a connection is doing.
type state uint8

const (
	down    state = iota // it has no descriptor and waits for the dialer
	dialing              // the dialer's connect is under way
	free                 // it can take a request
	busy                 // it carries one; where each request has its own connection, from its connect on
	silent               // it is only held open
)

// conn is one connection, or, where each request has its own, one after the other.
type conn struct {
	t       *target
	fd      int
	index   int32
	state   state
	opening bool // fd's connect has not ended
	reader  http1.ResponseReader
	ask     workload.Ask
	times   Times
	due     int64  // closed loop: when its next request is intended; 0: when it can be sent
	rest    []byte // of the request, what the kernel did not take yet
	answers uint32 // right ones, in this slice
	place   int    // open loop: of its request in the schedule
	waited  bool   // open loop: its request waited for a free connection
	got     uint64 // bytes of its request's answer so far
}

var _ loop.Source = (*conn)(nil)

// Ready implements loop.Source.
func (c *conn) Ready(ev loop.Events) {
	if c.opening && !c.opened() {
		return
	}
	if len(c.rest) > 0 && ev&loop.Writable != 0 {
		c.flush()
	}
	if ev&^loop.Writable == 0 || c.fd < 0 {
		return
	}
	if c.state == busy {
		c.read(ev)
	} else {
		c.stray()
	}
}

// write draws up the request and sends it.
func (c *conn) write() { c.send(c.t.w.encode(c.t, &c.ask)) }

// send sends the request, drawn up as out.
func (c *conn) send(out []byte) {
	n, e := send(c.fd, out)
	switch e {
	case 0:
	case unix.EAGAIN:
		n = 0
	default:
		c.broken(reset)
		return
	}
	c.t.slice.bytesOut += uint64(n)
	if n < len(out) {
		c.rest = append(c.rest[:0], out[n:]...)
	}
}

// flush sends what is left of the request.
func (c *conn) flush() {
	for len(c.rest) > 0 {
		n, e := send(c.fd, c.rest)
		switch e {
		case 0:
		case unix.EAGAIN:
			return
		default:
			c.broken(reset)
			return
		}
		c.t.slice.bytesOut += uint64(n)
		c.rest = c.rest[:copy(c.rest, c.rest[n:])]
	}
}

// read takes what there is of the answer. A read that does not fill the buffer has
// emptied the socket, unless the peer has closed: then the end is behind it.
func (c *conn) read(ev loop.Events) {
	w := c.t.w
	closing := ev&^(loop.Readable|loop.Writable) != 0
	for c.state == busy {
		n, e := recv(c.fd, w.buf)
		switch {
		case e == unix.EAGAIN:
			return
		case e != 0:
			c.broken(reset)
			return
		case n == 0:
			c.end()
			return
		}
		whole := c.feed(w.buf[:n], closing)
		if n < len(w.buf) && (whole || !closing) {
			return
		}
	}
	if c.fd >= 0 {
		c.stray()
	}
}

// feed hands bytes of the answer to the reader and says whether the answer is whole.
func (c *conn) feed(b []byte, closing bool) bool {
	w := c.t.w
	if c.times.First == 0 {
		c.times.First = max(w.loop.Now(), c.times.Sent) // the loop saw it no later than it woke
	}
	c.t.slice.bytesIn += uint64(len(b))
	n, st, err := c.reader.Feed(b, &w.resp)
	c.got += uint64(n)
	if err != nil {
		c.broken(unparsed)
		return true
	}
	if st != http1.Done {
		return false
	}
	if n < len(b) {
		c.t.slice.tally.add(unsolicited)
		closing = true
	}
	c.answered(!closing && w.resp.KeepAlive && len(c.rest) == 0)
	return true
}

// end is the peer's end of the stream while a request waits for its answer.
func (c *conn) end() {
	if st, _ := c.reader.EOF(&c.t.w.resp); st == http1.Done { // a body that ends with the connection
		c.answered(false)
		return
	}
	c.broken(ended)
}

// answered judges the answer in hand and goes on to what comes next.
func (c *conn) answered(keep bool) {
	t := c.t
	now := t.w.loop.Clock()
	c.times.Done = now
	t.slice.judge(c, now)
	c.due = now
	switch {
	case t.fresh:
		c.shut()
		t.ready(c, now)
	case keep:
		t.ready(c, now)
	default:
		c.lost()
		t.slice.maybeFinish(now)
	}
	t.slice.catchUp(now)
}

// broken gives the request up because its connection is of no more use.
func (c *conn) broken(f fault) {
	now := c.t.w.loop.Clock()
	c.t.slice.fail(c, f, now)
	c.due = now
	c.lost()
	c.t.slice.maybeFinish(now)
}

// stray reads what comes on a connection that carries no request: bytes that
// nobody asked for, or its end.
func (c *conn) stray() {
	n, e := recv(c.fd, c.t.w.buf)
	if e == unix.EAGAIN {
		return
	}
	if e == 0 && n > 0 {
		c.t.tally().add(unsolicited)
	}
	c.lost()
}
