package loop

import (
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// mailbox holds what other threads want done on the loop's.
type mailbox struct {
	fd       int         // eventfd, edge-triggered: it is written to and never read
	asleep   atomic.Bool // the loop is in, or about to enter, a wait that only fd ends
	pending  atomic.Bool // posted is not empty, or the loop is to stop
	mu       sync.Mutex
	posted   []func()
	spare    []func() // the other half of a double buffer
	stopping atomic.Bool
}

// one is what is added to the eventfd's count.
var one = binary.NativeEndian.AppendUint64(nil, 1)

// Post has f run on the loop's thread in a coming turn, after what was posted
// before it. Safe from every thread; after Run has returned f is never run.
func (l *Loop) Post(f func()) {
	m := &l.mail
	m.mu.Lock()
	m.posted = append(m.posted, f)
	m.mu.Unlock()
	m.notify()
}

// Stop makes Run return nil at the end of its turn. Safe from every thread, and
// before Run too.
func (l *Loop) Stop() {
	l.mail.stopping.Store(true)
	l.mail.notify()
}

// notify wakes the loop if it sleeps. The order matters: pending is raised before
// asleep is read, and the loop raises asleep before it reads pending, so that at
// least one of the two sees the other.
func (m *mailbox) notify() {
	m.pending.Store(true)
	if m.asleep.Swap(false) {
		// It fails only when the count would overflow, and then it is readable anyway.
		_, _ = unix.Write(m.fd, one)
	}
}

// run calls what was posted; what these post in turn waits for the next turn.
func (m *mailbox) run() {
	m.pending.Store(false)
	m.mu.Lock()
	todo := m.posted
	m.posted = m.spare
	m.mu.Unlock()
	for i, f := range todo {
		todo[i] = nil
		f()
	}
	m.spare = todo[:0]
}

func newMailbox() (int, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return -1, fmt.Errorf("loop: eventfd: %w", err)
	}
	return fd, nil
}
