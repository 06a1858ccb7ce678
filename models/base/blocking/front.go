package blocking

import (
	"fmt"
	"time"

	"assay/models/base/model"
	"assay/models/base/sock"

	"golang.org/x/sys/unix"
)

// Front is the one thread before a Set: it accepts, gives what is ready to
// whoever serves it, and drains.
type Front struct {
	Set *Set
	// Round is how many connections are accepted before members are served again.
	Round int
	// Yield says that another process should take the connection that has come to a listener
	// they share. Whoever yields looks again a little later, and takes it then. Nil: never.
	Yield func() bool
	env   *model.Env
	// ready must not wait for anybody.
	ready func(*Member)

	mishaps  sock.Mishaps
	deaf     time.Time // until when nothing is accepted; zero: it is
	turn     time.Time // it has yielded, and until then need not again for one round
	draining bool
	err      error // one that cannot mend
}

// NewFront makes a front that serves env's listener; a listener below zero is
// none, and members come by Set.Add.
func NewFront(env *model.Env, ready func(*Member)) (*Front, error) {
	set, err := NewSet()
	if err != nil {
		return nil, err
	}
	f := &Front{Set: set, Round: round, env: env, ready: ready}
	err = set.Watch(env.Stop.FD())
	if err == nil && env.Listener >= 0 {
		err = set.Watch(env.Listener)
	}
	if err != nil {
		set.Close()
		return nil, err
	}
	return f, nil
}

// tick is how often a drain looks whether the last connection is closed.
const tick = 10 * time.Millisecond

// Run blocks the calling thread until the drain is over.
func (f *Front) Run() error {
	defer f.Set.Close()
	for !f.draining || f.Set.Clients.Count() > 0 {
		within := time.Duration(-1)
		switch {
		case f.draining:
			within = tick
		case !f.deaf.IsZero():
			if within = time.Until(f.deaf); within <= 0 {
				f.hear()
				continue
			}
		}
		if err := f.Set.Wait(within, f.ready, f.other); err != nil {
			return err
		}
		if f.err != nil {
			return f.err
		}
	}
	return nil
}

// other is called for the two descriptors that are no members.
func (f *Front) other(fd int) {
	if fd != f.env.Stop.FD() {
		switch {
		case f.draining: // it is an event of the same batch, and the listener is closed
		case f.Yield != nil && time.Now().After(f.turn) && f.Yield():
			f.turn = time.Now().Add(2 * yields)
			f.rest(yields)
		default:
			f.turn = time.Time{}
			f.accept(f.Round)
		}
		return
	}
	f.err = f.Set.Unwatch(fd)
	f.draining = true
	if f.env.Listener >= 0 {
		for f.accept(f.Round) {
		}
		unix.Close(f.env.Listener)
	}
	f.Set.Clients.Drain()
}

const round = 64

// accept takes up to n connections; false if there were less.
func (f *Front) accept(n int) bool {
	for range n {
		fd, err := sock.Accept(f.env.Listener, false)
		if err == unix.EAGAIN {
			return false
		}
		if err == nil {
			f.mishaps.Over()
			err = f.Set.Add(fd, f.env.Service)
		}
		if err != nil && !f.failed(err) {
			return false
		}
	}
	return true
}

// failed decides what follows a failed accept: true to go on with the next.
func (f *Front) failed(err error) bool {
	rest, again := f.mishaps.After(err, f.env.Log)
	if !again {
		f.err = fmt.Errorf("accept: %w", err)
		return false
	}
	if rest == 0 {
		return true
	}
	f.rest(rest)
	return false
}

// yields is how long a front yields. Nobody else may have time for the connection.
const yields = time.Millisecond

// rest accepts nothing for a while.
func (f *Front) rest(d time.Duration) {
	if !f.draining && f.deaf.IsZero() {
		// The listener stays readable: watched on, it would make Wait spin.
		f.err = f.Set.Unwatch(f.env.Listener)
		f.deaf = time.Now().Add(d)
	}
}

// hear ends a rest.
func (f *Front) hear() {
	f.deaf = time.Time{}
	if err := f.Set.Watch(f.env.Listener); err != nil {
		f.err = err
	}
}
