package gnet

import (
	"context"
	"time"

	"assay/models/base/conn"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// client is what a connection is beside gnet's own part. It is used on its loop only.
type client struct {
	conn      conn.Conn
	deadline  *time.Timer // of a request that has begun, of lingering, or of a client that does not read
	owing     bool
	lingering bool
	closed    bool
	discarded int // bytes, while lingering
}

// unread bounds what is kept of a client that sends and does not read. gnet reads
// on while an answer waits; it cannot be told to stop.
const unread = 4 << 20

// OnOpen implements gnet.EventHandler.
func (s *server) OnOpen(g gnet.Conn) ([]byte, gnet.Action) {
	g.SetContext(&client{conn: conn.Conn{Service: s.env.Service}})
	return nil, gnet.None
}

// OnClose implements gnet.EventHandler.
func (s *server) OnClose(g gnet.Conn, _ error) gnet.Action {
	c := g.Context().(*client)
	c.closed = true
	c.settled()
	s.owes(c, false)
	return gnet.None
}

// OnTraffic implements gnet.EventHandler.
func (s *server) OnTraffic(g gnet.Conn) gnet.Action {
	c := g.Context().(*client)
	if c.lingering {
		n, _ := g.Discard(-1)
		if c.discarded += n; c.discarded > conn.LingerBytes {
			return gnet.Close
		}
		return gnet.None
	}
	if !c.conn.HasTurn() {
		c.conn.Take(s.turn())
	}
	if s.take(g, c) != nil {
		return gnet.Close
	}
	return s.settle(g, c)
}

// turn gives a turn to a connection that has something in hand from now on.
func (s *server) turn() *conn.Turn {
	if t, ok := s.turns.Get().(*conn.Turn); ok {
		return t
	}
	return conn.NewTurn(s.env.Service)
}

// settle says what the connection waits for.
func (s *server) settle(g gnet.Conn, c *client) gnet.Action {
	service := s.env.Service
	s.owes(c, g.OutboundBuffered() > 0)
	switch {
	case c.owing:
		if g.InboundBuffered() > unread {
			return gnet.Close
		}
		s.await(g, c, service.WriteTimeout)
	case c.conn.Closing():
		if !c.conn.Lingers() || unix.Shutdown(g.Fd(), unix.SHUT_WR) != nil {
			return gnet.Close
		}
		c.lingering = true
		c.settled()
		s.after(g, c, conn.LingerTime, func() { g.Close() })
	case c.conn.Partial():
		if c.deadline == nil {
			s.after(g, c, service.RequestTimeout, func() { s.expire(g, c) })
		}
	default:
		if t := c.conn.Idle(); t != nil {
			s.turns.Put(t)
		}
	}
	return gnet.None
}

// patience is how often a connection is looked at whose client does not take its
// answer: gnet does not tell when it has.
const patience = 10 * time.Millisecond

// await looks again until the client has taken its answer, or within is over.
func (s *server) await(g gnet.Conn, c *client, within time.Duration) {
	c.settled()
	s.after(g, c, min(patience, within), func() {
		switch {
		case g.OutboundBuffered() == 0:
			c.deadline = nil
			g.Wake(nil) // to OnTraffic, for what was not read meanwhile
		case within <= patience:
			g.Close()
		default:
			s.await(g, c, within-patience)
		}
	})
}

// expire refuses a request that did not become whole in time.
func (s *server) expire(g gnet.Conn, c *client) {
	c.deadline = nil
	c.conn.Expire()
	if write(g, c) != nil || s.settle(g, c) == gnet.Close {
		g.Close()
	}
}

// after runs f on the connection's loop, unless the connection is closed by then or
// settled was called.
func (s *server) after(g gnet.Conn, c *client, d time.Duration, f func()) {
	loop := g.EventLoop()
	var timer *time.Timer
	due := gnet.RunnableFunc(func(context.Context) error {
		if !c.closed && c.deadline == timer {
			f()
		}
		return nil
	})
	timer = time.AfterFunc(d, func() { loop.Execute(context.Background(), due) })
	c.deadline = timer
}

// settled ends the wait that after began.
func (c *client) settled() {
	if c.deadline != nil {
		c.deadline.Stop()
		c.deadline = nil
	}
}

func (s *server) owes(c *client, owing bool) {
	if owing != c.owing {
		c.owing = owing
		if owing {
			s.owing.Add(1)
		} else {
			s.owing.Add(-1)
		}
	}
}
