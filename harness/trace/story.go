package trace

import (
	"cmp"
	"slices"
	"time"
)

// Story is a scene in words and spans. All times are ns since the request was sent.
type Story struct {
	Model    string `json:"model"`
	Workload string `json:"workload"`
	Request  string `json:"request"`
	Source   string `json:"source"`
	Switches bool   `json:"switches_known"`
	Answered int64  `json:"answered_ns"` // the client had the whole answer
	End      int64  `json:"end_ns"`      // the last thread of the request has come to rest
	Steps    []Step `json:"steps"`
	Lanes    []Lane `json:"lanes"`
	Counts   Counts `json:"counts"`
}

// Step is one system call, one wait or one loss of the processor.
type Step struct {
	At      int64  `json:"at_ns"` // below 0: it began before the request was sent
	Lane    int    `json:"lane"`  // index into Lanes
	What    string `json:"what"`  // the call's name, "waits" or "preempted"
	Took    int64  `json:"took_ns"`
	Waited  int64  `json:"waited_ns"`          // of Took, switched out
	Woken   string `json:"woken_by,omitempty"` // who ended the last wait
	Within  bool   `json:"within,omitempty"`   // a wait that is part of a system call, which has a step of its own
	Result  string `json:"result"`             // what the call returned, in short
	Means   string `json:"means"`
	Running bool   `json:"running,omitempty"` // it was not over at the end
}

// Lane is one thread's time.
type Lane struct {
	Thread int    `json:"thread"`
	Name   string `json:"name"`
	// Helper is a thread that only sleeps, looks and wakes others, like the watchdog of Go's
	// runtime: it is there whether there are requests or not.
	Helper bool   `json:"helper,omitempty"`
	Spans  []Span `json:"spans"`
}

// State is what a thread does.
type State string

const (
	Running State = "running" // its own code
	Calling State = "call"    // inside a system call, on the processor
	Waiting State = "waiting" // switched out until something happens
	Ready   State = "ready"   // could run, and another does
)

// Span is a stretch of one state.
type Span struct {
	From  int64  `json:"from_ns"`
	To    int64  `json:"to_ns"`
	State State  `json:"state"`
	What  string `json:"what,omitempty"` // the system call
}

// Counts is what the request took. A call that began before the request was sent counts if it
// returned afterwards, one that had not returned at the end does not.
type Counts struct {
	Calls    int            `json:"calls"`
	ByName   map[string]int `json:"by_name"`
	Switches int            `json:"switches"`     // threads of the server switched out
	Waits    int            `json:"waits"`        // of these, to wait
	Threads  int            `json:"threads"`      // that did something
	Helpers  int            `json:"helper_calls"` // system calls of helpers, which are not in the figures above
}

// settle is how long after the answer a server may still be busy with the request.
const settle = 2 * time.Millisecond

// Tell makes the story of a scene.
func Tell(s *Scene) *Story {
	t := newTeller(s)
	end := s.Answered + int64(settle)
	for i := range s.Events {
		if e := &s.Events[i]; e.At <= end && t.lanes[e.Thread] != nil {
			t.lanes[e.Thread].take(e)
		}
	}
	for _, l := range t.lanes {
		l.close(end)
	}
	return t.story()
}

// story puts together what the lanes gathered.
func (t *teller) story() *Story {
	s := t.scene
	st := &Story{
		Model: s.Model, Workload: s.Workload, Request: s.Request, Source: s.Source, Switches: s.Switches,
		Answered: s.Answered - s.Sent, Counts: Counts{ByName: map[string]int{}},
	}
	st.End = st.Answered
	var busy []*lane
	for _, l := range t.lanes {
		if !l.active() {
			continue
		}
		busy = append(busy, l)
		if !l.helps() {
			st.End = max(st.End, l.rest-s.Sent)
		}
	}
	slices.SortFunc(busy, func(a, b *lane) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.thread.ID, b.thread.ID))
	})
	for i, l := range busy {
		lane := Lane{Thread: l.thread.ID, Name: l.thread.Name, Helper: l.helps(), Spans: l.clipped(s.Sent, s.Sent+st.End)}
		st.Lanes = append(st.Lanes, lane)
		for _, step := range l.steps {
			if step.At > s.Sent+st.End {
				continue
			}
			st.count(&step, s.Sent, lane.Helper)
			step.At, step.Lane = step.At-s.Sent, i
			st.Steps = append(st.Steps, step)
		}
		if !lane.Helper {
			st.Counts.Threads++
		}
	}
	slices.SortStableFunc(st.Steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return st
}

// count counts a step whose At is still on the scene's clock.
func (st *Story) count(s *Step, sent int64, helper bool) {
	switch {
	case helper:
		if s.What != waits && s.What != preempted && !s.Running {
			st.Counts.Helpers++
		}
	case s.What == waits:
		if s.At >= sent {
			st.Counts.Switches++
			st.Counts.Waits++
		}
	case s.What == preempted:
		if s.At >= sent {
			st.Counts.Switches++
		}
	case !s.Running:
		st.Counts.Calls++
		st.Counts.ByName[s.What]++
	}
}
