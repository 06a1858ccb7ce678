package load

import "assay/harness/trial"

// The generator is a process of its own. Its parent writes one Command as a JSON
// line on its stdin and reads one Reply as a JSON line from its stdout. End of
// stdin ends it, even in the middle of a slice.

// The operations of a Command.
const (
	OpOpen  = "open"  // connect an arm
	OpSlice = "slice" // load an arm and drain it
	OpClose = "close" // close an arm's connections
	OpCPU   = "cpu"   // report the generator's CPU time since its start
)

// Command asks the generator for one thing.
type Command struct {
	Op  string `json:"op"`
	Arm string `json:"arm"` // names a target: its connections live from open to close

	// open
	Addr      string            `json:"addr,omitempty"`
	Conns     int               `json:"conns,omitempty"`
	Idle      int               `json:"idle,omitempty"` // further connections that stay silent
	Workload  string            `json:"workload,omitempty"`
	Params    map[string]string `json:"params,omitempty"`
	URLPath   string            `json:"url_path,omitempty"`  // instead of a workload: any 2xx answer is right
	Host      string            `json:"host,omitempty"`      // of the request; Addr by default
	NewConns  bool              `json:"new_conns,omitempty"` // a connection per request, at most Conns at once
	RampNanos int64             `json:"ramp,omitempty"`      // over which the connections are opened, evenly

	// slice
	Rate     float64 `json:"rate,omitempty"`     // per second; 0: closed loop
	Arrivals string  `json:"arrivals,omitempty"` // "poisson" (default), "constant", "burst"
	Burst    int     `json:"burst,omitempty"`    // requests at an instant, with "burst"
	Duration int64   `json:"duration,omitempty"` // ns
	Drain    int64   `json:"drain,omitempty"`    // ns to wait for the last answers; then they count as timed out. 0: 2 s
	Timeout  int64   `json:"timeout,omitempty"`  // ns from sent after which a request is given up and its connection closed. 0: the drain's end
	Seed     uint64  `json:"seed,omitempty"`
	First    uint64  `json:"first,omitempty"`   // number of the first request
	Discard  bool    `json:"discard,omitempty"` // warm-up: run it, return counts only
	Spin     int64   `json:"spin,omitempty"`    // ns before an intended time from which to poll instead of sleep; 0: DefaultSpin, negative: none
}

// Reply answers a Command.
type Reply struct {
	Error     string             `json:"error,omitempty"`     // the command could not be done
	Connected int                `json:"connected,omitempty"` // connections that are open, the silent ones included (open, slice)
	Start     int64              `json:"start,omitempty"`     // CLOCK_MONOTONIC, ns
	Length    int64              `json:"length,omitempty"`    // from Start to the last right answer, at least the duration, ns
	Schedule  string             `json:"schedule,omitempty"`
	CPU       int64              `json:"cpu,omitempty"`    // generator's own, over the slice (cpu: since its start), ns
	Polled    int64              `json:"polled,omitempty"` // of the CPU, what went into polling for the next arrival, ns
	Load      *trial.LoadFigures `json:"load,omitempty"`
}
