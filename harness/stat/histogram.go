package stat

import (
	"fmt"
	"math"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/trial"
)

// The range that latencies are recorded in, nanoseconds, and its precision.
const (
	lowest, highest    = 1, 60_000_000_000
	significantFigures = 3
)

// Latency is a merged histogram of nanoseconds. Requests that never got an answer are
// in it too, in the tail, where the wait for each would have ended: their true times lie beyond.
type Latency struct {
	Recorded *hdr.Histogram
	Censored int64 // of the recorded, those without a right answer
	Clipped  int64 // recorded, but outside the range, so at its edge
}

// NewLatency is an empty one.
func NewLatency() *Latency {
	return &Latency{Recorded: hdr.New(lowest, highest, significantFigures)}
}

// Count is the number of requests, answered and not.
func (l *Latency) Count() int64 { return l.Recorded.TotalCount() }

// Merge adds another's requests.
func (l *Latency) Merge(o *Latency) error {
	l.Censored += o.Censored
	l.Clipped += o.Clipped
	if lost := l.Recorded.Merge(o.Recorded); lost > 0 {
		return fmt.Errorf("merging histograms lost %d values outside %d ns to %d ns", lost, lowest, int64(highest))
	}
	return nil
}

// Which names one of the histograms of a slice.
type Which int

// The histograms. The first three are of ordinary requests.
const (
	Response   Which = iota // from intended to done
	Service                 // from sent to done
	Slip                    // from intended to sent
	Disturbers              // response times of requests that block or compute
)

// String is the word used in file tags.
func (w Which) String() string {
	return [...]string{"response", "service", "slip", "disturber-response"}[w]
}

// Latency is one kind of histogram, merged over the slices of f, or over the blocks of a pool.
func (f *Figures) Latency(which Which) (*Latency, error) {
	l := NewLatency()
	for _, part := range f.pooled {
		of, err := part.Latency(which)
		if err != nil {
			return nil, err
		}
		if err := l.Merge(of); err != nil {
			return nil, err
		}
	}
	p := f.merged[which]
	l.Censored, l.Clipped = l.Censored+p.Censored, l.Clipped+p.Clipped
	return l, l.Add(p.text)
}

// latencyOf merges what a trial recorded.
func latencyOf(t *trial.Trial, which Which) (*Latency, error) {
	l := NewLatency()
	for slice, c := range t.Classes() {
		if (c.Class == "disturber") != (which == Disturbers) {
			continue
		}
		if err := l.addClass(c, which); err != nil {
			if slice < 0 {
				return nil, fmt.Errorf("merged slices, %s: %w", which, err)
			}
			return nil, fmt.Errorf("slice %d, %s: %w", slice, which, err)
		}
	}
	return l, nil
}

// packed is a merged histogram in the journal's form, a hundredth of its size in memory.
type packed struct {
	text              string
	Censored, Clipped int64
}

// pack keeps the merged histograms of a trial, so that later calls of Latency need not
// merge its slices again.
func (f *Figures) pack(t *trial.Trial) error {
	f.merged = make(map[Which]packed)
	for which := Response; which <= Disturbers; which++ {
		l, err := latencyOf(t, which)
		if err != nil {
			return err
		}
		text, err := l.Recorded.Encode(hdr.V2CompressedEncodingCookieBase)
		if err != nil {
			return fmt.Errorf("%s: %w", which, err)
		}
		f.merged[which] = packed{string(text), l.Censored, l.Clipped}
	}
	return nil
}

func (l *Latency) addClass(c *trial.ClassFigures, which Which) error {
	encoded := c.Response
	switch which {
	case Service:
		encoded = c.Service
	case Slip:
		encoded = c.Slip
	}
	if which != Slip { // a request was late or not, whatever came of it
		l.Censored += int64(c.Censored)
	}
	l.Clipped += int64(c.Clipped)
	return l.Add(encoded)
}

// Add merges an encoded histogram, none of whose requests is censored or clipped; an empty string is an
// empty histogram. The error is that of a text that is no histogram, or of values outside the range.
func (l *Latency) Add(encoded string) error {
	if encoded == "" {
		return nil
	}
	h, err := hdr.Decode([]byte(encoded))
	if err != nil {
		return fmt.Errorf("histogram: %w", err)
	}
	return l.Merge(&Latency{Recorded: h})
}

// Needed is the least number of requests that supports quantile q: ten beyond it.
func Needed(q float64) int64 { return int64(math.Ceil(10/(1-q) - 1e-6)) }

// Quantile is the value in seconds that a share q (0 < q < 1) of all requests,
// unanswered ones included, did not exceed. The error says why the sample cannot
// tell: it is too small, or the value is that of a request that never ended.
func (l *Latency) Quantile(q float64) (seconds float64, err error) {
	n := l.Count()
	if need := Needed(q); n < need {
		return 0, fmt.Errorf("p%g needs %d requests, there are %d", q*100, need, n)
	}
	rank := int64(math.Ceil(q*float64(n) - 1e-9))
	if rank > n-l.Censored {
		return 0, fmt.Errorf("p%g lies among the %d requests without a right answer", q*100, l.Censored)
	}
	// The library rounds rank/n back to this rank.
	return float64(l.Recorded.ValueAtQuantile(100*float64(rank)/float64(n))) / 1e9, nil
}
