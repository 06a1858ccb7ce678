// Package trial is the one record that travels: a Trial is one arm in one cell
// in one block, measured in a fresh process. Whoever measures fills it, the journal
// keeps it, and every figure, table and verdict is a pure function of a list of them.
package trial

import (
	"iter"
	"time"
)

// Version of the record; a reader refuses others by name. New parts are optional fields, which
// old records lack: they do not change the version, and a reader takes them for unknown.
const Version = 1

// Status says how a trial ended.
type Status string

const (
	OK            Status = "ok"
	Failed        Status = "failed"         // died, hung, answered wrongly, never ready: Reason and LogTail say
	NotRun        Status = "not-run"        // the machine lacks what the cell needs; Reason gives the remedy
	NotApplicable Status = "not-applicable" // the model cannot mean this cell; Reason says why
)

// Kind says what a trial measures. Memory is taken in trials of its own, because a
// sweep over a process would disturb a timed slice.
type Kind string

const (
	Load   Kind = "load"
	Memory Kind = "memory"
)

// Trial is one arm in one cell in one block. Times are nanoseconds unless the
// name says otherwise; rates are per second. Set by campaign, but for the parts
// that say who sets them.
type Trial struct {
	Version int    `json:"version"`
	Key     string `json:"key"` // block/cell/arm/kind: unique in a run; resume skips finished keys
	Kind    Kind   `json:"kind"`
	Block   int    `json:"block"` // from 0
	Order   int    `json:"order"` // position in the block's random order, from 0
	Cell    string `json:"cell"`  // plan.Cell.Name
	Arm     string `json:"arm"`   // plan.Arm.Name
	Model   string `json:"model"`
	Twin    string `json:"twin,omitempty"` // the arm this one is a second copy of

	Status  Status `json:"status"`
	Reason  string `json:"reason,omitempty"`
	LogTail string `json:"log_tail,omitempty"` // last lines of the server's stderr, when it failed

	Start    time.Time `json:"start"`
	PID      int       `json:"pid,omitempty"`
	Addr     string    `json:"addr,omitempty"`
	Identity Identity  `json:"identity"`

	Slices []Slice `json:"slices,omitempty"` // in the order they ran

	Jain  float64 `json:"jain,omitempty"`  // Jain's index of answers per connection over all slices; 1 is perfectly fair
	Least uint64  `json:"least,omitempty"` // answers of the least served connection

	// SwitchesBy says how the slices' switches were counted: "threads", those of the
	// living threads at both ends of a slice; "lifetime", where threads came and went,
	// those of the whole process (wait4), shared out by requests.
	SwitchesBy string `json:"switches_by,omitempty"`

	// Leftover are faults that the generator saw outside the slices, by kind as in
	// LoadFigures.Errors: bad answers of the warm-up, and what came after the last slice, such as an
	// answer that nobody asked for.
	Leftover map[string]uint64 `json:"leftover,omitempty"`
	// Sentinel says under which scheduling policy the sentinels ran: "fifo", where a
	// pause is the machine's; "fair", where it may also be the load's own queue; "" without any.
	Sentinel string `json:"sentinel,omitempty"`

	// Whole stands in place of the slices' histograms and answers per connection in a copy that was
	// made to be published; nil in the records that a run leaves. Set by publish.
	Whole *Whole `json:"whole,omitempty"`

	MemoryOf *MemoryFigures `json:"memory,omitempty"` // Kind == Memory
	Runtime  *Runtime       `json:"runtime,omitempty"`
}

// Identity is the proof that what was measured is what was started. Set by proc.
type Identity struct {
	SocketOwned bool   `json:"socket_owned"` // the listening socket's inode is open in the started tree
	Nonce       string `json:"nonce"`        // "answered", "not-offered" or what was wrong
	AliveAtEnd  bool   `json:"alive_at_end"`
	Checked     bool   `json:"checked"` // answers were compared with the right ones
}

// Slice is one uninterrupted stretch of load on one arm, drained before it ends.
type Slice struct {
	Index    int    `json:"index"`  // rotation, from 0: slices of equal index of all arms are neighbours in time
	Order    int    `json:"order"`  // position within the rotation
	Start    int64  `json:"start"`  // since the run's start, ns
	Length   int64  `json:"length"` // first intended arrival's epoch to last answer, ns
	Seed     uint64 `json:"seed"`
	Schedule string `json:"schedule,omitempty"` // hash of the intended times (open loop)

	Load LoadFigures `json:"load"` // set by the generator

	ServerCPU    int64 `json:"server_cpu"`       // CPU time of the server's process tree, user and system, ns
	MachineCPU   int64 `json:"machine_cpu"`      // busy time of all processors, ns (tick resolution 10 ms)
	GeneratorCPU int64 `json:"generator_cpu"`    // ns
	BackendCPU   int64 `json:"backend_cpu"`      // ns
	Polled       int64 `json:"polled,omitempty"` // of GeneratorCPU: polling for the next arrival, which is no work, ns
	Switches     int64 `json:"switches"`         // context switches of the server's tree; -1 when not known
	// Involuntary are those of the Switches at which the kernel took the processor away. Nil
	// when not known: from trials whose SwitchesBy is not "threads", and from older records.
	Involuntary *int64 `json:"involuntary,omitempty"`
	Steal       int64  `json:"steal"`        // ns
	Retransmits int64  `json:"retransmits"`  // TCP segments of the machine that were sent again
	ListenDrops int64  `json:"listen_drops"` // connections that the machine's listening sockets dropped
	IdleCPU     int64  `json:"idle_cpu"`     // of the server between its last load and this slice, ns: others had the load
	IdleSpan    int64  `json:"idle_span"`    // how long that was, ns

	Backend *BackendFigures `json:"backend,omitempty"` // set by the backends; nil where the workload asks none
	Machine *MachineFigures `json:"machine,omitempty"` // nil in records from before it was kept
}

// LoadFigures is what the generator saw in one slice.
type LoadFigures struct {
	Offered   float64           `json:"offered_rps"`  // 0 in a closed loop
	Achieved  float64           `json:"achieved_rps"` // right answers per second of Length
	Requests  uint64            `json:"requests"`     // sent or due
	Answers   uint64            `json:"answers"`      // right answers
	Errors    map[string]uint64 `json:"errors,omitempty"`
	FirstBad  string            `json:"first_bad,omitempty"` // the first wrong answer, in words
	BytesIn   uint64            `json:"bytes_in"`
	BytesOut  uint64            `json:"bytes_out"`
	MaxQueued int               `json:"max_queued"` // most requests that waited for a free connection
	Late      uint64            `json:"late"`       // requests sent, or still unsent, more than 1 ms after they were intended
	Reopened  uint64            `json:"reopened"`   // connections that broke or were closed by the server, and were opened anew
	FirstByte int64             `json:"first_byte"` // mean from sent to first byte over right answers, ns

	// AnswerBytes are the bytes of whole answers, head and body; without errors all of BytesIn.
	AnswerBytes uint64 `json:"answer_bytes,omitempty"`
	// Arrivals compares what was sent with what was intended (open loop).
	Arrivals *ArrivalFigures `json:"arrivals,omitempty"`
	// Series cuts the slice's duration into equal parts.
	Series *Series `json:"series,omitempty"`
	// Slowest are the requests that took longest, in no order, at most 8.
	Slowest []Slow `json:"slowest,omitempty"`

	// HDR histograms of ns, V2 compressed, base64: by class of request.
	Classes []ClassFigures `json:"classes"`
	// Answers per connection, in connection order.
	PerConn []uint32 `json:"per_conn,omitempty"`
}

// ClassFigures is one class of requests in one slice.
type ClassFigures struct {
	Class    string `json:"class"` // "ordinary", "disturber"
	Response string `json:"response"`
	Service  string `json:"service"`
	Slip     string `json:"slip"`
	Censored uint64 `json:"censored"` // errors and unfinished requests: they stand in the tail
	Clipped  uint64 `json:"clipped"`  // samples below 0 or above 60 s; below 1 µs single ns are kept
}

// Whole is what slices recorded of single requests and connections, merged over all of them.
type Whole struct {
	Classes []ClassFigures `json:"classes"`            // by class, in order of appearance
	PerConn []uint32       `json:"per_conn,omitempty"` // answers per connection, in connection order
}

// Classes are the trial's histograms by class of request, each with the slice that it is of, or -1
// where it is of the whole trial.
func (t *Trial) Classes() iter.Seq2[int, *ClassFigures] {
	return func(yield func(int, *ClassFigures) bool) {
		for i := range t.Slices {
			for k := range t.Slices[i].Load.Classes {
				if !yield(t.Slices[i].Index, &t.Slices[i].Load.Classes[k]) {
					return
				}
			}
		}
		if t.Whole == nil {
			return
		}
		for k := range t.Whole.Classes {
			if !yield(-1, &t.Whole.Classes[k]) {
				return
			}
		}
	}
}

// PerConn are the answers of each connection over all slices, in connection order; nil if they
// were not recorded.
func (t *Trial) PerConn() []uint64 {
	var each []uint64
	add := func(answers []uint32) {
		for k, n := range answers {
			if k == len(each) {
				each = append(each, 0)
			}
			each[k] += uint64(n)
		}
	}
	for i := range t.Slices {
		add(t.Slices[i].Load.PerConn)
	}
	if t.Whole != nil {
		add(t.Whole.PerConn)
	}
	return each
}

// MemoryFigures is what a server held, by part, in bytes, at each step of a
// ladder of idle connections. Set by campaign from proc's samples.
type MemoryFigures struct {
	Steps []MemoryStep `json:"steps"`
}

// MemoryStep is one rung.
type MemoryStep struct {
	Conns        int   `json:"conns"`
	Settled      int64 `json:"settled"` // ns waited before the sample
	PSS          int64 `json:"pss"`     // user memory: proportional set size of the tree
	PrivateDirty int64 `json:"private_dirty"`
	Threads      int   `json:"threads"`
	KernelStacks int64 `json:"kernel_stacks"` // 16 KiB a thread
	PageTables   int64 `json:"page_tables"`
	Sockets      int64 `json:"sockets"`            // TCP memory of the machine, both ends
	AfterGC      int64 `json:"after_gc,omitempty"` // PSS after a forced collection, where offered
	IdleCPU      int64 `json:"idle_cpu"`           // CPU of the tree over IdleSpan of silence, ns
	IdleSwitches int64 `json:"idle_switches"`
	IdleSpan     int64 `json:"idle_span"`
}

// Runtime is what a server says of itself on /-/stats over the load, for those that do.
type Runtime struct {
	Collections uint64 `json:"collections"`
	PauseTotal  uint64 `json:"pause_total"` // ns
	Mallocs     uint64 `json:"mallocs"`     // objects allocated during the slices
	Bytes       uint64 `json:"bytes"`       // allocated during the slices
	Requests    uint64 `json:"requests"`    // answered during the slices, by the server's own count
	// Loops are the requests of each event loop during the slices, of a server that has
	// several and says so. Their imbalance is the most over the least.
	Loops []uint64 `json:"loops,omitempty"`
}
