package loop

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Events says what a descriptor is ready for; several bits may be set.
type Events uint32

// Several of these may come at once. A Source should read when any but Writable is set: the
// read then tells an end or an error apart.
const (
	Readable Events = unix.EPOLLIN
	Writable Events = unix.EPOLLOUT
	PeerShut Events = unix.EPOLLRDHUP // the peer shut its write side
	Hangup   Events = unix.EPOLLHUP   // both sides are shut
	Failed   Events = unix.EPOLLERR   // an error is pending on the descriptor
)

// Source is what a descriptor belongs to.
type Source interface {
	// Ready is called on the loop's thread when the descriptor became ready.
	// Edge-triggered: it is told once.
	Ready(ev Events)
}

// Loop waits for descriptors, timers and posted functions on one thread.
type Loop struct {
	// Spin is how long before a timer's time the loop stops sleeping and polls
	// instead: it buys precision with processor time. Zero never spins.
	Spin time.Duration
	// Polled is how long so far the loop polled for a timer instead of sleeping and found
	// nothing to do, ns. Read it on the loop's thread.
	Polled int64
	// OnTurn, if set, is called at the end of every turn.
	OnTurn func()

	engine  Engine // nil: epoll
	ready   func(fd int, gen uint32, ev Events)
	poll    poller
	table   table
	timers  heap
	now     int64
	idle    int64 // when the fruitless polling began; 0 when the loop does not poll
	yielded int64 // when the goroutine last let the scheduler have a look
	mail    mailbox
	sleep   func(time.Duration) (int, error) // poller.wait, but for tests of failure
}

// New makes a loop. Its descriptors are released by Close.
func New() (*Loop, error) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("loop: epoll_create1: %w", err)
	}
	ev, err := newMailbox()
	if err != nil {
		unix.Close(ep)
		return nil, err
	}
	l := &Loop{poll: poller{fd: ep}, mail: mailbox{fd: ev}, now: Clock()}
	l.sleep = l.poll.wait
	if err := l.Add(ev, wakeup{}); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// wakeup is the Source of the eventfd: being woken was all that was wanted.
type wakeup struct{}

func (wakeup) Ready(Events) {}

// Add registers a non-blocking descriptor, once and for both directions. An
// edge already there is reported in the coming turn.
func (l *Loop) Add(fd int, s Source) error {
	if fd < 0 {
		return fmt.Errorf("loop: add descriptor %d: %w", fd, unix.EBADF)
	}
	at := l.table.make(fd)
	gen := at.gen + 1
	if l.engine != nil {
		if err := l.engine.Add(fd, gen); err != nil {
			return err
		}
		at.src, at.gen = s, gen
		return nil
	}
	ev := unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET,
		Fd:     int32(fd), Pad: int32(gen),
	}
	if err := unix.EpollCtl(l.poll.fd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		return fmt.Errorf("loop: add descriptor %d: %w", fd, err)
	}
	at.src, at.gen = s, gen
	return nil
}

// Del takes fd out of the loop. Events of it that are already on their way are
// dropped, even when the number is added anew within the turn.
func (l *Loop) Del(fd int) error {
	l.forget(fd)
	if l.engine != nil {
		return l.engine.Del(fd)
	}
	if err := unix.EpollCtl(l.poll.fd, unix.EPOLL_CTL_DEL, fd, nil); err != nil {
		return fmt.Errorf("loop: delete descriptor %d: %w", fd, err)
	}
	return nil
}

// CloseFD takes fd out of the loop and closes it, which spares the system call that Del
// makes. Not for a descriptor that has duplicates.
func (l *Loop) CloseFD(fd int) error {
	l.forget(fd)
	if l.engine != nil {
		return l.engine.Close(fd)
	}
	return unix.Close(fd)
}

func (l *Loop) forget(fd int) {
	if at := l.table.at(fd); at != nil {
		at.src = nil
	}
}

// Each calls f for every descriptor that is in the loop. It may delete them.
func (l *Loop) Each(f func(fd int, s Source)) {
	for c, slots := range l.table.chunks {
		if slots == nil {
			continue
		}
		for i := range slots {
			if src := slots[i].src; src != nil {
				f(c*chunk+i, src)
			}
		}
	}
}

// Now is the clock as it was read after the last wait, in ns of CLOCK_MONOTONIC.
func (l *Loop) Now() int64 { return l.now }

// Clock reads the clock now, in ns of CLOCK_MONOTONIC.
func (l *Loop) Clock() int64 { return Clock() }

// Run turns until Stop, on the calling goroutine, which it locks to its thread.
// It returns nil after Stop, and an error if waiting fails.
func (l *Loop) Run() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// The default slack would make every time-out up to 50 µs late. Where the
	// kernel refuses, timers are later and nothing is wrong.
	if slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0); err == nil {
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
		defer func() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(slack), 0, 0, 0) }()
	}
	l.now = Clock()
	l.yielded = l.now
	for !l.mail.stopping.Load() {
		if err := l.turn(); err != nil {
			if l.engine == nil {
				err = fmt.Errorf("epoll_wait: %w", err)
			}
			return fmt.Errorf("loop: %w", err)
		}
	}
	if l.engine != nil {
		return l.engine.Flush()
	}
	return nil
}

// Close releases what New made; the loop must not be in Run. Descriptors that
// were added stay open.
func (l *Loop) Close() error {
	if l.engine != nil {
		return errors.Join(l.engine.Release(), unix.Close(l.mail.fd))
	}
	return errors.Join(unix.Close(l.mail.fd), unix.Close(l.poll.fd))
}
