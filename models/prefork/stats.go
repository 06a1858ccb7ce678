package prefork

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"assay/models/base/conn"
	"assay/models/base/model"

	"golang.org/x/sys/unix"
)

// What goes over a line, a frame of its own each: a letter, then the rest.
const (
	want = 'w' // worker to parent: the figures of all; "1": after a collection
	up   = 'u' // worker to parent, first: it could accept now
	here = 'p' // parent to worker, first: its place in the crew, two bytes, and leave to accept
	tell = 't' // parent to worker: yours, as above
	mine = 'm' // worker to parent: JSON
	all  = 'a' // parent to worker: JSON
)

const maxFrame = 4 << 10

// figures are what /-/stats answers, by name.
type figures map[string]int64

// line is a worker's end. One thread listens to it; the other may ask over it.
type line struct {
	fd       int
	service  *conn.Service
	own      func(dst []byte, requests uint64, collect bool) []byte
	mu       sync.Mutex
	answered chan []byte
}

func newLine(fd int, s *conn.Service) *line {
	return &line{fd: fd, service: s, own: s.Stats, answered: make(chan []byte, 1)}
}

// errOrphan is why a worker ends that never began.
var errOrphan = errors.New("worker: the parent is gone")

// place says that the worker is up, and waits for its place in the crew.
func (l *line) place() (int, error) {
	l.send(up, nil)
	var b [3]byte
	n, err := unix.Read(l.fd, b[:])
	for err == unix.EINTR {
		n, err = unix.Read(l.fd, b[:])
	}
	if err == nil && n == 0 {
		return 0, errOrphan
	}
	if err != nil || n != len(b) || b[0] != here {
		return 0, fmt.Errorf("worker: the parent does not say which: %d bytes: %w", n, err)
	}
	return int(binary.NativeEndian.Uint16(b[1:])), nil
}

// listen answers the parent until it says no more.
func (l *line) listen() {
	var buf [maxFrame]byte
	for {
		n, err := unix.Read(l.fd, buf[:])
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return
		}
		switch rest := buf[1:n]; buf[0] {
		case tell:
			l.send(mine, l.own(nil, l.service.Requests(), string(rest) == "1"))
		case all:
			select {
			case l.answered <- append([]byte(nil), rest...):
			default: // nobody waits any more
			}
		}
	}
}

func (l *line) send(kind byte, rest []byte) {
	// It fails only if the parent is gone, which listen is told.
	_ = unix.Send(l.fd, append([]byte{kind}, rest...), unix.MSG_NOSIGNAL)
}

// patience is how long a worker waits for the others' figures. They come as fast as
// threads are woken, unless a process is stopped.
const patience = 3 * time.Second

// ask is conn.Service.Stats: the sums over all processes of the server, those that
// are gone included.
func (l *line) ask(dst []byte, requests uint64, collect bool) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.answered: // of one that came too late
	default:
	}
	flag := []byte("0")
	if collect {
		flag = []byte("1")
	}
	l.send(want, flag)
	select {
	case sums := <-l.answered:
		return append(append(dst, sums...), '\n')
	case <-time.After(patience):
		return fmt.Appendf(dst, "{}\n") // its own alone would be taken for all
	}
}

// sum is the parent's side: it asks all and adds up, one asking at a time.
type sum struct {
	p       *parent
	past    figures          // of processes that are gone
	open    map[*worker]bool // who has not answered yet
	askers  []*worker
	waiting []asking // for the asking under way to end
}

type asking struct {
	w       *worker
	collect bool
}

func (s *sum) init(p *parent) { s.p, s.past, s.open = p, figures{}, map[*worker]bool{} }

// hear takes a worker's frame.
func (s *sum) hear(w *worker, frame []byte) {
	switch frame[0] {
	case want:
		s.waiting = append(s.waiting, asking{w, string(frame[1:]) == "1"})
		s.next()
	case mine:
		f := figures{}
		if json.Unmarshal(frame[1:], &f) == nil {
			w.last = f
		}
		delete(s.open, w)
		s.finish()
	}
}

// next begins the asking that waits, if none is under way.
func (s *sum) next() {
	if len(s.open) > 0 || len(s.askers) > 0 || len(s.waiting) == 0 {
		return
	}
	flag := byte('0')
	for _, a := range s.waiting {
		s.askers = append(s.askers, a.w)
		if a.collect {
			flag = '1'
		}
	}
	s.waiting = s.waiting[:0]
	for i := range s.p.crew {
		if w := &s.p.crew[i]; w.line >= 0 && w.placed && unix.Send(w.line, []byte{tell, flag}, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT) == nil {
			s.open[w] = true
		}
	}
	s.finish()
}

// finish answers when all have answered.
func (s *sum) finish() {
	if len(s.open) > 0 || len(s.askers) == 0 {
		return
	}
	sums := figures{}
	sums.add(s.past)
	var parents figures
	if json.Unmarshal(model.Stats(nil, 0, false), &parents) == nil {
		sums.add(parents)
	}
	for i := range s.p.crew {
		sums.add(s.p.crew[i].last)
	}
	answer, err := json.Marshal(sums)
	if err != nil {
		answer = []byte("{}")
	}
	for _, w := range s.askers {
		if w.line >= 0 {
			_ = unix.Send(w.line, append([]byte{all}, answer...), unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
		}
	}
	s.askers = s.askers[:0]
	s.next()
}

// gone keeps what a worker had told before it ended; what it did since, nobody knows.
func (s *sum) gone(w *worker) {
	for name, n := range w.last {
		if name != "threads" && name != "goroutines" { // those are of now
			s.past[name] += n
		}
	}
	w.last = nil
	delete(s.open, w)
	s.finish()
}

func (f figures) add(g figures) {
	for name, n := range g {
		f[name] += n
	}
}
