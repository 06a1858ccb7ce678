// Package fanout is the workload of a service that asks other services: every
// request asks k backends, each with a delay of its own, and answers the mean of
// what they said.
package fanout

import (
	"bytes"
	"embed"
	"fmt"
	"math"
	"strconv"

	"assay/bench/workload"
	"assay/models/base/style"
)

// HTTP is the workload's wire format, with examples that a test runs.
//
//go:embed HTTP.md
var HTTP string

//go:embed direct.go callback.go await.go
var handlers embed.FS

// Workload is the entry in the catalog.
var Workload = workload.Workload{
	Name:    "fanout",
	Doc:     "asks k backends, each with its own delay, and answers their mean",
	Params:  params,
	Routes:  []style.Route{{Method: "GET", Path: "/fanout", Direct: Direct, Callback: Callback, Await: Await}},
	Source:  handlers,
	Prepare: prepare,
}

// question is one decoded request. It holds no memory but the query's.
type question struct {
	n          uint64
	delays     []byte // "20000,30000": microseconds, one a call
	calls      int
	sequential bool
	work       int
	fault      []byte // nil: none
	at         int    // the call that fault is for; -1: not given
}

// parse reads a request. It panics if the request asks the handler to, before
// any backend is asked.
func parse(query []byte) (q question, err error) {
	q.at = -1
	given := false
	for len(query) > 0 && err == nil {
		var name, value []byte
		name, value, query = workload.NextParam(query)
		if string(name) == "n" {
			given = true
			q.n, err = workload.Uint("n", value, math.MaxUint64)
			continue
		}
		err = q.set(name, value)
	}
	switch {
	case err != nil:
		return q, err
	case !given:
		return q, style.Badf("n is missing: want the request's number, a decimal")
	case q.calls == 0:
		return q, style.Badf("d is missing: want the delays of the backend calls, in microseconds, like 20000,30000")
	case q.at >= q.calls:
		return q, style.Badf("at=%d: want a backend call from 0 to %d", q.at, q.calls-1)
	case q.fault != nil && q.at < 0:
		return q, q.handlerFault()
	}
	return q, nil
}

// set reads one parameter other than n.
func (q *question) set(name, value []byte) (err error) {
	var u uint64
	switch string(name) {
	case "d":
		q.delays = value
		q.calls, err = countDelays(value)
	case "mode":
		q.sequential = string(value) == "sequential"
		if !q.sequential && string(value) != "parallel" {
			err = style.Badf("mode=%.40q: want parallel or sequential", value)
		}
	case "work":
		u, err = workload.Uint("work", value, workload.MaxWork)
		q.work = int(u)
	case "fault":
		q.fault = value
		if !isFault(value) {
			err = style.Badf("fault=%.40q: want panic, fail, stall, reset, garbage, truncate or slow", value)
		}
	case "at":
		u, err = workload.Uint("at", value, workload.MaxCalls-1)
		q.at = int(u)
	}
	return err
}

func isFault(kind []byte) bool {
	for _, f := range workload.BackendFaults {
		if string(kind) == f.Kind {
			return true
		}
	}
	return string(kind) == "panic"
}

// handlerFault settles a fault that names no call: the handler's own happens
// now, a backend's is that of call 0.
func (q *question) handlerFault() error {
	if string(q.fault) == "panic" {
		return workload.HandlerFault(q.fault)
	}
	q.at = 0
	return nil
}

func countDelays(list []byte) (n int, err error) {
	for rest, more := list, true; more; n++ {
		var delay []byte
		delay, rest, more = bytes.Cut(rest, []byte{','})
		if _, err = workload.Micros("d", delay); err != nil {
			return 0, err
		}
	}
	if n > workload.MaxCalls {
		return 0, style.Badf("d has %d delays: want 1 to %d", n, workload.MaxCalls)
	}
	return n, nil
}

// ask makes the backend calls of a request, not yet started.
func (q *question) ask(x *style.Exchange) []style.Call {
	calls := x.Calls(q.calls)
	rest := q.delays
	for i := range calls {
		var delay []byte
		delay, rest, _ = bytes.Cut(rest, []byte{','})
		calls[i].Backend = i
		target := strconv.AppendUint(append(calls[i].Target, "/value?n="...), q.n, 10)
		target = strconv.AppendInt(append(target, "&i="...), int64(i), 10)
		target = append(append(target, "&d="...), delay...)
		if i == q.at && q.fault != nil && string(q.fault) != "panic" {
			target = append(append(target, "&fault="...), q.fault...)
		}
		calls[i].Target = target
	}
	return calls
}

// combine appends the answer to x once all calls are over.
func (q *question) combine(x *style.Exchange, calls []style.Call) error {
	if string(q.fault) == "panic" {
		return workload.HandlerFault(q.fault)
	}
	var sum uint64
	for i := range calls {
		value, ok := workload.Decimal(calls[i].Body)
		if !ok || value >= workload.ValueLimit {
			return fmt.Errorf("%w: backend %d answered %.40q, want a number", style.ErrBackend, i, calls[i].Body)
		}
		sum += value
	}
	x.Body = strconv.AppendUint(x.Body, sum/uint64(len(calls)), 10)
	x.Body = workload.AppendWork(x.Body, q.n, q.work)
	return nil
}
