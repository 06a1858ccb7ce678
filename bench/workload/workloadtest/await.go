package workloadtest

import (
	"container/heap"
	"fmt"
	"slices"
	"time"

	"assay/models/base/style"
)

// tasks is the same world in await style: a style.Host.
type tasks struct {
	Loop
	scope    style.Scope
	x        *style.Exchange
	alarm    *event
	answers  []Answer // one for each time that the scope was over
	underway []*style.Call
}

var _ style.Host = (*tasks)(nil)

// ServeAwait runs the await handler for one request, until nothing is left to run.
func ServeAwait(world *World, r *style.Route, x *style.Exchange) Answer {
	h := &tasks{Loop: Loop{world}, x: x}
	h.scope.Init(h)
	h.scope.Start(r.Await, x)
	h.Run()
	if len(h.answers) != 1 || len(h.underway) > 0 {
		return Answer{Body: fmt.Appendf(nil, "the request ended %d times, with %d calls under way", len(h.answers), len(h.underway))}
	}
	return h.answers[0]
}

// Call implements style.Host.
func (h *tasks) Call(c *style.Call, then func(error)) {
	h.underway = append(h.underway, c)
	h.Loop.Call(c, func(err error) {
		if i := slices.Index(h.underway, c); i >= 0 { // else it was abandoned
			h.underway = slices.Delete(h.underway, i, i+1)
			then(err)
		}
	})
}

// Abandon implements style.Host. The call's continuation stays among what is to run, and
// does nothing.
func (h *tasks) Abandon(c *style.Call) {
	if h.Tracing {
		h.trace("abandon %d %s", c.Backend, c.Target)
	}
	h.underway = slices.DeleteFunc(h.underway, func(o *style.Call) bool { return o == c })
}

// Offload implements style.Host.
func (h *tasks) Offload(f, then func()) bool {
	h.Loop.Offload(f, then)
	return true
}

// Clock implements style.Host.
func (h *tasks) Clock() int64 { return int64(h.Now) }

// Alarm implements style.Host.
func (h *tasks) Alarm(at int64) {
	if h.alarm != nil {
		h.pending = slices.DeleteFunc(h.pending, func(e *event) bool { return e == h.alarm })
		heap.Init(&h.pending)
		h.alarm = nil
	}
	if at > 0 {
		h.alarm = h.at(time.Duration(at), func() { h.alarm = nil; h.scope.Ring() })
	}
}

// Done implements style.Host.
func (h *tasks) Done(err error) { h.answers = append(h.answers, answer(h.x, err)) }
