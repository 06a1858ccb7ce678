// Package gnet is github.com/panjf2000/gnet, an event-loop framework without a
// protocol of its own, driven by our codec and our connection logic: what is compared
// with our loops is the loop alone.
package gnet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"assay/models/base/conn"
	"assay/models/base/model"
	"assay/models/base/sock"
	"assay/models/reference/site"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// Model is this reference. Only workloads that wait for nothing: gnet has no client
// that a handler on its loop could wait with. One loop, which accepts as well, is the
// least it can do on one processor.
var Model = model.Model{
	Name:  "gnet",
	Doc:   "gnet v2: one event loop, driven by our codec",
	Kind:  model.Reference,
	Style: "direct",
	Options: []model.Option{
		{Name: "loops", Default: "1", Doc: "event loops", Check: model.Whole(1, 1024)},
		{Name: "lock-thread", Default: "off", Doc: "LockOSThread: loops keep their threads", Check: model.OneOf("on", "off")},
	},
	Workloads: []string{"echo", "idle"},
	Limits:    model.Limits{Isolation: true},
	Run:       run,
}

func run(env *model.Env) error {
	at, err := sock.Addr(env.Listener)
	if err == nil {
		// gnet makes its own listener: both must agree to share the address.
		err = unix.SetsockoptInt(env.Listener, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}
	if err != nil {
		return fmt.Errorf("gnet: %w", err)
	}
	s := &server{env: env}
	if s.stopping, err = site.Stopping(env.Stop); err != nil {
		return fmt.Errorf("gnet: %w", err)
	}
	err = gnet.Run(s, "tcp://"+at.String(),
		gnet.WithReusePort(true), // also: the loop accepts, there is no acceptor beside it
		gnet.WithReuseAddr(true),
		gnet.WithNumEventLoop(env.Options.Int("loops")),
		gnet.WithLockOSThread(env.Options.Text("lock-thread") == "on"),
		gnet.WithTCPNoDelay(gnet.TCPNoDelay),
		gnet.WithTicker(true), // for its first tick
		gnet.WithLogger(logger{env.Log}),
	)
	if err == nil && !env.Stop.Begun() {
		err = errors.New("the engine stopped by itself, as it does when accept fails")
	}
	if err != nil {
		return fmt.Errorf("gnet: %w", err)
	}
	return nil
}

// server is one run of the model.
type server struct {
	gnet.BuiltinEventEngine
	env      *model.Env
	engine   gnet.Engine
	stopping func() error // returns when the drain begins
	ticked   bool
	answered atomic.Uint64 // requests
	owing    atomic.Int64  // connections whose client has not taken its answer
	turns    sync.Pool     // of *conn.Turn, of connections with nothing in hand
}

// OnBoot implements gnet.EventHandler.
func (s *server) OnBoot(e gnet.Engine) gnet.Action {
	s.engine = e
	return gnet.None
}

// OnTick implements gnet.EventHandler. The first tick says that the loops run.
func (s *server) OnTick() (time.Duration, gnet.Action) {
	if !s.ticked {
		s.ticked = true
		s.takeOver()
		go s.drain(s.stopping)
	}
	return time.Hour, gnet.None
}

// quiet is how long no request may have been answered for a drain to be over.
const quiet = 50 * time.Millisecond

// drain stops the engine, which drops what is unread, once nothing more comes.
func (s *server) drain(stopping func() error) {
	if err := stopping(); err != nil {
		fmt.Fprintln(s.env.Log, err)
	}
	for last, again := uint64(0), true; again || s.owing.Load() > 0; {
		time.Sleep(quiet)
		now := s.answered.Load()
		last, again = now, now != last
	}
	s.engine.Stop(context.Background())
}

// take feeds what has come to c and answers every whole request, until too much is owed.
func (s *server) take(g gnet.Conn, c *client) error {
	in, err := g.Peek(-1)
	for err == nil && len(in) > 0 && !c.conn.Closing() && g.OutboundBuffered() < conn.OutBound {
		n, x := c.conn.Feed(in)
		if x != nil {
			c.settled()
			c.conn.Answer(conn.Run(c.conn.Route.Direct, nil, x))
			s.answered.Add(1)
		}
		in = in[n:]
		if _, err = g.Discard(n); err == nil && (len(in) == 0 || len(c.conn.Out()) >= conn.OutBound) {
			err = write(g, c)
		}
	}
	return errors.Join(err, write(g, c))
}

// write hands what is to be sent to gnet, which keeps what the socket does not take.
func write(g gnet.Conn, c *client) error {
	out := c.conn.Out()
	if len(out) == 0 {
		return nil
	}
	_, err := g.Write(out)
	c.conn.Sent(len(out))
	return err
}
