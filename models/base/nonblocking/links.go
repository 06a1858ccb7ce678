package nonblocking

import (
	"fmt"
	"net/netip"
	"slices"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/sock"
	"assay/models/base/style"
)

// links are a server's backend connections.
type links struct {
	srv  *Server
	to   []netip.AddrPort // by backend
	idle [][]*link        // by backend, last in first out
	buf  [conn.CallBuffer]byte
}

func (ls *links) init(s *Server) error {
	ls.srv = s
	for _, b := range s.Service.Backends {
		to, err := sock.Parse(b)
		if err != nil {
			return fmt.Errorf("backend: %w", err)
		}
		ls.to = append(ls.to, to)
	}
	ls.idle = make([][]*link, len(ls.to))
	return nil
}

// Call implements style.Loop: it writes the request before it returns, and never
// calls then before it has returned.
func (j *Job) Call(c *style.Call, then func(error)) {
	if j.ending || !j.client.conn.InHand() {
		return // the exchange is over
	}
	ls := &j.srv.links
	if len(ls.to) == 0 {
		l := ls.fresh(-1)
		l.begin(j, c, then)
		l.failLater(conn.ErrNoBackends)
		return
	}
	backend := c.Backend % len(ls.to)
	l := ls.take(backend)
	l.begin(j, c, then)
	if l.fd < 0 {
		l.dial()
	} else {
		l.start()
	}
}

// Abandon ends a call of j that is under way: its connection is closed, and its
// continuation does not run. A call that is over, or was never begun, is left alone.
func (j *Job) Abandon(c *style.Call) {
	for l := j.links; l != nil; l = l.next {
		if l.call == c {
			l.abandon()
			return
		}
	}
}

// take gives the idle link that was used last, or one not yet connected.
func (ls *links) take(backend int) *link {
	idle := ls.idle[backend]
	if last := len(idle) - 1; last >= 0 {
		l := idle[last]
		ls.idle[backend] = idle[:last]
		l.reused = true
		return l
	}
	return ls.fresh(backend)
}

func (ls *links) fresh(backend int) *link {
	l := &link{links: ls, backend: backend, fd: -1}
	l.deadline.Init(l.expired)
	return l
}

// drop takes an idle link that its backend has closed out of the pool.
func (ls *links) drop(l *link) {
	idle := ls.idle[l.backend]
	if i := slices.Index(idle, l); i >= 0 {
		ls.idle[l.backend] = slices.Delete(idle, i, i+1)
	}
	l.shut()
}

func (ls *links) loop() *loop.Loop { return ls.srv.Loop }
