package blocking

import (
	"fmt"
	"strconv"

	"assay/bench/workload"
)

var params = append(append([]workload.Param{
	{Name: "share", Default: "5%", Doc: "the requests that block or compute"},
	{Name: "block", Default: "50ms", Doc: "how long they block; 0s: they only compute"},
	{Name: "via", Default: "inline", Doc: "inline: in the handler; offload: where the model puts what blocks; cooperative: as a backend call"},
}, workload.WorkParams...), workload.FaultParams...)

type source struct {
	share    float64
	disturb  []byte // what the target of a disturber ends with
	backends int
	faults   workload.Faults
	sums     *workload.Sums
	want     []byte
}

func prepare(given map[string]string) (workload.Source, error) {
	all, err := workload.Resolve("blocking", params, given)
	if err != nil {
		return nil, err
	}
	v := workload.Read(all)
	s := &source{share: v.Share("share")}
	block, work := v.Duration("block", workload.MaxDelay), v.Rounds()
	via := v.OneOf("via", "inline", "offload", "cooperative")
	s.faults = v.Faults("panic")
	if block == 0 && work == 0 && s.share > 0 {
		v.Bad("block", "a block, or cpu, for the requests that disturb; share=0% for none")
	}
	if v.Err() != nil {
		return nil, v.Err()
	}
	if block > 0 {
		s.disturb = fmt.Appendf(s.disturb, "&block=%d", block.Microseconds())
	}
	if work > 0 {
		s.disturb = fmt.Appendf(s.disturb, "&work=%d", work)
	}
	if via != "inline" {
		s.disturb = fmt.Appendf(s.disturb, "&via=%s", via)
	}
	if via == "cooperative" && s.share > 0 {
		s.backends = 1
	}
	s.sums = workload.NewSums(work)
	return s, nil
}

// Draw implements workload.Source. A faulty request does not block besides.
func (s *source) Draw(seed, n uint64, a *workload.Ask) {
	*a = workload.Ask{N: n, Method: "GET", Target: append(a.Target[:0], "/blocking?n="...)}
	a.Target = strconv.AppendUint(a.Target, n, 10)
	switch {
	case s.faults.Hits(seed, n):
		a.Class = workload.Disturber
		a.Target = append(a.Target, faulty...)
	case workload.Pick(seed, n, workload.UseOwn) < s.share:
		a.Class = workload.Disturber
		a.Target = append(a.Target, s.disturb...)
	}
}

const faulty = "&fault=panic"

// Check implements workload.Source.
func (s *source) Check(a *workload.Ask, status int, body []byte) error {
	if s.faults.Kind != "" && isFaulty(a) {
		return workload.MatchStatus(a, status, 500, body)
	}
	s.want = strconv.AppendUint(s.want[:0], workload.Value(a.N, 0), 10)
	if a.Class == workload.Disturber {
		s.want = s.sums.Append(s.want, a.N)
	}
	return workload.Match(a, status, 200, body, s.want)
}

func isFaulty(a *workload.Ask) bool {
	n := len(a.Target) - len(faulty)
	return n >= 0 && string(a.Target[n:]) == faulty
}

// Backends implements workload.Source.
func (s *source) Backends() int { return s.backends }

// BackendCalls implements workload.Source.
func (s *source) BackendCalls() float64 { return float64(s.backends) * s.share }
