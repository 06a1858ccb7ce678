package load

import (
	"math"
	"testing"
	"time"

	"assay/bench/workload"
)

// simulate runs an open slice on a simulated clock: the schedule, the queue, the
// choice of a connection and the recording are the generator's own, the server is done,
// which says when a request sent at a time on a connection is answered.
func simulate(times []int64, conns int, done func(conn int32, sent int64) int64) (*Recorder, *pacer) {
	p, free, r := newPacer(times, 0, 0, 1), fullPicker(conns, 1), NewRecorder()
	type request struct {
		Times
		busy bool
	}
	carried := make([]request, conns)
	for now := int64(0); ; {
		p.advance(now)
		for p.queued() > 0 {
			c, ok := free.take()
			if !ok {
				p.waiting()
				break
			}
			_, intended := p.take()
			at := done(c, now)
			carried[c] = request{Times{Intended: intended, Sent: now, First: at, Done: at}, true}
		}
		next, more := p.next()
		if !more {
			next = math.MaxInt64
		}
		first := -1
		for i := range carried {
			if carried[i].busy && carried[i].Done <= next {
				first, next = i, carried[i].Done
			}
		}
		switch {
		case first >= 0:
			now = next
			r.Answer(workload.Ordinary, &carried[first].Times)
			carried[first].busy = false
			free.put(int32(first))
		case more:
			now = next
		default:
			return r, &p
		}
	}
}

// A server that stands still for S in every P: the response time is 0 with
// probability 1 − S/P and uniform on (0, S) otherwise.
func TestSimulatedStall(t *testing.T) {
	const stall, period = int64(100 * time.Millisecond), int64(time.Second)
	times := mustSchedule(t, Poisson, 1000, 60*time.Second, 11, 0).Times
	r, _ := simulate(times, 2000, func(_ int32, sent int64) int64 {
		if phase := sent % period; phase < stall {
			return sent - phase + stall
		}
		return sent
	})
	h := r.class[workload.Ordinary].response
	for _, q := range []float64{50, 89, 91, 95, 99, 99.9} {
		want := max(0, float64(stall)*(q/100-0.9)/0.1)
		if got := float64(h.ValueAtQuantile(q)); math.Abs(got-want) > 0.02*float64(stall) {
			t.Errorf("response p%g = %.1f ms, want %.1f", q, got/1e6, want/1e6)
		}
	}
}

// Twice as many requests as one connection can carry: each is served as fast as
// ever, and answered later and later. That is what coordinated omission hides.
func TestSimulatedOverload(t *testing.T) {
	const service = int64(2 * time.Millisecond)
	times := mustSchedule(t, Constant, 1000, time.Second, 1, 0).Times
	r, p := simulate(times, 1, func(_ int32, sent int64) int64 { return sent + service })
	s := &r.class[workload.Ordinary]
	if got := s.service.Max(); !near(got, service) {
		t.Errorf("service max %d, want %d", got, service)
	}
	if got, want := s.response.Max(), int64(time.Second)+service/2; !near(got, want) {
		t.Errorf("response max %d, want %d", got, want)
	}
	if got, want := s.slip.ValueAtQuantile(50), int64(500*time.Millisecond); math.Abs(float64(got-want)) > 2e6 {
		t.Errorf("slip p50 %d, want %d", got, want)
	}
	if p.peak < 498 || p.peak > 501 {
		t.Errorf("peak of the queue %d, want half of the arrivals", p.peak)
	}
}

// Poisson arrivals at one server of constant service time: the mean wait is
// that of M/D/1, ρ/(2(1−ρ)) services.
func TestSimulatedQueue(t *testing.T) {
	const service, load = int64(time.Millisecond), 0.7
	sum, seeds := 0.0, 10
	for seed := range seeds {
		times := mustSchedule(t, Poisson, load*1000, 100*time.Second, uint64(seed), 0).Times
		r, _ := simulate(times, 1, func(_ int32, sent int64) int64 { return sent + service })
		sum += r.class[workload.Ordinary].slip.Mean()
	}
	got, want := sum/float64(seeds), load/(2*(1-load))*float64(service)
	if math.Abs(got/want-1) > 0.03 {
		t.Errorf("mean wait %.0f ns, want %.0f ± 3 %%", got, want)
	}
}

// With many connections and a fast server every connection gets its share: were the
// last freed taken first, one would carry nearly all.
func TestSimulatedShares(t *testing.T) {
	times := mustSchedule(t, Poisson, 1000, 20*time.Second, 5, 0).Times
	counts := make([]int, 100)
	simulate(times, len(counts), func(c int32, sent int64) int64 {
		counts[c]++
		return sent + int64(100*time.Microsecond)
	})
	if x := chiSquare(counts); x > 149 { // 99 degrees of freedom, one in a thousand
		t.Errorf("chi-square %.0f of requests by connection, want below 149", x)
	}
}
