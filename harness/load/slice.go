package load

import (
	"math"
	"time"

	"assay/models/base/loop"
)

// slice is one uninterrupted stretch of load on a target, one worker's share of it.
type slice struct {
	sliceSpec
	t       *target
	running bool
	drawn   uint64 // closed loop: requests numbered so far
	pacer   pacer  // open loop
	nextDue int64  // open loop: when to take the next arrival in hand; MaxInt64 when there is none
	ahead   int64  // open loop: how long before its time that is
	last    int64  // when the last right answer was done

	requests, answers, bytesIn, bytesOut uint64
	inflight                             int
	tally                                tally
	course                               course
	polled                               int64 // waiting for an arrival in hand, ns
	polledBefore                         int64 // of the loop, when the slice began

	arrival, edge, limit, sweep loop.Timer
	then                        func(outcome)
}

// sliceSpec is what a worker is told of a slice. Times are ns of CLOCK_MONOTONIC.
type sliceSpec struct {
	times          []int64 // the whole schedule; nil in a closed loop
	sent           []int64 // when each of times was sent: each worker writes its own; nil in a warm-up
	seed, first    uint64
	index, stride  int // this worker among those that share the arm
	start, end     int64
	deadline       int64 // when what is not answered is given up
	timeout        int64 // the same for a single request, from when it was sent; 0: none
	spin, settling time.Duration
}

// outcome is what became of a slice, for the thread that asked for it.
type outcome struct {
	requests, answers, bytesIn, bytesOut uint64
	end, last, polled                    int64
	peak, connected                      int
	tally                                tally
	perConn                              []uint32
	course                               course
}

// sweepEvery is how often time-outs are looked for and progress is published.
const sweepEvery = int64(100 * time.Millisecond)

func (s *slice) init(t *target) {
	s.t = t
	s.arrival.Init(s.arrive)
	s.edge.Init(s.onEdge)
	s.limit.Init(s.giveUp)
	s.sweep.Init(s.onSweep)
}

// begin starts the slice spec, before its start, and calls then when it is drained.
func (s *slice) begin(spec sliceSpec, then func(outcome)) {
	t := s.t
	s.sliceSpec, s.then, s.running = spec, then, true
	s.drawn, s.last, s.inflight = 0, 0, 0
	s.requests, s.answers, s.bytesIn, s.bytesOut = 0, 0, 0, 0
	s.tally, t.between = t.between, tally{}
	s.course = newCourse(spec.start, spec.end)
	s.polled, s.polledBefore = 0, t.w.loop.Polled
	for i := range t.conns {
		t.conns[i].answers, t.conns[i].due = 0, spec.start
	}
	t.w.rec.Reset()
	t.free.reseed(spec.seed + uint64(spec.index))
	t.dialer.resume()
	l := t.w.loop
	l.Spin, s.pacer, s.nextDue = 0, pacer{}, math.MaxInt64
	l.At(&s.edge, spec.start)
	if s.open() {
		l.Spin, s.ahead = spec.spin, min(ahead, int64(spec.spin))
		s.pacer = newPacer(spec.times, spec.start, spec.index, spec.stride)
		s.schedule()
		l.At(&s.edge, spec.end)
	}
	l.At(&s.limit, spec.deadline)
	l.At(&s.sweep, spec.start+sweepEvery)
}

func (s *slice) open() bool { return s.times != nil }

// onEdge is the start of a closed loop, and the end of either: from then on the
// slice may be over without an answer to notice it.
func (s *slice) onEdge() {
	now := s.t.w.loop.Clock()
	if now >= s.end {
		s.maybeFinish(now)
		return
	}
	s.t.w.loop.At(&s.edge, s.end)
	for n := s.t.free.len(); n > 0; n-- {
		if c, ok := s.t.free.take(); ok {
			s.t.ready(&s.t.conns[c], now)
		}
	}
}

// onSweep publishes progress and gives up the requests that have waited too long.
func (s *slice) onSweep() {
	t := s.t
	now := t.w.loop.Clock()
	s.publish()
	every := sweepEvery
	if s.timeout > 0 {
		every = max(min(every, s.timeout/4), int64(time.Millisecond))
		for i := range t.busy {
			if c := &t.conns[i]; c.state == busy && now-c.times.Sent > s.timeout {
				c.broken(timedOut)
			}
		}
	}
	if s.running {
		t.w.loop.At(&s.sweep, now+every)
	}
}

// giveUp ends the drain: what waits was never sent, what was sent has timed out.
func (s *slice) giveUp() {
	t := s.t
	now := t.w.loop.Clock()
	if s.open() {
		s.pacer.advance(now)
		for spare := (conn{t: t}); s.pacer.queued() > 0; {
			n, intended := s.pacer.take()
			t.source.Draw(s.seed, s.first+uint64(n), &spare.ask)
			s.take(&spare, intended)
			if t.free.len() > 0 {
				s.course.lateOwn++ // it waited for nothing but this loop
			}
			s.fail(&spare, unsent, now)
		}
	}
	for i := range t.busy {
		if c := &t.conns[i]; c.state == busy {
			c.broken(timedOut)
		}
	}
	s.finish(now)
}

// cut ends the slice early: no request becomes due from now on, and the drain has
// at most grace ns.
func (s *slice) cut(grace int64) {
	if !s.running {
		return
	}
	now := s.t.w.loop.Clock()
	s.end, s.deadline = min(s.end, now), min(s.deadline, now+grace)
	s.pacer.cut()
	s.t.w.loop.At(&s.limit, s.deadline)
	s.maybeFinish(now)
}

// maybeFinish ends the slice when no request is due any more and none is out.
func (s *slice) maybeFinish(now int64) {
	if !s.running || s.inflight > 0 {
		return
	}
	if s.open() && s.pacer.over() || !s.open() && now >= s.end {
		s.finish(now)
	}
}

func (s *slice) finish(now int64) {
	if !s.running {
		return
	}
	t := s.t
	s.stop()
	s.publish()
	for i := range t.busy {
		if c := &t.conns[i]; c.state == silent {
			t.ready(c, now)
		}
	}
	// What broke is opened again before the next slice of another arm begins.
	t.dialer.settle(now+int64(s.settling), func(error) { s.report() })
}

// stop ends the slice without a word.
func (s *slice) stop() {
	l := s.t.w.loop
	s.running, l.Spin, s.nextDue = false, 0, math.MaxInt64
	for _, timer := range []*loop.Timer{&s.arrival, &s.edge, &s.limit, &s.sweep} {
		l.Cancel(timer)
	}
}

func (s *slice) report() {
	t := s.t
	o := outcome{
		requests: s.requests, answers: s.answers, bytesIn: s.bytesIn, bytesOut: s.bytesOut,
		end: s.end, last: s.last, peak: s.pacer.peak, connected: t.connected(), tally: s.tally, perConn: make([]uint32, t.busy),
		course: s.course, polled: s.polled + t.w.loop.Polled - s.polledBefore,
	}
	for i := range o.perConn {
		o.perConn[i] = t.conns[i].answers
	}
	then := s.then
	s.then = nil
	then(o)
}
