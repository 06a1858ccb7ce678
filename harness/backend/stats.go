package backend

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"

	"assay/models/base/loop"
)

// Stats is what the backends of one process did since they started, or since a
// request to /-/stats?reset=1. Times are nanoseconds.
type Stats struct {
	Calls       uint64            `json:"calls"`       // answered, faulty ones included
	PerBackend  []uint64          `json:"per_backend"` // the same, by backend
	Faults      map[string]uint64 `json:"faults"`      // calls that asked for a fault, by kind
	Refused     uint64            `json:"refused"`     // requests answered with 4xx
	Misdirected uint64            `json:"misdirected"` // calls whose i is not this backend's, modulo their number
	Dropped     uint64            `json:"dropped"`     // calls that were never answered: their connection ended first
	Accepted    uint64            `json:"accepted"`    // connections
	Connections int               `json:"connections"` // open now
	InFlight    int               `json:"in_flight"`   // calls waiting now
	MostFlight  int               `json:"most_in_flight"`
	Wall        int64             `json:"wall"` // time the figures cover
	CPU         int64             `json:"cpu"`  // processor time of the process in it; CPU ÷ Wall is its utilisation
	Late        Spread            `json:"late"` // answer written − due
	Service     Spread            `json:"service"`
}

// Spread is a histogram of times in ns, and what one wants of it at a glance.
type Spread struct {
	Count     int64  `json:"count"`
	Mean      int64  `json:"mean"`
	P50       int64  `json:"p50"`
	P90       int64  `json:"p90"`
	P99       int64  `json:"p99"`
	Max       int64  `json:"max"`
	Histogram string `json:"histogram,omitempty"` // HDR, V2 compressed, base64
}

// recorder gathers Stats on the loop's thread.
type recorder struct {
	Stats
	byFault       [faults]uint64
	late, service *hdrhistogram.Histogram
	since         int64
	cpuBefore     int64
}

func newRecorder(backends int) *recorder {
	r := &recorder{
		late:    hdrhistogram.New(1, int64(2*time.Minute), 3),
		service: hdrhistogram.New(1, int64(2*time.Minute), 3),
	}
	r.PerBackend = make([]uint64, backends)
	r.restart()
	return r
}

func (r *recorder) begun() {
	r.InFlight++
	r.MostFlight = max(r.MostFlight, r.InFlight)
}

// over counts a call whose time has come.
func (r *recorder) over(c *call, backend int) {
	r.InFlight--
	switch {
	case c.kind == refusal:
		r.Refused++
	case c.kind == value:
		r.Calls++
		r.PerBackend[backend]++
		r.byFault[c.fault]++
		if int(c.i)%len(r.PerBackend) != backend {
			r.Misdirected++
		}
	}
}

func (r *recorder) dropped(n int) {
	r.InFlight -= n
	r.Dropped += uint64(n)
}

// answered records answers that were written at time now.
func (r *recorder) answered(sent []times, now int64) {
	for _, t := range sent {
		// Out of range is beyond two minutes, which no delay allows.
		_ = r.late.RecordValue(max(now-t.due, 1))
		_ = r.service.RecordValue(max(now-t.whole, 1))
	}
}

func (r *recorder) restart() {
	r.Stats = Stats{
		PerBackend: r.PerBackend, Connections: r.Connections,
		InFlight: r.InFlight, MostFlight: r.InFlight,
	}
	clear(r.PerBackend)
	r.byFault = [faults]uint64{}
	r.late.Reset()
	r.service.Reset()
	r.since, r.cpuBefore = loop.Clock(), cpuTime()
}

// now is the figures so far, brief ones without the histograms. It is rare, so it may allocate.
func (r *recorder) now(brief bool) Stats {
	s := r.Stats
	s.PerBackend = slices.Clone(r.PerBackend)
	s.Faults = map[string]uint64{}
	for f := Fail; f < faults; f++ {
		if n := r.byFault[f]; n > 0 {
			s.Faults[f.String()] = n
		}
	}
	s.Wall, s.CPU = loop.Clock()-r.since, cpuTime()-r.cpuBefore
	s.Late, s.Service = spread(r.late, brief), spread(r.service, brief)
	return s
}

func (r *recorder) json(brief bool) []byte {
	s := r.now(brief)
	text, err := json.Marshal(&s)
	if err != nil {
		return []byte("{}") // cannot be: Stats holds nothing that JSON does not know
	}
	return text
}

// spread without the histogram itself takes a tenth of the time.
func spread(h *hdrhistogram.Histogram, brief bool) Spread {
	s := Spread{Count: h.TotalCount(), Max: h.Max()}
	if s.Count > 0 {
		s.Mean = int64(h.Mean())
		s.P50, s.P90, s.P99 = h.ValueAtQuantile(50), h.ValueAtQuantile(90), h.ValueAtQuantile(99)
	}
	if brief {
		return s
	}
	// An encoding that fails leaves the histogram out; the figures above stand.
	if text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase); err == nil {
		s.Histogram = string(text)
	}
	return s
}

// cpuTime is the processor time of this process, ns.
func cpuTime() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return 0 // cannot fail on Linux for this clock
	}
	return ts.Nano()
}
