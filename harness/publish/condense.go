// Package publish makes a copy of a finished run that is small enough to be kept beside the code. The
// bulk of a run's records is histograms, one per slice, class and kind of time, which no compression makes
// smaller; the copy has them merged over the slices of each trial, and rounds those that no verdict
// rests on. Every figure of the copy's report is computed from the copy alone, so that whoever has it can
// compute it again; that its verdicts are those of the whole run is checked when it is made.
package publish

import (
	"fmt"
	"math/bits"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/stat"
	"assay/harness/trial"
)

// Kept says in words what Condense keeps.
const Kept = "histograms and answers per connection are merged over the slices of each trial; response times of open loops keep three digits, those of closed loops and service times are rounded to the middle of steps of 0.8 to 1.6 %, slips of 6 to 12 %, a slice's course of 0.4 to 0.8 %, and the slowest requests to 0.1 ms"

// Leading bits that a rounded time keeps.
const (
	courseBits = 8
	timeBits   = 7
	slipBits   = 4
)

// Rounded is by what share of itself a rounded response or service time may differ from what was recorded: half a step.
const Rounded = 1.0 / (1 << timeBits)

// slowStep is what the slowest requests' times are rounded to, ns.
const slowStep = 100_000

// Condense makes of a load trial what Kept says; open is whether its cell's arrivals keep a schedule of
// their own. Other trials stay as they are. The error is that of a histogram that cannot be read.
func Condense(t *trial.Trial, open bool) error {
	if t.Kind != trial.Load || len(t.Slices) == 0 {
		return nil
	}
	whole := &trial.Whole{}
	merged := make(map[string]*class)
	for slice, c := range t.Classes() {
		m := merged[c.Class]
		if m == nil {
			m = &class{at: len(whole.Classes)}
			merged[c.Class] = m
			whole.Classes = append(whole.Classes, trial.ClassFigures{Class: c.Class})
		}
		if err := m.add(c); err != nil {
			return fmt.Errorf("slice %d, class %q: %w", slice, c.Class, err)
		}
	}
	for _, m := range merged {
		if err := m.into(&whole.Classes[m.at], open); err != nil {
			return err
		}
	}
	for _, n := range t.PerConn() {
		whole.PerConn = append(whole.PerConn, uint32(n))
	}
	for i := range t.Slices {
		l := &t.Slices[i].Load
		l.Classes, l.PerConn = nil, nil
		if l.Series != nil {
			for k, mean := range l.Series.Mean {
				l.Series.Mean[k] = middle(mean, courseBits)
			}
		}
		for k := range l.Slowest {
			s := &l.Slowest[k]
			s.At, s.Response = nearest(s.At), nearest(s.Response)
		}
	}
	t.Whole = whole
	return nil
}

// nearest multiple of slowStep.
func nearest(ns int64) int64 { return (ns + slowStep/2) / slowStep * slowStep }

// class is one class of requests, merged.
type class struct {
	at                      int // in Whole.Classes
	response, service, slip stat.Latency
	censored, clipped       uint64
}

// kinds are a class's histograms beside their text in a record.
func (m *class) kinds(c *trial.ClassFigures) []kind {
	return []kind{{&m.response, &c.Response, timeBits}, {&m.service, &c.Service, timeBits}, {&m.slip, &c.Slip, slipBits}}
}

type kind struct {
	sum  *stat.Latency
	text *string
	bits int // that a time keeps where it is rounded
}

func (m *class) add(c *trial.ClassFigures) error {
	m.censored += c.Censored
	m.clipped += c.Clipped
	for _, k := range m.kinds(c) {
		if k.sum.Recorded == nil {
			*k.sum = *stat.NewLatency()
		}
		if err := k.sum.Add(*k.text); err != nil {
			return err
		}
	}
	return nil
}

// into writes the merged histograms.
func (m *class) into(c *trial.ClassFigures, open bool) error {
	c.Censored, c.Clipped = m.censored, m.clipped
	for _, k := range m.kinds(c) {
		h := k.sum.Recorded
		if exact := open && k.sum == &m.response; !exact {
			var err error
			if h, err = rounded(h, k.bits); err != nil {
				return err
			}
		}
		text, err := h.Encode(hdr.V2CompressedEncodingCookieBase)
		if err != nil {
			return fmt.Errorf("histogram: %w", err)
		}
		*k.text = string(text)
	}
	return nil
}

// rounded is a histogram with every time moved to the middle of its step.
func rounded(h *hdr.Histogram, keep int) (*hdr.Histogram, error) {
	out := stat.NewLatency().Recorded
	for _, bar := range h.Distribution() {
		if bar.Count == 0 {
			continue
		}
		if err := out.RecordValues(middle(bar.From, keep), bar.Count); err != nil {
			return nil, fmt.Errorf("histogram: %w", err)
		}
	}
	return out, nil
}

// middle of the step that a time lies in: steps are single ns up to 2ⁿ, then 2ᵏ times as wide, so that a
// time keeps its n leading bits.
func middle(ns int64, keep int) int64 {
	shift := bits.Len64(uint64(ns)) - keep
	if shift <= 0 {
		return ns
	}
	return ns>>shift<<shift + 1<<(shift-1)
}
