package blocking

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Clients knows the open client connections of a process, so that a drain can
// wake whoever is blocked reading one. The zero value is ready.
type Clients struct {
	mu       sync.Mutex
	first    *Stream
	count    int
	draining bool
	gone     sync.Cond // broadcast at the last removal
}

// Add makes s one of them until it is closed. During a drain it is shut for
// reading at once: what it had sent by then is still read and answered.
func (c *Clients) Add(s *Stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.clients, s.next = c, c.first
	if c.first != nil {
		c.first.prev = s
	}
	c.first = s
	c.count++
	if c.draining {
		shut(s)
	}
}

// Release takes s out again without closing its socket, which is the caller's.
func (c *Clients) Release(s *Stream) (fd int) {
	c.remove(s)
	return s.fd
}

// remove is Stream.Close's. It comes before the descriptor is closed, lest a
// drain shut another connection that has the same number.
func (c *Clients) remove(s *Stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		c.first = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.clients, s.prev, s.next = nil, nil, nil
	if c.count--; c.count == 0 && c.gone.L != nil {
		c.gone.Broadcast()
	}
}

// Count is how many are open.
func (c *Clients) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// Drain shuts the read side of all: a blocked reader wakes, reads what had come,
// answers it, and finds the end. It does not wait.
func (c *Clients) Drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	for s := c.first; s != nil; s = s.next {
		shut(s)
	}
}

// Wait returns when none is open.
func (c *Clients) Wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone.L = &c.mu
	for c.count > 0 {
		c.gone.Wait()
	}
}

// shut fails only where the peer is gone already, and then its reader knows.
func shut(s *Stream) { _ = unix.Shutdown(s.fd, unix.SHUT_RD) }
