package loop

import (
	"testing"
	"time"
)

// A yield keeps out of the way of a timer that is near, for as long as it can wait.
func TestYieldMakesNoTimerLate(t *testing.T) {
	const now = int64(time.Hour)
	for _, c := range []struct {
		name  string
		since time.Duration // the last yield
		next  time.Duration // until the next timer; 0: there is none
		want  bool
	}{
		{"no timer", 7 * time.Millisecond, 0, true},
		{"one far away", 7 * time.Millisecond, time.Millisecond, true},
		{"one near", 7 * time.Millisecond, 20 * time.Microsecond, false},
		{"one past", 7 * time.Millisecond, -time.Microsecond, false},
		{"one near, and no more time", 8*time.Millisecond + 1, 20 * time.Microsecond, true},
	} {
		l := &Loop{yielded: now - int64(c.since)}
		var timer Timer
		if c.next != 0 {
			l.At(&timer, now+int64(c.next))
		}
		if got := l.mayYield(now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
