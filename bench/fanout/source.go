package fanout

import (
	"fmt"
	"strconv"

	"assay/bench/workload"
)

var params = append(append([]workload.Param{
	{Name: "k", Default: "3", Doc: "backend calls a request"},
	{
		Name: "delay", Default: "20ms",
		Doc: "of a backend's answer: one for all (20ms), one each (5ms+20ms+80ms), or drawn per call (exp:20ms, uniform:10ms-30ms)",
	},
	{Name: "mode", Default: "parallel", Doc: "parallel or sequential"},
}, workload.WorkParams...), workload.FaultParams...)

type source struct {
	delays []delay // one a call
	drawn  bool    // some delay is drawn anew for every request
	faults workload.Faults
	tail   []byte // of the target: the parameters that never change
	fixed  []byte // the delays, when none is drawn
	sums   *workload.Sums
	want   []byte
}

func prepare(given map[string]string) (workload.Source, error) {
	all, err := workload.Resolve("fanout", params, given)
	if err != nil {
		return nil, err
	}
	v := workload.Read(all)
	k := v.Int("k", 1, workload.MaxCalls)
	s := &source{delays: readDelays(v, k)}
	mode, work := v.OneOf("mode", "parallel", "sequential"), v.Rounds()
	s.faults = v.Faults("panic", "fail", "stall", "reset", "garbage", "truncate", "slow")
	if v.Err() != nil {
		return nil, v.Err()
	}
	if mode == "sequential" {
		s.tail = append(s.tail, "&mode=sequential"...)
	}
	if work > 0 {
		s.tail = fmt.Appendf(s.tail, "&work=%d", work)
	}
	for _, d := range s.delays {
		s.drawn = s.drawn || d.kind != constant
	}
	if !s.drawn {
		s.fixed = s.appendDelays(nil, 0, 0)
	}
	s.sums = workload.NewSums(work)
	return s, nil
}

// Draw implements workload.Source.
func (s *source) Draw(seed, n uint64, a *workload.Ask) {
	*a = workload.Ask{N: n, Method: "GET", Target: append(a.Target[:0], "/fanout?n="...)}
	a.Target = append(strconv.AppendUint(a.Target, n, 10), "&d="...)
	if s.drawn {
		a.Target = s.appendDelays(a.Target, seed, n)
	} else {
		a.Target = append(a.Target, s.fixed...)
	}
	a.Target = append(a.Target, s.tail...)
	if !s.faults.Hits(seed, n) {
		return
	}
	a.Class = workload.Disturber
	a.Target = append(append(a.Target, "&fault="...), s.faults.Kind...)
	if s.faults.Kind != "panic" {
		a.Target = strconv.AppendUint(append(a.Target, "&at="...), n%uint64(len(s.delays)), 10)
	}
}

// Check implements workload.Source.
func (s *source) Check(a *workload.Ask, status int, body []byte) error {
	if a.Class == workload.Disturber {
		if want := faultStatus(s.faults.Kind); want != 200 {
			return workload.MatchStatus(a, status, want, body)
		}
	}
	s.want = s.sums.Append(appendMean(s.want[:0], a.N, len(s.delays)), a.N)
	return workload.Match(a, status, 200, body, s.want)
}

func faultStatus(kind string) int {
	for _, f := range workload.BackendFaults {
		if f.Kind == kind {
			return f.Status
		}
	}
	return 500
}

// appendMean appends the mean of what k backends answer to request n.
func appendMean(dst []byte, n uint64, k int) []byte {
	var sum uint64
	for i := range k {
		sum += workload.Value(n, i)
	}
	return strconv.AppendUint(dst, sum/uint64(k), 10)
}

// Backends implements workload.Source.
func (s *source) Backends() int { return len(s.delays) }

// BackendCalls implements workload.Source: those of a request without a fault.
func (s *source) BackendCalls() float64 { return float64(len(s.delays)) }
