package trial

// What the validity gates look at beside the figures themselves. All of it was added
// after the first records were written: a reader takes a missing part for unknown.

// BackendFigures is what the backends saw of one slice, by their own clocks. Set by
// campaign from what the backends answer, which is asked outside slices.
type BackendFigures struct {
	Calls       uint64 `json:"calls"`             // answered
	ServiceMean int64  `json:"service_mean"`      // from a call's last byte in to its answer written, ns; the delay that was asked included
	ServiceP99  int64  `json:"service_p99"`       // ns
	LateMean    int64  `json:"late_mean"`         // answer written − due, ns: the backends' own doing
	LateP99     int64  `json:"late_p99"`          // ns
	LateMax     int64  `json:"late_max"`          // ns
	Dropped     uint64 `json:"dropped,omitempty"` // calls whose connection ended before their answer
}

// MachineFigures is what the kernel and the sentinels counted over one slice. Set by
// campaign. Of a kernel that does not count a thing it is 0.
type MachineFigures struct {
	Span       int64 `json:"span"`                // between the two looks, ns
	ServerBusy int64 `json:"server_busy"`         // busy time of the server's processors together, ns in steps of 10 ms
	LoadBusy   int64 `json:"load_busy"`           // the same of the generator's, backends' and harness's
	Throttled  int64 `json:"throttled,omitempty"` // time for which the control group's processor quota stopped its threads, ns, summed over processors

	// Time in which some task waited for a thing (pressure stall information), ns.
	PressureCPU    int64 `json:"pressure_cpu,omitempty"`
	PressureMemory int64 `json:"pressure_memory,omitempty"`
	PressureIO     int64 `json:"pressure_io,omitempty"`

	Hiccups     uint64   `json:"hiccups,omitempty"`      // of the sentinels within the slice
	HiccupTime  int64    `json:"hiccup_time,omitempty"`  // their sum, ns
	HiccupsLong []Hiccup `json:"hiccups_long,omitempty"` // the longest ones in order of time, at most 16
}

// Hiccup is a time in which a processor did not run a sentinel that was due.
type Hiccup struct {
	CPU    int   `json:"cpu"`    // processor number
	At     int64 `json:"at"`     // when the sentinel was due, since the slice's start, ns
	Length int64 `json:"length"` // until it ran, ns
}

// ArrivalFigures compares the times at which requests were sent with the schedule. Set
// by the generator. Gaps are between neighbours in the schedule; those below 100 µs count as
// 100 µs, because no wake-up is finer than that.
type ArrivalFigures struct {
	Compared uint64  `json:"compared"` // gaps between two requests that were both sent without waiting for a connection
	Distance float64 `json:"distance"` // greatest distance between the distributions of gaps sent and gaps intended, 0 to 1 (Kolmogorov and Smirnov)
	P        float64 `json:"p"`        // of such a distance between two samples of one distribution; 1 without a gap
	// LateOwn counts the requests of Late that did not wait for a free connection: the
	// generator itself was late.
	LateOwn uint64 `json:"late_own"`
}

// Series is the course of a slice in equal parts of its duration; the last part takes what
// was done after it. Set by the generator. The three lists are equally long.
type Series struct {
	Due  []uint32 `json:"due"`  // requests intended in the part; closed loop: sent
	Done []uint32 `json:"done"` // requests that ended in it, rightly or not
	Mean []int64  `json:"mean"` // mean service time of those that ended rightly, ns; 0 without any
}

// Slow is one slow request.
type Slow struct {
	At       int64 `json:"at"`       // when it was intended, since the slice's start, ns
	Response int64 `json:"response"` // ns
}
