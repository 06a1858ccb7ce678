package load

import (
	"net/netip"

	"assay/bench/workload"
	"assay/models/base/http1"
)

// target is one worker's share of an arm: its connections, and the slice that
// runs on them. It is touched on the worker's thread only.
type target struct {
	w       *worker
	to      netip.AddrPort
	host    string // of the requests
	from    *sources
	source  workload.Source
	fresh   bool   // a connection per request
	conns   []conn // the first busy of them carry requests, the others stay silent
	busy    int
	free    picker
	dialer  dialer
	slice   slice
	between tally // what happened since the last slice
}

// targetSpec is what a target is made of.
type targetSpec struct {
	to         netip.AddrPort
	host       string
	from       *sources
	source     workload.Source
	fresh      bool
	busy, idle int
}

// answerLimits are generous: what a server sends is measured, not policed.
var answerLimits = http1.Limits{Body: 256 << 20, Head: 64 << 10, Line: 64 << 10, Field: 64 << 10, Fields: 256}

func newTarget(w *worker, spec targetSpec) *target {
	t := &target{
		w: w, to: spec.to, host: spec.host, from: spec.from, source: spec.source, fresh: spec.fresh,
		conns: make([]conn, spec.busy+spec.idle), busy: spec.busy, free: newPicker(spec.busy, 0),
	}
	for i := range t.conns {
		c := &t.conns[i]
		c.t, c.index, c.fd = t, int32(i), -1
		c.reader.Init(answerLimits)
	}
	t.dialer.init(t)
	t.slice.init(t)
	return t
}

// open connects all connections, evenly over ramp ns, and calls then when they
// are connected, one has failed, or deadline is reached.
func (t *target) open(ramp, deadline int64, then func(error)) {
	now := t.w.loop.Clock()
	for i := range t.conns {
		if c := &t.conns[i]; t.fresh && i < t.busy {
			t.ready(c, now)
		} else {
			t.dialer.push(c)
		}
	}
	t.dialer.ramp(now, ramp)
	t.dialer.settle(deadline, then)
}

// close closes all connections.
func (t *target) close() {
	t.dialer.stop()
	t.slice.stop()
	for i := range t.conns {
		t.conns[i].shut()
	}
}

// connected counts the connections that are open; where each request has its own,
// those that could be.
func (t *target) connected() (n int) {
	for i := range t.conns {
		if s := t.conns[i].state; s == free || s == busy || s == silent {
			n++
		}
	}
	return n
}

// tally is where to count what happens now.
func (t *target) tally() *tally {
	if t.slice.running {
		return &t.slice.tally
	}
	return &t.between
}

// ready gives connection c, which is connected and carries nothing, its next
// request, or puts it among the free ones.
func (t *target) ready(c *conn, now int64) {
	if int(c.index) >= t.busy {
		c.state = silent
		return
	}
	s := &t.slice
	if s.running {
		if n, intended, ok := s.nextFor(c, now); ok {
			t.ask(c, n, intended)
			return
		}
	}
	c.state = free
	t.free.put(c.index)
	s.maybeFinish(now)
}

// ask draws request n and sends it on c, not before intended: of an arrival all is ready by then
// but the system call.
func (t *target) ask(c *conn, n uint64, intended int64) {
	s := &t.slice
	t.source.Draw(s.seed, n, &c.ask)
	if c.ask.Silent { // c is only held open, until the slice ends
		c.state = silent
		s.maybeFinish(intended)
		return
	}
	s.take(c, intended)
	c.state = busy
	if t.fresh {
		c.dialAndWrite()
		return
	}
	out := t.w.encode(t, &c.ask)
	s.stamp(c)
	c.send(out)
	s.note(c)
}

// refused counts a request that found no connection: the one that c was to be opened for.
func (t *target) refused(c *conn, now int64) {
	s := &t.slice
	if !s.running || int(c.index) >= t.busy {
		return
	}
	if n, intended, ok := s.nextFor(c, now); ok {
		t.source.Draw(s.seed, n, &c.ask)
		s.take(c, intended)
		s.fail(c, connectFailed, now)
	}
	c.due = 0
	s.maybeFinish(now)
}
