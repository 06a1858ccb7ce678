package load

// pacer walks the arrivals of one open slice. Between the arrivals already due
// and those already taken lies the open queue: first in, first out, and since
// arrivals are ordered two indices are all it needs.
//
// It knows no clock and no socket: time is handed to it.
type pacer struct {
	times  []int64 // offsets from start, ns
	start  int64   // ns
	first  int     // this loop's arrivals are first, first+stride, …
	stride int
	due    int // arrivals below it have been due
	head   int // arrivals below it have been taken
	end    int // arrivals from it on never come
	peak   int // the most that waited at once
}

// newPacer gives loop number first of stride loops its share of the schedule.
func newPacer(times []int64, start int64, first, stride int) pacer {
	return pacer{
		times: times, start: start, first: first, stride: stride,
		end: (len(times) - first + stride - 1) / stride,
	}
}

func (p *pacer) intended(i int) int64 { return p.start + p.times[p.first+i*p.stride] }

// advance makes due all that was intended at or before now.
func (p *pacer) advance(now int64) {
	for p.due < p.end && p.intended(p.due) <= now {
		p.due++
	}
}

// admit makes the next arrival due if it is intended at or before by.
func (p *pacer) admit(by int64) {
	if p.due < p.end && p.intended(p.due) <= by {
		p.due++
	}
}

// next is when the next request becomes due; false when no more will.
func (p *pacer) next() (int64, bool) {
	if p.due >= p.end {
		return 0, false
	}
	return p.intended(p.due), true
}

// queued is how many are due and not taken.
func (p *pacer) queued() int { return p.due - p.head }

// take takes the longest waiting request: its place in the whole schedule and its
// intended time. There must be one.
func (p *pacer) take() (index int, intended int64) {
	i := p.head
	p.head++
	return p.first + i*p.stride, p.intended(i)
}

// waiting notes how many wait now that no connection is free for them.
func (p *pacer) waiting() { p.peak = max(p.peak, p.queued()) }

// cut lets no arrival come that is not due yet.
func (p *pacer) cut() { p.end = p.due }

// over is true when every arrival has been taken.
func (p *pacer) over() bool { return p.head >= p.end }
