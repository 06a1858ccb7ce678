package trace

import "fmt"

// Kind is what happened to a thread.
type Kind string

const (
	Enter Kind = "enter" // a system call begins
	Exit  Kind = "exit"  // it returns
	Off   Kind = "off"   // the thread is switched out
	On    Kind = "on"    // it runs again
	Wake  Kind = "wake"  // somebody lets it run again, when it will be its turn
)

// Event is one thing that happened to one thread.
type Event struct {
	At     int64    `json:"at"` // ns of CLOCK_MONOTONIC
	Thread int      `json:"thread"`
	Kind   Kind     `json:"kind"`
	Call   string   `json:"call,omitempty"`  // Enter, Exit: its name
	Args   []uint64 `json:"args,omitempty"`  // Enter: as many as are known
	Ret    int64    `json:"ret,omitempty"`   // Exit: above -4096 and below 0 it is an error number
	Waits  bool     `json:"waits,omitempty"` // Off: it waits for something; else another took its processor
	By     string   `json:"by,omitempty"`    // Wake: the command whose thread, or whose interrupted processor, did it
}

// Thread is one thread of the server.
type Thread struct {
	ID      int    `json:"id"`
	Process int    `json:"process"`
	Name    string `json:"name"`
}

// Scene is the record of one request.
type Scene struct {
	Model    string `json:"model"` // with its options
	Workload string `json:"workload"`
	Request  string `json:"request"`  // method and target
	Source   string `json:"source"`   // who recorded it: tracefs or strace
	Switches bool   `json:"switches"` // Off, On and Wake are recorded
	// The client's clock, ns of CLOCK_MONOTONIC: before it wrote the request, and when it
	// had read the whole answer.
	Sent     int64 `json:"sent"`
	Answered int64 `json:"answered"`

	Threads []Thread `json:"threads"`
	// Files says what the descriptors are, by File: client, listener, backend 0, epoll, eventfd, …
	Files  map[string]string `json:"files"`
	Events []Event           `json:"events"` // in order of time
}

// File is the key of a process's descriptor in Scene.Files.
func File(process, descriptor int) string { return fmt.Sprintf("%d/%d", process, descriptor) }
