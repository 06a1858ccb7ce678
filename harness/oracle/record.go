package oracle

import (
	"math"
	"os"
	"slices"
	"unsafe"
)

// stamps are the times of one request, ns of the oracle's clock.
type stamps struct {
	arrival int64 // of its bytes in the kernel, or at the read
	read    int64 // when the oracle had them
	planned int64 // when the law wants it answered
	depart  int64 // before the system call that answers it
	sent    int64 // after it; 0 where left is asked for
	left    int64 // when the kernel handed it to the device, by its own stamp; 0: not asked, or not told
	kernel  bool  // arrival is the kernel's
}

// The record is kept whole: 56 bytes a request, no bucket between a delay and its quantile. It has
// its place from the start, because to move it takes tens of milliseconds, and the memory of the first
// million, because a page that is touched for the first time costs microseconds: each would be part of a delay.
const (
	recordTouched = 1 << 20
	recordMost    = 1 << 22
)

type record struct {
	all     []stamps
	dropped uint64
}

func newRecord() record {
	all := make([]stamps, recordMost)
	for i := 0; i < recordTouched; i += os.Getpagesize() / int(unsafe.Sizeof(all[0])) {
		all[i].kernel = false
	}
	return record{all: all[:0]}
}

func (r *record) add(s stamps) {
	if len(r.all) == recordMost {
		r.dropped++
		return
	}
	r.all = append(r.all, s)
}

func (r *record) reset() { r.all, r.dropped = r.all[:0], 0 }

// Stats is what the oracle did since its start or the last reset. Times are in ns.
type Stats struct {
	Law        string `json:"law"`
	Requests   uint64 `json:"requests"`   // answered
	Stamped    uint64 `json:"stamped"`    // of those, arrived by the kernel's clock
	Unrecorded uint64 `json:"unrecorded"` // beyond the first 4 million

	Delay Quantiles `json:"delay_ns"` // departure − arrival: what a perfect generator beside it would see
	Late  Quantiles `json:"late_ns"`  // departure − the law's departure: the oracle's own error; of a stall's law, of those that neither wait nor follow one
	Read  Quantiles `json:"read_ns"`  // read − the kernel's stamp: what stamping at the read would have cost
	Send  Quantiles `json:"send_ns"`  // the system call that answers

	// Of a sixteenth of the answers, by two stamps of the kernel and no clock of the oracle's:
	Kernel Quantiles `json:"kernel_ns"` // from the request's arrival to the answer's departure
	Left   Quantiles `json:"left_ns"`   // the answer's departure − when the oracle says that it left

	// Release is how long what waited for a stall took to leave when it was over, ns, the mean over
	// stalls: until as many had been answered as had come, at the rate of the whole record.
	Release int64 `json:"release_ns,omitempty"`
}

// Quantiles describe exact times, ns.
type Quantiles struct {
	Count int64   `json:"count"`
	Mean  float64 `json:"mean"`
	P50   int64   `json:"p50"`
	P90   int64   `json:"p90"`
	P99   int64   `json:"p99"`
	P999  int64   `json:"p999"`
	Max   int64   `json:"max"`
}

// stats describes the record of a law whose first stall began at epoch.
func (r *record) stats(law Law, epoch int64) Stats {
	s := Stats{Law: law.String(), Requests: uint64(len(r.all)) + r.dropped, Unrecorded: r.dropped}
	times := make([]int64, 0, len(r.all))
	of := func(f func(*stamps) (int64, bool)) Quantiles {
		times = times[:0]
		for i := range r.all {
			if t, ok := f(&r.all[i]); ok {
				times = append(times, t)
			}
		}
		return quantiles(times)
	}
	s.Delay = of(func(x *stamps) (int64, bool) { return x.depart - x.arrival, true })
	s.Late = of(func(x *stamps) (int64, bool) { return x.depart - x.planned, law.calm(x.arrival - epoch) })
	s.Send = of(func(x *stamps) (int64, bool) { return x.sent - x.depart, x.sent != 0 })
	s.Kernel = of(func(x *stamps) (int64, bool) { return x.left - x.arrival, x.left != 0 && x.kernel })
	s.Left = of(func(x *stamps) (int64, bool) { return x.left - x.depart, x.left != 0 })
	s.Read = of(func(x *stamps) (int64, bool) { return x.read - x.arrival, x.kernel })
	s.Stamped = uint64(s.Read.Count)
	if law.Kind == Stall {
		s.Release = r.release(law, epoch)
	}
	return s
}

// quantiles sorts times.
func quantiles(times []int64) Quantiles {
	n := len(times)
	if n == 0 {
		return Quantiles{}
	}
	slices.Sort(times)
	sum := 0.0
	for _, t := range times {
		sum += float64(t)
	}
	at := func(q float64) int64 { return times[max(0, int(math.Ceil(q*float64(n)-1e-9))-1)] }
	return Quantiles{int64(n), sum / float64(n), at(0.5), at(0.9), at(0.99), at(0.999), times[n-1]}
}
