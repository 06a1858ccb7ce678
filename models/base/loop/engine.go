package loop

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// Engine is what a loop waits with in epoll's place. All of it is called on the
// loop's thread. Descriptors come with the loop's generation of them, which goes
// back with each event.
type Engine interface {
	// Add has events of a descriptor told, edge-triggered. Close and Del end that.
	Add(fd int, gen uint32) error
	Del(fd int) error
	Close(fd int) error
	// Wait waits for at most d (for ever if negative, not at all if 0) and says how
	// many events there are about; a signal ends it early.
	Wait(d time.Duration) (int, error)
	// Take calls ready for the events that have come, in order. A descriptor of
	// which an event was told may be closed by then.
	Take(ready func(fd int, gen uint32, ev Events))
	// Flush has what was written and closed take effect, as far as peers let it. Run
	// ends with it.
	Flush() error
	// Release frees the engine.
	Release() error
}

// NewOn makes a loop that waits with e, which from here on is the loop's.
func NewOn(e Engine) (*Loop, error) {
	ev, err := newMailbox()
	if err != nil {
		return nil, errors.Join(err, e.Release())
	}
	l := &Loop{engine: e, poll: poller{fd: -1}, mail: mailbox{fd: ev}, now: Clock(), sleep: e.Wait}
	l.ready = l.tell
	if err := l.Add(ev, wakeup{}); err != nil {
		return nil, errors.Join(err, e.Release(), unix.Close(ev))
	}
	return l, nil
}

// tell hands an event to its source, unless that was taken out meanwhile.
func (l *Loop) tell(fd int, gen uint32, ev Events) {
	if at := l.table.at(fd); at != nil && at.src != nil && at.gen == gen {
		at.src.Ready(ev)
	}
}
