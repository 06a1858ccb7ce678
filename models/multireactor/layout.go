package multireactor

import (
	"errors"
	"sync"

	"assay/models/base/loop"
	"assay/models/base/nonblocking"
	"assay/models/base/sock"
)

// serve runs all loops until the drain of the last is over. When one fails, all end.
func (g *group) serve() error {
	if len(g.members) > 1 {
		g.count()
	}
	g.tell()
	switch {
	case g.env.Options.Text("layout") == "reuseport":
		return g.serveAlike()
	case len(g.members) == 1:
		return g.serveAlone()
	}
	return g.serveBehindAcceptor()
}

// serveAlone is a reactor.
func (g *group) serveAlone() error {
	s := g.members[0].Server
	if err := errors.Join(s.Listen(g.env.Listener), s.DrainOn(g.env.Stop.FD())); err != nil {
		return err
	}
	return s.Run()
}

// serveAlike gives every loop a listener of its own.
func (g *group) serveAlike() error {
	at, err := sock.Addr(g.env.Listener)
	if err != nil {
		return err
	}
	listener := g.env.Listener
	for i, m := range g.members {
		if i > 0 {
			if listener, err = sock.Listen(at.String(), g.env.Options.Int("backlog"), true); err != nil {
				return err
			}
		}
		if err := errors.Join(m.Listen(listener), m.DrainOn(g.env.Stop.FD())); err != nil {
			return err
		}
	}
	return g.run(nil)
}

// serveBehindAcceptor lets a loop without clients accept for the others.
func (g *group) serveBehindAcceptor() error {
	l, err := loop.New()
	if err != nil {
		return err
	}
	front, err := nonblocking.New(l, g.env.Service, nonblocking.Callback)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	front.Log = g.env.Log
	front.Accepted = g.assign
	front.Drained = func() { // all that was accepted is posted already
		for _, m := range g.members {
			m.Loop.Post(m.Drain)
		}
		l.Stop()
	}
	err = errors.Join(front.Listen(g.env.Listener), front.DrainOn(g.env.Stop.FD()))
	if err == nil {
		err = g.run(front)
	}
	return errors.Join(err, front.Close(), l.Close())
}

// run runs the front, if there is one, and each member on a thread of its own.
func (g *group) run(front *nonblocking.Server) error {
	servers := make([]*nonblocking.Server, 0, len(g.members)+1)
	for _, m := range g.members {
		servers = append(servers, m.Server)
	}
	if front != nil {
		servers = append(servers, front)
	}
	errs := make([]error, len(servers))
	var all sync.WaitGroup
	for i, s := range servers {
		all.Go(func() {
			if errs[i] = s.Run(); errs[i] == nil {
				return
			}
			for _, other := range servers {
				other.Loop.Stop()
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
