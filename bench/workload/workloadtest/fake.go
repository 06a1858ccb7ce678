// Package workloadtest runs workloads without sockets: a world in which time is
// a number and backends answer Value, so that the styles of one handler can be
// held against each other and against the checker.
package workloadtest

import (
	"bytes"
	"container/heap"
	"fmt"
	"slices"
	"strconv"
	"time"

	"assay/bench/workload"
	"assay/models/base/style"
)

// backendTimeout is the backend deadline of the world's servers.
const backendTimeout = 2 * time.Second

// World is one server's surroundings. It implements style.Waiter and, by Loop, style.Loop.
type World struct {
	Now   time.Duration // since the world began
	Trace []string      // what was asked of it, when, and behind which answers; only if Tracing
	Calls int           // backend calls
	Most  int           // highest backend index asked, plus one

	Tracing bool
	over    []int // calls that are, by number
	pending events
	order   int
}

func (w *World) trace(format string, args ...any) {
	w.Trace = append(w.Trace, fmt.Sprintf("%v ", w.Now)+fmt.Sprintf(format, args...))
}

// begin starts c and says when it will be over; c is then filled in.
func (w *World) begin(c *style.Call) time.Duration {
	if w.Tracing { // asked first, because a variadic call allocates
		w.trace("call %d %s after %v", c.Backend, c.Target, w.over)
	}
	w.Calls++
	w.Most = max(w.Most, c.Backend+1)
	return w.Now + w.fill(c)
}

// ended says that a call is over: what is asked from now on may be asked because of it.
func (w *World) ended(call int) {
	if w.Tracing {
		w.over = append(w.over, call)
		slices.Sort(w.over)
	}
}

// fill is a backend on its own: the answer to c and how long it takes.
func (w *World) fill(c *style.Call) time.Duration {
	path, query, _ := bytes.Cut(c.Target, []byte{'?'})
	if string(path) != "/value" {
		c.Err = fmt.Errorf("%w: %s is not /value", style.ErrBackend, path)
		return 0
	}
	var n, i, d uint64
	var fault []byte
	for len(query) > 0 {
		var name, value []byte
		name, value, query = workload.NextParam(query)
		switch string(name) {
		case "n":
			n, _ = workload.Decimal(value)
		case "i":
			i, _ = workload.Decimal(value)
		case "d":
			d, _ = workload.Decimal(value)
		case "fault":
			fault = value
		}
	}
	c.Status, c.Body = 200, strconv.AppendUint(c.Body[:0], workload.Value(n, int(i)), 10)
	delay := time.Duration(d) * time.Microsecond
	switch string(fault) {
	case "", "slow":
	case "stall":
		c.Err = style.ErrDeadline
		return backendTimeout
	default:
		c.Err = fmt.Errorf("%w: fault %s", style.ErrBackend, fault)
	}
	return delay
}

// Call implements style.Waiter.
func (w *World) Call(c *style.Call) error {
	w.Now = w.begin(c)
	w.ended(w.Calls - 1)
	return c.Err
}

// CallAll implements style.Waiter.
func (w *World) CallAll(cs []style.Call) (err error) {
	end := w.Now
	for i := range cs {
		end = max(end, w.begin(&cs[i]))
		if err == nil {
			err = cs[i].Err
		}
	}
	w.Now = end
	for i := range cs {
		w.ended(w.Calls - len(cs) + i)
	}
	return err
}

// Block implements style.Waiter and style.Loop.
func (w *World) Block(d time.Duration) {
	if w.Tracing {
		w.trace("block %v", d)
	}
	w.Now += d
}

// Offload implements style.Waiter.
func (w *World) Offload(f func()) {
	if w.Tracing {
		w.trace("offload")
	}
	f()
}

// Loop is the same world in callback style; Run runs what was started.
type Loop struct{ *World }

// Call implements style.Loop: then never runs before Call has returned.
func (l Loop) Call(c *style.Call, then func(error)) {
	end := l.begin(c)
	n := l.Calls - 1
	l.at(end, func() {
		l.ended(n)
		then(c.Err)
	})
}

// Offload implements style.Loop.
func (l Loop) Offload(f, then func()) {
	if l.Tracing {
		l.trace("offload")
	}
	f()
	l.at(l.Now, then)
}

func (l Loop) at(when time.Duration, f func()) *event {
	l.order++
	e := &event{when, l.order, f}
	heap.Push(&l.pending, e)
	return e
}

// Run runs continuations in order of time until none is left.
func (l Loop) Run() {
	for len(l.pending) > 0 {
		e := heap.Pop(&l.pending).(*event)
		l.Now = max(l.Now, e.when)
		e.run()
	}
}

type event struct {
	when  time.Duration
	order int
	run   func()
}

type events []*event

func (e events) Len() int      { return len(e) }
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(*event)) }
func (e events) Less(i, j int) bool {
	return e[i].when < e[j].when || e[i].when == e[j].when && e[i].order < e[j].order
}

func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

var (
	_ style.Waiter = (*World)(nil)
	_ style.Loop   = Loop{}
)
