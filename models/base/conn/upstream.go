package conn

import (
	"os"
	"sync"
	"time"
)

// Idlers keeps connections that are open and idle, a list for each backend, last
// in first out. There is no upper bound: as many as were ever in use at once.
// Any thread may use it.
type Idlers[T any] struct {
	mu    sync.Mutex
	lists [][]T
}

// Get takes the connection to a backend that was used last; false if none is idle.
func (p *Idlers[T]) Get(backend int) (c T, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if backend >= len(p.lists) || len(p.lists[backend]) == 0 {
		return c, false
	}
	l := p.lists[backend]
	c = l[len(l)-1]
	p.lists[backend] = l[:len(l)-1]
	return c, true
}

// Put gives a connection back.
func (p *Idlers[T]) Put(backend int, c T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for backend >= len(p.lists) {
		p.lists = append(p.lists, nil)
	}
	p.lists[backend] = append(p.lists[backend], c)
}

// Remove takes one given connection out, for an owner who learns that it was
// closed by the backend; false if it is not idle.
func (p *Idlers[T]) Remove(backend int, is func(T) bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if backend >= len(p.lists) {
		return false
	}
	for i, c := range p.lists[backend] {
		if is(c) {
			p.lists[backend] = append(p.lists[backend][:i], p.lists[backend][i+1:]...)
			return true
		}
	}
	return false
}

// Dial connects to addr (host:port) within the given time.
type Dial func(addr string, within time.Duration) (Stream, error)

// Upstreams is a process's backend connections, for models whose waits are
// functions that return. Any thread may use it.
type Upstreams struct {
	Service *Service
	Dial    Dial
	idle    Idlers[*upstream]
}

// Until is the deadline of a call that begins now.
func (u *Upstreams) Until() time.Time { return time.Now().Add(u.Service.BackendTimeout) }

// upstream is one backend connection.
type upstream struct {
	stream  Stream
	backend int
	reused  bool
	attempt Attempt
	out     []byte
	buf     [CallBuffer]byte
}

// open takes an idle connection, or makes one by until. The error wraps
// os.ErrDeadlineExceeded when the time is over.
func (u *Upstreams) open(backend int, fresh bool, until time.Time) (*upstream, error) {
	if !fresh {
		if c, ok := u.idle.Get(backend); ok {
			c.reused = true
			return c, nil
		}
	}
	left := time.Until(until) // a call may come here late: behind others' dials, or once more
	if left <= 0 {
		return nil, os.ErrDeadlineExceeded
	}
	s, err := u.Dial(u.Service.Backends[backend], left)
	if err != nil {
		return nil, err
	}
	return &upstream{stream: s, backend: backend}, nil
}

// shut gives a connection back if it may be used again, else closes it.
func (u *Upstreams) shut(c *upstream) {
	if c.attempt.Reusable() {
		u.idle.Put(c.backend, c)
		return
	}
	c.stream.Close()
}
