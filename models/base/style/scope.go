package style

import "slices"

// Scope runs the tasks of one request, and of the next when that is over. It holds
// all that the style needs beside what handlers make, and reuses it.
//
// It is a tree of tasks, a queue of those that are ready to step, and the list of their
// timers. Whatever comes from outside (an answer, Ring) ends a task; that makes those
// ready that wait for it; they step until none is ready. When the first of them, the
// handler's, has ended, all that is left is cancelled and the host is told.
type Scope struct {
	host    Host // never changes: offloaded functions read it from other threads
	root    *Task
	handler Await
	x       *Exchange
	queue   []Future // ready to step; those cancelled since are stale
	next    int      // in queue
	current *Task    // steps now
	running bool
	timers  timers
	armed   int64 // what the host was asked for last; 0: nothing
	fault   error // of a Cancelled
	unused  []*Task
}

// At most so many unused tasks are kept for reuse, some 300 bytes each: a request that
// gathers many does not leave all of them to the next.
const keptTasks = 128

// Init says what the scope's tasks wait with. It is called once, before Start.
func (s *Scope) Init(h Host) { s.host = h }

// Start runs a request's handler to its first wait, perhaps to its end. The scope is
// in use until it calls Host.Done, which may be before Start returns.
func (s *Scope) Start(handler Await, x *Exchange) {
	s.handler, s.x = handler, x
	s.root = s.fresh(kindAsync)
	s.root.async = (*entry)(s)
	s.wake(s.root)
	s.run()
}

// Ring is called when the time comes that Host.Alarm was last given.
func (s *Scope) Ring() {
	s.armed = 0
	for now := s.host.Clock(); ; {
		t := s.timers.due(now)
		if t == nil {
			break
		}
		t.finish(nil)
	}
	s.run()
}

// entry is the first step of the handler's task.
type entry Scope

// Step implements Async.
func (e *entry) Step(t *Task, _ error) Poll { return e.handler(t, e.x) }

// wake queues a task for its next step.
func (s *Scope) wake(t *Task) { s.queue = append(s.queue, t.future()) }

// run steps tasks until none is ready. Called by what a Step calls, it does nothing.
func (s *Scope) run() {
	if s.running {
		return
	}
	s.running = true
	for !s.steps() {
	}
	s.queue, s.next, s.running = s.queue[:0], 0, false
	if s.root.over {
		s.end()
		return
	}
	if at := s.timers.first(); at != s.armed {
		s.armed = at
		s.host.Alarm(at)
	}
}

// steps reports whether all are done; a panic in one of them ends it early.
func (s *Scope) steps() (all bool) {
	defer func() {
		if v := recover(); v != nil {
			s.current.end(FaultOf(v))
		}
	}()
	for s.next < len(s.queue) && !s.root.over {
		f := s.queue[s.next]
		s.next++
		if f.task.gen == f.gen {
			s.current = f.task
			f.task.advance()
		}
	}
	return true
}

// end tells the host, once nothing is left of the request.
func (s *Scope) end() {
	err := s.root.err
	if s.fault != nil {
		err = s.fault
	}
	if s.armed != 0 {
		s.host.Alarm(0)
	}
	s.free(s.root)
	s.root, s.handler, s.x, s.current, s.fault, s.armed = nil, nil, nil, nil, nil, 0
	s.host.Done(err)
}

// fresh gives a task that is not in use.
func (s *Scope) fresh(k kind) *Task {
	if last := len(s.unused) - 1; last >= 0 {
		t := s.unused[last]
		s.unused = s.unused[:last]
		t.kind = k
		return t
	}
	return &Task{scope: s, kind: k}
}

// free takes a task back that owns nothing and is nobody's. Futures of it become stale.
func (s *Scope) free(t *Task) {
	t.gen++
	t.over, t.err, t.won, t.index = false, nil, 0, 0
	t.async, t.at, t.waits, t.left = nil, 0, nil, 0
	t.call, t.when, t.work = nil, 0, nil
	if len(s.unused) < keptTasks {
		s.unused = append(s.unused, t)
	}
}

// timers are the sleeping tasks of a request, the next to wake up last. They are few,
// and most are set for later than all others: to insert is to look at one or two.
type timers []*Task

func (ts *timers) add(t *Task, when int64) {
	t.when = when
	i := 0
	for i < len(*ts) && (*ts)[i].when > when {
		i++
	}
	*ts = slices.Insert(*ts, i, t)
}

func (ts *timers) remove(t *Task) {
	if i := slices.Index(*ts, t); i >= 0 {
		*ts = slices.Delete(*ts, i, i+1)
	}
}

// first is when the next wakes up; 0: none sleeps.
func (ts timers) first() int64 {
	if len(ts) == 0 {
		return 0
	}
	return max(ts[len(ts)-1].when, 1)
}

// due takes out the next one, if its time has come.
func (ts *timers) due(now int64) *Task {
	last := len(*ts) - 1
	if last < 0 || (*ts)[last].when > now {
		return nil
	}
	t := (*ts)[last]
	*ts = (*ts)[:last]
	return t
}
