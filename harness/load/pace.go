package load

import (
	"math"
	"time"

	"assay/models/base/loop"
)

// nextFor gives the number and intended time of the request that connection c,
// which is able to send, should send now; false if there is none.
func (s *slice) nextFor(c *conn, now int64) (n uint64, intended int64, ok bool) {
	if s.open() {
		if s.pacer.queued() == 0 {
			return 0, 0, false
		}
		i, intended := s.pacer.take()
		c.place, c.waited = i, true
		return s.first + uint64(i), intended, true
	}
	if now < s.start || now >= s.end {
		return 0, 0, false
	}
	n = s.first + uint64(s.index) + uint64(s.stride)*s.drawn
	s.drawn++
	return n, c.due, true
}

// ahead is how long before its time an arrival is taken in hand, ns: its connection is chosen and
// its request drawn before it is due, and no system call is begun that would end after. It is part
// of the time for which the loop polls anyway.
const ahead = int64(3 * time.Microsecond)

// rounds is how often arrive looks for what became due while it was sending, before answers are
// looked at: sending takes some 10 µs, in which the next of Poisson's arrivals often comes.
const rounds = 4

// arrive sends what has become due, as far as connections are free. Of a backlog
// and a free connection one is always empty.
func (s *slice) arrive() {
	for range rounds {
		s.inHand()
		if s.pacer.queued() == 0 || !s.sendDue() {
			break
		}
	}
	if s.running {
		s.schedule()
	}
}

// inHand has the pacer make due what is due, or the next arrival if it is near and nothing keeps
// it from being sent in time.
func (s *slice) inHand() {
	now := loop.Clock()
	s.pacer.advance(now)
	if s.pacer.queued() == 0 && s.t.free.len() > 0 {
		s.pacer.admit(now + s.ahead)
	}
}

// sendDue sends what is due, and is false if connections do not suffice.
func (s *slice) sendDue() bool {
	t := s.t
	for s.pacer.queued() > 0 {
		c, ok := t.free.take()
		if !ok {
			s.pacer.waiting()
			return false
		}
		i, intended := s.pacer.take()
		t.conns[c].place, t.conns[c].waited = i, false
		t.ask(&t.conns[c], s.first+uint64(i), intended)
	}
	return true
}

// catchUp sends what became due by now, in the middle of a batch of answers: the
// timer would look only at its end, and 100 answers take half a millisecond.
func (s *slice) catchUp(now int64) {
	if s.nextDue <= now {
		s.arrive()
	}
}

// schedule sets the timer for the next arrival.
func (s *slice) schedule() {
	when, more := s.pacer.next()
	if !more {
		s.nextDue = math.MaxInt64
		s.t.w.loop.Cancel(&s.arrival)
		return
	}
	s.nextDue = when - s.ahead
	s.t.w.loop.At(&s.arrival, s.nextDue)
}

// take counts a request that is due and that c carries.
func (s *slice) take(c *conn, intended int64) {
	c.times = Times{Intended: intended}
	c.got = 0
	s.requests++
	s.inflight++
	s.course.due[s.course.at(intended)]++
}

// stamp sets the sending time of the request of c to now, or waits for its intended time, which is
// at most ahead away. The system call follows at once: what there is to note is noted after it.
func (s *slice) stamp(c *conn) {
	now := loop.Clock()
	if now < c.times.Intended {
		before := now
		for now < c.times.Intended {
			now = loop.Clock()
		}
		s.polled += now - before
	}
	c.times.Sent = now
}

// note keeps when the request of c was sent.
func (s *slice) note(c *conn) {
	if !s.open() {
		return
	}
	at := c.times.Sent - s.start
	if c.waited {
		at = waited
	} else if c.times.Sent-c.times.Intended > late {
		s.course.lateOwn++
	}
	if s.sent != nil {
		s.sent[c.place] = at
	}
}

// judge records the request of c, whose answer is in hand.
func (s *slice) judge(c *conn, now int64) {
	w := s.t.w
	s.inflight--
	if err := s.t.source.Check(&c.ask, w.resp.Status, w.resp.Body); err != nil {
		s.course.done[s.course.at(now)]++
		s.tally.bad(w.resp.Status, err)
		w.rec.Censor(c.ask.Class, &c.times, s.until(c, now))
		return
	}
	s.answers++
	c.answers++
	s.last = now
	s.course.answer(&c.times, c.got)
	w.rec.Answer(c.ask.Class, &c.times)
}

// fail records the request of c, which gets no answer.
func (s *slice) fail(c *conn, f fault, now int64) {
	s.inflight--
	s.course.done[s.course.at(now)]++
	s.tally.add(f)
	s.t.w.rec.Censor(c.ask.Class, &c.times, s.until(c, now))
}

// until is how long the request of c would have been waited for.
func (s *slice) until(c *conn, now int64) int64 {
	until := s.deadline
	if s.timeout > 0 && c.times.Sent != 0 {
		until = min(until, c.times.Sent+s.timeout)
	}
	return max(until, now)
}

// publish lets other threads see how far the slice is.
func (s *slice) publish() {
	p := &s.t.w.published
	p.requests.Store(s.requests)
	p.answers.Store(s.answers)
	p.faults.Store(s.requests - s.answers - uint64(s.inflight))
	p.queued.Store(uint64(s.pacer.queued()))
}
