package report

import (
	"bytes"
	"fmt"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/stat"
)

// hlogText is the run's latencies as a standard HdrHistogram log in nanoseconds: an
// interval per replicate and kind of time, tagged cell:arm:kind; of a condensed copy, per arm and cell, over
// all blocks. A request without a right answer
// stands where the wait for it would have ended; bench.txt and report.md count them.
func hlogText(v *View) ([]byte, error) {
	var b bytes.Buffer
	w := hdr.NewHistogramLogWriter(&b)
	base := v.Started.UnixMilli()
	for _, step := range []func() error{
		func() error { return w.OutputComment("[assay run " + v.ID + ", values in ns, Interval_Max in ms]") },
		w.OutputLogFormatVersion,
		func() error { return w.OutputStartTime(base) },
		w.OutputLegend,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("latency.hlog: %w", err)
		}
	}
	w.SetBaseTime(base)
	for _, c := range v.Cells {
		for _, a := range v.Arms {
			replicates, err := v.logged(c.Name, a.Name)
			if err != nil {
				return nil, fmt.Errorf("latency.hlog: %w", err)
			}
			for _, f := range replicates {
				if err := hlogReplicate(w, f); err != nil {
					return nil, fmt.Errorf("latency.hlog, %s in %s: %w", a.Name, c.Name, err)
				}
			}
		}
	}
	return b.Bytes(), nil
}

// logged are the figures of an arm in a cell that the log has an interval of.
func (v *View) logged(cell, arm string) ([]*stat.Figures, error) {
	all := v.Set.Replicates(cell, arm)
	if v.Condensed == "" || len(all) == 0 {
		return all, nil
	}
	pool, err := v.Set.Pool(cell, arm)
	if err != nil {
		return nil, err
	}
	pool.Start = all[0].Start
	return []*stat.Figures{pool}, nil
}

func hlogReplicate(w *hdr.HistogramLogWriter, f *stat.Figures) error {
	for _, which := range []stat.Which{stat.Response, stat.Service, stat.Slip, stat.Disturbers} {
		l, err := f.Latency(which)
		if err != nil {
			return err
		}
		if l.Recorded.TotalCount() == 0 {
			continue
		}
		h := l.Recorded
		h.SetTag(fmt.Sprintf("%s:%s:%s", fileSafe(f.Cell), fileSafe(f.Arm), which))
		h.SetStartTimeMs(f.Start.UnixMilli())
		h.SetEndTimeMs(f.Start.UnixMilli() + int64(f.Seconds*1000))
		if err := w.OutputIntervalHistogram(h); err != nil {
			return err
		}
	}
	return nil
}
