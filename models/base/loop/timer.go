package loop

// Timer calls a function once at a given time. It is made to be a field of what
// it times: setting, moving and cancelling it allocate nothing. Init it before
// use; do not copy it while it is set.
type Timer struct {
	fn   func()
	when int64 // CLOCK_MONOTONIC, ns
	pos  int32 // 1 + its place in the heap; 0: not set
}

// Init says what to call. A timer is initialised once and set many times.
func (t *Timer) Init(fn func()) { t.fn = fn }

// Set reports whether the timer is waiting to fire.
func (t *Timer) Set() bool { return t.pos != 0 }

// When is the time for which the timer is (or was last) set, ns of CLOCK_MONOTONIC.
func (t *Timer) When() int64 { return t.when }

// At sets t to fire when the clock reaches when (ns of CLOCK_MONOTONIC), in place
// of any time it was set for. A time already past fires in the coming turn.
func (l *Loop) At(t *Timer, when int64) { l.timers.set(t, when) }

// Cancel unsets t; its function will not be called. Cancelling a timer that is
// not set does nothing.
func (l *Loop) Cancel(t *Timer) {
	if t.pos != 0 {
		l.timers.remove(t)
	}
}

// heap is a 4-ary min-heap: half as deep as a binary one, and the four children
// of a node share a cache line because each entry carries its own time.
type heap struct{ at []entry }

type entry struct {
	when int64
	t    *Timer
}

func (h *heap) set(t *Timer, when int64) {
	t.when = when
	if t.pos == 0 {
		h.at = append(h.at, entry{})
		h.up(len(h.at)-1, entry{when, t})
		return
	}
	i := int(t.pos) - 1
	if when < h.at[i].when {
		h.up(i, entry{when, t})
	} else {
		h.down(i, entry{when, t})
	}
}

// remove takes out t, which is in.
func (h *heap) remove(t *Timer) {
	i, last := int(t.pos)-1, len(h.at)-1
	e := h.at[last]
	h.at[last] = entry{}
	h.at = h.at[:last]
	t.pos = 0
	switch {
	case i == last:
	case i > 0 && e.when < h.at[(i-1)/4].when:
		h.up(i, e)
	default:
		h.down(i, e)
	}
}

// up places e at or above the hole i.
func (h *heap) up(i int, e entry) {
	for i > 0 {
		parent := (i - 1) / 4
		if h.at[parent].when <= e.when {
			break
		}
		h.put(i, h.at[parent])
		i = parent
	}
	h.put(i, e)
}

// down places e at or below the hole i.
func (h *heap) down(i int, e entry) {
	for {
		first := 4*i + 1
		if first >= len(h.at) {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, len(h.at)); c++ {
			if h.at[c].when < h.at[least].when {
				least = c
			}
		}
		if e.when <= h.at[least].when {
			break
		}
		h.put(i, h.at[least])
		i = least
	}
	h.put(i, e)
}

func (h *heap) put(i int, e entry) {
	h.at[i] = e
	e.t.pos = int32(i) + 1
}

// fire calls the timers due at now. One that sets itself again for a time already
// past waits for the next turn, so that it cannot starve the descriptors.
func (h *heap) fire(now int64) {
	for n := len(h.at); n > 0 && len(h.at) > 0 && h.at[0].when <= now; n-- {
		t := h.at[0].t
		h.remove(t)
		t.fn()
	}
}
