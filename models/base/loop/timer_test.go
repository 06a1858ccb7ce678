package loop

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// modelTimer is a timer as the sorted model sees it.
type modelTimer struct {
	Timer
	set   bool
	when  int64
	fired int
}

// Any sequence of setting, moving, cancelling and firing does what a sorted list would.
func TestTimersAgainstSortedModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h heap
		var last int64 // time of the timer fired last in this step
		timers := make([]modelTimer, rapid.IntRange(1, 40).Draw(t, "timers"))
		for i := range timers {
			m := &timers[i]
			m.Init(func() {
				if m.fired++; m.When() < last {
					t.Fatalf("fired %d after %d", m.When(), last)
				}
				last = m.When()
			})
		}
		pick := rapid.IntRange(0, len(timers)-1)
		now := int64(0)
		t.Repeat(map[string]func(*rapid.T){
			"at": func(t *rapid.T) {
				m := &timers[pick.Draw(t, "timer")]
				m.when, m.set = now+rapid.Int64Range(-5, 50).Draw(t, "in"), true
				h.set(&m.Timer, m.when)
			},
			"cancel": func(t *rapid.T) {
				m := &timers[pick.Draw(t, "timer")]
				if m.set {
					h.remove(&m.Timer)
				}
				m.set = false
			},
			"fire": func(t *rapid.T) {
				now += rapid.Int64Range(0, 20).Draw(t, "later")
				last = -1 << 62
				due := 0
				for i := range timers {
					m := &timers[i]
					if m.fired = 0; m.set && m.when <= now {
						due++
					}
				}
				h.fire(now)
				for i := range timers {
					m := &timers[i]
					if want := m.set && m.when <= now; want != (m.fired == 1) || m.fired > 1 {
						t.Fatalf("timer for %d fired %d times at %d", m.when, m.fired, now)
					}
					m.set = m.set && m.when > now
				}
			},
			"": func(t *rapid.T) { agree(t, &h, timers) },
		})
	})
}

// agree checks the heap's order, its back-references, and what is in it.
func agree(t *rapid.T, h *heap, timers []modelTimer) {
	var want, got []int64
	for i := range timers {
		m := &timers[i]
		if m.Set() != m.set {
			t.Fatalf("timer %d: Set() = %t, want %t", i, m.Set(), m.set)
		}
		if m.set {
			want = append(want, m.when)
		}
	}
	for i, e := range h.at {
		got = append(got, e.when)
		if e.t.pos != int32(i)+1 || e.t.when != e.when {
			t.Fatalf("entry %d for %d refers to place %d for %d", i, e.when, e.t.pos, e.t.when)
		}
		if i > 0 && h.at[(i-1)/4].when > e.when {
			t.Fatalf("entry %d for %d is under a later one", i, e.when)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Fatalf("set for %v, want %v", got, want)
	}
}

func TestTimersFromTimers(t *testing.T) {
	l := newLoop(t)
	var again, sibling, victim Timer
	turns, fired := 0, 0
	l.OnTurn = func() { turns++ }
	again.Init(func() {
		l.Cancel(&victim)
		if fired++; fired < 5 {
			l.At(&again, 0) // already past: the next turn, not this one
		} else {
			l.At(&sibling, 0)
		}
	})
	sibling.Init(l.Stop)
	victim.Init(func() { t.Error("a cancelled timer fired") })
	l.At(&again, 1)
	l.At(&victim, 2)
	run(t, l)
	if fired != 5 || turns < 5 {
		t.Errorf("fired %d times in %d turns, want 5 in 5 at least", fired, turns)
	}
}

func TestTimersAllocateNothing(t *testing.T) {
	l := newLoop(t)
	timers := make([]Timer, 100)
	for i := range timers {
		timers[i].Init(func() {})
	}
	setAndCancel := func() {
		for i := range timers {
			l.At(&timers[i], int64(i*7919%100))
		}
		for i := range timers[:50] {
			l.Cancel(&timers[i])
		}
		l.timers.fire(1000)
	}
	setAndCancel()
	if got := testing.AllocsPerRun(100, setAndCancel); got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}

func BenchmarkTimerSetCancel(b *testing.B) {
	for _, others := range []int{0, 1000} {
		b.Run(map[int]string{0: "alone", 1000: "among=1000"}[others], func(b *testing.B) {
			l := newLoop(b)
			crowd := make([]Timer, others)
			for i := range crowd {
				l.At(&crowd[i], int64(i*7919%1000))
			}
			var t Timer
			now := int64(1000)
			b.ReportAllocs()
			for b.Loop() { // a deadline: later than all that were set before it
				now++
				l.At(&t, now)
				l.Cancel(&t)
			}
		})
	}
}

func BenchmarkTimerFire(b *testing.B) {
	l := newLoop(b)
	timers := make([]Timer, 1000)
	for i := range timers {
		timers[i].Init(func() {})
		l.At(&timers[i], int64(i))
	}
	now := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		t := l.timers.at[0].t
		l.timers.fire(t.When())
		now++
		l.At(t, t.When()+1000)
	}
}
