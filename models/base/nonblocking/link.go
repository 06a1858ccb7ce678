package nonblocking

import (
	"golang.org/x/sys/unix"

	"assay/models/base/conn"
	"assay/models/base/loop"
	"assay/models/base/style"
)

// link is one backend connection and the call that is under way on it.
type link struct {
	links      *links
	backend    int
	fd         int32 // -1: not connected
	connecting bool
	reused     bool // it has carried a call before this one
	ended      bool // the backend's end was told
	attempt    conn.Attempt
	out        []byte // the request, sent up to sent
	sent       int

	job        *Job // nil: idle
	call       *style.Call
	then       func(error)
	deadline   loop.Timer // one for connecting, retrying and answering
	failure    error      // to be told by the deadline's timer
	prev, next *link      // of the same job
}

// begin gives the link a call. The deadline is absolute, and counts from here.
func (l *link) begin(j *Job, c *style.Call, then func(error)) {
	l.job, l.call, l.then, l.failure = j, c, then, nil
	if l.next = j.links; l.next != nil {
		l.next.prev = l
	}
	l.prev, j.links = nil, l
	lp := l.links.loop()
	lp.At(&l.deadline, lp.Clock()+int64(l.links.srv.Service.BackendTimeout))
}

// dial connects, and starts the call when that is done.
func (l *link) dial() {
	l.reused, l.ended = false, false
	fd, done, err := l.links.srv.begin(l.links.to[l.backend])
	if err == nil {
		if err = l.links.loop().Add(fd, l); err != nil {
			unix.Close(fd)
		}
	}
	if err != nil {
		l.failLater(conn.Failed(err, false))
		return
	}
	l.fd, l.connecting = int32(fd), !done
	if done {
		l.start()
	}
}

// failLater ends the call in the coming turn: a continuation never runs inside Call.
func (l *link) failLater(err error) {
	l.failure = err
	l.links.loop().At(&l.deadline, 0)
}

// start sends the request.
func (l *link) start() {
	s := l.links.srv.Service
	l.out, l.sent = l.attempt.Start(l.out[:0], l.call, s.Backends[l.backend], s.Limits), 0
	l.send()
}

func (l *link) send() {
	for l.sent < len(l.out) {
		n, errno := l.links.srv.write(l.fd, l.out[l.sent:])
		switch errno {
		case 0:
			l.sent += n
		case unix.EAGAIN:
			return
		default:
			l.broken(errno)
			return
		}
	}
}

// Ready implements loop.Source.
func (l *link) Ready(ev loop.Events) {
	l.ended = l.ended || ev&^(loop.Readable|loop.Writable) != 0
	switch {
	case l.connecting:
		done, err := l.links.srv.finish(int(l.fd), l.links.to[l.backend])
		if err != nil {
			l.finish(conn.Failed(err, false))
		} else if done {
			l.connecting, l.ended = false, false
			l.start()
		}
	case l.job == nil:
		if ev&^loop.Writable != 0 { // closed, or speaking out of turn
			l.links.drop(l)
		}
	default:
		if ev&loop.Writable != 0 && l.sent < len(l.out) {
			l.send()
		}
		if ev&^loop.Writable != 0 && l.fd >= 0 && !l.connecting {
			l.receive()
		}
	}
}

// receive reads the answer.
func (l *link) receive() {
	buf := l.links.buf[:]
	for {
		n, errno := l.links.srv.read(l.fd, buf)
		switch {
		case n > 0:
			if done, err := l.attempt.Feed(buf[:n]); done || err != nil {
				l.finish(err)
				return
			}
			if n < len(buf) && !l.ended {
				return
			}
		case errno == unix.EAGAIN:
			return
		default:
			l.broken(errno)
			return
		}
	}
}

// broken handles a connection that ended (no errno) or failed. One that was idle
// before the call may have been closed for its age: the call is tried once more, on a fresh one.
func (l *link) broken(errno unix.Errno) {
	if l.reused && !l.attempt.Begun() {
		l.disconnect()
		l.dial()
		return
	}
	var cause error // nil: it ended
	if errno != 0 {
		cause = errno
	}
	err := l.attempt.Broken(cause)
	if l.sent < len(l.out) { // found while sending, perhaps inside Call
		l.disconnect()
		l.failLater(err)
		return
	}
	l.finish(err)
}

func (l *link) expired() {
	err := l.failure
	if err == nil {
		err = style.ErrDeadline
	}
	l.finish(err)
}

// finish ends the call: the connection goes back to the pool, or is closed, and
// the handler goes on.
func (l *link) finish(err error) {
	j, c, then := l.job, l.call, l.then
	l.leave()
	if l.fd >= 0 && l.sent == len(l.out) && !l.ended && !l.connecting && l.attempt.Reusable() {
		l.links.idle[l.backend] = append(l.links.idle[l.backend], l)
	} else {
		l.shut()
	}
	c.Err = err
	j.Resume(then, err)
}

// abandon closes the link without telling the handler, whose exchange is over.
func (l *link) abandon() {
	l.leave()
	l.shut()
}

// leave takes the link from its job.
func (l *link) leave() {
	l.links.loop().Cancel(&l.deadline)
	if l.prev != nil {
		l.prev.next = l.next
	} else {
		l.job.links = l.next
	}
	if l.next != nil {
		l.next.prev = l.prev
	}
	l.job, l.call, l.then, l.prev, l.next = nil, nil, nil, nil, nil
}

// shut closes the connection, which carries no call any more.
func (l *link) shut() {
	l.disconnect()
	l.out = nil
}

func (l *link) disconnect() {
	if l.fd >= 0 {
		if err := l.links.loop().CloseFD(int(l.fd)); err != nil {
			l.links.srv.logf("close backend connection: %v", err)
		}
	}
	l.fd, l.connecting = -1, false
}
