package campaign

import (
	"cmp"
	"path/filepath"
	"slices"

	"assay/harness/backend"
	"assay/harness/load"
	"assay/harness/sentinel"
	"assay/harness/trial"
)

// longHiccups is how many hiccups of a slice are kept one by one.
const longHiccups = 16

// startSentinels has all processors watched. Without sentinels a run goes on and says so.
func (r *run) startSentinels() {
	if len(r.cfg.Sentinel) == 0 {
		return
	}
	var err error
	r.watch, err = sentinel.Start(r.cfg.Sentinel, r.machine.Processors, filepath.Join(r.logDir(), "sentinels.log"))
	if err != nil {
		r.note("nobody watches for pauses of the machine: %v", err)
	}
}

// backendFigures are what the backends saw since they were last asked; nil where there
// are none. It is called outside slices.
func (g *group) backendFigures() (*trial.BackendFigures, error) {
	if g.backends == nil {
		return nil, nil
	}
	s, err := backend.Brief(g.addrs[0], true)
	if err != nil {
		return nil, err
	}
	return &trial.BackendFigures{
		Calls: s.Calls, ServiceMean: s.Service.Mean, ServiceP99: s.Service.P99,
		LateMean: s.Late.Mean, LateP99: s.Late.P99, LateMax: s.Late.Max, Dropped: s.Dropped,
	}, nil
}

// machineFigures are what the kernel counted between two looks.
func (r *run) machineFigures(before, after *reading) *trial.MachineFigures {
	b, a := &before.machine, &after.machine
	return &trial.MachineFigures{
		Span: a.At - b.At, ServerBusy: a.BusyOf(r.place.Server, b), LoadBusy: a.BusyOf(r.place.Load, b),
		Throttled:   a.Throttled - b.Throttled,
		PressureCPU: a.PressureCPU - b.PressureCPU, PressureMemory: a.PressureMemory - b.PressureMemory, PressureIO: a.PressureIO - b.PressureIO,
	}
}

// hiccups adds what the sentinels noted during a slice.
func (g *group) hiccups(t *trial.Trial, m *trial.MachineFigures, slice *load.Reply) {
	report, err := g.r.watch.Take()
	if err != nil {
		g.r.note("nobody watches for pauses of the machine any more: %v", err)
		return
	}
	t.Sentinel = report.Policy
	var seen []trial.Hiccup
	for _, h := range report.Hiccups {
		if at := h.Due - slice.Start; at+h.Late >= 0 && at <= slice.Length {
			seen = append(seen, trial.Hiccup{CPU: h.CPU, At: at, Length: h.Late})
			m.HiccupTime += h.Late
		}
	}
	m.Hiccups = uint64(len(seen))
	slices.SortFunc(seen, func(a, b trial.Hiccup) int { return cmp.Compare(b.Length, a.Length) })
	seen = seen[:min(len(seen), longHiccups)]
	slices.SortFunc(seen, func(a, b trial.Hiccup) int { return cmp.Compare(a.At, b.At) })
	m.HiccupsLong = seen
}
