package validity

import (
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"

	"assay/harness/trial"
)

const (
	conns    = 10
	perSlice = 500
	length   = 250_000_000 // ns
)

var (
	open   = Context{Open: true, Conns: conns, Server: 1, Load: 1, NullRate: 4000}
	closed = Context{Conns: conns, Server: 1, Load: 1}
)

// histogram holds n samples of one value.
func histogram(n int, value int64) string {
	h := hdrhistogram.New(1, 60_000_000_000, 3)
	if err := h.RecordValues(value, int64(n)); err != nil {
		panic(err)
	}
	b, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// clean is a trial in which nothing is wrong: 4 slices of a quarter of a second.
func clean(arm string, c Context) *trial.Trial {
	t := &trial.Trial{
		Version: trial.Version, Key: "0/cell/" + arm + "/load", Kind: trial.Load, Cell: "cell", Arm: arm, Model: "thread", Status: trial.OK,
		Addr: "127.0.0.1:1", Identity: trial.Identity{SocketOwned: true, Nonce: "answered", AliveAtEnd: true, Checked: true},
		Jain: .99, Least: 40, Sentinel: "fifo", Runtime: &trial.Runtime{Requests: 4 * perSlice},
	}
	for i := range 4 {
		// Each connection is always busy: 500 requests in 250 ms on 10 connections take 5 ms each.
		s := trial.Slice{
			Index: i, Length: length, ServerCPU: length / 2, GeneratorCPU: length / 5, BackendCPU: length / 10, IdleSpan: 1e9,
			Load: trial.LoadFigures{
				Requests: perSlice, Answers: perSlice, BytesIn: 70 * perSlice, AnswerBytes: 70 * perSlice, Achieved: 2000,
				Classes: []trial.ClassFigures{{
					Class: "ordinary", Service: histogram(perSlice, 4_990_000), Slip: histogram(perSlice, 10_000), Response: histogram(perSlice, 5_000_000),
				}},
				Slowest: []trial.Slow{{At: 1e6, Response: 6e6}, {At: 9e7, Response: 7e6}},
				Series:  &trial.Series{},
			},
			Backend: &trial.BackendFigures{Calls: perSlice, ServiceMean: 1_000_000},
			Machine: &trial.MachineFigures{Span: length, ServerBusy: length / 2, LoadBusy: length / 3},
		}
		for k := range 12 {
			s.Load.Series.Due = append(s.Load.Series.Due, perSlice/12)
			s.Load.Series.Done = append(s.Load.Series.Done, perSlice/12)
			// It goes up and down a little, like life.
			s.Load.Series.Mean = append(s.Load.Series.Mean, int64(5e6*(1+.01*math.Sin(float64(7*i+5*k)))))
		}
		if c.Open {
			s.Load.Offered = 2000
			s.Load.Arrivals = &trial.ArrivalFigures{Compared: perSlice - 1, P: 1}
		}
		t.Slices = append(t.Slices, s)
	}
	return t
}

// blockOf is the trial with two clean neighbours.
func blockOf(t *trial.Trial, c Context) []*trial.Trial {
	return []*trial.Trial{t, clean("other", c), clean("third", c)}
}

// fired are the gates of a verdict with their grades, in its order.
func fired(v Verdict) (all []string) {
	for _, r := range v.Reasons {
		all = append(all, fmt.Sprint(r.Gate, " ", r.Grade))
	}
	return all
}
