package sock

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Client is one open client connection in a Clients.
type Client struct {
	FD         int
	all        *Clients
	prev, next *Client
}

// Clients knows the open client connections of a process whose readers wait one
// by one, so that a drain can wake them. The zero value is ready; any thread may use it.
type Clients struct {
	mu       sync.Mutex
	first    *Client
	count    int
	draining bool
	gone     sync.Cond // broadcast when the last has left; L is set by Wait
}

// Add makes c one of them until it leaves. During a drain it is shut for reading
// at once: what its peer had sent by then is still read and answered.
func (s *Clients) Add(c *Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.all, c.next = s, s.first
	if s.first != nil {
		s.first.prev = c
	}
	s.first = c
	s.count++
	if s.draining {
		c.shut()
	}
}

// Leave takes c out, if it is in. It comes before its socket is closed, lest a drain
// shut another connection that has the same number by then.
func (c *Client) Leave() {
	s := c.all
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		s.first = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	}
	c.all, c.prev, c.next = nil, nil, nil
	if s.count--; s.count == 0 && s.gone.L != nil {
		s.gone.Broadcast()
	}
}

// Count is how many are open.
func (s *Clients) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Drain shuts the read side of all: a waiting reader wakes, reads what had come,
// answers it, and finds the end. It does not wait.
func (s *Clients) Drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	for c := s.first; c != nil; c = c.next {
		c.shut()
	}
}

// Wait returns when none is open.
func (s *Clients) Wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone.L = &s.mu
	for s.count > 0 {
		s.gone.Wait()
	}
}

// shut fails only where the peer is gone already, and then its reader knows.
func (c *Client) shut() { _ = unix.Shutdown(c.FD, unix.SHUT_RD) }

// Unread is how many bytes have come that nobody has read.
func (c *Client) Unread() int { return Unread(c.FD) }
