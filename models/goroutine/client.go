package goroutine

import (
	"sync"

	"assay/models/base/conn"
	"assay/models/base/style"
)

// server is what all connections share.
type server struct {
	service *conn.Service
	up      *conn.Upstreams
	spawn   bool      // CallAll starts a goroutine for each call
	turns   sync.Pool // of *conn.Turn
}

// client is one client connection and the waiter of its handlers. An idle one
// holds its read buffer, as every reader that blocks does, but no turn: that is
// taken when bytes have come and given back with the answer, or it would be a tenth
// of the memory of an idle connection.
type client struct {
	stream
	caller  conn.Caller
	session conn.Session
	server  *server
}

var _ style.Waiter = (*client)(nil)

func (s *server) client(fd int) *client {
	c := &client{stream: openStream(fd), caller: conn.Caller{Up: s.up}, server: s}
	c.session.Stream, c.session.Conn.Service = c, s.service
	return c
}

// serve serves the connection until it is closed.
func (c *client) serve() {
	// The buffer is apart from the rest, because 4 KiB is a size that the
	// allocator has, and a little more is not.
	buf := make([]byte, conn.ReadBuffer)
	for {
		after := c.session.Step(c, buf)
		if t := c.session.Conn.Idle(); t != nil {
			c.server.turns.Put(t)
		}
		if after == conn.Closed {
			return
		}
	}
}
