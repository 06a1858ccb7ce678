package prefork

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"time"

	"assay/models/base/blocking"
	"assay/models/base/model"

	"golang.org/x/sys/unix"
)

// start starts a worker that has its end of the line to the parent, the listener and the
// memory of all; end waits until it is gone and says how it ended. The descriptors stay the
// caller's.
type start func(env *model.Env, line int, s *shares) (end func() string, err error)

// startProcess is start with a process of this executable.
func startProcess(env *model.Env, line int, s *shares) (func() string, error) {
	p, err := model.StartChild(line, env.Listener, s.fd)
	if err != nil {
		return nil, err
	}
	return func() string {
		state, err := p.Wait()
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("process %d: %s", p.Pid, state)
	}, nil
}

// parent sees to it that there are workers. It is one thread: children get their
// parent-death signal when the thread that started them ends.
type parent struct {
	env      *model.Env
	start    start
	crew     []worker
	polls    []unix.PollFd
	begun    bool
	draining bool
	shares   *shares
	sum      sum
	buf      [maxFrame]byte
}

// worker is one place in the crew, and the process that holds it now.
type worker struct {
	line   int // the parent's end; -1: there is no process
	end    func() string
	born   time.Time
	up     bool // it has said that it is ready
	placed bool
	again  time.Time     // when there is to be one; it has no line then
	rest   time.Duration // before the next, if this one dies at once
	last   figures       // of the process as it last told them
}

// A worker that dies sooner than steady after its start was not killed by bad luck:
// the next waits, each time longer.
const (
	steady    = time.Second
	firstRest = 100 * time.Millisecond
	mostRest  = 3200 * time.Millisecond
)

func supervise(env *model.Env, start start) error {
	blocking.Own()
	defer runtime.UnlockOSThread()
	p := &parent{env: env, start: start, crew: make([]worker, env.Options.Int("workers"))}
	p.sum.init(p)
	var err error
	if p.shares, err = newShares(len(p.crew)); err != nil {
		return err
	}
	defer p.shares.close()
	for i := range p.crew {
		p.crew[i].line = -1
	}
	for i := range p.crew {
		if err = p.hire(i); err != nil {
			p.drain() // the others end
			break
		}
	}
	for err == nil && !(p.draining && p.empty()) {
		err = p.turn()
	}
	for i := range p.crew {
		p.dismiss(&p.crew[i])
	}
	if !p.draining {
		err = errors.Join(err, unix.Close(env.Listener))
	}
	return err
}

// hire starts a process for a place.
func (p *parent) hire(place int) error {
	w := &p.crew[place]
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("line to a worker: %w", err)
	}
	defer unix.Close(ends[1])
	w.born, w.again = time.Now(), time.Time{}
	w.up, w.placed = false, false
	if w.end, err = p.start(p.env, ends[1], p.shares); err != nil {
		unix.Close(ends[0])
		return fmt.Errorf("start a worker: %w", err)
	}
	w.line = ends[0]
	return nil
}

// begin has those who are up begin to accept, the first time only when all are: else
// the first of them would have all connections that wait.
func (p *parent) begin() {
	for i := range p.crew {
		if w := &p.crew[i]; !p.begun && w.line >= 0 && !w.up {
			return
		}
	}
	p.begun = true
	for i := range p.crew {
		if p.crew[i].up {
			p.place(i)
		}
	}
}

// place tells a worker which it is, upon which it accepts.
func (p *parent) place(i int) {
	if w := &p.crew[i]; w.line >= 0 && !w.placed {
		w.placed = true
		p.shares.counts[i].Store(0)
		// It fails only if the worker is gone, which hear is told.
		_ = unix.Send(w.line, binary.NativeEndian.AppendUint16([]byte{here}, uint16(i)), unix.MSG_NOSIGNAL)
	}
}

// dismiss lets go of w's process, and waits for its end.
func (p *parent) dismiss(w *worker) {
	if w.line >= 0 {
		unix.Close(w.line)
		w.line = -1
		w.end()
	}
}

func (p *parent) empty() bool {
	for i := range p.crew {
		if p.crew[i].line >= 0 {
			return false
		}
	}
	return true
}

// turn waits until something happens, and sees to it.
func (p *parent) turn() error {
	within := p.replace()
	p.polls = append(p.polls[:0], unix.PollFd{Fd: int32(p.env.Stop.FD()), Events: unix.POLLIN})
	if p.draining {
		p.polls[0].Fd = -1
	}
	for i := range p.crew {
		p.polls = append(p.polls, unix.PollFd{Fd: int32(p.crew[i].line), Events: unix.POLLIN}) // below zero it is passed over
	}
	var ts *unix.Timespec
	if within >= 0 {
		t := unix.NsecToTimespec(int64(within))
		ts = &t
	}
	if _, err := unix.Ppoll(p.polls, ts, nil); err != nil && err != unix.EINTR {
		return fmt.Errorf("wait for workers: %w", err)
	}
	for i := range p.crew {
		if p.polls[i+1].Revents != 0 {
			p.hear(i)
		}
	}
	if p.polls[0].Revents != 0 {
		p.drain()
	}
	return nil
}

// replace hires for those whose rest is over, and says how long the others rest; -1 if none does.
func (p *parent) replace() time.Duration {
	within := time.Duration(-1)
	for i := range p.crew {
		w := &p.crew[i]
		if w.again.IsZero() || p.draining {
			continue
		}
		if time.Until(w.again) <= 0 {
			if err := p.hire(i); err != nil {
				fmt.Fprintf(p.env.Log, "prefork: %v\n", err)
				w.delay()
			}
		}
		if left := time.Until(w.again); !w.again.IsZero() && (within < 0 || left < within) {
			within = max(left, 0)
		}
	}
	return within
}

// delay decides when w's place is filled again.
func (w *worker) delay() {
	now := time.Now()
	if now.Sub(w.born) >= steady {
		w.rest = 0
	} else {
		w.rest = min(max(2*w.rest, firstRest), mostRest)
	}
	w.again = now.Add(w.rest)
}

// hear takes what a worker says, or that it is gone.
func (p *parent) hear(place int) {
	w := &p.crew[place]
	n, _, err := unix.Recvfrom(w.line, p.buf[:], unix.MSG_DONTWAIT)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
	case err == nil && n > 0 && p.buf[0] == up:
		w.up = true
		p.begin()
	case err == nil && n > 0:
		p.sum.hear(w, p.buf[:n])
	default:
		unix.Close(w.line)
		w.line = -1
		p.shares.counts[place].Store(nobody)
		how := w.end()
		p.sum.gone(w)
		if !p.draining {
			fmt.Fprintf(p.env.Log, "prefork: a worker has ended and is replaced: %s\n", how)
			w.delay()
			p.begin()
		}
	}
}

// drain tells all workers, and closes the listener: theirs is still open.
func (p *parent) drain() {
	if p.draining {
		return
	}
	p.draining = true
	unix.Close(p.env.Listener)
	for i := range p.crew {
		if w := &p.crew[i]; w.line >= 0 {
			p.place(i)
			unix.Shutdown(w.line, unix.SHUT_WR)
		}
	}
}
