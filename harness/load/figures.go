package load

import (
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"

	"assay/bench/workload"
	"assay/harness/trial"
)

// classNames are trial.ClassFigures.Class by workload.Class.
var classNames = [workload.Classes]string{workload.Ordinary: "ordinary", workload.Disturber: "disturber"}

func newFigures() *trial.LoadFigures { return &trial.LoadFigures{Classes: []trial.ClassFigures{}} }

// figures completes the reply to a slice with what the workers saw.
func (g *Generator) figures(c Command, r Reply, a *arm, outcomes []outcome) (Reply, error) {
	f := newFigures()
	r.Load = f
	var all tally
	end, last := r.Start, r.Start
	for i := range outcomes {
		o := &outcomes[i]
		f.Requests += o.requests
		f.Answers += o.answers
		f.BytesIn += o.bytesIn
		f.BytesOut += o.bytesOut
		f.MaxQueued += o.peak
		r.Connected += o.connected
		r.Polled += o.polled
		end, last = max(end, o.end), max(last, o.last)
		all.merge(&o.tally)
		f.PerConn = append(f.PerConn, o.perConn...)
	}
	r.Length = max(end, last) - r.Start
	f.Errors, f.FirstBad, f.Reopened = all.errors(), all.firstBad, all.reopened
	f.Achieved = rate(f.Answers, r.Length)
	if c.Rate > 0 {
		f.Offered = rate(f.Requests, end-r.Start)
	}
	rec := a.targets[0].w.rec
	for _, t := range a.targets[1:] {
		rec.Merge(t.w.rec)
	}
	f.Late, f.FirstByte = rec.Late(), rec.FirstByte()
	if c.Discard {
		f.PerConn = nil
		return r, nil
	}
	for i := range outcomes {
		outcomes[i].course.addTo(f)
	}
	f.Series.Mean = means(outcomes)
	var err error
	f.Classes, err = rec.Figures()
	return r, err
}

// rate is n in span ns, per second.
func rate(n uint64, span int64) float64 {
	if span <= 0 {
		return 0
	}
	return float64(n) / (float64(span) / 1e9)
}

// Late counts the requests that were sent, or were still unsent when given up,
// more than 1 ms after they were intended.
func (r *Recorder) Late() (n uint64) {
	for i := range r.class {
		n += r.class[i].late
	}
	return n
}

// FirstByte is the mean time from sent to the first byte over right answers, ns.
func (r *Recorder) FirstByte() int64 {
	sum, n := int64(0), int64(0)
	for i := range r.class {
		s := &r.class[i]
		sum += s.firstByte
		n += s.response.TotalCount() - int64(s.censored)
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// Figures encodes the classes that have requests.
func (r *Recorder) Figures() ([]trial.ClassFigures, error) {
	figures := []trial.ClassFigures{}
	for i := range r.class {
		s := &r.class[i]
		if s.response.TotalCount() == 0 {
			continue
		}
		f := trial.ClassFigures{Class: classNames[i], Censored: s.censored, Clipped: s.clipped}
		for _, e := range []struct {
			to   *string
			from *hdrhistogram.Histogram
		}{{&f.Response, s.response}, {&f.Service, s.service}, {&f.Slip, s.slip}} {
			text, err := e.from.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
			if err != nil {
				return nil, fmt.Errorf("encode the histograms of class %s: %w", f.Class, err)
			}
			*e.to = string(text)
		}
		figures = append(figures, f)
	}
	return figures, nil
}
