package blocking

import (
	"container/heap"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"assay/models/base/conn"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// Member is a client connection that waits in a Set between its requests. While
// a thread has it, nobody else does; between Wait and Arm it has no other owner.
type Member struct {
	conn.Session
	Stream Stream // what Session.Stream points to
	// Expired says that its deadline passed: Expire it, there is nothing to read.
	Expired bool

	// Written before arming, read after waiting: the kernel orders what one thread
	// did with a member before what the next does, but Go knows only its own.
	handed atomic.Uint32

	until time.Time // its deadline while it waits
	place int       // in the heap of deadlines, from 1; 0: not there
	out   bool      // of the epoll set, because it was overdue
}

// Set is where idle connections wait, for any number of threads to serve. One
// thread calls Wait; any may call Arm. Readiness is one-shot: a member that Wait
// gave is out of the set until it is armed again, so a connection belongs to one
// thread from its first byte to its answer, and silent clients hold none.
type Set struct {
	Clients sock.Clients // its members, and those out of it for now
	poll    int
	bell    int // eventfd: a deadline earlier than the one waited for
	events  [128]unix.EpollEvent

	mu      sync.Mutex
	members []*Member // by descriptor
	due     due
	waits   time.Time // when Wait wakes at the latest; zero: never
}

// NewSet makes an empty set.
func NewSet() (*Set, error) {
	poll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("readiness set: %w", err)
	}
	bell, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(poll)
		return nil, fmt.Errorf("readiness set: %w", err)
	}
	s := &Set{poll: poll, bell: bell}
	if err := s.Watch(bell); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close frees the set, not its members.
func (s *Set) Close() {
	unix.Close(s.poll)
	unix.Close(s.bell)
}

// Watch makes Wait report that a descriptor which is no member is readable, as
// long as it is.
func (s *Set) Watch(fd int) error { return s.control(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN) }

// Unwatch ends Watch.
func (s *Set) Unwatch(fd int) error { return s.control(unix.EPOLL_CTL_DEL, fd, 0) }

func (s *Set) control(op, fd int, events uint32) error {
	ev := unix.EpollEvent{Fd: int32(fd), Events: events}
	if err := unix.EpollCtl(s.poll, op, fd, &ev); err != nil {
		return fmt.Errorf("readiness set: descriptor %d: %w", fd, err)
	}
	return nil
}

const oneShot = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT

// Add makes a member of a client's blocking socket, idle and armed. It closes
// the socket when it fails.
func (s *Set) Add(fd int, service *conn.Service) error {
	m := &Member{Stream: *NewStream(fd)}
	m.Conn.Service, m.Session.Stream = service, &m.Stream
	s.mu.Lock()
	for fd >= len(s.members) {
		s.members = append(s.members, make([]*Member, fd+1)...)
	}
	s.members[fd] = m
	s.mu.Unlock()
	s.Clients.Add(&m.Stream.Client)
	m.handed.Store(1)
	if err := s.control(unix.EPOLL_CTL_ADD, fd, oneShot); err != nil {
		s.drop(m)
		return err
	}
	return nil
}

// Arm lets m wait in the set again for what after says, or forgets it if that is
// conn.Closed. The caller must not touch m any more.
func (s *Set) Arm(m *Member, after conn.After) {
	m.handed.Store(1)
	var err error
	switch after {
	case conn.Closed: // closing the socket took it out of the epoll set
		s.forget(m)
		return
	case conn.Idle:
		err = s.control(m.again(), m.Stream.FD, oneShot)
	default:
		err = s.armUntil(m, m.Deadline())
	}
	if err != nil {
		s.drop(m)
	}
}

// drop closes a member that cannot be armed.
func (s *Set) drop(m *Member) {
	m.Stream.Close()
	s.forget(m)
}

// again is the operation that arms m again.
func (m *Member) again() int {
	if m.out {
		m.out = false
		return unix.EPOLL_CTL_ADD
	}
	return unix.EPOLL_CTL_MOD
}

// forget drops a member whose socket is closed; its number may be another's by now.
func (s *Set) forget(m *Member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.members[m.Stream.FD] == m {
		s.members[m.Stream.FD] = nil
	}
}

// armUntil arms under the lock: else Wait could find m overdue, and own it,
// before it is armed.
func (s *Set) armUntil(m *Member, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.control(m.again(), m.Stream.FD, oneShot); err != nil {
		return err
	}
	m.until = until
	heap.Push(&s.due, m)
	if s.due[0] == m && (s.waits.IsZero() || until.Before(s.waits)) {
		unix.Write(s.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
	return nil
}

// Wait blocks the calling thread until members are ready or overdue, and gives
// each to ready; or until a watched descriptor is readable, and gives it to other;
// or for within (less than zero: as long as it takes). Then it returns.
func (s *Set) Wait(within time.Duration, ready func(*Member), other func(fd int)) error {
	n, err := s.wait(within)
	if err == unix.EINTR {
		return nil
	}
	if err != nil {
		return fmt.Errorf("readiness set: %w", err)
	}
	var batch [len(s.events)]*Member
	s.mu.Lock()
	for i, ev := range s.events[:n] {
		if fd := int(ev.Fd); fd < len(s.members) && s.members[fd] != nil {
			batch[i] = s.members[fd]
			batch[i].handed.Load()
			if batch[i].place > 0 {
				heap.Remove(&s.due, batch[i].place-1)
			}
		}
	}
	s.mu.Unlock()
	for i, m := range batch[:n] {
		switch fd := int(s.events[i].Fd); {
		case m != nil:
			ready(m)
		case fd == s.bell:
			var b [8]byte
			unix.Read(s.bell, b[:])
		default:
			other(fd)
		}
	}
	for m := s.overdue(); m != nil; m = s.overdue() {
		m.Expired = true
		ready(m)
	}
	return nil
}

// wait sleeps until an event, the earliest deadline, or within is over. It keeps to a time that
// it was to wake at though nobody needs it any more: the next deadline is later as a rule, and
// whoever arms that need not ring. A body that comes in ten pieces would ring ten times.
func (s *Set) wait(within time.Duration) (int, error) {
	s.mu.Lock()
	next := s.due.next()
	if s.waits.IsZero() || !next.IsZero() && next.Before(s.waits) || !time.Now().Before(s.waits) {
		s.waits = next
	}
	waits := s.waits
	s.mu.Unlock()
	if !waits.IsZero() {
		left := max(time.Until(waits), 0)
		if within < 0 || left < within {
			within = left
		}
	}
	millis := -1
	if within >= 0 {
		millis = int((within + time.Millisecond - 1) / time.Millisecond)
	}
	return unix.EpollWait(s.poll, s.events[:], millis)
}

// overdue takes a member whose deadline has passed out of the set; nil if there
// is none. It is deleted, not masked: a mask would still let a hang-up through, and
// give the member a second owner.
func (s *Set) overdue() *Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.due.next(); at.IsZero() || time.Now().Before(at) {
		return nil
	}
	m := heap.Pop(&s.due).(*Member)
	m.out = s.control(unix.EPOLL_CTL_DEL, m.Stream.FD, 0) == nil
	return m
}
