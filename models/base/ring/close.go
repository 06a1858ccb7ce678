package ring

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/loop"
)

// Del implements loop.Engine: the descriptor is its owner's again. Only for what is polled.
func (e *Engine) Del(fd int) error {
	l := e.lines.at(int32(fd))
	if l == nil || l.kind != polled {
		return fmt.Errorf("io_uring: delete descriptor %d: %w", fd, unix.ENOENT)
	}
	e.stop(int32(fd), l)
	*l = line{life: l.life}
	return nil
}

// Close implements loop.Engine. What Write took is still sent, for a while, unless
// the peer had not taken what came before. The number stays in use as long as that lasts.
func (e *Engine) Close(fd int) error {
	l := e.lines.at(int32(fd))
	if l == nil {
		return unix.Close(fd)
	}
	if l.is(closing) {
		return unix.EBADF
	}
	l.set(closing)
	e.leaving++
	if k := l.kept; k != nil {
		for i := k.off; i < len(k.accepted); i++ {
			unix.Close(int(k.accepted[i]))
		}
		e.forget(l)
	}
	if e.viewOf == int32(fd) {
		e.view = nil
	}
	switch {
	case l.out == 0:
	case l.errno != 0 || l.is(blocked):
		e.abort(int32(fd), l)
	default:
		now := loop.Clock()
		if len(e.closing) == 0 {
			e.sweep = now + int64(sweepEvery)
		}
		e.closing = append(e.closing, parting{int32(fd), l.life, now + int64(e.LastSend)})
	}
	e.finish(int32(fd), l)
	return nil
}

func (e *Engine) abort(fd int32, l *line) {
	if !l.is(aborted) {
		l.set(aborted)
		e.cancel(l.user(opSend, fd), l)
	}
}

// finish closes the descriptor if nothing is in flight on it any more, and has what
// gets something end.
func (e *Engine) finish(fd int32, l *line) {
	switch {
	case l.out != 0:
	case l.is(armed):
		e.stop(fd, l)
	case l.kind != closed && !l.is(gone):
		if l.in != 0 {
			e.slots.give(l.in)
			l.in = 0
		}
		l.set(gone)
		s := e.next(opClose, fd, l)
		s.opcode = doClose
	}
}

// parting is a connection that was closed with its last bytes still being sent.
type parting struct {
	fd    int32
	life  uint32
	until int64 // ns of CLOCK_MONOTONIC
}

const (
	sweepEvery = 100 * time.Millisecond
	endWait    = 2 * time.Second // for all of the last bytes at the end
)

// hurry cuts off peers that do not take their last bytes, and shortens a wait of
// d to look at them again. As a rule all have taken them when it first looks.
func (e *Engine) hurry(d time.Duration) time.Duration {
	now := loop.Clock()
	if now >= e.sweep {
		left := e.closing[:0]
		for _, p := range e.closing {
			l := e.lines.at(p.fd)
			if l == nil || l.life != p.life || l.out == 0 {
				continue
			}
			if now < p.until {
				left = append(left, p)
				continue
			}
			e.abort(p.fd, l)
		}
		e.closing = left
		e.sweep = now + int64(sweepEvery)
	}
	if len(e.closing) == 0 {
		return d
	}
	if within := time.Duration(e.sweep - now); d < 0 || within < d {
		return within
	}
	return d
}

// Flush implements loop.Engine: all that was asked for is submitted, and what was closed
// is closed, within a bound if peers do not take their last bytes.
func (e *Engine) Flush() error {
	err := e.q.enter(0, 0, true)
	for end := loop.Clock() + int64(endWait); e.leaving > 0 && err == nil && loop.Clock() < end; {
		err = e.q.enter(1, sweepEvery, true)
		for e.q.ready() > 0 {
			e.complete(e.q.pop())
		}
	}
	return err
}

// Release implements loop.Engine: it ends what is in flight and frees what New made.
// Descriptors that nobody closed stay open.
func (e *Engine) Release() error {
	e.released = true
	e.lines.each(func(fd int32, l *line) { e.stop(fd, l) })
	var err error
	for end := loop.Clock() + int64(endWait); e.flying > 0 && err == nil; {
		if loop.Clock() > end {
			e.lines.each(func(fd int32, l *line) {
				if l.out != 0 {
					e.abort(fd, l)
				}
			})
		}
		err = e.q.enter(1, sweepEvery, true)
		for e.q.ready() > 0 {
			e.complete(e.q.pop())
		}
	}
	if err = errors.Join(e.err, err); err != nil {
		// The kernel may still write into the buffers: they stay mapped.
		return errors.Join(err, unix.Close(e.q.fd))
	}
	if err = errors.Join(e.q.close(), e.slots.close()); e.bufs != nil {
		err = errors.Join(err, e.bufs.close())
	}
	return err
}
