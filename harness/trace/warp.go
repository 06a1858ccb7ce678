package trace

import (
	"cmp"
	"slices"
)

// warp maps time to the width of a picture. Where no thread runs for long, time is
// squeezed, or the waits of milliseconds would leave no room for the microseconds of work.
type warp struct {
	stretches []stretch
}

// stretch is a piece of time and where it is drawn, from 0 to 1.
type stretch struct {
	from, to int64
	at, wide float64
	quiet    bool
}

const (
	quietWidth = 0.07   // of the picture, for a quiet stretch
	leastQuiet = 20_000 // ns: shorter ones are not squeezed
)

// newWarp looks for the quiet stretches of a story.
func newWarp(s *Story) *warp {
	busy := busyTimes(s)
	var total int64
	for _, b := range busy {
		total += b.To - b.From
	}
	least := max(leastQuiet, total/8)
	w := &warp{}
	at := int64(0)
	add := func(from, to int64, quiet bool) {
		if to > from {
			w.stretches = append(w.stretches, stretch{from: from, to: to, quiet: quiet})
		}
	}
	begin := at
	for _, b := range append(busy, Span{From: s.End, To: s.End}) {
		if b.From-at >= least {
			add(begin, at, false)
			add(at, b.From, true)
			begin = b.From
		}
		at = max(at, b.To)
	}
	add(begin, s.End, false)
	w.place()
	return w
}

// busyTimes are when any thread runs or could, put together, in order.
func busyTimes(s *Story) (all []Span) {
	for _, l := range s.Lanes {
		if l.Helper {
			continue
		}
		for _, span := range l.Spans {
			if span.State != Waiting && !(span.State == Calling && !s.Switches && span.To-span.From > leastQuiet) {
				all = append(all, span)
			}
		}
	}
	all = append(all, Span{From: 0, To: 0}, Span{From: s.Answered, To: s.Answered})
	slices.SortFunc(all, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	joined := all[:1]
	for _, b := range all[1:] {
		if last := &joined[len(joined)-1]; b.From <= last.To {
			last.To = max(last.To, b.To)
			continue
		}
		joined = append(joined, b)
	}
	return joined
}

// place gives the stretches their widths: quiet ones a fixed share, the others in proportion.
func (w *warp) place() {
	quiet, busy := 0, int64(0)
	for _, s := range w.stretches {
		if s.quiet {
			quiet++
		} else {
			busy += s.to - s.from
		}
	}
	share := min(quietWidth, 0.6/max(1, float64(quiet)))
	rest := 1 - share*float64(quiet)
	if busy == 0 && quiet > 0 {
		share, rest = 1/float64(quiet), 0
	}
	at := 0.0
	for i := range w.stretches {
		s := &w.stretches[i]
		s.at, s.wide = at, share
		if !s.quiet {
			s.wide = rest * float64(s.to-s.from) / float64(busy)
		}
		at += s.wide
	}
}

// at is where a moment is drawn, from 0 to 1.
func (w *warp) at(t int64) float64 {
	for _, s := range w.stretches {
		if t <= s.to {
			return s.at + s.wide*float64(max(0, t-s.from))/float64(s.to-s.from)
		}
	}
	return 1
}
