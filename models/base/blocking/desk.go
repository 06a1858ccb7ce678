package blocking

import "assay/models/base/conn"

// Desk is what a thread needs while it serves members: a buffer, turns for those
// that hold none, and a way to wait.
type Desk struct {
	service *conn.Service
	waiter  *Waiter
	turns   []*conn.Turn
	buf     [conn.ReadBuffer]byte
}

// NewDesk makes a desk; w is nil for one that only refuses.
func NewDesk(s *conn.Service, w *Waiter) *Desk { return &Desk{service: s, waiter: w} }

// Stay serves one connection until it is closed: the calling thread waits in its reads.
func (d *Desk) Stay(c *Stream) {
	m := &Member{}
	m.Conn.Service, m.Session.Stream = d.service, c
	d.seat(m)
	m.Session.Serve(d.waiter, d.buf[:])
	d.clear(m)
}

// Serve answers what has come from a member, and says what it waits for next.
func (d *Desk) Serve(m *Member) conn.After {
	defer d.clear(m)
	if d.seat(m) {
		return m.Expire()
	}
	return m.Step(d.waiter, d.buf[:])
}

// Refuse answers what has come from a member with 503, and waits for nobody: a
// client that does not take the refusal is cut off.
func (d *Desk) Refuse(m *Member) conn.After {
	defer d.clear(m)
	m.Stream.Hasty = true
	if d.seat(m) {
		return m.Expire()
	}
	return m.Session.Refuse(d.buf[:])
}

// seat gives m a turn if it has none. True: its deadline has passed.
func (d *Desk) seat(m *Member) (expired bool) {
	if !m.Conn.HasTurn() {
		if n := len(d.turns); n > 0 {
			m.Conn.Take(d.turns[n-1])
			d.turns = d.turns[:n-1]
		} else {
			m.Conn.Take(conn.NewTurn(d.service))
		}
	}
	expired, m.Expired = m.Expired, false
	return expired
}

// clear takes the turn back from a member that has nothing in hand. A desk keeps
// a few: turns travel with half-sent requests from desk to desk.
func (d *Desk) clear(m *Member) {
	m.Stream.Hasty = false
	if t := m.Conn.Idle(); t != nil && len(d.turns) < 8 {
		d.turns = append(d.turns, t)
	}
}
