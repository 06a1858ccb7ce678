package oracle

import (
	"container/heap"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Server answers requests as a law says. Its methods but Stop are for one goroutine.
type Server struct {
	// Spin is how long it goes on polling after the last thing that happened, and before the
	// next departure. Zero never polls: then waking up makes departures late.
	Spin time.Duration

	law      Law
	seed     uint64
	addr     netip.AddrPort
	ln, ep   int
	wake     int // eventfd that ends Run
	conns    map[int]*conn
	planner  *Planner
	due      departures
	order    uint64
	answers  uint64
	arrivals []*pending // of one batch
	free     []*pending // answered, to be used again
	record   record
	events   [batch]unix.EpollEvent
	buf      [64 << 10]byte
	busyAt   int64 // when something last happened
}

// New listens at addr, host:port of IPv4. Close releases what it made.
func New(addr string, law Law, seed uint64) (*Server, error) {
	if why := law.wrong(); why != "" {
		return nil, fmt.Errorf("law %s: %s", law, why)
	}
	s := &Server{law: law, seed: seed, conns: map[int]*conn{}, record: newRecord(), ln: -1, ep: -1, wake: -1}
	s.planner = NewPlanner(law, seed, clock())
	var err error
	if s.ln, s.addr, err = listen(addr); err != nil {
		return nil, err
	}
	if s.ep, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err == nil {
		s.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	}
	if err == nil {
		err = errors.Join(s.watch(s.ln), s.watch(s.wake))
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("oracle: %w", err)
	}
	return s, nil
}

// Addr is where it listens.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// Stats says what it did. Not while Run runs: ask GET /-/stats then.
func (s *Server) Stats() Stats { return s.record.stats(s.law, s.planner.epoch) }

// Stop makes Run return. Safe from every thread.
func (s *Server) Stop() { _, _ = unix.Write(s.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) }

// Close closes all descriptors, when Run has returned.
func (s *Server) Close() {
	for fd := range s.conns {
		unix.Close(fd)
	}
	for _, fd := range []int{s.ln, s.ep, s.wake} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

func (s *Server) watch(fd int) error {
	e := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}
	return unix.EpollCtl(s.ep, unix.EPOLL_CTL_ADD, fd, &e)
}

// Run serves until Stop, on one locked thread. The error is epoll's.
func (s *Server) Run() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // where it is refused, sleeps are 50 µs late
	s.busyAt = clock()
	for yielded := s.busyAt; ; {
		s.release()
		n, err := s.wait()
		if err != nil {
			return fmt.Errorf("oracle: epoll_wait: %w", err)
		}
		now := clock()
		if n > 0 {
			s.busyAt = now
		}
		if stop := s.take(n); stop {
			return nil
		}
		// The runtime takes a goroutine for stuck that was not rescheduled for 10 ms.
		if now-yielded > int64(8*time.Millisecond) {
			yielded = now
			runtime.Gosched()
		}
	}
}

// atOnce is how many answers leave before arrivals are looked at again.
const atOnce = 32

// release answers what is due.
func (s *Server) release() {
	for range atOnce {
		if len(s.due) == 0 {
			return
		}
		now := clock()
		if s.due[0].planned > now {
			return
		}
		p := heap.Pop(&s.due).(*pending)
		if s.conns[p.conn.fd] != p.conn {
			s.free = append(s.free, p)
			continue // it was closed while it waited
		}
		p.depart, s.busyAt = now, now
		var err error
		if s.answers++; s.answers%sampleEvery == 0 {
			p.left, err = sendStamped(p.conn.fd, p.conn.answer)
		} else {
			err = send(p.conn.fd, p.conn.answer)
			p.sent = clock()
		}
		s.record.add(p.stamps)
		c := p.conn
		s.free = append(s.free, p)
		s.answered(c, err)
	}
}

// answered ends the request in hand, and begins the one behind it, if any.
func (s *Server) answered(c *conn, err error) {
	c.busy = false
	if err != nil || c.closes {
		s.drop(c)
		return
	}
	s.understand(c)
	s.admit()
}

func (s *Server) drop(c *conn) {
	if s.conns[c.fd] == c {
		delete(s.conns, c.fd)
		unix.Close(c.fd)
	}
}

// understand takes the next request off what c has received.
func (s *Server) understand(c *conn) {
	if c.busy {
		return
	}
	r, ok, err := c.next()
	switch {
	case err != nil:
		_ = send(c.fd, answer("400 Bad Request", "text/plain", "Connection: close\r\n", err.Error()+"\n"))
		s.drop(c)
	case !ok:
	case r.path == "/-/stats" || r.path == "/-/reset":
		s.answered(c, send(c.fd, s.report(r.path == "/-/reset")))
	default:
		c.busy, c.closes, c.answer = true, !r.persistent, r.answer()
		p := s.spare()
		*p = pending{stamps: c.last, conn: c}
		s.arrivals = append(s.arrivals, p)
	}
}

// spare is a pending request to fill.
func (s *Server) spare() *pending {
	last := len(s.free) - 1
	if last < 0 {
		return new(pending)
	}
	p := s.free[last]
	s.free = s.free[:last]
	return p
}

// report answers with the statistics, and forgets them on reset.
func (s *Server) report(reset bool) []byte {
	body, err := json.Marshal(s.record.stats(s.law, s.planner.epoch))
	if err != nil {
		return answer("500 Internal Server Error", "text/plain", "", err.Error())
	}
	if reset {
		s.record.reset()
	}
	return answer("200 OK", "application/json", "", string(body))
}

// admit plans the departures of a batch of arrivals, in the order that they came.
func (s *Server) admit() {
	slices.SortStableFunc(s.arrivals, func(a, b *pending) int {
		switch {
		case a.arrival < b.arrival:
			return -1
		case a.arrival > b.arrival:
			return 1
		}
		return 0
	})
	for _, p := range s.arrivals {
		s.order++
		p.order, p.planned = s.order, s.planner.Depart(p.arrival)
		heap.Push(&s.due, p)
	}
	s.arrivals = s.arrivals[:0]
}
