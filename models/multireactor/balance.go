package multireactor

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"assay/models/base/nonblocking"
)

// member is one loop of several.
type member struct {
	*nonblocking.Server
	live     atomic.Int64 // connections, those on their way to the loop included
	requests atomic.Uint64

	mu    sync.Mutex
	given []int  // sockets that the loop has not adopted yet
	spare []int  // the other half of a double buffer, of the loop alone
	adopt func() // adoptAll, bound once: a connection costs no closure
	_     [64]byte
}

// assign gives a new connection to the member that has the fewest.
func (g *group) assign(fd int) error {
	m := g.least()
	m.live.Add(1)
	m.mu.Lock()
	m.given = append(m.given, fd)
	first := len(m.given) == 1
	m.mu.Unlock()
	if first {
		m.Loop.Post(m.adopt)
	}
	return nil
}

// adoptAll runs on the member's loop.
func (m *member) adoptAll() {
	m.mu.Lock()
	fds := m.given
	m.given = m.spare[:0]
	m.mu.Unlock()
	for _, fd := range fds {
		if err := m.Adopt(fd); err != nil {
			fmt.Fprintf(m.Log, "accept: %v\n", err)
		}
	}
	m.spare = fds[:0]
}

// least is the member with the fewest connections: of several, the one whose turn
// it is, so that a busy server's loops are even in new connections too.
func (g *group) least() *member {
	n := len(g.members)
	best := g.members[g.next%n]
	at := g.next % n
	for i := 1; i < n; i++ {
		if m := g.members[(g.next+i)%n]; m.live.Load() < best.live.Load() {
			best, at = m, (g.next+i)%n
		}
	}
	g.next = at + 1
	return best
}

// count counts the requests of each member. A single member's are the server's: to
// count them twice would be all that tells it from a reactor.
func (g *group) count() {
	for _, m := range g.members {
		start := m.Dispatch
		m.Dispatch = func(j *nonblocking.Job) {
			m.requests.Add(1)
			start(j)
		}
		m.Closed = func() { m.live.Add(-1) }
	}
}

// tell adds the requests of each loop to what /-/stats answers.
func (g *group) tell() {
	stats := g.env.Service.Stats
	if stats == nil {
		return
	}
	g.env.Service.Stats = func(dst []byte, requests uint64, collect bool) []byte {
		dst = bytes.TrimRight(stats(dst, requests, collect), "}\n")
		dst = append(dst, `,"loops":[`...)
		for i, m := range g.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			if len(g.members) > 1 {
				requests = m.requests.Load()
			}
			dst = strconv.AppendUint(dst, requests, 10)
		}
		return append(dst, "]}\n"...)
	}
}
