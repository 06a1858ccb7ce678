// Package blocking is the workload that asks what one impolite request does to
// its neighbours: a share of requests blocks, or computes; the others are the
// victims that are measured.
package blocking

import (
	"embed"
	"fmt"
	"math"
	"strconv"
	"time"

	"assay/bench/workload"
	"assay/models/base/http1"
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
	Name:   "blocking",
	Doc:    "a share of requests blocks or computes; the others are the victims measured",
	Params: params,
	Routes: []style.Route{{
		Method: "GET", Path: "/blocking", Direct: Direct, Callback: Callback, Await: Await,
		Kind: kind, Pure: []*style.Pure{&rounds},
	}},
	Source:  handlers,
	Prepare: prepare,
}

// via is where a request waits.
type via uint8

const (
	inline      via = iota // in the handler
	offload                // where the model puts what blocks
	cooperative            // as a backend call, which every model knows how to wait for
)

// question is one decoded request; no block and no work make it a victim.
type question struct {
	n     uint64
	block time.Duration
	work  int // rounds
	via   via
}

// parse reads a request.
func parse(query []byte) (q question, err error) {
	given := false
	for len(query) > 0 && err == nil {
		var name, value []byte
		name, value, query = workload.NextParam(query)
		switch string(name) {
		case "n":
			given = true
			q.n, err = workload.Uint("n", value, math.MaxUint64)
		case "block":
			q.block, err = workload.Micros("block", value)
		case "work":
			var u uint64
			u, err = workload.Uint("work", value, workload.MaxWork)
			q.work = int(u)
		case "via":
			q.via, err = parseVia(value)
		case "fault":
			err = workload.HandlerFault(value)
		}
	}
	if err == nil && !given {
		err = style.Badf("n is missing: want the request's number, a decimal")
	}
	return q, err
}

func parseVia(value []byte) (via, error) {
	switch string(value) {
	case "inline":
		return inline, nil
	case "offload":
		return offload, nil
	case "cooperative":
		return cooperative, nil
	}
	return 0, style.Badf("via=%.40q: want inline, offload or cooperative", value)
}

// ask makes the backend call that stands for a cooperative wait.
func (q *question) ask(x *style.Exchange) *style.Call {
	c := &x.Calls(1)[0]
	c.Target = strconv.AppendUint(append(c.Target, "/value?n="...), q.n, 10)
	c.Target = strconv.AppendInt(append(c.Target, "&i=0&d="...), q.block.Microseconds(), 10)
	return c
}

// answer appends the answer: the value, and what work came to if any was done.
func (q *question) answer(dst []byte, sum uint64) []byte {
	dst = strconv.AppendUint(dst, workload.Value(q.n, 0), 10)
	if q.work == 0 {
		return dst
	}
	return workload.AppendSum(dst, sum)
}

// rounds is a request's work by name, for a process other than the one that was asked.
var rounds = style.Pure{Name: "work", Do: func(seed, rounds uint64) uint64 { return workload.Work(seed, int(rounds)) }}

// compute does the request's work.
func (q *question) compute() uint64 {
	if q.work == 0 {
		return 0
	}
	return rounds.Do(q.n%16, uint64(q.work))
}

// kind says what the handler itself will spend its time on. A bad request costs nobody anything.
func kind(rq *http1.Request) style.Kind {
	q, err := parse(rq.Query)
	switch {
	case err != nil || q.via == offload:
		return style.Network
	case q.via == inline && q.block > 0:
		return style.Blocking
	case q.work > 0:
		return style.Computing
	}
	return style.Network
}

// verify holds the backend's answer against the right one.
func (q *question) verify(c *style.Call) error {
	if value, ok := workload.Decimal(c.Body); !ok || value != workload.Value(q.n, 0) {
		return fmt.Errorf("%w: it answered %.40q, want %d", style.ErrBackend, c.Body, workload.Value(q.n, 0))
	}
	return nil
}
