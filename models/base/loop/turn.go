package loop

import (
	"runtime"
	"time"
)

// yieldEvery is below the 10 ms after which the Go scheduler's monitor takes a
// goroutine that was never rescheduled for stuck. It would then signal the
// thread, take its P at every system call, and keep itself awake every 20 µs to do so:
// measured at 2,000 requests a second, four context switches a request instead of one.
// (The P is left alone only if another one is idle: GOMAXPROCS should be one more than the loops.)
const yieldEvery = 8 * time.Millisecond

// A yield wakes a thread of the runtime's, which may take the processor for some 20 µs. So from
// yieldFrom on it is made as soon as no timer is that near. (Arrivals at equal gaps of which 8 ms is a
// multiple would meet each yield or none: 125 of 10,000 a second were sent 50 µs late, or none.)
const (
	yieldFrom  = 7 * time.Millisecond
	yieldTakes = 50 * time.Microsecond
)

func (l *Loop) turn() error {
	n, err := l.await()
	if err != nil {
		return err
	}
	l.now = Clock()
	if l.idle != 0 {
		l.Polled += l.now - l.idle
		l.idle = 0
	}
	if l.engine != nil {
		l.engine.Take(l.ready)
	} else {
		l.dispatch(n)
	}
	if len(l.timers.at) > 0 {
		if n > 0 {
			l.now = Clock() // the events took their time: a timer may have come due
		}
		l.timers.fire(l.now)
	}
	if l.mail.pending.Load() {
		l.mail.run()
	}
	if l.OnTurn != nil {
		l.OnTurn()
	}
	if l.now-l.yielded > int64(yieldFrom) && l.mayYield(Clock()) {
		l.yielded = l.now
		runtime.Gosched()
	}
	return nil
}

// mayYield says whether a yield at now makes no timer late, or cannot be put off.
func (l *Loop) mayYield(now int64) bool {
	return now-l.yielded > int64(yieldEvery) || len(l.timers.at) == 0 || l.timers.at[0].when-now > int64(yieldTakes)
}

// await waits as long as nothing is due and says how many events came.
func (l *Loop) await() (int, error) {
	d := time.Duration(-1)
	if len(l.timers.at) > 0 {
		now := Clock()
		d = time.Duration(l.timers.at[0].when - now)
		if d <= l.Spin {
			n, err := l.peek()
			if n == 0 && d > 0 {
				l.idle = now
			}
			return n, err
		}
		d -= l.Spin
	}
	l.mail.asleep.Store(true)
	if l.mail.pending.Load() {
		l.mail.asleep.Store(false)
		return l.peek()
	}
	n, err := l.sleep(d)
	l.mail.asleep.Store(false)
	return n, err
}

// peek takes what is ready without waiting.
func (l *Loop) peek() (int, error) {
	if l.engine != nil {
		return l.engine.Wait(0)
	}
	return l.poll.poll()
}

// dispatch hands the first n events to their sources. A slot is looked up anew for
// each: the source before may have closed this one's descriptor.
func (l *Loop) dispatch(n int) {
	for i := range n {
		e := &l.poll.events[i]
		at := l.table.at(int(e.Fd))
		if at != nil && at.src != nil && at.gen == uint32(e.Pad) {
			at.src.Ready(Events(e.Events))
		}
	}
}
