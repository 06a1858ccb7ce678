package ring

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"assay/models/base/loop"
)

// Engine waits for a loop with io_uring in epoll's place (loop.NewOn), and carries the bytes
// of its connections (nonblocking.Carrier). Apart from Found all is for the loop's thread.
type Engine struct {
	Found
	// LastSend is how long a peer may take for the last bytes before a close; New makes it 10 s.
	// Set it before the loop runs.
	LastSend time.Duration

	q        *queues
	bufs     *buffers // nil with single shots
	slots    slots
	lines    lines
	ready    func(fd int, gen uint32, ev loop.Events) // of the Take under way
	later    []event
	view     []byte // what the completion under way brought and nobody has taken yet
	viewOf   int32  // its descriptor
	flying   int    // operations whose last completion is still to come
	leaving  int    // descriptors that were closed and still are not
	closing  []parting
	sweep    int64 // when those are looked at again, ns of CLOCK_MONOTONIC
	settled  bool  // a drain has begun: listeners are asked directly
	released bool
	unused   []*kept
	err      error // what the kernel refuses for good
	cqes     uint64
}

type event struct {
	fd  int32
	tag uint32
	ev  loop.Events
}

// Sizes of the queues. A burst beyond them costs further calls, and loses nothing.
const (
	sqEntries = 512
	cqEntries = 4096
)

// batch is as many completions as one turn takes, as the epoll loop has it.
const batch = 128

// New makes an engine as wished; size is the bytes of one buffer to receive into.
// The error says why io_uring cannot be used here. The thread that first waits with
// the engine must be the one that goes on to, and that closes it.
func New(w Wish, size int) (*Engine, error) { return build(w, size, sqEntries, cqEntries) }

func build(w Wish, size int, sq, cq uint32) (*Engine, error) {
	f, err := Probe(w)
	if err != nil {
		return nil, err
	}
	q, err := open(sq, cq, f.flags|setupDisabled)
	if err != nil {
		return nil, refusal(err)
	}
	e := &Engine{Found: f, LastSend: 10 * time.Second, q: q, viewOf: -1, slots: slots{size: size}}
	if f.Shots == "multi" {
		if e.bufs, err = newBuffers(q, size); err != nil {
			return nil, errors.Join(err, q.close())
		}
	}
	return e, nil
}

// Counts says how often the kernel was entered, and how many completions it brought.
func (e *Engine) Counts() (enters, completions uint64) { return e.q.enters, e.cqes }

// next gives an entry for an operation on a line. With none to be had the loop ends
// with the reason at its next turn; the entry given then goes nowhere.
func (e *Engine) next(o op, fd int32, l *line) *sqe {
	s, err := e.q.next()
	if err != nil {
		e.err = errors.Join(e.err, err)
		s = new(sqe)
	}
	s.fd, s.user = fd, l.user(o, fd)
	if o != opQuiet {
		e.flying++
	} else if e.q.features&featSkip != 0 {
		s.flags = sqeSkip
	}
	return s
}

// Add implements loop.Engine: what is no stream or listener yet is polled for.
func (e *Engine) Add(fd int, gen uint32) error {
	l := e.lines.at(int32(fd))
	if l == nil {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
			return fmt.Errorf("io_uring: add descriptor %d: %w", fd, err)
		}
		l = e.lines.open(int32(fd), polled)
	}
	l.tag = gen
	e.arm(int32(fd), l)
	return nil
}

// arm asks for what the line is to get next, unless that is under way.
func (e *Engine) arm(fd int32, l *line) {
	if l.is(armed|paused|ended|closing) || l.errno != 0 || e.released {
		return
	}
	switch l.kind {
	case polled:
		s := e.next(opPoll, fd, l)
		s.opcode, s.len, s.op = doPoll, pollMulti, unix.EPOLLIN|unix.EPOLLOUT|unix.EPOLLRDHUP
	case listener:
		s := e.next(opAccept, fd, l)
		s.opcode, s.op = doAccept, unix.SOCK_CLOEXEC
		if e.bufs != nil {
			s.ioprio = acceptMulti
		}
	case stream:
		if !e.receive(fd, l) {
			return
		}
	default:
		return
	}
	l.set(armed)
}

// receive asks for bytes: for all that will come, where there are provided buffers.
func (e *Engine) receive(fd int32, l *line) bool {
	if e.bufs != nil {
		s := e.next(opReceive, fd, l)
		s.opcode, s.flags, s.ioprio, s.group = doRecv, sqeSelect, recvMulti, group
		return true
	}
	if l.in == 0 {
		i, err := e.slots.take(e.slots.size)
		if err != nil {
			e.err = errors.Join(e.err, err)
			return false
		}
		l.in = i
	}
	b := e.slots.all[l.in].b
	s := e.next(opReceive, fd, l)
	s.opcode, s.addr, s.len = doRecv, address(b), uint32(len(b))
	return true
}

// stop asks what is in flight to get something to end.
func (e *Engine) stop(fd int32, l *line) {
	if !l.is(armed) || l.is(stopping) {
		return
	}
	l.set(stopping)
	o := opReceive
	switch l.kind {
	case polled:
		o = opPoll
	case listener:
		o = opAccept
	case dialing:
		o = opConnect
	}
	e.cancel(l.user(o, fd), l)
}

func (e *Engine) cancel(user uint64, l *line) {
	s := e.next(opQuiet, -1, l)
	s.opcode, s.addr = doCancel, user
}

// Wait implements loop.Engine: one system call submits and waits.
func (e *Engine) Wait(d time.Duration) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	if len(e.closing) > 0 {
		d = e.hurry(d)
	}
	have := e.q.ready()
	if have > 0 || len(e.later) > 0 {
		d = 0
	}
	switch {
	case d == 0 && have > 0 && e.q.unsubmitted() == 0 && e.q.told == e.q.tail:
		return int(have), nil
	case d == 0:
		if err := e.q.enter(0, 0, true); err != nil {
			return 0, err
		}
	default:
		if err := e.q.enter(1, d, true); err != nil {
			return 0, err
		}
	}
	return int(e.q.ready()) + len(e.later), nil
}

// Take implements loop.Engine.
func (e *Engine) Take(ready func(fd int, gen uint32, ev loop.Events)) {
	e.ready = ready
	if e.bufs != nil {
		e.bufs.noted = false
	}
	for n := 0; n < len(e.later); n++ {
		ev := e.later[n]
		ready(int(ev.fd), ev.tag, ev.ev)
	}
	e.later = e.later[:0]
	for range batch {
		if e.q.ready() == 0 {
			break
		}
		e.complete(e.q.pop())
	}
	e.ready = nil
}

// tell hands an event to the loop: at once, or, while Settle collects, later.
func (e *Engine) tell(fd int32, l *line, ev loop.Events) {
	switch {
	case l.tag == 0 || l.is(closing):
	case e.ready == nil:
		e.later = append(e.later, event{fd, l.tag, ev})
	default:
		e.ready(int(fd), l.tag, ev)
	}
}

// Settle collects all that has come until now, for a drain that must not close a
// connection whose request is already here. Events for it are told afterwards.
func (e *Engine) Settle() error {
	ready := e.ready
	e.ready = nil
	defer func() { e.ready = ready }()
	e.settled = true
	e.keep() // what the completion under way brought comes before what is collected now
	for first := true; first || e.q.ready() > 0 || e.q.owing(); first = false {
		if err := e.q.enter(0, 0, true); err != nil {
			return err
		}
		for e.q.ready() > 0 {
			e.complete(e.q.pop())
		}
	}
	return nil
}
