package trace

// The steps that are no system calls.
const (
	waits     = "waits"
	preempted = "preempted"
)

// teller is a scene on its way to a story.
type teller struct {
	scene *Scene
	lanes map[int]*lane // by thread
}

func newTeller(s *Scene) *teller {
	t := &teller{scene: s, lanes: make(map[int]*lane)}
	for _, th := range s.Threads {
		t.lanes[th.ID] = &lane{teller: t, thread: th, since: s.Sent}
	}
	return t
}

// lane follows one thread.
type lane struct {
	teller *teller
	thread Thread
	call   *Event // the system call that it is in
	off    *Event // it is switched out since
	woken  string // by whom, since then
	waking int64  // when that was; 0: nobody has yet
	waited int64  // ns of the call, switched out
	ended  string // who ended the last wait of the call
	sleeps bool   // it made a call that only lets time pass
	works  bool   // it made one that a helper does not
	since  int64  // when the state that it is in began
	first  int64  // when it did something first, after the request was sent
	rest   int64  // when it last ran
	steps  []Step
	spans  []Span
}

// take goes on with the thread's next event. Times are the scene's.
func (l *lane) take(e *Event) {
	if l.off != nil && (e.Kind == Enter || e.Kind == Exit) {
		// It runs, and nothing has told of its return: kernels keep silent about some
		// that an idle processor is woken up for. It was back when it was woken, or now.
		back := e.At
		if l.waking > 0 {
			back = l.waking
		}
		l.take(&Event{At: back, Thread: e.Thread, Kind: On})
	}
	switch e.Kind {
	case Enter:
		l.turn(e.At, Running)
		l.call, l.waited, l.ended = e, 0, ""
		l.kind(e.Call)
	case Exit:
		l.turn(e.At, Calling)
		l.exit(e)
	case Off:
		l.turn(e.At, l.doing())
		l.off, l.woken, l.waking = e, "", 0
	case Wake:
		if l.off != nil {
			l.woken, l.waking = e.By, e.At
		}
		return // nothing has happened to it yet
	case On:
		l.on(e)
	}
	if sent := l.teller.scene.Sent; e.At >= sent {
		l.rest = e.At
		if l.first == 0 {
			l.first = e.At
		}
	}
}

func (l *lane) doing() State {
	if l.call != nil {
		return Calling
	}
	return Running
}

// turn ends the state that the thread was in.
func (l *lane) turn(at int64, was State) {
	if at > l.since {
		what := ""
		if l.call != nil {
			what = l.call.Call
		}
		l.spans = append(l.spans, Span{l.since, at, was, what})
	}
	l.since = at
}

// exit ends a system call. One whose beginning was not recorded began with the scene.
func (l *lane) exit(e *Event) {
	l.kind(e.Call)
	if l.over(e.At) {
		l.call = nil
		return
	}
	call := l.call
	if call == nil {
		call = &Event{At: l.teller.scene.Sent - 1, Call: e.Call}
	}
	l.steps = append(l.steps, Step{
		At: call.At, What: call.Call, Took: e.At - call.At, Waited: l.waited,
		Woken: l.ended, Result: result(e.Ret), Means: l.teller.means(l.thread.Process, call, e.Ret, l.waited > 0),
	})
	l.call = nil
}

// kind notes what the thread is there for.
func (l *lane) kind(call string) {
	switch call {
	case "nanosleep", "clock_nanosleep":
		l.sleeps = true
	case "futex", "getpid", "tgkill", "rt_sigreturn", "sched_yield", "madvise", "munmap":
	case "epoll_pwait", "epoll_wait": // Go's watchdog looks where nobody else has for long
	default:
		l.works = true
	}
}

// helps says that the thread only sleeps, looks and wakes others.
func (l *lane) helps() bool { return l.sleeps && !l.works }

// on ends a switch. A thread that was off before the record began was waiting.
func (l *lane) on(e *Event) {
	off := l.off
	if off == nil {
		off = &Event{At: l.teller.scene.Sent - 1, Waits: true}
	}
	state := Ready
	if off.Waits {
		state = Waiting
	}
	l.turn(e.At, state)
	l.off = nil
	if l.call != nil {
		l.waited += e.At - off.At
		if off.Waits {
			l.ended = l.woken
		}
	}
	if !l.over(e.At) {
		l.step(off, e.At-off.At, false)
	}
}

// step adds a switch.
func (l *lane) step(off *Event, took int64, running bool) {
	s := Step{At: off.At, What: preempted, Took: took, Waited: took, Running: running, Means: "another thread has the processor"}
	if off.Waits {
		s.What, s.Means, s.Woken, s.Within = waits, l.restful(), l.woken, l.call != nil
	}
	l.steps = append(l.steps, s)
}

// restful says what a thread waits for while it is switched out.
func (l *lane) restful() string {
	text := "the thread sleeps"
	if l.call != nil {
		text += " in " + l.call.Call
	}
	return text
}

// over says whether a moment lies before the request: what ended then is not its own.
func (l *lane) over(at int64) bool { return at < l.teller.scene.Sent }

// close ends what is not over at the end of the scene.
func (l *lane) close(end int64) {
	switch {
	case l.off == nil:
		l.turn(end, l.doing())
	case l.off.Waits:
		l.turn(end, Waiting)
	default:
		l.turn(end, Ready)
	}
	if l.off != nil && l.active() && l.off.At >= l.teller.scene.Sent {
		l.step(l.off, end-l.off.At, true)
	}
	if c := l.call; c != nil && l.active() && c.At >= l.teller.scene.Sent {
		l.steps = append(l.steps, Step{
			At: c.At, What: c.Call, Took: end - c.At, Running: true,
			Means: l.teller.means(l.thread.Process, c, 0, true),
		})
	}
}

// active says whether the thread did anything after the request was sent.
func (l *lane) active() bool { return l.first > 0 }

// clipped is the spans from one moment to another, counted from the first.
func (l *lane) clipped(from, to int64) (all []Span) {
	for _, s := range l.spans {
		s.From, s.To = max(s.From, from)-from, min(s.To, to)-from
		if s.To > s.From {
			all = append(all, s)
		}
	}
	return all
}
