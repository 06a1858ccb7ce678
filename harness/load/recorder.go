package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"assay/bench/workload"
)

// Times are the four times of one request, ns of CLOCK_MONOTONIC. In a closed loop
// a request is intended for the moment its connection's last answer was done, so that
// slip is the generator's own think time (the Z of Little's law).
type Times struct {
	Intended int64
	Sent     int64 // before the system call that sends it, or that connects for it alone; 0: never
	First    int64 // its answer's first byte was there; 0: never
	Done     int64 // its answer was in hand whole
}

// The range of the histograms. They resolve three significant digits from 1 µs up, and single
// nanoseconds below, where slips may lie.
const (
	longest = int64(60 * time.Second)
	digits  = 3
	late    = int64(time.Millisecond) // a slip above it makes a request late
)

// Recorder holds what one slice saw, by class of request. It is used by one
// goroutine at a time.
type Recorder struct{ class [workload.Classes]series }

type series struct {
	response, service, slip *hdrhistogram.Histogram
	censored, clipped, late uint64
	firstByte               int64 // sum over answers of First − Sent, ns
}

// NewRecorder makes an empty one.
func NewRecorder() *Recorder {
	r := new(Recorder)
	for i := range r.class {
		s := &r.class[i]
		s.response, s.service, s.slip = newHistogram(), newHistogram(), newHistogram()
	}
	return r
}

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, longest, digits) }

// Answer records a request that was answered rightly.
func (r *Recorder) Answer(class workload.Class, t *Times) {
	s := &r.class[class]
	s.record(s.response, t.Done-t.Intended)
	s.record(s.service, t.Done-t.Sent)
	s.record(s.slip, t.Sent-t.Intended)
	s.firstByte += t.First - t.Sent
	if t.Sent-t.Intended > late {
		s.late++
	}
}

// Censor records a request that got no right answer. All that is known is that its
// answer would have come later than it was waited for, so it stands where the wait
// would have ended: until is the time at which the request would have been given up, its
// time-out or the end of the drain, even if it failed earlier. So a fast failure
// raises every percentile above it and lowers none.
//
// It counts in response always, in service if it was sent, and in slip by what is
// known: when it was sent, or that until until it was not.
func (r *Recorder) Censor(class workload.Class, t *Times, until int64) {
	s := &r.class[class]
	s.censored++
	s.record(s.response, until-t.Intended)
	slip := until - t.Intended
	if t.Sent != 0 {
		s.record(s.service, until-t.Sent)
		slip = t.Sent - t.Intended
	}
	s.record(s.slip, slip)
	if slip > late {
		s.late++
	}
}

// record puts v at the nearest end of the range when it lies outside, and counts that.
func (s *series) record(h *hdrhistogram.Histogram, v int64) {
	if uint64(v) > uint64(longest) {
		s.clipped++
		v = max(0, min(v, longest))
	}
	_ = h.RecordValue(v) // refuses only what is out of range
}

// Merge adds what o recorded.
func (r *Recorder) Merge(o *Recorder) {
	for i := range r.class {
		s, from := &r.class[i], &o.class[i]
		s.response.Merge(from.response)
		s.service.Merge(from.service)
		s.slip.Merge(from.slip)
		s.censored += from.censored
		s.clipped += from.clipped
		s.late += from.late
		s.firstByte += from.firstByte
	}
}

// Reset empties the recorder and keeps its memory.
func (r *Recorder) Reset() {
	for i := range r.class {
		s := &r.class[i]
		s.response.Reset()
		s.service.Reset()
		s.slip.Reset()
		s.censored, s.clipped, s.late, s.firstByte = 0, 0, 0, 0
	}
}
