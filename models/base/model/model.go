package model

import (
	"io"

	"assay/models/base/conn"
	"assay/models/base/style"
)

// Model is one way to wait, as a server process can run it.
type Model struct {
	Name  string // as in the catalog: [a-z0-9-]
	Doc   string // one line: how it waits
	Kind  Kind   // empty: OwnModel
	Style string // "direct", "callback", "await"; "" for a server that has no handlers of ours
	// Argv starts it; argv[0] is found beside the command that describes it.
	// Empty: that command with Name.
	Argv      []string
	Options   []Option // its own, beside Common, which they may replace by name
	Workloads []string // those it can serve; nil: all
	Limits    Limits
	// OwnThreads says that the model's goroutines are locked to threads which wait in
	// system calls, as all do but those on the runtime's own poller: the process is started
	// with a slow watchdog (see slowWatchdog).
	OwnThreads bool
	// SharesPort says by a run's options whether Run will open further listeners on the
	// same port (SO_REUSEPORT). Nil: never.
	SharesPort func(Values) bool
	// Child is what a process does that Run has started by StartChild: it serves ChildFD, and
	// returns when the other side has closed it. Its Env has neither Listener nor Stop.
	Child func(env *Env) error
	// Lacks says why the model cannot run on this machine and what would help, "" if
	// it can: its cells are then recorded as not run. Nil: it can run everywhere.
	Lacks func() string
	// Run serves env.Listener until env.Stop begins, then drains and returns nil.
	// Nil for a server that is another executable.
	Run func(env *Env) error
}

// Kind says what a model is to the suite.
type Kind string

const (
	OwnModel  Kind = "model"     // ours: differs from its siblings only in how it waits
	Reference Kind = "reference" // a public server behind the same contract
	External  Kind = "external"  // another executable, in another language
)

// Limits is what a model cannot do by its nature.
type Limits struct {
	Connections int  `json:"connections"` // at a time; 0: no limit of its own
	Isolation   bool `json:"isolation"`   // a fault in a handler is that request's alone
	TLS         bool `json:"tls"`
}

// Workload is what Program needs to know of a workload.
type Workload struct {
	Name   string
	Routes []style.Route
}

// Env is what a model runs in. All of it is set before Run.
type Env struct {
	Listener int // listening socket, non-blocking; Run closes it when it drains
	Service  *conn.Service
	Options  Values // of Common and of the model's own, checked
	Stop     *Stop
	Log      io.Writer // a line a mishap; never one a request
}
