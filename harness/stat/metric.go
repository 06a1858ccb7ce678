package stat

import "assay/harness/trial"

// Direction says which way a metric is better.
type Direction int

// The directions.
const (
	Lower  Direction = -1
	Higher Direction = +1
)

// String is the word that the Go benchmark format uses.
func (d Direction) String() string {
	if d == Higher {
		return "higher"
	}
	return "lower"
}

// Metric is one figure of a replicate.
type Metric struct {
	Name   string    `json:"name"`   // key, unique: "cpu"
	Unit   string    `json:"unit"`   // of the value, as in bench.txt: "cpu-sec/req"
	Label  string    `json:"label"`  // heading of a column
	Better Direction `json:"better"` // -1: lower, 1: higher
	Margin float64   `json:"margin"` // "equal" means within this fraction either way, on the log scale

	// ratio gives one slice's share of a figure that is a sum over a sum; ok is
	// false where the slice does not know it. Nil for figures of another kind.
	ratio func(s *trial.Slice) (num, den float64, ok bool)
	// neighbours: one slice is enough for a value, so arms are compared slice by
	// slice within a rotation, where the machine's speed is the same.
	neighbours bool
}

// The margins of METHOD §6: the least effect that matters.
const (
	cpuMargin  = 0.05
	tailMargin = 0.10
)

// The metrics. Times are seconds, memory is bytes.
var (
	CPU = Metric{
		Name: "cpu", Unit: "cpu-sec/req", Label: "CPU/req", Better: Lower, Margin: cpuMargin, neighbours: true,
		ratio: func(s *trial.Slice) (float64, float64, bool) {
			return float64(s.ServerCPU) / 1e9, float64(s.Load.Answers), true
		},
	}
	// MachineCPU is everybody's: server, generator, backends and kernel. The generator's polling
	// for its next arrival is left out: it fills what is left of the time between arrivals, and
	// would hide a part of what the server leaves on other accounts. It counts in ticks of
	// 10 ms, too coarse for a single slice: no neighbours.
	MachineCPU = Metric{
		Name: "machine", Unit: "machine-cpu-sec/req", Label: "machine CPU/req", Better: Lower, Margin: cpuMargin,
		ratio: func(s *trial.Slice) (float64, float64, bool) {
			return float64(s.MachineCPU-s.Polled) / 1e9, float64(s.Load.Answers), true
		},
	}
	Rate = Metric{
		Name: "rate", Unit: "req/s", Label: "rate", Better: Higher, Margin: cpuMargin, neighbours: true,
		ratio: func(s *trial.Slice) (float64, float64, bool) {
			return float64(s.Load.Answers), float64(s.Length) / 1e9, true
		},
	}
	Switches = Metric{
		Name: "switches", Unit: "ctxsw/req", Label: "switches/req", Better: Lower, Margin: tailMargin,
		ratio: func(s *trial.Slice) (float64, float64, bool) {
			return float64(s.Switches), float64(s.Load.Answers), s.Switches >= 0
		},
	}

	Involuntary = Metric{
		Name: "involuntary", Unit: "forced-ctxsw/req", Label: "involuntary/req", Better: Lower, Margin: tailMargin,
		ratio: func(s *trial.Slice) (float64, float64, bool) {
			if s.Involuntary == nil {
				return 0, 0, false
			}
			return float64(*s.Involuntary), float64(s.Load.Answers), true
		},
	}

	P50        = Metric{Name: "p50", Unit: "p50-sec", Label: "p50", Better: Lower, Margin: tailMargin}
	P99        = Metric{Name: "p99", Unit: "p99-sec", Label: "p99", Better: Lower, Margin: tailMargin}
	P999       = Metric{Name: "p99.9", Unit: "p99.9-sec", Label: "p99.9", Better: Lower, Margin: tailMargin}
	ServiceP50 = Metric{Name: "service-p50", Unit: "service-p50-sec", Label: "service p50", Better: Lower, Margin: tailMargin}
	ServiceP99 = Metric{Name: "service-p99", Unit: "service-p99-sec", Label: "service p99", Better: Lower, Margin: tailMargin}
	SlipP99    = Metric{Name: "slip-p99", Unit: "slip-p99-sec", Label: "slip p99", Better: Lower, Margin: tailMargin}
	// Disturber percentiles are of the requests that block or compute; the plain
	// ones are then of their victims.
	DisturberP50 = Metric{Name: "disturber-p50", Unit: "disturber-p50-sec", Label: "disturber p50", Better: Lower, Margin: tailMargin}
	DisturberP99 = Metric{Name: "disturber-p99", Unit: "disturber-p99-sec", Label: "disturber p99", Better: Lower, Margin: tailMargin}

	Allocs     = Metric{Name: "allocs", Unit: "allocs/req", Label: "allocs/req", Better: Lower, Margin: tailMargin}
	AllocBytes = Metric{Name: "alloc-bytes", Unit: "alloc-B/req", Label: "alloc B/req", Better: Lower, Margin: tailMargin}
	Jain       = Metric{Name: "jain", Unit: "jain", Label: "Jain", Better: Higher, Margin: cpuMargin}

	// Memory is user and kernel memory of the server together, without socket
	// buffers: the machine counts those for both ends of a loopback connection.
	Memory     = Metric{Name: "memory", Unit: "B/conn", Label: "memory/conn", Better: Lower, Margin: tailMargin}
	UserMemory = Metric{Name: "user-memory", Unit: "user-B/conn", Label: "user B/conn", Better: Lower, Margin: tailMargin}
	// CollectedMemory is user memory after a forced collection, of servers that offer one.
	CollectedMemory = Metric{Name: "collected-memory", Unit: "collected-B/conn", Label: "user B/conn after GC", Better: Lower, Margin: tailMargin}
	KernelMemory    = Metric{Name: "kernel-memory", Unit: "kernel-B/conn", Label: "kernel B/conn", Better: Lower, Margin: tailMargin}
	SocketMemory    = Metric{Name: "socket-memory", Unit: "socket-B/conn", Label: "socket B/conn (both ends)", Better: Lower, Margin: tailMargin}
	PeakPSS         = Metric{Name: "peak-pss", Unit: "peak-PSS-bytes", Label: "peak PSS", Better: Lower, Margin: tailMargin}
)

// Metrics is every metric, in the order in which they are written.
var Metrics = []Metric{
	Rate, CPU, MachineCPU, P50, P99, P999, ServiceP50, ServiceP99, SlipP99,
	DisturberP50, DisturberP99, Switches, Involuntary, Allocs, AllocBytes, Jain,
	Memory, UserMemory, CollectedMemory, KernelMemory, SocketMemory, PeakPSS,
}
