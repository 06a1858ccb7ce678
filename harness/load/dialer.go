package load

import (
	"fmt"
	"time"

	"assay/models/base/loop"
)

const (
	dialWindow   = 64 // connects under way at once: a server's backlog may be short
	firstBackOff = int64(10 * time.Millisecond)
	lastBackOff  = int64(320 * time.Millisecond)
)

// dialer opens a target's connections, at a pace, a few at a time, and after a
// failure with growing rests. Between slices it does not try again, so that an
// idle target is silent.
type dialer struct {
	t         *target
	queue     []*conn // from head on: down, in the order they are to be opened
	head      int
	dialing   int
	gap, next int64 // pace: ns between two connects, and when the next may start
	rest      int64 // after the last failure, ns; 0: the last connect succeeded
	restUntil int64
	err       error // the first failure since settle or resume
	paused    bool
	timer     loop.Timer

	then  func(error) // who waits for all to be connected
	limit loop.Timer
}

func (d *dialer) init(t *target) {
	d.t = t
	d.timer.Init(d.pump)
	d.limit.Init(d.overdue)
}

// push has c opened in a coming turn: not now, so that a server which closes each
// connection at once cannot make a recursion of it.
func (d *dialer) push(c *conn) {
	d.queue = append(d.queue, c)
	d.arm()
}

func (d *dialer) pop() *conn {
	c := d.queue[d.head]
	if d.head++; d.head == len(d.queue) {
		d.queue, d.head = d.queue[:0], 0
	}
	return c
}

func (d *dialer) waiting() int { return len(d.queue) - d.head }

func (d *dialer) arm() {
	if !d.paused && d.waiting() > 0 && d.dialing < dialWindow {
		d.t.w.loop.At(&d.timer, max(d.next, d.restUntil))
	}
}

// ramp spreads the queued connects evenly over ramp ns from now.
func (d *dialer) ramp(now, ramp int64) {
	d.next = now
	if n := d.waiting(); n > 0 {
		d.gap = ramp / int64(n)
	}
	d.arm()
}

// pump starts the connects whose time has come.
func (d *dialer) pump() {
	for d.waiting() > 0 && d.dialing < dialWindow && !d.paused {
		now := d.t.w.loop.Clock()
		if now < max(d.next, d.restUntil) {
			break
		}
		d.next += d.gap
		c := d.pop()
		if c.due == 0 {
			c.due = now
		}
		if d.t.fresh && int(c.index) < d.t.busy {
			d.t.ready(c, now)
			continue
		}
		d.dialing++
		c.dial()
	}
	d.arm()
	d.check()
}

// connected is told that c's connect has succeeded.
func (d *dialer) connected(c *conn) {
	d.dialing--
	d.rest, d.restUntil = 0, 0
	d.t.ready(c, d.t.w.loop.Clock())
	d.arm()
	d.check()
}

// failed is told that c's connect has failed, and why.
func (d *dialer) failed(c *conn, err error) {
	now := d.t.w.loop.Clock()
	d.dialing--
	c.state = down
	d.backOff(now, err)
	d.paused = !d.t.slice.running
	d.push(c)
	d.t.refused(c, now)
	d.check()
}

// backOff has the next connect wait. Failures of connects that were under way
// together count once.
func (d *dialer) backOff(now int64, err error) {
	if d.err == nil {
		d.err = err
	}
	if now >= d.restUntil {
		d.rest = min(max(2*d.rest, firstBackOff), lastBackOff)
		d.restUntil = now + d.rest
	}
}

// resume tries again, at full speed.
func (d *dialer) resume() {
	d.paused, d.err, d.gap, d.rest, d.restUntil = false, nil, 0, 0, 0
	d.arm()
}

// settle calls then once: with nil when no connection is left to open, with the
// error when one failed, and with an error at deadline.
func (d *dialer) settle(deadline int64, then func(error)) {
	d.then = then
	d.t.w.loop.At(&d.limit, deadline)
	d.check()
}

func (d *dialer) check() {
	if d.dialing == 0 && (d.paused || d.waiting() == 0) {
		d.report(d.err)
	}
}

func (d *dialer) overdue() {
	d.report(fmt.Errorf("connect to %s: %d of %d connections not open in time: the server accepts too slowly, or its listen backlog is short", d.t.to, d.waiting()+d.dialing, len(d.t.conns)))
}

func (d *dialer) report(err error) {
	if then := d.then; then != nil {
		d.then = nil
		d.t.w.loop.Cancel(&d.limit)
		then(err)
	}
}

// stop lets no more connects start.
func (d *dialer) stop() {
	d.queue, d.head, d.then, d.paused = nil, 0, nil, true
	d.t.w.loop.Cancel(&d.timer)
	d.t.w.loop.Cancel(&d.limit)
}
