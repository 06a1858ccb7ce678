package campaign

import "time"

// clock says how long a run still takes: by the plan's arithmetic, corrected by how
// it has come true so far.
type clock struct {
	now       func() time.Time
	remaining time.Duration // by the plan, of what is not begun
	planned   time.Duration // by the plan, of what is over
	took      time.Duration // what that took
	step      time.Duration // by the plan, of what is under way
	since     time.Time
}

func newClock(all time.Duration) clock { return clock{now: time.Now, remaining: all} }

// begin starts a step that the plan gives so long.
func (c *clock) begin(planned time.Duration) {
	c.step, c.since = planned, c.now()
	c.remaining = max(0, c.remaining-planned)
}

// end says that the step is over.
func (c *clock) end() {
	c.planned += c.step
	c.took += c.now().Sub(c.since)
	c.step = 0
}

// drop says that the step is over, and that what it took says nothing of others.
func (c *clock) drop() { c.step = 0 }

// left is the expected time to the end. Nobody trusts a clock that jumps, so the
// correction stays within a half and a double.
func (c *clock) left() time.Duration {
	pace := 1.0
	if c.planned > 0 {
		pace = min(2, max(.5, float64(c.took)/float64(c.planned)))
	}
	left := time.Duration(float64(c.remaining) * pace)
	if c.step > 0 {
		left += max(0, time.Duration(float64(c.step)*pace)-c.now().Sub(c.since))
	}
	return left
}
