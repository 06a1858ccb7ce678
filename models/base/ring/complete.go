package ring

import (
	"errors"

	"golang.org/x/sys/unix"

	"assay/models/base/loop"
)

// complete sees to one completion.
func (e *Engine) complete(c cqe) {
	e.cqes++
	o, life, fd := userOf(c.user)
	if o == opQuiet {
		return
	}
	over := c.flags&cqeMore == 0
	if over {
		e.flying--
	}
	if o == opClose {
		e.leaving--
	}
	l := e.lines.at(fd)
	if l == nil || l.life != life {
		if o == opReceive && c.flags&cqeBuffer != 0 {
			e.bufs.give(uint16(c.flags >> 16))
		}
		return
	}
	switch o {
	case opPoll:
		e.over(l, over)
		if c.res > 0 {
			e.tell(fd, l, loop.Events(c.res))
		}
	case opAccept:
		e.over(l, over)
		e.accepted(fd, l, c.res)
	case opReceive:
		e.over(l, over)
		e.received(fd, l, c)
	case opSend:
		e.sent(fd, l, c.res)
	case opConnect:
		e.over(l, over)
		e.connected(fd, l, c.res)
	case opClose:
		*l = line{life: l.life}
		return
	}
	// The owner was told and may have closed it, or paused it, or asked for more.
	if l = e.lines.at(fd); l != nil && l.life == life {
		e.goOn(fd, l)
	}
}

// over notes that nothing is in flight any more that gets something.
func (e *Engine) over(l *line, is bool) {
	if is {
		l.unset(armed | stopping)
	}
}

// goOn asks for what comes next on a line: more, or its end.
func (e *Engine) goOn(fd int32, l *line) {
	if l.is(closing) {
		e.finish(fd, l)
		return
	}
	if l.kind != listener { // which is armed by the Accept that finds nothing
		e.arm(fd, l)
	}
}

// received hands what came to the owner, who takes it at once if it can. What it
// leaves is kept, and nothing more is received until it has been taken.
func (e *Engine) received(fd int32, l *line, c cqe) {
	id := -1
	if c.flags&cqeBuffer != 0 {
		id = int(c.flags >> 16)
	}
	switch {
	case c.res > 0 && !l.is(closing):
		e.arrived(fd, l, e.buffer(l, id)[:c.res])
	case c.res == 0:
		l.set(ended)
		e.tell(fd, l, loop.Readable|loop.PeerShut)
	case c.res < 0:
		e.notReceived(fd, l, unix.Errno(-c.res))
	}
	if id >= 0 {
		e.bufs.give(uint16(id))
	}
}

func (e *Engine) buffer(l *line, id int) []byte {
	if id >= 0 {
		return e.bufs.at(uint16(id))
	}
	return e.slots.all[l.in].b
}

// arrived lets the owner read b in place. What is kept from before comes first, and
// while Settle collects nobody reads.
func (e *Engine) arrived(fd int32, l *line, b []byte) {
	if e.ready == nil || e.has(l) {
		e.put(l, b)
	} else {
		e.viewOf, e.view = fd, b
	}
	e.tell(fd, l, loop.Readable)
	if e.ready == nil {
		return
	}
	e.keep()
	if e.has(l) && !l.is(closing) {
		l.set(paused)
		e.stop(fd, l)
	}
}

func (e *Engine) notReceived(fd int32, l *line, errno unix.Errno) {
	switch errno {
	case unix.ECANCELED, unix.EINTR, unix.EAGAIN:
	case unix.ENOBUFS:
		if err := e.bufs.ranOut(); err != nil {
			e.err = errors.Join(e.err, err)
		}
	default:
		l.errno = errno
		e.tell(fd, l, loop.Readable|loop.Failed)
	}
}

// keep keeps what of the view is left.
func (e *Engine) keep() {
	b := e.view
	e.view = nil
	if l := e.lines.at(e.viewOf); len(b) > 0 && l != nil && !l.is(closing) {
		e.put(l, b)
	}
}

// put appends to what is kept of a line.
func (e *Engine) put(l *line, b []byte) {
	e.keeper(l)
	l.kept.in = append(l.kept.in, b...)
}

func (e *Engine) keeper(l *line) {
	if l.kept != nil {
		return
	}
	if last := len(e.unused) - 1; last >= 0 {
		l.kept, e.unused = e.unused[last], e.unused[:last]
		return
	}
	l.kept = &kept{}
}

func (e *Engine) has(l *line) bool { return l.kept != nil && len(l.kept.in) > l.kept.off }

// forget gives a line's keeper to others, unless it has grown large.
func (e *Engine) forget(l *line) {
	k := l.kept
	l.kept = nil
	if k != nil && cap(k.in) <= mostKept && len(e.unused) < mostUnused {
		k.in, k.off, k.accepted = k.in[:0], 0, k.accepted[:0]
		e.unused = append(e.unused, k)
	}
}

const (
	mostKept   = 64 << 10
	mostUnused = 64
)

// accepted keeps a new connection for Accept, or an error that it must tell.
func (e *Engine) accepted(fd int32, l *line, res int32) {
	switch {
	case res >= 0 && l.is(closing): // it came when the listener was already closed
		unix.Close(int(res))
		return
	case res >= 0:
		e.keeper(l)
		l.kept.accepted = append(l.kept.accepted, res)
	case unix.Errno(-res) == unix.ECANCELED, unix.Errno(-res) == unix.EAGAIN, unix.Errno(-res) == unix.EINTR:
		if !l.is(closing) {
			e.arm(fd, l)
		}
		return
	default:
		l.errno = unix.Errno(-res)
	}
	e.tell(fd, l, loop.Readable)
}

// connected tells whoever dials how it went: Finish has the error.
func (e *Engine) connected(fd int32, l *line, res int32) {
	if l.kind = stream; res < 0 {
		l.errno = unix.Errno(-res)
	}
	e.tell(fd, l, loop.Writable)
}

// sent goes on with what is still to be sent, or frees the slot and lets the owner
// write again.
func (e *Engine) sent(fd int32, l *line, res int32) {
	s := &e.slots.all[l.out]
	if res > 0 {
		s.from += int(res)
	}
	again := res > 0 || res == -int32(unix.EINTR) || res == -int32(unix.EAGAIN)
	if again && s.from < s.to && !l.is(aborted) {
		e.send(fd, l)
		return
	}
	e.slots.give(l.out)
	l.out = 0
	if !again && !l.is(closing) {
		l.errno = unix.Errno(-res)
		e.tell(fd, l, loop.Writable|loop.Failed)
		return
	}
	if l.is(shutting) {
		l.unset(shutting)
		_ = shut(fd) // it fails only where the peer is gone, which a read tells
	}
	if l.is(blocked) {
		l.unset(blocked)
		e.tell(fd, l, loop.Writable)
	}
}
