package load

import (
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/trial"
)

// Summary is what Run found, as a machine reads it. Times are in ns.
type Summary struct {
	Offered  float64           `json:"offered_rps"`  // 0 in a closed loop
	Achieved float64           `json:"achieved_rps"` // right answers per second
	Requests uint64            `json:"requests"`     // sent or due
	Errors   map[string]uint64 `json:"errors"`       // by kind
	Response Quantiles         `json:"response_ns"`  // done − intended
	Service  Quantiles         `json:"service_ns"`   // done − sent
	Slip     Quantiles         `json:"slip_ns"`      // sent − intended

	// Notes say in words what a reader of the figures must know.
	Notes []string `json:"-"`
}

// Quantiles describe one histogram, ns. A request without a right answer stands in
// its tail: see Recorder.Censor.
type Quantiles struct {
	Count int64   `json:"count"`
	Mean  float64 `json:"mean"`
	P50   int64   `json:"p50"`
	P90   int64   `json:"p90"`
	P99   int64   `json:"p99"`
	P999  int64   `json:"p999"`
	Max   int64   `json:"max"`
}

// Summarize reads a slice's figures, all classes together. The error is that of a
// histogram which cannot be decoded.
func Summarize(f *trial.LoadFigures) (Summary, error) {
	s := Summary{Offered: f.Offered, Achieved: f.Achieved, Requests: f.Requests, Errors: f.Errors}
	if s.Errors == nil {
		s.Errors = map[string]uint64{}
	}
	all := [3]*hdrhistogram.Histogram{newHistogram(), newHistogram(), newHistogram()}
	for _, c := range f.Classes {
		for i, text := range []string{c.Response, c.Service, c.Slip} {
			h, err := hdrhistogram.Decode([]byte(text))
			if err != nil {
				return s, fmt.Errorf("class %s: histogram: %w", c.Class, err)
			}
			all[i].Merge(h)
		}
	}
	s.Response, s.Service, s.Slip = quantiles(all[0]), quantiles(all[1]), quantiles(all[2])
	return s, nil
}

func quantiles(h *hdrhistogram.Histogram) Quantiles {
	return Quantiles{
		Count: h.TotalCount(), Mean: h.Mean(), Max: h.Max(),
		P50: h.ValueAtQuantile(50), P90: h.ValueAtQuantile(90), P99: h.ValueAtQuantile(99), P999: h.ValueAtQuantile(99.9),
	}
}
