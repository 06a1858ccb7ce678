package load

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The workers' shares together are the schedule, each arrival once, whatever their number.
func TestPacersShareTheSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 60).Draw(t, "times")
		slices.Sort(times)
		stride := rapid.IntRange(1, 5).Draw(t, "stride")
		const start = 5000
		seen := make([]int, len(times))
		for w := range stride {
			p := newPacer(times, start, w, stride)
			p.advance(start + 1000)
			for !p.over() {
				i, intended := p.take()
				if intended != start+times[i] {
					t.Fatalf("arrival %d intended at %d, want %d", i, intended, start+times[i])
				}
				seen[i]++
			}
		}
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("arrival %d was taken %d times", i, n)
			}
		}
	})
}

// Whatever the order of arrivals and takes, nothing comes before its time, nothing
// is lost, and the longest waiting is taken first.
func TestPacerQueuesFirstInFirstOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(0, 100), 1, 40).Draw(t, "times")
		slices.Sort(times)
		p := newPacer(times, 0, 0, 1)
		now, taken, peak := int64(-1), 0, 0
		for !p.over() {
			if rapid.Bool().Draw(t, "time passes") {
				now += rapid.Int64Range(0, 30).Draw(t, "by")
				p.advance(now)
			}
			due := 0
			for _, at := range times {
				if at <= now {
					due++
				}
			}
			if p.queued() != due-taken {
				t.Fatalf("at %d: %d queued, want %d due less %d taken", now, p.queued(), due, taken)
			}
			if next, more := p.next(); more != (due < len(times)) || more && next != times[due] {
				t.Fatalf("at %d: next %d %v, want arrival %d", now, next, more, due)
			}
			p.waiting()
			peak = max(peak, due-taken)
			if p.queued() > 0 {
				if i, _ := p.take(); i != taken {
					t.Fatalf("took arrival %d, want %d", i, taken)
				}
				taken++
			} else {
				now++
				p.advance(now)
			}
		}
		if p.peak != peak || taken != len(times) {
			t.Fatalf("peak %d, taken %d; want %d, %d", p.peak, taken, peak, len(times))
		}
	})
}

func TestPacerCut(t *testing.T) {
	p := newPacer([]int64{10, 20, 30}, 100, 0, 1)
	p.advance(125)
	p.cut()
	p.advance(1000)
	if p.queued() != 2 {
		t.Fatalf("%d queued after the cut, want the 2 that were due", p.queued())
	}
	p.take()
	if p.over() {
		t.Fatal("over with one still waiting")
	}
	p.take()
	if _, more := p.next(); more || !p.over() {
		t.Fatal("not over though the rest was cut")
	}
}
